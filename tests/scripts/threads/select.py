# expected: by hand
# thread.select: receiving and sending cases, fairness, time-outs, closing; waiting in several lines at once.
import _thread, thread, threading, time
from thread import Channel, select

def start(body, *args):
    worker = threading.Thread(target=body, args=args)
    worker.start()
    return worker

def until(ident, state="soft-blocked"):
    while thread.status(ident)["state"] != state:
        thread.sched_yield()

def error(function, *args, **kwargs):
    try: function(*args, **kwargs)
    except BaseException as error: return f"{type(error).__name__}: {error}"
    return "no error"

a, b, c = Channel(1), Channel(1), Channel(1)
# What is ready is taken at once.
b.send("from b"); print(select([a, b, c]))
print(select([a, (b, "to b")]), b.receive(), len(b))
print(error(select, [a, b], 0), error(select, [a, b], timeout=0.001))

# Fair among those that are ready.
full = [Channel(300) for _ in range(3)]
for channel in full:
    for value in range(300): channel.send(value)
counts = [0, 0, 0]
for _ in range(300): counts[select(full)[0]] += 1
print(counts)
order = [select(full)[1] for _ in range(6)]; print(sorted(order) == order)

# Waiting: the first one that comes true takes it out of the other lines.
got = []
worker = start(lambda: got.append(select([a, b, c]))); until(worker.ident)
print(thread.status(worker.ident)["activity"])
c.send("c"); worker.join(); print(got, len(a), len(b), len(c))
a.send(1); b.send(2); print(a.receive(), b.receive())
meet = Channel()
worker = start(lambda: got.append(select([a, (meet, "offered")]))); until(worker.ident)
print(meet.receive()); worker.join(); print(got[1:])
worker = start(lambda: got.append(select([(meet, "not taken"), a]))); until(worker.ident)
a.send("instead"); worker.join(); print(got[2:], error(meet.receive, 0))

# Two that select meet.
got.clear()
x, y = Channel(), Channel()
first = start(lambda: got.append(("first", select([x, (y, "by first")])))); until(first.ident)
second = start(lambda: got.append(("second", select([(x, "by second"), y])))); first.join(); second.join()
print(sorted(got) in ([("first", (0, "by second")), ("second", (0, None))], [("first", (1, None)), ("second", (1, "by first"))]))
# The same channel in both directions: not with oneself.
print(error(select, [x, (x, 1)], 0))
worker = start(lambda: got.append(select([x, (x, "both")]))); until(worker.ident); got.clear()
print(x.receive()); worker.join(); print(got)

# Time-outs and interrupts leave no places behind.
for _ in range(50): error(select, [x, y, (x, 1), (y, 2)], 0.0001)
def interrupted(): got.append(error(select, [x, (y, 1)]))
got.clear(); worker = start(interrupted); until(worker.ident); thread.interrupt(worker.ident); worker.join()
print(got, error(x.receive, 0), error(y.receive, 0), error(x.send, 1, 0))

# Closed channels.
got.clear(); worker = start(interrupted); until(worker.ident); y.close(); worker.join(); print(got)
print(error(select, [x, y]), error(select, [x, (y, 1)]))
d = Channel(2); d.send(1); d.close(); print(select([x, d]), error(select, [x, d]))

# What is no case.
for wrong in ([], [1], [(x,)], [(1, 2)], [(x, 1, 2)], 5): print(error(select, wrong))
print(error(select, [x], -1))

# A pipeline: every thread selects between work and the order to stop.
work, results, stop = Channel(), Channel(), Channel()
def worker():
    while True:
        index, value = select([work, stop])
        if index == 1: break
        select([(results, value + 1)])
workers = [start(worker) for _ in range(10)]
def feed():
    for value in range(200): work.send(value)
start(feed)
print(sum(results.receive() for _ in range(200)))
for _ in workers: stop.send(None)
for one in workers: one.join()
print("stopped", thread.stats()["threads"])
