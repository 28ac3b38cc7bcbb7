# sys.settrace: which lines, calls, returns and exceptions a trace function is told of.
import sys
import threading


def traced(function, *arguments):
    events = []
    first = function.__code__.co_firstlineno

    def tell(frame, event, argument):
        if frame.f_code.co_filename != function.__code__.co_filename or frame.f_code is traced.__code__:
            return None
        if event == "exception":
            argument = argument[0].__name__
        events.append((frame.f_code.co_name, frame.f_lineno - first, event, argument))
        return tell

    sys.settrace(tell)
    try:
        function(*arguments)
    except Exception as error:
        events.append(type(error).__name__)
    finally:
        sys.settrace(None)
    print(function.__name__)
    for event in events:
        print("  ", event)


def loops():
    for i in range(2): x = i
    for i in range(2):
        pass
    while i < 3: i += 1
    while True:
        break
    while 0:
        pass
    return x


def continues():
    for i in range(3):
        if i == 1:
            continue
        if i == 2: break
    else:
        pass


def handles():
    try:
        raise ValueError
    except ValueError as error:
        pass
    finally:
        x = 1
    try:
        return x
    finally:
        x = 2


def fails():
    try:
        unknown()
    finally:
        x = 2


def nested():
    for a in "ab":
        try:
            if a == "a":
                continue
            break
        finally:
            a = None
    with memoryview(b"a") as view:
        if not view:
            return
    ...


def numbers():
    got = yield 1
    yield got


def generators():
    steps = numbers()
    next(steps)
    steps.send(2)
    try:
        next(steps)
    except StopIteration:
        pass
    steps = numbers()
    next(steps)
    try:
        steps.throw(KeyError)
    except KeyError:
        pass


def inner(x):
    return x + 1


def calls():
    class Local:
        "documented"
        def __init__(self):
            self.x = inner(1)
    Local()
    return [inner(n)
            for n in range(2)]


def matches(x=3):
    match x:
        case 1:
            pass
        case int():
            x = 2
    if x:
        pass
    else:
        x = 1


def exits():
    return inner(
        inner(
            1))


for function in (loops, continues, handles, fails, nested, generators, calls, matches, exits):
    traced(function)


# What a trace function raises goes to the frame, and ends the tracing.
def refuses(frame, event, argument):
    if event == "line" and frame.f_lineno == victim.__code__.co_firstlineno + 2:
        raise RuntimeError("no lines")
    return refuses


def victim():
    try:
        x = 1
    except RuntimeError as error:
        return f"handled {error}, {sys.gettrace()}"


sys.settrace(refuses)
try:
    print(victim())
except RuntimeError as error:
    print("raised", error, sys.gettrace())


# A trace function set in a frame that runs already.
def late():
    seen = []

    def tell(frame, event, argument):
        seen.append((event, frame.f_lineno - late.__code__.co_firstlineno, frame is sys._getframe(1)))
        return tell

    sys._getframe().f_trace = tell
    sys.settrace(tell)
    a = 1
    b = a
    sys.settrace(None)
    print(seen)


late()


# No lines.
def counts():
    events = {}

    def tell(frame, event, argument):
        frame.f_trace_lines = False
        events[event] = events.get(event, 0) + 1
        return tell

    sys.settrace(tell)
    inner(1)
    sys.settrace(None)
    print(sorted(events))
    frame = sys._getframe()
    try:
        frame.f_trace_lines = 1
    except TypeError as error:
        print(error)


counts()


# Profiles: calls of natives too.
def profiled():
    events = []

    def tell(frame, event, argument):
        events.append((event, getattr(argument, "__name__", argument), frame.f_code.co_name))

    sys.setprofile(tell)
    inner(len("ab"))
    [].append(1)
    try:
        int("x")
    except ValueError:
        pass
    try:
        "a".index("b")
    except ValueError:
        pass
    sys.setprofile(None)
    print(sys.getprofile())
    for event in events:
        print("  ", event)


profiled()


# Each thread has its own.
def in_threads():
    seen = set()

    def tell(frame, event, argument):
        if frame.f_code is inner.__code__:
            seen.add((threading.current_thread().name, event))
        return tell

    threading.settrace(tell)
    threads = [threading.Thread(target=inner, args=(1,), name=f"t{n}") for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    threading.settrace(None)
    inner(1)
    print(sorted(seen), sys.gettrace(), threading.gettrace())


in_threads()
