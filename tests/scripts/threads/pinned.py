# expected: by hand
# Threads inside native code that has called Python (a dict that compares its keys): whatever they wait for, others run, and they go on.
import queue, sys, thread, threading, time

class Key:
    def __init__(self, value, action): self.value, self.action = value, action
    def __hash__(self): return 1
    def __eq__(self, other):
        self.action()
        return self.value == other.value

def look_up(action):
    """A dict look-up that calls `action` from `__eq__`."""
    return {Key(1, action): "found"}[Key(1, action)]

def together(*bodies):
    threads = [threading.Thread(target=body) for body in bodies]
    for one in threads: one.start()
    for one in threads: one.join()

# A lock held around the look-up, wanted inside that of another thread: neither lies above the other.
lock = threading.Lock()
order = []
def holder():
    with lock:
        order.append(look_up(lambda: time.sleep(0.02)))
def wanter():
    time.sleep(0.005)
    order.append(look_up(lambda: lock.acquire() and lock.release()))
together(holder, wanter)
print(order)

# More at once than the native stack of one OS thread would bear; they end in the opposite order of their beginning, then in the same order.
for reverse in (True, False):
    count = 60
    gates = [threading.Semaphore(0) for _ in range(count)]
    begun = threading.Semaphore(0)
    ended = []
    def waits(index):
        look_up(lambda: (begun.release(), gates[index].acquire()))
        ended.append(index)
        gates[index - 1 if reverse else (index + 1) % count].release()
    threads = [threading.Thread(target=waits, args=(index,)) for index in range(count)]
    for one in threads: one.start()
    for _ in threads: begun.acquire()
    print(sum(status["reentries"] for status in thread.status()))
    first = count - 1 if reverse else 0
    gates[first].release()
    for one in threads: one.join()
    print(ended == sorted(ended, reverse=reverse), len(ended))

# A request to the main loop, answered inside `__eq__`.
requests = queue.Queue()
def ask():
    answer = queue.Queue()
    requests.put(answer)
    return answer.get()
asker = threading.Thread(target=lambda: print([look_up(ask) for _ in range(3)]))
asker.start()
answered = 0
while asker.is_alive():
    try:
        requests.get(timeout=0.01).put(answered)
        answered += 1
    except queue.Empty: pass
asker.join()
print(answered)

# The main thread too, and a reentry within a reentry.
timer = threading.Timer(0.01, lock.release)
lock.acquire(); timer.start()
print(look_up(lambda: look_up(lambda: lock.acquire(timeout=5) and lock.release())))

# Slices of pinned threads end: others are not starved by one that computes.
stop = False
def busy():
    global stop
    while not stop: pass
computes = threading.Thread(target=look_up, args=(busy,)); computes.start()
turns = 0
until = time.monotonic() + 0.05
while time.monotonic() < until:
    thread.sched_yield()
    turns += 1
stop = True
computes.join()
print(turns > 3)

# Interrupted where it waits.
def waits_for_ever():
    try: look_up(threading.Event().wait)
    except thread.Interrupt: print("interrupted")
one = threading.Thread(target=waits_for_ever); one.start()
while thread.status(one.ident)["state"] != "soft-blocked": thread.sched_yield()
print(thread.interrupt(one.ident)); one.join()

# The program ends though a daemon still waits in there.
threading.Thread(target=look_up, args=(lambda: time.sleep(100),), daemon=True).start()
time.sleep(0.01)
print("end")
