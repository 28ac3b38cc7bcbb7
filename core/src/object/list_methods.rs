//! `list`: its methods.

use super::class::{CLASS_HEAP, CLASS_MATCH_SELF, CLASS_SEQUENCE, TypeSpec};
use super::containers::{self, Display, Shown, check_count, class_argument, keywords, no_keywords, place, receiver, repeat_count, repeated, search_bounds, subscript};
use super::exception::Ex;
use super::header::Object;
use super::iterators;
use super::list::{self, List};
use super::slice::Slice;
use super::sort;
use super::value::Value;
use crate::vm::iterate::{Each, Flow, collect, for_each, native_items};
use crate::vm::native::{Action, Args, Native, argument};
use crate::vm::reenter::Comparison;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;

/// `list`.
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_SEQUENCE | CLASS_MATCH_SELF,
    doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    natives: NATIVES,
    ..TypeSpec::new("list", List::LAYOUT)
};

static NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    Native::simple("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__init__($self, *args, **kwargs)", init, "Initialize self."),
    Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self)."),
    Native::simple("__len__($self, /)", |vm, args| receiver::<List>(vm, args).map(|list| Value::small_int(list.len() as i64)), "Return len(self)."),
    Native::simple(
        "__getitem__($self, index, /)",
        |vm, args| {
            let list = receiver::<List>(vm, args)?;
            list::get_item(vm, list, &args[1])
        },
        "Return self[index].",
    ),
    Native::full("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
    Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
    Native::simple(
        "__contains__($self, key, /)",
        |vm, args| {
            let list = receiver::<List>(vm, args)?;
            list::contains(vm, list, &args[1]).map(Value::bool)
        },
        "Return bool(key in self).",
    ),
    Native::simple("__iter__($self, /)", |vm, args| Ok(iterators::list_iterator(vm, &args[0])), "Implement iter(self)."),
    Native::simple("__reversed__($self, /)", |vm, args| Ok(iterators::list_reverse_iterator(vm, &args[0])), "Return a reverse iterator over the list."),
    Native::simple("__add__($self, value, /)", add, "Return self+value."),
    Native::simple("__mul__($self, value, /)", multiply, "Return self*value."),
    Native::simple("__rmul__($self, value, /)", multiply, "Return value*self."),
    Native::full(
        "__iadd__($self, value, /)",
        |vm, args| {
            let this = args.positional[0].clone();
            extend_then(vm, &args.positional[0], &args.positional[1], |_| Ok(Action::Return(this)))
        },
        "Implement self+=value.",
    ),
    Native::simple("__imul__($self, value, /)", in_place_multiply, "Implement self*=value."),
    Native::simple("append($self, object, /)", append, "Append object to the end of the list."),
    Native::full(
        "extend($self, iterable, /)",
        |vm, args| extend_then(vm, &args.positional[0], &args.positional[1], |_| Ok(Action::Return(Value::NONE))),
        "Extend list by appending elements from the iterable.",
    ),
    Native::simple("insert($self, index, object, /)", insert, "Insert object before index."),
    Native::simple("pop($self, index=-1, /)", pop, "Remove and return item at index (default last)."),
    Native::simple("remove($self, value, /)", remove, "Remove first occurrence of value."),
    Native::simple("index($self, value, start=0, stop=sys.maxsize, /)", index, "Return first index of value."),
    Native::simple("count($self, value, /)", count, "Return number of occurrences of value."),
    Native::simple("clear($self, /)", clear, "Remove all items from list."),
    Native::simple("copy($self, /)", copy, "Return a shallow copy of the list."),
    Native::simple("reverse($self, /)", reverse, "Reverse *IN PLACE*."),
    Native::full(
        "sort($self, /, *, key=None, reverse=False)",
        sort_method,
        "Sort the list in ascending order, in place and stably, by the keys that a function gives if there is one.",
    ),
    crate::comparison!(compare, Lt),
    crate::comparison!(compare, Le),
    crate::comparison!(compare, Eq),
    crate::comparison!(compare, Ne),
    crate::comparison!(compare, Gt),
    crate::comparison!(compare, Ge),
];

/// `repr` of lists.
pub static SHOWN: Shown = Shown { display, recursive: "[...]" };

fn display(_: &mut Vm, value: &Value) -> Res<Display> {
    let items = value.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
    Ok(Display::new("[", items, "]"))
}

fn new(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = class_argument::<List>(vm, args)?;
    Ok(vm.heap.new_object(&class, List::empty))
}

fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "list", args)?;
    let list = receiver::<List>(vm, args.positional)?;
    check_count(vm, "list", args.positional.len() - 1, 0, 1)?;
    let old = list.take_items();
    drop(old);
    match args.get(1) {
        Some(iterable) => extend_then(vm, &args.positional[0], iterable, |_| Ok(Action::Return(Value::NONE))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// `list.extend(iterable)`, then goes on.
///
/// # Errors
/// TypeError for what is not iterable; whatever iterating raises.
pub fn extend_then(vm: &mut Vm, target: &Value, iterable: &Value, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    let Some(list) = target.get::<List>() else { return Err(vm.type_error("descriptor requires a 'list' object")) };
    if let Some(values) = native_items(vm, iterable)? {
        if list.items.get().capacity() == 0 {
            drop(list.put_items(values));
        } else {
            list::extend(vm, list, values)?;
        }
        return then(vm);
    }
    // Item by item: what came before an exception stays, as in CPython.
    let class = vm.class_of(iterable);
    if class.has(CLASS_HEAP) && (vm.class_special(&class, Name::Len).is_some() || vm.class_special(&class, Name::LengthHint).is_some()) {
        // It is asked how long it is, as in CPython; the answer does not matter here.
        let (iterable, target) = (iterable.clone(), target.clone());
        return crate::modules::_operator::length_hint_then(vm, &iterable.clone(), move |vm| for_each(vm, &iterable, AppendEach { target, then }));
    }
    for_each(vm, iterable, AppendEach { target: target.clone(), then })
}

struct AppendEach<F> {
    target: Value,
    then: F,
}

impl<F: FnOnce(&mut Vm) -> Res<Action> + 'static> Each for AppendEach<F> {
    #[inline]
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some(list) = self.target.get::<List>() {
            list::append(vm, list, item)?;
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm)
    }
}

fn set_item(vm: &mut Vm, args: &Args) -> Res<Action> {
    let list = receiver::<List>(vm, args.positional)?;
    let [this, key, value] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    if key.get::<Slice>().is_none() {
        let index = subscript(vm, key, "list")?;
        list::set_index(vm, list, index, value.clone())?;
        return Ok(Action::Return(Value::NONE));
    }
    if vm.lookup_special(value, Name::Iter).is_none() && vm.lookup_special(value, Name::GetItem).is_none() {
        return Err(vm.type_error("must assign iterable to extended slice"));
    }
    let (target, key) = (this.clone(), key.clone());
    collect(vm, value, move |vm, values| {
        if let (Some(list), Some(slice)) = (target.get::<List>(), key.get::<Slice>()) {
            list::set_slice(vm, list, slice, values)?;
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn delete_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    match args[1].get::<Slice>() {
        Some(slice) => list::delete_slice(vm, list, slice)?,
        None => {
            let index = subscript(vm, &args[1], "list")?;
            list::delete_index(vm, list, index)?;
        }
    }
    Ok(Value::NONE)
}

fn add(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    match args[1].get::<List>() {
        Some(other) => list::concatenate(vm, list, other),
        None => {
            if vm.lookup_special(&args[1], Name::RAdd).is_some() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let name = vm.type_name(&args[1]);
            Err(vm.type_error(&format!("can only concatenate list (not \"{name}\") to list")))
        }
    }
}

fn multiply(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<List>(vm, args)?;
    let Some(count) = repeat_count(vm, &args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let list = receiver::<List>(vm, args)?;
    let items = repeated(vm, list.items.get(), count)?;
    Ok(vm.new_list(items))
}

fn in_place_multiply(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<List>(vm, args)?;
    let Some(count) = repeat_count(vm, &args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let list = receiver::<List>(vm, args)?;
    if count != 1 {
        let items = repeated(vm, list.items.get(), count)?;
        let old = list.put_items(items);
        drop(old);
    }
    Ok(args[0].clone())
}

fn append(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    list::append(vm, list, args[1].clone())?;
    Ok(Value::NONE)
}

fn insert(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    let index = vm.index_i64(&args[1])?;
    list.reserve(vm, 1)?;
    let items = list.items.get_mut();
    let length = items.len() as i64;
    let index = if index < 0 { (index + length).max(0) } else { index.min(length) };
    items.insert(index as usize, args[2].clone());
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    let index = match argument(args, 1) {
        None => -1,
        Some(index) => vm.index_i64(index)?,
    };
    let items = list.items.get_mut();
    if index == -1
        && let Some(last) = items.pop()
    {
        return Ok(last);
    }
    if items.is_empty() {
        return Err(vm.raise(Ex::IndexError, "pop from empty list"));
    }
    match place(index, items.len()) {
        Some(place) => Ok(items.remove(place)),
        None => Err(vm.raise(Ex::IndexError, "pop index out of range")),
    }
}

fn remove(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    match list::find(vm, list, &args[1], 0, usize::MAX)? {
        Some(place) => {
            if place < list.len() {
                let old = list.items.get_mut().remove(place);
                drop(old);
            }
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn index(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    let (start, stop) = search_bounds(vm, argument(args, 2), argument(args, 3), list.len())?;
    match list::find(vm, list, &args[1], start, stop)? {
        Some(place) => Ok(Value::small_int(place as i64)),
        None => Err(vm.value_error("list.index(x): x not in list")),
    }
}

fn count(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    let mut count = 0;
    let mut start = 0;
    while let Some(place) = list::find(vm, list, &args[1], start, usize::MAX)? {
        count += 1;
        start = place + 1;
    }
    Ok(Value::small_int(count))
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let mut old = receiver::<List>(vm, args)?.take_items();
    // From the end, as when the list dies.
    while let Some(item) = old.pop() {
        drop(item);
    }
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let list = receiver::<List>(vm, args)?;
    vm.check_memory(list.len().checked_mul(size_of::<Value>()))?;
    let items = containers::copied(list.items.get());
    Ok(vm.new_list(items))
}

fn reverse(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<List>(vm, args)?.items.get_mut().reverse();
    Ok(Value::NONE)
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (Some(left), Some(right)) = (args[0].get::<List>(), args[1].get::<List>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    list::compare_lists(vm, op, left, right)
}

fn sort_method(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver::<List>(vm, args.positional)?;
    if args.positional.len() > 1 {
        return Err(vm.type_error("sort() takes no positional arguments"));
    }
    let [key, reverse] = keywords(vm, "sort", args, ["key", "reverse"])?;
    let reverse = match reverse {
        Some(reverse) => vm.truth(&reverse)?,
        None => false,
    };
    sort::sort_list(vm, &args.positional[0], key.filter(|key| !key.is_none()), reverse, |_| Ok(Action::Return(Value::NONE)))
}
