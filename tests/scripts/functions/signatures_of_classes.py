# What inspect.signature tells of classes, their own and native ones.
import inspect
import operator


class Plain:
    pass


class Row(list):
    pass


class Own:
    def __init__(self, first, *, second=2):
        pass


for kind in Plain, Row, Own, object, float, complex, list, set, tuple, enumerate, reversed, memoryview, operator.itemgetter, operator.attrgetter, operator.methodcaller:
    print(kind.__name__, inspect.signature(kind))
for kind in int, str, bytes, dict, type, range:
    try:
        print(inspect.signature(kind))
    except ValueError:
        print(kind.__name__, "has none")
