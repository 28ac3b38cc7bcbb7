//! Deadlock: nothing can run, no timer is set, nobody is inside a blocking call. Nothing can ever run again, so somebody is told.
//!
//! The main py-thread gets `thread.DeadlockError` where it waits. Its text names every py-thread, where it stands, what it waits for, who owns
//! that, and the cycle if there is one.

use super::readiness::Readiness;
use super::task::{MAIN, State, Task, TaskTable};
use super::wait::{Lock, ReentrantLock, ThreadHandle, owner_of};
use crate::code::prototype::CodeFlags;
use crate::object::str::Str;
use crate::object::value::Value;
use crate::vm::Vm;
use crate::vm::frame::FrameRef;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// Py-threads that a report lists one by one.
const LISTED: usize = 100;

fn text(value: &Value) -> String {
    value.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `thread 3 (name)`
fn title(tasks: &TaskTable, index: u32) -> String {
    let ident = tasks.ident(index);
    match (tasks.at(index).name(), index) {
        (Some(name), _) => format!("thread {ident} ({})", text(name)),
        (None, MAIN) => format!("thread {ident} (main)"),
        (None, _) => format!("thread {ident}"),
    }
}

impl Vm {
    /// `file:line in function` of the innermost frame of a py-thread that shows in tracebacks.
    pub fn place_of(&self, index: u32) -> Option<String> {
        let task: &Task = self.sched.tasks.at(index);
        let mut frame = match task.state {
            State::Running => self.frame(),
            _ if task.base.is_null() => None,
            _ => Some(FrameRef { base: task.base, pc: task.pc }),
        };
        // In the program's own code if there is any: not inside `threading`.
        let mut library = None;
        while let Some(current) = frame {
            let code = current.code();
            if !current.is_own() && !code.flags.has(CodeFlags::HIDDEN) {
                let filename = text(&code.filename);
                let line = code.position(current.instruction()).line;
                let place = format!("{filename}:{line} in {}", text(code.qualified_name.get()));
                if !filename.starts_with("<frozen ") {
                    return Some(place);
                }
                library.get_or_insert(place);
            }
            frame = current.caller();
        }
        library
    }

    /// What a py-thread is doing, in words.
    pub fn activity_of(&self, index: u32) -> String {
        let tasks = &self.sched.tasks;
        let task = tasks.at(index);
        match task.state {
            State::Free => "ended".into(),
            State::New => "not started yet".into(),
            State::Runnable => "can run".into(),
            State::Running => "runs".into(),
            State::HardBlocked => "is inside a blocking call".into(),
            State::Returning => "waits for the native calls above its own".into(),
            State::Resting => "waits for the host".into(),
            State::Blocked => {
                let Some(object) = &task.waits_for else { return "sleeps".into() };
                let what = if object.get::<Lock>().is_some() {
                    format!("waits for lock {:#x}", object.bits())
                } else if object.get::<ReentrantLock>().is_some() {
                    format!("waits for RLock {:#x}", object.bits())
                } else if let Some(readiness) = object.get::<Readiness>() {
                    return format!("waits for {}", readiness.describe());
                } else if let Some(handle) = object.get::<ThreadHandle>() {
                    return match tasks.find(handle.ident.get()) {
                        Some(other) => format!("waits for the end of {}", title(tasks, other)),
                        None => "waits for the end of a thread".into(),
                    };
                } else {
                    "waits".into()
                };
                match owner_of(tasks, object) {
                    Some(owner) if owner == index => format!("{what}, which it owns itself"),
                    Some(owner) => format!("{what}, owned by {}", title(tasks, owner)),
                    None => format!("{what}, whose owner has ended"),
                }
            }
        }
    }

    /// The py-threads of a cycle in which each waits for the next, if there is one.
    fn cycle(&self) -> Option<Vec<u32>> {
        let tasks = &self.sched.tasks;
        let next = |index: u32| tasks.at(index).waits_for().and_then(|object| owner_of(tasks, object));
        tasks.indices().take(LISTED * LISTED).find_map(|start| {
            let mut path = Vec::from([start]);
            while let Some(following) = path.last().and_then(|&last| next(last)) {
                if following == start {
                    return Some(path);
                }
                if path.contains(&following) || path.len() > LISTED {
                    return None;
                }
                path.push(following);
            }
            None
        })
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
        if let Some(cycle) = self.cycle() {
            report.push_str("\n  cycle: ");
            for index in &cycle {
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
        let blocked = |index: &u32| tasks.at(*index).state == State::Blocked;
        let told = Some(MAIN).filter(blocked).or_else(|| tasks.indices().filter(blocked).max_by_key(|&index| tasks.at(index).reentries()));
        match told {
            Some(task) => {
                let exception = crate::modules::thread::deadlock_error(self, &report);
                self.sched.interrupt(task, exception, false);
            }
            None => self.sched.ask_to_stop(),
        }
    }
}
