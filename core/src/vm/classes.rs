//! Making classes: the builtin ones when the VM starts, and those of class statements. Versions and special methods.

use super::native::{Binding, Getter, Native};
use super::{ClassRef, Name, Res, Vm};
use crate::object::class::{
    BEHIND_VARIABLE_PART, BUILTINS, CLASS_ABSTRACT, CLASS_HAS_DICT, CLASS_HEAP, CLASS_MAPPING, CLASS_OWN_ORDER, CLASS_SEQUENCE, CLASS_WEAKREFERABLE, Class, ClassRefCell,
    TypeSpec,
};
use crate::object::descriptor::{GetSetDescriptor, MemberDescriptor};
use crate::object::descriptor_types;
use crate::object::dict::Dict;
use crate::object::exception::{Ex, Exception};
use crate::object::function::NativeFunction;
use crate::object::header::{Kind, Layout, Mut, Object};
use crate::object::instance::{Instance, Shape};
use crate::object::object_type;
use crate::object::str::Str;
use crate::object::value::Value;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// Inline attribute slots of a new class, before any instance was seen.
const FIRST_INLINE_SLOTS: u16 = 4;

/// Everything needed to make a class.
pub struct ClassParts<'a> {
    pub metaclass: ClassRef,
    pub name: Value,
    pub bases: Vec<Value>,
    /// The namespace, a dict of which the class becomes the owner.
    pub namespace: Value,
    pub layout: &'static Layout,
    pub flags: u32,
    /// Names of new `__slots__`.
    pub slots: Vec<Value>,
    pub qualified_name: Option<&'a Value>,
}

impl Vm {
    /// A dict for a namespace before the class `dict` exists is impossible: the first classes are made in [`Vm::bootstrap`].
    fn allocate_class(&mut self, metaclass: &Class, name: Value, dict: Value, layout: &'static Layout, flags: u32) -> Value {
        let version = self.fresh_version();
        let qualified = name.clone();
        self.heap.new_object(metaclass, |header| Class {
            header,
            name: Mut::new(name),
            qualified_name: Mut::new(qualified),
            bases: Mut::default(),
            ancestors: Mut::default(),
            base_changes: Cell::new(0),
            order_changes: Cell::new(0),
            dict,
            layout,
            attribute_offset: Cell::new(0),
            inline_slots: Cell::new(FIRST_INLINE_SLOTS),
            flags: Cell::new(flags),
            has_finalizer: Cell::new(false),
            version: Cell::new(version),
            subclasses: Mut::default(),
            root_shape: Mut::new(None),
            older_shapes: Mut::default(),
            own_descriptors: Mut::default(),
            native_next: Cell::new(None),
            native_advance: Cell::new(None),
            specials: Mut::new(None),
            special_version: Cell::new(0),
            simple_init: Cell::new(crate::object::value::bits::UNDEFINED),
            simple_init_version: Cell::new(0),
        })
    }

    /// Makes the classes that everything else needs: `type`, `object`, `str`, `dict`, `tuple`, then the declared types and exceptions.
    pub(crate) fn bootstrap(&mut self) {
        // `type` is an instance of itself: its header is patched once it exists.
        let placeholder = alloc::alloc::Layout::new::<Class>();
        // SAFETY: a zeroed Class is only looked at for its attribute offset, flags and count while the first classes are made.
        let zeroed = unsafe { alloc::alloc::alloc_zeroed(placeholder) } as *const Class;
        if zeroed.is_null() {
            alloc::alloc::handle_alloc_error(placeholder);
        }
        // SAFETY: just allocated.
        let nobody = unsafe { &*zeroed };
        let new_dict = |vm: &mut Vm| vm.heap.new_object(nobody, Dict::empty);
        let make = |vm: &mut Vm, layout: &'static Layout, flags| {
            let dict = new_dict(vm);
            vm.allocate_class(nobody, Value::NONE, dict, layout, flags)
        };
        let type_class = make(self, Class::LAYOUT, CLASS_HAS_DICT | CLASS_WEAKREFERABLE);
        let object_class = make(self, Instance::LAYOUT, 0);
        let dict_class = make(self, Dict::LAYOUT, 0);
        let str_class = make(self, Str::LAYOUT, 0);
        let tuple_class = make(self, crate::object::tuple::Tuple::LAYOUT, 0);
        let first = [&type_class, &object_class, &dict_class, &str_class, &tuple_class];
        for class in first {
            // SAFETY: all five are classes.
            let object = unsafe { class.get_unchecked::<Class>() };
            for (header, target) in [(class.header(), &type_class), (object.dict.header(), &dict_class)] {
                if let Some(header) = header {
                    header.class_cell().set(target.bits() as usize as *const Class);
                    if let Some(target) = target.header() {
                        target.retain();
                    }
                }
            }
        }
        // SAFETY: nothing points to it any more.
        unsafe { alloc::alloc::dealloc(zeroed as *mut u8, placeholder) };
        for class in first {
            // SAFETY: all five are classes.
            let layout = unsafe { class.get_unchecked::<Class>() }.layout;
            self.kinds[layout.kind as usize] = Some(class.clone());
        }
        self.names = Vec::with_capacity(Name::TEXTS.len());
        for text in Name::TEXTS {
            let name = self.intern(text);
            self.names.push(name);
        }
        for code in 0..=127u8 {
            // SAFETY: one ASCII byte.
            let character = unsafe { self.new_str_from_parts(&[code], 1, 0) };
            let character = self.intern_value(&character);
            self.characters.push(character);
        }
        let empty = self.name(Name::Empty).clone();
        self.characters.push(empty);
        // SAFETY: no items.
        self.empty_tuple = Some(unsafe { self.new_tuple_from_raw(core::ptr::dangling(), 0) });

        // The computed attributes and natives of the first types are objects themselves: their classes exist before, nameless.
        let early: [&'static TypeSpec; 2] = [&descriptor_types::GETSET_DESCRIPTOR, &crate::object::function_types::NATIVE_FUNCTION];
        for spec in early {
            let dict = self.new_dict();
            let metaclass = self.class::<Class>();
            let class = self.allocate_class(&metaclass, Value::NONE, dict, spec.layout, spec.flags);
            self.specs.insert(spec as *const TypeSpec as usize, class.clone());
            if spec.layout.kind == Kind::Other {
                self.layouts.insert(spec.layout as *const Layout as usize, class);
            } else {
                self.kinds[spec.layout.kind as usize] = Some(class);
            }
        }
        let known: [(&'static TypeSpec, &Value); 2] = [(&object_type::OBJECT, &object_class), (&object_type::TYPE, &type_class)];
        for (spec, class) in known {
            self.finish_type(spec, class.clone());
        }
        for spec in early {
            let class = self.class_from_spec(spec);
            self.finish_type(spec, class);
        }
        for spec in crate::object::types::TYPES {
            self.class_from_spec(spec);
        }
        for class in first {
            // A type whose room is not declared still needs a name and a base.
            // SAFETY: all five are classes.
            if unsafe { class.get_unchecked::<Class>() }.name.get().is_none() {
                let layout = unsafe { class.get_unchecked::<Class>() }.layout;
                let name = self.intern(layout.name);
                self.initialize_class(class, name, Vec::from([object_class.clone()]), Vec::new());
            }
        }
        self.make_exception_classes();
    }

    fn make_exception_classes(&mut self) {
        for (index, (name, base)) in Ex::TABLE.iter().enumerate() {
            let class = if index == 0 {
                self.class_from_spec(&crate::object::exception::BASE_EXCEPTION)
            } else {
                let spec = crate::object::exception::spec_of(Ex::ALL[index]);
                let base = self.exceptions[*base as usize].clone();
                let mut bases = Vec::from([base]);
                if *name == "ExceptionGroup" {
                    bases.push(self.exceptions[Ex::Exception as usize].clone());
                }
                let dict = self.new_dict();
                let metaclass = self.class::<Class>();
                let class = self.allocate_class(&metaclass, Value::NONE, dict, Exception::LAYOUT, CLASS_HAS_DICT | CLASS_WEAKREFERABLE);
                let text = self.intern(name);
                self.initialize_class(&class, text, bases, Vec::new());
                if let Some(spec) = spec {
                    self.fill_class(spec, &class);
                }
                class
            };
            self.exceptions.push(class);
        }
    }

    /// Makes the class of a declared builtin type.
    pub fn add_type(&mut self, spec: &'static TypeSpec) -> Value {
        let existing = self.kinds[spec.layout.kind as usize].clone().filter(|class| {
            spec.layout.kind != Kind::Other
                && class.get::<Class>().is_some_and(|class| core::ptr::eq(class.layout, spec.layout) && class.name.get().is_none())
                && !self.specs.values().any(|known| known.is(class))
        });
        let class = match existing {
            Some(class) => class,
            None => {
                let dict = self.new_dict();
                let metaclass = self.class::<Class>();
                self.allocate_class(&metaclass, Value::NONE, dict, spec.layout, spec.flags)
            }
        };
        self.finish_type(spec, class.clone());
        class
    }

    fn finish_type(&mut self, spec: &'static TypeSpec, class: Value) {
        self.specs.insert(spec as *const TypeSpec as usize, class.clone());
        let kind = spec.layout.kind;
        if kind == Kind::Other {
            self.layouts.entry(spec.layout as *const Layout as usize).or_insert(class.clone());
        } else if self.kinds[kind as usize].is_none() {
            self.kinds[kind as usize] = Some(class.clone());
        }
        let bases = if core::ptr::eq(spec, &crate::object::object_type::OBJECT) {
            Vec::new()
        } else {
            let base = spec.base.unwrap_or(&crate::object::object_type::OBJECT);
            Vec::from([self.class_from_spec(base)])
        };
        if let Some(object) = class.get::<Class>() {
            object.flags.set(object.flags.get() | spec.flags);
        }
        let name = self.intern(spec.name);
        self.initialize_class(&class, name, bases, Vec::new());
        self.fill_class(spec, &class);
        // Types whose instances have a module or doc string of their own have attributes for them.
        let computed = |name: &str| spec.getters.iter().any(|getter| getter.name == name);
        if spec.module != BUILTINS && !computed("__module__") {
            let module = self.intern(spec.module);
            self.set_class_item(&class, Name::Module, module);
        }
        if !computed("__doc__") {
            let doc = if spec.doc.is_empty() { Value::NONE } else { self.new_str(spec.doc) };
            self.set_class_item(&class, Name::Doc, doc);
        }
    }

    fn set_class_item(&mut self, class: &Value, name: Name, value: Value) {
        if let Some(class) = class.get::<Class>() {
            drop(class.namespace().set_interned(self.name(name), value));
        }
    }

    /// Enters natives and computed attributes.
    fn fill_class(&mut self, spec: &'static TypeSpec, class: &Value) {
        let Some(object) = class.get::<Class>() else { return };
        // Module and doc string come later.
        drop(object.namespace().reserve(self, spec.natives.len() + spec.getters.len() + 2));
        for native in spec.natives {
            let name = self.intern(native.name());
            let value = self.native_method(native, object);
            drop(object.namespace().set_interned(&name, value));
        }
        if !spec.getters.is_empty() {
            // Made now if it was not yet: `object` and `type` come before it.
            self.class_from_spec(&crate::object::descriptor_types::GETSET_DESCRIPTOR);
        }
        for getter in spec.getters {
            self.set_getter(object, getter);
        }
        if spec.next.is_some() {
            object.native_next.set(spec.next);
            object.native_advance.set(spec.advance);
        }
        if object.namespace().get_interned(self.name(Name::Eq)).is_some() && object.namespace().get_interned(self.name(Name::Hash)).is_none() {
            // As in CPython: a type that defines equality and no hash is not hashable.
            let hash = self.name(Name::Hash).clone();
            drop(object.namespace().set_interned(&hash, Value::NONE));
        }
    }

    /// Enters a computed attribute into a class.
    fn set_getter(&mut self, class: &Class, getter: &'static Getter) {
        let name = self.intern(getter.name);
        let (owner, owner_name) = (Cell::new(ClassRefCell::new(class)), class.name.get().clone());
        let value = self.new_object(|header| GetSetDescriptor { header, getter, owner, owner_name });
        if class.has(CLASS_HEAP) {
            class.own_descriptors.get_mut().push(value.clone());
        }
        drop(class.namespace().set_interned(&name, value));
    }

    /// A type's native method as the value in its namespace.
    fn native_method(&mut self, native: &'static Native, owner: &Class) -> Value {
        let class = match native.binding {
            Binding::Method if native.name().starts_with("__") => self.class_from_spec(&crate::object::object_type::WRAPPER_DESCRIPTOR),
            Binding::Method => self.class_from_spec(&crate::object::object_type::METHOD_DESCRIPTOR),
            Binding::Class => self.class_from_spec(&crate::object::object_type::CLASS_METHOD_DESCRIPTOR),
            _ => self.class_from_spec(&crate::object::function_types::NATIVE_FUNCTION),
        };
        let receiver = if native.binding == Binding::New { Value::from_object(owner) } else { Value::UNDEFINED };
        let owner = ClassRefCell::new(owner);
        // SAFETY: the values above are classes.
        let class = unsafe { class.get_unchecked::<Class>() };
        self.heap.new_object(class, |header| NativeFunction { header, native, receiver, owner, module: Value::NONE })
    }

    /// A module's native function.
    pub fn native_function(&mut self, native: &'static Native, module: &Value) -> Value {
        self.new_object(|header| NativeFunction { header, native, receiver: Value::UNDEFINED, owner: ClassRefCell::default(), module: module.clone() })
    }

    /// Name, bases, order of resolution and shape of a class whose namespace is filled or will be.
    fn initialize_class(&mut self, class: &Value, name: Value, bases: Vec<Value>, slots: Vec<Value>) {
        let Some(object) = class.get::<Class>() else { return };
        object.name.set(name.clone());
        object.qualified_name.set(name);
        let ancestors = merge_ancestors(&bases).unwrap_or_default();
        self.adopt_bases(object, bases, ancestors, slots);
    }

    /// Sets bases and ancestors, and what the class inherits from them natively: layout offsets, flags, native iteration.
    fn adopt_bases(&mut self, class: &Class, bases: Vec<Value>, ancestors: Vec<Value>, slots: Vec<Value>) {
        let mut inherited: Vec<Value> = Vec::new();
        let mut flags = class.flags.get();
        for base in bases.iter().filter_map(|base| base.get::<Class>()) {
            base.subclasses.get_mut().push(class);
            flags |= base.flags.get() & (CLASS_HAS_DICT | CLASS_WEAKREFERABLE);
            if class.native_next.get().is_none() {
                class.native_next.set(base.native_next.get());
            }
            if class.native_advance.get().is_none() {
                class.native_advance.set(base.native_advance.get());
            }
            class.inline_slots.set(class.inline_slots.get().max(base.inline_slots.get()));
            if let Some(shape) = base.root_shape.get()
                && shape.slot_names > inherited.len()
            {
                inherited = shape.names().to_vec();
            }
        }
        // What instances are for patterns, the first ancestor says that is anything.
        let kinds = |class: &Class| class.flags.get() & (CLASS_SEQUENCE | CLASS_MAPPING);
        if kinds(class) == 0 {
            flags |= ancestors.iter().chain(&bases).filter_map(|base| base.get::<Class>()).map(kinds).find(|&kinds| kinds != 0).unwrap_or(0);
        }
        class.flags.set(flags);
        self.set_instance_attributes(class, &bases);
        let first_slot = inherited.len();
        inherited.extend(slots.iter().cloned());
        let variable_sized = matches!(class.layout.kind, Kind::Str | Kind::Tuple | Kind::Bytes);
        let builtin_attributes = matches!(class.layout.kind, Kind::Exception | Kind::Instance) || class.layout.kind == Kind::Other && flags & CLASS_HAS_DICT != 0;
        let wants = flags & CLASS_HEAP != 0 || builtin_attributes;
        // Classes and modules have their namespaces themselves.
        let elsewhere = class.layout.kind == Kind::Class || class.layout.kind == Kind::Module && inherited.is_empty();
        if wants && (flags & CLASS_HAS_DICT != 0 || !inherited.is_empty()) && !elsewhere {
            class.attribute_offset.set(if variable_sized { BEHIND_VARIABLE_PART } else { class.layout.size.next_multiple_of(8) });
            class.inline_slots.set(class.inline_slots.get().max(inherited.len() as u16));
            if flags & CLASS_HAS_DICT == 0 {
                class.inline_slots.set(inherited.len() as u16);
            }
            class.root_shape.set(Some(Shape::root(inherited, class.inline_slots.get())));
        }
        class.bases.set(bases);
        class.ancestors.set(ancestors);
        for (index, name) in slots.into_iter().enumerate() {
            let (owner, owner_name) = (Cell::new(ClassRefCell::new(class)), class.name.get().clone());
            let value = self.new_object(|header| MemberDescriptor { header, name: name.clone(), owner, owner_name, slot: first_slot + index });
            class.own_descriptors.get_mut().push(value.clone());
            drop(class.namespace().set_interned(&name, value));
        }
    }

    /// Enters `__dict__` and `__weakref__`, where the class is the first whose instances have them.
    fn set_instance_attributes(&mut self, class: &Class, bases: &[Value]) {
        let inherited = |flag: u32| bases.iter().filter_map(|base| base.get::<Class>()).any(|base| base.has(flag));
        if class.has(CLASS_HAS_DICT) && !inherited(CLASS_HAS_DICT) && class.namespace().get_interned(self.name(Name::Dict)).is_none() {
            self.set_getter(class, &object_type::INSTANCE_DICT);
        }
        // All exceptions can be referred to weakly here; in CPython those of classes made in Python.
        let known = |base: &Class| base.has(CLASS_WEAKREFERABLE) && (base.has(CLASS_HEAP) || base.layout.kind != Kind::Exception);
        let first = class.has(CLASS_HEAP) && class.has(CLASS_WEAKREFERABLE) && !bases.iter().filter_map(|base| base.get::<Class>()).any(known);
        if first && class.namespace().get_interned(self.name(Name::WeakRef)).is_none() {
            self.set_getter(class, &object_type::INSTANCE_WEAK_REFERENCES);
        }
    }

    /// Makes a heap class from checked parts (`type.__new__` checks and finds the ancestors).
    pub fn make_class(&mut self, parts: ClassParts<'_>, ancestors: Vec<Value>) -> Value {
        let value = self.allocate_class(&parts.metaclass, parts.name.clone(), parts.namespace, parts.layout, parts.flags | CLASS_HEAP);
        // SAFETY: just made.
        let class = unsafe { value.get_unchecked::<Class>() };
        if let Some(name) = parts.qualified_name {
            class.qualified_name.set(name.clone());
        }
        self.adopt_bases(class, parts.bases, ancestors, parts.slots);
        self.refresh_class(class);
        value
    }

    /// `class.__bases__ = bases`, checked to be classes that do not derive from it.
    ///
    /// # Errors
    /// TypeError if instances would have to be laid out differently, or there is no order of resolution; what a metaclass's `mro()` raises.
    /// The class and what derives from it are then as before.
    pub fn rebase_class(&mut self, class: &Class, bases: Vec<Value>) -> Res<()> {
        let most_slots = |bases: &[Value]| bases.iter().filter_map(|base| base.get::<Class>()).map(slot_count).max().unwrap_or(0);
        let keeps = |flag: u32| class.has(flag) || !bases.iter().filter_map(|base| base.get::<Class>()).any(|base| base.has(flag));
        let fits = common_layout(&bases).is_some_and(|(layout, _)| core::ptr::eq(layout, class.layout))
            && most_slots(&bases) == most_slots(class.bases.get())
            && keeps(CLASS_HAS_DICT);
        if !fits {
            let name = |class: &Class| class.name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let (new, old) = (bases.first().and_then(|base| base.get::<Class>()).map(name), class.bases.get().first().and_then(|base| base.get::<Class>()).map(name));
            let message = format!("__bases__ assignment: '{}' object layout differs from '{}'", new.unwrap_or_default(), old.unwrap_or_default());
            return Err(self.type_error(&message));
        }
        let set_bases = |bases: Vec<Value>| {
            class.base_changes.set(class.base_changes.get().wrapping_add(1));
            class.bases.replace(bases)
        };
        let old = set_bases(bases.clone());
        let change = class.base_changes.get();
        let mut changed: Vec<ChangedOrder> = Vec::new();
        let result = self.renew_orders(class, &mut changed);
        if result.is_err() {
            for order in changed {
                let Some(class) = order.class.get::<Class>().filter(|class| class.order_changes.get() == order.change) else { continue };
                set_order(class, order.old_is_own, order.old);
            }
            if class.base_changes.get() == change {
                drop(set_bases(old.clone()));
            }
        }
        // An `mro()` may have set the bases too: each base lists the class if it is one now.
        let now: Vec<Value> = class.bases.get().clone();
        for base in old.iter().chain(&bases).filter_map(|base| base.get::<Class>()) {
            base.subclasses.get_mut().retain(|&known| !core::ptr::eq(known, class));
        }
        for base in now.iter().filter_map(|base| base.get::<Class>()) {
            if !base.subclasses.get().iter().any(|&known| core::ptr::eq(known, class)) {
                base.subclasses.get_mut().push(class);
            }
        }
        self.class_changed(class);
        result
    }

    /// After bases changed: the order of resolution of a class and of all that derive from it. What was changed is noted, to be undone.
    fn renew_orders(&mut self, class: &Class, changed: &mut Vec<ChangedOrder>) -> Res<()> {
        let before = class.order_changes.get();
        let (old_is_own, old) = (class.has(CLASS_OWN_ORDER), class.ancestors.get().clone());
        let (is_own, order) = match self.order_method(&ClassRef::of(class.header.class())) {
            None => match merge_ancestors(class.bases.get()) {
                Some(ancestors) => (false, ancestors),
                None => {
                    let bases = class.bases.get().clone();
                    return Err(self.inconsistent_order(&bases));
                }
            },
            Some(method) => {
                let this = Value::from_object(class);
                let action = super::ops::attribute::method_action(self, method, &this, &[])?;
                let order = self.run_action(action)?;
                let order = self.checked_order(class, &order)?;
                if class.order_changes.get() != before {
                    return Ok(());
                }
                order
            }
        };
        set_order(class, is_own, order);
        changed.push(ChangedOrder { class: Value::from_object(class), change: class.order_changes.get(), old_is_own, old });
        // SAFETY: a subclass takes itself off the list when it dies.
        let subclasses: Vec<Value> = class.subclasses.get().iter().map(|&subclass| unsafe { Value::from_object(&*subclass) }).collect();
        for subclass in subclasses.iter().filter_map(|subclass| subclass.get::<Class>()) {
            self.renew_orders(subclass, changed)?;
        }
        Ok(())
    }

    /// The `mro()` of a metaclass; None: that of `type`.
    pub(super) fn order_method(&mut self, metaclass: &Class) -> Option<Value> {
        let type_class = self.class::<Class>();
        if core::ptr::eq(&*type_class, metaclass) {
            return None;
        }
        let method = metaclass.lookup(self.name(Name::MroName))?;
        let is_default = method.get::<NativeFunction>().is_some_and(|native| native.owner.is(&type_class));
        if is_default { None } else { Some(method) }
    }

    /// What a metaclass's `mro()` returned, as `Class::ancestors` and whether that is all of the order.
    pub(super) fn checked_order(&mut self, class: &Class, order: &Value) -> Res<(bool, Vec<Value>)> {
        let mut order = match super::iterate::native_items(self, order)? {
            Some(items) => items,
            None => {
                let list = self.class::<crate::object::list::List>().value();
                let items = self.call(&list, core::slice::from_ref(order))?;
                super::iterate::native_items(self, &items)?.unwrap_or_default()
            }
        };
        for item in &order {
            let Some(ancestor) = item.get::<Class>() else {
                let kind = self.type_name(item);
                return Err(self.type_error(&format!("mro() returned a non-class ('{kind}')")));
            };
            let mut bases = Vec::from([Value::from_object(class)]);
            bases.push(item.clone());
            let fits = common_layout(&bases).is_some_and(|(layout, _)| core::ptr::eq(layout, class.layout)) && slot_count(ancestor) <= slot_count(class);
            if !fits {
                let name = super::execute::class_name(ancestor);
                return Err(self.type_error(&format!("mro() returned base with unsuitable layout ('{name}')")));
            }
        }
        let begins_with_it = order.iter().position(|item| item.is(&Value::from_object(class))) == Some(0);
        if begins_with_it {
            order.remove(0);
        }
        let again = order.iter().any(|item| item.is(&Value::from_object(class)));
        if begins_with_it && again {
            order.insert(0, Value::from_object(class));
        }
        Ok((!begins_with_it || again, order))
    }

    /// A new class has the order of resolution that a metaclass's `mro()` gave.
    pub(super) fn settle_order(&mut self, class: &Class, order: &Value) -> Res<()> {
        let (is_own, order) = self.checked_order(class, order)?;
        set_order(class, is_own, order);
        self.class_changed(class);
        Ok(())
    }

    /// TypeError: no order of resolution.
    #[cold]
    pub fn inconsistent_order(&mut self, bases: &[Value]) -> super::Raised {
        let names: Vec<alloc::string::String> =
            bases.iter().filter_map(|base| base.get::<Class>()?.name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned())).collect();
        self.type_error(&format!("Cannot create a consistent method resolution order (MRO) for bases {}", names.join(", ")))
    }

    /// Recomputes what the VM remembers about a class from its attributes: after creation and after changes.
    fn refresh_class(&mut self, class: &Class) {
        if class.has(CLASS_HEAP) {
            class.has_finalizer.set(class.lookup(self.name(Name::Del)).is_some());
            let next = class.lookup_with_owner(self.name(Name::Next)).map(|(_, owner)| (owner.has(CLASS_HEAP), owner.native_next.get()));
            match next {
                Some((false, native)) => class.native_next.set(native),
                _ => class.native_next.set(None),
            }
        }
        class.version.set(self.fresh_version());
    }

    /// To be called after an attribute of the class changed: inline caches for it and its subclasses are void.
    pub fn class_changed(&mut self, class: &Class) {
        self.refresh_class(class);
        let subclasses: Vec<*const Class> = class.subclasses.get().clone();
        for subclass in subclasses {
            // SAFETY: a subclass takes itself off the list when it dies.
            self.class_changed(unsafe { &*subclass });
        }
    }

    /// The special method `name` of the value's class, not bound.
    #[inline]
    pub fn lookup_special(&mut self, value: &Value, name: Name) -> Option<Value> {
        let class = self.class_of(value);
        self.class_special(&class, name)
    }

    /// The special method `name` of a class, found once per version of the class.
    pub fn class_special(&mut self, class: &Class, name: Name) -> Option<Value> {
        let number = name as usize;
        if number >= Name::SPECIALS {
            return class.lookup(self.name(name));
        }
        if class.special_version.get() != class.version.get() || class.specials.get().is_none() {
            let table: Vec<Option<Value>> = (0..Name::SPECIALS).map(|_| Some(Value::UNDEFINED)).collect();
            drop(class.specials.replace(Some(table.into_boxed_slice())));
            class.special_version.set(class.version.get());
        }
        let slot = class.specials.get_mut().as_mut()?.get_mut(number)?;
        if slot.as_ref().is_some_and(Value::is_undefined) {
            *slot = class.lookup(self.name(name));
        }
        slot.clone()
    }

    /// The class that this layout check wants: does `class` derive from the builtin class with T's layout?
    pub fn class_has_layout<T: Object>(&self, class: &Class) -> bool {
        core::ptr::eq(class.layout, T::LAYOUT)
    }

    /// TypeError unless all abstract methods are implemented.
    pub fn check_instantiable(&mut self, class: &Class) -> Res<()> {
        if !class.has(CLASS_ABSTRACT) {
            return Ok(());
        }
        let methods = class.lookup(self.name(Name::AbstractMethods));
        let mut names: Vec<alloc::string::String> = Vec::new();
        if let Some(set) = methods {
            for name in crate::vm::iterate::native_items(self, &set)?.unwrap_or_default() {
                names.extend(name.get::<Str>().map(|name| format!("'{}'", name.to_string_lossy())));
            }
        }
        names.sort();
        let class_name = class.name.get().get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let plural = if names.len() == 1 { "" } else { "s" };
        Err(self.type_error(&format!("Can't instantiate abstract class {class_name} without an implementation for abstract method{plural} {}", names.join(", "))))
    }
}

/// Instances of the class and of all that derive from it are for patterns what those of `model` are, if they are anything.
pub fn take_pattern_kind(model: &Class, class: &Class) {
    let all = CLASS_SEQUENCE | CLASS_MAPPING;
    let (kind, flags) = (model.flags.get() & all, class.flags.get());
    if kind == 0 || flags & all == kind || !class.has(CLASS_HEAP) {
        return;
    }
    class.flags.set(flags & !all | kind);
    for &subclass in class.subclasses.get() {
        // SAFETY: a subclass takes itself off the list when it dies.
        take_pattern_kind(model, unsafe { &*subclass });
    }
}

/// An order of resolution that was replaced.
struct ChangedOrder {
    class: Value,
    /// `order_changes` of the class after it.
    change: u32,
    old_is_own: bool,
    old: Vec<Value>,
}

fn set_order(class: &Class, is_own: bool, order: Vec<Value>) {
    let flags = class.flags.get();
    class.flags.set(if is_own { flags | CLASS_OWN_ORDER } else { flags & !CLASS_OWN_ORDER });
    class.order_changes.set(class.order_changes.get().wrapping_add(1));
    drop(class.ancestors.replace(order));
}

/// Number of `__slots__` of instances, inherited ones included.
fn slot_count(class: &Class) -> usize {
    class.root_shape.get().as_ref().map_or(0, |shape| shape.slot_names)
}

/// The method resolution order of a class with these bases, the class itself left out (C3). None: no consistent order.
pub fn merge_ancestors(bases: &[Value]) -> Option<Vec<Value>> {
    if let [base] = bases
        && let Some(class) = base.get::<Class>()
        && !class.has(CLASS_OWN_ORDER)
    {
        return Some(core::iter::once(base).chain(class.ancestors.get()).cloned().collect());
    }
    let mut sequences: Vec<Vec<Value>> =
        bases.iter().filter_map(|base| base.get::<Class>().map(|class| core::iter::once(base.clone()).chain(class.ancestors.get().iter().cloned()).collect())).collect();
    sequences.push(bases.to_vec());
    let mut merged: Vec<Value> = Vec::new();
    loop {
        sequences.retain(|sequence| !sequence.is_empty());
        if sequences.is_empty() {
            return Some(merged);
        }
        let candidate = sequences.iter().find_map(|sequence| {
            let head = sequence.first()?;
            let in_tail = sequences.iter().any(|other| other.iter().skip(1).any(|class| class.is(head)));
            if in_tail { None } else { Some(head.clone()) }
        })?;
        for sequence in &mut sequences {
            if sequence.first().is_some_and(|head| head.is(&candidate)) {
                sequence.remove(0);
            }
        }
        merged.push(candidate);
    }
}

/// The class in whose instances the memory layout of this class's instances was settled: the nearest one that added slots or is builtin.
fn layout_owner(class: &Class) -> &Class {
    let mut owner = class;
    loop {
        let base = owner
            .bases
            .get()
            .iter()
            .filter_map(|base| base.get::<Class>())
            .find(|base| slot_count(base) == slot_count(owner) && core::ptr::eq(base.layout, owner.layout));
        match base {
            Some(base) => owner = base,
            None => return owner,
        }
    }
}

/// May an instance of one class become one of the other, as far as `__slots__` go? They lie where the same class put them, or two classes
/// with the same base put the same ones.
pub fn same_slots(one: &Class, other: &Class) -> bool {
    let (one, other) = (layout_owner(one), layout_owner(other));
    let names = |class: &Class| class.root_shape.get().as_ref().map(|shape| shape.names().to_vec()).unwrap_or_default();
    let base = |class: &Class| class.bases.get().iter().max_by_key(|base| base.get::<Class>().map_or(0, slot_count)).cloned().unwrap_or(Value::NONE);
    let same_names = |one: &[Value], other: &[Value]| one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is(other));
    core::ptr::eq(one, other) || (slot_count(one) == 0 || base(one).is(&base(other))) && same_names(&names(one), &names(other))
}

/// Do two of the bases have instances with memory layouts that exclude each other, by their `__slots__`?
pub fn slots_conflict(bases: &[Value]) -> bool {
    let mut best: Option<&Class> = None;
    for base in bases.iter().filter_map(|base| base.get::<Class>()) {
        let owner = layout_owner(base);
        if owner.root_shape.get().as_ref().is_none_or(|shape| shape.slot_names == 0) {
            continue;
        }
        match best {
            None => best = Some(owner),
            Some(known) if known.is_subclass_of(owner) => {}
            Some(known) if owner.is_subclass_of(known) => best = Some(owner),
            Some(_) => return true,
        }
    }
    false
}

/// May instances of these classes share a layout? The most derived builtin layout among the bases, with the base that has it; None if
/// they conflict.
pub fn common_layout(bases: &[Value]) -> Option<(&'static Layout, Value)> {
    let mut best: Option<(&'static Layout, Value)> = None;
    for base in bases {
        let class = base.get::<Class>()?;
        match &best {
            None => best = Some((class.layout, base.clone())),
            Some((layout, _)) if core::ptr::eq(*layout, class.layout) => {}
            Some((layout, _)) if layout.kind == Kind::Instance => best = Some((class.layout, base.clone())),
            Some(_) if class.layout.kind == Kind::Instance => {}
            Some(_) => return None,
        }
    }
    best
}
