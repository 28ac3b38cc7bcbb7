//! Text put together from fixed parts and the `str()` or `repr()` of objects, whose methods may be Python code.

use crate::object::construct::str_from_wtf8;
use crate::object::str::Str;
use crate::object::value::Value;
use crate::vm::protocol::{repr_then, str_then};
use crate::vm::{Action, Res, Vm};
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A part of a text.
pub enum Piece {
    Text(Cow<'static, str>),
    Str(Value),
    Repr(Value),
}

impl From<&'static str> for Piece {
    fn from(text: &'static str) -> Piece {
        Piece::Text(Cow::Borrowed(text))
    }
}

type Then = Box<dyn FnOnce(&mut Vm, Value) -> Res<Action>>;

/// Puts the text together and goes on with the `str`.
///
/// # Errors
/// What a `__str__` or `__repr__` raises.
pub fn join_then(vm: &mut Vm, pieces: Vec<Piece>, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    step(vm, pieces.into_iter(), Vec::new(), Box::new(then))
}

/// The text as the native's own result.
///
/// # Errors
/// What a `__str__` or `__repr__` raises.
pub fn join(vm: &mut Vm, pieces: Vec<Piece>) -> Res<Action> {
    join_then(vm, pieces, |_, text| Ok(Action::Return(text)))
}

fn step(vm: &mut Vm, mut rest: alloc::vec::IntoIter<Piece>, mut buffer: Vec<u8>, then: Then) -> Res<Action> {
    while let Some(piece) = rest.next() {
        let (native, value, is_repr) = match piece {
            Piece::Text(text) => {
                buffer.extend_from_slice(text.as_bytes());
                continue;
            }
            Piece::Str(value) => (vm.native_str(&value)?, value, false),
            Piece::Repr(value) => (vm.native_repr(&value)?, value, true),
        };
        match native {
            Some(text) => append(&mut buffer, &text),
            None => {
                let go_on = move |vm: &mut Vm, text: Value| {
                    append(&mut buffer, &text);
                    step(vm, rest, buffer, then)
                };
                return if is_repr { repr_then(vm, &value, go_on) } else { str_then(vm, &value, go_on) };
            }
        }
    }
    let text = str_from_wtf8(vm, &buffer);
    then(vm, text)
}

fn append(buffer: &mut Vec<u8>, text: &Value) {
    if let Some(text) = text.get::<Str>() {
        buffer.extend_from_slice(text.bytes());
    }
}
