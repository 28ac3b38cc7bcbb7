//! The values of literals: numbers, and the escapes in strings.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::ast::{BigIntLiteral, Constant};

/// The value of a number token; `max_digits`: see [`super::ParseOptions::max_integer_digits`].
///
/// Errors: the message of a `SyntaxError`.
pub(super) fn number(text: &str, max_digits: u32) -> Result<Constant, String> {
    let without_underscores: String;
    let digits = if text.contains('_') {
        without_underscores = text.chars().filter(|character| *character != '_').collect();
        without_underscores.as_str()
    } else {
        text
    };
    let radix = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    if radix != 10 {
        return Ok(integer(digits.get(2..).unwrap_or_default(), radix));
    }
    if let Some(imaginary) = digits.strip_suffix(['j', 'J']) {
        return float(imaginary).map(Constant::Imaginary);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return float(digits).map(Constant::Float);
    }
    if max_digits != 0 && digits.len() > max_digits as usize {
        return Err(format!(
            "Exceeds the limit ({max_digits} digits) for integer string conversion: value has {} digits; \
             use sys.set_int_max_str_digits() to increase the limit - \
             Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
            digits.len()
        ));
    }
    Ok(integer(digits, 10))
}

fn integer(digits: &str, radix: u32) -> Constant {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => Constant::Int(value),
        Err(_) => {
            let digits = digits.trim_start_matches('0').into();
            Constant::BigInt(Box::new(BigIntLiteral { radix, digits }))
        }
    }
}

fn float(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "invalid decimal literal".into())
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StringKind {
    Text,
    Bytes,
}

/// An escape that is left as it is, or cut to a byte, and deserves a warning.
pub(super) struct DubiousEscape {
    /// In bytes, from the start of the text.
    pub offset: u32,
    pub escape: String,
    pub is_octal: bool,
}

/// Decodes backslash escapes. Appends to `out`, and returns the first escape to warn of.
///
/// Errors: the message of a `SyntaxError`.
pub(super) fn decode_escapes(
    text: &str,
    kind: StringKind,
    character_by_name: Option<fn(&str) -> Option<char>>,
    out: &mut Vec<u8>,
) -> Result<Option<DubiousEscape>, String> {
    let mut dubious = None;
    let mut rest = text;
    out.reserve(text.len());
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let offset = text.len() - escape.len();
        let after = escape.get(1..).unwrap_or_default();
        let Some(letter) = after.chars().next() else {
            // Before a replacement field.
            out.push(b'\\');
            rest = after;
            continue;
        };
        rest = after.get(letter.len_utf8()..).unwrap_or_default();
        let mut is_octal = false;
        match letter {
            '\n' => continue,
            '\\' | '\'' | '"' => out.push(letter as u8),
            'a' => out.push(0x07),
            'b' => out.push(0x08),
            'f' => out.push(0x0c),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(0x0b),
            '0'..='7' => {
                let length = after.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let (digits, following) = after.split_at(length);
                rest = following;
                let value = u32::from_str_radix(digits, 8).unwrap_or_default();
                is_octal = value > 0o377;
                match kind {
                    StringKind::Bytes => out.push(value as u8),
                    StringKind::Text => push_code_point(value, out),
                }
            }
            'x' if kind == StringKind::Bytes => match rest.get(..2).and_then(parse_hex) {
                Some(value) => {
                    out.push(value as u8);
                    rest = rest.get(2..).unwrap_or_default();
                }
                None => return Err(format!("(value error) invalid \\x escape at position {offset}")),
            },
            'x' => rest = hexadecimal(text, offset, rest, 2, "truncated \\xXX escape", out)?,
            'u' if kind == StringKind::Text => {
                rest = hexadecimal(text, offset, rest, 4, "truncated \\uXXXX escape", out)?;
            }
            'U' if kind == StringKind::Text => {
                rest = hexadecimal(text, offset, rest, 8, "truncated \\UXXXXXXXX escape", out)?;
            }
            'N' if kind == StringKind::Text => rest = named(text, offset, rest, character_by_name, out)?,
            _ => {
                out.push(b'\\');
                // CPython does not warn about these either.
                if !letter.is_ascii() {
                    rest = after;
                    continue;
                }
                out.push(letter as u8);
                if dubious.is_none() {
                    let escape = format!("\\{letter}");
                    dubious = Some(DubiousEscape { offset: offset as u32, escape, is_octal: false });
                }
            }
        }
        if is_octal && dubious.is_none() {
            let escape = escape.get(..4).unwrap_or_default().into();
            dubious = Some(DubiousEscape { offset: offset as u32, escape, is_octal });
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(dubious)
}

fn parse_hex(digits: &str) -> Option<u32> {
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// `\x`, `\u` or `\U`, whose digits start `rest`; returns what follows them.
fn hexadecimal<'a>(text: &str, offset: usize, rest: &'a str, length: usize, truncated: &str, out: &mut Vec<u8>) -> Result<&'a str, String> {
    let digits = rest.bytes().take(length).take_while(u8::is_ascii_hexdigit).count();
    let end = text.len() - rest.len() + digits;
    if digits < length {
        return Err(unicode_error(text, offset, end, truncated));
    }
    let (digits, following) = rest.split_at(length);
    match parse_hex(digits) {
        Some(value) if value <= 0x10_ffff => push_code_point(value, out),
        _ => return Err(unicode_error(text, offset, end, "illegal Unicode character")),
    }
    Ok(following)
}

/// `\N{name}`, whose brace starts `rest`; returns what follows it.
fn named<'a>(text: &str, offset: usize, rest: &'a str, character_by_name: Option<fn(&str) -> Option<char>>, out: &mut Vec<u8>) -> Result<&'a str, String> {
    let start = text.len() - rest.len();
    let named = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let Some((name, following)) = named else {
        let end = if rest.starts_with('{') { text.len() } else { start };
        return Err(unicode_error(text, offset, end, "malformed \\N character escape"));
    };
    if name.is_empty() {
        return Err(unicode_error(text, offset, start + 2, "malformed \\N character escape"));
    }
    match character_by_name.and_then(|lookup| lookup(name)) {
        Some(character) => push_code_point(character as u32, out),
        None => {
            let end = text.len() - following.len();
            return Err(unicode_error(text, offset, end, "unknown Unicode character name"));
        }
    }
    Ok(following)
}

/// Positions are those in the form CPython decodes, where a non-ASCII character takes ten bytes.
fn unicode_error(text: &str, start: usize, end: usize, reason: &str) -> String {
    let position = |offset: usize| -> usize { text.get(..offset).unwrap_or(text).chars().map(|character| if character.is_ascii() { 1 } else { 10 }).sum() };
    let (first, last) = (position(start), position(end).saturating_sub(1));
    format!("(unicode error) 'unicodeescape' codec can't decode bytes in position {first}-{last}: {reason}")
}

/// Appends a code point, which may be a surrogate, in generalised UTF-8.
fn push_code_point(code: u32, out: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[0xe0 | (code >> 12) as u8, 0x80 | (code >> 6 & 0x3f) as u8, 0x80 | (code & 0x3f) as u8]),
    }
}
