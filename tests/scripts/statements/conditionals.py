# if/elif/else, conditional expressions, truth of every type, short circuit values.
def kind(n):
    if n < 0:
        return "negative"
    elif n == 0:
        return "zero"
    elif n < 10:
        return "small"
    else:
        return "large"
print([kind(n) for n in (-1, 0, 5, 50)])
class Truth:
    def __init__(self, v): self.v = v
    def __bool__(self): print("bool", end=" "); return self.v
class Sized:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
for v in (0, 1, -1, 0.0, -0.0, 1e-300, float("nan"), "", " ", b"", b"x", [], [0], (), (0,), {}, {0: 0}, set(), {0}, None, ..., False, True, 0j, 1j, range(0), range(1), Sized(0), Sized(2), Truth(True), Truth(False), print, object()):
    print(bool(v), not v, end="; ")
print()
print(0 or "a", 1 or 2, 0 and 2, 1 and "b", None or [] or {}, 1 and 2 and 3, not 0 or 5)
print(1 if [] else 2, (3 if 1 else 4) if 0 else (5 if 0 else 6))
x = 5
print(1 < x < 10, 1 < x > 4, 1 < x == 5 != 6, 10 > x > 5, x in [5] == True)
def f(n): print("f", n, end=" "); return n
print(f(1) < f(2) < f(3), f(3) < f(2) < f(1))
class BadBool:
    def __bool__(self): return 1
try:
    if BadBool(): pass
except TypeError as e: print(e)
class BadLen:
    def __len__(self): return -1
try:
    if BadLen(): pass
except ValueError as e: print(e)
class BadLen2:
    def __len__(self): return "x"
try:
    if not BadLen2(): pass
except TypeError as e: print(e)
if Truth(False) or Truth(True) and not Truth(False): print("taken")
pass
assert True
try:
    assert x == 6, "message"
except AssertionError as e: print(repr(e))
try:
    assert ()
except AssertionError as e: print(repr(e))
