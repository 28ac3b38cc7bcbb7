text = """Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor
incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud
exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat."""
def wrap(text, width):
    lines, line = [], []
    for word in text.split():
        if sum(map(len, line)) + len(line) + len(word) > width: lines.append(" ".join(line)); line = []
        line.append(word)
    return lines + [" ".join(line)]
for l in wrap(text, 30): print(f"|{l:<30}|{l:^30}|{l:>30}|")
counts = {}
for w in text.lower().replace(",", "").replace(".", "").split(): counts[w] = counts.get(w, 0) + 1
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:6])
def csv(line):
    out, cur, q = [], [], False
    for c in line:
        if c == '"': q = not q
        elif c == "," and not q: out.append("".join(cur)); cur = []
        else: cur.append(c)
    return out + ["".join(cur)]
print(csv('a,"b,c",d'), csv(""), csv('"",x'))
rows = [("name", "qty", "price"), ("apple", 3, 1.5), ("pear", 12, 0.25)]
w = [max(len(str(r[i])) for r in rows) for i in range(3)]
for r in rows: print(" | ".join(f"{str(v):>{n}}" if i else f"{v:<{n}}" for i, (v, n) in enumerate(zip(r, w))))
def rle(s):
    out = []
    for c in s:
        if out and out[-1][0] == c: out[-1][1] += 1
        else: out.append([c, 1])
    return "".join(f"{c}{n if n > 1 else ''}" for c, n in out)
print(rle("aaabccdddd"), rle(""), rle("abc"))
def roman(n):
    out = ""
    for v, s in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        k, n = divmod(n, v); out += s * k
    return out
print([roman(n) for n in (1, 4, 9, 14, 40, 90, 1994, 2024, 3999)])
def lev(a, b):
    prev = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        cur = [i]
        for j, cb in enumerate(b, 1): cur.append(min(prev[j] + 1, cur[-1] + 1, prev[j - 1] + (ca != cb)))
        prev = cur
    return prev[-1]
print(lev("kitten", "sitting"), lev("", "abc"), lev("same", "same"))
print(*("".join(row) for row in zip(*["abc", "def", "ghi"])), sep="/")
def template(s, **kw):
    for k, v in kw.items(): s = s.replace("{{%s}}" % k, str(v))
    return s
print(template("{{a}} and {{b}}", a=1, b=[2]))
print("\n".join("*" * n for n in range(1, 4)), f"{'title':=^20}", "%-10s|%5.2f|%05d" % ("x", 3.14159, 42), sep="\n")
