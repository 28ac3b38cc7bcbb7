//! One machine word with the operations that the GIL needs.

use super::atomic::{AtomicUsize, Ordering};

/// An atomic machine word.
///
/// On targets without compare-and-swap the compound operations are a load and a store: right in the one context
/// that such targets have, and not for interrupt handlers.
pub struct Word(AtomicUsize);

impl Word {
    /// A word with this value.
    #[must_use]
    pub fn new(value: usize) -> Word {
        Word(AtomicUsize::new(value))
    }

    /// Reads it. The caller names the ordering, as with the other operations.
    #[inline]
    pub fn load(&self, ordering: Ordering) -> usize {
        self.0.load(ordering)
    }

    /// Replaces it.
    #[inline]
    pub fn store(&self, value: usize, ordering: Ordering) {
        self.0.store(value, ordering);
    }

    /// Replaces `current` by `new`, or returns what was there instead.
    ///
    /// # Errors
    /// The value found, when it was not `current`.
    #[inline]
    pub fn compare_exchange(&self, current: usize, new: usize, success: Ordering, failure: Ordering) -> Result<usize, usize> {
        #[cfg(target_has_atomic = "ptr")]
        {
            self.0.compare_exchange(current, new, success, failure)
        }
        #[cfg(not(target_has_atomic = "ptr"))]
        {
            let _ = (success, failure);
            let found = self.0.load(Ordering::Acquire);
            if found != current {
                return Err(found);
            }
            self.0.store(new, Ordering::Release);
            Ok(found)
        }
    }
}
