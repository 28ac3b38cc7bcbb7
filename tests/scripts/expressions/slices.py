# Subscripts and slices: what __getitem__ gets, and slices of the builtin sequences.
class Show:
    def __getitem__(self, key): return key
    def __setitem__(self, key, value): print("set", key, value)
    def __delitem__(self, key): print("del", key)
s = Show()
print(s[1], s[1:2], s[:], s[::], s[1:2:3], s[:, 1], s[1:2, ::3, ...], s[()], s[1,], s["a":"b"], s[None], s[*(1, 2)], s[*(1, 2), 3:4])
s[1:2] = 3
s[1, 2] = 4
del s[::2]
del s[1, 2:3]
items = list(range(10))
for sl in (slice(None), slice(2, 5), slice(-3, None), slice(None, -8), slice(None, None, 3), slice(None, None, -1), slice(8, 2, -2), slice(100, 200), slice(-100, 3), slice(5, 2), slice(2, 100, 4), slice(-1, -100, -4)):
    print(items[sl], "0123456789"[sl], tuple(items)[sl], range(10)[sl], b"0123456789"[sl])
for bad in ("items[1.5]", "items['a']", "items[10]", "items[-11]", "'abc'[5]", "()[0]", "range(3)[3]", "items[::0]", "items['a':]", "5[0]", "None[0]", "'a'['b']", "b'a'[9]", "{}['k']", "(1,)[None]", "len[0]"):
    try:
        eval(bad)
    except Exception as e:
        print(type(e).__name__, e)
print(slice(1, 2, 3).start, slice(5).stop, slice(1, 2).step, slice(1, 2) == slice(1, 2), repr(slice("a", None)))
print(slice(2, 20, 3).indices(10), slice(None, None, -1).indices(5), slice(-3, -1).indices(10))
class Idx:
    def __index__(self): return 2
print(items[Idx()], items[Idx():], "abc"[Idx()], (1, 2, 3)[:Idx()], [0] * Idx(), range(Idx()))
a = [0, 1, 2, 3, 4, 5]
a[1:3] = []
a[1:1] = ["x", "y"]
a[::2] = "ABC"
print(a)
try:
    a[::2] = [1]
except ValueError as e: print(e)
try:
    a[1:2] = 5
except TypeError as e: print(e)
a[:] = range(3)
a[5:] = "z"
a[-1:] = ()
print(a)
del a[:2]
print(a)
print("héllo"[1], "héllo"[::-1], "日本語"[1:], "a😀b"[1], len("a😀b"), "a😀b"[::-1])
