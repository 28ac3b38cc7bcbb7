"""Context variables (PEP 567)."""

import _thread
from types import GenericAlias as _GenericAlias

_here = _thread._local()
_MISSING = object()


def _current():
    try:
        return _here.context
    except AttributeError:
        _here.context = context = Context()
        return context


def copy_context():
    """A copy of the current context."""
    return _current().copy()


class Context:
    """Values of context variables. A copy shares them until one of the two changes."""

    __module__ = "_contextvars"
    __slots__ = ("_values", "_shared", "_outer", "__weakref__")

    def __new__(cls):
        self = object.__new__(cls)
        self._values = {}
        self._shared = False
        self._outer = _MISSING
        return self

    def __init_subclass__(cls):
        raise TypeError("type '_contextvars.Context' is not an acceptable base type")

    def run(self, callable, /, *args, **kwargs):
        if self._outer is not _MISSING:
            raise RuntimeError(f"cannot enter context: {self!r} is already entered")
        self._outer = _current()
        _here.context = self
        try:
            return callable(*args, **kwargs)
        finally:
            _here.context = self._outer
            self._outer = _MISSING

    def copy(self):
        other = Context()
        other._values = self._values
        other._shared = self._shared = True
        return other

    def _change(self):
        """The values, to be changed."""
        if self._shared:
            self._values = self._values.copy()
            self._shared = False
        return self._values

    def __getitem__(self, variable, /):
        _check(variable)
        return self._values[variable]

    def __contains__(self, variable, /):
        _check(variable)
        return variable in self._values

    def get(self, variable, default=None, /):
        _check(variable)
        return self._values.get(variable, default)

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def keys(self):
        return self._values.keys()

    def values(self):
        return self._values.values()

    def items(self):
        return self._values.items()

    def __eq__(self, other):
        return self._values == other._values if isinstance(other, Context) else NotImplemented

    __hash__ = None


def _check(variable):
    if not isinstance(variable, ContextVar):
        raise TypeError(f"a ContextVar key was expected, got {variable!r}")


class ContextVar:
    """A variable with a value in each context."""

    __module__ = "_contextvars"
    __slots__ = ("_name", "_default", "__weakref__")

    def __new__(cls, name, *, default=_MISSING):
        if not isinstance(name, str):
            raise TypeError("context variable name must be a str")
        self = object.__new__(cls)
        self._name = name
        self._default = default
        return self

    def __init_subclass__(cls):
        raise TypeError("type '_contextvars.ContextVar' is not an acceptable base type")

    @property
    def name(self):
        return self._name

    def get(self, default=_MISSING, /):
        value = _current()._values.get(self, default)
        if value is _MISSING:
            value = self._default
            if value is _MISSING:
                raise LookupError(self)
        return value

    def set(self, value, /):
        context = _current()
        values = context._change()
        token = Token._make(context, self, values.get(self, _MISSING))
        values[self] = value
        return token

    def reset(self, token, /):
        if not isinstance(token, Token):
            raise TypeError(f"expected an instance of Token, got {token!r}")
        if token._used:
            raise RuntimeError(f"{token!r} has already been used once")
        if token._variable is not self:
            raise ValueError(f"{token!r} was created by a different ContextVar")
        context = _current()
        if token._context is not context:
            raise ValueError(f"{token!r} was created in a different Context")
        token._used = True
        values = context._change()
        if token._old is _MISSING:
            values.pop(self, None)
        else:
            values[self] = token._old

    def __repr__(self):
        default = "" if self._default is _MISSING else f" default={self._default!r}"
        return f"<ContextVar name={self._name!r}{default} at {id(self):#x}>"

    __class_getitem__ = classmethod(_GenericAlias)


class _Missing:
    """The type of Token.MISSING."""

    __slots__ = ()

    def __repr__(self):
        return "<Token.MISSING>"


class Token:
    """What ContextVar.set() returns: ContextVar.reset() undoes it."""

    __module__ = "_contextvars"
    __slots__ = ("_context", "_variable", "_old", "_used", "__weakref__")
    MISSING = _Missing()

    def __new__(cls):
        raise RuntimeError("Tokens can only be created by ContextVars")

    @classmethod
    def _make(cls, context, variable, old):
        self = object.__new__(cls)
        self._context, self._variable, self._old, self._used = context, variable, old, False
        return self

    def __init_subclass__(cls):
        raise TypeError("type '_contextvars.Token' is not an acceptable base type")

    @property
    def var(self):
        return self._variable

    @property
    def old_value(self):
        return self.MISSING if self._old is _MISSING else self._old

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._variable.reset(self)

    def __repr__(self):
        used = " used" if self._used else ""
        return f"<Token{used} var={self._variable!r} at {id(self):#x}>"

    __class_getitem__ = classmethod(_GenericAlias)
    __hash__ = None
