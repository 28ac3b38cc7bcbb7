"""Calls of methods at one place, of instances whose class derives from a builtin one: what hides a method, and what changes it."""


class Numbers(list):
    def total(self):
        return sum(self)


class Names(dict):
    def total(self):
        return len(self)


class Failure(ValueError):
    def total(self):
        return self.args


class Plain:
    def total(self):
        return "plain"


class Pair(tuple):
    def total(self):
        return self[0] + self[1]


class Word(str):
    def total(self):
        return self.upper()


class Slotted(list):
    __slots__ = ("spare",)

    def total(self):
        return "slotted", len(self)


class Dynamic(list):
    def total(self):
        return "of the class"

    def __getattribute__(self, name):
        if name == "total" and len(self) > 1:
            return lambda: "of the hook"
        return super().__getattribute__(name)


def call(thing):
    return thing.total()


things = [Numbers([1, 2]), Names(a=1), Failure(1, 2), Plain(), Pair((3, 4)), Word("word"), Slotted("ab"), Dynamic(), Dynamic("ab")]
for _ in range(3):
    print([call(thing) for thing in things])
for _ in range(2):
    for thing in things:
        print(call(thing), call(thing))

# An attribute of the instance hides the method, before and after it was called.
for make in (lambda: Numbers([1, 2]), lambda: Names(a=1), lambda: Failure(1), Plain, lambda: Pair((1, 2)), lambda: Word("w")):
    first, second = make(), make()
    print([call(first), call(second)])
    second.other = 1
    print([call(first), call(second)])
    second.total = lambda: "hidden"
    print([call(first), call(second), call(first)])
    del second.total
    print([call(first), call(second)])
    second.__dict__["total"] = lambda: "hidden in the dict"
    print([call(first), call(second)])
    second.__dict__.clear()
    print([call(first), call(second)])
    second.__dict__ = {"total": lambda: "hidden in a new dict"}
    print([call(first), call(second)])

# The method changes, and the class.
numbers = Numbers([1, 2, 3])
print(call(numbers))
Numbers.total = lambda self: "changed"
print(call(numbers))
list_of_names = Numbers()


class Others(list):
    def total(self):
        return "others"


numbers.__class__ = Others
print(call(numbers), call(list_of_names))
Numbers.total = property(lambda self: lambda: "a property")
print(call(numbers), call(list_of_names))
del Others.total
try:
    call(numbers)
except AttributeError as error:
    print(error)
numbers.total = lambda: "of the instance alone"
print(call(numbers))


def appended(thing, item):
    thing.append(item)
    return thing


print(appended(Numbers(), 1), appended([], 2), appended(Slotted(), 3), [appended(numbers, index) for index in range(2)])
