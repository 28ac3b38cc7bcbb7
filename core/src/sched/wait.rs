//! What py-threads wait for: wait queues, locks, the end of another py-thread. Waiting allocates nothing: the links of a queue
//! are in the py-threads' records, and an object that is waited for has only the ends.
//!
//! A lock that is released goes to its first waiter, not into the open: nobody can take it in between, and nobody starves.

use super::channel::waits_at_channels;
use super::executor::Scheduler;
use super::far::FarBody;
use super::readiness::Readiness;
use super::task::{FROZEN, RAISES, State, TIMED, Task, TaskTable};
use crate::modules::thread_object::Thread;
use crate::object;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind};
use crate::object::value::Value;
use crate::vm::{Raised, Res, Vm};
use core::cell::Cell;

/// The ends of a queue of blocked py-threads, first come first served.
#[derive(Default)]
pub struct WaitQueue {
    /// The index of the first plus one; 0: nobody waits.
    first: Cell<u32>,
    last: Cell<u32>,
}

impl WaitQueue {
    pub fn is_empty(&self) -> bool {
        self.first.get() == 0
    }

    /// Puts a py-thread that is in no queue at the end.
    pub(super) fn push_back(&self, tasks: &mut TaskTable, task: u32) {
        let last = self.last.replace(task + 1);
        let record = tasks.at_mut(task);
        record.previous = last;
        record.next = 0;
        match last.checked_sub(1) {
            Some(last) => tasks.at_mut(last).next = task + 1,
            None => self.first.set(task + 1),
        }
    }

    /// Puts a py-thread that is in no queue at the beginning.
    pub(super) fn push_front(&self, tasks: &mut TaskTable, task: u32) {
        let first = self.first.replace(task + 1);
        let record = tasks.at_mut(task);
        record.previous = 0;
        record.next = first;
        match first.checked_sub(1) {
            Some(first) => tasks.at_mut(first).previous = task + 1,
            None => self.last.set(task + 1),
        }
    }

    /// The first one.
    pub(super) fn first(&self) -> Option<u32> {
        self.first.get().checked_sub(1)
    }

    /// Takes a py-thread out, wherever it stands.
    pub(super) fn remove(&self, tasks: &mut TaskTable, task: u32) {
        let Task { previous, next, .. } = *tasks.at(task);
        match previous.checked_sub(1) {
            Some(previous) => tasks.at_mut(previous).next = next,
            None => self.first.set(next),
        }
        match next.checked_sub(1) {
            Some(next) => tasks.at_mut(next).previous = previous,
            None => self.last.set(previous),
        }
        let record = tasks.at_mut(task);
        record.next = 0;
        record.previous = 0;
    }

    /// Takes the first one out.
    pub(super) fn pop_front(&self, tasks: &mut TaskTable) -> Option<u32> {
        let first = self.first()?;
        self.remove(tasks, first);
        Some(first)
    }
}

/// Who holds a lock.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Owner {
    /// The index plus one; 0: the lock is open.
    task: u32,
    generation: u32,
}

impl Owner {
    pub(super) fn new(tasks: &TaskTable, task: u32) -> Owner {
        Owner { task: task + 1, generation: tasks.at(task).generation }
    }

    /// The holder's index, if that py-thread still exists.
    pub(super) fn alive(self, tasks: &TaskTable) -> Option<u32> {
        let task = self.task.checked_sub(1)?;
        let record = tasks.at(task);
        (record.state != State::Free && record.generation == self.generation).then_some(task)
    }
}

/// `_thread.lock`. Any py-thread may release it; the owner is known for reports only.
#[repr(C)]
pub struct Lock {
    pub header: Header,
    owner: Cell<Owner>,
    waiters: WaitQueue,
}

object!(Lock, Kind::Other, "lock", |this, visit| {});

/// `_thread.RLock`.
#[repr(C)]
pub struct ReentrantLock {
    pub header: Header,
    owner: Cell<Owner>,
    count: Cell<usize>,
    waiters: WaitQueue,
}

object!(ReentrantLock, Kind::Other, "RLock", |this, visit| {});

/// A py-thread as others see it, also after its end.
#[derive(Default)]
pub struct Life {
    /// 0: not started yet.
    pub ident: Cell<i64>,
    pub done: Cell<bool>,
    waiters: WaitQueue,
}

/// `_thread._ThreadHandle`
#[repr(C)]
pub struct ThreadHandle {
    pub header: Header,
    pub life: Life,
}

object!(ThreadHandle, Kind::Other, "_ThreadHandle", |this, visit| {});

/// The life of the py-thread that `object`, a handle or a `Thread`, stands for.
pub fn life_of(object: &Value) -> Option<&Life> {
    match object.get::<Thread>() {
        Some(thread) => Some(&thread.life),
        None => object.get::<ThreadHandle>().map(|handle| &handle.life),
    }
}

/// How long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// Not at all.
    None,
    /// Until this time on the machine's clock, in nanoseconds.
    Until(u64),
    Forever,
}

/// The queue of an object that can be waited for.
pub(super) fn queue_of(object: &Value) -> Option<&WaitQueue> {
    if let Some(lock) = object.get::<Lock>() {
        Some(&lock.waiters)
    } else if let Some(lock) = object.get::<ReentrantLock>() {
        Some(&lock.waiters)
    } else {
        life_of(object).map(|life| &life.waiters)
    }
}

/// The index of the py-thread that holds the lock that `object` is.
pub(super) fn owner_of(tasks: &TaskTable, object: &Value) -> Option<u32> {
    if let Some(lock) = object.get::<Lock>() {
        lock.owner.get().alive(tasks)
    } else if let Some(lock) = object.get::<ReentrantLock>() {
        lock.owner.get().alive(tasks)
    } else if let Some(body) = object.get::<FarBody>() {
        body.producer(tasks)
    } else {
        life_of(object).and_then(|life| tasks.find(life.ident.get()))
    }
}

/// What a wait gives when its time is over.
fn timed_out(object: Option<&Value>) -> Value {
    match object {
        Some(object) if life_of(object).is_none() => Value::FALSE,
        _ => Value::NONE,
    }
}

impl Scheduler {
    /// Makes a blocked py-thread runnable again: out of its wait queue and without timer. It goes on with `wake`.
    pub(super) fn unblock(&mut self, task: u32, wake: Value, raises: bool) {
        let record = self.tasks.at_mut(task);
        let waited_for = record.waits_for.take();
        if let Some(object) = &waited_for {
            if let Some(queue) = queue_of(object) {
                queue.remove(&mut self.tasks, task);
            } else if let Some(readiness) = object.get::<Readiness>() {
                self.leave_poller(task, readiness);
            } else if waits_at_channels(object) {
                self.leave_channels(task);
            }
        }
        self.make_runnable(task, wake, raises);
    }

    /// As [`Scheduler::unblock`], for one that its queue gave away already.
    pub(super) fn make_runnable(&mut self, task: u32, wake: Value, raises: bool) {
        if self.make_ready(task, wake, raises) {
            self.enqueue(task);
        }
    }

    /// As [`Scheduler::make_runnable`], but it is not queued yet; false: it is frozen, and must not be.
    #[inline(always)]
    pub(super) fn make_ready(&mut self, task: u32, wake: Value, raises: bool) -> bool {
        let record = self.tasks.at_mut(task);
        drop(record.waits_for.take());
        record.wake = Some(wake);
        record.state = State::Runnable;
        if raises {
            record.flags |= RAISES;
        }
        if record.flags & (TIMED | FROZEN) != 0 {
            let frozen = record.has(FROZEN);
            if frozen {
                record.state = State::Frozen;
            }
            if record.has(TIMED) {
                record.flags &= !TIMED;
                self.timers.cancel(task);
            }
            return !frozen;
        }
        true
    }

    /// The timers that are due: their py-threads go on.
    pub(super) fn wake_sleepers(&mut self, now: u64) {
        while let Some(task) = self.timers.pop_due(now) {
            let record = self.tasks.at_mut(task);
            record.flags &= !TIMED;
            if record.state == State::Blocked {
                match record.wake.take() {
                    Some(exception) => self.unblock(task, exception, true),
                    None => {
                        let wake = timed_out(record.waits_for.as_ref());
                        self.unblock(task, wake, false);
                    }
                }
            }
        }
    }

    /// The running py-thread will wait for `object` (None: only for a time). To be followed by a switch.
    pub(crate) fn block(&mut self, object: Option<&Value>, timeout: Timeout) {
        let task = self.current;
        if let Some(queue) = object.and_then(queue_of) {
            queue.push_back(&mut self.tasks, task);
        }
        let record = self.tasks.at_mut(task);
        record.state = State::Blocked;
        record.waits_for = object.cloned();
        if let Timeout::Until(deadline) = timeout
            && self.timers.set(task, deadline).is_ok()
        {
            self.tasks.at_mut(task).flags |= TIMED;
        }
    }

    /// The first waiter of a lock becomes its owner and goes on with True.
    fn hand_over(&mut self, queue: &WaitQueue) -> Owner {
        match queue.pop_front(&mut self.tasks) {
            Some(task) => {
                self.make_runnable(task, Value::TRUE, false);
                Owner::new(&self.tasks, task)
            }
            None => Owner::default(),
        }
    }

    /// A py-thread has ended: whoever waits for that goes on.
    pub(crate) fn finish(&mut self, life: &Life) {
        life.done.set(true);
        while let Some(task) = life.waiters.pop_front(&mut self.tasks) {
            self.make_runnable(task, Value::NONE, false);
        }
    }
}

impl Vm {
    /// A new open lock.
    pub fn new_lock(&mut self) -> Value {
        self.new_object(|header| Lock { header, owner: Cell::default(), waiters: WaitQueue::default() })
    }

    /// A new open reentrant lock.
    pub fn new_reentrant_lock(&mut self) -> Value {
        self.new_object(ReentrantLock::open)
    }

    /// A handle of no py-thread yet.
    pub fn new_thread_handle(&mut self) -> Value {
        self.new_object(|header| ThreadHandle { header, life: Life::default() })
    }

    /// Takes a lock for the running py-thread: True or False; or the py-thread waits ([`Vm::wait_for`]).
    ///
    /// # Errors
    /// See [`Vm::wait_for`].
    #[inline]
    pub fn acquire_lock(&mut self, object: &Value, lock: &Lock, timeout: Timeout) -> Res<Value> {
        if lock.owner.get() == Owner::default() {
            lock.owner.set(Owner::new(&self.sched.tasks, self.sched.current));
            return Ok(Value::TRUE);
        }
        match timeout {
            Timeout::None => Ok(Value::FALSE),
            timeout => Err(self.wait_for(Some(object), timeout)),
        }
    }

    /// Opens a lock, or gives it to the first who waits for it.
    ///
    /// # Errors
    /// RuntimeError if it is open.
    #[inline]
    pub fn release_lock(&mut self, lock: &Lock) -> Res<()> {
        if lock.owner.get() == Owner::default() {
            return Err(self.raise(Ex::RuntimeError, "release unlocked lock"));
        }
        let next = if lock.waiters.is_empty() { Owner::default() } else { self.sched.hand_over(&lock.waiters) };
        lock.owner.set(next);
        Ok(())
    }

    /// Takes a reentrant lock once more: True or False; or the py-thread waits ([`Vm::wait_for`]).
    ///
    /// # Errors
    /// OverflowError; see [`Vm::wait_for`].
    pub fn acquire_reentrant(&mut self, object: &Value, lock: &ReentrantLock, timeout: Timeout) -> Res<Value> {
        let me = Owner::new(&self.sched.tasks, self.sched.current);
        if lock.owner.get() == Owner::default() {
            lock.owner.set(me);
            lock.count.set(1);
            return Ok(Value::TRUE);
        }
        if lock.owner.get() == me {
            match lock.count.get().checked_add(1) {
                Some(count) => lock.count.set(count),
                None => return Err(self.raise(Ex::OverflowError, "Internal lock count overflowed")),
            }
            return Ok(Value::TRUE);
        }
        match timeout {
            Timeout::None => Ok(Value::FALSE),
            timeout => Err(self.wait_for(Some(object), timeout)),
        }
    }

    /// Undoes one acquire; the last one opens the lock or gives it to the first who waits for it.
    ///
    /// # Errors
    /// RuntimeError if the running py-thread does not own it.
    pub fn release_reentrant(&mut self, lock: &ReentrantLock) -> Res<()> {
        if !self.owns_reentrant(lock) {
            return Err(self.raise(Ex::RuntimeError, "cannot release un-acquired lock"));
        }
        match lock.count.get() {
            0 | 1 => self.open_reentrant(lock),
            count => lock.count.set(count - 1),
        }
        Ok(())
    }

    fn open_reentrant(&mut self, lock: &ReentrantLock) {
        let next = self.sched.hand_over(&lock.waiters);
        lock.owner.set(next);
        // A waiter got it by one acquire.
        lock.count.set(usize::from(next != Owner::default()));
    }

    /// Opens the lock however often it was taken, and returns how often (`_release_save`).
    ///
    /// # Errors
    /// RuntimeError if the running py-thread does not own it.
    pub fn release_reentrant_fully(&mut self, lock: &ReentrantLock) -> Res<usize> {
        if lock.owner.get() == Owner::default() {
            return Err(self.raise(Ex::RuntimeError, "cannot release un-acquired lock"));
        }
        let count = lock.count.get();
        self.open_reentrant(lock);
        Ok(count)
    }

    /// Whether the running py-thread owns it.
    pub fn owns_reentrant(&self, lock: &ReentrantLock) -> bool {
        lock.owner.get() == Owner::new(&self.sched.tasks, self.sched.current)
    }

    /// Waits for the end of a py-thread: None, at once or later.
    ///
    /// # Errors
    /// See [`Vm::wait_for`].
    pub fn join_thread(&mut self, object: &Value, life: &Life, timeout: Timeout) -> Res<Value> {
        if life.done.get() || timeout == Timeout::None { Ok(Value::NONE) } else { Err(self.wait_for(Some(object), timeout)) }
    }

    /// Blocks the running py-thread for a native that has no more to do: whoever wakes it says the native's value. With `Until`, time
    /// wakes it with False (a py-thread's end or no object: None). The native must return the error at once; it means "no value now".
    pub fn wait_for(&mut self, object: Option<&Value>, timeout: Timeout) -> Raised {
        self.sched.block(object, timeout);
        self.sched.parking = true;
        Raised(())
    }

    /// Ends the slice of the running py-thread for a native that has no more to do and returns None. As with [`Vm::wait_for`], the native returns
    /// the error at once.
    pub fn give_way(&mut self) -> Raised {
        let task = self.sched.current;
        let record = self.sched.tasks.at_mut(task);
        record.state = State::Runnable;
        record.wake = Some(Value::NONE);
        self.sched.enqueue(task);
        self.sched.parking = true;
        Raised(())
    }
}

impl Lock {
    pub fn is_locked(&self) -> bool {
        self.owner.get() != Owner::default()
    }

    /// Opens it whoever waits (`_at_fork_reinit`).
    pub fn reset(&self) {
        self.owner.set(Owner::default());
    }
}

impl ReentrantLock {
    /// A lock that nobody has.
    pub fn open(header: Header) -> ReentrantLock {
        ReentrantLock { header, owner: Cell::default(), count: Cell::new(0), waiters: WaitQueue::default() }
    }

    pub fn is_locked(&self) -> bool {
        self.owner.get() != Owner::default()
    }

    /// How often its owner took it.
    pub fn count(&self) -> usize {
        self.count.get()
    }

    /// The owner took it so often (`_acquire_restore`, after an acquire).
    pub fn set_count(&self, count: usize) {
        self.count.set(count);
    }

    /// Opens it whoever waits (`_at_fork_reinit`).
    pub fn reset(&self) {
        self.owner.set(Owner::default());
        self.count.set(0);
    }

    /// The owner's ident, 0 if it is open.
    pub fn owner_ident(&self, tasks: &TaskTable) -> i64 {
        self.owner.get().alive(tasks).map_or(0, |task| tasks.ident(task))
    }
}
