# Complex numbers.
a, b = 3 + 4j, 1 - 2j
print(a, b, a + b, a - b, a * b, a / b, a ** 2, a ** b, a ** 0.5, -a, +a, abs(a), a.real, a.imag, a.conjugate(), bool(0j), bool(1j), a == b, a != b, a == 3 + 4j, 3 + 0j == 3, hash(3 + 0j) == hash(3))
print(1j, -1j, 0j, -0j, 1 + 0j, complex(0, -0.0), complex(-0.0, 0), complex(-0.0, -0.0), 1.5 + 2.25j, 1e20 + 1e-20j, complex("inf"), complex("nan+infj"), complex(float("nan"), 1), repr(1e16j), str(2j))
print(complex(), complex(1), complex(1, 2), complex("1+2j"), complex(" -1.5e2j "), complex("(1-1j)"), complex("j"), complex("-j"), complex(1.5), complex("1"), complex(1j), complex(True), complex("1e3-2.5e-3j"))
for s in ("", "1+", "1 + 2j", "j1", "1+2", "(1", "1j+2", "abc"):
    try: print(complex(s))
    except ValueError as e: print(e)
for c in ("1j < 2j", "1j // 1", "1j % 1", "divmod(1j, 1)", "int(1j)", "float(1j)", "1j / 0", "0j ** -1", "round(1j)", "complex('1', 2)", "complex(1, '2')", "complex([])", "1j | 1", "[1][1j]"):
    try: print(c, eval(c))
    except Exception as e: print(c, type(e).__name__, e)
print(1 + 2j + 3, 1.5 - 1j, 2 * (1 + 1j), (1 + 1j) * 2, 2 / 1j, True + 1j, 10**20 + 1j, (1 + 2j) ** 0, (1 + 2j) ** -1, 0j ** 0, 1j ** 2, 1j ** 4, 2 ** 1j, pow(1j, 2))
print(f"{1 + 2j}", f"{1 + 2j:.2f}", f"{1 + 2j:>12}", f"{1.5j:e}", f"{1 + 2j:+}", "{:.1f}".format(3.14159 + 1j), "%s" % (1j,), [1j], {1j: 1}[1j], 1j in [1j])
print(sum([1j, 2]), sum([1, 2j, 3.5]), max([1j, 2], key=abs), sorted([2j, 1], key=abs), complex.__name__, isinstance(1j, complex), type(1j + 1).__name__)
class C:
    def __complex__(self): return 5j
print(complex(C()))
class Cx(complex): pass
print(Cx(1, 2), Cx(1, 2) + 1, type(Cx(1) + 1).__name__, Cx(1, 2) == 1 + 2j)
try: (1j).real = 5
except AttributeError as e: print(e)
print((3 + 4j).__abs__(), complex.conjugate(1j), (1 + 2j).__eq__(1 + 2j), (1j).__lt__(2j), hash(1j) == hash(1j), hash(1 + 2j) == hash(complex(1, 2)))
