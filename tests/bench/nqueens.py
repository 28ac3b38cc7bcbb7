"""N queens: backtracking with sets, and with bit masks."""


def solve(size, row, columns, rising, falling):
    if row == size:
        return 1
    found = 0
    for column in range(size):
        if column in columns or row + column in rising or row - column in falling:
            continue
        columns.add(column)
        rising.add(row + column)
        falling.add(row - column)
        found += solve(size, row + 1, columns, rising, falling)
        columns.discard(column)
        rising.discard(row + column)
        falling.discard(row - column)
    return found


def solve_masks(full, columns, rising, falling):
    if columns == full:
        return 1
    found = 0
    free = full & ~(columns | rising | falling)
    while free:
        queen = free & -free
        free ^= queen
        found += solve_masks(full, columns | queen, (rising | queen) << 1, (falling | queen) >> 1)
    return found


print(solve(8, 0, set(), set(), set()), solve(10, 0, set(), set(), set()), solve_masks((1 << 13) - 1, 0, 0, 0))
