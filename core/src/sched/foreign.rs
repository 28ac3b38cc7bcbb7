//! Calls into foreign code that may call back: on the OS thread that made the call, or on one that the VM has never seen.
//!
//! ```text
//!   py-thread ── Vm::foreign ──▶ foreign code, without the GIL ──▶ returns: the py-thread goes on
//!                                   │            ▲
//!                                   │ Door::enter│            the same OS thread: the py-thread that made the call
//!                                   ▼            │
//!                                Python, at a level of its own
//!
//!   any other OS thread ── Gate::enter ──▶ Python, in a py-thread made for it, which ends with the callback
//! ```
//!
//! Unlike [`Vm::blocking`], a foreign call always lets go of the GIL, pinned or not: another OS thread may need it to call back, and the call may
//! wait for that. A callback is a reentry (`vm::reenter`): its py-thread is pinned to the OS thread until it is over.
//!
//! As long as foreign code knows a callback (`Scheduler::callbacks`), no state of the py-threads is a deadlock: the callback may end it.

use super::executor::{Guarded, Scheduler, Shared, VmGil};
use super::gil::GilGuard;
use super::task::{DAEMON, NOBODY, State};
use crate::port::{Parker, Platform};
use crate::vm::Vm;
use core::cell::Cell;
use core::ptr::NonNull;

/// The way back into the VM for foreign code, on the OS thread that called it. Lives as long as the call.
pub struct Door {
    gate: Option<Gate>,
    task: u32,
    innermost: u16,
    carrier: Parker,
    native_depth: usize,
    traced_loop: bool,
    /// What is left of the py-thread's slice.
    ticks: Cell<i32>,
}

impl Door {
    /// Runs `action` with the VM, in the py-thread that made the foreign call. None: this VM has no GIL to take.
    ///
    /// # Safety
    /// On the OS thread that made the call, inside of it, and not inside another `enter` of this door.
    pub unsafe fn enter<R>(&self, action: impl FnOnce(&mut Vm) -> R) -> Option<R> {
        let gate = self.gate.as_ref()?;
        let mut guard = gate.acquire();
        let vm = &mut *guard.vm;
        vm.return_from_foreign(self);
        let result = action(vm);
        self.ticks.set(vm.heap.ticks_left());
        guard.vm.sched.leave_for_foreign();
        guard.release();
        Some(result)
    }
}

/// The way into a VM for OS threads that it does not know. It stays valid for ever: a VM that has one is never freed, only closed.
#[derive(Clone, Copy)]
pub struct Gate {
    gil: NonNull<VmGil>,
    shared: NonNull<Shared>,
    platform: &'static dyn Platform,
}

// SAFETY: the GIL and what is shared are made for several OS threads, and are never freed once there is a gate.
unsafe impl Send for Gate {}
// SAFETY: as above.
unsafe impl Sync for Gate {}

impl Gate {
    fn acquire(&self) -> GilGuard<'_, Guarded> {
        // SAFETY: never freed.
        let (gil, shared) = unsafe { (self.gil.as_ref(), self.shared.as_ref()) };
        let guard = gil.acquire(self.platform, &shared.attention);
        self.platform.withdraw();
        guard
    }

    /// Runs `action` with the VM, in a py-thread of its own, which ends with it. None, and nothing has happened: the VM is ending, has no room for
    /// another py-thread, lives on a machine with one OS thread, or runs on this OS thread already.
    pub fn enter<R>(&self, action: impl FnOnce(&mut Vm) -> R) -> Option<R> {
        // SAFETY: never freed.
        let gil = unsafe { self.gil.as_ref() };
        if gil.is_held_here(self.platform) {
            return None;
        }
        let mut guard = self.acquire();
        let carrier = guard.holder();
        let vm = &mut *guard.vm;
        let result = match vm.begin_visit(carrier) {
            true => {
                let result = action(vm);
                guard.vm.end_visit();
                Some(result)
            }
            false => None,
        };
        // Whoever gave the GIL away to let this OS thread in goes on.
        match guard.vm.sched.next_carrier() {
            Some(sleeper) if !guard.is_wanted() => guard.hand_to(sleeper),
            _ => {
                guard.vm.sched.offer_if_useful();
                guard.release();
            }
        }
        result
    }
}

impl Scheduler {
    /// The GIL is about to be free.
    fn offer_if_useful(&self) {
        if self.standbys() && self.has_others() {
            self.platform.offer();
        }
    }

    fn leave_for_foreign(&mut self) {
        self.hard_blocked += 1;
        self.offer_if_useful();
    }
}

impl Vm {
    /// The way into this VM for other OS threads; None where there are none.
    pub fn gate(&mut self) -> Option<Gate> {
        let gil = self.sched.gil().filter(|_| self.sched.standbys())?;
        self.sched.gated = true;
        Some(Gate { gil, shared: NonNull::from(self.sched.shared()), platform: self.sched.platform })
    }

    /// Runs `call`, foreign code that may block and may call back, without the GIL. It gets the door by which it comes back on this OS thread.
    pub fn foreign<R>(&mut self, call: impl FnOnce(&Door) -> R) -> R {
        let gate = self.sched.gil().map(|gil| Gate { gil, shared: NonNull::from(self.sched.shared()), platform: self.sched.platform });
        let sched = &self.sched;
        let door = Door {
            gate,
            task: sched.current,
            innermost: sched.innermost(),
            carrier: sched.carrier(),
            native_depth: self.native_depth,
            traced_loop: self.traced_loop,
            ticks: Cell::new(self.heap.ticks_left()),
        };
        let Some(gate) = gate else { return call(&door) };
        self.sched.leave_for_foreign();
        let vm = core::hint::black_box(NonNull::from(&mut *self));
        let result = {
            // SAFETY: the GIL and what it shares outlive every call into the VM; the calling OS thread holds the GIL, because it runs the VM. Others
            // may change the VM until the call is over: `vm` has been made known outside, and its fields are read again below.
            let (mut guard, shared) = unsafe { (gate.gil.as_ref().adopt(gate.platform), gate.shared.as_ref()) };
            let result = guard.unlocked(&shared.attention, false, || call(&door));
            guard.keep();
            result
        };
        gate.platform.withdraw();
        // SAFETY: this OS thread has the GIL again, and `self` is not used otherwise meanwhile.
        unsafe { &mut *vm.as_ptr() }.return_from_foreign(&door);
        result
    }

    fn return_from_foreign(&mut self, door: &Door) {
        self.sched.hard_blocked -= 1;
        self.native_depth = door.native_depth;
        self.traced_loop = door.traced_loop;
        self.sched.forget_pace();
        self.come_back(door.task, door.innermost, door.carrier, door.ticks.get());
    }

    /// This OS thread, which the VM does not know, has the GIL: makes a py-thread for it, and makes that the running one.
    fn begin_visit(&mut self, carrier: Parker) -> bool {
        self.set_aside();
        self.native_depth = 0;
        self.become_carrier(carrier, 0);
        // Modules go, or are gone: there is nothing that a callback could do.
        if self.sched.closed || self.ending {
            return false;
        }
        let Some(task) = self.new_task() else { return false };
        let record = self.sched.tasks.at_mut(task);
        record.state = State::Running;
        record.flags = DAEMON;
        self.go_on_as(task, self.sched.ticks_for(task));
        true
    }

    /// The callback is over, and its py-thread with it.
    fn end_visit(&mut self) {
        self.finish_task();
        debug_assert!(self.sched.current == NOBODY);
        self.pause = true;
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    extern crate std;

    use super::Gate;
    use crate::embed::{Interpreter, Progress};
    use crate::object::value::Value;
    use crate::port::{Duty, Parker, Platform};
    use crate::vm::{Native, Res, Vm, argument};
    use alloc::boxed::Box;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, Thread};
    use std::time::Duration;
    use std::vec::Vec;

    /// OS threads of the test, numbered in the order they first ask. There are no standbys.
    #[derive(Default)]
    struct Threads {
        known: Mutex<Vec<Thread>>,
        woken: AtomicBool,
    }

    impl Platform for Threads {
        fn os_thread(&self) -> Parker {
            let mut known = self.known.lock().expect("no test thread panics here");
            let me = thread::current();
            let index = known.iter().position(|thread| thread.id() == me.id()).unwrap_or_else(|| {
                known.push(me);
                known.len() - 1
            });
            Parker::new(2 * (index + 1)).expect("even")
        }

        fn park(&self, timeout_ns: Option<u64>) {
            match timeout_ns {
                Some(ns) => thread::park_timeout(Duration::from_nanos(ns)),
                None => thread::park(),
            }
        }

        fn unpark(&self, parker: Parker) {
            let known = self.known.lock().expect("no test thread panics here");
            known[parker.number() / 2 - 1].unpark();
        }

        fn wait(&self, _: Option<u64>, _: &mut dyn FnMut(crate::port::Ready)) {
            while !self.woken.swap(false, Ordering::SeqCst) {
                thread::yield_now();
            }
        }

        fn wake(&self) {
            self.woken.store(true, Ordering::SeqCst);
        }

        fn enlist(&self, _: Duty) -> bool {
            true
        }
    }

    fn call_it(vm: &mut Vm, callable: &Value, number: i64) {
        if let Err(raised) = vm.call(callable, &[Value::small_int(number)]) {
            drop(vm.take_exception(raised));
        }
    }

    /// A value that other OS threads may be told of: they use it with the GIL only.
    #[derive(Clone, Copy)]
    struct Word(u64);

    fn visit(gate: Gate, callable: Word, number: i64) -> bool {
        let entered = gate.enter(|vm| {
            let Some(callable) = vm.heap.find(callable.0) else { return };
            call_it(vm, &callable, number);
        });
        entered.is_some()
    }

    /// `foreign(callable)`: calls it on this OS thread, then on two others at once, and waits for them.
    fn foreign(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
        let callable = argument(arguments, 0).cloned().unwrap_or(Value::NONE);
        let gate = vm.gate().expect("there are other OS threads");
        assert!(gate.enter(|_| ()).is_none(), "this OS thread has the GIL");
        let word = Word(callable.bits());
        let visited = vm.foreign(|door| {
            // SAFETY: inside the call, on its OS thread.
            unsafe { door.enter(|vm| call_it(vm, &callable, 1)) };
            let others = [2, 3].map(|number| thread::spawn(move || visit(gate, word, number)));
            let visited = others.into_iter().all(|other| other.join().is_ok_and(|entered| entered));
            // SAFETY: as above.
            unsafe { door.enter(|vm| call_it(vm, &callable, 4)) };
            visited
        });
        Ok(Value::bool(visited))
    }

    static FOREIGN: [Native; 1] = [Native::simple("foreign(callable, /)", foreign, "Call back from here and from elsewhere.")];

    const PROGRAM: &[u8] = b"
import threading
seen, idents = [], set()
lock = threading.Lock()
def callback(number):
    with lock:
        seen.append(number)
        idents.add(threading.get_ident())
entered = foreign(callback)
outcome = entered * 1000 + len(idents) * 100 + sum(seen)
";

    #[test]
    fn callbacks_on_any_os_thread() {
        let machine: &'static Threads = Box::leak(Box::default());
        let Ok(mut python) = Interpreter::builder(machine).threads::<8>().build() else { panic!("no memory") };
        python.define_natives(&FOREIGN);
        assert_eq!(python.run_source(PROGRAM, "<test>"), Progress::Done);
        assert_eq!(python.global("outcome", |_, value| value.and_then(|value| value.as_small_int())), Some(1310));
    }

    #[test]
    fn a_closed_vm_lets_nobody_in() {
        let machine: &'static Threads = Box::leak(Box::default());
        let Ok(mut python) = Interpreter::builder(machine).threads::<8>().build() else { panic!("no memory") };
        let gate = python.with(|vm, _| vm.gate()).expect("there are other OS threads");
        drop(python);
        let entered = thread::spawn(move || gate.enter(|_| ()).is_some()).join();
        assert!(matches!(entered, Ok(false)));
    }
}
