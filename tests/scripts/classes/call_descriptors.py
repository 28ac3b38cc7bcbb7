class Bound:
    def __init__(self, owner):
        self.owner = owner

    def __call__(self, *args, **kwargs):
        return self.owner, args, kwargs


class Descriptor:
    def __get__(self, instance, owner):
        print("get", type(instance).__name__, owner.__name__)
        return Bound(instance.name)


class Named:
    __call__ = Descriptor()

    def __init__(self, name):
        self.name = name


class Refusing:
    @property
    def __call__(self):
        raise LookupError("no call today")


class Counting:
    @property
    def __call__(self):
        return lambda *args: sum(args)


print(Named("a")(1, 2, key=3))
print(list(map(Named("m"), [1, 2])))
print(Counting()(1, 2, 3), sorted([3, 1], key=Counting()))
print(callable(Named("a")), callable(Refusing()))
try:
    Refusing()()
except LookupError as error:
    print("raised", error)


class Chain:
    __call__ = Named("chained")


print(Chain()(5))
