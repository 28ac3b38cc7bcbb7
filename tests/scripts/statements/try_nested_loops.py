# break and continue through try, with and except blocks, several levels.
out = []
class CM:
    def __enter__(self): out.append("+")
    def __exit__(self, *a): out.append("-")
for i in range(4):
    try:
        with CM():
            try:
                if i == 0: continue
                if i == 3: break
                raise ValueError(i)
            except ValueError as e:
                out.append(str(e))
                if i == 1: continue
            finally: out.append("f")
    finally: out.append("F")
    out.append("end")
else: out.append("else")
print("".join(out))
def f():
    for i in range(3):
        for j in range(3):
            try:
                if j == 1: break
                if i == 2: return "ret"
            except Exception: pass
            else: yield i, j, "else"
            finally: yield i, j, "fin"
print(list(f()))
n = 0
while n < 5:
    n += 1
    try:
        try: 1 / (n - 2)
        except ZeroDivisionError: continue
        finally:
            if n == 4: break
    finally: print("n", n, end=" ")
print(n)
def g():
    while True:
        try: raise KeyError
        except KeyError:
            try: return "inner return"
            finally: print("cleanup", end=" ")
print(g())
def h():
    r = []
    for i in range(3):
        try:
            try:
                if i == 1: raise ValueError
            finally: r.append(("a", i))
        except ValueError: r.append(("b", i)); continue
        r.append(("c", i))
    return r
print(h())
