# Non-ASCII text: indexing, slicing, case, normal whitespace, identifiers, surrogates, literals.
s = "naïve café 日本語 😀👍🏽 Ω"
print(len(s), s[0:5], s[-1], s[11], s[15], s[::-1], s.upper(), s.find("日"), s.index("😀"), s.count("é"), s.split(), s.replace("é", "e"), s[6:10], s.title(), s.swapcase())
for i, c in enumerate(s): print(i, c, ord(c), end=" ")
print()
ñ = 1; 変数 = 2; Ⅷ = 3
print(ñ + 変数, VIII if "VIII" in globals() else "normalized")
print("\x41\u0042\U00000043\103\N{GREEK SMALL LETTER ALPHA}\N{BULLET}", "\a\b\f\v\0".encode(), r"\n\x", "a\
b", "\'\"\\", len("\r\n"), "\7\07\007\0007".encode())
print("\ud800" == "\ud800", len("\ud83d\ude00"), "\ud83d\ude00" == "😀", repr("\ud800a"), ascii("\ud800😀"), "\udcff".encode("utf-8", "surrogateescape"), b"\xff\xfe".decode("utf-8", "surrogateescape") == "\udcff\udcfe")
try: print("\ud800".encode())
except UnicodeEncodeError as e: print(e, e.start, e.end, e.reason, e.encoding, repr(e.object))
for b in (b"\xff", b"a\x80", b"\xc3", b"\xc3\x28", b"\xe2\x82", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"ok\xe2\x28\xa1"):
    try: b.decode()
    except UnicodeDecodeError as e: print(b, e, "|", b.decode("utf-8", "replace").encode("unicode_escape") if 0 else ascii(b.decode("utf-8", "replace")), ascii(b.decode("utf-8", "ignore")), ascii(b.decode("utf-8", "backslashreplace")), ascii(b.decode("utf-8", "surrogateescape")))
print(b"\xff\xfea\x00".decode("utf-16"), b"a\x00\xe9\x00".decode("utf-16-le"), b"\x00a".decode("utf-16-be"), b"\xe9".decode("latin-1"), b"\xef\xbb\xbfa".decode("utf-8-sig"), "a".encode("utf-8-sig"), b"\x3d\xd8\x00\xde".decode("utf-16-le"), "😀".encode("utf-16-be"))
print("ǅ".lower(), "ǅ".upper(), "ﬁ".upper(), "ŉ".upper(), "Ω".lower(), "ς".upper(), "ÀÉ".lower(), "straße".upper(), "straße".casefold(), "ᾳ".upper(), "ᾳ".title(), "Ⅷ".lower(), "ⓐ".upper(), "𐐨".upper())
print("a\u00a0b\u2003c\u3000d".split(), "\u2028x\u2029".split(), "\x1c\x1d\x1e\x1fx\x85".split(), "\u200bx".split(), " \u1680".isspace(), "\ufeff".isspace())
print("é" < "z", "Z" < "a", "\uffff" < "\U00010000", sorted(["é", "z", "a", "É", "日"]), max("aé"), "é" in s, "ï" not in s, "日本" in s)
print(repr("\u200b\xad\u2028\ue000\U000e0001\xa0é\x9f\t"), "\u0301".isprintable(), "\xad".isprintable(), " ".isprintable(), "\u3000".isprintable())
print("١٢٣".isdigit(), int("١٢٣"), float("١.٥"), "²".isdigit(), "²".isdecimal(), "½".isnumeric(), "三".isnumeric(), "三".isdigit(), "Ⅷ".isnumeric(), "Ⅷ".isalpha())
print("é".isidentifier(), "日本".isidentifier(), "a·b".isidentifier(), "²".isidentifier(), "℮".isidentifier(), "".isidentifier(), "a-b".isidentifier())
d = {"é": 1, "日": 2}; d["e\u0301"] = 3; print(d, len(d), "É".lower() in d)
class C: é = 5
print(C().é, getattr(C, "é"), f"{'日':*^5}", "日".center(4, "é"), "%5s|" % "日", "日本".ljust(4) + "|", "é".zfill(3))
print("İ".lower().encode(), "I".lower(), "ı".upper(), len("ﬃ".upper()), "ﬃ".casefold(), "Σ".lower(), "ΑΣ Σ".lower(), "ΑΣ.".lower())
print(chr(0x10FFFF) == "\U0010ffff", ord("\U0010ffff"), [hex(ord(c)) for c in "a\u1234\U00012345"], "".join(map(chr, range(0x3b1, 0x3b6))), bytes("é", "utf-8"), str(b"\xc3\xa9", "utf-8"))
x = "é" * 5 + "a"; print(x[2:4], x[5], x[:-1] == "é" * 5, x.rfind("é"), x.rstrip("a"), ("a" + "é")[0], ("é" + "a")[1:], "aé"[:1] + "b")
