# Dropping deep structures must not overflow the native stack.
# stack: 256
N = 200000
l = []
for _ in range(N): l = [l]
del l
t = ()
for _ in range(N): t = (t,)
t = None
d = {}
for _ in range(N): d = {"k": d}
d = None
class Node:
    def __init__(self, nxt): self.nxt = nxt
n = None
for _ in range(N): n = Node(n)
n = None
class S:
    __slots__ = ("nxt",)
s = None
for _ in range(N):
    x = S(); x.nxt = s; s = x
s = x = None
f = None
for _ in range(N): f = (lambda g: lambda: g)(f)
f = None
it = iter([])
for _ in range(5000): it = iter([it])
it = None
e = None
for _ in range(N):
    x = ValueError(); x.__cause__ = e; e = x
e = x = None
def g(p): yield p
p = None
for _ in range(20000):
    q = g(p); next(q); p = q
p = q = None
class D:
    count = 0
    def __init__(self, n): self.n = n
    def __del__(self): D.count += 1
d = None
for _ in range(50000): d = D(d)
d = None
def safe_point(): pass
safe_point()
print("done", D.count)
