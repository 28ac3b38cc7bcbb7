# Identity, aliasing, shallow copies, mutable defaults, small shared constants.
a = [1, [2, 3]]; b = a[:]; b[1].append(4); b[0] = 9; print(a, b, a is b, a[1] is b[1])
c = list(a); d = a.copy(); e = [*a]; print(c == d == e, c is d, c[1] is d[1] is e[1])
x = {"k": [1]}; y = dict(x); z = {**x}; w = x.copy(); y["k"].append(2); print(x, y is x, z["k"] is w["k"])
def f(l, d={}): l.append(len(d)); d[len(d)] = 0; return l
print(f([]), f([]), f([], {}))
p = q = []; p.append(1); print(q, p is q); p = p + [2]; print(q, p is q); q += [3]; print(p, q)
m = [[0] * 2] * 2; m[0][0] = 1; n = [[0] * 2 for _ in range(2)]; n[0][0] = 1; print(m, n)
s = "abc"; t = s; s += "d"; print(s, t); i = 5; j = i; i += 1; print(i, j)
print(None is None, True is (1 == 1), () is (), [] is [], {} is {}, (lambda: 0) is (lambda: 0), type(1) is int, int is type(True).__base__)
def g(): return []
print(g() is g(), id(a) == id(a), id(a) != id(b))
class C:
    shared = []
    def __init__(self): self.own = []
u, v = C(), C(); u.shared.append(1); u.own.append(2); print(v.shared, v.own); u.shared = []; print(C.shared, u.__dict__)
def swap(a, b): return b, a
k, l = swap(*[1, 2]); print(k, l)
def mod(lst, n): lst[:] = [n]; lst = None; n = 7
r = [1]; num = 3; mod(r, num); print(r, num)
lst = [1, 2, 3]; it = lst; lst = lst[1:]; print(it, lst)
nested = {"a": {"b": {"c": 1}}}; ref = nested["a"]["b"]; ref["c"] = 2; print(nested, nested["a"]["b"] is ref)
tup = ([],); tup[0].append(1); print(tup, hash((1, "a")) == hash((1, "a")))
fs = []; [fs.append(lambda i=i: i) for i in range(3)]; print([h() for h in fs])
big = 10**30; big2 = big; big += 1; print(big2 == 10**30, big - big2)
st = {1}; st2 = st; st |= {2}; st2.add(3); print(sorted(st), st is st2); fz = frozenset([1]); fz2 = fz; fz |= {2}; print(fz2)
ba = bytearray(b"a"); bb = ba; ba += b"b"; print(bb); by = b"a"; bz = by; by += b"b"; print(bz)
