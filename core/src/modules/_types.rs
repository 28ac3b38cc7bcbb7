//! `_types`: the types that have no name in `builtins`, for `types`.

use super::{ModuleSpec, Namespace};
use crate::object::class::TypeSpec;
use crate::object::{
    cell, descriptor_types, function_types, generator, generic_alias, mapping_proxy, module, none, object_type, simple_namespace, traceback, union_type,
};
use crate::vm::Vm;

pub static MODULE: ModuleSpec = ModuleSpec { constants, ..ModuleSpec::new("_types", "Define names for built-in types.") };

static NAMES: &[(&str, &TypeSpec)] = &[
    ("AsyncGeneratorType", &generator::ASYNC_GENERATOR),
    ("BuiltinFunctionType", &function_types::NATIVE_FUNCTION),
    ("BuiltinMethodType", &function_types::NATIVE_FUNCTION),
    ("CellType", &cell::CELL),
    ("ClassMethodDescriptorType", &object_type::CLASS_METHOD_DESCRIPTOR),
    ("CodeType", &function_types::CODE),
    ("CoroutineType", &generator::COROUTINE),
    ("EllipsisType", &none::ELLIPSIS),
    ("FrameType", &traceback::FRAME),
    ("FunctionType", &function_types::FUNCTION),
    ("GeneratorType", &generator::GENERATOR),
    ("GenericAlias", &generic_alias::GENERIC_ALIAS),
    ("GetSetDescriptorType", &descriptor_types::GETSET_DESCRIPTOR),
    ("LambdaType", &function_types::FUNCTION),
    ("MappingProxyType", &mapping_proxy::MAPPING_PROXY),
    ("MemberDescriptorType", &descriptor_types::MEMBER_DESCRIPTOR),
    ("MethodDescriptorType", &object_type::METHOD_DESCRIPTOR),
    ("MethodType", &function_types::BOUND_METHOD),
    ("MethodWrapperType", &object_type::METHOD_WRAPPER),
    ("ModuleType", &module::MODULE),
    ("NoneType", &none::NONE),
    ("NotImplementedType", &none::NOT_IMPLEMENTED),
    ("SimpleNamespace", &simple_namespace::SIMPLE_NAMESPACE),
    ("TracebackType", &traceback::TRACEBACK),
    ("UnionType", &union_type::UNION_TYPE),
    ("WrapperDescriptorType", &object_type::WRAPPER_DESCRIPTOR),
];

fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, spec) in NAMES {
        let class = vm.class_from_spec(spec);
        module.set(vm, name, class);
    }
}
