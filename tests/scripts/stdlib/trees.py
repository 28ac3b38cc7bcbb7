"""ast, tokenize, inspect, keyword, symbols of source."""
import ast
import inspect
import io
import keyword
import tokenize

source = '''\
@decorator
async def f(a, /, b: int = 1, *args, c, d=2, **kw) -> "x":
    """docs"""
    async with a as (b, c), d: pass
    return [i async for i in a if i if not j] + (lambda x=1: x)(*a, **b)
class C[T: int, *Ts, **P](Base, metaclass=M):
    x: int = 5
    type A = list[T]
try:
    pass
except* (A, B) as e:
    raise X from e
else:
    del a.b, c[1:2, ...]
finally:
    x = y = yield
match p:
    case [1, *rest] | {"a": None, **more} if q: pass
    case C(x=-1j) as z: pass
    case _: pass
print(f"{a!r:>{w}} {b=} end", b"bc" if 0 else 1 < 2 <= 3, not -x ** 2, x if y else z, {**a, "b": {1, 2}})
if (n := 10) > 5: global g; assert n, "m"
elif 0: import a.b as c, d
else: from ..e import (f as g, h)
while 1:
    for i in 1, 2: continue
    else: break
x @= 1; (yield from z)
'''
tree = ast.parse(source)
print(ast.unparse(tree))
print(ast.dump(ast.parse("a.b[c] = -1 + d(e, *f, g=h)"), indent=2))
call = ast.parse("é = f(\n  x)", mode="exec").body[0]
print(call.lineno, call.col_offset, call.end_lineno, call.end_col_offset, call.value.col_offset)
print(ast.literal_eval("{'a': [1, -2.5, (True, None)], 'b': {b'x'}}"), ast.get_docstring(tree.body[0]))


class Names(ast.NodeVisitor):
    def __init__(self):
        self.found = []

    def visit_Name(self, node):
        self.found.append(node.id)


names = Names()
names.visit(tree)
print(names.found[:12], len(list(ast.walk(tree))))
try:
    ast.parse("a b")
except SyntaxError as error:
    print(error.msg, error.lineno, error.offset)
print(ast.Constant(value=1).value, ast.Name("x").ctx.__class__.__name__, ast.Module().body, isinstance(ast.Add(), ast.operator))

for token in tokenize.generate_tokens(io.StringIO('if x:  # why\n\n  y = f"a{b!r:>{w}}" + 0x1F**2\n  z = """t\n"""\n').readline):
    print(tokenize.tok_name[token.type], repr(token.string), token.start, token.end)
print(tokenize.untokenize(tokenize.generate_tokens(io.StringIO("x  =  (1,\n 2)\n").readline)))
try:
    list(tokenize.generate_tokens(io.StringIO("(1,").readline))
except tokenize.TokenError as error:
    print(error.args[0])


def function(a, b: int = 2, *args, c, **kw) -> str:
    """Docs."""
    return a


class Class:
    def method(self, x): ...


print(inspect.signature(function), inspect.signature(Class.method), inspect.signature(Class().method), inspect.signature(len))
print(inspect.getsource(function), end="")
print(inspect.getdoc(function), inspect.isfunction(function), inspect.isclass(Class), inspect.ismethod(Class().method), inspect.getfullargspec(function).args)
bound = inspect.signature(function).bind(1, 2, 3, c=4, d=5)
bound.apply_defaults()
print(bound.arguments, [name for name, _ in inspect.getmembers(Class, inspect.isfunction)])
print(inspect.currentframe().f_lineno, inspect.getmodule(function).__name__, keyword.iskeyword("for"), keyword.issoftkeyword("match"))
