# str.format: fields, attributes, indexes, nesting, conversions, auto and manual numbering; format_map.
class P:
    x = 5
    def __init__(self): self.l = [1, {"k": "deep"}]
    def __getitem__(self, k): return ("item", k)
    def __format__(self, s): return "P:" + s
    def __str__(self): return "strP"
p = P()
print("{} {} {}".format(1, "a", None), "{2} {0} {1}".format("a", "b", "c"), "{0}{1}{0}".format("x", "y"), "{a}{b}{a}".format(a=1, b=2), "{} {x} {}".format(1, 2, x=3))
print("{0.x} {0.l[0]} {0.l[1][k]} {0[key]} {0[5]}".format(p), "{p.x}".format(p=p), "{:>5}|{:<5}|{:^5}|".format(1, 2, 3), "{:{}}|{:{}.{}}|".format("a", 5, 3.14159, 8, 2), "{:{fill}{align}{width}}".format("x", fill="*", align="^", width=7))
print("{!s} {!r} {!a}".format(p.x, "é", "é"), "{!r:>6}|{!s:.1}|".format("a", "xyz"), "{:spec}".format(p), "{!s:>6}".format(p), "{}".format(p), "{{}} {{{}}} }}{{".format(1), "".format(), "no fields".format(1, 2))
print("{:d} {:x} {:o} {:b} {:e} {:.2f} {:%} {:c} {:,} {:+d} {: d} {:05d}".format(1, 255, 8, 5, 1.5, 2.345, 0.5, 65, 1000, 5, 5, 42))
print("{:s} {:10s}| {:>10s}| {:.2s}".format("a", "b", "c", "def"), "{0:<{1}}|{0:>{1}}|{0:^{1}}|".format("m", 5), "{k[0]} {k[-1]}".format(k={"0": "str key", "-1": "neg"}) if 0 else "", "{0[a b]}".format({"a b": 1}), "{0[0]}".format(["l"]), "{0[0]}".format({0: "int key"}))
class D(dict):
    def __missing__(self, k): return f"<{k}>"
print("{a} {b}".format_map(D(a=1)), "{x.real:.1f} {x.imag}".format(x=1.5 + 2j), "{:%Y}".format(p), "{:}".format(5), "{0:}".format("z"), "{0!r:}".format("z"))
for f, a in (("{", ()), ("}", ()), ("{}", ()), ("{1}", (1,)), ("{a}", ()), ("{0.y}", (p,)), ("{0[0]}", (5,)), ("{:q}", (1,)), ("{!q}", (1,)), ("{0", (1,)), ("{:{}", (1,)), ("{}{0}", (1,)), ("{:d}", ("s",)), ("{:d}", (1.5,)), ("{:.2d}", (1,)), ("{:s}", (1,)), ("{:x}", (1.5,)), ("{0[x]}", ([1],)), ("{.}", (1,)), ("{[}", (1,)), ("{:>-5}", (1,)), ("{!}", (1,)), ("{0!r!s}", (1,))):
    try: print(repr(f.format(*a)))
    except Exception as e: print(f, type(e).__name__, e)
print("%s %d %r %%" % ("a", 1, "b"), "%(x)s %(y)d" % {"x": 1, "y": 2}, "%-5s|%5s|%.2s" % ("a", "b", "cde"), "%x %X %#x %o %e %g %c %i" % (255, 255, 255, 8, 1.5, 1.5, "c", 3.7), "%s" % None, "%s" % (1,), "%s" % [1, 2], "%s %s" % (1, (2,)), "%5.1f|%-8.3f|%+d|% d" % (1.25, 2.5, 3, 4), "%*d %-*d|" % (5, 1, 5, 2))
