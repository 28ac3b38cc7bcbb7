//! `_struct`: values as bytes, laid out by a format. Items lie at offsets that are reckoned once, when the format is read.

use super::{ModuleSpec, exception_class, raise_of};
use crate::object;
use crate::object::bytes::{self, Bytes};
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::{no_keywords, receiver, stop_iteration};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::float;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::iterators::SELF_ITER;
use crate::object::memoryview;
use crate::object::scalar::{self, BIG_ENDIAN, Scalar};
use crate::object::str::Str;
use crate::object::text_arguments::{NONE, fitting_index};
use crate::object::value::Value;
use crate::vm::native::Step;
use crate::vm::{Action, Args, Getter, Name, Native, Raised, Res, Vm};
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("calcsize(format, /)", calcsize, "Return size in bytes of the struct described by the format string."),
        Native::full("pack(format, /, *values)", pack, "Return a bytes object containing values packed according to the format string.").counting(),
        Native::full(
            "pack_into(format, buffer, offset, /, *values)",
            pack_into,
            "Pack values according to the format string and write the packed bytes into a writable buffer.",
        )
        .counting(),
        Native::simple("unpack(format, buffer, /)", unpack, "Return a tuple containing values unpacked according to the format string."),
        Native::simple(
            "unpack_from(format, /, buffer, offset=0)",
            unpack_from,
            "Return a tuple containing values unpacked according to the format string, from an offset.",
        ),
        Native::simple("iter_unpack(format, buffer, /)", iter_unpack, "Return an iterator yielding tuples unpacked from the given bytes."),
        Native::simple("_clearcache()", clear_cache, "Clear the internal cache."),
    ],
    types: &[&STRUCT],
    constants: |vm, module| {
        let error = exception_class(vm, "struct", "error", &[Ex::Exception]);
        module.set(vm, "error", error);
        let cache = vm.new_dict();
        module.set(vm, CACHE, cache);
        vm.class_from_spec(&ITERATOR);
    },
    ..ModuleSpec::new(
        "_struct",
        "Functions to convert between Python values and C structs.\nPython bytes objects are used to hold the data representing the C struct\nand also as format strings to describe the layout of data in the C struct.",
    )
};

/// Where the module keeps formats it has read.
const CACHE: &str = "_cache";
/// Most formats kept.
const CACHED: usize = 100;

#[cold]
fn error(vm: &mut Vm, message: &str) -> Raised {
    raise_of(vm, "_struct", "error", message)
}

/// What a field is.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    /// So many items.
    Items(Scalar),
    /// One string of `count` bytes.
    Text,
    /// The same, its length first.
    Pascal,
}

#[derive(Clone, Copy)]
struct Part {
    field: Field,
    count: usize,
    offset: usize,
}

/// A format, read.
struct Layout {
    parts: Vec<Part>,
    size: usize,
    /// How many values it takes.
    values: usize,
    big_endian: bool,
    /// Sizes and places are this machine's.
    native: bool,
}

const INT_TOO_LARGE: &str = "int too large to convert";
/// Why a format cannot be read.
const TOO_LONG: &str = "total struct size too long";

impl Layout {
    fn read(format: &[u8]) -> Result<Layout, &'static str> {
        if format.contains(&0) {
            return Err("embedded null character");
        }
        let (native, big_endian, mut rest) = match format.split_first() {
            Some((b'@', rest)) => (true, BIG_ENDIAN, rest),
            Some((b'=', rest)) => (false, BIG_ENDIAN, rest),
            Some((b'<', rest)) => (false, false, rest),
            Some((b'>' | b'!', rest)) => (false, true, rest),
            _ => (true, BIG_ENDIAN, format),
        };
        let mut layout = Layout { parts: Vec::new(), size: 0, values: 0, big_endian, native };
        while let Some((&first, behind)) = rest.split_first() {
            rest = behind;
            if first.is_ascii_whitespace() {
                continue;
            }
            let (mut code, mut count) = (first, 1usize);
            if first.is_ascii_digit() {
                count = usize::from(first - b'0');
                loop {
                    let Some((&next, behind)) = rest.split_first() else { return Err("repeat count given without format specifier") };
                    rest = behind;
                    if !next.is_ascii_digit() {
                        code = next;
                        break;
                    }
                    let grown = count.checked_mul(10).and_then(|count| count.checked_add(usize::from(next - b'0')));
                    count = grown.filter(|&count| count <= isize::MAX as usize).ok_or(TOO_LONG)?;
                }
            }
            layout.add(code, count)?;
        }
        Ok(layout)
    }

    fn add(&mut self, code: u8, count: usize) -> Result<(), &'static str> {
        let field = match code {
            b's' => Some(Field::Text),
            b'p' => Some(Field::Pascal),
            b'x' => None,
            _ => Some(Field::Items(if self.native { Scalar::native(code) } else { Scalar::standard(code) }.ok_or("bad char in struct format")?)),
        };
        let (item, align) = match field {
            Some(Field::Items(scalar)) => (scalar.size, if self.native { scalar.size } else { 1 }),
            _ => (1, 1),
        };
        let offset = self.size.checked_next_multiple_of(align).ok_or(TOO_LONG)?;
        let size = item.checked_mul(count).and_then(|size| offset.checked_add(size));
        self.size = size.filter(|&size| size <= isize::MAX as usize).ok_or(TOO_LONG)?;
        if let Some(field) = field {
            self.values += if let Field::Items(_) = field { count } else { 1 };
            if count > 0 || !matches!(field, Field::Items(_)) {
                self.parts.push(Part { field, count, offset });
            }
        }
        Ok(())
    }

    /// The values in `data`, which is long enough.
    fn unpack(&self, vm: &mut Vm, data: &[u8]) -> Res<Value> {
        vm.check_memory(self.values.checked_mul(size_of::<Value>()))?;
        let mut values = Vec::with_capacity(self.values);
        for part in &self.parts {
            match part.field {
                Field::Items(scalar) => {
                    for item in data.get(part.offset..part.offset + part.count * scalar.size).unwrap_or_default().chunks_exact(scalar.size) {
                        values.push(scalar.read(vm, item, self.big_endian));
                    }
                }
                Field::Text => values.push(vm.new_bytes(data.get(part.offset..part.offset + part.count).unwrap_or_default())),
                Field::Pascal => {
                    let text = match data.get(part.offset..part.offset + part.count).and_then(<[u8]>::split_first) {
                        Some((&length, text)) => text.get(..usize::from(length).min(text.len())).unwrap_or_default(),
                        None => &[],
                    };
                    values.push(vm.new_bytes(text));
                }
            }
        }
        Ok(vm.new_tuple(values))
    }

    /// The bytes of the values.
    fn pack(&self, vm: &mut Vm, function: &str, values: &[Value]) -> Res<Vec<u8>> {
        if values.len() != self.values {
            let message = format!("{function} expected {} items for packing (got {})", self.values, values.len());
            return Err(error(vm, &message));
        }
        vm.check_memory(Some(self.size))?;
        let mut data = alloc::vec![0; self.size];
        let mut values = values.iter();
        for part in &self.parts {
            match part.field {
                Field::Items(scalar) => {
                    for index in 0..part.count {
                        let start = part.offset + index * scalar.size;
                        let (Some(value), Some(place)) = (values.next(), data.get_mut(start..start + scalar.size)) else { break };
                        self.pack_item(vm, scalar, value, place)?;
                    }
                }
                Field::Text | Field::Pascal => {
                    let value = values.next().unwrap_or(NONE);
                    let text = if value.get::<Bytes>().is_some() || value.get::<object::bytearray::ByteArray>().is_some() { bytes::of(vm, value)? } else { None };
                    let shown = if part.field == Field::Text { 's' } else { 'p' };
                    let Some(text) = text else { return Err(error(vm, &format!("argument for '{shown}' must be a bytes object"))) };
                    let Some(mut place) = data.get_mut(part.offset..part.offset + part.count) else { continue };
                    if part.field == Field::Pascal {
                        let Some((first, rest)) = place.split_first_mut() else { continue };
                        *first = text.len().min(rest.len()).min(255) as u8;
                        place = rest;
                    }
                    for (place, &byte) in place.iter_mut().zip(text.iter()) {
                        *place = byte;
                    }
                }
            }
        }
        Ok(data)
    }

    fn pack_item(&self, vm: &mut Vm, scalar: Scalar, value: &Value, place: &mut [u8]) -> Res<()> {
        match scalar.kind {
            scalar::Kind::Bool => {
                let truth = vm.truth(value)?;
                scalar.write_integer(truth.into(), place, self.big_endian);
            }
            scalar::Kind::Byte | scalar::Kind::Character => match (value.get::<Bytes>().map(Bytes::data), place) {
                (Some([byte]), [place]) => *place = *byte,
                _ => return Err(error(vm, "char format requires a bytes object of length 1")),
            },
            scalar::Kind::Float => {
                let number = float::from_argument(vm, value);
                let number = match number {
                    Err(raised) if vm.pending_is(Ex::OverflowError) && object::int::is_int(value) => {
                        drop(vm.take_exception(raised));
                        return Err(error(vm, INT_TOO_LARGE));
                    }
                    number => vm.catch(number, Ex::TypeError)?,
                };
                let Some(number) = number else { return Err(error(vm, "required argument is not a float")) };
                let single = self.native && scalar.size == 4;
                let written = scalar.write_float(number, place, self.big_endian) || single && scalar.write_float(number * f64::INFINITY, place, self.big_endian);
                if !written {
                    return Err(if object::int::is_int(value) {
                        error(vm, INT_TOO_LARGE)
                    } else {
                        vm.raise(Ex::OverflowError, &format!("float too large to pack with {} format", scalar.code as char))
                    });
                }
            }
            scalar::Kind::Signed | scalar::Kind::Unsigned | scalar::Kind::Pointer => {
                if value.as_small_int().is_none() && !object::int::is_int(value) && vm.lookup_special(value, Name::Index).is_none() {
                    return Err(error(vm, "required argument is not an integer"));
                }
                let number = scalar::integer(vm, value)?;
                let (least, most) = scalar.limits();
                if !(least..=most).contains(&number) {
                    let message = match scalar.kind {
                        scalar::Kind::Pointer => INT_TOO_LARGE.into(),
                        _ => format!("'{}' format requires {least} <= number <= {most}", scalar.code as char),
                    };
                    return Err(error(vm, &message));
                }
                scalar.write_integer(number, place, self.big_endian);
            }
        }
        Ok(())
    }
}

// ---- Struct

/// `struct.Struct`
#[repr(C)]
pub struct Struct {
    pub header: Header,
    /// As a str.
    format: Mut<Value>,
    layout: Mut<Rc<Layout>>,
}

object!(Struct, Kind::Other, "_struct.Struct", |this, visit| visit(this.format.get()));

/// The layout of a format argument, and the format as a str.
fn read_format(vm: &mut Vm, format: &Value) -> Res<(Value, Layout)> {
    let text = match (format.get::<Str>(), format.get::<Bytes>()) {
        (Some(text), _) => {
            let ascii = crate::object::codec::find("ascii");
            match ascii {
                Some(ascii) if !text.is_ascii() => {
                    let data = crate::object::codec::encode_with(vm, text, ascii, None)?;
                    data.get::<Bytes>().map(|data| data.data().to_vec()).unwrap_or_default()
                }
                _ => text.bytes().to_vec(),
            }
        }
        (_, Some(data)) => data.data().to_vec(),
        _ => {
            let name = vm.type_name(format);
            return Err(vm.type_error(&format!("Struct() argument 1 must be a str or bytes object, not {name}")));
        }
    };
    match Layout::read(&text) {
        Ok(layout) => {
            let shown = alloc::string::String::from_utf8_lossy(&text);
            Ok((vm.new_str(&shown), layout))
        }
        Err(message) => Err(error(vm, message)),
    }
}

/// The `Struct` of a format argument, from the cache if it is there.
fn cached(vm: &mut Vm, format: &Value) -> Res<Value> {
    if format.get::<Struct>().is_some() {
        return Ok(format.clone());
    }
    let cache = super::attribute(vm, "_struct", CACHE);
    let cache = cache.as_ref().and_then(|cache| cache.get::<Dict>());
    let exact = format.get_exact::<Str>().is_some() || format.get_exact::<Bytes>().is_some();
    if let Some(cache) = cache.filter(|_| exact)
        && let Some(known) = cache.get(vm, format)?
        && known.get::<Struct>().is_some()
    {
        return Ok(known);
    }
    let (text, layout) = read_format(vm, format)?;
    let made = vm.new_object(|header| Struct { header, format: Mut::new(text), layout: Mut::new(Rc::new(layout)) });
    if let Some(cache) = cache.filter(|_| exact) {
        if cache.length.get() >= CACHED {
            cache.clear_items();
        }
        cache.set(vm, format.clone(), made.clone())?;
    }
    Ok(made)
}

fn clear_cache(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    if let Some(cache) = super::attribute(vm, "_struct", CACHE)
        && let Some(cache) = cache.get::<Dict>()
    {
        cache.clear_items();
    }
    Ok(Value::NONE)
}

/// The layout of a `Struct`; the `Struct` may get another one while this one is used.
fn layout_of(vm: &mut Vm, value: &Value) -> Res<Rc<Layout>> {
    Ok(receiver::<Struct>(vm, core::slice::from_ref(value))?.layout.get().clone())
}

/// Makes an empty one, whose `__init__` reads the format: a derived class may choose it.
fn new_struct(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = allocation_class::<Struct>(vm, args.positional, "Struct")?;
    let format = vm.new_str("");
    let layout = Layout { parts: Vec::new(), size: 0, values: 0, big_endian: BIG_ENDIAN, native: true };
    Ok(Action::Return(vm.heap.new_object(&class, |header| Struct { header, format: Mut::new(format), layout: Mut::new(Rc::new(layout)) })))
}

fn init_struct(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Struct>(vm, arguments)?;
    let (text, layout) = read_format(vm, arguments.get(1).unwrap_or(NONE))?;
    this.format.set(text);
    this.layout.set(Rc::new(layout));
    Ok(Value::NONE)
}

fn calcsize(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let layout = cached(vm, arguments.first().unwrap_or(NONE))?;
    let size = layout_of(vm, &layout)?.size;
    Ok(vm.new_size(size))
}

fn pack(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "pack", args)?;
    let Some((format, values)) = args.positional.split_first() else { return Err(vm.type_error("missing format argument")) };
    let layout = cached(vm, format)?;
    let data = layout_of(vm, &layout)?.pack(vm, "pack", values)?;
    Ok(Action::Return(vm.new_bytes(&data)))
}

fn pack_into(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "pack_into", args)?;
    let (format, buffer, offset, values) = match args.positional {
        [] => return Err(vm.type_error("missing format argument")),
        [_] => return Err(error(vm, "pack_into expected buffer argument")),
        [_, _] => return Err(error(vm, "pack_into expected offset argument")),
        [format, buffer, offset, values @ ..] => (format, buffer, offset, values),
    };
    let layout = cached(vm, format)?;
    let layout = layout_of(vm, &layout)?;
    if values.len() != layout.values {
        return Err(error(vm, &format!("pack_into expected {} items for packing (got {})", layout.values, values.len())));
    }
    let read_only = |vm: &mut Vm| {
        let name = vm.type_name(buffer);
        vm.type_error(&format!("argument must be read-write bytes-like object, not {name}"))
    };
    let Some(length) = bytes::writable(vm, buffer)?.map(|data| data.len()) else { return Err(read_only(vm)) };
    let offset = fitting_index(vm, offset, Ex::IndexError, "cannot fit 'int' into an index-sized integer")?;
    let start = match place(offset, length, layout.size) {
        Ok(start) => start,
        Err(Misplaced::BeyondEnd) => {
            let message = format!("no space to pack {} bytes at offset {offset}", layout.size);
            return Err(error(vm, &message));
        }
        Err(Misplaced::BeforeStart) => return Err(error(vm, &format!("offset {offset} out of range for {length}-byte buffer"))),
        Err(Misplaced::TooShort) => {
            let needed = (offset as usize).saturating_add(layout.size);
            let size = layout.size;
            let message = format!("pack_into requires a buffer of at least {needed} bytes for packing {size} bytes at offset {offset} (actual buffer size is {length})");
            return Err(error(vm, &message));
        }
    };
    let data = layout.pack(vm, "pack_into", values)?;
    match bytes::writable(vm, buffer)?.and_then(|buffer| buffer.get_mut(start..start + data.len())) {
        Some(place) => place.copy_from_slice(&data),
        None => return Err(read_only(vm)),
    }
    Ok(Action::Return(Value::NONE))
}

enum Misplaced {
    /// Negative, and beyond the beginning.
    BeforeStart,
    /// Negative, and too near to the end.
    BeyondEnd,
    TooShort,
}

/// Where a struct of `size` bytes begins in a buffer.
fn place(offset: isize, length: usize, size: usize) -> Result<usize, Misplaced> {
    if offset < 0 {
        if offset.unsigned_abs() < size {
            return Err(Misplaced::BeyondEnd);
        }
        return length.checked_sub(offset.unsigned_abs()).ok_or(Misplaced::BeforeStart);
    }
    let start = offset as usize;
    match length.checked_sub(start) {
        Some(room) if room >= size => Ok(start),
        _ => Err(Misplaced::TooShort),
    }
}

fn unpack(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let layout = cached(vm, arguments.first().unwrap_or(NONE))?;
    let layout = layout_of(vm, &layout)?;
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    if data.len() != layout.size {
        return Err(error(vm, &format!("unpack requires a buffer of {} bytes", layout.size)));
    }
    layout.unpack(vm, &data)
}

fn unpack_from(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let layout = cached(vm, arguments.first().unwrap_or(NONE))?;
    let layout = layout_of(vm, &layout)?;
    let offset = match crate::vm::argument(arguments, 2) {
        Some(offset) => fitting_index(vm, offset, Ex::OverflowError, "Python int too large to convert to C ssize_t")?,
        None => 0,
    };
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    let (length, size) = (data.len(), layout.size);
    match place(offset, length, size) {
        Ok(start) => layout.unpack(vm, data.get(start..).unwrap_or_default()),
        Err(Misplaced::BeyondEnd) => Err(error(vm, &format!("not enough data to unpack {size} bytes at offset {offset}"))),
        Err(Misplaced::BeforeStart) => Err(error(vm, &format!("offset {offset} out of range for {length}-byte buffer"))),
        Err(Misplaced::TooShort) => {
            let needed = (offset as usize).saturating_add(size);
            let message =
                format!("unpack_from requires a buffer of at least {needed} bytes for unpacking {size} bytes at offset {offset} (actual buffer size is {length})");
            Err(error(vm, &message))
        }
    }
}

fn struct_repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Struct>(vm, args.positional)?;
    let format = this.format.get().clone();
    let name = object::construct::class_name(&vm.class_of(&args.positional[0]));
    crate::vm::protocol::repr_then(vm, &format, move |vm, shown| {
        let shown = shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Action::Return(vm.format(format_args!("{name}({shown})"))))
    })
}

pub static STRUCT: TypeSpec = TypeSpec {
    module: "_struct",
    flags: CLASS_WEAKREFERABLE,
    doc: "Struct(fmt) --> compiled struct object",
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", new_struct, "Create and return a new object."),
        Native::simple("__init__($self, /, format)", init_struct, "Initialize self."),
        Native::full("__repr__($self, /)", struct_repr, "Return repr(self)."),
        Native::full("pack($self, /, *values)", pack, "Return a bytes object containing values packed according to the format."),
        Native::full("pack_into($self, buffer, offset, /, *values)", pack_into, "Pack values and write the packed bytes into a writable buffer.").counting(),
        Native::simple("unpack($self, buffer, /)", unpack, "Return a tuple containing unpacked values."),
        Native::simple("unpack_from($self, /, buffer, offset=0)", unpack_from, "Return a tuple containing unpacked values, from an offset."),
        Native::simple("iter_unpack($self, buffer, /)", iter_unpack, "Return an iterator yielding tuples."),
    ],
    getters: &[
        Getter::read_only("format", |_, this| Ok(this.get::<Struct>().map_or(Value::NONE, |this| this.format.get().clone())), "struct format string"),
        Getter::read_only("size", |vm, this| Ok(vm.new_size(this.get::<Struct>().map_or(0, |this| this.layout.get().size))), "struct size in bytes"),
    ],
    ..TypeSpec::new("Struct", Struct::LAYOUT)
};

// ---- iter_unpack

/// Unpacks one struct after the other.
#[repr(C)]
struct UnpackIterator {
    header: Header,
    layout: Value,
    /// A view of the data.
    data: Value,
    at: Cell<usize>,
}

object!(UnpackIterator, Kind::Other, "_struct.unpack_iterator", |this, visit| {
    visit(&this.layout);
    visit(&this.data);
});

fn iter_unpack(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let layout = cached(vm, arguments.first().unwrap_or(NONE))?;
    let size = layout_of(vm, &layout)?.size;
    if size == 0 {
        return Err(error(vm, "cannot iteratively unpack with a struct of length 0"));
    }
    let buffer = arguments.get(1).unwrap_or(NONE);
    if !bytes::required(vm, buffer)?.len().is_multiple_of(size) {
        return Err(error(vm, &format!("iterative unpacking requires a buffer of a multiple of {size} bytes")));
    }
    let data = memoryview::new(vm, buffer)?;
    Ok(vm.new_object(|header| UnpackIterator { header, layout, data, at: Cell::new(0) }))
}

fn next_struct(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<UnpackIterator>() else { return Ok(Step::Done) };
    let layout = layout_of(vm, &this.layout)?;
    let data = bytes::required(vm, &this.data)?;
    let at = this.at.get();
    match at.checked_add(layout.size).and_then(|end| data.get(at..end)) {
        Some(part) => {
            this.at.set(at + layout.size);
            layout.unpack(vm, part).map(Step::Item)
        }
        None => Ok(Step::Done),
    }
}

fn next_native(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match next_struct(vm, arguments.first().unwrap_or(NONE))? {
        Step::Item(item) => Ok(item),
        _ => Err(stop_iteration(vm)),
    }
}

fn length_hint(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<UnpackIterator>(vm, arguments)?;
    let (size, length) = (layout_of(vm, &this.layout)?.size.max(1), bytes::required(vm, &this.data)?.len());
    Ok(vm.new_size(length.saturating_sub(this.at.get()) / size))
}

static ITERATOR: TypeSpec = TypeSpec {
    module: "_struct",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        SELF_ITER,
        Native::simple("__next__($self, /)", next_native, "Implement next(self)."),
        Native::simple("__length_hint__($self, /)", length_hint, "How many are left."),
    ],
    next: Some(next_struct),
    ..TypeSpec::new("unpack_iterator", UnpackIterator::LAYOUT)
};
