# tuple: construction, methods, comparison, immutability, hashing.
t = (1, 2, 3, 2)
print(t, (), (1,), 1, t[0], t[-1], t[1:], t[::-1], t.count(2), t.index(2), t.index(2, 2), len(t), 2 in t, t + (4,), t * 2, 0 * t, tuple(), tuple("ab"), tuple([1]), tuple(x for x in "q"), tuple(t) is t, (1, 2) == (1, 2), (1, 2) < (1, 3), (1,) < (1, 0), () < (0,), hash((1, 2)) == hash((1, 2)), {(1, 2): "k"}[1, 2])
a, b = 1, 2; a, b = b, a; print(a, b, (a, b), *t, sep="|")
for c in ("t[0] = 1", "del t[0]", "t.append(1)", "t[10]", "t['a']", "t + [1]", "t * 1.5", "(1,).index(5)", "hash(([],))", "tuple(5)", "tuple(1, 2)", "(1,) < 1", "t.index()", "t.x = 1", "t < [1]"):
    try: exec(c)
    except Exception as e: print(c, type(e).__name__, e)
x = ([1],); x[0].append(2); print(x, ((),), ((1,),), (((1,),),), (None,), ("a",), (1.5, True))
print(max(t), min(t), sum(t), sorted(t), list(reversed(t)), [i for i in t], (*t, 5), any(t), all(()), tuple(zip("ab", (1, 2))), tuple(enumerate("a")), bool(()), bool((0,)))
def multi(): return 1, 2
p, q = multi(); print(p, q, multi()[1], type(multi()).__name__, (lambda: (1,))(), (yes := (1, 2)))
class T(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    @property
    def a(self): return self[0]
    def __repr__(self): return f"T{tuple(self)}"
n = T(1, 2); print(n, n.a, n == (1, 2), n + (3,), n[::-1], len(n), hash(n) == hash((1, 2)), {n: 1}[(1, 2)], isinstance(n, tuple), *n)
print((1, 2).__repr__(), (1, 2).__contains__(1), (1,).__add__((2,)), (3,).__mul__(2), (1,).__eq__([1]), (1, 2).__hash__() == hash((1, 2)), ().__len__(), (1, 2).__getitem__(0), (1,).__lt__((2,)), (1, 2).__getnewargs__())
print((1, (2, (3, (4,)))), ((1, 2), (3, 4))[1][0], tuple(map(tuple, [[1, 2], [3]])), (1 if a else 2,), (not a,), (lambda *args: args)(*t), t == list(t), tuple(list(t)) == t)
nan = float("nan"); u = (nan,); print(u == u, u == (nan,), nan in u, u.index(nan), u.count(nan))
