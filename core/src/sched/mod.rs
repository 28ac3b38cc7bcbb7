//! Who runs when: py-threads and what they wait for, the run queue, the timers, the GIL.

pub mod deadlock;
pub mod executor;
pub mod fork;
pub mod gil;
pub mod readiness;
pub mod run_queue;
pub mod task;
pub mod timer;
pub mod wait;
