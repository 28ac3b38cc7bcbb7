"""An interactive session at a terminal: editing, completion, history, interruption, other threads."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

folder = tempfile.TemporaryDirectory()
history = os.path.join(folder.name, "history")
environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
environment |= {"TERM": "xterm", "NO_COLOR": "1", "PYTHON_HISTORY": history, "HOME": folder.name}


class Session:
    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.process = subprocess.Popen([sys.executable, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
        os.close(slave)
        self.seen = ""

    def wait_for(self, text, seconds=10):
        """Read until the text has come; whether it has."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            try:
                data = os.read(self.master, 4096) if ready else b""
            except OSError:
                data = b""
            if not data:
                return False
            # Colours and movements are no text.
            self.seen += re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[=>])", "", data.decode())
        self.seen = self.seen.partition(text)[2]
        return True

    def type(self, keys, *awaited):
        os.write(self.master, keys.encode())
        print([self.wait_for(text) for text in awaited])

    def end(self):
        # What is not read would keep it from ending.
        self.wait_for("\0")
        print("status", self.process.wait(30))
        os.close(self.master)


session = Session("-q")
session.type("", ">>> ")
session.type("6 * 7\r", "42", ">>> ")
session.type("_ + 1\r", "43", ">>> ")
session.type("import textwrap\r", ">>> ")
session.type("textwrap.__na\t\r", "textwrap.__name__", "'textwrap'", ">>> ")
session.type("def double(number):\rreturn number * 2\r\r", "... ", "... ", ">>> ")
session.type("double(double(3))\r", "12", ">>> ")
session.type("1 / 0\r", "Traceback", "1 / 0", "ZeroDivisionError: division by zero", ">>> ")
session.type("(1,\r", "... ")
session.process.send_signal(signal.SIGINT)
session.type("", "KeyboardInterrupt", ">>> ")
session.type("def tick():\rglobal ticks\rwhile True: time.sleep(0.01); ticks += 1\r\r", ">>> ")
session.type("import threading, time; ticks = 0\r", ">>> ")
session.type("threading.Thread(target=tick, daemon=True).start()\r", ">>> ")
time.sleep(0.3)
session.type("'it goes on' if ticks > 3 else ticks\r", "'it goes on'", ">>> ")
session.type("'first' 'line'\r", "'firstline'", ">>> ")
session.type("\x10\r", "'firstline'", ">>> ")
session.type("raise SystemExit(3)\r")
session.end()

session = Session("-q", "-i", "-c", "x = 5")
session.type("", ">>> ")
session.type("x\r", "5", ">>> ")
session.type("exit\r")
session.end()

session = Session("-q")
session.type("", ">>> ")
session.type("\x04")
session.end()

environment["PYTHON_BASIC_REPL"] = "1"
session = Session("-q")
session.type("", ">>> ")
session.type("for n in range(2): print('n is', n)\n\n", "n is 0", "n is 1", ">>> ")
session.type("exit(4)\n")
session.end()

with open(history) as file:
    print("double(double(3))\n" in file)
