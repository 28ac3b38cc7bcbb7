//! `set` and `frozenset`: their methods. Most are shared: what differs is what they may change.

use super::class::{CLASS_MATCH_SELF, TypeSpec};
use super::containers::{self, Display, Shown, check_count, class_argument, key_error, no_keywords, receiver};
use super::exception::Ex;
use super::function::NativeFunction;
use super::header::{Header, Object};
use super::iterators;
use super::set::{self, FrozenSet, Set, table_of};
use super::set_table::SetTable;
use super::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Native};
use crate::vm::prelude;
use crate::vm::reenter::Comparison;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// `set`.
pub static TYPE: TypeSpec =
    TypeSpec { flags: CLASS_MATCH_SELF, doc: "Build an unordered collection of unique elements.", natives: SET_NATIVES, ..TypeSpec::new("set", Set::LAYOUT) };

/// `frozenset`.
pub static FROZEN_TYPE: TypeSpec = TypeSpec {
    flags: CLASS_MATCH_SELF,
    doc: "Build an immutable unordered collection of unique elements.",
    natives: FROZEN_NATIVES,
    ..TypeSpec::new("frozenset", FrozenSet::LAYOUT)
};

const LEN: Native = Native::simple("__len__($self, /)", |vm, args| this(vm, args).map(|(_, table)| Value::small_int(table.length.get() as i64)), "Return len(self).");
const CONTAINS: Native = Native::simple("__contains__($self, object, /)", contains, "x.__contains__(y) <==> y in x.");
const ITER: Native = Native::simple("__iter__($self, /)", |vm, args| Ok(iterators::set_iterator(vm, &args[0])), "Implement iter(self).");
const REPR: Native = Native::full("__repr__($self, /)", repr, "Return repr(self).");
const COPY: Native = Native::simple("copy($self, /)", copy, "Return a shallow copy of a set.");
const REDUCE: Native =
    Native::full("__reduce__($self, /)", |vm, args| prelude::call(vm, &prelude::PICKLING, "reduce_set", args.positional), "Return state information for pickling.");
const AND: Native = Native::simple("__and__($self, value, /)", |vm, args| operator(vm, &args[0], &args[1], Operation::Intersection), "Return self&value.");
const RAND: Native = Native::simple("__rand__($self, value, /)", |vm, args| operator(vm, &args[1], &args[0], Operation::Intersection), "Return value&self.");
const OR: Native = Native::simple("__or__($self, value, /)", |vm, args| operator(vm, &args[0], &args[1], Operation::Union), "Return self|value.");
const ROR: Native = Native::simple("__ror__($self, value, /)", |vm, args| operator(vm, &args[1], &args[0], Operation::Union), "Return value|self.");
const SUB: Native = Native::simple("__sub__($self, value, /)", |vm, args| operator(vm, &args[0], &args[1], Operation::Difference), "Return self-value.");
const RSUB: Native = Native::simple("__rsub__($self, value, /)", |vm, args| operator(vm, &args[1], &args[0], Operation::Difference), "Return value-self.");
const XOR: Native = Native::simple("__xor__($self, value, /)", |vm, args| operator(vm, &args[0], &args[1], Operation::SymmetricDifference), "Return self^value.");
const RXOR: Native = Native::simple("__rxor__($self, value, /)", |vm, args| operator(vm, &args[1], &args[0], Operation::SymmetricDifference), "Return value^self.");
const UNION: Native = Native::full(
    "union($self, /, *others)",
    |vm, args| combine(vm, args, "union", Operation::Union, usize::MAX),
    "Return a new set with elements from the set and all others.",
);
const INTERSECTION: Native = Native::full(
    "intersection($self, /, *others)",
    |vm, args| combine(vm, args, "intersection", Operation::Intersection, usize::MAX),
    "Return a new set with elements common to the set and all others.",
);
const DIFFERENCE: Native = Native::full(
    "difference($self, /, *others)",
    |vm, args| combine(vm, args, "difference", Operation::Difference, usize::MAX),
    "Return a new set with elements in the set that are not in the others.",
);
const SYMMETRIC_DIFFERENCE: Native = Native::full(
    "symmetric_difference($self, other, /)",
    |vm, args| combine(vm, args, "symmetric_difference", Operation::SymmetricDifference, 1),
    "Return a new set with elements in either the set or other but not both.",
);
const IS_SUBSET: Native = Native::full("issubset($self, other, /)", |vm, args| relation(vm, args, set::is_subset), "Report whether another set contains this set.");
const IS_SUPERSET: Native = Native::full(
    "issuperset($self, other, /)",
    |vm, args| relation(vm, args, |vm, this, other| set::is_subset(vm, other, this)),
    "Report whether this set contains another set.",
);
const IS_DISJOINT: Native =
    Native::full("isdisjoint($self, other, /)", |vm, args| relation(vm, args, set::is_disjoint), "Return True if two sets have a null intersection.");
const LT: Native = crate::comparison!(compare, Lt);
const LE: Native = crate::comparison!(compare, Le);
const EQ: Native = crate::comparison!(compare, Eq);
const NE: Native = crate::comparison!(compare, Ne);
const GT: Native = crate::comparison!(compare, Gt);
const GE: Native = crate::comparison!(compare, Ge);

static SET_NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    LEN,
    CONTAINS,
    ITER,
    REPR,
    COPY,
    REDUCE,
    AND,
    RAND,
    OR,
    ROR,
    SUB,
    RSUB,
    XOR,
    RXOR,
    UNION,
    INTERSECTION,
    DIFFERENCE,
    SYMMETRIC_DIFFERENCE,
    IS_SUBSET,
    IS_SUPERSET,
    IS_DISJOINT,
    LT,
    LE,
    EQ,
    NE,
    GT,
    GE,
    Native::simple("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__init__($self, *args)", init, "Initialize self."),
    Native::simple("__iand__($self, value, /)", |vm, args| in_place(vm, args, Operation::Intersection), "Return self&=value."),
    Native::simple("__ior__($self, value, /)", |vm, args| in_place(vm, args, Operation::Union), "Return self|=value."),
    Native::simple("__isub__($self, value, /)", |vm, args| in_place(vm, args, Operation::Difference), "Return self-=value."),
    Native::simple("__ixor__($self, value, /)", |vm, args| in_place(vm, args, Operation::SymmetricDifference), "Return self^=value."),
    Native::simple("add($self, object, /)", add, "Add an element to a set."),
    Native::simple("discard($self, object, /)", discard, "Remove an element from a set if it is a member."),
    Native::simple("remove($self, object, /)", remove, "Remove an element from a set; it must be a member."),
    Native::simple("pop($self, /)", pop, "Remove and return an arbitrary set element."),
    Native::simple("clear($self, /)", clear, "Remove all elements from this set."),
    Native::full("update($self, /, *others)", |vm, args| change(vm, args, "update", Operation::Union), "Update the set, adding elements from all others."),
    Native::full(
        "intersection_update($self, /, *others)",
        |vm, args| change(vm, args, "intersection_update", Operation::Intersection),
        "Update the set, keeping only elements found in it and all others.",
    ),
    Native::full(
        "difference_update($self, /, *others)",
        |vm, args| change(vm, args, "difference_update", Operation::Difference),
        "Update the set, removing elements found in others.",
    ),
    Native::full(
        "symmetric_difference_update($self, other, /)",
        |vm, args| change(vm, args, "symmetric_difference_update", Operation::SymmetricDifference),
        "Update the set, keeping only elements found in either set, but not in both.",
    ),
];

static FROZEN_NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    LEN,
    CONTAINS,
    ITER,
    REPR,
    COPY,
    REDUCE,
    AND,
    RAND,
    OR,
    ROR,
    SUB,
    RSUB,
    XOR,
    RXOR,
    UNION,
    INTERSECTION,
    DIFFERENCE,
    SYMMETRIC_DIFFERENCE,
    IS_SUBSET,
    IS_SUPERSET,
    IS_DISJOINT,
    LT,
    LE,
    EQ,
    NE,
    GT,
    GE,
    Native::full("__new__($type, *args, **kwargs)", new_frozen, "Create and return a new object."),
    Native::simple("__hash__($self, /)", |vm, args| receiver::<FrozenSet>(vm, args).map(FrozenSet::hash).map(|hash| vm.new_int(hash as i64)), "Return hash(self)."),
];

fn repr(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = &args.positional[0];
    if vm.active_reprs.get().contains(&this.bits()) {
        let name = vm.type_name(this);
        return Ok(Action::Return(vm.format(format_args!("{name}(...)"))));
    }
    containers::repr(vm, this, &SHOWN)
}

/// `repr` of sets and frozensets.
pub static SHOWN: Shown = Shown { display, recursive: "set(...)" };

fn display(vm: &mut Vm, value: &Value) -> Res<Display> {
    let items = table_of(value).map(|(_, table)| table.keys()).unwrap_or_default();
    let name = vm.type_name(value);
    if items.is_empty() {
        return Ok(Display::owned(format!("{name}()"), items, ""));
    }
    if value.get_exact::<Set>().is_some() {
        return Ok(Display::new("{", items, "}"));
    }
    Ok(Display::owned(format!("{name}({{"), items, "})"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

fn this<'a>(vm: &mut Vm, args: &'a [Value]) -> Res<(&'a Header, &'a SetTable)> {
    match args.first().and_then(table_of) {
        Some(found) => Ok(found),
        None => Err(vm.type_error("descriptor requires a 'set' object")),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let class = class_argument::<Set>(vm, args)?;
    Ok(vm.heap.new_object(&class, Set::empty))
}

fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "set", args)?;
    let set = receiver::<Set>(vm, args.positional)?;
    check_count(vm, "set", args.positional.len() - 1, 0, 1)?;
    set.clear_items();
    match args.get(1) {
        Some(source) => update_from(vm, &args.positional[0], source, |_| Ok(Action::Return(Value::NONE))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

fn new_frozen(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<FrozenSet>(vm, args.positional)?;
    let inherits_init = vm.class_special(&class, Name::Init).is_some_and(|init| init.get::<NativeFunction>().is_some());
    if inherits_init {
        no_keywords(vm, "frozenset", args)?;
    }
    check_count(vm, "frozenset", args.positional.len() - 1, 0, 1)?;
    let Some(source) = args.get(1) else { return Ok(Action::Return(set::from_items(vm, Some(class), true, &[])?)) };
    if containers::is_builtin::<FrozenSet>(vm, class) && source.get_exact::<FrozenSet>().is_some() {
        return Ok(Action::Return(source.clone()));
    }
    let result = set::from_items(vm, Some(class), true, &[])?;
    let made = result.clone();
    // The class is kept alive by the instance.
    update_from(vm, &made, source, move |_| Ok(Action::Return(result)))
}

/// Adds all elements of `source` (any iterable) to a set, then goes on.
fn update_from(vm: &mut Vm, target: &Value, source: &Value, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    let Some((owner, table)) = table_of(target) else { return then(vm) };
    if let Some(other) = set::exact_table(source) {
        set::update(vm, owner, table, other)?;
        return then(vm);
    }
    if let Some(dict) = source.get_exact::<super::dict::Dict>() {
        let mut index = 0;
        while let Some((place, hash, key)) = dict.next_key(index) {
            index = place + 1;
            set::add_hashed(vm, owner, table, hash, key)?;
        }
        return then(vm);
    }
    // Elements may be added to the list meanwhile.
    let mut index = 0;
    while let Some(items) = containers::exact_items(source) {
        let Some(item) = items.get(index).cloned() else { return then(vm) };
        index += 1;
        let hash = set::hash_element(vm, &item)?;
        set::add_hashed(vm, owner, table, hash, item)?;
    }
    for_each(vm, source, AddEach { target: target.clone(), then })
}

struct AddEach<F> {
    target: Value,
    then: F,
}

impl<F: FnOnce(&mut Vm) -> Res<Action> + 'static> Each for AddEach<F> {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some((owner, table)) = table_of(&self.target) {
            let hash = set::hash_element(vm, &item)?;
            set::add_hashed(vm, owner, table, hash, item)?;
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm)
    }
}

/// Any iterable as a set, then `then(vm, set)`.
fn as_set(vm: &mut Vm, source: &Value, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    if set::exact_table(source).is_some() {
        return then(vm, source.clone());
    }
    let made = set::new_set(vm);
    let result = made.clone();
    update_from(vm, &made, source, move |vm| then(vm, result))
}

fn contains(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let (_, table) = this(vm, args)?;
    set::contains(vm, table, &args[1]).map(Value::bool)
}

fn copy(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let (_, table) = this(vm, args)?;
    if args[0].get_exact::<FrozenSet>().is_some() {
        return Ok(args[0].clone());
    }
    set::copy(vm, &args[0], table)
}

/// A binary operator between sets; NotImplemented for anything else.
fn operator(vm: &mut Vm, left: &Value, right: &Value, operation: Operation) -> Res<Value> {
    match (table_of(left), table_of(right)) {
        (Some((_, first)), Some((_, second))) => combined(vm, left, first, second, operation),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn combined(vm: &mut Vm, model: &Value, left: &SetTable, right: &SetTable, operation: Operation) -> Res<Value> {
    match operation {
        Operation::Union => {
            let result = set::copy(vm, model, left)?;
            if let Some((owner, table)) = table_of(&result) {
                set::update(vm, owner, table, right)?;
            }
            Ok(result)
        }
        Operation::Intersection => set::filtered(vm, model, left, right, true),
        Operation::Difference => set::filtered(vm, model, left, right, false),
        Operation::SymmetricDifference => set::symmetric_difference(vm, model, left, right),
    }
}

/// Makes `target` what the operation with `other` gives.
fn apply(vm: &mut Vm, target: &Value, other: &Value, operation: Operation) -> Res<()> {
    let (Some((owner, table)), Some((_, theirs))) = (table_of(target), table_of(other)) else { return Ok(()) };
    match operation {
        Operation::Union => set::update(vm, owner, table, theirs),
        Operation::Difference => set::remove_all(vm, owner, table, theirs),
        Operation::SymmetricDifference => set::toggle(vm, owner, table, theirs),
        Operation::Intersection => {
            let result = combined(vm, target, table, theirs, operation)?;
            if let Some((_, result)) = table_of(&result) {
                table.swap(result);
            }
            Ok(())
        }
    }
}

fn qualified_no_keywords(vm: &mut Vm, name: &str, args: &Args) -> Res<()> {
    if args.names.is_empty() {
        return Ok(());
    }
    let owner = if args.positional.first().is_some_and(|this| this.get::<FrozenSet>().is_some()) { "frozenset" } else { "set" };
    no_keywords(vm, &format!("{owner}.{name}"), args)
}

/// A method that combines with any number of iterables into a new set.
fn combine(vm: &mut Vm, args: &Args, name: &str, operation: Operation, most: usize) -> Res<Action> {
    qualified_no_keywords(vm, name, args)?;
    let (_, table) = this(vm, args.positional)?;
    check_count(vm, name, args.positional.len() - 1, if most == 1 { 1 } else { 0 }, most)?;
    let result = set::copy(vm, &args.positional[0], table)?;
    let others: Vec<Value> = args.positional[1..].iter().rev().cloned().collect();
    combine_next(vm, result, others, operation, Done::Result)
}

/// A method that changes the set by any number of iterables.
fn change(vm: &mut Vm, args: &Args, name: &str, operation: Operation) -> Res<Action> {
    qualified_no_keywords(vm, name, args)?;
    let (_, table) = this(vm, args.positional)?;
    let others: Vec<Value> = args.positional[1..].iter().rev().cloned().collect();
    if operation == Operation::Intersection {
        // Changed only at the end: an iterable may raise in between.
        let copy = set::copy(vm, &args.positional[0], table)?;
        return combine_next(vm, copy, others, operation, Done::Into(args.positional[0].clone()));
    }
    combine_next(vm, args.positional[0].clone(), others, operation, Done::Nothing)
}

enum Done {
    Result,
    Nothing,
    Into(Value),
}

/// Combines `target` with the last of `others`, and so on.
fn combine_next(vm: &mut Vm, target: Value, mut others: Vec<Value>, operation: Operation, done: Done) -> Res<Action> {
    let Some(other) = others.pop() else {
        return Ok(Action::Return(match done {
            Done::Result => target,
            Done::Nothing => Value::NONE,
            Done::Into(place) => {
                if let (Some((_, table)), Some((_, result))) = (table_of(&place), table_of(&target)) {
                    table.swap(result);
                }
                Value::NONE
            }
        }));
    };
    match operation {
        Operation::Union => {
            let place = target.clone();
            update_from(vm, &place, &other, move |vm| combine_next(vm, target, others, operation, done))
        }
        // Only these elements are looked at: no set has to be made of them.
        Operation::Difference if set::exact_table(&other).is_none() && other.get_exact::<super::dict::Dict>().is_none() => {
            let place = target.clone();
            for_each(vm, &other, RemoveEach { target: place, then: move |vm: &mut Vm| combine_next(vm, target, others, operation, done) })
        }
        _ => as_set(vm, &other, move |vm, other| {
            apply(vm, &target, &other, operation)?;
            combine_next(vm, target, others, operation, done)
        }),
    }
}

struct RemoveEach<F> {
    target: Value,
    then: F,
}

impl<F: FnOnce(&mut Vm) -> Res<Action> + 'static> Each for RemoveEach<F> {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if let Some((_, table)) = table_of(&self.target) {
            set::discard(vm, table, &item)?;
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        (self.then)(vm)
    }
}

/// A yes-or-no question about the set and any iterable.
fn relation(vm: &mut Vm, args: &Args, ask: fn(&mut Vm, &SetTable, &SetTable) -> Res<bool>) -> Res<Action> {
    this(vm, args.positional)?;
    let left = args.positional[0].clone();
    as_set(vm, &args.positional[1], move |vm, other| match (table_of(&left), table_of(&other)) {
        (Some((_, first)), Some((_, second))) => Ok(Action::Return(Value::bool(ask(vm, first, second)?))),
        _ => Ok(Action::Return(Value::FALSE)),
    })
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (_, left) = this(vm, args)?;
    match table_of(&args[1]) {
        Some((_, right)) => compare_tables(vm, op, left, right).map(Value::bool),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Compares sets: `<` is "proper subset", and so on.
///
/// # Errors
/// What `__eq__` raises; RecursionError.
pub fn compare_tables(vm: &mut Vm, op: Comparison, left: &SetTable, right: &SetTable) -> Res<bool> {
    let (mine, theirs) = (left.length.get(), right.length.get());
    vm.enter_native(" in comparison")?;
    let result = match op {
        Comparison::Eq | Comparison::Ne if mine != theirs => Ok(op == Comparison::Ne),
        Comparison::Eq => set::is_subset(vm, left, right),
        Comparison::Ne => set::is_subset(vm, left, right).map(|equal| !equal),
        Comparison::Lt if mine >= theirs => Ok(false),
        Comparison::Gt if mine <= theirs => Ok(false),
        Comparison::Lt | Comparison::Le => set::is_subset(vm, left, right),
        Comparison::Gt | Comparison::Ge => set::is_subset(vm, right, left),
    };
    vm.leave_native();
    result
}

fn in_place(vm: &mut Vm, args: &[Value], operation: Operation) -> Res<Value> {
    receiver::<Set>(vm, args)?;
    if table_of(&args[1]).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    apply(vm, &args[0], &args[1], operation)?;
    Ok(args[0].clone())
}

fn add(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let set = receiver::<Set>(vm, args)?;
    set::add(vm, set, args[1].clone())?;
    Ok(Value::NONE)
}

fn discard(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let set = receiver::<Set>(vm, args)?;
    set::discard(vm, &set.table, &args[1])?;
    Ok(Value::NONE)
}

fn remove(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let set = receiver::<Set>(vm, args)?;
    if set::discard(vm, &set.table, &args[1])? { Ok(Value::NONE) } else { Err(key_error(vm, &args[1])) }
}

fn pop(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let set = receiver::<Set>(vm, args)?;
    match set.table.pop() {
        Some(element) => Ok(element),
        None => Err(vm.raise(Ex::KeyError, "pop from an empty set")),
    }
}

fn clear(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    receiver::<Set>(vm, args)?.clear_items();
    Ok(Value::NONE)
}
