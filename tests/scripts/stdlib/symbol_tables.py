"""symtable: scopes and what they do with names."""
import symtable

SOURCE = """
import os
total = 0
class Some(object):
    attribute = os
    def method(self, argument, *rest, key=1, **more):
        global total
        local = argument
        def inner():
            nonlocal local
            return local, total, self, __class__
        return [item for item in rest], (lambda: key), (x for x in more)
def generic[T: int](value: T) -> T:
    return value
type Alias[K] = dict[K, int]
"""


def show(table, depth=0):
    print("  " * depth + str(table.get_type()), table.get_name(), table.get_lineno(), table.is_nested(), table.has_children())
    for symbol in sorted(table.get_symbols(), key=lambda symbol: symbol.get_name()):
        if symbol.get_name().startswith("."):
            continue
        facts = [fact for fact in ("referenced", "parameter", "global", "nonlocal", "declared_global", "local", "free", "imported", "assigned")
                 if getattr(symbol, "is_" + fact)()]
        print("  " * depth + " ", symbol.get_name(), *facts)
    for child in table.get_children():
        if child.get_name() not in ("__annotate__",):
            show(child, depth + 1)


top = symtable.symtable(SOURCE, "name", "exec")
show(top.get_children()[0])
print(sorted(top.get_identifiers()), top.lookup("total").is_global(), top.lookup("os").is_imported())
method = top.get_children()[0].get_children()[0]
print(method.get_parameters(), sorted(method.get_locals()), method.get_globals(), method.get_frees())
print([(child.get_name(), str(child.get_type())) for child in top.get_children()])
for source, mode in (("def f(x, x): pass", "exec"), ("nonlocal x", "exec"), ("1", "other")):
    try:
        symtable.symtable(source, "name", mode)
    except (SyntaxError, ValueError) as error:
        print(type(error).__name__, error)
