"""Everything that threads can do, at random, for a while, with what must hold checked all the time.

    pyvm tests/soak/soak.py [SECONDS [SEED]]

The run consists of rounds. Each starts some hundred threads of all kinds (WORKERS), disturbs those that can bear it, ends all of them and counts: nothing
sent was lost, no lock is held, no thread, descriptor or memory is left. The seed decides who is started and what each does; not who runs when.
"""

import collections
import gc
import os
import queue
import random
import socket
import sys
import tempfile
import thread
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 600
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
ROUND = min(5.0, SECONDS / 4)
# Counts of blocks and descriptors are compared after so many rounds; before them caches fill up.
WARM_UP = 2
# How long threads may take to end, which includes the time on a slow build.
PATIENCE = 60


class Disturbed(Exception):
    """What the tests raise in other threads."""


class Round:
    """What the threads of one round share."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.stop = False
        self.failures = []
        self.progress = collections.Counter()
        # Pairs of counters that change together, each under its lock.
        self.accounts = [[threading.Lock() if index % 2 else threading.RLock(), 0, 0] for index in range(8)]
        self.queue = queue.Queue(20)
        self.channel = thread.Channel(3)
        self.meeting = thread.Channel()
        self.sums = collections.Counter()
        self.condition = threading.Condition()
        self.tokens = 0
        self.slots = threading.BoundedSemaphore(3)
        self.inside = 0
        self.event = threading.Event()
        self.disturbable = []

    def check(self, holds, what):
        if not holds:
            self.failures.append(what)

    def add(self, name, value):
        """Counts on behalf of several threads: a Counter alone would lose some."""
        with self.condition:
            self.sums[name] += value


# ---- workers: each runs until the round stops; `dice` is its own

def account(round, dice):
    while not round.stop:
        entry = dice.choice(round.accounts)
        if not entry[0].acquire(timeout=dice.choice((-1, 0.001, 5))):
            continue
        try:
            round.check(entry[1] == entry[2], "two threads in one lock")
            entry[1] += 1
            match dice.randrange(4):
                case 0:
                    thread.sched_yield()
                case 1:
                    time.sleep(dice.random() / 1000)
                case 2:
                    sum(range(dice.randrange(3000)))
            entry[2] += 1
        finally:
            entry[0].release()
        yield


def produce(round, dice):
    while not round.stop:
        value = dice.randrange(1000)
        try:
            round.queue.put(value, timeout=0.05)
        except queue.Full:
            continue
        round.add("put", value)
        yield


def consume(round, dice):
    while not (round.stop and round.queue.empty()):
        try:
            value = round.queue.get(timeout=0.05)
        except queue.Empty:
            continue
        round.add("got", value)
        yield


def send(round, dice):
    while not round.stop:
        value = dice.randrange(1000)
        try:
            if dice.randrange(2):
                index, _ = thread.select([(round.channel, value), (round.meeting, value)], timeout=0.05)
            else:
                dice.choice((round.channel, round.meeting)).send(value, timeout=0.05)
        except TimeoutError:
            continue
        round.add("sent", value)
        yield


def receive(round, dice):
    while True:
        try:
            if dice.randrange(2):
                _, value = thread.select([round.channel, round.meeting], timeout=0.05)
            else:
                value = dice.choice((round.channel, round.meeting)).receive(timeout=0.05)
        except TimeoutError:
            if round.stop and not len(round.channel):
                return
            continue
        round.add("received", value)
        yield


def wait_for_token(round, dice):
    while not round.stop:
        with round.condition:
            if dice.randrange(2):
                round.tokens += 1
                round.condition.notify(dice.randrange(3))
            elif round.condition.wait_for(lambda: round.tokens > 0, timeout=0.02):
                round.tokens -= 1
                round.check(round.tokens >= 0, "a condition let one through too many")
        yield


def crowd(round, dice):
    while not round.stop:
        with round.slots:
            round.inside += 1
            round.check(round.inside <= 3, "a semaphore let one through too many")
            time.sleep(dice.random() / 1000)
            round.inside -= 1
        yield


def signal(round, dice):
    while not round.stop:
        if dice.randrange(3):
            round.event.wait(dice.random() / 100)
        elif round.event.is_set():
            round.event.clear()
        else:
            round.event.set()
        yield


def oversleep(round, dice):
    while not round.stop:
        wanted = dice.random() / 50
        began = time.monotonic()
        time.sleep(wanted)
        round.check(time.monotonic() - began >= wanted, "sleep ended early")
        yield


def echo(round, dice):
    one, other = socket.socketpair()

    def answer():
        while data := other.recv(10000):
            other.sendall(data)
        other.close()

    answerer = threading.Thread(target=answer)
    answerer.start()
    try:
        with one:
            while not round.stop:
                data = dice.randbytes(dice.choice((1, 100, 300_000)))
                sender = None
                if len(data) > 1000:
                    # More than the two buffers hold: who sends waits for who receives.
                    sender = threading.Thread(target=one.sendall, args=(data,))
                    sender.start()
                else:
                    one.sendall(data)
                received = bytearray()
                while len(received) < len(data):
                    received += one.recv(dice.randrange(1, 200_000))
                round.check(received == data, "a socket changed what was sent")
                if sender:
                    sender.join()
                yield
    finally:
        answerer.join()


def connect(round, dice):
    with socket.create_server(("127.0.0.1", 0)) as server:
        while not round.stop:
            with socket.create_connection(server.getsockname(), timeout=20) as client:
                peer, _ = server.accept()
                with peer:
                    client.sendall(b"question")
                    round.check(peer.recv(100) == b"question", "a connection changed what was sent")
                    peer.sendall(b"answer")
                round.check(client.recv(100) == b"answer", "a connection changed what was sent")
            yield


def pipe(round, dice):
    read, write = os.pipe()
    sent = collections.deque()

    def feed():
        while not round.stop:
            data = dice.randbytes(dice.randrange(1, 2000))
            sent.append(data)
            os.write(write, data)
            time.sleep(dice.random() / 500)
        os.close(write)

    feeder = threading.Thread(target=feed)
    feeder.start()
    rest = b""
    while data := os.read(read, 500):
        rest += data
        yield
    feeder.join()
    os.close(read)
    round.check(rest == b"".join(sent), "a pipe changed what was sent")


def files(round, dice):
    # Calls that block: the file system, and looking up names.
    with tempfile.TemporaryFile() as file:
        while not round.stop:
            data = dice.randbytes(dice.randrange(1, 50_000))
            file.seek(0)
            file.write(data)
            file.flush()
            file.seek(0)
            round.check(file.read(len(data)) == data, "a file changed what was written")
            if not dice.randrange(10):
                socket.getaddrinfo("localhost", 80)
            yield


class Slow:
    """A key whose comparison blocks, yields and takes locks: dicts call it from native code."""

    def __init__(self, value, dice, lock):
        self.value, self.dice, self.lock = value, dice, lock

    def __hash__(self):
        return self.value % 5

    def __eq__(self, other):
        match self.dice.randrange(6):
            case 0:
                time.sleep(self.dice.random() / 2000)
            case 1:
                thread.sched_yield()
            case 2:
                with self.lock:
                    thread.sched_yield()
        return self.value == other.value


def reenter(round, dice):
    lock = round.accounts[0][0]
    while not round.stop:
        keys = [Slow(value, dice, lock) for value in range(8)]
        table = {key: key.value for key in keys}
        wanted = dice.randrange(8)
        round.check(table[Slow(wanted, dice, lock)] == wanted, "a dict lost a key")
        round.check(keys.index(Slow(wanted, dice, lock)) == wanted, "a list lost an item")
        yield


def family(round, dice):
    while not round.stop:
        results = []
        children = [threading.Thread(target=results.append, args=(number,)) for number in range(dice.randrange(1, 20))]
        for child in children:
            child.start()
        for child in children:
            child.join()
        round.check(sorted(results) == list(range(len(children))), "a thread did not run")
        yield


def far(round, dice):
    @thread.far_yield_acceptor
    def numbers(count):
        def below(depth):
            if depth:
                below(depth - 1)
            else:
                for number in range(count):
                    thread.faryield(number)

        below(dice.randrange(5))

    while not round.stop:
        count = dice.randrange(20)
        taken = dice.randrange(count + 1)
        values = numbers(count)
        round.check([next(values) for _ in range(taken)] == list(range(taken)), "a far yield got lost")
        yield


def compute(round, dice):
    while not round.stop:
        items = [dice.random() for _ in range(dice.randrange(2000))]
        round.check(sorted(items, key=lambda item: -item) == sorted(items, reverse=True), "sort")
        yield


def garbage(round, dice):
    while not round.stop:
        ring = []
        for _ in range(dice.randrange(200)):
            ring = [ring]
        ring.append(ring)
        if not dice.randrange(200):
            gc.collect()
        yield


def guests(round, dice):
    """Local values of threads stay theirs."""
    local = threading.local()
    mine = dice.random()
    local.value = mine
    while not round.stop:
        thread.sched_yield()
        round.check(local.value == mine, "a local value is another thread's")
        yield


# Those that can be interrupted anywhere hold nothing that others wait for.
FREE = (oversleep, compute, garbage, guests, family, far)
BOUND = (account, account, produce, consume, send, receive, wait_for_token, crowd, signal, echo, connect, pipe, files, reenter)
WORKERS = FREE + BOUND


def work(round, number, kind, seed, free):
    dice = random.Random(seed)
    while not round.stop:
        try:
            for _ in kind(round, dice):
                round.progress[number] += 1
        except Disturbed:
            round.check(free, f"{kind.__name__} was disturbed")
        except Exception as error:
            round.check(False, f"{kind.__name__}: {type(error).__name__}: {error}")
            raise
        else:
            break


def restore(changed):
    for ident in changed:
        thread.thaw(ident)
        thread.setpriority(ident, thread.NORMAL)
    changed.clear()


def disturb(round, threads, until):
    """Interrupts, freezes and thaws threads, changes priorities and the length of slices, looks at everybody."""
    dice = round.random
    changed = []
    while time.monotonic() < until:
        ident = dice.choice(threads).ident
        match dice.randrange(8):
            case 0 | 1:
                thread.interrupt(dice.choice(round.disturbable).ident, Disturbed, if_running=dice.randrange(2))
            case 2 | 3:
                thread.freeze(ident)
                changed.append(ident)
            case 4:
                thread.setpriority(ident, dice.randrange(4))
                changed.append(ident)
            case 5:
                thread.setticks(dice.choice((1, 10, 500, 2000)))
            case 6:
                thread.status(ident)
            case 7:
                len(thread.report())
        if len(changed) > 5 or dice.randrange(2):
            restore(changed)
        time.sleep(dice.random() / 50)
    restore(changed)
    thread.setticks(500)


def one_round(seed):
    round = Round(seed)
    threads = []
    for number in range(round.random.randrange(100, 300)):
        # One of each kind at least: nobody waits for a consumer that is not there.
        kind = WORKERS[number] if number < len(WORKERS) else round.random.choice(WORKERS)
        free = kind in FREE
        one = threading.Thread(target=work, args=(round, number, kind, round.random.random(), free), name=f"{kind.__name__} {number}")
        threads.append(one)
        if free:
            round.disturbable.append(one)
    for one in threads:
        one.start()
    try:
        disturb(round, threads, time.monotonic() + ROUND)
    finally:
        round.stop = True
    limit = time.monotonic() + PATIENCE
    for one in threads:
        one.join(max(0, limit - time.monotonic()))
    alive = [one for one in threads if one.is_alive()]
    if alive:
        print(thread.report(), file=sys.stderr)
        round.failures.append(f"{len(alive)} threads did not end")
    for number, one in enumerate(threads):
        round.check(round.progress[number] > 0, f"{one.name} never ran")
    round.check(round.sums["put"] == round.sums["got"], f"a queue lost values: {round.sums}")
    round.check(round.sums["sent"] == round.sums["received"], f"a channel lost values: {round.sums}")
    for lock, one, other in round.accounts:
        round.check(one == other, "two counters differ")
        round.check(lock.acquire(blocking=False), "a lock is still held")
    round.check(thread.deadlocks() == [], "deadlocks")
    return round.failures, len(threads), sum(round.progress.values())


def left():
    """What must not grow from round to round."""
    for _ in range(3):
        thread.sched_yield()
        gc.collect()
    counts = {"threads": threading.active_count(), "descriptors": len(os.listdir("/proc/self/fd"))}
    return counts, sys.getallocatedblocks()


def main():
    end = time.monotonic() + SECONDS
    rounds = started = steps = 0
    while time.monotonic() < end:
        failures, count, done = one_round(SEED * 1_000_003 + rounds)
        rounds, started, steps = rounds + 1, started + count, steps + done
        counts, blocks = left()
        if rounds == WARM_UP:
            expected, first = counts, blocks
        elif rounds > WARM_UP and counts != expected:
            failures.append(f"left: {counts}, expected {expected}")
        if failures:
            for failure in sorted(set(failures)):
                print(f"round {rounds}, seed {SEED}: {failure}", file=sys.stderr)
            sys.exit(1)
    grown = blocks - first if rounds > WARM_UP else 0
    print(f"{rounds} rounds, {started} threads, {steps} steps, {thread.stats()['switches']} switches, {grown} blocks more than after round {WARM_UP}")
    # What caches hold goes up and down.
    if grown > 1000 + 50 * rounds:
        sys.exit("memory grows")


main()
