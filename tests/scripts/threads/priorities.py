# expected: by hand
# thread.setpriority: who runs more often; nobody starves; threads change places with sched_yield(id) whatever their priorities.
import _thread, thread
print(thread.LOW, thread.NORMAL, thread.HIGH, thread.URGENT, thread.getpriority())
me = thread.get_ident()

def race(priorities, turns):
    counts = [0] * len(priorities)
    order = []
    stop = False
    def body(index):
        while not stop:
            counts[index] += 1
            order.append(index)
            thread.sched_yield()
    idents = [_thread.start_new_thread(body, (index,)) for index in range(len(priorities))]
    for ident, priority in zip(idents, priorities): thread.setpriority(ident, priority)
    thread.setpriority(me, thread.LOW)
    while sum(counts) < turns: thread.sched_yield()
    stop = True
    thread.setpriority(me, thread.NORMAL)
    while len(thread.all()) > 1: thread.sched_yield()
    return counts

equal = race([thread.NORMAL] * 3, 300)
print(max(equal) - min(equal) <= 3)
equal = race([thread.HIGH] * 3, 300)
print(max(equal) - min(equal) <= 3)
high, normal = race([thread.HIGH, thread.NORMAL], 800)
print(6.5 < high / normal < 8.5)
urgent, high, normal, low = race([thread.URGENT, thread.HIGH, thread.NORMAL, thread.LOW], 20_000)
print(urgent > 6 * high, high > 6 * normal, normal > 2 * low, low > 5)
normal, low = race([thread.NORMAL, thread.LOW], 800)
print(normal > 5 * low > 0)

# A change counts for one that waits for its turn, for one that is blocked, for oneself.
print(thread.setpriority(me, 2), thread.getpriority(me), thread.status(me)["priority"], thread.setpriority(me, thread.NORMAL))
log = []
gates = [_thread.allocate_lock() for _ in range(3)]
for gate in gates: gate.acquire()
def waiter(name, gate):
    gate.acquire()
    log.append(name)
idents = [_thread.start_new_thread(waiter, pair) for pair in zip("abc", gates)]
for _ in range(3): thread.sched_yield()
thread.setpriority(idents[2], thread.URGENT)
thread.setpriority(idents[1], thread.URGENT); thread.setpriority(idents[1], thread.LOW)
thread.setpriority(me, thread.LOW)
for gate in gates: gate.release()
while len(log) < 3: thread.sched_yield()
print(log)
thread.setpriority(me, thread.NORMAL)
log.clear()
idents = [_thread.start_new_thread(log.append, (name,)) for name in "abcde"]
thread.setpriority(idents[3], thread.HIGH)
for priority in (0, 2, 3, 0, 1): thread.setpriority(idents[4], priority)
for _ in range(5): thread.sched_yield()
print(log)

# sched_yield(id): that one is next.
for mine in range(4):
    for other in range(4):
        log.clear()
        thread.setpriority(me, mine)
        idents = [_thread.start_new_thread(log.append, (name,)) for name in range(6)]
        for ident in idents: thread.setpriority(ident, other)
        thread.setpriority(idents[1], thread.URGENT); thread.setpriority(idents[5], thread.LOW)
        thread.sched_yield(idents[4])
        first = log[0]
        thread.setpriority(me, thread.LOW)
        while len(log) < 6: thread.sched_yield()
        if first != 4: print("not next:", mine, other, log)
thread.setpriority(me, thread.NORMAL)

# Freezing goes with any priority.
ident = _thread.start_new_thread(log.append, ("thawed",)); thread.setpriority(ident, thread.URGENT)
log.clear(); print(thread.freeze(ident)); thread.setpriority(ident, thread.HIGH)
for _ in range(5): thread.sched_yield()
print(log, thread.thaw(ident)); thread.sched_yield(); print(log)

for wrong in ((me, 4), (me, -1), (0, 1), (me, "high")):
    try: thread.setpriority(*wrong)
    except (ValueError, TypeError) as error: print(type(error).__name__, error)
