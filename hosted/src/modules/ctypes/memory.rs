//! Instances of C types: making them, and the values in them.

use super::information::{Information, Shape, of_class, of_type, required};
use super::scalar::{self, Code};
use super::tail_hook;
use pyvm_core::object::bytes;
use pyvm_core::object::class::{Class, TypeSpec};
use pyvm_core::object::construct::class_name;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::foreign_memory::{self, ForeignMemory, Place};
use pyvm_core::object::header::Object;
use pyvm_core::object::text_arguments::{self, Subscript};
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Getter, Native, Raised, Res, Vm, argument};

/// The base of all instances. What not all of them have ([`PARTS`]) is taken out of it for the classes in Python.
pub static MEMORY: TypeSpec = TypeSpec {
    module: "_ctypes",
    doc: "Memory as C has it.",
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", new, "A new instance, all zeros."),
        Native::full("array_item($self, key, /)", array_get, "Return self[key]."),
        Native::full("set_array_item($self, key, value, /)", array_set, "Set self[key] to value."),
        Native::simple("simple_init($self, /, *args)", simple_init, "Set the value."),
        Native::simple("array_length($self, /)", array_length, "Return len(self)."),
        Native::full("pointer_item($self, key, /)", pointer_get, "Return self[key]."),
        Native::full("set_pointer_item($self, key, value, /)", pointer_set, "Set self[key] to value."),
        Native::simple("truth($self, /)", truth, "Return bool(self)."),
        Native::full("call_function($self, /, *args, **kwargs)", super::call::call, "Call self as a function."),
    ],
    getters: &[
        Getter::read_only("_b_base_", |_, this| Ok(memory(this).map_or(Value::NONE, |memory| memory.base.get().clone())), "The object whose memory this is a part of."),
        Getter::read_only(
            "_b_needsfree_",
            |_, this| Ok(Value::small_int(i64::from(memory(this).is_some_and(ForeignMemory::is_owner)))),
            "Whether the object has memory of its own.",
        ),
        Getter::read_only("_objects", |_, this| Ok(memory(this).map_or(Value::NONE, |memory| memory.objects.get().clone())), "What is kept alive."),
        Getter { name: "value", get: value, set: Some(set_value), doc: "current value" },
        Getter { name: "text", get: text, set: None, doc: "string value" },
        Getter { name: "raw", get: raw, set: Some(set_raw), doc: "value" },
    ],
    ..TypeSpec::new("_CData", ForeignMemory::LAYOUT)
};

/// What simple values, arrays, pointers or functions have: the module has these descriptors, and the base has not.
pub const PARTS: [&str; 11] =
    ["simple_init", "array_item", "set_array_item", "array_length", "pointer_item", "set_pointer_item", "truth", "call_function", "value", "text", "raw"];

pub fn memory(value: &Value) -> Option<&ForeignMemory> {
    value.get::<ForeignMemory>()
}

/// The memory of an argument.
///
/// # Errors
/// TypeError.
pub fn memory_argument<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a ForeignMemory> {
    match arguments.first().and_then(memory) {
        Some(memory) => Ok(memory),
        None => Err(vm.type_error("a ctypes instance is required")),
    }
}

/// An instance's class and what is known of it.
pub fn parts_of<'a>(vm: &mut Vm, value: &'a Value) -> Option<(&'a ForeignMemory, &'a Class, &'a Information)> {
    let memory = memory(value)?;
    let class = memory.header.class();
    Some((memory, class, of_class(vm, class)?))
}

fn receiver<'a>(vm: &mut Vm, value: &'a Value) -> Res<(&'a ForeignMemory, &'a Class, &'a Information)> {
    match parts_of(vm, value) {
        Some(parts) => Ok(parts),
        None => Err(vm.type_error("a ctypes instance is required")),
    }
}

/// A new instance with memory of its own.
///
/// # Errors
/// MemoryError.
pub fn fresh(vm: &mut Vm, class: &Class, information: &Information) -> Res<Value> {
    information.fixed.set(true);
    let (size, alignment, description) = (information.size.get(), information.alignment.get(), information.description.clone());
    // SAFETY: the memory is the object's own.
    match unsafe { foreign_memory::create(vm, class, size, Place::Own(alignment), Value::NONE, description) } {
        Some(value) => Ok(value),
        None => Err(vm.memory_error()),
    }
}

/// An instance whose memory is at an address.
///
/// # Errors
/// MemoryError.
///
/// # Safety
/// The caller vouches for the address: `base` keeps the memory, or the program says that it is there.
pub unsafe fn at(vm: &mut Vm, class: &Class, information: &Information, address: *mut u8, base: Value) -> Res<Value> {
    information.fixed.set(true);
    let (size, description) = (information.size.get(), information.description.clone());
    // SAFETY: the caller's.
    match unsafe { foreign_memory::create(vm, class, size, Place::At(address), base, description) } {
        Some(value) => Ok(value),
        None => Err(vm.memory_error()),
    }
}

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some((class, information)) = args.get(0).and_then(|class| of_type(vm, class)) else {
        return Err(vm.type_error("abstract class"));
    };
    fresh(vm, class, information).map(Action::Return)
}

/// The bytes of an item of a type within an object's memory, which may be smaller than its type says.
fn slice<'a>(vm: &mut Vm, memory: &'a ForeignMemory, offset: usize, size: usize) -> Res<&'a mut [u8]> {
    match offset.checked_add(size).and_then(|end| memory.bytes_mut().get_mut(offset..end)) {
        Some(bytes) => Ok(bytes),
        None => Err(vm.value_error("the memory of the object is too small")),
    }
}

/// The value of a type in memory: a Python value, or an instance that shares the memory.
///
/// # Errors
/// What reading raises.
///
/// # Safety
/// There are enough bytes at the address, and `base` keeps them.
pub unsafe fn get(vm: &mut Vm, class: &Class, information: &Information, base: &Value, index: usize, address: *mut u8) -> Res<Value> {
    if let Shape::Simple(code) = information.shape
        && information.plain
    {
        if code == Code::Object
            && let Some(kept) = kept_object(vm, base, index, address)
        {
            return Ok(kept);
        }
        // SAFETY: the caller's.
        let bytes = unsafe { std::slice::from_raw_parts(address, information.size.get()) };
        return scalar::read(vm, code, information.swapped, bytes);
    }
    // SAFETY: the caller's.
    let value = unsafe { at(vm, class, information, address, base.clone())? };
    if let Some(memory) = memory(&value) {
        memory.index.set(index);
    }
    Ok(value)
}

/// An object that was written to this place and is kept for it: its word need not be looked for.
fn kept_object(vm: &mut Vm, base: &Value, index: usize, address: *const u8) -> Option<Value> {
    // SAFETY: the caller of `get` vouches for as many bytes.
    let word = unsafe { address.cast::<u64>().read_unaligned() };
    let (root, key) = place(base, Some(index));
    let kept = match root.objects.get() {
        objects if objects.get::<Dict>().is_some() => {
            let key = vm.new_str(&key);
            let key = vm.intern_value(&key);
            objects.get::<Dict>().and_then(|objects| objects.get_interned(&key))?
        }
        object => object.clone(),
    };
    (kept.bits() == word).then_some(kept)
}

/// The object that owns the memory which `base` is a part of, and the key under which it keeps things for a place in `base`.
fn place(base: &Value, index: Option<usize>) -> (&ForeignMemory, String) {
    let mut key = index.map(|index| format!("{index:x}")).unwrap_or_default();
    let mut object = base;
    loop {
        // SAFETY: `base` and the bases above it are instances: nothing else is ever given as a base.
        let memory = unsafe { object.get_unchecked::<ForeignMemory>() };
        let above = memory.base.get();
        if above.get::<ForeignMemory>().is_none() {
            return (memory, key);
        }
        let own = format!("{:x}", memory.index.get());
        key = if key.is_empty() { own } else { format!("{key}:{own}") };
        object = above;
    }
}

/// Keeps something alive for a place in an object's memory (None: nothing need be kept).
///
/// # Errors
/// None of its own.
pub fn keep(vm: &mut Vm, object: &Value, index: usize, kept: Value) -> Res<()> {
    if kept.is_none() {
        return Ok(());
    }
    let (root, key) = place(object, Some(index));
    if is_simple(vm, root) {
        root.objects.set(kept);
        return Ok(());
    }
    let objects = root.objects.get().clone();
    let objects = match objects.get::<Dict>() {
        Some(_) => objects,
        None => {
            let objects = vm.new_dict();
            root.objects.set(objects.clone());
            objects
        }
    };
    let key = vm.new_str(&key);
    let key = vm.intern_value(&key);
    match objects.get::<Dict>() {
        Some(objects) => objects.set(vm, key, kept),
        None => Ok(()),
    }
}

/// A simple value keeps one thing, itself; other instances a dict of them.
fn is_simple(vm: &mut Vm, memory: &ForeignMemory) -> bool {
    of_class(vm, memory.header.class()).is_some_and(|information| matches!(information.shape, Shape::Simple(_)))
}

/// What an instance keeps alive, made if it keeps nothing yet: what others that take over its bytes must keep too.
pub fn kept_by(vm: &mut Vm, value: &Value) -> Value {
    let (root, _) = place(value, None);
    if root.objects.get().is_none() && !is_simple(vm, root) {
        let objects = vm.new_dict();
        root.objects.set(objects);
    }
    root.objects.get().clone()
}

/// Where a value is written.
#[derive(Clone, Copy)]
pub enum Target {
    /// So many bytes into the object's memory.
    Inside(usize),
    /// At an address that the object knows.
    Elsewhere(*mut u8),
}

impl Target {
    #[allow(clippy::mut_from_ref)] // as `ForeignMemory::bytes_mut`
    fn bytes<'a>(self, vm: &mut Vm, memory: &'a ForeignMemory, size: usize) -> Res<&'a mut [u8]> {
        match self {
            Target::Inside(offset) => slice(vm, memory, offset, size),
            Target::Elsewhere(_) if size == 0 => Ok(&mut []),
            // SAFETY: the program says by its types that there is such a value, as C does.
            Target::Elsewhere(address) => Ok(unsafe { std::slice::from_raw_parts_mut(address, size) }),
        }
    }
}

/// Writes a value of a type into an object's memory. Values of other kinds than its own are the library's business: `hook`.
///
/// # Errors
/// TypeError and what the conversion raises.
pub fn put(vm: &mut Vm, class: &Class, information: &Information, base: &Value, index: usize, place: Target, value: &Value) -> Res<Action> {
    let Some(target) = memory(base) else { return Ok(Action::Return(Value::NONE)) };
    let size = information.size.get();
    match information.shape {
        Shape::Simple(code) if memory(value).is_none() => {
            let mut bytes = [0; 16];
            let bytes = bytes.get_mut(..size).unwrap_or_default();
            // The conversion may run Python code; the memory is looked at afterwards.
            let kept = scalar::write(vm, code, information.swapped, value, bytes)?;
            place.bytes(vm, target, size)?.copy_from_slice(bytes);
            keep(vm, base, index, kept)?;
            return Ok(Action::Return(Value::NONE));
        }
        Shape::Pointer if value.is_none() => {
            place.bytes(vm, target, size)?.fill(0);
            return Ok(Action::Return(Value::NONE));
        }
        _ => {}
    }
    if let Some(source) = memory(value) {
        if vm.is_instance(value, class) {
            let copied = source.bytes().get(..size).map(<[u8]>::to_vec);
            let Some(copied) = copied else { return Err(vm.value_error("the memory of the object is too small")) };
            place.bytes(vm, target, size)?.copy_from_slice(&copied);
            let kept = kept_by(vm, value);
            keep(vm, base, index, kept)?;
            return Ok(Action::Return(Value::NONE));
        }
        if information.shape == Shape::Pointer
            && let Some((_, _, Information { shape: Shape::Array, item, .. })) = parts_of(vm, value)
            && item.get().get::<Class>().is_some_and(|item| information.item.get().get::<Class>().is_some_and(|wanted| item.is_subclass_of(wanted)))
        {
            place.bytes(vm, target, size)?.copy_from_slice(&(source.address() as usize).to_ne_bytes());
            let kept = kept_by(vm, value);
            let pair = vm.new_tuple(vec![kept, value.clone()]);
            keep(vm, base, index, pair)?;
            return Ok(Action::Return(Value::NONE));
        }
        let (given, wanted) = (vm.type_name(value), class_name(class));
        return Err(vm.type_error(&format!("incompatible types, {given} instance instead of {wanted} instance")));
    }
    if value.get::<Tuple>().is_some() {
        // The type is called with the items, and its instance written.
        let arguments = value.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
        let (class, base) = (Value::from_object(class), base.clone());
        return Ok(Action::call(class.clone(), arguments, move |vm, made| {
            let made = made.map_err(|raised| explain_failure(vm, &class, raised))?;
            let Some((class, information)) = of_type(vm, &class) else { return Ok(Action::Return(Value::NONE)) };
            put(vm, class, information, &base, index, place, &made)
        }));
    }
    let (given, wanted) = (vm.type_name(value), class_name(class));
    Err(vm.type_error(&format!("expected {wanted} instance, got {given}")))
}

/// An exception in the constructor of a structure within another: a RuntimeError that says for what, as CPython has it.
#[cold]
fn explain_failure(vm: &mut Vm, class: &Value, raised: Raised) -> Raised {
    let exception = vm.take_exception(raised);
    let name = class.get::<Class>().map(class_name).unwrap_or_default();
    let kind = vm.type_name(&exception);
    let text = pyvm_core::builtins::report::format_exception_only(vm, &exception);
    let text = text.trim_end();
    let text = text.strip_prefix(&format!("{kind}: ")).unwrap_or(text);
    vm.raise(Ex::RuntimeError, &format!("({name}) {kind}: {text}"))
}

// ---- simple values

fn value(vm: &mut Vm, this: &Value) -> Res<Value> {
    let (memory, _, information) = receiver(vm, this)?;
    let Some(code) = information.code() else { return Ok(Value::NONE) };
    if code == Code::Object && !memory.objects.get().is_none() {
        let word = memory.bytes().try_into().map(u64::from_ne_bytes).unwrap_or(0);
        if memory.objects.get().bits() == word {
            return Ok(memory.objects.get().clone());
        }
    }
    let mut bytes = [0; 16];
    let bytes = bytes.get_mut(..code.size()).unwrap_or_default();
    bytes.copy_from_slice(slice(vm, memory, 0, code.size())?);
    scalar::read(vm, code, information.swapped, bytes)
}

fn set_value(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let (memory, _, information) = receiver(vm, this)?;
    let Some(value) = value else { return Err(vm.type_error("can't delete attribute")) };
    let Some(code) = information.code() else { return Ok(()) };
    let mut bytes = [0; 16];
    let bytes = bytes.get_mut(..code.size()).unwrap_or_default();
    let kept = scalar::write(vm, code, information.swapped, value, bytes)?;
    slice(vm, memory, 0, code.size())?.copy_from_slice(bytes);
    if memory.base.get().get::<ForeignMemory>().is_some() {
        let (base, index) = (memory.base.get().clone(), memory.index.get());
        return keep(vm, &base, index, kept);
    }
    keep(vm, this, 0, kept)
}

/// `__init__` of a simple value.
fn simple_init(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let [this, value] = arguments {
        set_value(vm, this, Some(value))?;
    } else if arguments.len() > 2 {
        let count = arguments.len() - 1;
        return Err(vm.type_error(&format!("__init__ expected at most 1 argument, got {count}")));
    }
    Ok(Value::NONE)
}

fn truth(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let memory = memory_argument(vm, arguments)?;
    Ok(Value::bool(memory.bytes().iter().any(|&byte| byte != 0)))
}

// ---- arrays

fn item_of<'a>(vm: &mut Vm, information: &'a Information) -> Res<(&'a Class, &'a Information)> {
    required(vm, information.item.get())
}

fn array_length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (_, _, information) = receiver(vm, arguments.first().unwrap_or(text_arguments::NONE))?;
    Ok(vm.new_size(information.length))
}

fn wrong_key(vm: &mut Vm, _: &Value) -> Raised {
    vm.type_error("indices must be integers")
}

/// The index that a key is; None: it is a slice.
fn array_index(vm: &mut Vm, information: &Information, key: &Value) -> Res<Option<usize>> {
    match text_arguments::subscript(vm, key, information.length, wrong_key)? {
        Subscript::Item(index) => match usize::try_from(index).ok().filter(|&index| index < information.length) {
            Some(index) => Ok(Some(index)),
            None => Err(vm.raise(Ex::IndexError, "invalid index")),
        },
        Subscript::Slice { .. } => Ok(None),
    }
}

fn array_get(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (this, key) = (args.get(0).unwrap_or(text_arguments::NONE), args.get(1).unwrap_or(text_arguments::NONE));
    let (memory, _, information) = receiver(vm, this)?;
    let Some(index) = array_index(vm, information, key)? else { return tail_hook(vm, "_array_slice", &[this.clone(), key.clone()]) };
    let (class, item) = item_of(vm, information)?;
    let size = item.size.get();
    let address = slice(vm, memory, index * size, size)?.as_mut_ptr();
    // SAFETY: so many bytes are there, and the array keeps them.
    unsafe { get(vm, class, item, this, index, if size == 0 { memory.address() } else { address }) }.map(Action::Return)
}

fn array_set(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, key, value] = [0, 1, 2].map(|index| args.get(index).unwrap_or(text_arguments::NONE));
    let (_, _, information) = receiver(vm, this)?;
    let Some(index) = array_index(vm, information, key)? else { return tail_hook(vm, "_set_array_slice", &[this.clone(), key.clone(), value.clone()]) };
    let (class, item) = item_of(vm, information)?;
    put(vm, class, item, this, index, Target::Inside(index * item.size.get()), value)
}

/// The text in an array of characters.
fn text(vm: &mut Vm, this: &Value) -> Res<Value> {
    let (memory, _, information) = receiver(vm, this)?;
    let code = item_of(vm, information)?.1.code().unwrap_or(Code::Char);
    text_of(vm, code, memory.bytes())
}

/// The characters before the zero, or all of them.
///
/// # Errors
/// ValueError for what is no character.
pub fn text_of(vm: &mut Vm, code: Code, bytes: &[u8]) -> Res<Value> {
    if code == Code::WideChar {
        let units: Vec<libc::wchar_t> =
            bytes.chunks_exact(4).map(|unit| unit.try_into().map(libc::wchar_t::from_ne_bytes).unwrap_or(0)).take_while(|&unit| unit != 0).collect();
        return scalar::from_wide(vm, units.into_iter());
    }
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    Ok(vm.new_bytes(bytes.get(..end).unwrap_or_default()))
}

fn raw(vm: &mut Vm, this: &Value) -> Res<Value> {
    let (memory, ..) = receiver(vm, this)?;
    Ok(vm.new_bytes(memory.bytes()))
}

fn set_raw(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.raise(Ex::AttributeError, "cannot delete attribute")) };
    let data = bytes::required(vm, value)?.into_owned();
    let (memory, ..) = receiver(vm, this)?;
    match memory.bytes_mut().get_mut(..data.len()) {
        Some(place) => {
            place.copy_from_slice(&data);
            Ok(())
        }
        None => Err(vm.value_error("byte string too long")),
    }
}

// ---- pointers

fn pointed_to(memory: &ForeignMemory) -> usize {
    memory.bytes().try_into().map(usize::from_ne_bytes).unwrap_or(0)
}

/// Where the item of a pointer is; None: the key is a slice.
fn pointer_place<'a>(vm: &mut Vm, this: &'a Value, key: &Value) -> Res<Option<(&'a Class, &'a Information, usize, *mut u8)>> {
    let (memory, _, information) = receiver(vm, this)?;
    if key.get::<pyvm_core::object::slice::Slice>().is_some() {
        return Ok(None);
    }
    if vm.lookup_special(key, pyvm_core::vm::Name::Index).is_none() {
        return Err(vm.type_error("Pointer indices must be integer"));
    }
    let index = vm.index_i64(key)?;
    let address = pointed_to(memory);
    if address == 0 {
        return Err(vm.value_error("NULL pointer access"));
    }
    let (class, item) = item_of(vm, information)?;
    let place = (address as *mut u8).wrapping_offset((index as isize).wrapping_mul(item.size.get() as isize));
    Ok(Some((class, item, index as usize, place)))
}

fn pointer_get(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (this, key) = (args.get(0).unwrap_or(text_arguments::NONE), args.get(1).unwrap_or(text_arguments::NONE));
    match pointer_place(vm, this, key)? {
        // SAFETY: the program says by its types that there is such a value, as C does.
        Some((class, item, index, place)) => unsafe { get(vm, class, item, this, index, place) }.map(Action::Return),
        None => tail_hook(vm, "_pointer_slice", &[this.clone(), key.clone()]),
    }
}

fn pointer_set(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, key, value] = [0, 1, 2].map(|index| args.get(index).unwrap_or(text_arguments::NONE));
    let Some((class, item, index, place)) = pointer_place(vm, this, key)? else { return Err(vm.type_error("'slice' object cannot be interpreted as an integer")) };
    put(vm, class, item, this, index, Target::Elsewhere(place), value)
}

// ---- what the classes in Python call

fn numbers<const N: usize>(vm: &mut Vm, arguments: &[Value], first: usize) -> Res<[usize; N]> {
    let mut out = [0; N];
    for (place, value) in out.iter_mut().zip(arguments.get(first..).unwrap_or_default()) {
        *place = scalar::low_bits(vm, value)? as usize;
    }
    Ok(out)
}

fn first(arguments: &[Value]) -> &Value {
    arguments.first().unwrap_or(text_arguments::NONE)
}

/// `size_of(instance or class)`
fn size_of_any(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let given = first(arguments);
    if let Some((_, information)) = of_type(vm, given) {
        return Ok(vm.new_size(information.size.get()));
    }
    match memory(given) {
        Some(memory) => Ok(vm.new_size(memory.size())),
        None => Err(vm.type_error("this type has no size")),
    }
}

/// `alignment(instance or class)`
fn alignment_of_any(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let given = first(arguments);
    if let Some((_, information)) = of_type(vm, given) {
        return Ok(vm.new_size(information.alignment.get()));
    }
    match parts_of(vm, given) {
        Some((_, _, information)) => Ok(vm.new_size(information.alignment.get())),
        None => Err(vm.type_error("no alignment info")),
    }
}

/// `addressof(instance)`
fn address_of(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match memory(first(arguments)) {
        Some(memory) => Ok(scalar::unsigned(vm, memory.address() as u64)),
        None => Err(vm.type_error("invalid type")),
    }
}

/// `resize(instance, size)`
fn resize(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = vm.index_i64(arguments.get(1).unwrap_or(text_arguments::NONE))?;
    let Some((memory, _, information)) = parts_of(vm, first(arguments)) else { return Err(vm.type_error("excepted ctypes instance")) };
    if size < information.size.get() as i64 {
        let least = information.size.get();
        return Err(vm.value_error(&format!("minimum size is {least}")));
    }
    if !memory.is_owner() {
        return Err(vm.value_error("Memory cannot be resized because this object doesn't own it"));
    }
    if memory.exports.get() > 0 {
        return Err(vm.raise(Ex::BufferError, "Existing exports of data: object cannot be re-sized"));
    }
    let size = usize::try_from(size).unwrap_or(0);
    vm.check_memory(Some(size))?;
    if memory.resize(size) { Ok(Value::NONE) } else { Err(vm.memory_error()) }
}

/// `at(class, address, base)`: an instance at an address, which `base`, an instance, knows.
fn at_address(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let address = scalar::low_bits(vm, arguments.get(1).unwrap_or(text_arguments::NONE))? as usize;
    let (class, information) = required(vm, first(arguments))?;
    let base = given(arguments, 2);
    let base = if memory(&base).is_some() { base } else { Value::NONE };
    // SAFETY: the program vouches for the address, as it does in C.
    unsafe { at(vm, class, information, address as *mut u8, base) }
}

/// `part(class, instance, index, offset)`: the value of a type in an instance's memory.
fn part(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [index, offset] = numbers(vm, arguments, 2)?;
    let (class, information) = required(vm, first(arguments))?;
    let Some(base) = arguments.get(1) else { return Ok(Value::NONE) };
    let Some(memory) = memory(base) else { return Err(vm.type_error("a ctypes instance is required")) };
    let address = slice(vm, memory, offset, information.size.get())?.as_mut_ptr();
    // SAFETY: so many bytes are there, and the instance keeps them.
    unsafe { get(vm, class, information, base, index, address) }
}

/// `set_part(class, instance, index, offset, value)`
fn set_part(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [index, offset] = numbers(vm, args.positional, 2)?;
    let (class, information) = required(vm, first(args.positional))?;
    let (Some(base), Some(value)) = (args.get(1), args.get(4)) else { return Ok(Action::Return(Value::NONE)) };
    put(vm, class, information, base, index, Target::Inside(offset), value)
}

/// `over(class, buffer, offset)`: an instance that shares the memory of a buffer.
fn over(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (class, information) = required(vm, first(arguments))?;
    let source = arguments.get(1).cloned().unwrap_or(Value::NONE);
    let offset = vm.index_i64(arguments.get(2).unwrap_or(&Value::small_int(0)))?;
    // A view keeps the buffer from being resized.
    let view = pyvm_core::object::memoryview::new(vm, &source)?;
    let contiguous = matches!(bytes::required(vm, &view)?, std::borrow::Cow::Borrowed(_));
    let Some(place) = bytes::writable(vm, &view)?.map(|bytes| (bytes.as_mut_ptr(), bytes.len())) else {
        return Err(vm.type_error(if contiguous { "underlying buffer is not writable" } else { "underlying buffer is not C contiguous" }));
    };
    let Ok(offset) = usize::try_from(offset) else { return Err(vm.value_error("offset cannot be negative")) };
    check_room(vm, place.1, information.size.get(), offset)?;
    let address = place.0.wrapping_add(offset);
    // SAFETY: the buffer has so many bytes, and the view, which the instance keeps, keeps them in place.
    let value = unsafe { at(vm, class, information, address, Value::NONE)? };
    if let Some(memory) = memory(&value) {
        let objects = vm.new_dict();
        if let Some(objects) = objects.get::<Dict>() {
            let key = vm.intern("ffffffff");
            drop(objects.set_interned(&key, view));
        }
        memory.objects.set(objects);
    }
    Ok(value)
}

fn check_room(vm: &mut Vm, there: usize, size: usize, offset: usize) -> Res<()> {
    if offset.checked_add(size).is_some_and(|end| end <= there) {
        return Ok(());
    }
    Err(vm.value_error(&format!("Buffer size too small ({there} instead of at least {} bytes)", size.saturating_add(offset))))
}

/// `copy_of(class, buffer, offset)`: an instance with a copy of a buffer's bytes.
fn copy_of(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (class, information) = required(vm, first(arguments))?;
    let offset = vm.index_i64(arguments.get(2).unwrap_or(&Value::small_int(0)))?;
    let data = bytes::required(vm, arguments.get(1).unwrap_or(text_arguments::NONE))?.into_owned();
    let Ok(offset) = usize::try_from(offset) else { return Err(vm.value_error("offset cannot be negative")) };
    check_room(vm, data.len(), information.size.get(), offset)?;
    let value = fresh(vm, class, information)?;
    if let (Some(memory), Some(data)) = (memory(&value), data.get(offset..)) {
        for (place, byte) in memory.bytes_mut().iter_mut().zip(data) {
            *place = *byte;
        }
    }
    Ok(value)
}

/// `write(instance, bytes)`: overwrites the first bytes.
fn write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = bytes::required(vm, arguments.get(1).unwrap_or(text_arguments::NONE))?.into_owned();
    let memory = memory_argument(vm, arguments)?;
    for (place, byte) in memory.bytes_mut().iter_mut().zip(data) {
        *place = byte;
    }
    Ok(Value::NONE)
}

/// `keep(instance, index, object)`
fn keep_native(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [index] = numbers(vm, arguments, 1)?;
    memory_argument(vm, arguments)?;
    keep(vm, first(arguments), index, arguments.get(2).cloned().unwrap_or(Value::NONE))?;
    Ok(Value::NONE)
}

/// `kept(instance)`: what it keeps alive, in a dict.
fn kept_native(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    memory_argument(vm, arguments)?;
    Ok(kept_by(vm, first(arguments)))
}

/// `complete(name, function)`: a method in Python of all instances.
fn complete(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let base = vm.class_from_spec(&MEMORY);
    if let Some(base) = base.get::<Class>() {
        let name = vm.intern_value(first(arguments));
        drop(base.namespace().set_interned(&name, given(arguments, 1)));
        vm.class_changed(base);
    }
    Ok(Value::NONE)
}

/// So many characters, or those before the zero if the size is -1.
///
/// # Safety
/// The caller vouches for the address.
pub unsafe fn text_at(vm: &mut Vm, address: usize, size: i64, wide: bool) -> Res<Value> {
    if size < -1 {
        return Err(vm.raise(Ex::SystemError, "Negative size passed for the characters at an address"));
    }
    let Ok(size) = usize::try_from(size) else {
        // SAFETY: the caller's.
        return if wide { unsafe { scalar::wide_text_at(vm, address) } } else { Ok(unsafe { scalar::text_at(vm, address) }) };
    };
    vm.check_memory(size.checked_mul(4))?;
    if wide {
        let start = address as *const libc::wchar_t;
        // SAFETY: the caller's.
        return scalar::from_wide(vm, (0..size).map(|index| unsafe { start.add(index).read_unaligned() }));
    }
    // SAFETY: the caller's.
    Ok(vm.new_bytes(if size == 0 { &[] } else { unsafe { std::slice::from_raw_parts(address as *const u8, size) } }))
}

/// `cast(source, class)`: a pointer of another type to an address, which keeps alive what the source does, and the source.
///
/// # Errors
/// TypeError if the class is no pointer's.
pub fn shared_cast(vm: &mut Vm, address: usize, source: &Value, class: &Value) -> Res<Value> {
    let of = of_type(vm, class).filter(|(_, information)| {
        matches!(information.shape, Shape::Pointer | Shape::Function) || information.code().is_some_and(|code| code != Code::Object && code.points())
    });
    let Some((class, information)) = of else {
        let name = of_type(vm, class).map(|(class, _)| format!(", not {}", class_name(class))).unwrap_or_default();
        return Err(vm.type_error(&format!("cast() argument 2 must be a pointer type{name}")));
    };
    let value = fresh(vm, class, information)?;
    let Some(target) = memory(&value) else { return Ok(value) };
    target.bytes_mut().copy_from_slice(&address.to_ne_bytes());
    if memory(source).is_some() {
        let kept = kept_by(vm, source);
        if let Some(objects) = kept.get::<Dict>() {
            let key = pyvm_core::builtins::evaluate::identity(vm, source);
            objects.set(vm, key, source.clone())?;
        }
        target.objects.set(kept);
    }
    Ok(value)
}

/// A memoryview of bytes at an address.
///
/// # Errors
/// ValueError.
///
/// # Safety
/// The caller vouches for the address.
pub unsafe fn read_only_view(vm: &mut Vm, address: usize, size: isize, read_only: bool) -> Res<Value> {
    let Ok(size) = usize::try_from(size) else { return Err(vm.value_error("negative size")) };
    vm.class_from_spec(&MEMORY);
    let class = vm.class::<ForeignMemory>();
    // SAFETY: the caller's.
    let Some(source) = (unsafe { foreign_memory::create(vm, &class, size, Place::At(address as *mut u8), Value::NONE, Value::NONE) }) else {
        return Err(vm.memory_error());
    };
    if read_only && let Some(view) = pyvm_core::object::memoryview::read_only_view_of_memory(vm, &source) {
        return Ok(view);
    }
    pyvm_core::object::memoryview::new(vm, &source)
}

pub static NATIVES: [Native; 13] = [
    Native::simple("sizeof(obj_or_type, /)", size_of_any, "Return the size in bytes of a C instance."),
    Native::simple("alignment(obj_or_type, /)", alignment_of_any, "Return the alignment requirements of a C instance."),
    Native::simple("addressof(obj, /)", address_of, "Return the address of the C instance internal buffer"),
    Native::simple("resize(obj, size, /)", resize, "Resize the memory of a C instance."),
    Native::simple("at(cls, address, base=None, /)", at_address, "An instance at an address."),
    Native::simple("part(cls, obj, index, offset, /)", part, "The value of a type in an instance's memory."),
    Native::full("set_part(cls, obj, index, offset, value, /)", set_part, "Write a value of a type into an instance's memory."),
    Native::simple("over(cls, buffer, offset, /)", over, "An instance that shares the memory of a buffer."),
    Native::simple("copy_of(cls, buffer, offset, /)", copy_of, "An instance with a copy of a buffer's bytes."),
    Native::simple("write(obj, data, /)", write, "Overwrite the first bytes of an instance."),
    Native::simple("keep(obj, index, kept, /)", keep_native, "Keep something alive for a place in an instance."),
    Native::simple("kept(obj, /)", kept_native, "What an instance keeps alive."),
    Native::simple("complete(name, function, /)", complete, "Give all instances a method."),
];

/// The argument at `index`, or None.
pub fn given(arguments: &[Value], index: usize) -> Value {
    argument(arguments, index).cloned().unwrap_or(Value::NONE)
}
