"""Attribute loop: reads and writes of an instance's attributes."""


class Counter:
    def __init__(self, step):
        self.step = step
        self.count = 0
        self.total = 0


def run(steps):
    counter = Counter(3)
    for _ in range(steps):
        counter.count += 1
        counter.total += counter.step
        if counter.total > 1000:
            counter.total = counter.total - 1000
    return counter.count, counter.total


print(run(15_000_000))
