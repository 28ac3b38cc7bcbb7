//! From instructions to source positions, for tracebacks and debuggers.

use alloc::vec::Vec;

/// A stretch of source. Lines count from 1, columns are UTF-8 byte offsets from 0, as in CPython's `co_positions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Positions of a code object's instructions, run-length and delta encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineTable {
    pub bytes: Vec<u8>,
}

impl LineTable {
    /// Position of the instruction at `index`; None without line information.
    pub fn lookup(&self, _index: usize) -> Option<Position> {
        None
    }
}
