//! Terminals, and pairs of descriptors that act as one.

use super::descriptors::descriptor;
use super::{call, checked, int_argument, integers, os_text};
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Native, Res, Vm};
use std::ffi::{CStr, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;

struct_sequence!(pub TERMINAL_SIZE, "os", "terminal_size", "The size of a terminal.", 0 "columns", 1 "lines");

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("isatty(fd, /)", isatty, "Whether a descriptor is a terminal."),
    Native::simple("get_terminal_size(fd=1, /)", get_terminal_size, "Columns and lines of a terminal."),
    Native::simple("ttyname(fd, /)", ttyname, "The path of a terminal."),
    Native::simple("ctermid()", ctermid, "The path of the process's terminal."),
    Native::simple("tcgetpgrp(fd, /)", tcgetpgrp, "The process group that a terminal belongs to now."),
    Native::simple("tcsetpgrp(fd, pgid, /)", tcsetpgrp, "Make a process group the one that a terminal belongs to."),
    Native::simple("openpty()", openpty, "A pseudo-terminal: its two ends."),
    Native::simple("login_tty(fd, /)", login_tty, "Begin a session on a terminal."),
    Native::simple("posix_openpt(oflag, /)", posix_openpt, "Open the near end of a pseudo-terminal."),
    Native::simple("grantpt(fd, /)", grantpt, "Let this process use the far end of a pseudo-terminal."),
    Native::simple("unlockpt(fd, /)", unlockpt, "Let the far end of a pseudo-terminal be opened."),
    Native::simple("ptsname(fd, /)", ptsname, "The path of the far end of a pseudo-terminal."),
];

fn isatty(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: looks at a descriptor by number.
    Ok(Value::bool(unsafe { libc::isatty(descriptor) } == 1))
}

fn get_terminal_size(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, 1)?;
    // SAFETY: zero is a value of every field; the call fills them.
    let size = call(vm, &[], || unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        checked(libc::ioctl(descriptor, libc::TIOCGWINSZ, &mut size))?;
        Ok((size.ws_col, size.ws_row))
    })?;
    let items = integers(vm, [i64::from(size.0), i64::from(size.1)]);
    Ok(struct_sequence::new(vm, &TERMINAL_SIZE, items))
}

fn ttyname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    let mut name = [0u8; 1024];
    // SAFETY: writes to the buffer, as much as fits.
    name_of(vm, &mut name, |name| unsafe { libc::ttyname_r(descriptor, name.as_mut_ptr().cast(), name.len()) })
}

/// A path that a C function writes to a buffer; it returns an error number.
fn name_of(vm: &mut Vm, buffer: &mut [u8], mut write: impl FnMut(&mut [u8]) -> i32 + Send) -> Res<Value> {
    call(vm, &[], || match write(buffer) {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    })?;
    let name = CStr::from_bytes_until_nul(buffer).unwrap_or_default();
    os_text(vm, OsStr::from_bytes(name.to_bytes()), false)
}

fn ctermid(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // It is the same path on every system.
    Ok(vm.new_str("/dev/tty"))
}

fn tcgetpgrp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    let group = call(vm, &[], || checked(unsafe { libc::tcgetpgrp(descriptor) }))?;
    Ok(vm.new_int(i64::from(group)))
}

fn tcsetpgrp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, group) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, 0)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::tcsetpgrp(descriptor, group) }))?;
    Ok(Value::NONE)
}

/// What pseudo-terminals are opened with, in the types that each C library has for it.
#[cfg(target_os = "linux")]
const NO_SETTINGS: *const libc::termios = std::ptr::null();
#[cfg(target_os = "linux")]
const NO_SIZE: *const libc::winsize = std::ptr::null();
#[cfg(not(target_os = "linux"))]
const NO_SETTINGS: *mut libc::termios = std::ptr::null_mut();
#[cfg(not(target_os = "linux"))]
const NO_SIZE: *mut libc::winsize = std::ptr::null_mut();

fn openpty(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let (near, far) = new_terminal(vm)?;
    let ends = integers(vm, [i64::from(near), i64::from(far)]);
    Ok(vm.new_tuple(ends))
}

/// The two ends of a new pseudo-terminal.
///
/// # Errors
/// OSError.
pub fn new_terminal(vm: &mut Vm) -> Res<(i32, i32)> {
    // SAFETY: writes two numbers; takes no settings.
    call(vm, &[], || unsafe {
        let (mut near, mut far) = (-1, -1);
        checked(libc::openpty(&mut near, &mut far, std::ptr::null_mut(), NO_SETTINGS, NO_SIZE))?;
        for end in [near, far] {
            checked(libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC))?;
        }
        Ok((near, far))
    })
}

fn login_tty(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::login_tty(descriptor) }))?;
    Ok(Value::NONE)
}

fn posix_openpt(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let flags = int_argument(vm, arguments, 0, 0)? | libc::O_CLOEXEC;
    // SAFETY: takes a number.
    let near = call(vm, &[], || checked(unsafe { libc::posix_openpt(flags) }))?;
    Ok(vm.new_int(i64::from(near)))
}

fn grantpt(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::grantpt(descriptor) }))?;
    Ok(Value::NONE)
}

fn unlockpt(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::unlockpt(descriptor) }))?;
    Ok(Value::NONE)
}

/// The request for the path of the far end.
#[cfg(not(target_os = "linux"))]
const TIOCPTYGNAME: libc::c_ulong = 0x4080_7453;

fn ptsname(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    let mut name = [0u8; 128];
    #[cfg(target_os = "linux")]
    // SAFETY: writes to the buffer, as much as fits.
    let found = name_of(vm, &mut name, |name| unsafe { libc::ptsname_r(descriptor, name.as_mut_ptr().cast(), name.len()) });
    #[cfg(not(target_os = "linux"))]
    // SAFETY: writes at most the 128 bytes that the request is declared with.
    let found = name_of(vm, &mut name, |name| match unsafe { libc::ioctl(descriptor, TIOCPTYGNAME, name.as_mut_ptr()) } {
        -1 => io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL),
        _ => 0,
    });
    found
}
