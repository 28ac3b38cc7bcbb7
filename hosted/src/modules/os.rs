//! `posix`: system calls for `os`.

use crate::files::machine_error;
use crate::paths;
use pyvm_core::modules::{ModuleSpec, Namespace};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Native, Res, Vm, argument};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};

pub static POSIX: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("getcwd()", getcwd, "The current folder."),
        Native::simple("chdir(path)", |vm, arguments| on_path(vm, arguments, "chdir", |path| std::env::set_current_dir(path)), "Change the current folder."),
        Native::simple("listdir(path='.')", listdir, "Names of a folder's entries, in any order."),
        Native::simple("_scan(path)", scan, "Name, path, kind (1 a file, 2 a folder, 0 other), link or not, and inode of a folder's entries."),
        Native::simple("stat(path, *args)", |vm, arguments| status(vm, arguments, "stat", |path| fs::metadata(path)), "What the file system knows about a path."),
        Native::simple("lstat(path, *args)", |vm, arguments| status(vm, arguments, "lstat", |path| fs::symlink_metadata(path)), "As stat(), without following a link."),
        Native::simple("mkdir(path, mode=511)", mkdir, "Make a folder."),
        Native::simple("rmdir(path)", |vm, arguments| on_path(vm, arguments, "rmdir", |path| fs::remove_dir(path)), "Remove an empty folder."),
        Native::simple("remove(path)", |vm, arguments| on_path(vm, arguments, "remove", |path| fs::remove_file(path)), "Remove a file."),
        Native::simple("unlink(path)", |vm, arguments| on_path(vm, arguments, "unlink", |path| fs::remove_file(path)), "Remove a file."),
        Native::simple("rename(src, dst)", |vm, arguments| on_two_paths(vm, arguments, "rename", |from, to| fs::rename(from, to)), "Rename or move a file or folder."),
        Native::simple("replace(src, dst)", |vm, arguments| on_two_paths(vm, arguments, "replace", |from, to| fs::rename(from, to)), "Rename, replacing what is there."),
        Native::simple(
            "symlink(src, dst)",
            |vm, arguments| on_two_paths(vm, arguments, "symlink", |from, to| std::os::unix::fs::symlink(from, to)),
            "Make a symbolic link.",
        ),
        Native::simple("readlink(path)", readlink, "What a symbolic link leads to."),
        Native::simple("_realpath(path)", realpath, "The path without links, as far as it exists; None if it does not."),
        Native::simple("access(path, mode)", access, "Whether the process may use a path in a way."),
        Native::simple("getpid()", |vm, _| Ok(vm.new_int(i64::from(std::process::id()))), "The process's number."),
        Native::simple("getppid()", |vm, _| Ok(vm.new_int(i64::from(std::os::unix::process::parent_id()))), "The parent process's number."),
        Native::simple("cpu_count()", cpu_count, "The number of processors."),
        Native::simple("urandom(size, /)", urandom, "Unpredictable bytes."),
        Native::simple("isatty(fd, /)", isatty, "Whether a descriptor is a terminal."),
        Native::simple("putenv(name, value, /)", putenv, "Set an environment variable."),
        Native::simple("unsetenv(name, /)", unsetenv, "Remove an environment variable."),
        Native::simple("_exit(status)", exit, "End the process at once."),
        Native::simple("strerror(code, /)", strerror, "What an error number means."),
        Native::simple("fspath(path)", fspath, "The path as str or bytes."),
    ],
    types: &[&STAT_RESULT],
    constants,
    ..ModuleSpec::new("posix", "System calls.")
};

struct_sequence!(STAT_RESULT, "os", "stat_result", "What the file system knows about a path.", 0 "st_mode", 1 "st_ino", 2 "st_dev", 3 "st_nlink", 4 "st_uid", 5 "st_gid",
    6 "st_size", 7 "st_atime", 8 "st_mtime", 9 "st_ctime", 10 "st_atime_ns", 11 "st_mtime_ns", 12 "st_ctime_ns", 13 "st_blocks", 14 "st_blksize");

fn constants(vm: &mut Vm, module: &Namespace) {
    let environ = vm.new_dict();
    for (name, value) in std::env::vars_os() {
        let pair = paths::text(vm, &name).and_then(|name| Ok((name, paths::text(vm, &value)?)));
        match pair {
            Ok((name, value)) => {
                let name = vm.intern_value(&name);
                if let Some(environ) = environ.get::<Dict>() {
                    drop(environ.set_interned(&name, value));
                }
            }
            Err(raised) => drop(vm.take_exception(raised)),
        }
    }
    module.set(vm, "_environ", environ);
    for (name, number) in [("F_OK", 0), ("R_OK", 4), ("W_OK", 2), ("X_OK", 1), ("O_RDONLY", 0), ("O_WRONLY", 1), ("O_RDWR", 2)] {
        module.set_int(vm, name, number);
    }
}

fn os_error(vm: &mut Vm, error: &io::Error, path: Option<&OsStr>) -> pyvm_core::vm::Raised {
    let path = path.map(OsStr::to_string_lossy);
    vm.machine_error(machine_error(error), path.as_deref())
}

/// A blocking call on a path.
fn call<R: Send>(vm: &mut Vm, path: &OsStr, call: impl Fn(&OsStr) -> io::Result<R>) -> Res<R> {
    loop {
        match vm.blocking(|| call(path)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => vm.check_interrupts()?,
            Err(error) => return Err(os_error(vm, &error, Some(path))),
            Ok(result) => return Ok(result),
        }
    }
}

fn path_argument(vm: &mut Vm, arguments: &[Value], index: usize, function: &str) -> Res<OsString> {
    match argument(arguments, index) {
        Some(path) => paths::path(vm, path, function),
        None => Ok(".".into()),
    }
}

fn on_path(vm: &mut Vm, arguments: &[Value], function: &str, action: impl Fn(&OsStr) -> io::Result<()>) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, function)?;
    call(vm, &path, action)?;
    Ok(Value::NONE)
}

fn on_two_paths(vm: &mut Vm, arguments: &[Value], function: &str, action: impl Fn(&OsStr, &OsStr) -> io::Result<()>) -> Res<Value> {
    let (from, to) = (path_argument(vm, arguments, 0, function)?, path_argument(vm, arguments, 1, function)?);
    call(vm, &from, |from| action(from, &to))?;
    Ok(Value::NONE)
}

fn getcwd(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    match std::env::current_dir() {
        Ok(path) => paths::text(vm, path.as_os_str()),
        Err(error) => Err(os_error(vm, &error, None)),
    }
}

fn listdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = match argument(arguments, 0).filter(|path| !path.is_none()) {
        Some(path) => paths::path(vm, path, "listdir")?,
        None => ".".into(),
    };
    let names = call(vm, &path, |path| fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<OsString>>>())?;
    let names = names.iter().map(|name| paths::text(vm, name)).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(names))
}

fn scan(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "scandir")?;
    let entries = call(vm, &path, |path| {
        fs::read_dir(path)?
            .map(|entry| {
                use std::os::unix::fs::DirEntryExt;
                let entry = entry?;
                let kind = entry.file_type()?;
                let link = kind.is_symlink();
                let kind = if link { fs::metadata(entry.path()).map(|metadata| metadata.file_type()).unwrap_or(kind) } else { kind };
                let kind = if kind.is_file() {
                    1
                } else if kind.is_dir() {
                    2
                } else {
                    0
                };
                Ok((entry.file_name(), kind, link, entry.ino()))
            })
            .collect::<io::Result<Vec<_>>>()
    })?;
    let mut items = Vec::with_capacity(entries.len());
    for (name, kind, link, inode) in entries {
        let name = paths::text(vm, &name)?;
        let inode = vm.new_int(inode as i64);
        items.push(vm.new_tuple(vec![name, Value::small_int(kind), Value::bool(link), inode]));
    }
    Ok(vm.new_list(items))
}

fn status(vm: &mut Vm, arguments: &[Value], function: &str, look: impl Fn(&OsStr) -> io::Result<Metadata>) -> Res<Value> {
    let metadata = match argument(arguments, 0).and_then(Value::as_small_int) {
        Some(descriptor) => {
            let path = OsString::from(format!("/dev/fd/{descriptor}"));
            call(vm, &path, |path| fs::metadata(path))?
        }
        None => {
            let path = path_argument(vm, arguments, 0, function)?;
            call(vm, &path, look)?
        }
    };
    let integers = [
        i64::from(metadata.mode()),
        metadata.ino() as i64,
        metadata.dev() as i64,
        metadata.nlink() as i64,
        i64::from(metadata.uid()),
        i64::from(metadata.gid()),
        metadata.size() as i64,
    ];
    let times = [(metadata.atime(), metadata.atime_nsec()), (metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec())];
    let mut items: Vec<Value> = integers.into_iter().map(|number| vm.new_int(number)).collect();
    for (seconds, nanoseconds) in times {
        items.push(vm.new_float(seconds as f64 + nanoseconds as f64 / 1e9));
    }
    for (seconds, nanoseconds) in times {
        items.push(vm.new_int(seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds)));
    }
    items.push(vm.new_int(metadata.blocks() as i64));
    items.push(vm.new_int(metadata.blksize() as i64));
    Ok(pyvm_core::object::struct_sequence::new(vm, &STAT_RESULT, items))
}

fn mkdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mode = match argument(arguments, 1) {
        Some(mode) => vm.index_i64(mode)? as u32,
        None => 0o777,
    };
    on_path(vm, arguments, "mkdir", |path| fs::DirBuilder::new().mode(mode).create(path))
}

fn readlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "readlink")?;
    let target = call(vm, &path, |path| fs::read_link(path))?;
    paths::text(vm, target.as_os_str())
}

fn realpath(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "realpath")?;
    match vm.blocking(|| fs::canonicalize(&path)) {
        Ok(path) => paths::text(vm, path.as_os_str()),
        Err(_) => Ok(Value::NONE),
    }
}

fn access(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "access")?;
    let mode = match argument(arguments, 1) {
        Some(mode) => vm.index_i64(mode)? as i32,
        None => 0,
    };
    let Ok(path) = std::ffi::CString::new(path.into_encoded_bytes()) else { return Ok(Value::FALSE) };
    // SAFETY: the path ends with a zero byte.
    Ok(Value::bool(vm.blocking(|| unsafe { libc::access(path.as_ptr(), mode) }) == 0))
}

fn cpu_count(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(match std::thread::available_parallelism() {
        Ok(count) => vm.new_size(count.get()),
        Err(_) => Value::NONE,
    })
}

fn urandom(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match argument(arguments, 0) {
        Some(size) => vm.index_i64(size)?,
        None => 0,
    };
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.value_error("negative argument not allowed"));
    };
    vm.check_memory(Some(size))?;
    let mut bytes = vec![0; size];
    if !vm.platform.random(&mut bytes) {
        return Err(vm.raise(Ex::NotImplementedError, "no source of randomness"));
    }
    Ok(vm.new_bytes(&bytes))
}

fn isatty(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = match argument(arguments, 0) {
        Some(descriptor) => vm.index_i64(descriptor)? as i32,
        None => -1,
    };
    // SAFETY: looks at a descriptor by number.
    Ok(Value::bool(unsafe { libc::isatty(descriptor) } == 1))
}

fn putenv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, value) = (path_argument(vm, arguments, 0, "putenv")?, path_argument(vm, arguments, 1, "putenv")?);
    if name.is_empty() || name.as_encoded_bytes().contains(&b'=') {
        return Err(vm.value_error("illegal environment variable name"));
    }
    // SAFETY: the VM reads its environment once, when `os` is first imported, and the GIL is held.
    unsafe { std::env::set_var(name, value) };
    Ok(Value::NONE)
}

fn unsetenv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = path_argument(vm, arguments, 0, "unsetenv")?;
    if name.is_empty() || name.as_encoded_bytes().contains(&b'=') {
        return Err(vm.value_error("illegal environment variable name"));
    }
    // SAFETY: as in `putenv`.
    unsafe { std::env::remove_var(name) };
    Ok(Value::NONE)
}

fn exit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let status = match argument(arguments, 0) {
        Some(status) => vm.index_i64(status)? as i32,
        None => 0,
    };
    // SAFETY: ends the process, as the program wants.
    unsafe { libc::_exit(status) }
}

fn strerror(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = match argument(arguments, 0) {
        Some(number) => vm.index_i64(number)? as i32,
        None => 0,
    };
    Ok(vm.new_str(&crate::files::error_text(number)))
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
