# Insertion order through growth, deletion, re-insertion, copying; keys of mixed types; collisions; popitem; large dicts.
d = {}
for i in range(20): d[i * 7 % 20] = i
print(list(d), list(d.values()))
for i in range(0, 20, 3): del d[i]
for i in (3, 0, 18): d[i] = "again"
print(d, list(reversed(d)))
print([d.popitem() for _ in range(3)], len(d), list(d.copy()) == list(d), list({**d}) == list(d), list(dict(d)) == list(d))
m = {1: "int", "1": "str", (1,): "tuple", 1.5: "float", None: "none", b"1": "bytes", True: "bool replaces int", frozenset([1]): "fs", 2**70: "big", 1j: "cx", ...: "dots", int: "type", print: "fn"}
print(len(m), m[1], m["1"], m[(1,)], m[None], m[2**70], m[int], m[1 + 0j], m[1.0])
class H:
    def __init__(self, v): self.v = v
    def __hash__(self): return 42
    def __eq__(self, o): return isinstance(o, H) and self.v == o.v
c = {H(i): i for i in range(100)}
for i in range(0, 100, 2): del c[H(i)]
print(len(c), c[H(51)], H(50) in c, list(c.values())[:5], sum(c.values()))
big = {}
for i in range(20000): big[i ^ 0x1234] = i
for i in range(20000):
    if i % 3: del big[i ^ 0x1234]
print(len(big), next(iter(big)) == 0x1234, sum(big.values()), all(v % 3 == 0 for v in big.values()))
s = {str(i): i for i in range(5000)}; print(len(s), s["4999"], sum(s[str(i)] for i in range(5000)), "5000" in s, list(s)[2500])
k = {float(i): i for i in range(100)}; print(k[50], k[50.0], 99 in k, -0.0 in k, k[True])
neg = {-i: i for i in range(1, 50)}; neg.update({-1: "one", -2: "two"}); print(neg[-1], neg[-2], hash(-1) == hash(-2), neg[-49], len(neg))
t = {(i, j): i * j for i in range(30) for j in range(30)}; print(len(t), t[7, 8], (30, 0) in t, sum(t.values()))
e = dict.fromkeys("hello"); print(e, len(e)); e["h"] = 1; del e["e"]; e["e"] = 2; print(list(e))
for _ in range(3):
    x = {}
    for i in range(100): x[i] = i
    for i in range(100): del x[i]
    assert not x
    x["only"] = 1
print(x, list({"b": 1, "a": 2, "b": 3}), {"x": 1, **{"y": 2, "x": 3}, "z": 4})
g = {}
for w in "the cat the dog the end".split(): g[w] = g.get(w, 0) + 1
print(g, sorted(g, key=g.get, reverse=True), min(g.items(), key=lambda i: i[1]), sorted(g.values()))
