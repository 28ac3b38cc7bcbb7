"""Closures, keyword calls, defaults, star arguments."""


def make_counter(step):
    count = 0

    def advance(times=1):
        nonlocal count
        count += step * times
        return count

    return advance


def area(width, height=2, *, depth=1, scale=1):
    return width * height * depth * scale


def spread(first, *rest, **named):
    return first + len(rest) + len(named)


def compose(f, g):
    return lambda x: f(g(x))


def main():
    counters = [make_counter(step) for step in range(10)]
    total = 0
    for i in range(1_800_000):
        total += counters[i % 10]()
        if i % 5 == 0:
            total -= counters[3](times=2)
    print(total)

    total = 0
    for i in range(1_600_000):
        total += area(i, height=3) + area(width=2, height=i, depth=2) + area(1, scale=i)
    print(total)

    total = 0
    arguments = (1, 2, 3)
    options = {"a": 1, "b": 2}
    for i in range(600_000):
        total += spread(i, *arguments) + spread(*arguments, **options) + spread(i, key=i)
    print(total)

    function = lambda x: x + 1
    for _ in range(5):
        function = compose(function, lambda x: x ^ 1)
    print(sum(function(i) for i in range(400_000)))


main()
