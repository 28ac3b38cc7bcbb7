//! `chr` and `ord`.

use crate::object::bytearray::ByteArray;
use crate::object::bytes::Bytes;
use crate::object::str::{Str, transform};
use crate::object::text_arguments::{NONE, clipped_index};
use crate::object::value::Value;
use crate::vm::{Native, Res, Vm};
use alloc::format;

fn chr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = clipped_index(vm, arguments.first().unwrap_or(NONE))?;
    transform::character(vm, number)
}

fn ord(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let (single, length) = if let Some(text) = value.get::<Str>() {
        (text.single(), text.length)
    } else {
        let data = match (value.get::<Bytes>(), value.get::<ByteArray>()) {
            (Some(bytes), _) => bytes.data(),
            (_, Some(array)) => array.data.get().as_slice(),
            _ => {
                let name = vm.type_name(value);
                return Err(vm.type_error(&format!("ord() expected string of length 1, but {name} found")));
            }
        };
        (data.first().map(|&byte| byte as u32), data.len())
    };
    match single.filter(|_| length == 1) {
        Some(code_point) => Ok(Value::small_int(code_point as i64)),
        None => Err(vm.type_error(&format!("ord() expected a character, but string of length {length} found"))),
    }
}

/// Functions of module `builtins`.
pub const NATIVES: &[Native] =
    &[Native::simple("chr(i, /)", chr, "The character with a code point."), Native::simple("ord(character, /)", ord, "The code point of a character.")];
