# queue.Queue between threads; SimpleQueue-free basics, LIFO and priority.
import queue, threading
q = queue.Queue()
q.put(1); q.put(2); print(q.qsize(), q.get(), q.get(), q.empty(), q.full())
try: q.get(block=False)
except queue.Empty: print("Empty")
try: q.get(timeout=0.01)
except queue.Empty: print("Empty after time-out")
b = queue.Queue(maxsize=1); b.put("x"); print(b.full())
try: b.put_nowait("y")
except queue.Full: print("Full")
try: b.put("y", timeout=0.01)
except queue.Full: print("Full after time-out")
def producer(n):
    for i in range(n): b2.put(i)
    b2.put(None)
b2 = queue.Queue(3); got = []
t = threading.Thread(target=producer, args=(20,)); t.start()
while (x := b2.get()) is not None: got.append(x)
t.join(); print(got)
work = queue.Queue(); results = []; lock = threading.Lock()
def worker():
    while True:
        item = work.get()
        if item is None: break
        with lock: results.append(item * item)
        work.task_done()
ts = [threading.Thread(target=worker) for _ in range(8)]
for t in ts: t.start()
for i in range(50): work.put(i)
work.join(); print(sorted(results) == [i * i for i in range(50)])
for t in ts: work.put(None)
for t in ts: t.join()
try: queue.Queue().task_done()
except ValueError as e: print(e)
l = queue.LifoQueue(); l.put(1); l.put(2); print(l.get(), l.get())
p = queue.PriorityQueue(); [p.put(x) for x in (3, 1, 2)]; print([p.get() for _ in range(3)])
