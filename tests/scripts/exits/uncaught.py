# exit: 1
def f(x):
    return g(x + 1)
def g(y):
    raise ValueError(f"bad value {y}")
print("start")
f(1)
