# Views of items wider than bytes.

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
memoryview(bytes(range(8))).cast('I').tolist()
memoryview(bytes(range(8))).cast('H')[1:3]
memoryview(bytes(range(8))).cast('H')[::2].tobytes()
memoryview(bytes(range(8))).cast('H')[::-1].tolist()
memoryview(bytes(7)).cast('I')
memoryview(bytes(8)).cast('I').cast('H')
memoryview(bytes(8)).cast('I').cast('B')
memoryview(bytes(8)).cast('z')
memoryview(bytes(8)).cast('<I')
memoryview(bytes(8)).cast('@d').tolist()
memoryview(bytes(8)).cast('I', [2]).shape
memoryview(bytes(8)).cast('I', [3])
m = memoryview(bytearray(8)).cast('h')
m[0] = -2
m[1] = 40000
m[1] = 'x'
m[1] = 1.5
m[1:3] = array.array('h', [5, 6])
m[1:3] = b'abcd'
m.tolist()
m.nbytes, len(m), m.strides, m.contiguous, m[::2].contiguous, m.readonly
m == array.array('h', [-2, 5, 6, 0])
m == memoryview(b'abcd')
memoryview(array.array('i', [1,2])) == memoryview(array.array('q', [1,2]))
memoryview(array.array('d', [float('nan')])) == memoryview(array.array('d', [float('nan')]))
hash(memoryview(bytes(4)).cast('I'))
hash(memoryview(b'abc')) == hash(b'abc')
memoryview(bytearray(4)).cast('f').tolist()
f = memoryview(bytearray(8)).cast('d')
f[0] = 'x'
f[0] = 2
f.tolist()
memoryview(b'\\x01\\x00').cast('?').tolist()
memoryview(b'ab').cast('c').tolist()
'''.strip().splitlines():
    show(line)
