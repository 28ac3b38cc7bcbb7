//! The object behind `array.array`: items of one machine type, one after the other. What can be done with it is in `modules::array`.

use super::class::Class;
use super::exception::Ex;
use super::header::{Header, Kind, Mut};
use super::scalar::Scalar;
use super::value::Value;
use crate::heap::heap_of;
use crate::object;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// An array. Its buffer is charged to the heap by capacity.
#[repr(C)]
pub struct Array {
    pub header: Header,
    pub scalar: Scalar,
    /// The items' bytes, in this machine's order.
    pub data: Mut<Vec<u8>>,
    /// Memoryviews that look at it: while there are any, its length stays.
    pub exports: Cell<usize>,
    /// Bytes charged to the heap.
    charged: Cell<usize>,
}

object!(Array, Kind::Other, "array.array", |this, visit| {});

impl Drop for Array {
    fn drop(&mut self) {
        heap_of(&self.header).discharge(self.charged.get());
    }
}

impl Array {
    /// Number of items.
    pub fn length(&self) -> usize {
        self.data.get().len() / self.scalar.size
    }

    /// Tells the heap of a changed capacity.
    fn recharge(&self) {
        let capacity = self.data.get().capacity();
        let heap = heap_of(&self.header);
        heap.discharge(self.charged.replace(capacity));
        heap.charge(capacity);
    }

    /// The data, to change its length; `more`: bytes to be added at most.
    ///
    /// # Errors
    /// BufferError while memoryviews look at it; MemoryError.
    pub fn resizable(&self, vm: &mut Vm, more: usize) -> Res<&mut Vec<u8>> {
        if self.exports.get() != 0 {
            return Err(vm.raise(Ex::BufferError, "cannot resize an array that is exporting buffers"));
        }
        let data = self.data.get_mut();
        if data.capacity() - data.len() < more {
            // Growing takes up to twice the room.
            vm.check_memory(data.len().checked_add(more).and_then(|size| size.checked_mul(2)))?;
            data.reserve(more);
            self.recharge();
        }
        Ok(data)
    }
}

/// An array of a class with this layout.
pub fn new_of_class(vm: &mut Vm, class: &Class, scalar: Scalar, data: Vec<u8>) -> Value {
    let value = vm.heap.new_object(class, |header| Array { header, scalar, data: Mut::new(data), exports: Cell::new(0), charged: Cell::new(0) });
    if let Some(array) = value.get::<Array>() {
        array.recharge();
    }
    value
}
