# Containers shared by threads stay consistent under the GIL; locks protect read-modify-write.
import _thread
def parallel(f, n):
    ends = [_thread.allocate_lock() for _ in range(n)]
    for e in ends: e.acquire()
    def body(i):
        try: f(i)
        finally: ends[i].release()
    for i in range(n): _thread.start_new_thread(body, (i,))
    for e in ends: e.acquire()
l, d, s = [], {}, set()
def work(i):
    for k in range(200): l.append((i, k)); d[i, k] = k; s.add(k)
parallel(work, 10)
print(len(l), len(d), len(s), sorted(l) == [(i, k) for i in range(10) for k in range(200)])
n = 0; m = _thread.allocate_lock()
def add(i):
    global n
    for _ in range(500):
        with m: v = n; n = v + 1
parallel(add, 8); print(n)
class Account:
    def __init__(self): self.balance, self.lock = 1000, _thread.allocate_lock()
a, b = Account(), Account()
def move(i):
    x, y = (a, b) if i % 2 else (b, a)
    for _ in range(100):
        first, second = (a, b)
        with first.lock, second.lock: x.balance -= 1; y.balance += 1
parallel(move, 6); print(a.balance + b.balance, a.balance)
q = list(range(500)); got = []
def take(i):
    while True:
        try: x = q.pop()
        except IndexError: return
        got.append(x)
parallel(take, 7); print(sorted(got) == list(range(500)))
res = [None] * 5
def fill(i): res[i] = sorted(range(i, i + 5), key=lambda x: -x)
parallel(fill, 5); print(res)
