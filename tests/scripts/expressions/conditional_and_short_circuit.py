# Values and evaluation of and, or, not, conditional expressions, chained comparisons in conditions.
log = []
def t(x): log.append(x); return x
def check(expected, value):
    global log
    print(value, log, value == expected)
    log = []
check(0, t(0) and t(1)); check(1, t(0) or t(1)); check(2, t(1) and t(2)); check(1, t(1) or t(2))
check(3, t(1) and t(0) or t(3)); check(0, t(0) and t(1) or t(0)); check(5, (t(0) or t(5)) and t(5))
check(True, not t(0)); check(False, not (t(1) and t(2))); check(True, not t(0) and not t(""))
check(1, t(1) if t(2) else t(3)); check(3, t(1) if t(0) else t(3)); check(4, t(1) if t(0) else t(2) if t(0) else t(4))
check(True, t(1) < t(2) < t(3)); check(False, t(3) < t(2) < t(9)); check(False, t(1) < t(2) > t(5)); check(True, t(1) < t(2) and t(2) < t(3) or t(9))
def w():
    n = 0
    while n < 10 and not (n > 3 and n % 2): n += 1
    return n
print(w())
a = [x for x in range(10) if x > 2 and (x < 5 or x == 8) and not x == 4]; print(a)
print([("a" if i % 2 else "b") if i else "c" for i in range(4)], (lambda x: x or "d")(0), [] or {} or () or "end", 1 and [] and 5)
if t(0) or t(0): print("no")
elif t(1) and t(2): print("yes", log)
log = []
assert t(1) or t(0); print(log)
x = y = None
print(x is None and y is None, x is not None or "none", (x or []) + [1], {"a": x or 5}, f"{x or 'dflt'}")
