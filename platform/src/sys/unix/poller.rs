//! Waiting for the first of: a time, a ready source, a wake-up.
//!
//! The kernel knows one registration a source; this keeps the watches behind it, several a source if need be. A table indexed
//! by file descriptor, as descriptors are small numbers.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use pyvm_core::port::{Interest, MachineError, Ready, Watch};

use super::super::os::Selector;
use super::mutex::Mutex;

/// The carrier runs.
const AWAKE: u32 = 0;
/// The carrier sleeps in the selector, or is about to.
const ASLEEP: u32 = 1;
/// A wake-up came: the current or next sleep ends at once.
const NOTIFIED: u32 = 2;

pub(super) struct Poller {
    selector: Selector,
    state: AtomicU32,
    watches: Mutex<Watches>,
}

#[derive(Default)]
struct Watches {
    /// By source.
    sources: Vec<Registration>,
    /// Watches that ended when their source was forgotten.
    forgotten: Vec<Ready>,
}

/// The watches of one source.
#[derive(Default)]
struct Registration {
    /// The kernel has heard of the source (and nobody said since that it was closed).
    known: bool,
    watches: Vec<(u64, Interest)>,
}

impl Registration {
    fn interest(&self) -> Interest {
        self.watches.iter().fold(Interest::NONE, |all, &(_, interest)| all.union(interest))
    }
}

impl Watches {
    fn registration(&mut self, source: i32) -> Option<&mut Registration> {
        self.sources.get_mut(usize::try_from(source).ok()?)
    }

    /// The same, made if there is none.
    fn register(&mut self, source: i32) -> Result<&mut Registration, MachineError> {
        let index = usize::try_from(source).map_err(|_| MachineError::Os(libc::EBADF))?;
        if index >= self.sources.len() {
            self.sources.try_reserve(index + 1 - self.sources.len()).map_err(|_| MachineError::OutOfMemory)?;
            self.sources.resize_with(index + 1, Registration::default);
        }
        self.sources.get_mut(index).ok_or(MachineError::OutOfMemory)
    }
}

impl Poller {
    pub(super) fn new() -> Result<Poller, MachineError> {
        Ok(Poller { selector: Selector::new()?, state: AtomicU32::new(AWAKE), watches: Mutex::new(Watches::default()) })
    }

    pub(super) fn wait(&self, timeout_ns: Option<u64>, ready: &mut dyn FnMut(Ready)) {
        let mut timeout_ns = timeout_ns;
        while let Some(forgotten) = self.watches.with(|watches| watches.forgotten.pop()) {
            ready(forgotten);
            timeout_ns = Some(0);
        }
        let asleep = timeout_ns != Some(0) && self.state.compare_exchange(AWAKE, ASLEEP, Ordering::AcqRel, Ordering::Acquire).is_ok();
        self.selector.select(if asleep { timeout_ns } else { Some(0) }, &mut |source, interest| {
            self.deliver(source, interest, ready);
        });
        // Whoever woke it did so after writing what there is to see.
        self.state.swap(AWAKE, Ordering::Acquire);
    }

    /// Makes a copy of the process with `fork`, which returns 0 in the copy: there nothing is watched.
    pub(super) fn across_fork(&self, fork: impl FnOnce() -> i32) -> i32 {
        self.watches.with(|watches| {
            let process = fork();
            if process == 0 {
                *watches = Watches::default();
                self.state.store(AWAKE, Ordering::SeqCst);
                self.selector.renew();
            }
            process
        })
    }

    /// Callable from a signal handler.
    pub(super) fn wake(&self) {
        if self.state.swap(NOTIFIED, Ordering::AcqRel) == ASLEEP {
            self.selector.notify();
        }
    }

    pub(super) fn watch(&self, source: i32, interest: Interest, token: u64) -> Result<Watch, MachineError> {
        self.watches.with(|watches| {
            let registration = watches.register(source)?;
            registration.watches.try_reserve(1).map_err(|_| MachineError::OutOfMemory)?;
            match self.selector.arm(source, registration.interest().union(interest), registration.known)? {
                Watch::Armed => {
                    registration.known = true;
                    registration.watches.push((token, interest));
                    Ok(Watch::Armed)
                }
                Watch::Ready => Ok(Watch::Ready),
            }
        })
    }

    pub(super) fn unwatch(&self, source: i32, token: u64) {
        self.watches.with(|watches| {
            let Some(registration) = watches.registration(source) else { return };
            let before = registration.watches.len();
            registration.watches.retain(|&(other, _)| other != token);
            if registration.watches.len() != before && registration.watches.is_empty() {
                self.selector.disarm(source);
                registration.known = false;
            }
        });
    }

    pub(super) fn forget(&self, source: i32) {
        let any = self.watches.with(|watches| {
            let Some(registration) = watches.registration(source) else { return false };
            if registration.known {
                self.selector.disarm(source);
                registration.known = false;
            }
            let ended = core::mem::take(&mut registration.watches);
            let any = !ended.is_empty();
            // Without memory for the list some watchers would sleep on; there are never more than the sources' watches, whose
            // memory was just given back.
            if watches.forgotten.try_reserve(ended.len()).is_ok() {
                watches.forgotten.extend(ended.iter().map(|&(token, interest)| Ready { token, interest }));
            }
            any
        });
        if any {
            self.wake();
        }
    }

    /// Ends the watches of `source` that wait for some of `interest`, and goes on watching for the others.
    fn deliver(&self, source: i32, interest: Interest, ready: &mut dyn FnMut(Ready)) {
        // One at a time, so that no lock is held when `ready` runs.
        let next = || {
            self.watches.with(|watches| {
                let registration = watches.registration(source)?;
                let position = registration.watches.iter().position(|&(_, wanted)| !wanted.intersection(interest).is_none())?;
                let (token, wanted) = registration.watches.remove(position);
                Some(Ready { token, interest: wanted.intersection(interest) })
            })
        };
        while let Some(ready_now) = next() {
            ready(ready_now);
        }
        self.watches.with(|watches| {
            let Some(registration) = watches.registration(source) else { return };
            let rest = registration.interest();
            if !rest.is_none() && self.selector.arm(source, rest, registration.known).is_err() {
                // The source was closed behind our back. Its watchers shall see that.
                let ended = core::mem::take(&mut registration.watches);
                registration.known = false;
                if watches.forgotten.try_reserve(ended.len()).is_ok() {
                    watches.forgotten.extend(ended.iter().map(|&(token, interest)| Ready { token, interest }));
                }
            }
        });
    }
}
