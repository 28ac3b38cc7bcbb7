//! What natives ask of values: truth, order, text, instance checks. Builtin types answer natively; for others there is a
//! continuation form.

use super::execute::{class_name, function_name, text_of};
use super::ops::attribute::{call_method_action, method_action};
use super::reenter::Comparison;
use super::{Action, Name, Res, Vm};
use crate::config::NATIVE_TEXT_DEPTH;
use crate::object::class::Class;
use crate::object::containers::Active;

use crate::object::float_text::with_repr;
use crate::object::format_number;
use crate::object::function::{BoundMethod, Function, NativeFunction};
use crate::object::header::{Kind, SUBCLASS};
use crate::object::instance::Instance;
use crate::object::int_text::with_decimal;
use crate::object::list::List;
use crate::object::number::{self, Number};
use crate::object::str::Str;
use crate::object::super_object::Super;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Truth of a value whose type says it natively.
#[inline]
pub fn native_truth(value: &Value) -> Option<bool> {
    if let Some(number) = value.as_small_int() {
        return Some(number != 0);
    }
    if let Some(truth) = value.as_bool() {
        return Some(truth);
    }
    if let Some(number) = value.as_small_float() {
        return Some(number != 0.0);
    }
    let Some(header) = value.header() else {
        return match value.kind() {
            Kind::None => Some(false),
            Kind::NotImplemented => None,
            _ => Some(true),
        };
    };
    if header.flags() & SUBCLASS != 0 {
        return None;
    }
    match header.kind() {
        Kind::Str => value.get::<Str>().map(|text| text.size != 0),
        Kind::List => value.get::<List>().map(|list| !list.items.get().is_empty()),
        Kind::Tuple => value.get::<Tuple>().map(|tuple| tuple.length != 0),
        Kind::Dict => value.get::<crate::object::dict::Dict>().map(|dict| dict.length.get() != 0),
        Kind::Int | Kind::Float | Kind::Complex => Number::of(value).map(|number| !number.is_zero()),
        Kind::Function | Kind::Native | Kind::BoundMethod | Kind::Module | Kind::Generator | Kind::Code => Some(true),
        _ => None,
    }
}

/// A comparison of numbers or exact strings.
#[inline]
pub fn native_compare(comparison: Comparison, a: &Value, b: &Value) -> Option<bool> {
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
        return Some(comparison.holds(x.cmp(&y)));
    }
    if let (Some(x), Some(y)) = (a.get_exact::<Str>(), b.get_exact::<Str>()) {
        return match comparison {
            Comparison::Eq => Some(a.is(b) || x.bytes() == y.bytes()),
            Comparison::Ne => Some(!a.is(b) && x.bytes() != y.bytes()),
            _ => Some(comparison.holds(crate::object::str::compare(x, y))),
        };
    }
    if let (Some(x), Some(y)) = (a.as_small_float(), b.as_small_float()) {
        return Some(match comparison {
            Comparison::Lt => x < y,
            Comparison::Le => x <= y,
            Comparison::Eq => x == y,
            Comparison::Ne => x != y,
            Comparison::Gt => x > y,
            Comparison::Ge => x >= y,
        });
    }
    number::compare(comparison, a, b)
}

/// `str` (or, with [`Name::Repr`], `repr`) of the numbers in a word and of exact strs.
#[inline]
pub fn plain_text(vm: &mut Vm, value: &Value, name: Name) -> Res<Option<Value>> {
    if let Some(number) = value.as_small_int() {
        return Ok(Some(with_decimal(number, |text| vm.new_str(text))));
    }
    if let Some(number) = value.as_small_float() {
        return Ok(Some(with_repr(number, |text| vm.new_str(text))));
    }
    match value.get_exact::<Str>() {
        Some(_) if name == Name::Str => Ok(Some(value.clone())),
        Some(text) => crate::object::str::transform::repr(vm, text).map(Some),
        None => Ok(None),
    }
}

/// "can only concatenate str (not "int") to str" and its kin, where CPython says that.
pub fn concatenation_error(vm: &mut Vm, a: &Value, b: &Value) -> Option<String> {
    let other = vm.type_name(b);
    let own = match a.kind() {
        Kind::Str => "str",
        Kind::List => "list",
        Kind::Tuple => "tuple",
        Kind::Bytes => return Some(format!("can't concat {other} to bytes")),
        Kind::ByteArray => return Some(format!("can't concat {other} to bytearray")),
        _ => return None,
    };
    Some(format!("can only concatenate {own} (not \"{other}\") to {own}"))
}

/// "can't multiply sequence by non-int of type 'x'", where CPython says that.
pub fn repetition_error(vm: &mut Vm, a: &Value, b: &Value) -> Option<String> {
    let sequence = |kind| matches!(kind, Kind::Str | Kind::List | Kind::Tuple | Kind::Bytes | Kind::ByteArray);
    let other = if sequence(a.kind()) {
        b
    } else if sequence(b.kind()) {
        a
    } else {
        return None;
    };
    Some(format!("can't multiply sequence by non-int of type '{}'", vm.type_name(other)))
}

/// `left + right` for strings, in place when nobody else holds `left`.
pub fn concatenate(vm: &mut Vm, left: Value, right: &Value) -> Res<Value> {
    if left.get_exact::<Str>().is_some() && right.get_exact::<Str>().is_some() {
        return crate::object::str::concat_in_place(vm, left, right);
    }
    match vm.binary(super::ops::arithmetic::Operator::ADD, &left, right, false)? {
        Action::Return(value) => Ok(value),
        action => vm.run_action(action),
    }
}

/// What a callable is called in messages about its arguments.
pub fn callable_name(vm: &mut Vm, callee: &Value) -> String {
    if let Some(function) = callee.get::<Function>() {
        let module = text_of(function.module.get());
        let name = function_name(function);
        return if module.is_empty() || module == "builtins" { name } else { format!("{module}.{name}") };
    }
    if let Some(native) = callee.get::<NativeFunction>() {
        return match native.owner.get() {
            Some(owner) => format!("{}.{}", class_name(owner), native.native.name()),
            None => native.native.name().into(),
        };
    }
    if let Some(method) = callee.get::<BoundMethod>() {
        let function = method.function.clone();
        return callable_name(vm, &function);
    }
    if let Some(class) = callee.get::<Class>() {
        let prefix = vm.module_prefix(class);
        return format!("{prefix}{}", text_of(class.qualified_name.get()));
    }
    format!("{} object", vm.type_name(callee))
}

impl Vm {
    /// `repr(value)` if that runs no Python code.
    pub fn native_repr(&mut self, value: &Value) -> Res<Option<Value>> {
        self.native_text(value, Name::Repr)
    }

    /// `str(value)` if that runs no Python code.
    pub fn native_str(&mut self, value: &Value) -> Res<Option<Value>> {
        self.native_text(value, Name::Str)
    }

    fn native_text(&mut self, value: &Value, name: Name) -> Res<Option<Value>> {
        if let Some(text) = plain_text(self, value, name)? {
            return Ok(Some(text));
        }
        let Some(method) = self.lookup_special(value, name) else { return Ok(None) };
        let Some(native) = method.get::<NativeFunction>() else { return Ok(None) };
        if name == Name::Str && is_object_method(self, native) {
            return self.native_text(value, Name::Repr);
        }
        // Deeper structures are left to the stackless way, before too much is tried in vain.
        if self.native_depth >= NATIVE_TEXT_DEPTH {
            return Ok(None);
        }
        self.native_depth += 1;
        let action = match native.native.function {
            super::native::Function::Simple(simple) => simple(self, core::slice::from_ref(value)).map(Action::Return),
            super::native::Function::Full(full) => full(self, &super::Args { positional: core::slice::from_ref(value), names: &[], values: &[] }),
        };
        self.native_depth -= 1;
        match action? {
            Action::Return(text) => Ok(Some(text)),
            // It wants Python code: forget what it began.
            _ => Ok(None),
        }
    }

    /// Calls the special method `name` of the value's type; None if there is none.
    pub fn call_special(&mut self, value: &Value, name: Name, arguments: &[Value]) -> Option<Res<Action>> {
        let method = self.lookup_special(value, name)?;
        Some(method_action(self, method, value, arguments))
    }
}

/// Is it `object`'s own? Its `__str__` is `__repr__`.
fn is_object_method(vm: &mut Vm, method: &NativeFunction) -> bool {
    method.owner.is(&vm.class::<Instance>())
}

fn text_then(vm: &mut Vm, value: &Value, name: Name, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(text) = plain_text(vm, value, name)? {
        return then(vm, text);
    }
    let Some(method) = vm.lookup_special(value, name) else {
        let class = vm.type_name(value);
        return Err(vm.type_error(&format!("'{class}' object has no {}", if name == Name::Repr { "__repr__" } else { "__str__" })));
    };
    let checked = move |vm: &mut Vm, text: Value| {
        if text.get::<Str>().is_none() {
            let kind = vm.type_name(&text);
            let method = if name == Name::Repr { "__repr__" } else { "__str__" };
            return Err(vm.type_error(&format!("{method} returned non-string (type {kind})")));
        }
        then(vm, text)
    };
    if vm.native_depth > 0 && method.kind() == Kind::Native {
        // What shows the object that this one lies in has tried it natively already.
        let active = Active::deeper(vm)?;
        return Ok(Action::call(method, [value.clone()], move |vm, text| {
            drop(active);
            checked(vm, text?)
        }));
    }
    call_method_action(vm, method, value, &[], checked)
}

/// `repr(value)`, then goes on with the str.
pub fn repr_then(vm: &mut Vm, value: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    text_then(vm, value, Name::Repr, then)
}

/// `str(value)`, then goes on with the str.
pub fn str_then(vm: &mut Vm, value: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    text_then(vm, value, Name::Str, then)
}

/// `format(value, spec)` of the numbers in a word and of exact strs.
pub fn plain_format(vm: &mut Vm, value: &Value, spec: &Value) -> Res<Option<Value>> {
    let Some(spec) = spec.get::<Str>() else { return Ok(None) };
    if let Some(text) = value.get_exact::<Str>() {
        return crate::object::str::format::format_str(vm, text, spec).map(Some);
    }
    if value.as_small_int().is_some() {
        return format_number::format_int(vm, value, spec).map(Some);
    }
    if value.as_small_float().is_some() {
        return format_number::format_float(vm, value, spec).map(Some);
    }
    Ok(None)
}

/// `format(value, spec)`, then goes on with the str.
pub fn format_then(vm: &mut Vm, value: &Value, spec: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(text) = plain_format(vm, value, spec)? {
        return then(vm, text);
    }
    let Some(method) = vm.lookup_special(value, Name::Format) else {
        let class = vm.type_name(value);
        return Err(vm.type_error(&format!("Type {class} doesn't define __format__")));
    };
    call_method_action(vm, method, value, core::slice::from_ref(spec), move |vm, text| {
        if text.get::<Str>().is_none() {
            let kind = vm.type_name(&text);
            return Err(vm.type_error(&format!("__format__ must return a str, not {kind}")));
        }
        then(vm, text)
    })
}

/// `getattr(object, name)`, then goes on with the value or the exception.
pub fn get_attribute_then(vm: &mut Vm, object: &Value, name: &Value, then: impl FnOnce(&mut Vm, Res<Value>) -> Res<Action> + 'static) -> Res<Action> {
    let name = vm.intern_value(name);
    let action = vm.get_attribute(object, &name);
    Action::after(action, vm, then)
}

/// The text with what is not ASCII escaped, for `ascii()` and `!a`.
pub fn escape_non_ascii(vm: &mut Vm, text: &Value) -> Res<Value> {
    let Some(string) = text.get::<Str>() else { return Ok(text.clone()) };
    if string.is_ascii() {
        return Ok(text.clone());
    }
    let mut escaped = String::new();
    for code_point in string.code_points() {
        match code_point {
            0..=0x7f => escaped.push(code_point as u8 as char),
            0x80..=0xff => escaped.push_str(&format!("\\x{code_point:02x}")),
            0x100..=0xffff => escaped.push_str(&format!("\\u{code_point:04x}")),
            _ => escaped.push_str(&format!("\\U{code_point:08x}")),
        }
    }
    Ok(vm.new_str(&escaped))
}

/// `isinstance(value, class)` for one class, `__instancecheck__` included; a bool.
pub fn is_instance_action(vm: &mut Vm, value: &Value, class: &Value) -> Res<Action> {
    let metaclass = vm.class_of(class);
    let type_class = vm.class::<Class>();
    if metaclass != type_class
        && let Some(method) = vm.class_special(&metaclass, Name::InstanceCheck)
        && method.kind() != Kind::Native
    {
        let action = method_action(vm, method, class, core::slice::from_ref(value))?;
        return action.and_then(vm, |vm, result| vm.truth_action(&result));
    }
    let truth = class.get::<Class>().is_some_and(|class| vm.is_instance(value, class));
    Ok(Action::Return(Value::bool(truth)))
}

/// An attribute of a `super` object.
pub fn super_attribute(vm: &mut Vm, super_object: &Super, object: &Value, name: &Value) -> Res<Option<Action>> {
    let start = super_object.start.clone();
    if !name.is(vm.name(Name::Class))
        && let Some(start) = start.get::<Class>()
    {
        let start_class = super_object.object_class.clone();
        if let Some(class) = start_class.get::<Class>() {
            let found = class.mro().skip_while(|ancestor| !core::ptr::eq(*ancestor, start)).skip(1).find_map(|ancestor| ancestor.namespace().get_interned(name));
            if let Some(value) = found {
                let receiver = super_object.object.clone();
                let bound_to_class = receiver.is(&start_class);
                return vm.bind(&value, if bound_to_class { None } else { Some(&receiver) }, class).map(Some);
            }
        }
    }
    // Its own attributes (`__self__`, `__class__`, ..).
    let class = vm.class_of(object);
    match class.lookup(name) {
        Some(value) => vm.bind(&value, Some(object), &class).map(Some),
        None => Ok(None),
    }
}

/// The Python function that `super().name` binds to an instance, and the instance.
pub fn super_method(super_object: &Super, name: &Value) -> Option<(Value, Value)> {
    let (start, class) = (super_object.start.get::<Class>()?, super_object.object_class.get::<Class>()?);
    let mut rest = class.mro().skip_while(|ancestor| !core::ptr::eq(*ancestor, start)).skip(1);
    let function = rest.find_map(|ancestor| ancestor.namespace().get_interned(name))?;
    let bound = function.kind() == Kind::Function && !super_object.object.is(&super_object.object_class);
    bound.then(|| (function, super_object.object.clone()))
}

/// Names of all attributes that a class and its ancestors define.
pub fn class_names(class: &Class) -> Vec<Value> {
    class.mro().flat_map(|class| class.namespace().items()).map(|(name, _)| name).collect()
}
