# finally with return, break, continue, nested, overriding.
import sys
def a():
    try: return "try"
    finally: print("f", end=" ")
print(a())
def b():
    try: 1 / 0
    except ZeroDivisionError: return "except"
    finally: print("f", end=" ")
print(b())
def c():
    x = 1
    try: return x
    finally: x = 2
print(c())
def d():
    for i in range(3):
        try:
            if i == 1: break
            print("body", i, end=" ")
        finally: print("f", i, end=" ")
    return "d"
print(d())
def e():
    try:
        try: return "inner"
        finally: print("f1", end=" ")
    finally: print("f2", end=" ")
print(e())
def f():
    try: raise ValueError("lost")
    except ValueError:
        try: raise KeyError("inner")
        except KeyError: pass
        finally: print("ff", end=" ")
        return repr(sys.exception())
print(f())
def g():
    log = []
    for i in range(4):
        try:
            if i == 0: continue
            if i == 2: raise ValueError
            log.append(("ok", i))
        except ValueError: log.append(("exc", i))
        else: log.append(("else", i))
        finally: log.append(("fin", i))
    return log
print(g())
def h():
    try:
        yield 1
        yield 2
    finally: print("gen fin", end=" ")
for v in h(): break
print(v)
def i():
    try: pass
    except ValueError: pass
    else: return "else return"
    finally: print("fin", end=" ")
print(i())
def j():
    try:
        try: raise ValueError("first")
        finally: {}["second"]
    except KeyError as k: return repr(k), repr(k.__context__)
print(j())
def k():
    while True:
        try:
            try: return 1
            finally: print("x", end=" ")
        finally: print("y", end=" ")
print(k())
def l(n):
    try:
        if n == 0: return "zero"
        if n == 1: raise KeyError(n)
        return "rest"
    except KeyError as e: return f"key {e}"
    else: return "else"
    finally: print(f"<{n}>", end=" ")
print([l(n) for n in range(3)])
def m():
    r = []
    try:
        r.append(1)
        return r
    finally: r.append(2)
print(m())
def n():
    with_ = []
    class W:
        def __enter__(s): with_.append("in")
        def __exit__(s, *a): with_.append("out")
    try:
        with W(): return with_
    finally: with_.append("fin")
print(n())
def deep():
    try:
        try:
            try: raise ValueError(1)
            finally: print("1", end=" ")
        except KeyError: print("no")
        finally: print("2", end=" ")
    except ValueError as e: print("caught", e, end=" ")
    else: print("no")
    finally: print("3")
deep()
def many():
    for i in range(2):
        for j in range(2):
            try:
                try:
                    if j: break
                finally: print("a", i, j, end=";")
                continue
            finally: print("b", i, j, end=";")
    print()
many()
def loop_else():
    for i in range(2):
        try: continue
        finally: print("t", end=" ")
    else: print("else")
loop_else()
