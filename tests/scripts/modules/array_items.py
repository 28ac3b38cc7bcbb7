# Arrays: items, sequences, conversions, pickling.

import array


def show(line):
    """Runs a line; prints it with its value or its exception."""
    try:
        result = eval(line)
    except SyntaxError:
        try:
            exec(line, globals())
            print(line)
        except Exception as error:
            print(line, type(error).__name__, error)
    except Exception as error:
        print(line, "->", type(error).__name__, error)
    else:
        if isinstance(result, memoryview):
            result = result.format, result.itemsize, result.shape, result.tolist()
        print(line, "->", result)


for line in '''
a = array.array('H', [1, 2, 3])
v = memoryview(a)
v[1] = 500
a
a.append(4)
v.release()
a.append(4)
a
array.array('b', [1,2]).tobytes()
array.array(1)
array.array()
array.array('b', 'abc')
array.array('w', 'añ')
array.array('w', 'añ') + array.array('w', 'b')
array.array('w', 'abc').tounicode()
array.array('b', 'x' for _ in range(2))
array.array('b', [128])
array.array('b', [-129])
array.array('B', [-1])
array.array('B', [256])
array.array('H', [-1])
array.array('H', [65536])
array.array('h', [32768])
array.array('i', [2**31])
array.array('i', [-2**31-1])
array.array('I', [-1])
array.array('I', [2**32])
array.array('l', [2**63])
array.array('L', [-1])
array.array('L', [2**64])
array.array('q', [2**63])
array.array('q', [-2**63-1])
array.array('Q', [-1])
array.array('Q', [2**64])
array.array('i', [1.5])
array.array('d', ['x'])
array.array('d', [1, 2.5])
array.array('f', [1e50, -1e50])
array.array('i', array.array('d', [1.0]))
array.array('d', array.array('i', [1]))
array.array('i', b'abcd')
array.array('i', b'abc')
array.array('i', 5)
array.array('i', [1]) == array.array('d', [1.0])
array.array('i', [1]) < array.array('i', [1, 2])
array.array('i', [1]) == [1]
array.array('i', [3]) <= array.array('i', [2, 9])
array.array('i', [1, 2]) + array.array('h', [1])
array.array('i', [1, 2]) + [1]
array.array('i', [1, 2]) * 2
2 * array.array('i', [1, 2])
b = array.array('i', range(5))
b[1:3]
b[::-2]
b[1:2] = array.array('i', [7, 8, 9])
b
b[::2] = array.array('i', [0])
b[::2] = array.array('i', [0]*4)
b
b[0] = 'x'
b[99]
b[99] = 1
b['x']
b[1:2] = [1]
b[1:2] = array.array('h', [1])
del b[::3]
b
del b[0]
b
b.index(4)
b.index(99)
b.index(4, 3)
b.count(0)
b.remove(99)
b.remove(4)
b.pop()
b.pop(0)
b.pop(50)
array.array('i').pop()
b.insert(0, 5)
b.insert(-1, 6)
b.insert(100, 7)
b
b.extend([1, 2])
b.extend(array.array('h', [1]))
b += array.array('i', [3])
b += [3]
b *= 2
b
b.reverse()
b
b.byteswap()
b[0]
b.tolist() == list(b)
b.fromlist([1, 2])
b.fromlist([1, 'x'])
b.fromlist((1,))
b[-2:]
b.frombytes(b'abc')
5 in b, 1 in b
b.typecode, b.itemsize, len(b)
array.array[int]
b.__reduce_ex__(2)[1][0], b[:1].__reduce_ex__(3)[1:], array.array('h', [1]).__reduce_ex__(4)[1], array.array('w', 'a').__reduce_ex__(4)[1]
array._array_reconstructor(array.array, 'i', 5, b'\\x00\\x01')
array._array_reconstructor(array.array, 'd', 17, b'\\x3f\\xf0' + bytes(6))
array._array_reconstructor(int, 'd', 17, b'')
array._array_reconstructor(array.array, 'd', 99, b'')
b.clear()
b
repr(array.array('b'))
bytes(array.array('H', [1])), bytearray(array.array('b', [65]))
b''.join([array.array('b', [65])])
b'A' == array.array('b', [65])

array.ArrayType is array.array
array.array('i', [1]) * 'x'
array.array('d', [float('nan')]) == array.array('d', [float('nan')])
array._array_reconstructor(array.array, 'u', 18, b'a\\x00b\\x00\\x3d\\xd8\\x00\\xde')
'''.strip().splitlines():
    show(line)


class Named(array.array):
    def __init__(self, *items, **keywords):
        self.keywords = keywords


named = Named("i", [1], y=2)
print(named, named.keywords, named[:1], type(named[:1]).__name__)
try:
    named.__reduce_ex__(3)
    print(named.__reduce_ex__(3)[2], named.__reduce_ex__(2))
except TypeError as error:
    print(error)


class File:
    def __init__(self, data=b""):
        self.data = data

    def write(self, data):
        self.data += data

    def read(self, size):
        data, self.data = self.data[:size], self.data[size:]
        return data


file = File()
array.array("h", range(5)).tofile(file)
print(file.data)
back = array.array("h")
back.fromfile(file, 3)
print(back, file.data)
try:
    back.fromfile(file, 3)
except EOFError as error:
    print(error, back)
