"""os: files by descriptors of folders, owners, times, attributes, and errors that name what was given."""
import os
import pathlib
import shutil
import stat
import tempfile

top = tempfile.mkdtemp()
folder = os.open(top, os.O_RDONLY)
os.mkdir("inner", dir_fd=folder)
file = os.open("inner/file", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=folder)
os.write(file, b"text")
os.close(file)
print(os.stat("inner/file", dir_fd=folder).st_size, sorted(os.listdir(folder)), os.access("inner/file", os.R_OK, dir_fd=folder))
os.link("inner/file", "second", src_dir_fd=folder, dst_dir_fd=folder)
os.symlink("second", "link", dir_fd=folder)
print(os.readlink("link", dir_fd=folder), os.stat("link", dir_fd=folder).st_nlink, stat.S_ISLNK(os.lstat("link", dir_fd=folder).st_mode))
os.rename("second", "third", src_dir_fd=folder, dst_dir_fd=folder)
os.chmod("third", 0o640, dir_fd=folder)
print(oct(os.stat("third", dir_fd=folder).st_mode), os.access("link", os.F_OK, dir_fd=folder))
os.utime("third", ns=(1, 2_000_000_003), dir_fd=folder)
status = os.stat("third", dir_fd=folder)
print(status.st_atime_ns, status.st_mtime_ns, status.st_mtime)
os.mkfifo("pipe", dir_fd=folder)
with os.scandir(folder) as entries:
    print(sorted((entry.name, entry.path, entry.is_dir(), entry.is_file(), entry.is_symlink()) for entry in entries))
print(sorted(os.listdir(folder)))
with os.scandir(top) as entries:
    print(sorted(entry.path == os.path.join(top, entry.name) for entry in entries))
print([(names, files) for _, names, files, _ in os.fwalk("inner", dir_fd=folder)])
os.unlink("pipe", dir_fd=folder)
os.remove("inner/file", dir_fd=folder)
os.rmdir("inner", dir_fd=folder)
print(sorted(os.listdir(folder)))
os.fchdir(folder)
print(os.path.samefile(os.getcwd(), top))
os.chown("third", -1, -1)
os.fchown(folder, os.getuid(), os.getgid())
print(os.statvfs(top).f_namemax, os.fstatvfs(folder).f_bsize > 0)
print(os.makedev(8, 1), os.major(2049), os.minor(2049))

# Copies inside the system, several buffers, memory.
with open("big", "wb") as big:
    big.write(bytes(range(256)) * 1000)
source, target = os.open("big", os.O_RDONLY), os.open("copy", os.O_RDWR | os.O_CREAT)
print(os.sendfile(target, source, 0, 256), os.copy_file_range(source, target, 256))
print(os.lseek(target, 0, os.SEEK_SET), os.readv(target, buffers := [bytearray(2), bytearray(3)]), buffers)
print(os.writev(target, [b"ab", b"cde"]), os.pwritev(target, [b"x"], 1), os.preadv(target, buffers, 0), buffers)
memory = os.memfd_create("memory")
os.write(memory, b"12345")
os.ftruncate(memory, 3)
print(os.pread(memory, 10, 0))
counter = os.eventfd(3)
os.eventfd_write(counter, 4)
print(os.eventfd_read(counter))
for descriptor in (source, target, memory, counter):
    os.close(descriptor)
read, write = os.pipe2(os.O_NONBLOCK)
print(os.get_blocking(read), os.get_inheritable(read))
os.close(read)
os.close(write)
print(len(os.getrandom(8)), os.path.getsize(shutil.copy("big", "another")))

# Errors.
for function, *arguments in [
    (os.stat, "a\0b"),
    (os.stat, pathlib.Path("nope")),
    (os.stat, b"nope"),
    (os.stat, []),
    (os.stat, 1.5),
    (os.rename, 1, 2),
    (os.rename, "nope", "x"),
    (os.rename, "x", 2),
    (os.link, "nope", "x"),
    (os.symlink, "nope", "/"),
    (os.listdir, "nope"),
    (os.listdir, 99),
    (os.listdir, []),
    (os.scandir, 99),
    (os.mkdir, "/"),
    (os.open, "nope", 0),
    (os.open, 1, 0),
    (os.chdir, 99),
    (os.chown, "nope", 1, 1),
    (os.chown, ".", -2, 1),
    (os.chown, ".", "a", 1),
    (os.utime, "nope"),
    (os.utime, ".", 1),
    (os.utime, 99),
    (os.truncate, "nope", 1),
    (os.truncate, 99, 1),
    (os.chmod, 99, 1),
    (os.getxattr, "nope", "user.a"),
    (os.readlink, "."),
    (os.statvfs, "nope"),
    (os.pathconf, "nope", "PC_NAME_MAX"),
    (os.mknod, "/nope/x"),
    (os.eventfd, -1),
    (os.memfd_create, 1),
]:
    try:
        print(function(*arguments))
    except Exception as error:
        print(function.__name__, type(error).__name__, error)
for settings in ({"dir_fd": 3}, {"follow_symlinks": False}):
    try:
        os.stat(1, **settings)
    except ValueError as error:
        print(error)
try:
    os.stat(".", dir_fd="x")
except TypeError as error:
    print(error)
os.close(folder)
shutil.rmtree(top)
print(os.path.exists(top), os.stat in os.supports_dir_fd, os.listdir in os.supports_fd, shutil.rmtree.avoids_symlink_attacks)
