//! Calls beyond the loop's fast paths, and the making of functions.

use super::super::execute::Started;
use super::super::iterate::native_items;
use super::super::native::{Binding, Function as NativeKind};
use super::super::{Action, Args, Call, Res, Vm};
use crate::code::isa::{FUNCTION_ANNOTATE, FUNCTION_DEFAULTS, FUNCTION_KEYWORD_DEFAULTS, HEADER_SLOTS, Instr};
use crate::code::prototype::Capture;
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::function::{Function, NativeFunction};
use crate::object::header::Mut;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::vec::Vec;

const HEADER: u16 = HEADER_SLOTS as u16;

fn begin(vm: &mut Vm, callee: Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<()> {
    match vm.begin_call(Call { callee, arguments, names })? {
        Started::Value(value) => vm.deliver(value),
        Started::Running => Ok(()),
    }
}

/// Tries the call where its arguments are; a native must bind as `binding` says. True: it is done, or its frame entered.
fn in_place(vm: &mut Vm, i: Instr, window: u16, count: usize, names: &[Value], binding: Binding) -> Res<bool> {
    vm.heap.ticks.set(vm.heap.ticks.get() - 1);
    if let Some(action) = full_in_place(vm, window, binding, count, names)? {
        return vm.complete(Ok(action)).map(|()| true);
    }
    // SAFETY: a verified window of the current frame.
    let outcome = unsafe {
        let window = vm.base.add(window as usize);
        if let Some(action) = super::enter::construct_in_place(vm, window, count, names)? {
            return vm.complete(Ok(action)).map(|()| true);
        }
        if vm.fits(window, window) { super::enter::call_in_place(vm, window, count, names) } else { super::enter::call_above(vm, window, count, names) }
    }?;
    match outcome {
        None => Ok(false),
        Some(None) => Ok(true),
        Some(Some(value)) => {
            vm.set_register(i.a, value);
            Ok(true)
        }
    }
}

/// Call
pub fn call(vm: &mut Vm, i: Instr) -> Res<()> {
    if vm.heap.ticks.get() <= 0 {
        return super::control::safe_point(vm, i);
    }
    if in_place(vm, i, i.b, i.c as usize, &[], Binding::Function)? {
        return Ok(());
    }
    let callee = vm.take_register(i.b);
    let arguments = vm.take_registers(i.b + HEADER, i.c as usize);
    begin(vm, callee, arguments, Vec::new())
}

/// What LoadMethod left: the callable, and the arguments with self if there is one.
fn method_call(vm: &mut Vm, i: Instr) -> (Value, Vec<Value>) {
    let callee = vm.take_register(i.b);
    let mut arguments = vm.take_registers(i.b + HEADER, i.c as usize + 1);
    if arguments.first().is_some_and(Value::is_undefined) {
        arguments.remove(0);
    }
    (callee, arguments)
}

/// Calls a native that returns an action with its arguments where they are, the last ones named by `names`. None: another case.
fn full_in_place(vm: &mut Vm, register: u16, binding: Binding, count: usize, names: &[Value]) -> Res<Option<Action>> {
    // SAFETY: a verified window of the current frame; its words are borrowed during the call.
    unsafe {
        let window = vm.base.add(register as usize);
        let Some(native) = (*(window as *const Value)).get::<NativeFunction>() else { return Ok(None) };
        let definition = native.native;
        let NativeKind::Full(full) = definition.function else { return Ok(None) };
        let fits = definition.arity.takes(count - names.len(), !names.is_empty());
        if !fits || definition.binding != binding || !native.receiver.is_undefined() {
            return Ok(None);
        }
        let arguments = window.add(HEADER_SLOTS) as *mut Value;
        let (positional, values) = core::slice::from_raw_parts(arguments, count).split_at(count - names.len());
        let action = full(vm, &Args { positional, names, values })?;
        for index in 0..count {
            drop(core::mem::replace(&mut *arguments.add(index), Value::UNDEFINED));
        }
        vm.set_register(register, Value::UNDEFINED);
        Ok(Some(action))
    }
}

/// CallMethod
pub fn call_method(vm: &mut Vm, i: Instr) -> Res<()> {
    if vm.heap.ticks.get() <= 0 {
        return super::control::safe_point(vm, i);
    }
    if method_in_place(vm, i, &[])? {
        return Ok(());
    }
    let (callee, arguments) = method_call(vm, i);
    begin(vm, callee, arguments, Vec::new())
}

/// [`in_place`] for what LoadMethod prepared.
fn method_in_place(vm: &mut Vm, i: Instr, names: &[Value]) -> Res<bool> {
    if !vm.register(i.b + HEADER).is_undefined() {
        // Found through the receiver's class, so the receiver fits.
        return in_place(vm, i, i.b, i.c as usize + 1, names, Binding::Method);
    }
    // Bound already: the window begins one register later, over the place for self.
    let callee = vm.take_register(i.b);
    // SAFETY: the header's slots of a window hold nothing that must be dropped before the call.
    unsafe { *vm.base.add(i.b as usize + 1) = callee.into_bits() };
    let base = vm.base;
    let done = in_place(vm, i, i.b + 1, i.c as usize, names, Binding::Function);
    if let Ok(true) = done {
        return Ok(true);
    }
    if vm.base != base {
        return done;
    }
    let callee = vm.take_register(i.b + 1);
    done?;
    vm.set_register(i.b, callee);
    Ok(false)
}

/// CallKw
pub fn call_keywords(vm: &mut Vm, i: Instr) -> Res<()> {
    if vm.heap.ticks.get() <= 0 {
        return super::control::safe_point(vm, i);
    }
    let names = vm.take_register(i.b + 1);
    let items = names.get::<Tuple>().map(Tuple::items).unwrap_or_default();
    if in_place(vm, i, i.b, i.c as usize, items, Binding::Function)? {
        return Ok(());
    }
    let callee = vm.take_register(i.b);
    let arguments = vm.take_registers(i.b + HEADER, i.c as usize);
    begin(vm, callee, arguments, items.to_vec())
}

/// CallMethodKw
pub fn call_method_keywords(vm: &mut Vm, i: Instr) -> Res<()> {
    if vm.heap.ticks.get() <= 0 {
        return super::control::safe_point(vm, i);
    }
    let names = vm.take_register(i.b + 1);
    let items = names.get::<Tuple>().map(Tuple::items).unwrap_or_default();
    if method_in_place(vm, i, items)? {
        return Ok(());
    }
    let (callee, arguments) = method_call(vm, i);
    begin(vm, callee, arguments, items.to_vec())
}

/// CallEx
pub fn call_expanded(vm: &mut Vm, i: Instr) -> Res<()> {
    if vm.heap.ticks.get() <= 0 {
        return super::control::safe_point(vm, i);
    }
    vm.heap.ticks.set(vm.heap.ticks.get() - 1);
    let callee = vm.take_register(i.b);
    let positional = vm.take_register(i.b + HEADER);
    let keywords = vm.take_register(i.b + HEADER + 1);
    let mut arguments = native_items(vm, &positional)?.unwrap_or_default();
    let mut names = Vec::new();
    if let Some(dict) = keywords.get::<Dict>() {
        for (name, value) in dict.items() {
            if name.get::<crate::object::str::Str>().is_none() {
                return Err(vm.type_error("keywords must be strings"));
            }
            names.push(name);
            arguments.push(value);
        }
    }
    drop((positional, keywords));
    begin(vm, callee, arguments, names)
}

impl Vm {
    /// A function of code, with the globals of another namespace (module, exec).
    pub fn new_function(&mut self, code: &Value, globals: &Value, closure: Box<[Value]>) -> Value {
        let builtins = match globals.get::<Dict>().and_then(|globals| globals.get_interned(self.name(super::super::Name::Builtins))) {
            Some(builtins) if builtins.get::<Dict>().is_some() => builtins,
            Some(module) => module.get::<crate::object::module::Module>().map(|module| module.dict.clone()).unwrap_or_else(|| self.builtins.clone()),
            None => self.builtins.clone(),
        };
        let module = globals.get::<Dict>().and_then(|globals| globals.get_interned(self.name(super::super::Name::Name))).unwrap_or(Value::NONE);
        let (name, qualified_name, doc) = match code.get::<Code>() {
            Some(code) => (code.name.get().clone(), code.qualified_name.get().clone(), code.docstring.clone()),
            None => (Value::NONE, Value::NONE, Value::NONE),
        };
        let empty = self.new_tuple(Vec::new());
        self.new_object(|header| Function {
            header,
            code: Mut::new(code.clone()),
            globals: globals.clone(),
            builtins,
            closure: Mut::new(closure),
            defaults: Mut::new(Value::NONE),
            keyword_defaults: Mut::new(Value::NONE),
            name: Mut::new(name),
            qualified_name: Mut::new(qualified_name),
            module: Mut::new(module),
            doc: Mut::new(doc),
            annotate: Mut::new(Value::NONE),
            annotations: Mut::new(Value::UNDEFINED),
            type_params: Mut::new(empty),
            attributes: Mut::new(Value::UNDEFINED),
        })
    }
}

/// MakeFunction
pub fn make_function(vm: &mut Vm, i: Instr) -> Res<()> {
    // SAFETY: the running frame keeps its code alive.
    let code = unsafe { &*vm.code };
    let Some(child) = code.body().children.get(i.b as usize).cloned() else {
        return Err(vm.raise(crate::object::exception::Ex::SystemError, "bad code object"));
    };
    let Some(maker) = vm.frame().and_then(|frame| frame.function().map(Value::from_object)) else {
        return Err(vm.raise(crate::object::exception::Ex::SystemError, "function made outside a function"));
    };
    let (Some(child_code), Some(maker_function)) = (child.get::<Code>(), maker.get::<Function>()) else {
        return Err(vm.raise(crate::object::exception::Ex::SystemError, "bad code object"));
    };
    let closure: Box<[Value]> = child_code
        .captures
        .iter()
        .map(|capture| match *capture {
            Capture::Register(register) => vm.register(register).clone(),
            Capture::Free(index) => maker_function.closure.get().get(index as usize).cloned().unwrap_or(Value::UNDEFINED),
        })
        .collect();
    let globals = maker_function.globals.clone();
    let value = vm.new_function(&child, &globals, closure);
    if let Some(function) = value.get::<Function>() {
        let mut register = i.c;
        for (flag, field) in [(FUNCTION_DEFAULTS, &function.defaults), (FUNCTION_KEYWORD_DEFAULTS, &function.keyword_defaults), (FUNCTION_ANNOTATE, &function.annotate)] {
            if i.x & flag != 0 {
                field.set(vm.take_register(register));
                register += 1;
            }
        }
    }
    vm.set_register(i.a, value);
    Ok(())
}
