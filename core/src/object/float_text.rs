//! Doubles as text: the shortest text that reads back as the same double, the `e`, `f`, `g` presentations, reading decimal
//! and hexadecimal text, rounding to decimal digits. Pure functions; every result is correctly rounded.

use super::float::decompose;
use super::int_text::{to_ascii, with_decimal};
use super::number::round_to_f64;
use alloc::string::String;
use core::fmt::Write;

/// More digits than this after the point (or at all) are zeros in every double.
const MOST_FRACTION_DIGITS: usize = 1074;
const MOST_SIGNIFICANT_DIGITS: usize = 800;

/// Decimal digits of a finite number: `0.d1d2d3.. * 10**point`.
struct Decimal {
    digits: String,
    point: i32,
}

impl Decimal {
    /// From the text that `{:e}` makes.
    fn from_scientific(mut text: String) -> Decimal {
        let exponent_at = text.find('e').unwrap_or(text.len());
        let exponent: i32 = text.get(exponent_at + 1..).and_then(|exponent| exponent.parse().ok()).unwrap_or(0);
        text.truncate(exponent_at);
        if text.len() > 1 {
            // The point is the second character.
            text.remove(1);
        }
        Decimal { digits: text, point: exponent + 1 }
    }

    /// From a number in any decimal notation.
    fn from_text(text: &str) -> Decimal {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = String::with_capacity(24);
        digits.push_str(whole);
        digits.push_str(fraction);
        let leading = digits.bytes().take_while(|&byte| byte == b'0').count().min(digits.len() - 1);
        digits.drain(..leading);
        let mut decimal = Decimal { digits, point: whole.len() as i32 - leading as i32 + exponent.parse().unwrap_or(0) };
        decimal.strip_zeros();
        if decimal.digits == "0" {
            decimal.point = 1;
        }
        decimal
    }

    /// The shortest digits that identify the double.
    fn shortest(number: f64) -> Decimal {
        let mut buffer = ryu::Buffer::new();
        let decimal = Decimal::from_text(buffer.format_finite(number.abs()));
        if decimal.digits.len() >= 16 && may_be_tie(number) {
            // Half way between two texts, the even digit counts, as in exact rounding.
            let rounded = Decimal::rounded(number, decimal.digits.len());
            let mut text = String::new();
            rounded.push_scientific(&mut text, false, false);
            if text.parse() == Ok(number.abs()) {
                return rounded;
            }
        }
        decimal
    }

    /// `count` significant digits, at least one.
    fn rounded(number: f64, count: usize) -> Decimal {
        let count = count.max(1);
        if let Some((digits, point)) = significant(number, count) {
            return Decimal { digits: with_decimal(digits as i64, |text| text.into()), point };
        }
        let mut text = String::with_capacity(count.min(MOST_SIGNIFICANT_DIGITS) + 16);
        let _ = write!(text, "{:.*e}", count.min(MOST_SIGNIFICANT_DIGITS) - 1, number.abs());
        let mut decimal = Decimal::from_scientific(text);
        push_zeros(&mut decimal.digits, count.saturating_sub(MOST_SIGNIFICANT_DIGITS));
        decimal
    }

    fn strip_zeros(&mut self) {
        let kept = self.digits.trim_end_matches('0').len().max(1);
        self.digits.truncate(kept);
    }

    /// Appends the digits with a point where it belongs. `alternate`: always a point; `dot_zero`: `.0` if there is no fraction.
    fn push_positional(&self, text: &mut String, alternate: bool, dot_zero: bool) {
        let length = self.digits.len();
        if self.point <= 0 {
            text.push_str("0.");
            push_zeros(text, -self.point as usize);
            text.push_str(&self.digits);
            return;
        }
        let point = self.point as usize;
        match self.digits.split_at_checked(point).filter(|(_, fraction)| !fraction.is_empty()) {
            Some((whole, fraction)) => {
                text.push_str(whole);
                text.push('.');
                text.push_str(fraction);
            }
            None => {
                text.push_str(&self.digits);
                push_zeros(text, point - length);
                if dot_zero {
                    text.push_str(".0");
                } else if alternate {
                    text.push('.');
                }
            }
        }
    }

    /// Appends `d.ddde+XX`.
    fn push_scientific(&self, text: &mut String, alternate: bool, upper: bool) {
        let (first, rest) = self.digits.split_at_checked(1).unwrap_or((&self.digits, ""));
        text.push_str(first);
        if !rest.is_empty() || alternate {
            text.push('.');
            text.push_str(rest);
        }
        let exponent = self.point - 1;
        let _ = write!(text, "{}{}{:02}", if upper { 'E' } else { 'e' }, if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
}

/// 10**places, up to what a u64 holds.
fn power_of_ten(places: usize) -> Option<u64> {
    const POWERS: [u64; 20] = {
        let mut powers = [1; 20];
        let mut place = 1;
        while place < powers.len() {
            powers[place] = powers[place - 1] * 10;
            place += 1;
        }
        powers
    };
    POWERS.get(places).copied()
}

/// The magnitude times 10**places, rounded to an integer, ties to even. In exact arithmetic; None if 64 bits do not hold the result.
fn scaled(number: f64, places: usize) -> Option<u64> {
    let scale = power_of_ten(places)?;
    if !number.is_finite() {
        return None;
    }
    let (mantissa, exponent) = decompose(number.abs());
    // Below 2**117.
    let product = mantissa as u128 * scale as u128;
    let shift = exponent.unsigned_abs();
    if exponent >= 0 {
        return if shift < product.leading_zeros() { u64::try_from(product << shift).ok() } else { None };
    }
    if shift >= 118 {
        // Less than a half.
        return Some(0);
    }
    let whole = u64::try_from(product >> shift).ok()?;
    let rest = product & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    whole.checked_add(u64::from(rest > half || rest == half && whole & 1 == 1))
}

/// `count` significant digits as an integer, and the place of the point (see [`Decimal`]); None where [`scaled`] does not reach.
fn significant(number: f64, count: usize) -> Option<(u64, i32)> {
    let limit = power_of_ten(count)?;
    let binary = (number.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    // 10**point is at most the number, or one decade too high for it; zeros and the smallest doubles fail below.
    let mut point = ((binary as i64 * 78913) >> 18) as i32 + 1;
    let mut digits = scaled(number, usize::try_from(count as i32 - point).ok()?)?;
    if digits >= limit {
        point += 1;
        digits = scaled(number, usize::try_from(count as i32 - point).ok()?)?;
    }
    (digits < limit && digits >= limit / 10 && digits <= i64::MAX as u64).then_some((digits, point))
}

/// Hands an integer's decimal digits with a point before the last `places` of them to `then`; `point`: show it with none behind, too.
fn with_point<T>(mut digits: u64, places: usize, point: bool, then: impl FnOnce(&str) -> T) -> T {
    const SIZE: usize = 24;
    let mut buffer = [b'0'; SIZE];
    let mut position = SIZE;
    let mut push = |byte: u8| {
        position -= 1;
        if let Some(place) = buffer.get_mut(position) {
            *place = byte;
        }
    };
    // At most 19 places, so at most 21 characters.
    for _ in 0..places {
        push(b'0' + (digits % 10) as u8);
        digits /= 10;
    }
    if point || places > 0 {
        push(b'.');
    }
    loop {
        push(b'0' + (digits % 10) as u8);
        digits /= 10;
        if digits == 0 {
            break;
        }
    }
    then(buffer.get(position..).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default())
}

/// May the number lie exactly between two decimals of sixteen or seventeen digits? Then it has few binary places, or is large.
fn may_be_tie(number: f64) -> bool {
    let (mantissa, exponent) = decompose(number.abs());
    let exponent = exponent + mantissa.trailing_zeros() as i32;
    (-26..0).contains(&exponent) || number.abs() >= 9_007_199_254_740_992.0
}

fn push_zeros(text: &mut String, count: usize) {
    text.extend(core::iter::repeat_n('0', count));
}

/// `inf` or `nan` if the number is one, without sign.
fn special(number: f64, upper: bool) -> Option<&'static str> {
    match (number.is_nan(), number.is_infinite(), upper) {
        (true, _, false) => Some("nan"),
        (true, _, true) => Some("NAN"),
        (_, true, false) => Some("inf"),
        (_, true, true) => Some("INF"),
        _ => None,
    }
}

/// Is a minus sign to be shown? NaN has no sign.
pub fn shows_minus(number: f64) -> bool {
    number.is_sign_negative() && !number.is_nan()
}

/// `repr(number)`.
pub fn repr(number: f64) -> String {
    let mut text = String::with_capacity(24);
    if shows_minus(number) {
        text.push('-');
    }
    push_shortest(&mut text, number, false, true);
    text
}

/// Hands `repr(number)` to `then`: without allocating in the common case.
pub fn with_repr<T>(number: f64, then: impl FnOnce(&str) -> T) -> T {
    let magnitude = number.abs();
    let mut buffer = ryu::Buffer::new();
    if number == 0.0 || (1e-4..1e16).contains(&magnitude) {
        // In this range both notations are the same.
        let text = buffer.format_finite(number);
        if text.len() < 17 || !may_be_tie(number) {
            return then(text);
        }
    }
    then(&repr(number))
}

/// Appends the shortest text of the magnitude. `alternate`: always a point; `dot_zero`: whole numbers end in `.0`.
pub fn push_shortest(text: &mut String, number: f64, alternate: bool, dot_zero: bool) {
    if let Some(special) = special(number, false) {
        text.push_str(special);
        return;
    }
    let decimal = Decimal::shortest(number);
    if -4 < decimal.point && decimal.point <= 16 {
        decimal.push_positional(text, alternate, dot_zero);
    } else {
        decimal.push_scientific(text, alternate, false);
    }
}

/// How to present a double.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presentation {
    /// `d.ddde+XX`: digits after the point.
    Scientific,
    /// `ddd.ddd`: digits after the point.
    Fixed,
    /// Significant digits; positional or scientific by size; no trailing zeros.
    General,
    /// As General, but always with a digit after the point (a float's precision without a type).
    GeneralDotZero,
}

/// Hands the magnitude of a number with so many digits (see [`Presentation`]) to `then`. `alternate` keeps the point and trailing zeros.
pub fn with_present<T>(number: f64, presentation: Presentation, precision: usize, alternate: bool, upper: bool, then: impl FnOnce(&str) -> T) -> T {
    if presentation == Presentation::Fixed
        && let Some(digits) = scaled(number, precision)
    {
        return with_point(digits, precision, alternate, then);
    }
    then(&present(number, presentation, precision, alternate, upper))
}

fn present(number: f64, presentation: Presentation, precision: usize, alternate: bool, upper: bool) -> String {
    if let Some(special) = special(number, upper) {
        return special.into();
    }
    let mut text = String::with_capacity(24);
    match presentation {
        Presentation::Fixed => {
            let kept = precision.min(MOST_FRACTION_DIGITS);
            let _ = write!(text, "{:.*}", kept, number.abs());
            push_zeros(&mut text, precision - kept);
            if alternate && precision == 0 {
                text.push('.');
            }
        }
        Presentation::Scientific => Decimal::rounded(number, precision.saturating_add(1)).push_scientific(&mut text, alternate, upper),
        Presentation::General | Presentation::GeneralDotZero => {
            let precision = precision.max(1);
            let dot_zero = presentation == Presentation::GeneralDotZero;
            // Zeros beyond a double's digits are only shown by the alternate form.
            let digits = if alternate { precision } else { precision.min(MOST_SIGNIFICANT_DIGITS) };
            let mut decimal = Decimal::rounded(number, digits);
            if !alternate {
                decimal.strip_zeros();
            }
            let largest = precision - dot_zero as usize;
            if decimal.point <= -4 || decimal.point > 0 && decimal.point as usize > largest {
                decimal.push_scientific(&mut text, alternate, upper);
            } else {
                decimal.push_positional(&mut text, alternate, dot_zero);
            }
        }
    }
    text
}

/// The double in `text`, as `float(text)` reads it; None if it is none.
pub fn parse(text: &str) -> Option<f64> {
    parse_ascii(&to_ascii(text))
}

/// A number without white space around it.
pub fn parse_ascii(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'_') {
        return parse_plain(text);
    }
    // Underscores stand between digits only.
    let digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    let well_placed = bytes.iter().enumerate().all(|(index, &byte)| byte != b'_' || (digit(index.checked_sub(1)) && digit(Some(index + 1))));
    if !well_placed {
        return None;
    }
    let text: String = text.chars().filter(|&character| character != '_').collect();
    parse_plain(&text)
}

/// A number without underscores. Rust's grammar for doubles is Python's.
fn parse_plain(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Length of the longest beginning of `text` that is a double (`inf` and `nan` included); 0 if none is.
pub fn prefix_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let sign = matches!(bytes.first(), Some(b'+' | b'-')) as usize;
    let rest = bytes.get(sign..).unwrap_or_default();
    for word in ["infinity", "inf", "nan"] {
        if rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())) {
            return sign + word.len();
        }
    }
    let count = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = count(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = count(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = matches!(bytes.get(end + 1), Some(b'+' | b'-')) as usize;
        let digits = count(end + 1 + sign);
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    end
}

/// Rounds a finite number to so many digits after the point (before it if negative), ties to even; infinite if the result is too large.
pub fn round_to_digits(number: f64, digits: i64) -> f64 {
    // Beyond these every double stays, or becomes zero.
    if digits > 323 {
        return number;
    }
    if digits < -308 {
        return 0.0 * number;
    }
    if let Ok(places) = usize::try_from(digits)
        && let (Some(scaled), Some(scale)) = (scaled(number, places), power_of_ten(places))
        && scaled <= 1 << 53
    {
        // Both are exact, so that the quotient is what reading the text would give. (10**19 has 45 bits, and zeros.)
        return (scaled as f64 / scale as f64).copysign(number);
    }
    let mut text = String::new();
    if digits >= 0 {
        let _ = write!(text, "{:.*}", digits as usize, number);
        return text.parse().unwrap_or(number);
    }
    let point = Decimal::shortest(number).point as i64;
    match point + digits {
        kept if kept > 0 => {
            let _ = write!(text, "{:.*e}", kept as usize - 1, number);
            text.parse().unwrap_or(number)
        }
        0 => {
            // Either nothing or one unit, which is more than ten times half of it.
            let _ = write!(text, "5e{}", -digits - 1);
            let half: f64 = text.parse().unwrap_or(f64::INFINITY);
            if number.abs() <= half {
                return 0.0 * number;
            }
            text.clear();
            let _ = write!(text, "1e{}", -digits);
            let unit: f64 = text.parse().unwrap_or(f64::INFINITY);
            unit.copysign(number)
        }
        _ => 0.0 * number,
    }
}

/// `number.hex()`
pub fn to_hex(number: f64) -> String {
    let mut text = String::new();
    if shows_minus(number) {
        text.push('-');
    }
    if let Some(special) = special(number, false) {
        text.push_str(special);
        return text;
    }
    if number == 0.0 {
        text.push_str("0x0.0p+0");
        return text;
    }
    let bits = number.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i32;
    let (lead, exponent) = if biased == 0 { (0, -1022) } else { (1, biased - 1023) };
    let _ = write!(text, "0x{lead}.{:013x}p{exponent:+}", bits & ((1 << 52) - 1));
    text
}

/// Why text is no hexadecimal double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HexProblem {
    Invalid,
    TooLarge,
}

/// The double in `text`, as `float.fromhex(text)` reads it.
///
/// # Errors
/// See [`HexProblem`].
pub fn from_hex(text: &str) -> Result<f64, HexProblem> {
    let text = text.trim_matches(|character: char| matches!(character, ' ' | '\t'..='\r'));
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = if rest.eq_ignore_ascii_case("inf") || rest.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if rest.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        hex_magnitude(rest)?
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn hex_magnitude(text: &str) -> Result<f64, HexProblem> {
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let (digits, exponent) = match text.split_once(['p', 'P']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_hexdigit()) {
        return Err(HexProblem::Invalid);
    }
    let exponent = match exponent {
        None => 0,
        Some(exponent) => {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(HexProblem::Invalid);
            }
            // Larger ones end in 0 or overflow anyway, however many digits the text has.
            let size = unsigned.parse::<i64>().unwrap_or(i64::MAX).min(1 << 60);
            if exponent.starts_with('-') { -size } else { size }
        }
    };
    // The first sixteen significant digits, whether anything follows them, and the exponent of the last one kept.
    let mut mantissa: u64 = 0;
    let mut sticky = false;
    let mut cut = 0i64;
    for digit in whole.chars().chain(fraction.chars()).filter_map(|character| character.to_digit(16)) {
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit as u64;
        } else {
            cut += 4;
            sticky |= digit != 0;
        }
    }
    if mantissa == 0 {
        return Ok(0.0);
    }
    let exponent = exponent + cut - 4 * fraction.len() as i64;
    round_to_f64(mantissa | sticky as u64, exponent).ok_or(HexProblem::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_the_shortest() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (123456789.123, "123456789.123"),
            (f64::INFINITY, "inf"),
            (-f64::INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (1e22, "1e+22"),
            (2.193_855_285_644_531_3, "2.1938552856445312"),
            (590_678_481_835_680.3, "590678481835680.2"),
            (100.0, "100.0"),
        ] {
            assert_eq!(repr(number), text);
        }
    }

    #[test]
    fn presentations() {
        use Presentation::*;
        for (number, presentation, precision, alternate, text) in [
            (0.5, Fixed, 0, false, "0"),
            (1.5, Fixed, 0, false, "2"),
            (2.5, Fixed, 0, false, "2"),
            (2.675, Fixed, 2, false, "2.67"),
            (0.125, Fixed, 2, false, "0.12"),
            (1.0, Fixed, 0, true, "1."),
            (1.0, Scientific, 0, true, "1.e+00"),
            (12345.678, Scientific, 6, false, "1.234568e+04"),
            (0.0, Scientific, 2, false, "0.00e+00"),
            (1.0, General, 6, true, "1.00000"),
            (0.0, General, 6, true, "0.00000"),
            (0.0, General, 6, false, "0"),
            (1e-10, General, 6, false, "1e-10"),
            (100000.0, General, 6, false, "100000"),
            (1000000.0, General, 6, false, "1e+06"),
            (999999.5, General, 6, false, "1e+06"),
            (123456.0, GeneralDotZero, 3, false, "1.23e+05"),
            (0.0, GeneralDotZero, 3, false, "0.0"),
            (12.0, GeneralDotZero, 3, false, "12.0"),
            (123.0, GeneralDotZero, 3, false, "1.23e+02"),
            (0.0001, General, 1, false, "0.0001"),
            (0.00001, General, 1, false, "1e-05"),
            (1e22, Fixed, 1, false, "10000000000000000000000.0"),
        ] {
            assert_eq!(present(number, presentation, precision, alternate, false), text, "{number} {presentation:?} {precision}");
        }
        assert_eq!(present(5e-324, Fixed, 1100, false, false).len(), 1102);
        assert_eq!(present(1.5, Scientific, 70000, false, false).len(), 70006);
        assert_eq!(present(f64::INFINITY, Fixed, 3, false, true), "INF");
    }

    #[test]
    fn reading() {
        for (text, number) in [
            (" 1_0.0_1 ", 10.01),
            ("1e1_0", 1e10),
            (".5", 0.5),
            ("1.", 1.0),
            ("1.e5", 1e5),
            ("-Infinity", f64::NEG_INFINITY),
            ("+1", 1.0),
            ("\u{661}.5", 1.5),
            ("1e400", f64::INFINITY),
        ] {
            assert_eq!(parse(text), Some(number), "{text:?}");
        }
        for text in ["", "x", "1_.0", "_1", "1__0", ".", "1e", "infinit", "0x1p3", "1 2", "+-1", "1e5_", "e5", "1_e5"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
        for (text, length) in [("1.5e3j", 5), ("1e+j", 1), ("-inf+1j", 4), ("j", 0), ("+.5", 3), ("nanj", 3), ("-", 0), (".e5", 0)] {
            assert_eq!(prefix_length(text), length, "{text:?}");
        }
    }

    #[test]
    fn rounding() {
        for (number, digits, result) in [
            (2.675, 2, 2.67),
            (1234.5, -2, 1200.0),
            (1250.0, -2, 1200.0),
            (1350.0, -2, 1400.0),
            (50.0, -2, 0.0),
            (51.0, -2, 100.0),
            (5.0, -2, 0.0),
            (99.0, -2, 100.0),
            (0.5, 0, 0.0),
            (-2.5, 0, -2.0),
            (1e300, 400, 1e300),
            (1.5e308, -308, f64::INFINITY),
            (4e307, -308, 0.0),
            (1e16, 30, 1e16),
        ] {
            assert_eq!(round_to_digits(number, digits), result, "{number} {digits}");
        }
    }

    #[test]
    fn hexadecimal() {
        for (number, text) in
            [(1e300, "0x1.7e43c8800759cp+996"), (5e-324, "0x0.0000000000001p-1022"), (-0.0, "-0x0.0p+0"), (1.0, "0x1.0000000000000p+0"), (f64::NAN, "nan")]
        {
            assert_eq!(to_hex(number), text);
        }
        for (text, number) in [
            ("0x1.8p3", 12.0),
            ("1.8", 1.5),
            (" -inf ", f64::NEG_INFINITY),
            ("0x.8", 0.5),
            ("0x1p-2000", 0.0),
            ("0x1.fffffffffffff8p0", 2.0),
            ("0x1.fffffffffffff7p0", 1.9999999999999998),
            ("0x0.8p-1074", 0.0),
            ("0x0.80000000000000000001p-1074", 5e-324),
            ("0x0p99999999999999999999", 0.0),
        ] {
            assert_eq!(from_hex(text), Ok(number), "{text}");
        }
        for text in ["", "x", "0x1p", "0x", "0x1.2.3", "1p+-3", "0x1 "] {
            assert_eq!(from_hex(text).err(), if text == "0x1 " { None } else { Some(HexProblem::Invalid) }, "{text}");
        }
        assert_eq!(from_hex("0x1p2000"), Err(HexProblem::TooLarge));
        assert_eq!(from_hex("0x1.fffffffffffff8p1023"), Err(HexProblem::TooLarge));
    }
}
