# dict: every method, order, views, errors.
d = {"a": 1, "b": 2}
print(d["a"], d.get("a"), d.get("z"), d.get("z", 0), d.setdefault("c", 3), d.setdefault("a", 9), d, d.pop("c"), d.pop("zz", "dflt"), d.update(b=20, d=4), d.update({"e": 5}), d.update([("f", 6)]), d.update(), d.update({"g": 7}, h=8), d)
print(d.popitem(), d.keys(), d.values(), d.items(), len(d), "a" in d, 1 in d, list(d), list(reversed(d)), list(reversed(d.values())), d.copy() == d, d.copy() is d, bool({}), sorted(d), max(d), [*d], dict(d) == d)
print(dict(), dict(a=1), dict([("a", 1)]), dict({"a": 1}, b=2), dict(zip("ab", [1, 2])), {**{"a": 1}, "a": 2}, dict.fromkeys("ab"), dict.fromkeys([1], []), {i: i for i in "ab"}, {"a": 1} | {"b": 2}, {"a": 1} | {"a": 3}, dict((k, v) for k, v in [(1, 2)]), dict([["a", 1], "bc", (3, 4)]))
d = {}; d["x"] = 1; d["y"] = 2; d["x"] = 3; print(d); del d["x"]; d["x"] = 4; print(d); d |= {"z": 5}; d |= [("w", 6)]; print(d, d.clear(), d)
print({1: "a", 1.0: "b", True: "c"}, {(1, 2): 3}[(1, 2)], {None: 1, (): 2, "": 3, 0: 4, 0.5: 5, b"": 6, frozenset(): 7}, {1: {2: {3: 4}}}[1][2][3], {"a": 1} == {"a": 1.0}, {"a": 1, "b": 2} == {"b": 2, "a": 1}, {"a": 1} != {"a": 2}, {} == {})
for c in ("{}['k']", "{}.pop('k')", "{}.popitem()", "{[]: 1} if 0 else hash([])", "{}.get()", "{}.update(5)", "{}.update([1]) if 0 else 0", "dict([(1,)])", "dict(1, 2)", "{} < {}", "{} + {}", "{}.setdefault()", "{}.pop()", "{}.fromkeys(5)", "{} | []", "{}.update([(1, 2, 3)])", "{}.keys()[0]", "{1: 2}.items() < 5", "dict.fromkeys()", "{}.x", "{}.copy(1)", "del_ = {}.__delitem__(1)", "iter({}).__next__()"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__, e)
k, v, i = d.keys(), d.values(), d.items(); d.update(a=1, b=2); print(k, v, i, len(k), "a" in k, 1 in v, ("a", 1) in i, ("a", 2) in i, k & {"a"}, k | {"z"} == {"a", "b", "z"}, k - {"a"}, k ^ {"a", "q"} == {"b", "q"}, i & {("a", 1)}, k == {"a", "b"}, k <= {"a", "b", "c"}, k.isdisjoint({"z"}), k.mapping["a"], v == v, {"a": 1}.items() == {("a", 1)}, list(k), k == d.keys(), d.values() == d.values())
for mutate in ("d['new'] = 1", "del d['a']", "d.clear()", "d.popitem()"):
    d = {"a": 1, "b": 2}
    try:
        for key in d: exec(mutate)
    except RuntimeError as e: print(e)
d = {"a": 1, "b": 2}
try:
    for key in d: del d[key]; d[key + "x"] = 1
except RuntimeError as e: print(e)
for key in d: d[key] = 0
print(d)
for key, (x, y) in {"k": (1, 2)}.items(): print(key, x, y)
e = {}
for n in range(2000): e[n] = n
for n in range(0, 2000, 2): del e[n]
for n in range(2000, 2500): e[str(n)] = n
print(len(e), list(e)[:3], list(e)[-2:], sum(v for v in e.values()), 999 in e, 1000 in e, "2400" in e)
class D(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v * 2)
    def __contains__(self, k): return True
    def get(self, *a): return "get"
s = D(a=1); s["b"] = 1; s.update(c=1); s.setdefault("d", 1); print(s, "zz" in s, s.get("q"), s | {"e": 1}, type(s | {}).__name__, type(s.copy()).__name__, {**s}, dict(s))
r = {}; r["self"] = r; r["list"] = [r]; print(r, str({"a": {}}), repr({1: "x"}))
a = {1: 2}; b = a; b |= {3: 4}; print(a is b, a, {1: 1} | {1: 2, 0: 0}, list({3: 0, 1: 0, 2: 0}), a.__class__.__name__, {}.__len__(), {1: 2}.__getitem__(1), {1: 2}.__contains__(1), {1: 2}.__eq__({1: 2}), {1: 2}.__or__({}), {}.__ror__({5: 6}))
