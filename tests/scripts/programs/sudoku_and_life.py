# Backtracking sudoku, game of life, permutations, knapsack.
grid = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
def solve(g):
    i = g.find(".")
    if i < 0: return g
    r, c = divmod(i, 9)
    used = {g[j] for j in range(81) if j // 9 == r or j % 9 == c or (j // 27 == i // 27 and j % 9 // 3 == c // 3)}
    for d in "123456789":
        if d not in used:
            s = solve(g[:i] + d + g[i + 1:])
            if s: return s
    return None
s = solve(grid); print(*[s[i:i + 9] for i in range(0, 81, 9)], sep="\n")
def life(cells):
    n = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy: n[x + dx, y + dy] = n.get((x + dx, y + dy), 0) + 1
    return {c for c, k in n.items() if k == 3 or (k == 2 and c in cells)}
g = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for _ in range(8): g = life(g)
print(sorted(g), sorted(life(life({(0, 0), (1, 0), (2, 0)}))))
def perms(s): return [s] if len(s) < 2 else [c + p for i, c in enumerate(s) for p in perms(s[:i] + s[i + 1:])]
print(perms("abc"), len(perms("abcdef")))
def knap(items, cap):
    best = [0] * (cap + 1)
    for w, v in items:
        for c in range(cap, w - 1, -1): best[c] = max(best[c], best[c - w] + v)
    return best[cap]
print(knap([(1, 1), (3, 4), (4, 5), (5, 7)], 7))
def lcs(a, b):
    t = [[""] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b): t[i + 1][j + 1] = t[i][j] + x if x == y else max(t[i + 1][j], t[i][j + 1], key=len)
    return t[-1][-1]
print(lcs("AGGTAB", "GXTXAYB"))
pascal = [[1]]
while len(pascal) < 8: pascal.append([1, *[a + b for a, b in zip(pascal[-1], pascal[-1][1:])], 1])
print(*pascal, sep="\n")
