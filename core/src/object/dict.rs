//! `dict`: the object. Insertion-ordered: see `object::table`. Its methods are in `object::dict_methods`, its views in `object::dict_views`.

use super::containers::{key_error, out_of_memory};
use super::exception::Ex;
use super::header::{Header, Kind};
use super::str::Str;
use super::table::{self, Table};
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::{Raised, Res, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ops::Deref;

pub use super::dict_methods::TYPE;

/// One item; a deleted one has an undefined key.
pub type Entry = table::Entry<Value>;

/// A dict.
#[repr(C)]
pub struct Dict {
    pub header: Header,
    table: Table<Value>,
    /// Identifies the set of keys and their places in `entries`: never the same for two dicts, new after every insertion,
    /// deletion and reordering; not after a value changed. Inline caches compare it. 0: nobody asked since the last change.
    keys_version: Cell<u64>,
}

object!(
    Dict,
    Kind::Dict,
    "dict",
    |this, visit| for entry in this.entries.get() {
        visit(&entry.key);
        visit(&entry.value);
    },
    |this| this.clear_items()
);

impl Deref for Dict {
    type Target = Table<Value>;

    #[inline(always)]
    fn deref(&self) -> &Table<Value> {
        &self.table
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        let bytes = self.table.bytes();
        if bytes != 0 {
            heap_of(&self.header).discharge(bytes);
        }
    }
}

/// The hash of a dict key.
///
/// # Errors
/// TypeError "cannot use 'list' as a dict key (unhashable type: 'list')", or what `__hash__` raises.
#[inline(always)]
pub fn hash_key(vm: &mut Vm, key: &Value) -> Res<u64> {
    match table::hash_of(vm, key) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(reword_unhashable(vm, raised, key, "a dict key")),
    }
}

/// Says what an unhashable object was to be used as.
#[cold]
pub(super) fn reword_unhashable(vm: &mut Vm, raised: Raised, key: &Value, role: &str) -> Raised {
    if !vm.pending_is(Ex::TypeError) {
        return raised;
    }
    let exception = vm.take_exception(raised);
    let exact = vm.class_of(&exception) == vm.exception_class(Ex::TypeError);
    let text = exception.get::<super::exception::Exception>().and_then(|exception| exception.args.get().get::<super::tuple::Tuple>()?.items().first().cloned());
    match text.as_ref().and_then(|text| text.get::<Str>()) {
        Some(text) if exact => {
            let name = vm.type_name(key);
            vm.type_error(&format!("cannot use '{name}' as {role} ({})", text.to_string_lossy()))
        }
        _ => vm.raise_value(exception),
    }
}

impl Dict {
    /// The fields of an empty dict.
    pub(crate) fn empty(header: Header) -> Dict {
        Dict { header, table: Table::new(), keys_version: Cell::new(0) }
    }

    /// The current version of the set of keys; 0 if nobody asked for one since it changed.
    #[inline(always)]
    pub fn keys_version(&self) -> u64 {
        self.keys_version.get()
    }

    /// Gives the present set of keys a version of its own, so that inline caches can refer to it.
    pub fn stamp(&self, next: impl FnOnce() -> u64) -> u64 {
        if self.keys_version.get() == 0 {
            self.keys_version.set(next());
        }
        self.keys_version.get()
    }

    #[inline(always)]
    fn keys_changed(&self) {
        self.keys_version.set(0);
    }

    // ---- names: interned strs, for namespaces

    /// Index of an interned str.
    #[inline]
    pub fn index_of_interned(&self, name: &Value) -> Option<usize> {
        // SAFETY: names are strs.
        let string = unsafe { name.get_unchecked::<Str>() };
        self.find_index(string.hash(), |key| key.is(name) || key.get_exact::<Str>().is_some_and(|other| !other.is_interned() && other.bytes() == string.bytes()))
    }

    /// The value of entry `index` (from a find or an inline cache whose version matched).
    ///
    /// # Safety
    /// The index is that of a live entry.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)] // as Mut::get_mut
    pub unsafe fn value_at(&self, index: usize) -> &mut Value {
        // SAFETY: the caller vouches.
        unsafe { &mut self.entries.get_mut().get_unchecked_mut(index).value }
    }

    /// The value for an interned str.
    #[inline]
    pub fn get_interned(&self, name: &Value) -> Option<Value> {
        let index = self.index_of_interned(name)?;
        self.entries.get().get(index).map(|entry| entry.value.clone())
    }

    /// Sets the value for an interned str; returns the old one.
    pub fn set_interned(&self, name: &Value, value: Value) -> Option<Value> {
        match self.index_of_interned(name).and_then(|index| self.entries.get_mut().get_mut(index)) {
            Some(entry) => Some(core::mem::replace(&mut entry.value, value)),
            None => {
                // SAFETY: names are strs.
                let hash = unsafe { name.get_unchecked::<Str>() }.hash();
                self.insert_new(hash, name.clone(), value);
                None
            }
        }
    }

    /// Removes an interned str; returns its value.
    pub fn delete_interned(&self, name: &Value) -> Option<Value> {
        self.index_of_interned(name).map(|index| self.remove_at(index).value)
    }

    /// Appends a key that is known not to be there. (A namespace that memory has no room for loses the name; the limit raises
    /// MemoryError at the next safe point.)
    pub fn insert_new(&self, hash: u64, key: Value, value: Value) {
        if self.table.insert(&self.header, hash, key, value).is_err() {
            heap_of(&self.header).limit_passed.set(true);
            heap_of(&self.header).request_attention();
        }
        self.keys_changed();
    }

    /// Removes the live entry at `index`.
    pub fn remove_at(&self, index: usize) -> Entry {
        self.keys_changed();
        self.table.remove(index).unwrap_or(Entry { hash: 0, key: Value::UNDEFINED, value: Value::UNDEFINED })
    }

    /// Keys and values, copied.
    pub fn items(&self) -> Vec<(Value, Value)> {
        self.entries.get().iter().filter(|entry| !entry.key.is_undefined()).map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// The values, copied.
    pub fn values(&self) -> Vec<Value> {
        self.entries.get().iter().filter(|entry| !entry.key.is_undefined()).map(|entry| entry.value.clone()).collect()
    }

    /// Removes everything.
    pub fn clear_items(&self) {
        self.keys_changed();
        drop(self.table.take(&self.header));
    }

    // ---- any keys

    /// The value for `key`.
    ///
    /// # Errors
    /// Unhashable keys; what `__hash__` and `__eq__` raise.
    #[inline]
    pub fn get(&self, vm: &mut Vm, key: &Value) -> Res<Option<Value>> {
        let hash = hash_key(vm, key)?;
        self.get_hashed(vm, hash, key)
    }

    /// The value for `key`, whose hash is known.
    ///
    /// # Errors
    /// What `__eq__` raises.
    #[inline]
    pub fn get_hashed(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Option<Value>> {
        match self.find(vm, hash, key)? {
            // SAFETY: just found, and nothing ran since.
            Some(index) => Ok(Some(unsafe { self.value_at(index) }.clone())),
            None => Ok(None),
        }
    }

    /// Is `key` there?
    ///
    /// # Errors
    /// As [`Dict::get`].
    #[inline]
    pub fn contains(&self, vm: &mut Vm, key: &Value) -> Res<bool> {
        let hash = hash_key(vm, key)?;
        Ok(self.find(vm, hash, key)?.is_some())
    }

    /// `dict[key] = value`
    ///
    /// # Errors
    /// As [`Dict::get`]; MemoryError.
    #[inline]
    pub fn set(&self, vm: &mut Vm, key: Value, value: Value) -> Res<()> {
        let hash = hash_key(vm, &key)?;
        self.set_hashed(vm, hash, key, value)
    }

    /// `dict[key] = value` for a key whose hash is known.
    ///
    /// # Errors
    /// What `__eq__` raises; MemoryError.
    #[inline]
    pub fn set_hashed(&self, vm: &mut Vm, hash: u64, key: Value, value: Value) -> Res<()> {
        match self.find(vm, hash, &key)? {
            Some(index) => {
                // SAFETY: just found, and nothing ran since.
                let old = core::mem::replace(unsafe { self.value_at(index) }, value);
                drop(old);
                Ok(())
            }
            None => self.insert_absent(vm, hash, key, value),
        }
    }

    /// Appends a key that was just looked for in vain.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn insert_absent(&self, vm: &mut Vm, hash: u64, key: Value, value: Value) -> Res<()> {
        self.keys_changed();
        self.table.insert(&self.header, hash, key, value).map_err(|error| out_of_memory(vm, error))
    }

    /// `del dict[key]`: the value that was there.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn delete(&self, vm: &mut Vm, key: &Value) -> Res<Option<Value>> {
        let hash = hash_key(vm, key)?;
        Ok(self.find(vm, hash, key)?.map(|index| self.remove_at(index).value))
    }

    /// `dict[key]`, for exact dicts (no `__missing__`).
    ///
    /// # Errors
    /// KeyError; as [`Dict::get`].
    #[inline]
    pub fn get_item(&self, vm: &mut Vm, key: &Value) -> Res<Value> {
        match self.get(vm, key)? {
            Some(value) => Ok(value),
            None => Err(key_error(vm, key)),
        }
    }

    /// `del dict[key]`
    ///
    /// # Errors
    /// KeyError; as [`Dict::get`].
    pub fn delete_item(&self, vm: &mut Vm, key: &Value) -> Res<()> {
        match self.delete(vm, key)? {
            Some(value) => {
                drop(value);
                Ok(())
            }
            None => Err(key_error(vm, key)),
        }
    }

    /// The value for `key`, which becomes `default` if it is not there.
    ///
    /// # Errors
    /// As [`Dict::set`].
    pub fn set_default(&self, vm: &mut Vm, key: &Value, default: Value) -> Res<Value> {
        let hash = hash_key(vm, key)?;
        match self.find(vm, hash, key)? {
            // SAFETY: just found, and nothing ran since.
            Some(index) => Ok(unsafe { self.value_at(index) }.clone()),
            None => {
                self.insert_absent(vm, hash, key.clone(), default.clone())?;
                Ok(default)
            }
        }
    }

    /// The last item, removed.
    pub fn pop_last(&self) -> Option<(Value, Value)> {
        let index = self.previous(usize::MAX)?;
        let entry = self.remove_at(index);
        Some((entry.key, entry.value))
    }

    /// The item at or after place `index`, with its place.
    #[inline]
    pub fn next_item(&self, index: usize) -> Option<(usize, Value, Value)> {
        let place = self.next_place(index)?;
        self.entries.get().get(place).map(|entry| (place, entry.key.clone(), entry.value.clone()))
    }

    /// Adds the items of `other`, replacing values (`overwrite`) or keeping them.
    ///
    /// # Errors
    /// What `__eq__` raises; RuntimeError if that changes `other`; MemoryError.
    pub fn merge(&self, vm: &mut Vm, other: &Dict, overwrite: bool) -> Res<()> {
        if core::ptr::eq(self, other) {
            return Ok(());
        }
        if self.length.get() == 0 {
            self.keys_changed();
            return self.table.copy_from(&self.header, &other.table).map_err(|error| out_of_memory(vm, error));
        }
        let expected = other.length.get();
        let mut index = 0;
        while let Some((place, hash, key)) = other.next_key(index) {
            let Some(value) = other.entries.get().get(place).map(|entry| entry.value.clone()) else { break };
            index = place + 1;
            match self.find(vm, hash, &key)? {
                Some(found) if overwrite => {
                    // SAFETY: just found, and nothing ran since.
                    let old = core::mem::replace(unsafe { self.value_at(found) }, value);
                    drop(old);
                }
                Some(_) => {}
                None => self.insert_absent(vm, hash, key, value)?,
            }
            if other.length.get() != expected {
                return Err(vm.raise(Ex::RuntimeError, "dict mutated during update"));
            }
        }
        Ok(())
    }

    /// Makes room for `more` items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn reserve(&self, vm: &mut Vm, more: usize) -> Res<()> {
        self.table.reserve(&self.header, more).map_err(|error| out_of_memory(vm, error))
    }

    /// Takes all entries out, deleted ones included: for reordering, with [`Dict::adopt_entries`].
    pub fn take_entries(&self) -> Vec<Entry> {
        self.keys_changed();
        self.table.take(&self.header)
    }

    /// Makes these the entries: live ones, no key twice.
    ///
    /// # Errors
    /// MemoryError: the dict is empty.
    pub fn adopt_entries(&self, vm: &mut Vm, entries: Vec<Entry>) -> Res<()> {
        self.keys_changed();
        self.table.adopt(&self.header, entries).map_err(|error| out_of_memory(vm, error))
    }

    /// `dict == other`
    ///
    /// # Errors
    /// What `__eq__` of keys and values raises; RecursionError.
    pub fn equals(&self, vm: &mut Vm, other: &Dict) -> Res<bool> {
        if core::ptr::eq(self, other) {
            return self.equal_items(vm, other);
        }
        if self.length.get() != other.length.get() {
            return Ok(false);
        }
        vm.enter_native(" in comparison")?;
        let result = self.equal_items(vm, other);
        vm.leave_native();
        result
    }

    fn equal_items(&self, vm: &mut Vm, other: &Dict) -> Res<bool> {
        let mut index = 0;
        while let Some((place, hash, key)) = self.next_key(index) {
            let Some(value) = self.entries.get().get(place).map(|entry| entry.value.clone()) else { break };
            index = place + 1;
            match other.get_hashed(vm, hash, &key)? {
                Some(theirs) if vm.equal(&value, &theirs)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// A copy of a dict, as an exact dict.
///
/// # Errors
/// MemoryError.
pub fn copy(vm: &mut Vm, dict: &Dict) -> Res<Value> {
    let value = vm.new_dict();
    if let Some(copy) = value.get::<Dict>() {
        copy.table.copy_from(&copy.header, &dict.table).map_err(|error| out_of_memory(vm, error))?;
    }
    Ok(value)
}
