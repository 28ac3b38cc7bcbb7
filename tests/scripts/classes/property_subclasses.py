"""Properties of subclasses that read and write otherwise."""


class Cached(property):
    def __set__(self, instance, value):
        instance.__dict__["kept"] = value

    def __get__(self, instance, owner=None):
        return self if instance is None else instance.__dict__.get("kept", "nothing")


class Plain(property):
    pass


class Both:
    @Cached
    def cached(self):
        return 1

    @Plain
    def plain(self):
        return 7

    @plain.setter
    def plain(self, value):
        print("set", value)


both = Both()
print(both.cached)
both.cached = 5
print(both.cached, [both.cached for _ in range(3)])
both.plain = 3
print(both.plain, type(Both.plain).__name__, type(Both.cached).__name__)
try:
    del both.plain
except AttributeError as error:
    print(error)
