# Evaluation time of defaults, mutable defaults, defaults seeing outer names, keyword-only defaults.
x = 1
def f(a=x, b=lambda: x, *, c=[x]): return a, b(), c
x = 2
print(f(), f(5), f(c=9), f(b=lambda: "b"))
def acc(v, to=[]): to.append(v); return to
print(acc(1), acc(2), acc(3, []), acc(4))
def make():
    fs = []
    for i in range(3):
        def g(i=i, *, j=i * 10): return i, j
        fs.append(g)
    return [g() for g in fs]
print(make())
class C:
    v = 5
    def m(self, a=v, b=[v] * 2): return a, b
print(C().m(), C().m(1))
def order(a=print("a"), b=print("b"), *, c=print("c")): pass
def outer(d={}):
    def inner(e=d): e[len(e)] = 1; return e
    return inner()
print(outer(), outer())
print((lambda a, b=2, *c, d=4, **e: (a, b, c, d, e))(1), (lambda a=1: a)(), f.__defaults__[0], f.__kwdefaults__)
def sentinel(a=..., b=None): return a is ..., b is None
print(sentinel(), sentinel(1, 2))
f.__defaults__ = None
try: f()
except TypeError as e: print(e)
