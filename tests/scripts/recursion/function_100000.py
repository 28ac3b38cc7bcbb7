# A Python function 100,000 deep.
# stack: 256
import sys
sys.setrecursionlimit(200000)
def down(n):
    if n == 0: return 0
    return 1 + down(n - 1)
print(down(100000))
def fact_mod(n): return 1 if n == 0 else n * fact_mod(n - 1) % 1000003
print(fact_mod(100000))
