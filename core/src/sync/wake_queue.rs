//! The wake queue: how other OS threads and interrupt handlers say "this py-thread can go on".
//!
//! As large as the thread table, with a flag a py-thread that keeps it from being in twice: it is never full, so no
//! wake-up is ever lost. Pushing never waits for the consumer and allocates nothing.
//!
//! With compare-and-swap: producers push on a linked stack whose links are an array indexed by py-thread; the consumer
//! takes the whole stack with one swap and turns it round, so wake-ups are delivered in the order they came.
//! Nodes are never popped one by one from the shared stack, so the ABA problem does not arise.
//! Without: one flag a py-thread, set with a store; the consumer looks through the flags, lowest index first
//! (such targets have some dozens of py-threads).

#[cfg(not(target_has_atomic = "ptr"))]
pub use flags::WakeQueue;
#[cfg(target_has_atomic = "ptr")]
pub use linked::WakeQueue;

#[cfg(target_has_atomic = "ptr")]
mod linked {
    use super::super::atomic::{AtomicU32, Ordering};
    use super::super::{OutOfMemory, zeroed_counters};
    use alloc::boxed::Box;

    /// A queue of py-thread indices from many producers to the carrier. See the module's description.
    pub struct WakeQueue {
        /// One bit a py-thread: set while it is queued. Whoever sets it owns the link until it is cleared.
        queued: Box<[AtomicU32]>,
        /// For a queued py-thread: 1 + the index of its neighbour, or 0 at the end.
        links: Box<[AtomicU32]>,
        /// 1 + the index of the last one pushed, or 0.
        newest: AtomicU32,
        /// The consumer's own: 1 + the index of the next one to deliver, or 0.
        oldest: AtomicU32,
    }

    impl WakeQueue {
        /// An empty queue for the py-threads `0..capacity`.
        ///
        /// # Errors
        /// [`OutOfMemory`], also when the capacity is not below `u32::MAX`.
        pub fn with_capacity(capacity: usize) -> Result<WakeQueue, OutOfMemory> {
            if u32::try_from(capacity).map_or(true, |capacity| capacity == u32::MAX) {
                return Err(OutOfMemory);
            }
            Ok(WakeQueue { queued: zeroed_counters(capacity.div_ceil(32))?, links: zeroed_counters(capacity)?, newest: AtomicU32::new(0), oldest: AtomicU32::new(0) })
        }

        /// Queues py-thread `task`; returns false when it was queued already (it will be delivered after this call all
        /// the same) or does not exist. What the caller wrote before is visible to whoever pops the py-thread.
        pub fn push(&self, task: u32) -> bool {
            let (Some(word), Some(link)) = (self.queued.get(task as usize / 32), self.links.get(task as usize)) else {
                return false;
            };
            let bit = 1 << (task % 32);
            // A read-modify-write even when the bit is set: it hands what the caller wrote to the consumer, who
            // clears the bit after this.
            if word.fetch_or(bit, Ordering::AcqRel) & bit != 0 {
                return false;
            }
            let mut newest = self.newest.load(Ordering::Relaxed);
            loop {
                link.store(newest, Ordering::Relaxed);
                match self.newest.compare_exchange_weak(newest, task + 1, Ordering::Release, Ordering::Relaxed) {
                    Ok(_) => return true,
                    Err(found) => newest = found,
                }
            }
        }

        /// Whether there is nothing to pop. A hint: it may be out of date when it returns.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.newest.load(Ordering::Relaxed) == 0 && self.oldest.load(Ordering::Relaxed) == 0
        }

        /// Takes out the one queued first. Only the carrier may call it (two at once could deliver twice or too late,
        /// never worse).
        pub fn pop(&self) -> Option<u32> {
            let mut oldest = self.oldest.load(Ordering::Relaxed);
            if oldest == 0 {
                if self.newest.load(Ordering::Relaxed) == 0 {
                    return None;
                }
                let mut newer = self.newest.swap(0, Ordering::Acquire);
                while let Some(link) = self.link(newer) {
                    let older = link.load(Ordering::Relaxed);
                    link.store(oldest, Ordering::Relaxed);
                    oldest = newer;
                    newer = older;
                }
            }
            let next = self.link(oldest)?.load(Ordering::Relaxed);
            self.oldest.store(next, Ordering::Relaxed);
            let task = oldest - 1;
            // From here on it can be queued again, so its link was read before.
            self.queued.get(task as usize / 32)?.fetch_and(!(1 << (task % 32)), Ordering::AcqRel);
            Some(task)
        }

        fn link(&self, one_more: u32) -> Option<&AtomicU32> {
            self.links.get((one_more as usize).checked_sub(1)?)
        }
    }
}

#[cfg(any(not(target_has_atomic = "ptr"), all(test, not(loom))))]
mod flags {
    use super::super::atomic::{AtomicBool, AtomicU32, Ordering};
    use super::super::{OutOfMemory, zeroed_counters};
    use alloc::boxed::Box;

    /// A queue of py-thread indices from interrupt handlers to the one context. See the module's description.
    pub struct WakeQueue {
        /// 1 for a queued py-thread.
        queued: Box<[AtomicU32]>,
        any: AtomicBool,
        /// The consumer's own: where to look next.
        position: AtomicU32,
    }

    impl WakeQueue {
        /// An empty queue for the py-threads `0..capacity`.
        ///
        /// # Errors
        /// [`OutOfMemory`], also when the capacity is not below `u32::MAX`.
        pub fn with_capacity(capacity: usize) -> Result<WakeQueue, OutOfMemory> {
            if u32::try_from(capacity).map_or(true, |capacity| capacity == u32::MAX) {
                return Err(OutOfMemory);
            }
            Ok(WakeQueue { queued: zeroed_counters(capacity)?, any: AtomicBool::new(false), position: AtomicU32::new(u32::MAX) })
        }

        /// Queues py-thread `task`; returns false when it was queued already (it will be delivered after this call all
        /// the same) or does not exist.
        pub fn push(&self, task: u32) -> bool {
            let Some(flag) = self.queued.get(task as usize) else { return false };
            let news = flag.load(Ordering::Acquire) == 0;
            flag.store(1, Ordering::Release);
            self.any.store(true, Ordering::Release);
            news
        }

        /// Whether there is nothing to pop. A hint: it may be out of date when it returns.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            !self.any.load(Ordering::Relaxed) && self.position.load(Ordering::Relaxed) == u32::MAX
        }

        /// Takes out a queued one. Only the one context may call it.
        pub fn pop(&self) -> Option<u32> {
            loop {
                let mut position = self.position.load(Ordering::Relaxed);
                if position == u32::MAX {
                    if !self.any.load(Ordering::Relaxed) {
                        return None;
                    }
                    // Cleared before the look: a handler that comes during it sets it again.
                    self.any.store(false, Ordering::Release);
                    position = 0;
                }
                while let Some(flag) = self.queued.get(position as usize) {
                    position += 1;
                    if flag.load(Ordering::Acquire) != 0 {
                        flag.store(0, Ordering::Release);
                        self.position.store(position, Ordering::Relaxed);
                        return Some(position - 1);
                    }
                }
                self.position.store(u32::MAX, Ordering::Relaxed);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::WakeQueue;
    use alloc::vec::Vec;

    fn drain(queue: &WakeQueue) -> Vec<u32> {
        core::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn delivers_in_order_and_once() -> Result<(), crate::sync::OutOfMemory> {
        let queue = WakeQueue::with_capacity(100)?;
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
        assert!(queue.push(70));
        assert!(queue.push(3));
        assert!(!queue.push(70));
        assert!(!queue.push(100));
        assert_eq!(queue.pop(), Some(70));
        assert!(queue.push(5));
        assert!(queue.push(70));
        assert_eq!(drain(&queue), [3, 5, 70]);
        assert!(queue.is_empty());
        Ok(())
    }

    /// What targets without compare-and-swap use: by index, looking at each once a round.
    #[test]
    fn flags_deliver_everything_once() -> Result<(), crate::sync::OutOfMemory> {
        let queue = super::flags::WakeQueue::with_capacity(40)?;
        assert!(queue.is_empty());
        assert!(queue.push(39));
        assert!(queue.push(3));
        assert!(!queue.push(3));
        assert!(!queue.push(40));
        assert_eq!(queue.pop(), Some(3));
        // Behind the look: its turn comes in the next round.
        assert!(queue.push(0));
        assert!(queue.push(5));
        assert_eq!(core::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [5, 39, 0]);
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
        Ok(())
    }

    #[test]
    fn never_full() -> Result<(), crate::sync::OutOfMemory> {
        let queue = WakeQueue::with_capacity(1000)?;
        for round in 0..3 {
            for task in 0..1000 {
                assert!(queue.push((task * 7) % 1000), "{round} {task}");
            }
            assert_eq!(drain(&queue).len(), 1000);
        }
        Ok(())
    }

    #[test]
    fn a_million_costs_nothing_until_used() -> Result<(), crate::sync::OutOfMemory> {
        let queue = WakeQueue::with_capacity(1 << 20)?;
        assert!(queue.push((1 << 20) - 1));
        assert_eq!(drain(&queue), [(1 << 20) - 1]);
        assert!(WakeQueue::with_capacity(u32::MAX as usize).is_err());
        Ok(())
    }

    #[test]
    fn producers_on_many_os_threads_lose_nothing() -> Result<(), crate::sync::OutOfMemory> {
        extern crate std;
        use std::sync::atomic::{AtomicU32, Ordering};
        const TASKS: u32 = 64;
        const ROUNDS: u32 = 20_000;
        let queue = WakeQueue::with_capacity(TASKS as usize)?;
        // Each producer counts up its own tasks' words and wakes them; the consumer must see every last value.
        let words: Vec<AtomicU32> = (0..TASKS).map(|_| AtomicU32::new(0)).collect();
        let mut seen = [0; TASKS as usize];
        std::thread::scope(|scope| {
            for producer in 0..4 {
                let (queue, words) = (&queue, &words);
                scope.spawn(move || {
                    for round in 1..=ROUNDS {
                        let task = (round % (TASKS / 4)) * 4 + producer;
                        words[task as usize].store(round, Ordering::Relaxed);
                        queue.push(task);
                    }
                });
            }
            let expected = |task: u32| (1..=ROUNDS).rev().find(|round| round % (TASKS / 4) == task / 4).map_or(0, |round| round);
            while (0..TASKS).any(|task| seen[task as usize] != expected(task)) {
                match queue.pop() {
                    Some(task) => seen[task as usize] = words[task as usize].load(Ordering::Relaxed),
                    None => std::thread::yield_now(),
                }
            }
        });
        Ok(())
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::WakeQueue;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::thread;

    /// Two producers wake overlapping py-threads while the carrier pops: each wake-up is delivered after what its
    /// producer wrote, none is lost.
    #[test]
    fn wake_ups_are_never_lost() {
        loom::model(|| {
            let queue = Arc::new(WakeQueue::with_capacity(2).expect("a small table"));
            let written = Arc::new([loom::sync::atomic::AtomicU32::new(0), loom::sync::atomic::AtomicU32::new(0)]);
            let relaxed = loom::sync::atomic::Ordering::Relaxed;
            let producers: alloc::vec::Vec<_> = (0..2)
                .map(|producer| {
                    let (queue, written) = (queue.clone(), written.clone());
                    thread::spawn(move || {
                        written[producer].store(1, relaxed);
                        queue.push(0);
                        if producer == 1 {
                            queue.push(1);
                        }
                    })
                })
                .collect();
            // What the last delivery of py-thread 0 saw.
            let mut seen = (0, 0);
            let mut other = 0;
            let mut pop = || {
                while let Some(task) = queue.pop() {
                    if task == 0 {
                        seen = (written[0].load(relaxed), written[1].load(relaxed));
                    } else {
                        other += 1;
                    }
                }
            };
            pop();
            for producer in producers {
                producer.join().expect("a producer");
            }
            pop();
            assert_eq!(seen, (1, 1), "the last wake-up came after both writes");
            assert_eq!(other, 1);
            assert!(queue.is_empty());
        });
    }

    /// What a producer wrote without any other synchronization may be read by whoever pops.
    #[test]
    fn a_wake_up_hands_over_data() {
        loom::model(|| {
            let queue = Arc::new(WakeQueue::with_capacity(1).expect("a small table"));
            let data = Arc::new(UnsafeCell::new(0));
            let producer = {
                let (queue, data) = (queue.clone(), data.clone());
                thread::spawn(move || {
                    data.with_mut(|data| unsafe { *data = 42 });
                    queue.push(0);
                })
            };
            if queue.pop() == Some(0) {
                assert_eq!(data.with(|data| unsafe { *data }), 42);
            }
            producer.join().expect("a producer");
        });
    }
}
