//! Pace: slices end by ticks, but a tick may last long, when it is a call of a native that works for milliseconds. So the time of slices is
//! looked at, and a py-thread whose slices last longer than [`SLICE_NS`] gets fewer ticks.
//!
//! The clock is read once when a slice ends by its ticks and somebody else waits: one reading tells the end of this slice and the beginning of the
//! next. What runs in between and ends its turn by waiting is counted in with the next slice: a wrong guess costs a few short slices. Natives
//! that are known to work long (sorting, filling large objects) also say so in ticks (`Heap::spend`), which ends the first such slice in time.
//!
//! Without a clock the time never passes, and slices end by ticks alone.

use super::executor::Scheduler;

/// How long a slice may last, in nanoseconds.
pub const SLICE_NS: u64 = 5_000_000;

/// `Scheduler::pace_from`: nobody looked at the clock.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// A slice is halved so often at most.
const SLOWEST: u8 = 15;

impl Scheduler {
    /// Ticks in the next slice of a py-thread.
    #[inline]
    pub(super) fn ticks_for(&self, task: u32) -> i32 {
        match self.tasks.at(task).pace {
            0 => self.slice_ticks,
            pace => (self.slice_ticks >> pace).max(1),
        }
    }

    /// The slice of the running py-thread ends, and another one's begins: gives it another pace if need be.
    #[inline]
    pub(super) fn set_pace(&mut self) {
        let now = self.now();
        let began = core::mem::replace(&mut self.pace_from, now);
        // Also when it is unknown.
        let lasted = now.saturating_sub(began);
        let record = self.tasks.at_mut(self.current);
        if lasted > SLICE_NS {
            // The power of two above.
            let halvings = u64::BITS - (lasted / SLICE_NS).leading_zeros();
            record.pace = record.pace.saturating_add(halvings as u8).min(SLOWEST);
        } else if record.pace != 0 && lasted < SLICE_NS / 4 {
            record.pace -= 1;
        }
    }
}
