"""isinstance and issubclass of objects that have __bases__, or claim a __class__."""


class Abstract:
    def __init__(self, bases):
        self.bases = bases

    def __getattr__(self, name):
        if name == "__bases__":
            return self.bases
        raise AttributeError(name)


class Instance:
    def __init__(self, cls):
        self.cls = cls

    @property
    def __class__(self):
        return self.cls


def ask(function, *arguments):
    try:
        print(function(*arguments))
    except (TypeError, RecursionError, ZeroDivisionError) as error:
        print(type(error).__name__, error)


super_class = Abstract(())
child = Abstract((super_class,))
both = Abstract((Abstract(()), child))
ask(issubclass, child, super_class)
ask(issubclass, both, super_class)
ask(issubclass, super_class, child)
ask(isinstance, Instance(child), super_class)
ask(isinstance, Instance(int), super_class)
ask(isinstance, 3, super_class)
ask(isinstance, 3, Abstract(None))
ask(issubclass, 3, int)
ask(issubclass, int, Abstract(5))
ask(issubclass, Abstract((int,)), int)


class Endless:
    @property
    def __bases__(self):
        return self, self


import sys

sys.setrecursionlimit(200)
try:
    issubclass(Endless(), int)
except RecursionError:
    print("RecursionError")
sys.setrecursionlimit(1000)


class Wrong:
    @property
    def __bases__(self):
        return 1 / 0


ask(issubclass, Wrong(), int)


class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "target", target)

    def __getattribute__(self, name):
        return getattr(object.__getattribute__(self, "target"), name)


print(isinstance(Proxy([]), list), isinstance(Proxy([]), dict))


def stands_for_int(bases):
    return (int,)


stands_for_int.__mro_entries__ = stands_for_int


class Number(stands_for_int):
    pass


print(Number.__bases__, Number.__orig_bases__ == (stands_for_int,))
