# Types with buffers have `__buffer__`.
import array
import collections.abc
import inspect

for value in b"ab", bytearray(b"ab"), memoryview(b"ab"), array.array("b", b"ab"):
    print(type(value).__name__, isinstance(value, collections.abc.Buffer), value.__buffer__(inspect.BufferFlags.SIMPLE).tolist())
print(isinstance("", collections.abc.Buffer), isinstance([], collections.abc.Buffer))
changed = bytearray(b"ab")
changed.__buffer__(inspect.BufferFlags.WRITABLE)[0] = 120
print(changed)
try:
    b"ab".__buffer__(inspect.BufferFlags.WRITABLE)
except BufferError as error:
    print(error)
