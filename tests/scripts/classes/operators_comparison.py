# Rich comparison protocol, hash/eq interplay, ordering of mixed types, __cmp__-free.
class V:
    def __init__(self, n): self.n = n
    def __eq__(self, o): return isinstance(o, V) and self.n == o.n
    def __lt__(self, o):
        return self.n < o.n if isinstance(o, V) else NotImplemented
    def __le__(self, o): return self.n <= o.n if isinstance(o, V) else NotImplemented
    def __hash__(self): return hash(self.n)
    def __repr__(self): return f"V{self.n}"
a, b = V(1), V(2)
print(a < b, a > b, a <= b, a >= b, a == b, a != b, a == V(1), a != V(1), sorted([b, a, V(0)]), max(a, b), min([b, a]))
for c in ("a < 1", "1 < a", "a >= 1", "[a] < [1]", "sorted([a, 1])", "max(a, 'x')"):
    try: print(eval(c))
    except TypeError as e: print(e)
print({V(1): "x"}[V(1)], V(1) in {V(1)}, [V(3)].index(V(3)), [V(1), V(1)].count(V(1)), (V(1),) == (V(1),), {V(1), V(1)})
class NoHash:
    def __eq__(self, o): return True
for c in ("hash(NoHash())", "hash([])", "hash({})", "hash(set())", "hash(([],))", "hash(bytearray())"):
    try: eval(c)
    except TypeError as e: print(e)
print(NoHash.__hash__, hash(V(5)) == hash(5), hash(object()) is not None, hash("a") == hash("a"), hash((1, 2)) == hash((1, 2)), hash(1) == hash(1.0) == hash(True), hash(2 ** 61 - 1), hash(-1), hash(2 ** 61), hash(0.5), hash(float("inf")), hash(None) == hash(None), hash(1 + 0j), hash(-2), hash(10 ** 30), hash(1.5e300))
class E1:
    def __eq__(self, o): print("E1", end=" "); return NotImplemented
class E2:
    def __eq__(self, o): print("E2", end=" "); return "e2"
print(E1() == E2(), E2() == E1(), E1() == 1, 1 == E2(), E1() != E2())
class Lt:
    def __lt__(self, o): return "lt"
    def __gt__(self, o): return "gt"
    def __le__(self, o): return "le"
    def __ge__(self, o): return "ge"
    def __ne__(self, o): return "ne"
l = Lt()
print(l < 1, 1 < l, l > 1, 1 > l, l <= 1, 1 <= l, l >= 1, 1 >= l, l != 1, 1 != l, l == 1)
print(object() == object(), object() != object(), object.__eq__(1, 2), object().__lt__(1), (1).__lt__(2), (1).__eq__("a"), "a".__lt__(1), [].__eq__(()), (1).__lt__(1.5))
class Raises:
    def __eq__(self, o): raise ValueError("eq failed")
    __hash__ = object.__hash__
for c in ("Raises() == 1", "Raises() in [1]", "[1].index(Raises())", "[Raises()] == [Raises()]", "(Raises(),).count(2)", "[1].remove(Raises())", "Raises() != 1"):
    try: print(eval(c))
    except ValueError as e: print(e)
r = Raises()
print(r in [r], [r] == [r], {r: 1} == {r: 1}, [r].index(r))
class Coll:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, o): return self.n == o.n
d = {Coll(i): i for i in range(20)}
print(len(d), d[Coll(7)], Coll(25) in d, d.pop(Coll(3)), len(d), list(d.values())[:5])
class K(int):
    def __eq__(self, o): return False
    __hash__ = int.__hash__
print(K(1) == 1, 1 == K(1), K(1) in [1], {1: "a"}.get(K(1)))
