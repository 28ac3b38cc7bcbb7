//! pyvm-core: a stackless Python virtual machine. Interpreter and scheduler, without an operating system.
#![no_std]

extern crate alloc;

pub mod builtins;
pub mod code;
#[cfg(feature = "compiler")]
pub mod compile;
pub mod config;
pub mod embed;
pub mod heap;
pub mod modules;
pub mod object;
pub mod port;
pub mod sched;
pub mod sync;
#[cfg(feature = "compiler")]
pub mod syntax;
pub mod vm;
