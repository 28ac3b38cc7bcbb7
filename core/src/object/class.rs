//! Classes: the type objects themselves, their method resolution order, versions for the inline caches, and the
//! declaration of builtin types.

use super::dict::Dict;
use super::header::{Header, Kind, Layout, Mut, Object, SUBCLASS};
use super::instance::{Attributes, Shape};
use super::value::Value;
use crate::object;
use crate::vm::native::{Advance, Getter, Native, NativeNext};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;

/// A class.
#[repr(C)]
pub struct Class {
    pub header: Header,
    /// `__name__`, a str.
    pub name: Mut<Value>,
    /// `__qualname__`, a str.
    pub qualified_name: Mut<Value>,
    /// `__bases__`.
    pub bases: Mut<Vec<Value>>,
    /// The method resolution order without the class itself; all of it where [`CLASS_OWN_ORDER`] says so.
    pub ancestors: Mut<Vec<Value>>,
    /// How often bases and resolution order were set: who has Python code run in between sees whether it did so too.
    pub base_changes: Cell<u32>,
    pub order_changes: Cell<u32>,
    /// The namespace: a dict with interned names.
    pub dict: Value,
    /// Layout of the instances' fixed part.
    pub layout: &'static Layout,
    /// Where instances keep their [`Attributes`], in bytes from the header; 0: instances have none;
    /// [`BEHIND_VARIABLE_PART`]: after the variable part.
    pub attribute_offset: Cell<usize>,
    /// Attribute slots to reserve inside new instances: grows with what instances were seen to need.
    pub inline_slots: Cell<u16>,
    pub flags: Cell<u32>,
    /// Instances have `__del__`.
    pub has_finalizer: Cell<bool>,
    /// Changes whenever the class or an ancestor changes; never the same for two classes.
    pub version: Cell<u64>,
    /// Classes that have this one among their bases; they take themselves out when they die.
    pub subclasses: Mut<Vec<*const Class>>,
    /// Shape of an instance without attributes; `__slots__` come first in it.
    pub root_shape: Mut<Option<Box<Shape>>>,
    /// As that, of instances with fewer inline slots.
    #[allow(clippy::vec_box)] // shapes are pointed to
    pub older_shapes: Mut<Vec<Box<Shape>>>,
    /// The descriptors of a heap class that know it as their owner, until it dies: what they know is not counted.
    pub own_descriptors: Mut<Vec<Value>>,
    /// How to take the next item from an instance without calling Python.
    pub native_next: Cell<Option<NativeNext>>,
    /// How the builtin type that the layout comes from takes the next item through Python code.
    pub native_advance: Cell<Option<Advance>>,
    /// Looked-up special methods, by `Name` number; valid for `special_version`.
    pub specials: Mut<Option<Box<[Option<Value>]>>>,
    pub special_version: Cell<u64>,
    /// The `__init__` that is all there is to making an instance (a function's word, borrowed; undefined: there is more to it); valid
    /// for `simple_init_version`.
    pub simple_init: Cell<u64>,
    pub simple_init_version: Cell<u64>,
}

object!(
    Class,
    Kind::Class,
    "type",
    |this, visit| {
        visit(&this.dict);
        this.bases.get().iter().for_each(&mut *visit);
        this.ancestors.get().iter().for_each(&mut *visit);
        this.own_descriptors.get().iter().for_each(&mut *visit);
        this.root_shape.get().iter().chain(this.older_shapes.get()).for_each(|shape| shape.traverse(visit));
        if let Some(specials) = this.specials.get() {
            specials.iter().flatten().for_each(&mut *visit);
        }
    },
    |this| {
        drop(this.specials.take());
        if let Some(dict) = this.dict.get::<Dict>() {
            Object::clear(dict);
        }
        if this.has(CLASS_OWN_ORDER) {
            // The order may list the class itself.
            this.flags.set(this.flags.get() & !CLASS_OWN_ORDER);
            drop(this.ancestors.take());
        }
        this.leave_bases();
    }
);

/// `Class::flags`: made by a class statement (or `type()`).
pub const CLASS_HEAP: u32 = 1;
/// `Class::flags`: may not be a base ("type 'X' is not an acceptable base type").
pub const CLASS_FINAL: u32 = 2;
/// `Class::flags`: instances have a `__dict__`.
pub const CLASS_HAS_DICT: u32 = 4;
/// `Class::flags`: instances can be weakly referenced.
pub const CLASS_WEAKREFERABLE: u32 = 8;
/// `Class::flags`: has abstract methods; cannot be instantiated.
pub const CLASS_ABSTRACT: u32 = 16;
/// `Class::flags`: `X()` raises "cannot create 'X' instances".
pub const CLASS_NOT_CALLABLE: u32 = 32;
/// `Class::flags`: instances match as sequences in patterns (`collections.abc.Sequence`).
pub const CLASS_SEQUENCE: u32 = 64;
/// `Class::flags`: instances match as mappings in patterns.
pub const CLASS_MAPPING: u32 = 128;
/// `Class::flags`: instances that a class pattern with one positional sub-pattern matches as a whole (int, str, ..).
pub const CLASS_MATCH_SELF: u32 = 256;
/// `Class::flags`: the order of resolution is what a metaclass's `mro()` gave, and `ancestors` is all of it; empty: it is being asked.
pub const CLASS_OWN_ORDER: u32 = 512;

/// `Class::attribute_offset`: the fixed part varies in size; the attributes follow it.
pub const BEHIND_VARIABLE_PART: usize = 1;

/// Bytes of a str, tuple or bytes, rounded up for what follows.
pub(crate) fn variable_extent(object: &Header) -> usize {
    // SAFETY: the kind tells the layout.
    let extent = unsafe {
        match object.kind() {
            Kind::Str => (*(object as *const Header as *const super::str::Str)).extent(),
            Kind::Bytes => (*(object as *const Header as *const super::bytes::Bytes)).extent(),
            Kind::Tuple => size_of::<super::tuple::Tuple>() + (*(object as *const Header as *const super::tuple::Tuple)).length * size_of::<Value>(),
            _ => object.class().layout.size,
        }
    };
    extent.next_multiple_of(8)
}

impl Class {
    pub fn has(&self, flag: u32) -> bool {
        self.flags.get() & flag != 0
    }

    /// Is this class `other` or derived from it (by method resolution order)?
    pub fn is_subclass_of(&self, other: &Class) -> bool {
        core::ptr::eq(self, other) && (!self.has(CLASS_OWN_ORDER) || self.is_unordered())
            || self.ancestors.get().iter().any(|class| class.bits() == other as *const Class as usize as u64)
    }

    /// The class and its ancestors, in method resolution order.
    pub fn mro(&self) -> impl Iterator<Item = &Class> {
        let this = if self.has(CLASS_OWN_ORDER) { None } else { Some(self) };
        this.into_iter().chain(self.ancestors.get().iter().filter_map(|class| class.get::<Class>()))
    }

    /// Is a metaclass's `mro()` about to say the order of resolution, for the first time?
    pub fn is_unordered(&self) -> bool {
        self.has(CLASS_OWN_ORDER) && self.ancestors.get().is_empty()
    }

    /// The namespace.
    pub fn namespace(&self) -> &Dict {
        // SAFETY: `dict` is set to a dict at construction and never changes.
        unsafe { self.dict.get_unchecked::<Dict>() }
    }

    /// The attribute `name` (an interned str) as the class statement or an ancestor's defined it; no descriptors applied.
    pub fn lookup(&self, name: &Value) -> Option<Value> {
        self.mro().find_map(|class| class.namespace().get_interned(name))
    }

    /// As [`Class::lookup`], with the class where it was found.
    pub fn lookup_with_owner(&self, name: &Value) -> Option<(Value, &Class)> {
        self.mro().find_map(|class| class.namespace().get_interned(name).map(|value| (value, class)))
    }

    /// Gives its bases up, who forget it: what they know of their subclasses is not counted.
    fn leave_bases(&self) {
        let bases = self.bases.take();
        for base in bases.iter().filter_map(|base| base.get::<Class>()) {
            base.subclasses.get_mut().retain(|&class| !core::ptr::eq(class, self));
        }
    }

    pub(crate) fn instance_flags(&self) -> u8 {
        if self.has(CLASS_HEAP) { SUBCLASS } else { 0 }
    }

    /// Bytes that instances need for their attributes.
    pub(crate) fn attribute_bytes(&self) -> usize {
        size_of::<Attributes>() + self.inline_slots.get() as usize * size_of::<Value>()
    }

    /// The attributes of an instance of this class.
    #[inline(always)]
    pub fn attributes_of<'o>(&self, object: &'o Header) -> Option<&'o Attributes> {
        let offset = match self.attribute_offset.get() {
            0 => return None,
            BEHIND_VARIABLE_PART => variable_extent(object),
            offset => offset,
        };
        // SAFETY: instances of a class with an attribute offset were allocated with attributes there.
        Some(unsafe { &*((object as *const Header as *const u8).add(offset) as *const Attributes) })
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        self.leave_bases();
        for descriptor in self.own_descriptors.get() {
            if let Some(owner) = super::descriptor::owner_cell(descriptor) {
                owner.set(ClassRefCell::default());
            }
        }
    }
}

/// The module of types that have no `__module__` of their own.
pub const BUILTINS: &str = "builtins";

/// A builtin type, declared once: `Vm::add_type` makes its class.
pub struct TypeSpec {
    pub name: &'static str,
    /// `__module__`; "builtins" for builtin ones.
    pub module: &'static str,
    /// None: `object`.
    pub base: Option<&'static TypeSpec>,
    pub layout: &'static Layout,
    /// `CLASS_*` flags.
    pub flags: u32,
    pub doc: &'static str,
    /// Methods, static and class methods, `__new__`, special methods.
    pub natives: &'static [Native],
    /// Attributes computed natively.
    pub getters: &'static [Getter],
    /// How to take the next item without an [`crate::vm::native::Action`], for iterators.
    pub next: Option<NativeNext>,
    /// How the next item is taken where Python code must run for it.
    pub advance: Option<Advance>,
}

impl TypeSpec {
    /// A type with nothing in it yet; for struct update syntax.
    pub const fn new(name: &'static str, layout: &'static Layout) -> TypeSpec {
        TypeSpec { name, module: BUILTINS, base: None, layout, flags: 0, doc: "", natives: &[], getters: &[], next: None, advance: None }
    }
}

/// The class that a native or a descriptor belongs to: the class owns it, so the pointer is not counted.
#[derive(Clone, Copy, Default)]
pub struct ClassRefCell(Option<core::ptr::NonNull<Class>>);

impl ClassRefCell {
    pub fn new(class: &Class) -> ClassRefCell {
        ClassRefCell(Some(core::ptr::NonNull::from(class)))
    }

    /// The class; None for natives of modules.
    pub fn get(&self) -> Option<&Class> {
        // SAFETY: builtin classes live as long as the VM; heap classes make themselves unknown to their descriptors when they die.
        self.0.map(|class| unsafe { class.as_ref() })
    }

    /// Is it this class? Safe even when the owner is gone.
    pub fn is(&self, class: &Class) -> bool {
        self.0.is_some_and(|owner| core::ptr::eq(owner.as_ptr(), class))
    }
}
