//! `range`: integers of any size; those that fit machine integers take the fast way.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, CLASS_SEQUENCE, TypeSpec};
use super::containers::{check_count, no_keywords, place, read_only, receiver, subscript};
use super::dict_views::native_next;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::int::{Int, from_big};
use super::slice::{self, Slice};
use super::value::Value;
use crate::object;
use crate::vm::native::{Action, Args, Getter, Native, Step};
use crate::vm::{Res, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;
use dashu_int::IBig;

/// A range; all four are ints.
#[repr(C)]
pub struct Range {
    pub header: Header,
    pub start: Value,
    pub stop: Value,
    pub step: Value,
    /// Number of items.
    pub length: Value,
}

object!(Range, Kind::Range, "range", |this, visit| {});

/// Iterates machine integers. The interpreter loop steps it directly.
#[repr(C)]
pub struct RangeIterator {
    pub header: Header,
    pub current: Cell<i64>,
    pub step: i64,
    pub remaining: Cell<i64>,
}

object!(RangeIterator, Kind::RangeIterator, "range_iterator", |this, visit| {});

/// Iterates big integers.
#[repr(C)]
pub struct LongRangeIterator {
    pub header: Header,
    current: Mut<IBig>,
    step: IBig,
    remaining: Mut<IBig>,
}

object!(LongRangeIterator, Kind::Other, "longrange_iterator", |this, visit| {});

/// `range`.
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_SEQUENCE,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.",
    natives: NATIVES,
    getters: &[
        Getter { name: "start", get: |_, range| Ok(range.get::<Range>().map_or(Value::NONE, |range| range.start.clone())), set: Some(read_only), doc: "" },
        Getter { name: "stop", get: |_, range| Ok(range.get::<Range>().map_or(Value::NONE, |range| range.stop.clone())), set: Some(read_only), doc: "" },
        Getter { name: "step", get: |_, range| Ok(range.get::<Range>().map_or(Value::NONE, |range| range.step.clone())), set: Some(read_only), doc: "" },
    ],
    ..TypeSpec::new("range", Range::LAYOUT)
};

static NATIVES: &[Native] = &[
    Native::full("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
    Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
    Native::simple("__len__($self, /)", length, "Return len(self)."),
    Native::simple(
        "__bool__($self, /)",
        |vm, args| receiver::<Range>(vm, args).map(|range| Value::bool(range.length.as_small_int() != Some(0))),
        "True if self else False",
    ),
    Native::simple(
        "__getitem__($self, key, /)",
        |vm, args| {
            let range = receiver::<Range>(vm, args)?;
            get_item(vm, range, &args[1])
        },
        "Return self[key].",
    ),
    Native::simple(
        "__contains__($self, key, /)",
        |vm, args| {
            let range = receiver::<Range>(vm, args)?;
            contains(vm, range, &args[1]).map(Value::bool)
        },
        "Return bool(key in self).",
    ),
    Native::simple(
        "__iter__($self, /)",
        |vm, args| {
            let range = receiver::<Range>(vm, args)?;
            Ok(iterator(vm, range))
        },
        "Implement iter(self).",
    ),
    Native::simple(
        "__reversed__($self, /)",
        |vm, args| {
            let range = receiver::<Range>(vm, args)?;
            Ok(reverse_iterator(vm, range))
        },
        "Return a reverse iterator.",
    ),
    Native::simple("__eq__($self, value, /)", |vm, args| equality(vm, args, true), "Return self==value."),
    Native::simple("__ne__($self, value, /)", |vm, args| equality(vm, args, false), "Return self!=value."),
    Native::simple("index($self, value, /)", index, "Raise ValueError if the value is not present."),
    Native::simple("count($self, value, /)", count, "Number of occurrences of value."),
    Native::simple("__reduce__($self, /)", reduce, ""),
];

/// `range_iterator`
pub static ITERATOR_TYPE: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: ITERATOR_NATIVES, next: Some(next), ..TypeSpec::new("range_iterator", RangeIterator::LAYOUT) };

static ITERATOR_NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", |_, args| Ok(args[0].clone()), "Implement iter(self)."),
    Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, next), "Implement next(self)."),
    Native::simple(
        "__length_hint__($self, /)",
        |vm, args| receiver::<RangeIterator>(vm, args).map(|this| this.remaining.get()).map(|remaining| vm.new_int(remaining.max(0))),
        "Private method returning an estimate of len(list(it)).",
    ),
    Native::simple("__reduce__($self, /)", iterator_reduce, "What pickle needs to make the iterator again."),
    Native::simple("__setstate__($self, state, /)", iterator_set_state, "Move the iterator to where another one stood."),
];

/// `longrange_iterator`
pub static LONG_ITERATOR_TYPE: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: LONG_ITERATOR_NATIVES,
    next: Some(long_next),
    ..TypeSpec::new("longrange_iterator", LongRangeIterator::LAYOUT)
};

static LONG_ITERATOR_NATIVES: &[Native] = &[
    Native::simple("__iter__($self, /)", |_, args| Ok(args[0].clone()), "Implement iter(self)."),
    Native::simple("__next__($self, /)", |vm, args| native_next(vm, args, long_next), "Implement next(self)."),
    Native::simple(
        "__length_hint__($self, /)",
        |vm, args| {
            let remaining = receiver::<LongRangeIterator>(vm, args)?.remaining.get().clone();
            Ok(from_big(vm, remaining))
        },
        "Private method returning an estimate of len(list(it)).",
    ),
    Native::simple("__reduce__($self, /)", iterator_reduce, "What pickle needs to make the iterator again."),
    Native::simple("__setstate__($self, state, /)", iterator_set_state, "Move the iterator to where another one stood."),
];

/// An int of any size (0 for anything else).
pub fn big(value: &Value) -> IBig {
    if let Some(number) = value.as_small_int() {
        return IBig::from(number);
    }
    if let Some(truth) = value.as_bool() {
        return IBig::from(truth as u8);
    }
    value.get::<Int>().map(|int| int.number.clone()).unwrap_or(IBig::ZERO)
}

/// Length of a range of machine integers.
fn count_small(start: i64, stop: i64, step: i64) -> Option<i64> {
    let distance = if step > 0 { (stop as i128) - (start as i128) } else { (start as i128) - (stop as i128) };
    if distance <= 0 {
        return Some(0);
    }
    i64::try_from((distance - 1) / (step as i128).abs() + 1).ok()
}

fn count_big(start: &IBig, stop: &IBig, step: &IBig) -> IBig {
    let positive = step > &IBig::ZERO;
    let distance = if positive { stop - start } else { start - stop };
    if distance <= IBig::ZERO {
        return IBig::ZERO;
    }
    let size = if positive { step.clone() } else { -step.clone() };
    (distance - IBig::ONE) / size + IBig::ONE
}

/// `range(start, stop, step)`; all are ints, step is not 0.
pub fn new_range(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Value {
    let small = match (start.as_small_int(), stop.as_small_int(), step.as_small_int()) {
        (Some(start), Some(stop), Some(step)) => count_small(start, stop, step),
        _ => None,
    };
    let length = match small {
        Some(length) => vm.new_int(length),
        None => {
            let length = count_big(&big(&start), &big(&stop), &big(&step));
            from_big(vm, length)
        }
    };
    vm.new_object(|header| Range { header, start, stop, step, length })
}

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "range", args)?;
    let given = args.positional.get(1..).unwrap_or_default();
    check_count(vm, "range", given.len(), 1, 3)?;
    let mut parts = [Value::small_int(0), Value::small_int(0), Value::small_int(1)];
    let first = if given.len() == 1 { 1 } else { 0 };
    for (part, value) in parts.iter_mut().skip(first).zip(given) {
        *part = match value.as_small_int() {
            Some(_) => value.clone(),
            None => vm.index(value)?,
        };
    }
    let [start, stop, step] = parts;
    if step.as_small_int() == Some(0) {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(Action::Return(new_range(vm, start, stop, step)))
}

impl Range {
    /// Start, step and length, if all items are machine integers.
    #[inline(always)]
    pub fn small(&self) -> Option<(i64, i64, i64)> {
        // Both ends fit the word, so all items do.
        self.stop.as_small_int()?;
        Some((self.start.as_small_int()?, self.step.as_small_int()?, self.length.as_small_int()?))
    }

    fn item(&self, vm: &mut Vm, index: &IBig) -> Value {
        from_big(vm, big(&self.start) + index * big(&self.step))
    }
}

fn repr(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    let (start, stop, step) = (big(&range.start), big(&range.stop), big(&range.step));
    Ok(if step == IBig::ONE { vm.format(format_args!("range({start}, {stop})")) } else { vm.format(format_args!("range({start}, {stop}, {step})")) })
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    let length = range.length.clone();
    let (start, step) = match length.as_small_int() {
        Some(0) => (Value::NONE, Value::NONE),
        Some(1) => (range.start.clone(), Value::NONE),
        _ => (range.start.clone(), range.step.clone()),
    };
    let tuple = vm.new_tuple(Vec::from([length, start, step]));
    let hash = vm.hash(&tuple)?;
    Ok(vm.new_int(hash as i64))
}

fn length(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    if range.length.as_small_int().is_some() || i64::try_from(&big(&range.length)).is_ok() {
        return Ok(range.length.clone());
    }
    Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C ssize_t"))
}

/// `range[key]`
///
/// # Errors
/// TypeError, IndexError, ValueError.
pub fn get_item(vm: &mut Vm, range: &Range, key: &Value) -> Res<Value> {
    if let (Some((start, step, length)), Some(index)) = (range.small(), key.as_small_int()) {
        return match place(index, length as usize) {
            Some(place) => Ok(vm.new_int(start + place as i64 * step)),
            None => Err(vm.raise(Ex::IndexError, "range object index out of range")),
        };
    }
    if let Some(slice) = key.get::<Slice>() {
        return get_slice(vm, range, slice);
    }
    if super::containers::clamped_int(key).is_none() {
        subscript(vm, key, "range")?;
    }
    let index = vm.index(key)?;
    let mut index = big(&index);
    let length = big(&range.length);
    if index < IBig::ZERO {
        index += &length;
    }
    if index < IBig::ZERO || index >= length {
        return Err(vm.raise(Ex::IndexError, "range object index out of range"));
    }
    Ok(range.item(vm, &index))
}

fn get_slice(vm: &mut Vm, range: &Range, part: &Slice) -> Res<Value> {
    if let Some((start, step, length)) = range.small() {
        let bounds = slice::bounds(vm, part, || length as usize)?;
        let parts = [start as i128 + bounds.start as i128 * step as i128, start as i128 + bounds.stop as i128 * step as i128, step as i128 * bounds.step as i128];
        let [start, stop, step] = parts.map(|number| from_big(vm, IBig::from(number)));
        return Ok(new_range(vm, start, stop, step));
    }
    // The slice is a range of indices.
    let length = big(&range.length);
    let whole = |vm: &mut Vm, value: &Value| -> Res<Option<IBig>> {
        if value.is_none() {
            return Ok(None);
        }
        if super::containers::clamped_index(vm, value)?.is_none() {
            return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let number = vm.index(value)?;
        Ok(Some(big(&number)))
    };
    let (start, stop, step) = (whole(vm, &part.start)?, whole(vm, &part.stop)?, whole(vm, &part.step)?.unwrap_or(IBig::ONE));
    if step == IBig::ZERO {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let negative = step < IBig::ZERO;
    let (low, high) = if negative { (IBig::NEG_ONE, &length - IBig::ONE) } else { (IBig::ZERO, length.clone()) };
    let clamp = |value: Option<IBig>, default: &IBig| match value {
        None => default.clone(),
        Some(value) if value < IBig::ZERO => (value + &length).max(low.clone()),
        Some(value) => value.min(high.clone()),
    };
    let start = clamp(start, if negative { &high } else { &low });
    let stop = clamp(stop, if negative { &low } else { &high });
    let (first, stride) = (big(&range.start), big(&range.step));
    let parts = [&first + start * &stride, &first + stop * &stride, step * &stride].map(|number| from_big(vm, number));
    let [start, stop, step] = parts;
    Ok(new_range(vm, start, stop, step))
}

/// The index of an int, if it is an item.
fn find(range: &Range, value: &Value) -> Option<IBig> {
    if let (Some((start, step, length)), Some(number)) = (range.small(), value.as_small_int()) {
        let distance = number as i128 - start as i128;
        let index = distance / step as i128;
        return if distance % step as i128 == 0 && index >= 0 && index < length as i128 { Some(IBig::from(index)) } else { None };
    }
    let distance = big(value) - big(&range.start);
    let step = big(&range.step);
    let index = &distance / &step;
    if &index * &step == distance && index >= IBig::ZERO && index < big(&range.length) { Some(index) } else { None }
}

/// Is it an int (or bool), whose equality is its number?
fn is_int(value: &Value) -> bool {
    value.as_small_int().is_some() || value.as_bool().is_some() || value.get_exact::<Int>().is_some()
}

/// `value in range`
///
/// # Errors
/// What `__eq__` of other types raises.
pub fn contains(vm: &mut Vm, range: &Range, value: &Value) -> Res<bool> {
    if is_int(value) {
        return Ok(find(range, value).is_some());
    }
    Ok(search(vm, range, value, false)? > IBig::ZERO)
}

/// Compares `value` with all items: how often it is there, or (`place`) one more than its first index, or 0.
fn search(vm: &mut Vm, range: &Range, value: &Value, all: bool) -> Res<IBig> {
    let iterator = iterator(vm, range);
    let mut found = 0u64;
    let mut index = 0u64;
    while let Step::Item(item) = step(vm, &iterator)? {
        index += 1;
        if vm.equal(&item, value)? {
            if !all {
                return Ok(IBig::from(index));
            }
            found += 1;
        }
    }
    Ok(IBig::from(found))
}

fn equality(vm: &mut Vm, args: &[Value], wanted: bool) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    let Some(other) = args[1].get::<Range>() else { return Ok(Value::NOT_IMPLEMENTED) };
    let length = big(&range.length);
    let equal =
        length == big(&other.length) && (length == IBig::ZERO || big(&range.start) == big(&other.start) && (length == IBig::ONE || big(&range.step) == big(&other.step)));
    Ok(Value::bool(equal == wanted))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    if is_int(&args[1]) {
        if let Some(index) = find(range, &args[1]) {
            return Ok(from_big(vm, index));
        }
        let number = big(&args[1]);
        return Err(vm.value_error(&format!("{number} is not in range")));
    }
    let found = search(vm, range, &args[1], false)?;
    if found > IBig::ZERO {
        return Ok(from_big(vm, found - IBig::ONE));
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn count(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    if is_int(&args[1]) {
        return Ok(Value::small_int(find(range, &args[1]).is_some() as i64));
    }
    let found = search(vm, range, &args[1], true)?;
    Ok(from_big(vm, found))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let range = receiver::<Range>(vm, args)?;
    let parts = vm.new_tuple(Vec::from([range.start.clone(), range.stop.clone(), range.step.clone()]));
    let class = vm.class::<Range>().value();
    Ok(vm.new_tuple(Vec::from([class, parts])))
}

/// `iter(range)`
#[inline]
pub fn iterator(vm: &mut Vm, range: &Range) -> Value {
    match range.small() {
        Some((start, step, length)) => vm.new_object(|header| RangeIterator { header, current: Cell::new(start), step, remaining: Cell::new(length) }),
        None => {
            let (current, step, remaining) = (big(&range.start), big(&range.step), big(&range.length));
            vm.new_object(|header| LongRangeIterator { header, current: Mut::new(current), step, remaining: Mut::new(remaining) })
        }
    }
}

fn reverse_iterator(vm: &mut Vm, range: &Range) -> Value {
    if let Some((start, step, length)) = range.small()
        && step != i64::MIN
    {
        let last = start.wrapping_add(step.wrapping_mul(length - 1));
        return vm.new_object(|header| RangeIterator { header, current: Cell::new(last), step: -step, remaining: Cell::new(length) });
    }
    let (start, step, length) = (big(&range.start), big(&range.step), big(&range.length));
    let last = start + (&length - IBig::ONE) * &step;
    vm.new_object(|header| LongRangeIterator { header, current: Mut::new(last), step: -step, remaining: Mut::new(length) })
}

/// The next item, the distance between items, and how many are left.
fn standing(vm: &mut Vm, args: &[Value]) -> Res<(IBig, IBig, IBig)> {
    if let Some(this) = args.first().and_then(|iterator| iterator.get::<RangeIterator>()) {
        return Ok((IBig::from(this.current.get()), IBig::from(this.step), IBig::from(this.remaining.get())));
    }
    let this = receiver::<LongRangeIterator>(vm, args)?;
    Ok((this.current.get().clone(), this.step.clone(), this.remaining.get().clone()))
}

fn iterator_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let maker = super::iterator_state::builtin(vm, "iter")?;
    let (current, step, remaining) = standing(vm, args)?;
    let stop = &current + &step * remaining;
    let [start, stop, step] = [current, stop, step].map(|number| from_big(vm, number));
    let range = new_range(vm, start, stop, step);
    Ok(super::iterator_state::recipe(vm, maker, Vec::from([range]), Some(Value::NONE)))
}

fn iterator_set_state(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let state = vm.index(&args[1])?;
    let (current, step, remaining) = standing(vm, args)?;
    let passed = big(&state).max(IBig::ZERO).min(remaining.clone());
    let (current, remaining) = (current + step * &passed, remaining - passed);
    if let Some(this) = args[0].get::<RangeIterator>() {
        this.remaining.set(i64::try_from(&remaining).unwrap_or(0));
        this.current.set(i64::try_from(&current).unwrap_or(0));
    } else if let Some(this) = args[0].get::<LongRangeIterator>() {
        this.remaining.set(remaining);
        this.current.set(current);
    }
    Ok(Value::NONE)
}

/// Next item of a [`RangeIterator`].
///
/// # Errors
/// None.
#[inline]
pub fn next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<RangeIterator>() else { return Ok(Step::Done) };
    let remaining = this.remaining.get();
    if remaining <= 0 {
        return Ok(Step::Done);
    }
    this.remaining.set(remaining - 1);
    let current = this.current.get();
    this.current.set(current.wrapping_add(this.step));
    Ok(Step::Item(vm.new_int(current)))
}

fn long_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<LongRangeIterator>() else { return Ok(Step::Done) };
    if this.remaining.get() <= &IBig::ZERO {
        return Ok(Step::Done);
    }
    let remaining = this.remaining.get() - IBig::ONE;
    this.remaining.set(remaining);
    let current = this.current.get().clone();
    this.current.set(&current + &this.step);
    Ok(Step::Item(from_big(vm, current)))
}

fn step(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    if iterator.get::<RangeIterator>().is_some() { next(vm, iterator) } else { long_next(vm, iterator) }
}
