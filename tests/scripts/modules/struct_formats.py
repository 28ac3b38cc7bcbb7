# Values as bytes: formats, ranges, offsets, messages.

import _struct as struct


def show(function, *arguments):
    try:
        print(function.__name__, arguments, "->", function(*arguments))
    except Exception as error:
        print(function.__name__, arguments, "->", type(error).__name__, error)


print("-- ranges")
for order in ("", "<"):
    for code in "bBhHiIlLqQnNP?efdcsp":
        for value in (-(2**200), -1, 2**15, 2**64, 1.5, "x", b"xy"):
            try:
                struct.pack(order + code, value)
            except Exception as error:
                print(order + code, value if value != -(2**200) else "large", type(error).__name__, error)

print("-- formats")
for format in [
    "", "3", "x", "h", "<h", "2h", "hi", "ih", "bq", "0q", "b0q", ">bq", "s", "3s", "p", "0s", "xx2x", "@n", "=n", "z", "<P", "h h",
    " 2 h", "h\0", "5", "99999999999999999999s", b"h", 3, "\xe9", "<\xe9", "!?", "??",
]:
    show(struct.calcsize, format)

show(struct.pack, 'h')
show(struct.pack, 'h', 1, 2)
show(struct.unpack,'h', b'abc')
show(struct.unpack, 'h', 'ab')
show(struct.unpack_from,'h', b'abc', 2)
show(struct.unpack_from,'h', b'abc', 4)
show(struct.unpack_from,'h', b'abc', -5)
show(struct.unpack_from,'h', b'abc', -1)
show(struct.unpack_from, 'h', b'abc', -2)
b = bytearray(3)
show(struct.pack_into, 'h', b, 2, 1)
show(struct.pack_into, 'h', b, 5, 1)
show(struct.pack_into, 'h', b, -1, 1)
show(struct.pack_into, 'h', b, -5, 1)
show(struct.pack_into,'h', b'abc', 0, 1)
show(struct.pack_into,'h', b)
show(struct.pack_into,'h')
show(struct.pack_into,'h',b,0)
show(struct.pack_into, 'h', b, 'x', 1)
show(struct.pack_into,'h', b, 1, 258)
print(b)
show(struct.pack,'5s',b'abc')
show(struct.pack,'2s',b'abc')
show(struct.pack,'5p',b'abc')
show(struct.pack,'2p',b'abc')
show(struct.pack,'0p',b'abc')
show(struct.unpack,'5p',b'\x09abcd')
show(struct.unpack,'0p',b'')
show(struct.unpack,'0s',b'')
show(struct.pack,'300p', b'a'*400)
show(struct.pack,'e', 65519.0)
show(struct.pack,'e',65520.0)
show(struct.pack,'f',1e40)
show(struct.pack,'<f', 1e40)
show(struct.pack,'<e', 6e-8)
show(struct.unpack,'<e',b'\x01\x00')
show(struct.unpack,'<e',b'\x00\x7c')
show(struct.unpack,'<e',b'\x01\x7e')
show(struct.pack,'<2h?c', 1,2,[],b'a')
s = struct.Struct('<hb')
print(s, s.format, s.size, repr(s))
show(s.pack, 1, 2)
show(s.pack,1)
show(s.unpack, b'abc')
show(s.unpack_from, b'abcd', 1)
print(list(s.iter_unpack(b'abcdef')))
show(s.iter_unpack, b'abcd')
show(s.iter_unpack, 'abc')
show(struct.iter_unpack,'', b'')
it = s.iter_unpack(b'abcdef'); print(it.__length_hint__(), next(it), it.__length_hint__(), type(it))
show(struct.Struct, 3)
show(struct.Struct)
show(struct.Struct, 'z')
class I:
    def __index__(self):
        return 7

class F:
    def __float__(self):
        return 7.5

print(struct.pack('<hf', I(), F()), struct.pack('<f', I()))
show(struct.unpack,'<?', b'\x02')
show(struct.unpack,'?', b'\x00')
print(struct.error, struct.error.__mro__)
show(struct.pack,'<Q',True)
show(struct.pack, 'P', 0)
show(struct.pack, 'P', -1)
show(struct.unpack, 'P', bytes(8))
show(struct.unpack,'3c',b'abc')
show(struct.pack,'c','a')
show(struct.pack,'s','a')
show(struct.pack,'3s',bytearray(b'ab'))
s.__init__('>i')
print(s.size, s.format)
show(struct._clearcache)
