//! The process, its relatives, and the machine.

use super::{call, checked, error_number, int_argument, text_argument};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Action, Args, Native, Res, Vm, argument};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;

struct_sequence!(pub UNAME_RESULT, "posix", "uname_result", "What the system is called.", 0 "sysname", 1 "nodename", 2 "release", 3 "version", 4 "machine");
struct_sequence!(pub TIMES_RESULT, "posix", "times_result", "Processor times, in seconds.", 0 "user", 1 "system", 2 "children_user", 3 "children_system", 4 "elapsed");

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("_is_inputhook_installed()", |_, _| Ok(Value::FALSE), "Whether something wants to run while a session waits for input: there is no way to."),
    Native::simple("getpid()", getpid, "The process's number."),
    Native::simple("getppid()", getppid, "The parent process's number."),
    Native::simple("getuid()", getuid, "The user."),
    Native::simple("geteuid()", geteuid, "The effective user."),
    Native::simple("getgid()", getgid, "The group."),
    Native::simple("getegid()", getegid, "The effective group."),
    Native::simple("getpgrp()", getpgrp, "The process group."),
    Native::simple("getpgid(pid)", getpgid, "The process group of a process."),
    Native::simple("getsid(pid, /)", getsid, "The session of a process."),
    Native::simple("setsid()", setsid, "Begin a session."),
    Native::simple("setpgid(pid, pgrp, /)", setpgid, "Put a process in a group."),
    Native::simple("umask(mask, /)", umask, "Set the permissions that new files do not get; returns the old ones."),
    Native::full("kill(pid, signal, /)", kill, "Send a signal to a process."),
    Native::full("killpg(pgid, signal, /)", killpg, "Send a signal to a process group."),
    Native::simple("uname()", uname, "What the system is called."),
    Native::simple("times()", times, "Processor times of the process and its children."),
    Native::simple("getloadavg()", getloadavg, "How many processes wanted to run, over 1, 5 and 15 minutes."),
    Native::simple("cpu_count()", cpu_count, "The number of processors."),
    Native::simple("sched_yield()", sched_yield, "Let others run."),
    Native::simple("urandom(size, /)", urandom, "Unpredictable bytes."),
    Native::simple("putenv(name, value, /)", putenv, "Set an environment variable."),
    Native::simple("unsetenv(name, /)", unsetenv, "Remove an environment variable."),
    Native::simple("abort()", abort, "End the process by a signal."),
    Native::simple("_exit(status)", exit, "End the process at once."),
    Native::simple("strerror(code, /)", strerror, "What an error number means."),
    Native::simple("setpgrp()", setpgrp, "Begin a process group."),
];

/// Functions without arguments that return a number and do not fail.
macro_rules! ids {
    ($($name:ident)+) => {
        $(fn $name(vm: &mut Vm, _: &[Value]) -> Res<Value> {
            // SAFETY: takes nothing, cannot fail.
            Ok(vm.new_int(i64::from(unsafe { libc::$name() })))
        })+
    };
}

ids! { getpid getppid getuid geteuid getgid getegid getpgrp }

/// Functions of numbers that return one.
macro_rules! of_numbers {
    ($($name:ident($($index:literal),*))+) => {
        $(fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let numbers = [$(int_argument(vm, arguments, $index, 0)?),*];
            let _ = (arguments, &numbers);
            // SAFETY: takes numbers.
            let result = call(vm, &[], || checked(unsafe { libc::$name($(numbers[$index]),*) }))?;
            Ok(vm.new_int(i64::from(result)))
        })+
    };
}

of_numbers! { getpgid(0) getsid(0) }

fn setsid(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: takes nothing.
    call(vm, &[], || checked(unsafe { libc::setsid() }))?;
    Ok(Value::NONE)
}

fn setpgid(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (process, group) = (int_argument(vm, arguments, 0, 0)?, int_argument(vm, arguments, 1, 0)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::setpgid(process, group) }))?;
    Ok(Value::NONE)
}

fn setpgrp(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::setpgid(0, 0) }))?;
    Ok(Value::NONE)
}

fn umask(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mask = int_argument(vm, arguments, 0, 0)? as libc::mode_t;
    // SAFETY: takes a number, cannot fail.
    Ok(Value::small_int(i64::from(unsafe { libc::umask(mask) })))
}

fn kill(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    send(vm, arguments, libc::kill)
}

fn killpg(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    send(vm, arguments, libc::killpg)
}

fn send(vm: &mut Vm, arguments: &Args, function: unsafe extern "C" fn(i32, i32) -> i32) -> Res<Action> {
    let (to, signal) = (int_argument(vm, arguments.positional, 0, 0)?, int_argument(vm, arguments.positional, 1, 0)?);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { function(to, signal) }))?;
    vm.let_handlers_run(Value::NONE)
}

fn uname(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: zero is a value of every field; the call fills them with texts that end with a zero byte.
    let texts = call(vm, &[], || unsafe {
        let mut names: libc::utsname = std::mem::zeroed();
        checked(libc::uname(&mut names))?;
        let text = |field: &[libc::c_char]| CStr::from_ptr(field.as_ptr()).to_string_lossy().into_owned();
        Ok([text(&names.sysname), text(&names.nodename), text(&names.release), text(&names.version), text(&names.machine)])
    })?;
    let items = texts.iter().map(|text| vm.new_str(text)).collect();
    Ok(struct_sequence::new(vm, &UNAME_RESULT, items))
}

fn times(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: zero is a value of every field; the call fills them.
    let (elapsed, times) = unsafe {
        let mut times: libc::tms = std::mem::zeroed();
        (libc::times(&mut times), times)
    };
    // SAFETY: takes a number.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as f64;
    let items = [times.tms_utime, times.tms_stime, times.tms_cutime, times.tms_cstime, elapsed].map(|time| vm.new_float(time as f64 / ticks));
    Ok(struct_sequence::new(vm, &TIMES_RESULT, items.into()))
}

fn getloadavg(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut loads = [0.0; 3];
    // SAFETY: writes up to three numbers.
    if unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } != 3 {
        return Err(vm.raise(Ex::OSError, "Load averages are unobtainable"));
    }
    let items = loads.map(|load| vm.new_float(load));
    Ok(vm.new_tuple(items.into()))
}

fn cpu_count(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(match std::thread::available_parallelism() {
        Ok(count) => vm.new_size(count.get()),
        Err(_) => Value::NONE,
    })
}

fn sched_yield(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    vm.blocking(std::thread::yield_now);
    Ok(Value::NONE)
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

fn putenv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, value) = (text_argument(vm, arguments, 0)?, text_argument(vm, arguments, 1)?);
    if name.is_empty() || name.as_bytes().contains(&b'=') {
        return Err(vm.value_error("illegal environment variable name"));
    }
    // SAFETY: the VM reads its environment once, when `posix` is first imported, and the GIL is held.
    unsafe { std::env::set_var(OsStr::from_bytes(name.as_bytes()), OsStr::from_bytes(value.as_bytes())) };
    Ok(Value::NONE)
}

fn unsetenv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = text_argument(vm, arguments, 0)?;
    if name.is_empty() || name.as_bytes().contains(&b'=') {
        return Err(error_number(vm, libc::EINVAL));
    }
    // SAFETY: as in `putenv`.
    unsafe { std::env::remove_var(OsStr::from_bytes(name.as_bytes())) };
    Ok(Value::NONE)
}

fn abort(_: &mut Vm, _: &[Value]) -> Res<Value> {
    std::process::abort()
}

fn exit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let status = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: ends the process, as the program wants.
    unsafe { libc::_exit(status) }
}

fn strerror(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = int_argument(vm, arguments, 0, 0)?;
    Ok(vm.new_str(&crate::files::error_text(number)))
}
