"""What is finalized when the program ends, in whatever it hides: each program in a process of its own."""

import subprocess
import sys

PROGRAMS = {
    "nothing": "x = [1]; x.append(x)",
    "an object": """
class Thing:
    def __del__(self): print('gone')
thing = Thing()
""",
    "in a circle": """
class Thing:
    def __del__(self): print('gone')
thing = Thing(); thing.self = thing
""",
    "in a module": """
import types, sys
class Thing:
    def __del__(self): print('gone')
module = sys.modules['another'] = types.ModuleType('another')
module.thing = Thing()
""",
    "a weak reference": """
import weakref
class Thing: pass
thing = Thing(); thing.self = thing
reference = weakref.ref(thing, lambda _: print('called'))
""",
    "a generator": """
def generate():
    try: yield 1
    finally: print('closed')
generator = generate(); next(generator)
""",
    "a file": """
import tempfile, os
path = tempfile.mktemp()
file = open(path, 'w'); file.write('text')
circle = [file]; circle.append(circle)
del file
import atexit, subprocess, sys
sys.stdout.flush()
class Last:
    def __del__(self, path=path, os=os): print(os.path.exists(path)); os.unlink(path)
last = Last()
""",
    "another standard output": """
import sys, os
sys.stdout = open(os.dup(1), 'w')
print('written')
""",
    "a standard output that went": """
import sys, os
sys.stdout.write('written\\n')
sys.stdout = sys.__stdout__ = None
""",
}

for name, program in PROGRAMS.items():
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    error = done.stderr.strip().split("\n")[-1]
    print(name, done.returncode, done.stdout.split(), "never awaited" in error or error)
