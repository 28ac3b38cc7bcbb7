//! What the compiler writes and the interpreter runs: instruction set, code prototypes, line tables, images, verifier.

pub mod disasm;
pub mod image;
pub mod isa;
pub mod line_table;
pub mod prototype;
#[cfg(all(test, feature = "compiler"))]
mod tests;
pub mod verify;

pub use isa::{HEADER_SLOTS, Instr, Op};
pub use prototype::{Capture, CodeFlags, CodePrototype, Const, Handler};
