# is, in, comparisons between containers, chained comparisons with side effects, custom results.
print(None is None, [] is [], 1 is not None, "a" in "abc", "" in "", "d" not in "abc", 1 in [1.0], 1 in {True: 0}, (1, 2) in [(1, 2)])
print([1, 2] < [1, 3], [1] < [1, 0], [] < [0], (1, "a") < (1, "b"), [1, 2] == [1, 2.0], (1,) == [1], {1: 2} == {1.0: 2.0}, {1, 2} == {2, 1}, {1} == frozenset([1]))
print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "é" > "z", "😀" > "\uffff", b"a" < b"b", b"a" == "a", bytearray(b"x") == b"x")
nan = float("nan")
print(nan in [nan], [nan] == [nan], (nan,) == (nan,), nan == nan, {nan: 1} == {nan: 1}, [nan] != [nan], [nan] < [nan])
class Weird:
    def __eq__(self, other): return "eq"
    def __lt__(self, other): return "lt"
    def __ne__(self, other): return []
    __hash__ = None
w = Weird()
print(w == 1, w < 1, w != 1, 1 == w, 1 > w, w in [5], [w] == [5], not (w != 1))
class Only:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n < o.n
print(Only(1) < Only(2), Only(1) > Only(2), sorted([Only(3), Only(1)], key=lambda o: o)[0].n, max(Only(3), Only(4), key=lambda o: o.n).n)
try:
    Only(1) <= Only(2)
except TypeError as e: print(e)
class Ref:
    def __eq__(self, other):
        print("Ref.__eq__", end=" ")
        return NotImplemented
print(Ref() == Ref(), Ref() == 5, 5 == Ref(), Ref() != Ref())
class Base:
    def __eq__(self, o): print("Base", end=" "); return True
class Derived(Base):
    def __eq__(self, o): print("Derived", end=" "); return False
print(Base() == Derived(), Derived() == Base(), Base() == Base(), Base() != Derived())
class Contains:
    def __contains__(self, item): return "yes" if item else ""
print(1 in Contains(), 0 in Contains(), 0 not in Contains())
class IterOnly:
    def __iter__(self): return iter([1, 2])
class GetOnly:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * 10
print(2 in IterOnly(), 5 in IterOnly(), 20 in GetOnly(), 50 in GetOnly())
class NoContains:
    __contains__ = None
try:
    1 in NoContains()
except TypeError as e: print(e)
print(True == 1, True is 1 if False else "", "x" == 'x', range(3) == range(0, 3), range(0) == range(5, 5), range(0, 3, 2) == range(0, 4, 2), slice(1) == slice(None, 1, None))
print(3 > 2 > 1, (3 > 2) > 1, 1 < 3 < 2, 1 == 1 != 2 is not None)
