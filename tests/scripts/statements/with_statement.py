# expected: by hand
# with: order, suppression, several managers, targets, errors.
class CM:
    def __init__(self, name, swallow=False, fail_exit=False):
        self.name, self.swallow, self.fail_exit = name, swallow, fail_exit
    def __enter__(self):
        print("enter", self.name)
        return self.name
    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind.__name__ if kind else None, value, tb is not None)
        if self.fail_exit:
            raise ValueError("from exit " + self.name)
        return self.swallow
with CM("a") as a, CM("b") as b:
    print(a, b)
with (CM("c"), CM("d") as d,):
    print(d)
with CM("swallow", swallow=True):
    raise KeyError("gone")
print("after")
try:
    with CM("outer"), CM("inner", swallow=False):
        raise KeyError("kept")
except KeyError as e:
    print("caught", e)
try:
    with CM("x", fail_exit=True):
        raise KeyError("first")
except ValueError as e:
    print(e, repr(e.__context__))
def f():
    with CM("return"):
        return "value"
print(f())
for i in range(2):
    with CM("loop"):
        if i == 0:
            continue
        break
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *a): pass
for cls in (NoExit, NoEnter, int):
    try:
        with cls():
            print("never")
    except TypeError as e:
        print(e)
class OnInstance: pass
o = OnInstance()
o.__enter__ = lambda: 1
o.__exit__ = lambda *a: 1
try:
    with o: pass
except TypeError as e: print(e)
class Targets:
    def __enter__(self): return (1, [2, 3])
    def __exit__(self, *a): return False
with Targets() as (p, [q, r]): print(p, q, r)
box = {}
with Targets() as box["key"]: pass
print(box)
class EnterFails:
    def __enter__(self): raise RuntimeError("enter")
    def __exit__(self, *a): print("never")
try:
    with CM("first"), EnterFails(): pass
except RuntimeError as e: print(e)
with CM("deep", swallow=True):
    with CM("deeper"):
        try:
            1 / 0
        finally:
            print("finally")
def gen():
    with CM("gen"):
        yield 1
        yield 2
g = gen()
print(next(g))
g.close()
