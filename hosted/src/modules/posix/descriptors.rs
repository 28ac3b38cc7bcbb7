//! File descriptors.

use super::{c_path, call, checked, flag, int_argument, integer_argument, integers, no_folder_descriptor, path_argument};
use crate::modules::waiting::when_ready;
use pyvm_core::object::bytes;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Action, Args, Res, Vm, argument};
use std::io;

struct_sequence!(pub TERMINAL_SIZE, "os", "terminal_size", "The size of a terminal.", 0 "columns", 1 "lines");

fn descriptor(vm: &mut Vm, arguments: &[Value]) -> Res<i32> {
    int_argument(vm, arguments, 0, -1)
}

pub fn open(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 3, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "open")?;
    let (flags, mode) = (int_argument(vm, arguments, 1, 0)? | libc::O_CLOEXEC, int_argument(vm, arguments, 2, 0o777)?);
    let place = c_path(&path);
    // SAFETY: the path ends with a zero byte.
    let opened = call(vm, Some(&path), || checked(unsafe { libc::open(place.as_ptr(), flags, mode) }))?;
    Ok(Value::small_int(i64::from(opened)))
}

pub fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    vm.platform.forget(Source(descriptor));
    // SAFETY: the program's own descriptor. An interrupted close has closed.
    call(vm, None, || match checked(unsafe { libc::close(descriptor) }) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
        result => result,
    })?;
    Ok(Value::NONE)
}

pub fn closerange(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
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
        Err(_) => Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::EINVAL), None)),
    }
}

fn read_with(vm: &mut Vm, length: usize, mut read: impl FnMut(&mut [u8]) -> isize + Send) -> Res<Vec<u8>> {
    let mut buffer = vec![0; length];
    let count = call(vm, None, || checked(read(&mut buffer)))?;
    buffer.truncate(count.max(0) as usize);
    Ok(buffer)
}

pub fn read(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (descriptor, length) = (descriptor(vm, args.positional)?, length(vm, args.positional, 1)?);
    when_ready(vm, Source(descriptor), Interest::READ, move |vm| {
        // SAFETY: writes to the buffer, as much as fits.
        let data = read_with(vm, length, |buffer| unsafe { libc::read(descriptor, buffer.as_mut_ptr().cast(), buffer.len()) })?;
        Ok(Action::Return(vm.new_bytes(&data)))
    })
}

pub fn pread(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, length, offset) = (descriptor(vm, arguments)?, length(vm, arguments, 1)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: as in `read`.
    let data = read_with(vm, length, |buffer| unsafe { libc::pread(descriptor, buffer.as_mut_ptr().cast(), buffer.len(), offset) })?;
    Ok(vm.new_bytes(&data))
}

pub fn readinto(vm: &mut Vm, args: &Args) -> Res<Action> {
    let descriptor = descriptor(vm, args.positional)?;
    let target = args.get(1).cloned().unwrap_or(Value::NONE);
    when_ready(vm, Source(descriptor), Interest::READ, move |vm| read_into(vm, descriptor, &target).map(Action::Return))
}

fn read_into(vm: &mut Vm, descriptor: i32, target: &Value) -> Res<Value> {
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

pub fn write(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (descriptor, data) = (descriptor(vm, args.positional)?, data(vm, args.positional)?);
    when_ready(vm, Source(descriptor), Interest::WRITE, move |vm| {
        // SAFETY: reads the data.
        let count = call(vm, None, || checked(unsafe { libc::write(descriptor, data.as_ptr().cast(), data.len()) }))?;
        Ok(Action::Return(vm.new_int(count as i64)))
    })
}

pub fn pwrite(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, data, offset) = (descriptor(vm, arguments)?, data(vm, arguments)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: reads the data.
    let count = call(vm, None, || checked(unsafe { libc::pwrite(descriptor, data.as_ptr().cast(), data.len(), offset) }))?;
    Ok(vm.new_int(count as i64))
}

pub fn lseek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, offset, whence) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?, int_argument(vm, arguments, 2, 0)?);
    // SAFETY: takes numbers.
    let position = call(vm, None, || checked(unsafe { libc::lseek(descriptor, offset, whence) }))?;
    Ok(vm.new_int(position))
}

pub fn ftruncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, length) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?);
    // SAFETY: takes numbers.
    call(vm, None, || checked(unsafe { libc::ftruncate(descriptor, length) }))?;
    Ok(Value::NONE)
}

pub fn fsync(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, None, || checked(unsafe { libc::fsync(descriptor) }))?;
    Ok(Value::NONE)
}

pub fn dup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: takes numbers.
    let double = call(vm, None, || checked(unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) }))?;
    Ok(Value::small_int(i64::from(double)))
}

pub fn dup2(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (from, to) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, -1)?);
    vm.platform.forget(Source(to));
    // SAFETY: takes numbers.
    call(vm, None, || checked(unsafe { libc::dup2(from, to) }))?;
    if !flag(arguments, 2, true) {
        set_flag(vm, to, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, true)?;
    }
    Ok(Value::small_int(i64::from(to)))
}

pub fn pipe(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut ends = [0; 2];
    // SAFETY: writes two numbers.
    call(vm, None, || checked(unsafe { libc::pipe(ends.as_mut_ptr()) }))?;
    for end in ends {
        set_flag(vm, end, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, true)?;
    }
    let ends = integers(vm, ends.map(i64::from));
    Ok(vm.new_tuple(ends))
}

pub fn isatty(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    // SAFETY: looks at a descriptor by number.
    Ok(Value::bool(unsafe { libc::isatty(descriptor) } == 1))
}

fn has_flag(vm: &mut Vm, descriptor: i32, get: i32, flag: i32) -> Res<bool> {
    // SAFETY: takes numbers.
    let flags = call(vm, None, || checked(unsafe { libc::fcntl(descriptor, get) }))?;
    Ok(flags & flag != 0)
}

fn set_flag(vm: &mut Vm, descriptor: i32, get: i32, set: i32, flag: i32, on: bool) -> Res<()> {
    // SAFETY: takes numbers.
    let flags = call(vm, None, || checked(unsafe { libc::fcntl(descriptor, get) }))?;
    let flags = if on { flags | flag } else { flags & !flag };
    // SAFETY: takes numbers.
    call(vm, None, || checked(unsafe { libc::fcntl(descriptor, set, flags) }))?;
    Ok(())
}

pub fn get_inheritable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    has_flag(vm, descriptor, libc::F_GETFD, libc::FD_CLOEXEC).map(|closed| Value::bool(!closed))
}

pub fn set_inheritable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    set_flag(vm, descriptor, libc::F_GETFD, libc::F_SETFD, libc::FD_CLOEXEC, !flag(arguments, 1, true))?;
    Ok(Value::NONE)
}

pub fn get_blocking(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    has_flag(vm, descriptor, libc::F_GETFL, libc::O_NONBLOCK).map(|not| Value::bool(!not))
}

pub fn set_blocking(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    set_flag(vm, descriptor, libc::F_GETFL, libc::F_SETFL, libc::O_NONBLOCK, !flag(arguments, 1, true))?;
    Ok(Value::NONE)
}

pub fn get_terminal_size(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, 1)?;
    // SAFETY: zero is a value of every field; the call fills them.
    let size = call(vm, None, || unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        checked(libc::ioctl(descriptor, libc::TIOCGWINSZ, &mut size))?;
        Ok((size.ws_col, size.ws_row))
    })?;
    let items = integers(vm, [i64::from(size.0), i64::from(size.1)]);
    Ok(struct_sequence::new(vm, &TERMINAL_SIZE, items))
}
