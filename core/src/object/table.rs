//! The insertion-ordered hash table behind `dict` and `set`: entries in a vector, and (beyond a few) a hash table of their
//! indices. Lookups of strs and small ints compare without leaving this file; other keys are compared through the VM, which may
//! run Python code, so nothing is borrowed meanwhile and the answer is looked at again afterwards.

use super::header::{Header, Mut};
use super::str::Str;
use super::value::{Value, bits};
use crate::heap::{OutOfMemory, heap_of};
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;
use hashbrown::HashTable;

/// One item; a deleted one has an undefined key.
pub struct Entry<V> {
    pub hash: u64,
    pub key: Value,
    pub value: V,
}

/// No key has this hash: Python hashes are never -1.
const NO_HASH: u64 = u64::MAX;

/// What a deleted entry has for a value.
pub trait Absent {
    fn absent() -> Self;
}

impl Absent for Value {
    fn absent() -> Value {
        Value::UNDEFINED
    }
}

impl Absent for () {
    fn absent() {}
}

/// Up to so many entries are searched one by one, without a hash table.
const LINEAR_ENTRIES: usize = 8;
/// Holes are tolerated up to this many entries, however few of them live.
const SMALL_ENTRIES: usize = 32;

/// Entries in order of insertion, found by hash.
pub struct Table<V> {
    pub(crate) entries: Mut<Vec<Entry<V>>>,
    index: Mut<HashTable<u32>>,
    /// Number of live entries.
    pub length: Cell<usize>,
    /// The hash table is in use: it holds every live entry.
    indexed: Cell<bool>,
    /// No entry before this place lives: a table used as a queue does not search its holes again and again.
    first: Cell<u32>,
}

/// Mixes a Python hash for the index. Integers hash to themselves: neighbours stay in one cache line, while the block of 256 they lie in is
/// scattered; the top seven bits, by which the index tells entries of a group apart, differ between neighbours.
#[inline(always)]
fn spread(hash: u64) -> u64 {
    let block = (hash >> 8).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let place = hash ^ (block >> 32);
    (place & (u64::MAX >> 7)) | ((block ^ (hash << 57)) & !(u64::MAX >> 7))
}

/// The hash of a small int.
#[inline(always)]
pub fn hash_small_int(number: i64) -> u64 {
    const MODULUS: i64 = (1 << 61) - 1;
    if number > -MODULUS && number < MODULUS {
        if number == -1 { -2i64 as u64 } else { number as u64 }
    } else {
        let rest = number % MODULUS;
        if rest == -1 { -2i64 as u64 } else { rest as u64 }
    }
}

/// The hash of a key, without a call for strs and small ints.
///
/// # Errors
/// What `__hash__` raises; the caller rewords "unhashable type".
#[inline(always)]
pub fn hash_of(vm: &mut Vm, key: &Value) -> Res<u64> {
    if let Some(number) = key.as_small_int() {
        return Ok(hash_small_int(number));
    }
    match key.get_exact::<Str>() {
        Some(text) => Ok(text.hash()),
        None => vm.hash(key),
    }
}

/// Can equality with a str or an int be decided without the object's methods? True: it is not equal to an exact str or small int that is another word.
#[inline(always)]
pub fn is_plain(key: &Value) -> bool {
    key.bits() & bits::INT_MASK == bits::INT_TAG || key.get_exact::<Str>().is_some() || key.is_none()
}

impl<V> Table<V> {
    pub fn new() -> Table<V> {
        Table { entries: Mut::new(Vec::new()), index: Mut::new(HashTable::new()), length: Cell::new(0), indexed: Cell::new(false), first: Cell::new(0) }
    }

    /// Bytes of the buffers.
    pub fn bytes(&self) -> usize {
        self.entries.get().capacity() * size_of::<Entry<V>>() + self.index.get().allocation_size()
    }

    /// The index in the entries of the key with this hash for which `same` holds. `same` must not run Python code.
    #[inline(always)]
    pub fn find_index(&self, hash: u64, mut same: impl FnMut(&Value) -> bool) -> Option<usize> {
        let entries = self.entries.get();
        if !self.indexed.get() {
            return entries.iter().position(|entry| entry.hash == hash && same(&entry.key));
        }
        self.index
            .get()
            .find(spread(hash), |&index| {
                // SAFETY: the index holds places of live entries only.
                let entry = unsafe { entries.get_unchecked(index as usize) };
                entry.hash == hash && same(&entry.key)
            })
            .map(|&index| index as usize)
    }

    /// The place of a str or small int, whose hash is `hash`, if no Python code is needed to tell; None: it is, or the key is something else.
    #[inline(always)]
    fn find_natively(&self, hash: u64, key: &Value) -> Option<Option<usize>> {
        let mut others = false;
        let found = if let Some(text) = key.get_exact::<Str>() {
            self.find_index(hash, |candidate| {
                candidate.is(key)
                    || match candidate.get_exact::<Str>() {
                        Some(other) => other.size == text.size && !(other.is_interned() && text.is_interned()) && other.bytes() == text.bytes(),
                        None => {
                            others |= !is_plain(candidate);
                            false
                        }
                    }
            })
        } else if key.as_small_int().is_some() {
            self.find_index(hash, |candidate| {
                candidate.is(key) || {
                    others |= !is_plain(candidate);
                    false
                }
            })
        } else {
            return None;
        };
        (found.is_some() || !others).then_some(found)
    }

    /// The place of a str or small int, if no Python code is needed to tell; None: it is, or the key is something else.
    pub fn find_plain(&self, key: &Value) -> Option<Option<usize>> {
        let hash = match key.as_small_int() {
            Some(number) => hash_small_int(number),
            None => key.get_exact::<Str>()?.hash(),
        };
        self.find_natively(hash, key)
    }

    /// The place of `key`, whose hash is `hash`.
    ///
    /// # Errors
    /// What `__eq__` of a key raises.
    #[inline]
    pub fn find(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Option<usize>> {
        match self.find_natively(hash, key) {
            Some(found) => Ok(found),
            None => self.find_general(vm, hash, key),
        }
    }

    #[inline(never)]
    fn find_general(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Option<usize>> {
        'again: loop {
            if let Some(index) = self.find_index(hash, |candidate| candidate.is(key)) {
                return Ok(Some(index));
            }
            // More than a few keys with one hash are rare: no allocation for them.
            let mut few = [0; 4];
            let mut count = 0;
            let mut more = Vec::new();
            self.candidates(hash, |index| {
                match few.get_mut(count) {
                    Some(place) => *place = index,
                    None => more.push(index),
                }
                count += 1;
            });
            for &index in few.iter().take(count).chain(&more) {
                let Some(candidate) = self.key_at(index) else { continue 'again };
                let equal = vm.equal(&candidate, key)?;
                // Python code may have run: what was compared must still be there.
                if !self.entries.get().get(index).is_some_and(|entry| entry.key.is(&candidate)) {
                    continue 'again;
                }
                if equal {
                    return Ok(Some(index));
                }
            }
            return Ok(None);
        }
    }

    /// Shows the places of all keys with this hash.
    fn candidates(&self, hash: u64, mut visit: impl FnMut(usize)) {
        let entries = self.entries.get();
        let fits = |index: usize| entries.get(index).is_some_and(|entry| entry.hash == hash && !entry.key.is_undefined());
        if self.indexed.get() {
            self.index.get().iter_hash(spread(hash)).map(|&index| index as usize).filter(|&index| fits(index)).for_each(visit);
        } else {
            (0..entries.len()).filter(|&index| fits(index)).for_each(&mut visit);
        }
    }

    /// The key of the live entry at `index`.
    #[inline]
    pub fn key_at(&self, index: usize) -> Option<Value> {
        self.entries.get().get(index).filter(|entry| !entry.key.is_undefined()).map(|entry| entry.key.clone())
    }

    /// The first live entry at or after `index`: its place, hash and key.
    #[inline]
    pub fn next_key(&self, index: usize) -> Option<(usize, u64, Value)> {
        let place = self.next_place(index)?;
        self.entries.get().get(place).map(|entry| (place, entry.hash, entry.key.clone()))
    }

    /// The place of the first live entry at or after `index`.
    #[inline]
    pub fn next_place(&self, index: usize) -> Option<usize> {
        let first = self.first.get() as usize;
        let mut place = index.max(first);
        while self.entries.get().get(place)?.key.is_undefined() {
            place += 1;
        }
        if index <= first {
            self.first.set(place as u32);
        }
        Some(place)
    }

    /// The last live entry before `end`.
    pub fn previous(&self, end: usize) -> Option<usize> {
        let entries = self.entries.get();
        (0..end.min(entries.len())).rev().find(|&index| entries.get(index).is_some_and(|entry| !entry.key.is_undefined()))
    }

    /// Makes room for `more` entries, counted by the heap of `owner`.
    ///
    /// # Errors
    /// OutOfMemory: nothing changed.
    pub fn reserve(&self, owner: &Header, more: usize) -> Result<(), OutOfMemory> {
        let before = self.bytes();
        let entries = self.entries.get_mut();
        let wanted = entries.len() + more;
        if wanted > entries.capacity() {
            if wanted >= u32::MAX as usize {
                return Err(OutOfMemory);
            }
            let capacity = wanted.max(entries.capacity() * 2).max(4);
            heap_of(owner).check((capacity - entries.capacity()) * (size_of::<Entry<V>>() + 5))?;
            entries.try_reserve_exact(capacity - entries.len()).map_err(|_| OutOfMemory)?;
        }
        if wanted > LINEAR_ENTRIES {
            if !self.indexed.get() {
                self.build_index()?;
            }
            let index = self.index.get_mut();
            if index.len() + more > index.capacity() {
                index.try_reserve(more.max(index.len()), |&place| entries.get(place as usize).map_or(0, |entry| spread(entry.hash))).map_err(|_| OutOfMemory)?;
            }
        }
        heap_of(owner).charge(self.bytes().saturating_sub(before));
        Ok(())
    }

    fn build_index(&self) -> Result<(), OutOfMemory> {
        let entries = self.entries.get();
        let index = self.index.get_mut();
        let rehash = |&place: &u32| entries.get(place as usize).map_or(0, |entry| spread(entry.hash));
        index.clear();
        index.try_reserve(entries.len() + 1, rehash).map_err(|_| OutOfMemory)?;
        for (place, entry) in entries.iter().enumerate() {
            if !entry.key.is_undefined() {
                index.insert_unique(spread(entry.hash), place as u32, rehash);
            }
        }
        self.indexed.set(true);
        Ok(())
    }

    /// Is there room for one more entry without growing?
    #[inline(always)]
    fn has_room(&self) -> bool {
        let entries = self.entries.get();
        let count = entries.len();
        count < entries.capacity() && (count < LINEAR_ENTRIES && !self.indexed.get() || self.indexed.get() && self.index.get().len() < self.index.get().capacity())
    }

    /// Appends a key that is known not to be there.
    ///
    /// # Errors
    /// OutOfMemory: nothing changed.
    #[inline]
    pub fn insert(&self, owner: &Header, hash: u64, key: Value, value: V) -> Result<(), OutOfMemory> {
        if !self.has_room() {
            self.make_room(owner)?;
        }
        let entries = self.entries.get_mut();
        let place = entries.len() as u32;
        entries.push(Entry { hash, key, value });
        if self.indexed.get() {
            self.index.get_mut().insert_unique(spread(hash), place, |&index| entries.get(index as usize).map_or(0, |entry| spread(entry.hash)));
        }
        self.length.set(self.length.get() + 1);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn make_room(&self, owner: &Header) -> Result<(), OutOfMemory> {
        if self.entries.get().len() > LINEAR_ENTRIES && self.entries.get().len() > 2 * self.length.get() {
            self.compact();
        }
        self.reserve(owner, 1)
    }

    /// Removes the live entry at `index`. May renumber the others.
    pub fn remove(&self, index: usize) -> Option<Entry<V>>
    where
        V: Absent,
    {
        let hole = Entry { hash: NO_HASH, key: Value::UNDEFINED, value: V::absent() };
        let entry = core::mem::replace(self.entries.get_mut().get_mut(index)?, hole);
        if self.indexed.get()
            && let Ok(slot) = self.index.get_mut().find_entry(spread(entry.hash), |&other| other as usize == index)
        {
            slot.remove();
        }
        self.length.set(self.length.get() - 1);
        if index == self.first.get() as usize {
            self.first.set(index as u32 + 1);
        }
        // Deleted entries at the end go at once; others when they outnumber the live ones.
        let entries = self.entries.get_mut();
        while entries.last().is_some_and(|last| last.key.is_undefined()) {
            entries.pop();
        }
        if entries.is_empty() {
            self.first.set(0);
        }
        if entries.len() > SMALL_ENTRIES && entries.len() > 2 * self.length.get() {
            self.compact();
        }
        Some(entry)
    }

    /// Closes the holes. The places of entries change.
    pub fn compact(&self) {
        let entries = self.entries.get_mut();
        entries.retain(|entry| !entry.key.is_undefined());
        self.first.set(0);
        if self.indexed.get() {
            let index = self.index.get_mut();
            index.clear();
            for (place, entry) in entries.iter().enumerate() {
                index.insert_unique(spread(entry.hash), place as u32, |&index| entries.get(index as usize).map_or(0, |entry| spread(entry.hash)));
            }
        }
    }

    /// Takes everything out; the table is empty when the old contents are dropped by the caller.
    pub fn take(&self, owner: &Header) -> Vec<Entry<V>> {
        heap_of(owner).discharge(self.bytes());
        self.indexed.set(false);
        self.first.set(0);
        self.length.set(0);
        drop(self.index.replace(HashTable::new()));
        self.entries.replace(Vec::new())
    }

    /// Puts back what [`Table::take`] or [`Table::copy_entries`] gave: live entries, no key twice.
    ///
    /// # Errors
    /// OutOfMemory: the table stays empty.
    pub fn adopt(&self, owner: &Header, entries: Vec<Entry<V>>) -> Result<(), OutOfMemory> {
        let count = entries.len();
        drop(self.take(owner));
        drop(self.entries.replace(entries));
        self.length.set(count);
        let built = if count > LINEAR_ENTRIES { self.build_index() } else { Ok(()) };
        heap_of(owner).charge(self.bytes());
        if built.is_err() {
            drop(self.take(owner));
        }
        built
    }

    /// The live entries, copied.
    ///
    /// # Errors
    /// OutOfMemory.
    pub fn copy_entries(&self, owner: &Header) -> Result<Vec<Entry<V>>, OutOfMemory>
    where
        V: Clone,
    {
        let length = self.length.get();
        heap_of(owner).check(length * (size_of::<Entry<V>>() + 5))?;
        let mut copy = Vec::new();
        copy.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
        copy.extend(self.entries.get().iter().filter(|entry| !entry.key.is_undefined()).map(|entry| Entry {
            hash: entry.hash,
            key: entry.key.clone(),
            value: entry.value.clone(),
        }));
        Ok(copy)
    }

    /// Becomes a copy of `other` (of the heap that `owner`, holding this table, lives in).
    ///
    /// # Errors
    /// OutOfMemory: the table is empty.
    pub fn copy_from(&self, owner: &Header, other: &Table<V>) -> Result<(), OutOfMemory>
    where
        V: Clone,
    {
        let entries = other.copy_entries(owner)?;
        if other.indexed.get() && entries.len() == other.entries.get().len() {
            // No holes: places are the same, and so is the index.
            drop(self.take(owner));
            self.length.set(entries.len());
            drop(self.entries.replace(entries));
            drop(self.index.replace(other.index.get().clone()));
            self.indexed.set(true);
            heap_of(owner).charge(self.bytes());
            return Ok(());
        }
        self.adopt(owner, entries)
    }

    /// The keys, copied.
    pub fn keys(&self) -> Vec<Value> {
        self.entries.get().iter().filter(|entry| !entry.key.is_undefined()).map(|entry| entry.key.clone()).collect()
    }
}

impl<V> Default for Table<V> {
    fn default() -> Table<V> {
        Table::new()
    }
}
