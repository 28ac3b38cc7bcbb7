//! `list`: the object and its core operations, which the interpreter loop calls. The methods are in `object::list_methods`.

use super::containers::{compare_sequences, copied, drop_backward, place, subscript};
use super::exception::Ex;
use super::header::{Header, Kind, Mut};
use super::slice::{self, Bounds, Slice};
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;

pub use super::list_methods::TYPE;

/// A list.
#[repr(C)]
pub struct List {
    pub header: Header,
    /// The heap counts the capacity: to grow, use [`List::reserve`] or what calls it.
    pub items: Mut<Vec<Value>>,
}

object!(List, Kind::List, "list", |this, visit| this.items.get().iter().for_each(&mut *visit), |this| drop(this.take_items()));

impl Drop for List {
    fn drop(&mut self) {
        let capacity = self.items.get().capacity();
        if capacity != 0 {
            heap_of(&self.header).discharge(capacity * size_of::<Value>());
        }
    }
}

impl List {
    /// The fields of an empty list.
    pub fn empty(header: Header) -> List {
        List { header, items: Mut::new(Vec::new()) }
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.items.get().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a place.
    #[inline(always)]
    pub fn at(&self, place: usize) -> Option<Value> {
        self.items.get().get(place).cloned()
    }

    /// Makes room for `more` items, at least doubling the capacity when it does not suffice.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn reserve(&self, vm: &mut Vm, more: usize) -> Res<()> {
        let items = self.items.get();
        if items.capacity() - items.len() >= more { Ok(()) } else { self.grow(vm, more) }
    }

    #[cold]
    #[inline(never)]
    fn grow(&self, vm: &mut Vm, more: usize) -> Res<()> {
        let items = self.items.get_mut();
        let old = items.capacity();
        let wanted = items.len().saturating_add(more);
        let capacity = wanted.max(old + (old >> 1) + 4);
        let added = (capacity - old).checked_mul(size_of::<Value>());
        vm.check_memory(added)?;
        if items.try_reserve_exact(capacity - items.len()).is_err() {
            return Err(vm.memory_error());
        }
        heap_of(&self.header).charge((items.capacity() - old) * size_of::<Value>());
        Ok(())
    }

    /// Takes all items out, leaving an empty list.
    pub fn take_items(&self) -> Vec<Value> {
        let items = self.items.take();
        heap_of(&self.header).discharge(items.capacity() * size_of::<Value>());
        items
    }

    /// Makes these the items; the old ones are returned.
    pub fn put_items(&self, items: Vec<Value>) -> Vec<Value> {
        let heap = heap_of(&self.header);
        heap.charge(items.capacity() * size_of::<Value>());
        let old = self.items.replace(items);
        heap.discharge(old.capacity() * size_of::<Value>());
        old
    }

    /// Replaces `count` items from `start` on (both in bounds) by `items`; returns the old ones, for the caller to drop.
    ///
    /// # Errors
    /// MemoryError.
    pub fn splice(&self, vm: &mut Vm, start: usize, count: usize, items: Vec<Value>) -> Res<Vec<Value>> {
        self.reserve(vm, items.len().saturating_sub(count))?;
        let place = self.items.get_mut();
        let start = start.min(place.len());
        let end = (start + count).min(place.len());
        if let Some(part) = place.get_mut(start..end)
            && part.len() == items.len()
        {
            let mut items = items;
            part.swap_with_slice(&mut items);
            return Ok(items);
        }
        Ok(place.splice(start..end, items).collect())
    }
}

/// `list.append(value)`
///
/// # Errors
/// MemoryError.
#[inline(always)]
pub fn append(vm: &mut Vm, list: &List, value: Value) -> Res<()> {
    let items = list.items.get_mut();
    if items.len() == items.capacity() {
        list.grow(vm, 1)?;
    }
    list.items.get_mut().push(value);
    Ok(())
}

/// Appends many.
///
/// # Errors
/// MemoryError.
pub fn extend(vm: &mut Vm, list: &List, values: Vec<Value>) -> Res<()> {
    list.reserve(vm, values.len())?;
    list.items.get_mut().extend(values);
    Ok(())
}

/// `list[index]` for an integer.
///
/// # Errors
/// IndexError.
#[inline(always)]
pub fn get_index(vm: &mut Vm, list: &List, index: i64) -> Res<Value> {
    let items = list.items.get();
    match place(index, items.len()).and_then(|place| items.get(place)) {
        Some(item) => Ok(item.clone()),
        None => Err(vm.raise(Ex::IndexError, "list index out of range")),
    }
}

/// `list[key]`
///
/// # Errors
/// TypeError, IndexError.
pub fn get_item(vm: &mut Vm, list: &List, key: &Value) -> Res<Value> {
    if let Some(slice) = key.get::<Slice>() {
        return get_slice(vm, list, &slice.start, &slice.stop, &slice.step);
    }
    let index = subscript(vm, key, "list")?;
    get_index(vm, list, index)
}

/// `list[start:stop:step]`
///
/// # Errors
/// TypeError, ValueError, MemoryError.
pub fn get_slice(vm: &mut Vm, list: &List, start: &Value, stop: &Value, step: &Value) -> Res<Value> {
    let (start, stop, step) = slice::unpack(vm, start, stop, step)?;
    let bounds = slice::adjust(start, stop, step, list.len());
    vm.check_memory(bounds.count.checked_mul(size_of::<Value>()))?;
    let items = list.items.get();
    let picked: Vec<Value> =
        if bounds.is_contiguous() { items.get(bounds.start as usize..bounds.start as usize + bounds.count).map(copied).unwrap_or_default() } else { bounds.items(items) };
    Ok(vm.new_list(picked))
}

/// `list[index] = value` for an integer.
///
/// # Errors
/// IndexError.
#[inline(always)]
pub fn set_index(vm: &mut Vm, list: &List, index: i64, value: Value) -> Res<()> {
    let items = list.items.get_mut();
    match place(index, items.len()).and_then(|place| items.get_mut(place)) {
        Some(item) => {
            let old = core::mem::replace(item, value);
            drop(old);
            Ok(())
        }
        None => Err(vm.raise(Ex::IndexError, "list assignment index out of range")),
    }
}

/// `del list[index]` for an integer.
///
/// # Errors
/// IndexError.
pub fn delete_index(vm: &mut Vm, list: &List, index: i64) -> Res<()> {
    match place(index, list.len()) {
        Some(place) => {
            let old = list.items.get_mut().remove(place);
            drop(old);
            Ok(())
        }
        None => Err(vm.raise(Ex::IndexError, "list assignment index out of range")),
    }
}

/// `list[slice] = values`, the values collected already.
///
/// # Errors
/// TypeError, ValueError, MemoryError.
pub fn set_slice(vm: &mut Vm, list: &List, slice: &Slice, values: Vec<Value>) -> Res<()> {
    let bounds = slice::bounds(vm, slice, || list.len())?;
    replace(vm, list, bounds, values)
}

/// `list[slice] = values` for another list's items: as many as the slice has are copied where they go.
///
/// # Errors
/// As [`set_slice`].
pub fn set_slice_to_list(vm: &mut Vm, list: &List, slice: &Slice, values: &List) -> Res<()> {
    let bounds = slice::bounds(vm, slice, || list.len())?;
    if values.len() != bounds.count || core::ptr::eq(list, values) {
        return replace(vm, list, bounds, copied(values.items.get()));
    }
    let items = list.items.get_mut();
    for (place, value) in bounds.places().zip(values.items.get()) {
        if let Some(item) = items.get_mut(place) {
            *item = value.clone();
        }
    }
    Ok(())
}

fn replace(vm: &mut Vm, list: &List, bounds: Bounds, values: Vec<Value>) -> Res<()> {
    if bounds.step == 1 {
        let old = list.splice(vm, bounds.start as usize, bounds.count, values)?;
        drop_backward(old);
        return Ok(());
    }
    if values.len() != bounds.count {
        let message = alloc::format!("attempt to assign sequence of size {} to extended slice of size {}", values.len(), bounds.count);
        return Err(vm.value_error(&message));
    }
    let items = list.items.get_mut();
    let mut old = Vec::with_capacity(values.len());
    for (place, value) in bounds.places().zip(values) {
        if let Some(item) = items.get_mut(place) {
            old.push(core::mem::replace(item, value));
        }
    }
    drop(old);
    Ok(())
}

/// `del list[slice]`
///
/// # Errors
/// TypeError, ValueError.
pub fn delete_slice(vm: &mut Vm, list: &List, slice: &Slice) -> Res<()> {
    let bounds = slice::bounds(vm, slice, || list.len())?.rising();
    if bounds.count == 0 {
        return Ok(());
    }
    let items = list.items.get_mut();
    let (start, step) = (bounds.start as usize, bounds.step as usize);
    let old: Vec<Value> = if step == 1 {
        items.drain(start..start + bounds.count).collect()
    } else {
        let mut old = Vec::with_capacity(bounds.count);
        let mut index = 0;
        let last = start + (bounds.count - 1) * step;
        items.retain_mut(|item| {
            let deleted = index >= start && index <= last && (index - start) % step == 0;
            index += 1;
            if deleted {
                old.push(core::mem::replace(item, Value::NONE));
            }
            !deleted
        });
        old
    };
    drop_backward(old);
    Ok(())
}

/// `value in list`
///
/// # Errors
/// What `__eq__` raises.
pub fn contains(vm: &mut Vm, list: &List, value: &Value) -> Res<bool> {
    find(vm, list, value, 0, usize::MAX).map(|found| found.is_some())
}

/// The first place of `value` from `start` on, before `stop`.
///
/// # Errors
/// What `__eq__` raises.
pub fn find(vm: &mut Vm, list: &List, value: &Value, start: usize, stop: usize) -> Res<Option<usize>> {
    let mut index = start;
    while index < stop {
        let items = list.items.get();
        // Identical words need no call: skip ahead natively while the items are ints or strs that are not `value`.
        match items.get(index) {
            None => break,
            Some(item) if item.is(value) => return Ok(Some(index)),
            Some(item) if item.as_small_int().is_some() && value.as_small_int().is_some() => {}
            Some(item) => {
                let item = item.clone();
                if vm.equal(&item, value)? {
                    return Ok(Some(index));
                }
            }
        }
        index += 1;
    }
    Ok(None)
}

/// `left op right`
///
/// # Errors
/// What comparing items raises; RecursionError.
pub fn compare_lists(vm: &mut Vm, op: Comparison, left: &List, right: &List) -> Res<Value> {
    let both = [left, right];
    compare_sequences(vm, op, |which| both.get(which).map_or(0, |list| list.len()), |which, index| both.get(which)?.at(index))
}

/// `left + right`
///
/// # Errors
/// MemoryError.
pub fn concatenate(vm: &mut Vm, left: &List, right: &List) -> Res<Value> {
    let total = left.len() + right.len();
    vm.check_memory(total.checked_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(total);
    items.extend_from_slice(left.items.get());
    items.extend_from_slice(right.items.get());
    Ok(vm.new_list(items))
}

/// `iter(list)`
pub fn iterator(vm: &mut Vm, list: &Value) -> Value {
    super::iterators::list_iterator(vm, list)
}
