# A name that a module has not yet, because it is still being imported.
import os
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)

    def write(name, text):
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)

    write("first.py", "import second\nvalue = 1\n")
    write("second.py", "import first\nfirst.value\n")
    os.mkdir(os.path.join(folder, "outer"))
    write("outer/__init__.py", "import outer.inner\n")
    write("outer/inner.py", "import outer\nouter.inner\n")
    for name in "first", "outer":
        try:
            __import__(name)
        except AttributeError as error:
            print(str(error).replace(os.path.realpath(folder), "FOLDER").replace(folder, "FOLDER"))
    try:
        os.nothing
    except AttributeError as error:
        print(error)
