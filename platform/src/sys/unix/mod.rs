//! What Linux and macOS share: POSIX clocks, OS threads, signals, and the machine put together from them.

mod machine;
mod mutex;
mod parking;
mod poller;
mod pool;
mod signals;
#[cfg(test)]
mod tests;

pub use machine::Machine;
pub use pool::Settings;

use pyvm_core::port::{CpuTimeOf, MachineError};

const SECOND: u64 = 1_000_000_000;

/// A length of time as the kernel takes it: seconds and nanoseconds, 64 bits each on every processor.
#[repr(C)]
pub(super) struct KernelTime {
    seconds: i64,
    nanoseconds: i64,
}

impl KernelTime {
    pub(super) fn from_ns(ns: u64) -> KernelTime {
        // Both fit: u64::MAX nanoseconds are less than 2^35 seconds.
        KernelTime { seconds: (ns / SECOND) as i64, nanoseconds: (ns % SECOND) as i64 }
    }
}

/// The calling OS thread's last error number.
pub(super) fn errno() -> i32 {
    // SAFETY: the address of this OS thread's own variable.
    unsafe { *super::os::errno_location() }
}

/// The calling OS thread's last error.
pub(super) fn machine_error() -> MachineError {
    match errno() {
        libc::EINTR => MachineError::Interrupted,
        libc::EAGAIN => MachineError::WouldBlock,
        libc::ENOMEM => MachineError::OutOfMemory,
        number => MachineError::Os(number),
    }
}

/// Reads a clock, in nanoseconds.
fn clock(which: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it fills the structure; these clocks always exist.
    unsafe { libc::clock_gettime(which, &mut time) };
    time.tv_sec.wrapping_mul(SECOND as i64).wrapping_add(time.tv_nsec)
}

fn monotonic_clock() -> u64 {
    // It starts at boot, so it is not negative.
    clock(libc::CLOCK_MONOTONIC) as u64
}

fn wall_clock() -> i64 {
    clock(libc::CLOCK_REALTIME)
}

fn cpu_time(of: CpuTimeOf) -> u64 {
    clock(match of {
        CpuTimeOf::Process => libc::CLOCK_PROCESS_CPUTIME_ID,
        CpuTimeOf::OsThread => libc::CLOCK_THREAD_CPUTIME_ID,
    }) as u64
}
