//! A parking place: a condition variable and a token. (macOS has futexes since 14.4; this works on all of them.)

use core::cell::UnsafeCell;

/// Where one OS thread parks. Aligned, so that its address is an even number; never moved once in use.
#[repr(align(64))]
pub(in super::super) struct Place {
    mutex: UnsafeCell<libc::pthread_mutex_t>,
    condition: UnsafeCell<libc::pthread_cond_t>,
    token: UnsafeCell<bool>,
}

// SAFETY: the token is touched with the mutex locked; the other two are made to be shared.
unsafe impl Sync for Place {}
// SAFETY: as above, and places are not moved once in use.
unsafe impl Send for Place {}

impl Place {
    pub(in super::super) const fn new() -> Place {
        Place { mutex: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER), condition: UnsafeCell::new(libc::PTHREAD_COND_INITIALIZER), token: UnsafeCell::new(false) }
    }

    /// Blocks the calling OS thread, the place's owner.
    pub(in super::super) fn park(&self, timeout_ns: Option<u64>) {
        // SAFETY: both are initialized, the token is touched with the mutex locked, the deadline lives until the call returns.
        unsafe {
            libc::pthread_mutex_lock(self.mutex.get());
            if !*self.token.get() {
                match timeout_ns {
                    None => {
                        libc::pthread_cond_wait(self.condition.get(), self.mutex.get());
                    }
                    Some(ns) => {
                        let deadline = deadline_after(ns);
                        libc::pthread_cond_timedwait(self.condition.get(), self.mutex.get(), &deadline);
                    }
                }
            }
            *self.token.get() = false;
            libc::pthread_mutex_unlock(self.mutex.get());
        }
    }

    /// Wakes the owner. Not callable from a signal handler, which has no need to.
    pub(in super::super) fn unpark(&self) {
        // SAFETY: both are initialized, and the token is touched with the mutex locked.
        unsafe {
            libc::pthread_mutex_lock(self.mutex.get());
            *self.token.get() = true;
            libc::pthread_cond_signal(self.condition.get());
            libc::pthread_mutex_unlock(self.mutex.get());
        }
    }
}

/// The wall clock in `ns` nanoseconds, which is what this system's timed wait counts in. When somebody sets that clock back,
/// the wait is long: every caller that waits for a time looks at the monotonic clock, and is woken by what it waits for.
fn deadline_after(ns: u64) -> libc::timespec {
    const SECOND: u64 = 1_000_000_000;
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it fills the structure.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut now) };
    let nanoseconds = (ns % SECOND) as libc::c_long + now.tv_nsec;
    let seconds = (ns / SECOND).min(u64::from(u32::MAX)) as libc::time_t + now.tv_sec;
    libc::timespec { tv_sec: seconds + nanoseconds / SECOND as libc::c_long, tv_nsec: nanoseconds % SECOND as libc::c_long }
}
