//! Numbers as machines keep them: what the format characters of `struct`, `array` and `memoryview` mean, read from bytes and written to
//! bytes.

use super::int;
use super::number::Integer;
use super::str::from_code_point;
use super::value::Value;
use crate::vm::{Res, Vm};
use core::ffi::{c_int, c_long};
use dashu_int::{IBig, Sign};

/// What the bytes of an item are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Signed,
    Unsigned,
    Float,
    Bool,
    /// A single byte, as bytes.
    Byte,
    /// A code point, as str.
    Character,
    /// An address: an integer of either sign.
    Pointer,
}

/// One item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scalar {
    /// Its format character.
    pub code: u8,
    pub kind: Kind,
    /// Its length in bytes.
    pub size: usize,
}

/// Does this machine put the most significant byte first?
pub const BIG_ENDIAN: bool = cfg!(target_endian = "big");

impl Scalar {
    /// Unsigned bytes: format `B`.
    pub const BYTES: Scalar = Scalar { code: b'B', kind: Kind::Unsigned, size: 1 };

    /// A format character with this machine's size.
    pub fn native(code: u8) -> Option<Scalar> {
        let size = match code {
            b'l' | b'L' => size_of::<c_long>(),
            b'i' | b'I' => size_of::<c_int>(),
            b'n' | b'N' | b'P' => size_of::<usize>(),
            _ => Scalar::standard(code)?.size,
        };
        let kind = match code {
            b'n' => Kind::Signed,
            b'N' => Kind::Unsigned,
            b'P' => Kind::Pointer,
            _ => Scalar::standard(code)?.kind,
        };
        Some(Scalar { code, kind, size })
    }

    /// A format character with the size that is the same on all machines.
    pub fn standard(code: u8) -> Option<Scalar> {
        let (kind, size) = match code {
            b'b' => (Kind::Signed, 1),
            b'h' => (Kind::Signed, 2),
            b'i' | b'l' => (Kind::Signed, 4),
            b'q' => (Kind::Signed, 8),
            b'B' => (Kind::Unsigned, 1),
            b'H' => (Kind::Unsigned, 2),
            b'I' | b'L' => (Kind::Unsigned, 4),
            b'Q' => (Kind::Unsigned, 8),
            b'e' => (Kind::Float, 2),
            b'f' => (Kind::Float, 4),
            b'd' => (Kind::Float, 8),
            b'?' => (Kind::Bool, 1),
            b'c' => (Kind::Byte, 1),
            _ => return None,
        };
        Some(Scalar { code, kind, size })
    }

    /// Smallest and largest number.
    pub fn limits(self) -> (i128, i128) {
        let bits = self.size as u32 * 8;
        match self.kind {
            Kind::Signed => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            Kind::Pointer => (-(1i128 << (bits - 1)), (1i128 << bits) - 1),
            _ => (0, (1i128 << bits) - 1),
        }
    }

    /// The value of an item.
    pub fn read(self, vm: &mut Vm, bytes: &[u8], big_endian: bool) -> Value {
        let number = unsigned(bytes, big_endian);
        match self.kind {
            Kind::Signed => {
                let unused = 64 - self.size as u32 * 8;
                vm.new_int((number << unused) as i64 >> unused)
            }
            Kind::Unsigned | Kind::Pointer => match i64::try_from(number) {
                Ok(number) => vm.new_int(number),
                Err(_) => int::from_big(vm, IBig::from(number)),
            },
            Kind::Float => {
                let number = match self.size {
                    2 => half_to_double(number as u16),
                    4 => f64::from(f32::from_bits(number as u32)),
                    _ => f64::from_bits(number),
                };
                vm.new_float(number)
            }
            Kind::Bool => Value::bool(number != 0),
            Kind::Byte => vm.new_bytes(bytes),
            Kind::Character => from_code_point(vm, (number as u32).min(0x10_ffff)),
        }
    }

    /// Writes an integer within the limits.
    pub fn write_integer(self, number: i128, out: &mut [u8], big_endian: bool) {
        put(number as u64, out, big_endian);
    }

    /// Writes a float; false if it is too large.
    #[must_use]
    pub fn write_float(self, number: f64, out: &mut [u8], big_endian: bool) -> bool {
        let bits = match self.size {
            2 => match double_to_half(number) {
                Some(bits) => u64::from(bits),
                None => return false,
            },
            4 => {
                let single = number as f32;
                if single.is_infinite() && number.is_finite() {
                    return false;
                }
                u64::from(single.to_bits())
            }
            _ => number.to_bits(),
        };
        put(bits, out, big_endian);
        true
    }
}

/// An integer in bytes, at most eight.
fn unsigned(bytes: &[u8], big_endian: bool) -> u64 {
    let join = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
    if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

fn put(number: u64, out: &mut [u8], big_endian: bool) {
    let length = out.len();
    for (index, byte) in out.iter_mut().enumerate() {
        let place = if big_endian { length - 1 - index } else { index };
        *byte = number.checked_shr(place as u32 * 8).unwrap_or(0) as u8;
    }
}

/// The integer in a value (`__index__` included), clamped to what 128 bits hold.
///
/// # Errors
/// TypeError; what `__index__` raises.
pub fn integer(vm: &mut Vm, value: &Value) -> Res<i128> {
    if let Some(number) = value.as_small_int() {
        return Ok(number.into());
    }
    let number = vm.index(value)?;
    Ok(match Integer::of(&number) {
        Some(Integer::Small(number)) => number.into(),
        Some(Integer::Big(number)) => i128::try_from(number).unwrap_or(if number.sign() == Sign::Negative { i128::MIN } else { i128::MAX }),
        None => 0,
    })
}

/// IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction.
fn half_to_double(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => libm::ldexp(fraction, -24),
        31 if bits & 0x3ff == 0 => f64::INFINITY,
        31 => f64::NAN,
        _ => libm::ldexp(fraction + 1024.0, exponent - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// The nearest binary16, halfway cases to even; None beyond the largest.
fn double_to_half(number: f64) -> Option<u16> {
    let sign = if number.is_sign_negative() { 0x8000 } else { 0 };
    if number.is_nan() {
        return Some(sign | 0x7e00);
    }
    if number.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = number.abs();
    let (_, exponent) = libm::frexp(magnitude);
    // Units in the last place: the eleventh binary digit, or the fixed one of subnormal numbers.
    let unit = (exponent - 11).max(-24);
    let units = libm::rint(libm::ldexp(magnitude, -unit)) as u32;
    let (units, unit) = if units == 2048 { (1024, unit + 1) } else { (units, unit) };
    let bits = if units < 1024 { units } else { ((unit + 25) as u32) << 10 | (units - 1024) };
    if bits >= 0x7c00 { None } else { Some(sign | bits as u16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (number, bits) in [(0.0, 0), (1.0, 0x3c00), (-2.0, 0xc000), (65504.0, 0x7bff), (6e-8, 1), (5.0e-8, 1), (2.9e-8, 0), (0.000_060_975_55, 0x3ff), (0.1, 0x2e66)]
        {
            assert_eq!(double_to_half(number), Some(bits), "{number}");
        }
        assert_eq!(double_to_half(65519.0), Some(0x7bff));
        assert_eq!(double_to_half(65520.0), None);
        for bits in 0..0x7c00u16 {
            assert_eq!(double_to_half(half_to_double(bits)), Some(bits));
        }
    }
}
