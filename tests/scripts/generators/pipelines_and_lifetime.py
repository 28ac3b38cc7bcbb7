# Generators as pipelines, coroutine-style sinks, finalization on drop, exceptions through layers.
def source(n):
    try:
        for i in range(n): yield i
    finally: print("source closed")
def double(it):
    try:
        for x in it: yield x * 2
    finally: print("double closed")
def take(n, it):
    for _ in range(n): yield next(it)
print(list(take(2, double(source(10)))))
def sink():
    total = 0
    while True:
        v = yield total
        if v is None: return total
        total += v
s = sink(); next(s)
for i in range(5): r = s.send(i)
print(r)
try: s.send(None)
except StopIteration as e: print("sink", e.value)
def dropped():
    try: yield 1
    finally: print("dropped finally")
d = dropped(); next(d); del d
print("after del")
def never_started():
    try: yield 1
    finally: print("never")
n = never_started(); del n
def holder():
    g = dropped(); next(g)
    return "holder done"
print(holder())
def nested_try():
    try:
        try: yield 1
        finally: print("inner"); yield 2
    finally: print("outer")
g = nested_try(); print(next(g), next(g)); g.close()
def reraise():
    while True:
        try: yield
        except Exception as e: print("handling", repr(e))
g = reraise(); next(g); g.throw(ValueError(1)); g.throw(KeyError(2)); g.close()
try: g.throw(IndexError("closed"))
except IndexError as e: print(repr(e))
def sched(tasks):
    while tasks:
        t = tasks.pop(0)
        try: print(next(t), end=" ")
        except StopIteration as e: print("done", e.value, end=" ")
        else: tasks.append(t)
    print()
def task(name, n):
    for i in range(n): yield f"{name}{i}"
    return name
sched([task("a", 2), task("b", 3), task("c", 1)])
def exc_state():
    try: raise ValueError("outer")
    except ValueError:
        yield 1
        try: raise
        except ValueError as e: yield repr(e)
import sys
g = exc_state()
try: raise KeyError("caller")
except KeyError:
    next(g)
    print(repr(sys.exception()))
    print(next(g))
    print(repr(sys.exception()))
print(sys.exception())
def with_default(x=[]): yield x
print(next(with_default()))
def gen_in_class():
    class C:
        items = list(i * i for i in range(3))
        def __iter__(self): return (x for x in self.items)
    return list(C())
print(gen_in_class())
