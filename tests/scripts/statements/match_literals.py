# match: literals, captures, alternatives, guards, wildcards, values.
class Color:
    RED = 1
    GREEN = "green"
def f(x):
    match x:
        case 0: return "zero"
        case 1 | 2: return "one or two"
        case -5: return "minus five"
        case 2.5: return "float"
        case 3+4j: return "complex"
        case "text": return "text"
        case b"bytes": return "bytes"
        case None: return "none"
        case True: return "true"
        case Color.GREEN: return "color"
        case int() if x > 100: return "big"
        case int() | float() as number: return f"number {number}"
        case str(text) if text.startswith("a"): return "a..."
        case "con" "cat": return "concat"
        case _: return "other"
for v in (0, 1, 2, -5, 2.5, 3+4j, "text", b"bytes", None, True, False, "green", 101, 50, 1.0, "abc", "concat", [], 0.0):
    print(repr(v), f(v))
match 5:
    case n:
        print("captured", n)
match 1, 2:
    case a, b if a > b: print("no")
    case a, b: print("pair", a, b)
match (1, 2), :
    case ((x, y),): print(x, y)
match {"a": 1}:
    case 5: print("no")
print("no case matched is fine")
match = 1
case = 2
_ = 3
print(match + case + _)
match (match):
    case 1: print("soft keywords")
def shadow(type):
    match type:
        case "x": return match
        case _: return type
print(shadow("x"), shadow("y"))
