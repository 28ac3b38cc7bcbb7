# Finalizers run while other work goes on; a finalizer may allocate, raise, start loops and call back.
log = []
def safe_point(): pass  # finalizers run at calls and jumps, at the latest
class F:
    def __init__(self, n): self.n = n
    def __del__(self):
        log.append(self.n)
        sum(i for i in range(50)); [x * 2 for x in "ab"]; {i: F2() for i in range(2)}
        if self.n == 3: raise ValueError("ignored, reported on stderr")
class F2:
    def __del__(self): log.append("inner")
for i in range(5): f = F(i)
del f
print(log.count("inner"), [x for x in log if x != "inner"])
log.clear()
def f():
    a = F(10)
    try: raise KeyError("k")
    except KeyError as e: return str(e)
r = f(); safe_point(); print(r, [x for x in log if x != "inner"]); log.clear()
def gen():
    a = F(20)
    try: yield 1
    finally: log.append("finally")
g = gen(); next(g); del g; safe_point(); print([x for x in log if x != "inner"]); log.clear()
d = {i: F(100 + i) for i in range(3)}; d.clear(); safe_point(); print(sorted(x for x in log if x != "inner")); log.clear()
class Node:
    def __init__(self, p): self.p = p
    def __del__(self): log.append(type(self.p).__name__)
n = Node(Node(Node(None))); n = None; safe_point(); print(log); log.clear()
x = [F(i) for i in range(200, 203)]; x[:] = []; safe_point(); print(sorted(v for v in log if v != "inner")); log.clear()
def recursive(n):
    f = F(n)
    if n < 303: recursive(n + 1)
recursive(300); safe_point(); print([v for v in log if v != "inner"])
