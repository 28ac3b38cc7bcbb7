//! Attributes by name: getattr, setattr, delattr, hasattr, dir, vars; and the namespaces of the running code.

use crate::object::class::Class;
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::exception_types::attributes;
use crate::object::function::{CellObject, Function};
use crate::object::module;
use crate::object::str::Str;
use crate::object::traceback::FrameObject;
use crate::object::value::Value;
use crate::vm::frame::FrameRef;
use crate::vm::iterate::collect;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Name, Native, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

pub static NATIVES: &[Native] = &[
    Native::full("getattr(object, name, default=None, /)", get_attribute, "object.name for a computed name; default (if given) when there is no such attribute."),
    Native::full("hasattr(object, name, /)", has_attribute, "Whether the object has an attribute with the name: whether getattr finds one."),
    Native::full("setattr(object, name, value, /)", set_attribute, "object.name = value for a computed name."),
    Native::full("delattr(object, name, /)", delete_attribute, "del object.name for a computed name."),
    Native::full("dir(object=None, /)", dir, "Names of the object's attributes, sorted; without argument, names in the current scope."),
    Native::full("vars(object=None, /)", vars, "The object's __dict__; without argument, locals()."),
    Native::simple("globals()", globals, "The dict of the current module."),
    Native::simple("locals()", locals, "A dict of the variables of the current scope."),
];

/// Checks that an attribute's name is a str, and interns it.
fn attribute_name(vm: &mut Vm, name: Option<&Value>) -> Res<Value> {
    match name {
        Some(name) if name.get::<Str>().is_some() => Ok(vm.intern_value(name)),
        Some(name) => {
            let given = vm.type_name(name);
            Err(vm.type_error(&format!("attribute name must be string, not '{given}'")))
        }
        None => Ok(Value::NONE),
    }
}

fn get_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, arguments.get(1))?;
    let Some(object) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let Some(default) = arguments.get(2).cloned() else { return vm.get_attribute(object, &name) };
    match vm.get_attribute_if_any(object, &name) {
        Ok(None) => Ok(Action::Return(default)),
        Ok(Some(Action::Return(value))) => Ok(Action::Return(value)),
        Ok(Some(action)) => action.then(vm, move |vm, result| Ok(Action::Return(vm.catch(result, Ex::AttributeError)?.unwrap_or(default)))),
        Err(raised) => Ok(Action::Return(vm.catch::<Value>(Err(raised), Ex::AttributeError)?.unwrap_or(default))),
    }
}

fn has_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, arguments.get(1))?;
    let Some(object) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    match vm.get_attribute_if_any(object, &name) {
        Ok(None) => Ok(Action::Return(Value::FALSE)),
        Ok(Some(Action::Return(_))) => Ok(Action::Return(Value::TRUE)),
        Ok(Some(action)) => action.then(vm, |vm, result| Ok(Action::Return(Value::bool(vm.catch(result, Ex::AttributeError)?.is_some())))),
        Err(raised) => Ok(Action::Return(Value::bool(vm.catch::<Value>(Err(raised), Ex::AttributeError)?.is_some()))),
    }
}

fn set_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, arguments.get(1))?;
    match (arguments.get(0), arguments.get(2)) {
        (Some(object), Some(value)) => store(vm, object, &name, Some(value)),
        _ => Ok(Action::Return(Value::NONE)),
    }
}

fn delete_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, arguments.get(1))?;
    match arguments.get(0) {
        Some(object) => store(vm, object, &name, None),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// `object.name = value`, or `del object.name` without value.
///
/// # Errors
/// What the class's `__setattr__` or `__delattr__` raises.
pub fn store(vm: &mut Vm, object: &Value, name: &Value, value: Option<&Value>) -> Res<Action> {
    vm.set_attribute(object, name, value.cloned())?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE)))
}

/// Stores several attributes, one after the other.
///
/// # Errors
/// As [`store`].
pub fn store_all(vm: &mut Vm, object: Value, mut items: alloc::vec::IntoIter<(Value, Value)>) -> Res<Action> {
    while let Some((name, value)) = items.next() {
        let name = vm.intern_value(&name);
        match store(vm, &object, &name, Some(&value))? {
            Action::Return(_) => {}
            action => return action.and_then(vm, move |vm, _| store_all(vm, object, items)),
        }
    }
    Ok(Action::Return(Value::NONE))
}

// ---- dir and vars

fn dir(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(object) = arguments.get(0) else {
        let locals = current_locals(vm)?;
        let names = locals.get::<Dict>().map(|locals| locals.items().into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
        return sorted(vm, names);
    };
    match vm.call_special(object, Name::Dir, &[]) {
        Some(action) => action?.and_then(vm, |vm, names| collect(vm, &names, sorted)),
        None => Err(vm.type_error("object does not provide __dir__")),
    }
}

fn sorted(vm: &mut Vm, mut names: Vec<Value>) -> Res<Action> {
    if names.iter().all(|name| name.get::<Str>().is_some()) {
        names.sort_by(|left, right| left.get::<Str>().map(Str::bytes).cmp(&right.get::<Str>().map(Str::bytes)));
        return Ok(Action::Return(vm.new_list(names)));
    }
    let sorted = vm.intern("sorted");
    let function = vm.builtins.get::<Dict>().and_then(|builtins| builtins.get_interned(&sorted)).unwrap_or(Value::NONE);
    let names = vm.new_list(names);
    Ok(Action::tail_call(function, [names]))
}

/// Adds the names of a class and its ancestors.
fn class_names(class: &Class, names: &mut Vec<Value>) {
    for class in class.mro() {
        for (name, _) in class.namespace().items() {
            if !names.iter().any(|known| known.is(&name)) {
                names.push(name);
            }
        }
    }
}

/// `object.__dir__`: attributes of the instance, its class and the ancestors.
///
/// # Errors
/// None.
pub fn object_dir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(object) = arguments.first() else { return Ok(Value::NONE) };
    let mut names: Vec<Value> = own_items(object).into_iter().map(|(name, _)| name).collect();
    class_names(&vm.class_of(object), &mut names);
    Ok(vm.new_list(names))
}

/// `type.__dir__`: attributes of the class and its ancestors, without the metaclass's.
///
/// # Errors
/// None.
pub fn type_dir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mut names = Vec::new();
    if let Some(class) = arguments.first().and_then(|class| class.get::<Class>()) {
        class_names(class, &mut names);
    }
    Ok(vm.new_list(names))
}

/// The items of an object's own namespace.
pub fn own_items(object: &Value) -> Vec<(Value, Value)> {
    if let Some(namespace) = module::namespace(object) {
        return namespace.items();
    }
    if let Some(dict) = object.get::<Function>().and_then(|function| function.attributes.get().get::<Dict>()) {
        return dict.items();
    }
    attributes(object).map(|(object, attributes)| attributes.items(object)).unwrap_or_default()
}

fn vars(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(object) = arguments.get(0) else { return current_locals(vm).map(Action::Return) };
    let name = vm.name(Name::Dict).clone();
    get_attribute_then(vm, object, &name, |vm, dict| match vm.catch(dict, Ex::AttributeError)? {
        Some(dict) => Ok(Action::Return(dict)),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    })
}

// ---- scopes

fn globals(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current_globals(vm)
}

/// The globals of the innermost Python frame.
///
/// # Errors
/// SystemError without one.
pub fn current_globals(vm: &mut Vm) -> Res<Value> {
    match vm.python_frame().and_then(|frame| frame.function().map(|function| function.globals.clone())) {
        Some(globals) => Ok(globals),
        None => Err(vm.raise(Ex::SystemError, "globals(): no frame")),
    }
}

fn locals(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current_locals(vm)
}

pub fn current_locals(vm: &mut Vm) -> Res<Value> {
    match vm.python_frame() {
        Some(frame) => Ok(frame_locals(vm, frame)),
        None => Err(vm.raise(Ex::SystemError, "locals(): no frame")),
    }
}

/// The variables of a frame: the namespace itself for modules and classes, a new dict for functions.
pub fn frame_locals(vm: &mut Vm, frame: FrameRef) -> Value {
    use crate::code::CodeFlags;
    let code: &Code = frame.code();
    if code.flags.has(CodeFlags::NAMESPACE) && !crate::object::frame_locals::in_comprehension(frame) {
        return frame.register(0).clone();
    }
    let mut items: Vec<(Value, Value)> = Vec::new();
    let content = |value: &Value| match value.get::<CellObject>() {
        Some(cell) => cell.content.get().clone(),
        None => value.clone(),
    };
    for (register, name) in code.local_names.iter().enumerate() {
        items.push((name.clone(), content(frame.register(register))));
    }
    if let Some(function) = frame.function() {
        for (name, cell) in code.free_names.iter().zip(function.closure.get().iter()) {
            items.push((name.clone(), content(cell)));
        }
    }
    let dict = vm.new_dict();
    if let Some(namespace) = dict.get::<Dict>() {
        // Names that begin with a dot are the compiler's own.
        let visible = |name: &Value| name.get::<Str>().is_some_and(|name| name.bytes().first() != Some(&b'.'));
        for (name, value) in items.into_iter().filter(|(name, value)| !value.is_undefined() && visible(name)) {
            drop(namespace.set_interned(&name, value));
        }
        // What was set through `f_locals`.
        let known = crate::object::traceback::known(frame);
        let extra = known.as_ref().and_then(|known| known.get::<FrameObject>()).and_then(|known| known.extra.get().get::<Dict>());
        for (name, value) in extra.map(Dict::items).unwrap_or_default() {
            if name.get::<Str>().is_some() {
                drop(namespace.set_interned(&vm.intern_value(&name), value));
            }
        }
    }
    dict
}
