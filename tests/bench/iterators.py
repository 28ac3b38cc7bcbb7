"""Iteration: enumerate, zip, map, filter, reversed, min/max/any/all, unpacking, user iterators."""


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


class Cells:
    def __init__(self, cells):
        self.cells = cells

    def __getitem__(self, index):
        return self.cells[index]


def main():
    data = list(range(2000))
    total = 0
    for i in range(900):
        for place, value in enumerate(data):
            total += place ^ value
        for a, b, c in zip(data, reversed(data), data[1:]):
            total += a + b - c
        total += sum(map(lambda n: n & 15, data)) + len(list(filter(None, data)))
        total += max(data, key=lambda n: -n) + min(data)
        if any(n > 1990 for n in data) and all(n >= 0 for n in data):
            total += 1
    print(total)
    print(sum(Countdown(2_000_000)))
    print(sum(Cells(list(range(2_000_000)))))
    pairs = [(n, (n + 1, n + 2)) for n in range(1000)]
    for i in range(1500):
        for first, (second, third) in pairs:
            total += first - second + third
        head, *middle, tail = data
        total += head + len(middle) + tail
    print(total)


main()
