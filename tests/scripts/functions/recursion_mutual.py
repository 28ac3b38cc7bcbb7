# Recursion: mutual, through builtins, memoized, and tail-like.
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
print(even(300), odd(301))
def ack(m, n):
    if m == 0: return n + 1
    if n == 0: return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
print(ack(2, 6))
memo = {}
def fib(n):
    if n not in memo:
        memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]
print(fib(200))
def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(10, "a", "b", "c"))
def flatten(x):
    return [y for z in x for y in flatten(z)] if isinstance(x, list) else [x]
print(flatten([1, [2, [3, [4, [5]]], 6]]))
def perms(xs):
    if not xs: yield []
    for i, x in enumerate(xs):
        for p in perms(xs[:i] + xs[i + 1:]):
            yield [x] + p
print(len(list(perms([1, 2, 3, 4, 5]))), next(perms("abc")))
def depth(x): return 1 + max(map(depth, x), default=0) if isinstance(x, (list, tuple)) else 0
print(depth([1, [2, (3, [4])]]))
class Node:
    def __init__(self, *kids): self.kids = kids
    def __len__(self): return 1 + sum(len(k) for k in self.kids)
    def __repr__(self): return f"N({', '.join(map(repr, self.kids))})"
    def __eq__(self, o): return len(self.kids) == len(o.kids) and all(a == b for a, b in zip(self.kids, o.kids))
t = Node(Node(), Node(Node(), Node()))
print(len(t), t, t == Node(Node(), Node(Node(), Node())), t == Node())
def y(f): return (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
print(y(lambda self: lambda n: 1 if n == 0 else n * self(n - 1))(10))
def gcd(a, b): return a if b == 0 else gcd(b, a % b)
print(gcd(2 ** 40 * 3, 6 ** 20))
