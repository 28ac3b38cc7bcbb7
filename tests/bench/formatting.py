"""Formatting: f-strings, the % operator, str.format, repr, number conversion."""


def main():
    length = 0
    for i in range(320_000):
        x = i / 7
        name = "item"
        length += len(f"{name}-{i:05d} {x:10.3f} {i:x} {name!r:>10} {i:,}")
        length += len("%s=%d (%5.1f%%) %-8s|" % (name, i, x, name))
        length += len("{0} {1:>8} {0!r} {n:+d}".format(name, i, n=i))
        length += len(str(x)) + len(repr(i)) + len(f"{x}")
    print(length)
    table = []
    for i in range(300_000):
        line = f"{i}: {i * i} | {'even' if i % 2 == 0 else 'odd'}"
        table.append(line)
        length += int(line.split(":")[0]) + int(float(f"{i}.5"))
    print(length, table[-1])


main()
