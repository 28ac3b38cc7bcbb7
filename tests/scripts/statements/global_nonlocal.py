# global and nonlocal, in functions, classes and nested scopes.
n = "global"
def read():
    return n
def write():
    global n
    n = "written"
write()
print(read())
def local():
    n = "local"
    def inner():
        global n
        return n
    return n, inner()
print(local())
def outer():
    x = 0
    def middle():
        y = 10
        def inner():
            nonlocal x, y
            x += 1
            y += 1
            return x, y
        return inner
    m = middle()
    m()
    print(m(), x)
outer()
class C:
    global made_in_class
    made_in_class = 5
    n = "class"
    def method(self):
        return n
    value = n
print(made_in_class, C().method(), C.value, hasattr(C, "made_in_class"))
def shadow():
    try:
        print(n)
    except UnboundLocalError as e:
        print(e)
    n = 1
shadow()
def later():
    global defined_later
    def defined_later(): return "later"
later()
print(defined_later())
def nested():
    v = 1
    class K:
        nonlocal v
        v = 2
        w = v
    return v, K.w, hasattr(K, "v")
print(nested())
def class_scope():
    x = "outer"
    class A:
        x = "class"
        def get(self): return x
        got = [x for _ in range(1)]
        lam = lambda: x
    return A().get(), A.got, A.lam()
print(class_scope())
def delete_global():
    global n
    del n
delete_global()
try:
    read()
except NameError as e:
    print(e)
def for_global():
    global counter
    for counter in range(3): pass
for_global()
print(counter)
def import_global():
    global sys
    import sys
import_global()
print(sys.__name__)
