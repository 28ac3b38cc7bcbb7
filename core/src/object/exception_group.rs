//! `BaseExceptionGroup` and `ExceptionGroup`: construction, splitting, and what `except*` needs of them. Splitting calls
//! `derive` and conditions that may be Python code, so the recursion is in the prelude (`groups.py`).

use super::class::Class;
use super::construct::{allocation_class, class_name};
use super::dict::Dict;
use super::exception::{Ex, Exception, allocate};
use super::exception_types::fields::{GROUP_EXCEPTIONS, GROUP_MESSAGE};
use super::list::List;
use super::str::Str;
use super::tuple::Tuple;
use super::value::Value;
use crate::builtins::pieces::{Piece, join};
use crate::vm::iterate::collect;
use crate::vm::{Action, Args, Getter, Name, Native, Res, Vm, prelude};
use alloc::format;
use alloc::vec::Vec;

pub const NATIVES: &[Native] = &[
    Native::full("__new__($type, /, *args, **kwargs)", group_new, "Create and return a new object."),
    Native::full("__init__($self, /, *args, **kwargs)", group_init, "Initialize self."),
    Native::full("__str__($self, /)", group_str, "Return str(self)."),
    Native::full("derive($self, excs, /)", derive, "Make a group of excs with the message of this one; split and subgroup use it."),
    Native::full("split($self, matcher_value, /)", split, "Two groups of the same shape: what matches and what does not (None for nothing)."),
    Native::full("subgroup($self, matcher_value, /)", subgroup, "The group of what matches, with the same shape, or None."),
    Native::full("__class_getitem__($type, item, /)", class_getitem, "See PEP 585."),
];

pub const GETTERS: &[Getter] = &[
    Getter::read_only("message", |_, this| Ok(field(this, GROUP_MESSAGE)), "The message of the group."),
    Getter::read_only("exceptions", |_, this| Ok(field(this, GROUP_EXCEPTIONS)), "The exceptions in the group, a tuple."),
];

fn field(this: &Value, index: usize) -> Value {
    this.get::<Exception>().map_or(Value::NONE, |exception| exception.field(index))
}

/// The exceptions in a group; nothing for other exceptions.
pub fn members(vm: &Vm, exception: &Value) -> Option<Vec<Value>> {
    if !is_group(vm, exception) {
        return None;
    }
    Some(field(exception, GROUP_EXCEPTIONS).get::<Tuple>().map(|members| members.items().to_vec()).unwrap_or_default())
}

/// Is it an instance of BaseExceptionGroup?
pub fn is_group(vm: &Vm, exception: &Value) -> bool {
    vm.is_instance(exception, &vm.exception_class(Ex::BaseExceptionGroup))
}

/// `message` of a group.
pub fn message(exception: &Value) -> Value {
    field(exception, GROUP_MESSAGE)
}

fn group_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Exception>(vm, arguments.positional, "BaseExceptionGroup")?;
    let given = arguments.positional.get(1..).unwrap_or_default().to_vec();
    let [message, exceptions] = &given[..] else {
        return Err(vm.type_error(&format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)", given.len())));
    };
    if message.get::<Str>().is_none() {
        let type_name = vm.type_name(message);
        return Err(vm.type_error(&format!("BaseExceptionGroup.__new__() argument 1 must be str, not {type_name}")));
    }
    if exceptions.get::<Dict>().is_some() || vm.lookup_special(exceptions, Name::GetItem).is_none() {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let class = class.value();
    let exceptions = exceptions.clone();
    collect(vm, &exceptions, move |vm, members| build(vm, &class, given, members).map(Action::Return))
}

fn build(vm: &mut Vm, class: &Value, given: Vec<Value>, members: Vec<Value>) -> Res<Value> {
    if members.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let ordinary = vm.exception_class(Ex::Exception);
    let mut all_ordinary = true;
    for (index, member) in members.iter().enumerate() {
        if member.get::<Exception>().is_none() {
            return Err(vm.value_error(&format!("Item {index} of second argument (exceptions) is not an exception")));
        }
        all_ordinary &= vm.is_instance(member, &ordinary);
    }
    let Some(asked) = class.get::<Class>() else { return Ok(Value::NONE) };
    let (base_group, group) = (vm.exception_class(Ex::BaseExceptionGroup), vm.exception_class(Ex::ExceptionGroup));
    let promoted = all_ordinary && core::ptr::eq(asked, &*base_group);
    if !all_ordinary && asked.is_subclass_of(&ordinary) {
        if core::ptr::eq(asked, &*group) {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        let name = class_name(asked);
        return Err(vm.type_error(&format!("Cannot nest BaseExceptions in '{name}'")));
    }
    let message = given.first().cloned().unwrap_or(Value::NONE);
    let args = vm.new_tuple(given);
    let members = vm.new_tuple(members);
    let value = if promoted { allocate(vm, &group, args) } else { allocate(vm, asked, args) };
    if let Some(exception) = value.get::<Exception>() {
        exception.set_field(GROUP_MESSAGE, message);
        exception.set_field(GROUP_EXCEPTIONS, members);
    }
    Ok(value)
}

/// A group of these exceptions, of the class that they need.
pub fn new_group(vm: &mut Vm, message: &str, members: Vec<Value>) -> Res<Value> {
    let class = vm.exception_class(Ex::BaseExceptionGroup).value();
    let message = vm.new_str(message);
    let list = vm.new_list(members.clone());
    build(vm, &class, Vec::from([message, list]), members)
}

fn group_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if !arguments.names.is_empty() {
        let name = arguments.get(0).map(|this| vm.type_name(this)).unwrap_or_default();
        return Err(vm.type_error(&format!("{name}() takes no keyword arguments")));
    }
    Ok(Action::Return(Value::NONE))
}

fn group_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let count = members(vm, this).map_or(0, |members| members.len());
    let plural = if count == 1 { "" } else { "s" };
    join(vm, Vec::from([Piece::Str(message(this)), Piece::Text(format!(" ({count} sub-exception{plural})").into())]))
}

fn derive(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(exceptions)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let class = vm.exception_class(Ex::BaseExceptionGroup).value();
    Ok(Action::tail_call(class, [message(this), exceptions.clone()]))
}

/// Is `condition` an exception class or a tuple of them?
fn is_type_condition(vm: &Vm, condition: &Value) -> bool {
    match condition.get::<Tuple>() {
        Some(tuple) => tuple.items().iter().all(|item| super::exception::is_exception_class(vm, item)),
        None => super::exception::is_exception_class(vm, condition),
    }
}

fn divide(vm: &mut Vm, arguments: &Args, function: &str) -> Res<Action> {
    let (Some(this), Some(condition)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let by_type = is_type_condition(vm, condition);
    if !by_type && (condition.get::<Class>().is_some() || vm.lookup_special(condition, Name::Call).is_none()) {
        return Err(vm.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)"));
    }
    let function = prelude::function(vm, &prelude::GROUPS, function)?;
    Ok(Action::tail_call(function, [this.clone(), condition.clone(), Value::bool(by_type)]))
}

fn split(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    divide(vm, arguments, "split")
}

fn subgroup(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    divide(vm, arguments, "subgroup")
}

fn class_getitem(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(class), Some(item)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    super::generic_alias::new(vm, class, item).map(Action::Return)
}

// ---- except*

/// Does the exception match a class or a tuple of classes (by their real hierarchy)?
pub fn matches(vm: &Vm, exception: &Value, condition: &Value) -> bool {
    match condition.get::<Tuple>() {
        Some(tuple) => tuple.items().iter().any(|item| item.get::<Class>().is_some_and(|class| vm.is_instance(exception, class))),
        None => condition.get::<Class>().is_some_and(|class| vm.is_instance(exception, class)),
    }
}

/// `except* condition`: divides what is left of an exception. The result is the tuple (match, rest), None for an empty part.
/// A plain exception that matches is wrapped in a group.
///
/// # Errors
/// TypeError for a condition that is not made of exception classes, or of group classes.
pub fn split_group(vm: &mut Vm, exception: &Value, condition: &Value) -> Res<Action> {
    if !is_type_condition(vm, condition) {
        return Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"));
    }
    let group = vm.exception_class(Ex::BaseExceptionGroup);
    let names_group = |class: &Value| class.get::<Class>().is_some_and(|class| class.is_subclass_of(&group));
    let any_group = condition.get::<Tuple>().map_or_else(|| names_group(condition), |tuple| tuple.items().iter().any(names_group));
    if any_group {
        return Err(vm.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
    }
    let (rest, matching) = if exception.is_none() {
        (Value::NONE, Value::NONE)
    } else if matches(vm, exception, condition) {
        let matching = if is_group(vm, exception) { exception.clone() } else { wrap(vm, exception)? };
        (Value::NONE, matching)
    } else if is_group(vm, exception) {
        let function = prelude::function(vm, &prelude::GROUPS, "match_and_rest")?;
        return Ok(Action::tail_call(function, [exception.clone(), condition.clone()]));
    } else {
        (exception.clone(), Value::NONE)
    };
    Ok(Action::Return(vm.new_tuple(Vec::from([matching, rest]))))
}

fn wrap(vm: &mut Vm, exception: &Value) -> Res<Value> {
    let group = new_group(vm, "", Vec::from([exception.clone()]))?;
    let traceback = exception.get::<Exception>().map_or(Value::NONE, |exception| exception.traceback(vm));
    if let Some(group) = group.get::<Exception>() {
        group.set_traceback(traceback);
    }
    Ok(group)
}

/// What to raise at the end of a `try` with `except*`: the exceptions that the clauses raised and those nobody handled, put
/// together again; None for nothing.
///
/// # Errors
/// What a Python-level `derive` raises.
pub fn prepare_reraise_star(vm: &mut Vm, original: &Value, raised: &Value) -> Res<Action> {
    let listed = raised.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default();
    let mut listed: Vec<Value> = listed.into_iter().filter(|exception| !exception.is_none()).collect();
    if listed.is_empty() {
        return Ok(Action::Return(Value::NONE));
    }
    if !is_group(vm, original) {
        return Ok(Action::Return(listed.swap_remove(0)));
    }
    let (reraised, raised): (Vec<Value>, Vec<Value>) = listed.into_iter().partition(|exception| same_metadata(vm, exception, original));
    if reraised.is_empty() {
        return combine(vm, raised).map(Action::Return);
    }
    let reraised = vm.new_list(reraised);
    let function = prelude::function(vm, &prelude::GROUPS, "project")?;
    Ok(Action::call(function, [original.clone(), reraised], move |vm, projection| {
        let mut raised = raised;
        let projection = projection?;
        if raised.is_empty() {
            return Ok(Action::Return(projection));
        }
        if !projection.is_none() {
            raised.push(projection);
        }
        combine(vm, raised).map(Action::Return)
    }))
}

fn combine(vm: &mut Vm, mut raised: Vec<Value>) -> Res<Value> {
    if raised.len() == 1 { Ok(raised.swap_remove(0)) } else { new_group(vm, "", raised) }
}

/// Is `exception` a part of `original` that was raised again as it was? Parts share traceback, cause, context and notes.
fn same_metadata(vm: &mut Vm, exception: &Value, original: &Value) -> bool {
    if !is_group(vm, exception) {
        return false;
    }
    let parts = |vm: &mut Vm, value: &Value| {
        let notes = super::exception_types::attributes(value).and_then(|(object, attributes)| attributes.get(object, vm.name(Name::Notes)));
        let exception = value.get::<Exception>()?;
        Some((notes, exception.traceback(vm), exception.cause.get().clone(), exception.context.get().clone()))
    };
    match (parts(vm, exception), parts(vm, original)) {
        (Some((notes, traceback, cause, context)), Some((other_notes, other_traceback, other_cause, other_context))) => {
            let same_notes = match (&notes, &other_notes) {
                (None, None) => true,
                (Some(notes), Some(other)) => notes.is(other),
                _ => false,
            };
            same_notes && traceback.is(&other_traceback) && cause.is(&other_cause) && context.is(&other_context)
        }
        _ => false,
    }
}

/// Gives a group derived from `original` what it keeps of it: traceback, context, cause, notes.
pub fn copy_metadata(vm: &mut Vm, original: &Value, derived: &Value) -> Res<()> {
    let (Some(from), Some(to)) = (original.get::<Exception>(), derived.get::<Exception>()) else {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    };
    let traceback = from.traceback(vm);
    to.set_traceback(traceback);
    to.context.set(from.context.get().clone());
    to.cause.set(from.cause.get().clone());
    to.suppress_context.set(from.suppress_context.get());
    Ok(())
}

/// The natives that `groups.py` uses.
pub static HELPERS: &[Native] = &[
    Native::simple(
        "matches(exception, condition, /)",
        |vm, arguments| {
            let [exception, condition, ..] = arguments else { return Ok(Value::FALSE) };
            Ok(Value::bool(matches(vm, exception, condition)))
        },
        "Does the exception match the class or tuple of classes?",
    ),
    Native::simple("is_group(exception, /)", |vm, arguments| Ok(Value::bool(arguments.first().is_some_and(|exception| is_group(vm, exception)))), "Is it a group?"),
    Native::simple(
        "finish(original, derived, /)",
        |vm, arguments| {
            let [original, derived, ..] = arguments else { return Ok(Value::NONE) };
            if !is_group(vm, derived) {
                return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
            }
            copy_metadata(vm, original, derived)?;
            copy_notes(vm, original, derived);
            Ok(derived.clone())
        },
        "Copy traceback, context, cause and notes to a derived group.",
    ),
];

fn copy_notes(vm: &mut Vm, original: &Value, derived: &Value) {
    let name = vm.name(Name::Notes).clone();
    let notes = super::exception_types::attributes(original).and_then(|(object, attributes)| attributes.get(object, &name));
    let items =
        notes.as_ref().and_then(|notes| notes.get::<List>().map(|list| list.items.get().clone()).or_else(|| notes.get::<Tuple>().map(|tuple| tuple.items().to_vec())));
    let (Some(items), Some((object, attributes))) = (items, super::exception_types::attributes(derived)) else { return };
    let copy = vm.new_list(items);
    attributes.set(object, &name, copy);
}
