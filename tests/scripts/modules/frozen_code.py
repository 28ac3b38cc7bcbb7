"""Code of the library that has never run is as any other when somebody looks at it."""

import heapq
import sys
import textwrap
import types


def show(code):
    print(code.co_name, code.co_varnames[:code.co_argcount], code.co_argcount, code.co_kwonlyargcount, bool(code.co_flags & 0x20))


# Looked at before anything calls them.
code = textwrap.TextWrapper._wrap_chunks.__code__
show(code)
print("lines" in code.co_varnames, "ValueError" in code.co_names, "placeholder > max_lines" not in code.co_consts)
print(any(isinstance(constant, str) and "width" in constant for constant in code.co_consts))
lines = [line for _, _, line in code.co_lines() if line]
print(min(lines) >= code.co_firstlineno, len(set(lines)) > 20)
print(code == code, code == textwrap.TextWrapper._split_chunks.__code__, hash(code) == hash(textwrap.TextWrapper._wrap_chunks.__code__))

# Code inside of code: a generator.
code = heapq.merge.__code__
show(code)
copy = code.replace(co_name="renamed")
print(copy.co_name, copy.co_consts == code.co_consts, copy.co_varnames == code.co_varnames)
function = types.FunctionType(copy, heapq.merge.__globals__, "renamed", heapq.merge.__defaults__)
function.__kwdefaults__ = heapq.merge.__kwdefaults__
print(list(function([1, 4], [2, 3])), list(heapq.merge([1, 4], [2, 3])))

# The first call is traced as every call.
def trace(frame, event, argument):
    if frame.f_code.co_name == "shorten":
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno))
    return trace


for _ in range(2):
    events = []
    sys.settrace(trace)
    textwrap.shorten("one two three", 9)
    sys.settrace(None)
    print(events[0], [event for event, _ in events])

# Wrong arguments do not get as far as the body.
try:
    textwrap.indent()
except TypeError as error:
    print(error)
try:
    textwrap.dedent("", wrong=1)
except TypeError as error:
    print(error)
print(textwrap.indent("a\nb", "> "))
