# expected: by hand
# thread.freeze and thaw: runnable ones, new ones, blocked ones that are woken meanwhile, oneself, inside a blocking call, a deadlock.
import _thread, os, thread, time

def until(ident, state):
    while thread.status(ident)["state"] != state:
        thread.sched_yield()

def turns(count=5):
    for _ in range(count):
        thread.sched_yield()

# One that runs all the time.
count = 0
stop = False
def spin():
    global count
    while not stop:
        count += 1
        thread.sched_yield()
ident = _thread.start_new_thread(spin, ())
turns()
print(count > 0, thread.freeze(ident), thread.freeze(ident), thread.status(ident)["state"], thread.status(ident)["activity"])
before = count
turns()
print(count == before, thread.status(ident)["state"])
print(thread.thaw(ident), thread.thaw(ident), thread.status(ident)["state"])
turns()
print(count > before)
# Thawed before its turn came: it has one place in the queue, not several.
for _ in range(100):
    thread.freeze(ident); thread.thaw(ident)
before = count
turns(10)
print(before < count <= before + 12)
stop = True

# One that has not begun.
begun = []
ident = _thread.start_new_thread(begun.append, (1,))
print(thread.freeze(ident), thread.status(ident)["state"]); turns(); print(begun)
thread.thaw(ident); print(thread.status(ident)["state"]); turns(); print(begun)

# One that waits for a lock: the lock is handed to it, and is its own.
lock = _thread.allocate_lock(); lock.acquire()
log = []
def locker():
    with lock:
        log.append("has it")
    log.append("gave it back")
ident = _thread.start_new_thread(locker, ()); until(ident, "soft-blocked")
print(thread.freeze(ident), thread.status(ident)["state"], thread.status(ident)["waits_for"] is lock)
lock.release(); turns()
print(log, lock.locked(), lock.acquire(False), thread.status(ident)["activity"])
thread.thaw(ident); turns(); print(log, lock.locked())

# Frozen and thawed while it waits: nothing has happened.
lock.acquire()
ident = _thread.start_new_thread(locker, ()); until(ident, "soft-blocked")
thread.freeze(ident); print(thread.thaw(ident), thread.status(ident)["state"])
lock.release(); turns(); print(log[2:])

# One that sleeps: its time passes. One that is interrupted: it hears of it later.
def sleeper():
    try: time.sleep(0.01); log.append("slept")
    except thread.Interrupt: log.append("interrupted")
log.clear()
a = _thread.start_new_thread(sleeper, ()); until(a, "soft-blocked"); thread.freeze(a)
b = _thread.start_new_thread(sleeper, ()); until(b, "soft-blocked"); thread.freeze(b)
print(thread.interrupt(b)); time.sleep(0.03)
print(log, thread.status(a)["activity"], thread.status(b)["activity"])
thread.thaw(a); turns(); thread.thaw(b); turns(); print(log)

# Oneself: the slice ends, until somebody thaws it.
me = thread.get_ident()
def thawer():
    log.append(thread.status(me)["state"])
    log.append(thread.thaw(me))
log.clear()
_thread.start_new_thread(thawer, ())
print(thread.freeze(me), log)

# Inside a blocking call: when that returns.
path = f"/tmp/pyvm-freeze-{os.getpid()}"
os.mkfifo(path)
def reader():
    with open(path, "rb") as file:
        text = file.read()
    log.append(text)
log.clear()
ident = _thread.start_new_thread(reader, ())
until(ident, "hard-blocked")
print(thread.freeze(ident), thread.status(ident)["state"], thread.status(ident)["frozen"])
with open(path, "wb") as file: file.write(b"late")
until(ident, "frozen"); turns(); print(log)
thread.thaw(ident)
while not log: thread.sched_yield()
print(log); os.unlink(path)

# Nobody is left to thaw anybody.
def idle():
    while True: pass
ident = _thread.start_new_thread(idle, ())
thread.freeze(ident)
lock = _thread.allocate_lock(); lock.acquire()
try: lock.acquire()
except thread.DeadlockError as error: print("frozen" in str(error), f"thread {ident} is frozen" in str(error))
try: thread.freeze(me)
except thread.DeadlockError as error: print("thread 1 (main)" in str(error), str(error).count("is frozen"), thread.status(me)["frozen"])
for wrong in (0, 10 ** 9):
    for function in (thread.freeze, thread.thaw):
        try: function(wrong)
        except ValueError as error: print(error)
