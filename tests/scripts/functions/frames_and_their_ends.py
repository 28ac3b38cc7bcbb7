# A frame is one object; what an exception ended still shows its variables, until it is cleared.
import gc
import sys
import weakref


class Thing:
    pass


def same():
    return sys._getframe() is sys._getframe(), sys._getframe(0).f_back is sys._getframe(1)


print(same(), sys._getframe() is sys._getframe())


def twice(seen):
    seen.append(sys._getframe())


seen = []
twice(seen)
twice(seen)
print(seen[0] is seen[1])


def extra():
    sys._getframe().f_locals["y"] = 2
    return sorted(locals()), locals()["y"]


print(extra())


def inner(x, thing):
    total = x + 1
    cell = 5
    def use():
        return cell
    return total / 0


def outer(thing):
    name = "outer"
    inner(1, thing)


thing = Thing()
alive = weakref.ref(thing)
try:
    outer(thing)
except ZeroDivisionError as error:
    kept = error
del thing
gc.collect()
frames = []
traceback = kept.__traceback__
while traceback:
    frames.append(traceback.tb_frame)
    traceback = traceback.tb_next
print([frame.f_code.co_name for frame in frames], frames[0] is sys._getframe())
print(frames[1].f_locals["name"], frames[2].f_locals["x"], frames[2].f_locals["total"], frames[2].f_locals["cell"], sorted(frames[2].f_locals))
print(alive() is not None, frames[2].f_lineno - frames[2].f_code.co_firstlineno)
for frame in frames:
    try:
        frame.clear()
    except RuntimeError as error:
        print(error)
gc.collect()
print(alive(), dict(frames[1].f_locals), dict(frames[2].f_locals))


def catching():
    try:
        1 / 0
    except ZeroDivisionError as error:
        frame = error.__traceback__.tb_frame
    print(frame is sys._getframe(), frame.f_lineno - frame.f_code.co_firstlineno)
    for running in (frame, frame.f_back):
        try:
            running.clear()
        except RuntimeError as error:
            print(error)


catching()


def generator():
    frame = sys._getframe()
    yield frame
    yield frame.f_back is not None


running = generator()
frame = running.gi_frame
print(next(running) is frame is running.gi_frame, frame.f_back)
try:
    frame.clear()
except RuntimeError as error:
    print(error)
print(next(running), list(running), running.gi_frame)
gone = weakref.ref(running)
del running
print(gone())


def failing():
    value = "kept"
    yield 1
    raise ValueError


try:
    list(failing())
except ValueError as error:
    print(error.__traceback__.tb_next.tb_frame.f_locals)


def reraising():
    local = 1
    try:
        raise KeyError
    finally:
        local = 2


try:
    reraising()
except KeyError as error:
    print(error.__traceback__.tb_next.tb_frame.f_locals)

print([sys._getframe().f_locals["item"] for item in "ab"], [sorted(locals()) for item in "a"], "item" in locals())


class Body:
    values = [locals()["item"] for item in "xy"]
    print("item" in locals(), values)
