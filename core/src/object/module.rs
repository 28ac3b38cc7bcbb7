//! Modules.

use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::object;

/// A module; its attributes are the items of `dict`.
#[repr(C)]
pub struct Module {
    pub header: Header,
    pub dict: Value,
    /// The name it was made with, for `repr` and messages when `__name__` is gone.
    pub name: Mut<Value>,
}

object!(Module, Kind::Module, "module", |this, visit| { visit(&this.dict); visit(this.name.get()); });
