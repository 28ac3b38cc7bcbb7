"""An HTTP server that echoes the request, a thread for each connection, on plain blocking sockets.

    pyvm tests/bench/echo/threads.py PORT
"""

import socket
import sys
import threading


def serve(connection):
    with connection:
        data = b""
        while received := connection.recv(65536):
            data += received
            while (end := data.find(b"\r\n\r\n")) >= 0:
                request, data = data[: end + 4], data[end + 4 :]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(request), request))


def main():
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
    while True:
        connection, _ = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
