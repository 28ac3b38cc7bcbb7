"""What Python 3.14 does otherwise than 3.13, and what pyvm does otherwise than both: each with its reason."""

import re

# (expression over what 3.13 said, what 3.14 says instead)
WORDS = [
    # 3.14 says the same for all numbers that are divided by zero.
    (r"integer (division or )?modulo by zero|float (floor )?division by zero|float modulo( by zero)?$|float divmod\(\)|complex division by zero", "division by zero"),
    (r"0\.0 cannot be raised to a negative power", "zero to a negative power"),
    (r"0\.0 to a negative or complex power", "zero to a negative or complex power"),
    # 3.14: what contains something need not be iterable.
    (r"argument of type '([^']*)' is not iterable", r"argument of type '\1' is not a container or iterable"),
    # 3.14 names the arguments of complex().
    (r"complex\(\) can't take second arg if first is a string", "complex() argument 'real' must be a real number, not str"),
    (r"complex\(\) second arg can't be a string", "complex() argument 'imag' must be a real number, not str"),
    (r"complex\(\) second argument must be a number, not '(.*)'", r"complex() argument 'imag' must be a real number, not \1"),
    (r"complex\(\) first argument must be a string or a number, not '(.*)'", r"complex() argument must be a string or a number, not \1"),
    # 3.14 looks for __exit__ before __enter__.
    (r"object does not support the context manager protocol$", "object does not support the context manager protocol (missed __exit__ method)"),
    # 3.14 does not show what was not found.
    (r"^ValueError: .* is not in list$", "ValueError: list.index(x): x not in list"),
    # 3.14 says what was given.
    (r"^TypeError: globals must be a dict$", "TypeError: eval() globals must be a dict"),
    (r"^TypeError: globals must be a real dict; try eval\(expr, \{\}, mapping\)$", "TypeError: eval() globals must be a dict"),
]
PATTERNS = [(re.compile(pattern), replacement) for pattern, replacement in WORDS]

# Programs whose result is another in 3.14.
PROGRAMS = {
    # Numbers without an imaginary part are multiplied and divided part by part.
    ("complex('nan')", "x.__mul__(2**63)"): "(nan+0j)",
    ("complex('nan')", "x / 255"): "(nan+0j)",
    ("complex(3, -0.0)", "x *= 2"): "(6-0j)",
}

# (expression over the code, expression over what was expected, expression over what was found): 3.14's words, where they depend on more
# than what 3.13 said.
NEWER = [
    # 3.14 says what an unhashable object was to be.
    (r"", r"unhashable type: '(.*)'$", r"cannot use '.*' as a (dict key|set element) \(unhashable type: '.*'\)$"),
    # 3.14: complex() with two arguments names the first one.
    (r"complex\(x, ", r"complex\(\) argument must be a string or a number", r"complex\(\) argument 'real' must be a real number"),
    # 3.14: eval() tells the type of its globals.
    (r"eval\(", r"eval\(\) globals must be a dict$", r"eval\(\) globals must be a dict, not "),
    # 3.14: map() has a keyword argument.
    (r"^map\(", r"map\(\) takes no keyword arguments", r"map\(\) got an unexpected keyword argument"),
]

# The same for what pyvm does otherwise than either: known, and counted by the run.
KNOWN = [
    # Operators of sequences called by name decline what they cannot take; the operators themselves raise.
    (r"x\.__(r|i)?mul__\(|x\.__add__\(", r"^TypeError: ('.*' object cannot be interpreted as an integer|can't concat .* to .*)$", r"^NotImplemented"),
    (r"x\.__imul__\(", r"cannot be interpreted as an integer", r"can't multiply sequence by non-int"),
    # float.__pow__ called by name declines a third argument; pow() raises.
    (r"x\.__pow__\(", r"3rd argument not allowed", r"NotImplemented"),
    # A generator has no finalizer of its own, the VM closes it; and its class has object.__init__, which takes nothing more.
    (r"x\.__del__\(", r"", r"no attribute '__del__'"),
    (r"x\.__init__\(", r"^None$", r"generator\.__init__\(\) takes exactly one argument"),
    # An iterator over a memoryview is that of a list of its items.
    (r"iter", r"<memory_iterator>", r"<list_iterator>"),
    # What natives written by hand check of their arguments, they word as all others do.
    (r"^enumerate\(", r"is an invalid keyword argument", r"got an unexpected keyword argument"),
    (r"^type\(x, ", r"type\(\) takes no keyword arguments", r"type\(\) takes 1 or 3 arguments"),
    (r"^(x\.__class__|function)\(None", r"must be code, not None$", r"must be code, not NoneType$"),
    (r"^str\(x, None\)", r"not NoneType$", r"not None$"),
    (r"x\.to_bytes\(", r"takes at most 3 arguments", r"takes at most 2 positional arguments"),
    (r"x\.__init__\(", r"requires a 'Exception' object", r"requires a 'BaseException' object"),
    # Names of modules are shown as they are.
    (r"^__import__\(", r"No module named '.*\\\\t", r"No module named '.*\\t"),
    # All that has bytes is compared, and compiled.
    (r"x\.__[lg][et]__\(", r"NotImplemented", r"(True|False)"),
    (r"^(exec|eval)\(x\)", r"arg 1 must be a string, bytes or code object", r"^NameError"),
    # Checked in another order.
    (r"^sum\(x, b'a'\)", r"object is not iterable", r"sum\(\) can't sum bytes"),
    (r"^sorted\(", r"object is not iterable", r"got an unexpected keyword argument"),
    (r"^exec\(\)", r"takes at least 1 positional argument", r"arg 1 must be a string"),
    # Properties have no attributes of the program's own.
    (r"x\.attribute", r"'property' object has no attribute 'attribute' and no __dict__", r"'property' object has no attribute 'attribute'$"),
    (r"x\.__subclasscheck__\(", r"arg 1 must be a class", r"^False$"),
    # Methods of type are named after type, not after the class they are called of.
    (r"x\.__(instance|subclass)check__\(", r"takes exactly one argument", r"^TypeError: type\.__.*check__\(\) takes exactly one argument"),
    (r"x\.__lt__\(", r"needs an argument", r"requires a 'int' object"),
    (r"x\.__class__\(", r"missing required argument 'object'", r"got an unexpected keyword argument"),
]


def compiled(table):
    return [tuple(re.compile(part) for part in row) for row in table]


NEWER, KNOWN = compiled(NEWER), compiled(KNOWN)


def newer(value, code, expected):
    """What 3.14 makes of a program, from what 3.13 did."""
    if (value, code) in PROGRAMS:
        return PROGRAMS[value, code]
    for pattern, replacement in PATTERNS:
        expected = pattern.sub(replacement, expected)
    return expected


def is_in(table, code, expected, found):
    """Whether a difference is one of those in a table."""
    return any(of.search(code) and was.search(expected) and now.search(found) for of, was, now in table)
