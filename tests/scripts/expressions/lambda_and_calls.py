# lambda with every kind of parameter; call argument evaluation order; unpacking.
print((lambda: 1)(), (lambda x, y=2, *a, k, z=5, **kw: (x, y, a, k, z, kw))(1, k=3, q=4))
print((lambda *, a: a)(a=1), (lambda a, /, b: (a, b))(1, b=2), (lambda *a: a)(*"ab"), (lambda **k: k)(**{"x": 1}))
def f(*args, **kwargs):
    return args, kwargs
def log(v):
    print(v, end=" ")
    return v
print(f(log(1), *log([2, 3]), log(4), *log((5,)), k=log(6), **log({"m": 7}), n=log(8)))
print(f(*[1], *"bc", **{"a": 1}, **{"b": 2}))
print(f(*range(3), 4, x=1, *[5]))
print(f(**{}), f(*()), f(*iter([1, 2])))
for call in ("f(**{'a': 1}, a=2)", "f(a=1, **{'a': 2})", "f(**{1: 2})", "f(*5)", "f(**5)", "f(**[1])", "(lambda x: x)()", "(lambda: 1)(2)", "(lambda x: x)(y=1)"):
    try:
        eval(call)
    except TypeError as e:
        print(e)
class Mapping:
    def keys(self): return ["p", "q"]
    def __getitem__(self, k): return k * 2
print(f(**Mapping()))
class C:
    def method(self, *a, **k): return a, k
c = C()
print(c.method(1, *[2], x=3), C.method(c, 4), C().method(**{"self_": 1}))
m = c.method
print(m(5), m.__self__ is c, m.__func__ is C.method, m == c.method, m is c.method)
print(print.__name__, len.__name__, [].append.__name__, str.upper.__name__)
print((lambda x: lambda y: lambda z: (x, y, z))(1)(2)(3))
print(sorted([3, 1, 2], key=lambda v: -v), list(map(lambda a, b: a + b, [1, 2], [3, 4])))
try:
    5()
except TypeError as e: print(e)
try:
    "s"(1)
except TypeError as e: print(e)
try:
    None()
except TypeError as e: print(e)
class NotCallable: pass
try:
    NotCallable()()
except TypeError as e: print(e)
class Callable:
    def __call__(self, *a, **k): return "called", a, k
print(Callable()(1, b=2), callable(Callable()), callable(NotCallable()), callable(len), callable(int))
