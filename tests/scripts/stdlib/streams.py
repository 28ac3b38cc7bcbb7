"""Streams: raw ones in Python below, text above, positions, errors, threads that share one."""

import io
import os
import threading


def failing(call, *arguments, **named):
    try:
        print("no error:", call(*arguments, **named))
    except Exception as error:
        print(type(error).__name__, error)


# ---- a raw stream in Python

class Slowly(io.RawIOBase):
    """Gives three bytes at a time."""

    def __init__(self, data):
        self.data = data
        self.taken = []

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, target):
        count = min(3, len(target), len(self.data))
        target[:count], self.data = self.data[:count], self.data[count:]
        return count

    def write(self, data):
        self.taken.append(bytes(data[:4]))
        return min(4, len(data))


reader = io.BufferedReader(Slowly(b"one\ntwo\nthree"), 8)
print(reader.peek(1), reader.read(2), reader.readline(), list(reader), reader.read())
writer = io.BufferedWriter(Slowly(b""), 8)
print(writer.write(b"abcdefghijkl"), writer.raw.taken, writer.write(b"mn"), writer.flush(), writer.raw.taken)
text = io.TextIOWrapper(io.BufferedReader(Slowly("grün\r\nblau\rrot\n".encode())))
print(text.readline(), text.read(3), text.read(), text.newlines)

# ---- positions in text

for encoding in "utf-8", "utf-16", "utf-8-sig", "cp1252":
    stream = io.TextIOWrapper(io.BytesIO("äb\r\nçd\nef".encode(encoding)), encoding=encoding)
    stream.read(2)
    place = stream.tell()
    rest = stream.read()
    stream.seek(place)
    print(encoding, repr(rest), stream.read() == rest)

# ---- marks of the byte order stand at the beginning only

below = io.BytesIO()
stream = io.TextIOWrapper(below, encoding="utf-16-le", newline="\r\n")
stream.write("a\n")
stream.reconfigure(encoding="latin-1", line_buffering=True)
stream.write("é\n")
print(below.getvalue(), stream.encoding, stream.line_buffering)

# ---- what is wrong

failing(open, "x", "rw")
failing(open, "x", "rb", encoding="utf-8")
failing(open, "x", buffering=0)
failing(open, -1)
failing(io.TextIOWrapper, io.BytesIO(), newline="x")
failing(io.TextIOWrapper, io.BytesIO(), encoding="hex")
failing(io.BufferedReader(Slowly(b"")).write, b"x")
failing(stream.detach().read, "x")
failing(stream.read)
below.close()
failing(below.read)
views = io.BytesIO(b"abc")
view = views.getbuffer()
failing(views.write, b"longer")
view[0] = 120
print(views.getvalue())

# ---- classes derived in Python

class Shouting(io.TextIOWrapper):
    def readline(self, *arguments):
        return super().readline(*arguments).upper()


print(list(Shouting(io.BytesIO(b"quiet\nwords\n"))))

# ---- one stream, many threads

source, target = os.pipe()
lines = []
with open(source) as shared, open(target, "w") as filling:
    def take():
        while line := shared.readline():
            lines.append(line)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(1000):
        print(number, file=filling)
    filling.close()
    for thread in threads:
        thread.join()
print(len(lines), sorted(map(int, lines)) == list(range(1000)))
