"""The instruction set of CPython, which is not that of this VM: the tables are empty."""

__all__ = ["cmp_op", "hasarg", "hasconst", "hasname", "hasjrel", "hasjabs", "haslocal", "hascompare", "hasfree", "hasexc", "opname", "opmap", "stack_effect",
           "HAVE_ARGUMENT", "EXTENDED_ARG"]

from _opcode import stack_effect

cmp_op = ("<", "<=", "==", "!=", ">", ">=")
hasarg, hasconst, hasname, hasjrel, hasjabs, haslocal, hascompare, hasfree, hasexc = ([] for _ in range(9))
opmap = {}
opname = ["<%r>" % number for number in range(256)]
HAVE_ARGUMENT = EXTENDED_ARG = -1
