# threading: RLock, Condition, Semaphore, Event, Barrier, local.
import threading
r = threading.RLock()
with r:
    with r: print("rlock")
c = threading.Condition(); items = []; got = []
def consumer():
    for _ in range(3):
        with c:
            while not items: c.wait()
            got.append(items.pop(0))
t = threading.Thread(target=consumer); t.start()
for i in range(3):
    with c: items.append(i); c.notify()
t.join(); print(got)
with c: print(c.wait(0.01), c.wait_for(lambda: True), c.wait_for(lambda: False, 0.01))
try: c.notify()
except RuntimeError as e: print(e)
s = threading.Semaphore(2); print(s.acquire(), s.acquire(), s.acquire(blocking=False), s.release(), s.acquire(False))
b = threading.BoundedSemaphore(1)
with b: pass
try: b.release()
except ValueError as e: print(e)
try: threading.Semaphore(-1)
except ValueError as e: print(e)
active = 0; most = 0; m = threading.Lock(); sem = threading.Semaphore(3)
def limited():
    global active, most
    with sem:
        with m: active += 1; most = max(most, active)
        for _ in range(50): pass
        with m: active -= 1
ts = [threading.Thread(target=limited) for _ in range(20)]
for t in ts: t.start()
for t in ts: t.join()
print(most <= 3, active)
c2 = threading.Condition(); ready = []; woken = []
def w(i):
    with c2: ready.append(i); c2.wait(); woken.append(i)
ts = [threading.Thread(target=w, args=(i,)) for i in range(4)]
for t in ts: t.start()
while True:
    with c2:
        if len(ready) == 4: c2.notify_all(); break
for t in ts: t.join()
print(sorted(woken))
loc = threading.local(); loc.x = "main"; seen = []
def use(n): seen.append(hasattr(loc, "x")); loc.x = n; seen.append(loc.x)
t = threading.Thread(target=use, args=(5,)); t.start(); t.join(); print(seen, loc.x)
ev = threading.Event(); order = []
def waits(n): ev.wait(); order.append(n)
ts = [threading.Thread(target=waits, args=(i,)) for i in range(3)]
for t in ts: t.start()
ev.set()
for t in ts: t.join()
print(sorted(order))
