//! Linux: futexes to park on, epoll to wait with.

mod futex;
mod selector;

pub(super) use futex::Place;
pub(super) use selector::Selector;

/// Whether the poller works in a copy of the process.
pub(super) const CAN_FORK: bool = true;

/// The address of the calling OS thread's `errno`.
pub(super) fn errno_location() -> *mut i32 {
    // SAFETY: no preconditions.
    unsafe { libc::__errno_location() }
}

/// Fills `bytes` with entropy of the kernel.
pub(super) fn random(mut bytes: &mut [u8]) -> bool {
    while !bytes.is_empty() {
        // SAFETY: the pointer and the length are the slice's.
        let filled = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
        match usize::try_from(filled) {
            Ok(filled) => bytes = bytes.get_mut(filled..).unwrap_or_default(),
            Err(_) if super::unix::errno() == libc::EINTR => {}
            Err(_) => return false,
        }
    }
    true
}

/// The lowest address of the calling OS thread's native stack.
pub(super) fn stack_limit() -> usize {
    let mut attributes = core::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: it initializes the attributes when it returns 0.
    if unsafe { libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) } != 0 {
        return 0;
    }
    let (mut lowest, mut size) = (core::ptr::null_mut(), 0);
    // SAFETY: initialized above, and destroyed once.
    let failed = unsafe {
        let failed = libc::pthread_attr_getstack(attributes.as_ptr(), &mut lowest, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        failed
    };
    if failed != 0 { 0 } else { lowest as usize }
}

/// Lets the calling OS thread's short sleeps end within microseconds of their time; by default the kernel adds 50.
pub(super) fn sharpen_timers() {
    // SAFETY: it takes integers only.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1000 as libc::c_ulong) };
}
