//! Import instructions. The import system itself is `vm::import`.

use super::super::execute::text_of;
use super::super::{Action, Call, Name, Raised, Res, Vm};
use crate::code::isa::Instr;
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex, Exception};
use crate::object::exception_types::fields;
use crate::object::module::Module;
use crate::object::str::Str;
use crate::object::value::Value;
use alloc::format;
use alloc::vec::Vec;

fn site_name(vm: &Vm, index: u16) -> Value {
    // SAFETY: verified index; the running frame keeps its code alive.
    unsafe { (*(*vm.code).sites.get().add(index as usize)).name.clone() }
}

/// ImportName
pub fn import_name(vm: &mut Vm, i: Instr) -> Res<()> {
    let name = site_name(vm, i.c);
    let (from_list, level) = (vm.take_register(i.b), vm.take_register(i.b + 1));
    let Some((globals, builtins)) = vm.frame().and_then(|frame| frame.function().map(|function| (function.globals.clone(), function.builtins.clone()))) else {
        return Err(vm.raise(Ex::ImportError, "__import__ not found"));
    };
    let import = builtins.get::<Dict>().and_then(|builtins| builtins.get_interned(vm.name(Name::Import)));
    let Some(import) = import else { return Err(vm.raise(Ex::ImportError, "__import__ not found")) };
    let arguments = Vec::from([name, globals, Value::NONE, from_list, level]);
    vm.complete(Ok(Action::TailCall(Call::new(import, arguments))))
}

/// ImportFrom
pub fn import_from(vm: &mut Vm, i: Instr) -> Res<()> {
    let name = site_name(vm, i.c);
    let module = vm.register(i.b).clone();
    let action = match vm.get_attribute(&module, &name) {
        Ok(action) => action.then(vm, {
            let (module, name) = (module.clone(), name.clone());
            move |vm, result| match vm.catch(result, Ex::AttributeError)? {
                Some(value) => Ok(Action::Return(value)),
                None => from_modules(vm, &module, &name).map(Action::Return),
            }
        }),
        Err(raised) => match vm.catch::<()>(Err(raised), Ex::AttributeError) {
            Ok(_) => from_modules(vm, &module, &name).map(Action::Return),
            Err(raised) => Err(raised),
        },
    };
    vm.complete(action)
}

/// `from package import submodule` while the package is still being imported: looks in sys.modules.
fn from_modules(vm: &mut Vm, module: &Value, name: &Value) -> Res<Value> {
    let get = |vm: &mut Vm, key: Name| {
        let key = vm.name(key).clone();
        plain_attribute(vm, module, &key)
    };
    let package = get(vm, Name::Name);
    if let Some(package) = &package {
        let full = vm.intern(&format!("{}.{}", text_of(package), text_of(name)));
        let modules = vm.modules.clone();
        if let Some(found) = modules.get::<Dict>().and_then(|modules| modules.get_interned(&full)) {
            return Ok(found);
        }
    }
    let module_name = package.filter(|name| name.get::<Str>().is_some()).map_or("<unknown module name>".into(), |name| text_of(&name));
    let file = get(vm, Name::File).filter(|file| file.get::<Str>().is_some()).map_or("unknown location".into(), |file| text_of(&file));
    let text = text_of(name);
    let message = if get(vm, Name::Spec).is_some_and(|spec| is_initializing(vm, &spec)) {
        format!("cannot import name '{text}' from partially initialized module '{module_name}' (most likely due to a circular import) ({file})")
    } else {
        format!("cannot import name '{text}' from '{module_name}' ({file})")
    };
    let (message, module_name) = (vm.new_str(&message), vm.new_str(&module_name));
    let error = exception::create(vm, Ex::ImportError, Vec::from([message]));
    if let Some(error) = error.get::<Exception>() {
        error.set_field(fields::IMPORT_NAME, module_name);
        if let Some(file) = get(vm, Name::File).filter(|file| file.get::<Str>().is_some()) {
            error.set_field(fields::IMPORT_PATH, file);
        }
        let name = vm.new_str(&text);
        error.set_field(fields::IMPORT_NAME_FROM, name);
    }
    Err(vm.raise_value(error))
}

/// Is the module of this spec still being imported?
pub fn is_initializing(vm: &mut Vm, spec: &Value) -> bool {
    let name = vm.name(Name::Initializing).clone();
    plain_attribute(vm, spec, &name).is_some_and(|value| value.as_bool() == Some(true))
}

/// Where a spec says that the file of its module is.
pub fn file_of_spec(vm: &mut Vm, spec: &Value) -> Option<Value> {
    // What `has_location` of importlib's specs gives is the other one.
    let [has_location, set, origin] = ["has_location", "_set_fileattr", "origin"].map(|name| vm.intern(name));
    let known = plain_attribute(vm, spec, &set).or_else(|| plain_attribute(vm, spec, &has_location));
    known.filter(|value| value.as_bool() == Some(true))?;
    plain_attribute(vm, spec, &origin).filter(|origin| origin.get::<Str>().is_some())
}

/// An attribute that can be had without running Python code.
pub fn plain_attribute(vm: &mut Vm, object: &Value, name: &Value) -> Option<Value> {
    let class = vm.class_of(object);
    match vm.find_attribute(object, &class, name) {
        Ok(Some(Action::Return(value))) => Some(value),
        Ok(_) => None,
        Err(raised) => {
            drop(vm.take_exception(raised));
            None
        }
    }
}

/// ImportStar
pub fn import_star(vm: &mut Vm, i: Instr) -> Res<()> {
    let module = vm.register(i.a).clone();
    let target = vm.register(0).clone();
    let Some(source) = module.get::<Module>().map(|module| module.dict.clone()) else {
        let name = vm.type_name(&module);
        return Err(vm.raise(Ex::ImportError, &format!("from-import-* object has no __dict__ and no __all__ ({name})")));
    };
    let Some(items) = source.get::<Dict>() else { return Ok(()) };
    if let Some(all) = items.get_interned(vm.name(Name::All)) {
        let action = super::super::iterate::collect(vm, &all, move |vm, names| copy_names(vm, module, target, names, 0));
        return vm.complete(action);
    }
    for (name, value) in items.items() {
        match name.get::<Str>() {
            Some(text) if text.bytes().starts_with(b"_") => {}
            Some(_) => store(vm, &target, &name, value)?,
            None => return Err(wrong_name(vm, &module, "Key", "__dict__", &name)),
        }
    }
    Ok(())
}

/// A module has something else than strs where its names are.
fn wrong_name(vm: &mut Vm, module: &Value, what: &str, place: &str, name: &Value) -> Raised {
    let key = vm.name(Name::Name).clone();
    let of = plain_attribute(vm, module, &key).map(|name| text_of(&name)).unwrap_or_default();
    let given = vm.type_name(name);
    vm.type_error(&format!("{what} in {of}.{place} must be str, not {given}"))
}

fn store(vm: &mut Vm, target: &Value, name: &Value, value: Value) -> Res<()> {
    let name = vm.intern_value(name);
    match target.get::<Dict>() {
        Some(dict) => {
            drop(dict.set_interned(&name, value));
            Ok(())
        }
        None => match super::subscript::set_item_action(vm, target, &name, value)? {
            Action::Return(_) => Ok(()),
            _ => Err(vm.raise(Ex::NotImplementedError, "import * into a namespace with a Python __setitem__")),
        },
    }
}

fn copy_names(vm: &mut Vm, module: Value, target: Value, names: Vec<Value>, mut index: usize) -> Res<Action> {
    while let Some(name) = names.get(index) {
        if name.get::<Str>().is_none() {
            return Err(wrong_name(vm, &module, "Item", "__all__", name));
        }
        let name = vm.intern_value(name);
        index += 1;
        match vm.get_attribute(&module, &name)? {
            Action::Return(value) => store(vm, &target, &name, value)?,
            action => {
                return action.and_then(vm, move |vm, value| {
                    store(vm, &target, &name, value)?;
                    copy_names(vm, module, target, names, index)
                });
            }
        }
    }
    Ok(Action::Return(Value::NONE))
}
