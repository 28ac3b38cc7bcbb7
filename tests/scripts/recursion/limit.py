# RecursionError: at the limit, catchable, usable afterwards; sys.setrecursionlimit rules.
# stack: 256
import sys
sys.setrecursionlimit(1000)
def forever(n): return forever(n + 1)
try: forever(0)
except RecursionError as e: print("maximum recursion depth exceeded" in str(e))
deepest = 0
def count(n):
    global deepest
    deepest = n
    count(n + 1)
try: count(1)
except RecursionError: print(900 < deepest < 1100)
class C:
    def __getattr__(self, n): return getattr(self, n + "x")
    def __eq__(self, o): return o == self
    def __repr__(self): return repr(self)
    def __add__(self, o): return self + o
    def __iter__(self): return iter(self)
    def __call__(self): return self()
    def __len__(self): return len(self)
    def __bool__(self): return bool(self)
    def __hash__(self): return hash(self)
    def __lt__(self, o): return self < o
    def __contains__(self, x): return x in self
    def __str__(self): return str(self)
    def __format__(self, s): return format(self, s)
    def __index__(self): return [1][self]
    def __del__(self): pass
c = C()
for name, f in (("getattr", lambda: c.zip), ("eq", lambda: c == C()), ("repr", lambda: repr(c)), ("add", lambda: c + 1), ("iter", lambda: iter(c)), ("call", lambda: c()), ("len", lambda: len(c)), ("bool", lambda: bool(c)), ("hash", lambda: hash(c)), ("lt", lambda: c < 1), ("in", lambda: 1 in c), ("str", lambda: str(c)), ("format", lambda: f"{c}"), ("index", lambda: [1][c]), ("list repr", lambda: repr([c])), ("dict key", lambda: {c: 1}), ("sort", lambda: sorted([c, c])), ("index()", lambda: [5].index(c)), ("max", lambda: max(c, c))):
    try: f(); print(name, "no error")
    except RecursionError: print(name, end=" ")
print()
for bad in (0, -1, "x", 1.5, 2**40):
    try: sys.setrecursionlimit(bad)
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__)
old = sys.getrecursionlimit(); sys.setrecursionlimit(300); print(sys.getrecursionlimit(), old)
def d(n):
    try: return d(n + 1)
    except RecursionError: return n
print(d(0) < 300)
def g():
    yield from g()
try: list(g())
except RecursionError: print("generator")
def mutual_a(): mutual_b()
def mutual_b(): mutual_a()
try: mutual_a()
except RecursionError: print("mutual")
l = []; l.append(l)
try: print(l == [l])
except RecursionError: print("list eq")
nested = []
for _ in range(100000): nested = [nested]
try: repr(nested)
except RecursionError: pass
print("repr of deep list")
a, b = [], []
for _ in range(100000): a, b = [a], [b]
try: a == b
except RecursionError: pass
print("eq of deep lists")
t = ()
for _ in range(100000): t = (t,)
try: hash(t)
except RecursionError: pass
print("hash of deep tuple")
try: isinstance(1, (t, int))
except RecursionError: pass
print("isinstance of deep tuple")
a = b = t = nested = None
print("still alive", sum(range(10)))
