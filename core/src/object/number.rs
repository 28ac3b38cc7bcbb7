//! What the numeric types share: one view of every number, the arithmetic between them, exact comparison, equal hashes for
//! equal numbers, and correctly rounded doubles. It knows the number types, nothing else.

use super::complex::{self, Complex};
use super::float::{self, Float};
use super::header::SUBCLASS;
use super::int::{self, Int};
use super::int_math;
use super::value::Value;
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use core::cmp::Ordering;
use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};

/// The binary operators of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArithmeticOp {
    Add,
    Sub,
    Mul,
    TrueDiv,
    FloorDiv,
    Mod,
    DivMod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
}

/// An integer: any `int` or `bool`.
#[derive(Clone, Copy, Debug)]
pub enum Integer<'a> {
    Small(i64),
    Big(&'a IBig),
}

/// Any number, looked at.
#[derive(Clone, Copy, Debug)]
pub enum Number<'a> {
    Int(Integer<'a>),
    Float(f64),
    Complex(f64, f64),
}

impl<'a> Integer<'a> {
    /// The integer in a value: an `int`, a `bool` or an instance of a subclass.
    #[inline]
    pub fn of(value: &'a Value) -> Option<Integer<'a>> {
        if let Some(number) = value.as_small_int() {
            return Some(Integer::Small(number));
        }
        if let Some(object) = value.get::<Int>() {
            return Some(Integer::Big(&object.number));
        }
        value.as_bool().map(|truth| Integer::Small(truth as i64))
    }

    /// As a big integer of one's own.
    pub fn to_big(self) -> IBig {
        match self {
            Integer::Small(number) => IBig::from(number),
            Integer::Big(number) => number.clone(),
        }
    }

    /// Runs `action` on it as a big integer.
    #[inline]
    pub fn with_big<T>(self, action: impl FnOnce(&IBig) -> T) -> T {
        match self {
            Integer::Small(number) => action(&IBig::from(number)),
            Integer::Big(number) => action(number),
        }
    }

    /// If it fits 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Integer::Small(number) => Some(number),
            Integer::Big(number) => i64::try_from(number).ok(),
        }
    }

    /// The nearest double; None beyond the largest.
    pub fn to_f64(self) -> Option<f64> {
        match self {
            Integer::Small(number) => Some(number as f64),
            Integer::Big(number) => big_to_f64(number),
        }
    }

    pub fn is_zero(self) -> bool {
        match self {
            Integer::Small(number) => number == 0,
            Integer::Big(number) => number.is_zero(),
        }
    }

    pub fn is_negative(self) -> bool {
        match self {
            Integer::Small(number) => number < 0,
            Integer::Big(number) => number.sign() == Sign::Negative,
        }
    }

    pub fn is_odd(self) -> bool {
        match self {
            Integer::Small(number) => number & 1 != 0,
            Integer::Big(number) => number.bit(0),
        }
    }

    /// Bits of the magnitude.
    pub fn bit_length(self) -> usize {
        match self {
            Integer::Small(number) => 64 - number.unsigned_abs().leading_zeros() as usize,
            Integer::Big(number) => number.as_sign_words().1.last().map_or(0, |_| magnitude_bits(number)),
        }
    }
}

/// Bits of the magnitude of a big integer.
pub fn magnitude_bits(number: &IBig) -> usize {
    let words = number.as_sign_words().1;
    match words.last() {
        Some(last) => words.len() * dashu_int::Word::BITS as usize - last.leading_zeros() as usize,
        None => 0,
    }
}

/// The nearest double; None beyond the largest.
pub fn big_to_f64(number: &IBig) -> Option<f64> {
    Some(number.to_f64().value()).filter(|result| result.is_finite())
}

impl<'a> Number<'a> {
    /// The number in a value, subclasses included.
    #[inline]
    pub fn of(value: &'a Value) -> Option<Number<'a>> {
        if let Some(number) = value.as_small_float() {
            return Some(Number::Float(number));
        }
        if let Some(integer) = Integer::of(value) {
            return Some(Number::Int(integer));
        }
        if let Some(object) = value.get::<Float>() {
            return Some(Number::Float(object.number));
        }
        value.get::<Complex>().map(|object| Number::Complex(object.real, object.imaginary))
    }

    /// The number in a value whose class is int, bool, float or complex itself.
    #[inline]
    pub fn exact(value: &'a Value) -> Option<Number<'a>> {
        if value.header().is_some_and(|header| header.flags() & SUBCLASS != 0) {
            return None;
        }
        Number::of(value)
    }

    pub fn is_zero(self) -> bool {
        match self {
            Number::Int(integer) => integer.is_zero(),
            Number::Float(number) => number == 0.0,
            Number::Complex(real, imaginary) => real == 0.0 && imaginary == 0.0,
        }
    }

    /// The nearest double.
    ///
    /// # Errors
    /// OverflowError for an int beyond the largest double. Complex numbers give their real part.
    #[inline]
    pub fn to_f64(self, vm: &mut Vm) -> Res<f64> {
        match self {
            Number::Float(number) | Number::Complex(number, _) => Ok(number),
            Number::Int(integer) => match integer.to_f64() {
                Some(number) => Ok(number),
                None => Err(int::too_large_for_float(vm)),
            },
        }
    }
}

/// `left op right` for exact ints, bools, floats and complex numbers; None if an operand is something else or the operator
/// is not defined for them.
///
/// # Errors
/// What the operation raises: ZeroDivisionError, OverflowError, ValueError, MemoryError.
pub fn arithmetic(vm: &mut Vm, op: ArithmeticOp, left: &Value, right: &Value) -> Res<Option<Value>> {
    let (Some(a), Some(b)) = (Number::exact(left), Number::exact(right)) else { return Ok(None) };
    if let (Some(a), Some(b)) = (left.as_bool(), right.as_bool()) {
        match op {
            ArithmeticOp::And => return Ok(Some(Value::bool(a & b))),
            ArithmeticOp::Or => return Ok(Some(Value::bool(a | b))),
            ArithmeticOp::Xor => return Ok(Some(Value::bool(a ^ b))),
            _ => {}
        }
    }
    apply(vm, op, a, b)
}

/// `left op right` for ints and bools, subclasses included: two bools give a bool for `&`, `|` and `^`. None for others.
///
/// # Errors
/// As [`arithmetic`].
pub fn integer_operator(vm: &mut Vm, op: ArithmeticOp, left: &Value, right: &Value) -> Res<Option<Value>> {
    if left.as_bool().is_some() && right.as_bool().is_some() {
        return arithmetic(vm, op, left, right);
    }
    match (Integer::of(left), Integer::of(right)) {
        (Some(a), Some(b)) => int_math::apply(vm, op, a, b).map(Some),
        _ => Ok(None),
    }
}

/// The operation on two numbers; None if it is not defined for their types.
///
/// # Errors
/// As [`arithmetic`].
pub fn apply(vm: &mut Vm, op: ArithmeticOp, a: Number, b: Number) -> Res<Option<Value>> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => int_math::apply(vm, op, a, b).map(Some),
        (Number::Complex(..), _) | (_, Number::Complex(..)) => complex::apply(vm, op, a, b),
        _ => {
            if matches!(op, ArithmeticOp::LShift | ArithmeticOp::RShift | ArithmeticOp::And | ArithmeticOp::Or | ArithmeticOp::Xor) {
                return Ok(None);
            }
            let (a, b) = (a.to_f64(vm)?, b.to_f64(vm)?);
            float::apply(vm, op, a, b)
        }
    }
}

/// `-value`, `+value` or `~value` of an exact number; None if it is something else or has no such operator.
pub fn negate(vm: &mut Vm, value: &Value) -> Option<Value> {
    Some(match Number::exact(value)? {
        Number::Int(integer) => int_math::negate(vm, integer),
        Number::Float(number) => vm.new_float(-number),
        Number::Complex(real, imaginary) => complex::new(vm, -real, -imaginary),
    })
}

/// See [`negate`].
pub fn positive(value: &Value) -> Option<Value> {
    match value.as_bool() {
        Some(truth) => Some(Value::small_int(truth as i64)),
        None => Number::exact(value).map(|_| value.clone()),
    }
}

/// See [`negate`].
pub fn invert(vm: &mut Vm, value: &Value) -> Option<Value> {
    match Number::exact(value)? {
        Number::Int(integer) => Some(int_math::invert(vm, integer)),
        _ => None,
    }
}

/// Order of two real numbers, exact; None if one is a NaN or complex.
pub fn order(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(order_integers(a, b)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
        (Number::Int(a), Number::Float(b)) => order_integer_float(a, b),
        (Number::Float(a), Number::Int(b)) => order_integer_float(b, a).map(Ordering::reverse),
        _ => None,
    }
}

/// Are two numbers equal? Exact between types.
pub fn same(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Complex(a, i), Number::Complex(b, j)) => a == b && i == j,
        (Number::Complex(a, i), b) | (b, Number::Complex(a, i)) => i == 0.0 && same(Number::Float(a), b),
        _ => order(a, b) == Some(Ordering::Equal),
    }
}

/// Does the comparison hold? None: not defined (order of complex numbers).
pub fn holds(op: Comparison, a: Number, b: Number) -> Option<bool> {
    match op {
        Comparison::Eq => return Some(same(a, b)),
        Comparison::Ne => return Some(!same(a, b)),
        _ => {}
    }
    if matches!(a, Number::Complex(..)) || matches!(b, Number::Complex(..)) {
        return None;
    }
    Some(order(a, b).is_some_and(|order| op.holds(order)))
}

/// `left op right` for exact ints, bools, floats and complex numbers; None if an operand is something else or they have no order.
pub fn compare(op: Comparison, left: &Value, right: &Value) -> Option<bool> {
    holds(op, Number::exact(left)?, Number::exact(right)?)
}

pub(super) fn order_integers(a: Integer, b: Integer) -> Ordering {
    match (a, b) {
        (Integer::Small(a), Integer::Small(b)) => a.cmp(&b),
        _ => a.with_big(|a| b.with_big(|b| a.cmp(b))),
    }
}

fn order_integer_float(a: Integer, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b.is_infinite() {
        return Some(if b > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let Integer::Small(number) = a
        && number.unsigned_abs() <= 1 << 53
    {
        return (number as f64).partial_cmp(&b);
    }
    let whole = libm::floor(b);
    let floor = float::to_big(whole);
    let order = a.with_big(|a| a.cmp(&floor));
    // Equal to the floor of a number with a fraction means less than it.
    Some(if order == Ordering::Equal && whole != b { Ordering::Less } else { order })
}

// ---- hashes: equal numbers hash alike, whatever their type (CPython: "Hashing of numeric types")

/// The prime 2**61 - 1 (`sys.hash_info.modulus`).
pub const HASH_MODULUS: u64 = (1 << 61) - 1;
/// Hash of positive infinity.
pub const HASH_INFINITY: i64 = 314_159;
/// Multiplier of the imaginary part's hash.
pub const HASH_IMAGINARY: u64 = 1_000_003;

fn signed_hash(magnitude: u64, negative: bool) -> u64 {
    let hash = if negative { -(magnitude as i64) } else { magnitude as i64 };
    if hash == -1 { -2i64 as u64 } else { hash as u64 }
}

/// Hash of an integer.
#[inline]
pub fn hash_integer(integer: Integer) -> u64 {
    match integer {
        Integer::Small(number) => signed_hash(number.unsigned_abs() % HASH_MODULUS, number < 0),
        Integer::Big(number) => {
            let (sign, words) = number.as_sign_words();
            let mut hash: u64 = 0;
            for &word in words.iter().rev() {
                hash = fold_word(hash, word);
            }
            signed_hash(hash, sign == Sign::Negative)
        }
    }
}

/// `hash * 2**word_bits + word`, modulo the prime: multiplying by a power of two is a rotation in 61 bits.
fn fold_word(hash: u64, word: dashu_int::Word) -> u64 {
    let wide = ((hash as u128) << dashu_int::Word::BITS) + word as u128;
    (wide % HASH_MODULUS as u128) as u64
}

/// Hash of a float.
pub fn hash_float(number: f64) -> u64 {
    if number.is_infinite() {
        return if number > 0.0 { HASH_INFINITY as u64 } else { -HASH_INFINITY as u64 };
    }
    if number.is_nan() {
        return 0;
    }
    let (mantissa, exponent) = float::decompose(number.abs());
    let rotation = exponent.rem_euclid(61) as u32;
    let reduced = mantissa % HASH_MODULUS;
    let rotated = ((reduced << rotation) & HASH_MODULUS) | (reduced.checked_shr(61 - rotation).unwrap_or(0));
    signed_hash(rotated % HASH_MODULUS, number < 0.0)
}

/// Hash of a complex number.
pub fn hash_complex(real: f64, imaginary: f64) -> u64 {
    let hash = hash_float(real).wrapping_add(HASH_IMAGINARY.wrapping_mul(hash_float(imaginary)));
    if hash == u64::MAX { -2i64 as u64 } else { hash }
}

/// Hash of a value whose class is int, bool, float or complex itself.
#[inline]
pub fn hash(value: &Value) -> Option<u64> {
    Number::exact(value).map(hash_number)
}

pub fn hash_number(number: Number) -> u64 {
    match number {
        Number::Int(integer) => hash_integer(integer),
        Number::Float(number) => hash_float(number),
        Number::Complex(real, imaginary) => hash_complex(real, imaginary),
    }
}

// ---- correctly rounded doubles

/// The double nearest to `mantissa * 2**exponent`, ties to even; the mantissa's lowest bit may be sticky (set when less
/// significant bits were cut off) if it has more than 54 bits. None on overflow.
pub fn round_to_f64(mantissa: u64, exponent: i64) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let bits = 64 - mantissa.leading_zeros() as i64;
    // The lowest bit that a double of this size has.
    let lowest = (bits - 53 + exponent).max(-1074);
    let cut = lowest - exponent;
    let kept = if cut <= 0 {
        // At most 53 bits: no wider than the double.
        mantissa << -cut
    } else if cut > 64 {
        0
    } else {
        let wide = mantissa as u128;
        let half = 1u128 << (cut - 1);
        let rest = wide & ((half << 1) - 1);
        let kept = (wide >> cut) as u64;
        if rest > half || (rest == half && kept & 1 != 0) { kept + 1 } else { kept }
    };
    Some(libm::ldexp(kept as f64, lowest.clamp(-5000, 5000) as i32)).filter(|result| result.is_finite())
}

/// The double nearest to `a / b` (both positive), ties to even. None on overflow.
pub fn divide_to_f64(a: &UBig, b: &UBig) -> Option<f64> {
    let shift = 64 - (a.bit_len() as i64 - b.bit_len() as i64) - 2;
    // The quotient gets 62 or 63 bits.
    let (quotient, inexact) = if shift >= 0 {
        let shifted = a << shift as usize;
        let (quotient, rest) = dashu_int::ops::DivRem::div_rem(&shifted, b);
        (quotient, !rest.is_zero())
    } else {
        let shifted = b << (-shift) as usize;
        let (quotient, rest) = dashu_int::ops::DivRem::div_rem(a, &shifted);
        (quotient, !rest.is_zero())
    };
    let quotient = u64::try_from(&quotient).ok()?;
    round_to_f64(quotient | inexact as u64, -shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::str::FromStr;

    #[test]
    fn hashes_are_cpythons() {
        assert_eq!(hash_integer(Integer::Small(-1)) as i64, -2);
        assert_eq!(hash_integer(Integer::Small((1 << 61) - 1)), 0);
        assert_eq!(hash_integer(Integer::Small(-(1 << 61))) as i64, -2);
        assert_eq!(hash_integer(Integer::Big(&(IBig::from(10).pow(50)))), 619332571178673746);
        assert_eq!(hash_float(1.5), 1152921504606846977);
        assert_eq!(hash_float(1e50), 1387127493139725924);
        assert_eq!(hash_float(0.1), 230584300921369408);
        assert_eq!(hash_float(-2.5) as i64, -1152921504606846978);
        assert_eq!(hash_float(1e-320), 33957085184);
        assert_eq!(hash_complex(1.0, 1.0), 1000004);
    }

    #[test]
    fn division_is_correctly_rounded() {
        let big = |text: &str| UBig::from_str(text).unwrap_or_default();
        assert_eq!(divide_to_f64(&big("1"), &big("3")), Some(1.0 / 3.0));
        assert_eq!(divide_to_f64(&big("9007199254740993"), &big("1")), Some(9007199254740992.0));
        assert_eq!(divide_to_f64(&big("9007199254740995"), &big("1")), Some(9007199254740996.0));
        assert_eq!(divide_to_f64(&UBig::ONE, &(UBig::ONE << 1074)), Some(5e-324));
        assert_eq!(divide_to_f64(&UBig::ONE, &(UBig::ONE << 1075)), Some(0.0));
        assert_eq!(divide_to_f64(&UBig::from(3u8), &(UBig::ONE << 1075)), Some(1e-323));
        assert_eq!(divide_to_f64(&UBig::from(10u8).pow(400), &UBig::from(10u8).pow(390)), Some(1e10));
        assert_eq!(divide_to_f64(&UBig::from(10u8).pow(400), &UBig::from(3u8)), None);
        assert_eq!(divide_to_f64(&((UBig::ONE << 1024) - (UBig::ONE << 970)), &UBig::ONE), None);
    }

    #[test]
    fn comparison_between_ints_and_floats_is_exact() {
        let integer = |number| Number::Int(Integer::Small(number));
        assert_eq!(order(integer((1 << 53) + 1), Number::Float(9007199254740992.0)), Some(Ordering::Greater));
        assert_eq!(order(integer(1), Number::Float(1.5)), Some(Ordering::Less));
        assert_eq!(order(integer((1 << 60) + 1), Number::Float(1.5)), Some(Ordering::Greater));
        assert_eq!(order(Number::Float(f64::NEG_INFINITY), integer(i64::MIN)), Some(Ordering::Less));
        assert_eq!(order(Number::Float(f64::NAN), integer(0)), None);
    }
}
