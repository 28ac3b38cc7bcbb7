"""subprocess: programs run, their pipes, what goes wrong with them."""
import os
import shutil
import subprocess
import sys
import threading
import time

run = subprocess.run
print(run(["echo", "hi"], capture_output=True, text=True))
print(subprocess.check_output("echo $X; exit 0", shell=True, env={"X": "1", "PATH": os.environ["PATH"]}))
try:
    run("exit 3", shell=True, check=True)
except subprocess.CalledProcessError as error:
    print(error)
print(run(["cat"], input=b"x" * 200_000, stdout=subprocess.PIPE).stdout == b"x" * 200_000)

# Time that is over.
try:
    run(["sleep", "10"], timeout=0.1)
except subprocess.TimeoutExpired as error:
    print(error.cmd, 0.09 < error.timeout < 0.11)
try:
    run(["sh", "-c", "echo part; sleep 10"], timeout=0.3, capture_output=True)
except subprocess.TimeoutExpired as error:
    print(error.stdout)

# Programs that cannot be run.
for arguments, settings in [(["/nope"], {}), (["nope-nope"], {}), (["echo"], {"cwd": "/nope"}), (["/etc/passwd"], {})]:
    try:
        run(arguments, **settings)
    except OSError as error:
        print(type(error).__name__, error)

# A talk with a program.
child = subprocess.Popen(["sh", "-c", "read a; echo got $a; echo error >&2; exit 2"], stdin=-1, stdout=-1, stderr=-1, text=True)
print(child.communicate("hello\n"), child.returncode)
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for word in ("one", "two"):
    child.stdin.write(word + "\n")
    print(repr(child.stdout.readline()))
child.stdin.close()
child.stdout.close()
print(child.wait())
child = subprocess.Popen(["sleep", "10"])
print(child.poll())
child.terminate()
print(child.wait(), child)
with subprocess.Popen(["printf", r"a\nb\n"], stdout=subprocess.PIPE, text=True) as child:
    print(list(child.stdout))

# What a child inherits.
print(run(["pwd"], cwd="/", stdout=-1).stdout)
read, write = os.pipe()
print(run(["sh", "-c", f"echo through >&{write}"], pass_fds=(write,)).returncode)
os.close(write)
print(os.read(read, 100))
print(run(["sh", "-c", f"echo through >&{read} 2>/dev/null || echo closed"], stdout=-1, stderr=subprocess.DEVNULL).stdout)
os.close(read)
session = run([sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid())"], start_new_session=True, stdout=-1)
print(session.stdout)
print(run(["sh", "-c", "umask"], umask=0o77, stdout=-1).stdout)
print(run(["sh", "-c", "echo a; echo b >&2"], stdout=-1, stderr=subprocess.STDOUT).stdout)
print(run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGXFSZ))"], stdout=-1, text=True).stdout != "")

# Something done in the child before.
print(run(["sh", "-c", "echo $PWD; umask"], preexec_fn=lambda: (os.chdir("/"), os.umask(0o27)), env={}, stdout=-1).stdout)
try:
    run(["true"], preexec_fn=lambda: 1 / 0)
except subprocess.SubprocessError as error:
    print(type(error).__name__, error)

# Many at once, and time goes on for others.
before = time.monotonic()
results = []
threads = [threading.Thread(target=lambda: results.append(run(["sleep", "0.3"]).returncode)) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(results == [0] * 20, time.monotonic() - before < 5)

print(subprocess.getstatusoutput("echo x; exit 5"))
print(os.popen("echo popen").read(), os.popen("exit 2").close())
print(os.waitstatus_to_exitcode(os.system("exit 4")))
print(shutil.which("sh") in ("/bin/sh", "/usr/bin/sh"), shutil.which("nope-nope"))
