# The iterator objects of the builtin types; exhaustion; independent iterators; zip/map/filter/enumerate/reversed objects.
for it in (iter([1, 2]), iter((1, 2)), iter("ab"), iter({1: 2, 3: 4}), iter({1: 2, 3: 4}.values()), iter({1: 2}.items()), iter(range(2)), iter(b"ab"), iter({5}), reversed([1, 2]), enumerate("ab"), zip("ab", "cd"), map(str, [1, 2]), filter(None, [1, 0, 2]), (x for x in "ab"), iter(bytearray(b"a")), reversed("ab"), reversed({1: 2}), iter(lambda: 1, 1)):
    print(type(it).__name__, iter(it) is it, list(it), list(it), next(it, "end"))
l = [1, 2, 3]; i1, i2 = iter(l), iter(l)
print(next(i1), next(i1), next(i2), list(i1), list(i2))
l = [1]; it = iter(l); next(it); print(next(it, "end")); l.append(2); print(next(it, "still end"))
l = [1, 2, 3]; it = iter(l); next(it); l.clear(); print(list(it))
z = zip([1, 2, 3], (x for x in "ab")); print(list(z))
it = iter([1, 2, 3]); print(list(zip(it, it)), next(it, "gone"))
it = iter("abcdef"); print([a + b for a, b in zip(it, it)])
m = map(lambda *a: a, "ab", [1, 2, 3]); print(list(m))
def boom(x): raise ValueError(x)
m = map(boom, [1, 2])
for _ in range(3):
    try: next(m)
    except ValueError as e: print("boom", e)
    except StopIteration: print("stop")
e = enumerate("ab", start=-1); print(next(e), list(e), list(enumerate([], 5)), list(enumerate("a", 10**20)))
f = filter(lambda x: x > 1, iter([1, 2, 3])); print(next(f), list(f))
print(list(zip("abc", range(2), strict=False)), [*zip(*[(1, 2), (3, 4)])], dict(enumerate("ab")), list(map(pow, [2, 3], [3, 2])), sum(map(len, ["a", "bc"])))
class C:
    def __init__(self, n): self.n = n
    def __iter__(self):
        n = self.n
        while n: n -= 1; yield n
c = C(3); print(list(c), list(c), 2 in c, max(c), sorted(c), [*c, *c], list(zip(c, c)), list(map(lambda x: -x, c)))
class Bad:
    def __iter__(self): return self
    def __next__(self): raise ValueError("bad next")
for use in (list, sum, max, sorted, set, tuple, dict, lambda x: [*x], lambda x: "".join(x), lambda x: 1 in x, lambda x: list(zip(x)), lambda x: all(x), lambda x: [a for a in x], bytes):
    try: use(Bad())
    except ValueError as e: print(e, end="; ")
print()
a, b, *c = iter("abcd"); print(a, b, c, *iter([1, 2]))
print(iter([]).__length_hint__(), iter([1, 2]).__length_hint__(), iter(range(5)).__length_hint__())
def g(): yield 1; return 2
x = g(); print(list(zip(range(3), x)))
from_callable = iter(iter([3, 2, 1, 0]).__next__, 1); print(list(from_callable))
it = iter({"a": 1}); d = {"a": 1}; it = iter(d); d["b"] = 1
try: next(it)
except RuntimeError as e: print(e)
print([next(i) for i in [iter("x")] * 1], list(reversed(range(0, 10, 4))), list(reversed(list("abc"))), [x for x in reversed((1, 2))])
nested = [iter([1, 2]), iter("ab")]; print([list(i) for i in nested], min(iter([3, 1])), any(iter([0, 1])), tuple(iter("q")))
