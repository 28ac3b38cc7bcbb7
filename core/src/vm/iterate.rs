//! Iteration for native code.

use super::{Res, Vm};
use crate::object::list::List;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::vec::Vec;

/// The items of a builtin iterable that can be read without running Python code; None for others.
pub fn native_items(_vm: &mut Vm, iterable: &Value) -> Res<Option<Vec<Value>>> {
    if let Some(list) = iterable.get_exact::<List>() {
        return Ok(Some(list.items.get().clone()));
    }
    if let Some(tuple) = iterable.get_exact::<Tuple>() {
        return Ok(Some(tuple.items().to_vec()));
    }
    Ok(None)
}
