# throw(), close() and send() through delegations deeper than any native stack.
# stack: 256
# expected: by hand
def chain(n, bottom):
    it = bottom
    for _ in range(n):
        def g(it=it):
            r = yield from it
            return r
        it = g()
    return it
def bottom():
    try:
        while True:
            x = yield 1
    except ValueError as e: yield "caught " + str(e)
N = 20000
g = chain(N, bottom()); print(next(g)); print(g.throw(ValueError("a"))); print(next(g, "end"))
g = chain(N, bottom()); print(next(g)); g.close(); print("closed")
g = chain(N, bottom()); print(next(g)); del g; print("dropped")
g = chain(N, bottom()); print(next(g));
try: g.throw(KeyError("k"))
except KeyError as e: print("KeyError", e); n = 0; tb = e.__traceback__
while tb: n += 1; tb = tb.tb_next
print(n > N)
g = chain(N, bottom()); print(next(g)); print(g.send(3))
async def deep(n):
    if n: return await deep(n - 1) + 1
    await Pause()
    return 0
class Pause:
    def __await__(self): yield "p"
c = deep(N); print(c.send(None))
try: c.send(None)
except StopIteration as e: print(e.value)
c = deep(N); c.send(None)
try: c.throw(ValueError("x"))
except ValueError as e: print(e)
c = deep(N); c.send(None); c.close(); print("coroutine closed")
