# A generator that has ended has no frame any more, but still its code.
import warnings


def count():
    yield 1


async def wait():
    pass


async def stream():
    yield 1


made = count()
list(made)
print(made.gi_code is count.__code__, made.gi_frame, made.gi_running)
made = wait()
try:
    made.send(None)
except StopIteration:
    pass
print(made.cr_code is wait.__code__, made.cr_frame, made.cr_origin)
made = wait()
made.close()
print(made.cr_code is wait.__code__, made.cr_frame)
made = stream()
step = made.aclose()
try:
    step.send(None)
except StopIteration:
    pass
print(made.ag_code is stream.__code__, made.ag_frame)

# throw() with more than an exception is an old form.
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    made = count()
    next(made)
    try:
        made.throw(ValueError, ValueError("old"), None)
    except ValueError as error:
        print(error)
    made = count()
    next(made)
    try:
        made.throw(ValueError("new"))
    except ValueError as error:
        print(error)
print([(entry.category.__name__, str(entry.message)) for entry in caught])
