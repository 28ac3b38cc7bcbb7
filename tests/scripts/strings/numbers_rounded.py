"""Floats and integers at the edges of rounding, of the shortcuts for small numbers, of widths and grouping."""

import itertools

floats = [0.0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 0.05, 0.005, 1e-5, 9.9999e-5, 9.5, 99.5, 999.5, 0.95, 0.995, 9.9949999, 123456.5]
floats += [1e15, 1e16, 1e17, 1e22, 1e23, 2.0**53, 2.0**63, 2.0**64, 18446744073709551615.5, 1.8446744073709552e18, 12345678901234.5678]
floats += [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1 / 3, 2 / 3, 100 / 7, 1e-7 / 3, float("inf"), -float("nan")]
for number in floats:
    print(repr(number), *(format(-number, f".{places}f") for places in (0, 1, 2, 3, 6, 19, 20) if abs(number) < 1e30))
    print("   ", *(format(number, f".{digits}{kind}") for digits in (1, 2, 3, 15, 17, 18, 19, 20) for kind in "ge"))
    if abs(number) < 1e300:
        print("   ", *(round(-number, places) for places in (0, 1, 2, 3, 10, 15, 19, 20, 22, -1, -3)))

numbers = [0, 7, -7, 999, 1000, -1000, 1234567, -(2**47), 2**47, 2**63, -(10**20), 0.5, -1234.5, 1234567.875, 1e20, float("inf")]
for fill, sign, alternate, width, grouping, kind in itertools.product(("", "0", "*^", "é<", "="), ("", "+", " "), ("", "#"), ("", "6", "13"), ("", ",", "_"), ("", "d", "x", ".2f", ".3g")):
    spec = fill + sign + alternate + (width and (fill[:1] == "0") * "0" + width) + grouping + kind
    texts = []
    for number in numbers:
        try:
            texts.append(format(number, spec))
        except ValueError as error:
            texts.append(str(error))
    print(repr(spec), sum(map(len, texts)), "|".join(texts[len(spec) % 3 :: 4]))

for flags, width, precision, kind in itertools.product(("", "-", "+", " 0", "#"), ("", "9"), ("", ".0", ".3", ".12"), "disxeg%"):
    spec = "%" + flags + width + precision + kind
    texts = []
    for number in (0, -7, 2**70, 0.5, -1234.5, 1e20):
        try:
            texts.append(spec % (() if kind == "%" else number))
        except (ValueError, TypeError) as error:
            texts.append(str(error))
    print(repr(spec), "|".join(texts))

for spec in ("X", "<o", "05", "=5", " ", "%", "s", ".2e", "+,", "_>30.1f"):
    try:
        print(repr(spec), format(-1.5 + 1000j, spec))
    except ValueError as error:
        print(repr(spec), error)

print("{0:{1}}|{0:>{w}.{p}f}|{n[0]:+}|{n[1]!r:^7}|{0}".format(3.14159, ".2", w=9, p=3, n=[5, "é"]))
print("{:{}{}}".format("text", ">", 8), "{!r:.3}".format("long"), "{!a}".format("é"))
