//! `typing.Union` (`types.UnionType`): `int | str`.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, Class, TypeSpec};
use super::generic_alias::{self, GenericAlias, argument_pieces};
use super::header::{Header, Kind, Object};
use super::tuple::Tuple;
use super::value::Value;
use crate::builtins::inspect::{instance_action, subclass_action};
use crate::builtins::pieces::{Piece, join};
use crate::object;
use crate::vm::{Action, Args, Getter, Native, Res, Vm};
use alloc::vec::Vec;

/// A union of types.
#[repr(C)]
pub struct UnionType {
    pub header: Header,
    /// A tuple of at least two different types; None stands for its type.
    pub members: Value,
}

object!(UnionType, Kind::Other, "typing.Union", |this, visit| visit(&this.members));

pub static UNION_TYPE: TypeSpec = TypeSpec {
    module: "typing",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    doc: "A union of types: `int | str`.",
    natives: &[
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("__eq__($self, value, /)", equal, "Return self==value."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__or__($self, value, /)", or, "Return self|value."),
        Native::simple("__ror__($self, value, /)", ror, "Return value|self."),
        Native::full("__instancecheck__($self, instance, /)", |vm, arguments| check(vm, arguments, true), "Whether an instance of a member."),
        Native::full("__subclasscheck__($self, cls, /)", |vm, arguments| check(vm, arguments, false), "Whether a subclass of a member."),
        Native::full("__getitem__($self, item, /)", generic_alias::get_item, "The union with its type parameters replaced."),
        Native::simple("__class_getitem__($type, item, /)", class_getitem, "Union[item]"),
    ],
    getters: &[
        Getter::read_only("__args__", |_, this| Ok(members(this).unwrap_or(Value::NONE)), "The members."),
        Getter::read_only(
            "__parameters__",
            |vm, this| {
                let members = members(this).unwrap_or(Value::NONE);
                Ok(generic_alias::parameters_of(vm, &members))
            },
            "The type parameters among the members.",
        ),
        Getter::read_only("__origin__", |vm, _| Ok(vm.class::<UnionType>().value()), "The type of unions."),
    ],
    ..TypeSpec::new("Union", UnionType::LAYOUT)
};

/// The members of a union, a tuple; None for other values.
pub fn members(value: &Value) -> Option<Value> {
    value.get::<UnionType>().map(|union| union.members.clone())
}

/// May the value be a member of a union made with `|`?
fn is_unionable(vm: &mut Vm, value: &Value) -> bool {
    let by_class = value.is_none() || value.get::<Class>().is_some() || value.get::<GenericAlias>().is_some() || value.get::<UnionType>().is_some();
    by_class || {
        let marker = vm.intern("__typing_subst__");
        vm.class_of(value).lookup(&marker).is_some()
    }
}

/// `left | right` for types: `type.__or__`.
///
/// # Errors
/// What comparing members raises.
pub fn or(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    if !is_unionable(vm, left) || !is_unionable(vm, right) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    of(vm, Vec::from([left.clone(), right.clone()]))
}

/// `right | left` for types: `type.__ror__`.
///
/// # Errors
/// What comparing members raises.
pub fn ror(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments {
        [this, other, ..] => or(vm, &[other.clone(), this.clone()]),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The union of these types: flat, each once; the type itself if there is but one.
///
/// # Errors
/// What comparing members raises.
pub fn of(vm: &mut Vm, types: Vec<Value>) -> Res<Value> {
    let mut flat: Vec<Value> = Vec::new();
    for value in types {
        match members(&value) {
            Some(nested) => flat.extend(nested.get::<Tuple>().map(|nested| nested.items().to_vec()).unwrap_or_default()),
            None if value.is_none() => flat.push(vm.class_of(&Value::NONE).value()),
            None => flat.push(value),
        }
    }
    let mut unique: Vec<Value> = Vec::new();
    for value in flat {
        let mut known = false;
        for other in &unique {
            // An exact class is equal to nothing else.
            known = known || if value.get::<Class>().is_some() { value.is(other) } else { vm.equal(other, &value)? };
        }
        if !known {
            unique.push(value);
        }
    }
    if unique.len() == 1 {
        return Ok(unique.swap_remove(0));
    }
    let members = vm.new_tuple(unique);
    Ok(vm.new_object(|header| UnionType { header, members }))
}

fn class_getitem(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(item) = arguments.get(1) else { return Ok(Value::NONE) };
    let types = item.get::<Tuple>().map_or_else(|| Vec::from([item.clone()]), |items| items.items().to_vec());
    if types.is_empty() {
        return Err(vm.type_error("Cannot take a Union of no types."));
    }
    of(vm, types)
}

fn items(this: Option<&Value>) -> Vec<Value> {
    this.and_then(members).and_then(|members| members.get::<Tuple>().map(|members| members.items().to_vec())).unwrap_or_default()
}

fn repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let none = vm.class_of(&Value::NONE).value();
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, member) in items(arguments.get(0)).iter().enumerate() {
        if index > 0 {
            pieces.push(" | ".into());
        }
        if member.is(&none) { pieces.push("None".into()) } else { argument_pieces(vm, member, &mut pieces) }
    }
    join(vm, pieces)
}

fn equal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    if right.get::<UnionType>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (left, right) = (items(Some(left)), items(Some(right)));
    if left.len() != right.len() {
        return Ok(Value::FALSE);
    }
    for member in &left {
        let mut found = false;
        for other in &right {
            found = found || vm.equal(member, other)?;
        }
        if !found {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // The order does not matter, so neither may it here.
    let mut total = 0u64;
    for member in items(arguments.first()) {
        total = total.wrapping_add(vm.hash(&member)?.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 3);
    }
    Ok(vm.new_int((total >> 2) as i64))
}

fn check(vm: &mut Vm, arguments: &Args, instance: bool) -> Res<Action> {
    let (Some(this), Some(subject)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::FALSE)) };
    let members = items(Some(this));
    if members.iter().any(|member| member.get::<GenericAlias>().is_some()) {
        let function = if instance { "isinstance" } else { "issubclass" };
        return Err(vm.type_error(&alloc::format!("{function}() argument 2 cannot be a parameterized generic")));
    }
    check_from(vm, subject.clone(), members.into_iter(), instance)
}

fn check_from(vm: &mut Vm, subject: Value, mut rest: alloc::vec::IntoIter<Value>, instance: bool) -> Res<Action> {
    while let Some(member) = rest.next() {
        let action = if instance { instance_action(vm, &subject, &member)? } else { subclass_action(vm, &subject, &member)? };
        match action {
            Action::Return(answer) if answer.as_bool() == Some(true) => return Ok(Action::Return(answer)),
            Action::Return(_) => {}
            action => {
                return action.and_then(vm, move |vm, answer| match answer.as_bool() {
                    Some(true) => Ok(Action::Return(answer)),
                    _ => check_from(vm, subject, rest, instance),
                });
            }
        }
    }
    Ok(Action::Return(Value::FALSE))
}
