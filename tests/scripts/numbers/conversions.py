# int(), float(), str(), bool() between types; base prefixes; int.from_bytes round trips; bit operations on negative numbers.
for v in (0, -1, 255, 2**40, -2**70, 1.5, -2.5, True, "12", "-7", " 3 ", b"9", "1e3", "inf", None, [], 1e300, 0.1):
    for f in (int, float, str, bool, repr):
        try: print(f(v), end=" | ")
        except Exception as e: print(type(e).__name__, end=" | ")
    print()
for n in (0, 1, -1, 127, 128, -128, -129, 255, 256, 2**31, -2**63, 2**64):
    row = []
    for size in (1, 2, 4, 8, 9):
        for signed in (False, True):
            try: b = n.to_bytes(size, "little", signed=signed); row.append(int.from_bytes(b, "little", signed=signed) == n)
            except OverflowError: row.append("o")
    print(n, row)
for base in (2, 3, 7, 8, 10, 16, 36):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    def conv(n): return digits[n] if n < base else conv(n // base) + digits[n % base]
    print(base, conv(123456789), int(conv(123456789), base), int("-" + conv(255), base))
print([n & 0xFF for n in (-1, -2, -256, 300)], [n >> 1 for n in (-1, -2, -3, 5)], [~n for n in (0, 1, -1)], [n ^ -1 for n in (5, -5)], [-7 & 12, -7 | 12, -7 ^ 12], (-1) >> 100, (-5) >> 1, -1 << 3, (1 << 64) | -1, 0xFFFF ^ 0xFF)
print(f"{10:b} {10:o} {10:x} {-10:b} {10:#b} {10:08b}", bin(-10), hex(-255), oct(-8), int("0b1010", 0), int("0XfF", 0), int("-0o17", 0), (10).bit_length(), (-10).bit_length(), (2**70).bit_length(), (255).bit_count())
print(1 + True, 1.0 + True, "1" + str(1), int("1" * 3) + 1, float("1.5") * 2, int(1.5) + int("2"), str(1.0), str(1e20), str(10**20), int(-0.9), round(-0.5), bool(-0.0), bool("0"), int(True), str(None))
print(chr(65) + chr(0x1F600), ord("A"), [ord(c) for c in "aé日"], chr(ord("a") + 1), int("٣"), ascii(chr(255)), "%c%c" % (65, "B"), "\x41" == chr(0x41))
