# User exception classes: __init__, __str__, args, attributes, multiple inheritance, matching order.
class AppError(Exception):
    code = 1
    def __init__(self, msg="default", **extra): super().__init__(msg); self.extra = extra
class NotFound(AppError, KeyError):
    code = 404
class Timeout(AppError, OSError): pass
class Silent(AppError):
    def __str__(self): return "silent"
    def __repr__(self): return "Silent()"
for e in (AppError(), AppError("m", a=1), NotFound("nf"), Silent("x", b=2)):
    try: raise e
    except KeyError as k: print("KeyError", k, k.code, k.args, k.extra)
    except AppError as a: print(type(a).__name__, a, repr(a), a.code, a.args, a.extra)
def which(e):
    try: raise e
    except (NotFound, ZeroDivisionError): return 1
    except LookupError: return 2
    except AppError: return 3
    except Exception: return 4
    except BaseException: return 5
class Weird(BaseException): pass
print([which(e) for e in (NotFound(), KeyError(), AppError(), ValueError(), Weird(), IndexError(), ZeroDivisionError(), StopIteration(), SystemExit())])
class NoInit(Exception):
    def __init__(self): pass
print(NoInit().args, repr(NoInit()), str(NoInit()) == "")
class Slots(Exception):
    __slots__ = ("x",)
s = Slots(1); s.x = 2; s.y = 3; print(s.args, s.x, s.y)
class New(Exception):
    def __new__(cls, *a): o = super().__new__(cls, *a); o.tag = "new"; return o
print(New(1, 2).tag, New(1, 2).args, repr(New("x")))
try: raise AppError("cause") from NotFound("root")
except AppError as e: print(e, repr(e.__cause__))
class Meta(type): pass
class WithMeta(Exception, metaclass=Meta): pass
try: raise WithMeta("m")
except WithMeta as e: print(repr(e))
print(issubclass(NotFound, (KeyError, int)), NotFound.__mro__[1].__name__, isinstance(NotFound(), LookupError), AppError("a") == AppError("a"), len({AppError("a"), AppError("a")}))
e = ValueError("x"); e.args = ("changed", 2); print(e, repr(e)); e.extra = 1; print(vars(e)); print(ValueError().args, ValueError("a").args, ValueError(("a",)).args, str(ValueError(("a",))), str(ValueError(None)), str(ValueError("")) == "")
try: raise ValueError("a") if len("abc") == 3 else KeyError("b")
except (ValueError, KeyError) as x: print(repr(x))
try: ValueError(a=1)
except TypeError as t: print(t)
class Kw(ValueError):
    def __init__(self, *, a): self.a = a
print(Kw(a=5).a, repr(Kw(a=5)))
print(StopIteration(1, 2).value, StopAsyncIteration(3).args, SystemExit(4).code, UnicodeEncodeError("ascii", "é", 0, 1, "why").reason, OSError(1, "two", "three").args, OSError("one").args, OSError(13, "denied"), type(OSError(13, "d")).__name__, FileNotFoundError(2, "nf", "f").filename, KeyError("k").args, ImportError("i", name="n", path="p").path, SyntaxError("m", ("f", 1, 2, "t")).lineno)
