//! `tuple`: the items follow the fixed part.

use super::class::{CLASS_MATCH_SELF, CLASS_SEQUENCE, TypeSpec};
use super::containers::{
    self, Display, Shown, check_count, class_argument, compare_sequences, no_keywords, place, receiver, repeat_count, repeated, search_bounds, subscript,
};
use super::exception::Ex;
use super::header::{Header, Kind, Object};
use super::iterators;
use super::slice::{self, Slice};
use super::value::Value;
use crate::object;
use crate::vm::iterate::collect;
use crate::vm::native::{Action, Args, Native, argument};
use crate::vm::reenter::Comparison;
use crate::vm::{ClassRef, Res, Vm};
use alloc::vec::Vec;

/// A tuple; `length` values follow.
#[repr(C)]
pub struct Tuple {
    pub header: Header,
    pub length: usize,
}

object!(Tuple, Kind::Tuple, "tuple", |this, visit| this.items().iter().for_each(&mut *visit));

impl Tuple {
    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        // SAFETY: `length` values follow the fixed part.
        unsafe { core::slice::from_raw_parts((self as *const Tuple).add(1) as *const Value, self.length) }
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        // SAFETY: the items are initialized, and dropped only here.
        unsafe { core::ptr::drop_in_place(core::ptr::slice_from_raw_parts_mut((self as *mut Tuple).add(1) as *mut Value, self.length)) }
    }
}

/// `tuple`.
pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_SEQUENCE | CLASS_MATCH_SELF,
    doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.",
    natives: NATIVES,
    ..TypeSpec::new("tuple", Tuple::LAYOUT)
};

static NATIVES: &[Native] = &[
    containers::CLASS_GET_ITEM,
    Native::full("__new__($type, *args, **kwargs)", new, "Create and return a new object."),
    Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &SHOWN), "Return repr(self)."),
    Native::simple(
        "__hash__($self, /)",
        |vm, args| {
            let tuple = receiver::<Tuple>(vm, args)?;
            hash(vm, tuple).map(|hash| vm.new_int(hash as i64))
        },
        "Return hash(self).",
    ),
    Native::simple("__len__($self, /)", |vm, args| receiver::<Tuple>(vm, args).map(|tuple| Value::small_int(tuple.length as i64)), "Return len(self)."),
    Native::simple(
        "__getitem__($self, key, /)",
        |vm, args| {
            let tuple = receiver::<Tuple>(vm, args)?;
            get_item(vm, tuple, &args[1])
        },
        "Return self[key].",
    ),
    Native::simple("__contains__($self, key, /)", contains_native, "Return bool(key in self)."),
    Native::simple("__iter__($self, /)", |vm, args| Ok(iterators::tuple_iterator(vm, &args[0])), "Implement iter(self)."),
    Native::simple("__add__($self, value, /)", add, "Return self+value."),
    Native::simple("__mul__($self, value, /)", multiply, "Return self*value."),
    Native::simple("__rmul__($self, value, /)", multiply, "Return value*self."),
    Native::simple("index($self, value, start=0, stop=sys.maxsize, /)", index, "Return first index of value."),
    Native::simple("count($self, value, /)", count, "Return number of occurrences of value."),
    Native::simple(
        "__getnewargs__($self, /)",
        |vm, args| {
            let items = receiver::<Tuple>(vm, args)?.items().to_vec();
            let copy = vm.new_tuple(items);
            Ok(vm.new_tuple(Vec::from([copy])))
        },
        "",
    ),
    crate::comparison!(compare, Lt),
    crate::comparison!(compare, Le),
    crate::comparison!(compare, Eq),
    crate::comparison!(compare, Ne),
    crate::comparison!(compare, Gt),
    crate::comparison!(compare, Ge),
];

/// `repr` of tuples.
pub static SHOWN: Shown = Shown { display, recursive: "(...)" };

fn display(_: &mut Vm, value: &Value) -> Res<Display> {
    let items = value.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
    let suffix = if items.len() == 1 { ",)" } else { ")" };
    Ok(Display::new("(", items, suffix))
}

/// A tuple of a class derived from `tuple`.
pub fn of_class(vm: &mut Vm, class: ClassRef, items: Vec<Value>) -> Value {
    if containers::is_builtin::<Tuple>(vm, class) {
        return vm.new_tuple(items);
    }
    let mut items = core::mem::ManuallyDrop::new(items);
    // SAFETY: the cell has room for the items, which are moved into it; the vector's memory is then freed without dropping them.
    unsafe {
        let length = items.len();
        let (cell, header) = vm.heap.new_cell(&class, Tuple::LAYOUT, size_of::<Tuple>() + length * size_of::<Value>());
        let tuple = cell as *mut Tuple;
        tuple.write(Tuple { header, length });
        core::ptr::copy_nonoverlapping(items.as_ptr(), tuple.add(1) as *mut Value, length);
        items.set_len(0);
        core::mem::ManuallyDrop::drop(&mut items);
        Value::from_bits(cell as usize as u64)
    }
}

fn new(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<Tuple>(vm, args.positional)?;
    let exact = containers::is_builtin::<Tuple>(vm, class);
    if exact {
        no_keywords(vm, "tuple", args)?;
    }
    check_count(vm, "tuple", args.positional.len() - 1, 0, 1)?;
    let Some(iterable) = args.get(1) else { return Ok(Action::Return(of_class(vm, class, Vec::new()))) };
    if exact && iterable.get_exact::<Tuple>().is_some() {
        return Ok(Action::Return(iterable.clone()));
    }
    let class = class.value();
    collect(vm, iterable, move |vm, items| match class.get::<super::class::Class>() {
        Some(class) => Ok(Action::Return(of_class(vm, ClassRef::of(class), items))),
        None => Ok(Action::Return(vm.new_tuple(items))),
    })
}

/// Where the hash of a tuple begins.
pub const HASH_START: u64 = 2_870_177_450_012_600_261;

/// One round of the hash of a tuple (xxHash's, as CPython's).
#[inline(always)]
pub fn mix_hash(state: u64, item: u64) -> u64 {
    state.wrapping_add(item.wrapping_mul(14_029_467_366_897_019_727)).rotate_left(31).wrapping_mul(11_400_714_785_074_694_791)
}

/// `hash(tuple)`
///
/// # Errors
/// What the items' `__hash__` raises; RecursionError.
pub fn hash(vm: &mut Vm, tuple: &Tuple) -> Res<u64> {
    let mut state = HASH_START;
    vm.enter_native("")?;
    for item in tuple.items() {
        match super::table::hash_of(vm, item) {
            Ok(hash) => state = mix_hash(state, hash),
            Err(raised) => {
                vm.leave_native();
                return Err(raised);
            }
        }
    }
    vm.leave_native();
    state = state.wrapping_add(tuple.length as u64 ^ (HASH_START ^ 3_527_539));
    Ok(if state == u64::MAX { 1_546_275_796 } else { state })
}

/// `tuple[index]` for an integer.
///
/// # Errors
/// IndexError.
#[inline(always)]
pub fn get_index(vm: &mut Vm, tuple: &Tuple, index: i64) -> Res<Value> {
    match place(index, tuple.length).and_then(|place| tuple.items().get(place)) {
        Some(item) => Ok(item.clone()),
        None => Err(vm.raise(Ex::IndexError, "tuple index out of range")),
    }
}

/// `tuple[key]`
///
/// # Errors
/// TypeError, IndexError.
pub fn get_item(vm: &mut Vm, tuple: &Tuple, key: &Value) -> Res<Value> {
    if let Some(slice) = key.get::<Slice>() {
        return get_slice(vm, tuple, &slice.start, &slice.stop, &slice.step);
    }
    let index = subscript(vm, key, "tuple")?;
    get_index(vm, tuple, index)
}

/// `tuple[start:stop:step]`
///
/// # Errors
/// TypeError, ValueError.
pub fn get_slice(vm: &mut Vm, tuple: &Tuple, start: &Value, stop: &Value, step: &Value) -> Res<Value> {
    let (start, stop, step) = slice::unpack(vm, start, stop, step)?;
    let bounds = slice::adjust(start, stop, step, tuple.length);
    let items = tuple.items();
    if bounds.count == items.len() && bounds.step == 1 && tuple.header.class().layout.kind == Kind::Tuple && Value::from_object(tuple).get_exact::<Tuple>().is_some() {
        return Ok(Value::from_object(tuple));
    }
    let picked: Vec<Value> = if bounds.is_contiguous() {
        items.get(bounds.start as usize..bounds.start as usize + bounds.count).map(containers::copied).unwrap_or_default()
    } else {
        bounds.items(items)
    };
    Ok(vm.new_tuple(picked))
}

/// `value in tuple`
///
/// # Errors
/// What `__eq__` raises.
pub fn contains(vm: &mut Vm, tuple: &Tuple, value: &Value) -> Res<bool> {
    for item in tuple.items() {
        if vm.equal(item, value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn contains_native(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let tuple = receiver::<Tuple>(vm, args)?;
    contains(vm, tuple, &args[1]).map(Value::bool)
}

/// `left + right`
///
/// # Errors
/// MemoryError.
pub fn concatenate(vm: &mut Vm, left: &Tuple, right: &Tuple) -> Res<Value> {
    let total = left.length + right.length;
    vm.check_memory(total.checked_mul(size_of::<Value>()))?;
    let mut items = Vec::with_capacity(total);
    items.extend_from_slice(left.items());
    items.extend_from_slice(right.items());
    Ok(vm.new_tuple(items))
}

fn add(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let tuple = receiver::<Tuple>(vm, args)?;
    match args[1].get::<Tuple>() {
        Some(other) if other.length == 0 && args[0].get_exact::<Tuple>().is_some() => Ok(args[0].clone()),
        Some(other) if tuple.length == 0 && args[1].get_exact::<Tuple>().is_some() => {
            let _ = other;
            Ok(args[1].clone())
        }
        Some(other) => concatenate(vm, tuple, other),
        None => {
            if vm.lookup_special(&args[1], crate::vm::Name::RAdd).is_some() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let name = vm.type_name(&args[1]);
            Err(vm.type_error(&alloc::format!("can only concatenate tuple (not \"{name}\") to tuple")))
        }
    }
}

fn multiply(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let tuple = receiver::<Tuple>(vm, args)?;
    let Some(count) = repeat_count(vm, &args[1])? else { return Ok(Value::NOT_IMPLEMENTED) };
    if count == 1 && args[0].get_exact::<Tuple>().is_some() {
        return Ok(args[0].clone());
    }
    let items = repeated(vm, tuple.items(), count)?;
    Ok(vm.new_tuple(items))
}

fn index(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let tuple = receiver::<Tuple>(vm, args)?;
    let (start, stop) = search_bounds(vm, argument(args, 2), argument(args, 3), tuple.length)?;
    for (index, item) in tuple.items().iter().enumerate().take(stop).skip(start) {
        if vm.equal(item, &args[1])? {
            return Ok(Value::small_int(index as i64));
        }
    }
    Err(vm.value_error("tuple.index(x): x not in tuple"))
}

fn count(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let tuple = receiver::<Tuple>(vm, args)?;
    let mut count = 0;
    for item in tuple.items() {
        if vm.equal(item, &args[1])? {
            count += 1;
        }
    }
    Ok(Value::small_int(count))
}

fn compare(vm: &mut Vm, args: &[Value], op: Comparison) -> Res<Value> {
    let (Some(left), Some(right)) = (args[0].get::<Tuple>(), args[1].get::<Tuple>()) else { return Ok(Value::NOT_IMPLEMENTED) };
    compare_tuples(vm, op, left, right)
}

/// `left op right`
///
/// # Errors
/// What comparing items raises; RecursionError.
pub fn compare_tuples(vm: &mut Vm, op: Comparison, left: &Tuple, right: &Tuple) -> Res<Value> {
    let both = [left, right];
    compare_sequences(vm, op, |which| both.get(which).map_or(0, |tuple| tuple.length), |which, index| both.get(which)?.items().get(index).cloned())
}
