//! What objects and classes are: isinstance and issubclass.

use crate::object::class::Class;
use crate::object::exception::Ex;
use crate::object::function::NativeFunction;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::prelude;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Name, Native, Res, Vm};

pub static NATIVES: &[Native] = &[
    Native::full("isinstance(obj, class_or_tuple, /)", is_instance, "Whether the object is an instance of the class, of a subclass, or of one of several."),
    Native::full("issubclass(cls, class_or_tuple, /)", is_subclass, "Whether the class is derived from the other, or from one of several."),
];

/// Which of the two questions is asked.
#[derive(Clone, Copy)]
enum Question {
    Instance,
    Subclass,
}

impl Question {
    fn hook(self) -> Name {
        match self {
            Question::Instance => Name::InstanceCheck,
            Question::Subclass => Name::SubclassCheck,
        }
    }
}

fn is_instance(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(object), Some(class)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    if vm.class_of(object).value().is(class) {
        return Ok(Action::Return(Value::TRUE));
    }
    ask(vm, Question::Instance, object, class)
}

fn is_subclass(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(class), Some(other)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    ask(vm, Question::Subclass, class, other)
}

/// `isinstance(object, class)` for native code that may wait.
///
/// # Errors
/// TypeError for what is no class; what hooks raise.
pub fn instance_action(vm: &mut Vm, object: &Value, class: &Value) -> Res<Action> {
    if vm.class_of(object).value().is(class) { Ok(Action::Return(Value::TRUE)) } else { ask(vm, Question::Instance, object, class) }
}

/// `issubclass(class, other)` for native code that may wait.
///
/// # Errors
/// TypeError for what is no class; what hooks raise.
pub fn subclass_action(vm: &mut Vm, class: &Value, other: &Value) -> Res<Action> {
    ask(vm, Question::Subclass, class, other)
}

fn ask(vm: &mut Vm, question: Question, subject: &Value, class: &Value) -> Res<Action> {
    if class.get_exact::<Tuple>().is_some() || class.get::<Tuple>().is_some() {
        vm.enter_native(" in __instancecheck__")?;
        let result = ask_any(vm, question, subject, class, 0);
        vm.leave_native();
        return result;
    }
    let metaclass = vm.class_of(class);
    let default = core::ptr::eq(&*metaclass, &*vm.class::<Class>())
        || vm.class_special(&metaclass, question.hook()).is_some_and(|hook| hook.get::<NativeFunction>().is_some() && class.get::<Class>().is_some());
    if default {
        return match question {
            Question::Instance => default_instance_check(vm, subject, class),
            Question::Subclass => default_subclass_check(vm, subject, class),
        };
    }
    match vm.call_special(class, question.hook(), core::slice::from_ref(subject)) {
        Some(action) => action?.and_then(vm, |vm, answer| vm.truth_action(&answer)),
        None => match question {
            Question::Instance => default_instance_check(vm, subject, class),
            Question::Subclass => default_subclass_check(vm, subject, class),
        },
    }
}

/// Asks for the classes in a tuple from `index` on, until one says yes.
fn ask_any(vm: &mut Vm, question: Question, subject: &Value, classes: &Value, index: usize) -> Res<Action> {
    let mut index = index;
    while let Some(class) = classes.get::<Tuple>().and_then(|tuple| tuple.items().get(index).cloned()) {
        index += 1;
        let exact = matches!(question, Question::Instance) && vm.class_of(subject).value().is(&class);
        if exact {
            return Ok(Action::Return(Value::TRUE));
        }
        match ask(vm, question, subject, &class)? {
            Action::Return(answer) if answer.as_bool() == Some(true) => return Ok(Action::Return(answer)),
            Action::Return(_) => {}
            action => {
                let (subject, classes) = (subject.clone(), classes.clone());
                return action.and_then(vm, move |vm, answer| match answer.as_bool() {
                    Some(true) => Ok(Action::Return(answer)),
                    _ => ask_any(vm, question, &subject, &classes, index),
                });
            }
        }
    }
    Ok(Action::Return(Value::FALSE))
}

/// `type.__instancecheck__`: by the object's type, or by what its `__class__` claims.
///
/// # Errors
/// TypeError if `class` is none and has no `__bases__`.
pub fn default_instance_check(vm: &mut Vm, object: &Value, class: &Value) -> Res<Action> {
    let Some(expected) = class.get::<Class>() else {
        return prelude::call(vm, &prelude::INSPECTION, "is_instance", &[object.clone(), class.clone()]);
    };
    let real = vm.class_of(object);
    if real.is_subclass_of(expected) {
        return Ok(Action::Return(Value::TRUE));
    }
    // Only a class that defines `__class__` itself can claim to be something else. Values in a word are what they are.
    if object.header().is_none() {
        return Ok(Action::Return(Value::FALSE));
    }
    let name = vm.name(Name::Class).clone();
    let inherited = vm.class_of(&Value::NONE).lookup(&name);
    let own = real.lookup(&name);
    let plain = match (&own, &inherited) {
        (Some(own), Some(inherited)) => own.is(inherited),
        (own, _) => own.is_none(),
    };
    let computed = vm.class_special(&real, Name::GetAttribute).is_some_and(|method| method.get::<NativeFunction>().is_none());
    if plain && !computed {
        return Ok(Action::Return(Value::FALSE));
    }
    let (expected, real) = (class.clone(), real.value());
    get_attribute_then(vm, object, &name, move |vm, claimed| {
        let claimed = vm.catch(claimed, Ex::AttributeError)?.unwrap_or(Value::NONE);
        let answer = match (claimed.get::<Class>(), expected.get::<Class>()) {
            (Some(claimed_class), Some(expected)) => !claimed.is(&real) && claimed_class.is_subclass_of(expected),
            _ => false,
        };
        Ok(Action::Return(Value::bool(answer)))
    })
}

/// `type.__subclasscheck__`: by the order of resolution.
///
/// # Errors
/// TypeError if one of them is no class and has no `__bases__`.
pub fn default_subclass_check(vm: &mut Vm, class: &Value, other: &Value) -> Res<Action> {
    match (class.get::<Class>(), other.get::<Class>()) {
        (Some(subject), Some(other)) => Ok(Action::Return(Value::bool(subject.is_subclass_of(other)))),
        _ => prelude::call(vm, &prelude::INSPECTION, "is_subclass", &[class.clone(), other.clone()]),
    }
}
