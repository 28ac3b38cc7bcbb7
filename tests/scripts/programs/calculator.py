# A tokenizer, a Pratt parser and an evaluator.
import sys
def tokens(s):
    i = 0
    while i < len(s):
        c = s[i]
        if c.isspace(): i += 1
        elif c.isdigit() or c == ".":
            j = i
            while j < len(s) and (s[j].isdigit() or s[j] == "."): j += 1
            yield "num", float(s[i:j]) if "." in s[i:j] else int(s[i:j]); i = j
        elif c.isalpha():
            j = i
            while j < len(s) and s[j].isalnum(): j += 1
            yield "name", s[i:j]; i = j
        elif s[i:i + 2] in ("**", "//", "<=", ">=", "=="): yield "op", s[i:i + 2]; i += 2
        elif c in "+-*/%()<>,=": yield "op", c; i += 1
        else: raise SyntaxError(f"bad character {c!r} at {i}")
    yield "end", None
POWER = {"=": 1, "==": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "+": 10, "-": 10, "*": 20, "/": 20, "//": 20, "%": 20, "**": 40}
class Parser:
    def __init__(self, s): self.it = tokens(s); self.tok = next(self.it)
    def advance(self): t = self.tok; self.tok = next(self.it, ("end", None)); return t
    def expect(self, v):
        if self.tok[1] != v: raise SyntaxError(f"expected {v}, got {self.tok[1]}")
        self.advance()
    def expr(self, rbp=0):
        kind, v = self.advance()
        match kind, v:
            case "num", n: left = ("num", n)
            case "name", n:
                if self.tok == ("op", "("):
                    self.advance(); args = []
                    while self.tok != ("op", ")"):
                        args.append(self.expr())
                        if self.tok == ("op", ","): self.advance()
                    self.expect(")"); left = ("call", n, args)
                else: left = ("name", n)
            case "op", "-": left = ("neg", self.expr(30))
            case "op", "(": left = self.expr(); self.expect(")")
            case _: raise SyntaxError(f"unexpected {v}")
        while self.tok[0] == "op" and POWER.get(self.tok[1], 0) > rbp:
            op = self.advance()[1]
            left = (op, left, self.expr(POWER[op] - (op in ("**", "="))))
        return left
OPS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "//": lambda a, b: a // b, "%": lambda a, b: a % b, "**": lambda a, b: a ** b, "<": lambda a, b: a < b, ">": lambda a, b: a > b, "==": lambda a, b: a == b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b}
FUNCS = {"max": max, "min": min, "abs": abs, "sum": lambda *a: sum(a)}
def ev(node, env):
    match node:
        case ("num", n): return n
        case ("name", n): return env[n]
        case ("neg", x): return -ev(x, env)
        case ("call", f, args): return FUNCS[f](*[ev(a, env) for a in args])
        case ("=", ("name", n), v): env[n] = ev(v, env); return env[n]
        case (op, a, b): return OPS[op](ev(a, env), ev(b, env))
env = {}
for line in ("1 + 2 * 3", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "10 // 3 % 2", "x = y = 4", "x * y + 1.5", "max(1, x, 2 * y) - min(3, 2)", "1 < 2 == 1", "7 / 2", "sum(1,2,3) * abs(-4)", "z + 1", "1 +", "2 $ 3", "(1", "1 / 0", "nofunc(1)"):
    try: print(line, "=", ev(Parser(line).expr(), env))
    except Exception as e: print(line, "!", type(e).__name__, e)
print(env)
