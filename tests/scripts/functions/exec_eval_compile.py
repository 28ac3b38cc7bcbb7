# exec, eval and compile with namespaces.
print(eval("1 + 2"), eval("x * 2", {"x": 4}), eval("x + y", {"x": 1}, {"y": 2}))
ns = {}
exec("a = 1\ndef f(): return a + 1\nclass C: b = a", ns)
print(ns["f"](), ns["C"].b, "__builtins__" in ns)
g = {"x": 1}; l = {}
exec("x = 2\nglobal y\ny = 3", g, l)
print(g["x"], l, g["y"])
code = compile("z = 5", "<made>", "exec")
exec(code, ns)
print(ns["z"], code.co_filename)
print(eval(compile("z + 1", "s", "eval"), ns))
exec(compile("1 + 1; 'shown'", "s", "single"))
def local_exec():
    v = 1
    exec("v = 2")
    exec("print(v)")
    return v
print(local_exec())
def local_eval(q=7): return eval("q + 1"), eval("[q for _ in range(2)]", {"q": 5})
print(local_eval())
for bad in ("1 +", "x = 1", "def", "a b", "(", "'unclosed", "1 = 2", "f() = 1", "return 1", "yield 1", "break", "for", "  x", "if 1: pass\nelse", "*a", "nonlocal q", "x := 1", "def f(a, a): pass", "f(a=1, a=2)", "lambda: (yield)", "del f()", "None = 1", "import", "from x import", "a, b += 1", "{1: 2, **3, 4}", "[x for]", "class", "try: pass", "with: pass", "'a' 'b' = 1", "\x00"):
    try:
        eval(compile(bad, "<t>", "eval")) if "=" not in bad else compile(bad, "<t>", "eval")
        print(repr(bad), "ok")
    except (SyntaxError, ValueError, TypeError) as e:
        print(repr(bad), type(e).__name__)
try:
    exec("x = 1\ny = = 2\n", {})
except SyntaxError as e:
    print(e.msg, e.lineno, e.offset, e.text, e.filename, e.end_lineno, e.end_offset)
try:
    exec("if 1:\nx = 1", {})
except IndentationError as e:
    print(e.msg, e.lineno)
try:
    exec("if 1:\n  x = 1\n y = 1", {})
except IndentationError as e:
    print(e.msg, e.lineno)
print(globals() is eval("globals()"), sorted(eval("locals()", {}, {"k": 1})))
def locs(a, b=2):
    c = a + b
    return sorted(locals().items())
print(locs(1))
class K:
    x = 1
    names = sorted(n for n in locals() if not n.startswith("__"))
print(K.names)
try:
    eval("undefined_xyz")
except NameError as e: print(e, e.name)
try:
    exec("raise KeyError('in exec')")
except KeyError as e: print(repr(e))
print(eval("  1"), eval("1\n"), eval("(1,\n2)"))
print(eval("__import__('math').pi"), eval("lambda x: x + 1")(1))
