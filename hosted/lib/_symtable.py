"""Symbol tables, as `symtable` wants them."""

from os import fsdecode
from _symbols import scopes as _scopes

DEF_GLOBAL = 1
DEF_LOCAL = 2
DEF_PARAM = 4
DEF_NONLOCAL = 8
USE = 16
DEF_FREE_CLASS = 64
DEF_IMPORT = 128
DEF_ANNOT = 256
DEF_COMP_ITER = 512
DEF_TYPE_PARAM = 1024
DEF_COMP_CELL = 2048
DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM
SCOPE_OFF = 12
SCOPE_MASK = DEF_GLOBAL | DEF_LOCAL | DEF_PARAM | DEF_NONLOCAL
LOCAL, GLOBAL_EXPLICIT, GLOBAL_IMPLICIT, FREE, CELL = range(1, 6)
TYPE_FUNCTION, TYPE_CLASS, TYPE_MODULE, TYPE_ANNOTATION, TYPE_TYPE_ALIAS, TYPE_TYPE_PARAMETERS, TYPE_TYPE_VARIABLE = range(7)


class _Entry:
    """A scope."""

    def __init__(self, type, name, lineno, nested, symbols, varnames):
        self.id = id(self)
        self.type = type
        self.name = name
        self.lineno = lineno
        self.nested = int(nested)
        self.symbols = symbols
        self.varnames = varnames
        self.children = []

    def __repr__(self):
        return f"<symtable entry {self.name}({self.id}), line {self.lineno}>"


def symtable(source, filename, startstr, /):
    """Return symbol and scope dictionaries used internally by compiler."""
    entries = []
    for *parts, parent in _scopes(source, fsdecode(filename), startstr):
        entry = _Entry(*parts)
        if parent is not None:
            entries[parent].children.append(entry)
        entries.append(entry)
    return entries[0]
