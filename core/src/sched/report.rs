//! What py-threads are doing, for those who look: where each stands, what it waits for, what it used.

use super::channel::{Channel, Selection};
use super::executor::Scheduler;
use super::far::FarBody;
use super::readiness::Readiness;
use super::task::{MAIN, State, Task, TaskTable};
use super::wait::{Lock, ReentrantLock, life_of, owner_of};
use crate::code::prototype::CodeFlags;
use crate::modules::thread_object::Thread;
use crate::object::str::Str;
use crate::object::value::Value;
use crate::sync::{OutOfMemory, zeroed};
use crate::vm::Vm;
use crate::vm::frame::{FrameRef, Stack};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::mem::ManuallyDrop;

/// Py-threads that a report lists one by one.
pub(super) const LISTED: usize = 100;
/// Frames of a py-thread that a report lists one by one.
const FRAMES_LISTED: usize = 50;

/// How long py-threads ran. A look at the clock a turn: only while somebody wants to know.
#[derive(Default)]
pub(super) struct Measures {
    pub(super) on: bool,
    /// When the running one's turn began.
    since: u64,
    /// Nanoseconds by index; empty until they are first wanted.
    times: Box<[u64]>,
}

impl Measures {
    /// A py-thread is over: the next one with its record begins at nothing.
    #[inline]
    pub(super) fn forget(&mut self, task: u32) {
        if let Some(time) = self.times.get_mut(task as usize) {
            *time = 0;
        }
    }
}

impl Scheduler {
    /// Measures the time of py-threads from now on, or no longer. Returns whether it did.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn measure(&mut self, on: bool) -> Result<bool, OutOfMemory> {
        if on && self.measures.times.is_empty() {
            self.measures.times = zeroed(self.tasks.capacity())?;
        }
        let was_on = self.measures.on;
        if was_on {
            self.measure_end();
        }
        self.measures.on = on;
        self.measure_begin();
        Ok(was_on)
    }

    /// Somebody's turn begins after nobody had one.
    pub(super) fn measure_begin(&mut self) {
        if self.measures.on {
            self.measures.since = self.now();
        }
    }

    /// The running one's turn ends, and another one's begins.
    #[cold]
    pub(super) fn measure_end(&mut self) {
        let now = self.now();
        let time = now.saturating_sub(core::mem::replace(&mut self.measures.since, now));
        if let Some(sum) = self.measures.times.get_mut(self.current as usize) {
            *sum += time;
        }
    }

    /// How long a py-thread ran while that was measured, in nanoseconds; None: it never was.
    pub fn time_of(&self, task: u32) -> Option<u64> {
        let time = *self.measures.times.get(task as usize)?;
        let running = if self.measures.on && task == self.current { self.now().saturating_sub(self.measures.since) } else { 0 };
        Some(time + running)
    }

    /// The py-thread that has what another one waits for.
    pub fn owner_for(&self, task: u32) -> Option<u32> {
        self.tasks.at(task).waits_for().and_then(|object| owner_of(&self.tasks, object))
    }
}

fn text(value: &Value) -> String {
    value.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default()
}

/// `thread 3 (name)`
pub(super) fn title(tasks: &TaskTable, index: u32) -> String {
    let ident = tasks.ident(index);
    let task = tasks.at(index);
    let name = match (task.name(), &task.handle) {
        (Some(name), _) => Some(text(name)),
        (None, Some(handle)) if index != MAIN => handle.get::<Thread>().map(Thread::name),
        (None, _) => None,
    };
    match name {
        Some(name) => format!("thread {ident} ({name})"),
        None if index == MAIN => format!("thread {ident} (main)"),
        None => format!("thread {ident}"),
    }
}

/// Where a frame stands.
struct Place {
    filename: String,
    line: u32,
    function: String,
}

impl Place {
    fn is_library(&self) -> bool {
        self.filename.starts_with("<frozen ")
    }
}

impl Vm {
    /// The frames of a py-thread that show in tracebacks, the innermost first.
    fn places_of(&self, index: u32) -> impl Iterator<Item = Place> + '_ {
        let task: &Task = self.sched.tasks.at(index);
        let mut frame = match task.state {
            State::Running => self.frame(),
            _ if task.base.is_null() => None,
            _ => Some(FrameRef { base: task.base, pc: task.pc }),
        };
        core::iter::from_fn(move || {
            loop {
                let current = frame?;
                frame = current.caller();
                let code = current.code();
                if !current.is_own() && !code.flags.has(CodeFlags::HIDDEN) {
                    let line = code.position(current.instruction()).line;
                    return Some(Place { filename: text(&code.filename), line, function: text(code.qualified_name.get()) });
                }
            }
        })
    }

    /// `file:line in function` of the innermost frame of a py-thread: in the program's own code if there is any, not inside the library.
    pub fn place_of(&self, index: u32) -> Option<String> {
        let mut library = None;
        for place in self.places_of(index) {
            let is_library = place.is_library();
            let shown = format!("{}:{} in {}", place.filename, place.line, place.function);
            if !is_library {
                return Some(shown);
            }
            library.get_or_insert(shown);
        }
        library
    }

    /// Python frames on the stack of a py-thread.
    pub fn depth_of(&self, index: u32) -> usize {
        let task = self.sched.tasks.at(index);
        if task.state == State::Running { self.depth() } else { task.depth as usize }
    }

    /// Native levels that a py-thread has reentered.
    pub fn reentries_of(&self, index: u32) -> usize {
        let task = self.sched.tasks.at(index);
        if task.state == State::Running { self.reentries } else { task.reentries() }
    }

    /// Bytes that a py-thread takes: its record and its stack.
    pub fn bytes_of(&self, index: u32) -> usize {
        let task = self.sched.tasks.at(index);
        let chunk = if task.state == State::Running { self.stack.chunk } else { task.chunk };
        size_of::<Task>() + ManuallyDrop::new(Stack { chunk }).bytes()
    }

    /// The state of a py-thread, in a word.
    pub fn state_of(&self, index: u32) -> &'static str {
        match self.sched.tasks.at(index).state {
            State::Free => "ended",
            State::Running => "running",
            State::HardBlocked => "hard-blocked",
            State::Resting => "resting",
            _ if self.sched.is_frozen(index) => "frozen",
            State::New => "new",
            State::Runnable | State::FrozenInQueue | State::Frozen => "runnable",
            State::Blocked => "soft-blocked",
            State::Returning => "returning",
        }
    }

    /// What a py-thread is doing, in words.
    pub fn activity_of(&self, index: u32) -> String {
        let activity = match self.sched.tasks.at(index).state {
            State::Free => "ended".into(),
            State::FrozenInQueue | State::Frozen => return "is frozen".into(),
            State::New => "not started yet".into(),
            State::Runnable => "can run".into(),
            State::Running => "runs".into(),
            State::HardBlocked => "is inside a blocking call".into(),
            State::Returning => "waits for the native calls above its own".into(),
            State::Resting => "waits for the host".into(),
            State::Blocked => self.wait_of(index),
        };
        if self.sched.is_frozen(index) { format!("is frozen and {activity}") } else { activity }
    }

    /// What a blocked py-thread waits for, in words.
    fn wait_of(&self, index: u32) -> String {
        let tasks = &self.sched.tasks;
        let Some(object) = &tasks.at(index).waits_for else { return "sleeps".into() };
        let owner = owner_of(tasks, object);
        let what = if object.get::<Lock>().is_some() {
            format!("waits for lock {:#x}", object.bits())
        } else if object.get::<ReentrantLock>().is_some() {
            format!("waits for RLock {:#x}", object.bits())
        } else if let Some(readiness) = object.get::<Readiness>() {
            return format!("waits for {}", readiness.describe());
        } else if life_of(object).is_some() {
            return match owner {
                Some(other) => format!("waits for the end of {}", title(tasks, other)),
                None => "waits for the end of a thread".into(),
            };
        } else if object.get::<Channel>().is_some() {
            let how = if self.sched.sends(index) { "to send to" } else { "to receive from" };
            return format!("waits {how} channel {:#x}", object.bits());
        } else if object.get::<Selection>().is_some() {
            return "waits for the first of several channels".into();
        } else if object.get::<FarBody>().is_some() {
            return match owner {
                Some(owner) if owner != index => format!("waits for a value from {}", title(tasks, owner)),
                _ => "waits to be asked for its next value".into(),
            };
        } else {
            return "waits".into();
        };
        match owner {
            Some(owner) if owner == index => format!("{what}, which it owns itself"),
            Some(owner) => format!("{what}, owned by {}", title(tasks, owner)),
            None => format!("{what}, whose owner has ended"),
        }
    }

    /// What every py-thread is doing, with its stack, the innermost frame first.
    pub fn threads_report(&self) -> String {
        let tasks = &self.sched.tasks;
        let mut report = format!("{} threads\n", tasks.alive());
        let indices: Vec<u32> = tasks.indices().take(LISTED).collect();
        for &index in &indices {
            let _ = writeln!(report, "{} {}", title(tasks, index), self.activity_of(index));
            let mut places = self.places_of(index);
            for place in places.by_ref().take(FRAMES_LISTED) {
                let _ = writeln!(report, "  File \"{}\", line {} in {}", place.filename, place.line, place.function);
            }
            if places.next().is_some() {
                report.push_str("  ...\n");
            }
        }
        if let Some(others) = tasks.alive().checked_sub(indices.len()).filter(|&others| others > 0) {
            let _ = writeln!(report, "and {others} more");
        }
        report
    }
}
