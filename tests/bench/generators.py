"""Generators: pipelines, delegation, send, and generator expressions."""


def count_to(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def squares(source):
    for n in source:
        yield n * n % 1009


def odd(source):
    for n in source:
        if n & 1:
            yield n


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


def running_mean():
    total = 0.0
    count = 0
    value = yield 0.0
    while value is not None:
        total += value
        count += 1
        value = yield total / count
    return total


def main():
    print(sum(odd(squares(count_to(4_000_000)))))
    print(sum(tree(17)), sum(1 for _ in tree(16)))
    mean = running_mean()
    next(mean)
    for n in range(3_000_000):
        last = mean.send(n)
    print(last)
    print(sum(a * b for a, b in zip(count_to(2_000_000), (n & 7 for n in range(2_000_000)))))


main()
