"""A million threads at once.

    pyvm examples/million.py           1,000,000 threads
    python3 examples/million.py 1000   CPython: each thread is an OS thread, so fewer

What to see: all threads are started and wait for one lock; when the last has arrived, the lock is released, they
go through one after the other, and the main thread waits for the last of them. On pyvm a waiting thread costs
some hundred bytes (look at the peak memory: `/usr/bin/time -v pyvm examples/million.py`).
"""

import _thread
import sys
import time


class Crowd:
    def __init__(self, size):
        self.size = size
        self.arrived = 0
        self.left = 0
        self.gate = _thread.allocate_lock()
        self.counting = _thread.allocate_lock()
        self.all_here = _thread.allocate_lock()
        self.all_gone = _thread.allocate_lock()
        self.gate.acquire()
        self.all_here.acquire()
        self.all_gone.acquire()

    def member(self):
        with self.counting:
            self.arrived += 1
            if self.arrived == self.size:
                self.all_here.release()
        with self.gate:
            self.left += 1
            if self.left == self.size:
                self.all_gone.release()


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    crowd = Crowd(size)
    began = time.perf_counter()
    for _ in range(size):
        _thread.start_new_thread(crowd.member, ())
    crowd.all_here.acquire()
    print(f"{crowd.arrived} threads are waiting, {crowd.left} have left")
    waiting = time.perf_counter()
    crowd.gate.release()
    crowd.all_gone.acquire()
    print(f"{crowd.left} threads have left")
    ended = time.perf_counter()
    print(f"started in {waiting - began:.2f} s, released and joined in {ended - waiting:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
