# bool as int, None, Ellipsis, NotImplemented.
print(True, False, True + 1, True * 3, True == 1, False == 0, True is True, isinstance(True, int), type(True), bool.__mro__)
print(True & False, True | False, True ^ True, type(True & True).__name__, type(True & 1).__name__, True + True, -True, True / 2, True // 2, True % 2, True ** 2, True << 2, True < 2, int(True), float(True), str(True), repr(False), hash(True), f"{True}", f"{True:d}", f"{True:5}|", f"{True!r:>6}", "%d %s" % (True, True), [10, 20][True], {1: "a"}[True], "ab"[True], range(5)[True])
print(bool(), bool(0), bool("False"), bool([]), bool([[]]), bool(None), bool(0.0), bool("0"))
try: bool(1, 2)
except TypeError as e: print(e)
try: class_ = type("B", (bool,), {})
except TypeError as e: print(e)
print(None, None is None, None == None, None != 0, bool(None), type(None), str(None), [None], {None: 1}[None], hash(None) == hash(None), type(None)(), None.__class__.__name__, None.__doc__ is not None)
for c in ("None + 1", "None < None", "None.x", "None()", "None[0]", "len(None)", "for_ = [x for x in None]", "None.x = 1", "~None", "int(None)", "type(None)(1)"):
    try: exec(c)
    except (TypeError, AttributeError) as e: print(e)
print(..., Ellipsis is ..., type(...), bool(...), repr(...), [...], NotImplemented, type(NotImplemented), Ellipsis.__class__()is ...)
def f(x=None, *, y=...): return x, y
print(f(), f(None, y=None))
print([True, 1, 1.0].count(1), {True, 1, 1.0}, {True: "t", 1: "one"}, True in [1], sum([True, True, False]), max(True, 0), sorted([True, False, 0, 1]), True.real, True.bit_length(), (True).to_bytes(1), True.numerator, ~False)
print(bool.__bases__, bool.from_bytes(b"\1"), True.__and__(False), True.__add__(1), not None, not not "a", None or "dflt", 0 or None)
for x in (True, None, ...):
    for op in ("x.a = 1", "del x.a"):
        try: exec(op)
        except AttributeError as e: print(e)
