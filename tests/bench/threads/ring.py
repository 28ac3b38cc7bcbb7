"""Ring: a token through 1,000 threads, each waiting for its own lock. Prints ns of CPU a hop."""

import _thread
import sys
import time

THREADS = 1000
LAPS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000


def member(mine, following, laps, last, finished):
    for _ in range(laps):
        mine.acquire()
        following.release()
    if last:
        mine.acquire()  # the token is home again
        finished.release()


def main():
    locks = []
    for _ in range(THREADS):
        lock = _thread.allocate_lock()
        lock.acquire()
        locks.append(lock)
    finished = _thread.allocate_lock()
    finished.acquire()
    for place in range(1, THREADS):
        following = locks[(place + 1) % THREADS]
        _thread.start_new_thread(member, (locks[place], following, LAPS, False, finished))
    _thread.start_new_thread(member, (locks[0], locks[1], LAPS, True, finished))
    began = time.process_time()
    locks[0].release()
    finished.acquire()
    used = time.process_time() - began
    print(f"{used / (THREADS * LAPS) * 1e9:.1f} ns")


main()
