# return in every position.
def a(): return
def b(): return 1, 2
def c():
    for i in range(5):
        if i == 3: return i
def d():
    while True:
        return "loop"
def e():
    try: return "try"
    finally: pass
def f():
    with open(__file__) as h: return h.closed
def g(x):
    if x: return "yes"
def h(): return *[1, 2], 3
def i(): return (yield 5)
def j(): return lambda: (lambda: 7)
def k(x): return x and k(x - 1) or "end"
def l():
    def inner(): return "inner"
    return inner()
def m():
    match 5:
        case n if n > 3: return n
    return "no"
def n(): return [x for x in range(3)]
def o():
    return
    print("unreachable")
print(a(), b(), c(), d(), e(), f(), g(1), g(0), h(), list(i()), j()()(), k(3), l(), m(), n(), o())
