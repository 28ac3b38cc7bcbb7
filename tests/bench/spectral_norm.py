"""Spectral norm of an infinite matrix: float sums in function calls."""


def cell(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    size = len(vector)
    result = []
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += cell(i, j) * vector[j]
        result.append(total)
    return result


def times_transposed(vector):
    size = len(vector)
    result = []
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += cell(j, i) * vector[j]
        result.append(total)
    return result


def norm(size):
    u = [1.0] * size
    v = u
    for _ in range(8):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    upper = sum(a * b for a, b in zip(u, v))
    lower = sum(b * b for b in v)
    return (upper / lower) ** 0.5


print(f"{norm(500):.9f}")
