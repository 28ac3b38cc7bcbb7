"""Spawn many: 1,000 short threads are started, then all are waited for. Prints ns of CPU a thread."""

import _thread
import sys
import time

BATCH = 1000
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 300


def short(dones, place):
    dones[place].release()


def main():
    dones = [_thread.allocate_lock() for _ in range(BATCH)]
    for done in dones:
        done.acquire()
    began = time.process_time()
    for _ in range(ROUNDS):
        for place in range(BATCH):
            _thread.start_new_thread(short, (dones, place))
        for done in dones:
            done.acquire()
    used = time.process_time() - began
    print(f"{used / (ROUNDS * BATCH) * 1e9:.1f} ns")


main()
