//! `dict`: its methods.

use super::class::{CLASS_MAPPING, CLASS_MATCH_SELF, Class, TypeSpec};
use super::containers::{self, Display, Shown, check_count, class_argument, is_builtin, key_error, no_keywords, receiver};
use super::dict::{Dict, hash_key};
use super::dict_views::{self, What};
use super::exception::Ex;
use super::header::Object;
use super::list::List;
use super::set::Set;
use super::tuple::Tuple;
use super::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Call, Native, argument};
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// `dict`.
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_MAPPING | CLASS_MATCH_SELF,
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary with a mapping's items\ndict(iterable) -> new dictionary from (key, value) pairs\ndict(**kwargs) -> new dictionary with the keyword arguments",
    natives: NATIVES,
    ..TypeSpec::new("dict", Dict::LAYOUT)
};

static NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    Native::simple("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__init__($self, *args, **kwargs)", init, "Initialize self."),
    Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self)."),
    Native::simple("__len__($self, /)", |vm, args| receiver::<Dict>(vm, args).map(|dict| Value::small_int(dict.length.get() as i64)), "Return len(self)."),
    Native::full("__getitem__($self, key, /)", get_item, "Return self[key]."),
    Native::simple("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
    Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
    Native::simple("__contains__($self, key, /)", contains, "True if the dictionary has the specified key, else False."),
    Native::simple("__iter__($self, /)", |vm, args| Ok(dict_views::iterator(vm, &args[0], What::Keys)), "Implement iter(self)."),
    Native::simple("__reversed__($self, /)", |vm, args| Ok(dict_views::reverse_iterator(vm, &args[0], What::Keys)), "Return a reverse iterator over the dict keys."),
    Native::simple("__eq__($self, value, /)", |vm, args| equality(vm, args, true), "Return self==value."),
    Native::simple("__ne__($self, value, /)", |vm, args| equality(vm, args, false), "Return self!=value."),
    Native::simple("__or__($self, value, /)", |vm, args| union(vm, &args[0], &args[1]), "Return self|value."),
    Native::simple("__ror__($self, value, /)", |vm, args| union(vm, &args[1], &args[0]), "Return value|self."),
    Native::full("__ior__($self, value, /)", in_place_union, "Return self|=value."),
    Native::simple("get($self, key, default=None, /)", get, "Return the value for key if key is in the dictionary, else default."),
    Native::simple("setdefault($self, key, default=None, /)", set_default, "Insert key with a value of default if key is not in the dictionary; return its value."),
    Native::simple("pop($self, key, default=<unrepresentable>, /)", pop, "Remove the specified key and return its value; default (or KeyError) if there is none."),
    Native::simple("popitem($self, /)", pop_item, "Remove and return the pair that was inserted last."),
    Native::full("update($self, *args, **kwargs)", update, "Update the dictionary from a mapping or an iterable of pairs, then from keyword arguments."),
    Native::full("fromkeys($type, iterable, value=None, /)", from_keys, "Create a new dictionary with keys from iterable and values set to value."),
    Native::simple("clear($self, /)", clear, "Remove all items from the dict."),
    Native::simple("copy($self, /)", copy, "Return a shallow copy of the dict."),
    Native::simple("keys($self, /)", |vm, args| Ok(dict_views::view(vm, &args[0], What::Keys)), "Return a set-like object providing a view on the dict's keys."),
    Native::simple("values($self, /)", |vm, args| Ok(dict_views::view(vm, &args[0], What::Values)), "Return an object providing a view on the dict's values."),
    Native::simple("items($self, /)", |vm, args| Ok(dict_views::view(vm, &args[0], What::Items)), "Return a set-like object providing a view on the dict's items."),
];

/// `repr` of dicts.
pub static SHOWN: Shown = Shown { display, recursive: "{...}" };

fn display(_: &mut Vm, value: &Value) -> Res<Display> {
    let mut items = Vec::new();
    if let Some(dict) = value.get::<Dict>() {
        for entry in dict.entries.get().iter().filter(|entry| !entry.key.is_undefined()) {
            items.push(entry.key.clone());
            items.push(entry.value.clone());
        }
    }
    Ok(Display { pairs: true, ..Display::new("{", items, "}") })
}

fn new(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = class_argument::<Dict>(vm, args)?;
    Ok(vm.heap.new_object(&class, Dict::empty))
}

fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    update_with(vm, "dict", args)
}

fn update(vm: &mut Vm, args: &Args) -> Res<Action> {
    update_with(vm, "update", args)
}

fn update_with(vm: &mut Vm, function: &str, args: &Args) -> Res<Action> {
    receiver::<Dict>(vm, args.positional)?;
    check_count(vm, function, args.positional.len() - 1, 0, 1)?;
    let target = args.positional[0].clone();
    let keywords: Vec<(Value, Value)> = args.names.iter().cloned().zip(args.values.iter().cloned()).collect();
    let finish = move |vm: &mut Vm, target: &Value| {
        if let Some(dict) = target.get::<Dict>() {
            for (name, value) in keywords {
                dict.set(vm, name, value)?;
            }
        }
        Ok(Action::Return(Value::NONE))
    };
    match args.get(1) {
        None => finish(vm, &target),
        Some(source) => update_from(vm, &target, source, finish),
    }
}

/// `target.update(source)`, then `then(vm, target)`.
///
/// # Errors
/// TypeError, ValueError for what is neither a mapping nor an iterable of pairs; whatever its methods raise.
pub fn update_from(vm: &mut Vm, target: &Value, source: &Value, then: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    let Some(dict) = target.get::<Dict>() else { return Err(vm.type_error("update() needs a dict")) };
    if let Some(other) = source.get::<Dict>()
        && iterates_natively(vm, source)
    {
        dict.merge(vm, other, true)?;
        return then(vm, target);
    }
    let target = target.clone();
    let mapping = source.clone();
    if source.get_exact::<List>().is_some() || source.get_exact::<Tuple>().is_some() {
        return for_each(vm, source, MergePairs { target, count: 0, then });
    }
    let keys = vm.name(Name::Keys).clone();
    get_attribute_then(vm, source, &keys, move |vm, keys| match vm.catch(keys, Ex::AttributeError)? {
        Some(keys) => Ok(Action::call(keys, [], move |vm, keys| {
            let keys = keys?;
            let getter = vm.lookup_special(&mapping, Name::GetItem);
            let Some(getter) = getter else {
                let name = vm.type_name(&mapping);
                return Err(vm.type_error(&format!("'{name}' object is not subscriptable")));
            };
            for_each(vm, &keys, MergeKeys { target, mapping, getter, key: Value::UNDEFINED, then })
        })),
        None => for_each(vm, &mapping, MergePairs { target, count: 0, then }),
    })
}

/// Is this dict (or instance of a subclass) iterated by its own natives?
fn iterates_natively(vm: &mut Vm, value: &Value) -> bool {
    value.get_exact::<Dict>().is_some() || {
        let class = vm.class_of(value);
        let owner_is_builtin = |name: Name| class.lookup_with_owner(vm.name(name)).is_some_and(|(_, owner)| core::ptr::eq(owner, &*vm.class::<Dict>()));
        owner_is_builtin(Name::Iter) && owner_is_builtin(Name::Keys) && owner_is_builtin(Name::GetItem)
    }
}

/// Merges a mapping by its keys.
struct MergeKeys<F> {
    target: Value,
    mapping: Value,
    /// The mapping's `__getitem__`.
    getter: Value,
    key: Value,
    then: F,
}

impl<F: FnOnce(&mut Vm, &Value) -> Res<Action> + 'static> Each for MergeKeys<F> {
    fn item(&mut self, _: &mut Vm, item: Value) -> Res<Flow> {
        self.key = item.clone();
        Ok(Flow::Call(Box::new(Call::new(self.getter.clone(), [self.mapping.clone(), item]))))
    }

    fn called(&mut self, vm: &mut Vm, result: Value) -> Res<Flow> {
        let key = core::mem::replace(&mut self.key, Value::UNDEFINED);
        if let Some(dict) = self.target.get::<Dict>() {
            dict.set(vm, key, result)?;
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm, &self.target)
    }
}

/// Merges an iterable of pairs.
struct MergePairs<F> {
    target: Value,
    count: usize,
    then: F,
}

impl<F> MergePairs<F> {
    fn add(&mut self, vm: &mut Vm, pair: &[Value]) -> Res<Flow> {
        let [key, value] = pair else {
            return Err(vm.value_error(&format!("dictionary update sequence element #{} has length {}; 2 is required", self.count, pair.len())));
        };
        self.count += 1;
        if let Some(dict) = self.target.get::<Dict>() {
            dict.set(vm, key.clone(), value.clone())?;
        }
        Ok(Flow::Continue)
    }
}

impl<F: FnOnce(&mut Vm, &Value) -> Res<Action> + 'static> Each for MergePairs<F> {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some(tuple) = item.get_exact::<Tuple>() {
            return self.add(vm, tuple.items());
        }
        if let Some(list) = item.get_exact::<List>() {
            let pair: Vec<Value> = list.items.get().iter().take(3).cloned().collect();
            if pair.len() == 2 {
                return self.add(vm, &pair);
            }
        }
        if vm.lookup_special(&item, Name::Iter).is_none() && vm.lookup_special(&item, Name::GetItem).is_none() {
            return Err(vm.type_error(&format!("cannot convert dictionary update sequence element #{} to a sequence", self.count)));
        }
        Ok(Flow::Call(Box::new(Call::new(vm.class::<Tuple>().value(), [item]))))
    }

    fn called(&mut self, vm: &mut Vm, result: Value) -> Res<Flow> {
        match result.get::<Tuple>() {
            Some(tuple) => self.add(vm, tuple.items()),
            None => Ok(Flow::Continue),
        }
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm, &self.target)
    }
}

fn get_item(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, key] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let dict = receiver::<Dict>(vm, args.positional)?;
    if let Some(value) = dict.get(vm, key)? {
        return Ok(Action::Return(value));
    }
    missing(vm, this, key)
}

/// What `dict[key]` does when there is no such key: `__missing__` of subclasses, else KeyError.
///
/// # Errors
/// KeyError.
pub fn missing(vm: &mut Vm, dict: &Value, key: &Value) -> Res<Action> {
    if dict.get_exact::<Dict>().is_none()
        && let Some(method) = vm.lookup_special(dict, Name::Missing)
    {
        return Ok(Action::tail_call(method, [dict.clone(), key.clone()]));
    }
    Err(key_error(vm, key))
}

fn set_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    dict.set(vm, args[1].clone(), args[2].clone())?;
    Ok(Value::NONE)
}

fn delete_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Dict>(vm, args)?.delete_item(vm, &args[1])?;
    Ok(Value::NONE)
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Dict>(vm, args)?.contains(vm, &args[1]).map(Value::bool)
}

fn equality(vm: &mut Vm, args: &[Value], wanted: bool) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    match args[1].get::<Dict>() {
        Some(other) => Ok(Value::bool(dict.equals(vm, other)? == wanted)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn union(vm: &mut Vm, left: &Value, right: &Value) -> Res<Value> {
    let (Some(first), Some(second)) = (left.get::<Dict>(), right.get::<Dict>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let result = super::dict::copy(vm, first)?;
    if let Some(dict) = result.get::<Dict>() {
        dict.merge(vm, second, true)?;
    }
    Ok(result)
}

fn in_place_union(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver::<Dict>(vm, args.positional)?;
    update_from(vm, &args.positional[0], &args.positional[1], |_, dict| Ok(Action::Return(dict.clone())))
}

fn get(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    match dict.get(vm, &args[1])? {
        Some(value) => Ok(value),
        None => Ok(argument(args, 2).cloned().unwrap_or(Value::NONE)),
    }
}

fn set_default(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    dict.set_default(vm, &args[1], argument(args, 2).cloned().unwrap_or(Value::NONE))
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    if dict.length.get() == 0 {
        // As CPython: an empty dict does not hash the key.
        return match argument(args, 2) {
            Some(default) => Ok(default.clone()),
            None => Err(key_error(vm, &args[1])),
        };
    }
    match dict.delete(vm, &args[1])? {
        Some(value) => Ok(value),
        None => match argument(args, 2) {
            Some(default) => Ok(default.clone()),
            None => Err(key_error(vm, &args[1])),
        },
    }
}

fn pop_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    match receiver::<Dict>(vm, args)?.pop_last() {
        Some((key, value)) => Ok(vm.new_tuple(Vec::from([key, value]))),
        None => Err(vm.raise(Ex::KeyError, "popitem(): dictionary is empty")),
    }
}

fn from_keys(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "fromkeys", args)?;
    let value = args.get(2).cloned().unwrap_or(Value::NONE);
    let iterable = args.positional[1].clone();
    let Some(class) = args.positional[0].get::<Class>().map(crate::vm::ClassRef::of) else {
        return Err(vm.type_error("fromkeys() needs a class"));
    };
    if is_builtin::<Dict>(vm, class) {
        let result = vm.new_dict();
        return fill(vm, result, &iterable, value);
    }
    Ok(Action::call(args.positional[0].clone(), [], move |vm, made| {
        let made = made?;
        if made.get_exact::<Dict>().is_some() {
            return fill(vm, made, &iterable, value);
        }
        let Some(setter) = vm.lookup_special(&made, Name::SetItem) else {
            let name = vm.type_name(&made);
            return Err(vm.type_error(&format!("'{name}' object does not support item assignment")));
        };
        for_each(vm, &iterable, SetEach { target: made, setter, value })
    }))
}

/// `dict.fromkeys` for exact dicts.
fn fill(vm: &mut Vm, target: Value, iterable: &Value, value: Value) -> Res<Action> {
    if let (Some(dict), Some(set)) = (target.get::<Dict>(), iterable.get_exact::<Set>()) {
        dict.reserve(vm, set.table.length.get())?;
    }
    for_each(vm, iterable, FillKeys { target, value })
}

struct FillKeys {
    target: Value,
    value: Value,
}

impl Each for FillKeys {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some(dict) = self.target.get::<Dict>() {
            dict.set(vm, item, self.value.clone())?;
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(self.target))
    }
}

/// Calls `target[item] = value` for each item.
struct SetEach {
    target: Value,
    setter: Value,
    value: Value,
}

impl Each for SetEach {
    fn item(&mut self, _: &mut Vm, item: Value) -> Res<Flow> {
        Ok(Flow::Call(Box::new(Call::new(self.setter.clone(), [self.target.clone(), item, self.value.clone()]))))
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(self.target))
    }
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Dict>(vm, args)?.clear_items();
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let dict = receiver::<Dict>(vm, args)?;
    super::dict::copy(vm, dict)
}

/// Keyword arguments as a new dict.
///
/// # Errors
/// MemoryError.
pub fn from_keywords(vm: &mut Vm, names: &[Value], values: &[Value]) -> Res<Value> {
    let result = vm.new_dict();
    if let Some(dict) = result.get::<Dict>() {
        for (name, value) in names.iter().zip(values) {
            let hash = hash_key(vm, name)?;
            dict.set_hashed(vm, hash, name.clone(), value.clone())?;
        }
    }
    Ok(result)
}

/// The iterator over a dict's keys, for `iter(dict)`.
pub fn iterator(vm: &mut Vm, dict: &Value) -> Value {
    dict_views::iterator(vm, dict, What::Keys)
}
