"""traceback, linecache, warnings."""
import io
import linecache
import sys
import traceback
import warnings


def inner(n):
    return 1 / n


def outer():
    try:
        inner(0)
    except ZeroDivisionError as error:
        raise ValueError("outer") from error


try:
    outer()
except ValueError as error:
    caught = error
lines = traceback.format_exception(caught)
print("".join(line.replace(__file__, "FILE") for line in lines))
print([(frame.name, frame.lineno, frame.line) for frame in traceback.extract_tb(caught.__traceback__)])
print(traceback.format_exception_only(KeyError("k")), linecache.getline(__file__, 9))
try:
    exec("a +")
except SyntaxError as error:
    print("".join(traceback.format_exception_only(error)))
group = ExceptionGroup("many", [ValueError(1), ExceptionGroup("few", [TypeError(2)])])
print("".join(traceback.format_exception(group)))
te = traceback.TracebackException.from_exception(caught, capture_locals=True)
print(te.exc_type_str, te.stack[-1].name, te.__cause__.exc_type_str)
file = io.StringIO()
try:
    inner("a")
except TypeError:
    traceback.print_exc(file=file, limit=1)
print(file.getvalue().splitlines()[-1])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("old", DeprecationWarning)
    warnings.warn("odd")
print([(warning.category.__name__, str(warning.message)) for warning in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("raised", RuntimeWarning)
    except RuntimeWarning as error:
        print(repr(error))
warnings.filterwarnings("ignore", message="quiet")
warnings.warn("quiet one")
