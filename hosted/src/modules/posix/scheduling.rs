//! How the operating system schedules processes.

use super::{Numbers, call, checked, int_argument};
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Res, Vm};
use std::io;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("nice(increment, /)", nice, "Change the priority of the process; returns the new one."),
    Native::simple("getpriority(which, who)", getpriority, "The priority of a process, a group or a user."),
    Native::simple("setpriority(which, who, priority)", setpriority, "Set the priority of a process, a group or a user."),
    Native::simple("sched_get_priority_min(policy)", sched_get_priority_min, "The lowest priority of a policy."),
    Native::simple("sched_get_priority_max(policy)", sched_get_priority_max, "The highest priority of a policy."),
];

pub const NUMBERS: Numbers = numbers! { PRIO_PROCESS PRIO_PGRP PRIO_USER SCHED_OTHER SCHED_FIFO SCHED_RR };

/// The result of a function that may well return -1: it failed only if it set the error number.
fn unless_error(call: impl FnOnce() -> i32) -> io::Result<i32> {
    super::folders::clear_errno();
    match call() {
        -1 => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(0) => Ok(-1),
            error => Err(error),
        },
        result => Ok(result),
    }
}

fn nice(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let increment = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: takes a number.
    let priority = call(vm, &[], || unless_error(|| unsafe { libc::nice(increment) }))?;
    Ok(vm.new_int(i64::from(priority)))
}

fn getpriority(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (which, who) = (int_argument(vm, arguments, 0, 0)?, int_argument(vm, arguments, 1, 0)?);
    // SAFETY: takes numbers.
    let priority = call(vm, &[], || unless_error(|| unsafe { libc::getpriority(which as _, who as _) }))?;
    Ok(vm.new_int(i64::from(priority)))
}

fn setpriority(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (which, who, priority) = (int_argument(vm, arguments, 0, 0)?, int_argument(vm, arguments, 1, 0)?, int_argument(vm, arguments, 2, 0)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::setpriority(which as _, who as _, priority) }))?;
    Ok(Value::NONE)
}

fn sched_get_priority_min(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let policy = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: takes a number.
    let priority = call(vm, &[], || checked(unsafe { libc::sched_get_priority_min(policy) }))?;
    Ok(vm.new_int(i64::from(priority)))
}

fn sched_get_priority_max(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let policy = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: takes a number.
    let priority = call(vm, &[], || checked(unsafe { libc::sched_get_priority_max(policy) }))?;
    Ok(vm.new_int(i64::from(priority)))
}
