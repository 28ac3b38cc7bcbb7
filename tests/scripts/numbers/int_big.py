# Big integers: multiplication, division, powers, conversion, shifts at limb borders.
def fact(n):
    r = 1
    for i in range(2, n + 1): r *= i
    return r
f = fact(200)
print(f)
print(f // fact(198), f % (10**50 + 7), len(str(fact(1000))), fact(1000) // fact(999))
a = 3**500; b = 7**300
print(a % b, a // b, divmod(a * b + 12345, b) == (a, 12345), (a * b) // a == b, (a - b) * (a + b) == a * a - b * b)
print(hex(2**200 - 1), oct(2**100), bin(2**70 + 5), f"{2**100:,}", f"{2**100:x}", f"{-2**70:#b}", f"{10**30:_}", f"{3**80:>60}", f"{3**80:e}")
print(str(10**100), -10**25, int("9" * 60) + 1, int("-" + "1" * 50), int("f" * 40, 16), int("zz" * 20, 36), int("1" * 100, 2))
for n in (31, 32, 47, 48, 62, 63, 64, 65, 127, 128, 129):
    p = 2**n
    print(n, p, p - 1, -p, (p - 1).bit_length(), p >> (n - 1), (p - 1) & (p >> 1), (-p) >> 3, -p - 1 >> n, (p - 1) ^ -1, (p | 1) * (p | 1) % 1000003)
print(~(2**100), -(2**100) & 0xFFFF, (-2**100) | 5, (2**100) ^ (-1), -2**100 >> 99, -2**100 >> 101, (-2**100 - 1) >> 100, 1 << 200 >> 199)
def isqrt(n):
    x = 1 << ((n.bit_length() + 1) // 2)
    while True:
        y = (x + n // x) // 2
        if y >= x: return x
        x = y
print(isqrt(10**60), isqrt(2 * 10**80))
def gcd(a, b):
    while b: a, b = b, a % b
    return a
print(gcd(2**200 * 3**50, 6**60), pow(2**127 - 1, 10**20, 10**30 + 57), pow(65537, -1, 10**40 + 1))
print(2**100 == 2.0**100, 2**100 < 2.0**101, 2**1024 > 1e308, 2**100 + 1 == float(2**100), hash(2**100) == hash(2.0**100), float(2**100), int(2.0**100), 10**22 == 1e22, 10**23 == 1e23, int(1e23))
print(round(12345678901234567890, -5), round(-15, -1), round(25, -1), round(10**30 + 5 * 10**9, -10), (10**30).bit_count(), sum([10**20] * 10), max(10**20, 10**21), sorted([10**20, -10**20, 5, 2**63]))
fib = [0, 1]
while len(fib) < 300: fib.append(fib[-1] + fib[-2])
print(fib[299], sum(fib) == fib[299] + fib[298] - 1 + fib[298] if 0 else sum(fib) + 1 == fib[299] + fib[298] + fib[299] if 0 else "")
try: str(10**5000)
except ValueError as e: print(str(e)[:60])
try: int("1" * 5000)
except ValueError as e: print(str(e)[:60])
print(len(hex(10**5000)), (10**5000) % 9, 10**5000 == 10**2500 * 10**2500, (10**5000).bit_length())
k = (1 << 5000) - 1
print((k * k) % (2**61 - 1), (k * k // k) == k, (k**3) >> 14990, divmod(k**2 + k, k) == (k + 1, 0))
print(10**40 / 10**20, 10**40 // 10**20, 10**40 % 7, -10**40 % 7, 10**40 // -7, (10**40) ** 0, 5 ** 60 // 2 ** 100, (3**100) / (3**99), -(3**100) // (2**70))
print({10**30: "big"}[10**30], 10**30 in {10**30}, [10**30].index(10**30), 10**30 is not None, bool(10**30), -10**30 < 0, abs(-10**30))
class I(int): pass
print(I(10**30) + 1, type(I(10**30) + 1).__name__, I(10**30) == 10**30, int(I(10**30)))
