# super() in classmethods, properties, __new__, __getattribute__, nested functions, multiple inheritance, zero and two arguments.
class Base:
    def __new__(cls, *a, **k): return super().__new__(cls)
    def __init__(self, x=0): self.x = x
    @classmethod
    def make(cls, x): return cls(x)
    @property
    def p(self): return ("Base.p", self.x)
    @p.setter
    def p(self, v): self.x = v
    def __getattr__(self, n): return "Base." + n
    def __eq__(self, o): return isinstance(o, Base) and self.x == o.x
    def __hash__(self): return hash(self.x)
    def __iter__(self): yield "base"
    def __str__(self): return f"<{self.x}>"
    def __enter__(self): return "entered"
    def __exit__(self, *a): return False
    def __call__(self, n): return n if n == 0 else self(n - 1)
    def __setitem__(self, k, v): self.x = (k, v)
class Sub(Base):
    def __init__(self, x): super().__init__(x * 2)
    @classmethod
    def make(cls, x): r = super().make(x); r.made = True; return r
    @property
    def p(self): return ("Sub.p", super().p)
    @p.setter
    def p(self, v): super(Sub, type(self)).p.fset(self, v + 1)
    def __getattr__(self, n): return "Sub." + super().__getattr__(n)
    def __iter__(self): yield from super().__iter__(); yield "sub"
    def __str__(self): return "Sub" + super().__str__()
    def __enter__(self): return super().__enter__() + "!"
    def __exit__(self, *a): return super().__exit__(*a)
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
s = Sub.make(5); print(s.x, s.made, s.p, s.other, list(s), str(s), s == Sub(5), hash(s) == hash(Sub(5)), s(3))
s.p = 1; print(s.x); s["k"] = 2; print(s.x)
with s as e: print(e)
class A:
    def who(self): return "A"
class B(A):
    def who(self): return "B" + super().who()
class C(A):
    def who(self): return "C" + super().who()
class D(B, C):
    def who(self): return "D" + super().who() + "|" + super(B, self).who() + "|" + C.who(self)
    def gen(self): return [super(D, self).who() for _ in "ab"]
    def inner(self):
        def f(me): return super(D, me).who()
        return f(self)
    def rebind(self): self2 = self; return super(D, self2).who()
print(D().who(), D().gen(), D().inner(), D().rebind())
def patched(self): return "patched" + super(D, self).who()
D.who = patched; print(D().who())
class E(D):
    who = lambda self: "E" + super(E, self).who()
print(E().who(), super(D, E()).who(), super(D, E).who(E()))
class X:
    def __init__(self): self.log = ["X"]
class Y(X):
    def __init__(self): super().__init__(); self.log.append("Y")
class Z(X):
    def __init__(self): super().__init__(); self.log.append("Z")
class W(Y, Z):
    def __init__(self): super().__init__(); self.log.append("W")
print(W().log, [c.__name__ for c in W.__mro__])
