# Building, walking, updating and comparing nested containers.
data = {"users": [{"name": "ann", "tags": {"x", "y"}, "pos": (1, 2)}, {"name": "bob", "tags": set(), "pos": (3, 4)}], "meta": {"count": 2, "nested": {"deep": [1, [2, [3]]]}}}
print(data["users"][0]["name"], data["meta"]["nested"]["deep"][1][1][0], data["users"][1]["pos"][0], sorted(data["users"][0]["tags"]), len(data["users"]))
data["users"][0]["tags"].add("z"); data["users"].append({"name": "cy"}); data["meta"]["nested"]["deep"][1][1].append(4); data["meta"]["new"] = data["users"][0]["pos"] + (9,)
print(sorted(data["users"][0]["tags"]), data["meta"], [u["name"] for u in data["users"]], data["users"][2].get("pos", "none"))
def walk(x, path=""):
    if isinstance(x, dict):
        for k, v in x.items(): yield from walk(v, f"{path}.{k}")
    elif isinstance(x, (list, tuple)):
        for i, v in enumerate(x): yield from walk(v, f"{path}[{i}]")
    elif isinstance(x, set): yield path, sorted(x)
    else: yield path, x
for p, v in walk(data): print(p, v)
def clone(x): return {k: clone(v) for k, v in x.items()} if isinstance(x, dict) else [clone(v) for v in x] if isinstance(x, list) else set(x) if isinstance(x, set) else x
c = clone(data); print(c == data, c is data, c["users"] is data["users"]); c["users"][0]["name"] = "changed"; print(c == data, data["users"][0]["name"])
def flat(x): return [y for v in x for y in (flat(v) if isinstance(v, (list, tuple)) else [v])]
print(flat([1, (2, [3, [4, ()]], []), 5]))
grid = [[0] * 4 for _ in range(3)]
for y, row in enumerate(grid):
    for x in range(len(row)): grid[y][x] = x * y
print(grid, [sum(c) for c in zip(*grid)], [row[::-1] for row in grid], [[grid[y][x] for y in range(3)] for x in range(4)])
groups = {}
for w in "apple avocado bean cherry cabbage".split(): groups.setdefault(w[0], []).append(w)
print(groups, {k: len(v) for k, v in groups.items()}, max(groups, key=lambda k: len(groups[k])), sorted(groups.items(), key=lambda kv: (-len(kv[1]), kv[0])))
inv = {v: k for k, vs in groups.items() for v in vs}; print(inv["bean"], len(inv))
m = {}; m["a"] = m2 = {}; m2["b"] = [m2.get("c", 0)]; m["a"]["b"] += [1]; m["a"]["d"], m["e"] = 1, {**m2}; print(m)
print({frozenset({1, 2}): {(1, (2,)): [None]}}, ((), [], {}, set(), ""), [[[[]]]], {"k": ({"n": [({},)]},)})
print([1, [2, [3]]] == [1, [2, [3]]], {"a": [1]} == {"a": [1]}, (1, [2]) == (1, [2]), [{1}] == [{1}], [[1], [2]] < [[1], [3]], [(1, "a"), (0, "b")] > [(0, "z")])
