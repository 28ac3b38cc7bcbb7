"""What is there before a program begins that CPython's module `site` brings; interactive sessions."""

import builtins
import sys
from _sitebuiltins import Quitter, _Helper, _Printer

_COPYRIGHT = sys.copyright
_CREDITS = "pyvm rests on the work of the CPython project: its language, its library, its tests. Thank you."
_LICENSE = "pyvm is under the MIT licence or the Apache licence 2.0, as you like; the library under the PSF licence: https://docs.python.org/3/license.html"


class _Notice(_Printer):
    """A text that is shown page by page; makes nothing of it before it is asked for."""

    def __init__(self, name, data):
        self._Printer__name = name
        self._Printer__data = data
        self._Printer__lines = None
        self._Printer__filenames = []


def begin(site):
    """Make the builtins of interactive sessions; `site`: look for packages too."""
    end = "Ctrl-D (i.e. EOF)"
    builtins.quit = Quitter("quit", end)
    builtins.exit = Quitter("exit", end)
    builtins.copyright = _Notice("copyright", _COPYRIGHT)
    builtins.credits = _Notice("credits", _CREDITS)
    builtins.license = _Notice("license", _LICENSE)
    builtins.help = _Helper()
    if site:
        _find_packages()


def _find_packages():
    saved = {name: getattr(builtins, name) for name in ("copyright", "credits", "license")}
    import site
    vars(builtins).update(saved)
    if sys.prefix != sys.base_prefix:
        _find_packages_of_others(site)


def _find_packages_of_others(site):
    """A virtual environment that another version of Python made has its packages in a folder of that version's."""
    try:
        with open(f"{sys.prefix}/pyvenv.cfg", encoding="utf-8") as file:
            settings = dict(map(str.strip, line.split("=", 1)) for line in file if "=" in line)
    except OSError:
        return
    version = settings.get("version") or settings.get("version_info") or ""
    version = ".".join(version.split(".")[:2])
    if version and version != "%d.%d" % sys.version_info[:2]:
        folder = f"{sys.prefix}/lib/python{version}/site-packages"
        from os.path import isdir
        if isdir(folder):
            site.addsitedir(folder)


def interact(banner, startup):
    """An interactive session in `__main__`, with a line editor if there is a terminal that can do with one."""
    import os
    main = sys.modules["__main__"]
    sys._baserepl = _basic_session
    # What another session or `site` has set stays.
    sys.ps1 = getattr(sys, "ps1", ">>> ")
    sys.ps2 = getattr(sys, "ps2", "... ")
    if banner:
        print(f'Python {sys.version} on {sys.platform}\nType "help", "copyright", "credits" or "license" for more information.', file=sys.stderr)
    if startup:
        _run_startup_file(main, os.environ.get("PYTHONSTARTUP"))
    hook = getattr(sys, "__interactivehook__", None)
    if hook is not None:
        try:
            hook()
        except Exception:
            sys.excepthook(*sys.exc_info())
    terminal = _is_terminal(sys.stdin) and _is_terminal(sys.stdout)
    if terminal and (sys.flags.ignore_environment or not os.environ.get("PYTHON_BASIC_REPL")):
        from _pyrepl.main import CAN_USE_PYREPL, interactive_console
        if CAN_USE_PYREPL:
            return interactive_console(main)
    _basic_session()


def _is_terminal(stream):
    try:
        return stream.isatty()
    except (AttributeError, ValueError, OSError):
        return False


def _run_startup_file(main, path):
    if not path:
        return
    try:
        with open(path, "rb") as file:
            exec(compile(file.read(), path, "exec"), main.__dict__)
    except OSError as error:
        print(f"Could not open PYTHONSTARTUP\n{type(error).__name__}: {error}", file=sys.stderr)
    except SystemExit:
        raise
    except BaseException as error:
        _show(error)


def _show(error):
    """Report what ended a statement, without the frames of the session."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    error = error.with_traceback(trace)
    sys.last_exc = sys.last_value = error
    sys.last_type, sys.last_traceback = type(error), trace
    sys.stdout.flush()
    try:
        if sys.excepthook is sys.__excepthook__:
            # Shows the lines that were typed, too.
            from traceback import print_exception
            print_exception(error, colorize=_can_colorize())
        else:
            sys.excepthook(type(error), error, trace)
    except SystemExit:
        raise
    except BaseException as other:
        print("Error in sys.excepthook:", file=sys.stderr)
        sys.__excepthook__(type(other), other, other.__traceback__)


def _can_colorize():
    from _colorize import can_colorize
    return can_colorize(file=sys.stderr)


def _read_line(prompt):
    """A line with its newline, or nothing at the end."""
    if _is_terminal(sys.stdin) and _is_terminal(sys.stdout):
        try:
            return input(prompt) + "\n"
        except EOFError:
            print()
            return ""
    sys.stdout.flush()
    sys.stderr.write(str(prompt))
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
    return line


def _basic_session():
    """Read, run and print statements until the input ends."""
    from codeop import CommandCompiler
    from linecache import _register_code
    namespace = sys.modules["__main__"].__dict__
    compile_command = CommandCompiler()
    pending = ""
    while True:
        try:
            line = _read_line(getattr(sys, "ps2", "") if pending else getattr(sys, "ps1", ""))
            ended = not line
            if ended and not pending:
                return
            pending += line
            # At the end of input what is there has to do.
            code = compile(pending, "<stdin>", "single") if ended else compile_command(pending[:-1], "<stdin>", "single")
        except KeyboardInterrupt:
            pending = ""
            print("\nKeyboardInterrupt", file=sys.stderr)
            continue
        except (SyntaxError, ValueError, OverflowError) as error:
            pending = ""
            _show(error.with_traceback(None))
            continue
        if code is None:
            continue
        text, pending = pending, ""
        _register_code(code, text, "<stdin>")
        try:
            exec(code, namespace)
        except SystemExit:
            raise
        except BaseException as error:
            _show(error)
