# + * in, comparison and indexing across str, bytes, list, tuple, range.
for s in ("abc", b"abc", [1, 2, 3], (1, 2, 3), range(3), bytearray(b"abc")):
    print(type(s).__name__, len(s), s[0], s[-1], s[1:], s[::-1], list(s), s == s[:], s[0] in s, min(s), max(s), bool(s), bool(s[:0]), s.index(s[1]), s.count(s[0]))
    if not isinstance(s, range): print(s + s, s * 2, 2 * s, s * 0, s * -1, s < s + s, s[1:] > s, s != s[1:], s[5:] == s * 0)
    try: s[3]
    except IndexError as e: print(e)
    try: s["x"]
    except TypeError as e: print(e)
a = [1]; a *= 3; a += (5,); print(a); b = (1,); b *= 2; b += (3,); print(b); s = "x"; s *= 3; print(s)
l = [0] * 3; l[1] += 5; l[-1] -= 1; print(l, l.index(5)); print([1, 2] + [3] == [1, 2, 3], (1,) + () == (1,), "a" "b" == "ab")
print("b" in "abc", "bc" in "abc", "" in "", b"b" in b"abc", 98 in b"abc", [1] in [[1]], (1,) in [(1,)], None in [None], 2.0 in range(3), 1.5 in range(3), "x" in ["xy"])
for c in ("'a' in 1", "1 in 'a'", "b'a' in 'a'", "[1] + (1,)", "(1,) + [1]", "'a' + b'a'", "[1] * '2'", "'a' * 2.0", "[1] < (1,)", "range(2) * 2", "range(1) + range(1)", "(1, 'a') < (1, 2)", "'a' < 1"):
    try: print(eval(c))
    except TypeError as e: print(c, "->", e)
