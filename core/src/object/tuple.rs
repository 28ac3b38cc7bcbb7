//! `tuple`: the items follow the fixed part.

use super::header::{Header, Kind};
use super::value::Value;
use crate::object;

/// A tuple; `length` values follow.
#[repr(C)]
pub struct Tuple {
    pub header: Header,
    pub length: usize,
}

object!(Tuple, Kind::Tuple, "tuple", |this, visit| this.items().iter().for_each(&mut *visit));

impl Tuple {
    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: `length` values follow the fixed part.
        unsafe { core::slice::from_raw_parts((self as *const Tuple).add(1) as *const Value, self.length) }
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        // SAFETY: the items are initialized, and dropped only here.
        unsafe { core::ptr::drop_in_place(core::ptr::slice_from_raw_parts_mut((self as *mut Tuple).add(1) as *mut Value, self.length)) }
    }
}
