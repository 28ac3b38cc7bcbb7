# Generator-based scheduler with priorities and messages.
class Kernel:
    def __init__(self): self.queue, self.time, self.n, self.log = [], 0, 0, []
    def spawn(self, gen, delay=0): self.n += 1; self.queue.append((self.time + delay, self.n, gen, None)); return self
    def run(self):
        while self.queue:
            self.queue.sort(key=lambda e: e[:2])
            self.time, _, gen, value = self.queue.pop(0)
            try: cmd = gen.send(value)
            except StopIteration as e: self.log.append((self.time, gen.__name__, "done", e.value)); continue
            match cmd:
                case ("wait", t): self.n += 1; self.queue.append((self.time + t, self.n, gen, self.time))
                case ("fork", g): self.spawn(g); self.n += 1; self.queue.append((self.time, self.n, gen, None))
                case other: gen.throw(ValueError(f"bad command {other}")) if False else self.log.append(("bad", other))
def child(n):
    for i in range(n): yield "wait", i + 1
    return n * n
def parent():
    for n in (3, 1, 2):
        yield "fork", child(n)
        t = yield "wait", 2
    return t
k = Kernel().spawn(parent()).spawn(child(5), 1); k.run()
for line in k.log: print(line)
print(k.time)
