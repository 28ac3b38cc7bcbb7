# os.stat_result has ten items; what else is known of a file are attributes.
import copy
import os
import pickle

found = os.stat(".")
print(len(found), len(list(found)), found[7] == int(found.st_atime), isinstance(found.st_mtime, float), found.st_mtime_ns // 10**9 == found[8])
mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime = found
print(mode == found.st_mode, size == found.st_size, type(ctime).__name__)
print(repr(found).count("="), repr(found).startswith("os.stat_result(st_mode="))
made = os.stat_result(range(10))
print(made, made.st_atime, made.st_atime_ns, made.st_blocks)
print(os.stat_result(range(10), {"st_atime": 1.5, "st_blocks": 8}).st_atime)
print(os.stat_result(range(12)).st_mtime)
for copied in copy.copy(found), pickle.loads(pickle.dumps(found)):
    print(copied == found, copied.st_mtime == found.st_mtime, copied.st_blocks == found.st_blocks)
for count in 3, 40:
    try:
        os.stat_result(range(count))
    except TypeError as error:
        print(str(error).split("-sequence")[0])
system = os.statvfs(".")
print(len(system), system.f_fsid == os.statvfs(".").f_fsid)
