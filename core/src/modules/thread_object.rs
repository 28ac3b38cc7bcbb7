//! `_thread._Thread`, from which `threading.Thread` derives: the py-thread runs the target itself, without frames below it.

use super::_thread::{nanoseconds, span_timeout};
use crate::object;
use crate::object::class::{CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::{Function, NativeFunction};
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::keywords::bind;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::sched::task::DAEMON;
use crate::sched::wait::{Life, Timeout};
use crate::vm::iterate::collect;
use crate::vm::protocol::{get_attribute_then, str_then};
use crate::vm::{Action, Args, Call, Getter, Name, Native, Res, Vm, argument};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

/// A thread of control.
#[repr(C)]
pub struct Thread {
    pub header: Header,
    pub life: Life,
    /// What it calls; None: nothing.
    target: Mut<Value>,
    /// The target's arguments, an iterable; None: none.
    arguments: Mut<Value>,
    /// Its keyword arguments, a mapping; None: none.
    keywords: Mut<Value>,
    /// Its name; while it has a number, that of the target, or None.
    name: Mut<Value>,
    /// The context it runs in; None: one of its own.
    context: Mut<Value>,
    /// Whether it is a daemon, as it was given: anything with a truth.
    daemon: Mut<Value>,
    /// From which its name is made when somebody asks; 0: it has one.
    number: Cell<u32>,
    initialized: Cell<bool>,
    /// It runs the target, not a `run` of a subclass.
    plain: Cell<bool>,
    /// What ended it has been reported.
    reported: Cell<bool>,
}

object!(Thread, Kind::Other, "_Thread", |this, visit| this.values().into_iter().for_each(|value| visit(value.get())), |this| this
    .values()
    .into_iter()
    .for_each(|value| value.set(Value::NONE)));

impl Thread {
    fn new(header: Header) -> Thread {
        let nothing = || Mut::new(Value::NONE);
        Thread {
            header,
            life: Life::default(),
            target: nothing(),
            arguments: nothing(),
            keywords: nothing(),
            name: nothing(),
            context: nothing(),
            daemon: Mut::new(Value::FALSE),
            number: Cell::new(0),
            initialized: Cell::new(false),
            plain: Cell::new(false),
            reported: Cell::new(false),
        }
    }

    fn values(&self) -> [&Mut<Value>; 6] {
        [&self.target, &self.arguments, &self.keywords, &self.name, &self.context, &self.daemon]
    }

    /// Its name.
    pub fn name(&self) -> String {
        let text = self.name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned());
        match (self.number.get(), text) {
            (0, text) => text.unwrap_or_default(),
            (number, None) => format!("Thread-{number}"),
            (number, Some(target)) => format!("Thread-{number} ({target})"),
        }
    }

    /// The target has run.
    fn forget(&self) {
        for value in [&self.target, &self.arguments, &self.keywords] {
            value.set(Value::NONE);
        }
    }

    /// Its py-thread has ended.
    pub fn ended(&self) {
        if self.plain.get() {
            self.forget();
        }
    }

    fn has_started(&self) -> bool {
        self.life.ident.get() != 0
    }
}

/// The place of `run` in the natives.
const RUN: usize = 3;

pub static THREAD: TypeSpec = TypeSpec {
    module: "_thread",
    flags: CLASS_WEAKREFERABLE,
    doc: "A thread of control.",
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", new, "Create and return a new object."),
        Native::full(
            "__init__($self, /, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None, context=None)",
            init,
            "Say what the thread is to call, and with what.",
        ),
        Native::full("start($self, /)", start, "Start it: run() is called in a thread of its own."),
        Native::full("run($self, /)", run, "Call the target."),
        Native::waiting("join($self, /, timeout=None)", join, "Wait for its end, at most so many seconds."),
        Native::simple("is_alive($self, /)", is_alive, "Whether it has started and not ended yet."),
        Native::simple("_adopt($self, /)", adopt, "Stand for the current thread."),
        Native::simple("_set_done($self, /)", set_done, "Let it count as ended."),
    ],
    getters: &[
        Getter { name: "_name", get: name_of, set: Some(set_name), doc: "A text that says which it is." },
        Getter { name: "daemon", get: |vm, this| checked(vm, this, daemon), set: Some(set_daemon), doc: "Whether the program's end does not wait for it." },
        Getter { name: "_daemonic", get: daemon, set: Some(store_daemon), doc: "As daemon." },
        Getter::read_only("ident", |vm, this| checked(vm, this, ident), "Its identifier; None before its start."),
        Getter::read_only("_ident", ident, "As ident."),
        Getter::read_only("native_id", |vm, this| checked(vm, this, ident), "As ident: no OS thread belongs to it."),
        Getter::read_only("_started", |_, this| Ok(Value::bool(of(this).is_some_and(Thread::has_started))), "Whether it was started."),
        Getter::read_only("_initialized", |_, this| Ok(Value::bool(of(this).is_some_and(|thread| thread.initialized.get()))), "Whether __init__() was called."),
        Getter {
            name: "_target",
            get: |_, this| field(this, |thread| &thread.target),
            set: Some(|_, this, value| store(this, value, |thread| &thread.target)),
            doc: "What it calls.",
        },
        Getter { name: "_args", get: arguments, set: Some(|_, this, value| store(this, value, |thread| &thread.arguments)), doc: "The target's arguments." },
        Getter { name: "_kwargs", get: keywords, set: Some(|_, this, value| store(this, value, |thread| &thread.keywords)), doc: "The target's keyword arguments." },
        Getter {
            name: "_context",
            get: |_, this| field(this, |thread| &thread.context),
            set: Some(|_, this, value| store(this, value, |thread| &thread.context)),
            doc: "The context it runs in.",
        },
    ],
    ..TypeSpec::new("_Thread", Thread::LAYOUT)
};

fn of(object: &Value) -> Option<&Thread> {
    object.get::<Thread>()
}

fn receiver(arguments: &[Value]) -> Option<(&Value, &Thread)> {
    arguments.first().and_then(|object| Some((object, object.get::<Thread>()?)))
}

// ---- attributes

type Get = fn(&mut Vm, &Value) -> Res<Value>;

/// # Errors
/// AssertionError before `__init__`.
fn checked(vm: &mut Vm, this: &Value, get: Get) -> Res<Value> {
    match of(this) {
        Some(thread) if !thread.initialized.get() => Err(vm.raise(Ex::AssertionError, "Thread.__init__() not called")),
        _ => get(vm, this),
    }
}

fn field(this: &Value, field: fn(&Thread) -> &Mut<Value>) -> Res<Value> {
    Ok(of(this).map_or(Value::NONE, |thread| field(thread).get().clone()))
}

fn store(this: &Value, value: Option<&Value>, field: fn(&Thread) -> &Mut<Value>) -> Res<()> {
    if let Some(thread) = of(this) {
        field(thread).set(value.cloned().unwrap_or(Value::NONE));
    }
    Ok(())
}

fn arguments(vm: &mut Vm, this: &Value) -> Res<Value> {
    match field(this, |thread| &thread.arguments)? {
        value if value.is_none() => Ok(vm.new_tuple(Vec::new())),
        value => Ok(value),
    }
}

fn keywords(vm: &mut Vm, this: &Value) -> Res<Value> {
    match field(this, |thread| &thread.keywords)? {
        value if value.is_none() => {
            let dict = vm.new_dict();
            store(this, Some(&dict), |thread| &thread.keywords)?;
            Ok(dict)
        }
        value => Ok(value),
    }
}

fn name_of(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(thread) = of(this) else { return Ok(Value::NONE) };
    if thread.number.get() != 0 {
        let name = vm.new_str(&thread.name());
        thread.number.set(0);
        thread.name.set(name);
    }
    Ok(thread.name.get().clone())
}

/// The name of a py-thread, or None.
pub fn name_of_task(vm: &mut Vm, index: u32) -> Value {
    let task = vm.sched.tasks.at(index);
    match (task.name(), task.handle()) {
        (Some(name), _) => name.clone(),
        (None, Some(handle)) => {
            let handle = handle.clone();
            name_of(vm, &handle).unwrap_or(Value::NONE)
        }
        (None, None) => Value::NONE,
    }
}

fn set_name(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(name) = value.filter(|value| value.get::<Str>().is_some()) else { return Err(vm.type_error("the name of a thread must be a str")) };
    if let Some(thread) = of(this) {
        thread.number.set(0);
        thread.name.set(name.clone());
    }
    Ok(())
}

fn ident(vm: &mut Vm, this: &Value) -> Res<Value> {
    match of(this) {
        Some(thread) if thread.has_started() => Ok(vm.new_int(thread.life.ident.get())),
        _ => Ok(Value::NONE),
    }
}

fn daemon(_: &mut Vm, this: &Value) -> Res<Value> {
    field(this, |thread| &thread.daemon)
}

fn store_daemon(_: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    store(this, value, |thread| &thread.daemon)
}

fn set_daemon(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(thread) = of(this) else { return Ok(()) };
    if !thread.initialized.get() {
        return Err(vm.raise(Ex::RuntimeError, "Thread.__init__() not called"));
    }
    if thread.has_started() {
        return Err(vm.raise(Ex::RuntimeError, "cannot set daemon status of active thread"));
    }
    store_daemon(vm, this, value)
}

// ---- its life

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = allocation_class::<Thread>(vm, args.positional, "_Thread")?;
    Ok(Action::Return(vm.heap.new_object(&class, Thread::new)))
}

/// What a thread is that the current one makes: as that one, which is a daemon if this module knows nothing of it but that it runs.
fn inherited_daemon(vm: &Vm) -> Value {
    let task = vm.sched.tasks.at(vm.sched.identity());
    match task.handle().and_then(of) {
        Some(thread) => thread.daemon.get().clone(),
        None => Value::bool(task.flags & DAEMON != 0),
    }
}

fn next_number(vm: &mut Vm) -> u32 {
    vm.sched.threads_numbered = vm.sched.threads_numbered.wrapping_add(1).max(1);
    vm.sched.threads_numbered
}

fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [object, group, target, name, arguments, keywords, daemon, context] =
        bind(vm, "Thread.__init__", args, ["", "group", "target", "name", "args", "kwargs", "daemon", "context"], 6)?;
    let given = |value: Option<Value>| value.filter(|value| !value.is_none());
    if given(group).is_some() {
        return Err(vm.raise(Ex::AssertionError, "group argument must be None for now"));
    }
    let Some((object, thread)) = object.as_ref().and_then(|object| Some((object, of(object)?))) else { return Ok(Action::Return(Value::NONE)) };
    let daemon = match given(daemon) {
        Some(daemon) => daemon,
        None => inherited_daemon(vm),
    };
    let target = given(target);
    thread.daemon.set(daemon);
    thread.target.set(target.clone().unwrap_or(Value::NONE));
    thread.arguments.set(arguments.unwrap_or(Value::NONE));
    thread.keywords.set(keywords.unwrap_or(Value::NONE));
    thread.context.set(context.unwrap_or(Value::NONE));
    let object = object.clone();
    let named = move |number: u32, name: Value| {
        if let Some(thread) = of(&object) {
            thread.number.set(number);
            thread.name.set(name);
            thread.initialized.set(true);
        }
        Ok(Action::Return(Value::NONE))
    };
    if let Some(name) = given(name) {
        return if name.get_exact::<Str>().is_some() { named(0, name) } else { str_then(vm, &name, move |_, name| named(0, name)) };
    }
    let number = next_number(vm);
    match target {
        None => named(number, Value::NONE),
        Some(target) => match target.get::<Function>() {
            Some(function) => named(number, function.name.get().clone()),
            None => {
                let name = vm.name(Name::Name).clone();
                get_attribute_then(vm, &target, &name, move |vm, found| {
                    let found = vm.catch(found, Ex::AttributeError)?;
                    match found {
                        None => named(number, Value::NONE),
                        Some(name) => str_then(vm, &name, move |_, name| named(number, name)),
                    }
                })
            }
        },
    }
}

/// `_thread._new_name`: a name for a thread that has none, with the next number.
pub fn new_name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let prefix = arguments.first().and_then(|prefix| prefix.get::<Str>()).map(|prefix| prefix.to_string_lossy().into_owned()).unwrap_or_default();
    let number = next_number(vm);
    Ok(vm.new_str(&format!("{prefix}-{number}")))
}

fn start(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some((object, thread)) = receiver(args.positional) else { return Ok(Action::Return(Value::NONE)) };
    if !thread.initialized.get() {
        return Err(vm.raise(Ex::RuntimeError, "thread.__init__() not called"));
    }
    if thread.has_started() {
        return Err(vm.raise(Ex::RuntimeError, "threads can only be started once"));
    }
    let class = vm.class_of(object);
    let name = vm.name(Name::Run).clone();
    if class.lookup(&name).is_some_and(|run| is_own_run(&run))
        && vm.sched.starter.is_none()
        && thread.context.get().is_none()
        && vm.own_attribute(object, &class, &name).is_none()
        && let Some((target, arguments, keywords)) = plain_start(vm, thread)
    {
        thread.plain.set(true);
        return launch(vm, object, target, arguments, keywords);
    }
    let object = object.clone();
    vm.get_attribute(&object, &name)?.and_then(vm, move |vm, run| start_with(vm, &object, run))
}

fn start_with(vm: &mut Vm, object: &Value, run: Value) -> Res<Action> {
    let context = of(object).map_or(Value::NONE, |thread| thread.context.get().clone());
    if let Some(starter) = vm.sched.starter.clone() {
        let arguments = vm.new_tuple(Vec::from([object.clone()]));
        return launch(vm, object, starter, arguments, Vec::new());
    }
    if context.is_none() {
        let nothing = vm.new_tuple(Vec::new());
        return launch(vm, object, run, nothing, Vec::new());
    }
    let (name, object) = (vm.name(Name::Run).clone(), object.clone());
    vm.get_attribute(&context, &name)?.and_then(vm, move |vm, in_context| {
        let arguments = vm.new_tuple(Vec::from([run]));
        launch(vm, &object, in_context, arguments, Vec::new())
    })
}

fn launch(vm: &mut Vm, object: &Value, callee: Value, arguments: Value, keywords: Vec<(Value, Value)>) -> Res<Action> {
    let object = object.clone();
    let daemon = daemon(vm, &object)?;
    vm.truth_action(&daemon)?.and_then(vm, move |vm, daemon| {
        vm.start_thread(callee, arguments, keywords, Some(object), daemon.as_bool() == Some(true))?;
        Ok(Action::Return(Value::NONE))
    })
}

/// The `run` of this class?
fn is_own_run(method: &Value) -> bool {
    method.get::<NativeFunction>().is_some_and(|method| core::ptr::eq(method.native, &THREAD.natives[RUN]))
}

/// What its py-thread calls where `run` is the one of this class and target and arguments are as they mostly are.
fn plain_start(vm: &mut Vm, thread: &Thread) -> Option<(Value, Value, Vec<(Value, Value)>)> {
    let target = thread.target.get();
    if target.is_none() {
        return None;
    }
    let arguments = match thread.arguments.get() {
        arguments if arguments.is_none() => vm.new_tuple(Vec::new()),
        arguments => arguments.get_exact::<Tuple>().map(|_| arguments.clone())?,
    };
    let keywords = thread.keywords.get();
    let keywords = if keywords.is_none() { Vec::new() } else { keywords.get_exact::<Dict>()?.items() };
    keywords.iter().all(|(name, _)| name.get::<Str>().is_some()).then(|| (target.clone(), arguments, keywords))
}

fn run(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some((object, thread)) = receiver(args.positional) else { return Ok(Action::Return(Value::NONE)) };
    let (object, target) = (object.clone(), thread.target.get().clone());
    if target.is_none() {
        thread.forget();
        return Ok(Action::Return(Value::NONE));
    }
    let (positional, named) = (thread.arguments.get().clone(), thread.keywords.get().clone());
    let positional = if positional.is_none() { vm.new_tuple(Vec::new()) } else { positional };
    let forgotten = object.clone();
    let action = if named.is_none() {
        call_target(vm, target, &positional, Vec::new())
    } else {
        let to_dict = Action::tail_call(vm.class::<Dict>().value(), [named]);
        to_dict.and_then(vm, move |vm, named| {
            let named = named.get::<Dict>().map(Dict::items).unwrap_or_default();
            call_target(vm, target, &positional, named)
        })
    };
    Action::after(action, vm, move |_, result| {
        if let Some(thread) = of(&forgotten) {
            thread.forget();
        }
        result.map(|_| Action::Return(Value::NONE))
    })
}

fn call_target(vm: &mut Vm, target: Value, positional: &Value, named: Vec<(Value, Value)>) -> Res<Action> {
    collect(vm, positional, move |_, mut arguments| {
        let (names, values): (Vec<Value>, Vec<Value>) = named.into_iter().unzip();
        arguments.extend(values);
        Ok(Action::TailCall(Call { callee: target, arguments, names }))
    })
}

/// What reports the exception that ended the running py-thread, if that is a `Thread`: a function and its arguments, a tuple.
pub fn report(vm: &mut Vm, exception: &Value) -> Option<(Value, Value)> {
    let object = vm.sched.tasks.at(vm.sched.current).handle().filter(|object| of(object).is_some_and(|thread| !thread.reported.replace(true)))?.clone();
    if let Some(thread) = of(&object) {
        thread.ended();
    }
    let name = vm.intern("_report");
    let report = vm.class_of(&object).lookup(&name)?;
    let arguments = vm.new_tuple(Vec::from([object, exception.clone()]));
    Some((report, arguments))
}

fn join(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((object, thread)) = receiver(arguments) else { return Ok(Value::NONE) };
    if !thread.initialized.get() {
        return Err(vm.raise(Ex::RuntimeError, "Thread.__init__() not called"));
    }
    if !thread.has_started() {
        return Err(vm.raise(Ex::RuntimeError, "cannot join thread before it is started"));
    }
    if thread.life.ident.get() == vm.sched.tasks.ident(vm.sched.identity()) {
        return Err(vm.raise(Ex::RuntimeError, "cannot join current thread"));
    }
    let timeout = match argument(arguments, 1).filter(|timeout| !timeout.is_none()) {
        Some(timeout) => {
            let span = nanoseconds(vm, timeout)?.max(0);
            span_timeout(vm, span)?
        }
        None => Timeout::Forever,
    };
    vm.join_thread(object, &thread.life, timeout)
}

fn is_alive(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match receiver(arguments) {
        Some((_, thread)) if !thread.initialized.get() => Err(vm.raise(Ex::AssertionError, "Thread.__init__() not called")),
        thread => Ok(Value::bool(thread.is_some_and(|(_, thread)| thread.has_started() && !thread.life.done.get()))),
    }
}

fn adopt(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let current = vm.sched.identity();
    let Some((object, thread)) = receiver(arguments) else { return Ok(Value::FALSE) };
    thread.life.ident.set(vm.sched.tasks.ident(current));
    Ok(Value::bool(vm.sched.tasks.at_mut(current).adopt(object)))
}

fn set_done(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some((_, thread)) = receiver(arguments) {
        vm.sched.finish(&thread.life);
    }
    Ok(Value::NONE)
}

// ---- who there is

/// `_thread._current`: the `Thread` of the current py-thread, or None.
pub fn current(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let handle = vm.sched.tasks.at(vm.sched.identity()).handle();
    Ok(handle.filter(|handle| of(handle).is_some()).cloned().unwrap_or(Value::NONE))
}

/// `_thread._threads`: the `Thread` of every py-thread, or its identifier if it has none.
pub fn threads(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let indices: Vec<u32> = vm.sched.tasks.indices().collect();
    let mut threads = Vec::with_capacity(indices.len());
    for index in indices {
        let known = vm.sched.tasks.at(index).handle().filter(|handle| of(handle).is_some()).cloned();
        let ident = vm.sched.tasks.ident(index);
        threads.push(match known {
            Some(thread) => thread,
            None => vm.new_int(ident),
        });
    }
    Ok(vm.new_list(threads))
}

/// `_thread._set_starter`: what is called in each new `Thread` instead of its run(); None: nothing.
pub fn set_starter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    vm.sched.starter = argument(arguments, 0).filter(|starter| !starter.is_none()).cloned();
    Ok(Value::NONE)
}
