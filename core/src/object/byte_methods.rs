//! The methods that bytes and bytearray share. They give back what they were called on: bytes for bytes, a new bytearray for
//! a bytearray.

use super::byte_search::{self, ByteAlphabet, Ends, is_blank_byte};
use super::bytearray::{self, ByteArray};
use super::bytes::{self, BYTE_RANGE, Bytes, required};
use super::exception::Ex;
use super::header::Kind;
use super::list::List;
use super::str::case::{Case, change_bytes};
use super::str::transform::{center_left, tab_size};
use super::str::{Str, StrBuilder};
use super::text_arguments::{self, NONE, Subscript, wrong_type};
use super::tuple::Tuple;
use super::value::Value;
use crate::vm::{Action, Args, Name, Res, Vm, argument, iterate};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::Write;

/// The natives of a type: those given, and those that bytes and bytearray share.
macro_rules! byte_methods {
    ($($own:expr),* $(,)?) => {{
        use crate::object::byte_methods as shared;
        use crate::vm::Native as N;
        &[
            $($own,)*
            N::simple("__repr__($self, /)", shared::repr, "Return repr(self)."),
            N::simple("__str__($self, /)", shared::repr, "Return str(self)."),
            N::simple("__len__($self, /)", shared::length, "Return len(self)."),
            N::simple("__contains__($self, key, /)", shared::contains, "Return bool(key in self)."),
            N::simple("__iter__($self, /)", shared::iter, "Implement iter(self)."),
            N::simple("__eq__($self, value, /)", shared::eq, "Return self==value."),
            N::simple("__ne__($self, value, /)", shared::ne, "Return self!=value."),
            N::simple("__lt__($self, value, /)", shared::lt, "Return self<value."),
            N::simple("__le__($self, value, /)", shared::le, "Return self<=value."),
            N::simple("__gt__($self, value, /)", shared::gt, "Return self>value."),
            N::simple("__ge__($self, value, /)", shared::ge, "Return self>=value."),
            N::simple("__add__($self, value, /)", shared::add, "Return self+value."),
            N::simple("__mul__($self, value, /)", shared::multiply, "Return self*value."),
            N::simple("__rmul__($self, value, /)", shared::multiply, "Return value*self."),
            N::full("__mod__($self, value, /)", shared::remainder, "Return self%value."),
            N::full("__rmod__($self, value, /)", shared::reflected_remainder, "Return value%self."),
            N::simple("capitalize($self, /)", shared::capitalize, "The first letter in upper case, the others in lower case (ASCII)."),
            N::simple("center($self, width, fillchar=b' ', /)", shared::center, "The bytes in the middle of so many."),
            N::simple("count($self, sub, start=None, end=None, /)", shared::count, "How often a part occurs, not overlapping."),
            N::full("decode($self, /, encoding='utf-8', errors='strict')", shared::decode, "The text that the bytes encode."),
            N::simple("endswith($self, suffix, start=None, end=None, /)", shared::endswith, "Do the bytes end with the suffix, or with one of a tuple of them?"),
            N::simple("expandtabs($self, /, tabsize=8)", shared::expandtabs, "Tabs replaced by spaces up to the next column."),
            N::simple("find($self, sub, start=None, end=None, /)", shared::find, "Index of the first occurrence, or -1."),
            N::full("fromhex($type, string, /)", shared::fromhex, "Bytes from pairs of hexadecimal digits; blanks between them are skipped."),
            N::simple("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", shared::hex, "Two hexadecimal digits for each byte."),
            N::simple("index($self, sub, start=None, end=None, /)", shared::index, "Index of the first occurrence; ValueError if there is none."),
            N::simple("isalnum($self, /)", shared::isalnum, "Are all bytes ASCII letters or digits, and is there one?"),
            N::simple("isalpha($self, /)", shared::isalpha, "Are all bytes ASCII letters, and is there one?"),
            N::simple("isascii($self, /)", shared::isascii, "Are all bytes ASCII?"),
            N::simple("isdigit($self, /)", shared::isdigit, "Are all bytes ASCII digits, and is there one?"),
            N::simple("islower($self, /)", shared::islower, "Are all letters lower case, and is there one?"),
            N::simple("isspace($self, /)", shared::isspace, "Are all bytes blank, and is there one?"),
            N::simple("istitle($self, /)", shared::istitle, "Do words begin in upper case and go on in lower case?"),
            N::simple("isupper($self, /)", shared::isupper, "Are all letters upper case, and is there one?"),
            N::full("join($self, iterable_of_bytes, /)", shared::join, "The bytes of an iterable of bytes-like objects, with these between them."),
            N::simple("ljust($self, width, fillchar=b' ', /)", shared::ljust, "The bytes at the left of so many."),
            N::simple("lower($self, /)", shared::lower, "ASCII letters in lower case."),
            N::simple("lstrip($self, bytes=None, /)", shared::lstrip, "The bytes without blanks, or the given bytes, at their beginning."),
            N::simple("maketrans(frm, to, /)", shared::maketrans, "A table for translate().").fixed(),
            N::simple("partition($self, sep, /)", shared::partition, "What is before the first separator, the separator, what is after."),
            N::simple("removeprefix($self, prefix, /)", shared::removeprefix, "The bytes without the prefix, if they have it."),
            N::simple("removesuffix($self, suffix, /)", shared::removesuffix, "The bytes without the suffix, if they have it."),
            N::simple("replace($self, old, new, count=-1, /)", shared::replace, "The bytes with occurrences of old replaced by new."),
            N::simple("rfind($self, sub, start=None, end=None, /)", shared::rfind, "Index of the last occurrence, or -1."),
            N::simple("rindex($self, sub, start=None, end=None, /)", shared::rindex, "Index of the last occurrence; ValueError if there is none."),
            N::simple("rjust($self, width, fillchar=b' ', /)", shared::rjust, "The bytes at the right of so many."),
            N::simple("rpartition($self, sep, /)", shared::rpartition, "What is before the last separator, the separator, what is after."),
            N::simple("rsplit($self, /, sep=None, maxsplit=-1)", shared::rsplit, "The parts between separators, counted from the end."),
            N::simple("rstrip($self, bytes=None, /)", shared::rstrip, "The bytes without blanks, or the given bytes, at their end."),
            N::simple("split($self, /, sep=None, maxsplit=-1)", shared::split, "The parts between separators, or between runs of blanks."),
            N::simple("splitlines($self, /, keepends=False)", shared::splitlines, "The lines."),
            N::simple("startswith($self, prefix, start=None, end=None, /)", shared::startswith, "Do the bytes begin with the prefix, or with one of a tuple of them?"),
            N::simple("strip($self, bytes=None, /)", shared::strip, "The bytes without blanks, or the given bytes, at both ends."),
            N::simple("swapcase($self, /)", shared::swapcase, "Upper case in lower case, and the reverse."),
            N::simple("title($self, /)", shared::title, "Words with the first letter in upper case, the others in lower case."),
            N::simple("translate($self, table, /, delete=b'')", shared::translate, "Each byte replaced by the table's, after bytes to delete are taken out."),
            N::simple("upper($self, /)", shared::upper, "ASCII letters in upper case."),
            N::simple("zfill($self, width, /)", shared::zfill, "The bytes filled up with zeros after their sign."),
        ]
    }};
}
pub(crate) use byte_methods;

/// The contents of what a method was called on. Not to be held across anything that runs Python code.
#[inline]
pub fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a [u8]> {
    let this = arguments.first();
    if let Some(bytes) = this.and_then(|value| value.get::<Bytes>()) {
        return Ok(bytes.data());
    }
    match this.and_then(|value| value.get::<ByteArray>()) {
        Some(bytes) => Ok(bytes.data.get()),
        None => Err(vm.type_error("descriptor requires a 'bytes' object")),
    }
}

fn second(arguments: &[Value]) -> &Value {
    arguments.get(1).unwrap_or(NONE)
}

fn is_mutable(arguments: &[Value]) -> bool {
    arguments.first().is_some_and(|this| this.kind() == Kind::ByteArray)
}

/// A result of the receiver's type.
fn result(vm: &mut Vm, arguments: &[Value], data: Cow<[u8]>) -> Res<Value> {
    if data.len() > 4096 {
        vm.check_memory(Some(data.len()))?;
    }
    Ok(if is_mutable(arguments) { bytearray::new(vm, data.into_owned()) } else { vm.new_bytes(&data) })
}

/// Part of the receiver, or itself if it is all of it and immutable.
fn part(vm: &mut Vm, arguments: &[Value], data: &[u8], start: usize, end: usize) -> Res<Value> {
    match arguments.first() {
        Some(this) if end - start == data.len() && this.get_exact::<Bytes>().is_some() => Ok(this.clone()),
        _ => result(vm, arguments, Cow::Borrowed(data.get(start..end).unwrap_or_default())),
    }
}

// ---- special methods

pub fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    Ok(vm.new_size(data.len()))
}

/// Appends `repr` of bytes, `b'..'`. `escape_apostrophe`: even where the quotes are others, as bytearray does.
pub fn push_repr(out: &mut StrBuilder, data: &[u8], escape_apostrophe: bool) {
    let quote = if data.contains(&b'\'') && !data.contains(&b'"') { b'"' } else { b'\'' };
    out.push_ascii(b'b');
    out.push_ascii(quote);
    for &byte in data {
        let _ = match byte {
            b'\\' => out.write_str("\\\\"),
            b'\t' => out.write_str("\\t"),
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            byte if byte == quote || (byte == b'\'' && escape_apostrophe) => {
                out.push_ascii(b'\\');
                out.push_ascii(byte);
                Ok(())
            }
            0x20..0x7f => {
                out.push_ascii(byte);
                Ok(())
            }
            _ => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push_ascii(quote);
}

pub fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    vm.check_memory(data.len().checked_mul(4))?;
    let mut out = StrBuilder::with_capacity(data.len() + 16);
    if is_mutable(arguments) {
        let name = arguments.first().map(|this| vm.type_name(this)).unwrap_or_default();
        out.push_str(&name);
        out.push_ascii(b'(');
        push_repr(&mut out, data, true);
        out.push_ascii(b')');
    } else {
        push_repr(&mut out, data, false);
    }
    out.finish(vm)
}

/// What is searched for: a byte or bytes.
fn needle<'a>(vm: &mut Vm, value: &'a Value) -> Res<Option<Cow<'a, [u8]>>> {
    if let Some(data) = bytes::of(vm, value)? {
        return Ok(Some(data));
    }
    let is_integer = value.kind() == Kind::Int || value.as_bool().is_some() || vm.lookup_special(value, Name::Index).is_some();
    if is_integer { Ok(Some(Cow::Owned(Vec::from([bytes::byte(vm, value, BYTE_RANGE)?])))) } else { Ok(None) }
}

pub fn contains(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(wanted) = needle(vm, second(arguments))? else { return Err(bytes::not_bytes_like(vm, second(arguments))) };
    let data = receiver(vm, arguments)?;
    Ok(Value::bool(byte_search::find(data, &wanted).is_some()))
}

pub fn iter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver(vm, arguments)?;
    Ok(bytes::iterator(vm, &arguments[0]))
}

macro_rules! comparisons {
    ($($name:ident |$order:ident| $holds:expr;)+) => {
        $(pub fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let data = receiver(vm, arguments)?;
            // A bytes compares itself with bytes alone; a bytearray or a view does it for the other kinds.
            if arguments[0].get::<Bytes>().is_some() && second(arguments).get::<Bytes>().is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            match bytes::of(vm, second(arguments))? {
                Some(other) => {
                    let $order = data.cmp(&other);
                    Ok(Value::bool($holds))
                }
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        })+
    };
}

comparisons! {
    eq |order| order == Ordering::Equal;
    ne |order| order != Ordering::Equal;
    lt |order| order == Ordering::Less;
    le |order| order != Ordering::Greater;
    gt |order| order == Ordering::Greater;
    ge |order| order != Ordering::Less;
}

/// NotImplemented for other operands: `__radd__` of the right one has its chance before the operator raises.
pub fn add(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    let Some(other) = bytes::of(vm, second(arguments))? else { return Ok(Value::NOT_IMPLEMENTED) };
    vm.check_memory(data.len().checked_add(other.len()))?;
    let joined = [data, &other].concat();
    result(vm, arguments, Cow::Owned(joined))
}

pub fn multiply(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(factor) = text_arguments::factor(vm, second(arguments))? else { return Ok(Value::NOT_IMPLEMENTED) };
    let factor = usize::try_from(factor).unwrap_or(0);
    let data = receiver(vm, arguments)?;
    if factor == 1 {
        return part(vm, arguments, data, 0, data.len());
    }
    vm.check_memory(data.len().checked_mul(factor).and_then(|size| size.checked_mul(2)))?;
    result(vm, arguments, Cow::Owned(data.repeat(factor)))
}

pub fn remainder(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    match arguments.positional {
        [template, values, ..] => super::percent_format::format(vm, template, values),
        _ => Ok(Value::NOT_IMPLEMENTED.into()),
    }
}

pub fn reflected_remainder(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    match arguments.positional {
        [values, template, ..] if matches!(template.kind(), Kind::Bytes | Kind::ByteArray) => super::percent_format::format(vm, template, values),
        _ => Ok(Value::NOT_IMPLEMENTED.into()),
    }
}

/// `self[key]`
pub fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let length = receiver(vm, arguments)?.len();
    let wanted = text_arguments::subscript(vm, second(arguments), length, |vm, key| {
        let name = vm.type_name(key);
        vm.type_error(&format!("byte indices must be integers or slices, not {name}"))
    })?;
    item_or_slice(vm, arguments, wanted, "index out of range")
}

/// A byte, or a slice, of the receiver.
pub fn item_or_slice(vm: &mut Vm, arguments: &[Value], wanted: Subscript, message: &str) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    match wanted {
        Subscript::Item(index) => match usize::try_from(index).ok().and_then(|index| data.get(index)) {
            Some(&byte) => Ok(Value::small_int(byte as i64)),
            None => Err(vm.raise(Ex::IndexError, message)),
        },
        Subscript::Slice { start, step: 1, count } => {
            let start = start.max(0) as usize;
            part(vm, arguments, data, start, start + count)
        }
        Subscript::Slice { start, step, count } => result(vm, arguments, Cow::Owned(stepped(data, start, step, count))),
    }
}

/// Every `step`-th byte.
pub fn stepped(data: &[u8], start: isize, step: isize, count: usize) -> Vec<u8> {
    let mut index = start;
    let mut picked = Vec::with_capacity(count);
    for _ in 0..count {
        picked.extend(usize::try_from(index).ok().and_then(|index| data.get(index)));
        index = index.wrapping_add(step);
    }
    picked
}

// ---- searching

fn search(vm: &mut Vm, arguments: &[Value], find: fn(&[u8], &[u8]) -> Option<usize>) -> Res<Option<usize>> {
    let length = receiver(vm, arguments)?.len();
    let bounds = text_arguments::bounds(vm, arguments, 2, length)?;
    let Some(wanted) = needle(vm, second(arguments))? else { return Err(wrong_needle(vm, second(arguments))) };
    let Some((start, end)) = bounds else { return Ok(None) };
    let data = receiver(vm, arguments)?;
    Ok(find(data.get(start..end).unwrap_or_default(), &wanted).map(|at| start + at))
}

#[cold]
fn wrong_needle(vm: &mut Vm, value: &Value) -> crate::vm::Raised {
    let name = vm.type_name(value);
    vm.type_error(&format!("argument should be integer or bytes-like object, not '{name}'"))
}

fn found_or_error(vm: &mut Vm, found: Option<usize>) -> Res<Value> {
    match found {
        Some(at) => Ok(vm.new_size(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

pub fn find(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(search(vm, arguments, byte_search::find)?.map_or(Value::small_int(-1), |at| vm.new_size(at)))
}

pub fn rfind(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(search(vm, arguments, byte_search::find_last)?.map_or(Value::small_int(-1), |at| vm.new_size(at)))
}

pub fn index(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, byte_search::find)?;
    found_or_error(vm, found)
}

pub fn rindex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, byte_search::find_last)?;
    found_or_error(vm, found)
}

pub fn count(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let length = receiver(vm, arguments)?.len();
    let bounds = text_arguments::bounds(vm, arguments, 2, length)?;
    let Some(wanted) = needle(vm, second(arguments))? else { return Err(wrong_needle(vm, second(arguments))) };
    let Some((start, end)) = bounds else { return Ok(Value::small_int(0)) };
    if wanted.is_empty() {
        return Ok(vm.new_size(end - start + 1));
    }
    let data = receiver(vm, arguments)?;
    Ok(vm.new_size(byte_search::count(data.get(start..end).unwrap_or_default(), &wanted)))
}

fn affix(vm: &mut Vm, arguments: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> Res<Value> {
    let length = receiver(vm, arguments)?.len();
    let bounds = text_arguments::bounds(vm, arguments, 2, length)?;
    let text = receiver(vm, arguments)?;
    let text = bounds.and_then(|(start, end)| text.get(start..end));
    let given = second(arguments);
    if let Some(choices) = given.get::<Tuple>() {
        for choice in choices.items() {
            let wanted = required(vm, choice)?;
            if text.is_some_and(|text| test(text, &wanted)) {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    match bytes::of(vm, given)? {
        Some(wanted) => Ok(Value::bool(text.is_some_and(|text| test(text, &wanted)))),
        None => {
            let type_name = vm.type_name(given);
            Err(vm.type_error(&format!("{name} first arg must be bytes or a tuple of bytes, not {type_name}")))
        }
    }
}

pub fn startswith(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    affix(vm, arguments, "startswith", <[u8]>::starts_with)
}

pub fn endswith(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    affix(vm, arguments, "endswith", <[u8]>::ends_with)
}

pub fn removeprefix(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let prefix = required(vm, second(arguments))?;
    let data = receiver(vm, arguments)?;
    let start = if data.starts_with(&prefix) { prefix.len() } else { 0 };
    part(vm, arguments, data, start, data.len())
}

pub fn removesuffix(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let suffix = required(vm, second(arguments))?;
    let data = receiver(vm, arguments)?;
    let end = if data.ends_with(&suffix) { data.len() - suffix.len() } else { data.len() };
    part(vm, arguments, data, 0, end)
}

// ---- splitting

fn pieces(vm: &mut Vm, arguments: &[Value], ranges: &[(usize, usize)]) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    let mut items = Vec::with_capacity(ranges.len());
    for &(start, end) in ranges {
        items.push(part(vm, arguments, data, start, end)?);
    }
    Ok(vm.new_list(items))
}

fn split_with(vm: &mut Vm, arguments: &[Value], from_right: bool) -> Res<Value> {
    let most = text_arguments::most(vm, arguments, 2)?;
    let separator = match argument(arguments, 1).filter(|value| !value.is_none()) {
        Some(value) => Some(required(vm, value)?),
        None => None,
    };
    let data = receiver(vm, arguments)?;
    let mut ranges = Vec::new();
    let push = |start, end| ranges.push((start, end));
    match (separator, from_right) {
        (Some(separator), _) if separator.is_empty() => return Err(vm.value_error("empty separator")),
        (Some(separator), false) => byte_search::split(data, &separator, most, push),
        (Some(separator), true) => byte_search::split_from_right(data, &separator, most, push),
        (None, false) => byte_search::split_blanks::<ByteAlphabet>(data, most, push),
        (None, true) => byte_search::split_blanks_from_right::<ByteAlphabet>(data, most, push),
    }
    if from_right {
        ranges.reverse();
    }
    pieces(vm, arguments, &ranges)
}

pub fn split(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    split_with(vm, arguments, false)
}

pub fn rsplit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    split_with(vm, arguments, true)
}

pub fn splitlines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let keep = match argument(arguments, 1) {
        Some(value) => vm.truth(value)?,
        None => false,
    };
    let mut ranges = Vec::new();
    byte_search::split_lines(receiver(vm, arguments)?, keep, false, |start, end| ranges.push((start, end)));
    pieces(vm, arguments, &ranges)
}

fn partition_with(vm: &mut Vm, arguments: &[Value], find: fn(&[u8], &[u8]) -> Option<usize>, rest_first: bool) -> Res<Value> {
    let separator = required(vm, second(arguments))?;
    if separator.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let data = receiver(vm, arguments)?;
    let parts = match find(data, &separator) {
        Some(at) => [&data[..at], &separator, data.get(at + separator.len()..).unwrap_or_default()],
        None if rest_first => [&[], &[], data],
        None => [data, &[], &[]],
    };
    let mut items = Vec::with_capacity(3);
    for part in parts {
        items.push(result(vm, arguments, Cow::Borrowed(part))?);
    }
    Ok(vm.new_tuple(items))
}

pub fn partition(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    partition_with(vm, arguments, byte_search::find, false)
}

pub fn rpartition(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    partition_with(vm, arguments, byte_search::find_last, true)
}

fn strip_ends(vm: &mut Vm, arguments: &[Value], ends: Ends) -> Res<Value> {
    let set = match argument(arguments, 1).filter(|value| !value.is_none()) {
        Some(value) => Some(required(vm, value)?),
        None => None,
    };
    let data = receiver(vm, arguments)?;
    let (start, end) = match set {
        Some(set) => byte_search::strip_bytes(data, ends, |byte| set.contains(&byte)),
        None => byte_search::strip_blanks::<ByteAlphabet>(data, ends),
    };
    part(vm, arguments, data, start, end)
}

pub fn strip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Both)
}

pub fn lstrip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Left)
}

pub fn rstrip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Right)
}

// ---- other texts

pub fn replace(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let old = required(vm, second(arguments))?;
    let new = required(vm, arguments.get(2).unwrap_or(NONE))?;
    let most = text_arguments::most(vm, arguments, 3)?;
    let data = receiver(vm, arguments)?;
    let count = match old.len() {
        0 => data.len() + 1,
        _ => byte_search::count(data, &old),
    };
    let count = count.min(most);
    if count == 0 {
        return part(vm, arguments, data, 0, data.len());
    }
    let growth = new.len().checked_mul(count).and_then(|more| more.checked_add(data.len()));
    vm.check_memory(growth)?;
    let mut out = Vec::with_capacity((data.len() + new.len() * count).saturating_sub(old.len() * count));
    if old.is_empty() {
        for index in 0..count {
            out.extend_from_slice(&new);
            out.extend(data.get(index));
        }
        out.extend_from_slice(data.get(count..).unwrap_or_default());
    } else {
        let mut done = 0;
        byte_search::each_match(data, &old, count, |at| {
            out.extend_from_slice(data.get(done..at).unwrap_or_default());
            out.extend_from_slice(&new);
            done = at + old.len();
        });
        out.extend_from_slice(data.get(done..).unwrap_or_default());
    }
    result(vm, arguments, Cow::Owned(out))
}

pub fn join(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    let iterable = second(arguments.positional);
    if let Some(list) = iterable.get_exact::<List>() {
        let items = list.items.get().clone();
        return Ok(joined(vm, arguments.positional, &items)?.into());
    }
    if vm.lookup_special(iterable, Name::Iter).is_none() && vm.lookup_special(iterable, Name::GetItem).is_none() {
        return Err(vm.type_error("can only join an iterable"));
    }
    let this = arguments.positional.first().cloned().unwrap_or(Value::NONE);
    iterate::collect(vm, iterable, move |vm, items| Ok(joined(vm, &[this], &items)?.into()))
}

fn joined(vm: &mut Vm, arguments: &[Value], items: &[Value]) -> Res<Value> {
    let separator = receiver(vm, arguments)?;
    if let [only] = items
        && only.get_exact::<Bytes>().is_some()
        && !is_mutable(arguments)
    {
        return Ok(only.clone());
    }
    let mut out: Vec<u8> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(part) = bytes::of(vm, item)? else {
            let name = vm.type_name(item);
            return Err(vm.type_error(&format!("sequence item {index}: expected a bytes-like object, {name} found")));
        };
        if part.len() + separator.len() > 4096 {
            vm.check_memory((part.len() + separator.len() + out.len()).checked_mul(2))?;
        }
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(&part);
    }
    result(vm, arguments, Cow::Owned(out))
}

macro_rules! case_methods {
    ($($name:ident $case:ident)+) => {
        $(pub fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let data = receiver(vm, arguments)?;
            let mut changed = alloc::vec![0; data.len()];
            change_bytes(data, &mut changed, Case::$case);
            result(vm, arguments, Cow::Owned(changed))
        })+
    };
}

case_methods! { lower Lower upper Upper title Title capitalize Capitalize swapcase Swap }

macro_rules! test_methods {
    ($($name:ident |$data:ident| $test:expr;)+) => {
        $(pub fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let $data = receiver(vm, arguments)?;
            Ok(Value::bool($test))
        })+
    };
}

test_methods! {
    isalnum |data| all(data, |byte| byte.is_ascii_alphanumeric());
    isalpha |data| all(data, |byte| byte.is_ascii_alphabetic());
    isascii |data| data.is_ascii();
    isdigit |data| all(data, |byte| byte.is_ascii_digit());
    islower |data| data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase);
    isspace |data| all(data, |&byte| is_blank_byte(byte));
    isupper |data| data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase);
    istitle |data| is_title(data);
}

fn all(data: &[u8], test: impl Fn(&u8) -> bool) -> bool {
    !data.is_empty() && data.iter().all(test)
}

fn is_title(data: &[u8]) -> bool {
    let (mut inside, mut any) = (false, false);
    for byte in data {
        if (byte.is_ascii_uppercase() && inside) || (byte.is_ascii_lowercase() && !inside) {
            return false;
        }
        inside = byte.is_ascii_alphabetic();
        any |= inside;
    }
    any
}

fn padded(vm: &mut Vm, arguments: &[Value], name: &str, left: fn(usize, usize) -> usize) -> Res<Value> {
    let width = text_arguments::size(vm, arguments, 1, 0)?;
    let fill = match argument(arguments, 2) {
        None => b' ',
        Some(value) => {
            let single = match (value.get::<Bytes>(), value.get::<ByteArray>()) {
                (Some(bytes), _) if bytes.length == 1 => bytes.data().first().copied(),
                (_, Some(bytes)) if bytes.data.get().len() == 1 => bytes.data.get().first().copied(),
                _ => None,
            };
            match single {
                Some(fill) => fill,
                None => return Err(wrong_type(vm, &format!("{name}() argument 2"), "a byte string of length 1", value)),
            }
        }
    };
    let data = receiver(vm, arguments)?;
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(data.len());
    if missing == 0 {
        return part(vm, arguments, data, 0, data.len());
    }
    vm.check_memory(missing.checked_mul(2))?;
    let left = left(missing, data.len());
    let mut out = alloc::vec![fill; left];
    out.extend_from_slice(data);
    out.resize(data.len() + missing, fill);
    result(vm, arguments, Cow::Owned(out))
}

pub fn ljust(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    padded(vm, arguments, "ljust", |_, _| 0)
}

pub fn rjust(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    padded(vm, arguments, "rjust", |missing, _| missing)
}

pub fn center(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    padded(vm, arguments, "center", center_left)
}

pub fn zfill(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let width = usize::try_from(text_arguments::size(vm, arguments, 1, 0)?).unwrap_or(0);
    let data = receiver(vm, arguments)?;
    let missing = width.saturating_sub(data.len());
    vm.check_memory(missing.checked_mul(2))?;
    let sign = usize::from(matches!(data.first(), Some(b'+' | b'-')));
    let mut out = data.get(..sign).unwrap_or_default().to_vec();
    out.resize(sign + missing, b'0');
    out.extend_from_slice(data.get(sign..).unwrap_or_default());
    result(vm, arguments, Cow::Owned(out))
}

pub fn expandtabs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = usize::try_from(tab_size(vm, arguments)?).unwrap_or(0);
    let data = receiver(vm, arguments)?;
    let tabs = byte_search::count(data, b"\t");
    vm.check_memory(tabs.checked_mul(size).and_then(|spaces| spaces.checked_add(data.len())))?;
    let mut out = Vec::with_capacity(data.len());
    let mut column = 0usize;
    for &byte in data {
        match byte {
            b'\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                out.resize(out.len() + spaces, b' ');
                column = column.wrapping_add(spaces);
            }
            _ => {
                out.push(byte);
                column = if matches!(byte, b'\n' | b'\r') { 0 } else { column.wrapping_add(1) };
            }
        }
    }
    result(vm, arguments, Cow::Owned(out))
}

pub fn translate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let table = match argument(arguments, 1).filter(|value| !value.is_none()) {
        Some(value) => Some(required(vm, value)?),
        None => None,
    };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let deleted = match argument(arguments, 2) {
        Some(value) => required(vm, value)?,
        None => Cow::Borrowed(&[][..]),
    };
    let mut delete = [false; 256];
    for &byte in deleted.iter() {
        delete[byte as usize] = true;
    }
    let data = receiver(vm, arguments)?;
    let kept = data.iter().filter(|&&byte| !delete[byte as usize]);
    let out: Vec<u8> = kept.map(|&byte| table.as_ref().and_then(|table| table.get(byte as usize).copied()).unwrap_or(byte)).collect();
    result(vm, arguments, Cow::Owned(out))
}

pub fn maketrans(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let from = required(vm, arguments.first().unwrap_or(NONE))?;
    let to = required(vm, second(arguments))?;
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = core::array::from_fn(|byte| byte as u8);
    for (&from, &to) in from.iter().zip(to.iter()) {
        table[from as usize] = to;
    }
    Ok(vm.new_bytes(&table))
}

// ---- text

pub fn decode(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    let mut name = |index: usize, parameter: &str| match arguments.get(index) {
        None => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(name) => Ok(Some(name)),
            None => Err(wrong_type(vm, &format!("decode() argument '{parameter}'"), "str", value)),
        },
    };
    let (encoding, errors) = (name(1, "encoding")?, name(2, "errors")?);
    if receiver(vm, arguments.positional)?.is_empty() {
        // No codec is looked for.
        return Ok(Action::Return(vm.new_str("")));
    }
    super::codec::decode_action(vm, arguments.positional.first().unwrap_or(NONE), encoding, errors)
}

pub fn hex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?;
    hex_of(vm, data, arguments)
}

/// `data.hex(sep, bytes_per_sep)`, the arguments at 1 and 2.
pub fn hex_of(vm: &mut Vm, data: &[u8], arguments: &[Value]) -> Res<Value> {
    let group = text_arguments::size(vm, arguments, 2, 1)?;
    let separator = match argument(arguments, 1) {
        None => None,
        Some(value) => {
            let text = match value.get::<Str>() {
                Some(text) => Cow::Borrowed(text.bytes()),
                None => match bytes::of(vm, value)? {
                    Some(data) => data,
                    None => {
                        let length = crate::vm::ops::subscript::length(vm, value)?;
                        if vm.run_action(length)?.as_small_int() != Some(1) {
                            return Err(vm.value_error("sep must be length 1."));
                        }
                        return Err(vm.type_error("sep must be str or bytes."));
                    }
                },
            };
            let length = value.get::<Str>().map_or(text.len(), |text| text.length);
            match text.first() {
                Some(&separator) if length == 1 && separator < 0x80 => Some(separator),
                Some(_) if length == 1 => return Err(vm.value_error("sep must be ASCII.")),
                _ => return Err(vm.value_error("sep must be length 1.")),
            }
        }
    };
    vm.check_memory(data.len().checked_mul(3))?;
    let mut out = StrBuilder::with_capacity(data.len() * 3);
    let size = group.unsigned_abs();
    for (index, byte) in data.iter().enumerate() {
        if let Some(separator) = separator
            && index > 0
            && size != 0
        {
            // Groups are counted from the right, unless the number is negative.
            let place = if group > 0 { data.len() - index } else { index };
            if place % size == 0 {
                out.push_ascii(separator);
            }
        }
        let digit = |value: u8| b"0123456789abcdef"[(value & 15) as usize];
        out.push_ascii(digit(byte >> 4));
        out.push_ascii(digit(*byte));
    }
    out.finish(vm)
}

/// The class method: its first argument is the class.
pub fn fromhex(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let text = text_arguments::text(vm, arguments.positional, 1, "fromhex() argument")?;
    let mut data = Vec::with_capacity(text.size / 2);
    let mut high: Option<u8> = None;
    let mut points = text.code_points().enumerate();
    let digit = |code_point: u32| char::from_u32(code_point).and_then(|character| character.to_digit(16)).map(|digit| digit as u8);
    let bad = loop {
        let Some((index, code_point)) = points.next() else { break high.map(|_| text.length) };
        match (digit(code_point), high.take()) {
            (Some(low), Some(high)) => data.push(high << 4 | low),
            (Some(digit), None) => high = Some(digit),
            (None, None) if code_point < 0x80 && is_blank_byte(code_point as u8) => {}
            (None, _) => break Some(index),
        }
    };
    if let Some(index) = bad {
        return Err(vm.value_error(&format!("non-hexadecimal number found in fromhex() arg at position {index}")));
    }
    let class = arguments.get(0).cloned().unwrap_or(Value::NONE);
    if class.is(&vm.class::<ByteArray>().value()) {
        return Ok(bytearray::new(vm, data).into());
    }
    let exact = vm.new_bytes(&data);
    if class.is(&vm.class::<Bytes>().value()) { Ok(exact.into()) } else { Ok(Action::tail_call(class, [exact])) }
}
