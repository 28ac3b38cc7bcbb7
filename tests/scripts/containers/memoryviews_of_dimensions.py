# Views with other dimensions than one: made by cast, indexed by tuples, turned into nested lists.
import array

flat = bytearray(range(24))
view = memoryview(flat).cast("B", (2, 3, 4))
print(view.ndim, view.shape, view.strides, view.nbytes, view.itemsize, view.format, len(view))
print(view.c_contiguous, view.f_contiguous, view.contiguous)
print(view.tolist())
print(view[1, 2, 3], view[-1, -3, -2], view[0, 0, 0])
view[1, 0, 2] = 200
print(flat[14], view == memoryview(flat).cast("B", [2, 3, 4]), view == memoryview(flat), view == flat)
print(view.tobytes() == bytes(flat), view.tobytes("F")[:6], view.tobytes("A") == view.tobytes())
print(view.cast("B").tolist()[12:16], view.cast("H", (12,)).shape)

numbers = memoryview(array.array("i", range(6))).cast("B").cast("i", shape=[3, 2])
print(numbers.tolist(), numbers[2, 1], numbers.strides)
scalar = memoryview(bytearray(b"\x07")).cast("B", ())
print(scalar.ndim, scalar.shape, scalar.strides, scalar.tolist(), scalar[()], scalar[...] == scalar)
scalar[()] = 9
print(scalar.tolist(), scalar.tobytes())


def says(work):
    try:
        print(work())
    except Exception as error:
        print(type(error).__name__, error)


def assign(target, key, value):
    target[key] = value


says(lambda: view[0])
says(lambda: view[0, 1])
print(view[1:].tolist(), view[0:1].shape, view[:0].tolist(), view[1:][0, 1, 1])
says(lambda: view[0:1, 0:1])
says(lambda: view[0, 1, 2, 3])
says(lambda: view[0, 3, 0])
says(lambda: view[2, 0, 0])
says(lambda: view["a"])
says(lambda: view[0, "a", 1])
says(lambda: list(view))
says(lambda: len(scalar))
says(lambda: scalar[0])
says(lambda: assign(view, 0, 1))
says(lambda: assign(view, (0, 1), 1))
says(lambda: assign(view, (slice(1), slice(1)), b""))
says(lambda: view.cast("B", (4, 6)))
says(lambda: memoryview(flat).cast("B", (5, 5)))
says(lambda: memoryview(flat).cast("B", (0, 24)))
says(lambda: memoryview(flat).cast("B", (2.0, 12)))
says(lambda: memoryview(flat).cast("B", 24))
says(lambda: memoryview(flat).cast("B", [1] * 65))
says(lambda: memoryview(b"").cast("B", (1,)))
says(lambda: memoryview(flat)[(3,)])
says(lambda: memoryview(flat)[3, 4])

# What cannot be written to still shows what is written elsewhere.
fixed = memoryview(flat).toreadonly()
flat[0] = 77
print(fixed[0], fixed.readonly, fixed.obj is flat)
says(lambda: assign(fixed, 0, 1))
