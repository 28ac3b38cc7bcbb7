//! `str(..)`: from any object, or decoded from bytes.

use super::{SURROGATES, Str, exact};
use crate::object::class::Class;
use crate::object::construct::allocation_class;
use crate::object::text_arguments::wrong_type;
use crate::object::value::Value;
use crate::object::{bytes, codec};
use crate::vm::protocol::str_then;
use crate::vm::{Action, Args, ClassRef, Res, Vm, argument};
use alloc::format;

/// `str.__new__(type, object='', encoding='utf-8', errors='strict')`
pub fn new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Str>(vm, arguments.positional, "str")?;
    let Some(object) = arguments.get(1) else {
        return Ok(empty_or_decoded(vm, arguments, class)?.into());
    };
    if arguments.get(2).is_some() || arguments.get(3).is_some() {
        let action = decoded(vm, object, arguments.positional)?;
        let class = class.value();
        return action.and_then(vm, move |vm, text| instance(vm, &class, text));
    }
    if let Some(text) = vm.native_str(object)? {
        return Ok(of_class(vm, class, text)?.into());
    }
    if core::ptr::eq(&*class, &*vm.class::<Str>()) {
        return str_then(vm, object, |_, text| Ok(text.into()));
    }
    let class = class.value();
    str_then(vm, object, move |vm, text| instance(vm, &class, text))
}

fn instance(vm: &mut Vm, class: &Value, text: Value) -> Res<Action> {
    match class.get::<Class>() {
        Some(class) => Ok(of_class(vm, ClassRef::of(class), text)?.into()),
        None => Ok(text.into()),
    }
}

fn empty_or_decoded(vm: &mut Vm, arguments: &Args, class: ClassRef) -> Res<Value> {
    // Without an object the encoding and errors are only checked for their type.
    names(vm, arguments.positional, "str")?;
    let empty = vm.new_str("");
    of_class(vm, class, empty)
}

/// The encoding and errors arguments at 2 and 3.
///
/// # Errors
/// TypeError if one is no str.
pub fn names<'a>(vm: &mut Vm, arguments: &'a [Value], function: &str) -> Res<(Option<&'a Str>, Option<&'a Str>)> {
    let mut name = |index: usize, parameter: &str| match argument(arguments, index) {
        None => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(name) => Ok(Some(name)),
            None => Err(wrong_type(vm, &format!("{function}() argument '{parameter}'"), "str", value)),
        },
    };
    Ok((name(2, "encoding")?, name(3, "errors")?))
}

fn decoded(vm: &mut Vm, object: &Value, arguments: &[Value]) -> Res<Action> {
    let (encoding, errors) = names(vm, arguments, "str")?;
    if object.get::<Str>().is_some() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    if !bytes::is_bytes_like(object) {
        let name = vm.type_name(object);
        return Err(vm.type_error(&format!("decoding to str: need a bytes-like object, {name} found")));
    }
    codec::decode_action(vm, object, encoding, errors)
}

/// `text` as an instance of `class`.
fn of_class(vm: &mut Vm, class: ClassRef, text: Value) -> Res<Value> {
    let Some(string) = text.get::<Str>() else { return Ok(text) };
    if core::ptr::eq(&*class, &*vm.class::<Str>()) {
        return Ok(text);
    }
    vm.check_instantiable(&class)?;
    // SAFETY: a copy of a str's bytes, length and flags; the class was checked to have str's layout.
    unsafe {
        let (value, target) = super::allocate(vm, &class, string.size, string.length, string.header.flags() & SURROGATES, 0);
        core::ptr::copy_nonoverlapping(string.bytes().as_ptr(), target, string.size);
        Ok(value)
    }
}

/// `string.__getnewargs__()`
pub fn getnewargs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = super::methods::receiver(vm, arguments)?;
    let text = exact(vm, string);
    Ok(vm.new_tuple([text].into()))
}

/// `string.encode(encoding='utf-8', errors='strict')`
pub fn encode(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let string = super::methods::receiver(vm, arguments.positional)?;
    let mut name = |index: usize, parameter: &str| match arguments.get(index) {
        None => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(name) => Ok(Some(name)),
            None => Err(wrong_type(vm, &format!("encode() argument '{parameter}'"), "str", value)),
        },
    };
    let (encoding, errors) = (name(1, "encoding")?, name(2, "errors")?);
    codec::encode_action(vm, string, encoding, errors)
}
