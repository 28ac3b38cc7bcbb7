# expected: by hand
# thread.interrupt: one that waits, one that runs, one inside a blocking call, one that has not begun, oneself, Ctrl-C.
import _thread, os, signal, thread, threading, time

def started(body, *args):
    result = []
    def run():
        try: result.append(body(*args))
        except BaseException as error: result.append((type(error).__name__, *error.args))
        done.release()
    done = _thread.allocate_lock(); done.acquire()
    ident = _thread.start_new_thread(run, ())
    def end():
        done.acquire()
        return result[0]
    return ident, end

def until(ident, state):
    while thread.status(ident)["state"] != state:
        thread.sched_yield()

# Soft-blocked: by a lock, by time, by a queue without anybody.
gate = _thread.allocate_lock(); gate.acquire()
for wait in (gate.acquire, lambda: gate.acquire(True, 60), lambda: time.sleep(60), lambda: thread.Channel().receive()):
    ident, end = started(wait)
    until(ident, "soft-blocked")
    print(thread.interrupt(ident), end())
print(gate.locked(), gate.release())
ident, end = started(lambda: time.sleep(60)); until(ident, "soft-blocked")
print(thread.interrupt(ident, KeyError("mine")), end())
ident, end = started(lambda: time.sleep(60)); until(ident, "soft-blocked")
print(thread.interrupt(ident, exc=ZeroDivisionError), end())

# Runs: not without if_running, and then at its next safe point.
def spin():
    while True:
        pass
ident, end = started(spin); until(ident, "runnable")
print(thread.interrupt(ident), thread.interrupt(ident, if_running=1), end())

# Not begun yet.
ident, end = started(lambda: [spin() for _ in range(3)])
print(thread.status(ident)["state"], thread.interrupt(ident), thread.status(ident)["state"])
print(thread.interrupt(ident, None, 1), end())

# Inside a call that blocks: when it returns. A file that is a pipe without a writer blocks when it is opened.
path = f"/tmp/pyvm-interrupt-{os.getpid()}"
os.mkfifo(path)
def open_it():
    with open(path, "rb") as file:
        return file.read()
ident, end = started(open_it)
until(ident, "hard-blocked")
print(thread.interrupt(ident), thread.interrupt(ident, if_running=1))
print(thread.status(ident)["state"])
with open(path, "wb") as file: file.write(b"late")
print(end())
os.unlink(path)

# Oneself.
me = thread.get_ident()
print(thread.interrupt(me))
try: thread.interrupt(me, if_running=1)
except thread.Interrupt as error: print("oneself", error.args)

# Ctrl-C reaches the main thread, whatever it does, and whoever runs.
def press(): time.sleep(0.01); os.kill(os.getpid(), signal.SIGINT)
for wait in (lambda: time.sleep(60), spin, gate.acquire):
    gate.acquire(False)
    threading.Thread(target=press).start()
    try: wait()
    except KeyboardInterrupt: print("KeyboardInterrupt")

for wrong in ((0,), (me, 3), (me, int)):
    try: thread.interrupt(*wrong)
    except (ValueError, TypeError) as error: print(type(error).__name__, error)
