"""pwd, grp, resource, syslog: what the system knows of users and allows processes."""
import grp
import os
import pwd
import resource
import syslog

root = pwd.getpwnam("root")
print(root.pw_uid, root.pw_gid, root[0], root == pwd.getpwuid(0), len(root), root in pwd.getpwall())
group = grp.getgrgid(0)
print(group.gr_name, group.gr_gid, group == grp.getgrnam("root"), group in grp.getgrall())
for function, argument in [
    (pwd.getpwnam, "nope"),
    (pwd.getpwuid, 99999),
    (pwd.getpwuid, -1),
    (pwd.getpwuid, -2),
    (pwd.getpwuid, "a"),
    (pwd.getpwuid, 1 << 40),
    (pwd.getpwnam, b"root"),
    (pwd.getpwnam, "a\0"),
    (grp.getgrnam, "nope"),
    (grp.getgrgid, 99999),
    (grp.getgrgid, 1.5),
]:
    try:
        function(argument)
    except Exception as error:
        print(function.__name__, type(error).__name__, error)

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 200), hard))
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (min(soft, 200), hard))
print(resource.prlimit(0, resource.RLIMIT_NOFILE) == (min(soft, 200), hard), resource.RLIM_INFINITY)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(len(usage), usage.ru_maxrss > 0, usage[0] == usage.ru_utime, type(usage).__name__)
for function, *arguments in [
    (resource.getrlimit, 99),
    (resource.setrlimit, resource.RLIMIT_CORE, (5, 4)),
    (resource.setrlimit, 0, 1),
    (resource.setrlimit, 0, (1,)),
    (resource.setrlimit, 0, ("a", 1)),
    (resource.getrusage, 99),
]:
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)

syslog.openlog("test", syslog.LOG_PID, syslog.LOG_LOCAL0)
syslog.syslog("nothing to see")
syslog.syslog(syslog.LOG_DEBUG, "nothing to see")
syslog.closelog()
print(syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_ERR)), syslog.setlogmask(0), syslog.LOG_MASK(3))
for arguments in ((), (1,), ("a", 1)):
    try:
        syslog.syslog(*arguments)
    except TypeError as error:
        print(error)
print(os.path.expanduser("~root") == root.pw_dir)
