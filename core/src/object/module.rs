//! `types.ModuleType`: a namespace with a name.

use super::class::{CLASS_HAS_DICT, CLASS_WEAKREFERABLE, TypeSpec};
use super::construct::allocation_class;
use super::dict::Dict;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::str::Str;
use super::value::Value;
use crate::object;
use crate::vm::{Action, Args, Getter, Name, Native, Res, Vm, argument};

/// A module.
#[repr(C)]
pub struct Module {
    pub header: Header,
    /// The namespace: a dict, set at construction.
    pub dict: Value,
    /// The name it was made with, for `repr` and messages when `__name__` is gone.
    pub name: Mut<Value>,
}

object!(
    Module,
    Kind::Module,
    "module",
    |this, visit| {
        visit(&this.dict);
        visit(this.name.get());
    },
    |this| {
        if let Some(dict) = this.dict.get::<Dict>() {
            dict.clear_items();
        }
    }
);

pub static MODULE: TypeSpec = TypeSpec {
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "A module: what `import` makes of a file.",
    natives: &[
        Native::simple("__new__($type, /, *args)", module_new, "Create and return a new object."),
        Native::simple("__init__($self, /, name, doc=None)", module_init, "Set the module's name and doc string."),
        Native::simple("__repr__($self, /)", module_repr, "Return repr(self)."),
        Native::full("__dir__($self, /)", module_dir, "The names of the module, or what its own __dir__ says."),
    ],
    getters: &[Getter::read_only("__dict__", |_, module| Ok(dict_of(module)), "The module's namespace.")],
    ..TypeSpec::new("module", Module::LAYOUT)
};

/// The namespace of a module object.
pub fn namespace(module: &Value) -> Option<&Dict> {
    module.get::<Module>()?.dict.get::<Dict>()
}

fn module_dir(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(module) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let name = vm.name(Name::Dict).clone();
    vm.get_attribute(module, &name)?.and_then(vm, |vm, dict| names_of(vm, &dict))
}

fn names_of(vm: &mut Vm, dict: &Value) -> Res<Action> {
    let Some(namespace) = dict.get::<Dict>() else {
        return Err(vm.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(function) = namespace.get_interned(vm.name(Name::Dir)) {
        return Ok(Action::tail_call(function, []));
    }
    let names = namespace.items().into_iter().map(|(name, _)| name).collect();
    Ok(Action::Return(vm.new_list(names)))
}

fn dict_of(module: &Value) -> Value {
    module.get::<Module>().map_or(Value::NONE, |module| module.dict.clone())
}

/// A module with the names every module has.
pub fn new(vm: &mut Vm, name: &str) -> Value {
    let name = vm.intern(name);
    let dict = vm.new_dict();
    if let Some(namespace) = dict.get::<Dict>() {
        name_module(vm, namespace, name.clone(), Value::NONE);
    }
    vm.new_object(|header| Module { header, dict, name: Mut::new(name) })
}

fn name_module(vm: &mut Vm, namespace: &Dict, name: Value, doc: Value) {
    drop(namespace.set_interned(vm.name(Name::Name), name));
    drop(namespace.set_interned(vm.name(Name::Doc), doc));
    for other in [Name::Package, Name::Loader, Name::Spec] {
        drop(namespace.set_interned(vm.name(other), Value::NONE));
    }
}

fn module_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Module>(vm, arguments, "module")?;
    let dict = vm.new_dict();
    let module = vm.heap.new_object(&class, |header| Module { header, dict: dict.clone(), name: Mut::new(Value::NONE) });
    // Instances of a class made by a class statement have attributes of their own: they are the namespace too.
    if let Some(header) = module.header()
        && let Some(attributes) = class.attributes_of(header)
        && class.has(CLASS_HAS_DICT)
    {
        attributes.adopt_dict(header, dict);
    }
    Ok(module)
}

fn module_init(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [module, name, ..] = arguments else { return Ok(Value::NONE) };
    if name.get::<Str>().is_none() {
        let given = vm.type_name(name);
        return Err(vm.type_error(&alloc::format!("module() argument 'name' must be str, not {given}")));
    }
    let doc = argument(arguments, 2).cloned().unwrap_or(Value::NONE);
    if let Some(namespace) = namespace(module) {
        name_module(vm, namespace, name.clone(), doc);
    }
    Ok(Value::NONE)
}

/// The module's `__name__`.
///
/// # Errors
/// SystemError when it has none.
pub fn name(vm: &mut Vm, module: &Value) -> Res<Value> {
    let name = namespace(module).and_then(|namespace| namespace.get_interned(vm.name(Name::Name)));
    match name {
        Some(name) if name.get::<Str>().is_some() => Ok(name),
        _ => Err(vm.raise(Ex::SystemError, "nameless module")),
    }
}

fn module_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [module, ..] = arguments else { return Ok(Value::NONE) };
    let look = |vm: &Vm, name: Name| namespace(module).and_then(|namespace| namespace.get_interned(vm.name(name)));
    let text = |value: Option<Value>| value.as_ref().and_then(|value| value.get::<Str>()).map(|text| text.to_string_lossy().into_owned());
    let name = text(look(vm, Name::Name)).unwrap_or_else(|| "?".into());
    match text(look(vm, Name::File)) {
        Some(file) => Ok(vm.format(format_args!("<module '{name}' from '{file}'>"))),
        None if super::super::modules::find(&name).is_some() => Ok(vm.format(format_args!("<module '{name}' (built-in)>"))),
        None => Ok(vm.format(format_args!("<module '{name}'>"))),
    }
}
