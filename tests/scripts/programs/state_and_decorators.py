# A state machine, memoization, retries, dispatch tables, observers, a small ORM by descriptors.
def memo(f):
    cache = {}
    def g(*a):
        if a not in cache: cache[a] = f(*a)
        return cache[a]
    g.cache = cache
    return g
@memo
def ways(n, coins=(1, 5, 10, 25)): return 1 if n == 0 else 0 if n < 0 or not coins else ways(n - coins[-1], coins) + ways(n, coins[:-1])
print(ways(100), len(ways.cache) > 10)
def retry(times, *errors):
    def deco(f):
        def g(*a, **k):
            for i in range(times):
                try: return f(*a, **k)
                except errors as e: last = e; print("retry", i, e)
            raise RuntimeError("gave up") from last
        return g
    return deco
calls = 0
@retry(3, ValueError)
def flaky(until):
    global calls; calls += 1
    if calls < until: raise ValueError(f"call {calls}")
    return calls
print(flaky(3)); calls = 0
try: flaky(10)
except RuntimeError as e: print(e, repr(e.__cause__))
class Field:
    def __init__(self, kind, default=None): self.kind, self.default = kind, default
    def __set_name__(self, owner, name): self.name = name; owner.__dict__.get("fields", []).append(name)
    def __get__(self, o, c): return self if o is None else o.__dict__.get(self.name, self.default)
    def __set__(self, o, v):
        if not isinstance(v, self.kind): raise TypeError(f"{self.name} must be {self.kind.__name__}, not {type(v).__name__}")
        o.__dict__[self.name] = v
class Model:
    def __init_subclass__(cls): cls.registry = getattr(cls, "registry", []) + [cls.__name__]
    def __init__(self, **kw):
        for k, v in kw.items(): setattr(self, k, v)
    def __repr__(self): return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.fields)})"
class User(Model):
    fields = []
    name = Field(str, "?"); age = Field(int, 0)
print(User(name="ann", age=3), User(), Model.__dict__.get("registry"), User.registry, User.fields)
try: User(age="x")
except TypeError as e: print(e)
class Light:
    table = {("red", "go"): "green", ("green", "slow"): "yellow", ("yellow", "stop"): "red"}
    def __init__(self): self.state, self.watchers = "red", []
    def send(self, ev):
        new = self.table.get((self.state, ev))
        if new is None: raise KeyError(f"{ev} in {self.state}")
        for w in self.watchers: w(self.state, new)
        self.state = new; return self
l = Light(); l.watchers.append(lambda a, b: print(a, "->", b)); l.send("go").send("slow").send("stop")
try: l.send("slow")
except KeyError as e: print(e)
