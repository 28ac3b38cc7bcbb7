//! `dict`: insertion-ordered. Entries lie in a vector; a hash table of indices finds them.

use super::header::{Header, Kind, Mut};
use super::str::Str;
use super::value::Value;
use crate::object;
use alloc::vec::Vec;
use core::cell::Cell;
use hashbrown::HashTable;

/// One item; a deleted one has an undefined key.
pub struct Entry {
    pub hash: u64,
    pub key: Value,
    pub value: Value,
}

/// A dict.
#[repr(C)]
pub struct Dict {
    pub header: Header,
    pub(crate) entries: Mut<Vec<Entry>>,
    table: Mut<HashTable<u32>>,
    /// Number of items.
    pub length: Cell<usize>,
    /// Identifies the set of keys and their places in `entries`: never the same for two dicts, new after every insertion,
    /// deletion and reordering; not after a value changed. Inline caches compare it. 0: nobody asked since the last change.
    keys_version: Cell<u64>,
}

object!(Dict, Kind::Dict, "dict", |this, visit| for entry in this.entries.get() { visit(&entry.key); visit(&entry.value); }, |this| this.clear_items());

/// Mixes a Python hash for the table: integers hash to themselves, and the table looks at the top bits too.
#[inline(always)]
fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_right(20)
}

impl Dict {
    /// The fields of an empty dict.
    pub(crate) fn empty(header: Header) -> Dict {
        Dict { header, entries: Mut::default(), table: Mut::default(), length: Cell::new(0), keys_version: Cell::new(0) }
    }

    /// The current version of the set of keys; `next` supplies a fresh number when needed.
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

    /// The index in the entries of the key with this hash for which `same` holds. `same` must not run Python code.
    #[inline]
    pub fn find_index(&self, hash: u64, mut same: impl FnMut(&Value) -> bool) -> Option<usize> {
        let entries = self.entries.get();
        self.table
            .get()
            .find(spread(hash), |&index| {
                // SAFETY: the table holds indices of live entries only.
                let entry = unsafe { entries.get_unchecked(index as usize) };
                entry.hash == hash && same(&entry.key)
            })
            .map(|&index| index as usize)
    }

    /// Index of an interned str.
    #[inline]
    pub fn index_of_interned(&self, name: &Value) -> Option<usize> {
        // SAFETY: names are strs.
        let string = unsafe { name.get_unchecked::<Str>() };
        self.find_index(string.hash(), |key| key.is(name) || key.get::<Str>().is_some_and(|other| !other.is_interned() && other.bytes() == string.bytes()))
    }

    /// The value of entry `index` (from a find or an inline cache whose version matched).
    ///
    /// # Safety
    /// The index is that of a live entry.
    #[inline(always)]
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

    /// Appends a key that is known not to be there.
    pub fn insert_new(&self, hash: u64, key: Value, value: Value) {
        let entries = self.entries.get_mut();
        let index = entries.len() as u32;
        entries.push(Entry { hash, key, value });
        self.table.get_mut().insert_unique(spread(hash), index, |&index| entries.get(index as usize).map_or(0, |entry| spread(entry.hash)));
        self.length.set(self.length.get() + 1);
        self.keys_changed();
    }

    /// Removes the live entry at `index`.
    pub fn remove_at(&self, index: usize) -> Entry {
        let undefined = Entry { hash: 0, key: Value::UNDEFINED, value: Value::UNDEFINED };
        let entry = match self.entries.get_mut().get_mut(index) {
            Some(place) => core::mem::replace(place, undefined),
            None => return undefined,
        };
        if let Ok(slot) = self.table.get_mut().find_entry(spread(entry.hash), |&other| other as usize == index) {
            slot.remove();
        }
        self.length.set(self.length.get() - 1);
        self.keys_changed();
        // Deleted entries at the end go at once; others when they outnumber the live ones.
        let entries = self.entries.get_mut();
        while entries.last().is_some_and(|last| last.key.is_undefined()) {
            entries.pop();
        }
        if entries.len() > 32 && entries.len() > 2 * self.length.get() {
            self.compact();
        }
        entry
    }

    fn compact(&self) {
        let entries = self.entries.get_mut();
        entries.retain(|entry| !entry.key.is_undefined());
        let table = self.table.get_mut();
        table.clear();
        for (index, entry) in entries.iter().enumerate() {
            table.insert_unique(spread(entry.hash), index as u32, |&index| entries.get(index as usize).map_or(0, |entry| spread(entry.hash)));
        }
        self.keys_changed();
    }

    /// Keys and values, copied.
    pub fn items(&self) -> Vec<(Value, Value)> {
        self.entries.get().iter().filter(|entry| !entry.key.is_undefined()).map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// Removes everything.
    pub fn clear_items(&self) {
        let entries = self.entries.take();
        drop(self.table.take());
        self.length.set(0);
        self.keys_changed();
        drop(entries);
    }
}
