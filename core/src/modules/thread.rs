//! `thread`: what py-threads can do beyond `_thread`: choose who runs next, interrupt one another, look at the scheduler.

use super::{ModuleSpec, Namespace};
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex, Exception};

use crate::object::value::Value;
use crate::sched::task::{MAIN, State};
use crate::vm::{Action, Args, Call, Native, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple(
            "start_new_thread(function, args, kwargs=None, /)",
            super::_thread::start_new_thread,
            "Start a new thread that calls the function; return its identifier.",
        ),
        Native::simple("get_ident()", super::_thread::get_ident, "The identifier of the current thread."),
        Native::simple("allocate_lock()", |vm, _| Ok(vm.new_lock()), "A new lock."),
        Native::simple(
            "sched_yield(id=None, /)",
            sched_yield,
            "End the current thread's slice; with an identifier, that thread runs next if it can, in exchange for its place in the run queue.",
        ),
        Native::full(
            "interrupt(id, exc=None, if_running=0)",
            interrupt,
            "Wake a thread that waits: exc (Interrupt unless given) is raised where it waits. With if_running, also one that runs or can run. Return whether it will be raised.",
        ),
        Native::simple("all()", all, "The identifiers of all threads, the main thread's first."),
        Native::simple("status(id=None, /)", status, "What a thread (or each, in a list) is doing, in dicts."),
        Native::simple("setticks(n, /)", set_ticks, "How many backward jumps and calls make a slice; returns how many it were."),
        Native::simple("stats()", stats, "Counts of the scheduler, in a dict."),
        Native::simple("freeze(id, /)", missing, "Take a thread out of scheduling."),
        Native::simple("thaw(id, /)", missing, "Put a frozen thread back."),
        Native::simple("Channel(size=0, /)", missing, "A channel between threads."),
    ],
    constants,
    ..ModuleSpec::new("thread", "Threads of this virtual machine: scheduling, interrupts, what they are doing.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, base) in [("Interrupt", Ex::Exception), ("DeadlockError", Ex::RuntimeError)] {
        let class = super::exception_class(vm, "thread", name, &[base]);
        module.set(vm, name, class);
    }
}

/// `DeadlockError(report)`
pub fn deadlock_error(vm: &mut Vm, report: &str) -> Value {
    super::exception_of(vm, "thread", "DeadlockError", Ex::RuntimeError, report)
}

/// The py-thread that an identifier names.
fn find(vm: &mut Vm, ident: &Value) -> Res<u32> {
    let number = vm.index_i64(ident)?;
    match vm.sched.tasks.find(number) {
        Some(index) => Ok(index),
        None => Err(vm.value_error(&format!("no thread {number}"))),
    }
}

fn sched_yield(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match argument(arguments, 0) {
        Some(ident) if !ident.is_none() => {
            let index = find(vm, ident)?;
            if vm.yield_to(index) { Err(crate::vm::native::Raised(())) } else { super::_thread::yield_slice(vm) }
        }
        _ => super::_thread::yield_slice(vm),
    }
}

fn interrupt(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(ident) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let index = find(vm, ident)?;
    let running = match arguments.get(2) {
        Some(running) => vm.truth(running)?,
        None => false,
    };
    let given = match arguments.get(1).filter(|exception| !exception.is_none()) {
        Some(exception) => exception.clone(),
        None => super::attribute(vm, "thread", "Interrupt").unwrap_or(Value::NONE),
    };
    if given.get::<Exception>().is_some() {
        return deliver(vm, index, given, running);
    }
    if !exception::is_exception_class(vm, &given) {
        return Err(vm.type_error("exc must be an exception class or instance"));
    }
    let target = vm.sched.tasks.ident(index);
    Ok(Action::Call(
        Call::new(given, []),
        Box::new(move |vm: &mut Vm, exception: Res<Value>| {
            let exception = exception?;
            match vm.sched.tasks.find(target) {
                Some(index) => deliver(vm, index, exception, running),
                None => Ok(Action::Return(Value::FALSE)),
            }
        }),
    ))
}

fn deliver(vm: &mut Vm, index: u32, exception: Value, running: bool) -> Res<Action> {
    if index == vm.sched.current && running {
        return Err(vm.raise_value(exception));
    }
    Ok(Action::Return(Value::bool(vm.sched.interrupt(index, exception, running))))
}

fn all(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let idents: Vec<i64> = vm.sched.tasks.indices().map(|index| vm.sched.tasks.ident(index)).collect();
    let idents = idents.into_iter().map(|ident| vm.new_int(ident)).collect();
    Ok(vm.new_list(idents))
}

/// A dict with these str keys.
fn record<const N: usize>(vm: &mut Vm, entries: [(&str, Value); N]) -> Value {
    let dict = vm.new_dict();
    for (name, value) in entries {
        let name = vm.intern(name);
        if let Some(dict) = dict.get::<Dict>() {
            drop(dict.set_interned(&name, value));
        }
    }
    dict
}

fn status_of(vm: &mut Vm, index: u32) -> Value {
    let ident = vm.new_int(vm.sched.tasks.ident(index));
    let task = vm.sched.tasks.at(index);
    let state = match task.state() {
        State::Free => "ended",
        State::New => "new",
        State::Runnable => "runnable",
        State::Running => "running",
        State::Blocked => "blocked",
        State::HardBlocked => "hard-blocked",
        State::Returning => "returning",
        State::Resting => "resting",
    };
    let name = task.name().cloned().unwrap_or(Value::NONE);
    let waits_for = task.waits_for().cloned().unwrap_or(Value::NONE);
    let reentries = if task.state() == State::Running { vm.reentries } else { task.reentries() };
    let main = Value::bool(index == MAIN);
    let place = match vm.place_of(index) {
        Some(place) => vm.new_str(&place),
        None => Value::NONE,
    };
    let activity = vm.activity_of(index);
    let (state, activity, reentries) = (vm.intern(state), vm.new_str(&activity), vm.new_size(reentries));
    record(
        vm,
        [("id", ident), ("name", name), ("main", main), ("state", state), ("activity", activity), ("waits_for", waits_for), ("place", place), ("reentries", reentries)],
    )
}

fn status(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(ident) = argument(arguments, 0).filter(|ident| !ident.is_none()) {
        let index = find(vm, ident)?;
        return Ok(status_of(vm, index));
    }
    let indices: Vec<u32> = vm.sched.tasks.indices().collect();
    let records = indices.into_iter().map(|index| status_of(vm, index)).collect();
    Ok(vm.new_list(records))
}

fn set_ticks(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(ticks) = argument(arguments, 0) else { return Ok(Value::NONE) };
    let number = vm.index_i64(ticks)?;
    match i32::try_from(number).ok().filter(|&ticks| ticks > 0) {
        Some(ticks) => {
            let before = core::mem::replace(&mut vm.sched.slice_ticks, ticks);
            Ok(Value::small_int(i64::from(before)))
        }
        None => Err(vm.value_error("a slice has at least one tick")),
    }
}

fn stats(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let os_threads = vm.platform.os_threads();
    let sched = &vm.sched;
    let counts = [
        ("threads", sched.tasks.alive()),
        ("most_threads", sched.tasks.most()),
        ("limit", sched.limit),
        ("started", sched.started as usize),
        ("switches", sched.switches as usize),
        ("runnable", sched.runnable()),
        ("timers", sched.sleeping()),
        ("hard_blocked", sched.hard_blocked),
        ("slice_ticks", sched.slice_ticks as usize),
        ("os_threads_standing_by", os_threads.standing_by),
        ("os_threads_on_duty", os_threads.on_duty),
        ("os_threads_limit", os_threads.limit),
    ];
    let counts = counts.map(|(name, count)| (name, vm.new_size(count)));
    Ok(record(vm, counts))
}

fn missing(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Err(vm.raise(Ex::NotImplementedError, "not in this version"))
}
