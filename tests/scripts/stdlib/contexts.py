"""contextlib and contextvars."""
import contextlib
import contextvars
import threading


@contextlib.contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name
    except KeyError as error:
        print("swallowed", error)
    finally:
        print(f"</{name}>")


with tag("a") as name, tag("b"):
    print(name)
with tag("c"):
    raise KeyError("k")
with contextlib.suppress(ZeroDivisionError):
    1 / 0
with contextlib.ExitStack() as stack:
    for letter in "xy":
        stack.enter_context(tag(letter))
    stack.callback(print, "callback")
with contextlib.nullcontext(5) as five, contextlib.closing(open(__file__)) as file:
    print(five, file.closed)
print(file.closed)


@tag("decorated")
def function():
    print("in function")


function()

var = contextvars.ContextVar("var", default=0)
token = var.set(1)
print(var.get(), token.old_value is contextvars.Token.MISSING)
context = contextvars.copy_context()


def change():
    var.set(2)
    return var.get()


print(context.run(change), var.get(), context[var])
var.reset(token)
print(var.get())
try:
    var.reset(token)
except RuntimeError as error:
    print("already been used" in str(error))
thread = threading.Thread(target=lambda: print("thread", var.get()))
var.set(9)
thread.start()
thread.join()
try:
    contextvars.ContextVar("none").get()
except LookupError as error:
    print("LookupError")
