"""Modules of the library have paths and sources for those who ask."""
import importlib.util
import inspect
import json
import linecache
import os.path
import pkgutil
import traceback

print(os.path.basename(json.__file__), [os.path.basename(place) for place in json.__path__], json.__spec__.name)
print(os.path.isabs(json.__file__), os.path.basename(os.path.dirname(inspect.getfile(os))) == os.path.basename(os.path.dirname(os.__file__)))
print("def dumps" in inspect.getsource(json), inspect.getsource(json.dumps).startswith("def dumps"), inspect.getdoc(json.dumps)[:9])
print({"decoder", "encoder", "scanner"} <= {module.name for module in pkgutil.iter_modules(json.__path__)}, importlib.util.find_spec("json.decoder").name)
try:
    json.loads("{")
except ValueError as error:
    lines = traceback.format_exception(error)
print(any("return _default_decoder.decode(s)" in line for line in lines))
linecache.checkcache()
