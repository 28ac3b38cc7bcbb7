//! The cycle collector: finds objects that only refer to each other, as CPython's does.
//!
//! Every object gets a counter: its references minus those that other objects hold. What is left comes from outside (registers,
//! the VM, native state): those objects and all they reach live on. The rest is garbage: finalizers are queued first (what
//! they can reach survives this round), weak references to the rest are cleared, then each object drops what it holds.

use super::{FINALIZED, Finalizer, HAS_WEAK_REFERENCES, Heap, LARGE, LargeBlock, PAGE_SIZE, SUBCLASS, cell_index};
use crate::object::class::CLASS_HEAP;
use crate::object::generator::Generator;
use crate::object::header::{Header, Kind, Object};
use crate::object::value::Value;
use crate::object::weak_reference::WeakReference;
use alloc::vec;
use alloc::vec::Vec;
use core::ptr::null_mut;

/// Counter of objects known to live.
const REACHED: u32 = u32::MAX;

/// The object's counter, while a collection runs.
///
/// # Safety
/// The pages' counters are in place.
unsafe fn counter(header: *const Header) -> *mut u32 {
    // SAFETY: the caller vouches; the object lies in a page or behind a large block's prefix.
    unsafe {
        if (*header).flags() & LARGE != 0 {
            (*(header as *const LargeBlock).sub(1)).counter.as_ptr()
        } else {
            let (page, index) = cell_index(header);
            (*page).counters.get().add(index)
        }
    }
}

/// Calls back for every value that the object owns, its class (if it was made by the program) and attributes included.
fn traverse(object: &Header, visit: &mut dyn FnMut(*const Header)) {
    let mut each = |value: &Value| {
        if let Some(header) = value.header() {
            visit(header);
        }
    };
    let class = object.class();
    // SAFETY: the layout is the object's own.
    unsafe { (class.layout.traverse)(object, &mut each) };
    if object.flags() & SUBCLASS != 0
        && let Some(attributes) = class.attributes_of(object)
    {
        attributes.traverse(object, &mut each);
    }
    // The VM keeps builtin classes: they are never garbage.
    if class.has(CLASS_HEAP) {
        visit(&class.header);
    }
}

impl Heap {
    /// Frees garbage cycles. Returns the number of unreachable objects found. Runs no Python code.
    pub fn collect(&self) -> usize {
        let mut storage: Vec<Vec<u32>> = Vec::new();
        let mut page = self.pages.get();
        while !page.is_null() {
            // SAFETY: pages on the list are live.
            unsafe {
                let mut counters = vec![0u32; (*page).cells.get() as usize];
                (*page).counters.set(counters.as_mut_ptr());
                storage.push(counters);
                page = (*page).next;
            }
        }
        // SAFETY: counters are in place for all pages until the end of this function; objects are alive while they are visited.
        let garbage = unsafe { self.find_garbage() };
        let mut page = self.pages.get();
        while !page.is_null() {
            // SAFETY: pages on the list are live.
            unsafe {
                (*page).counters.set(null_mut());
                page = (*page).next;
            }
        }
        drop(storage);
        let found = garbage.len();
        // The garbage is held while it is taken apart, so that nothing dies in the middle. Weak references that are garbage themselves have
        // nobody to tell.
        let callbacks: Vec<Value> = garbage.iter().filter_map(|object| object.get::<WeakReference>()?.callback.take()).collect();
        for object in &garbage {
            if let Some(header) = object.header()
                && header.flags() & HAS_WEAK_REFERENCES != 0
            {
                self.weak.target_died(self, header);
            }
        }
        for object in &garbage {
            if let Some(header) = object.header() {
                let class = header.class();
                if header.flags() & SUBCLASS != 0
                    && let Some(attributes) = class.attributes_of(header)
                {
                    attributes.clear(header);
                }
                // SAFETY: the layout is the object's own.
                unsafe { (class.layout.clear)(header) };
            }
        }
        drop(callbacks);
        drop(garbage);
        let used = self.used.get();
        self.collect_at.set(used + used.max(super::FIRST_COLLECTION));
        found
    }

    /// Could anybody notice what a collection does? Is there an object with a finalizer, or a weak reference with a callback, besides `kept` and the
    /// objects with finalizers that those hold?
    pub fn has_finalizers_besides(&self, kept: &[Value]) -> bool {
        let mut known: Vec<*const Header> = kept.iter().filter_map(Value::header).filter(|header| needs_finalizer(header)).map(core::ptr::from_ref).collect();
        let mut next = 0;
        while let Some(&holder) = known.get(next) {
            next += 1;
            let mut held: Vec<*const Header> = Vec::new();
            // SAFETY: objects that are alive, which nothing changes meanwhile.
            unsafe {
                traverse(&*holder, &mut |child| held.push(child));
                held.retain(|&child| needs_finalizer(&*child) && !known.contains(&child));
            }
            known.extend(held);
        }
        let mut found = false;
        self.for_each(|object| {
            found = found || needs_finalizer(object) && !known.contains(&core::ptr::from_ref(object)) || has_callback(object);
        });
        found
    }

    /// # Safety
    /// Counters are in place.
    unsafe fn find_garbage(&self) -> Vec<Value> {
        // SAFETY: see the caller; every pointer below comes from a live object.
        unsafe {
            self.for_each(|object| *counter(object) = object.count());
            self.for_each(|object| {
                traverse(object, &mut |child| {
                    let counter = counter(child);
                    *counter = (*counter).wrapping_sub(1);
                });
            });
            let mut pending: Vec<*const Header> = Vec::new();
            self.for_each(|object| {
                if *counter(object) != 0 {
                    pending.push(object);
                    *counter(object) = REACHED;
                }
            });
            Self::mark(&mut pending);
            // What is left is unreachable; objects with finalizers bring themselves and what they reach back for one more round.
            // Counters cannot be zero by accident: a live object's was raised above.
            let mut unreached: Vec<*const Header> = Vec::new();
            self.for_each(|object| {
                if *counter(object) == 0 {
                    unreached.push(object);
                }
            });
            for &object in unreached.iter().filter(|&&object| needs_finalizer(&*object)) {
                (*object).set_flag(FINALIZED);
                self.finalizers.get_mut().push(Finalizer::Delete(Value::from_header(object)));
                self.request_attention();
                if *counter(object) == 0 {
                    *counter(object) = REACHED;
                    pending.push(object);
                }
            }
            Self::mark(&mut pending);
            unreached.into_iter().filter(|&object| *counter(object) == 0).map(|object| Value::from_header(object)).collect()
        }
    }

    /// # Safety
    /// Counters are in place; the pointers are those of live objects, counted as reached.
    unsafe fn mark(pending: &mut Vec<*const Header>) {
        while let Some(object) = pending.pop() {
            // SAFETY: the caller vouches.
            unsafe {
                traverse(&*object, &mut |child| {
                    let counter = counter(child);
                    if *counter != REACHED {
                        *counter = REACHED;
                        pending.push(child);
                    }
                });
            }
        }
    }

    /// Live objects, and one more for each 64 bytes outside of pages.
    pub fn block_count(&self) -> usize {
        let mut count = 0;
        self.for_each(|_| count += 1);
        count + self.used().saturating_sub(self.page_count() * PAGE_SIZE) / 64
    }

    /// All live objects that are containers, for `gc.get_objects`.
    pub fn objects(&self) -> Vec<Value> {
        let mut objects = Vec::new();
        self.for_each(|object| {
            if object.count() > 0 && !matches!(object.kind(), Kind::Str | Kind::Int | Kind::Float | Kind::Bytes | Kind::Continuation) {
                // SAFETY: a live object of this heap.
                objects.push(unsafe { Value::from_header(object) });
            }
        });
        objects
    }
}

fn has_callback(object: &Header) -> bool {
    core::ptr::eq(object.class().layout, WeakReference::LAYOUT) && {
        // SAFETY: the layout is that of weak references.
        unsafe { &*core::ptr::from_ref(object).cast::<WeakReference>() }.callback.get().is_some()
    }
}

fn needs_finalizer(object: &Header) -> bool {
    if object.flags() & FINALIZED != 0 {
        return false;
    }
    if object.flags() & SUBCLASS != 0 && object.class().has_finalizer.get() {
        return true;
    }
    // SAFETY: the kind tells the layout.
    object.kind() == Kind::Generator && crate::vm::ops::generators::needs_closing(unsafe { &*(object as *const Header as *const Generator) })
}
