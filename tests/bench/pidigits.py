"""Big integers: digits of pi by a spigot, factorials, powers, Fibonacci numbers."""


def pi_digits(count):
    """Gibbons' streaming spigot: yields the decimal digits of pi."""
    q, r, t, k, n, m = 1, 0, 1, 1, 3, 3
    while count:
        if 4 * q + r - t < n * t:
            yield n
            count -= 1
            q, r, n = 10 * q, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, k, n, m = q * k, (2 * q + r) * m, t * m, k + 1, (q * (7 * k + 2) + r * m) // (t * m), m + 2


def main():
    digits = "".join(map(str, pi_digits(4500)))
    print(digits[:20], digits[-20:])
    factorial = 1
    for n in range(2, 9000):
        factorial *= n
    print(factorial % 1_000_000_007, factorial.bit_length())
    a, b = 0, 1
    for _ in range(90_000):
        a, b = b, a + b
    print(a % 1_000_000_007)
    total = 0
    for base in range(3, 9000):
        total ^= pow(base, 65537, (1 << 127) - 1)
    print(total)
    print(len(str(7**2500)), hex((1 << 300) // 12345)[-12:])


main()
