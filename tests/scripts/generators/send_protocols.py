# Two-way generators: averaging, coroutines as state machines, broadcasting, trampolines.
def averager():
    total = n = 0; avg = None
    while True:
        x = yield avg
        if x is None: return total, n
        total += x; n += 1; avg = total / n
a = averager(); next(a); print([a.send(v) for v in (10, 20, 60)])
try: a.send(None)
except StopIteration as e: print(e.value)
def broadcast(targets):
    while True:
        v = yield
        for t in targets: t.send(v)
def collect(out, f):
    while True: out.append(f((yield)))
o1, o2 = [], []; c1, c2 = collect(o1, str), collect(o2, lambda v: v * v); next(c1); next(c2)
b = broadcast([c1, c2]); next(b)
for v in range(4): b.send(v)
print(o1, o2)
def machine():
    state = "idle"
    while True:
        ev = yield state
        match state, ev:
            case "idle", "start": state = "running"
            case "running", "pause": state = "paused"
            case "paused", "start": state = "running"
            case _, "stop": return "stopped"
m = machine(); next(m); print([m.send(e) for e in ("pause", "start", "pause", "x", "start")])
try: m.send("stop")
except StopIteration as e: print(e.value)
def trampoline(g):
    stack, val = [g], None
    while stack:
        try: r = stack[-1].send(val); val = None
        except StopIteration as e: stack.pop(); val = e.value; continue
        if hasattr(r, "send"): stack.append(r)
        else: val = r
    return val
def fact(n):
    if n < 2: return 1
    return n * (yield fact(n - 1))
print(trampoline(fact(50)), len(str(trampoline(fact(1500)))) if 0 else "")
def echo():
    while True:
        try: x = yield "ready"
        except ValueError as e: print("error", e); continue
        except GeneratorExit: print("closing"); raise
        print("got", x)
e = echo(); next(e); e.send(1); e.throw(ValueError("bad")); e.send(2); e.close()
def multi():
    a = yield 1; b = yield a + 1; c = (yield a + b) or "none"; return a, b, c
m = multi(); print(next(m), m.send(10), m.send(5))
try: m.send(None)
except StopIteration as s: print(s.value)
def sub(): x = yield "s1"; return x * 2
def main():
    r1 = yield from sub(); r2 = yield from sub(); return r1 + r2
m = main(); print(next(m), m.send(3))
try: m.send(4)
except StopIteration as s: print(s.value)
