//! `thread.faryield` and `thread.far_yield_acceptor`: generators whose values come from any depth of calls.

use crate::heap::{Finalizer, heap_of};
use crate::object;
use crate::object::class::{CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use crate::object::exception::{self, Ex};
use crate::object::function::{BoundMethod, Function};
use crate::object::generator::exception_to_throw;
use crate::object::header::{Header, Kind, Object};
use crate::object::value::Value;
use crate::sched::far::FarBody;
use crate::vm::{Action, Args, Call, Getter, Name, Native, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::vec::Vec;

pub static NATIVES: [Native; 2] = [
    Native::simple(
        "far_yield_acceptor(function, /)",
        accept,
        "Decorate a function: a call returns an iterator, whose values are what faryield() is given while the function runs, from any depth of calls.",
    ),
    Native::waiting("faryield(value=None, /)", far_yield, "Give a value to whoever iterates over the far generator that the current thread runs; return what is sent."),
];

/// What `far_yield_acceptor` makes of a function.
#[repr(C)]
struct Acceptor {
    header: Header,
    function: Value,
    /// What ends the body of a generator that nobody has any more.
    abandon: Value,
}

object!(Acceptor, Kind::Other, "thread.far_yield_acceptor", |this, visit| {
    visit(&this.function);
    visit(&this.abandon);
});

/// A call of an acceptor: an iterator.
#[repr(C)]
struct FarGenerator {
    header: Header,
    /// A [`FarBody`]: the py-thread that runs it knows it too.
    body: Value,
    abandon: Value,
}

object!(FarGenerator, Kind::Other, "thread.far_generator", |this, visit| {
    visit(&this.body);
    visit(&this.abandon);
});

impl Drop for FarGenerator {
    fn drop(&mut self) {
        let heap = heap_of(&self.header);
        if !heap.is_closing() && self.body.get::<FarBody>().is_some_and(FarBody::is_under_way) {
            let (callback, reference) = (self.abandon.clone(), self.body.clone());
            heap.finalizers.get_mut().push(Finalizer::WeakCallback { callback, reference });
            heap.request_attention();
        }
    }
}

static RUN: Native = Native::full("_run(body, /)", run, "Run the body of a far generator.");
static ABANDON: Native = Native::simple("_abandon(body, /)", abandon, "Nobody has the far generator any more.");

static FAR_BODY: TypeSpec = TypeSpec { module: "thread", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("_far_body", FarBody::LAYOUT) };

static ACCEPTOR: TypeSpec = TypeSpec {
    module: "thread",
    flags: CLASS_NOT_CALLABLE | CLASS_WEAKREFERABLE,
    doc: "A function whose calls are far generators.",
    natives: &[
        Native::full("__call__($self, /, *args, **kwargs)", call, "Begin a far generator."),
        Native::simple("__get__($self, instance, owner=None, /)", bind, "Bind to an instance."),
        Native::simple("__repr__($self, /)", acceptor_repr, "Return repr(self)."),
    ],
    getters: &[
        Getter::read_only("__wrapped__", |_, value| Ok(value.get::<Acceptor>().map_or(Value::NONE, |acceptor| acceptor.function.clone())), "The function."),
        Getter::read_only("__name__", |_, value| Ok(name_of(value, |function| function.name.get())), "The function's name."),
        Getter::read_only("__qualname__", |_, value| Ok(name_of(value, |function| function.qualified_name.get())), "The function's qualified name."),
    ],
    ..TypeSpec::new("far_yield_acceptor", Acceptor::LAYOUT)
};

static FAR_GENERATOR: TypeSpec = TypeSpec {
    module: "thread",
    flags: CLASS_NOT_CALLABLE | CLASS_WEAKREFERABLE,
    doc: "The values that a function gives by faryield().",
    natives: &[
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Implement iter(self)."),
        Native::waiting("__next__($self, /)", |vm, arguments| resume(vm, arguments, Ok(Value::NONE)), "Implement next(self)."),
        Native::waiting("send($self, value, /)", send, "Go on; faryield() returns the value."),
        Native::full("throw($self, type, value=None, traceback=None, /)", throw, "Go on; faryield() raises the exception."),
        Native::full("close($self, /)", close, "Raise GeneratorExit where it stands, and wait for its end."),
    ],
    ..TypeSpec::new("far_generator", FarGenerator::LAYOUT)
};

/// Makes the classes.
pub fn prepare(vm: &mut Vm) {
    for spec in [&FAR_BODY, &ACCEPTOR, &FAR_GENERATOR] {
        vm.class_from_spec(spec);
    }
}

fn accept(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [function, ..] = arguments else { return Ok(Value::NONE) };
    if vm.lookup_special(function, Name::Call).is_none() {
        return Err(vm.type_error("far_yield_acceptor() argument must be callable"));
    }
    let (function, abandon) = (function.clone(), vm.native_function(&ABANDON, &Value::NONE));
    Ok(vm.new_object(|header| Acceptor { header, function, abandon }))
}

fn name_of(acceptor: &Value, name: fn(&Function) -> &Value) -> Value {
    acceptor.get::<Acceptor>().and_then(|acceptor| acceptor.function.get::<Function>()).map_or(Value::NONE, |function| name(function).clone())
}

fn acceptor_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(object) = arguments.first() else { return Ok(Value::NONE) };
    let name = crate::vm::execute::text_of(&name_of(object, |function| function.qualified_name.get()));
    Ok(vm.format(format_args!("<far_yield_acceptor {name} at {:#x}>", object.bits())))
}

fn bind(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (Some(function), Some(receiver)) = (arguments.first().cloned(), argument(arguments, 1).cloned()) else { return Ok(Value::NONE) };
    if receiver.is_none() {
        return Ok(function);
    }
    Ok(vm.new_object(|header| BoundMethod { header, function, receiver }))
}

fn call(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some((acceptor, positional)) = arguments.positional.split_first() else { return Ok(Action::Return(Value::NONE)) };
    let Some(acceptor) = acceptor.get::<Acceptor>() else { return Ok(Action::Return(Value::NONE)) };
    let given = positional.iter().chain(arguments.values).cloned().collect();
    let call = Call { callee: acceptor.function.clone(), arguments: given, names: arguments.names.to_vec() };
    let abandon = acceptor.abandon.clone();
    let body = vm.new_object(|header| FarBody::new(header, call));
    Ok(Action::Return(vm.new_object(|header| FarGenerator { header, body, abandon })))
}

/// What the py-thread of a body runs.
fn run(_: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some((object, body)) = arguments.get(0).and_then(|object| Some((object.clone(), object.get::<FarBody>()?))) else {
        return Ok(Action::Return(Value::NONE));
    };
    Ok(Action::Call(
        body.take_call(),
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            if let Some(body) = object.get::<FarBody>() {
                vm.finish_far(&object, body, result)?;
            }
            Ok(Action::Return(Value::NONE))
        }),
    ))
}

fn abandon(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(body) = arguments.first().and_then(|body| body.get::<FarBody>()) {
        vm.abandon_far(body);
    }
    Ok(Value::NONE)
}

fn far_yield(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = argument(arguments, 0).cloned().unwrap_or(Value::NONE);
    vm.far_yield(value)
}

fn resume(vm: &mut Vm, arguments: &[Value], sent: Result<Value, Value>) -> Res<Value> {
    let Some(object) = arguments.first().and_then(|generator| Some(generator.get::<FarGenerator>()?.body.clone())) else { return Ok(Value::NONE) };
    match object.get::<FarBody>() {
        Some(body) => vm.resume_far(&object, body, sent, &RUN),
        None => Ok(Value::NONE),
    }
}

fn send(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = argument(arguments, 1).cloned().unwrap_or(Value::NONE);
    resume(vm, arguments, Ok(value))
}

/// [`resume`] with an exception, for natives that return actions.
fn throw_into(vm: &mut Vm, generator: &Value, exception: Value, then: impl FnOnce(&mut Vm, Res<Value>) -> Res<Action> + 'static) -> Res<Action> {
    let resumed = resume(vm, core::slice::from_ref(generator), Err(exception));
    if resumed.is_err() && vm.take_parking() {
        return Ok(Action::Park(Box::new(then)));
    }
    then(vm, resumed)
}

fn throw(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(generator), Some(exception)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let given = arguments.get(2).cloned();
    exception_to_throw(vm, exception, given)?.and_then(vm, move |vm, exception| throw_into(vm, &generator, exception, |_, result| result.map(Action::Return)))
}

fn close(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(generator) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let exit = exception::create(vm, Ex::GeneratorExit, Vec::new());
    throw_into(vm, generator, exit, |vm, result| match result {
        Ok(_) => Err(vm.raise(Ex::RuntimeError, "far generator ignored GeneratorExit")),
        Err(raised) if vm.pending_is(Ex::StopIteration) => {
            let stop = vm.take_exception(raised);
            Ok(Action::Return(crate::vm::unwind::stop_iteration_value(&stop)))
        }
        Err(raised) => Ok(Action::Return(vm.catch::<Value>(Err(raised), Ex::GeneratorExit)?.unwrap_or(Value::NONE))),
    })
}
