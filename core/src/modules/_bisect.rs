//! `_bisect`: where a value belongs in a sorted sequence.

use super::ModuleSpec;
use crate::object::containers::{call_natively, keywords};
use crate::object::list::List;
use crate::object::value::Value;
use crate::vm::native::{Action, Args, Call, Native};
use crate::vm::ops::subscript::{get_item_action, length};
use crate::vm::{Res, Vm};
use alloc::format;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full(
            "bisect_right(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| search(vm, args, "bisect_right", true, false),
            "Return the index where to insert item x in list a, assuming a is sorted: behind equal ones.",
        ),
        Native::full(
            "bisect_left(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| search(vm, args, "bisect_left", false, false),
            "Return the index where to insert item x in list a, assuming a is sorted: before equal ones.",
        ),
        Native::full(
            "insort_right(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| search(vm, args, "insort_right", true, true),
            "Insert item x in list a, and keep it sorted assuming a is sorted: behind equal ones.",
        ),
        Native::full(
            "insort_left(a, x, lo=0, hi=None, *, key=None)",
            |vm, args| search(vm, args, "insort_left", false, true),
            "Insert item x in list a, and keep it sorted assuming a is sorted: before equal ones.",
        ),
    ],
    ..ModuleSpec::new("_bisect", "Bisection algorithms.")
};

struct Bisection {
    sequence: Value,
    /// What is to be inserted.
    item: Value,
    /// What the items' keys are compared with.
    wanted: Value,
    key: Option<Value>,
    low: usize,
    high: usize,
    right: bool,
    insert: bool,
}

fn search(vm: &mut Vm, args: &Args, name: &str, right: bool, insert: bool) -> Res<Action> {
    let named = keywords(vm, name, args, ["a", "x", "lo", "hi", "key"])?;
    if args.positional.len() > 4 {
        return Err(vm.type_error(&format!("{name}() takes at most 4 positional arguments ({} given)", args.positional.len())));
    }
    let [sequence, item, low, high, key] = named;
    let positional = |index: usize, named: Option<Value>| args.get(index).cloned().or(named);
    let (Some(sequence), Some(item)) = (positional(0, sequence), positional(1, item)) else {
        return Err(vm.type_error(&format!("{name}() missing required argument 'a' (pos 1)")));
    };
    let low = match positional(2, low) {
        Some(low) => vm.index_i64(&low)?,
        None => 0,
    };
    if low < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let high = match positional(3, high).filter(|high| !high.is_none()) {
        Some(high) => Some(vm.index_i64(&high)?).filter(|&high| high != -1),
        None => None,
    };
    let key = key.filter(|key| !key.is_none());
    let bisection = Bisection { sequence, wanted: item.clone(), item, key, low: low as usize, high: 0, right, insert };
    match high {
        Some(high) => bisection.begin(vm, high.max(0) as usize),
        None => length(vm, &bisection.sequence)?.and_then(vm, move |vm, length| {
            let length = vm.index_i64(&length)?;
            bisection.begin(vm, length.max(0) as usize)
        }),
    }
}

impl Bisection {
    fn begin(mut self, vm: &mut Vm, high: usize) -> Res<Action> {
        self.high = high;
        // Inserting, the item's own key is what counts.
        match self.key.clone().filter(|_| self.insert) {
            Some(key) => Ok(Action::call(key, [self.item.clone()], move |vm, wanted| {
                self.wanted = wanted?;
                self.halve(vm)
            })),
            None => self.halve(vm),
        }
    }

    fn halve(mut self, vm: &mut Vm) -> Res<Action> {
        while self.low < self.high {
            let middle = self.low + (self.high - self.low) / 2;
            let item = match self.sequence.get_exact::<List>().and_then(|list| list.at(middle)) {
                Some(item) => item,
                None => {
                    let index = vm.new_size(middle);
                    match get_item_action(vm, &self.sequence, &index)? {
                        Action::Return(item) => item,
                        action => return action.and_then(vm, move |vm, item| self.keyed(vm, middle, item)),
                    }
                }
            };
            let key = match &self.key {
                None => item,
                Some(key) => match call_natively(vm, key, core::slice::from_ref(&item)) {
                    Some(key) => key?,
                    None => return self.keyed(vm, middle, item),
                },
            };
            self.decide(vm, middle, &key)?;
        }
        self.finish(vm)
    }

    /// An item came through an action: its key, then on.
    fn keyed(mut self, vm: &mut Vm, middle: usize, item: Value) -> Res<Action> {
        match self.key.clone() {
            Some(key) => Ok(Action::Call(
                Call::new(key, [item]),
                alloc::boxed::Box::new(move |vm: &mut Vm, key: Res<Value>| {
                    let key = key?;
                    self.decide(vm, middle, &key)?;
                    self.halve(vm)
                }),
            )),
            None => {
                self.decide(vm, middle, &item)?;
                self.halve(vm)
            }
        }
    }

    fn decide(&mut self, vm: &mut Vm, middle: usize, key: &Value) -> Res<()> {
        let above = if self.right { !vm.less(&self.wanted, key)? } else { vm.less(key, &self.wanted)? };
        if above {
            self.low = middle + 1
        } else {
            self.high = middle
        }
        Ok(())
    }

    fn finish(self, vm: &mut Vm) -> Res<Action> {
        let index = vm.new_size(self.low);
        if !self.insert {
            return Ok(Action::Return(index));
        }
        if let Some(list) = self.sequence.get_exact::<List>() {
            list.reserve(vm, 1)?;
            let place = self.low.min(list.len());
            list.items.get_mut().insert(place, self.item);
            return Ok(Action::Return(Value::NONE));
        }
        let name = vm.intern("insert");
        let (sequence, item) = (self.sequence, self.item);
        crate::vm::protocol::get_attribute_then(vm, &sequence, &name, move |_, method| {
            Ok(Action::call(method?, [index, item], |_, result| result.map(|_| Action::Return(Value::NONE))))
        })
    }
}
