//! `float`: doubles, in the word or boxed, their arithmetic and methods.

use super::class::{CLASS_MATCH_SELF, Class, TypeSpec};
use super::construct::allocation_class;
use super::float_math;
use super::float_text::{self, HexProblem};
use super::header::{Header, Kind, Object};
use super::int;
use super::number::{self, ArithmeticOp, Number};
use super::str::Str;
use super::value::Value;
use crate::object;
use crate::object::exception::Ex;
use crate::vm::reenter::Comparison;
use crate::vm::{Action, Args, ClassRef, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;
use dashu_int::IBig;

/// A boxed double: an exponent the word has no room for, or of a subclass of float.
#[repr(C)]
pub struct Float {
    pub header: Header,
    pub number: f64,
}

object!(Float, Kind::Float, "float", |this, visit| {});

/// A boxed float.
#[cold]
pub fn boxed(vm: &mut Vm, number: f64) -> Value {
    vm.new_object(|header| Float { header, number })
}

/// The double in a `float` (or an instance of a subclass).
#[inline]
pub fn to_f64(value: &Value) -> Option<f64> {
    value.as_small_float().or_else(|| value.get::<Float>().map(|object| object.number))
}

/// The double in a value whose class is float itself.
#[inline]
pub fn exact_f64(value: &Value) -> Option<f64> {
    value.as_small_float().or_else(|| value.get_exact::<Float>().map(|object| object.number))
}

/// Mantissa and exponent: `number = mantissa * 2**exponent`. The number is finite and not negative.
pub fn decompose(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

/// The integer part of a finite double; 0 for others.
pub fn to_big(number: f64) -> IBig {
    if !number.is_finite() {
        return IBig::ZERO;
    }
    let (mantissa, exponent) = decompose(number.abs());
    let magnitude = if exponent >= 0 { IBig::from(mantissa) << exponent as usize } else { IBig::from(mantissa.checked_shr(exponent.unsigned_abs()).unwrap_or(0)) };
    if number < 0.0 { -magnitude } else { magnitude }
}

/// The integer part as an `int`.
///
/// # Errors
/// OverflowError for infinities, ValueError for NaN.
pub fn truncate(vm: &mut Vm, number: f64) -> Res<Value> {
    if number.abs() < 2e18 {
        return Ok(vm.new_int(number as i64));
    }
    if number.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if number.is_infinite() {
        return Err(vm.raise(Ex::OverflowError, "cannot convert float infinity to integer"));
    }
    Ok(int::from_big(vm, to_big(number)))
}

// ---- arithmetic

/// Remainder with the divisor's sign. The divisor is not zero.
pub fn modulo(a: f64, b: f64) -> f64 {
    let rest = libm::fmod(a, b);
    if rest == 0.0 {
        0.0f64.copysign(b)
    } else if (b < 0.0) != (rest < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// Quotient rounded down, and remainder with the divisor's sign. The divisor is not zero.
pub fn floor_div_rem(a: f64, b: f64) -> (f64, f64) {
    let mut rest = libm::fmod(a, b);
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(a / b), rest);
    }
    // The division may have missed a whole number by a rounding error.
    let floor = libm::floor(quotient);
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

/// What `a ** b` is, beyond a double.
enum Power {
    Real(f64),
    /// A negative base and a fraction: complex.
    Complex,
    ZeroDivision,
    Overflow,
}

fn power(a: f64, b: f64) -> Power {
    if a == 0.0 && b < 0.0 && b.is_finite() {
        return Power::ZeroDivision;
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && libm::floor(b) != b {
        return Power::Complex;
    }
    // The C99 rules for the other special cases are Python's.
    let result = float_math::pow(a, b);
    if result.is_infinite() && a.is_finite() && b.is_finite() { Power::Overflow } else { Power::Real(result) }
}

#[cold]
fn zero_division(vm: &mut Vm) -> Raised {
    vm.raise(Ex::ZeroDivisionError, "division by zero")
}

/// `a op b`; None if floats have no such operator.
///
/// # Errors
/// ZeroDivisionError, OverflowError.
pub fn apply(vm: &mut Vm, op: ArithmeticOp, a: f64, b: f64) -> Res<Option<Value>> {
    let result = match op {
        ArithmeticOp::Add => a + b,
        ArithmeticOp::Sub => a - b,
        ArithmeticOp::Mul => a * b,
        ArithmeticOp::TrueDiv | ArithmeticOp::FloorDiv | ArithmeticOp::Mod | ArithmeticOp::DivMod if b == 0.0 => return Err(zero_division(vm)),
        ArithmeticOp::TrueDiv => a / b,
        ArithmeticOp::FloorDiv => floor_div_rem(a, b).0,
        ArithmeticOp::Mod => modulo(a, b),
        ArithmeticOp::DivMod => {
            let (quotient, rest) = floor_div_rem(a, b);
            let items = Vec::from([vm.new_float(quotient), vm.new_float(rest)]);
            return Ok(Some(vm.new_tuple(items)));
        }
        ArithmeticOp::Pow => match power(a, b) {
            Power::Real(result) => result,
            Power::Complex => return super::complex::apply(vm, op, Number::Complex(a, 0.0), Number::Complex(b, 0.0)),
            Power::ZeroDivision => return Err(vm.raise(Ex::ZeroDivisionError, "zero to a negative power")),
            Power::Overflow => return Err(range_error(vm)),
        },
        _ => return Ok(None),
    };
    Ok(Some(vm.new_float(result)))
}

/// `OverflowError(34, 'Numerical result out of range')`, as the C library words it.
#[cold]
pub fn range_error(vm: &mut Vm) -> Raised {
    let text = vm.new_str("Numerical result out of range");
    vm.raise_with(Ex::OverflowError, Vec::from([Value::small_int(34), text]))
}

/// Rounds to the nearest integer, ties to even.
pub fn round_half_even(number: f64) -> f64 {
    libm::rint(number)
}

// ---- the type

pub static FLOAT: TypeSpec = TypeSpec {
    doc: "Convert a string or number to a floating-point number, if possible.",
    flags: CLASS_MATCH_SELF,
    natives: &[
        Native::full("__new__($type, x=0, /)", float_new, "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, a| Ok(text(vm, receiver(a))), "Return repr(self)."),
        Native::simple("__hash__($self, /)", |vm, a| Ok(vm.new_int(number::hash_float(receiver(a)) as i64)), "Return hash(self)."),
        Native::simple("__bool__($self, /)", |_, a| Ok(Value::bool(receiver(a) != 0.0)), "True if self else False."),
        Native::simple("__lt__($self, value, /)", |_, a| Ok(compare(Comparison::Lt, a)), "Return self<value."),
        Native::simple("__le__($self, value, /)", |_, a| Ok(compare(Comparison::Le, a)), "Return self<=value."),
        Native::simple("__eq__($self, value, /)", |_, a| Ok(compare(Comparison::Eq, a)), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |_, a| Ok(compare(Comparison::Ne, a)), "Return self!=value."),
        Native::simple("__gt__($self, value, /)", |_, a| Ok(compare(Comparison::Gt, a)), "Return self>value."),
        Native::simple("__ge__($self, value, /)", |_, a| Ok(compare(Comparison::Ge, a)), "Return self>=value."),
        Native::simple("__add__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Add, a, false), "Return self+value."),
        Native::simple("__radd__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Add, a, true), "Return value+self."),
        Native::simple("__sub__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Sub, a, false), "Return self-value."),
        Native::simple("__rsub__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Sub, a, true), "Return value-self."),
        Native::simple("__mul__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mul, a, false), "Return self*value."),
        Native::simple("__rmul__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mul, a, true), "Return value*self."),
        Native::simple("__truediv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::TrueDiv, a, false), "Return self/value."),
        Native::simple("__rtruediv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::TrueDiv, a, true), "Return value/self."),
        Native::simple("__floordiv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::FloorDiv, a, false), "Return self//value."),
        Native::simple("__rfloordiv__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::FloorDiv, a, true), "Return value//self."),
        Native::simple("__mod__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mod, a, false), "Return self%value."),
        Native::simple("__rmod__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Mod, a, true), "Return value%self."),
        Native::simple("__divmod__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::DivMod, a, false), "Return divmod(self, value)."),
        Native::simple("__rdivmod__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::DivMod, a, true), "Return divmod(value, self)."),
        Native::simple("__pow__($self, value, mod=None, /)", |vm, a| operator(vm, ArithmeticOp::Pow, a, false), "Return pow(self, value, mod)."),
        Native::simple("__rpow__($self, value, mod=None, /)", |vm, a| operator(vm, ArithmeticOp::Pow, a, true), "Return pow(value, self, mod)."),
        Native::simple("__neg__($self, /)", |vm, a| Ok(vm.new_float(-receiver(a))), "-self"),
        Native::simple("__pos__($self, /)", |vm, a| Ok(vm.new_float(receiver(a))), "+self"),
        Native::simple("__abs__($self, /)", |vm, a| Ok(vm.new_float(receiver(a).abs())), "abs(self)"),
        Native::simple("__int__($self, /)", |vm, a| truncate(vm, receiver(a)), "int(self)"),
        Native::simple("__float__($self, /)", |vm, a| Ok(vm.new_float(receiver(a))), "float(self)"),
        Native::simple("__trunc__($self, /)", |vm, a| truncate(vm, receiver(a)), "Return the Integral closest to x between 0 and x."),
        Native::simple("__floor__($self, /)", |vm, a| truncate(vm, libm::floor(receiver(a))), "Return the floor as an Integral."),
        Native::simple("__ceil__($self, /)", |vm, a| truncate(vm, libm::ceil(receiver(a))), "Return the ceiling as an Integral."),
        Native::simple("__round__($self, ndigits=None, /)", float_round, "Return the Integral closest to x, rounding half toward even."),
        Native::simple("__format__($self, format_spec, /)", float_format, "Formats the float according to format_spec."),
        Native::simple("__getnewargs__($self, /)", getnewargs, "The arguments that make an equal float."),
        Native::simple("__getformat__($type, typestr, /)", getformat, "How doubles and floats are stored on this machine."),
        Native::simple("conjugate($self, /)", |vm, a| Ok(vm.new_float(receiver(a))), "Return self, the complex conjugate of any float."),
        Native::simple("as_integer_ratio($self, /)", as_integer_ratio, "Return a pair of integers, whose ratio is exactly equal to the original float."),
        Native::simple("is_integer($self, /)", is_integer, "Return True if the float is an integer."),
        Native::simple("hex($self, /)", |vm, a| Ok(vm.new_str(&float_text::to_hex(receiver(a)))), "Return a hexadecimal representation of a floating-point number."),
        Native::full("fromhex($type, string, /)", fromhex, "Create a floating-point number from a hexadecimal string."),
        Native::full("from_number($type, number, /)", from_number, "Convert real number to a floating-point number."),
    ],
    getters: &[
        Getter::read_only("real", |vm, this| Ok(vm.new_float(to_f64(this).unwrap_or(0.0))), "the real part of a complex number"),
        Getter::read_only("imag", |vm, _| Ok(vm.new_float(0.0)), "the imaginary part of a complex number"),
    ],
    ..TypeSpec::new("float", Float::LAYOUT)
};

/// The number of the first argument, which the VM has checked to be a float.
fn receiver(arguments: &[Value]) -> f64 {
    arguments.first().and_then(to_f64).unwrap_or(0.0)
}

fn text(vm: &mut Vm, number: f64) -> Value {
    float_text::with_repr(number, |text| vm.new_str(text))
}

fn compare(op: Comparison, arguments: &[Value]) -> Value {
    match arguments {
        [left, right, ..] => match (Number::of(left), Number::of(right)) {
            (Some(a), Some(b)) if !matches!(b, Number::Complex(..)) => number::holds(op, a, b).map_or(Value::NOT_IMPLEMENTED, Value::bool),
            _ => Value::NOT_IMPLEMENTED,
        },
        _ => Value::NOT_IMPLEMENTED,
    }
}

fn operator(vm: &mut Vm, op: ArithmeticOp, arguments: &[Value], reflected: bool) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else { return Ok(Value::NOT_IMPLEMENTED) };
    if matches!(a, Number::Complex(..)) || matches!(b, Number::Complex(..)) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    if op == ArithmeticOp::Pow && argument(arguments, 2).is_some_and(|modulus| !modulus.is_none()) {
        return Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    let (a, b) = (a.to_f64(vm)?, b.to_f64(vm)?);
    let result = if reflected { apply(vm, op, b, a) } else { apply(vm, op, a, b) };
    Ok(result?.unwrap_or(Value::NOT_IMPLEMENTED))
}

/// A float of class `class` (float itself or a subclass).
pub fn new_of(vm: &mut Vm, class: &Class, number: f64) -> Value {
    if core::ptr::eq(class, &*vm.class::<Float>()) { vm.new_float(number) } else { vm.heap.new_object(class, |header| Float { header, number }) }
}

/// The double in text or bytes, as `float()` reads it.
fn parse(vm: &mut Vm, value: &Value) -> Res<Option<f64>> {
    let Some(text) = int::numeric_text(vm, value)? else { return Ok(None) };
    match text.as_deref().and_then(float_text::parse) {
        Some(number) => Ok(Some(number)),
        None => {
            let shown = int::literal_repr(vm, value);
            Err(vm.value_error(&format!("could not convert string to float: {shown}")))
        }
    }
}

fn float_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Float>(vm, arguments.positional, "float")?;
    let Some(value) = arguments.get(1) else { return Ok(new_of(vm, &class, 0.0).into()) };
    if let Some(number) = exact_f64(value) {
        return Ok(if core::ptr::eq(&*class, &*vm.class::<Float>()) { value.clone() } else { new_of(vm, &class, number) }.into());
    }
    if let Some(number) = parse(vm, value)? {
        return Ok(new_of(vm, &class, number).into());
    }
    convert_then(vm, value, "float() argument must be a string or a real number", class)
}

#[cold]
fn non_float(vm: &mut Vm, owner: &Value, result: &Value) -> Raised {
    let (name, given) = (vm.type_name(owner), vm.type_name(result));
    vm.type_error(&format!("{name}.__float__ returned non-float (type {given})"))
}

/// Converts any real number through its special methods, then makes an instance of `class`.
fn convert_then(vm: &mut Vm, value: &Value, wanted: &'static str, class: ClassRef) -> Res<Action> {
    let class = class.value();
    let finish = move |vm: &mut Vm, number: f64| match class.get::<Class>() {
        Some(class) => Ok(new_of(vm, class, number).into()),
        None => Ok(Value::NONE.into()),
    };
    if let Some(Number::Int(integer)) = Number::exact(value) {
        let number = Number::Int(integer).to_f64(vm)?;
        return finish(vm, number);
    }
    if let Some(action) = vm.call_special(value, Name::Float, &[]) {
        let owner = value.clone();
        return action?.and_then(vm, move |vm, result| match to_f64(&result) {
            Some(number) => finish(vm, number),
            None => Err(non_float(vm, &owner, &result)),
        });
    }
    if let Some(action) = vm.call_special(value, Name::Index, &[]) {
        return action?.and_then(vm, move |vm, result| {
            let result = int::check_index_result(vm, result)?;
            let number = match number::Integer::of(&result) {
                Some(integer) => Number::Int(integer).to_f64(vm)?,
                None => 0.0,
            };
            finish(vm, number)
        });
    }
    let name = vm.type_name(value);
    Err(vm.type_error(&format!("{wanted}, not '{name}'")))
}

fn from_number(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Float>(vm, arguments.positional, "float")?;
    let Some(value) = arguments.get(1) else { return Ok(Value::NONE.into()) };
    if exact_f64(value).is_some() && core::ptr::eq(&*class, &*vm.class::<Float>()) {
        return Ok(value.clone().into());
    }
    convert_then(vm, value, "must be real number", class).map_err(|raised| {
        // CPython leaves the quotes out here.
        if vm.pending_is(Ex::TypeError) && vm.lookup_special(value, Name::Float).is_none() {
            drop(vm.take_exception(raised));
            let name = vm.type_name(value);
            return vm.type_error(&format!("must be real number, not {name}"));
        }
        raised
    })
}

/// A double from an argument of a native function: a float, an int, or anything with `__float__` or `__index__`. Python-level
/// methods reenter (the caller is in the middle of a computation).
///
/// # Errors
/// TypeError, OverflowError, what the method raises.
#[inline]
pub fn from_argument(vm: &mut Vm, value: &Value) -> Res<f64> {
    if let Some(number) = value.as_small_float() {
        return Ok(number);
    }
    if let Some(number) = value.as_small_int() {
        return Ok(number as f64);
    }
    from_other_argument(vm, value)
}

fn from_other_argument(vm: &mut Vm, value: &Value) -> Res<f64> {
    match Number::of(value) {
        Some(Number::Float(number)) => return Ok(number),
        Some(Number::Int(integer)) if Number::exact(value).is_some() => return Number::Int(integer).to_f64(vm),
        _ => {}
    }
    if let Some(action) = vm.call_special(value, Name::Float, &[]) {
        let result = vm.run_action(action?)?;
        return match to_f64(&result) {
            Some(number) => Ok(number),
            None => Err(non_float(vm, value, &result)),
        };
    }
    if vm.lookup_special(value, Name::Index).is_some() {
        let integer = vm.index(value)?;
        if let Some(integer) = number::Integer::of(&integer) {
            return Number::Int(integer).to_f64(vm);
        }
    }
    let name = vm.type_name(value);
    Err(vm.type_error(&format!("must be real number, not {name}")))
}

fn float_round(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = receiver(arguments);
    let Some(digits) = argument(arguments, 1).filter(|digits| !digits.is_none()) else {
        return truncate(vm, round_half_even(number));
    };
    let digits = int::clamped_index(vm, digits)?;
    if !number.is_finite() {
        return Ok(vm.new_float(number));
    }
    let rounded = float_text::round_to_digits(number, digits);
    if rounded.is_infinite() {
        return Err(vm.raise(Ex::OverflowError, "rounded value too large to represent"));
    }
    Ok(vm.new_float(rounded))
}

fn float_format(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, spec, ..] = arguments else { return Ok(Value::NONE) };
    match spec.get::<Str>() {
        Some(spec) => super::format_number::format_float(vm, this, spec),
        None => Err(int::wrong_spec(vm, spec)),
    }
}

fn getnewargs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = vm.new_float(receiver(arguments));
    Ok(vm.new_tuple([number].into()))
}

fn getformat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(kind) = arguments.get(1) else { return Ok(Value::NONE) };
    if kind.get::<Str>().is_none() {
        let name = vm.type_name(kind);
        return Err(vm.type_error(&format!("__getformat__() argument must be str, not {name}")));
    }
    if Str::is(kind, "double") || Str::is(kind, "float") {
        return Ok(vm.new_str(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" }));
    }
    Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'"))
}

fn as_integer_ratio(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = receiver(arguments);
    if number.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        return Err(vm.raise(Ex::OverflowError, "cannot convert Infinity to integer ratio"));
    }
    let (mut mantissa, mut exponent) = decompose(number.abs());
    if mantissa == 0 {
        exponent = 0;
    }
    let spare = mantissa.trailing_zeros().min(exponent.min(0).unsigned_abs());
    mantissa = mantissa.checked_shr(spare).unwrap_or(0);
    exponent += spare as i32;
    let mut numerator = IBig::from(mantissa) << exponent.max(0) as usize;
    if number < 0.0 {
        numerator = -numerator;
    }
    let denominator = IBig::ONE << exponent.min(0).unsigned_abs() as usize;
    let items = Vec::from([int::from_big(vm, numerator), int::from_big(vm, denominator)]);
    Ok(vm.new_tuple(items))
}

fn is_integer(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = receiver(arguments);
    Ok(Value::bool(number.is_finite() && libm::floor(number) == number))
}

fn fromhex(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(text) = arguments.get(1).and_then(|text| text.get::<Str>()) else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    let number = match float_text::from_hex(&text.to_string_lossy()) {
        Ok(number) => vm.new_float(number),
        Err(HexProblem::Invalid) => return Err(vm.value_error("invalid hexadecimal floating-point string")),
        Err(HexProblem::TooLarge) => return Err(vm.raise(Ex::OverflowError, "hexadecimal value too large to represent as a float")),
    };
    let Some(class) = arguments.get(0).filter(|class| !class.is(&vm.class::<Float>().value())) else { return Ok(number.into()) };
    Ok(Action::tail_call(class.clone(), [number]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_and_remainder() {
        for (a, b, quotient, rest) in [
            (7.0, 2.0, 3.0, 1.0),
            (-7.0, 2.0, -4.0, 1.0),
            (7.0, -2.0, -4.0, -1.0),
            (-0.0, 1.0, -0.0, 0.0),
            (1.0, 0.1, 9.0, 0.09999999999999995),
            (5.0, f64::INFINITY, 0.0, 5.0),
            (-5.0, f64::INFINITY, -1.0, f64::INFINITY),
        ] {
            let result = floor_div_rem(a, b);
            assert_eq!((result.0.to_bits(), result.1.to_bits()), (f64::to_bits(quotient), f64::to_bits(rest)), "{a} {b} {result:?}");
        }
    }

    #[test]
    fn integer_parts() {
        assert_eq!(to_big(-1.9), IBig::from(-1));
        assert_eq!(to_big(libm::ldexp(1.0, 100)), IBig::ONE << 100);
    }
}
