"""abc and collections.abc: registration, hooks, mixins, abstract methods."""
import abc
import collections.abc as cabc
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple


class Shape(abc.ABC):
    @property
    @abc.abstractmethod
    def area(self): ...

    @classmethod
    def __subclasshook__(cls, other):
        return True if cls is Shape and hasattr(other, "area") else NotImplemented


class Square(Shape):
    def __init__(self, side):
        self.side = side

    @property
    def area(self):
        return self.side ** 2


class Duck:
    area = 3


try:
    Shape()
except TypeError as error:
    print(error)
print(Square(3).area, isinstance(Duck(), Shape), isinstance(1, Shape))


class Row(cabc.Sequence):
    def __init__(self, *items):
        self.items = items

    def __getitem__(self, index):
        return self.items[index]

    def __len__(self):
        return len(self.items)


row = Row(3, 1, 2)
print(list(row), 1 in row, row.index(2), list(reversed(row)), row.count(3))


class Lower(cabc.MutableMapping):
    def __init__(self):
        self.data = {}

    def __getitem__(self, key):
        return self.data[key.lower()]

    def __setitem__(self, key, value):
        self.data[key.lower()] = value

    def __delitem__(self, key):
        del self.data[key.lower()]

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)


lower = Lower()
lower.update({"A": 1, "b": 2})
print(lower["a"], lower.get("C"), lower.setdefault("C", 5), dict(lower.items()), lower.pop("B"), lower == {"a": 1, "c": 5})

print([kind.__name__ for kind in (cabc.Sized, cabc.Iterable, cabc.Hashable, cabc.Callable, cabc.Sequence, cabc.Mapping, cabc.Set) if isinstance((), kind)])
print(issubclass(dict, cabc.MutableMapping), issubclass(list, cabc.Sequence), issubclass(str, cabc.Sequence), isinstance((x for x in ()), cabc.Generator))
cabc.Sequence.register(Duck)
print(issubclass(Duck, cabc.Sequence))
print(Counter("abracadabra").most_common(2), ChainMap({"a": 1}, {"a": 2, "b": 3})["b"], OrderedDict(a=1, b=2))
Point = namedtuple("Point", "x y", defaults=[0])
print(Point(1), Point(1, 2)._asdict(), Point._fields)
print(defaultdict(list, a=[1]), deque([1, 2, 3], maxlen=2), UserDict(a=1), UserList([1]))
