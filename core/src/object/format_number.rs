//! `int`, `float` and `complex` fitted as a format specification says.

use super::complex::{self, Complex};
use super::float;
use super::float_text::{self, Presentation};
use super::format_spec::FormatSpec;
use super::int;
use super::int_text;
use super::number::{Integer, Number};
use super::str::{Str, StrBuilder};
use super::value::Value;
use crate::object::exception::Ex;
use crate::vm::{Res, Vm};
use alloc::string::String;

/// A number in pieces, all of them ASCII: `sign prefix whole rest suffix`, where only `whole` is digits and gets grouped.
struct Pieces<'a> {
    negative: bool,
    prefix: &'a str,
    /// Digits before the point (or all of them); empty for `inf`, `nan` and characters.
    whole: &'a str,
    /// The point and what follows; or what is no digits at all.
    rest: &'a str,
    /// `%`
    suffix: &'a str,
    /// Digits in a group.
    group: usize,
}

/// How many digits there are once leading zeros fill up to `least` characters, separators included (one more if they would
/// begin with a separator).
fn grouped_digits(count: usize, group: usize, least: usize) -> usize {
    if grouped_length(count, group) >= least {
        return count;
    }
    // The fewest digits that fill the width.
    let mut total = (least * group).div_ceil(group + 1).max(count);
    while grouped_length(total, group) < least {
        total += 1;
    }
    total
}

/// Characters of so many digits with their separators.
fn grouped_length(digits: usize, group: usize) -> usize {
    digits + digits.saturating_sub(1) / group
}

/// Digits with a separator between groups counted from the right, with leading zeros to `total` digits.
fn push_grouped(out: &mut StrBuilder, digits: &str, group: usize, separator: u8, total: usize) {
    let zeros = total.saturating_sub(digits.len());
    let mut left = total;
    for digit in core::iter::repeat_n(b'0', zeros).chain(digits.bytes()) {
        if left < total && left.is_multiple_of(group) {
            out.push_ascii(separator);
        }
        out.push_ascii(digit);
        left -= 1;
    }
}

/// Digits right behind the point.
fn fraction_digits(rest: &str) -> usize {
    rest.strip_prefix('.').map_or(0, |fraction| fraction.bytes().take_while(u8::is_ascii_digit).count())
}

/// What follows the whole digits, the digits behind the point in groups of three counted from the point.
fn push_rest(out: &mut StrBuilder, rest: &str, separator: u8) {
    let digits = fraction_digits(rest);
    for (index, byte) in rest.bytes().enumerate() {
        if index > 1 && index <= digits && (index - 1) % 3 == 0 {
            out.push_ascii(separator);
        }
        out.push_ascii(byte);
    }
}

/// Appends the number, padded to the width.
fn push_number(vm: &mut Vm, out: &mut StrBuilder, pieces: &Pieces, spec: &FormatSpec) -> Res<()> {
    let sign = match spec.sign {
        _ if pieces.negative => "-",
        b'+' => "+",
        b' ' => " ",
        _ => "",
    };
    let separators = if spec.fraction_grouping == 0 { 0 } else { fraction_digits(pieces.rest).saturating_sub(1) / 3 };
    let around = sign.len() + pieces.prefix.len() + pieces.rest.len() + pieces.suffix.len() + separators;
    let width = spec.width.unwrap_or(0);
    let is_grouped = spec.grouping != 0 && !pieces.whole.is_empty();
    let mut digits = pieces.whole.len();
    let mut length = digits;
    if is_grouped {
        let zeros = spec.fill == b'0' as u32 && spec.align == b'=';
        digits = grouped_digits(digits, pieces.group, if zeros { width.saturating_sub(around) } else { 0 });
        length = grouped_length(digits, pieces.group);
    }
    let padding = width.saturating_sub(around + length);
    let (before, between, after) = match spec.align {
        b'<' => (0, 0, padding),
        b'^' => (padding / 2, 0, padding - padding / 2),
        b'=' => (0, padding, 0),
        _ => (padding, 0, 0),
    };
    out.push_repeated(vm, spec.fill, before)?;
    out.push_str(sign);
    out.push_str(pieces.prefix);
    out.push_repeated(vm, spec.fill, between)?;
    if is_grouped {
        push_grouped(out, pieces.whole, pieces.group, spec.grouping, digits);
    } else {
        out.push_str(pieces.whole);
    }
    if separators == 0 {
        out.push_str(pieces.rest);
    } else {
        push_rest(out, pieces.rest, spec.fraction_grouping);
    }
    out.push_str(pieces.suffix);
    out.push_repeated(vm, spec.fill, after)
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
    let mut out = StrBuilder::in_buffer(vm);
    push_int(vm, &mut out, value, integer, spec.bytes())?;
    out.finish(vm)
}

/// Appends `format(value, spec)` of the int that `value` is; the specification is not empty.
///
/// # Errors
/// As [`format_int`].
pub fn push_int(vm: &mut Vm, out: &mut StrBuilder, value: &Value, integer: Integer, spec: &[u8]) -> Res<()> {
    let spec = FormatSpec::parse(vm, spec, value, b'd', b'>')?;
    let kind = u8::try_from(spec.kind).unwrap_or(0);
    match kind {
        b'b' | b'c' | b'd' | b'n' | b'o' | b'x' | b'X' => {}
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            let number = Number::Int(integer).to_f64(vm)?;
            return push_float_with(vm, out, value, number, &spec);
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
    if kind == b'c' {
        let code_point = code_point(vm, integer)?;
        let padding = spec.width.unwrap_or(0).saturating_sub(1);
        let before = before(&spec, padding);
        out.push_repeated(vm, spec.fill, before)?;
        out.push_code_point(code_point);
        return out.push_repeated(vm, spec.fill, padding - before);
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
    let prefix = if spec.alternate { prefix } else { "" };
    let mut push =
        |vm: &mut Vm, digits: &str| push_number(vm, out, &Pieces { negative: integer.is_negative(), prefix, whole: digits, rest: "", suffix: "", group }, &spec);
    match integer {
        Integer::Small(number) if kind != b'X' => int_text::with_digits(number.unsigned_abs(), radix, |digits| push(vm, digits)),
        _ => {
            let mut text = if radix == 10 { int::to_decimal(vm, integer)? } else { int_text::to_power_of_two(integer, radix) };
            if kind == b'X' {
                text.make_ascii_uppercase();
            }
            push(vm, text.strip_prefix('-').unwrap_or(&text))
        }
    }
}

/// How much of the padding stands before what is no number.
fn before(spec: &FormatSpec, padding: usize) -> usize {
    match spec.align {
        b'<' => 0,
        b'^' => padding / 2,
        _ => padding,
    }
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

/// Hands the magnitude as the specification's type and precision say to `then`; None for another type.
fn with_magnitude<T>(number: f64, spec: &FormatSpec, dot_zero: bool, then: impl FnOnce(&str) -> T) -> Option<T> {
    let kind = u8::try_from(spec.kind).ok()?;
    let upper = kind.is_ascii_uppercase();
    let precision = spec.precision.unwrap_or(6);
    let presentation = match kind {
        0 => match spec.precision {
            None => {
                let mut text = String::new();
                float_text::push_shortest(&mut text, number, spec.alternate, dot_zero);
                return Some(then(&text));
            }
            Some(_) if dot_zero => Presentation::GeneralDotZero,
            Some(_) => Presentation::General,
        },
        b'e' | b'E' => Presentation::Scientific,
        b'f' | b'F' | b'%' => Presentation::Fixed,
        b'g' | b'G' | b'n' => Presentation::General,
        _ => return None,
    };
    Some(float_text::with_present(number, presentation, precision, spec.alternate, upper, then))
}

/// Appends the number as the specification says; None if its type is no float's.
fn push_magnitude(vm: &mut Vm, out: &mut StrBuilder, number: f64, spec: &FormatSpec, dot_zero: bool, suffix: &str) -> Option<Res<()>> {
    with_magnitude(number, spec, dot_zero, |text| {
        let negative = float_text::shows_minus(number) && !(spec.no_negative_zero && is_zero(text));
        let (whole, rest) = split(text);
        push_number(vm, out, &Pieces { negative, prefix: "", whole, rest, suffix, group: 3 }, spec)
    })
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
    let mut out = StrBuilder::in_buffer(vm);
    push_float(vm, &mut out, value, number, spec.bytes())?;
    out.finish(vm)
}

/// Appends `format(value, spec)` of the float that `value` is; the specification is not empty.
///
/// # Errors
/// As [`format_float`].
pub fn push_float(vm: &mut Vm, out: &mut StrBuilder, value: &Value, number: f64, spec: &[u8]) -> Res<()> {
    let spec = FormatSpec::parse(vm, spec, value, 0, b'>')?;
    push_float_with(vm, out, value, number, &spec)
}

fn push_float_with(vm: &mut Vm, out: &mut StrBuilder, value: &Value, number: f64, spec: &FormatSpec) -> Res<()> {
    check_size(vm, spec)?;
    let percent = spec.kind == b'%' as u32;
    let (number, suffix) = if percent { (number * 100.0, "%") } else { (number, "") };
    push_magnitude(vm, out, number, spec, true, suffix).unwrap_or_else(|| Err(spec.unknown_kind(vm, value)))
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
    let spec = FormatSpec::parse(vm, spec.bytes(), value, 0, b'>')?;
    if !matches!(u8::try_from(spec.kind), Ok(0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n')) {
        return Err(spec.unknown_kind(vm, value));
    }
    if spec.fill == b'0' as u32 {
        return Err(vm.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == b'=' {
        return Err(vm.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    check_size(vm, &spec)?;
    // Without a type it looks like `repr`: a zero real part is left out, else there are parentheses.
    let like_repr = spec.kind == 0;
    let only_imaginary = like_repr && real == 0.0 && real.is_sign_positive();
    let mut bare = FormatSpec { width: None, align: b'<', ..spec.clone() };
    let mut inner = StrBuilder::new();
    let parentheses = like_repr && !only_imaginary;
    if parentheses {
        inner.push_ascii(b'(');
    }
    for (part, is_real) in [(real, true), (imaginary, false)] {
        if is_real && only_imaginary {
            continue;
        }
        push_magnitude(vm, &mut inner, part, &bare, false, "").unwrap_or_else(|| Err(spec.unknown_kind(vm, value)))?;
        bare.sign = b'+';
    }
    inner.push_str(if parentheses { "j)" } else { "j" });
    let padding = spec.width.unwrap_or(0).saturating_sub(inner.size());
    let before = before(&spec, padding);
    let mut out = StrBuilder::in_buffer(vm);
    out.push_repeated(vm, spec.fill, before)?;
    out.push_builder(&inner);
    out.push_repeated(vm, spec.fill, padding - before)?;
    out.finish(vm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(digits: &str, group: usize, separator: u8, least: usize) -> String {
        let mut out = StrBuilder::new();
        push_grouped(&mut out, digits, group, separator, grouped_digits(digits.len(), group, least));
        String::from_utf8_lossy(out.bytes()).into_owned()
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
