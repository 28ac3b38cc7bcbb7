"""Generic classes, protocols and new types as typing makes them."""
import types
from typing import Generic, NewType, Protocol, TypeVar, Union

T = TypeVar("T")
E = TypeVar("E")


class Readable(Protocol[T]):
    def read(self) -> T: ...


class Box(Generic[T]): ...


class Both(Box[T], Readable[T], Generic[T]): ...


class Failed(Generic[E]): ...


UserId = NewType("UserId", int)
print(UserId(3), UserId.__name__, UserId)
print(Readable[int], Readable.__parameters__, Both[str], [base.__name__ for base in Both.__mro__])
Result = Union[Box[T], Failed[E]]
print(Result.__parameters__, Result[int, str], list[Box[T]][int], (Box[T] | None)[str])


class Lazy(types.ModuleType):
    def __getattr__(self, name):
        return f"made {name}"


lazy = Lazy("lazy")
lazy.__dict__.update({"x": 1, "y": 2})
lazy.z = 3
del lazy.x
print(lazy.y, lazy.z, lazy.x, sorted(name for name in vars(lazy) if not name.startswith("__")))
