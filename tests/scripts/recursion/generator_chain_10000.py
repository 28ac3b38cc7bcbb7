# A chain of generators 10,000 deep: by yield from, and each pulling from the one below.
# stack: 256
import sys
sys.setrecursionlimit(200000)
def chain(n):
    if n == 0:
        yield 1
        yield 2
    else:
        yield from chain(n - 1)
print(list(chain(10000)))
def source():
    yield from range(3)
def add_one(it):
    for x in it: yield x + 1
it = source()
for _ in range(10000): it = add_one(it)
print(list(it))
def genexp_chain():
    it = iter(range(2))
    for _ in range(2000): it = (x + 1 for x in it)
    return list(it)
print(genexp_chain())
