# expected: by hand
# thread.faryield: values from any depth of calls; send, throw, close, exceptions, dropping, many at once.
import _thread, gc, thread, threading
from thread import far_yield_acceptor, faryield

def error(function, *args):
    try: return function(*args)
    except BaseException as error: return f"{type(error).__name__}: {error}"

def turns():
    for _ in range(5): thread.sched_yield()

# From the depth of a recursion, of natives that call back, of an operator.
def walk(tree):
    if isinstance(tree, list):
        for branch in tree: walk(branch)
    else: faryield(tree)
@far_yield_acceptor
def leaves(tree):
    walk(tree)
    return "done"
print(list(leaves([1, [2, [3, 4], []], 5])))
@far_yield_acceptor
def deep(*items, key=None):
    sorted(items, key=lambda item: (faryield(item), item)[1])
    class Yields:
        def __eq__(self, other): faryield("eq"); return True
        def __hash__(self): return 7
        def __add__(self, other): return faryield("add")
    print({Yields(): 1}[Yields()], Yields() + 1)
    for item in map(faryield, "xy"): pass
    faryield(key)
print(list(deep(2, 1, key="k")))

# What is sent comes out of faryield; what it returns comes with StopIteration.
@far_yield_acceptor
def echo(first):
    got = first
    while got is not None: got = faryield(("got", got))
    return "over"
e = echo(0)
print(next(e), e.send(1), e.send("two"), error(e.send, None), error(next, e), list(e))
print(error(echo(0).send, 1))
def delegating(): return (yield from echo("from"))
d = delegating(); print(next(d), d.send("sent"), error(next, d))

# Exceptions go to the consumer, and into the body.
@far_yield_acceptor
def failing(kind):
    try: faryield("before")
    except KeyError as error: faryield(f"caught {error}")
    finally: log.append("finally")
    raise kind("out")
log = []
f = failing(ValueError); print(next(f), error(next, f), error(next, f), log)
f = failing(OSError); print(next(f), f.throw(KeyError("in")), error(next, f))
f = failing(OSError); print(next(f), error(f.throw, TypeError("other")), error(next, f))
f = failing(StopIteration); next(f); print(error(next, f))
f = failing(SystemExit); next(f); print(error(next, f))
f = failing(OSError); print(error(f.throw, KeyError), error(next, f))
def where():
    try: list(failing(ZeroDivisionError))
    except ZeroDivisionError as error: return [frame.tb_frame.f_code.co_name for frame in frames(error.__traceback__)]
def frames(traceback):
    while traceback: yield traceback; traceback = traceback.tb_next
print("failing" in where())

# close
log.clear()
f = failing(ValueError); next(f); print(error(f.close), log)
@far_yield_acceptor
def closing(how):
    try: faryield(1)
    except GeneratorExit:
        log.append("exit")
        if how == "yields": faryield(2)
        if how == "returns": return "value"
        raise
for how in ("raises", "returns", "yields"):
    log.clear(); c = closing(how); next(c); print(how, error(c.close), log, error(next, c) if how != "yields" else "")
c = closing("x"); print(c.close(), c.close(), list(c))

# Dropped: its body ends too.
log.clear()
f = closing("raises"); next(f); turns(); count = thread.stats()["threads"]; del f; turns()
print(log, thread.stats()["threads"] - count)
for value in closing("returns"): break
turns(); print(log)
class Holder: pass
log.clear(); h = Holder(); h.f = closing("raises"); h.itself = h; next(h.f); del h; gc.collect(); turns(); print(log)
del closing, c; gc.collect(); turns()

# Outside.
print(error(faryield, 1))
print(error(lambda: [faryield(1) for _ in range(1)]))
threading.Thread(target=lambda: print(error(faryield, 1))).start()
@far_yield_acceptor
def starts_thread():
    worker = threading.Thread(target=lambda: log.append(error(faryield, 1)))
    worker.start(); worker.join()
    faryield("mine")
log.clear(); print(list(starts_thread()), log)

# One inside another: each faryield belongs to the innermost.
@far_yield_acceptor
def inner():
    for value in "ab": faryield(value)
@far_yield_acceptor
def outer():
    for value in inner(): faryield(value + value)
print(list(outer()))
@far_yield_acceptor
def recursive(depth):
    faryield(depth)
    if depth: [faryield(value) for value in recursive(depth - 1)]
print(list(recursive(4)))

# It runs already.
@far_yield_acceptor
def itself():
    faryield(error(next, i)); faryield("next")
i = itself(); print(next(i), next(i))
@far_yield_acceptor
def slow(lock):
    with lock: faryield("slow")
lock = _thread.allocate_lock(); lock.acquire(); s = slow(lock)
worker = threading.Thread(target=lambda: log.append(next(s))); log.clear(); worker.start()
while thread.status(worker.ident)["state"] != "soft-blocked": thread.sched_yield()
print(thread.status(worker.ident)["activity"].split(" thread ")[0], error(next, s))
lock.release(); worker.join(); print(log, list(s))

# A consumer that is interrupted misses nothing.
lock.acquire(); s = slow(lock); log.clear()
worker = threading.Thread(target=lambda: log.append(error(next, s))); worker.start()
while thread.status(worker.ident)["state"] != "soft-blocked": thread.sched_yield()
thread.interrupt(worker.ident); worker.join(); lock.release(); turns()
print(log, next(s), list(s))

# Methods, and what an acceptor looks like.
class Tree:
    def __init__(self, *branches): self.branches = branches
    def walk(self):
        for branch in self.branches:
            if isinstance(branch, Tree): branch.walk()
            else: faryield(branch)
    @far_yield_acceptor
    def __iter__(self): self.walk()
    @far_yield_acceptor
    def scaled(self, by, *, plus=0): [faryield(value * by + plus) for value in self]
print(list(Tree(1, Tree(2, Tree(3)), 4)), list(Tree(1, Tree(2)).scaled(10, plus=1)), list(Tree.scaled(Tree(5), 2)))
print(leaves.__name__, leaves.__wrapped__.__name__, repr(Tree.scaled).split(" at ")[0], error(far_yield_acceptor, 1))
print(iter(leaves([])) is not None, error(next, leaves()))

# Many.
@far_yield_acceptor
def numbers(count):
    for value in range(count): faryield(value)
del i, s; turns()
generators = [numbers(3) for _ in range(1000)]
print(sum(next(g) for g in generators), sum(sum(g) for g in generators), thread.stats()["threads"])
print(sum(numbers(10_000)))
