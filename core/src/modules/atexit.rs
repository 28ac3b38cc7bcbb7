//! `atexit`: functions to call when the program ends. The list is kept in the module; the host runs it with [`run`].

use super::ModuleSpec;
use crate::builtins::report;
use crate::object::dict::Dict;
use crate::object::list::{self, List};
use crate::object::module;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::{Action, Args, Call, Name, Native, Res, Vm};
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("register(func, /, *args, **kwargs)", register, "Call func with these arguments when the program ends; return func."),
        Native::full("unregister(func, /)", unregister, "Forget a function."),
        Native::simple(
            "_clear()",
            |vm, _| {
                drop(calls(vm).and_then(|calls| calls.get::<List>().map(List::take_items)));
                Ok(Value::NONE)
            },
            "Forget all functions.",
        ),
        Native::full(
            "_run_exitfuncs()",
            |vm, _| {
                let next = next_call(vm);
                run_all(vm, next)
            },
            "Call the functions now.",
        ),
        Native::simple(
            "_ncallbacks()",
            |vm, _| {
                let count = calls(vm).and_then(|calls| calls.get::<List>().map(|list| list.items.get().len())).unwrap_or(0);
                Ok(vm.new_size(count))
            },
            "How many functions are registered.",
        ),
    ],
    constants: |vm, module| {
        let list = vm.new_list(Vec::new());
        module.set(vm, "_calls", list);
    },
    ..ModuleSpec::new("atexit", "Functions to call when the program ends.")
};

/// The list of registered calls: tuples (function, arguments, keyword names).
fn calls(vm: &mut Vm) -> Option<Value> {
    let (key, name) = (vm.intern("atexit"), vm.intern("_calls"));
    let module = vm.modules.get::<Dict>()?.get_interned(&key)?;
    module::namespace(&module)?.get_interned(&name)
}

fn register(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some((function, rest)) = arguments.positional.split_first() else {
        return Err(vm.type_error("register() takes at least 1 argument (0 given)"));
    };
    if vm.lookup_special(function, Name::Call).is_none() {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let mut values = rest.to_vec();
    values.extend(arguments.values.iter().cloned());
    let values = vm.new_tuple(values);
    let names = vm.new_tuple(arguments.names.to_vec());
    let call = vm.new_tuple(Vec::from([function.clone(), values, names]));
    if let Some(list) = calls(vm).as_ref().and_then(|calls| calls.get::<List>()) {
        list::append(vm, list, call)?;
    }
    Ok(Action::Return(function.clone()))
}

fn unregister(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(function) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let registered = calls(vm).and_then(|calls| calls.get::<List>().map(List::take_items)).unwrap_or_default();
    let mut kept = Vec::new();
    for call in registered {
        let same = match call.get::<Tuple>().and_then(|call| call.items().first().cloned()) {
            Some(other) => vm.equal(&other, function)?,
            None => false,
        };
        if !same {
            kept.push(call);
        }
    }
    if let Some(list) = calls(vm).as_ref().and_then(|calls| calls.get::<List>()) {
        drop(list.put_items(kept));
    }
    Ok(Action::Return(Value::NONE))
}

/// Takes the call registered last.
fn next_call(vm: &mut Vm) -> Option<Call> {
    let list = calls(vm)?;
    let call = list.get::<List>()?.items.get_mut().pop()?;
    let [function, values, names] = call.get::<Tuple>()?.items() else { return None };
    let items = |value: &Value| value.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    Some(Call { callee: function.clone(), arguments: items(values), names: items(names) })
}

fn run_all(_: &mut Vm, next: Option<Call>) -> Res<Action> {
    match next {
        None => Ok(Action::Return(Value::NONE)),
        Some(call) => {
            let callee = call.callee.clone();
            let resume = move |vm: &mut Vm, result: Res<Value>| {
                if let Err(raised) = result {
                    let exception = vm.take_exception(raised);
                    report::unraisable(vm, &exception, "in atexit callback", &callee);
                }
                let next = next_call(vm);
                run_all(vm, next)
            };
            Ok(Action::Call(call, alloc::boxed::Box::new(resume)))
        }
    }
}

/// The function that runs everything registered, for the host to call at the end; None if the module was never imported.
pub fn run(vm: &mut Vm) -> Option<Value> {
    calls(vm)?;
    let (key, name) = (vm.intern("atexit"), vm.intern("_run_exitfuncs"));
    let module = vm.modules.get::<Dict>()?.get_interned(&key)?;
    module::namespace(&module)?.get_interned(&name)
}
