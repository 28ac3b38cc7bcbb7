# Instances made before their class's instances were known to need many attributes lie beside later, larger ones.
class Many:
    def __init__(self, v):
        self.a, self.b, self.c, self.d = v, v + 1, v + 2, v + 3
        self.e = v + 4
    def more(self, v): self.f = "f" + str(v); self.g = "g" + str(v)
    def read(self): return self.a, self.f, self.g
    def write(self, v): self.g = v
    def grow(self): self.h = self.g * 2; self.i = self.h * 2
def check(objects):
    print([o.read() for o in objects], [(o.f, o.g, o.e) for o in objects])
first = Many(1); first.more(1)
second = Many(2); second.more(2)
third = Many(3); third.more(3)
for _ in range(3): check([first, third, second, first])
for o in (third, second, first): o.write("w" + o.f); o.grow()
fourth = Many(4); fourth.more(4); fourth.grow()
for _ in range(3): check([fourth, first, third]); print([(o.h, o.i) for o in (first, fourth, second)])
del first.b, fourth.b
for _ in range(3): check([fourth, first]); print(vars(first), vars(fourth) == {**vars(fourth)})
objects = []
class Grows: pass
for n in range(40):
    o = Grows()
    for k in range(n): setattr(o, f"x{k}", k)
    objects.append(o)
def last(o): return o.x38
for _ in range(3): print(last(objects[39]), [len(vars(o)) for o in objects if hasattr(o, "x5")][:3])
for o in objects[::-1]: o.x38 = 7
print({last(o) for o in objects})
# An instance that changes its class keeps its slots when the old class is gone.
import gc
class New: __slots__ = ("x", "y")
class Dict: __slots__ = ("x", "__dict__")
def moved(new, slots):
    class Old: __slots__ = slots
    o = Old(); o.x = [1]
    if new is Dict: o.q = 2
    o.__class__ = new
    return o
news, dicts = [moved(New, ("x", "y")) for _ in range(50)], [moved(Dict, ("x", "__dict__")) for _ in range(50)]
gc.collect()
others = [type(f"T{i}", (), {"__slots__": ("a", "b")})() for i in range(100)]
for o in news: o.y = o.x
for o in dicts: o.r = o.x
print(all(o.y == [1] for o in news), all(vars(o) == {"q": 2, "r": [1]} for o in dicts))
class Other: __slots__ = ("y", "z")
try: news[0].__class__ = Other
except TypeError as e: print(e)
