"""Sockets: connections, datagrams, pairs, time-outs, errors, options, addresses."""

import array
import errno
import os
import socket
import threading


def failing(call, *arguments):
    try:
        print("no error:", call(*arguments))
    except Exception as error:
        print(type(error).__name__, error)


# ---- a server that answers each connection in a thread

def answer(connection):
    with connection:
        while data := connection.recv(1000):
            connection.sendall(data.upper())


def serve(server, count):
    threads = []
    for _ in range(count):
        connection, address = server.accept()
        assert address[0] == "127.0.0.1"
        threads.append(threading.Thread(target=answer, args=(connection,)))
        threads[-1].start()
    for thread in threads:
        thread.join()


server = socket.create_server(("127.0.0.1", 0))
print(server.family.name, server.type.name, server.getsockname()[0], server.getblocking(), server.gettimeout())
port = server.getsockname()[1]
clients = 50
serving = threading.Thread(target=serve, args=(server, clients + 2))
serving.start()
connections = [socket.create_connection(("localhost", port)) for _ in range(clients)]
for number, connection in enumerate(connections):
    connection.sendall(b"hello %d" % number)
print(sorted(connection.recv(100) for connection in connections)[:3])
for connection in connections:
    connection.shutdown(socket.SHUT_WR)
print({connection.recv(100) for connection in connections})
for connection in connections:
    connection.close()

# ---- more than the buffers hold, through files

big = os.urandom(50) * 100_000
with socket.create_connection(("127.0.0.1", port)) as connection:
    received = bytearray()

    def receive():
        while len(received) < len(big):
            received.extend(connection.recv(1 << 16))

    receiver = threading.Thread(target=receive)
    receiver.start()
    connection.sendall(big)
    receiver.join()
    print(len(received), received == big.upper())
with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rw", encoding="utf-8", newline="\n") as file:
    file.write("first line\nsecond ")
    file.flush()
    print(repr(file.readline()))
    file.write("line\n")
    file.flush()
    print(repr(file.readline()), file.readable(), file.writable())
serving.join()
server.close()
print(server, server.fileno())
failing(server.accept)

# ---- datagrams

one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
one.bind(("127.0.0.1", 0))
two.bind(("", 0))
print(two.sendto(b"datagram", one.getsockname()), one.recvfrom(100)[0])
buffer = bytearray(4)
two.sendto(b"long datagram", 0, one.getsockname())
count, sender = one.recvfrom_into(buffer)
print(count, buffer, sender[1] == two.getsockname()[1])
two.connect(one.getsockname())
print(two.send(b"connected"), one.recv(4), two.getpeername() == one.getsockname())
one.close()
two.close()

# ---- pairs, buffers, control messages

left, right = socket.socketpair()
print(left.family.name, left.type.name, left.proto, left.getsockname())
print(left.send(memoryview(b"abcdef")[1:4]), right.recv(100, socket.MSG_PEEK), right.recv(2), right.recv(2))
target = array.array("b", bytes(6))
left.send(b"xyz")
print(right.recv_into(target, 2), right.recv_into(memoryview(target)[4:]), target.tobytes())
print(left.sendmsg([b"one", bytearray(b"two"), b""]), right.recvmsg(10))
left.send(b"scattered")
parts = [bytearray(4), bytearray(3), bytearray(8)]
print(right.recvmsg_into(parts), parts)
reader, writer = os.pipe()
socket.send_fds(left, [b"descriptor"], [writer])
message, (copy,), flags, _ = socket.recv_fds(right, 100, 1)
os.write(copy, b"through the copy")
print(message, os.read(reader, 100))
for descriptor in (reader, writer, copy):
    os.close(descriptor)

# ---- waiting and not waiting

left.setblocking(False)
print(left.gettimeout(), left.getblocking())
failing(left.recv, 1)
left.settimeout(0.02)
failing(left.recv, 1)
failing(left.recv_into, bytearray(1))
try:
    while True:
        left.sendall(bytes(100_000))
except TimeoutError as error:
    print(repr(error), socket.timeout is TimeoutError)
left.settimeout(None)
failing(left.settimeout, -1)
failing(left.settimeout, "soon")
socket.setdefaulttimeout(3)
with socket.socket() as patient:
    print(patient.gettimeout(), socket.getdefaulttimeout())
socket.setdefaulttimeout(None)
left.close()
data = 0
while part := right.recv(1 << 16):
    data += len(part)
print(data >= 100_000)
failing(right.send, b"x")
right.close()

# ---- errors

with socket.socket() as closed_port:
    closed_port.bind(("127.0.0.1", 0))
    address = closed_port.getsockname()
failing(socket.create_connection, address)
with socket.socket() as client:
    print(errno.errorcode[client.connect_ex(address)])
with socket.socket() as client:
    failing(client.connect, "nowhere")
    failing(client.connect, ("127.0.0.1", 70000))
    failing(client.connect, ("127.0.0.1",))
    failing(client.recv, -1)
    failing(client.send, "text")
    failing(client.getpeername)
    failing(client.sendto, b"x")
    failing(client.setsockopt, 1, 2, None)
    failing(client.recv, 10)
failing(socket.socket, 12345)
failing(socket.socket, -1, -1, -1, 99_999)
failing(socket.gethostbyname, "no such host.invalid")

# ---- options and detaching

with socket.socket() as option:
    option.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    print(option.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR), option.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 4))
    option.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, b"\1\0\0\0")
    print(option.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
    number = option.detach()
    print(option.fileno())
    with socket.socket(fileno=number) as again:
        print(again.family.name, again.type.name, again.proto == socket.IPPROTO_TCP, again.fileno() == number)

# ---- Unix sockets

path = "\0abstract name"
with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
    listener.bind(path)
    listener.listen()
    client.connect(path)
    accepted, peer = listener.accept()
    client.sendall(b"unix")
    print(listener.getsockname(), repr(peer), accepted.recv(10))
    accepted.close()
with socket.socket(socket.AF_UNIX) as listener:
    failing(listener.bind, "x" * 200)

# ---- names and numbers

print(socket.inet_aton("127.1"), socket.inet_ntoa(b"\x7f\0\0\1"), socket.inet_pton(socket.AF_INET6, "::1"), socket.inet_ntop(socket.AF_INET6, bytes(15) + b"\1"))
failing(socket.inet_aton, "no address")
failing(socket.inet_ntoa, b"xyz")
failing(socket.inet_pton, socket.AF_INET, "300.1.1.1")
failing(socket.inet_ntop, socket.AF_INET6, b"short")
print(socket.htons(0x1234) == socket.ntohs(0x1234), hex(socket.ntohl(socket.htonl(0x12345678))))
failing(socket.htons, -1)
failing(socket.htonl, 1 << 40)
for entry in socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM) + socket.getaddrinfo("::1", "8080", type=socket.SOCK_DGRAM):
    print(entry[0].name, entry[1].name, entry[2], repr(entry[3]), entry[4])
print(socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))
print(socket.gethostbyname("127.0.0.1"), socket.gethostbyname(""), socket.gethostbyname("<broadcast>"))
print(isinstance(socket.gethostname(), str), (1, "lo") in [(index and 1, name) for index, name in socket.if_nameindex()])
print(issubclass(socket.gaierror, OSError), socket.gaierror.__module__, issubclass(socket.herror, OSError), socket.error is OSError)
print(socket.CMSG_LEN(4) <= socket.CMSG_SPACE(4), socket.has_dualstack_ipv6() in (True, False))
