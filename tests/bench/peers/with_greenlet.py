"""What greenlet does without a scheduler: python with_greenlet.py."""

import sys
import time

from greenlet import getcurrent, greenlet

PAGE = 4096


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


def report(name, began, operations):
    print(f"{name:16} {(time.process_time() - began) / operations * 1e9:.1f} ns")


def ring(threads, laps, name):
    members = []

    def member(place):
        for _ in range(laps):
            members[(place + 1) % threads].switch()

    members.extend(greenlet(lambda place=place: member(place)) for place in range(threads))
    began = time.process_time()
    members[0].switch()
    report(name, began, threads * laps)


def spawn_join(rounds):
    main = getcurrent()
    began = time.process_time()
    for _ in range(rounds):
        greenlet(lambda: None, main).switch()
    report("spawn_join", began, rounds)


def blocked_memory(threads):
    main = getcurrent()
    before = resident()
    blocked = [greenlet(lambda: main.switch()) for _ in range(threads)]
    for one in blocked:
        one.switch()
    print(f"{'blocked_memory':16} {(resident() - before) / threads:.1f} bytes")


sys.setrecursionlimit(10_000)
blocked_memory(20_000)
ring(100, 5_000, "yield")
ring(1000, 200, "ring")
spawn_join(50_000)
ring(2, 100_000, "hand_over")
