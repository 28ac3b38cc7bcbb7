//! System calls that wait for a descriptor: the py-thread waits at the poller, and only for what that cannot tell an OS thread does.

use crate::files::machine_error;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::sched::wait::Timeout;
use pyvm_core::vm::{Action, Raised, Res, Vm};
use std::io;

/// How long a call may wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Not at all: it fails with EAGAIN.
    None,
    /// So many nanoseconds from the first attempt on that had to wait.
    Span(u64),
    /// As [`Patience::Span`], begun: until this time on the machine's clock.
    Until(u64),
    Endless,
}

impl Patience {
    /// The same, its time running from now on.
    pub fn begun(self, vm: &Vm) -> Patience {
        match self {
            Patience::Span(span) => Patience::Until(vm.sched.now().saturating_add(span)),
            other => other,
        }
    }

    fn timeout(self) -> Timeout {
        match self {
            Patience::None => Timeout::None,
            Patience::Span(end) | Patience::Until(end) => Timeout::Until(end),
            Patience::Endless => Timeout::Forever,
        }
    }
}

/// The error of a system call.
pub fn os_error(vm: &mut Vm, error: &io::Error) -> Raised {
    vm.machine_error(machine_error(error), None)
}

/// Makes a call that fails with EAGAIN where it would have to wait; waits for `interest` at the poller then and makes it again.
///
/// # Errors
/// OSError; TimeoutError when time is over.
pub fn transfer<R: 'static>(
    vm: &mut Vm,
    source: Source,
    interest: Interest,
    patience: Patience,
    mut call: impl FnMut(&mut Vm) -> io::Result<R> + 'static,
    then: impl FnOnce(&mut Vm, R) -> Res<Action> + 'static,
) -> Res<Action> {
    loop {
        match call(vm) {
            Ok(result) => return then(vm, result),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => vm.check_interrupts()?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && patience != Patience::None => break,
            Err(error) => return Err(os_error(vm, &error)),
        }
    }
    let patience = patience.begun(vm);
    wait_until_ready(vm, &[(source, interest)], patience, move |vm, ready| {
        if ready { transfer(vm, source, interest, patience, call, then) } else { Err(vm.raise(Ex::TimeoutError, "timed out")) }
    })
}

/// What a descriptor is ready for, asked without waiting.
pub fn is_ready(source: Source, interest: Interest) -> bool {
    let events = if interest.reads() { libc::POLLIN } else { 0 } | if interest.writes() { libc::POLLOUT } else { 0 };
    let mut asked = libc::pollfd { fd: source.0, events, revents: 0 };
    // SAFETY: one entry; it does not wait.
    unsafe { libc::poll(&raw mut asked, 1, 0) != 0 }
}

/// Goes on with `then` when the descriptor is ready, as far as the poller can tell; at once if no other py-thread could use the time.
///
/// # Errors
/// What the py-thread is interrupted with, and what `then` raises.
pub fn when_ready(vm: &mut Vm, source: Source, interest: Interest, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    if !vm.sched.has_others() || is_ready(source, interest) {
        return then(vm);
    }
    wait_until_ready(vm, &[(source, interest)], Patience::Endless, move |vm, _| then(vm))
}

/// Waits at the poller until one of `sources` may be ready, then goes on with whether that is so, or time is over.
///
/// # Errors
/// OSError, and what the py-thread is interrupted with.
pub fn wait_until_ready(vm: &mut Vm, sources: &[(Source, Interest)], patience: Patience, then: impl FnOnce(&mut Vm, bool) -> Res<Action> + 'static) -> Res<Action> {
    let patience = patience.begun(vm);
    vm.wait_ready(sources, patience.timeout(), move |vm: &mut Vm, woken: Res<Value>| {
        let ready = !woken?.is(&Value::FALSE);
        then(vm, ready)
    })
}
