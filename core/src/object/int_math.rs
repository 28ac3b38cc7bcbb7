//! Integer arithmetic as Python defines it: small numbers in registers, everything else through the big integer library.
//! Results always come back normalised (in the word if they fit). Sizes are checked against the heap limit before anything
//! large is computed.

use super::float;
use super::int::{from_big, too_large_for_float};
use super::number::{self, ArithmeticOp, Integer, divide_to_f64};
use super::value::Value;
use crate::object::exception::Ex;
use crate::vm::{Raised, Res, Vm};
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{Abs, BitTest, DivRem, ExtendedGcd, Gcd, UnsignedAbs};
use dashu_int::{IBig, Sign, UBig};

use Integer::{Big, Small};

#[cold]
fn zero_division(vm: &mut Vm) -> Raised {
    vm.raise(Ex::ZeroDivisionError, "division by zero")
}

#[cold]
fn too_many_digits(vm: &mut Vm) -> Raised {
    vm.raise(Ex::OverflowError, "too many digits in integer")
}

/// Fails if a result of so many bits does not fit the heap limit.
fn check_bits(vm: &mut Vm, bits: Option<u128>) -> Res<()> {
    match bits {
        // What fits a page is not worth a look.
        Some(bits) if bits < 1 << 16 => Ok(()),
        Some(bits) => vm.check_memory(usize::try_from(bits / 8).ok().filter(|&bytes| bytes < isize::MAX as usize / 16)),
        None => Err(too_many_digits(vm)),
    }
}

/// `a op b`.
///
/// # Errors
/// ZeroDivisionError, ValueError (shift counts), OverflowError (a float result too large), MemoryError.
pub fn apply(vm: &mut Vm, op: ArithmeticOp, a: Integer, b: Integer) -> Res<Value> {
    match op {
        ArithmeticOp::Add => Ok(add(vm, a, b)),
        ArithmeticOp::Sub => Ok(subtract(vm, a, b)),
        ArithmeticOp::Mul => multiply(vm, a, b),
        ArithmeticOp::TrueDiv => true_divide(vm, a, b),
        ArithmeticOp::FloorDiv => floor_divide(vm, a, b),
        ArithmeticOp::Mod => modulo(vm, a, b),
        ArithmeticOp::DivMod => {
            let (quotient, rest) = divmod(vm, a, b)?;
            Ok(vm.new_tuple([quotient, rest].into()))
        }
        ArithmeticOp::Pow => power(vm, a, b),
        ArithmeticOp::LShift => shift_left(vm, a, b),
        ArithmeticOp::RShift => shift_right(vm, a, b),
        ArithmeticOp::And => Ok(bitwise(vm, a, b, |a, b| a & b, |a, b| a & b)),
        ArithmeticOp::Or => Ok(bitwise(vm, a, b, |a, b| a | b, |a, b| a | b)),
        ArithmeticOp::Xor => Ok(bitwise(vm, a, b, |a, b| a ^ b, |a, b| a ^ b)),
    }
}

/// `a + b`
pub fn add(vm: &mut Vm, a: Integer, b: Integer) -> Value {
    match (a, b) {
        (Small(x), Small(y)) if let Some(sum) = x.checked_add(y) => vm.new_int(sum),
        (Big(x), Big(y)) => from_big(vm, x + y),
        (Big(x), Small(y)) | (Small(y), Big(x)) => from_big(vm, x + y),
        _ => from_big(vm, a.to_big() + b.to_big()),
    }
}

/// `a - b`
pub fn subtract(vm: &mut Vm, a: Integer, b: Integer) -> Value {
    match (a, b) {
        (Small(x), Small(y)) if let Some(difference) = x.checked_sub(y) => vm.new_int(difference),
        (Big(x), Big(y)) => from_big(vm, x - y),
        (Big(x), Small(y)) => from_big(vm, x - y),
        (Small(x), Big(y)) => from_big(vm, x - y),
        _ => from_big(vm, a.to_big() - b.to_big()),
    }
}

/// `a * b`
///
/// # Errors
/// MemoryError.
pub fn multiply(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    match (a, b) {
        (Small(x), Small(y)) => Ok(match x.checked_mul(y) {
            Some(product) => vm.new_int(product),
            None => from_big(vm, IBig::from(x as i128 * y as i128)),
        }),
        (Big(x), Small(y)) | (Small(y), Big(x)) => {
            check_bits(vm, Some(number::magnitude_bits(x) as u128 + 64))?;
            Ok(from_big(vm, x * y))
        }
        (Big(x), Big(y)) => {
            check_bits(vm, Some(number::magnitude_bits(x) as u128 + number::magnitude_bits(y) as u128))?;
            Ok(from_big(vm, x * y))
        }
    }
}

/// `a / b`, correctly rounded.
///
/// # Errors
/// ZeroDivisionError, OverflowError.
pub fn true_divide(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_zero() {
        return Err(zero_division(vm));
    }
    const EXACT: u64 = 1 << 53;
    if let (Small(x), Small(y)) = (a, b)
        && x.unsigned_abs() <= EXACT
        && y.unsigned_abs() <= EXACT
    {
        return Ok(vm.new_float(x as f64 / y as f64));
    }
    let negative = a.is_negative() != b.is_negative();
    let quotient = if a.is_zero() { Some(0.0) } else { a.with_big(|a| b.with_big(|b| divide_to_f64(&a.unsigned_abs(), &b.unsigned_abs()))) };
    match quotient {
        Some(quotient) => Ok(vm.new_float(if negative { -quotient } else { quotient })),
        None => Err(vm.raise(Ex::OverflowError, "integer division result too large for a float")),
    }
}

/// Quotient rounded down, and the rest, which has b's sign. `b` is not zero.
pub fn floor_div_rem(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (quotient, rest) = a.div_rem(b);
    if !rest.is_zero() && rest.sign() != b.sign() { (quotient - 1, rest + b) } else { (quotient, rest) }
}

fn small_divmod(x: i64, y: i64) -> Option<(i64, i64)> {
    let quotient = x.checked_div(y)?;
    let rest = x - quotient * y;
    Some(if rest != 0 && (rest < 0) != (y < 0) { (quotient - 1, rest + y) } else { (quotient, rest) })
}

/// `a // b`
///
/// # Errors
/// ZeroDivisionError.
pub fn floor_divide(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_zero() {
        return Err(zero_division(vm));
    }
    if let (Small(x), Small(y)) = (a, b)
        && let Some((quotient, _)) = small_divmod(x, y)
    {
        return Ok(vm.new_int(quotient));
    }
    let quotient = a.with_big(|a| b.with_big(|b| floor_div_rem(a, b).0));
    Ok(from_big(vm, quotient))
}

/// `a % b`
///
/// # Errors
/// ZeroDivisionError.
pub fn modulo(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_zero() {
        return Err(zero_division(vm));
    }
    if let (Small(x), Small(y)) = (a, b)
        && let Some((_, rest)) = small_divmod(x, y)
    {
        return Ok(vm.new_int(rest));
    }
    let rest = a.with_big(|a| {
        b.with_big(|b| {
            let rest = a % b;
            if !rest.is_zero() && rest.sign() != b.sign() { rest + b } else { rest }
        })
    });
    Ok(from_big(vm, rest))
}

/// `divmod(a, b)`
///
/// # Errors
/// ZeroDivisionError.
pub fn divmod(vm: &mut Vm, a: Integer, b: Integer) -> Res<(Value, Value)> {
    if b.is_zero() {
        return Err(zero_division(vm));
    }
    if let (Small(x), Small(y)) = (a, b)
        && let Some((quotient, rest)) = small_divmod(x, y)
    {
        return Ok((vm.new_int(quotient), vm.new_int(rest)));
    }
    let (quotient, rest) = a.with_big(|a| b.with_big(|b| floor_div_rem(a, b)));
    Ok((from_big(vm, quotient), from_big(vm, rest)))
}

/// `a ** b`; a float for negative `b`.
///
/// # Errors
/// ZeroDivisionError, OverflowError, MemoryError.
pub fn power(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_negative() {
        let (Some(a), Some(b)) = (a.to_f64(), b.to_f64()) else { return Err(too_large_for_float(vm)) };
        return match float::apply(vm, ArithmeticOp::Pow, a, b)? {
            Some(value) => Ok(value),
            None => Ok(Value::NOT_IMPLEMENTED),
        };
    }
    match a.to_i64() {
        Some(0) => return Ok(Value::small_int(b.is_zero() as i64)),
        Some(1) => return Ok(Value::small_int(1)),
        Some(-1) => return Ok(Value::small_int(if b.is_odd() { -1 } else { 1 })),
        _ => {}
    }
    let Some(exponent) = b.to_i64() else { return Err(vm.memory_error()) };
    if let Small(base) = a
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(result) = base.checked_pow(exponent)
    {
        return Ok(vm.new_int(result));
    }
    // The result has at least (bits - 1) * exponent bits.
    let bits = (a.bit_length() as u128).saturating_sub(1).max(1) * exponent as u128;
    check_bits(vm, Some(bits.saturating_add(bits / 8)))?;
    let exponent = exponent as usize;
    let result = a.with_big(|a| {
        // Powers of two come out in one shift.
        let magnitude = a.unsigned_abs();
        match magnitude.trailing_zeros() {
            Some(zeros) if zeros + 1 == magnitude.bit_len() => {
                let sign = if a.sign() == Sign::Negative && exponent & 1 == 1 { Sign::Negative } else { Sign::Positive };
                IBig::from_parts(sign, UBig::ONE << (zeros * exponent))
            }
            _ => a.pow(exponent),
        }
    });
    Ok(from_big(vm, result))
}

/// `pow(base, exponent, modulus)`
///
/// # Errors
/// ValueError: the modulus is zero, or a negative exponent and no inverse.
pub fn power_modulo(vm: &mut Vm, base: Integer, exponent: Integer, modulus: Integer) -> Res<Value> {
    if modulus.is_zero() {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let modulus = modulus.to_big();
    let magnitude = (&modulus).unsigned_abs();
    let mut base = base.to_big();
    if exponent.is_negative() {
        match inverse(&base, &magnitude) {
            Some(inverse) => base = IBig::from(inverse),
            None => return Err(vm.value_error("base is not invertible for the given modulus")),
        }
    }
    let result = exponent.with_big(|exponent| {
        if magnitude.is_one() {
            return UBig::ZERO;
        }
        let ring = ConstDivisor::new(magnitude.clone());
        ring.reduce(base).pow(&exponent.unsigned_abs()).residue()
    });
    let mut result = IBig::from(result);
    if modulus.sign() == Sign::Negative && !result.is_zero() {
        result += modulus;
    }
    Ok(from_big(vm, result))
}

/// The inverse of `number` modulo `modulus` (positive); None if they have a common factor.
fn inverse(number: &IBig, modulus: &UBig) -> Option<UBig> {
    if modulus.is_one() {
        return Some(UBig::ZERO);
    }
    let modulus = IBig::from(modulus.clone());
    let reduced = floor_div_rem(number, &modulus).1;
    if reduced.is_zero() {
        return None;
    }
    let (divisor, coefficient, _) = (&reduced).gcd_ext(&modulus);
    if !divisor.is_one() {
        return None;
    }
    UBig::try_from(floor_div_rem(&coefficient, &modulus).1).ok()
}

/// `a << b`
///
/// # Errors
/// ValueError for a negative count, OverflowError or MemoryError for a huge one.
pub fn shift_left(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    if a.is_zero() {
        return Ok(Value::small_int(0));
    }
    let Some(count) = b.to_i64() else { return Err(too_many_digits(vm)) };
    if let Small(x) = a
        && count < 63
    {
        let shifted = x << count;
        if shifted >> count == x {
            return Ok(vm.new_int(shifted));
        }
    }
    check_bits(vm, Some(a.bit_length() as u128 + count as u128))?;
    let result = a.with_big(|a| a << count as usize);
    Ok(from_big(vm, result))
}

/// `a >> b`
///
/// # Errors
/// ValueError for a negative count.
pub fn shift_right(vm: &mut Vm, a: Integer, b: Integer) -> Res<Value> {
    if b.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    let count = b.to_i64().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    if count >= a.bit_length() {
        return Ok(Value::small_int(if a.is_negative() { -1 } else { 0 }));
    }
    match a {
        Small(x) => Ok(vm.new_int(x >> count.min(63))),
        Big(x) => Ok(from_big(vm, x >> count)),
    }
}

fn bitwise(vm: &mut Vm, a: Integer, b: Integer, small: fn(i64, i64) -> i64, big: fn(&IBig, &IBig) -> IBig) -> Value {
    match (a, b) {
        (Small(x), Small(y)) => vm.new_int(small(x, y)),
        _ => {
            let result = a.with_big(|a| b.with_big(|b| big(a, b)));
            from_big(vm, result)
        }
    }
}

/// `-a`
pub fn negate(vm: &mut Vm, a: Integer) -> Value {
    match a {
        Small(x) if let Some(result) = x.checked_neg() => vm.new_int(result),
        _ => from_big(vm, -a.to_big()),
    }
}

/// `~a`
pub fn invert(vm: &mut Vm, a: Integer) -> Value {
    match a {
        Small(x) => vm.new_int(!x),
        Big(x) => from_big(vm, !x),
    }
}

/// `abs(a)`
pub fn absolute(vm: &mut Vm, a: Integer) -> Value {
    match a {
        Small(x) if let Some(result) = x.checked_abs() => vm.new_int(result),
        _ => from_big(vm, a.to_big().abs()),
    }
}

/// Greatest common divisor, not negative.
pub fn gcd(vm: &mut Vm, a: Integer, b: Integer) -> Value {
    if let (Small(x), Small(y)) = (a, b) {
        let (mut x, mut y) = (x.unsigned_abs(), y.unsigned_abs());
        while y != 0 {
            (x, y) = (y, x % y);
        }
        return match i64::try_from(x) {
            Ok(result) => vm.new_int(result),
            Err(_) => from_big(vm, IBig::from(x)),
        };
    }
    if a.is_zero() || b.is_zero() {
        return absolute(vm, if a.is_zero() { b } else { a });
    }
    let result = a.with_big(|a| b.with_big(|b| a.gcd(b)));
    from_big(vm, IBig::from(result))
}

/// Rounds to a multiple of 10**digits, ties to even (`round(number, -digits)`).
///
/// # Errors
/// MemoryError.
pub fn round_to_power_of_ten(vm: &mut Vm, number: Integer, digits: u64) -> Res<Value> {
    // Below half of the power of ten everything becomes 0: no need to compute a huge one.
    let bits = number.bit_length() as u64;
    if digits > 20 && digits - 1 > bits / 3 {
        return Ok(Value::small_int(0));
    }
    let power = IBig::from(UBig::from(10u8).pow(digits as usize));
    let result = number.with_big(|number| {
        let (quotient, rest) = floor_div_rem(number, &power);
        let twice = &rest << 1;
        let up = match twice.cmp(&power) {
            core::cmp::Ordering::Greater => true,
            core::cmp::Ordering::Equal => quotient.bit(0),
            core::cmp::Ordering::Less => false,
        };
        (if up { quotient + 1 } else { quotient }) * power
    });
    Ok(from_big(vm, result))
}
