//! `array`: sequences of numbers or characters that are kept as the machine keeps them.

mod conversions;
mod pickling;

use super::ModuleSpec;
use crate::comparison;
use crate::object;
use crate::object::array::{Array, new_of_class};
use crate::object::bytes::Bytes;
use crate::object::class::{CLASS_SEQUENCE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::{self, receiver, stop_iteration};
use crate::object::exception::Ex;
use crate::object::float;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::iterator_state;
use crate::object::iterators::{REDUCE, REDUCE_DOC, SELF_ITER, SET_STATE, SET_STATE_DOC};
use crate::object::scalar::{self, BIG_ENDIAN, Scalar};
use crate::object::str::Str;
use crate::object::text_arguments::{self, NONE, Subscript, wrong_type};
use crate::object::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::Step;
use crate::vm::reenter::Comparison;
use crate::vm::{Action, Args, Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use conversions::{buffer_info, copy, from_bytes, from_file, from_list, from_unicode, repr, to_bytes, to_file, to_list, to_unicode};
use core::cell::Cell;
use core::cmp::Ordering;
use pickling::{reconstruct, reduce};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::full("_array_reconstructor(arraytype, typecode, mformat_code, items, /)", reconstruct, "Internal. Used for pickling support.")],
    types: &[&ARRAY],
    constants: |vm, module| {
        let class = vm.class_from_spec(&ARRAY);
        module.set(vm, "ArrayType", class);
        module.set_str(vm, "typecodes", TYPE_CODES);
        vm.class_from_spec(&ITERATOR);
    },
    ..ModuleSpec::new(
        "array",
        "This module defines an object type which can efficiently represent an array of basic values: characters, integers, floating-point numbers.",
    )
};

const TYPE_CODES: &str = "bBuwhHiIlLqQfd";

/// What a type code stands for.
fn item_type(code: u32) -> Option<Scalar> {
    match u8::try_from(code).ok()? {
        code @ (b'u' | b'w') => Some(Scalar { code, kind: scalar::Kind::Character, size: 4 }),
        code if TYPE_CODES.as_bytes().contains(&code) => Scalar::native(code),
        _ => None,
    }
}

/// The bytes of one item.
fn item_bytes(vm: &mut Vm, scalar: Scalar, value: &Value) -> Res<[u8; 8]> {
    let mut bytes = [0; 8];
    let place = bytes.get_mut(..scalar.size).unwrap_or_default();
    match scalar.kind {
        scalar::Kind::Character => match value.get::<Str>() {
            Some(text) if text.length == 1 => scalar.write_integer(text.single().unwrap_or(0).into(), place, BIG_ENDIAN),
            Some(text) => {
                let message = format!("array item must be a unicode character, not a string of length {}", text.length);
                return Err(vm.type_error(&message));
            }
            None => return Err(wrong_type(vm, "array item", "a unicode character", value)),
        },
        scalar::Kind::Float => {
            let number = match float::from_argument(vm, value) {
                Err(raised) if vm.pending_is(Ex::TypeError) => {
                    drop(vm.take_exception(raised));
                    let name = vm.type_name(value);
                    return Err(vm.type_error(&format!("must be real number, not {name}")));
                }
                number => number?,
            };
            if !scalar.write_float(number, place, BIG_ENDIAN) {
                let infinite = f64::INFINITY.copysign(number);
                let _ = scalar.write_float(infinite, place, BIG_ENDIAN);
            }
        }
        _ => {
            let number = scalar::integer(vm, value)?;
            let (least, most) = scalar.limits();
            if !(least..=most).contains(&number) {
                return Err(out_of_range(vm, scalar, number < least));
            }
            scalar.write_integer(number, place, BIG_ENDIAN);
        }
    }
    Ok(bytes)
}

/// OverflowError, as the C conversions behind CPython's arrays word it.
#[cold]
fn out_of_range(vm: &mut Vm, scalar: Scalar, below: bool) -> Raised {
    let message = match (scalar.code, below) {
        (b'b', true) => "signed char is less than minimum",
        (b'b', false) => "signed char is greater than maximum",
        (b'B', true) => "unsigned byte integer is less than minimum",
        (b'B', false) => "unsigned byte integer is greater than maximum",
        (b'h', true) => "signed short integer is less than minimum",
        (b'h', false) => "signed short integer is greater than maximum",
        (b'H', true) => "unsigned short is less than minimum",
        (b'H', false) => "unsigned short is greater than maximum",
        (b'i', true) => "signed integer is less than minimum",
        (b'i', false) => "signed integer is greater than maximum",
        (b'I', false) => "unsigned int is greater than maximum",
        (b'l', _) => "Python int too large to convert to C long",
        (b'q', _) => "int too big to convert",
        (b'Q', true) => "can't convert negative int to unsigned",
        (b'L', false) => "Python int too large to convert to C unsigned long",
        (b'Q', false) => "int too big to convert",
        _ => "can't convert negative value to unsigned int",
    };
    vm.raise(Ex::OverflowError, message)
}

fn array<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Array> {
    receiver::<Array>(vm, arguments)
}

fn second(arguments: &[Value]) -> &Value {
    arguments.get(1).unwrap_or(NONE)
}

fn class_of_arrays(vm: &mut Vm) -> crate::vm::ClassRef {
    vm.class_from_spec(&ARRAY);
    vm.class::<Array>()
}

/// A plain array with these bytes.
fn plain(vm: &mut Vm, scalar: Scalar, data: Vec<u8>) -> Value {
    let class = class_of_arrays(vm);
    new_of_class(vm, &class, scalar, data)
}

/// The item at a place.
fn at(vm: &mut Vm, array: &Array, index: usize) -> Option<Value> {
    let start = index.checked_mul(array.scalar.size)?;
    let bytes = array.data.get().get(start..start + array.scalar.size)?;
    Some(array.scalar.read(vm, bytes, BIG_ENDIAN))
}

/// Puts the bytes of an item in before a place.
fn insert_at(vm: &mut Vm, array: &Array, index: usize, value: &Value) -> Res<()> {
    let bytes = item_bytes(vm, array.scalar, value)?;
    let size = array.scalar.size;
    let data = array.resizable(vm, size)?;
    let start = (index.saturating_mul(size)).min(data.len());
    data.splice(start..start, bytes.into_iter().take(size));
    Ok(())
}

/// Appends items one by one.
struct Extend {
    array: Value,
}

impl Each for Extend {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        let array = array(vm, core::slice::from_ref(&self.array))?;
        insert_at(vm, array, usize::MAX, &item)?;
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::NONE))
    }
}

fn extend_from(vm: &mut Vm, this: &Value, items: &Value) -> Res<Action> {
    let target = array(vm, core::slice::from_ref(this))?;
    if let Some(other) = items.get::<Array>() {
        if other.scalar.code != target.scalar.code {
            return Err(vm.type_error("can only extend with array of same kind"));
        }
        let data = other.data.get().clone();
        target.resizable(vm, data.len())?.extend_from_slice(&data);
        return Ok(Action::Return(Value::NONE));
    }
    for_each(vm, items, Extend { array: this.clone() })
}

// ---- making arrays

fn new_array(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = allocation_class::<Array>(vm, args.positional, "array")?;
    if containers::is_builtin::<Array>(vm, class) {
        containers::no_keywords(vm, "array.array", args)?;
    }
    let given = args.positional.get(1..).unwrap_or_default();
    if given.is_empty() || given.len() > 2 {
        let bound = if given.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
        return Err(vm.type_error(&format!("array() takes {bound} ({} given)", given.len())));
    }
    let (code, initial) = (&given[0], given.get(1));
    let Some(code) = code.get::<Str>().and_then(Str::single) else {
        return Err(wrong_type(vm, "array() argument 1", "a unicode character", code));
    };
    let Some(scalar) = item_type(code) else {
        return Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"));
    };
    let text_code = scalar.kind == scalar::Kind::Character;
    if let Some(initial) = initial {
        if initial.get::<Str>().is_some() && !text_code {
            return Err(vm.type_error(&format!("cannot use a str to initialize an array with typecode '{}'", scalar.code as char)));
        }
        if !text_code && initial.get::<Array>().is_some_and(|other| other.scalar.kind == scalar::Kind::Character) {
            return Err(vm.type_error(&format!("cannot use a unicode array to initialize an array with typecode '{}'", scalar.code as char)));
        }
    }
    let value = new_of_class(vm, &class, scalar, Vec::new());
    let initial = initial.cloned();
    if scalar.code == b'u' {
        const OLD: &str = "The 'u' type code is deprecated and will be removed in Python 3.16";
        return crate::vm::prelude::warn_then(vm, Ex::DeprecationWarning, OLD, move |vm| filled(vm, value, initial.as_ref()));
    }
    filled(vm, value, initial.as_ref())
}

/// A new array, with what it is to begin with.
fn filled(vm: &mut Vm, value: Value, initial: Option<&Value>) -> Res<Action> {
    let Some(scalar) = value.get::<Array>().map(|array| array.scalar) else { return Ok(Action::Return(value)) };
    match initial {
        None => Ok(Action::Return(value)),
        Some(initial) if initial.get::<Bytes>().is_some() || initial.get::<crate::object::bytearray::ByteArray>().is_some() => {
            from_bytes(vm, &[value.clone(), initial.clone()])?;
            Ok(Action::Return(value))
        }
        Some(initial) if initial.get::<Str>().is_some() => {
            push_text(vm, &value, initial)?;
            Ok(Action::Return(value))
        }
        Some(initial) if initial.get::<Array>().is_some_and(|other| other.scalar.code == scalar.code) => {
            extend_from(vm, &value, initial)?;
            Ok(Action::Return(value))
        }
        Some(initial) => for_each(vm, initial, Extend { array: value.clone() })?.and_then(vm, move |_, _| Ok(Action::Return(value))),
    }
}

fn push_text(vm: &mut Vm, this: &Value, text: &Value) -> Res<()> {
    let array = array(vm, core::slice::from_ref(this))?;
    let Some(text) = text.get::<Str>() else { return Ok(()) };
    let data = array.resizable(vm, text.length.saturating_mul(4))?;
    for code_point in text.code_points() {
        data.extend_from_slice(&code_point.to_ne_bytes());
    }
    Ok(())
}

// ---- items

fn wrong_key(vm: &mut Vm, _: &Value) -> Raised {
    vm.type_error("array indices must be integers")
}

fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let length = array(vm, arguments)?.length();
    Ok(vm.new_size(length))
}

/// The items of a slice, as bytes.
fn picked(array: &Array, start: isize, step: isize, count: usize) -> Vec<u8> {
    let (size, data) = (array.scalar.size, array.data.get());
    if step == 1 {
        let start = start.max(0) as usize * size;
        return data.get(start..start + count * size).unwrap_or_default().to_vec();
    }
    let mut out = Vec::with_capacity(count * size);
    for index in 0..count {
        let start = usize::try_from(start + index as isize * step).unwrap_or(usize::MAX).saturating_mul(size);
        out.extend_from_slice(data.get(start..start.saturating_add(size)).unwrap_or_default());
    }
    out
}

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    match text_arguments::subscript(vm, second(arguments), this.length(), wrong_key)? {
        Subscript::Item(index) => match usize::try_from(index).ok().and_then(|index| at(vm, this, index)) {
            Some(item) => Ok(item),
            None => Err(vm.raise(Ex::IndexError, "array index out of range")),
        },
        Subscript::Slice { start, step, count } => {
            let data = picked(this, start, step, count);
            Ok(plain(vm, this.scalar, data))
        }
    }
}

fn set_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let value = arguments.get(2).unwrap_or(NONE);
    let size = this.scalar.size;
    match text_arguments::subscript(vm, second(arguments), this.length(), wrong_key)? {
        Subscript::Item(index) => {
            let Some(index) = usize::try_from(index).ok().filter(|&index| index < this.length()) else {
                return Err(vm.raise(Ex::IndexError, "array assignment index out of range"));
            };
            let bytes = item_bytes(vm, this.scalar, value)?;
            if let (Some(place), Some(bytes)) = (this.data.get_mut().get_mut(index * size..index * size + size), bytes.get(..size)) {
                place.copy_from_slice(bytes);
            }
        }
        Subscript::Slice { start, step, count } => {
            let Some(other) = value.get::<Array>() else {
                let name = vm.type_name(value);
                return Err(vm.type_error(&format!("can only assign array (not \"{name}\") to array slice")));
            };
            if other.scalar.code != this.scalar.code {
                return Err(vm.type_error(OTHER_KIND));
            }
            let data = other.data.get().clone();
            if step == 1 {
                let start = start.max(0) as usize * size;
                if data.len() == count * size {
                    if let Some(place) = this.data.get_mut().get_mut(start..start + data.len()) {
                        place.copy_from_slice(&data);
                    }
                } else {
                    let contents = this.resizable(vm, data.len())?;
                    let start = start.min(contents.len());
                    contents.splice(start..(start + count * size).min(contents.len()), data);
                }
            } else if data.len() != count * size {
                let message = format!("attempt to assign array of size {} to extended slice of size {count}", data.len() / size);
                return Err(vm.value_error(&message));
            } else {
                for (index, item) in data.chunks(size).enumerate() {
                    let start = usize::try_from(start + index as isize * step).unwrap_or(usize::MAX).saturating_mul(size);
                    if let Some(place) = this.data.get_mut().get_mut(start..start.saturating_add(size)) {
                        place.copy_from_slice(item);
                    }
                }
            }
        }
    }
    Ok(Value::NONE)
}

fn delete_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let (size, length) = (this.scalar.size, this.length());
    let (start, step, count) = match text_arguments::subscript(vm, second(arguments), length, wrong_key)? {
        Subscript::Item(index) if index < 0 || index as usize >= length => return Err(vm.raise(Ex::IndexError, "array assignment index out of range")),
        Subscript::Item(index) => (index as isize, 1, 1),
        Subscript::Slice { start, step, count } => (start, step, count),
    };
    if count == 0 {
        return Ok(Value::NONE);
    }
    let data = this.resizable(vm, 0)?;
    // From the lowest place up, whatever the direction.
    let (first, stride) = if step < 0 { (start + step * (count as isize - 1), step.unsigned_abs()) } else { (start, step as usize) };
    let first = first.max(0) as usize;
    let mut place = 0;
    data.retain(|_| {
        let index = place / size;
        place += 1;
        index < first || !(index - first).is_multiple_of(stride) || (index - first) / stride >= count
    });
    Ok(Value::NONE)
}

// ---- sequences

fn same_kind<'a>(vm: &mut Vm, this: &Array, other: &'a Value) -> Res<&'a Array> {
    match other.get::<Array>() {
        Some(array) if array.scalar.code == this.scalar.code => Ok(array),
        Some(_) => Err(vm.type_error(OTHER_KIND)),
        None => {
            let name = vm.type_name(other);
            Err(vm.type_error(&format!("can only append array (not \"{name}\") to array")))
        }
    }
}

/// What CPython says of arrays of another kind.
const OTHER_KIND: &str = "bad argument type for built-in operation";

fn add(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let other = same_kind(vm, this, second(arguments))?;
    let size = this.data.get().len().checked_add(other.data.get().len());
    vm.check_memory(size)?;
    let data = [this.data.get().as_slice(), other.data.get()].concat();
    Ok(plain(vm, this.scalar, data))
}

fn add_in_place(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let Some(other) = second(arguments).get::<Array>() else {
        let name = vm.type_name(second(arguments));
        return Err(vm.type_error(&format!("can only extend array with array (not \"{name}\")")));
    };
    if other.scalar.code != this.scalar.code {
        return Err(vm.type_error("can only extend with array of same kind"));
    }
    let data = other.data.get().clone();
    this.resizable(vm, data.len())?.extend_from_slice(&data);
    Ok(arguments[0].clone())
}

/// The count of `array * count`; None: another type may know how to do it.
///
/// # Errors
/// TypeError for other sequences; OverflowError.
fn repeat_count(vm: &mut Vm, count: &Value) -> Res<Option<usize>> {
    if matches!(count.kind(), Kind::Str | Kind::Bytes | Kind::ByteArray | Kind::List | Kind::Tuple) || count.get::<Array>().is_some() {
        let name = vm.type_name(count);
        return Err(vm.type_error(&format!("can't multiply sequence by non-int of type '{name}'")));
    }
    containers::repeat_count(vm, count)
}

fn multiply(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let Some(count) = repeat_count(vm, second(arguments))? else { return Ok(Value::NOT_IMPLEMENTED) };
    let size = this.data.get().len().checked_mul(count);
    vm.check_memory(size)?;
    let data = this.data.get().repeat(count);
    Ok(plain(vm, this.scalar, data))
}

fn multiply_in_place(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(count) = repeat_count(vm, second(arguments))? else { return Ok(Value::NOT_IMPLEMENTED) };
    let this = array(vm, arguments)?;
    let size = this.data.get().len();
    vm.check_memory(size.checked_mul(count))?;
    let data = this.resizable(vm, size.saturating_mul(count.saturating_sub(1)))?;
    match count {
        0 => data.clear(),
        _ => (1..count).for_each(|_| data.extend_from_within(..size)),
    }
    Ok(arguments[0].clone())
}

/// Equal, and not merely the same: NaN is not equal to itself.
fn equal(vm: &mut Vm, left: &Value, right: &Value) -> Res<bool> {
    let result = vm.compare(Comparison::Eq, left, right)?;
    vm.truth(&result)
}

fn compare(vm: &mut Vm, arguments: &[Value], comparison: Comparison) -> Res<Value> {
    let this = array(vm, arguments)?;
    let Some(other) = second(arguments).get::<Array>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let (left, right) = (this.length(), other.length());
    let equality = matches!(comparison, Comparison::Eq | Comparison::Ne);
    if equality && left != right {
        return Ok(Value::bool(comparison == Comparison::Ne));
    }
    let mut order = left.cmp(&right);
    for index in 0..left.min(right) {
        let (Some(mine), Some(theirs)) = (at(vm, this, index), at(vm, other, index)) else { break };
        if !equal(vm, &mine, &theirs)? {
            if !equality {
                return vm.compare(comparison, &mine, &theirs);
            }
            order = Ordering::Less;
            break;
        }
    }
    Ok(Value::bool(comparison.holds(order)))
}

/// The first place between two whose item equals a value.
fn find(vm: &mut Vm, this: &Array, value: &Value, start: usize, stop: usize) -> Res<Option<usize>> {
    let mut index = start;
    while index < stop
        && let Some(item) = at(vm, this, index)
    {
        if equal(vm, &item, value)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

fn contains(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    Ok(Value::bool(find(vm, this, second(arguments), 0, usize::MAX)?.is_some()))
}

fn index(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let (start, stop) = containers::search_bounds(vm, argument(arguments, 2), argument(arguments, 3), this.length())?;
    match find(vm, this, second(arguments), start, stop)? {
        Some(index) => Ok(vm.new_size(index)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn count(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let (mut count, mut start) = (0, 0);
    while let Some(index) = find(vm, this, second(arguments), start, usize::MAX)? {
        count += 1;
        start = index + 1;
    }
    Ok(vm.new_size(count))
}

fn remove(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let Some(index) = find(vm, this, second(arguments), 0, usize::MAX)? else {
        return Err(vm.value_error("array.remove(x): x not in array"));
    };
    let size = this.scalar.size;
    this.resizable(vm, 0)?.drain(index * size..index * size + size);
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = text_arguments::size(vm, arguments, 1, -1)?;
    let this = array(vm, arguments)?;
    let length = this.length();
    if length == 0 {
        return Err(vm.raise(Ex::IndexError, "pop from empty array"));
    }
    let Some(index) = containers::place(place as i64, length) else { return Err(vm.raise(Ex::IndexError, "pop index out of range")) };
    let item = at(vm, this, index).unwrap_or(Value::NONE);
    let size = this.scalar.size;
    this.resizable(vm, 0)?.drain(index * size..index * size + size);
    Ok(item)
}

fn insert(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = text_arguments::fitting_index(vm, second(arguments), Ex::OverflowError, "Python int too large to convert to C ssize_t")?;
    let this = array(vm, arguments)?;
    let place = if place < 0 { (place + this.length() as isize).max(0) } else { place };
    insert_at(vm, this, place as usize, arguments.get(2).unwrap_or(NONE))?;
    Ok(Value::NONE)
}

fn append(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    insert_at(vm, this, usize::MAX, second(arguments))?;
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    array(vm, arguments)?.resizable(vm, 0)?.clear();
    Ok(Value::NONE)
}

/// Turns the order of pieces of so many bytes round.
fn turn_round(data: &mut [u8], piece: usize) {
    let (mut low, mut high) = (0, data.len());
    while low + 2 * piece <= high {
        high -= piece;
        for offset in 0..piece {
            data.swap(low + offset, high + offset);
        }
        low += piece;
    }
}

fn reverse(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    turn_round(this.data.get_mut(), this.scalar.size);
    Ok(Value::NONE)
}

fn byte_swap(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    this.data.get_mut().chunks_mut(this.scalar.size).for_each(<[u8]>::reverse);
    Ok(Value::NONE)
}

// ---- iteration

/// Iterates an array.
#[repr(C)]
struct ArrayIterator {
    header: Header,
    /// None: exhausted.
    array: Mut<Option<Value>>,
    index: Cell<usize>,
}

object!(
    ArrayIterator,
    Kind::Other,
    "array.arrayiterator",
    |this, visit| if let Some(array) = this.array.get() {
        visit(array)
    },
    |this| drop(this.array.take())
);

fn iter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    array(vm, arguments)?;
    let array = arguments[0].clone();
    Ok(vm.new_object(|header| ArrayIterator { header, array: Mut::new(Some(array)), index: Cell::new(0) }))
}

fn step(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<ArrayIterator>() else { return Ok(Step::Done) };
    let Some(array) = this.array.get().as_ref().and_then(|array| array.get::<Array>()) else { return Ok(Step::Done) };
    match at(vm, array, this.index.get()) {
        Some(item) => {
            this.index.set(this.index.get() + 1);
            Ok(Step::Item(item))
        }
        None => {
            drop(this.array.take());
            Ok(Step::Done)
        }
    }
}

fn next(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match step(vm, arguments.first().unwrap_or(NONE))? {
        Step::Item(item) => Ok(item),
        _ => Err(stop_iteration(vm)),
    }
}

fn reduce_iterator(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let maker = iterator_state::builtin(vm, "iter")?;
    let this = containers::receiver::<ArrayIterator>(vm, arguments)?;
    let empty = vm.new_tuple(Vec::new());
    Ok(iterator_state::at_index(vm, maker, this.array.get().clone(), this.index.get() as i64, empty))
}

fn set_iterator_state(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = iterator_state::index_argument(vm, arguments)?;
    let this = containers::receiver::<ArrayIterator>(vm, arguments)?;
    if let Some(array) = this.array.get().as_ref().and_then(|array| array.get::<Array>()) {
        let length = array.data.get().len() / array.scalar.size;
        this.index.set(index.clamp(0, length as i64) as usize);
    }
    Ok(Value::NONE)
}

static ITERATOR: TypeSpec = TypeSpec {
    module: "array",
    flags: crate::object::class::CLASS_NOT_CALLABLE,
    natives: &[
        SELF_ITER,
        Native::simple("__next__($self, /)", next, "Implement next(self)."),
        Native::simple(REDUCE, reduce_iterator, REDUCE_DOC),
        Native::simple(SET_STATE, set_iterator_state, SET_STATE_DOC),
    ],
    next: Some(step),
    ..TypeSpec::new("arrayiterator", ArrayIterator::LAYOUT)
};

/// `array.array`
pub static ARRAY: TypeSpec = TypeSpec {
    module: "array",
    flags: CLASS_SEQUENCE | CLASS_WEAKREFERABLE,
    doc: "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and initialized from the optional initializer value, which must be a list, string or iterable over elements of the appropriate type.",
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", new_array, "Create and return a new object."),
        crate::object::memoryview::BUFFER,
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__len__($self, /)", length, "Return len(self)."),
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::simple("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
        Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
        Native::simple("__iter__($self, /)", iter, "Implement iter(self)."),
        Native::simple("__contains__($self, key, /)", contains, "Return bool(key in self)."),
        Native::simple("__add__($self, value, /)", add, "Return self+value."),
        Native::simple("__iadd__($self, value, /)", add_in_place, "Implement self+=value."),
        Native::simple("__mul__($self, value, /)", multiply, "Return self*value."),
        Native::simple("__rmul__($self, value, /)", multiply, "Return value*self."),
        Native::simple("__imul__($self, value, /)", multiply_in_place, "Implement self*=value."),
        comparison!(compare, Lt),
        comparison!(compare, Le),
        comparison!(compare, Eq),
        comparison!(compare, Ne),
        comparison!(compare, Gt),
        comparison!(compare, Ge),
        Native::simple("__copy__($self, /)", copy, "Return a copy of the array."),
        Native::simple("__deepcopy__($self, memo, /)", copy, "Return a copy of the array."),
        Native::full("__reduce_ex__($self, protocol, /)", reduce, "Return state information for pickling."),
        containers::CLASS_GET_ITEM,
        Native::simple("append($self, v, /)", append, "Append new value v to the end of the array."),
        Native::simple("buffer_info($self, /)", buffer_info, "Return a tuple (address, length) giving the current memory address and the length in items of the buffer."),
        Native::simple("byteswap($self, /)", byte_swap, "Byteswap all items of the array."),
        Native::simple("clear($self, /)", clear, "Remove all items from the array."),
        Native::simple("count($self, v, /)", count, "Return number of occurrences of v in the array."),
        Native::full("extend($self, bb, /)", |vm, args| extend_from(vm, &args.positional[0], second(args.positional)), "Append items to the end of the array."),
        Native::simple("frombytes($self, buffer, /)", from_bytes, "Appends items from the string, interpreting it as an array of machine values."),
        Native::full("fromfile($self, f, n, /)", from_file, "Read n objects from the file object f and append them to the end of the array."),
        Native::simple("fromlist($self, list, /)", from_list, "Append items to array from list."),
        Native::simple("fromunicode($self, ustr, /)", from_unicode, "Extends this array with data from the unicode string ustr."),
        Native::simple("index($self, v, start=0, stop=sys.maxsize, /)", index, "Return index of first occurrence of v in the array."),
        Native::simple("insert($self, i, v, /)", insert, "Insert a new item v into the array before position i."),
        Native::simple("pop($self, i=-1, /)", pop, "Return the i-th element and delete it from the array."),
        Native::simple("remove($self, v, /)", remove, "Remove the first occurrence of v in the array."),
        Native::simple("reverse($self, /)", reverse, "Reverse the order of the items in the array."),
        Native::simple("tobytes($self, /)", to_bytes, "Convert the array to an array of machine values and return the bytes representation."),
        Native::full("tofile($self, f, /)", to_file, "Write all items (as machine values) to the file object f."),
        Native::simple("tolist($self, /)", to_list, "Convert array to an ordinary list with the same items."),
        Native::simple("tounicode($self, /)", to_unicode, "Extends this array with data from the unicode string ustr."),
    ],
    getters: &[
        Getter::read_only(
            "typecode",
            |vm, this| {
                let code = this.get::<Array>().map_or(b'B', |array| array.scalar.code);
                Ok(vm.format(format_args!("{}", code as char)))
            },
            "the typecode character used to create the array",
        ),
        Getter::read_only("itemsize", |vm, this| Ok(vm.new_size(this.get::<Array>().map_or(1, |array| array.scalar.size))), "the size, in bytes, of one array item"),
    ],
    ..TypeSpec::new("array", Array::LAYOUT)
};
