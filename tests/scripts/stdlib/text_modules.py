"""textwrap, string, pprint, json, difflib, shlex, html."""
import difflib
import html
import io
import json
import pprint
import shlex
import string
import textwrap

print(textwrap.fill("the quick brown fox jumps over the lazy dog", 16))
print(textwrap.dedent("""\
    a
      b
    """), textwrap.shorten("hello brave new world", 12))
print(string.Template("$who likes $$ ${what}").substitute(who="tim", what="kung pao"), string.capwords("a bc d"), string.ascii_lowercase)


class Upper(string.Formatter):
    def convert_field(self, value, conversion):
        return value.upper() if conversion == "u" else super().convert_field(value, conversion)


print(Upper().format("{0!u} {x[1]} {y.real:03}", "ab", x=[1, 2], y=7))
pprint.pprint({"key": list(range(30)), "other": {"nested": ["text" * 5] * 3}}, width=60)
print(json.dumps({"b": [1, 2.5, None, True], "a": "x\n\u20ac\ud800"}, sort_keys=True, indent=2))
print(json.loads('{"a": [1, -2.5e3, {"b": "\\u20ac"}], "n": null}'), json.loads("[]"))
try:
    json.loads('{"a": }')
except json.JSONDecodeError as error:
    print(error)
file = io.StringIO()
json.dump([1, "two"], file)
print(file.getvalue())
print("\n".join(difflib.unified_diff(["a", "b", "c"], ["a", "d", "c"], lineterm="")), difflib.get_close_matches("appel", ["ape", "apple"]))
print(shlex.split("a 'b c' \"d\\\"e\" # f", comments=True), shlex.quote("it's"), html.escape("<a & 'b'>"), html.unescape("&lt;&eacute;"))
