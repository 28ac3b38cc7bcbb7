//! `bool`: the two truth values, integers 0 and 1 that show themselves as words.

use super::class::{CLASS_FINAL, CLASS_MATCH_SELF, Class, TypeSpec};
use super::construct::class_name;
use super::header::{Header, Kind, Object};
use super::int;
use super::number::ArithmeticOp;
use super::value::Value;
use crate::object;
use crate::vm::{Native, Res, Vm, argument};
use alloc::format;

/// The layout of the class: True and False are immediates, so no object ever has it.
#[repr(C)]
pub struct Bool {
    pub header: Header,
}

object!(Bool, Kind::Bool, "bool", |this, visit| {});

pub static BOOL: TypeSpec = TypeSpec {
    doc: "Returns True when the argument is true, False otherwise.",
    base: Some(&int::INT),
    flags: CLASS_FINAL | CLASS_MATCH_SELF,
    natives: &[
        Native::simple("__new__($type, object=False, /)", bool_new, "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, a| Ok(vm.new_str(if receiver(a) { "True" } else { "False" })), "Return repr(self)."),
        Native::simple("__and__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::And, a), "Return self&value."),
        Native::simple("__rand__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::And, a), "Return value&self."),
        Native::simple("__or__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Or, a), "Return self|value."),
        Native::simple("__ror__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Or, a), "Return value|self."),
        Native::simple("__xor__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Xor, a), "Return self^value."),
        Native::simple("__rxor__($self, value, /)", |vm, a| operator(vm, ArithmeticOp::Xor, a), "Return value^self."),
        Native::simple("__invert__($self, /)", |_, a| Ok(Value::small_int(!(receiver(a) as i64))), "~self"),
    ],
    ..TypeSpec::new("bool", Bool::LAYOUT)
};

fn receiver(arguments: &[Value]) -> bool {
    arguments.first().and_then(Value::as_bool).unwrap_or(false)
}

fn bool_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(class) = arguments.first().and_then(|class| class.get::<Class>())
        && !core::ptr::eq(class.layout, Bool::LAYOUT)
    {
        let name = class_name(class);
        return Err(vm.type_error(&format!("bool.__new__({name}): {name} is not a subtype of bool")));
    }
    match argument(arguments, 1) {
        Some(object) => Ok(Value::bool(vm.truth(object)?)),
        None => Ok(Value::FALSE),
    }
}

fn operator(vm: &mut Vm, op: ArithmeticOp, arguments: &[Value]) -> Res<Value> {
    match arguments {
        // The operators are symmetric, so the reflected ones are the same.
        [left, right, ..] if int::is_int(right) => Ok(super::number::integer_operator(vm, op, left, right)?.unwrap_or(Value::NOT_IMPLEMENTED)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}
