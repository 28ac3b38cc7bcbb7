# expected: by hand
# Grammar and behaviour new in 3.14: except without parentheses, template strings, deferred annotations.
try:
    raise KeyError("k")
except ValueError, KeyError:
    print("caught without parentheses")
try:
    raise ExceptionGroup("g", [ValueError(1)])
except* ValueError, KeyError:
    print("group too")
name = "world"
t = t"hello {name!r:>10} and {1 + 1=}"
print(type(t).__name__, t.strings, [i.value for i in t.interpolations], [i.expression for i in t.interpolations], [i.conversion for i in t.interpolations], [i.format_spec for i in t.interpolations])
print(t.values, t"".strings, (t"a" t"b{1}").strings, rt"\n{2}".strings)
def f(a: undefined_now, b: "text" = 1) -> also_undefined: return a
print(f(1))
try:
    f.__annotations__
except NameError as e:
    print(e)
undefined_now = int; also_undefined = str
print(f.__annotations__)
class C:
    x: Later
    y: int = 1
class Later: pass
print(C.__annotations__["x"] is Later, C.y)
class Node:
    next: Node | None
print(Node.__annotations__)
print([1] * 2, map.__name__, xrange(3) if "xrange" in dir(__builtins__) else range(0, 3))
