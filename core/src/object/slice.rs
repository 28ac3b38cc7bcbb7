//! `slice`, and what a slice means for a sequence of a given length.

use super::class::{CLASS_FINAL, TypeSpec};
use super::containers::{self, Display, Shown, check_count, clamped_index, compare_sequences, no_keywords, read_only, receiver};
use super::header::{Header, Kind, Object};
use super::value::Value;
use crate::object;
use crate::vm::native::{Action, Args, Getter, Native};
use crate::vm::reenter::Comparison;
use crate::vm::{Res, Vm};
use alloc::vec::Vec;

/// A slice; absent parts are None.
#[repr(C)]
pub struct Slice {
    pub header: Header,
    pub start: Value,
    pub stop: Value,
    pub step: Value,
}

object!(Slice, Kind::Slice, "slice", |this, visit| {
    visit(&this.start);
    visit(&this.stop);
    visit(&this.step);
});

/// `slice`.
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_FINAL,
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object. This is used for extended slicing (e.g. a[0:10:2]).",
    natives: NATIVES,
    getters: &[
        Getter { name: "start", get: |_, slice| Ok(slice.get::<Slice>().map_or(Value::NONE, |slice| slice.start.clone())), set: Some(read_only), doc: "" },
        Getter { name: "stop", get: |_, slice| Ok(slice.get::<Slice>().map_or(Value::NONE, |slice| slice.stop.clone())), set: Some(read_only), doc: "" },
        Getter { name: "step", get: |_, slice| Ok(slice.get::<Slice>().map_or(Value::NONE, |slice| slice.step.clone())), set: Some(read_only), doc: "" },
    ],
    ..TypeSpec::new("slice", Slice::LAYOUT)
};

static NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    Native::full("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self)."),
    Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
    Native::simple("__reduce__($self, /)", reduce, "Helper for pickle."),
    Native::simple("indices($self, object, /)", indices_native, "Start, stop and step of the slice for a sequence of this length."),
    crate::comparison!(compare, Lt),
    crate::comparison!(compare, Le),
    crate::comparison!(compare, Eq),
    crate::comparison!(compare, Ne),
    crate::comparison!(compare, Gt),
    crate::comparison!(compare, Ge),
];

/// `repr` of slices.
pub static SHOWN: Shown = Shown { display, recursive: "slice(...)" };

fn display(_: &mut Vm, value: &Value) -> Res<Display> {
    let items = value.get::<Slice>().map(|slice| Vec::from([slice.start.clone(), slice.stop.clone(), slice.step.clone()])).unwrap_or_default();
    Ok(Display::new("slice(", items, ")"))
}

/// `slice(start, stop, step)`
pub fn new_slice(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Value {
    vm.new_object(|header| Slice { header, start, stop, step })
}

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    no_keywords(vm, "slice", args)?;
    let given = args.positional.get(1..).unwrap_or_default();
    check_count(vm, "slice", given.len(), 1, 3)?;
    let part = |index: usize| given.get(index).cloned().unwrap_or(Value::NONE);
    let (start, stop, step) = if given.len() == 1 { (Value::NONE, part(0), Value::NONE) } else { (part(0), part(1), part(2)) };
    Ok(Action::Return(new_slice(vm, start, stop, step)))
}

fn hash(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let slice = receiver::<Slice>(vm, args)?;
    let mut state = super::tuple::HASH_START;
    for part in [&slice.start, &slice.stop, &slice.step] {
        let hash = vm.hash(part)?;
        state = super::tuple::mix_hash(state, hash);
    }
    let hash = if state == u64::MAX { 1_546_275_796 } else { state };
    Ok(vm.new_int(hash as i64))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let slice = receiver::<Slice>(vm, args)?;
    let parts = vm.new_tuple([slice.start.clone(), slice.stop.clone(), slice.step.clone()].into());
    let class = vm.class_of(&args[0]).value();
    Ok(vm.new_tuple([class, parts].into()))
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (Some(_), Some(_)) = (args[0].get::<Slice>(), args[1].get::<Slice>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    compare_sequences(
        vm,
        op,
        |_| 3,
        |which, index| {
            let slice = args[which].get::<Slice>()?;
            [&slice.start, &slice.stop, &slice.step].get(index).map(|&part| part.clone())
        },
    )
}

/// What a slice means for a sequence: the places `start`, `start + step`, .. of `count` items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    pub start: i64,
    /// As `slice.indices` gives it: between -1 and the length.
    pub stop: i64,
    /// Never 0.
    pub step: i64,
    pub count: usize,
}

impl Bounds {
    /// Does it lie in the sequence without gaps, forward?
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.step == 1
    }

    /// The places, in order.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |index| (self.start + index * self.step) as usize)
    }

    /// Copies of the items at the places.
    pub fn items(self, items: &[Value]) -> Vec<Value> {
        let (start, step) = (self.start as usize, self.step.unsigned_abs() as usize);
        if self.step < 0 {
            items.get(..=start).unwrap_or_default().iter().rev().step_by(step).take(self.count).cloned().collect()
        } else {
            items.get(start..).unwrap_or_default().iter().step_by(step).take(self.count).cloned().collect()
        }
    }

    /// The same places in rising order.
    pub fn rising(self) -> Bounds {
        if self.step > 0 || self.count == 0 {
            return self;
        }
        let start = self.start + (self.count as i64 - 1) * self.step;
        Bounds { start, stop: self.start + 1, step: -self.step, count: self.count }
    }
}

/// What start, stop and step (clamped; None where absent) mean for `length` items.
pub fn adjust(start: Option<i64>, stop: Option<i64>, step: i64, length: usize) -> Bounds {
    let length = length as i64;
    let step = step.max(-i64::MAX);
    let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let clamp = |value: Option<i64>, default: i64| match value {
        None => default,
        Some(value) if value < 0 => value.saturating_add(length).max(low),
        Some(value) => value.min(high),
    };
    let start = clamp(start, if step < 0 { high } else { low });
    let stop = clamp(stop, if step < 0 { low } else { high });
    let count = if step < 0 {
        if stop < start { (start - stop - 1) / -step + 1 } else { 0 }
    } else if start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Bounds { start, stop, step, count: count as usize }
}

fn part(vm: &mut Vm, value: &Value) -> Res<Option<i64>> {
    if value.is_none() {
        return Ok(None);
    }
    match clamped_index(vm, value)? {
        Some(number) => Ok(Some(number)),
        None => Err(vm.type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

/// What `start:stop:step` (values, None where absent) mean: to be applied to a length with [`adjust`] afterwards, for
/// `__index__` may change the sequence.
///
/// # Errors
/// TypeError; ValueError for step 0; what `__index__` raises.
#[inline]
pub fn unpack(vm: &mut Vm, start: &Value, stop: &Value, step: &Value) -> Res<(Option<i64>, Option<i64>, i64)> {
    let step = match part(vm, step)? {
        None => 1,
        Some(0) => return Err(vm.value_error("slice step cannot be zero")),
        Some(step) => step,
    };
    let start = part(vm, start)?;
    let stop = part(vm, stop)?;
    Ok((start, stop, step))
}

/// What a slice means for a sequence whose length is `length()` once the slice's parts are known.
///
/// # Errors
/// As [`unpack`].
pub fn bounds(vm: &mut Vm, slice: &Slice, length: impl FnOnce() -> usize) -> Res<Bounds> {
    let (start, stop, step) = unpack(vm, &slice.start, &slice.stop, &slice.step)?;
    Ok(adjust(start, stop, step, length()))
}

/// First place, step and number of items of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indices {
    pub start: isize,
    pub step: isize,
    pub count: usize,
}

/// What a slice means for an immutable sequence of `length` items.
///
/// # Errors
/// As [`unpack`].
pub fn indices(vm: &mut Vm, slice: &Slice, length: usize) -> Res<Indices> {
    let bounds = bounds(vm, slice, || length)?;
    Ok(Indices { start: bounds.start as isize, step: bounds.step as isize, count: bounds.count })
}

fn indices_native(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    use dashu_int::IBig;
    let slice = receiver::<Slice>(vm, args)?;
    let length = vm.index(&args[1])?;
    let length = super::range::big(&length);
    if length < IBig::ZERO {
        return Err(vm.value_error("length should not be negative"));
    }
    let whole = |vm: &mut Vm, value: &Value| -> Res<Option<IBig>> {
        if value.is_none() {
            return Ok(None);
        }
        if vm.lookup_special(value, crate::vm::Name::Index).is_none() {
            return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let number = vm.index(value)?;
        Ok(Some(super::range::big(&number)))
    };
    let step = whole(vm, &slice.step)?.unwrap_or(IBig::ONE);
    if step == IBig::ZERO {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let negative = step < IBig::ZERO;
    let (low, high) = if negative { (IBig::NEG_ONE, &length - IBig::ONE) } else { (IBig::ZERO, length.clone()) };
    let start = whole(vm, &slice.start)?;
    let stop = whole(vm, &slice.stop)?;
    let clamp = |value: Option<IBig>, default: &IBig| match value {
        None => default.clone(),
        Some(value) if value < IBig::ZERO => (value + &length).max(low.clone()),
        Some(value) => value.min(high.clone()),
    };
    let start = clamp(start, if negative { &high } else { &low });
    let stop = clamp(stop, if negative { &low } else { &high });
    let parts = [start, stop, step].map(|number| super::int::from_big(vm, number));
    Ok(vm.new_tuple(Vec::from(parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_follow_the_rules() {
        let places = |start, stop, step, length| adjust(start, stop, step, length).places().collect::<Vec<_>>();
        assert_eq!(places(None, None, 1, 3), [0, 1, 2]);
        assert_eq!(places(None, None, -1, 3), [2, 1, 0]);
        assert_eq!(places(Some(-2), None, 1, 3), [1, 2]);
        assert_eq!(places(Some(5), Some(-9), -2, 5), [4, 2, 0]);
        assert_eq!(places(Some(i64::MIN), Some(i64::MAX), i64::MAX, 5), [0]);
        assert_eq!(places(Some(i64::MAX), Some(i64::MIN), i64::MIN, 5), [4]);
        assert_eq!(places(Some(3), Some(1), 1, 5), []);
        assert_eq!(adjust(None, None, -2, 6).rising().places().collect::<Vec<_>>(), [1, 3, 5]);
    }
}
