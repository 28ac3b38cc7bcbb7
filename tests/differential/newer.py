"""What Python 3.14 does otherwise than 3.13, and where pyvm differs on purpose: each with its reason."""

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
    # Numbers without an imaginary part are multiplied part by part.
    ("complex('nan')", "x.__mul__(2**63)"): "(nan+0j)",
}

# (expression over the code, expression over what was expected, expression over what was found): what is left as it is.
ALLOWED = [
    # 3.14 says what an unhashable object was to be, where 3.13 had no words for that.
    (r"", r"unhashable type: '(.*)'$", r"cannot use '.*' as a (dict key|set element) \(unhashable type: '.*'\)$"),
    # 3.14: complex() with two arguments names the first one.
    (r"complex\(x, ", r"complex\(\) argument must be a string or a number", r"complex\(\) argument 'real' must be a real number"),
    # 3.14: eval() tells the type of its globals.
    (r"eval\(", r"eval\(\) globals must be a dict$", r"eval\(\) globals must be a dict, not "),
    # Operators of sequences called by name decline what they cannot take; the operators themselves raise.
    (r"x\.__(r|i)?mul__\(|x\.__add__\(", r"^TypeError: ('.*' object cannot be interpreted as an integer|can't concat .* to .*)$", r"^NotImplemented"),
    # A generator has no finalizer of its own: the VM closes it.
    (r"x\.__del__\(", r"", r"no attribute '__del__'"),
]
ALLOWED = [tuple(re.compile(part) for part in allowed) for allowed in ALLOWED]


def newer(value, code, expected):
    """What 3.14 makes of a program, from what 3.13 did."""
    if (value, code) in PROGRAMS:
        return PROGRAMS[value, code]
    for pattern, replacement in PATTERNS:
        expected = pattern.sub(replacement, expected)
    return expected


def allowed(code, expected, found):
    """Whether a difference is a known one."""
    return any(of.search(code) and was.search(expected) and now.search(found) for of, was, now in ALLOWED)
