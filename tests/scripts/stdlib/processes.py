"""os: child processes without subprocess, copies of this process, what the process is allowed."""
import os
import resource
import signal
import sys
import threading
import time

# Copies.
calls = []
os.register_at_fork(before=lambda: calls.append("before"), after_in_parent=lambda: calls.append("parent"), after_in_child=lambda: calls.append("child"))
read, write = os.pipe()
end = threading.Event()
sleepers = [threading.Thread(target=end.wait, daemon=True) for _ in range(10)]
for thread in sleepers:
    thread.start()
child = os.fork()
if child == 0:
    lines = [f"{calls} {threading.active_count()} {sleepers[0].is_alive()} {os.getppid() != os.getpid()}"]
    thread = threading.Thread(target=lambda: lines.append("a thread of the child"))
    thread.start()
    thread.join()
    time.sleep(0.01)
    os.write(write, "\n".join(lines).encode())
    os._exit(7)
os.close(write)
print(os.waitpid(child, 0) == (child, 7 << 8), calls, threading.active_count())
print(os.read(read, 1000).decode())
os.close(read)
end.set()
for thread in sleepers:
    thread.join()
for arguments in ([], [1], [print]):
    try:
        os.register_at_fork(*arguments)
    except TypeError as error:
        print(error)
try:
    os.register_at_fork(before=1)
except TypeError as error:
    print(error)

# Ends by exception and by signal.
child = os.fork()
if child == 0:
    os.close(2)
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGKILL)
process, status, usage = os.wait4(child, 0)
print(process == child, os.WIFSIGNALED(status), os.WTERMSIG(status), os.WIFEXITED(status), os.waitstatus_to_exitcode(status), usage.ru_utime < 5)
for function in (os.wait, lambda: os.waitpid(-1, os.WNOHANG)):
    try:
        function()
    except ChildProcessError as error:
        print(error)
for status in (0x7F, 0xFFFF):
    try:
        os.waitstatus_to_exitcode(status)
    except ValueError as error:
        print(error)
child = os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "10")
print(os.waitpid(child, os.WNOHANG))
os.kill(child, signal.SIGSTOP)
print(os.WSTOPSIG(os.waitpid(child, os.WUNTRACED)[1]) == signal.SIGSTOP)
os.kill(child, signal.SIGTERM)
os.kill(child, signal.SIGCONT)
result = os.waitid(os.P_PID, child, os.WEXITED)
print(result.si_status, result.si_code == os.CLD_KILLED, result.si_pid == child)

# Programs.
child = os.posix_spawn("/bin/sh", ["sh", "-c", "exit $N"], {"N": "6"}, file_actions=[(os.POSIX_SPAWN_CLOSE, 0)], setsigdef=[signal.SIGPIPE])
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
read, write = os.pipe()
child = os.posix_spawnp("echo", ["echo", "spawned"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
os.close(write)
print(os.read(read, 100), os.waitpid(child, 0)[1])
os.close(read)
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 4"))
print(os.spawnve(os.P_WAIT, "/bin/sh", ["sh", "-c", "exit $N"], {"N": "5"}))
for function, *arguments in [
    (os.execv, "nope", ["a"]),
    (os.execv, "nope", []),
    (os.execv, "nope", [""]),
    (os.execv, "nope", "a"),
    (os.execv, "nope", [1]),
    (os.execve, "nope", ["a"], 1),
    (os.execve, "nope", ["a"], {"a=": "b"}),
    (os.execve, "nope", ["a"], {1: "b"}),
    (os.posix_spawn, "nope", ["a"], {}),
    (os.posix_spawn, "nope", [], {}),
    (os.posix_spawn, "nope", ["a"], 1),
]:
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)

# A terminal for a child.
child, terminal = os.forkpty()
if child == 0:
    os.write(1, f"{os.isatty(0)} {os.getsid(0) == os.getpid()}\n".encode())
    os._exit(0)
print(os.read(terminal, 100), os.waitpid(child, 0)[1])
os.close(terminal)

# The process.
print(os.getpgid(0) == os.getpgrp(), os.getpriority(os.PRIO_PROCESS, 0) == os.nice(0))
print(os.sched_getaffinity(0) != set(), os.cpu_count() > 0, len(os.getloadavg()))
print(os.sysconf("SC_PAGESIZE") == resource.getpagesize(), os.sysconf_names["SC_PAGESIZE"] > 0)
print(os.pathconf("/", "PC_NAME_MAX"), os.confstr("CS_PATH") != "")
for name in ("SC_NOPE", 1.5):
    try:
        os.sysconf(name)
    except (ValueError, TypeError) as error:
        print(error)
old = os.umask(0o22)
print(os.umask(old))
print(isinstance(os.getgroups(), list), os.getresuid()[0] == os.getuid())
