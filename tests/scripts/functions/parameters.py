# Every kind of parameter, defaults, and CPython's messages for wrong calls.
def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, e=7, g=8), f(1, c=9, d=0, a=10, b=11))
def pos(a, b, /): return a, b
def kwonly(*, x, y=1): return x, y
def plain(a, b, c=3): return a, b, c
def none(): return ()
def star(*a): return a
def dstar(**k): return k
def try_(call):
    try:
        print(call, "=", eval(call))
    except TypeError as e:
        print(call, "!", e)
for c in ("f()", "f(1)", "f(1, 2, 3)", "pos(1)", "pos()", "pos(1, 2, 3)", "pos(a=1, b=2)", "pos(1, b=2)", "kwonly()", "kwonly(1)", "kwonly(1, x=2)", "kwonly(x=1, z=3)", "kwonly(x=5)", "plain()", "plain(1)", "plain(1, 2, 3, 4)", "plain(1, a=2)", "plain(1, 2, qqq=5)", "plain(b=1)", "plain(*(1, 2), **{'c': 4})", "none(1)", "none(x=1)", "star(x=1)", "dstar(1)", "dstar(a=1, b=2)", "star(1, 2)", "(lambda a, b: 0)(1)", "plain(c=1, a=2, b=3)", "plain(1, 2, **{'qqq': 1})"):
    try_(c)
def three(a, b, c): pass
def four(*, a, b, c, d): pass
for c in ("three()", "three(1)", "four()", "four(a=1)", "four(a=1, b=2, c=3)", "three(1, 2, 3, 4, 5)"):
    try_(c)
class C:
    def m(self): pass
    def n(self, x): pass
    def __init__(self, v=0): pass
    @classmethod
    def c(cls): pass
    @staticmethod
    def s(): pass
for c in ("C().m(1)", "C().n()", "C.m()", "C(1, 2)", "C(zz=1)", "C.c(1)", "C.s(1)", "C().n(1, 2)"):
    try_(c)
def defaults(a=[]):
    a.append(1)
    return a
defaults(); print(defaults(), defaults.__defaults__, f.__kwdefaults__, f.__defaults__)
def swapped(a, b=1, *, c=2): return a, b, c
swapped.__defaults__ = (10, 20)
swapped.__kwdefaults__ = {"c": 30}
print(swapped())
del swapped.__defaults__
try_("swapped()")
kw = {"a": 1}
def mutate(**k): k["b"] = 2; return k
print(mutate(**kw), kw)
def many(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19): return a0 + a19
print(many(*range(20)), many(**{f"a{i}": i for i in range(20)}))
print((lambda *a, **k: (a, k))(*range(300))[0][299], len((lambda **k: k)(**{f"k{i}": i for i in range(300)})))
def self(self, *, cls): return self, cls
print(self(1, cls=2))
