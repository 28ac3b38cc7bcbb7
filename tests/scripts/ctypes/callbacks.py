# C calls Python: comparisons of qsort, arguments and results of all sorts, exceptions.
import sys
from ctypes import *

libc = CDLL(None)
compare_type = CFUNCTYPE(c_int, POINTER(c_int), POINTER(c_int))
calls = 0

def compare(a, b):
    global calls
    calls += 1
    return a[0] - b.contents.value

numbers = (c_int * 10)(5, 3, 9, -1, 7, 0, 2, 8, 6, 4)
libc.qsort.restype = None
libc.qsort(numbers, len(numbers), sizeof(c_int), compare_type(compare))
print(list(numbers), calls > 10)

# A callback that sorts.
def sorting(a, b):
    inner = (c_int * 3)(3, 1, 2)
    libc.qsort(inner, 3, sizeof(c_int), compare_type(lambda a, b: b[0] - a[0]))
    assert list(inner) == [3, 2, 1]
    return a[0] - b[0]

numbers = (c_int * 4)(4, 3, 2, 1)
libc.qsort(numbers, 4, sizeof(c_int), compare_type(sorting))
print(list(numbers))

# Called from Python, as any function.
for kind, value in [
    (c_byte, -5), (c_ubyte, 200), (c_short, -300), (c_ushort, 60000), (c_int, -70000), (c_uint, 4000000000), (c_long, -1 << 40), (c_ulong, 1 << 63),
    (c_float, 0.5), (c_double, -1.25), (c_longdouble, 2.75), (c_bool, True), (c_char, b"x"), (c_wchar, "\u20ac"), (c_void_p, 4096), (c_char_p, b"text"),
    (c_wchar_p, "wide"),
]:
    seen = []
    def function(argument):
        seen.append(argument)
        return argument
    try:
        callback = CFUNCTYPE(kind, kind)(function)
        result = callback(value)
    except Exception as error:
        print(kind.__name__, type(error).__name__, error)
        continue
    print(kind.__name__, seen[0], result == value, type(result) is type(seen[0]))

class Pair(Structure):
    _fields_ = [("x", c_int), ("y", c_double)]

def of_pair(pair, pointer):
    pointer[0].x = 100
    return pair.x + pair.y + pointer.contents.y

function = CFUNCTYPE(c_double, Pair, POINTER(Pair))(of_pair)
other = Pair(3, 4.5)
print(function(Pair(1, 2.5), byref(other)), other.x)

# Exceptions are told to the hook; the result is zero.
def hook(unraisable):
    print("unraisable:", unraisable.exc_type.__name__, unraisable.exc_value, unraisable.object, "ctypes callback function <function" in unraisable.err_msg)

sys.unraisablehook = hook

def fails(number):
    return 1 // number

def wrong(number):
    return "text"

CFUNCTYPE(c_int, c_int)(fails)(0)
print(CFUNCTYPE(c_int, c_int)(fails)(1))
CFUNCTYPE(c_int, c_int)(wrong)(1)
print(CFUNCTYPE(None, c_int)(fails)(0))

failures = []

def compare_fails(a, b):
    # Once: how often the C library compares is its own affair.
    if not failures:
        failures.append(a[0])
        raise KeyError("compare")
    return 0

numbers = (c_int * 2)(2, 1)
libc.qsort(numbers, 2, sizeof(c_int), compare_type(compare_fails))
print(sorted(numbers))

# errno in a callback.
def with_errno(number):
    before = get_errno()
    set_errno(number)
    return before

set_errno(3)
callback = CFUNCTYPE(c_int, c_int, use_errno=True)(with_errno)
callback(5)
print(get_errno())

# Functions as results and arguments.
inner = CFUNCTYPE(c_int, c_int)(lambda number: number * 3)
outer = CFUNCTYPE(c_int, CFUNCTYPE(c_int, c_int), c_int)(lambda function, number: function(number) + 1)
print(outer(inner, 7), bool(inner))
again = CFUNCTYPE(c_int, c_int)(cast(inner, c_void_p).value)
print(again(5))

for attempt in (lambda: CFUNCTYPE(Pair)(fails), lambda: CFUNCTYPE(POINTER(c_int))(fails), lambda: CFUNCTYPE(c_int, int), lambda: CFUNCTYPE(c_int)("text")):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, error)

# Deep: each call reenters the interpreter.
depth = 0

def descend(number):
    global depth
    depth = max(depth, number)
    return number if number == 10 else down(number + 1)

down = CFUNCTYPE(c_int, c_int)(descend)
print(down(0), depth)

# py_object passes through C.
things = [object(), "text", 5, None, 2.5, [1]]
echo = PYFUNCTYPE(py_object, py_object)(lambda thing: thing)
print([echo(thing) is thing or echo(thing) == thing for thing in things])
