# The cycle collector: cycles are freed by gc.collect(), weak references and finalizers see it.
import gc, weakref
class N:
    def __init__(self, n): self.n = n
log = []
class F(N):
    def __del__(self): log.append(self.n)
def wr(o): return weakref.ref(o)
a, b = N(1), N(2); a.o, b.o = b, a; ra, rb = wr(a), wr(b)
del a, b
print(ra() is not None); gc.collect(); print(ra(), rb())
x = F("self"); x.me = x; del x; gc.collect(); print(log); log.clear()
x, y = F("x"), F("y"); x.o, y.o = y, x; del x, y; gc.collect(); print(sorted(log)); log.clear()
l = []; l.append(l); h = N(0); l.append(h); r = wr(h); del l, h; gc.collect(); print(r())
d = {}; d["d"] = d; h = N(0); d["h"] = h; r = wr(h); del d, h; gc.collect(); print(r())
def f():
    h = N(0)
    def g(): return g, h
    return wr(h)
r = f(); gc.collect(); print(r())
def gen():
    h = N(0); me = yield wr(h)
    yield me
g = gen(); r = next(g); g.send(g); del g; gc.collect(); print(r())
class K: pass
k = wr(K); K.self = K; del K; gc.collect(); print(k())
alive = N("alive"); alive.me = alive; r = wr(alive); gc.collect(); print(r().n)
s = F("kept"); t = [s]; t.append(t); s.t = t; del t; gc.collect(); print(log, s.t[0] is s); del s; gc.collect(); print(log); log.clear()
back = []
class Res:
    def __init__(self): self.me = self
    def __del__(self): back.append(self)
Res(); gc.collect(); print(len(back), back[0].me is back[0]); back.clear(); gc.collect(); print(len(back))
def many():
    for i in range(1000):
        a, b = N(i), N(i); a.b, b.a = b, a
many(); print(gc.collect() >= 0)
e = None
try: raise ValueError("cycle")
except ValueError as v: e = v; h = N(0); e.h = h; e.e = e; r = wr(h)
del e, h; gc.collect(); print(r())
print(gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable(), gc.isenabled(), gc.is_tracked([]), gc.is_tracked(1))
p = property(); m = N(1); m.f = m.__init__; r = wr(m); del m; gc.collect(); print(r())
inst = N(3); inst.lam = lambda: inst; r = wr(inst); fn = inst.lam; del inst, fn; gc.collect(); print(r())
