//! `set` and `frozenset`: the objects and the operations between them. Their methods are in `object::set_methods`.

use super::containers::out_of_memory;
use super::dict::reword_unhashable;
use super::exception::Ex;
use super::header::{Header, Kind};
use super::set_table::SetTable;
use super::table;
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::{ClassRef, Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

pub use super::set_methods::{FROZEN_TYPE, TYPE};

/// A set.
#[repr(C)]
pub struct Set {
    pub header: Header,
    pub table: SetTable,
}

object!(Set, Kind::Set, "set", |this, visit| this.table.iter().for_each(|slot| visit(&slot.key)), |this| this.clear_items());

/// A frozenset. Begins like a [`Set`].
#[repr(C)]
pub struct FrozenSet {
    pub header: Header,
    pub table: SetTable,
    /// Once computed.
    hash: Cell<Option<u64>>,
}

object!(FrozenSet, Kind::FrozenSet, "frozenset", |this, visit| this.table.iter().for_each(|slot| visit(&slot.key)));

impl Drop for Set {
    fn drop(&mut self) {
        heap_of(&self.header).discharge(self.table.bytes());
    }
}

impl Drop for FrozenSet {
    fn drop(&mut self) {
        heap_of(&self.header).discharge(self.table.bytes());
    }
}

/// A set or frozenset (or an instance of a subclass): where its elements are.
pub fn table_of(value: &Value) -> Option<(&Header, &SetTable)> {
    match value.header()?.kind() {
        Kind::Set => value.get::<Set>().map(|set| (&set.header, &set.table)),
        Kind::FrozenSet => value.get::<FrozenSet>().map(|set| (&set.header, &set.table)),
        _ => None,
    }
}

/// Where the elements of an exact set or frozenset are.
pub fn exact_table(value: &Value) -> Option<&SetTable> {
    match value.get_exact::<Set>() {
        Some(set) => Some(&set.table),
        None => value.get_exact::<FrozenSet>().map(|set| &set.table),
    }
}

/// The hash of an element.
///
/// # Errors
/// TypeError "cannot use 'list' as a set element (unhashable type: 'list')", or what `__hash__` raises.
#[inline(always)]
pub fn hash_element(vm: &mut Vm, element: &Value) -> Res<u64> {
    match table::hash_of(vm, element) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(reword_unhashable(vm, raised, element, "a set element")),
    }
}

/// Adds an element whose hash is known.
///
/// # Errors
/// What `__eq__` raises; MemoryError.
#[inline]
pub fn add_hashed(vm: &mut Vm, owner: &Header, table: &SetTable, hash: u64, element: Value) -> Res<()> {
    table.add(vm, owner, hash, element).map(drop)
}

/// `set.add(element)`
///
/// # Errors
/// Unhashable elements; what `__hash__` and `__eq__` raise; MemoryError.
#[inline]
pub fn add(vm: &mut Vm, set: &Set, element: Value) -> Res<()> {
    let hash = hash_element(vm, &element)?;
    add_hashed(vm, &set.header, &set.table, hash, element)
}

/// As [`hash_element`] for a lookup, where an unhashable set counts as the frozenset equal to it.
fn hash_lookup(vm: &mut Vm, element: &Value) -> Res<u64> {
    match table::hash_of(vm, element) {
        Ok(hash) => Ok(hash),
        Err(raised) => {
            if let Some(set) = element.get::<Set>()
                && vm.pending_is(Ex::TypeError)
            {
                drop(vm.take_exception(raised));
                return Ok(hash_table(&set.table));
            }
            Err(reword_unhashable(vm, raised, element, "a set element"))
        }
    }
}

/// `element in set`, for any set.
///
/// # Errors
/// Unhashable elements; what `__hash__` and `__eq__` raise.
#[inline]
pub fn contains(vm: &mut Vm, table: &SetTable, element: &Value) -> Res<bool> {
    let hash = hash_lookup(vm, element)?;
    Ok(table.find(vm, hash, element)?.is_some())
}

/// Removes an element; was it there?
///
/// # Errors
/// As [`contains`].
pub fn discard(vm: &mut Vm, table: &SetTable, element: &Value) -> Res<bool> {
    let hash = hash_lookup(vm, element)?;
    match table.find(vm, hash, element)? {
        Some(index) => {
            drop(table.remove(index));
            Ok(true)
        }
        None => Ok(false),
    }
}

impl Set {
    pub fn empty(header: Header) -> Set {
        Set { header, table: SetTable::new() }
    }

    /// `set.add(element)`
    ///
    /// # Errors
    /// As [`add`].
    #[inline]
    pub fn add(&self, vm: &mut Vm, element: Value) -> Res<()> {
        add(vm, self, element)
    }

    /// The elements, copied.
    pub fn values(&self) -> Vec<Value> {
        self.table.keys()
    }

    /// Removes everything.
    pub fn clear_items(&self) {
        drop(self.table.take(&self.header));
    }
}

impl FrozenSet {
    pub fn empty(header: Header) -> FrozenSet {
        FrozenSet { header, table: SetTable::new(), hash: Cell::new(None) }
    }

    /// The hash: the same for any order of the elements.
    pub fn hash(&self) -> u64 {
        match self.hash.get() {
            Some(hash) => hash,
            None => {
                let hash = hash_table(&self.table);
                self.hash.set(Some(hash));
                hash
            }
        }
    }
}

/// The hash of a frozenset with these elements (the same number as CPython's for elements that hash alike).
pub fn hash_table(table: &SetTable) -> u64 {
    let mut hash = 0u64;
    for slot in table.iter() {
        hash ^= ((slot.hash ^ 89_869_747) ^ (slot.hash << 16)).wrapping_mul(3_644_798_167);
    }
    hash ^= (table.length.get() as u64 + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    if hash == u64::MAX { 590_923_713 } else { hash }
}

/// An empty set or frozenset, as `model` is one.
pub fn new_like(vm: &mut Vm, model: &Value) -> Value {
    if model.kind() == Kind::FrozenSet { vm.new_object(FrozenSet::empty) } else { vm.new_object(Set::empty) }
}

/// An empty set.
pub fn new_set(vm: &mut Vm) -> Value {
    vm.new_object(Set::empty)
}

/// A set (or frozenset) of a class, with the elements of `items`.
///
/// # Errors
/// As [`add`].
pub fn from_items(vm: &mut Vm, class: Option<ClassRef>, frozen: bool, items: &[Value]) -> Res<Value> {
    let value = match (class, frozen) {
        (Some(class), true) => vm.heap.new_object(&class, FrozenSet::empty),
        (None, true) => vm.new_object(FrozenSet::empty),
        (Some(class), false) => vm.heap.new_object(&class, Set::empty),
        (None, false) => vm.new_object(Set::empty),
    };
    if let Some((owner, table)) = table_of(&value) {
        for item in items {
            let hash = hash_element(vm, item)?;
            add_hashed(vm, owner, table, hash, item.clone())?;
        }
    }
    Ok(value)
}

/// A set of these elements.
///
/// # Errors
/// As [`add`].
pub fn from_values(vm: &mut Vm, values: Vec<Value>) -> Res<Value> {
    from_items(vm, None, false, &values)
}

/// A frozenset of these elements.
///
/// # Errors
/// As [`add`].
pub fn frozen_from_values(vm: &mut Vm, values: Vec<Value>) -> Res<Value> {
    from_items(vm, None, true, &values)
}

/// Calls back for each element with its hash; the set may change meanwhile.
///
/// # Errors
/// What `each` raises; RuntimeError if the set changed its size.
pub fn for_elements(vm: &mut Vm, table: &SetTable, mut each: impl FnMut(&mut Vm, u64, Value) -> Res<bool>) -> Res<()> {
    let length = table.length.get();
    let mut index = 0;
    while let Some((place, hash, element)) = table.next_key(index) {
        index = place + 1;
        if !each(vm, hash, element)? {
            return Ok(());
        }
        if table.length.get() != length {
            return Err(vm.raise(Ex::RuntimeError, "Set changed size during iteration"));
        }
    }
    Ok(())
}

/// A copy with the class of `model` reduced to set or frozenset.
///
/// # Errors
/// MemoryError.
pub fn copy(vm: &mut Vm, model: &Value, source: &SetTable) -> Res<Value> {
    let result = new_like(vm, model);
    if let Some((owner, table)) = table_of(&result) {
        table.copy_from(owner, source).map_err(|error| out_of_memory(vm, error))?;
    }
    Ok(result)
}

/// Adds all elements of `other` to `target`.
///
/// # Errors
/// What `__eq__` raises; MemoryError.
pub fn update(vm: &mut Vm, owner: &Header, target: &SetTable, other: &SetTable) -> Res<()> {
    if core::ptr::eq(target, other) {
        return Ok(());
    }
    if target.length.get() == 0 {
        return target.copy_from(owner, other).map_err(|error| out_of_memory(vm, error));
    }
    target.reserve(owner, other.length.get()).map_err(|error| out_of_memory(vm, error))?;
    for_elements(vm, other, |vm, hash, element| add_hashed(vm, owner, target, hash, element).map(|()| true))
}

/// The elements of `left` that are (`wanted`) or are not in `right`, as a set like `model`.
///
/// # Errors
/// What `__eq__` raises; MemoryError.
pub fn filtered(vm: &mut Vm, model: &Value, left: &SetTable, right: &SetTable, wanted: bool) -> Res<Value> {
    if !wanted && left.length.get() >> 2 > right.length.get() {
        // Few to take out of many.
        let result = copy(vm, model, left)?;
        if let Some((owner, table)) = table_of(&result) {
            remove_all(vm, owner, table, right)?;
        }
        return Ok(result);
    }
    let result = new_like(vm, model);
    if let Some((owner, table)) = table_of(&result) {
        // The smaller one is walked for an intersection.
        let (walked, asked) = if wanted && left.length.get() >= right.length.get() { (right, left) } else { (left, right) };
        for_elements(vm, walked, |vm, hash, element| {
            if asked.find(vm, hash, &element)?.is_some() == wanted {
                // Elements of one set differ.
                table.insert(owner, hash, element).map_err(|error| out_of_memory(vm, error))?;
            }
            Ok(true)
        })?;
    }
    Ok(result)
}

/// The elements that are in just one of both, as a set like `model`.
///
/// # Errors
/// What `__eq__` raises; MemoryError.
pub fn symmetric_difference(vm: &mut Vm, model: &Value, left: &SetTable, right: &SetTable) -> Res<Value> {
    let result = copy(vm, model, right)?;
    if let Some((owner, table)) = table_of(&result) {
        toggle(vm, owner, table, left)?;
    }
    Ok(result)
}

/// Removes the elements of `other` that are in `target`, adds those that are not.
///
/// # Errors
/// What `__eq__` raises; MemoryError.
pub fn toggle(vm: &mut Vm, owner: &Header, target: &SetTable, other: &SetTable) -> Res<()> {
    if core::ptr::eq(target, other) {
        drop(target.take(owner));
        return Ok(());
    }
    for_elements(vm, other, |vm, hash, element| {
        if let Some(place) = target.add(vm, owner, hash, element)? {
            drop(target.remove(place));
        }
        Ok(true)
    })
}

/// Takes the elements of `other` out of `target`.
///
/// # Errors
/// What `__eq__` raises.
pub fn remove_all(vm: &mut Vm, owner: &Header, target: &SetTable, other: &SetTable) -> Res<()> {
    if core::ptr::eq(target, other) {
        drop(target.take(owner));
        return Ok(());
    }
    for_elements(vm, other, |vm, hash, element| {
        if let Some(place) = target.find(vm, hash, &element)? {
            drop(target.remove(place));
        }
        Ok(true)
    })?;
    target.tidy(owner).map_err(|error| out_of_memory(vm, error))
}

/// Are all elements of `left` in `right`?
///
/// # Errors
/// What `__eq__` raises.
pub fn is_subset(vm: &mut Vm, left: &SetTable, right: &SetTable) -> Res<bool> {
    if left.length.get() > right.length.get() {
        return Ok(false);
    }
    let mut all = true;
    for_elements(vm, left, |vm, hash, element| {
        all = right.find(vm, hash, &element)?.is_some();
        Ok(all)
    })?;
    Ok(all)
}

/// Have both no element in common?
///
/// # Errors
/// What `__eq__` raises.
pub fn is_disjoint(vm: &mut Vm, left: &SetTable, right: &SetTable) -> Res<bool> {
    let (walked, asked) = if left.length.get() > right.length.get() { (right, left) } else { (left, right) };
    let mut disjoint = true;
    for_elements(vm, walked, |vm, hash, element| {
        disjoint = asked.find(vm, hash, &element)?.is_none();
        Ok(disjoint)
    })?;
    Ok(disjoint)
}
