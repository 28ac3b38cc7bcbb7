//! `float`: doubles that do not fit the word.

use super::header::{Header, Kind};
use super::value::Value;
use crate::object;
use crate::vm::Vm;

/// A boxed double: an exponent the word has no room for, or of a subclass of float.
#[repr(C)]
pub struct Float {
    pub header: Header,
    pub number: f64,
}

object!(Float, Kind::Float, "float", |this, visit| {});

/// A boxed float.
#[cold]
pub fn boxed(vm: &mut Vm, number: f64) -> Value {
    vm.new_object(|header| Float { header, number })
}
