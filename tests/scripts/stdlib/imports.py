"""importlib: import_module, specs, finders of the program's own, namespace packages, reload."""
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import tempfile
import types

print(importlib.import_module("collections.abc").Sized.__name__, importlib.import_module(".decoder", "json").__name__)
print(importlib.util.find_spec("json").name, importlib.util.find_spec("no_such_module"))
print(isinstance(os.__spec__, importlib.machinery.ModuleSpec), importlib.__package__, os.path.__name__)
with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    os.makedirs(os.path.join(folder, "space", "inner"))
    with open(os.path.join(folder, "space", "inner", "leaf.py"), "w") as file:
        file.write("value = 1\nfrom .. import inner as again\n")
    with open(os.path.join(folder, "changes.py"), "w") as file:
        file.write("value = 1\n")
    import space.inner.leaf
    print(space.inner.leaf.value, space.inner.leaf.again is space.inner, space.__spec__.origin, hasattr(space, "__file__"))
    import changes
    print(changes.value, changes.__spec__.name, os.path.basename(changes.__file__), type(changes.__loader__).__name__)
    with open(os.path.join(folder, "changes.py"), "w") as file:
        file.write("value = 22\n")
    print(importlib.reload(changes).value, changes.value)
    spec = importlib.util.spec_from_file_location("by_hand", os.path.join(folder, "changes.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(module.value, module.__name__)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.startswith("virtual"):
            return importlib.machinery.ModuleSpec(name, self, is_package=name == "virtual")

    def exec_module(self, module):
        module.answer = len(module.__name__)


finder = Finder()
sys.meta_path.insert(0, finder)
import virtual.part
print(virtual.answer, virtual.part.answer, virtual.__spec__.loader is finder)
sys.meta_path.remove(finder)
try:
    import virtual.other
except ModuleNotFoundError as error:
    print(error)
try:
    importlib.import_module("json.nothing")
except ModuleNotFoundError as error:
    print(error, error.name)
sys.modules["stopped"] = None
try:
    import stopped
except ModuleNotFoundError as error:
    print(error)
made = types.ModuleType("made", "docs")
sys.modules["made"] = made
import made as again
print(again is made, made.__doc__)
made.value, made.__dir__ = 1, lambda: ["b", "a"]
print("find_spec" in dir(importlib.util), [name for name in dir(changes) if name[0] != "_"], dir(made))
