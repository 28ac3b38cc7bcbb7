# match, case, type, _ as names; print-like names; keywords as attributes of f-strings.
match = [1, 2]; case = {"a": 1}; type_ = type; _ = 5
print(match[0], case["a"], _, match, type(match))
match.append(3); print(match)
match[0] = 9; print(match, -match[0], match * 2)
def case(match, type=None, _=1): return match, type, _
print(case(1, type=2), case(match=3))
type = 5; print(type + 1); del type
class match:
    case = 1
    def type(self): return "type method"
print(match.case, match().type())
match = lambda *a: ("called", a)
print(match(1), match (2), match(*[3]), match(-1), match[0] if 0 else "")
match (1, 2):
    case (1, x): print("statement", x)
match -1:
    case -1: print("neg")
match [1, 2]:
    case [a, b]: print(a, b)
match {"k": 1}:
    case {"k": v}: print(v)
match not 1:
    case False: print("not")
match (lambda: 5)():
    case 5: print("lambda")
match 1, :
    case (1,): print("tuple")
match *[1, 2], 3:
    case [1, *_]: print("star")
type X = int
type type = list[X]
print(X, X.__value__)
x = type; print(x)
import sys as type; print(type.__name__)
for match in range(1): print(match)
with open(__file__) as case: print("opened")
_ = [_ for _ in range(2)]; print(_)
async_ = 1; await_ = 2; print(async_ + await_)
