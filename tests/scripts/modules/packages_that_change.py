"""Imports of packages that put something else in their place, of relative folders, of names that are no strs."""
import os
import sys
import tempfile
import warnings


def write(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w") as file:
        file.write(text)


def failing(code, namespace=None):
    try:
        exec(code, namespace if namespace is not None else {})
    except Exception as error:
        print(type(error).__name__, str(error).replace(folder, "FOLDER"))


with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    before = os.getcwd()
    os.chdir(folder)
    try:
        sys.path.insert(0, ".")
        write("replaced/__init__.py", "")
        write("replaced/one.py", "import sys\nsys.modules.pop(__package__, None)\nfrom . import two\n")
        write("replaced/two.py", "")
        import replaced.one

        print(replaced.one.two is replaced.two, replaced is sys.modules["replaced"])
        print([module.__file__.replace(folder, "FOLDER") for module in (replaced, replaced.one)])
        write(
            "closed/__init__.py",
            "import sys\nclass Closed:\n    __slots__ = ['__name__', '__path__', '__spec__']\n    def __init__(self):\n"
            "        for name in self.__slots__:\n            setattr(self, name, globals()[name])\nsys.modules[__name__] = Closed()\n",
        )
        write("closed/part.py", "value = 5\n")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            from closed import part
        print(part.value, [(entry.category.__name__, str(entry.message)) for entry in caught])
        failing("from closed import nothing")
        write("inner/plain.py", "")
        sys.path.insert(0, "inner")
        import plain

        print(plain.__file__.replace(folder, "FOLDER"))
        write("wrong.py", "__all__ = ['a', 5]\na = 1\n")
        write("keys.py", "globals()[5] = 1\n")
        failing("from wrong import *")
        failing("from keys import *")
        os.chmod("wrong.py", 0o640)
        write("cycle_one.py", "import cycle_two\n")
        write("cycle_two.py", "import cycle_one\ncycle_one.value\n")
        failing("import cycle_one")
    finally:
        os.chdir(before)
for namespace in ({"__package__": 5}, {"__package__": None, "__name__": 5}, {"__name__": "alone"}, {"__package__": "no_such_package", "__name__": "x.y"}):
    failing("from . import something", namespace)
