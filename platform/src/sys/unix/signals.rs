//! Signals: the handler notes the number, tells the VM to look up and ends its idle wait. Python's handlers run later, at a safe
//! point.
//!
//! Signals belong to the process, so one machine at a time receives them: the one that connected last.

use alloc::boxed::Box;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

use pyvm_core::port::{Call, Duty, MachineError, SignalHandling};

use super::poller::Poller;
use super::{super::os, machine_error};

/// Bit `n - 1`: signal `n` came.
static PENDING: AtomicU64 = AtomicU64::new(0);

/// Who is told.
static RECEIVER: AtomicPtr<Receiver> = AtomicPtr::new(ptr::null_mut());

/// Handlers that may be using the receiver.
static INSIDE: AtomicU32 = AtomicU32::new(0);

/// The signal that cuts calls short. By default the system ignores it, and so it seems: its handler does nothing.
pub(super) const CUT: i32 = libc::SIGURG;

/// The OS thread in a call that is to be cut short when signals come; 0: none.
static CALLING: AtomicUsize = AtomicUsize::new(0);

/// Who may be sending CUT to it.
static SENDING: AtomicU32 = AtomicU32::new(0);

/// CUT was sent, and no handler has seen it.
static SENT: AtomicBool = AtomicBool::new(false);

struct Receiver {
    notify: Duty,
    poller: *const Poller,
}

/// The right to receive signals, given back when dropped.
pub(super) struct Connection(*mut Receiver);

// SAFETY: what it points to is shared with signal handlers of any OS thread anyway, and is only read.
unsafe impl Send for Connection {}

impl Connection {
    /// Tells `notify` and wakes `poller` when a signal comes.
    ///
    /// # Safety
    /// `poller` outlives the connection.
    pub(super) unsafe fn new(notify: Duty, poller: *const Poller) -> Connection {
        let receiver = Box::into_raw(Box::new(Receiver { notify, poller }));
        RECEIVER.store(receiver, Ordering::SeqCst);
        // As every shell's child would expect: a Ctrl-C that was ignored before stays ignored.
        if current(libc::SIGINT as u32) == Ok(SignalHandling::Default) {
            let _ = handle(libc::SIGINT as u32, SignalHandling::Notify);
        }
        if current(CUT as u32) == Ok(SignalHandling::Default) {
            let _ = handle(CUT as u32, SignalHandling::Default);
        }
        Connection(receiver)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = RECEIVER.compare_exchange(self.0, ptr::null_mut(), Ordering::SeqCst, Ordering::SeqCst);
        // A handler on another OS thread may have read the pointer just before. It is in there for microseconds.
        while INSIDE.load(Ordering::SeqCst) != 0 {
            core::hint::spin_loop();
        }
        // SAFETY: made by `new`; nobody can find it any more.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// The calling OS thread enters a call that is to be cut short when signals come, or has left it.
#[inline]
pub(super) fn call_for_main(begins: bool) {
    // SAFETY: no preconditions.
    CALLING.store(if begins { unsafe { libc::pthread_self() as usize } } else { 0 }, Ordering::Release);
}

/// The calling OS thread is about to end: returns when no handler can be sending to it any more.
pub(super) fn end_thread() {
    fence(Ordering::SeqCst);
    while SENDING.load(Ordering::SeqCst) != 0 {
        core::hint::spin_loop();
    }
}

/// Cuts the call short, if there is one on another OS thread. Callable from a signal handler.
pub(super) fn cut_call() {
    SENDING.fetch_add(1, Ordering::SeqCst);
    let calling = CALLING.load(Ordering::SeqCst);
    // SAFETY: no preconditions; and an OS thread that was in a call does not end while SENDING is not 0.
    unsafe {
        if calling != 0 && calling != libc::pthread_self() as usize {
            SENT.store(true, Ordering::SeqCst);
            libc::pthread_kill(calling as libc::pthread_t, CUT);
        }
    }
    SENDING.fetch_sub(1, Ordering::SeqCst);
}

extern "C" fn on_cut(_: i32) {
    SENT.store(false, Ordering::SeqCst);
}

extern "C" fn on_signal(number: i32) {
    if number == CUT && SENT.swap(false, Ordering::SeqCst) {
        return;
    }
    let errno = os::errno_location();
    // SAFETY: this OS thread's own variable; what was interrupted must find it as it was.
    let before = unsafe { *errno };
    PENDING.fetch_or(1 << ((number as u32).wrapping_sub(1) & 63), Ordering::AcqRel);
    INSIDE.fetch_add(1, Ordering::SeqCst);
    // SAFETY: null or alive: it is dropped after INSIDE was seen 0 with the pointer gone.
    if let Some(receiver) = unsafe { RECEIVER.load(Ordering::SeqCst).as_ref() } {
        receiver.notify.perform(Call::Signalled);
        // SAFETY: it outlives the connection.
        unsafe { (*receiver.poller).wake() };
    }
    INSIDE.fetch_sub(1, Ordering::SeqCst);
    // The kernel gives a signal to any OS thread.
    cut_call();
    // SAFETY: as above.
    unsafe { *errno = before };
}

/// One signal that came, lowest number first.
pub(super) fn take() -> Option<u32> {
    let pending = PENDING.load(Ordering::Acquire);
    if pending == 0 {
        return None;
    }
    let bit = pending.trailing_zeros();
    PENDING.fetch_and(!(1 << bit), Ordering::AcqRel);
    Some(bit + 1)
}

/// The process is a copy: what came, came to the original.
pub(super) fn forget_all() {
    PENDING.store(0, Ordering::Release);
    INSIDE.store(0, Ordering::SeqCst);
    SENDING.store(0, Ordering::SeqCst);
    SENT.store(false, Ordering::SeqCst);
    CALLING.store(0, Ordering::SeqCst);
}

/// What happens now when `signal` comes.
fn current(signal: u32) -> Result<SignalHandling, MachineError> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: it fills the structure when it returns 0.
    if unsafe { libc::sigaction(signal as i32, ptr::null(), action.as_mut_ptr()) } != 0 {
        return Err(machine_error());
    }
    // SAFETY: filled.
    Ok(meaning(unsafe { action.assume_init() }.sa_sigaction))
}

fn our_handler() -> usize {
    on_signal as extern "C" fn(i32) as usize
}

fn cutting_handler() -> usize {
    on_cut as extern "C" fn(i32) as usize
}

fn meaning(action: usize) -> SignalHandling {
    match action {
        libc::SIG_DFL => SignalHandling::Default,
        libc::SIG_IGN => SignalHandling::Ignore,
        handler if handler == our_handler() => SignalHandling::Notify,
        handler if handler == cutting_handler() => SignalHandling::Default,
        _ => SignalHandling::Foreign,
    }
}

/// Chooses what happens when `signal` comes, and returns what happened until now.
pub(super) fn handle(signal: u32, handling: SignalHandling) -> Result<SignalHandling, MachineError> {
    let handler = match handling {
        SignalHandling::Default if signal == CUT as u32 => cutting_handler(),
        SignalHandling::Default => libc::SIG_DFL,
        SignalHandling::Ignore => libc::SIG_IGN,
        SignalHandling::Notify => our_handler(),
        SignalHandling::Foreign => return Err(MachineError::Os(libc::EINVAL)),
    };
    if !(1..=64).contains(&signal) {
        return Err(MachineError::Os(libc::EINVAL));
    }
    let before = current(signal)?;
    // SAFETY: all-zero is a valid action: no flags, an empty mask. In particular no SA_RESTART: a blocking call that a signal
    // interrupts must return, so that the Python handler can run.
    let mut action = unsafe { MaybeUninit::<libc::sigaction>::zeroed().assume_init() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_ONSTACK;
    // SAFETY: the action is complete, and the handler does only what a handler may.
    if unsafe { libc::sigaction(signal as i32, &action, ptr::null_mut()) } != 0 {
        return Err(machine_error());
    }
    Ok(before)
}
