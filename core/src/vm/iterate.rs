//! Iteration for native code: over builtin iterables directly, over others through actions.

use super::ops::iteration::{iter_action, iterator_or_error, next_action};
use super::ops::pull::pulls;
use super::{Action, Again, Call, Continuation, Name, Res, Step, Vm};
use crate::config::NATIVE_DEPTH_LIMIT;
use crate::object::containers::copied;
use crate::object::dict::Dict;
use crate::object::dict_views;
use crate::object::exception::Ex;
use crate::object::header::{Kind, SUBCLASS};
use crate::object::iterators::{list_next, sequence_call, sequence_failed, sequence_gave, tuple_next};
use crate::object::iterators_combined::map_call;
use crate::object::list::List;
use crate::object::range::Range;
use crate::object::set;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The items of a builtin iterable that can be read without running Python code; None for others.
pub fn native_items(vm: &mut Vm, iterable: &Value) -> Res<Option<Vec<Value>>> {
    let Some(header) = iterable.header().filter(|header| header.flags() & SUBCLASS == 0) else { return Ok(None) };
    let items = match header.kind() {
        Kind::List => iterable.get::<List>().map(|list| copied(list.items.get())),
        Kind::Tuple => iterable.get::<Tuple>().map(|tuple| copied(tuple.items())),
        Kind::Dict => iterable.get::<Dict>().map(|dict| dict.keys()),
        Kind::Set | Kind::FrozenSet => set::table_of(iterable).map(|(_, table)| table.keys()),
        Kind::Range => match iterable.get::<Range>().and_then(Range::small) {
            Some((start, step, length)) => {
                vm.check_memory((length as usize).checked_mul(size_of::<Value>()))?;
                Some((0..length).map(|index| Value::small_int(start + index * step)).collect())
            }
            None => None,
        },
        _ => {
            let viewed = dict_views::viewed(iterable).and_then(|(dict, what)| Some((dict.get::<Dict>()?, what)));
            viewed.map(|(dict, what)| dict_views::contents(vm, dict, what))
        }
    };
    Ok(items)
}

/// Can `iter()` be called on it?
pub fn is_iterable(vm: &mut Vm, value: &Value) -> bool {
    match vm.lookup_special(value, Name::Iter) {
        Some(method) => !method.is_none(),
        None => vm.lookup_special(value, Name::GetItem).is_some(),
    }
}

/// One native step of an iterator, or word that Python code must run.
#[inline]
pub fn next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    match iterator.kind() {
        Kind::ListIterator => list_next(vm, iterator),
        Kind::TupleIterator => tuple_next(vm, iterator),
        _ => next_of_class(vm, iterator),
    }
}

fn next_of_class(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    match vm.class_of(iterator).native_next.get() {
        // Iterators made of iterators recurse here; deep ones go the stackless way.
        Some(next) if vm.native_depth < NATIVE_DEPTH_LIMIT => {
            vm.native_depth += 1;
            let step = next(vm, iterator);
            vm.native_depth -= 1;
            step
        }
        _ => Ok(Step::Call),
    }
}

/// Makes an iterator of `iterable`, then goes on with it.
pub fn get_iter_then(vm: &mut Vm, iterable: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    iter_action(vm, iterable)?.and_then(vm, move |vm, iterator| {
        let iterator = iterator_or_error(vm, iterator)?;
        then(vm, iterator)
    })
}

/// Takes the next item, then goes on with it; None when the iterator is exhausted.
pub fn next_then(vm: &mut Vm, iterator: &Value, then: impl FnOnce(&mut Vm, Option<Value>) -> Res<Action> + 'static) -> Res<Action> {
    match next(vm, iterator)? {
        Step::Item(value) => then(vm, Some(value)),
        Step::Done => then(vm, None),
        Step::Call => {
            let next = next_action(vm, iterator);
            Action::after(next, vm, move |vm, result| {
                let item = vm.catch(result, Ex::StopIteration)?;
                then(vm, item)
            })
        }
    }
}

/// What a native wants after an item. Small, for it is handed on several times for each.
pub enum Flow {
    Continue,
    /// The iteration is over with this.
    Stop(Value),
    /// Make this call first; its result comes to [`Each::called`].
    Call(Box<Call>),
    /// The same for a call of the first with the second.
    CallWith(Value, Value),
    /// Carry this out first; its result comes to [`Each::called`].
    Action(Box<Action>),
}

/// A native that looks at items one by one.
pub trait Each {
    /// Takes an item.
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow>;
    /// Takes the result of a call that [`Each::item`] asked for.
    fn called(&mut self, _vm: &mut Vm, _result: Value) -> Res<Flow> {
        Ok(Flow::Continue)
    }
    /// All items were seen.
    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action>;
}

struct Walk<E: ?Sized> {
    iterator: Value,
    awaited: Awaited,
    /// What [`Continuation::again`] could not do where it stood.
    wanted: Option<Wanted>,
    each: Box<E>,
}

/// What the result is that a walk waits for.
#[derive(Clone, Copy, PartialEq)]
enum Awaited {
    Item,
    /// What `__getitem__` gives for an iterator over a sequence: the item, and the iterator is to know.
    OfSequence,
    /// A call's, for [`Each::called`].
    Call,
}

/// What a walk cannot do without the interpreter.
enum Wanted {
    Next(Value),
    Call(Box<Call>),
    CallWith(Value, Value),
    CallWithTwo(Value, [Value; 2]),
    Then(Box<Action>),
    Stop(Value),
    Finish,
}

impl<E: Each + ?Sized + 'static> Walk<E> {
    /// The call of a Python function that gives the iterator's next item: of `__next__` with the iterator, of the function of a `map` with an
    /// item, of `__getitem__` with a sequence and the next index.
    fn next_call(&mut self, vm: &mut Vm) -> Res<Option<Wanted>> {
        match self.iterator.kind() {
            Kind::Instance => {
                let method = vm.lookup_special(&self.iterator, Name::Next).filter(|method| method.kind() == Kind::Function);
                Ok(method.map(|method| Wanted::CallWith(method, self.iterator.clone())))
            }
            Kind::Other => {
                if let Some((function, item)) = map_call(vm, &self.iterator)? {
                    return Ok(Some(Wanted::CallWith(function, item)));
                }
                let call = sequence_call(vm, &self.iterator);
                if call.is_some() {
                    self.awaited = Awaited::OfSequence;
                }
                Ok(call.map(|(function, arguments)| Wanted::CallWithTwo(function, arguments)))
            }
            _ => Ok(None),
        }
    }

    /// Goes on as far as that is possible natively.
    fn advance(&mut self, vm: &mut Vm, mut flow: Flow) -> Res<Wanted> {
        loop {
            match flow {
                Flow::Stop(value) => return Ok(Wanted::Stop(value)),
                Flow::Call(call) => {
                    self.awaited = Awaited::Call;
                    return Ok(Wanted::Call(call));
                }
                Flow::CallWith(callee, argument) => {
                    self.awaited = Awaited::Call;
                    return Ok(Wanted::CallWith(callee, argument));
                }
                Flow::Action(action) => match *action {
                    Action::Return(value) => {
                        flow = self.each.called(vm, value)?;
                        continue;
                    }
                    action => {
                        self.awaited = Awaited::Call;
                        return Ok(Wanted::Then(Box::new(action)));
                    }
                },
                Flow::Continue => {}
            }
            self.awaited = Awaited::Item;
            if self.iterator.kind() == Kind::Generator {
                return Ok(Wanted::Next(self.iterator.clone()));
            }
            match next(vm, &self.iterator)? {
                Step::Item(item) => flow = self.each.item(vm, item)?,
                Step::Done => return Ok(Wanted::Finish),
                Step::Call if let Some(call) = self.next_call(vm)? => return Ok(call),
                Step::Call if pulls(vm, &self.iterator) => return Ok(Wanted::Next(self.iterator.clone())),
                Step::Call => match next_action(vm, &self.iterator) {
                    Ok(Action::Return(item)) => flow = self.each.item(vm, item)?,
                    Ok(Action::TailCall(call)) => return Ok(Wanted::Call(Box::new(call))),
                    Ok(action) => return Ok(Wanted::Then(Box::new(action))),
                    Err(raised) => match vm.catch::<()>(Err(raised), Ex::StopIteration)? {
                        Some(()) => flow = Flow::Continue,
                        None => return Ok(Wanted::Finish),
                    },
                },
            }
            // A long native iteration must let others run.
            let ticks = vm.heap.ticks.get() - 1;
            vm.heap.ticks.set(ticks);
        }
    }

    /// What there is to do, as an action.
    fn then(self: Box<Self>, vm: &mut Vm, wanted: Wanted) -> Res<Action> {
        match wanted {
            Wanted::Stop(value) => Ok(Action::Return(value)),
            Wanted::Call(call) => Ok(Action::Call(*call, self)),
            Wanted::CallWith(callee, argument) => Ok(Action::Call(Call::new(callee, [argument]), self)),
            Wanted::CallWithTwo(callee, arguments) => Ok(Action::Call(Call::new(callee, arguments), self)),
            Wanted::Next(generator) => Ok(Action::Next(generator, self)),
            Wanted::Then(action) => Ok(Action::Then(action, self)),
            Wanted::Finish => self.each.finish(vm),
        }
    }

    fn run(mut self: Box<Self>, vm: &mut Vm, flow: Flow) -> Res<Action> {
        let wanted = self.advance(vm, flow)?;
        self.then(vm, wanted)
    }

    fn take(&mut self, vm: &mut Vm, value: Value) -> Res<Flow> {
        match self.awaited {
            Awaited::Call => return self.each.called(vm, value),
            Awaited::OfSequence => sequence_gave(&self.iterator),
            Awaited::Item => {}
        }
        self.each.item(vm, value)
    }
}

impl<E: Each + ?Sized + 'static> Continuation for Walk<E> {
    fn resume(mut self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        if let Some(wanted) = self.wanted.take() {
            return self.then(vm, wanted);
        }
        let value = match (self.awaited, result) {
            (Awaited::Call, result) => Some(result?),
            (Awaited::OfSequence, Err(raised)) => {
                sequence_failed(vm, &self.iterator, raised)?;
                None
            }
            (_, result) => vm.catch(result, Ex::StopIteration)?,
        };
        match value {
            Some(value) => {
                let flow = self.take(vm, value)?;
                self.run(vm, flow)
            }
            None => self.each.finish(vm),
        }
    }

    fn again(&mut self, vm: &mut Vm, value: Value) -> Res<Again> {
        let flow = self.take(vm, value)?;
        if matches!(flow, Flow::Continue) && self.awaited == Awaited::Item && self.iterator.kind() == Kind::Generator {
            return Ok(Again::Next(self.iterator.clone()));
        }
        Ok(match self.advance(vm, flow)? {
            Wanted::Next(generator) => Again::Next(generator),
            Wanted::Call(call) => Again::Call(call),
            Wanted::CallWith(callee, argument) => Again::CallWith(callee, argument),
            Wanted::CallWithTwo(callee, arguments) => Again::CallWithTwo(callee, arguments),
            wanted => {
                self.wanted = Some(wanted);
                Again::Leave(Value::UNDEFINED)
            }
        })
    }
}

/// Shows every item to `each`, lazily, until it stops or the items end.
pub fn for_each(vm: &mut Vm, iterable: &Value, each: impl Each + 'static) -> Res<Action> {
    get_iter_then(vm, iterable, move |vm, iterator| for_each_rest(vm, iterator, each))
}

/// As [`for_each`], for an iterator.
pub fn for_each_rest(vm: &mut Vm, iterator: Value, each: impl Each + 'static) -> Res<Action> {
    Box::new(Walk { iterator, awaited: Awaited::Item, wanted: None, each: Box::new(each) }).run(vm, Flow::Continue)
}

struct Collector<F> {
    items: Vec<Value>,
    limit: usize,
    then: F,
}

impl<F: FnOnce(&mut Vm, Vec<Value>) -> Res<Action>> Collector<F> {
    fn done(&mut self) -> bool {
        self.items.len() >= self.limit
    }
}

impl<F: FnOnce(&mut Vm, Vec<Value>) -> Res<Action> + 'static> Each for Collector<F> {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if self.items.len() == self.items.capacity() {
            vm.check_memory(self.items.len().checked_mul(2 * size_of::<Value>()))?;
        }
        self.items.push(item);
        if self.done() { Ok(Flow::Stop(Value::UNDEFINED)) } else { Ok(Flow::Continue) }
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm, self.items)
    }
}

/// Collects all items, then goes on with them.
pub fn collect(vm: &mut Vm, iterable: &Value, then: impl FnOnce(&mut Vm, Vec<Value>) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(items) = native_items(vm, iterable)? {
        return then(vm, items);
    }
    for_each(vm, iterable, Collector { items: Vec::new(), limit: usize::MAX, then })
}

/// Collects at most `limit` items, then goes on with them.
pub fn collect_at_most(vm: &mut Vm, iterable: &Value, limit: usize, then: impl FnOnce(&mut Vm, Vec<Value>) -> Res<Action> + 'static) -> Res<Action> {
    if limit == usize::MAX {
        return collect(vm, iterable, then);
    }
    get_iter_then(vm, iterable, move |vm, iterator| take(vm, iterator, limit, Vec::new(), Box::new(then)))
}

type Then = Box<dyn FnOnce(&mut Vm, Vec<Value>) -> Res<Action>>;

fn take(vm: &mut Vm, iterator: Value, limit: usize, mut items: Vec<Value>, then: Then) -> Res<Action> {
    while items.len() < limit {
        match next(vm, &iterator)? {
            Step::Item(item) => items.push(item),
            Step::Done => return then(vm, items),
            Step::Call => {
                let again = iterator.clone();
                return next_then(vm, &iterator, move |vm, item| match item {
                    Some(item) => {
                        items.push(item);
                        take(vm, again, limit, items, then)
                    }
                    None => then(vm, items),
                });
            }
        }
    }
    then(vm, items)
}
