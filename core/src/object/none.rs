//! The singletons None, NotImplemented and Ellipsis: their types.

use super::class::{CLASS_FINAL, TypeSpec};
use super::header::{Header, Kind, Object};
use super::value::Value;
use crate::object;
use crate::vm::{Action, Args, Native, Res, Vm};
use alloc::format;

macro_rules! singletons {
    ($($(#[doc = $doc:literal])+ $layout:ident $kind:ident $name:literal;)+) => {
        $(
            $(#[doc = $doc])+
            #[repr(C)]
            pub struct $layout {
                pub header: Header,
            }

            object!($layout, Kind::$kind, $name, |this, visit| {});
        )+
    };
}

singletons! {
    /// Layout of NoneType; no object has it, None is an immediate.
    NoneObject None "NoneType";
    /// Layout of NotImplementedType.
    NotImplementedObject NotImplemented "NotImplementedType";
    /// Layout of ellipsis.
    EllipsisObject Ellipsis "ellipsis";
}

pub static NONE: TypeSpec = TypeSpec {
    doc: "The type of the None singleton.",
    flags: CLASS_FINAL,
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", |vm, a| singleton(vm, a, "NoneType", Value::NONE), "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, _| Ok(vm.new_str("None")), "Return repr(self)."),
        Native::simple("__bool__($self, /)", |_, _| Ok(Value::FALSE), "True if self else False."),
        Native::simple("__hash__($self, /)", |_, _| Ok(Value::small_int(NONE_HASH)), "Return hash(self)."),
    ],
    ..TypeSpec::new("NoneType", NoneObject::LAYOUT)
};

/// `hash(None)`, the same in every run as CPython's is.
pub const NONE_HASH: i64 = 0xfca8_6420;

pub static NOT_IMPLEMENTED: TypeSpec = TypeSpec {
    doc: "The type of the NotImplemented singleton.",
    flags: CLASS_FINAL,
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", |vm, a| singleton(vm, a, "NotImplementedType", Value::NOT_IMPLEMENTED), "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, _| Ok(vm.new_str("NotImplemented")), "Return repr(self)."),
        Native::simple("__reduce__($self, /)", |vm, _| Ok(vm.new_str("NotImplemented")), "The name that unpickling looks up."),
        Native::simple("__bool__($self, /)", not_implemented_bool, "True if self else False."),
    ],
    ..TypeSpec::new("NotImplementedType", NotImplementedObject::LAYOUT)
};

pub static ELLIPSIS: TypeSpec = TypeSpec {
    doc: "The type of the Ellipsis singleton.",
    flags: CLASS_FINAL,
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", |vm, a| singleton(vm, a, "EllipsisType", Value::ELLIPSIS), "Create and return a new object."),
        Native::simple("__repr__($self, /)", |vm, _| Ok(vm.new_str("Ellipsis")), "Return repr(self)."),
        Native::simple("__reduce__($self, /)", |vm, _| Ok(vm.new_str("Ellipsis")), "The name that unpickling looks up."),
    ],
    ..TypeSpec::new("ellipsis", EllipsisObject::LAYOUT)
};

fn singleton(vm: &mut Vm, arguments: &Args, name: &str, value: Value) -> Res<Action> {
    if arguments.positional.len() > 1 || !arguments.names.is_empty() {
        return Err(vm.type_error(&format!("{name} takes no arguments")));
    }
    Ok(value.into())
}

fn not_implemented_bool(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Err(vm.type_error("NotImplemented should not be used in a boolean context"))
}
