//! Intrinsic functions: what the compiler needs besides instructions, mostly for type parameters.

use super::super::{Action, Call, Name, Res, Vm};
use crate::code::isa::{Instr, Intrinsic};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::Function;
use crate::object::value::Value;
use alloc::format;
use alloc::vec::Vec;

/// Intrinsic
pub fn intrinsic(vm: &mut Vm, i: Instr) -> Res<()> {
    let arguments = vm.take_registers(i.b, i.x as usize);
    let action = run(vm, i.c, arguments);
    vm.complete(action)
}

fn run(vm: &mut Vm, number: u16, arguments: Vec<Value>) -> Res<Action> {
    let is = |intrinsic: Intrinsic| number == intrinsic as u16;
    if is(Intrinsic::Display) {
        let sys_name = vm.intern("sys");
        let modules = vm.modules.clone();
        let hook = modules.get::<Dict>().and_then(|modules| modules.get_interned(&sys_name)).ok_or(());
        let Ok(sys) = hook else { return Err(vm.raise(Ex::RuntimeError, "lost sys.displayhook")) };
        let name = vm.intern("displayhook");
        return vm.get_attribute(&sys, &name)?.and_then(vm, move |_, hook| Ok(Action::TailCall(Call::new(hook, arguments))));
    }
    if is(Intrinsic::SetTypeParams) {
        let mut arguments = arguments.into_iter();
        let (function, parameters) = (arguments.next().unwrap_or(Value::NONE), arguments.next().unwrap_or(Value::NONE));
        if let Some(function) = function.get::<Function>() {
            function.type_params.set(parameters);
        }
        return Ok(Action::Return(function));
    }
    if is(Intrinsic::SetupAnnotations) {
        let space = vm.register(0).clone();
        let name = vm.name(Name::Annotations).clone();
        if let Some(dict) = space.get::<Dict>()
            && dict.get_interned(&name).is_none()
        {
            let annotations = vm.new_dict();
            drop(dict.set_interned(&name, annotations));
        }
        return Ok(Action::Return(Value::NONE));
    }
    // The rest are classes and functions of modules written in Python or natively.
    let (module, name) = match number {
        n if n == Intrinsic::TypeVar as u16 => ("_typing", "_make_typevar"),
        n if n == Intrinsic::TypeVarWithBound as u16 => ("_typing", "_make_typevar_with_bound"),
        n if n == Intrinsic::TypeVarWithConstraints as u16 => ("_typing", "_make_typevar_with_constraints"),
        n if n == Intrinsic::ParamSpec as u16 => ("_typing", "_make_paramspec"),
        n if n == Intrinsic::TypeVarTuple as u16 => ("_typing", "_make_typevartuple"),
        n if n == Intrinsic::SetTypeParamDefault as u16 => ("_typing", "_set_typeparam_default"),
        n if n == Intrinsic::SubscriptGeneric as u16 => ("_typing", "_subscript_generic"),
        n if n == Intrinsic::TypeAlias as u16 => ("_typing", "_make_typealias"),
        n if n == Intrinsic::Interpolation as u16 => ("_template", "Interpolation"),
        n if n == Intrinsic::Template as u16 => ("_template", "_make_template"),
        _ => return Err(vm.raise(Ex::SystemError, &format!("unknown intrinsic {number}"))),
    };
    let module_name = vm.intern(module);
    let name = vm.intern(name);
    crate::vm::import::import_by_name(vm, &module_name)?
        .and_then(vm, move |vm, module| vm.get_attribute(&module, &name)?.and_then(vm, move |_, function| Ok(Action::TailCall(Call::new(function, arguments)))))
}
