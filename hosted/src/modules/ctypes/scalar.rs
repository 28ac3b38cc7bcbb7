//! Single C values: what the codes of `ctypes` (`_type_` of simple types) mean, read from memory and written to it.

use super::information::C_BYTE_ORDER_BIG;
use pyvm_core::object;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::construct::str_from_wtf8;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind};
use pyvm_core::object::int;
use pyvm_core::object::number::Integer;
use pyvm_core::object::scalar::{self, Scalar};
use pyvm_core::object::str::{Str, from_code_point};
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Raised, Res, Vm};
use std::ffi::{c_char, c_long, c_longlong};

/// Bytes of a `long double`.
pub const LONG_DOUBLE: usize = if cfg!(any(target_arch = "x86_64", all(target_arch = "aarch64", not(target_vendor = "apple")))) {
    16
} else if cfg!(target_arch = "x86") {
    12
} else {
    8
};

/// What a `_type_` code is in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// An integer, of either kind.
    Integer(Scalar),
    Bool,
    /// `VARIANT_BOOL` of Windows: two bytes, true being -1.
    VariantBool,
    Float,
    Double,
    LongDouble,
    /// `char`, as bytes of length 1.
    Char,
    /// `wchar_t`, as str of length 1.
    WideChar,
    /// `char *`, ending with a zero.
    Text,
    /// `wchar_t *`, ending with a zero.
    WideText,
    /// `void *`
    Pointer,
    /// A Python object.
    Object,
}

impl Code {
    pub fn of(code: u8) -> Option<Code> {
        Some(match code {
            b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' => Code::Integer(Scalar::native(code)?),
            b'?' => Code::Bool,
            b'v' => Code::VariantBool,
            b'f' => Code::Float,
            b'd' => Code::Double,
            b'g' => Code::LongDouble,
            b'c' => Code::Char,
            b'u' => Code::WideChar,
            b'z' => Code::Text,
            b'Z' => Code::WideText,
            b'P' => Code::Pointer,
            b'O' => Code::Object,
            _ => return None,
        })
    }

    pub fn size(self) -> usize {
        match self {
            Code::Integer(scalar) => scalar.size,
            Code::Bool | Code::Char => 1,
            Code::VariantBool => 2,
            Code::Float | Code::WideChar => 4,
            Code::Double => 8,
            Code::LongDouble => LONG_DOUBLE,
            Code::Text | Code::WideText | Code::Pointer => size_of::<usize>(),
            Code::Object => size_of::<u64>(),
        }
    }

    pub fn alignment(self) -> usize {
        match self {
            Code::LongDouble if cfg!(target_arch = "x86") => 4,
            other => other.size(),
        }
    }

    /// Can its bytes be in the other order?
    pub fn swaps(self) -> bool {
        matches!(self, Code::Integer(scalar) if scalar.size > 1) || matches!(self, Code::Float | Code::Double)
    }

    /// Does it hold an address?
    pub fn points(self) -> bool {
        matches!(self, Code::Text | Code::WideText | Code::Pointer | Code::Object)
    }

    /// Can a bit field be of it?
    pub fn takes_bits(self) -> bool {
        matches!(self, Code::Integer(_) | Code::Bool)
    }
}

/// What must live as long as text whose address was written: the text as C wants it.
#[repr(C)]
pub struct WideText {
    pub header: Header,
    units: Vec<libc::wchar_t>,
}

object!(WideText, Kind::Other, "wchar_t *", |this, visit| {});

/// A copy of a str for C.
pub fn wide_text(vm: &mut Vm, text: &Str) -> (Value, *const libc::wchar_t) {
    let units: Vec<libc::wchar_t> = text.code_points().map(|code_point| code_point as libc::wchar_t).chain([0]).collect();
    let address = units.as_ptr();
    vm.class_from_spec(&super::WIDE_TEXT);
    (vm.new_object(|header| WideText { header, units }), address)
}

/// A number in as many bytes as an address has.
fn word(bytes: &[u8]) -> usize {
    bytes.try_into().map(usize::from_ne_bytes).unwrap_or(0)
}

/// The bytes before the zero.
///
/// # Safety
/// The caller vouches for the address, as whoever made the type said that it is one.
pub unsafe fn text_at(vm: &mut Vm, address: usize) -> Value {
    if address == 0 {
        return Value::NONE;
    }
    // SAFETY: the caller's.
    let text = unsafe { std::ffi::CStr::from_ptr(address as *const c_char) }.to_bytes();
    vm.new_bytes(text)
}

/// A str of wide characters.
pub fn from_wide(vm: &mut Vm, units: impl Iterator<Item = libc::wchar_t>) -> Res<Value> {
    let mut text = Vec::new();
    let mut buffer = [0; 4];
    for unit in units {
        let Ok(code_point @ 0..=0x10_ffff) = u32::try_from(unit) else {
            let message = format!("character U+{:x} is not in range [U+0000; U+10ffff]", unit as u32);
            return Err(vm.value_error(&message));
        };
        text.extend_from_slice(pyvm_core::object::str::encode_code_point(code_point, &mut buffer));
    }
    Ok(str_from_wtf8(vm, &text))
}

/// The wide characters before the zero.
///
/// # Safety
/// As [`text_at`].
pub unsafe fn wide_text_at(vm: &mut Vm, address: usize) -> Res<Value> {
    if address == 0 {
        return Ok(Value::NONE);
    }
    let start = address as *const libc::wchar_t;
    let mut length = 0;
    // SAFETY: the caller's; nothing behind the zero is read.
    let units = unsafe {
        while start.add(length).read_unaligned() != 0 {
            length += 1;
        }
        (0..length).map(move |index| start.add(index).read_unaligned())
    };
    from_wide(vm, units)
}

/// The value in `bytes`, as many as the code's size.
///
/// # Errors
/// ValueError for what is no character, and no object.
pub fn read(vm: &mut Vm, code: Code, swapped: bool, bytes: &[u8]) -> Res<Value> {
    let big_endian = C_BYTE_ORDER_BIG != swapped;
    let double = Scalar { code: b'd', kind: scalar::Kind::Float, size: 8 };
    let float = Scalar { code: b'f', kind: scalar::Kind::Float, size: 4 };
    Ok(match code {
        Code::Integer(scalar) => scalar.read(vm, bytes, big_endian),
        Code::Bool | Code::VariantBool => Value::bool(bytes.iter().any(|&byte| byte != 0)),
        Code::Float => float.read(vm, bytes, big_endian),
        Code::Double => double.read(vm, bytes, big_endian),
        Code::LongDouble => {
            let number = long_double(bytes);
            vm.new_float(number)
        }
        Code::Char => vm.new_bytes(bytes),
        Code::WideChar => {
            let unit = bytes.try_into().map(u32::from_ne_bytes).unwrap_or(0);
            if unit > 0x10_ffff {
                return from_wide(vm, std::iter::once(unit as libc::wchar_t));
            }
            from_code_point(vm, unit)
        }
        // SAFETY: the type says that this is the address of a text, and C believes it too.
        Code::Text => unsafe { text_at(vm, word(bytes)) },
        // SAFETY: as above.
        Code::WideText => unsafe { wide_text_at(vm, word(bytes))? },
        Code::Pointer => match word(bytes) {
            0 => Value::NONE,
            address => unsigned(vm, address as u64),
        },
        Code::Object => match bytes.try_into().map(u64::from_ne_bytes).unwrap_or(0) {
            0 => return Err(vm.value_error("PyObject is NULL")),
            word => match vm.heap.find(word) {
                Some(value) => value,
                None => return Err(vm.value_error("no object is at this address")),
            },
        },
    })
}

/// An int of any 64-bit number.
pub fn unsigned(vm: &mut Vm, number: u64) -> Value {
    match i64::try_from(number) {
        Ok(number) => vm.new_int(number),
        Err(_) => Scalar { code: b'Q', kind: scalar::Kind::Unsigned, size: 8 }.read(vm, &number.to_ne_bytes(), cfg!(target_endian = "big")),
    }
}

/// The low 64 bits of an integer.
///
/// # Errors
/// TypeError.
pub fn low_bits(vm: &mut Vm, value: &Value) -> Res<u64> {
    if let Some(number) = value.as_small_int() {
        return Ok(number as u64);
    }
    let number = vm.index(value)?;
    Ok(int::low_bits(&number))
}

fn float_argument(vm: &mut Vm, value: &Value) -> Res<f64> {
    pyvm_core::object::float::from_argument(vm, value)
}

/// Writes a value; returns what must be kept alive for it (None: nothing).
///
/// # Errors
/// TypeError and the like, as the conversions of CPython word them.
pub fn write(vm: &mut Vm, code: Code, swapped: bool, value: &Value, out: &mut [u8]) -> Res<Value> {
    let big_endian = C_BYTE_ORDER_BIG != swapped;
    match code {
        Code::Integer(scalar) => {
            let number = low_bits(vm, value)?;
            scalar.write_integer(i128::from(number), out, big_endian);
        }
        Code::Bool => {
            let truth = vm.truth(value)?;
            if let Some(place) = out.first_mut() {
                *place = u8::from(truth);
            }
        }
        Code::VariantBool => {
            let truth = vm.truth(value)?;
            out.fill(if truth { 0xff } else { 0 });
        }
        Code::Float => {
            let number = float_argument(vm, value)?;
            let bytes = (number as f32).to_bits();
            if number.is_finite() && (number as f32).is_infinite() && swapped {
                return Err(vm.raise(Ex::OverflowError, "float too large to pack with f format"));
            }
            out.copy_from_slice(&if big_endian { bytes.to_be_bytes() } else { bytes.to_le_bytes() });
        }
        Code::Double => {
            let bits = float_argument(vm, value)?.to_bits();
            out.copy_from_slice(&if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() });
        }
        Code::LongDouble => {
            let number = float_argument(vm, value)?;
            put_long_double(number, out);
        }
        Code::Char => {
            let byte = single_byte(value).or_else(|| value.as_small_int().and_then(|number| u8::try_from(number).ok()));
            match (byte, out.first_mut()) {
                (Some(byte), Some(place)) => *place = byte,
                _ => return Err(vm.type_error("one character bytes, bytearray or integer expected")),
            }
        }
        Code::WideChar => match value.get::<Str>() {
            Some(text) if text.length == 1 => out.copy_from_slice(&text.single().unwrap_or(0).to_ne_bytes()),
            Some(_) => return Err(vm.type_error("one character unicode string expected")),
            None => return Err(wrong_instance(vm, value, "unicode string expected instead of ")),
        },
        Code::Text => {
            if let Some(bytes) = value.get::<Bytes>() {
                out.copy_from_slice(&(bytes.data().as_ptr() as usize).to_ne_bytes());
                return Ok(value.clone());
            }
            let message = "bytes or integer address expected instead of ";
            put_address(vm, value, out, message)?;
        }
        Code::WideText => {
            if let Some(text) = value.get::<Str>() {
                let (keep, address) = wide_text(vm, text);
                out.copy_from_slice(&(address as usize).to_ne_bytes());
                return Ok(keep);
            }
            put_address(vm, value, out, "unicode string or integer address expected instead of ")?;
        }
        Code::Pointer => {
            if !value.is_none() && !matches!(value.kind(), Kind::Int | Kind::Bool) {
                return Err(vm.type_error("cannot be converted to pointer"));
            }
            put_address(vm, value, out, "")?;
        }
        Code::Object => {
            out.copy_from_slice(&value.bits().to_ne_bytes());
            return Ok(value.clone());
        }
    }
    Ok(Value::NONE)
}

/// The byte in bytes or a bytearray of length 1.
fn single_byte(value: &Value) -> Option<u8> {
    let data = match (value.get::<Bytes>(), value.get::<pyvm_core::object::bytearray::ByteArray>()) {
        (Some(bytes), _) => bytes.data(),
        (_, Some(array)) => array.data.get(),
        _ => return None,
    };
    match data {
        [byte] => Some(*byte),
        _ => None,
    }
}

/// Writes the address that None or an int is.
fn put_address(vm: &mut Vm, value: &Value, out: &mut [u8], wrong: &str) -> Res<()> {
    let address = if value.is_none() {
        0
    } else if matches!(value.kind(), Kind::Int | Kind::Bool) {
        low_bits(vm, value)? as usize
    } else {
        return Err(wrong_instance(vm, value, wrong));
    };
    out.copy_from_slice(&address.to_ne_bytes());
    Ok(())
}

#[cold]
pub fn wrong_instance(vm: &mut Vm, value: &Value, wrong: &str) -> Raised {
    let name = vm.type_name(value);
    vm.type_error(&format!("{wrong}{name} instance"))
}

/// The integer in some of the bits of a number.
pub fn read_bits(vm: &mut Vm, code: Code, swapped: bool, bytes: &[u8], first: u32, count: u32) -> Value {
    let Code::Integer(scalar) = code else {
        return Value::bool(bytes.first().is_some_and(|&byte| bits_of(u64::from(byte), first, count) != 0));
    };
    let number = bits_of(number_in(bytes, swapped), first, count);
    match scalar.kind {
        scalar::Kind::Signed => {
            let unused = 64 - count;
            vm.new_int((number << unused) as i64 >> unused)
        }
        _ => unsigned(vm, number),
    }
}

/// Writes an integer into some of the bits of a number.
///
/// # Errors
/// TypeError.
pub fn write_bits(vm: &mut Vm, code: Code, swapped: bool, value: &Value, out: &mut [u8], first: u32, count: u32) -> Res<()> {
    let number = match code {
        Code::Bool => u64::from(vm.truth(value)?),
        _ => low_bits(vm, value)?,
    };
    let mask = bits_of(u64::MAX, 0, count) << first;
    let number = number_in(out, swapped) & !mask | number << first & mask;
    let bytes = number.to_le_bytes();
    for (place, byte) in out.iter_mut().zip(bytes) {
        *place = byte;
    }
    if C_BYTE_ORDER_BIG != swapped {
        out.reverse();
    }
    Ok(())
}

fn bits_of(number: u64, first: u32, count: u32) -> u64 {
    number.checked_shr(first).unwrap_or(0) & u64::MAX.checked_shr(64 - count.min(64)).unwrap_or(0)
}

fn number_in(bytes: &[u8], swapped: bool) -> u64 {
    let join = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
    if C_BYTE_ORDER_BIG != swapped { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

/// The fraction's bits of a `long double`, those that are stored after the exponent; whether the first 1 is stored.
const FRACTION: (u32, bool) = if cfg!(any(target_arch = "x86", target_arch = "x86_64")) { (63, true) } else { (112, false) };

/// The nearest double.
fn long_double(bytes: &[u8]) -> f64 {
    if LONG_DOUBLE == 8 {
        return bytes.try_into().map(f64::from_ne_bytes).unwrap_or(0.0);
    }
    let mut all = [0; 16];
    all.get_mut(..bytes.len()).unwrap_or_default().copy_from_slice(bytes);
    let (fraction_bits, explicit) = FRACTION;
    let stored = fraction_bits + u32::from(explicit);
    let number = u128::from_le_bytes(all);
    let (fraction, exponent) = (number & ((1 << stored) - 1), (number >> stored & 0x7fff) as i32);
    let sign = if number >> (stored + 15) & 1 == 0 { 1.0 } else { -1.0 };
    let below_one = fraction & ((1 << fraction_bits) - 1);
    let significand = match exponent {
        0x7fff if below_one == 0 => return sign * f64::INFINITY,
        0x7fff => return f64::NAN,
        0 => below_one,
        _ => below_one | 1 << fraction_bits,
    };
    // Rounded once, by the conversion; beyond a double's range by the scaling.
    let scale = exponent.max(1) - 16383 - fraction_bits as i32;
    let (half, rest) = (scale / 2, scale - scale / 2);
    sign * significand as f64 * 2f64.powi(half) * 2f64.powi(rest)
}

fn put_long_double(number: f64, out: &mut [u8]) {
    if LONG_DOUBLE == 8 {
        return out.copy_from_slice(&number.to_ne_bytes());
    }
    let (fraction_bits, explicit) = FRACTION;
    let bits = number.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, u128::from(bits & ((1 << 52) - 1)));
    let shift = fraction_bits - 52;
    let (exponent, fraction, leading) = match exponent {
        0x7ff => (0x7fff, fraction << shift, true),
        0 if fraction == 0 => (0, 0, false),
        0 => {
            // A denormal double is a normal number here.
            let up = fraction.leading_zeros() - (128 - 53);
            (1 - 1023 + 16383 - up as i32, (fraction << up & ((1 << 52) - 1)) << shift, true)
        }
        _ => (exponent - 1023 + 16383, fraction << shift, true),
    };
    let stored = fraction_bits + u32::from(explicit);
    let first = if explicit && leading { 1u128 << fraction_bits } else { 0 };
    let all = u128::from(bits >> 63) << (stored + 15) | (exponent as u128) << stored | first | fraction;
    let used = if explicit { 10 } else { 16 };
    out.fill(0);
    for (place, byte) in out.iter_mut().zip(all.to_le_bytes()).take(used) {
        *place = byte;
    }
}

/// The C `int` that an argument without a declared type is passed as: the low bits of what fits a machine word.
///
/// # Errors
/// OverflowError.
pub fn c_int_argument(vm: &mut Vm, value: &Value) -> Res<i32> {
    let bits = int::low_bits(value);
    let fits = match int::to_i64(value) {
        Some(_) => true,
        None => matches!(Integer::of(value), Some(number) if !number.is_negative() && int::to_big(value).is_some_and(|number| u64::try_from(number).is_ok())),
    };
    if fits { Ok(bits as i32) } else { Err(vm.raise(Ex::OverflowError, "int too long to convert")) }
}

const _: () = assert!(size_of::<c_long>() <= 8 && size_of::<c_longlong>() == 8 && size_of::<libc::wchar_t>() == 4);
