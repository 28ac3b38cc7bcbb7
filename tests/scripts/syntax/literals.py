# Literal forms: numbers, strings, bytes, prefixes, escapes, implicit concatenation, line joining.
print(0, 00, 0x_ff, 0b_1010, 0o_777, 1_000_000, 1e1_0, 1_0.0_1e-1_0, .5e1, 5.e1, 1J, 1.e1j, 0xABCdef, 9999999999999999999999)
print('a' "b" '''c''' """d""", r'\n' R"\t", b'x' B"y", br'\x' rB"\y", u"u" U'v', 'it''s', "tab\tq\x41\101\u0041\N{LATIN SMALL LETTER A}", "\
joined", """multi
line \
same""", '\'', "\"", '\\', "\0".encode(), len("\r\n\t\b"))
print((1,
       2), [
    3,  # comment
    4,
], {5:
    6}, 1 + \
    2)
x = 1; y = 2; print(x, y)
if x: print("one line"); print("suite")
while x: x = 0; print("once")
for i in 1, 2: print(i, end=" "); print()
class A: a = 1; b = 2
def f(): return 1; return 2
print(A.b, f())
if True:
	print("tab")
if True:
        print("eight")
print([1,2,][-1], (1,), {1,}, {1:2,}, f(), (lambda: 0,)[0](), 0if 1else 2, [1]or 2, 1 if 1else 0, 0x1for x in [1]) if 0 else print("ok")
print(1if 1 else 2, 3 .real, 3..real, 1.0.real, -1 ** 2, 2**-1, not-1, [*'ab'], {**{}}, *(), sep="|")
print(None, True, False, ..., __debug__, __name__)
if 1:
    pass
    # a comment at another depth
  # and one less
    print("comments do not indent")

print("form feed next")
print("done"); 
