# Changing classes at run time: methods, bases' attributes, special methods, caches must notice.
class A: pass
class B(A): pass
b = B()
def get(o): return o.attr
def call(o): return o.m()
for i in range(3):
    try: print(get(b))
    except AttributeError as e: print(e)
    if i == 0: A.attr = "A"
    if i == 1: B.attr = "B"
b.attr = "instance"; print(get(b)); del b.attr; print(get(b)); del B.attr; print(get(b)); A.attr = property(lambda s: "prop"); print(get(b)); del A.attr
A.m = lambda self: "A.m"; print(call(b), call(b)); B.m = lambda self: "B.m"; print(call(b)); b.m = lambda: "b.m"; print(call(b)); del b.m, B.m; print(call(b))
A.__len__ = lambda self: 7; print(len(b), bool(b)); A.__len__ = lambda self: 0; print(len(b), bool(b)); del A.__len__
try: len(b)
except TypeError as e: print(e)
A.__add__ = lambda s, o: "added"; print(b + 1); del A.__add__
try: b + 1
except TypeError as e: print(e)
A.__call__ = lambda s: "called"; print(b()); A.__eq__ = lambda s, o: True; print(b == 5); A.__getattr__ = lambda s, n: "dyn " + n; print(b.zzz); del A.__getattr__
A.__init__ = lambda s, x: setattr(s, "x", x); print(B(4).x); del A.__init__; B()
A.__repr__ = lambda s: "new repr"; print(b, [b]); A.__iter__ = lambda s: iter([1]); print(list(b)); A.__contains__ = lambda s, x: x == 3; print(3 in b)
class Other:
    def m(self): return "Other.m"
b.__class__ = Other; print(call(b), type(b).__name__)
def make(i):
    class K:
        n = i
        def get(self): return self.n
    return K
print([make(i)().get() for i in range(4)])
objs = [make(i)() for i in range(6)]; print([get_n(o) for o in objs] if 0 else [o.get() for o in objs])
class P: x = 1
class Q: x = 2
class R(P): pass
r = R(); print(r.x); R.__bases__ = (Q,); print(r.x, R.__mro__[1].__name__)
for o in (P(), Q(), R(), P()): print(o.x, end=" ")
print()
g = 1
def readg(): return g
print(readg()); g = 2; print(readg()); globals()["g"] = 3; print(readg()); del g
try: readg()
except NameError as e: print(e)
len = lambda x: "shadowed"; print(len("abc")); del len; print(len("abc"))
import builtins
def readb(): return newb
builtins.newb = 5; print(readb()); newb = 6; print(readb()); del newb; print(readb()); del builtins.newb
