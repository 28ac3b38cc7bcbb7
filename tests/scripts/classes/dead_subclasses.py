"""Classes that die in cycles are forgotten by bases that live on."""

import gc


class Base:
    pass


class Other:
    pass


def define(count):
    for number in range(count):

        class Derived(Base, Other):
            def method(self):
                return Derived

        class Further(Derived):
            pass

        Further.number = number


define(200)
gc.collect()
print(Base.__subclasses__(), Other.__subclasses__())

# What an attribute of the base means for its subclasses reaches those that live, and no others.
kept = type("Kept", (Base,), {})
define(200)
gc.collect()
filler = [bytes(200) for _ in range(1000)]
Base.__del__ = lambda self: print("del", type(self).__name__)
print(Base.__subclasses__())
kept()
del Base.__del__
kept()


class Third:
    pass


define(200)
gc.collect()
print([c.__name__ for c in Base.__subclasses__()])
