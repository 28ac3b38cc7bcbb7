//! `types.SimpleNamespace`: an object with the attributes it was made with.

use super::class::{CLASS_HAS_DICT, CLASS_WEAKREFERABLE, Class, TypeSpec};
use super::construct::{allocation_class, class_name};
use super::dict::Dict;
use super::exception_types::attributes;
use super::header::Object;
use super::instance::Instance;
use super::str::Str;
use super::value::Value;
use crate::builtins::attributes::{own_items, store_all};
use crate::builtins::pieces::{Piece, join};
use crate::vm::iterate::collect;
use crate::vm::reenter::Comparison;
use crate::vm::{Action, Args, Native, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

pub static SIMPLE_NAMESPACE: TypeSpec = TypeSpec {
    module: "types",
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "An object with the attributes it was made with.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", namespace_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", namespace_init, "Initialize self."),
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__eq__($self, value, /)", |vm, arguments| compare(vm, arguments, Comparison::Eq), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |vm, arguments| compare(vm, arguments, Comparison::Ne), "Return self!=value."),
        Native::simple("__reduce__($self, /)", reduce, "Helper for pickle."),
        Native::full("__replace__($self, /, **changes)", replace, "A copy with other attributes."),
    ],
    ..TypeSpec::new("SimpleNamespace", Instance::LAYOUT)
};

/// A namespace with these attributes, their names interned.
pub fn new(vm: &mut Vm, items: Vec<(Value, Value)>) -> Value {
    let class = vm.class_from_spec(&SIMPLE_NAMESPACE);
    let Some(class) = class.get::<Class>() else { return Value::NONE };
    let object = vm.heap.new_object(class, |header| Instance { header });
    if let Some((header, attributes)) = attributes(&object) {
        for (name, value) in items {
            attributes.set(header, &name, value);
        }
    }
    object
}

fn namespace_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Instance>(vm, arguments, "types.SimpleNamespace")?;
    Ok(vm.heap.new_object(&class, |header| Instance { header }))
}

fn namespace_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0).cloned() else { return Ok(Action::Return(Value::NONE)) };
    if arguments.positional.len() > 2 {
        let given = arguments.positional.len() - 1;
        return Err(vm.type_error(&format!("SimpleNamespace expected at most 1 argument, got {given}")));
    }
    let keywords: Vec<(Value, Value)> = arguments.names.iter().cloned().zip(arguments.values.iter().cloned()).collect();
    let Some(mapping) = arguments.get(1) else { return store_all(vm, this, keywords.into_iter()) };
    if let Some(dict) = mapping.get::<Dict>() {
        let mut items = dict.items();
        items.extend(keywords);
        return checked(vm, this, items);
    }
    collect(vm, mapping, move |vm, pairs| {
        let mut items = Vec::new();
        for pair in pairs {
            match &crate::builtins::evaluate::items_now(vm, &pair)?[..] {
                [name, value] => items.push((name.clone(), value.clone())),
                _ => return Err(vm.value_error("SimpleNamespace argument must be a mapping or an iterable of pairs")),
            }
        }
        items.extend(keywords);
        checked(vm, this, items)
    })
}

fn checked(vm: &mut Vm, this: Value, items: Vec<(Value, Value)>) -> Res<Action> {
    if items.iter().any(|(name, _)| name.get::<Str>().is_none()) {
        return Err(vm.type_error("keywords must be strings"));
    }
    store_all(vm, this, items.into_iter())
}

fn repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0).cloned() else { return Ok(Action::Return(Value::NONE)) };
    let class = vm.class_of(&this);
    let spec = vm.class_from_spec(&SIMPLE_NAMESPACE);
    let name = if class.value().is(&spec) { "namespace".into() } else { class_name(&class) };
    if vm.active_reprs.get().contains(&this.bits()) {
        return Ok(Action::Return(vm.format(format_args!("{name}(...)"))));
    }
    let mut pieces = Vec::from([Piece::Text(format!("{name}(").into())]);
    for (index, (name, value)) in own_items(&this).into_iter().enumerate() {
        if index > 0 {
            pieces.push(", ".into());
        }
        pieces.push(Piece::Str(name));
        pieces.push("=".into());
        pieces.push(Piece::Repr(value));
    }
    pieces.push(")".into());
    vm.active_reprs.get_mut().push(this.bits());
    let done = move |vm: &mut Vm, result: Res<Value>| {
        vm.active_reprs.get_mut().retain(|&active| active != this.bits());
        result.map(Action::Return)
    };
    let joined = join(vm, pieces);
    Action::after(joined, vm, done)
}

fn compare(vm: &mut Vm, arguments: &[Value], how: Comparison) -> Res<Value> {
    let [this, other, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let spec = vm.class_from_spec(&SIMPLE_NAMESPACE);
    if !spec.get::<Class>().is_some_and(|class| vm.is_instance(other, class)) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = (dict_of(vm, this), dict_of(vm, other));
    vm.compare(how, &left, &right)
}

fn dict_of(vm: &mut Vm, this: &Value) -> Value {
    let dict = vm.new_dict();
    if let Some(namespace) = dict.get::<Dict>() {
        for (name, value) in own_items(this) {
            drop(namespace.set_interned(&name, value));
        }
    }
    dict
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let (class, empty, state) = (vm.class_of(this).value(), vm.new_tuple(Vec::new()), dict_of(vm, this));
    Ok(vm.new_tuple(Vec::from([class, empty, state])))
}

fn replace(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let mut items = own_items(this);
    items.extend(arguments.names.iter().cloned().zip(arguments.values.iter().cloned()));
    let class = vm.class_of(this).value();
    Ok(Action::call(class, [], move |vm, copy| {
        let copy = copy?;
        let stored = store_all(vm, copy.clone(), items.into_iter())?;
        stored.and_then(vm, |_, _| Ok(Action::Return(copy)))
    }))
}
