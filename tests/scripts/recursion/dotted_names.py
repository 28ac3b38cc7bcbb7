# A dotted name of ten thousand parts in an import statement ends as one of a hundred does (which is what CPython ran).
# expected: by hand
# stack: 256
name = ".".join(["a"] * 10000)
for statement in (f"import {name}", f"import {name} as b", f"from {name} import b"):
    try: exec(statement)
    except ModuleNotFoundError as e: print(e)
import sys
sys.modules["one"] = one = type(sys)("one")
one.__path__ = []
try: import one.two.three
except ModuleNotFoundError as e: print(e, e.name)
sys.modules["one.two"] = 5
try: import one.two.three
except ModuleNotFoundError as e: print(e, e.name)
sys.modules["one.two"] = None
try: import one.two
except ModuleNotFoundError as e: print(e, e.name)
sys.modules["one.two"] = 5
sys.modules["one.two.three"] = 6
import one.two.three
print(one is sys.modules["one"], __import__("one.two.three", fromlist=["x"]))
