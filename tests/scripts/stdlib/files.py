"""os, os.path, io, tempfile, pathlib, shutil, glob, stat."""
import glob
import io
import os
import shutil
import stat
import tempfile
from pathlib import Path, PurePosixPath

with tempfile.TemporaryDirectory() as folder:
    root = Path(folder)
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "one.txt").write_text("one\ntwo\n")
    (root / "a" / "b" / "two.bin").write_bytes(b"\x00\x01")
    print(sorted(str(path.relative_to(root)) for path in root.rglob("*")))
    print((root / "a" / "one.txt").read_text().splitlines(), (root / "a/b/two.bin").stat().st_size, (root / "x").exists())
    print([(os.path.relpath(top, folder), sorted(folders), sorted(files)) for top, folders, files in os.walk(folder)])
    print(sorted(os.path.basename(name) for name in glob.glob(os.path.join(folder, "**", "*.*"), recursive=True)))
    with os.scandir(root / "a") as entries:
        print(sorted((entry.name, entry.is_dir(), entry.is_file(), entry.is_symlink(), entry.stat().st_size if entry.is_file() else -1) for entry in entries))
    os.symlink("one.txt", root / "a" / "link")
    print(os.readlink(root / "a" / "link"), (root / "a" / "link").is_symlink(), (root / "a" / "link").read_text() == "one\ntwo\n")
    os.chmod(root / "a" / "one.txt", 0o640)
    print(stat.filemode(os.stat(root / "a" / "one.txt").st_mode), stat.S_ISDIR(os.stat(folder).st_mode))
    os.utime(root / "a" / "one.txt", (1000, 2000.5))
    print(os.stat(root / "a" / "one.txt").st_atime, os.stat(root / "a" / "one.txt").st_mtime, os.path.getmtime(root / "a" / "one.txt"))
    shutil.copytree(root / "a", root / "copy")
    shutil.move(root / "copy" / "one.txt", root / "moved.txt")
    print(sorted(os.listdir(root)), sorted(os.listdir(os.fsencode(root / "copy"))))
    shutil.rmtree(root / "a")
    print((root / "a").exists())
    fd = os.open(root / "raw", os.O_RDWR | os.O_CREAT, 0o600)
    print(os.write(fd, b"hello"), os.lseek(fd, 1, os.SEEK_SET), os.read(fd, 3), os.fstat(fd).st_size)
    os.ftruncate(fd, 2)
    os.close(fd)
    for action in (lambda: os.close(fd), lambda: os.stat(root / "none"), lambda: os.mkdir(root / "copy"), lambda: os.rmdir(root / "raw"), lambda: open(root / "none")):
        try:
            action()
        except OSError as error:
            print(type(error).__name__, error.errno, error.strerror)
    reader, writer = os.pipe()
    os.write(writer, b"through")
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        print(pipe.read(), os.get_inheritable(pipe.fileno()))
    with open(root / "text", "w", encoding="latin-1") as file:
        print(isinstance(file, io.TextIOBase), file.write("\xe9\n"))
    with open(root / "text", "rb") as file:
        print(file.read(), isinstance(file, io.BufferedIOBase))
    with io.open(root / "text", opener=lambda path, flags: os.open(path, flags), encoding="latin-1") as file:
        print(file.read())
    with tempfile.NamedTemporaryFile("w+", dir=folder) as file:
        file.write("abc")
        file.seek(0)
        print(file.read(), os.path.exists(file.name))
    print(os.path.exists(file.name))
print(os.path.exists(folder))
print(PurePosixPath("/a/b.tar.gz").suffixes, PurePosixPath("a") / "../b", PurePosixPath("/x/y").parents[1], Path("a/b").with_suffix(".c"))
print(os.path.join("a", "/b", "c"), os.path.normpath("a/./b/../c//"), os.path.splitext("x.tar.gz"), os.path.commonpath(["/a/b", "/a/c"]))
os.environ["PYVM_TEST"] = "1"
print(os.environ.get("PYVM_TEST"), os.getenv("PYVM_NONE", "d"), os.environb[b"PYVM_TEST"])
del os.environ["PYVM_TEST"]
print("PYVM_TEST" in os.environ, os.fspath(Path("p")), os.sep, os.name, os.strerror(2))
