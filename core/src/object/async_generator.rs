//! What async generators yield and return: wrapped values, and the awaitables of `asend`, `athrow`, `aclose`.

use super::class::TypeSpec;
use super::exception::Ex;
use super::generator::{Generator, GeneratorState};
use super::header::{Header, Kind, Mut, Object};
use super::value::Value;
use crate::object;
use crate::vm::native::{Args, Native};
use crate::vm::ops::generators;
use crate::vm::{Action, Res, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A value that an async generator's own `yield` gave, told apart from what it awaits.
#[repr(C)]
pub struct AsyncYield {
    pub header: Header,
    pub value: Value,
}

object!(AsyncYield, Kind::Other, "async_generator_wrapped_value", |this, visit| visit(&this.value));

pub static ASYNC_YIELD: TypeSpec = TypeSpec::new("async_generator_wrapped_value", AsyncYield::LAYOUT);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallMode {
    Send,
    Throw,
    Close,
}

/// An awaitable that runs an async generator to its next `yield`.
#[repr(C)]
pub struct AsyncGeneratorCall {
    pub header: Header,
    pub generator: Value,
    pub mode: CallMode,
    /// What is sent or thrown first.
    pub first: Mut<Value>,
    pub started: Cell<bool>,
    pub finished: Cell<bool>,
}

object!(AsyncGeneratorCall, Kind::Other, "async_generator_asend", |this, visit| {
    visit(&this.generator);
    visit(this.first.get());
});

pub static ASYNC_GENERATOR_CALL: TypeSpec = TypeSpec {
    natives: &[
        Native::simple("__await__($self, /)", |_, arguments| Ok(arguments[0].clone()), "Return an iterator to be used in await expression."),
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments[0].clone()), "Implement iter(self)."),
        Native::full("__next__($self, /)", |vm, arguments| step(vm, arguments, Value::NONE), "Implement next(self)."),
        Native::full("send($self, value, /)", |vm, arguments| step(vm, arguments, arguments.positional[1].clone()), "Send a value into the awaitable."),
        Native::full("throw($self, exception, value=None, traceback=None, /)", throw, "Raise an exception inside the awaitable."),
        Native::full("close($self, /)", close, "End the awaitable."),
    ],
    ..TypeSpec::new("async_generator_asend", AsyncGeneratorCall::LAYOUT)
};

pub static ASYNC_GENERATOR_THROW: TypeSpec = TypeSpec { natives: ASYNC_GENERATOR_CALL.natives, ..TypeSpec::new("async_generator_athrow", AsyncGeneratorCall::LAYOUT) };

/// A new awaitable for `generator`.
pub fn call(vm: &mut Vm, generator: &Value, mode: CallMode, first: Value) -> Value {
    let class = vm.class_from_spec(if mode == CallMode::Send { &ASYNC_GENERATOR_CALL } else { &ASYNC_GENERATOR_THROW });
    // SAFETY: a class.
    let class = unsafe { class.get_unchecked::<super::class::Class>() };
    vm.heap.new_object(class, |header| AsyncGeneratorCall {
        header,
        generator: generator.clone(),
        mode,
        first: Mut::new(first),
        started: Cell::new(false),
        finished: Cell::new(false),
    })
}

fn running(value: &Value) -> Option<&Cell<bool>> {
    value.get::<Generator>().map(|generator| &generator.async_running)
}

fn finish(call: &AsyncGeneratorCall) {
    call.finished.set(true);
    if let Some(running) = running(&call.generator) {
        running.set(false);
    }
}

impl Vm {
    /// The hooks for async generators that the running py-thread has set.
    pub(crate) fn async_generator_hooks(&self) -> Option<&[Value; 2]> {
        let ident = self.sched.tasks.ident(self.sched.current);
        self.async_generator_hooks.iter().find(|(of, _)| *of == ident).map(|(_, hooks)| hooks)
    }

    /// Sets them; None twice: there are none any more.
    pub(crate) fn set_async_generator_hooks(&mut self, hooks: [Value; 2]) {
        let ident = self.sched.tasks.ident(self.sched.current);
        let old = self.async_generator_hooks.iter().position(|(of, _)| *of == ident).map(|index| self.async_generator_hooks.swap_remove(index));
        if hooks.iter().any(|hook| !hook.is_none()) {
            self.async_generator_hooks.push((ident, hooks));
        }
        drop(old);
    }
}

/// An async generator is iterated over for the first time: the hook to be called for it.
fn begin(vm: &mut Vm, generator: &Generator) -> Option<Value> {
    if generator.async_begun.replace(true) {
        return None;
    }
    let [first, finalizer] = vm.async_generator_hooks()?.clone();
    if !finalizer.is_none() {
        generator.aside.set(Some(finalizer));
    }
    (!first.is_none()).then_some(first)
}

fn step(vm: &mut Vm, arguments: &Args, sent: Value) -> Res<Action> {
    let receiver = arguments.positional[0].clone();
    let generator = receiver.get::<AsyncGeneratorCall>().map(|call| call.generator.clone());
    if let Some(object) = &generator
        && let Some(generator) = object.get::<Generator>()
        && let Some(hook) = begin(vm, generator)
    {
        return Ok(Action::call(hook, [object.clone()], move |vm, result| {
            result?;
            step_on(vm, receiver, sent)
        }));
    }
    step_on(vm, receiver, sent)
}

fn is_closed(call: &AsyncGeneratorCall) -> bool {
    call.generator.get::<Generator>().is_some_and(|generator| generator.async_closed.get())
}

/// Checks that the awaitable may run and, if it begins now, that nobody else runs the generator. Whether it begins.
fn enter(vm: &mut Vm, call: &AsyncGeneratorCall) -> Res<bool> {
    if call.finished.get() {
        let what = if call.mode == CallMode::Send { "__anext__()/asend()" } else { "aclose()/athrow()" };
        return Err(vm.raise(Ex::RuntimeError, &format!("cannot reuse already awaited {what}")));
    }
    if call.started.get() {
        return Ok(false);
    }
    if running(&call.generator).is_some_and(Cell::get) {
        call.finished.set(true);
        let what = match call.mode {
            CallMode::Send => "anext",
            CallMode::Throw => "athrow",
            CallMode::Close => "aclose",
        };
        return Err(vm.raise(Ex::RuntimeError, &format!("{what}(): asynchronous generator is already running")));
    }
    Ok(true)
}

fn start(call: &AsyncGeneratorCall) {
    call.started.set(true);
    if let Some(running) = running(&call.generator) {
        running.set(true);
    }
}

fn step_on(vm: &mut Vm, receiver: Value, sent: Value) -> Res<Action> {
    let Some(call) = receiver.get::<AsyncGeneratorCall>() else { return Err(vm.type_error("not an awaitable of an async generator")) };
    let begins = enter(vm, call)?;
    let ended = call.generator.get::<Generator>().is_some_and(|generator| generator.state.get() == GeneratorState::Finished);
    if call.mode != CallMode::Send && ended {
        finish(call);
        return Err(vm.raise_with(Ex::StopIteration, Vec::new()));
    }
    let mut value = sent;
    let mut thrown = None;
    if begins {
        if call.mode != CallMode::Send {
            if is_closed(call) {
                call.finished.set(true);
                return Err(vm.raise_with(Ex::StopAsyncIteration, Vec::new()));
            }
            if !value.is_none() {
                return Err(vm.raise(Ex::RuntimeError, "can't send non-None value to a just-started coroutine"));
            }
        } else if is_closed(call) {
            call.finished.set(true);
            return Err(vm.raise_with(Ex::StopAsyncIteration, Vec::new()));
        }
        start(call);
        let first = call.first.replace(Value::NONE);
        match call.mode {
            CallMode::Send if value.is_none() => value = first,
            CallMode::Send => {}
            CallMode::Throw => thrown = Some(first),
            CallMode::Close => {
                if let Some(generator) = call.generator.get::<Generator>() {
                    generator.async_closed.set(true);
                }
                let raised = vm.raise_with(Ex::GeneratorExit, Vec::new());
                thrown = Some(vm.take_exception(raised));
            }
        }
    }
    let generator = call.generator.clone();
    let action = match thrown {
        Some(exception) => generators::throw(vm, &generator, exception),
        None => Ok(Action::Resume { generator, sent: Ok(value) }),
    };
    conclude(vm, receiver.clone(), action)
}

/// Looks at what the generator gave: an await's value passes on, its own yield ends the awaitable.
fn conclude(vm: &mut Vm, receiver: Value, action: Res<Action>) -> Res<Action> {
    let look = move |vm: &mut Vm, result: Res<Value>| {
        let Some(call) = receiver.get::<AsyncGeneratorCall>() else { return result.map(Action::Return) };
        match result {
            Ok(value) => match value.get::<AsyncYield>() {
                Some(wrapped) => {
                    finish(call);
                    if call.mode == CallMode::Close {
                        return Err(vm.raise(Ex::RuntimeError, "async generator ignored GeneratorExit"));
                    }
                    let value = wrapped.value.clone();
                    Err(vm.raise_with(Ex::StopIteration, Vec::from([value])))
                }
                None => Ok(Action::Return(value)),
            },
            Err(raised) => {
                finish(call);
                if vm.pending_is(Ex::StopAsyncIteration) || vm.pending_is(Ex::GeneratorExit) {
                    if let Some(generator) = call.generator.get::<Generator>() {
                        generator.async_closed.set(true);
                    }
                    if call.mode == CallMode::Close {
                        drop(vm.take_exception(raised));
                        return Err(vm.raise_with(Ex::StopIteration, Vec::new()));
                    }
                }
                Err(raised)
            }
        }
    };
    Action::after(action, vm, look)
}

fn throw(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    throw_into(vm, arguments.positional[0].clone(), &arguments.positional[1], arguments.get(2).cloned())
}

fn throw_into(vm: &mut Vm, receiver: Value, exception: &Value, given: Option<Value>) -> Res<Action> {
    let Some(call) = receiver.get::<AsyncGeneratorCall>() else { return Err(vm.type_error("not an awaitable of an async generator")) };
    if enter(vm, call)? {
        start(call);
    }
    let generator = call.generator.clone();
    let exception = super::generator::exception_to_throw(vm, exception, given);
    let thrown = match exception {
        Ok(action) => action.and_then(vm, move |vm, exception| generators::throw(vm, &generator, exception)),
        Err(raised) => Err(raised),
    };
    conclude(vm, receiver.clone(), thrown)
}

/// Throws GeneratorExit in; the awaitable must end.
fn close(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let receiver = arguments.positional[0].clone();
    if receiver.get::<AsyncGeneratorCall>().is_none_or(|call| call.finished.get()) {
        return Ok(Action::Return(Value::NONE));
    }
    let exception = vm.exception_class(Ex::GeneratorExit).value();
    let action = throw_into(vm, receiver, &exception, None);
    Action::after(action, vm, |vm, result| match result {
        Ok(_) => Err(vm.raise(Ex::RuntimeError, "coroutine ignored GeneratorExit")),
        Err(raised) => {
            if [Ex::StopIteration, Ex::StopAsyncIteration, Ex::GeneratorExit].into_iter().any(|end| vm.pending_is(end)) {
                drop(vm.take_exception(raised));
                return Ok(Action::Return(Value::NONE));
            }
            Err(raised)
        }
    })
}
