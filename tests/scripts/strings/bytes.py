# bytes and bytearray methods.
b = b"Hello World"
print(b.upper(), b.lower(), b.title(), b.swapcase(), b.capitalize(), b[0], b[-1], b[1:4], b[::-1], len(b), list(b[:3]), b"H" in b, 72 in b, b"lo W" in b, b + b"!", b * 2, b == b"Hello World", b < b"I", hash(b) == hash(b"Hello World"))
print(b.find(b"o"), b.find(111), b.rfind(b"o"), b.index(b"W"), b.count(b"l"), b.count(108), b.find(b"zz"), b.replace(b"o", b"0"), b.replace(b"o", b"0", 1), b.split(), b.split(b"o"), b.rsplit(b"o", 1), b.partition(b" "), b.rpartition(b"o"), b"a\nb\r\nc".splitlines(), b.startswith(b"He"), b.endswith((b"x", b"ld")))
print(b"-".join([b"a", b"b"]), b" a ".strip(), b"xxa".lstrip(b"x"), b"a".center(5, b"*"), b"a".ljust(3, b"."), b"a".rjust(3), b"5".zfill(3), b"a\tb".expandtabs(4), b"ab".removeprefix(b"a"), b"ab".removesuffix(b"b"), b"abc".translate(bytes(range(256)), b"b"), bytes.maketrans(b"a", b"b")[97], b"abc".translate(None, b"a"))
print(b"abc".isalpha(), b"12".isdigit(), b"a1".isalnum(), b" ".isspace(), b"AB".isupper(), b"ab".islower(), b"Ab Cd".istitle(), b"\x80".isascii(), b"".isascii(), b"".isalpha())
print(bytes(), bytes(3), bytes([1, 2]), bytes("é", "utf-8"), bytes(b"x"), bytes(range(3)), bytes.fromhex("00 ff 1A"), b"\x00\xff".hex(), b"abcd".hex("-"), b"abcd".hex(":", 2), bytes(bytearray(b"q")), b"caf\xc3\xa9".decode(), b"\x00\t\n\r\\'\"\x7f\x80", repr(b"it's"), repr(b'a"b'), str(b"x"))
ba = bytearray(b"abc")
ba.append(100); ba.extend(b"ef"); ba.extend([103]); ba += b"h"; ba[0] = 65; ba[1:3] = b"XYZ"; ba.insert(0, 48); print(ba, ba.pop(), ba.pop(0), ba, len(ba))
ba.remove(68 if 68 in ba else 100); ba.reverse(); print(ba, ba.find(b"Z"), ba.index(90), ba.count(b"X"), ba.copy() == ba, ba.copy() is ba, bytes(ba), ba[1], ba[1:3], ba.upper(), ba.replace(b"X", b"__"))
del ba[0]; del ba[::2]; print(ba); ba.clear(); print(ba, bool(ba), bytearray(2), bytearray(b"a") == b"a", bytearray(b"a") + b"b", b"a" + bytearray(b"b"), type(b"a" + bytearray(b"b")).__name__, bytearray(b"ab") * 2, bytearray("é", "utf-8"), bytearray([5, 6]))
x = bytearray(b"abc"); y = x; x *= 2; print(y is x, x); x[:] = b"z"; x[5:] = b"end"; print(x, bytearray(b"%d-%s") % (1, b"x"))
for c in ("bytes([256])", "bytes(['a'])", "bytes(-1)", "bytes('a')", "bytes(1.5)", "b'a' + 'a'", "b'a'[5]", "b'a'['x']", "b'a'.find('a')", "b'a'.find(256)", "b'a'.join(['x'])", "b'a'.split(b'')", "b'a' < 'a'", "'a' in b'a'", "300 in b'a'", "bytearray(b'a')[0] == 97", "bytearray(b'a').append(256)", "bytearray(b'a').append('x')", "bytearray().pop()", "bytearray(b'a').remove(1)", "bytearray(b'a').index(b'z')", "bytes.fromhex('0')", "bytes.fromhex('zz')", "hash(bytearray())", "{bytearray(): 1}[0] if 0 else 1", "b'\\xff'.decode()", "b'a'.decode('nope')", "b'%d' % 'a'", "bytes(5, 'utf-8')", "bytes('a', 'utf-8', 'strict', 1)", "b'a'.center(5, 'x')", "b'a'.replace(1, 2)", "b'' * -1", "b'abc'[1:2] * 3", "int.from_bytes(b'')", "bytearray(b'abc')[1:2]"):
    try: print(c, repr(eval(c)))
    except Exception as e: print(c, type(e).__name__, e)
print(b"%s %d %x %c %r %a %5.1f %%" % (b"a", 5, 255, 65, "r", "é", 1.5), b"%b" % b"z", b"%-5s|" % b"a", b"%05d" % -3, b"%(k)s" % {b"k": b"v"})
print(max(b"abc"), sorted(b"cab"), sum(b"ab"), list(reversed(b"ab")), [*b"ab"], dict(zip(b"ab", "xy")), b"a" b"b", rb"\n", Rb"\x", b"\n\x41\101", b'''tri
ple''')
m = memoryview(b"abcdef"); print(m[0], m[1:3].tobytes(), len(m), m.tolist(), bytes(m[::2]), m == b"abcdef")
mb = memoryview(bytearray(b"xyz")); mb[0] = 65; print(bytes(mb), mb.readonly, m.readonly)
for i in b"\x01\xff": print(i, end=" ")
print(bytes(i for i in range(3)), b"abc".__contains__(97), b"x".__add__(b"y"), bytes.__name__, isinstance(b"", bytes), b"a\0b".split(b"\0"), b" \t\n".split(), b"".join([]), b"".split(b","))
