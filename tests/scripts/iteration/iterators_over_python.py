"""zip, map, filter, enumerate and iter() of sequences, where the items take Python code: order, ends, exceptions."""

import itertools


def numbers(limit, name="n", fail_at=None):
    try:
        for number in range(limit):
            if number == fail_at:
                raise ValueError(f"{name} {number}")
            yield number
        print("end of", name)
    finally:
        print("closed", name)


def attempt(function):
    try:
        return function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Countdown:
    def __init__(self, start):
        self.left = start

    def __iter__(self):
        return self

    def __next__(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


class Indexed:
    def __init__(self, size, error=IndexError):
        self.size, self.error = size, error

    def __getitem__(self, index):
        if index >= self.size:
            raise self.error("done")
        return index * 10


class Odd:
    def __init__(self, number):
        self.number = number

    def __bool__(self):
        return self.number % 2 == 1

    def __repr__(self):
        return f"Odd({self.number})"


print(list(zip(numbers(3, "a"), numbers(2, "b"))))
print(list(zip(numbers(2, "a"), numbers(3, "b"), [7, 8, 9])))
print(attempt(lambda: list(zip(numbers(3, "a"), numbers(3, "b", 1)))))
print(attempt(lambda: list(zip(numbers(2, "a"), numbers(3, "b"), strict=True))))
print(attempt(lambda: list(zip(numbers(3, "a"), numbers(2, "b"), strict=True))))
for first, second in zip(Countdown(3), (n * n for n in range(5))):
    print(first, second)
pairs = zip(numbers(4, "a"), numbers(4, "b"))
print(next(pairs), pairs.__next__(), next(pairs, "none"))
print(list(pairs), next(pairs, "none"))
print(list(enumerate(Countdown(3), 5)), list(enumerate(numbers(2))))


def refuse(number):
    if number == 2:
        raise StopIteration("stopped")
    return -number


print(list(map(refuse, numbers(5))))
print(list(map(lambda a, b: a * b, numbers(3, "a"), Countdown(3))))
print(list(map(lambda a: a + 1, map(lambda a: a * 2, numbers(3)))))
print(sum(map(lambda a: a, Countdown(4))), max(map(lambda a: -a, numbers(3))))
print(list(filter(lambda a: a % 2, numbers(5))), list(filter(None, map(Odd, numbers(4)))))
print(attempt(lambda: list(filter(lambda a: 1 / (2 - a), numbers(5)))))
print(list(Indexed(3)), list(Indexed(2, StopIteration)), attempt(lambda: list(Indexed(2, KeyError))))
print(sum(Indexed(4)), 20 in Indexed(3), 25 in Indexed(3), [*Indexed(2)], dict(enumerate(Indexed(2))))
iterator = iter(Indexed(1))
print(next(iterator), next(iterator, "over"), next(iterator, "over"))
print(list(itertools.chain(numbers(2, "a"), Indexed(2), Countdown(2))))
print(list(itertools.takewhile(lambda a: a < 2, numbers(5))))
print(list(itertools.islice(zip(itertools.count(), numbers(9)), 2)))
print(list(itertools.accumulate(numbers(4), lambda a, b: a + b)), list(itertools.starmap(pow, zip(numbers(3, "a"), Countdown(3)))))
print([(key, list(group)) for key, group in itertools.groupby(numbers(5), lambda a: a // 2)])


class Loud(map):
    def __next__(self):
        return "loud", super().__next__()


print(list(Loud(lambda a: a + 1, numbers(2))))


def nested(depth):
    iterator = iter(range(3))
    for _ in range(depth):
        iterator = map(lambda a: a + 1, iterator)
    return list(iterator)


print(nested(300))


def delegating():
    result = yield from zip(numbers(2, "a"), Countdown(2))
    print("result", result)


print(list(delegating()))
