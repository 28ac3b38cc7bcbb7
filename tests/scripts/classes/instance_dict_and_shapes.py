# Attributes in different orders, deletion and re-adding, many attributes, __dict__ views, vars, dynamic names.
class P: pass
a, b = P(), P()
a.x = 1; a.y = 2; b.y = 3; b.x = 4
print(a.__dict__, b.__dict__, a.x + b.x, a.y + b.y)
del a.x; a.z = 5; a.x = 6; print(a.__dict__, list(vars(a)))
for i in range(100): setattr(a, f"attr{i}", i)
print(len(vars(a)), a.attr50, sum(getattr(a, f"attr{i}") for i in range(100)))
for i in range(0, 100, 2): delattr(a, f"attr{i}")
print(len(vars(a)), hasattr(a, "attr50"), a.attr51)
d = b.__dict__; d["new"] = 7; print(b.new); b.other = 8; print(d["other"], sorted(d)); del d["x"]; print(hasattr(b, "x")); d.clear(); print(vars(b)); b.x = 1; print(d)
b.__dict__ = {"q": 1}; print(b.q, vars(b)); d["gone"] = 1; print(hasattr(b, "gone")); b.__dict__.update(m=2, n=3); print(b.m + b.n)
setattr(b, "not an identifier", 5); print(getattr(b, "not an identifier"), vars(b))
b.__dict__[5] = "int key"; print(len(vars(b)))
def total(o): return o.x + o.y
class A:
    def __init__(self): self.x = 1; self.y = 2
class B:
    def __init__(self): self.y = 10; self.x = 20; self.z = 0
class C:
    x = 100
    def __init__(self): self.y = 5
class D(A):
    @property
    def y(self): return 1000
    @y.setter
    def y(self, v): pass
print([total(o) for o in (A(), B(), C(), D(), A(), B(), C(), D())])
class Counter:
    def __init__(self): self.n = 0
    def inc(self): self.n += 1; return self
c = Counter()
for _ in range(50): c.inc()
print(c.n, c.inc().inc().n)
class Cond:
    def __init__(self, f):
        if f: self.a = 1
        self.b = 2
        if not f: self.a = 3
print([(o.a, o.b, list(vars(o))) for o in (Cond(True), Cond(False))])
o = P(); o.self = o; print(o.self.self.self is o); del o.self
