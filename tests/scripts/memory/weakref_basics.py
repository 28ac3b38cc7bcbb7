# weakref: ref, callback, dead refs, hash and equality, unsupported types.
import weakref
class C:
    def __init__(self, n=0): self.n = n
    def __eq__(self, o): return isinstance(o, C) and self.n == o.n
    def __hash__(self): return hash(self.n)
c = C(5)
r = weakref.ref(c)
print(r() is c, r().n, weakref.ref(c) is r, type(r).__name__, weakref.getweakrefcount(c), weakref.getweakrefs(c)[0] is r)
def cb(x): print("callback", x is r2, x())
r2 = weakref.ref(c, cb)
print(r2 is r, r2 == r, hash(r) == hash(c), hash(r2) == hash(r))
del c
print(r(), r2(), r == r2, r == r)
for bad in (5, "s", None, (1,), [], {}, 1.5):
    try: weakref.ref(bad); print("ok", type(bad).__name__)
    except TypeError as e: print(e)
for good in (lambda: 0, C, {1}, frozenset([1]), print, type):
    print(weakref.ref(good)() is good, end=" ")
print()
class S: __slots__ = ()
try: weakref.ref(S())
except TypeError as e: print(e)
class W: __slots__ = ("__weakref__",)
w = W(); print(weakref.ref(w)() is w)
class L(list): pass
l = L([1]); rl = weakref.ref(l); print(rl() == [1]); del l; print(rl())
def later():
    o = C(1)
    return weakref.ref(o)
print(later()())
o = C(2); ro = weakref.ref(o); o2 = o; del o; print(ro() is o2); o2 = None; print(ro())
calls = []
objs = [C(i) for i in range(3)]; refs = [weakref.ref(x, lambda w, i=i: calls.append(i)) for i, x in enumerate(objs)]
x = None; objs.pop(1); print(calls); objs.clear(); print(sorted(calls))
p_target = C(9); p = weakref.proxy(p_target); print(p.n, type(p).__name__ in ("ProxyType", "weakproxy")); p.n = 10; print(p_target.n); del p_target
try: p.n
except ReferenceError as e: print(e)
a, b = C(1), C(1); print(weakref.ref(a) == weakref.ref(b), weakref.ref(a) != weakref.ref(C(2)))
class M:
    def m(self): return "method"
m = M(); rm = weakref.ref(m.m); print(rm())
try: weakref.ref()
except TypeError: print("needs an argument")
try: r(1)
except TypeError: print("takes none")
print(repr(r).endswith("; dead>"))
