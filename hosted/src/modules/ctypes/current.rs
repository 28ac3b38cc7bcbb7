//! Which foreign call an OS thread is inside of, innermost first: how a callback finds the VM, and where `errno` is kept.

use pyvm_core::object::value::Value;
use pyvm_core::sched::foreign::Door;
use pyvm_core::vm::{Raised, Vm};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::{self, NonNull};
use std::sync::Mutex;

/// How a callback on this OS thread gets the VM.
#[derive(Clone, Copy)]
pub enum Way {
    /// The call was made without the GIL.
    Door(NonNull<Door>),
    /// The call was made with it.
    Held(NonNull<Vm>),
}

/// A foreign call under way.
pub struct Call {
    pub way: Way,
    /// An object that the function gave back as a word: the reference to it. Touched with the GIL only.
    pub object: RefCell<Option<Value>>,
    /// A function of ours raised. As above.
    pub raised: Cell<Option<Raised>>,
    /// Objects that are passed as words; whoever makes the call keeps them. As above.
    pub passed: *const [Value],
}

impl Call {
    pub fn new(way: Way, passed: &[Value]) -> Call {
        Call { way, object: RefCell::new(None), raised: Cell::new(None), passed }
    }

    /// The object whose word this is; None: there is none.
    pub fn find(&self, vm: &Vm, word: u64) -> Option<Value> {
        // SAFETY: kept by whoever made the call, which is not over; the VM is at hand, so this OS thread has the GIL.
        let passed = unsafe { &*self.passed };
        passed.iter().find(|value| value.bits() == word).cloned().or_else(|| vm.heap.find(word))
    }
}

thread_local! {
    static INNERMOST: Cell<*const Call> = const { Cell::new(ptr::null()) };
}

/// Runs `action`, which calls foreign code, as this call.
pub fn during<R>(call: &Call, action: impl FnOnce() -> R) -> R {
    let before = INNERMOST.replace(call);
    let result = action();
    INNERMOST.set(before);
    result
}

/// Runs `action` with the call that this OS thread is inside of; within it, Python code may run, so it is inside of none.
pub fn interrupted<R>(action: impl FnOnce(Option<&Call>) -> R) -> R {
    let before = INNERMOST.replace(ptr::null());
    // SAFETY: calls take themselves out when they end (`during`), on this OS thread.
    let result = action(unsafe { before.as_ref() });
    INNERMOST.set(before);
    result
}

/// Runs `action` with the VM, for functions of ours that foreign calls which keep the GIL call; None for others.
pub fn with_vm<R>(action: impl FnOnce(&mut Vm, &Call) -> R) -> Option<R> {
    interrupted(|call| match call {
        // SAFETY: whoever made the call waits for it and does not use the VM meanwhile; this OS thread has the GIL.
        Some(call) => match call.way {
            Way::Held(mut vm) => Some(action(unsafe { vm.as_mut() }, call)),
            Way::Door(_) => None,
        },
        None => None,
    })
}

// ---- errno

/// The C library's.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Sets the C library's.
pub fn set_errno(number: i32) {
    // SAFETY: the address of this OS thread's number.
    unsafe {
        #[cfg(target_os = "linux")]
        let place = libc::__errno_location();
        #[cfg(not(target_os = "linux"))]
        let place = libc::__error();
        *place = number;
    }
}

/// The numbers that `ctypes` keeps for each py-thread, by ident.
static NUMBERS: Mutex<Option<HashMap<i64, i32>>> = Mutex::new(None);

/// Beyond so many numbers, those of py-threads that have ended are forgotten.
const MANY: usize = 64;

/// Exchanges the running py-thread's number.
pub fn exchange_private_errno(vm: &Vm, number: i32) -> i32 {
    let tasks = &vm.sched.tasks;
    let ident = tasks.ident(vm.sched.current);
    let mut numbers = NUMBERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let numbers = numbers.get_or_insert_default();
    if numbers.len() >= MANY && numbers.len() >= 2 * tasks.alive() {
        numbers.retain(|&ident, _| tasks.find(ident).is_some());
    }
    numbers.insert(ident, number).unwrap_or(0)
}
