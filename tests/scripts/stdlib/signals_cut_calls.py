"""Signals cut the main thread's calls short, whichever OS thread makes them: handlers run, and what they raise is raised there."""
import os
import select
import signal
import tempfile
import threading
import time


def elsewhere():
    """Lets a thread wait in a call that only ends here, so that others are run by another OS thread."""
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        thread = threading.Thread(target=lambda: os.close(os.open(fifo, os.O_RDONLY)))
        thread.start()
        time.sleep(0.02)
        os.close(os.open(fifo, os.O_WRONLY))
        thread.join()


read, write = os.pipe()
for place in ("here", "elsewhere"):
    if place == "elsewhere":
        elsewhere()
    signal.signal(signal.SIGALRM, lambda *_: os.write(write, b"from the handler"))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    print(place, os.read(read, 100))

    def fail(*_):
        raise InterruptedError("by the handler")

    signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        print(os.read(read, 100))
    except InterruptedError as error:
        print(place, error)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        os.waitpid(os.posix_spawn("/bin/sleep", ["sleep", "0.3"], {}), 0)
    except KeyboardInterrupt as error:
        print(place, repr(error))

# A write that a signal cuts short, and one more before the handler has had its turn.
size = 1 << 20
got = []


def reader():
    while sum(map(len, got)) < size:
        if select.select([read], [], [], 1.0)[0]:
            got.append(os.read(read, 4096))


thread = threading.Thread(target=reader)
signal.signal(signal.SIGALRM, lambda *_: thread.start())
signal.setitimer(signal.ITIMER_REAL, 0.05)
data = bytes(size)
written = os.write(write, data)
while written < size:
    written += os.write(write, data[written:])
thread.join()
print(written, sum(map(len, got)))
