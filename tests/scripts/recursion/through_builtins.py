# Recursion through builtins that call back: map, filter, max, sum, list(), any, join, operators, properties, __init__ and others.
# stack: 256
import sys
sys.setrecursionlimit(200000)
N = 3000
def by_map(n): return 0 if n == 0 else 1 + list(map(by_map, [n - 1]))[0]
def by_max(n): return 0 if n == 0 else 1 + max([n - 1], key=by_max) * 0 + by_max.__name__.count("zz")
def by_sum(n): return 0 if n == 0 else 1 + sum(by_sum(n - 1) for _ in range(1))
def by_list(n): return 0 if n == 0 else 1 + [by_list(n - 1) for _ in range(1)][0]
def by_any(n): return 0 if n == 0 else 1 + (0 if any(by_any(n - 1) < 0 for _ in "a") else 0)
def by_filter(n): return True if n == 0 else bool(list(filter(by_filter, [n - 1])) or True)
def by_join(n): return "" if n == 0 else "x" + "".join(by_join(n - 1) for _ in range(1))
print(by_map(N), by_max(N), by_sum(N), by_list(N), by_any(N), by_filter(N), len(by_join(N)))
class Add:
    def __init__(self, n): self.n = n
    def __add__(self, o): return 0 if self.n == 0 else 1 + (Add(self.n - 1) + o)
    def __getitem__(self, k): return 0 if self.n == 0 else 1 + Add(self.n - 1)[k]
    def __call__(self): return 0 if self.n == 0 else 1 + Add(self.n - 1)()
    @property
    def p(self): return 0 if self.n == 0 else 1 + Add(self.n - 1).p
    def __getattr__(self, name): return 0 if self.n == 0 else 1 + getattr(Add(self.n - 1), name)
    def __enter__(self): return 0 if self.n == 0 else 1 + Add(self.n - 1).__enter__()
    def __exit__(self, *a): pass
    def __iter__(self):
        if self.n: yield from Add(self.n - 1)
        yield self.n
    def __len__(self): return 0 if self.n == 0 else 1 + len(Add(self.n - 1))
    def __contains__(self, x): return self.n == x or (self.n > 0 and x in Add(self.n - 1))
    def __neg__(self): return 0 if self.n == 0 else 1 + -Add(self.n - 1)
print(Add(N) + 1, Add(N)["k"], Add(N)(), Add(N).p, Add(N).other, Add(N).__enter__(), len(list(Add(N))), len(Add(N)), -1 in Add(N), -Add(N))
class Init:
    def __init__(self, n): self.child = Init(n - 1) if n else None
i = Init(N); d = 0
while i.child: i = i.child; d += 1
print(d)
def deco(n): return (lambda: 0) if n == 0 else (lambda f: lambda: 1 + f())(deco(n - 1))
print(deco(N)())
def tried(n):
    try:
        if n == 0: raise ValueError("bottom")
        tried(n - 1)
    finally:
        global unwound
        unwound += 1
unwound = 0
try: tried(N)
except ValueError as e: print(e, unwound)
def withs(n):
    with Add(0): return 0 if n == 0 else 1 + withs(n - 1)
print(withs(N))
