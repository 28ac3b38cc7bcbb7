# Every str method.
s = "Hello World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), s.casefold(), "ß".upper(), "ß".casefold(), "ǆ".title(), "İ".lower() == "i̇", "ΑΣ".lower())
print(s.find("o"), s.find("o", 5), s.find("o", 5, 6), s.rfind("o"), s.find(""), s.find("", 20), s.rfind(""), s.index("W"), s.rindex("l"), s.count("l"), s.count(""), s.count("l", 4), "aaa".count("aa"), s.find("zz"), s.find("o", -5), s.rfind("o", 0, 5))
print(s.startswith("Hell"), s.startswith(("x", "H")), s.startswith("W", 6), s.endswith("ld"), s.endswith(("a", "d")), s.endswith("o", 0, 5), s.startswith(""), s.startswith((), 0), "".startswith(""), "".endswith("", 1))
print(s.replace("o", "0"), s.replace("o", "0", 1), s.replace("", "-"), "".replace("", "x"), "aaa".replace("aa", "b"), s.replace("zz", "y") is s or True, s.replace("l", ""), "abc".replace("", "-", 2), s.replace("o", "0", count=1))
print("a b  c".split(), "a b  c".split(" "), " a b ".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), "".split(), "".split(","), "a  b c".split(None, 1), " a b c ".rsplit(None, 1), "abc".split("abc"), "a--b--c".split("--"), "x".split("y"), "a b".split(maxsplit=0), " a b".split(maxsplit=0), "1,2".split(sep=","))
print("a\nb\r\nc\rd\x0be\x1cf\u2028g".splitlines(), "a\nb\n".splitlines(True), "".splitlines(), "\n".splitlines(), "a\n\nb".splitlines(), "x\r\n".splitlines(keepends=True))
print("a-b-c".partition("-"), "a-b-c".rpartition("-"), "abc".partition("-"), "abc".rpartition("-"), "-".join(["a", "b"]), "".join([]), "x".join("abc"), ",".join(str(i) for i in range(3)), "-".join(["one"]), " ".join({"k": 1}))
print("  a ".strip(), "  a ".lstrip() + "|", "  a ".rstrip() + "|", "xxaxx".strip("x"), "abcba".strip("ab"), "abc".lstrip("ba"), "\t\n a\u3000".strip(), "a".strip(None), "".strip(), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "x".removeprefix("y"), "x".removesuffix(""))
print("a".center(5) + "|", "a".center(4, "*"), "ab".center(5, "*"), "a".ljust(3) + "|", "a".rjust(3, "."), "abc".center(2), "5".zfill(3), "-5".zfill(4), "+5".zfill(4), "".zfill(2), "abc".zfill(2), "--1".zfill(5))
print("a\tb".expandtabs(), "a\tb".expandtabs(4), "ab\tc\n\td".expandtabs(4), "\t".expandtabs(0), "a\t\tb".expandtabs(3))
for name in "isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower istitle isidentifier isprintable isascii".split():
    print(name, [t for t in ("", "a", "A", "1", "a1", " ", "\t", "Ab", "Ab Cd", "ab", "AB", "²", "½", "٣", "é", "_x", "1x", "x y", "\n", "日", "\x7f", "\u200b", "ǅ", "Ⅷ", "class") if getattr(t, name)()])
print("abc".translate({97: "X", 98: None, 99: 100}), "abc".translate(str.maketrans("ab", "xy", "c")), str.maketrans({"a": 1, 98: "z"}), "abc".translate({}), "é".translate({233: "e"}))
print("{} {}".format(1, 2), "{1} {0}".format(1, 2), "{a} {b[0]} {c.real}".format(a=1, b=[5], c=3), "{0[k]}".format({"k": 7}), "{:>{w}}".format("a", w=4), "{!r:>5}".format("a"), "{{}}".format(), "{0}{0}".format("x"), "{:{}}".format(1, 5), "{a.__class__.__name__}".format(a=1), "{0[1][0]}".format([0, [9]]), "{x}".format_map({"x": 1}), "{:,}".format(10**6))
for f in ("{", "}", "{0", "{0!}", "{!x}", "{0!z}", "{} {0}", "{0} {}", "{a b}", "{0.}", "{0[}", "{0[]}", "{-1}", "{0:{1:{2}}}", "{:d}", "{0!r", "{0]}"):
    try: print(f.format("a", "b", "c"))
    except Exception as e: print(f, type(e).__name__, e)
print("abc".encode(), "é".encode("latin-1"), "é😀".encode("utf-8"), "é".encode("ascii", "ignore"), "é".encode("ascii", "replace"), "é".encode("ascii", "xmlcharrefreplace"), "é😀".encode("ascii", "backslashreplace"), "a".encode("utf-16-le"), "é".encode("utf-16"), "a".encode("utf-32-be"), "\ud800".encode("utf-8", "surrogatepass"), "\udcff".encode("utf-8", "surrogateescape"))
print("a" < "b", "abc" * 2, "a" in "cab", "" in "", "ab" + "c", len("é😀"), "abc"[1], "abc"[-1], "abcdef"[1:5:2], "abc"[::-1], min("bca"), max("bca"), sorted("bca"), list("é😀"), "a" "b", "é" == "e\u0301", ord("😀"), chr(128512), hash("a") == hash("a"))
for c in ("'a'.center()", "'a'.center('b')", "'a'.ljust(5, 'ab')", "'a'.find()", "'a'.count(1)", "'a'.startswith(1)", "'a'.startswith([1])", "'a'.startswith((1,))", "'a'.split(1)", "'a'.strip(1)", "'a'.join([1])", "'a'.replace(1, 2)", "'a'.zfill('x')", "'a'.partition('')", "'a'.index('b')", "'a'.rindex('b')", "'a'.translate(5)", "str.maketrans('a', 'bc')", "'a'.encode(5)", "'a'.upper(1)", "str.upper(5)", "str.upper()", "'a' + 5", "'a' * 'b'", "'a'[1]", "'a'.removeprefix(1)", "'a'.expandtabs('x')", "5 in 'a'", "''.join(5)", "'a'.splitlines(1, 2)", "'{}'.format_map()", "str(1, 2)", "str(b'a', 5)", "'a' % 5", "'a'.casefold(1)"):
    try: print(c, repr(eval(c)))
    except Exception as e: print(c, type(e).__name__, e)
print(str(), str(5), str(b"a", "ascii"), str(b"a"), str(object)[:8], str(b"\xff", errors="replace", encoding="utf-8"), repr(str), "%s" % "x", str("s"), str(1.5))
