"""signal: handlers in Python, timers, what handlers raise."""
import os
import signal
import time

seen = []
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.getsignal(signal.SIGUSR1))
old = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(signal.Signals(number).name))
print(old, callable(signal.getsignal(signal.SIGUSR1)))
os.kill(os.getpid(), signal.SIGUSR1)
print(seen)
signal.raise_signal(signal.SIGUSR1)
print(seen)


class Timeout(Exception):
    pass


def expire(number, frame):
    raise Timeout("too late")


signal.signal(signal.SIGALRM, expire)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    time.sleep(20)
except Timeout as error:
    print("sleeping:", error)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True:
        pass
except Timeout as error:
    print("running:", error)
print(signal.signal(signal.SIGALRM, signal.SIG_IGN) is expire, signal.getsignal(signal.SIGALRM))
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)
except KeyboardInterrupt:
    print("interrupted")
for wrong in (lambda: signal.signal(0, expire), lambda: signal.signal(signal.SIGUSR1, 7), lambda: signal.signal(signal.SIGKILL, expire)):
    try:
        wrong()
    except (ValueError, TypeError, OSError) as error:
        print(type(error).__name__, error)
signal.signal(signal.SIGUSR1, signal.SIG_DFL)
