"""Sorting: lists with a key function, of tuples, strings and numbers, stable and reversed."""


def numbers(count):
    seed = 7
    out = []
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2147483648
        out.append(seed)
    return out


class Record:
    def __init__(self, number):
        self.number = number
        self.group = number % 100


def main():
    source = numbers(150_000)
    records = [Record(number) for number in source]
    total = 0
    for _ in range(4):
        records.sort(key=lambda record: record.number)
        total += records[100].number
        records.sort(key=lambda record: (record.group, -record.number))
        total += records[-100].number
    print(total)
    for _ in range(4):
        ordered = sorted(source, key=lambda n: n % 10007, reverse=True)
        total += ordered[500]
        texts = sorted([str(n) for n in source])
        total += len(texts[3])
        total += sorted(source)[77]
    print(total, ordered[:2], texts[:2])
    by_length = sorted(texts, key=len)
    print(by_length[:3], by_length[-1], by_length == sorted(by_length, key=len))


main()
