"""The programs of the differential run: what they are, in which order, and how a result is written down.

A program is a value (source text) and an expression in which it is called `x`. All of them come from tables and a generator of numbers of
our own, so they are the same under every interpreter; the names of methods come with the recording, because `dir` differs.
"""

import re
import warnings

SEED = 20260


class Numbers:
    """Numbers that are the same everywhere (a linear congruential generator)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def one(self, items):
        return items[self.below(len(items))]


# Values of each type, ordinary and at the edges.
VALUES = {
    "int": ["0", "1", "-1", "7", "255", "-256", "2**63", "-2**64", "10**20 + 7"],
    "bool": ["True", "False"],
    "float": ["0.0", "-0.0", "1.5", "-2.75", "1e300", "5e-324", "float('inf')", "float('nan')", "2.5", "1e16"],
    "complex": ["0j", "1+2j", "-1.5j", "complex('nan')", "complex(3, -0.0)"],
    "str": ["''", "'a'", "'Hello World'", "'  tab\\tbed '", "'ǅ ß ﬁ'", "'123'", "'x,y,,z'", "'ab\\ncd\\r\\nef'", "'\\ud800z'", "'{} {0}'", "'{a!r:>{w}}'", "'naïve'"],
    "bytes": ["b''", "b'a'", "b'Hello World'", "b' x\\t'", "b'123'", "b'x,y,,z'", "b'ab\\ncd\\r\\nef'", "b'\\xff\\x00'"],
    "bytearray": ["bytearray()", "bytearray(b'abc')", "bytearray(b'x,y,,z')", "bytearray(b'Hello World')", "bytearray(b'\\xff\\x00')"],
    "list": ["[]", "[1]", "[3, 1, 2]", "['b', 'a']", "[1, 'a', None]", "[[1], [2]]", "list(range(12))"],
    "tuple": ["()", "(1,)", "(3, 1, 2)", "('a', 'b')", "((1, 2), (3, 4))", "(None, 1.0)"],
    "dict": ["{}", "{1: 2}", "{'a': 1, 'b': 2}", "{(): [], None: {}}"],
    "set": ["set()", "{1}", "{1, 2, 3}", "{'a'}"],
    "frozenset": ["frozenset()", "frozenset({1})", "frozenset({1, 2, 3})"],
    "range": ["range(0)", "range(5)", "range(10, 0, -3)", "range(2**64, 2**64 + 3)", "range(-3, 3, 2)"],
    "slice": ["slice(None)", "slice(1, 5)", "slice(10, None, -2)", "slice('a', None)"],
    "memoryview": ["memoryview(b'')", "memoryview(b'abcdef')", "memoryview(bytearray(b'abcdef'))", "memoryview(b'abcdef')[::2]"],
    "NoneType": ["None"],
    "ellipsis": ["..."],
    "type": ["int", "str", "object", "type", "Exception"],
    "ValueError": ["ValueError()", "ValueError('x')", "ValueError(1, 'two')"],
    "OSError": ["OSError()", "OSError(2, 'gone')", "OSError(2, 'gone', 'file')"],
    "function": ["(lambda a, b=1: (a, b))"],
    "generator": ["(i for i in (1, 2))"],
    "property": ["property()"],
}

# Arguments for anything, and those that suit the methods of a type.
ANYTHING = ["None", "0", "1", "-1", "2", "'a'", "''", "b'a'", "1.5", "[]", "[1, 2]", "(1, 2)", "{}", "{1}", "object", "True", "len", "...", "2**63", "'é'"]
SUITED = {
    "int": ["2", "-3", "0", "3.0", "'little'", "'big'", "8", "1", "True", "16", "'x'", "'+,d'"],
    "float": ["2", "-0.5", "0", "'.3f'", "'e'", "1e10", "3", "'0x1p3'", "-1"],
    "complex": ["2", "1j", "'.2f'", "0", "1.5"],
    "str": ["'a'", "'l'", "' '", "','", "'lo'", "0", "3", "-2", "20", "'*'", "('a', 'H')", "{97: 'b'}", "'utf-8'", "'ascii'", "'strict'", "'ignore'", "None", "['x', 'y']", "'>10'", "'\\n'", "True", "[1]", "''"],
    "bytes": ["b'a'", "b'l'", "b' '", "b','", "97", "256", "-1", "3", "20", "b'*'", "(b'a', b'H')", "bytes(range(256))", "'ascii'", "None", "[b'x', b'y']", "'a'", "bytearray(b'l')", "True", "b''", "':'"],
    "list": ["1", "0", "-1", "5", "[4]", "(5, 6)", "'ab'", "None", "slice(1, 2)", "slice(None, None, 2)", "'a'", "range(2)", "2"],
    "tuple": ["1", "0", "-1", "(4,)", "'a'", "slice(1, 2)", "None", "3"],
    "dict": ["1", "'a'", "None", "{}", "{'c': 3}", "[(1, 2)]", "[1]", "'b'", "[]", "()", "[('x', 1), 'yz']"],
    "set": ["{1}", "{2, 5}", "[1, 2]", "1", "'a'", "frozenset({3})", "[[]]", "[]", "()", "None"],
    "range": ["3", "0", "-1", "slice(1, 3)", "'a'", "4.0", "range(5)", "2**64"],
    "slice": ["10", "0", "-1", "'a'", "slice(1, 5)"],
    "memoryview": ["0", "-1", "slice(1, 3)", "'B'", "'c'", "b'a'", "97", "[2, 3]", "':'", "'H'"],
    "type": ["1", "int", "object", "'a'", "()", "(object,)", "{}"],
    "ValueError": ["None", "'note'", "ValueError()", "1", "(1, 2)"],
    "function": ["1", "2", "'a'", "None"],
    "generator": ["None", "1", "ValueError", "ValueError('x')"],
    "property": ["None", "len", "1", "int"],
}
SUITED["bool"] = SUITED["int"]
SUITED["bytearray"] = SUITED["bytes"] + SUITED["list"]
SUITED["frozenset"] = SUITED["set"]
SUITED["OSError"] = SUITED["ValueError"]

KEYWORDS = ["key=len", "key=None", "reverse=True", "default=5", "sep=' '", "maxsplit=1", "encoding='ascii'", "errors='replace'", "keepends=True", "signed=True",
            "byteorder='little'", "length=4", "tabsize=4", "base=3", "start=2", "strict=True", "end=''", "count=1", "bytes_per_sep=2", "nonsense=1"]

BUILTINS = {
    "abs": 1, "all": 1, "any": 1, "ascii": 1, "bin": 1, "bool": 1, "bytearray": 3, "bytes": 3, "callable": 1, "chr": 1, "classmethod": 1, "complex": 2, "dict": 1,
    "divmod": 2, "enumerate": 2, "filter": 2, "float": 1, "format": 2, "frozenset": 1, "getattr": 3, "hasattr": 2, "hex": 1, "int": 2, "isinstance": 2,
    "issubclass": 2, "iter": 2, "len": 1, "list": 1, "map": 3, "max": 3, "memoryview": 1, "min": 3, "next": 2, "oct": 1, "ord": 1, "pow": 3, "range": 3, "repr": 1,
    "reversed": 1, "round": 2, "set": 1, "slice": 3, "sorted": 2, "staticmethod": 1, "str": 3, "sum": 2, "tuple": 1, "zip": 3, "setattr": 3, "delattr": 2,
    "eval": 2, "compile": 3, "super": 2, "property": 2, "type": 3, "object": 1, "id": 0, "input": 0, "globals": 0, "locals": 0, "hash": 1, "aiter": 1, "anext": 1,
    "__import__": 2, "print": 0, "open": 0, "exec": 2,
}
OPERATORS = ["+", "-", "*", "/", "//", "%", "@", "&", "|", "^", "<", "<=", "==", "!=", ">", ">=", "in", "not in", "is not"]
UNARY = ["-x", "+x", "~x", "not x", "x[0]", "x[-1]", "x[1:]", "x[::-1]", "x['a']", "x[5]", "x[:]", "x[1:3:0]", "[*x]", "{**x}", "f'{x}'", "f'{x:10}|'", "f'{x!r:>12}'",
         "x()", "x.nothing", "x.__class__", "bool(x)", "len(x)", "iter(x)", "next(iter(x))", "int(x)", "float(x)", "str(x)", "repr(x)", "list(x)", "x < x", "x == x",
         "'%s' % (x,)", "'%d' % (x,)", "'%x' % (x,)", "'%5.2f' % (x,)", "'%c' % (x,)", "'%r' % (x,)", "b'%s' % (x,)", "x if x else 'no'", "x[x]", "x.a", "(a := x)"]
STATEMENTS = ["x += 1", "x *= 2", "x -= [1]", "x |= {1: 2}", "x[0] = 5", "x[1:2] = [7, 8]", "del x[0]", "del x[:1]", "x['a'] = 1", "del x['a']", "x.attribute = 1", "del x.attribute",
              "a, b = x", "a, *b = x", "for a in x: pass", "with x: pass", "raise x", "x += 'z'", "x &= {1}", "x ^= {1, 9}", "x[::2] = [1]", "x[None] = 1", "assert x, 'none'",
              "match x:\n case [a, *_]: x = ('sequence', a)\n case {'a': a}: x = ('mapping', a)\n case int(a) | str(a): x = ('scalar', a)\n case _: x = 'other'"]

# Methods whose results are nobody's business: addresses, sizes, hashes with a secret, inner workings.
LEFT_OUT = {
    "__dir__", "__sizeof__", "__reduce__", "__reduce_ex__", "__getstate__", "__init_subclass__", "__subclasshook__", "__subclasses__", "__delattr__", "__getattribute__", "__setattr__",
    "__class_getitem__", "__buffer__", "__release_buffer__", "__prepare__", "mro", "__call__", "__dictoffset__", "_from_flags", "__annotate__", "__setstate__",
}
HASHES = {"str", "bytes", "NoneType", "ellipsis", "type", "function", "generator", "property", "ValueError", "OSError", "memoryview", "tuple", "frozenset", "float", "complex", "slice"}
# What would take all memory, or forever.
TOO_MUCH = re.compile(r"2\*\*6|10\*\*20|1e300|1e16")


def methods_here():
    """The methods of each type, from the interpreter that runs."""
    names = {}
    for kind, values in VALUES.items():
        of = type(eval(values[0]))
        names[kind] = [name for name in dir(of) if name not in LEFT_OUT and callable(getattr(of, name, None))]
    return names


def arguments(numbers, kind, most):
    suited = SUITED.get(kind, ANYTHING)
    count = numbers.below(most + 1)
    chosen = [numbers.one(suited if numbers.below(4) else ANYTHING) for _ in range(count)]
    if not numbers.below(9):
        chosen.append(numbers.one(KEYWORDS))
    return ", ".join(chosen)


def programs(methods):
    """(value, code), in their order; each once."""
    seen = set()
    for program in _all(Numbers(SEED), methods):
        if program not in seen:
            seen.add(program)
            yield program


def _all(numbers, methods):
    for kind, names in methods.items():
        for name in names:
            if name == "__hash__" and kind in HASHES or name == "__new__" or name == "pop" and kind == "set":
                continue
            each = 5 if name.startswith("__") else 14
            for _ in range(each):
                value = numbers.one(VALUES[kind])
                call = f"x.{name}({arguments(numbers, kind, 3 if each > 5 else 2)})"
                if not (name in ("__pow__", "__rpow__", "__lshift__", "__rlshift__") and (TOO_MUCH.search(value) or TOO_MUCH.search(call))):
                    yield value, call
    values = [value for kind in VALUES.values() for value in kind]
    for name, most in BUILTINS.items():
        for index in range(24 if most else 2):
            value = numbers.one(values)
            rest = [numbers.one(ANYTHING) for _ in range(numbers.below(most))] if most > 1 else []
            if not numbers.below(6):
                rest.append(numbers.one(KEYWORDS))
            given = ", ".join(["x", *rest]) if index else ", ".join(rest[:0])
            if name in ("id", "input", "globals", "locals", "print", "open"):
                given = "x, 1, 2, 3, 4, 5, 6, 7, 8, nonsense=1"
            if name == "hash" and not value[:1].isdigit():
                continue
            if name in ("bytes", "bytearray", "list", "tuple", "pow", "eval", "exec") and TOO_MUCH.search(value + given):
                continue
            yield value, f"{name}({given})"
    for kind, of_kind in VALUES.items():
        for code in UNARY:
            yield numbers.one(of_kind), code
        for code in STATEMENTS:
            yield numbers.one(of_kind), code
        for operator in OPERATORS:
            yield numbers.one(of_kind), f"x {operator} {numbers.one(of_kind)}"
            yield numbers.one(of_kind), f"x {operator} {numbers.one(values)}"
        for code in ("x ** 2", "x ** -1", "2 ** x", "x << 1", "1 << x", "x >> 1", "x ** 0.5", "pow(x, 2, 5)", "x << -1"):
            value = numbers.one(of_kind)
            if not TOO_MUCH.search(value):
                yield value, code


ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def show(value, depth=0):
    """A value as text that does not depend on addresses or on the order of sets."""
    if depth > 4:
        return "..."
    kind = type(value)
    if kind in (set, frozenset):
        inside = ", ".join(sorted(show(item, depth + 1) for item in value))
        return f"{kind.__name__}({{{inside}}})"
    if kind in (list, tuple):
        inside = ", ".join(show(item, depth + 1) for item in value)
        return f"[{inside}]" if kind is list else f"({inside})"
    if kind is dict:
        return "{" + ", ".join(f"{show(key, depth + 1)}: {show(item, depth + 1)}" for key, item in value.items()) + "}"
    if hasattr(kind, "__next__"):
        items = []
        try:
            for _ in range(20):
                items.append(show(next(value), depth + 1))
        except StopIteration:
            pass
        except Exception as error:
            items.append(f"{type(error).__name__}: {error}")
        return f"<{kind.__name__}> {', '.join(items)}"
    if kind is memoryview:
        try:
            return f"memoryview({value.format}, {value.tolist()})"
        except ValueError as error:
            return f"memoryview: {error}"
    return ADDRESS.sub("0x...", repr(value))


def outcome(program):
    """What a program comes to, on one line."""
    value, code = program
    space = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            space["x"] = x = eval(value)
            if code in STATEMENTS:
                exec(code, space)
                result = show(space.get("x"))
            else:
                result = show(eval(code, space))
                if type(x) in (list, dict, set, bytearray) and code.startswith("x."):
                    result += f" / {show(x)}"
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            try:
                result = f"{type(error).__name__}: {ADDRESS.sub('0x...', str(error))}"
            except Exception as worse:
                result = f"{type(error).__name__}, {type(worse).__name__}: {worse}"
    if len(result) > 300:
        result = result[:300] + f"... ({len(result)})"
    return result.encode("unicode_escape").decode("ascii")
