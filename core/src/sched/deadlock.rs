//! Deadlock: nothing can run, no timer is set, nobody is inside a blocking call. Nothing can ever run again, so somebody is told.
//!
//! The main py-thread gets `thread.DeadlockError` where it waits. Its text names every py-thread, where it stands, what it waits for, who owns
//! that, and the cycles if there are any. Cycles can also be looked for while other py-threads run: taking a lock costs nothing more for that.

use super::report::{LISTED, title};
use super::task::State;
use super::wait::owner_of;
use crate::vm::Vm;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use hashbrown::HashMap;

impl Vm {
    /// All cycles in which each py-thread waits for what the next one has: it owns a lock, or has not ended yet. A lock that its own
    /// waiter owns is no cycle: that is how programs wait for a signal, which another py-thread gives by releasing it.
    pub fn deadlock_cycles(&self) -> Vec<Vec<u32>> {
        let tasks = &self.sched.tasks;
        let next = |index: u32| tasks.at(index).waits_for().and_then(|object| owner_of(tasks, object)).filter(|&owner| owner != index);
        // Each py-thread waits for one other at most: a path from a new one ends, comes to known ground, or closes a cycle.
        let mut seen = HashMap::<u32, u32, foldhash::fast::FixedState>::default();
        let mut cycles = Vec::new();
        for start in tasks.indices() {
            let (mut path, mut current) = (Vec::new(), start);
            while let Some(following) = next(current) {
                match seen.insert(current, start) {
                    None => path.push(current),
                    Some(of) => {
                        seen.insert(current, of);
                        if of == start {
                            cycles.extend(path.iter().position(|&index| index == current).map(|first| path.split_off(first)));
                        }
                        break;
                    }
                }
                current = following;
            }
        }
        cycles
    }

    /// The report's text.
    fn deadlock_report(&self) -> String {
        let tasks = &self.sched.tasks;
        let mut report = String::from("nothing can ever run again:");
        for index in tasks.indices().take(LISTED) {
            let _ = write!(report, "\n  {}", title(tasks, index));
            if let Some(place) = self.place_of(index) {
                let _ = write!(report, " at {place}");
            }
            let _ = write!(report, " {}", self.activity_of(index));
        }
        if let Some(others) = tasks.alive().checked_sub(LISTED).filter(|&others| others > 0) {
            let _ = write!(report, "\n  and {others} more");
        }
        for cycle in self.deadlock_cycles().iter().take(LISTED) {
            report.push_str("\n  cycle: ");
            for index in cycle {
                let _ = write!(report, "{} -> ", title(tasks, *index));
            }
            if let Some(&first) = cycle.first() {
                report.push_str(&title(tasks, first));
            }
        }
        report
    }

    /// Tells the main py-thread; or if it is not blocked itself, another one that can let the host's call come to an end.
    pub(super) fn break_deadlock(&mut self) {
        self.sched.deadlocks += 1;
        let report = self.deadlock_report();
        let tasks = &self.sched.tasks;
        let waits = |index: &u32| matches!(tasks.at(*index).state, State::Blocked | State::Frozen);
        let told = Some(self.sched.main).filter(waits).or_else(|| tasks.indices().filter(waits).max_by_key(|&index| tasks.at(index).reentries()));
        match told {
            Some(task) => {
                let exception = crate::modules::thread::deadlock_error(self, &report);
                // Nobody else could thaw it.
                self.sched.thaw(task);
                self.sched.interrupt(task, exception, true);
            }
            None => self.sched.ask_to_stop(),
        }
    }
}
