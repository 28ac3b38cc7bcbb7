"""sys.set_asyncgen_hooks: what is called for async generators when they begin, and when they die before their end."""

import gc
import sys
import threading

seen = []


async def count(limit):
    try:
        for number in range(limit):
            yield number
    finally:
        seen.append("closed")


def drive(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


async def some(generator, wanted):
    found = []
    async for number in generator:
        found.append(number)
        if len(found) == wanted:
            break
    return found


print(sys.get_asyncgen_hooks(), sys.get_asyncgen_hooks().finalizer)
kept = []
sys.set_asyncgen_hooks(firstiter=lambda generator: seen.append(("begun", generator.__name__)), finalizer=kept.append)
hooks = sys.get_asyncgen_hooks()
print(callable(hooks.firstiter), callable(hooks[1]))
print(drive(some(count(3), 99)), seen, kept)
seen.clear()
print(drive(some(count(3), 2)), seen)
gc.collect()
print(seen, [generator.__name__ for generator in kept])
try:
    drive(kept.pop().aclose())
except StopAsyncIteration:
    pass
print(seen)

# Those of one thread are its own.
thread = threading.Thread(target=lambda: print(sys.get_asyncgen_hooks()))
thread.start()
thread.join()

sys.set_asyncgen_hooks(None)
print(sys.get_asyncgen_hooks().firstiter, callable(sys.get_asyncgen_hooks().finalizer))
sys.set_asyncgen_hooks(firstiter=None, finalizer=None)
for wrong in ({"firstiter": 3}, {"finalizer": "x"}):
    try:
        sys.set_asyncgen_hooks(**wrong)
    except TypeError as error:
        print(error)

# A hook that raises.
def refuse(generator):
    raise ValueError("not this one")


sys.set_asyncgen_hooks(firstiter=refuse)
generator = count(1)
try:
    drive(some(generator, 1))
except ValueError as error:
    print(error)
print(drive(some(generator, 1)))
sys.set_asyncgen_hooks(None, None)
