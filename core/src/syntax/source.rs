//! The decoded source text and the way from an offset to a line and column.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::ast::Span;
use super::{ParseOptions, SyntaxError, SyntaxErrorKind};

/// Decoded source text: UTF-8, newlines normalised to `\n`, no byte order mark. All spans are offsets into it.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    lines: LineIndex,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An encoding that this module decodes itself.
#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Cp1252,
    Koi8R,
}

/// The characters of the bytes from 0x80 on, as far as they are not those of Latin-1.
const CP1252: &str = "€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ";
const KOI8_R: &str = "\
    ─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u{a0}⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©\
    юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ";

/// The names of the built-in encodings, normalised as Python's codec registry does.
const ENCODINGS: [(Encoding, &[&str]); 5] = [
    (Encoding::Cp1252, &["cp1252", "windows_1252", "1252"]),
    (Encoding::Koi8R, &["koi8_r", "cskoi8r"]),
    (Encoding::Utf8, &["utf_8", "utf8", "u8", "utf", "utf_8_sig", "utf8_ucs2", "utf8_ucs4", "cp65001"]),
    (
        Encoding::Latin1,
        &[
            "latin_1",
            "latin1",
            "latin",
            "iso_8859_1",
            "iso8859_1",
            "iso8859",
            "iso_latin_1",
            "l1",
            "8859",
            "cp819",
            "csisolatin1",
            "ibm819",
            "iso_ir_100",
            "iso_8859_1_1987",
        ],
    ),
    (
        Encoding::Ascii,
        &[
            "ascii",
            "us_ascii",
            "us",
            "646",
            "ansi_x3.4_1968",
            "ansi_x3_4_1968",
            "ansi_x3.4_1986",
            "cp367",
            "csascii",
            "ibm367",
            "iso646_us",
            "iso_646.irv_1991",
            "iso_ir_6",
        ],
    ),
];

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

    /// The source of a tree that was not parsed: where its lines are, and nothing in them.
    pub fn without_text(lines: LineIndex) -> Source {
        Source { text: String::new(), lines }
    }

    /// Source as bytes: honours a byte order mark and a `coding` comment (PEP 263).
    ///
    /// Errors: `SyntaxError` for an unknown encoding, one that contradicts the byte order mark, or bytes that it
    /// cannot decode.
    pub fn from_bytes(bytes: &[u8], options: &ParseOptions) -> Result<Source, Box<SyntaxError>> {
        check_null_bytes(bytes)?;
        let (marked, bytes) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let Some(name) = declared_encoding(bytes) else {
            return decode_utf8(bytes);
        };
        let encoding = built_in_encoding(&name);
        if marked && name != "utf-8" {
            return Err(error_without_place(format!("encoding problem: {name} with BOM")));
        }
        match encoding {
            Some(Encoding::Utf8) => decode_utf8(bytes),
            Some(Encoding::Latin1) => Ok(decode_single_byte(bytes, char::from)),
            Some(Encoding::Cp1252) => Ok(decode_single_byte(bytes, |byte| upper_half(CP1252, byte))),
            Some(Encoding::Koi8R) => Ok(decode_single_byte(bytes, |byte| upper_half(KOI8_R, byte))),
            Some(Encoding::Ascii) => match bytes.iter().position(|byte| !byte.is_ascii()) {
                None => decode_utf8(bytes),
                Some(at) => {
                    let byte = bytes.get(at).copied().unwrap_or_default();
                    Err(error_without_place(format!("'ascii' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range(128)")))
                }
            },
            None => match options.decode.and_then(|decode| decode(&name, bytes)) {
                Some(Ok(text)) => Ok(Source::from_text(&text)),
                Some(Err(message)) => Err(error_without_place(message)),
                None => Err(error_without_place(format!("unknown encoding: {name}"))),
            },
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty if it is out of range.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
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

    /// The line and the character in the line of an offset, both from 1: what a [`SyntaxError`] shows.
    pub fn line_and_character(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.line(offset);
        let start = self.lines.start(line) as usize;
        let before = self.text.as_bytes().get(start..offset as usize).unwrap_or_default();
        let characters = before.iter().filter(|byte| (**byte as i8) >= -0x40).count();
        (line, characters as u32 + 1)
    }

    /// An error that covers a span. Also what the compiler reports its errors with.
    pub fn error(&self, kind: SyntaxErrorKind, message: String, span: Span) -> Box<SyntaxError> {
        let (line, column) = self.line_and_character(span.start);
        let (end_line, end_column) = self.line_and_character(span.end);
        let text = self.line_with_newline(line);
        Box::new(SyntaxError { kind, message, line, column, end_line, end_column, text })
    }

    /// An error at a character (from 1) of a line.
    pub(super) fn error_in_line(&self, kind: SyntaxErrorKind, message: String, line: u32, column: u32) -> Box<SyntaxError> {
        let text = self.line_with_newline(line);
        Box::new(SyntaxError { kind, message, line, column, end_line: line, end_column: 0, text })
    }

    fn line_with_newline(&self, line: u32) -> String {
        let mut text = String::from(self.line_text(line));
        text.push('\n');
        text
    }
}

/// An error that concerns no line in particular.
pub(super) fn error_without_place(message: String) -> Box<SyntaxError> {
    Box::new(SyntaxError { kind: SyntaxErrorKind::SyntaxError, message, line: 0, column: 0, end_line: 0, end_column: 0, text: String::new() })
}

/// Errors: `SyntaxError` if there is a null byte.
pub(super) fn check_null_bytes(source: &[u8]) -> Result<(), Box<SyntaxError>> {
    if source.contains(&0) {
        return Err(error_without_place("source code cannot contain null bytes".into()));
    }
    Ok(())
}

fn decode_single_byte(bytes: &[u8], decode: impl Fn(u8) -> char) -> Source {
    Source::from_text(&bytes.iter().copied().map(decode).collect::<String>())
}

fn upper_half(characters: &str, byte: u8) -> char {
    let in_table = byte.checked_sub(0x80).and_then(|index| characters.chars().nth(usize::from(index)));
    in_table.unwrap_or(char::from(byte))
}

fn decode_utf8(bytes: &[u8]) -> Result<Source, Box<SyntaxError>> {
    let error = match core::str::from_utf8(bytes) {
        Ok(text) => return Ok(Source::from_text(text)),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let rest = bytes.get(line_start..).unwrap_or_default();
    let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let byte = bytes.get(at).copied().unwrap_or_default();
    let reason = match byte {
        0x80..=0xc1 | 0xf5.. => "invalid start byte",
        _ if error.error_len().is_none() => "unexpected end of data",
        _ => "invalid continuation byte",
    };
    Err(Box::new(SyntaxError {
        kind: SyntaxErrorKind::SyntaxError,
        message: format!("(unicode error) 'utf-8' codec can't decode byte 0x{byte:02x} in position {}: {reason}", at - line_start),
        line,
        column: 1,
        end_line: line,
        end_column: 0,
        text: String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned(),
    }))
}

fn built_in_encoding(name: &str) -> Option<Encoding> {
    let normalised: String = name.chars().map(|letter| if matches!(letter, '-' | ' ') { '_' } else { letter.to_ascii_lowercase() }).collect();
    ENCODINGS.iter().find(|(_, names)| names.contains(&normalised.as_str())).map(|(encoding, _)| *encoding)
}

/// The encoding named by a `coding` comment in the first two lines, spelled as CPython's messages spell it.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n' || *byte == b'\r').take(2) {
        let content = line.trim_ascii_start();
        let content = content.strip_prefix(b"\x0c").map_or(content, |rest| rest.trim_ascii_start());
        if content.first() != Some(&b'#') {
            if content.is_empty() {
                continue;
            }
            return None;
        }
        if let Some(name) = encoding_in_comment(content) {
            return Some(name);
        }
    }
    None
}

fn encoding_in_comment(comment: &[u8]) -> Option<String> {
    let mut rest = comment;
    loop {
        let at = rest.windows(6).position(|window| window == b"coding")?;
        rest = rest.get(at + 6..)?;
        let Some(value) = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"=")) else { continue };
        let value = value.trim_ascii_start();
        let length = value.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))).unwrap_or(value.len());
        if length > 0 {
            let name = String::from_utf8_lossy(value.get(..length)?).into_owned();
            return Some(normal_name(name));
        }
    }
}

/// The two encodings that CPython's tokenizer knows by itself get one spelling each.
fn normal_name(name: String) -> String {
    let lower: String = name.chars().take(12).map(|letter| if letter == '_' { '-' } else { letter.to_ascii_lowercase() }).collect();
    let is = |known: &str| lower == known || lower.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    if is("utf-8") {
        "utf-8".into()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".into()
    } else {
        name
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

    /// Lines of these widths (columns from 0 up to the width itself). Once offsets run out, all further lines are one place.
    pub fn of_widths(widths: &[u32]) -> LineIndex {
        let mut starts = Vec::with_capacity(widths.len() + 1);
        let mut end: u32 = 0;
        for width in widths {
            starts.push(end);
            end = end.saturating_add(width.saturating_add(1));
        }
        starts.push(end);
        LineIndex { starts, length: end }
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
