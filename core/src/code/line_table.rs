//! From instructions to source positions, for tracebacks and debuggers.
//!
//! The encoding is a sequence of runs: the number of instructions that share a position, then that position relative
//! to the run before. All numbers are LEB128; differences are zigzag-encoded. A position whose line is 0 says that the instructions belong
//! to no line of their own. A run of no instructions is a [`Mark`]: a line that has none.

use alloc::vec::Vec;

/// A stretch of source. Lines count from 1, columns are UTF-8 byte offsets from 0, as in CPython's `co_positions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// A line without instructions, which a tracer visits nevertheless (`pass`, `try:`). How control must have come to the instruction that
/// follows; its number is the run's column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Mark {
    /// From the instruction before.
    Passed = 0,
    /// However that was.
    Reached = 1,
    /// It did not: the instruction before jumped elsewhere.
    Jumped = 2,
}

/// Positions of a code object's instructions, run-length and delta encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineTable {
    pub bytes: Vec<u8>,
}

impl LineTable {
    /// The runs in order of the instructions.
    pub fn runs(&self) -> Runs<'_> {
        Runs { rest: &self.bytes, last: Position::default() }
    }

    /// Where an instruction comes from, or the one before if it has no line of its own; `None` past the end or if the table is malformed.
    pub fn lookup(&self, instruction: usize) -> Option<Position> {
        let mut start = 0u64;
        let mut last = None;
        for run in self.runs() {
            let (count, position) = run?;
            start += count as u64;
            if count != 0 && position.line != 0 {
                last = Some(position);
            }
            if (instruction as u64) < start {
                return last;
            }
        }
        None
    }

    /// The number of an instruction among the places that `co_lines` tells of: the function's beginning, then instructions and marks.
    pub fn place(&self, instruction: usize) -> usize {
        let (mut start, mut marks) = (0, 0);
        for (count, _) in self.runs().flatten() {
            if start > instruction {
                break;
            }
            marks += (count == 0) as usize;
            start += count as usize;
        }
        1 + instruction + marks
    }

    /// The instruction at such a place, or behind it.
    pub fn instruction_at(&self, place: usize) -> usize {
        let (mut start, mut marks) = (0, 0);
        for (count, _) in self.runs().flatten() {
            if 1 + start + marks > place {
                break;
            }
            marks += (count == 0) as usize;
            start += count as usize;
        }
        place.saturating_sub(1 + marks)
    }

    /// Whether the table is well-formed and covers exactly `count` instructions.
    pub fn covers(&self, count: usize) -> bool {
        let mut sum = 0u64;
        for run in self.runs() {
            match run {
                Some((length, _)) => sum += length as u64,
                None => return false,
            }
        }
        sum == count as u64
    }
}

/// Iterator over `(number of instructions, position)`; `None` once where the bytes are malformed.
pub struct Runs<'a> {
    rest: &'a [u8],
    last: Position,
}

impl Runs<'_> {
    fn number(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= ((byte & 0x7f) as u64) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }

    fn moved(&mut self, from: u32) -> Option<u32> {
        let zigzag = self.number()?;
        Some(from.wrapping_add((zigzag >> 1) ^ (zigzag & 1).wrapping_neg()))
    }

    fn run(&mut self) -> Option<(u32, Position)> {
        let count = self.number()?;
        let line = self.moved(self.last.line)?;
        let column = self.moved(self.last.column)?;
        let end_line = line.wrapping_add(self.number()?);
        let end_column = self.moved(column)?;
        self.last = Position { line, column, end_line, end_column };
        Some((count, self.last))
    }
}

impl Iterator for Runs<'_> {
    type Item = Option<(u32, Position)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let run = self.run();
        if run.is_none() {
            self.rest = &[];
        }
        Some(run)
    }
}

/// Writes a [`LineTable`], one instruction after the other.
#[derive(Default)]
pub struct LineTableBuilder {
    bytes: Vec<u8>,
    /// The position of the run before the pending one.
    last: Position,
    pending: Option<(u32, Position)>,
}

impl LineTableBuilder {
    /// Adds the next instruction.
    pub fn push(&mut self, position: Position) {
        match &mut self.pending {
            Some((count, same)) if *same == position => *count += 1,
            _ => {
                self.flush();
                self.pending = Some((1, position));
            }
        }
    }

    /// Notes a line that has no instructions, before the next one.
    pub fn mark(&mut self, line: u32, mark: Mark) {
        self.flush();
        self.pending = Some((0, Position { line, column: mark as u32, end_line: line, end_column: 0 }));
        self.flush();
    }

    pub fn finish(mut self) -> LineTable {
        self.flush();
        LineTable { bytes: self.bytes }
    }

    fn flush(&mut self) {
        let Some((count, position)) = self.pending.take() else { return };
        self.number(count);
        self.difference(self.last.line, position.line);
        self.difference(self.last.column, position.column);
        self.number(position.end_line.wrapping_sub(position.line));
        self.difference(position.column, position.end_column);
        self.last = position;
    }

    fn number(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn difference(&mut self, from: u32, to: u32) {
        let difference = to.wrapping_sub(from) as i32;
        self.number(((difference << 1) ^ (difference >> 31)) as u32);
    }
}
