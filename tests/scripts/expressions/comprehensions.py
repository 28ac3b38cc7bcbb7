# Comprehensions: nesting, conditions, scopes, order of evaluation.
print([x * y for x in range(3) for y in range(x)])
print({x: y for x, y in zip("abc", range(3))}, {x % 3 for x in range(10)})
print(list(x for x in range(4) if x % 2 if x > 1))
print([[j for j in range(i)] for i in range(4)])
print([(i, j) for i in range(3) if i for j in "ab" if j != "a"])
x = "outer"
[x for x in range(3)]
print(x)
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
def f(n):
    return [n + m for m in range(n)]
print(f(3))
class C:
    size = 3
    items = [s for s in range(size)]
    try:
        bad = [size for _ in range(2)]
    except NameError as e:
        print(e)
print(C.items)
def log(v):
    print("<%s>" % (v,), end="")
    return v
print({log(k): log(v) for k, v in [(1, 2), (3, 4)]})
print([log(a) for a in log([1, 2])])
g = (log(v) for v in log([1, 2]))
print("made")
print(next(g), next(g), next(g, "end"))
try:
    (v for v in 5)
except TypeError as e:
    print(e)
try:
    [v for v in 5]
except TypeError as e: print(e)
print([a for a, *b in [(1, 2, 3), "xyz"]], [b for a, *b in [(1, 2, 3), "xyz"]])
print([y for x in [1, 2] for y in [x, x * 10]], [y for x in [1, 2] if (y := x * 2)])
nested = [[[i * 100 + j * 10 + k for k in range(2)] for j in range(2)] for i in range(2)]
print(nested)
def closures():
    acc = []
    for i in range(2):
        acc.append([lambda: (i, j) for j in range(2)])
    return [[f() for f in row] for row in acc]
print(closures())
print(sum(i for i in range(10)), max((i, -i) for i in range(3)), dict((k, k) for k in "ab"), *(i for i in range(2)))
try:
    [1 // i for i in (1, 0)]
except ZeroDivisionError as e: print(e)
print({i: {j: i * j for j in range(2)} for i in range(2)})
print([x for x in [1, 2, 3]][-1], [lambda: x for x in "ab"][0](), (lambda: [x for x in range(2)])())
def yielding():
    r = [(yield 1), (yield 2)]
    yield r
g = yielding(); next(g); g.send("a"); print(g.send("b"))
