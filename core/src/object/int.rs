//! `int`: the object of integers beyond the word (and of subclasses), conversions, and the type's methods.
//! The arithmetic is in [`super::int_math`], texts in [`super::int_text`].

use super::bool::Bool;
use super::bytes::Bytes;
use super::class::{CLASS_MATCH_SELF, Class, TypeSpec};
use super::construct::allocation_class;
use super::float;
use super::header::{Header, Kind, Object};
use super::int_math;
use super::int_text::{self, ParseProblem};
use super::keywords::bind;
use super::number::{self, ArithmeticOp, Integer, Number};
use super::str::Str;
use super::text_arguments::wrong_type;
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::object::exception::Ex;
use crate::vm::reenter::Comparison;
use crate::vm::{Action, Args, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use dashu_int::IBig;

/// A boxed integer: more than 62 bits, or of a subclass of int.
#[repr(C)]
pub struct Int {
    pub header: Header,
    pub number: IBig,
}

object!(Int, Kind::Int, "int", |this, visit| {});

impl Int {
    /// Bytes of the buffer that the number owns beside the object; two words are stored inside.
    fn buffer_bytes(number: &IBig) -> usize {
        let words = number.as_sign_words().1.len();
        if words > 2 { core::mem::size_of_val(number.as_sign_words().1) } else { 0 }
    }
}

impl Drop for Int {
    #[inline]
    fn drop(&mut self) {
        let bytes = Int::buffer_bytes(&self.number);
        if bytes != 0 {
            heap_of(&self.header).discharge(bytes);
        }
    }
}

/// An `int` of any size, in the word if it fits.
pub fn from_big(vm: &mut Vm, number: IBig) -> Value {
    match i64::try_from(&number).ok().and_then(Value::try_small_int) {
        Some(value) => value,
        None => {
            vm.heap.charge(Int::buffer_bytes(&number));
            vm.new_object(|header| Int { header, number })
        }
    }
}

/// The number of an `int` or `bool` (or of a subclass's instance).
pub fn to_big(value: &Value) -> Option<IBig> {
    Integer::of(value).map(Integer::to_big)
}

/// The number of an `int` or `bool`, if it fits 64 bits.
#[inline]
pub fn to_i64(value: &Value) -> Option<i64> {
    value.as_small_int().or_else(|| Integer::of(value)?.to_i64())
}

/// The lowest 64 bits of an `int` or `bool`, as two's complement has them; 0 for other values.
pub fn low_bits(value: &Value) -> u64 {
    match Integer::of(value) {
        Some(Integer::Small(number)) => number as u64,
        Some(Integer::Big(number)) => u64::try_from(number.clone() & IBig::from(u64::MAX)).unwrap_or(0),
        None => 0,
    }
}

/// The double nearest to an `int` or `bool`; None for other values and beyond the largest double.
pub fn to_f64(value: &Value) -> Option<f64> {
    Integer::of(value)?.to_f64()
}

/// Is it an `int`, a `bool`, or an instance of a subclass?
#[inline]
pub fn is_int(value: &Value) -> bool {
    value.as_small_int().is_some() || value.as_bool().is_some() || value.get::<Int>().is_some()
}

/// The integer as an exact `int`: bools become 0 and 1, instances of subclasses their number.
pub fn exact(vm: &mut Vm, value: &Value) -> Option<Value> {
    if value.as_small_int().is_some() || value.get_exact::<Int>().is_some() {
        return Some(value.clone());
    }
    match Integer::of(value)? {
        Integer::Small(number) => Some(vm.new_int(number)),
        Integer::Big(number) => Some(from_big(vm, number.clone())),
    }
}

/// An integer of class `class` (int itself or a subclass).
pub fn new_of(vm: &mut Vm, class: &Class, value: &Value) -> Value {
    if core::ptr::eq(class, &*vm.class::<Int>()) {
        return exact(vm, value).unwrap_or(Value::small_int(0));
    }
    let number = to_big(value).unwrap_or_default();
    vm.heap.charge(Int::buffer_bytes(&number));
    vm.heap.new_object(class, |header| Int { header, number })
}

// ---- errors and helpers that the numeric rooms share

/// `OverflowError: int too large to convert to float`
#[cold]
pub fn too_large_for_float(vm: &mut Vm) -> Raised {
    vm.raise(Ex::OverflowError, "int too large to convert to float")
}

/// TypeError for a format specification that is no str.
#[cold]
pub fn wrong_spec(vm: &mut Vm, spec: &Value) -> Raised {
    wrong_type(vm, "__format__() argument", "str", spec)
}

/// ValueError for a decimal text beyond `sys.set_int_max_str_digits()`; `given`: its digits if known.
#[cold]
pub fn too_many_digits(vm: &mut Vm, given: Option<usize>) -> Raised {
    let limit = vm.int_max_str_digits;
    let given = given.map(|given| format!(": value has {given} digits")).unwrap_or_default();
    vm.value_error(&format!("Exceeds the limit ({limit} digits) for integer string conversion{given}; use sys.set_int_max_str_digits() to increase the limit"))
}

/// The result of `__index__` (or `__int__`) as an exact int.
///
/// # Errors
/// TypeError if it is no int.
pub fn check_index_result(vm: &mut Vm, result: Value) -> Res<Value> {
    match exact(vm, &result) {
        Some(integer) => Ok(integer),
        None => {
            let name = vm.type_name(&result);
            Err(vm.type_error(&format!("__index__ returned non-int (type {name})")))
        }
    }
}

/// `operator.index(value)`, clipped to 64 bits.
///
/// # Errors
/// TypeError, what `__index__` raises.
pub fn clamped_index(vm: &mut Vm, value: &Value) -> Res<i64> {
    if let Some(number) = value.as_small_int() {
        return Ok(number);
    }
    let index = vm.index(value)?;
    Ok(match Integer::of(&index) {
        Some(integer) => integer.to_i64().unwrap_or(if integer.is_negative() { i64::MIN } else { i64::MAX }),
        None => 0,
    })
}

/// The text in a str or bytes-like value that number constructors parse. None: the value is no text; Some(None): text that
/// can be no number.
///
/// # Errors
/// ValueError for a released memoryview.
pub fn numeric_text<'a>(vm: &mut Vm, value: &'a Value) -> Res<Option<Option<Cow<'a, str>>>> {
    if let Some(string) = value.get::<Str>() {
        return Ok(Some(string.as_str().map(Cow::Borrowed)));
    }
    Ok(super::bytes::of(vm, value)?.map(|bytes| match bytes {
        bytes if !bytes.is_ascii() => None,
        Cow::Borrowed(bytes) => core::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }))
}

/// `repr` of a literal that could not be read, cut off as CPython does.
pub fn literal_repr(vm: &mut Vm, value: &Value) -> String {
    let shown = match vm.native_repr(value) {
        Ok(Some(shown)) => shown,
        Ok(None) => return String::new(),
        Err(raised) => {
            drop(vm.take_exception(raised));
            return String::new();
        }
    };
    let text = shown.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
    match text.char_indices().nth(200) {
        Some((end, _)) => text.get(..end).unwrap_or_default().into(),
        None => text,
    }
}

/// `str(integer)`
///
/// # Errors
/// ValueError beyond the limit on digits.
pub fn to_decimal(vm: &mut Vm, integer: Integer) -> Res<String> {
    match int_text::to_decimal(integer, vm.int_max_str_digits) {
        Some(text) => Ok(text),
        None => Err(too_many_digits(vm, None)),
    }
}

/// `repr` of an int as a str value.
///
/// # Errors
/// ValueError beyond the limit on digits.
#[inline]
pub fn repr(vm: &mut Vm, integer: Integer) -> Res<Value> {
    if let Integer::Small(number) = integer {
        return Ok(int_text::with_decimal(number, |text| vm.new_str(text)));
    }
    let text = to_decimal(vm, integer)?;
    Ok(vm.new_str(&text))
}

// ---- the type

pub static INT: TypeSpec = TypeSpec {
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer.",
    flags: CLASS_MATCH_SELF,
    natives: &[
        Native::full("__new__($type, x=0, /, base=10)", int_new, "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, a| repr(vm, receiver(a)), "Return repr(self)."),
        Native::simple("__hash__($self, /)", |vm, a| Ok(vm.new_int(number::hash_integer(receiver(a)) as i64)), "Return hash(self)."),
        Native::simple("__bool__($self, /)", |_, a| Ok(Value::bool(!receiver(a).is_zero())), "True if self else False."),
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
        Native::simple("__lshift__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::LShift, a, false), "Return self<<value."),
        Native::simple("__rlshift__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::LShift, a, true), "Return value<<self."),
        Native::simple("__rshift__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::RShift, a, false), "Return self>>value."),
        Native::simple("__rrshift__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::RShift, a, true), "Return value>>self."),
        Native::simple("__and__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::And, a, false), "Return self&value."),
        Native::simple("__rand__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::And, a, true), "Return value&self."),
        Native::simple("__or__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Or, a, false), "Return self|value."),
        Native::simple("__ror__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Or, a, true), "Return value|self."),
        Native::simple("__xor__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Xor, a, false), "Return self^value."),
        Native::simple("__rxor__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Xor, a, true), "Return value^self."),
        Native::simple("__neg__($self, /)", |vm, a| Ok(int_math::negate(vm, receiver(a))), "-self"),
        Native::simple("__pos__($self, /)", itself, "+self"),
        Native::simple("__abs__($self, /)", |vm, a| Ok(int_math::absolute(vm, receiver(a))), "abs(self)"),
        Native::simple("__invert__($self, /)", |vm, a| Ok(int_math::invert(vm, receiver(a))), "~self"),
        Native::simple("__int__($self, /)", itself, "int(self)"),
        Native::simple("__index__($self, /)", itself, "Return self converted to an integer, if self is suitable for use as an index into a list."),
        Native::simple("__float__($self, /)", int_float, "float(self)"),
        Native::simple("__trunc__($self, /)", itself, "Truncating an Integral returns itself."),
        Native::simple("__floor__($self, /)", itself, "Flooring an Integral returns itself."),
        Native::simple("__ceil__($self, /)", itself, "Ceiling of an Integral returns itself."),
        Native::simple("__round__($self, ndigits=None, /)", int_round, "Rounding an Integral returns itself. Rounding with an ndigits argument also returns an integer."),
        Native::simple("__format__($self, format_spec, /)", int_format, "Convert to a string according to format_spec."),
        Native::simple("__getnewargs__($self, /)", getnewargs, "The arguments that make an equal int."),
        Native::simple("__sizeof__($self, /)", bytes_in_memory, "Returns size in memory, in bytes."),
        Native::simple("conjugate($self, /)", itself, "Returns self, the complex conjugate of any int."),
        Native::simple("bit_length($self, /)", |vm, a| Ok(vm.new_size(receiver(a).bit_length())), "Number of bits necessary to represent self in binary."),
        Native::simple("bit_count($self, /)", bit_count, "Number of ones in the binary representation of the absolute value of self."),
        Native::simple("as_integer_ratio($self, /)", as_integer_ratio, "Return a pair of integers, whose ratio is equal to the original int."),
        Native::simple("is_integer($self, /)", |_, _| Ok(Value::TRUE), "Returns True. Exists for duck type compatibility with float.is_integer."),
        Native::full("to_bytes($self, /, length=1, byteorder='big', *, signed=False)", to_bytes, "Return an array of bytes representing an integer."),
        Native::full("from_bytes($type, /, bytes, byteorder='big', *, signed=False)", from_bytes, "Return the integer represented by the given array of bytes."),
    ],
    getters: &[
        Getter::read_only("real", |vm, this| Ok(exact(vm, this).unwrap_or(Value::NONE)), "the real part of a complex number"),
        Getter::read_only("imag", |_, _| Ok(Value::small_int(0)), "the imaginary part of a complex number"),
        Getter::read_only("numerator", |vm, this| Ok(exact(vm, this).unwrap_or(Value::NONE)), "the numerator of a rational number in lowest terms"),
        Getter::read_only("denominator", |_, _| Ok(Value::small_int(1)), "the denominator of a rational number in lowest terms"),
    ],
    ..TypeSpec::new("int", Int::LAYOUT)
};

/// The number of the first argument, which the VM has checked to be an int.
fn receiver(arguments: &[Value]) -> Integer<'_> {
    arguments.first().and_then(Integer::of).unwrap_or(Integer::Small(0))
}

fn itself(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().and_then(|this| exact(vm, this)).unwrap_or(Value::NONE))
}

fn compare(op: Comparison, arguments: &[Value]) -> Value {
    match arguments {
        [left, right, ..] => match (Integer::of(left), Integer::of(right)) {
            (Some(a), Some(b)) => Value::bool(op.holds(number::order_integers(a, b))),
            _ => Value::NOT_IMPLEMENTED,
        },
        _ => Value::NOT_IMPLEMENTED,
    }
}

fn operator(vm: &mut Vm, op: ArithmeticOp, arguments: &[Value], reflected: bool) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let (Some(a), Some(b)) = (Integer::of(left), Integer::of(right)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (a, b) = if reflected { (b, a) } else { (a, b) };
    if op == ArithmeticOp::Pow
        && let Some(modulus) = argument(arguments, 2).filter(|modulus| !modulus.is_none())
    {
        return match Integer::of(modulus) {
            Some(modulus) => int_math::power_modulo(vm, a, b, modulus),
            None => Ok(Value::NOT_IMPLEMENTED),
        };
    }
    int_math::apply(vm, op, a, b)
}

/// The integer in text, as `int(text, base)` reads it.
fn parse(vm: &mut Vm, value: &Value, text: Option<Cow<'_, str>>, base: u32) -> Res<Value> {
    let parsed = match text {
        Some(text) => int_text::parse(&text, base, vm.int_max_str_digits),
        None => Err(ParseProblem::Invalid),
    };
    match parsed {
        Ok(number) => Ok(from_big(vm, number)),
        Err(ParseProblem::TooManyDigits(digits)) => Err(too_many_digits(vm, Some(digits))),
        Err(ParseProblem::Invalid) => {
            // Whatever holds bytes is shown as bytes.
            let data = super::bytes::of(vm, value)?.map(Cow::into_owned);
            let value = data.map_or_else(|| value.clone(), |data| vm.new_bytes(&data));
            let shown = literal_repr(vm, &value);
            Err(vm.value_error(&format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

fn int_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if arguments.get(0).and_then(|class| class.get::<Class>()).is_some_and(|class| core::ptr::eq(class.layout, Bool::LAYOUT)) {
        return Err(vm.type_error("int.__new__(bool) is not safe, use bool.__new__()"));
    }
    let class = allocation_class::<Int>(vm, arguments.positional, "int")?;
    let (value, base) = (arguments.get(1), arguments.get(2));
    if let Some(base) = base {
        let Some(value) = value else { return Err(vm.type_error("int() missing string argument")) };
        let base = clamped_index(vm, base)?;
        if base != 0 && !(2..=36).contains(&base) {
            return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
        }
        let Some(text) = numeric_text(vm, value)? else {
            return Err(vm.type_error("int() can't convert non-string with explicit base"));
        };
        let number = parse(vm, value, text, base as u32)?;
        return Ok(new_of(vm, &class, &number).into());
    }
    let Some(value) = value else { return Ok(new_of(vm, &class, &Value::small_int(0)).into()) };
    match Number::exact(value) {
        Some(Number::Int(_)) => return Ok(new_of(vm, &class, value).into()),
        Some(Number::Float(number)) => {
            let number = float::truncate(vm, number)?;
            return Ok(new_of(vm, &class, &number).into());
        }
        _ => {}
    }
    let class = class.value();
    for name in [Name::Int, Name::Index] {
        let Some(action) = vm.call_special(value, name, &[]) else { continue };
        return action?.and_then(vm, move |vm, result| {
            let Some(number) = exact(vm, &result) else {
                let (given, name) = (vm.type_name(&result), if name == Name::Int { "__int__" } else { "__index__" });
                return Err(vm.type_error(&format!("{name} returned non-int (type {given})")));
            };
            Ok(match class.get::<Class>() {
                Some(class) => new_of(vm, class, &number).into(),
                None => number.into(),
            })
        });
    }
    if let Some(text) = numeric_text(vm, value)? {
        let number = parse(vm, value, text, 10)?;
        return Ok(match class.get::<Class>() {
            Some(class) => new_of(vm, class, &number).into(),
            None => number.into(),
        });
    }
    let name = vm.type_name(value);
    Err(vm.type_error(&format!("int() argument must be a string, a bytes-like object or a real number, not '{name}'")))
}

fn int_float(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = Number::Int(receiver(arguments)).to_f64(vm)?;
    Ok(vm.new_float(number))
}

fn int_round(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(digits) = argument(arguments, 1).filter(|digits| !digits.is_none()) else { return itself(vm, arguments) };
    match clamped_index(vm, digits)? {
        digits if digits < 0 => int_math::round_to_power_of_ten(vm, receiver(arguments), digits.unsigned_abs()),
        _ => itself(vm, arguments),
    }
}

fn int_format(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, spec, ..] = arguments else { return Ok(Value::NONE) };
    match spec.get::<Str>() {
        Some(spec) => super::format_number::format_int(vm, this, spec),
        None => Err(wrong_spec(vm, spec)),
    }
}

fn getnewargs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = itself(vm, arguments)?;
    Ok(vm.new_tuple([number].into()))
}

fn bytes_in_memory(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let words = receiver(arguments).bit_length().div_ceil(dashu_int::Word::BITS as usize);
    Ok(vm.new_size(size_of::<Int>() + if words > 2 { words * size_of::<dashu_int::Word>() } else { 0 }))
}

fn bit_count(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let count = match receiver(arguments) {
        Integer::Small(number) => number.unsigned_abs().count_ones() as usize,
        Integer::Big(number) => number.as_sign_words().1.iter().map(|word| word.count_ones() as usize).sum(),
    };
    Ok(vm.new_size(count))
}

fn as_integer_ratio(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = itself(vm, arguments)?;
    Ok(vm.new_tuple([number, Value::small_int(1)].into()))
}

/// Is the byte order little-endian?
fn little_endian(vm: &mut Vm, function: &str, order: Option<&Value>) -> Res<bool> {
    match order {
        None => Ok(false),
        Some(order) if Str::is(order, "big") => Ok(false),
        Some(order) if Str::is(order, "little") => Ok(true),
        Some(order) if order.get::<Str>().is_some() => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
        Some(order) => Err(wrong_type(vm, &format!("{function}() argument 'byteorder'"), "str", order)),
    }
}

fn to_bytes(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, length, order, signed] = bind(vm, "to_bytes", args, ["", "length", "byteorder", "signed"], 3)?;
    let length = match &length {
        Some(length) => clamped_index(vm, length)?,
        None => 1,
    };
    let little = little_endian(vm, "to_bytes", order.as_ref())?;
    let signed = match &signed {
        Some(signed) => vm.truth(signed)?,
        None => false,
    };
    let Ok(length) = usize::try_from(length) else { return Err(vm.value_error("length argument must be non-negative")) };
    vm.check_memory(Some(length))?;
    let integer = this.as_ref().and_then(Integer::of).unwrap_or(Integer::Small(0));
    if !signed && integer.is_negative() {
        return Err(vm.raise(Ex::OverflowError, "can't convert negative int to unsigned"));
    }
    match int_text::to_bytes(integer, length, little, signed) {
        Some(bytes) => Ok(vm.new_bytes(&bytes).into()),
        None => Err(vm.raise(Ex::OverflowError, "int too big to convert")),
    }
}

fn from_bytes(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [class, source, order, signed] = bind(vm, "from_bytes", args, ["", "bytes", "byteorder", "signed"], 3)?;
    let Some(source) = source else { return Err(vm.type_error("from_bytes() missing required argument 'bytes' (pos 1)")) };
    let little = little_endian(vm, "from_bytes", order.as_ref())?;
    let signed = match &signed {
        Some(signed) => vm.truth(signed)?,
        None => false,
    };
    let class = class.unwrap_or(Value::NONE);
    if let Some(bytes) = super::bytes::of(vm, &source)? {
        let number = int_text::from_bytes(&bytes, little, signed);
        return Ok(finish_from_bytes(vm, class, number));
    }
    if source.get::<Str>().is_some() || is_int(&source) {
        let name = vm.type_name(&source);
        return Err(vm.type_error(&format!("cannot convert '{name}' object to bytes")));
    }
    // `bytes(source)` takes iterables and what has `__bytes__`.
    let bytes = vm.class::<Bytes>().value();
    Ok(Action::call(bytes, [source], move |vm: &mut Vm, result: Res<Value>| {
        let result = result?;
        let number = int_text::from_bytes(result.get::<Bytes>().map_or(&[], Bytes::data), little, signed);
        Ok(finish_from_bytes(vm, class, number))
    }))
}

fn finish_from_bytes(vm: &mut Vm, class: Value, number: IBig) -> Action {
    let number = from_big(vm, number);
    if class.is(&vm.class::<Int>().value()) { number.into() } else { Action::tail_call(class, [number]) }
}
