"""Syntax warnings: given by compile(), exec() and eval(); a filter makes syntax errors of them."""
import warnings

for source in ("x is 1", "'' 'a' ()", "assert (1, 'message')", "[1][2, 3] if 0 else 1"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(source, "some file", "exec")
    print([(warning.category.__name__, str(warning.message).partition("?")[0], warning.filename, warning.lineno) for warning in caught][:1])
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        try:
            compile(source, "some file", "exec")
        except SyntaxError as error:
            print(error.filename, error.lineno)
print(eval("# coding: something\n1"))
exec("# -*- coding: latin-1 -*-\nprint('\u20ac' == '\\u20ac')")
for flags, optimize in ((1 << 30, -1), (0, 3)):
    try:
        compile("1", "x", "eval", flags, optimize=optimize)
    except ValueError as error:
        print(error)
function = {}
for level in (0, 1, 2):
    exec(compile("def f():\n    'doc'\n    assert __debug__\n    return __debug__", "x", "exec", optimize=level), function)
    print(function["f"](), function["f"].__doc__)


class Path:
    def __fspath__(self):
        return "from a path"


print(compile("1", Path(), "eval").co_filename, compile("1", b"bytes", "eval").co_filename)
try:
    compile("1", bytearray(b"x"), "eval")
except TypeError as error:
    print(error)


def closure():
    value = 1

    def inner():
        nonlocal value
        value += 1
        print(value)
    return inner


inner = closure()
exec(inner.__code__, closure=inner.__closure__)
for arguments in ({"source": inner.__code__}, {"source": "1", "closure": inner.__closure__}, {"source": compile("1", "x", "exec"), "closure": inner.__closure__}):
    source = arguments.pop("source")
    try:
        exec(source, globals=None, **arguments)
    except TypeError as error:
        print(error)
