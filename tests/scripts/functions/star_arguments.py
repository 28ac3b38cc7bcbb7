# *args and **kwargs: forwarding, mutation, order, names that clash.
def show(*a, **k): return a, k
def fwd(*a, **k): return show(*a, **k)
print(fwd(1, 2, x=3), fwd(), fwd(*[1], **{"y": 2}), fwd(a=1, k=2, self=3, args=4))
def first(a, *rest): return a, rest
def last(*rest, a): return a, rest
print(first(1), first(1, 2, 3), last(a=1), last(1, 2, a=3))
def both(a, b=2, *c, d, e=5, **f): return a, b, c, d, e, f
print(both(1, d=4), both(1, 2, 3, d=4), both(*[1, 2, 3], **{"d": 4, "z": 9}), both(d=1, a=2))
def kw(**k): k["new"] = 1; return list(k)
d = {"b": 1, "a": 2}; print(kw(**d), d)
def tup(*a): return type(a), a is a, a + (1,)
print(tup(1))
t = (1, 2); print((lambda *a: a is t)(*t), (lambda *a: a)(*t, *t, *"xy"), (lambda **k: k)(**{"a": 1}, **{"b": 2}, c=3))
class C:
    def __init__(self, *a, **k): self.a, self.k = a, k
    def m(*args): return args[1:]
    def n(self, *, self_=1): return self_
c = C(1, x=2); print(c.a, c.k, c.m(5, 6), c.n(self_=3), C.m(c, 7))
def deco(f): return lambda *a, **k: ("wrapped", f(*a, **k))
@deco
def g(a, b, *, c): return a, b, c
print(g(1, b=2, c=3))
for call in ("g(1)", "first()", "last(1)", "both()", "both(1)", "kw(1)", "show(**{'a': 1}, a=2)", "first(1, a=2)", "both(1, d=2, **{'d': 3})"):
    try: print(eval(call))
    except TypeError as e: print(call, e)
def gen(*a):
    for x in a: yield x
print(list(gen(*range(5))), show(*gen(1, 2)), show(*{"k": 1}), show(*(x for x in "ab")), max(*[3, 1, 2]), print(*[1, 2], sep="-"))
def pos(a, /, **k): return a, k
print(pos(1, a=2))
