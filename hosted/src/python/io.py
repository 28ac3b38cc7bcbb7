

# What follows makes module `_io` of this: the names of CPython's, and native files for the builtin `open()`.

import _files
from _text_buffer import TextBuffer
from _files import open as _open_natively

_IOBase, _RawIOBase, _BufferedIOBase, _TextIOBase = IOBase, RawIOBase, BufferedIOBase, TextIOBase
_open_in_python = open


def open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    if opener is None:
        return _open_natively(file, mode, buffering, encoding, errors, newline, closefd)
    return _open_in_python(file, mode, buffering, encoding, errors, newline, closefd, opener)


class StringIO(TextBuffer, TextIOBase):
    """Text I/O in memory."""

    encoding = None
    errors = None

    def detach(self):
        self._unsupported("detach")

    def __getstate__(self):
        newline = getattr(self, "_newline", "\n")
        return self.getvalue(), newline, self.tell(), self.__dict__.copy()

    def __setstate__(self, state):
        value, newline, position, attributes = state
        self.__init__(value, newline)
        self.seek(position)
        self.__dict__.update(attributes)


def open_code(path):
    """A file with code, opened for reading bytes."""
    return open(path, "rb")


# Native files and console streams are what they are in CPython.
TextIOWrapper.register(_files.TextFile)
TextIOWrapper.register(type(sys.__stdout__))
FileIO.register(_files.Raw)
BufferedReader.register(_files.Reader)
BufferedWriter.register(_files.Writer)
BufferedWriter.register(type(sys.__stdout__.buffer))
BufferedRandom.register(_files.Random)
