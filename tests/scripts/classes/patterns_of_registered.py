# Classes that derive from the abstract sequences and mappings, or are registered with them, match as such.
import collections
from collections.abc import Mapping, MutableSequence, Sequence
from typing import Protocol, runtime_checkable


def kind(value):
    match value:
        case [*_]:
            return "sequence"
        case {}:
            return "mapping"
    return None


class Seq(Sequence):
    def __getitem__(self, index):
        return index * 10

    def __len__(self):
        return 4


match Seq():
    case [first, *_, last]:
        print(first, last)


class Both(collections.UserDict, Sequence): pass
class Other(collections.UserList, Mapping): pass
class Plain: pass
class Before(Plain): pass
class Later(Before): pass


print(kind(Both()), kind(Other()), kind(collections.UserList()), kind(collections.ChainMap()), kind(Plain()))
Mapping.register(Plain)
class After(Before): pass
print(kind(Plain()), kind(Before()), kind(Later()), kind(After()))
MutableSequence.register(Before)
print(kind(Plain()), kind(Before()), kind(Later()), kind(After()))
print("__abc_tpflags__" in Sequence.__dict__, kind("text"), kind(b""), kind(range(3)))


@runtime_checkable
class HasX(Protocol):
    x: int


class Point:
    x = 1
    __match_args__ = ("x", "x")


match Point():
    case HasX():
        print("has x")
try:
    match Point():
        case Point(a, b):
            print(a, b)
except TypeError as error:
    print(error)
