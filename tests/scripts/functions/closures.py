# Cells: sharing, late binding, loops, nested levels, introspection.
def counter():
    n = 0
    def up(): nonlocal n; n += 1; return n
    def get(): return n
    return up, get
up, get = counter()
up(); up()
up2, get2 = counter()
print(get(), get2())
print(up.__code__.co_freevars, counter.__code__.co_cellvars, up.__closure__[0].cell_contents, get.__closure__[0] is up.__closure__[0])
def outer(a):
    def middle(b):
        def inner(c):
            return a, b, c
        return inner
    return middle
print(outer(1)(2)(3))
def args_are_cells(a, *b, c=1, **d):
    return lambda: (a, b, c, d)
print(args_are_cells(1, 2, 3, c=4, e=5)())
def loop():
    fs = []
    for i in range(3):
        def f(): return i
        fs.append(f)
    return [f() for f in fs]
print(loop())
def unbound():
    def f(): return later
    try:
        f()
    except NameError as e:
        print(type(e).__name__, e)
    later = 1
    return f()
print(unbound())
def recursive():
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    return fact(20)
print(recursive())
def in_class():
    secret = "cell"
    class A:
        def get(self): return secret
        secret2 = secret
    return A
A = in_class()
print(A().get(), A.secret2)
def deep():
    x = 0
    def a():
        def b():
            def c():
                nonlocal x
                x += 1
            c()
        b()
    a(); a()
    return x
print(deep())
def exc():
    try:
        raise ValueError("v")
    except ValueError as e:
        f = lambda: e
    try:
        f()
    except NameError as err:
        print(err)
exc()
def cellcmp():
    a = 1
    def f(): return a
    c = f.__closure__[0]
    c.cell_contents = 42
    return a, f()
print(cellcmp())
def gen_closure():
    total = 0
    def add(v):
        nonlocal total
        total += v
    def it():
        for i in range(4):
            add(i)
            yield total
    return list(it())
print(gen_closure())
make = [lambda x, n=n: x * n for n in range(3)]
print([m(10) for m in make])
class Adder:
    def __init__(self, n): self.add = lambda x: x + n
print(Adder(3).add(4))
