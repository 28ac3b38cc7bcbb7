//! Attributes of instances: a slot array described by a shape that all instances with the same attributes in the same
//! order share. A `__dict__` is made only when somebody asks for it; the attributes live there from then on.

use super::class::{BEHIND_VARIABLE_PART, CLASS_HAS_DICT, Class, variable_extent};
use super::dict::Dict;
use super::header::{Header, Kind, Mut};
use super::value::Value;
use crate::heap::Heap;
use crate::object;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use hashbrown::HashMap;

/// A plain object: nothing but its attributes, which follow it in memory if its class allows any.
#[repr(C)]
pub struct Instance {
    pub header: Header,
}

object!(Instance, Kind::Instance, "object", |this, visit| {});

/// Names that have a hash index beyond this count.
const LINEAR_NAMES: usize = 8;
/// Beyond so many attributes an instance keeps a dict.
const MOST_SLOTS: usize = 255;

/// The names and slots of an instance's attributes. Part of its class's tree of shapes.
pub struct Shape {
    parent: *const Shape,
    /// Names (interned strs) in slot order, the parents' included.
    names: Vec<Value>,
    /// The first slots are `__slots__`, not part of `__dict__`.
    pub slot_names: usize,
    /// The slots that were reserved inside the instances which have a shape of this tree: all alike, so that an inline cache
    /// that knows the shape knows where the slot is.
    inline_slots: u16,
    index: Option<HashMap<u64, u16, foldhash::fast::FixedState>>,
    /// Only the `__slots__` are in slots; the other attributes are in the `__dict__`.
    pub in_dict: bool,
    /// Boxed: shapes are pointed to, and must not move when there are more of them.
    #[allow(clippy::vec_box)]
    children: Mut<Vec<Box<Shape>>>,
}

impl Shape {
    /// The root of a tree of a class's shapes, with the names of `__slots__`.
    pub fn root(slots: Vec<Value>, inline_slots: u16) -> Box<Shape> {
        let slot_names = slots.len();
        Shape::with(core::ptr::null(), slots, slot_names, inline_slots)
    }

    fn with(parent: *const Shape, names: Vec<Value>, slot_names: usize, inline_slots: u16) -> Box<Shape> {
        let index = if names.len() > LINEAR_NAMES { Some(names.iter().enumerate().map(|(slot, name)| (name.bits(), slot as u16)).collect()) } else { None };
        Box::new(Shape { parent, names, slot_names, inline_slots, index, in_dict: false, children: Mut::default() })
    }

    /// Slot of `name`, an interned str.
    #[inline]
    pub fn slot(&self, name: &Value) -> Option<usize> {
        match &self.index {
            None => self.names.iter().position(|known| known.is(name)),
            Some(index) => index.get(&name.bits()).map(|&slot| slot as usize),
        }
    }

    pub fn names(&self) -> &[Value] {
        &self.names
    }

    /// The shape with the same `__slots__` whose other attributes are in a dict.
    fn with_dict(&self) -> &Shape {
        let mut root = self;
        // SAFETY: parents live as long as the class's tree.
        while let Some(parent) = unsafe { root.parent.as_ref() } {
            root = parent;
        }
        let children = root.children.get_mut();
        let position = match children.iter().position(|child| child.in_dict) {
            Some(position) => position,
            None => {
                let mut shape = Shape::with(root, root.names.clone(), root.slot_names, root.inline_slots);
                shape.in_dict = true;
                children.push(shape);
                children.len() - 1
            }
        };
        &children[position]
    }

    /// The shape after adding `name`.
    fn add(&self, name: &Value) -> &Shape {
        if let Some(position) = self.children.get().iter().position(|child| !child.in_dict && child.names.last().is_some_and(|last| last.is(name))) {
            return &self.children.get()[position];
        }
        let mut names = self.names.clone();
        names.push(name.clone());
        let children = self.children.get_mut();
        children.push(Shape::with(self, names, self.slot_names, self.inline_slots));
        let last = children.len() - 1;
        &children[last]
    }

    pub fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        // Names are strings, which take no part in cycles; visiting them all keeps the collector's counts exact.
        self.names.iter().for_each(&mut *visit);
        for child in self.children.get() {
            child.traverse(visit);
        }
    }
}

/// The root of a new tree of shapes, for the instances with more inline slots than those so far.
#[cold]
fn renew_root(class: &Class) -> *const Shape {
    let Some(old) = class.root_shape.take() else { return core::ptr::null() };
    let root = Shape::root(old.names.clone(), class.inline_slots.get());
    class.older_shapes.get_mut().push(old);
    let shape = &*root as *const Shape;
    class.root_shape.set(Some(root));
    shape
}

/// An instance's attributes: shape, then either a dict or overflow slots, then the inline slots.
#[repr(C)]
pub struct Attributes {
    /// Null: the attributes are in the dict.
    pub shape: Cell<*const Shape>,
    /// With a shape: slots beyond the inline ones. Without: the `__dict__`.
    rest: Mut<Rest>,
}

enum Rest {
    None,
    /// Boxed, so that the enum is two words: nearly all instances have none.
    #[allow(clippy::box_collection)]
    Slots(Box<Vec<Value>>),
    Dict(Value),
}

impl Attributes {
    /// # Safety
    /// `this` points to memory for the class's `attribute_bytes`.
    pub(crate) unsafe fn initialize(this: *mut Attributes, class: &Class) {
        let shape = match class.root_shape.get() {
            Some(shape) if shape.inline_slots == class.inline_slots.get() => &**shape as *const Shape,
            Some(_) => renew_root(class),
            None => core::ptr::null(),
        };
        // SAFETY: the caller vouches for the room.
        unsafe {
            this.write(Attributes { shape: Cell::new(shape), rest: Mut::new(Rest::None) });
            let slots = this.add(1) as *mut u64;
            for slot in 0..class.inline_slots.get() as usize {
                slots.add(slot).write(super::value::bits::UNDEFINED);
            }
        }
    }

    #[inline(always)]
    fn inline(&self) -> *mut Value {
        // SAFETY: inline slots follow the struct.
        unsafe { (self as *const Attributes).add(1) as *mut Value }
    }

    /// Number of inline slots of this instance, from the size of its memory.
    fn inline_count(&self, object: &Header) -> usize {
        let start = match object.class().attribute_offset.get() {
            BEHIND_VARIABLE_PART => variable_extent(object),
            offset => offset,
        };
        let offset = start + size_of::<Attributes>();
        // The cell may be larger than what was asked for and initialized: only the slots the shape uses are ever read.
        (Heap::capacity(object) - offset) / size_of::<Value>()
    }

    /// The slot's address, for the inline caches: None if it is not inline.
    #[inline]
    pub fn inline_slot(&self, object: &Header, slot: usize) -> Option<*mut Value> {
        // SAFETY: within the inline slots.
        if slot < self.inline_count(object) { Some(unsafe { self.inline().add(slot) }) } else { None }
    }

    /// The inline slot.
    ///
    /// # Safety
    /// `slot` is used by the shape and is inline.
    #[inline(always)]
    pub unsafe fn inline_slot_unchecked(&self, slot: usize) -> *mut Value {
        // SAFETY: the caller vouches.
        unsafe { self.inline().add(slot) }
    }

    #[allow(clippy::mut_from_ref)] // one of the instance's slots, under the rule of `Mut`
    fn slot_mut(&self, object: &Header, slot: usize) -> Option<&mut Value> {
        let inline = self.inline_count(object);
        if slot < inline {
            // SAFETY: an initialized inline slot of this instance; no other reference to it is alive (see Mut).
            Some(unsafe { &mut *self.inline().add(slot) })
        } else {
            match self.rest.get_mut() {
                Rest::Slots(slots) => slots.get_mut(slot - inline),
                _ => None,
            }
        }
    }

    /// The shape, unless the attributes are in a dict.
    #[inline(always)]
    pub fn shape(&self) -> Option<&Shape> {
        // SAFETY: shapes live as long as their class, which the instance keeps alive.
        unsafe { self.shape.get().as_ref() }
    }

    /// The `__dict__`, if it was asked for.
    pub fn dict(&self) -> Option<&Dict> {
        match self.rest.get() {
            Rest::Dict(dict) => dict.get::<Dict>(),
            _ => None,
        }
    }

    /// The value in `slot` (a `__slots__` member or a cached attribute), undefined if unset.
    pub fn slot(&self, object: &Header, slot: usize) -> Option<Value> {
        self.slot_mut(object, slot).map(|value| value.clone()).filter(|value| !value.is_undefined())
    }

    /// Stores into `slot` of the shape; the old value is returned.
    pub fn set_slot(&self, object: &Header, slot: usize, value: Value) -> Value {
        match self.slot_mut(object, slot) {
            Some(place) => core::mem::replace(place, value),
            None => value,
        }
    }

    /// The attribute `name` (interned) of `object`. `__slots__` are reached only through their descriptors.
    pub fn get(&self, object: &Header, name: &Value) -> Option<Value> {
        match self.shape() {
            Some(shape) if !shape.in_dict => {
                let slot = shape.slot(name).filter(|&slot| slot >= shape.slot_names)?;
                self.slot(object, slot)
            }
            _ => self.dict()?.get_interned(name),
        }
    }

    /// Sets the attribute; false if the class gives its instances no `__dict__`. The old value is dropped.
    pub fn set(&self, object: &Header, name: &Value, value: Value) -> bool {
        let Some(shape) = self.shape().filter(|shape| !shape.in_dict) else {
            let Some(dict) = self.dict() else { return false };
            drop(dict.set_interned(name, value));
            return true;
        };
        if let Some(slot) = shape.slot(name).filter(|&slot| slot >= shape.slot_names) {
            drop(self.set_slot(object, slot, value));
            return true;
        }
        let class = object.class();
        if !class.has(CLASS_HAS_DICT) {
            return false;
        }
        if shape.names.len() >= MOST_SLOTS {
            return false;
        }
        self.push(object, shape.add(name), value);
        true
    }

    /// Appends the value of the shape's last name.
    pub fn push(&self, object: &Header, shape: &Shape, value: Value) {
        let slot = shape.names.len() - 1;
        let inline = self.inline_count(object);
        if slot < inline {
            // SAFETY: an inline slot that the old shape did not use: it holds nothing that must be dropped.
            unsafe { self.inline().add(slot).write(value) };
        } else {
            if let Rest::None = self.rest.get() {
                *self.rest.get_mut() = Rest::Slots(Box::default());
            }
            if let Rest::Slots(slots) = self.rest.get_mut() {
                slots.resize(slot - inline, Value::UNDEFINED);
                slots.push(value);
            }
        }
        let class = object.class();
        if slot >= class.inline_slots.get() as usize {
            class.inline_slots.set(slot as u16 + 1);
        }
        self.shape.set(shape);
    }

    /// Deletes the attribute; false if there is none.
    pub fn delete(&self, object: &Header, name: &Value) -> bool {
        let Some(shape) = self.shape().filter(|shape| !shape.in_dict) else {
            return self.dict().is_some_and(|dict| dict.delete_interned(name).is_some());
        };
        let Some(slot) = shape.slot(name).filter(|&slot| slot >= shape.slot_names) else { return false };
        let mut values: Vec<Value> = Vec::new();
        let old_names: Vec<Value> = shape.names.clone();
        for index in slot..old_names.len() {
            values.push(self.set_slot(object, index, Value::UNDEFINED));
        }
        // Back to the shape before the deleted name, then the later ones again in their order.
        let mut before = shape;
        while before.names.len() > slot {
            // SAFETY: parents live as long as the class's tree; a shape with names has one.
            let Some(parent) = (unsafe { before.parent.as_ref() }) else { break };
            before = parent;
        }
        if let Rest::Slots(slots) = self.rest.get_mut() {
            slots.truncate(slot.saturating_sub(self.inline_count(object)));
        }
        self.shape.set(before);
        let mut values = values.into_iter();
        let deleted = values.next();
        for (name, value) in old_names.iter().skip(slot + 1).zip(values) {
            if let Some(shape) = self.shape() {
                self.push(object, shape.add(name), value);
            }
        }
        deleted.is_some_and(|value| !value.is_undefined())
    }

    /// Names and values, `__slots__` left out, in order of definition.
    pub fn items(&self, object: &Header) -> Vec<(Value, Value)> {
        match self.shape() {
            Some(shape) if !shape.in_dict => {
                shape.names.iter().enumerate().skip(shape.slot_names).filter_map(|(slot, name)| Some((name.clone(), self.slot(object, slot)?))).collect()
            }
            _ => self.dict().map(|dict| dict.items()).unwrap_or_default(),
        }
    }

    /// `dict` is the `__dict__` from now on, and has the attributes; what the instance held is dropped. `__slots__` stay.
    pub fn adopt_dict(&self, object: &Header, dict: Value) {
        let mut old: Vec<Value> = Vec::new();
        if let Some(shape) = self.shape().filter(|shape| !shape.in_dict) {
            for slot in shape.slot_names..shape.names.len() {
                old.push(self.set_slot(object, slot, Value::UNDEFINED));
            }
            // The slots are inline: every instance has room for its class's `__slots__`.
            self.shape.set(if shape.slot_names > 0 { shape.with_dict() } else { core::ptr::null() });
        }
        let rest = self.rest.replace(Rest::Dict(dict));
        drop((rest, old));
    }

    /// The instance becomes one of `class`, which has the same `__slots__`; other attributes are in a dict, if it may have any.
    pub fn take_shape_of(&self, class: &Class) {
        if let (Some(shape), Some(root)) = (self.shape(), class.root_shape.get()) {
            let shape: &Shape = if shape.in_dict { root.with_dict() } else { root };
            self.shape.set(shape);
        }
    }

    /// Calls back for each value held.
    pub fn traverse(&self, object: &Header, visit: &mut dyn FnMut(&Value)) {
        if let Some(shape) = self.shape() {
            for slot in 0..shape.names.len() {
                if let Some(value) = self.slot_mut(object, slot) {
                    visit(value);
                }
            }
        }
        if let Rest::Dict(dict) = self.rest.get() {
            visit(dict);
        }
    }

    /// Drops every attribute.
    pub fn clear(&self, object: &Header) {
        if let Some(shape) = self.shape() {
            for slot in 0..shape.names.len() {
                drop(self.set_slot(object, slot, Value::UNDEFINED));
            }
        }
        if let Rest::Dict(_) = self.rest.get() {
            drop(self.rest.replace(Rest::None));
        }
    }

    pub(crate) fn drop_in_place(&self, object: &Header) {
        self.clear(object);
        drop(self.rest.replace(Rest::None));
    }
}
