//! The word through which other OS threads, signal handlers and interrupt handlers ask the carrier to look up.

use super::atomic::Ordering;

/// A set of reasons to leave the interpreter loop at the next safe point. Anybody raises them, from anywhere;
/// the carrier reads the word at its safe points (one relaxed load, an ordinary instruction on every target) and takes them.
///
/// A reason only says "look": what happened stands in its own place (the GIL's queue, the wake queue, the machine's signals),
/// written before the reason is raised and read after it is taken.
pub struct Attention(Reasons);

#[cfg(not(target_has_atomic = "ptr"))]
use flags::Reasons;
#[cfg(target_has_atomic = "ptr")]
use word::Reasons;

impl Attention {
    /// An OS thread waits for the GIL.
    pub const GIL: u32 = 1 << 0;
    /// The wake queue has entries.
    pub const WAKE: u32 = 1 << 1;
    /// The machine has signals.
    pub const SIGNAL: u32 = 1 << 2;
    /// The host wants the VM to stop and return.
    pub const STOP: u32 = 1 << 3;
    /// Free for the VM's own use.
    pub const INTERRUPT: u32 = 1 << 4;
    /// Free for the VM's own use.
    pub const FINALIZE: u32 = 1 << 5;

    /// Nothing raised.
    #[must_use]
    pub fn new() -> Attention {
        Attention(Reasons::new())
    }

    /// Raises the reasons in `reasons`.
    #[inline]
    pub fn raise(&self, reasons: u32) {
        self.0.raise(reasons);
    }

    /// Whether anything is raised. A hint, to be followed by [`take`](Attention::take).
    #[inline]
    pub fn is_raised(&self) -> bool {
        self.0.is_raised()
    }

    /// Returns the reasons raised since the last call, and clears them. Only the carrier calls it.
    #[inline]
    pub fn take(&self) -> u32 {
        if self.is_raised() { self.0.take() } else { 0 }
    }
}

impl Default for Attention {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(target_has_atomic = "ptr")]
mod word {
    use super::Ordering;
    use crate::sync::atomic::AtomicU32;

    pub(super) struct Reasons(AtomicU32);

    impl Reasons {
        pub(super) fn new() -> Self {
            Reasons(AtomicU32::new(0))
        }

        pub(super) fn raise(&self, reasons: u32) {
            self.0.fetch_or(reasons, Ordering::AcqRel);
        }

        #[inline]
        pub(super) fn is_raised(&self) -> bool {
            self.0.load(Ordering::Relaxed) != 0
        }

        pub(super) fn take(&self) -> u32 {
            self.0.swap(0, Ordering::AcqRel)
        }
    }
}

#[cfg(any(not(target_has_atomic = "ptr"), all(test, not(loom))))]
mod flags {
    use super::Ordering;
    use crate::sync::atomic::AtomicBool;

    /// A flag a reason, so that a handler that interrupts another one, or the carrier, undoes nothing.
    pub(super) struct Reasons {
        any: AtomicBool,
        flags: [AtomicBool; 8],
    }

    impl Reasons {
        pub(super) fn new() -> Self {
            Reasons { any: AtomicBool::new(false), flags: Default::default() }
        }

        pub(super) fn raise(&self, reasons: u32) {
            for (number, flag) in self.flags.iter().enumerate() {
                if reasons & (1 << number) != 0 {
                    flag.store(true, Ordering::Release);
                }
            }
            self.any.store(true, Ordering::Release);
        }

        #[inline]
        pub(super) fn is_raised(&self) -> bool {
            self.any.load(Ordering::Relaxed)
        }

        pub(super) fn take(&self) -> u32 {
            // Cleared first: a handler that comes during the loop sets it again, and nothing is lost.
            self.any.store(false, Ordering::Release);
            let mut reasons = 0;
            for (number, flag) in self.flags.iter().enumerate() {
                if flag.load(Ordering::Acquire) {
                    flag.store(false, Ordering::Release);
                    reasons |= 1 << number;
                }
            }
            reasons
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    #[test]
    fn reasons_are_taken_once() {
        let attention = super::Attention::new();
        assert_eq!((attention.is_raised(), attention.take()), (false, 0));
        attention.raise(5);
        attention.raise(4);
        assert!(attention.is_raised());
        assert_eq!((attention.take(), attention.take()), (5, 0));
    }

    #[test]
    fn flags_do_the_same() {
        let reasons = super::flags::Reasons::new();
        assert_eq!((reasons.is_raised(), reasons.take()), (false, 0));
        reasons.raise(5);
        reasons.raise(0x84);
        assert!(reasons.is_raised());
        assert_eq!((reasons.take(), reasons.take()), (0x85, 0));
        assert!(!reasons.is_raised());
    }
}
