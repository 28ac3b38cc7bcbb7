//! Fields of structures and unions: the descriptors in their classes.

use super::information::{Information, Shape, of_type};
use super::memory::{Target, given, memory};
use super::scalar::{self, Code};
use pyvm_core::object;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::foreign_memory::ForeignMemory;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Vm};

/// A field.
#[repr(C)]
pub struct Field {
    header: Header,
    name: Value,
    class: Mut<Value>,
    size: usize,
    offset: usize,
    /// First bit and number of bits, of a bit field.
    bits: Option<(u32, u32)>,
    index: usize,
    anonymous: Mut<bool>,
}

object!(
    Field,
    Kind::Other,
    "CField",
    |this, visit| {
        visit(&this.name);
        visit(this.class.get());
    },
    |this| drop(this.class.replace(Value::NONE))
);

macro_rules! getters {
    ($($name:literal |$vm:ident, $this:ident| $value:expr, $doc:literal;)+) => {
        &[$(Getter::read_only($name, |$vm, value| match value.get::<Field>() {
            Some($this) => Ok($value),
            None => Ok(Value::NONE),
        }, $doc)),+]
    };
}

pub static SPEC: TypeSpec = TypeSpec {
    module: "ctypes",
    doc: "Structure/Union member",
    natives: &[
        Native::full("__new__($type, /, **kwargs)", new, "A new field; not for programs."),
        Native::simple("__get__($self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
        Native::full("__set__($self, instance, value, /)", set, "Set an attribute of instance to value."),
        Native::simple("__delete__($self, instance, /)", |vm, _| Err(vm.type_error("can't delete attribute")), "Fields cannot be deleted."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple(
            "_mark_anonymous($self, /)",
            |_, arguments| {
                if let Some(field) = arguments.first().and_then(|field| field.get::<Field>()) {
                    field.anonymous.set(true);
                }
                Ok(Value::NONE)
            },
            "Its fields are fields of the structure around it too.",
        ),
        Native::simple("_moved($self, offset, index, /)", moved, "The same field at an offset in another structure."),
    ],
    getters: getters! {
        "name" |_vm, this| this.name.clone(), "name of this field";
        "type" |_vm, this| this.class.get().clone(), "type of this field";
        "offset" |vm, this| vm.new_size(this.offset), "offset in bytes of this field";
        "byte_offset" |vm, this| vm.new_size(this.offset), "offset in bytes of this field";
        "size" |vm, this| match this.bits {
            Some((first, count)) => vm.new_int(i64::from(count) << 16 | i64::from(first)),
            None => vm.new_size(this.size),
        }, "size in bytes of this field; of a bit field, its bits and where they begin";
        "byte_size" |vm, this| vm.new_size(this.size), "size of this field in bytes";
        "bit_offset" |_vm, this| Value::small_int(this.bits.map_or(0, |(first, _)| i64::from(first))), "additional offset in bits (relative to byte_offset)";
        "bit_size" |vm, this| match this.bits {
            Some((_, count)) => Value::small_int(i64::from(count)),
            None => vm.new_size(this.size.saturating_mul(8)),
        }, "size of this field in bits";
        "is_bitfield" |_vm, this| Value::bool(this.bits.is_some()), "true if this is a bitfield";
        "is_anonymous" |_vm, this| Value::bool(*this.anonymous.get()), "true if this field is anonymous";
    },
    ..TypeSpec::new("CField", Field::LAYOUT)
};

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    if args.keyword("_internal_use").is_none() {
        return Err(vm.type_error("cannot create 'ctypes.CField' instances"));
    }
    let named = |name: &str| args.keyword(name).cloned().unwrap_or(Value::NONE);
    let (name, class) = (named("name"), named("type"));
    if name.get::<Str>().is_none() {
        let given = vm.type_name(&name);
        return Err(vm.type_error(&format!("field name must be a string, not {given}")));
    }
    let name = vm.intern_value(&name);
    let Some((_, information)) = of_type(vm, &class) else {
        let text = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let given = vm.type_name(&class);
        return Err(vm.type_error(&format!("type of field '{text}' must be a C type, not {given}")));
    };
    let takes_bits = information.code().is_some_and(scalar::Code::takes_bits);
    information.fixed.set(true);
    let mut number = |value: &Value| -> Res<usize> { Ok(usize::try_from(vm.index_i64(value)?).unwrap_or(0)) };
    let (size, offset, index) = (number(&named("byte_size"))?, number(&named("byte_offset"))?, number(&named("index"))?);
    let bits = match named("bit_size") {
        count if count.is_none() => None,
        count => Some((number(&named("bit_offset"))? as u32, number(&count)? as u32)),
    };
    if bits.is_some() && !takes_bits {
        let name = class.get::<pyvm_core::object::class::Class>().map(pyvm_core::object::construct::class_name).unwrap_or_default();
        return Err(vm.type_error(&format!("bit fields not allowed for type {name}")));
    }
    if let Some((first, count)) = bits
        && (count == 0 || size > 8 || u64::from(first) + u64::from(count) > size as u64 * 8)
    {
        return Err(vm.value_error("bit field overflows its type"));
    }
    let anonymous = Mut::new(false);
    vm.class_from_spec(&SPEC);
    Ok(Action::Return(vm.new_object(|header| Field { header, name, class: Mut::new(class), size, offset, bits, index, anonymous })))
}

fn moved(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(field) = arguments.first().and_then(|field| field.get::<Field>()) else { return Ok(Value::NONE) };
    let offset = usize::try_from(vm.index_i64(&given(arguments, 1))?).unwrap_or(0);
    let index = usize::try_from(vm.index_i64(&given(arguments, 2))?).unwrap_or(0);
    let (name, class, size, bits) = (field.name.clone(), field.class.get().clone(), field.size, field.bits);
    let (offset, index) = (field.offset + offset, field.index + index);
    Ok(vm.new_object(|header| Field { header, name, class: Mut::new(class), size, offset, bits, index, anonymous: Mut::new(false) }))
}

/// Fields that are arrays of characters are texts.
fn text_code(vm: &mut Vm, information: &Information) -> Option<Code> {
    if information.shape != Shape::Array {
        return None;
    }
    let (_, item) = of_type(vm, information.item.get())?;
    item.code().filter(|code| matches!(code, Code::Char | Code::WideChar) && item.plain)
}

fn set_text(vm: &mut Vm, code: Code, memory: &ForeignMemory, field: &Field, value: &Value) -> Res<()> {
    let (data, length, what) = if code == Code::Char {
        let Some(bytes) = value.get::<Bytes>() else {
            let name = vm.type_name(value);
            return Err(vm.type_error(&format!("expected bytes, {name} found")));
        };
        // As C's strings are: what is behind a zero does not count.
        let text: Vec<u8> = bytes.data().iter().copied().take_while(|&byte| byte != 0).collect();
        let length = text.len();
        (text, length, "bytes")
    } else {
        let Some(text) = value.get::<Str>() else { return Err(scalar::wrong_instance(vm, value, "unicode string expected instead of ")) };
        (text.code_points().flat_map(u32::to_ne_bytes).collect(), text.length, "string")
    };
    let Some(place) = memory.bytes_mut().get_mut(field.offset..field.offset + field.size) else {
        return Err(vm.value_error("the memory of the object is too small"));
    };
    if data.len() > place.len() {
        let most = place.len() / code.size();
        return Err(vm.value_error(&format!("{what} too long ({length}, maximum length {most})")));
    }
    // With the zero that ends it, if there is room.
    for (place, byte) in place.iter_mut().zip(data.iter().chain([0; 4].iter().take(code.size()))) {
        *place = *byte;
    }
    Ok(())
}

fn no_instance(vm: &mut Vm) -> pyvm_core::vm::Raised {
    vm.type_error("not a ctype instance")
}

fn get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (Some(this), Some(instance)) = (arguments.first(), arguments.get(1)) else { return Ok(Value::NONE) };
    let Some(field) = this.get::<Field>() else { return Ok(Value::NONE) };
    if instance.is_none() {
        return Ok(this.clone());
    }
    let Some(memory) = memory(instance) else { return Err(no_instance(vm)) };
    let Some((class, information)) = of_type(vm, field.class.get()) else { return Ok(Value::NONE) };
    let Some(bytes) = memory.bytes_mut().get_mut(field.offset..field.offset + field.size) else {
        return Err(vm.value_error("the memory of the object is too small"));
    };
    if let (Some((first, count)), Some(code)) = (field.bits, information.code()) {
        return Ok(scalar::read_bits(vm, code, information.swapped, bytes, first, count));
    }
    if let Some(code) = text_code(vm, information) {
        return super::memory::text_of(vm, code, bytes);
    }
    let address = if field.size == 0 { memory.address().wrapping_add(field.offset) } else { bytes.as_mut_ptr() };
    // SAFETY: the field's bytes, which the instance keeps.
    unsafe { super::memory::get(vm, class, information, instance, field.index, address) }
}

fn set(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (Some(this), Some(instance), Some(value)) = (args.get(0), args.get(1), args.get(2)) else { return Ok(Action::Return(Value::NONE)) };
    let Some(field) = this.get::<Field>() else { return Ok(Action::Return(Value::NONE)) };
    let Some(memory) = memory(instance) else { return Err(no_instance(vm)) };
    let Some((class, information)) = of_type(vm, field.class.get()) else { return Ok(Action::Return(Value::NONE)) };
    if let Some(code) = text_code(vm, information) {
        set_text(vm, code, memory, field, value)?;
        return Ok(Action::Return(Value::NONE));
    }
    let (Some((first, count)), Some(code)) = (field.bits, information.code()) else {
        return super::memory::put(vm, class, information, instance, field.index, Target::Inside(field.offset), value);
    };
    let mut copy = [0; 8];
    let copy = copy.get_mut(..field.size).unwrap_or_default();
    let range = field.offset..field.offset + field.size;
    let Some(bytes) = memory.bytes().get(range.clone()) else { return Err(vm.raise(Ex::ValueError, "the memory of the object is too small")) };
    copy.copy_from_slice(bytes);
    scalar::write_bits(vm, code, information.swapped, value, copy, first, count)?;
    if let Some(bytes) = memory.bytes_mut().get_mut(range) {
        bytes.copy_from_slice(copy);
    }
    Ok(Action::Return(Value::NONE))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(field) = arguments.first().and_then(|field| field.get::<Field>()) else { return Ok(Value::NONE) };
    let name = field.name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let class = field.class.get().get::<pyvm_core::object::class::Class>().map(pyvm_core::object::construct::class_name).unwrap_or_default();
    let place = match field.bits {
        Some((first, count)) => format!("ofs={}, bit_size={count}, bit_offset={first}", field.offset),
        None => format!("ofs={}, size={}", field.offset, field.size),
    };
    Ok(vm.format(format_args!("<ctypes.CField '{name}' type={class}, {place}>")))
}
