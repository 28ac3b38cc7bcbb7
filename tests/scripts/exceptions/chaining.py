# __cause__, __context__, __suppress_context__, raise from, implicit context in finally and with.
def show(e, depth=0):
    while e is not None:
        print("  " * depth + repr(e), "cause", repr(e.__cause__), "context", repr(e.__context__), e.__suppress_context__)
        e = e.__cause__ or e.__context__
        depth += 1
try:
    try: raise KeyError("a")
    except KeyError as k: raise ValueError("b") from k
except ValueError as e: show(e)
try:
    try: raise KeyError("a")
    except KeyError: raise ValueError("b")
except ValueError as e: show(e)
try:
    try: raise KeyError("a")
    except KeyError: raise ValueError("b") from None
except ValueError as e: show(e)
try:
    try: raise KeyError("a")
    finally: raise ValueError("from finally")
except ValueError as e: show(e)
try: raise ValueError from KeyError
except ValueError as e: show(e)
for bad in ("raise ValueError from 5", "raise ValueError from int"):
    try: exec(bad)
    except TypeError as e: print(e)
try:
    try: raise IndexError(1)
    except IndexError:
        try: raise IndexError(2)
        except IndexError: raise IndexError(3)
except IndexError as e: show(e)
def helper():
    try: raise OSError("helper")
    except OSError: pass
try:
    try: raise ValueError("main")
    except ValueError:
        helper()
        raise TypeError("later")
except TypeError as e: show(e)
class CM:
    def __enter__(self): return self
    def __exit__(self, *a): raise RuntimeError("exit")
try:
    with CM(): raise ValueError("body")
except RuntimeError as e: show(e)
e1 = ValueError("1"); e1.__cause__ = KeyError("c"); print(e1.__suppress_context__)
e1.__context__ = None
try: e1.__cause__ = 5
except TypeError as e: print(e)
try: e1.__context__ = "x"
except TypeError as e: print(e)
try: e1.__traceback__ = 1
except TypeError as e: print(e)
x = ValueError("self")
try:
    try: raise x
    except ValueError: raise x
except ValueError as e: print(e.__context__)
a, b = ValueError("a"), ValueError("b")
try:
    try:
        try: raise a
        except ValueError: raise b
    except ValueError: raise a
except ValueError as e: print(repr(e), repr(e.__context__), a.__context__ is b, b.__context__)
def gen():
    try: yield
    except ValueError as e: raise KeyError("gen") from e
g = gen(); next(g)
try: g.throw(ValueError("in"))
except KeyError as e: show(e)
import sys
def current(): return repr(sys.exception())
print(current())
try: raise KeyError("outer")
except KeyError:
    print(current())
    try: raise ValueError("inner")
    except ValueError: print(current(), sys.exc_info()[0].__name__)
    print(current())
print(current(), sys.exc_info())
def in_call():
    try: 1 / 0
    except ZeroDivisionError: return inner_call()
def inner_call(): return current()
print(in_call(), current())
