//! `_signal`: which signals there are, and what happens when they come.

use super::waiting::{Patience, os_error, wait_until_ready};
use crate::files::machine_error;
use pyvm_core::modules::{ModuleSpec, Namespace};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::port::SignalHandling;
use pyvm_core::vm::signals::{INTERRUPT, QUIT};
use pyvm_core::vm::{Action, Args, Native, Res, Vm, argument};
use std::io;

static NUMBERS: &[(&str, i64)] = numbers! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGCHLD SIGCONT SIGSTOP SIGTSTP
    SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGSYS
    ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF
};

/// One more than the highest number.
const COUNT: i64 = 65;

/// What `signal()` takes and returns for no handler of the program's.
const DEFAULT: i64 = 0;
const IGNORE: i64 = 1;

pub static SIGNAL: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("signal(signalnum, handler, /)", signal, "Set what happens when a signal comes; returns what happened until now."),
        Native::simple("getsignal(signalnum, /)", get_signal, "What happens when a signal comes."),
        Native::simple("default_int_handler(signalnum, frame, /)", |vm, _| Err(vm.raise_with(Ex::KeyboardInterrupt, Vec::new())), "Raise KeyboardInterrupt."),
        Native::full("raise_signal(signalnum, /)", raise_signal, "Send a signal to this process."),
        Native::full("pause()", pause, "Wait until a signal's handler has run."),
        Native::full("pthread_kill(thread_id, signalnum, /)", kill_thread, "Send a signal to a thread of this process: to the process."),
        Native::simple(
            "siginterrupt(signalnum, flag, /)",
            |vm, arguments| number(vm, arguments).map(|_| Value::NONE),
            "Calls that a signal interrupts are always made again.",
        ),
        Native::simple(
            "set_wakeup_fd(fd, /, *, warn_on_full_buffer=True)",
            set_wakeup,
            "Have the number of each signal written to a descriptor; returns the one before.",
        ),
        Native::simple("strsignal(signalnum, /)", describe, "What a signal means."),
        Native::simple("valid_signals()", valid_signals, "The numbers of all signals."),
        Native::simple("alarm(seconds, /)", alarm, "Have SIGALRM sent after so many seconds; returns what was left of the last one."),
        Native::simple("setitimer(which, seconds, interval=0.0, /)", set_timer, "Have a signal sent after some time, and again and again; returns the old setting."),
        Native::simple("getitimer(which, /)", get_timer, "Time left, and interval, of a timer."),
    ],
    constants,
    ..ModuleSpec::new("_signal", "Signals.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, number) in NUMBERS {
        module.set_int(vm, name, *number);
    }
    for (name, number) in [("NSIG", COUNT), ("SIG_DFL", DEFAULT), ("SIG_IGN", IGNORE)] {
        module.set_int(vm, name, number);
    }
    let error = vm.exception_class(Ex::OSError).value();
    module.set(vm, "ItimerError", error);
    // What Ctrl-C does until the program says otherwise.
    if vm.signal_handler(INTERRUPT).is_none() && matches!(current(vm, INTERRUPT), Ok(SignalHandling::Notify)) {
        let name = vm.intern("default_int_handler");
        let handler = module.get(&name);
        vm.set_signal_handler(INTERRUPT, handler);
    }
}

fn number(vm: &mut Vm, arguments: &[Value]) -> Res<u32> {
    let number = match argument(arguments, 0) {
        Some(number) => vm.index_i64(number)?,
        None => 0,
    };
    match u32::try_from(number) {
        Ok(valid) if (1..COUNT).contains(&number) => Ok(valid),
        _ => Err(vm.value_error("signal number out of range")),
    }
}

fn handle(vm: &mut Vm, number: u32, handling: SignalHandling) -> Res<SignalHandling> {
    match vm.platform.handle_signal(number, handling) {
        Ok(before) => Ok(before),
        Err(error) => Err(vm.machine_error(error, None)),
    }
}

/// What happens when a signal comes, found by setting it and setting it back.
fn current(vm: &mut Vm, number: u32) -> Res<SignalHandling> {
    let before = handle(vm, number, SignalHandling::Notify)?;
    if before != SignalHandling::Foreign {
        handle(vm, number, before)?;
    }
    Ok(before)
}

fn shown(vm: &Vm, number: u32, handling: SignalHandling) -> Value {
    match handling {
        SignalHandling::Default => Value::small_int(DEFAULT),
        SignalHandling::Ignore => Value::small_int(IGNORE),
        // The report is what this program does by itself.
        SignalHandling::Notify if number == QUIT => vm.signal_handler(number).unwrap_or(Value::small_int(DEFAULT)),
        SignalHandling::Notify => vm.signal_handler(number).unwrap_or(Value::NONE),
        SignalHandling::Foreign => Value::NONE,
    }
}

fn signal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (number, handler) = (number(vm, arguments)?, argument(arguments, 1).cloned().unwrap_or(Value::NONE));
    if vm.sched.identity() != vm.sched.main {
        return Err(vm.value_error("signal only works in main thread of the main interpreter"));
    }
    let (handling, handler) = match handler.as_small_int() {
        Some(DEFAULT) => (SignalHandling::Default, None),
        Some(IGNORE) => (SignalHandling::Ignore, None),
        _ if vm.lookup_special(&handler, pyvm_core::vm::Name::Call).is_some() => (SignalHandling::Notify, Some(handler)),
        _ => return Err(vm.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")),
    };
    let before = handle(vm, number, handling)?;
    let old = shown(vm, number, before);
    vm.set_signal_handler(number, handler);
    Ok(old)
}

fn get_signal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = number(vm, arguments)?;
    if let Some(handler) = vm.signal_handler(number) {
        return Ok(handler);
    }
    match current(vm, number) {
        Ok(handling) => Ok(shown(vm, number, handling)),
        // SIGKILL and SIGSTOP cannot be set.
        Err(raised) => {
            drop(vm.take_exception(raised));
            Ok(Value::small_int(DEFAULT))
        }
    }
}

fn raise_signal(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let number = number(vm, arguments.positional)?;
    // SAFETY: takes a number.
    if unsafe { libc::raise(number as i32) } != 0 {
        let error = machine_error(&io::Error::last_os_error());
        return Err(vm.machine_error(error, None));
    }
    vm.let_handlers_run(Value::NONE)
}

fn pause(vm: &mut Vm, _: &Args) -> Res<Action> {
    wait_until_ready(vm, &[], Patience::Endless, |_, _| Ok(Action::Return(Value::NONE)))
}

fn kill_thread(vm: &mut Vm, args: &Args) -> Res<Action> {
    let ident = match args.get(0) {
        Some(ident) => vm.index_i64(ident)?,
        None => 0,
    };
    let number = number(vm, args.positional.get(1..).unwrap_or_default())?;
    if vm.sched.tasks.find(ident).is_none() {
        return Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::ESRCH), None));
    }
    // SAFETY: takes numbers.
    if unsafe { libc::kill(libc::getpid(), number as i32) } != 0 {
        return Err(os_error(vm, &io::Error::last_os_error()));
    }
    vm.let_handlers_run(Value::NONE)
}

/// Writes a signal's number to a descriptor that does not block; what does not fit is lost.
fn write_number(descriptor: i32, number: u32) {
    let byte = number as u8;
    // SAFETY: one byte.
    unsafe { libc::write(descriptor, (&raw const byte).cast(), 1) };
}

fn set_wakeup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if vm.sched.identity() != vm.sched.main {
        return Err(vm.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
    }
    let descriptor = super::posix::int_argument(vm, arguments, 0, -1)?;
    if descriptor >= 0 {
        // SAFETY: takes numbers.
        let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
        if flags < 0 {
            return Err(os_error(vm, &io::Error::last_os_error()));
        }
        if flags & libc::O_NONBLOCK == 0 {
            return Err(vm.value_error(&format!("the fd {descriptor} must be in non-blocking mode")));
        }
    }
    let new = (descriptor >= 0).then_some((descriptor, write_number as fn(i32, u32)));
    let old = std::mem::replace(&mut vm.signal_wakeup, new);
    Ok(Value::small_int(old.map_or(-1, |(descriptor, _)| i64::from(descriptor))))
}

fn describe(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = number(vm, arguments)?;
    // SAFETY: returns a text that ends with a zero byte, or null.
    let text = unsafe {
        let text = libc::strsignal(number as i32);
        if text.is_null() { None } else { Some(std::ffi::CStr::from_ptr(text).to_string_lossy().into_owned()) }
    };
    Ok(match text {
        Some(text) if !text.starts_with("Unknown signal") => vm.new_str(&text),
        _ => Value::NONE,
    })
}

fn valid_signals(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    // Two behind the standard ones are the C library's own.
    let numbers: Vec<Value> = (1..COUNT).filter(|number| !(32..34).contains(number)).map(Value::small_int).collect();
    pyvm_core::object::set::from_items(vm, None, false, &numbers)
}

fn alarm(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let seconds = match argument(arguments, 0) {
        Some(seconds) => vm.index_i64(seconds)?,
        None => 0,
    };
    let Ok(seconds) = u32::try_from(seconds) else {
        return Err(vm.raise(Ex::OverflowError, "number of seconds out of range"));
    };
    // SAFETY: takes a number.
    Ok(Value::small_int(i64::from(unsafe { libc::alarm(seconds) })))
}

fn seconds(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<libc::timeval> {
    let seconds = match argument(arguments, index) {
        Some(value) => match pyvm_core::object::float::to_f64(value) {
            Some(seconds) => seconds,
            None => vm.index_i64(value)? as f64,
        },
        None => 0.0,
    };
    if !(0.0..1e15).contains(&seconds) {
        return Err(vm.machine_error(pyvm_core::port::MachineError::Os(libc::EINVAL), None));
    }
    Ok(libc::timeval { tv_sec: seconds as _, tv_usec: (seconds.fract() * 1e6) as _ })
}

fn timer(vm: &mut Vm, call: impl FnOnce(*mut libc::itimerval) -> i32) -> Res<Value> {
    // SAFETY: zero is a value of every field.
    let mut old: libc::itimerval = unsafe { std::mem::zeroed() };
    if call(&mut old) != 0 {
        let error = machine_error(&io::Error::last_os_error());
        return Err(vm.machine_error(error, None));
    }
    let times = [old.it_value, old.it_interval].map(|time| vm.new_float(time.tv_sec as f64 + time.tv_usec as f64 / 1e6));
    Ok(vm.new_tuple(times.into()))
}

fn which(vm: &mut Vm, arguments: &[Value]) -> Res<i32> {
    let which = match argument(arguments, 0) {
        Some(which) => vm.index_i64(which)?,
        None => 0,
    };
    Ok(i32::try_from(which).unwrap_or(-1))
}

fn set_timer(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (which, value, interval) = (which(vm, arguments)?, seconds(vm, arguments, 1)?, seconds(vm, arguments, 2)?);
    let new = libc::itimerval { it_interval: interval, it_value: value };
    // SAFETY: both settings are there.
    timer(vm, |old| unsafe { libc::setitimer(which as _, &new, old) })
}

fn get_timer(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let which = which(vm, arguments)?;
    // SAFETY: the setting is there.
    timer(vm, |old| unsafe { libc::getitimer(which as _, old) })
}
