"""`_multibytecodec`: codecs of Chinese, Japanese and Korean text."""
import codecs
import re

import _multibyte

# How many bytes of a character, or of a change of state, may still be incomplete.
_LONGEST = 3
_CHANGE = re.compile(rb"\x1b[$(][@BJI]")


class MultibyteCodec:
    """A codec that keeps nothing from call to call."""

    def __init__(self, name):
        self._name = name

    def encode(self, input, errors=None):
        """Return the bytes, and how many characters were encoded."""
        if not isinstance(input, str):
            raise TypeError("couldn't convert the object to str.")
        return self._encoded(input, errors or "strict"), len(input)

    def _encoded(self, text, errors):
        parts = []
        start = 0
        while True:
            data, count = _multibyte.encode(self._name, text[start:])
            parts.append(data)
            start += count
            if start >= len(text):
                return b"".join(parts)
            error = UnicodeEncodeError(self._name, text, start, start + 1, "illegal multibyte sequence")
            if errors == "strict":
                raise error
            new, start = _handled(error, errors, len(text))
            parts.append(new if isinstance(new, bytes) else self._encoded(new, "strict"))

    def decode(self, input, errors=None):
        """Return the text, and how many bytes were decoded."""
        data = bytes(input)
        return self._decoded(data, errors or "strict", True)[0], len(data)

    def _decoded(self, data, errors, final):
        """The text, and how many bytes at the end are the beginning of something."""
        parts = []
        start = 0
        state = b""
        while True:
            text, used, wrong = _multibyte.decode(self._name, state + data[start:])
            parts.append(text)
            used -= len(state)
            if self._name == "iso2022_jp":
                for state in _CHANGE.findall(data, start, start + used):
                    pass
            start += used
            if not wrong:
                return "".join(parts), 0
            rest = len(data) - start
            incomplete = rest <= _LONGEST and self._is_beginning(state + data[start:])
            if incomplete and not final:
                return "".join(parts), rest
            end = len(data) if incomplete else start + wrong
            reason = "incomplete multibyte sequence" if incomplete else "illegal multibyte sequence"
            error = UnicodeDecodeError(self._name, data, start, end, reason)
            if errors == "strict":
                raise error
            new, start = _handled(error, errors, len(data))
            parts.append(new)

    def _is_beginning(self, data):
        """Does some byte make a character of this?"""
        if self._name == "iso2022_jp" and data[-1:] in b"\x1b$(" and b"\x1b" in data[-2:]:
            return True
        return any(not _multibyte.decode(self._name, data + more)[2] for more in _CONTINUATIONS)


# What may end a character.
_CONTINUATIONS = [bytes([byte]) for byte in range(0x21, 0xFF)] + [b"0\x810", b"\x810", b"\xa1\xa1"]


def _handled(error, errors, length):
    new, position = codecs.lookup_error(errors)(error)
    if position < 0:
        position += length
    if not 0 <= position <= length:
        raise IndexError(f"position {position} from error handler out of bounds")
    return new, position


def getcodec(name, /):
    """The codec with this name."""
    if not isinstance(name, str):
        raise TypeError("codec name must be a string.")
    _multibyte.encode(name, "")
    return MultibyteCodec(name)


class _Incremental:
    def __init__(self, errors="strict"):
        self.errors = errors
        self.reset()


class MultibyteIncrementalEncoder(_Incremental):
    def encode(self, input, final=False):
        return self.codec._encoded(input, self.errors)

    def reset(self):
        pass

    def getstate(self):
        return 0

    def setstate(self, state, /):
        pass


class MultibyteIncrementalDecoder(_Incremental):
    def decode(self, input, final=False):
        data = self._pending + bytes(input)
        text, rest = self.codec._decoded(self._state + data, self.errors, final)
        done = len(data) - rest
        if self.codec._name == "iso2022_jp":
            for change in _CHANGE.findall(data, 0, done):
                self._state = change
        self._pending = data[done:]
        return text

    def reset(self):
        self._pending = self._state = b""

    def getstate(self):
        return self._pending, int.from_bytes(self._state)

    def setstate(self, state, /):
        self._pending, number = state
        self._state = number.to_bytes((number.bit_length() + 7) // 8)


class MultibyteStreamReader:
    def __init__(self, stream, errors="strict"):
        self.stream = stream
        self.errors = errors
        self._decoder = _decoder_of(self)

    def _taken(self, data):
        return self._decoder.decode(data, not data)

    def read(self, size=-1, /):
        if size is None or size < 0:
            return self._taken(self.stream.read()) + self._taken(b"")
        while size:
            data = self.stream.read(size)
            text = self._taken(data)
            if text or not data:
                return text
            size = 1
        return ""

    def readline(self, size=-1, /):
        return self._taken(self.stream.readline() if size is None or size < 0 else self.stream.readline(size))

    def readlines(self, sizehint=-1, /):
        return self.read().splitlines(True)

    def reset(self):
        self._decoder.reset()


class MultibyteStreamWriter:
    def __init__(self, stream, errors="strict"):
        self.stream = stream
        self.errors = errors

    def write(self, text, /):
        self.stream.write(self.codec._encoded(text, self.errors))

    def writelines(self, lines, /):
        for line in lines:
            self.write(line)

    def reset(self):
        pass


def _decoder_of(stream):
    decoder = MultibyteIncrementalDecoder(stream.errors)
    decoder.codec = stream.codec
    return decoder
