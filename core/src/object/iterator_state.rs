//! What pickle and copy ask of builtin iterators: `__reduce__`, which says how to make an equal one, and `__setstate__`, which moves it on.

use super::dict::Dict;
use super::exception::Ex;
use super::value::Value;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;

/// A function of the module builtins, as Python code sees it now.
///
/// # Errors
/// AttributeError if it was deleted.
pub fn builtin(vm: &mut Vm, name: &str) -> Res<Value> {
    let key = vm.intern(name);
    let builtins = vm.builtins.clone();
    let found = match builtins.get::<Dict>() {
        Some(builtins) => builtins.get(vm, &key)?,
        None => None,
    };
    match found {
        Some(function) => Ok(function),
        None => Err(vm.raise(Ex::AttributeError, name)),
    }
}

/// `(maker, arguments)`, with a third part for `__setstate__` if there is a state.
pub fn recipe(vm: &mut Vm, maker: Value, arguments: Vec<Value>, state: Option<Value>) -> Value {
    let arguments = vm.new_tuple(arguments);
    let mut parts = Vec::from([maker, arguments]);
    parts.extend(state);
    vm.new_tuple(parts)
}

/// How to make an iterator that stands before item `index` of `source` by the builtin function `maker`; without a source, an exhausted one of `empty`.
pub fn at_index(vm: &mut Vm, maker: Value, source: Option<Value>, index: i64, empty: Value) -> Value {
    match source {
        Some(source) => {
            let index = vm.new_int(index);
            recipe(vm, maker, Vec::from([source]), Some(index))
        }
        None => recipe(vm, maker, Vec::from([empty]), None),
    }
}

/// How to make an iterator over a copy of the remaining items.
///
/// # Errors
/// As [`builtin`].
pub fn over_items(vm: &mut Vm, items: Vec<Value>) -> Res<Value> {
    let iter = builtin(vm, "iter")?;
    let items = vm.new_list(items);
    Ok(recipe(vm, iter, Vec::from([items]), None))
}

/// The argument of `__setstate__`, a number of items.
///
/// # Errors
/// TypeError, OverflowError.
pub fn index_argument(vm: &mut Vm, args: &[Value]) -> Res<i64> {
    vm.index_i64(args.get(1).unwrap_or(&Value::NONE))
}
