# Hand-made bounded buffer with locks only; results do not depend on the schedule.
import _thread
class Semaphore:
    def __init__(self, n): self.n, self.m, self.waiters = n, _thread.allocate_lock(), []
    def down(self):
        with self.m:
            if self.n > 0: self.n -= 1; return
            l = _thread.allocate_lock(); l.acquire(); self.waiters.append(l)
        l.acquire()
    def up(self):
        with self.m:
            if self.waiters: self.waiters.pop(0).release()
            else: self.n += 1
free, used, m = Semaphore(4), Semaphore(0), _thread.allocate_lock()
buf, sums, ends = [], [], []
def produce(k):
    for i in range(100):
        free.down()
        with m: buf.append(k * 1000 + i)
        used.up()
def consume(end):
    s = 0
    while True:
        used.down()
        with m: x = buf.pop(0)
        free.up()
        if x < 0: break
        s += x
    with m: sums.append(s)
    end.release()
for _ in range(3): e = _thread.allocate_lock(); e.acquire(); ends.append(e); _thread.start_new_thread(consume, (e,))
producers = []
def p(k, e): produce(k); e.release()
for k in range(5): e = _thread.allocate_lock(); e.acquire(); producers.append(e); _thread.start_new_thread(p, (k, e))
for e in producers: e.acquire()
for _ in range(3): free.down(); m.acquire(); buf.append(-1); m.release(); used.up()
for e in ends: e.acquire()
print(sum(sums), buf)
