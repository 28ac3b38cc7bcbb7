//! `thread`: what py-threads can do beyond `_thread`: choose who runs next, interrupt one another, look at the scheduler.

use super::channel::{CHANNEL, SELECT};
use super::{ModuleSpec, Namespace, far_yield, thread_object};
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex, Exception};
use crate::object::value::Value;
use crate::sched::priority::PRIORITIES;
use crate::sched::task::{DAEMON, State};
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
        Native::waiting(
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
        Native::waiting("freeze(id, /)", freeze, "Take a thread out of scheduling until it is thawed. Return whether that changed anything."),
        Native::simple("thaw(id, /)", thaw, "Put a frozen thread back. Return whether it was frozen."),
        Native::simple("setpriority(id, priority, /)", set_priority, "Give a thread another priority, LOW to URGENT; returns the one that it had."),
        Native::simple("getpriority(id=None, /)", get_priority, "The priority of a thread, the current one unless given."),
        Native::simple("measure(on=True, /)", measure, "Measure how long each thread runs (cpu_time in its status), or no longer; returns whether that was measured."),
        Native::simple("deadlocks()", deadlocks, "The cycles of threads in which each waits for the next one: a list of lists of identifiers."),
        Native::simple("report()", report, "What every thread is doing, with its stack, as text."),
    ],
    types: &[&CHANNEL],
    constants,
    ..ModuleSpec::new("thread", "Threads of this virtual machine: scheduling, interrupts, what they are doing.")
};

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, base) in [("Interrupt", Ex::Exception), ("DeadlockError", Ex::RuntimeError), ("ChannelClosed", Ex::Exception)] {
        let class = super::exception_class(vm, "thread", name, &[base]);
        module.set(vm, name, class);
    }
    for (priority, name) in (0..).zip(["LOW", "NORMAL", "HIGH", "URGENT"]) {
        module.set_int(vm, name, priority);
    }
    module.functions(vm, core::slice::from_ref(&SELECT));
    module.functions(vm, &far_yield::NATIVES);
    far_yield::prepare(vm);
    vm.class_from_spec(&super::_thread::LOCK);
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

fn idents_list(vm: &mut Vm, idents: Vec<i64>) -> Value {
    let idents = idents.into_iter().map(|ident| vm.new_int(ident)).collect();
    vm.new_list(idents)
}

fn all(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let idents: Vec<i64> = vm.sched.tasks.indices().map(|index| vm.sched.tasks.ident(index)).collect();
    Ok(idents_list(vm, idents))
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
    let (state, activity, place) = (vm.state_of(index), vm.activity_of(index), vm.place_of(index));
    let (depth, bytes, reentries) = (vm.depth_of(index), vm.bytes_of(index), vm.reentries_of(index));
    let name = thread_object::name_of_task(vm, index);
    let tasks = &vm.sched.tasks;
    let (task, ident) = (tasks.at(index), tasks.ident(index));
    // The turn under way is counted when it ends.
    let mut used = task.used();
    if task.state() == State::Running {
        used.ticks += u64::from(vm.heap.ticks_used());
        used.turns += 1;
    }
    let waits_for = task.waits_for().cloned().unwrap_or(Value::NONE);
    let daemon = task.flags & DAEMON != 0;
    let owner = vm.sched.owner_for(index).map(|owner| tasks.ident(owner));
    let (frozen, time, priority) = (vm.sched.is_frozen(index), vm.sched.time_of(index), vm.sched.priority_of(index));
    let owner = owner.map_or(Value::NONE, |owner| vm.new_int(owner));
    let time = time.map_or(Value::NONE, |time| vm.new_float(time as f64 / 1e9));
    let place = place.map_or(Value::NONE, |place| vm.new_str(&place));
    let entries = [
        ("id", vm.new_int(ident)),
        ("name", name),
        ("main", Value::bool(index == vm.sched.main)),
        ("daemon", Value::bool(daemon)),
        ("state", vm.intern(state)),
        ("frozen", Value::bool(frozen)),
        ("activity", vm.new_str(&activity)),
        ("waits_for", waits_for),
        ("owner", owner),
        ("place", place),
        ("priority", Value::small_int(i64::from(priority))),
        ("ticks", vm.new_int(used.ticks as i64)),
        ("switches", vm.new_int(used.turns as i64)),
        ("cpu_time", time),
        ("depth", vm.new_size(depth)),
        ("bytes", vm.new_size(bytes)),
        ("reentries", vm.new_size(reentries)),
    ];
    record(vm, entries)
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
        ("deadlocks", sched.deadlocks as usize),
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

fn freeze(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [ident, ..] = arguments else { return Ok(Value::NONE) };
    let index = find(vm, ident)?;
    if index == vm.sched.current {
        return Err(vm.freeze_self());
    }
    Ok(Value::bool(vm.sched.freeze(index)))
}

fn thaw(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [ident, ..] = arguments else { return Ok(Value::NONE) };
    let index = find(vm, ident)?;
    Ok(Value::bool(vm.sched.thaw(index)))
}

fn set_priority(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [ident, priority, ..] = arguments else { return Ok(Value::NONE) };
    let index = find(vm, ident)?;
    let priority = vm.index_i64(priority)?;
    match u8::try_from(priority).ok().filter(|&priority| priority < PRIORITIES) {
        Some(priority) => {
            let before = vm.sched.priority_of(index);
            vm.sched.set_priority(index, priority);
            Ok(Value::small_int(i64::from(before)))
        }
        None => Err(vm.value_error(&format!("priority must be from 0 to {}", PRIORITIES - 1))),
    }
}

fn get_priority(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = match argument(arguments, 0).filter(|ident| !ident.is_none()) {
        Some(ident) => find(vm, ident)?,
        None => vm.sched.current,
    };
    Ok(Value::small_int(i64::from(vm.sched.priority_of(index))))
}

fn measure(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let on = match argument(arguments, 0) {
        Some(on) => vm.truth(on)?,
        None => true,
    };
    if on && !vm.platform.has_clock() {
        return Err(vm.raise(Ex::RuntimeError, "this machine has no clock to measure by"));
    }
    match vm.sched.measure(on) {
        Ok(was_on) => Ok(Value::bool(was_on)),
        Err(_) => Err(vm.memory_error()),
    }
}

fn report(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let report = vm.threads_report();
    Ok(vm.new_str(&report))
}

fn deadlocks(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut cycles = Vec::new();
    for cycle in vm.deadlock_cycles() {
        let idents: Vec<i64> = cycle.into_iter().map(|index| vm.sched.tasks.ident(index)).collect();
        cycles.push(idents_list(vm, idents));
    }
    Ok(vm.new_list(cycles))
}
