class A:
    count = 0
    @classmethod
    def create(cls, *a, **k): cls.count += 1; return cls.__name__, a, k, cls.count
    @staticmethod
    def add(a, b=1): return a + b
    @classmethod
    def nested(cls): return cls.create(1)
    def inst(self): return self.create(), self.add(1), type(self).add(2)
class B(A): pass
print(A.create(1, x=2), B.create(), A().create(), B().nested(), A.add(1), A().add(1, 2), B.add(b=3, a=1), A().inst())
print(A.count, B.count, "count" in B.__dict__, A.create.__self__ is A, B.create.__self__ is B, A.__dict__["add"].__func__ is A.add, type(A.__dict__["create"]).__name__, type(A.__dict__["add"]).__name__)
f = A.create; print(f(9)); g = A().add; print(g(5))
class C:
    def f(): return "no self"
    f = staticmethod(f)
    g = classmethod(lambda cls, x: (cls.__name__, x))
    h = staticmethod(len)
    i = len
    j = print
print(C.f(), C().f(), C.g(1), C().g(2), C.h("abc"), C().h("ab"), C.i("abcd"), C().i("abc"))
class Meta(type):
    def m(cls): return "meta method on " + cls.__name__
class D(metaclass=Meta):
    @classmethod
    def c(cls): return cls.m()
print(D.m(), D.c(), D().c())
class E:
    @classmethod
    @property
    def bad(cls): return 1
    @staticmethod
    def __call__(x): return x * 2
    @classmethod
    def __class_getitem__(cls, k): return k
    def __init_subclass__(cls, /, flag=None): cls.flag = flag
    def __new__(cls, *a): o = super().__new__(cls); o.a = a; return o
class F(E, flag="on"): pass
print(E()(4), E[3], F.flag, F(1, 2).a)
for c in ("A.inst()", "A.create.x = 1", "C().f(1)", "A.add()"):
    try: exec(c)
    except (TypeError, AttributeError) as e: print(type(e).__name__, e)
