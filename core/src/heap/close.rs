//! The end of a heap: every object drops what it holds outside of the heap, then the pages go.
//!
//! When a VM ends, its classes, modules and functions still refer to each other in circles. Nothing is freed one by one any more: objects that
//! lose their last reference are left where they are, each object's fields are dropped once, and the memory goes as a whole. Dropping
//! fields may look at other objects' headers and plain words, which stay intact, and at nothing else of theirs.

use super::Heap;
use crate::object::class::Class;
use crate::object::header::{Header, Kind, SUBCLASS};
use crate::object::value::Value;
use alloc::vec::Vec;

impl Heap {
    /// The VM is about to drop its own values: from now on objects stay where they are.
    pub(crate) fn close(&self) {
        let finalizers = self.finalizers.take();
        drop(finalizers);
        self.draining.set(true);
        self.closing.set(true);
    }

    /// Objects may be half dropped already: an object that is being dropped must not look into others.
    pub fn is_closing(&self) -> bool {
        self.closing.get()
    }

    fn end_all(&self) {
        self.close();
        let (mut classes, mut others): (Vec<*mut Header>, Vec<*mut Header>) = (Vec::new(), Vec::new());
        self.for_each(|header| {
            let list = if header.kind() == Kind::Class { &mut classes } else { &mut others };
            list.push(core::ptr::from_ref(header).cast_mut());
        });
        for header in others {
            // SAFETY: a whole object, whose fields are dropped here and nowhere else; shapes and layouts of classes are intact.
            unsafe {
                let object = &*header;
                let class = object.class();
                if object.flags() & SUBCLASS != 0
                    && let Some(attributes) = class.attributes_of(object)
                {
                    attributes.drop_in_place(object);
                }
                (class.layout.drop)(header);
            }
        }
        // Classes know each other both ways.
        let links: Vec<Vec<Value>> = classes
            .iter()
            .map(|&header| {
                // SAFETY: a whole class.
                let class = unsafe { &*header.cast::<Class>() };
                drop(class.subclasses.take());
                class.bases.take()
            })
            .collect();
        drop(links);
        for header in classes {
            // SAFETY: as above; classes have the layout of classes.
            unsafe { core::ptr::drop_in_place(header.cast::<Class>()) };
        }
        drop(self.dying.take());
        self.release_all();
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.end_all();
    }
}
