# Context variables: values, tokens, contexts, and what threads see.

import _contextvars
import _thread
from _contextvars import Context, ContextVar, Token, copy_context


def show(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        head, *pieces = f"{type(error).__name__}: {error}".split(" at 0x")
        result = head + "".join(piece.lstrip("0123456789abcdef") for piece in pieces)
    print(result)


print("-- values")
color = ContextVar("color")
size = ContextVar("size", default=3)
print(color.name, size.get(), size.get(5), color.get("none"))
show(lambda: color.get() and 0)
token = color.set("red")
print(color.get(), token.old_value is Token.MISSING, token.var is color, Token.MISSING)
second = color.set("blue")
print(second.old_value, color.get())
color.reset(second)
print(color.get())
color.reset(token)
print(color.get("none"))
print(str(color).split(" at ")[0], str(size).split(" at ")[0], str(token).split(" at ")[0])
show(color.reset, token)
show(size.reset, color.set(1))
show(ContextVar, 3)
show(color.reset, None)
show(Token)
print(ContextVar[int], hash(color) == hash(color))

print("-- contexts")
color.set("green")
context = copy_context()
print(len(context), context[color], color in context, size in context, context.get(size), context.get(size, 9))
show(lambda: context[size] and 0)
show(lambda: context["x"])
show(lambda: "x" in context)
color.set("black")
print(context[color], copy_context()[color], context == context.copy(), context == copy_context(), context != 3)
print([(variable.name, value) for variable, value in context.items()], list(context.values()), [variable.name for variable in context], [v.name for v in context.keys()])


def inside(first, *rest, key=None):
    print(color.get(), first, rest, key)
    token = color.set("inner")
    size.set(8)
    return token


inner = context.run(inside, 1, 2, key=3)
print(color.get(), size.get(), context[color], context[size])
show(color.reset, inner)
show(context.run, lambda: context.run(print))
show(context.run)
show(context.run, lambda: {}["missing"])
print(color.get())
empty = Context()
print(len(empty), empty.run(color.get, "nothing"))
show(Context, 1)
nested = empty.run(lambda: copy_context().run(lambda: (color.set("deep"), color.get())[1]))
print(nested, len(empty))


def generate():
    color.set("generator")
    yield color.get()
    yield color.get()


print([context.run(next, generate()), color.get()])

print("-- threads")
done = _thread.allocate_lock()
done.acquire()
seen = []


def other():
    seen.append(color.get("unset"))
    color.set("other")
    seen.append(color.get())
    done.release()


_thread.start_new_thread(other, ())
done.acquire()
print(seen, color.get())
