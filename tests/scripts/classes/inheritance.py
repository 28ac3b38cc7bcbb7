# MRO (C3), super in all its forms, cooperative calls, diamond.
class A:
    def f(self): return ["A"]
    def __init__(self, **k): self.log = ["A.init"] + sorted(k)
class B(A):
    def f(self): return ["B"] + super().f()
    def __init__(self, b=0, **k): super().__init__(**k); self.log.append(f"B{b}")
class C(A):
    def f(self): return ["C"] + super().f()
    def __init__(self, c=0, **k): super().__init__(**k); self.log.append(f"C{c}")
class D(B, C):
    def f(self): return ["D"] + super().f()
d = D(b=1, c=2)
print(d.f(), d.log, [k.__name__ for k in D.__mro__], [k.__name__ for k in D.mro()])
print(super(B, d).f(), super(C, d).f(), A.f(d))
try:
    d2 = D(zz=1)
    print(d2.log)
except TypeError as e: print(e)
try:
    class Bad(A, B): pass
except TypeError as e: print(str(e).replace("\n", " "))
try:
    class Dup(A, A): pass
except TypeError as e: print(e)
for base in ("5", "True", "None", "print", "lambda: 0"):
    try:
        exec(f"class X({base}): pass")
    except TypeError as e: print(e)
for base in (bool, type(None), range, slice, type(...), type(lambda: 0)):
    try:
        type("X", (base,), {})
    except TypeError as e: print(e)
try:
    class X(int, str): pass
except TypeError as e: print(e)
class S:
    @classmethod
    def make(cls): return cls.__name__
    @staticmethod
    def stat(): return "stat"
    @property
    def prop(self): return "S.prop"
class T(S):
    @classmethod
    def make(cls): return "T+" + super().make()
    @staticmethod
    def stat(): return "T+" + S.stat()
    @property
    def prop(self): return "T+" + super().prop
    def gen(self):
        yield from [super().prop]
    def comp(self):
        s = super()
        return [s.prop for _ in range(2)]
    def lam(self): return (lambda: super(T, self).prop)()
    def nested(self):
        def inner(): return __class__.__name__
        return inner()
t = T()
print(T.make(), t.make(), T.stat(), t.prop, list(t.gen()), t.comp(), t.lam(), t.nested())
def no_class(self): return super().x
try:
    no_class(1)
except RuntimeError as e: print(e)
class NoArgs:
    def f(): return super()
try:
    NoArgs.f()
except RuntimeError as e: print(e)
try:
    super(B, 5)
except TypeError as e: print(e)
try:
    super(B, d).nothing
except AttributeError as e: print(e)
print(repr(super(B, d))[:30], super(B, d).__thisclass__.__name__, super(B, d).__self_class__.__name__)
class L(list):
    def append(self, x): super().append(x * 2)
l = L([1]); l.append(2); print(l, type(l).__name__, l + [1], type(l + []).__name__)
class I(int):
    def __add__(self, o): return I(super().__add__(o) + 100)
print(I(1) + 2, type(I(1) + 2).__name__, I(5) * 2, type(I(5) * 2).__name__, I("7"), hash(I(3)) == hash(3), I(3) == 3)
class Dd(dict):
    def __missing__(self, k): return k * 2
    def __getitem__(self, k): return ("got", super().__getitem__(k))
x = Dd(a=1); print(x["a"], x["zz"], x.get("a"), x.get("q"), x)
class St(str):
    def upper(self): return "UP:" + super().upper()
print(St("a").upper(), St("a") + "b", type(St("a") + "b").__name__, len(St("abc")), {St("k"): 1}["k"])
class Tu(tuple):
    def __new__(cls, *a): return super().__new__(cls, a)
print(Tu(1, 2), Tu(1, 2) == (1, 2), type(Tu(1)[0:1]).__name__)
class E(Exception):
    def __init__(self, a, b): super().__init__(a); self.b = b
print(repr(E(1, 2)), E(1, 2).b, E(1, 2).args)
class G: 
    def __init_subclass__(cls, **kw): print("init_subclass", cls.__name__, kw); super().__init_subclass__()
class H(G, tag=1, other="x"): pass
class J(H): pass
try:
    class K(A, tag=1): pass
except TypeError as e: print(e)
