//! kqueue, with a user event to end its sleep.

use core::mem::MaybeUninit;
use core::ptr;

use pyvm_core::port::{Interest, MachineError, Watch};

use super::super::unix::{KernelTime, machine_error};

/// Events taken in one go; the rest waits for the next.
const BATCH: usize = 64;

pub(in super::super) struct Selector {
    kqueue: i32,
}

impl Selector {
    pub(in super::super) fn new() -> Result<Selector, MachineError> {
        // SAFETY: no preconditions.
        let kqueue = unsafe { libc::kqueue() };
        if kqueue < 0 {
            return Err(machine_error());
        }
        let selector = Selector { kqueue };
        // SAFETY: it takes integers only.
        unsafe { libc::fcntl(kqueue, libc::F_SETFD, libc::FD_CLOEXEC) };
        selector.change(0, libc::EVFILT_USER, libc::EV_ADD | libc::EV_CLEAR, 0)?;
        Ok(selector)
    }

    /// The process is a copy: it has no kqueue (`CAN_FORK`).
    pub(in super::super) fn renew(&self) {}

    /// Watches `source` for `interest` until the next event.
    pub(in super::super) fn arm(&self, source: i32, interest: Interest, _known: bool) -> Result<Watch, MachineError> {
        if is_file(source)? {
            // Here a file at its end would count as not readable.
            return Ok(Watch::Ready);
        }
        if interest.reads() {
            self.change(source, libc::EVFILT_READ, libc::EV_ADD | libc::EV_ONESHOT, 0)?;
        }
        if interest.writes() {
            self.change(source, libc::EVFILT_WRITE, libc::EV_ADD | libc::EV_ONESHOT, 0)?;
        }
        Ok(Watch::Armed)
    }

    /// Watches `source` no more.
    pub(in super::super) fn disarm(&self, source: i32) {
        for filter in [libc::EVFILT_READ, libc::EVFILT_WRITE] {
            // It fails when there is no such watch, or the source is closed already.
            let _ = self.change(source, filter, libc::EV_DELETE, 0);
        }
    }

    /// Sleeps until something happens and reports what the sources are ready for.
    pub(in super::super) fn select(&self, timeout_ns: Option<u64>, report: &mut dyn FnMut(i32, Interest)) {
        let mut events = [const { MaybeUninit::<libc::kevent>::uninit() }; BATCH];
        let timeout = timeout_ns.map(KernelTime::from_ns);
        // SAFETY: no changes; the events are BATCH long; the timeout lives until the call returns.
        let count =
            unsafe { libc::kevent(self.kqueue, ptr::null(), 0, events.as_mut_ptr().cast(), BATCH as i32, timeout.as_ref().map_or(ptr::null(), ptr::from_ref).cast()) };
        for event in events.iter().take(usize::try_from(count).unwrap_or(0)) {
            // SAFETY: the kernel has filled the first `count`.
            let event = unsafe { event.assume_init() };
            let interest = match event.filter {
                libc::EVFILT_READ => Interest::READ,
                libc::EVFILT_WRITE => Interest::WRITE,
                _ => continue,
            };
            // Put in as this by `arm`.
            report(event.ident as i32, interest);
        }
    }

    /// Ends the sleep. Callable from a signal handler.
    pub(in super::super) fn notify(&self) {
        // It cannot fail: the event was added by `new`.
        let _ = self.change(0, libc::EVFILT_USER, 0, libc::NOTE_TRIGGER);
    }

    fn change(&self, ident: i32, filter: i16, flags: u16, fflags: u32) -> Result<(), MachineError> {
        let Ok(ident) = usize::try_from(ident) else { return Err(MachineError::Os(libc::EBADF)) };
        let change = libc::kevent { ident, filter, flags, fflags, data: 0, udata: ptr::null_mut() };
        // SAFETY: one change, no events, no timeout.
        let done = unsafe { libc::kevent(self.kqueue, &change, 1, ptr::null_mut(), 0, ptr::null()) };
        if done == 0 { Ok(()) } else { Err(machine_error()) }
    }
}

/// Whether `source` is a regular file or a directory.
fn is_file(source: i32) -> Result<bool, MachineError> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: it fills the structure when it returns 0.
    if unsafe { libc::fstat(source, status.as_mut_ptr()) } != 0 {
        return Err(machine_error());
    }
    // SAFETY: filled.
    let mode = unsafe { status.assume_init() }.st_mode & libc::S_IFMT;
    Ok(mode == libc::S_IFREG || mode == libc::S_IFDIR)
}

impl Drop for Selector {
    fn drop(&mut self) {
        // SAFETY: opened by `new`, and nobody else closes it.
        unsafe { libc::close(self.kqueue) };
    }
}
