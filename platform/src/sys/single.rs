//! One context: no OS threads, no operating system needed. The host lends what it has as plain functions.
//!
//! Interrupt handlers may call [`wake`](Platform::wake), and nothing else of it.

use core::sync::atomic::{AtomicBool, Ordering};

use pyvm_core::port::{MachineError, Platform, Stream};

/// What the host lends. Start from [`Host::NONE`] and set what there is.
#[derive(Clone, Copy)]
pub struct Host {
    /// Nanoseconds since some fixed point, never going back.
    pub now: Option<fn() -> u64>,
    /// Nanoseconds since 1970-01-01 UTC.
    pub wall_clock: Option<fn() -> i64>,
    /// Sleeps until an interrupt or for the nanoseconds given; early is allowed. It must not sleep once `is_woken()` is true,
    /// and an interrupt between that look and the sleep must end the sleep (on Arm: look and `wfi` with interrupts masked).
    /// Without it an idle VM spins.
    pub idle: Option<fn(timeout_ns: Option<u64>, is_woken: &dyn Fn() -> bool)>,
    /// Ends a sleep; needed only where an interrupt by itself does not.
    pub wake: Option<fn()>,
    /// Writes some bytes to an output and returns how many.
    pub write: Option<fn(Stream, &[u8]) -> Result<usize, MachineError>>,
    /// Reads at most one line, as [`Platform::read_console`] says.
    pub read: Option<fn(&mut [u8]) -> Result<usize, MachineError>>,
    /// Fills the slice with unpredictable bytes; false when it could not.
    pub random: Option<fn(&mut [u8]) -> bool>,
}

impl Host {
    /// A host without anything.
    pub const NONE: Host = Host { now: None, wall_clock: None, idle: None, wake: None, write: None, read: None, random: None };
}

/// The machine made of a host's functions.
pub struct Single {
    host: Host,
    woken: AtomicBool,
}

impl Single {
    /// The machine that `host` lends.
    #[must_use]
    pub const fn new(host: Host) -> Single {
        Single { host, woken: AtomicBool::new(false) }
    }
}

impl Platform for Single {
    fn now(&self) -> u64 {
        self.host.now.map_or(0, |now| now())
    }

    fn has_clock(&self) -> bool {
        self.host.now.is_some()
    }

    fn wall_clock(&self) -> Option<i64> {
        self.host.wall_clock.map(|clock| clock())
    }

    fn random(&self, bytes: &mut [u8]) -> bool {
        self.host.random.is_some_and(|random| random(bytes))
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<usize, MachineError> {
        self.host.write.map_or(Ok(bytes.len()), |write| write(stream, bytes))
    }

    fn read_console(&self, buffer: &mut [u8]) -> Result<usize, MachineError> {
        self.host.read.map_or(Ok(0), |read| read(buffer))
    }

    fn wait(&self, timeout_ns: Option<u64>, _ready: &mut dyn FnMut(pyvm_core::port::Ready)) {
        let is_woken = || self.woken.load(Ordering::Acquire);
        if !is_woken() && timeout_ns != Some(0) {
            match self.host.idle {
                Some(idle) => idle(timeout_ns, &is_woken),
                None => core::hint::spin_loop(),
            }
        }
        // A store, for processors without compare-and-swap. A wake that comes in between is not lost: whatever it told of
        // was written before, and the caller looks after this.
        self.woken.store(false, Ordering::Release);
    }

    fn wake(&self) {
        self.woken.store(true, Ordering::Release);
        if let Some(wake) = self.host.wake {
            wake();
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{Host, Single};
    use core::cell::Cell;
    use pyvm_core::port::{Parker, Platform};
    use std::thread_local;

    thread_local! {
        static CLOCK: Cell<u64> = const { Cell::new(0) };
        static IDLED: Cell<u32> = const { Cell::new(0) };
    }

    fn now() -> u64 {
        CLOCK.get()
    }

    fn idle(timeout_ns: Option<u64>, is_woken: &dyn Fn() -> bool) {
        assert!(!is_woken());
        CLOCK.set(CLOCK.get() + timeout_ns.unwrap_or(1_000_000));
        IDLED.set(IDLED.get() + 1);
    }

    #[test]
    fn idles_on_the_hosts_clock() {
        let machine = Single::new(Host { now: Some(now), idle: Some(idle), ..Host::NONE });
        assert!(machine.has_clock());
        machine.wait(Some(500), &mut |_| {});
        assert_eq!((machine.now(), IDLED.get()), (500, 1));
        machine.wake();
        machine.wait(None, &mut |_| {});
        machine.wait(Some(0), &mut |_| {});
        assert_eq!((machine.now(), IDLED.get()), (500, 1));
        machine.wait(None, &mut |_| {});
        assert_eq!(IDLED.get(), 2);
    }

    #[test]
    fn a_host_without_anything_still_runs() {
        let machine = Single::new(Host::NONE);
        machine.wait(None, &mut |_| {});
        assert_eq!(machine.write(pyvm_core::port::Stream::Output, b"lost"), Ok(4));
        assert_eq!(machine.read_console(&mut [0; 4]), Ok(0));
        assert!(!machine.random(&mut [0; 4]) && !machine.has_clock() && !machine.summon());
        assert_eq!(machine.os_thread(), Parker::ONLY);
    }
}
