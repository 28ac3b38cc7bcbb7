//! The py-thread's record, and the table of them.
//!
//! ```text
//!            1 spawn          2 switch_in            3 slice ends, yield
//!   Free ────────────▶ New ─────────────▶ Running ───────────────────────▶ Runnable
//!     ▲                                    │ ▲ │ ▲                             │
//!     │            6 end                   │ │ │ └──────────── 2 ──────────────┤
//!     └────────────────────────────────────┤ │ │                               │
//!                                          │ │ └── 4 park ──▶ Blocked ── 5 ───┤ wake
//!              8 takeover  HardBlocked ◀───┘ │                                 │
//!                               └── 9 ───────┘        Returning ◀── 7 left     │
//!                            the call returned            └──── level is on ───┘
//!                                                               top again
//! ```
//!
//! Freezing (`sched::freeze`) is an axis of its own: FROZEN in `flags`. One that could run is `FrozenInQueue` until its entry of the run
//! queue comes up, then `Frozen`; a blocked one stays `Blocked`, and is `Frozen` when it is woken.
//!
//! A record is small, because a million of them may wait: about a hundred bytes, and the first chunk of its stack, which exists
//! from the first switch on. All-zero memory is a table of free records, so a large table costs nothing until it is used.
//! While a py-thread runs its execution state is in the VM; the record holds it at all other times.

use super::run_queue::Ticket;
use crate::code::isa::Instr;
use crate::object::code::Code;
use crate::object::value::Value;
use crate::sync::{OutOfMemory, ValidWhenZero, zeroed};
use crate::vm::frame::{FrameRef, Stack, Word};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::ManuallyDrop;

/// Where a py-thread is in its life; see the module's diagram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// No py-thread: the record is unused.
    Free = 0,
    /// Started, but it has not run: `wake` is the callable, `waits_for` its arguments. In the run queue.
    New,
    /// In the run queue.
    Runnable,
    /// Its state is in the VM.
    Running,
    /// Waits for something the VM knows: `waits_for`.
    Blocked,
    /// Inside a call that blocks its OS thread, while others run.
    HardBlocked,
    /// Its reentered call is done, but native frames of others lie above its own: `wake` is the result.
    Returning,
    /// The main py-thread between two calls from the host.
    Resting,
    /// Could run, but is frozen; still has an entry in the run queue.
    FrozenInQueue,
    /// Could run, but is frozen, and in no queue.
    Frozen,
}

/// `Task::flags`: `wake` is an exception to be raised.
pub const RAISES: u8 = 1;
/// `Task::flags`: a timer is set.
pub const TIMED: u8 = 2;
/// `Task::flags`: `interrupt` is to be raised at its next safe point.
pub const INTERRUPTED: u8 = 4;
/// `Task::flags`: the program may end without it.
pub const DAEMON: u8 = 8;
/// `Task::flags`: `waits_for` of a new one is a tuple of values, and of the names of the last ones.
pub const KEYWORDS: u8 = 16;
/// `Task::flags`: it does not run before it is thawed.
pub const FROZEN: u8 = 32;
/// `Task::flags`: runs a signal handler, and is the main py-thread for whoever asks.
pub const FOR_MAIN: u8 = 64;

/// A py-thread.
#[repr(C)]
pub struct Task {
    pub(super) pc: *const Instr,
    pub(super) base: *mut Word,
    pub(super) code: *const Code,
    /// The newest chunk of its stack.
    pub(super) chunk: *mut Word,
    /// The exception it is handling.
    pub(super) handled: Option<Value>,
    /// What it goes on with: a value, or an exception with [`RAISES`]. None: where it stopped. While it is blocked with a timer: the exception
    /// that the time-out raises, if it raises one.
    pub(super) wake: Option<Value>,
    /// While blocked: the object it waits for; None: only for a time.
    pub(super) waits_for: Option<Value>,
    /// What stands for it in Python, with those who wait for its end.
    pub(crate) handle: Option<Value>,
    /// Tables of `_thread._local` objects that have a namespace for it, in a list.
    pub(crate) locals: Option<Value>,
    /// Its current context (`contextvars`); None: nothing was ever set.
    pub(crate) context: Option<Value>,
    /// Its name, for reports.
    pub(crate) name: Option<Value>,
    /// An exception for its next safe point.
    pub(super) interrupt: Option<Value>,
    pub(super) depth: u32,
    /// Neighbours in a wait queue, plus one; in a free record `next` is the next free one. While it waits at channels, `next` is the first of its
    /// places there. In the run queue, `previous` is its ticket.
    pub(super) next: u32,
    pub(super) previous: u32,
    /// How often the record was used.
    pub(super) generation: u32,
    /// How much it ran ([`Used`]): ticks, and turns times 2^32. With the next bits of both they last for hours of nothing but that; then it is
    /// counted on from 0.
    used: u64,
    more_ticks: u8,
    more_turns: u8,
    /// How often its slices are halved (`sched::pace`).
    pub(super) pace: u8,
    /// Its priority and the queue it stands in (`sched::priority`); 0: the usual ones.
    pub(super) priority: u8,
    /// Native levels it has reentered.
    pub(super) reentries: u8,
    /// Ticks that it was given for its next turn, in units of some, plus one; 0: a slice.
    pub(super) legacy: u8,
    pub(super) state: State,
    pub(crate) flags: u8,
}

/// How much a py-thread ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Backward jumps and calls.
    pub ticks: u64,
    /// How often it was switched in.
    pub turns: u64,
}

// SAFETY: null pointers, None (zero is no value), zero integers, and State::Free.
unsafe impl ValidWhenZero for ManuallyDrop<Task> {}

impl Task {
    const UNUSED: Task = Task {
        pc: core::ptr::null(),
        base: core::ptr::null_mut(),
        code: core::ptr::null(),
        chunk: core::ptr::null_mut(),
        handled: None,
        wake: None,
        waits_for: None,
        handle: None,
        locals: None,
        context: None,
        name: None,
        interrupt: None,
        depth: 0,
        next: 0,
        previous: 0,
        generation: 0,
        used: 0,
        more_ticks: 0,
        more_turns: 0,
        pace: 0,
        priority: 0,
        reentries: 0,
        legacy: 0,
        state: State::Free,
        flags: 0,
    };

    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The innermost frame of its stack, while it does not run.
    pub fn frame(&self) -> Option<FrameRef> {
        (!self.base.is_null()).then_some(FrameRef { base: self.base, pc: self.pc })
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.state
    }

    /// What stands for it: a `Thread`, a handle, or what a far generator knows.
    pub fn handle(&self) -> Option<&Value> {
        self.handle.as_ref()
    }

    /// Lets `handle` stand for it. False if something does already.
    pub fn adopt(&mut self, handle: &Value) -> bool {
        let free = self.handle.is_none();
        if free {
            self.handle = Some(handle.clone());
        }
        free
    }

    /// Its stack is gone: in its next turn it makes this call, as if it were new.
    pub(super) fn begin_again(&mut self, callee: Value, arguments: Value) {
        (self.pc, self.base, self.code, self.chunk) = (core::ptr::null(), core::ptr::null_mut(), core::ptr::null(), core::ptr::null_mut());
        self.depth = 0;
        self.state = State::New;
        self.flags &= !KEYWORDS;
        self.wake = Some(callee);
        self.waits_for = Some(arguments);
    }

    /// Its name, if it was told one.
    pub fn name(&self) -> Option<&Value> {
        self.name.as_ref()
    }

    /// Counts ticks of the turn under way.
    pub(super) fn add_ticks(&mut self, ticks: u32) {
        self.used = self.used.wrapping_add(u64::from(ticks));
        if (self.used as u32) < ticks {
            self.used = self.used.wrapping_sub(ONE_TURN);
            self.more_ticks = self.more_ticks.wrapping_add(1);
        }
    }

    /// Counts a turn, and the ticks in it that were not counted yet.
    #[inline(always)]
    pub(super) fn add_turn(&mut self, ticks: u32) {
        let (used, overflow) = self.used.overflowing_add(ONE_TURN + u64::from(ticks));
        if overflow || (used as u32) < ticks {
            return self.add_turn_slowly(ticks);
        }
        self.used = used;
    }

    #[cold]
    fn add_turn_slowly(&mut self, ticks: u32) {
        self.add_ticks(ticks);
        let (used, overflow) = self.used.overflowing_add(ONE_TURN);
        self.used = used;
        self.more_turns = self.more_turns.wrapping_add(u8::from(overflow));
    }

    /// How much it ran.
    pub fn used(&self) -> Used {
        let (more_ticks, more_turns) = (u64::from(self.more_ticks), u64::from(self.more_turns));
        Used { ticks: more_ticks << 32 | self.used & (ONE_TURN - 1), turns: more_turns << 32 | self.used >> 32 }
    }

    /// Where its entry in the run queue stands.
    #[inline(always)]
    pub(super) fn ticket(&self) -> Ticket {
        Ticket::of(self.previous)
    }

    #[inline(always)]
    pub(super) fn set_ticket(&mut self, ticket: Ticket) {
        self.previous = ticket.number();
    }

    /// What it waits for, while it is blocked.
    pub fn waits_for(&self) -> Option<&Value> {
        if self.state == State::Blocked { self.waits_for.as_ref() } else { None }
    }

    /// Native levels it has reentered.
    pub fn reentries(&self) -> usize {
        usize::from(self.reentries)
    }
}

/// In `Task::used`.
const ONE_TURN: u64 = 1 << 32;

/// No record.
pub const NOBODY: u32 = u32::MAX;
/// The main py-thread's record.
pub const MAIN: u32 = 0;

/// All py-threads, by index.
pub struct TaskTable {
    /// Only the first `used` ones are ever looked at: the others' memory is not there yet.
    records: Box<[ManuallyDrop<Task>]>,
    /// Stands in for a record that is not there, which no caller asks for.
    spare: Box<Task>,
    /// Records `0..used` were used at least once.
    used: u32,
    /// The free record used last, plus one.
    free: u32,
    alive: u32,
    most: u32,
}

impl TaskTable {
    /// A table for `capacity` py-threads, the main one included.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn with_capacity(capacity: usize) -> Result<TaskTable, OutOfMemory> {
        Ok(TaskTable { records: zeroed(capacity)?, spare: Box::new(Task::UNUSED), used: 0, free: 0, alive: 0, most: 0 })
    }

    /// How many py-threads there can be.
    pub fn capacity(&self) -> usize {
        self.records.len()
    }

    /// How many there are.
    pub fn alive(&self) -> usize {
        self.alive as usize
    }

    /// The most there ever were at once.
    pub fn most(&self) -> usize {
        self.most as usize
    }

    /// The record at `index`.
    #[inline(always)]
    pub fn at(&self, index: u32) -> &Task {
        match self.records.get(index as usize) {
            Some(record) => record,
            None => &self.spare,
        }
    }

    /// The record at `index`.
    #[inline(always)]
    pub fn at_mut(&mut self, index: u32) -> &mut Task {
        match self.records.get_mut(index as usize) {
            Some(record) => record,
            None => &mut self.spare,
        }
    }

    /// Takes a free record into use; None if all are.
    pub fn allocate(&mut self) -> Option<u32> {
        let index = match self.free.checked_sub(1) {
            Some(index) => {
                self.free = self.at(index).next;
                index
            }
            None if (self.used as usize) < self.records.len() => {
                self.used += 1;
                self.used - 1
            }
            None => return None,
        };
        self.alive += 1;
        self.most = self.most.max(self.alive);
        let task = self.at_mut(index);
        // A record that was given back holds no values.
        core::mem::forget(core::mem::replace(task, Task { generation: task.generation, ..Task::UNUSED }));
        Some(index)
    }

    /// Gives a record back. Its values are returned, to be dropped when the table is consistent.
    pub fn release(&mut self, index: u32) -> [Option<Value>; 8] {
        let free = self.free;
        let task = self.at_mut(index);
        let values = [
            task.handled.take(),
            task.wake.take(),
            task.waits_for.take(),
            task.handle.take(),
            task.locals.take(),
            task.context.take(),
            task.name.take(),
            task.interrupt.take(),
        ];
        task.state = State::Free;
        task.generation = task.generation.wrapping_add(1);
        task.next = free;
        self.free = index + 1;
        self.alive -= 1;
        values
    }

    /// Takes the main py-thread's record, the one released last, out of use for good.
    pub(super) fn reserve_main(&mut self) {
        if self.free == MAIN + 1 {
            self.free = self.at(MAIN).next;
        }
    }

    /// Indices of the py-threads that exist, the main one first.
    pub fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.used).filter(|&index| self.at(index).state != State::Free)
    }

    /// `thread.get_ident()` of the py-thread at `index`: never 0, never the same for two py-threads (until four thousand million
    /// py-threads have used one record).
    pub fn ident(&self, index: u32) -> i64 {
        i64::from(index) + 1 + i64::from(self.at(index).generation) * self.records.len() as i64
    }

    /// The py-thread with this ident, if it still exists.
    pub fn find(&self, ident: i64) -> Option<u32> {
        let index = u32::try_from(ident.checked_sub(1)?.checked_rem_euclid(self.records.len() as i64)?).ok()?;
        (index < self.used && self.at(index).state != State::Free && self.ident(index) == ident).then_some(index)
    }
}

impl Drop for TaskTable {
    fn drop(&mut self) {
        for record in self.records.iter_mut().take(self.used as usize) {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(record) };
        }
    }
}

/// First chunks of stacks of py-threads that ended, kept for the next ones.
#[derive(Default)]
pub struct ChunkStore {
    /// By size in steps.
    lists: [Vec<Stack>; SIZES],
}

/// Sizes that are kept: multiples of so many words.
const STEP: usize = 8;
const SIZES: usize = 16;
/// Chunks of a size that are kept at most.
const KEPT: usize = if cfg!(target_pointer_width = "64") { 4096 } else { 4 };

impl ChunkStore {
    /// A chunk of at least `words` words; None if the machine has no memory.
    pub fn take(&mut self, words: usize) -> Option<Stack> {
        let size = words.div_ceil(STEP);
        if let Some(stack) = self.lists.get_mut(size).and_then(Vec::pop) {
            return Some(stack);
        }
        let mut stack = Stack::EMPTY;
        stack.grow(size * STEP).then_some(stack)
    }

    /// Takes back the only chunk of a stack.
    pub fn give(&mut self, stack: Stack) {
        let words = (stack.limit() as usize).wrapping_sub(stack.start() as usize) / size_of::<Word>();
        if let Some(list) = self.lists.get_mut(words / STEP)
            && words.is_multiple_of(STEP)
            && list.len() < KEPT
        {
            list.push(stack);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{State, Task, TaskTable, Used};

    #[test]
    fn a_record_is_small() {
        assert!(size_of::<Task>() <= 128, "{}", size_of::<Task>());
    }

    #[test]
    fn what_it_used_is_more_than_a_word() {
        let mut task = Task::UNUSED;
        task.used = u64::from(u32::MAX - 2) << 32;
        for _ in 0..3 {
            task.add_ticks(u32::MAX);
            task.add_turn(u32::MAX);
        }
        task.add_turn(7);
        assert_eq!(task.used(), Used { ticks: 6 * u64::from(u32::MAX) + 7, turns: (1 << 32) + 1 });
    }

    #[test]
    fn idents_do_not_come_back() {
        let mut table = TaskTable::with_capacity(3).expect("memory");
        let start = |table: &mut TaskTable| {
            let index = table.allocate()?;
            table.at_mut(index).state = State::New;
            Some(index)
        };
        let (first, second, third) = (start(&mut table), start(&mut table), start(&mut table));
        assert_eq!((first, second, third, start(&mut table)), (Some(0), Some(1), Some(2), None));
        let ident = table.ident(1);
        assert_eq!(table.find(ident), Some(1));
        drop(table.release(1));
        assert_eq!(table.find(ident), None);
        assert_eq!(start(&mut table), Some(1));
        assert_eq!(table.find(ident), None);
        assert_ne!(table.ident(1), ident);
        assert_eq!(table.find(table.ident(1)), Some(1));
        assert_eq!((table.find(0), table.find(-1), table.find(i64::MIN)), (None, None, None));
        assert_eq!((table.alive(), table.most()), (3, 3));
    }
}
