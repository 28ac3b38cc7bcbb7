//! `_thread`: py-threads and locks, as `threading` and programs of the old school want them.

use super::{ModuleSpec, Namespace, thread_object};
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_HEAP, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, Class, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::list::{self, List};
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::sched::task::DAEMON;
use crate::sched::wait::{Life, Lock, ReentrantLock, ThreadHandle, Timeout, life_of};
use crate::struct_sequence;
use crate::vm::protocol::get_attribute_then;
use crate::vm::signals::INTERRUPT;
use crate::vm::{Action, Args, Call, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;
use hashbrown::HashMap;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("start_new_thread(function, args, kwargs=None, /)", start_new_thread, "Start a new thread that calls the function; return its identifier."),
        Native::simple("start_new(function, args, kwargs=None, /)", start_new_thread, "An obsolete synonym of start_new_thread()."),
        Native::simple(
            "start_joinable_thread(function, handle=None, daemon=True)",
            start_joinable_thread,
            "Start a new thread that calls the function; return a handle that can be joined.",
        ),
        Native::simple("get_ident()", get_ident, "The identifier of the current thread: an integer other than 0."),
        Native::simple("get_native_id()", get_ident, "As get_ident(): no OS thread belongs to a thread."),
        Native::simple("allocate_lock()", |vm, _| Ok(vm.new_lock()), "A new lock."),
        Native::simple("allocate()", |vm, _| Ok(vm.new_lock()), "An obsolete synonym of allocate_lock()."),
        Native::simple("stack_size(size=0, /)", stack_size, "The size asked for last, and sets it; stacks grow as needed all the same."),
        Native::full("interrupt_main(signum=2, /)", interrupt_main, "Simulate the arrival of a signal, which interrupts the main thread."),
        Native::simple("exit()", exit, "Raise SystemExit: the thread ends, without a report."),
        Native::simple("exit_thread()", exit, "An obsolete synonym of exit()."),
        Native::simple("_count()", |vm, _| Ok(vm.new_size(vm.sched.tasks.alive().saturating_sub(1))), "The number of threads beside the main one."),
        Native::simple("daemon_threads_allowed()", |_, _| Ok(Value::TRUE), "Whether daemon threads are allowed."),
        Native::full("_shutdown()", shutdown, "Wait for all threads that are not daemons."),
        Native::simple("_make_thread_handle(ident, /)", make_thread_handle, "A handle of a thread that runs already."),
        Native::simple("_get_main_thread_ident()", |vm, _| Ok(vm.new_int(vm.sched.tasks.ident(vm.sched.main))), "The identifier of the main thread."),
        Native::simple("_is_main_interpreter()", |_, _| Ok(Value::TRUE), "Whether this is the main interpreter."),
        Native::simple("set_name(name)", set_name, "Name the current thread, for reports."),
        Native::simple("_current()", thread_object::current, "The Thread object of the current thread, or None."),
        Native::simple("_threads()", thread_object::threads, "The Thread objects of all threads, or the identifiers of those that have none."),
        Native::simple("_new_name(prefix, /)", thread_object::new_name, "A name with the next number."),
        Native::simple("_set_starter(function, /)", thread_object::set_starter, "What is called with each new Thread in it, instead of its run(); None: nothing."),
        Native::full("_excepthook(args, /)", excepthook, "Print what ended Thread.run()."),
    ],
    types: &[&LOCK, &RLOCK, &THREAD_HANDLE, &thread_object::THREAD, &LOCAL, &EXCEPT_HOOK_ARGS],
    constants,
    ..ModuleSpec::new("_thread", "Threads and locks.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    let lock = vm.class_from_spec(&LOCK);
    module.set(vm, "LockType", lock);
    let error = vm.exception_class(Ex::RuntimeError).value();
    module.set(vm, "error", error);
    module.set_float(vm, "TIMEOUT_MAX", TIMEOUT_MAX);
}

/// Seconds that fit the machine's clock.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

struct_sequence!(pub EXCEPT_HOOK_ARGS, "_thread", "_ExceptHookArgs", "What ended a thread.", 0 "exc_type", 1 "exc_value", 2 "exc_traceback", 3 "thread");

// ---- times

/// A time span in nanoseconds, from a number of seconds.
///
/// # Errors
/// TypeError, ValueError for NaN, OverflowError.
pub fn nanoseconds(vm: &mut Vm, value: &Value) -> Res<i64> {
    let seconds = match value.as_small_float().or_else(|| value.get::<object::float::Float>().map(|float| float.number)) {
        Some(seconds) => seconds,
        None => {
            let seconds = vm.index(value)?;
            match seconds.as_small_int().and_then(|seconds| seconds.checked_mul(1_000_000_000)) {
                Some(span) => return Ok(span),
                None => return Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t")),
            }
        }
    };
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    let span = libm::ceil(seconds * 1e9);
    if span.abs() >= i64::MAX as f64 {
        return Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t"));
    }
    Ok(span as i64)
}

/// The end of a time span that begins now.
///
/// # Errors
/// RuntimeError on a machine without a clock.
fn deadline(vm: &mut Vm, span: i64) -> Res<Timeout> {
    if !vm.platform.has_clock() {
        return Err(vm.raise(Ex::RuntimeError, "this machine has no clock to wait by"));
    }
    Ok(Timeout::Until(vm.sched.now().saturating_add(span.unsigned_abs())))
}

/// A `timeout` that is None or a number of seconds.
///
/// # Errors
/// ValueError for a negative one; as [`nanoseconds`].
pub(super) fn wait_timeout(vm: &mut Vm, timeout: Option<&Value>) -> Res<Timeout> {
    match timeout.filter(|timeout| !timeout.is_none()) {
        None => Ok(Timeout::Forever),
        Some(timeout) => match nanoseconds(vm, timeout)? {
            span if span < 0 => Err(vm.value_error("timeout value must be a non-negative number")),
            0 => Ok(Timeout::None),
            span => deadline(vm, span),
        },
    }
}

/// `blocking` and `timeout` of `acquire`.
fn acquire_timeout(vm: &mut Vm, arguments: &[Value]) -> Res<Timeout> {
    let blocking = match argument(arguments, 1) {
        Some(blocking) => vm.truth(blocking)?,
        None => true,
    };
    let span = match argument(arguments, 2) {
        Some(timeout) => nanoseconds(vm, timeout)?,
        None => -1_000_000_000,
    };
    match span {
        -1_000_000_000 if blocking => Ok(Timeout::Forever),
        -1_000_000_000 => Ok(Timeout::None),
        _ if !blocking => Err(vm.value_error("can't specify a timeout for a non-blocking call")),
        span if span < 0 => Err(vm.value_error("timeout value must be a non-negative number")),
        0 => Ok(Timeout::None),
        span => deadline(vm, span),
    }
}

/// `time.sleep`
pub static SLEEP: [Native; 1] = [Native::waiting("sleep(seconds, /)", sleep, "Let other threads run for so many seconds, a float or an integer.")];

fn sleep(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [seconds, ..] = arguments else { return Ok(Value::NONE) };
    match nanoseconds(vm, seconds)? {
        span if span < 0 => Err(vm.value_error("sleep length must be non-negative")),
        0 => yield_slice(vm),
        span => {
            let timeout = deadline(vm, span)?;
            Err(vm.wait_for(None, timeout))
        }
    }
}

/// Ends the slice, if anybody else can run.
pub(super) fn yield_slice(vm: &mut Vm) -> Res<Value> {
    if vm.sched.runnable() == 0 { Ok(Value::NONE) } else { Err(vm.give_way()) }
}

// ---- threads

pub(super) fn start_new_thread(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [function, positional, ..] = arguments else { return Ok(Value::NONE) };
    if !is_callable(vm, function) {
        return Err(vm.type_error("first arg must be callable"));
    }
    if positional.get::<Tuple>().is_none() {
        return Err(vm.type_error("2nd arg must be a tuple"));
    }
    let keywords = match argument(arguments, 2) {
        None => Vec::new(),
        Some(keywords) => match keywords.get::<Dict>() {
            Some(keywords) => keywords.items(),
            None => return Err(vm.type_error("optional 3rd arg must be a dictionary")),
        },
    };
    if keywords.iter().any(|(name, _)| name.get::<Str>().is_none()) {
        return Err(vm.type_error("keywords must be strings"));
    }
    let ident = vm.start_thread(function.clone(), positional.clone(), keywords, None, true)?;
    Ok(vm.new_int(ident))
}

fn is_callable(vm: &mut Vm, value: &Value) -> bool {
    matches!(value.kind(), Kind::Function | Kind::BoundMethod | Kind::Native | Kind::Class) || vm.lookup_special(value, Name::Call).is_some()
}

fn start_joinable_thread(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [function, ..] = arguments else { return Ok(Value::NONE) };
    if !is_callable(vm, function) {
        return Err(vm.type_error("thread function must be callable"));
    }
    let handle = match argument(arguments, 1) {
        Some(handle) if handle.get::<ThreadHandle>().is_some() => handle.clone(),
        None => vm.new_thread_handle(),
        Some(handle) if handle.is_none() => vm.new_thread_handle(),
        Some(_) => return Err(vm.type_error("'handle' must be a _ThreadHandle")),
    };
    if life_of(&handle).is_some_and(|life| life.ident.get() != 0) {
        return Err(vm.raise(Ex::RuntimeError, "thread already started"));
    }
    let daemon = match argument(arguments, 2) {
        Some(daemon) => vm.truth(daemon)?,
        None => true,
    };
    let nothing = vm.new_tuple(Vec::new());
    vm.start_thread(function.clone(), nothing, Vec::new(), Some(handle.clone()), daemon)?;
    Ok(handle)
}

pub(super) fn get_ident(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let ident = vm.sched.tasks.ident(vm.sched.identity());
    Ok(vm.new_int(ident))
}

/// The least size of a stack that CPython takes.
const LEAST_STACK: i64 = 32 * 1024;

fn stack_size(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let before = Value::small_int(vm.sched.stack_size);
    if let Some(size) = argument(arguments, 0) {
        let size = vm.index_i64(size)?;
        if size < 0 {
            return Err(vm.value_error("size must be 0 or a positive value"));
        }
        if (1..LEAST_STACK).contains(&size) {
            return Err(vm.value_error(&format!("size not valid: {size} bytes")));
        }
        vm.sched.stack_size = size;
    }
    Ok(before)
}

fn interrupt_main(vm: &mut Vm, args: &Args) -> Res<Action> {
    let signal = match args.get(0) {
        Some(signal) => vm.index_i64(signal)?,
        None => i64::from(INTERRUPT),
    };
    let Some(signal) = u32::try_from(signal).ok().filter(|signal| (1..=64).contains(signal)) else {
        return Err(vm.value_error("signal number out of range"));
    };
    vm.simulate_signal(signal);
    vm.let_handlers_run(Value::NONE)
}

fn exit(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Err(vm.raise_with(Ex::SystemExit, Vec::new()))
}

fn set_name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [name, ..] = arguments else { return Ok(Value::NONE) };
    if name.get::<Str>().is_none() {
        let given = vm.type_name(name);
        return Err(vm.type_error(&format!("set_name() argument 'name' must be str, not {given}")));
    }
    let current = vm.sched.current;
    vm.sched.tasks.at_mut(current).name = Some(name.clone());
    Ok(Value::NONE)
}

fn make_thread_handle(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [ident, ..] = arguments else { return Ok(Value::NONE) };
    let ident = vm.index_i64(ident)?;
    let handle = vm.new_thread_handle();
    if let Some(life) = life_of(&handle) {
        life.ident.set(ident);
    }
    Ok(handle)
}

/// Waits for one thread that is no daemon after the other.
fn shutdown(vm: &mut Vm, _: &Args) -> Res<Action> {
    let tasks = &vm.sched.tasks;
    let current = vm.sched.current;
    let waited = tasks.indices().find_map(|index| {
        let task = tasks.at(index);
        if task.flags & DAEMON == 0 && index != vm.sched.main && index != current { task.handle.clone() } else { None }
    });
    match waited {
        None => Ok(Action::Return(Value::NONE)),
        Some(handle) => {
            vm.sched.block(Some(&handle), Timeout::Forever);
            Ok(Action::Park(Box::new(|vm: &mut Vm, result: Res<Value>| {
                result?;
                shutdown(vm, &Args { positional: &[], names: &[], values: &[] })
            })))
        }
    }
}

fn excepthook(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let items =
        arguments.get(0).filter(|value| vm.class_of(value).value().is(&vm.class_from_spec(&EXCEPT_HOOK_ARGS))).and_then(|value| value.get::<Tuple>()).map(Tuple::items);
    let Some([_, exception, _, thread]) = items else {
        return Err(vm.type_error("_thread.excepthook argument type must be ExceptHookArgs"));
    };
    if vm.is_instance(exception, &vm.exception_class(Ex::SystemExit)) {
        return Ok(Action::Return(Value::NONE));
    }
    let exception = exception.clone();
    let name = vm.intern("name");
    let (ident, handled) = (vm.sched.tasks.ident(vm.sched.current), thread.is_none());
    let report = move |vm: &mut Vm, name: Option<Value>| {
        let name = match name.as_ref().and_then(|name| name.get::<Str>()) {
            Some(name) => name.to_string_lossy().into_owned(),
            None => format!("{ident}"),
        };
        let text = format!("Exception in thread {name}:\n{}", crate::builtins::report::format_exception(vm, &exception));
        crate::builtins::report::write_error(vm, &text);
        Ok(Action::Return(Value::NONE))
    };
    if handled {
        return report(vm, None);
    }
    get_attribute_then(vm, thread, &name, move |vm, name| {
        let name = vm.catch(name, Ex::AttributeError)?;
        report(vm, name)
    })
}

pub static THREAD_HANDLE: TypeSpec = TypeSpec {
    module: "_thread",
    doc: "What stands for a thread that others wait for.",
    natives: &[
        Native::simple("__new__($type, /)", |vm, _| Ok(vm.new_thread_handle()), "A handle of no thread yet."),
        Native::waiting("join($self, timeout=None, /)", join, "Wait for the end of the thread."),
        Native::simple(
            "is_done($self, /)",
            |_, arguments| Ok(Value::bool(arguments.first().and_then(life_of).is_some_and(|life| life.done.get()))),
            "Whether the thread has ended.",
        ),
        Native::simple("_set_done($self, /)", set_done, "Let the thread count as ended."),
        Native::simple("__repr__($self, /)", handle_repr, "Return repr(self)."),
    ],
    getters: &[Getter::read_only(
        "ident",
        |vm, handle| Ok(vm.new_int(life_of(handle).map_or(0, |life| life.ident.get()))),
        "The thread's identifier; 0 before its start.",
    )],
    ..TypeSpec::new("_ThreadHandle", ThreadHandle::LAYOUT)
};

/// The time-out of a wait for so many nanoseconds; forever if that is negative.
///
/// # Errors
/// RuntimeError on a machine without a clock.
pub(super) fn span_timeout(vm: &mut Vm, span: i64) -> Res<Timeout> {
    match span {
        span if span < 0 => Ok(Timeout::Forever),
        0 => Ok(Timeout::None),
        span => deadline(vm, span),
    }
}

fn join(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let timeout = match argument(arguments, 1).filter(|timeout| !timeout.is_none()) {
        Some(timeout) => {
            let span = nanoseconds(vm, timeout)?;
            span_timeout(vm, span)?
        }
        None => Timeout::Forever,
    };
    let Some((object, life)) = life_in(arguments) else { return Ok(Value::NONE) };
    if life.ident.get() == 0 && !life.done.get() {
        return Err(vm.raise(Ex::RuntimeError, "thread not started"));
    }
    if life.ident.get() == vm.sched.tasks.ident(vm.sched.current) && !life.done.get() {
        return Err(vm.raise(Ex::RuntimeError, "Cannot join current thread"));
    }
    vm.join_thread(object, life, timeout)
}

fn life_in(arguments: &[Value]) -> Option<(&Value, &Life)> {
    arguments.first().and_then(|object| Some((object, life_of(object)?)))
}

fn set_done(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some((_, life)) = life_in(arguments) {
        if life.ident.get() == 0 {
            return Err(vm.raise(Ex::RuntimeError, "thread not started"));
        }
        vm.sched.finish(life);
    }
    Ok(Value::NONE)
}

fn handle_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let ident = arguments.first().and_then(life_of).map_or(0, |life| life.ident.get());
    Ok(vm.format(format_args!("<_thread._ThreadHandle object: ident={ident}>")))
}

// ---- locks

pub static LOCK: TypeSpec = TypeSpec {
    module: "_thread",
    flags: CLASS_WEAKREFERABLE | CLASS_FINAL,
    doc: "A lock that any thread may release.",
    natives: &[
        Native::simple("__new__($type, /)", |vm, _| Ok(vm.new_lock()), "A new lock."),
        Native::waiting(
            "acquire($self, /, blocking=True, timeout=-1)",
            acquire,
            "Lock it, and wait for that if need be (blocking; so many seconds with a timeout). Return whether it was locked.",
        ),
        Native::waiting("acquire_lock($self, /, blocking=True, timeout=-1)", acquire, "An obsolete synonym of acquire()."),
        Native::simple("release($self, /)", release, "Unlock it, or hand it to the first thread that waits for it."),
        Native::simple("release_lock($self, /)", release, "An obsolete synonym of release()."),
        Native::simple("locked($self, /)", locked, "Whether it is locked."),
        Native::simple("locked_lock($self, /)", locked, "An obsolete synonym of locked()."),
        Native::waiting("__enter__($self, /)", acquire, "Lock it."),
        Native::simple("__exit__($self, /, *args)", |vm, arguments| release(vm, arguments).map(|_| Value::NONE), "Unlock it."),
        Native::simple("_at_fork_reinit($self, /)", reset, "Unlock it whoever waits."),
        Native::simple("__repr__($self, /)", lock_repr, "Return repr(self)."),
    ],
    ..TypeSpec::new("lock", Lock::LAYOUT)
};

fn acquire(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let timeout = if arguments.len() == 1 { Timeout::Forever } else { acquire_timeout(vm, arguments)? };
    match arguments.first().and_then(|object| Some((object, object.get::<Lock>()?))) {
        Some((object, lock)) => vm.acquire_lock(object, lock, timeout),
        None => Ok(Value::NONE),
    }
}

fn release(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(lock) = arguments.first().and_then(|lock| lock.get::<Lock>()) {
        vm.release_lock(lock)?;
    }
    Ok(Value::NONE)
}

fn is_locked(object: &Value) -> bool {
    object.get::<Lock>().is_some_and(Lock::is_locked) || object.get::<ReentrantLock>().is_some_and(ReentrantLock::is_locked)
}

fn locked(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(Value::bool(arguments.first().is_some_and(is_locked)))
}

fn reset(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(object) = arguments.first() {
        if let Some(lock) = object.get::<Lock>() {
            lock.reset();
        }
        if let Some(lock) = object.get::<ReentrantLock>() {
            lock.reset();
        }
    }
    Ok(Value::NONE)
}

fn lock_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [object, ..] = arguments else { return Ok(Value::NONE) };
    let state = if is_locked(object) { "locked" } else { "unlocked" };
    let name = vm.type_name(object);
    let address = object.bits();
    match object.get::<ReentrantLock>() {
        Some(lock) => {
            let owner = lock.owner_ident(&vm.sched.tasks);
            Ok(vm.format(format_args!("<{state} {name} object owner={owner} count={} at {address:#x}>", lock.count())))
        }
        None => Ok(vm.format(format_args!("<{state} {name} object at {address:#x}>"))),
    }
}

pub static RLOCK: TypeSpec = TypeSpec {
    module: "_thread",
    flags: CLASS_WEAKREFERABLE,
    doc: "A lock that the thread that has it may lock again.",
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", new_reentrant, "A new lock."),
        Native::waiting(
            "acquire($self, /, blocking=True, timeout=-1)",
            acquire_reentrant,
            "Lock it once more, and wait for that if need be (blocking; so many seconds with a timeout). Return whether it was locked.",
        ),
        Native::simple("release($self, /)", release_reentrant, "Undo one acquire()."),
        Native::simple("locked($self, /)", locked, "Whether it is locked."),
        Native::waiting("__enter__($self, /)", acquire_reentrant, "Lock it once more."),
        Native::simple("__exit__($self, /, *args)", |vm, arguments| release_reentrant(vm, arguments).map(|_| Value::NONE), "Undo one acquire()."),
        Native::simple("_is_owned($self, /)", is_owned, "Whether the current thread has it."),
        Native::simple("_recursion_count($self, /)", recursion_count, "How often the current thread has locked it."),
        Native::simple("_release_save($self, /)", release_save, "Unlock it fully; return what _acquire_restore() needs."),
        Native::full("_acquire_restore($self, state, /)", acquire_restore, "Lock it as often as it was."),
        Native::simple("_at_fork_reinit($self, /)", reset, "Unlock it whoever waits."),
        Native::simple("__repr__($self, /)", lock_repr, "Return repr(self)."),
    ],
    ..TypeSpec::new("RLock", ReentrantLock::LAYOUT)
};

fn new_reentrant(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = allocation_class::<ReentrantLock>(vm, args.positional, "RLock")?;
    Ok(Action::Return(vm.heap.new_object(&class, ReentrantLock::open)))
}

fn reentrant(arguments: &[Value]) -> Option<(&Value, &ReentrantLock)> {
    arguments.first().and_then(|object| Some((object, object.get::<ReentrantLock>()?)))
}

fn acquire_reentrant(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let timeout = if arguments.len() == 1 { Timeout::Forever } else { acquire_timeout(vm, arguments)? };
    match reentrant(arguments) {
        Some((object, lock)) => vm.acquire_reentrant(object, lock, timeout),
        None => Ok(Value::NONE),
    }
}

fn release_reentrant(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some((_, lock)) = reentrant(arguments) {
        vm.release_reentrant(lock)?;
    }
    Ok(Value::NONE)
}

fn is_owned(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(Value::bool(reentrant(arguments).is_some_and(|(_, lock)| vm.owns_reentrant(lock))))
}

fn recursion_count(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let count = reentrant(arguments).filter(|(_, lock)| vm.owns_reentrant(lock)).map_or(0, |(_, lock)| lock.count());
    Ok(vm.new_size(count))
}

fn release_save(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((_, lock)) = reentrant(arguments) else { return Ok(Value::NONE) };
    let owner = lock.owner_ident(&vm.sched.tasks);
    let count = vm.release_reentrant_fully(lock)?;
    let (count, owner) = (vm.new_size(count), vm.new_int(owner));
    Ok(vm.new_tuple(Vec::from([count, owner])))
}

fn acquire_restore(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(object), Some(state)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let count = match state.get::<Tuple>().and_then(|state| state.items().first()).and_then(Value::as_small_int).and_then(|count| usize::try_from(count).ok()) {
        Some(count) => count,
        None => return Err(vm.type_error("_acquire_restore() argument 1 must be a tuple of two integers")),
    };
    let restore = move |object: &Value| {
        if let Some(lock) = object.get::<ReentrantLock>() {
            lock.set_count(count);
        }
        Ok(Action::Return(Value::NONE))
    };
    let free = object.get::<ReentrantLock>().is_none_or(|lock| !lock.is_locked());
    if free {
        if let Some(lock) = object.get::<ReentrantLock>() {
            vm.acquire_reentrant(&object, lock, Timeout::Forever)?;
        }
        return restore(&object);
    }
    vm.sched.block(Some(&object), Timeout::Forever);
    Ok(Action::Park(Box::new(move |_: &mut Vm, result: Res<Value>| {
        result?;
        restore(&object)
    })))
}

// ---- _local

/// `_thread._local`: attributes of its own for each py-thread.
#[repr(C)]
pub struct Local {
    pub header: Header,
    /// A [`LocalTable`]: py-threads that have a namespace here know it, and may outlive this object.
    table: Value,
    /// For `__init__` of a subclass, which runs once a py-thread.
    arguments: Mut<Vec<Value>>,
    names: Mut<Vec<Value>>,
}

object!(
    Local,
    Kind::Other,
    "_local",
    |this, visit| {
        visit(&this.table);
        this.arguments.get().iter().for_each(&mut *visit);
    },
    |this| {
        drop(this.arguments.take());
        this.forget();
    }
);

impl Local {
    fn forget(&self) {
        if let Some(table) = self.table.get::<LocalTable>() {
            table.is_over.set(true);
            drop(table.dicts.take());
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if !crate::heap::heap_of(&self.header).is_closing() {
            self.forget();
        }
    }
}

/// The namespaces of a [`Local`] by py-thread.
#[repr(C)]
struct LocalTable {
    header: Header,
    dicts: Mut<HashMap<i64, Value, foldhash::fast::FixedState>>,
    /// Its [`Local`] is gone.
    is_over: Cell<bool>,
}

object!(LocalTable, Kind::Other, "_localdummy", |this, visit| this.dicts.get().values().for_each(&mut *visit), |this| drop(this.dicts.take()));

/// A py-thread ended: the namespaces that it has in these tables (a list) go.
pub fn drop_locals(tables: &Value, ident: i64) {
    let Some(tables) = tables.get::<List>() else { return };
    for table in tables.items.get() {
        if let Some(table) = table.get::<LocalTable>() {
            drop(table.dicts.get_mut().remove(&ident));
        }
    }
}

pub static LOCAL_TABLE: TypeSpec = TypeSpec { module: "_thread", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("_localdummy", LocalTable::LAYOUT) };

pub static LOCAL: TypeSpec = TypeSpec {
    module: "_thread",
    doc: "Attributes that each thread has for itself.",
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", local_new, "Create and return a new object."),
        Native::full("__getattribute__($self, name, /)", local_get, "Return getattr(self, name)."),
        Native::full(
            "__setattr__($self, name, value, /)",
            |vm, arguments| local_store(vm, arguments, arguments.get(2).cloned()),
            "Implement setattr(self, name, value).",
        ),
        Native::full("__delattr__($self, name, /)", |vm, arguments| local_store(vm, arguments, None), "Implement delattr(self, name)."),
    ],
    ..TypeSpec::new("_local", Local::LAYOUT)
};

fn local_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Local>(vm, arguments.positional, "_local")?;
    let given: Vec<Value> = arguments.positional.iter().skip(1).chain(arguments.values).cloned().collect();
    if !given.is_empty() && !initializes(vm, &class) {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    vm.class_from_spec(&LOCAL_TABLE);
    let table = vm.new_object(|header| LocalTable { header, dicts: Mut::new(HashMap::default()), is_over: Cell::new(false) });
    let names = arguments.names.to_vec();
    let local = vm.heap.new_object(&class, |header| Local { header, table, arguments: Mut::new(given), names: Mut::new(names) });
    new_namespace(vm, &local)?;
    Ok(Action::Return(local))
}

/// Whether a class has an `__init__` that wants to run in each py-thread.
fn initializes(vm: &mut Vm, class: &Class) -> bool {
    let name = vm.name(Name::Init).clone();
    class.lookup_with_owner(&name).is_some_and(|(_, owner)| owner.has(CLASS_HEAP))
}

/// An empty namespace for the current py-thread.
fn new_namespace(vm: &mut Vm, local: &Value) -> Res<Value> {
    let dict = vm.new_dict();
    let current = vm.sched.current;
    let ident = vm.sched.tasks.ident(current);
    if let Some(local) = local.get::<Local>()
        && let Some(table) = local.table.get::<LocalTable>()
    {
        drop(table.dicts.get_mut().insert(ident, dict.clone()));
        let known = match vm.sched.tasks.at(current).locals.clone() {
            Some(known) => known,
            None => {
                let list = vm.new_list(Vec::new());
                vm.sched.tasks.at_mut(current).locals = Some(list.clone());
                list
            }
        };
        if let Some(known) = known.get::<List>() {
            if known.items.get().len().is_power_of_two() {
                // Now and then, so that a thread does not collect those of objects that are long gone.
                known.items.get_mut().retain(|table| table.get::<LocalTable>().is_none_or(|table| !table.is_over.get()));
            }
            list::append(vm, known, local.table.clone())?;
        }
    }
    Ok(dict)
}

/// Goes on with the current py-thread's namespace, which a subclass's `__init__` has filled.
fn with_namespace(vm: &mut Vm, local: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    let ident = vm.sched.tasks.ident(vm.sched.current);
    let Some(object) = local.get::<Local>() else { return Ok(Action::Return(Value::NONE)) };
    let found = object.table.get::<LocalTable>().and_then(|table| table.dicts.get().get(&ident).cloned());
    if let Some(dict) = found {
        return then(vm, dict);
    }
    let dict = new_namespace(vm, local)?;
    let class = vm.class_of(local);
    if !initializes(vm, &class) {
        return then(vm, dict);
    }
    let Some(init) = vm.lookup_special(local, Name::Init) else { return then(vm, dict) };
    let mut arguments = Vec::from([local.clone()]);
    arguments.extend(object.arguments.get().iter().cloned());
    let call = Call { callee: init, arguments, names: object.names.get().clone() };
    let table = object.table.clone();
    Ok(Action::Call(
        call,
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            if let Err(raised) = result {
                if let Some(table) = table.get::<LocalTable>() {
                    drop(table.dicts.get_mut().remove(&ident));
                }
                return Err(raised);
            }
            then(vm, dict)
        }),
    ))
}

fn local_name(vm: &mut Vm, arguments: &Args) -> Res<(Value, Value)> {
    match (arguments.get(0), arguments.get(1)) {
        (Some(local), Some(name)) if name.get::<Str>().is_some() => Ok((local.clone(), vm.intern_value(name))),
        (_, name) => {
            let given = name.map_or(alloc::string::String::new(), |name| vm.type_name(name));
            Err(vm.type_error(&format!("attribute name must be string, not '{given}'")))
        }
    }
}

fn no_attribute(vm: &mut Vm, local: &Value, name: &Value) -> Raised {
    let text = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let class = vm.type_name(local);
    vm.attribute_error(local, name, &format!("'{class}' object has no attribute '{text}'"))
}

fn local_get(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (local, name) = local_name(vm, arguments)?;
    let target = local.clone();
    with_namespace(vm, &local, move |vm, dict| {
        if name.is(vm.name(Name::Dict)) {
            return Ok(Action::Return(dict));
        }
        let class = vm.class_of(&target);
        let found = class.lookup(&name);
        if let Some(found) = &found
            && vm.is_data_descriptor(found)
        {
            return vm.bind(found, Some(&target), &class);
        }
        if let Some(value) = dict.get::<Dict>().and_then(|dict| dict.get_interned(&name)) {
            return Ok(Action::Return(value));
        }
        match found {
            Some(found) => vm.bind(&found, Some(&target), &class),
            None => Err(no_attribute(vm, &target, &name)),
        }
    })
}

fn local_store(vm: &mut Vm, arguments: &Args, value: Option<Value>) -> Res<Action> {
    let (local, name) = local_name(vm, arguments)?;
    if name.is(vm.name(Name::Dict)) {
        let class = vm.type_name(&local);
        return Err(vm.attribute_error(&local, &name, &format!("'{class}' object attribute '__dict__' is read-only")));
    }
    let target = local.clone();
    with_namespace(vm, &local, move |vm, dict| {
        let class = vm.class_of(&target);
        if let Some(found) = class.lookup(&name)
            && vm.is_data_descriptor(&found)
        {
            return vm.set_attribute_by_default(&target, &name, value);
        }
        let Some(items) = dict.get::<Dict>() else { return Ok(Action::Return(Value::NONE)) };
        let known = match value {
            Some(value) => {
                drop(items.set_interned(&name, value));
                true
            }
            None => items.delete_interned(&name).is_some(),
        };
        if known { Ok(Action::Return(Value::NONE)) } else { Err(no_attribute(vm, &target, &name)) }
    })
}
