# import: forms, sys.modules, errors, __name__, missing names.
import sys
import sys as system
from sys import modules, path as where
print(system is sys, modules is sys.modules, where is sys.path)
print(__name__, sys.modules["__main__"].__name__)
try:
    import no_such_module_here
except ModuleNotFoundError as e:
    print(e, e.name)
try:
    from sys import no_such_name
except ImportError as e:
    print(type(e).__name__, str(e).split(" (")[0], e.name)
try:
    import sys.nothing
except ModuleNotFoundError as e:
    print(e)
def f():
    import math as m, time as t
    return m.__name__, t.__name__
print(f())
class C:
    import math
    from math import pi
print(C.math.__name__, C.pi)
print(type(sys), type(sys).__name__)
import math
try:
    math.nothing
except AttributeError as e:
    print(e)
mod = type(sys)("made", "doc")
mod.x = 5
sys.modules["made"] = mod
import made
from made import x
print(made.x, x, made.__doc__, made.__name__)
exec("from math import *", ns := {})
print("sin" in ns, "pi" in ns)
try:
    exec("from . import x", {"__name__": "__main__"})
except ImportError as e:
    print(e)
print(__import__("math") is math)
sys.modules["blocked"] = None
try:
    import blocked
except ModuleNotFoundError as e:
    print(e)
