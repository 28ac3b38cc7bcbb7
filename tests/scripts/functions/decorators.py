# Decorators on functions, methods and classes; wrapped functions.
def tag(name):
    def deco(f):
        def wrapper(*a, **k):
            return f"<{name}>{f(*a, **k)}</{name}>"
        wrapper.__name__ = f.__name__
        wrapper.__wrapped__ = f
        return wrapper
    return deco
@tag("b")
@tag("i")
def hello(who, punct="!"):
    return "hello " + who + punct
print(hello("x"), hello("y", punct="?"), hello.__name__)
registry = {}
def register(cls):
    registry[cls.__name__] = cls
    cls.registered = True
    return cls
@register
class A: pass
@register
@(lambda c: type("Wrapped" + c.__name__, (c,), {}))
class B: pass
print(sorted(registry), A.registered, B.__name__)
class Count:
    def __init__(self, f): self.f, self.n = f, 0
    def __call__(self, *a): self.n += 1; return self.f(*a)
    def __get__(self, obj, cls=None):
        return lambda *a: self(obj, *a)
@Count
def f(x): return x + 1
f(1); f(2)
print(f.n, f(3))
class C:
    @Count
    def m(self, x): return (type(self).__name__, x)
    @staticmethod
    def s(x): return x
    @classmethod
    def c(cls): return cls.__name__
    @property
    def p(self): return self._p
    @p.setter
    def p(self, v): self._p = v * 2
    @p.deleter
    def p(self): del self._p
c = C()
print(c.m(5), C.s(1), c.s(2), C.c(), c.c())
c.p = 4
print(c.p)
del c.p
try:
    c.p
except AttributeError as e: print(e)
class D(C):
    @C.p.getter
    def p(self): return "derived"
d = D(); d.p = 1
print(d.p, d._p)
decos = [lambda f: (lambda: f() + 1), lambda f: (lambda: f() * 10)]
@decos[0]
@decos[1]
def g(): return 1
print(g())
@(lambda f: print(f.__name__))
def printed(): pass
print(printed)
def twice(f):
    return lambda x: f(f(x))
@twice
@twice
def inc(x): return x + 1
print(inc(0))
