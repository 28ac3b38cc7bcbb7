# expected: by hand
# thread.all, status, stats, setticks, measure.
import _thread, thread, threading, time

def until(ident, state):
    while thread.status(ident)["state"] != state:
        thread.sched_yield()

short = lambda place: place.rsplit("/", 1)[-1]
me = thread.get_ident()
print(sorted(thread.status(me)))
own = thread.status(me)
print(own["id"] == me, own["main"], own["daemon"], own["state"], own["waits_for"], own["owner"], own["cpu_time"], own["depth"], own["priority"])
print(short(own["place"]), own["ticks"] > 0, own["switches"] > 0, own["bytes"] > 128, own["reentries"])

lock = threading.RLock()
def deep(depth):
    if depth: deep(depth - 1)
    else:
        with lock: pass
lock.acquire()
worker = threading.Thread(target=deep, args=(20,), name="worker")
worker.start(); until(worker.ident, "soft-blocked")
his = thread.status(worker.ident)
print(his["name"], his["main"], his["daemon"], his["state"], his["waits_for"] is lock, his["owner"] == me, short(his["place"]), his["depth"] >= 21, his["bytes"] > 500)
print(his["activity"].startswith("waits for RLock 0x"), his["activity"].endswith(f"owned by thread {me} (main)"))
print(thread.all() == [me, worker.ident], [one["id"] for one in thread.status()] == thread.all())
lock.release(); worker.join()
try: thread.status(worker.ident)
except ValueError as error: print(str(error) == f"no thread {worker.ident}")

# Ticks: backward jumps and calls. Switches: turns.
gate = _thread.allocate_lock(); gate.acquire()
def count(rounds):
    for _ in range(rounds): pass
    gate.acquire(); gate.acquire()
def yielding(turns):
    for _ in range(turns): thread.sched_yield()
    gate.acquire()
a = _thread.start_new_thread(count, (10_000,)); b = _thread.start_new_thread(yielding, (50,))
until(a, "soft-blocked"); until(b, "soft-blocked")
print(10_000 <= thread.status(a)["ticks"] < 10_600, 50 <= thread.status(b)["switches"] < 60)
class Dies:
    def __del__(self): pass
def finalizing(rounds):
    for _ in range(rounds): Dies()
    gate.acquire()
c = _thread.start_new_thread(finalizing, (1000,)); until(c, "soft-blocked")
print(2000 <= thread.status(c)["ticks"] < 6000)

# Time, while it is measured.
print(thread.measure(), thread.measure())
def work():
    end = time.monotonic() + 0.02
    while time.monotonic() < end: pass
    gate.acquire()
d = _thread.start_new_thread(work, ()); until(d, "soft-blocked")
print(0.001 < thread.status(d)["cpu_time"] < 5, thread.status(me)["cpu_time"] > 0, thread.status(a)["cpu_time"])
print(thread.measure(False), thread.measure(False))
for ident in thread.all():
    if ident != me: thread.interrupt(ident, SystemExit)
while len(thread.all()) > 1: thread.sched_yield()

# setticks
print(thread.setticks(100), thread.setticks(500), thread.stats()["slice_ticks"])
for wrong in (0, -1, 2 ** 40):
    try: thread.setticks(wrong)
    except ValueError as error: print(error)
def longest_run(ticks):
    order = []
    def body(name):
        for _ in range(2000): order.append(name)
    thread.setticks(ticks)
    threads = [threading.Thread(target=body, args=(name,)) for name in "ab"]
    for one in threads: one.start()
    for one in threads: one.join()
    thread.setticks(500)
    changes = sum(1 for one, next in zip(order, order[1:]) if one != next)
    return changes
few, many = longest_run(1000), longest_run(50)
print(few < many, many > 20)

stats = thread.stats()
print(sorted(stats))
print(stats["threads"], stats["started"] >= 9, stats["most_threads"] >= 4, stats["switches"] > 100, stats["hard_blocked"], stats["runnable"], stats["timers"], stats["deadlocks"])
