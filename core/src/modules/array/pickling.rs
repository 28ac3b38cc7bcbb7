//! What pickle needs to make an array again, also one that another machine made.

use super::conversions::items;
use super::{array, class_of_arrays, insert_at, item_type, second};
use crate::object::array::new_of_class;
use crate::object::bytes::Bytes;
use crate::object::class::Class;
use crate::object::construct::class_name;
use crate::object::exception::Ex;
use crate::object::scalar::{self, BIG_ENDIAN, Scalar};
use crate::object::str::Str;
use crate::object::value::Value;
use crate::vm::{Action, Args, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

/// `__reduce_ex__(protocol)`: protocol 2 and below by a list, later ones by the bytes and what they mean.
pub(super) fn reduce(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = array(vm, args.positional)?;
    let protocol = vm.index_i64(second(args.positional))?;
    let (class, code) = (vm.class_of(&args.positional[0]).value(), vm.format(format_args!("{}", this.scalar.code as char)));
    let data = if protocol < 3 {
        let items = items(vm, this)?;
        vm.new_list(items)
    } else {
        let data = this.data.get().clone();
        vm.new_bytes(&data)
    };
    let format = vm.new_int(machine_format(this.scalar));
    let dict = vm.intern("__dict__");
    let found = vm.get_attribute(&args.positional[0], &dict);
    let found = vm.catch(found, Ex::AttributeError)?;
    let finish = move |vm: &mut Vm, dict: Value| {
        let (maker, arguments) = if protocol < 3 {
            (class, Vec::from([code, data]))
        } else {
            let maker = super::super::attribute(vm, "array", "_array_reconstructor").unwrap_or(Value::NONE);
            (maker, Vec::from([class, code, format, data]))
        };
        let arguments = vm.new_tuple(arguments);
        Ok(Action::Return(vm.new_tuple(Vec::from([maker, arguments, dict]))))
    };
    match found {
        Some(action) => action.and_then(vm, finish),
        None => finish(vm, Value::NONE),
    }
}

/// The numbers that pickles have for machine formats: signed and unsigned integers of 8 to 64 bits, floats, UTF-32; each in both orders.
static MACHINE_FORMATS: [(scalar::Kind, usize); 11] = [
    (scalar::Kind::Unsigned, 1),
    (scalar::Kind::Signed, 1),
    (scalar::Kind::Unsigned, 2),
    (scalar::Kind::Signed, 2),
    (scalar::Kind::Unsigned, 4),
    (scalar::Kind::Signed, 4),
    (scalar::Kind::Unsigned, 8),
    (scalar::Kind::Signed, 8),
    (scalar::Kind::Float, 4),
    (scalar::Kind::Float, 8),
    (scalar::Kind::Character, 4),
];

/// Where the list's entry for an index begins: single bytes have one order, UTF-32 follows UTF-16.
fn format_number(index: usize) -> i64 {
    match index {
        0 | 1 => index as i64,
        10 => 20,
        _ => 2 + (index as i64 - 2) * 2,
    }
}

fn machine_format(scalar: Scalar) -> i64 {
    let index = MACHINE_FORMATS.iter().position(|&(kind, size)| kind == scalar.kind && size == scalar.size).unwrap_or(0);
    format_number(index) + i64::from(BIG_ENDIAN && scalar.size > 1)
}

pub(super) fn reconstruct(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [class, code, format, data] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let array_class = class_of_arrays(vm);
    let Some(target) = class.get::<Class>() else {
        let name = vm.type_name(class);
        return Err(vm.type_error(&format!("first argument must be a type object, not {name}")));
    };
    if !target.is_subclass_of(&array_class) {
        let name = class_name(target);
        return Err(vm.type_error(&format!("{name} is not a subtype of array.array")));
    }
    let Some(scalar) = code.get::<Str>().and_then(Str::single).and_then(item_type) else { return Err(vm.value_error("second argument must be a valid type code")) };
    let format = vm.index_i64(format)?;
    let known = (0..MACHINE_FORMATS.len()).find_map(|index| {
        let first = format_number(index);
        let &(kind, size) = MACHINE_FORMATS.get(index)?;
        (format == first || size > 1 && format == first + 1).then_some((Scalar { code: 0, kind, size }, format != first))
    });
    let Some(data) = data.get::<Bytes>().map(|data| data.data().to_vec()) else {
        let name = vm.type_name(data);
        return Err(vm.type_error(&format!("fourth argument should be bytes, not {name}")));
    };
    if matches!(format, 18 | 19) && scalar.kind == scalar::Kind::Character {
        return from_utf16(vm, target, scalar, &data, format == 19).map(Action::Return);
    }
    let Some((stored, big_endian)) = known else { return Err(vm.value_error("third argument must be a valid machine format code.")) };
    if !data.len().is_multiple_of(stored.size) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    if stored.kind == scalar.kind && stored.size == scalar.size && (stored.size == 1 || big_endian == BIG_ENDIAN) {
        return Ok(Action::Return(new_of_class(vm, target, scalar, data)));
    }
    // Integers become those that have the stored size.
    let integer = |kind| matches!(kind, scalar::Kind::Signed | scalar::Kind::Unsigned);
    let code = match (stored.kind, stored.size) {
        _ if !integer(scalar.kind) => scalar.code,
        (scalar::Kind::Signed, 1) => b'b',
        (scalar::Kind::Unsigned, 1) => b'B',
        (scalar::Kind::Signed, 2) => b'h',
        (scalar::Kind::Unsigned, 2) => b'H',
        (scalar::Kind::Signed, 4) => b'i',
        (scalar::Kind::Unsigned, 4) => b'I',
        (scalar::Kind::Signed, 8) => b'q',
        (scalar::Kind::Unsigned, 8) => b'Q',
        _ => scalar.code,
    };
    let value = new_of_class(vm, target, item_type(code.into()).unwrap_or(scalar), Vec::new());
    let array = array(vm, core::slice::from_ref(&value))?;
    for item in data.chunks(stored.size) {
        let item = stored.read(vm, item, big_endian);
        insert_at(vm, array, usize::MAX, &item)?;
    }
    Ok(Action::Return(value))
}

/// An array of characters, pickled where they had two bytes.
fn from_utf16(vm: &mut Vm, class: &Class, scalar: Scalar, data: &[u8], big_endian: bool) -> Res<Value> {
    if !data.len().is_multiple_of(2) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    let units = data.chunks_exact(2).map(|unit| {
        let unit = [unit.first().copied().unwrap_or(0), unit.get(1).copied().unwrap_or(0)];
        if big_endian { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) }
    });
    let code_points = char::decode_utf16(units).map(|decoded| decoded.map_or_else(|error| u32::from(error.unpaired_surrogate()), u32::from));
    let items = code_points.flat_map(u32::to_ne_bytes).collect();
    Ok(new_of_class(vm, class, scalar, items))
}
