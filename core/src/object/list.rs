//! `list`.

use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::object;
use alloc::vec::Vec;

/// A list.
#[repr(C)]
pub struct List {
    pub header: Header,
    pub items: Mut<Vec<Value>>,
}

object!(List, Kind::List, "list", |this, visit| this.items.get().iter().for_each(&mut *visit), |this| drop(this.items.take()));
