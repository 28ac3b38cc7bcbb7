# Type parameters (PEP 695), type aliases, generic classes, annotations that do not differ between versions.
def first[T](x: list[T]) -> T: return x[0]
print(first([1]), first.__type_params__, first.__type_params__[0].__name__)
class Box[T, *Ts, **P]:
    def __init__(self, v): self.v = v
    def get[U](self, u: U) -> T: return self.v
print(Box(1).get(2), Box.__type_params__, Box.__name__)
type Alias = int | str
type Pair[A, B] = tuple[A, B]
print(Alias, Alias.__name__, Alias.__value__, Pair.__type_params__, Pair.__value__)
type Rec = list[Rec]
print(Rec.__value__)
def bounded[T: int, S: (str, bytes)](a: T, b: S): pass
T, S = bounded.__type_params__
print(T.__bound__, T.__constraints__, S.__constraints__, S.__bound__)
def default[T = int](x: T): pass
print(default.__type_params__[0].__default__)
x: int = 5
y: "whatever" = 6
def annotated(a: int, b: str = "x", *c: float, d: bytes, **e: dict) -> None: pass
print(annotated.__annotations__)
class C:
    a: int
    b: str = "b"
    def m(self, q: "C") -> "C": return self
print(C.__annotations__, C.m.__annotations__, hasattr(C, "a"), C.b)
def local():
    z: int
    w: int = 3
    (v): int = 4
    return w + v
print(local())
class Holder: pass
h = Holder()
h.attr: int = 5
lst = [0]
lst[0]: int = 9
print(h.attr, lst)
print(list[int], dict[str, int], tuple[int, ...], list[int] == list[int], list[int]([1, 2]), list[int].__origin__, list[int].__args__, type(list[int]).__name__)
print(int | str, int | None, str | int | None, isinstance(5, int | str), type(int | str).__name__, (int | str) == (str | int), (int | str).__args__)
print(isinstance([], list))
for bad in ("isinstance([], list[int])", "int | 5", "list[int] | 1", "isinstance(1, 'int')", "issubclass(1, int)"):
    try: print(eval(bad))
    except TypeError as e: print(bad, e)
def scoped[T](x):
    def inner(): return T
    return inner().__name__
print(scoped(1))
class Outer[T]:
    def m(self): return T.__name__
    class Inner:
        name = T.__name__
print(Outer().m(), Outer.Inner.name)
try: T2
except NameError as e: print(e)
