"""Module doc."""
from __future__ import annotations
print(__doc__)
def f():
    "one" "two"
    return 1
def g():
    b"not a doc"
def h():
    x = 1
    "not a doc"
class C:
    '''class
    doc'''
    def m(self): r"""raw \n doc"""
class D:
    x = 1
    "no"
print(f.__doc__, g.__doc__, h.__doc__, repr(C.__doc__), C.m.__doc__, D.__doc__)
def ann(a: undefined, b: list[also] = 1) -> "str": pass
print(ann.__annotations__)
class E:
    a: nowhere = 5
print(E.__annotations__, E.a)
print((lambda: "x").__doc__, ann.__doc__, annotations.compiler_flag > 0)
def many_lines():
    """First line.

    Second.
    """
print(repr(many_lines.__doc__))
C.__doc__ = "changed"; print(C.__doc__)
f.__doc__ = None; print(f.__doc__)
