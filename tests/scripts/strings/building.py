# Concatenation in loops, joins, repetition, interning-independent equality, comparisons of built strings.
s = ""
for i in range(500): s += str(i)
print(len(s), s[:20], s[-10:], s.count("9"))
t = s
s += "!"
print(len(t), len(s), t + "!" == s)
parts = []
for i in range(300): parts.append(chr(65 + i % 26) * (i % 4))
j = "".join(parts); print(len(j), j[:30], hash(j) == hash("".join(parts)))
d = {}
for i in range(200):
    k = "key" + str(i % 50)
    d[k] = d.get(k, "") + "x"
print(len(d), d["key7"], "key" + "7" in d, set(map(len, d.values())))
def build(n):
    if n == 0: return ""
    return build(n - 1) + chr(97 + n % 26)
print(build(60))
class Buf:
    def __init__(self): self.s = ""
    def add(self, x): self.s += x; return self
print(Buf().add("a").add("b").s)
l = ["x"]; l[0] += "y"; l[0] *= 2; print(l)
a = "abc"; b = a; a += "d"; print(a, b)
print("".join(reversed("abc")), "".join(sorted("hello")), "".join(c for c in "a1b2" if c.isalpha()), "".join(map(str, [1, 2])), ", ".join(f"{k}={v}" for k, v in {"a": 1}.items()))
g = (c for c in "gen"); print("-".join(g), "-".join(g))
class S(str):
    def __str__(self): return "custom"
print("".join([S("a"), "b"]), S("x") + "y", f"{S('q')}", "%s" % S("q"), str(S("q")), repr(S("q")), "a".join(S("bc")))
print("a" * 0 + "b", "-" * 10, 3 * "ab", "x" * True, ("ab" * 3)[1:4], "é" * 3, "" * 100)
text = "line one\nline two\n\nline four"
for n, line in enumerate(text.split("\n"), 1): print(n, line.rjust(12), len(line))
print("abc" is "abc" or True, "a" + "b" == "ab", "".join(["a", "b"]) in {"ab"}, {"ab": 1}["a" + "b"], "ab"[0] + "ab"[1] == "ab")
print("a,b;c d".replace(";", ",").replace(" ", ",").split(","), " ".join("too   many  spaces".split()), "CamelCaseWord"[0].lower() + "".join("_" + c.lower() if c.isupper() else c for c in "CamelCaseWord"[1:]))
def rot13(s): return "".join(chr((ord(c) - b + 13) % 26 + b) if c.isalpha() and (b := 97 if c.islower() else 65) else c for c in s)
print(rot13("Hello, World!"), rot13(rot13("Hello")))
print(len("x" * 100000), ("ab" * 50000).count("ba"), ("x" * 1000 + "y").find("y"), ("a" * 5000 + "b" + "a" * 5000).rfind("b"), ("ab" * 1000).replace("a", "").count("b"))
