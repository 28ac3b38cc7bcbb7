# functools.partial: how it shows itself, its state, and cached functions in pickles.
import collections
import copy
import functools
import pickle


class Derived(functools.partial):
    pass


def capture(*arguments, **keywords):
    return arguments, keywords


print(functools.partial(max, 1, default=2))
print(Derived(max, 1))
loop = functools.partial(max)
loop.__setstate__((loop, (), {}, {}))
print(loop)
loop.__setstate__((max, (), {}, {}))
given = functools.partial(capture, ["list"])
given.note = 1
twin = copy.copy(given)
print(twin.args is given.args, twin.note)
given.__setstate__((capture, (1,), {"a": 10}, None))
print(given(2, b=20), vars(given))
given.keywords[1234] = "value"
print("1234='value'" in repr(given))
try:
    given()
except TypeError as error:
    print(error)


@functools.lru_cache
def cached(number):
    return number + 1


print(pickle.loads(pickle.dumps(cached)) is cached, copy.copy(cached) is cached)
print(collections.defaultdict.default_factory.__name__, collections.defaultdict(list).default_factory)
