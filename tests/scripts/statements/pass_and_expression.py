# Expression statements, pass, ellipsis bodies, docstring-like strings, semicolons.
def log(x): print("log", x); return x
log(1); log(2)
pass
...
"a string statement"
1 + 1
[log(3)]
def f(): ...
def g(): "doc"; return 5
class C: ...
print(f(), g(), C.__name__)
if True: pass
else: log("never")
for _ in range(2): ...
while False: log("never")
log(4) if log(0) else log(5)
(log(6), log(7))
log(8), log(9)
not log(10)
-log(11)
try: ...
except: log("never")
else: log("else")
lambda: log("never called")
[log(i) for i in range(2)]
log
