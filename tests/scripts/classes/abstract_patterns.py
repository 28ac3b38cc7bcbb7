# Iterator, visitor, strategy, builder, mixin, singleton, observer, context stack.
class Countdown:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n == 0: raise StopIteration
        self.n -= 1; return self.n + 1
print(list(Countdown(3)))
class Visitor:
    def visit(self, node): return getattr(self, "visit_" + type(node).__name__, self.generic)(node)
    def generic(self, node): return f"?{type(node).__name__}"
class Printer(Visitor):
    def visit_int(self, n): return str(n)
    def visit_list(self, n): return "[" + " ".join(map(self.visit, n)) + "]"
print(Printer().visit([1, [2, "x"], 3.5]))
class JsonMixin:
    def to_json(self): return "{" + ", ".join(f'"{k}": {v!r}' for k, v in sorted(vars(self).items())) + "}"
class EqMixin:
    def __eq__(self, o): return type(self) is type(o) and vars(self) == vars(o)
class Point(JsonMixin, EqMixin):
    def __init__(self, x, y): self.x, self.y = x, y
print(Point(1, 2).to_json(), Point(1, 2) == Point(1, 2), Point(1, 2) != Point(1, 3))
class Singleton:
    _it = None
    def __new__(cls):
        if cls._it is None: cls._it = super().__new__(cls)
        return cls._it
print(Singleton() is Singleton())
class Query:
    def __init__(self): self.parts = []
    def __getattr__(self, name): return lambda *a: (self.parts.append((name, a)), self)[1]
    def __str__(self): return " ".join(f"{n}({', '.join(map(str, a))})" for n, a in self.parts)
print(Query().select("a", "b").where(1).limit(5))
class Event:
    def __init__(self): self.fs = []
    def __iadd__(self, f): self.fs.append(f); return self
    def __isub__(self, f): self.fs.remove(f); return self
    def __call__(self, *a): return [f(*a) for f in self.fs]
e = Event(); e += str; e += len; print(e("abc")); e -= str; print(e("abc"))
class Stack:
    def __init__(self): self.s = []
    def __enter__(self): self.s.append(len(self.s)); return self.s[-1]
    def __exit__(self, *a): self.s.pop()
st = Stack()
with st as a, st as b, st as c: print(a, b, c, st.s)
print(st.s)
class Unit:
    def __init__(self, v, u): self.v, self.u = v, u
    def __mul__(self, o): return Unit(self.v * o.v, self.u + o.u) if isinstance(o, Unit) else Unit(self.v * o, self.u)
    __rmul__ = __mul__
    def __repr__(self): return f"{self.v}{self.u}"
print(2 * Unit(3, "m") * Unit(4, "s"), Unit(1, "x") * 5)
class Abstract:
    def area(self): raise NotImplementedError(type(self).__name__ + " must define area")
class Sq(Abstract):
    def area(self): return 4
class Bad(Abstract): pass
for s in (Sq(), Bad()):
    try: print(s.area())
    except NotImplementedError as x: print(x)
class Lazy:
    def __getattr__(self, n):
        if n.startswith("__"): raise AttributeError(n)
        v = n.upper(); setattr(self, n, v); return v
l = Lazy(); print(l.abc, vars(l), l.abc)
