# str, repr, format of instances, containers with recursion, default reprs.
class A:
    def __repr__(self): return "A-repr"
class B(A):
    def __str__(self): return "B-str"
class C: pass
print(A(), B(), [A(), B()], {B(): B()}, (B(),), {A()}, str(B()), repr(B()), f"{B()} {B()!r} {B()!s} {B()!a}", "%s %r" % (B(), B()))
print("{} {!r} {!s:>8}".format(B(), B(), B()))
r = repr(C()); print(r.startswith("<__main__.C object at 0x"), r.endswith(">"))
l = [1]; l.append(l); d = {"d": l}; d["self"] = d
print(l, d)
t = ([],); t[0].append(t); print(t)
class R:
    def __init__(self): self.items = [self]
    def __repr__(self): return f"R({self.items!r})" if len(self.items) > 5 else "R()"
print(R().items)
class F:
    def __format__(self, spec): return f"F[{spec}]"
print(f"{F()}", f"{F():>10}", f"{F():{'x' * 3}}", format(F(), "q"), "{:abc}".format(F()), "{0:{1}}".format(F(), "dyn"))
try: f"{A():>10}"
except TypeError as e: print(e)
try: format([], "x")
except TypeError as e: print(e)
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\n\t\\\x00\x7f\x80é\u200b😀\ud800"[:8]), repr(b"a'b\"\xff\n"), ascii("é😀\n"), repr(""))
print(repr(1.0), repr(1e16), repr(1e-5), repr(float("inf")), repr(-0.0), repr(1j), repr(-1 - 2j), repr(True), repr(None), repr(...), repr(NotImplemented), repr(int), repr(range(1, 5)), repr(range(0, 5, 2)), repr(slice(1)))
print([1.0, 'a', None, b"b", (1,), (), [], {}, set(), frozenset(), frozenset([1]), {1}, {1: 2}, bytearray(b"x")])
class L(list):
    pass
class D(dict): pass
class S(set): pass
class T(tuple): pass
class St(str): pass
class I(int): pass
class Fs(frozenset): pass
print(L([1]), D(a=1), S({1}), T((1, 2)), [St("s")], [I(5)], Fs([1]), S())
class L2(list):
    def __repr__(self): return "L2:" + super().__repr__()
    def __str__(self): return "strL2"
print(L2([1]), [L2([1])])
class Name(Exception): pass
print([Name("x"), Name(), Name(1, 2), KeyError("k"), OSError(2, "msg"), ValueError("it's")], str(KeyError("k")), str(Name(1, 2)), str(Name()), str(OSError(2, "msg", "file")))
class M(type):
    def __repr__(c): return "meta-repr"
class WithMeta(metaclass=M): pass
print(WithMeta, [WithMeta], f"{WithMeta}")
class Outer:
    class Inner: pass
    def m(self): pass
print(Outer.Inner, repr(Outer().m).split(" at ")[0], repr(Outer.m).split(" at ")[0], repr(lambda: 0).split(" at ")[0])
print(type(iter([])), type(x for x in ()), type(map(str, [])), type({}.keys()), type({}.items()), type(iter({})), type(zip()), type(enumerate([])), type(reversed([])), type(len), type(type), type(super), type(property()), type(print))
print({}.keys(), {1: 2}.values(), {1: 2}.items(), repr(staticmethod)[:22])
print("a", "b", sep="-", end="!\n"); print(); print(1, None, sep=""); print(*[1, 2], sep="\n"); print("x", end=""); print(sep="q")
