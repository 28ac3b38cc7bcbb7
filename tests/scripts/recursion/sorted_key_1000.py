# sorted() with a key that sorts with a key, 1,000 deep.
# stack: 256
import sys
sys.setrecursionlimit(200000)
def key(depth):
    def inner(x):
        if depth == 0: return -x
        return sorted([x, x + 1], key=key(depth - 1))[0] - 1
    return inner
print(sorted([1, 2, 3], key=key(3)))
def deep(n): return sorted([n], key=lambda x: deep(n - 1) if n else 0)
print(deep(1000))
