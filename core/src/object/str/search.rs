//! str methods that look for something in the text: find, count, split, partition, strip, replace.

use super::methods::receiver;
use super::{Str, StrBuilder, exact, from_part};
use crate::object::byte_search::{self, AsciiAlphabet, Ends, TextAlphabet};
use crate::object::exception::Ex;
use crate::object::text_arguments::{self, NONE, wrong_type};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::{Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;

/// Where the text between two code point indices begins and ends.
fn range(string: &Str, start: usize, end: usize) -> (usize, usize) {
    (string.byte_offset(start), string.byte_offset(end))
}

/// Code point index of an occurrence between `start` and `end` arguments; None if there is none.
fn search(vm: &mut Vm, arguments: &[Value], name: &str, find: fn(&[u8], &[u8]) -> Option<usize>) -> Res<Option<usize>> {
    let string = receiver(vm, arguments)?;
    let wanted = match arguments.get(1).and_then(|value| value.get::<Str>()) {
        Some(wanted) => wanted,
        None => return Err(wrong_type(vm, &format!("{name}() argument 1"), "str", arguments.get(1).unwrap_or(NONE))),
    };
    let Some((start, end)) = text_arguments::bounds(vm, arguments, 2, string.length)? else { return Ok(None) };
    let (first, last) = range(string, start, end);
    Ok(find(string.part(first, last), wanted.bytes()).map(|offset| string.index_at(first + offset)))
}

fn found_or_minus_one(vm: &mut Vm, found: Option<usize>) -> Value {
    match found {
        Some(index) => vm.new_size(index),
        None => Value::small_int(-1),
    }
}

fn found_or_error(vm: &mut Vm, found: Option<usize>) -> Res<Value> {
    match found {
        Some(index) => Ok(vm.new_size(index)),
        None => Err(vm.value_error("substring not found")),
    }
}

pub fn find(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, "find", byte_search::find)?;
    Ok(found_or_minus_one(vm, found))
}

pub fn rfind(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, "rfind", byte_search::find_last)?;
    Ok(found_or_minus_one(vm, found))
}

pub fn index(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, "index", byte_search::find)?;
    found_or_error(vm, found)
}

pub fn rindex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let found = search(vm, arguments, "rindex", byte_search::find_last)?;
    found_or_error(vm, found)
}

pub fn count(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let wanted = text_arguments::text(vm, arguments, 1, "count() argument 1")?;
    let Some((start, end)) = text_arguments::bounds(vm, arguments, 2, string.length)? else { return Ok(Value::small_int(0)) };
    if wanted.size == 0 {
        return Ok(vm.new_size(end - start + 1));
    }
    let (first, last) = range(string, start, end);
    Ok(vm.new_size(byte_search::count(string.part(first, last), wanted.bytes())))
}

/// Does the text begin (or end) with one of the affixes?
fn affix(vm: &mut Vm, arguments: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let given = arguments.get(1).unwrap_or(NONE);
    if arguments.len() == 2
        && let Some(wanted) = given.get::<Str>()
    {
        return Ok(Value::bool(test(string.bytes(), wanted.bytes())));
    }
    let bounds = text_arguments::bounds(vm, arguments, 2, string.length)?;
    let text = bounds.map(|(start, end)| range(string, start, end)).map(|(first, last)| string.part(first, last));
    if let Some(wanted) = given.get::<Str>() {
        return Ok(Value::bool(text.is_some_and(|text| test(text, wanted.bytes()))));
    }
    let Some(choices) = given.get::<Tuple>() else {
        return Err(wrong_affix(vm, name, given));
    };
    for choice in choices.items() {
        let Some(wanted) = choice.get::<Str>() else {
            let type_name = vm.type_name(choice);
            return Err(vm.type_error(&format!("tuple for {name} must only contain str, not {type_name}")));
        };
        if text.is_some_and(|text| test(text, wanted.bytes())) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

#[cold]
fn wrong_affix(vm: &mut Vm, name: &str, given: &Value) -> crate::vm::Raised {
    let type_name = vm.type_name(given);
    vm.type_error(&format!("{name} first arg must be str or a tuple of str, not {type_name}"))
}

pub fn startswith(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    affix(vm, arguments, "startswith", <[u8]>::starts_with)
}

pub fn endswith(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    affix(vm, arguments, "endswith", <[u8]>::ends_with)
}

pub fn removeprefix(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let prefix = text_arguments::text(vm, arguments, 1, "removeprefix() argument")?;
    if string.bytes().starts_with(prefix.bytes()) { Ok(from_part(vm, string, prefix.size, string.size)) } else { Ok(exact(vm, string)) }
}

pub fn removesuffix(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let suffix = text_arguments::text(vm, arguments, 1, "removesuffix() argument")?;
    if string.bytes().ends_with(suffix.bytes()) { Ok(from_part(vm, string, 0, string.size - suffix.size)) } else { Ok(exact(vm, string)) }
}

/// A piece as a new str, or the string itself if it is all of it.
#[inline]
fn piece(vm: &mut Vm, string: &Str, start: usize, end: usize) -> Value {
    if end - start == string.size { exact(vm, string) } else { from_part(vm, string, start, end) }
}

/// The pieces of `string.split()`: at blanks.
///
/// # Errors
/// None at present; a `Res` for symmetry with [`split_at`].
pub fn split_blanks(vm: &mut Vm, string: &Str, most: usize) -> Res<Value> {
    let mut pieces = Vec::with_capacity(most.saturating_add(1).min(16).min(string.size / 2 + 1));
    if string.is_ascii() {
        byte_search::split_blanks::<AsciiAlphabet>(string.bytes(), most, |start, end| pieces.push(piece(vm, string, start, end)));
    } else {
        byte_search::split_blanks::<TextAlphabet>(string.bytes(), most, |start, end| pieces.push(piece(vm, string, start, end)));
    }
    Ok(vm.new_list(pieces))
}

/// The pieces of `string.split(separator)`.
///
/// # Errors
/// ValueError for an empty separator.
pub fn split_at(vm: &mut Vm, string: &Str, separator: &Str, most: usize) -> Res<Value> {
    if separator.size == 0 {
        return Err(vm.value_error("empty separator"));
    }
    let mut pieces = Vec::with_capacity(most.saturating_add(1).min(8));
    byte_search::split(string.bytes(), separator.bytes(), most, |start, end| pieces.push(piece(vm, string, start, end)));
    Ok(vm.new_list(pieces))
}

/// The separator argument of split: None stands for blanks.
fn separator<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<Option<&'a Str>> {
    match argument(arguments, 1) {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(separator) => Ok(Some(separator)),
            None => Err(wrong_type(vm, "", "str or None", value)),
        },
    }
}

pub fn split(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let most = text_arguments::most(vm, arguments, 2)?;
    match separator(vm, arguments)? {
        None => split_blanks(vm, string, most),
        Some(separator) => split_at(vm, string, separator, most),
    }
}

pub fn rsplit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let most = text_arguments::most(vm, arguments, 2)?;
    let mut pieces = Vec::new();
    match separator(vm, arguments)? {
        None => byte_search::split_blanks_from_right::<TextAlphabet>(string.bytes(), most, |start, end| pieces.push(piece(vm, string, start, end))),
        Some(separator) if separator.size == 0 => return Err(vm.value_error("empty separator")),
        Some(separator) => byte_search::split_from_right(string.bytes(), separator.bytes(), most, |start, end| pieces.push(piece(vm, string, start, end))),
    }
    pieces.reverse();
    Ok(vm.new_list(pieces))
}

pub fn splitlines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let keep = match argument(arguments, 1) {
        Some(value) => vm.truth(value)?,
        None => false,
    };
    let mut lines = Vec::new();
    byte_search::split_lines(string.bytes(), keep, true, |start, end| lines.push(piece(vm, string, start, end)));
    Ok(vm.new_list(lines))
}

fn partition_with(vm: &mut Vm, arguments: &[Value], find: fn(&[u8], &[u8]) -> Option<usize>, rest_first: bool) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let separator = text_arguments::text(vm, arguments, 1, "")?;
    if separator.size == 0 {
        return Err(vm.value_error("empty separator"));
    }
    let parts = match find(string.bytes(), separator.bytes()) {
        Some(at) => {
            let before = from_part(vm, string, 0, at);
            let middle = exact(vm, separator);
            [before, middle, from_part(vm, string, at + separator.size, string.size)]
        }
        None => {
            let whole = exact(vm, string);
            let empty = vm.new_str("");
            if rest_first { [empty.clone(), empty, whole] } else { [whole, empty.clone(), empty] }
        }
    };
    Ok(vm.new_tuple(parts.into()))
}

pub fn partition(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    partition_with(vm, arguments, byte_search::find, false)
}

pub fn rpartition(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    partition_with(vm, arguments, byte_search::find_last, true)
}

fn strip_ends(vm: &mut Vm, arguments: &[Value], ends: Ends, name: &str) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let (start, end) = match argument(arguments, 1).filter(|value| !value.is_none()) {
        None if string.is_ascii() => byte_search::strip_blanks::<AsciiAlphabet>(string.bytes(), ends),
        None => byte_search::strip_blanks::<TextAlphabet>(string.bytes(), ends),
        Some(value) => match value.get::<Str>() {
            Some(set) => strip_set(string, set, ends),
            None => return Err(vm.type_error(&format!("{name} arg must be None or str"))),
        },
    };
    Ok(piece(vm, string, start, end))
}

/// What remains after characters of `set` are taken off.
fn strip_set(string: &Str, set: &Str, ends: Ends) -> (usize, usize) {
    let text = string.bytes();
    if set.is_ascii() {
        // Bytes of other characters are never in an ASCII set.
        let members = set.bytes().iter().fold(0u128, |members, &byte| members | 1 << byte);
        return byte_search::strip_bytes(text, ends, |byte| byte < 0x80 && members >> byte & 1 != 0);
    }
    let (mut start, mut end) = (0, text.len());
    if ends != Ends::Right {
        while start < end {
            let (code_point, width) = super::decode_at(text, start);
            if !set.code_points().any(|member| member == code_point) {
                break;
            }
            start += width;
        }
    }
    if ends != Ends::Left {
        while end > start {
            let last = super::start_before(text, end);
            let (code_point, _) = super::decode_at(text, last);
            if !set.code_points().any(|member| member == code_point) {
                break;
            }
            end = last;
        }
    }
    (start, end)
}

pub fn strip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Both, "strip")
}

pub fn lstrip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Left, "lstrip")
}

pub fn rstrip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    strip_ends(vm, arguments, Ends::Right, "rstrip")
}

pub fn replace(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let old = text_arguments::text(vm, arguments, 1, "replace() argument 1")?;
    let new = text_arguments::text(vm, arguments, 2, "replace() argument 2")?;
    let most = text_arguments::most(vm, arguments, 3)?;
    replaced(vm, string, old, new, most)
}

/// `string.replace(old, new, most)`
///
/// # Errors
/// MemoryError.
pub fn replaced(vm: &mut Vm, string: &Str, old: &Str, new: &Str, most: usize) -> Res<Value> {
    if most == 0 || string.length < old.length || super::equal(old, new) {
        return Ok(exact(vm, string));
    }
    if old.size == 0 {
        return interleaved(vm, string, new, most);
    }
    let text = string.bytes();
    let Some(first) = byte_search::find(text, old.bytes()) else { return Ok(exact(vm, string)) };
    let count = if old.size == new.size { 0 } else { byte_search::count(text.get(first..).unwrap_or_default(), old.bytes()).min(most) };
    let (Some(size), length) = (
        new.size.checked_mul(count).and_then(|added| added.checked_add(text.len() - old.size * count)),
        if old.size == new.size && old.length == new.length { string.length } else { 0 },
    ) else {
        return Err(vm.memory_error());
    };
    if size > super::UNCHECKED_SIZE {
        vm.check_memory(Some(size))?;
    }
    let ascii = string.is_ascii() && new.is_ascii();
    if size < 2 || (length == 0 && !ascii) || string.has_surrogates() || new.has_surrogates() {
        // The number of characters, or whether surrogates remain, is not known yet.
        let mut out = StrBuilder::with_capacity(size);
        let mut done = 0;
        byte_search::each_match(text, old.bytes(), most, |at| {
            out.push_part(string, done, at);
            out.push(new);
            done = at + old.size;
        });
        out.push_part(string, done, text.len());
        return out.finish(vm);
    }
    let length = if ascii { size } else { length };
    let class = vm.class::<Str>();
    // SAFETY: the parts between the matches and a replacement for each match fill the bytes: `count` matches were found in the same text
    // with the same limit, or the sizes are equal.
    unsafe {
        let (value, start) = super::allocate(vm, &class, size, length, 0, 0);
        let mut target = start;
        let mut done = 0;
        let mut append = |part: &[u8]| {
            core::ptr::copy_nonoverlapping(part.as_ptr(), target, part.len());
            target = target.add(part.len());
        };
        byte_search::each_match(text, old.bytes(), most, |at| {
            append(text.get(done..at).unwrap_or_default());
            append(new.bytes());
            done = at + old.size;
        });
        append(text.get(done..).unwrap_or_default());
        debug_assert_eq!(target, start.add(size));
        Ok(value)
    }
}

/// `new` before every character and at the end.
fn interleaved(vm: &mut Vm, string: &Str, new: &Str, most: usize) -> Res<Value> {
    let places = most.min(string.length + 1);
    let size = new.size.checked_mul(places).and_then(|more| more.checked_add(string.size));
    vm.check_memory(size)?;
    let mut out = StrBuilder::with_capacity(size.unwrap_or(0));
    let mut points = string.code_points();
    for _ in 0..places {
        out.push(new);
        if let Some(code_point) = points.next() {
            out.push_code_point(code_point);
        }
    }
    out.push_part(string, points.position().min(string.size), string.size);
    out.finish(vm)
}

/// `string.__contains__`
pub fn contains(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let given = arguments.get(1).unwrap_or(NONE);
    match given.get::<Str>() {
        Some(wanted) => Ok(Value::bool(super::contains(string, wanted))),
        None => {
            let name = vm.type_name(given);
            Err(vm.raise(Ex::TypeError, &format!("'in <string>' requires string as left operand, not {name}")))
        }
    }
}
