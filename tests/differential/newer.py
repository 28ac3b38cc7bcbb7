"""What Python 3.14 does otherwise than 3.13: (expression over the expected result, replacement), each with its reason."""

import re

WORDS = [
    # 3.14 says the same for all numbers that are divided by zero.
    (r"integer (division or )?modulo by zero|float (floor )?division by zero|float modulo( by zero)?$|float divmod\(\)|complex division by zero", "division by zero"),
    # 3.14: containers need not be iterable.
    (r"argument of type '([^']*)' is not iterable", r"argument of type '\1' is not a container or iterable"),
    # 3.14 names the arguments of complex().
    (r"complex\(\) can't take second arg if first is a string", "complex() argument 'real' must be a real number, not str"),
    (r"complex\(\) second arg can't be a string", "complex() argument 'imag' must be a real number, not str"),
    (r"complex\(\) first argument must be a string or a number, not '(.*)'", r"complex() argument must be a string or a number, not \1"),
    (r"0\.0 cannot be raised to a negative power", "zero to a negative power"),
    (r"0\.0 to a negative or complex power", "zero to a negative or complex power"),
]
PATTERNS = [(re.compile(pattern), replacement) for pattern, replacement in WORDS]

# Programs whose result is another in 3.14.
PROGRAMS = {}


def newer(value, code, expected):
    """What 3.14 makes of a program, from what 3.13 did."""
    if (value, code) in PROGRAMS:
        return PROGRAMS[value, code]
    for pattern, replacement in PATTERNS:
        expected = pattern.sub(replacement, expected)
    return expected
