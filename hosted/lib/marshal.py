"""Values of builtin types as bytes, in CPython's format. Code objects are images of this VM's own in it."""

from _frozen import code_image as _code_image, code_of_image as _code_of_image

version = 5

_CodeType = type((lambda: None).__code__)
_TERMINATOR = b"0"
_SINGLE = {None: b"N", True: b"T", False: b"F", StopIteration: b"S", Ellipsis: b"."}
_DEPTH = 1500


def dumps(value, version=version, /, *, allow_code=True):
    parts = []
    if not allow_code:
        _refuse_code(value)
    _write(value, parts.append, _DEPTH)
    return b"".join(parts)


def dump(value, file, version=version, /, *, allow_code=True):
    return file.write(dumps(value, version, allow_code=allow_code))


def _refuse_code(value, depth=_DEPTH):
    kind = type(value)
    if kind is _CodeType:
        raise ValueError("marshalling code objects is disallowed")
    if depth > 0 and kind in (tuple, list, set, frozenset):
        for item in value:
            _refuse_code(item, depth - 1)
    elif depth > 0 and kind is dict:
        for item in value.items():
            _refuse_code(item, depth - 1)


def _write(value, put, depth):
    if depth == 0:
        raise ValueError("object too deeply nested to marshal")
    kind = type(value)
    if value is None or value is True or value is False or value is StopIteration or value is Ellipsis:
        put(_SINGLE[value])
    elif kind is int:
        if -0x80000000 <= value <= 0x7fffffff:
            put(b"i" + value.to_bytes(4, "little", signed=True))
        else:
            digits = []
            rest = abs(value)
            while rest:
                digits.append((rest & 0x7fff).to_bytes(2, "little"))
                rest >>= 15
            count = len(digits) if value > 0 else -len(digits)
            put(b"l" + count.to_bytes(4, "little", signed=True) + b"".join(digits))
    elif kind is float:
        put(b"g" + _pack(value))
    elif kind is complex:
        put(b"y" + _pack(value.real, value.imag))
    elif kind is str:
        data = value.encode("utf-8", "surrogatepass")
        if len(data) < 256 and value.isascii():
            put(b"z" + bytes([len(data)]) + data)
        else:
            put(b"u" + _size(data) + data)
    elif kind is bytes:
        put(b"s" + _size(value) + value)
    elif kind is tuple:
        put(b")" + bytes([len(value)]) if len(value) < 256 else b"(" + _size(value))
        for item in value:
            _write(item, put, depth - 1)
    elif kind is list or kind is set or kind is frozenset:
        put((b"[" if kind is list else b"<" if kind is set else b">") + _size(value))
        for item in value:
            _write(item, put, depth - 1)
    elif kind is dict:
        put(b"{")
        for key, item in value.items():
            _write(key, put, depth - 1)
            _write(item, put, depth - 1)
        put(_TERMINATOR)
    elif kind is bytearray or kind is memoryview:
        put(b"s" + _size(bytes(value)) + bytes(value))
    elif kind is slice:
        put(b":")
        for item in (value.start, value.stop, value.step):
            _write(item, put, depth - 1)
    elif kind is _CodeType:
        image = _code_image(value)
        put(b"c" + _size(image) + image)
    else:
        raise ValueError("unmarshallable object")


def _pack(*numbers):
    import struct
    return struct.pack("<%dd" % len(numbers), *numbers)


def _unpack(data):
    import struct
    return struct.unpack("<%dd" % (len(data) // 8), data)


def _size(value):
    if len(value) > 0x7fffffff:
        raise ValueError("object too large to marshal")
    return len(value).to_bytes(4, "little")


def load(file, /, *, allow_code=True):
    return _Reader(file.read, allow_code).value(_DEPTH)


def loads(data, /, *, allow_code=True):
    data = bytes(memoryview(data))
    position = 0

    def read(count):
        nonlocal position
        part = data[position:position + count]
        position += count
        return part

    return _Reader(read, allow_code).value(_DEPTH)


class _End:
    """What closes a dict."""


class _Reader:
    def __init__(self, read, allow_code):
        self._read = read
        self._allow_code = allow_code
        self._known = []

    def bytes(self, count):
        data = self._read(count)
        if len(data) < count:
            raise EOFError("marshal data too short")
        return data

    def number(self):
        return int.from_bytes(self.bytes(4), "little", signed=True)

    def size(self):
        size = self.number()
        if size < 0:
            raise ValueError("bad marshal data (size out of range)")
        return size

    def value(self, depth):
        value = self.any(depth)
        if value is _End:
            raise TypeError("NULL object in marshal data for object")
        return value

    def any(self, depth):
        if depth == 0:
            raise ValueError("recursion limit exceeded")
        code = self.bytes(1)[0]
        kind = chr(code & 0x7f)
        index = None
        if code & 0x80:
            index = len(self._known)
            self._known.append(None)
        value = self.of_kind(kind, index, depth)
        if index is not None:
            self._known[index] = value
        return value

    def items(self, count, depth):
        return [self.value(depth - 1) for _ in range(count)]

    def of_kind(self, kind, index, depth):
        match kind:
            case "0":
                return _End
            case "N":
                return None
            case "T":
                return True
            case "F":
                return False
            case "S":
                return StopIteration
            case ".":
                return Ellipsis
            case "i":
                return self.number()
            case "l":
                count = self.number()
                value = 0
                for place in range(abs(count)):
                    digit = int.from_bytes(self.bytes(2), "little")
                    if digit > 0x7fff:
                        raise ValueError("bad marshal data (digit out of range in long)")
                    value |= digit << 15 * place
                return value if count > 0 else -value
            case "f":
                return float(self.bytes(self.bytes(1)[0]))
            case "g":
                return _unpack(self.bytes(8))[0]
            case "x":
                return complex(float(self.bytes(self.bytes(1)[0])), float(self.bytes(self.bytes(1)[0])))
            case "y":
                return complex(*_unpack(self.bytes(16)))
            case "s":
                return self.bytes(self.size())
            case "u" | "t":
                return self.bytes(self.size()).decode("utf-8", "surrogatepass")
            case "a" | "A":
                return self.bytes(self.size()).decode("latin-1")
            case "z" | "Z":
                return self.bytes(self.bytes(1)[0]).decode("latin-1")
            case ")":
                return tuple(self.items(self.bytes(1)[0], depth))
            case "(":
                return tuple(self.items(self.size(), depth))
            case "[" | "<" | "{":
                value = [] if kind == "[" else set() if kind == "<" else {}
                if index is not None:
                    self._known[index] = value
                if kind == "{":
                    while (key := self.any(depth - 1)) is not _End:
                        value[key] = self.value(depth - 1)
                elif kind == "[":
                    value.extend(self.items(self.size(), depth))
                else:
                    value.update(self.items(self.size(), depth))
                return value
            case ">":
                return frozenset(self.items(self.size(), depth))
            case ":":
                return slice(*self.items(3, depth))
            case "r":
                number = self.number()
                if not 0 <= number < len(self._known):
                    raise ValueError("bad marshal data (invalid reference)")
                return self._known[number]
            case "c":
                if not self._allow_code:
                    raise ValueError("unmarshalling code objects is disallowed")
                return _code_of_image(self.bytes(self.size()))
            case _:
                raise ValueError("bad marshal data (unknown type code)")
