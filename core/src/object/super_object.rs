//! `super`.

use super::header::{Header, Kind};
use super::value::Value;
use crate::object;

/// A `super` object: attributes of `object` looked up behind `start` in the order of resolution of `object_class`.
#[repr(C)]
pub struct Super {
    pub header: Header,
    pub start: Value,
    /// The instance (or class, for class methods); undefined: unbound.
    pub object: Value,
    /// Whose order of resolution counts.
    pub object_class: Value,
}

object!(Super, Kind::Other, "super", |this, visit| {
    visit(&this.start);
    visit(&this.object);
    visit(&this.object_class);
});
