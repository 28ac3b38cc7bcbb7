# Pickles of protocol 5 may leave buffers to others.
import pickle


class Block(bytearray):
    def __reduce_ex__(self, protocol):
        if protocol >= 5:
            return type(self)._rebuilt, (pickle.PickleBuffer(self),), None
        return type(self)._rebuilt, (bytes(self),)

    @classmethod
    def _rebuilt(cls, given):
        with memoryview(given) as view:
            owner = view.obj
            return owner if type(owner) is cls else cls(owner)


block = Block(b"contents")
print(pickle.loads(pickle.dumps(block, 4)) == block)
inside = pickle.dumps(block, 5)
print(b"contents" in inside, pickle.loads(inside) == block)
buffers = []
outside = pickle.dumps(block, 5, buffer_callback=buffers.append)
print(b"contents" in outside, len(buffers), buffers[0].raw().tobytes())
print(pickle.loads(outside, buffers=buffers) is block)
try:
    pickle.dumps(block, 4, buffer_callback=buffers.append)
except ValueError as error:
    print(error)
try:
    pickle.loads(outside)
except pickle.UnpicklingError as error:
    print(error)
buffer = pickle.PickleBuffer(b"abc")
print(memoryview(buffer).readonly, bytes(buffer.raw()))
buffer.release()
try:
    buffer.raw()
except ValueError as error:
    print(error)
try:
    pickle.PickleBuffer("text")
except TypeError:
    print("no buffer")
