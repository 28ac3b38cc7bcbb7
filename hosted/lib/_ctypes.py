"""The classes of C types, for ctypes. What they are made of is native: module _foreign.

How a class stands for a C type is decided here, when the class is made; so is what converts values by calling Python code. Single values, items,
fields and calls without such code never come here.
"""

import sys as _sys
import _foreign
from weakref import WeakValueDictionary
from _foreign import (
    CField, _CData, RTLD_GLOBAL, RTLD_LOCAL, SIZEOF_TIME_T, CTYPES_MAX_ARGCOUNT,
    FUNCFLAG_CDECL, FUNCFLAG_PYTHONAPI, FUNCFLAG_USE_ERRNO, FUNCFLAG_USE_LASTERROR, _cast_addr, _memmove_addr, _memoryview_at_addr, _memset_addr,
    _string_at_addr, _wstring_at_addr, addressof, alignment, byref, dlclose, dlopen, dlsym, get_errno, resize, set_errno, sizeof)

__version__ = "1.1.0"

_information = _foreign.information
_Parameter = _foreign.Parameter


class ArgumentError(Exception):
    """An argument that a foreign function cannot take."""

    __module__ = "ctypes"


def _format(code, swapped):
    """The format of a single value, as module struct would have it."""
    if _sys.maxsize > 2 ** 32:
        code = {"l": "q", "L": "Q"}.get(code, code)
    return (">" if (_sys.byteorder == "little") == swapped else "<") + code


def _name_of(value):
    return type(value).__name__


def _full_name_of(value):
    cls = type(value)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


class CType_Type(type):
    """The class of all classes of C types."""

    def __new__(cls, name, bases, namespace, **keywords):
        keywords.pop("root", None)
        if "__module__" not in namespace:
            # Whoever calls is asked, not this module.
            namespace = {**namespace, "__module__": _sys._getframemodulename(1)}
        return super().__new__(cls, name, bases, namespace, **keywords)

    def __init__(cls, name, bases, namespace, root=False, **keywords):
        super().__init__(name, bases, namespace, **keywords)
        if "__ctypes_information__" in cls.__dict__:
            raise SystemError(f"StgInfo of '{cls.__name__}' is already initialized.")
        for base in cls.__bases__:
            if _information(base) is not None:
                _foreign.fix(base)
        if root:
            # It stands for no type, nor can it be told again to do so.
            cls.__ctypes_information__ = None
        else:
            cls._become()

    def _become(cls):
        pass

    def __mul__(cls, length):
        if not isinstance(length, int):
            if hasattr(length, "__index__"):
                length = length.__index__()
            else:
                raise TypeError(f"can't multiply sequence by non-int of type '{_name_of(length)}'")
        if length < 0:
            raise ValueError(f"Array length must be >= 0, not {length}")
        if length > _sys.maxsize:
            raise OverflowError("cannot fit 'int' into an index-sized integer")
        key = (cls, length)
        try:
            return _array_types[key]
        except KeyError:
            made = PyCArrayType(f"{cls.__name__}_Array_{length}", (Array,), {"_length_": length, "_type_": cls, "__module__": _sys._getframemodulename(1)})
            _array_types[key] = made
            return made

    __rmul__ = __mul__

    @property
    def __pointer_type__(cls):
        """The type of pointers to values of this one."""
        try:
            return cls.__dict__["__ctypes_pointer_type__"]
        except KeyError:
            raise AttributeError(f"type {cls.__module__}.{cls.__qualname__} has no attribute '__pointer_type__'") from None

    @__pointer_type__.setter
    def __pointer_type__(cls, pointer_type):
        type.__setattr__(cls, "__ctypes_pointer_type__", pointer_type)

    def from_address(cls, value, /):
        if not isinstance(value, int):
            raise TypeError("integer expected")
        _concrete(cls)
        return _foreign.at(cls, value)

    def from_buffer(cls, obj, offset=0, /):
        _concrete(cls)
        return _foreign.over(cls, obj, offset)

    def from_buffer_copy(cls, buffer, offset=0, /):
        _concrete(cls)
        return _foreign.copy_of(cls, buffer, offset)

    def in_dll(cls, dll, name, /):
        try:
            handle = dll._handle
        except AttributeError:
            handle = None
        if not isinstance(handle, int):
            raise TypeError("the _handle attribute of the second argument must be an integer")
        try:
            address = dlsym(handle, name)
        except OSError as error:
            raise ValueError(str(error)) from None
        return _foreign.at(cls, address)

    def from_param(cls, value, /):
        if isinstance(value, cls):
            return value
        if type(value) is _Parameter:
            given = value._obj
            if isinstance(given, cls):
                return value
            raise TypeError(f"expected {cls.__name__} instance instead of pointer to {_name_of(given)}")
        stand_in = getattr(value, "_as_parameter_", _MISSING)
        if stand_in is not _MISSING:
            return cls.from_param(stand_in)
        raise TypeError(f"expected {cls.__name__} instance instead of {_name_of(value)}")


_MISSING = object()
# By type and length.
_array_types = WeakValueDictionary()


def _concrete(cls):
    if _information(cls) is None:
        raise TypeError("abstract class")


_bytes_of = _foreign.raw.__get__


def _base_methods():
    def __hash__(self):
        raise TypeError("unhashable type")

    def __reduce__(self):
        if _information(type(self)).points:
            raise ValueError("ctypes objects containing pointers cannot be pickled")
        return _unpickle, (type(self), (getattr(self, "__dict__", {}), _bytes_of(self)))

    def __setstate__(self, state, /):
        namespace, data = state
        if namespace:
            self.__dict__.update(namespace)
        _foreign.write(self, data)

    def __ctypes_from_outparam__(self):
        return self

    for method in (__hash__, __reduce__, __setstate__, __ctypes_from_outparam__):
        method.__qualname__ = f"_CData.{method.__name__}"
        _foreign.complete(method.__name__, method)


_base_methods()


def _unpickle(cls, state, /):
    instance = cls.__new__(cls)
    instance.__setstate__(state)
    return instance


# ---- simple types

_CODES = "cbBhHiIlLdfuzZqQPOv?g"


class PyCSimpleType(CType_Type):
    """The class of simple types."""

    def _become(cls):
        try:
            code = cls._type_
        except AttributeError:
            raise AttributeError("class must define a '_type_' attribute") from None
        if not isinstance(code, str):
            raise TypeError("class must define a '_type_' string attribute")
        if len(code) != 1:
            raise ValueError("class must define a '_type_' attribute which must be a string of length 1")
        swapped = "__ctypes_swapped__" in cls.__dict__
        if code not in _CODES or not _foreign.simple(cls, ord(code), swapped, _format(code, swapped), cls.__base__ is _SimpleCData):
            raise AttributeError(
                "class must define a '_type_' attribute which must be\n" f"a single character string containing one of 'cbBhHiIlLdfuzZqQPXOv?g'.")
        if not swapped and type(cls) is PyCSimpleType and code in _SWAPPED:
            namespace = {"_type_": code, "__ctypes_swapped__": True, "__module__": cls.__module__}
            other = PyCSimpleType(cls.__name__, cls.__bases__, namespace)
            both = (other, cls) if _sys.byteorder == "little" else (cls, other)
            for each in both:
                each.__ctype_be__, each.__ctype_le__ = both

    def from_param(cls, value, /):
        if isinstance(value, cls):
            return value
        _concrete(cls)
        code = cls._type_
        convert = _FROM_PARAM.get(code)
        if convert is not None:
            converted = convert(cls, value)
            if converted is not _MISSING:
                return converted
            stand_in = getattr(value, "_as_parameter_", _MISSING)
            if stand_in is not _MISSING:
                return cls.from_param(stand_in)
            raise TypeError(f"'{_full_name_of(value)}' object cannot be interpreted as {cls.__module__}.{cls.__qualname__}")
        try:
            return _foreign.parameter(ord(code), value)
        except Exception:
            stand_in = getattr(value, "_as_parameter_", _MISSING)
            if stand_in is _MISSING:
                raise
        return cls.from_param(stand_in)


_SWAPPED = "hHiIlLqQdf"


def _text_from_param(code, item_code):
    """Converts to `char *` or `wchar_t *`: text, and pointers to such characters."""
    text = bytes if code == "z" else str

    def convert(cls, value):
        if value is None:
            return None
        if isinstance(value, text):
            return _foreign.parameter(ord(code), value)
        if isinstance(value, (Array, _Pointer)):
            item = _information(type(value)).item
            if item is not None and isinstance(item, PyCSimpleType) and item._type_ == item_code:
                return value
        if type(value) is _Parameter:
            if value._tag == code or value._tag == "P" and isinstance(value._obj, _SimpleCData) and value._obj._type_ == item_code:
                return value
        return _MISSING

    return convert


def _pointer_from_param(cls, value):
    """Converts to `void *`: whatever is an address, or has one."""
    if value is None:
        return None
    if isinstance(value, int):
        return _foreign.parameter(ord("P"), value)
    if isinstance(value, bytes):
        return _foreign.parameter(ord("z"), value)
    if isinstance(value, str):
        return _foreign.parameter(ord("Z"), value)
    if isinstance(value, (Array, _Pointer)):
        return value
    if type(value) is _Parameter:
        if value._tag in "PzZ":
            return value
    if isinstance(value, CFuncPtr):
        return value
    if isinstance(value, _SimpleCData) and type(value)._type_ in "zZ":
        return value
    return _MISSING


_FROM_PARAM = {"z": _text_from_param("z", "c"), "Z": _text_from_param("Z", "u"), "P": _pointer_from_param}


class _SimpleCData(_CData, metaclass=PyCSimpleType, root=True):
    """The base of simple types."""

    __slots__ = ()
    __module__ = "_ctypes"

    value = _foreign.value
    __bool__ = _foreign.truth

    __init__ = _foreign.simple_init

    def __repr__(self):
        cls = type(self)
        if cls.__base__ is not _SimpleCData:
            return f"<{cls.__name__} object at {id(self):#x}>"
        if cls._type_ == "O" and not self:
            return f"{cls.__name__}(<NULL>)"
        return f"{cls.__name__}({self.value!r})"

    def __ctypes_from_outparam__(self):
        if type(self).__base__ is _SimpleCData:
            return self.value
        return self


# ---- structures and unions


def _is_c_type(cls):
    return isinstance(cls, CType_Type)


class _RecordType(CType_Type):
    """What classes of structures and unions share."""

    def _become(cls):
        namespace = cls.__dict__
        if "_abstract_" in namespace:
            return
        if _information(cls.__base__) is None:
            _foreign.record(cls, cls._is_union_, 0, 1, (), "B")
        else:
            _inherit_record(cls, cls.__base__)
        if "_fields_" in namespace:
            cls._fields_ = namespace["_fields_"]

    def __setattr__(cls, name, value):
        if name == "_fields_":
            own = cls.__dict__.get("__ctypes_information__")
            if own is None and "_abstract_" not in cls.__dict__:
                raise TypeError("ctypes state is not initialized")
            if own is not None and own.fixed or "_fields_final_" in cls.__dict__:
                raise AttributeError("_fields_ is final")
            super().__setattr__(name, value)
            cls._set_fields(value)
        else:
            super().__setattr__(name, value)

    def _set_fields(cls, fields):
        if "_abstract_" in cls.__dict__:
            return
        from ctypes import _layout
        base = cls.__base__ if _information(cls.__base__) is not None and cls.__base__.__dict__.get("_record_members_") is not None else None
        try:
            fields = tuple(fields)
        except TypeError:
            raise TypeError("_fields_ must be a sequence of pairs") from None
        if any(isinstance(entry, tuple) and len(entry) > 1 and entry[1] is cls for entry in fields):
            raise AttributeError("Structure or union cannot contain itself")
        layout = _layout.get_layout(cls, fields, not cls._is_union_, base)
        own = cls.__dict__.get("__ctypes_information__")
        if own is not None and own.fixed:
            raise AttributeError("_fields_ is final")
        members = list(base.__dict__["_record_members_"]) if base is not None else []
        first = len(members)
        for field in layout.fields:
            if first:
                field = field._moved(0, first)
            members.append((field.type, field.offset))
            type.__setattr__(cls, field.name, field)
        type.__setattr__(cls, "_record_members_", tuple(members))
        type.__setattr__(cls, "_record_fields_", tuple(field.name for field in layout.fields))
        type.__setattr__(cls, "_fields_final_", True)
        _foreign.record(cls, cls._is_union_, layout.size, layout.align, tuple(members), layout.format_spec)
        _foreign.fix(cls)
        _add_anonymous(cls)


def _inherit_record(cls, base):
    info = _information(base)
    members = base.__dict__.get("_record_members_")
    if members is None:
        _foreign.record(cls, cls._is_union_, 0, 1, (), "B")
        return
    type.__setattr__(cls, "_record_members_", members)
    type.__setattr__(cls, "_record_fields_", ())
    _foreign.record(cls, cls._is_union_, info.size, info.alignment, members, info.description[0])


def _add_anonymous(cls):
    """The fields of anonymous fields are fields of the structure around them."""
    names = getattr(cls, "_anonymous_", None)
    if names is None:
        return
    try:
        names = tuple(names)
    except TypeError:
        raise TypeError("_anonymous_ must be a sequence") from None
    for name in names:
        field = getattr(cls, name)
        if type(field) is not CField:
            raise AttributeError(f"'{name}' is specified in _anonymous_ but not in _fields_")
        field._mark_anonymous()
        for inner in _all_field_names(field.type):
            part = getattr(field.type, inner)
            if type(part) is CField:
                type.__setattr__(cls, inner, part._moved(field.offset, 0))


def _all_field_names(cls):
    names = []
    for each in cls.__mro__:
        for entry in each.__dict__.get("_fields_", ()):
            names.append(entry[0])
        for name in each.__dict__.get("_anonymous_", ()):
            inner = getattr(cls, name)
            if type(inner) is CField:
                names.extend(_all_field_names(inner.type))
    return names


class PyCStructType(_RecordType):
    """The class of structures."""

    _is_union_ = False


class UnionType(_RecordType):
    """The class of unions."""

    _is_union_ = True


def _record_init(self, args, keywords):
    cls = type(self)
    if args:
        names = []
        for each in reversed(cls.__mro__):
            fields = each.__dict__.get("_fields_")
            if fields is not None and isinstance(each, _RecordType):
                names.extend(entry[0] for entry in fields)
        if len(args) > len(names):
            raise TypeError("too many initializers")
        for name, value in zip(names, args):
            if name in keywords:
                raise TypeError(f"duplicate values for field {name!r}")
            setattr(self, name, value)
    for name, value in keywords.items():
        setattr(self, name, value)


class Structure(_CData, metaclass=PyCStructType, root=True):
    """Structure base class"""

    __slots__ = ()
    __module__ = "_ctypes"
    _abstract_ = True

    def __init__(self, /, *args, **kwargs):
        if args or kwargs:
            _record_init(self, args, kwargs)


class Union(_CData, metaclass=UnionType, root=True):
    """Union base class"""

    __slots__ = ()
    __module__ = "_ctypes"
    _abstract_ = True

    def __init__(self, /, *args, **kwargs):
        if args or kwargs:
            _record_init(self, args, kwargs)


# ---- arrays


class PyCArrayType(CType_Type):
    """The class of arrays."""

    def _become(cls):
        length = getattr(cls, "_length_", _MISSING)
        if length is _MISSING:
            raise AttributeError("class must define a '_length_' attribute")
        if not isinstance(length, int):
            raise TypeError("The '_length_' attribute must be an integer")
        if length < 0:
            raise ValueError("The '_length_' attribute must not be negative")
        if length > _sys.maxsize:
            raise OverflowError("The '_length_' attribute is too large")
        item = getattr(cls, "_type_", _MISSING)
        if item is _MISSING:
            raise AttributeError("class must define a '_type_' attribute")
        _foreign.array(cls, item, length)
        code = item._type_ if isinstance(item, PyCSimpleType) else None
        if code == "c":
            type.__setattr__(cls, "value", _char_value)
            type.__setattr__(cls, "raw", _foreign.raw)
        elif code == "u":
            type.__setattr__(cls, "value", _wide_value)


class Array(_CData, metaclass=PyCArrayType, root=True):
    """Abstract base class for arrays."""

    __slots__ = ()
    __module__ = "_ctypes"

    __getitem__ = _foreign.array_item
    __setitem__ = _foreign.set_array_item
    __len__ = _foreign.array_length

    def __init__(self, /, *args):
        for index, value in enumerate(args):
            self[index] = value

    def __delitem__(self, key):
        raise TypeError("Array does not support item deletion")

    @classmethod
    def __class_getitem__(cls, item, /):
        from types import GenericAlias
        return GenericAlias(cls, item)


def _set_text(self, value):
    if not isinstance(value, bytes):
        raise TypeError(f"bytes expected instead of {_name_of(value)} instance")
    size = sizeof(self)
    if len(value) > size:
        raise ValueError("byte string too long")
    _foreign.write(self, value + b"\0" if len(value) < size else value)


def _set_wide(self, value):
    if not isinstance(value, str):
        raise TypeError(f"unicode string expected instead of {_name_of(value)} instance")
    length = len(self)
    if len(value) > length:
        raise ValueError("string too long")
    for index, character in enumerate(value):
        self[index] = character
    if len(value) < length:
        self[len(value)] = "\0"


def _no_deletion(self):
    raise TypeError("can't delete attribute")


_read_characters = _foreign.text.__get__
_char_value = property(lambda self: _read_characters(self), _set_text, _no_deletion, doc="string value")
_wide_value = property(lambda self: _read_characters(self), _set_wide, _no_deletion, doc="string value")


def _join(item, values):
    code = item._type_ if isinstance(item, PyCSimpleType) and item.__base__ is _SimpleCData else None
    if code == "c":
        return b"".join(values)
    if code == "u":
        return "".join(values)
    return values


def _array_slice(self, key):
    return _join(_information(type(self)).item, [self[index] for index in range(*key.indices(len(self)))])


def _set_array_slice(self, key, value):
    places = range(*key.indices(len(self)))
    if not hasattr(value, "__len__") or len(places) != len(value):
        raise ValueError("Can only assign sequence of same size")
    for index, item in zip(places, value):
        self[index] = item


# ---- pointers


class PyCPointerType(CType_Type):
    """The class of pointers."""

    def _become(cls):
        # Derived classes do not inherit what they point to.
        item = cls.__dict__.get("_type_")
        if item is not None and not isinstance(item, type):
            raise TypeError("_type_ must be a type")
        if item is not None and not _is_c_type(item):
            raise TypeError("_type_ must have storage info")
        cls._set_item(item)

    def _set_item(cls, item):
        text = "&B"
        if item is not None:
            info = _information(item)
            if info is None:
                text = "&B"
            else:
                inner, _, shape = info.description
                lengths = f"({','.join(map(str, shape))})" if shape else ""
                text = f"&{lengths}{inner or 'B'}"
            if "__ctypes_pointer_type__" not in item.__dict__:
                item.__pointer_type__ = cls
        _foreign.pointer(cls, item, text)

    def set_type(cls, type, /):
        if not _is_c_type(type):
            raise TypeError("_type_ must have storage info")
        cls._set_item(type)
        cls._type_ = type

    def from_param(cls, value, /):
        if value is None:
            return value
        info = _information(cls)
        if info is None:
            raise TypeError("abstract class")
        item = info.item
        if item is not None:
            if isinstance(value, item):
                return byref(value)
            if isinstance(value, (_Pointer, Array)):
                given = _information(type(value)).item
                if given is not None and issubclass(given, item):
                    return value
            if type(value) is _Parameter and value._tag == "P" and isinstance(value._obj, item):
                return value
        return CType_Type.from_param(cls, value)


class _Pointer(_CData, metaclass=PyCPointerType, root=True):
    """XXX to be documented"""

    __slots__ = ()
    __module__ = "_ctypes"

    __getitem__ = _foreign.pointer_item
    __bool__ = _foreign.truth

    def __new__(cls, /, *args, **kwargs):
        info = _information(cls)
        if info is None or info.item is None:
            raise TypeError("Cannot create instance: has no _type_")
        return _CData.__new__(cls)

    def __init__(self, value=_MISSING, /):
        if value is not _MISSING:
            self.contents = value

    def __setitem__(self, key, value):
        _set_pointer_item(self, key, value)

    def __delitem__(self, key):
        raise TypeError("Pointer does not support item deletion")

    @property
    def contents(self):
        """the object this pointer points to (read-write)"""
        address = _address_in(self)
        if not address:
            raise ValueError("NULL pointer access")
        item = _information(type(self)).item
        return _foreign.at(item, address, self)

    @contents.setter
    def contents(self, value):
        item = _information(type(self)).item
        if not isinstance(value, _CData):
            raise TypeError(f"expected {item.__name__} instead of {_name_of(value)}")
        _foreign.write(self, addressof(value).to_bytes(sizeof(self), _sys.byteorder))
        _foreign.keep(self, 1, value)
        _foreign.keep(self, 0, _foreign.kept(value))

    @contents.deleter
    def contents(self):
        raise TypeError("Pointer does not support item deletion")


_set_pointer_item = _foreign.set_pointer_item


def _address_in(instance):
    return int.from_bytes(_bytes_of(instance), _sys.byteorder)


def _pointer_slice(self, key):
    """p[start:stop:step]: the lengths are not known, so the bounds must be given and are not counted from an end."""
    start, stop, step = key.start, key.stop, key.step
    if step is None:
        step = 1
    else:
        step = step.__index__()
        if step == 0:
            raise ValueError("slice step cannot be zero")
    if start is None:
        if step < 0:
            raise ValueError("slice start is required for step < 0")
        start = 0
    else:
        start = start.__index__()
    if stop is None:
        raise ValueError("slice stop is required")
    stop = stop.__index__()
    return _join(_information(type(self)).item, [self[index] for index in range(start, stop, step)])


# ---- functions


class PyCFuncPtrType(CType_Type):
    """The class of functions."""

    def _become(cls):
        flags = getattr(cls, "_flags_", _MISSING)
        if not isinstance(flags, int):
            raise TypeError("class must define _flags_ which must be an integer")
        arguments = getattr(cls, "_argtypes_", None)
        if arguments is not None:
            if not isinstance(arguments, tuple):
                raise TypeError("_argtypes_ must be a sequence of types")
            _converters(arguments)
        _check_result(getattr(cls, "_restype_", None))
        _foreign.function(cls, flags)


def _converters(types):
    if len(types) > CTYPES_MAX_ARGCOUNT:
        raise ArgumentError(f"_argtypes_ has too many arguments ({len(types)}), maximum is {CTYPES_MAX_ARGCOUNT}")
    found = []
    for position, each in enumerate(types):
        try:
            found.append(each.from_param)
        except AttributeError:
            raise TypeError(f"item {position + 1} in _argtypes_ has no from_param method") from None
    return tuple(found)


def _check_result(result):
    if result is not None and not _is_c_type(result) and not callable(result):
        raise TypeError("_restype_ must be a type, a callable, or None")


def _declare(function, arguments, result, check, flags):
    converters = () if arguments is None else _converters(arguments)
    checker = None
    if result is not None:
        checker = getattr(result, "_check_retval_", None) if _is_c_type(result) else result
    _foreign.set_signature(function, arguments, converters, result, check, checker, flags)


def _prepare(function):
    """What is declared of a function: at first, what its class says."""
    parts = _foreign.signature(function)
    if parts is None:
        cls = type(function)
        _declare(function, getattr(cls, "_argtypes_", None), getattr(cls, "_restype_", None), None, None)
        parts = _foreign.signature(function)
    return parts


def _prepare_and_call(function, args):
    _prepare(function)
    return function(*args)


def _convert_and_call(function, args):
    """A call with arguments that Python code converts, or that cannot be converted."""
    result = _invoke(function, args)
    check = _foreign.signature(function)[3]
    if check is not None:
        said = check(result, function, args)
        if said is not args:
            return said
    return result


def _invoke(function, args):
    converters = _foreign.signature(function)[1]
    converted = []
    for position, value in enumerate(args):
        try:
            if position < len(converters):
                value = converters[position](value)
            converted.append(_plain(value, position))
        except Exception as error:
            _explain(error, position)
    return _foreign.invoke(function, tuple(converted))


def _explain(error, position):
    raise ArgumentError(f"argument {position + 1}: {type(error).__name__}: {error}") from None


def _plain(value, position):
    """A value that can be passed as it is."""
    if value is None or isinstance(value, (int, bytes, str, _CData)) or type(value) is _Parameter:
        if isinstance(value, int):
            if not -1 << 63 <= value < 1 << 64:
                raise OverflowError("int too long to convert")
        return value
    stand_in = getattr(value, "_as_parameter_", _MISSING)
    if stand_in is _MISSING:
        raise TypeError(f"Don't know how to convert parameter {position + 1}")
    return _plain(stand_in, position)


# What the first number of a parameter's flags says.
_IN, _OUT, _LCID = 1, 2, 4


def _call_with_flags(function, args, keywords):
    arguments, converters, result, check, checker, flags = _foreign.signature(function)
    if flags is None:
        # Without names of parameters, keywords mean nothing.
        if len(args) < len(converters):
            return function(*args)
        return _convert_and_call(function, args)
    given = list(args)
    used = 0
    taken = set()
    call, outputs = [], []
    for kind, flag in zip(arguments, flags):
        number = flag[0]
        name = flag[1] if len(flag) > 1 else None
        has_default = len(flag) > 2
        direction = number & (_IN | _OUT | _LCID)

        def argument():
            nonlocal used
            if used < len(given):
                used += 1
                return given[used - 1]
            if name is not None and name in keywords:
                taken.add(name)
                return keywords[name]
            if has_default:
                return flag[2]
            if name is not None:
                raise TypeError(f"required argument '{name}' missing")
            raise TypeError("not enough arguments")

        if direction == (_IN | _LCID):
            call.append(flag[2] if has_default else 0)
        elif direction in (0, _IN):
            call.append(argument())
        elif direction == (_IN | _OUT):
            value = argument()
            call.append(value)
            outputs.append(value)
        elif direction == _OUT:
            if has_default:
                call.append(flag[2])
                outputs.append(flag[2])
                continue
            if isinstance(kind, PyCArrayType):
                value = kind()
                call.append(value)
            else:
                value = _information(kind).item()
                call.append(byref(value))
            outputs.append(value)
        else:
            raise ValueError(f"paramflag {number} not yet implemented")
    if len(given) + len(keywords) != used + len(taken):
        raise TypeError(f"call takes exactly {used + len(taken)} arguments ({len(given) + len(keywords)} given)")
    call = tuple(call)
    result = _invoke(function, call)
    if check is not None:
        said = check(result, function, call)
        if said is not call:
            return said
    if not outputs:
        return result
    values = tuple(_output(value) for value in outputs)
    return values[0] if len(values) == 1 else values


def _output(value):
    convert = getattr(value, "__ctypes_from_outparam__", None)
    return value if convert is None else convert()


class CFuncPtr(_CData, metaclass=PyCFuncPtrType, root=True):
    """Function Pointer"""

    __slots__ = ()
    __module__ = "_ctypes"

    __call__ = _foreign.call_function
    __bool__ = _foreign.truth

    def __new__(cls, /, *args, **kwargs):
        self = _CData.__new__(cls)
        flags = None
        if not args:
            pass
        elif isinstance(args[0], tuple):
            if len(args) > 2:
                raise TypeError("function takes at most 2 arguments")
            address, library = _from_library(args[0])
            _put_address(self, address)
            _foreign.keep(self, 0, library)
            flags = args[1] if len(args) > 1 else None
        elif len(args) == 1 and isinstance(args[0], int):
            _put_address(self, args[0])
        elif len(args) >= 2 and isinstance(args[0], int):
            raise NotImplementedError("COM methods exist on Windows only")
        elif len(args) == 1 and callable(args[0]):
            arguments = getattr(cls, "_argtypes_", None)
            if arguments is None:
                raise TypeError("cannot construct instance of this class: no argtypes")
            thunk, address = _foreign.thunk(args[0], arguments, getattr(cls, "_restype_", None), cls._flags_)
            _put_address(self, address)
            _foreign.keep(self, 0, thunk)
        else:
            raise TypeError("argument must be callable or integer function address")
        arguments = getattr(cls, "_argtypes_", None)
        if flags is not None:
            flags = _checked_flags(flags, arguments)
        _declare(self, arguments, getattr(cls, "_restype_", None), None, flags)
        return self

    def __init__(self, /, *args, **kwargs):
        pass

    @property
    def argtypes(self):
        """specify the argument types"""
        return _prepare(self)[0]

    @argtypes.setter
    def argtypes(self, types):
        arguments, converters, result, check, checker, flags = _prepare(self)
        if types is not None:
            try:
                types = tuple(types)
            except TypeError:
                raise TypeError("_argtypes_ must be a sequence of types") from None
        _declare(self, types, result, check, flags)

    @argtypes.deleter
    def argtypes(self):
        arguments, converters, result, check, checker, flags = _prepare(self)
        _declare(self, getattr(type(self), "_argtypes_", None), result, check, flags)

    @property
    def restype(self):
        """specify the result type"""
        return _prepare(self)[2]

    @restype.setter
    def restype(self, kind):
        if kind is not None and not _is_c_type(kind) and not callable(kind):
            raise TypeError("restype must be a type, a callable, or None")
        arguments, converters, result, check, checker, flags = _prepare(self)
        _declare(self, arguments, kind, check, flags)

    @restype.deleter
    def restype(self):
        arguments, converters, result, check, checker, flags = _prepare(self)
        _declare(self, arguments, getattr(type(self), "_restype_", None), check, flags)

    @property
    def errcheck(self):
        """a function to check for errors"""
        return _prepare(self)[3]

    @errcheck.setter
    def errcheck(self, function):
        if function is not None and not callable(function):
            raise TypeError("the errcheck attribute must be callable")
        arguments, converters, result, check, checker, flags = _prepare(self)
        _declare(self, arguments, result, function, flags)

    @errcheck.deleter
    def errcheck(self):
        self.errcheck = None

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"


def _put_address(self, address):
    _foreign.write(self, (address & (1 << 8 * sizeof(self)) - 1).to_bytes(sizeof(self), _sys.byteorder))


def _from_library(pair):
    if len(pair) != 2:
        raise TypeError("illegal func_spec argument")
    name, library = pair
    if not isinstance(name, (str, bytes)):
        raise TypeError("function name must be string, bytes object or integer")
    handle = library._handle
    if not isinstance(handle, int):
        raise TypeError("the _handle attribute of the second argument must be an integer")
    try:
        return dlsym(handle, name), library
    except OSError as error:
        raise AttributeError(str(error)) from None


def _checked_flags(flags, arguments):
    if arguments is None:
        return None
    if not isinstance(flags, tuple):
        raise TypeError("paramflags must be a tuple or None")
    if len(flags) != len(arguments):
        raise ValueError("paramflags must have the same length as argtypes")
    for flag, kind in zip(flags, arguments):
        if not isinstance(flag, tuple) or not 1 <= len(flag) <= 3 or not isinstance(flag[0], int) or len(flag) > 1 and not isinstance(flag[1], (str, type(None))):
            raise TypeError("paramflags must be a sequence of (int [,string [,value]]) tuples")
        direction = flag[0] & (_IN | _OUT | _LCID)
        if direction == _OUT:
            if not isinstance(kind, (PyCPointerType, PyCArrayType)) and not (isinstance(kind, PyCSimpleType) and kind._type_ in "zZP"):
                raise TypeError(f"'out' parameter {flags.index(flag) + 1} must be a pointer type, not {kind.__name__}")
        elif direction not in (0, _IN, _IN | _OUT, _IN | _LCID):
            raise TypeError(f"paramflag value {flag[0]} not supported")
    return flags


# ---- the rest


def buffer_info(kind, /):
    """Format, number of dimensions and lengths of a type's buffers."""
    info = _information(kind if isinstance(kind, type) else type(kind))
    if info is None:
        raise TypeError("not a ctypes type or object")
    text, _, shape = info.description
    return text, len(shape), shape


def call_function(address, arguments, /):
    return _CALL_TYPES[0](address)(*arguments)


def call_cdeclfunction(address, arguments, /):
    return _CALL_TYPES[1](address)(*arguments)


def PyObj_FromPtr(address, /):
    """The object at an address."""
    holder = _Object.from_buffer(bytearray(address.to_bytes(8, _sys.byteorder)))
    return holder.value


class _Object(_SimpleCData):
    _type_ = "O"


class _Int(_SimpleCData):
    _type_ = "i"


def _call_types():
    for flags in (FUNCFLAG_PYTHONAPI, FUNCFLAG_CDECL):
        yield PyCFuncPtrType("CallType", (CFuncPtr,), {"_flags_": flags, "_restype_": _Int})


_CALL_TYPES = tuple(_call_types())


def POINTER(cls, /):
    import ctypes
    return ctypes.POINTER(cls)


def pointer(obj, /):
    import ctypes
    return ctypes.pointer(obj)
