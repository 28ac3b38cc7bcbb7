//! Truth, jumps, safe points, and the delivery of results to the instruction that waits for them.

use super::super::execute::Started;
use super::super::frame::{Resume, Word};
use super::super::step::Exit;
use super::super::{Action, Again, Call, Continuation, Name, Res, Vm};
use crate::code::isa::{CONSUME_A, CONSUME_B, Instr, Op};
use crate::heap::{Finalizer, free_object};
use crate::object::exception::Ex;
use crate::object::header::Header;
use crate::object::value::{Value, bits};
use alloc::boxed::Box;
use alloc::format;

/// Reached only through an instruction that the verifier should have refused.
pub fn invalid(vm: &mut Vm, _: Instr) -> Res<()> {
    Err(vm.raise(Ex::SystemError, "unknown opcode"))
}

/// A native raised: the loop put the sign aside.
pub fn raised(vm: &mut Vm, _: Instr) -> Res<()> {
    match vm.raised.take() {
        Some(raised) => Err(raised),
        None => Ok(()),
    }
}

/// Frees the object that Clear released last, and runs finalizers that wait for it.
pub fn free_and_look(vm: &mut Vm, _: Instr) -> Res<()> {
    // SAFETY: the loop took the last reference away.
    unsafe { free_object(vm.dead as usize as *mut Header) };
    if vm.heap.ticks.get() <= 0 { vm.look_around() } else { Ok(()) }
}

/// At a call, before it is made: looks around, then the call again.
pub fn safe_point(vm: &mut Vm, _: Instr) -> Res<()> {
    vm.pc = vm.pc.wrapping_sub(1);
    look_around_before_next(vm)
}

/// After a backward jump.
pub fn safe_point_after(vm: &mut Vm, _: Instr) -> Res<()> {
    look_around_before_next(vm)
}

/// What is raised here is raised by the instruction at pc, which would run next: it may be the first of a `try`.
fn look_around_before_next(vm: &mut Vm) -> Res<()> {
    let result = vm.look_around();
    if result.is_err() {
        vm.pc = vm.pc.wrapping_add(1);
    }
    result
}

/// `not`
pub fn not(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.b).clone();
    consume_b(vm, i);
    let action = vm.truth_action(&value);
    vm.complete(action)
}

pub(super) fn consume_b(vm: &mut Vm, i: Instr) {
    if i.x & CONSUME_B != 0 {
        vm.set_register(i.b, Value::UNDEFINED);
    }
}

/// JumpTrue and JumpFalse of what is neither a bool, None nor a small integer.
pub fn jump_truth(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.a).clone();
    if i.x & CONSUME_A != 0 {
        vm.set_register(i.a, Value::UNDEFINED);
    }
    let action = vm.truth_action(&value);
    drop(value);
    vm.complete(action)
}

/// The value of a return reached an instruction other than a call.
pub fn deliver_word(vm: &mut Vm, _: Instr) -> Res<()> {
    // SAFETY: the loop gave the word away.
    let value = unsafe { Value::from_bits(core::mem::replace(&mut vm.delivered, bits::UNDEFINED)) };
    vm.deliver(value)
}

/// Whether a fused comparison jumps when it holds. The senses alternate in the table.
pub(super) fn jump_sense(op: Op) -> bool {
    (op as u8 - Op::JumpLt as u8).is_multiple_of(2)
}

/// Moves the program counter by a jump that was decided late.
pub(super) fn branch(vm: &mut Vm, offset: isize) {
    if offset < 0 {
        vm.heap.ticks.set(vm.heap.ticks.get() - 1);
    }
    vm.pc = vm.pc.wrapping_offset(offset);
}

impl Vm {
    /// The instruction that is being executed.
    pub(crate) fn current_instruction(&self) -> Instr {
        // SAFETY: pc is past the first instruction of the current code.
        unsafe { *self.pc.sub(1) }
    }

    /// Gives the current instruction its value. Most store it; some test it, check it, or throw it away.
    pub(crate) fn deliver(&mut self, value: Value) -> Res<()> {
        let i = self.current_instruction();
        match i.op {
            Op::Add | Op::Sub | Op::Mul | Op::TrueDiv | Op::FloorDiv | Op::Mod | Op::Pow | Op::MatMul | Op::LShift | Op::RShift | Op::And | Op::Or | Op::Xor => {
                super::arithmetic::delivered(self, i, value)
            }
            op if (op as u8) >= Op::AddInt as u8 && (op as u8) <= Op::AndInt as u8 => super::arithmetic::delivered(self, i, value),
            Op::Lt | Op::Le | Op::Eq | Op::Ne | Op::Gt | Op::Ge => super::compare::delivered(self, i, value),
            Op::SetAttr
            | Op::SetItem
            | Op::DeleteAttr
            | Op::DeleteItem
            | Op::StoreName
            | Op::DeleteName
            | Op::ListExtend
            | Op::SetUpdate
            | Op::MapUpdate
            | Op::MapMerge
            | Op::ImportStar
            | Op::ListAppend
            | Op::SetAdd
            | Op::MapAdd
            | Op::Clear
            | Op::Loop => Ok(()),
            Op::Not => self.deliver_truth(value, |vm, truth| vm.set_register(i.a, Value::bool(!truth))),
            Op::In => self.deliver_truth(value, |vm, truth| vm.set_register(i.a, Value::bool(truth))),
            Op::NotIn => self.deliver_truth(value, |vm, truth| vm.set_register(i.a, Value::bool(!truth))),
            Op::JumpTrue => self.deliver_truth(value, |vm, truth| {
                if truth {
                    branch(vm, i.operand() as isize);
                }
            }),
            Op::JumpFalse => self.deliver_truth(value, |vm, truth| {
                if !truth {
                    branch(vm, i.operand() as isize);
                }
            }),
            Op::JumpIn => self.deliver_jump(value, i, true),
            Op::JumpNotIn => self.deliver_jump(value, i, false),
            op if (op as u8) >= Op::JumpLt as u8 && (op as u8) <= Op::JumpNotGeInt as u8 => self.deliver_jump(value, i, jump_sense(op)),
            Op::ForIter => {
                self.set_register(i.a, value);
                branch(self, i.c as i16 as isize);
                Ok(())
            }
            Op::GetIter => super::iteration::check_iterator(self, i, value),
            Op::GetAIter => super::generators::check_aiter(self, i, value),
            Op::GetANext => super::generators::check_anext(self, i, value),
            Op::GetAwaitable => super::generators::check_awaitable(self, i, value),
            Op::Raise => Err(self.raise_instance(value)),
            Op::LoadMethod => {
                self.set_register(i.a, value);
                self.set_register(i.a + crate::code::isa::HEADER_SLOTS as u16, Value::UNDEFINED);
                Ok(())
            }
            Op::LoadSpecial => {
                self.set_register(i.a, value);
                self.set_register(i.a + 1, Value::UNDEFINED);
                Ok(())
            }
            Op::Unpack => super::build::spread(self, i, value),
            Op::UnpackEx => super::build::spread_ex(self, i, value),
            Op::ExceptionGroupMatch => super::exceptions::spread_groups(self, i, value),
            _ => {
                self.set_register(i.a, value);
                Ok(())
            }
        }
    }

    fn deliver_jump(&mut self, value: Value, i: Instr, sense: bool) -> Res<()> {
        if value.is_not_implemented() && i.op as u8 <= Op::JumpNotGe as u8 {
            return super::compare::refused(self, i, (i.a, CONSUME_A), (i.b, CONSUME_B));
        }
        if i.op as u8 <= Op::JumpNotGe as u8 {
            for (flag, register) in [(CONSUME_A, i.a), (CONSUME_B, i.b)] {
                if i.x & flag != 0 {
                    self.set_register(register, Value::UNDEFINED);
                }
            }
        }
        self.deliver_truth(value, move |vm, truth| {
            if truth == sense {
                branch(vm, i.c as i16 as isize);
            }
        })
    }

    /// Delivers the truth of a value; if that takes a call, its result comes back here as a bool.
    fn deliver_truth(&mut self, value: Value, then: impl FnOnce(&mut Vm, bool)) -> Res<()> {
        let truth = match value.as_bool() {
            Some(truth) => truth,
            None => {
                let action = self.truth_action(&value)?;
                match self.perform(action)? {
                    Started::Value(value) => value.as_bool().unwrap_or(true),
                    Started::Running => return Ok(()),
                }
            }
        };
        then(self, truth);
        Ok(())
    }

    /// `bool(value)`
    pub fn truth_action(&mut self, value: &Value) -> Res<Action> {
        if let Some(truth) = super::super::protocol::native_truth(value) {
            return Ok(Action::Return(Value::bool(truth)));
        }
        if let Some(method) = self.lookup_special(value, Name::Bool) {
            return super::attribute::call_method_action(self, method, value, &[], |vm, result| match result.as_bool() {
                Some(_) => Ok(Action::Return(result)),
                None => {
                    let name = vm.type_name(&result);
                    Err(vm.type_error(&format!("__bool__ should return bool, returned {name}")))
                }
            });
        }
        if self.lookup_special(value, Name::Len).is_some() {
            let length = super::subscript::length(self, value)?;
            return length.and_then(self, |_, length| Ok(Action::Return(Value::bool(length.as_small_int() != Some(0)))));
        }
        Ok(Action::Return(Value::TRUE))
    }

    /// Have objects died whose finalizers may run now?
    #[inline]
    pub(crate) fn finalizers_wait(&self) -> bool {
        !self.heap.finalizers.get().is_empty() && !self.finalizing
    }

    /// The safe point: everything that wants attention between two instructions. A finalizer gets a frame, whose return goes on
    /// with the instruction at pc.
    pub(crate) fn look_around(&mut self) -> Res<()> {
        let goes_on = self.heap.give_ticks_back();
        if self.heap.limit_passed.replace(false) && self.heap.used() > self.heap.limit() {
            self.heap.collect();
            if self.heap.used() > self.heap.limit() {
                return Err(self.memory_error());
            }
        }
        if self.heap.collection_due.replace(false) {
            self.heap.collect();
        }
        if self.finalizers_wait() {
            // A slice that is over ends right after they have begun.
            return self.run_finalizers();
        }
        if !goes_on {
            self.renew_slice();
        }
        self.slice_ended(goes_on)
    }

    /// Pushes a frame that runs the waiting finalizers one after the other.
    fn run_finalizers(&mut self) -> Res<()> {
        struct Finalizers;
        impl Finalizers {
            fn next(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
                let waiting = vm.heap.finalizers.get_mut();
                if waiting.is_empty() {
                    vm.finalizing = false;
                    // Not to keep alive what it was about.
                    vm.unraisable = ("", Value::NONE);
                    return Ok(Action::Return(Value::NONE));
                }
                let call = match waiting.remove(0) {
                    Finalizer::Delete(object) => {
                        if object.kind() == crate::object::header::Kind::Generator {
                            vm.unraisable = ("while closing generator", object.clone());
                            if super::generators::never_begun(&object) {
                                vm.unraisable = ("while finalizing coroutine", object.clone());
                                if vm.ending || super::generators::is_hidden(&object) {
                                    return self.next(vm);
                                }
                                let callee = super::super::prelude::function(vm, &super::super::prelude::WARNING, "never_awaited")?;
                                return Ok(Action::Call(Call::new(callee, [object]), self));
                            }
                            if let Some(finalizer) = object.get::<crate::object::generator::Generator>().and_then(|generator| generator.aside.take()) {
                                return Ok(Action::Call(Call::new(finalizer, [object]), self));
                            }
                            return match super::generators::close(vm, &object) {
                                Ok(action) => Ok(Action::Then(Box::new(action), self)),
                                Err(raised) => {
                                    let exception = vm.take_exception(raised);
                                    vm.report_unraisable(exception);
                                    self.next(vm)
                                }
                            };
                        }
                        let Some(method) = vm.lookup_special(&object, Name::Del) else { return self.next(vm) };
                        vm.unraisable = ("while calling deallocator", method.clone());
                        Call::new(method, [object])
                    }
                    Finalizer::WeakCallback { callback, reference } => {
                        vm.unraisable = ("while calling weakref callback", callback.clone());
                        Call::new(callback, [reference])
                    }
                };
                Ok(Action::Call(call, self))
            }
        }
        impl Continuation for Finalizers {
            fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
                if let Err(raised) = result {
                    let exception = vm.take_exception(raised);
                    vm.report_unraisable(exception);
                }
                self.next(vm)
            }
        }
        self.finalizing = true;
        let top = self.reserve(crate::code::isa::HEADER_SLOTS + super::super::frame::OWN_REGISTERS)?;
        let code = self.own.discard;
        // SAFETY: room was reserved.
        unsafe { self.push_own(top, code, Value::UNDEFINED) };
        let action = Box::new(Finalizers).next(self);
        self.complete(action)
    }

    /// `raise value` for an instance (or what a class's call gave).
    pub(super) fn raise_instance(&mut self, value: Value) -> super::super::Raised {
        if value.get::<crate::object::exception::Exception>().is_some() {
            return self.raise_value(value);
        }
        self.type_error("exceptions must derive from BaseException")
    }
}

/// A continuation gets its value. Where it wants the like once more, its frame stays.
fn resume_continuation(vm: &mut Vm) -> Res<()> {
    let mut value = vm.take_register(0);
    let object = vm.register(1).bits() as usize as *const super::super::frame::ContinuationObject;
    // Whoever returns into this frame comes here again.
    // SAFETY: the running frame's code.
    vm.pc = unsafe { (*vm.code).instructions.get().add(1) };
    loop {
        // SAFETY: the frame, which keeps the object, stays while `again` runs, and nobody else touches what it holds.
        let Some(continuation) = (unsafe { (*object).state.get_mut().as_mut() }) else { return vm.deliver(value) };
        let started = match continuation.again(vm, value) {
            Ok(Again::Next(generator)) => match super::generators::next_value(vm, generator)? {
                Some(value) => Started::Value(value),
                None => return Ok(()),
            },
            Ok(Again::Call(call)) => vm.begin_call(*call)?,
            Ok(Again::CallWith(callee, argument)) => {
                if callee.kind() == crate::object::header::Kind::Function {
                    return vm.enter_with(callee, [argument]);
                }
                vm.begin_call(Call::new(callee, [argument]))?
            }
            Ok(Again::CallWithTwo(function, arguments)) => return vm.enter_with(function, arguments),
            Ok(Again::Leave(value)) => {
                let action = match vm.pop_continuation() {
                    Some(continuation) => continuation.resume(vm, Ok(value)),
                    None => Ok(Action::Return(value)),
                };
                return vm.complete(action);
            }
            Err(raised) => {
                vm.pop_own();
                return Err(raised);
            }
        };
        match started {
            Started::Running => return Ok(()),
            Started::Value(next) => value = next,
        }
    }
}

/// A frame of the VM's own goes on: its callee returned into its first register.
pub fn resume_native(vm: &mut Vm, i: Instr) -> Res<()> {
    if i.x == Resume::Continuation as u8 {
        return resume_continuation(vm);
    }
    if i.x == Resume::Generator as u8 {
        return super::generators::returned(vm);
    }
    if i.x == Resume::Pull as u8 {
        return super::pull::returned(vm);
    }
    let value = vm.take_register(0);
    if i.x == Resume::Construct as u8 {
        let instance = vm.take_register(1);
        vm.pop_own();
        vm.check_init_result(&value)?;
        return vm.deliver(instance);
    }
    if i.x == Resume::Chunk as u8 {
        vm.pop_own();
        vm.leave_chunk();
        return vm.deliver(value);
    }
    // Resume::Discard: the interrupted instruction goes on. Resume::Hook: it is come to again.
    vm.pop_silently();
    if i.x == Resume::Hook as u8 {
        vm.pc = vm.pc.wrapping_sub(1);
    }
    drop(value);
    if vm.heap.ticks.get() <= 0 { vm.look_around() } else { Ok(()) }
}

/// The frame that the loop or a py-thread began with has its result.
pub fn leave(vm: &mut Vm) -> Option<Exit> {
    let value = vm.take_register(0);
    let bottom = vm.take_register(1);
    vm.pop_silently();
    match vm.left(bottom, Ok(value)) {
        Some(exit) => Some(exit),
        None => vm.settle(Ok(())),
    }
}

/// A word that nobody reads.
pub const NOTHING: Word = bits::UNDEFINED;
