//! Iterators made of other iterators and of Python methods, where the next item takes Python code: `zip`, `map`, `filter`, `enumerate`,
//! `iter` of what has only `__getitem__`. Each says step by step what it wants ([`Progress`]); a frame of the VM's own holds it
//! meanwhile, with nothing allocated for an item.

use super::super::execute::Begun;
use super::super::frame::OWN_REGISTERS;
use super::super::native::{Advance, Given, Progress};
use super::super::{Action, Raised, Res, Vm};
use super::iteration::{next_action, stop_iteration};
use crate::code::isa::{HEADER_SLOTS, Op};
use crate::object::exception::Ex;
use crate::object::header::Kind;
use crate::object::value::Value;

/// Does the iterator's next item come this way, once it cannot be taken natively?
#[inline]
pub(in crate::vm) fn pulls(vm: &mut Vm, iterator: &Value) -> bool {
    let class = vm.class_of(iterator);
    class.native_advance.get().is_some() && class.native_next.get().is_some()
}

/// Runs `iterator` on to its next item, which goes to the current instruction.
///
/// # Errors
/// StopIteration at the end; what Python code raises.
pub(in crate::vm) fn begin(vm: &mut Vm, iterator: Value) -> Res<Begun> {
    let Some(advance) = vm.class_of(&iterator).native_advance.get() else { return Err(vm.type_error("not a generator")) };
    let top = vm.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
    let own = vm.own.pull;
    // SAFETY: room was reserved.
    unsafe { vm.push_own(top, own, iterator.clone()) };
    go_on(vm, advance, &iterator, Given::Nothing)
}

/// Calls a function with one or two arguments for the iterator in the current frame; what is `held` waits there for the result.
///
/// # Errors
/// What the callee raises at once.
pub fn call<const COUNT: usize>(vm: &mut Vm, held: Value, callee: Value, arguments: [Value; COUNT]) -> Res<Progress> {
    if callee.kind() == Kind::Function {
        vm.set_register(2, held);
        return vm.enter_with(callee, arguments).map(|()| Progress::Running);
    }
    act(vm, held, Action::tail_call(callee, arguments))
}

/// Has an action carried out for the iterator in the current frame; what is `held` waits there for the result.
///
/// # Errors
/// What the action raises at once.
pub fn act(vm: &mut Vm, held: Value, action: Action) -> Res<Progress> {
    vm.set_register(2, held);
    Ok(match vm.carry_out(action)? {
        Begun::Value(value) => Progress::Ready(value),
        Begun::Raising(raised) => Progress::Raising(raised),
        _ => Progress::Running,
    })
}

/// What the iterator in the current frame left for the result it gets.
pub fn held(vm: &mut Vm) -> Value {
    vm.take_register(2)
}

/// Shows the iterator in the current frame what there is for it, until it waits for Python code or has its item.
fn go_on(vm: &mut Vm, advance: Advance, iterator: &Value, mut given: Given) -> Res<Begun> {
    loop {
        given = match advance(vm, iterator, given) {
            Ok(Progress::Running) => return Ok(Begun::Running),
            Ok(Progress::Item(item)) => {
                vm.pop_own();
                return Ok(Begun::Value(item));
            }
            Ok(Progress::Next(source)) => {
                drop(held(vm));
                if source.kind() == Kind::Generator && super::generators::resume_suspended(vm, &source, &Value::NONE) {
                    return Ok(Begun::Running);
                }
                match next_action(vm, &source).and_then(|action| vm.carry_out(action)) {
                    Ok(Begun::Value(item)) => Given::Item(item),
                    Ok(begun) => return Ok(begun),
                    Err(raised) => refused(vm, raised),
                }
            }
            Ok(Progress::Ready(value)) => Given::Result(value),
            Ok(Progress::Done) => {
                vm.pop_own();
                let i = vm.current_instruction();
                if i.op == Op::ForIter {
                    vm.set_register(i.b, Value::UNDEFINED);
                    return Ok(Begun::Running);
                }
                return Err(stop_iteration(vm));
            }
            Ok(Progress::Raising(raised)) => return Ok(Begun::Raising(raised)),
            Err(raised) => {
                vm.pop_own();
                return Err(raised);
            }
        };
    }
}

/// An exception has come to the current frame.
fn refused(vm: &mut Vm, raised: Raised) -> Given {
    if vm.register(2).is_undefined() && vm.pending_is(Ex::StopIteration) {
        drop(vm.take_exception(raised));
        return Given::End;
    }
    Given::Raised(raised)
}

/// Goes on with what came to the current frame, which waited at its instruction.
fn go_on_with(vm: &mut Vm, given: Given) -> Res<()> {
    // Whoever returns into this frame comes here again.
    // SAFETY: the running frame's code.
    vm.pc = unsafe { (*vm.code).instructions.get().add(1) };
    let iterator = vm.register(1).clone();
    let Some(advance) = vm.class_of(&iterator).native_advance.get() else { return Ok(()) };
    match go_on(vm, advance, &iterator, given)? {
        Begun::Value(value) => vm.deliver(value),
        Begun::Raising(raised) => Err(raised),
        _ => Ok(()),
    }
}

/// The callee returned into the current frame.
pub(super) fn returned(vm: &mut Vm) -> Res<()> {
    let value = vm.take_register(0);
    let given = if vm.register(2).is_undefined() { Given::Item(value) } else { Given::Result(value) };
    go_on_with(vm, given)
}

/// An exception reached the current frame.
pub(in crate::vm) fn failed(vm: &mut Vm, raised: Raised) -> Res<()> {
    let given = refused(vm, raised);
    go_on_with(vm, given)
}
