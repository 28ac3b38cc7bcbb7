"""What can be said about code objects. Their instructions are this VM's own: `pyvm --dis FILE` prints them."""

import collections
import types
from opcode import *
from opcode import __all__ as _all

__all__ = ["code_info", "dis", "disassemble", "distb", "findlinestarts", "findlabels", "show_code", "get_instructions", "Instruction", "Bytecode",
           "COMPILER_FLAG_NAMES", "pretty_flags"] + _all

COMPILER_FLAG_NAMES = {
    1: "OPTIMIZED",
    2: "NEWLOCALS",
    4: "VARARGS",
    8: "VARKEYWORDS",
    16: "NESTED",
    32: "GENERATOR",
    64: "NOFREE",
    128: "COROUTINE",
    256: "ITERABLE_COROUTINE",
    512: "ASYNC_GENERATOR",
    0x4000000: "HAS_DOCSTRING",
    0x8000000: "METHOD",
}

Positions = collections.namedtuple("Positions", ["lineno", "end_lineno", "col_offset", "end_col_offset"], defaults=[None] * 4)
Instruction = collections.namedtuple("Instruction", ["opname", "opcode", "arg", "argval", "argrepr", "offset", "start_offset", "starts_line", "line_number"])


def pretty_flags(flags):
    """Names of the flags of a code object."""
    names = []
    for bit in range(32):
        flag = 1 << bit
        if flags & flag:
            names.append(COMPILER_FLAG_NAMES.get(flag, hex(flag)))
    return ", ".join(names) or hex(flags)


def _code_of(thing):
    if hasattr(thing, "__func__"):
        thing = thing.__func__
    for name in ("__code__", "gi_code", "ag_code", "cr_code"):
        if hasattr(thing, name):
            return getattr(thing, name)
    if isinstance(thing, str):
        return compile(thing, "<disassembly>", "exec")
    if isinstance(thing, types.CodeType):
        return thing
    raise TypeError("don't know how to disassemble %s objects" % type(thing).__name__)


def code_info(x):
    """A description of methods, functions, or code."""
    code = _code_of(x)
    lines = [
        "Name:              %s" % code.co_name,
        "Filename:          %s" % code.co_filename,
        "Argument count:    %s" % code.co_argcount,
        "Positional-only arguments: %s" % code.co_posonlyargcount,
        "Kw-only arguments: %s" % code.co_kwonlyargcount,
        "Number of locals:  %s" % code.co_nlocals,
        "Flags:             %s" % pretty_flags(code.co_flags),
    ]
    for title, names in (("Variable names", code.co_varnames), ("Free variables", code.co_freevars), ("Cell variables", code.co_cellvars)):
        if names:
            lines.append(title + ":")
            lines.extend("%4d: %s" % item for item in enumerate(names))
    return "\n".join(lines)


def show_code(co, *, file=None):
    print(code_info(co), file=file)


def findlinestarts(code):
    """Pairs of an offset in the instructions and the line that starts there."""
    last = False
    for start, end, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


def _missing(*arguments, **keywords):
    raise NotImplementedError("instructions are shown by `pyvm --dis FILE`")


dis = disassemble = distb = get_instructions = findlabels = Bytecode = _missing
