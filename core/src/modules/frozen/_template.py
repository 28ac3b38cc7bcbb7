"""Template strings: what a t-string makes. `string.templatelib` has the public names."""

from types import GenericAlias as _GenericAlias


class Interpolation:
    """A replacement field of a template string: the value and the text it came from."""

    __module__ = "string.templatelib"
    __slots__ = ("value", "expression", "conversion", "format_spec")
    __match_args__ = ("value", "expression", "conversion", "format_spec")

    def __new__(cls, value, expression="", conversion=None, format_spec=""):
        if not isinstance(expression, str):
            raise TypeError(f"Interpolation() argument 'expression' must be str, not {type(expression).__name__}")
        if conversion is not None:
            if not isinstance(conversion, str):
                raise TypeError(f"Interpolation() argument 'conversion' must be str, not {type(conversion).__name__}")
            if conversion not in ("s", "r", "a"):
                raise ValueError("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
        if not isinstance(format_spec, str):
            raise TypeError(f"Interpolation() argument 'format_spec' must be str, not {type(format_spec).__name__}")
        self = object.__new__(cls)
        fill = object.__setattr__
        fill(self, "value", value)
        fill(self, "expression", expression)
        fill(self, "conversion", conversion)
        fill(self, "format_spec", format_spec)
        return self

    def __setattr__(self, name, value):
        if name in self.__match_args__:
            raise AttributeError("readonly attribute")
        raise AttributeError(f"'{type(self).__module__}.{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        raise AttributeError("readonly attribute")

    def __init_subclass__(cls):
        raise TypeError("type 'string.templatelib.Interpolation' is not an acceptable base type")

    def __repr__(self):
        return f"Interpolation({self.value!r}, {self.expression!r}, {self.conversion!r}, {self.format_spec!r})"

    def __reduce__(self):
        return (Interpolation, (self.value, self.expression, self.conversion, self.format_spec))

    __class_getitem__ = classmethod(_GenericAlias)


class Template:
    """Strings and the interpolations between them."""

    __module__ = "string.templatelib"
    __slots__ = ("strings", "interpolations")

    def __new__(cls, *parts):
        strings = [""]
        interpolations = []
        for part in parts:
            if isinstance(part, str):
                strings[-1] += part
            elif isinstance(part, Interpolation):
                interpolations.append(part)
                strings.append("")
            else:
                raise TypeError(f"Template.__new__ *args need to be of type 'str' or 'Interpolation', got {type(part).__name__}")
        return _make_template(tuple(strings), tuple(interpolations))

    @property
    def values(self):
        return tuple(interpolation.value for interpolation in self.interpolations)

    def __setattr__(self, name, value):
        if name in ("strings", "interpolations"):
            raise AttributeError("readonly attribute")
        if name == "values":
            raise AttributeError("attribute 'values' of 'string.templatelib.Template' objects is not writable")
        raise AttributeError(f"'{type(self).__module__}.{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        raise AttributeError("readonly attribute")

    def __init_subclass__(cls):
        raise TypeError("type 'string.templatelib.Template' is not an acceptable base type")

    def __iter__(self):
        return TemplateIter(self)

    def __add__(self, other):
        if not isinstance(other, Template):
            raise TypeError(f'can only concatenate string.templatelib.Template (not "{type(other).__name__}") to string.templatelib.Template')
        strings = (*self.strings[:-1], self.strings[-1] + other.strings[0], *other.strings[1:])
        return _make_template(strings, self.interpolations + other.interpolations)

    def __repr__(self):
        return f"Template(strings={self.strings!r}, interpolations={self.interpolations!r})"

    def __reduce__(self):
        parts = []
        for index, text in enumerate(self.strings):
            parts.append(text)
            if index < len(self.interpolations):
                parts.append(self.interpolations[index])
        return (Template, tuple(parts))

    __class_getitem__ = classmethod(_GenericAlias)


class TemplateIter:
    """The parts of a template string, empty strings left out."""

    __module__ = "string.templatelib"
    __slots__ = ("_parts",)

    def __init__(self, template):
        parts = []
        for index, text in enumerate(template.strings):
            if text:
                parts.append(text)
            if index < len(template.interpolations):
                parts.append(template.interpolations[index])
        self._parts = iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._parts)


def _make_template(strings, interpolations):
    template = object.__new__(Template)
    object.__setattr__(template, "strings", strings)
    object.__setattr__(template, "interpolations", interpolations)
    return template
