//! `posix`: system calls for `os`. Here is what the rooms share; each declares its functions itself.

pub mod children;
mod descriptors;
mod folders;
pub mod fork;
mod limits;
#[cfg(target_os = "linux")]
mod linux;
mod nodes;
mod place;
mod process;
mod scheduling;
pub mod spawn;
mod terminals;
pub mod users;

use crate::files::{error_text, machine_error};
use crate::paths;
use pyvm_core::modules::{ModuleSpec, Namespace};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Raised, Res, Vm, argument};
use std::ffi::{CString, OsStr};
use std::io;

/// `posix`: each room says what it has.
pub static POSIX: ModuleSpec = ModuleSpec {
    types: &[
        #[cfg(target_os = "linux")]
        &linux::SCHED_PARAM,
        &children::WAITID_RESULT,
        &nodes::STAT_RESULT,
        &nodes::STATVFS_RESULT,
        &terminals::TERMINAL_SIZE,
        &process::UNAME_RESULT,
        &process::TIMES_RESULT,
        &folders::DIR_ENTRY,
    ],
    constants,
    ..ModuleSpec::new("posix", "System calls.")
};

/// What the rooms have.
static ROOMS: &[(&[Native], Numbers)] = &[
    (&[FSPATH], &[]),
    (folders::NATIVES, &[]),
    (nodes::NATIVES, nodes::NUMBERS),
    (descriptors::NATIVES, descriptors::NUMBERS),
    (terminals::NATIVES, &[]),
    (process::NATIVES, &[]),
    (users::NATIVES, &[]),
    (scheduling::NATIVES, scheduling::NUMBERS),
    (children::NATIVES, children::NUMBERS),
    (spawn::NATIVES, &[]),
    (fork::NATIVES, &[]),
    (limits::NATIVES, &[]),
    #[cfg(target_os = "linux")]
    (linux::NATIVES, linux::NUMBERS),
];

/// Names of numbers.
pub type Numbers = &'static [(&'static str, i64)];

/// Exit statuses from 64 on, in order (`sysexits.h`).
const EXIT_STATUSES: [&str; 15] =
    ["USAGE", "DATAERR", "NOINPUT", "NOUSER", "NOHOST", "UNAVAILABLE", "SOFTWARE", "OSERR", "OSFILE", "CANTCREAT", "IOERR", "TEMPFAIL", "PROTOCOL", "NOPERM", "CONFIG"];

/// What `os` concludes from which functions take descriptors, of files and of folders, and whether they follow links.
const HAVE: &[&str] = &[
    "HAVE_FACCESSAT",
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FCHMODAT",
    "HAVE_FCHOWN",
    "HAVE_FCHOWNAT",
    "HAVE_FDOPENDIR",
    "HAVE_FPATHCONF",
    "HAVE_FSTATAT",
    "HAVE_FSTATVFS",
    "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS",
    "HAVE_LCHOWN",
    "HAVE_LINKAT",
    "HAVE_LSTAT",
    "HAVE_MKDIRAT",
    "HAVE_MKFIFOAT",
    "HAVE_MKNODAT",
    "HAVE_OPENAT",
    "HAVE_READLINKAT",
    "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT",
    "HAVE_UNLINKAT",
    "HAVE_UTIMENSAT",
    #[cfg(target_os = "linux")]
    "HAVE_FEXECVE",
];

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
    for (natives, numbers) in ROOMS {
        module.functions(vm, natives);
        for (name, number) in *numbers {
            module.set_int(vm, name, *number);
        }
    }
    limits::constants(vm, module);
    spawn::constants(vm, module);
    fork::constants(vm, module);
    module.set_int(vm, "EX_OK", 0);
    for (status, name) in (64..).zip(EXIT_STATUSES) {
        module.set_int(vm, &format!("EX_{name}"), status);
    }
    let names = HAVE.iter().map(|name| vm.new_str(name)).collect();
    let names = vm.new_list(names);
    module.set(vm, "_have_functions", names);
    let error = vm.exception_class(Ex::OSError).value();
    module.set(vm, "error", error);
}

/// The OSError of a system call, with the paths that it was about.
pub fn os_error(vm: &mut Vm, error: &io::Error, about: &[&Value]) -> Raised {
    let ([first, rest @ ..], Some(number)) = (about, error.raw_os_error()) else { return vm.machine_error(machine_error(error), None) };
    let text = vm.new_str(&error_text(number));
    let mut arguments = vec![Value::small_int(i64::from(number)), text, (*first).clone()];
    if let [second, ..] = rest {
        arguments.extend([Value::NONE, (*second).clone()]);
    }
    vm.raise_with(Ex::OSError, arguments)
}

/// The OSError with this number.
pub fn error_number(vm: &mut Vm, number: i32) -> Raised {
    os_error(vm, &io::Error::from_raw_os_error(number), &[])
}

/// A blocking call, made again when a signal interrupts it; errors name the paths.
pub fn call<R: Send>(vm: &mut Vm, about: &[&Value], mut call: impl FnMut() -> io::Result<R>) -> Res<R> {
    loop {
        // A signal may have cut the last call short, and this one may wait for what its handler does.
        vm.check_interrupts()?;
        match vm.blocking(&mut call) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(os_error(vm, &error, about)),
            Ok(result) => return Ok(result),
        }
    }
}

/// What a C function returned: -1 says that `errno` has the reason.
pub fn checked<N: PartialEq + From<i8>>(result: N) -> io::Result<N> {
    if result == N::from(-1) { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// What a missing argument stands for.
const NONE: &Value = &Value::NONE;

/// The argument at `index`, None if it is missing.
pub fn value_argument(arguments: &[Value], index: usize) -> &Value {
    argument(arguments, index).unwrap_or(NONE)
}

/// A text for the operating system.
pub fn text_argument(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<CString> {
    paths::system_text(vm, value_argument(arguments, index))
}

/// An integer that fits a C int.
pub fn int_argument(vm: &mut Vm, arguments: &[Value], index: usize, default: i32) -> Res<i32> {
    let Some(value) = argument(arguments, index) else { return Ok(default) };
    let number = vm.index_i64(value)?;
    match i32::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C int")),
    }
}

pub fn integer_argument(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<i64> {
    match argument(arguments, index) {
        Some(value) => vm.index_i64(value),
        None => Ok(0),
    }
}

/// Is a keyword argument true (missing: `default`)?
pub fn flag(arguments: &[Value], index: usize, default: bool) -> bool {
    argument(arguments, index).map_or(default, |value| pyvm_core::vm::protocol::native_truth(value).unwrap_or(true))
}

/// Text of the operating system as str, or as bytes.
pub fn os_text(vm: &mut Vm, text: &OsStr, as_bytes: bool) -> Res<Value> {
    if as_bytes { Ok(vm.new_bytes(text.as_encoded_bytes())) } else { paths::text(vm, text) }
}

pub fn integers(vm: &mut Vm, numbers: impl IntoIterator<Item = i64>) -> Vec<Value> {
    numbers.into_iter().map(|number| vm.new_int(number)).collect()
}

/// `os.fspath`, which needs no system call.
const FSPATH: Native = Native::simple("fspath(path)", fspath, "The path as str or bytes.");

fn fspath(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = value_argument(arguments, 0);
    match paths::file_system_path(vm, value)? {
        Some(path) => Ok(path),
        None => {
            let given = vm.type_name(value);
            Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")))
        }
    }
}
