# expected: by hand
# SIGQUIT shows what every thread is doing, and the program goes on.
import os, signal, thread, threading, time
def sleeper():
    time.sleep(60)
def outer():
    sleeper()
worker = threading.Thread(target=outer, name="worker", daemon=True)
worker.start()
while thread.status(worker.ident)["state"] != "soft-blocked": thread.sched_yield()
print(signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL)
path = f"/tmp/pyvm-quit-{os.getpid()}"
errors = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
os.dup2(errors, 2)
def report():
    text = os.pread(errors, 100_000, 0).decode()
    os.ftruncate(errors, 0); os.lseek(errors, 0, 0)
    return [line.replace(os.path.dirname(os.path.abspath(__file__)) + "/", "") for line in text.splitlines() if "<frozen " not in line]
signal.raise_signal(signal.SIGQUIT)
print(*report(), "goes on", sep="\n")
# Also while nobody runs.
killer = threading.Thread(target=lambda: (time.sleep(0.02), os.kill(os.getpid(), signal.SIGQUIT))); killer.start()
time.sleep(0.1); killer.join()
lines = report(); print("thread 1 (main) sleeps" in lines, "thread 2 (worker) sleeps" in lines)
# A handler of the program's own comes first.
signal.signal(signal.SIGQUIT, lambda number, frame: print("handled", number))
signal.raise_signal(signal.SIGQUIT)
time.sleep(0.01)
print(report(), "end")
os.unlink(path)
