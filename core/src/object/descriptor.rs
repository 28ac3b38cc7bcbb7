//! Descriptors that classes hold: computed attributes, `__slots__` members, static and class methods, properties.

use super::class::ClassRefCell;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::object;
use crate::vm::native::Getter;
use core::cell::Cell;

/// `getset_descriptor`: an attribute computed natively.
#[repr(C)]
pub struct GetSetDescriptor {
    pub header: Header,
    pub getter: &'static Getter,
    /// Not counted: see [`Class::own_descriptors`](super::class::Class).
    pub owner: Cell<ClassRefCell>,
    /// The class's name, which outlives the class.
    pub owner_name: Value,
}

object!(GetSetDescriptor, Kind::Other, "getset_descriptor", |this, visit| {
    visit(&this.owner_name);
});

/// `member_descriptor`: one of `__slots__`.
#[repr(C)]
pub struct MemberDescriptor {
    pub header: Header,
    pub name: Value,
    /// As in [`GetSetDescriptor`].
    pub owner: Cell<ClassRefCell>,
    /// The class's name, which outlives the class.
    pub owner_name: Value,
    /// Slot in the instances' shapes.
    pub slot: usize,
}

object!(MemberDescriptor, Kind::MemberDescriptor, "member_descriptor", |this, visit| {
    visit(&this.name);
    visit(&this.owner_name);
});

/// Where a descriptor knows its class.
pub fn owner_cell(descriptor: &Value) -> Option<&Cell<ClassRefCell>> {
    match descriptor.get::<MemberDescriptor>() {
        Some(member) => Some(&member.owner),
        None => descriptor.get::<GetSetDescriptor>().map(|descriptor| &descriptor.owner),
    }
}

/// `staticmethod`.
#[repr(C)]
pub struct StaticMethod {
    pub header: Header,
    pub function: Mut<Value>,
    /// `__dict__`, once there are attributes.
    pub attributes: Mut<Value>,
}

object!(StaticMethod, Kind::StaticMethod, "staticmethod", |this, visit| {
    visit(this.function.get());
    visit(this.attributes.get());
});

/// `classmethod`.
#[repr(C)]
pub struct ClassMethod {
    pub header: Header,
    pub function: Mut<Value>,
    /// `__dict__`, once there are attributes.
    pub attributes: Mut<Value>,
}

object!(ClassMethod, Kind::ClassMethod, "classmethod", |this, visit| {
    visit(this.function.get());
    visit(this.attributes.get());
});

/// `property`; absent functions are None.
#[repr(C)]
pub struct Property {
    pub header: Header,
    pub getter: Mut<Value>,
    pub setter: Mut<Value>,
    pub deleter: Mut<Value>,
    pub doc: Mut<Value>,
    /// Undefined: nobody said; the getter's.
    pub name: Mut<Value>,
    /// The doc string is that of the getter.
    pub doc_of_getter: core::cell::Cell<bool>,
}

object!(Property, Kind::Property, "property", |this, visit| for value in [&this.getter, &this.setter, &this.deleter, &this.doc, &this.name] {
    visit(value.get());
});
