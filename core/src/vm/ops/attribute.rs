//! Attributes: lookup with descriptors, assignment, deletion, methods; their inline caches.

use super::super::execute::{class_name, text_of};
use super::super::step::site_state;
use super::super::{Action, ClassRef, Name, Raised, Res, Vm};
use super::imports;
use crate::code::isa::{CONSUME_A, CONSUME_B, HEADER_SLOTS, Instr, Special};
use crate::config::NATIVE_DEPTH_LIMIT;
use crate::object::class::Class;
use crate::object::code::Site;
use crate::object::descriptor::{ClassMethod, GetSetDescriptor, MemberDescriptor, Property, StaticMethod};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::{BoundMethod, Function, NativeFunction};
use crate::object::header::{Header, Kind};
use crate::object::module::Module;
use crate::object::super_object::Super;
use crate::object::value::Value;
use crate::vm::native::Binding;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Vm {
    /// AttributeError with its `name` and `obj`.
    #[cold]
    pub fn attribute_error(&mut self, object: &Value, name: &Value, message: &str) -> Raised {
        let message = self.new_str(message);
        let exception = crate::object::exception::create(self, Ex::AttributeError, Vec::from([message]));
        if let Some(exception) = exception.get::<crate::object::exception::Exception>() {
            crate::object::exception::set_name_and_object(exception, name.clone(), object.clone());
        }
        self.raise_value(exception)
    }

    /// AttributeError: there is no such attribute, in the words for the kind of object.
    #[cold]
    pub fn missing_attribute(&mut self, object: &Value, name: &Value) -> Raised {
        let text = text_of(name);
        let message = if let Some(class) = object.get::<Class>() {
            format!("type object '{}' has no attribute '{text}'", class_name(class))
        } else if let Some(module) = object.get::<Module>() {
            let known = |vm: &Vm, name| module.dict.get::<Dict>().and_then(|dict| dict.get_interned(vm.name(name)));
            match known(self, Name::Name) {
                Some(module_name) if module_name.kind() == Kind::Str => {
                    let spec = known(self, Name::Spec);
                    self.missing_in_module(&text_of(&module_name), spec, &text)
                }
                _ => format!("module has no attribute '{text}'"),
            }
        } else {
            format!("'{}' object has no attribute '{text}'", self.type_name(object))
        };
        self.attribute_error(object, name, &message)
    }

    /// What to say of a name that a module has not, or has not yet.
    fn missing_in_module(&mut self, module: &str, spec: Option<Value>, name: &str) -> String {
        const CIRCULAR: &str = "(most likely due to a circular import)";
        if let Some(spec) = spec.filter(|spec| imports::is_initializing(self, spec)) {
            let from = imports::file_of_spec(self, &spec).map(|file| format!(" from '{}'", text_of(&file))).unwrap_or_default();
            return format!("partially initialized module '{module}'{from} has no attribute '{name}' {CIRCULAR}");
        }
        let submodule = format!("{module}.{name}");
        if self.importing.iter().any(|importing| importing.name == submodule) {
            return format!("cannot access submodule '{name}' of module '{module}' {CIRCULAR}");
        }
        format!("module '{module}' has no attribute '{name}'")
    }

    /// `object.name`; `name` is an interned str.
    pub fn get_attribute(&mut self, object: &Value, name: &Value) -> Res<Action> {
        let class = self.class_of(object);
        if let Some(method) = self.attribute_hook(object, &class, Name::GetAttribute) {
            let action = method_action(self, method, object, core::slice::from_ref(name));
            return self.with_getattr_fallback(&class, object, name, action);
        }
        match self.find_attribute(object, &class, name) {
            Ok(Some(Action::Return(value))) => Ok(Action::Return(value)),
            Ok(Some(action)) => self.with_getattr_fallback(&class, object, name, Ok(action)),
            Err(raised) => self.with_getattr_fallback(&class, object, name, Err(raised)),
            Ok(None) => {
                if let Some(method) = self.class_special(&class, Name::GetAttr) {
                    return method_action(self, method, object, core::slice::from_ref(name));
                }
                if let Some(module) = object.get::<Module>()
                    && let Some(method) = module.dict.get::<Dict>().and_then(|dict| dict.get_interned(self.name(Name::GetAttr)))
                {
                    return Ok(Action::tail_call(method, [name.clone()]));
                }
                Err(self.missing_attribute(object, name))
            }
        }
    }

    /// The class's own `__getattribute__`, `__setattr__` or `__delattr__`, unless it is the default one.
    #[inline]
    pub(crate) fn attribute_hook(&mut self, object: &Value, class: &Class, name: Name) -> Option<Value> {
        let other = object.kind() == Kind::Other;
        if !other && !class.has(crate::object::class::CLASS_HEAP) {
            return None;
        }
        let method = self.class_special(class, name)?;
        match method.get::<NativeFunction>() {
            None => Some(method),
            Some(native) if native.owner.is(&self.class::<crate::object::instance::Instance>()) => None,
            // Of the builtin types, proxies and their like have one; and classes may take another method for it.
            Some(native) => {
                let default = object.get::<Super>().is_some() || !other && native.native.name() == name.text();
                if default { None } else { Some(method) }
            }
        }
    }

    /// `object.name` for those who expect that there may be none: None if there is surely none, without raising AttributeError.
    pub fn get_attribute_if_any(&mut self, object: &Value, name: &Value) -> Res<Option<Action>> {
        let class = self.class_of(object);
        let plain =
            object.kind() != Kind::Module && self.attribute_hook(object, &class, Name::GetAttribute).is_none() && self.class_special(&class, Name::GetAttr).is_none();
        if plain { self.find_attribute(object, &class, name) } else { self.get_attribute(object, name).map(Some) }
    }

    /// A computed attribute that raises AttributeError falls back to `__getattr__`.
    fn with_getattr_fallback(&mut self, class: &Class, object: &Value, name: &Value, action: Res<Action>) -> Res<Action> {
        let Some(method) = self.class_special(class, Name::GetAttr) else { return action };
        let (object, name) = (object.clone(), name.clone());
        Action::after(action, self, move |vm, result| match vm.catch(result, Ex::AttributeError)? {
            Some(value) => Ok(Action::Return(value)),
            None => method_action(vm, method, &object, &[name]),
        })
    }

    /// The attribute by the default rules (`object.__getattribute__` and its kin of types and modules), without `__getattr__`.
    pub fn find_attribute(&mut self, object: &Value, class: &Class, name: &Value) -> Res<Option<Action>> {
        match object.kind() {
            Kind::Class => return self.find_class_attribute(object, class, name),
            Kind::Other => {
                if let Some(super_object) = object.get::<Super>() {
                    return super::super::protocol::super_attribute(self, super_object, object, name);
                }
            }
            _ => {}
        }
        let on_class = class.lookup(name);
        if let Some(descriptor) = &on_class
            && self.is_data_descriptor(descriptor)
        {
            // One without `__get__` only gives way to what the object itself has.
            let readable = descriptor.kind() != Kind::Instance || self.lookup_special(descriptor, Name::Get).is_some();
            let own = if readable { None } else { self.own_attribute(object, class, name) };
            return match own {
                Some(value) => Ok(Some(Action::Return(value))),
                None => self.bind(descriptor, Some(object), class).map(Some),
            };
        }
        if let Some(value) = self.own_attribute(object, class, name) {
            return Ok(Some(Action::Return(value)));
        }
        match on_class {
            Some(value) => self.bind(&value, Some(object), class).map(Some),
            None => Ok(None),
        }
    }

    /// The attribute in the object's own namespace.
    pub(crate) fn own_attribute(&mut self, object: &Value, class: &Class, name: &Value) -> Option<Value> {
        let header = object.header()?;
        if let Some(attributes) = class.attributes_of(header) {
            return attributes.get(header, name);
        }
        own_dict(object)?.get::<Dict>()?.get_interned(name)
    }

    fn find_class_attribute(&mut self, object: &Value, metaclass: &Class, name: &Value) -> Res<Option<Action>> {
        let Some(class) = object.get::<Class>() else { return Ok(None) };
        let on_metaclass = metaclass.lookup(name);
        if let Some(descriptor) = &on_metaclass
            && self.is_data_descriptor(descriptor)
            && (descriptor.kind() != Kind::Instance || self.lookup_special(descriptor, Name::Get).is_some())
        {
            return self.bind(descriptor, Some(object), metaclass).map(Some);
        }
        if let Some(value) = class.lookup(name) {
            return self.bind(&value, None, class).map(Some);
        }
        match on_metaclass {
            Some(value) => self.bind(&value, Some(object), metaclass).map(Some),
            None => Ok(None),
        }
    }

    /// Does it take part in assignment (`__set__` or `__delete__`)?
    pub fn is_data_descriptor(&mut self, value: &Value) -> bool {
        match value.kind() {
            Kind::Property | Kind::MemberDescriptor => true,
            Kind::Function | Kind::Native | Kind::StaticMethod | Kind::ClassMethod | Kind::Str | Kind::Int | Kind::Float | Kind::None | Kind::Class => false,
            Kind::Other if value.get::<GetSetDescriptor>().is_some() => true,
            _ if !value.is_object() => false,
            _ => self.lookup_special(value, Name::Set).is_some() || self.lookup_special(value, Name::Delete).is_some(),
        }
    }

    /// Applies the descriptor protocol to an attribute found on a class: `value.__get__(object, class)`.
    pub fn bind(&mut self, value: &Value, object: Option<&Value>, class: &Class) -> Res<Action> {
        let result = match value.kind() {
            Kind::Function => match object {
                Some(object) => self.new_object(|header| BoundMethod { header, function: value.clone(), receiver: object.clone() }),
                None => value.clone(),
            },
            Kind::Native => {
                // SAFETY: the kind says so.
                let native = unsafe { value.get_unchecked::<NativeFunction>() };
                match (native.native.binding, object) {
                    (Binding::Method, Some(object)) if native.receiver.is_undefined() => self.bind_native(native, object.clone()),
                    (Binding::Class, _) if native.receiver.is_undefined() => self.bind_native(native, Value::from_object(class)),
                    _ => value.clone(),
                }
            }
            Kind::StaticMethod => {
                // SAFETY: the kind says so.
                unsafe { value.get_unchecked::<StaticMethod>() }.function.get().clone()
            }
            Kind::ClassMethod => {
                // SAFETY: the kind says so.
                let function = unsafe { value.get_unchecked::<ClassMethod>() }.function.get().clone();
                self.new_object(|header| BoundMethod { header, function, receiver: Value::from_object(class) })
            }
            // A subclass may do otherwise.
            Kind::Property if value.get_exact::<Property>().is_some() => {
                let Some(object) = object else { return Ok(Action::Return(value.clone())) };
                // SAFETY: the kind says so.
                let property = unsafe { value.get_unchecked::<Property>() };
                let getter = property.getter.get().clone();
                if getter.is_none() {
                    return Err(self.property_error(property, object, "getter"));
                }
                return Ok(Action::tail_call(getter, [object.clone()]));
            }
            Kind::MemberDescriptor => {
                let Some(object) = object else { return Ok(Action::Return(value.clone())) };
                // SAFETY: the kind says so.
                let member = unsafe { value.get_unchecked::<MemberDescriptor>() };
                let header = self.member_owner(member, object)?;
                let found = header.class().attributes_of(header).and_then(|attributes| attributes.slot(header, member.slot));
                match found {
                    Some(found) => found,
                    None => return Err(self.missing_member(object, &member.name)),
                }
            }
            Kind::BoundMethod => value.clone(),
            _ if !value.is_object() => value.clone(),
            _ => {
                if let Some(descriptor) = value.get::<GetSetDescriptor>() {
                    let Some(object) = object else { return Ok(Action::Return(value.clone())) };
                    return (descriptor.getter.get)(self, object).map(Action::Return);
                }
                match self.lookup_special(value, Name::Get) {
                    Some(method) => {
                        let object = object.cloned().unwrap_or(Value::NONE);
                        return method_action(self, method, value, &[object, Value::from_object(class)]);
                    }
                    None => value.clone(),
                }
            }
        };
        Ok(Action::Return(result))
    }

    /// A native method bound to its object.
    pub(in crate::vm) fn bind_native(&mut self, native: &NativeFunction, receiver: Value) -> Value {
        let (definition, owner) = (native.native, native.owner);
        if definition.binding == Binding::Method && definition.name().starts_with("__") {
            let class = self.class_from_spec(&crate::object::object_type::METHOD_WRAPPER);
            // SAFETY: a class.
            let class = unsafe { class.get_unchecked::<Class>() };
            return self.heap.new_object(class, |header| NativeFunction { header, native: definition, receiver, owner, module: Value::NONE });
        }
        self.new_object(|header| NativeFunction { header, native: definition, receiver, owner, module: Value::NONE })
    }

    #[cold]
    fn property_error(&mut self, property: &Property, object: &Value, what: &str) -> Raised {
        crate::object::property::missing_accessor(self, &Value::from_object(property), object, what)
    }

    /// Checks that a slot descriptor fits the object.
    fn member_owner<'o>(&mut self, member: &MemberDescriptor, object: &'o Value) -> Res<&'o Header> {
        if let Some(header) = object.header()
            && header.class().mro().any(|class| member.owner.get().is(class))
        {
            return Ok(header);
        }
        let (name, owner, given) = (text_of(&member.name), text_of(&member.owner_name), self.type_name(object));
        Err(self.type_error(&format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{given}' object")))
    }

    /// Sets one of `__slots__`, or deletes it for None.
    ///
    /// # Errors
    /// TypeError for an object that does not have the slot, AttributeError when there is nothing to delete.
    pub fn set_member(&mut self, member: &MemberDescriptor, object: &Value, value: Option<Value>) -> Res<()> {
        let header = self.member_owner(member, object)?;
        let Some(attributes) = header.class().attributes_of(header) else { return Err(self.missing_attribute(object, &member.name)) };
        if value.is_none() && attributes.slot(header, member.slot).is_none() {
            return Err(self.attribute_error(object, &member.name, &text_of(&member.name)));
        }
        drop(attributes.set_slot(header, member.slot, value.unwrap_or(Value::UNDEFINED)));
        Ok(())
    }

    /// AttributeError: one of `__slots__` has no value.
    #[cold]
    fn missing_member(&mut self, object: &Value, name: &Value) -> Raised {
        let class = self.class_of(object);
        let (prefix, class, text) = (self.module_prefix(&class), text_of(class.qualified_name.get()), text_of(name));
        let prefix = if prefix == "__main__." { "" } else { &*prefix };
        self.attribute_error(object, name, &format!("'{prefix}{class}' object has no attribute '{text}'"))
    }

    /// `object.name = value`, or deletion for None; `name` is interned.
    pub fn set_attribute(&mut self, object: &Value, name: &Value, value: Option<Value>) -> Res<Action> {
        let class = self.class_of(object);
        let special = if value.is_some() { Name::SetAttr } else { Name::DelAttr };
        if let Some(method) = self.attribute_hook(object, &class, special) {
            let mut arguments = Vec::from([name.clone()]);
            arguments.extend(value);
            return call_method_action(self, method, object, &arguments, |_, _| Ok(Action::Return(Value::NONE)));
        }
        self.set_attribute_by_default(object, name, value)
    }

    /// What `object.__setattr__` and `__delattr__` do.
    pub fn set_attribute_by_default(&mut self, object: &Value, name: &Value, value: Option<Value>) -> Res<Action> {
        let class = self.class_of(object);
        let on_class = class.lookup(name);
        if let Some(descriptor) = &on_class {
            match descriptor.kind() {
                Kind::Property if descriptor.get_exact::<Property>().is_some() => {
                    // SAFETY: the kind says so.
                    let property = unsafe { descriptor.get_unchecked::<Property>() };
                    let (function, what) = if value.is_some() { (property.setter.get().clone(), "setter") } else { (property.deleter.get().clone(), "deleter") };
                    if function.is_none() {
                        return Err(self.property_error(property, object, what));
                    }
                    let mut arguments = Vec::from([object.clone()]);
                    arguments.extend(value);
                    return Ok(Action::tail_call(function, arguments));
                }
                Kind::MemberDescriptor => {
                    // SAFETY: the kind says so.
                    let member = unsafe { descriptor.get_unchecked::<MemberDescriptor>() };
                    return self.set_member(member, object, value).map(|()| Action::Return(Value::NONE));
                }
                Kind::Function | Kind::Native => {}
                _ if !descriptor.is_object() => {}
                _ => {
                    if let Some(descriptor) = descriptor.get::<GetSetDescriptor>() {
                        return match descriptor.getter.set {
                            Some(set) => set(self, object, value.as_ref()).map(|()| Action::Return(Value::NONE)),
                            None => {
                                let class = self.type_name(object);
                                let text = text_of(name);
                                Err(self.attribute_error(object, name, &format!("attribute '{text}' of '{class}' objects is not writable")))
                            }
                        };
                    }
                    let special = if value.is_some() { Name::Set } else { Name::Delete };
                    if let Some(method) = self.lookup_special(descriptor, special) {
                        let mut arguments = Vec::from([object.clone()]);
                        arguments.extend(value);
                        return call_method_action(self, method, descriptor, &arguments, |_, _| Ok(Action::Return(Value::NONE)));
                    }
                    let other = if value.is_some() { Name::Delete } else { Name::Set };
                    if self.lookup_special(descriptor, other).is_some() {
                        let missing = if value.is_some() { "__set__" } else { "__delete__" };
                        return Err(self.attribute_error(object, name, missing));
                    }
                }
            }
        }
        if object.kind() == Kind::Class {
            return self.set_class_attribute(object, name, value).map(|()| Action::Return(Value::NONE));
        }
        if let Some(header) = object.header()
            && let Some(attributes) = class.attributes_of(header)
        {
            let done = match value {
                Some(value) => {
                    let mut done = attributes.set(header, name, value.clone());
                    if !done && class.has(crate::object::class::CLASS_HAS_DICT) {
                        // Too many attributes for slots: a dict from here on.
                        self.instance_dict(object)?;
                        done = attributes.set(header, name, value);
                    }
                    done
                }
                None => attributes.delete(header, name),
            };
            if done {
                return Ok(Action::Return(Value::NONE));
            }
        } else if let Some(dict) = self.writable_dict(object)
            && let Some(dict) = dict.get::<Dict>()
        {
            match value {
                Some(value) => {
                    drop(dict.set_interned(name, value));
                    return Ok(Action::Return(Value::NONE));
                }
                None if dict.delete_interned(name).is_some() => return Ok(Action::Return(Value::NONE)),
                None => {}
            }
        }
        if on_class.is_some() && !class.has(crate::object::class::CLASS_HAS_DICT) {
            let (class, text) = (self.type_name(object), text_of(name));
            return Err(self.attribute_error(object, name, &format!("'{class}' object attribute '{text}' is read-only")));
        }
        if !class.has(crate::object::class::CLASS_HAS_DICT) && object.kind() != Kind::Module {
            let (class, text) = (self.type_name(object), text_of(name));
            return Err(self.attribute_error(object, name, &format!("'{class}' object has no attribute '{text}' and no __dict__ for setting new attributes")));
        }
        Err(self.missing_attribute(object, name))
    }

    fn set_class_attribute(&mut self, object: &Value, name: &Value, value: Option<Value>) -> Res<()> {
        let Some(class) = object.get::<Class>() else { return Ok(()) };
        let text = text_of(name);
        if !class.has(crate::object::class::CLASS_HEAP) {
            let class = class_name(class);
            return Err(self.type_error(&format!("cannot set '{text}' attribute of immutable type '{class}'")));
        }
        let old = match value {
            Some(value) => class.namespace().set_interned(name, value),
            None => match class.namespace().delete_interned(name) {
                Some(old) => Some(old),
                None => return Err(self.missing_attribute(object, name)),
            },
        };
        self.class_changed(class);
        drop(old);
        Ok(())
    }

    /// `__dict__` of an instance, made now if need be.
    pub fn instance_dict(&mut self, object: &Value) -> Res<Option<Value>> {
        let Some(header) = object.header() else { return Ok(None) };
        let class = self.class_of(object);
        if !class.has(crate::object::class::CLASS_HAS_DICT) {
            return Ok(None);
        }
        if let Some(attributes) = class.attributes_of(header) {
            if let Some(dict) = attributes.dict() {
                return Ok(Some(Value::from_object(dict)));
            }
            let dict = self.new_dict();
            if let Some(target) = dict.get::<Dict>() {
                for (name, value) in attributes.items(header) {
                    drop(target.set_interned(&name, value));
                }
            }
            attributes.adopt_dict(header, dict.clone());
            return Ok(Some(dict));
        }
        Ok(self.writable_dict(object))
    }

    /// The dict of a function, module and the like, made now if need be.
    fn writable_dict(&mut self, object: &Value) -> Option<Value> {
        let place = match object.kind() {
            Kind::Function => &object.get::<Function>()?.attributes,
            Kind::StaticMethod => &object.get::<StaticMethod>()?.attributes,
            Kind::ClassMethod => &object.get::<ClassMethod>()?.attributes,
            Kind::Module => return Some(object.get::<Module>()?.dict.clone()),
            _ => return None,
        };
        if place.get().is_undefined() {
            let dict = self.new_dict();
            place.set(dict);
        }
        Some(place.get().clone())
    }
}

/// The dict of a function, module and the like, if there is one.
fn own_dict(object: &Value) -> Option<Value> {
    let dict = match object.kind() {
        Kind::Function => object.get::<Function>()?.attributes.get().clone(),
        Kind::StaticMethod => object.get::<StaticMethod>()?.attributes.get().clone(),
        Kind::ClassMethod => object.get::<ClassMethod>()?.attributes.get().clone(),
        Kind::Module => object.get::<Module>()?.dict.clone(),
        _ => return None,
    };
    if dict.is_undefined() { None } else { Some(dict) }
}

/// A `__new__` found in a class, to be called for `class`.
pub fn unwrap_new(vm: &mut Vm, value: &Value, class: &Value) -> Value {
    match value.get::<ClassMethod>() {
        Some(method) => {
            let (function, receiver) = (method.function.get().clone(), class.clone());
            vm.new_object(|header| BoundMethod { header, function, receiver })
        }
        None => unwrap_static(value),
    }
}

/// `staticmethod` objects stand for their function.
pub fn unwrap_static(value: &Value) -> Value {
    match value.get::<StaticMethod>() {
        Some(method) => method.function.get().clone(),
        None => value.clone(),
    }
}

/// Calls a simple native with a receiver and arguments that need no vector.
#[inline]
pub fn call_simple(vm: &mut Vm, simple: crate::vm::Simple, receiver: &Value, arguments: &[Value]) -> Res<Value> {
    match arguments {
        [] => simple(vm, core::slice::from_ref(receiver)),
        [first] => simple(vm, &[receiver.clone(), first.clone()]),
        [first, second] => simple(vm, &[receiver.clone(), first.clone(), second.clone()]),
        _ => {
            let mut all = Vec::with_capacity(arguments.len() + 1);
            all.push(receiver.clone());
            all.extend_from_slice(arguments);
            simple(vm, &all)
        }
    }
}

fn with_receiver(receiver: &Value, arguments: &[Value]) -> Vec<Value> {
    let mut all = Vec::with_capacity(arguments.len() + 1);
    all.push(receiver.clone());
    all.extend_from_slice(arguments);
    all
}

/// A native method that takes so many arguments, self included.
#[inline]
fn takes(native: &NativeFunction, count: usize) -> bool {
    native.native.binding == Binding::Method && native.native.arity.takes(count, false)
}

/// Calls a native that may call natives for contained objects, and they for theirs: those too deep are left to the loop.
#[inline]
fn call_native_method(vm: &mut Vm, native: &NativeFunction, receiver: &Value, arguments: &[Value]) -> Res<Action> {
    vm.native_depth += 1;
    let action = match native.native.function {
        crate::vm::native::Function::Simple(simple) => call_simple(vm, simple, receiver, arguments).map(Action::Return),
        crate::vm::native::Function::Full(full) => full(vm, &crate::vm::Args { positional: &with_receiver(receiver, arguments), names: &[], values: &[] }),
    };
    vm.native_depth -= 1;
    action
}

/// Calls a special method found on the type of `receiver`; its result is the caller's own.
#[inline]
pub fn method_action(vm: &mut Vm, method: Value, receiver: &Value, arguments: &[Value]) -> Res<Action> {
    if let Some(native) = method.get::<NativeFunction>()
        && takes(native, arguments.len() + 1)
    {
        if vm.native_depth < NATIVE_DEPTH_LIMIT {
            return call_native_method(vm, native, receiver, arguments);
        }
        return Ok(Action::tail_call(method, with_receiver(receiver, arguments)));
    }
    if method.kind() == Kind::Function {
        return Ok(Action::tail_call(method, with_receiver(receiver, arguments)));
    }
    call_method_action(vm, method, receiver, arguments, |_, value| Ok(Action::Return(value)))
}

/// Calls a special method found on the type of `receiver`, then goes on with its result.
pub fn call_method_action(vm: &mut Vm, method: Value, receiver: &Value, arguments: &[Value], then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    match method.kind() {
        Kind::Native => {
            // SAFETY: the kind says so.
            let native = unsafe { method.get_unchecked::<NativeFunction>() };
            if takes(native, arguments.len() + 1) && vm.native_depth < NATIVE_DEPTH_LIMIT {
                return call_native_method(vm, native, receiver, arguments)?.and_then(vm, then);
            }
            let all = if native.native.binding == Binding::Method { with_receiver(receiver, arguments) } else { arguments.to_vec() };
            Ok(Action::call(method, all, move |vm, result| then(vm, result?)))
        }
        Kind::Function => Ok(Action::call(method, with_receiver(receiver, arguments), move |vm, result| then(vm, result?))),
        _ => {
            let arguments = arguments.to_vec();
            let bound = bind_special(vm, &method, receiver)?;
            bound.and_then(vm, move |_, callee| Ok(Action::call(callee, arguments, move |vm, result| then(vm, result?))))
        }
    }
}

/// Binds a special method that is neither a function nor a native.
pub fn bind_special(vm: &mut Vm, method: &Value, receiver: &Value) -> Res<Action> {
    let class = vm.class_of(receiver);
    vm.bind(method, Some(receiver), &class)
}

// ---- instructions

fn site_of(vm: &Vm, index: u16) -> &'static Site {
    // SAFETY: verified index; sites live as long as the code, which the running frame keeps alive for the instruction.
    unsafe { &*(*vm.code).sites.get().add(index as usize) }
}

/// Fills the cache for reading `site.name` from `object` where a simple rule will do next time.
fn remember(vm: &mut Vm, site: &Site, object: &Value, class: ClassRef) {
    site.version.set(Site::EMPTY);
    if matches!(object.kind(), Kind::Module | Kind::Class) {
        return remember_name(vm, site, object, &class);
    }
    if object.kind() != Kind::Instance {
        return;
    }
    let Some(header) = object.header() else { return };
    let Some(attributes) = class.attributes_of(header) else { return };
    let Some(shape) = attributes.shape().filter(|shape| !shape.in_dict) else { return };
    if vm.class_special(&class, Name::GetAttribute).is_some_and(|method| method.kind() == Kind::Function) {
        return;
    }
    match class.lookup(&site.name) {
        Some(descriptor) if descriptor.kind() == Kind::MemberDescriptor => {
            if let Some(member) = descriptor.get::<MemberDescriptor>()
                && attributes.inline_slot(header, member.slot).is_some()
                && class.mro().any(|class| member.owner.get().is(class))
            {
                remember_slot(site, class, shape, member.slot);
            }
        }
        Some(descriptor) if descriptor.get_exact::<Property>().is_some() && vm.class_special(&class, Name::GetAttr).is_none() => {
            site.value.set(descriptor.bits());
            site.state.set(site_state::PROPERTY);
            site.version.set(class.version.get());
        }
        Some(descriptor) if vm.is_data_descriptor(&descriptor) => {}
        _ => {
            if let Some(slot) = shape.slot(&site.name).filter(|&slot| slot >= shape.slot_names)
                && attributes.inline_slot(header, slot).is_some()
            {
                remember_slot(site, class, shape, slot);
            }
        }
    }
}

/// Attributes of modules and classes as the cache has them.
#[inline]
fn cached(site: &Site, object: &Value, class: &Class) -> Option<Value> {
    match site.state.get() {
        site_state::MODULE => {
            // Not of a class of its own, which its `__class__` may have become since.
            let dict = object.get_exact::<Module>()?.dict.get::<Dict>()?;
            if dict.keys_version() != site.version.get() {
                return None;
            }
            // SAFETY: the index is right while the version is.
            Some(unsafe { dict.value_at(site.index.get() as usize) }.clone())
        }
        site_state::CLASS_VALUE => {
            let named = object.get::<Class>()?;
            if named.version.get() != site.version.get() || class.version.get() != site.guard.get() {
                return None;
            }
            // SAFETY: the class, whose version matches, holds the value; its reference is not given away.
            let value = core::mem::ManuallyDrop::new(unsafe { Value::from_bits(site.value.get()) });
            Some(Value::clone(&value))
        }
        _ => None,
    }
}

/// Fills the cache for a name of a module or a class.
fn remember_name(vm: &mut Vm, site: &Site, object: &Value, class: &Class) {
    if let Some(module) = object.get_exact::<Module>() {
        if class.lookup(&site.name).is_none()
            && let Some(dict) = module.dict.get::<Dict>()
            && let Some(index) = dict.index_of_interned(&site.name)
        {
            site.index.set(index as u32);
            site.state.set(site_state::MODULE);
            site.version.set(dict.stamp(|| vm.fresh_version()));
        }
    } else if let Some(named) = object.get::<Class>()
        && vm.attribute_hook(object, class, Name::GetAttribute).is_none()
        && class.lookup(&site.name).is_none()
        && let Some(value) = named.lookup(&site.name)
    {
        // What is no descriptor, and functions, which bind to instances only.
        let plain = matches!(
            value.kind(),
            Kind::Function
                | Kind::Int
                | Kind::Float
                | Kind::Bool
                | Kind::None
                | Kind::Str
                | Kind::Bytes
                | Kind::Tuple
                | Kind::List
                | Kind::Dict
                | Kind::Set
                | Kind::FrozenSet
        ) && value.header().is_none_or(|header| header.flags() & crate::object::header::SUBCLASS == 0);
        if plain {
            site.value.set(value.bits());
            site.guard.set(class.version.get());
            site.state.set(site_state::CLASS_VALUE);
            site.version.set(named.version.get());
        }
    }
}

fn remember_slot(site: &Site, class: ClassRef, shape: &crate::object::instance::Shape, slot: usize) {
    site.guard.set(Site::shape_guard(shape));
    site.index.set(slot as u32);
    site.state.set(site_state::SLOT);
    site.version.set(class.version.get());
}

/// GetAttr
pub fn get(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    let site = site_of(vm, i.c);
    let class = vm.class_of(&object);
    if let Some(value) = cached(site, &object, &class) {
        drop(object);
        vm.set_register(i.a, value);
        return Ok(());
    }
    if site.state.get() == site_state::PROPERTY && site.version.get() == class.version.get() && object.kind() == Kind::Instance {
        // SAFETY: the class, whose version matched, holds the property.
        let property = unsafe { &*(site.value.get() as usize as *const Property) };
        if property.getter.get().kind() == Kind::Function {
            return vm.enter_with(property.getter.get().clone(), [object]);
        }
    }
    remember(vm, site, &object, class);
    let name = site.name.clone();
    let action = vm.get_attribute(&object, &name)?;
    drop(object);
    match action {
        Action::Return(value) => {
            vm.set_register(i.a, value);
            Ok(())
        }
        action => vm.complete(Ok(action)),
    }
}

/// SetAttr
pub fn set(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.a).clone();
    let value = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    if i.x & CONSUME_A != 0 {
        vm.set_register(i.a, Value::UNDEFINED);
    }
    let site = site_of(vm, i.c);
    let class = vm.class_of(&object);
    let name = site.name.clone();
    let before = object.header().and_then(|header| class.attributes_of(header)).map(|attributes| attributes.shape.get());
    let action = vm.set_attribute(&object, &name, Some(value))?;
    if let Action::Return(_) = action {
        remember_set(vm, site, &object, class, before);
        return Ok(());
    }
    drop(object);
    vm.complete(Ok(action))
}

fn remember_set(vm: &mut Vm, site: &Site, object: &Value, class: ClassRef, before: Option<*const crate::object::instance::Shape>) {
    site.version.set(Site::EMPTY);
    if vm.class_special(&class, Name::SetAttr).is_some_and(|method| method.kind() != Kind::Native) {
        return;
    }
    let (Some(header), Some(before)) = (object.header(), before) else { return };
    let Some(attributes) = class.attributes_of(header) else { return };
    let Some(shape) = attributes.shape().filter(|shape| !shape.in_dict) else { return };
    if object.kind() != Kind::Instance || before.is_null() {
        return;
    }
    let changed = !core::ptr::eq(before, shape);
    if changed {
        if class.lookup(&site.name).is_some_and(|descriptor| vm.is_data_descriptor(&descriptor)) {
            return;
        }
        site.guard.set(Site::shape_guard(before));
        site.value.set(shape as *const _ as usize as u64);
        site.state.set(site_state::ADD);
        site.version.set(class.version.get());
    } else {
        remember(vm, site, object, class);
    }
}

/// DeleteAttr
pub fn delete(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_A != 0 { vm.take_register(i.a) } else { vm.register(i.a).clone() };
    let name = site_of(vm, i.c).name.clone();
    let action = vm.set_attribute(&object, &name, None);
    vm.complete(action)
}

/// LoadMethod
pub fn load_method(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = if i.x & CONSUME_B != 0 { vm.take_register(i.b) } else { vm.register(i.b).clone() };
    let site = site_of(vm, i.c);
    let class = vm.class_of(&object);
    if let Some(value) = cached(site, &object, &class) {
        drop(object);
        vm.set_register(i.a, value);
        vm.set_register(i.a + HEADER_SLOTS as u16, Value::UNDEFINED);
        return Ok(());
    }
    if site.state.get() == site_state::METHOD_BEHIND
        && site.version.get() == class.version.get()
        && let Some(attributes) = object.header().and_then(|header| class.attributes_of(header))
        && Site::shape_guard(attributes.shape.get()) == site.guard.get()
    {
        // SAFETY: the class, whose version matches, holds the method; its reference is not given away.
        let method = core::mem::ManuallyDrop::new(unsafe { Value::from_bits(site.value.get()) });
        vm.set_register(i.a, Value::clone(&method));
        vm.set_register(i.a + HEADER_SLOTS as u16, object);
        return Ok(());
    }
    site.version.set(Site::EMPTY);
    if matches!(object.kind(), Kind::Module | Kind::Class) {
        remember_name(vm, site, &object, &class);
    }
    if let Some(super_object) = object.get_exact::<Super>()
        && let Some((function, receiver)) = super::super::protocol::super_method(super_object, &site.name)
    {
        vm.set_register(i.a, function);
        vm.set_register(i.a + HEADER_SLOTS as u16, receiver);
        return Ok(());
    }
    let custom = vm.attribute_hook(&object, &class, Name::GetAttribute).is_some();
    if !custom && !matches!(object.kind(), Kind::Class | Kind::Module) && object.get::<Super>().is_none() {
        let found = class.lookup(&site.name);
        let is_method = match &found {
            Some(method) => match method.kind() {
                Kind::Function => true,
                Kind::Native => method.get::<NativeFunction>().is_some_and(|native| native.native.binding == Binding::Method && native.receiver.is_undefined()),
                _ => false,
            },
            None => false,
        };
        if is_method && let Some(method) = found {
            let shadowed = vm.own_attribute(&object, &class, &site.name);
            if shadowed.is_none() {
                let header = object.header();
                let attributes = header.and_then(|header| class.attributes_of(header));
                let cacheable = match attributes {
                    Some(attributes) => attributes.shape().is_some_and(|shape| !shape.in_dict),
                    None => true,
                };
                if cacheable && header.is_some() && !own_dict_possible(&object) {
                    site.guard.set(attributes.map_or(0, |attributes| Site::shape_guard(attributes.shape.get())));
                    site.value.set(method.bits());
                    let plain = attributes.is_none() || object.kind() == Kind::Instance;
                    site.state.set(if plain { site_state::METHOD } else { site_state::METHOD_BEHIND });
                    site.version.set(class.version.get());
                }
                vm.set_register(i.a, method);
                vm.set_register(i.a + HEADER_SLOTS as u16, object);
                return Ok(());
            }
        }
    }
    let name = site.name.clone();
    let action = vm.get_attribute(&object, &name)?;
    drop(object);
    vm.complete(Ok(action))
}

/// Kinds whose own dict may shadow a method at any time.
fn own_dict_possible(object: &Value) -> bool {
    matches!(object.kind(), Kind::Function | Kind::StaticMethod | Kind::ClassMethod | Kind::Module)
}

/// LoadSpecial: `__enter__`, `__exit__` and their kin, looked up on the type.
pub fn load_special(vm: &mut Vm, i: Instr) -> Res<()> {
    let object = vm.register(i.b).clone();
    let (name, protocol) = match i.c {
        c if c == Special::Enter as u16 => (Name::Enter, "context manager"),
        c if c == Special::Exit as u16 => (Name::Exit, "context manager"),
        c if c == Special::AsyncEnter as u16 => (Name::AEnter, "asynchronous context manager"),
        _ => (Name::AExit, "asynchronous context manager"),
    };
    let Some(method) = vm.lookup_special(&object, name) else {
        let class = vm.class_of(&object);
        let (class_text, missing) = (class_name(&class), text_of(vm.name(name)));
        let (other, other_protocol) = match name {
            Name::Enter | Name::Exit => (Name::AEnter, "asynchronous context manager"),
            _ => (Name::Enter, "context manager"),
        };
        let detail = match name {
            Name::Exit | Name::AExit => format!(" (missed {missing} method)"),
            _ => format!(" (missed {missing} method)"),
        };
        let hint = if vm.lookup_special(&object, other).is_some() {
            let statement = if other_protocol == "context manager" { "with" } else { "async with" };
            format!(" but it supports the {other_protocol} protocol. Did you mean to use '{statement}'?")
        } else {
            detail
        };
        return Err(vm.type_error(&format!("'{class_text}' object does not support the {protocol} protocol{hint}")));
    };
    match method.kind() {
        Kind::Function => {
            vm.set_register(i.a, method);
            vm.set_register(i.a + 1, object);
            Ok(())
        }
        Kind::Native if method.get::<NativeFunction>().is_some_and(|native| native.native.binding == Binding::Method) => {
            vm.set_register(i.a, method);
            vm.set_register(i.a + 1, object);
            Ok(())
        }
        _ => {
            let action = bind_special(vm, &method, &object);
            vm.complete(action)
        }
    }
}
