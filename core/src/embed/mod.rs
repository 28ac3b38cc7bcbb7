//! The embedding API: making a VM, running code in it, calls from and to the host.
//!
//! ```ignore
//! let mut python = Interpreter::builder(machine).threads::<64>().heap_limit(1 << 20).build()?;
//! match python.run_source(b"print(6 * 7)", "<host>") {
//!     Progress::Done => {}
//!     Progress::Raised => python.with(|vm, exception| report::print_exception(vm, &exception)),
//!     Progress::OutOfFuel => { /* python.resume(more) goes on */ }
//!     Progress::Stopped => {}
//! }
//! ```
//!
//! The VM is reached through closures, which have the GIL. Values must not be kept outside of them: the heap may be in use by a standby there.

use crate::modules;
use crate::object::dict::Dict;
use crate::object::module;
use crate::object::str::Str;
use crate::object::value::Value;
use crate::port::{Call as Reason, Duty, Parker, Platform};
use crate::sched::executor::{DEFAULT_CAPACITY, Guarded, Outcome, Scheduler, Shared, Stop, VmGil};
use crate::sched::gil::GilGuard;
use crate::sched::task::NOBODY;
use crate::sync::{Attention, OutOfMemory};
use crate::vm::execute::Started;
use crate::vm::host::Host;
use crate::vm::{Action, Call, Res, Vm};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// How long the end of a VM waits for OS threads inside blocking calls.
const GRACE_NS: u64 = 100_000_000;

/// What became of a call from the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It returned; [`Interpreter::with`] has the value.
    Done,
    /// It raised; [`Interpreter::with`] has the exception.
    Raised,
    /// The ticks are used up: [`Interpreter::resume`] goes on.
    OutOfFuel,
    /// Something asked the VM to stop: [`Interpreter::resume`] goes on.
    Stopped,
}

/// What a VM is to be like.
pub struct Builder {
    platform: &'static dyn Platform,
    scheduler: fn(&'static dyn Platform) -> Result<Scheduler, OutOfMemory>,
    threads: usize,
    heap_limit: usize,
    fuel: u64,
    slice: i32,
    host: Host,
}

impl Builder {
    /// Room for so many py-threads, the main one included.
    #[must_use]
    pub fn threads<const N: usize>(self) -> Builder {
        Builder { scheduler: Scheduler::with_capacity::<N>, threads: N, ..self }
    }

    /// As [`Builder::threads`], for a number known at run time. The table has one of a few sizes, at least as large.
    #[must_use]
    pub fn thread_limit(self, threads: usize) -> Builder {
        let scheduler: fn(&'static dyn Platform) -> Result<Scheduler, OutOfMemory> = match threads {
            0..=64 => Scheduler::with_capacity::<64>,
            #[cfg(target_pointer_width = "64")]
            65..=4096 => Scheduler::with_capacity::<4096>,
            #[cfg(target_pointer_width = "64")]
            4097..=DEFAULT_CAPACITY => Scheduler::with_capacity::<DEFAULT_CAPACITY>,
            #[cfg(target_pointer_width = "64")]
            _ => Scheduler::with_capacity::<{ 1 << 24 }>,
            #[cfg(not(target_pointer_width = "64"))]
            _ => Scheduler::with_capacity::<1024>,
        };
        Builder { scheduler, threads, ..self }
    }

    /// The most bytes that objects may take.
    #[must_use]
    pub fn heap_limit(self, bytes: usize) -> Builder {
        Builder { heap_limit: bytes, ..self }
    }

    /// Ticks (backward jumps and calls) until the host gets control back. Counted by slices; a reentered py-thread may overdraw.
    #[must_use]
    pub fn fuel(self, ticks: u64) -> Builder {
        Builder { fuel: ticks, ..self }
    }

    /// What the host tells its programs: arguments, paths, where modules come from.
    #[must_use]
    pub fn host(self, host: Host) -> Builder {
        Builder { host, ..self }
    }

    /// Ticks in a slice.
    #[must_use]
    pub fn slice(self, ticks: i32) -> Builder {
        Builder { slice: ticks.max(1), ..self }
    }

    /// Makes the VM.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn build(self) -> Result<Interpreter, OutOfMemory> {
        let mut scheduler = (self.scheduler)(self.platform)?;
        scheduler.limit = self.threads.min(scheduler.tasks.capacity());
        scheduler.slice_ticks = self.slice;
        let vm = Vm::new_boxed(self.platform, self.heap_limit, scheduler);
        let mut gil = Box::new(VmGil::new(Guarded { vm, outcome: Value::NONE }));
        let place = NonNull::from(&*gil);
        let vm = &mut gil.get_mut().vm;
        let shared = NonNull::from(vm.sched.shared());
        let runtime = Box::new(Runtime { gil: place, shared, platform: self.platform });
        let argument = core::ptr::from_ref(&*runtime).cast_mut().cast();
        // SAFETY: the duties touch the runtime, the GIL and what is shared, which `Interpreter::drop` keeps until the machine has dismissed everybody.
        let (stand_in, notice) = unsafe { (Duty::new(stand_in, argument), Duty::new(notice_signal, argument)) };
        let standbys = self.platform.enlist(stand_in);
        self.platform.connect_signals(notice);
        vm.sched.connect(place, standbys);
        vm.sched.fuel = self.fuel;
        vm.host = self.host;
        vm.int_max_str_digits = vm.host.flags.int_max_str_digits;
        let mut interpreter = Interpreter { gil: ManuallyDrop::new(gil), runtime: ManuallyDrop::new(runtime), under_way: None };
        interpreter.enter(|guarded| prepare(&mut guarded.vm));
        Ok(interpreter)
    }
}

/// `sys` and `builtins`, and the module `__main__`.
fn prepare(vm: &mut Vm) {
    vm.wake_main();
    let prepared = prepare_modules(vm);
    if let Err(raised) = prepared {
        drop(vm.take_exception(raised));
    }
    vm.rest_main();
}

fn prepare_modules(vm: &mut Vm) -> Res<()> {
    if let Some(builtins) = modules::import_native(vm, "builtins")?
        && let Some(builtins) = builtins.get::<module::Module>()
    {
        vm.builtins = builtins.dict.clone();
    }
    modules::import_native(vm, "sys")?;
    let main = module::new(vm, "__main__");
    if let Some(namespace) = module::namespace(&main) {
        let (name, builtins) = (vm.intern("__builtins__"), vm.intern("builtins"));
        let builtins = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&builtins)).unwrap_or(Value::NONE);
        drop(namespace.set_interned(&name, builtins));
    }
    let name = vm.intern("__main__");
    if let Some(modules) = vm.modules.get::<Dict>() {
        drop(modules.set_interned(&name, main));
    }
    Ok(())
}

/// What standbys and signal handlers reach.
struct Runtime {
    gil: NonNull<VmGil>,
    shared: NonNull<Shared>,
    platform: &'static dyn Platform,
}

/// A standby's duty: to run the py-threads while a call blocks the OS thread of another.
///
/// # Safety
/// `argument` is a live [`Runtime`].
unsafe fn stand_in(argument: *mut (), reason: Reason) {
    // SAFETY: the caller vouches for the runtime; it lives as long as what it points to.
    let (runtime, gil, shared) = unsafe {
        let runtime = &*argument.cast::<Runtime>();
        (runtime, runtime.gil.as_ref(), runtime.shared.as_ref())
    };
    let guard = match reason {
        Reason::Offered => match gil.try_acquire(runtime.platform) {
            Some(guard) => guard,
            None => return,
        },
        Reason::Summoned => gil.acquire(runtime.platform, &shared.attention),
        Reason::Signalled => return,
    };
    let mut guard: GilGuard<'_, Guarded> = guard;
    if reason == Reason::Offered {
        runtime.platform.withdraw();
    }
    let carrier = guard.holder();
    guard.vm.stand_in(carrier);
    match guard.vm.take_successor() {
        Some(successor) => guard.hand_to(successor),
        None => guard.release(),
    }
}

/// Performed in a signal handler.
///
/// # Safety
/// `argument` is a live [`Runtime`].
unsafe fn notice_signal(argument: *mut (), _: Reason) {
    // SAFETY: the caller vouches for the runtime. Raising a reason is safe in a signal handler.
    unsafe { (*argument.cast::<Runtime>()).shared.as_ref().attention.raise(Attention::SIGNAL) }
}

/// A VM, from the host's side.
pub struct Interpreter {
    gil: ManuallyDrop<Box<VmGil>>,
    runtime: ManuallyDrop<Box<Runtime>>,
    /// A call that was left because of fuel: its level, and the one around it.
    under_way: Option<(u16, u16)>,
}

impl Vm {
    /// A VM to be made.
    #[must_use]
    pub fn builder(platform: &'static dyn Platform) -> Builder {
        Interpreter::builder(platform)
    }
}

impl Interpreter {
    /// A VM to be made on this machine.
    #[must_use]
    pub fn builder(platform: &'static dyn Platform) -> Builder {
        Builder {
            platform,
            scheduler: Scheduler::with_capacity::<DEFAULT_CAPACITY>,
            threads: DEFAULT_CAPACITY,
            heap_limit: usize::MAX,
            fuel: u64::MAX,
            slice: crate::config::SLICE_TICKS,
            host: Host::default(),
        }
    }

    /// With the GIL.
    fn enter<R>(&mut self, action: impl FnOnce(&mut Guarded) -> R) -> R {
        let level = self.under_way.map_or(0, |(level, _)| level);
        // SAFETY: the VM, and what it shares, live as long as `self`.
        let shared = unsafe { self.runtime.shared.as_ref() };
        let mut guard = self.gil.acquire(self.runtime.platform, &shared.attention);
        let carrier: Parker = guard.holder();
        guard.vm.enter_host(carrier, level);
        let result = action(&mut guard);
        guard.release();
        result
    }

    /// Runs `action` with the VM and the last call's value or exception. It may call Python by reentry (`Vm::call`), without fuel limit.
    pub fn with<R>(&mut self, action: impl FnOnce(&mut Vm, Value) -> R) -> R {
        let resting = self.under_way.is_none();
        self.enter(|guarded| {
            let outcome = guarded.outcome.clone();
            if resting {
                guarded.vm.wake_main();
            }
            let result = action(&mut guarded.vm, outcome);
            if resting {
                guarded.vm.rest_main();
            }
            result
        })
    }

    /// Runs what `begin` wants, in the main py-thread.
    pub fn run(&mut self, begin: impl FnOnce(&mut Vm) -> Res<Action>) -> Progress {
        if self.under_way.is_some() {
            return Progress::Stopped;
        }
        let (outcome, under_way) = self.enter(|guarded| {
            let vm = &mut guarded.vm;
            vm.wake_main();
            let (level, outer) = match vm.begin_level(NOBODY) {
                Ok(levels) => levels,
                Err(raised) => {
                    let progress = finish(guarded, None, Outcome::Raised(raised));
                    return (progress, None);
                }
            };
            let outcome = match start(vm, level, begin) {
                Ok(Started::Value(value)) => {
                    vm.pop_own();
                    Outcome::Returned(value)
                }
                Ok(Started::Running) => vm.run_level(),
                Err(raised) => Outcome::Raised(raised),
            };
            let stopped = matches!(outcome, Outcome::Stopped(_));
            (finish(guarded, Some(outer), outcome), stopped.then_some((level, outer)))
        });
        self.under_way = under_way;
        outcome
    }

    /// Goes on with a call that ran out of fuel, with `fuel` more ticks (`u64::MAX`: no limit).
    pub fn resume(&mut self, fuel: u64) -> Progress {
        let Some((_, outer)) = self.under_way else { return Progress::Done };
        let (progress, stopped) = self.enter(|guarded| {
            guarded.vm.sched.fuel = fuel;
            let outcome = guarded.vm.run_level();
            let stopped = matches!(outcome, Outcome::Stopped(_));
            (finish(guarded, Some(outer), outcome), stopped)
        });
        if !stopped {
            self.under_way = None;
        }
        progress
    }

    /// Runs the finalizers that wait.
    fn run_finalizers(&mut self) {
        if self.under_way.is_some() {
            return;
        }
        self.enter(|guarded| {
            let vm = &mut guarded.vm;
            vm.wake_main();
            let Ok((level, outer)) = vm.begin_level(NOBODY) else { return vm.rest_main() };
            let started = vm.push_leave(level, Value::UNDEFINED).and_then(|()| vm.look_around());
            let mut outcome = match started {
                Ok(()) => vm.run_level(),
                Err(raised) => {
                    vm.pop_own();
                    Outcome::Raised(raised)
                }
            };
            while let Outcome::Stopped(_) = outcome {
                vm.sched.fuel = u64::MAX;
                outcome = vm.run_level();
            }
            finish(guarded, Some(outer), outcome);
        });
    }

    /// The program is over: its modules go, and what only they kept alive is finalized. `sys` and `builtins` stay, so that
    /// finalizers can print. Nothing is done that nobody could notice.
    pub fn clear_modules(&mut self) {
        self.run_finalizers();
        let noticed = self.with(|vm, _| {
            vm.ending = true;
            vm.sched.freeze_others();
            // What `sys` holds stays: the standard streams are not finalized here.
            let name = vm.intern("sys");
            let sys = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&name));
            let kept = sys.as_ref().and_then(module::namespace).map(Dict::items).unwrap_or_default();
            vm.heap.has_finalizers_besides(&kept.into_iter().map(|(_, value)| value).collect::<Vec<Value>>())
        });
        if !noticed {
            return;
        }
        let main = self.with(|vm, _| {
            let name = vm.intern("__main__");
            let main = vm.modules.get::<Dict>().and_then(|modules| modules.delete_interned(&name));
            // Kept for the second step only if something else does too; else what it refers to can go, in cycles too.
            let main = main.filter(|main| main.header().is_some_and(|header| header.count() > 1));
            vm.heap.collect();
            main
        });
        self.run_finalizers();
        self.with(|vm, _| {
            if let Some(namespace) = main.as_ref().and_then(module::namespace) {
                forget_values(vm, namespace);
            }
            drop(main);
            let modules = vm.modules.get::<Dict>().map(Dict::items).unwrap_or_default();
            for (name, module) in modules {
                if !["sys", "builtins"].iter().any(|kept| crate::object::str::Str::is(&name, kept))
                    && let Some(namespace) = module::namespace(&module)
                {
                    forget_values(vm, namespace);
                }
            }
            vm.heap.collect();
        });
        self.run_finalizers();
    }

    /// Runs source text as the module `__main__`.
    #[cfg(feature = "compiler")]
    pub fn run_source(&mut self, source: &[u8], filename: &str) -> Progress {
        self.run(|vm| {
            let flags = vm.compile_flags();
            vm.compile_then(&crate::vm::source::Given::file(source), filename, crate::syntax::Mode::Exec, flags, |vm, code| run_in_main(vm, &code))
        })
    }

    /// Calls what `__main__` has under `name`.
    pub fn call(&mut self, name: &str, arguments: impl FnOnce(&mut Vm) -> Vec<Value>) -> Progress {
        self.run(|vm| {
            let key = vm.intern(name);
            let found = main_namespace(vm).and_then(|namespace| namespace.get::<Dict>().and_then(|namespace| namespace.get_interned(&key)));
            match found {
                Some(callee) => {
                    let arguments = arguments(vm);
                    Ok(Action::TailCall(Call::new(callee, arguments)))
                }
                None => Err(vm.raise(crate::object::exception::Ex::NameError, &alloc::format!("name '{name}' is not defined"))),
            }
        })
    }

    /// Defines a name in `__main__`.
    pub fn define(&mut self, name: &str, value: impl FnOnce(&mut Vm) -> Value) {
        self.with(|vm, _| {
            let (key, value) = (vm.intern(name), value(vm));
            if let Some(namespace) = main_namespace(vm)
                && let Some(namespace) = namespace.get::<Dict>()
            {
                drop(namespace.set_interned(&key, value));
            }
        });
    }

    /// Defines native functions of the host in `__main__`.
    pub fn define_natives(&mut self, natives: &'static [crate::vm::Native]) {
        for native in natives {
            self.define(native.name(), |vm| vm.native_function(native, &Value::NONE));
        }
    }

    /// Runs `action` with what `__main__` has under `name`.
    pub fn global<R>(&mut self, name: &str, action: impl FnOnce(&mut Vm, Option<Value>) -> R) -> R {
        self.with(|vm, _| {
            let key = vm.intern(name);
            let value = main_namespace(vm).and_then(|namespace| namespace.get::<Dict>().and_then(|namespace| namespace.get_interned(&key)));
            action(vm, value)
        })
    }
}

/// Sets everything in a module to None: callbacks that still run find that there is nothing, but find it.
fn forget_values(vm: &Vm, namespace: &Dict) {
    for (name, value) in namespace.items() {
        if name.get::<Str>().is_some() && !name.is(vm.name(crate::vm::Name::Builtins)) {
            drop(namespace.set_interned(&name, Value::NONE));
        }
        drop(value);
    }
}

/// The dict of module `__main__`.
pub fn main_namespace(vm: &mut Vm) -> Option<Value> {
    let name = vm.intern("__main__");
    let main = vm.modules.get::<Dict>()?.get_interned(&name)?;
    main.get::<module::Module>().map(|module| module.dict.clone())
}

/// The action that runs a module's code as `__main__`.
///
/// # Errors
/// None that a VM with a `__main__` has.
pub fn run_in_main(vm: &mut Vm, code: &Value) -> Res<Action> {
    let Some(namespace) = main_namespace(vm) else {
        return Err(vm.raise(crate::object::exception::Ex::RuntimeError, "lost __main__"));
    };
    let function = vm.new_function(code, &namespace, Box::default());
    Ok(Action::TailCall(Call::new(function, [namespace])))
}

fn start(vm: &mut Vm, level: u16, begin: impl FnOnce(&mut Vm) -> Res<Action>) -> Res<Started> {
    vm.push_leave(level, Value::UNDEFINED)?;
    let started = match begin(vm) {
        Ok(action) => vm.perform(action),
        Err(raised) => Err(raised),
    };
    started.inspect_err(|_| vm.pop_own())
}

/// Ends a call from the host unless it goes on later.
fn finish(guarded: &mut Guarded, outer: Option<u16>, outcome: Outcome) -> Progress {
    let vm = &mut guarded.vm;
    let (value, progress) = match outcome {
        Outcome::Returned(value) => (value, Progress::Done),
        Outcome::Raised(raised) => (vm.take_exception(raised), Progress::Raised),
        Outcome::Stopped(Stop::Fuel) => return Progress::OutOfFuel,
        Outcome::Stopped(Stop::Asked) => return Progress::Stopped,
    };
    if let Some(outer) = outer {
        vm.end_level(outer);
    }
    vm.rest_main();
    guarded.outcome = value;
    progress
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        let gated = self.enter(|guarded| {
            guarded.vm.sched.ask_to_stop();
            guarded.vm.sched.closed = true;
            guarded.vm.sched.gated
        });
        if self.runtime.platform.dismiss(GRACE_NS) > 0 || gated {
            // OS threads inside blocking calls will still look at all this, and so may others at any time if they know a gate.
            return;
        }
        // SAFETY: not used again, and nobody else is left.
        unsafe {
            ManuallyDrop::drop(&mut self.gil);
            ManuallyDrop::drop(&mut self.runtime);
        }
    }
}
