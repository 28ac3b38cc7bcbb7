"""Lock hand-over: two threads wake each other in turn by two locks. Prints ns of CPU a hand-over."""

import _thread
import sys
import time

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000


def answer(ping, pong, rounds):
    for _ in range(rounds):
        ping.acquire()
        pong.release()


def main():
    ping = _thread.allocate_lock()
    pong = _thread.allocate_lock()
    ping.acquire()
    pong.acquire()
    _thread.start_new_thread(answer, (ping, pong, ROUNDS))
    began = time.process_time()
    for _ in range(ROUNDS):
        ping.release()
        pong.acquire()
    used = time.process_time() - began
    print(f"{used / (2 * ROUNDS) * 1e9:.1f} ns")


main()
