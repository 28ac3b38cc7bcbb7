# __del__: immediate at the last reference, order, resurrection, exceptions ignored, in containers.
log = []
class D:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
def show():
    print(log); log.clear()
d = D("a"); d = None; show()
d = D("b"); e = d; del d; show(); del e; show()
def f(): x = D("local"); y = D("local2"); return 5
f(); show()
l = [D(1), D(2), D(3)]; del l[1]; show(); l.clear(); show()
m = {"k": D("v")}; m["k"] = 0; show()
t = (D("t"),); t = 0; show()
D("temp"); show()
x = D("old"); x = D("new"); show(); del x; show()
class Holder: pass
h = Holder(); h.d = D("attr"); h = None; show()
def g():
    d = D("gen")
    yield 1
it = g(); next(it); del it; show()
try:
    d = D("exc"); raise ValueError
except ValueError: pass
del d; show()
saved = []
class R:
    def __del__(self): saved.append(self); log.append("resurrected")
r = R(); r = None; show(); print(len(saved), type(saved[0]).__name__)
saved.clear(); show()
def loop():
    for i in range(3): d = D(i)
loop(); show()
print([D(i).n for i in range(2)]); show()
class Chain:
    def __init__(self, n, nxt): self.n, self.nxt = n, nxt
    def __del__(self): log.append(self.n)
c = Chain(1, Chain(2, Chain(3, None))); c = None; show()
def closure():
    d = D("cell")
    return lambda: d.n
k = closure(); print(k()); del k; show()
class S:
    __slots__ = ("d",)
s = S(); s.d = D("slot"); del s.d; show()
def args(a): pass
args(D("arg")); show()
z = [D("pop")]; z.pop(); show()
D("a").n; show()
class Sub(D):
    def __del__(self): log.append("sub"); super().__del__()
Sub("base"); show()
a = b = D("two"); a = 1; show(); b = 1; show()
w = [D(i) for i in range(3)]; w[0], w[2] = w[2], w[0]; del w[0]; show(); del w; show()
