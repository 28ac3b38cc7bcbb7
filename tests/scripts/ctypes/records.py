# Structures, unions, bit fields, byte orders, alignment.
import sys
from ctypes import *

class Point(Structure):
    _fields_ = [("x", c_int), ("y", c_int)]

class Rect(Structure):
    _fields_ = [("a", Point), ("b", Point), ("name", c_char * 8)]

p = Point(1, 2)
print(p.x, p.y, sizeof(Point), alignment(Point), Point(y=5).y, Point.x.offset, Point.y.offset, Point.y.size)
r = Rect((1, 2), Point(3, 4), b"name")
r.a.x = 10
r.b = p
print(r.a.x, r.a.y, r.b.x, r.name, sizeof(r))
view = r.b
view.y = 99
print(r.b.y, p.y)

class Derived(Point):
    _fields_ = [("z", c_double)]

d = Derived(1, 2, 3.5)
print(d.x, d.y, d.z, sizeof(Derived), Derived.z.offset)

class Bits(Structure):
    _fields_ = [("a", c_uint, 3), ("b", c_uint, 5), ("c", c_int, 4), ("d", c_ulonglong, 40), ("e", c_bool, 1)]

b = Bits(7, 33, -3, 1 << 39, 1)
print(b.a, b.b, b.c, b.d, b.e, sizeof(Bits))
b.c = 9
b.a = -1
print(b.a, b.c)

class Value(Union):
    _fields_ = [("i", c_int), ("f", c_float), ("bytes", c_ubyte * 4)]

v = Value(f=1.0)
print(hex(v.i), list(v.bytes), sizeof(Value))

class Tagged(Structure):
    _anonymous_ = ["value"]
    _fields_ = [("tag", c_byte), ("value", Value), ("last", c_byte)]

t = Tagged()
t.i = 0x01020304
print(t.value.i == t.i, Tagged.i.offset, Tagged.last.offset, sizeof(Tagged))

class Packed(Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("a", c_byte), ("b", c_int), ("c", c_short)]

print(sizeof(Packed), Packed.b.offset, Packed.c.offset, alignment(Packed))

class Big(BigEndianStructure):
    _fields_ = [("a", c_uint32), ("b", c_uint16), ("c", c_int64), ("d", c_double)]

big = Big(1, 2, -3, 1.5)
print(bytes(big)[:6], big.a, big.b, big.c, big.d)
print(bytes(c_int.__ctype_be__(258)), c_int.__ctype_be__(258).value)

# A type that refers to itself.
class Node(Structure):
    pass

Node._fields_ = [("value", c_int), ("next", POINTER(Node))]
last = Node(3, None)
middle = Node(2, pointer(last))
first = Node(1, pointer(middle))
node, values = first, []
while True:
    values.append(node.value)
    if not node.next:
        break
    node = node.next.contents
print(values)

for attempt in (
    lambda: Point(1, 2, 3),
    lambda: Point("x"),
    lambda: Point(1, x=2),
    lambda: setattr(Point, "_fields_", []),
    lambda: setattr(p, "x", "text"),
    lambda: setattr(p, "x", 1.5),
    lambda: setattr(r, "a", 5),
    lambda: setattr(r, "a", v),
    lambda: setattr(r, "name", b"too long for it"),
    lambda: setattr(r, "name", 5),
    lambda: type("S", (Structure,), {"_fields_": [("a", c_float, 3)]}),
    lambda: Structure(),
    lambda: hash(p),
):
    try:
        print("no error", attempt())
    except Exception as error:
        print(type(error).__name__, error)

# Keeping alive.
class Text(Structure):
    _fields_ = [("text", c_char_p), ("numbers", POINTER(c_int))]

s = Text(b"some text", (c_int * 3)(1, 2, 3))
import gc
gc.collect()
print(s.text, s.numbers[:3])

import pickle
print(pickle.loads(pickle.dumps(p)).y == p.y)
try:
    pickle.dumps(s)
except ValueError as error:
    print(error)
