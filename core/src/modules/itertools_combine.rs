//! `itertools`: the combinatoric iterators. Their sources are read when they are made; all steps are native.

use super::itertools::{class_of, make};
use crate::lazy_type;
use crate::object::containers::keywords;
use crate::object::header::Mut;
use crate::object::lazy::{Progress, State};
use crate::object::value::Value;
use crate::vm::iterate::collect;
use crate::vm::native::{Action, Args, Native};
use crate::vm::{Res, Vm};
use alloc::vec::Vec;
use core::cell::Cell;

/// The items that the indices choose.
fn chosen(vm: &mut Vm, pool: &[Value], indices: &[usize]) -> Progress {
    let items = indices.iter().filter_map(|&index| pool.get(index).cloned()).collect();
    Progress::Item(vm.new_tuple(items))
}

// ---- product

struct Product {
    pools: Vec<Vec<Value>>,
    indices: Mut<Vec<usize>>,
    started: Cell<bool>,
    done: Cell<bool>,
}

lazy_type!(
    Product,
    PRODUCT,
    "product",
    "itertools",
    "Cartesian product of input iterables. Equivalent to nested for-loops.",
    [Native::full("__new__($type, *iterables, repeat=1)", new_product, "Create and return a new object."),]
);

fn new_product(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_of::<Product>(vm, args)?;
    let [repeat] = keywords(vm, "product", args, ["repeat"])?;
    let repeat = match repeat {
        Some(repeat) => vm.index_i64(&repeat)?,
        None => 1,
    };
    if repeat < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    let rest: Vec<Value> = args.positional[1..].iter().rev().cloned().collect();
    let slots = (rest.len() as u64).checked_mul(repeat as u64).and_then(|slots| usize::try_from(slots).ok());
    vm.check_memory(slots.and_then(|slots| slots.checked_mul(size_of::<Vec<Value>>())))?;
    next_pool(vm, class, rest, Vec::new(), repeat as usize)
}

fn next_pool(vm: &mut Vm, class: Value, mut rest: Vec<Value>, mut pools: Vec<Vec<Value>>, repeat: usize) -> Res<Action> {
    match rest.pop() {
        Some(iterable) => collect(vm, &iterable, move |vm, items| {
            pools.push(items);
            next_pool(vm, class, rest, pools, repeat)
        }),
        None => {
            let own = pools.len();
            let pools: Vec<Vec<Value>> = if own == 0 { Vec::new() } else { pools.iter().cycle().take(own * repeat).cloned().collect() };
            let done = pools.iter().any(Vec::is_empty);
            let indices = Mut::new(alloc::vec![0; pools.len()]);
            make(vm, &class, Product { pools, indices, started: Cell::new(false), done: Cell::new(done) })
        }
    }
}

impl State for Product {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        if self.done.get() {
            return Ok(Progress::Done);
        }
        let indices = self.indices.get_mut();
        if self.started.replace(true) {
            let mut advanced = false;
            for (index, pool) in indices.iter_mut().zip(&self.pools).rev() {
                *index += 1;
                if *index < pool.len() {
                    advanced = true;
                    break;
                }
                *index = 0;
            }
            if !advanced {
                self.done.set(true);
                return Ok(Progress::Done);
            }
        }
        let items = indices.iter().zip(&self.pools).filter_map(|(&index, pool)| pool.get(index).cloned()).collect();
        Ok(Progress::Item(vm.new_tuple(items)))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.pools.iter().flatten().for_each(visit);
    }
}

// ---- permutations

struct Permutations {
    pool: Vec<Value>,
    indices: Mut<Vec<usize>>,
    cycles: Mut<Vec<usize>>,
    /// Length of the results.
    length: usize,
    started: Cell<bool>,
    done: Cell<bool>,
}

lazy_type!(
    Permutations,
    PERMUTATIONS,
    "permutations",
    "itertools",
    "Return successive r-length permutations of elements in the iterable.",
    [Native::full(
        "__new__($type, iterable, r=None)",
        |vm, args| {
            let class = class_of::<Permutations>(vm, args)?;
            let length = match args.get(2).filter(|length| !length.is_none()) {
                None => None,
                Some(length) if length.as_small_int().is_none() && length.as_bool().is_none() => return Err(vm.type_error("Expected int as r")),
                Some(length) => Some(result_length(vm, length)?),
            };
            collect(vm, &args.positional[1], move |vm, pool| {
                let count = pool.len();
                let length = length.unwrap_or(count);
                let cycles = (0..length.min(count)).map(|index| count - index).collect();
                make(
                    vm,
                    &class,
                    Permutations {
                        indices: Mut::new((0..count).collect()),
                        cycles: Mut::new(cycles),
                        length,
                        started: Cell::new(false),
                        done: Cell::new(length > count),
                        pool,
                    },
                )
            })
        },
        "Create and return a new object."
    ),]
);

fn result_length(vm: &mut Vm, length: &Value) -> Res<usize> {
    let length = vm.index_i64(length)?;
    if length < 0 {
        return Err(vm.value_error("r must be non-negative"));
    }
    Ok(length as usize)
}

impl Permutations {
    /// To the next permutation; false at the end.
    fn advance(&self) -> bool {
        let (indices, cycles) = (self.indices.get_mut(), self.cycles.get_mut());
        let count = indices.len();
        for place in (0..self.length).rev() {
            let Some(cycle) = cycles.get_mut(place) else { return false };
            *cycle -= 1;
            if *cycle == 0 {
                *cycle = count - place;
                if let Some(rest) = indices.get_mut(place..) {
                    rest.rotate_left(1);
                }
            } else {
                let other = count - *cycle;
                indices.swap(place, other);
                return true;
            }
        }
        false
    }
}

impl State for Permutations {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        if self.done.get() || self.started.replace(true) && !self.advance() {
            self.done.set(true);
            return Ok(Progress::Done);
        }
        Ok(chosen(vm, &self.pool, self.indices.get().get(..self.length).unwrap_or_default()))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.pool.iter().for_each(visit);
    }
}

// ---- combinations, with and without replacement

struct Combinations<const REPLACING: bool> {
    pool: Vec<Value>,
    indices: Mut<Vec<usize>>,
    started: Cell<bool>,
    done: Cell<bool>,
}

lazy_type!(
    Combinations<false>,
    COMBINATIONS,
    "combinations",
    "itertools",
    "Return successive r-length combinations of elements in the iterable.",
    [Native::full("__new__($type, iterable, r)", new_combinations::<false>, "Create and return a new object."),]
);
lazy_type!(
    Combinations<true>,
    COMBINATIONS_WITH_REPLACEMENT,
    "combinations_with_replacement",
    "itertools",
    "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.",
    [Native::full("__new__($type, iterable, r)", new_combinations::<true>, "Create and return a new object."),]
);

fn new_combinations<const REPLACING: bool>(vm: &mut Vm, args: &Args) -> Res<Action>
where
    crate::object::lazy::Lazy<Combinations<REPLACING>>: crate::object::header::Object,
{
    let class = class_of::<Combinations<REPLACING>>(vm, args)?;
    let length = result_length(vm, &args.positional[2])?;
    collect(vm, &args.positional[1], move |vm, pool| {
        let done = if REPLACING { pool.is_empty() && length > 0 } else { length > pool.len() };
        let indices = if done {
            Vec::new()
        } else {
            vm.check_memory(length.checked_mul(size_of::<usize>()))?;
            (0..length).map(|index| if REPLACING { 0 } else { index }).collect()
        };
        make(vm, &class, Combinations::<REPLACING> { pool, indices: Mut::new(indices), started: Cell::new(false), done: Cell::new(done) })
    })
}

impl<const REPLACING: bool> Combinations<REPLACING> {
    fn advance(&self) -> bool {
        let indices = self.indices.get_mut();
        let (count, length) = (self.pool.len(), indices.len());
        // The last index that can still rise.
        let highest = |place: usize| if REPLACING { count - 1 } else { count - length + place };
        let Some(place) = (0..length).rev().find(|&place| indices.get(place).is_some_and(|&index| index != highest(place))) else { return false };
        let mut value = indices.get(place).map_or(0, |&index| index + 1);
        for index in indices.iter_mut().skip(place) {
            *index = value;
            if !REPLACING {
                value += 1;
            }
        }
        true
    }
}

impl<const REPLACING: bool> State for Combinations<REPLACING> {
    fn step(&self, vm: &mut Vm) -> Res<Progress> {
        if self.done.get() || self.started.replace(true) && !self.advance() {
            self.done.set(true);
            return Ok(Progress::Done);
        }
        Ok(chosen(vm, &self.pool, self.indices.get()))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        self.pool.iter().for_each(visit);
    }
}
