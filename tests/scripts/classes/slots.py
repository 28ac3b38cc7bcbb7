# __slots__: restrictions, inheritance, defaults, __dict__ slot.
class P:
    __slots__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
p = P(1, 2)
print(p.x, p.y, hasattr(p, "__dict__"), P.__slots__)
for code in ("p.z = 1", "P.x.__get__(5)", "del p.x; p.x", "del p.x"):
    try: exec(code)
    except (AttributeError, TypeError) as e: print(type(e).__name__, e)
p.x = 5; print(p.x, type(P.x).__name__, repr(P.x))
class Q(P):
    __slots__ = ["z"]
q = Q(1, 2); q.z = 3; print(q.x, q.z)
try: q.w = 1
except AttributeError as e: print(e)
class R(P): pass
r = R(1, 2); r.anything = 5; print(r.anything, r.__dict__, r.x)
class S:
    __slots__ = ("a", "__dict__")
s = S(); s.a = 1; s.b = 2; print(s.__dict__)
class One: __slots__ = "single"
o = One(); o.single = 1; print(o.single)
class Empty: __slots__ = ()
try: Empty().x = 1
except AttributeError as e: print(e)
for body in ("__slots__ = ('x',); x = 1", "__slots__ = (1,)", "__slots__ = ('a b',)", "__slots__ = ('x', 'x')", "__slots__ = ('__dict__', '__dict__')"):
    try:
        exec("class X:\n " + body)
        print("ok")
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
class A1: __slots__ = ("a",)
class A2: __slots__ = ("b",)
try:
    class A3(A1, A2): pass
except TypeError as e: print(e)
class M:
    __slots__ = ("__private",)
    def __init__(self): self.__private = 1
print(M()._M__private)
class D: __slots__ = {"k": "doc of k"}
d = D(); d.k = 1; print(d.k)
class L(list): __slots__ = ("extra",)
l = L([1]); l.extra = 2; print(l, l.extra)
try: l.other = 1
except AttributeError as e: print(e)
try:
    class I(int): __slots__ = ("x",)
except TypeError as e: print(e)
a1 = A1()
a1.a = 1
b1 = A1.__new__(A1)
try: b1.a
except AttributeError as e: print(e)
class Sub1(A1): __slots__ = ()
x = Sub1(); x.__class__ = A1; print(type(x).__name__)
