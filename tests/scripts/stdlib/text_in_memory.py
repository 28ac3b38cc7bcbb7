"""io.StringIO and io.BytesIO."""
import io

s = io.StringIO()
print(s.write("hello\nw\u00f6rld\n"), s.tell(), s.getvalue().encode())
s.seek(0)
print(repr(s.readline()), s.read(2), s.tell(), list(s))
s.seek(3)
s.write("XYZ")
print(repr(s.getvalue()), s.truncate(4), repr(s.getvalue()), s.tell())
s.seek(8)
s.write("!")
print(repr(s.getvalue()))
print(io.StringIO("a\r\nb\rc\n").readlines(), io.StringIO("a\r\nb\rc\n", newline=None).readlines(), io.StringIO("a\r\nb\rc\n", newline="").readlines())
t = io.StringIO(newline="\r\n")
t.write("a\nb")
print(repr(t.getvalue()), t.newlines, t.closed, t.readable(), isinstance(t, io.TextIOBase), isinstance(t, io.IOBase))
with io.StringIO("x") as u:
    print(u.read(), file=t)
try:
    u.read()
except ValueError as error:
    print(error)
for wrong in (lambda: io.StringIO(5), lambda: t.write(b"x"), lambda: t.seek(-1), lambda: t.seek(1, 1), lambda: io.StringIO("", "x")):
    try:
        wrong()
    except (TypeError, ValueError, OSError) as error:
        print(type(error).__name__, error)


class Sub(io.StringIO):
    def write(self, text):
        return super().write(text.upper())


sub = Sub()
print("loud", end="", file=sub)
sub.extra = 1
print(sub.getvalue(), sub.extra)
b = io.BytesIO(b"abc\ndef")
print(b.read(2), b.readline(), b.tell(), b.getvalue(), b.seek(-2, 2), b.read())
b.write(b"ghi")
print(bytes(b.getbuffer()), isinstance(b, io.BufferedIOBase))
w = io.TextIOWrapper(io.BytesIO(b"caf\xc3\xa9\r\nx"), encoding="utf-8")
print(w.read(), w.newlines)
