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
        elif kind is None:
            import warnings
            warnings.warn(
                f"Field {name!r} is missing from {type(self).__name__}._field_types. This will become an error in Python 3.15.",
                DeprecationWarning, stacklevel=3)
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


_PARTS = {}
_SUM_NAMES = ("mod", "stmt", "expr", "excepthandler", "pattern", "type_param", "type_ignore", "expr_context", "boolop", "operator", "unaryop",
              "cmpop")


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
        _PARTS[cls] = known = []
        for field, sign, kind in parts:
            kind = types.get(kind) or namespace[kind]
            known.append((field, sign, kind))
            fields[field] = list[kind] if sign == "*" else kind | None if sign == "?" else kind
        cls.__annotations__ = fields
        cls.__doc__ = _signature(cls.__name__, parts)
    for cls in _SUM_NAMES:
        cls = namespace[cls]
        members = [member.__doc__ for member, _ in made if member.__base__ is cls]
        separator = "\n" + " " * (len(cls.__name__) + 1) + "| " if any("(" in member for member in members) else " | "
        cls.__doc__ = f"{cls.__name__} = {separator.join(members)}"


def _signature(name, parts):
    """A node as the grammar of syntax trees has it."""
    def shown(field, sign, kind):
        if kind == "str":
            kind = "string" if field in ("type_comment", "kind", "tag") else "identifier"
        elif kind == "object":
            kind = "constant"
        return f"{kind}{sign.strip(':')} {field}"
    return f"{name}({', '.join(shown(*part) for part in parts)})" if parts else name


def _split(word):
    for place, sign in enumerate(word):
        if sign in ":?*":
            return word[:place], sign, word[place + 1:]


_make_classes(globals())


# ---- from trees back to what the compiler reads: nested tuples (class name, place, *fields)

_STARTS = {"exec": Module, "eval": Expression, "single": Interactive}
_SUMS = tuple(globals()[name] for name in _SUM_NAMES)
_MARKS = expr_context, boolop, operator, unaryop, cmpop
_MAY_HOLD_NONE = (arguments, "kw_defaults"), (Dict, "keys")
_MISSING = object()


def _plain(tree, mode):
    """The tree as nested tuples, checked. `mode` is that of compile()."""
    start = _STARTS[mode]
    if not isinstance(tree, start):
        raise TypeError(f"expected {start.__name__} node, got {type(tree).__name__}")
    return _node(tree, mod)


def _node(node, kind):
    place = None
    if kind._attributes and kind in _SUMS:
        place = _place(node, kind)
    if kind in _SUMS:
        cls = next((cls for cls in type(node).__mro__ if cls in _PARTS and cls not in _SUMS), None)
        if cls is None or not issubclass(cls, kind):
            raise TypeError(f"expected some sort of {kind.__name__}, but got {node!r}")
        if kind in _MARKS:
            return cls.__name__
    else:
        cls = kind
    values = [_field(node, cls, *part) for part in _PARTS[cls]]
    if kind._attributes and place is None:
        place = _place(node, kind)
    made = (cls.__name__, place, *values)
    check = _CHECKS.get(cls.__name__)
    if check is not None:
        check(*values)
    return made


def _place(node, kind):
    first = []
    for name in ("lineno", "col_offset"):
        value = getattr(node, name, _MISSING)
        if value is _MISSING:
            raise TypeError(f'required field "{name}" missing from {kind.__name__}')
        first.append(_int(value))
    line, column = first
    end_line, end_column = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
    end_line = line if end_line is None else _int(end_line)
    end_column = column if end_column is None else _int(end_column)
    if line > end_line:
        raise ValueError(f"AST node line range ({line}, {end_line}) is not valid")
    if line < 0 and end_line != line or column < 0 and column != end_column:
        raise ValueError(f"AST node column range ({column}, {end_column}) for line range ({line}, {end_line}) is not valid")
    if line == end_line and column > end_column:
        raise ValueError(f"line {line}, column {column}-{end_column} is not a valid range")
    return line, column, end_line, end_column


def _int(value):
    if not isinstance(value, int):
        raise ValueError(f"invalid integer value: {value!r}")
    if not -0x80000000 <= value <= 0x7fffffff:
        raise OverflowError("Python int too large to convert to C int")
    return int(value)


def _field(node, cls, field, sign, kind):
    value = getattr(node, field, _MISSING)
    if sign == "*":
        if value is _MISSING:
            return []
        if not isinstance(value, list):
            raise TypeError(f'{cls.__name__} field "{field}" must be a list, not a {type(value).__name__}')
        length = len(value)
        items = []
        for index in range(length):
            items.append(_item(value[index], cls, field, kind))
            if len(value) != length:
                raise RuntimeError(f'{cls.__name__} field "{field}" changed size during iteration')
        return items
    if value is _MISSING:
        if sign == "?":
            return None
        raise TypeError(f'required field "{field}" missing from {cls.__name__}')
    if value is None and kind is not object and kind is not int:
        if sign == "?":
            return None
        raise ValueError(f"field '{field}' is required for {cls.__name__}")
    if value is None and kind is int and sign == "?":
        return 0
    return _value(value, kind)


def _item(value, cls, field, kind):
    if value is None:
        if (cls, field) in _MAY_HOLD_NONE:
            return None
        kinds = {stmt: "statement", expr: "expression", pattern: "pattern"}
        raise ValueError(f"None disallowed in {kinds.get(kind, kind.__name__)} list")
    return _value(value, kind)


def _value(value, kind):
    if kind is object:
        return value
    if kind is int:
        return _int(value)
    if kind is str:
        if type(value) is not str:
            raise TypeError("AST identifier must be of type str")
        return value
    return _node(value, kind)


# ---- what only the nodes together can say

_CONTEXTS = {"Attribute": 4, "Subscript": 4, "Starred": 3, "Name": 3, "List": 3, "Tuple": 3}


def _context(node, wanted):
    name = node[0]
    place = _CONTEXTS.get(name)
    if place is None:
        if wanted != "Load":
            raise ValueError(f"expression which can't be assigned to in {wanted} context")
        return
    if node[place] != wanted:
        raise ValueError(f"expression must have {wanted} context but has {node[place]} instead")
    if name in ("List", "Tuple"):
        for item in node[2]:
            _context(item, wanted)
    elif name == "Starred":
        _context(node[2], wanted)


def _load(*nodes):
    for node in nodes:
        if node is not None:
            _context(node, "Load")


def _identifier(name):
    if name in ("None", "True", "False"):
        raise ValueError(f"identifier field can't represent '{name}' constant")


def _filled(items, what, owner):
    if not items:
        raise ValueError(f"empty {what} on {owner}")


def _check_function(owner):
    def check(name, args, body, decorators, returns, comment, parameters):
        _identifier(name)
        _filled(body, "body", owner)
        _load(*decorators, returns)
    return check


def _check_class(name, bases, keywords, body, decorators, parameters):
    _identifier(name)
    _filled(body, "body", "ClassDef")
    _load(*bases, *decorators)


def _check_targets(owner, context):
    def check(targets, value=None, comment=None):
        _filled(targets, "targets", owner)
        for target in targets:
            _context(target, context)
        _load(value)
    return check


def _check_for(owner):
    def check(target, iter, body, orelse, comment):
        _context(target, "Store")
        _load(iter)
        _filled(body, "body", owner)
    return check


def _check_test(owner):
    def check(test, body, orelse):
        _load(test)
        _filled(body, "body", owner)
    return check


def _check_with(owner):
    def check(items, body, comment):
        _filled(items, "items", owner)
        _filled(body, "body", owner)
    return check


def _check_with_item(context, target):
    _load(context)
    if target is not None:
        _context(target, "Store")


def _check_augmented(target, op, value):
    _context(target, "Store")
    _load(value)


def _check_annotated(target, annotation, value, simple):
    if simple and target[0] != "Name":
        raise TypeError("AnnAssign with simple non-Name target")
    _context(target, "Store")
    _load(value, annotation)


def _check_alias(name, parameters, value):
    if name[0] != "Name":
        raise TypeError("TypeAlias with non-Name name")
    _context(name, "Store")
    _load(value)


def _check_match(subject, cases):
    _load(subject)
    _filled(cases, "cases", "Match")


def _check_case(shape, guard, body):
    _load(guard)
    _filled(body, "body", "match_case")


def _check_raise(exception, cause):
    if exception is None and cause is not None:
        raise ValueError("Raise with cause but no exception")
    _load(exception, cause)


def _check_try(owner):
    def check(body, handlers, orelse, last):
        _filled(body, "body", owner)
        if not handlers and not last:
            raise ValueError(f"{owner} has neither except handlers nor finalbody")
        if not handlers and orelse:
            raise ValueError(f"{owner} has orelse but no except handlers")
    return check


def _check_handler(kind, name, body):
    _load(kind)
    _filled(body, "body", "ExceptHandler")


def _check_import_from(module, names, level):
    if level < 0:
        raise ValueError("Negative ImportFrom level")
    _filled(names, "names", "ImportFrom")


def _check_bool(op, values):
    if len(values) < 2:
        raise ValueError("BoolOp with less than 2 values")
    _load(*values)


def _check_named(target, value):
    if target[0] != "Name":
        raise TypeError("NamedExpr target must be a Name")
    _load(value)


def _check_dict(keys, values):
    if len(keys) != len(values):
        raise ValueError("Dict doesn't have the same number of keys as values")
    _load(*keys, *values)


def _check_comprehension(owner):
    def check(*parts):
        *elements, generators = parts
        if not generators:
            raise ValueError("comprehension with no generators")
        _load(*elements)
    return check


def _check_generator(target, iter, conditions, asynchronous):
    _context(target, "Store")
    _load(iter, *conditions)


def _check_compare(left, ops, comparators):
    if not comparators:
        raise ValueError("Compare with no comparators")
    if len(comparators) != len(ops):
        raise ValueError("Compare has a different number of comparators and operands")
    _load(left, *comparators)


def _check_constant(value, kind):
    if value is None or value is ... or type(value) in (int, float, complex, bool, str, bytes):
        return
    if type(value) in (tuple, frozenset):
        for item in value:
            _check_constant(item, None)
        return
    raise TypeError(f"got an invalid type in Constant: {type(value).__name__}")


def _check_arguments(positional_only, positional, rest, keyword_only, keyword_defaults, keywords, defaults):
    if len(defaults) > len(positional_only) + len(positional):
        raise ValueError("more positional defaults than args on arguments")
    if len(keyword_defaults) != len(keyword_only):
        raise ValueError("length of kwonlyargs is not the same as kw_defaults on arguments")
    _load(*defaults, *keyword_defaults)


def _check_sequence(items, context):
    for item in items:
        _context(item, context)


def _is_number(node, imaginary=False):
    if node[0] == "UnaryOp" and node[2] == "USub":
        node = node[3]
    return node[0] == "Constant" and (type(node[2]) is complex if imaginary else type(node[2]) in (int, float))


def _check_pattern_value(value):
    kind = value[0]
    if kind == "Constant":
        if type(value[2]) in (int, float, bytes, complex, str):
            return
        raise ValueError("unexpected constant inside of a literal pattern")
    if kind == "Attribute":
        while value[0] == "Attribute":
            value = value[2]
        if value[0] == "Name":
            return
    elif kind == "UnaryOp":
        if value[2] == "USub" and value[3][0] == "Constant" and type(value[3][2]) in (int, float, complex):
            return
    elif kind == "BinOp":
        if value[3] in ("Add", "Sub") and _is_number(value[2]) and value[4][0] == "Constant" and type(value[4][2]) is complex:
            return
    elif kind in ("JoinedStr", "TemplateStr"):
        return
    raise ValueError("patterns may only match literals and attribute lookups")


def _check_singleton(value):
    if value is not None and value is not True and value is not False:
        raise ValueError("MatchSingleton can only contain True, False and None")


def _capture(name):
    if name == "_":
        raise ValueError("can't capture name '_' in patterns")
    _identifier(name)


def _starless(patterns):
    for node in patterns:
        if node[0] == "MatchStar":
            raise ValueError("can't use MatchStar here")


def _check_mapping(keys, patterns, rest):
    if len(keys) != len(patterns):
        raise ValueError("MatchMapping doesn't have the same number of keys as patterns")
    if rest is not None:
        _capture(rest)
    for key in keys:
        if key[0] == "Constant" and (key[2] is None or key[2] is True or key[2] is False):
            continue
        _check_pattern_value(key)
    _starless(patterns)


def _check_class_pattern(cls, patterns, names, named):
    if len(names) != len(named):
        raise ValueError("MatchClass doesn't have the same number of keyword attributes as patterns")
    _load(cls)
    base = cls
    while base[0] == "Attribute":
        base = base[2]
    if base[0] != "Name":
        raise ValueError("MatchClass cls field can only contain Name or Attribute nodes.")
    for name in names:
        _identifier(name)
    _starless(patterns)
    _starless(named)


def _check_star(name):
    if name is not None:
        _capture(name)


def _check_as(pattern, name):
    if name is not None:
        _capture(name)
    if pattern is None:
        return
    if name is None:
        raise ValueError("MatchAs must specify a target name if a pattern is given")
    _starless([pattern])


def _check_or(patterns):
    if len(patterns) < 2:
        raise ValueError("MatchOr requires at least 2 patterns")
    _starless(patterns)


_CHECKS = {
    "FunctionDef": _check_function("FunctionDef"),
    "AsyncFunctionDef": _check_function("AsyncFunctionDef"),
    "ClassDef": _check_class,
    "Return": _load,
    "Delete": _check_targets("Delete", "Del"),
    "Assign": _check_targets("Assign", "Store"),
    "AugAssign": _check_augmented,
    "AnnAssign": _check_annotated,
    "TypeAlias": _check_alias,
    "For": _check_for("For"),
    "AsyncFor": _check_for("AsyncFor"),
    "While": _check_test("While"),
    "If": _check_test("If"),
    "With": _check_with("With"),
    "AsyncWith": _check_with("AsyncWith"),
    "withitem": _check_with_item,
    "Match": _check_match,
    "match_case": _check_case,
    "Raise": _check_raise,
    "Try": _check_try("Try"),
    "TryStar": _check_try("TryStar"),
    "ExceptHandler": _check_handler,
    "Assert": _load,
    "Import": lambda names: _filled(names, "names", "Import"),
    "ImportFrom": _check_import_from,
    "Global": lambda names: _filled(names, "names", "Global"),
    "Nonlocal": lambda names: _filled(names, "names", "Nonlocal"),
    "Expr": _load,
    "Expression": _load,
    "BoolOp": _check_bool,
    "NamedExpr": _check_named,
    "BinOp": lambda left, op, right: _load(left, right),
    "UnaryOp": lambda op, operand: _load(operand),
    "Lambda": lambda args, body: _load(body),
    "IfExp": _load,
    "Dict": _check_dict,
    "Set": lambda items: _load(*items),
    "ListComp": _check_comprehension("ListComp"),
    "SetComp": _check_comprehension("SetComp"),
    "GeneratorExp": _check_comprehension("GeneratorExp"),
    "DictComp": _check_comprehension("DictComp"),
    "comprehension": _check_generator,
    "Await": _load,
    "Yield": _load,
    "YieldFrom": _load,
    "Compare": _check_compare,
    "Call": lambda function, arguments, keywords: _load(function, *arguments),
    "keyword": lambda name, value: _load(value),
    "arguments": _check_arguments,
    "arg": lambda name, annotation, comment: _load(annotation),
    "JoinedStr": lambda values: _load(*values),
    "TemplateStr": lambda values: _load(*values),
    "FormattedValue": lambda value, conversion, spec: _load(value, spec),
    "Interpolation": lambda value, text, conversion, spec: _load(value, spec),
    "Constant": _check_constant,
    "Attribute": lambda value, name, context: _load(value),
    "Subscript": lambda value, index, context: _load(value, index),
    "Starred": lambda value, context: _context(value, context),
    "Name": lambda name, context: _identifier(name),
    "List": _check_sequence,
    "Tuple": _check_sequence,
    "Slice": _load,
    "MatchValue": _check_pattern_value,
    "MatchSingleton": _check_singleton,
    "MatchMapping": _check_mapping,
    "MatchClass": _check_class_pattern,
    "MatchStar": _check_star,
    "MatchAs": _check_as,
    "MatchOr": _check_or,
    "TypeVar": lambda name, bound, default: (_identifier(name), _load(bound, default)),
    "ParamSpec": lambda name, default: (_identifier(name), _load(default)),
    "TypeVarTuple": lambda name, default: (_identifier(name), _load(default)),
}
