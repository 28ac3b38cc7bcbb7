//! Iterators made of a state and steps: what `itertools` is built from. A step gives an item, or says what it needs: an item of another
//! iterator, a call. The needs are met natively where that is possible and through actions where it is not; the state never knows.

use super::containers::{call_natively, stop_iteration};
use super::header::{Header, Mut, Object};
use super::value::Value;
use crate::vm::iterate::{self, next_then};
use crate::vm::native::{Action, Args, Call, Step};
use crate::vm::ops::iteration::{iter_action, iterator_or_error};
use crate::vm::{Res, Vm};

/// What an iterator's state says.
pub enum Progress {
    /// The next item.
    Item(Value),
    /// The end.
    Done,
    /// Take the next item of this iterator, for [`State::item`].
    Next(Value),
    /// Make an iterator of this, for [`State::value`].
    Iter(Value),
    /// Make this call, for [`State::value`].
    Call(Call),
    /// Carry this out, for [`State::value`].
    Do(Action),
}

/// The state of an iterator.
pub trait State: 'static {
    /// Begins the next item.
    fn step(&self, vm: &mut Vm) -> Res<Progress>;
    /// Goes on with the item of the iterator that was asked, None at its end.
    fn item(&self, _vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        Ok(item.map_or(Progress::Done, Progress::Item))
    }
    /// Goes on with the result of what was asked for.
    fn value(&self, _vm: &mut Vm, value: Value) -> Res<Progress> {
        Ok(Progress::Item(value))
    }
    /// Shows the values held to the cycle collector.
    fn traverse(&self, visit: &mut dyn FnMut(&Value));
    /// Drops what may be part of a cycle.
    fn clear(&self) {}
}

/// An iterator with a state.
#[repr(C)]
pub struct Lazy<S> {
    pub header: Header,
    pub state: S,
    /// What the native way could not do.
    waiting: Mut<Option<Progress>>,
}

impl<S> Lazy<S> {
    pub fn new(header: Header, state: S) -> Lazy<S> {
        Lazy { header, state, waiting: Mut::new(None) }
    }
}

/// The next item, as far as that goes without actions.
///
/// # Errors
/// Whatever the sources raise.
pub fn next<S: State>(vm: &mut Vm, iterator: &Value) -> Res<Step>
where
    Lazy<S>: Object,
{
    let Some(this) = iterator.get::<Lazy<S>>() else { return Ok(Step::Done) };
    if this.waiting.get().is_some() {
        return Ok(Step::Call);
    }
    let mut progress = this.state.step(vm)?;
    loop {
        progress = match progress {
            Progress::Item(item) => return Ok(Step::Item(item)),
            Progress::Done => return Ok(Step::Done),
            Progress::Next(source) => match iterate::next(vm, &source)? {
                Step::Item(item) => this.state.item(vm, Some(item))?,
                Step::Done => this.state.item(vm, None)?,
                Step::Call => return wait(this, Progress::Next(source)),
            },
            Progress::Iter(source) => match iter_action(vm, &source)? {
                Action::Return(made) => {
                    let made = iterator_or_error(vm, made)?;
                    this.state.value(vm, made)?
                }
                action => return wait(this, Progress::Do(action)),
            },
            Progress::Call(call) if call.names.is_empty() => match call_natively(vm, &call.callee, &call.arguments) {
                Some(result) => {
                    let result = result?;
                    this.state.value(vm, result)?
                }
                None => return wait(this, Progress::Call(call)),
            },
            Progress::Do(Action::Return(value)) => this.state.value(vm, value)?,
            other => return wait(this, other),
        };
    }
}

fn wait<S>(this: &Lazy<S>, progress: Progress) -> Res<Step> {
    drop(this.waiting.replace(Some(progress)));
    Ok(Step::Call)
}

/// `__next__`
///
/// # Errors
/// StopIteration; whatever the sources raise.
pub fn next_full<S: State>(vm: &mut Vm, args: &Args) -> Res<Action>
where
    Lazy<S>: Object,
{
    let Some(iterator) = args.get(0) else { return Err(stop_iteration(vm)) };
    let Some(this) = iterator.get::<Lazy<S>>() else { return Err(vm.type_error("__next__() needs the iterator")) };
    let progress = match this.waiting.take() {
        Some(progress) => progress,
        None => this.state.step(vm)?,
    };
    run::<S>(vm, iterator.clone(), progress)
}

fn run<S: State>(vm: &mut Vm, iterator: Value, mut progress: Progress) -> Res<Action>
where
    Lazy<S>: Object,
{
    loop {
        let Some(this) = iterator.get::<Lazy<S>>() else { return Err(stop_iteration(vm)) };
        progress = match progress {
            Progress::Item(item) => return Ok(Action::Return(item)),
            Progress::Done => return Err(stop_iteration(vm)),
            Progress::Next(source) => match iterate::next(vm, &source)? {
                Step::Item(item) => this.state.item(vm, Some(item))?,
                Step::Done => this.state.item(vm, None)?,
                Step::Call => {
                    return next_then(vm, &source, move |vm, item| {
                        let Some(this) = iterator.get::<Lazy<S>>() else { return Err(stop_iteration(vm)) };
                        let progress = this.state.item(vm, item)?;
                        run::<S>(vm, iterator, progress)
                    });
                }
            },
            Progress::Iter(source) => {
                return iter_action(vm, &source)?.and_then(vm, move |vm, made| {
                    let made = iterator_or_error(vm, made)?;
                    go_on::<S>(vm, iterator, made)
                });
            }
            Progress::Call(call) => {
                let direct = if call.names.is_empty() { call_natively(vm, &call.callee, &call.arguments) } else { None };
                match direct {
                    Some(result) => {
                        let result = result?;
                        this.state.value(vm, result)?
                    }
                    None => return Ok(Action::Call(call, alloc::boxed::Box::new(move |vm: &mut Vm, result: Res<Value>| go_on::<S>(vm, iterator, result?)))),
                }
            }
            Progress::Do(Action::Return(value)) => this.state.value(vm, value)?,
            Progress::Do(action) => return action.and_then(vm, move |vm, value| go_on::<S>(vm, iterator, value)),
        };
    }
}

fn go_on<S: State>(vm: &mut Vm, iterator: Value, value: Value) -> Res<Action>
where
    Lazy<S>: Object,
{
    let Some(this) = iterator.get::<Lazy<S>>() else { return Err(stop_iteration(vm)) };
    let progress = this.state.value(vm, value)?;
    run::<S>(vm, iterator, progress)
}

/// Declares an iterator type: `lazy_type!(Chain, CHAIN, "chain", "module", "doc", [natives..]);`
#[macro_export]
macro_rules! lazy_type {
    ($state:ty, $static:ident, $name:literal, $module:literal, $doc:literal, [$($native:expr),* $(,)?]) => {
        $crate::object!($crate::object::lazy::Lazy<$state>, $crate::object::header::Kind::Other, $name, |this, visit| $crate::object::lazy::State::traverse(&this.state, visit), |this| $crate::object::lazy::State::clear(&this.state));

        #[doc = $name]
        pub static $static: $crate::object::class::TypeSpec = $crate::object::class::TypeSpec {
            module: $module,
            doc: $doc,
            natives: &[
                $crate::object::iterators::SELF_ITER,
                $crate::vm::Native::full("__next__($self, /)", $crate::object::lazy::next_full::<$state>, "Implement next(self)."),
                $($native,)*
            ],
            next: Some($crate::object::lazy::next::<$state>),
            ..$crate::object::class::TypeSpec::new($name, <$crate::object::lazy::Lazy<$state> as $crate::object::header::Object>::LAYOUT)
        };
    };
}
