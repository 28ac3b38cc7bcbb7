//! Raising, handling, matching.

use super::super::execute::Started;
use super::super::{Action, Call, Res, Vm};
use crate::code::isa::{CONSUME_C, Instr};
use crate::code::prototype::CodeFlags;
use crate::object::class::Class;
use crate::object::exception::{Ex, Exception};
use crate::object::generator::Generator;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::vec::Vec;

/// The running generator and the handled exception that it inherited from whoever resumed it; None outside generators.
fn inherited(vm: &Vm) -> Option<(Value, Value)> {
    // SAFETY: the current frame is compiled code's.
    let flags = unsafe { (*vm.code).flags };
    if flags.0 & (CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR) == 0 {
        return None;
    }
    let caller = vm.frame()?.caller()?;
    if core::ptr::eq(caller.code(), vm.own.generator) { Some((caller.register(1).clone(), caller.register(2).clone())) } else { None }
}

/// PushHandled
pub fn push_handled(vm: &mut Vm, i: Instr) -> Res<()> {
    let exception = vm.register(i.b).clone();
    let mut previous = core::mem::replace(&mut vm.handled, exception);
    // A generator may be resumed by somebody else next time: what it inherited is not its own to restore.
    if let Some((generator, inherited)) = inherited(vm)
        && let Some(generator) = generator.get::<Generator>()
    {
        let own = generator.handles_inherited.replace(vm.handled.is(&inherited));
        if inherited.is(&previous) && !own {
            previous = Value::NONE;
        }
    }
    vm.set_register(i.a, previous);
    Ok(())
}

/// PopHandled
pub fn pop_handled(vm: &mut Vm, i: Instr) -> Res<()> {
    let mut previous = vm.take_register(i.a);
    if let Some((generator, inherited)) = inherited(vm)
        && let Some(generator) = generator.get::<Generator>()
    {
        let own = !previous.is_none();
        if !own {
            previous = inherited.clone();
        }
        generator.handles_inherited.set(own && previous.is(&inherited));
    }
    if previous.is_undefined() {
        previous = Value::NONE;
    }
    drop(core::mem::replace(&mut vm.handled, previous));
    Ok(())
}

/// The instance that `raise value` raises: a class is called.
fn exception_of(vm: &mut Vm, value: &Value) -> Res<Action> {
    if value.get::<Exception>().is_some() {
        return Ok(Action::Return(value.clone()));
    }
    if let Some(class) = value.get::<Class>()
        && class.is_subclass_of(&vm.exception_class(Ex::BaseException))
    {
        return Action::TailCall(Call::new(value.clone(), [])).and_then(vm, |vm, instance| {
            if instance.get::<Exception>().is_none() {
                return Err(vm.type_error("calling a class must return an instance of BaseException"));
            }
            Ok(Action::Return(instance))
        });
    }
    Err(vm.type_error("exceptions must derive from BaseException"))
}

/// Raise
pub fn raise(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.a).clone();
    if value.get::<Exception>().is_some() {
        return Err(vm.raise_value(value));
    }
    let action = exception_of(vm, &value)?;
    match vm.perform(action)? {
        Started::Value(value) => Err(vm.raise_instance(value)),
        Started::Running => Ok(()),
    }
}

/// RaiseFrom
pub fn raise_from(vm: &mut Vm, i: Instr) -> Res<()> {
    let (value, cause) = (vm.register(i.a).clone(), vm.register(i.b).clone());
    let cause = if cause.is_none() {
        Action::Return(Value::NONE)
    } else if cause.get::<Exception>().is_some() || cause.get::<Class>().is_some_and(|class| class.is_subclass_of(&vm.exception_class(Ex::BaseException))) {
        exception_of(vm, &cause)?
    } else {
        return Err(vm.type_error("exception causes must derive from BaseException"));
    };
    let action = cause.and_then(vm, move |vm, cause| {
        exception_of(vm, &value)?.and_then(vm, move |vm, instance| {
            if let Some(exception) = instance.get::<Exception>() {
                exception.cause.set(cause);
                exception.suppress_context.set(true);
            }
            Err(vm.raise_instance(instance))
        })
    });
    vm.complete(action)
}

/// Reraise
pub fn reraise(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.take_register(i.a);
    vm.reraising = true;
    Err(vm.raise_value(value))
}

/// RaiseCurrent
pub fn raise_current(vm: &mut Vm, _: Instr) -> Res<()> {
    let handled = vm.handled.clone();
    if handled.get::<Exception>().is_none() {
        return Err(vm.raise(Ex::RuntimeError, "No active exception to reraise"));
    }
    vm.reraising = true;
    Err(vm.raise_value(handled))
}

/// Does the exception match a class or a tuple of classes?
fn matches(vm: &mut Vm, exception: &Value, condition: &Value) -> Res<bool> {
    let classes: Vec<Value> = match condition.get::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => Vec::from([condition.clone()]),
    };
    let base = vm.exception_class(Ex::BaseException);
    for class in &classes {
        if !class.get::<Class>().is_some_and(|class| class.is_subclass_of(&base)) {
            return Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"));
        }
    }
    let own = vm.class_of(exception);
    Ok(classes.iter().filter_map(|class| class.get::<Class>()).any(|class| own.is_subclass_of(class)))
}

/// ExceptionMatch
pub fn exception_match(vm: &mut Vm, i: Instr) -> Res<()> {
    let (exception, condition) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    if i.x & CONSUME_C != 0 {
        vm.set_register(i.c, Value::UNDEFINED);
    }
    let truth = matches(vm, &exception, &condition)?;
    vm.set_register(i.a, Value::bool(truth));
    Ok(())
}

/// ExceptionGroupMatch
pub fn group_match(vm: &mut Vm, i: Instr) -> Res<()> {
    let (exception, condition) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    if i.x & CONSUME_C != 0 {
        vm.set_register(i.c, Value::UNDEFINED);
    }
    if exception.is_none() {
        vm.set_register(i.a, Value::NONE);
        vm.set_register(i.a + 1, Value::NONE);
        return Ok(());
    }
    matches(vm, &exception, &condition)?;
    let group = vm.exception_class(Ex::BaseExceptionGroup);
    let conditions: Vec<Value> = match condition.get::<Tuple>() {
        Some(tuple) => tuple.items().to_vec(),
        None => Vec::from([condition.clone()]),
    };
    if conditions.iter().filter_map(|class| class.get::<Class>()).any(|class| class.is_subclass_of(&group)) {
        return Err(vm.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
    }
    let action = crate::object::exception_group::split_group(vm, &exception, &condition);
    vm.complete(action)
}

/// ExceptionGroupMatch has the pair (match, rest).
pub fn spread_groups(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    let items = value.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    let mut items = items.into_iter();
    let (matched, rest) = (items.next().unwrap_or(Value::NONE), items.next().unwrap_or(Value::NONE));
    vm.set_register(i.a, rest);
    vm.set_register(i.a + 1, matched);
    Ok(())
}

/// PrepareReraiseStar
pub fn prepare_reraise_star(vm: &mut Vm, i: Instr) -> Res<()> {
    let (original, raised) = (vm.register(i.b).clone(), vm.register(i.c).clone());
    let action = crate::object::exception_group::prepare_reraise_star(vm, &original, &raised);
    vm.complete(action)
}

/// ExceptionInfo
pub fn exception_info(vm: &mut Vm, i: Instr) -> Res<()> {
    let exception = vm.register(i.b).clone();
    let class = vm.class_of(&exception).value();
    let traceback = match exception.get::<Exception>() {
        Some(object) => object.traceback(vm),
        None => Value::NONE,
    };
    vm.set_register(i.a, class);
    vm.set_register(i.a + 1, exception);
    vm.set_register(i.a + 2, traceback);
    Ok(())
}
