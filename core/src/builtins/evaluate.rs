//! Values turned into text, numbers and truth by protocol: repr, ascii, format, hash, id, callable.

use crate::object::function::Function;
use crate::object::header::SUBCLASS;
use crate::object::int;
use crate::object::str::Str;
use crate::object::text_arguments::wrong_type;
use crate::object::value::Value;
use crate::vm::iterate::native_items;
use crate::vm::protocol::{format_then, repr_then};
use crate::vm::{Action, Args, Call, Name, Native, Res, Vm, prelude};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

pub static NATIVES: &[Native] = &[
    Native::full("repr(obj, /)", repr, "The text that shows the object to a programmer."),
    Native::full("ascii(obj, /)", ascii, "repr with everything beyond ASCII escaped."),
    Native::full("format(value, format_spec='', /)", format_value, "The value's text as the format specification wants it."),
    Native::full("hash(obj, /)", hash, "The object's hash: equal objects have equal hashes."),
    Native::simple("id(obj, /)", id, "The object's identity: no two live objects share it."),
    Native::full("breakpoint(*args, **kws)", breakpoint, "Call sys.breakpointhook(*args, **kws)."),
    Native::full("aiter(async_iterable, /)", aiter, "The asynchronous iterator of an asynchronous iterable."),
    Native::full("anext(async_iterator, default=None, /)", anext, "An awaitable for the next item; default (if given) at the end."),
    Native::simple("callable(obj, /)", callable, "Whether the object can be called."),
];

fn repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    match arguments.get(0) {
        Some(object) => repr_then(vm, object, |_, text| Ok(Action::Return(text))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

fn ascii(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(object) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    repr_then(vm, object, |vm, text| Ok(Action::Return(escape_non_ascii(vm, text))))
}

/// A str with everything beyond ASCII written as `\x`, `\u` or `\U` escapes.
pub fn escape_non_ascii(vm: &mut Vm, text: Value) -> Value {
    let Some(string) = text.get::<Str>().filter(|string| !string.is_ascii()) else { return text };
    let mut escaped = String::with_capacity(string.size + 16);
    for code in code_points(string.bytes()) {
        let _ = match code {
            0..=0x7f => escaped.write_char(code as u8 as char),
            0x80..=0xff => write!(escaped, "\\x{code:02x}"),
            0x100..=0xffff => write!(escaped, "\\u{code:04x}"),
            _ => write!(escaped, "\\U{code:08x}"),
        };
    }
    vm.new_str(&escaped)
}

/// The code points of WTF-8 bytes.
pub fn code_points(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes.iter().copied();
    core::iter::from_fn(move || {
        let lead = rest.next()?;
        let (more, initial) = match lead {
            0..=0x7f => (0, u32::from(lead)),
            0x80..=0xdf => (1, u32::from(lead & 0x1f)),
            0xe0..=0xef => (2, u32::from(lead & 0x0f)),
            _ => (3, u32::from(lead & 0x07)),
        };
        (0..more).try_fold(initial, |code, _| rest.next().map(|byte| code << 6 | u32::from(byte & 0x3f)))
    })
}

fn format_value(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(value) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let spec = match arguments.get(1) {
        Some(spec) if spec.get::<Str>().is_some() => spec.clone(),
        Some(spec) => return Err(wrong_type(vm, "format() argument 2", "str", spec)),
        None => vm.name(Name::Empty).clone(),
    };
    format_then(vm, value, &spec, |_, text| Ok(Action::Return(text)))
}

fn hash(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(object) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let in_python = object.header().is_some_and(|header| header.flags() & SUBCLASS != 0)
        && vm.lookup_special(object, Name::Hash).is_some_and(|method| method.get::<Function>().is_some());
    if !in_python {
        let hash = vm.hash(object)?;
        return Ok(Action::Return(vm.new_int(hash as i64)));
    }
    match vm.call_special(object, Name::Hash, &[]) {
        Some(action) => action?.and_then(vm, |vm, result| {
            let hash = vm.hash_given(&result)?;
            Ok(Action::Return(vm.new_int(hash as i64)))
        }),
        None => Ok(Action::Return(Value::NONE)),
    }
}

fn aiter(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(iterable) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let given = vm.type_name(iterable);
    match vm.call_special(iterable, Name::AIter, &[]) {
        Some(action) => action?.and_then(vm, |vm, iterator| {
            if vm.lookup_special(&iterator, Name::ANext).is_some() {
                return Ok(Action::Return(iterator));
            }
            let given = vm.type_name(&iterator);
            Err(vm.type_error(&format!("aiter() returned not an async iterator of type '{given}'")))
        }),
        None => Err(vm.type_error(&format!("'{given}' object is not an async iterable"))),
    }
}

fn anext(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(iterator) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let default = arguments.get(1).cloned();
    let given = vm.type_name(iterator);
    match vm.call_special(iterator, Name::ANext, &[]) {
        Some(action) => action?.and_then(vm, |vm, awaitable| match default {
            None => Ok(Action::Return(awaitable)),
            Some(default) => {
                let function = prelude::function(vm, &prelude::AWAITING, "anext_or")?;
                Ok(Action::tail_call(function, [awaitable, default]))
            }
        }),
        None => Err(vm.type_error(&format!("'{given}' object is not an async iterator"))),
    }
}

fn id(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments.first().map_or(Value::NONE, |object| identity(vm, object)))
}

/// `id(object)`: the address, or the word of an immediate.
pub fn identity(vm: &mut Vm, object: &Value) -> Value {
    match i64::try_from(object.bits()) {
        Ok(word) => vm.new_int(word),
        Err(_) => int::from_big(vm, object.bits().into()),
    }
}

fn callable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(Value::bool(arguments.first().is_some_and(|object| vm.lookup_special(object, Name::Call).is_some())))
}

/// The items of a builtin iterable, for setters, which cannot wait for Python code.
///
/// # Errors
/// TypeError for anything else.
pub fn items_now(vm: &mut Vm, iterable: &Value) -> Res<Vec<Value>> {
    match native_items(vm, iterable)? {
        Some(items) => Ok(items),
        None => {
            let given = vm.type_name(iterable);
            Err(vm.type_error(&format!("'{given}' object is not iterable")))
        }
    }
}

fn breakpoint(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let callee = prelude::function(vm, &prelude::DEBUGGING, "breakpoint")?;
    let mut all = arguments.positional.to_vec();
    all.extend_from_slice(arguments.values);
    Ok(Action::TailCall(Call { callee, arguments: all, names: arguments.names.to_vec() }))
}
