//! File descriptors.

use super::place::{Place, folder_argument};
use super::{Numbers, call, checked, error_number, flag, int_argument, integer_argument, integers, value_argument};
use crate::modules::waiting::when_ready;
use pyvm_core::object::bytes;
use pyvm_core::object::list::List;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::vm::{Action, Args, Native, Res, Vm, argument};
use std::io;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("open(path, flags, mode=511, *, dir_fd=None)", open, "Open a file; returns a descriptor."),
    Native::simple("close(fd)", close, "Close a descriptor."),
    Native::simple("closerange(fd_low, fd_high, /)", closerange, "Close descriptors; what goes wrong is ignored."),
    Native::full("read(fd, length, /)", read, "Read up to so many bytes."),
    Native::full("readinto(fd, buffer, /)", readinto, "Read into a buffer; returns how many bytes."),
    Native::simple("pread(fd, length, offset, /)", pread, "Read at an offset."),
    Native::full("write(fd, data, /)", write, "Write bytes; returns how many."),
    Native::simple("pwrite(fd, data, offset, /)", pwrite, "Write at an offset."),
    Native::simple("lseek(fd, position, whence, /)", lseek, "Set the position of a descriptor."),
    Native::simple("ftruncate(fd, length, /)", ftruncate, "Cut or extend an open file."),
    Native::simple("fsync(fd)", fsync, "Wait until what was written is on the disk."),
    Native::simple("dup(fd, /)", dup, "A second descriptor."),
    Native::simple("dup2(fd, fd2, inheritable=True)", dup2, "Make a descriptor the double of another."),
    Native::simple("pipe()", pipe, "A pipe: the reading and the writing descriptor."),
    Native::simple("get_inheritable(fd, /)", get_inheritable, "Whether programs that this one starts inherit a descriptor."),
    Native::simple("set_inheritable(fd, inheritable, /)", set_inheritable, "Set whether they do."),
    Native::simple("get_blocking(fd, /)", get_blocking, "Whether reading and writing wait."),
    Native::simple("set_blocking(fd, blocking, /)", set_blocking, "Set whether they do."),
    Native::simple("pipe2(flags, /)", pipe2, "A pipe, with flags."),
    Native::simple("fdatasync(fd)", fdatasync, "Wait until the data that was written is on the disk."),
    Native::simple("sync()", sync, "Have everything that was written put on the disk."),
    Native::simple("lockf(fd, command, length, /)", lockf, "Lock, test or unlock a part of a file."),
    Native::simple("readv(fd, buffers, /)", readv, "Read into several buffers."),
    Native::simple("writev(fd, buffers, /)", writev, "Write several buffers."),
    Native::simple("preadv(fd, buffers, offset, flags=0, /)", preadv, "Read at an offset into several buffers."),
    Native::simple("pwritev(fd, buffers, offset, flags=0, /)", pwritev, "Write several buffers at an offset."),
    Native::simple("device_encoding(fd)", device_encoding, "The encoding of a terminal."),
];

pub const NUMBERS: Numbers = numbers! {
    O_RDONLY O_WRONLY O_RDWR O_ACCMODE O_APPEND O_CREAT O_EXCL O_TRUNC O_NONBLOCK O_NDELAY O_CLOEXEC O_NOFOLLOW O_DIRECTORY O_SYNC O_DSYNC O_NOCTTY O_ASYNC
    F_LOCK F_TLOCK F_ULOCK F_TEST
    SEEK_DATA SEEK_HOLE
};

/// The first argument: a descriptor.
pub fn descriptor(vm: &mut Vm, arguments: &[Value]) -> Res<i32> {
    int_argument(vm, arguments, 0, -1)
}

fn open(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder) = (Place::path(vm, arguments, 0, "open", "path")?, folder_argument(vm, arguments, 3)?);
    let (flags, mode) = (int_argument(vm, arguments, 1, 0)? | libc::O_CLOEXEC, int_argument(vm, arguments, 2, 0o777)?);
    // SAFETY: the path ends with a zero byte.
    let opened = call(vm, &[&place.given], || checked(unsafe { libc::openat(folder, place.pointer(), flags, mode) }))?;
    Ok(Value::small_int(i64::from(opened)))
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    vm.platform.forget(Source(descriptor));
    // SAFETY: the program's own descriptor. An interrupted close has closed.
    call(vm, &[], || match checked(unsafe { libc::close(descriptor) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        result => result,
    })?;
    Ok(Value::NONE)
}

fn closerange(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (low, high) = (int_argument(vm, arguments, 0, 0)?.max(0), int_argument(vm, arguments, 1, 0)?);
    for descriptor in low..high {
        vm.platform.forget(Source(descriptor));
    }
    vm.blocking(|| {
        for descriptor in low..high {
            // SAFETY: the program's own descriptors.
            unsafe { libc::close(descriptor) };
        }
    });
    Ok(Value::NONE)
}

/// The number of bytes to read.
fn length(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<usize> {
    match usize::try_from(integer_argument(vm, arguments, index)?) {
        Ok(length) => {
            vm.check_memory(Some(length))?;
            Ok(length)
        }
        Err(_) => Err(error_number(vm, libc::EINVAL)),
    }
}

fn read_with(vm: &mut Vm, length: usize, mut read: impl FnMut(&mut [u8]) -> isize + Send) -> Res<Vec<u8>> {
    let mut buffer = vec![0; length];
    let count = call(vm, &[], || checked(read(&mut buffer)))?;
    buffer.truncate(count.max(0) as usize);
    Ok(buffer)
}

fn read(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (descriptor, length) = (descriptor(vm, args.positional)?, length(vm, args.positional, 1)?);
    when_ready(vm, Source(descriptor), Interest::READ, move |vm| {
        // SAFETY: writes to the buffer, as much as fits.
        let data = read_with(vm, length, |buffer| unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) })?;
        Ok(Action::Return(vm.new_bytes(&data)))
    })
}

fn pread(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, length, offset) = (descriptor(vm, arguments)?, length(vm, arguments, 1)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: as in `read`.
    let data = read_with(vm, length, |buffer| unsafe { libc::pread(descriptor, buffer.as_mut_ptr().cast(), buffer.len(), offset) })?;
    Ok(vm.new_bytes(&data))
}

fn readinto(vm: &mut Vm, args: &Args) -> Res<Action> {
    let descriptor = descriptor(vm, args.positional)?;
    let target = args.get(1).cloned().unwrap_or(Value::NONE);
    when_ready(vm, Source(descriptor), Interest::READ, move |vm| read_buffer(vm, descriptor, &target).map(Action::Return))
}

fn read_buffer(vm: &mut Vm, descriptor: i32, target: &Value) -> Res<Value> {
    let size = bytes::required(vm, target)?.len();
    // SAFETY: as in `read`.
    let data = read_with(vm, size, |buffer| unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) })?;
    // Asked for again: the target may have changed while the call ran.
    let Some(place) = bytes::writable(vm, target)? else {
        let given = vm.type_name(target);
        return Err(vm.type_error(&format!("readinto() argument must be read-write bytes-like object, not {given}")));
    };
    for (place, byte) in place.iter_mut().zip(&data) {
        *place = *byte;
    }
    Ok(vm.new_size(data.len()))
}

/// The bytes to write, kept while the call runs.
fn data(vm: &mut Vm, arguments: &[Value]) -> Res<Vec<u8>> {
    match argument(arguments, 1) {
        Some(data) => bytes::required(vm, data).map(std::borrow::Cow::into_owned),
        None => Ok(Vec::new()),
    }
}

fn write(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (descriptor, data) = (descriptor(vm, args.positional)?, data(vm, args.positional)?);
    when_ready(vm, Source(descriptor), Interest::WRITE, move |vm| {
        // SAFETY: reads the data.
        let count = call(vm, &[], || checked(unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) }))?;
        let result = vm.new_int(count as i64);
        // A signal may have cut it short.
        if (count as usize) < data.len() { vm.let_handlers_run(result) } else { Ok(Action::Return(result)) }
    })
}

fn pwrite(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, data, offset) = (descriptor(vm, arguments)?, data(vm, arguments)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: reads the data.
    let count = call(vm, &[], || checked(unsafe { libc::pwrite(descriptor, data.as_ptr().cast(), data.len(), offset) }))?;
    Ok(vm.new_int(count as i64))
}

fn lseek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, offset, whence) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?, int_argument(vm, arguments, 2, 0)?);
    // SAFETY: takes numbers.
    let position = call(vm, &[], || checked(unsafe { libc::lseek(descriptor, offset, whence) }))?;
    Ok(vm.new_int(position))
}

fn ftruncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, length) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::ftruncate(descriptor, length) }))?;
    Ok(Value::NONE)
}

fn fsync(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::fsync(descriptor) }))?;
    Ok(Value::NONE)
}

fn dup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes numbers.
    let double = call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) }))?;
    Ok(Value::small_int(i64::from(double)))
}

fn dup2(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (from, to) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, -1)?);
    vm.platform.forget(Source(to));
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::dup2(from, to) }))?;
    if !flag(arguments, 2, true) {
        set_flag(vm, to, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, true)?;
    }
    Ok(Value::small_int(i64::from(to)))
}

fn pipe(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    new_pipe(vm, libc::O_CLOEXEC)
}

fn pipe2(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let flags = int_argument(vm, arguments, 0, 0)?;
    new_pipe(vm, flags)
}

fn new_pipe(vm: &mut Vm, flags: i32) -> Res<Value> {
    let mut ends = [0; 2];
    #[cfg(target_os = "linux")]
    // SAFETY: writes two numbers.
    call(vm, &[], || checked(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) }))?;
    #[cfg(not(target_os = "linux"))]
    {
        // SAFETY: writes two numbers.
        call(vm, &[], || checked(unsafe { libc::pipe(ends.as_mut_ptr()) }))?;
        for end in ends {
            set_flag(vm, end, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, flags & libc::O_CLOEXEC != 0)?;
            set_flag(vm, end, libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK, flags & libc::O_NONBLOCK != 0)?;
        }
    }
    let ends = integers(vm, ends.map(i64::from));
    Ok(vm.new_tuple(ends))
}

fn has_flag(vm: &mut Vm, descriptor: i32, get: i32, flag: i32) -> Res<bool> {
    // SAFETY: takes numbers.
    let flags = call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, get) }))?;
    Ok(flags & flag != 0)
}

/// Sets or clears one flag of a descriptor.
pub fn set_flag(vm: &mut Vm, descriptor: i32, get: i32, set: i32, flag: i32, on: bool) -> Res<()> {
    // SAFETY: takes numbers.
    let flags = call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, get) }))?;
    let flags = if on { flags | flag } else { flags & !flag };
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, set, flags) }))?;
    Ok(())
}

fn get_inheritable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    has_flag(vm, descriptor, libc::F_GETFD, libc::FD_CLOEXEC).map(|closed| Value::bool(!closed))
}

fn set_inheritable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    set_flag(vm, descriptor, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, !flag(arguments, 1, true))?;
    Ok(Value::NONE)
}

fn get_blocking(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    has_flag(vm, descriptor, libc::F_GETFL, libc::O_NONBLOCK).map(|not| Value::bool(!not))
}

fn set_blocking(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    set_flag(vm, descriptor, libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK, !flag(arguments, 1, true))?;
    Ok(Value::NONE)
}

fn fdatasync(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    #[cfg(target_os = "linux")]
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::fdatasync(descriptor) }))?;
    #[cfg(not(target_os = "linux"))]
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::fsync(descriptor) }))?;
    Ok(Value::NONE)
}

fn sync(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: takes nothing, cannot fail.
    vm.blocking(|| unsafe { libc::sync() });
    Ok(Value::NONE)
}

fn lockf(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, command, length) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, 0)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::lockf(descriptor, command, length) }))?;
    Ok(Value::NONE)
}

/// The items of a list or tuple of buffers.
fn buffers(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Vec<Value>> {
    let given = value_argument(arguments, 1);
    if let Some(list) = given.get::<List>() {
        return Ok(list.items.get().clone());
    }
    match given.get::<Tuple>() {
        Some(tuple) => Ok(tuple.items().to_vec()),
        None => Err(vm.type_error(&format!("{function}() arg 2 must be a sequence"))),
    }
}

/// Reads as much as the buffers hold, with `read`, and deals it out to them.
fn read_into(vm: &mut Vm, buffers: &[Value], function: &str, read: impl FnMut(&mut [u8]) -> isize + Send) -> Res<Value> {
    let mut size = 0;
    for buffer in buffers {
        match bytes::writable(vm, buffer)? {
            Some(place) => size += place.len(),
            None => {
                let given = vm.type_name(buffer);
                return Err(vm.type_error(&format!("{function}() argument must be read-write bytes-like object, not {given}")));
            }
        }
    }
    vm.check_memory(Some(size))?;
    let data = read_with(vm, size, read)?;
    let mut rest = &data[..];
    for buffer in buffers {
        let Some(place) = bytes::writable(vm, buffer)? else { continue };
        let (now, later) = rest.split_at(rest.len().min(place.len()));
        for (place, byte) in place.iter_mut().zip(now) {
            *place = *byte;
        }
        rest = later;
    }
    Ok(vm.new_size(data.len()))
}

/// The contents of all the buffers.
fn joined(vm: &mut Vm, buffers: &[Value]) -> Res<Vec<u8>> {
    let mut data = Vec::new();
    for buffer in buffers {
        data.extend_from_slice(&bytes::required(vm, buffer)?);
    }
    Ok(data)
}

fn readv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, buffers) = (descriptor(vm, arguments)?, buffers(vm, arguments, "readv")?);
    // SAFETY: as in `read`.
    read_into(vm, &buffers, "readv", |buffer| unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) })
}

fn writev(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, buffers) = (descriptor(vm, arguments)?, buffers(vm, arguments, "writev")?);
    let data = joined(vm, &buffers)?;
    // SAFETY: reads the data.
    let count = call(vm, &[], || checked(unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) }))?;
    Ok(vm.new_int(count as i64))
}

fn preadv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, buffers) = (descriptor(vm, arguments)?, buffers(vm, arguments, "preadv2")?);
    let (offset, flags) = (integer_argument(vm, arguments, 2)?, int_argument(vm, arguments, 3, 0)?);
    read_into(vm, &buffers, "preadv2", |buffer| {
        let part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        // SAFETY: writes to the buffer, as much as fits.
        unsafe { read_at(descriptor, &part, offset, flags) }
    })
}

fn pwritev(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, buffers) = (descriptor(vm, arguments)?, buffers(vm, arguments, "pwritev2")?);
    let (offset, flags) = (integer_argument(vm, arguments, 2)?, int_argument(vm, arguments, 3, 0)?);
    let mut data = joined(vm, &buffers)?;
    let count = call(vm, &[], || {
        let part = libc::iovec { iov_base: data.as_mut_ptr().cast(), iov_len: data.len() };
        // SAFETY: reads the data.
        checked(unsafe { write_at(descriptor, &part, offset, flags) })
    })?;
    Ok(vm.new_int(count as i64))
}

#[cfg(target_os = "linux")]
unsafe fn read_at(descriptor: i32, part: &libc::iovec, offset: i64, flags: i32) -> isize {
    // SAFETY: the caller vouches for the part.
    unsafe { libc::preadv2(descriptor, part, 1, offset, flags) }
}

#[cfg(target_os = "linux")]
unsafe fn write_at(descriptor: i32, part: &libc::iovec, offset: i64, flags: i32) -> isize {
    // SAFETY: the caller vouches for the part.
    unsafe { libc::pwritev2(descriptor, part, 1, offset, flags) }
}

/// There are no flags elsewhere.
#[cfg(not(target_os = "linux"))]
unsafe fn read_at(descriptor: i32, part: &libc::iovec, offset: i64, _: i32) -> isize {
    // SAFETY: the caller vouches for the part.
    unsafe { libc::preadv(descriptor, part, 1, offset) }
}

#[cfg(not(target_os = "linux"))]
unsafe fn write_at(descriptor: i32, part: &libc::iovec, offset: i64, _: i32) -> isize {
    // SAFETY: the caller vouches for the part.
    unsafe { libc::pwritev(descriptor, part, 1, offset) }
}

fn device_encoding(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: looks at a descriptor by number.
    Ok(if unsafe { libc::isatty(descriptor) } == 1 { vm.new_str("UTF-8") } else { Value::NONE })
}
