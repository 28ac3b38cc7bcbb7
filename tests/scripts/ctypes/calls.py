# Functions of the C library: arguments, results, errno, and what is said of wrong arguments.
import ctypes
from ctypes import *

libc = CDLL(None)
libm = CDLL("libm.so.6")

libc.strlen.argtypes = [c_char_p]
libc.strlen.restype = c_size_t
print(libc.strlen(b"twelve bytes"), libc.strlen(b""))

print(libc.abs(-5), libc.toupper(ord("a")))
libm.pow.argtypes = [c_double, c_double]
libm.pow.restype = c_double
print(libm.pow(2, 0.5), libm.pow(2.0, 10))
libm.sqrtf.argtypes, libm.sqrtf.restype = [c_float], c_float
print(libm.sqrtf(2.25))

# Variable arguments.
buffer = create_string_buffer(100)
count = libc.snprintf(buffer, c_size_t(len(buffer)), b"%d %s %.3f %c %ld %ls", 42, b"text", c_double(2.5), ord("x"), c_long(-1 << 40), "wide")
print(count, buffer.value)
libc.snprintf.argtypes = [c_char_p, c_size_t, c_char_p]
print(libc.snprintf(buffer, 5, b"%d", 1234567), buffer.value)

# A structure that the function fills.
class tm(Structure):
    _fields_ = [(name, c_int) for name in "sec min hour mday mon year wday yday isdst".split()] + [("gmtoff", c_long), ("zone", c_char_p)]

libc.gmtime_r.argtypes = [POINTER(c_long), POINTER(tm)]
libc.gmtime_r.restype = POINTER(tm)
when = c_long(86400 * 366 + 3661)
result = tm()
back = libc.gmtime_r(byref(when), byref(result))
print([getattr(result, name) for name, *_ in tm._fields_[:9]], back.contents.hour, addressof(back.contents) == addressof(result))

# Structures by value.
class div_t(Structure):
    _fields_ = [("quot", c_int), ("rem", c_int)]

class ldiv_t(Structure):
    _fields_ = [("quot", c_long), ("rem", c_long)]

libc.div.restype = div_t
answer = libc.div(17, 5)
print(answer.quot, answer.rem)
libc.ldiv.restype, libc.ldiv.argtypes = ldiv_t, [c_long, c_long]
answer = libc.ldiv(-17, 5)
print(answer.quot, answer.rem)

# Pointers as results.
libc.strchr.argtypes, libc.strchr.restype = [c_char_p, c_char], c_char_p
print(libc.strchr(b"abcdef", b"d"), libc.strchr(b"abcdef", b"z"))
libc.malloc.restype, libc.malloc.argtypes = c_void_p, [c_size_t]
libc.free.argtypes = [c_void_p]
place = libc.malloc(16)
memset(place, ord("x"), 15)
memmove(place + 15, b"\0", 1)
print(string_at(place), string_at(place, 3))
libc.free(place)

# errno: the one of the last call that wanted it kept.
lib = CDLL(None, use_errno=True)
set_errno(7)
print(get_errno(), lib.close(-1), get_errno(), set_errno(0), get_errno())
print(lib.access(b"/nonexistent", 0), get_errno())

# Results that are checked.
def check(result, function, arguments):
    print("check", result, function.__name__, arguments)
    if result < 0:
        raise OSError(get_errno(), "failed")
    return arguments

lib.close.errcheck = check
try:
    lib.close(-1)
except OSError as error:
    print(repr(error))
lib.abs.restype = lambda number: f"<{number}>"
print(lib.abs(-3))

class Checked(c_int):
    @classmethod
    def _check_retval_(cls, value):
        return value.value * 2 if isinstance(value, c_int) else value * 2

lib.labs.restype = Checked
print(lib.labs(-21))

# Flags of parameters.
prototype = CFUNCTYPE(c_double, c_double, POINTER(c_int))
frexp = prototype(("frexp", libm), ((1, "x"), (2, "exponent")))
print(frexp(8.0), frexp(x=0.75))
memchr = CFUNCTYPE(c_char_p, c_char_p, c_int, c_size_t)(("memchr", libc), ((1, "text"), (1, "what", ord("b")), (1, "size", 3)))
print(memchr(b"abc"), memchr(b"abc", ord("c")), memchr(text=b"abc", size=1))

# What stands for arguments.
class Stand:
    def __init__(self, value):
        self._as_parameter_ = value

libc.labs.restype, libc.labs.argtypes = c_long, [c_long]
print(libc.strlen(Stand(b"four")), libc.abs(Stand(-9)), libc.labs(Stand(Stand(-10))))

class FromParam:
    @classmethod
    def from_param(cls, value):
        return c_int(-len(value))

libc.abs.argtypes = [FromParam]
print(libc.abs("12345"))

for attempt in (
    lambda: libc.strlen(),
    lambda: libc.strlen(5.0),
    lambda: libc.strlen("text"),
    lambda: libc.gmtime_r(byref(c_int()), None),
    lambda: libc.gmtime_r(7, None),
    lambda: libm.pow("2", 3),
    lambda: libc.abs(5),
    lambda: libc.toupper(1.5),
    lambda: libc.toupper(object()),
    lambda: libc.toupper(1 << 40),
    lambda: CDLL("libnosuchthing.so"),
    lambda: setattr(libc.strlen, "argtypes", [int]),
    lambda: setattr(libc.strlen, "argtypes", 5),
    lambda: setattr(libc.strlen, "restype", 5),
    lambda: setattr(libc.strlen, "errcheck", 5),
    lambda: frexp(),
):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, error)

for attempt in (lambda: libc.no_such_function, lambda: c_int.in_dll(libc, "no_such_variable")):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, str(error).endswith("undefined symbol: no_such_" + ("function" if "function" in str(error) else "variable")))

print(type(libc.strlen).__name__, bool(libc.strlen), bool(CFUNCTYPE(c_int)()))
print(c_void_p.in_dll(libc, "environ").value is not None, repr(libc)[:12], repr(libc.strlen)[:18])
