//! `posix`: system calls for `os`. Here are the declarations and what all of them share.

mod descriptors;
mod folders;
mod nodes;
mod process;

use crate::files::machine_error;
use crate::paths;
use pyvm_core::modules::{ModuleSpec, Namespace};
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Raised, Res, Vm, argument};
use std::ffi::{CString, OsStr, OsString};
use std::io;

pub static POSIX: ModuleSpec = ModuleSpec {
    natives: &[
        // Folders.
        Native::simple("getcwd()", folders::getcwd, "The current folder."),
        Native::simple("getcwdb()", folders::getcwdb, "The current folder, as bytes."),
        Native::simple("chdir(path)", folders::chdir, "Change the current folder."),
        Native::simple("listdir(path=None)", folders::listdir, "Names of a folder's entries, in any order."),
        Native::simple("scandir(path=None)", folders::scandir, "An iterator of a folder's entries."),
        Native::simple("mkdir(path, mode=511, *, dir_fd=None)", folders::mkdir, "Make a folder."),
        Native::simple("rmdir(path, *, dir_fd=None)", folders::rmdir, "Remove an empty folder."),
        // What lies in them.
        Native::simple("stat(path, *, dir_fd=None, follow_symlinks=True)", nodes::stat, "What the file system knows about a path or descriptor."),
        Native::simple("lstat(path, *, dir_fd=None)", nodes::lstat, "As stat(), without following a link."),
        Native::simple("fstat(fd)", nodes::fstat, "What the file system knows about a descriptor."),
        Native::simple("remove(path, *, dir_fd=None)", nodes::unlink, "Remove a file."),
        Native::simple("unlink(path, *, dir_fd=None)", nodes::unlink, "Remove a file."),
        Native::simple("rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", nodes::rename, "Rename or move a file or folder."),
        Native::simple("replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", nodes::rename, "Rename, replacing what is there."),
        Native::simple("link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", nodes::link, "Make a hard link."),
        Native::simple("symlink(src, dst, target_is_directory=False, *, dir_fd=None)", nodes::symlink, "Make a symbolic link."),
        Native::simple("readlink(path, *, dir_fd=None)", nodes::readlink, "What a symbolic link leads to."),
        Native::simple("access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", nodes::access, "Whether the process may use a path in a way."),
        Native::simple("chmod(path, mode, *, dir_fd=None, follow_symlinks=True)", nodes::chmod, "Change permissions."),
        Native::simple("fchmod(fd, mode)", nodes::fchmod, "Change permissions of an open file."),
        Native::simple("chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", nodes::chown, "Change owner and group."),
        Native::simple("lchown(path, uid, gid)", nodes::lchown, "Change owner and group of a link itself."),
        Native::simple("utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)", nodes::utime, "Set the times of access and modification."),
        Native::simple("truncate(path, length)", nodes::truncate, "Cut or extend a file."),
        Native::simple("mkfifo(path, mode=438, *, dir_fd=None)", nodes::mkfifo, "Make a named pipe."),
        // Descriptors.
        Native::simple("open(path, flags, mode=511, *, dir_fd=None)", descriptors::open, "Open a file; returns a descriptor."),
        Native::simple("close(fd)", descriptors::close, "Close a descriptor."),
        Native::simple("closerange(fd_low, fd_high, /)", descriptors::closerange, "Close descriptors; what goes wrong is ignored."),
        Native::full("read(fd, length, /)", descriptors::read, "Read up to so many bytes."),
        Native::full("readinto(fd, buffer, /)", descriptors::readinto, "Read into a buffer; returns how many bytes."),
        Native::simple("pread(fd, length, offset, /)", descriptors::pread, "Read at an offset."),
        Native::full("write(fd, data, /)", descriptors::write, "Write bytes; returns how many."),
        Native::simple("pwrite(fd, data, offset, /)", descriptors::pwrite, "Write at an offset."),
        Native::simple("lseek(fd, position, whence, /)", descriptors::lseek, "Set the position of a descriptor."),
        Native::simple("ftruncate(fd, length, /)", descriptors::ftruncate, "Cut or extend an open file."),
        Native::simple("fsync(fd)", descriptors::fsync, "Wait until what was written is on the disk."),
        Native::simple("dup(fd, /)", descriptors::dup, "A second descriptor."),
        Native::simple("dup2(fd, fd2, inheritable=True)", descriptors::dup2, "Make a descriptor the double of another."),
        Native::simple("pipe()", descriptors::pipe, "A pipe: the reading and the writing descriptor."),
        Native::simple("isatty(fd, /)", descriptors::isatty, "Whether a descriptor is a terminal."),
        Native::simple("get_inheritable(fd, /)", descriptors::get_inheritable, "Whether programs that this one starts inherit a descriptor."),
        Native::simple("set_inheritable(fd, inheritable, /)", descriptors::set_inheritable, "Set whether they do."),
        Native::simple("get_blocking(fd, /)", descriptors::get_blocking, "Whether reading and writing wait."),
        Native::simple("set_blocking(fd, blocking, /)", descriptors::set_blocking, "Set whether they do."),
        Native::simple("get_terminal_size(fd=1, /)", descriptors::get_terminal_size, "Columns and lines of a terminal."),
        // The process and the machine.
        Native::simple("getpid()", process::getpid, "The process's number."),
        Native::simple("getppid()", process::getppid, "The parent process's number."),
        Native::simple("getuid()", process::getuid, "The user."),
        Native::simple("geteuid()", process::geteuid, "The effective user."),
        Native::simple("getgid()", process::getgid, "The group."),
        Native::simple("getegid()", process::getegid, "The effective group."),
        Native::simple("getpgrp()", process::getpgrp, "The process group."),
        Native::simple("getpgid(pid)", process::getpgid, "The process group of a process."),
        Native::simple("getsid(pid, /)", process::getsid, "The session of a process."),
        Native::simple("setsid()", process::setsid, "Begin a session."),
        Native::simple("setpgid(pid, pgrp, /)", process::setpgid, "Put a process in a group."),
        Native::simple("umask(mask, /)", process::umask, "Set the permissions that new files do not get; returns the old ones."),
        Native::full("kill(pid, signal, /)", process::kill, "Send a signal to a process."),
        Native::full("killpg(pgid, signal, /)", process::killpg, "Send a signal to a process group."),
        Native::simple("waitpid(pid, options, /)", process::waitpid, "Wait for a child process; returns its number and status."),
        Native::simple("uname()", process::uname, "What the system is called."),
        Native::simple("times()", process::times, "Processor times of the process and its children."),
        Native::simple("getloadavg()", process::getloadavg, "How many processes wanted to run, over 1, 5 and 15 minutes."),
        Native::simple("cpu_count()", process::cpu_count, "The number of processors."),
        Native::simple("sched_yield()", process::sched_yield, "Let others run."),
        Native::simple("urandom(size, /)", process::urandom, "Unpredictable bytes."),
        Native::simple("putenv(name, value, /)", process::putenv, "Set an environment variable."),
        Native::simple("unsetenv(name, /)", process::unsetenv, "Remove an environment variable."),
        Native::simple("abort()", process::abort, "End the process by a signal."),
        Native::simple("_exit(status)", process::exit, "End the process at once."),
        Native::simple("strerror(code, /)", process::strerror, "What an error number means."),
        Native::simple("fspath(path)", fspath, "The path as str or bytes."),
    ],
    types: &[&nodes::STAT_RESULT, &descriptors::TERMINAL_SIZE, &process::UNAME_RESULT, &process::TIMES_RESULT, &folders::DIR_ENTRY],
    constants,
    ..ModuleSpec::new("posix", "System calls.")
};

/// Names of numbers that the C library has.
macro_rules! numbers {
    ($($name:ident)+) => { &[$((stringify!($name), libc::$name as i64)),+] };
}

static NUMBERS: &[(&str, i64)] = numbers! {
    F_OK R_OK W_OK X_OK
    O_RDONLY O_WRONLY O_RDWR O_APPEND O_CREAT O_EXCL O_TRUNC O_NONBLOCK O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC O_DSYNC O_NOCTTY
    WNOHANG WUNTRACED WCONTINUED
};

/// Exit statuses from 64 on, in order (`sysexits.h`).
const EXIT_STATUSES: [&str; 15] =
    ["USAGE", "DATAERR", "NOINPUT", "NOUSER", "NOHOST", "UNAVAILABLE", "SOFTWARE", "OSERR", "OSFILE", "CANTCREAT", "IOERR", "TEMPFAIL", "PROTOCOL", "NOPERM", "CONFIG"];

fn constants(vm: &mut Vm, module: &Namespace) {
    let environ = vm.new_dict();
    if let Some(environ) = environ.get::<Dict>() {
        for (name, value) in std::env::vars_os() {
            let (name, value) = (vm.new_bytes(name.as_encoded_bytes()), vm.new_bytes(value.as_encoded_bytes()));
            if let Err(raised) = environ.set(vm, name, value) {
                drop(vm.take_exception(raised));
            }
        }
    }
    module.set(vm, "environ", environ);
    for (name, number) in NUMBERS {
        module.set_int(vm, name, *number);
    }
    module.set_int(vm, "EX_OK", 0);
    for (status, name) in (64..).zip(EXIT_STATUSES) {
        module.set_int(vm, &format!("EX_{name}"), status);
    }
    let names = vm.new_list(Vec::new());
    module.set(vm, "_have_functions", names);
    let error = vm.exception_class(Ex::OSError).value();
    module.set(vm, "error", error);
}

fn os_error(vm: &mut Vm, error: &io::Error, path: Option<&OsStr>) -> Raised {
    let path = path.map(OsStr::to_string_lossy);
    vm.machine_error(machine_error(error), path.as_deref())
}

/// A blocking call, made again when a signal interrupts it; errors name the path.
fn call<R: Send>(vm: &mut Vm, path: Option<&OsStr>, mut call: impl FnMut() -> io::Result<R>) -> Res<R> {
    loop {
        match vm.blocking(&mut call) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => vm.check_interrupts()?,
            Err(error) => return Err(os_error(vm, &error, path)),
            Ok(result) => return Ok(result),
        }
    }
}

/// What a C function returned: -1 says that `errno` has the reason.
fn checked<N: PartialEq + From<i8>>(result: N) -> io::Result<N> {
    if result == N::from(-1) { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn path_argument(vm: &mut Vm, arguments: &[Value], index: usize, function: &str) -> Res<OsString> {
    match argument(arguments, index) {
        Some(path) => paths::path(vm, path, function),
        None => Ok(".".into()),
    }
}

/// The path for a C function: `paths::path` has refused null bytes.
fn c_path(path: &OsStr) -> CString {
    CString::new(path.as_encoded_bytes()).unwrap_or_default()
}

/// An integer that fits a C int.
fn int_argument(vm: &mut Vm, arguments: &[Value], index: usize, default: i32) -> Res<i32> {
    let Some(value) = argument(arguments, index) else { return Ok(default) };
    let number = vm.index_i64(value)?;
    match i32::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C int")),
    }
}

fn integer_argument(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<i64> {
    match argument(arguments, index) {
        Some(value) => vm.index_i64(value),
        None => Ok(0),
    }
}

/// Is a keyword argument true (missing: `default`)?
fn flag(arguments: &[Value], index: usize, default: bool) -> bool {
    argument(arguments, index).map_or(default, |value| pyvm_core::vm::protocol::native_truth(value).unwrap_or(true))
}

/// Paths relative to a descriptor are not supported.
fn no_folder_descriptor(vm: &mut Vm, arguments: &[Value], index: usize, name: &str) -> Res<()> {
    match argument(arguments, index).filter(|value| !value.is_none()) {
        Some(_) => Err(vm.raise(Ex::NotImplementedError, &format!("{name} unavailable on this platform"))),
        None => Ok(()),
    }
}

/// Was a path given as bytes? Then what comes back is bytes.
fn is_bytes(arguments: &[Value], index: usize) -> bool {
    argument(arguments, index).is_some_and(|path| path.get::<Bytes>().is_some())
}

/// Text of the operating system as str, or as bytes.
fn os_text(vm: &mut Vm, text: &OsStr, as_bytes: bool) -> Res<Value> {
    if as_bytes { Ok(vm.new_bytes(text.as_encoded_bytes())) } else { paths::text(vm, text) }
}

fn integers(vm: &mut Vm, numbers: impl IntoIterator<Item = i64>) -> Vec<Value> {
    numbers.into_iter().map(|number| vm.new_int(number)).collect()
}

fn fspath(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [path, ..] = arguments else { return Ok(Value::NONE) };
    if path.get::<pyvm_core::object::str::Str>().is_some() || path.get::<pyvm_core::object::bytes::Bytes>().is_some() {
        return Ok(path.clone());
    }
    let name = vm.intern("__fspath__");
    match vm.class_of(path).lookup(&name) {
        Some(method) => vm.call(&method, std::slice::from_ref(path)),
        None => {
            let given = vm.type_name(path);
            Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")))
        }
    }
}
