"""Files and memory mapped into this process. The calls are C's, the memory an array of `ctypes`."""

import os as _os
from sys import getrefcount as _count

PROT_READ, PROT_WRITE, PROT_EXEC = 1, 2, 4
MAP_SHARED, MAP_PRIVATE = 1, 2
ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY = 0, 1, 2, 3
MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED = 0, 1, 2, 3, 4
if _os.uname().sysname == "Linux":
    MAP_ANON = MAP_ANONYMOUS = 0x20
    MAP_DENYWRITE, MAP_EXECUTABLE, MAP_NORESERVE, MAP_POPULATE = 0x800, 0x1000, 0x4000, 0x8000
    _SYNC = 4
else:
    MAP_ANON = MAP_ANONYMOUS = 0x1000
    MAP_NORESERVE = 0x40
    _SYNC = 0x10
PAGESIZE = ALLOCATIONGRANULARITY = _os.sysconf("SC_PAGE_SIZE")
error = OSError

_functions = None


def _c():
    """The functions of C, once they are needed."""
    global _functions
    if _functions is None:
        import ctypes
        library = ctypes.CDLL(None, use_errno=True)
        size, address, number = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int
        library.mmap.argtypes = address, size, number, number, number, ctypes.c_long
        library.mmap.restype = address
        for name, types in (("munmap", (address, size)), ("msync", (address, size, number)), ("madvise", (address, size, number))):
            getattr(library, name).argtypes = types
        _functions = library, ctypes
    return _functions


def _failed():
    number = _c()[1].get_errno()
    raise OSError(number, _os.strerror(number))


class mmap:
    """A mapping: bytes that can be read, searched and, unless they are only for reading, changed."""

    __module__ = "mmap"

    def __new__(cls, fileno, length, flags=MAP_SHARED, prot=PROT_READ | PROT_WRITE, access=ACCESS_DEFAULT, offset=0, *, trackfd=True):
        if length < 0:
            raise OverflowError("memory mapped length must be positive")
        if offset < 0:
            raise OverflowError("memory mapped offset must be positive")
        if access != ACCESS_DEFAULT and (flags != MAP_SHARED or prot != PROT_READ | PROT_WRITE):
            raise ValueError("mmap can't specify both access and flags, prot.")
        match access:
            case 0:
                if prot & PROT_READ and not prot & PROT_WRITE:
                    access = ACCESS_READ
            case 1:
                prot = PROT_READ
            case 2:
                pass
            case 3:
                flags = MAP_PRIVATE
            case _:
                raise ValueError("mmap invalid access parameter.")
        if fileno == -1:
            flags |= MAP_ANONYMOUS
        else:
            size = _os.fstat(fileno).st_size
            if length == 0:
                if size == 0:
                    raise ValueError("cannot mmap an empty file")
                if offset >= size:
                    raise ValueError("mmap offset is greater than file size")
                length = size - offset
            elif _is_regular(fileno) and (offset > size or size - offset < length):
                raise ValueError("mmap length is greater than file size")
        self = object.__new__(cls)
        self._access = access
        self._flags, self._prot, self._offset = flags, prot, offset
        self._file = _os.dup(fileno) if fileno != -1 and trackfd else -1
        self._position = 0
        self._address = None
        try:
            self._map(fileno, length)
        except BaseException:
            self._let_go()
            raise
        return self

    def _map(self, fileno, length):
        library, ctypes = _c()
        address = library.mmap(None, length, self._prot, self._flags, fileno, self._offset)
        if address is None or address == ctypes.c_void_p(-1).value:
            _failed()
        self._address, self._length = address, length
        self._memory = (ctypes.c_ubyte * length).from_address(address)
        view = memoryview(self._memory).cast("B")
        self._view = view if self._access != ACCESS_READ else view.toreadonly()
        del view
        # Views of others refer to the memory, too.
        self._references = _count(self._memory)

    def _is_exported(self):
        return _count(self._memory) > self._references

    def _let_go(self):
        if self._address is not None:
            self._view.release()
            address, self._address = self._address, None
            _c()[0].munmap(address, self._length)
        if self._file != -1:
            file, self._file = self._file, -1
            _os.close(file)

    def _open(self):
        if self._address is None:
            raise ValueError("mmap closed or invalid")
        return self._view

    def _writable(self):
        view = self._open()
        if self._access == ACCESS_READ:
            raise TypeError("mmap can't modify a readonly memory map.")
        return view

    def close(self):
        """Unmap the memory."""
        if self._address is not None and self._is_exported():
            raise BufferError("cannot close exported pointers exist")
        self._let_go()

    def __del__(self):
        if self._address is not None:
            self._let_go()

    @property
    def closed(self):
        return self._address is None

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, *args):
        self.close()

    def __buffer__(self, flags):
        return memoryview(self._open())

    def __len__(self):
        self._open()
        return self._length

    def __getitem__(self, key):
        view = self._open()
        try:
            value = view[key]
        except IndexError:
            raise IndexError("mmap index out of range") from None
        return value if isinstance(value, int) else value.tobytes()

    def __setitem__(self, key, value):
        view = self._writable()
        if isinstance(key, slice):
            if len(range(*key.indices(self._length))) != len(memoryview(value)):
                raise IndexError("mmap slice assignment is wrong size")
            view[key] = value
            return
        if not isinstance(value, int):
            raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
        if not 0 <= value < 256:
            raise ValueError("mmap item value must be in range(0, 256)")
        try:
            view[key] = value
        except IndexError:
            raise IndexError("mmap index out of range") from None

    def __iter__(self):
        self._open()
        return (self[place:place + 1] for place in range(self._length))

    def __repr__(self):
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        if self._address is None:
            return f"<{name} closed=True>"
        access = ("ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY")[self._access]
        return f"<{name} closed=False, access={access}, length={self._length}, pos={self._position}, offset={self._offset}>"

    def size(self):
        """The size of the file, which can be larger than the mapping."""
        self._open()
        return self._length if self._file == -1 else _os.fstat(self._file).st_size

    def tell(self):
        self._open()
        return self._position

    def seek(self, pos, whence=0):
        self._open()
        if whence not in (0, 1, 2):
            raise ValueError("unknown seek type")
        position = pos + (0, self._position, self._length)[whence]
        if not 0 <= position <= self._length:
            raise ValueError("seek out of range")
        self._position = position
        return position

    def seekable(self):
        return True

    def read(self, n=None, /):
        view = self._open()
        left = self._length - self._position
        count = left if n is None or n < 0 else min(n, left)
        start, self._position = self._position, self._position + count
        return view[start:start + count].tobytes()

    def read_byte(self):
        view = self._open()
        if self._position >= self._length:
            raise ValueError("read byte out of range")
        self._position += 1
        return view[self._position - 1]

    def readline(self):
        self._open()
        end = self.find(b"\n")
        return self.read() if end < 0 else self.read(end + 1 - self._position)

    def write(self, data, /):
        view = self._writable()
        data = memoryview(data).cast("B")
        if len(data) > self._length - self._position:
            raise ValueError("data out of range")
        view[self._position:self._position + len(data)] = data
        self._position += len(data)
        return len(data)

    def write_byte(self, byte, /):
        view = self._writable()
        if self._position >= self._length:
            raise ValueError("write byte out of range")
        view[self._position] = byte
        self._position += 1

    def find(self, sub, start=None, end=None):
        return self._search(bytes.find, sub, start, end)

    def rfind(self, sub, start=None, end=None):
        return self._search(bytes.rfind, sub, start, end)

    def _search(self, how, sub, start, end):
        view = self._open()
        start, end, _ = slice(self._position if start is None else start, end).indices(self._length)
        found = how(view[start:end].tobytes(), bytes(sub))
        return found + start if found >= 0 else -1

    def move(self, dest, src, count, /):
        view = self._writable()
        if min(dest, src, count) < 0 or max(dest, src) + count > self._length:
            raise ValueError("source, destination, or count out of range")
        view[dest:dest + count] = view[src:src + count].tobytes()

    def flush(self, offset=0, size=None):
        self._open()
        size = self._length - offset if size is None else size
        if offset < 0 or size < 0 or offset + size > self._length:
            raise ValueError("flush values out of range")
        if self._access not in (ACCESS_READ, ACCESS_COPY) and _c()[0].msync(self._address + offset, size, _SYNC) == -1:
            _failed()

    def madvise(self, option, start=0, length=None, /):
        self._open()
        if not 0 <= start < self._length:
            raise ValueError("madvise start out of bounds")
        length = self._length - start if length is None else min(length, self._length - start)
        if length < 0:
            raise ValueError("madvise length invalid")
        if _c()[0].madvise(self._address + start, length, option) == -1:
            _failed()

    def resize(self, newsize, /):
        self._writable()
        if self._is_exported():
            raise BufferError("mmap can't resize with extant pointers exported.")
        if self._access == ACCESS_COPY:
            raise TypeError("mmap can't resize a readonly or copy-on-write memory map.")
        if newsize <= 0:
            raise ValueError("new size out of range")
        old = self._view.tobytes() if self._file == -1 else b""
        if self._file != -1:
            _os.ftruncate(self._file, self._offset + newsize)
        file, self._file = self._file, -1
        self._let_go()
        self._file = file
        self._map(file, newsize)
        if old:
            kept = min(len(old), newsize)
            self._view[:kept] = old[:kept]

    def __reduce__(self):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")


def _is_regular(fileno):
    import stat
    return stat.S_ISREG(_os.fstat(fileno).st_mode)
