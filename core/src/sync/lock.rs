//! A lock for a few instructions at a time: what it guards is touched inside a closure that must not block.

/// A spin lock around a value.
pub struct Lock<T>(imp::Inner<T>);

impl<T> Lock<T> {
    /// An open lock around `value`.
    pub fn new(value: T) -> Lock<T> {
        Lock(imp::Inner::new(value))
    }

    /// Runs `critical` with the value. It must be short, must not block, and must not take the same lock again.
    #[inline]
    pub fn with<R>(&self, critical: impl FnOnce(&mut T) -> R) -> R {
        self.0.with(critical)
    }
}

#[cfg(loom)]
mod imp {
    pub(super) struct Inner<T>(loom::sync::Mutex<T>);

    impl<T> Inner<T> {
        pub(super) fn new(value: T) -> Self {
            Inner(loom::sync::Mutex::new(value))
        }

        pub(super) fn with<R>(&self, critical: impl FnOnce(&mut T) -> R) -> R {
            match self.0.lock() {
                Ok(mut value) => critical(&mut value),
                Err(poisoned) => critical(&mut poisoned.into_inner()),
            }
        }
    }
}

#[cfg(all(not(loom), target_has_atomic = "ptr"))]
mod imp {
    pub(super) struct Inner<T>(spin::mutex::SpinMutex<T>);

    impl<T> Inner<T> {
        pub(super) fn new(value: T) -> Self {
            Inner(spin::mutex::SpinMutex::new(value))
        }

        #[inline]
        pub(super) fn with<R>(&self, critical: impl FnOnce(&mut T) -> R) -> R {
            critical(&mut self.0.lock())
        }
    }
}

#[cfg(all(not(loom), not(target_has_atomic = "ptr")))]
mod imp {
    use super::super::atomic::{AtomicBool, Ordering};
    use core::cell::UnsafeCell;

    /// One context: the flag can only be found set by a closure that takes its own lock again, which would
    /// spin for ever on other targets too.
    pub(super) struct Inner<T> {
        taken: AtomicBool,
        value: UnsafeCell<T>,
    }

    // SAFETY: the value is reached through `with` alone, by one context at a time.
    unsafe impl<T: Send> Sync for Inner<T> {}

    impl<T> Inner<T> {
        pub(super) fn new(value: T) -> Self {
            Inner { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
        }

        pub(super) fn with<R>(&self, critical: impl FnOnce(&mut T) -> R) -> R {
            while self.taken.load(Ordering::Acquire) {
                core::hint::spin_loop();
            }
            self.taken.store(true, Ordering::Relaxed);
            // SAFETY: there is one context, and the flag keeps a nested call out.
            let result = critical(unsafe { &mut *self.value.get() });
            self.taken.store(false, Ordering::Release);
            result
        }
    }
}
