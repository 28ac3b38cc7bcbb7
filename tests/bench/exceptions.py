"""Exceptions: raised and caught near and far, with finally, else and context managers."""


class Refused(Exception):
    def __init__(self, value):
        super().__init__(value)
        self.value = value


class Guard:
    def __init__(self):
        self.entered = 0
        self.failed = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self.failed += 1
        return kind is Refused


def check(n):
    if n % 3 == 0:
        raise Refused(n)
    return n


def deep(n, depth):
    if depth == 0:
        return check(n)
    try:
        return deep(n, depth - 1)
    finally:
        n += 1


def main():
    caught = passed = total = 0
    for n in range(1_300_000):
        try:
            total += check(n)
        except Refused as error:
            caught += error.value & 1
        else:
            passed += 1
    print(caught, passed, total)

    total = 0
    for n in range(110_000):
        try:
            total += deep(n, 8)
        except ValueError:
            total = -1
        except (Refused, KeyError):
            total -= 1
    print(total)

    guard = Guard()
    for n in range(450_000):
        with guard:
            check(n)
    print(guard.entered, guard.failed)

    misses = 0
    table = {n: n for n in range(0, 100, 2)}
    for n in range(500_000):
        try:
            table[n % 100]
        except KeyError:
            misses += 1
    print(misses)


main()
