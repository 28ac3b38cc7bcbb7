"""The classes of streams: what of them is Python, added to what module _streams has natively; and open()."""

import _streams
import sys
from _streams import (
    BufferedRandom, BufferedReader, BufferedWriter, BytesIO, FileIO, TextBuffer, TextIOWrapper, _BufferedIOBase, _IOBase, _RawIOBase, _TextIOBase,
)
from builtins import BlockingIOError

open, open_code, text_encoding = _streams.functions(sys.modules[__name__])

DEFAULT_BUFFER_SIZE = 128 * 1024

_LARGEST_BLOCK = 8 * 1024 * 1024


class UnsupportedOperation(OSError, ValueError):
    __module__ = "io"


def _extends(native):
    """Make the methods of the class that follows those of a native one."""
    def extend(python):
        namespace = dict(vars(python))
        for name in ("__dict__", "__weakref__", "__module__", "__qualname__", "__doc__", "__static_attributes__", "__firstlineno__"):
            namespace.pop(name, None)
        _streams.extend(native, namespace)
        return native
    return extend


def _shown(stream, *more):
    """repr of a stream that has a name, perhaps."""
    kind = type(stream)
    kind = kind.__name__ if kind.__module__ != "_io" else "_io." + kind.__name__
    try:
        name = stream.name
    except (AttributeError, ValueError):
        return f"<{kind}{''.join(more)}>"
    return f"<{kind} name={_guarded_repr(stream, name)}{''.join(more)}>"


_showing = []


def _guarded_repr(stream, name):
    if any(stream is other for other in _showing):
        raise RuntimeError(f"reentrant call inside {type(stream).__module__}.{type(stream).__name__}.__repr__")
    _showing.append(stream)
    try:
        return repr(name)
    finally:
        _showing.remove(stream)


def _unclosed(stream):
    import _warnings
    _warnings.warn(f"unclosed file {stream!r}", ResourceWarning, 1, stream)


@_extends(_IOBase)
class _IOBase:
    _finalizing = False

    def _unsupported(self, name):
        raise UnsupportedOperation(name)

    def seek(self, offset, whence=0, /):
        """Change the stream position to the given byte offset."""
        self._unsupported("seek")

    def tell(self):
        """Return current stream position."""
        return self.seek(0, 1)

    def truncate(self, size=None, /):
        """Truncate file to size bytes."""
        self._unsupported("truncate")

    def fileno(self):
        """Return underlying file descriptor if one exists."""
        self._unsupported("fileno")

    def flush(self):
        """Flush write buffers, if applicable."""
        self._checkClosed()

    def close(self):
        """Flush and close the IO object."""
        if "__IOBase_closed" not in self.__dict__:
            try:
                self.flush()
            finally:
                self.__dict__["__IOBase_closed"] = True

    @property
    def closed(self):
        return "__IOBase_closed" in self.__dict__

    def _finalize(self):
        """It is about to go and not closed."""
        try:
            self._finalizing = True
        except Exception:
            pass
        self.close()

    def seekable(self):
        """Return whether object supports random access."""
        self._checkClosed()
        return False

    def readable(self):
        """Return whether object was opened for reading."""
        self._checkClosed()
        return False

    def writable(self):
        """Return whether object was opened for writing."""
        self._checkClosed()
        return False

    def isatty(self):
        """Return whether this is an 'interactive' stream."""
        self._checkClosed()
        return False

    def _checkClosed(self, message=None):
        if self.closed:
            raise ValueError("I/O operation on closed file." if message is None else message)

    def _checkSeekable(self, message=None):
        if self.seekable() is not True:
            raise UnsupportedOperation("File or stream is not seekable." if message is None else message)

    def _checkReadable(self, message=None):
        if self.readable() is not True:
            raise UnsupportedOperation("File or stream is not readable." if message is None else message)

    def _checkWritable(self, message=None):
        if self.writable() is not True:
            raise UnsupportedOperation("File or stream is not writable." if message is None else message)

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readline(self, size=-1, /):
        """Read and return a line from the stream."""
        if size is None:
            size = -1
        elif not hasattr(size, "__index__"):
            raise TypeError(f"argument should be integer or None, not '{type(size).__name__}'")
        else:
            size = size.__index__()
        peek = getattr(self, "peek", None)
        line = bytearray()
        while size < 0 or len(line) < size:
            wanted = 1
            if peek is not None:
                ahead = peek(1)
                if not isinstance(ahead, bytes):
                    raise OSError(f"peek() should have returned a bytes object, not '{type(ahead).__name__}'")
                if ahead:
                    wanted = (ahead.find(b"\n") + 1) or len(ahead)
                    if size >= 0:
                        wanted = min(wanted, size - len(line))
            data = self.read(wanted)
            if not isinstance(data, bytes):
                raise OSError(f"read() should have returned a bytes object, not '{type(data).__name__}'")
            if not data:
                break
            line += data
            if line.endswith(b"\n"):
                break
        return bytes(line)

    def readlines(self, hint=None, /):
        """Return a list of lines from the stream."""
        if hint is None or hint <= 0:
            return list(self)
        lines, length = [], 0
        for line in self:
            lines.append(line)
            length += len(line)
            if length >= hint:
                break
        return lines

    def writelines(self, lines, /):
        """Write a list of lines to stream."""
        self._checkClosed()
        for line in lines:
            self.write(line)

    def _cannot_pickle(self, protocol=None):
        raise TypeError(f"cannot pickle {type(self).__name__} instances")


@_extends(_RawIOBase)
class _RawIOBase:
    def read(self, size=-1, /):
        if size is None or size < 0:
            return self.readall()
        target = bytearray(size)
        count = self.readinto(target)
        if count is None:
            return None
        if count < 0 or count > len(target):
            raise ValueError(f"readinto returned {count} outside buffer size {len(target)}")
        return bytes(target[:count])

    def readall(self):
        """Read until EOF, using multiple read() call."""
        data = bytearray()
        while True:
            more = self.read(DEFAULT_BUFFER_SIZE)
            if more is None and not data:
                return None
            if not more:
                return bytes(data)
            if not isinstance(more, bytes):
                raise TypeError("read() should return bytes")
            data += more

    def readinto(self, buffer, /):
        self._unsupported("readinto")

    def write(self, b, /):
        self._unsupported("write")


@_extends(_BufferedIOBase)
class _BufferedIOBase:
    def read(self, size=-1, /):
        """Read and return up to n bytes."""
        self._unsupported("read")

    def read1(self, size=-1, /):
        """Read and return up to size bytes, with at most one read() call to the underlying raw stream."""
        self._unsupported("read1")

    def write(self, b, /):
        """Write buffer b to the IO stream."""
        self._unsupported("write")

    def detach(self):
        """Disconnect this buffer from its underlying raw stream and return it."""
        self._unsupported("detach")

    def readinto(self, buffer, /):
        return self._read_into(buffer, self.read)

    def readinto1(self, buffer, /):
        return self._read_into(buffer, self.read1)

    def _read_into(self, buffer, read):
        target = memoryview(buffer).cast("B")
        data = read(len(target))
        if not isinstance(data, bytes):
            raise TypeError("read() should return bytes")
        if len(data) > len(target):
            raise ValueError(f"read() returned too much data: {len(target)} bytes requested, {len(data)} returned")
        target[:len(data)] = data
        return len(data)


@_extends(_TextIOBase)
class _TextIOBase:
    def detach(self):
        """Separate the underlying buffer from the TextIOBase and return it."""
        self._unsupported("detach")

    def read(self, size=-1, /):
        """Read at most size characters from stream."""
        self._unsupported("read")

    def readline(self, size=-1, /):
        """Read until newline or EOF."""
        self._unsupported("readline")

    def write(self, s, /):
        """Write string s to stream."""
        self._unsupported("write")

    @property
    def encoding(self):
        return None

    @property
    def newlines(self):
        return None

    @property
    def errors(self):
        return None


@_extends(FileIO)
class FileIO:
    __reduce__ = __reduce_ex__ = _IOBase._cannot_pickle

    def close(self):
        """Close the file."""
        if self.closed:
            return
        try:
            _IOBase.close(self)
        finally:
            if not self.closed:
                if self._finalizing and self.closefd:
                    self._dealloc_warn(self)
                self._close()

    def _dealloc_warn(self, source):
        if not self.closed and self.closefd:
            _unclosed(source)

    def __repr__(self):
        kind = type(self).__name__ if type(self).__module__ != "_io" else "_io." + type(self).__name__
        if self.closed:
            return f"<{kind} [closed]>"
        more = f" mode={self.mode!r} closefd={self.closefd!r}"
        if "name" in self.__dict__:
            return f"<{kind} name={_guarded_repr(self, self.name)}{more}>"
        return f"<{kind} fd={self.fileno()}{more}>"


@_extends(BytesIO)
class BytesIO:
    def close(self):
        """Disable all I/O operations."""
        self._close()

    def readinto1(self, buffer, /):
        return self.readinto(buffer)

    def detach(self):
        self._unsupported("detach")

    def __getstate__(self):
        attributes = self.__dict__
        return self.getvalue(), self.tell(), attributes.copy() if attributes else None

    def __setstate__(self, state):
        if self.closed:
            raise ValueError("__setstate__ on closed file")
        if not isinstance(state, tuple) or len(state) < 3:
            raise TypeError(f"{type(self).__name__}.__setstate__ argument should be 3-tuple, got {type(state).__name__}")
        value, position, attributes = state
        if not isinstance(position, int):
            raise TypeError(f"second item of state must be an integer, not {type(position).__name__}")
        if position < 0:
            raise ValueError("position value cannot be negative")
        if attributes is not None and not isinstance(attributes, dict):
            raise TypeError(f"third item of state should be a dict, got a {type(attributes).__name__}")
        BytesIO.__init__(self, value)
        self.seek(position)
        if attributes:
            self.__dict__.update(attributes)


class _Buffered:
    """What the three buffered classes share."""

    __reduce__ = __reduce_ex__ = _IOBase._cannot_pickle

    def _close_by_calls(self):
        if self._raw_stream().closed:
            return
        if self._finalizing:
            self._dealloc_warn(self)
        try:
            self.flush()
        finally:
            self._with_lock(self.raw.close)

    def detach(self):
        """Disconnect this buffer from its underlying raw stream and return it."""
        self._raw_stream()
        self.flush()
        return self._detach()

    def _raw_stream(self):
        """The raw stream; ValueError if there is none."""
        self._check()
        return self.raw

    def _dealloc_warn(self, source):
        raw = self.raw
        if self._ready and hasattr(raw, "_dealloc_warn"):
            raw._dealloc_warn(source)

    def _check_seekable(self):
        if not self.raw.seekable():
            raise UnsupportedOperation("File or stream is not seekable.")

    def truncate(self, size=None, /):
        """Truncate file to size bytes."""
        raw = self._raw_stream()
        if raw.closed:
            raise ValueError("truncate of closed file")
        if not self.writable():
            raise UnsupportedOperation("truncate")
        self.flush()
        if size is None:
            size = self.tell()
        return raw.truncate(size)

    def fileno(self):
        return self._raw_stream().fileno()

    def isatty(self):
        return self._raw_stream().isatty()

    def seekable(self):
        return self._raw_stream().seekable()

    @property
    def closed(self):
        return self._raw_stream().closed

    @property
    def name(self):
        return self._raw_stream().name

    @property
    def mode(self):
        return self._raw_stream().mode

    def __repr__(self):
        return _shown(self)


def _share(native):
    """Give a native class the methods of _Buffered."""
    _extends(native)(_Buffered)
    return _extends(native)


@_share(BufferedReader)
class BufferedReader:
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.readable():
            raise UnsupportedOperation("File or stream is not readable.")
        self._setup(raw, buffer_size)

    def readable(self):
        return self._raw_stream().readable()

    def flush(self):
        return self._raw_stream().flush()


@_share(BufferedWriter)
class BufferedWriter:
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.writable():
            raise UnsupportedOperation("File or stream is not writable.")
        self._setup(raw, buffer_size)

    def writable(self):
        return self._raw_stream().writable()


@_share(BufferedRandom)
class BufferedRandom:
    def __init__(self, raw, buffer_size=DEFAULT_BUFFER_SIZE):
        if not raw.seekable():
            raise UnsupportedOperation("File or stream is not seekable.")
        if not raw.readable():
            raise UnsupportedOperation("File or stream is not readable.")
        if not raw.writable():
            raise UnsupportedOperation("File or stream is not writable.")
        self._setup(raw, buffer_size)

    readable = BufferedReader.readable
    writable = BufferedWriter.writable


class BufferedRWPair(_BufferedIOBase):
    """A buffered reader and writer object together."""

    def __init__(self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /):
        if not reader.readable():
            raise UnsupportedOperation("File or stream is not readable.")
        if not writer.writable():
            raise UnsupportedOperation("File or stream is not writable.")
        self.reader = BufferedReader(reader, buffer_size)
        self.writer = BufferedWriter(writer, buffer_size)

    __reduce__ = __reduce_ex__ = _IOBase._cannot_pickle

    def _half(self, name):
        try:
            return self.__dict__[name]
        except KeyError:
            raise ValueError("I/O operation on uninitialized object") from None

    def read(self, size=-1, /):
        return self._half("reader").read(size)

    def peek(self, size=0, /):
        return self._half("reader").peek(size)

    def read1(self, size=-1, /):
        return self._half("reader").read1(size)

    def readinto(self, buffer, /):
        return self._half("reader").readinto(buffer)

    def readinto1(self, buffer, /):
        return self._half("reader").readinto1(buffer)

    def write(self, buffer, /):
        return self._half("writer").write(buffer)

    def flush(self):
        return self._half("writer").flush()

    def readable(self):
        return self._half("reader").readable()

    def writable(self):
        return self._half("writer").writable()

    def close(self):
        try:
            self._half("writer").close()
        finally:
            self._half("reader").close()

    def isatty(self):
        return self._half("writer").isatty() or self._half("reader").isatty()

    @property
    def closed(self):
        return self._half("writer").closed


class IncrementalNewlineDecoder:
    """Codec used when reading a file in universal newlines mode."""

    __module__ = "_io"
    _translate = None

    def __init__(self, decoder, translate, errors="strict"):
        self._decoder = decoder
        self._translate = bool(translate)
        self.errors = errors
        self._seen = 0
        self._held = False

    def _initialized(self):
        if self._translate is None:
            raise ValueError("IncrementalNewlineDecoder.__init__() not called")

    def decode(self, input, final=False):
        self._initialized()
        if self._decoder is None:
            text = input
        else:
            text = self._decoder.decode(input, final=bool(final))
        if not isinstance(text, str):
            raise TypeError(f"decoder should return a string result, not '{type(text).__name__}'")
        if self._held and (text or final):
            text = "\r" + text
            self._held = False
        if text.endswith("\r") and not final:
            # What it is depends on what comes next.
            text = text[:-1]
            self._held = True
        pairs = text.count("\r\n")
        if pairs:
            self._seen |= 4
        if text.count("\r") > pairs:
            self._seen |= 1
        if text.count("\n") > pairs:
            self._seen |= 2
        if self._translate and "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text

    def getstate(self):
        self._initialized()
        if self._decoder is None:
            data, flag = b"", 0
        else:
            state = self._decoder.getstate()
            if not isinstance(state, tuple):
                raise TypeError("illegal decoder state")
            data, flag = state
        return data, flag << 1 | self._held

    def setstate(self, state):
        self._initialized()
        if not isinstance(state, tuple):
            raise TypeError("state argument must be a tuple")
        data, flag = state
        self._held = bool(flag & 1)
        if self._decoder is not None:
            self._decoder.setstate((data, flag >> 1))

    def reset(self):
        self._initialized()
        self._seen = 0
        self._held = False
        if self._decoder is not None:
            self._decoder.reset()

    @property
    def newlines(self):
        self._initialized()
        kinds = tuple(kind for bit, kind in ((1, "\r"), (2, "\n"), (4, "\r\n")) if self._seen & bit)
        return kinds if len(kinds) > 1 else kinds[0] if kinds else None


def _codec_error(encoding):
    raise LookupError(f"'{encoding}' is not a text encoding; use codecs.open() to handle arbitrary codecs")


_UNCHANGED = object()


@_extends(TextIOWrapper)
class TextIOWrapper:
    __reduce__ = __reduce_ex__ = _IOBase._cannot_pickle

    def __init__(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False):
        self._setup(buffer, hasattr(buffer, "read1"))
        if encoding is None:
            encoding = "utf-8"
        elif not isinstance(encoding, str):
            raise TypeError(f"TextIOWrapper() argument 'encoding' must be str or None, not {type(encoding).__name__}")
        elif encoding == "locale":
            import _locale
            encoding = _locale.getencoding()
        if errors is None:
            errors = "strict"
        elif not isinstance(errors, str):
            raise TypeError(f"TextIOWrapper() argument 'errors' must be str or None, not {type(errors).__name__}")
        readable, writable = buffer.readable(), buffer.writable()
        for name in (encoding, errors):
            if b"\0" in name.encode():
                raise ValueError("embedded null character")
        if not self._settle(encoding, errors, newline, line_buffering, write_through):
            self._look_up(encoding, errors, newline, readable, writable)
        seekable = buffer.seekable()
        beginning = True
        if seekable and writable:
            beginning = buffer.tell() == 0
            if not beginning and self._encoder is not None:
                self._encoder.setstate(0)
        self._finish(readable, writable, seekable, beginning)

    def _look_up(self, encoding, errors, newline, readable, writable):
        """Take decoder and encoder from the registry."""
        import codecs
        encoding.encode()
        info = codecs.lookup(encoding)
        if not getattr(info, "_is_text_encoding", True):
            _codec_error(encoding)
        codecs.lookup_error(errors)
        decoder = encoder = None
        if readable:
            decoder = info.incrementaldecoder(errors)
            if not newline:
                decoder = IncrementalNewlineDecoder(decoder, newline is None)
        if writable:
            encoder = info.incrementalencoder(errors)
        self._python_codec(decoder, encoder)

    def reconfigure(self, *, encoding=None, errors=None, newline=_UNCHANGED, line_buffering=None, write_through=None):
        """Reconfigure the text stream with new parameters."""
        buffer = self._stream()
        if (encoding is not None or errors is not None or newline is not _UNCHANGED) and not self._fresh:
            raise UnsupportedOperation("It is not possible to set the encoding or newline of stream after the first read")
        if encoding is None:
            encoding = self.encoding
            if errors is None:
                errors = self.errors
        else:
            if not isinstance(encoding, str):
                raise TypeError(f"reconfigure() argument 'encoding' must be str or None, not {type(encoding).__name__}")
            if encoding == "locale":
                import _locale
                encoding = _locale.getencoding()
            if errors is None:
                errors = "strict"
        if not isinstance(errors, str):
            raise TypeError(f"reconfigure() argument 'errors' must be str or None, not {type(errors).__name__}")
        if line_buffering is None:
            line_buffering = self.line_buffering
        if write_through is None:
            write_through = self.write_through
        if newline is _UNCHANGED:
            newline = self._newline_argument
        self.flush()
        readable, writable = buffer.readable(), buffer.writable()
        beginning = not (self._seekable and writable and buffer.tell() != 0)
        if not self._settle(encoding, errors, newline, line_buffering, write_through):
            self._look_up(encoding, errors, newline, readable, writable)
            if not beginning and self._encoder is not None:
                self._encoder.setstate(0)
        else:
            self._python_codec(None, None)
        self._finish(readable, writable, self._seekable, beginning)

    def _stream(self):
        """The buffer; ValueError if there is none."""
        self._where()
        return self.buffer

    def detach(self):
        """Separate the underlying buffer and return it."""
        self._stream()
        self.flush()
        return self._detach()

    def _close_by_calls(self):
        buffer = self._stream()
        if self.closed:
            return
        if self._finalizing and hasattr(buffer, "_dealloc_warn"):
            buffer._dealloc_warn(self)
        try:
            self.flush()
        finally:
            buffer.close()

    @property
    def closed(self):
        return self._stream().closed

    @property
    def name(self):
        return self._stream().name

    @property
    def newlines(self):
        self._stream()
        if self._decoder is not None:
            return getattr(self._decoder, "newlines", None)
        return self._newlines

    def fileno(self):
        return self._stream().fileno()

    def isatty(self):
        return self._stream().isatty()

    def seekable(self):
        return self._stream().seekable()

    def readable(self):
        return self._stream().readable()

    def writable(self):
        return self._stream().writable()

    def __repr__(self):
        if not self._ready and not self._detached:
            self._where()
        more = []
        mode = getattr(self, "mode", None)
        if mode is not None:
            more.append(f" mode={mode!r}")
        return _shown(self, *more, f" encoding={self.encoding!r}")

    def truncate(self, pos=None, /):
        self.flush()
        return self.buffer.truncate(pos)

    def _walker(self):
        """A decoder that does what the stream's does, to find a position with."""
        if self._decoder is not None:
            return self._decoder
        import codecs
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        newline = self._newline_argument
        return decoder if newline else IncrementalNewlineDecoder(decoder, newline is None)

    def tell(self):
        """Return the stream position as an opaque number."""
        buffer = self._stream()
        self._checkClosed()
        if not self._seekable:
            raise UnsupportedOperation("underlying stream is not seekable")
        if not self._can_tell:
            raise OSError("telling position disabled by next() call")
        self._send()
        buffer.flush()
        position = buffer.tell()
        where = self._where()
        if len(where) == 2:
            back, flags = where
            return position - back | flags << 64
        back, flags, data, taken = where
        position -= back
        if not taken:
            return position | flags << 64
        decoder = self._walker()
        saved = decoder.getstate()
        try:
            # Byte by byte: the last place where nothing is incomplete, and what must be decoded from there on.
            decoder.setstate((b"", flags))
            safe, safe_flags, safe_taken, decoded = 0, flags, 0, 0
            complete = False
            for index in range(len(data)):
                decoded += len(decoder.decode(data[index:index + 1]))
                rest, now = decoder.getstate()
                if not rest and decoded <= taken:
                    safe, safe_flags, safe_taken = index + 1, now, decoded
                if decoded >= taken:
                    complete = True
                    break
            if complete and safe_taken == taken:
                return position + safe | safe_flags << 64
            last = False
            if not complete:
                decoded += len(decoder.decode(b"", final=True))
                last = True
                if decoded < taken:
                    raise OSError("can't reconstruct logical file position")
            fed = index + 1 - safe
            return position + safe | safe_flags << 64 | fed << 128 | taken - safe_taken << 192 | last << 256
        finally:
            decoder.setstate(saved)

    def seek(self, cookie, whence=0, /):
        """Set the stream position, and return the new stream position."""
        buffer = self._stream()
        self._checkClosed()
        if not self._seekable:
            raise UnsupportedOperation("underlying stream is not seekable")
        if whence == 1:
            if cookie != 0:
                raise UnsupportedOperation("can't do nonzero cur-relative seeks")
            cookie = self.tell()
        elif whence == 2:
            if cookie != 0:
                raise UnsupportedOperation("can't do nonzero end-relative seeks")
            self.flush()
            self._forget()
            if self._decoder is not None:
                self._decoder.reset()
            position = buffer.seek(0, 2)
            self._start_encoding(position == 0)
            return position
        elif whence != 0:
            raise ValueError(f"invalid whence ({whence}, should be 0, 1 or 2)")
        if cookie < 0:
            raise ValueError(f"negative seek position {cookie!r}")
        self.flush()
        mask = (1 << 64) - 1
        position, flags, fed, skipped, last = cookie & mask, cookie >> 64 & mask, cookie >> 128 & mask, cookie >> 192 & mask, cookie >> 256
        buffer.seek(position)
        decoder = self._decoder
        if cookie == 0:
            self._forget()
            if decoder is not None:
                decoder.reset()
        else:
            self._restore(flags)
            if decoder is not None:
                decoder.setstate((b"", flags))
        if skipped:
            data = buffer.read(fed)
            if not isinstance(data, bytes):
                raise TypeError(f"underlying read() should have returned a bytes object, not '{type(data).__name__}'")
            if decoder is None:
                self._feed(data, bool(last))
            else:
                self._take(decoder.decode(data, bool(last)), flags, data)
            if not self._skip(skipped):
                raise OSError("can't restore logical file position")
        self._start_encoding(cookie == 0)
        return cookie

    def _start_encoding(self, beginning):
        """What is written next does or does not stand at the beginning."""
        self._begins(beginning)
        if self._encoder is not None:
            if beginning:
                self._encoder.reset()
            else:
                self._encoder.setstate(0)


class StringIO(TextBuffer, _TextIOBase):
    """Text I/O implementation using an in-memory buffer."""

    __module__ = "_io"

    @property
    def encoding(self):
        return None

    @property
    def errors(self):
        return None

    def __init__(self, initial_value="", newline="\n"):
        TextBuffer.__init__(self, initial_value, newline)
        self.__newline = newline

    def __getstate__(self):
        attributes = {name: value for name, value in self.__dict__.items() if name != "_StringIO__newline"}
        return self.getvalue(), self.__newline, self.tell(), attributes or None

    def __setstate__(self, state):
        if self.closed:
            raise ValueError("__setstate__ on closed file")
        if not isinstance(state, tuple) or len(state) < 4:
            raise TypeError(f"{type(self).__name__}.__setstate__ argument should be 4-tuple, got {type(state).__name__}")
        value, newline, position, attributes = state
        if not isinstance(position, int):
            raise TypeError(f"third item of state must be an integer, got {type(position).__name__}")
        if position < 0:
            raise ValueError("position value cannot be negative")
        if attributes is not None and not isinstance(attributes, dict):
            raise TypeError(f"fourth item of state should be a dict, got a {type(attributes).__name__}")
        if newline in ("\r", "\r\n"):
            # It is translated again.
            value = value.replace(newline, "\n")
        StringIO.__init__(self, value, newline)
        self.seek(position)
        if attributes:
            self.__dict__.update(attributes)


def _open(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    """Open file and return a stream.  Raise OSError upon failure."""
    if not isinstance(mode, str):
        raise TypeError(f"open() argument 'mode' must be str, not {type(mode).__name__}")
    if not isinstance(buffering, int):
        buffering = buffering.__index__() if hasattr(buffering, "__index__") else _wrong(buffering, "integer")
    for value, name in ((encoding, "encoding"), (errors, "errors"), (newline, "newline")):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"open() argument '{name}' must be str or None, not {type(value).__name__}")
    letters = set(mode)
    if len(letters) != len(mode) or letters - _MODE_LETTERS:
        raise ValueError(f"invalid mode: {mode!r}")
    binary = "b" in letters
    if binary and "t" in letters:
        raise ValueError("can't have text and binary mode at once")
    chosen = letters & _MODES
    if len(chosen) != 1:
        raise ValueError("must have exactly one of create/read/write/append mode")
    if binary:
        if encoding is not None:
            raise ValueError("binary mode doesn't take an encoding argument")
        if errors is not None:
            raise ValueError("binary mode doesn't take an errors argument")
        if newline is not None:
            raise ValueError("binary mode doesn't take a newline argument")
        if buffering == 1:
            import _warnings
            _warnings.warn("line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used", RuntimeWarning, 1)
    updating = "+" in letters
    raw = FileIO(file, chosen.pop() + ("+" if updating else ""), closefd, opener)
    result = raw
    try:
        lines = buffering == 1 or buffering < 0 and raw.isatty()
        if buffering == 1 or buffering < 0:
            buffering = max(min(raw._blksize, _LARGEST_BLOCK), DEFAULT_BUFFER_SIZE)
        if buffering == 0:
            if not binary:
                raise ValueError("can't have unbuffered text I/O")
            return result
        if updating:
            result = BufferedRandom(raw, buffering)
        elif "r" in letters:
            result = BufferedReader(raw, buffering)
        else:
            result = BufferedWriter(raw, buffering)
        if binary:
            return result
        result = TextIOWrapper(result, encoding, errors, newline, lines)
        result.mode = mode
        return result
    except:
        result.close()
        raise


_MODE_LETTERS = frozenset("axrwb+t")
_MODES = frozenset("axrw")


def _wrong(value, kind):
    raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an {kind}")


def _open_code(path):
    """Opens the provided file with the intent to import the contents."""
    if not isinstance(path, str):
        raise TypeError(f"open_code() argument 'path' must be str, not {type(path).__name__}")
    return _open(path, "rb")


def _text_encoding(encoding, stacklevel=2, /):
    """A helper function to choose the text encoding."""
    if encoding is not None:
        return encoding
    if sys.flags.warn_default_encoding:
        import _warnings
        _warnings.warn("'encoding' argument not specified.", EncodingWarning, stacklevel + 1)
    return "utf-8" if sys.flags.utf8_mode else "locale"


def _bool_as_descriptor():
    import _warnings
    _warnings.warn("bool is used as a file descriptor", RuntimeWarning, 2)


_streams.open_in_python = _open
_streams.open_code_in_python = _open_code
_streams.text_encoding_in_python = _text_encoding
_streams.bool_as_descriptor = _bool_as_descriptor


def _begin(unbuffered, encoding):
    """Make open() a builtin function, and sys.stdin, sys.stdout and sys.stderr; `encoding` is what PYTHONIOENCODING says."""
    import builtins
    builtins.open = open
    encoding, _, given = encoding.partition(":")
    for name, descriptor, errors in (("stdin", 0, given or "strict"), ("stdout", 1, given or "strict"), ("stderr", 2, "backslashreplace")):
        reading = descriptor == 0
        try:
            raw = FileIO(descriptor, "r" if reading else "w", False)
        except OSError:
            stream = None
        else:
            raw.name = f"<{name}>"
            direct = unbuffered and not reading
            buffer = raw if direct else (BufferedReader if reading else BufferedWriter)(raw)
            lines = not direct and (raw.isatty() or descriptor == 2)
            stream = TextIOWrapper(buffer, encoding or "utf-8", errors, None if reading else "\n", lines, direct)
            stream.mode = "r" if reading else "w"
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
