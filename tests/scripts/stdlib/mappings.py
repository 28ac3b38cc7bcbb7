"""mmap, bz2, buffers given by __buffer__."""
import bz2
import io
import mmap
import os
import re
import tempfile

with tempfile.TemporaryFile() as file:
    file.write(b"first\nsecond\n" * 10)
    file.flush()
    with mmap.mmap(file.fileno(), 0) as mapping:
        print(len(mapping), mapping[:5], mapping[-1], mapping.readline(), mapping.tell(), mapping.find(b"second"), mapping.rfind(b"first"))
        print(re.search(rb"s\w+", mapping)[0], bytes(memoryview(mapping)[6:12]), b"first" in mapping)
        mapping[0:5] = b"FIRST"
        mapping.seek(0)
        print(mapping.read(6), mapping.read_byte(), mapping.size())
        mapping.move(0, 6, 6)
        mapping.flush()
        for wrong in (lambda: mapping[1000], lambda: mapping.seek(1000), lambda: mapping.__setitem__(slice(0, 2), b"abc"), lambda: mapping.write(b"x" * 1000)):
            try:
                wrong()
            except (IndexError, ValueError) as error:
                print(type(error).__name__, error)
    file.seek(0)
    print(file.read(12), mapping.closed)
    try:
        mapping[0]
    except ValueError as error:
        print(error)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapping:
        try:
            mapping[0] = 1
        except TypeError as error:
            print(error)
memory = mmap.mmap(-1, 4096)
memory.write(b"abc")
print(memory[:4], memory.tell())
memory.close()

data = os.urandom(1000) + b"text " * 100_000
packed = bz2.compress(data)
print(len(packed) < 5000, bz2.decompress(packed) == data, bz2.decompress(packed * 2) == data * 2)
reader = bz2.BZ2Decompressor()
parts = [reader.decompress(packed[:100])]
while not reader.eof:
    if reader.needs_input:
        parts.append(reader.decompress(packed[100:] + b"more", 1000))
    else:
        parts.append(reader.decompress(b"", 1000))
print(b"".join(parts) == data, reader.unused_data, reader.needs_input, len(max(parts, key=len)))
try:
    reader.decompress(b"")
except EOFError as error:
    print(error)
for wrong in (lambda: bz2.decompress(b"no bzip2 at all"), lambda: bz2.BZ2Compressor(10)):
    try:
        wrong()
    except (OSError, ValueError) as error:
        print(type(error).__name__, error)
with bz2.open(io.BytesIO(packed), "rt", encoding="latin-1", newline="") as file:
    print(file.read(1005)[-5:])


class Given:
    def __buffer__(self, flags):
        return memoryview(b"given")


print(memoryview(Given()).tobytes(), re.search(b"v", Given())[0])
