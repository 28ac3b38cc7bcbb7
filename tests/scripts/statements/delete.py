# del of every target; unbound names afterwards.
a = 1
del a
try:
    a
except NameError as e:
    print(e)
def f():
    x = 1
    del x
    try:
        return x
    except UnboundLocalError as e:
        print(e)
    try:
        del x
    except UnboundLocalError as e:
        print(e)
f()
def g():
    y = 1
    def h():
        return y
    del y
    try:
        h()
    except NameError as e:
        print(type(e).__name__, e)
    y = 2
    print(h())
g()
class C:
    z = 1
    w = 2
    del z
print(hasattr(C, "z"), C.w)
c = C()
c.attr = 1
del c.attr
for name in ("attr", "w", "nothing"):
    try:
        delattr(c, name)
    except AttributeError as e:
        print(e)
items = list(range(10))
del items[0], items[-1]
del items[1:3], (items[0])
del items[::2]
print(items)
d = {"a": 1, "b": 2}
del d["a"]
print(d)
try:
    del d["zz"]
except KeyError as e:
    print(e)
try:
    del items[50]
except IndexError as e:
    print(e)
try:
    del (1, 2)[0]
except TypeError as e:
    print(e)
try:
    del "abc"[0]
except TypeError as e:
    print(e)
try:
    del undefined_name
except NameError as e:
    print(e)
p, q, r = 1, 2, 3
del p, (q, [r])
print("p" in globals(), "q" in globals(), "r" in globals())
