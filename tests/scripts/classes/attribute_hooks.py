# __getattr__, __getattribute__, __setattr__, __delattr__, __dir__.
class A:
    def __init__(self): self.real = 1
    def __getattr__(self, name):
        if name.startswith("x"): return name * 2
        raise AttributeError(f"no {name}")
a = A()
print(a.real, a.xy, hasattr(a, "zz"), getattr(a, "zz", "dflt"))
try: a.zz
except AttributeError as e: print(e)
class B:
    def __getattribute__(self, name):
        print("get", name, end="; ")
        return super().__getattribute__(name)
    def __setattr__(self, name, value):
        print("set", name, value, end="; ")
        super().__setattr__(name, value)
    def __delattr__(self, name):
        print("del", name, end="; ")
        object.__delattr__(self, name)
    def m(self): return "m"
b = B()
b.v = 1; b.v += 1; print(b.v, b.m()); del b.v
print(hasattr(b, "v"))
b.__dict__["q"] = 3; print(b.q)
class Both:
    def __getattribute__(self, n):
        if n == "special": raise AttributeError("from attribute")
        return object.__getattribute__(self, n)
    def __getattr__(self, n): return "fallback " + n
print(Both().special, Both().other, Both().__class__.__name__)
class Frozen:
    def __init__(self): object.__setattr__(self, "v", 1)
    def __setattr__(self, n, v): raise TypeError("frozen")
    __delattr__ = __setattr__
f = Frozen(); print(f.v)
for code in ("f.v = 2", "f.w = 1", "setattr(f, 'x', 1)"):
    try: exec(code)
    except TypeError as e: print(e)
class Proxy:
    def __init__(self, t): self.__dict__["t"] = t
    def __getattr__(self, n): return getattr(self.t, n)
    def __setattr__(self, n, v): setattr(self.t, n, v)
class T: pass
t = T(); p = Proxy(t); p.z = 5; print(t.z, p.z, vars(p).keys() == {"t"})
print(Proxy("abc").upper(), Proxy([1, 2]).count(1))
try: len(Proxy([1]))
except TypeError as e: print(e)
class Dir:
    def __dir__(self): return ["b", "a"]
print(dir(Dir()))
class Rec:
    def __getattr__(self, n): return self.other
try: Rec().x
except RecursionError as e: print("RecursionError")
class Boom:
    def __getattr__(self, n): raise ValueError("boom " + n)
try: hasattr(Boom(), "x")
except ValueError as e: print(e)
class Ops:
    def __getattr__(self, n): return lambda *a: 5
try: Ops() + 1
except TypeError as e: print(e)
print(Ops().__add__(1))
for bad in ("getattr(1, 5)", "setattr(1, 'a', 2)", "setattr(object(), 'a', 1)", "getattr([], 'zz')", "''.x", "(5).real = 1", "int.x = 1", "None.a", "delattr(5, 'real')", "[].append = 1", "hasattr(1)", "type.__name__.zz"):
    try: exec(bad)
    except (AttributeError, TypeError) as e: print(type(e).__name__, e)
mod = type(t)
class ModLike:
    pass
o = ModLike(); o.__getattr__ = lambda n: 1
try: o.nope
except AttributeError as e: print(e)
