//! The prelude: functions of the VM that are easier in Python. Each file is compiled when one of its functions is first
//! needed; the functions are made straight from the code objects, so nothing of it runs before they are called. Their frames do
//! not show in tracebacks.

use super::{Action, Native, Res, Vm};
#[cfg(feature = "compiler")]
use crate::code::CodeFlags;
use crate::code::CodePrototype;
use crate::object::dict::Dict;
use crate::object::exception_group;
use crate::object::frame_locals;
use crate::object::value::Value;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// A file of the prelude.
pub struct Source {
    pub name: &'static str,
    pub text: &'static str,
    /// Natives that its functions see as globals.
    pub natives: &'static [Native],
}

/// Splitting exception groups.
pub static GROUPS: Source = Source { name: "<prelude groups>", text: include_str!("prelude/groups.py"), natives: exception_group::HELPERS };

/// Coroutines that builtin functions return.
pub static AWAITING: Source = Source { name: "<prelude awaiting>", text: include_str!("prelude/awaiting.py"), natives: &[] };

/// isinstance and issubclass of what is no class.
pub static INSPECTION: Source = Source { name: "<prelude inspection>", text: include_str!("prelude/inspection.py"), natives: &[] };

/// Type parameters that are replaced.
pub static ALIASES: Source = Source { name: "<prelude aliases>", text: include_str!("prelude/aliases.py"), natives: &[] };

/// `breakpoint()`.
pub static DEBUGGING: Source = Source { name: "<prelude debugging>", text: include_str!("prelude/debugging.py"), natives: &[] };

/// `gc.callbacks`.
pub static COLLECTING: Source = Source { name: "<prelude collecting>", text: include_str!("prelude/collecting.py"), natives: &[] };

/// `f_locals` of functions.
pub static FRAMES: Source = Source { name: "<prelude frames>", text: include_str!("prelude/frames.py"), natives: frame_locals::HELPERS };

/// Warnings.
pub static WARNING: Source = Source { name: "<prelude warning>", text: include_str!("prelude/warning.py"), natives: &[] };

/// Gives a warning of the category, then goes on.
///
/// # Errors
/// The warning, if a filter makes it an exception.
pub fn warn_then(vm: &mut Vm, category: crate::object::exception::Ex, message: &str, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    let (message, category) = (vm.new_str(message), vm.exception_class(category).value());
    Ok(Action::call(function(vm, &WARNING, "warn")?, [message, category], move |vm, result| {
        result?;
        then(vm)
    }))
}

/// What copy and pickle ask of objects.
pub static PICKLING: Source = Source { name: "<prelude pickling>", text: include_str!("prelude/pickling.py"), natives: &[] };

/// The namespaces of the files in use, by the address of their declaration.
#[derive(Default)]
pub struct Prelude(HashMap<usize, Value, foldhash::fast::FixedState>);

/// A function of the prelude.
///
/// # Errors
/// SystemError if there is no such function (a VM without compiler that was not given the prelude's images).
pub fn function(vm: &mut Vm, source: &'static Source, name: &str) -> Res<Value> {
    let key = source as *const Source as usize;
    let namespace = match vm.prelude.0.get(&key) {
        Some(namespace) => namespace.clone(),
        None => {
            let namespace = load(vm, source)?;
            vm.prelude.0.insert(key, namespace.clone());
            namespace
        }
    };
    let name = vm.intern(name);
    match namespace.get::<Dict>().and_then(|namespace| namespace.get_interned(&name)) {
        Some(function) => Ok(function),
        None => Err(vm.raise(crate::object::exception::Ex::SystemError, "a function of the prelude is missing")),
    }
}

/// Calls a function of the prelude; its result is the native's own.
///
/// # Errors
/// As [`function`].
pub fn call(vm: &mut Vm, source: &'static Source, name: &str, arguments: &[Value]) -> Res<Action> {
    Ok(Action::tail_call(function(vm, source, name)?, arguments))
}

fn load(vm: &mut Vm, source: &'static Source) -> Res<Value> {
    let namespace = vm.new_dict();
    if let Some(dict) = namespace.get::<Dict>() {
        for native in source.natives {
            let name = vm.intern(native.name());
            let function = vm.native_function(native, &Value::NONE);
            drop(dict.set_interned(&name, function));
        }
        for prototype in prototypes(source) {
            let code = vm.load_code(&prototype);
            let function = vm.new_function(&code, &namespace, Default::default());
            let name = vm.intern(&prototype.name);
            drop(dict.set_interned(&name, function));
        }
    }
    Ok(namespace)
}

/// The functions of a file, marked as hidden.
#[cfg(feature = "compiler")]
fn prototypes(source: &Source) -> Vec<CodePrototype> {
    use crate::compile::{Options, compile};
    use crate::syntax::{self, Mode, ParseOptions};
    let text = syntax::Source::from_text(source.text);
    let Ok(parsed) = syntax::parse(&text, Mode::Exec, &ParseOptions::default()) else { return Vec::new() };
    let Ok(compiled) = compile(&parsed.module, &text, &Options::new(source.name)) else { return Vec::new() };
    let mut functions = compiled.code.children;
    functions.iter_mut().for_each(hide);
    functions
}

#[cfg(feature = "compiler")]
fn hide(code: &mut CodePrototype) {
    code.flags.0 |= CodeFlags::HIDDEN;
    code.children.iter_mut().for_each(hide);
}

#[cfg(not(feature = "compiler"))]
fn prototypes(_: &Source) -> Vec<CodePrototype> {
    Vec::new()
}
