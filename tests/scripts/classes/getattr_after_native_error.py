# `__getattr__` answers whatever made the attribute fail: an empty slot, a property, a `__getattribute__`.
class Slotted:
    __slots__ = ("x",)
    def __getattr__(self, name): return "fallback " + name
s = Slotted()
print(s.x, s.y)
s.x = 5
print(s.x, hasattr(s, "z"), getattr(s, "z", None))
del s.x
print(s.x)
class Error(Exception):
    def __getattr__(self, name): return "fallback " + name
print(Error().foo, Error().args)
class Meta(type):
    def __getattr__(cls, name): return "meta " + name
class Made(metaclass=Meta): pass
print(Made.foo, Made.__abstractmethods__)
class Many:
    def __getattr__(self, name): return "fallback " + name
    def __getattribute__(self, name):
        if name == "refused": raise AttributeError(name)
        return object.__getattribute__(self, name)
    @property
    def broken(self): raise AttributeError("x")
    @property
    def asks(self): return self.missing
    unreadable = property()
m = Many()
print(m.broken, m.asks, m.unreadable, m.refused, getattr(m, "y", 1))
