//! `int`: integers beyond the word.

use super::header::{Header, Kind};
use super::value::Value;
use crate::object;
use crate::vm::Vm;
use dashu_int::IBig;

/// A boxed integer: more than 62 bits, or of a subclass of int.
#[repr(C)]
pub struct Int {
    pub header: Header,
    pub number: IBig,
}

object!(Int, Kind::Int, "int", |this, visit| {});

/// An `int` of any size, in the word if it fits.
pub fn from_big(vm: &mut Vm, number: IBig) -> Value {
    match i64::try_from(&number).ok().and_then(Value::try_small_int) {
        Some(value) => value,
        None => vm.new_object(|header| Int { header, number }),
    }
}
