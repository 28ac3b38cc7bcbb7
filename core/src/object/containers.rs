//! What the container types share: checked receivers, keyword arguments, subscripts and repeat counts, and `repr`.

use super::class::{CLASS_HEAP, CLASS_NOT_CALLABLE, Class};
use super::dict::Dict;
use super::function::NativeFunction;
use super::header::{Kind, Mut, Object, SUBCLASS};
use super::int::Int;
use super::list::List;
use super::range::Range;
use super::str::{SURROGATES, Str, count_code_points};
use super::tuple::Tuple;
use super::value::Value;
use crate::heap::OutOfMemory;
use crate::object::exception::Ex;
use crate::vm::native::{Action, Args, Binding, Call, Function, Native};
use crate::vm::reenter::Comparison;
use crate::vm::{ClassRef, Name, Raised, Res, Vm};
use alloc::borrow::Cow;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

/// The first argument as a `T`.
///
/// # Errors
/// TypeError; calls through the class check the receiver already, so this is for calls by other ways.
#[inline(always)]
pub fn receiver<'a, T: Object>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a T> {
    match arguments.first().and_then(|value| value.get::<T>()) {
        Some(object) => Ok(object),
        None => Err(wrong_receiver(vm, T::LAYOUT.name, arguments.first())),
    }
}

#[cold]
fn wrong_receiver(vm: &mut Vm, name: &str, given: Option<&Value>) -> Raised {
    let given = given.map(|value| vm.type_name(value)).unwrap_or_default();
    vm.type_error(&format!("descriptor requires a '{name}' object but received a '{given}'"))
}

/// The class given to `__new__`, if instances of it have the layout of `T`.
///
/// # Errors
/// TypeError.
pub fn class_argument<T: Object>(vm: &mut Vm, arguments: &[Value]) -> Res<ClassRef> {
    let name = T::LAYOUT.name;
    let Some(value) = arguments.first() else {
        return Err(vm.type_error(&format!("{name}.__new__(): not enough arguments")));
    };
    match value.get::<Class>() {
        Some(class) if vm.class_has_layout::<T>(class) => Ok(ClassRef::of(class)),
        Some(class) => {
            let given = class.name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            Err(vm.type_error(&format!("{name}.__new__({given}): {given} is not a subtype of {name}")))
        }
        None => {
            let given = vm.type_name(value);
            Err(vm.type_error(&format!("{name}.__new__(X): X is not a type object ({given})")))
        }
    }
}

/// Is this builtin class itself the class (no subclass)?
pub fn is_builtin<T: Object>(vm: &Vm, class: ClassRef) -> bool {
    vm.class::<T>() == class
}

/// `__class_getitem__` of the types that may be subscripted: `list[int]`.
pub const CLASS_GET_ITEM: Native = Native::simple("__class_getitem__($type, item, /)", |vm, args| super::generic_alias::new(vm, &args[0], &args[1]), "See PEP 585");

/// The arguments of a native with a starred signature: `positional` is at most `most` long, keywords are among `names`.
///
/// # Errors
/// TypeError.
pub fn keywords<const N: usize>(vm: &mut Vm, function: &str, args: &Args, names: [&str; N]) -> Res<[Option<Value>; N]> {
    let mut found = [const { None }; N];
    for (name, value) in args.names.iter().zip(args.values) {
        match names.iter().position(|wanted| Str::is(name, wanted)) {
            Some(index) => {
                if let Some(slot) = found.get_mut(index) {
                    *slot = Some(value.clone());
                }
            }
            None => {
                let name = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                return Err(vm.type_error(&format!("{function}() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    Ok(found)
}

/// TypeError if there are keyword arguments.
///
/// # Errors
/// TypeError.
pub fn no_keywords(vm: &mut Vm, function: &str, args: &Args) -> Res<()> {
    if args.names.is_empty() { Ok(()) } else { Err(vm.type_error(&format!("{function}() takes no keyword arguments"))) }
}

/// TypeError unless there are `least` to `most` positional arguments beyond the first `skip`, worded as CPython's unpacking of arguments.
///
/// # Errors
/// TypeError.
pub fn check_count(vm: &mut Vm, function: &str, given: usize, least: usize, most: usize) -> Res<()> {
    if given >= least && given <= most {
        return Ok(());
    }
    let (bound, limit) = if least == most {
        ("", least)
    } else if given < least {
        ("at least ", least)
    } else {
        ("at most ", most)
    };
    let plural = if limit == 1 { "" } else { "s" };
    Err(vm.type_error(&format!("{function} expected {bound}{limit} argument{plural}, got {given}")))
}

/// MemoryError for a buffer that could not grow.
#[cold]
pub fn out_of_memory(vm: &mut Vm, _: OutOfMemory) -> Raised {
    vm.memory_error()
}

/// KeyError(key)
#[cold]
#[inline(never)]
pub fn key_error(vm: &mut Vm, key: &Value) -> Raised {
    vm.raise_with(Ex::KeyError, Vec::from([key.clone()]))
}

/// StopIteration(): how `__next__` says that there is nothing left.
#[cold]
#[inline(never)]
pub fn stop_iteration(vm: &mut Vm) -> Raised {
    vm.raise_with(Ex::StopIteration, Vec::new())
}

/// An int as a machine integer, clamped at both ends; None if it is not an int.
#[inline]
pub fn clamped_int(value: &Value) -> Option<i64> {
    if let Some(number) = value.as_small_int() {
        return Some(number);
    }
    if let Some(truth) = value.as_bool() {
        return Some(truth as i64);
    }
    let number = &value.get::<Int>()?.number;
    Some(i64::try_from(number).unwrap_or(if number < &dashu_int::IBig::ZERO { i64::MIN } else { i64::MAX }))
}

/// An index (`__index__` included) as a machine integer, clamped; None if it is no index.
///
/// # Errors
/// What `__index__` raises.
pub fn clamped_index(vm: &mut Vm, value: &Value) -> Res<Option<i64>> {
    if let Some(number) = clamped_int(value) {
        return Ok(Some(number));
    }
    if vm.lookup_special(value, Name::Index).is_none() {
        return Ok(None);
    }
    let number = vm.index(value)?;
    Ok(clamped_int(&number))
}

/// The index of a subscript: `list[key]`.
///
/// # Errors
/// TypeError "list indices must be integers or slices, not str", IndexError for integers of no machine size.
#[inline]
pub fn subscript(vm: &mut Vm, key: &Value, container: &str) -> Res<i64> {
    match key.as_small_int() {
        Some(index) => Ok(index),
        None => odd_subscript(vm, key, container),
    }
}

#[cold]
fn odd_subscript(vm: &mut Vm, key: &Value, container: &str) -> Res<i64> {
    match clamped_index(vm, key)? {
        Some(i64::MIN | i64::MAX) => {
            let name = vm.type_name(key);
            Err(vm.raise(Ex::IndexError, &format!("cannot fit '{name}' into an index-sized integer")))
        }
        Some(index) => Ok(index),
        None => {
            let name = vm.type_name(key);
            Err(vm.type_error(&format!("{container} indices must be integers or slices, not {name}")))
        }
    }
}

/// The place that a possibly negative index means in a sequence of `length` items.
#[inline(always)]
pub fn place(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index + length as i64 } else { index };
    if (index as u64) < length as u64 { Some(index as usize) } else { None }
}

/// The repeat count of `sequence * count`; None: not repeatable by this (NotImplemented).
///
/// # Errors
/// TypeError, OverflowError.
pub fn repeat_count(vm: &mut Vm, count: &Value) -> Res<Option<usize>> {
    match clamped_index(vm, count)? {
        Some(i64::MAX) => {
            let name = vm.type_name(count);
            Err(vm.raise(Ex::OverflowError, &format!("cannot fit '{name}' into an index-sized integer")))
        }
        Some(count) => Ok(Some(count.max(0) as usize)),
        None => {
            if vm.lookup_special(count, Name::RMul).is_some() || vm.lookup_special(count, Name::Mul).is_some() {
                return Ok(None);
            }
            let name = vm.type_name(count);
            Err(vm.type_error(&format!("can't multiply sequence by non-int of type '{name}'")))
        }
    }
}

/// Items repeated.
///
/// # Errors
/// MemoryError.
pub fn repeated(vm: &mut Vm, items: &[Value], count: usize) -> Res<Vec<Value>> {
    let total = items.len().checked_mul(count);
    vm.check_memory(total.and_then(|total| total.checked_mul(size_of::<Value>())))?;
    let mut result = Vec::new();
    if result.try_reserve_exact(total.unwrap_or(0)).is_err() {
        return Err(vm.memory_error());
    }
    match items {
        [item] => result.resize(count, item.clone()),
        items => (0..count).for_each(|_| result.extend_from_slice(items)),
    }
    Ok(result)
}

/// The bounds `start` and `stop` of `index(value, start, stop)`, clamped to the length.
///
/// # Errors
/// TypeError.
pub fn search_bounds(vm: &mut Vm, start: Option<&Value>, stop: Option<&Value>, length: usize) -> Res<(usize, usize)> {
    let bound = |vm: &mut Vm, value: Option<&Value>, default: usize| match value {
        None => Ok(default),
        Some(value) => match clamped_index(vm, value)? {
            Some(index) if index < 0 => Ok((length as i64).saturating_add(index).max(0) as usize),
            Some(index) => Ok(index as usize),
            None => Err(vm.type_error("slice indices must be integers or have an __index__ method")),
        },
    };
    Ok((bound(vm, start, 0)?, bound(vm, stop, usize::MAX)?))
}

/// Compares two sequences item by item: `items(which, index)` gives an item again each time, for Python code may change them.
///
/// # Errors
/// What comparing items raises; RecursionError.
pub fn compare_sequences(vm: &mut Vm, op: Comparison, length: impl Fn(usize) -> usize, item: impl Fn(usize, usize) -> Option<Value>) -> Res<Value> {
    if matches!(op, Comparison::Eq | Comparison::Ne) && length(0) != length(1) {
        return Ok(Value::bool(op == Comparison::Ne));
    }
    vm.enter_native(" in comparison")?;
    let result = compare_items(vm, op, length, item);
    vm.leave_native();
    result
}

fn compare_items(vm: &mut Vm, op: Comparison, length: impl Fn(usize) -> usize, item: impl Fn(usize, usize) -> Option<Value>) -> Res<Value> {
    let mut index = 0;
    while let (Some(left), Some(right)) = (item(0, index), item(1, index)) {
        if !vm.equal(&left, &right)? {
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(op, &left, &right),
            };
        }
        index += 1;
    }
    Ok(Value::bool(op.holds(length(0).cmp(&length(1)))))
}

/// Compares exact tuples, exact lists or builtin sets without looking methods up; None for anything else.
///
/// # Errors
/// What comparing items raises; RecursionError.
pub fn compare_natively(vm: &mut Vm, op: Comparison, a: &Value, b: &Value) -> Res<Option<bool>> {
    let result = if let (Some(left), Some(right)) = (a.get_exact::<Tuple>(), b.get_exact::<Tuple>()) {
        super::tuple::compare_tuples(vm, op, left, right)?
    } else if let (Some(left), Some(right)) = (a.get_exact::<List>(), b.get_exact::<List>()) {
        super::list::compare_lists(vm, op, left, right)?
    } else if let (Some(left), Some(right)) = (super::set::exact_table(a), super::set::exact_table(b)) {
        return super::set_methods::compare_tables(vm, op, left, right).map(Some);
    } else {
        return Ok(None);
    };
    match result.as_bool() {
        Some(truth) => Ok(Some(truth)),
        None => vm.truth(&result).map(Some),
    }
}

/// One of the six comparison natives of a type, made of its function of `(vm, arguments, Comparison)`.
#[macro_export]
macro_rules! comparison {
    (@ $compare:path, $variant:ident, $signature:literal, $doc:literal) => {
        $crate::vm::Native::simple($signature, |vm, args| $compare(vm, args, $crate::vm::reenter::Comparison::$variant), $doc)
    };
    ($compare:path, Lt) => { $crate::comparison!(@ $compare, Lt, "__lt__($self, value, /)", "Return self<value.") };
    ($compare:path, Le) => { $crate::comparison!(@ $compare, Le, "__le__($self, value, /)", "Return self<=value.") };
    ($compare:path, Eq) => { $crate::comparison!(@ $compare, Eq, "__eq__($self, value, /)", "Return self==value.") };
    ($compare:path, Ne) => { $crate::comparison!(@ $compare, Ne, "__ne__($self, value, /)", "Return self!=value.") };
    ($compare:path, Gt) => { $crate::comparison!(@ $compare, Gt, "__gt__($self, value, /)", "Return self>value.") };
    ($compare:path, Ge) => { $crate::comparison!(@ $compare, Ge, "__ge__($self, value, /)", "Return self>=value.") };
}

/// Text under construction, as a str's bytes.
#[derive(Default)]
pub struct Text {
    bytes: Vec<u8>,
    surrogates: bool,
}

impl Text {
    pub fn push_str(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Appends a str.
    pub fn push(&mut self, text: &Str) {
        self.surrogates |= text.header.flags() & SURROGATES != 0;
        self.bytes.extend_from_slice(text.bytes());
    }

    /// The str.
    pub fn finish(self, vm: &mut Vm) -> Value {
        let flags = if self.surrogates { SURROGATES } else { 0 };
        // SAFETY: whole strs were put together. (Surrogate halves of two strs that meet are told apart by a character in between: reprs escape them.)
        unsafe { vm.new_str_from_parts(&self.bytes, count_code_points(&self.bytes), flags) }
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

/// How a container shows itself.
pub struct Display {
    pub prefix: Cow<'static, str>,
    /// Separated by ", "; every second ": " if `pairs`.
    pub items: Vec<Value>,
    pub pairs: bool,
    /// `name=` before items, by their index.
    pub labels: Vec<(usize, String)>,
    pub suffix: Cow<'static, str>,
}

impl Display {
    pub fn new(prefix: &'static str, items: Vec<Value>, suffix: &'static str) -> Display {
        Display { prefix: prefix.into(), items, pairs: false, labels: Vec::new(), suffix: suffix.into() }
    }

    /// With names made at run time.
    pub fn owned(prefix: String, items: Vec<Value>, suffix: impl Into<Cow<'static, str>>) -> Display {
        Display { prefix: prefix.into(), items, pairs: false, labels: Vec::new(), suffix: suffix.into() }
    }

    fn begin_item(&self, text: &mut Text, index: usize) {
        if index > 0 {
            text.push_str(if self.pairs && index % 2 == 1 { ": " } else { ", " });
        }
        for (_, label) in self.labels.iter().filter(|(place, _)| *place == index) {
            let _ = write!(text, "{label}=");
        }
    }
}

/// What a container type declares for its `repr`.
pub struct Shown {
    /// The parts of an object of the type.
    pub display: fn(&mut Vm, &Value) -> Res<Display>,
    /// What stands for an object inside its own `repr`.
    pub recursive: &'static str,
}

/// A `repr` under way; ends when dropped.
pub struct Active {
    list: Rc<Mut<Vec<u64>>>,
    address: u64,
}

impl Active {
    /// None: it is under way already.
    fn begin(vm: &Vm, value: &Value) -> Option<Active> {
        let list = vm.active_reprs.clone();
        if list.get().contains(&value.bits()) {
            return None;
        }
        list.get_mut().push(value.bits());
        Some(Active { list, address: value.bits() })
    }

    /// One more that waits for the `repr` of something in it.
    ///
    /// # Errors
    /// RecursionError.
    pub fn deeper(vm: &mut Vm) -> Res<Active> {
        let active = Active { list: vm.active_reprs.clone(), address: 0 };
        active.list.get_mut().push(active.address);
        active.check(vm)?;
        Ok(active)
    }

    fn check(&self, vm: &mut Vm) -> Res<()> {
        if self.list.get().len() > vm.depth_limit.min(DEEPEST_REPR) {
            return Err(vm.raise(Ex::RecursionError, "maximum recursion depth exceeded while getting the repr of an object"));
        }
        Ok(())
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        let list = self.list.get_mut();
        if let Some(position) = list.iter().rposition(|&address| address == self.address) {
            list.remove(position);
        }
    }
}

/// Deepest nesting that `repr` shows, unless the recursion limit is lower.
const DEEPEST_REPR: usize = 10_000;

fn push_native_repr(vm: &mut Vm, text: &mut Text, item: &Value) -> Res<bool> {
    if let Some(number) = item.as_small_int() {
        let _ = write!(text, "{number}");
        return Ok(true);
    }
    match vm.native_repr(item)?.as_ref().and_then(|part| part.get::<Str>()) {
        Some(part) => {
            text.push(part);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// `__repr__` of a container: natively, or calling the items' methods one after the other.
///
/// # Errors
/// Whatever an item's `repr` raises.
pub fn repr(vm: &mut Vm, value: &Value, shown: &'static Shown) -> Res<Action> {
    let Some(active) = Active::begin(vm, value) else { return Ok(Action::Return(vm.new_str(shown.recursive))) };
    active.check(vm)?;
    let display = (shown.display)(vm, value)?;
    let mut text = Text::default();
    text.push_str(&display.prefix);
    Repr { display, text, next: 0, _active: active }.step(vm)
}

/// A `repr` that waits for an item's.
struct Repr {
    display: Display,
    text: Text,
    next: usize,
    _active: Active,
}

impl Repr {
    fn step(mut self, vm: &mut Vm) -> Res<Action> {
        while let Some(item) = self.display.items.get(self.next).cloned() {
            self.display.begin_item(&mut self.text, self.next);
            self.next += 1;
            if push_native_repr(vm, &mut self.text, &item)? {
                continue;
            }
            let Some(method) = vm.lookup_special(&item, Name::Repr) else { continue };
            return Ok(Action::call(method, [item], move |vm, result| {
                let part = result?;
                match part.get::<Str>() {
                    Some(part) => self.text.push(part),
                    None => {
                        let name = vm.type_name(&part);
                        return Err(vm.type_error(&format!("__repr__ returned non-string (type {name})")));
                    }
                }
                self.step(vm)
            }));
        }
        self.text.push_str(&self.display.suffix);
        Ok(Action::Return(self.text.finish(vm)))
    }
}

/// Calls a native function that needs nothing but these positional arguments, at once; None: it takes an [`Action`].
#[inline]
pub fn call_natively(vm: &mut Vm, callee: &Value, arguments: &[Value]) -> Option<Res<Value>> {
    let function = callee.get_exact::<NativeFunction>()?;
    let native = function.native;
    let Function::Simple(simple) = native.function else { return None };
    let bound = !function.receiver.is_undefined();
    let count = arguments.len() + bound as usize;
    if native.arity.starred || count < native.arity.least as usize || count > native.arity.most as usize || native.waits {
        return None;
    }
    if bound {
        let receiver = function.receiver.clone();
        return Some(match arguments {
            [] => simple(vm, &[receiver]),
            [one] => simple(vm, &[receiver, one.clone()]),
            _ => {
                let mut all = Vec::with_capacity(count);
                all.push(receiver);
                all.extend_from_slice(arguments);
                simple(vm, &all)
            }
        });
    }
    if native.binding == Binding::Method {
        // Called through the class: self must be an instance.
        let owner = function.owner.get()?;
        if !vm.is_instance(arguments.first()?, owner) {
            return None;
        }
    }
    Some(simple(vm, arguments))
}

/// Begins a call with positional arguments: natives and constructors of builtin types (that need no `__init__`) run at once, for others
/// there is an action.
///
/// # Errors
/// What a native raises.
pub fn begin_call(vm: &mut Vm, callee: Value, mut arguments: Vec<Value>) -> Res<Action> {
    if let Some(result) = call_natively(vm, &callee, &arguments) {
        return result.map(Action::Return);
    }
    if let Some(class) = callee.get::<Class>()
        && !class.has(CLASS_HEAP | CLASS_NOT_CALLABLE)
        && class.layout.kind != Kind::Class
        && vm.class_of(&callee) == vm.class::<Class>()
    {
        let class = ClassRef::of(class);
        let without_init = class.lookup_with_owner(vm.name(Name::Init)).is_none_or(|(_, owner)| owner.layout.kind == Kind::Instance);
        if without_init
            && let Some(new) = vm.class_special(&class, Name::New)
            && let Some(function) = new.get::<NativeFunction>()
            && let Function::Full(full) = function.native.function
            && !function.native.arity.starred
            && arguments.len() < function.native.arity.most as usize
            && arguments.len() + 1 >= function.native.arity.least as usize
            && vm.native_depth < crate::config::NATIVE_DEPTH_LIMIT
        {
            arguments.insert(0, callee.clone());
            vm.native_depth += 1;
            let action = full(vm, &Args { positional: &arguments, names: &[], values: &[] });
            vm.native_depth -= 1;
            return action;
        }
    }
    Ok(Action::TailCall(Call::new(callee, arguments)))
}

/// `item in container` for exact builtin containers; None for others.
///
/// # Errors
/// What `__hash__` and `__eq__` raise.
#[inline]
pub fn contains_natively(vm: &mut Vm, container: &Value, item: &Value) -> Res<Option<bool>> {
    let Some(header) = container.header().filter(|header| header.flags() & SUBCLASS == 0) else { return Ok(None) };
    Ok(Some(match header.kind() {
        Kind::Dict => match container.get::<Dict>() {
            Some(dict) => dict.contains(vm, item)?,
            None => return Ok(None),
        },
        Kind::Set | Kind::FrozenSet => match super::set::table_of(container) {
            Some((_, table)) => super::set::contains(vm, table, item)?,
            None => return Ok(None),
        },
        Kind::List => match container.get::<List>() {
            Some(list) => super::list::contains(vm, list, item)?,
            None => return Ok(None),
        },
        Kind::Tuple => match container.get::<Tuple>() {
            Some(tuple) => super::tuple::contains(vm, tuple, item)?,
            None => return Ok(None),
        },
        Kind::Range => match container.get::<Range>() {
            Some(range) => super::range::contains(vm, range, item)?,
            None => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// The setter of attributes that CPython declares as members which may not be written.
///
/// # Errors
/// AttributeError, always.
pub fn read_only(vm: &mut Vm, _: &Value, _: Option<&Value>) -> Res<()> {
    Err(vm.raise(Ex::AttributeError, "readonly attribute"))
}

/// Drops values, last first, as CPython's lists do.
pub fn drop_backward(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        drop(value);
    }
}

/// The items of an exact list or tuple as they are now.
pub fn exact_items(sequence: &Value) -> Option<&[Value]> {
    match sequence.get_exact::<List>() {
        Some(list) => Some(list.items.get()),
        None => sequence.get_exact::<Tuple>().map(Tuple::items),
    }
}

/// A copy of some values.
pub fn copied(values: &[Value]) -> Vec<Value> {
    let mut copy: Vec<Value> = Vec::with_capacity(values.len());
    // SAFETY: the words are copied into the room asked for, and each one's reference is counted before anything else happens.
    unsafe {
        core::ptr::copy_nonoverlapping(values.as_ptr(), copy.as_mut_ptr(), values.len());
        for value in values {
            if let Some(header) = value.header() {
                header.retain();
            }
        }
        copy.set_len(values.len());
    }
    copy
}
