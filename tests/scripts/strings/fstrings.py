# f-strings: PEP 701 nesting, conversions, specs, debug form, raw, concatenation.
x, name, d = 5, "w", {"a": 1, "k": [1, 2]}
print(f"{x}", f"{x!r}", f"{x:>4}", f"{x:>{x}}", f"{x:{'>'}{x + 1}}", f"{name!r:>6}", f"{name!s}", f"{'é'!a}", f"{{}}", f"{{{x}}}", f"}}{x}{{", f"")
print(f"{x=}", f"{x = }", f"{x=!s}", f"{name=}", f"{name=!s:>5}", f"{x + 1=}", f"{d['a']=}", f"{x=:03}", f"{ x = :>4}|")
print(f"{d["a"]}", f"{f"{f"{x}"}"}", f"{'nested' 'concat'}", f"{"\n".join(["a", "b"])}", f"{'"'}", f'{"'"}')
print(f"""{
    x
    + 1  # comment
}""", f"{[i for i in range(3)]}", f"{(lambda q: q * 2)(4)}", f"{ {1: 2}[1] }", f"{x if x else 0}", f"{x!r:^{10}}", f"{x:{x}.{2}}" if 0 else "", f"{3.14159:.{2}f}", f"{3.14159:{8}.{3}}|")
print(rf"\n{x}\t", fr"{name}\\", f"\x41\u00e9\N{BULLET}{x}", f"a" "b" f"{x}", "a" f"{x}" 'c' rf"\d{x}", f"\{x}" if 0 else "", F"{x}", Rf"{x}\\")
print(f"{x:{{}}}" if 0 else "", f"{x!s:.1}", f"{d}", f"{d!r}", f"{[*d]}", f"{x,}", f"{x, 1}", f"{*[1, 2],}", f"{(yy := 3)}", yy, f"{x:=+5}", f"{x!=6}", f"{x==5}", f"{x>=5}", f"{x<=5}")
class F:
    def __format__(self, s): return f"<{s}>"
    def __repr__(self): return "F()"
print(f"{F()}", f"{F():abc}", f"{F()!r}", f"{F()!r:>5}", f"{F():%H:%M}", f"{F():{x}{name}}", f"{F():{x!r:>3}}", f"{F():a{'b'}c}", f"{F():}}}" if 0 else "", f"{F():\n}", f"{F():\x41}")
def order():
    log = []
    def e(v): log.append(v); return v
    f"{e(1)}{e(2):{e(3)}}{e(4)}"
    return log
print(order())
for bad in ('f"{"', 'f"}"', 'f"{}"', 'f"{x!}"', 'f"{x!z}"', 'f"{x:{"', 'f"{x y}"', 'f"{!r}"', 'f"{=}"', 'f"{x!r "', 'f"{lambda x: 1}"', "f'{a $ b}'", 'f"{ }"', 'f"{x:{y:{z}}}"', 'f"{*a}"', 'f"{x!rr}"', 'f"{x! r}"', 'f"{a["', 'f"{#}"', 'fb"x"', 'f"{a)}"', 'f"{(a}"'):
    try: compile(bad, "f", "eval"); print("ok", bad)
    except SyntaxError as e: print("SyntaxError", bad)
try: f"{undefined_name}"
except NameError as e: print(e)
try: f"{'a':d}"
except ValueError as e: print(e)
print(f"{1:,} {1000000:,} {1e6:,.2f} {255:#x} {0.5:%}", f'{"quoted"!r:*^12}', f"{'a':>{'5'}}", f"{None} {True} {...}", f"{b'x'}")
print(f"line1 {x}\
 continued", f'''multi
{x}
line''')
z = 3
def scope():
    z = 4
    return f"{z} {(lambda: z)()} {[z for _ in 'ab']}"
print(scope(), f"{'{'}{'}'}", f"{'''triple'''}", f"{x:}" , f"{ x }", f"{x }|", f"{-x}", f"{not x}", f"{x:-5}|", f"{x:5}{x:<5}|")
class C:
    v = 7
    s = f"{v}"
    t = f"{v:{v}}"
print(C.s, C.t, f"{C.v:0{C.v}}", f"{'%s' % x}", f"{'{}'.format(x)}", f"%s {x}" % "pct")
