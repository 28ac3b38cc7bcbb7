# Star expressions in displays, calls, subscripts, returns, assignments, for.
def f(*a, **k): return a, k
l, t, s, d = [1, 2], (3, 4), "ab", {"k": 1}
print([*l, *t, *s, *d], (*l,), {*l, 2, 3} == {1, 2, 3}, {**d, "k": 2, **{"z": 3}}, f(*l, *t, **d, **{"m": 2}), [*[], *()], [*range(3), *[*"xy"]], *l, *s)
def r(): return *l, 5
print(r(), [x for x in (*l, *t)])
for x in *l, *t: print(x, end=" ")
print()
for a, *b in ([1, 2, 3], "xyz", (1,)): print(a, b, end=" ")
print()
*a, = "abc"; print(a)
a, *b, c = 1, 2; print(a, b, c)
[a, [b, *c], *d2] = [1, [2, 3, 4], 5, 6]; print(a, b, c, d2)
(a, *b), *c = [(1, 2, 3), 4, 5]; print(a, b, c)
*a, b = {1: 2, 3: 4}; print(a, b)
def y():
    z = yield *l, 9
    yield z
g = y(); print(next(g), g.send("s"))
for c in ("[*5]", "f(*5)", "f(**5)", "{**5}", "{**[1]}", "f(*None)", "f(**{1: 2})", "f(**{'a': 1}, **{'a': 2})", "{*5}", "(*5,)", "f(a=1, **{'a': 1})", "print(*[1], **{'nope': 1})"):
    try: print(c, eval(c))
    except TypeError as e: print(c, e)
for c in ("a, b = 1", "a, b = [1]", "a, *b, c = [1]", "[a] = []", "a, b = None", "(a, b), c = [1, 2]", "*a, b = []", "a, b, c, *d = 'ab'"):
    try: exec(c)
    except (TypeError, ValueError) as e: print(c, type(e).__name__, e)
for c in ("*a = 1", "*a, *b = 1", "a = *b", "*1", "print(**a, *b)", "f(**a, b)", "f(a=1, b)", "[**a]", "{*a, **b}", "{**a, *b}", "del *a", "(*a)", "x = (*a)", "*a += 1", "for *a in b: pass"):
    try: compile(c, "c", "exec"); print("ok", c)
    except SyntaxError as e: print("SyntaxError", c)
m = {"a": 1, **{"b": 2}, "a": 3}; print(m, list(m))
def order(*a): print(*a, sep=",")
order(*(x for x in "ab"), *map(str, [1]), *{7: 0})
print(max(*l, *t), dict(**d, q=1), "{}{}".format(*l), [*zip(*[(1, 2), (3, 4)])], (lambda a, *b, c, **d: (a, b, c, d))(*l, c=1, **{"e": 2}))
