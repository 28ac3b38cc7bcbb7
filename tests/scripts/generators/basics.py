# Generators: yield values, send, throw, close, return values, state attributes.
def g():
    x = yield 1
    print("got", x)
    try:
        y = yield 2
        print("got", y)
    except ValueError as e:
        print("caught", e)
        yield "after throw"
    finally:
        print("finally")
    return "result"
i = g()
print(next(i), i.send("a"), i.throw(ValueError("v")))
try: next(i)
except StopIteration as e: print(e.value)
print(list(i), next(i, "over"))
i = g()
try: i.send(1)
except TypeError as e: print(e)
print(i.gi_running, i.gi_frame is not None, i.gi_yieldfrom, i.gi_code.co_name)
next(i); next(i); i.close(); i.close()
print(i.gi_frame)
i = g()
try: i.throw(KeyError("early"))
except KeyError as e: print(repr(e))
print(next(i, "finished"))
def ignores():
    try: yield 1
    except GeneratorExit: yield 2
i = ignores(); next(i)
try: i.close()
except RuntimeError as e: print(e)
def closes():
    try: yield 1
    except GeneratorExit: return 5
i = closes(); next(i); print(i.close())
def stops():
    yield 1
    raise StopIteration("inner")
i = stops(); next(i)
try: next(i)
except RuntimeError as e: print(e, repr(e.__cause__), repr(e.__context__))
def reenters():
    yield next(it)
it = reenters()
try: next(it)
except ValueError as e: print(e)
def empty():
    return
    yield
print(list(empty()), [*empty()])
print(list((yield_ for yield_ in range(3))), sum(x for x in range(5)), type(empty()).__name__)
def lam(): return list((lambda: (yield 5))())
print(lam())
def args(a, *b, c=3, **d): yield a, b, c, d
print(next(args(1, 2, c=4, e=5)))
try: args()
except TypeError as e: print(e)
def expr():
    print((yield) or "none", [(yield 1), (yield 2)], end=" "); yield f"{(yield 'f')}"
e = expr(); print([next(e), e.send("s"), e.send("t"), e.send("u"), e.send("v")])
def inf():
    n = 0
    while True: yield n; n += 1
print([n for n, _ in zip(inf(), range(4))])
def fib():
    a, b = 0, 1
    while 1:
        yield a
        a, b = b, a + b
f = fib(); print([next(f) for _ in range(12)])
class It:
    def __iter__(self):
        for x in "xyz": yield x
print(list(It()), list(zip(It(), It())))
def unpack(): yield from (1, 2); yield 3
a, *b = unpack(); print(a, b, max(unpack()), dict(zip(unpack(), unpack())), "-".join(str(u) for u in unpack()))
i = inf(); print(3 in i, next(i), iter(i) is i)
try: i.throw(5)
except TypeError as e: print(e)
try: i.throw(ValueError)
except ValueError as e: print(repr(e))
def ctx():
    try:
        yield 1
    except KeyError:
        raise IndexError("second")
i = ctx(); next(i)
try: i.throw(KeyError("first"))
except IndexError as e: print(repr(e), repr(e.__context__))
