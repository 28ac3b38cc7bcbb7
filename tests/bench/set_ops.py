"""Set operations: membership, algebra, iteration, frozen sets as keys."""


def collatz(limit):
    known = {1}
    longest = 0
    for start in range(1, limit):
        path = []
        n = start
        while n not in known:
            path.append(n)
            n = n // 2 if n % 2 == 0 else 3 * n + 1
        known.update(path)
        longest = max(longest, len(path))
    return len(known), longest


def reachable(size, rounds):
    edges = {n: {(n * 2) % size, (n * 3 + 1) % size, (n + 7) % size} for n in range(size)}
    total = 0
    for start in range(rounds):
        seen = {start}
        frontier = {start}
        while frontier:
            following = set()
            for node in frontier:
                following |= edges[node]
            frontier = following - seen
            seen |= frontier
        total += len(seen)
    return total


def algebra(rounds):
    multiples = [set(range(0, 600, n)) for n in range(1, 20)]
    total = 0
    for i in range(rounds):
        a = multiples[i % 19]
        b = multiples[(i + 5) % 19]
        total += len(a & b) + len(a | b) - len(a ^ b) + (a <= b) + a.isdisjoint(b)
    groups = {}
    for i in range(rounds * 6):
        key = frozenset((i % 7, i % 11, i % 3))
        groups[key] = groups.get(key, 0) + 1
    return total, len(groups), max(groups.values())


print(collatz(450_000))
print(reachable(1500, 500))
print(algebra(60_000))
