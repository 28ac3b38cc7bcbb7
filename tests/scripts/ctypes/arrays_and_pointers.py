# Arrays, pointers, single values, memory.
from ctypes import *

a = (c_int * 5)(1, 2, 3)
print(list(a), len(a), a[-1], a[1:4], a[::-2], sizeof(a))
a[3] = 40
a[0:2] = [7, 8]
print(list(a), (c_int * 5) is (c_int * 5), (c_int * 5).__name__)
text = create_string_buffer(b"hello", 10)
print(text.value, text.raw, text[1], text[1:3], len(text))
text.value = b"new"
print(text.raw)
wide = create_unicode_buffer("w\u20acde")
print(wide.value, wide[1], wide[:2], len(wide))
matrix = (c_int * 3 * 2)((1, 2, 3), (4, 5, 6))
print([list(row) for row in matrix], sizeof(matrix))

p = pointer(c_int(5))
p[0] = 6
print(p.contents, p[0], bool(p), bool(POINTER(c_int)()))
q = cast(a, POINTER(c_int))
print(q[0], q[3], q[0:5], q[4:0:-2])
q.contents = c_int(77)
print(q[0], a[0])
pp = pointer(p)
print(pp.contents.contents.value, pp[0][0])
print(POINTER(c_int) is POINTER(c_int), POINTER(c_int).__name__, POINTER(None) is c_void_p)

for kind, values in [(c_byte, (-1, 200)), (c_ubyte, (255, 256, -1)), (c_short, (40000,)), (c_int, (1 << 31,)), (c_uint, (-1,)), (c_longlong, (1 << 64, -1 << 63)),
                     (c_float, (0.1,)), (c_double, (0.1, 3)), (c_longdouble, (0.1, 1e300, 5e-324, float("inf"), -0.0)), (c_bool, (5, "", [])),
                     (c_char, (b"a", 65)), (c_wchar, ("a",)), (c_void_p, (None, 0, 5)), (c_char_p, (b"text", None)), (c_wchar_p, ("text", None))]:
    print(kind.__name__, [kind(value).value for value in values], kind())

for attempt in (lambda: c_int("5"), lambda: c_int(1.5), lambda: c_float("x"), lambda: c_char(b"ab"), lambda: c_char("a"), lambda: c_char(300), lambda: c_wchar("ab"),
                lambda: c_wchar(b"a"), lambda: c_char_p("text"), lambda: c_wchar_p(b"text"), lambda: c_void_p("x"), lambda: c_int(1, 2), lambda: a[5], lambda: a["x"],
                lambda: POINTER(c_int)()[0], lambda: POINTER(c_int)().contents, lambda: pointer(5), lambda: q["x"],
                lambda: q[:], lambda: (c_int * 2)(1, 2, 3), lambda: c_int * -1, lambda: byref(5), lambda: sizeof(5), lambda: addressof(5),
                lambda: cast(a, c_int), lambda: cast(a, int), lambda: text.__setattr__("value", b"much too long a text"), lambda: setattr(a, "x", 1) or a.x):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, error)

# Shared memory.
data = bytearray(b"\1\0\0\0\2\0\0\0")
shared = (c_int * 2).from_buffer(data)
shared[0] = 5
print(data, c_int.from_buffer(data, 4).value)
copy = (c_int * 2).from_buffer_copy(data)
copy[0] = 9
print(data[0], copy[0])
try:
    data.append(1)
except BufferError as error:
    print(error)
for attempt in (lambda: c_int.from_buffer(b"1234"), lambda: c_int.from_buffer(bytearray(3)), lambda: c_int.from_buffer_copy(b"123"), lambda: c_int.from_buffer(bytearray(8), -1)):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, error)
other = c_int.from_address(addressof(copy) + 4)
other.value = 1234
print(copy[1])
resize(copy, 16)
print(sizeof(copy), list(copy))
try:
    resize(copy, 1)
except ValueError as error:
    print(error)

view = memoryview(shared)
print(view.format, view.shape, view.itemsize, view.nbytes, view.readonly, bytes(view))
print(bytes((c_short * 3)(1, 2, 3)), memoryview(c_double(2.0)).format)
print(memoryview(matrix).shape, memoryview(matrix).ndim, memoryview(matrix).format)

class Number(c_int):
    pass

print((Number * 2)(Number(1))[0].__class__.__name__, type((c_int * 1)(1)[0]))
print(repr(c_int(5)), repr(c_char(b"x")), repr(c_double(1.5)), repr(c_char_p(b"x"))[:9])
source, target = create_string_buffer(b"source"), create_string_buffer(10)
memmove(target, source, 4)
memset(byref(target, 4), ord("!"), 2)
print(target.value, wstring_at(wide), string_at(target, 2))
print(c_int(3)._objects, c_char_p(b"kept")._objects, c_int()._b_base_, a._b_needsfree_)
