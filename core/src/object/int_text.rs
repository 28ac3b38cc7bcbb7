//! Integers as text: what `int(text, base)` accepts, and decimal, binary, octal and hexadecimal output. Pure functions; the
//! limit on digits (PEP: integer string conversion length limitation) comes in as a number, 0 for none.

use super::number::Integer;
use super::str::case::decimal_value;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use dashu_int::{IBig, UBig};

/// Default of `sys.get_int_max_str_digits()`.
pub const DEFAULT_MAX_DIGITS: usize = 4300;

/// White space as `str.strip` and the number parsers see it.
pub fn is_space(character: char) -> bool {
    matches!(character, '\x1c'..='\x1f') || character.is_whitespace()
}

/// Number text as the parsers want it: surrounding white space removed, digits of all scripts as ASCII ones.
/// Characters that no number contains stay as they are, and fail later.
pub fn to_ascii(text: &str) -> alloc::borrow::Cow<'_, str> {
    let text = text.trim_matches(is_space);
    if text.is_ascii() {
        return text.into();
    }
    text.chars().map(|character| decimal_value(character as u32).map_or(character, |digit| (b'0' + digit as u8) as char)).collect::<String>().into()
}

/// Why text is no integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseProblem {
    Invalid,
    /// So many decimal digits are more than the limit.
    TooManyDigits(usize),
}

/// The integer in `text`, as `int(text, base)` reads it: white space around, a sign, single underscores between digits, and a
/// prefix if `base` is 16, 8, 2 or 0. `base` is 0 or 2 to 36.
///
/// # Errors
/// See [`ParseProblem`].
pub fn parse(text: &str, base: u32, max_digits: usize) -> Result<IBig, ParseProblem> {
    let text = to_ascii(text);
    let (negative, rest) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, &*text),
    };
    let prefix = match rest.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut digits = rest;
    let mut radix = base;
    if base == 0 {
        radix = if prefix == 0 { 10 } else { prefix };
    }
    let prefixed = prefix != 0 && prefix == radix;
    if prefixed {
        digits = &rest[2..];
        // An underscore may follow the prefix.
        digits = digits.strip_prefix('_').unwrap_or(digits);
    }
    let bytes = digits.as_bytes();
    if bytes.is_empty() || bytes.first() == Some(&b'_') || bytes.last() == Some(&b'_') || bytes.windows(2).any(|pair| pair == b"__") {
        return Err(ParseProblem::Invalid);
    }
    if !bytes.iter().all(|&byte| byte == b'_' || (byte as char).is_digit(radix)) {
        return Err(ParseProblem::Invalid);
    }
    let without_underscores: String;
    if bytes.contains(&b'_') {
        without_underscores = digits.chars().filter(|&character| character != '_').collect();
        digits = &without_underscores;
    }
    if base == 0 && !prefixed && digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|byte| byte != b'0') {
        // `012` means nothing since Python 3.
        return Err(ParseProblem::Invalid);
    }
    let magnitude = parse_digits(digits, radix, max_digits)?;
    let number = IBig::from(magnitude);
    Ok(if negative { -number } else { number })
}

/// Digits that are known to be valid in `radix`.
fn parse_digits(digits: &str, radix: u32, max_digits: usize) -> Result<UBig, ParseProblem> {
    if digits.len() <= 12
        && let Ok(number) = u64::from_str_radix(digits, radix)
    {
        return Ok(UBig::from(number));
    }
    if !radix.is_power_of_two() && max_digits != 0 && digits.len() > max_digits {
        return Err(ParseProblem::TooManyDigits(digits.len()));
    }
    UBig::from_str_radix(digits, radix).map_err(|_| ParseProblem::Invalid)
}

/// Decimal text; None if it has more digits than the limit.
pub fn to_decimal(number: Integer, max_digits: usize) -> Option<String> {
    let mut text = String::new();
    match number {
        Integer::Small(number) => write_small(&mut text, number),
        Integer::Big(number) => {
            let bits = super::number::magnitude_bits(number);
            // A number of so many bits has at least this many digits.
            let least = (bits.saturating_sub(1) as u128 * 30102 / 100_000) as usize + 1;
            if max_digits != 0 && least > max_digits {
                return None;
            }
            let _ = write!(text, "{number}");
            if max_digits != 0 && text.len() - text.starts_with('-') as usize > max_digits {
                return None;
            }
        }
    }
    Some(text)
}

/// Appends a small number in decimal.
pub fn write_small(text: &mut String, number: i64) {
    with_decimal(number, |digits| text.push_str(digits));
}

/// Hands the decimal text of a small number to `then`: faster than the formatting machinery.
#[inline]
pub fn with_decimal<T>(number: i64, then: impl FnOnce(&str) -> T) -> T {
    const DIGITS: usize = 20;
    let mut buffer = [0u8; DIGITS];
    let mut position = DIGITS;
    let mut rest = number.unsigned_abs();
    loop {
        position -= 1;
        if let Some(place) = buffer.get_mut(position) {
            *place = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        position -= 1;
        if let Some(place) = buffer.get_mut(position) {
            *place = b'-';
        }
    }
    then(buffer.get(position..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default())
}

/// Digits of the magnitude in radix 2, 8 or 16, lower case, without prefix and sign.
pub fn to_power_of_two(number: Integer, radix: u32) -> String {
    let mut text = String::new();
    let _ = match (number, radix) {
        (Integer::Small(number), radix) => {
            with_digits(number.unsigned_abs(), radix, |digits| text.push_str(digits));
            Ok(())
        }
        (Integer::Big(number), radix) => {
            let magnitude: UBig = dashu_int::ops::UnsignedAbs::unsigned_abs(number);
            match radix {
                2 => write!(text, "{magnitude:b}"),
                8 => write!(text, "{magnitude:o}"),
                _ => write!(text, "{magnitude:x}"),
            }
        }
    };
    text
}

/// Hands the digits of a small magnitude in a radix to `then`.
#[inline]
pub fn with_digits<T>(magnitude: u64, radix: u32, then: impl FnOnce(&str) -> T) -> T {
    const DIGITS: usize = 64;
    let mut buffer = [0u8; DIGITS];
    let mut position = DIGITS;
    let mut rest = magnitude;
    let mut push = |digit: u64| {
        position -= 1;
        if let Some(place) = buffer.get_mut(position) {
            *place = b"0123456789abcdef".get(digit as usize & 15).copied().unwrap_or(b'0');
        }
    };
    loop {
        // Constant divisors are no divisions.
        let digit;
        (digit, rest) = match radix {
            10 => (rest % 10, rest / 10),
            16 => (rest & 15, rest >> 4),
            8 => (rest & 7, rest >> 3),
            _ => (rest & 1, rest >> 1),
        };
        push(digit);
        if rest == 0 {
            break;
        }
    }
    then(buffer.get(position..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default())
}

/// `bin`, `oct`, `hex`: sign, prefix, digits.
pub fn with_prefix(number: Integer, radix: u32) -> String {
    let prefix = match radix {
        2 => "0b",
        8 => "0o",
        _ => "0x",
    };
    let mut text = String::from(if number.is_negative() { "-" } else { "" });
    text.push_str(prefix);
    text.push_str(&to_power_of_two(number, radix));
    text
}

/// The number in big-endian or little-endian bytes; two's complement if `signed`.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> IBig {
    match (little, signed) {
        (true, true) => IBig::from_le_bytes(bytes),
        (false, true) => IBig::from_be_bytes(bytes),
        (true, false) => UBig::from_le_bytes(bytes).into(),
        (false, false) => UBig::from_be_bytes(bytes).into(),
    }
}

/// `length` bytes of the number in two's complement (or unsigned), little-endian first; None if it does not fit.
/// Unsigned and negative is the caller's business.
pub fn to_bytes(number: Integer, length: usize, little: bool, signed: bool) -> Option<Vec<u8>> {
    let negative = number.is_negative();
    let mut bytes = number.with_big(|number| number.to_le_bytes().into_vec());
    // The library's two's complement bytes end with a sign byte when needed.
    let fill = if negative { 0xff } else { 0 };
    while bytes.len() > length && bytes.last() == Some(&fill) {
        bytes.pop();
    }
    if bytes.len() > length {
        return None;
    }
    bytes.resize(length, fill);
    if signed && bytes.last().is_some_and(|&last| (last & 0x80 != 0) != negative) {
        return None;
    }
    if !little {
        bytes.reverse();
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, base: u32) -> Result<i64, ParseProblem> {
        parse(text, base, DEFAULT_MAX_DIGITS).map(|number| i64::try_from(&number).unwrap_or(i64::MIN))
    }

    #[test]
    fn texts_that_are_integers() {
        for (text, base, number) in [
            (" 1 ", 10, 1),
            ("\t-1\n", 10, -1),
            ("+1_000", 10, 1000),
            ("0x_f", 16, 15),
            ("f", 16, 15),
            ("0x_f", 0, 15),
            ("0b1", 2, 1),
            ("0b1", 16, 0xb1),
            ("0_0", 0, 0),
            ("00", 0, 0),
            ("-0x1f", 16, -31),
            ("\u{661}\u{662}", 10, 12),
            ("z", 36, 35),
        ] {
            assert_eq!(parsed(text, base), Ok(number), "{text:?} base {base}");
        }
    }

    #[test]
    fn texts_that_are_not() {
        for (text, base) in [
            ("", 10),
            ("1_", 10),
            ("_1", 10),
            ("1__0", 10),
            ("+-1", 10),
            ("- 1", 10),
            ("012", 0),
            ("0b", 2),
            ("0x", 16),
            ("0x", 10),
            ("1\0", 10),
            ("é", 10),
            ("0x__f", 16),
            ("2", 2),
        ] {
            assert_eq!(parsed(text, base), Err(ParseProblem::Invalid), "{text:?} base {base}");
        }
        assert_eq!(parsed(&"1".repeat(4301), 10), Err(ParseProblem::TooManyDigits(4301)));
        assert!(parsed(&"1".repeat(4301), 16).is_ok());
    }

    #[test]
    fn output() {
        let big = IBig::from(10).pow(30);
        assert_eq!(to_decimal(Integer::Small(i64::MIN), 0).as_deref(), Some("-9223372036854775808"));
        assert_eq!(to_decimal(Integer::Small(0), 0).as_deref(), Some("0"));
        assert_eq!(to_decimal(Integer::Big(&big), 31).as_deref(), Some("1000000000000000000000000000000"));
        assert_eq!(to_decimal(Integer::Big(&big), 30), None);
        assert_eq!(with_prefix(Integer::Small(-5), 2), "-0b101");
        assert_eq!(with_prefix(Integer::Big(&big), 16), "0xc9f2c9cd04674edea40000000");
    }

    #[test]
    fn bytes() {
        assert_eq!(to_bytes(Integer::Small(-1), 2, false, true), Some(Vec::from([255, 255])));
        assert_eq!(to_bytes(Integer::Small(128), 1, false, true), None);
        assert_eq!(to_bytes(Integer::Small(128), 1, false, false), Some(Vec::from([128])));
        assert_eq!(to_bytes(Integer::Small(-128), 1, false, true), Some(Vec::from([128])));
        assert_eq!(to_bytes(Integer::Small(-129), 1, false, true), None);
        assert_eq!(to_bytes(Integer::Small(256), 1, false, false), None);
        assert_eq!(to_bytes(Integer::Small(0), 0, false, true), Some(Vec::new()));
        assert_eq!(to_bytes(Integer::Small(258), 3, true, false), Some(Vec::from([2, 1, 0])));
        assert_eq!(from_bytes(&[255, 0], true, true), IBig::from(255));
        assert_eq!(from_bytes(&[255, 0], false, true), IBig::from(-256));
        assert_eq!(from_bytes(&[], false, true), IBig::ZERO);
    }
}
