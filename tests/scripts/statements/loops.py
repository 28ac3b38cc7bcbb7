# while, for, else, break, continue, nested.
i = 0
while i < 3:
    i += 1
    if i == 2:
        continue
    print("while", i)
else:
    print("while else")
while True:
    break
else:
    print("never")
for i in range(3):
    for j in range(3):
        if j == 1:
            break
        if i == 1:
            continue
        print(i, j)
    else:
        print("no break")
else:
    print("for else")
for i in []:
    print("never")
else:
    print("empty else", i)
for a, (b, *c) in [(1, (2, 3, 4)), (5, "xy")]:
    print(a, b, c)
# Changing what is iterated.
items = [1, 2, 3]
for item in items:
    if len(items) < 6:
        items.append(item * 10)
print(items)
d = {"a": 1}
try:
    for k in d:
        d["b"] = 2
except RuntimeError as e:
    print(e)
s = {1}
try:
    for k in s:
        s.add(2)
except RuntimeError as e:
    print(e)
def find(n):
    for i in range(10):
        try:
            if i == n:
                return i
            if i > 5:
                break
            continue
        finally:
            print("finally", i, end=";")
    else:
        return "else"
    return "after"
print(find(2))
print(find(99))
def loop_in_with():
    class CM:
        def __enter__(self): print("enter", end=" ")
        def __exit__(self, *a): print("exit", end=" ")
    for i in range(4):
        with CM():
            if i == 0: continue
            if i == 2: break
            print("body", i, end=" ")
    print()
loop_in_with()
for i in range(3): pass
print(i)
try:
    for x in 5: pass
except TypeError as e:
    print(e)
print([x for x in range(10, 0, -3)], list(range(0)), list(range(5, 2)))
