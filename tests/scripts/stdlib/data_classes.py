"""dataclasses."""
import dataclasses
from dataclasses import dataclass, field, fields, replace, asdict, astuple, KW_ONLY, InitVar
from typing import ClassVar


@dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False)
    count: ClassVar[int] = 5


p = Point(1, 2)
print(p, p == Point(1, 2, ["a"]), p < Point(2), replace(p, y=7), asdict(p), astuple(p))
print([(f.name, f.type) for f in fields(Point)])


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    _: KW_ONLY
    b: str = "x"


f = Frozen(1, b="y")
print(f, hash(f) == hash(Frozen(1, b="y")))
try:
    f.a = 2
except dataclasses.FrozenInstanceError as error:
    print(error)
try:
    Frozen(1, 2)
except TypeError as error:
    print(error)


@dataclass
class Derived(Point):
    z: int = 3
    scale: InitVar[int] = 1

    def __post_init__(self, scale):
        self.z *= scale


print(Derived(1, scale=4), dataclasses.is_dataclass(Derived))
Made = dataclasses.make_dataclass("Made", [("a", int), ("b", int, field(default=2))])
print(Made(1))
try:
    @dataclass
    class Wrong:
        a: list = []
except ValueError as error:
    print(error)
