# expected: by hand
# Async generators and async comprehensions, async for and async with, driven by hand.
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self): return (yield self.v)
def run(coro):
    trace = []
    v = None
    while True:
        try: trace.append(coro.send(v))
        except StopIteration as e: return e.value, trace
        v = ("r", len(trace))
async def agen(n):
    try:
        for i in range(n):
            await Wait(f"w{i}")
            got = yield i
            if got: print("agen got", got)
    finally:
        print("agen finally")
async def use():
    out = []
    async for x in agen(3): out.append(x)
    else: out.append("else")
    return out
print(run(use()))
async def comps():
    return [x async for x in agen(2)], {x: y async for x in agen(2) for y in "ab" if x}, {x async for x in agen(1)}, [x * 2 async for x in agen(3) if x != 1]
print(run(comps()))
async def manual():
    a = agen(3)
    r = [await a.__anext__(), await a.asend("sent")]
    await a.aclose()
    try: await a.__anext__()
    except StopAsyncIteration: r.append("stopped")
    return r
print(run(manual()))
async def throwing():
    a = agen(3)
    await anext(a)
    try: await a.athrow(KeyError("k"))
    except KeyError as e: return repr(e)
print(run(throwing()))
class ACM:
    def __init__(self, name, swallow=False): self.name, self.swallow = name, swallow
    async def __aenter__(self): await Wait("enter " + self.name); return self.name
    async def __aexit__(self, t, v, tb): await Wait("exit " + self.name); print("aexit", t.__name__ if t else None); return self.swallow
async def withs():
    async with ACM("a") as x, ACM("b", True) as y:
        print(x, y)
        raise ValueError("in async with")
    try:
        async with ACM("c"): return "returned"
    finally: print("f")
print(run(withs()))
class AIter:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.n: raise StopAsyncIteration
        self.n -= 1
        return self.n
async def it():
    out = []
    async for i in AIter(4):
        if i == 2: continue
        if i == 0: break
        out.append(i)
    else: out.append("no")
    return out, [v async for v in AIter(2)], await anext(AIter(0), "dflt")
print(run(it()))
async def errors():
    for thing in (5, [1]):
        try:
            async for _ in thing: pass
        except TypeError as e: print(e)
    try:
        async with 5: pass
    except TypeError as e: print(e)
    try:
        for _ in agen(1): pass
    except TypeError as e: print(e)
run(errors())
async def genexp():
    g = (x + 1 async for x in agen(2))
    print(type(g).__name__)
    return [v async for v in g]
print(run(genexp()))
async def nested(): return [[y async for y in AIter(x)] async for x in AIter(3)]
print(run(nested()))
try: agen(1).__anext__().send(None).nothing
except AttributeError: print("yields through")
class NoAexit:
    async def __aenter__(self): pass
async def na():
    async with NoAexit(): pass
try: run(na())
except TypeError as e: print(e)
print(run(anext_default := (lambda: (lambda a: a.__anext__())(AIter(1)))()))
