"""frame.f_locals of a function: reads and writes are those of its variables (PEP 667)."""
import sys


def outer():
    shared = 1

    def inner():
        own = shared + 1
        view = sys._getframe().f_locals
        print(type(view).__name__, sorted(view), view["shared"], "own" in view, len(view), view.get("nothing", "none"))
        view["own"] = 10
        view["shared"] = 20
        view["added"] = 30
        print(own, shared, view["added"])
        view.update({"own": 11, "more": 1})
        print(own, view | {"own": 12} == {**view, "own": 12}, view == dict(view))
        for attempt in (lambda: view.__delitem__("own"), lambda: view["missing"], lambda: view.pop):
            try:
                attempt()
            except (TypeError, KeyError, AttributeError) as error:
                print(type(error).__name__)

    inner()
    print(shared)


outer()


class Body:
    x = 1
    sys._getframe().f_locals["y"] = 2


print(Body.y)


def numbers():
    limit = 2
    for number in range(limit):
        yield number


generator = numbers()
next(generator)
print(dict(generator.gi_frame.f_locals))
generator.gi_frame.f_locals["limit"] = 5
try:
    generator.gi_frame.clear()
except RuntimeError as error:
    print(error)
generator.close()
print(generator.gi_frame)
try:
    sys._getframe().clear()
except RuntimeError as error:
    print(error)
