//! `f_locals` of a frame object: the namespace itself of a module or class; for a function a proxy, whose class is Python (`vm/prelude/frames.py`),
//! over what is here: reading and writing the variables of a frame that is still there.

use super::class::{CLASS_MAPPING, Class};
use super::dict::Dict;
use super::function::{CellObject, Function};
use super::str::Str;
use super::traceback::{FrameObject, code_of, live};
use super::tuple::Tuple;
use super::value::Value;
use crate::code::CodeFlags;
use crate::vm::frame::FrameRef;
use crate::vm::{Native, Res, Vm, argument, prelude};
use alloc::vec::Vec;

/// What the proxy's class is written with.
pub static HELPERS: &[Native] = &[
    Native::simple("names(frame, unbound=False, /)", names, "The names of the variables that have a value, or of all."),
    Native::simple("get(frame, name, default, /)", get, "The value of a variable."),
    Native::simple("put(frame, name, value, /)", put, "Set a variable; whether there is one."),
    Native::simple("extra(frame, /)", extra, "The dict of what was set beside the variables."),
    Native::simple("is_frame(value, /)", |_, arguments| Ok(Value::bool(arguments[0].get::<FrameObject>().is_some())), "Whether it is a frame."),
];

/// `frame.f_locals`
///
/// # Errors
/// SystemError without the prelude.
pub fn f_locals(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(frame) = this.get::<FrameObject>() else { return Ok(Value::NONE) };
    let mut is_namespace = code_of(&frame.function).is_some_and(|code| code.flags.has(CodeFlags::NAMESPACE));
    if let Some(live) = live(vm, frame) {
        is_namespace &= !in_comprehension(live);
        let locals = crate::builtins::attributes::frame_locals(vm, live);
        frame.locals.set(locals);
    }
    if is_namespace {
        return Ok(ended_locals(vm, frame));
    }
    if vm.frame_proxy.is_none() {
        let maker = prelude::function(vm, &prelude::FRAMES, "proxy_class")?;
        vm.frame_proxy = vm.call(&maker, &[])?;
        if let Some(class) = vm.frame_proxy.get::<Class>() {
            class.flags.set(class.flags.get() | CLASS_MAPPING);
        }
    }
    let class = vm.frame_proxy.clone();
    vm.call(&class, core::slice::from_ref(this))
}

/// The variables of a frame that has ended, a dict: those that the exception which ended it took along, or what was there when last asked.
fn ended_locals(vm: &mut Vm, frame: &FrameObject) -> Value {
    if frame.locals.get().is_undefined() {
        let variables = frame.variables.get().clone();
        let registers = variables.get::<Tuple>().map(Tuple::items).unwrap_or_default();
        let is_namespace = code_of(&frame.function).is_some_and(|code| code.flags.has(CodeFlags::NAMESPACE));
        let locals = match registers.first().filter(|_| is_namespace) {
            Some(namespace) => namespace.clone(),
            None => vm.new_dict(),
        };
        if let (Some(dict), Some(function)) = (locals.get::<Dict>().filter(|_| !is_namespace && !registers.is_empty()), frame.function.get::<Function>()) {
            let code = function.code();
            let cells = code.free_names.iter().zip(function.closure.get().iter());
            for (name, value) in code.local_names.iter().zip(registers).chain(cells) {
                let value = content(value);
                if !value.is_undefined() && visible(name) {
                    drop(dict.set_interned(name, value));
                }
            }
        }
        frame.locals.set(locals);
    }
    frame.locals.get().clone()
}

/// Does the frame of a module or class stand in a comprehension, whose variables are its own?
pub fn in_comprehension(frame: FrameRef) -> bool {
    frame.code().local_names.iter().enumerate().any(|(index, name)| visible(name) && variable(frame, index).is_some())
}

/// Names that begin with a dot are the compiler's own.
fn visible(name: &Value) -> bool {
    name.get::<Str>().is_some_and(|name| name.bytes().first() != Some(&b'.'))
}

/// A variable of a running frame.
fn variable(frame: FrameRef, index: usize) -> Option<Value> {
    let place = content(frame.register(index));
    (!place.is_undefined()).then_some(place)
}

fn content(value: &Value) -> Value {
    value.get::<CellObject>().map_or_else(|| value.clone(), |cell| cell.content.get().clone())
}

/// The names of a frame's variables, with their values; those of the compiler's own left out.
fn variables(frame: FrameRef) -> Vec<(Value, Option<Value>)> {
    let code = frame.code();
    let mut found: Vec<(Value, Option<Value>)> = Vec::new();
    let mut add = |name: &Value, value: Option<Value>| match found.iter_mut().find(|(known, _)| known.is(name)) {
        // A comprehension's variable hides one of the same name while it has a value.
        Some((_, known)) => *known = value.or_else(|| known.take()),
        None => found.push((name.clone(), value)),
    };
    for (index, name) in code.local_names.iter().enumerate().filter(|(_, name)| visible(name)) {
        add(name, variable(frame, index));
    }
    if let Some(function) = frame.function() {
        for (name, cell) in code.free_names.iter().zip(function.closure.get().iter()) {
            add(name, Some(content(cell)).filter(|value| !value.is_undefined()));
        }
    }
    found
}

fn names(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments[0].get::<FrameObject>() else { return Ok(Value::NONE) };
    let all = argument(arguments, 1).is_some_and(|all| all.as_bool() == Some(true));
    let names = match live(vm, this) {
        Some(frame) => variables(frame).into_iter().filter(|(_, value)| all || value.is_some()).map(|(name, _)| name).collect(),
        None => ended_locals(vm, this).get::<Dict>().map(|locals| locals.keys()).unwrap_or_default(),
    };
    Ok(vm.new_list(names))
}

fn get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments[0].get::<FrameObject>() else { return Ok(Value::NONE) };
    if arguments[1].get_exact::<Str>().is_none() {
        return Ok(arguments[2].clone());
    }
    let name = vm.intern_value(&arguments[1]);
    let found = match live(vm, this) {
        Some(frame) => variables(frame).into_iter().find(|(known, _)| known.is(&name)).and_then(|(_, value)| value),
        None => ended_locals(vm, this).get::<Dict>().and_then(|locals| locals.get_interned(&name)),
    };
    Ok(found.unwrap_or_else(|| arguments[2].clone()))
}

fn put(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments[0].get::<FrameObject>() else { return Ok(Value::NONE) };
    if arguments[1].get_exact::<Str>().is_none() {
        return Ok(Value::FALSE);
    }
    let (name, value) = (vm.intern_value(&arguments[1]), &arguments[2]);
    let Some(frame) = live(vm, this) else {
        let locals = ended_locals(vm, this);
        let known = locals.get::<Dict>().filter(|locals| locals.get_interned(&name).is_some());
        drop(known.and_then(|locals| locals.set_interned(&name, value.clone())));
        return Ok(Value::bool(known.is_some()));
    };
    let code = frame.code();
    let place = code.local_names.iter().enumerate().filter(|(_, known)| known.is(&name)).map(|(index, _)| index);
    let place = place.reduce(|first, next| if variable(frame, next).is_some() { next } else { first });
    if let Some(index) = place {
        match frame.register(index).get::<CellObject>() {
            Some(cell) => cell.content.set(value.clone()),
            None => frame.set_register(index, value.clone()),
        }
        return Ok(Value::TRUE);
    }
    let free = code.free_names.iter().position(|known| known.is(&name));
    let cell = free.and_then(|index| frame.function()?.closure.get().get(index).cloned());
    if let Some(cell) = cell.as_ref().and_then(|cell| cell.get::<CellObject>()) {
        cell.content.set(value.clone());
        return Ok(Value::TRUE);
    }
    Ok(Value::FALSE)
}

fn extra(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments[0].get::<FrameObject>() else { return Ok(Value::NONE) };
    if this.extra.get().is_undefined() {
        let dict = vm.new_dict();
        this.extra.set(dict);
    }
    Ok(this.extra.get().clone())
}
