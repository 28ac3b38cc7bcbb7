# __class__ of an instance with __slots__, whose old class dies.
import gc
class Slots:
    __slots__ = ("a",)
class Both:
    __slots__ = ("a", "__dict__")
def become(base):
    class Old(base):
        __slots__ = ()
    made = Old()
    made.a = [1]
    if base is Both:
        made.b = [2]
    made.__class__ = base
    return made
slots, both = [become(Slots) for _ in range(50)], [become(Both) for _ in range(50)]
gc.collect()
print(all(each.a == [1] and type(each) is Slots for each in slots), all(each.a == [1] and each.b == [2] for each in both))
for each in slots + both:
    each.a = 3
both[0].c = 4
print({each.a for each in slots + both}, both[0].__dict__)
class Other:
    __slots__ = ("b",)
try:
    slots[0].__class__ = Other
except TypeError as error:
    print(error)
