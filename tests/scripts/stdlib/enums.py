"""enum."""
import enum


class Color(enum.Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def pretty(self):
        return self.name.title()


print(Color.RED, repr(Color.GREEN), list(Color), Color.CRIMSON is Color.RED, Color(2), Color["RED"].pretty)
try:
    Color(5)
except ValueError as error:
    print(error)
try:
    Color.RED = 3
except AttributeError as error:
    print(error)
try:
    class More(Color):
        pass
except TypeError as error:
    print(error)


class Mode(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    BOTH = READ | WRITE


print(Mode.READ | Mode.WRITE, Mode(1), Mode.BOTH & Mode.READ, list(Mode.BOTH), Mode.READ in Mode.BOTH, ~Mode.READ, bool(Mode(0)))


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


print(Number.ONE + 1, Number.TWO > Number.ONE, f"{Number.TWO}", repr(Number.ONE), sorted(Number))


class Word(enum.StrEnum):
    HELLO = enum.auto()


print(Word.HELLO, repr(Word.HELLO), Word.HELLO.upper())
Animal = enum.Enum("Animal", "CAT DOG")
print(list(Animal), Animal.__members__)


@enum.unique
class Unique(enum.Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value):
        return cls.A


print(Unique("zzz"), {Color.RED: 1}[Color.RED])
match Color(1):
    case Color.GREEN:
        print("green")
    case Color.RED:
        print("red")
