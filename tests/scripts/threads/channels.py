# expected: by hand
# thread.Channel: rendezvous and buffered, order, time-outs, closing, iteration, interrupts.
import _thread, gc, thread, threading, time
from thread import Channel, ChannelClosed

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

# A rendezvous: the sender waits until its value is received.
log = []
channel = Channel()
def sender():
    for value in "abc":
        log.append(f"sends {value}"); channel.send(value); log.append(f"sent {value}")
worker = start(sender); until(worker.ident)
print(log, len(channel), bool(channel), channel.size, channel.closed)
print(thread.status(worker.ident)["activity"].split(" channel ")[0], thread.status(worker.ident)["waits_for"] is channel)
print(channel.receive(), channel.receive(), channel.receive()); worker.join(); print(log)
log.clear()
worker = start(lambda: log.append(channel.receive())); until(worker.ident)
print(thread.status(worker.ident)["activity"].split(" channel ")[0])
channel.send(None); worker.join(); print(log)

# Buffered: senders wait when it is full, and what they send comes in their order.
channel = Channel(2)
channel.send(1); channel.send(2); print(len(channel), error(channel.send, 3, timeout=0), error(channel.send, 3, timeout=0.001))
workers = [start(channel.send, value) for value in (3, 4, 5)]
for worker in workers: until(worker.ident)
print([channel.receive() for _ in range(5)], len(channel)); [worker.join() for worker in workers]
print(error(channel.receive, 0), error(channel.receive, timeout=0.001), error(channel.receive, timeout=-1), error(channel.receive, "soon"))

# Receivers are served in their order too.
got = []
channel = Channel()
def receiver(name): got.append((name, channel.receive()))
workers = [start(receiver, name) for name in "abc"]
for worker in workers: until(worker.ident)
for value in range(3): channel.send(value)
[worker.join() for worker in workers]; print(got)

# A time-out takes it out of the line, wherever it stands; so does an interrupt.
got.clear()
def patient(name, timeout):
    try: got.append((name, channel.receive(timeout)))
    except (TimeoutError, thread.Interrupt) as error: got.append((name, type(error).__name__))
workers = [start(patient, name, timeout) for name, timeout in (("a", None), ("b", 0.001), ("c", None), ("d", 60))]
for worker in workers: until(worker.ident)
workers[1].join(); print(got)
print(thread.interrupt(workers[0].ident)); workers[0].join()
channel.send("x"); channel.send("y"); [worker.join() for worker in workers]; print(got)

# A sender that is interrupted takes its value with it.
def sends(value):
    try: channel.send(value)
    except thread.Interrupt: got.append(f"{value} interrupted")
got.clear()
workers = [start(sends, value) for value in range(3)]
for worker in workers: until(worker.ident)
thread.interrupt(workers[1].ident); workers[1].join(); print(got, channel.receive(), channel.receive(), error(channel.receive, 0))

# Closing.
channel = Channel(3)
channel.send(1); channel.send(2); print(channel.close(), channel.close(), channel.closed, len(channel))
print(error(channel.send, 3), channel.receive(), channel.receive(), error(channel.receive), error(channel.receive, 0))
channel = Channel(1)
channel.send("held")
waits = []
def send_late(): waits.append(error(channel.send, "late"))
workers = [start(send_late) for _ in range(2)]
for worker in workers: until(worker.ident)
channel.close(); [worker.join() for worker in workers]; print(waits, channel.receive())
channel = Channel()
waits.clear()
workers = [start(lambda: waits.append(error(channel.receive))), start(lambda: waits.append(list(channel)))]
for worker in workers: until(worker.ident)
channel.close(); [worker.join() for worker in workers]; print(waits)

# Iteration ends when it is closed and empty.
def produce(channel, count):
    for value in range(count): channel.send(value)
    channel.close()
for size in (0, 1, 4):
    channel = Channel(size)
    start(produce, channel, 5)
    print([value for value in channel], list(channel))
channel = Channel(1); start(produce, channel, 1000); print(sum(channel))
channel = Channel(); start(produce, channel, 3); print(next(channel), *channel)

# Many of both.
channel, results = Channel(8), Channel()
def square():
    for value in channel: results.send(value * value)
workers = [start(square) for _ in range(20)]
def feed():
    for value in range(1000): channel.send(value)
    channel.close()
start(feed)
print(sum(results.receive() for _ in range(1000)) == sum(value * value for value in range(1000))); [worker.join() for worker in workers]

# Objects.
print(repr(Channel(4)).split(" at ")[0], repr(Channel(4)).split(": ")[1])
class Mine(Channel):
    def receive(self, *args): return ("mine", super().receive(*args))
mine = Mine(2); mine.note = "attribute"; mine.send(1); print(mine.receive(), mine.size, mine.note)
loop = Channel(1); loop.send(loop); del loop; print(gc.collect() > 0)
print(error(Channel, -1), error(Channel, "1"), Channel.__name__, Channel.__module__, issubclass(ChannelClosed, Exception))

# Nobody will ever send.
try: Channel().receive()
except thread.DeadlockError as deadlock: print("waits to receive from channel" in str(deadlock))
