"""Which descriptors are ready: select, poll, epoll, selectors."""

import os
import select
import selectors
import socket
import threading
import time


def failing(call, *arguments):
    try:
        print("no error:", call(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


left, right = socket.socketpair()
reader, writer = os.pipe()

# ---- select

print(select.select([left, reader], [], [], 0))
print(select.select([], [right, writer], [], 5) == ([], [right, writer], []))
began = time.monotonic()
print(select.select([reader], [], [left], 0.02), 0.01 < time.monotonic() - began < 5)


def later(call, *arguments):
    thread = threading.Thread(target=lambda: (time.sleep(0.02), call(*arguments)))
    thread.start()
    return thread


thread = later(os.write, writer, b"piped")
print(select.select([left, reader], [], []) == ([reader], [], []), os.read(reader, 10))
thread.join()
thread = later(right.sendall, b"sent")
print(select.select((left, reader), (), (), 60) == ([left], [], []), left.recv(10))
thread.join()


class Wrapped:
    def fileno(self):
        return reader


wrapped = Wrapped()
print(select.select([wrapped], [], [], 0))
failing(select.select, 1, [], [])
failing(select.select, ["text"], [], [])
failing(select.select, [-1], [], [])
failing(select.select, [], [], [], "soon")
failing(select.select, [], [], [], -1)
gone = os.dup(reader)
os.close(gone)
failing(select.select, [gone], [], [], 0)

# ---- poll

poll = select.poll()
poll.register(left)
poll.register(reader, select.POLLIN)
print(poll.poll(0) == [(left.fileno(), select.POLLOUT)])
poll.modify(left, select.POLLIN)
print(poll.poll(0), poll.poll(5))
thread = later(os.write, writer, b"x")
print(poll.poll() == [(reader, select.POLLIN)], os.read(reader, 1))
thread.join()
poll.unregister(left)
failing(poll.unregister, 99_999)
failing(poll.modify, 99_999, 1)
failing(poll.register, "text")
failing(poll.register, reader, -1)

# ---- epoll

with select.epoll() as epoll:
    epoll.register(reader, select.EPOLLIN)
    epoll.register(left, select.EPOLLIN | select.EPOLLOUT)
    print(epoll.poll(0) == [(left.fileno(), select.EPOLLOUT)])
    epoll.modify(left, select.EPOLLIN)
    print(epoll.poll(0.01), epoll.closed)
    thread = later(right.sendall, b"y")
    print(epoll.poll() == [(left.fileno(), select.EPOLLIN)], left.recv(10))
    thread.join()
    epoll.unregister(left)
    failing(epoll.unregister, left)
    failing(epoll.register, reader)
    failing(epoll.poll, 0, 0)
print(epoll.closed)
failing(epoll.fileno)

# ---- selectors

with selectors.DefaultSelector() as selector:
    print(type(selector).__name__)
    key = selector.register(left, selectors.EVENT_READ, "data of left")
    selector.register(reader, selectors.EVENT_READ)
    print(key.data, key.events, selector.select(0))
    thread = later(right.sendall, b"z")
    print([(key.data, events) for key, events in selector.select()], left.recv(1))
    thread.join()
    selector.unregister(reader)
    print(len(selector.get_map()))
for kind in (selectors.SelectSelector, selectors.PollSelector):
    with kind() as selector:
        selector.register(right, selectors.EVENT_WRITE | selectors.EVENT_READ)
        print([events for _, events in selector.select()])

# ---- the other end is gone

right.close()
print(select.select([left], [], [], 5)[0] == [left], left.recv(1))
os.close(writer)
print(select.select([reader], [], [], 5)[0] == [reader], os.read(reader, 1))
os.close(reader)
left.close()
failing(select.select, [left], [], [])

# ---- many threads, each waiting for its own

pairs = [socket.socketpair() for _ in range(100)]
order = []


def wait(number, end):
    end.recv(1)
    order.append(number)


threads = [threading.Thread(target=wait, args=(number, pair[0])) for number, pair in enumerate(pairs)]
for thread in threads:
    thread.start()
for number in reversed(range(100)):
    pairs[number][1].send(b"!")
    threads[number].join()
print(order == list(reversed(range(100))))
for pair in pairs:
    pair[0].close()
    pair[1].close()
