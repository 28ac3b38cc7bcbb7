"""Runs one test file of CPython's and writes what became of each test to a file.

    INTERPRETER tests/conformance/run.py MODULE RECORD [EXCLUDED...]

RECORD gets one line a test: `plan ID` for all of them first, then `start ID` and `passed|failed|error|skipped ID`, so that a crash or a time-out
leaves behind how far it came. EXCLUDED are IDs that are not run; one that ends in `.*` stands for all that begin so.

Without CPython's test extensions (`_testcapi` and its like) some files skip themselves as a whole, or do not import, for the sake of a few
tests. Here such a module is one that skips whoever uses it.
"""

import doctest
import importlib
import os
import re
import sys
import tempfile
import traceback
import unittest


class Absent:
    """Stands in a test file for an extension module that is not there, or for something in it: the test that calls it is skipped."""

    importing = False

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")

    def __call__(self, *arguments, **keywords):
        if Absent.importing:
            return Absent(self.__name__ + "()")
        raise unittest.SkipTest(f"there is no {self.__name__}")


EXTENSIONS = "_testcapi", "_testinternalcapi", "_testlimitedcapi", "_testsinglephase", "_testmultiphase"


def without_extensions(name):
    """Imports a test module with stand-ins for the extension modules, which only that module sees."""
    from test import support
    from test.support import import_helper

    real = import_helper.import_module, support.has_no_debug_ranges
    import_helper.import_module = lambda name, *rest, **more: Absent(name) if name in EXTENSIONS else real[0](name, *rest, **more)
    support.has_no_debug_ranges = lambda: False
    sys.modules.update((name, Absent(name)) for name in EXTENSIONS)
    Absent.importing = True
    try:
        return importlib.import_module(name)
    finally:
        Absent.importing = False
        for extension in EXTENSIONS:
            del sys.modules[extension]
        import_helper.import_module, _ = real


def annotated_modules():
    """Imports data of the tests that rely on the `__annotations__` that every module had from its start before Python 3.14."""
    import builtins

    builtins.__annotations__ = {}
    try:
        import test.typinganndata.ann_module
    finally:
        del builtins.__annotations__


def base_paths():
    """A stand-in for the private module with the base classes of paths of 3.13, without which the tests of the real ones do not import."""
    import pathlib
    import types

    bases = sys.modules["pathlib._abc"] = pathlib._abc = types.ModuleType("pathlib._abc")
    bases.UnsupportedOperation = pathlib.UnsupportedOperation
    bases.ParserBase = type("ParserBase", (), {})
    bases.PurePathBase = type("PurePathBase", (), {})
    bases.PathBase = type("PathBase", (bases.PurePathBase,), {})


def child_watchers():
    """Names for `asyncio` that Python 3.14 has no more: tests of other things prepare the event loop with them. They do nothing."""
    import asyncio.events
    import asyncio.tasks
    from asyncio import unix_events

    class Watcher:
        is_active = attach_loop = close = lambda *_: None
        _threads = {}

    for name in "SafeChildWatcher", "FastChildWatcher", "ThreadedChildWatcher", "PidfdChildWatcher":
        setattr(asyncio, name, Watcher)
        setattr(unix_events, name, Watcher)
    policy = asyncio.events._AbstractEventLoopPolicy
    asyncio.set_child_watcher = policy.set_child_watcher = lambda *_: None
    asyncio.get_child_watcher = policy.get_child_watcher = lambda *_: Watcher()


# What must be there before a file of tests is imported.
PREPARED = {"test.test_pathlib": base_paths, "test.test_asyncio": child_watchers}


class Outcomes(unittest.TestResult):
    def __init__(self, record):
        super().__init__()
        self.record = record
        self.output = sys.stdout  # tests may replace it
        self.verdict = None

    def note(self, what, identity):
        print(what, identity, file=self.record, flush=True)

    def startTest(self, test):
        super().startTest(test)
        self.verdict = "passed"
        self.note("start", test.id())

    def stopTest(self, test):
        super().stopTest(test)
        self.note(self.verdict, test.id())
        self.verdict = None

    def worse(self, verdict, test, detail):
        if self.verdict is not None:
            order = ["passed", "skipped", "failed", "error"]
            self.verdict = max(self.verdict, verdict, key=order.index)
        else:  # of a class or a module: it holds for all their tests
            self.note(verdict + "-all", str(test).rpartition("(")[2].rstrip(")"))
        if isinstance(detail, tuple):
            detail = "".join(traceback.format_exception(*detail))
        print(f"{verdict}: {test}\n{detail}", file=self.output, flush=True)

    def addError(self, test, err):
        self.worse("error", test, err)

    def addFailure(self, test, err):
        self.worse("failed", test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            verdict = "failed" if issubclass(err[0], test.failureException) else "error"
            self.worse(verdict, subtest, err)

    def addSkip(self, test, reason):
        if self.verdict is None or not isinstance(test, unittest.case._SubTest):
            self.worse("skipped", test, reason)

    def addUnexpectedSuccess(self, test):
        self.worse("failed", test, "unexpected success")


# What Python 3.14 says in other words, in the output that doctests want: patterns and replacements, `...` standing for anything.
WORDS = [
    (r"(float |integer )?(floor )?division( or modulo)? by zero", "division by zero"),
    (r"too many values to unpack \(expected (\d+)\)", r"too many values to unpack (expected \1..."),
]


def in_new_words(test):
    examples = getattr(getattr(test, "_dt_test", None), "examples", ())
    for example in examples:
        for field in ("want", "exc_msg"):
            text = getattr(example, field)
            for pattern, replacement in WORDS if text else ():
                text = re.sub(pattern, replacement, text)
            setattr(example, field, text)
        example.options[doctest.ELLIPSIS] = True


def cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from cases(test)
        else:
            yield test


def excludes(excluded, identity):
    return any(identity == name or name.endswith(".*") and identity.startswith(name[:-1]) for name in excluded)


def without(suite, excluded):
    """The suite in its own order and nesting (fixtures of classes depend on it), less the excluded tests."""
    kept = unittest.TestSuite()
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            kept.addTest(without(test, excluded))
        elif not excludes(excluded, test.id()):
            in_new_words(test)
            kept.addTest(test)
    return kept


class Instructions(dict):
    """Numbers of CPython's instructions, which test files look up when they are imported."""

    def __missing__(self, name):
        return -1


def load(name):
    annotated_modules()
    PREPARED.get(name, lambda: None)()
    import opcode

    opcode.opmap = Instructions(opcode.opmap)
    try:
        return importlib.import_module(name)
    except (ImportError, unittest.SkipTest) as error:
        if not any(extension in str(error) for extension in EXTENSIONS):
            raise
        sys.modules.pop(name, None)
        return without_extensions(name)


def main():
    from test import support

    support.use_resources = []  # none that cost much, as CPython's own runner has it
    name, path, *excluded = sys.argv[1:]
    with open(path, "w", encoding="utf-8") as record, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)  # before the import: test modules ask for the folder they are in
        run(name, excluded, record)
        os.chdir("/")


def run(name, excluded, record):
    try:
        module = load(name)
    except unittest.SkipTest as reason:
        print("module-skipped", reason, file=record)
        return
    suite = without(unittest.defaultTestLoader.loadTestsFromModule(module), excluded)
    for test in cases(suite):
        print("plan", test.id(), file=record)
    record.flush()
    if os.environ.get("CONFORMANCE_PLAN"):
        return
    sys.setrecursionlimit(1000)  # the default of CPython, which tests assume
    suite.run(Outcomes(record))
    print("end", file=record)


main()
