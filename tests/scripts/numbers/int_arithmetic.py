# Integers: all operators over small, word-size and big values, checked by identities and printed.
values = [0, 1, -1, 2, 7, -7, 255, 2**15, 2**31 - 1, -2**31, 2**47 - 1, -2**47, 2**47, 2**48, -2**48, 2**53, 2**62, 2**63 - 1, -2**63, 2**63, 2**64, 10**20, -10**20, 2**100 + 1]
bad = 0
digest = 0
for a in values:
    for b in values:
        if b:
            q, r = divmod(a, b)
            if q * b + r != a or q != a // b or r != a % b or not (0 <= r < b or b < r <= 0): bad += 1
        if (a + b) - b != a or (a - b) + b != a or a * b != b * a: bad += 1
        if (a ^ b) ^ b != a or (a & b) + (a | b) != a + b or ~(a & b) != ~a | ~b: bad += 1
        if (a < b) + (a == b) + (a > b) != 1 or (a <= b) == (a > b) or (a != b) == (a == b): bad += 1
        digest = (digest * 31 + (a + b) * 3 + a * b + (a & b) - (a | b) + (a ^ b)) % (10**15 + 37)
    for s in (0, 1, 5, 31, 47, 48, 63, 64, 65, 100):
        if (a << s) >> s != a or a << s != a * 2**s or a >> s != a // 2**s: bad += 1
    if -(-a) != a or ~a != -a - 1 or abs(a) != (a if a >= 0 else -a) or +a != a or int(str(a)) != a or int(hex(a), 16) != a or int(bin(a), 0) != a or int(oct(a), 8) != a: bad += 1
print(bad, digest)
for a in values: print(a, -a, ~a, a * a, a + 1, a - 1, a.bit_length(), a.bit_count(), hex(a), float(a), bool(a))
print(2**47 - 1 + 1, -2**47 - 1, (2**47 - 1) * 2, (2**30) * (2**30), (2**31) ** 2, 2**62 * 4, -(2**62) * 4, 2**63 - 2**63, 10**18 * 10, 10**19 - 10**19 + 5)
x = 1
for i in range(70): x = x * 3 - i
print(x)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 2, -7 % 2, 7 % -2, -7 % -2, 0 // 5, 0 % -5, 10**30 // 7, -10**30 // 7, 10**30 % -7, 7 // 10**30, -7 // 10**30, -7 % 10**30)
print(7 / 2, 1 / 3, 10**30 / 10**29, 2**1000 / 2**999, -1 / 10**400, 10**400 / 10**399, (2**53 + 1) / 1, 3 / 10**30)
for c in ("10**400 / 3", "float(10**400)", "10**400 * 1.0", "1 << 10**20", "int(float('nan'))", "int(float('inf'))", "2 ** -1 ** 0.5", "1 << -5", "5 % 0", "5 // 0"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__, e)
print(int(), int("  12  "), int("-0x1f", 16), int("0b101", 0), int("1_000"), int("١٢"), int(b"12"), int(3.99), int(-3.99), int(True), int("+5"), int("z", 36), int("0"), int("-0"), int(1e20), int("0" * 50 + "7"))
for s in ("", " ", "1_", "_1", "1__0", "0x", "1.0", "1e5", "--1", "+ 1", "0b2", "a", "1 2", "0_7", "00"):
    try: print(repr(s), int(s))
    except ValueError as e: print(repr(s), e)
    try: int(s, 0)
    except ValueError as e: print("  base 0:", e)
print((5).real, (5).imag, (5).numerator, (5).denominator, (5).conjugate(), (5).is_integer(), (5).as_integer_ratio(), (10).__index__(), int.__name__)
print((1000).to_bytes(2), (1000).to_bytes(4, "little"), (-2).to_bytes(3, signed=True), int.from_bytes(b"\x03\xe8"), int.from_bytes(b"\xff\xfe", "little"), int.from_bytes(b"\xff", signed=True), int.from_bytes([1, 2]), (2**70).to_bytes(10, "big"))
print(pow(2, 100), pow(3, 200, 1000007), pow(-3, 3, 7), pow(3, -2, 11), pow(2, 10, -7), pow(0, 0), pow(5, 0, 1), 0**0, (-1)**1001, 2**0, (-2)**63)
