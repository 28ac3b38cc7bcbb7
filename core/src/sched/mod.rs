//! Who runs when: py-threads and what they wait for, the run queue, the timers, the GIL.

pub mod channel;
pub mod deadlock;
pub mod executor;
pub mod far;
pub mod foreign;
pub mod fork;
pub mod freeze;
pub mod gil;
pub mod pace;
pub mod priority;
pub mod readiness;
pub mod report;
pub mod run_queue;
pub mod task;
pub mod timer;
pub mod wait;
