"""Yield: 100 threads that do nothing but give way. Prints ns of CPU a switch."""

import _thread
import sys
import time

try:
    from thread import sched_yield
except ImportError:

    def sched_yield():
        time.sleep(0)


THREADS = 100
TURNS = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000


def spin(turns, done, start):
    start.acquire()
    start.release()
    for _ in range(turns):
        sched_yield()
    done.release()


def main():
    start = _thread.allocate_lock()
    start.acquire()
    finished = []
    for _ in range(THREADS):
        done = _thread.allocate_lock()
        done.acquire()
        finished.append(done)
        _thread.start_new_thread(spin, (TURNS, done, start))
    began = time.process_time()
    start.release()
    for done in finished:
        done.acquire()
    used = time.process_time() - began
    print(f"{used / (THREADS * TURNS) * 1e9:.1f} ns")


main()
