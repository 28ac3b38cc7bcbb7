# Class statement: attributes, methods, instances, lookups, dict, name, bool, identity.
class A:
    """Doc of A."""
    shared = []
    count = 0
    def __init__(self, name="n"):
        self.name = name
        A.count += 1
    def method(self, x): return self.name, x
    def __repr__(self): return f"A({self.name!r})"
a, b = A("a"), A("b")
a.shared.append(1)
print(b.shared, A.count, a, [a, b], A.__doc__, A.__name__, A.__module__, A.__qualname__, A.__bases__, A.__mro__)
print(a.__dict__, a.__class__ is A, type(a) is A, isinstance(a, A), isinstance(a, object), A.__dict__["count"])
a.count = 10
print(a.count, A.count, b.count)
del a.count
print(a.count)
print(a.method(1), A.method(b, 2))
a.method = lambda x: ("instance", x)
print(a.method(3), b.method(3))
A.added = lambda self: "added later"
print(b.added())
try:
    a.missing
except AttributeError as e: print(e, e.name, e.obj is a)
try:
    A.missing
except AttributeError as e: print(e)
try:
    del A.missing
except AttributeError as e: print(e)
class Empty: pass
e = Empty()
e.x, e.y = 1, 2
print(vars(e), dir(e)[-2:], Empty.__doc__)
e.__dict__["z"] = 3
print(e.z)
e.__dict__ = {"only": 1}
print(e.only, hasattr(e, "x"))
try:
    e.__dict__ = 5
except TypeError as x: print(x)
class B(A): pass
x = B("x")
print(isinstance(x, A), issubclass(B, A), B.__base__, type(x).__name__, x, A.__subclasses__())
a.__class__ = B
print(type(a).__name__)
try:
    a.__class__ = int
except TypeError as err: print(err)
class Nested:
    class Inner:
        v = 1
        class Deep: pass
print(Nested.Inner.v, Nested.Inner.Deep.__qualname__, repr(Nested.Inner))
class Body:
    x = 1
    if x:
        y = x + 1
    for i in range(3): pass
    def f(self): return self.y
    z = f
print(Body().z(), Body.i)
print(type(Body), type(type), type.__name__, object.__bases__)
def make(n):
    class Local:
        value = n
    return Local
print(make(1).value, make(1) is make(1), make(1).__qualname__)
setattr(a, "dyn", 5)
print(getattr(a, "dyn"), hasattr(a, "nope"), getattr(a, "nope", None))
class Init:
    def __init__(self): return 5
try:
    Init()
except TypeError as err: print(err)
try:
    object(1)
except TypeError as err: print(err)
try:
    Empty(1)
except TypeError as err: print(err)
class Mangled:
    def __init__(self): self.__secret = 1; self.__dunder__ = 2
    def __private(self): return self.__secret
    def get(self): return self.__private()
m = Mangled()
print(sorted(vars(m)), m.get(), m._Mangled__private(), hasattr(m, "__secret"))
class _Under:
    __x = 1
    def get(self): return self.__x
print(_Under().get(), _Under._Under__x)
