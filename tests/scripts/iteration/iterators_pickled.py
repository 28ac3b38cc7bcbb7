"""Builtin iterators are pickled and copied where they stand."""
import array
import copy
import functools
import operator
import pickle


def advanced(iterator, steps=1):
    for _ in range(steps):
        next(iterator)
    return iterator


class Squares:
    def __getitem__(self, index):
        if index > 4:
            raise IndexError
        return index * index

    def __len__(self):
        return 5


def inc(number):
    return number + 1


makers = {
    "list": lambda: iter([1, 2, 3]),
    "reversed list": lambda: reversed([1, 2, 3]),
    "tuple": lambda: iter((1, 2, 3)),
    "str": lambda: iter("añb"),
    "bytes": lambda: iter(b"abc"),
    "bytearray": lambda: iter(bytearray(b"abc")),
    "dict": lambda: iter({1: 2, 3: 4, 5: 6}),
    "values": lambda: iter({1: 2, 3: 4, 5: 6}.values()),
    "items": lambda: iter({1: 2, 3: 4, 5: 6}.items()),
    "reversed dict": lambda: reversed({1: 2, 3: 4, 5: 6}),
    "set": lambda: iter({7}),
    "range": lambda: iter(range(3, 30, 9)),
    "large range": lambda: iter(range(10**30, 10**30 + 3)),
    "sequence": lambda: iter(Squares()),
    "reversed sequence": lambda: reversed(Squares()),
    "enumerate": lambda: enumerate("xyz", 5),
    "zip": lambda: zip([1, 2, 3], "abc"),
    "strict zip": lambda: zip([1, 2, 3], "abc", strict=True),
    "map": lambda: map(inc, [1, 2, 3]),
    "filter": lambda: filter(None, [1, 0, 2, 3]),
    "array": lambda: iter(array.array("i", [4, 5, 6])),
}
for name, make in makers.items():
    whole = list(make())
    fresh, begun, over = make(), advanced(make()), make()
    list(over)
    again = pickle.loads(pickle.dumps(begun))
    print(name, list(pickle.loads(pickle.dumps(fresh))) == whole, list(again) == whole[1:], list(begun) == whole[1:], list(copy.copy(over)))

iterator = iter([1, 2, 3, 4])
iterator.__setstate__(2)
print(list(iterator), iterator.__reduce__()[1:])
iterator = iter(range(10))
iterator.__setstate__(100)
print(list(iterator))
backward = reversed(Squares())
backward.__setstate__(-5)
print(list(backward), operator.length_hint(reversed(Squares())), operator.length_hint(advanced(iter(Squares()), 2)))

partial = functools.partial(inc, number=3)
partial.mark = "kept"
again = pickle.loads(pickle.dumps(partial))
print(again(), again.mark, again.keywords)
try:
    partial.__setstate__((inc, (), None))
except TypeError as error:
    print(error)
caller = operator.methodcaller("split", "-", maxsplit=1)
print(pickle.loads(pickle.dumps(caller))("a-b-c"), operator.methodcaller("upper").__reduce__())
