//! Arguments that are descriptors, or objects that have one.

use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::Kind;
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Res, Vm};

/// A descriptor's number: an int, or what `fileno()` of an object gives.
///
/// # Errors
/// TypeError, ValueError, OverflowError, what `fileno()` raises.
pub fn descriptor(vm: &mut Vm, object: &Value, then: impl FnOnce(&mut Vm, i32) -> Res<Action> + 'static) -> Res<Action> {
    if matches!(object.kind(), Kind::Int | Kind::Bool) {
        let number = valid(vm, object)?;
        return then(vm, number);
    }
    let name = vm.intern("fileno");
    // The object, and with it the descriptor, lives until it was used.
    let object = object.clone();
    let found = get_attribute_then(vm, &object, &name, |vm, method| match method {
        Ok(method) => Ok(Action::tail_call(method, [])),
        Err(raised) if vm.pending_is(Ex::AttributeError) => {
            drop(vm.take_exception(raised));
            Err(vm.type_error("argument must be an int, or have a fileno() method."))
        }
        Err(raised) => Err(raised),
    });
    Action::after(found, vm, move |vm, number| {
        let number = number?;
        if !matches!(number.kind(), Kind::Int | Kind::Bool) {
            return Err(vm.type_error("fileno() returned a non-integer"));
        }
        let number = valid(vm, &number)?;
        let result = then(vm, number);
        drop(object);
        result
    })
}

fn valid(vm: &mut Vm, number: &Value) -> Res<i32> {
    match vm.index_i64(number)? {
        number if number < 0 => Err(vm.value_error(&format!("file descriptor cannot be a negative integer ({number})"))),
        number => i32::try_from(number).map_err(|_| vm.raise(Ex::OverflowError, "Python int too large to convert to C int")),
    }
}
