//! `complex`: pairs of doubles. Infinities and NaN follow C99 annex G; an operation with a real number does not touch the
//! imaginary part (Python 3.14).

use super::class::{Class, TypeSpec};
use super::construct::allocation_class;
use super::containers::read_only;
use super::float::{self, from_argument};
use super::float_math;
use super::float_text;
use super::header::{Header, Kind, Object};
use super::int;
use super::number::{self, ArithmeticOp, Number};
use super::str::Str;
use super::value::Value;
use crate::object;
use crate::object::exception::Ex;
use crate::vm::{Action, Args, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::format;
use alloc::string::String;

/// A complex number.
#[repr(C)]
pub struct Complex {
    pub header: Header,
    pub real: f64,
    pub imaginary: f64,
}

object!(Complex, Kind::Complex, "complex", |this, visit| {});

/// A `complex`.
pub fn new(vm: &mut Vm, real: f64, imaginary: f64) -> Value {
    vm.new_object(|header| Complex { header, real, imaginary })
}

/// A complex number of class `class` (complex itself or a subclass).
fn new_of(vm: &mut Vm, class: &Class, (real, imaginary): Parts) -> Value {
    vm.heap.new_object(class, |header| Complex { header, real, imaginary })
}

type Parts = (f64, f64);

/// Product by C99 annex G: an infinite factor gives an infinite product even where the formula gives NaN.
pub fn multiply((mut a, mut b): Parts, (mut c, mut d): Parts) -> Parts {
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (real, imaginary) = (ac - bd, ad + bc);
    if !real.is_nan() || !imaginary.is_nan() {
        return (real, imaginary);
    }
    let unit = |number: f64| if number.is_infinite() { 1f64 } else { 0.0 }.copysign(number);
    let zero = |number: f64| if number.is_nan() { 0f64.copysign(number) } else { number };
    let mut recompute = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (unit(a), unit(b), zero(c), zero(d));
        recompute = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d, a, b) = (unit(c), unit(d), zero(a), zero(b));
        recompute = true;
    }
    if !recompute && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
        (a, b, c, d) = (zero(a), zero(b), zero(c), zero(d));
        recompute = true;
    }
    if recompute { (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c)) } else { (real, imaginary) }
}

/// Quotient by Smith's algorithm; None for a zero divisor.
pub fn divide((a, b): Parts, (c, d): Parts) -> Option<Parts> {
    let (real, imaginary) = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        ((a + b * ratio) / denominator, (b - a * ratio) / denominator)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        ((a * ratio + b) / denominator, (b * ratio - a) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !real.is_nan() || !imaginary.is_nan() {
        return Some((real, imaginary));
    }
    let unit = |number: f64| if number.is_infinite() { 1f64 } else { 0.0 }.copysign(number);
    if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
        let (x, y) = (unit(a), unit(b));
        return Some((f64::INFINITY * (x * c + y * d), f64::INFINITY * (y * c - x * d)));
    }
    if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
        let (x, y) = (unit(c), unit(d));
        return Some((0.0 * (a * x + b * y), 0.0 * (b * x - a * y)));
    }
    Some((real, imaginary))
}

/// Quotient of a real number; None for a zero divisor.
fn divide_real(a: f64, (c, d): Parts) -> Option<Parts> {
    if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        return Some((a / denominator, -a * ratio / denominator));
    }
    if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        return Some((a * ratio / denominator, -a / denominator));
    }
    divide((a, 0.0), (c, d))
}

/// Powers with whole exponents up to this are multiplied out.
const MULTIPLIED_OUT: f64 = 100.0;

fn whole_power(base: Parts, exponent: u32) -> Parts {
    let (mut rest, mut result, mut square) = (exponent, (1.0, 0.0), base);
    while rest > 0 {
        if rest & 1 != 0 {
            result = multiply(result, square);
        }
        rest >>= 1;
        if rest > 0 {
            square = multiply(square, square);
        }
    }
    result
}

/// `a ** b`; None: zero to a negative or complex power.
fn power(a: Parts, b: Parts) -> Option<Parts> {
    if b.1 == 0.0 && b.0 == libm::floor(b.0) && b.0.abs() <= MULTIPLIED_OUT {
        let result = whole_power(a, b.0.abs() as u32);
        return if b.0 < 0.0 { divide((1.0, 0.0), result) } else { Some(result) };
    }
    if a == (0.0, 0.0) {
        return if b.1 != 0.0 || b.0 < 0.0 { None } else { Some((0.0, 0.0)) };
    }
    let size = float_math::hypot(a.0, a.1);
    let angle = libm::atan2(a.1, a.0);
    let mut length = float_math::pow(size, b.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        length *= float_math::exp(-angle * b.1);
        phase += b.1 * float_math::log(size);
    }
    Some((length * libm::cos(phase), length * libm::sin(phase)))
}

fn parts(vm: &mut Vm, number: Number) -> Res<Parts> {
    Ok(match number {
        Number::Complex(real, imaginary) => (real, imaginary),
        number => (number.to_f64(vm)?, 0.0),
    })
}

#[cold]
fn zero_division(vm: &mut Vm, message: &str) -> Raised {
    vm.raise(Ex::ZeroDivisionError, message)
}

/// `a op b`, at least one of them complex (or to be taken so); None if complex numbers have no such operator.
///
/// # Errors
/// ZeroDivisionError, OverflowError.
pub fn apply(vm: &mut Vm, op: ArithmeticOp, left: Number, right: Number) -> Res<Option<Value>> {
    if !matches!(op, ArithmeticOp::Add | ArithmeticOp::Sub | ArithmeticOp::Mul | ArithmeticOp::TrueDiv | ArithmeticOp::Pow) {
        return Ok(None);
    }
    let (a, b) = (parts(vm, left)?, parts(vm, right)?);
    let left_real = !matches!(left, Number::Complex(..));
    let right_real = !matches!(right, Number::Complex(..));
    let result = match op {
        ArithmeticOp::Add if left_real => (a.0 + b.0, b.1),
        ArithmeticOp::Add if right_real => (a.0 + b.0, a.1),
        ArithmeticOp::Add => (a.0 + b.0, a.1 + b.1),
        ArithmeticOp::Sub if left_real => (a.0 - b.0, -b.1),
        ArithmeticOp::Sub if right_real => (a.0 - b.0, a.1),
        ArithmeticOp::Sub => (a.0 - b.0, a.1 - b.1),
        ArithmeticOp::Mul if left_real => (a.0 * b.0, a.0 * b.1),
        ArithmeticOp::Mul if right_real => (a.0 * b.0, a.1 * b.0),
        ArithmeticOp::Mul => multiply(a, b),
        ArithmeticOp::TrueDiv => {
            let quotient = if right_real {
                if b.0 == 0.0 { None } else { Some((a.0 / b.0, a.1 / b.0)) }
            } else if left_real {
                divide_real(a.0, b)
            } else {
                divide(a, b)
            };
            match quotient {
                Some(quotient) => quotient,
                None => return Err(zero_division(vm, "division by zero")),
            }
        }
        _ => match power(a, b) {
            None => return Err(zero_division(vm, "zero to a negative or complex power")),
            Some((real, imaginary)) if real.is_infinite() || imaginary.is_infinite() => {
                return Err(vm.raise(Ex::OverflowError, "complex exponentiation"));
            }
            Some(result) => result,
        },
    };
    Ok(Some(new(vm, result.0, result.1)))
}

// ---- text

/// `repr` of a complex number.
pub fn repr(real: f64, imaginary: f64) -> String {
    let mut text = String::new();
    if real == 0.0 && real.is_sign_positive() {
        if float_text::shows_minus(imaginary) {
            text.push('-');
        }
        float_text::push_shortest(&mut text, imaginary, false, false);
        text.push('j');
        return text;
    }
    text.push('(');
    if float_text::shows_minus(real) {
        text.push('-');
    }
    float_text::push_shortest(&mut text, real, false, false);
    text.push(if float_text::shows_minus(imaginary) { '-' } else { '+' });
    float_text::push_shortest(&mut text, imaginary, false, false);
    text.push_str("j)");
    text
}

/// The number in `text`, as `complex(text)` reads it.
pub fn parse(text: &str) -> Option<Parts> {
    let text = super::int_text::to_ascii(text);
    let mut text = match text.strip_prefix('(') {
        Some(inner) => inner.strip_suffix(')')?.trim_matches(super::int_text::is_space),
        None => &*text,
    };
    let without_underscores: String;
    if text.contains('_') {
        let bytes = text.as_bytes();
        let digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
        if !bytes.iter().enumerate().all(|(index, &byte)| byte != b'_' || (digit(index.checked_sub(1)) && digit(Some(index + 1)))) {
            return None;
        }
        without_underscores = text.chars().filter(|&character| character != '_').collect();
        text = &without_underscores;
    }
    let (first, rest) = text.split_at_checked(float_text::prefix_length(text))?;
    if first.is_empty() {
        return match rest {
            "j" | "J" | "+j" | "+J" => Some((0.0, 1.0)),
            "-j" | "-J" => Some((0.0, -1.0)),
            _ => None,
        };
    }
    let first = float_text::parse_ascii(first)?;
    match rest {
        "" => return Some((first, 0.0)),
        "j" | "J" => return Some((0.0, first)),
        _ if !rest.starts_with(['+', '-']) => return None,
        _ => {}
    }
    let (second, end) = rest.split_at_checked(float_text::prefix_length(rest))?;
    if second.is_empty() {
        return match rest {
            "+j" | "+J" => Some((first, 1.0)),
            "-j" | "-J" => Some((first, -1.0)),
            _ => None,
        };
    }
    if matches!(end, "j" | "J") { Some((first, float_text::parse_ascii(second)?)) } else { None }
}

// ---- the type

pub static COMPLEX: TypeSpec = TypeSpec {
    doc: "Create a complex number from a string or numbers.",
    natives: &[
        Native::full("__new__($type, real=0, imag=0)", complex_new, "Create and return a new object."),
        Native::simple("__repr__($self, /)", complex_repr, "Return repr(self)."),
        Native::simple("__hash__($self, /)", complex_hash, "Return hash(self)."),
        Native::simple("__bool__($self, /)", |_, a| Ok(Value::bool(receiver(a) != (0.0, 0.0))), "True if self else False."),
        Native::simple("__eq__($self, value, /)", |_, a| Ok(equal(a, true)), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |_, a| Ok(equal(a, false)), "Return self!=value."),
        Native::simple("__add__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Add, a, false), "Return self+value."),
        Native::simple("__radd__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Add, a, true), "Return value+self."),
        Native::simple("__sub__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Sub, a, false), "Return self-value."),
        Native::simple("__rsub__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Sub, a, true), "Return value-self."),
        Native::simple("__mul__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mul, a, false), "Return self*value."),
        Native::simple("__rmul__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mul, a, true), "Return value*self."),
        Native::simple("__truediv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::TrueDiv, a, false), "Return self/value."),
        Native::simple("__rtruediv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::TrueDiv, a, true), "Return value/self."),
        Native::simple("__pow__($self, value, mod=None, /)", |vm, a| operator(vm, ArithmeticOp::Pow, a, false), "Return pow(self, value, mod)."),
        Native::simple("__rpow__($self, value, mod=None, /)", |vm, a| operator(vm, ArithmeticOp::Pow, a, true), "Return pow(value, self, mod)."),
        Native::simple("__neg__($self, /)", complex_neg, "-self"),
        Native::simple("__pos__($self, /)", itself, "+self"),
        Native::simple("__abs__($self, /)", complex_abs, "abs(self)"),
        Native::simple("__complex__($self, /)", itself, "Convert this value to exact type complex."),
        Native::simple("__format__($self, format_spec, /)", complex_format, "Convert to a string according to format_spec."),
        Native::simple("__getnewargs__($self, /)", getnewargs, "The arguments that make an equal complex number."),
        Native::simple("conjugate($self, /)", conjugate, "Return the complex conjugate of its argument."),
        Native::full("from_number($type, number, /)", from_number, "Convert number to a complex floating-point number."),
    ],
    getters: &[
        Getter { name: "real", get: |vm, this| Ok(vm.new_float(of(this).0)), set: Some(read_only), doc: "the real part of a complex number" },
        Getter { name: "imag", get: |vm, this| Ok(vm.new_float(of(this).1)), set: Some(read_only), doc: "the imaginary part of a complex number" },
    ],
    ..TypeSpec::new("complex", Complex::LAYOUT)
};

fn of(value: &Value) -> Parts {
    value.get::<Complex>().map_or((0.0, 0.0), |object| (object.real, object.imaginary))
}

fn receiver(arguments: &[Value]) -> Parts {
    arguments.first().map_or((0.0, 0.0), of)
}

fn itself(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first() {
        Some(this) if this.get_exact::<Complex>().is_some() => Ok(this.clone()),
        _ => {
            let (real, imaginary) = receiver(arguments);
            Ok(new(vm, real, imaginary))
        }
    }
}

fn complex_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    Ok(vm.new_str(&repr(real, imaginary)))
}

fn complex_hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    Ok(vm.new_int(number::hash_complex(real, imaginary) as i64))
}

fn equal(arguments: &[Value], wanted: bool) -> Value {
    match arguments {
        [left, right, ..] => match (Number::of(left), Number::of(right)) {
            (Some(a), Some(b)) => Value::bool(number::same(a, b) == wanted),
            _ => Value::NOT_IMPLEMENTED,
        },
        _ => Value::NOT_IMPLEMENTED,
    }
}

fn operator(vm: &mut Vm, op: ArithmeticOp, arguments: &[Value], reflected: bool) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if op == ArithmeticOp::Pow && argument(arguments, 2).is_some_and(|modulus| !modulus.is_none()) {
        return Err(vm.value_error("complex modulo"));
    }
    let result = if reflected { apply(vm, op, b, a) } else { apply(vm, op, a, b) };
    Ok(result?.unwrap_or(Value::NOT_IMPLEMENTED))
}

fn complex_neg(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    Ok(new(vm, -real, -imaginary))
}

fn conjugate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    Ok(new(vm, real, -imaginary))
}

fn complex_abs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    let size = float_math::hypot(real, imaginary);
    if size.is_infinite() && real.is_finite() && imaginary.is_finite() {
        return Err(vm.raise(Ex::OverflowError, "absolute value too large"));
    }
    Ok(vm.new_float(size))
}

fn complex_format(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, spec, ..] = arguments else { return Ok(Value::NONE) };
    match spec.get::<Str>() {
        Some(spec) => super::format_number::format_complex(vm, this, spec),
        None => Err(int::wrong_spec(vm, spec)),
    }
}

fn getnewargs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (real, imaginary) = receiver(arguments);
    let items = [vm.new_float(real), vm.new_float(imaginary)];
    Ok(vm.new_tuple(items.into()))
}

/// Does the value convert to a real number?
fn is_real(vm: &mut Vm, value: &Value) -> bool {
    Number::of(value).is_some() || vm.lookup_special(value, Name::Float).is_some() || vm.lookup_special(value, Name::Index).is_some()
}

/// The number of any value that has one; `wanted` begins the message for others.
fn number_argument(vm: &mut Vm, value: &Value, wanted: &str) -> Res<Parts> {
    if let Some(Number::Complex(real, imaginary)) = Number::of(value) {
        return Ok((real, imaginary));
    }
    if !is_real(vm, value) {
        let name = vm.type_name(value);
        return Err(vm.type_error(&format!("{wanted}, not {name}")));
    }
    Ok((from_argument(vm, value)?, 0.0))
}

/// The result of `__complex__`.
fn checked(vm: &mut Vm, owner: &str, result: Value) -> Res<Parts> {
    match result.get::<Complex>() {
        Some(number) => Ok((number.real, number.imaginary)),
        None => {
            let name = vm.type_name(&result);
            Err(vm.type_error(&format!("{owner}.__complex__() must return a complex, not {name}")))
        }
    }
}

fn complex_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Complex>(vm, arguments.positional, "complex")?;
    let (real, imaginary) = (arguments.get(1), arguments.get(2));
    if let Some(imaginary) = imaginary {
        let real = match real {
            Some(real) => number_argument(vm, real, "complex() argument 'real' must be a real number")?,
            None => (0.0, 0.0),
        };
        let imaginary = number_argument(vm, imaginary, "complex() argument 'imag' must be a real number")?;
        // Parts that are real add nothing, not even to the sign of a zero.
        let plain = |value: Option<&Value>| value.is_none_or(|value| value.get::<Complex>().is_none());
        let real_part = if plain(arguments.get(2)) { real.0 } else { real.0 - imaginary.1 };
        let imaginary_part = if plain(arguments.get(1)) { imaginary.0 } else { imaginary.0 + real.1 };
        return Ok(new_of(vm, &class, (real_part, imaginary_part)).into());
    }
    let Some(value) = real else { return Ok(new_of(vm, &class, (0.0, 0.0)).into()) };
    if value.get_exact::<Complex>().is_some() && core::ptr::eq(&*class, &*vm.class::<Complex>()) {
        return Ok(value.clone().into());
    }
    if let Some(text) = value.get::<Str>() {
        return match text.as_str().and_then(parse) {
            Some(parts) => Ok(new_of(vm, &class, parts).into()),
            None => Err(vm.value_error("complex() arg is a malformed string")),
        };
    }
    let class = class.value();
    convert_then(vm, value, "complex() argument must be a string or a number", move |vm, parts| {
        Ok(match class.get::<Class>() {
            Some(class) => new_of(vm, class, parts).into(),
            None => Value::NONE.into(),
        })
    })
}

/// Converts a number of any kind, through `__complex__` if it has one.
fn convert_then(vm: &mut Vm, value: &Value, wanted: &'static str, then: impl FnOnce(&mut Vm, Parts) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(Number::Complex(real, imaginary)) = Number::exact(value) {
        return then(vm, (real, imaginary));
    }
    if let Some(action) = vm.call_special(value, Name::Complex, &[]) {
        let owner = vm.type_name(value);
        return action?.and_then(vm, move |vm, result| {
            let parts = checked(vm, &owner, result)?;
            then(vm, parts)
        });
    }
    let parts = number_argument(vm, value, wanted)?;
    then(vm, parts)
}

fn from_number(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Complex>(vm, arguments.positional, "complex")?;
    let Some(value) = arguments.get(1) else { return Ok(Value::NONE.into()) };
    let own = core::ptr::eq(&*class, &*vm.class::<Complex>());
    if own && value.get_exact::<Complex>().is_some() {
        return Ok(value.clone().into());
    }
    let class = class.value();
    convert_then(vm, value, "must be real number", move |vm, (real, imaginary)| {
        let number = new(vm, real, imaginary);
        Ok(if own { number.into() } else { Action::tail_call(class, [number]) })
    })
}

/// A complex number from an argument of a native function (`cmath`).
///
/// # Errors
/// TypeError, OverflowError, what special methods raise.
pub fn parts_argument(vm: &mut Vm, value: &Value) -> Res<Parts> {
    match Number::of(value) {
        Some(Number::Complex(real, imaginary)) => return Ok((real, imaginary)),
        Some(number) => return Ok((number.to_f64(vm)?, 0.0)),
        None => {}
    }
    if let Some(action) = vm.call_special(value, Name::Complex, &[]) {
        let owner = vm.type_name(value);
        let result = vm.run_action(action?)?;
        return checked(vm, &owner, result);
    }
    Ok((float::from_argument(vm, value)?, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (real, imaginary, text) in [
            (0.0, 1.0, "1j"),
            (3.0, 4.0, "(3+4j)"),
            (-0.0, 1.0, "(-0+1j)"),
            (1.5, -0.0, "(1.5-0j)"),
            (0.0, f64::NAN, "nanj"),
            (1e20, f64::INFINITY, "(1e+20+infj)"),
            (0.0, -2.5, "-2.5j"),
        ] {
            assert_eq!(repr(real, imaginary), text);
        }
        for (text, parts) in [
            ("1+2j", (1.0, 2.0)),
            (" ( 1+2j ) ", (1.0, 2.0)),
            ("j", (0.0, 1.0)),
            ("-J", (0.0, -1.0)),
            ("1-j", (1.0, -1.0)),
            ("1e5j", (0.0, 1e5)),
            ("1_0j", (0.0, 10.0)),
            ("-inf-infj", (f64::NEG_INFINITY, f64::NEG_INFINITY)),
            ("2", (2.0, 0.0)),
            ("1e-2+1.5e+3j", (0.01, 1500.0)),
        ] {
            assert_eq!(parse(text), Some(parts), "{text:?}");
        }
        for text in ["", "1 + 2j", "1+2", "(1", "1)", "jj", "1+-2j", "1j+2", "é", "1_j", "+", "((1))"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn infinities_survive() {
        let (real, imaginary) = multiply((1e300, 1.0), (f64::NAN, f64::INFINITY));
        assert!(real.is_infinite() && imaginary.is_infinite());
        assert_eq!(divide((1.0, 0.0), (f64::INFINITY, f64::INFINITY)), Some((0.0, -0.0)));
        assert_eq!(power((2.0, 0.0), (3.0, 0.0)), Some((8.0, 0.0)));
        assert_eq!(power((0.0, 0.0), (-1.0, 0.0)), None);
    }
}
