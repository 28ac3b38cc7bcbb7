"""Pass a token round a ring of threads.

    pyvm examples/ring.py              10,000 threads, 10 laps
    pyvm examples/ring.py 100000 3     100,000 threads, 3 laps
    python3 examples/ring.py 200 10    CPython: each thread is an OS thread, so fewer

What to see: every thread waits for its own lock; who gets the token adds one to it and releases the lock of the
next. On pyvm a hop is a switch between two stacks on the heap. The result goes to stdout, the time to stderr.
"""

import _thread
import sys
import time


class Ring:
    def __init__(self, size, laps):
        self.size = size
        self.laps = laps
        self.token = 0
        self.locks = []
        for _ in range(size):
            lock = _thread.allocate_lock()
            lock.acquire()
            self.locks.append(lock)
        self.finished = _thread.allocate_lock()
        self.finished.acquire()

    def run(self, place):
        mine = self.locks[place]
        following = self.locks[(place + 1) % self.size]
        for _ in range(self.laps):
            mine.acquire()
            self.token += 1
            if self.token == self.size * self.laps:
                self.finished.release()
            else:
                following.release()


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    laps = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    ring = Ring(size, laps)
    for place in range(size):
        _thread.start_new_thread(ring.run, (place,))
    began = time.perf_counter()
    ring.locks[0].release()
    ring.finished.acquire()
    seconds = time.perf_counter() - began
    print(f"{size} threads, {laps} laps: the token made {ring.token} hops")
    print(f"{seconds:.3f} s, {seconds / ring.token * 1e9:.0f} ns a hop", file=sys.stderr)


if __name__ == "__main__":
    main()
