//! The GIL: who is the carrier. The VM's state is reachable through its guard alone.
//!
//! One word holds the parking place of the holder, and whether somebody waits:
//!
//! ```text
//!            acquire                        an acquirer finds it held
//!   FREE ──────────────▶ holder ────────────────────────────────────▶ holder+WAITED
//!        ◀────────────── │    ▲                                         │      │
//!            release     │    │        release: the first waiter        │      │
//!                        │    └─────────────────────────────────────────┘      │
//!                        └──▶ another holder: hand_to(parker) ◀────────────────┘
//! ```
//!
//! * Uncontended, acquire and release are one compare-and-swap each.
//! * While somebody waits the word never becomes FREE: release writes the first waiter's name into it. So there is no race
//!   for it and nobody starves. Waiters are served first come, first served.
//! * An OS thread has the GIL when the word says its name: waiting is looking at the word, spinning briefly and then
//!   parked. A wake-up too many does no harm.
//! * The queue is touched under its lock by those who found the GIL held, and by a holder who found WAITED. "The queue is not
//!   empty" and "WAITED is set" are changed together, under that lock.
//! * A waiter raises [`Attention::GIL`] and wakes the machine, so the carrier looks up at its next safe point, or leaves its
//!   idle wait, and gives the GIL away.
//!
//! Rejected: intrusive waiter nodes on the waiters' stacks (needs unsafe code and an argument about their lifetime, where a
//! number per OS thread needs neither); a condition variable (barging: who released could take it back before the waiter
//! woke up).
//!
//! The model (`--cfg loom`) is at the end of this file.

use core::cell::UnsafeCell;
use core::mem;
use core::ops::{Deref, DerefMut};

use heapless::Deque;

use crate::port::{Parker, Platform};
use crate::sync::atomic::Ordering;
use crate::sync::{Attention, Lock, Word};

/// In the word: nobody holds the GIL.
const FREE: usize = 0;
/// Flag in the word: the queue is not empty. The lowest bit, which no [`Parker`] uses.
const WAITED: usize = 1;

/// How many OS threads can queue. Beyond that they look again every millisecond until there is room.
const QUEUE: usize = if cfg!(loom) {
    2
} else if cfg!(target_pointer_width = "64") {
    512
} else {
    8
};

/// Looks at the word before a waiter parks: some microseconds, about what the carrier needs to its next safe point.
const SPINS: usize = if cfg!(loom) { 0 } else { 100 };

/// How long one that found the queue full waits before it looks again.
const FULL_QUEUE_NS: u64 = 1_000_000;

/// The VM's state `T` and the right to touch it.
pub struct Gil<T> {
    word: Word,
    waiters: Lock<Deque<Parker, QUEUE>>,
    state: UnsafeCell<T>,
}

// SAFETY: the state is reached through the guard alone, of which there is one at a time; it moves between OS threads,
// so it must be Send.
unsafe impl<T: Send> Sync for Gil<T> {}

/// What an acquirer that found the GIL held achieved.
enum Attempt {
    Acquired,
    Queued,
    Full,
}

impl<T> Gil<T> {
    /// A free GIL around `state`.
    pub fn new(state: T) -> Gil<T> {
        Gil { word: Word::new(FREE), waiters: Lock::new(Deque::new()), state: UnsafeCell::new(state) }
    }

    /// Waits for the GIL. The calling OS thread must not have it already (it would wait for ever).
    #[inline]
    pub fn acquire<'gil>(&'gil self, machine: &'gil dyn Platform, attention: &Attention) -> GilGuard<'gil, T> {
        let me = machine.os_thread();
        self.acquire_as(me, machine, attention);
        GilGuard { gil: self, machine, me }
    }

    /// Takes the GIL if it is free.
    #[inline]
    pub fn try_acquire<'gil>(&'gil self, machine: &'gil dyn Platform) -> Option<GilGuard<'gil, T>> {
        let me = machine.os_thread();
        // Lazily: a guard made and dropped would release what it never had.
        self.take_free(me).then(|| GilGuard { gil: self, machine, me })
    }

    /// The guard of the GIL that the calling OS thread holds already: for code deep inside the VM that has the state but not
    /// the guard (a native that blocks). To be ended with [`GilGuard::keep`], unless it is to be released.
    ///
    /// # Safety
    /// The calling OS thread holds the GIL, and no reference to the state is used while this guard, or a call that it makes
    /// without the GIL, may give it to others.
    #[inline]
    pub unsafe fn adopt<'gil>(&'gil self, machine: &'gil dyn Platform) -> GilGuard<'gil, T> {
        let me = machine.os_thread();
        debug_assert!(self.is_held_by(me));
        GilGuard { gil: self, machine, me }
    }

    /// Whether an OS thread waits in the queue. One relaxed load.
    #[inline]
    pub fn is_wanted(&self) -> bool {
        self.word.load(Ordering::Relaxed) & WAITED != 0
    }

    /// Whether nobody holds it. Out of date when it returns.
    pub fn is_free(&self) -> bool {
        self.word.load(Ordering::Relaxed) == FREE
    }

    /// The state, for the only owner.
    pub fn get_mut(&mut self) -> &mut T {
        self.state.get_mut()
    }

    /// The state, at the end.
    pub fn into_inner(self) -> T {
        self.state.into_inner()
    }

    #[inline]
    fn take_free(&self, me: Parker) -> bool {
        self.word.compare_exchange(FREE, me.number(), Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline]
    fn acquire_as(&self, me: Parker, machine: &dyn Platform, attention: &Attention) {
        if !self.take_free(me) {
            self.acquire_slow(me, machine, attention);
        }
    }

    #[cold]
    fn acquire_slow(&self, me: Parker, machine: &dyn Platform, attention: &Attention) {
        loop {
            match self.waiters.with(|waiters| self.take_or_queue(me, waiters)) {
                Attempt::Acquired => return,
                Attempt::Queued => {
                    attention.raise(Attention::GIL);
                    machine.wake();
                    return self.wait_for_hand_over(me, machine);
                }
                Attempt::Full => machine.park(Some(FULL_QUEUE_NS)),
            }
        }
    }

    /// With the queue locked.
    fn take_or_queue(&self, me: Parker, waiters: &mut Deque<Parker, QUEUE>) -> Attempt {
        loop {
            let word = self.word.load(Ordering::Relaxed);
            if word == FREE {
                if self.take_free(me) {
                    return Attempt::Acquired;
                }
            } else if self.is_held_by(me) {
                // Handed over by name before it got here.
                return Attempt::Acquired;
            } else if waiters.is_full() {
                return Attempt::Full;
            } else if word & WAITED != 0 || self.word.compare_exchange(word, word | WAITED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                // There is room. WAITED keeps the holder from letting go without the lock that is held here.
                let _ = waiters.push_back(me);
                return Attempt::Queued;
            }
        }
    }

    /// Makes a copy of the process with `fork`, which returns 0 in the copy: there nobody waits. `me` is the holder.
    pub fn across_fork<E>(&self, me: Parker, fork: impl FnOnce() -> Result<i32, E>) -> Result<i32, E> {
        self.waiters.with(|waiters| {
            let process = fork();
            if let Ok(0) = process {
                waiters.clear();
                self.word.store(me.number(), Ordering::Relaxed);
            }
            process
        })
    }

    /// Whether the calling OS thread holds it.
    pub fn is_held_here(&self, machine: &dyn Platform) -> bool {
        self.is_held_by(machine.os_thread())
    }

    fn is_held_by(&self, me: Parker) -> bool {
        self.word.load(Ordering::Acquire) & !WAITED == me.number()
    }

    fn wait_for_hand_over(&self, me: Parker, machine: &dyn Platform) {
        for _ in 0..SPINS {
            if self.is_held_by(me) {
                return;
            }
            core::hint::spin_loop();
        }
        while !self.is_held_by(me) {
            machine.park(None);
        }
    }

    #[inline]
    fn release_as(&self, me: Parker, machine: &dyn Platform) {
        if self.word.compare_exchange(me.number(), FREE, Ordering::Release, Ordering::Relaxed).is_err() {
            self.pass_on(None, machine);
        }
    }

    fn hand_over(&self, me: Parker, to: Parker, machine: &dyn Platform) {
        if self.word.compare_exchange(me.number(), to.number(), Ordering::Release, Ordering::Relaxed).is_ok() {
            machine.unpark(to);
        } else {
            self.pass_on(Some(to), machine);
        }
    }

    /// The holder found WAITED: gives the GIL to `to`, or else to the first waiter.
    #[cold]
    fn pass_on(&self, to: Option<Parker>, machine: &dyn Platform) {
        let next = self.waiters.with(|waiters| {
            let next = match to {
                Some(to) => {
                    // It may have queued too.
                    waiters.retain(|&waiter| waiter != to);
                    Some(to)
                }
                None => waiters.pop_front(),
            };
            let flag = if waiters.is_empty() { 0 } else { WAITED };
            self.word.store(next.map_or(FREE, Parker::number) | flag, Ordering::Release);
            next
        });
        if let Some(next) = next {
            machine.unpark(next);
        }
    }
}

/// The GIL, held by the OS thread that owns this guard. Dropping it releases the GIL.
pub struct GilGuard<'gil, T> {
    gil: &'gil Gil<T>,
    machine: &'gil dyn Platform,
    me: Parker,
}

impl<'gil, T> GilGuard<'gil, T> {
    /// Whether an OS thread waits for it. One relaxed load.
    #[inline]
    pub fn is_wanted(&self) -> bool {
        self.gil.is_wanted()
    }

    /// The holder's parking place, to be handed back to with [`hand_to`](GilGuard::hand_to).
    pub fn holder(&self) -> Parker {
        self.me
    }

    /// The machine it was acquired through.
    pub fn machine(&self) -> &'gil dyn Platform {
        self.machine
    }

    /// Gives it to the first waiter, or frees it.
    pub fn release(self) {}

    /// Ends the guard without releasing the GIL: whoever called [`Gil::adopt`] goes on with it.
    pub fn keep(self) {
        mem::forget(self);
    }

    /// Gives it to the OS thread with this parking place, which must be inside [`wait_for_turn`](GilGuard::wait_for_turn),
    /// [`hand_to_and_wait`](GilGuard::hand_to_and_wait) or [`Gil::acquire`], or about to be.
    pub fn hand_to(self, to: Parker) {
        self.gil.hand_over(self.me, to, self.machine);
        mem::forget(self);
    }

    /// Gives it to the OS thread with this parking place, and waits until somebody hands it back with
    /// [`hand_to`](GilGuard::hand_to).
    pub fn hand_to_and_wait(&mut self, to: Parker) {
        if to == self.me {
            return;
        }
        self.gil.hand_over(self.me, to, self.machine);
        self.gil.wait_for_hand_over(self.me, self.machine);
    }

    /// Gives it to the first waiter, or frees it, and waits until somebody hands it back with [`hand_to`](GilGuard::hand_to).
    /// Not in the queue meanwhile: for an OS thread whose pinned py-thread has nothing to do now.
    pub fn wait_for_turn(&mut self) {
        self.gil.release_as(self.me, self.machine);
        self.gil.wait_for_hand_over(self.me, self.machine);
    }

    /// If an OS thread waits for it, lets all those who wait now have their turn, and comes back.
    pub fn yield_to_waiters(&mut self, attention: &Attention) {
        if self.is_wanted() {
            self.gil.release_as(self.me, self.machine);
            self.gil.acquire_as(self.me, self.machine, attention);
        }
    }

    /// Runs `call`, which may block the OS thread, without the GIL, and takes it again. With `offered`, a standby is to take
    /// over if that lasts.
    #[inline]
    pub fn unlocked<R>(&mut self, attention: &Attention, offered: bool, call: impl FnOnce() -> R) -> R {
        /// Takes the GIL again whatever happened to the call: the guard still stands.
        struct Return<'call, 'gil, T> {
            guard: &'call mut GilGuard<'gil, T>,
            attention: &'call Attention,
            offered: bool,
        }

        impl<T> Drop for Return<'_, '_, T> {
            fn drop(&mut self) {
                let GilGuard { gil, machine, me } = *self.guard;
                gil.acquire_as(me, machine, self.attention);
                if self.offered {
                    machine.withdraw();
                }
            }
        }

        if offered {
            self.machine.offer();
        }
        self.gil.release_as(self.me, self.machine);
        let _return = Return { guard: self, attention, offered };
        call()
    }
}

impl<T> Deref for GilGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the word says this OS thread's name from the making of the guard until its end (every method that
        // gives the GIL away takes the guard exclusively and comes back only with it), and only the named one gets here.
        unsafe { &*self.gil.state.get() }
    }
}

impl<T> DerefMut for GilGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`.
        unsafe { &mut *self.gil.state.get() }
    }
}

impl<T> Drop for GilGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.gil.release_as(self.me, self.machine);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    extern crate std;

    use super::Gil;
    use crate::port::{Parker, Platform};
    use crate::sync::Attention;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::{self, Thread};
    use std::time::Duration;
    use std::vec::Vec;

    /// OS threads of the test, numbered in the order they first ask.
    #[derive(Default)]
    struct Threads {
        known: Mutex<Vec<Thread>>,
    }

    impl Platform for Threads {
        fn os_thread(&self) -> Parker {
            let mut known = self.known.lock().expect("no test thread panics here");
            let me = thread::current();
            let index = known.iter().position(|thread| thread.id() == me.id()).unwrap_or_else(|| {
                known.push(me);
                known.len() - 1
            });
            Parker::new(2 * (index + 1)).expect("even")
        }

        fn park(&self, timeout_ns: Option<u64>) {
            match timeout_ns {
                Some(ns) => thread::park_timeout(Duration::from_nanos(ns)),
                None => thread::park(),
            }
        }

        fn unpark(&self, parker: Parker) {
            let known = self.known.lock().expect("no test thread panics here");
            known[parker.number() / 2 - 1].unpark();
        }
    }

    #[test]
    fn one_at_a_time() {
        let (machine, attention) = (Threads::default(), Attention::new());
        let gil = Gil::new(0u64);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..5000 {
                        let mut guard = gil.acquire(&machine, &attention);
                        let before = *guard;
                        if round % 64 == 0 {
                            thread::yield_now();
                        }
                        *guard = before + 1;
                        if round % 3 == 0 {
                            guard.yield_to_waiters(&attention);
                        }
                        if round % 5 == 0 {
                            guard.unlocked(&attention, false, thread::yield_now);
                        }
                    }
                });
            }
        });
        assert_eq!(*gil.acquire(&machine, &attention), 20_000);
        assert!(gil.is_free());
    }

    #[test]
    fn waiters_are_served_in_order() {
        let (machine, attention) = (Threads::default(), Attention::new());
        let gil = Gil::new(Vec::new());
        let guard = gil.acquire(&machine, &attention);
        let queued = AtomicUsize::new(0);
        thread::scope(|scope| {
            let (gil, machine, attention, queued) = (&gil, &machine, &attention, &queued);
            for number in 0..5 {
                scope.spawn(move || {
                    while queued.load(Ordering::SeqCst) != number {
                        thread::yield_now();
                    }
                    // The next one starts when this one is sure to stand in the queue.
                    let mut guard = gil.acquire(machine, attention);
                    guard.push(number);
                });
                while gil.waiters.with(|waiters| waiters.len()) != number + 1 {
                    queued.store(number, Ordering::SeqCst);
                    thread::yield_now();
                }
                queued.store(number + 1, Ordering::SeqCst);
            }
            assert!(guard.is_wanted());
            assert_ne!(attention.take() & Attention::GIL, 0);
            guard.release();
        });
        assert_eq!(gil.into_inner(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn two_hand_it_to_each_other() {
        const ROUNDS: u32 = 1000;
        let (machine, attention) = (Threads::default(), Attention::new());
        let gil = Gil::new(0u32);
        let partner = Mutex::new(None);
        let main = machine.os_thread();
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut guard = gil.acquire(&machine, &attention);
                *partner.lock().expect("unpoisoned") = Some(guard.holder());
                guard.wait_for_turn();
                for _ in 0..ROUNDS {
                    *guard += 1;
                    guard.hand_to_and_wait(main);
                }
                guard.hand_to(main);
            });
            let partner = loop {
                if let Some(partner) = *partner.lock().expect("unpoisoned") {
                    break partner;
                }
                thread::yield_now();
            };
            let mut guard = gil.acquire(&machine, &attention);
            for round in 0..ROUNDS {
                guard.hand_to_and_wait(partner);
                assert_eq!(*guard, round + 1);
            }
            guard.hand_to_and_wait(partner);
        });
        assert!(gil.is_free());
    }

    #[test]
    fn a_panic_in_a_call_leaves_the_gil_whole() {
        let (machine, attention) = (Threads::default(), Attention::new());
        let gil = Gil::new(());
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut guard = gil.acquire(&machine, &attention);
            guard.unlocked(&attention, false, || std::panic::panic_any(1));
        }));
        assert!(caught.is_err());
        assert!(gil.try_acquire(&machine).is_some());
    }
}

#[cfg(all(test, loom))]
mod model {
    extern crate std;

    use super::Gil;
    use crate::port::{Parker, Platform};
    use crate::sync::Attention;
    use loom::cell::UnsafeCell;
    use loom::sync::{Arc, Condvar, Mutex};
    use loom::thread;
    use std::vec::Vec;

    /// Parking places of the model's threads: a token and a condition each.
    struct Machine {
        places: Vec<(Mutex<bool>, Condvar)>,
    }

    loom::thread_local! {
        static NUMBER: core::cell::Cell<usize> = core::cell::Cell::new(0);
    }

    impl Machine {
        fn new(threads: usize) -> Machine {
            Machine { places: (0..threads).map(|_| (Mutex::new(false), Condvar::new())).collect() }
        }
    }

    impl Platform for Machine {
        fn os_thread(&self) -> Parker {
            Parker::new(2 * (NUMBER.with(core::cell::Cell::get) + 1)).expect("even")
        }

        fn park(&self, _timeout_ns: Option<u64>) {
            let (token, condition) = &self.places[NUMBER.with(core::cell::Cell::get)];
            let mut token = token.lock().expect("unpoisoned");
            while !*token {
                token = condition.wait(token).expect("unpoisoned");
            }
            *token = false;
        }

        fn unpark(&self, parker: Parker) {
            let (token, condition) = &self.places[parker.number() / 2 - 1];
            *token.lock().expect("unpoisoned") = true;
            condition.notify_one();
        }
    }

    struct World {
        machine: Machine,
        attention: Attention,
        gil: Gil<UnsafeCell<u32>>,
    }

    // loom's cell is not Sync, and the guard is what makes it so.
    unsafe impl Send for World {}
    unsafe impl Sync for World {}

    impl World {
        fn new(threads: usize) -> Arc<World> {
            Arc::new(World { machine: Machine::new(threads), attention: Attention::new(), gil: Gil::new(UnsafeCell::new(0)) })
        }

        fn value(&self) -> u32 {
            assert!(self.gil.is_free(), "nobody has it in the end");
            self.gil.acquire(&self.machine, &self.attention).with(|value| unsafe { *value })
        }
    }

    fn spawn(number: usize, world: &Arc<World>, run: impl FnOnce(&World) + 'static) -> thread::JoinHandle<()> {
        let world = world.clone();
        thread::spawn(move || {
            NUMBER.with(|cell| cell.set(number));
            run(&world);
        })
    }

    fn add_one(world: &World) {
        let guard = world.gil.acquire(&world.machine, &world.attention);
        guard.with_mut(|value| unsafe { *value += 1 });
        guard.release();
    }

    fn bounded() -> loom::model::Builder {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder
    }

    /// Three acquirers: exclusion, no lost wake-up (loom reports a deadlock), the word free in the end.
    #[test]
    fn three_acquire_and_release() {
        bounded().check(|| {
            let world = World::new(3);
            let others = [spawn(1, &world, add_one), spawn(2, &world, add_one)];
            add_one(&world);
            for other in others {
                other.join().expect("a thread");
            }
            assert_eq!(world.value(), 3);
        });
    }

    /// A carrier with a blocking call, and one who takes over if it finds the GIL free.
    #[test]
    fn a_blocking_call_and_a_standby() {
        loom::model(|| {
            let world = World::new(2);
            let standby = spawn(1, &world, |world| {
                for _ in 0..2 {
                    if let Some(guard) = world.gil.try_acquire(&world.machine) {
                        guard.with_mut(|value| unsafe { *value += 1 });
                    }
                }
            });
            let mut guard = world.gil.acquire(&world.machine, &world.attention);
            guard.with_mut(|value| unsafe { *value += 1 });
            guard.unlocked(&world.attention, true, thread::yield_now);
            guard.with_mut(|value| unsafe { *value += 1 });
            guard.release();
            standby.join().expect("the standby");
            assert!(world.value() >= 2);
        });
    }

    /// A pinned OS thread gives the GIL up without queueing; whoever carries then hands it back by name, while a third one
    /// wants it too.
    #[test]
    fn a_pinned_os_thread_gets_its_turn() {
        bounded().check(|| {
            let world = World::new(3);
            let pinned = Parker::new(2).expect("even");
            let carrier = spawn(1, &world, move |world| {
                let guard = world.gil.acquire(&world.machine, &world.attention);
                guard.with_mut(|value| unsafe { *value += 1 });
                guard.hand_to(pinned);
            });
            let mut guard = world.gil.acquire(&world.machine, &world.attention);
            let before = guard.with(|value| unsafe { *value });
            let third = spawn(2, &world, add_one);
            if before == 0 {
                guard.wait_for_turn();
            }
            guard.with_mut(|value| unsafe { *value += 1 });
            guard.release();
            carrier.join().expect("the carrier");
            third.join().expect("the third");
            assert_eq!(world.value(), 3);
        });
    }
}
