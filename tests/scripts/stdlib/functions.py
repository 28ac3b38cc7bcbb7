"""functools and operator."""
import functools
import operator


@functools.singledispatch
def kind(value):
    return "object"


@kind.register
def _(value: int):
    return "int"


@kind.register(list)
@kind.register(tuple)
def _(value):
    return "sequence"


print(kind(1), kind([]), kind(()), kind(1.5), kind(True), sorted(cls.__name__ for cls in kind.registry))


class Formatter:
    @functools.singledispatchmethod
    def show(self, value):
        return f"<{value}>"

    @show.register
    def _(self, value: int):
        return f"#{value}"

    @functools.cached_property
    def once(self):
        print("computed")
        return 5


formatter = Formatter()
print(formatter.show(1), formatter.show("a"), formatter.once, formatter.once)


@functools.lru_cache(maxsize=2)
def square(n):
    return n * n


print([square(n) for n in (1, 2, 1, 3, 2)], square.cache_info())


@functools.total_ordering
class Version:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


print(Version(1) <= Version(2), Version(3) > Version(2), Version(1) >= Version(2))
print(functools.reduce(operator.add, [1, 2, 3], 10), functools.partial(int, base=2)("101"))
print(sorted(["bb", "a", "ccc"], key=functools.cmp_to_key(lambda a, b: len(b) - len(a))))


def decorate(function):
    @functools.wraps(function)
    def inner(*args):
        """inner"""
        return function(*args)
    return inner


@decorate
def documented(a):
    """docs"""
    return a


print(documented.__name__, documented.__doc__, documented.__wrapped__(4))
print(operator.itemgetter(1, 0)("ab"), operator.attrgetter("real")(3), operator.methodcaller("upper")("x"))
