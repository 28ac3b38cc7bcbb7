"""Names of modules and classes, read again and again at one place, while what they mean changes."""

import math
import types


def read(space):
    return space.value


def call(space, argument):
    return space.function(argument)


def attempt(function, *arguments):
    try:
        return function(*arguments)
    except AttributeError as error:
        return f"AttributeError: {error}"


module = types.ModuleType("module")
module.value = 1
module.function = abs
print(read(module), read(module), call(module, -3), call(module, -4))
module.value = 2
module.function = str
print(read(module), call(module, -3))
module.function = lambda argument: ("python", argument)
print(call(module, 5), call(module, 6))
module.more = 3
print(read(module), call(module, 7))
del module.value
print(attempt(read, module))
module.__getattr__ = lambda name: "made " + name
print(attempt(read, module))
module.value = 4
print(read(module))
other = types.ModuleType("other")
other.value = "other"
print(read(other), read(module), read(other))


class Base:
    value = 10

    def function(argument):
        return "Base", argument


class Derived(Base):
    pass


print(read(Base), read(Derived), read(Base), call(Base, 1), call(Derived, 1))
Base.value = 11
print(read(Derived), read(Base))
Derived.value = 12
print(read(Derived), read(Base), read(Derived))
Base.function = staticmethod(lambda argument: ("static", argument))
print(call(Derived, 2), call(Base, 2))
Base.function = classmethod(lambda cls, argument: (cls.__name__, argument))
print(call(Derived, 3), call(Base, 3))
Base.function = len
print(call(Derived, "four"))
del Derived.value
print(read(Derived))
del Base.value
print(attempt(read, Derived))


class Meta(type):
    pass


class Shaped(metaclass=Meta):
    value = "own"

    def function(argument):
        return "Shaped", argument


print(read(Shaped), read(Shaped), call(Shaped, 1), call(Shaped, 1))
Meta.value = property(lambda cls: "of the metaclass")
print(read(Shaped), read(Shaped))
Meta.function = lambda cls, argument: ("not a data descriptor", argument)
print(call(Shaped, 2))
del Meta.value
print(read(Shaped))
Meta.__getattribute__ = lambda cls, name: "hooked " + name if name == "value" else type.__getattribute__(cls, name)
print(read(Shaped), call(Shaped, 3))


class Descriptor:
    def __get__(self, instance, owner):
        return "got for", owner.__name__


Base.value = Descriptor()
print(read(Base), read(Derived))
print(call(types.SimpleNamespace(function=math.sqrt), 4.0))


class Finalized:
    def __init__(self, name):
        self.name = name


def make(name):
    return Finalized(name).name


print(make("a"), make("b"))
Finalized.__del__ = lambda self: print("gone", self.name)
print(make("c"))
Finalized.__init__ = lambda self, name: setattr(self, "name", name * 2)
print(make("d"))
del Finalized.__del__
Finalized.__new__ = lambda cls, name: print("new", name) or object.__new__(cls)
print(make("e"))
