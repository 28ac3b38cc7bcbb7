//! Sorting for `list.sort`, `sorted` and whoever has values to order: stable; natively where all keys are of one plain
//! type, else by a merge sort that asks the VM for each comparison. (The standard library's sort may panic when comparisons contradict one another; it is
//! used only where they cannot.) Key functions are called through continuations.

use super::containers::call_natively;
use super::float::Float;
use super::list::List;
use super::str::Str;
use super::tuple::Tuple;
use super::value::Value;
use crate::vm::native::{Action, Call, Continuation};
use crate::vm::{Res, Vm};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Something that is sorted by a value.
trait Keyed {
    fn key(&self) -> &Value;
}

impl Keyed for Value {
    fn key(&self) -> &Value {
        self
    }
}

/// Key and item.
impl Keyed for (Value, Value) {
    fn key(&self) -> &Value {
        &self.0
    }
}

/// Sorts a list in place. While it is being sorted it is empty, as in CPython; then goes on.
///
/// # Errors
/// What the key function and comparisons raise; ValueError "list modified during sort".
pub fn sort_list(vm: &mut Vm, target: &Value, key: Option<Value>, reverse: bool, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    let Some(list) = target.get::<List>() else { return then(vm) };
    let items = list.take_items();
    let target = target.clone();
    sort_then(vm, items, key, reverse, move |vm, items, sorted| {
        let Some(list) = target.get::<List>() else { return then(vm) };
        let modified = list.items.get().capacity() != 0;
        let old = list.put_items(items);
        drop(old);
        sorted?;
        if modified {
            return Err(vm.value_error("list modified during sort"));
        }
        then(vm)
    })
}

/// Sorts `items` by the keys that a function gives (or by themselves) and hands them on, together with what went wrong:
/// all items are there even then.
///
/// # Errors
/// What `then` returns.
pub fn sort_then(
    vm: &mut Vm,
    mut items: Vec<Value>,
    key: Option<Value>,
    reverse: bool,
    then: impl FnOnce(&mut Vm, Vec<Value>, Res<()>) -> Res<Action> + 'static,
) -> Res<Action> {
    match key {
        None => {
            let result = sort_values(vm, &mut items, reverse);
            then(vm, items, result)
        }
        Some(key) => {
            let keys = Vec::with_capacity(items.len());
            Box::new(Keys { items, keys, key, reverse, then }).step(vm)
        }
    }
}

/// Calls the key function for one item after the other.
struct Keys<F> {
    items: Vec<Value>,
    /// Of the first items.
    keys: Vec<Value>,
    key: Value,
    reverse: bool,
    then: F,
}

impl<F: FnOnce(&mut Vm, Vec<Value>, Res<()>) -> Res<Action> + 'static> Keys<F> {
    fn step(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        while let Some(item) = self.items.get(self.keys.len()) {
            match call_natively(vm, &self.key, core::slice::from_ref(item)) {
                Some(Ok(key)) => self.keys.push(key),
                Some(Err(raised)) => return (self.then)(vm, self.items, Err(raised)),
                None => return Ok(Action::Call(Call::new(self.key.clone(), [item.clone()]), self)),
            }
        }
        let this = *self;
        let mut pairs: Vec<(Value, Value)> = this.keys.into_iter().zip(this.items).collect();
        let result = sort(vm, &mut pairs, this.reverse);
        let (keys, items): (Vec<Value>, Vec<Value>) = pairs.into_iter().unzip();
        drop(keys);
        (this.then)(vm, items, result)
    }
}

impl<F: FnOnce(&mut Vm, Vec<Value>, Res<()>) -> Res<Action> + 'static> Continuation for Keys<F> {
    fn resume(mut self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        match result {
            Ok(key) => {
                self.keys.push(key);
                self.step(vm)
            }
            Err(raised) => (self.then)(vm, self.items, Err(raised)),
        }
    }
}

/// Sorts values by themselves.
///
/// # Errors
/// What comparisons raise; the values are all there even then.
pub fn sort_values(vm: &mut Vm, values: &mut Vec<Value>, reverse: bool) -> Res<()> {
    if values.iter().all(|value| value.as_small_int().is_some()) {
        // Equal ints are one and the same word, so stability cannot be seen.
        values.sort_unstable_by_key(|value| value.bits() as i64);
        if reverse {
            values.reverse();
        }
        return Ok(());
    }
    sort(vm, values, reverse)
}

/// What all keys are, if they are plain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plain {
    /// In the word.
    Int,
    Str,
    /// Doubles other than NaN, and integers that a double represents exactly.
    Number,
}

const EXACT_IN_DOUBLE: i64 = 1 << 53;

fn plain(value: &Value) -> Option<Plain> {
    if value.as_small_int().is_some() {
        return Some(Plain::Int);
    }
    if value.get_exact::<Str>().is_some() {
        return Some(Plain::Str);
    }
    number(value).map(|_| Plain::Number)
}

/// An exact float other than NaN, or a small int that a double represents exactly.
fn number(value: &Value) -> Option<f64> {
    if let Some(int) = value.as_small_int() {
        return if (-EXACT_IN_DOUBLE..=EXACT_IN_DOUBLE).contains(&int) { Some(int as f64) } else { None };
    }
    let number = value.as_small_float().or_else(|| value.get_exact::<Float>().map(|float| float.number))?;
    if number.is_nan() { None } else { Some(number) }
}

/// The common type of some values; Ints become Numbers where there are floats too.
fn common_plain<'a>(mut values: impl Iterator<Item = &'a Value> + Clone) -> Option<Plain> {
    let all = values.clone();
    let first = plain(values.next()?)?;
    match first {
        Plain::Str => all.into_iter().all(|value| value.get_exact::<Str>().is_some()).then_some(Plain::Str),
        Plain::Int if all.clone().all(|value| value.as_small_int().is_some()) => Some(Plain::Int),
        _ => all.into_iter().all(|value| number(value).is_some()).then_some(Plain::Number),
    }
}

fn compare_plain(kind: Plain, left: &Value, right: &Value) -> Ordering {
    match kind {
        Plain::Int => (left.bits() as i64).cmp(&(right.bits() as i64)),
        Plain::Str => bytes(left).cmp(bytes(right)),
        Plain::Number => number(left).partial_cmp(&number(right)).unwrap_or(Ordering::Equal),
    }
}

fn bytes(value: &Value) -> &[u8] {
    value.get_exact::<Str>().map(Str::bytes).unwrap_or_default()
}

/// The first eight bytes of a str, ordered as the str is.
fn prefix(value: &Value) -> u64 {
    let bytes = bytes(value);
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => bytes.iter().enumerate().fold(0, |prefix, (index, &byte)| prefix | (byte as u64) << (56 - 8 * index)),
    }
}

/// The types of the columns, if all keys are tuples of plain items.
fn columns<E: Keyed>(entries: &[E]) -> Option<Vec<Plain>> {
    let mut tuples = Vec::with_capacity(entries.len());
    for entry in entries {
        tuples.push(entry.key().get_exact::<Tuple>()?.items());
    }
    let widest = tuples.iter().map(|tuple| tuple.len()).max().unwrap_or(0);
    if widest > 8 {
        return None;
    }
    (0..widest).map(|column| common_plain(tuples.iter().filter_map(|tuple| tuple.get(column)))).collect()
}

fn compare_columns(columns: &[Plain], left: &Value, right: &Value) -> Ordering {
    let items = |value| Value::get_exact::<Tuple>(value).map(Tuple::items).unwrap_or_default();
    let (left, right): (&[Value], &[Value]) = (items(left), items(right));
    for ((kind, first), second) in columns.iter().zip(left).zip(right) {
        let order = compare_plain(*kind, first, second);
        if order.is_ne() {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

fn native_sort<E>(entries: &mut [E], reverse: bool, compare: impl Fn(&E, &E) -> Ordering) {
    if reverse { entries.sort_by(|left, right| compare(right, left)) } else { entries.sort_by(compare) }
}

fn sort<E: Keyed>(vm: &mut Vm, entries: &mut Vec<E>, reverse: bool) -> Res<()> {
    vm.heap.spend(entries.len());
    if entries.len() < 2 {
        return Ok(());
    }
    vm.check_memory(entries.len().checked_mul(size_of::<E>() + size_of::<u64>()))?;
    match common_plain(entries.iter().map(Keyed::key)) {
        Some(Plain::Str) => {
            let mut decorated: Vec<(u64, E)> = entries.drain(..).map(|entry| (prefix(entry.key()), entry)).collect();
            native_sort(&mut decorated, reverse, |left, right| left.0.cmp(&right.0).then_with(|| bytes(left.1.key()).cmp(bytes(right.1.key()))));
            entries.extend(decorated.into_iter().map(|(_, entry)| entry));
            return Ok(());
        }
        Some(kind) => {
            native_sort(entries, reverse, |left, right| compare_plain(kind, left.key(), right.key()));
            return Ok(());
        }
        None => {}
    }
    if let Some(columns) = columns(entries) {
        native_sort(entries, reverse, |left, right| compare_columns(&columns, left.key(), right.key()));
        return Ok(());
    }
    let (order, result) = merge_sort(entries.len(), reverse, |left, right| match (entries.get(left as usize), entries.get(right as usize)) {
        (Some(left), Some(right)) => vm.less(left.key(), right.key()),
        _ => Ok(false),
    });
    let mut taken: Vec<Option<E>> = entries.drain(..).map(Some).collect();
    entries.extend(order.into_iter().filter_map(|place| taken.get_mut(place as usize).and_then(Option::take)));
    result
}

/// Shorter natural runs are extended to this by insertion.
const SHORTEST_RUN: usize = 24;

/// Sorts the numbers below `count` stably by a comparison that may fail or contradict itself. Gives a permutation in every case.
fn merge_sort<X>(count: usize, reverse: bool, mut less: impl FnMut(u32, u32) -> Result<bool, X>) -> (Vec<u32>, Result<(), X>) {
    let mut order: Vec<u32> = (0..count as u32).collect();
    if reverse {
        // Sorted backward and turned round again, equal ones keep their order.
        order.reverse();
    }
    let result = sort_runs(&mut order, &mut less);
    if reverse {
        order.reverse();
    }
    (order, result)
}

fn sort_runs<X>(order: &mut [u32], less: &mut impl FnMut(u32, u32) -> Result<bool, X>) -> Result<(), X> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut scratch: Vec<u32> = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let length = take_run(order.get_mut(start..).unwrap_or_default(), less)?;
        runs.push((start, length));
        start += length;
        while let [.., (left, first), (_, second)] = runs[..] {
            if first > second.saturating_mul(2) {
                break;
            }
            merge(order.get_mut(left..left + first + second).unwrap_or_default(), first, &mut scratch, less)?;
            runs.pop();
            if let Some(last) = runs.last_mut() {
                last.1 = first + second;
            }
        }
    }
    while let [.., (left, first), (_, second)] = runs[..] {
        merge(order.get_mut(left..left + first + second).unwrap_or_default(), first, &mut scratch, less)?;
        runs.pop();
        if let Some(last) = runs.last_mut() {
            last.1 = first + second;
        }
    }
    Ok(())
}

/// Sorts a first stretch, natural if it is long enough, and says how long it is.
fn take_run<X>(order: &mut [u32], less: &mut impl FnMut(u32, u32) -> Result<bool, X>) -> Result<usize, X> {
    let mut length = order.len().min(1);
    if let [first, second, ..] = *order {
        length = 2;
        let descending = less(second, first)?;
        while let (Some(&last), Some(&next)) = (order.get(length - 1), order.get(length)) {
            if less(next, last)? != descending {
                break;
            }
            length += 1;
        }
        if descending && let Some(run) = order.get_mut(..length) {
            run.reverse();
        }
    }
    let wanted = order.len().min(SHORTEST_RUN);
    while length < wanted {
        let Some(&item) = order.get(length) else { break };
        // Behind all that are not greater.
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = (low + high) / 2;
            match order.get(middle) {
                Some(&other) if less(item, other)? => high = middle,
                _ => low = middle + 1,
            }
        }
        if let Some(stretch) = order.get_mut(low..=length) {
            stretch.rotate_right(1);
        }
        length += 1;
    }
    Ok(length)
}

/// Merges the sorted stretches `order[..first]` and `order[first..]`.
fn merge<X>(order: &mut [u32], first: usize, scratch: &mut Vec<u32>, less: &mut impl FnMut(u32, u32) -> Result<bool, X>) -> Result<(), X> {
    match (first.checked_sub(1).and_then(|last| order.get(last)), order.get(first)) {
        (Some(&last), Some(&next)) => {
            if !less(next, last)? {
                return Ok(());
            }
        }
        _ => return Ok(()),
    }
    scratch.clear();
    scratch.extend_from_slice(order.get(..first).unwrap_or_default());
    let (mut left, mut right, mut place) = (0, first, 0);
    let mut result = Ok(());
    while let (Some(&one), Some(&other)) = (scratch.get(left), order.get(right)) {
        let other_first = match less(other, one) {
            Ok(answer) => answer,
            Err(error) => {
                result = Err(error);
                break;
            }
        };
        if let Some(target) = order.get_mut(place) {
            *target = if other_first { other } else { one };
        }
        if other_first {
            right += 1
        } else {
            left += 1
        }
        place += 1;
    }
    // What is left of the first stretch goes before what is left of the second, which is in place.
    let rest = scratch.get(left..).unwrap_or_default();
    if let Some(target) = order.get_mut(place..place + rest.len()) {
        target.copy_from_slice(rest);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &[i32], reverse: bool) -> Vec<u32> {
        let (order, result) = merge_sort::<()>(keys.len(), reverse, |a, b| Ok(keys[a as usize] < keys[b as usize]));
        assert!(result.is_ok());
        order
    }

    #[test]
    fn stable_in_both_directions() {
        let mut seed = 12345u32;
        for length in [0, 1, 2, 3, 10, 23, 24, 25, 100, 1000, 5000] {
            for range in [2, 10, 1_000_000] {
                let keys: Vec<i32> = (0..length)
                    .map(|_| {
                        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                        (seed >> 8) as i32 % range
                    })
                    .collect();
                let mut expected: Vec<u32> = (0..length as u32).collect();
                expected.sort_by_key(|&index| keys[index as usize]);
                assert_eq!(sorted(&keys, false), expected);
                expected = (0..length as u32).collect();
                expected.sort_by_key(|&index| core::cmp::Reverse(keys[index as usize]));
                assert_eq!(sorted(&keys, true), expected);
            }
        }
    }

    #[test]
    fn sorted_input_needs_one_comparison_each() {
        let mut comparisons = 0;
        let (order, _) = merge_sort::<()>(1000, false, |a, b| {
            comparisons += 1;
            Ok(a < b)
        });
        assert_eq!((order.len(), comparisons), (1000, 999));
    }

    #[test]
    fn contradictions_and_failures_lose_nothing() {
        let mut seed = 1u32;
        let mut left = 700;
        for fails in [false, true] {
            let (mut order, result) = merge_sort(500, false, |_, _| {
                seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                left -= 1;
                if fails && left < 0 { Err(()) } else { Ok(seed & 0x10000 != 0) }
            });
            assert_eq!(result.is_err(), fails);
            order.sort_unstable();
            assert_eq!(order, (0..500).collect::<Vec<u32>>());
        }
    }
}
