//! Child processes: waiting for them, and what their statuses mean.

use super::{Numbers, call, checked, int_argument, integers, value_argument};
use crate::modules::resource;
use crate::modules::waiting::{Patience, wait_until_ready};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Action, Args, Native, Res, Vm};
use std::os::fd::{AsRawFd, OwnedFd};

struct_sequence!(pub WAITID_RESULT, "posix", "waitid_result", "What happened to a child process.", 0 "si_pid", 1 "si_uid", 2 "si_signo", 3 "si_status", 4 "si_code");

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::full("waitpid(pid, options, /)", waitpid, "Wait for a child process; returns its number and status."),
    Native::simple("wait()", wait, "Wait for any child process; returns its number and status."),
    Native::simple("wait3(options)", wait3, "Wait for any child process; returns its number, status and use of resources."),
    Native::full("wait4(pid, options)", wait4, "Wait for a child process; returns its number, status and use of resources."),
    Native::full("waitid(idtype, id, options, /)", waitid, "Wait for a child process, as the options say."),
    Native::simple("waitstatus_to_exitcode(status)", exit_code, "The exit code, or the negative number of the signal, that a status means."),
    Native::simple("WIFEXITED(status)", |vm, arguments| test(vm, arguments, |status| libc::WIFEXITED(status)), "Whether the process has ended by itself."),
    Native::simple("WEXITSTATUS(status)", |vm, arguments| number(vm, arguments, |status| libc::WEXITSTATUS(status)), "The exit code in a status."),
    Native::simple("WIFSIGNALED(status)", |vm, arguments| test(vm, arguments, |status| libc::WIFSIGNALED(status)), "Whether a signal has ended the process."),
    Native::simple("WTERMSIG(status)", |vm, arguments| number(vm, arguments, |status| libc::WTERMSIG(status)), "The signal that has ended the process."),
    Native::simple("WCOREDUMP(status, /)", |vm, arguments| test(vm, arguments, |status| libc::WCOREDUMP(status)), "Whether the process left its memory in a file."),
    Native::simple("WIFSTOPPED(status)", |vm, arguments| test(vm, arguments, |status| libc::WIFSTOPPED(status)), "Whether a signal has stopped the process."),
    Native::simple("WSTOPSIG(status)", |vm, arguments| number(vm, arguments, |status| libc::WSTOPSIG(status)), "The signal that has stopped the process."),
    Native::simple("WIFCONTINUED(status)", |vm, arguments| test(vm, arguments, |status| libc::WIFCONTINUED(status)), "Whether the process goes on after a stop."),
];

pub const NUMBERS: Numbers = numbers! {
    WNOHANG WUNTRACED WCONTINUED WEXITED WSTOPPED WNOWAIT P_ALL P_PID P_PGID
    CLD_EXITED CLD_KILLED CLD_DUMPED CLD_TRAPPED CLD_STOPPED CLD_CONTINUED
};

/// Goes on with `wait`, a call that waits for the end of a child: at the poller if that can tell and another py-thread could use the time.
fn when_ended(vm: &mut Vm, process: Option<i32>, wait: impl FnOnce(&mut Vm) -> Res<Value> + 'static) -> Res<Action> {
    let handle = process.filter(|&process| process > 0 && vm.sched.has_others()).and_then(handle_of);
    let Some(handle) = handle else { return wait(vm).map(Action::Return) };
    wait_until_ready(vm, &[(Source(handle.as_raw_fd()), Interest::READ)], Patience::Endless, move |vm, _| {
        drop(handle);
        wait(vm).map(Action::Return)
    })
}

/// A descriptor that can be read when the process has ended, where there is such a thing.
#[cfg(target_os = "linux")]
fn handle_of(process: i32) -> Option<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: it takes numbers only, and a descriptor that it returns is nobody else's.
    unsafe {
        let descriptor = libc::syscall(libc::SYS_pidfd_open, process, 0);
        i32::try_from(descriptor).ok().filter(|&descriptor| descriptor >= 0).map(|descriptor| OwnedFd::from_raw_fd(descriptor))
    }
}

#[cfg(not(target_os = "linux"))]
fn handle_of(_process: i32) -> Option<OwnedFd> {
    None
}

fn waitpid(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (process, options) = (int_argument(vm, args.positional, 0, 0)?, int_argument(vm, args.positional, 1, 0)?);
    when_ended(vm, (options == 0).then_some(process), move |vm| ended(vm, process, options))
}

fn wait(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    ended(vm, -1, 0)
}

fn ended(vm: &mut Vm, process: i32, options: i32) -> Res<Value> {
    let mut status = 0;
    // SAFETY: writes the status.
    let process = call(vm, &[], || checked(unsafe { libc::waitpid(process, &mut status, options) }))?;
    let items = integers(vm, [i64::from(process), i64::from(status)]);
    Ok(vm.new_tuple(items))
}

fn wait3(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let options = int_argument(vm, arguments, 0, 0)?;
    ended_with_usage(vm, -1, options)
}

fn wait4(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (process, options) = (int_argument(vm, args.positional, 0, 0)?, int_argument(vm, args.positional, 1, 0)?);
    when_ended(vm, (options == 0).then_some(process), move |vm| ended_with_usage(vm, process, options))
}

fn ended_with_usage(vm: &mut Vm, process: i32, options: i32) -> Res<Value> {
    // SAFETY: zero is a value of every field; the call writes the status and the fields.
    let (process, status, usage) = call(vm, &[], || unsafe {
        let (mut status, mut usage) = (0, std::mem::zeroed());
        let process = checked(libc::wait4(process, &mut status, options, &mut usage))?;
        Ok((process, status, usage))
    })?;
    let mut items = integers(vm, [i64::from(process), i64::from(status)]);
    items.push(resource::usage_value(vm, &usage));
    Ok(vm.new_tuple(items))
}

fn waitid(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (kind, id, options) = (int_argument(vm, args.positional, 0, 0)?, int_argument(vm, args.positional, 1, 0)?, int_argument(vm, args.positional, 2, 0)?);
    let only_ended = kind as libc::idtype_t == libc::P_PID && options & !libc::WNOWAIT == libc::WEXITED;
    when_ended(vm, only_ended.then_some(id), move |vm| changed(vm, kind, id, options))
}

fn changed(vm: &mut Vm, kind: i32, id: i32, options: i32) -> Res<Value> {
    // SAFETY: zero is a value of every field; the call fills those that are read.
    let found = call(vm, &[], || unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        checked(libc::waitid(kind as _, id as _, &mut info, options))?;
        Ok([info.si_pid().into(), info.si_uid().into(), info.si_signo.into(), info.si_status().into(), info.si_code.into()])
    })?;
    if found[0] == 0i64 {
        return Ok(Value::NONE);
    }
    let items = integers(vm, found);
    Ok(struct_sequence::new(vm, &WAITID_RESULT, items))
}

fn exit_code(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = vm.index(value_argument(arguments, 0))?;
    let status = int_argument(vm, std::slice::from_ref(&value), 0, 0)?;
    if libc::WIFEXITED(status) {
        return Ok(Value::small_int(i64::from(libc::WEXITSTATUS(status))));
    }
    if libc::WIFSIGNALED(status) {
        return Ok(Value::small_int(-i64::from(libc::WTERMSIG(status))));
    }
    let message =
        if libc::WIFSTOPPED(status) { format!("process stopped by delivery of signal {}", libc::WSTOPSIG(status)) } else { format!("invalid wait status: {status}") };
    Err(vm.raise(Ex::ValueError, &message))
}

fn test(vm: &mut Vm, arguments: &[Value], meaning: fn(i32) -> bool) -> Res<Value> {
    int_argument(vm, arguments, 0, 0).map(|status| Value::bool(meaning(status)))
}

fn number(vm: &mut Vm, arguments: &[Value], meaning: fn(i32) -> i32) -> Res<Value> {
    int_argument(vm, arguments, 0, 0).map(|status| Value::small_int(i64::from(meaning(status))))
}
