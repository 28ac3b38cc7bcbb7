//! Iterators made of a state and steps: what `itertools` is built from. A step gives an item, or says what it needs: an item of another
//! iterator, a call. The needs are met natively where that is possible and through actions where it is not; the state never knows.

use super::containers::call_natively;
use super::header::{Header, Mut, Object};
use super::value::Value;
use crate::vm::iterate;
use crate::vm::native::{Action, Call, Given, Progress as Wanted, Step};
use crate::vm::ops::iteration::{iter_action, iterator_or_error};
use crate::vm::ops::pull;
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

/// The next item, step by step where Python code must run.
///
/// # Errors
/// Whatever the sources raise.
pub fn advance<S: State>(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Wanted>
where
    Lazy<S>: Object,
{
    let Some(this) = iterator.get::<Lazy<S>>() else { return Ok(Wanted::Done) };
    let mut progress = match given {
        Given::Nothing => match this.waiting.take() {
            Some(progress) => progress,
            None => this.state.step(vm)?,
        },
        Given::Item(item) => this.state.item(vm, Some(item))?,
        Given::End => this.state.item(vm, None)?,
        Given::Result(value) => {
            let value = if pull::held(vm).as_bool() == Some(MADE_ITERATOR) { iterator_or_error(vm, value)? } else { value };
            this.state.value(vm, value)?
        }
        Given::Raised(raised) => return Err(raised),
    };
    loop {
        progress = match progress {
            Progress::Item(item) => return Ok(Wanted::Item(item)),
            Progress::Done => return Ok(Wanted::Done),
            Progress::Next(source) => match iterate::next(vm, &source)? {
                Step::Item(item) => this.state.item(vm, Some(item))?,
                Step::Done => this.state.item(vm, None)?,
                Step::Call => return Ok(Wanted::Next(source)),
            },
            Progress::Iter(source) => {
                let action = iter_action(vm, &source)?;
                return pull::act(vm, Value::bool(MADE_ITERATOR), action);
            }
            Progress::Call(call) => {
                let direct = if call.names.is_empty() { call_natively(vm, &call.callee, &call.arguments) } else { None };
                match direct {
                    Some(result) => {
                        let result = result?;
                        this.state.value(vm, result)?
                    }
                    None => return pull::act(vm, Value::bool(!MADE_ITERATOR), Action::TailCall(call)),
                }
            }
            Progress::Do(action) => return pull::act(vm, Value::bool(!MADE_ITERATOR), action),
        };
    }
}

/// What is held for the result of `iter()`: it is to be checked.
const MADE_ITERATOR: bool = true;

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
                $crate::vm::native::ADVANCE_NEXT,
                $($native,)*
            ],
            next: Some($crate::object::lazy::next::<$state>),
            advance: Some($crate::object::lazy::advance::<$state>),
            ..$crate::object::class::TypeSpec::new($name, <$crate::object::lazy::Lazy<$state> as $crate::object::header::Object>::LAYOUT)
        };
    };
}
