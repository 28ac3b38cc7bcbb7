"""fcntl, termios, tty, pty: locks, flags and terminals."""
import array
import fcntl
import os
import pty
import struct
import subprocess
import tempfile
import termios
import tty

# Descriptors.
with tempfile.TemporaryFile() as file:
    print(fcntl.fcntl(file, fcntl.F_GETFD), fcntl.fcntl(file.fileno(), fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR)
    fcntl.fcntl(file, fcntl.F_SETFD, 0)
    print(fcntl.fcntl(file, fcntl.F_GETFD))
    print(fcntl.flock(file, fcntl.LOCK_EX), fcntl.flock(file, fcntl.LOCK_UN))
    print(fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB), fcntl.lockf(file, fcntl.LOCK_UN, 10, 5))
    lock = fcntl.fcntl(file, fcntl.F_GETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
    print(struct.unpack("hhqqi4x", lock)[0] == fcntl.F_UNLCK)
with tempfile.NamedTemporaryFile() as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    program = "import fcntl, sys\ntry: fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)\nexcept BlockingIOError as error: print(error)"
    import sys
    print(subprocess.run([sys.executable, "-c", program, file.name], stdout=-1, text=True).stdout)
for function, *arguments in [
    (fcntl.fcntl, -1, 1),
    (fcntl.fcntl, "a", 1),
    (fcntl.fcntl, 0, "a"),
    (fcntl.fcntl, 0, 1, b"x" * 1025),
    (fcntl.fcntl, 0, 1, 1.5),
    (fcntl.fcntl, 1 << 40, 1),
    (fcntl.lockf, 0, 0),
    (termios.tcgetattr, 99),
    (termios.tcsetattr, 99, 0, []),
    (termios.tcsetwinsize, 99, (1, 2, 3)),
]:
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)

# A terminal.
near, far = pty.openpty()
print(os.isatty(far), os.ttyname(far).startswith("/dev/pts/"), os.get_inheritable(near))
termios.tcsetwinsize(far, (10, 20))
print(termios.tcgetwinsize(near), os.get_terminal_size(far))
print(struct.unpack("4H", fcntl.ioctl(far, termios.TIOCGWINSZ, b"\0" * 8)))
buffer = array.array("H", [0] * 4)
print(fcntl.ioctl(far, termios.TIOCGWINSZ, buffer), buffer.tolist())
settings = termios.tcgetattr(far)
print(len(settings), settings[6][termios.VINTR], bool(settings[3] & termios.ICANON))
tty.setraw(far)
raw = termios.tcgetattr(far)
print(bool(raw[3] & termios.ICANON), bool(raw[3] & termios.ECHO), raw[6][termios.VMIN], raw[6][termios.VTIME])
termios.tcsetattr(far, termios.TCSADRAIN, settings)
print(termios.tcgetattr(far) == settings)
for changed in (settings[:6], settings[:6] + [[]], settings[:6] + [[1.5] * len(settings[6])], [1.5] + settings[1:], tuple(settings)):
    try:
        termios.tcsetattr(far, termios.TCSANOW, changed)
    except TypeError as error:
        print(error)
os.write(near, b"line\n")
print(os.read(far, 100), os.read(near, 100))
termios.tcflush(far, termios.TCIOFLUSH)
os.close(near)
os.close(far)

output = []
def read(descriptor):
    data = os.read(descriptor, 1024)
    output.append(data)
    return b""
child, terminal = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", "test -t 1 && echo terminal"])
print(os.read(terminal, 100), os.waitpid(child, 0)[1])
