"""Type parameters, type aliases and `Generic`: what the syntax for them makes."""

from types import GenericAlias as _GenericAlias, UnionType as Union

_VALUE = 1


@staticmethod
def _idfunc(x, /):
    return x


def _library():
    """The module `typing`, where there is one: what it makes of generic classes is what others expect."""
    try:
        import typing
    except ImportError:
        return None
    return typing if hasattr(typing, "_generic_init_subclass") else None


def _caller():
    """`__name__` of the module that makes a type parameter."""
    import sys
    frame = sys._getframe(2)
    return frame.f_globals.get("__name__") if frame is not None else None


class NoDefaultType:
    """The type of NoDefault: a type parameter without a default."""

    __slots__ = ()
    __module__ = "typing"
    _made = None

    def __new__(cls):
        if cls._made is None:
            cls._made = super().__new__(cls)
        return cls._made

    def __repr__(self):
        return "typing.NoDefault"

    def __reduce__(self):
        return "NoDefault"


NoDefault = NoDefaultType()


class _Final:
    """No subclasses."""

    def __init_subclass__(cls, /, _base=False, **keywords):
        if not _base:
            for base in cls.__mro__[1:]:
                if base is not _Final and base is not _Parameter and base is not object:
                    raise TypeError(f"type 'typing.{base.__name__}' is not an acceptable base type")


class _Parameter(_Final, _base=True):
    """What all type parameters share."""

    __module__ = "typing"
    _default = NoDefault
    _lazy_default = None

    def __repr__(self):
        if self.__infer_variance__:
            return self.__name__
        if self.__covariant__:
            return "+" + self.__name__
        if self.__contravariant__:
            return "-" + self.__name__
        return "~" + self.__name__

    def _variance(self, covariant, contravariant, infer_variance):
        if covariant and contravariant:
            raise ValueError("Bivariant types are not supported.")
        if infer_variance and (covariant or contravariant):
            raise ValueError("Variance cannot be specified with infer_variance.")
        self.__covariant__ = bool(covariant)
        self.__contravariant__ = bool(contravariant)
        self.__infer_variance__ = bool(infer_variance)

    @property
    def __default__(self):
        if self._lazy_default is not None:
            self._default = self._lazy_default(_VALUE)
            self._lazy_default = None
        return self._default

    @property
    def evaluate_default(self):
        if self._lazy_default is not None:
            return self._lazy_default
        if self._default is NoDefault:
            return None
        return _constant(self._default)

    def has_default(self):
        return self._lazy_default is not None or self._default is not NoDefault

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __reduce__(self):
        return self.__name__

    def __mro_entries__(self, bases):
        raise TypeError(f"Cannot subclass an instance of {type(self).__name__}")


def _constant(value):
    def evaluate(format, /):
        return value
    return evaluate


class TypeVar(_Parameter):
    """Type variable."""

    __module__ = "typing"

    def __init__(self, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False):
        self._variance(covariant, contravariant, infer_variance)
        if len(constraints) == 1:
            raise TypeError("A single constraint is not allowed")
        if constraints and bound is not None:
            raise TypeError("Constraints cannot be combined with bound=...")
        self.__name__ = name
        self.__module__ = _caller()
        self._bound = bound
        self._constraints = constraints
        self._lazy_bound = self._lazy_constraints = None
        self._default = default

    @property
    def __bound__(self):
        if self._lazy_bound is not None:
            self._bound = self._lazy_bound(_VALUE)
            self._lazy_bound = None
        return self._bound

    @property
    def __constraints__(self):
        if self._lazy_constraints is not None:
            self._constraints = self._lazy_constraints(_VALUE)
            self._lazy_constraints = None
        return self._constraints

    @property
    def evaluate_bound(self):
        if self._lazy_bound is not None:
            return self._lazy_bound
        return None if self._bound is None else _constant(self._bound)

    @property
    def evaluate_constraints(self):
        if self._lazy_constraints is not None:
            return self._lazy_constraints
        return _constant(self._constraints) if self._constraints else None

    def __typing_subst__(self, argument):
        if isinstance(argument, _GenericAlias) and getattr(argument, "__unpacked__", False):
            raise TypeError(f"{argument} is not valid as type argument")
        return argument

    def __typing_prepare_subst__(self, alias, arguments):
        parameters = alias.__parameters__
        index = parameters.index(self)
        if index < len(arguments):
            return arguments
        if index == len(arguments) and self.has_default():
            return (*arguments, self.__default__)
        raise TypeError(f"Too few arguments for {alias}")


class TypeVarTuple(_Parameter):
    """A parameter that stands for any number of types."""

    __module__ = "typing"
    __infer_variance__ = True

    def __init__(self, name, *, default=NoDefault):
        self.__name__ = name
        self.__module__ = _caller()
        self._default = default

    def __iter__(self):
        yield _Unpacked(self)

    def __typing_subst__(self, argument):
        raise TypeError("Substitution of bare TypeVarTuple is not supported")


class _Unpacked:
    """`*Ts`"""

    def __init__(self, parameter):
        self.__origin__ = parameter
        self.__args__ = (parameter,)
        self.__parameters__ = (parameter,)

    __typing_is_unpacked_typevartuple__ = True

    def __repr__(self):
        return f"typing.Unpack[{self.__origin__!r}]"

    def __eq__(self, other):
        return self.__origin__ == other.__origin__ if isinstance(other, _Unpacked) else NotImplemented

    def __hash__(self):
        return hash((_Unpacked, self.__origin__))


class ParamSpecArgs(_Final, _base=True):
    """The positional parameters of a ParamSpec: `P.args`."""

    __module__ = "typing"

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        return f"{self.__origin__.__name__}.args"

    def __eq__(self, other):
        return self.__origin__ == other.__origin__ if isinstance(other, ParamSpecArgs) else NotImplemented

    __hash__ = None


class ParamSpecKwargs(_Final, _base=True):
    """The keyword parameters of a ParamSpec: `P.kwargs`."""

    __module__ = "typing"

    def __init__(self, origin):
        self.__origin__ = origin

    def __repr__(self):
        return f"{self.__origin__.__name__}.kwargs"

    def __eq__(self, other):
        return self.__origin__ == other.__origin__ if isinstance(other, ParamSpecKwargs) else NotImplemented

    __hash__ = None


class ParamSpec(_Parameter):
    """A parameter that stands for the parameters of a callable."""

    __module__ = "typing"

    def __init__(self, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False):
        self._variance(covariant, contravariant, infer_variance)
        self.__name__ = name
        self.__module__ = _caller()
        self.__bound__ = bound
        self._default = default

    @property
    def args(self):
        return ParamSpecArgs(self)

    @property
    def kwargs(self):
        return ParamSpecKwargs(self)

    def __typing_subst__(self, argument):
        if isinstance(argument, (list, tuple)):
            return tuple(argument)
        return argument


class TypeAliasType(_Final, _base=True):
    """What a `type` statement makes."""

    __module__ = "typing"

    def __init__(self, name, value, *, type_params=()):
        if not isinstance(type_params, tuple):
            raise TypeError("type_params must be a tuple")
        self._set(name, type_params, value, None, _caller())

    def _set(self, name, type_params, value, lazy, module):
        fields = self.__dict__
        fields["_name"] = name
        fields["_type_params"] = type_params
        fields["_value"] = value
        fields["_lazy_value"] = lazy
        fields["_module"] = module

    @property
    def __name__(self):
        return self._name

    @property
    def __module__(self):
        return self._module

    @property
    def __type_params__(self):
        return self._type_params

    @property
    def __parameters__(self):
        parameters = []
        for parameter in self._type_params:
            if isinstance(parameter, TypeVarTuple):
                parameters.extend(parameter)
            else:
                parameters.append(parameter)
        return tuple(parameters)

    @property
    def __value__(self):
        fields = self.__dict__
        if fields["_lazy_value"] is not None:
            fields["_value"] = fields["_lazy_value"](_VALUE)
            fields["_lazy_value"] = None
        return fields["_value"]

    @property
    def evaluate_value(self):
        return self._lazy_value if self._lazy_value is not None else _constant(self._value)

    def __setattr__(self, name, value):
        if name in ("__name__", "__value__", "__type_params__", "__parameters__", "__module__", "evaluate_value"):
            if name in ("__name__", ):
                raise AttributeError("readonly attribute")
            raise AttributeError(f"attribute '{name}' of 'typing.TypeAliasType' objects is not writable")
        raise AttributeError(f"'typing.TypeAliasType' object has no attribute '{name}'")

    def __getitem__(self, arguments):
        if not self._type_params:
            raise TypeError("Only generic type aliases are subscriptable")
        return _GenericAlias(self, arguments)

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __typing_subst__(self, argument):
        raise TypeError("a type alias is no type parameter")

    def __repr__(self):
        return self._name

    def __reduce__(self):
        return self._name

    def __call__(self, *arguments, **keywords):
        raise TypeError("'typing.TypeAliasType' object is not callable")


class Generic:
    """The base of generic classes."""

    __slots__ = ()
    __module__ = "typing"
    _is_protocol = False

    @classmethod
    def __class_getitem__(cls, arguments):
        library = _library()
        if library is not None:
            return library._generic_class_getitem(cls, arguments)
        if cls is not Generic and not getattr(cls, "__parameters__", ()):
            raise TypeError(f"{cls!r} is not a generic class")
        if not isinstance(arguments, tuple):
            arguments = (arguments,)
        if cls is Generic:
            if not arguments:
                raise TypeError("Parameter list to Generic[...] cannot be empty")
            for argument in arguments:
                if not isinstance(argument, (TypeVar, ParamSpec, TypeVarTuple, _Unpacked)):
                    raise TypeError("Parameters to Generic[...] must all be type variables or parameter specification variables.")
        else:
            _check_count(cls, arguments)
        return _GenericAlias(cls, arguments)

    def __init_subclass__(cls, *arguments, **keywords):
        library = _library()
        if library is not None:
            return library._generic_init_subclass(cls, *arguments, **keywords)
        super().__init_subclass__(*arguments, **keywords)
        parameters = []
        for base in cls.__dict__.get("__orig_bases__", ()):
            for parameter in getattr(base, "__parameters__", ()):
                if isinstance(parameter, _Unpacked):
                    parameter = parameter.__origin__
                if not isinstance(base, type) and parameter not in parameters:
                    parameters.append(parameter)
        cls.__parameters__ = tuple(parameters)


def _check_count(cls, arguments):
    parameters = cls.__parameters__
    if any(isinstance(parameter, (TypeVarTuple, ParamSpec)) for parameter in parameters):
        return
    least = sum(not parameter.has_default() for parameter in parameters)
    given = len(arguments)
    if not least <= given <= len(parameters):
        quantity = "many" if given > len(parameters) else "few"
        expected = len(parameters) if least == len(parameters) or given > len(parameters) else f"at least {least}"
        raise TypeError(f"Too {quantity} arguments for {cls!r}; actual {given}, expected {expected}")


# What the compiler's instructions call.

def _parameter(kind, name, module):
    parameter = kind.__new__(kind)
    parameter.__name__ = name
    parameter.__module__ = module
    parameter.__infer_variance__ = True
    parameter.__covariant__ = parameter.__contravariant__ = False
    return parameter


def _type_var(name, module, lazy_bound=None, lazy_constraints=None):
    parameter = _parameter(TypeVar, name, module)
    parameter._bound = None
    parameter._constraints = ()
    parameter._lazy_bound = lazy_bound
    parameter._lazy_constraints = lazy_constraints
    return parameter


def _make_typevar(name):
    return _type_var(name, _caller())


def _make_typevar_with_bound(name, evaluate):
    return _type_var(name, _caller(), lazy_bound=evaluate)


def _make_typevar_with_constraints(name, evaluate):
    return _type_var(name, _caller(), lazy_constraints=evaluate)


def _make_paramspec(name):
    parameter = _parameter(ParamSpec, name, _caller())
    parameter.__bound__ = None
    return parameter


def _make_typevartuple(name):
    return _parameter(TypeVarTuple, name, _caller())


def _set_typeparam_default(parameter, evaluate):
    parameter._lazy_default = evaluate
    return parameter


def _subscript_generic(parameters):
    unpacked = []
    for parameter in parameters:
        if isinstance(parameter, TypeVarTuple):
            unpacked.extend(parameter)
        else:
            unpacked.append(parameter)
    return Generic[tuple(unpacked)]


def _make_typealias(name, type_params, evaluate):
    alias = TypeAliasType.__new__(TypeAliasType)
    alias._set(name, type_params or (), None, evaluate, _caller())
    return alias
