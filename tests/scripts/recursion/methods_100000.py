# Methods, keyword calls, closures and star calls 100,000 deep.
# stack: 256
import sys
sys.setrecursionlimit(200000)
class C:
    def down(self, n): return 0 if n == 0 else 1 + self.down(n - 1)
    @classmethod
    def cdown(cls, n): return 0 if n == 0 else 1 + cls.cdown(n - 1)
    @staticmethod
    def sdown(n): return 0 if n == 0 else 1 + C.sdown(n - 1)
print(C().down(100000), C.cdown(100000), C.sdown(50000))
def kw(*, n): return 0 if n == 0 else 1 + kw(n=n - 1)
print(kw(n=50000))
def star(*a): return 0 if a[0] == 0 else 1 + star(*(a[0] - 1,))
print(star(50000))
def make(f): return lambda n: 0 if n == 0 else 1 + f[0](n - 1)
cell = [None]; cell[0] = make(cell)
print(cell[0](50000))
