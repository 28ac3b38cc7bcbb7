//! `_string`: the parsing of `str.format` templates, for `string.Formatter`.

use super::ModuleSpec;
use crate::object::format_spec::decimal_number;
use crate::object::list;
use crate::object::str::template::{access, first_end, piece};
use crate::object::str::{Str, from_code_point, from_part};
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm};
use alloc::vec::Vec;

fn text<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Str> {
    let value = arguments.first().unwrap_or(NONE);
    match value.get::<Str>() {
        Some(text) => Ok(text),
        None => {
            let name = vm.type_name(value);
            Err(vm.type_error(&alloc::format!("expected str, got {name}")))
        }
    }
}

/// `formatter_parser(template)`: an iterator of (literal, field name, specification, conversion).
fn formatter_parser(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let template = text(vm, arguments)?;
    let mut items = Vec::new();
    let mut position = 0;
    while position < template.size {
        let piece = match piece(template.bytes(), position) {
            Ok(piece) => piece,
            Err(message) => return Err(vm.value_error(message)),
        };
        position = piece.next;
        let literal = from_part(vm, template, piece.literal.0, piece.literal.1);
        let item = match piece.field {
            None => [literal, Value::NONE, Value::NONE, Value::NONE],
            Some(field) => {
                let name = from_part(vm, template, field.name.0, field.name.1);
                let spec = from_part(vm, template, field.spec.0, field.spec.1);
                [literal, name, spec, field.conversion.map_or(Value::NONE, |conversion| from_code_point(vm, conversion))]
            }
        };
        items.push(vm.new_tuple(item.into()));
    }
    let items = vm.new_list(items);
    Ok(list::iterator(vm, &items))
}

/// A part of a field's name: an int if it is a number.
fn name_or_number(vm: &mut Vm, name: &Str, start: usize, end: usize) -> Res<Value> {
    match decimal_number(name.bytes().get(start..end).unwrap_or_default()) {
        Some(Some(number)) => Ok(vm.new_size(number)),
        Some(None) => Err(vm.value_error("Too many decimal digits in format string")),
        None => Ok(from_part(vm, name, start, end)),
    }
}

/// `formatter_field_name_split(name)`: the first part, and an iterator of (is attribute, name).
fn formatter_field_name_split(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = text(vm, arguments)?;
    let end = first_end(name.bytes(), (0, name.size));
    let first = name_or_number(vm, name, 0, end)?;
    let mut items = Vec::new();
    let mut position = end;
    loop {
        let access = match access(name.bytes(), position) {
            Ok(Some(access)) => access,
            Ok(None) => break,
            Err(message) => return Err(vm.value_error(message)),
        };
        position = access.next;
        let part = if access.is_attribute { from_part(vm, name, access.name.0, access.name.1) } else { name_or_number(vm, name, access.name.0, access.name.1)? };
        items.push(vm.new_tuple([Value::bool(access.is_attribute), part].into()));
    }
    let items = vm.new_list(items);
    let rest = list::iterator(vm, &items);
    Ok(vm.new_tuple([first, rest].into()))
}

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("formatter_parser(template, /)", formatter_parser, "The literal texts and fields of a template."),
        Native::simple("formatter_field_name_split(name, /)", formatter_field_name_split, "The parts of a field's name."),
    ],
    ..ModuleSpec::new("_string", "What string.Formatter is made of.")
};
