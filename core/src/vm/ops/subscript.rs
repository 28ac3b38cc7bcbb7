//! Subscripts and lengths.

use super::super::frame::Word;
use super::super::{Action, Name, Res, Vm};
use super::attribute::{call_method_action, method_action};
use crate::code::isa::{CONSUME_A, CONSUME_B, CONSUME_C, Instr};
use crate::object::class::Class;
use crate::object::dict::Dict;
use crate::object::header::{Header, Kind, SUBCLASS};
use crate::object::list::List;
use crate::object::slice::Slice;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::format;

/// Item of an exact list or tuple; the word is borrowed.
///
/// # Safety
/// `object` is a pointer word.
#[inline(always)]
pub unsafe fn fast_index(object: Word, index: i64) -> Option<Word> {
    // SAFETY: a pointer word refers to a live object, whose kind tells the layout.
    unsafe {
        let header = &*(object as usize as *const Header);
        if header.flags() & SUBCLASS != 0 {
            return None;
        }
        let items = match header.kind() {
            Kind::List => (*(object as usize as *const List)).items.get().as_slice(),
            Kind::Tuple => (*(object as usize as *const Tuple)).items(),
            _ => return None,
        };
        let index = if index < 0 { index + items.len() as i64 } else { index };
        items.get(index as usize).map(Value::bits)
    }
}

/// Place of an item of an exact list.
///
/// # Safety
/// `object` is a pointer word.
#[inline(always)]
pub unsafe fn fast_place(object: Word, index: i64) -> Option<*mut Word> {
    // SAFETY: as in `fast_index`.
    unsafe {
        let header = &*(object as usize as *const Header);
        if header.flags() & SUBCLASS != 0 || header.kind() != Kind::List {
            return None;
        }
        let items = (*(object as usize as *const List)).items.get_mut();
        let index = if index < 0 { index + items.len() as i64 } else { index };
        items.get_mut(index as usize).map(|item| item as *mut Value as *mut Word)
    }
}

/// `object[key]`
pub fn get_item_action(vm: &mut Vm, object: &Value, key: &Value) -> Res<Action> {
    if let Some(dict) = object.get_exact::<Dict>() {
        return match dict.get(vm, key)? {
            Some(value) => Ok(Action::Return(value)),
            None => Err(super::build::key_error(vm, key)),
        };
    }
    if let Some(list) = object.get_exact::<List>() {
        return crate::object::list::get_item(vm, list, key).map(Action::Return);
    }
    if let Some(text) = object.get_exact::<Str>() {
        return Ok(Action::Return(crate::object::str::methods::subscript(vm, text, key)?));
    }
    if let Some(method) = vm.lookup_special(object, Name::GetItem) {
        return method_action(vm, method, object, core::slice::from_ref(key));
    }
    if let Some(class) = object.get::<Class>() {
        let name = vm.name(Name::ClassGetItem).clone();
        if let Some(method) = class.lookup(&name) {
            let key = key.clone();
            return vm.bind(&method, None, class)?.and_then(vm, move |_, callee| Ok(Action::tail_call(callee, [key])));
        }
        if object.is(&vm.class::<Class>().value()) {
            return crate::object::generic_alias::new(vm, object, key).map(Action::Return);
        }
        let name = super::super::execute::class_name(class);
        return Err(vm.type_error(&format!("type '{name}' is not subscriptable")));
    }
    let name = vm.type_name(object);
    Err(vm.type_error(&format!("'{name}' object is not subscriptable")))
}

/// `object[key] = value`
pub fn set_item_action(vm: &mut Vm, object: &Value, key: &Value, value: Value) -> Res<Action> {
    if let Some(dict) = object.get_exact::<Dict>() {
        dict.set(vm, key.clone(), value)?;
        return Ok(Action::Return(Value::NONE));
    }
    if let Some(list) = object.get_exact::<List>()
        && let Some(slice) = key.get::<Slice>()
        && let Some(items) = value.get_exact::<List>()
    {
        return crate::object::list::set_slice_to_list(vm, list, slice, items).map(|()| Action::Return(Value::NONE));
    }
    let Some(method) = vm.lookup_special(object, Name::SetItem) else {
        let name = vm.type_name(object);
        return Err(vm.type_error(&format!("'{name}' object does not support item assignment")));
    };
    method_action(vm, method, object, &[key.clone(), value])
}

fn consume(vm: &mut Vm, i: Instr, flag: u8, register: u16) {
    if i.x & flag != 0 {
        vm.set_register(register, Value::UNDEFINED);
    }
}

/// Enters `__getitem__` of an instance of a Python class, if it is a function. False: it is not.
fn enter_get_item(vm: &mut Vm, object: &Value, key: &Value) -> Res<bool> {
    if object.kind() != Kind::Instance {
        return Ok(false);
    }
    match vm.lookup_special(object, Name::GetItem) {
        Some(method) if method.kind() == Kind::Function => vm.enter_with(method, [object.clone(), key.clone()]).map(|()| true),
        _ => Ok(false),
    }
}

/// GetItem
pub fn get_item(vm: &mut Vm, i: Instr) -> Res<()> {
    if let Some(text) = vm.register(i.b).get_exact::<Str>()
        && let Some(index) = vm.register(i.c).as_small_int()
    {
        // SAFETY: the register keeps the string alive.
        let text = unsafe { &*(text as *const Str) };
        let character = crate::object::str::get_item(vm, text, index)?;
        consume(vm, i, CONSUME_B, i.b);
        vm.set_register(i.a, character);
        return Ok(());
    }
    if let Some(dict) = vm.register(i.b).get_exact::<Dict>()
        && let Some(Some(index)) = dict.find_plain(vm.register(i.c))
    {
        // SAFETY: just found, and nothing ran since.
        let value = unsafe { dict.value_at(index) }.clone();
        consume(vm, i, CONSUME_B, i.b);
        consume(vm, i, CONSUME_C, i.c);
        vm.set_register(i.a, value);
        return Ok(());
    }
    let (object, key) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    consume(vm, i, CONSUME_B, i.b);
    consume(vm, i, CONSUME_C, i.c);
    if enter_get_item(vm, &object, &key)? {
        return Ok(());
    }
    let action = get_item_action(vm, &object, &key)?;
    drop((object, key));
    match action {
        Action::Return(value) => {
            vm.set_register(i.a, value);
            Ok(())
        }
        action => vm.complete(Ok(action)),
    }
}

/// GetItemInt
pub fn get_item_int(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.b).clone();
    consume(vm, i, CONSUME_B, i.b);
    let key = Value::small_int(i.c as i16 as i64);
    if enter_get_item(vm, &object, &key)? {
        return Ok(());
    }
    let action = get_item_action(vm, &object, &key);
    drop(object);
    vm.complete(action)
}

/// GetSlice
pub fn get_slice(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.b).clone();
    consume(vm, i, CONSUME_B, i.b);
    let (start, stop) = (vm.take_register(i.c), vm.take_register(i.c + 1));
    if let Some(text) = object.get_exact::<Str>() {
        let part = crate::object::str::methods::slice_between(vm, text, &start, &stop)?;
        drop(object);
        vm.set_register(i.a, part);
        return Ok(());
    }
    let part = if let Some(list) = object.get_exact::<List>() {
        Some(crate::object::list::get_slice(vm, list, &start, &stop, &Value::NONE)?)
    } else if let Some(tuple) = object.get_exact::<Tuple>() {
        Some(crate::object::tuple::get_slice(vm, tuple, &start, &stop, &Value::NONE)?)
    } else {
        None
    };
    if let Some(part) = part {
        drop(object);
        vm.set_register(i.a, part);
        return Ok(());
    }
    let slice = vm.new_object(|header| Slice { header, start, stop, step: Value::NONE });
    let action = get_item_action(vm, &object, &slice);
    drop(object);
    vm.complete(action)
}

/// SetItem
pub fn set_item(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = if i.x & CONSUME_C != 0 { vm.take_register(i.c) } else { vm.register(i.c).clone() };
    if let Some(dict) = vm.register(i.a).get_exact::<Dict>()
        && let Some(Some(index)) = dict.find_plain(vm.register(i.b))
    {
        // SAFETY: just found, and nothing ran since.
        let old = core::mem::replace(unsafe { dict.value_at(index) }, value);
        drop(old);
        consume(vm, i, CONSUME_A, i.a);
        consume(vm, i, CONSUME_B, i.b);
        return Ok(());
    }
    let (object, key) = (vm.register(i.a).clone(), vm.register(i.b).clone());
    consume(vm, i, CONSUME_A, i.a);
    consume(vm, i, CONSUME_B, i.b);
    let action = set_item_action(vm, &object, &key, value)?;
    match action {
        Action::Return(_) => Ok(()),
        action => vm.complete(Ok(action)),
    }
}

/// DeleteItem
pub fn delete_item(vm: &mut Vm, i: Instr) -> Res<()> {
    let (object, key) = (vm.register(i.a).clone(), vm.register(i.b).clone());
    consume(vm, i, CONSUME_A, i.a);
    consume(vm, i, CONSUME_B, i.b);
    let Some(method) = vm.lookup_special(&object, Name::DelItem) else {
        let name = vm.type_name(&object);
        // Worded by whether it is a sequence to CPython, as instances of all classes made in Python are.
        let class = vm.class_of(&object);
        let sequence = class.has(crate::object::class::CLASS_HEAP) || [Name::GetItem, Name::Contains].into_iter().any(|name| vm.class_special(&class, name).is_some());
        let verb = if sequence && vm.lookup_special(&key, Name::Index).is_some() { "doesn't" } else { "does not" };
        return Err(vm.type_error(&format!("'{name}' object {verb} support item deletion")));
    };
    let action = method_action(vm, method, &object, &[key]);
    vm.complete(action)
}

/// `len(object)`
pub fn length(vm: &mut Vm, object: &Value) -> Res<Action> {
    let Some(method) = vm.lookup_special(object, Name::Len) else {
        let name = vm.type_name(object);
        return Err(vm.type_error(&format!("object of type '{name}' has no len()")));
    };
    call_method_action(vm, method, object, &[], |vm, result| {
        let length = match result.as_small_int() {
            Some(_) => result,
            None => vm.index(&result)?,
        };
        match length.as_small_int() {
            Some(number) if number < 0 => Err(vm.value_error("__len__() should return >= 0")),
            Some(_) => Ok(Action::Return(length)),
            None if crate::object::containers::clamped_int(&length).is_some_and(|number| number < 0) => Err(vm.value_error("__len__() should return >= 0")),
            None if crate::object::containers::clamped_int(&length).is_some_and(|number| number > 0 && number < i64::MAX) => Ok(Action::Return(length)),
            None => Err(vm.raise(crate::object::exception::Ex::OverflowError, "cannot fit 'int' into an index-sized integer")),
        }
    })
}

/// GetLen
pub fn get_len(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.b).clone();
    let action = length(vm, &object);
    vm.complete(action)
}
