//! Strings as JSON writes them.

use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::{Res, Vm};
use core::fmt::Write;

/// Appends a string in quotes; with `ascii`, everything else escaped.
pub fn push(out: &mut StrBuilder, text: &Str, ascii: bool) {
    out.push_ascii(b'"');
    // Pieces between what is escaped.
    let (bytes, mut start, mut at) = (text.bytes(), 0, 0);
    while let Some(&byte) = bytes.get(at) {
        let plain = match byte {
            b'"' | b'\\' | 0..=0x1f => false,
            0x20..=0x7e => true,
            _ => !ascii,
        };
        if plain {
            at += 1;
            continue;
        }
        out.push_part(text, start, at);
        let (code_point, width) = crate::object::str::decode_at(bytes, at);
        push_escape(out, code_point);
        at += width.max(1);
        start = at;
    }
    out.push_part(text, start, at);
    out.push_ascii(b'"');
}

fn push_escape(out: &mut StrBuilder, code_point: u32) {
    let short = match code_point {
        0x22 => "\\\"",
        0x5c => "\\\\",
        0x0a => "\\n",
        0x0d => "\\r",
        0x09 => "\\t",
        0x0c => "\\f",
        0x08 => "\\b",
        _ => "",
    };
    if !short.is_empty() {
        out.push_str(short);
    } else if let Some(offset) = code_point.checked_sub(0x1_0000) {
        let _ = write!(out, "\\u{:04x}\\u{:04x}", 0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff));
    } else {
        let _ = write!(out, "\\u{code_point:04x}");
    }
}

fn encoded(vm: &mut Vm, arguments: &[Value], ascii: bool) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let Some(text) = value.get::<Str>() else {
        let name = vm.type_name(value);
        return Err(vm.type_error(&alloc::format!("first argument must be a string, not {name}")));
    };
    vm.check_memory(text.size.checked_mul(2))?;
    let mut out = StrBuilder::with_capacity(text.size + 2);
    push(&mut out, text, ascii);
    out.finish(vm)
}

pub fn encode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    encoded(vm, arguments, false)
}

pub fn encode_ascii(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    encoded(vm, arguments, true)
}
