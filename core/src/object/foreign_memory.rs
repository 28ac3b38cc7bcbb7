//! Memory as C has it: what instances of `ctypes` types are. The bytes are the object's own, another one's, or nobody's: an address that somebody
//! vouched for. What they mean is the host's business; here they are a buffer like others.

use super::class::Class;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::Vm;
use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use alloc::vec::Vec;
use core::cell::{Cell, UnsafeCell};
use core::ptr::NonNull;

/// Bytes that lie in the object itself.
const INSIDE: usize = 16;
/// Alignment of larger ones, unless more is asked for.
const ALIGNMENT: usize = 16;

/// Bytes and who keeps them.
#[repr(C)]
pub struct ForeignMemory {
    pub header: Header,
    address: Cell<*mut u8>,
    size: Cell<usize>,
    /// Memory that the object has allocated, and must free. The last is in use; others were, before it was resized: what shares them may still be there.
    owned: Mut<Vec<(NonNull<u8>, Layout)>>,
    inside: UnsafeCell<[u64; INSIDE / 8]>,
    /// The object whose memory this is a part of; None: there is none.
    pub base: Mut<Value>,
    /// The place in `base` that it was taken from.
    pub index: Cell<usize>,
    /// What must live as long as these bytes.
    pub objects: Mut<Value>,
    /// What the bytes are, for `memoryview`: a tuple of format, size of an item, and lengths; None: bytes.
    pub description: Mut<Value>,
    /// What else the type of the object keeps in it.
    pub more: Mut<Value>,
    /// Views of it.
    pub exports: Cell<usize>,
}

object!(
    ForeignMemory,
    Kind::Other,
    "_CData",
    |this, visit| {
        visit(this.base.get());
        visit(this.objects.get());
        visit(this.description.get());
        visit(this.more.get());
    },
    |this| drop((this.objects.replace(Value::NONE), this.more.replace(Value::NONE)))
);

impl Drop for ForeignMemory {
    fn drop(&mut self) {
        for (address, layout) in self.owned.take() {
            heap_of(&self.header).discharge(layout.size());
            // SAFETY: allocated with this layout, and freed once.
            unsafe { dealloc(address.as_ptr(), layout) };
        }
    }
}

impl ForeignMemory {
    /// The first byte.
    pub fn address(&self) -> *mut u8 {
        self.address.get()
    }

    /// How many bytes there are.
    pub fn size(&self) -> usize {
        self.size.get()
    }

    /// Does the object have bytes of its own? Only they can be resized.
    pub fn is_owner(&self) -> bool {
        !self.owned.get().is_empty() || core::ptr::eq(self.address.get(), self.inside.get().cast())
    }

    /// The bytes. Foreign code, and other objects, may change them: not to be held across anything that runs.
    pub fn bytes(&self) -> &[u8] {
        if self.size.get() == 0 || self.address.get().is_null() {
            return &[];
        }
        // SAFETY: whoever made the object vouched for the address; `base` keeps it.
        unsafe { core::slice::from_raw_parts(self.address.get(), self.size.get()) }
    }

    /// The bytes, to be changed. As with [`ForeignMemory::bytes`].
    #[allow(clippy::mut_from_ref)] // as `Mut::get_mut`
    pub fn bytes_mut(&self) -> &mut [u8] {
        if self.size.get() == 0 || self.address.get().is_null() {
            return &mut [];
        }
        // SAFETY: as in `bytes`.
        unsafe { core::slice::from_raw_parts_mut(self.address.get(), self.size.get()) }
    }

    /// Makes the object have `size` bytes, of its own. The old ones are copied. False: no memory.
    #[must_use]
    pub fn resize(&self, size: usize) -> bool {
        if size > INSIDE || !self.owned.get().is_empty() {
            let alignment = self.owned.get().last().map_or(ALIGNMENT, |(_, layout)| layout.align());
            let Ok(layout) = Layout::from_size_align(size.max(1), alignment) else { return false };
            // SAFETY: the size is not 0.
            let Some(address) = NonNull::new(unsafe { alloc_zeroed(layout) }) else { return false };
            // SAFETY: as many bytes as there are in both; the new ones are nobody else's.
            unsafe { core::ptr::copy_nonoverlapping(self.address.get(), address.as_ptr(), self.size.get().min(size)) };
            heap_of(&self.header).charge(layout.size());
            self.owned.get_mut().push((address, layout));
            self.address.set(address.as_ptr());
        }
        let before = self.size.replace(size);
        if let Some(new) = self.bytes_mut().get_mut(before..) {
            new.fill(0);
        }
        true
    }
}

/// Where the bytes of a new object are.
pub enum Place {
    /// In memory of its own: zeros, with this alignment.
    Own(usize),
    /// At an address that the caller vouches for.
    At(*mut u8),
}

/// A new object of a class with this layout; None: no memory.
///
/// # Safety
/// A given address has so many bytes for as long as the object, or what is given as its `base`, lives.
pub unsafe fn create(vm: &mut Vm, class: &Class, size: usize, place: Place, base: Value, description: Value) -> Option<Value> {
    if vm.heap.check(size).is_err() {
        return None;
    }
    let owned = match place {
        Place::Own(alignment) if size > INSIDE || alignment > 8 => {
            let layout = Layout::from_size_align(size.max(1), alignment.max(ALIGNMENT)).ok()?;
            // SAFETY: the size is not 0.
            Some((NonNull::new(unsafe { alloc_zeroed(layout) })?, layout))
        }
        _ => None,
    };
    if let Some((_, layout)) = owned {
        vm.heap.charge(layout.size());
    }
    let value = vm.heap.new_object(class, |header| ForeignMemory {
        header,
        address: Cell::new(core::ptr::null_mut()),
        size: Cell::new(size),
        owned: Mut::new(owned.into_iter().collect()),
        inside: UnsafeCell::new([0; INSIDE / 8]),
        base: Mut::new(base),
        index: Cell::new(0),
        objects: Mut::new(Value::NONE),
        description: Mut::new(description),
        more: Mut::new(Value::NONE),
        exports: Cell::new(0),
    });
    if let Some(memory) = value.get::<ForeignMemory>() {
        memory.address.set(match (place, owned) {
            (Place::At(address), _) => address,
            (_, Some((address, _))) => address.as_ptr(),
            // Objects do not move.
            (_, None) => memory.inside.get().cast(),
        });
    }
    Some(value)
}
