//! Arguments that the methods of str, bytes and bytearray share: bounds, counts, widths, slices.

use super::int::Int;
use super::slice::Slice;
use super::str::Str;
use super::value::Value;
use crate::object::exception::Ex;
use crate::vm::{Raised, Res, Vm, argument};
use alloc::format;

/// None, for arguments that are missing.
pub const NONE: &Value = &Value::NONE;

/// A number from an object with `__index__`, clipped to what fits.
///
/// # Errors
/// What `__index__` raises; TypeError if there is none.
pub fn clipped_index(vm: &mut Vm, value: &Value) -> Res<i64> {
    if let Some(number) = value.as_small_int() {
        return Ok(number);
    }
    let number = vm.index(value)?;
    Ok(small_or_clipped(&number))
}

fn small_or_clipped(number: &Value) -> i64 {
    if let Some(number) = number.as_small_int() {
        return number;
    }
    match (number.as_bool(), number.get::<Int>()) {
        (Some(truth), _) => truth as i64,
        (_, Some(big)) => i64::try_from(&big.number).unwrap_or(if big.number.sign() == dashu_int::Sign::Negative { i64::MIN } else { i64::MAX }),
        _ => 0,
    }
}

/// A number from an object with `__index__` that must fit a machine word.
///
/// # Errors
/// OverflowError with `message` if it does not fit; what `__index__` raises.
pub fn fitting_index(vm: &mut Vm, value: &Value, kind: Ex, message: &str) -> Res<isize> {
    if let Some(number) = value.as_small_int() {
        return match isize::try_from(number) {
            Ok(number) => Ok(number),
            Err(_) => Err(vm.raise(kind, message)),
        };
    }
    let number = vm.index(value)?;
    let fits = match number.get::<Int>() {
        Some(big) => isize::try_from(&big.number).ok(),
        None => isize::try_from(small_or_clipped(&number)).ok(),
    };
    match fits {
        Some(number) => Ok(number),
        None => Err(vm.raise(kind, message)),
    }
}

/// A number that is a C int in CPython.
///
/// # Errors
/// OverflowError; what `__index__` raises.
pub fn c_int(vm: &mut Vm, value: &Value) -> Res<i32> {
    const MESSAGE: &str = "Python int too large to convert to C int";
    match i32::try_from(fitting_index(vm, value, Ex::OverflowError, MESSAGE)?) {
        Ok(number) => Ok(number),
        Err(_) => Err(vm.raise(Ex::OverflowError, MESSAGE)),
    }
}

/// The optional size argument at `index`: a width, a maximum, a tab size.
///
/// # Errors
/// OverflowError; TypeError if it is no integer.
pub fn size(vm: &mut Vm, arguments: &[Value], index: usize, default: isize) -> Res<isize> {
    match argument(arguments, index) {
        None => Ok(default),
        Some(value) => fitting_index(vm, value, Ex::OverflowError, "Python int too large to convert to C ssize_t"),
    }
}

/// An optional maximum count: negative means no limit.
///
/// # Errors
/// As [`size`].
pub fn most(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<usize> {
    let count = size(vm, arguments, index, -1)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The optional `start` and `end` arguments at `index` and `index + 1`, clipped as slices are. None if start is beyond the
/// end or after `end`: then not even the empty text is found.
///
/// # Errors
/// TypeError unless they are integers or None.
pub fn bounds(vm: &mut Vm, arguments: &[Value], index: usize, length: usize) -> Res<Option<(usize, usize)>> {
    if arguments.len() <= index {
        return Ok(Some((0, length)));
    }
    let mut bound = |at: usize, default: usize| -> Res<usize> {
        match argument(arguments, at) {
            Some(value) if !value.is_none() => {
                let number = slice_bound(vm, value)?;
                Ok(if number < 0 { (number + length as i64).max(0) as usize } else { number as usize })
            }
            _ => Ok(default),
        }
    };
    let start = bound(index, 0)?;
    let end = bound(index + 1, length)?.min(length);
    Ok(if start > end { None } else { Some((start, end)) })
}

fn slice_bound(vm: &mut Vm, value: &Value) -> Res<i64> {
    if let Some(number) = value.as_small_int() {
        return Ok(number);
    }
    if value.as_bool().is_none() && value.get::<Int>().is_none() && vm.lookup_special(value, crate::vm::Name::Index).is_none() {
        return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    // Halved, so that adding a length cannot overflow.
    Ok(clipped_index(vm, value)?.clamp(i64::MIN / 2, i64::MAX / 2))
}

/// What a subscript asks for.
pub enum Subscript {
    /// One item, negative indices already counted from the end; may still be out of range.
    Item(i64),
    /// First index, step, number of items.
    Slice { start: isize, step: isize, count: usize },
}

/// Reads a subscript of a sequence of `length` items.
///
/// # Errors
/// TypeError from `wrong` for what is neither an integer nor a slice; IndexError for integers that do not fit.
pub fn subscript(vm: &mut Vm, key: &Value, length: usize, wrong: fn(&mut Vm, &Value) -> Raised) -> Res<Subscript> {
    if let Some(slice) = key.get::<Slice>() {
        let bounds = super::slice::bounds(vm, slice, || length)?;
        return Ok(Subscript::Slice { start: bounds.start as isize, step: bounds.step as isize, count: bounds.count });
    }
    let number = match key.as_small_int() {
        Some(number) => number,
        None => {
            if key.as_bool().is_none() && key.get::<Int>().is_none() && vm.lookup_special(key, crate::vm::Name::Index).is_none() {
                return Err(wrong(vm, key));
            }
            let name = vm.type_name(key);
            fitting_index(vm, key, Ex::IndexError, &format!("cannot fit '{name}' into an index-sized integer"))? as i64
        }
    };
    Ok(Subscript::Item(if number < 0 { number + length as i64 } else { number }))
}

/// The factor of `sequence * factor`; None if it is no integer.
///
/// # Errors
/// OverflowError.
pub fn factor(vm: &mut Vm, value: &Value) -> Res<Option<isize>> {
    if let Some(number) = value.as_small_int()
        && let Ok(number) = isize::try_from(number)
    {
        return Ok(Some(number));
    }
    if value.as_bool().is_none() && value.kind() != super::header::Kind::Int && vm.lookup_special(value, crate::vm::Name::Index).is_none() {
        return Ok(None);
    }
    let name = vm.type_name(value);
    fitting_index(vm, value, Ex::OverflowError, &format!("cannot fit '{name}' into an index-sized integer")).map(Some)
}

/// The str argument at `index`.
///
/// # Errors
/// TypeError `{function}() {which} must be str, not X`.
pub fn text<'a>(vm: &mut Vm, arguments: &'a [Value], index: usize, what: &str) -> Res<&'a Str> {
    let value = arguments.get(index).unwrap_or(NONE);
    match value.get::<Str>() {
        Some(text) => Ok(text),
        None => Err(wrong_type(vm, what, "str", value)),
    }
}

/// TypeError `{what} must be {wanted}, not X`.
#[cold]
#[inline(never)]
pub fn wrong_type(vm: &mut Vm, what: &str, wanted: &str, value: &Value) -> Raised {
    let name = if value.is_none() { "None".into() } else { vm.type_name(value) };
    let space = if what.is_empty() { "" } else { " " };
    vm.type_error(&format!("{what}{space}must be {wanted}, not {name}"))
}
