# raise in all forms, except clauses, else, matching, as-name deletion.
def attempt(f):
    try: f()
    except ZeroDivisionError: return "zero"
    except (KeyError, IndexError) as e: return f"lookup {type(e).__name__}"
    except Exception as e: return f"other {type(e).__name__}: {e}"
    except BaseException as e: return f"base {type(e).__name__}: {e}"
    else: return "else"
    finally: print("finally", end=" ")
def r(x): raise x
for f in (lambda: 1 / 0, lambda: {}[1], lambda: [][0], lambda: int("x"), lambda: r(SystemExit(3)), lambda: r(KeyboardInterrupt), lambda: 1, lambda: r(Exception), lambda: r(5), lambda: r(int), lambda: r("str"), lambda: r(None), lambda: r(GeneratorExit("g"))):
    print(attempt(f))
try:
    try: raise ValueError("a")
    except ValueError as e: pass
    print(e)
except NameError as x: print(x)
e = "kept"
try: raise KeyError
except KeyError: print(e)
class MyError(Exception):
    def __init__(self, code): self.code = code
    def __str__(self): return f"code {self.code}"
class Sub(MyError): pass
try: raise Sub(5)
except MyError as err: print(err, err.code, err.args, type(err).__name__, repr(err))
try: raise MyError
except TypeError as err: print(err)
try:
    try: 1 / 0
    except ZeroDivisionError: raise
except ZeroDivisionError as z: print("re-raised", z)
try: raise
except RuntimeError as e2: print(e2)
def choose(): print("evaluated", end=" "); return ValueError
try: raise ValueError(1)
except KeyError: print("no")
except choose() as v: print(v)
for bad in (5, "x", (ValueError, 5), [ValueError], int):
    try:
        try: raise ValueError("orig")
        except bad: print("caught")
    except TypeError as t: print(t)
try:
    try: raise ValueError("orig")
    except (KeyError, (IndexError, ValueError)): print("nested tuples")
except TypeError as t: print("TypeError", t)
try: raise ValueError("a", "b", 3)
except ValueError as v: print(v, v.args, repr(v))
try: raise ValueError("x").with_traceback(None)
except ValueError as v: print(v.__traceback__ is not None)
x = ValueError("same")
for _ in range(2):
    try: raise x
    except ValueError as y: print(x is y)
print(isinstance(x, BaseException), issubclass(KeyError, LookupError), issubclass(FileNotFoundError, OSError), IOError is OSError, issubclass(ModuleNotFoundError, ImportError), issubclass(RecursionError, RuntimeError), issubclass(UnicodeDecodeError, ValueError), issubclass(StopIteration, Exception), issubclass(GeneratorExit, Exception), issubclass(ZeroDivisionError, ArithmeticError), issubclass(NotImplementedError, RuntimeError), issubclass(IndentationError, SyntaxError))
print(StopIteration(5).value, SystemExit(3).code, SystemExit().code, OSError(2, "m", "f").filename, OSError(2, "m").errno, type(OSError(2, "m")).__name__, UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), ImportError("m", name="n").name, AttributeError("x", name="a", obj=1).obj, NameError("q", name="z").name, KeyError("a", "b"), KeyError())
def nested():
    try:
        try: raise KeyError("in")
        except IndexError: print("no")
        finally: print("f1", end=" ")
    except KeyError as k: return k
    finally: print("f2", end=" ")
print(repr(nested()))
class Meta(type):
    def __instancecheck__(c, i): return True
    def __subclasscheck__(c, s): return True
class Fake(Exception, metaclass=Meta): pass
try:
    try: raise ValueError("not fake")
    except Fake: print("hooks are used")
except ValueError: print("hooks are not used")
def f():
    for i in range(3):
        try:
            if i == 1: raise ValueError
        except ValueError: continue
        else: print("else", i, end=" ")
f(); print()
e3 = Exception.__new__(ValueError, 1, 2); print(e3.args, repr(e3))
v = ValueError(); v.args = (7,); v.custom = 1; print(repr(v), v.__dict__)
