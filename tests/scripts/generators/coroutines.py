# async def driven by hand: await, return, throw, close, custom awaitables.
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield ("wait", self.v)
        return ("resumed", got)
async def leaf(x):
    r = await Wait(x)
    return r
async def root():
    a = await leaf(1)
    b = await leaf(2)
    return a, b
c = root()
print(type(c).__name__, c.send(None), c.send("A"))
try: c.send("B")
except StopIteration as e: print(e.value)
try: c.send(None)
except RuntimeError as e: print(e)
def run(coro):
    value = None
    trace = []
    while True:
        try: trace.append(coro.send(value))
        except StopIteration as e: return e.value, trace
        value = len(trace)
print(run(root()))
async def bad(): await 5
try: run(bad())
except TypeError as e: print(e)
class BadAwait:
    def __await__(self): return 5
async def bad2(): await BadAwait()
try: run(bad2())
except TypeError as e: print(e)
async def catching():
    try: await Wait("t")
    except ValueError as e: return "caught " + str(e)
    finally: print("finally")
c = catching(); c.send(None)
try: c.throw(ValueError("thrown"))
except StopIteration as e: print(e.value)
c = catching(); c.send(None); c.close()
async def nothing(): return 5
print(run(nothing()))
c = nothing()
try: iter(c)
except TypeError as e: print(e)
try: next(c)
except TypeError as e: print(e)
c.close()
async def comp(): return [await leaf(i) for i in range(2)], {i: await Wait(i) for i in range(1)}
print(run(comp()))
async def lam():
    f = lambda: 3
    return f() + (await Wait(1) and 4), f"{await Wait('f')}"
print(run(lam()))
async def stop(): raise StopIteration("x")
try: run(stop())
except RuntimeError as e: print(e)
async def deep(n): return n if n == 0 else 1 + await deep(n - 1)
print(run(deep(50)))
async def twice():
    c = nothing()
    await c
    try: await c
    except RuntimeError as e: print(e)
run(twice())
async def order(): return (await Wait("a"))[1] + (await Wait("b"))[1] * (await Wait("c"))[1], await Wait("x") if await Wait("y") else 0
print(run(order()))
c = leaf(1); print(c.cr_running, c.cr_await, c.cr_code.co_name, c.__name__); c.close()
print(leaf.__code__.co_flags & 0x80 != 0)
class M:
    async def m(self, *, k): return (await Wait(k)), type(self).__name__
print(run(M().m(k=1)))
for src in ("await x", "def f(): await x", "async with x: pass", "[await x for x in y]", "def f():\n async for x in y: pass"):
    try: compile(src, "s", "exec"); print("ok", src)
    except SyntaxError as e: print(e.msg)
