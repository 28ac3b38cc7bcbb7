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

    /// The interned string with these contents, whose hash is `hash`.
    pub fn find(&self, bytes: &[u8], hash: u64) -> Option<Value> {
        let found = self.strings.get().find(hash, |&known| {
            // SAFETY: as in `hash_of`.
            unsafe { (*known).bytes() == bytes }
        });
        // SAFETY: as in `hash_of`.
        found.map(|&known| unsafe { Value::from_header(&(*known).header) })
    }

    /// Makes this string, whose contents no interned one has, an interned one. `hash` is its hash.
    pub fn insert(&self, string: &Str, hash: u64) {
        string.header.set_flag(INTERNED);
        string.hash.set(hash);
        self.strings.get_mut().insert_unique(hash, string, hash_of);
    }

    /// The interned string dies.
    pub fn remove(&self, string: &Str) {
        if let Ok(entry) = self.strings.get_mut().find_entry(string.hash(), |&known| core::ptr::eq(known, string)) {
            entry.remove();
        }
    }
}
