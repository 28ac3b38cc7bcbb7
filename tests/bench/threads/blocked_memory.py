"""Memory: 100,000 threads blocked on one lock. Prints bytes of resident memory a thread."""

import _thread
import sys

THREADS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PAGE = 4096


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


class Crowd:
    def __init__(self):
        self.arrived = 0
        self.left = 0
        self.counting = _thread.allocate_lock()
        self.gate = _thread.allocate_lock()
        self.all_here = _thread.allocate_lock()
        self.all_gone = _thread.allocate_lock()
        for lock in (self.gate, self.all_here, self.all_gone):
            lock.acquire()

    def member(self):
        with self.counting:
            self.arrived += 1
            if self.arrived == THREADS:
                self.all_here.release()
        with self.gate:
            self.left += 1
            if self.left == THREADS:
                self.all_gone.release()


def main():
    crowd = Crowd()
    member = crowd.member
    nothing = ()
    before = resident()
    for _ in range(THREADS):
        _thread.start_new_thread(member, nothing)
    crowd.all_here.acquire()
    after = resident()
    crowd.gate.release()
    crowd.all_gone.acquire()
    print(f"{(after - before) / THREADS:.1f} bytes")


main()
