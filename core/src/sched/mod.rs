//! Who runs when: the run queue, the timers, the GIL.

pub mod gil;
pub mod run_queue;
pub mod timer;
