//! `memoryview`: one-dimensional views of the bytes of bytes and bytearray. Items are unsigned bytes (format `B`), signed ones (`b`)
//! or single bytes (`c`); wider items are not supported.

use super::byte_methods;
use super::bytearray::ByteArray;
use super::bytes::{self, Bytes};
use super::class::TypeSpec;
use super::construct::allocation_class;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::text_arguments::{self, NONE, Subscript};
use super::value::Value;
use crate::object;
use crate::vm::{Getter, Native, Res, Vm};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A view.
#[repr(C)]
pub struct MemoryView {
    pub header: Header,
    /// What is viewed: bytes or bytearray; undefined once released.
    source: Mut<Value>,
    /// Index of the first item.
    start: isize,
    step: isize,
    length: usize,
    /// `B`, `b` or `c`.
    format: u8,
    /// 0: not computed.
    hash: Cell<u64>,
}

object!(MemoryView, Kind::Other, "memoryview", |this, visit| visit(this.source.get()), |this| drop(this.release()));

impl Drop for MemoryView {
    fn drop(&mut self) {
        drop(self.release());
    }
}

impl MemoryView {
    /// Lets the source go.
    fn release(&self) -> Value {
        if let Some(array) = self.source.get().get::<ByteArray>() {
            array.exports.set(array.exports.get().saturating_sub(1));
        }
        self.source.replace(Value::UNDEFINED)
    }

    /// The bytes viewed.
    ///
    /// # Errors
    /// ValueError if the view is released.
    pub fn contents(&self, vm: &mut Vm) -> Res<Cow<'_, [u8]>> {
        let source = self.source.get();
        let data = match (source.get::<Bytes>(), source.get::<ByteArray>()) {
            (Some(bytes), _) => bytes.data(),
            (_, Some(array)) => array.data.get().as_slice(),
            _ => return Err(vm.value_error("operation forbidden on released memoryview object")),
        };
        if self.step == 1 {
            let start = self.start.max(0) as usize;
            return Ok(Cow::Borrowed(data.get(start..start + self.length).unwrap_or_default()));
        }
        Ok(Cow::Owned(byte_methods::stepped(data, self.start, self.step, self.length)))
    }

    fn is_read_only(&self) -> bool {
        self.source.get().get::<ByteArray>().is_none()
    }
}

fn view(vm: &mut Vm, source: &Value, start: isize, step: isize, length: usize, format: u8) -> Value {
    if let Some(array) = source.get::<ByteArray>() {
        array.exports.set(array.exports.get() + 1);
    }
    vm.new_object(|header| MemoryView { header, source: Mut::new(source.clone()), start, step, length, format, hash: Cell::new(0) })
}

/// A view of all of a bytes-like object.
///
/// # Errors
/// TypeError if it is none; ValueError for a released view.
pub fn new(vm: &mut Vm, source: &Value) -> Res<Value> {
    if let Some(other) = source.get::<MemoryView>() {
        other.contents(vm)?;
        let (source, start, step, length, format) = (other.source.get().clone(), other.start, other.step, other.length, other.format);
        return Ok(view(vm, &source, start, step, length, format));
    }
    match bytes::of(vm, source)?.map(|data| data.len()) {
        Some(length) => Ok(view(vm, source, 0, 1, length, b'B')),
        None => {
            let name = vm.type_name(source);
            Err(vm.type_error(&format!("memoryview: a bytes-like object is required, not '{name}'")))
        }
    }
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

fn item(vm: &mut Vm, format: u8, byte: u8) -> Value {
    match format {
        b'c' => vm.new_bytes(&[byte]),
        b'b' => Value::small_int(byte as i8 as i64),
        _ => Value::small_int(byte as i64),
    }
}

fn wrong_key(vm: &mut Vm, _: &Value) -> crate::vm::Raised {
    vm.type_error("memoryview: invalid slice key")
}

const OUT_OF_BOUNDS: &str = "index out of bounds on dimension 1";

fn get_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    match text_arguments::subscript(vm, second(arguments), this.length, wrong_key)? {
        Subscript::Item(index) => {
            let byte = usize::try_from(index).ok().and_then(|index| this.contents(vm).ok()?.get(index).copied());
            match byte {
                Some(byte) => Ok(item(vm, this.format, byte)),
                None => Err(vm.raise(Ex::IndexError, OUT_OF_BOUNDS)),
            }
        }
        Subscript::Slice { start, step, count } => {
            let source = this.source.get().clone();
            Ok(view(vm, &source, this.start + start * this.step, this.step * step, count, this.format))
        }
    }
}

/// The byte that an item's new value stands for.
fn byte_of(vm: &mut Vm, format: u8, value: &Value) -> Res<u8> {
    let shown = format as char;
    if format == b'c' {
        return match value.get::<Bytes>().map(|bytes| bytes.data()) {
            Some([byte]) => Ok(*byte),
            Some(_) => Err(vm.value_error("memoryview: invalid value for format 'c'")),
            None => Err(vm.type_error("memoryview: invalid type for format 'c'")),
        };
    }
    if value.kind() != Kind::Int && value.as_bool().is_none() && vm.lookup_special(value, crate::vm::Name::Index).is_none() {
        return Err(vm.type_error(&format!("memoryview: invalid type for format '{shown}'")));
    }
    let number = text_arguments::clipped_index(vm, value)?;
    let byte = if format == b'b' { i8::try_from(number).ok().map(|byte| byte as u8) } else { u8::try_from(number).ok() };
    match byte {
        Some(byte) => Ok(byte),
        None => Err(vm.value_error(&format!("memoryview: invalid value for format '{shown}'"))),
    }
}

fn set_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    let value = arguments.get(2).unwrap_or(NONE);
    if this.is_read_only() {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let (start, step, data) = match text_arguments::subscript(vm, second(arguments), this.length, wrong_key)? {
        Subscript::Item(index) if index < 0 || index as usize >= this.length => return Err(vm.raise(Ex::IndexError, OUT_OF_BOUNDS)),
        Subscript::Item(index) => (index as isize, 1, Vec::from([byte_of(vm, this.format, value)?])),
        Subscript::Slice { start, step, count } => {
            let data = bytes::required(vm, value)?.into_owned();
            if data.len() != count {
                return Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures"));
            }
            (start, step, data)
        }
    };
    // `byte_of` may have run Python code.
    receiver(vm, arguments)?;
    if let Some(array) = this.source.get().get::<ByteArray>() {
        let contents = array.data.get_mut();
        for (offset, byte) in data.into_iter().enumerate() {
            let index = this.start + (start + offset as isize * step) * this.step;
            if let Some(place) = usize::try_from(index).ok().and_then(|index| contents.get_mut(index)) {
                *place = byte;
            }
        }
    }
    Ok(Value::NONE)
}

impl MemoryView {
    /// Overwrites the first bytes.
    ///
    /// # Errors
    /// TypeError for a view that is read-only.
    pub fn fill(&self, vm: &mut Vm, data: &[u8]) -> Res<()> {
        let source = self.source.get().clone();
        let Some(array) = source.get::<ByteArray>() else {
            return Err(vm.type_error("cannot modify read-only memory"));
        };
        let contents = array.data.get_mut();
        for (offset, byte) in data.iter().take(self.length).enumerate() {
            let index = self.start + offset as isize * self.step;
            if let Some(place) = usize::try_from(index).ok().and_then(|index| contents.get_mut(index)) {
                *place = *byte;
            }
        }
        Ok(())
    }
}

fn delete_item(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    Err(vm.type_error(if this.is_read_only() { "cannot modify read-only memory" } else { "cannot delete memory" }))
}

fn length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    Ok(vm.new_size(this.length))
}

fn equality(vm: &mut Vm, arguments: &[Value], wanted: bool) -> Res<Value> {
    let Some(this) = arguments.first().and_then(|value| value.get::<MemoryView>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let other = second(arguments);
    let released = |value: &Value| value.get::<MemoryView>().is_some_and(|view| view.source.get().is_undefined());
    if this.source.get().is_undefined() || released(other) {
        return Ok(Value::bool(other.is(&arguments[0]) == wanted));
    }
    let data = this.contents(vm)?;
    match bytes::of(vm, other)? {
        Some(other) => Ok(Value::bool((data == other) == wanted)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
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
    let list = to_list(vm, arguments)?;
    // A view's length never changes: a list of its items is as good as the view.
    Ok(crate::object::list::iterator(vm, &list))
}

fn to_list(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    let data = this.contents(vm)?;
    vm.check_memory(data.len().checked_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(data.len());
    for &byte in data.iter() {
        items.push(item(vm, this.format, byte));
    }
    Ok(vm.new_list(items))
}

fn to_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = receiver(vm, arguments)?.contents(vm)?;
    vm.check_memory(Some(data.len()))?;
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
    let data = this.contents(vm)?.into_owned();
    let length = data.len();
    let copy = vm.new_bytes(&data);
    Ok(view(vm, &copy, 0, 1, length, this.format))
}

fn cast(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver(vm, arguments)?;
    let format = text_arguments::text(vm, arguments, 1, "cast() argument 'format'")?;
    let wanted = match format.bytes() {
        [format] | [b'@', format] => *format,
        _ => 0,
    };
    if !matches!(wanted, b'B' | b'b' | b'c') {
        if matches!(wanted, b'?' | b'h' | b'H' | b'i' | b'I' | b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'f' | b'd' | b'P') {
            return Err(vm.raise(Ex::NotImplementedError, "memoryview: only the formats 'B', 'b' and 'c' are supported"));
        }
        return Err(vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'"));
    }
    if this.step != 1 {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let source = this.source.get().clone();
    Ok(view(vm, &source, this.start, this.step, this.length, wanted))
}

macro_rules! getters {
    ($($name:literal |$vm:ident, $this:ident| $value:expr, $doc:literal;)+) => {
        &[$(Getter::read_only($name, |$vm, value| {
            let $this = receiver($vm, core::slice::from_ref(value))?;
            Ok($value)
        }, $doc),)+]
    };
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
        "nbytes" |vm, this| vm.new_size(this.length), "Length in bytes.";
        "readonly" |_vm, this| Value::bool(this.is_read_only()), "Is the memory read-only?";
        "itemsize" |_vm, _this| Value::small_int(1), "Bytes of an item.";
        "format" |vm, this| vm.new_str(core::str::from_utf8(&[this.format]).unwrap_or("B")), "Format of an item, as in module struct.";
        "ndim" |_vm, _this| Value::small_int(1), "Number of dimensions.";
        "shape" |vm, this| { let length = vm.new_size(this.length); vm.new_tuple([length].into()) }, "Length of each dimension.";
        "strides" |vm, this| { let step = vm.new_int(this.step as i64); vm.new_tuple([step].into()) }, "Bytes from one item to the next.";
        "suboffsets" |vm, _this| vm.new_tuple(Vec::new()), "Always empty here.";
        "c_contiguous" |_vm, this| Value::bool(this.step == 1 || this.length <= 1), "Do the items lie one after the other?";
        "f_contiguous" |_vm, this| Value::bool(this.step == 1 || this.length <= 1), "Do the items lie one after the other?";
        "contiguous" |_vm, this| Value::bool(this.step == 1 || this.length <= 1), "Do the items lie one after the other?";
    },
    ..TypeSpec::new("memoryview", MemoryView::LAYOUT)
};
