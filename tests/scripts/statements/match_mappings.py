# match: mapping patterns.
def f(x):
    match x:
        case {"kind": "point", "x": x, "y": y}: return f"point {x} {y}"
        case {"kind": "circle", **rest}: return f"circle {sorted(rest.items())}"
        case {1: one, None: none, **rest}: return f"keys {one} {none} {rest}"
        case {"nested": {"list": [a, *_]}}: return f"nested {a}"
        case {"a": 1 | 2 as n}: return f"a {n}"
        case {}: return "any mapping"
        case _: return "no mapping"
for v in ({"kind": "point", "x": 1, "y": 2, "z": 3}, {"kind": "point", "x": 1}, {"kind": "circle", "r": 5}, {1: "o", None: "n", 2: 3}, {"nested": {"list": [7, 8]}}, {"nested": {"list": []}}, {"a": 2}, {"a": 3}, {}, [], 5, "x"):
    print(f(v))
class D(dict):
    def __missing__(self, key): return "missing"
match D():
    case {"k": v}: print("found", v)
    case _: print("__missing__ is not used")
class Keys:
    A = "a"
match {"a": 1, "b": 2}:
    case {Keys.A: v, **others}: print(v, others)
subject = {"a": 1}
match subject:
    case {**everything}:
        everything["new"] = 1
        print(subject, everything)
match {-1: "neg", 2.0: "two"}:
    case {-1: a, 2: b}: print(a, b)
try:
    K = Keys()
    K.X = K.Y = "same"
    match {"same": 1}:
        case {K.X: a, K.Y: b}: pass
except ValueError as e:
    print(e)
