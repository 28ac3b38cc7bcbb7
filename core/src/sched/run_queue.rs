//! The run queue: py-threads that can run, in the order they will.
//!
//! A `heapless` deque of py-thread indices, seen through its unsized view, so that its type has no capacity in it. A py-thread
//! is in it at most once (the scheduler's duty: its record says so), so a queue as large as the thread table is never full.
//!
//! An entry can be given to another py-thread in place, found by its [`Ticket`] in O(1): that is what `sched_yield(id)` does,
//! the two change places. One that is taken out of the middle leaves its place to the last. A py-thread that is frozen or ended
//! meanwhile keeps its entry, and whoever pops it looks at the record's state.

use alloc::boxed::Box;
use core::alloc::Layout;

use heapless::Deque;
use heapless::deque::DequeView;

use crate::sync::OutOfMemory;

/// Where an entry stands; good until the entry is popped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticket(u32);

impl Ticket {
    /// The ticket with this number.
    #[must_use]
    #[inline(always)]
    pub const fn of(number: u32) -> Ticket {
        Ticket(number)
    }

    /// What [`Ticket::of`] makes it again from.
    #[must_use]
    #[inline(always)]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// The queue has as many entries as its capacity; only possible when a py-thread was queued twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A queue of py-thread indices. Every operation takes constant time and allocates nothing.
pub struct RunQueue {
    deque: Box<DequeView<u32>>,
    /// The ticket of the first entry. Tickets count on for ever, wrapping.
    front: u32,
}

impl RunQueue {
    /// An empty queue for at most `CAPACITY` py-threads (not 0). A large one costs no physical memory until it is used.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn with_capacity<const CAPACITY: usize>() -> Result<RunQueue, OutOfMemory> {
        const {
            assert!(CAPACITY > 0 && CAPACITY <= 1 << 31, "tickets of different entries must differ");
        }
        let layout = Layout::new::<Deque<u32, CAPACITY>>();
        // Allocated zeroed in place: `Deque::new()` would pass megabytes over the native stack.
        // SAFETY: the layout is not empty (the capacity is not 0).
        let memory = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<Deque<u32, CAPACITY>>();
        if memory.is_null() {
            return Err(OutOfMemory);
        }
        // SAFETY: allocated just now by the global allocator with this type's layout. All-zero is a valid `Deque`: it consists
        // of two indices, a flag and uninitialized slots; that it is the empty one is checked below.
        let deque = unsafe { Box::from_raw(memory) };
        debug_assert!(deque.is_empty());
        Ok(RunQueue { deque, front: 0 })
    }

    /// How many entries it has.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.deque.storage_len()
    }

    /// Whether nobody can run.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.deque.is_empty()
    }

    /// The most entries it can have.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.deque.storage_capacity()
    }

    /// Queues py-thread `task` as the last one.
    ///
    /// # Errors
    /// [`Full`].
    #[inline]
    pub fn push_back(&mut self, task: u32) -> Result<Ticket, Full> {
        // At most 2^31 entries, so the length fits.
        let ticket = Ticket(self.front.wrapping_add(self.len() as u32));
        self.deque.push_back(task).map_err(|_| Full)?;
        Ok(ticket)
    }

    /// Queues py-thread `task` as the next one.
    ///
    /// # Errors
    /// [`Full`].
    #[inline]
    pub fn push_front(&mut self, task: u32) -> Result<Ticket, Full> {
        self.deque.push_front(task).map_err(|_| Full)?;
        self.front = self.front.wrapping_sub(1);
        Ok(Ticket(self.front))
    }

    /// Whether the entry of py-thread `task`, queued with `ticket`, is there.
    pub fn holds(&self, ticket: Ticket, task: u32) -> bool {
        self.deque.get(ticket.0.wrapping_sub(self.front) as usize) == Some(&task)
    }

    /// Takes out the next one.
    #[inline]
    pub fn pop_front(&mut self) -> Option<u32> {
        let task = self.deque.pop_front()?;
        self.front = self.front.wrapping_add(1);
        Some(task)
    }

    /// Gives the entry of py-thread `task`, queued with `ticket`, to `successor`, whose ticket it is from now on. Returns
    /// false when that entry is not there (any more).
    pub fn replace(&mut self, ticket: Ticket, task: u32, successor: u32) -> bool {
        match self.deque.get_mut(ticket.0.wrapping_sub(self.front) as usize) {
            Some(entry) if *entry == task => {
                *entry = successor;
                true
            }
            _ => false,
        }
    }

    /// Takes out the entry of py-thread `task`, queued with `ticket`. The last one gets its place, and `ticket`: returns who that is (`task` itself
    /// if it was the last). None when the entry is not there (any more).
    pub fn remove(&mut self, ticket: Ticket, task: u32) -> Option<u32> {
        if !self.holds(ticket, task) {
            return None;
        }
        let place = ticket.0.wrapping_sub(self.front) as usize;
        let last = self.deque.pop_back()?;
        if let Some(entry) = self.deque.get_mut(place) {
            *entry = last;
        }
        Some(last)
    }

    /// The entries, the next one first.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.deque.iter().copied()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Full, RunQueue};
    use alloc::collections::VecDeque;
    use alloc::vec::Vec;

    #[test]
    fn first_come_first_served() -> Result<(), Full> {
        let mut queue = RunQueue::with_capacity::<3>().expect("a small queue");
        assert_eq!((queue.len(), queue.capacity(), queue.is_empty()), (0, 3, true));
        queue.push_back(10)?;
        queue.push_back(11)?;
        queue.push_front(9)?;
        assert_eq!(queue.push_back(12), Err(Full));
        assert_eq!(queue.push_front(12), Err(Full));
        assert_eq!(queue.iter().collect::<Vec<_>>(), [9, 10, 11]);
        assert_eq!(queue.pop_front(), Some(9));
        assert_eq!(queue.pop_front(), Some(10));
        queue.push_back(13)?;
        assert_eq!(queue.pop_front(), Some(11));
        assert_eq!(queue.pop_front(), Some(13));
        assert_eq!(queue.pop_front(), None);
        Ok(())
    }

    #[test]
    fn a_million_entries_without_stack() -> Result<(), Full> {
        let mut queue = RunQueue::with_capacity::<{ 1 << 20 }>().expect("memory");
        assert!(queue.is_empty());
        for task in 0..1 << 20 {
            queue.push_back(task)?;
        }
        assert_eq!(queue.push_back(0), Err(Full));
        assert!((0..1 << 20).all(|task| queue.pop_front() == Some(task)));
        assert!(queue.is_empty());
        Ok(())
    }

    /// A long mixed run against the standard library's deque.
    #[test]
    fn tickets_find_their_entries() -> Result<(), Full> {
        let mut queue = RunQueue::with_capacity::<8>().expect("a small queue");
        let mut model = VecDeque::new();
        let mut tickets = [None; 16];
        let mut seed = 1u32;
        for _ in 0..10_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let task = (seed >> 8) % 16;
            let there = model.iter().position(|&entry| entry == task);
            match (seed >> 24) % 5 {
                0 if there.is_none() && model.len() < 8 => {
                    tickets[task as usize] = Some(queue.push_back(task)?);
                    model.push_back(task);
                }
                1 if there.is_none() && model.len() < 8 => {
                    tickets[task as usize] = Some(queue.push_front(task)?);
                    model.push_front(task);
                }
                2 => assert_eq!(queue.pop_front(), model.pop_front()),
                3 => {
                    if let Some(ticket) = tickets[task as usize] {
                        let last = queue.remove(ticket, task);
                        assert_eq!(last, model.back().copied().filter(|_| there.is_some()));
                        if let Some(position) = there {
                            let moved = model.pop_back().unwrap_or(task);
                            if moved != task {
                                model[position] = moved;
                                tickets[moved as usize] = Some(ticket);
                            }
                        }
                    }
                }
                _ => {
                    if let (Some(ticket), Some(&last)) = (tickets[task as usize], model.back()) {
                        let fresh = (0..16).find(|task| !model.contains(task)).unwrap_or(last);
                        assert_eq!(queue.replace(ticket, task, fresh), there.is_some());
                        if let Some(position) = there {
                            model[position] = fresh;
                            tickets[fresh as usize] = Some(ticket);
                        }
                    }
                }
            }
            assert!(queue.iter().eq(model.iter().copied()));
        }
        Ok(())
    }
}
