# expected: by hand
# thread.deadlocks: cycles of locks and joins while others run; what is no deadlock; the report.
import _thread, thread, threading

def until(ident, state="soft-blocked"):
    while thread.status(ident)["state"] != state:
        thread.sched_yield()

def cross(first, second, meet):
    """Two threads that take two locks in different order."""
    def body(mine, his):
        try:
            with mine:
                meet.wait()
                with his: pass
        except thread.Interrupt: pass
    workers = [threading.Thread(target=body, args=pair) for pair in ((first, second), (second, first))]
    for worker in workers: worker.start()
    for worker in workers: until(worker.ident)
    return workers

def end(workers):
    thread.interrupt(workers[0].ident)
    for worker in workers: worker.join()

def shown(cycles, *workers):
    names = {worker.ident: worker.name for worker in workers}
    return sorted(sorted(names.get(ident, ident) for ident in cycle) for cycle in cycles)

print(thread.deadlocks())
busy = True
def spin():
    while busy: pass
threading.Thread(target=spin).start()
for make in (threading.Lock, threading.RLock):
    workers = cross(make(), make(), threading.Barrier(2))
    print(shown(thread.deadlocks(), *workers) == [sorted(worker.name for worker in workers)], len(thread.deadlocks()[0]))
    end(workers); print(thread.deadlocks())

# Two cycles, and one that only waits for them; a chain without a cycle.
pairs = [cross(threading.Lock(), threading.RLock(), threading.Barrier(2)) for _ in range(2)]
outside = threading.Thread(target=pairs[0][0].join); outside.start(); until(outside.ident)
print(shown(thread.deadlocks(), *pairs[0], *pairs[1]) == sorted(sorted(worker.name for worker in pair) for pair in pairs))
for pair in pairs: end(pair)
outside.join(); print(thread.deadlocks())

# A join in it.
lock = threading.Lock()
ready = threading.Event()
def joins():
    with lock:
        ready.set()
        try: other.join()
        except thread.Interrupt: pass
def wants():
    ready.wait()
    with lock: pass
other = threading.Thread(target=wants); one = threading.Thread(target=joins)
other.start(); one.start(); until(one.ident); until(other.ident)
print(shown(thread.deadlocks(), one, other) == [sorted([one.name, other.name])])
thread.interrupt(one.ident); one.join(); other.join()

# A condition's lock: notify must be called with it, whoever has it waits for the waiter's end.
condition = threading.Condition()
def waiter():
    with condition: condition.wait()
w = threading.Thread(target=waiter); w.start(); until(w.ident)
print(thread.deadlocks())
def holder():
    with condition:
        condition.notify()
        try: w.join()
        except thread.Interrupt: pass
h = threading.Thread(target=holder); h.start(); until(h.ident)
while thread.status(w.ident)["owner"] != h.ident: thread.sched_yield()
print(shown(thread.deadlocks(), w, h) == [sorted([w.name, h.name])])
thread.interrupt(h.ident); h.join(); w.join()

# A lock that is waited for by whoever took it is a signal, not a deadlock.
signal = _thread.allocate_lock(); signal.acquire()
s = threading.Thread(target=lambda: (own.acquire(), own.acquire())); own = _thread.allocate_lock(); s.start(); until(s.ident)
print(thread.deadlocks(), thread.status(s.ident)["owner"] == s.ident)
own.release(); s.join()

# Longer ones.
count = 50
locks = [threading.Lock() for _ in range(count)]
barrier = threading.Barrier(count)
def philosopher(place):
    try:
        with locks[place]:
            barrier.wait()
            with locks[(place + 1) % count]: pass
    except thread.Interrupt: pass
table = [threading.Thread(target=philosopher, args=(place,)) for place in range(count)]
for one in table: one.start()
for one in table:
    while thread.status(one.ident)["owner"] is None or thread.status(one.ident)["owner"] == one.ident: thread.sched_yield()
cycles = thread.deadlocks()
print(len(cycles), len(cycles[0]), all(thread.status(a)["owner"] == b for a, b in zip(cycles[0], cycles[0][1:] + cycles[0][:1])))
thread.interrupt(table[0].ident)
for one in table: one.join()
busy = False

# All stand still: the main thread is told, with the cycles.
while len(thread.all()) > 1: thread.sched_yield()
workers = cross(threading.Lock(), threading.Lock(), threading.Barrier(2))
try: workers[0].join()
except thread.DeadlockError as error:
    text = str(error)
    print(text.splitlines()[0], text.count("waits for lock"), text.count("owned by"), text.count("cycle: "), text.count("deadlocks.py:15 in cross.<locals>.body"))
report = thread.report().splitlines()
print(report[0], report[1].endswith("(main) runs"), "deadlocks.py\", line 15 in cross.<locals>.body" in "\n".join(report), sum(line.startswith("thread ") for line in report))
end(workers)
