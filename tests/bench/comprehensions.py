"""Comprehensions of every kind, nested and filtered, with unpacking."""


def main():
    total = 0
    for i in range(600):
        total += len([n * n for n in range(8000)])
        total += sum([n for n in range(8000) if n % 3 == i % 3])
        total += len({n % 97: n for n in range(6000)})
        total += len({n * i % 211 for n in range(6000)})
    print(total)
    for i in range(250):
        table = [[x * y for x in range(60)] for y in range(60)]
        flat = [cell for row in table for cell in row if cell & 1]
        turned = [list(row) for row in zip(*table)]
        total += len(flat) + turned[7][i % 60]
        total += sum(a + b for a, b in [(x, y) for x in range(60) for y in range(60) if x != y])
    print(total)
    words = ["alpha", "beta", "gamma", "delta"] * 300
    for i in range(500):
        lengths = {word: len(word) for word in words}
        capitals = [word[0].upper() + word[1:] for word in words]
        pairs = [(position, word) for position, word in enumerate(words) if word != "beta"]
        total += len(capitals) + len(pairs) + lengths["gamma"]
    print(total)


main()
