//! `itertools`: iterators that chain, cut, filter and combine others. The combinatoric ones are in `itertools_combine`.

use super::ModuleSpec;
use super::itertools_combine as combine;
use super::itertools_split as split;
use crate::lazy_type;
use crate::object::containers::{self, Display, Shown, check_count, clamped_index, class_argument, keywords, no_keywords, receiver};
use crate::object::header::{Mut, Object};
use crate::object::iterators_combined::{iterators_then, new_of};
use crate::object::lazy::{Lazy, Progress, State};
use crate::object::value::Value;
use crate::vm::iterate::get_iter_then;
use crate::vm::native::{Action, Args, Call, Native};
use crate::vm::ops::arithmetic::Operator;
use crate::vm::protocol::native_truth;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[Native::full("tee(iterable, n=2, /)", split::tee, "Returns a tuple of n independent iterators.")],
    types: &[
        &COUNT,
        &CYCLE,
        &REPEAT,
        &CHAIN,
        &COMPRESS,
        &DROP_WHILE,
        &TAKE_WHILE,
        &FILTER_FALSE,
        &STAR_MAP,
        &SLICE,
        &ACCUMULATE,
        &PAIRWISE,
        &BATCHED,
        &ZIP_LONGEST,
        &combine::PRODUCT,
        &combine::PERMUTATIONS,
        &combine::COMBINATIONS,
        &combine::COMBINATIONS_WITH_REPLACEMENT,
        &split::GROUP_BY,
        &split::GROUPER,
        &split::TEE,
    ],
    constants: |vm, _| {
        vm.class_from_spec(&split::TEE_NODE);
    },
    ..ModuleSpec::new("itertools", "Functional tools for creating and using iterators.")
};

/// A value that is taken out at the end.
pub type Slot = Mut<Option<Value>>;

/// A slot with a value.
pub fn slot(value: Value) -> Slot {
    Mut::new(Some(value))
}

/// Asks the iterator in a slot for its next item.
pub fn ask(source: &Slot) -> Res<Progress> {
    Ok(source.get().clone().map_or(Progress::Done, Progress::Next))
}

/// Shows a slot to the cycle collector.
pub fn visit_slot(slot: &Slot, visit: &mut dyn FnMut(&Value)) {
    if let Some(value) = slot.get() {
        visit(value);
    }
}

/// Makes an object of the class given to `__new__`, with this state.
pub fn make<S: State>(vm: &mut Vm, class: &Value, state: S) -> Res<Action>
where
    Lazy<S>: Object,
{
    Ok(Action::Return(new_of(vm, class, |header| Lazy::new(header, state))))
}

/// The class given to `__new__`.
///
/// # Errors
/// TypeError.
pub fn class_of<S: State>(vm: &mut Vm, args: &Args) -> Res<Value>
where
    Lazy<S>: Object,
{
    class_argument::<Lazy<S>>(vm, args.positional).map(|class| class.value())
}

fn truth(vm: &mut Vm, value: &Value) -> Res<bool> {
    match native_truth(value) {
        Some(truth) => Ok(truth),
        None => vm.truth(value),
    }
}

// ---- count

struct Count {
    next: Mut<Value>,
    step: Value,
}

lazy_type!(
    Count,
    COUNT,
    "count",
    "itertools",
    "Return a count object whose .__next__() method returns consecutive values.",
    [
        Native::full("__new__($type, start=0, step=1)", new_count, "Create and return a new object."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &COUNT_SHOWN), "Return repr(self)."),
    ]
);

static COUNT_SHOWN: Shown = Shown { display: display_count, recursive: "count(...)" };

fn display_count(_: &mut Vm, value: &Value) -> Res<Display> {
    let items = match value.get::<Lazy<Count>>().map(|this| &this.state) {
        Some(count) if count.step.as_small_int() == Some(1) => Vec::from([count.next.get().clone()]),
        Some(count) => Vec::from([count.next.get().clone(), count.step.clone()]),
        None => Vec::new(),
    };
    Ok(Display::new("count(", items, ")"))
}

fn new_count(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_of::<Count>(vm, args)?;
    let number = |vm: &mut Vm, index: usize, default: i64| match args.get(index) {
        None => Ok(Value::small_int(default)),
        Some(value) if vm.lookup_special(value, crate::vm::Name::Add).is_none() || value.kind() == crate::object::header::Kind::Str => {
            Err(vm.type_error("a number is required"))
        }
        Some(value) => Ok(value.clone()),
    };
    let (next, step) = (number(vm, 1, 0)?, number(vm, 2, 1)?);
    make(vm, &class, Count { next: Mut::new(next), step })
}

impl State for Count {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        if let (Some(number), Some(step)) = (self.next.get().as_small_int(), self.step.as_small_int()) {
            let next = vm.new_int(number.wrapping_add(step));
            return Ok(Progress::Item(self.next.replace(next)));
        }
        let next = self.next.get().clone();
        Ok(Progress::Do(vm.binary(Operator::ADD, &next, &self.step, false)?))
    }

    fn value(&self, _: &mut Vm, value: Value) -> Res<Progress> {
        Ok(Progress::Item(self.next.replace(value)))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(self.next.get());
        visit(&self.step);
    }
}

// ---- cycle

struct Cycle {
    source: Slot,
    saved: Mut<Vec<Value>>,
    place: Cell<usize>,
}

lazy_type!(
    Cycle,
    CYCLE,
    "cycle",
    "itertools",
    "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    [Native::full(
        "__new__($type, iterable, /)",
        |vm, args| {
            let class = class_of::<Cycle>(vm, args)?;
            get_iter_then(vm, &args.positional[1], move |vm, source| make(vm, &class, Cycle { source: slot(source), saved: Mut::default(), place: Cell::new(0) }))
        },
        "Create and return a new object."
    ),]
);

impl Cycle {
    fn again(&self) -> Progress {
        let saved = self.saved.get();
        let place = self.place.get();
        self.place.set(if place + 1 < saved.len() { place + 1 } else { 0 });
        saved.get(place).cloned().map_or(Progress::Done, Progress::Item)
    }
}

impl State for Cycle {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        if self.source.get().is_some() { ask(&self.source) } else { Ok(self.again()) }
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        match item {
            Some(item) => {
                if self.saved.get().len() == self.saved.get().capacity() {
                    vm.check_memory(self.saved.get().len().checked_mul(2 * size_of::<Value>()))?;
                }
                self.saved.get_mut().push(item.clone());
                Ok(Progress::Item(item))
            }
            None => {
                drop(self.source.take());
                Ok(self.again())
            }
        }
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.source, visit);
        self.saved.get().iter().for_each(visit);
    }

    fn clear(&self) {
        drop(self.source.take());
        drop(self.saved.take());
    }
}

// ---- repeat

struct Repeat {
    object: Value,
    /// Negative: for ever.
    left: Cell<i64>,
}

lazy_type!(
    Repeat,
    REPEAT,
    "repeat",
    "itertools",
    "Create an iterator which returns the object for the specified number of times. If not specified, returns the object endlessly.",
    [
        Native::full(
            "__new__($type, object, times=<unrepresentable>)",
            |vm, args| {
                let class = class_of::<Repeat>(vm, args)?;
                let left = match args.get(2) {
                    Some(times) => vm.index_i64(times)?.max(0),
                    None => -1,
                };
                make(vm, &class, Repeat { object: args.positional[1].clone(), left: Cell::new(left) })
            },
            "Create and return a new object."
        ),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &REPEAT_SHOWN), "Return repr(self)."),
        Native::simple(
            "__length_hint__($self, /)",
            |vm, args| {
                let left = receiver::<Lazy<Repeat>>(vm, args)?.state.left.get();
                if left < 0 { Err(vm.type_error("len() of unsized object")) } else { Ok(vm.new_int(left)) }
            },
            "Private method returning an estimate of len(list(it))."
        ),
    ]
);

static REPEAT_SHOWN: Shown = Shown { display: display_repeat, recursive: "repeat(...)" };

fn display_repeat(vm: &mut Vm, value: &Value) -> Res<Display> {
    let items = match value.get::<Lazy<Repeat>>().map(|this| &this.state) {
        Some(repeat) if repeat.left.get() < 0 => Vec::from([repeat.object.clone()]),
        Some(repeat) => Vec::from([repeat.object.clone(), vm.new_int(repeat.left.get())]),
        None => Vec::new(),
    };
    Ok(Display::new("repeat(", items, ")"))
}

impl State for Repeat {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        let left = self.left.get();
        if left == 0 {
            return Ok(Progress::Done);
        }
        if left > 0 {
            self.left.set(left - 1);
        }
        Ok(Progress::Item(self.object.clone()))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.object);
    }
}

// ---- chain

struct Chain {
    /// Iterator over the iterables.
    sources: Slot,
    current: Slot,
}

lazy_type!(
    Chain,
    CHAIN,
    "chain",
    "itertools",
    "Return a chain object whose .__next__() method returns elements from the first iterable until it is exhausted, then elements from the next iterable, until all of the iterables are exhausted.",
    [
        Native::full(
            "__new__($type, *iterables)",
            |vm, args| {
                let class = class_of::<Chain>(vm, args)?;
                no_keywords(vm, "chain", args)?;
                let iterables = vm.new_tuple(args.positional[1..].to_vec());
                let sources = crate::object::iterators::tuple_iterator(vm, &iterables);
                make(vm, &class, Chain { sources: slot(sources), current: Mut::new(None) })
            },
            "Create and return a new object."
        ),
        containers::CLASS_GET_ITEM,
        Native::full(
            "from_iterable($type, iterable, /)",
            |vm, args| {
                let class = class_of::<Chain>(vm, args)?;
                get_iter_then(vm, &args.positional[1], move |vm, sources| make(vm, &class, Chain { sources: slot(sources), current: Mut::new(None) }))
            },
            "Alternative chain() constructor taking a single iterable argument that evaluates lazily."
        ),
    ]
);

impl State for Chain {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        if self.current.get().is_some() { ask(&self.current) } else { ask(&self.sources) }
    }

    fn item(&self, _: &mut Vm, item: Option<Value>) -> Res<Progress> {
        if self.current.get().is_some() {
            return match item {
                Some(item) => Ok(Progress::Item(item)),
                None => {
                    drop(self.current.take());
                    ask(&self.sources)
                }
            };
        }
        match item {
            Some(iterable) => Ok(Progress::Iter(iterable)),
            None => {
                drop(self.sources.take());
                Ok(Progress::Done)
            }
        }
    }

    fn value(&self, _: &mut Vm, value: Value) -> Res<Progress> {
        drop(self.current.replace(Some(value)));
        ask(&self.current)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.sources, visit);
        visit_slot(&self.current, visit);
    }

    fn clear(&self) {
        drop(self.sources.take());
        drop(self.current.take());
    }
}

// ---- compress

struct Compress {
    data: Value,
    selectors: Value,
    /// The item whose selector is awaited.
    item: Slot,
}

lazy_type!(
    Compress,
    COMPRESS,
    "compress",
    "itertools",
    "Return data elements corresponding to true selector elements.",
    [Native::full(
        "__new__($type, data, selectors)",
        |vm, args| {
            let class = class_of::<Compress>(vm, args)?;
            iterators_then(vm, &args.positional[1..3], move |vm, iterators| match <[Value; 2]>::try_from(iterators) {
                Ok([data, selectors]) => make(vm, &class, Compress { data, selectors, item: Mut::new(None) }),
                Err(_) => Ok(Action::Return(Value::NONE)),
            })
        },
        "Create and return a new object."
    ),]
);

impl State for Compress {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        drop(self.item.take());
        Ok(Progress::Next(self.data.clone()))
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else { return Ok(Progress::Done) };
        match self.item.take() {
            None => {
                drop(self.item.replace(Some(item)));
                Ok(Progress::Next(self.selectors.clone()))
            }
            Some(data) => {
                if truth(vm, &item)? {
                    Ok(Progress::Item(data))
                } else {
                    Ok(Progress::Next(self.data.clone()))
                }
            }
        }
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.data);
        visit(&self.selectors);
        visit_slot(&self.item, visit);
    }
}

// ---- dropwhile, takewhile, filterfalse: a predicate and an iterator

struct Tested<K> {
    predicate: Value,
    source: Slot,
    item: Slot,
    /// dropwhile: the predicate is asked no more.
    open: Cell<bool>,
    kind: K,
}

trait Test: 'static {
    /// What a tested item leads to: true: it is given; false: it is not, and...
    const GIVEN_IF: bool;
    /// ...this is the end.
    const ENDS: bool;
    /// Once an item was given, all are.
    const OPENS: bool;
}

struct Drop;
struct Take;
struct False;

impl Test for Drop {
    const GIVEN_IF: bool = false;
    const ENDS: bool = false;
    const OPENS: bool = true;
}

impl Test for Take {
    const GIVEN_IF: bool = true;
    const ENDS: bool = true;
    const OPENS: bool = false;
}

impl Test for False {
    const GIVEN_IF: bool = false;
    const ENDS: bool = false;
    const OPENS: bool = false;
}

fn new_tested<K: Test>(vm: &mut Vm, args: &Args, kind: K) -> Res<Action>
where
    Lazy<Tested<K>>: Object,
{
    let class = class_of::<Tested<K>>(vm, args)?;
    let predicate = args.positional[1].clone();
    get_iter_then(vm, &args.positional[2], move |vm, source| {
        make(vm, &class, Tested { predicate, source: slot(source), item: Mut::new(None), open: Cell::new(false), kind })
    })
}

lazy_type!(
    Tested<Drop>,
    DROP_WHILE,
    "dropwhile",
    "itertools",
    "Drop items from the iterable while predicate(item) is true. Afterwards, return every element until the iterable is exhausted.",
    [Native::full("__new__($type, predicate, iterable, /)", |vm, args| new_tested(vm, args, Drop), "Create and return a new object."),]
);
lazy_type!(
    Tested<Take>,
    TAKE_WHILE,
    "takewhile",
    "itertools",
    "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    [Native::full("__new__($type, predicate, iterable, /)", |vm, args| new_tested(vm, args, Take), "Create and return a new object."),]
);
lazy_type!(
    Tested<False>,
    FILTER_FALSE,
    "filterfalse",
    "itertools",
    "Return those items of iterable for which function(item) is false. If function is None, return the items that are false.",
    [Native::full("__new__($type, function, iterable, /)", |vm, args| new_tested(vm, args, False), "Create and return a new object."),]
);

impl<K: Test> State for Tested<K> {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        ask(&self.source)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else {
            drop(self.source.take());
            return Ok(Progress::Done);
        };
        if self.open.get() {
            return Ok(Progress::Item(item));
        }
        drop(self.item.replace(Some(item.clone())));
        if self.predicate.is_none() {
            return self.value(vm, item);
        }
        Ok(Progress::Call(Call::new(self.predicate.clone(), [item])))
    }

    fn value(&self, vm: &mut Vm, value: Value) -> Res<Progress> {
        let item = self.item.take();
        if truth(vm, &value)? == K::GIVEN_IF {
            self.open.set(K::OPENS);
            return Ok(item.map_or(Progress::Done, Progress::Item));
        }
        if K::ENDS {
            drop(self.source.take());
        }
        ask(&self.source)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        let _ = &self.kind;
        visit(&self.predicate);
        visit_slot(&self.source, visit);
        visit_slot(&self.item, visit);
    }
}

// ---- starmap

struct StarMap {
    function: Value,
    source: Value,
}

lazy_type!(
    StarMap,
    STAR_MAP,
    "starmap",
    "itertools",
    "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    [Native::full(
        "__new__($type, function, iterable, /)",
        |vm, args| {
            let class = class_of::<StarMap>(vm, args)?;
            let function = args.positional[1].clone();
            get_iter_then(vm, &args.positional[2], move |vm, source| make(vm, &class, StarMap { function, source }))
        },
        "Create and return a new object."
    ),]
);

impl State for StarMap {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        Ok(Progress::Next(self.source.clone()))
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else { return Ok(Progress::Done) };
        match crate::vm::iterate::native_items(vm, &item)? {
            Some(arguments) => Ok(Progress::Call(Call::new(self.function.clone(), arguments))),
            None => {
                let function = self.function.clone();
                let action = crate::vm::iterate::collect(vm, &item, move |_, arguments| Ok(Action::tail_call(function, arguments)))?;
                Ok(Progress::Do(action))
            }
        }
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.function);
        visit(&self.source);
    }
}

// ---- islice

struct Slice {
    source: Slot,
    /// Items taken so far.
    taken: Cell<u64>,
    /// Index of the next item to give.
    next: Cell<u64>,
    stop: u64,
    step: u64,
}

lazy_type!(
    Slice,
    SLICE,
    "islice",
    "itertools",
    "Return an iterator whose next() method returns selected values from an iterable.",
    [Native::full("__new__($type, *args)", new_slice, "Create and return a new object."),]
);

fn new_slice(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_of::<Slice>(vm, args)?;
    no_keywords(vm, "islice", args)?;
    check_count(vm, "islice", args.positional.len() - 1, 2, 4)?;
    let bounds = &args.positional[2..];
    let bound = |vm: &mut Vm, value: Option<&Value>, default: u64, least: i64, message: &str| -> Res<u64> {
        let Some(value) = value.filter(|value| !value.is_none()) else { return Ok(default) };
        match clamped_index(vm, value)? {
            Some(number) if number >= least && number < i64::MAX => Ok(number as u64),
            _ => Err(vm.value_error(message)),
        }
    };
    const RANGE: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let (start, stop, step) = if bounds.len() == 1 {
        (0, bound(vm, bounds.first(), u64::MAX, 0, STOP)?, 1)
    } else {
        let stop = bound(vm, bounds.get(1), u64::MAX, 0, STOP)?;
        (bound(vm, bounds.first(), 0, 0, RANGE)?, stop, bound(vm, bounds.get(2), 1, 1, "Step for islice() must be a positive integer or None.")?)
    };
    get_iter_then(vm, &args.positional[1], move |vm, source| make(vm, &class, Slice { source: slot(source), taken: Cell::new(0), next: Cell::new(start), stop, step }))
}

impl State for Slice {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        // What comes before the next item is taken and dropped, even beyond the last item to give.
        let last = self.next.get().min(self.stop);
        if self.taken.get() < last || self.next.get() < self.stop {
            return ask(&self.source);
        }
        drop(self.source.take());
        Ok(Progress::Done)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else {
            drop(self.source.take());
            return Ok(Progress::Done);
        };
        let place = self.taken.get();
        self.taken.set(place + 1);
        if place == self.next.get() && place < self.stop {
            self.next.set(place.saturating_add(self.step));
            return Ok(Progress::Item(item));
        }
        drop(item);
        self.step(vm)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.source, visit);
    }
}

// ---- accumulate

struct Accumulate {
    source: Value,
    function: Option<Value>,
    total: Slot,
    /// The initial value is still to be given.
    initial: Cell<bool>,
}

lazy_type!(
    Accumulate,
    ACCUMULATE,
    "accumulate",
    "itertools",
    "Return series of accumulated sums (or other binary function results).",
    [Native::full("__new__($type, iterable, func=None, *, initial=None)", new_accumulate, "Create and return a new object."),]
);

fn new_accumulate(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_of::<Accumulate>(vm, args)?;
    let [iterable, function, initial] = keywords(vm, "accumulate", args, ["iterable", "func", "initial"])?;
    check_count(vm, "accumulate", args.positional.len() - 1 + iterable.is_some() as usize, 1, 2)?;
    let iterable = iterable.or(args.get(1).cloned()).unwrap_or(Value::NONE);
    let function = function.or(args.get(2).cloned()).filter(|function| !function.is_none());
    let initial = initial.filter(|initial| !initial.is_none());
    get_iter_then(vm, &iterable, move |vm, source| make(vm, &class, Accumulate { source, function, initial: Cell::new(initial.is_some()), total: Mut::new(initial) }))
}

impl State for Accumulate {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        if self.initial.replace(false)
            && let Some(total) = self.total.get()
        {
            return Ok(Progress::Item(total.clone()));
        }
        Ok(Progress::Next(self.source.clone()))
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else { return Ok(Progress::Done) };
        let Some(total) = self.total.get().clone() else { return self.value(vm, item) };
        match &self.function {
            Some(function) => Ok(Progress::Call(Call::new(function.clone(), [total, item]))),
            None => Ok(Progress::Do(vm.binary(Operator::ADD, &total, &item, false)?)),
        }
    }

    fn value(&self, _: &mut Vm, value: Value) -> Res<Progress> {
        drop(self.total.replace(Some(value.clone())));
        Ok(Progress::Item(value))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.source);
        self.function.iter().for_each(&mut *visit);
        visit_slot(&self.total, visit);
    }
}

// ---- pairwise

struct Pairwise {
    source: Slot,
    previous: Slot,
}

lazy_type!(
    Pairwise,
    PAIRWISE,
    "pairwise",
    "itertools",
    "Return an iterator of overlapping pairs taken from the input iterator.",
    [Native::full(
        "__new__($type, iterable, /)",
        |vm, args| {
            let class = class_of::<Pairwise>(vm, args)?;
            get_iter_then(vm, &args.positional[1], move |vm, source| make(vm, &class, Pairwise { source: slot(source), previous: Mut::new(None) }))
        },
        "Create and return a new object."
    ),]
);

impl State for Pairwise {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        ask(&self.source)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        let Some(item) = item else {
            drop(self.source.take());
            drop(self.previous.take());
            return Ok(Progress::Done);
        };
        match self.previous.replace(Some(item.clone())) {
            Some(previous) => Ok(Progress::Item(crate::object::dict_views::pair(vm, previous, item))),
            None => ask(&self.source),
        }
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.source, visit);
        visit_slot(&self.previous, visit);
    }
}

// ---- batched

struct Batched {
    source: Slot,
    batch: Mut<Vec<Value>>,
    size: usize,
    strict: bool,
}

lazy_type!(
    Batched,
    BATCHED,
    "batched",
    "itertools",
    "Batch data into tuples of length n. The last batch may be shorter than n.",
    [Native::full("__new__($type, iterable, n, *, strict=False)", new_batched, "Create and return a new object."),]
);

fn new_batched(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_of::<Batched>(vm, args)?;
    let [iterable, size, strict] = keywords(vm, "batched", args, ["iterable", "n", "strict"])?;
    let (iterable, size) = (iterable.or(args.get(1).cloned()), size.or(args.get(2).cloned()));
    let (Some(iterable), Some(size)) = (iterable, size) else { return Err(vm.type_error("batched() missing required argument 'n' (pos 2)")) };
    let size = vm.index_i64(&size)?;
    if size < 1 {
        return Err(vm.value_error("n must be at least one"));
    }
    let strict = match strict {
        Some(strict) => vm.truth(&strict)?,
        None => false,
    };
    get_iter_then(vm, &iterable, move |vm, source| make(vm, &class, Batched { source: slot(source), batch: Mut::default(), size: size as usize, strict }))
}

impl State for Batched {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        ask(&self.source)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        match item {
            Some(item) => {
                self.batch.get_mut().push(item);
                if self.batch.get().len() < self.size {
                    return ask(&self.source);
                }
            }
            None => {
                drop(self.source.take());
                if self.batch.get().is_empty() {
                    return Ok(Progress::Done);
                }
                if self.strict {
                    drop(self.batch.take());
                    return Err(vm.value_error("batched(): incomplete batch"));
                }
            }
        }
        let batch = self.batch.take();
        Ok(Progress::Item(vm.new_tuple(batch)))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit_slot(&self.source, visit);
        self.batch.get().iter().for_each(visit);
    }
}

// ---- zip_longest

struct ZipLongest {
    /// None: exhausted.
    sources: Mut<Vec<Option<Value>>>,
    fill: Value,
    taken: Mut<Vec<Value>>,
}

lazy_type!(
    ZipLongest,
    ZIP_LONGEST,
    "zip_longest",
    "itertools",
    "Return a zip_longest object whose .__next__() method returns a tuple where the i-th element comes from the i-th iterable argument; missing values are replaced with the fillvalue.",
    [Native::full(
        "__new__($type, *iterables, fillvalue=None)",
        |vm, args| {
            let class = class_of::<ZipLongest>(vm, args)?;
            let [fill] = keywords(vm, "zip_longest", args, ["fillvalue"])?;
            let fill = fill.unwrap_or(Value::NONE);
            iterators_then(vm, &args.positional[1..], move |vm, sources| {
                make(vm, &class, ZipLongest { sources: Mut::new(sources.into_iter().map(Some).collect()), fill, taken: Mut::default() })
            })
        },
        "Create and return a new object."
    ),]
);

impl ZipLongest {
    fn go_on(&self, vm: &mut Vm) -> Res<Progress> {
        loop {
            match self.sources.get().get(self.taken.get().len()) {
                Some(Some(source)) => return Ok(Progress::Next(source.clone())),
                Some(None) => self.taken.get_mut().push(self.fill.clone()),
                None => {
                    let taken = self.taken.take();
                    return Ok(Progress::Item(vm.new_tuple(taken)));
                }
            }
        }
    }
}

impl State for ZipLongest {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        drop(self.taken.take());
        if self.sources.get().iter().all(Option::is_none) {
            return Ok(Progress::Done);
        }
        self.go_on(vm)
    }

    fn item(&self, vm: &mut Vm, item: Option<Value>) -> Res<Progress> {
        match item {
            Some(item) => self.taken.get_mut().push(item),
            None => {
                let place = self.taken.get().len();
                let ended = self.sources.get_mut().get_mut(place).and_then(Option::take);
                drop(ended);
                if self.sources.get().iter().all(Option::is_none) {
                    drop(self.taken.take());
                    return Ok(Progress::Done);
                }
                self.taken.get_mut().push(self.fill.clone());
            }
        }
        self.go_on(vm)
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.sources.get().iter().flatten().for_each(&mut *visit);
        visit(&self.fill);
        self.taken.get().iter().for_each(visit);
    }
}
