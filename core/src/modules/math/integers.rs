//! `math` on integers: gcd, lcm, isqrt, factorial, comb, perm. Exact, any size.

use crate::object::exception::Ex;
use crate::object::int::{self, from_big};
use crate::object::int_math;
use crate::object::number::Integer;
use crate::object::value::Value;
use crate::vm::{Action, Args, Raised, Res, Vm, argument};
use alloc::format;
use dashu_int::ops::SquareRoot;
use dashu_int::{IBig, UBig};

/// `operator.index(value)`, an exact int.
fn index(vm: &mut Vm, value: &Value) -> Res<Value> {
    match int::exact(vm, value) {
        Some(integer) => Ok(integer),
        None => vm.index(value),
    }
}

fn number(value: &Value) -> Integer<'_> {
    Integer::of(value).unwrap_or(Integer::Small(0))
}

fn no_keywords(vm: &mut Vm, function: &str, args: &Args) -> Res<()> {
    if args.names.is_empty() { Ok(()) } else { Err(vm.type_error(&format!("math.{function}() takes no keyword arguments"))) }
}

/// `math.gcd(*integers)`
pub fn gcd(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "gcd", args)?;
    let mut result = Value::small_int(0);
    for value in args.positional {
        let value = index(vm, value)?;
        result = int_math::gcd(vm, number(&result), number(&value));
    }
    Ok(result.into())
}

/// `math.lcm(*integers)`
pub fn lcm(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "lcm", args)?;
    let mut result = Value::small_int(1);
    for value in args.positional {
        let value = index(vm, value)?;
        let (a, b) = (number(&result), number(&value));
        if a.is_zero() || b.is_zero() {
            result = Value::small_int(0);
            continue;
        }
        let divisor = int_math::gcd(vm, a, b);
        let part = int_math::floor_divide(vm, a, number(&divisor))?;
        let product = int_math::multiply(vm, number(&part), b)?;
        result = int_math::absolute(vm, number(&product));
    }
    Ok(result.into())
}

/// `math.isqrt(n)`
pub fn isqrt(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(value) = arguments.first() else { return Ok(Value::NONE) };
    let value = index(vm, value)?;
    if number(&value).is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    let root = match number(&value) {
        Integer::Small(number) => UBig::from(number.unsigned_abs()).sqrt(),
        Integer::Big(number) => number.sqrt(),
    };
    Ok(from_big(vm, root.into()))
}

/// Product of `low..=high`, by halves: big factors stay of similar size.
fn product(low: u64, high: u64) -> UBig {
    if low > high {
        return UBig::ONE;
    }
    if high - low < 8 {
        return (low..=high).fold(UBig::ONE, |product, factor| product * factor);
    }
    let middle = low + (high - low) / 2;
    product(low, middle) * product(middle + 1, high)
}

/// Fails if a product of `count` factors of so many bits does not fit the heap limit.
fn check_product(vm: &mut Vm, count: u64, bits: usize) -> Res<()> {
    match usize::try_from(count as u128 * bits as u128 / 8) {
        Ok(bytes) if bytes < 1 << 16 => Ok(()),
        Ok(bytes) => vm.check_memory(Some(bytes)),
        Err(_) => Err(vm.memory_error()),
    }
}

fn factorial_of(vm: &mut Vm, n: u64) -> Res<UBig> {
    check_product(vm, n, (64 - n.leading_zeros()) as usize)?;
    Ok(product(2, n))
}

/// `math.factorial(n)`
pub fn factorial(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(value) = arguments.first() else { return Ok(Value::NONE) };
    let value = index(vm, value)?;
    if number(&value).is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    let Some(n) = number(&value).to_i64() else {
        return Err(vm.raise(Ex::OverflowError, "factorial() argument should not exceed 9223372036854775807"));
    };
    let result = factorial_of(vm, n as u64)?;
    Ok(from_big(vm, result.into()))
}

#[cold]
fn negative(vm: &mut Vm, name: &str) -> Raised {
    vm.value_error(&format!("{name} must be a non-negative integer"))
}

/// `n * (n-1) * .. * (n-k+1)`
fn falling(vm: &mut Vm, n: Integer, k: u64) -> Res<UBig> {
    check_product(vm, k, n.bit_length())?;
    if let Some(n) = n.to_i64() {
        let n = n as u64;
        return Ok(product(n - k + 1, n));
    }
    let n = n.to_big();
    let mut result = IBig::ONE;
    for step in 0..k {
        result *= &n - step;
    }
    Ok(UBig::try_from(result).unwrap_or_default())
}

/// The two arguments; the second may be None (all).
fn two(vm: &mut Vm, arguments: &[Value]) -> Res<(Value, Option<Value>)> {
    let n = match arguments.first() {
        Some(n) => index(vm, n)?,
        None => Value::small_int(0),
    };
    let k = match argument(arguments, 1).filter(|k| !k.is_none()) {
        Some(k) => Some(index(vm, k)?),
        None => None,
    };
    if number(&n).is_negative() {
        return Err(negative(vm, "n"));
    }
    if k.as_ref().is_some_and(|k| number(k).is_negative()) {
        return Err(negative(vm, "k"));
    }
    Ok((n, k))
}

/// `math.perm(n, k=None)`
pub fn perm(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if argument(arguments, 1).is_none_or(Value::is_none) {
        return factorial(vm, arguments);
    }
    let (n, Some(k)) = two(vm, arguments)? else { return Ok(Value::NONE) };
    if crate::object::number::order(crate::object::number::Number::Int(number(&n)), crate::object::number::Number::Int(number(&k))).is_some_and(|order| order.is_lt()) {
        return Ok(Value::small_int(0));
    }
    let Some(k) = number(&k).to_i64() else {
        return Err(vm.raise(Ex::OverflowError, "k must not exceed 9223372036854775807"));
    };
    let result = falling(vm, number(&n), k as u64)?;
    Ok(from_big(vm, result.into()))
}

/// `math.comb(n, k)`
pub fn comb(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if argument(arguments, 1).is_some_and(Value::is_none) {
        return Err(vm.type_error("'NoneType' object cannot be interpreted as an integer"));
    }
    let (n, Some(k)) = two(vm, arguments)? else { return Ok(Value::NONE) };
    let others = int_math::subtract(vm, number(&n), number(&k));
    if number(&others).is_negative() {
        return Ok(Value::small_int(0));
    }
    let fewer = match (number(&k).to_i64(), number(&others).to_i64()) {
        (Some(k), Some(others)) => k.min(others),
        (Some(count), None) | (None, Some(count)) => count,
        (None, None) => return Err(vm.raise(Ex::OverflowError, "min(n - k, k) must not exceed 9223372036854775807")),
    };
    let numerator = falling(vm, number(&n), fewer as u64)?;
    let denominator = factorial_of(vm, fewer as u64)?;
    Ok(from_big(vm, (numerator / denominator).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products() {
        assert_eq!(product(2, 20), UBig::from(2432902008176640000u64));
        assert_eq!(product(5, 4), UBig::ONE);
        assert_eq!(product(2, 30) / product(2, 29), UBig::from(30u8));
    }
}
