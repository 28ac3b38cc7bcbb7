//! Searching and splitting on bytes, for str, bytes and bytearray. Knows texts only as byte slices; str passes offsets on
//! character boundaries and gets such offsets back.

use super::str::{decode_at, start_before, width_of_lead};
use memchr::memmem;

/// Byte offset of the first occurrence.
#[inline]
pub fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    match wanted {
        [] => Some(0),
        [byte] => memchr::memchr(*byte, text),
        _ if wanted.len() > text.len() => None,
        _ => memmem::find(text, wanted),
    }
}

/// Byte offset of the last occurrence.
#[inline]
pub fn find_last(text: &[u8], wanted: &[u8]) -> Option<usize> {
    match wanted {
        [] => Some(text.len()),
        [byte] => memchr::memrchr(*byte, text),
        _ if wanted.len() > text.len() => None,
        _ => memmem::rfind(text, wanted),
    }
}

/// Calls `found` with the offset of each occurrence, from the left, not overlapping, at most `most` times.
/// `wanted` is not empty.
#[inline]
pub fn each_match(text: &[u8], wanted: &[u8], most: usize, mut found: impl FnMut(usize)) {
    if let [byte] = wanted {
        memchr::memchr_iter(*byte, text).take(most).for_each(found);
    } else if text.len() < 64 {
        // Preparing a searcher costs more than it saves.
        let mut start = 0;
        for _ in 0..most {
            let Some(at) = text.get(start..).and_then(|rest| find(rest, wanted)) else { break };
            found(start + at);
            start += at + wanted.len();
        }
    } else if !wanted.is_empty() {
        memmem::find_iter(text, wanted).take(most).for_each(found);
    }
}

/// Occurrences that do not overlap; `wanted` is not empty.
pub fn count(text: &[u8], wanted: &[u8]) -> usize {
    if let [byte] = wanted {
        return memchr::memchr_iter(*byte, text).count();
    }
    let mut count = 0;
    each_match(text, wanted, usize::MAX, |_| count += 1);
    count
}

/// Splits at `separator` (not empty), at most `most` times, from the left. `piece` gets start and end of each piece.
pub fn split(text: &[u8], separator: &[u8], most: usize, mut piece: impl FnMut(usize, usize)) {
    let mut start = 0;
    each_match(text, separator, most, |at| {
        piece(start, at);
        start = at + separator.len();
    });
    piece(start, text.len());
}

/// As [`split`], from the right; the pieces come last first.
pub fn split_from_right(text: &[u8], separator: &[u8], most: usize, mut piece: impl FnMut(usize, usize)) {
    let mut end = text.len();
    for _ in 0..most {
        let Some(at) = text.get(..end).and_then(|rest| find_last(rest, separator)) else { break };
        piece(at + separator.len(), end);
        end = at;
    }
    piece(0, end);
}

/// What counts as a character and as blank.
pub trait Alphabet {
    /// Width of the character at `at`, and whether it is blank. Only called inside the text.
    fn at(text: &[u8], at: usize) -> (usize, bool);
    /// As `at`, for the character that ends at `end`.
    fn before(text: &[u8], end: usize) -> (usize, bool);
}

/// ASCII of `bytes`: blank is space, tab, newline, return, vertical tab, form feed.
pub struct ByteAlphabet;
/// ASCII in a str: the separators 0x1c to 0x1f are blank too.
pub struct AsciiAlphabet;
/// Generalized UTF-8.
pub struct TextAlphabet;

const BYTE_BLANKS: u64 = 1 << b' ' | 0b11_1110_0000_0000;
const ASCII_BLANKS: u64 = BYTE_BLANKS | 0xf << 0x1c;

#[inline(always)]
fn in_set(set: u64, byte: u8) -> bool {
    byte <= b' ' && set >> byte & 1 != 0
}

/// Is the byte blank in `bytes`?
pub fn is_blank_byte(byte: u8) -> bool {
    in_set(BYTE_BLANKS, byte)
}

/// Is the code point blank in `str`?
#[inline]
pub fn is_blank(code_point: u32) -> bool {
    match code_point {
        0..=0x7f => in_set(ASCII_BLANKS, code_point as u8),
        0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 => true,
        _ => false,
    }
}

impl Alphabet for ByteAlphabet {
    #[inline(always)]
    fn at(text: &[u8], at: usize) -> (usize, bool) {
        (1, text.get(at).is_some_and(|&byte| in_set(BYTE_BLANKS, byte)))
    }
    #[inline(always)]
    fn before(text: &[u8], end: usize) -> (usize, bool) {
        Self::at(text, end.wrapping_sub(1))
    }
}

impl Alphabet for AsciiAlphabet {
    #[inline(always)]
    fn at(text: &[u8], at: usize) -> (usize, bool) {
        (1, text.get(at).is_some_and(|&byte| in_set(ASCII_BLANKS, byte)))
    }
    #[inline(always)]
    fn before(text: &[u8], end: usize) -> (usize, bool) {
        Self::at(text, end.wrapping_sub(1))
    }
}

impl Alphabet for TextAlphabet {
    #[inline(always)]
    fn at(text: &[u8], at: usize) -> (usize, bool) {
        match text.get(at) {
            Some(&(0xc2 | 0xe1 | 0xe2 | 0xe3)) => {
                let (code_point, width) = decode_at(text, at);
                (width, is_blank(code_point))
            }
            Some(&lead) => (width_of_lead(lead), in_set(ASCII_BLANKS, lead)),
            None => (1, false),
        }
    }
    #[inline(always)]
    fn before(text: &[u8], end: usize) -> (usize, bool) {
        let start = start_before(text, end);
        (end - start, Self::at(text, start).1)
    }
}

/// Splits at runs of blanks, at most `most` times; the last piece then keeps its inner blanks but not those at its ends' left
/// (as Python: leading blanks go, trailing ones of a remainder stay off only if nothing was left to split).
#[inline]
pub fn split_blanks<A: Alphabet>(text: &[u8], most: usize, mut piece: impl FnMut(usize, usize)) {
    let mut at = 0;
    let mut pieces = 0;
    loop {
        while at < text.len() {
            let (width, blank) = A::at(text, at);
            if !blank {
                break;
            }
            at += width;
        }
        if at >= text.len() {
            return;
        }
        let start = at;
        if pieces == most {
            return piece(start, text.len());
        }
        while at < text.len() {
            let (width, blank) = A::at(text, at);
            if blank {
                break;
            }
            at += width;
        }
        piece(start, at);
        pieces += 1;
    }
}

/// As [`split_blanks`], from the right; the pieces come last first.
#[inline]
pub fn split_blanks_from_right<A: Alphabet>(text: &[u8], most: usize, mut piece: impl FnMut(usize, usize)) {
    let mut end = text.len();
    let mut pieces = 0;
    loop {
        while end > 0 {
            let (width, blank) = A::before(text, end);
            if !blank {
                break;
            }
            end -= width;
        }
        if end == 0 {
            return;
        }
        let last = end;
        if pieces == most {
            return piece(0, last);
        }
        while end > 0 {
            let (width, blank) = A::before(text, end);
            if blank {
                break;
            }
            end -= width;
        }
        piece(end, last);
        pieces += 1;
    }
}

/// Which ends to strip.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Left,
    Right,
    Both,
}

/// What remains after blanks are taken off.
#[inline]
pub fn strip_blanks<A: Alphabet>(text: &[u8], ends: Ends) -> (usize, usize) {
    let (mut start, mut end) = (0, text.len());
    if ends != Ends::Right {
        while start < end {
            let (width, blank) = A::at(text, start);
            if !blank {
                break;
            }
            start += width;
        }
    }
    if ends != Ends::Left {
        while end > start {
            let (width, blank) = A::before(text, end);
            if !blank {
                break;
            }
            end -= width;
        }
    }
    (start, end)
}

/// What remains after bytes of a set are taken off.
pub fn strip_bytes(text: &[u8], ends: Ends, in_set: impl Fn(u8) -> bool) -> (usize, usize) {
    let start = if ends == Ends::Right { 0 } else { text.iter().position(|&byte| !in_set(byte)).unwrap_or(text.len()) };
    let end = if ends == Ends::Left { text.len() } else { text.iter().rposition(|&byte| !in_set(byte)).map_or(start, |last| (last + 1).max(start)) };
    (start, end)
}

/// Splits into lines; `piece` gets start and end, with the line break if `keep`. `long_breaks`: str's line breaks, else those of bytes.
pub fn split_lines(text: &[u8], keep: bool, long_breaks: bool, mut piece: impl FnMut(usize, usize)) {
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let byte = |index: usize| text.get(index).copied().unwrap_or(0);
        let width = match byte(at) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(byte(at + 1) == b'\n'),
            0x0b | 0x0c | 0x1c..=0x1e if long_breaks => 1,
            0xc2 if long_breaks && byte(at + 1) == 0x85 => 2,
            0xe2 if long_breaks && byte(at + 1) == 0x80 && matches!(byte(at + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        };
        if width == 0 {
            at += 1;
            continue;
        }
        piece(start, if keep { at + width } else { at });
        at += width;
        start = at;
    }
    if start < text.len() {
        piece(start, text.len());
    }
}

/// Replaces tabs by spaces up to the next multiple of `size` columns. Columns are characters.
///
/// `emit` gets texts and numbers of spaces.
pub fn expand_tabs(text: &[u8], size: usize, mut emit: impl FnMut(&[u8], usize)) {
    let mut column = 0usize;
    let mut start = 0;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                emit(text.get(start..at).unwrap_or_default(), spaces);
                start = at + 1;
                column = column.wrapping_add(spaces);
            }
            b'\n' | b'\r' => column = 0,
            // Only bytes that begin a character count as columns.
            _ => column += usize::from((byte as i8) >= -64),
        }
    }
    emit(text.get(start..).unwrap_or_default(), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn pieces(text: &str, run: impl Fn(&[u8], &mut dyn FnMut(usize, usize))) -> Vec<&str> {
        let mut out = Vec::new();
        run(text.as_bytes(), &mut |start, end| out.push(&text[start..end]));
        out
    }

    #[test]
    fn splits_at_separators() {
        assert_eq!(pieces("a,b,,c", |text, emit| split(text, b",", usize::MAX, emit)), ["a", "b", "", "c"]);
        assert_eq!(pieces("a,b,,c", |text, emit| split(text, b",", 1, emit)), ["a", "b,,c"]);
        assert_eq!(pieces("a,b,,c", |text, emit| split_from_right(text, b",", 1, emit)), ["c", "a,b,"]);
        assert_eq!(pieces("", |text, emit| split(text, b",", 1, emit)), [""]);
    }

    #[test]
    fn splits_at_blanks() {
        assert_eq!(pieces("  a\u{3000}b  c ", |text, emit| split_blanks::<TextAlphabet>(text, usize::MAX, emit)), ["a", "b", "c"]);
        assert_eq!(pieces("  a b  c ", |text, emit| split_blanks::<AsciiAlphabet>(text, 1, emit)), ["a", "b  c "]);
        assert_eq!(pieces("  a b  c ", |text, emit| split_blanks_from_right::<TextAlphabet>(text, 1, emit)), ["c", "  a b"]);
        assert_eq!(strip_blanks::<TextAlphabet>("\u{a0}ä\u{2003} ".as_bytes(), Ends::Both), (2, 4));
    }

    #[test]
    fn splits_lines() {
        assert_eq!(pieces("a\r\nb\rc\n\nd\u{2028}e", |text, emit| split_lines(text, false, true, emit)), ["a", "b", "c", "", "d", "e"]);
        assert_eq!(pieces("a\n", |text, emit| split_lines(text, true, true, emit)), ["a\n"]);
    }
}
