//! `math`: functions on doubles with the C library's special cases, and on integers exactly. Errors are worded as Python
//! 3.14 words them.

use super::{ModuleSpec, Namespace};
use crate::object::exception::Ex;
use crate::object::float::{self, from_argument};
use crate::object::float_math;
use crate::object::float_text;
use crate::object::int;
use crate::object::keywords::bind;
use crate::object::number::{ArithmeticOp, Integer, Number, arithmetic};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate::collect;
use crate::vm::ops::arithmetic::Operator;
use crate::vm::{Action, Args, Name, Native, Raised, Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;
use core::f64::consts;

mod integers;
mod sums;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("acos(x, /)", |vm, a| unary(vm, a, libm::acos, Fault::Domain(MINUS_ONE_TO_ONE)), "Return the arc cosine (measured in radians) of x."),
        Native::simple(
            "acosh(x, /)",
            |vm, a| unary(vm, a, libm::acosh, Fault::Domain("expected argument value not less than 1")),
            "Return the inverse hyperbolic cosine of x.",
        ),
        Native::simple("asin(x, /)", |vm, a| unary(vm, a, libm::asin, Fault::Domain(MINUS_ONE_TO_ONE)), "Return the arc sine (measured in radians) of x."),
        Native::simple("asinh(x, /)", |vm, a| unary(vm, a, libm::asinh, Fault::Range), "Return the inverse hyperbolic sine of x."),
        Native::simple("atan(x, /)", |vm, a| unary(vm, a, libm::atan, Fault::Range), "Return the arc tangent (measured in radians) of x."),
        Native::simple("atan2(y, x, /)", |vm, a| binary(vm, a, libm::atan2), "Return the arc tangent (measured in radians) of y/x."),
        Native::simple(
            "atanh(x, /)",
            |vm, a| unary(vm, a, libm::atanh, Fault::Domain("expected a number between -1 and 1")),
            "Return the inverse hyperbolic tangent of x.",
        ),
        Native::simple("cbrt(x, /)", |vm, a| unary(vm, a, libm::cbrt, Fault::Range), "Return the cube root of x."),
        Native::full("ceil(x, /)", |vm, a| to_integral(vm, a, libm::ceil, Name::Ceil), "Return the ceiling of x as an Integral."),
        Native::simple("comb(n, k, /)", integers::comb, "Number of ways to choose k items from n items without repetition and without order."),
        Native::simple("copysign(x, y, /)", |vm, a| binary(vm, a, f64::copysign), "Return a float with the magnitude (absolute value) of x but the sign of y."),
        Native::simple("cos(x, /)", |vm, a| unary(vm, a, libm::cos, Fault::Domain(FINITE)), "Return the cosine of x (measured in radians)."),
        Native::simple("cosh(x, /)", |vm, a| unary(vm, a, libm::cosh, Fault::Range), "Return the hyperbolic cosine of x."),
        Native::simple("degrees(x, /)", |vm, a| unary(vm, a, |x| x * (180.0 / consts::PI), Fault::None), "Convert angle x from radians to degrees."),
        Native::full("dist(p, q, /)", sums::dist, "Return the Euclidean distance between two points p and q."),
        Native::simple("erf(x, /)", |vm, a| unary(vm, a, libm::erf, Fault::None), "Error function at x."),
        Native::simple("erfc(x, /)", |vm, a| unary(vm, a, libm::erfc, Fault::None), "Complementary error function at x."),
        Native::simple("exp(x, /)", |vm, a| unary(vm, a, float_math::exp, Fault::Range), "Return e raised to the power of x."),
        Native::simple("exp2(x, /)", |vm, a| unary(vm, a, float_math::exp2, Fault::Range), "Return 2 raised to the power of x."),
        Native::simple("expm1(x, /)", |vm, a| unary(vm, a, libm::expm1, Fault::Range), "Return exp(x)-1."),
        Native::simple("fabs(x, /)", |vm, a| unary(vm, a, f64::abs, Fault::None), "Return the absolute value of the float x."),
        Native::simple("factorial(n, /)", integers::factorial, "Find n!."),
        Native::full("floor(x, /)", |vm, a| to_integral(vm, a, libm::floor, Name::Floor), "Return the floor of x as an Integral."),
        Native::simple("fma(x, y, z, /)", fma, "Fused multiply-add operation: compute (x * y) + z with a single rounding."),
        Native::simple("fmod(x, y, /)", |vm, a| binary(vm, a, libm::fmod), "Return fmod(x, y), according to platform C."),
        Native::simple("frexp(x, /)", frexp, "Return the mantissa and exponent of x, as pair (m, e)."),
        Native::full("fsum(seq, /)", sums::fsum, "Return an accurate floating-point sum of values in the iterable seq."),
        Native::simple("gamma(x, /)", |vm, a| gamma_like(vm, a, libm::tgamma), "Gamma function at x."),
        Native::full("gcd(*integers)", integers::gcd, "Greatest Common Divisor."),
        Native::full("hypot(*coordinates)", sums::hypot, "Multidimensional Euclidean distance from the origin to a point."),
        Native::full("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two floating-point numbers are close in value."),
        Native::simple("isfinite(x, /)", |vm, a| test(vm, a, f64::is_finite), "Return True if x is neither an infinity nor a NaN, and False otherwise."),
        Native::simple("isinf(x, /)", |vm, a| test(vm, a, f64::is_infinite), "Return True if x is a positive or negative infinity, and False otherwise."),
        Native::simple("isnan(x, /)", |vm, a| test(vm, a, f64::is_nan), "Return True if x is a NaN (not a number), and False otherwise."),
        Native::simple("isqrt(n, /)", integers::isqrt, "Return the integer part of the square root of the input."),
        Native::full("lcm(*integers)", integers::lcm, "Least Common Multiple."),
        Native::simple("ldexp(x, i, /)", ldexp, "Return x * (2**i)."),
        Native::simple("lgamma(x, /)", |vm, a| gamma_like(vm, a, libm::lgamma), "Natural logarithm of absolute value of Gamma function at x."),
        Native::simple("log(x, base=2.718281828459045, /)", log, "Return the logarithm of x to the given base."),
        Native::simple("log10(x, /)", |vm, a| log_of(vm, a, float_math::log10), "Return the base 10 logarithm of x."),
        Native::simple("log1p(x, /)", |vm, a| unary(vm, a, libm::log1p, Fault::Domain("expected argument value > -1")), "Return the natural logarithm of 1+x (base e)."),
        Native::simple("log2(x, /)", |vm, a| log_of(vm, a, float_math::log2), "Return the base 2 logarithm of x."),
        Native::simple("modf(x, /)", modf, "Return the fractional and integer parts of x."),
        Native::full("nextafter(x, y, /, *, steps=None)", nextafter, "Return the floating-point value the given number of steps after x towards y."),
        Native::simple("perm(n, k=None, /)", integers::perm, "Number of ways to choose k items from n items without repetition and with order."),
        Native::simple("pow(x, y, /)", power, "Return x**y (x to the power of y)."),
        Native::full("prod(iterable, /, *, start=1)", sums::prod, "Calculate the product of all the elements in the input iterable."),
        Native::simple("radians(x, /)", |vm, a| unary(vm, a, |x| x * (consts::PI / 180.0), Fault::None), "Convert angle x from degrees to radians."),
        Native::simple("remainder(x, y, /)", |vm, a| binary(vm, a, libm::remainder), "Difference between x and the closest integer multiple of y."),
        Native::simple("sin(x, /)", |vm, a| unary(vm, a, libm::sin, Fault::Domain(FINITE)), "Return the sine of x (measured in radians)."),
        Native::simple("sinh(x, /)", |vm, a| unary(vm, a, libm::sinh, Fault::Range), "Return the hyperbolic sine of x."),
        Native::simple("sqrt(x, /)", |vm, a| unary(vm, a, libm::sqrt, Fault::Domain("expected a nonnegative input")), "Return the square root of x."),
        Native::full("sumprod(p, q, /)", sums::sumprod, "Return the sum of products of values from two iterables p and q."),
        Native::simple("tan(x, /)", |vm, a| unary(vm, a, libm::tan, Fault::Domain(FINITE)), "Return the tangent of x (measured in radians)."),
        Native::simple("tanh(x, /)", |vm, a| unary(vm, a, libm::tanh, Fault::None), "Return the hyperbolic tangent of x."),
        Native::full("trunc(x, /)", trunc, "Truncates the Real x to the nearest Integral toward 0."),
        Native::simple("ulp(x, /)", |vm, a| unary(vm, a, ulp, Fault::None), "Return the value of the least significant bit of the float x."),
    ],
    constants,
    ..ModuleSpec::new("math", "This module provides access to the mathematical functions defined by the C standard.")
};

const MINUS_ONE_TO_ONE: &str = "expected a number in range from -1 up to 1";
const FINITE: &str = "expected a finite input";

fn constants(vm: &mut Vm, names: &Namespace) {
    for (name, number) in [("pi", consts::PI), ("e", consts::E), ("tau", consts::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        names.set_float(vm, name, number);
    }
}

/// What a NaN or an infinity out of finite input means.
#[derive(Clone, Copy)]
enum Fault {
    /// Nothing: it is the result.
    None,
    /// NaN: domain error; infinity: too large.
    Range,
    /// ValueError with this message and the input.
    Domain(&'static str),
}

#[cold]
fn domain_error(vm: &mut Vm) -> Raised {
    vm.value_error("math domain error")
}

#[cold]
fn range_error(vm: &mut Vm) -> Raised {
    vm.raise(Ex::OverflowError, "math range error")
}

#[cold]
fn input_error(vm: &mut Vm, message: &str, input: f64) -> Raised {
    let input = float_text::repr(input);
    vm.value_error(&format!("{message}, got {input}"))
}

/// The argument at `index` as a double.
#[inline]
fn double(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<f64> {
    match arguments.get(index) {
        Some(value) => from_argument(vm, value),
        None => Ok(0.0),
    }
}

#[inline]
fn unary(vm: &mut Vm, arguments: &[Value], function: fn(f64) -> f64, fault: Fault) -> Res<Value> {
    let x = double(vm, arguments, 0)?;
    let result = function(x);
    if !result.is_finite() && ((result.is_nan() && !x.is_nan()) || (result.is_infinite() && x.is_finite())) {
        match fault {
            Fault::None => {}
            Fault::Range if result.is_nan() => return Err(domain_error(vm)),
            Fault::Range => return Err(range_error(vm)),
            Fault::Domain(message) => return Err(input_error(vm, message, x)),
        }
    }
    Ok(vm.new_float(result))
}

fn binary(vm: &mut Vm, arguments: &[Value], function: fn(f64, f64) -> f64) -> Res<Value> {
    let (x, y) = (double(vm, arguments, 0)?, double(vm, arguments, 1)?);
    let result = function(x, y);
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(result))
}

fn test(vm: &mut Vm, arguments: &[Value], property: fn(f64) -> bool) -> Res<Value> {
    Ok(Value::bool(property(double(vm, arguments, 0)?)))
}

fn gamma_like(vm: &mut Vm, arguments: &[Value], function: fn(f64) -> f64) -> Res<Value> {
    let x = double(vm, arguments, 0)?;
    let whole = x.is_finite() && libm::floor(x) == x;
    let result = function(x);
    if (whole && x <= 0.0) || (result.is_nan() && !x.is_nan()) {
        return Err(input_error(vm, "expected a noninteger or positive integer", x));
    }
    if result.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(result))
}

/// `floor` and `ceil`: a float's by the function, others' by the special method.
fn to_integral(vm: &mut Vm, arguments: &Args, function: fn(f64) -> f64, name: Name) -> Res<Action> {
    let Some(value) = arguments.get(0) else { return Ok(Value::NONE.into()) };
    if let Some(number) = float::exact_f64(value) {
        return Ok(float::truncate(vm, function(number))?.into());
    }
    if value.as_small_int().is_some() {
        return Ok(value.clone().into());
    }
    if let Some(action) = vm.call_special(value, name, &[]) {
        return action;
    }
    let number = from_argument(vm, value)?;
    Ok(float::truncate(vm, function(number))?.into())
}

fn trunc(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(value) = arguments.get(0) else { return Ok(Value::NONE.into()) };
    if let Some(number) = float::exact_f64(value) {
        return Ok(float::truncate(vm, number)?.into());
    }
    match vm.call_special(value, Name::Trunc, &[]) {
        Some(action) => action,
        None => {
            let name = vm.type_name(value);
            Err(vm.type_error(&format!("type {name} doesn't define __trunc__ method")))
        }
    }
}

fn fma(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (x, y, z) = (double(vm, arguments, 0)?, double(vm, arguments, 1)?, double(vm, arguments, 2)?);
    let result = libm::fma(x, y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(vm.raise(Ex::OverflowError, "overflow in fma"));
    }
    Ok(vm.new_float(result))
}

fn frexp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let x = double(vm, arguments, 0)?;
    let (mantissa, exponent) = if x.is_finite() { libm::frexp(x) } else { (x, 0) };
    let items = Vec::from([vm.new_float(mantissa), Value::small_int(exponent as i64)]);
    Ok(vm.new_tuple(items))
}

fn ldexp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let x = double(vm, arguments, 0)?;
    let Some(exponent) = arguments.get(1).and_then(Integer::of) else {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    };
    let exponent = exponent.to_i64().unwrap_or(if exponent.is_negative() { i64::MIN } else { i64::MAX });
    let result = libm::ldexp(x, exponent.clamp(-100_000, 100_000) as i32);
    if result.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(result))
}

fn modf(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let x = double(vm, arguments, 0)?;
    let (fraction, whole) = match x {
        _ if x.is_infinite() => (0f64.copysign(x), x),
        _ if x.is_nan() => (x, x),
        _ => {
            let whole = libm::trunc(x);
            ((x - whole).copysign(x), whole)
        }
    };
    let items = Vec::from([vm.new_float(fraction), vm.new_float(whole)]);
    Ok(vm.new_tuple(items))
}

fn power(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (x, y) = (double(vm, arguments, 0)?, double(vm, arguments, 1)?);
    let result = float_math::pow(x, y);
    if !result.is_finite() && x.is_finite() && y.is_finite() {
        // A zero to a negative power is not an overflow.
        return Err(if result.is_nan() || x == 0.0 { domain_error(vm) } else { range_error(vm) });
    }
    Ok(vm.new_float(result))
}

/// Logarithm of a number, of integers beyond the doubles too.
fn logarithm(vm: &mut Vm, value: &Value, function: fn(f64) -> f64) -> Res<f64> {
    if let Some(Number::Int(integer)) = Number::of(value) {
        if integer.is_zero() || integer.is_negative() {
            return Err(vm.value_error("expected a positive input"));
        }
        if let Some(number) = integer.to_f64() {
            return Ok(function(number));
        }
        // Scaled down by a power of two whose logarithm is added.
        let shift = integer.bit_length() - 64;
        let top = integer.with_big(|number| number >> shift);
        let top = crate::object::number::big_to_f64(&top).unwrap_or(1.0);
        return Ok(function(top) + shift as f64 * function(2.0));
    }
    let number = from_argument(vm, value)?;
    if number <= 0.0 {
        return Err(input_error(vm, "expected a positive input", number));
    }
    Ok(function(number))
}

fn log_of(vm: &mut Vm, arguments: &[Value], function: fn(f64) -> f64) -> Res<Value> {
    let Some(value) = arguments.first() else { return Ok(Value::NONE) };
    let result = logarithm(vm, value, function)?;
    Ok(vm.new_float(result))
}

fn log(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(value) = arguments.first() else { return Ok(Value::NONE) };
    let numerator = logarithm(vm, value, float_math::log)?;
    let Some(base) = argument(arguments, 1) else { return Ok(vm.new_float(numerator)) };
    let denominator = logarithm(vm, base, float_math::log)?;
    if denominator == 0.0 {
        return Err(vm.raise(Ex::ZeroDivisionError, "division by zero"));
    }
    Ok(vm.new_float(numerator / denominator))
}

fn isclose(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [a, b, relative, absolute] = bind(vm, "isclose", args, ["a", "b", "rel_tol", "abs_tol"], 2)?;
    let (Some(a), Some(b)) = (a, b) else {
        return Err(vm.type_error("isclose() missing required argument 'b' (pos 2)"));
    };
    let (a, b) = (from_argument(vm, &a)?, from_argument(vm, &b)?);
    let relative = match &relative {
        Some(tolerance) => from_argument(vm, tolerance)?,
        None => 1e-9,
    };
    let absolute = match &absolute {
        Some(tolerance) => from_argument(vm, tolerance)?,
        None => 0.0,
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    let close = if a == b {
        true
    } else if a.is_infinite() || b.is_infinite() {
        false
    } else {
        let difference = (b - a).abs();
        difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute
    };
    Ok(Value::bool(close).into())
}

/// Doubles in order as integers, so that neighbours differ by one.
fn ordinal(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

fn from_ordinal(ordinal: i64) -> f64 {
    f64::from_bits(if ordinal < 0 { i64::MIN.wrapping_sub(ordinal) } else { ordinal } as u64)
}

fn nextafter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [x, y, steps] = bind(vm, "nextafter", args, ["", "", "steps"], 2)?;
    let (Some(x), Some(y)) = (x, y) else {
        let given = args.positional.len();
        return Err(vm.type_error(&format!("nextafter expected 2 arguments, got {given}")));
    };
    let (x, y) = (from_argument(vm, &x)?, from_argument(vm, &y)?);
    let steps = steps.filter(|steps| !steps.is_none());
    let counted = steps.is_some();
    let steps = match steps {
        None => 1,
        Some(steps) => {
            let steps = int::clamped_index(vm, &steps)?;
            if steps < 0 {
                return Err(vm.value_error("steps must be a non-negative integer"));
            }
            steps as u64
        }
    };
    let result = if steps == 0 || x.is_nan() {
        x
    } else if y.is_nan() || x == y {
        y
    } else {
        let (from, to) = (ordinal(x), ordinal(y));
        let distance = from.abs_diff(to);
        if distance == 1 && y == 0.0 && !counted {
            // As C's function has it: the sign stays.
            y.copysign(x)
        } else if steps >= distance {
            y
        } else if to > from {
            let next = from_ordinal(from.wrapping_add(steps as i64));
            // Coming from below, zero is the negative one.
            if next == 0.0 && from < 0 { -0.0 } else { next }
        } else {
            from_ordinal(from.wrapping_sub(steps as i64))
        }
    };
    Ok(vm.new_float(result).into())
}

fn ulp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.abs();
    if x.is_infinite() {
        return x;
    }
    let next = f64::from_bits(x.to_bits() + 1);
    if next.is_infinite() { x - f64::from_bits(x.to_bits() - 1) } else { next - x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours() {
        assert_eq!(ulp(1.0), f64::EPSILON);
        assert_eq!(ulp(0.0), 5e-324);
        assert_eq!(ulp(f64::MAX), 1.99584030953472e292);
        for number in [0.0, 1.0, -1.0, 5e-324, -5e-324, f64::MAX] {
            assert_eq!(from_ordinal(ordinal(number)), number);
        }
        assert_eq!(ordinal(5e-324) - ordinal(-5e-324), 2);
    }
}
