# yield from: delegation to generators, iterators, send/throw/close pass-through, return values.
def inner():
    try:
        x = yield "i1"
        print("inner got", x)
        y = yield "i2"
        print("inner got", y)
    except KeyError as e:
        print("inner caught", e)
        yield "recovered"
    finally:
        print("inner finally")
    return "inner result"
def outer():
    r = yield from inner()
    print("outer has", r)
    return ("outer", r)
o = outer()
print(next(o), o.gi_yieldfrom is not None)
print(o.send("A"))
try: o.send("B")
except StopIteration as e: print(e.value)
o = outer(); next(o); print(o.throw(KeyError("k")))
try: next(o)
except StopIteration as e: print(e.value)
o = outer(); next(o); o.close()
o = outer(); next(o)
try: o.throw(ValueError("through"))
except ValueError as e: print("escaped", e)
def over(x): r = yield from x; yield ("r", r)
print(list(over([1, 2])), list(over("ab")), list(over(range(2))), list(over({"k": 1})), list(over(iter([]))))
o = over([1, 2]); next(o)
try: o.send("x")
except AttributeError as e: print(e)
try: list(over(5))
except TypeError as e: print(e)
class It:
    def __iter__(self): return self
    def __next__(self): return "n"
    def send(self, v): return ("send", v)
    def throw(self, *a): return ("throw", type(a[0]).__name__)
    def close(self): print("It.close")
o = over(It()); print(next(o), o.send(1), o.send(None), o.throw(KeyError())); o.close()
def deep(n):
    if n: yield from deep(n - 1)
    yield n
print(list(deep(5)))
class Tree:
    def __init__(self, v, l=None, r=None): self.v, self.l, self.r = v, l, r
    def __iter__(self):
        if self.l: yield from self.l
        yield self.v
        if self.r: yield from self.r
print(list(Tree(4, Tree(2, Tree(1), Tree(3)), Tree(6, Tree(5)))))
def chain(*its):
    for i in its: yield from i
print(list(chain("ab", [1], (x for x in "z"))))
def ret(): return 7; yield
def collect(): a = yield from ret(); b = yield from ret(); return a + b
try: next(collect())
except StopIteration as e: print(e.value)
def self_delegating():
    yield from gen
gen = self_delegating()
try: next(gen)
except ValueError as e: print(e)
def stop_value():
    x = yield from iter_with_value()
    print("value", x)
class iter_with_value:
    def __iter__(self): return self
    def __next__(self): raise StopIteration(99)
print(list(stop_value()))
def raise_inside(): yield 1; raise IndexError("deep")
def d3():
    try: yield from raise_inside()
    except IndexError as e: yield ("handled", str(e))
print(list(d3()))
