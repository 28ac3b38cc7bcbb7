//! Builtin functions that make or consume iterators: `iter`, `next`, `len`, `sorted`, `min`, `max`, `sum`, `any`, `all`.

use crate::object::containers::{call_natively, check_count, keywords};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::float::Float;
use crate::object::header::Kind;
use crate::object::int::from_big;
use crate::object::iterators;
use crate::object::list::List;
use crate::object::range::big;
use crate::object::sort;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate::{self, Each, Flow, collect, for_each, for_each_rest, get_iter_then};
use crate::vm::native::{Action, Args, Native, Step};
use crate::vm::ops::arithmetic::Operator;
use crate::vm::ops::iteration::next_action;
use crate::vm::protocol::{native_compare, native_truth};
use crate::vm::reenter::Comparison;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use core::ops::ControlFlow;

pub const NATIVES: &[Native] = &[
    Native::full("iter(object, sentinel=<unrepresentable>, /)", iter, "Get an iterator from an object, or one that calls it until it returns the sentinel."),
    Native::full("next(iterator, default=<unrepresentable>, /)", next, "Return the next item from the iterator, or the default if it is exhausted."),
    Native::full("len(obj, /)", len, "Return the number of items in a container."),
    Native::full("sorted(iterable, /, *, key=None, reverse=False)", sorted, "Return a new list containing all items from the iterable in ascending order.").counting(),
    Native::full(
        "min(*args, key=None, default=<unrepresentable>)",
        |vm, args| extreme(vm, args, "min", Comparison::Lt),
        "Return the smallest item of an iterable or of two or more arguments.",
    ),
    Native::full(
        "max(*args, key=None, default=<unrepresentable>)",
        |vm, args| extreme(vm, args, "max", Comparison::Gt),
        "Return the biggest item of an iterable or of two or more arguments.",
    ),
    Native::full("sum(iterable, /, start=0)", sum, "Return the sum of a 'start' value (default: 0) plus an iterable of numbers."),
    Native::full("any(iterable, /)", |vm, args| for_each(vm, &args.positional[0], Truth { decides: true }), "Return True if bool(x) is True for any x in the iterable."),
    Native::full(
        "all(iterable, /)",
        |vm, args| for_each(vm, &args.positional[0], Truth { decides: false }),
        "Return True if bool(x) is True for all values x in the iterable.",
    ),
];

fn iter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let object = &args.positional[0];
    if let Some(sentinel) = args.get(1) {
        if object.kind() != Kind::Function && vm.lookup_special(object, Name::Call).is_none() {
            return Err(vm.type_error("iter(v, w): v must be callable"));
        }
        return Ok(Action::Return(iterators::callable_iterator(vm, object, sentinel)));
    }
    get_iter_then(vm, object, |_, iterator| Ok(Action::Return(iterator)))
}

fn next(vm: &mut Vm, args: &Args) -> Res<Action> {
    let iterator = &args.positional[0];
    let default = args.get(1).cloned();
    match iterate::next(vm, iterator) {
        Ok(Step::Item(item)) => return Ok(Action::Return(item)),
        Ok(Step::Done) => {
            return match default {
                Some(default) => Ok(Action::Return(default)),
                None => Err(crate::object::containers::stop_iteration(vm)),
            };
        }
        Ok(Step::Call) => {}
        Err(raised) => {
            return match default {
                Some(default) => Ok(Action::Return(vm.catch(Err(raised), Ex::StopIteration)?.unwrap_or(default))),
                None => Err(raised),
            };
        }
    }
    let action = next_action(vm, iterator);
    match default {
        None => action,
        Some(default) => Action::after(action, vm, move |vm, result| Ok(Action::Return(vm.catch(result, Ex::StopIteration)?.unwrap_or(default)))),
    }
}

/// `len` of exact builtin containers.
#[inline]
pub fn native_length(value: &Value) -> Option<usize> {
    if let Some(list) = value.get_exact::<List>() {
        Some(list.len())
    } else if let Some(text) = value.get_exact::<Str>() {
        Some(text.length)
    } else if let Some(tuple) = value.get_exact::<Tuple>() {
        Some(tuple.length)
    } else {
        value.get_exact::<Dict>().map(|dict| dict.length.get())
    }
}

fn len(vm: &mut Vm, args: &Args) -> Res<Action> {
    let object = &args.positional[0];
    match native_length(object) {
        Some(length) => Ok(Action::Return(Value::small_int(length as i64))),
        None => crate::vm::ops::subscript::length(vm, object),
    }
}

fn sorted(vm: &mut Vm, args: &Args) -> Res<Action> {
    check_count(vm, "sorted", args.positional.len(), 1, 1)?;
    let [key, reverse] = keywords(vm, "sort", args, ["key", "reverse"])?;
    let reverse = match reverse {
        Some(reverse) => vm.truth(&reverse)?,
        None => false,
    };
    let key = key.filter(|key| !key.is_none());
    collect(vm, &args.positional[0], move |vm, items| {
        sort::sort_then(vm, items, key, reverse, |vm, items, sorted| {
            sorted?;
            Ok(Action::Return(vm.new_list(items)))
        })
    })
}

// ---- min, max

fn extreme(vm: &mut Vm, args: &Args, name: &'static str, better: Comparison) -> Res<Action> {
    let [key, default] = keywords(vm, name, args, ["key", "default"])?;
    let key = key.filter(|key| !key.is_none());
    let search = Extreme { name, better, key, default, best: None, candidate: None, comparing: false };
    match args.positional {
        [] => Err(vm.type_error(&format!("{name} expected at least 1 argument, got 0"))),
        [iterable] => {
            if search.key.is_none() {
                let best = match (iterable.get_exact::<List>(), iterable.get_exact::<Tuple>()) {
                    (Some(list), _) => plain_extreme(better, list.items.get()),
                    (_, Some(tuple)) => plain_extreme(better, tuple.items()),
                    _ => None,
                };
                if let Some(best) = best {
                    return Ok(Action::Return(best));
                }
            }
            for_each(vm, iterable, search)
        }
        items => {
            if search.default.is_some() {
                return Err(vm.type_error(&format!("Cannot specify a default for {name}() with multiple positional arguments")));
            }
            if search.key.is_none()
                && let Some(best) = plain_extreme(better, items)
            {
                return Ok(Action::Return(best));
            }
            let items = vm.new_tuple(items.to_vec());
            for_each(vm, &items, search)
        }
    }
}

/// The best of values that compare natively.
fn plain_extreme(better: Comparison, items: &[Value]) -> Option<Value> {
    let mut best = items.first()?;
    for item in items.iter().skip(1) {
        if native_compare(better, item, best)? {
            best = item;
        }
    }
    Some(best.clone())
}

struct Extreme {
    name: &'static str,
    better: Comparison,
    key: Option<Value>,
    default: Option<Value>,
    /// Key and item.
    best: Option<(Value, Value)>,
    /// Item whose key is awaited; or key and item whose comparison is.
    candidate: Option<(Value, Value)>,
    comparing: bool,
}

impl Extreme {
    fn consider(&mut self, vm: &mut Vm, key: Value, item: Value) -> Res<Flow> {
        let Some((best, _)) = &self.best else {
            self.best = Some((key, item));
            return Ok(Flow::Continue);
        };
        let wins = match native_compare(self.better, &key, best) {
            Some(wins) => wins,
            None => match vm.compare_action(self.better, &key, best)? {
                Action::Return(result) => vm.truth(&result)?,
                action => {
                    self.candidate = Some((key, item));
                    self.comparing = true;
                    return Ok(Flow::Action(Box::new(action)));
                }
            },
        };
        if wins {
            self.best = Some((key, item));
        }
        Ok(Flow::Continue)
    }
}

impl Each for Extreme {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        match &self.key {
            None => self.consider(vm, item.clone(), item),
            Some(key) => match call_natively(vm, key, core::slice::from_ref(&item)) {
                Some(key) => {
                    let key = key?;
                    self.consider(vm, key, item)
                }
                None => {
                    let key = key.clone();
                    self.candidate = Some((Value::UNDEFINED, item.clone()));
                    Ok(Flow::CallWith(key, item))
                }
            },
        }
    }

    fn called(&mut self, vm: &mut Vm, result: Value) -> Res<Flow> {
        let Some((key, item)) = self.candidate.take() else { return Ok(Flow::Continue) };
        if !core::mem::replace(&mut self.comparing, false) {
            return self.consider(vm, result, item);
        }
        if vm.truth(&result)? {
            self.best = Some((key, item));
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        match self.best.map(|(_, item)| item).or(self.default) {
            Some(item) => Ok(Action::Return(item)),
            None => Err(vm.value_error(&format!("{}() iterable argument is empty", self.name))),
        }
    }
}

// ---- any, all

struct Truth {
    /// The truth value that settles it.
    decides: bool,
}

impl Truth {
    fn settle(&self, truth: bool) -> Flow {
        if truth == self.decides { Flow::Stop(Value::bool(truth)) } else { Flow::Continue }
    }
}

impl Each for Truth {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        match native_truth(&item) {
            Some(truth) => Ok(self.settle(truth)),
            None => Ok(Flow::Action(Box::new(vm.truth_action(&item)?))),
        }
    }

    fn called(&mut self, _: &mut Vm, result: Value) -> Res<Flow> {
        Ok(self.settle(result.as_bool() == Some(true)))
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::bool(!self.decides)))
    }
}

// ---- sum

fn sum(vm: &mut Vm, args: &Args) -> Res<Action> {
    let start = args.get(1).cloned().unwrap_or(Value::small_int(0));
    let refused = match start.kind() {
        Kind::Str => Some("sum() can't sum strings [use ''.join(seq) instead]"),
        Kind::Bytes => Some("sum() can't sum bytes [use b''.join(seq) instead]"),
        Kind::ByteArray => Some("sum() can't sum bytearray [use b''.join(seq) instead]"),
        _ => None,
    };
    if let Some(message) = refused {
        return Err(vm.type_error(message));
    }
    let mut total = Total::of(start);
    let iterable = &args.positional[0];
    // What adds up natively needs no iterator: nothing can change the sequence meanwhile.
    let native = if let Some(list) = iterable.get_exact::<List>() {
        list.items.get().as_slice()
    } else if let Some(tuple) = iterable.get_exact::<Tuple>() {
        tuple.items()
    } else {
        return for_each(vm, iterable, Sum { total });
    };
    let mut added = 0;
    while let Some(item) = native.get(added)
        && total.add(vm, item).is_break()
    {
        added += 1;
    }
    if added == native.len() {
        return Ok(Action::Return(total.value(vm)));
    }
    let rest = if iterable.kind() == Kind::List { iterators::list_iterator_at(vm, iterable, added) } else { iterators::tuple_iterator_at(vm, iterable, added) };
    for_each_rest(vm, rest, Sum { total })
}

/// An exact float.
fn exact_float(value: &Value) -> Option<f64> {
    value.as_small_float().or_else(|| value.get_exact::<Float>().map(|float| float.number))
}

/// What was summed up so far.
enum Total {
    Int(i64),
    /// Sum and what rounding lost (Neumaier).
    Float(f64, f64),
    Other(Value),
}

impl Total {
    fn of(value: Value) -> Total {
        if let Some(number) = value.as_small_int() {
            Total::Int(number)
        } else if let Some(number) = exact_float(&value) {
            Total::Float(number, 0.0)
        } else {
            Total::Other(value)
        }
    }

    /// Adds natively, if that works.
    fn add(&mut self, vm: &mut Vm, item: &Value) -> ControlFlow<()> {
        match self {
            Total::Int(total) => {
                if let Some(number) = item.as_small_int() {
                    match total.checked_add(number) {
                        Some(sum) => *total = sum,
                        None => *self = Total::Other(from_big(vm, big(item) + dashu_int::IBig::from(*total))),
                    }
                    return ControlFlow::Break(());
                }
                if let Some(truth) = item.as_bool() {
                    return match total.checked_add(truth as i64) {
                        Some(sum) => {
                            *total = sum;
                            ControlFlow::Break(())
                        }
                        None => ControlFlow::Continue(()),
                    };
                }
                if let Some(number) = exact_float(item) {
                    *self = Total::Float(*total as f64, 0.0);
                    return self.add_float(number);
                }
                ControlFlow::Continue(())
            }
            Total::Float(sum, _) => match (exact_float(item), item.as_small_int()) {
                (Some(number), _) => self.add_float(number),
                (None, Some(number)) => {
                    // As CPython: integers are added without keeping what rounding loses.
                    *sum += number as f64;
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            },
            Total::Other(_) => ControlFlow::Continue(()),
        }
    }

    fn add_float(&mut self, number: f64) -> ControlFlow<()> {
        if let Total::Float(sum, lost) = self {
            let total = *sum + number;
            *lost += if libm::fabs(*sum) >= libm::fabs(number) { (*sum - total) + number } else { (number - total) + *sum };
            *sum = total;
        }
        ControlFlow::Break(())
    }

    fn value(&self, vm: &mut Vm) -> Value {
        match self {
            Total::Int(number) => vm.new_int(*number),
            Total::Float(sum, lost) => {
                let total = if *lost != 0.0 && lost.is_finite() { sum + lost } else { *sum };
                vm.new_float(total)
            }
            Total::Other(value) => value.clone(),
        }
    }
}

struct Sum {
    total: Total,
}

impl Each for Sum {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        if self.total.add(vm, &item).is_break() {
            return Ok(Flow::Continue);
        }
        let total = self.total.value(vm);
        match vm.binary(Operator::ADD, &total, &item, false)? {
            Action::Return(sum) => {
                self.total = Total::of(sum);
                Ok(Flow::Continue)
            }
            action => Ok(Flow::Action(Box::new(action))),
        }
    }

    fn called(&mut self, _: &mut Vm, result: Value) -> Res<Flow> {
        self.total = Total::of(result);
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        Ok(Action::Return(self.total.value(vm)))
    }
}
