# Augmented assignment: evaluation order and in-place methods.
def log(name, value):
    print("eval", name)
    return value
items = [1, 2, 3]
alias = items
items += (4,)
print(items, alias is items)
items *= 2
print(items, alias is items)
items = items + [5]
print(alias is items)
log("list", items)[log("index", 0)] += log("value", 10)
print(items[0])
class Box:
    def __init__(self):
        self.value = 1
    def __iadd__(self, other):
        self.value += other
        return self
    def __sub__(self, other):
        return ("sub", other)
    def __imul__(self, other):
        return NotImplemented
    def __mul__(self, other):
        return ("mul", other)
    def __rtruediv__(self, other):
        return ("rtruediv", other)
box = Box()
same = box
box += 5
print(box.value, box is same)
box *= 3
print(box)
box = Box()
box -= 2
print(box)
n = 8
n /= Box()
print(n)
n = 17
n //= 5; print(n)
n **= 4; print(n)
n %= 7; print(n)
n <<= 5; print(n)
n >>= 1; print(n)
n |= 8; print(n)
n &= 12; print(n)
n ^= 5; print(n)
n /= 4; print(n)
n -= 1.5; print(n)
class M:
    def __matmul__(self, other): return "matmul"
m = M(); m @= 1; print(m)
t = ([1],)
try:
    t[0] += [2]
except TypeError as e:
    print(e, t)
try:
    undefined += 1
except NameError as e:
    print(e)
s = "a"; s += "b"; s *= 3; print(s)
d = {"a": 1}; d |= {"b": 2}; print(d)
st = {1, 2}; st2 = st; st |= {3}; st -= {1}; st ^= {2, 9}; st &= {3, 9, 10}; print(sorted(st), st is st2)
