//! Exceptions on their way: from the raising instruction to a handler, through frames, natives, generators.

use super::execute::Begun;
use super::frame::{Resume, drop_frame};
use super::step::Exit;
use super::trace::Unwinding;
use super::{Raised, Res, Vm};
use crate::code::isa::Op;
use crate::code::prototype::CodeFlags;
use crate::object::exception::{Ex, Exception, TraceEntry};
use crate::object::traceback;
use crate::object::value::{Value, bits};

impl Vm {
    /// Finds who handles the pending exception. None: the loop goes on there. Some: it left the loop.
    #[cold]
    #[inline(never)]
    pub(crate) fn unwind(&mut self, raised: Raised) -> Option<Exit> {
        let mut raised = raised;
        let mut add_trace = !core::mem::replace(&mut self.reraising, false);
        if add_trace {
            self.set_context();
        }
        loop {
            if self.base.is_null() {
                return self.left(Value::UNDEFINED, Err(raised));
            }
            // SAFETY: the current frame's code is alive.
            let code = unsafe { &*self.code };
            let own = self.frame().is_some_and(|frame| frame.is_own());
            if own {
                // SAFETY: the VM's own frames wait at their last instruction.
                let resume = unsafe { *self.pc };
                if resume.op == Op::Leave {
                    self.sched.origin = self.take_register(0);
                    let bottom = self.take_register(1);
                    self.pop_silently();
                    return self.left(bottom, Err(raised));
                }
                match resume.x {
                    x if x == Resume::Continuation as u8 => {
                        let action = match self.pop_continuation() {
                            Some(continuation) => continuation.resume(self, Err(raised)),
                            None => Err(raised),
                        };
                        let completed = match action.and_then(|action| self.carry_out(action)) {
                            Ok(Begun::Value(value)) => self.deliver(value),
                            Ok(Begun::Raising(raised)) | Err(raised) => Err(raised),
                            Ok(_) => Ok(()),
                        };
                        match completed {
                            // If others run now, the caller sees that `pause` is set.
                            Ok(()) => return None,
                            Err(again) => {
                                raised = again;
                                add_trace = true;
                                self.set_context();
                            }
                        }
                    }
                    x if x == Resume::Discard as u8 => {
                        self.pop_silently();
                        let exception = self.take_exception(raised);
                        self.report_unraisable(exception);
                        return None;
                    }
                    x if x == Resume::Chunk as u8 => {
                        self.pop_own();
                        self.leave_chunk();
                    }
                    x if x == Resume::Pull as u8 => match super::ops::pull::failed(self, raised) {
                        Ok(()) => return None,
                        Err(again) => {
                            raised = again;
                            add_trace = true;
                            self.set_context();
                        }
                    },
                    x if x == Resume::Generator as u8 => raised = super::ops::generators::failed(self, raised),
                    _ => self.pop_own(),
                }
                continue;
            }
            let begun = code.index_of(self.pc);
            let index = begun.saturating_sub(1);
            // An interrupt comes before the first instruction.
            if begun != 0
                && let instruction = self.current_instruction()
                && matches!(instruction.op, Op::ForIter | Op::Send)
                && self.pending_is(Ex::StopIteration)
            {
                let exception = self.take_exception(raised);
                self.set_register(instruction.b, Value::UNDEFINED);
                if instruction.op == Op::Send {
                    let value = stop_iteration_value(&exception);
                    self.set_register(instruction.a, value);
                    self.pc = self.pc.wrapping_offset(instruction.c as i16 as isize);
                }
                return None;
            }
            if add_trace && !code.flags.has(CodeFlags::HIDDEN) {
                self.add_trace(index);
            }
            let handler = code.body().handlers.iter().find(|handler| handler.start as usize <= index && index < handler.end as usize).copied();
            if self.traced && !code.flags.has(CodeFlags::HIDDEN) {
                match super::trace::unwinding(self, raised, add_trace, handler.is_some()) {
                    Unwinding::Passes(same) => raised = same,
                    Unwinding::Hooked(Ok(())) => return None,
                    Unwinding::Hooked(Err(again)) => {
                        raised = again;
                        add_trace = !core::mem::replace(&mut self.reraising, false);
                        continue;
                    }
                }
            }
            add_trace = true;
            if let Some(handler) = handler {
                let exception = self.take_exception(raised);
                for register in handler.live_registers..code.register_count {
                    self.set_register(register, Value::UNDEFINED);
                }
                self.set_register(handler.exception, exception);
                self.pc = code.instructions.get().wrapping_add(handler.target as usize);
                return None;
            }
            self.drop_current_frame();
        }
    }

    /// Leaves the current Python frame without a result.
    fn drop_current_frame(&mut self) {
        let base = self.base;
        // SAFETY: the current frame's code is alive until the function is dropped below.
        let registers = unsafe { (*self.code).register_count } as usize;
        self.keep_variables();
        self.frames_left += 1;
        self.pop_to_caller();
        // SAFETY: the frame is not current any more. A generator's frame lies in the generator and is emptied the same way.
        unsafe { drop_frame(base, registers) };
    }

    fn add_trace(&mut self, instruction: usize) {
        // The function knows its code and its globals; a frame without function does not show.
        let Some(frame) = self.frame() else { return };
        let Some(code) = frame.function().map(Value::from_object) else { return };
        if let Some(exception) = self.pending.as_ref().and_then(|exception| exception.get::<Exception>()) {
            let base = self.base as usize;
            exception.trace.get_mut().push(TraceEntry { code, instruction: instruction as u32, base, variables: Value::UNDEFINED });
        }
    }

    /// The exception that leaves the current frame takes the frame's variables along, for those who look at its traceback.
    fn keep_variables(&mut self) {
        // SAFETY: the current frame's code is alive.
        let code = unsafe { &*self.code };
        let count = if code.flags.has(CodeFlags::NAMESPACE) { 1 } else { code.local_names.len() as u16 };
        let Some(pending) = self.pending.clone().filter(|_| count > 0) else { return };
        let Some(exception) = pending.get::<Exception>() else { return };
        let base = self.base as usize;
        let frame_object = self.frame().and_then(traceback::known);
        let in_trace = exception.trace.get().last().is_some_and(|entry| entry.base == base);
        let in_traceback = !in_trace && exception.trace.get().is_empty() && traceback::has_base(exception.traceback.get(), base);
        if frame_object.is_none() && !in_trace && !in_traceback {
            return;
        }
        let variables = self.take_variables(count as usize);
        let entry = exception.trace.get_mut().last_mut().filter(|_| in_trace);
        match (&frame_object, entry) {
            (Some(frame), entry) => {
                let running = self.frame();
                traceback::end(frame, running.map_or(0, |running| running.instruction()) as u32, variables);
                // The entry may be older than the frame object.
                if let (Some(entry), Some(function)) = (entry, running.as_ref().and_then(|running| running.function())) {
                    entry.code = Value::from_object(function);
                }
                if in_traceback {
                    traceback::set_frame(exception.traceback.get(), frame);
                }
            }
            (None, Some(entry)) => entry.variables = variables,
            (None, None) => traceback::keep_variables(exception.traceback.get(), variables),
        }
    }

    /// The first registers as a tuple; they are undefined afterwards.
    fn take_variables(&mut self, count: usize) -> Value {
        let base = self.base;
        // SAFETY: registers of the current frame, whose values the tuple has from now on.
        unsafe {
            let variables = self.new_tuple_from_raw(base as *const Value, count);
            for index in 0..count {
                *base.add(index) = bits::UNDEFINED;
            }
            variables
        }
    }

    /// The exception being handled becomes the context of the one just raised, without making a cycle.
    fn set_context(&mut self) {
        let Some(pending) = self.pending.clone() else { return };
        let Some(exception) = pending.get::<Exception>() else { return };
        let handled = self.handled.clone();
        if !handled.is_object() || handled.is(&pending) {
            return;
        }
        // Break the chain where it would come back to the new exception.
        let mut current = handled.clone();
        let mut steps = 0usize;
        while let Some(link) = current.get::<Exception>() {
            let next = link.context.get().clone();
            if next.is(&pending) {
                link.context.set(Value::NONE);
                break;
            }
            steps += 1;
            if steps > 100_000 {
                break;
            }
            current = next;
        }
        exception.context.set(handled);
    }

    /// An exception that nobody can handle (in `__del__`, in a weak reference's callback).
    pub(super) fn report_unraisable(&mut self, exception: Value) {
        let (doing, object) = core::mem::replace(&mut self.unraisable, ("", Value::NONE));
        crate::builtins::report::unraisable(self, &exception, doing, &object);
    }

    /// RecursionError unless one more reentry fits the native stack.
    pub(super) fn check_reentry(&mut self) -> Res<()> {
        if self.reentries >= crate::config::REENTRY_LIMIT { Err(self.recursion_error()) } else { Ok(()) }
    }
}

/// The value that a StopIteration carries.
pub fn stop_iteration_value(exception: &Value) -> Value {
    exception
        .get::<Exception>()
        .and_then(|exception| exception.fields.get().first().cloned().or_else(|| exception.args.get().get::<crate::object::tuple::Tuple>()?.items().first().cloned()))
        .unwrap_or(Value::NONE)
}
