# find, split, partition, strip on awkward inputs; consistency between related methods.
cases = ["", "a", "aa", "a,b", ",a,,b,", "  lead", "trail  ", "\t\n mixed \r\n", "ab" * 5, "é,ü,日", "a\x00b", "x" * 20]
for s in cases:
    print(repr(s), s.split(), s.split(","), s.split(",", 1), s.rsplit(",", 1), s.partition(","), s.rpartition(","), s.strip(), s.strip("ax"), s.splitlines(), s.find("a"), s.rfind("a"), s.count("a"), s.count(""), s.replace("a", "<>"), s.replace("", "|"), s.startswith("a"), s.endswith("b"), s.title(), s.center(6, "."), s.zfill(4), s.expandtabs(2))
ok = True
for s in cases:
    for sep in (",", "a", "ab", "é"):
        ok &= sep.join(s.split(sep)) == s and sep.join(s.rsplit(sep)) == s and "".join(s.partition(sep)) == s and "".join(s.rpartition(sep)) == s
        ok &= (s.find(sep) >= 0) == (sep in s) == (s.count(sep) > 0) == (s.rfind(sep) >= 0) and len(s.split(sep)) == s.count(sep) + 1
        ok &= s.replace(sep, "") == "".join(s.split(sep))
    ok &= "".join(s.splitlines(True)) == s and s[::-1][::-1] == s and s.upper().lower() == s.lower() and len(s) == sum(1 for _ in s) and s == "".join(list(s))
print(ok)
t = "one two three two one"
print(t.find("two"), t.find("two", 5), t.rfind("two"), t.find("two", 5, 10), t.index("three"), t.count("o"), t.count("o", 3, -3), t.replace("two", "2", 1), t.split("two"), t.rsplit(" ", 2), t.split(maxsplit=2), t.find("o", -4), t.find("x"), t[t.find("three"):].split()[0], t.startswith("two", 4), t.endswith("two", 0, 17), t.find("", 5), t.rfind("", 0, 5), t.find("one", 100), t.count("one", -3))
print("aXbXc".split("X", -1), "aXbXc".split("X", 0), "a b c".split(None, 0), "  a b".split(None, 1), "abc".strip("abc"), "xyxa".strip("xy"), "..a.b..".strip("."), "mississippi".replace("ss", "SS").replace("i", "1", 2), "mississippi".find("issi", 2), "aaaa".replace("aa", "b"), "aaaa".count("aa"), "abcabc".rfind("abc", 0, 5), "abcabc".rindex("c"))
