//! `int`, `float` and `complex` fitted as a format specification says.

use super::complex::{self, Complex};
use super::construct::str_from_wtf8;
use super::float;
use super::float_text::{self, Presentation};
use super::format_spec::FormatSpec;
use super::int;
use super::int_text;
use super::number::{Integer, Number};
use super::str::Str;
use super::value::Value;
use crate::object::exception::Ex;
use crate::vm::{Raised, Res, Vm};
use alloc::string::String;
use alloc::vec::Vec;

/// A number in pieces: `sign prefix whole rest`, where only `whole` is digits and gets grouped.
struct Pieces<'a> {
    negative: bool,
    prefix: &'a str,
    /// Digits before the point (or all of them); empty for `inf`, `nan` and characters.
    whole: &'a str,
    /// The point and what follows; or what is no digits at all.
    rest: &'a str,
    /// Digits in a group.
    group: usize,
}

/// Appends a code point, lone surrogates too.
fn push_code_point(bytes: &mut Vec<u8>, code_point: u32) {
    match char::from_u32(code_point) {
        Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        None => bytes.extend_from_slice(&[0xe0 | (code_point >> 12) as u8, 0x80 | (code_point >> 6 & 0x3f) as u8, 0x80 | (code_point & 0x3f) as u8]),
    }
}

fn push_fill(bytes: &mut Vec<u8>, fill: u32, count: usize) {
    if count == 0 {
        return;
    }
    if fill < 0x80 {
        bytes.resize(bytes.len() + count, fill as u8);
    } else {
        (0..count).for_each(|_| push_code_point(bytes, fill));
    }
}

/// Digits with a separator between groups counted from the right, with leading zeros to at least `least` characters
/// (one more if they would begin with a separator).
fn push_grouped(bytes: &mut Vec<u8>, digits: &str, group: usize, separator: u8, least: usize) {
    let count = digits.len();
    let length_of = |digits: usize| digits + digits.saturating_sub(1) / group;
    let mut total = count;
    if length_of(count) < least {
        // The fewest digits that fill the width.
        total = (least * group).div_ceil(group + 1).max(count);
        while length_of(total) < least {
            total += 1;
        }
    }
    for position in 0..total {
        let left = total - position;
        if position > 0 && left.is_multiple_of(group) {
            bytes.push(separator);
        }
        bytes.push(position.checked_sub(total - count).and_then(|index| digits.as_bytes().get(index)).copied().unwrap_or(b'0'));
    }
}

/// What follows the point, its digits in groups of three counted from the point.
fn push_rest(bytes: &mut Vec<u8>, rest: &str, separator: u8) {
    let Some(fraction) = rest.strip_prefix('.').filter(|_| separator != 0) else {
        bytes.extend_from_slice(rest.as_bytes());
        return;
    };
    bytes.push(b'.');
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    for (index, byte) in fraction.bytes().enumerate() {
        if index > 0 && index < digits && index % 3 == 0 {
            bytes.push(separator);
        }
        bytes.push(byte);
    }
}

/// Appends the number, padded to the width.
fn push_number(bytes: &mut Vec<u8>, pieces: &Pieces, spec: &FormatSpec) {
    let sign = match spec.sign {
        _ if pieces.negative => "-",
        b'+' => "+",
        b' ' => " ",
        _ => "",
    };
    let (mut grouped_rest, mut grouped) = (Vec::new(), Vec::new());
    let rest = if spec.fraction_grouping == 0 {
        pieces.rest.as_bytes()
    } else {
        push_rest(&mut grouped_rest, pieces.rest, spec.fraction_grouping);
        &grouped_rest
    };
    let rest_length = rest.iter().filter(|&&byte| (byte as i8) >= -64).count();
    let around = sign.len() + pieces.prefix.len() + rest_length;
    let width = spec.width.unwrap_or(0);
    let whole = if spec.grouping == 0 || pieces.whole.is_empty() {
        pieces.whole.as_bytes()
    } else {
        let zeros = spec.fill == b'0' as u32 && spec.align == b'=';
        push_grouped(&mut grouped, pieces.whole, pieces.group, spec.grouping, if zeros { width.saturating_sub(around) } else { 0 });
        &grouped
    };
    let padding = width.saturating_sub(around + whole.len());
    let (before, between, after) = match spec.align {
        b'<' => (0, 0, padding),
        b'^' => (padding / 2, 0, padding - padding / 2),
        b'=' => (0, padding, 0),
        _ => (padding, 0, 0),
    };
    bytes.reserve(around + whole.len() + padding);
    push_fill(bytes, spec.fill, before);
    bytes.extend_from_slice(sign.as_bytes());
    bytes.extend_from_slice(pieces.prefix.as_bytes());
    push_fill(bytes, spec.fill, between);
    bytes.extend_from_slice(whole);
    bytes.extend_from_slice(rest);
    push_fill(bytes, spec.fill, after);
}

/// Fails if the text would be beyond the heap limit.
fn check_size(vm: &mut Vm, spec: &FormatSpec) -> Res<()> {
    const UNCHECKED: usize = 1 << 12;
    let size = spec.width.unwrap_or(0).max(spec.precision.unwrap_or(0));
    if size < UNCHECKED {
        return Ok(());
    }
    if spec.precision.is_some_and(|precision| precision > i32::MAX as usize) {
        return Err(vm.value_error("precision too big"));
    }
    vm.check_memory(size.checked_mul(4))
}

/// `str(value)` for an empty specification: instances of subclasses may have their own `__str__`.
fn plain(vm: &mut Vm, value: &Value) -> Res<Value> {
    match vm.native_str(value)? {
        Some(text) => Ok(text),
        None => {
            let class = vm.class::<Str>().value();
            vm.call(&class, core::slice::from_ref(value))
        }
    }
}

/// `format(integer, spec)`
///
/// # Errors
/// ValueError for a specification that does not fit an int, OverflowError.
pub fn format_int(vm: &mut Vm, value: &Value, spec: &Str) -> Res<Value> {
    let Some(integer) = Integer::of(value) else { return Ok(Value::NOT_IMPLEMENTED) };
    if spec.size == 0 {
        return if value.as_small_int().is_some() { int::repr(vm, integer) } else { plain(vm, value) };
    }
    let spec = FormatSpec::parse(vm, spec, value, b'd', b'>')?;
    let kind = u8::try_from(spec.kind).unwrap_or(0);
    match kind {
        b'b' | b'c' | b'd' | b'n' | b'o' | b'x' | b'X' => {}
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            let number = Number::Int(integer).to_f64(vm)?;
            return float_with(vm, value, number, &spec);
        }
        _ => return Err(spec.unknown_kind(vm, value)),
    }
    let refused = [
        (spec.precision.is_some() || spec.fraction_grouping != 0, "Precision not allowed in integer format specifier"),
        (spec.no_negative_zero, "Negative zero coercion (z) not allowed in integer format specifier"),
        (kind == b'c' && spec.sign != 0, "Sign not allowed with integer format specifier 'c'"),
        (kind == b'c' && spec.alternate, "Alternate form (#) not allowed with integer format specifier 'c'"),
    ];
    if let Some((_, message)) = refused.iter().find(|(given, _)| *given) {
        return Err(vm.value_error(message));
    }
    check_size(vm, &spec)?;
    let mut bytes = Vec::new();
    if kind == b'c' {
        let mut character = Vec::new();
        push_code_point(&mut character, code_point(vm, integer)?);
        push_character(&mut bytes, &character, &spec);
        return Ok(str_from_wtf8(vm, &bytes));
    }
    let (prefix, group) = match kind {
        b'b' => ("0b", 4),
        b'o' => ("0o", 4),
        b'x' => ("0x", 4),
        b'X' => ("0X", 4),
        _ => ("", 3),
    };
    let radix = match kind {
        b'b' => 2,
        b'o' => 8,
        b'x' | b'X' => 16,
        _ => 10,
    };
    let mut push = |digits: &str| {
        let pieces = Pieces { negative: integer.is_negative(), prefix: if spec.alternate { prefix } else { "" }, whole: digits, rest: "", group };
        push_number(&mut bytes, &pieces, &spec);
    };
    match integer {
        Integer::Small(number) if kind != b'X' => int_text::with_digits(number.unsigned_abs(), radix, push),
        _ => {
            let mut text = if radix == 10 { int::to_decimal(vm, integer)? } else { int_text::to_power_of_two(integer, radix) };
            if kind == b'X' {
                text.make_ascii_uppercase();
            }
            push(text.strip_prefix('-').unwrap_or(&text));
        }
    }
    Ok(str_from_wtf8(vm, &bytes))
}

/// Appends one character, padded to the width.
fn push_character(bytes: &mut Vec<u8>, character: &[u8], spec: &FormatSpec) {
    let padding = spec.width.unwrap_or(0).saturating_sub(1);
    let before = match spec.align {
        b'<' => 0,
        b'^' => padding / 2,
        _ => padding,
    };
    push_fill(bytes, spec.fill, before);
    bytes.extend_from_slice(character);
    push_fill(bytes, spec.fill, padding - before);
}

/// The code point that an integer is (`chr`, `%c`, presentation type `c`).
///
/// # Errors
/// OverflowError outside of Unicode.
pub fn code_point(vm: &mut Vm, integer: Integer) -> Res<u32> {
    match integer.to_i64() {
        None => Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C long")),
        Some(code) => match u32::try_from(code) {
            Ok(code) if code <= 0x10_ffff => Ok(code),
            _ => Err(vm.raise(Ex::OverflowError, "%c arg not in range(0x110000)")),
        },
    }
}

/// The magnitude as the specification's type and precision say; None for another type.
fn magnitude(number: f64, spec: &FormatSpec, dot_zero: bool) -> Option<String> {
    let kind = u8::try_from(spec.kind).ok()?;
    let upper = kind.is_ascii_uppercase();
    let precision = spec.precision.unwrap_or(6);
    let presentation = match kind {
        0 => match spec.precision {
            None => {
                let mut text = String::new();
                float_text::push_shortest(&mut text, number, spec.alternate, dot_zero);
                return Some(text);
            }
            Some(_) if dot_zero => Presentation::GeneralDotZero,
            Some(_) => Presentation::General,
        },
        b'e' | b'E' => Presentation::Scientific,
        b'f' | b'F' | b'%' => Presentation::Fixed,
        b'g' | b'G' | b'n' => Presentation::General,
        _ => return None,
    };
    Some(float_text::present(number, presentation, precision, spec.alternate, upper))
}

/// Is the text of a magnitude a zero?
fn is_zero(text: &str) -> bool {
    text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).all(|byte| matches!(byte, b'0' | b'.'))
}

/// Splits a magnitude's text behind its leading digits.
fn split(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(digits).unwrap_or((text, ""))
}

/// `format(number, spec)`
///
/// # Errors
/// ValueError for a specification that does not fit a float.
pub fn format_float(vm: &mut Vm, value: &Value, spec: &Str) -> Res<Value> {
    let Some(number) = float::to_f64(value) else { return Ok(Value::NOT_IMPLEMENTED) };
    if spec.size == 0 {
        return plain(vm, value);
    }
    let spec = FormatSpec::parse(vm, spec, value, 0, b'>')?;
    float_with(vm, value, number, &spec)
}

fn float_with(vm: &mut Vm, value: &Value, number: f64, spec: &FormatSpec) -> Res<Value> {
    check_size(vm, spec)?;
    let percent = spec.kind == b'%' as u32;
    let number = if percent { number * 100.0 } else { number };
    let Some(mut text) = magnitude(number, spec, true) else { return Err(spec.unknown_kind(vm, value)) };
    let negative = float_text::shows_minus(number) && !(spec.no_negative_zero && is_zero(&text));
    if percent {
        text.push('%');
    }
    let (whole, rest) = split(&text);
    let mut bytes = Vec::with_capacity(text.len() + 8);
    push_number(&mut bytes, &Pieces { negative, prefix: "", whole, rest, group: 3 }, spec);
    Ok(str_from_wtf8(vm, &bytes))
}

/// `format(number, spec)`
///
/// # Errors
/// ValueError for a specification that does not fit a complex number.
pub fn format_complex(vm: &mut Vm, value: &Value, spec: &Str) -> Res<Value> {
    let Some(number) = value.get::<Complex>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let (real, imaginary) = (number.real, number.imaginary);
    if spec.size == 0 {
        return if value.get_exact::<Complex>().is_some() { Ok(vm.new_str(&complex::repr(real, imaginary))) } else { plain(vm, value) };
    }
    let spec = FormatSpec::parse(vm, spec, value, 0, b'>')?;
    if spec.fill == b'0' as u32 {
        return Err(vm.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == b'=' {
        return Err(vm.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    if spec.kind == b'%' as u32 {
        return Err(spec.unknown_kind(vm, value));
    }
    check_size(vm, &spec)?;
    // Without a type it looks like `repr`: a zero real part is left out, else there are parentheses.
    let like_repr = spec.kind == 0;
    let only_imaginary = like_repr && real == 0.0 && real.is_sign_positive();
    let mut bare = FormatSpec { width: None, align: b'<', ..spec.clone() };
    let mut inner = Vec::new();
    for (part, is_real) in [(real, true), (imaginary, false)] {
        if is_real && only_imaginary {
            continue;
        }
        let Some(text) = magnitude(part, &bare, false) else { return Err(unknown(vm, value, &spec)) };
        let negative = float_text::shows_minus(part) && !(spec.no_negative_zero && is_zero(&text));
        let (whole, rest) = split(&text);
        push_number(&mut inner, &Pieces { negative, prefix: "", whole, rest, group: 3 }, &bare);
        bare.sign = b'+';
    }
    inner.push(b'j');
    if like_repr && !only_imaginary {
        inner.insert(0, b'(');
        inner.push(b')');
    }
    let padding = spec.width.unwrap_or(0).saturating_sub(inner.len());
    let before = match spec.align {
        b'<' => 0,
        b'^' => padding / 2,
        _ => padding,
    };
    let mut bytes = Vec::with_capacity(inner.len() + padding);
    push_fill(&mut bytes, spec.fill, before);
    bytes.extend_from_slice(&inner);
    push_fill(&mut bytes, spec.fill, padding - before);
    Ok(str_from_wtf8(vm, &bytes))
}

#[cold]
fn unknown(vm: &mut Vm, value: &Value, spec: &FormatSpec) -> Raised {
    spec.unknown_kind(vm, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(digits: &str, group: usize, separator: u8, least: usize) -> String {
        let mut bytes = Vec::new();
        push_grouped(&mut bytes, digits, group, separator, least);
        String::from_utf8(bytes).unwrap_or_default()
    }

    #[test]
    fn groups() {
        for (digits, least, text) in [
            ("12", 10, "00,000,012"),
            ("1234", 6, "01,234"),
            ("1234", 7, "001,234"),
            ("1234", 0, "1,234"),
            ("123", 0, "123"),
            ("1", 4, "0,001"),
            ("1", 5, "0,001"),
            ("1234567", 15, "000,001,234,567"),
            ("1234567", 12, "0,001,234,567"),
            ("1", 1, "1"),
        ] {
            assert_eq!(grouped(digits, 3, b',', least), text, "{digits} {least}");
        }
        assert_eq!(grouped("4d2", 4, b'_', 8), "000_04d2");
    }
}
