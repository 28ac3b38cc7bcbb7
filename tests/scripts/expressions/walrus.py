# The assignment expression and its scopes.
if (n := 10) > 5:
    print(n)
print([y := 1, y ** 2, (z := y + 1)], z)
print([last := x for x in range(5)], last)
def f():
    if any((found := v) > 3 for v in [1, 5, 2]):
        return found
print(f())
total = 0
print([total := total + v for v in range(5)], total)
while (k := total) > 6:
    total -= 2
print(k)
def g(x=(d := 3)):
    return x
print(g(), d)
print(f"{(w := 7)} {w:>3} {w!r}")
lam = lambda: (inner := 5) + inner
print(lam(), "inner" in globals())
class C:
    a = (b := 2) + b
print(C.a, C.b)
print((a := 1, b := 2), a, b)
data = [1, 2, 3]
print([(i, s) for i in data if (s := i * i) > 1])
def outer():
    def inner():
        nonlocal q
        return [q := i for i in range(3)]
    q = None
    inner()
    return q
print(outer())
def glob():
    global gg
    [gg := i for i in range(4)]
glob()
print(gg)
print(len(items := [1, 2]), items, (m := 4) if (t := True) else 0, m, t)
print({(key := "k"): (val := 1)}, key, val, [0, 1, 2][(ix := 1):], ix)
