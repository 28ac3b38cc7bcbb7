# Source nested too deeply is an error, never a crash.
# stack: 256
def attempt(name, src, mode="eval"):
    try:
        compile(src, "s", mode)
        print(name, "survived")
    except (SyntaxError, MemoryError, RecursionError, IndentationError): print(name, "survived")
N = 50000
attempt("parens", "(" * N + ")" * N)
attempt("brackets", "[" * N + "]" * N)
attempt("braces", "{1:" * N + "1" + "}" * N)
attempt("open parens", "(" * N)
attempt("calls", "f(" * N + ")" * N)
attempt("lambdas", "lambda: " * N + "1")
attempt("conditionals", "1 if 1 else " * 100000 + "1")
attempt("if nesting", "".join(" " * i + "if 1:\n" for i in range(2000)) + " " * 2000 + "pass", "exec")
attempt("subscripts", "a[" * N + "0" + "]" * N)
attempt("comprehensions", "[x for x in " * N + "y" + "]" * N)
attempt("match", "match x:\n case " + "[" * N + "]" * N + ": pass", "exec")
attempt("targets", "(" * N + "a" + ",)" * N + " = x", "exec")
attempt("f-strings", 'f"{' * N)
print(len(eval("[" * 80 + "]" * 80)), eval("-" * 101 + "1"), eval("not " * 50 + "1"))
