//! A lock whose waiters sleep. For what is short but may be interrupted by the operating system's scheduler.

use core::cell::UnsafeCell;

/// A value behind a POSIX mutex. Not to be moved once it has been used.
pub(super) struct Mutex<T> {
    raw: UnsafeCell<libc::pthread_mutex_t>,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached with the mutex locked.
unsafe impl<T: Send> Sync for Mutex<T> {}
// SAFETY: an unused mutex may move, and the value is Send.
unsafe impl<T: Send> Send for Mutex<T> {}

impl<T> Mutex<T> {
    pub(super) const fn new(value: T) -> Mutex<T> {
        Mutex { raw: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER), value: UnsafeCell::new(value) }
    }

    /// Runs `critical` with the value; it must not take the same lock again, nor panic.
    pub(super) fn with<R>(&self, critical: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: statically initialized; no one else has the value between the two calls.
        unsafe {
            libc::pthread_mutex_lock(self.raw.get());
            let result = critical(&mut *self.value.get());
            libc::pthread_mutex_unlock(self.raw.get());
            result
        }
    }
}
