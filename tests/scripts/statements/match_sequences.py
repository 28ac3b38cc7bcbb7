# match: sequence patterns.
def f(x):
    match x:
        case []: return "empty"
        case [1]: return "just 1"
        case [a]: return f"one {a}"
        case [1, b]: return f"1 and {b}"
        case (a, b): return f"two {a} {b}"
        case [1, *rest, 9]: return f"1..9 {rest}"
        case [[x0, y0], [x1, y1], *_]: return f"points {x0} {y0} {x1} {y1}"
        case [str() as s, *_, int(n)]: return f"str int {s} {n}"
        case [_, _, *rest]: return f"rest {rest}"
        case _: return "no sequence"
for v in ([], (), [1], [5], (1, 2), [3, 4], [1, 2, 3, 9], [1, 9], [1, 2, 9], [(0, 1), [2, 3], 4], ["s", 0, 7], [7, 7, 7], "ab", b"ab", bytearray(b"ab"), {1, 2}, {"a": 1, "b": 2}, range(3), range(0), iter([1, 2]), None):
    print(type(v).__name__, f(v))
match [1, [2, [3, [4]]]]:
    case [a, [b, [c, [d]]]]: print(a, b, c, d)
match [1, 2, 3]:
    case [*all_items]: print(all_items)
match [1, 2]:
    case [a, b, *c]: print(a, b, c)
match (1, 2, 3):
    case *x, y: print(x, y)
match [[1, 2], [3]]:
    case [[1 | 5 as p, q], [r]] | [[q, p], [r]]: print(p, q, r)
class Seq:
    def __len__(self): return 2
    def __getitem__(self, i): return i
match Seq():
    case [a, b]: print("sequence")
    case _: print("not registered as a sequence")
class L(list): pass
match L([1, 2]):
    case [a, b]: print("list subclass", a, b)
