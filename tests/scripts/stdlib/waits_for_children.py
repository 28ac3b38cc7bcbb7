"""Waiting for a child process costs no OS thread: others run meanwhile, and the waiting thread can be interrupted."""

import os
import signal
import subprocess
import threading
import time

children = [os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "0.2") for _ in range(20)]
statuses = []
ways = (
    lambda child: os.waitpid(child, 0)[1],
    lambda child: os.wait4(child, 0)[1],
    lambda child: os.waitid(os.P_PID, child, os.WEXITED).si_status,
)
waiters = [threading.Thread(target=lambda child=child, way=ways[index % 3]: statuses.append(way(child))) for index, child in enumerate(children)]
for waiter in waiters:
    waiter.start()
turns = 0
while any(waiter.is_alive() for waiter in waiters):
    time.sleep(0.001)
    turns += 1
print(statuses == [0] * 20, turns > 20)

child = subprocess.Popen(["sleep", "60"])
killer = threading.Timer(0.05, child.kill)
killer.start()
print(child.wait() == -signal.SIGKILL)
try:
    os.waitpid(child.pid, 0)
except ChildProcessError as error:
    print(error)
