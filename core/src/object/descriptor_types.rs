//! `getset_descriptor` and `member_descriptor`: what they have in Python. Attribute access reads their structs directly.

use super::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use super::construct::class_name;
use super::descriptor::{GetSetDescriptor, MemberDescriptor, owner_cell};
use super::exception::Ex;
use super::header::Object;
use super::str::Str;
use super::value::Value;
use crate::vm::execute::text_of;
use crate::vm::{Action, Args, ClassRef, Getter, Native, Res, Vm};
use alloc::format;
use alloc::string::String;

const NATIVES: &[Native] = &[
    Native::full("__get__($self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Native::full("__set__($self, instance, value, /)", |vm, arguments| assign(vm, arguments, true), "Set an attribute of instance to value."),
    Native::full("__delete__($self, instance, /)", |vm, arguments| assign(vm, arguments, false), "Delete an attribute of instance."),
    Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
];

const GETTERS: &[Getter] = &[
    Getter::read_only(
        "__name__",
        |vm, this| {
            let name = name_of(this);
            Ok(vm.new_str(&name))
        },
        "The attribute's name.",
    ),
    Getter::read_only(
        "__qualname__",
        |vm, this| {
            let owner = owner_of(this).map(|owner| text_of(owner.qualified_name.get())).unwrap_or_else(|| owner_name(this));
            let name = name_of(this);
            Ok(vm.format(format_args!("{owner}.{name}")))
        },
        "The attribute's name with its class.",
    ),
    Getter::read_only(
        "__doc__",
        |vm, this| {
            Ok(match this.get::<GetSetDescriptor>().map(|descriptor| descriptor.getter.doc) {
                Some(doc) if !doc.is_empty() => vm.new_str(doc),
                _ => Value::NONE,
            })
        },
        "What the attribute is.",
    ),
    Getter::read_only(
        "__objclass__",
        |vm, this| match owner_of(this) {
            Some(owner) => Ok(owner.value()),
            None => Err(vm.raise(Ex::AttributeError, "__objclass__")),
        },
        "The class that has the attribute.",
    ),
];

pub static GETSET_DESCRIPTOR: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: NATIVES, getters: GETTERS, ..TypeSpec::new("getset_descriptor", GetSetDescriptor::LAYOUT) };

pub static MEMBER_DESCRIPTOR: TypeSpec =
    TypeSpec { flags: CLASS_FINAL | CLASS_NOT_CALLABLE, natives: NATIVES, getters: GETTERS, ..TypeSpec::new("member_descriptor", MemberDescriptor::LAYOUT) };

fn name_of(this: &Value) -> String {
    if let Some(descriptor) = this.get::<GetSetDescriptor>() {
        return descriptor.getter.name.into();
    }
    this.get::<MemberDescriptor>().and_then(|member| member.name.get::<Str>().map(|name| name.to_string_lossy().into_owned())).unwrap_or_default()
}

/// The class that has the attribute, while it lives.
fn owner_of(this: &Value) -> Option<ClassRef> {
    Some(ClassRef::of(owner_cell(this)?.get().get()?))
}

fn owner_name(this: &Value) -> String {
    match this.get::<MemberDescriptor>() {
        Some(member) => text_of(&member.owner_name),
        None => this.get::<GetSetDescriptor>().map(|descriptor| text_of(&descriptor.owner_name)).unwrap_or_default(),
    }
}

fn get(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(instance)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    if instance.is_none() && arguments.get(2).is_some_and(|owner| !owner.is_none()) {
        return Ok(Action::Return(this.clone()));
    }
    check(vm, this, instance)?;
    let class = vm.class_of(instance);
    vm.bind(this, Some(instance), &class)
}

/// Does the attribute belong to objects like this one?
fn check(vm: &mut Vm, this: &Value, instance: &Value) -> Res<()> {
    match owner_of(this) {
        Some(owner) if !vm.is_instance(instance, &owner) => {
            let (name, owner, given) = (name_of(this), class_name(&owner), vm.type_name(instance));
            Err(vm.type_error(&format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{given}' object")))
        }
        _ => Ok(()),
    }
}

fn assign(vm: &mut Vm, arguments: &Args, set: bool) -> Res<Action> {
    let (Some(this), Some(instance)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    check(vm, this, instance)?;
    let value = if set { arguments.get(2) } else { None };
    if let Some(descriptor) = this.get::<GetSetDescriptor>() {
        match descriptor.getter.set {
            Some(store) => store(vm, instance, value)?,
            None => {
                let (name, owner) = (name_of(this), owner_name(this));
                return Err(vm.raise(Ex::AttributeError, &format!("attribute '{name}' of '{owner}' objects is not writable")));
            }
        }
        return Ok(Action::Return(Value::NONE));
    }
    if let Some(member) = this.get::<MemberDescriptor>() {
        vm.set_member(member, instance, value.cloned())?;
    }
    Ok(Action::Return(Value::NONE))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let (name, owner) = (name_of(this), owner_name(this));
    let what = if this.get::<MemberDescriptor>().is_some() { "member" } else { "attribute" };
    Ok(vm.format(format_args!("<{what} '{name}' of '{owner}' objects>")))
}
