# Floats: repr, arithmetic, comparison, conversion, methods.
vals = [0.0, -0.0, 1.0, 0.1, 1 / 3, 1e15, 1e16, 1e17, 123456789012345680.0, 1e-4, 1e-5, 0.00012345, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e22, 1e23, 9007199254740993.0, 3.14159, 100.0, 1e100, 2.5, 1e21, 123e-7, float("inf"), float("-inf"), float("nan")]
for v in vals: print(v, -v, v * 2, v + 1, v == v, v.is_integer(), bool(v), v.hex())
print(0.1 + 0.2, 0.1 * 3, 1.1 + 2.2, 1e308 * 10, -1e308 * 10, 1e-320 / 10, 1.5 // 0.5, 7.5 % 2, -7.5 % 2, 7.5 // -2, 5.0 % -3, -0.0 + 0, 0.0 * -1, 1e16 + 1, 2.0 ** 0.5, 2.0 ** -2, (-8.0) ** 2, 0.0 ** 0, float("inf") - float("inf"), float("inf") * 0)
print(float("1e5"), float(" 1.5 "), float("-.5"), float("5."), float("1_0.5"), float("Infinity"), float("-INF"), float("nAn"), float("1e400"), float("1e-400"), float("0x1p3") if 0 else "", float(True), float("١.٥"), float(b"2.5"), float())
for s in ("", ".", "e5", "1e", "1.2.3", "1 2", "0x10", "1__0", "_1", "in", "nanx", "--1", "1,5"):
    try: print(float(s))
    except ValueError as e: print(e)
print(1.0 == 1, 1.5 > 1, 0.1 == 1 / 10, 1e20 == 10**20, 2**53 + 1 == float(2**53), 0.5 < 1 < 1.5, float("nan") < 1, float("nan") != float("nan"), float("inf") > 10**400, -0.0 == 0.0, min(1.0, float("nan")), max(float("nan"), 1.0) != max(float("nan"), 1.0))
print(int(1.9), int(-1.9), round(1.5), round(2.5), round(0.5), round(-0.5), round(1.005, 2), round(2.675, 2), round(1e20), round(123.456, -1), round(123.456, -2), round(0.1, 20), round(5e-324, 400), round(1.5, None), round(-2.5, 0), round(1e308, -308), round(0.15, 1), round(0.25, 1), round(0.35, 1), round(1234.5678, 3))
for c in ("round(float('inf'))", "round(float('nan'))", "int(float('inf'))", "1.0 % 0.0", "1.0 // 0", "divmod(1.0, 0.0)", "(-8) ** 0.5 * 0 == 0", "2.0 ** 10000", "float('a')", "1.5 & 1", "1.5 << 1", "[1][1.0]", "range(1.0)", "'a' * 1.0", "1.0.real()", "float.fromhex('zz')"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__, e)
print((0.5).as_integer_ratio(), (0.1).as_integer_ratio(), (1e20).as_integer_ratio(), (2.5).real, (2.5).imag, (2.5).conjugate(), float.fromhex("0x1.8p1"), float.fromhex("-0x.1p-3"), float.fromhex("inf"), (1.0).hex(), (-0.1).hex(), (5e-324).hex())
print(divmod(7.5, 2), divmod(-7.5, 2), divmod(1e20, 3), divmod(-0.0, 1), divmod(5, -2.5), 1e20 % 3, 3.7 % 1e-3 < 1e-3, -1e-20 % 1)
print(hash(1.0), hash(0.5), hash(1e300) == hash(int(1e300)), hash(float("inf")), hash(float("-inf")), hash(-0.0), hash(0.1), hash(2.0**60), hash(1e-300))
print(sum([0.1] * 10), sum([1e16, 1.0, -1e16]), sum([0.1, 0.2, 0.3]), sum([1, 0.5]), sum([0.5], 1), sum([1e308, 1e308, -1e308]), sum([float("inf"), float("-inf")]))
class F(float):
    def __repr__(self): return "F!"
print(F(1.5), str(F(1.5)), F(1.5) + 1, type(F(1) + 1).__name__, [F(2)], f"{F(1.5):.1f}", F("2.5") == 2.5)
print(1_0e1_0, 1e+5, 1.e3, .1e-2, 1E5, 0e0, 00.5, 1e0005)
print([i / 10 for i in range(-5, 12)], [x * 0.1 for x in range(12)], [10.0 ** i for i in range(-6, 24, 3)])
x = 0.0
for i in range(1000): x += 0.1
print(x, x == 100, abs(x - 100) < 1e-9)
print(4.35 * 100, 1.1 * 1.1, 0.1 + 0.7, 9.95, 1e5, 12345.678e-10, 1.0e10, 123456.789e3, 4.9e-324, 1.23e-10, 9.999999999999999e22, 2e-05, 1.0000000000000002)
