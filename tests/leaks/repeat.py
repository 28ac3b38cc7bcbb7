"""Runs a script again and again in this process and fails when the heap grows with each round.

    pyvm tests/leaks/repeat.py SCRIPT [ROUNDS]

Its output is thrown away. Uses sys.getallocatedblocks() where there is one (exact), else the resident memory.
"""

import contextvars
import encodings  # registers itself with codecs, so it must stay, as it does in every other Python
import gc
import importlib  # the same, with sys.meta_path
import os
import sys

PAGE = 4096
WARM_UP = 8
PROCESS = os.getpid()


# Modules that are imported anew would be called, and so live on, after every fork.
os.register_at_fork = lambda **hooks: None


class Nowhere:
    def write(self, text):
        return len(text)

    def flush(self):
        pass


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


# Blocks may differ by a few from round to round (caches that fill up); a leak adds some in every round.
if hasattr(sys, "getallocatedblocks"):
    measure, unit = sys.getallocatedblocks, "blocks"
else:
    measure, unit = resident, "bytes"


def one_round(code, path):
    modules, search = set(sys.modules), list(sys.path)
    try:
        # Context variables that the script sets end with the context.
        contextvars.copy_context().run(exec, code, {"__name__": "__main__", "__file__": path})
    except BaseException:
        pass  # how a script ends is what the script suite checks
    if os.getpid() != PROCESS:
        os._exit(0)  # a copy that a script made and that ended by an exception must not go on here
    for name in set(sys.modules) - modules:
        del sys.modules[name]
    sys.path[:] = search
    sys.path_importer_cache.clear()
    gc.collect()


def main():
    path = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec")
    stdout, sys.stdout = sys.stdout, Nowhere()
    sys.argv = [path]
    for _ in range(WARM_UP):
        one_round(code, path)
    least = rounds // 2 if unit == "blocks" else 8 * PAGE * rounds // 4
    # Threads of one round may need more memory at once than those of another: only what grows each time is a leak.
    for _ in range(3):
        before = measure()
        for _ in range(rounds):
            one_round(code, path)
        grown = measure() - before
        if grown <= least:
            break
    sys.stdout = stdout
    print(f"{grown} {unit} in {rounds} rounds")
    return 1 if grown > least else 0


sys.exit(main())
