//! Copies of the process. In the copy there is one OS thread, the one that made it, and so one py-thread goes on: the others are as if they
//! had never been, except that what they held stays held.
//!
//! The main py-thread does it on the host's OS thread: the copy ends as programs do, through the frames of the host below. Another py-thread that does
//! it is the main one of the copy, which ends with its last py-thread.

use super::executor::Scheduler;
use super::task::{DAEMON, MAIN, NOBODY, State};
use super::wait::life_of;
use crate::modules::_thread::drop_locals;
use crate::object::exception::Ex;
use crate::object::value::Value;
use crate::port::MachineError;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;

/// What became of the wish to fork.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forked {
    /// This is the copy.
    Child,
    /// The number of the copy.
    Parent(i32),
    /// The py-thread must go on on the host's OS thread, which it does if it yields and tries again.
    Elsewhere,
}

impl Scheduler {
    /// All py-threads but the running one are forgotten. Returns what their records held, to be dropped later. Their stacks stay in memory.
    fn forget_others(&mut self) -> Vec<Value> {
        let current = self.current;
        let others: Vec<u32> = self.tasks.indices().filter(|&index| index != current).collect();
        self.main = current;
        self.tasks.at_mut(current).flags &= !DAEMON;
        for &index in &others {
            // Out of whatever it waits in.
            if self.tasks.at(index).state == State::Blocked {
                self.unblock(index, Value::NONE, false);
            }
        }
        while self.run_queue.pop_front().is_some() {}
        while self.shared().wakes.pop().is_some() {}
        let mut rest = Vec::new();
        for index in others {
            self.leave_own_queue(index);
            if let Some(locals) = self.tasks.at_mut(index).locals.take() {
                drop_locals(&locals, self.tasks.ident(index));
                rest.push(locals);
            }
            if let Some(handle) = self.tasks.at_mut(index).handle.take() {
                if let Some(life) = life_of(&handle) {
                    self.finish(life);
                }
                rest.push(handle);
            }
            rest.extend(self.tasks.release(index).into_iter().flatten());
            if index == MAIN {
                // Nobody else may have the record that the host goes on with.
                self.tasks.reserve_main();
            }
        }
        self.forget_carriers();
        rest
    }
}

impl Vm {
    /// Has the program ended, and only finalizers run?
    pub fn is_finalizing(&self) -> bool {
        self.ending
    }

    /// Makes a copy of the process in which only the running py-thread, the main one, goes on.
    ///
    /// # Errors
    /// RuntimeError where that cannot be, PythonFinalizationError; OSError, NotImplementedError.
    pub fn fork(&mut self) -> Res<Forked> {
        if self.is_finalizing() {
            return Err(self.raise(Ex::PythonFinalizationError, "can't fork at interpreter shutdown"));
        }
        if self.sched.current == MAIN && !self.sched.is_on_host() {
            return match self.sched.ask_for_host() {
                true => Ok(Forked::Elsewhere),
                false => Err(self.raise(Ex::RuntimeError, "fork is not possible while another thread is inside a call that blocks the main OS thread")),
            };
        }
        let process = match self.sched.fork_process() {
            Ok(process) => process,
            Err(MachineError::Unsupported) => return Err(self.raise(Ex::NotImplementedError, "fork is not supported on this machine")),
            Err(error) => return Err(self.machine_error(error, None)),
        };
        if process != 0 {
            return Ok(Forked::Parent(process));
        }
        debug_assert!(self.sched.current != NOBODY);
        drop(self.sched.forget_others());
        Ok(Forked::Child)
    }
}
