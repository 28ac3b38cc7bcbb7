//! `resource`: limits of a process, and what it has used.

use super::posix::{Numbers, checked, error_number, int_argument, integers, value_argument};
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::iterate::collect;
use pyvm_core::vm::{Action, Args, Native, Res, Vm};
use std::io;

struct_sequence!(pub USAGE, "resource", "struct_rusage", "What a process has used.", 0 "ru_utime", 1 "ru_stime", 2 "ru_maxrss", 3 "ru_ixrss", 4 "ru_idrss", 5 "ru_isrss",
    6 "ru_minflt", 7 "ru_majflt", 8 "ru_nswap", 9 "ru_inblock", 10 "ru_oublock", 11 "ru_msgsnd", 12 "ru_msgrcv", 13 "ru_nsignals", 14 "ru_nvcsw", 15 "ru_nivcsw");

pub static RESOURCE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("getrusage(who, /)", getrusage, "What this process, or its children, have used."),
        Native::simple("getrlimit(resource, /)", getrlimit, "The limit that holds now, and the highest that it can be set to."),
        Native::full("setrlimit(resource, limits, /)", setrlimit, "Set both limits."),
        #[cfg(target_os = "linux")]
        Native::full("prlimit(pid, resource, limits=None, /)", prlimit, "The limits of any process, set if given."),
        Native::simple("getpagesize()", getpagesize, "The size of a page of memory."),
    ],
    types: &[&USAGE],
    constants: |vm, module| {
        let error = vm.exception_class(Ex::OSError).value();
        module.set(vm, "error", error);
        for (name, number) in NUMBERS.iter().chain(LINUX) {
            module.set_int(vm, name, *number);
        }
        module.set_int(vm, "RLIM_INFINITY", libc::RLIM_INFINITY as i64);
    },
    ..ModuleSpec::new("resource", "Limits of processes, and what they have used.")
};

const NUMBERS: Numbers = numbers! {
    RLIMIT_AS RLIMIT_CORE RLIMIT_CPU RLIMIT_DATA RLIMIT_FSIZE RLIMIT_MEMLOCK RLIMIT_NOFILE RLIMIT_NPROC RLIMIT_RSS RLIMIT_STACK
    RUSAGE_SELF RUSAGE_CHILDREN
};

#[cfg(target_os = "linux")]
const LINUX: Numbers = &[
    ("RLIMIT_OFILE", libc::RLIMIT_NOFILE as i64),
    ("RLIMIT_MSGQUEUE", libc::RLIMIT_MSGQUEUE as i64),
    ("RLIMIT_NICE", libc::RLIMIT_NICE as i64),
    ("RLIMIT_RTPRIO", libc::RLIMIT_RTPRIO as i64),
    ("RLIMIT_RTTIME", libc::RLIMIT_RTTIME as i64),
    ("RLIMIT_SIGPENDING", libc::RLIMIT_SIGPENDING as i64),
    ("RUSAGE_THREAD", libc::RUSAGE_THREAD as i64),
];

#[cfg(not(target_os = "linux"))]
const LINUX: Numbers = &[];

/// One more than the highest limit's number.
#[cfg(target_os = "linux")]
const COUNT: i32 = 16;
#[cfg(not(target_os = "linux"))]
const COUNT: i32 = 9;

/// What was used, as a `struct_rusage`.
pub fn usage_value(vm: &mut Vm, usage: &libc::rusage) -> Value {
    let mut items: Vec<Value> = [usage.ru_utime, usage.ru_stime].map(|time| vm.new_float(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6)).into();
    let counts = [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ];
    items.extend(integers(vm, counts));
    struct_sequence::new(vm, &USAGE, items)
}

fn getrusage(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let who = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: zero is a value of every field; the call fills them.
    let usage = unsafe {
        let mut usage = std::mem::zeroed();
        checked(libc::getrusage(who as _, &mut usage)).map(|_| usage)
    };
    match usage {
        Ok(usage) => Ok(usage_value(vm, &usage)),
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Err(vm.value_error("invalid who parameter")),
        Err(error) => Err(error_number(vm, error.raw_os_error().unwrap_or(0))),
    }
}

/// The number of a limit.
fn resource(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<i32> {
    match int_argument(vm, arguments, index, 0)? {
        number if (0..COUNT).contains(&number) => Ok(number),
        _ => Err(vm.value_error("invalid resource specified")),
    }
}

/// A limit, as the system has it: no limit is -1 to Python.
fn limit(vm: &mut Vm, value: &Value) -> Res<libc::rlim_t> {
    let number = vm.index(value)?;
    match pyvm_core::object::int::to_i64(&number) {
        Some(number) => Ok(number as libc::rlim_t),
        None => Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C long")),
    }
}

fn pair(vm: &mut Vm, limits: &libc::rlimit) -> Value {
    let items = integers(vm, [limits.rlim_cur as i64, limits.rlim_max as i64]);
    vm.new_tuple(items)
}

/// Both limits from a sequence.
fn limits_then(vm: &mut Vm, given: &Value, then: impl FnOnce(&mut Vm, libc::rlimit) -> Res<Action> + 'static) -> Res<Action> {
    collect(vm, given, |vm, items| {
        let [current, highest] = &items[..] else {
            return Err(vm.value_error("expected a tuple of 2 integers"));
        };
        let limits = libc::rlimit { rlim_cur: limit(vm, current)?, rlim_max: limit(vm, highest)? };
        then(vm, limits)
    })
}

fn limit_error(vm: &mut Vm, error: &io::Error) -> pyvm_core::vm::Raised {
    match error.raw_os_error() {
        Some(libc::EINVAL) => vm.value_error("current limit exceeds maximum limit"),
        Some(libc::EPERM) => vm.value_error("not allowed to raise maximum limit"),
        number => error_number(vm, number.unwrap_or(0)),
    }
}

fn getrlimit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let resource = resource(vm, arguments, 0)?;
    let mut limits = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes the limits.
    match checked(unsafe { libc::getrlimit(resource as _, &mut limits) }) {
        Ok(_) => Ok(pair(vm, &limits)),
        Err(error) => Err(error_number(vm, error.raw_os_error().unwrap_or(0))),
    }
}

fn setrlimit(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let resource = resource(vm, arguments.positional, 0)?;
    limits_then(vm, value_argument(arguments.positional, 1), move |vm, limits| {
        // SAFETY: reads the limits.
        match checked(unsafe { libc::setrlimit(resource as _, &limits) }) {
            Ok(_) => Ok(Action::Return(Value::NONE)),
            Err(error) => Err(limit_error(vm, &error)),
        }
    })
}

#[cfg(target_os = "linux")]
fn prlimit(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (process, resource) = (int_argument(vm, arguments.positional, 0, 0)?, resource(vm, arguments.positional, 1)?);
    let change = move |vm: &mut Vm, new: Option<libc::rlimit>| {
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        let pointer = new.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: reads the new limits, if there are any, and writes the old ones.
        match checked(unsafe { libc::prlimit(process, resource as _, pointer, &mut old) }) {
            Ok(_) => Ok(Action::Return(pair(vm, &old))),
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Err(limit_error(vm, &error)),
            Err(error) => Err(error_number(vm, error.raw_os_error().unwrap_or(0))),
        }
    };
    match arguments.get(2).filter(|given| !given.is_none()) {
        Some(given) => limits_then(vm, given, move |vm, limits| change(vm, Some(limits))),
        None => change(vm, None),
    }
}

fn getpagesize(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // SAFETY: takes a number.
    Ok(vm.new_int(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }))
}
