//! pyvm-core: a stackless Python virtual machine. Interpreter and scheduler, without an operating system.
#![no_std]

extern crate alloc;

pub mod code;
#[cfg(feature = "compiler")]
pub mod syntax;
