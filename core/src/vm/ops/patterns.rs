//! Pattern matching (PEP 634).

use super::super::execute::{class_name, text_of};
use super::super::protocol::get_attribute_then;
use super::super::{Action, Name, Res, Vm};
use crate::code::isa::Instr;
use crate::object::class::{CLASS_MAPPING, CLASS_MATCH_SELF, CLASS_SEQUENCE, Class};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::Kind;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::format;
use alloc::vec::Vec;

/// MatchMapping
pub fn match_mapping(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.b).clone();
    let class = vm.class_of(&value);
    let truth = value.kind() == Kind::Dict || class.has(CLASS_MAPPING);
    vm.set_register(i.a, Value::bool(truth));
    Ok(())
}

/// MatchSequence
pub fn match_sequence(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.b).clone();
    let class = vm.class_of(&value);
    let truth = matches!(value.kind(), Kind::List | Kind::Tuple | Kind::Range) || class.has(CLASS_SEQUENCE);
    vm.set_register(i.a, Value::bool(truth));
    Ok(())
}

/// MatchKeys
pub fn match_keys(vm: &mut Vm, i: Instr) -> Res<()> {
    let (subject, keys) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    let keys = keys.get::<Tuple>().map(|keys| keys.items().to_vec()).unwrap_or_default();
    for (index, key) in keys.iter().enumerate() {
        for earlier in keys.iter().take(index) {
            if vm.equal(earlier, key)? {
                let text = vm.native_repr(key)?.map(|text| text_of(&text)).unwrap_or_default();
                return Err(vm.value_error(&format!("mapping pattern checks duplicate key ({text})")));
            }
        }
    }
    if let Some(dict) = subject.get_exact::<Dict>() {
        let mut values = Vec::new();
        for key in &keys {
            match dict.get(vm, key)? {
                Some(value) => values.push(value),
                None => {
                    vm.set_register(i.a, Value::NONE);
                    return Ok(());
                }
            }
        }
        let tuple = vm.new_tuple(values);
        vm.set_register(i.a, tuple);
        return Ok(());
    }
    // `get(key, sentinel)`, so that a defaultdict makes no entries.
    let name = vm.intern("get");
    let sentinel = vm.new_list(Vec::new());
    let action = vm.get_attribute(&subject, &name)?.and_then(vm, move |vm, get| key_values(vm, get, keys, sentinel, Vec::new()));
    vm.complete(action)
}

fn key_values(vm: &mut Vm, get: Value, keys: Vec<Value>, sentinel: Value, values: Vec<Value>) -> Res<Action> {
    let Some(key) = keys.get(values.len()).cloned() else { return Ok(Action::Return(vm.new_tuple(values))) };
    Ok(Action::call(get.clone(), [key, sentinel.clone()], move |vm, result| {
        let value = result?;
        if value.is(&sentinel) {
            return Ok(Action::Return(Value::NONE));
        }
        let mut values = values;
        values.push(value);
        key_values(vm, get, keys, sentinel, values)
    }))
}

/// MatchRest
pub fn match_rest(vm: &mut Vm, i: Instr) -> Res<()> {
    let (subject, keys) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    let action = super::build::mapping_items(vm, &subject, move |vm, items| {
        let value = vm.new_dict();
        if let Some(dict) = value.get::<Dict>() {
            for (key, item) in items {
                dict.set(vm, key, item)?;
            }
            for key in keys.get::<Tuple>().map(Tuple::items).unwrap_or_default() {
                dict.delete(vm, key)?;
            }
        }
        Ok(Action::Return(value))
    });
    vm.complete(action)
}

/// MatchClass
pub fn match_class(vm: &mut Vm, i: Instr) -> Res<()> {
    let (subject, class) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    let keywords = vm.register(i.c + 1).clone();
    let positional = i.x as usize;
    if class.get::<Class>().is_none() {
        return Err(vm.type_error("called match pattern must be a class"));
    }
    let names = keywords.get::<Tuple>().map(|names| names.items().to_vec()).unwrap_or_default();
    let action = crate::vm::protocol::is_instance_action(vm, &subject, &class)?.and_then(vm, move |vm, truth| {
        if truth.as_bool() != Some(true) {
            return Ok(Action::Return(Value::NONE));
        }
        positional_names(vm, subject, class, positional, names)
    });
    vm.complete(action)
}

fn positional_names(vm: &mut Vm, subject: Value, class: Value, positional: usize, names: Vec<Value>) -> Res<Action> {
    if positional == 0 {
        return attributes(vm, subject, names, Vec::new());
    }
    let name = vm.name(Name::MatchArgs).clone();
    let Some(object) = class.get::<Class>() else { return Ok(Action::Return(Value::NONE)) };
    let match_self = object.mro().any(|class| class.has(CLASS_MATCH_SELF));
    let action = match object.lookup(&name) {
        Some(_) => vm.get_attribute(&class, &name)?,
        None => Action::Return(Value::UNDEFINED),
    };
    let class = class.clone();
    action.and_then(vm, move |vm, match_args| {
        let text = class.get::<Class>().map(class_name).unwrap_or_default();
        if match_args.is_undefined() && match_self {
            if positional > 1 {
                return Err(vm.type_error(&format!("{text}() accepts 1 positional sub-pattern ({positional} given)")));
            }
            return attributes(vm, subject.clone(), names, Vec::from([subject]));
        }
        let given = match match_args.get::<Tuple>() {
            Some(tuple) => tuple.items().to_vec(),
            None if match_args.is_undefined() => Vec::new(),
            None => {
                let kind = vm.type_name(&match_args);
                return Err(vm.type_error(&format!("{text}.__match_args__ must be a tuple (got {kind})")));
            }
        };
        if given.len() < positional {
            let plural = if given.len() == 1 { "" } else { "s" };
            return Err(vm.type_error(&format!("{text}() accepts {} positional sub-pattern{plural} ({positional} given)", given.len())));
        }
        let mut all: Vec<Value> = Vec::new();
        for name in given.iter().take(positional) {
            if name.get::<Str>().is_none() {
                let kind = vm.type_name(name);
                return Err(vm.type_error(&format!("__match_args__ elements must be strings (got {kind})")));
            }
            all.push(vm.intern_value(name));
        }
        all.extend(names);
        for (index, name) in all.iter().enumerate() {
            if all.iter().take(index).any(|known| known.is(name)) {
                let attribute = text_of(name);
                return Err(vm.type_error(&format!("{text}() got multiple sub-patterns for attribute '{attribute}'")));
            }
        }
        attributes(vm, subject, all, Vec::new())
    })
}

/// Collects the attributes; the pattern fails if one is missing. `values` holds what is there before the first name.
fn attributes(vm: &mut Vm, subject: Value, names: Vec<Value>, values: Vec<Value>) -> Res<Action> {
    let first = values.len();
    attribute_values(vm, subject, names, values, first)
}

fn attribute_values(vm: &mut Vm, subject: Value, names: Vec<Value>, mut values: Vec<Value>, first: usize) -> Res<Action> {
    let Some(name) = names.get(values.len() - first).cloned() else { return Ok(Action::Return(vm.new_tuple(values))) };
    let go_on = move |vm: &mut Vm, found: Option<Value>, subject: Value| match found {
        Some(value) => {
            values.push(value);
            attribute_values(vm, subject, names, values, first)
        }
        None => Ok(Action::Return(Value::NONE)),
    };
    get_attribute_then(vm, &subject.clone(), &name, move |vm, result| {
        let found = vm.catch(result, Ex::AttributeError)?;
        go_on(vm, found, subject)
    })
}
