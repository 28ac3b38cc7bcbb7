# Sorting: stability, keys, reverse, errors, mutation during sort, many sizes.
import sys
data = [("b", 2), ("a", 2), ("c", 1), ("a", 1), ("b", 1)]
print(sorted(data), sorted(data, key=lambda t: t[1]), sorted(data, key=lambda t: t[1], reverse=True), sorted(data, key=lambda t: (-t[1], t[0])))
seed = 1
def rnd():
    global seed
    seed = (seed * 1103515245 + 12345) % 2**31
    return seed >> 8
ok = True
for n in list(range(0, 70)) + [100, 500, 1000, 3000]:
    xs = [rnd() % (n + 1) for _ in range(n)]
    s = sorted(xs)
    ok &= all(a <= b for a, b in zip(s, s[1:])) and len(s) == n and sum(s) == sum(xs)
    pairs = [(x % 7, i) for i, x in enumerate(xs)]
    st = sorted(pairs, key=lambda p: p[0])
    ok &= st == sorted(pairs)
    rv = sorted(pairs, key=lambda p: p[0], reverse=True)
    ok &= rv == sorted(pairs, key=lambda p: (-p[0], p[1]))
    ok &= sorted(map(str, xs)) == [*sorted([str(x) for x in xs])] and sorted([float(x) for x in xs]) == [float(x) for x in s]
    ok &= sorted(s) == s and sorted(s[::-1]) == s and sorted(xs, key=lambda x: -x) == sorted(xs, reverse=True)
print(ok)
print(sorted([3, 1.5, True, 2**70, -1]), sorted("bacé"), sorted(["b", "B", "a", ""]), sorted([[2], [1, 5], []]), sorted([(1, "b"), (1, "a")]), sorted({3, 1, 2}), sorted({"b": 1, "a": 2}), sorted([b"b", b"a"]), sorted([None]), sorted([1.0, 1, True]), sorted([float("inf"), 1, float("-inf")]))
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __repr__(self): return f"K{self.v}"
print(sorted([K(3), K(1), K(2)]), min(K(2), K(1)), sorted([K(1), K(1)], reverse=True), max([K(1), K(5), K(3)]))
for c in ("sorted([1, 'a'])", "sorted([None, 1])", "sorted([1j, 2j])", "sorted([{}, {}])", "sorted([1], key=1)", "sorted(5)", "sorted([1], [2])", "sorted([(1, 'a'), (1, 2)])", "sorted([[], ()])", "sorted([object(), object()])", "sorted([1, 2], key=lambda: 1)"):
    try: print(c, eval(c))
    except TypeError as e: print(c, e)
l = [3, 2, 1]
def mutate(x): l.append(0); return x
try: l.sort(key=mutate)
except ValueError as e: print(e, sorted(l))
l = [2, 1]
def fail(x):
    if x == 1: raise KeyError("in key")
    return x
try: l.sort(key=fail)
except KeyError as e: print(e, sorted(l))
l = [3, 1, 2]; print(l.sort(key=lambda x: len(l)), l)
words = "the quick brown fox jumps over the lazy dog".split()
print(sorted(words, key=len), sorted(words, key=str.upper), sorted(set(words)), sorted(words, key=lambda w: (w[-1], w)), sorted(words, key=lambda w: sorted(w)))
class Cnt:
    n = 0
    def __init__(self, v): self.v = v
    def __lt__(self, o): Cnt.n += 1; return self.v < o.v
sorted(Cnt(i) for i in range(100)); print(Cnt.n)
sorted(Cnt(-i) for i in range(100)); print(Cnt.n)
class Rev:
    def __init__(self, v): self.v = v
    def __lt__(self, o): raise ValueError("compare")
try: sorted([Rev(1), Rev(2)])
except ValueError as e: print(e)
print(sorted(range(10), key=lambda x: (x % 3, -x)), sorted([(i * 7) % 11 for i in range(11)]), sorted(sorted(range(5)), key=lambda i: sorted([i, 2], key=lambda j: -j)))
