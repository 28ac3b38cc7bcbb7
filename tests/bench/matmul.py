"""Matrix multiplication on lists of lists."""


def make(size, seed):
    matrix = []
    for row in range(size):
        matrix.append([((row * seed + column * 7) % 19) - 9.0 for column in range(size)])
    return matrix


def multiply(a, b):
    columns = [list(column) for column in zip(*b)]
    product = []
    for row in a:
        out = []
        for column in columns:
            total = 0.0
            for k in range(len(row)):
                total += row[k] * column[k]
            out.append(total)
        product.append(out)
    return product


def main():
    a = make(250, 3)
    b = make(250, 5)
    c = multiply(a, b)
    d = multiply(b, a)
    print(sum(c[i][i] for i in range(len(c))), sum(d[i][-1 - i] for i in range(len(d))))


main()
