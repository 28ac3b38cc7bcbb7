# Left-to-right evaluation everywhere.
def e(v, value=None):
    print(v, end=" ")
    return v if value is None else value
def line(): print()
e(1) + e(2) * e(3); line()
e(1) ** e(2) ** e(0); line()
(e(1), e(2), [e(3), {e(4): e(5)}]); line()
e(1) if e(0) else e(2); line()
e(1) < e(2) < e(1) < e(5); line()
e(0) or e(1) and e(2) or e(3); line()
d = {}
d[e("k")] = e("v"); line()
e("obj", d)[e("key")], e("obj2", d)[e("key2")] = e("a"), e("b"); line()
x = e("x", [0, 1, 2])[e(1):e(2):e(1)]; line()
def f(a=e("default a"), *, b=e("default b")) -> None: pass
line()
@e("deco1", lambda f: f)
@e("deco2", lambda f: f)
def g(): pass
line()
class C(e("base", object), metaclass=e("meta", type)):
    e("body")
line()
print(f"{e(1)} {e(2):>{e(3)}}")
del e("d", d)["key"], e("d", d)["key2"]; line()
e("f", print)(e("arg1"), *e("star", [1]), k=e("kw", 1)) if False else None; line()
def h(*a, **k): return a, k
h(e(1), *e("s", (2,)), e(3), x=e(4), **e("kw", {"y": 5})); line()
a = b = e("chain"); line()
[e(i) for i in e("iter", [1, 2]) if e("cond")]; line()
{e("k" + str(i)): e("v" + str(i)) for i in range(2)}; line()
assert e(1), e("not evaluated"); line()
(e("L", [1]))[e(0)] += e(5); line()
lst = [1, 2, 3]
i = 0
i, lst[i] = 2, 9
print(lst)
try:
    e("exc", ValueError).nothing
except AttributeError: print("attr")
e(1) @ e(2) if 0 else e(9); line()
print(-e(1) + +e(2), not e(0), ~e(4))
