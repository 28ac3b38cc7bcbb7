# range: arithmetic, containment, slicing, equality, big values.
for r in (range(5), range(2, 8), range(0, 10, 3), range(10, 0, -3), range(0), range(5, 5), range(5, 2), range(-3, 3), range(10, -11, -5)):
    print(r, list(r), len(r), bool(r), r.start, r.stop, r.step, list(reversed(r)), r[::-1], r[1:], r[-2:], sum(r), 3 in r, r == range(len(r)), hash(r) == hash(range(r.start, r.stop, r.step)))
r = range(0, 20, 4)
print(r[0], r[-1], r[2], r.index(8), r.count(8), r.count(9), 8 in r, 9 in r, 8.0 in r, "8" in r, True in range(2), r[1:3], r[::2], r[5:], min(r), max(r), list(zip(r, "abc")), r == range(0, 18, 4), r != range(3), {r: 1}[range(0, 17, 4)], range(0) == range(2, 1), range(1, 5, 10) == range(1, 2))
big = range(10**20, 10**20 + 5); print(big, len(big), list(big), big[2], 10**20 + 3 in big, big[-1], big.index(10**20 + 1), range(2**62, 2**62 + 3)[1], list(range(-2**63, -2**63 + 2)), len(range(0, 2**62)), range(2**70)[2**65], list(range(2**64, 2**64 - 3, -1)))
for c in ("range(1, 2, 0)", "range(1.0)", "range('a')", "range()", "range(1, 2, 3, 4)", "range(5)[5]", "range(5)[-6]", "range(5)['a']", "range(5).index(9)", "len(range(10**30))", "range(5) + range(5)", "range(3) < range(4)", "range(3).start = 1", "range(3)[0] = 1", "range(5).x", "range(3) * 2", "range(stop=3)"):
    try: exec(c); print(c, "ok")
    except Exception as e: print(c, type(e).__name__, e)
class I:
    def __index__(self): return 3
print(list(range(I())), range(I())[I() .__index__() - 1], range(True), list(range(0, 1 << 65, 1 << 63)), range(5).__contains__(2), range(3).__len__(), range(3).__reversed__().__next__())
it = iter(range(3)); print(next(it), list(it), next(it, "end"), type(it).__name__, iter(it) is it)
t = 0
for i in range(3):
    for j in range(i, -1, -1): t = t * 10 + j
    i = 100
print(t, i, [x for x in range(20, 0, -7)], [*range(3)], tuple(range(2)), set(range(3)), dict.fromkeys(range(2)), *range(3), sorted(range(3), reverse=True), all(range(1, 3)), any(range(1)))
a, *b = range(4); print(a, b, range(10)[2:8:3], range(10)[8:2:-2], range(10)[100:], range(0, 10, 3)[::-1], isinstance(range(1), range), type(range(1)).__name__)
