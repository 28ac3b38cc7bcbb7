//! `collections.deque`: a sequence with cheap ends.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, CLASS_SEQUENCE, CLASS_WEAKREFERABLE, TypeSpec};
use super::containers::{self, Display, Shown, class_argument, compare_sequences, place, receiver, repeat_count, search_bounds, subscript};
use super::dict_views::{changed, native_next};
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::iterators::SELF_ITER;
use super::iterators_combined::new_of;
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::execute::class_name;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Getter, Native, Step, argument};
use crate::vm::prelude;
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A deque.
#[repr(C)]
pub struct Deque {
    pub header: Header,
    items: Mut<VecDeque<Value>>,
    /// Longest it may be.
    most: Cell<Option<usize>>,
    /// Counts changes of the set of items, for iterators.
    version: Cell<u64>,
}

object!(Deque, Kind::Other, "deque", |this, visit| this.items.get().iter().for_each(&mut *visit), |this| drop(this.take()));

impl Drop for Deque {
    fn drop(&mut self) {
        heap_of(&self.header).discharge(self.items.get().capacity() * size_of::<Value>());
    }
}

/// `collections.deque`.
pub static TYPE: TypeSpec = TypeSpec {
    module: "collections",
    flags: CLASS_SEQUENCE | CLASS_WEAKREFERABLE,
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    natives: NATIVES,
    getters: &[Getter::read_only(
        "maxlen",
        |vm, deque| {
            Ok(match deque.get::<Deque>().and_then(|deque| deque.most.get()) {
                Some(most) => vm.new_size(most),
                None => Value::NONE,
            })
        },
        "maximum size of a deque or None if unbounded",
    )],
    ..TypeSpec::new("deque", Deque::LAYOUT)
};

static NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    Native::simple("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__init__($self, iterable=(), maxlen=None)", init, "Initialize self."),
    Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self)."),
    Native::full("__reduce__($self, /)", |vm, args| prelude::call(vm, &prelude::PICKLING, "reduce_deque", args.positional), "Helper for pickle."),
    Native::simple("__len__($self, /)", |vm, args| receiver::<Deque>(vm, args).map(|deque| Value::small_int(deque.len() as i64)), "Return len(self)."),
    Native::simple("__getitem__($self, key, /)", get_item, "Return self[key]."),
    Native::simple("__setitem__($self, key, value, /)", set_item, "Set self[key] to value."),
    Native::simple("__delitem__($self, key, /)", delete_item, "Delete self[key]."),
    Native::simple(
        "__contains__($self, key, /)",
        |vm, args| {
            let deque = receiver::<Deque>(vm, args)?;
            find(vm, deque, &args[1], 0, usize::MAX).map(|found| Value::bool(found.is_some()))
        },
        "Return bool(key in self).",
    ),
    Native::simple("__iter__($self, /)", |vm, args| Ok(iterator(vm, &args[0])), "Implement iter(self)."),
    Native::simple("__reversed__($self, /)", |vm, args| Ok(reverse_iterator(vm, &args[0])), "Return a reverse iterator over the deque."),
    Native::simple("__add__($self, value, /)", add, "Return self+value."),
    Native::simple("__mul__($self, value, /)", multiply, "Return self*value."),
    Native::simple("__rmul__($self, value, /)", multiply, "Return value*self."),
    Native::full(
        "__iadd__($self, value, /)",
        |vm, args| {
            let this = args.positional[0].clone();
            extend_then(vm, &args.positional[0], &args.positional[1], false, |_| Ok(Action::Return(this)))
        },
        "Implement self+=value.",
    ),
    Native::simple("__imul__($self, value, /)", in_place_multiply, "Implement self*=value."),
    Native::simple(
        "append($self, item, /)",
        |vm, args| {
            receiver::<Deque>(vm, args)?.push_back(vm, args[1].clone())?;
            Ok(Value::NONE)
        },
        "Add an element to the right side of the deque.",
    ),
    Native::simple(
        "appendleft($self, item, /)",
        |vm, args| {
            receiver::<Deque>(vm, args)?.push_front(vm, args[1].clone())?;
            Ok(Value::NONE)
        },
        "Add an element to the left side of the deque.",
    ),
    Native::full(
        "extend($self, iterable, /)",
        |vm, args| extend_then(vm, &args.positional[0], &args.positional[1], false, |_| Ok(Action::Return(Value::NONE))),
        "Extend the right side of the deque with elements from the iterable.",
    ),
    Native::full(
        "extendleft($self, iterable, /)",
        |vm, args| extend_then(vm, &args.positional[0], &args.positional[1], true, |_| Ok(Action::Return(Value::NONE))),
        "Extend the left side of the deque with elements from the iterable.",
    ),
    Native::simple(
        "pop($self, /)",
        |vm, args| {
            let popped = receiver::<Deque>(vm, args)?.changed().items.get_mut().pop_back();
            popped.ok_or(()).map_err(|()| empty(vm))
        },
        "Remove and return the rightmost element.",
    ),
    Native::simple(
        "popleft($self, /)",
        |vm, args| {
            let popped = receiver::<Deque>(vm, args)?.changed().items.get_mut().pop_front();
            popped.ok_or(()).map_err(|()| empty(vm))
        },
        "Remove and return the leftmost element.",
    ),
    Native::simple(
        "clear($self, /)",
        |vm, args| {
            drop(receiver::<Deque>(vm, args)?.take());
            Ok(Value::NONE)
        },
        "Remove all elements from the deque.",
    ),
    Native::simple("copy($self, /)", copy, "Return a shallow copy of a deque."),
    Native::simple("__copy__($self, /)", copy, "Return a shallow copy of a deque."),
    Native::simple("count($self, value, /)", count, "Return number of occurrences of value."),
    Native::simple("index($self, value, start=<unrepresentable>, stop=<unrepresentable>, /)", index, "Return first index of value."),
    Native::simple("insert($self, index, value, /)", insert, "Insert value before index."),
    Native::simple("remove($self, value, /)", remove, "Remove first occurrence of value."),
    Native::simple(
        "reverse($self, /)",
        |vm, args| {
            receiver::<Deque>(vm, args)?.changed().items.get_mut().make_contiguous().reverse();
            Ok(Value::NONE)
        },
        "Reverse *IN PLACE*.",
    ),
    Native::simple("rotate($self, n=1, /)", rotate, "Rotate the deque n steps to the right. If n is negative, rotates left."),
    crate::comparison!(compare, Lt),
    crate::comparison!(compare, Le),
    crate::comparison!(compare, Eq),
    crate::comparison!(compare, Ne),
    crate::comparison!(compare, Gt),
    crate::comparison!(compare, Ge),
];

/// `repr` of deques.
pub static SHOWN: Shown = Shown { display, recursive: "[...]" };

fn display(vm: &mut Vm, value: &Value) -> Res<Display> {
    let (items, most) = value.get::<Deque>().map(|deque| (deque.items.get().iter().cloned().collect(), deque.most.get())).unwrap_or_default();
    let name = class_name(&vm.class_of(value));
    let suffix = match most {
        Some(most) => format!("], maxlen={most})"),
        None => "])".into(),
    };
    Ok(Display::owned(format!("{name}(["), items, suffix))
}

impl Deque {
    fn empty(header: Header, most: Option<usize>) -> Deque {
        Deque { header, items: Mut::new(VecDeque::new()), most: Cell::new(most), version: Cell::new(0) }
    }

    fn len(&self) -> usize {
        self.items.get().len()
    }

    fn at(&self, index: usize) -> Option<Value> {
        self.items.get().get(index).cloned()
    }

    /// Notes a change for the iterators.
    fn changed(&self) -> &Deque {
        self.version.set(self.version.get() + 1);
        self
    }

    fn take(&self) -> VecDeque<Value> {
        self.changed();
        let items = self.items.replace(VecDeque::new());
        heap_of(&self.header).discharge(items.capacity() * size_of::<Value>());
        items
    }

    fn reserve(&self, vm: &mut Vm) -> Res<()> {
        let items = self.items.get_mut();
        let old = items.capacity();
        if items.len() < old {
            return Ok(());
        }
        let more = old.max(8);
        vm.check_memory(more.checked_mul(size_of::<Value>()))?;
        if items.try_reserve_exact(more).is_err() {
            return Err(vm.memory_error());
        }
        heap_of(&self.header).charge((items.capacity() - old) * size_of::<Value>());
        Ok(())
    }

    /// Adds at the right; what falls out at the left is dropped.
    ///
    /// # Errors
    /// MemoryError.
    pub fn push_back(&self, vm: &mut Vm, item: Value) -> Res<()> {
        self.changed();
        let over = match self.most.get() {
            Some(0) => return Ok(()),
            Some(most) if self.len() >= most => self.items.get_mut().pop_front(),
            _ => None,
        };
        self.reserve(vm)?;
        self.items.get_mut().push_back(item);
        drop(over);
        Ok(())
    }

    fn push_front(&self, vm: &mut Vm, item: Value) -> Res<()> {
        self.changed();
        let over = match self.most.get() {
            Some(0) => return Ok(()),
            Some(most) if self.len() >= most => self.items.get_mut().pop_back(),
            _ => None,
        };
        self.reserve(vm)?;
        self.items.get_mut().push_front(item);
        drop(over);
        Ok(())
    }
}

#[cold]
fn empty(vm: &mut Vm) -> crate::vm::Raised {
    vm.raise(Ex::IndexError, "pop from an empty deque")
}

fn new(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = class_argument::<Deque>(vm, args)?;
    Ok(vm.heap.new_object(&class, |header| Deque::empty(header, None)))
}

fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    let deque = receiver::<Deque>(vm, args.positional)?;
    let most = match args.get(2).filter(|most| !most.is_none()) {
        None => None,
        Some(most) => {
            let most = vm.index_i64(most)?;
            if most < 0 {
                return Err(vm.value_error("maxlen must be non-negative"));
            }
            Some(most as usize)
        }
    };
    drop(deque.take());
    deque.most.set(most);
    match args.get(1) {
        Some(iterable) => extend_then(vm, &args.positional[0], iterable, false, |_| Ok(Action::Return(Value::NONE))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// Extends at either end, then goes on.
fn extend_then(vm: &mut Vm, target: &Value, iterable: &Value, left: bool, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    if iterable.is(target) {
        // A deque grows by its own items as they were.
        let items = target.get::<Deque>().map(|deque| deque.items.get().iter().cloned().collect()).unwrap_or_default();
        let copy = vm.new_list(items);
        return for_each(vm, &copy, Extend { target: target.clone(), left, then });
    }
    for_each(vm, iterable, Extend { target: target.clone(), left, then })
}

struct Extend<F> {
    target: Value,
    left: bool,
    then: F,
}

impl<F: FnOnce(&mut Vm) -> Res<Action> + 'static> Each for Extend<F> {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some(deque) = self.target.get::<Deque>() {
            if self.left { deque.push_front(vm, item)? } else { deque.push_back(vm, item)? }
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm)
    }
}

fn out_of_range(vm: &mut Vm) -> crate::vm::Raised {
    vm.raise(Ex::IndexError, "deque index out of range")
}

fn index_of(vm: &mut Vm, deque: &Deque, key: &Value) -> Res<usize> {
    let index = match key.as_small_int() {
        Some(index) => index,
        None => subscript(vm, key, "sequence")?,
    };
    place(index, deque.len()).ok_or(()).map_err(|()| out_of_range(vm))
}

fn get_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let index = index_of(vm, deque, &args[1])?;
    deque.at(index).ok_or(()).map_err(|()| out_of_range(vm))
}

fn set_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let index = index_of(vm, deque, &args[1])?;
    if let Some(item) = deque.items.get_mut().get_mut(index) {
        let old = core::mem::replace(item, args[2].clone());
        drop(old);
    }
    Ok(Value::NONE)
}

fn delete_item(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let index = index_of(vm, deque, &args[1])?;
    let old = deque.changed().items.get_mut().remove(index);
    drop(old);
    Ok(Value::NONE)
}

/// The place of a value; RuntimeError if comparing changes the deque.
fn find(vm: &mut Vm, deque: &Deque, value: &Value, start: usize, stop: usize) -> Res<Option<usize>> {
    let version = deque.version.get();
    let mut index = start;
    while index < stop
        && let Some(item) = deque.at(index)
    {
        if vm.equal(&item, value)? {
            return Ok(Some(index));
        }
        if deque.version.get() != version {
            return Err(vm.raise(Ex::RuntimeError, "deque mutated during iteration"));
        }
        index += 1;
    }
    Ok(None)
}

fn copy_of(vm: &mut Vm, model: &Value, items: VecDeque<Value>) -> Value {
    let most = model.get::<Deque>().and_then(|deque| deque.most.get());
    let class = vm.class_of(model).value();
    let value = new_of(vm, &class, |header| Deque::empty(header, most));
    if let Some(deque) = value.get::<Deque>() {
        vm.heap.charge(items.capacity() * size_of::<Value>());
        drop(deque.items.replace(items));
    }
    value
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    vm.check_memory(deque.len().checked_mul(size_of::<Value>()))?;
    let items = deque.items.get().clone();
    Ok(copy_of(vm, &args[0], items))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Deque>(vm, args)?;
    let Some(other) = args[1].get::<Deque>() else {
        let name = vm.type_name(&args[1]);
        return Err(vm.type_error(&format!("can only concatenate deque (not \"{name}\") to deque")));
    };
    let items: Vec<Value> = other.items.get().iter().cloned().collect();
    let result = copy(vm, args)?;
    if let Some(deque) = result.get::<Deque>() {
        for item in items {
            deque.push_back(vm, item)?;
        }
    }
    Ok(result)
}

/// The items repeated, no more than may stay.
fn repeated(vm: &mut Vm, deque: &Deque, count: usize) -> Res<VecDeque<Value>> {
    let items: Vec<Value> = deque.items.get().iter().cloned().collect();
    let total = items.len().checked_mul(count);
    let kept = match (deque.most.get(), total) {
        (Some(most), Some(total)) => Some(total.min(most)),
        (Some(most), None) => Some(most),
        (None, total) => total,
    };
    vm.check_memory(kept.and_then(|kept| kept.checked_mul(size_of::<Value>())))?;
    let kept = kept.unwrap_or(0);
    let skipped = if items.is_empty() { 0 } else { (items.len() - kept % items.len()) % items.len() };
    Ok(items.iter().cycle().skip(skipped).take(kept).cloned().collect())
}

fn multiply(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Deque>(vm, args)?;
    let Some(count) = repeat_count(vm, &args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let deque = receiver::<Deque>(vm, args)?;
    let items = repeated(vm, deque, count)?;
    Ok(copy_of(vm, &args[0], items))
}

fn in_place_multiply(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Deque>(vm, args)?;
    let Some(count) = repeat_count(vm, &args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    let deque = receiver::<Deque>(vm, args)?;
    let items = repeated(vm, deque, count)?;
    let old = deque.take();
    vm.heap.charge(items.capacity() * size_of::<Value>());
    drop(deque.items.replace(items));
    drop(old);
    Ok(args[0].clone())
}

fn count(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let (mut count, mut start) = (0, 0);
    while let Some(index) = find(vm, deque, &args[1], start, usize::MAX)? {
        count += 1;
        start = index + 1;
    }
    Ok(Value::small_int(count))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let (start, stop) = search_bounds(vm, argument(args, 2), argument(args, 3), deque.len())?;
    match find(vm, deque, &args[1], start, stop)? {
        Some(index) => Ok(Value::small_int(index as i64)),
        None => Err(vm.value_error("deque.index(x): x not in deque")),
    }
}

fn insert(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let index = vm.index_i64(&args[1])?;
    if deque.most.get().is_some_and(|most| deque.len() >= most) {
        return Err(vm.raise(Ex::IndexError, "deque already at its maximum size"));
    }
    deque.reserve(vm)?;
    let length = deque.len() as i64;
    let index = if index < 0 { (index + length).max(0) } else { index.min(length) };
    deque.changed().items.get_mut().insert(index as usize, args[2].clone());
    Ok(Value::NONE)
}

fn remove(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let version = deque.version.get();
    let found = find(vm, deque, &args[1], 0, usize::MAX)?;
    if deque.version.get() != version {
        return Err(vm.raise(Ex::IndexError, "deque mutated during remove()."));
    }
    match found {
        Some(index) => {
            let old = deque.changed().items.get_mut().remove(index);
            drop(old);
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("deque.remove(x): x not in deque")),
    }
}

fn rotate(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let deque = receiver::<Deque>(vm, args)?;
    let steps = match argument(args, 1) {
        Some(steps) => vm.index_i64(steps)?,
        None => 1,
    };
    let length = deque.len();
    if length > 1 {
        let steps = steps.rem_euclid(length as i64) as usize;
        deque.changed().items.get_mut().rotate_right(steps);
    }
    Ok(Value::NONE)
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (Some(left), Some(right)) = (args[0].get::<Deque>(), args[1].get::<Deque>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    let both = [left, right];
    compare_sequences(vm, op, |which| both.get(which).map_or(0, |deque| deque.len()), |which, index| both.get(which)?.at(index))
}

// ---- iterators

macro_rules! deque_iterator {
    ($name:ident, $static:ident, $text:literal, $next:ident, $at:expr) => {
        #[doc = $text]
        #[repr(C)]
        pub struct $name {
            pub header: Header,
            deque: Mut<Option<Value>>,
            given: Cell<usize>,
            version: Cell<u64>,
        }

        object!(
            $name,
            Kind::Other,
            $text,
            |this, visit| if let Some(deque) = this.deque.get() {
                visit(deque)
            },
            |this| drop(this.deque.take())
        );

        #[doc = $text]
        pub static $static: TypeSpec = TypeSpec {
            module: "collections",
            flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
            natives: &[
                SELF_ITER,
                Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, $next), "Implement next(self)."),
                Native::simple(
                    "__length_hint__($self, /)",
                    |vm, args| {
                        let this = receiver::<$name>(vm, args)?;
                        let length = this.deque.get().as_ref().and_then(|deque| deque.get::<Deque>()).map_or(0, Deque::len);
                        Ok(Value::small_int(length.saturating_sub(this.given.get()) as i64))
                    },
                    "Private method returning an estimate of len(list(it)).",
                ),
            ],
            next: Some($next),
            ..TypeSpec::new($text, $name::LAYOUT)
        };

        fn $next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
            let Some(this) = iterator.get::<$name>() else { return Ok(Step::Done) };
            let Some(deque) = this.deque.get().as_ref().and_then(|deque| deque.get::<Deque>()) else { return Ok(Step::Done) };
            if deque.version.get() != this.version.get() {
                let failed = Cell::new(0);
                drop(this.deque.take());
                return Err(changed(vm, &failed, "deque mutated during iteration"));
            }
            let at: fn(usize, usize) -> Option<usize> = $at;
            match at(this.given.get(), deque.len()).and_then(|index| deque.at(index)) {
                Some(item) => {
                    this.given.set(this.given.get() + 1);
                    Ok(Step::Item(item))
                }
                None => {
                    drop(this.deque.take());
                    Ok(Step::Done)
                }
            }
        }
    };
}

deque_iterator!(DequeIterator, ITERATOR, "_deque_iterator", iterator_next, |given, _| Some(given));
deque_iterator!(DequeReverseIterator, REVERSE_ITERATOR, "_deque_reverse_iterator", reverse_next, |given, length| length.checked_sub(given + 1));

fn iterator(vm: &mut Vm, deque: &Value) -> Value {
    let version = deque.get::<Deque>().map_or(0, |deque| deque.version.get());
    let deque = Mut::new(Some(deque.clone()));
    let class = vm.class_from_spec(&ITERATOR);
    new_of(vm, &class, |header| DequeIterator { header, deque, given: Cell::new(0), version: Cell::new(version) })
}

fn reverse_iterator(vm: &mut Vm, deque: &Value) -> Value {
    let version = deque.get::<Deque>().map_or(0, |deque| deque.version.get());
    let deque = Mut::new(Some(deque.clone()));
    let class = vm.class_from_spec(&REVERSE_ITERATOR);
    new_of(vm, &class, |header| DequeReverseIterator { header, deque, given: Cell::new(0), version: Cell::new(version) })
}
