# Every arithmetic dunder, reflected and in-place, NotImplemented, subclass priority.
ops = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor", "matmul", "divmod"]
def ns():
    d = {}
    for op in ops:
        d[f"__{op}__"] = lambda self, o, op=op: f"{op}({type(o).__name__})"
        d[f"__r{op}__"] = lambda self, o, op=op: f"r{op}({type(o).__name__})"
        if op != "divmod": d[f"__i{op}__"] = lambda self, o, op=op: f"i{op}({type(o).__name__})"
    for op in ("neg", "pos", "invert", "abs"):
        d[f"__{op}__"] = lambda self, op=op: op
    return d
V = type("V", (), ns())
v = V()
print(v + 1, v - 1, v * 1, v / 1, v // 1, v % 1, v ** 1, v << 1, v >> 1, v & 1, v | 1, v ^ 1, v @ 1, divmod(v, 1))
print(1 + v, 1 - v, 1 * v, 1 / v, 1 // v, 1 % v, 1 ** v, 1 << v, 1 >> v, 1 & v, 1 | v, 1 ^ v, 1 @ v, divmod(1, v))
print("a" + v, [] + v, 1.5 * v, None | v, {} | v, "ab" * v, [1] * v)
print(-v, +v, ~v, abs(v), v + v, pow(v, 2), pow(2, v))
for sym in "+ - * / // % ** << >> & | ^ @".split():
    g = {"x": V()}
    exec(f"x {sym}= 5", g)
    print(g["x"], end=" ")
print()
class N:
    def __add__(self, o): print("N.add", end=" "); return NotImplemented
    def __radd__(self, o): print("N.radd", end=" "); return NotImplemented
    def __iadd__(self, o): print("N.iadd", end=" "); return NotImplemented
n = N()
for code in ("n + 1", "1 + n", "n + n", "n.__add__(1)"):
    try: print(eval(code))
    except TypeError as e: print(e)
try: n += 1
except TypeError as e: print(e)
class Base:
    def __init__(self, n): self.n = n
    def __add__(self, o): return "Base.add"
    def __radd__(self, o): return "Base.radd"
class Sub(Base):
    def __radd__(self, o): return "Sub.radd"
class Sub2(Base): pass
print(Base(1) + Sub(1), Sub(1) + Base(1), Base(1) + Sub2(1), Base(1) + Base(2), 5 + Sub(1))
class Int(int):
    def __radd__(self, o): return "Int.radd"
    def __rsub__(self, o): return "Int.rsub"
print(1 + Int(2), Int(1) + 2, 5 - Int(1), Int(7) - 2)
class Pow:
    def __pow__(self, e, m=None): return ("pow", e, m)
    def __rpow__(self, b, m=None): return ("rpow", b, m)
print(Pow() ** 2, pow(Pow(), 2, 3), 2 ** Pow())
class Conv:
    def __int__(self): return 3
    def __float__(self): return 2.5
    def __complex__(self): return 1j
    def __index__(self): return 9
    def __round__(self, n="none"): return ("round", n)
    def __trunc__(self): return "trunc"
    def __floor__(self): return "floor"
    def __ceil__(self): return "ceil"
    def __bytes__(self): return b"by"
    def __hash__(self): return -1
    def __format__(self, spec): return f"<{spec}>"
import math
c = Conv()
print(int(c), float(c), complex(c), round(c), round(c, 2), math.trunc(c), math.floor(c), math.ceil(c), bytes(c), hash(c), f"{c:abc}", format(c), f"{c}", bin(c), hex(c), [0, 1, 2, 3, 4, 5, 6, 7, 8, "nine"][c], chr(Conv.__index__(c) + 56))
class Bad:
    def __int__(self): return "x"
    def __float__(self): return 1
    def __index__(self): return 1.5
    def __hash__(self): return "h"
    def __len__(self): return -1
    def __str__(self): return 5
    def __repr__(self): return None
    def __format__(self, s): return 3
    def __bytes__(self): return ""
    def __iter__(self): return 5
    def __contains__(self, x): raise KeyError(x)
for code in ("int(b)", "float(b)", "[][b]", "hash(b)", "len(b)", "str(b)", "repr(b)", "f'{b}'", "bytes(b)", "iter(b)", "1 in b", "[*b]", "range(b)", "'%s' % b", "b + 1", "-b", "b < 1", "b()", "b[0]", "with_ = b.x"):
    b = Bad()
    try: exec(code)
    except (TypeError, ValueError, KeyError, AttributeError, SyntaxError) as e: print(code, type(e).__name__, e)
