# Every form of assignment target.
a = b = c = [0]
print(a is b is c)
x, y = 1, 2
x, y = y, x
print(x, y)
(p, [q, r]), s = (1, (2, 3)), 4
print(p, q, r, s)
first, *middle, last = range(5)
print(first, middle, last)
*start, end = "ab"
print(start, end)
[head, *tail] = [1]
print(head, tail)
class Box:
    pass
box = Box()
box.a, box.b = 1, [2]
box.b[0], box.c = box.a, box.b
print(box.a, box.b, box.c)
items = [0, 1, 2, 3]
items[1:3] = "xyz"
items[0], items[-1] = items[-1], items[0]
print(items)
i = 0
i, items[i] = 1, "changed at new i"
print(items)
for bad in ((1,), (1, 2, 3)):
    try:
        m, n = bad
    except ValueError as e:
        print(str(e)[:24])
try:
    m, *n, o = (1,)
except ValueError as e:
    print(e)
try:
    m, n = 5
except TypeError as e:
    print(e)
d = {}
d["k"], (d["l"], d["m"]) = 1, (2, 3)
print(d)
for d["loop"] in range(3):
    pass
print(d["loop"])
with_tuple = 1, *(2, 3), *[4]
print(with_tuple, (*"ab",), [*range(2), *()], {*[1, 1]}, {**{"a": 1}, "b": 2, **{"a": 3}})
