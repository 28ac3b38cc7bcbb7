//! epoll, with an eventfd to end its sleep.

use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use pyvm_core::port::{Interest, MachineError, Watch};

use super::super::unix::{KernelTime, errno, machine_error};

/// The mark of the eventfd among the events.
const NOTIFIED: u64 = u64::MAX;

/// Events taken in one go; the rest waits for the next.
const BATCH: usize = 64;

pub(in super::super) struct Selector {
    epoll: i32,
    eventfd: i32,
    /// The kernel has `epoll_pwait2` (Linux 5.11), which sleeps with nanoseconds instead of milliseconds.
    precise: AtomicBool,
}

impl Selector {
    pub(in super::super) fn new() -> Result<Selector, MachineError> {
        // SAFETY: it takes integers only.
        let epoll = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if epoll < 0 {
            return Err(machine_error());
        }
        // SAFETY: it takes integers only.
        let eventfd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        let selector = Selector { epoll, eventfd, precise: AtomicBool::new(true) };
        if eventfd < 0 {
            return Err(machine_error());
        }
        selector.control(libc::EPOLL_CTL_ADD, eventfd, libc::EPOLLIN as u32, NOTIFIED)?;
        Ok(selector)
    }

    /// Watches `source` for `interest` until the next event; `known` if it did before, as far as the caller knows.
    pub(in super::super) fn arm(&self, source: i32, interest: Interest, known: bool) -> Result<Watch, MachineError> {
        let mut events = libc::EPOLLONESHOT as u32;
        if interest.reads() {
            events |= (libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLPRI) as u32;
        }
        if interest.writes() {
            events |= libc::EPOLLOUT as u32;
        }
        let (first, other) = if known { (libc::EPOLL_CTL_MOD, libc::EPOLL_CTL_ADD) } else { (libc::EPOLL_CTL_ADD, libc::EPOLL_CTL_MOD) };
        let data = u64::from(source as u32);
        let outcome = match self.control(first, source, events, data) {
            // The number was closed and opened again, or came back.
            Err(MachineError::Os(libc::ENOENT | libc::EEXIST)) => self.control(other, source, events, data),
            outcome => outcome,
        };
        match outcome {
            Ok(()) => Ok(Watch::Armed),
            // A file or a directory: it never blocks.
            Err(MachineError::Os(libc::EPERM)) => Ok(Watch::Ready),
            Err(error) => Err(error),
        }
    }

    /// Watches `source` no more.
    pub(in super::super) fn disarm(&self, source: i32) {
        // It fails only when the source is closed already.
        let _ = self.control(libc::EPOLL_CTL_DEL, source, 0, 0);
    }

    /// Sleeps until something happens and reports what the sources are ready for.
    pub(in super::super) fn select(&self, timeout_ns: Option<u64>, report: &mut dyn FnMut(i32, Interest)) {
        let mut events = [const { MaybeUninit::<libc::epoll_event>::uninit() }; BATCH];
        let count = self.sleep(timeout_ns, &mut events);
        for event in events.iter().take(usize::try_from(count).unwrap_or(0)) {
            // SAFETY: the kernel has filled the first `count`.
            let libc::epoll_event { events, u64: data } = unsafe { event.assume_init() };
            if data == NOTIFIED {
                let mut counter = 0u64;
                // SAFETY: eight bytes for an eventfd's counter.
                unsafe { libc::read(self.eventfd, ptr::from_mut(&mut counter).cast(), 8) };
                continue;
            }
            let mut interest = Interest::NONE;
            if events & (libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLPRI) as u32 != 0 {
                interest = interest.union(Interest::READ);
            }
            if events & libc::EPOLLOUT as u32 != 0 {
                interest = interest.union(Interest::WRITE);
            }
            if events & (libc::EPOLLERR | libc::EPOLLHUP) as u32 != 0 {
                interest = Interest::READ.union(Interest::WRITE);
            }
            // Put in as this by `arm`.
            report(data as u32 as i32, interest);
        }
    }

    fn sleep(&self, timeout_ns: Option<u64>, events: &mut [MaybeUninit<libc::epoll_event>; BATCH]) -> i32 {
        let events = events.as_mut_ptr().cast::<libc::epoll_event>();
        if self.precise.load(Ordering::Relaxed) {
            let timeout = timeout_ns.map(KernelTime::from_ns);
            // SAFETY: the events are BATCH long, the timeout lives until the call returns, there is no signal mask.
            let count = unsafe {
                libc::syscall(
                    libc::SYS_epoll_pwait2,
                    self.epoll,
                    events,
                    BATCH,
                    timeout.as_ref().map_or(ptr::null(), ptr::from_ref),
                    ptr::null::<libc::sigset_t>(),
                    0usize,
                )
            };
            if count >= 0 {
                return i32::try_from(count).unwrap_or(0);
            }
            // Old kernels do not know it, and some sandboxes forbid what they do not know.
            if !matches!(errno(), libc::ENOSYS | libc::EPERM) {
                return 0;
            }
            self.precise.store(false, Ordering::Relaxed);
        }
        let milliseconds = timeout_ns.map_or(-1, |ns| i32::try_from(ns.div_ceil(1_000_000)).unwrap_or(i32::MAX));
        // SAFETY: the events are BATCH long.
        unsafe { libc::epoll_wait(self.epoll, events, BATCH as i32, milliseconds) }
    }

    /// Ends the sleep. Callable from a signal handler.
    pub(in super::super) fn notify(&self) {
        let one = 1u64;
        // SAFETY: eight bytes for an eventfd. It can only fail when the counter is full, and then the sleep ends anyway.
        unsafe { libc::write(self.eventfd, ptr::from_ref(&one).cast(), 8) };
    }

    /// The process is a copy, which still shares epoll and eventfd with the original: new ones take their numbers. Where the system refuses
    /// them nothing can be watched, as with closed ones.
    pub(in super::super) fn renew(&self) {
        // SAFETY: they take integers only; the numbers are this selector's own.
        unsafe {
            for (new, old) in [(libc::epoll_create1(libc::EPOLL_CLOEXEC), self.epoll), (libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK), self.eventfd)] {
                if new < 0 {
                    libc::close(old);
                } else if new != old {
                    libc::dup3(new, old, libc::O_CLOEXEC);
                    libc::close(new);
                }
            }
        }
        let _ = self.control(libc::EPOLL_CTL_ADD, self.eventfd, libc::EPOLLIN as u32, NOTIFIED);
    }

    fn control(&self, operation: i32, source: i32, events: u32, data: u64) -> Result<(), MachineError> {
        let mut event = libc::epoll_event { events, u64: data };
        // SAFETY: the event lives until the call returns.
        if unsafe { libc::epoll_ctl(self.epoll, operation, source, &mut event) } == 0 {
            return Ok(());
        }
        Err(machine_error())
    }
}

impl Drop for Selector {
    fn drop(&mut self) {
        for descriptor in [self.eventfd, self.epoll] {
            if descriptor >= 0 {
                // SAFETY: opened by `new`, and nobody else closes it.
                unsafe { libc::close(descriptor) };
            }
        }
    }
}
