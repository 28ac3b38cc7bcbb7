//! `str_iterator`.

use super::{Str, decode_at, from_code_point};
use crate::object;
use crate::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::iterator_state;
use crate::object::text_arguments::{self, NONE};
use crate::object::value::Value;
use crate::vm::{Name, Native, Res, Step, Vm};
use core::cell::Cell;

/// An iterator over the characters of a str; ASCII ones have a type of their own in Python.
#[repr(C)]
pub struct StrIterator<const ASCII: bool> {
    pub header: Header,
    /// The str; undefined once exhausted.
    string: Mut<Value>,
    /// Byte offset of the next character.
    offset: Cell<usize>,
    /// Code points passed.
    passed: Cell<usize>,
}

object!(StrIterator<false>, Kind::Other, "str_iterator", |this, visit| visit(this.string.get()), |this| this.string.set(Value::UNDEFINED));
object!(StrIterator<true>, Kind::Other, "str_ascii_iterator", |this, visit| visit(this.string.get()), |this| this.string.set(Value::UNDEFINED));

/// An iterator over `string` (a str).
pub fn new(vm: &mut Vm, string: &Value) -> Value {
    let (offset, passed) = (Cell::new(0), Cell::new(0));
    if string.get::<Str>().is_some_and(Str::is_ascii) {
        vm.new_object(|header| StrIterator::<true> { header, string: Mut::new(string.clone()), offset, passed })
    } else {
        vm.new_object(|header| StrIterator::<false> { header, string: Mut::new(string.clone()), offset, passed })
    }
}

fn ascii_step(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    // SAFETY: the VM calls this on iterators of this type.
    let iterator = unsafe { iterator.get_unchecked::<StrIterator<true>>() };
    let offset = iterator.offset.get();
    match iterator.string.get().get::<Str>().and_then(|string| string.bytes().get(offset)) {
        Some(&byte) => {
            iterator.offset.set(offset + 1);
            iterator.passed.set(offset + 1);
            // SAFETY: one ASCII byte.
            Ok(Step::Item(unsafe { vm.new_str_from_parts(&[byte], 1, 0) }))
        }
        None => {
            iterator.string.set(Value::UNDEFINED);
            Ok(Step::Done)
        }
    }
}

fn step(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    // SAFETY: the VM calls this on iterators of this type.
    let iterator = unsafe { iterator.get_unchecked::<StrIterator<false>>() };
    let Some(string) = iterator.string.get().get::<Str>() else { return Ok(Step::Done) };
    let offset = iterator.offset.get();
    let (code_point, width) = decode_at(string.bytes(), offset);
    if width == 0 {
        iterator.string.set(Value::UNDEFINED);
        return Ok(Step::Done);
    }
    iterator.offset.set(offset + width);
    iterator.passed.set(iterator.passed.get() + 1);
    Ok(Step::Item(from_code_point(vm, code_point)))
}

/// What both iterators are made of: the str, the byte offset, the code points passed.
struct State<'a> {
    string: &'a Mut<Value>,
    offset: &'a Cell<usize>,
    passed: &'a Cell<usize>,
}

fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<State<'a>> {
    let value = arguments.first().unwrap_or(NONE);
    if let Some(iterator) = value.get::<StrIterator<true>>() {
        return Ok(State { string: &iterator.string, offset: &iterator.offset, passed: &iterator.passed });
    }
    match value.get::<StrIterator<false>>() {
        Some(iterator) => Ok(State { string: &iterator.string, offset: &iterator.offset, passed: &iterator.passed }),
        None => Err(vm.type_error("a str_iterator is required")),
    }
}

fn next(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver(vm, arguments)?;
    let iterator = arguments.first().unwrap_or(NONE);
    let step = if iterator.get::<StrIterator<true>>().is_some() { ascii_step(vm, iterator)? } else { step(vm, iterator)? };
    match step {
        Step::Item(item) => Ok(item),
        _ => Err(vm.raise_with(Ex::StopIteration, alloc::vec::Vec::new())),
    }
}

fn length_hint(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let iterator = receiver(vm, arguments)?;
    let length = iterator.string.get().get::<Str>().map_or(0, |string| string.length.saturating_sub(iterator.passed.get()));
    Ok(vm.new_size(length))
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let iter = iterator_state::builtin(vm, "iter")?;
    let iterator = receiver(vm, arguments)?;
    let string = Some(iterator.string.get().clone()).filter(|string| !string.is_undefined());
    let empty = vm.name(Name::Empty).clone();
    Ok(iterator_state::at_index(vm, iter, string, iterator.passed.get() as i64, empty))
}

fn set_state(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let iterator = receiver(vm, arguments)?;
    let state = text_arguments::size(vm, arguments, 1, 0)?.max(0) as usize;
    if let Some(string) = iterator.string.get().get::<Str>() {
        let passed = state.min(string.length);
        iterator.passed.set(passed);
        iterator.offset.set(string.byte_offset(passed));
    }
    Ok(Value::NONE)
}

fn iter(_vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().cloned().unwrap_or(Value::NONE))
}

const NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", iter, "Implement iter(self)."),
    Native::simple("__next__($self, /)", next, "Implement next(self)."),
    Native::simple("__length_hint__($self, /)", length_hint, "How many characters remain."),
    Native::simple("__reduce__($self, /)", reduce, "What pickle needs to make the iterator again."),
    Native::simple("__setstate__($self, state, /)", set_state, "Set how many characters have passed."),
];

pub static TYPE: TypeSpec = TypeSpec { natives: NATIVES, next: Some(step), flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("str_iterator", StrIterator::<false>::LAYOUT) };

pub static ASCII_TYPE: TypeSpec =
    TypeSpec { natives: NATIVES, next: Some(ascii_step), flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("str_ascii_iterator", StrIterator::<true>::LAYOUT) };
