//! What looks at a dict: the views `keys()`, `values()`, `items()`, which are live, and the iterators.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use super::containers::{self, Display, Shown, receiver, stop_iteration};
use super::dict::Dict;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::set::{self, table_of};
use super::tuple::Tuple;
use super::value::Value;
use crate::object;
use crate::vm::iterate::collect;
use crate::vm::native::{Action, Args, Getter, Native, Step};
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// What of a dict is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum What {
    Keys,
    Values,
    Items,
}

macro_rules! view {
    ($(#[doc = $doc:literal])+ $name:ident, $text:literal) => {
        $(#[doc = $doc])+
        #[repr(C)]
        pub struct $name {
            pub header: Header,
            pub dict: Value,
        }

        object!($name, Kind::Other, $text, |this, visit| visit(&this.dict));
    };
}

view!(
    /// `dict.keys()`
    DictKeys, "dict_keys"
);
view!(
    /// `dict.values()`
    DictValues, "dict_values"
);
view!(
    /// `dict.items()`
    DictItems, "dict_items"
);

/// A view on `dict`.
pub fn view(vm: &mut Vm, dict: &Value, what: What) -> Value {
    let dict = dict.clone();
    match what {
        What::Keys => vm.new_object(|header| DictKeys { header, dict }),
        What::Values => vm.new_object(|header| DictValues { header, dict }),
        What::Items => vm.new_object(|header| DictItems { header, dict }),
    }
}

/// The dict behind a view, and what the view shows of it.
pub fn viewed(value: &Value) -> Option<(&Value, What)> {
    if value.kind() != Kind::Other {
        return None;
    }
    if let Some(view) = value.get::<DictKeys>() {
        Some((&view.dict, What::Keys))
    } else if let Some(view) = value.get::<DictItems>() {
        Some((&view.dict, What::Items))
    } else {
        value.get::<DictValues>().map(|view| (&view.dict, What::Values))
    }
}

/// The dict behind the first argument.
fn this<'a>(vm: &mut Vm, args: &'a [Value]) -> Res<(&'a Value, &'a Dict, What)> {
    match args.first().and_then(viewed).and_then(|(value, what)| Some((value, value.get::<Dict>()?, what))) {
        Some(found) => Ok(found),
        None => Err(vm.type_error("descriptor requires a dictionary view")),
    }
}

/// What a view shows, copied.
pub fn contents(vm: &mut Vm, dict: &Dict, what: What) -> Vec<Value> {
    match what {
        What::Keys => dict.keys(),
        What::Values => dict.values(),
        What::Items => dict.items().into_iter().map(|(key, value)| vm.new_tuple(Vec::from([key, value]))).collect(),
    }
}

const LEN: Native = Native::simple("__len__($self, /)", |vm, args| this(vm, args).map(|(_, dict, _)| Value::small_int(dict.length.get() as i64)), "Return len(self).");
const ITER: Native = Native::simple("__iter__($self, /)", |vm, args| this(vm, args).map(|(value, _, what)| iterator(vm, value, what)), "Implement iter(self).");
const REVERSED: Native = Native::simple(
    "__reversed__($self, /)",
    |vm, args| this(vm, args).map(|(value, _, what)| reverse_iterator(vm, value, what)),
    "Return a reverse iterator over the dict's contents.",
);
const REPR: Native = Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self).");
const MAPPING: Getter = Getter::read_only("mapping", mapping, "dictionary that this view refers to");
const CONTAINS: Native = Native::simple("__contains__($self, key, /)", contains, "Return bool(key in self).");

static SET_LIKE: &[Native] = &[
    LEN,
    ITER,
    REVERSED,
    REPR,
    CONTAINS,
    crate::comparison!(compare, Lt),
    crate::comparison!(compare, Le),
    crate::comparison!(compare, Eq),
    crate::comparison!(compare, Ne),
    crate::comparison!(compare, Gt),
    crate::comparison!(compare, Ge),
    Native::full("__and__($self, value, /)", |vm, args| operator(vm, args, false, "intersection_update"), "Return self&value."),
    Native::full("__rand__($self, value, /)", |vm, args| operator(vm, args, true, "intersection_update"), "Return value&self."),
    Native::full("__or__($self, value, /)", |vm, args| operator(vm, args, false, "update"), "Return self|value."),
    Native::full("__ror__($self, value, /)", |vm, args| operator(vm, args, true, "update"), "Return value|self."),
    Native::full("__sub__($self, value, /)", |vm, args| operator(vm, args, false, "difference_update"), "Return self-value."),
    Native::full("__rsub__($self, value, /)", |vm, args| operator(vm, args, true, "difference_update"), "Return value-self."),
    Native::full("__xor__($self, value, /)", |vm, args| operator(vm, args, false, "symmetric_difference_update"), "Return self^value."),
    Native::full("__rxor__($self, value, /)", |vm, args| operator(vm, args, true, "symmetric_difference_update"), "Return value^self."),
    Native::full("isdisjoint($self, other, /)", is_disjoint, "Return True if the view and the given iterable have a null intersection."),
];

/// `dict_keys`
pub static KEYS_TYPE: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: SET_LIKE, getters: &[MAPPING], ..TypeSpec::new("dict_keys", DictKeys::LAYOUT) };
/// `dict_items`
pub static ITEMS_TYPE: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: SET_LIKE, getters: &[MAPPING], ..TypeSpec::new("dict_items", DictItems::LAYOUT) };
/// `dict_values`
pub static VALUES_TYPE: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: &[LEN, ITER, REVERSED, REPR], getters: &[MAPPING], ..TypeSpec::new("dict_values", DictValues::LAYOUT) };

/// `repr` of views.
pub static SHOWN: Shown = Shown { display, recursive: "..." };

fn display(vm: &mut Vm, value: &Value) -> Res<Display> {
    let items = match viewed(value).and_then(|(dict, what)| Some((dict.get::<Dict>()?, what))) {
        Some((dict, what)) => contents(vm, dict, what),
        None => Vec::new(),
    };
    let prefix = match viewed(value).map(|(_, what)| what) {
        Some(What::Values) => "dict_values([",
        Some(What::Items) => "dict_items([",
        _ => "dict_keys([",
    };
    Ok(Display::new(prefix, items, "])"))
}

fn mapping(vm: &mut Vm, view: &Value) -> Res<Value> {
    match viewed(view) {
        Some((dict, _)) => {
            let dict = dict.clone();
            Ok(super::mapping_proxy::new(vm, dict))
        }
        None => Ok(Value::NONE),
    }
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let (_, dict, what) = this(vm, args)?;
    view_contains(vm, dict, what, &args[1]).map(Value::bool)
}

fn view_contains(vm: &mut Vm, dict: &Dict, what: What, key: &Value) -> Res<bool> {
    if what == What::Keys {
        return dict.contains(vm, key);
    }
    let Some([key, value]) = key.get::<Tuple>().map(Tuple::items) else { return Ok(false) };
    match dict.get(vm, key)? {
        Some(found) => vm.equal(&found, value),
        None => Ok(false),
    }
}

/// How many elements a set or set-like view has.
fn size_of_set(value: &Value) -> Option<usize> {
    if let Some((_, table)) = table_of(value) {
        return Some(table.length.get());
    }
    match viewed(value) {
        Some((dict, What::Keys | What::Items)) => dict.get::<Dict>().map(|dict| dict.length.get()),
        _ => None,
    }
}

/// Are all elements of `left` in `right`? Both are sets or set-like views.
fn all_in(vm: &mut Vm, left: &Value, right: &Value) -> Res<bool> {
    let elements = match (table_of(left), viewed(left)) {
        (Some((_, table)), _) => table.keys(),
        (_, Some((dict, what))) => match dict.get::<Dict>() {
            Some(dict) => contents(vm, dict, what),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    for element in &elements {
        let found = match (table_of(right), viewed(right)) {
            (Some((_, table)), _) => set::contains(vm, table, element)?,
            (_, Some((dict, what))) => match dict.get::<Dict>() {
                Some(dict) => view_contains(vm, dict, what, element)?,
                None => false,
            },
            _ => false,
        };
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (left, right) = (&args[0], &args[1]);
    let (Some(mine), Some(theirs)) = (size_of_set(left), size_of_set(right)) else { return Ok(Value::NOT_IMPLEMENTED) };
    vm.enter_native(" in comparison")?;
    let result = match op {
        Comparison::Eq | Comparison::Ne if mine != theirs => Ok(op == Comparison::Ne),
        Comparison::Eq => all_in(vm, left, right),
        Comparison::Ne => all_in(vm, left, right).map(|equal| !equal),
        Comparison::Lt if mine >= theirs => Ok(false),
        Comparison::Le if mine > theirs => Ok(false),
        Comparison::Gt if mine <= theirs => Ok(false),
        Comparison::Ge if mine < theirs => Ok(false),
        Comparison::Lt | Comparison::Le => all_in(vm, left, right),
        Comparison::Gt | Comparison::Ge => all_in(vm, right, left),
    };
    vm.leave_native();
    result.map(Value::bool)
}

/// `view op iterable` as a set: `method` of `set` is applied to a set of the left operand's elements.
fn operator(vm: &mut Vm, args: &Args, reflected: bool, method: &'static str) -> Res<Action> {
    let [this, other] = args.positional else { return Ok(Action::Return(Value::NOT_IMPLEMENTED)) };
    let (left, right) = if reflected { (other, this) } else { (this, other) };
    let right = right.clone();
    collect(vm, left, move |vm, elements| {
        let result = set::from_items(vm, None, false, &elements)?;
        collect(vm, &right, move |vm, elements| {
            let other = set::from_items(vm, None, false, &elements)?;
            let (Some((owner, table)), Some((_, theirs))) = (table_of(&result), table_of(&other)) else { return Ok(Action::Return(Value::NONE)) };
            let value = match method {
                "update" => {
                    set::update(vm, owner, table, theirs)?;
                    result
                }
                "difference_update" => {
                    set::remove_all(vm, owner, table, theirs)?;
                    result
                }
                "intersection_update" => set::filtered(vm, &result, table, theirs, true)?,
                _ => set::symmetric_difference(vm, &result, table, theirs)?,
            };
            Ok(Action::Return(value))
        })
    })
}

fn is_disjoint(vm: &mut Vm, args: &Args) -> Res<Action> {
    this(vm, args.positional)?;
    let view = args.positional[0].clone();
    collect(vm, &args.positional[1], move |vm, elements| {
        let Some((dict, what)) = viewed(&view).and_then(|(dict, what)| Some((dict.get::<Dict>()?, what))) else { return Ok(Action::Return(Value::TRUE)) };
        for element in &elements {
            if view_contains(vm, dict, what, element)? {
                return Ok(Action::Return(Value::FALSE));
            }
        }
        Ok(Action::Return(Value::TRUE))
    })
}

// ---- iterators

/// An iterator over a dict, forward. The interpreter loop steps it directly.
#[repr(C)]
pub struct DictIterator {
    pub header: Header,
    /// None: exhausted.
    pub dict: Mut<Option<Value>>,
    /// Next place in the entries.
    pub index: Cell<usize>,
    /// Length of the dict when the iteration began.
    pub expected: Cell<usize>,
    /// Items given out.
    pub given: Cell<usize>,
    pub what: What,
}

object!(
    DictIterator,
    Kind::DictIterator,
    "dict_keyiterator",
    |this, visit| if let Some(dict) = this.dict.get() {
        visit(dict)
    },
    |this| drop(this.dict.take())
);

/// An iterator over a dict, backward.
#[repr(C)]
pub struct DictReverseIterator {
    pub header: Header,
    dict: Mut<Option<Value>>,
    /// The places before this one are left.
    end: Cell<usize>,
    expected: Cell<usize>,
    given: Cell<usize>,
    what: What,
}

object!(
    DictReverseIterator,
    Kind::Other,
    "dict_reversekeyiterator",
    |this, visit| if let Some(dict) = this.dict.get() {
        visit(dict)
    },
    |this| drop(this.dict.take())
);

macro_rules! iterator_type {
    ($static:ident, $name:literal, $layout:ty, $natives:ident, $next:path) => {
        #[doc = $name]
        pub static $static: TypeSpec =
            TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: $natives, next: Some($next), ..TypeSpec::new($name, <$layout>::LAYOUT) };
    };
}

iterator_type!(KEY_ITERATOR, "dict_keyiterator", DictIterator, ITERATOR_NATIVES, next);
iterator_type!(VALUE_ITERATOR, "dict_valueiterator", DictIterator, ITERATOR_NATIVES, next);
iterator_type!(ITEM_ITERATOR, "dict_itemiterator", DictIterator, ITERATOR_NATIVES, next);
iterator_type!(REVERSE_KEY_ITERATOR, "dict_reversekeyiterator", DictReverseIterator, REVERSE_NATIVES, reverse_next);
iterator_type!(REVERSE_VALUE_ITERATOR, "dict_reversevalueiterator", DictReverseIterator, REVERSE_NATIVES, reverse_next);
iterator_type!(REVERSE_ITEM_ITERATOR, "dict_reverseitemiterator", DictReverseIterator, REVERSE_NATIVES, reverse_next);

static ITERATOR_NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", |_, args| Ok(args[0].clone()), "Implement iter(self)."),
    Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, next), "Implement next(self)."),
    Native::simple("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    Native::simple("__reduce__($self, /)", reduce, "What pickle needs to make the iterator again."),
];

static REVERSE_NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", |_, args| Ok(args[0].clone()), "Implement iter(self)."),
    Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, reverse_next), "Implement next(self)."),
    Native::simple("__length_hint__($self, /)", reverse_length_hint, "Private method returning an estimate of len(list(it))."),
    Native::simple("__reduce__($self, /)", reverse_reduce, "What pickle needs to make the iterator again."),
];

/// `__next__` of an iterator that never needs Python code.
///
/// # Errors
/// StopIteration.
pub fn native_next(vm: &mut Vm, args: &[Value], next: fn(&mut Vm, &Value) -> Res<Step>) -> Res<Value> {
    match next(vm, &args[0])? {
        Step::Item(item) => Ok(item),
        _ => Err(stop_iteration(vm)),
    }
}

/// An iterator over `dict` (a dict).
pub fn iterator(vm: &mut Vm, dict: &Value, what: What) -> Value {
    let expected = dict.get::<Dict>().map_or(0, |dict| dict.length.get());
    let dict = Mut::new(Some(dict.clone()));
    let build = move |header| DictIterator { header, dict, index: Cell::new(0), expected: Cell::new(expected), given: Cell::new(0), what };
    let spec = match what {
        What::Keys => return vm.new_object(build),
        What::Values => &VALUE_ITERATOR,
        What::Items => &ITEM_ITERATOR,
    };
    let class = vm.class_from_spec(spec);
    match class.get::<super::class::Class>() {
        Some(class) => vm.heap.new_object(class, build),
        None => vm.new_object(build),
    }
}

/// A backward iterator over `dict` (a dict).
pub fn reverse_iterator(vm: &mut Vm, dict: &Value, what: What) -> Value {
    let expected = dict.get::<Dict>().map_or(0, |dict| dict.length.get());
    let dict = Mut::new(Some(dict.clone()));
    let class = vm.class_from_spec(match what {
        What::Keys => &REVERSE_KEY_ITERATOR,
        What::Values => &REVERSE_VALUE_ITERATOR,
        What::Items => &REVERSE_ITEM_ITERATOR,
    });
    let build = move |header| DictReverseIterator { header, dict, end: Cell::new(usize::MAX), expected: Cell::new(expected), given: Cell::new(0), what };
    match class.get::<super::class::Class>() {
        Some(class) => vm.heap.new_object(class, build),
        None => vm.new_object(build),
    }
}

fn shown(vm: &mut Vm, what: What, key: Value, value: Value) -> Value {
    match what {
        What::Keys => key,
        What::Values => value,
        What::Items => pair(vm, key, value),
    }
}

/// A tuple of two.
#[inline]
pub fn pair(vm: &mut Vm, first: Value, second: Value) -> Value {
    let class = vm.class::<Tuple>();
    // SAFETY: the cell has room for two items, which are written before anything else happens.
    unsafe {
        let (cell, header) = vm.heap.new_cell(&class, Tuple::LAYOUT, size_of::<Tuple>() + 2 * size_of::<Value>());
        let tuple = cell as *mut Tuple;
        tuple.write(Tuple { header, length: 2 });
        let items = tuple.add(1) as *mut Value;
        items.write(first);
        items.add(1).write(second);
        Value::from_bits(cell as usize as u64)
    }
}

/// Next item of a [`DictIterator`].
///
/// # Errors
/// RuntimeError if keys came or went meanwhile.
pub fn next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<DictIterator>() else { return Ok(Step::Done) };
    let Some(dict) = this.dict.get().as_ref().and_then(|dict| dict.get::<Dict>()) else { return Ok(Step::Done) };
    if dict.length.get() != this.expected.get() {
        return Err(changed(vm, &this.expected, "dictionary changed size during iteration"));
    }
    if let Some(place) = dict.next_place(this.index.get())
        && let Some(entry) = dict.entries.get().get(place)
    {
        if this.given.get() == this.expected.get() {
            return Err(changed(vm, &this.expected, "dictionary keys changed during iteration"));
        }
        this.given.set(this.given.get() + 1);
        this.index.set(place + 1);
        let item = match this.what {
            What::Keys => entry.key.clone(),
            What::Values => entry.value.clone(),
            What::Items => {
                let (key, value) = (entry.key.clone(), entry.value.clone());
                pair(vm, key, value)
            }
        };
        return Ok(Step::Item(item));
    }
    drop(this.dict.take());
    Ok(Step::Done)
}

/// The iteration stays failed.
#[cold]
pub fn changed(vm: &mut Vm, expected: &Cell<usize>, message: &str) -> crate::vm::Raised {
    expected.set(usize::MAX);
    vm.raise(Ex::RuntimeError, message)
}

fn reverse_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<DictReverseIterator>() else { return Ok(Step::Done) };
    let Some(dict) = this.dict.get().as_ref().and_then(|dict| dict.get::<Dict>()) else { return Ok(Step::Done) };
    if dict.length.get() != this.expected.get() {
        return Err(changed(vm, &this.expected, "dictionary changed size during iteration"));
    }
    if let Some(index) = dict.previous(this.end.get())
        && let Some(entry) = dict.entries.get().get(index)
    {
        this.end.set(index);
        this.given.set(this.given.get() + 1);
        let (key, value) = (entry.key.clone(), entry.value.clone());
        return Ok(Step::Item(shown(vm, this.what, key, value)));
    }
    drop(this.dict.take());
    Ok(Step::Done)
}

fn remaining(dict: &Mut<Option<Value>>, expected: usize, given: usize) -> Value {
    let live = dict.get().as_ref().and_then(|dict| dict.get::<Dict>()).is_some_and(|dict| dict.length.get() == expected);
    Value::small_int(if live { expected.saturating_sub(given) as i64 } else { 0 })
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<DictIterator>(vm, args)?;
    Ok(remaining(&this.dict, this.expected.get(), this.given.get()))
}

fn reverse_length_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<DictReverseIterator>(vm, args)?;
    Ok(remaining(&this.dict, this.expected.get(), this.given.get()))
}

/// What is left is given out by a copy of the iterator.
fn reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<DictIterator>(vm, args)?;
    let (dict, index, expected, given) = (this.dict.get().clone(), this.index.get(), this.expected.get(), this.given.get());
    let copy = vm.new_object(|header| DictIterator {
        header,
        dict: Mut::new(dict),
        index: Cell::new(index),
        expected: Cell::new(expected),
        given: Cell::new(given),
        what: this.what,
    });
    remaining_items(vm, &copy, next)
}

fn reverse_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<DictReverseIterator>(vm, args)?;
    let (dict, end, expected, given) = (this.dict.get().clone(), this.end.get(), this.expected.get(), this.given.get());
    let copy = vm.new_object(|header| DictReverseIterator {
        header,
        dict: Mut::new(dict),
        end: Cell::new(end),
        expected: Cell::new(expected),
        given: Cell::new(given),
        what: this.what,
    });
    remaining_items(vm, &copy, reverse_next)
}

fn remaining_items(vm: &mut Vm, iterator: &Value, next: fn(&mut Vm, &Value) -> Res<Step>) -> Res<Value> {
    let mut items = Vec::new();
    while let Step::Item(item) = next(vm, iterator)? {
        items.push(item);
    }
    super::iterator_state::over_items(vm, items)
}
