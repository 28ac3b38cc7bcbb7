//! Exponential functions and logarithms of doubles, right to within little more than half a unit in the last place: the
//! logarithm and the exponent are carried in two doubles (some hundred bits). `libm` has them a few tenths of a unit worse,
//! enough to make `10.0 ** -5` print as 1.0000000000000001e-05.
//!
//! Logarithm: x = m * 2**k with m in [0.75, 1.5), r = m * inverse - 1 exactly with a 24-bit inverse from a table, then
//! log(x) = k log 2 - log(inverse) + log1p(r). Exponential: x = n log 2 / 128 + r, then exp(x) = 2**(n/128) * exp(r) with a table
//! of the fractional powers of two.

use super::float_tables::{LOGARITHMS, POWERS};

/// log 2 with 42 bits, so that its products with exponents are exact, and the rest.
const LN_2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fefa_3800), f64::from_bits(0x3d2e_f357_93c7_6730));
/// log 2 / 128 with 34 bits, and the rest.
const STEP: (f64, f64) = (f64::from_bits(0x3f76_2e42_fef8_0000), f64::from_bits(0x3d41_cf79_abc9_e3b4));
/// log 2, 1 / log 2 and 1 / log 10 in two doubles.
const LN_2_FULL: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fefa_39ef), f64::from_bits(0x3c7a_bc9e_3b39_803f));
const INVERSE_LN_2: (f64, f64) = (f64::from_bits(0x3ff7_1547_652b_82fe), f64::from_bits(0x3c77_77d0_ffda_0d24));
const INVERSE_LN_10: (f64, f64) = (f64::from_bits(0x3fdb_cb7b_1526_e50e), f64::from_bits(0x3c69_5355_baaa_fad3));

/// exp of more overflows; of less than the second it is zero.
const LARGEST: f64 = 709.782_712_893_384;
const SMALLEST: f64 = -745.133_219_101_941_2;

/// Sum and rounding error (Knuth).
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let rest = sum - a;
    (sum, (a - (sum - rest)) + (b - rest))
}

/// The upper 26 bits and the rest.
#[inline(always)]
fn halves(a: f64) -> (f64, f64) {
    let upper = f64::from_bits(a.to_bits() & !((1 << 27) - 1));
    (upper, a - upper)
}

/// Product and rounding error (Dekker), for factors whose product neither overflows nor is subnormal.
#[inline(always)]
pub fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
    (product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
}

/// Logarithm of a positive finite number in two doubles.
fn log_parts(x: f64) -> (f64, f64) {
    let (scaled, shift) = if x < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, 54) } else { (x, 0) };
    let bits = scaled.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023 - shift;
    let mut mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    if mantissa >= 1.5 {
        mantissa *= 0.5;
        exponent += 1;
    }
    let index = (mantissa * 128.0 + 0.5) as usize;
    let (inverse, log, log_rest) = match LOGARITHMS.get(index.wrapping_sub(96)) {
        Some(&(inverse, log, rest)) => (f64::from_bits(inverse), f64::from_bits(log), f64::from_bits(rest)),
        None => (1.0, 0.0, 0.0),
    };
    let (upper, lower) = halves(mantissa);
    // Both products are exact: 26 or 27 bits times 24.
    let (r, r_rest) = two_sum(upper * inverse - 1.0, lower * inverse);
    let (square, square_rest) = two_product(r, r);
    let tail = r * square * (1.0 / 3.0 - r * (0.25 - r * (0.2 - r * (1.0 / 6.0 - r * (1.0 / 7.0 - r * (0.125 - r * (1.0 / 9.0)))))));
    let k = exponent as f64;
    let (sum, rest1) = two_sum(k * LN_2.0, log);
    let (sum, rest2) = two_sum(sum, r);
    let (sum, rest3) = two_sum(sum, -0.5 * square);
    let rest = rest1 + rest2 + rest3 + (k * LN_2.1 + log_rest) + (r_rest - 0.5 * square_rest - r * r_rest) + tail;
    two_sum(sum, rest)
}

/// exp(high + low), for an argument within the range of results.
fn exp_parts(high: f64, low: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    // Adding and subtracting 1.5 * 2**52 rounds to an integer.
    let steps = high * (128.0 / core::f64::consts::LN_2) + ROUND - ROUND;
    let (r, r_rest) = two_sum(high - steps * STEP.0, low - steps * STEP.1);
    let tail = r_rest + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0)))));
    let steps = steps as i64;
    let (power, power_rest) = match POWERS.get((steps & 127) as usize) {
        Some(&(power, rest)) => (f64::from_bits(power), f64::from_bits(rest)),
        None => (1.0, 0.0),
    };
    let (first, first_rest) = two_product(power, r);
    let (sum, sum_rest) = two_sum(power, first);
    let result = sum + (sum_rest + (first_rest + power_rest + power * tail));
    let exponent = steps >> 7;
    if (-1021..=1022).contains(&exponent) { result * f64::from_bits(((exponent + 1023) as u64) << 52) } else { libm::ldexp(result, exponent as i32) }
}

/// e**x
pub fn exp(x: f64) -> f64 {
    match x {
        _ if x.is_nan() => x,
        _ if x > LARGEST => f64::INFINITY,
        _ if x < SMALLEST => 0.0,
        _ => exp_parts(x, 0.0),
    }
}

/// 2**x
pub fn exp2(x: f64) -> f64 {
    match x {
        _ if x.is_nan() => x,
        _ if x >= 1024.0 => f64::INFINITY,
        _ if x < -1075.0 => 0.0,
        // Too small for the error of a product to be a number.
        _ if x.abs() < 1e-20 => 1.0,
        _ => {
            let (high, low) = two_product(x, LN_2_FULL.0);
            exp_parts(high, low + x * LN_2_FULL.1)
        }
    }
}

/// Logarithm by this inverse of the base's; what `log` gives for zero, negative and special numbers.
fn log_by(x: f64, inverse: (f64, f64)) -> f64 {
    if !(x > 0.0 && x.is_finite()) {
        return libm::log(x);
    }
    let (high, low) = log_parts(x);
    let (product, rest) = two_product(high, inverse.0);
    product + (rest + high * inverse.1 + low * inverse.0)
}

/// Natural logarithm.
pub fn log(x: f64) -> f64 {
    if x > 0.0 && x.is_finite() { log_parts(x).0 } else { libm::log(x) }
}

/// Logarithm to base 2; exact for powers of two.
pub fn log2(x: f64) -> f64 {
    log_by(x, INVERSE_LN_2)
}

/// Logarithm to base 10; exact for powers of ten.
pub fn log10(x: f64) -> f64 {
    log_by(x, INVERSE_LN_10)
}

/// x**y with the special cases of C99.
pub fn pow(x: f64, y: f64) -> f64 {
    if y == 2.0 {
        return x * x;
    }
    if y == 1.0 {
        return x;
    }
    if !(x.is_finite() && y.is_finite()) || x == 0.0 || y == 0.0 || x == 1.0 {
        return libm::pow(x, y);
    }
    let mut negative = false;
    if x < 0.0 {
        if libm::floor(y) != y {
            return f64::NAN;
        }
        negative = libm::fmod(y, 2.0) != 0.0;
    }
    let magnitude = x.abs();
    let result = if y == -1.0 {
        1.0 / magnitude
    } else if y == 0.5 {
        libm::sqrt(magnitude)
    } else {
        let (high, low) = log_parts(magnitude);
        let estimate = y * high;
        if estimate > LARGEST + 1.0 {
            f64::INFINITY
        } else if estimate < SMALLEST - 1.0 {
            0.0
        } else if estimate.abs() < 1e-20 {
            1.0
        } else {
            let (product, rest) = two_product(y, high);
            exp_parts(product, rest + y * low)
        }
    };
    if negative { -result } else { result }
}

/// Length of a vector with two coordinates.
pub fn hypot(x: f64, y: f64) -> f64 {
    let (most, least) = if x.abs() > y.abs() { (x.abs(), y.abs()) } else { (y.abs(), x.abs()) };
    if !most.is_finite() || !least.is_finite() || least == 0.0 {
        return libm::hypot(x, y);
    }
    // A power of two brings the larger near 1, so that squares neither overflow nor vanish.
    let exponent = libm::frexp(most).1;
    let (a, b) = (libm::ldexp(most, -exponent), libm::ldexp(least, -exponent));
    if b < 1e-10 {
        return most + least * (b / a) * 0.5;
    }
    let ((square_a, rest_a), (square_b, rest_b)) = (two_product(a, a), two_product(b, b));
    let (sum, sum_rest) = two_sum(square_a, square_b);
    let root = libm::sqrt(sum);
    // One Newton step on what is left of the sum.
    let (square, square_rest) = two_product(root, root);
    let left = (sum - square) + (sum_rest + rest_a + rest_b - square_rest);
    libm::ldexp(root + left / (2.0 * root), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_people_expect() {
        assert_eq!(pow(10.0, -5.0), 1e-5);
        for exponent in -300..=300 {
            let text = alloc::format!("1e{exponent}");
            assert_eq!(Ok(pow(10.0, exponent as f64)), text.parse(), "{text}");
        }
        for exponent in -1074..=1023 {
            let power = libm::ldexp(1.0, exponent);
            assert_eq!(pow(2.0, exponent as f64), power);
            assert_eq!(exp2(exponent as f64), power);
            assert_eq!(log2(power), exponent as f64);
        }
        for exponent in 0..=22 {
            assert_eq!(log10(pow(10.0, exponent as f64)), exponent as f64);
        }
        assert_eq!(hypot(3.0, 4.0), 5.0);
        assert_eq!(hypot(-15.0, -212.90246126894442), 213.4302181378597);
        assert_eq!(hypot(1e308, 1e308), 1.4142135623730951e308);
        assert_eq!(hypot(5e-324, 5e-324), 5e-324);
        assert_eq!(exp(1.0), core::f64::consts::E);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(log(1.0), 0.0);
        assert_eq!(log(10.0), core::f64::consts::LN_10);
        assert_eq!(pow(-2.0, 3.0), -8.0);
        assert!(pow(-2.0, 0.5).is_nan());
        assert_eq!(pow(2.0, 1024.0), f64::INFINITY);
        assert_eq!(exp(-745.0), 5e-324);
        assert_eq!(exp(710.0), f64::INFINITY);
    }
}
