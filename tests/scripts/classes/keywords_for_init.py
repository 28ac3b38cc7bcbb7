# A class whose __init__ is its own may take keywords that the __new__ of its base does not know.
import collections
import itertools
import random


def make(base, *arguments):
    class Derived(base):
        def __init__(self, *arguments, extra=None):
            self.extra = extra

    made = Derived(*arguments, extra=3)
    print(base.__name__, made.extra, isinstance(made, base))
    try:
        base(*arguments, extra=3)
    except TypeError as error:
        print("  refused")


make(filter, None, [1])
make(itertools.chain, [1])
make(itertools.islice, [1], 1)
make(itertools.cycle, [1])
make(itertools.starmap, max, [])
make(itertools.takewhile, bool, [1])
make(float, 1)
make(tuple, [1])
make(frozenset, [1])
make(random.Random, 1)
try:
    class Plain(itertools.cycle):
        pass
    Plain([1], extra=3)
except TypeError:
    print("no __init__: refused")
