//! `bytearray`: bytes that change.

use super::byte_methods::{byte_methods, item_or_slice};
use super::bytes::{self, BYTE_RANGE, required};
use super::class::{CLASS_MATCH_SELF, Class, TypeSpec};
use super::construct::allocation_class;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::text_arguments::{self, NONE, Subscript};
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::{Action, Args, ClassRef, Name, Native, Res, Vm, iterate};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A bytearray. Its buffer is charged to the heap by capacity.
#[repr(C)]
pub struct ByteArray {
    pub header: Header,
    pub data: Mut<Vec<u8>>,
    /// Memoryviews that look at it: while there are any, its length stays.
    pub exports: Cell<usize>,
    /// Bytes charged to the heap.
    charged: Cell<usize>,
}

object!(ByteArray, Kind::ByteArray, "bytearray", |this, visit| {});

impl Drop for ByteArray {
    fn drop(&mut self) {
        heap_of(&self.header).discharge(self.charged.get());
    }
}

impl ByteArray {
    /// Tells the heap of a changed capacity.
    fn recharge(&self) {
        let capacity = self.data.get().capacity();
        let heap = heap_of(&self.header);
        heap.discharge(self.charged.replace(capacity));
        heap.charge(capacity);
    }

    /// The data, to change its length; `more`: bytes to be added at most.
    ///
    /// # Errors
    /// BufferError while memoryviews look at it; MemoryError.
    pub fn resizable(&self, vm: &mut Vm, more: usize) -> Res<&mut Vec<u8>> {
        if self.exports.get() != 0 {
            return Err(vm.raise(Ex::BufferError, "Existing exports of data: object cannot be re-sized"));
        }
        let data = self.data.get_mut();
        if data.capacity() - data.len() < more {
            // Growing takes up to twice the room.
            vm.check_memory(data.len().checked_add(more).and_then(|size| size.checked_mul(2)))?;
            data.reserve(more);
            self.recharge();
        }
        Ok(data)
    }
}

/// A bytearray with these contents.
pub fn new(vm: &mut Vm, data: Vec<u8>) -> Value {
    let class = vm.class::<ByteArray>();
    new_of_class(vm, &class, data)
}

fn new_of_class(vm: &mut Vm, class: &Class, data: Vec<u8>) -> Value {
    let value = vm.heap.new_object(class, |header| ByteArray { header, data: Mut::new(data), exports: Cell::new(0), charged: Cell::new(0) });
    if let Some(array) = value.get::<ByteArray>() {
        array.recharge();
    }
    value
}

fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a ByteArray> {
    match arguments.first().and_then(|value| value.get::<ByteArray>()) {
        Some(array) => Ok(array),
        None => Err(vm.type_error("descriptor requires a 'bytearray' object")),
    }
}

fn second(arguments: &[Value]) -> &Value {
    arguments.get(1).unwrap_or(NONE)
}

fn new_native(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<ByteArray>(vm, arguments, "bytearray")?;
    vm.check_instantiable(&class)?;
    let class: ClassRef = class;
    Ok(new_of_class(vm, &class, Vec::new()))
}

fn init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    let this = arguments.get(0).cloned().unwrap_or(Value::NONE);
    bytes::contents(vm, arguments, "bytearray", move |vm, data| {
        let array = receiver(vm, core::slice::from_ref(&this))?;
        let data = data.into_owned();
        let contents = array.resizable(vm, 0)?;
        *contents = data;
        array.recharge();
        Ok(Value::NONE.into())
    })
}

fn wrong_key(vm: &mut Vm, key: &Value) -> crate::vm::Raised {
    let name = vm.type_name(key);
    vm.type_error(&format!("bytearray indices must be integers or slices, not {name}"))
}

const OUT_OF_RANGE: &str = "bytearray index out of range";

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let length = receiver(vm, arguments)?.data.get().len();
    let wanted = text_arguments::subscript(vm, second(arguments), length, wrong_key)?;
    item_or_slice(vm, arguments, wanted, OUT_OF_RANGE)
}

fn set_item(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let array = receiver(vm, arguments.positional)?;
    let value = arguments.get(2).cloned().unwrap_or(Value::NONE);
    let wanted = text_arguments::subscript(vm, second(arguments.positional), array.data.get().len(), wrong_key)?;
    match wanted {
        Subscript::Item(index) => {
            let byte = bytes::byte(vm, &value, BYTE_RANGE)?;
            match usize::try_from(index).ok().and_then(|index| array.data.get_mut().get_mut(index)) {
                Some(place) => {
                    *place = byte;
                    Ok(Value::NONE.into())
                }
                None => Err(vm.raise(Ex::IndexError, OUT_OF_RANGE)),
            }
        }
        Subscript::Slice { start, step, count } => {
            if let Some(data) = bytes::of(vm, &value)? {
                // Copied: it may be this very array.
                let data = data.into_owned();
                assign_slice(vm, array, start, step, count, &data)?;
                return Ok(Value::NONE.into());
            }
            let refused = value.get::<super::str::Str>().is_some() || vm.lookup_special(&value, Name::Index).is_some() || vm.lookup_special(&value, Name::Iter).is_none();
            if refused {
                return Err(vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
            }
            let (this, key) = (arguments.get(0).cloned().unwrap_or(Value::NONE), second(arguments.positional).clone());
            iterate::collect(vm, &value, move |vm, items| {
                let data = bytes::from_integers(vm, &items, BYTE_RANGE)?;
                let array = receiver(vm, core::slice::from_ref(&this))?;
                // The iterable may have changed the array: its slice is reckoned anew.
                if let Subscript::Slice { start, step, count } = text_arguments::subscript(vm, &key, array.data.get().len(), wrong_key)? {
                    assign_slice(vm, array, start, step, count, &data)?;
                }
                Ok(Value::NONE.into())
            })
        }
    }
}

/// `array[start::step] = data` for `count` items.
fn assign_slice(vm: &mut Vm, array: &ByteArray, start: isize, step: isize, count: usize, data: &[u8]) -> Res<()> {
    if step == 1 {
        let start = (start.max(0) as usize).min(array.data.get().len());
        let end = (start + count).min(array.data.get().len());
        if data.len() == end - start {
            if let Some(place) = array.data.get_mut().get_mut(start..end) {
                place.copy_from_slice(data);
            }
            return Ok(());
        }
        let contents = array.resizable(vm, data.len())?;
        contents.splice(start..end, data.iter().copied());
        return Ok(());
    }
    if data.is_empty() {
        return delete_slice(vm, array, start, step, count);
    }
    if data.len() != count {
        return Err(vm.value_error(&format!("attempt to assign bytes of size {} to extended slice of size {count}", data.len())));
    }
    let mut index = start;
    for &byte in data {
        if let Some(place) = usize::try_from(index).ok().and_then(|index| array.data.get_mut().get_mut(index)) {
            *place = byte;
        }
        index = index.wrapping_add(step);
    }
    Ok(())
}

fn delete_slice(vm: &mut Vm, array: &ByteArray, start: isize, step: isize, count: usize) -> Res<()> {
    if count == 0 {
        return Ok(());
    }
    let contents = array.resizable(vm, 0)?;
    // From the lowest index up, whatever the direction.
    let (first, stride) = if step < 0 { (start + step * (count as isize - 1), step.unsigned_abs()) } else { (start, step as usize) };
    let first = first.max(0) as usize;
    let mut index = 0;
    contents.retain(|_| {
        let offset = index as isize - first as isize;
        index += 1;
        offset < 0 || !(offset as usize).is_multiple_of(stride) || offset as usize / stride >= count
    });
    Ok(())
}

fn delete_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let array = receiver(vm, arguments)?;
    match text_arguments::subscript(vm, second(arguments), array.data.get().len(), wrong_key)? {
        Subscript::Item(index) => match usize::try_from(index) {
            Ok(index) if index < array.data.get().len() => {
                array.resizable(vm, 0)?.remove(index);
            }
            _ => return Err(vm.raise(Ex::IndexError, OUT_OF_RANGE)),
        },
        Subscript::Slice { start, step, count } => delete_slice(vm, array, start, step, count)?,
    }
    Ok(Value::NONE)
}

fn add_in_place(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let array = receiver(vm, arguments)?;
    let Some(more) = bytes::of(vm, second(arguments))? else {
        let name = vm.type_name(second(arguments));
        let own = vm.type_name(&arguments[0]);
        return Err(vm.type_error(&format!("can't concat {name} to {own}")));
    };
    if core::ptr::eq(more.as_ptr(), array.data.get().as_ptr()) {
        // Itself: its bytes move when it grows.
        let copy = more.into_owned();
        array.resizable(vm, copy.len())?.extend_from_slice(&copy);
    } else {
        array.resizable(vm, more.len())?.extend_from_slice(&more);
    }
    Ok(arguments[0].clone())
}

fn multiply_in_place(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(factor) = text_arguments::factor(vm, second(arguments))? else { return Ok(Value::NOT_IMPLEMENTED) };
    let array = receiver(vm, arguments)?;
    let factor = usize::try_from(factor).unwrap_or(0);
    let length = array.data.get().len();
    vm.check_memory(length.checked_mul(factor))?;
    let contents = array.resizable(vm, length.saturating_mul(factor.saturating_sub(1)))?;
    match factor {
        0 => contents.clear(),
        _ => {
            for _ in 1..factor {
                contents.extend_from_within(..length);
            }
        }
    }
    Ok(arguments[0].clone())
}

fn append(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let byte = bytes::byte(vm, second(arguments), BYTE_RANGE)?;
    receiver(vm, arguments)?.resizable(vm, 1)?.push(byte);
    Ok(Value::NONE)
}

fn extend(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    receiver(vm, arguments.positional)?;
    let more = second(arguments.positional);
    if bytes::is_bytes_like(more) {
        add_in_place(vm, arguments.positional)?;
        return Ok(Value::NONE.into());
    }
    if more.get::<super::str::Str>().is_some() {
        return Err(vm.type_error("expected iterable of integers; got: 'str'"));
    }
    if vm.lookup_special(more, Name::Iter).is_none() && vm.lookup_special(more, Name::GetItem).is_none() {
        let name = vm.type_name(more);
        return Err(vm.type_error(&format!("can't extend bytearray with {name}")));
    }
    let this = arguments.get(0).cloned().unwrap_or(Value::NONE);
    iterate::collect(vm, more, move |vm, items| {
        let data = bytes::from_integers(vm, &items, BYTE_RANGE)?;
        let array = receiver(vm, core::slice::from_ref(&this))?;
        array.resizable(vm, data.len())?.extend_from_slice(&data);
        Ok(Value::NONE.into())
    })
}

fn insert(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = text_arguments::size(vm, arguments, 1, 0)?;
    let byte = bytes::byte(vm, arguments.get(2).unwrap_or(NONE), BYTE_RANGE)?;
    let contents = receiver(vm, arguments)?.resizable(vm, 1)?;
    let index = if index < 0 { index + contents.len() as isize } else { index };
    let index = (index.max(0) as usize).min(contents.len());
    contents.insert(index, byte);
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = text_arguments::size(vm, arguments, 1, -1)?;
    let array = receiver(vm, arguments)?;
    let length = array.data.get().len();
    if length == 0 {
        return Err(vm.raise(Ex::IndexError, "pop from empty bytearray"));
    }
    let index = if index < 0 { index + length as isize } else { index };
    match usize::try_from(index) {
        Ok(index) if index < length => Ok(Value::small_int(array.resizable(vm, 0)?.remove(index) as i64)),
        _ => Err(vm.raise(Ex::IndexError, "pop index out of range")),
    }
}

fn remove(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let byte = bytes::byte(vm, second(arguments), BYTE_RANGE)?;
    let array = receiver(vm, arguments)?;
    match memchr::memchr(byte, array.data.get()) {
        Some(index) => {
            array.resizable(vm, 0)?.remove(index);
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("value not found in bytearray")),
    }
}

fn clear(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let array = receiver(vm, arguments)?;
    *array.resizable(vm, 0)? = Vec::new();
    array.recharge();
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?.data.get();
    vm.check_memory(Some(data.len()))?;
    Ok(new(vm, data.clone()))
}

fn reverse(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver(vm, arguments)?.data.get_mut().reverse();
    Ok(Value::NONE)
}

fn allocated(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?.data.get();
    let size = if data.is_empty() { 0 } else { data.capacity().max(data.len() + 1) };
    Ok(vm.new_size(size))
}

fn resize(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = text_arguments::size(vm, arguments, 1, 0)?;
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.value_error(&format!("bytearray.resize(): new size must be >= 0, got {size}")));
    };
    let array = receiver(vm, arguments)?;
    let more = size.saturating_sub(array.data.get().len());
    array.resizable(vm, more)?.resize(size, 0);
    Ok(Value::NONE)
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = required(vm, arguments.first().unwrap_or(NONE))?;
    let copy = vm.new_bytes(&data);
    let parts = vm.new_tuple([copy].into());
    let class = vm.class_of(&arguments[0]).value();
    Ok(vm.new_tuple([class, parts].into()))
}

/// `bytearray`
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_MATCH_SELF,
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy\nbytearray(int) -> so many zero bytes\nbytearray() -> empty bytearray",
    natives: byte_methods![
        Native::simple("__new__($type, *args, **kwargs)", new_native, "Create and return a new object."),
        Native::full("__init__($self, source=b'', encoding='utf-8', errors='strict')", init, "Fill it."),
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::full("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
        super::memoryview::BUFFER,
        Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
        Native::simple("__iadd__($self, value, /)", add_in_place, "Implement self+=value."),
        Native::simple("__imul__($self, value, /)", multiply_in_place, "Implement self*=value."),
        Native::simple("__alloc__($self, /)", allocated, "Bytes allocated."),
        Native::simple("__reduce__($self, /)", reduce, "What pickle needs to make an equal bytearray."),
        Native::simple("append($self, item, /)", append, "Append one byte."),
        Native::simple("clear($self, /)", clear, "Remove all bytes."),
        Native::simple("copy($self, /)", copy, "A copy."),
        Native::full("extend($self, iterable_of_ints, /)", extend, "Append bytes."),
        Native::simple("insert($self, index, item, /)", insert, "Insert one byte before the index."),
        Native::simple("pop($self, index=-1, /)", pop, "Remove and return one byte."),
        Native::simple("remove($self, value, /)", remove, "Remove the first byte of this value."),
        Native::simple("resize($self, size, /)", resize, "Cut or fill up with zeros to a length."),
        Native::simple("reverse($self, /)", reverse, "Reverse the order of the bytes."),
    ],
    ..TypeSpec::new("bytearray", ByteArray::LAYOUT)
};
