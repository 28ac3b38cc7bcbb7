"""compile() of syntax trees: what the parser makes runs as the source does, what is made by hand is checked."""
import ast

SOURCE = '''
import math as m
from os.path import join, sep as separator
total = 0
async def co(x): return await x
def f(a, /, b=2, *rest: int, c, d=4, **more) -> "text":
    """doc"""
    global total
    total += a + b
    def inner():
        nonlocal a
        a = a if b else -a
        yield from (a, *rest)
    return [*inner()], c, d, more, f"{a!r:>{b}}|{b:03}", b"bytes", 1_000_000_000_000_000_000_000, 2.5, 3j, ...
class C(list, metaclass=type):
    x: int = 1
    def size(self): return len(self)
print(f(1, 2, 3, c=4, e=5), total, C([1, 2]).size(), C.x)
for i in range(3):
    if i == 1: continue
    elif i == 2: break
    else: print("zero")
else:
    print("never")
while total > 0:
    total -= 2
else:
    print("done", total)
try:
    {}["key"]
except (KeyError, ValueError) as error:
    print(repr(error))
finally:
    print("finally")
match [1, {"k": 2, **{"z": 3}}, C([9])]:
    case [1 | 2 as n, {"k": k, **others}, C()] if k: print(n, k, others)
    case _: print("no")
with open(__file__) as file, open(__file__) as again:
    print(file.name == again.name)
assert (y := 5) > 4, "message"
del y
print([x * z for x in range(4) if x for z in (1, 2)], {x for x in "a"}, {x: 1 for x in "b"}, sum(x for x in range(3)))
print((lambda *a, k=1: (a, k))(1, 2), not total, -total, ~total, 1 < 2 <= 2 != 3, 1 in [1], None is not None)
type Alias[T] = list[T]
print(Alias.__name__, m.floor(2.5), 7 // 2 ** 2 % 3 @ type("M", (), {"__rmatmul__": lambda s, o: o})())
'''
code = compile(ast.parse(SOURCE), __file__, "exec")
exec(code, {"__name__": "tree", "__file__": __file__})
print(eval(compile(ast.parse("1 + 2 * 3", mode="eval"), "<tree>", "eval")))
exec(compile(ast.parse("6 * 7", mode="single"), "<tree>", "single"))
print(compile(ast.parse("\n\n\ndef g(): pass"), "name", "exec").co_consts[0].co_firstlineno)

place = {"lineno": 1, "col_offset": 0}
name = lambda context: ast.Name("x", context, **place)


def refused(tree, mode="eval"):
    try:
        compile(tree, "<tree>", mode)
    except Exception as error:
        print(type(error).__name__, error)


refused(ast.Module([], []))
refused(ast.Expression(ast.Name("x", ast.Load())))
refused(ast.Expression(name(ast.Store())))
refused(ast.Expression(ast.Constant([], **place)))
refused(ast.Expression(ast.BoolOp(ast.And(), [name(ast.Load())], **place)))
refused(ast.Expression(ast.Compare(name(ast.Load()), [ast.Lt()], [], **place)))
refused(ast.Expression(ast.Dict([None], [], **place)))
refused(ast.Expression(ast.Name("True", ast.Load(), **place)))
refused(ast.Expression(ast.Constant(1, lineno=5, col_offset=0, end_lineno=3, end_col_offset=0)))
refused(ast.Module([ast.Expr(None, **place)], []), "exec")
refused(ast.Module([None], []), "exec")
refused(ast.Module([ast.Assign([], name(ast.Load()), **place)], []), "exec")
refused(ast.Module([ast.Raise(None, name(ast.Load()), **place)], []), "exec")
refused(ast.Module([ast.Global([], **place)], []), "exec")
refused(ast.Module([ast.Delete([ast.Constant(1, **place)], **place)], []), "exec")
refused(ast.Module([ast.If(name(ast.Load()), [], [], **place)], []), "exec")
refused(ast.Module(3, []), "exec")
refused(ast.Module([ast.Return(name(ast.Load()), **place)], []), "exec")

constants = ast.List([ast.Constant((1, (2, "x"), None)), ast.Constant(-5), ast.Constant(2 + 3j)], ast.Load())
print(eval(compile(ast.fix_missing_locations(ast.Expression(constants)), "<tree>", "eval")))
