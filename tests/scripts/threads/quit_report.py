# expected: by hand
# SIGQUIT shows what every thread is doing, and the program goes on.
import os, signal, sys, thread, threading, time
def sleeper():
    time.sleep(60)
def outer():
    sleeper()
worker = threading.Thread(target=outer, name="worker", daemon=True)
worker.start()
while thread.status(worker.ident)["state"] != "soft-blocked": thread.sched_yield()
print(signal.getsignal(signal.SIGQUIT) is signal.SIG_DFL, flush=True)
signal.raise_signal(signal.SIGQUIT)
print("goes on", flush=True)
# Also while nobody runs.
def kill():
    time.sleep(0.02); os.kill(os.getpid(), signal.SIGQUIT)
killer = threading.Thread(target=kill, name="killer"); killer.start()
time.sleep(0.2)
killer.join()
# A handler of the program's own comes first.
signal.signal(signal.SIGQUIT, lambda number, frame: print("handled", number, flush=True))
signal.raise_signal(signal.SIGQUIT)
print("end")
