//! `cmath`: functions of complex numbers. Special values follow C99 annex G; large and small parts are scaled so that nothing
//! overflows on the way (Kahan, "Branch cuts for complex elementary functions").

use super::{ModuleSpec, Namespace};
use crate::object::complex::{self, parts_argument};
use crate::object::exception::Ex;
use crate::object::float::from_argument;
use crate::object::float_math;
use crate::object::keywords::bind;
use crate::object::value::Value;
use crate::vm::{Action, Args, Native, Res, Vm, argument};
use core::f64::consts::{self, LN_2, PI};

type Parts = (f64, f64);

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("acos(z, /)", |vm, a| apply(vm, a, acos), "Return the arc cosine of z."),
        Native::simple("acosh(z, /)", |vm, a| apply(vm, a, acosh), "Return the inverse hyperbolic cosine of z."),
        Native::simple("asin(z, /)", |vm, a| apply(vm, a, asin), "Return the arc sine of z."),
        Native::simple("asinh(z, /)", |vm, a| apply(vm, a, asinh), "Return the inverse hyperbolic sine of z."),
        Native::simple("atan(z, /)", |vm, a| apply(vm, a, atan), "Return the arc tangent of z."),
        Native::simple("atanh(z, /)", |vm, a| apply(vm, a, atanh), "Return the inverse hyperbolic tangent of z."),
        Native::simple("cos(z, /)", |vm, a| apply(vm, a, cos), "Return the cosine of z."),
        Native::simple("cosh(z, /)", |vm, a| apply(vm, a, cosh), "Return the hyperbolic cosine of z."),
        Native::simple("exp(z, /)", |vm, a| apply(vm, a, exp), "Return the exponential value e**z."),
        Native::full("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two complex numbers are close in value."),
        Native::simple(
            "isfinite(z, /)",
            |vm, a| test(vm, a, |z| z.0.is_finite() && z.1.is_finite()),
            "Return True if both the real and imaginary parts of z are finite, else False.",
        ),
        Native::simple("isinf(z, /)", |vm, a| test(vm, a, |z| z.0.is_infinite() || z.1.is_infinite()), "Checks if the real or imaginary part of z is infinite."),
        Native::simple("isnan(z, /)", |vm, a| test(vm, a, |z| z.0.is_nan() || z.1.is_nan()), "Checks if the real or imaginary part of z not a number (NaN)."),
        Native::simple("log(z, base=<unrepresentable>, /)", logarithm, "log(z[, base]) -> the logarithm of z to the given base."),
        Native::simple("log10(z, /)", |vm, a| apply(vm, a, log10), "Return the base-10 logarithm of z."),
        Native::simple("phase(z, /)", phase, "Return argument, also known as the phase angle, of a complex."),
        Native::simple("polar(z, /)", polar, "Convert a complex from rectangular coordinates to polar coordinates."),
        Native::simple("rect(r, phi, /)", rect, "Convert from polar coordinates to rectangular coordinates."),
        Native::simple("sin(z, /)", |vm, a| apply(vm, a, sin), "Return the sine of z."),
        Native::simple("sinh(z, /)", |vm, a| apply(vm, a, sinh), "Return the hyperbolic sine of z."),
        Native::simple("sqrt(z, /)", |vm, a| apply(vm, a, |z| Ok(sqrt(z))), "Return the square root of z."),
        Native::simple("tan(z, /)", |vm, a| apply(vm, a, tan), "Return the tangent of z."),
        Native::simple("tanh(z, /)", |vm, a| apply(vm, a, tanh), "Return the hyperbolic tangent of z."),
    ],
    constants,
    ..ModuleSpec::new("cmath", "This module provides access to mathematical functions for complex numbers.")
};

fn constants(vm: &mut Vm, names: &Namespace) {
    for (name, number) in [("pi", PI), ("e", consts::E), ("tau", consts::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        names.set_float(vm, name, number);
    }
    for (name, imaginary) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let value = complex::new(vm, 0.0, imaginary);
        names.set(vm, name, value);
    }
}

/// Why a function has no value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Domain,
    Range,
}

type Outcome = Result<Parts, Fault>;

fn finish(vm: &mut Vm, outcome: Outcome) -> Res<Value> {
    match outcome {
        Ok((real, imaginary)) => Ok(complex::new(vm, real, imaginary)),
        Err(Fault::Domain) => Err(vm.value_error("math domain error")),
        Err(Fault::Range) => Err(vm.raise(Ex::OverflowError, "math range error")),
    }
}

fn first(vm: &mut Vm, arguments: &[Value]) -> Res<Parts> {
    match arguments.first() {
        Some(value) => parts_argument(vm, value),
        None => Ok((0.0, 0.0)),
    }
}

fn apply(vm: &mut Vm, arguments: &[Value], function: fn(Parts) -> Outcome) -> Res<Value> {
    let z = first(vm, arguments)?;
    let outcome = function(z);
    finish(vm, outcome)
}

fn test(vm: &mut Vm, arguments: &[Value], property: fn(Parts) -> bool) -> Res<Value> {
    Ok(Value::bool(property(first(vm, arguments)?)))
}

fn finite(z: Parts) -> bool {
    z.0.is_finite() && z.1.is_finite()
}

/// Parts beyond this overflow when doubled or squared a little.
const LARGE: f64 = f64::MAX / 4.0;
/// exp of more than this overflows.
const LOG_LARGE: f64 = 708.0;

fn times_i((x, y): Parts) -> Parts {
    (-y, x)
}

fn over_i((x, y): Parts) -> Parts {
    (y, -x)
}

fn sqrt((x, y): Parts) -> Parts {
    if !finite((x, y)) {
        if y.is_infinite() {
            return (f64::INFINITY, y);
        }
        return match x {
            _ if x == f64::INFINITY => (x, if y.is_nan() { y } else { 0f64.copysign(y) }),
            _ if x == f64::NEG_INFINITY => (if y.is_nan() { y } else { 0.0 }, f64::INFINITY.copysign(y)),
            _ => (f64::NAN, f64::NAN),
        };
    }
    if x == 0.0 && y == 0.0 {
        return (0.0, y);
    }
    let (a, b) = (x.abs(), y.abs());
    let root = if a < f64::MIN_POSITIVE && b < f64::MIN_POSITIVE && (a > 0.0 || b > 0.0) {
        let a = libm::ldexp(a, 54);
        libm::ldexp(libm::sqrt(a + float_math::hypot(a, libm::ldexp(b, 54))), -27) / consts::SQRT_2
    } else {
        let a = a / 8.0;
        2.0 * libm::sqrt(a + float_math::hypot(a, b / 8.0))
    };
    let other = b / (2.0 * root);
    if x >= 0.0 { (root, other.copysign(y)) } else { (other, root.copysign(y)) }
}

fn exp((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        if x.is_infinite() && y.is_finite() && y != 0.0 {
            let size = if x > 0.0 { x } else { 0.0 };
            return Ok((size.copysign(libm::cos(y)), size.copysign(libm::sin(y))));
        }
        if y == 0.0 {
            return Ok((if x == f64::NEG_INFINITY { 0.0 } else { x }, y));
        }
        if x == f64::NEG_INFINITY {
            return Ok((0.0, 0.0));
        }
        // An infinite angle means nothing.
        return if y.is_infinite() && !x.is_nan() { Err(Fault::Domain) } else { Ok((if x == f64::INFINITY { x } else { f64::NAN }, f64::NAN)) };
    }
    let result = if x > LOG_LARGE {
        let size = float_math::exp(x - 1.0);
        (size * libm::cos(y) * consts::E, size * libm::sin(y) * consts::E)
    } else {
        let size = float_math::exp(x);
        (size * libm::cos(y), size * libm::sin(y))
    };
    in_range(result)
}

fn in_range(result: Parts) -> Outcome {
    if result.0.is_infinite() || result.1.is_infinite() { Err(Fault::Range) } else { Ok(result) }
}

fn cosh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        if x.is_infinite() && y.is_finite() && y != 0.0 {
            return Ok((f64::INFINITY.copysign(libm::cos(y)), f64::INFINITY.copysign(libm::sin(y) * x)));
        }
        if y == 0.0 {
            return Ok((x.abs(), if x.is_nan() { y } else { y.copysign(y * x) }));
        }
        if x == 0.0 {
            return if y.is_infinite() { Err(Fault::Domain) } else { Ok((f64::NAN, 0.0)) };
        }
        if y.is_infinite() && !x.is_nan() {
            return Err(Fault::Domain);
        }
        return Ok((if x.is_infinite() { f64::INFINITY } else { f64::NAN }, f64::NAN));
    }
    let result = if x.abs() > LOG_LARGE {
        let less = x - 1f64.copysign(x);
        (libm::cos(y) * libm::cosh(less) * consts::E, libm::sin(y) * libm::sinh(less) * consts::E)
    } else {
        (libm::cos(y) * libm::cosh(x), libm::sin(y) * libm::sinh(x))
    };
    in_range(result)
}

fn sinh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        if x.is_infinite() && y.is_finite() && y != 0.0 {
            return Ok((f64::INFINITY.copysign(libm::cos(y) * x), f64::INFINITY.copysign(libm::sin(y))));
        }
        if y == 0.0 {
            return Ok((x, y));
        }
        if x == 0.0 {
            return if y.is_infinite() { Err(Fault::Domain) } else { Ok((x, f64::NAN)) };
        }
        if y.is_infinite() && !x.is_nan() {
            return Err(Fault::Domain);
        }
        return Ok((if x.is_infinite() { x } else { f64::NAN }, f64::NAN));
    }
    let result = if x.abs() > LOG_LARGE {
        let less = x - 1f64.copysign(x);
        (libm::cos(y) * libm::sinh(less) * consts::E, libm::sin(y) * libm::cosh(less) * consts::E)
    } else {
        (libm::cos(y) * libm::sinh(x), libm::sin(y) * libm::cosh(x))
    };
    in_range(result)
}

fn tanh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        if x.is_infinite() {
            let imaginary = if y.is_finite() { 0f64.copysign(libm::sin(y) * libm::cos(y)) } else { 0.0 };
            return Ok((1f64.copysign(x), imaginary));
        }
        if y == 0.0 {
            return Ok((x, y));
        }
        if y.is_infinite() && !x.is_nan() {
            return Err(Fault::Domain);
        }
        return Ok((if x == 0.0 { x } else { f64::NAN }, f64::NAN));
    }
    if x.abs() > LOG_LARGE {
        return Ok((1f64.copysign(x), 4.0 * libm::sin(y) * libm::cos(y) * float_math::exp(-2.0 * x.abs())));
    }
    let (hyperbolic, circular) = (libm::tanh(x), libm::tan(y));
    let secant = 1.0 / libm::cosh(x);
    let product = hyperbolic * circular;
    let denominator = 1.0 + product * product;
    Ok((hyperbolic * (1.0 + circular * circular) / denominator, (circular / denominator) * secant * secant))
}

fn sin(z: Parts) -> Outcome {
    sinh(times_i(z)).map(over_i)
}

fn cos(z: Parts) -> Outcome {
    cosh(times_i(z))
}

fn tan(z: Parts) -> Outcome {
    tanh(times_i(z)).map(over_i)
}

fn log((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        let size = if x.is_infinite() || y.is_infinite() { f64::INFINITY } else { f64::NAN };
        return Ok((size, libm::atan2(y, x)));
    }
    let (a, b) = (x.abs(), y.abs());
    let size = if a > LARGE || b > LARGE {
        float_math::log(float_math::hypot(a / 2.0, b / 2.0)) + LN_2
    } else if a < f64::MIN_POSITIVE && b < f64::MIN_POSITIVE {
        if a == 0.0 && b == 0.0 {
            return Err(Fault::Domain);
        }
        float_math::log(float_math::hypot(libm::ldexp(a, 53), libm::ldexp(b, 53))) - 53.0 * LN_2
    } else {
        let size = float_math::hypot(a, b);
        if (0.71..=1.73).contains(&size) {
            // Near 1 the logarithm of the square is more exact.
            let (most, least) = if a > b { (a, b) } else { (b, a) };
            libm::log1p((most - 1.0) * (most + 1.0) + least * least) / 2.0
        } else {
            float_math::log(size)
        }
    };
    Ok((size, libm::atan2(y, x)))
}

fn log10(z: Parts) -> Outcome {
    log(z).map(|(real, imaginary)| (real / consts::LN_10, imaginary / consts::LN_10))
}

fn asinh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        return Ok(match (x, y) {
            _ if x.is_infinite() => (
                x,
                if y.is_infinite() {
                    (PI / 4.0).copysign(y)
                } else if y.is_nan() {
                    y
                } else {
                    0f64.copysign(y)
                },
            ),
            _ if y.is_infinite() => (if x.is_nan() { y.abs() } else { f64::INFINITY.copysign(x) }, if x.is_nan() { x } else { (PI / 2.0).copysign(y) }),
            _ if x.is_nan() && y == 0.0 => (x, y),
            _ => (f64::NAN, f64::NAN),
        });
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        let size = float_math::log(float_math::hypot(x / 2.0, y / 2.0)) + 2.0 * LN_2;
        return Ok((size.copysign(x), libm::atan2(y, x.abs())));
    }
    let s = sqrt((1.0 + y, -x));
    let t = sqrt((1.0 - y, x));
    Ok((libm::asinh(s.0 * t.1 - t.0 * s.1), libm::atan2(y, s.0 * t.0 - s.1 * t.1)))
}

fn asin(z: Parts) -> Outcome {
    asinh(times_i(z)).map(over_i)
}

fn acos((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        let angle = |x: f64, y: f64| match (x.is_infinite(), y.is_infinite()) {
            (true, true) => {
                if x > 0.0 {
                    PI / 4.0
                } else {
                    3.0 * PI / 4.0
                }
            }
            (true, false) => {
                if y.is_nan() {
                    y
                } else if x > 0.0 {
                    0.0
                } else {
                    PI
                }
            }
            _ => {
                if x.is_nan() {
                    x
                } else {
                    PI / 2.0
                }
            }
        };
        return Ok(if x.is_infinite() || y.is_infinite() {
            let size = f64::INFINITY;
            (angle(x, y), if y.is_nan() { size } else { -size.copysign(y) })
        } else if x == 0.0 {
            (PI / 2.0, f64::NAN)
        } else {
            (f64::NAN, f64::NAN)
        });
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        let size = float_math::log(float_math::hypot(x / 2.0, y / 2.0)) + 2.0 * LN_2;
        return Ok((libm::atan2(y.abs(), x), size.copysign(-y)));
    }
    let s = sqrt((1.0 - x, -y));
    let t = sqrt((1.0 + x, y));
    Ok((2.0 * libm::atan2(s.0, t.0), libm::asinh(t.0 * s.1 - t.1 * s.0)))
}

fn acosh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        // The arc cosine turned by a right angle.
        let (real, imaginary) = acos((x, y))?;
        let imaginary = imaginary.abs();
        return Ok((imaginary, if real.is_nan() { real } else { real.copysign(y) }));
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        return Ok((float_math::log(float_math::hypot(x / 2.0, y / 2.0)) + 2.0 * LN_2, libm::atan2(y, x)));
    }
    let s = sqrt((x - 1.0, y));
    let t = sqrt((x + 1.0, y));
    Ok((libm::asinh(s.0 * t.0 + s.1 * t.1), 2.0 * libm::atan2(s.1, t.0)))
}

fn atanh((x, y): Parts) -> Outcome {
    if !finite((x, y)) {
        let imaginary = if y.is_nan() { y } else { (PI / 2.0).copysign(y) };
        return Ok(match (x, y) {
            _ if y.is_infinite() => (0f64.copysign(x), imaginary),
            _ if x.is_infinite() => (0f64.copysign(x), imaginary),
            _ if x == 0.0 => (x, y),
            _ => (f64::NAN, f64::NAN),
        });
    }
    // Reflect, so that the real part is not negative.
    if x < 0.0 || (x == 0.0 && x.is_sign_negative()) {
        return atanh((-x, -y)).map(|(real, imaginary)| (-real, -imaginary));
    }
    let b = y.abs();
    let root = 1.34e154;
    if x > root || b > root {
        let size = float_math::hypot(x / 2.0, y / 2.0);
        return Ok((x / 4.0 / size / size, -(PI / 2.0).copysign(-y)));
    }
    if x == 1.0 && b < 1.5e-154 {
        if b == 0.0 {
            return Err(Fault::Domain);
        }
        return Ok((-float_math::log(libm::sqrt(b) / libm::sqrt(float_math::hypot(b, 2.0))), (libm::atan2(2.0, -b) / 2.0).copysign(y)));
    }
    Ok((libm::log1p(4.0 * x / ((1.0 - x) * (1.0 - x) + b * b)) / 4.0, -libm::atan2(-2.0 * y, (1.0 - x) * (1.0 + x) - b * b) / 2.0))
}

fn atan(z: Parts) -> Outcome {
    atanh(times_i(z)).map(over_i)
}

fn logarithm(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let z = first(vm, arguments)?;
    let mut outcome = log(z);
    if let (Ok(numerator), Some(base)) = (outcome, argument(arguments, 1)) {
        let base = parts_argument(vm, base)?;
        outcome = log(base);
        if let Ok(denominator) = outcome {
            outcome = complex::divide(numerator, denominator).ok_or(Fault::Domain);
        }
    }
    finish(vm, outcome)
}

fn phase(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (x, y) = first(vm, arguments)?;
    Ok(vm.new_float(libm::atan2(y, x)))
}

fn polar(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (x, y) = first(vm, arguments)?;
    let size = float_math::hypot(x, y);
    if size.is_infinite() && finite((x, y)) {
        return finish(vm, Err(Fault::Range));
    }
    let items = [vm.new_float(size), vm.new_float(libm::atan2(y, x))];
    Ok(vm.new_tuple(items.into()))
}

fn rect(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [size, angle, ..] = arguments else { return Ok(Value::NONE) };
    let (size, angle) = (from_argument(vm, size)?, from_argument(vm, angle)?);
    let outcome = if size.is_finite() && angle.is_finite() {
        // A zero angle keeps the sign of its zero.
        Ok(if angle == 0.0 { (size, size * angle) } else { (size * libm::cos(angle), size * libm::sin(angle)) })
    } else if angle.is_infinite() && size != 0.0 && !size.is_nan() {
        Err(Fault::Domain)
    } else if size.is_infinite() && angle.is_finite() && angle != 0.0 {
        let infinity = f64::INFINITY.copysign(size);
        Ok((infinity * 1f64.copysign(libm::cos(angle)), infinity * 1f64.copysign(libm::sin(angle))))
    } else if angle == 0.0 {
        Ok((size, if size.is_nan() { 0.0 } else { angle * 1f64.copysign(size) }))
    } else if size == 0.0 {
        Ok((0.0, 0.0))
    } else {
        Ok((if size.is_infinite() { f64::INFINITY } else { f64::NAN }, f64::NAN))
    };
    finish(vm, outcome)
}

fn isclose(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [a, b, relative, absolute] = bind(vm, "isclose", args, ["a", "b", "rel_tol", "abs_tol"], 2)?;
    let (Some(a), Some(b)) = (a, b) else { return Err(vm.type_error("isclose() missing required argument 'b' (pos 2)")) };
    let (a, b) = (parts_argument(vm, &a)?, parts_argument(vm, &b)?);
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
    let infinite = |z: Parts| z.0.is_infinite() || z.1.is_infinite();
    let size = |z: Parts| float_math::hypot(z.0, z.1);
    let difference = size((a.0 - b.0, a.1 - b.1));
    let close = a == b || !(infinite(a) || infinite(b)) && (difference <= relative * size(b) || difference <= relative * size(a) || difference <= absolute);
    Ok(Value::bool(close).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branch_cuts() {
        assert_eq!(sqrt((-4.0, 0.0)), (0.0, 2.0));
        assert_eq!(sqrt((-4.0, -0.0)), (0.0, -2.0));
        assert_eq!(log((-1.0, 0.0)), Ok((0.0, PI)));
        assert_eq!(log((0.0, 0.0)), Err(Fault::Domain));
        assert_eq!(exp((1000.0, 1.0)), Err(Fault::Range));
    }
}
