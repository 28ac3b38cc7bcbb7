//! Generators, coroutines, async generators: making, resuming, yielding, ending.

use super::super::execute::Begun;
use super::super::frame::{CODE, FUNCTION, OWN_REGISTERS, RETURN_BASE, RETURN_PC, Word};
use super::super::unwind::stop_iteration_value;
use super::super::{Action, Name, Raised, Res, Vm};
use super::attribute::method_action;
use crate::code::isa::{CONSUME_B, HEADER_SLOTS, Instr, Op, YIELD_ASYNC, YIELD_DELEGATING};
use crate::code::prototype::CodeFlags;
use crate::object::async_generator::AsyncYield;
use crate::object::exception::{Ex, Exception};
use crate::object::generator::{Generator, GeneratorKind, GeneratorState};
use crate::object::header::Mut;
use crate::object::value::{Value, bits};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// MakeGenerator
pub fn make(vm: &mut Vm, _: Instr) -> Res<()> {
    let Some(frame) = vm.frame() else { return Ok(()) };
    let code = frame.code();
    let registers = code.register_count as usize;
    let kind = if code.flags.has(CodeFlags::COROUTINE) {
        GeneratorKind::Coroutine
    } else if code.flags.has(CodeFlags::ASYNC_GENERATOR) {
        GeneratorKind::AsyncGenerator
    } else {
        GeneratorKind::Generator
    };
    let mut words: Vec<Word> = Vec::with_capacity(registers + HEADER_SLOTS);
    let base = vm.base;
    // SAFETY: header and registers of the current frame move into the generator; the frame is left undefined.
    unsafe {
        let start = base.sub(HEADER_SLOTS);
        for index in 0..registers + HEADER_SLOTS {
            words.push(*start.add(index));
        }
    }
    let (name, qualified_name) = match frame.function() {
        Some(function) => (function.name.get().clone(), function.qualified_name.get().clone()),
        None => (Value::NONE, Value::NONE),
    };
    let pc = vm.pc;
    let aside = if kind == GeneratorKind::Coroutine && vm.origin_depth > 0 { Some(origin(vm)) } else { None };
    let class = match kind {
        GeneratorKind::Generator => vm.class::<Generator>(),
        GeneratorKind::Coroutine => vm.coroutine_class(),
        GeneratorKind::AsyncGenerator => vm.async_generator_class(),
    };
    let generator = vm.heap.new_object(&class, |header| Generator {
        header,
        kind,
        state: Cell::new(GeneratorState::Created),
        async_running: Cell::new(false),
        async_closed: Cell::new(false),
        async_begun: Cell::new(false),
        aside: Mut::new(aside),
        pc: Cell::new(pc),
        handles_inherited: Cell::new(false),
        handled: Mut::new(Value::NONE),
        name: Mut::new(name),
        qualified_name: Mut::new(qualified_name),
        frame: Mut::new(words.into_boxed_slice()),
    });
    vm.frames_left += 1;
    vm.pop_to_caller();
    // SAFETY: the values moved out above.
    unsafe {
        let start = base.sub(HEADER_SLOTS);
        for index in 0..registers + HEADER_SLOTS {
            *start.add(index) = bits::UNDEFINED;
        }
    }
    vm.deliver(generator)
}

fn kind_name(kind: GeneratorKind) -> &'static str {
    match kind {
        GeneratorKind::Generator => "generator",
        GeneratorKind::Coroutine => "coroutine",
        GeneratorKind::AsyncGenerator => "async generator",
    }
}

/// Runs a generator on with a value, or with the pending exception. What it yields goes to the current instruction; when it
/// returns, StopIteration is raised there (ForIter and Send know better).
pub(in crate::vm) fn resume(vm: &mut Vm, value: Value, sent: Res<Value>) -> Res<Begun> {
    let Some(generator) = value.get::<Generator>() else { return super::pull::begin(vm, value) };
    if let Ok(sent) = &sent
        && !sent.is_undefined()
        && resume_suspended(vm, &value, sent)
    {
        return Ok(Begun::Running);
    }
    match generator.state.get() {
        GeneratorState::Running => {
            discard(vm, sent);
            let name = kind_name(generator.kind);
            return Err(vm.value_error(&format!("{name} already executing")));
        }
        GeneratorState::Finished => {
            if generator.kind == GeneratorKind::Coroutine {
                discard(vm, sent);
            } else {
                drop(sent?);
            }
            return Err(match generator.kind {
                GeneratorKind::Coroutine => vm.raise(Ex::RuntimeError, "cannot reuse already awaited coroutine"),
                GeneratorKind::AsyncGenerator => vm.raise_with(Ex::StopAsyncIteration, Vec::new()),
                GeneratorKind::Generator => super::iteration::stop_iteration(vm),
            });
        }
        GeneratorState::Created => match &sent {
            Ok(value) if !value.is_none() => {
                let name = kind_name(generator.kind);
                return Err(vm.type_error(&format!("can't send non-None value to a just-started {name}")));
            }
            Err(_) => {
                generator.finish();
                return sent.map(|_| Begun::Running);
            }
            Ok(_) => {}
        },
        GeneratorState::Suspended => {}
    }
    if vm.frames_left <= 0 {
        discard(vm, sent);
        return Err(vm.recursion_error());
    }
    let top = vm.reserve(HEADER_SLOTS + OWN_REGISTERS)?;
    let own = vm.own.generator;
    // SAFETY: room was reserved.
    unsafe { vm.push_own(top, own, value.clone()) };
    let handled = vm.handled.clone();
    vm.set_register(2, handled);
    if !generator.handled.get().is_none() {
        vm.handled = generator.handled.replace(Value::NONE);
    }
    let started = generator.state.replace(GeneratorState::Running) == GeneratorState::Suspended;
    let base = generator.registers();
    // SAFETY: a generator that has not finished has a frame.
    unsafe {
        *base.sub(RETURN_PC) = vm.pc as usize as Word;
        *base.sub(RETURN_BASE) = vm.base as usize as Word;
        let function = &*(base.sub(FUNCTION) as *const Value);
        vm.code = function.get_unchecked::<crate::object::function::Function>().code();
        *base.sub(CODE) = vm.code as usize as Word;
    }
    vm.base = base;
    vm.pc = generator.pc.get();
    vm.frames_left -= 1;
    match sent {
        Ok(value) => {
            // Undefined: a delegate's end was dealt with already, nothing waits for a value.
            if started && !value.is_undefined() {
                let i = vm.current_instruction();
                vm.set_register(i.a, value);
            }
        }
        Err(raised) => return Ok(Begun::Raising(raised)),
    }
    Ok(Begun::Running)
}

fn discard(vm: &mut Vm, sent: Res<Value>) {
    if let Err(raised) = sent {
        drop(vm.take_exception(raised));
    }
}

/// Takes the own frame that a generator was resumed through off the stack. Gives the generator back.
fn leave_generator(vm: &mut Vm, keep_handled: bool) -> Value {
    let value = vm.take_register(1);
    let inherited = vm.take_register(2);
    let current = core::mem::replace(&mut vm.handled, Value::NONE);
    if keep_handled
        && let Some(generator) = value.get::<Generator>()
        && (!current.is(&inherited) || generator.handles_inherited.get())
    {
        generator.handled.set(current);
    }
    vm.handled = inherited;
    vm.pop_own();
    value
}

/// Resumes a suspended generator with what is sent to it; false: another case, nothing has changed. The short way through [`resume`].
#[inline]
pub(super) fn resume_suspended(vm: &mut Vm, value: &Value, sent: &Value) -> bool {
    // SAFETY: the caller checked the kind.
    let generator = unsafe { value.get_unchecked::<Generator>() };
    let top = vm.frame_top();
    if generator.state.get() != GeneratorState::Suspended
        || vm.frames_left <= 0
        || !generator.handled.get().is_none()
        || !vm.fits(top, top.wrapping_add(HEADER_SLOTS + OWN_REGISTERS))
    {
        return false;
    }
    let own = vm.own.generator;
    let handled = vm.handled.clone();
    let base = generator.registers();
    generator.state.set(GeneratorState::Running);
    // SAFETY: there is room; a suspended generator has a frame, whose code word stays valid while it is suspended.
    unsafe {
        vm.push_own(top, own, value.clone());
        *vm.base.add(2) = handled.into_bits();
        *base.sub(RETURN_PC) = vm.pc as usize as Word;
        *base.sub(RETURN_BASE) = vm.base as usize as Word;
        vm.code = *base.sub(CODE) as usize as *const crate::object::code::Code;
    }
    vm.base = base;
    vm.pc = generator.pc.get();
    vm.frames_left -= 1;
    let i = vm.current_instruction();
    vm.set_register(i.a, sent.clone());
    true
}

/// The generator's next value for the native that waits in the current frame: Some if it is there already.
pub(super) fn next_value(vm: &mut Vm, generator: Value) -> Res<Option<Value>> {
    if generator.get::<Generator>().is_some() && resume_suspended(vm, &generator, &Value::NONE) {
        return Ok(None);
    }
    match resume(vm, generator, Ok(Value::NONE))? {
        Begun::Value(value) => Ok(Some(value)),
        Begun::Raising(raised) => Err(raised),
        _ => Ok(None),
    }
}

/// Yield
pub fn yield_value(vm: &mut Vm, i: Instr) -> Res<()> {
    // SAFETY: a generator's frame lies above the own frame that it was resumed through, and that one above its caller's.
    unsafe {
        let own = *vm.base.sub(RETURN_BASE) as usize as *mut Word;
        let caller = *own.sub(RETURN_BASE) as usize as *mut Word;
        let resumed_at = *own.sub(RETURN_PC) as usize as *const Instr;
        let resuming = *resumed_at.sub(1);
        let jump = if resuming.op == Op::ForIter && *caller.sub(FUNCTION) != bits::NONE {
            Some(resuming.c as i16 as isize)
        } else if resuming.op == Op::Send || (Op::Call as u8..=Op::CallEx as u8).contains(&(resuming.op as u8)) {
            Some(0)
        } else {
            None
        };
        if let Some(jump) = jump
            && i.x & YIELD_ASYNC == 0
            && *own.add(2) == vm.handled.bits()
            && !(*own.add(1) as usize as *const Generator).as_ref().is_some_and(|generator| generator.handles_inherited.get())
        {
            // A loop, a call or a waiting native takes the value: nothing else has changed since it resumed the generator.
            let value = if i.a == i.b { vm.take_register(i.b) } else { vm.register(i.b).clone() };
            let generator = Value::from_bits(*own.add(1));
            let handled = Value::from_bits(*own.add(2));
            for index in 0..HEADER_SLOTS + OWN_REGISTERS {
                *own.sub(HEADER_SLOTS).add(index) = bits::UNDEFINED;
            }
            let suspended = generator.get_unchecked::<Generator>();
            suspended.pc.set(vm.pc);
            suspended.state.set(GeneratorState::Suspended);
            vm.frames_left += 1;
            vm.base = caller;
            vm.code = *caller.sub(CODE) as usize as *const crate::object::code::Code;
            vm.pc = resumed_at.offset(jump);
            drop((generator, handled));
            vm.set_register(resuming.a, value);
            return Ok(());
        }
    }
    let mut value = if i.a == i.b { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    if i.x & YIELD_ASYNC != 0 {
        value = vm.new_object(|header| AsyncYield { header, value });
    }
    let pc = vm.pc;
    vm.frames_left += 1;
    vm.pop_to_caller();
    let generator = leave_generator(vm, true);
    if let Some(generator) = generator.get::<Generator>() {
        generator.pc.set(pc);
        generator.state.set(GeneratorState::Suspended);
    }
    drop(generator);
    vm.deliver(value)
}

/// A generator's frame returned into the own frame below it.
pub fn returned(vm: &mut Vm) -> Res<()> {
    let value = vm.take_register(0);
    let generator = leave_generator(vm, false);
    let kind = generator.get::<Generator>().map_or(GeneratorKind::Generator, |generator| {
        generator.finish();
        generator.kind
    });
    drop(generator);
    let i = vm.current_instruction();
    if vm.traced && !value.is_none() {
        super::super::trace::stopped(vm, &value);
    }
    match i.op {
        Op::ForIter if !vm.frame().is_some_and(|frame| frame.is_own()) => {
            vm.set_register(i.b, Value::UNDEFINED);
            Ok(())
        }
        Op::Send if !vm.frame().is_some_and(|frame| frame.is_own()) => {
            vm.set_register(i.b, Value::UNDEFINED);
            vm.set_register(i.a, value);
            super::control::branch(vm, i.c as i16 as isize);
            Ok(())
        }
        _ => Err(match kind {
            GeneratorKind::AsyncGenerator => vm.raise_with(Ex::StopAsyncIteration, Vec::new()),
            _ if value.is_none() => super::iteration::stop_iteration(vm),
            _ => vm.raise_with(Ex::StopIteration, Vec::from([value])),
        }),
    }
}

/// An exception left a generator's frame and reached the own frame below it.
pub fn failed(vm: &mut Vm, raised: Raised) -> Raised {
    let generator = leave_generator(vm, false);
    let kind = generator.get::<Generator>().map_or(GeneratorKind::Generator, |generator| {
        generator.finish();
        generator.kind
    });
    let stopped = if vm.pending_is(Ex::StopIteration) {
        "StopIteration"
    } else if kind == GeneratorKind::AsyncGenerator && vm.pending_is(Ex::StopAsyncIteration) {
        "StopAsyncIteration"
    } else {
        return raised;
    };
    let cause = vm.take_exception(raised);
    let raised = vm.raise(Ex::RuntimeError, &format!("{} raised {stopped}", kind_name(kind)));
    let exception = vm.take_exception(raised);
    if let Some(exception) = exception.get::<Exception>() {
        exception.cause.set(cause.clone());
        exception.context.set(cause);
        exception.suppress_context.set(true);
    }
    vm.raise_value(exception)
}

/// ForIter over a generator.
pub fn for_iter(vm: &mut Vm, i: Instr) -> Res<()> {
    let value = vm.register(i.b).clone();
    let finished = match value.get::<Generator>() {
        Some(generator) if generator.kind == GeneratorKind::Generator && resume_suspended(vm, &value, &Value::NONE) => return Ok(()),
        Some(generator) if generator.kind == GeneratorKind::Generator => generator.state.get() == GeneratorState::Finished,
        _ => return super::iteration::for_iter(vm, i),
    };
    if finished {
        vm.set_register(i.b, Value::UNDEFINED);
        return Ok(());
    }
    resume(vm, value, Ok(Value::NONE)).map(|_| ())
}

/// Send
pub fn send(vm: &mut Vm, i: Instr) -> Res<()> {
    let iterator = vm.register(i.b).clone();
    let value = vm.take_register(i.a);
    if let Some(generator) = iterator.get::<Generator>()
        && generator.kind != GeneratorKind::AsyncGenerator
    {
        if generator.state.get() == GeneratorState::Finished && generator.kind == GeneratorKind::Generator {
            vm.set_register(i.a, Value::NONE);
            vm.set_register(i.b, Value::UNDEFINED);
            super::control::branch(vm, i.c as i16 as isize);
            return Ok(());
        }
        return resume(vm, iterator, Ok(value)).map(|_| ());
    }
    let action = if value.is_none() {
        match super::super::iterate::next(vm, &iterator)? {
            super::super::Step::Item(item) => Ok(Action::Return(item)),
            super::super::Step::Done => Err(super::iteration::stop_iteration(vm)),
            super::super::Step::Call => super::iteration::next_action(vm, &iterator),
        }
    } else {
        let name = vm.name(Name::Send).clone();
        vm.get_attribute(&iterator, &name)?.and_then(vm, move |_, method| Ok(Action::tail_call(method, [value])))
    };
    drop(iterator);
    vm.complete(action)
}

/// GetYieldFromIter
pub fn get_yield_from_iter(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    if let Some(generator) = object.get::<Generator>() {
        if generator.kind == GeneratorKind::Coroutine {
            // SAFETY: the running frame keeps its code alive.
            let flags = unsafe { (*vm.code).flags };
            if flags.0 & (CodeFlags::COROUTINE | CodeFlags::ITERABLE_COROUTINE) == 0 {
                return Err(vm.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator"));
            }
        }
        if generator.kind != GeneratorKind::AsyncGenerator {
            vm.set_register(i.a, object);
            return Ok(());
        }
    }
    let action = super::super::iterate::get_iter_then(vm, &object, |_, iterator| Ok(Action::Return(iterator)));
    vm.complete(action)
}

/// GetAwaitable
pub fn get_awaitable(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    if let Some(generator) = object.get::<Generator>() {
        let iterable = generator.function().is_some_and(|function| function.code().flags.has(CodeFlags::ITERABLE_COROUTINE));
        if generator.kind == GeneratorKind::Coroutine || iterable {
            if generator.state.get() == GeneratorState::Suspended && generator.kind == GeneratorKind::Coroutine && delegate_of(generator).is_some() {
                return Err(vm.raise(Ex::RuntimeError, "coroutine is being awaited already"));
            }
            vm.set_register(i.a, object);
            return Ok(());
        }
    }
    let Some(method) = vm.lookup_special(&object, Name::Await) else {
        let name = vm.type_name(&object);
        let message = match i.x & (16 | 32) {
            16 => format!("'async with' received an object from __aenter__ that does not implement __await__: {name}"),
            32 => format!("'async with' received an object from __aexit__ that does not implement __await__: {name}"),
            _ => format!("'{name}' object can't be awaited"),
        };
        return Err(vm.type_error(&message));
    };
    let action = method_action(vm, method, &object, &[]);
    vm.complete(action)
}

/// `__await__` must return an iterator that is no coroutine.
pub fn check_awaitable(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    if value.get::<Generator>().is_some_and(|generator| generator.kind == GeneratorKind::Coroutine) {
        return Err(vm.type_error("__await__() returned a coroutine"));
    }
    let class = vm.class_of(&value);
    if class.native_next.get().is_none() && vm.class_special(&class, Name::Next).is_none() {
        let name = vm.type_name(&value);
        return Err(vm.type_error(&format!("__await__() returned non-iterator of type '{name}'")));
    }
    vm.set_register(i.a, value);
    Ok(())
}

/// GetAIter
pub fn get_aiter(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    let Some(method) = vm.lookup_special(&object, Name::AIter) else {
        let name = vm.type_name(&object);
        return Err(vm.type_error(&format!("'async for' requires an object with __aiter__ method, got {name}")));
    };
    let action = method_action(vm, method, &object, &[]);
    vm.complete(action)
}

/// `__aiter__` must return something with `__anext__`.
pub fn check_aiter(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    if vm.lookup_special(&value, Name::ANext).is_none() {
        let name = vm.type_name(&value);
        return Err(vm.type_error(&format!("'async for' received an object from __aiter__ that does not implement __anext__: {name}")));
    }
    vm.set_register(i.a, value);
    Ok(())
}

/// GetANext
pub fn get_anext(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.b).clone();
    let Some(method) = vm.lookup_special(&object, Name::ANext) else {
        let name = vm.type_name(&object);
        return Err(vm.type_error(&format!("'async for' requires an iterator with __anext__ method, got {name}")));
    };
    let action = method_action(vm, method, &object, &[]);
    vm.complete(action)
}

/// `__anext__` must return an awaitable: its iterator is what is sent to.
pub fn check_anext(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    if value.get::<Generator>().is_some_and(|generator| generator.kind == GeneratorKind::Coroutine) {
        vm.set_register(i.a, value);
        return Ok(());
    }
    if value.get::<crate::object::async_generator::AsyncGeneratorCall>().is_some() {
        vm.set_register(i.a, value);
        return Ok(());
    }
    let Some(method) = vm.lookup_special(&value, Name::Await) else {
        let class = vm.class_of(&value);
        if class.native_next.get().is_some() || vm.class_special(&class, Name::Next).is_some() {
            // The result of `__await__`, delivered here.
            vm.set_register(i.a, value);
            return Ok(());
        }
        let name = vm.type_name(&value);
        return Err(vm.type_error(&format!("'async for' received an invalid object from __anext__: {name}")));
    };
    let action = method_action(vm, method, &value, &[]);
    vm.complete(action)
}

/// The iterator that a suspended generator delegates to, at `yield from` or `await`.
pub fn delegate_of(generator: &Generator) -> Option<Value> {
    if generator.state.get() != GeneratorState::Suspended {
        return None;
    }
    // SAFETY: a suspended generator's pc is behind a Yield.
    let i = unsafe { *generator.pc.get().sub(1) };
    if i.op != Op::Yield || i.x & YIELD_DELEGATING == 0 {
        return None;
    }
    // SAFETY: verified register of the generator's frame.
    let value = unsafe { &*(generator.registers().add(i.c as usize) as *const Value) };
    if value.is_undefined() { None } else { Some(value.clone()) }
}

/// Could the generator catch or see an exception thrown in now?
fn guarded(generator: &Generator) -> bool {
    let Some(function) = generator.function() else { return false };
    let code = function.code();
    let index = code.index_of(generator.pc.get()).saturating_sub(1);
    code.body().handlers.iter().any(|handler| handler.start as usize <= index && index < handler.end as usize)
}

/// `generator.throw(exception)`; the exception is an instance.
pub fn throw(vm: &mut Vm, value: &Value, exception: Value) -> Res<Action> {
    let Some(generator) = value.get::<Generator>() else { return Err(vm.type_error("not a generator")) };
    let Some(inner) = delegate_of(generator) else {
        let raised = vm.raise_value(exception);
        return Ok(Action::Resume { generator: value.clone(), sent: Err(raised) });
    };
    let is_exit = vm.is_instance(&exception, &vm.exception_class(Ex::GeneratorExit));
    let outer = value.clone();
    if is_exit {
        let closed = close_any(vm, &inner);
        return Action::after(closed, vm, move |vm, result| match result {
            Ok(_) => {
                let raised = vm.raise_value(exception);
                Ok(Action::Resume { generator: outer, sent: Err(raised) })
            }
            Err(raised) => Ok(Action::Resume { generator: outer, sent: Err(raised) }),
        });
    }
    let name = vm.name(Name::Throw).clone();
    let class = vm.class_of(&inner);
    // Generators too are left to the loop: they may delegate further, however deep.
    let attempt = match vm.find_attribute(&inner, &class, &name)? {
        Some(method) => method.and_then(vm, move |_, method| Ok(Action::tail_call(method, [exception]))),
        None => {
            let raised = vm.raise_value(exception);
            return Ok(Action::Resume { generator: outer, sent: Err(raised) });
        }
    };
    generator.state.set(GeneratorState::Running);
    let marked = outer.clone();
    let go_on = move |vm: &mut Vm, result: Res<Value>| {
        let Some(generator) = outer.get::<Generator>() else { return result.map(Action::Return) };
        generator.state.set(GeneratorState::Suspended);
        match result {
            Ok(value) => Ok(Action::Return(value)),
            Err(raised) if vm.pending_is(Ex::StopIteration) => {
                let exception = vm.take_exception(raised);
                finish_delegation(generator, stop_iteration_value(&exception));
                Ok(Action::Resume { generator: outer.clone(), sent: Ok(Value::UNDEFINED) })
            }
            Err(raised) => Ok(Action::Resume { generator: outer.clone(), sent: Err(raised) }),
        }
    };
    match attempt {
        Ok(action) => Ok(Action::Then(Box::new(action), Box::new(go_on))),
        Err(raised) => {
            drop(marked);
            go_on(vm, Err(raised))
        }
    }
}

/// The delegate returned `value`: the generator goes on behind its Send.
fn finish_delegation(generator: &Generator, value: Value) {
    // SAFETY: a delegating Yield follows its Send; both name registers of the generator's frame.
    unsafe {
        let yield_pc = generator.pc.get().sub(1);
        let send = *yield_pc.sub(1);
        if send.op != Op::Send {
            return;
        }
        let registers = generator.registers();
        let place = &mut *(registers.add(send.a as usize) as *mut Value);
        let old = core::mem::replace(place, value);
        let iterator = &mut *(registers.add(send.b as usize) as *mut Value);
        let old_iterator = core::mem::replace(iterator, Value::UNDEFINED);
        generator.pc.set(yield_pc.offset(send.c as i16 as isize));
        drop((old, old_iterator));
    }
}

/// `generator.close()`
pub fn close(vm: &mut Vm, value: &Value) -> Res<Action> {
    let Some(generator) = value.get::<Generator>() else { return Err(vm.type_error("not a generator")) };
    match generator.state.get() {
        GeneratorState::Finished => return Ok(Action::Return(Value::NONE)),
        GeneratorState::Running => {
            let name = kind_name(generator.kind);
            return Err(vm.value_error(&format!("{name} already executing")));
        }
        GeneratorState::Created => {
            generator.finish();
            return Ok(Action::Return(Value::NONE));
        }
        GeneratorState::Suspended => {}
    }
    if !guarded(generator) && delegate_of(generator).is_none() {
        generator.finish();
        return Ok(Action::Return(Value::NONE));
    }
    let raised = vm.raise_with(Ex::GeneratorExit, Vec::new());
    let exit = vm.take_exception(raised);
    let kind = generator.kind;
    let thrown = throw(vm, value, exit);
    Action::after(thrown, vm, move |vm, result| match result {
        Ok(_) => Err(vm.raise(Ex::RuntimeError, &format!("{} ignored GeneratorExit", kind_name(kind)))),
        Err(raised) if vm.pending_is(Ex::StopIteration) => {
            let exception = vm.take_exception(raised);
            Ok(Action::Return(stop_iteration_value(&exception)))
        }
        Err(raised) if vm.pending_is(Ex::GeneratorExit) => {
            drop(vm.take_exception(raised));
            Ok(Action::Return(Value::NONE))
        }
        Err(raised) => Err(raised),
    })
}

/// Closes an iterator that is being delegated to, if it can be.
fn close_any(vm: &mut Vm, iterator: &Value) -> Res<Action> {
    let name = vm.name(Name::Close).clone();
    let class = vm.class_of(iterator);
    match vm.find_attribute(iterator, &class, &name)? {
        Some(method) => method.and_then(vm, |_, method| Ok(Action::tail_call(method, []))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// Must a dying generator be closed first, because code of its own would run?
pub fn needs_closing(generator: &Generator) -> bool {
    match generator.state.get() {
        GeneratorState::Suspended => guarded(generator) || generator.kind == GeneratorKind::AsyncGenerator && generator.aside.get().is_some(),
        GeneratorState::Created => generator.kind == GeneratorKind::Coroutine,
        _ => false,
    }
}

/// Is it a coroutine that was never awaited?
pub fn never_begun(value: &Value) -> bool {
    value.get::<Generator>().is_some_and(|generator| generator.kind == GeneratorKind::Coroutine && generator.state.get() == GeneratorState::Created)
}

/// Is its code the VM's own?
pub fn is_hidden(value: &Value) -> bool {
    let function = value.get::<Generator>().and_then(Generator::function);
    function.is_some_and(|function| function.code().flags.has(crate::code::CodeFlags::HIDDEN))
}

/// The frames that made a coroutine, innermost first: file, line, name of each.
fn origin(vm: &mut Vm) -> Value {
    let mut frames = Vec::new();
    let mut next = vm.python_frame().and_then(|frame| frame.caller());
    while let Some(frame) = next.filter(|_| frames.len() < vm.origin_depth) {
        let code = frame.code();
        if !code.flags.has(crate::code::CodeFlags::HIDDEN) {
            let line = vm.new_size(code.position(frame.instruction()).line as usize);
            let parts = Vec::from([code.filename.clone(), line, code.name.get().clone()]);
            frames.push(vm.new_tuple(parts));
        }
        next = frame.caller();
    }
    vm.new_tuple(frames)
}
