# Loop variables, nested breaks, modification of loop iterables, enumerate with unpack, while-else with generator.
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], list(zip(*matrix)), [c for r in matrix for c in r])
for i, (a, *rest) in enumerate(matrix): print(i, a, rest)
def find(m, t):
    for y, row in enumerate(m):
        for x, v in enumerate(row):
            if v == t: break
        else: continue
        return x, y
    return None
print(find(matrix, 5), find(matrix, 9))
n = 27; steps = 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
else: print("collatz", steps)
primes = []
for p in range(2, 50):
    for q in primes:
        if p % q == 0: break
    else: primes.append(p)
print(primes)
it = iter(range(10)); out = []
for x in it:
    if x % 3 == 0: next(it, None)
    out.append(x)
print(out)
i = 10
for i in range(0): pass
print(i)
stack = [1]
while stack:
    x = stack.pop()
    if x < 20: stack += [x * 2, x * 3]
    print(x, end=" ")
print()
d = {"a": [1, 2], "b": [3]}
for k, vs in d.items():
    for v in vs: print(k, v, end="; ")
print([(k, v) for k, vs in d.items() for v in vs])
total = 0
for ch in "a1b22": total = total * 10 + int(ch) if ch.isdigit() else total
print(total)
def gen():
    while (yield "y"): pass
    yield "end"
g = gen(); next(g); print(g.send(True), g.send(False))
fizz = ["Fizz" * (not i % 3) + "Buzz" * (not i % 5) or str(i) for i in range(1, 16)]; print(" ".join(fizz))
for a, b, c in [(a, b, c) for c in range(1, 30) for b in range(1, c) for a in range(1, b) if a * a + b * b == c * c]: print(a, b, c, end=" ")
print()
