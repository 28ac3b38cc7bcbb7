"""The classes of syntax trees. `compile()` with PyCF_ONLY_AST makes their instances."""

PyCF_ONLY_AST = 0x400
PyCF_TYPE_COMMENTS = 0x1000
PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000
PyCF_OPTIMIZED_AST = 0x8000 | PyCF_ONLY_AST

_ListType = type(list[int])
_POSITIONS = ("lineno", "col_offset", "end_lineno", "end_col_offset")


class AST:
    """The base of all nodes."""

    __module__ = "ast"
    _fields = ()
    _attributes = ()
    __match_args__ = ()

    def __init__(self, *arguments, **keywords):
        cls = type(self)
        fields = self._fields
        if len(arguments) > len(fields):
            raise TypeError(f"{cls.__name__} constructor takes at most {len(fields)} positional argument{'' if len(fields) == 1 else 's'}")
        values = dict(zip(fields, arguments))
        for name, value in keywords.items():
            if name in values:
                raise TypeError(f"{cls.__name__} got multiple values for argument {name!r}")
            if name not in fields and name not in self._attributes:
                import warnings
                warnings.warn(
                    f"{cls.__name__}.__init__ got an unexpected keyword argument {name!r}. Support for arbitrary keyword arguments is deprecated "
                    "and will be removed in Python 3.15.", DeprecationWarning, stacklevel=2)
            values[name] = value
        for name, value in values.items():
            setattr(self, name, value)
        for name in fields:
            if name not in values:
                self._set_default(name)

    def _set_default(self, name):
        kind = self._field_types.get(name)
        if kind is expr_context:
            setattr(self, name, Load())
        elif type(kind) is _ListType:
            setattr(self, name, [])
        elif type(kind) is type:
            import warnings
            warnings.warn(
                f"{type(self).__name__}.__init__ missing 1 required positional argument: {name!r}. This will become an error in Python 3.15.",
                DeprecationWarning, stacklevel=3)

    _field_types = {}

    def __reduce_ex__(self, protocol):
        return type(self), (), dict(self.__dict__)

    def __replace__(self, /, **changes):
        values = {name: getattr(self, name) for name in self._fields + self._attributes if hasattr(self, name)}
        for name in changes:
            if name not in self._fields and name not in self._attributes:
                raise TypeError(f"{type(self).__name__}.__replace__ got an unexpected keyword argument {name!r}.")
        values.update(changes)
        return type(self)(**values)

    def __repr__(self):
        return self._show(3)

    def _show(self, depth):
        name = type(self).__name__
        if depth == 0:
            return name + "(...)"
        def show(value):
            if isinstance(value, AST):
                return value._show(depth - 1)
            if isinstance(value, list):
                if len(value) > 2:
                    return f"[{show(value[0])}, ..., {show(value[-1])}]"
                return "[" + ", ".join(map(show, value)) + "]"
            if isinstance(value, str) and len(value) > 80:
                value = value[:77] + "..."
            return repr(value)
        shown = [f"{field}={show(getattr(self, field))}" for field in self._fields if hasattr(self, field)]
        return f"{name}({', '.join(shown)})"


# One line a class: name, base (`@`: with a position), fields with their types: `:` exactly one, `?` one or None, `*` a list.
_CLASSES = """
mod AST
Module mod body*stmt type_ignores*type_ignore
Interactive mod body*stmt
Expression mod body:expr
FunctionType mod argtypes*expr returns:expr

stmt AST @
FunctionDef stmt name:str args:arguments body*stmt decorator_list*expr returns?expr type_comment?str type_params*type_param
AsyncFunctionDef stmt name:str args:arguments body*stmt decorator_list*expr returns?expr type_comment?str type_params*type_param
ClassDef stmt name:str bases*expr keywords*keyword body*stmt decorator_list*expr type_params*type_param
Return stmt value?expr
Delete stmt targets*expr
Assign stmt targets*expr value:expr type_comment?str
TypeAlias stmt name:expr type_params*type_param value:expr
AugAssign stmt target:expr op:operator value:expr
AnnAssign stmt target:expr annotation:expr value?expr simple:int
For stmt target:expr iter:expr body*stmt orelse*stmt type_comment?str
AsyncFor stmt target:expr iter:expr body*stmt orelse*stmt type_comment?str
While stmt test:expr body*stmt orelse*stmt
If stmt test:expr body*stmt orelse*stmt
With stmt items*withitem body*stmt type_comment?str
AsyncWith stmt items*withitem body*stmt type_comment?str
Match stmt subject:expr cases*match_case
Raise stmt exc?expr cause?expr
Try stmt body*stmt handlers*excepthandler orelse*stmt finalbody*stmt
TryStar stmt body*stmt handlers*excepthandler orelse*stmt finalbody*stmt
Assert stmt test:expr msg?expr
Import stmt names*alias
ImportFrom stmt module?str names*alias level?int
Global stmt names*str
Nonlocal stmt names*str
Expr stmt value:expr
Pass stmt
Break stmt
Continue stmt

expr AST @
BoolOp expr op:boolop values*expr
NamedExpr expr target:expr value:expr
BinOp expr left:expr op:operator right:expr
UnaryOp expr op:unaryop operand:expr
Lambda expr args:arguments body:expr
IfExp expr test:expr body:expr orelse:expr
Dict expr keys*expr values*expr
Set expr elts*expr
ListComp expr elt:expr generators*comprehension
SetComp expr elt:expr generators*comprehension
DictComp expr key:expr value:expr generators*comprehension
GeneratorExp expr elt:expr generators*comprehension
Await expr value:expr
Yield expr value?expr
YieldFrom expr value:expr
Compare expr left:expr ops*cmpop comparators*expr
Call expr func:expr args*expr keywords*keyword
FormattedValue expr value:expr conversion:int format_spec?expr
Interpolation expr value:expr str:object conversion:int format_spec?expr
JoinedStr expr values*expr
TemplateStr expr values*expr
Constant expr value:object kind?str
Attribute expr value:expr attr:str ctx:expr_context
Subscript expr value:expr slice:expr ctx:expr_context
Starred expr value:expr ctx:expr_context
Name expr id:str ctx:expr_context
List expr elts*expr ctx:expr_context
Tuple expr elts*expr ctx:expr_context
Slice expr lower?expr upper?expr step?expr

expr_context AST
Load expr_context
Store expr_context
Del expr_context

boolop AST
And boolop
Or boolop

operator AST
Add operator
Sub operator
Mult operator
MatMult operator
Div operator
Mod operator
Pow operator
LShift operator
RShift operator
BitOr operator
BitXor operator
BitAnd operator
FloorDiv operator

unaryop AST
Invert unaryop
Not unaryop
UAdd unaryop
USub unaryop

cmpop AST
Eq cmpop
NotEq cmpop
Lt cmpop
LtE cmpop
Gt cmpop
GtE cmpop
Is cmpop
IsNot cmpop
In cmpop
NotIn cmpop

comprehension AST target:expr iter:expr ifs*expr is_async:int

excepthandler AST @
ExceptHandler excepthandler type?expr name?str body*stmt

arguments AST posonlyargs*arg args*arg vararg?arg kwonlyargs*arg kw_defaults*expr kwarg?arg defaults*expr
arg AST @ arg:str annotation?expr type_comment?str
keyword AST @ arg?str value:expr
alias AST @ name:str asname?str
withitem AST context_expr:expr optional_vars?expr
match_case AST pattern:pattern guard?expr body*stmt

pattern AST @
MatchValue pattern value:expr
MatchSingleton pattern value:object
MatchSequence pattern patterns*pattern
MatchMapping pattern keys*expr patterns*pattern rest?str
MatchClass pattern cls:expr patterns*pattern kwd_attrs*str kwd_patterns*pattern
MatchStar pattern name?str
MatchAs pattern pattern?pattern name?str
MatchOr pattern patterns*pattern

type_ignore AST
TypeIgnore type_ignore lineno:int tag:str

type_param AST @
TypeVar type_param name:str bound?expr default_value?expr
ParamSpec type_param name:str default_value?expr
TypeVarTuple type_param name:str default_value?expr
"""


def _make_classes(namespace):
    made = []
    for line in _CLASSES.split("\n"):
        if not line:
            continue
        name, base, *words = line.split()
        body = {"__module__": "ast"}
        if words[:1] == ["@"]:
            del words[0]
            body["_attributes"] = _POSITIONS
            body["end_lineno"] = body["end_col_offset"] = None
        parts = [_split(word) for word in words]
        body["_fields"] = body["__match_args__"] = tuple(field for field, _, _ in parts)
        for field, sign, _ in parts:
            if sign == "?":
                body[field] = None
        namespace[name] = cls = type(name, (namespace[base],), body)
        made.append((cls, parts))
    types = {"str": str, "int": int, "object": object}
    for cls, parts in made:
        cls._field_types = fields = {}
        for field, sign, kind in parts:
            kind = types.get(kind) or namespace[kind]
            fields[field] = list[kind] if sign == "*" else kind | None if sign == "?" else kind


def _split(word):
    for place, sign in enumerate(word):
        if sign in ":?*":
            return word[:place], sign, word[place + 1:]


_make_classes(globals())
