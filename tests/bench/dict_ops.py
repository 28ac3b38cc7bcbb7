"""Dict operations: insertion, lookup, deletion, iteration, with int, str and tuple keys."""


def with_ints(rounds):
    table = {}
    for i in range(rounds):
        key = (i * 7919) % 20011
        table[key] = table.get(key, 0) + 1
    gone = 0
    for key in list(table):
        if table[key] & 1:
            del table[key]
            gone += 1
    return gone, len(table), sum(table.values())


def with_strings(rounds):
    names = ["name" + str(i) for i in range(3000)]
    table = dict.fromkeys(names, 0)
    for i in range(rounds):
        table[names[i % 3000]] += i & 3
    best = max(table.items(), key=lambda item: (item[1], item[0]))
    return best, "name2999" in table, "name3000" in table


def with_tuples(side):
    grid = {}
    for x in range(side):
        for y in range(side):
            grid[x, y] = x * y
    total = 0
    for (x, y), value in grid.items():
        total += value + grid.get((y, x + 1), 1)
    return total


def merge(rounds):
    size = 0
    base = {str(i): i for i in range(50)}
    for i in range(rounds):
        other = {**base, "extra": i}
        other.update(left=i, right=i + 1)
        size += len(other) + other.pop("left") + other.setdefault("new", 2)
    return size


print(with_ints(4_000_000))
print(with_strings(4_000_000))
print(with_tuples(500))
print(merge(150_000))
