//! Arrays as lists, bytes, text and files, and back.

use super::{array, at, insert_at, plain, push_text, second};
use crate::object::array::Array;
use crate::object::bytes::{self, Bytes};
use crate::object::construct::class_name;
use crate::object::exception::Ex;
use crate::object::list::List;
use crate::object::scalar;
use crate::object::str::{Str, StrBuilder};
use crate::object::text_arguments::{self, NONE};
use crate::object::value::Value;
use crate::vm::protocol::{get_attribute_then, repr_then};
use crate::vm::{Action, Args, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

pub(super) fn items(vm: &mut Vm, this: &Array) -> Res<Vec<Value>> {
    let length = this.length();
    vm.check_memory(length.checked_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(length);
    for index in 0..length {
        items.extend(at(vm, this, index));
    }
    Ok(items)
}

pub(super) fn to_list(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let items = items(vm, this)?;
    Ok(vm.new_list(items))
}

pub(super) fn from_list(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let Some(list) = second(arguments).get::<List>() else { return Err(vm.type_error("arg must be list")) };
    let before = this.data.get().len();
    for item in list.items.get().clone() {
        if let Err(raised) = insert_at(vm, this, usize::MAX, &item) {
            this.data.get_mut().truncate(before);
            return Err(raised);
        }
    }
    Ok(Value::NONE)
}

pub(super) fn to_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = array(vm, arguments)?.data.get();
    vm.check_memory(Some(data.len()))?;
    Ok(vm.new_bytes(data))
}

pub(super) fn from_bytes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let data = bytes::required(vm, second(arguments))?.into_owned();
    if !data.len().is_multiple_of(this.scalar.size) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    this.resizable(vm, data.len())?.extend_from_slice(&data);
    Ok(Value::NONE)
}

fn text_of(vm: &mut Vm, this: &Array) -> Res<Value> {
    let mut text = StrBuilder::with_capacity(this.length());
    for item in this.data.get().chunks_exact(4) {
        let code_point = u32::from_ne_bytes(item.try_into().unwrap_or_default());
        if code_point > 0x10_ffff {
            let message = format!("character U+{code_point:x} is not in range [U+0000; U+10ffff]");
            return Err(vm.value_error(&message));
        }
        text.push_code_point(code_point);
    }
    text.finish(vm)
}

pub(super) fn to_unicode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    if this.scalar.kind != scalar::Kind::Character {
        return Err(vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    text_of(vm, this)
}

pub(super) fn from_unicode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let text = text_arguments::text(vm, arguments, 1, "fromunicode() argument")?;
    if this.scalar.kind != scalar::Kind::Character {
        return Err(vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    push_text(vm, &arguments[0], &Value::from_object(text))?;
    Ok(Value::NONE)
}

/// Bytes written to a file at a time.
const BLOCK: usize = 64 * 1024;

pub(super) fn to_file(vm: &mut Vm, args: &Args) -> Res<Action> {
    array(vm, args.positional)?;
    let (this, name) = (args.positional[0].clone(), vm.intern("write"));
    get_attribute_then(vm, second(args.positional), &name, move |vm, write| {
        let write = write?;
        write_from(vm, this, write, 0)
    })
}

fn write_from(vm: &mut Vm, this: Value, write: Value, start: usize) -> Res<Action> {
    let data = array(vm, core::slice::from_ref(&this))?.data.get();
    let Some(block) = data.get(start..(start + BLOCK).min(data.len())).filter(|block| !block.is_empty()) else { return Ok(Action::Return(Value::NONE)) };
    let block = vm.new_bytes(block);
    Ok(Action::call(write.clone(), [block], move |vm, result| {
        result?;
        write_from(vm, this, write, start + BLOCK)
    }))
}

pub(super) fn from_file(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = array(vm, args.positional)?;
    let count = text_arguments::fitting_index(vm, args.get(2).unwrap_or(NONE), Ex::OverflowError, "Python int too large to convert to C ssize_t")?;
    let Ok(count) = usize::try_from(count) else { return Err(vm.value_error("negative count")) };
    let Some(size) = count.checked_mul(this.scalar.size) else { return Err(vm.memory_error()) };
    let (this, name) = (args.positional[0].clone(), vm.intern("read"));
    get_attribute_then(vm, second(args.positional), &name, move |vm, read| {
        let size_value = vm.new_size(size);
        Ok(Action::call(read?, [size_value], move |vm, data| {
            let data = data?;
            let Some(got) = data.get::<Bytes>().map(|data| data.length) else { return Err(vm.type_error("read() didn't return bytes")) };
            from_bytes(vm, &[this, data.clone()])?;
            if got != size {
                return Err(vm.raise(Ex::EOFError, "read() didn't return enough bytes"));
            }
            Ok(Action::Return(Value::NONE))
        }))
    })
}

pub(super) fn buffer_info(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    let address = if this.data.get().is_empty() { 0 } else { this.data.get().as_ptr() as usize };
    let items = [vm.new_size(address), vm.new_size(this.length())];
    Ok(vm.new_tuple(items.into()))
}

pub(super) fn copy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = array(vm, arguments)?;
    vm.check_memory(Some(this.data.get().len()))?;
    let data = this.data.get().clone();
    Ok(plain(vm, this.scalar, data))
}

pub(super) fn repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = array(vm, args.positional)?;
    let (name, code) = (class_name(&vm.class_of(&args.positional[0])), this.scalar.code as char);
    if this.length() == 0 {
        return Ok(Action::Return(vm.format(format_args!("{name}('{code}')"))));
    }
    let shown = if this.scalar.kind == scalar::Kind::Character {
        text_of(vm, this)?
    } else {
        let items = items(vm, this)?;
        vm.new_list(items)
    };
    repr_then(vm, &shown, move |vm, shown| {
        let mut out = StrBuilder::new();
        out.push_str(&format!("{name}('{code}', "));
        if let Some(shown) = shown.get::<Str>() {
            out.push(shown);
        }
        out.push_str(")");
        out.finish(vm).map(Action::Return)
    })
}
