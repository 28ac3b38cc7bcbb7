# Exceptions raised inside operator methods, iterators, descriptors, properties, key functions, format, bool, del, with.
class Bad:
    def __init__(self, *names): self.names = names
for name, code in {"__add__": "b + 1", "__radd__": "1 + b", "__eq__": "b == 1", "__lt__": "b < 1", "__bool__": "not b", "__len__": "len(b)", "__iter__": "[x for x in b]", "__next__": "next(b)", "__getitem__": "b[0]", "__setitem__": "b[0] = 1", "__delitem__": "del b[0]", "__contains__": "1 in b", "__call__": "b()", "__enter__": "with b: pass", "__hash__": "{b: 1}", "__str__": "str(b)", "__repr__": "repr(b)", "__format__": "f'{b}'", "__index__": "[1][b]", "__int__": "int(b)", "__float__": "float(b)", "__neg__": "-b", "__abs__": "abs(b)", "__round__": "round(b)", "__getattr__": "b.x", "__getattribute__": "b.x", "__setattr__": "b.x = 1", "__delattr__": "del b.x", "__iadd__": "b += 1", "__reversed__": "reversed(b)", "__init__": "type(b)()", "__new__": "type(b)()", "__get__": "H().d", "__set__": "H().d = 1", "__delete__": "del H().d", "__instancecheck__": "", "__dir__": "dir(b)", "__length_hint__": "list(b)", "__bytes__": "bytes(b)", "__complex__": "complex(b)", "__divmod__": "divmod(b, 1)", "__pow__": "b ** 2", "__matmul__": "b @ 1", "__ne__": "b != 1", "__sizeof__": "b.__sizeof__()", "__await__": ""}.items():
    if not code: continue
    def boom(*a, name=name): raise LookupError(name)
    ns = {name: boom}
    if name == "__enter__": ns["__exit__"] = lambda *a: None
    if name == "__length_hint__": ns["__iter__"] = lambda s: iter([1])
    T = type("T", (), ns)
    b = object.__new__(T)
    class H: pass
    H.d = b
    g = {"b": b, "H": H}
    try: exec(code, g); print(name, "no error")
    except LookupError as e: print(e, end=" ")
print()
def gen(): yield 1; raise LookupError("gen")
for f in (lambda: list(gen()), lambda: [*gen()], lambda: sum(gen()), lambda: dict.fromkeys(gen()), lambda: "".join(str(x) for x in gen()), lambda: max(gen()), lambda: set(gen()), lambda: sorted(gen()), lambda: tuple(gen()), lambda: 5 in gen(), lambda: [].extend(gen()), lambda: {}.update((x, x) for x in gen()), lambda: print(*gen()), lambda: list(zip(gen(), gen())), lambda: list(map(abs, gen())), lambda: list(enumerate(gen())), lambda: any(x > 5 for x in gen()), lambda: bytes(gen()), lambda: next(x for x in gen() if x > 1), lambda: (lambda *a: a)(*gen()), lambda: [(a, b) for a, b in [gen()]], lambda: str.join(",", gen()), lambda: frozenset(gen()), lambda: {x for x in gen()}, lambda: {x: 1 for x in gen()}):
    try: f(); print("no error")
    except LookupError as e: print(e, end=" ")
print()
