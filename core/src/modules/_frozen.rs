//! `_frozen`: what there is to know about native and frozen modules, and importing from below. The rest of `_imp` is Python.

use super::ModuleSpec;
use crate::code::image;
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::code::Code;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::module::Module;
use crate::object::str::Str;
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::execute::text_of;
use crate::vm::{Action, Args, Native, Res, Vm, import};
use alloc::format;
use alloc::string::String;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("is_builtin(name, /)", is_builtin, "Whether a native module has this name."),
        Native::simple("is_frozen(name, /)", is_frozen, "Whether a frozen module has this name."),
        Native::simple("is_frozen_package(name, /)", is_package, "Whether the frozen module is a package."),
        Native::simple("create_builtin(name, /)", create_builtin, "The native module, made and entered in sys.modules."),
        Native::simple("get_frozen_object(name, data=None, /)", code, "The code object of a frozen module."),
        Native::simple("source(name, /)", source, "The source text of a frozen module, or None."),
        Native::simple("code_image(code, /)", code_image, "A code object as bytes."),
        Native::simple("code_of_image(bytes, /)", code_of_image, "The code object of an image."),
        Native::simple("cache_magic()", |vm, _| Ok(vm.new_int(i64::from(vm.host.cache_magic))), "The number that marks files with compiled modules."),
        Native::simple("library()", |vm, _| Ok(vm.new_str(&vm.host.library.clone())), "The folder that frozen modules say they lie in."),
        Native::simple("names()", names, "The full names of the host's frozen modules."),
        Native::full("import_module(name, /)", |vm, arguments| import::import_by_name(vm, arguments.get(0).unwrap_or(NONE)), "Import a module by its absolute name."),
    ],
    types: &[&LOADER],
    ..ModuleSpec::new("_frozen", "Native and frozen modules.")
};

/// The `__loader__` of a frozen module.
#[repr(C)]
pub struct Loader {
    pub header: Header,
}

object!(Loader, Kind::Other, "FrozenLoader", |this, visit| {});

pub static LOADER: TypeSpec = TypeSpec {
    module: "_frozen",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    doc: "Gives what is known about frozen modules.",
    natives: &[
        Native::simple("get_source($self, fullname, /)", |vm, arguments| source(vm, rest(arguments)), "The source text of a module."),
        Native::simple("get_code($self, fullname, /)", |vm, arguments| code(vm, rest(arguments)), "The code object of a module."),
        Native::simple("is_package($self, fullname, /)", |vm, arguments| is_package(vm, rest(arguments)), "Whether the module is a package."),
        Native::simple("create_module($self, spec, /)", |_, _| Ok(Value::NONE), "None: an ordinary module object will do."),
        Native::full("exec_module($self, module, /)", exec_module, "Run a module's code in its namespace."),
    ],
    ..TypeSpec::new("FrozenLoader", Loader::LAYOUT)
};

fn rest(arguments: &[Value]) -> &[Value] {
    arguments.get(1..).unwrap_or_default()
}

fn name(vm: &mut Vm, arguments: &[Value]) -> Res<String> {
    match arguments.first() {
        Some(name) if name.get::<Str>().is_some() => Ok(text_of(name)),
        _ => Err(vm.type_error("module name must be a string")),
    }
}

fn find(vm: &mut Vm, arguments: &[Value]) -> Res<crate::vm::host::Frozen> {
    let name = name(vm, arguments)?;
    match vm.host.find_frozen(&name) {
        Some(frozen) => Ok(frozen),
        None => Err(vm.raise(Ex::ImportError, &format!("No such frozen object named {name}"))),
    }
}

fn is_builtin(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments)?;
    Ok(Value::bool(import::find_native(vm, &name).is_some()))
}

fn is_frozen(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments)?;
    Ok(Value::bool(vm.host.find_frozen(&name).is_some()))
}

fn is_package(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    find(vm, arguments).map(|frozen| Value::bool(frozen.package))
}

fn create_builtin(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments)?;
    match import::import_native(vm, &name)? {
        Some(module) => Ok(module),
        None => Err(vm.raise(Ex::ImportError, &format!("no native module is named {name}"))),
    }
}

fn code(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let frozen = find(vm, arguments)?;
    import::load_frozen(vm, frozen)
}

fn source(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments)?;
    Ok(match vm.host.frozen_source(&name) {
        Some(source) => vm.new_str(&String::from_utf8_lossy(&source)),
        None => Value::NONE,
    })
}

fn code_image(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().and_then(|code| code.get::<Code>()).map(|code| code.prototype(vm)) {
        Some(Some(prototype)) => Ok(vm.new_bytes(&image::write(&prototype))),
        Some(None) => Err(vm.value_error("unmarshallable object")),
        None => Err(vm.type_error("code_image() argument must be a code object")),
    }
}

fn code_of_image(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let bytes = match arguments.first() {
        Some(bytes) => object::bytes::of(vm, bytes)?,
        None => None,
    };
    match bytes.and_then(|bytes| import::code_of_image(vm, &bytes, None)) {
        Some(code) => Ok(code),
        None => Err(vm.value_error("bad marshal data (no code of this version)")),
    }
}

fn names(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let names = vm.host.frozen.map(|frozen| frozen.names()).unwrap_or_default();
    let names = names.into_iter().map(|name| vm.new_str(name)).collect();
    Ok(vm.new_list(names))
}

fn exec_module(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let module = arguments.get(1).unwrap_or(NONE);
    let Some(namespace) = module.get::<Module>().map(|module| module.dict.clone()) else {
        return Err(vm.type_error("exec_module() argument must be a module"));
    };
    let key = vm.intern("__name__");
    let name = object::module::namespace(module).and_then(|namespace| namespace.get_interned(&key));
    let code = code(vm, name.as_slice())?;
    import::run_code(vm, &code, &namespace)
}

/// A new loader.
pub fn loader(vm: &mut Vm) -> Value {
    vm.class_from_spec(&LOADER);
    vm.new_object(|header| Loader { header })
}
