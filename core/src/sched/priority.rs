//! Priorities: py-threads that run more often than others, or less.
//!
//! The usual priority has the run queue, and costs what it cost without priorities: a look at one byte of the record when a py-thread is queued, and
//! at one counter when the next one is taken. Each other priority has a queue through the records, as wait queues are, so it needs no
//! memory and a py-thread can be taken out of its middle.
//!
//! While several priorities have somebody to run, the highest one gets [`SHARE`] turns, then the lower ones get one, which they share in the
//! same way: nobody starves.
//!
//! `Task::priority` is two numbers of two bits: the priority it is to be queued at, and the one in whose queue it stands now; both
//! exclusive-or [`USUAL`], so that 0 is the usual.

use super::executor::Scheduler;
use super::task::State;
use super::wait::WaitQueue;

/// How many priorities there are; they are numbered from the lowest.
pub const PRIORITIES: u8 = 4;
/// The priority that py-threads begin at.
pub const USUAL: u8 = 1;

/// Turns of a priority before the lower ones get one.
const SHARE: u8 = 7;

const WANTED: u8 = 3;
const STANDS: u8 = WANTED << 2;

/// The queues of the priorities that are not the usual one.
#[derive(Default)]
pub(super) struct Priorities {
    queues: [WaitQueue; PRIORITIES as usize],
    /// Turns since the lower priorities had one.
    turns: [u8; PRIORITIES as usize],
    /// The priority that has the next turn, whatever the others have.
    favoured: Option<u8>,
    /// How many py-threads stand in `queues`.
    pub(super) queued: u32,
}

impl Scheduler {
    /// The priority of a py-thread.
    pub fn priority_of(&self, task: u32) -> u8 {
        (self.tasks.at(task).priority & WANTED) ^ USUAL
    }

    /// Gives a py-thread another priority, from its next turn on.
    pub fn set_priority(&mut self, task: u32, priority: u8) {
        let stands = self.leave_own_queue(task) || priority != USUAL && self.leave_run_queue(task);
        let record = self.tasks.at_mut(task);
        record.priority = (record.priority & !WANTED) | ((priority ^ USUAL) & WANTED);
        if stands {
            self.enqueue(task);
        }
    }

    /// Queues a py-thread that is not of the usual priority.
    #[cold]
    pub(super) fn enqueue_by_priority(&mut self, task: u32, first: bool) {
        let record = self.tasks.at_mut(task);
        let priority = (record.priority & WANTED) ^ USUAL;
        record.priority = (record.priority & WANTED) | (record.priority & WANTED) << 2;
        let Some(queue) = self.priorities.queues.get(usize::from(priority)) else { return };
        if first {
            queue.push_front(&mut self.tasks, task);
        } else {
            queue.push_back(&mut self.tasks, task);
        }
        self.priorities.queued += 1;
    }

    /// Takes a py-thread out of the queue of its priority; false if it stands in none but the run queue.
    pub(super) fn leave_own_queue(&mut self, task: u32) -> bool {
        let record = self.tasks.at_mut(task);
        let stands = record.priority & STANDS;
        if stands == 0 {
            return false;
        }
        record.priority &= !STANDS;
        if let Some(queue) = self.priorities.queues.get(usize::from((stands >> 2) ^ USUAL)) {
            queue.remove(&mut self.tasks, task);
        }
        self.priorities.queued -= 1;
        true
    }

    /// Takes a py-thread that can run out of the run queue; false if it is not there.
    fn leave_run_queue(&mut self, task: u32) -> bool {
        let record = self.tasks.at(task);
        let ticket = record.ticket();
        if !matches!(record.state, State::Runnable | State::New) {
            return false;
        }
        let Some(last) = self.run_queue.remove(ticket, task) else { return false };
        if matches!(self.tasks.at(last).state, State::Runnable | State::New | State::FrozenInQueue) {
            self.tasks.at_mut(last).set_ticket(ticket);
        }
        true
    }

    /// Takes out the next py-thread, while other priorities than the usual one have any.
    #[cold]
    pub(super) fn next_by_priority(&mut self) -> Option<u32> {
        if let Some(task) = self.priorities.favoured.take().and_then(|priority| self.take_from(priority)) {
            return Some(task);
        }
        // The lowest priority that could have the turn so far.
        let mut chosen = None;
        for priority in (0..PRIORITIES).rev() {
            let waits = match self.priorities.queues.get(usize::from(priority)) {
                Some(_) if priority == USUAL => !self.run_queue.is_empty(),
                Some(queue) => !queue.is_empty(),
                None => false,
            };
            if !waits {
                continue;
            }
            if let Some(above) = chosen {
                // The priority above gives its turn away now and then.
                let turns = self.priorities.turns.get_mut(usize::from(above))?;
                if *turns < SHARE {
                    *turns += 1;
                    break;
                }
                *turns = 0;
            }
            chosen = Some(priority);
        }
        self.take_from(chosen?)
    }

    fn take_from(&mut self, priority: u8) -> Option<u32> {
        if priority == USUAL {
            return self.run_queue.pop_front();
        }
        let task = self.priorities.queues.get(usize::from(priority))?.first()?;
        self.leave_own_queue(task);
        Some(task)
    }

    /// Puts a py-thread that waits for its turn before all others of its priority.
    pub(super) fn bring_forward(&mut self, task: u32) {
        if self.leave_own_queue(task) || self.leave_run_queue(task) {
            self.enqueue_first(task);
        }
    }

    /// The priority of a py-thread that waits for its turn has the next one.
    pub(super) fn favour(&mut self, task: u32) {
        if self.priorities.queued != 0 {
            self.priorities.favoured = Some(if self.stands_apart(task) { self.priority_of(task) } else { USUAL });
        }
    }

    /// Whether a py-thread stands in a queue of those that can run.
    pub(super) fn is_queued(&self, task: u32) -> bool {
        let record = self.tasks.at(task);
        record.priority & STANDS != 0 || self.run_queue.holds(record.ticket(), task)
    }

    /// Whether somebody waits for a turn.
    #[inline]
    pub(super) fn somebody_waits(&self) -> bool {
        !self.run_queue.is_empty() || self.priorities.queued != 0
    }

    /// Whether a py-thread waits for its turn at a priority that has a queue of its own.
    pub(super) fn stands_apart(&self, task: u32) -> bool {
        let record = self.tasks.at(task);
        matches!(record.state, State::Runnable | State::New) && record.priority & STANDS != 0
    }
}
