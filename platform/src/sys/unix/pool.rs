//! The pool of standbys: OS threads that take the VM over when the carrier is inside a call that blocks.
//!
//! An OS thread of the pool is always in one of these roles:
//!
//! ```text
//!             ┌────────────── the duty is over ───────────────┐
//!             ▼                                               │
//!   start ▶ choose ──(1) a summons is there ─────────────▶ on duty
//!            │  ▲  ──(2) nobody watches ──▶ watcher ──(4) an offer lasted──┘
//!            │  └────── roused ───────────────┐ │
//!            └─────(3) else ──▶ idle ─────────┘ └─(5) long quiet, or idle long enough ──▶ end, to be joined
//! ```
//!
//! **Offers.** A blocking call that returns within some tens of microseconds must not pay for two switches of OS threads. So
//! the carrier only says "the GIL is free from here" (`offer`: one number becomes odd) and "I have it again" (`withdraw`: even), some
//! nanoseconds each. One standby, the watcher, looks at the number from time to time; when it finds the same odd number twice, the
//! call lasts, and the watcher itself goes on duty. Looks come `patience_ns` apart; while calls come and go so fast that none lasts,
//! they become rarer, up to 32 times (a long call is then noticed a millisecond late, but short ones cost next to nothing); after some
//! quiet milliseconds the watcher sleeps, and the next offer pays for waking it (about a microsecond, once per burst).
//!
//! Rejected: handing over at once on every blocking call (two switches, some 10 µs, for each `read` of a cached file); a clock reading in
//! `offer` (it costs more than the rest together, and the watcher's own two looks measure the same); a timer per call (a system call).
//!
//! The number is written by the holder of the GIL only, so plain loads and stores suffice. The watcher writes nothing to it:
//! if it goes on duty and finds the GIL taken, it comes back and looks again.
//!
//! **Summons.** Sure to need a standby (a pinned py-thread parks its OS thread): `summon` wakes an idle one, or starts one.
//!
//! Who may touch what: everything in `Members` with the lock held; `offer` as said; `watcher` is written with the lock held.
//! Order of shutdown: `leaving` is set, everybody roused; those not on duty end and
//! are joined; those on duty get the grace; when some remain, the pool's memory is left to them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU32, Ordering, fence};

use pyvm_core::port::{Call, Duty, MachineError, OsThreads, Parker};

use super::super::os;
use super::mutex::Mutex;
use super::{monotonic_clock, parking};

/// How the pool behaves.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The most OS threads it will have. When all are inside blocking calls, the next such call blocks the VM.
    pub limit: usize,
    /// An OS thread without work for so long ends.
    pub idle_ns: u64,
    /// Size of their native stacks. The VM itself needs 256 KiB; foreign functions that a program calls expect more.
    pub stack_bytes: usize,
    /// A blocking call that lasts longer than one to two times this is worth a standby.
    pub patience_ns: u64,
}

impl Settings {
    /// What suits a desktop.
    pub const DEFAULT: Settings = Settings { limit: 256, idle_ns: 10_000_000_000, stack_bytes: 2 * 1024 * 1024, patience_ns: 30_000 };
}

impl Default for Settings {
    fn default() -> Settings {
        Settings::DEFAULT
    }
}

/// The watcher's looks become rarer by at most this power of two.
const RARER: u32 = 5;
/// Without offers for so long the watcher sleeps.
const QUIET_NS: u64 = 5_000_000;
/// When an OS thread could not be made for watching, offers do not try again for so long.
const RETRY_NS: u64 = 10_000_000;

// States of the watcher.
/// There is none.
const NONE: u32 = 0;
/// One is on its way.
const COMING: u32 = 1;
/// It looks from time to time.
const AWAKE: u32 = 2;
/// It sleeps until an offer rouses it.
const ASLEEP: u32 = 3;

pub(super) struct Pool {
    shared: NonNull<Shared>,
}

// SAFETY: a shared reference to `Shared`, which is Sync, freed once.
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

struct Shared {
    settings: Settings,
    /// Odd: the GIL is offered. Written by its holder only.
    offer: AtomicU32,
    watcher: AtomicU32,
    members: Mutex<Members>,
}

struct Members {
    duty: Option<Duty>,
    /// Parking places of the idle ones, the last to come on top: the others may grow old and end.
    idle: Vec<Parker>,
    /// Ended, not joined yet.
    ended: Vec<libc::pthread_t>,
    /// Started and not ended.
    alive: usize,
    on_duty: usize,
    /// Summons that nobody has taken yet.
    summons: usize,
    /// Where the watcher parks, if there is one.
    watcher_place: Option<Parker>,
    leaving: bool,
    /// Who waits for the others to end.
    last_one_tells: Option<Parker>,
    /// No attempts to start a watcher before this time.
    retry_at: u64,
}

/// What to do after having looked at the members.
enum Help {
    Rouse(Parker),
    Start,
    None,
}

enum Role {
    OnDuty(Duty, Call),
    Watcher,
    Idle,
    End,
}

impl Pool {
    pub(super) fn new(settings: Settings) -> Result<Pool, MachineError> {
        let (mut idle, mut ended) = (Vec::new(), Vec::new());
        idle.try_reserve_exact(settings.limit).map_err(|_| MachineError::OutOfMemory)?;
        ended.try_reserve_exact(settings.limit).map_err(|_| MachineError::OutOfMemory)?;
        let shared = Box::leak(Box::new(Shared {
            settings,
            offer: AtomicU32::new(0),
            watcher: AtomicU32::new(NONE),
            members: Mutex::new(Members {
                duty: None,
                idle,
                ended,
                alive: 0,
                on_duty: 0,
                summons: 0,
                watcher_place: None,
                leaving: false,
                last_one_tells: None,
                retry_at: 0,
            }),
        }));
        Ok(Pool { shared: NonNull::from(shared) })
    }

    fn shared(&self) -> &Shared {
        // SAFETY: freed only when the pool is dropped.
        unsafe { self.shared.as_ref() }
    }

    pub(super) fn enlist(&self, duty: Duty) {
        self.shared().members.with(|members| members.duty = Some(duty));
    }

    #[inline]
    pub(super) fn offer(&self) {
        let shared = self.shared();
        let number = shared.offer.load(Ordering::Relaxed);
        shared.offer.store(number | 1, Ordering::Release);
        // Either the watcher, going to sleep, sees the new number, or this sees it asleep.
        fence(Ordering::SeqCst);
        if !matches!(shared.watcher.load(Ordering::Relaxed), AWAKE | COMING) {
            shared.rouse_watcher();
        }
    }

    #[inline]
    pub(super) fn withdraw(&self) {
        let offer = &self.shared().offer;
        let number = offer.load(Ordering::Relaxed);
        if number & 1 != 0 {
            offer.store(number.wrapping_add(1), Ordering::Release);
        }
    }

    pub(super) fn summon(&self) -> bool {
        self.shared().summon()
    }

    pub(super) fn os_threads(&self) -> OsThreads {
        let shared = self.shared();
        shared.members.with(|members| OsThreads { standing_by: members.alive - members.on_duty, on_duty: members.on_duty, limit: shared.settings.limit })
    }

    pub(super) fn dismiss(&self, grace_ns: u64) -> usize {
        self.shared().dismiss(grace_ns)
    }

    /// Makes a copy of the process with `fork`, which returns 0 in the copy: there the pool is empty.
    pub(super) fn across_fork(&self, fork: impl FnOnce() -> i32) -> i32 {
        let shared = self.shared();
        shared.members.with(|members| {
            let process = fork();
            if process == 0 {
                members.idle.clear();
                members.ended.clear();
                members.alive = 0;
                members.on_duty = 0;
                members.summons = 0;
                members.watcher_place = None;
                members.last_one_tells = None;
                members.retry_at = 0;
                shared.watcher.store(NONE, Ordering::SeqCst);
                shared.offer.store(0, Ordering::SeqCst);
            }
            process
        })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.dismiss(0) == 0 {
            // SAFETY: leaked by `new`; all OS threads that knew it have been joined.
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}

impl Shared {
    // ---- called by the VM ----

    #[cold]
    fn rouse_watcher(&self) {
        let help = self.members.with(|members| {
            if members.leaving || members.duty.is_none() {
                return Help::None;
            }
            match (self.watcher.load(Ordering::Relaxed), members.watcher_place) {
                (ASLEEP, Some(place)) => {
                    self.watcher.store(AWAKE, Ordering::SeqCst);
                    Help::Rouse(place)
                }
                (NONE, _) => {
                    let help = self.find_help(members, true);
                    if !matches!(help, Help::None) {
                        self.watcher.store(COMING, Ordering::SeqCst);
                    }
                    help
                }
                _ => Help::None,
            }
        });
        match help {
            Help::Rouse(place) => parking::unpark(place),
            Help::Start => {
                if !self.start() {
                    self.members.with(|members| {
                        members.alive -= 1;
                        members.retry_at = monotonic_clock() + RETRY_NS;
                        if self.watcher.load(Ordering::Relaxed) == COMING {
                            self.watcher.store(NONE, Ordering::SeqCst);
                        }
                    });
                }
            }
            Help::None => {}
        }
    }

    fn summon(&self) -> bool {
        let help = self.members.with(|members| {
            if members.leaving || members.duty.is_none() {
                return Help::None;
            }
            let help = match self.find_help(members, false) {
                Help::None => self.call_watcher(members),
                help => help,
            };
            if !matches!(help, Help::None) {
                members.summons += 1;
            }
            help
        });
        match help {
            Help::Rouse(place) => {
                parking::unpark(place);
                true
            }
            Help::None => false,
            Help::Start if self.start() => true,
            Help::Start => {
                let (help, taken) = self.members.with(|members| {
                    members.alive -= 1;
                    let help = self.call_watcher(members);
                    // One that came off duty meanwhile may have taken the summons.
                    let taken = members.summons == 0;
                    if !taken && matches!(help, Help::None) {
                        members.summons -= 1;
                    }
                    (help, taken)
                });
                if let Help::Rouse(place) = help {
                    parking::unpark(place);
                    return true;
                }
                taken
            }
        }
    }

    /// An idle OS thread, or leave to start one (which then counts as alive).
    fn find_help(&self, members: &mut Members, patiently: bool) -> Help {
        if let Some(place) = members.idle.pop() {
            return Help::Rouse(place);
        }
        if members.alive >= self.settings.limit || (patiently && monotonic_clock() < members.retry_at) {
            return Help::None;
        }
        members.alive += 1;
        Help::Start
    }

    /// The watcher, for a summons that nobody else can take. It is then no longer the watcher.
    fn call_watcher(&self, members: &mut Members) -> Help {
        match members.watcher_place {
            Some(place) => {
                self.leave_post(members);
                Help::Rouse(place)
            }
            None => Help::None,
        }
    }

    fn dismiss(&self, grace_ns: u64) -> usize {
        let me = parking::mine();
        let deadline = monotonic_clock().saturating_add(grace_ns);
        self.members.with(|members| {
            members.leaving = true;
            members.last_one_tells = Some(me);
            members.summons = 0;
        });
        while let Some(place) = self.members.with(|members| members.idle.pop().or_else(|| members.watcher_place.take())) {
            parking::unpark(place);
        }
        loop {
            let (alive, on_duty) = self.members.with(|members| (members.alive, members.on_duty));
            let left = deadline.saturating_sub(monotonic_clock());
            if alive == 0 || (alive == on_duty && left == 0) {
                self.members.with(|members| members.last_one_tells = None);
                self.join_ended();
                return on_duty;
            }
            // Each that ends wakes this one. Those not on duty end soon, whatever the grace.
            parking::park(Some(if alive == on_duty { left } else { RETRY_NS }));
        }
    }

    // ---- OS threads ----

    /// Starts an OS thread that counts as alive already.
    fn start(&self) -> bool {
        self.join_ended();
        let argument = core::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: attributes and masks are initialized before they are used, and destroyed once; the pool lives until the new
        // OS thread has been joined.
        unsafe {
            let mut attributes = MaybeUninit::uninit();
            if libc::pthread_attr_init(attributes.as_mut_ptr()) != 0 {
                return false;
            }
            // A size that the system does not like leaves its own default.
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), self.settings.stack_bytes);
            // Signals are for the host's own OS threads: a standby is born with all of them blocked but the one that cuts calls short.
            let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
            libc::sigfillset(all.as_mut_ptr());
            libc::sigdelset(all.as_mut_ptr(), super::signals::CUT);
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            let mut thread = MaybeUninit::uninit();
            let failed = libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), run, argument);
            libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), core::ptr::null_mut());
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            failed == 0
        }
    }

    fn join_ended(&self) {
        while let Some(thread) = self.members.with(|members| members.ended.pop()) {
            // SAFETY: it was started joinable, is in the list once, and does nothing more than end.
            unsafe { libc::pthread_join(thread, core::ptr::null_mut()) };
        }
    }

    /// The life of an OS thread of the pool.
    fn live(&self) {
        let me = parking::mine();
        let mut role = self.members.with(|members| self.choose(members, me));
        loop {
            role = match role {
                Role::OnDuty(duty, call) => {
                    duty.perform(call);
                    self.members.with(|members| {
                        members.on_duty -= 1;
                        self.choose(members, me)
                    })
                }
                Role::Watcher => self.watch(me),
                Role::Idle => self.idle(me),
                Role::End => return,
            };
        }
    }

    fn choose(&self, members: &mut Members, me: Parker) -> Role {
        let Some(duty) = members.duty.filter(|_| !members.leaving) else { return Self::end(members) };
        let watcher = self.watcher.load(Ordering::Relaxed);
        if members.summons > 0 {
            members.summons -= 1;
            members.on_duty += 1;
            if watcher == COMING {
                // Whoever was to watch may be this one. The offer that wanted a watcher is served by the duty; the
                // next offer asks again.
                self.watcher.store(NONE, Ordering::SeqCst);
            }
            return Role::OnDuty(duty, Call::Summoned);
        }
        if matches!(watcher, NONE | COMING) {
            self.watcher.store(AWAKE, Ordering::SeqCst);
            members.watcher_place = Some(me);
            return Role::Watcher;
        }
        // There is room: at most `limit` are alive.
        members.idle.push(me);
        Role::Idle
    }

    fn end(members: &mut Members) -> Role {
        members.alive -= 1;
        // SAFETY: no preconditions.
        members.ended.push(unsafe { libc::pthread_self() });
        if let Some(waiting) = members.last_one_tells {
            parking::unpark(waiting);
        }
        Role::End
    }

    fn idle(&self, me: Parker) -> Role {
        let deadline = monotonic_clock() + self.settings.idle_ns;
        loop {
            parking::park(Some(deadline.saturating_sub(monotonic_clock())));
            let role = self.members.with(|members| {
                match members.idle.iter().position(|&place| place == me) {
                    // Taken from the list: roused for something.
                    None => Some(self.choose(members, me)),
                    Some(position) if members.leaving || monotonic_clock() >= deadline => {
                        members.idle.remove(position);
                        Some(Self::end(members))
                    }
                    Some(_) => None,
                }
            });
            if let Some(role) = role {
                return role;
            }
        }
    }

    fn watch(&self, me: Parker) -> Role {
        os::sharpen_timers();
        let patience = self.settings.patience_ns;
        let mut seen = self.offer.load(Ordering::Acquire);
        let mut period = patience;
        let mut changes = 0;
        let mut quiet_since = None;
        loop {
            parking::park(Some(period));
            if let Some(role) = self.called_away(me) {
                return role;
            }
            let now = monotonic_clock();
            let number = self.offer.load(Ordering::Acquire);
            if number != seen {
                // Calls come and go.
                seen = number;
                quiet_since = None;
                period = patience << changes.min(RARER);
                changes += 1;
            } else if number & 1 != 0 {
                return self.take_offer(me);
            } else {
                changes = 0;
                period = (period * 2).min(patience << RARER);
                if now - *quiet_since.get_or_insert(now) >= QUIET_NS {
                    if let Some(role) = self.sleep(me, seen) {
                        return role;
                    }
                    seen = self.offer.load(Ordering::Acquire);
                    period = patience;
                    quiet_since = None;
                }
            }
        }
    }

    /// The offer lasted: the watcher goes on duty.
    fn take_offer(&self, me: Parker) -> Role {
        self.members.with(|members| match members.duty {
            Some(duty) if members.watcher_place == Some(me) => {
                self.leave_post(members);
                members.on_duty += 1;
                Role::OnDuty(duty, Call::Offered)
            }
            _ => self.choose(members, me),
        })
    }

    /// The watcher sleeps until an offer comes; returns its next role when it is something else.
    fn sleep(&self, me: Parker, seen: u32) -> Option<Role> {
        if let Some(role) = self.called_away_or(me, ASLEEP) {
            return Some(role);
        }
        fence(Ordering::SeqCst);
        if self.offer.load(Ordering::Relaxed) != seen {
            // The offer may have come too early to see it asleep.
            return self.called_away_or(me, AWAKE);
        }
        let deadline = monotonic_clock() + self.settings.idle_ns;
        loop {
            parking::park(Some(deadline.saturating_sub(monotonic_clock())));
            if let Some(role) = self.called_away(me) {
                return Some(role);
            }
            if self.watcher.load(Ordering::Acquire) != ASLEEP {
                return None;
            }
            if monotonic_clock() >= deadline {
                return self.members.with(|members| {
                    if members.watcher_place != Some(me) {
                        Some(self.choose(members, me))
                    } else if self.watcher.load(Ordering::Relaxed) != ASLEEP {
                        // Roused at the last moment.
                        None
                    } else {
                        self.leave_post(members);
                        Some(Self::end(members))
                    }
                });
            }
        }
    }

    fn leave_post(&self, members: &mut Members) {
        members.watcher_place = None;
        self.watcher.store(NONE, Ordering::SeqCst);
    }

    /// The watcher's next role, if a summons took it from its post or the pool is leaving.
    fn called_away(&self, me: Parker) -> Option<Role> {
        self.members.with(|members| (members.watcher_place != Some(me)).then(|| self.choose(members, me)))
    }

    /// The same, and if it stays the watcher, its state is `state` now.
    fn called_away_or(&self, me: Parker, state: u32) -> Option<Role> {
        self.members.with(|members| {
            if members.watcher_place != Some(me) {
                return Some(self.choose(members, me));
            }
            self.watcher.store(state, Ordering::SeqCst);
            None
        })
    }
}

extern "C" fn run(shared: *mut libc::c_void) -> *mut libc::c_void {
    // SAFETY: from `start`; the pool lives until this OS thread has been joined.
    unsafe { &*shared.cast::<Shared>() }.live();
    super::signals::end_thread();
    core::ptr::null_mut()
}
