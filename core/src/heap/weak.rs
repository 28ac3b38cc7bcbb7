//! Weak references: which objects have some, and what happens to them when their target dies.

use super::{Finalizer, Heap};
use crate::object::header::{HAS_WEAK_REFERENCES, Header, Kind, Mut};
use crate::object::value::Value;
use crate::object::weak_reference::WeakReference;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Weak references by the address of their target.
#[derive(Default)]
pub struct WeakTable {
    references: Mut<HashMap<usize, Vec<*const WeakReference>, foldhash::fast::FixedState>>,
}

impl<T: Default> Default for Mut<T> {
    fn default() -> Self {
        Mut::new(T::default())
    }
}

impl WeakTable {
    /// Enters a new weak reference to `target`.
    pub fn add(&self, target: &Header, reference: &WeakReference) {
        target.set_flag(HAS_WEAK_REFERENCES);
        self.references.get_mut().entry(target as *const Header as usize).or_default().push(reference);
    }

    /// Takes out a weak reference that dies before its target.
    pub fn remove(&self, target: &Header, reference: &WeakReference) {
        let key = target as *const Header as usize;
        let table = self.references.get_mut();
        if let Some(list) = table.get_mut(&key) {
            list.retain(|&other| !core::ptr::eq(other, reference));
            if list.is_empty() {
                table.remove(&key);
                target.clear_flag(HAS_WEAK_REFERENCES);
            }
        }
    }

    /// The weak references to `target`, oldest first.
    pub fn of(&self, target: &Header) -> Vec<Value> {
        let list = self.references.get().get(&(target as *const Header as usize));
        // SAFETY: references leave the table when they die, so those in it are alive.
        list.map(|list| list.iter().map(|&reference| unsafe { Value::from_object(&*reference) }).collect()).unwrap_or_default()
    }

    /// Clears the references to a dying object and queues their callbacks, newest first as CPython calls them.
    pub(super) fn target_died(&self, heap: &Heap, target: &Header) {
        let Some(list) = self.references.get_mut().remove(&(target as *const Header as usize)) else { return };
        target.clear_flag(HAS_WEAK_REFERENCES);
        for &reference in list.iter().rev() {
            // SAFETY: references leave the table when they die, so those in it are alive (or wait in `dying`, still whole).
            let reference = unsafe { &*reference };
            reference.target.set(core::ptr::null());
            if let Some(callback) = reference.callback.take()
                && reference.header.count() > 0
                && reference.header.kind() != Kind::Free
            {
                heap.finalizers.get_mut().push(Finalizer::WeakCallback { callback, reference: Value::from_object(reference) });
                heap.request_attention();
            }
        }
    }
}
