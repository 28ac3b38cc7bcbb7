//! macOS: condition variables to park on, kqueue to wait with.

mod place;
mod selector;

pub(super) use place::Place;
pub(super) use selector::Selector;

/// Whether the poller works in a copy of the process: a kqueue is not there any more.
pub(super) const CAN_FORK: bool = false;

/// The address of the calling OS thread's `errno`.
pub(super) fn errno_location() -> *mut i32 {
    // SAFETY: no preconditions.
    unsafe { libc::__error() }
}

/// Fills `bytes` with entropy of the kernel.
pub(super) fn random(bytes: &mut [u8]) -> bool {
    // SAFETY: the pointer and the length are the slice's. It cannot fail.
    unsafe { libc::arc4random_buf(bytes.as_mut_ptr().cast(), bytes.len()) };
    true
}

/// The lowest address of the calling OS thread's native stack.
pub(super) fn stack_limit() -> usize {
    // SAFETY: the calling OS thread exists.
    unsafe {
        let me = libc::pthread_self();
        // The system gives the highest address.
        (libc::pthread_get_stackaddr_np(me) as usize).saturating_sub(libc::pthread_get_stacksize_np(me))
    }
}

/// Nothing to do: macOS does not stretch short sleeps of ordinary OS threads by much.
pub(super) fn sharpen_timers() {}
