//! Iterators over sequences and sets, and the generic ones: over whatever has `__getitem__`, and over calls (`iter(f, sentinel)`).

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use super::containers::{receiver, stop_iteration};
use super::dict_views::{changed, native_next};
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::iterator_state::{at_index, builtin, index_argument, over_items, recipe};
use super::list::List;
use super::set::table_of;
use super::tuple::Tuple;
use super::value::Value;
use crate::object;
use crate::vm::native::{ADVANCE_NEXT, Action, Args, Given, Native, Progress, Step};
use crate::vm::ops::attribute::method_action;
use crate::vm::ops::pull;
use crate::vm::{Name, Raised, Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// Iterates a list. The interpreter loop steps it directly.
#[repr(C)]
pub struct ListIterator {
    pub header: Header,
    /// None: exhausted.
    pub list: Mut<Option<Value>>,
    pub index: Cell<usize>,
}

object!(
    ListIterator,
    Kind::ListIterator,
    "list_iterator",
    |this, visit| if let Some(list) = this.list.get() {
        visit(list)
    },
    |this| drop(this.list.take())
);

/// Iterates a tuple. The interpreter loop steps it directly.
#[repr(C)]
pub struct TupleIterator {
    pub header: Header,
    /// None: exhausted.
    pub tuple: Mut<Option<Value>>,
    pub index: Cell<usize>,
}

object!(
    TupleIterator,
    Kind::TupleIterator,
    "tuple_iterator",
    |this, visit| if let Some(tuple) = this.tuple.get() {
        visit(tuple)
    },
    |this| drop(this.tuple.take())
);

/// Iterates a list backward.
#[repr(C)]
pub struct ListReverseIterator {
    pub header: Header,
    list: Mut<Option<Value>>,
    /// The items before this place are left.
    end: Cell<usize>,
}

object!(
    ListReverseIterator,
    Kind::Other,
    "list_reverseiterator",
    |this, visit| if let Some(list) = this.list.get() {
        visit(list)
    },
    |this| drop(this.list.take())
);

/// Iterates a set or frozenset.
#[repr(C)]
pub struct SetIterator {
    pub header: Header,
    set: Mut<Option<Value>>,
    index: Cell<usize>,
    expected: Cell<usize>,
    given: Cell<usize>,
}

object!(
    SetIterator,
    Kind::Other,
    "set_iterator",
    |this, visit| if let Some(set) = this.set.get() {
        visit(set)
    },
    |this| drop(this.set.take())
);

/// Iterates what has `__getitem__`, by rising indices.
#[repr(C)]
pub struct SequenceIterator {
    pub header: Header,
    sequence: Mut<Option<Value>>,
    index: Cell<i64>,
}

object!(
    SequenceIterator,
    Kind::Other,
    "iterator",
    |this, visit| if let Some(sequence) = this.sequence.get() {
        visit(sequence)
    },
    |this| drop(this.sequence.take())
);

/// `iter(callable, sentinel)`
#[repr(C)]
pub struct CallableIterator {
    pub header: Header,
    callable: Mut<Option<Value>>,
    sentinel: Value,
}

object!(
    CallableIterator,
    Kind::Other,
    "callable_iterator",
    |this, visit| {
        visit(&this.sentinel);
        if let Some(callable) = this.callable.get() {
            visit(callable)
        }
    },
    |this| drop(this.callable.take())
);

macro_rules! iterator_type {
    ($static:ident, $name:literal, $layout:ty, $natives:expr, $next:path) => {
        #[doc = $name]
        pub static $static: TypeSpec =
            TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: $natives, next: Some($next), ..TypeSpec::new($name, <$layout>::LAYOUT) };
    };
}

/// `__iter__` of every iterator.
pub const SELF_ITER: Native = Native::simple("__iter__($self, /)", |_, args| Ok(args[0].clone()), "Implement iter(self).");
const HINT: &str = "__length_hint__($self, /)";
const HINT_DOC: &str = "Private method returning an estimate of len(list(it)).";
pub const REDUCE: &str = "__reduce__($self, /)";
pub const REDUCE_DOC: &str = "What pickle needs to make the iterator again.";
pub const SET_STATE: &str = "__setstate__($self, state, /)";
pub const SET_STATE_DOC: &str = "Move the iterator to where another one stood.";

iterator_type!(
    LIST_ITERATOR,
    "list_iterator",
    ListIterator,
    &[
        SELF_ITER,
        Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, list_next), "Implement next(self)."),
        Native::simple(HINT, list_hint, HINT_DOC),
        Native::simple(REDUCE, list_reduce, REDUCE_DOC),
        Native::simple(SET_STATE, list_set_state, SET_STATE_DOC)
    ],
    list_next
);
iterator_type!(
    TUPLE_ITERATOR,
    "tuple_iterator",
    TupleIterator,
    &[
        SELF_ITER,
        Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, tuple_next), "Implement next(self)."),
        Native::simple(HINT, tuple_hint, HINT_DOC),
        Native::simple(REDUCE, tuple_reduce, REDUCE_DOC),
        Native::simple(SET_STATE, tuple_set_state, SET_STATE_DOC)
    ],
    tuple_next
);
iterator_type!(
    LIST_REVERSE_ITERATOR,
    "list_reverseiterator",
    ListReverseIterator,
    &[
        SELF_ITER,
        Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, list_reverse_next), "Implement next(self)."),
        Native::simple(HINT, list_reverse_hint, HINT_DOC),
        Native::simple(REDUCE, list_reverse_reduce, REDUCE_DOC),
        Native::simple(SET_STATE, list_reverse_set_state, SET_STATE_DOC),
    ],
    list_reverse_next
);
iterator_type!(
    SET_ITERATOR,
    "set_iterator",
    SetIterator,
    &[
        SELF_ITER,
        Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, set_next), "Implement next(self)."),
        Native::simple(HINT, set_hint, HINT_DOC),
        Native::simple(REDUCE, set_reduce, REDUCE_DOC)
    ],
    set_next
);

/// `iterator`
pub static SEQUENCE_ITERATOR: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        SELF_ITER,
        ADVANCE_NEXT,
        Native::full(HINT, sequence_hint, HINT_DOC),
        Native::simple(REDUCE, sequence_reduce, REDUCE_DOC),
        Native::simple(SET_STATE, sequence_set_state, SET_STATE_DOC),
    ],
    next: Some(sequence_next),
    advance: Some(sequence_advance),
    ..TypeSpec::new("iterator", SequenceIterator::LAYOUT)
};

/// `callable_iterator`
pub static CALLABLE_ITERATOR: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[SELF_ITER, Native::full("__next__($self, /)", callable_next_full, "Implement next(self)."), Native::simple(REDUCE, callable_reduce, REDUCE_DOC)],
    next: Some(callable_next),
    ..TypeSpec::new("callable_iterator", CallableIterator::LAYOUT)
};

/// `iter(list)`
#[inline]
pub fn list_iterator(vm: &mut Vm, list: &Value) -> Value {
    let list = Mut::new(Some(list.clone()));
    vm.new_object(|header| ListIterator { header, list, index: Cell::new(0) })
}

/// An iterator over the items of a list from `index` on.
pub fn list_iterator_at(vm: &mut Vm, list: &Value, index: usize) -> Value {
    let list = Mut::new(Some(list.clone()));
    vm.new_object(|header| ListIterator { header, list, index: Cell::new(index) })
}

/// An iterator over the items of a tuple from `index` on.
pub fn tuple_iterator_at(vm: &mut Vm, tuple: &Value, index: usize) -> Value {
    let tuple = Mut::new(Some(tuple.clone()));
    vm.new_object(|header| TupleIterator { header, tuple, index: Cell::new(index) })
}

/// `iter(tuple)`
#[inline]
pub fn tuple_iterator(vm: &mut Vm, tuple: &Value) -> Value {
    let tuple = Mut::new(Some(tuple.clone()));
    vm.new_object(|header| TupleIterator { header, tuple, index: Cell::new(0) })
}

/// `reversed(list)`
pub fn list_reverse_iterator(vm: &mut Vm, list: &Value) -> Value {
    let end = list.get::<List>().map_or(0, List::len);
    let list = Mut::new(Some(list.clone()));
    vm.new_object(|header| ListReverseIterator { header, list, end: Cell::new(end) })
}

/// `iter(set)`
pub fn set_iterator(vm: &mut Vm, set: &Value) -> Value {
    let expected = table_of(set).map_or(0, |(_, table)| table.length.get());
    let set = Mut::new(Some(set.clone()));
    vm.new_object(|header| SetIterator { header, set, index: Cell::new(0), expected: Cell::new(expected), given: Cell::new(0) })
}

/// The iterator over the `__getitem__` of an object.
pub fn sequence_iterator(vm: &mut Vm, sequence: &Value) -> Value {
    let sequence = Mut::new(Some(sequence.clone()));
    vm.new_object(|header| SequenceIterator { header, sequence, index: Cell::new(0) })
}

/// `iter(callable, sentinel)`
pub fn callable_iterator(vm: &mut Vm, callable: &Value, sentinel: &Value) -> Value {
    let (callable, sentinel) = (Mut::new(Some(callable.clone())), sentinel.clone());
    vm.new_object(|header| CallableIterator { header, callable, sentinel })
}

/// Next item of a [`ListIterator`].
///
/// # Errors
/// None.
#[inline]
pub fn list_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<ListIterator>() else { return Ok(Step::Done) };
    let Some(list) = this.list.get().as_ref().and_then(|list| list.get::<List>()) else { return Ok(Step::Done) };
    let index = this.index.get();
    match list.at(index) {
        Some(item) => {
            this.index.set(index + 1);
            Ok(Step::Item(item))
        }
        None => {
            drop(this.list.take());
            Ok(Step::Done)
        }
    }
}

/// Next item of a [`TupleIterator`].
///
/// # Errors
/// None.
#[inline]
pub fn tuple_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<TupleIterator>() else { return Ok(Step::Done) };
    let Some(tuple) = this.tuple.get().as_ref().and_then(|tuple| tuple.get::<Tuple>()) else { return Ok(Step::Done) };
    let index = this.index.get();
    match tuple.items().get(index) {
        Some(item) => {
            this.index.set(index + 1);
            Ok(Step::Item(item.clone()))
        }
        None => {
            drop(this.tuple.take());
            Ok(Step::Done)
        }
    }
}

fn list_reverse_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<ListReverseIterator>() else { return Ok(Step::Done) };
    let item = this.list.get().as_ref().and_then(|list| list.get::<List>()).and_then(|list| list.at(this.end.get().checked_sub(1)?));
    match item {
        Some(item) => {
            this.end.set(this.end.get() - 1);
            Ok(Step::Item(item))
        }
        None => {
            drop(this.list.take());
            Ok(Step::Done)
        }
    }
}

fn set_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<SetIterator>() else { return Ok(Step::Done) };
    let Some((_, table)) = this.set.get().as_ref().and_then(table_of) else { return Ok(Step::Done) };
    if table.length.get() != this.expected.get() {
        return Err(changed(vm, &this.expected, "Set changed size during iteration"));
    }
    match table.next_key(this.index.get()) {
        Some((place, _, key)) => {
            this.index.set(place + 1);
            this.given.set(this.given.get() + 1);
            Ok(Step::Item(key))
        }
        None => {
            drop(this.set.take());
            Ok(Step::Done)
        }
    }
}

fn list_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<ListIterator>(vm, args)?;
    let length = this.list.get().as_ref().and_then(|list| list.get::<List>()).map_or(0, List::len);
    Ok(Value::small_int(length.saturating_sub(this.index.get()) as i64))
}

fn tuple_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<TupleIterator>(vm, args)?;
    let length = this.tuple.get().as_ref().and_then(|tuple| tuple.get::<Tuple>()).map_or(0, |tuple| tuple.length);
    Ok(Value::small_int(length.saturating_sub(this.index.get()) as i64))
}

fn list_reverse_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<ListReverseIterator>(vm, args)?;
    let length = this.list.get().as_ref().and_then(|list| list.get::<List>()).map_or(0, List::len);
    Ok(Value::small_int(if this.end.get() <= length { this.end.get() as i64 } else { 0 }))
}

fn set_hint(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<SetIterator>(vm, args)?;
    let live = this.set.get().as_ref().and_then(table_of).is_some_and(|(_, table)| table.length.get() == this.expected.get());
    Ok(Value::small_int(if live { (this.expected.get() - this.given.get()) as i64 } else { 0 }))
}

fn list_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let maker = builtin(vm, "iter")?;
    let this = receiver::<ListIterator>(vm, args)?;
    let empty = vm.new_list(Vec::new());
    Ok(at_index(vm, maker, this.list.get().clone(), this.index.get() as i64, empty))
}

fn list_set_state(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let index = index_argument(vm, args)?;
    let this = receiver::<ListIterator>(vm, args)?;
    if let Some(list) = this.list.get().as_ref().and_then(|list| list.get::<List>()) {
        this.index.set(index.clamp(0, list.len() as i64) as usize);
    }
    Ok(Value::NONE)
}

fn tuple_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let maker = builtin(vm, "iter")?;
    let this = receiver::<TupleIterator>(vm, args)?;
    let empty = vm.new_tuple(Vec::new());
    Ok(at_index(vm, maker, this.tuple.get().clone(), this.index.get() as i64, empty))
}

fn tuple_set_state(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let index = index_argument(vm, args)?;
    let this = receiver::<TupleIterator>(vm, args)?;
    if let Some(tuple) = this.tuple.get().as_ref().and_then(|tuple| tuple.get::<Tuple>()) {
        this.index.set(index.clamp(0, tuple.length as i64) as usize);
    }
    Ok(Value::NONE)
}

fn list_reverse_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let name = if receiver::<ListReverseIterator>(vm, args)?.list.get().is_some() { "reversed" } else { "iter" };
    let maker = builtin(vm, name)?;
    let this = receiver::<ListReverseIterator>(vm, args)?;
    let empty = vm.new_list(Vec::new());
    Ok(at_index(vm, maker, this.list.get().clone(), this.end.get() as i64 - 1, empty))
}

fn list_reverse_set_state(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let index = index_argument(vm, args)?;
    let this = receiver::<ListReverseIterator>(vm, args)?;
    if let Some(list) = this.list.get().as_ref().and_then(|list| list.get::<List>()) {
        this.end.set((index.clamp(-1, list.len() as i64 - 1) + 1) as usize);
    }
    Ok(Value::NONE)
}

fn set_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let this = receiver::<SetIterator>(vm, args)?;
    let mut items = Vec::new();
    if let Some((_, table)) = this.set.get().as_ref().and_then(table_of) {
        if table.length.get() != this.expected.get() {
            return Err(changed(vm, &this.expected, "Set changed size during iteration"));
        }
        let mut index = this.index.get();
        while let Some((place, _, key)) = table.next_key(index) {
            index = place + 1;
            items.push(key);
        }
    }
    over_items(vm, items)
}

fn sequence_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let maker = builtin(vm, "iter")?;
    let this = receiver::<SequenceIterator>(vm, args)?;
    let empty = vm.new_tuple(Vec::new());
    Ok(at_index(vm, maker, this.sequence.get().clone(), this.index.get(), empty))
}

fn sequence_set_state(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let index = index_argument(vm, args)?;
    let this = receiver::<SequenceIterator>(vm, args)?;
    if this.sequence.get().is_some() {
        this.index.set(index.max(0));
    }
    Ok(Value::NONE)
}

fn sequence_hint(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<SequenceIterator>(vm, args.positional)?;
    let index = this.index.get();
    let Some(sequence) = this.sequence.get().clone() else { return Ok(Action::Return(Value::small_int(0))) };
    let Some(length) = vm.lookup_special(&sequence, Name::Len) else { return Ok(Action::Return(Value::NOT_IMPLEMENTED)) };
    method_action(vm, length, &sequence, &[])?.and_then(vm, move |vm, length| {
        let length = vm.index_i64(&length)?;
        Ok(Action::Return(Value::small_int((length - index).max(0))))
    })
}

fn callable_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let maker = builtin(vm, "iter")?;
    let this = receiver::<CallableIterator>(vm, args)?;
    let arguments = match this.callable.get().clone() {
        Some(callable) => Vec::from([callable, this.sentinel.clone()]),
        None => Vec::from([vm.new_tuple(Vec::new())]),
    };
    Ok(recipe(vm, maker, arguments, None))
}

/// A sequence iterator needs `__getitem__` for each item, unless it is over.
fn sequence_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    Ok(match iterator.get::<SequenceIterator>() {
        Some(this) if this.sequence.get().is_some() && this.index.get() >= 0 => Step::Call,
        _ => Step::Done,
    })
}

/// The `__getitem__` of the sequence, if that is a Python function, and what it is to be called with for the next item; None: another case,
/// or the end.
pub fn sequence_call(vm: &mut Vm, iterator: &Value) -> Option<(Value, [Value; 2])> {
    let this = iterator.get_exact::<SequenceIterator>()?;
    let sequence = this.sequence.get().clone()?;
    let function = vm.lookup_special(&sequence, Name::GetItem).filter(|function| function.kind() == Kind::Function)?;
    let index = u32::try_from(this.index.get()).ok()?;
    Some((function, [sequence, Value::small_int(index as i64)]))
}

/// The sequence gave the item.
pub fn sequence_gave(iterator: &Value) {
    if let Some(this) = iterator.get::<SequenceIterator>() {
        this.index.set(this.index.get().saturating_add(1));
    }
}

/// `__getitem__` raised: that may be the end.
///
/// # Errors
/// What it raised, if that is no end.
pub fn sequence_failed(vm: &mut Vm, iterator: &Value, raised: Raised) -> Res<()> {
    if !vm.pending_is(Ex::IndexError) && !vm.pending_is(Ex::StopIteration) {
        return Err(raised);
    }
    drop(vm.take_exception(raised));
    if let Some(this) = iterator.get::<SequenceIterator>() {
        drop(this.sequence.take());
    }
    Ok(())
}

fn sequence_advance(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Progress> {
    let Some(this) = iterator.get::<SequenceIterator>() else { return Ok(Progress::Done) };
    let index = this.index.get();
    match given {
        Given::Item(item) | Given::Result(item) => {
            sequence_gave(iterator);
            return Ok(Progress::Item(item));
        }
        Given::Raised(raised) => return sequence_failed(vm, iterator, raised).map(|()| Progress::Done),
        Given::End => return Ok(Progress::Done),
        Given::Nothing => {}
    }
    let Some(sequence) = this.sequence.get().clone().filter(|_| index >= 0) else { return Ok(Progress::Done) };
    let Some(callee) = vm.lookup_special(&sequence, Name::GetItem) else {
        let name = vm.type_name(&sequence);
        return Err(vm.type_error(&alloc::format!("'{name}' object is not subscriptable")));
    };
    let second = vm.new_int(index);
    if callee.kind() == Kind::Function {
        return pull::call(vm, Value::NONE, callee, [sequence, second]);
    }
    let action = method_action(vm, callee, &sequence, core::slice::from_ref(&second));
    let action = match action {
        Ok(action) => action,
        Err(raised) => return sequence_advance(vm, iterator, Given::Raised(raised)),
    };
    pull::act(vm, Value::NONE, action)
}

fn callable_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    Ok(match iterator.get::<CallableIterator>() {
        Some(this) if this.callable.get().is_some() => Step::Call,
        _ => Step::Done,
    })
}

fn callable_next_full(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<CallableIterator>(vm, args.positional)?;
    let Some(callable) = this.callable.get().clone() else { return Err(stop_iteration(vm)) };
    let iterator = args.positional[0].clone();
    Ok(Action::call(callable, [], move |vm, result| {
        let Some(this) = iterator.get::<CallableIterator>() else { return Err(stop_iteration(vm)) };
        match result {
            Ok(item) => {
                if this.callable.get().is_none() || vm.equal(&this.sentinel, &item)? {
                    drop(this.callable.take());
                    return Err(stop_iteration(vm));
                }
                Ok(Action::Return(item))
            }
            Err(raised) => {
                if vm.pending_is(Ex::StopIteration) {
                    drop(this.callable.take());
                }
                Err(raised)
            }
        }
    }))
}

/// `reversed(object)`: a type of its own, whose instances iterate `__getitem__` by falling indices.
pub static REVERSED: TypeSpec = TypeSpec {
    doc: "Return a reverse iterator over the values of the given sequence.",
    natives: &[
        SELF_ITER,
        Native::full("__new__($type, sequence, /)", new_reversed, "Create and return a new object."),
        Native::full("__next__($self, /)", reversed_next_full, "Implement next(self)."),
        Native::full(HINT, reversed_hint, HINT_DOC),
        Native::simple(REDUCE, reversed_reduce, REDUCE_DOC),
        Native::full(SET_STATE, reversed_set_state, SET_STATE_DOC),
    ],
    next: Some(reversed_next),
    ..TypeSpec::new("reversed", Reversed::LAYOUT)
};

/// `reversed(object)` of an object without `__reversed__`.
#[repr(C)]
pub struct Reversed {
    pub header: Header,
    sequence: Mut<Option<Value>>,
    index: Cell<i64>,
}

object!(
    Reversed,
    Kind::Other,
    "reversed",
    |this, visit| if let Some(sequence) = this.sequence.get() {
        visit(sequence)
    },
    |this| drop(this.sequence.take())
);

fn new_reversed(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = super::containers::class_argument::<Reversed>(vm, args.positional)?;
    let sequence = args.positional[1].clone();
    if sequence.get_exact::<List>().is_some() {
        return Ok(Action::Return(list_reverse_iterator(vm, &sequence)));
    }
    match vm.lookup_special(&sequence, Name::Reversed) {
        Some(method) if method.is_none() => {
            let name = vm.type_name(&sequence);
            return Err(vm.type_error(&alloc::format!("'{name}' object is not reversible")));
        }
        Some(method) => return crate::vm::ops::attribute::method_action(vm, method, &sequence, &[]),
        None => {}
    }
    let length = vm.lookup_special(&sequence, Name::Len);
    let (Some(length), Some(_)) = (length, vm.lookup_special(&sequence, Name::GetItem)) else {
        let name = vm.type_name(&sequence);
        return Err(vm.type_error(&alloc::format!("'{name}' object is not reversible")));
    };
    let class = class.value();
    Ok(Action::call(length, [sequence.clone()], move |vm, length| {
        let length = length?;
        let length = vm.index_i64(&length)?;
        let (sequence, index) = (Mut::new(Some(sequence)), Cell::new(length - 1));
        Ok(Action::Return(match class.get::<super::class::Class>() {
            Some(class) => vm.heap.new_object(class, |header| Reversed { header, sequence, index }),
            None => Value::NONE,
        }))
    }))
}

fn reversed_hint(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<Reversed>(vm, args.positional)?;
    let left = this.index.get() + 1;
    let Some(sequence) = this.sequence.get().clone() else { return Ok(Action::Return(Value::small_int(0))) };
    let Some(length) = vm.lookup_special(&sequence, Name::Len) else { return Ok(Action::Return(Value::small_int(0))) };
    method_action(vm, length, &sequence, &[])?.and_then(vm, move |vm, length| {
        let length = vm.index_i64(&length)?;
        Ok(Action::Return(Value::small_int(if length < left { 0 } else { left })))
    })
}

fn reversed_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = vm.class_of(&args[0]).value();
    let this = receiver::<Reversed>(vm, args)?;
    let empty = vm.new_tuple(Vec::new());
    Ok(at_index(vm, class, this.sequence.get().clone(), this.index.get(), empty))
}

fn reversed_set_state(vm: &mut Vm, args: &Args) -> Res<Action> {
    let index = index_argument(vm, args.positional)?;
    let this = receiver::<Reversed>(vm, args.positional)?;
    let iterator = args.positional[0].clone();
    let Some(sequence) = this.sequence.get().clone() else { return Ok(Action::Return(Value::NONE)) };
    let Some(length) = vm.lookup_special(&sequence, Name::Len) else { return Ok(Action::Return(Value::NONE)) };
    method_action(vm, length, &sequence, &[])?.and_then(vm, move |vm, length| {
        let length = vm.index_i64(&length)?;
        if let Some(this) = iterator.get::<Reversed>() {
            this.index.set(index.clamp(-1, length - 1));
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn reversed_next(_: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<Reversed>() else { return Ok(Step::Done) };
    let index = this.index.get();
    let Some(sequence) = this.sequence.get().as_ref().filter(|_| index >= 0) else { return Ok(Step::Done) };
    let item = match sequence.kind() {
        Kind::Tuple => sequence.get_exact::<Tuple>().and_then(|tuple| tuple.items().get(index as usize).cloned()),
        _ => None,
    };
    match item {
        Some(item) => {
            this.index.set(index - 1);
            Ok(Step::Item(item))
        }
        None => Ok(Step::Call),
    }
}

fn reversed_next_full(vm: &mut Vm, args: &Args) -> Res<Action> {
    match reversed_next(vm, args.positional.first().unwrap_or(&Value::NONE))? {
        Step::Item(item) => return Ok(Action::Return(item)),
        Step::Done => return Err(stop_iteration(vm)),
        Step::Call => {}
    }
    let this = receiver::<Reversed>(vm, args.positional)?;
    let index = this.index.get();
    let Some(sequence) = this.sequence.get().clone() else { return Err(stop_iteration(vm)) };
    let Some(method) = vm.lookup_special(&sequence, Name::GetItem) else { return Err(stop_iteration(vm)) };
    let iterator = args.positional[0].clone();
    let number = vm.new_int(index);
    Ok(Action::call(method, [sequence, number], move |vm, result| {
        let Some(this) = iterator.get::<Reversed>() else { return Err(stop_iteration(vm)) };
        match result {
            Ok(item) => {
                this.index.set(index - 1);
                if index == 0 {
                    drop(this.sequence.take());
                }
                Ok(Action::Return(item))
            }
            Err(raised) => {
                if vm.pending_is(Ex::IndexError) || vm.pending_is(Ex::StopIteration) {
                    drop(vm.take_exception(raised));
                    drop(this.sequence.take());
                    return Err(stop_iteration(vm));
                }
                Err(raised)
            }
        }
    }))
}
