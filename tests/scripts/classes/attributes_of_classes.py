# What namespaces of classes have for their instances, and what keeps classes apart.
import gc
import types
import weakref


class Plain:
    pass


class Derived(Plain):
    pass


class Slotted:
    __slots__ = ("a", "__weakref__")


class WithDict:
    __slots__ = ("__dict__",)


class OfList(list):
    pass


class OfError(Exception):
    pass


class OfType(type):
    pass


for cls in (object, Plain, Derived, Slotted, WithDict, OfList, OfError, OfType, types.ModuleType, type):
    print(cls.__name__, [name for name in ("__dict__", "__weakref__") if name in cls.__dict__])
descriptor = Plain.__dict__["__dict__"]
print(descriptor, type(descriptor), descriptor.__name__, descriptor.__qualname__, descriptor.__objclass__, descriptor.__doc__)
plain = Derived()
plain.x = 1
print(descriptor.__get__(plain), plain.__weakref__)
reference = weakref.ref(plain)
print(plain.__weakref__ is reference)
descriptor.__set__(plain, {"y": 2})
print(plain.y, hasattr(plain, "x"))
try:
    descriptor.__get__(Slotted())
except TypeError as error:
    print(error)
member = Slotted.a
print(member, member.__objclass__ is Slotted, member.__qualname__)


def short_lived():
    class Gone:
        __slots__ = ("x", "__dict__")
    return Gone.x, Gone.__dict__["__dict__"]


x, of_dict = short_lived()
gc.collect()
print(repr(x), repr(of_dict))

try:
    Slotted().a
except AttributeError as error:
    print(error)


# `__class__` of what lies in memory in the same way.
class Left: __slots__ = ("a", "b")
class Right: __slots__ = ("b", "a")
class MoreLeft(Left): __slots__ = ("c",)
class MoreRight(Right): __slots__ = ("c",)
class Weak(Left): __slots__ = ("__weakref__",)


def becomes(value, cls):
    try:
        value.__class__ = cls
    except TypeError as error:
        return error
    return type(value).__name__


left = Left()
left.a = 1
print(becomes(left, Right), left.a)
print(becomes(MoreLeft(), MoreRight))
print(becomes(Weak(), Left))


class Talking(types.ModuleType):
    answer = 42

    def __repr__(self):
        return f"<talking {self.__name__}>"


module = types.ModuleType("module")
module.x = 1
print(becomes(module, Talking), module, module.answer, module.x, sorted(module.__dict__)[-1])
print(becomes(module, types.ModuleType), hasattr(module, "answer"), module.x)
print(becomes(module, Plain))
made = Talking("made")
made.b, made.a = 1, 2
print(made, [name for name in dir(made) if not name.startswith("_")], vars(made)["a"])


# Descriptors of metaclasses that cannot be read give way.
class OnlySet:
    def __set__(self, instance, value):
        print("set", value)


class Meta(type):
    value = OnlySet()


class Made(metaclass=Meta):
    value = 7


print(Made.value)
Made.value = 8
print(Made.value)


class Doc:
    def __get__(self, instance, owner):
        return f"{instance} of {owner.__name__}"


class Documented:
    __doc__ = Doc()


print(Documented.__doc__, Documented().__doc__ [:10])

for change in (lambda: object.__setattr__(Plain, "x", 1), lambda: object.__delattr__(Plain, "x"), lambda: delattr(Plain, "__doc__"), lambda: delattr(Plain, "__module__")):
    try:
        change()
    except TypeError as error:
        print(error)
type.__setattr__(Plain, "x", 5)
print(Plain.x, type.__abstractmethods__ if hasattr(type, "__abstractmethods__") else "none", type.__type_params__)


class Items(dict):
    __setattr__ = dict.__setitem__


items = Items()
items.key = "value"
print(items)


class Bound:
    def method(self):
        return self


one, two = Bound(), Bound()
print(one.method.__get__(two, Bound)() is one)
