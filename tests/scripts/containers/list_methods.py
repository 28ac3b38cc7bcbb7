# list: every method, errors, aliasing.
l = [3, 1, 2]
print(l.append(4), l, l.extend("ab"), l, l.insert(0, "first"), l.insert(100, "last"), l.insert(-1, "x"), l)
print(l.pop(), l.pop(0), l.pop(-2), l, l.remove("a"), l, l.index(1), l.index(4, 2), l.count(1), l.reverse(), l, l.copy() == l, l.copy() is l, l.clear(), l)
l = [5, 2, 8, 1]
print(l.sort(), l, l.sort(reverse=True), l, l.sort(key=lambda x: x % 3), l, sorted(l), l)
a = [1, 2]; b = a; a += [3]; a = a + [4]; print(a, b, a * 2, 2 * b, [0] * 3, [] * 5, a[1:], a[-2:], a[::-1], a[:])
m = [[]] * 3; m[0].append(1); print(m)
print([1, 2] == [1, 2], [1] != [2], [1, 2] < [1, 3], [1] < [1, 0], [] < [1], [2] > [1, 9], 1 in a, 9 not in a, len(a), bool([]), min(a), max(a), sum(a))
print(list(), list("abc"), list((1, 2)), list({1: 2}), list(range(3)), list([1]) is not None, [*"ab", *[1]], list(x for x in "q"), [[1, 2], [3]][0][1])
for c in ("[].pop()", "[1].pop(3)", "[1].pop('a')", "[1].remove(5)", "[1].insert(1)", "[1].extend(5)", "[1].append()", "[1].append(1, 2)", "[][0]", "[1]['a']", "[1][1.0]", "[1] + (2,)", "[1] * 'a'", "[1].sort(5)", "[1].sort(key=5)", "[1, 'a'].sort()", "[1].index()", "[1, 2].index(1, 1) if 0 else 0", "list(1, 2)", "list(x=1)", "[1].count()", "[1].reverse(1)", "hash([])", "[1] < 1", "[1].copy(1)", "[1, 2][::0]"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__, e)
l = list(range(10)); l[2:5] = []; l[2:2] = [20, 21]; l[-1:] = "z"; l[::3] = [0] * len(l[::3]); print(l); del l[1:3]; del l[-1]; del l[::2]; print(l)
l = [1, 2, 3]; l[1:1] = l; print(l); l.extend(l); print(l); l += l[:1]; print(l); l[:] = l[::-1]; print(l); l[0] = l; print(l)
try: [1, 2, 3][::2] = [1]
except ValueError as e: print(e)
x = [1, 2, 3, 4]
for v in x:
    if v % 2: x.remove(v)
print(x)
big = list(range(1000)); big[100:900] = []; print(len(big), big[100], sum(big)); big.insert(50, "i"); print(big[49:52], big.index("i"))
class L(list):
    def __getitem__(self, i): return ("sub", super().__getitem__(i))
    def __len__(self): return 99
s = L([1, 2]); print(s[0], len(s), list(s), s == [1, 2], repr(s), [*s], bool(s))
print([1, [2, [3]]].__repr__(), str([]), [None, True, 1.5, "a", b"b"], [].__class__, [1].__contains__(1), [1].__len__(), [1].__add__([2]), [3].__mul__(2), [1].__eq__([1]), [1].__iter__().__next__())
