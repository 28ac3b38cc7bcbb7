//! `errno`: names of the operating system's error numbers, and which exception each becomes.

use super::{ModuleSpec, Namespace};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::vm::Vm;

pub static MODULE: ModuleSpec = ModuleSpec { constants, ..ModuleSpec::new("errno", "The operating system's error numbers, by name.") };

/// Numbers of one system: (name, number). Linux's stand in where the target has none of its own.
#[cfg(not(any(target_os = "macos", target_os = "ios")))]
const NUMBERS: &[(&str, i32)] = &[
    ("EPERM", 1), ("ENOENT", 2), ("ESRCH", 3), ("EINTR", 4), ("EIO", 5), ("ENXIO", 6), ("E2BIG", 7), ("ENOEXEC", 8), ("EBADF", 9), ("ECHILD", 10),
    ("EAGAIN", 11), ("EWOULDBLOCK", 11), ("ENOMEM", 12), ("EACCES", 13), ("EFAULT", 14), ("ENOTBLK", 15), ("EBUSY", 16), ("EEXIST", 17), ("EXDEV", 18),
    ("ENODEV", 19), ("ENOTDIR", 20), ("EISDIR", 21), ("EINVAL", 22), ("ENFILE", 23), ("EMFILE", 24), ("ENOTTY", 25), ("ETXTBSY", 26), ("EFBIG", 27),
    ("ENOSPC", 28), ("ESPIPE", 29), ("EROFS", 30), ("EMLINK", 31), ("EPIPE", 32), ("EDOM", 33), ("ERANGE", 34), ("EDEADLK", 35), ("ENAMETOOLONG", 36),
    ("ENOLCK", 37), ("ENOSYS", 38), ("ENOTEMPTY", 39), ("ELOOP", 40), ("ENOMSG", 42), ("EIDRM", 43), ("EBADE", 52), ("ENOSTR", 60), ("ENODATA", 61),
    ("ETIME", 62), ("ENOLINK", 67), ("EPROTO", 71), ("EBADMSG", 74), ("EOVERFLOW", 75), ("EILSEQ", 84), ("EUSERS", 87), ("ENOTSOCK", 88),
    ("EDESTADDRREQ", 89), ("EMSGSIZE", 90), ("EPROTOTYPE", 91), ("ENOPROTOOPT", 92), ("EPROTONOSUPPORT", 93), ("EOPNOTSUPP", 95), ("ENOTSUP", 95),
    ("EAFNOSUPPORT", 97), ("EADDRINUSE", 98), ("EADDRNOTAVAIL", 99), ("ENETDOWN", 100), ("ENETUNREACH", 101), ("ENETRESET", 102), ("ECONNABORTED", 103),
    ("ECONNRESET", 104), ("ENOBUFS", 105), ("EISCONN", 106), ("ENOTCONN", 107), ("ESHUTDOWN", 108), ("ETIMEDOUT", 110), ("ECONNREFUSED", 111),
    ("EHOSTDOWN", 112), ("EHOSTUNREACH", 113), ("EALREADY", 114), ("EINPROGRESS", 115), ("ESTALE", 116), ("EDQUOT", 122), ("ECANCELED", 125),
    ("EOWNERDEAD", 130), ("ENOTRECOVERABLE", 131),
];
#[cfg(any(target_os = "macos", target_os = "ios"))]
const NUMBERS: &[(&str, i32)] = &[
    ("EPERM", 1), ("ENOENT", 2), ("ESRCH", 3), ("EINTR", 4), ("EIO", 5), ("ENXIO", 6), ("E2BIG", 7), ("ENOEXEC", 8), ("EBADF", 9), ("ECHILD", 10),
    ("EDEADLK", 11), ("ENOMEM", 12), ("EACCES", 13), ("EFAULT", 14), ("ENOTBLK", 15), ("EBUSY", 16), ("EEXIST", 17), ("EXDEV", 18), ("ENODEV", 19),
    ("ENOTDIR", 20), ("EISDIR", 21), ("EINVAL", 22), ("ENFILE", 23), ("EMFILE", 24), ("ENOTTY", 25), ("ETXTBSY", 26), ("EFBIG", 27), ("ENOSPC", 28),
    ("ESPIPE", 29), ("EROFS", 30), ("EMLINK", 31), ("EPIPE", 32), ("EDOM", 33), ("ERANGE", 34), ("EAGAIN", 35), ("EWOULDBLOCK", 35), ("EINPROGRESS", 36),
    ("EALREADY", 37), ("ENOTSOCK", 38), ("EDESTADDRREQ", 39), ("EMSGSIZE", 40), ("EPROTOTYPE", 41), ("ENOPROTOOPT", 42), ("EPROTONOSUPPORT", 43),
    ("ENOTSUP", 45), ("EAFNOSUPPORT", 47), ("EADDRINUSE", 48), ("EADDRNOTAVAIL", 49), ("ENETDOWN", 50), ("ENETUNREACH", 51), ("ENETRESET", 52),
    ("ECONNABORTED", 53), ("ECONNRESET", 54), ("ENOBUFS", 55), ("EISCONN", 56), ("ENOTCONN", 57), ("ESHUTDOWN", 58), ("ETIMEDOUT", 60),
    ("ECONNREFUSED", 61), ("ELOOP", 62), ("ENAMETOOLONG", 63), ("EHOSTDOWN", 64), ("EHOSTUNREACH", 65), ("ENOTEMPTY", 66), ("EUSERS", 68),
    ("EDQUOT", 69), ("ESTALE", 70), ("ENOLCK", 77), ("ENOSYS", 78), ("EOVERFLOW", 84), ("ECANCELED", 89), ("EIDRM", 90), ("ENOMSG", 91),
    ("EILSEQ", 92), ("EBADMSG", 94), ("ENODATA", 96), ("ENOLINK", 97), ("ENOSTR", 99), ("EPROTO", 100), ("ETIME", 101), ("EOPNOTSUPP", 102),
    ("ENOTRECOVERABLE", 104), ("EOWNERDEAD", 105),
];

/// Names of the numbers that have an exception of their own.
const EXCEPTIONS: &[(&str, Ex)] = &[
    ("EAGAIN", Ex::BlockingIOError),
    ("EALREADY", Ex::BlockingIOError),
    ("EINPROGRESS", Ex::BlockingIOError),
    ("EWOULDBLOCK", Ex::BlockingIOError),
    ("EPIPE", Ex::BrokenPipeError),
    ("ESHUTDOWN", Ex::BrokenPipeError),
    ("ECHILD", Ex::ChildProcessError),
    ("ECONNABORTED", Ex::ConnectionAbortedError),
    ("ECONNREFUSED", Ex::ConnectionRefusedError),
    ("ECONNRESET", Ex::ConnectionResetError),
    ("EEXIST", Ex::FileExistsError),
    ("ENOENT", Ex::FileNotFoundError),
    ("EISDIR", Ex::IsADirectoryError),
    ("ENOTDIR", Ex::NotADirectoryError),
    ("EINTR", Ex::InterruptedError),
    ("EACCES", Ex::PermissionError),
    ("EPERM", Ex::PermissionError),
    ("ESRCH", Ex::ProcessLookupError),
    ("ETIMEDOUT", Ex::TimeoutError),
];

/// The subclass of OSError that stands for an error number.
pub fn exception_kind(number: i32) -> Option<Ex> {
    NUMBERS.iter().filter(|&&(_, known)| known == number).find_map(|(name, _)| EXCEPTIONS.iter().find(|(other, _)| other == name).map(|&(_, kind)| kind))
}

/// The number of a name such as `"ENOENT"`.
pub fn number(name: &str) -> Option<i32> {
    NUMBERS.iter().find(|(known, _)| *known == name).map(|&(_, number)| number)
}

fn constants(vm: &mut Vm, module: &Namespace) {
    let codes = vm.new_dict();
    for (name, number) in NUMBERS {
        module.set_int(vm, name, i64::from(*number));
        let (key, text) = (vm.new_int(i64::from(*number)), vm.intern(name));
        let hash = i64::from(*number) as u64;
        if let Some(dict) = codes.get::<Dict>()
            && dict.find_index(hash, |other| other.is(&key)).is_none()
        {
            dict.insert_new(hash, key, text);
        }
    }
    module.set(vm, "errorcode", codes);
}
