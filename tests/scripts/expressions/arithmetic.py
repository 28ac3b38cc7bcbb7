# Operator precedence, associativity, mixed types.
print(2 + 3 * 4, (2 + 3) * 4, 2 ** 3 ** 2, -2 ** 2, (-2) ** 2, 2 ** -1, -7 // 2, -7 % 3, 7 % -3, 7 // -2)
print(10 - 4 - 3, 100 / 10 / 2, 1 << 2 + 1, 6 & 3 | 8 ^ 1, ~5, ~-1, - - 3, not 1 == 2, 1 or 0 and 0, 5 // 2 * 2 + 5 % 2)
print(7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7 % 2.5, -1 % 0.3, 1e308 * 10, -1e308 * 10, 0.1 + 0.2)
print(True + True, True * 5, -True, ~True, True / 2, True << 3, True & 1, True & True, True | False, True ^ True)
print(3 / 2, 4 / 2, 3 // 2.0, 10 ** 2.0, 2 ** 0.5, 4 ** -0.5, divmod(7, 3), divmod(-7, 3), divmod(7.5, 2), divmod(-1, 10))
print(1 + 1.0, 2 * "ab", "ab" * -1, [1] * 2, (1, 2) * 2, 0 * "x", b"a" * 3, "a" "b" 'c')
for e in ("1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1.0 // 0", "1.0 % 0", "0 ** -1", "0.0 ** -1", "divmod(1, 0)", "divmod(1.0, 0)", "1j / 0", "1 << -1", "1 >> -1", "10.0 ** 400", "2 ** 1.5j * 0"):
    try:
        print(e, eval(e))
    except Exception as x:
        print(e, type(x).__name__, x)
for e in ("1 + 'a'", "'a' + 1", "'a' - 'b'", "[] + ()", "{} + {}", "None + 1", "1 + None", "'a' * 'b'", "[1] * 1.5", "1 @ 2", "-'a'", "~1.5", "+[]", "1.5 | 2", "1 << 2.0", "'a' % 1", "object() + 1", "1 < 'a'", "[] < ()", "{} < {}", "None >= None", "1j < 2j", "'a' in 5", "5 in 'a'", "1 in None", "'a' // 2", "(1,) + [2]", "b'a' + 'a'", "'a' + b'a'", "range(3) + range(3)", "pow(2, -1, 0)", "pow('a', 2)", "abs('x')", "round('x')", "1 & 'a'", "2.0 >> 1"):
    try:
        print(e, eval(e))
    except Exception as x:
        print(e, "->", type(x).__name__, x)
print(pow(3, 5), pow(3, 5, 7), pow(3, -1, 7), pow(2, 0.5), pow(-2, 3), pow(2, -2), pow(-8, 1 / 3).real)
print(abs(-5), abs(-5.5), abs(3 + 4j), abs(True), round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(1350, -2), round(5.5, 0), round(5), round(1e300), type(round(5.0)), type(round(5.0, 1)))
print(1 == 1.0 == True, 0 == -0.0, 1 != 1.5, 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == 2.0 ** 53, 2 ** 53 + 1 > 2.0 ** 53, 10 ** 400 > 1e308, -10 ** 400 < float("-inf"), float("nan") == float("nan"))
print(0x1F, 0o17, 0b101, 1_000_000, 1e3, 1E-2, .5, 5., 1_0.0_1, 1j, 1.5J, 0xdead_beef, 0XFF, 00)
