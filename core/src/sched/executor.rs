//! The executor: which py-thread runs, and on which OS thread.
//!
//! The running py-thread's state is in the VM; a switch saves it in the py-thread's record and loads another's. The interpreter loop does not
//! notice: it goes on with whatever state the VM has. Where a switched-in py-thread needs more than that (its start, an exception, a value
//! for an instruction that does not simply store it), `Vm::pause` is set and [`Vm::settle`] does it at the level of the loop, so
//! that no native frame of the py-thread before lies below.
//!
//! **Levels.** Each native frame that runs the interpreter loop for its own result (a call from the host, a reentry) is a *level*. Its
//! frame on the py-thread's stack is marked with the level's number, and its native frame lies on one OS thread. The result must come back where
//! the native frame is, when it is the top one there.
//!
//! **Pinned py-threads.** One that has reentered runs on the OS thread of its levels alone, and nobody else runs there meanwhile: whatever it waits
//! for may depend on others, whose native frames must not lie above its own. So when it waits, or its slice is over, another OS thread becomes the
//! carrier, and this one sleeps until it is handed the GIL back. Where there is no other OS thread, the others run nested all the same; a
//! py-thread whose result is early waits as `Returning` then. The host's level is nobody's: the main py-thread and others run above it and on standbys.
//!
//! **Who has the GIL.** The OS thread that runs the loop is the carrier. When another one wants the GIL (a blocking call returned), the carrier gives
//! it up at its next safe point: a standby without levels goes back to the pool; one with levels (the host's OS thread among them) sleeps
//! until a result of its levels is there, or its py-thread's turn comes. So there is one carrier and no contest for the GIL.
//!
//! A slice ends by ticks, fewer of them for a py-thread whose ticks last long (`sched::pace`); that of a pinned one lasts longer, because the next
//! one needs another OS thread.

use super::channel::Places;
use super::far::FarBody;
use super::gil::Gil;
use super::pace::UNKNOWN;
use super::priority::Priorities;
use super::readiness::Polling;
use super::report::Measures;
use super::run_queue::RunQueue;
use super::task::{ChunkStore, DAEMON, FOR_MAIN, FROZEN, INTERRUPTED, KEYWORDS, MAIN, NOBODY, RAISES, State, Task, TaskTable};
use super::timer::TimerQueue;
use super::wait::life_of;
use crate::code::isa::{HEADER_SLOTS, Op};
use crate::config::{REENTRY_LIMIT, SLICE_TICKS};
use crate::modules::thread_object::{self, Thread};
use crate::object::exception::Ex;
use crate::object::function::{BoundMethod, Function};
use crate::object::header::Kind;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::port::{MachineError, Parker, Platform};
use crate::sync::{Attention, OutOfMemory, WakeQueue};
use crate::vm::execute::Started;
use crate::vm::frame::{FrameRef, OWN_REGISTERS, Stack, drop_frame};
use crate::vm::step::Exit;
use crate::vm::{Call, Raised, Res, Vm};
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ptr::NonNull;

/// The most py-threads unless the embedder chooses: a table costs memory when it is used.
pub const DEFAULT_CAPACITY: usize = if cfg!(target_pointer_width = "64") { 1 << 20 } else { 64 };

/// Switches without the end of a slice after which timers and requests are looked at all the same.
const SWITCHES_BETWEEN_LOOKS: u64 = 64;

/// How long a deadlock is watched before it is reported, in nanoseconds.
const SIGNAL_GRACE: u64 = 1_000_000;

/// What a py-thread costs the heap limit, its stack apart.
const TASK_BYTES: usize = size_of::<Task>();

/// `Level::returning` of a level that is over.
const ENDED: u32 = u32::MAX - 1;

/// Ticks for each one in `Task::legacy`.
const LEGACY_UNIT: i32 = 8;

/// Slices that a pinned py-thread has in turn when others wait: changing OS threads twice costs about as much.
const PINNED_SLICES: u8 = 8;

/// What may be touched without the GIL: by other OS threads, and interrupt handlers.
pub struct Shared {
    /// Reasons for the carrier to look up.
    pub attention: Attention,
    /// Py-threads that something outside the VM has woken.
    pub wakes: WakeQueue,
}

/// What the GIL guards.
pub struct Guarded {
    /// What the host's last call ended with. Before the VM: it lives in the VM's heap.
    pub outcome: Value,
    pub vm: Box<Vm>,
}

// SAFETY: the VM's pointers lead to memory of its own, and its reference counts are touched by the holder of the GIL alone.
unsafe impl Send for Guarded {}

/// The GIL of a VM.
pub type VmGil = Gil<Guarded>;

/// How a py-thread that was just switched in goes on, when not simply at its next instruction.
enum Entry {
    Continue,
    Start,
    Deliver(Value),
    Raise(Value),
    /// Its level's result is there: leave the loop with it.
    Leave(Result<Value, Value>),
}

/// Why the loop was left without a result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// No ticks are left.
    Fuel,
    /// The host asked for it.
    Asked,
}

/// A native frame that runs the interpreter loop.
struct Level {
    carrier: Parker,
    /// The py-thread that is pinned by it; [`NOBODY`] for the host's.
    owner: u32,
    /// How many lie below it on its OS thread.
    depth: usize,
    /// A py-thread whose result for this level is there already.
    returning: u32,
}

impl Level {
    /// One that is over.
    const ENDED: Level = Level { carrier: Parker::ONLY, owner: NOBODY, depth: 0, returning: ENDED };
}

/// An OS thread with levels that sleeps until it gets the GIL back.
struct Sleeper {
    carrier: Parker,
    innermost: u16,
}

/// The scheduler of one VM.
pub struct Scheduler {
    pub tasks: TaskTable,
    pub(super) run_queue: RunQueue,
    pub(super) priorities: Priorities,
    pub(super) timers: TimerQueue,
    pub(super) polling: Polling,
    pub(super) places: Places,
    /// How long each py-thread ran, while somebody wants to know that.
    pub(super) measures: Measures,
    chunks: ChunkStore,
    /// The running py-thread, or [`NOBODY`].
    pub current: u32,
    /// The main py-thread: [`MAIN`], or in a copy of the process the one that made it.
    pub main: u32,
    /// A native of the running py-thread has entered it in a queue and returned "no value now".
    pub parking: bool,
    entry: Entry,
    /// What `_thread.stack_size` was told.
    pub stack_size: i64,
    /// Ticks in a slice.
    pub slice_ticks: i32,
    /// Ticks left to all; `u64::MAX`: no limit.
    pub fuel: u64,
    stop: Option<Stop>,
    /// The carrier is a standby that is about to go.
    leaving: bool,
    /// How many of the py-threads can be started at most.
    pub limit: usize,
    pub switches: u64,
    pub started: u64,
    /// Deadlocks that were reported.
    pub deadlocks: u64,
    /// How often somebody selected.
    selections: usize,
    /// When the slice under way began, or [`UNKNOWN`]: see `sched::pace`.
    pub(super) pace_from: u64,
    shared: Box<Shared>,
    pub(super) platform: &'static dyn Platform,
    /// The GIL around the VM, once it has one.
    gil: Option<NonNull<VmGil>>,
    /// Whether standbys take over while a call blocks.
    standbys: bool,
    carrier: Parker,
    /// Number of the carrier's top level; 0: it has none.
    innermost: u16,
    /// The carrier's top level pins a py-thread.
    pins: bool,
    /// Slices in turn that a pinned py-thread had.
    slices: u8,
    levels: Vec<Level>,
    sleepers: Vec<Sleeper>,
    /// Calls that block OS threads now.
    pub hard_blocked: usize,
    /// Callbacks that foreign code knows: any of them may be called at any time. Shared with those who make them, and end them where no VM is at hand.
    pub callbacks: Rc<Cell<usize>>,
    /// There is a `foreign::Gate`: the VM's memory must stay.
    pub(crate) gated: bool,
    /// The VM is over: nobody comes in by a gate.
    pub(crate) closed: bool,
    /// The frame that ended last had this to say about itself: what its py-thread was started with.
    pub origin: Value,
    /// How many `Thread`s have a number in their name.
    pub threads_numbered: u32,
    /// What each new `Thread` calls instead of its `run` (`threading.settrace`).
    pub starter: Option<Value>,
    /// The OS thread that a leaving standby hands the GIL to, if not to whoever waits first.
    successor: Option<Parker>,
    /// The running py-thread wants to go on on the host's OS thread, which sleeps.
    wanted_host: Option<Parker>,
}

/// Registers of the frame that a call of `callee` begins with.
fn registers_of(callee: &Value) -> usize {
    let function = match callee.get::<BoundMethod>() {
        Some(method) => &method.function,
        None => callee,
    };
    function.get::<Function>().map_or(0, |function| usize::from(function.code().register_count))
}

fn tuple_items(tuple: &Value) -> Vec<Value> {
    tuple.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default()
}

impl Scheduler {
    /// A scheduler with room for `CAPACITY` py-threads, the main one included, which exists from the start.
    ///
    /// # Errors
    /// [`OutOfMemory`].
    pub fn with_capacity<const CAPACITY: usize>(platform: &'static dyn Platform) -> Result<Scheduler, OutOfMemory> {
        let mut tasks = TaskTable::with_capacity(CAPACITY)?;
        if let Some(main) = tasks.allocate() {
            tasks.at_mut(main).state = State::Resting;
        }
        Ok(Scheduler {
            tasks,
            run_queue: RunQueue::with_capacity::<CAPACITY>()?,
            priorities: Priorities::default(),
            timers: TimerQueue::with_capacity(CAPACITY)?,
            polling: Polling::default(),
            places: Places::default(),
            measures: Measures::default(),
            chunks: ChunkStore::default(),
            current: NOBODY,
            main: MAIN,
            parking: false,
            entry: Entry::Continue,
            stack_size: 0,
            slice_ticks: SLICE_TICKS,
            fuel: u64::MAX,
            stop: None,
            leaving: false,
            limit: CAPACITY,
            switches: 0,
            started: 0,
            deadlocks: 0,
            selections: 0,
            pace_from: UNKNOWN,
            shared: Box::new(Shared { attention: Attention::new(), wakes: WakeQueue::with_capacity(CAPACITY)? }),
            platform,
            gil: None,
            standbys: false,
            carrier: platform.os_thread(),
            innermost: 0,
            pins: false,
            slices: 0,
            levels: Vec::new(),
            sleepers: Vec::new(),
            hard_blocked: 0,
            callbacks: Rc::default(),
            gated: false,
            closed: false,
            origin: Value::NONE,
            threads_numbered: 0,
            starter: None,
            successor: None,
            wanted_host: None,
        })
    }

    /// What other OS threads and interrupt handlers may touch.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Tells which GIL guards the VM, and whether standbys can take over. The GIL must not move from now on.
    pub(crate) fn connect(&mut self, gil: NonNull<VmGil>, standbys: bool) {
        self.gil = Some(gil);
        self.standbys = standbys;
    }

    /// The running py-thread as the program sees it: a signal handler passes for the main one.
    #[inline]
    pub fn identity(&self) -> u32 {
        if self.tasks.at(self.current).has(FOR_MAIN) { self.main } else { self.current }
    }

    /// Whether another py-thread can run, now or when its time or its descriptor comes.
    pub fn has_others(&self) -> bool {
        self.somebody_waits() || !self.timers.is_empty() || self.polling.waiting != 0
    }

    /// How many py-threads are in the run queue.
    #[inline]
    pub fn runnable(&self) -> usize {
        self.run_queue.len() + self.priorities.queued as usize
    }

    /// How many timers are set.
    pub fn sleeping(&self) -> usize {
        self.timers.len()
    }

    /// Puts a py-thread, whose state says that it can run, at the end of the run queue.
    #[inline]
    pub(super) fn enqueue(&mut self, task: u32) {
        if self.tasks.at(task).priority != 0 {
            return self.enqueue_by_priority(task, false);
        }
        // A py-thread is queued once at most, so there is room.
        if let Ok(ticket) = self.run_queue.push_back(task) {
            self.tasks.at_mut(task).set_ticket(ticket);
        }
    }

    pub(super) fn enqueue_first(&mut self, task: u32) {
        if self.tasks.at(task).priority != 0 {
            return self.enqueue_by_priority(task, true);
        }
        if let Ok(ticket) = self.run_queue.push_front(task) {
            self.tasks.at_mut(task).set_ticket(ticket);
        }
    }

    /// Takes the next py-thread that can run here out of the run queue.
    #[inline]
    fn next_task(&mut self) -> Option<u32> {
        loop {
            let task = if self.priorities.queued == 0 { self.run_queue.pop_front()? } else { self.next_by_priority()? };
            let record = self.tasks.at(task);
            match record.state {
                State::Runnable | State::New => return Some(task),
                State::Returning if self.can_return(task) => return Some(task),
                State::FrozenInQueue => self.tasks.at_mut(task).state = State::Frozen,
                // Ended or blocked meanwhile, or its level is not the top one: the end of the level above queues it again.
                _ => {}
            }
        }
    }

    /// May an OS thread that the VM does not know bring work?
    fn may_be_called_back(&self) -> bool {
        self.callbacks.get() > 0 && self.standbys
    }

    pub(super) fn gil(&self) -> Option<NonNull<VmGil>> {
        self.gil
    }

    pub(super) fn standbys(&self) -> bool {
        self.standbys
    }

    pub(super) fn carrier(&self) -> Parker {
        self.carrier
    }

    pub(super) fn innermost(&self) -> u16 {
        self.innermost
    }

    pub(super) fn forget_pace(&mut self) {
        self.pace_from = UNKNOWN;
    }

    /// The OS thread to carry on when a visitor leaves: the host's, if it sleeps, else another one that sleeps.
    pub(super) fn next_carrier(&self) -> Option<Parker> {
        self.sleeping_host().or_else(|| self.sleepers.first().map(|sleeper| sleeper.carrier))
    }

    /// The loop's entry for a level number.
    fn level(&mut self, number: u16) -> Option<&mut Level> {
        self.levels.get_mut(usize::from(number).checked_sub(1)?)
    }

    /// Makes a level the carrier's top one; 0: none.
    fn set_innermost(&mut self, number: u16) -> u16 {
        self.pins = self.level(number).is_some_and(|level| level.owner != NOBODY);
        core::mem::replace(&mut self.innermost, number)
    }

    /// The level that a py-thread returns to is the top one of its OS thread, the carrier or one that sleeps.
    fn can_return(&self, task: u32) -> bool {
        let awaits = |number: u16| self.levels.get(usize::from(number).wrapping_sub(1)).is_some_and(|level| level.returning == task);
        awaits(self.innermost) || self.sleepers.iter().any(|sleeper| awaits(sleeper.innermost))
    }

    /// The OS thread that a py-thread must go on on: its levels are there, or the one that it returns to.
    fn home_of(&self, task: u32) -> Option<Parker> {
        let returns = self.tasks.at(task).state == State::Returning;
        let is_its = |level: &&Level| level.returning != ENDED && if returns { level.returning == task } else { level.owner == task };
        self.levels.iter().find(is_its).map(|level| level.carrier)
    }

    /// An OS thread that sleeps with the host's level as its only one.
    fn sleeping_host(&self) -> Option<Parker> {
        let is_host = |sleeper: &&Sleeper| self.levels.get(usize::from(sleeper.innermost).wrapping_sub(1)).is_some_and(|level| level.owner == NOBODY);
        self.sleepers.iter().find(is_host).map(|sleeper| sleeper.carrier)
    }

    /// The carrier's top level is that of a py-thread other than the running one, for want of OS threads.
    fn runs_nested(&mut self) -> bool {
        let current = self.current;
        self.pins && self.level(self.innermost).is_some_and(|level| level.owner != current)
    }

    // ---- copies of the process

    /// Is the carrier the host's OS thread?
    pub(super) fn is_on_host(&self) -> bool {
        self.innermost > 0 && self.levels.first().is_some_and(|level| level.carrier == self.carrier)
    }

    /// At its next safe point the carrier, a standby, gives the GIL to the host's OS thread. False if that is inside a blocking call.
    pub(super) fn ask_for_host(&mut self) -> bool {
        self.wanted_host = self.sleeping_host();
        self.shared.attention.raise(Attention::GIL);
        self.wanted_host.is_some()
    }

    /// Makes a copy of the process; 0 in the copy.
    pub(super) fn fork_process(&self) -> Result<i32, MachineError> {
        match self.gil {
            // SAFETY: the GIL outlives every call into the VM, and the calling OS thread holds it.
            Some(gil) => unsafe { gil.as_ref() }.across_fork(self.carrier, || self.platform.fork()),
            None => self.platform.fork(),
        }
    }

    /// The other OS threads are not there any more.
    pub(super) fn forget_carriers(&mut self) {
        self.hard_blocked = 0;
        self.sleepers.clear();
        self.shared.attention.take();
        let carrier = self.carrier;
        for level in self.levels.iter_mut().filter(|level| level.carrier != carrier) {
            *level = Level::ENDED;
        }
        while self.levels.last().is_some_and(|level| level.returning == ENDED) {
            self.levels.pop();
        }
    }

    /// Makes the loop be left for the host as soon as that is possible.
    pub fn ask_to_stop(&mut self) {
        self.stop = Some(Stop::Asked);
    }

    /// A number that counts on with every selection.
    pub fn next_selection(&mut self) -> usize {
        self.selections = self.selections.wrapping_add(1);
        self.selections
    }

    /// Time for timers, in nanoseconds.
    pub fn now(&self) -> u64 {
        self.platform.now()
    }

    /// An exception for a py-thread: a blocked one goes on with it, another gets it at its next safe point. With `running` false, only a
    /// blocked one gets it. Returns whether it was taken.
    pub fn interrupt(&mut self, task: u32, exception: Value, running: bool) -> bool {
        match self.tasks.at(task).state {
            State::Blocked => {
                self.unblock(task, exception, true);
                true
            }
            State::Free | State::Resting => false,
            _ if running => {
                let record = self.tasks.at_mut(task);
                record.interrupt = Some(exception);
                record.flags |= INTERRUPTED;
                let is_in_call = record.state == State::HardBlocked;
                self.shared.attention.raise(Attention::INTERRUPT);
                if is_in_call && task == self.main {
                    self.platform.cut_call();
                }
                true
            }
            _ => false,
        }
    }
}

/// What a level ended with.
pub enum Outcome {
    Returned(Value),
    Raised(Raised),
    /// The host's business; [`Vm::run_level`] goes on later.
    Stopped(Stop),
}

impl Vm {
    // ---- switching

    /// Puts the running py-thread's state in its record. Nobody runs afterwards.
    #[inline]
    pub(super) fn switch_out(&mut self) {
        let depth = self.depth() as u32;
        let used = self.heap.ticks_used();
        let record = self.sched.tasks.at_mut(self.sched.current);
        record.pc = self.pc;
        record.base = self.base;
        record.code = self.code;
        record.chunk = core::mem::replace(&mut self.stack.chunk, core::ptr::null_mut());
        record.handled = Some(core::mem::replace(&mut self.handled, Value::NONE));
        record.depth = depth;
        record.reentries = self.reentries as u8;
        record.add_turn(used);
        if self.sched.measures.on {
            self.sched.measure_end();
        }
        self.sched.current = NOBODY;
        if self.sched.fuel != u64::MAX {
            self.sched.fuel = self.sched.fuel.saturating_sub(u64::from(used));
        }
    }

    /// Begins another slice of the running py-thread.
    pub(crate) fn renew_slice(&mut self) {
        let used = self.heap.ticks_used();
        self.heap.set_ticks(self.sched.ticks_for(self.sched.current));
        self.sched.tasks.at_mut(self.sched.current).add_ticks(used);
        if self.sched.fuel != u64::MAX {
            self.sched.fuel = self.sched.fuel.saturating_sub(u64::from(used));
        }
    }

    /// Makes a py-thread's saved state the VM's.
    #[inline]
    fn load(&mut self, task: u32) {
        self.sched.current = task;
        let record = self.sched.tasks.at_mut(task);
        self.pc = record.pc;
        self.base = record.base;
        self.code = record.code;
        self.stack.chunk = record.chunk;
        let handled = record.handled.take();
        self.frames_left = self.depth_limit as isize - record.depth as isize;
        self.reentries = usize::from(record.reentries);
        self.handled = handled.unwrap_or(Value::NONE);
        self.stack_changed();
        if !self.tracing.is_idle() {
            self.switch_tracing(task);
        }
    }

    /// Another OS thread is to run a py-thread taken from the run queue: it is pinned there, or one is pinned here. Nobody runs afterwards. False: it
    /// can or must run here.
    #[cold]
    fn change_carrier(&mut self, task: u32) -> bool {
        let to = match self.sched.home_of(task) {
            Some(home) if self.sched.sleepers.iter().any(|sleeper| sleeper.carrier == home) => Some(home),
            Some(_) => return false,
            None if !self.sched.pins => return false,
            None => match self.sched.sleeping_host() {
                Some(host) => Some(host),
                None if !self.sched.standbys || !self.sched.platform.summon() => return false,
                None => None,
            },
        };
        self.sched.enqueue_first(task);
        // It has been chosen: the other OS thread does not choose again.
        self.sched.favour(task);
        self.pause = true;
        match to {
            Some(to) => self.hand_gil_to(to),
            None => self.sleep_until_handed(None),
        }
        true
    }

    /// Runs a py-thread taken from the run queue.
    #[inline]
    fn switch_in(&mut self, task: u32) {
        let record = self.sched.tasks.at(task);
        if (self.sched.pins || record.reentries != 0 || record.state == State::Returning) && self.change_carrier(task) {
            return;
        }
        let record = self.sched.tasks.at_mut(task);
        let state = core::mem::replace(&mut record.state, State::Running);
        let wake = if state == State::New { None } else { record.wake.take() };
        let (flags, legacy) = (record.flags, core::mem::take(&mut record.legacy));
        record.flags &= !RAISES;
        self.load(task);
        self.heap.set_ticks(if legacy == 0 { self.sched.ticks_for(task) } else { i32::from(legacy - 1) * LEGACY_UNIT });
        if flags & (INTERRUPTED | FROZEN) != 0 {
            self.ask_for_interrupt();
        }
        self.sched.entry = match (state, wake) {
            (State::New, _) => Entry::Start,
            (State::Returning, wake) => {
                let wake = wake.unwrap_or(Value::NONE);
                Entry::Leave(if flags & RAISES != 0 { Err(wake) } else { Ok(wake) })
            }
            (_, Some(exception)) if flags & RAISES != 0 => Entry::Raise(exception),
            (_, Some(value)) => {
                let i = self.current_instruction();
                if (i.op as u8).wrapping_sub(Op::Call as u8) <= Op::CallEx as u8 - Op::Call as u8 {
                    self.set_register(i.a, value);
                    return;
                }
                Entry::Deliver(value)
            }
            (_, None) => return,
        };
        self.pause = true;
    }

    /// What is left of the slice under way is for `heir`: py-threads that give each other their turns have one slice together.
    pub(super) fn bequeath(&mut self, heir: u32) {
        let units = self.heap.ticks_left().max(0) / LEGACY_UNIT;
        self.sched.tasks.at_mut(heir).legacy = u8::try_from(units).unwrap_or(u8::MAX).min(u8::MAX - 1) + 1;
    }

    /// Nobody runs: somebody else's turn.
    #[inline]
    fn reschedule(&mut self) {
        self.sched.switches += 1;
        if self.sched.fuel == 0 {
            // Slices that end by yielding never come to the safe point's own count.
            self.sched.stop = Some(Stop::Fuel);
            if self.can_stop() {
                self.pause = true;
                return;
            }
        }
        if self.sched.switches.is_multiple_of(SWITCHES_BETWEEN_LOOKS) {
            self.sched.look_at_poller();
            self.look_outside();
            if self.sched.leaving || self.sched.stop.is_some() {
                self.pause = true;
                return;
            }
        }
        match self.sched.next_task() {
            Some(task) => self.switch_in(task),
            None => self.pause = true,
        }
    }

    /// The running py-thread is blocked, and in whatever queue it waits: others run.
    ///
    /// # Errors
    /// None: what a woken py-thread gets, it gets at the level of the loop.
    pub(crate) fn park(&mut self) -> Res<()> {
        self.switch_out();
        self.reschedule();
        Ok(())
    }

    /// Ends the slice; the py-thread goes on with None when its turn comes.
    ///
    /// # Errors
    /// None.
    pub(crate) fn yield_slice(&mut self) -> Res<()> {
        let task = self.sched.current;
        let record = self.sched.tasks.at_mut(task);
        record.state = State::Runnable;
        record.wake = Some(Value::NONE);
        self.sched.enqueue(task);
        self.park()
    }

    /// A native said "no value now": its py-thread is in a queue already.
    pub(crate) fn take_parking(&mut self) -> bool {
        core::mem::replace(&mut self.sched.parking, false)
    }

    /// The safe point's look at what the scheduler has to do: requests from outside, timers, fuel, and the end of the slice unless it goes on.
    ///
    /// # Errors
    /// An interrupt's exception.
    #[inline]
    pub(crate) fn slice_ended(&mut self, goes_on: bool) -> Res<()> {
        if self.sched.shared.attention.is_raised() || !self.sched.timers.is_empty() || self.sched.polling.waiting != 0 || self.sched.fuel != u64::MAX {
            if !goes_on && self.is_gil_wanted() {
                // Its turn comes after those of all others, not of those alone who wait for the GIL.
                self.requeue();
            }
            self.look_up()?;
            if self.pause {
                return Ok(());
            }
        }
        if goes_on {
            return Ok(());
        }
        if !self.sched.somebody_waits() {
            self.sched.pace_from = UNKNOWN;
            return Ok(());
        }
        if self.sched.pins && self.sched.slices < PINNED_SLICES {
            self.sched.slices += 1;
            return Ok(());
        }
        self.sched.slices = 0;
        self.sched.set_pace();
        self.requeue();
        self.reschedule();
        Ok(())
    }

    /// Puts the running py-thread at the end of the run queue; it will go on where it is.
    fn requeue(&mut self) {
        let task = self.sched.current;
        self.sched.tasks.at_mut(task).state = State::Runnable;
        self.switch_out();
        self.sched.enqueue(task);
    }

    /// As [`Vm::requeue`], at its beginning, for the rest of its slice.
    fn requeue_first(&mut self) {
        let task = self.sched.current;
        if task != NOBODY {
            self.bequeath(task);
            self.sched.tasks.at_mut(task).state = State::Runnable;
            self.switch_out();
            self.sched.enqueue_first(task);
        }
    }

    #[cold]
    fn look_up(&mut self) -> Res<()> {
        self.sched.look_at_poller();
        self.look_outside();
        if self.sched.fuel == 0 {
            self.sched.stop = Some(Stop::Fuel);
        }
        if self.sched.leaving || (self.sched.stop.is_some() && self.can_stop()) {
            self.requeue_first();
            self.pause = true;
            return Ok(());
        }
        if self.sched.current == NOBODY {
            // The GIL was away, and somebody else runs the py-thread's next slice.
            self.pause = true;
            return Ok(());
        }
        if self.sched.is_frozen(self.sched.current) {
            self.freeze_here();
            return Ok(());
        }
        self.take_interrupt()
    }

    /// The loop can be left for the host: no native frames but the host's are on the stack, and this is the host's OS thread or a standby.
    fn can_stop(&self) -> bool {
        !self.sched.pins
    }

    /// The running py-thread has an exception waiting for its next safe point.
    #[cold]
    fn ask_for_interrupt(&mut self) {
        self.sched.shared.attention.raise(Attention::INTERRUPT);
        self.heap.request_attention();
    }

    /// Raises the exception that the running py-thread was interrupted with.
    fn take_interrupt(&mut self) -> Res<()> {
        let record = self.sched.tasks.at_mut(self.sched.current);
        if record.flags & INTERRUPTED == 0 {
            return Ok(());
        }
        record.flags &= !INTERRUPTED;
        match record.interrupt.take() {
            Some(exception) => Err(self.raise_value(exception)),
            None => Ok(()),
        }
    }

    /// For natives whose system call was interrupted, before they try it again: handles signals, and raises what they raise for the running
    /// py-thread.
    ///
    /// # Errors
    /// KeyboardInterrupt, or whatever else the py-thread was interrupted with.
    pub fn check_interrupts(&mut self) -> Res<()> {
        if self.sched.shared.attention.is_raised() {
            let reasons = self.sched.shared.attention.take();
            self.handle_requests(reasons & !Attention::GIL);
            // The GIL waits for the safe point.
            self.sched.shared.attention.raise(reasons & Attention::GIL);
        }
        if self.sched.is_frozen(self.sched.current) {
            self.ask_for_interrupt();
        }
        self.take_interrupt()
    }

    /// Looks at timers and at requests from outside.
    #[cold]
    fn look_outside(&mut self) {
        if !self.sched.timers.is_empty() {
            let now = self.sched.platform.now();
            self.sched.wake_sleepers(now);
        }
        let reasons = self.sched.shared.attention.take();
        if reasons != 0 {
            self.handle_requests(reasons);
            if reasons & Attention::GIL != 0 {
                self.give_gil_away();
            }
        }
    }

    fn handle_requests(&mut self, reasons: u32) {
        if reasons & Attention::WAKE != 0 {
            while let Some(task) = self.sched.shared.wakes.pop() {
                if self.sched.tasks.at(task).state == State::Blocked {
                    self.sched.unblock(task, Value::NONE, false);
                }
            }
        }
        if reasons & Attention::SIGNAL != 0 {
            while let Some(signal) = self.sched.platform.take_signal() {
                self.signal_came(signal);
            }
        }
        if reasons & Attention::STOP != 0 {
            self.sched.stop = Some(Stop::Asked);
        }
    }

    // ---- the level of the loop

    /// Brings the VM from the outcome of an instruction to where the loop can go on: unwinds, and starts or resumes whichever py-thread is next.
    /// Some: the loop is to be left.
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Res<()>) -> Option<Exit> {
        if outcome.is_ok() && !self.pause {
            return None;
        }
        self.settle_slowly(outcome)
    }

    #[cold]
    #[inline(never)]
    fn settle_slowly(&mut self, mut outcome: Res<()>) -> Option<Exit> {
        loop {
            outcome = match outcome {
                Err(_) if self.take_parking() => {
                    self.clear_call_window();
                    self.park()
                }
                Err(raised) => match self.unwind(raised) {
                    Some(exit) => return Some(exit),
                    None => Ok(()),
                },
                Ok(()) if self.exit.is_some() => {
                    self.pause = false;
                    return self.exit.take();
                }
                Ok(()) if self.pause => match self.paused() {
                    Ok(Some(exit)) => return Some(exit),
                    Ok(None) => Ok(()),
                    Err(raised) => Err(raised),
                },
                Ok(()) if self.traced != self.traced_loop => return Some(Exit::Mode),
                Ok(()) => return None,
            };
        }
    }

    /// A native called straight from registers waits: it has its arguments no more.
    fn clear_call_window(&mut self) {
        let i = self.current_instruction();
        let count = match i.op {
            Op::Call => i.c,
            Op::CallMethod => i.c + 1,
            _ => return,
        };
        // The first of a frame of the VM's own is no call.
        if self.frame().is_some_and(|frame| frame.is_own()) {
            return;
        }
        self.set_register(i.b, Value::UNDEFINED);
        for index in 0..count {
            self.set_register(i.b + HEADER_SLOTS as u16 + index, Value::UNDEFINED);
        }
    }

    /// `pause` is set: does what keeps the loop from going on. None: it can. Some: it is to be left.
    ///
    /// # Errors
    /// What is to be raised in the py-thread that was switched in.
    pub(crate) fn paused(&mut self) -> Res<Option<Exit>> {
        loop {
            self.pause = false;
            match core::mem::replace(&mut self.sched.entry, Entry::Continue) {
                Entry::Continue => {}
                Entry::Start => self.start_current()?,
                Entry::Deliver(value) => self.deliver(value)?,
                Entry::Raise(exception) => return Err(self.raise_value(exception)),
                Entry::Leave(Ok(value)) => return Ok(Some(Exit::Returned(value))),
                Entry::Leave(Err(exception)) => {
                    return Ok(Some(Exit::Raised(self.raise_value(exception))));
                }
            }
            if self.pause {
                continue;
            }
            if self.sched.current != NOBODY {
                return Ok(None);
            }
            if self.sched.leaving || (self.sched.stop.is_some() && self.can_stop()) {
                self.pause = true;
                return Ok(Some(Exit::Pause));
            }
            match self.sched.next_task() {
                Some(task) => self.switch_in(task),
                None => {
                    self.pause = true;
                    return Ok(Some(Exit::Pause));
                }
            }
            if !self.pause {
                return Ok(None);
            }
        }
    }

    /// The first frame of the running py-thread's stack: pushes the frame at its bottom, then makes the call it was started with.
    fn start_current(&mut self) -> Res<()> {
        let record = self.sched.tasks.at_mut(self.sched.current);
        let callee = record.wake.take().unwrap_or(Value::NONE);
        let keywords = record.has(KEYWORDS);
        let arguments = record.waits_for.take().unwrap_or(Value::NONE);
        let words = HEADER_SLOTS * 2 + OWN_REGISTERS + registers_of(&callee);
        match self.sched.chunks.take(words) {
            Some(stack) => {
                self.heap.charge(stack.bytes());
                self.stack = stack;
                self.stack_changed();
            }
            None => {
                // Nothing to stand on: it ends before it began.
                self.end_task();
                return Ok(());
            }
        }
        if !keywords
            && callee.kind() == Kind::Function
            && let Some(arguments) = arguments.get::<Tuple>()
        {
            self.push_leave(0, callee.clone())?;
            return self.enter_counted(callee, arguments.length, arguments.items().iter().cloned());
        }
        let call = if keywords {
            // A tuple of all values, and one of the last ones' names.
            let mut parts = tuple_items(&arguments).into_iter();
            let mut part = || parts.next().map(|part| tuple_items(&part)).unwrap_or_default();
            Call { callee: callee.clone(), arguments: part(), names: part() }
        } else {
            Call::new(callee.clone(), tuple_items(&arguments))
        };
        drop(arguments);
        self.push_leave(0, callee)?;
        match self.begin_call(call)? {
            Started::Value(value) => self.deliver(value),
            Started::Running => Ok(()),
        }
    }

    /// Pushes a frame that leaves the loop, or ends the py-thread (level 0), when its callee returns. Its first register holds
    /// `origin` until then.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn push_leave(&mut self, level: u16, origin: Value) -> Res<()> {
        let at = if self.base.is_null() { self.first_words()? } else { self.reserve(HEADER_SLOTS + OWN_REGISTERS)? };
        let code = self.own.leave;
        // SAFETY: room was reserved.
        unsafe { self.push_own(at, code, Value::small_int(i64::from(level))) };
        self.set_register(0, origin);
        Ok(())
    }

    /// The frame marked with `bottom` was popped with this result. Some: the loop is to be left with it.
    pub(crate) fn left(&mut self, bottom: Value, result: Res<Value>) -> Option<Exit> {
        let level = bottom.as_small_int().unwrap_or(0) as u16;
        if level == self.sched.innermost && level != 0 {
            return Some(match result {
                Ok(value) => Exit::Returned(value),
                Err(raised) => Exit::Raised(raised),
            });
        }
        if level != 0 {
            self.wait_for_level(level, result);
            return None;
        }
        self.bottom_left(result);
        None
    }

    /// A py-thread's result must go where its native frame is.
    fn wait_for_level(&mut self, level: u16, result: Res<Value>) {
        let task = self.sched.current;
        let (wake, flags) = match result {
            Ok(value) => (value, 0),
            Err(raised) => (self.take_exception(raised), RAISES),
        };
        self.switch_out();
        let record = self.sched.tasks.at_mut(task);
        record.state = State::Returning;
        record.wake = Some(wake);
        record.flags |= flags;
        let Some(entry) = self.sched.level(level) else { return };
        entry.returning = task;
        let (carrier, is_host) = (entry.carrier, entry.owner == NOBODY);
        if self.sched.can_return(task) {
            self.sched.enqueue_first(task);
        } else if is_host {
            self.clear_host(carrier);
        }
        self.reschedule();
    }

    /// The program is over, but a py-thread that has reentered on the host's OS thread is in the way: it is to leave.
    fn clear_host(&mut self, host: Parker) {
        let above: Vec<u32> = self.sched.levels.iter().filter(|level| level.carrier == host && level.owner != NOBODY).map(|level| level.owner).collect();
        for task in above {
            let raised = self.raise(Ex::SystemExit, "");
            let exception = self.take_exception(raised);
            self.sched.interrupt(task, exception, true);
        }
    }

    // ---- ends

    /// The VM is over: drops the frames of all py-threads. Nothing of theirs runs any more.
    pub(crate) fn drop_stacks(&mut self) {
        if self.sched.current != NOBODY {
            self.switch_out();
        }
        let indices: Vec<u32> = self.sched.tasks.indices().collect();
        for index in indices {
            let record = self.sched.tasks.at_mut(index);
            let mut base = core::mem::replace(&mut record.base, core::ptr::null_mut());
            let stack = Stack { chunk: core::mem::replace(&mut record.chunk, core::ptr::null_mut()) };
            while !base.is_null() {
                // SAFETY: frames of a py-thread that does not run, innermost first; nobody else uses them. A generator's frame is left to the
                // generator, which a frame below owns.
                unsafe {
                    let frame = FrameRef { base, pc: core::ptr::null() };
                    let registers = usize::from(frame.code().register_count);
                    let caller = frame.caller().map_or(core::ptr::null_mut(), |caller| caller.base);
                    if stack.holds(base) {
                        drop_frame(base, registers);
                    }
                    base = caller;
                }
            }
        }
    }

    /// The bottom frame of a py-thread has its result.
    fn bottom_left(&mut self, result: Res<Value>) {
        if let Err(raised) = result {
            let exception = self.take_exception(raised);
            let origin = core::mem::replace(&mut self.sched.origin, Value::NONE);
            // The exception that it was handling is none of the report's business.
            self.handled = Value::NONE;
            if let Some((report, arguments)) = thread_object::report(self, &exception) {
                let task = self.leave_stack();
                self.sched.tasks.at_mut(task).begin_again(report, arguments);
                self.sched.enqueue_first(task);
                return self.reschedule();
            }
            if !self.is_instance(&exception, &self.exception_class(Ex::SystemExit)) {
                crate::builtins::report::uncaught_in_thread(self, &exception, &origin);
            }
        }
        self.end_task();
    }

    /// The running py-thread is over, and others run.
    fn end_task(&mut self) {
        self.finish_task();
        if self.sched.main != MAIN && self.sched.tasks.alive() == 0 {
            (self.host.leave)(0);
        }
        self.reschedule();
    }

    /// The running py-thread is over: those who wait for it go on, its record and stack are free. Nobody runs afterwards.
    pub(super) fn finish_task(&mut self) {
        let task = self.leave_stack();
        if let Some(locals) = self.sched.tasks.at_mut(task).locals.take() {
            crate::modules::_thread::drop_locals(&locals, self.sched.tasks.ident(task));
        }
        if let Some(handle) = self.sched.tasks.at_mut(task).handle.take() {
            if let Some(life) = life_of(&handle) {
                self.sched.finish(life);
                if let Some(thread) = handle.get::<Thread>() {
                    thread.ended();
                }
            } else if let Some(body) = handle.get::<FarBody>() {
                self.far_ended(&handle, body);
            }
        }
        self.sched.measures.forget(task);
        if !self.async_generator_hooks.is_empty() {
            let ident = self.sched.tasks.ident(task);
            self.async_generator_hooks.retain(|(of, _)| *of != ident);
        }
        if !self.tracing.is_idle() {
            self.forget_tracing(task);
        }
        drop(self.sched.tasks.release(task));
        self.heap.discharge(TASK_BYTES);
    }

    /// The running py-thread has no frames any more: its stack is free, and nobody runs. Returns its index.
    fn leave_stack(&mut self) -> u32 {
        let stack = core::mem::replace(&mut self.stack, Stack::EMPTY);
        if !stack.chunk.is_null() {
            self.heap.discharge(stack.bytes());
            self.sched.chunks.give(stack);
        }
        self.handled = Value::NONE;
        self.base = core::ptr::null_mut();
        self.code = core::ptr::null();
        core::mem::replace(&mut self.sched.current, NOBODY)
    }

    /// A record for another py-thread, if there is room and memory for it.
    pub(super) fn new_task(&mut self) -> Option<u32> {
        if self.heap.check(TASK_BYTES).is_err() || self.sched.tasks.alive() >= self.sched.limit {
            return None;
        }
        let task = self.sched.tasks.allocate()?;
        self.heap.charge(TASK_BYTES);
        self.sched.started += 1;
        Some(task)
    }

    /// Starts a py-thread that calls `callee` with the items of `arguments` (a tuple) and the keyword arguments given. It runs when its turn
    /// comes. Returns its ident.
    ///
    /// # Errors
    /// RuntimeError when the table is full, MemoryError.
    pub fn start_thread(&mut self, callee: Value, arguments: Value, keywords: Vec<(Value, Value)>, handle: Option<Value>, daemon: bool) -> Res<i64> {
        let index = self.new_thread(callee, arguments, keywords, handle, daemon)?;
        self.sched.enqueue(index);
        Ok(self.sched.tasks.ident(index))
    }

    /// As [`Vm::start_thread`], but it does not stand in the run queue yet. Returns its index.
    ///
    /// # Errors
    /// RuntimeError when the table is full, MemoryError.
    pub(super) fn new_thread(&mut self, callee: Value, arguments: Value, keywords: Vec<(Value, Value)>, handle: Option<Value>, daemon: bool) -> Res<u32> {
        if self.ending {
            return Err(self.raise(Ex::PythonFinalizationError, "can't create new thread at interpreter shutdown"));
        }
        if self.heap.check(TASK_BYTES).is_err() {
            return Err(self.memory_error());
        }
        let Some(index) = self.new_task() else {
            return Err(self.raise(Ex::RuntimeError, "can't start new thread"));
        };
        let named = !keywords.is_empty();
        let arguments = if named {
            let mut values = tuple_items(&arguments);
            let (names, others): (Vec<Value>, Vec<Value>) = keywords.into_iter().unzip();
            values.extend(others);
            let parts = Vec::from([self.new_tuple(values), self.new_tuple(names)]);
            self.new_tuple(parts)
        } else {
            arguments
        };
        let ident = self.sched.tasks.ident(index);
        let record = self.sched.tasks.at_mut(index);
        record.state = State::New;
        record.wake = Some(callee);
        record.waits_for = Some(arguments);
        record.flags = if daemon { DAEMON } else { 0 } | if named { KEYWORDS } else { 0 };
        if let Some(life) = handle.as_ref().and_then(life_of) {
            life.ident.set(ident);
        }
        record.handle = handle;
        Ok(index)
    }

    /// Ends the slice of the running py-thread in favour of py-thread `next`, which changes places with it in the run queue. Returns false if that
    /// one cannot run.
    pub fn yield_to(&mut self, next: u32) -> bool {
        let current = self.sched.current;
        let record = self.sched.tasks.at(next);
        if !matches!(record.state, State::Runnable | State::New) || next == current {
            return false;
        }
        let ticket = record.ticket();
        let usual = self.sched.tasks.at(current).priority == 0 && !self.sched.stands_apart(next);
        if usual && !self.sched.run_queue.replace(ticket, next, current) {
            return false;
        }
        let record = self.sched.tasks.at_mut(current);
        record.state = State::Runnable;
        record.wake = Some(Value::NONE);
        if usual {
            record.set_ticket(ticket);
            self.sched.enqueue_first(next);
        } else {
            // Places of different priorities cannot be exchanged.
            self.sched.enqueue(current);
            self.sched.bring_forward(next);
        }
        self.bequeath(next);
        self.sched.favour(next);
        self.sched.parking = true;
        true
    }

    // ---- levels

    /// Begins a level that pins `owner` ([`NOBODY`]: the host's): the caller will push a frame marked with its number and call [`Vm::run_level`].
    /// Returns the number, and what [`Vm::end_level`] wants back.
    ///
    /// # Errors
    /// RecursionError when there are too many for the native stack.
    pub(crate) fn begin_level(&mut self, owner: u32) -> Res<(u16, u16)> {
        let below = self.sched.innermost;
        let depth = self.sched.level(below).map_or(0, |level| level.depth + 1);
        if depth >= REENTRY_LIMIT {
            return Err(self.raise(Ex::RecursionError, "maximum recursion depth exceeded"));
        }
        let level = Level { carrier: self.sched.carrier, owner, depth, returning: NOBODY };
        let levels = &mut self.sched.levels;
        let index = levels.iter().position(|level| level.returning == ENDED).unwrap_or(levels.len());
        match levels.get_mut(index) {
            Some(free) => *free = level,
            None => levels.push(level),
        }
        let number = index as u16 + 1;
        Ok((number, self.sched.set_innermost(number)))
    }

    /// Ends the carrier's top level.
    pub(crate) fn end_level(&mut self, previous: u16) {
        let ended = self.sched.innermost;
        if let Some(level) = self.sched.level(ended) {
            *level = Level::ENDED;
        }
        while self.sched.levels.last().is_some_and(|level| level.returning == ENDED) {
            self.sched.levels.pop();
        }
        self.sched.set_innermost(previous);
        self.sched.slices = 0;
        if let Some(&mut Level { returning, .. }) = self.sched.level(previous)
            && returning != NOBODY
        {
            self.sched.enqueue_first(returning);
            self.heap.request_attention();
        }
    }

    /// Runs py-threads until the top level has its result.
    pub(crate) fn run_level(&mut self) -> Outcome {
        let level = self.sched.innermost;
        loop {
            match self.run_loop() {
                Exit::Returned(value) => return Outcome::Returned(value),
                Exit::Raised(raised) => return Outcome::Raised(raised),
                // `run_loop` has gone on by itself.
                Exit::Mode => {}
                Exit::Pause => {
                    debug_assert_eq!(level, self.sched.innermost);
                    if let Some(stop) = self.sched.stop.filter(|_| self.can_stop()) {
                        self.sched.stop = None;
                        return Outcome::Stopped(stop);
                    }
                    self.idle();
                }
            }
        }
    }

    /// Nothing can run now: waits until something can, or reports that nothing ever will. The host's next call may do anything.
    fn idle(&mut self) {
        self.look_outside();
        if self.sched.current != NOBODY || self.sched.somebody_waits() || self.sched.leaving || (self.sched.stop.is_some() && self.can_stop()) {
            return;
        }
        let timeout = match self.sched.timers.next_deadline() {
            Some(deadline) => Some(deadline.saturating_sub(self.sched.platform.now())),
            None if self.sched.hard_blocked == 0
                && self.sched.polling.waiting == 0
                && !self.sched.may_be_called_back()
                && self.sched.tasks.at(MAIN).state != State::Resting =>
            {
                // A signal may be on its way, to another OS thread.
                self.sched.wait_at_poller(Some(SIGNAL_GRACE));
                self.look_outside();
                if self.sched.current == NOBODY && !self.sched.somebody_waits() && !self.sched.leaving && self.sched.stop.is_none() {
                    self.break_deadlock();
                }
                return;
            }
            None => None,
        };
        self.sched.wait_at_poller(timeout);
        self.sched.pace_from = UNKNOWN;
        self.sched.measure_begin();
        self.look_outside();
    }

    // ---- the host

    /// The host's OS thread has taken the GIL: it is the carrier. Standbys that held it before are inside blocking calls.
    pub(crate) fn enter_host(&mut self, carrier: Parker, innermost: u16) {
        self.set_aside();
        self.become_carrier(carrier, innermost);
    }

    /// Makes the main py-thread, which rests, the running one.
    pub(crate) fn wake_main(&mut self) {
        self.sched.tasks.at_mut(MAIN).state = State::Running;
        self.load(MAIN);
        self.pause = false;
        self.heap.set_ticks(self.sched.ticks_for(MAIN));
    }

    /// The main py-thread rests until the host's next call.
    pub(crate) fn rest_main(&mut self) {
        self.switch_out();
        self.sched.tasks.at_mut(MAIN).state = State::Resting;
    }

    // ---- OS threads

    /// Runs `call`, which may block the OS thread, without the GIL, if anybody else could use it meanwhile: a standby runs the other py-threads
    /// if it lasts. `call` cannot touch the VM. Natives do their blocking work through this, and nothing else does.
    pub fn blocking<R>(&mut self, call: impl FnOnce() -> R) -> R {
        let offered = self.sched.standbys && self.sched.has_others();
        // One whom nobody waits for keeps the GIL; so does one that runs above the levels of another.
        let useful = (offered || self.sched.hard_blocked > 0) && !self.sched.runs_nested();
        let for_main = self.sched.current == self.sched.main;
        let platform = self.sched.platform;
        let call = || {
            if for_main {
                platform.call_for_main(true);
            }
            let result = call();
            if for_main {
                platform.call_for_main(false);
            }
            result
        };
        let Some(gil) = self.sched.gil.filter(|_| useful) else { return call() };
        let (task, innermost, carrier) = (self.sched.current, self.sched.innermost, self.sched.carrier);
        let (native_depth, ticks, traced_loop) = (self.native_depth, self.heap.ticks_left(), self.traced_loop);
        self.sched.hard_blocked += 1;
        let vm = core::hint::black_box(NonNull::from(&mut *self));
        let result = {
            let shared = NonNull::from(&*self.sched.shared);
            // SAFETY: the GIL and what it shares outlive every call into the VM; the calling OS thread holds the GIL, because it runs the VM. Others
            // may change the VM until the call is over: `vm` has been made known outside, and the fields are read again below.
            let (mut guard, shared) = unsafe { (gil.as_ref().adopt(self.sched.platform), shared.as_ref()) };
            let result = guard.unlocked(&shared.attention, offered, call);
            guard.keep();
            result
        };
        // SAFETY: this OS thread has the GIL again, and `self` is not used otherwise meanwhile.
        let this = unsafe { &mut *vm.as_ptr() };
        this.sched.hard_blocked -= 1;
        this.native_depth = native_depth;
        this.traced_loop = traced_loop;
        this.sched.pace_from = UNKNOWN;
        this.come_back(task, innermost, carrier, ticks);
        result
    }

    /// This OS thread has the GIL again; if others ran meanwhile, the py-thread that was running here goes on with what was left of its slice: those
    /// who make one call after the other do not have all turns.
    pub(super) fn come_back(&mut self, task: u32, innermost: u16, carrier: Parker, ticks: i32) {
        if self.sched.current == task {
            return;
        }
        // Another one, whose OS thread has let go of the GIL inside a blocking call of its own.
        self.set_aside();
        self.become_carrier(carrier, innermost);
        self.go_on_as(task, ticks);
    }

    /// Nobody runs: this py-thread does from now on, where it stands, for so many ticks.
    pub(super) fn go_on_as(&mut self, task: u32, ticks: i32) {
        self.pause = false;
        let record = self.sched.tasks.at_mut(task);
        record.state = State::Running;
        let asked = record.flags & (INTERRUPTED | FROZEN) != 0;
        self.load(task);
        self.heap.set_ticks(ticks);
        if asked {
            self.ask_for_interrupt();
        }
    }

    /// The py-thread in the VM, if there is one, is inside a blocking call that an OS thread makes without the GIL.
    pub(super) fn set_aside(&mut self) {
        let task = self.sched.current;
        if task != NOBODY {
            self.sched.tasks.at_mut(task).state = State::HardBlocked;
            self.switch_out();
        }
    }

    /// A standby with the GIL: the py-thread in the VM is inside a blocking call. Runs the others until the GIL is wanted.
    pub(crate) fn stand_in(&mut self, carrier: Parker) {
        self.set_aside();
        self.native_depth = 0;
        self.become_carrier(carrier, 0);
        self.pause = true;
        while !self.sched.leaving {
            if let Exit::Pause = self.run_loop() {
                if self.sched.leaving {
                    break;
                }
                if self.sched.stop.is_some() {
                    // The host's business: on its own OS thread.
                    match self.sched.sleeping_host() {
                        Some(host) => self.hand_gil_to(host),
                        // It is inside a blocking call, and takes the GIL when that returns.
                        None => self.sched.leaving = true,
                    }
                    break;
                }
                self.idle();
            }
        }
    }

    fn is_gil_wanted(&self) -> bool {
        // SAFETY: the GIL outlives every call into the VM.
        self.sched.gil.is_some_and(|gil| unsafe { gil.as_ref() }.is_wanted())
    }

    /// This OS thread is the carrier from now on. Others who wait for the GIL since before have told the carrier before.
    pub(super) fn become_carrier(&mut self, carrier: Parker, innermost: u16) {
        self.sched.carrier = carrier;
        self.sched.set_innermost(innermost);
        self.sched.leaving = false;
        self.sched.pace_from = UNKNOWN;
        self.sched.measure_begin();
        // The result of its top level may have come while it was inside a blocking call.
        if let Some(&mut Level { returning, .. }) = self.sched.level(innermost)
            && self.sched.tasks.at(returning).state == State::Returning
            && !self.sched.is_queued(returning)
        {
            self.sched.enqueue_first(returning);
        }
        if self.is_gil_wanted() {
            self.sched.shared.attention.raise(Attention::GIL);
        }
    }

    /// Another OS thread wants the GIL: a blocking call has returned.
    fn give_gil_away(&mut self) {
        if let Some(host) = self.sched.wanted_host.take() {
            self.requeue_first();
            return self.hand_gil_to(host);
        }
        if !self.is_gil_wanted() {
            return;
        }
        if self.sched.innermost == 0 {
            self.requeue_first();
            self.sched.leaving = true;
            self.pause = true;
            return;
        }
        self.sleep_until_handed(None);
    }

    /// Gives the GIL to an OS thread that sleeps until one of its levels has its result.
    fn hand_gil_to(&mut self, carrier: Parker) {
        if self.sched.innermost == 0 {
            self.sched.leaving = true;
            self.sched.successor = Some(carrier);
            self.pause = true;
            return;
        }
        self.sleep_until_handed(Some(carrier));
    }

    /// This OS thread has levels: it sleeps without the GIL until a carrier hands it back.
    fn sleep_until_handed(&mut self, to: Option<Parker>) {
        let Some(gil) = self.sched.gil else { return };
        self.requeue_first();
        let (innermost, carrier) = (self.sched.innermost, self.sched.carrier);
        let (native_depth, traced_loop) = (self.native_depth, self.traced_loop);
        self.sched.sleepers.push(Sleeper { carrier, innermost });
        let vm = core::hint::black_box(NonNull::from(&mut *self));
        // SAFETY: as in `blocking`.
        let mut guard = unsafe { gil.as_ref().adopt(self.sched.platform) };
        match to {
            Some(to) => guard.hand_to_and_wait(to),
            None => guard.wait_for_turn(),
        }
        guard.keep();
        // SAFETY: as in `blocking`.
        let this = unsafe { &mut *vm.as_ptr() };
        if let Some(index) = this.sched.sleepers.iter().position(|sleeper| sleeper.carrier == carrier) {
            this.sched.sleepers.swap_remove(index);
        }
        this.native_depth = native_depth;
        this.traced_loop = traced_loop;
        this.become_carrier(carrier, innermost);
        this.pause = true;
    }

    /// The OS thread that a leaving standby hands the GIL to, if it is not just whoever waits.
    pub(crate) fn take_successor(&mut self) -> Option<Parker> {
        self.sched.successor.take()
    }
}
