# A metaclass's mro() gives the order of resolution, when a class is made and when bases are set.

class Backwards(type):
    def mro(cls):
        return type.mro(cls)[::-1]


class A:
    def name(self):
        return "A"


class B(A):
    def name(self):
        return "B"


class C(B, metaclass=Backwards):
    pass


print([cls.__name__ for cls in C.__mro__], C().name())


class Counting(type):
    def mro(cls):
        print("mro of", cls.__name__, cls.__mro__)
        return super().mro()


class Root:
    pass


class D(Root, metaclass=Counting):
    pass


class E(D):
    pass


D.__bases__ = (A,)
print([cls.__name__ for cls in E.__mro__], E().name())


class Refusing(type):
    refuses = False

    def mro(cls):
        if Refusing.refuses:
            raise RuntimeError("no order")
        return type.mro(cls)


class Base:
    pass


class Other:
    pass


class Middle(Base):
    pass


class Leaf(Middle, metaclass=Refusing):
    pass


Refusing.refuses = True
try:
    Middle.__bases__ = (Other,)
except RuntimeError as error:
    print(error, Middle.__bases__ == (Base,), Base.__subclasses__() == [Middle], Other.__subclasses__())
Refusing.refuses = False
print([cls.__name__ for cls in Leaf.__mro__])

# Bases for which a class further down has no order of resolution.
class F(A, Other): pass
class G(A, Other): pass
class H(F, G): pass
try:
    F.__bases__ = (Other, A)
except TypeError:
    print("no order for H")
print([cls.__name__ for cls in H.__mro__])


def made_with(order):
    class Meta(type):
        def mro(cls):
            return order(cls)
    try:
        return Meta("Made", (A,), {}).__mro__
    except TypeError as error:
        return error


print(made_with(lambda cls: [cls, A, object]))
print(made_with(lambda cls: (cls, B, A, object)))
print(made_with(lambda cls: [cls, 1]))
print(made_with(lambda cls: [cls, list, object]))
print(made_with(lambda cls: [A, object]))
print(made_with(lambda cls: iter([cls, object])))
print(made_with(lambda cls: None))


class Eager(type):
    def mro(cls):
        if cls.__mro__ is None and cls.__name__ != "Sub":
            try:
                class Sub(cls):
                    pass
            except TypeError as error:
                print(error)
        return type.mro(cls)


class Unfinished(metaclass=Eager):
    pass


print(type.mro(B) == list(B.__mro__), type.mro(B) is type.mro(B))
