//! Socket options.

use super::{at_once, required};
use crate::modules::posix::int_argument;
use pyvm_core::object::bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::Kind;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Res, Vm, argument};

/// The most bytes that an option may have.
const LONGEST: i32 = 1024;

pub fn get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let (level, option, length) = (int_argument(vm, arguments, 1, 0)?, int_argument(vm, arguments, 2, 0)?, int_argument(vm, arguments, 3, 0)?);
    if length == 0 {
        let (mut value, mut size) = (0i32, size_of::<i32>() as libc::socklen_t);
        // SAFETY: an integer, and its length.
        at_once(vm, unsafe { libc::getsockopt(socket.descriptor.get(), level, option, (&raw mut value).cast(), &raw mut size) })?;
        return Ok(Value::small_int(i64::from(value)));
    }
    if !(1..=LONGEST).contains(&length) {
        return Err(vm.raise(Ex::OSError, "getsockopt buflen out of range"));
    }
    let (mut buffer, mut size) = (vec![0u8; length as usize], length as libc::socklen_t);
    // SAFETY: the buffer, and its length.
    at_once(vm, unsafe { libc::getsockopt(socket.descriptor.get(), level, option, buffer.as_mut_ptr().cast(), &raw mut size) })?;
    buffer.truncate(size as usize);
    Ok(vm.new_bytes(&buffer))
}

pub fn set(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let socket = required(vm, arguments)?;
    let (level, option) = (int_argument(vm, arguments, 1, 0)?, int_argument(vm, arguments, 2, 0)?);
    let value = argument(arguments, 3).cloned().unwrap_or(Value::NONE);
    let descriptor = socket.descriptor.get();
    let length = argument(arguments, 4).filter(|length| !length.is_none());
    if value.is_none() {
        let Some(_) = length else { return Err(bytes::not_bytes_like(vm, &value)) };
        let length = int_argument(vm, arguments, 4, 0)?;
        // SAFETY: the operating system checks the length of an option without value.
        at_once(vm, unsafe { libc::setsockopt(descriptor, level, option, core::ptr::null(), length.max(0) as libc::socklen_t) })?;
        return Ok(Value::NONE);
    }
    if matches!(value.kind(), Kind::Int | Kind::Bool) {
        let number = int_argument(vm, arguments, 3, 0)?;
        // SAFETY: an integer, and its length.
        at_once(vm, unsafe { libc::setsockopt(descriptor, level, option, (&raw const number).cast(), size_of::<i32>() as libc::socklen_t) })?;
        return Ok(Value::NONE);
    }
    let data = bytes::required(vm, &value)?.into_owned();
    // SAFETY: the bytes, and their length.
    at_once(vm, unsafe { libc::setsockopt(descriptor, level, option, data.as_ptr().cast(), data.len() as libc::socklen_t) })?;
    Ok(Value::NONE)
}
