//! Iterators made of other iterators and of Python methods, where the next item takes Python code: `zip`, `map`, `filter`, `enumerate`,
//! `iter` of what has only `__getitem__`. Each says step by step what it wants ([`Progress`]); a frame of the VM's own holds it
//! meanwhile, with nothing allocated for an item.

use super::super::execute::Begun;
use super::super::frame::OWN_REGISTERS;
use super::super::native::{Advance, Call, Given, Progress};
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
    match advance(vm, &iterator, Given::Nothing)? {
        Progress::Item(item) => Ok(Begun::Value(item)),
        Progress::Done => Err(stop_iteration(vm)),
        wanted => {
            let top = vm.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
            let own = vm.own.pull;
            // SAFETY: room was reserved.
            unsafe { vm.push_own(top, own, iterator.clone()) };
            go_on(vm, advance, &iterator, wanted)
        }
    }
}

/// Does what the iterator in the current frame wants, until it waits for Python code or has its item.
fn go_on(vm: &mut Vm, advance: Advance, iterator: &Value, mut wanted: Progress) -> Res<Begun> {
    loop {
        let begun = match wanted {
            Progress::Item(item) => {
                vm.pop_own();
                return Ok(Begun::Value(item));
            }
            Progress::Done => {
                vm.pop_own();
                return Err(stop_iteration(vm));
            }
            Progress::Next(source) => {
                vm.set_register(2, Value::UNDEFINED);
                if source.kind() == Kind::Generator && super::generators::resume_suspended(vm, &source, &Value::NONE) {
                    return Ok(Begun::Running);
                }
                next_action(vm, &source).and_then(|action| vm.carry_out(action))
            }
            Progress::Call { callee, first, second, held } => {
                vm.set_register(2, held);
                let entered = match (callee.kind(), second.is_undefined()) {
                    (Kind::Function, true) => vm.enter_with(callee, [first]),
                    (Kind::Function, false) => vm.enter_with(callee, [first, second]),
                    _ => {
                        let arguments = if second.is_undefined() { alloc::vec![first] } else { alloc::vec![first, second] };
                        wanted = Progress::Act { action: Action::TailCall(Call::new(callee, arguments)), held: vm.take_register(2) };
                        continue;
                    }
                };
                entered.map(|()| Begun::Running)
            }
            Progress::Act { action, held } => {
                vm.set_register(2, held);
                vm.carry_out(action)
            }
        };
        let next = match begun {
            Ok(Begun::Value(value)) => {
                let given = received(vm, value);
                advance(vm, iterator, given)
            }
            Ok(begun) => return Ok(begun),
            Err(raised) => {
                let given = refused(vm, raised);
                advance(vm, iterator, given)
            }
        };
        wanted = match next {
            Ok(wanted) => wanted,
            Err(raised) => {
                vm.pop_own();
                return Err(raised);
            }
        };
    }
}

/// A value has come to the current frame.
fn received(vm: &mut Vm, value: Value) -> Given {
    let held = vm.take_register(2);
    if held.is_undefined() { Given::Item(value) } else { Given::Result { value, held } }
}

/// An exception has come to the current frame.
fn refused(vm: &mut Vm, raised: Raised) -> Given {
    let held = vm.take_register(2);
    if held.is_undefined() && vm.pending_is(Ex::StopIteration) {
        drop(vm.take_exception(raised));
        return Given::End;
    }
    Given::Raised(raised)
}

/// Goes on with what came to the current frame, which waited at its instruction.
fn go_on_with(vm: &mut Vm, given: Given) -> Res<Begun> {
    // Whoever returns into this frame comes here again.
    // SAFETY: the running frame's code.
    vm.pc = unsafe { (*vm.code).instructions.add(1) };
    let iterator = vm.register(1).clone();
    let Some(advance) = vm.class_of(&iterator).native_advance.get() else { return Ok(Begun::Running) };
    match advance(vm, &iterator, given) {
        Ok(Progress::Done) => {
            vm.pop_own();
            let i = vm.current_instruction();
            if i.op == Op::ForIter {
                vm.set_register(i.b, Value::UNDEFINED);
                return Ok(Begun::Running);
            }
            Err(stop_iteration(vm))
        }
        Ok(wanted) => go_on(vm, advance, &iterator, wanted),
        Err(raised) => {
            vm.pop_own();
            Err(raised)
        }
    }
}

fn finish(vm: &mut Vm, begun: Res<Begun>) -> Res<()> {
    match begun? {
        Begun::Value(value) => vm.deliver(value),
        Begun::Raising(raised) => Err(raised),
        _ => Ok(()),
    }
}

/// The callee returned into the current frame.
pub(super) fn returned(vm: &mut Vm) -> Res<()> {
    let value = vm.take_register(0);
    let given = received(vm, value);
    let begun = go_on_with(vm, given);
    finish(vm, begun)
}

/// An exception reached the current frame.
pub(in crate::vm) fn failed(vm: &mut Vm, raised: Raised) -> Res<()> {
    let given = refused(vm, raised);
    let begun = go_on_with(vm, given);
    finish(vm, begun)
}
