# Symbol table: what is local, free, global in unusual places.
x = "global"
def f():
    def g(): return x
    return g()
def h():
    x = "local"
    class C:
        y = x
        def m(self): return x
    return C.y, C().m()
print(f(), h())
def default(a=x): return a
x = "changed"; print(default())
def k():
    for x in "ab": pass
    return x
print(k(), x)
def l():
    import math as x
    return x.__name__
def m():
    with open(__file__) as x: pass
    return x.closed
def n():
    try: raise ValueError
    except ValueError as x: pass
    try: return x
    except UnboundLocalError: return "unbound"
def o():
    def x(): return "def x"
    return x()
def p():
    class x: pass
    return x.__name__
def q():
    [x for x in range(3)]
    return x
def r():
    (x := 5)
    return x
def s():
    x: int
    try: return x
    except UnboundLocalError: return "annotated"
def t():
    match 1:
        case x: pass
    return x
def u():
    del_ = 1
    x = 1
    del x
    try: return x
    except UnboundLocalError: return "deleted"
def v():
    global x
    x = x + "!"
    return x
def w(*x, **y): return x, y
print(l(), m(), n(), o(), p(), q(), r(), s(), t(), u(), v(), w(1, a=2))
class A:
    x = "class"
    y = [x for _ in range(1)]
    z = lambda: x
    def get(self): return x
    class B:
        try: got = x
        except NameError: got = "none"
    w = [[x for _ in "a"] for _ in [x]]
print(A.y, A.z(), A().get(), A.B.got, A.w)
def outer():
    y = 1
    def a():
        def b():
            nonlocal y
            y += 1
        b()
        return y
    class K:
        nonlocal y
        y += 10
    return a(), y
print(outer())
def args(x, y=lambda: x): return x, y()
print(args(1))
def rec():
    def f(n): return n and f(n - 1)
    return f(3)
print(rec())
def shadow(print): return print
print(shadow(5), (lambda x: [x for x in [x]])(7), (lambda: [y for y in [x]])())
def gen(): return list((x, y) for x in range(2) for y in range(x + 1))
print(gen())
def cls():
    v = 1
    class C:
        v = v + 1 if "v" not in locals() and False else 2
    return C.v
try: print(cls())
except NameError as e: print(type(e).__name__)
def __private(): return 1
class M:
    def f(self):
        try: return __private()
        except NameError as e: return str(e)
print(M().f())
def dele():
    def inner(): return z
    z = 1
    return inner()
print(dele())
