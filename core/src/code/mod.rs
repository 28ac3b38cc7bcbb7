//! What the compiler writes and the interpreter runs: instruction set, code prototypes, line tables, images, verifier.

pub mod isa;
pub mod line_table;
pub mod prototype;

pub use isa::{HEADER_SLOTS, Instr, Op};
pub use prototype::{Capture, CodeFlags, CodePrototype, Const, Handler};
