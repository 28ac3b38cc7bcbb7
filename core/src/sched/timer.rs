//! The timer queue: py-threads that wait for a time.
//!
//! A four-way heap (half the levels of a binary one, and the children of a node lie together in memory) with a table that knows each
//! py-thread's place in it. A py-thread has at most one timer, so cancelling is exact: nothing stale stays behind, however
//! often a lock with a timeout is taken, and the heap is never larger than the thread table.
//!
//! Equal deadlines come due in the order they were set.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::sync::{OutOfMemory, zeroed};

/// Children of a node.
const ARITY: usize = 4;

/// In the table of places: no timer. Places are kept plus one, so that untouched zero pages mean this.
const NOWHERE: u32 = 0;

#[derive(Clone, Copy)]
struct Timer {
    /// Nanoseconds on the machine's clock.
    deadline: u64,
    /// Breaks ties. It wraps after four thousand million timers; then equal deadlines may change places.
    order: u32,
    task: u32,
}

impl Timer {
    fn is_before(&self, other: &Timer) -> bool {
        (self.deadline, self.order) < (other.deadline, other.order)
    }
}

/// A py-thread cannot have a timer: its index is beyond the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeyondCapacity;

/// The timers of the py-threads `0..capacity`. Setting, cancelling and taking take logarithmic time and allocate nothing.
pub struct TimerQueue {
    heap: Vec<Timer>,
    /// One plus each py-thread's place in the heap, or [`NOWHERE`].
    places: Box<[u32]>,
    set_so_far: u32,
}

impl TimerQueue {
    /// No timers. All the memory is reserved now; a large table costs no physical memory until it is used.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn with_capacity(capacity: usize) -> Result<TimerQueue, OutOfMemory> {
        if u32::try_from(capacity).map_or(true, |capacity| capacity == u32::MAX) {
            return Err(OutOfMemory);
        }
        let mut heap = Vec::new();
        heap.try_reserve_exact(capacity).map_err(|_| OutOfMemory)?;
        Ok(TimerQueue { heap, places: zeroed(capacity)?, set_so_far: 0 })
    }

    /// How many timers are set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no timer is set.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// When the next timer is due, in nanoseconds on the machine's clock.
    #[must_use]
    #[inline]
    pub fn next_deadline(&self) -> Option<u64> {
        Some(self.heap.first()?.deadline)
    }

    /// Sets the timer of py-thread `task` to `deadline`, in place of the one it may have.
    ///
    /// # Errors
    /// [`BeyondCapacity`].
    pub fn set(&mut self, task: u32, deadline: u64) -> Result<(), BeyondCapacity> {
        self.cancel(task);
        if task as usize >= self.places.len() {
            return Err(BeyondCapacity);
        }
        let timer = Timer { deadline, order: self.set_so_far, task };
        self.set_so_far = self.set_so_far.wrapping_add(1);
        // One timer a py-thread, so the reserved memory is enough.
        self.heap.push(timer);
        self.rise(self.heap.len() - 1, timer);
        Ok(())
    }

    /// Takes the timer of py-thread `task` away; returns whether it had one.
    pub fn cancel(&mut self, task: u32) -> bool {
        match self.places.get(task as usize) {
            Some(&place) if place != NOWHERE => {
                self.remove(place as usize - 1);
                true
            }
            _ => false,
        }
    }

    /// Takes out the next timer if it is due at `now`, and returns its py-thread.
    pub fn pop_due(&mut self, now: u64) -> Option<u32> {
        let first = *self.heap.first()?;
        if first.deadline > now {
            return None;
        }
        self.remove(0);
        Some(first.task)
    }

    fn remove(&mut self, place: usize) {
        let Some(last) = self.heap.pop() else { return };
        let Some(removed) = self.heap.get(place).copied() else {
            // It was the last one itself.
            self.note(last.task, None);
            return;
        };
        self.note(removed.task, None);
        if last.is_before(&removed) {
            self.rise(place, last);
        } else {
            self.sink(place, last);
        }
    }

    /// Puts `timer` at `place` or above, moving later ones down.
    fn rise(&mut self, mut place: usize, timer: Timer) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            match self.heap.get(parent).copied() {
                Some(above) if timer.is_before(&above) => self.put(place, above),
                _ => break,
            }
            place = parent;
        }
        self.put(place, timer);
    }

    /// Puts `timer` at `place` or below, moving earlier ones up.
    fn sink(&mut self, mut place: usize, timer: Timer) {
        loop {
            let children = place * ARITY + 1;
            let end = (children + ARITY).min(self.heap.len());
            let Some((&first, rest)) = self.heap.get(children..end).and_then(<[Timer]>::split_first) else { break };
            let (mut least, mut below) = (children, first);
            for (offset, child) in rest.iter().enumerate() {
                if child.is_before(&below) {
                    (least, below) = (children + 1 + offset, *child);
                }
            }
            if !below.is_before(&timer) {
                break;
            }
            self.put(place, below);
            place = least;
        }
        self.put(place, timer);
    }

    fn put(&mut self, place: usize, timer: Timer) {
        if let Some(slot) = self.heap.get_mut(place) {
            *slot = timer;
        }
        self.note(timer.task, Some(place));
    }

    fn note(&mut self, task: u32, place: Option<usize>) {
        if let Some(slot) = self.places.get_mut(task as usize) {
            // The capacity is below u32::MAX, so it fits.
            *slot = place.map_or(NOWHERE, |place| place as u32 + 1);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{BeyondCapacity, TimerQueue};
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    fn queue(capacity: usize) -> TimerQueue {
        TimerQueue::with_capacity(capacity).expect("memory")
    }

    fn due(queue: &mut TimerQueue, now: u64) -> Vec<u32> {
        core::iter::from_fn(|| queue.pop_due(now)).collect()
    }

    #[test]
    fn come_due_in_order() -> Result<(), BeyondCapacity> {
        let mut timers = queue(10);
        assert_eq!(timers.next_deadline(), None);
        for (task, deadline) in [(0, 50), (1, 20), (2, 40), (3, 20), (4, 20)] {
            timers.set(task, deadline)?;
        }
        assert_eq!(timers.next_deadline(), Some(20));
        assert_eq!(due(&mut timers, 19), []);
        assert_eq!(due(&mut timers, 40), [1, 3, 4, 2]);
        assert!(timers.cancel(0));
        assert!(!timers.cancel(0));
        assert!(!timers.cancel(99));
        assert_eq!(timers.set(10, 1), Err(BeyondCapacity));
        assert!(timers.is_empty());
        Ok(())
    }

    #[test]
    fn setting_again_replaces() -> Result<(), BeyondCapacity> {
        let mut timers = queue(3);
        for deadline in 0..1000 {
            timers.set(1, 1000 - deadline)?;
            timers.set(2, deadline)?;
        }
        assert_eq!(timers.len(), 2);
        assert_eq!(due(&mut timers, u64::MAX), [1, 2]);
        Ok(())
    }

    /// A long mixed run against a sorted map.
    #[test]
    fn agrees_with_a_sorted_map() -> Result<(), BeyondCapacity> {
        let mut timers = queue(200);
        let mut model = BTreeMap::new();
        let mut set: [Option<(u64, u32)>; 200] = [None; 200];
        let mut seed = 7u64;
        for count in 0..40_000u32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let task = (seed >> 33) as u32 % 200;
            match (seed >> 60) % 8 {
                0..=3 => {
                    let deadline = (seed >> 20) % 64;
                    timers.set(task, deadline)?;
                    if let Some(key) = set[task as usize].replace((deadline, count)) {
                        model.remove(&key);
                    }
                    model.insert((deadline, count), task);
                }
                4 => {
                    let key = set[task as usize].take();
                    assert_eq!(timers.cancel(task), key.is_some());
                    if let Some(key) = key {
                        model.remove(&key);
                    }
                }
                _ => {
                    let now = (seed >> 20) % 64;
                    let expected = model.first_key_value().filter(|(key, _)| key.0 <= now).map(|(&key, &task)| (key, task));
                    assert_eq!(timers.pop_due(now), expected.map(|(_, task)| task));
                    if let Some((key, task)) = expected {
                        model.remove(&key);
                        set[task as usize] = None;
                    }
                }
            }
            assert_eq!(timers.len(), model.len());
            assert_eq!(timers.next_deadline(), model.first_key_value().map(|(key, _)| key.0));
        }
        Ok(())
    }

    #[test]
    fn a_million_sleepers() -> Result<(), BeyondCapacity> {
        const SLEEPERS: u32 = 1_000_000;
        let mut timers = queue(SLEEPERS as usize);
        for task in 0..SLEEPERS {
            timers.set(task, u64::from(task.wrapping_mul(2_654_435_761) >> 4))?;
        }
        assert!((0..SLEEPERS).step_by(2).all(|task| timers.cancel(task)));
        let mut last = 0;
        for _ in 0..SLEEPERS / 2 {
            let deadline = timers.next_deadline().expect("one is left");
            assert!(deadline >= last && timers.pop_due(deadline).is_some());
            last = deadline;
        }
        assert!(timers.is_empty());
        Ok(())
    }
}
