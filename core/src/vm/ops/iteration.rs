//! Iterators: making them, stepping them.

use super::super::execute::{Begun, Started};
use super::super::frame::Word;
use super::super::iterate;
use super::super::{Action, Name, Res, Step, Vm};
use super::attribute::method_action;
use crate::code::isa::{CONSUME_B, Instr};
use crate::object::exception::Ex;
use crate::object::function::NativeFunction;
use crate::object::generator::Generator;
use crate::object::header::Kind;
use crate::object::iterators::ListIterator;
use crate::object::list::List;
use crate::object::range::RangeIterator;
use crate::object::value::{Value, bits};
use alloc::format;

/// Next word of a range iterator.
///
/// # Safety
/// The word points to a RangeIterator.
#[inline(always)]
pub unsafe fn range_step(iterator: Word) -> Option<Word> {
    // SAFETY: the caller checked the kind.
    let iterator = unsafe { &*(iterator as usize as *const RangeIterator) };
    let remaining = iterator.remaining.get();
    if remaining <= 0 {
        return None;
    }
    let current = iterator.current.get();
    iterator.remaining.set(remaining - 1);
    iterator.current.set(current.wrapping_add(iterator.step));
    Some(((current as u64) << 2) | bits::INT_TAG)
}

/// Next word of a list iterator, a new reference.
///
/// # Safety
/// The word points to a ListIterator.
#[inline(always)]
pub unsafe fn list_step(iterator: Word) -> Option<Word> {
    // SAFETY: the caller checked the kind; a list iterator holds a list.
    unsafe {
        let iterator = &*(iterator as usize as *const ListIterator);
        let list = iterator.list.get().as_ref()?.get_unchecked::<List>();
        let index = iterator.index.get();
        let item = list.items.get().get(index)?;
        iterator.index.set(index + 1);
        Some(item.clone().into_bits())
    }
}

/// GetIter
pub fn get_iter(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    let action = iter_action(vm, &object)?;
    drop(object);
    match action {
        Action::Return(value) => check_iterator(vm, i, value),
        action => vm.complete(Ok(action)),
    }
}

/// `iter(object)`, not yet checked to be an iterator.
pub fn iter_action(vm: &mut Vm, object: &Value) -> Res<Action> {
    match vm.lookup_special(object, Name::Iter) {
        Some(method) if method.is_none() => {}
        Some(method) => return method_action(vm, method, object, &[]),
        None if vm.lookup_special(object, Name::GetItem).is_some() => return Ok(Action::Return(crate::object::iterators::sequence_iterator(vm, object))),
        None => {}
    }
    let name = vm.type_name(object);
    Err(vm.type_error(&format!("'{name}' object is not iterable")))
}

/// The result of `__iter__` must have `__next__`.
pub fn check_iterator(vm: &mut Vm, i: Instr, value: Value) -> Res<()> {
    let value = iterator_or_error(vm, value)?;
    vm.set_register(i.a, value);
    Ok(())
}

/// TypeError unless the value has `__next__`.
pub fn iterator_or_error(vm: &mut Vm, value: Value) -> Res<Value> {
    let class = vm.class_of(&value);
    if class.native_next.get().is_some() || vm.class_special(&class, Name::Next).is_some() {
        return Ok(value);
    }
    let name = vm.type_name(&value);
    Err(vm.type_error(&format!("iter() returned non-iterator of type '{name}'")))
}

/// ForIter beyond the loop's fast paths (which also come here when exhausted).
pub fn for_iter(vm: &mut Vm, i: Instr) -> Res<()> {
    let iterator = vm.register(i.b).clone();
    let step = match iterator.kind() {
        Kind::RangeIterator | Kind::ListIterator => iterate::next(vm, &iterator)?,
        _ => match vm.class_of(&iterator).native_next.get() {
            Some(next) => next(vm, &iterator)?,
            None => Step::Call,
        },
    };
    match step {
        Step::Item(value) => {
            vm.set_register(i.a, value);
            super::control::branch(vm, i.c as i16 as isize);
            Ok(())
        }
        Step::Done => {
            drop(iterator);
            vm.set_register(i.b, Value::UNDEFINED);
            Ok(())
        }
        Step::Call => {
            if iterator.kind() == Kind::Instance
                && let Some(method) = vm.lookup_special(&iterator, Name::Next)
                && method.kind() == Kind::Function
            {
                return vm.enter_with(method, [iterator]);
            }
            if super::pull::pulls(vm, &iterator) {
                return match super::pull::begin(vm, iterator)? {
                    Begun::Value(value) => vm.deliver(value),
                    Begun::Raising(raised) => Err(raised),
                    _ => Ok(()),
                };
            }
            let action = next_action(vm, &iterator)?;
            drop(iterator);
            match vm.perform(action)? {
                Started::Value(value) => vm.deliver(value),
                Started::Running => Ok(()),
            }
        }
    }
}

/// `iterator.__next__()`; raises StopIteration at the end.
pub fn next_action(vm: &mut Vm, iterator: &Value) -> Res<Action> {
    if iterator.kind() == Kind::Generator && vm.class_of(iterator) == vm.class::<Generator>() {
        return Ok(Action::Resume { generator: iterator.clone(), sent: Ok(Value::NONE) });
    }
    if super::pull::pulls(vm, iterator) {
        return Ok(Action::Resume { generator: iterator.clone(), sent: Ok(Value::NONE) });
    }
    let Some(method) = vm.lookup_special(iterator, Name::Next) else {
        let name = vm.type_name(iterator);
        return Err(vm.type_error(&format!("'{name}' object is not an iterator")));
    };
    if method.get::<NativeFunction>().is_some_and(|method| method.native.waits) {
        return Ok(Action::tail_call(method, [iterator.clone()]));
    }
    method_action(vm, method, iterator, &[])
}

/// `item in container` for containers without `__contains__`.
pub fn contains_by_iteration(vm: &mut Vm, container: &Value, item: &Value) -> Res<Action> {
    if !iterate::is_iterable(vm, container) {
        let name = vm.type_name(container);
        return Err(vm.type_error(&format!("argument of type '{name}' is not a container or iterable")));
    }
    struct Search {
        item: Value,
    }
    impl iterate::Each for Search {
        fn item(&mut self, vm: &mut Vm, item: Value) -> Res<iterate::Flow> {
            Ok(if vm.equal(&item, &self.item)? { iterate::Flow::Stop(Value::TRUE) } else { iterate::Flow::Continue })
        }
        fn finish(self: alloc::boxed::Box<Self>, _: &mut Vm) -> Res<Action> {
            Ok(Action::Return(Value::FALSE))
        }
    }
    iterate::for_each(vm, container, Search { item: item.clone() })
}

/// StopIteration without a value.
#[cold]
pub fn stop_iteration(vm: &mut Vm) -> super::super::Raised {
    vm.raise_with(Ex::StopIteration, alloc::vec::Vec::new())
}
