//! The machine as the VM uses it, on the real operating system.

extern crate std;

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use core::time::Duration;
use std::boxed::Box;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Instant;
use std::vec::Vec;

use pyvm_core::port::{Call, Duty, Interest, MachineError, Platform, Ready, SignalHandling, Source, Watch};
use pyvm_core::sched::gil::Gil;
use pyvm_core::sync::Attention;

use super::pool::Settings;
use super::{Machine, parking};

const MILLISECOND: u64 = 1_000_000;

fn native() -> Box<Machine> {
    Machine::native().expect("a machine")
}

fn look(machine: &Machine, timeout_ns: Option<u64>) -> Vec<Ready> {
    let mut found = Vec::new();
    machine.wait(timeout_ns, &mut |ready| found.push(ready));
    found.sort_by_key(|ready| ready.token);
    found
}

fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20), "nothing happened");
        thread::sleep(Duration::from_micros(200));
    }
}

// ---- clocks, entropy, stack ----

#[test]
fn clocks_run() {
    let machine = native();
    let (before, wall) = (machine.now(), machine.wall_clock().expect("a date"));
    thread::sleep(Duration::from_millis(2));
    assert!(machine.now() - before >= 2 * MILLISECOND);
    assert!(machine.wall_clock().expect("a date") > wall && wall > 1_700_000_000_000_000_000);
    for of in [pyvm_core::port::CpuTimeOf::Process, pyvm_core::port::CpuTimeOf::OsThread] {
        assert!(machine.cpu_time(of).is_some_and(|used| used > 0));
    }
    let (mut first, mut second) = ([0; 300], [0; 300]);
    assert!(machine.random(&mut first) && machine.random(&mut second));
    assert_ne!(first, second);
}

#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn the_stack_has_an_end() {
    let machine = native();
    let here: usize;
    // Not the address of a local variable: AddressSanitizer keeps those elsewhere.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        core::arch::asm!("mov {}, rsp", out(reg) here);
    }
    #[cfg(target_arch = "aarch64")]
    unsafe {
        core::arch::asm!("mov {}, sp", out(reg) here);
    }
    let room = here - machine.stack_limit();
    assert!(room > 16 * 1024 && room < 1 << 30, "{room}");
}

// ---- waiting ----

#[test]
fn a_wait_ends_by_time_and_by_wake() {
    let machine = native();
    let start = machine.now();
    machine.wait(Some(3 * MILLISECOND), &mut |_| {});
    assert!(machine.now() - start >= 2 * MILLISECOND);
    // A wake that came before counts, once.
    machine.wake();
    machine.wake();
    machine.wait(None, &mut |_| {});
    let start = machine.now();
    machine.wait(Some(3 * MILLISECOND), &mut |_| {});
    assert!(machine.now() - start >= 2 * MILLISECOND);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(5));
            machine.wake();
        });
        machine.wait(None, &mut |_| {});
    });
}

#[test]
fn wakes_from_another_os_thread_are_never_lost() {
    let machine = native();
    let (sent, seen) = (AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=20_000 {
                sent.store(number, Ordering::Release);
                machine.wake();
                if number % 16 == 0 {
                    while seen.load(Ordering::Acquire) != number {
                        thread::yield_now();
                    }
                }
            }
        });
        while seen.load(Ordering::Relaxed) != 20_000 {
            let number = sent.load(Ordering::Acquire);
            seen.store(number, Ordering::Release);
            if number != 20_000 {
                // A lost wake-up would leave both waiting for ever.
                machine.wait(None, &mut |_| {});
            }
        }
    });
}

#[test]
fn ready_sources_are_reported_once() {
    let machine = native();
    let (mut here, mut there) = UnixStream::pair().expect("a pair");
    let source = Source(here.as_raw_fd());
    assert_eq!(machine.watch(source, Interest::READ, 7), Ok(Watch::Armed));
    assert_eq!(look(&machine, Some(0)), []);
    there.write_all(b"x").expect("written");
    let ready = Ready { token: 7, interest: Interest::READ };
    assert_eq!(look(&machine, None), [ready]);
    assert_eq!(look(&machine, Some(0)), []);
    // Still readable: a new watch is reported at once.
    assert_eq!(machine.watch(source, Interest::READ, 8), Ok(Watch::Armed));
    assert_eq!(look(&machine, Some(0)), [Ready { token: 8, ..ready }]);
    here.read_exact(&mut [0]).expect("read");
    // The other end's close counts as readable.
    assert_eq!(machine.watch(source, Interest::READ, 9), Ok(Watch::Armed));
    assert_eq!(look(&machine, Some(0)), []);
    drop(there);
    assert_eq!(look(&machine, None), [Ready { token: 9, ..ready }]);
}

#[test]
fn several_watch_one_source() {
    let machine = native();
    let (here, mut there) = UnixStream::pair().expect("a pair");
    let source = Source(here.as_raw_fd());
    for token in [1, 2, 4] {
        assert_eq!(machine.watch(source, Interest::READ, token), Ok(Watch::Armed));
    }
    assert_eq!(machine.watch(source, Interest::WRITE, 3), Ok(Watch::Armed));
    machine.unwatch(source, 4);
    assert_eq!(look(&machine, None), [Ready { token: 3, interest: Interest::WRITE }]);
    there.write_all(b"x").expect("written");
    assert_eq!(look(&machine, None).iter().map(|ready| ready.token).collect::<Vec<_>>(), [1, 2]);
    // Taken back: nothing is reported.
    assert_eq!(machine.watch(source, Interest::READ, 5), Ok(Watch::Armed));
    machine.unwatch(source, 5);
    assert_eq!(look(&machine, Some(0)), []);
    assert_eq!(machine.watch(source, Interest::READ, 6), Ok(Watch::Armed));
    assert_eq!(look(&machine, Some(0)).len(), 1);
}

#[test]
fn closing_a_source_ends_its_watches() {
    let machine = native();
    let (here, _there) = UnixStream::pair().expect("a pair");
    let source = Source(here.as_raw_fd());
    assert_eq!(machine.watch(source, Interest::READ, 1), Ok(Watch::Armed));
    machine.forget(source);
    drop(here);
    assert_eq!(look(&machine, None), [Ready { token: 1, interest: Interest::READ }]);
    // The number may be in use again: a new life.
    let (again, mut other) = UnixStream::pair().expect("a pair");
    assert_eq!(machine.watch(Source(again.as_raw_fd()), Interest::READ, 2), Ok(Watch::Armed));
    other.write_all(b"x").expect("written");
    assert_eq!(look(&machine, None), [Ready { token: 2, interest: Interest::READ }]);
}

#[test]
fn a_number_used_again_without_a_word_works() {
    let machine = native();
    for token in 0..10 {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        assert_eq!(machine.watch(Source(here.as_raw_fd()), Interest::READ, token), Ok(Watch::Armed));
        there.write_all(b"x").expect("written");
        assert_eq!(look(&machine, None).len(), 1);
    }
}

#[test]
fn files_are_always_ready_and_nonsense_is_an_error() {
    let machine = native();
    let file = std::fs::File::open("/").expect("the root folder");
    assert_eq!(machine.watch(Source(file.as_raw_fd()), Interest::READ, 1), Ok(Watch::Ready));
    assert_eq!(machine.watch(Source(-1), Interest::READ, 1), Err(MachineError::Os(libc::EBADF)));
    machine.unwatch(Source(-1), 1);
    machine.unwatch(Source(5000), 1);
    machine.forget(Source(5000));
}

#[test]
fn many_sources_at_once() {
    let machine = native();
    let pairs: Vec<_> = (0..200).map(|_| UnixStream::pair().expect("a pair")).collect();
    for (token, (here, there)) in pairs.iter().enumerate() {
        assert_eq!(machine.watch(Source(here.as_raw_fd()), Interest::READ, token as u64), Ok(Watch::Armed));
        (&mut &*there).write_all(b"x").expect("written");
    }
    let mut found = Vec::new();
    while found.len() < 200 {
        let more = look(&machine, Some(0));
        assert!(!more.is_empty());
        found.extend(more.iter().map(|ready| ready.token));
    }
    found.sort_unstable();
    assert!(found.iter().copied().eq(0..200));
}

// ---- parking ----

#[test]
fn parking_places_belong_to_os_threads() {
    let machine = native();
    let mine = machine.os_thread();
    assert_eq!(mine, machine.os_thread());
    let other = thread::scope(|scope| scope.spawn(|| machine.os_thread()).join().expect("a thread"));
    assert_ne!(mine, other);
    // Its OS thread has ended: nothing happens.
    machine.unpark(other);
    machine.unpark(mine);
    machine.park(None);
    let start = machine.now();
    machine.park(Some(2 * MILLISECOND));
    assert!(machine.now() - start >= MILLISECOND);
}

#[test]
fn unparks_are_never_lost() {
    let machine = native();
    let turn = AtomicU32::new(0);
    let main = machine.os_thread();
    let partner = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            partner.store(machine.os_thread().number(), Ordering::Release);
            for round in 0..20_000 {
                while turn.load(Ordering::Acquire) != 2 * round + 1 {
                    machine.park(None);
                }
                turn.store(2 * round + 2, Ordering::Release);
                machine.unpark(main);
            }
        });
        until(|| partner.load(Ordering::Acquire) != 0);
        let partner = pyvm_core::port::Parker::new(partner.load(Ordering::Acquire)).expect("a place");
        for round in 0..20_000 {
            turn.store(2 * round + 1, Ordering::Release);
            machine.unpark(partner);
            while turn.load(Ordering::Acquire) != 2 * round + 2 {
                machine.park(None);
            }
        }
    });
}

// ---- the pool ----

/// A VM in small: its carriers count, and stay until told.
struct Vm {
    machine: Box<Machine>,
    attention: Attention,
    gil: Gil<u64>,
    offered: AtomicU32,
    summoned: AtomicU32,
    stop: AtomicBool,
}

impl Vm {
    fn new(settings: Settings) -> Box<Vm> {
        let vm = Box::new(Vm {
            machine: Machine::with_settings(settings).expect("a machine"),
            attention: Attention::new(),
            gil: Gil::new(0),
            offered: AtomicU32::new(0),
            summoned: AtomicU32::new(0),
            stop: AtomicBool::new(false),
        });
        unsafe fn carry(vm: *mut (), call: Call) {
            unsafe { &*vm.cast::<Vm>() }.carry(call);
        }
        let duty = unsafe { Duty::new(carry, (&raw const *vm).cast_mut().cast()) };
        assert!(vm.machine.enlist(duty));
        vm
    }

    fn carry(&self, call: Call) {
        let guard = match call {
            Call::Offered => self.gil.try_acquire(&*self.machine),
            _ => Some(self.gil.acquire(&*self.machine, &self.attention)),
        };
        let Some(mut guard) = guard else { return };
        self.machine.withdraw();
        let counter = if call == Call::Offered { &self.offered } else { &self.summoned };
        counter.fetch_add(1, Ordering::SeqCst);
        // The interpreter loop: until somebody wants the GIL.
        while !guard.is_wanted() && !self.stop.load(Ordering::Relaxed) {
            *guard += 1;
            thread::yield_now();
        }
    }

    fn finish(&self) {
        self.stop.store(true, Ordering::Relaxed);
        assert_eq!(self.machine.dismiss(10_000 * MILLISECOND), 0);
        assert_eq!(self.machine.os_threads().on_duty, 0);
    }
}

#[test]
fn a_long_call_is_relieved() {
    let vm = Vm::new(Settings::DEFAULT);
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    for round in 1..=20 {
        let before = *guard;
        guard.unlocked(&vm.attention, true, || until(|| vm.offered.load(Ordering::SeqCst) >= round));
        assert!(*guard >= before);
    }
    // They are used again. (One that is just coming off duty cannot be, so it may be more than two.)
    let threads = vm.machine.os_threads();
    assert!(threads.standing_by + threads.on_duty <= 10, "{threads:?}");
    drop(guard);
    vm.finish();
}

#[test]
fn short_calls_are_left_alone() {
    let vm = Vm::new(Settings { patience_ns: 50 * MILLISECOND, ..Settings::DEFAULT });
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    for _ in 0..1000 {
        guard.unlocked(&vm.attention, true, || {});
    }
    assert_eq!(vm.offered.load(Ordering::SeqCst), 0);
    drop(guard);
    vm.finish();
}

#[test]
fn a_summoned_one_comes() {
    let vm = Vm::new(Settings::DEFAULT);
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    for round in 1..=50 {
        assert!(vm.machine.summon());
        // As for a pinned py-thread: give the GIL up, get it back.
        guard.unlocked(&vm.attention, false, || until(|| vm.summoned.load(Ordering::SeqCst) >= round));
    }
    assert!(vm.machine.os_threads().standing_by <= 10);
    drop(guard);
    vm.finish();
}

#[test]
fn many_block_at_once() {
    const CALLERS: u32 = 20;
    let vm = Vm::new(Settings::DEFAULT);
    let inside = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
                guard.unlocked(&vm.attention, true, || {
                    inside.fetch_add(1, Ordering::SeqCst);
                    until(|| inside.load(Ordering::SeqCst) == CALLERS);
                });
                *guard += 1;
            });
        }
    });
    vm.finish();
}

#[test]
fn the_limit_holds() {
    let vm = Vm::new(Settings { limit: 2, ..Settings::DEFAULT });
    let guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    assert!(vm.machine.summon());
    assert!(vm.machine.summon());
    assert!(!vm.machine.summon());
    assert!(vm.machine.os_threads().on_duty <= 2);
    drop(guard);
    vm.finish();
    assert!(!vm.machine.summon());
}

#[test]
fn failing_to_start_an_os_thread_is_survived() {
    // No system gives a stack of this size.
    let vm = Vm::new(Settings { stack_bytes: (usize::MAX / 4) & !0xffff, ..Settings::DEFAULT });
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    assert!(!vm.machine.summon());
    for _ in 0..10 {
        guard.unlocked(&vm.attention, true, || thread::sleep(Duration::from_micros(100)));
    }
    assert_eq!(vm.offered.load(Ordering::SeqCst), 0);
    assert_eq!(vm.machine.os_threads().standing_by, 0);
    drop(guard);
    vm.finish();
}

#[test]
fn idle_os_threads_end() {
    let vm = Vm::new(Settings { idle_ns: 20 * MILLISECOND, ..Settings::DEFAULT });
    let guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    for _ in 0..5 {
        assert!(vm.machine.summon());
    }
    drop(guard);
    vm.stop.store(true, Ordering::Relaxed);
    until(|| vm.summoned.load(Ordering::SeqCst) == 5);
    until(|| {
        let threads = vm.machine.os_threads();
        threads.standing_by + threads.on_duty == 0
    });
    // And they come again.
    vm.stop.store(false, Ordering::Relaxed);
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    let before = vm.offered.load(Ordering::SeqCst);
    guard.unlocked(&vm.attention, true, || until(|| vm.offered.load(Ordering::SeqCst) > before));
    drop(guard);
    vm.finish();
}

#[test]
fn one_context_has_no_standbys() {
    let machine = Machine::single().expect("a machine");
    unsafe fn never(_: *mut (), _: Call) {}
    assert!(!machine.enlist(unsafe { Duty::new(never, core::ptr::null_mut()) }));
    assert!(!machine.summon());
    machine.offer();
    machine.withdraw();
    assert_eq!(machine.dismiss(0), 0);
    machine.wait(Some(MILLISECOND), &mut |_| {});
}

/// Starts, stops, offers and summons in a random order for a while: no hang, no one left.
#[test]
fn a_restless_vm() {
    let vm = Vm::new(Settings { limit: 4, idle_ns: MILLISECOND, patience_ns: 1000, ..Settings::DEFAULT });
    thread::scope(|scope| {
        for caller in 0..3u32 {
            let vm = &vm;
            scope.spawn(move || {
                let mut seed = caller + 1;
                for _ in 0..300 {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
                    if seed >> 30 == 0 {
                        vm.machine.summon();
                    }
                    let nap = Duration::from_micros(u64::from(seed >> 20) % 3000);
                    guard.unlocked(&vm.attention, seed >> 28 & 1 != 0, || {
                        if seed >> 25 & 3 != 0 {
                            thread::sleep(nap / 4);
                        }
                    });
                    *guard += 1;
                }
            });
        }
    });
    vm.finish();
}

// ---- signals ----

#[test]
fn signals_are_told() {
    static TOLD: AtomicU32 = AtomicU32::new(0);
    unsafe fn note(_: *mut (), call: Call) {
        assert!(call == Call::Signalled);
        TOLD.fetch_add(1, Ordering::SeqCst);
    }
    let machine = native();
    assert_eq!(machine.handle_signal(libc::SIGPIPE as u32, SignalHandling::Ignore), Ok(SignalHandling::Ignore));
    machine.connect_signals(unsafe { Duty::new(note, core::ptr::null_mut()) });
    let signal = libc::SIGUSR1 as u32;
    assert_eq!(machine.handle_signal(signal, SignalHandling::Notify), Ok(SignalHandling::Default));
    assert_eq!(machine.take_signal(), None);
    unsafe { libc::raise(libc::SIGUSR1) };
    // It also ends the wait.
    machine.wait(None, &mut |_| {});
    assert_eq!(machine.take_signal(), Some(signal));
    assert_eq!(machine.take_signal(), None);
    assert_eq!(TOLD.load(Ordering::SeqCst), 1);
    assert_eq!(machine.handle_signal(signal, SignalHandling::Default), Ok(SignalHandling::Notify));
    assert!(machine.handle_signal(0, SignalHandling::Ignore).is_err());
    assert!(machine.handle_signal(65, SignalHandling::Ignore).is_err());
    assert!(machine.handle_signal(libc::SIGKILL as u32, SignalHandling::Ignore).is_err());
}

#[test]
fn places_are_used_again() {
    let machine = native();
    let mut seen = Vec::new();
    for _ in 0..50 {
        let number = thread::spawn(|| parking::mine().number()).join().expect("a thread");
        if !seen.contains(&number) {
            seen.push(number);
        }
    }
    // Other tests' OS threads take some too.
    assert!(seen.len() < 50, "{}", seen.len());
    drop(machine);
}

/// Prints the figures of docs/platform.md: `cargo test -p pyvm-platform -- --ignored --nocapture what_it_costs`.
#[test]
#[ignore = "a measurement"]
fn what_it_costs() {
    const ROUNDS: u32 = 200_000;
    let per_round = |name: &str, rounds: u32, run: &mut dyn FnMut()| {
        let (start, cpu) = (Instant::now(), super::cpu_time(pyvm_core::port::CpuTimeOf::Process));
        run();
        let cpu = super::cpu_time(pyvm_core::port::CpuTimeOf::Process) - cpu;
        std::println!("{name}: {} ns, {} ns CPU", start.elapsed().as_nanos() / u128::from(rounds), cpu / u64::from(rounds));
    };
    let vm = Vm::new(Settings::DEFAULT);
    let mut guard = vm.gil.acquire(&*vm.machine, &vm.attention);
    let null = std::fs::File::open("/dev/null").expect("the null device");
    let read = || {
        (&null).read_exact(&mut []).expect("read");
        let _ = (&null).read(&mut [0]);
    };
    per_round("a short system call", ROUNDS, &mut || (0..ROUNDS).for_each(|_| read()));
    per_round("release and acquire", ROUNDS, &mut || {
        (0..ROUNDS).for_each(|_| guard.unlocked(&vm.attention, false, || {}));
    });
    per_round("the same, offered", ROUNDS, &mut || {
        (0..ROUNDS).for_each(|_| guard.unlocked(&vm.attention, true, || {}));
    });
    per_round("a short system call, offered", ROUNDS, &mut || {
        (0..ROUNDS).for_each(|_| guard.unlocked(&vm.attention, true, read));
    });
    std::println!("taken over: {}", vm.offered.load(Ordering::SeqCst));
    let rounds = 200;
    per_round("until a long call is relieved", rounds, &mut || {
        for _ in 0..rounds {
            let before = vm.offered.load(Ordering::SeqCst);
            guard.unlocked(&vm.attention, true, || {
                while vm.offered.load(Ordering::SeqCst) == before {
                    core::hint::spin_loop();
                }
            });
        }
    });
    per_round("a call every 100 microseconds, offered", 1000, &mut || {
        for _ in 0..1000 {
            let start = Instant::now();
            while start.elapsed() < Duration::from_micros(100) {}
            guard.unlocked(&vm.attention, true, read);
        }
    });
    drop(guard);
    vm.finish();
}
