# Deflate streams. What is packed here need not be the same bytes as zlib makes: what comes out again must be.

import zlib


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(result if not isinstance(result, bytes) or len(result) < 60 else (len(result), zlib.crc32(result)))


text = b"".join(b"%d squared is %d\n" % (n, n * n) for n in range(3000))
noise = bytes((n * n * 7919 >> 5) & 255 for n in range(5000))

print("-- checksums")
show(zlib.crc32, b"hello")
show(zlib.crc32, b"lo", zlib.crc32(b"hel"))
show(zlib.adler32, b"hello")
show(zlib.adler32, b"lo", zlib.adler32(b"hel"))
show(zlib.adler32, text)
show(zlib.adler32, "text")

print("-- there and back")
for level in (-1, 0, 1, 6, 9):
    for bits in (15, -15, 31, 9, -9, 25):
        for data in (b"", b"a", text, noise):
            packed = zlib.compress(data, level, wbits=bits)
            assert zlib.decompress(packed, wbits=bits) == data, (level, bits, len(data))
            if bits > 0:
                assert zlib.decompress(packed, wbits=47) == data
print(len(zlib.compress(text)) < len(text) // 3, zlib.compress(text, 0)[:2], zlib.compress(text)[:2], zlib.compress(text, 9)[:2], zlib.compress(b"", wbits=31)[:10])
for strategy in (zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED):
    packer = zlib.compressobj(strategy=strategy)
    assert zlib.decompress(packer.compress(text) + packer.flush()) == text

print("-- streams that zlib made")
show(zlib.decompress, bytes.fromhex("789ccb48cdc9c95728cf2fca49010019ab045d")[:-4] + bytes.fromhex("1a0b045d"))
show(zlib.decompress, bytes.fromhex("cb48cdc9c95728cf2fca490100"), -15)
show(zlib.decompress, bytes.fromhex("1f8b0808000000000003660068656c6c6f")[:12] + zlib.compress(b"named", wbits=-15) + zlib.crc32(b"named").to_bytes(4, "little") + bytes([5, 0, 0, 0]), 31)
show(zlib.decompress, bytes.fromhex("1f8b08000000000000ffcb48cdc9c95728cf2fca49010085114a0d0b000000"), 31)

print("-- piece by piece")
packer = zlib.compressobj()
packed = b""
for start in range(0, len(text), 1000):
    packed += packer.compress(text[start : start + 1000])
    if start == 5000:
        packed += packer.flush(zlib.Z_SYNC_FLUSH)
        assert zlib.decompressobj().decompress(packed) == text[:6000]
copy = packer.copy()
packed += packer.flush()
other = copy.compress(b"more") + copy.flush()
print(zlib.decompress(packed) == text)
show(packer.compress, b"x")
show(packer.flush)
unpacker = zlib.decompressobj()
out = b""
for start in range(0, len(packed), 100):
    out += unpacker.decompress(packed[start : start + 100])
print(out == text, unpacker.eof, unpacker.unused_data, unpacker.unconsumed_tail)
unpacker = zlib.decompressobj()
print(len(unpacker.decompress(packed + b"tail", 1000)), len(unpacker.unconsumed_tail) > 0, unpacker.eof)
rest = b""
while not unpacker.eof:
    rest += unpacker.decompress(unpacker.unconsumed_tail, 5000)
print(len(rest), unpacker.unused_data)
unpacker = zlib.decompressobj()
first = unpacker.decompress(packed, 10)
twin = unpacker.copy()
print(first, first + unpacker.flush() == text, first + twin.flush() == text)
show(zlib.decompressobj().decompress, packed, -1)

print("-- for readers")
reader = zlib._ZlibDecompressor(wbits=15)
print(len(reader.decompress(packed + b"tail", 100)), reader.needs_input, reader.eof)
print(len(reader.decompress(b"", 50)), len(reader.decompress(b"")), reader.needs_input, reader.eof, reader.unused_data)
show(reader.decompress, b"")

print("-- dictionaries")
packer = zlib.compressobj(zdict=b"squared is common text")
packed = packer.compress(b"this squared is common text too") + packer.flush()
print(zlib.decompressobj(zdict=b"squared is common text").decompress(packed), packed[1] & 32)
show(zlib.decompressobj().decompress, packed)
packer = zlib.compressobj(wbits=-15, zdict=b"squared is common text")
packed = packer.compress(b"squared is common text") + packer.flush()
print(zlib.decompressobj(wbits=-15, zdict=b"squared is common text").decompress(packed), len(packed) < 10)

print("-- what is wrong")
good = zlib.compress(b"hello")
show(zlib.decompress, b"")
show(zlib.decompress, good[:-1])
show(zlib.decompress, good + b"more")
show(zlib.decompress, b"\x00\x01")
show(zlib.decompress, good[:-4] + b"\0\0\0\0")
show(zlib.decompress, b"\x79\x9c" + good[2:])
show(zlib.decompress, zlib.compress(b"hello", wbits=31)[:-4] + b"\x09\0\0\0", 31)
show(zlib.decompress, "text")
show(zlib.compress, b"x", 10)
show(zlib.compress, "text")
show(zlib.compressobj, 11)
show(zlib.compressobj, wbits=3)
show(zlib.decompressobj, 3)
show(zlib.decompress, good, bufsize=0)
show(zlib.decompressobj().flush, 0)
print(type(zlib.compressobj()), type(zlib.decompressobj()), zlib.error.__mro__[1], zlib.MAX_WBITS, zlib.Z_BEST_COMPRESSION)
