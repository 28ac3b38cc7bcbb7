# repr of sets that hold themselves, hashes that dicts know already, keywords; orders and keys of memoryviews.
class Box:
    def __init__(self):
        self.content = None

    def __repr__(self):
        return repr(self.content)


class Frozen(frozenset):
    pass


class Sub(set):
    pass


for kind in (set, frozenset, Frozen, Sub):
    box = Box()
    box.content = kind([box])
    print(box)


class Counting(int):
    count = 0

    def __hash__(self):
        Counting.count += 1
        return int.__hash__(self)


known = dict.fromkeys(map(Counting, range(5)))
some = set(known)
some.difference(known)
some.symmetric_difference_update(known)
print(Counting.count, some)
for call in (lambda: Frozen(sequence=()), lambda: frozenset(x=1)):
    try:
        call()
    except TypeError as error:
        print("TypeError")

view, data = memoryview(bytearray(b"abc")), b"abc"
for call in (lambda: view < data, lambda: data <= view, lambda: data > view, lambda: view >= view):
    try:
        print(call())
    except TypeError as error:
        print(error)
print(data == view, view == data, data == bytearray(data), data < bytearray(b"abd"), bytearray(data) == data, data != view)
for call in (lambda: view[0:1, 0:2], lambda: view.__setitem__((slice(0, 1), slice(0, 1)), b"a"), lambda: view[0, slice(1)]):
    try:
        call()
    except (NotImplementedError, TypeError) as error:
        print(type(error).__name__, error)


class Descriptor:
    def __get__(self, instance, owner):
        return lambda: iter("backwards")


class Odd:
    __reversed__ = Descriptor()


print("".join(reversed(Odd())))
