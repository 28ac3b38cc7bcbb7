"""Two threads, two locks, opposite order: a deadlock that reports itself.

    pyvm examples/deadlock.py

What to see: CPython would hang here for ever. pyvm's scheduler notices that nothing can ever run again and raises
`thread.DeadlockError` in the main thread; its text names every thread, the line where it stands, the lock it waits
for and who owns that lock.
"""

import sys
import threading

try:
    import thread
except ImportError:
    sys.exit("deadlock.py shows pyvm's deadlock report; on this interpreter it would hang")

fork = threading.Lock()
knife = threading.Lock()


def eat(first, second):
    with first:
        thread.sched_yield()  # let the other one take its first tool too
        with second:
            print("never printed")


def main():
    diners = [
        threading.Thread(target=eat, args=(fork, knife), name="left-handed"),
        threading.Thread(target=eat, args=(knife, fork), name="right-handed"),
    ]
    for diner in diners:
        diner.start()
    try:
        for diner in diners:
            diner.join()
    except thread.DeadlockError as report:
        print("DeadlockError:", report)
        print("the main thread carries on")


if __name__ == "__main__":
    main()
