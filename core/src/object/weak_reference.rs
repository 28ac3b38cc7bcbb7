//! `weakref.ref`: a reference that does not keep its target alive.

use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use core::cell::Cell;

/// A weak reference.
#[repr(C)]
pub struct WeakReference {
    pub header: Header,
    /// Null once the target is dead.
    pub target: Cell<*const Header>,
    pub callback: Mut<Option<Value>>,
    /// Hash of the target, once somebody asked while it lived.
    pub hash: Cell<Option<u64>>,
    /// The proxy that it is the inside of; null: it is none's, or of one that is gone. Not counted.
    pub proxy: Cell<*const Header>,
}

object!(
    WeakReference,
    Kind::Other,
    "weakref",
    |this, visit| {
        if let Some(callback) = this.callback.get() {
            visit(callback);
        }
    },
    |this| this.callback.set(None)
);

impl WeakReference {
    /// The proxy that it is the inside of.
    pub fn proxy(&self) -> Option<Value> {
        let proxy = self.proxy.get();
        // SAFETY: a proxy takes itself out when it dies; one whose count is zero is dying.
        if proxy.is_null() || unsafe { (*proxy).count() } == 0 { None } else { Some(unsafe { Value::from_header(proxy) }) }
    }

    /// The target, if it lives.
    pub fn target(&self) -> Option<Value> {
        let target = self.target.get();
        // SAFETY: the heap clears the pointer before the target's memory goes; a target whose count is zero is dying.
        if target.is_null() || unsafe { (*target).count() } == 0 { None } else { Some(unsafe { Value::from_header(target) }) }
    }
}

impl Drop for WeakReference {
    fn drop(&mut self) {
        let target = self.target.get();
        if !target.is_null() {
            // SAFETY: not cleared, so the target's memory is still there.
            let target = unsafe { &*target };
            heap_of(target).weak.remove(target, self);
        }
    }
}
