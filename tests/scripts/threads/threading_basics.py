# threading.Thread: names, join, daemon, is_alive, subclass, current_thread, args, exceptions.
import threading
out = []
t = threading.Thread(target=out.append, args=(1,)); print(t.is_alive(), t.ident); t.start(); t.join(); print(out, t.is_alive(), t.ident is not None)
t = threading.Thread(target=lambda a, *, b: out.append((a, b)), args=[2], kwargs={"b": 3}, name="mine", daemon=True); print(t.name, t.daemon); t.start(); t.join(); print(out)
class T(threading.Thread):
    def __init__(self, n): super().__init__(); self.n = n
    def run(self): self.result = self.n * 2
ts = [T(i) for i in range(5)]
for t in ts: t.start()
for t in ts: t.join()
print([t.result for t in ts])
print(threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count())
names = []
t = threading.Thread(target=lambda: names.append(threading.current_thread().name), name="worker"); t.start(); t.join(); print(names)
try: t.start()
except RuntimeError as e: print(e)
try: threading.Thread(target=print).join()
except RuntimeError as e: print(e)
try: threading.current_thread().join()
except RuntimeError as e: print(e)
t = threading.Thread(target=lambda: None); t.start(); t.join(timeout=5); print(t.is_alive())
lock = threading.Lock(); counter = 0
def add():
    global counter
    for _ in range(1000):
        with lock: counter += 1
ts = [threading.Thread(target=add) for _ in range(10)]
for t in ts: t.start()
for t in ts: t.join()
print(counter)
ev = threading.Event(); print(ev.is_set(), ev.wait(0.01)); got = []
t = threading.Thread(target=lambda: got.append(ev.wait())); t.start(); ev.set(); t.join(); print(got, ev.is_set()); ev.clear(); print(ev.is_set())
print(threading.get_ident() == threading.main_thread().ident, isinstance(threading.enumerate(), list))
