//! `property`, `staticmethod` and `classmethod`: what they have in Python. The attribute code of the VM reads their
//! structs (`descriptor`) directly when it meets one in a class.

use super::class::{CLASS_HAS_DICT, TypeSpec};
use super::construct::{allocation_class, class_name};
use super::descriptor::{ClassMethod, Property, StaticMethod};
use super::dict::Dict;
use super::exception::Ex;
use super::function::{BoundMethod, Function};
use super::header::{Mut, Object};
use super::str::Str;
use super::value::Value;
use crate::vm::native::Raised;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Call, Getter, Name, Native, Res, Vm, argument};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

// ---- property

pub static PROPERTY: TypeSpec = TypeSpec {
    flags: CLASS_HAS_DICT,
    doc: "Property attribute: fget, fset and fdel are called when it is read, set and deleted.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", property_new, "Create and return a new object."),
        Native::full("__init__($self, /, fget=None, fset=None, fdel=None, doc=None)", property_init, "Initialize self."),
        Native::full("__get__($self, instance, owner=None, /)", property_get, "Return an attribute of instance, which is of type owner."),
        Native::full("__set__($self, instance, value, /)", property_set, "Set an attribute of instance to value."),
        Native::full("__delete__($self, instance, /)", property_delete, "Delete an attribute of instance."),
        Native::full("getter($self, fget, /)", |vm, arguments| copy_with(vm, arguments, 0), "Copy of the property with another getter."),
        Native::full("setter($self, fset, /)", |vm, arguments| copy_with(vm, arguments, 1), "Copy of the property with another setter."),
        Native::full("deleter($self, fdel, /)", |vm, arguments| copy_with(vm, arguments, 2), "Copy of the property with another deleter."),
        Native::simple("__set_name__($self, owner, name, /)", property_set_name, "Called with the name under which a class holds the property.").counting(),
    ],
    getters: &[
        Getter::read_only("fget", |_, this| Ok(property(this).map_or(Value::NONE, |property| property.getter.get().clone())), "The getter."),
        Getter::read_only("fset", |_, this| Ok(property(this).map_or(Value::NONE, |property| property.setter.get().clone())), "The setter."),
        Getter::read_only("fdel", |_, this| Ok(property(this).map_or(Value::NONE, |property| property.deleter.get().clone())), "The deleter."),
        Getter {
            name: "__doc__",
            get: |_, this| Ok(property(this).map_or(Value::NONE, |property| property.doc.get().clone())),
            set: Some(set_doc),
            doc: "The doc string.",
        },
        Getter { name: "__name__", get: property_name, set: Some(set_property_name), doc: "The name under which a class holds the property." },
        Getter::read_only("__isabstractmethod__", property_abstract, "Whether a function of the property is abstract."),
    ],
    ..TypeSpec::new("property", Property::LAYOUT)
};

fn property(value: &Value) -> Option<&Property> {
    value.get::<Property>()
}

/// A property made natively; absent functions are None.
pub fn new_property(vm: &mut Vm, getter: Value, setter: Value, deleter: Value, doc: Value) -> Value {
    let name = Mut::new(Value::UNDEFINED);
    let doc_of_getter = Cell::new(false);
    vm.new_object(|header| Property { header, getter: Mut::new(getter), setter: Mut::new(setter), deleter: Mut::new(deleter), doc: Mut::new(doc), name, doc_of_getter })
}

fn property_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Property>(vm, arguments, "property")?;
    let none = || Mut::new(Value::NONE);
    Ok(vm.heap.new_object(&class, |header| Property {
        header,
        getter: none(),
        setter: none(),
        deleter: none(),
        doc: none(),
        name: Mut::new(Value::UNDEFINED),
        doc_of_getter: Cell::new(false),
    }))
}

fn property_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0).cloned() else { return Ok(Action::Return(Value::NONE)) };
    let given = |index| arguments.get(index).cloned().unwrap_or(Value::NONE);
    let (getter, doc) = (given(1), given(4));
    if let Some(property) = property(&this) {
        property.getter.set(getter.clone());
        property.setter.set(given(2));
        property.deleter.set(given(3));
        property.doc.set(Value::NONE);
        property.name.set(Value::UNDEFINED);
        property.doc_of_getter.set(false);
    }
    if !doc.is_none() || getter.is_none() {
        return store_doc(vm, &this, doc);
    }
    // The getter's doc string becomes the property's.
    let name = vm.name(Name::Doc).clone();
    get_attribute_then(vm, &getter, &name, move |vm, doc| {
        let doc = vm.catch(doc, Ex::AttributeError)?.unwrap_or(Value::NONE);
        if let Some(property) = property(&this) {
            property.doc_of_getter.set(!doc.is_none());
        }
        store_doc(vm, &this, doc)
    })
}

/// Keeps the doc string; a subclass's instance gets it as an attribute, because the subclass has a `__doc__` of its own.
fn store_doc(vm: &mut Vm, this: &Value, doc: Value) -> Res<Action> {
    let Some(property) = property(this) else { return Ok(Action::Return(Value::NONE)) };
    if core::ptr::eq(&*vm.class_of(this), &*vm.class::<Property>()) {
        property.doc.set(doc);
        return Ok(Action::Return(Value::NONE));
    }
    let of_getter = property.doc_of_getter.get();
    let name = vm.name(Name::Doc).clone();
    let stored = crate::builtins::attributes::store(vm, this, &name, Some(&doc));
    Action::after(stored, vm, move |vm, result| match result {
        // Where there is no place for it, one that was asked for is dropped silently.
        Err(raised) if !of_getter => {
            vm.catch::<Value>(Err(raised), Ex::AttributeError)?;
            Ok(Action::Return(Value::NONE))
        }
        result => result.map(|_| Action::Return(Value::NONE)),
    })
}

fn property_get(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(instance)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let Some(property) = property(this) else { return Ok(Action::Return(Value::NONE)) };
    if instance.is_none() {
        return Ok(Action::Return(this.clone()));
    }
    let getter = property.getter.get().clone();
    if getter.is_none() { Err(missing_accessor(vm, this, instance, "getter")) } else { Ok(Action::tail_call(getter, [instance.clone()])) }
}

/// `AttributeError: property 'x' of 'C' object has no setter`
#[cold]
pub fn missing_accessor(vm: &mut Vm, this: &Value, instance: &Value, what: &str) -> Raised {
    let owner = vm.class_of(instance).qualified_name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let named = property_name(vm, this);
    let name = match vm.catch(named, Ex::AttributeError) {
        Ok(name) => name.and_then(|name| name.get::<Str>().map(|name| format!("'{}' ", name.to_string_lossy()))).unwrap_or_default(),
        Err(raised) => return raised,
    };
    let message = format!("property {name}of '{owner}' object has no {what}");
    vm.raise(Ex::AttributeError, &message)
}

fn property_set(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(instance), Some(value)) = (arguments.get(0), arguments.get(1), arguments.get(2)) else { return Ok(Action::Return(Value::NONE)) };
    let setter = property(this).map_or(Value::NONE, |property| property.setter.get().clone());
    if setter.is_none() { Err(missing_accessor(vm, this, instance, "setter")) } else { Ok(Action::tail_call(setter, [instance.clone(), value.clone()])) }
}

fn property_delete(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(instance)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let deleter = property(this).map_or(Value::NONE, |property| property.deleter.get().clone());
    if deleter.is_none() { Err(missing_accessor(vm, this, instance, "deleter")) } else { Ok(Action::tail_call(deleter, [instance.clone()])) }
}

/// A copy with one of the functions exchanged, made by the property's own class.
fn copy_with(vm: &mut Vm, arguments: &Args, place: usize) -> Res<Action> {
    let (Some(this), Some(function)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let Some(old) = property(this) else { return Ok(Action::Return(Value::NONE)) };
    let mut parts = [old.getter.get().clone(), old.setter.get().clone(), old.deleter.get().clone()];
    if let Some(part) = parts.get_mut(place) {
        *part = function.clone();
    }
    let [getter, setter, deleter] = parts;
    let doc = if old.doc_of_getter.get() && !getter.is_none() { Value::NONE } else { old.doc.get().clone() };
    let class = vm.class_of(this).value();
    let name = old.name.get().clone();
    Ok(Action::call(class, [getter, setter, deleter, doc], move |_, copy| {
        let copy = copy?;
        if let Some(property) = property(&copy) {
            property.name.set(name);
        }
        Ok(Action::Return(copy))
    }))
}

fn property_set_name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, _, name] = arguments else {
        let given = arguments.len().saturating_sub(1);
        return Err(vm.type_error(&format!("__set_name__() takes 2 positional arguments but {given} were given")));
    };
    if let Some(property) = property(this) {
        property.name.set(name.clone());
    }
    Ok(Value::NONE)
}

fn set_doc(_: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    if let Some(property) = property(this) {
        property.doc.set(value.cloned().unwrap_or(Value::NONE));
    }
    Ok(())
}

fn property_name(vm: &mut Vm, this: &Value) -> Res<Value> {
    if let Some(property) = property(this) {
        let name = property.name.get().clone();
        if !name.is_undefined() {
            return Ok(name);
        }
        let (getter, key) = (property.getter.get().clone(), vm.name(Name::Name).clone());
        if let Some(function) = getter.get::<Function>() {
            return Ok(function.name.get().clone());
        }
        if !getter.is_none()
            && let Some(action) = vm.get_attribute_if_any(&getter, &key)?
        {
            let found = vm.run_action(action);
            if let Some(name) = vm.catch(found, Ex::AttributeError)? {
                return Ok(name);
            }
        }
    }
    let class = vm.type_name(this);
    Err(vm.raise(Ex::AttributeError, &format!("'{class}' object has no attribute '__name__'")))
}

fn set_property_name(_: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    if let Some(property) = property(this) {
        property.name.set(value.cloned().unwrap_or(Value::UNDEFINED));
    }
    Ok(())
}

/// Is a function marked abstract (in its own attributes)?
fn is_abstract(vm: &mut Vm, function: &Value) -> Res<bool> {
    let name = vm.name(Name::IsAbstractMethod).clone();
    let mark = function.get::<Function>().and_then(|function| function.attributes.get().get::<Dict>()).and_then(|attributes| attributes.get_interned(&name));
    match mark {
        Some(mark) => vm.truth(&mark),
        None => Ok(false),
    }
}

fn property_abstract(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(property) = property(this) else { return Ok(Value::FALSE) };
    for function in [property.getter.get().clone(), property.setter.get().clone(), property.deleter.get().clone()] {
        if is_abstract(vm, &function)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

// ---- staticmethod and classmethod

/// The function inside a static or class method, and its attribute dict.
fn wrapped(value: &Value) -> Option<(&Mut<Value>, &Mut<Value>)> {
    if let Some(method) = value.get::<StaticMethod>() {
        return Some((&method.function, &method.attributes));
    }
    value.get::<ClassMethod>().map(|method| (&method.function, &method.attributes))
}

fn wrapped_function(value: &Value) -> Value {
    wrapped(value).map_or(Value::NONE, |(function, _)| function.get().clone())
}

/// What a static or class method has of the function that it wraps, until something else is set.
const SHOWN: [&str; 4] = ["__module__", "__name__", "__qualname__", "__doc__"];

/// An attribute of the wrapped object, if it has it.
fn of_wrapped(vm: &mut Vm, this: &Value, name: &Value) -> Res<Option<Value>> {
    let function = wrapped_function(this);
    let found = match vm.get_attribute_if_any(&function, name) {
        Ok(None) => return Ok(None),
        Ok(Some(action)) => vm.run_action(action),
        Err(raised) => Err(raised),
    };
    vm.catch(found, Ex::AttributeError)
}

/// An attribute that shows the wrapped function's unless it was set.
macro_rules! shown {
    ($name:literal) => {
        Getter {
            name: $name,
            get: |vm, this| {
                let name = vm.intern($name);
                if let Some(own) = wrapped(this).and_then(|(_, attributes)| attributes.get().get::<Dict>()?.get_interned(&name)) {
                    return Ok(own);
                }
                match of_wrapped(vm, this, &name)? {
                    Some(value) => Ok(value),
                    None => {
                        let type_name = vm.type_name(this);
                        Err(vm.raise(Ex::AttributeError, &format!("'{type_name}' object has no attribute '{}'", $name)))
                    }
                }
            },
            set: Some(|vm, this, value| {
                let name = vm.intern($name);
                let dict = attribute_dict(vm, this)?;
                if let Some(dict) = dict.get::<Dict>() {
                    drop(match value {
                        Some(value) => dict.set_interned(&name, value.clone()),
                        None => dict.delete_interned(&name),
                    });
                }
                Ok(())
            }),
            doc: "As the wrapped function has it.",
        }
    };
}

fn attribute_dict(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some((_, attributes)) = wrapped(this) else { return Ok(Value::NONE) };
    if attributes.get().get::<Dict>().is_none() {
        let dict = vm.new_dict();
        for name in SHOWN {
            let name = vm.intern(name);
            if let (Some(value), Some(dict)) = (of_wrapped(vm, this, &name)?, dict.get::<Dict>()) {
                drop(dict.set_interned(&name, value));
            }
        }
        attributes.set(dict);
    }
    Ok(attributes.get().clone())
}

const WRAPPER_GETTERS: &[Getter] = &[
    Getter::read_only("__func__", |_, this| Ok(wrapped_function(this)), "The wrapped function."),
    Getter::read_only("__wrapped__", |_, this| Ok(wrapped_function(this)), "The wrapped function."),
    Getter::read_only("__dict__", attribute_dict, "The attributes."),
    Getter::read_only(
        "__isabstractmethod__",
        |vm, this| {
            let function = wrapped_function(this);
            Ok(Value::bool(is_abstract(vm, &function)?))
        },
        "Whether the function is abstract.",
    ),
    shown!("__name__"),
    shown!("__qualname__"),
    shown!("__module__"),
    shown!("__doc__"),
    shown!("__annotations__"),
    shown!("__annotate__"),
];

pub static STATIC_METHOD: TypeSpec = TypeSpec {
    doc: "A function in a class that gets no implicit first argument.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", static_new, "Create and return a new object."),
        Native::simple("__init__($self, function, /)", wrapper_init, "Initialize self."),
        Native::simple("__get__($self, instance, owner=None, /)", |_, arguments| Ok(arguments.first().map_or(Value::NONE, wrapped_function)), "Return the function."),
        Native::full("__call__($self, /, *args, **kwargs)", static_call, "Call self as a function."),
        Native::full("__repr__($self, /)", wrapper_repr, "Return repr(self)."),
    ],
    getters: WRAPPER_GETTERS,
    ..TypeSpec::new("staticmethod", StaticMethod::LAYOUT)
};

pub static CLASS_METHOD: TypeSpec = TypeSpec {
    doc: "A function in a class that gets the class as its first argument.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", class_new, "Create and return a new object."),
        Native::simple("__init__($self, function, /)", wrapper_init, "Initialize self."),
        Native::simple("__get__($self, instance, owner=None, /)", class_get, "Return the function bound to the class."),
        Native::full("__repr__($self, /)", wrapper_repr, "Return repr(self)."),
    ],
    getters: WRAPPER_GETTERS,
    ..TypeSpec::new("classmethod", ClassMethod::LAYOUT)
};

fn static_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<StaticMethod>(vm, arguments, "staticmethod")?;
    Ok(vm.heap.new_object(&class, |header| StaticMethod { header, function: Mut::new(Value::NONE), attributes: Mut::new(Value::UNDEFINED) }))
}

fn class_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<ClassMethod>(vm, arguments, "classmethod")?;
    Ok(vm.heap.new_object(&class, |header| ClassMethod { header, function: Mut::new(Value::NONE), attributes: Mut::new(Value::UNDEFINED) }))
}

fn wrapper_init(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let (Some((function, _)), Some(given)) = (arguments.first().and_then(wrapped), argument(arguments, 1)) {
        function.set(given.clone());
    }
    Ok(Value::NONE)
}

fn class_get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let owner = match (argument(arguments, 2), argument(arguments, 1)) {
        (Some(owner), _) if !owner.is_none() => owner.clone(),
        (_, Some(instance)) => vm.class_of(instance).value(),
        _ => Value::NONE,
    };
    let function = wrapped_function(this);
    Ok(vm.new_object(|header| BoundMethod { header, function, receiver: owner }))
}

fn static_call(_: &mut Vm, arguments: &Args) -> Res<Action> {
    let callee = arguments.get(0).map_or(Value::NONE, wrapped_function);
    let mut positional: Vec<Value> = arguments.positional.get(1..).unwrap_or_default().to_vec();
    positional.extend(arguments.values.iter().cloned());
    Ok(Action::TailCall(Call { callee, arguments: positional, names: arguments.names.to_vec() }))
}

fn wrapper_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    use crate::builtins::pieces::{Piece, join};
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let name: String = match this.header() {
        Some(header) => class_name(header.class()),
        None => String::new(),
    };
    join(vm, Vec::from([Piece::Text(format!("<{name}(").into()), Piece::Repr(wrapped_function(this)), ")>".into()]))
}
