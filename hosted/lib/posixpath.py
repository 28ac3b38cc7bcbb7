"""os.path for POSIX systems."""

import posix as _posix

__all__ = [
    "abspath", "basename", "commonpath", "commonprefix", "curdir", "dirname", "exists", "expanduser", "expandvars", "extsep", "getatime", "getmtime",
    "getsize", "isabs", "isdir", "isfile", "islink", "join", "lexists", "normcase", "normpath", "pardir", "pathsep", "realpath", "relpath", "samefile",
    "sep", "split", "splitdrive", "splitext", "devnull", "altsep", "defpath",
]

curdir = "."
pardir = ".."
extsep = "."
sep = "/"
pathsep = ":"
altsep = None
devnull = "/dev/null"
defpath = "/bin:/usr/bin"
supports_unicode_filenames = False

_fspath = _posix.fspath


def _like(path, text):
    return text.encode() if isinstance(path, bytes) else text


def normcase(s):
    return _fspath(s)


def isabs(s):
    s = _fspath(s)
    return s.startswith(_like(s, sep))


def join(a, *p):
    path = _fspath(a)
    slash = _like(path, sep)
    for part in p:
        part = _fspath(part)
        if isinstance(part, bytes) != isinstance(path, bytes):
            raise TypeError("Can't mix strings and bytes in path components")
        if part.startswith(slash) or not path:
            path = part
        elif path.endswith(slash):
            path += part
        else:
            path += slash + part
    return path


def split(p):
    p = _fspath(p)
    slash = _like(p, sep)
    cut = p.rfind(slash) + 1
    head, tail = p[:cut], p[cut:]
    if head and head != slash * len(head):
        head = head.rstrip(slash)
    return head, tail


def dirname(p):
    return split(p)[0]


def basename(p):
    p = _fspath(p)
    return p[p.rfind(_like(p, sep)) + 1:]


def splitext(p):
    p = _fspath(p)
    dot = _like(p, extsep)
    start = p.rfind(_like(p, sep)) + 1
    cut = p.rfind(dot)
    while cut > start:
        # A name's leading dots begin no extension.
        if p[start:cut].strip(dot):
            return p[:cut], p[cut:]
        break
    return p, p[:0]


def splitdrive(p):
    p = _fspath(p)
    return p[:0], p


def splitroot(p):
    p = _fspath(p)
    slash = _like(p, sep)
    empty = p[:0]
    if not p.startswith(slash):
        return empty, empty, p
    if not p.startswith(slash * 2) or p.startswith(slash * 3):
        return empty, slash, p[1:]
    return empty, slash * 2, p[2:]


def _stat(path):
    try:
        return _posix.stat(path)
    except (OSError, ValueError):
        return None


def exists(path):
    return _stat(path) is not None


def lexists(path):
    try:
        _posix.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def isfile(path):
    found = _stat(path)
    return found is not None and found.st_mode & 0o170000 == 0o100000


def isdir(s):
    found = _stat(s)
    return found is not None and found.st_mode & 0o170000 == 0o040000


def islink(path):
    try:
        found = _posix.lstat(path)
    except (OSError, ValueError):
        return False
    return found.st_mode & 0o170000 == 0o120000


def getsize(filename):
    return _posix.stat(filename).st_size


def getmtime(filename):
    return _posix.stat(filename).st_mtime


def getatime(filename):
    return _posix.stat(filename).st_atime


def getctime(filename):
    return _posix.stat(filename).st_ctime


def samefile(f1, f2):
    first, second = _posix.stat(f1), _posix.stat(f2)
    return first.st_ino == second.st_ino and first.st_dev == second.st_dev


def normpath(path):
    path = _fspath(path)
    slash, dot, dots = _like(path, sep), _like(path, curdir), _like(path, pardir)
    if not path:
        return dot
    _, root, rest = splitroot(path)
    parts = []
    for part in rest.split(slash):
        if not part or part == dot:
            continue
        if part != dots or (not root and not parts) or (parts and parts[-1] == dots):
            parts.append(part)
        elif parts:
            parts.pop()
    return (root + slash.join(parts)) or dot


def abspath(path):
    path = _fspath(path)
    if not isabs(path):
        folder = _posix.getcwd()
        path = join(folder.encode() if isinstance(path, bytes) else folder, path)
    return normpath(path)


def realpath(filename, *, strict=False):
    filename = _fspath(filename)
    found = _posix._realpath(filename)
    if found is not None:
        return found.encode() if isinstance(filename, bytes) else found
    if strict:
        _posix.stat(filename)
    head, tail = split(abspath(filename))
    if not tail:
        return head
    return join(realpath(head), tail)


def relpath(path, start=None):
    path = _fspath(path)
    if not path:
        raise ValueError("no path specified")
    slash, dots = _like(path, sep), _like(path, pardir)
    start = _like(path, curdir) if start is None else _fspath(start)
    there = [part for part in abspath(path).split(slash) if part]
    here = [part for part in abspath(start).split(slash) if part]
    same = 0
    for first, second in zip(there, here):
        if first != second:
            break
        same += 1
    parts = [dots] * (len(here) - same) + there[same:]
    return slash.join(parts) or _like(path, curdir)


def commonprefix(m):
    if not m:
        return ""
    low, high = min(m), max(m)
    for index, item in enumerate(low):
        if item != high[index]:
            return low[:index]
    return low


def commonpath(paths):
    paths = [_fspath(path) for path in paths]
    if not paths:
        raise ValueError("commonpath() arg is an empty sequence")
    slash, dot = _like(paths[0], sep), _like(paths[0], curdir)
    if len({isabs(path) for path in paths}) != 1:
        raise ValueError("Can't mix absolute and relative paths")
    parts = [[part for part in path.split(slash) if part and part != dot] for path in paths]
    common = commonprefix(parts)
    return (slash if isabs(paths[0]) else slash[:0]) + slash.join(common)


def expanduser(path):
    path = _fspath(path)
    if not path.startswith(_like(path, "~")):
        return path
    end = path.find(_like(path, sep), 1)
    if end < 0:
        end = len(path)
    home = _posix._environ.get("HOME")
    if end != 1 or not home:
        return path
    if isinstance(path, bytes):
        home = home.encode()
    return (home.rstrip(_like(path, sep)) + path[end:]) or _like(path, sep)


def expandvars(path):
    path = _fspath(path)
    result, index = "", 0
    while index < len(path):
        if path[index] != "$":
            result += path[index]
            index += 1
            continue
        end = index + 1
        if path[end:end + 1] == "{":
            close = path.find("}", end)
            if close < 0:
                return result + path[index:]
            name, end = path[end + 1:close], close + 1
        else:
            while end < len(path) and (path[end].isalnum() or path[end] == "_"):
                end += 1
            name = path[index + 1:end]
        result += _posix._environ.get(name, path[index:end])
        index = end
    return result
