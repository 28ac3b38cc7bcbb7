//! `memoryview`: views of the bytes of bytes, bytearray and array, whose items are of any of the machine's types. A row of items may have any step; items of
//! other dimensions lie one after the other, the last index counting fastest. Views of foreign memory may have other items; of those only the whole can be read.

use super::array::Array;
use super::byte_methods;
use super::bytearray::ByteArray;
use super::bytes::{self, Bytes};
use super::class::TypeSpec;
use super::construct::allocation_class;
use super::exception::Ex;
use super::float;
use super::foreign_memory::ForeignMemory;
use super::header::{Header, Kind, Mut, Object};
use super::list::List;
use super::scalar::{self, BIG_ENDIAN, Scalar};
use super::slice::Slice;
use super::str::Str;
use super::text_arguments::{self, NONE, Subscript, wrong_type};
use super::tuple::Tuple;
use super::value::Value;
use crate::object;
use crate::vm::reenter::Comparison;
use crate::vm::{Getter, Native, Res, Vm, argument};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A view.
#[repr(C)]
pub struct MemoryView {
    pub header: Header,
    /// What is viewed: bytes, bytearray, array or foreign memory; undefined once released.
    source: Mut<Value>,
    /// Byte offset of the first item.
    start: isize,
    /// Bytes from one item to the next.
    step: isize,
    /// Number of items, in all dimensions.
    length: usize,
    format: Scalar,
    /// `(format, itemsize, shape)` of a view that has other dimensions than one, or of foreign memory; if its items are none of the machine's types, `format`
    /// is bytes. Else None.
    description: Value,
    read_only: bool,
    /// 0: not computed.
    hash: Cell<u64>,
}

object!(
    MemoryView,
    Kind::Other,
    "memoryview",
    |this, visit| {
        visit(this.source.get());
        visit(&this.description);
    },
    |this| drop(this.release())
);

impl Drop for MemoryView {
    fn drop(&mut self) {
        drop(self.release());
    }
}

/// The buffer of what a view looks at.
fn buffer(source: &Value) -> Option<&[u8]> {
    match (source.get::<Bytes>(), source.get::<ByteArray>()) {
        (Some(bytes), _) => Some(bytes.data()),
        (_, Some(array)) => Some(array.data.get()),
        _ => match source.get::<Array>() {
            Some(array) => Some(array.data.get().as_slice()),
            None => source.get::<ForeignMemory>().map(ForeignMemory::bytes),
        },
    }
}

/// The buffer, if it can be written to.
#[allow(clippy::mut_from_ref)] // as `Mut::get_mut`
fn buffer_mut(source: &Value) -> Option<&mut [u8]> {
    match (source.get::<ByteArray>(), source.get::<Array>()) {
        (Some(array), _) => Some(array.data.get_mut()),
        (_, Some(array)) => Some(array.data.get_mut().as_mut_slice()),
        _ => source.get::<ForeignMemory>().map(ForeignMemory::bytes_mut),
    }
}

/// The count of views that a source keeps.
fn exports(source: &Value) -> Option<&Cell<usize>> {
    match (source.get::<ByteArray>(), source.get::<Array>()) {
        (Some(array), _) => Some(&array.exports),
        (_, Some(array)) => Some(&array.exports),
        _ => source.get::<ForeignMemory>().map(|memory| &memory.exports),
    }
}

impl MemoryView {
    /// Lets the source go.
    fn release(&self) -> Value {
        if let Some(exports) = exports(self.source.get()) {
            exports.set(exports.get().saturating_sub(1));
        }
        self.source.replace(Value::UNDEFINED)
    }

    /// Do the items lie one after the other?
    fn is_contiguous(&self) -> bool {
        self.step == self.format.size as isize || self.length <= 1
    }

    /// The bytes viewed.
    ///
    /// # Errors
    /// ValueError if the view is released.
    pub fn contents(&self, vm: &mut Vm) -> Res<Cow<'_, [u8]>> {
        let Some(data) = buffer(self.source.get()) else { return Err(vm.value_error(RELEASED)) };
        if self.is_contiguous() {
            return Ok(Cow::Borrowed(data.get(self.range(0, self.length)).unwrap_or_default()));
        }
        if self.format.size == 1 {
            return Ok(Cow::Owned(byte_methods::stepped(data, self.start, self.step, self.length)));
        }
        Ok(Cow::Owned((0..self.length).flat_map(|index| data.get(self.range(index, 1)).unwrap_or_default()).copied().collect()))
    }

    /// The bytes viewed, to be written to; None if they are read-only or not in one piece.
    ///
    /// # Errors
    /// ValueError if the view is released.
    #[allow(clippy::mut_from_ref)] // as `Mut::get_mut`
    pub fn contents_mut(&self, vm: &mut Vm) -> Res<Option<&mut [u8]>> {
        if buffer(self.source.get()).is_none() {
            return Err(vm.value_error(RELEASED));
        }
        if !self.is_contiguous() || self.is_read_only() {
            return Ok(None);
        }
        Ok(buffer_mut(self.source.get()).and_then(|data| data.get_mut(self.range(0, self.length))))
    }

    /// Where `count` items lie in the buffer, beginning with the one at `index`.
    fn range(&self, index: usize, count: usize) -> core::ops::Range<usize> {
        let start = usize::try_from(self.start + index as isize * self.step).unwrap_or(usize::MAX);
        start..start.saturating_add(count * self.format.size)
    }

    /// The item at `index`.
    fn item(&self, vm: &mut Vm, index: usize) -> Option<Value> {
        let bytes = buffer(self.source.get())?.get(self.range(index, 1))?;
        Some(self.format.read(vm, bytes, BIG_ENDIAN))
    }

    fn is_read_only(&self) -> bool {
        self.read_only || self.source.get().get::<Bytes>().is_some()
    }

    /// Format, size of an item, and lengths, where they are not those of a row of scalars.
    fn described(&self) -> Option<(&Value, i64, &[Value])> {
        match self.description.get::<Tuple>()?.items() {
            [format, size, shape] => Some((format, size.as_small_int()?, shape.get::<Tuple>()?.items())),
            _ => None,
        }
    }

    /// Lengths of the dimensions.
    fn shape(&self) -> Vec<usize> {
        match self.described() {
            Some((_, _, shape)) => shape.iter().map(|length| length.as_small_int().and_then(|length| usize::try_from(length).ok()).unwrap_or(0)).collect(),
            None => Vec::from([self.length]),
        }
    }

    fn dimensions(&self) -> usize {
        self.described().map_or(1, |(_, _, shape)| shape.len())
    }

    /// Do the items lie one after the other, if the first index counts fastest?
    fn is_fortran_contiguous(&self) -> bool {
        self.is_contiguous() && (self.length == 0 || self.shape().iter().filter(|&&length| length > 1).count() <= 1)
    }

    /// Can the items be told apart?
    fn is_readable(&self) -> bool {
        let Some((format, size, _)) = self.described() else { return true };
        let code = format.get::<Str>().map(|format| match format.bytes() {
            [b'<' | b'>' | b'@', code] | [code] => *code,
            _ => 0,
        });
        size == self.format.size as i64 && code == Some(self.format.code)
    }
}

const RELEASED: &str = "operation forbidden on released memoryview object";

fn view(vm: &mut Vm, source: &Value, start: isize, step: isize, length: usize, format: Scalar) -> Value {
    describe(vm, source, start, step, length, format, Value::NONE, false)
}

#[allow(clippy::too_many_arguments)] // the fields
fn describe(vm: &mut Vm, source: &Value, start: isize, step: isize, length: usize, format: Scalar, description: Value, read_only: bool) -> Value {
    if let Some(exports) = exports(source) {
        exports.set(exports.get() + 1);
    }
    vm.new_object(|header| MemoryView { header, source: Mut::new(source.clone()), start, step, length, format, description, read_only, hash: Cell::new(0) })
}

/// A view of foreign memory, which says itself what it is.
fn view_of_memory(vm: &mut Vm, source: &Value, memory: &ForeignMemory, read_only: bool) -> Value {
    let (description, size) = (memory.description.get().clone(), memory.size());
    let known = match description.get::<Tuple>().map(Tuple::items) {
        None => Some(Scalar::BYTES),
        Some([format, size, _]) => {
            let known = match format.get::<Str>().map(|format| format.bytes()) {
                Some([b'<', code]) if !BIG_ENDIAN => Scalar::native(*code),
                Some([b'>', code]) if BIG_ENDIAN => Scalar::native(*code),
                _ => None,
            };
            known.filter(|known| size.as_small_int() == Some(known.size as i64))
        }
        Some(_) => None,
    };
    let format = known.unwrap_or(Scalar::BYTES);
    describe(vm, source, 0, format.size as isize, size / format.size, format, description, read_only)
}

/// A view of foreign memory that cannot change it.
pub fn read_only_view_of_memory(vm: &mut Vm, source: &Value) -> Option<Value> {
    let memory = source.get::<ForeignMemory>()?;
    Some(view_of_memory(vm, source, memory, true))
}

/// A view of all of a bytes-like object.
///
/// # Errors
/// TypeError if it is none; ValueError for a released view.
pub fn new(vm: &mut Vm, source: &Value) -> Res<Value> {
    if let Some(other) = source.get::<MemoryView>() {
        other.contents(vm)?;
        let (source, description) = (other.source.get().clone(), other.description.clone());
        return Ok(describe(vm, &source, other.start, other.step, other.length, other.format, description, other.read_only));
    }
    if let Some(memory) = source.get::<ForeignMemory>() {
        return Ok(view_of_memory(vm, source, memory, false));
    }
    let format = source.get::<Array>().map_or(Scalar::BYTES, |array| array.scalar);
    match buffer(source).map(|data| data.len()) {
        Some(size) => Ok(view(vm, source, 0, format.size as isize, size / format.size, format)),
        None => {
            if let Some(given) = super::bytes::given_buffer(vm, source)? {
                return new(vm, &given);
            }
            let name = vm.type_name(source);
            Err(vm.type_error(&format!("memoryview: a bytes-like object is required, not '{name}'")))
        }
    }
}

/// The view, if its items can be told apart.
fn readable<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a MemoryView> {
    let view = receiver(vm, arguments)?;
    if view.is_readable() {
        return Ok(view);
    }
    let text = view.described().and_then(|(format, ..)| format.get::<Str>()).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
    Err(vm.raise(Ex::NotImplementedError, &format!("memoryview: unsupported format {text}")))
}

fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a MemoryView> {
    match arguments.first().and_then(|value| value.get::<MemoryView>()) {
        Some(view) => {
            view.contents(vm)?;
            Ok(view)
        }
        None => Err(vm.type_error("descriptor requires a 'memoryview' object")),
    }
}

fn second(arguments: &[Value]) -> &Value {
    arguments.get(1).unwrap_or(NONE)
}

fn new_native(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    allocation_class::<MemoryView>(vm, arguments, "memoryview")?;
    new(vm, second(arguments))
}

fn wrong_key(vm: &mut Vm, _: &Value) -> crate::vm::Raised {
    vm.type_error("memoryview: invalid slice key")
}

const OUT_OF_BOUNDS: &str = "index out of bounds on dimension 1";
const NO_DIMENSION: &str = "invalid indexing of 0-dim memory";

/// What one says of parts of views that have more than one dimension.
struct Parts {
    /// Of one index, and of fewer than there are dimensions.
    index: &'static str,
    indices: &'static str,
    slices: &'static str,
}

const TAKEN: Parts =
    Parts { index: "multi-dimensional sub-views are not implemented", indices: "sub-views are not implemented", slices: "multi-dimensional slicing is not implemented" };
const ASSIGNED: Parts = Parts {
    index: "sub-views are not implemented",
    indices: "sub-views are not implemented",
    slices: "memoryview slice assignments are currently restricted to ndim = 1",
};

fn is_index(vm: &mut Vm, key: &Value) -> bool {
    key.kind() == Kind::Int || key.as_bool().is_some() || vm.lookup_special(key, crate::vm::Name::Index).is_some()
}

/// The number of the item that a key of other than one dimension means; None for a key of one.
fn position(vm: &mut Vm, this: &MemoryView, key: &Value, parts: &Parts) -> Res<Option<usize>> {
    let dimensions = this.dimensions();
    let Some(keys) = key.get::<Tuple>().map(Tuple::items) else {
        return match dimensions {
            0 => Err(vm.type_error(NO_DIMENSION)),
            1 => Ok(None),
            _ if key.get::<Slice>().is_some() => Err(vm.raise(Ex::NotImplementedError, parts.slices)),
            _ if !is_index(vm, key) => Err(wrong_key(vm, key)),
            _ => Err(vm.raise(Ex::NotImplementedError, parts.index)),
        };
    };
    if dimensions == 0 && !keys.is_empty() {
        return Err(vm.type_error(NO_DIMENSION));
    }
    if !keys.is_empty() && keys.iter().all(|key| key.get::<Slice>().is_some()) {
        return Err(vm.raise(Ex::NotImplementedError, parts.slices));
    }
    if keys.iter().any(|key| !is_index(vm, key)) {
        return Err(wrong_key(vm, key));
    }
    if keys.len() > dimensions {
        return Err(vm.type_error(&format!("cannot index {dimensions}-dimension view with {}-element tuple", keys.len())));
    }
    if keys.len() < dimensions {
        return Err(vm.raise(Ex::NotImplementedError, parts.indices));
    }
    let mut position = 0;
    for (dimension, (key, length)) in keys.iter().zip(this.shape()).enumerate() {
        let index = vm.index_i64(key)?;
        let index = if index < 0 { index.saturating_add(length as i64) } else { index };
        match usize::try_from(index).ok().filter(|&index| index < length) {
            Some(index) => position = position * length + index,
            None => return Err(vm.raise(Ex::IndexError, &format!("index out of bounds on dimension {}", dimension + 1))),
        }
    }
    Ok(Some(position))
}

/// Some of what the first index counts.
fn rows(vm: &mut Vm, this: &MemoryView, key: &Value) -> Res<Value> {
    let mut shape = this.shape();
    let size: usize = shape.iter().skip(1).product();
    let Some(first) = shape.first_mut() else { return Err(vm.type_error(NO_DIMENSION)) };
    let Subscript::Slice { start, step, count } = text_arguments::subscript(vm, key, *first, wrong_key)? else { return Err(wrong_key(vm, key)) };
    if step != 1 && count > 1 {
        return Err(vm.raise(Ex::NotImplementedError, TAKEN.slices));
    }
    *first = count;
    let Some((format, item_size, _)) = this.described() else { return Err(wrong_key(vm, key)) };
    let format = format.clone();
    let lengths = shape.iter().map(|&length| vm.new_size(length)).collect();
    let lengths = vm.new_tuple(lengths);
    let description = vm.new_tuple(Vec::from([format, Value::small_int(item_size), lengths]));
    let (source, bytes) = (this.source.get().clone(), size.saturating_mul(this.format.size) as isize);
    Ok(describe(vm, &source, this.start + start * bytes, this.step, count * size, this.format, description, this.read_only))
}

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    if this.dimensions() == 0 && second(arguments).is(&Value::ELLIPSIS) {
        return Ok(arguments[0].clone());
    }
    if this.dimensions() > 1 && second(arguments).get::<Slice>().is_some() {
        return rows(vm, this, second(arguments));
    }
    if let Some(position) = position(vm, this, second(arguments), &TAKEN)? {
        let this = readable(vm, arguments)?;
        return this.item(vm, position).ok_or_else(|| vm.raise(Ex::IndexError, OUT_OF_BOUNDS));
    }
    readable(vm, arguments)?;
    match text_arguments::subscript(vm, second(arguments), this.length, wrong_key)? {
        Subscript::Item(index) => match usize::try_from(index).ok().filter(|&index| index < this.length).and_then(|index| this.item(vm, index)) {
            Some(item) => Ok(item),
            None => Err(vm.raise(Ex::IndexError, OUT_OF_BOUNDS)),
        },
        Subscript::Slice { start, step, count } => {
            let source = this.source.get().clone();
            let description = match this.described() {
                Some((format, size, _)) => {
                    let format = format.clone();
                    let count = vm.new_size(count);
                    let shape = vm.new_tuple(Vec::from([count]));
                    vm.new_tuple(Vec::from([format, Value::small_int(size), shape]))
                }
                None => Value::NONE,
            };
            Ok(describe(vm, &source, this.start + start * this.step, this.step * step, count, this.format, description, this.read_only))
        }
    }
}

/// The bytes that stand for an item's new value.
fn bytes_of(vm: &mut Vm, format: Scalar, value: &Value) -> Res<Vec<u8>> {
    let shown = format.code as char;
    let mut bytes = alloc::vec![0; format.size];
    let wrong_type = |vm: &mut Vm| vm.type_error(&format!("memoryview: invalid type for format '{shown}'"));
    let wrong_value = |vm: &mut Vm| vm.value_error(&format!("memoryview: invalid value for format '{shown}'"));
    match format.kind {
        scalar::Kind::Byte => match value.get::<Bytes>().map(|bytes| bytes.data()) {
            Some([byte]) => Ok(Vec::from([*byte])),
            Some(_) => Err(wrong_value(vm)),
            None => Err(wrong_type(vm)),
        },
        scalar::Kind::Bool => {
            let truth = vm.truth(value)?;
            Ok(Vec::from([u8::from(truth)]))
        }
        scalar::Kind::Float => {
            let number = float::from_argument(vm, value);
            let Some(number) = vm.catch(number, Ex::TypeError)? else { return Err(wrong_type(vm)) };
            if format.write_float(number, &mut bytes, BIG_ENDIAN) { Ok(bytes) } else { Err(wrong_value(vm)) }
        }
        scalar::Kind::Character => Err(wrong_type(vm)),
        scalar::Kind::Signed | scalar::Kind::Unsigned | scalar::Kind::Pointer => {
            if value.kind() != Kind::Int && value.as_bool().is_none() && vm.lookup_special(value, crate::vm::Name::Index).is_none() {
                return Err(wrong_type(vm));
            }
            let number = scalar::integer(vm, value)?;
            let (least, most) = format.limits();
            if !(least..=most).contains(&number) {
                return Err(wrong_value(vm));
            }
            format.write_integer(number, &mut bytes, BIG_ENDIAN);
            Ok(bytes)
        }
    }
}

fn set_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = readable(vm, arguments)?;
    let value = arguments.get(2).unwrap_or(NONE);
    if this.is_read_only() {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let position = match second(arguments) {
        key if this.dimensions() == 0 && key.is(&Value::ELLIPSIS) => Some(0),
        key => position(vm, this, key, &ASSIGNED)?,
    };
    let subscript = match position {
        Some(position) => Subscript::Item(position as i64),
        None => text_arguments::subscript(vm, second(arguments), this.length, wrong_key)?,
    };
    let (start, step, data) = match subscript {
        Subscript::Item(index) if index < 0 || index as usize >= this.length => return Err(vm.raise(Ex::IndexError, OUT_OF_BOUNDS)),
        Subscript::Item(index) => (index as isize, 1, bytes_of(vm, this.format, value)?),
        Subscript::Slice { start, step, count } => {
            if !bytes::is_bytes_like(value) {
                return Err(bytes::not_bytes_like(vm, value));
            }
            let other = new(vm, value)?;
            let other = receiver(vm, core::slice::from_ref(&other))?;
            if other.dimensions() != 1 || other.length != count || other.format.code != this.format.code {
                return Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures"));
            }
            (start, step, other.contents(vm)?.into_owned())
        }
    };
    // Making bytes of the value may have run Python code.
    receiver(vm, arguments)?;
    if let Some(contents) = buffer_mut(this.source.get()) {
        for (offset, item) in data.chunks(this.format.size).enumerate() {
            let index = usize::try_from(start + offset as isize * step).unwrap_or(usize::MAX);
            if index < this.length
                && let Some(place) = contents.get_mut(this.range(index, 1))
            {
                place.copy_from_slice(item);
            }
        }
    }
    Ok(Value::NONE)
}

fn delete_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    Err(vm.type_error(if this.is_read_only() { "cannot modify read-only memory" } else { "cannot delete memory" }))
}

fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    if let Some((_, _, shape)) = this.described() {
        return match shape.first() {
            Some(length) => Ok(length.clone()),
            None => Err(vm.type_error("0-dim memory has no length")),
        };
    }
    Ok(vm.new_size(this.length))
}

fn equality(vm: &mut Vm, arguments: &[Value], wanted: bool) -> Res<Value> {
    let Some(this) = arguments.first().and_then(|value| value.get::<MemoryView>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let other = second(arguments);
    let released = |value: &Value| value.get::<MemoryView>().is_some_and(|view| view.source.get().is_undefined());
    if this.source.get().is_undefined() || released(other) {
        return Ok(Value::bool(other.is(&arguments[0]) == wanted));
    }
    if !bytes::is_bytes_like(other) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let other = new(vm, other)?;
    let other = receiver(vm, core::slice::from_ref(&other))?;
    let mut same = this.shape() == other.shape() && (this.is_readable() && other.is_readable() || this.length == other.length);
    if same && this.format == other.format && this.format.kind != scalar::Kind::Float {
        same = this.contents(vm)? == other.contents(vm)?;
    } else if same {
        for index in 0..this.length {
            match (this.item(vm, index), other.item(vm, index)) {
                // Not by identity: NaN is not equal to itself.
                (Some(left), Some(right)) if vm.compare(Comparison::Eq, &left, &right)?.as_bool() == Some(true) => {}
                _ => {
                    same = false;
                    break;
                }
            }
        }
    }
    Ok(Value::bool(same == wanted))
}

fn eq(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    equality(vm, arguments, true)
}

fn ne(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    equality(vm, arguments, false)
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(|value| value.get::<MemoryView>()) else { return Ok(Value::NONE) };
    if this.hash.get() == 0 {
        let data = this.contents(vm)?;
        if !this.is_read_only() {
            return Err(vm.value_error("cannot hash writable memoryview object"));
        }
        if !matches!(this.format.code, b'B' | b'b' | b'c') {
            return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
        }
        this.hash.set(super::str::hash_bytes(&data));
    }
    Ok(vm.new_int(this.hash.get() as i64))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = arguments.first().unwrap_or(NONE);
    let released = this.get::<MemoryView>().is_some_and(|view| view.source.get().is_undefined());
    let word = if released { "released memory" } else { "memory" };
    Ok(vm.format(format_args!("<{word} at {:#x}>", this.bits())))
}

fn iter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match receiver(vm, arguments)?.dimensions() {
        0 => return Err(vm.type_error(NO_DIMENSION)),
        1 => {}
        _ => return Err(vm.raise(Ex::NotImplementedError, TAKEN.index)),
    }
    let list = to_list(vm, arguments)?;
    // A view's length never changes: a list of its items is as good as the view.
    Ok(crate::object::list::iterator(vm, &list))
}

fn to_list(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = readable(vm, arguments)?;
    vm.check_memory(this.length.checked_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(this.length);
    for index in 0..this.length {
        items.extend(this.item(vm, index));
    }
    let shape = this.shape();
    let Some(inner) = shape.get(1..) else { return Ok(items.pop().unwrap_or(Value::NONE)) };
    for &length in inner.iter().rev() {
        let mut rest = items.into_iter();
        let mut rows = Vec::new();
        while rest.len() > 0 {
            let row = rest.by_ref().take(length).collect();
            rows.push(vm.new_list(row));
        }
        items = rows;
    }
    Ok(vm.new_list(items))
}

/// The bytes of contiguous items, in the order in which the first index counts fastest.
fn in_fortran_order(data: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    let mut ordered = Vec::with_capacity(data.len());
    let mut indices = alloc::vec![0; shape.len()];
    for _ in 0..data.len() / size {
        let position = indices.iter().zip(shape).fold(0, |position, (index, length)| position * length + index);
        ordered.extend_from_slice(data.get(position * size..(position + 1) * size).unwrap_or_default());
        for (index, length) in indices.iter_mut().zip(shape) {
            *index += 1;
            if *index < *length {
                break;
            }
            *index = 0;
        }
    }
    ordered
}

fn to_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mut fortran = false;
    if let Some(order) = argument(arguments, 1).filter(|order| !order.is_none()) {
        let Some(text) = order.get::<Str>() else { return Err(wrong_type(vm, "tobytes() argument 'order'", "str or None", order)) };
        if !matches!(text.bytes(), b"C" | b"F" | b"A") {
            return Err(vm.value_error("order must be 'C', 'F' or 'A'"));
        }
        fortran = text.bytes() == b"F";
    }
    let this = receiver(vm, arguments)?;
    let data = this.contents(vm)?;
    vm.check_memory(Some(data.len()))?;
    if fortran && this.dimensions() > 1 {
        let size = this.described().map_or(1, |(_, size, _)| usize::try_from(size).unwrap_or(1));
        let ordered = in_fortran_order(&data, &this.shape(), size.max(1));
        return Ok(vm.new_bytes(&ordered));
    }
    Ok(vm.new_bytes(&data))
}

fn hex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?.contents(vm)?;
    byte_methods::hex_of(vm, &data, arguments)
}

fn release(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().and_then(|value| value.get::<MemoryView>()) {
        Some(view) => drop(view.release()),
        None => return Err(vm.type_error("descriptor requires a 'memoryview' object")),
    }
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    receiver(vm, arguments)?;
    Ok(arguments[0].clone())
}

fn to_read_only(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    let (source, description) = (this.source.get().clone(), this.description.clone());
    Ok(describe(vm, &source, this.start, this.step, this.length, this.format, description, true))
}

/// The lengths that `cast` is to give the dimensions of `length` items.
fn given_shape(vm: &mut Vm, shape: &Value, this: &MemoryView, length: usize) -> Res<Vec<Value>> {
    let lengths = match (shape.get::<List>(), shape.get::<Tuple>()) {
        (Some(list), _) => list.items.get().clone(),
        (_, Some(tuple)) => tuple.items().to_vec(),
        _ => return Err(vm.type_error("shape must be a list or a tuple")),
    };
    if lengths.len() > 64 {
        return Err(vm.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    if this.dimensions() != 1 && lengths.len() != 1 {
        return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let mut product = 1_i64;
    for length in &lengths {
        if length.kind() != Kind::Int && length.as_bool().is_none() {
            return Err(vm.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        let length = vm.index_i64(length)?;
        if length <= 0 {
            return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0"));
        }
        let Some(larger) = product.checked_mul(length) else { return Err(vm.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")) };
        product = larger;
    }
    if product != length as i64 {
        return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    Ok(lengths)
}

fn cast(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    let format = text_arguments::text(vm, arguments, 1, "cast() argument 'format'")?;
    let shape = argument(arguments, 2);
    if !this.is_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    if (shape.is_some() || this.dimensions() != 1) && this.shape().contains(&0) {
        return Err(vm.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let wanted = match format.bytes() {
        [format] | [b'@', format] => Scalar::native(*format),
        _ => None,
    };
    let Some(wanted) = wanted else {
        return Err(vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'"));
    };
    if wanted.size != 1 && (this.format.size != 1 || !this.is_readable()) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let size = this.length * this.format.size;
    if !size.is_multiple_of(wanted.size) {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let length = size / wanted.size;
    let mut description = Value::NONE;
    if let Some(shape) = shape {
        let lengths = given_shape(vm, shape, this, length)?;
        if lengths.len() != 1 {
            let shape = vm.new_tuple(lengths);
            let format = vm.new_str(core::str::from_utf8(&[wanted.code]).unwrap_or("B"));
            description = vm.new_tuple(Vec::from([format, Value::small_int(wanted.size as i64), shape]));
        }
    }
    let source = this.source.get().clone();
    Ok(describe(vm, &source, this.start, wanted.size as isize, length, wanted, description, this.read_only))
}

fn strides(vm: &mut Vm, this: &MemoryView) -> Value {
    let Some((_, size, shape)) = this.described().filter(|(_, _, shape)| shape.len() != 1) else {
        let step = vm.new_int(this.step as i64);
        return vm.new_tuple([step].into());
    };
    let mut step = size;
    let mut strides = Vec::with_capacity(shape.len());
    for length in shape.iter().rev() {
        strides.push(vm.new_int(step));
        step = step.saturating_mul(length.as_small_int().unwrap_or(0));
    }
    strides.reverse();
    vm.new_tuple(strides)
}

macro_rules! getters {
    ($($name:literal |$vm:ident, $this:ident| $value:expr, $doc:literal;)+) => {
        &[$(Getter::read_only($name, |$vm, value| {
            let $this = receiver($vm, core::slice::from_ref(value))?;
            Ok($value)
        }, $doc),)+]
    };
}

/// `__buffer__` of the types that have buffers.
pub const BUFFER: Native = Native::simple("__buffer__($self, flags, /)", give_buffer, "Return a buffer object that exposes the underlying memory of the object.");

fn give_buffer(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    /// `inspect.BufferFlags.WRITABLE`
    const WRITABLE: i64 = 1;
    let flags = vm.index_i64(second(arguments))?;
    let given = new(vm, arguments.first().unwrap_or(NONE))?;
    if flags & WRITABLE != 0 && given.get::<MemoryView>().is_some_and(MemoryView::is_read_only) {
        return Err(vm.raise(Ex::BufferError, "Object is not writable."));
    }
    Ok(given)
}

/// `memoryview`
pub static TYPE: TypeSpec = TypeSpec {
    flags: crate::object::class::CLASS_SEQUENCE | crate::object::class::CLASS_FINAL | crate::object::class::CLASS_WEAKREFERABLE,
    doc: "A view of the bytes of another object.",
    natives: &[
        Native::simple("__new__($type, object)", new_native, "Create and return a new object."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__eq__($self, value, /)", eq, "Return self==value."),
        Native::simple("__ne__($self, value, /)", ne, "Return self!=value."),
        Native::simple("__len__($self, /)", length, "Return len(self)."),
        BUFFER,
        Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
        Native::simple("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
        Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
        Native::simple("__iter__($self, /)", iter, "Implement iter(self)."),
        Native::simple("__enter__($self, /)", enter, "The view itself."),
        Native::simple("__exit__($self, /, *exc_info)", release, "Release the view."),
        Native::simple("cast($self, /, format, shape=<unrepresentable>)", cast, "A view of the same bytes with another format."),
        Native::simple("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", hex, "Two hexadecimal digits for each byte."),
        Native::simple("release($self, /)", release, "Let the viewed object go."),
        Native::simple("tobytes($self, /, order='C')", to_bytes, "The bytes viewed, copied."),
        Native::simple("tolist($self, /)", to_list, "The items, in a list."),
        Native::simple("toreadonly($self, /)", to_read_only, "A view that cannot change what it views."),
    ],
    getters: getters! {
        "obj" |_vm, this| this.source.get().clone(), "What is viewed.";
        "nbytes" |vm, this| vm.new_size(this.length * this.format.size), "Length in bytes.";
        "readonly" |_vm, this| Value::bool(this.is_read_only()), "Is the memory read-only?";
        "itemsize" |_vm, this| Value::small_int(this.described().map_or(this.format.size as i64, |(_, size, _)| size)), "Bytes of an item.";
        "format" |vm, this| match this.described() {
            Some((format, ..)) => format.clone(),
            None => vm.new_str(core::str::from_utf8(&[this.format.code]).unwrap_or("B")),
        }, "Format of an item, as in module struct.";
        "ndim" |_vm, this| Value::small_int(this.dimensions() as i64), "Number of dimensions.";
        "shape" |vm, this| match this.described() {
            Some((_, _, shape)) => vm.new_tuple(shape.to_vec()),
            None => { let length = vm.new_size(this.length); vm.new_tuple([length].into()) }
        }, "Length of each dimension.";
        "strides" |vm, this| strides(vm, this), "Bytes from one item to the next.";
        "suboffsets" |vm, _this| vm.new_tuple(Vec::new()), "Always empty here.";
        "c_contiguous" |_vm, this| Value::bool(this.is_contiguous()), "Do the items lie one after the other?";
        "f_contiguous" |_vm, this| Value::bool(this.is_fortran_contiguous()), "Do the items lie one after the other?";
        "contiguous" |_vm, this| Value::bool(this.is_contiguous()), "Do the items lie one after the other?";
    },
    ..TypeSpec::new("memoryview", MemoryView::LAYOUT)
};
