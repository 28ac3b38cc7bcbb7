# set and frozenset: every method and operator.
a, b = {1, 2, 3}, {2, 3, 4}
S = lambda s: sorted(s)
print(S(a | b), S(a & b), S(a - b), S(a ^ b), a <= b, a < b, {2} <= a, {1, 2, 3} >= a, a > {1}, a == {3, 2, 1}, a != b, a.isdisjoint({9}), a.issubset([1, 2, 3, 4]), a.issuperset([1]), 1 in a, 9 not in a, len(a), bool(set()))
print(S(a.union(b, [9])), S(a.intersection(b, [3])), S(a.difference([1], [2])), S(a.symmetric_difference([1, 7])), a.copy() == a, a.copy() is a, S(a.union()), S(set().union("ab")), set().intersection([1]))
c = set(a); print(c.add(5), c.add(5), S(c), c.remove(5), c.discard(5), c.discard(1), S(c), c.update([7], (8,)), S(c), c.difference_update([7]), c.intersection_update([2, 3, 8]), c.symmetric_difference_update([2, 9]), S(c), c.clear(), c)
c = {5}; print(c.pop(), c); c |= {1, 2}; c &= {2, 3}; c ^= {7}; c -= {2}; print(c, set(), frozenset(), {1}, frozenset([1]), [set("a")], set([1, 1, 1]), {*"a"}, {x for x in "bb"}, {1, 1.0, True}, {None})
f = frozenset([1, 2]); print(S(f | {3}), type(f | {3}).__name__, type({3} | f).__name__, f == {1, 2}, hash(f) == hash(frozenset([2, 1])), {f: "key"}[frozenset([2, 1])], f in {f}, {1, 2} in {f}, f.copy() is f, frozenset(f) is f, f & {1}, f - {1}, S(f ^ {1, 5}), f <= {1, 2})
for x in ("{1}.remove(2)", "set().pop()", "hash(set())", "{1} | [1]", "{1} < [1]", "set(5)", "set(1, 2)", "f.add(1)", "{1}.add()", "{1}.union(5)", "{1} + {2}", "{1}[0]", "frozenset([[]])if 0 else hash({1} and set())", "{1}.issubset(5)", "{1}.update(5)", "{1} & 1", "frozenset().x", "{1} <= 5", "[] | {1}", "{1}.discard()", "set(a=1)"):
    try: print(x, eval(x))
    except Exception as e: print(x, type(e).__name__, e)
for m in ("s.add(9)", "s.remove(1)", "s.clear()"):
    s = {1, 2}
    try:
        for v in s: exec(m)
    except RuntimeError as e: print(e)
big = set(range(1000)); big -= set(range(0, 1000, 3)); print(len(big), sum(big), 999 in big, 998 in big, len(big | set("abc")), len(big & set(range(100))), min(big), max(big), sum(sorted(big)[:5]))
class H:
    def __init__(self, v): self.v = v
    def __hash__(self): return self.v % 3
    def __eq__(self, o): return self.v == o.v
s = {H(i) for i in range(30)}; s.update(H(i) for i in range(20)); print(len(s), H(7) in s, H(99) in s, len(s - {H(i) for i in range(10)}), len({H(1), H(1)}))
class Sub(set): pass
x = Sub([1]); print(x, type(x | {2}).__name__, type(x.copy()).__name__, x == {1}, isinstance(x, set), Sub() == set())
class Fs(frozenset): pass
print(Fs([1]), type(Fs([1]) | {1}).__name__, Fs([1]) == {1}, hash(Fs([1])) == hash(frozenset([1])))
n = float("nan"); print(n in {n}, len({n, n}), {1} == {1.0}, {"a", 1, None, (1,)} == {None, (1,), "a", True})
print(set("hello") & set("world") == {"l", "o"}, sorted(set([3, 1, 2, 1])), len(set(map(str, range(50)))), set(range(3)) == {0, 1, 2}, list({5}), max({1, 5}), [v for v in {7}], sum({1, 2}), {1: 2}.keys() | {3}, {i % 3 for i in range(9)} == {0, 1, 2}, {frozenset(), frozenset([1])} == {frozenset([1]), frozenset()})
