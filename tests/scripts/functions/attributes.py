# What a function object carries.
def f(a, b: int = 1, *c, d: str = "x", **e) -> float:
    """The doc."""
    x = 1
    return x
print(f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__defaults__, f.__kwdefaults__)
print(f.__annotations__)
c = f.__code__
print(c.co_name, c.co_argcount, c.co_kwonlyargcount, c.co_posonlyargcount, c.co_varnames, c.co_flags & 0x0C, c.co_firstlineno)
f.custom = [1]
print(f.custom, f.__dict__)
f.__name__ = "renamed"
f.__doc__ = None
print(f.__name__, f.__doc__, f.__qualname__)
def outer():
    def inner(): pass
    class K:
        def m(self): pass
        lam = lambda: 0
    return inner, K
inner, K = outer()
print(inner.__qualname__, K.__qualname__, K.m.__qualname__, K.lam.__name__, K.lam.__qualname__)
g = (x for x in ())
print(g.__name__, g.__qualname__)
def swap(): return "old"
def other(): return "new"
swap.__code__ = other.__code__
print(swap())
try:
    f.__code__ = 5
except TypeError as e: print(e)
try:
    f.__name__ = 5
except TypeError as e: print(e)
print(type(f).__name__, type(len).__name__, type([].append).__name__, type(K().m).__name__, type(str.upper).__name__, type(object.__init__).__name__, type(object().__str__).__name__)
print(str(f).split(' at ')[0], repr(len), repr(K.lam).split(' at ')[0])
F = type(f)
made = F(other.__code__, globals(), "made", None, None)
print(made(), made.__name__)
def doc(): "single"; return 1
def nodoc(): f"not {1}"
print(doc.__doc__, nodoc.__doc__)
try:
    f.missing
except AttributeError as e: print(e)
try:
    len.x = 1
except AttributeError as e: print(e)
print(f.__globals__ is globals(), f.__closure__)
print(f == f, f != other, hash(f) == hash(f), {f: 1}[f])
print(f.__type_params__, callable(f), bool(f))
