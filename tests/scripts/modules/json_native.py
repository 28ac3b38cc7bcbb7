# What `_json` does for Lib's json: strings, parsing with hooks, serializing.

import _json
import sys


class JSONDecodeError(ValueError):
    def __init__(self, message, document, position):
        super().__init__(f"{message} at {position}")


class Decoder:
    JSONDecodeError = JSONDecodeError


sys.modules["json"] = sys.modules["json.decoder"] = Decoder


class Context:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.__getitem__

    def __init__(self, **settings):
        self.__dict__.update(settings)


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(ascii(result))


def loads(text, index=0, **settings):
    return _json.make_scanner(Context(**settings))(text, index)


def dumps(value, default=None, indent=None, sort_keys=False, skipkeys=False, allow_nan=True, encoder=_json.encode_basestring_ascii, circles=True, separators=(": ", ", ")):
    return _json.make_encoder({} if circles else None, default, encoder, indent, *separators, sort_keys, skipkeys, allow_nan)(value, 0)


print("-- values")
for text in [
    "1", "-0", "1.5", "1e5", "-1.5E-3", "01", "1.", "-", "1e", "123456789012345678901234567890", "1e400", "null", "true", "false", "nul", "NaN", "-Infinity", "Infinity",
    '"a"', '"\\u00e9\\n\\/"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\ud800\\u0041"', '"\u00e9\u2603"', '"\ud800"',
    "[]", "{}", "[1, 2,[3]]", '{"a":1,"b":[{}]}', " 1", "1 2", " [ 1 ]", '{"a":1,"a":2}', "[ 1 , 2 ] ", '{ "a" : 1 , "b" : 2 }', "",
]:
    show(loads, text)
show(loads, "xx[1]x", 2)
show(loads, "1", -1)
show(loads, "1", 5)
show(loads, b"1")

print("-- what is wrong")
for text in [
    '"\\u12"', '"\\u12345', '"\\x"', '"', '"a', '"\\', '"\t"', "[1,]", '{"a":1,}', '{"a"}', '{"a":}', "{a:1}", '{"a":1 "b":2}', "[1 2]", "[", "[1", "[1,", "{", '{"a":1',
    '{"a":1, b}', "[tru]", '{"k":"\\q"}', '\u00e9"', '["\u00e9" 1]',
]:
    show(loads, text)

print("-- hooks")
show(loads, '[1.5,{"a":2}]', parse_float=str, parse_int=lambda text: "i" + text, object_hook=lambda pairs: ("hook", pairs))
show(loads, '{"a":{"b":1}}', object_pairs_hook=lambda pairs: pairs)
show(loads, "[NaN,Infinity]", parse_constant=lambda name: "c" + name)
show(loads, '"\t"', strict=False)
show(loads, '{"a":1}', object_hook=lambda pairs: {}["missing"])
items = loads('[{"key":1},{"key":2}]')[0]
print(list(items[0])[0] is list(items[1])[0])

print("-- strings")
show(_json.scanstring, '"abc"x', 1)
show(_json.scanstring, '"ab\nc"', 1)
show(_json.scanstring, '"ab\nc"', 1, False)
show(_json.scanstring, "abc", 7)
show(_json.scanstring, 3, 1)
for text in ["", 'a"\\/\n\r\t\f\b\x00\x7f\x80\u00e9\u2603\U0001f600\ud800', "plain"]:
    show(_json.encode_basestring_ascii, text)
    show(_json.encode_basestring, text)
show(_json.encode_basestring_ascii, 3)
show(_json.encode_basestring, None)

print("-- serializing")


class Integer(int):
    def __repr__(self):
        return "no"


class Pairs(dict):
    def items(self):
        return [("z", 1), ("y", 2)]


class Weird:
    pass


for value in [
    None, True, 1, -5, 10**30, 1.5, 1e100, float("inf"), float("nan"), 'a"\u00e9', [], [1, "a", [2]], (), (1,), {}, {"a": 1, "b": [1, {}]}, {1: 2, 1.5: 3, True: 4, None: 5, "x": 6},
    {(1, 2): 3}, {b"x": 1}, Integer(5), Pairs(a=1), Pairs(), [[[]]], {"a": {"b": {"c": []}}},
]:
    show(dumps, value)
    show(dumps, value, indent="  ", separators=(":", ","))
    show(dumps, value, skipkeys=True, allow_nan=False, encoder=_json.encode_basestring)
show(dumps, {"b": 1, "a": 2}, sort_keys=True)
show(dumps, Pairs(a=1), sort_keys=True)
show(dumps, {"a": ["x"]}, encoder=lambda text: f"<{text}>")
show(dumps, ["x"], encoder=lambda text: 3)
show(dumps, [{1, 2}], default=sorted)
show(dumps, [1j], default=lambda value: [value.imag, {"real": value.real}])
circle = []
circle.append(circle)
show(dumps, circle, default=None)
looped = {"x": {}}
looped["x"]["y"] = looped
show(dumps, {1, 2}, default=lambda value: {"again": value})
show(_json.make_encoder, 3, None, None, None, ":", ",", False, False, False)
print("-- deep")
DEPTH = 50_000
deep = loads("[" * DEPTH + "]" * DEPTH)[0]
print(len(dumps(deep)[0]) == 2 * DEPTH)
try:
    dumps({"a": [1, {2}]}, default=lambda value: {}["missing"])
except KeyError as error:
    print(error.__notes__)
