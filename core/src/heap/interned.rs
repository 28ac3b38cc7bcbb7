//! Interned strings by contents. The table holds no references: a string that dies takes itself out.

use crate::object::header::Mut;
use crate::object::str::{INTERNED, Str};
use crate::object::value::Value;
use hashbrown::HashTable;

#[derive(Default)]
pub(crate) struct Interned {
    strings: Mut<HashTable<*const Str>>,
}

fn hash_of(string: &*const Str) -> u64 {
    // SAFETY: strings leave the table before they die.
    unsafe { (**string).hash() }
}

impl Interned {
    /// Room for so many strings from the start.
    pub fn reserve(&self, count: usize) {
        self.strings.get_mut().reserve(count, hash_of);
    }

    /// The interned string with the contents of this one.
    pub fn find(&self, string: &Str) -> Option<Value> {
        let found = self.strings.get().find(string.hash(), |&known| {
            // SAFETY: as in `hash_of`.
            unsafe { (*known).bytes() == string.bytes() }
        });
        // SAFETY: as in `hash_of`.
        found.map(|&known| unsafe { Value::from_header(&(*known).header) })
    }

    /// Makes this string, whose contents no interned one has, an interned one.
    pub fn insert(&self, string: &Str) {
        string.header.set_flag(INTERNED);
        self.strings.get_mut().insert_unique(string.hash(), string, hash_of);
    }

    /// The interned string dies.
    pub fn remove(&self, string: &Str) {
        if let Ok(entry) = self.strings.get_mut().find_entry(string.hash(), |&known| core::ptr::eq(known, string)) {
            entry.remove();
        }
    }
}
