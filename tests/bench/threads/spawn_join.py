"""Spawn and join: a short thread at a time is started and waited for. Prints ns of CPU a thread."""

import _thread
import sys
import time

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000


def short(done):
    done.release()


def main():
    done = _thread.allocate_lock()
    done.acquire()
    began = time.process_time()
    for _ in range(ROUNDS):
        _thread.start_new_thread(short, (done,))
        done.acquire()
    used = time.process_time() - began
    print(f"{used / ROUNDS * 1e9:.1f} ns")


main()
