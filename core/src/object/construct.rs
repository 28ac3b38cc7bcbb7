//! What the `__new__` and the conversions of builtin types share.

use super::class::Class;
use super::header::Object;
use super::str::{SURROGATES, contains_surrogate, count_code_points};
use super::value::Value;
use crate::vm::{ClassRef, Res, Vm};

/// The class to allocate, from the first argument of a `__new__` that makes objects of layout `T`; `name` is the builtin
/// type's own.
///
/// # Errors
/// TypeError as CPython words it: not a type, not a subtype, or a subtype with another layout.
pub fn allocation_class<T: Object>(vm: &mut Vm, arguments: &[Value], name: &str) -> Res<ClassRef> {
    let Some(first) = arguments.first() else {
        return Err(vm.type_error(&alloc::format!("{name}.__new__(): not enough arguments")));
    };
    let Some(class) = first.get::<Class>() else {
        let given = vm.type_name(first);
        return Err(vm.type_error(&alloc::format!("{name}.__new__(X): X is not a type object ({given})")));
    };
    if core::ptr::eq(class.layout, T::LAYOUT) {
        return Ok(ClassRef::of(class));
    }
    let given = class_name(class);
    Err(vm.type_error(&alloc::format!("{name}.__new__({given}): {given} is not a subtype of {name}")))
}

/// `cls.__name__`, for messages.
pub fn class_name(class: &Class) -> alloc::string::String {
    class.name.get().get::<super::str::Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A `str` from bytes that are WTF-8: pieces of strings put together.
pub fn str_from_wtf8(vm: &mut Vm, bytes: &[u8]) -> Value {
    let flags = if contains_surrogate(bytes) { SURROGATES } else { 0 };
    // SAFETY: the caller's bytes are WTF-8; length and flags were just computed from them.
    unsafe { vm.new_str_from_parts(bytes, count_code_points(bytes), flags) }
}
