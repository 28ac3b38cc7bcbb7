# Indentation corner cases, continuation lines, comments and blank lines everywhere.
def f(
    a,
    # a comment in the parameters

    b=(
        1,
    ),
):
        # deeper comment
    # shallower comment

    if a: \
        return [
            a,

            b,   # trailing
        ]
    else:

        return (
b
        )
print(f(1), f(0))
if 1:
  if 2:
     if 3:
       print("odd indents")
  print("back two")
class A:

    x = 1

    # comment


    def m(self):

        return self.x
    y = 2
print(A().m(), A.y)
x = [1,
2,
        3]; y = {
"a": 1
}; print(x, y)
for i in range(2): print(i,
                         end=" ")
print()
s = """a
    b
  c"""; print(repr(s))
if (1 and
    2 or
    3): print("cond")
with (open(__file__) as g,
      open(__file__) as h,
): print(g.closed)
assert (1,
        2), "message"
from math import (
    pi,
    e as euler,
)
print(pi > euler)
z = 1 if x \
    else 2
print(z); print("a"
"b"
'c')
@(lambda f:
  f)
def deco(): return "deco"
print(deco()) ; print("end") # comment after
# last comment without a newline
