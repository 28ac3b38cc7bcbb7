# Metaclasses: __new__, __init__, __call__, __prepare__, conflicts, class-level operators.
class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        print("prepare", name, kw)
        return {"injected": 1}
    def __new__(mcs, name, bases, ns, **kw):
        print("new", name, [k for k in ns if not k.startswith("__")])
        ns["tag"] = kw.get("tag", "none")
        return super().__new__(mcs, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw)
        super().__init__(name, bases, ns)
    def __call__(cls, *a, **k):
        print("call", cls.__name__, a, k)
        return super().__call__(*a, **k)
    def __len__(cls): return 42
    def __getitem__(cls, k): return (cls.__name__, k)
    def __iter__(cls): return iter("abc")
    def __contains__(cls, x): return x == 1
    def __repr__(cls): return f"<meta {cls.__name__}>"
    def __add__(cls, o): return "added"
    def __eq__(cls, o): return type.__eq__(cls, o)
    def __hash__(cls): return 7
    def __bool__(cls): return False
    def helper(cls): return "helper " + cls.__name__
class A(metaclass=Meta, tag="t"):
    x = 1
    def __init__(self, v=0): self.v = v
class B(A): pass
print(A.tag, B.tag, A.injected, A(5).v, len(A), A["k"], list(A), 1 in A, 2 in B, A, A + 1, hash(A), bool(A), A.helper(), type(B).__name__)
try: A().helper()
except AttributeError as e: print(e)
class M2(type): pass
try:
    class C(A, metaclass=M2): pass
except TypeError as e: print(e)
T = type("T", (object,), {"a": 1, "f": lambda self: self.a})
print(T, T().f(), T.__name__, type(T), type(1), type("X", (), {}).__module__)
for bad in ("type('X', 5, {})", "type('X', (), 5)", "type(1, (), {})", "type('X', (5,), {})", "type(1, 2)", "type('X\\0', (), {})"):
    try: eval(bad)
    except (TypeError, ValueError) as e: print(type(e).__name__, e)
class Single(type):
    _made = {}
    def __call__(cls):
        if cls not in cls._made: cls._made[cls] = super().__call__()
        return cls._made[cls]
class S(metaclass=Single): pass
print(S() is S())
def func_meta(name, bases, ns): return (name, bases, sorted(k for k in ns if k[0] != "_"))
class F(metaclass=func_meta): a = 1
print(F)
class Dicty(dict):
    def __setitem__(self, k, v):
        if not k.startswith("__"): print("define", k)
        super().__setitem__(k, v)
class PM(type):
    @classmethod
    def __prepare__(m, n, b): return Dicty()
class P(metaclass=PM):
    a = 1
    def f(self): pass
    a = 2
class Abs(type):
    def __instancecheck__(cls, o): return hasattr(o, "quack")
    def __subclasscheck__(cls, c): return "quack" in c.__dict__
class Duck(metaclass=Abs): pass
class Q:
    def quack(self): pass
print(isinstance(Q(), Duck), issubclass(Q, Duck), isinstance(5, Duck), issubclass(int, Duck))
class New:
    def __new__(cls, *a):
        if a and a[0] == "other": return "not an instance"
        return super().__new__(cls)
    def __init__(self, *a): print("init", a)
print(New("other"), type(New(1)).__name__)
class MroMeta(type):
    def mro(cls): return [cls, object]
class Mro(metaclass=MroMeta): pass
print(Mro.__mro__ == (Mro, object))
class Entries:
    def __mro_entries__(self, bases): return (Q,)
class FromEntries(Entries()): pass
print(FromEntries.__mro__[1].__name__, len(FromEntries.__orig_bases__))
class G:
    def __class_getitem__(cls, k): return f"{cls.__name__}[{k}]"
print(G[int], G["x", 1])
try: Q[int]
except TypeError as e: print(e)
