"""Functions and methods are pickled by name."""

import copy
import pickle


class Held:
    def __init__(self, number):
        self.number = number

    def method(self):
        return self.number

    @classmethod
    def of_class(cls):
        return cls.__name__


for callable in (len, [1, 2].count, str.upper, "abc".find, Held(3).method, Held.of_class, Held, dict.fromkeys, {}.get):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(callable, protocol))
    print(type(again).__name__, again.__qualname__, type(copy.copy(callable)).__name__)
print(pickle.loads(pickle.dumps(Held(4).method))(), pickle.loads(pickle.dumps(str.upper))("x"))
print(Held(5).method.__reduce__()[1][1], len.__reduce__())
