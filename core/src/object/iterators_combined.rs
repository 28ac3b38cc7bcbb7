//! Iterators made of other iterators: `enumerate`, `zip`, `map`, `filter`. Each steps natively as far as its sources do; where
//! Python code must run, what was gathered waits in the object.

use super::class::{Class, TypeSpec};
use super::containers::{CLASS_GET_ITEM, begin_call, call_natively, class_argument, keywords, receiver};
use super::dict_views::pair;
use super::header::{Header, Kind, Mut, Object};
use super::int::from_big;
use super::iterator_state::recipe;
use super::iterators::{REDUCE, REDUCE_DOC, SELF_ITER, SET_STATE, SET_STATE_DOC};
use super::range::big;
use super::value::Value;
use crate::object;
use crate::vm::iterate::{self, get_iter_then};
use crate::vm::native::{ADVANCE_NEXT, Action, Args, Given, Native, Progress, Step};
use crate::vm::ops::pull;
use crate::vm::protocol::native_truth;
use crate::vm::{ClassRef, Res, Vm};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use dashu_int::IBig;

/// Makes iterators of all `iterables`, then goes on with them.
///
/// # Errors
/// What `iter()` raises.
pub fn iterators_then(vm: &mut Vm, iterables: &[Value], then: impl FnOnce(&mut Vm, Vec<Value>) -> Res<Action> + 'static) -> Res<Action> {
    let rest: Vec<Value> = iterables.iter().rev().cloned().collect();
    next_iterator(vm, rest, Vec::with_capacity(iterables.len()), then)
}

fn next_iterator(vm: &mut Vm, mut rest: Vec<Value>, mut done: Vec<Value>, then: impl FnOnce(&mut Vm, Vec<Value>) -> Res<Action> + 'static) -> Res<Action> {
    match rest.pop() {
        None => then(vm, done),
        Some(iterable) => get_iter_then(vm, &iterable, move |vm, iterator| {
            done.push(iterator);
            next_iterator(vm, rest, done, then)
        }),
    }
}

/// An object of a class given as a value.
pub fn new_of<T: Object>(vm: &mut Vm, class: &Value, build: impl FnOnce(Header) -> T) -> Value {
    match class.get::<Class>() {
        Some(class) => vm.heap.new_object(class, build),
        None => vm.new_object(build),
    }
}

/// `number + 1` for an int of any size.
#[inline]
pub fn successor(vm: &mut Vm, number: &Value) -> Value {
    match number.as_small_int() {
        Some(number) => vm.new_int(number + 1),
        None => from_big(vm, big(number) + IBig::ONE),
    }
}

// ---- enumerate

/// `enumerate(iterable, start)`
#[repr(C)]
pub struct Enumerate {
    pub header: Header,
    iterator: Value,
    /// The next number, an int.
    count: Mut<Value>,
}

object!(Enumerate, Kind::Other, "enumerate", |this, visit| {
    visit(&this.iterator);
    visit(this.count.get());
});

/// `enumerate`.
pub static ENUMERATE: TypeSpec = TypeSpec {
    doc: "Return an enumerate object, which yields pairs of a count (from start, which defaults to 0) and a value of the iterable.",
    natives: &[
        SELF_ITER,
        CLASS_GET_ITEM,
        Native::full("__new__($type, /, iterable=<required>, start=0)", new_enumerate, "Create and return a new object."),
        ADVANCE_NEXT,
        Native::simple(REDUCE, enumerate_reduce, REDUCE_DOC),
    ],
    next: Some(enumerate_next),
    advance: Some(enumerate_advance),
    ..TypeSpec::new("enumerate", Enumerate::LAYOUT)
};

fn new_enumerate(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Enumerate>(vm, args.positional)?.value();
    let count = match args.get(2) {
        Some(start) => vm.index(start)?,
        None => Value::small_int(0),
    };
    let Some(iterable) = args.get(1) else { return Err(vm.type_error("enumerate() missing required argument 'iterable'")) };
    get_iter_then(vm, iterable, move |vm, iterator| Ok(Action::Return(new_of(vm, &class, |header| Enumerate { header, iterator, count: Mut::new(count) }))))
}

impl Enumerate {
    fn give(&self, vm: &mut Vm, item: Value) -> Value {
        let next = successor(vm, self.count.get());
        let count = self.count.replace(next);
        pair(vm, count, item)
    }
}

fn enumerate_reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = vm.class_of(&args[0]).value();
    let this = receiver::<Enumerate>(vm, args)?;
    Ok(recipe(vm, class, Vec::from([this.iterator.clone(), this.count.get().clone()]), None))
}

fn enumerate_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<Enumerate>() else { return Ok(Step::Done) };
    Ok(match iterate::next(vm, &this.iterator)? {
        Step::Item(item) => Step::Item(this.give(vm, item)),
        other => other,
    })
}

fn enumerate_advance(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Progress> {
    let Some(this) = iterator.get::<Enumerate>() else { return Ok(Progress::Done) };
    match given {
        Given::Item(item) => Ok(Progress::Item(this.give(vm, item))),
        Given::Raised(raised) => Err(raised),
        Given::End | Given::Result(_) => Ok(Progress::Done),
        Given::Nothing => Ok(match enumerate_next(vm, iterator)? {
            Step::Item(item) => Progress::Item(item),
            Step::Done => Progress::Done,
            Step::Call => Progress::Next(this.iterator.clone()),
        }),
    }
}

// ---- one item of each of several iterators

/// Takes one item of each of several iterators, over and over.
struct Gather {
    iterators: Vec<Value>,
    /// All must end together.
    strict: Cell<bool>,
    /// Items of the current round.
    taken: Mut<Vec<Value>>,
    /// The first iterator ended; this one is looked at, whether it ended too. 0: no such search.
    checking: Cell<usize>,
}

impl Gather {
    fn new(iterators: Vec<Value>, strict: bool) -> Gather {
        Gather { iterators, strict: Cell::new(strict), taken: Mut::default(), checking: Cell::new(0) }
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.iterators.iter().for_each(&mut *visit);
        self.taken.get().iter().for_each(&mut *visit);
    }

    /// The iterator that is to be asked next.
    fn current(&self) -> Option<&Value> {
        let place = if self.checking.get() > 0 { self.checking.get() } else { self.taken.get().len() };
        self.iterators.get(place)
    }

    /// Takes what the current iterator gave. None: ask the next one; Some(true): a round is complete in `taken`; Some(false): the end.
    fn accept(&self, vm: &mut Vm, name: &str, item: Option<Value>) -> Res<Option<bool>> {
        let count = self.iterators.len();
        let checking = self.checking.get();
        if checking > 0 {
            if item.is_some() {
                self.checking.set(0);
                return Err(self.uneven(vm, name, checking, "longer"));
            }
            if checking + 1 < count {
                self.checking.set(checking + 1);
                return Ok(None);
            }
            self.checking.set(0);
            return Ok(Some(false));
        }
        match item {
            Some(item) => {
                self.taken.get_mut().push(item);
                Ok(if self.taken.get().len() == count { Some(true) } else { None })
            }
            None => {
                let place = self.taken.get().len();
                drop(self.taken.take());
                if !self.strict.get() || count == 1 {
                    return Ok(Some(false));
                }
                if place > 0 {
                    return Err(self.uneven(vm, name, place, "shorter"));
                }
                self.checking.set(1);
                Ok(None)
            }
        }
    }

    #[cold]
    fn uneven(&self, vm: &mut Vm, name: &str, place: usize, how: &str) -> crate::vm::Raised {
        let others: String = if place == 1 { " ".into() } else { "s 1-".into() };
        vm.value_error(&format!("{name}() argument {} is {how} than argument{others}{place}", place + 1))
    }

    /// Goes on natively. Some(true): a round is complete; Some(false): the end; None: the current iterator needs Python code.
    fn advance(&self, vm: &mut Vm, name: &str) -> Res<Option<bool>> {
        loop {
            let Some(iterator) = self.current() else { return Ok(Some(false)) };
            let item = match iterate::next(vm, iterator) {
                Ok(Step::Item(item)) if self.checking.get() == 0 => {
                    let taken = self.taken.get_mut();
                    taken.push(item);
                    if taken.len() == self.iterators.len() {
                        return Ok(Some(true));
                    }
                    continue;
                }
                Ok(Step::Item(item)) => Some(item),
                Ok(Step::Done) => None,
                Ok(Step::Call) => return Ok(None),
                Err(raised) => {
                    self.forget();
                    return Err(raised);
                }
            };
            if let Some(answer) = self.accept(vm, name, item)? {
                return Ok(Some(answer));
            }
        }
    }

    /// How to make an equal iterator of the class of `iterator`.
    fn reduce(&self, vm: &mut Vm, iterator: &Value, function: Option<&Value>) -> Value {
        let class = vm.class_of(iterator).value();
        let arguments = function.into_iter().chain(&self.iterators).cloned().collect();
        recipe(vm, class, arguments, self.strict.get().then_some(Value::TRUE))
    }

    fn set_strict(&self, vm: &mut Vm, state: &Value) -> Res<Value> {
        self.strict.set(vm.truth(state)?);
        Ok(Value::NONE)
    }

    fn forget(&self) {
        self.checking.set(0);
        drop(self.taken.take());
    }

    /// The items of the completed round; the buffer stays.
    fn round(&self, vm: &mut Vm) -> Value {
        let taken = self.taken.get_mut();
        if taken.is_empty() {
            return vm.new_tuple(Vec::new());
        }
        // SAFETY: the items move into the tuple; the vector forgets them.
        unsafe {
            let length = taken.len();
            taken.set_len(0);
            vm.new_tuple_from_raw(taken.as_ptr(), length)
        }
    }
}

/// Goes on gathering. None: a round is complete in `taken`.
fn gather_advance(vm: &mut Vm, gather: &Gather, name: &str, given: Given) -> Res<Option<Progress>> {
    let answer = match given {
        Given::Nothing => None,
        Given::Item(item) => gather.accept(vm, name, Some(item))?,
        Given::End => gather.accept(vm, name, None)?,
        Given::Result(value) => return Ok(Some(Progress::Item(value))),
        Given::Raised(raised) => {
            gather.forget();
            return Err(raised);
        }
    };
    let answer = match answer {
        None => gather.advance(vm, name)?,
        answer => answer,
    };
    Ok(match answer {
        Some(true) => None,
        Some(false) => Some(Progress::Done),
        None => Some(gather.current().map_or(Progress::Done, |source| Progress::Next(source.clone()))),
    })
}

/// The iterables of `zip` and `map` and whether `strict` is asked for.
fn gather_arguments(vm: &mut Vm, name: &str, args: &Args) -> Res<bool> {
    match keywords(vm, name, args, ["strict"])? {
        [Some(strict)] => vm.truth(&strict),
        [None] => Ok(false),
    }
}

// ---- zip

/// `zip(*iterables, strict=False)`
#[repr(C)]
pub struct Zip {
    pub header: Header,
    gather: Gather,
}

object!(Zip, Kind::Other, "zip", |this, visit| this.gather.traverse(visit));

/// `zip`.
pub static ZIP: TypeSpec = TypeSpec {
    doc: "The zip object yields n-length tuples, where n is the number of iterables passed as positional arguments. It continues until the shortest is exhausted; if strict is true and one is exhausted before the others, raise a ValueError.",
    natives: &[
        SELF_ITER,
        Native::full("__new__($type, /, *iterables, strict=False)", new_zip, "Create and return a new object."),
        ADVANCE_NEXT,
        Native::simple(
            REDUCE,
            |vm, args| {
                let this = receiver::<Zip>(vm, args)?;
                Ok(this.gather.reduce(vm, &args[0], None))
            },
            REDUCE_DOC,
        ),
        Native::simple(
            SET_STATE,
            |vm, args| {
                let this = receiver::<Zip>(vm, args)?;
                this.gather.set_strict(vm, &args[1])
            },
            SET_STATE_DOC,
        ),
    ],
    next: Some(zip_next),
    advance: Some(zip_advance),
    ..TypeSpec::new("zip", Zip::LAYOUT)
};

fn new_zip(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Zip>(vm, args.positional)?.value();
    let strict = gather_arguments(vm, "zip", args)?;
    iterators_then(vm, &args.positional[1..], move |vm, iterators| {
        Ok(Action::Return(new_of(vm, &class, |header| Zip { header, gather: Gather::new(iterators, strict) })))
    })
}

fn zip_advance(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Progress> {
    let Some(this) = iterator.get::<Zip>() else { return Ok(Progress::Done) };
    match gather_advance(vm, &this.gather, "zip", given)? {
        Some(progress) => Ok(progress),
        None => Ok(Progress::Item(this.gather.round(vm))),
    }
}

fn zip_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<Zip>() else { return Ok(Step::Done) };
    if let [first, second] = this.gather.iterators.as_slice()
        && this.gather.taken.get().is_empty()
        && this.gather.checking.get() == 0
        && let Step::Item(item) = iterate::next(vm, first)?
    {
        // The commonest case: two sources, both native.
        return match iterate::next(vm, second)? {
            Step::Item(other) => Ok(Step::Item(pair(vm, item, other))),
            step => {
                this.gather.taken.get_mut().push(item);
                match step {
                    Step::Done if !this.gather.strict.get() => {
                        drop(this.gather.taken.take());
                        Ok(Step::Done)
                    }
                    Step::Done => this.gather.accept(vm, "zip", None).map(|_| Step::Done),
                    _ => Ok(Step::Call),
                }
            }
        };
    }
    Ok(match this.gather.advance(vm, "zip")? {
        Some(true) => Step::Item(this.gather.round(vm)),
        Some(false) => Step::Done,
        None => Step::Call,
    })
}

// ---- map

/// `map(function, *iterables, strict=False)`
#[repr(C)]
pub struct Map {
    pub header: Header,
    function: Value,
    gather: Gather,
}

object!(Map, Kind::Other, "map", |this, visit| {
    visit(&this.function);
    this.gather.traverse(visit);
});

/// `map`.
pub static MAP: TypeSpec = TypeSpec {
    doc: "Make an iterator that computes the function using arguments from each of the iterables. Stops when the shortest iterable is exhausted; if strict is true and one is exhausted before the others, raise a ValueError.",
    natives: &[
        SELF_ITER,
        Native::full("__new__($type, *args, strict=False)", new_map, "Create and return a new object."),
        ADVANCE_NEXT,
        Native::simple(
            REDUCE,
            |vm, args| {
                let this = receiver::<Map>(vm, args)?;
                Ok(this.gather.reduce(vm, &args[0], Some(&this.function)))
            },
            REDUCE_DOC,
        ),
        Native::simple(
            SET_STATE,
            |vm, args| {
                let this = receiver::<Map>(vm, args)?;
                this.gather.set_strict(vm, &args[1])
            },
            SET_STATE_DOC,
        ),
    ],
    next: Some(map_next),
    advance: Some(map_advance),
    ..TypeSpec::new("map", Map::LAYOUT)
};

fn new_map(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Map>(vm, args.positional)?.value();
    let strict = gather_arguments(vm, "map", args)?;
    let [_, function, iterables @ ..] = args.positional else { return Err(vm.type_error("map() must have at least two arguments.")) };
    if iterables.is_empty() {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let function = function.clone();
    iterators_then(vm, iterables, move |vm, iterators| Ok(Action::Return(new_of(vm, &class, |header| Map { header, function, gather: Gather::new(iterators, strict) }))))
}

fn map_advance(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Progress> {
    let Some(this) = iterator.get::<Map>() else { return Ok(Progress::Done) };
    if let Some(progress) = gather_advance(vm, &this.gather, "map", given)? {
        return Ok(progress);
    }
    let callee = this.function.clone();
    if let [_] = this.gather.iterators.as_slice()
        && let Some(first) = this.gather.taken.get_mut().pop()
    {
        return pull::call(vm, Value::NONE, callee, [first]);
    }
    let action = begin_call(vm, callee, this.gather.taken.take())?;
    pull::act(vm, Value::NONE, action)
}

/// The Python function of an exact `map` over one iterable, and the item it is to be called with next; None: another case, or the end.
pub fn map_call(vm: &mut Vm, iterator: &Value) -> Res<Option<(Value, Value)>> {
    let Some(this) = iterator.get_exact::<Map>().filter(|this| this.function.kind() == Kind::Function) else { return Ok(None) };
    let [source] = this.gather.iterators.as_slice() else { return Ok(None) };
    match iterate::next(vm, source)? {
        Step::Item(item) => Ok(Some((this.function.clone(), item))),
        _ => Ok(None),
    }
}

fn map_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<Map>() else { return Ok(Step::Done) };
    if !is_simple(&this.function) {
        return Ok(Step::Call);
    }
    match this.gather.advance(vm, "map")? {
        Some(true) => {}
        Some(false) => return Ok(Step::Done),
        None => return Ok(Step::Call),
    }
    let arguments = this.gather.taken.take();
    match call_natively(vm, &this.function, &arguments) {
        Some(result) => {
            let mut arguments = arguments;
            arguments.clear();
            // The buffer serves again, unless the call used the iterator itself.
            if this.gather.taken.get().capacity() == 0 {
                drop(this.gather.taken.replace(arguments));
            }
            Ok(Step::Item(result?))
        }
        // Not callable that way after all (a number of arguments it does not take): the call says what is wrong.
        None => vm.call(&this.function, &arguments).map(Step::Item),
    }
}

/// May it be callable without an action?
fn is_simple(function: &Value) -> bool {
    function.get_exact::<super::function::NativeFunction>().is_some_and(|function| matches!(function.native.function, crate::vm::native::Function::Simple(_)))
}

// ---- filter

/// `filter(function, iterable)`
#[repr(C)]
pub struct Filter {
    pub header: Header,
    /// None: the items' own truth.
    function: Value,
    iterator: Value,
    /// Taken natively, but to be tested through an action.
    waiting: Mut<Option<Value>>,
}

object!(Filter, Kind::Other, "filter", |this, visit| {
    visit(&this.function);
    visit(&this.iterator);
    if let Some(item) = this.waiting.get() {
        visit(item)
    }
});

/// `filter`.
pub static FILTER: TypeSpec = TypeSpec {
    doc: "Return an iterator yielding those items of iterable for which function(item) is true. If function is None, return the items that are true.",
    natives: &[
        SELF_ITER,
        Native::full("__new__($type, function, iterable, /)", new_filter, "Create and return a new object."),
        ADVANCE_NEXT,
        Native::simple(
            REDUCE,
            |vm, args| {
                let class = vm.class_of(&args[0]).value();
                let this = receiver::<Filter>(vm, args)?;
                Ok(recipe(vm, class, Vec::from([this.function.clone(), this.iterator.clone()]), None))
            },
            REDUCE_DOC,
        ),
    ],
    next: Some(filter_next),
    advance: Some(filter_advance),
    ..TypeSpec::new("filter", Filter::LAYOUT)
};

fn new_filter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Filter>(vm, args.positional)?.value();
    let function = args.positional[1].clone();
    let own_truth = function.is_none() || function.get::<Class>().map(ClassRef::of) == Some(vm.class_of(&Value::TRUE));
    let function = if own_truth { Value::NONE } else { function };
    get_iter_then(vm, &args.positional[2], move |vm, iterator| {
        Ok(Action::Return(new_of(vm, &class, |header| Filter { header, function, iterator, waiting: Mut::new(None) })))
    })
}

impl Filter {
    /// Does the filter let the item pass? None: Python code must say.
    fn passes(&self, vm: &mut Vm, item: &Value) -> Res<Option<bool>> {
        if self.function.is_none() {
            return Ok(native_truth(item));
        }
        match call_natively(vm, &self.function, core::slice::from_ref(item)) {
            Some(result) => {
                let result = result?;
                match native_truth(&result) {
                    Some(truth) => Ok(Some(truth)),
                    None => vm.truth(&result).map(Some),
                }
            }
            None => Ok(None),
        }
    }
}

fn filter_next(vm: &mut Vm, iterator: &Value) -> Res<Step> {
    let Some(this) = iterator.get::<Filter>() else { return Ok(Step::Done) };
    if this.waiting.get().is_some() || !this.function.is_none() && !is_simple(&this.function) {
        return Ok(Step::Call);
    }
    loop {
        let item = match iterate::next(vm, &this.iterator)? {
            Step::Item(item) => item,
            other => return Ok(other),
        };
        match this.passes(vm, &item)? {
            Some(true) => return Ok(Step::Item(item)),
            Some(false) => {}
            None => {
                drop(this.waiting.replace(Some(item)));
                return Ok(Step::Call);
            }
        }
    }
}

fn filter_advance(vm: &mut Vm, iterator: &Value, given: Given) -> Res<Progress> {
    let Some(this) = iterator.get::<Filter>() else { return Ok(Progress::Done) };
    let mut item = match given {
        Given::Nothing => this.waiting.take(),
        Given::Item(item) => Some(item),
        Given::End => return Ok(Progress::Done),
        Given::Raised(raised) => return Err(raised),
        Given::Result(value) => {
            let held = pull::held(vm);
            if vm.truth(&value)? {
                return Ok(Progress::Item(held));
            }
            None
        }
    };
    loop {
        let tested = match item.take() {
            Some(item) => item,
            None => match iterate::next(vm, &this.iterator)? {
                Step::Item(item) => item,
                Step::Done => return Ok(Progress::Done),
                Step::Call => return Ok(Progress::Next(this.iterator.clone())),
            },
        };
        match this.passes(vm, &tested)? {
            Some(true) => return Ok(Progress::Item(tested)),
            Some(false) => {}
            None if this.function.is_none() => {
                let action = vm.truth_action(&tested)?;
                return pull::act(vm, tested, action);
            }
            None => return pull::call(vm, tested.clone(), this.function.clone(), [tested]),
        }
    }
}
