# Data and non-data descriptors, priorities, __set_name__, property.
class NonData:
    def __get__(self, obj, cls): return ("nondata", obj is not None, cls.__name__)
class Data:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = name
    def __get__(self, obj, cls=None):
        if obj is None: return self
        return obj.__dict__.get("_" + self.name, "unset")
    def __set__(self, obj, value): obj.__dict__["_" + self.name] = ("set", value)
    def __delete__(self, obj): del obj.__dict__["_" + self.name]
class C:
    nd = NonData()
    d = Data()
    e = f = Data()
c = C()
print(c.nd, C.nd, c.d, type(C.d).__name__)
c.nd = "shadow"; print(c.nd)
c.d = 5; print(c.d)
c.__dict__["d"] = "hidden"; print(c.d)
del c.d; print(c.d)
class OnlySet:
    def __set__(self, o, v): print("only set", v)
class OnlyGet:
    def __get__(self, o, c): raise AttributeError("from get")
class D:
    s = OnlySet()
    g = OnlyGet()
    def __getattr__(self, name): return "getattr " + name
d = D()
d.s = 1
print(type(d.s).__name__, d.g)
d.__dict__["s"] = 9; print(d.s)
try:
    del d.s
except AttributeError as e: print(e)
class P:
    def __init__(self): self._x = 1
    x = property(lambda s: s._x, lambda s, v: setattr(s, "_x", v), None, "the doc")
    ro = property(lambda s: "ro")
    @property
    def err(self): raise AttributeError("inner problem")
p = P()
p.x = 5; print(p.x, P.x.__doc__, P.x.fget(p), type(P.x).__name__)
for code in ("p.ro = 1", "del p.ro", "del p.x", "p.err", "P.ro.fset(1)", "p.x()"):
    try: exec(code)
    except (AttributeError, TypeError) as e: print(type(e).__name__, e)
wo = property(None, lambda s, v: None)
class W: w = wo
try: W().w
except AttributeError as e: print(e)
class Cached:
    def __init__(self, f): self.f = f
    def __set_name__(self, o, n): self.n = n
    def __get__(self, obj, cls):
        v = obj.__dict__[self.n] = self.f(obj)
        return v
class L:
    @Cached
    def slow(self): print("computed"); return 42
l = L(); print(l.slow, l.slow)
class MetaD(type):
    @property
    def mp(cls): return "meta " + cls.__name__
class M(metaclass=MetaD): pass
print(M.mp)
try: M().mp
except AttributeError as e: print(e)
try: M.mp = 1
except AttributeError as e: print(e)
f = lambda self: ("bound", self)
print(f.__get__(5)(), f.__get__(None, int) is f, type(f.__get__(1)).__name__, C.__dict__["nd"].__get__(None, C))
class BadName:
    def __set_name__(self, o, n): raise ValueError("bad name")
try:
    class X: b = BadName()
except ValueError as e: print(type(e).__name__, e, getattr(e, "__notes__", None))
print(isinstance(classmethod(f), object), staticmethod(f)(3), classmethod(lambda c: c).__get__(None, int)(), property().fget)
