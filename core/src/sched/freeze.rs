//! Freezing: a py-thread that is taken out of scheduling until somebody thaws it. What happens to it meanwhile (a lock is handed to it, its time
//! is over, it is interrupted) is kept for it.

use super::executor::Scheduler;
use super::far::FarBody;
use super::task::{FROZEN, State};
use crate::object::value::Value;
use crate::vm::{Raised, Vm};
use alloc::vec::Vec;

impl Scheduler {
    /// Whether a py-thread is frozen, or will be as soon as it comes to a safe point.
    pub fn is_frozen(&self, task: u32) -> bool {
        self.tasks.at(task).has(FROZEN)
    }

    /// Freezes a py-thread that does not run now; one inside a blocking call, or in native code that waits for others, when it comes to a safe
    /// point. Returns whether that changed anything.
    pub fn freeze(&mut self, task: u32) -> bool {
        let state = self.tasks.at(task).state;
        if self.is_frozen(task) || matches!(state, State::Free | State::Resting) {
            return false;
        }
        let state = match state {
            State::Runnable | State::New if self.leave_own_queue(task) => State::Frozen,
            State::Runnable | State::New => State::FrozenInQueue,
            state => state,
        };
        let record = self.tasks.at_mut(task);
        record.flags |= FROZEN;
        record.state = state;
        true
    }

    /// The program has ended: daemons do not find its modules in ruins. Only finalizers run, in the main py-thread, and what they ask for in generators.
    pub(crate) fn freeze_others(&mut self) {
        let others: Vec<u32> = self.tasks.indices().filter(|&task| task != self.main && task != self.current).collect();
        for task in others {
            if self.tasks.at(task).handle.as_ref().is_none_or(|handle| handle.get::<FarBody>().is_none()) {
                self.freeze(task);
            }
        }
    }

    /// Lets a frozen py-thread go on. Returns whether it was frozen.
    pub fn thaw(&mut self, task: u32) -> bool {
        let record = self.tasks.at_mut(task);
        if !record.has(FROZEN) {
            return false;
        }
        record.flags &= !FROZEN;
        let state = record.state;
        if matches!(state, State::FrozenInQueue | State::Frozen) {
            // One that has run has frames.
            record.state = if record.base.is_null() { State::New } else { State::Runnable };
        }
        if state == State::Frozen {
            self.enqueue(task);
        }
        true
    }
}

impl Vm {
    /// Freezes the running py-thread for a native that has no more to do; it goes on with True. As with [`Vm::wait_for`], the native returns the
    /// error at once.
    pub fn freeze_self(&mut self) -> Raised {
        let record = self.sched.tasks.at_mut(self.sched.current);
        record.flags |= FROZEN;
        record.state = State::Frozen;
        record.wake = Some(Value::TRUE);
        self.sched.parking = true;
        Raised(())
    }

    /// The running py-thread has come to a safe point, and was frozen before.
    pub(super) fn freeze_here(&mut self) {
        let task = self.sched.current;
        self.switch_out();
        self.sched.tasks.at_mut(task).state = State::Frozen;
        self.pause = true;
    }
}
