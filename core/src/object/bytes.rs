//! `bytes`: immutable bytes, which follow the fixed part; and how other rooms read any bytes-like object.

use super::array::Array;
use super::byte_methods::{self, byte_methods};
use super::bytearray::ByteArray;
use super::class::{CLASS_HEAP, CLASS_MATCH_SELF, CLASS_NOT_CALLABLE, Class, TypeSpec};
use super::construct::allocation_class;
use super::foreign_memory::ForeignMemory;
use super::header::{Header, Kind, Mut, Object};
use super::int::Int;
use super::iterator_state;
use super::memoryview::MemoryView;
use super::str::Str;
use super::text_arguments;
use super::value::Value;
use crate::object;
use crate::object::exception::Ex;
use crate::vm::{Action, Args, ClassRef, Name, Native, Raised, Res, Step, Vm, iterate};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// Bytes; `length` of them follow, and a zero that is not one of them: foreign code takes them for C's strings.
#[repr(C)]
pub struct Bytes {
    pub header: Header,
    /// 0: not computed yet.
    hash: Cell<u64>,
    pub length: usize,
}

object!(Bytes, Kind::Bytes, "bytes", |this, visit| {});

impl Bytes {
    #[inline(always)]
    pub fn data(&self) -> &[u8] {
        // SAFETY: `length` bytes follow the fixed part.
        unsafe { core::slice::from_raw_parts((self as *const Bytes).add(1) as *const u8, self.length) }
    }

    /// The hash, computed once.
    pub fn hash(&self) -> u64 {
        if self.hash.get() == 0 {
            self.hash.set(super::str::hash_bytes(self.data()));
        }
        self.hash.get()
    }

    /// Bytes of the whole object.
    pub(crate) fn extent(&self) -> usize {
        size_of::<Bytes>() + self.length + 1
    }
}

impl Vm {
    /// A `bytes`. Large sizes must have been checked against the heap limit.
    pub fn new_bytes(&mut self, data: &[u8]) -> Value {
        let class = self.class::<Bytes>();
        new_of_class(self, &class, data)
    }
}

/// Bytes of `bytes` or a class derived from it.
fn new_of_class(vm: &mut Vm, class: &Class, data: &[u8]) -> Value {
    // SAFETY: the cell has room for the data, which is written before anything else happens.
    unsafe {
        let (cell, header) = vm.heap.new_cell(class, Bytes::LAYOUT, size_of::<Bytes>() + data.len() + 1);
        let bytes = cell as *mut Bytes;
        bytes.write(Bytes { header, hash: Cell::new(0), length: data.len() });
        let contents = bytes.add(1) as *mut u8;
        core::ptr::copy_nonoverlapping(data.as_ptr(), contents, data.len());
        contents.add(data.len()).write(0);
        Value::from_bits(cell as usize as u64)
    }
}

/// Is it bytes, bytearray, memoryview, array or foreign memory?
pub fn is_bytes_like(value: &Value) -> bool {
    value.get::<Bytes>().is_some()
        || value.get::<ByteArray>().is_some()
        || value.get::<MemoryView>().is_some()
        || value.get::<Array>().is_some()
        || value.get::<ForeignMemory>().is_some()
}

/// The contents of a bytes-like object; None for others. Must not be held while the object may change: across anything
/// that runs Python code or drops values.
///
/// # Errors
/// ValueError for a released memoryview.
#[inline]
pub fn of<'a>(vm: &mut Vm, value: &'a Value) -> Res<Option<Cow<'a, [u8]>>> {
    if let Some(bytes) = value.get::<Bytes>() {
        return Ok(Some(Cow::Borrowed(bytes.data())));
    }
    if let Some(bytes) = value.get::<ByteArray>() {
        return Ok(Some(Cow::Borrowed(bytes.data.get())));
    }
    if let Some(array) = value.get::<Array>() {
        return Ok(Some(Cow::Borrowed(array.data.get().as_slice())));
    }
    if let Some(view) = value.get::<MemoryView>() {
        return view.contents(vm).map(Some);
    }
    if let Some(memory) = value.get::<ForeignMemory>() {
        return Ok(Some(Cow::Borrowed(memory.bytes())));
    }
    let Some(given) = given_buffer(vm, value)? else { return Ok(None) };
    match given.get::<MemoryView>() {
        Some(view) => Ok(Some(Cow::Owned(view.contents(vm)?.into_owned()))),
        None => Ok(None),
    }
}

/// Has the object's class, made by a class statement, a method `__buffer__`?
pub fn gives_buffer(vm: &Vm, value: &Value) -> bool {
    let class = vm.class_of(value);
    class.has(CLASS_HEAP) && class.lookup(vm.name(Name::Buffer)).is_some_and(|method| !method.is_none())
}

/// The memoryview that an object's `__buffer__` gives (PEP 688); None for objects whose class has none.
///
/// # Errors
/// TypeError when it is no memoryview, what `__buffer__` raises.
pub fn given_buffer(vm: &mut Vm, value: &Value) -> Res<Option<Value>> {
    /// `inspect.BufferFlags.FULL_RO`
    const READ: i64 = 0x11c;
    if !gives_buffer(vm, value) {
        return Ok(None);
    }
    let Some(method) = vm.class_of(value).lookup(vm.name(Name::Buffer)) else { return Ok(None) };
    let given = vm.call(&method, &[value.clone(), Value::small_int(READ)])?;
    if given.get::<MemoryView>().is_none() {
        return Err(vm.type_error("__buffer__ returned non-memoryview object"));
    }
    Ok(Some(given))
}

/// The contents of a buffer that can be written to (and lies in one piece); None for others. To be used at once, as with [`of`].
///
/// # Errors
/// ValueError for a released memoryview.
pub fn writable<'a>(vm: &mut Vm, value: &'a Value) -> Res<Option<&'a mut [u8]>> {
    if let Some(bytes) = value.get::<ByteArray>() {
        return Ok(Some(bytes.data.get_mut()));
    }
    if let Some(array) = value.get::<Array>() {
        return Ok(Some(array.data.get_mut()));
    }
    match value.get::<MemoryView>() {
        Some(view) => view.contents_mut(vm),
        None => Ok(value.get::<ForeignMemory>().map(ForeignMemory::bytes_mut)),
    }
}

/// The contents of a bytes-like argument.
///
/// # Errors
/// TypeError `a bytes-like object is required, not 'X'`.
#[inline]
pub fn required<'a>(vm: &mut Vm, value: &'a Value) -> Res<Cow<'a, [u8]>> {
    match of(vm, value)? {
        Some(data) => Ok(data),
        None => Err(not_bytes_like(vm, value)),
    }
}

/// TypeError `a bytes-like object is required, not 'X'`.
#[cold]
pub fn not_bytes_like(vm: &mut Vm, value: &Value) -> Raised {
    let name = vm.type_name(value);
    vm.type_error(&format!("a bytes-like object is required, not '{name}'"))
}

/// One byte from an integer.
///
/// # Errors
/// ValueError with `message` outside of 0 to 255; TypeError if it is no integer.
pub fn byte(vm: &mut Vm, value: &Value, message: &str) -> Res<u8> {
    match u8::try_from(text_arguments::clipped_index(vm, value)?) {
        Ok(byte) => Ok(byte),
        Err(_) => Err(vm.value_error(message)),
    }
}

/// Message of bytearray for integers that are no bytes.
pub const BYTE_RANGE: &str = "byte must be in range(0, 256)";
/// Message of bytes.
pub const BYTES_RANGE: &str = "bytes must be in range(0, 256)";

/// Bytes from integers.
///
/// # Errors
/// ValueError, TypeError.
pub fn from_integers(vm: &mut Vm, items: &[Value], message: &str) -> Res<Vec<u8>> {
    let mut data = Vec::with_capacity(items.len());
    for item in items {
        data.push(byte(vm, item, message)?);
    }
    Ok(data)
}

/// What the first argument of `bytes()` and `bytearray()` may be, for their constructors: calls `then` with the data.
/// `arguments`: class or self, source, encoding, errors.
///
/// # Errors
/// TypeError, ValueError, OverflowError, MemoryError; what Python code raises.
pub fn contents(vm: &mut Vm, arguments: &Args, name: &'static str, then: impl FnOnce(&mut Vm, Cow<[u8]>) -> Res<Action> + 'static) -> Res<Action> {
    let (encoding, errors) = super::str::construct::names(vm, arguments.positional, name)?;
    let Some(source) = arguments.get(1) else {
        if encoding.is_some() || errors.is_some() {
            let which = if encoding.is_some() { "encoding" } else { "errors" };
            return Err(vm.type_error(&format!("{which} without a string argument")));
        }
        return then(vm, Cow::Borrowed(&[]));
    };
    if let Some(text) = source.get::<Str>() {
        if encoding.is_none() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let action = super::codec::encode_action(vm, text, encoding, errors)?;
        return action.and_then(vm, move |vm, encoded| then_with(vm, &encoded, then));
    }
    if encoding.is_some() || errors.is_some() {
        let which = if encoding.is_some() { "encoding" } else { "errors" };
        return Err(vm.type_error(&format!("{which} without a string argument")));
    }
    if is_bytes_like(source) {
        return then_with(vm, source, then);
    }
    if let Some(action) = vm.call_special(source, Name::Bytes, &[]) {
        return action?.and_then(vm, move |vm, result| {
            if result.get::<Bytes>().is_none() {
                let given = vm.type_name(&result);
                return Err(vm.type_error(&format!("__bytes__ returned non-bytes (type {given})")));
            }
            then_with(vm, &result, then)
        });
    }
    let is_integer = source.kind() == Kind::Int || source.as_bool().is_some() || source.get::<Int>().is_some();
    if is_integer || vm.lookup_special(source, Name::Index).is_some() {
        let type_name = vm.type_name(source);
        let count = text_arguments::fitting_index(vm, source, Ex::OverflowError, &format!("cannot fit '{type_name}' into an index-sized integer"))?;
        let Ok(count) = usize::try_from(count) else { return Err(vm.value_error("negative count")) };
        vm.check_memory(count.checked_mul(2))?;
        return then(vm, Cow::Owned(alloc::vec![0; count]));
    }
    if vm.lookup_special(source, Name::Iter).is_none() && vm.lookup_special(source, Name::GetItem).is_none() {
        let type_name = vm.type_name(source);
        return Err(vm.type_error(&format!("cannot convert '{type_name}' object to {name}")));
    }
    iterate::collect(vm, source, move |vm, items| {
        let message = if name == "bytes" { BYTES_RANGE } else { BYTE_RANGE };
        let data = from_integers(vm, &items, message)?;
        then(vm, Cow::Owned(data))
    })
}

fn then_with(vm: &mut Vm, source: &Value, then: impl FnOnce(&mut Vm, Cow<[u8]>) -> Res<Action>) -> Res<Action> {
    let data = required(vm, source)?;
    vm.check_memory(data.len().checked_mul(2))?;
    then(vm, data)
}

fn new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Bytes>(vm, arguments.positional, "bytes")?;
    let exact = core::ptr::eq(&*class, &*vm.class::<Bytes>());
    if exact
        && let [_, source] = arguments.positional
        && source.get_exact::<Bytes>().is_some()
    {
        return Ok(source.clone().into());
    }
    let class = class.value();
    contents(vm, arguments, "bytes", move |vm, data| match class.get::<Class>() {
        Some(class) => {
            vm.check_instantiable(class)?;
            let class = ClassRef::of(class);
            Ok(new_of_class(vm, &class, &data).into())
        }
        None => Ok(Value::NONE.into()),
    })
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().and_then(|value| value.get::<Bytes>()) {
        Some(bytes) => Ok(vm.new_int(bytes.hash() as i64)),
        None => Ok(Value::NONE),
    }
}

fn get_new_arguments(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = byte_methods::receiver(vm, arguments)?;
    let copy = vm.new_bytes(data);
    Ok(vm.new_tuple([copy].into()))
}

fn as_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = byte_methods::receiver(vm, arguments)?;
    match arguments.first() {
        Some(this) if this.get_exact::<Bytes>().is_some() => Ok(this.clone()),
        _ => Ok(vm.new_bytes(data)),
    }
}

/// `bytes`
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_MATCH_SELF,
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy\nbytes(int) -> so many zero bytes\nbytes() -> empty bytes",
    natives: byte_methods![
        Native::full("__new__($type, source=b'', encoding='utf-8', errors='strict')", new, "Create and return a new object."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__bytes__($self, /)", as_bytes, "The bytes themselves."),
        Native::simple("__getitem__($self, key, /)", byte_methods::get_item, "Return self[key]."),
        super::memoryview::BUFFER,
        Native::simple("__getnewargs__($self, /)", get_new_arguments, "What __new__ needs to make equal bytes."),
    ],
    ..TypeSpec::new("bytes", Bytes::LAYOUT)
};

/// `bytes_iterator`, and `bytearray_iterator`.
#[repr(C)]
pub struct BytesIterator<const MUTABLE: bool> {
    pub header: Header,
    /// Undefined once exhausted.
    source: Mut<Value>,
    next: Cell<usize>,
}

object!(BytesIterator<false>, Kind::Other, "bytes_iterator", |this, visit| visit(this.source.get()), |this| this.source.set(Value::UNDEFINED));
object!(BytesIterator<true>, Kind::Other, "bytearray_iterator", |this, visit| visit(this.source.get()), |this| this.source.set(Value::UNDEFINED));

/// An iterator over bytes or a bytearray.
pub fn iterator(vm: &mut Vm, source: &Value) -> Value {
    let next = Cell::new(0);
    if source.kind() == Kind::ByteArray {
        vm.new_object(|header| BytesIterator::<true> { header, source: Mut::new(source.clone()), next })
    } else {
        vm.new_object(|header| BytesIterator::<false> { header, source: Mut::new(source.clone()), next })
    }
}

/// What both iterators are made of.
fn parts(iterator: &Value) -> Option<(&Mut<Value>, &Cell<usize>)> {
    if let Some(iterator) = iterator.get::<BytesIterator<false>>() {
        return Some((&iterator.source, &iterator.next));
    }
    iterator.get::<BytesIterator<true>>().map(|iterator| (&iterator.source, &iterator.next))
}

fn step(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some((source, next)) = parts(iterator) else { return Ok(Step::Done) };
    let index = next.get();
    let byte = if source.get().is_undefined() { None } else { of(vm, source.get())?.and_then(|data| data.get(index).copied()) };
    match byte {
        Some(byte) => {
            next.set(index + 1);
            Ok(Step::Item(Value::small_int(byte as i64)))
        }
        None => {
            source.set(Value::UNDEFINED);
            Ok(Step::Done)
        }
    }
}

fn next(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match step(vm, arguments.first().unwrap_or(text_arguments::NONE))? {
        Step::Item(item) => Ok(item),
        _ => Err(vm.raise_with(Ex::StopIteration, Vec::new())),
    }
}

fn length_hint(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some((source, next)) = arguments.first().and_then(parts) else { return Ok(Value::small_int(0)) };
    let (source, next) = (source.get().clone(), next.get());
    let length = if source.is_undefined() { 0 } else { of(vm, &source)?.map_or(0, |data| data.len()) };
    Ok(vm.new_size(length.saturating_sub(next)))
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let iter = iterator_state::builtin(vm, "iter")?;
    let (source, next) = match arguments.first().and_then(parts) {
        Some((source, next)) if !source.get().is_undefined() => (Some(source.get().clone()), next.get()),
        _ => (None, 0),
    };
    let empty = vm.new_tuple(Vec::new());
    Ok(iterator_state::at_index(vm, iter, source, next as i64, empty))
}

fn set_state(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = text_arguments::size(vm, arguments, 1, 0)?.max(0) as usize;
    if let Some((source, next)) = arguments.first().and_then(parts)
        && !source.get().is_undefined()
    {
        next.set(state);
    }
    Ok(Value::NONE)
}

fn iter(_vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().cloned().unwrap_or(Value::NONE))
}

const ITERATOR_NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", iter, "Implement iter(self)."),
    Native::simple("__next__($self, /)", next, "Implement next(self)."),
    Native::simple("__length_hint__($self, /)", length_hint, "How many bytes remain."),
    Native::simple("__reduce__($self, /)", reduce, "What pickle needs to make the iterator again."),
    Native::simple("__setstate__($self, state, /)", set_state, "Set the index of the next byte."),
];

pub static ITERATOR: TypeSpec =
    TypeSpec { natives: ITERATOR_NATIVES, next: Some(step), flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("bytes_iterator", BytesIterator::<false>::LAYOUT) };

pub static BYTEARRAY_ITERATOR: TypeSpec =
    TypeSpec { natives: ITERATOR_NATIVES, next: Some(step), flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("bytearray_iterator", BytesIterator::<true>::LAYOUT) };
