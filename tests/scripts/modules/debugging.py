# pdb: a session with commands that are given, and what it says.
import io
import os
import pdb
import tempfile

SOURCE = """\
def total(n):
    t = 0
    for i in range(n):
        t += i
        half(t)
    return t

def half(t):
    x = t / 2
    return x

start = 1
total(3)
try:
    total("a")
except TypeError as e:
    message = str(e)
end = 2
"""

COMMANDS = """\
b 4
c
p t, i
c
b half
c
up
p n
down
n
r
s
args
n
tbreak 17
cl 1
cl 2
c
n
p message
until
c
"""

with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(os.path.realpath(folder), "session.py")
    with open(name, "w") as file:
        file.write(SOURCE)
    output = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO(COMMANDS), stdout=output, nosigint=True, readrc=False)
    debugger.use_rawinput = False
    namespace = {"__name__": "session"}
    debugger.run(compile(SOURCE, name, "exec"), namespace)
    print(output.getvalue().replace(os.path.realpath(folder), "FOLDER"))
print(namespace["end"])
