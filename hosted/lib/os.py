"""Files, folders and the process: what programs need before the whole standard library is there."""

import posix as _posix
import posixpath as path
import sys as _sys
from posix import (
    F_OK, O_RDONLY, O_RDWR, O_WRONLY, R_OK, W_OK, X_OK, _exit, access, chdir, cpu_count, fspath, getcwd, getpid, getppid, isatty, listdir, lstat, mkdir,
    putenv, readlink, remove, rename, replace, rmdir, stat, stat_result, strerror, symlink, unlink, unsetenv, urandom,
)
from posixpath import altsep, curdir, defpath, devnull, extsep, pardir, pathsep, sep

name = "posix"
linesep = "\n"
error = OSError
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2

_sys.modules["os.path"] = path


class _Environ:
    """The environment variables, as a mapping whose changes reach the process."""

    def __init__(self, data):
        self._data = data

    def __getitem__(self, key):
        try:
            return self._data[key]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key, value):
        if not isinstance(key, str) or not isinstance(value, str):
            wrong = key if not isinstance(key, str) else value
            raise TypeError("str expected, not %s" % type(wrong).__name__)
        putenv(key, value)
        self._data[key] = value

    def __delitem__(self, key):
        unsetenv(key)
        try:
            del self._data[key]
        except KeyError:
            raise KeyError(key) from None

    def __iter__(self):
        yield from list(self._data)

    def __len__(self):
        return len(self._data)

    def __contains__(self, key):
        return key in self._data

    def __repr__(self):
        items = ", ".join("%r: %r" % item for item in self._data.items())
        return "environ({%s})" % items

    def get(self, key, default=None):
        return self._data.get(key, default)

    def keys(self):
        return self._data.keys()

    def values(self):
        return self._data.values()

    def items(self):
        return self._data.items()

    def copy(self):
        return dict(self._data)

    def setdefault(self, key, value):
        if key not in self:
            self[key] = value
        return self[key]

    def pop(self, key, *default):
        if key not in self._data and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def update(self, *others, **named):
        for other in others:
            for key in dict(other):
                self[key] = other[key]
        for key, value in named.items():
            self[key] = value


environ = _Environ(_posix._environ)


def getenv(key, default=None):
    return environ.get(key, default)


def fsencode(filename):
    filename = fspath(filename)
    return filename if isinstance(filename, bytes) else filename.encode("utf-8", "surrogateescape")


def fsdecode(filename):
    filename = fspath(filename)
    return filename if isinstance(filename, str) else filename.decode("utf-8", "surrogateescape")


class PathLike:
    """What has __fspath__()."""

    def __fspath__(self):
        raise NotImplementedError


class DirEntry:
    """An entry of a folder, with what is known about it without asking again."""

    __slots__ = ("name", "path", "_kind", "_link", "_inode")

    def __init__(self, folder, entry):
        self.name, self._kind, self._link, self._inode = entry
        self.path = path.join(folder, self.name)

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return "<DirEntry %r>" % self.name

    def is_dir(self, *, follow_symlinks=True):
        return self._kind == 2 and (follow_symlinks or not self._link)

    def is_file(self, *, follow_symlinks=True):
        return self._kind == 1 and (follow_symlinks or not self._link)

    def is_symlink(self):
        return self._link

    def is_junction(self):
        return False

    def inode(self):
        return self._inode

    def stat(self, *, follow_symlinks=True):
        return stat(self.path) if follow_symlinks else lstat(self.path)


class _Scan:
    def __init__(self, folder):
        self._entries = (DirEntry(folder, entry) for entry in _posix._scan(folder))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def close(self):
        self._entries = iter(())


def scandir(path="."):
    return _Scan("." if path is None else fspath(path))


def walk(top, topdown=True, onerror=None, followlinks=False):
    stack = [fspath(top)]
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            yield top
            continue
        folders, others, inner = [], [], []
        try:
            entries = _posix._scan(top)
        except OSError as problem:
            if onerror is not None:
                onerror(problem)
            continue
        for entry_name, kind, link, _ in entries:
            if kind == 2:
                folders.append(entry_name)
                if not topdown and (followlinks or not link):
                    inner.append(path.join(top, entry_name))
            else:
                others.append(entry_name)
        if topdown:
            yield top, folders, others
            for folder in reversed(folders):
                below = path.join(top, folder)
                if followlinks or not path.islink(below):
                    stack.append(below)
        else:
            stack.append((top, folders, others))
            stack.extend(reversed(inner))


def makedirs(name, mode=0o777, exist_ok=False):
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, exist_ok=exist_ok)
        except FileExistsError:
            pass
        if tail == curdir:
            return
    try:
        mkdir(name, mode)
    except OSError:
        if not exist_ok or not path.isdir(name):
            raise


def removedirs(name):
    rmdir(name)
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    while head and tail:
        try:
            rmdir(head)
        except OSError:
            break
        head, tail = path.split(head)


def sched_yield():
    import thread
    thread.sched_yield()


def process_cpu_count():
    return cpu_count()


def get_terminal_size(fallback=(80, 24)):
    return (int(environ.get("COLUMNS", fallback[0])), int(environ.get("LINES", fallback[1])))
