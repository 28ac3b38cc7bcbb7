//! The hash table behind `set` and `frozenset`: open addressing, elements in the table itself. Places are probed as CPython does it
//! (a short run, then a jump that mixes in higher bits of the hash), and the table grows as CPython's, so that sets of integers are
//! iterated in the order that programs there have got used to.

use super::header::{Header, Mut};
use super::str::Str;
use super::table::{hash_small_int, is_plain};
use super::value::Value;
use crate::heap::{OutOfMemory, heap_of};
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// A place in the table: empty (undefined, hash 0), deleted (undefined, hash -1) or an element.
#[derive(Clone)]
pub struct Slot {
    pub hash: u64,
    pub key: Value,
}

impl Slot {
    const EMPTY: Slot = Slot { hash: 0, key: Value::UNDEFINED };
    const DELETED: Slot = Slot { hash: u64::MAX, key: Value::UNDEFINED };

    #[inline(always)]
    fn is_empty(&self) -> bool {
        self.hash == 0 && self.key.is_undefined()
    }
}

/// Places looked at one after the other before jumping.
const RUN: usize = 10;
/// Larger sets double, smaller ones quadruple.
const LARGE: usize = 50_000;
/// Smallest table.
const LEAST: usize = 8;

/// Where an element is.
enum Located {
    At(usize),
    /// Not there; this is the first empty place for it.
    Free(usize),
    /// Not there.
    Nowhere,
}

/// Elements found by hash.
pub struct SetTable {
    /// A power of two of places, or none.
    slots: Mut<Vec<Slot>>,
    /// Number of elements.
    pub length: Cell<usize>,
    /// Places that are not empty: elements and deleted ones.
    filled: Cell<usize>,
    /// Where `pop` looks next.
    finger: Cell<usize>,
}

impl SetTable {
    pub fn new() -> SetTable {
        SetTable { slots: Mut::new(Vec::new()), length: Cell::new(0), filled: Cell::new(0), finger: Cell::new(0) }
    }

    /// Bytes of the buffer.
    pub fn bytes(&self) -> usize {
        self.slots.get().capacity() * size_of::<Slot>()
    }

    /// Looks at the places for a hash until `stop` says so. There must be places, and `stop` must stop at an empty one.
    #[inline(always)]
    fn walk(slots: &[Slot], hash: u64, mut stop: impl FnMut(&Slot) -> bool) -> usize {
        let mask = slots.len().wrapping_sub(1);
        let mut start = hash as usize & mask;
        let mut perturbation = hash;
        loop {
            let end = if start + (RUN - 1) <= mask { start + (RUN - 1) } else { start };
            for place in start..=end {
                match slots.get(place) {
                    Some(slot) if !stop(slot) => {}
                    _ => return place,
                }
            }
            perturbation >>= 5;
            start = start.wrapping_mul(5).wrapping_add(1).wrapping_add(perturbation as usize) & mask;
        }
    }

    /// The place of `key`, whose hash is `hash`.
    ///
    /// # Errors
    /// What `__eq__` of an element raises.
    #[inline]
    pub fn find(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Option<usize>> {
        Ok(match self.locate(vm, hash, key)? {
            Located::At(place) => Some(place),
            Located::Free(_) | Located::Nowhere => None,
        })
    }

    /// The place of a str or small int, if no Python code is needed to tell; None: it is, or the key is something else.
    #[inline]
    pub fn find_plain(&self, key: &Value) -> Option<Option<usize>> {
        let hash = match key.as_small_int() {
            Some(number) => hash_small_int(number),
            None => key.get_exact::<Str>()?.hash(),
        };
        Some(match self.locate_plain(hash, key)? {
            Located::At(place) => Some(place),
            Located::Free(_) | Located::Nowhere => None,
        })
    }

    /// As [`SetTable::find`], with the place for an element that is not there.
    #[inline]
    fn locate(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Located> {
        match self.locate_plain(hash, key) {
            Some(located) => Ok(located),
            None => Ok(self.find_general(vm, hash, key)?.map_or(Located::Nowhere, Located::At)),
        }
    }

    /// As [`SetTable::locate`] if no Python code is needed to tell.
    #[inline(always)]
    fn locate_plain(&self, hash: u64, key: &Value) -> Option<Located> {
        let slots = self.slots.get();
        if self.length.get() == 0 {
            return Some(Located::Nowhere);
        }
        let mut others = false;
        let place = if key.as_small_int().is_some() {
            SetTable::walk(slots, hash, |slot| {
                slot.key.is(key) || slot.is_empty() || {
                    others |= slot.hash == hash && !is_plain(&slot.key) && !slot.key.is_undefined();
                    false
                }
            })
        } else if let Some(text) = key.get_exact::<Str>() {
            SetTable::walk(slots, hash, |slot| {
                slot.key.is(key)
                    || slot.is_empty()
                    || slot.hash == hash
                        && match slot.key.get_exact::<Str>() {
                            Some(other) => other.size == text.size && other.bytes() == text.bytes(),
                            None => {
                                others |= !is_plain(&slot.key) && !slot.key.is_undefined();
                                false
                            }
                        }
            })
        } else {
            return None;
        };
        let slot = slots.get(place).filter(|slot| !slot.key.is_undefined());
        match slot {
            Some(slot) if !others || slot.key.is(key) => Some(Located::At(place)),
            _ if others => None,
            _ => Some(Located::Free(place)),
        }
    }

    /// Adds an element unless it is there. Returns where an equal one is.
    ///
    /// # Errors
    /// What `__eq__` of an element raises, MemoryError.
    #[inline]
    pub fn add(&self, vm: &mut Vm, owner: &Header, hash: u64, key: Value) -> Res<Option<usize>> {
        let added = match self.locate(vm, hash, &key)? {
            Located::At(place) => return Ok(Some(place)),
            Located::Free(place) => self.put(owner, place, hash, key),
            Located::Nowhere => self.insert(owner, hash, key),
        };
        match added {
            Ok(()) => Ok(None),
            Err(OutOfMemory) => Err(vm.memory_error()),
        }
    }

    #[inline(never)]
    fn find_general(&self, vm: &mut Vm, hash: u64, key: &Value) -> Res<Option<usize>> {
        'again: loop {
            let mut few = [0; 4];
            let mut count = 0;
            let mut more = Vec::new();
            let slots = self.slots.get();
            if slots.is_empty() {
                return Ok(None);
            }
            let mut identical = false;
            let first = slots.as_ptr();
            let last = SetTable::walk(slots, hash, |slot| {
                identical = slot.key.is(key) && !key.is_undefined();
                if identical || slot.is_empty() {
                    return true;
                }
                if slot.hash == hash && !slot.key.is_undefined() {
                    // SAFETY: both point into the slots.
                    let place = unsafe { (slot as *const Slot).offset_from(first) } as usize;
                    match few.get_mut(count) {
                        Some(kept) => *kept = place,
                        None => more.push(place),
                    }
                    count += 1;
                }
                false
            });
            if identical {
                return Ok(Some(last));
            }
            for &place in few.iter().take(count).chain(&more) {
                let Some(candidate) = self.key_at(place) else { continue 'again };
                let equal = vm.equal(&candidate, key)?;
                // Python code may have run: what was compared must still be there.
                if !self.slots.get().get(place).is_some_and(|slot| slot.key.is(&candidate)) {
                    continue 'again;
                }
                if equal {
                    return Ok(Some(place));
                }
            }
            return Ok(None);
        }
    }

    /// The element at a place.
    #[inline]
    pub fn key_at(&self, place: usize) -> Option<Value> {
        self.slots.get().get(place).filter(|slot| !slot.key.is_undefined()).map(|slot| slot.key.clone())
    }

    /// The first element at or after `place`: its place, hash and key.
    #[inline]
    pub fn next_key(&self, place: usize) -> Option<(usize, u64, Value)> {
        let slots = self.slots.get().get(place..)?;
        let (distance, slot) = slots.iter().enumerate().find(|(_, slot)| !slot.key.is_undefined())?;
        Some((place + distance, slot.hash, slot.key.clone()))
    }

    /// Adds an element that is known not to be there.
    ///
    /// # Errors
    /// OutOfMemory.
    #[inline]
    pub fn insert(&self, owner: &Header, hash: u64, key: Value) -> Result<(), OutOfMemory> {
        if self.slots.get().is_empty() {
            self.resize(owner, 0)?;
        }
        let place = SetTable::walk(self.slots.get(), hash, Slot::is_empty);
        self.put(owner, place, hash, key)
    }

    /// Adds an element at its place, which is empty.
    #[inline]
    fn put(&self, owner: &Header, place: usize, hash: u64, key: Value) -> Result<(), OutOfMemory> {
        let slots = self.slots.get_mut();
        if let Some(slot) = slots.get_mut(place) {
            *slot = Slot { hash, key };
        }
        self.filled.set(self.filled.get() + 1);
        self.length.set(self.length.get() + 1);
        if self.filled.get() * 5 < (slots.len() - 1) * 3 { Ok(()) } else { self.grow(owner) }
    }

    #[cold]
    #[inline(never)]
    fn grow(&self, owner: &Header) -> Result<(), OutOfMemory> {
        let length = self.length.get();
        self.resize(owner, if length > LARGE { length * 2 } else { length * 4 })
    }

    /// A table with more places than `least`, the elements entered anew.
    fn resize(&self, owner: &Header, least: usize) -> Result<(), OutOfMemory> {
        let size = (least + 1).next_power_of_two().max(LEAST);
        let heap = heap_of(owner);
        let bytes = size.checked_mul(size_of::<Slot>()).ok_or(OutOfMemory)?;
        heap.check(bytes)?;
        let mut slots = Vec::new();
        slots.try_reserve_exact(size).map_err(|_| OutOfMemory)?;
        slots.resize(size, Slot::EMPTY);
        let old = self.slots.replace(slots);
        heap.charge(bytes);
        heap.discharge(old.capacity() * size_of::<Slot>());
        let slots = self.slots.get_mut();
        for slot in old {
            if !slot.key.is_undefined() {
                let place = SetTable::walk(slots, slot.hash, Slot::is_empty);
                if let Some(target) = slots.get_mut(place) {
                    *target = slot;
                }
            }
        }
        self.filled.set(self.length.get());
        Ok(())
    }

    /// Makes room for `more` elements at once.
    ///
    /// # Errors
    /// OutOfMemory.
    pub fn reserve(&self, owner: &Header, more: usize) -> Result<(), OutOfMemory> {
        let mask = self.slots.get().len().max(LEAST) - 1;
        if (self.filled.get() + more) * 5 >= mask * 3 {
            return self.resize(owner, (self.length.get() + more) * 2);
        }
        if self.slots.get().is_empty() { self.resize(owner, 0) } else { Ok(()) }
    }

    /// Removes the element at a place.
    pub fn remove(&self, place: usize) -> Option<Value> {
        let slot = self.slots.get_mut().get_mut(place).filter(|slot| !slot.key.is_undefined())?;
        let old = core::mem::replace(slot, Slot::DELETED);
        self.length.set(self.length.get() - 1);
        Some(old.key)
    }

    /// Removes some element.
    pub fn pop(&self) -> Option<Value> {
        if self.length.get() == 0 {
            return None;
        }
        let size = self.slots.get().len();
        let mut place = self.finger.get() & (size - 1);
        while self.slots.get().get(place).is_some_and(|slot| slot.key.is_undefined()) {
            place = if place + 1 < size { place + 1 } else { 0 };
        }
        self.finger.set(place + 1);
        self.remove(place)
    }

    /// After many removals: makes the table small again.
    ///
    /// # Errors
    /// OutOfMemory.
    pub fn tidy(&self, owner: &Header) -> Result<(), OutOfMemory> {
        let mask = self.slots.get().len().max(LEAST) - 1;
        if self.filled.get() - self.length.get() <= mask / 4 { Ok(()) } else { self.grow(owner) }
    }

    /// Takes everything out; the table is empty when the old contents are dropped by the caller.
    pub fn take(&self, owner: &Header) -> Vec<Slot> {
        heap_of(owner).discharge(self.bytes());
        self.length.set(0);
        self.filled.set(0);
        self.finger.set(0);
        self.slots.replace(Vec::new())
    }

    /// Exchanges the contents with those of another table in the same heap.
    pub fn swap(&self, other: &SetTable) {
        core::mem::swap(self.slots.get_mut(), other.slots.get_mut());
        self.length.swap(&other.length);
        self.filled.swap(&other.filled);
        self.finger.swap(&other.finger);
    }

    /// Adds all elements of `other` to an empty table.
    ///
    /// # Errors
    /// OutOfMemory.
    pub fn copy_from(&self, owner: &Header, other: &SetTable) -> Result<(), OutOfMemory> {
        let count = other.length.get();
        if count == 0 {
            return Ok(());
        }
        drop(self.take(owner));
        let theirs = other.slots.get();
        let size = if count * 5 >= (LEAST - 1) * 3 { (count * 2 + 1).next_power_of_two().max(LEAST) } else { LEAST };
        if size == theirs.len() && other.filled.get() == count {
            // No deleted places: the elements have the same ones in the copy.
            heap_of(owner).check(size_of_val(theirs.as_slice()))?;
            drop(self.slots.replace(theirs.clone()));
            heap_of(owner).charge(self.bytes());
        } else {
            self.resize(owner, size - 1)?;
            let slots = self.slots.get_mut();
            for slot in theirs.iter().filter(|slot| !slot.key.is_undefined()) {
                let place = SetTable::walk(slots, slot.hash, Slot::is_empty);
                if let Some(target) = slots.get_mut(place) {
                    *target = slot.clone();
                }
            }
        }
        self.length.set(count);
        self.filled.set(count);
        Ok(())
    }

    /// The elements with their hashes.
    pub fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.get().iter().filter(|slot| !slot.key.is_undefined())
    }

    /// The elements, copied.
    pub fn keys(&self) -> Vec<Value> {
        self.iter().map(|slot| slot.key.clone()).collect()
    }
}

impl Default for SetTable {
    fn default() -> SetTable {
        SetTable::new()
    }
}
