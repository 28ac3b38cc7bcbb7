# Builtin functions not covered elsewhere.
print(abs(-3), bin(10), oct(10), hex(-10), chr(8364), ord("€"), divmod(17, 5), pow(2, 8, 100), round(3.14159, 3), callable(len), id(1) == id(1), type(5), hash("x") == hash("x"))
print(sorted(vars(type("T", (), {"a": 1, "b": 2})).keys() & {"a", "b"}), dir(type("T", (), {"zz": 1}))[-1], isinstance([], list), issubclass(bool, int), getattr("a", "upper")(), hasattr([], "append"), len(dir([])) > 30, "x" in dir(), repr("x"), ascii("ü"), format(255, "x"), eval("1+1"), input.__name__, open.__name__)
print(all([]), any([]), sum([1, 2], start=5), min(1, 2), max([3, 4]), list(map(str, [1])), list(filter(None, [0, 1])), list(zip([1], [2])), list(enumerate("a", 1)), list(reversed([1, 2])), sorted([2, 1]), next(iter([1])), slice(1, 2), list(range(2)), tuple([1]), set([1]), frozenset([1]), dict(a=1), str(1), int("1"), float("1"), complex(1), bool(1), bytes(1), bytearray(1), object().__class__.__name__, memoryview(b"a")[0])
o = type("O", (), {})(); setattr(o, "x", 1); print(o.x, getattr(o, "y", None), delattr(o, "x"), hasattr(o, "x"), vars(o))
print(type.__name__, type(type), type("N", (object,), dict(a=1)).a, super.__name__, property.__name__, staticmethod.__name__, classmethod.__name__, __build_class__.__name__, __import__.__name__, NotImplemented, Ellipsis, __debug__)
class P:
    def __dir__(self): return ["z", "a"]
    def __round__(self, n=None): return n
    def __divmod__(self, o): return "dm"
    def __rdivmod__(self, o): return "rdm"
    def __reversed__(self): return "rev"
    def __length_hint__(self): return 3
    def __index__(self): return 10
print(dir(P()), round(P()), round(P(), 1), divmod(P(), 1), divmod(1, P()), reversed(P()), bin(P()), hex(P()), oct(P()), chr(P()) == "\n")
import builtins; print(builtins.len is len, builtins.__name__, hasattr(builtins, "print")); builtins.added = 5; print(added); del builtins.added
len_ = len
def shadowed(len): return len
print(shadowed(3), len_("ab"))
print(print("inner"), [print(i, end=",") for i in range(2)])
print(isinstance(5, (str, (float, int))), isinstance(True, int | str), issubclass(int, (str, object)), isinstance(None, type(None)), isinstance(int, type), issubclass(type, object))
print(compile("1", "f", "eval").co_filename, exec("q = 1") is None, globals()["q"], "q" in locals())
print(aiter.__name__, anext.__name__, breakpoint.__name__, copyright.__class__.__name__ != "" if "copyright" in dir(builtins) else True)
