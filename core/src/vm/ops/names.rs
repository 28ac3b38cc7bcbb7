//! Variables: globals, names in namespaces, cells.

use super::super::execute::text_of;
use super::super::{Action, Name, Raised, Res, Vm};
use super::attribute::method_action;
use crate::code::isa::{CONSUME_A, CONSUME_B, Common, Instr};
use crate::code::prototype::CodeFlags;
use crate::object::code::{Code, Site};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::{CellObject, Function};
use crate::object::header::Mut;
use crate::object::value::Value;
use alloc::format;
use alloc::vec::Vec;

fn site_of(vm: &Vm, index: usize) -> &'static Site {
    // SAFETY: verified index; sites live as long as the code, which the running frame keeps alive for the instruction.
    unsafe { &*(*vm.code).sites.get().add(index) }
}

fn code_of(vm: &Vm) -> &'static Code {
    // SAFETY: the running frame keeps its code alive for the instruction.
    unsafe { &*vm.code }
}

fn function_of(vm: &Vm) -> &'static Function {
    // SAFETY: frames of compiled code hold their function below the registers, alive for the instruction.
    unsafe { &*((*vm.base.sub(super::super::frame::FUNCTION)) as usize as *const Function) }
}

fn dict_of(value: &Value) -> Option<&Dict> {
    value.get::<Dict>()
}

impl Vm {
    /// NameError with its `name`.
    #[cold]
    pub fn name_error(&mut self, kind: Ex, name: &Value, message: &str) -> Raised {
        let message = self.new_str(message);
        let exception = crate::object::exception::create(self, kind, Vec::from([message]));
        if let Some(exception) = exception.get::<crate::object::exception::Exception>() {
            crate::object::exception::set_name_and_object(exception, name.clone(), Value::UNDEFINED);
        }
        self.raise_value(exception)
    }

    #[cold]
    fn undefined_name(&mut self, name: &Value) -> Raised {
        let text = text_of(name);
        self.name_error(Ex::NameError, name, &format!("name '{text}' is not defined"))
    }
}

/// CheckBound failed.
pub fn unbound_local(vm: &mut Vm, i: Instr) -> Res<()> {
    Err(unbound(vm, i.a))
}

#[cold]
fn unbound(vm: &mut Vm, register: u16) -> Raised {
    let name = code_of(vm).local_names.get(register as usize).cloned().unwrap_or(Value::NONE);
    let text = text_of(&name);
    if text == "__class__" {
        // Of a class body that has not ended: nobody sees it as a local variable.
        let message = format!("cannot access free variable '{text}' where it is not associated with a value in enclosing scope");
        return vm.name_error(Ex::NameError, &name, &message);
    }
    vm.name_error(Ex::UnboundLocalError, &name, &format!("cannot access local variable '{text}' where it is not associated with a value"))
}

#[cold]
fn unbound_free(vm: &mut Vm, index: usize) -> Raised {
    let name = code_of(vm).free_names.get(index).cloned().unwrap_or(Value::NONE);
    let text = text_of(&name);
    vm.name_error(Ex::NameError, &name, &format!("cannot access free variable '{text}' where it is not associated with a value in enclosing scope"))
}

/// LoadCell of an empty cell.
pub fn empty_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    Err(unbound(vm, i.b))
}

/// LoadFree of an empty cell.
pub fn empty_free(vm: &mut Vm, i: Instr) -> Res<()> {
    Err(unbound_free(vm, i.operand() as u32 as usize))
}

/// LoadCommon
pub fn load_common(vm: &mut Vm, i: Instr) -> Res<()> {
    let number = i.operand() as u16;
    let value = match number {
        n if n == Common::AssertionError as u16 => vm.exception_class(Ex::AssertionError).value(),
        n if n == Common::NotImplementedError as u16 => vm.exception_class(Ex::NotImplementedError).value(),
        n if n == Common::StopAsyncIteration as u16 => vm.exception_class(Ex::StopAsyncIteration).value(),
        n if n == Common::StopIteration as u16 => vm.exception_class(Ex::StopIteration).value(),
        n if n == Common::BaseException as u16 => vm.exception_class(Ex::BaseException).value(),
        n if n == Common::Tuple as u16 => vm.class::<crate::object::tuple::Tuple>().value(),
        n if n == Common::Super as u16 => vm.class::<crate::object::super_object::Super>().value(),
        _ => Value::ELLIPSIS,
    };
    vm.set_register(i.a, value);
    Ok(())
}

/// MakeCell
pub fn make_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    let content = vm.take_register(i.a);
    let cell = vm.new_object(|header| CellObject { header, content: Mut::new(content) });
    vm.set_register(i.a, cell);
    Ok(())
}

/// DeleteCell
pub fn delete_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    let old = vm.register(i.a).get::<CellObject>().map(|cell| cell.content.replace(Value::UNDEFINED));
    match old {
        Some(old) if !old.is_undefined() => Ok(()),
        _ => Err(unbound(vm, i.a)),
    }
}

/// DeleteFree
pub fn delete_free(vm: &mut Vm, i: Instr) -> Res<()> {
    let index = i.operand() as u32 as usize;
    let old = function_of(vm).closure.get().get(index).and_then(|cell| cell.get::<CellObject>()).map(|cell| cell.content.replace(Value::UNDEFINED));
    match old {
        Some(old) if !old.is_undefined() => Ok(()),
        _ => Err(unbound_free(vm, index)),
    }
}

/// LoadFreeCell
pub fn load_free_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    let cell = function_of(vm).closure.get().get(i.operand() as u32 as usize).cloned().unwrap_or(Value::UNDEFINED);
    vm.set_register(i.a, cell);
    Ok(())
}

/// The value of a global or builtin, remembering where it was found.
fn find_global(vm: &mut Vm, site: &Site) -> Option<Value> {
    let function = function_of(vm);
    let (globals, builtins) = (dict_of(&function.globals)?, dict_of(&function.builtins)?);
    site.version.set(Site::EMPTY);
    if let Some(index) = globals.index_of_interned(&site.name) {
        let version = globals.stamp(|| vm.fresh_version());
        site.index.set(index as u32);
        site.guard.set(0);
        site.version.set(version);
        // SAFETY: just found.
        return Some(unsafe { globals.value_at(index) }.clone());
    }
    let index = builtins.index_of_interned(&site.name)?;
    if function.globals.get_exact::<Dict>().is_none() && vm.lookup_special(&function.globals, Name::Missing).is_some() {
        return None;
    }
    let builtins_version = builtins.stamp(|| vm.fresh_version());
    let version = globals.stamp(|| vm.fresh_version());
    site.index.set(index as u32);
    site.guard.set(builtins_version);
    site.version.set(version);
    // SAFETY: just found.
    Some(unsafe { builtins.value_at(index) }.clone())
}

/// LoadGlobal
pub fn load_global(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    match find_global(vm, site) {
        Some(value) => {
            vm.set_register(i.a, value);
            Ok(())
        }
        None => {
            let missing = missing_global(vm, &site.name);
            vm.complete(missing)
        }
    }
}

/// What is no global: globals of a class derived from dict may know by `__missing__`.
#[cold]
fn missing_global(vm: &mut Vm, name: &Value) -> Res<Action> {
    let globals = function_of(vm).globals.clone();
    if globals.get_exact::<Dict>().is_none()
        && let Some(action) = vm.call_special(&globals, Name::Missing, core::slice::from_ref(name))
    {
        return action;
    }
    Err(vm.undefined_name(name))
}

fn operand_a(vm: &mut Vm, i: Instr) -> Value {
    if i.x & CONSUME_A != 0 { vm.take_register(i.a) } else { vm.register(i.a).clone() }
}

fn store_in(vm: &mut Vm, dict: &Dict, site: &Site, value: Value) {
    site.version.set(Site::EMPTY);
    drop(dict.set_interned(&site.name, value));
    if let Some(index) = dict.index_of_interned(&site.name) {
        let version = dict.stamp(|| vm.fresh_version());
        site.index.set(index as u32);
        site.guard.set(0);
        site.version.set(version);
    }
}

/// StoreGlobal
pub fn store_global(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    let value = operand_a(vm, i);
    let globals = function_of(vm).globals.clone();
    if let Some(dict) = dict_of(&globals) {
        store_in(vm, dict, site, value);
    }
    Ok(())
}

/// DeleteGlobal
pub fn delete_global(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    let globals = function_of(vm).globals.clone();
    match dict_of(&globals).and_then(|dict| dict.delete_interned(&site.name)) {
        Some(_) => Ok(()),
        None => Err(vm.undefined_name(&site.name)),
    }
}

/// LoadName
pub fn load_name(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    let space = vm.register(0).clone();
    load_from(vm, i, &space, site, None)
}

/// A name in a namespace, else in `cell`, else a global or builtin.
fn load_from(vm: &mut Vm, i: Instr, space: &Value, site: &'static Site, cell: Option<Value>) -> Res<()> {
    if let Some(dict) = space.get_exact::<Dict>() {
        if let Some(index) = dict.index_of_interned(&site.name) {
            let version = dict.stamp(|| vm.fresh_version());
            site.index.set(index as u32);
            site.guard.set(0);
            site.version.set(version);
            // SAFETY: just found.
            let value = unsafe { dict.value_at(index) }.clone();
            vm.set_register(i.a, value);
            return Ok(());
        }
        let action = load_outside(vm, site, cell);
        return vm.complete(action);
    }
    // Another mapping (from __prepare__, or exec's locals).
    let name = site.name.clone();
    let action = super::subscript::get_item_action(vm, space, &name);
    let action = Action::after(action, vm, move |vm, result| match vm.catch(result, Ex::KeyError)? {
        Some(value) => Ok(Action::Return(value)),
        None => load_outside(vm, site, cell),
    });
    vm.complete(action)
}

fn load_outside(vm: &mut Vm, site: &Site, cell: Option<Value>) -> Res<Action> {
    if let Some(cell) = cell.as_ref().and_then(|cell| cell.get::<CellObject>()) {
        let value = cell.content.get().clone();
        if value.is_undefined() {
            let text = text_of(&site.name);
            return Err(vm.name_error(
                Ex::NameError,
                &site.name,
                &format!("cannot access free variable '{text}' where it is not associated with a value in enclosing scope"),
            ));
        }
        return Ok(Action::Return(value));
    }
    let found = find_global(vm, site);
    let module_level = function_of(vm).globals.is(vm.register(0)) && code_of(vm).flags.has(CodeFlags::NAMESPACE);
    if !module_level {
        // The cache describes the globals, but the instruction looks in its namespace first.
        site.version.set(Site::EMPTY);
    }
    match found {
        Some(value) => Ok(Action::Return(value)),
        None => missing_global(vm, &site.name),
    }
}

/// StoreName
pub fn store_name(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    let value = operand_a(vm, i);
    let space = vm.register(0).clone();
    if let Some(dict) = space.get_exact::<Dict>() {
        store_in(vm, dict, site, value);
        return Ok(());
    }
    let name = site.name.clone();
    let action = super::subscript::set_item_action(vm, &space, &name, value);
    vm.complete(action)
}

/// DeleteName
pub fn delete_name(vm: &mut Vm, i: Instr) -> Res<()> {
    let site = site_of(vm, i.operand() as u32 as usize);
    let space = vm.register(0).clone();
    if let Some(dict) = space.get_exact::<Dict>() {
        return match dict.delete_interned(&site.name) {
            Some(_) => Ok(()),
            None => Err(vm.undefined_name(&site.name)),
        };
    }
    let Some(method) = vm.lookup_special(&space, Name::DelItem) else { return Err(vm.undefined_name(&site.name)) };
    let name = site.name.clone();
    let action = method_action(vm, method, &space, core::slice::from_ref(&name));
    let action = Action::after(action, vm, move |vm, result| match vm.catch(result, Ex::KeyError)? {
        Some(value) => Ok(Action::Return(value)),
        None => Err(vm.undefined_name(&name)),
    });
    vm.complete(action)
}

/// LoadClassCell
pub fn load_class_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    let cell = vm.register(i.b).clone();
    if i.x & CONSUME_B != 0 {
        vm.set_register(i.b, Value::UNDEFINED);
    }
    let space = vm.register(0).clone();
    load_from(vm, i, &space, site_of(vm, i.c as usize), Some(cell))
}

/// LoadNameFrom
pub fn load_name_from(vm: &mut Vm, i: Instr) -> Res<()> {
    let space = vm.register(i.b).clone();
    if i.x & CONSUME_B != 0 {
        vm.set_register(i.b, Value::UNDEFINED);
    }
    load_from(vm, i, &space, site_of(vm, i.c as usize), None)
}

/// LoadNameFromCell
pub fn load_name_from_cell(vm: &mut Vm, i: Instr) -> Res<()> {
    let space = vm.take_register(i.b);
    let cell = vm.take_register(i.b + 1);
    load_from(vm, i, &space, site_of(vm, i.c as usize), Some(cell))
}

/// LoadBuildClass
pub fn load_build_class(vm: &mut Vm, i: Instr) -> Res<()> {
    let builtins = function_of(vm).builtins.clone();
    match dict_of(&builtins).and_then(|dict| dict.get_interned(vm.name(Name::BuildClass))) {
        Some(value) => {
            vm.set_register(i.a, value);
            Ok(())
        }
        None => Err(vm.raise(Ex::NameError, "__build_class__ not found")),
    }
}
