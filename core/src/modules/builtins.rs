//! `builtins`: the functions of `crate::builtins`, every builtin type, the exceptions.

use super::{ModuleSpec, Namespace};
use crate::builtins::{attributes, evaluate, inspect, io, iterate, numbers, text};
use crate::object::exception::{ALIASES, Ex};
use crate::object::object_type::{OBJECT, TYPE};
use crate::object::types;
use crate::object::value::Value;
use crate::vm::{Native, Vm};

pub static MODULE: ModuleSpec = ModuleSpec { constants, ..ModuleSpec::new("builtins", "The names that every module sees.") };

/// The functions, theme by theme.
const FUNCTIONS: &[&[Native]] =
    &[attributes::NATIVES, evaluate::NATIVES, inspect::NATIVES, io::NATIVES, iterate::NATIVES, numbers::NATIVES, text::NATIVES, crate::vm::import::NATIVES];

/// The types that are builtin names; the others are reached through `types` or by `type()`.
const TYPES: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "classmethod",
    "complex",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "int",
    "list",
    "map",
    "memoryview",
    "object",
    "property",
    "range",
    "reversed",
    "set",
    "slice",
    "staticmethod",
    "str",
    "super",
    "tuple",
    "type",
    "zip",
];

fn constants(vm: &mut Vm, module: &Namespace) {
    for natives in FUNCTIONS {
        module.functions(vm, natives);
    }
    #[cfg(feature = "compiler")]
    module.functions(vm, crate::builtins::execution::NATIVES);
    for &spec in [&OBJECT, &TYPE].iter().chain(types::TYPES) {
        if spec.module == "builtins" && TYPES.contains(&spec.name) {
            let class = vm.class_from_spec(spec);
            module.set(vm, spec.name, class);
        }
    }
    // The old name, which many programs still use.
    let range = vm.intern("range");
    if let Some(range) = module.get(&range) {
        module.set(vm, "xrange", range);
    }
    for (name, value) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("Ellipsis", Value::ELLIPSIS),
        ("__debug__", Value::bool(vm.host.flags.optimize == 0)),
    ] {
        module.set(vm, name, value);
    }
    for (&kind, (name, _)) in Ex::ALL.iter().zip(Ex::TABLE) {
        let class = vm.exception_class(kind).value();
        module.set(vm, name, class);
    }
    for &(name, kind) in ALIASES {
        let class = vm.exception_class(kind).value();
        module.set(vm, name, class);
    }
}
