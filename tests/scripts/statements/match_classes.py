# match: class patterns, __match_args__, positional and keyword sub-patterns.
class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class Sub(Point):
    pass
class Plain:
    def __init__(self, **kw): self.__dict__.update(kw)
def f(v):
    match v:
        case Point(0, 0): return "origin"
        case Point(x=0, y=y): return f"on y axis {y}"
        case Sub(x, y): return f"sub {x} {y}"
        case Point(x, y=int(y)): return f"point {x} {y}"
        case Point(): return "odd point"
        case Plain(name=str(name), value=value): return f"plain {name} {value}"
        case Plain(items=[first, *_]): return f"items {first}"
        case int(n) | float(n): return f"number {n}"
        case str(): return "str"
        case bool(): return "never: bool is an int"
        case list([a, b]): return f"list {a} {b}"
        case dict(d): return f"dict {d}"
        case tuple(t): return f"tuple {t}"
        case bytes(b): return f"bytes {b}"
        case set(s) | frozenset(s): return f"set {s}"
        case _: return "other"
for v in (Point(0, 0), Point(0, 3), Sub(1, 2), Sub(0, 0), Point(1, 2), Point(1, "q"), Plain(name="n", value=1), Plain(name=1, value=1), Plain(items=[9, 8]), Plain(), 5, 2.5, True, "s", [1, 2], [1], {"k": 1}, (1,), b"b", {1}, frozenset(), None):
    print(f(v))
for pattern in ("Point(1, 2, 3)", "Plain(1)", "Point(1, x=2)", "int(1, 2)"):
    try:
        exec(f"match subject:\n case {pattern}: pass", {"subject": Point(1, 2) if "Point" in pattern else (5 if "int" in pattern else Plain()), "Point": Point, "Plain": Plain})
        print(pattern, "no error")
    except TypeError as e:
        print(e)
class Meta(type):
    def __instancecheck__(cls, obj): return obj == "magic"
class Magic(metaclass=Meta): pass
match "magic":
    case Magic(): print("instancecheck used")
class Raises:
    @property
    def x(self): raise AttributeError
match Raises():
    case Raises(x=1): print("no")
    case Raises(): print("missing attribute is no match")
class BadArgs:
    __match_args__ = ["x"]
try:
    match BadArgs():
        case BadArgs(1): pass
except TypeError as e: print(e)
try:
    match 1:
        case f(1): pass
except TypeError as e: print(e)
