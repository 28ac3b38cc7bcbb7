//! pyvm-platform: the machine below the VM. OS threads, parking, clocks, the poller, signals, the console: everything
//! that `pyvm_core::port` asks for, and nothing that knows Python.
//!
//! * [`Machine::native`]: a desktop with its OS threads;
//! * [`Machine::single`]: the same desktop forced to one context;
//! * [`Single`]: one context anywhere, with a clock and an idle hook that the host supplies.
#![no_std]

extern crate alloc;

mod sys;

pub use sys::*;
