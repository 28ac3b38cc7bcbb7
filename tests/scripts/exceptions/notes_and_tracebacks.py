# add_note, traceback objects, line numbers, frames.
e = ValueError("v")
print(hasattr(e, "__notes__"))
e.add_note("first"); e.add_note("second")
print(e.__notes__)
try: e.add_note(5)
except TypeError as t: print(t)
def level3(): raise KeyError("deep")
def level2(): level3()
def level1():
    level2()
try: level1()
except KeyError as k:
    tb = k.__traceback__
    while tb:
        print(tb.tb_frame.f_code.co_name, tb.tb_lineno)
        tb = tb.tb_next
def reraised():
    try: level2()
    except KeyError as k:
        raise
try: reraised()
except KeyError as k:
    tb = k.__traceback__; n = []
    while tb: n.append((tb.tb_frame.f_code.co_name, tb.tb_lineno)); tb = tb.tb_next
    print(n)
def multi():
    x = [
        1,
        2 /
        0,
    ]
try: multi()
except ZeroDivisionError as z: print(z.__traceback__.tb_next.tb_lineno)
def lines():
    try:
        a = 1
        b = undefined_thing
    except NameError as n: return n.__traceback__.tb_lineno
print(lines())
import sys
try: 1 / 0
except ZeroDivisionError:
    t, v, tb = sys.exc_info()
    print(t.__name__, v, tb.tb_lineno, tb is v.__traceback__)
f = sys._getframe()
print(f.f_code.co_name, f.f_lineno, f.f_back, f.f_globals is globals())
def frame(): return sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name, sys._getframe().f_back.f_lineno
print(frame())
def loc(a): b = 2; return sorted(sys._getframe().f_locals.items())
print(loc(1))
v = ValueError("t"); print(v.with_traceback(tb) is v, v.__traceback__ is tb)
class Noted(Exception): __notes__ = ["class note"]
print(Noted().__notes__)
try:
    [i for i in [1, 0] if 1 / i]
except ZeroDivisionError as z: print(z.__traceback__.tb_lineno)
try: (lambda: 1 / 0)()
except ZeroDivisionError as z: print(z.__traceback__.tb_next.tb_frame.f_code.co_name)
class C:
    def __getattr__(self, n): raise AttributeError("custom " + n)
try: C().zip
except AttributeError as a: print(a, a.__traceback__.tb_next.tb_frame.f_code.co_name)
