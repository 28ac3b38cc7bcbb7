//! Generators, coroutines and async generators: a frame of its own, kept in the object.

use super::function::Function;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::code::isa::{HEADER_SLOTS, Instr};
use crate::object;
use crate::vm::frame::{CODE, FUNCTION, Word};
use core::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorState {
    /// Not begun.
    Created,
    Suspended,
    Running,
    Finished,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GeneratorKind {
    Generator,
    Coroutine,
    AsyncGenerator,
}

/// A generator, coroutine or async generator.
#[repr(C)]
pub struct Generator {
    pub header: Header,
    pub kind: GeneratorKind,
    pub state: Cell<GeneratorState>,
    /// An async generator is between `asend`/`athrow` calls of one consumer.
    pub async_running: Cell<bool>,
    pub async_closed: Cell<bool>,
    /// An async generator has been iterated over: the hook for that was called.
    pub async_begun: Cell<bool>,
    /// Where it goes on.
    pub pc: Cell<*const Instr>,
    /// The exception that it handles is also what whoever resumed it handles.
    pub handles_inherited: Cell<bool>,
    /// The exception that it was handling when it yielded; None if none.
    pub handled: Mut<Value>,
    /// Of an async generator: what is called when it dies before its end. Of a coroutine: the frames of its makers.
    pub aside: Mut<Option<Value>>,
    pub name: Mut<Value>,
    pub qualified_name: Mut<Value>,
    /// Frame header and registers; empty once finished.
    pub frame: Mut<alloc::boxed::Box<[Word]>>,
}

object!(
    Generator,
    Kind::Generator,
    "generator",
    |this, visit| {
        visit(this.handled.get());
        this.aside.get().iter().for_each(&mut *visit);
        visit(this.name.get());
        visit(this.qualified_name.get());
        if this.state.get() != GeneratorState::Finished && this.state.get() != GeneratorState::Running {
            // SAFETY: the words from the first register on are values, and so is the function.
            unsafe {
                let frame = this.frame.get();
                if frame.len() >= HEADER_SLOTS {
                    visit(&*(frame.as_ptr() as *const Value));
                    for word in &frame[HEADER_SLOTS..] {
                        visit(&*(word as *const Word as *const Value));
                    }
                }
            }
        }
    },
    |this| this.finish()
);

impl Generator {
    /// First register of its frame.
    #[inline(always)]
    pub fn registers(&self) -> *mut Word {
        // SAFETY: the frame has a header before the registers (or is empty, and then nobody reads through this).
        self.frame.get_mut().as_mut_ptr().wrapping_add(HEADER_SLOTS)
    }

    /// The function whose frame this is, until it finished.
    pub fn function(&self) -> Option<&Function> {
        if self.frame.get().is_empty() {
            return None;
        }
        // SAFETY: the header's first word is a value.
        unsafe { (*(self.registers().sub(FUNCTION) as *const Value)).get::<Function>() }
    }

    /// Ends it: drops the frame's values.
    pub fn finish(&self) {
        self.state.set(GeneratorState::Finished);
        let mut frame = self.frame.take();
        if frame.len() >= HEADER_SLOTS {
            frame[HEADER_SLOTS - CODE] = super::value::bits::UNDEFINED;
            // SAFETY: header and registers of a frame that nobody runs.
            unsafe { crate::vm::frame::drop_frame(frame.as_mut_ptr().add(HEADER_SLOTS), frame.len() - HEADER_SLOTS) };
        }
        self.handled.set(Value::NONE);
        drop(self.aside.take());
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.finish();
    }
}

// ---- the Python types

use super::async_generator::{self, CallMode};
use super::class::{Class, TypeSpec};
use super::exception::{Ex, Exception};
use super::header::Object;
use crate::vm::native::{Args, Getter, Native};
use crate::vm::ops::generators;
use crate::vm::{Action, Call, Res, Vm};

/// The exception instance that `throw(type_or_instance, value)` throws.
pub fn exception_to_throw(vm: &mut Vm, exception: &Value, value: Option<Value>) -> Res<Action> {
    if exception.get::<Exception>().is_some() {
        return Ok(Action::Return(exception.clone()));
    }
    let base = vm.exception_class(Ex::BaseException);
    if !exception.get::<Class>().is_some_and(|class| class.is_subclass_of(&base)) {
        let name = vm.type_name(exception);
        return Err(vm.type_error(&alloc::format!("exceptions must be classes or instances deriving from BaseException, not {name}")));
    }
    let arguments: alloc::vec::Vec<Value> = match value {
        Some(value) if value.get::<Exception>().is_some() => return Ok(Action::Return(value)),
        Some(value) if !value.is_none() => [value].into(),
        _ => alloc::vec::Vec::new(),
    };
    let class = exception.clone();
    // What goes wrong with the call is thrown instead.
    Action::TailCall(Call::new(exception.clone(), arguments)).then(vm, move |vm, made| match made {
        Ok(made) if made.get::<Exception>().is_some() => Ok(Action::Return(made)),
        Ok(made) => {
            let kind = vm.type_name(&made);
            crate::vm::protocol::repr_then(vm, &class, move |vm, class| {
                let class = crate::vm::execute::text_of(&class);
                let raised = vm.type_error(&alloc::format!("calling {class} should have returned an instance of BaseException, not {kind}"));
                Ok(Action::Return(vm.take_exception(raised)))
            })
        }
        Err(raised) => Ok(Action::Return(vm.take_exception(raised))),
    })
}

fn itself(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(arguments[0].clone())
}

fn next(_: &mut Vm, arguments: &Args) -> Res<Action> {
    Ok(Action::Resume { generator: arguments.positional[0].clone(), sent: Ok(Value::NONE) })
}

fn send(_: &mut Vm, arguments: &Args) -> Res<Action> {
    Ok(Action::Resume { generator: arguments.positional[0].clone(), sent: Ok(arguments.positional[1].clone()) })
}

fn throw(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let generator = arguments.positional[0].clone();
    if arguments.get(3).is_some_and(|traceback| !traceback.is_none() && traceback.get::<super::traceback::Traceback>().is_none()) {
        return Err(vm.type_error("throw() third argument must be a traceback object"));
    }
    let (exception, given) = (arguments.positional[1].clone(), arguments.get(2).cloned());
    let throw = move |vm: &mut Vm, given| exception_to_throw(vm, &exception, given)?.and_then(vm, move |vm, exception| generators::throw(vm, &generator, exception));
    if given.is_none() {
        return throw(vm, given);
    }
    const OLD: &str = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
    crate::vm::prelude::warn_then(vm, Ex::DeprecationWarning, OLD, move |vm| throw(vm, given))
}

fn close(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    generators::close(vm, &arguments.positional[0].clone())
}

fn with<T>(value: &Value, get: impl FnOnce(&Generator) -> T) -> Option<T> {
    value.get::<Generator>().map(get)
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let kind = match with(&arguments[0], |generator| generator.kind) {
        Some(GeneratorKind::Coroutine) => "coroutine",
        Some(GeneratorKind::AsyncGenerator) => "async_generator",
        _ => "generator",
    };
    let name = with(&arguments[0], |generator| crate::vm::execute::text_of(generator.qualified_name.get())).unwrap_or_default();
    Ok(vm.format(format_args!("<{kind} object {name} at {:#x}>", arguments[0].bits())))
}

fn name_of(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(with(value, |generator| generator.name.get().clone()).unwrap_or(Value::NONE))
}

fn qualified_name_of(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(with(value, |generator| generator.qualified_name.get().clone()).unwrap_or(Value::NONE))
}

fn set_text(vm: &mut Vm, field: Option<&Mut<Value>>, value: Option<&Value>, name: &str) -> Res<()> {
    match (field, value) {
        (Some(field), Some(value)) if value.get::<super::str::Str>().is_some() => {
            field.set(value.clone());
            Ok(())
        }
        _ => Err(vm.type_error(&alloc::format!("{name} must be set to a string object"))),
    }
}

fn set_name(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    set_text(vm, object.get::<Generator>().map(|generator| &generator.name), value, "__name__")
}

fn set_qualified_name(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    set_text(vm, object.get::<Generator>().map(|generator| &generator.qualified_name), value, "__qualname__")
}

fn is_running(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(Value::bool(with(value, |generator| generator.state.get() == GeneratorState::Running).unwrap_or(false)))
}

fn is_suspended(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(Value::bool(with(value, |generator| generator.state.get() == GeneratorState::Suspended).unwrap_or(false)))
}

fn is_async_running(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(Value::bool(with(value, |generator| generator.async_running.get()).unwrap_or(false)))
}

fn code_of(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(value.get::<Generator>().and_then(|generator| generator.function()).map_or(Value::NONE, |function| function.code.get().clone()))
}

/// The frame it stands in, until it finished.
fn frame_of(vm: &mut Vm, value: &Value) -> Res<Value> {
    Ok(super::traceback::of_generator(vm, value))
}

fn delegate(_: &mut Vm, value: &Value) -> Res<Value> {
    Ok(value.get::<Generator>().and_then(generators::delegate_of).unwrap_or(Value::NONE))
}

const NAME: Getter = Getter { name: "__name__", get: name_of, set: Some(set_name), doc: "name of the generator" };
const QUALIFIED_NAME: Getter = Getter { name: "__qualname__", get: qualified_name_of, set: Some(set_qualified_name), doc: "qualified name of the generator" };

const ITER: Native = Native::simple("__iter__($self, /)", itself, "Implement iter(self).");
const SEND: Native = Native::full("send($self, value, /)", send, "Resume with a value sent in.");
const THROW: Native = Native::full("throw($self, type, value=None, traceback=None, /)", throw, "Raise an exception where it is suspended.");
const CLOSE: Native = Native::full("close($self, /)", close, "Raise GeneratorExit where it is suspended.");
const REPR: Native = Native::simple("__repr__($self, /)", repr, "Return repr(self).");

pub static GENERATOR: TypeSpec = TypeSpec {
    flags: super::class::CLASS_WEAKREFERABLE | super::class::CLASS_NOT_CALLABLE,
    natives: &[ITER, Native::full("__next__($self, /)", next, "Implement next(self)."), SEND, THROW, CLOSE, REPR],
    getters: &[
        NAME,
        QUALIFIED_NAME,
        Getter::read_only("gi_running", is_running, "is it being run"),
        Getter::read_only("gi_suspended", is_suspended, "is it suspended"),
        Getter::read_only("gi_frame", frame_of, "its frame"),
        Getter::read_only("gi_code", code_of, "its code"),
        Getter::read_only("gi_yieldfrom", delegate, "what it delegates to"),
    ],
    ..TypeSpec::new("generator", Generator::LAYOUT)
};

/// What `coroutine.__await__()` returns: the coroutine as an iterator.
#[repr(C)]
pub struct CoroutineWrapper {
    pub header: Header,
    pub coroutine: Value,
}

object!(CoroutineWrapper, Kind::Other, "coroutine_wrapper", |this, visit| visit(&this.coroutine));

fn wrapped(arguments: &Args) -> Value {
    arguments.positional[0].get::<CoroutineWrapper>().map_or(Value::NONE, |wrapper| wrapper.coroutine.clone())
}

pub static COROUTINE_WRAPPER: TypeSpec = TypeSpec {
    natives: &[
        ITER,
        Native::full("__next__($self, /)", |_, arguments| Ok(Action::Resume { generator: wrapped(arguments), sent: Ok(Value::NONE) }), "Implement next(self)."),
        Native::full(
            "send($self, value, /)",
            |_, arguments| Ok(Action::Resume { generator: wrapped(arguments), sent: Ok(arguments.positional[1].clone()) }),
            "Resume with a value sent in.",
        ),
        Native::full(
            "throw($self, type, value=None, traceback=None, /)",
            |vm, arguments| {
                let (coroutine, given) = (wrapped(arguments), arguments.get(2).cloned());
                exception_to_throw(vm, &arguments.positional[1].clone(), given)?.and_then(vm, move |vm, exception| generators::throw(vm, &coroutine, exception))
            },
            "Raise an exception where it is suspended.",
        ),
        Native::full("close($self, /)", |vm, arguments| generators::close(vm, &wrapped(arguments)), "Raise GeneratorExit where it is suspended."),
    ],
    ..TypeSpec::new("coroutine_wrapper", CoroutineWrapper::LAYOUT)
};

fn await_coroutine(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    vm.class_from_spec(&COROUTINE_WRAPPER);
    let coroutine = arguments[0].clone();
    Ok(vm.new_object(|header| CoroutineWrapper { header, coroutine }))
}

pub static COROUTINE: TypeSpec = TypeSpec {
    flags: super::class::CLASS_WEAKREFERABLE | super::class::CLASS_NOT_CALLABLE,
    natives: &[Native::simple("__await__($self, /)", await_coroutine, "Return an iterator to be used in await expression."), SEND, THROW, CLOSE, REPR],
    getters: &[
        NAME,
        QUALIFIED_NAME,
        Getter::read_only("cr_running", is_running, "is it being run"),
        Getter::read_only("cr_suspended", is_suspended, "is it suspended"),
        Getter::read_only("cr_frame", frame_of, "its frame"),
        Getter::read_only("cr_origin", |_, value| Ok(with(value, |generator| generator.aside.get().clone()).flatten().unwrap_or(Value::NONE)), "where it was made"),
        Getter::read_only("cr_code", code_of, "its code"),
        Getter::read_only("cr_await", delegate, "what it awaits"),
    ],
    ..TypeSpec::new("coroutine", Generator::LAYOUT)
};

pub static ASYNC_GENERATOR: TypeSpec = TypeSpec {
    flags: super::class::CLASS_WEAKREFERABLE | super::class::CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("__aiter__($self, /)", itself, "Return an asynchronous iterator."),
        Native::simple(
            "__anext__($self, /)",
            |vm, arguments| Ok(async_generator::call(vm, &arguments[0], CallMode::Send, Value::NONE)),
            "Return an awaitable for the next item.",
        ),
        Native::simple("asend($self, value, /)", |vm, arguments| Ok(async_generator::call(vm, &arguments[0], CallMode::Send, arguments[1].clone())), "Send a value in."),
        Native::full(
            "athrow($self, type, value=None, traceback=None, /)",
            |vm, arguments| {
                let (generator, given) = (arguments.positional[0].clone(), arguments.get(2).cloned());
                exception_to_throw(vm, &arguments.positional[1].clone(), given)?
                    .and_then(vm, move |vm, exception| Ok(Action::Return(async_generator::call(vm, &generator, CallMode::Throw, exception))))
            },
            "Raise an exception where it is suspended.",
        ),
        Native::simple(
            "aclose($self, /)",
            |vm, arguments| Ok(async_generator::call(vm, &arguments[0], CallMode::Close, Value::NONE)),
            "Raise GeneratorExit where it is suspended.",
        ),
        REPR,
    ],
    getters: &[
        NAME,
        QUALIFIED_NAME,
        Getter::read_only("ag_running", is_async_running, "is it being run"),
        Getter::read_only("ag_suspended", is_suspended, "is it suspended"),
        Getter::read_only("ag_frame", frame_of, "its frame"),
        Getter::read_only("ag_code", code_of, "its code"),
        Getter::read_only("ag_await", delegate, "what it awaits"),
    ],
    ..TypeSpec::new("async_generator", Generator::LAYOUT)
};
