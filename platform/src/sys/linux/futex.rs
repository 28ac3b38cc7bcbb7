//! A parking place: one futex word.

use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};

use super::super::unix::KernelTime;

const EMPTY: u32 = 0;
/// Its owner sleeps, or is about to.
const PARKED: u32 = 1;
/// An unpark came.
const TOKEN: u32 = 2;

/// Where one OS thread parks. Aligned, so that its address is an even number.
#[repr(align(64))]
pub(in super::super) struct Place(AtomicU32);

impl Place {
    pub(in super::super) const fn new() -> Place {
        Place(AtomicU32::new(EMPTY))
    }

    /// Blocks the calling OS thread, the place's owner.
    pub(in super::super) fn park(&self, timeout_ns: Option<u64>) {
        if self.0.compare_exchange(EMPTY, PARKED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let timeout = timeout_ns.map(KernelTime::from_ns);
            // SAFETY: the word lives as long as `self`, the timeout until the call returns.
            unsafe {
                libc::syscall(libc::SYS_futex, self.0.as_ptr(), libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG, PARKED, timeout.as_ref().map_or(ptr::null(), ptr::from_ref));
            }
        }
        // Takes the token, or the mark of having slept. Reading the token makes the unparker's writes visible.
        self.0.swap(EMPTY, Ordering::Acquire);
    }

    /// Wakes the owner. Callable from a signal handler.
    pub(in super::super) fn unpark(&self) {
        if self.0.swap(TOKEN, Ordering::Release) == PARKED {
            // SAFETY: the word is valid; the call takes no other pointers.
            unsafe {
                libc::syscall(libc::SYS_futex, self.0.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, 1);
            }
        }
    }
}
