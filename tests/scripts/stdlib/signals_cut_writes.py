"""A signal cuts a write short when a part is written already: the handler runs before the write returns."""
import io
import os
import signal
import threading


class Alarm(Exception):
    pass


def handle(number, frame):
    raise Alarm


signal.signal(signal.SIGALRM, handle)
data = b"xy" * 2_000_000
for name in ("os.write", "FileIO.write", "BufferedWriter.write"):
    interrupted = 0
    for _ in range(20):
        reader, writer = os.pipe()
        file = io.open(writer, "wb", buffering=0 if name == "FileIO.write" else -1, closefd=False)
        thread = threading.Thread(target=os.read, args=(reader, 1))
        thread.start()
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            if name == "os.write":
                os.write(writer, data)
            else:
                file.write(data)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Alarm:
            interrupted += 1
        thread.join()
        os.close(reader)
        os.close(writer)
        try:
            file.close()
        except OSError:
            pass
    print(name, interrupted)
