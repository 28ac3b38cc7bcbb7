# Container protocol on user classes: getitem, setitem, delitem, len, iter, reversed, contains, missing, length_hint.
class Seq:
    def __init__(self, *a): self.a = list(a)
    def __len__(self): return len(self.a)
    def __getitem__(self, i):
        if isinstance(i, slice): return ("slice", i.start, i.stop, i.step)
        return self.a[i]
    def __setitem__(self, i, v): self.a[i] = v
    def __delitem__(self, i): del self.a[i]
s = Seq(1, 2, 3)
print(len(s), s[0], s[-1], s[1:2], list(s), [*s], 2 in s, 9 in s, list(reversed(s)), tuple(s), sum(s), max(s), sorted(s), dict(zip(s, s)), set(s))
a, *b = s
print(a, b)
s[0] = 10; del s[1]; s[0] += 5
print(s.a, list(enumerate(s)), list(map(str, s)))
for i in s: print(i, end=" ")
print()
class It:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration("done")
        self.n -= 1
        return self.n
print(list(It(3)), 1 in It(3), sum(It(4)), next(It(0), "default"), [*It(2)], dict(zip(It(2), It(2))), "".join(map(str, It(3))), max(It(5)), sorted(It(3)))
i = It(1); next(i)
try: next(i)
except StopIteration as e: print(e.value, e.args)
class Rev:
    def __reversed__(self): return iter("rev")
print(list(reversed(Rev())))
class NoRev:
    __reversed__ = None
    def __len__(self): return 1
    def __getitem__(self, i): return i
try: reversed(NoRev())
except TypeError as e: print(e)
class BadIter:
    def __iter__(self): return []
class NoneIter:
    __iter__ = None
    def __getitem__(self, i): return i
for x in (BadIter(), NoneIter(), object(), 5):
    try: iter(x)
    except TypeError as e: print(e)
try:
    for x in BadIter(): pass
except TypeError as e: print(e)
class NextOnly:
    def __next__(self): return 1
print(next(NextOnly()))
try: iter(NextOnly())
except TypeError as e: print(e)
class Fails:
    def __getitem__(self, i):
        if i == 2: raise ValueError("at 2")
        return i
try: list(Fails())
except ValueError as e: print(e)
class Stop:
    def __getitem__(self, i):
        if i == 2: raise StopIteration
        return i
print(list(Stop()))
class Map:
    def keys(self): return iter("ab")
    def __getitem__(self, k): return k * 2
print(dict(Map()), {**Map()}, (lambda **k: k)(**Map()))
class Miss(dict):
    def __missing__(self, k):
        self[k] = len(self)
        return self[k]
m = Miss(); print(m["x"], m["y"], m["x"], m.get("z"), "z" in m, m)
class Hint:
    def __length_hint__(self): return 10
    def __iter__(self): return iter([1])
print(list(Hint()))
class Len:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
for n in (5, 0, -1, "x", 2.0, True, 2 ** 70):
    try: print(len(Len(n)))
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__, e)
class Call:
    def __call__(self, *a): return a
    def __enter__(self): return "in"
    def __exit__(self, *a): pass
c = Call(); print(c(1, 2), list(map(c, [1])), callable(c))
for bad in ("Call()[0]", "Call()[0] = 1", "len(Call())", "1 in Call()", "for_ = [*Call()]"):
    try: exec(bad)
    except TypeError as e: print(e)
class GetSet:
    def __class_getitem__(cls, i): return i
print(GetSet[1, 2], GetSet["a":])
try: del Seq(1)["x"]
except TypeError as e: print(e)
