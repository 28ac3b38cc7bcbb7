//! Displays, unpacking, string building.

use super::super::execute::text_of;
use super::super::iterate::{self, native_items};
use super::super::protocol::{self, plain_text};
use super::super::{Action, Name, Res, Vm};
use crate::code::isa::{CONSUME_B, CONSUME_C, FORMAT_ASCII, FORMAT_REPR, FORMAT_SPEC, FORMAT_STR, Instr, Op};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::list::{self, List};
use crate::object::set::Set;
use crate::object::slice::Slice;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// BuildList
pub fn list(vm: &mut Vm, i: Instr) -> Res<()> {
    let items = vm.take_registers(i.b, i.c as usize);
    let list = vm.new_list(items);
    vm.set_register(i.a, list);
    Ok(())
}

/// BuildTuple
pub fn tuple(vm: &mut Vm, i: Instr) -> Res<()> {
    let tuple = if i.c == 0 {
        vm.new_tuple(Vec::new())
    } else {
        // SAFETY: verified registers; their values move into the tuple and the registers become undefined.
        unsafe {
            let first = vm.base.add(i.b as usize);
            let tuple = vm.new_tuple_from_raw(first as *const Value, i.c as usize);
            for index in 0..i.c as usize {
                *first.add(index) = crate::object::value::bits::UNDEFINED;
            }
            tuple
        }
    };
    vm.set_register(i.a, tuple);
    Ok(())
}

/// BuildSet
pub fn set(vm: &mut Vm, i: Instr) -> Res<()> {
    let items = vm.take_registers(i.b, i.c as usize);
    let set = crate::object::set::from_values(vm, items)?;
    vm.set_register(i.a, set);
    Ok(())
}

/// BuildMap
pub fn map(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.new_dict();
    let items = vm.take_registers(i.b, 2 * i.c as usize);
    if let Some(dict) = value.get::<Dict>() {
        let mut items = items.into_iter();
        while let (Some(key), Some(item)) = (items.next(), items.next()) {
            dict.set(vm, key, item)?;
        }
    }
    vm.set_register(i.a, value);
    Ok(())
}

/// BuildString
pub fn string(vm: &mut Vm, i: Instr) -> Res<()> {
    // SAFETY: verified registers.
    let parts = unsafe { core::slice::from_raw_parts(vm.base.add(i.b as usize) as *const Value, i.c as usize) };
    let string = crate::object::str::build(vm, parts)?;
    for index in 0..i.c {
        vm.set_register(i.b + index, Value::UNDEFINED);
    }
    vm.set_register(i.a, string);
    Ok(())
}

/// BuildSlice
pub fn slice(vm: &mut Vm, i: Instr) -> Res<()> {
    let (start, stop, step) = (vm.take_register(i.b), vm.take_register(i.b + 1), vm.take_register(i.b + 2));
    let slice = vm.new_object(|header| Slice { header, start, stop, step });
    vm.set_register(i.a, slice);
    Ok(())
}

fn operand(vm: &mut Vm, i: Instr, register: u16, flag: u8) -> Value {
    if i.x & flag != 0 { vm.take_register(register) } else { vm.register(register).clone() }
}

/// ListAppend
pub fn list_append(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    match target.get::<List>() {
        Some(list) => list::append(vm, list, value),
        None => Ok(()),
    }
}

/// SetAdd
pub fn set_add(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    match target.get::<Set>() {
        Some(set) => set.add(vm, value).map(|_| ()),
        None => Ok(()),
    }
}

/// MapAdd
pub fn map_add(vm: &mut Vm, i: Instr) -> Res<()> {
    let key = operand(vm, i, i.b, CONSUME_B);
    let value = operand(vm, i, i.c, CONSUME_C);
    let target = vm.register(i.a).clone();
    match target.get::<Dict>() {
        Some(dict) => dict.set(vm, key, value),
        None => Ok(()),
    }
}

/// ListExtend
pub fn list_extend(vm: &mut Vm, i: Instr) -> Res<()> {
    let iterable = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    if !iterate::is_iterable(vm, &iterable) {
        let name = vm.type_name(&iterable);
        return Err(vm.type_error(&format!("Value after * must be an iterable, not {name}")));
    }
    let action = iterate::collect(vm, &iterable, move |vm, items| {
        if let Some(list) = target.get::<List>() {
            list::extend(vm, list, items)?;
        }
        Ok(Action::Return(Value::NONE))
    });
    vm.complete(action)
}

/// SetUpdate
pub fn set_update(vm: &mut Vm, i: Instr) -> Res<()> {
    let iterable = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    let action = iterate::collect(vm, &iterable, move |vm, items| {
        if let Some(set) = target.get::<Set>() {
            for item in items {
                set.add(vm, item)?;
            }
        }
        Ok(Action::Return(Value::NONE))
    });
    vm.complete(action)
}

/// Keys and values of a mapping, one after the other: natively for dicts, else through `keys()` and `__getitem__`.
pub fn mapping_items(vm: &mut Vm, mapping: &Value, then: impl FnOnce(&mut Vm, Vec<(Value, Value)>) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(dict) = mapping.get_exact::<Dict>() {
        let items = dict.items();
        return then(vm, items);
    }
    let keys = vm.name(Name::Keys).clone();
    let mapping2 = mapping.clone();
    vm.get_attribute(mapping, &keys)?.and_then(vm, move |vm, method| {
        Action::tail_call(method, []).and_then(vm, move |vm, keys| iterate::collect(vm, &keys, move |vm, keys| values_of(vm, mapping2, keys, 0, Vec::new(), then)))
    })
}

fn values_of(
    vm: &mut Vm,
    mapping: Value,
    keys: Vec<Value>,
    mut index: usize,
    mut items: Vec<(Value, Value)>,
    then: impl FnOnce(&mut Vm, Vec<(Value, Value)>) -> Res<Action> + 'static,
) -> Res<Action> {
    while let Some(key) = keys.get(index).cloned() {
        index += 1;
        match super::subscript::get_item_action(vm, &mapping, &key)? {
            Action::Return(value) => items.push((key, value)),
            action => {
                return action.and_then(vm, move |vm, value| {
                    items.push((key, value));
                    values_of(vm, mapping, keys, index, items, then)
                });
            }
        }
    }
    then(vm, items)
}

fn is_mapping(vm: &mut Vm, value: &Value) -> bool {
    let name = vm.name(Name::Keys).clone();
    value.get::<Dict>().is_some() || vm.class_of(value).lookup(&name).is_some()
}

/// MapUpdate
pub fn map_update(vm: &mut Vm, i: Instr) -> Res<()> {
    let mapping = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    if !is_mapping(vm, &mapping) {
        let name = vm.type_name(&mapping);
        return Err(vm.type_error(&format!("'{name}' object is not a mapping")));
    }
    let action = mapping_items(vm, &mapping, move |vm, items| {
        if let Some(dict) = target.get::<Dict>() {
            for (key, value) in items {
                dict.set(vm, key, value)?;
            }
        }
        Ok(Action::Return(Value::NONE))
    });
    vm.complete(action)
}

/// `f` or `module.f` with parentheses, for messages about the arguments of a call.
fn callee_name(vm: &mut Vm, callee: &Value) -> String {
    if vm.lookup_special(callee, super::super::Name::Call).is_none() && callee.kind() != crate::object::header::Kind::Function {
        return vm.native_str(callee).ok().flatten().map(|text| text_of(&text)).unwrap_or_default();
    }
    let name = protocol::callable_name(vm, callee);
    format!("{name}()")
}

/// MapMerge
pub fn map_merge(vm: &mut Vm, i: Instr) -> Res<()> {
    let mapping = operand(vm, i, i.b, CONSUME_B);
    let target = vm.register(i.a).clone();
    let callee = vm.register(i.c).clone();
    if !is_mapping(vm, &mapping) {
        let (function, name) = (callee_name(vm, &callee), vm.type_name(&mapping));
        return Err(vm.type_error(&format!("{function} argument after ** must be a mapping, not {name}")));
    }
    let action = mapping_items(vm, &mapping, move |vm, items| {
        if let Some(dict) = target.get::<Dict>() {
            for (key, value) in items {
                // The call says that keywords must be strs.
                if dict.contains(vm, &key)? {
                    let (function, text) = (callee_name(vm, &callee), vm.native_str(&key)?.map(|text| text_of(&text)).unwrap_or_default());
                    return Err(vm.type_error(&format!("{function} got multiple values for keyword argument '{text}'")));
                }
                let key = vm.intern_value(&key);
                dict.set(vm, key, value)?;
            }
        }
        Ok(Action::Return(Value::NONE))
    });
    vm.complete(action)
}

/// ListToTuple
pub fn list_to_tuple(vm: &mut Vm, i: Instr) -> Res<()> {
    let list = operand(vm, i, i.b, CONSUME_B);
    let items = list.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
    drop(list);
    let tuple = vm.new_tuple(items);
    vm.set_register(i.a, tuple);
    Ok(())
}

/// StarArgs
pub fn star_args(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = operand(vm, i, i.b, CONSUME_B);
    if value.get_exact::<Tuple>().is_some() || value.get_exact::<List>().is_some() {
        vm.set_register(i.a, value);
        return Ok(());
    }
    if !iterate::is_iterable(vm, &value) {
        let callee = vm.register(i.c).clone();
        let (function, name) = (callee_name(vm, &callee), vm.type_name(&value));
        return Err(vm.type_error(&format!("{function} argument after * must be an iterable, not {name}")));
    }
    let action = iterate::collect(vm, &value, |vm, items| Ok(Action::Return(vm.new_list(items))));
    vm.complete(action)
}

/// Unpack
pub fn unpack(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = operand(vm, i, i.b, CONSUME_B);
    if let Some(tuple) = value.get_exact::<Tuple>()
        && tuple.length == i.c as usize
    {
        for (index, item) in tuple.items().iter().enumerate() {
            vm.set_register(i.a + index as u16, item.clone());
        }
        return Ok(());
    }
    unpack_slowly(vm, i, &value)
}

fn unpack_slowly(vm: &mut Vm, i: Instr, value: &Value) -> Res<()> {
    if let Some(items) = native_items(vm, value)? {
        let list = vm.new_list(items);
        // Lists and tuples know their length: CPython says it.
        return spread_counted(vm, i, &list, value.get::<List>().is_some() || value.get::<Tuple>().is_some() || value.get::<Dict>().is_some());
    }
    if !iterate::is_iterable(vm, value) {
        let name = vm.type_name(value);
        return Err(vm.type_error(&format!("cannot unpack non-iterable {name} object")));
    }
    // One item more than wanted is enough to know that there are too many.
    let limit = if i.op == Op::Unpack { i.c as usize + 1 } else { usize::MAX };
    let action = iterate::collect_at_most(vm, value, limit, |vm, items| Ok(Action::Return(vm.new_list(items))));
    vm.complete(action)
}

/// Unpack has the items in a list.
pub fn spread(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    spread_counted(vm, i, &value, false)
}

fn spread_counted(vm: &mut Vm, i: Instr, value: &Value, knows_length: bool) -> Res<()> {
    if i.op == Op::UnpackEx {
        return spread_ex(vm, i, value.clone());
    }
    let items = value.get::<List>().map(List::take_items).unwrap_or_default();
    let wanted = i.c as usize;
    if items.len() < wanted {
        return Err(vm.value_error(&format!("not enough values to unpack (expected {wanted}, got {})", items.len())));
    }
    if items.len() > wanted {
        let got = if knows_length { format!(", got {}", items.len()) } else { String::new() };
        return Err(vm.value_error(&format!("too many values to unpack (expected {wanted}{got})")));
    }
    for (index, item) in items.into_iter().enumerate() {
        vm.set_register(i.a + index as u16, item);
    }
    Ok(())
}

/// UnpackEx
pub fn unpack_ex(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.b).clone();
    unpack_slowly(vm, i, &value)
}

/// UnpackEx has the items in a list.
pub fn spread_ex(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    let mut items = value.get::<List>().map(List::take_items).unwrap_or_default();
    let (before, after) = (i.x as usize, i.c as usize);
    if items.len() < before + after {
        return Err(vm.value_error(&format!("not enough values to unpack (expected at least {}, got {})", before + after, items.len())));
    }
    let last = items.split_off(items.len() - after);
    let middle = items.split_off(before);
    for (index, item) in items.into_iter().enumerate() {
        vm.set_register(i.a + index as u16, item);
    }
    let rest = vm.new_list(middle);
    vm.set_register(i.a + before as u16, rest);
    for (index, item) in last.into_iter().enumerate() {
        vm.set_register(i.a + (before + 1 + index) as u16, item);
    }
    Ok(())
}

/// Format
pub fn format(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = operand(vm, i, i.b, CONSUME_B);
    let spec = if i.x & FORMAT_SPEC != 0 { Some(vm.take_register(i.c)) } else { None };
    let conversion = i.x & (3 << 4);
    let known = match conversion {
        FORMAT_STR => plain_text(vm, &value, Name::Str)?,
        FORMAT_REPR => plain_text(vm, &value, Name::Repr)?,
        _ => None,
    };
    let action = if conversion == 0 {
        format_value(vm, &value, spec)
    } else if let Some(text) = known {
        format_value(vm, &text, spec)
    } else {
        let then = move |vm: &mut Vm, text: Value| if spec.is_some() { format_value(vm, &text, spec) } else { Ok(Action::Return(text)) };
        match conversion {
            FORMAT_STR => protocol::str_then(vm, &value, then),
            FORMAT_REPR => protocol::repr_then(vm, &value, then),
            _ => {
                debug_assert_eq!(conversion, FORMAT_ASCII);
                protocol::repr_then(vm, &value, |vm, text| {
                    let text = protocol::escape_non_ascii(vm, &text)?;
                    then(vm, text)
                })
            }
        }
    };
    vm.complete(action)
}

fn format_value(vm: &mut Vm, value: &Value, spec: Option<Value>) -> Res<Action> {
    match &spec {
        None => {
            if let Some(text) = plain_text(vm, value, Name::Str)? {
                return Ok(Action::Return(text));
            }
        }
        Some(spec) => {
            if let Some(text) = protocol::plain_format(vm, value, spec)? {
                return Ok(Action::Return(text));
            }
        }
    }
    let spec = spec.unwrap_or_else(|| vm.name(Name::Empty).clone());
    protocol::format_then(vm, value, &spec, |_, text| Ok(Action::Return(text)))
}

/// KeyError for a missing key.
#[cold]
pub fn key_error(vm: &mut Vm, key: &Value) -> super::super::Raised {
    vm.raise_with(Ex::KeyError, Vec::from([key.clone()]))
}
