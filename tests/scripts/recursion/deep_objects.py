# Objects nested deeper than any native stack: what walks them works or ends in RecursionError; dropping them works.
# stack: 256
# expected: by hand
import collections, functools, itertools, types

def nest(make, count):
    x = None
    for _ in range(count): x = make(x)
    return x
class Slots:
    __slots__ = ("v",)
    def __init__(self, v): self.v = v
makers = {
    "list": lambda x: [x], "tuple": lambda x: (x,), "dict": lambda x: {1: x}, "deque": lambda x: collections.deque([x]),
    "exception": ValueError, "namespace": lambda x: types.SimpleNamespace(a=x), "alias": lambda x: types.GenericAlias(list, (x,)),
    "method": lambda x: types.MethodType(print, x or 1), "partial": lambda x: functools.partial(print, x), "slice": lambda x: slice(x),
    "proxy": lambda x: types.MappingProxyType({1: x}), "static": staticmethod, "class": classmethod, "property": property,
    "view": lambda x: {1: x}.values(), "group": lambda x: ExceptionGroup("a", [x or ValueError()]),
    "union": lambda x: list[x] | None, "chain": lambda x: itertools.chain([x], x or ()), "slots": Slots,
}
actions = {
    "repr": repr, "str": str, "hash": hash, "==": lambda x: x == other, "<": lambda x: x < other, "in": lambda x: x in [other],
    "isinstance": lambda x: isinstance(1, x), "format": lambda x: f"{x}", "set": lambda x: {x},
}
for name, make in makers.items():
    x, other = nest(make, 1000), nest(make, 1000)
    for action in actions.values():
        try: action(x)
        except (RecursionError, TypeError): pass
    x = other = None
    x = nest(make, 100000)
    x = None
    print(name)
print(types.MethodType(print, 1), types.MethodType([].append, 1), types.MethodType(list.append, 1))
print(repr(nest(ValueError, 30)) == "ValueError(" * 30 + "None" + ")" * 30)
