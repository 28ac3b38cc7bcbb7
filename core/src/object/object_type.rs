//! `object` and `type`, `super`, and the types of natives that classes hold.

use super::class::{CLASS_ABSTRACT, CLASS_HAS_DICT, CLASS_HEAP, CLASS_WEAKREFERABLE, Class, TypeSpec};
use super::descriptor::GetSetDescriptor;
use super::dict::Dict;
use super::exception::Ex;
use super::function::NativeFunction;
use super::header::{Object, SUBCLASS};
use super::instance::Instance;
use super::module::Module;
use super::str::Str;
use super::super_object::Super;
use super::value::Value;
use crate::vm::build_class;
use crate::vm::execute::{class_name, text_of};
use crate::vm::native::{Args, Getter, Native};
use crate::vm::prelude;
use crate::vm::{Action, ClassRef, Name, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

// ---- object

fn object_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(class) = arguments.get(0).and_then(|class| class.get::<Class>()) else { return Err(vm.type_error("object.__new__(): not enough arguments")) };
    let class = ClassRef::of(class);
    if arguments.positional.len() > 1 || !arguments.names.is_empty() {
        let object = vm.class::<Instance>();
        let is_own = |method: Option<Value>| method.and_then(|method| method.get::<NativeFunction>().map(|native| native.owner.is(&object))).unwrap_or(false);
        let new = vm.class_special(&class, Name::New);
        let init = vm.class_special(&class, Name::Init);
        if !is_own(new) {
            return Err(vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if is_own(init) {
            let name = class_name(&class);
            return Err(vm.type_error(&format!("{name}() takes no arguments")));
        }
    }
    vm.check_instantiable(&class)?;
    Ok(Action::Return(vm.heap.new_object(&class, |header| Instance { header })))
}

fn object_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if arguments.positional.len() > 1 || !arguments.names.is_empty() {
        let class = vm.class_of(&arguments.positional[0]);
        let object = vm.class::<Instance>();
        let is_own = |method: Option<Value>| method.and_then(|method| method.get::<NativeFunction>().map(|native| native.owner.is(&object))).unwrap_or(false);
        let init = vm.class_special(&class, Name::Init);
        if !is_own(init) {
            return Err(vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
        }
        let new = vm.class_special(&class, Name::New);
        if is_own(new) {
            let name = class_name(&class);
            return Err(vm.type_error(&format!("{name}.__init__() takes exactly one argument (the instance to initialize)")));
        }
    }
    Ok(Action::Return(Value::NONE))
}

fn object_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = vm.class_of(&arguments[0]);
    let (prefix, name) = (vm.module_prefix(&class), text_of(class.qualified_name.get()));
    Ok(vm.format(format_args!("<{prefix}{name} object at {:#x}>", arguments[0].bits())))
}

fn object_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    crate::vm::protocol::repr_then(vm, &arguments.positional[0], |_, text| Ok(Action::Return(text)))
}

fn object_eq(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(if arguments[0].is(&arguments[1]) { Value::TRUE } else { Value::NOT_IMPLEMENTED })
}

fn object_ne(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(method) = vm.lookup_special(&arguments.positional[0], Name::Eq) else { return Ok(Action::Return(Value::NOT_IMPLEMENTED)) };
    crate::vm::ops::attribute::call_method_action(vm, method, &arguments.positional[0], &arguments.positional[1..], |vm, result| {
        if result.is_not_implemented() {
            return Ok(Action::Return(result));
        }
        vm.truth_action(&result)?.and_then(vm, |_, truth| Ok(Action::Return(Value::bool(truth.as_bool() != Some(true)))))
    })
}

fn not_implemented(_: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(Value::NOT_IMPLEMENTED)
}

fn object_hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // Objects lie on 16-byte boundaries.
    Ok(vm.new_int((arguments[0].bits() >> 4) as i64 & i64::MAX))
}

fn object_format(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(spec) = arguments.positional[1].get::<Str>() else {
        return Err(super::text_arguments::wrong_type(vm, "__format__() argument", "str", &arguments.positional[1]));
    };
    if spec.size != 0 {
        let name = vm.type_name(&arguments.positional[0]);
        return Err(vm.type_error(&format!("unsupported format string passed to {name}.__format__")));
    }
    crate::vm::protocol::str_then(vm, &arguments.positional[0], |_, text| Ok(Action::Return(text)))
}

fn attribute_name(vm: &mut Vm, name: &Value) -> Res<Value> {
    if name.get::<Str>().is_none() {
        let kind = vm.type_name(name);
        return Err(vm.type_error(&format!("attribute name must be string, not '{kind}'")));
    }
    Ok(vm.intern_value(name))
}

fn object_getattribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let object = arguments.positional[0].clone();
    let name = attribute_name(vm, &arguments.positional[1])?;
    let class = vm.class_of(&object);
    match vm.find_attribute(&object, &class, &name)? {
        Some(action) => Ok(action),
        None => Err(vm.missing_attribute(&object, &name)),
    }
}

/// TypeError for classes: they have methods of their own for this, which see that nobody changes the builtin ones.
fn check_no_class(vm: &mut Vm, object: &Value, method: &str) -> Res<()> {
    if object.get::<Class>().is_some() {
        let kind = vm.type_name(object);
        return Err(vm.type_error(&format!("can't apply this {method} to {kind} object")));
    }
    Ok(())
}

fn object_setattr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    check_no_class(vm, &arguments.positional[0], "__setattr__")?;
    set_attribute(vm, arguments)
}

fn object_delattr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    check_no_class(vm, &arguments.positional[0], "__delattr__")?;
    delete_attribute(vm, arguments)
}

fn set_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, &arguments.positional[1])?;
    vm.set_attribute_by_default(&arguments.positional[0], &name, Some(arguments.positional[2].clone()))
}

fn delete_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = attribute_name(vm, &arguments.positional[1])?;
    vm.set_attribute_by_default(&arguments.positional[0], &name, None)
}

fn object_init_subclass(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if !arguments.names.is_empty() || arguments.positional.len() > 1 {
        let name = arguments.get(0).and_then(|class| class.get::<Class>()).map(class_name).unwrap_or_default();
        return Err(vm.type_error(&format!("{name}.__init_subclass__() takes no keyword arguments")));
    }
    Ok(Action::Return(Value::NONE))
}

fn object_dir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let object = &arguments[0];
    let class = vm.class_of(object);
    let mut names = crate::vm::protocol::class_names(&class);
    if let Some(header) = object.header()
        && let Some(attributes) = class.attributes_of(header)
    {
        names.extend(attributes.items(header).into_iter().map(|(name, _)| name));
    } else if let Some(dict) = vm.instance_dict(object)?
        && let Some(dict) = dict.get::<Dict>()
    {
        names.extend(dict.items().into_iter().map(|(name, _)| name));
    }
    Ok(sorted_names(vm, names))
}

fn sorted_names(vm: &mut Vm, mut names: Vec<Value>) -> Value {
    names.sort_by_key(text_of);
    names.dedup_by(|a, b| a.is(b));
    vm.new_list(names)
}

fn reduce(vm: &mut Vm, how: &str, value: &Value, protocol: &Value) -> Res<Action> {
    let refusal = if vm.class_of(value).layout.kind == crate::object::header::Kind::Instance {
        Value::NONE
    } else {
        let name = vm.type_name(value);
        vm.format(format_args!("cannot pickle '{name}' object"))
    };
    prelude::call(vm, &prelude::PICKLING, how, &[value.clone(), protocol.clone(), refusal])
}

fn object_sizeof(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = arguments[0].header().map_or(8, crate::heap::Heap::capacity);
    Ok(vm.new_size(size))
}

fn get_class(vm: &mut Vm, object: &Value) -> Res<Value> {
    Ok(vm.class_of(object).value())
}

fn set_class(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete __class__ attribute")) };
    let Some(class) = value.get::<Class>() else {
        let kind = vm.type_name(value);
        return Err(vm.type_error(&format!("__class__ must be set to a class, not '{kind}' object")));
    };
    let old = vm.class_of(object);
    let module = vm.class::<Module>();
    let is_module = old.is_subclass_of(&module) && class.is_subclass_of(&module);
    if !(old.has(CLASS_HEAP) && class.has(CLASS_HEAP) || is_module) {
        return Err(vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    let compatible = core::ptr::eq(old.layout, class.layout)
        && old.attribute_offset.get() == class.attribute_offset.get()
        && old.has(CLASS_HAS_DICT) == class.has(CLASS_HAS_DICT)
        && old.has(CLASS_WEAKREFERABLE) == class.has(CLASS_WEAKREFERABLE)
        && crate::vm::classes::same_slots(&old, class);
    if !compatible {
        let (new, old) = (class_name(class), class_name(&old));
        return Err(vm.type_error(&format!("__class__ assignment: '{new}' object layout differs from '{old}'")));
    }
    // Shapes belong to their class: the attributes move to a dict, and the `__slots__` get the new class's shape.
    if class.has(CLASS_HAS_DICT) {
        vm.instance_dict(object)?;
    }
    if let Some(header) = object.header() {
        if let Some(attributes) = class.attributes_of(header) {
            attributes.take_shape_of(class);
        }
        class.header.retain();
        header.class_cell().set(class);
        if class.has(CLASS_HEAP) {
            header.set_flag(SUBCLASS)
        } else {
            header.clear_flag(SUBCLASS)
        }
        drop(unsafe_class_value(old));
    }
    Ok(())
}

/// Takes over the reference that the object's header held to its old class.
fn unsafe_class_value(class: ClassRef) -> Value {
    // SAFETY: the header's own reference is handed to the value, which releases it.
    unsafe { Value::from_bits(&*class as *const Class as usize as u64) }
}

fn get_dict(vm: &mut Vm, object: &Value) -> Res<Value> {
    if object.get::<Class>().is_some() {
        return get_namespace(vm, object);
    }
    match vm.instance_dict(object)? {
        Some(dict) => Ok(dict),
        None => {
            let name = vm.name(Name::Dict).clone();
            Err(vm.missing_attribute(object, &name))
        }
    }
}

fn set_dict(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    // Who deletes it gets an empty one.
    let value = &match value {
        Some(value) => value.clone(),
        None => vm.new_dict(),
    };
    if value.get::<Dict>().is_none() {
        let kind = vm.type_name(value);
        return Err(vm.type_error(&format!("__dict__ must be set to a dictionary, not a '{kind}'")));
    }
    let class = vm.class_of(object);
    if let Some(header) = object.header()
        && let Some(attributes) = class.attributes_of(header)
        && class.has(CLASS_HAS_DICT)
    {
        attributes.adopt_dict(header, value.clone());
        return Ok(());
    }
    let name = vm.name(Name::Dict).clone();
    Err(vm.missing_attribute(object, &name))
}

/// `__dict__` of the first class whose instances have one.
pub static INSTANCE_DICT: Getter = Getter { name: "__dict__", get: get_dict, set: Some(set_dict), doc: "dictionary for instance variables" };

/// `__weakref__` of the first class whose instances can be weakly referenced.
pub static INSTANCE_WEAK_REFERENCES: Getter = Getter::read_only("__weakref__", get_weak_reference, "list of weak references to the object");

fn get_weak_reference(vm: &mut Vm, object: &Value) -> Res<Value> {
    let references = crate::modules::weakref::references(vm, core::slice::from_ref(object));
    Ok(references.first().cloned().unwrap_or(Value::NONE))
}

pub static OBJECT: TypeSpec = TypeSpec {
    doc: "The base class of the class hierarchy.",
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", object_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", object_init, "Initialize self."),
        Native::simple("__repr__($self, /)", object_repr, "Return repr(self)."),
        Native::full("__str__($self, /)", object_str, "Return str(self)."),
        Native::simple("__eq__($self, value, /)", object_eq, "Return self==value."),
        Native::full("__ne__($self, value, /)", object_ne, "Return self!=value."),
        Native::simple("__lt__($self, value, /)", not_implemented, "Return self<value."),
        Native::simple("__le__($self, value, /)", not_implemented, "Return self<=value."),
        Native::simple("__gt__($self, value, /)", not_implemented, "Return self>value."),
        Native::simple("__ge__($self, value, /)", not_implemented, "Return self>=value."),
        Native::simple("__hash__($self, /)", object_hash, "Return hash(self)."),
        Native::full("__format__($self, format_spec, /)", object_format, "Default object formatter."),
        Native::full("__getattribute__($self, name, /)", object_getattribute, "Return getattr(self, name)."),
        Native::full("__setattr__($self, name, value, /)", object_setattr, "Implement setattr(self, name, value)."),
        Native::full("__delattr__($self, name, /)", object_delattr, "Implement delattr(self, name)."),
        Native::full("__init_subclass__($type, *args, **kwargs)", object_init_subclass, "Called when a class is subclassed."),
        Native::simple("__subclasshook__($type, cls, /)", not_implemented, "Abstract classes can override this."),
        Native::simple("__dir__($self, /)", object_dir, "Default dir() implementation."),
        Native::full("__reduce__($self, /)", |vm, args| reduce(vm, "reduce", &args.positional[0], &Value::small_int(0)), "Helper for pickle."),
        Native::full("__reduce_ex__($self, protocol, /)", |vm, args| reduce(vm, "reduce_ex", &args.positional[0], &args.positional[1]), "Helper for pickle."),
        Native::full("__getstate__($self, /)", |vm, args| prelude::call(vm, &prelude::PICKLING, "state_of", args.positional), "Helper for pickle."),
        Native::simple("__sizeof__($self, /)", object_sizeof, "Size of object in memory, in bytes."),
    ],
    getters: &[Getter { name: "__class__", get: get_class, set: Some(set_class), doc: "the object's class" }],
    ..TypeSpec::new("object", Instance::LAYOUT)
};

// ---- type

fn class_of(value: &Value) -> Option<&Class> {
    value.get::<Class>()
}

fn with_class<T>(vm: &mut Vm, value: &Value, get: impl FnOnce(&mut Vm, &Class) -> T) -> Res<T> {
    match class_of(value) {
        Some(class) => Ok(get(vm, class)),
        None => Err(vm.type_error("descriptor requires a 'type' object")),
    }
}

fn type_call(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = arguments.positional[0].clone();
    let mut all = arguments.positional[1..].to_vec();
    all.extend(arguments.values.iter().cloned());
    // The class's own metaclass may define `__call__`, and this is what it calls: construct, without looking again.
    let names = arguments.names.to_vec();
    let is_type = class.is(&vm.class::<Class>().value());
    if is_type && all.len() == 1 && names.is_empty() {
        return Ok(Action::Return(vm.class_of(&all[0]).value()));
    }
    vm.instantiate_action(class, all, names)
}

fn type_init(_: &mut Vm, _: &Args) -> Res<Action> {
    Ok(Action::Return(Value::NONE))
}

fn type_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = with_class(vm, &arguments[0], |vm, class| format!("<class '{}{}'>", vm.module_prefix(class), text_of(class.qualified_name.get())))?;
    Ok(vm.new_str(&text))
}

fn type_mro(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    with_class(vm, &arguments[0], |vm, class| {
        let Some(ancestors) = crate::vm::classes::merge_ancestors(class.bases.get()) else {
            let bases = class.bases.get().clone();
            return Err(vm.inconsistent_order(&bases));
        };
        let mut order = Vec::from([Value::from_object(class)]);
        order.extend(ancestors);
        Ok(vm.new_list(order))
    })?
}

fn type_subclasses(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // SAFETY: subclasses take themselves off the list when they die.
    let classes = with_class(vm, &arguments[0], |_, class| class.subclasses.get().iter().map(|&class| unsafe { Value::from_object(&*class) }).collect::<Vec<_>>())?;
    Ok(vm.new_list(classes))
}

fn type_prepare(vm: &mut Vm, _: &Args) -> Res<Action> {
    Ok(Action::Return(vm.new_dict()))
}

fn type_instancecheck(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments[1].clone();
    with_class(vm, &arguments[0], |vm, class| Value::bool(vm.is_instance(&value, class)))
}

fn type_subclasscheck(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let other = arguments[1].clone();
    with_class(vm, &arguments[0], |_, class| Value::bool(class_of(&other).is_some_and(|other| other.is_subclass_of(class))))
}

fn type_dir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let names = with_class(vm, &arguments[0], |_, class| crate::vm::protocol::class_names(class))?;
    Ok(sorted_names(vm, names))
}

fn get_name(vm: &mut Vm, value: &Value) -> Res<Value> {
    with_class(vm, value, |_, class| class.name.get().clone())
}

fn text_setter(vm: &mut Vm, object: &Value, value: Option<&Value>, attribute: &str, field: fn(&Class) -> &super::header::Mut<Value>) -> Res<()> {
    let Some(class) = class_of(object) else { return Ok(()) };
    if !class.has(CLASS_HEAP) {
        let name = class_name(class);
        return Err(vm.type_error(&format!("cannot set '{attribute}' attribute of immutable type '{name}'")));
    }
    match value {
        Some(value) if value.get::<Str>().is_some() => {
            field(class).set(value.clone());
            Ok(())
        }
        Some(value) => {
            let (name, kind) = (class_name(class), vm.type_name(value));
            Err(vm.type_error(&format!("can only assign string to {name}.{attribute}, not '{kind}'")))
        }
        None => {
            let name = class_name(class);
            Err(vm.type_error(&format!("cannot delete '{attribute}' attribute of immutable type '{name}'")))
        }
    }
}

fn set_name(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    if let Some(value) = value.filter(|_| class_of(object).is_some_and(|class| class.has(CLASS_HEAP))) {
        build_class::check_class_name(vm, value)?;
    }
    text_setter(vm, object, value, "__name__", |class| &class.name)
}

fn get_qualified_name(vm: &mut Vm, value: &Value) -> Res<Value> {
    with_class(vm, value, |_, class| class.qualified_name.get().clone())
}

fn set_qualified_name(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    text_setter(vm, object, value, "__qualname__", |class| &class.qualified_name)
}

fn namespace_item(vm: &mut Vm, value: &Value, name: Name) -> Res<Option<Value>> {
    let name = vm.name(name).clone();
    with_class(vm, value, |_, class| class.namespace().get_interned(&name))
}

fn set_namespace_item(vm: &mut Vm, object: &Value, value: Option<&Value>, name: Name) -> Res<()> {
    let Some(class) = class_of(object) else { return Ok(()) };
    let name = vm.name(name).clone();
    if !class.has(CLASS_HEAP) {
        let (attribute, class) = (text_of(&name), class_name(class));
        return Err(vm.type_error(&format!("cannot set '{attribute}' attribute of immutable type '{class}'")));
    }
    match value {
        Some(value) => drop(class.namespace().set_interned(&name, value.clone())),
        None => {
            if class.namespace().delete_interned(&name).is_none() {
                return Err(vm.missing_attribute(object, &name));
            }
        }
    }
    vm.class_changed(class);
    Ok(())
}

fn get_module(vm: &mut Vm, value: &Value) -> Res<Value> {
    match namespace_item(vm, value, Name::Module)? {
        Some(module) if module.get::<GetSetDescriptor>().is_none() => Ok(module),
        _ => Ok(vm.name(Name::Builtin).clone()),
    }
}

/// TypeError for deleting what every class has.
fn cannot_delete(vm: &mut Vm, object: &Value, value: Option<&Value>, attribute: &str) -> Res<()> {
    match (value, class_of(object)) {
        (None, Some(class)) => {
            let name = class_name(class);
            Err(vm.type_error(&format!("cannot delete '{attribute}' attribute of immutable type '{name}'")))
        }
        _ => Ok(()),
    }
}

fn set_module(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    cannot_delete(vm, object, value, "__module__")?;
    set_namespace_item(vm, object, value, Name::Module)?;
    // It is no longer known where it was written.
    set_namespace_item(vm, object, None, Name::FirstLineNumber).or_else(|raised| vm.catch::<()>(Err(raised), Ex::AttributeError).map(|_| ()))
}

fn get_doc(vm: &mut Vm, value: &Value) -> Res<Value> {
    // Instances of some builtin types have doc strings of their own: the attribute that shows them is not the type's.
    let doc = namespace_item(vm, value, Name::Doc)?.filter(|doc| doc.get::<GetSetDescriptor>().is_none()).unwrap_or(Value::NONE);
    match class_of(value).filter(|class| class.has(CLASS_HEAP) && doc.is_object() && doc.kind() != super::header::Kind::Str) {
        Some(class) => {
            let action = vm.bind(&doc, None, class)?;
            vm.run_action(action)
        }
        None => Ok(doc),
    }
}

fn set_doc(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    cannot_delete(vm, object, value, "__doc__")?;
    set_namespace_item(vm, object, value, Name::Doc)
}

fn get_abstract_methods(vm: &mut Vm, value: &Value) -> Res<Value> {
    match namespace_item(vm, value, Name::AbstractMethods)? {
        Some(methods) if methods.get::<GetSetDescriptor>().is_none() => Ok(methods),
        _ => {
            let name = vm.name(Name::AbstractMethods).clone();
            Err(vm.attribute_error(value, &name, "__abstractmethods__"))
        }
    }
}

fn set_abstract_methods(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    set_namespace_item(vm, object, value, Name::AbstractMethods)?;
    let any = match value {
        Some(value) => vm.truth(value)?,
        None => false,
    };
    if let Some(class) = class_of(object) {
        let flags = class.flags.get();
        class.flags.set(if any { flags | CLASS_ABSTRACT } else { flags & !CLASS_ABSTRACT });
    }
    Ok(())
}

fn get_bases(vm: &mut Vm, value: &Value) -> Res<Value> {
    let bases = with_class(vm, value, |_, class| class.bases.get().clone())?;
    Ok(vm.new_tuple(bases))
}

fn set_bases(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    let Some(class) = class_of(object) else { return Ok(()) };
    let name = class_name(class);
    if !class.has(CLASS_HEAP) {
        return Err(vm.type_error(&format!("cannot set '__bases__' attribute of immutable type '{name}'")));
    }
    cannot_delete(vm, object, value, "__bases__")?;
    let Some(value) = value else { return Ok(()) };
    let Some(bases) = value.get::<super::tuple::Tuple>().map(|bases| bases.items().to_vec()) else {
        let kind = vm.type_name(value);
        return Err(vm.type_error(&format!("can only assign tuple to {name}.__bases__, not {kind}")));
    };
    if bases.is_empty() {
        return Err(vm.type_error(&format!("can only assign non-empty tuple to {name}.__bases__, not ()")));
    }
    for base in &bases {
        let Some(base) = class_of(base) else {
            let kind = vm.type_name(base);
            return Err(vm.type_error(&format!("{name}.__bases__ must be tuple of classes, not '{kind}'")));
        };
        if base.is_subclass_of(class) || derives_by_bases(base, class) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    vm.rebase_class(class, bases)
}

/// Does it derive from the other, whatever the orders of resolution say? (In an `mro()` they may not be renewed yet.)
fn derives_by_bases(class: &Class, other: &Class) -> bool {
    core::ptr::eq(class, other) || class.bases.get().iter().filter_map(class_of).any(|base| derives_by_bases(base, other))
}

fn get_base(vm: &mut Vm, value: &Value) -> Res<Value> {
    with_class(vm, value, |_, class| {
        let bases = class.bases.get();
        bases.iter().find(|base| class_of(base).is_some_and(|base| core::ptr::eq(base.layout, class.layout))).or(bases.first()).cloned().unwrap_or(Value::NONE)
    })
}

fn layout_number(vm: &mut Vm, value: &Value, number: fn(&Class) -> i64) -> Res<Value> {
    let number = with_class(vm, value, |_, class| number(class))?;
    Ok(vm.new_int(number))
}

/// The flags that programs look at, with the bits they have in CPython.
fn flags_of(class: &Class) -> i64 {
    use super::class::{CLASS_FINAL, CLASS_MAPPING, CLASS_NOT_CALLABLE, CLASS_SEQUENCE};
    use super::header::Kind;
    let subclass = match class.layout.kind {
        Kind::Int | Kind::Bool => 1 << 24,
        Kind::List => 1 << 25,
        Kind::Tuple => 1 << 26,
        Kind::Bytes => 1 << 27,
        Kind::Str => 1 << 28,
        Kind::Dict => 1 << 29,
        Kind::Exception => 1 << 30,
        Kind::Class => 1 << 31,
        _ => 0,
    };
    let flag = |flag: u32, bit: u32| if class.has(flag) { 1i64 << bit } else { 0 };
    let base = if class.has(CLASS_FINAL) { 0 } else { 1 << 10 };
    let immutable = if class.has(CLASS_HEAP) { 0 } else { 1 << 8 };
    subclass
        | base
        | immutable
        | flag(CLASS_HEAP, 9)
        | flag(CLASS_ABSTRACT, 20)
        | flag(CLASS_SEQUENCE, 5)
        | flag(CLASS_MAPPING, 6)
        | flag(CLASS_NOT_CALLABLE, 7)
        | 1 << 12
        | 1 << 14
}

fn get_mro(vm: &mut Vm, value: &Value) -> Res<Value> {
    if class_of(value).is_some_and(Class::is_unordered) {
        return Ok(Value::NONE);
    }
    let mro = with_class(vm, value, |_, class| class.mro().map(Value::from_object).collect::<Vec<_>>())?;
    Ok(vm.new_tuple(mro))
}

fn get_namespace(vm: &mut Vm, value: &Value) -> Res<Value> {
    let dict = with_class(vm, value, |_, class| class.dict.clone())?;
    Ok(crate::object::mapping_proxy::new(vm, dict))
}

fn get_type_params(vm: &mut Vm, value: &Value) -> Res<Value> {
    match namespace_item(vm, value, Name::TypeParams)? {
        Some(parameters) if parameters.get::<GetSetDescriptor>().is_none() => Ok(parameters),
        _ => Ok(vm.new_tuple(Vec::new())),
    }
}

fn set_type_params(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    cannot_delete(vm, object, value, "__type_params__")?;
    set_namespace_item(vm, object, value, Name::TypeParams)
}

fn get_annotate(vm: &mut Vm, value: &Value) -> Res<Value> {
    if let Some(function) = namespace_item(vm, value, Name::AnnotateFunc)? {
        return Ok(function);
    }
    Ok(namespace_item(vm, value, Name::Annotate)?.unwrap_or(Value::NONE))
}

fn set_annotate(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    set_namespace_item(vm, object, value, Name::AnnotateFunc)
}

fn get_annotations(vm: &mut Vm, value: &Value) -> Res<Value> {
    if let Some(annotations) = namespace_item(vm, value, Name::Annotations)? {
        return Ok(annotations);
    }
    if class_of(value).is_some_and(|class| !class.has(CLASS_HEAP)) {
        let name = vm.name(Name::Annotations).clone();
        return Err(vm.missing_attribute(value, &name));
    }
    let function = get_annotate(vm, value)?;
    let annotations = if function.is_none() { vm.new_dict() } else { vm.call(&function, &[Value::small_int(1)])? };
    if class_of(value).is_some_and(|class| class.has(CLASS_HEAP)) {
        set_namespace_item(vm, value, Some(&annotations), Name::Annotations)?;
    }
    Ok(annotations)
}

fn set_annotations(vm: &mut Vm, object: &Value, value: Option<&Value>) -> Res<()> {
    set_namespace_item(vm, object, value, Name::Annotations)
}

/// What a native class's `__new__` takes, or else its `__init__`; None if that is not to be said in a signature.
fn get_text_signature(vm: &mut Vm, value: &Value) -> Res<Value> {
    // CPython has none for these: they may be called in several ways.
    const SEVERAL: &[&str] = &["bytearray", "bytes", "dict", "int", "range", "slice", "str", "super", "type"];
    // What they take is judged by themselves.
    const OWN: &[(&str, &str)] = &[
        ("frozenset", ITERABLE),
        ("list", ITERABLE),
        ("map", "(function, iterable, /, *iterables, strict=False)"),
        ("set", ITERABLE),
        ("tuple", ITERABLE),
        ("EllipsisType", "()"),
        ("NoneType", "()"),
        ("NotImplementedType", "()"),
    ];
    const ITERABLE: &str = "(iterable=(), /)";
    let Some(class) = class_of(value).filter(|class| !class.has(CLASS_HEAP)) else { return Ok(Value::NONE) };
    let class_name = class_name(class);
    if SEVERAL.contains(&class_name.as_str()) {
        return Ok(Value::NONE);
    }
    if let Some((_, text)) = OWN.iter().find(|(name, _)| *name == class_name) {
        return Ok(vm.new_str(text));
    }
    if core::ptr::eq(class.layout, Instance::LAYOUT) {
        // `object` says that it takes anything, and refuses it.
        return Ok(vm.new_str("()"));
    }
    for name in [Name::New, Name::Init] {
        let found = class.namespace().get_interned(vm.name(name));
        let Some(native) = found.as_ref().and_then(|found| found.get::<NativeFunction>()) else { continue };
        let parameters = native.native.parameters().split_once(',').map_or("", |(_, rest)| rest.trim_start());
        let parameters = parameters.strip_prefix('/').map_or(parameters, |rest| rest.trim_start_matches([',', ' ']));
        if !matches!(parameters, "*args, **kwargs" | "*args") && !parameters.contains("<unrepresentable>") {
            return Ok(vm.format(format_args!("({})", parameters.replace("=<required>", ""))));
        }
    }
    Ok(Value::NONE)
}

pub static TYPE: TypeSpec = TypeSpec {
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    natives: &[
        Native::full("__new__($type, *args, **kwargs)", build_class::type_new, "Create and return a new class."),
        Native::full("__init__($self, /, *args, **kwargs)", type_init, "Initialize self."),
        Native::full("__call__($self, /, *args, **kwargs)", type_call, "Call self as a function."),
        Native::full("__setattr__($self, name, value, /)", set_attribute, "Implement setattr(self, name, value)."),
        Native::full("__delattr__($self, name, /)", delete_attribute, "Implement delattr(self, name)."),
        Native::simple("__repr__($self, /)", type_repr, "Return repr(self)."),
        Native::simple("mro($self, /)", type_mro, "Return a type's method resolution order."),
        Native::simple("__subclasses__($self, /)", type_subclasses, "Return a list of immediate subclasses."),
        Native::full("__prepare__($type, *args, **kwargs)", type_prepare, "Return a namespace for a class body."),
        Native::simple("__or__($self, value, /)", super::union_type::or, "Return self|value."),
        Native::simple("__ror__($self, value, /)", super::union_type::ror, "Return value|self."),
        Native::simple("__instancecheck__($self, instance, /)", type_instancecheck, "Check if an object is an instance."),
        Native::simple("__subclasscheck__($self, subclass, /)", type_subclasscheck, "Check if a class is a subclass."),
        Native::simple("__dir__($self, /)", type_dir, "Specialized __dir__ implementation for types."),
    ],
    getters: &[
        Getter { name: "__name__", get: get_name, set: Some(set_name), doc: "" },
        Getter { name: "__qualname__", get: get_qualified_name, set: Some(set_qualified_name), doc: "" },
        Getter { name: "__module__", get: get_module, set: Some(set_module), doc: "" },
        Getter { name: "__doc__", get: get_doc, set: Some(set_doc), doc: "" },
        Getter { name: "__abstractmethods__", get: get_abstract_methods, set: Some(set_abstract_methods), doc: "" },
        Getter { name: "__type_params__", get: get_type_params, set: Some(set_type_params), doc: "" },
        Getter { name: "__annotate__", get: get_annotate, set: Some(set_annotate), doc: "" },
        Getter { name: "__annotations__", get: get_annotations, set: Some(set_annotations), doc: "" },
        Getter { name: "__bases__", get: get_bases, set: Some(set_bases), doc: "" },
        Getter::read_only("__base__", get_base, ""),
        Getter::read_only("__basicsize__", |vm, value| layout_number(vm, value, |class| class.layout.size as i64), ""),
        Getter::read_only(
            "__itemsize__",
            |vm, value| layout_number(vm, value, |class| if matches!(class.layout.kind, super::header::Kind::Tuple | super::header::Kind::Int) { 8 } else { 0 }),
            "",
        ),
        Getter::read_only("__dictoffset__", |vm, value| layout_number(vm, value, |class| -i64::from(class.has(CLASS_HAS_DICT))), ""),
        Getter::read_only(
            "__weakrefoffset__",
            |vm, value| layout_number(vm, value, |class| if class.has(CLASS_WEAKREFERABLE) { class.layout.size as i64 } else { 0 }),
            "",
        ),
        Getter::read_only("__flags__", |vm, value| layout_number(vm, value, flags_of), ""),
        Getter::read_only("__text_signature__", get_text_signature, ""),
        Getter::read_only("__mro__", get_mro, ""),
        Getter::read_only("__dict__", get_namespace, ""),
    ],
    ..TypeSpec::new("type", Class::LAYOUT)
};

// ---- super

fn super_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (start, object) = match (arguments.get(1), arguments.get(2)) {
        (Some(start), Some(object)) => (start.clone(), object.clone()),
        (Some(start), None) => (start.clone(), Value::UNDEFINED),
        _ => implicit_arguments(vm)?,
    };
    let class = arguments.first().cloned().unwrap_or(Value::NONE);
    let object = if object.is_none() && arguments.len() == 3 { Value::UNDEFINED } else { object };
    make_super(vm, &class, start, object)
}

/// `super.__get__`: one that is not bound is bound to the instance.
fn super_get(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (this, instance) = (&arguments[0], &arguments[1]);
    let Some(start) = this.get::<Super>().filter(|this| this.object.is_undefined() && !instance.is_none()).map(|this| this.start.clone()) else {
        return Ok(this.clone());
    };
    let class = vm.class_of(this).value();
    make_super(vm, &class, start, instance.clone())
}

/// The class that an object claims to be of.
fn claimed_class(vm: &mut Vm, object: &Value) -> Res<Option<Value>> {
    let name = vm.name(Name::Class).clone();
    let found = match vm.get_attribute_if_any(object, &name) {
        Ok(None) => return Ok(None),
        Ok(Some(action)) => vm.run_action(action),
        Err(raised) => Err(raised),
    };
    vm.catch(found, Ex::AttributeError)
}

/// A `super` object; `object` undefined: not bound.
fn make_super(vm: &mut Vm, class: &Value, start: Value, object: Value) -> Res<Value> {
    let Some(start_class) = start.get::<Class>() else {
        let kind = vm.type_name(&start);
        return Err(vm.type_error(&format!("super() argument 1 must be a type, not {kind}")));
    };
    let object_class = if object.is_undefined() {
        Value::UNDEFINED
    } else if object.get::<Class>().is_some_and(|class| class.is_subclass_of(start_class)) {
        object.clone()
    } else if vm.is_instance(&object, start_class) {
        vm.class_of(&object).value()
    } else if let Some(claimed) = claimed_class(vm, &object)?.filter(|claimed| claimed.get::<Class>().is_some_and(|class| class.is_subclass_of(start_class))) {
        claimed
    } else {
        let is_class = object.get::<Class>();
        let (kind, name) = match is_class {
            Some(class) => ("type", class_name(class)),
            None => ("instance of", vm.type_name(&object)),
        };
        let start = class_name(start_class);
        return Err(vm.type_error(&format!("super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({start}).")));
    };
    Ok(super::iterators_combined::new_of(vm, class, |header| Super { header, start, object, object_class }))
}

/// `super()` without arguments: `__class__` and the first argument of the calling function.
fn implicit_arguments(vm: &mut Vm) -> Res<(Value, Value)> {
    let Some(frame) = vm.python_frame() else { return Err(vm.raise(Ex::RuntimeError, "super(): no current frame")) };
    let code = frame.code();
    if code.argument_count == 0 {
        return Err(vm.raise(Ex::RuntimeError, "super(): no arguments"));
    }
    let first = frame.register(0).clone();
    let first = match first.get::<super::function::CellObject>() {
        Some(cell) if code.cell_registers.contains(&0) => cell.content.get().clone(),
        _ => first,
    };
    if first.is_undefined() {
        return Err(vm.raise(Ex::RuntimeError, "super(): arg[0] deleted"));
    }
    let class_name = vm.name(Name::Class);
    let index = code.free_names.iter().position(|name| name.is(class_name));
    let cell = index.and_then(|index| frame.function().and_then(|function| function.closure.get().get(index).cloned()));
    match cell.as_ref().and_then(|cell| cell.get::<super::function::CellObject>()).map(|cell| cell.content.get().clone()) {
        Some(class) if !class.is_undefined() => Ok((class, first)),
        Some(_) => Err(vm.raise(Ex::RuntimeError, "super(): empty __class__ cell")),
        None => Err(vm.raise(Ex::RuntimeError, "super(): __class__ cell not found")),
    }
}

fn super_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments[0].get::<Super>() else { return Ok(Value::NONE) };
    let start = this.start.get::<Class>().map(class_name).unwrap_or_default();
    let text = match this.object_class.get::<Class>() {
        Some(class) => format!("<super: <class '{start}'>, <{} object>>", class_name(class)),
        None => format!("<super: <class '{start}'>, NULL>"),
    };
    Ok(vm.new_str(&text))
}

fn super_field(field: fn(&Super) -> &Value) -> impl Fn(&Value) -> Value {
    move |value| value.get::<Super>().map(|this| field(this).clone()).filter(|value| !value.is_undefined()).unwrap_or(Value::NONE)
}

pub static SUPER: TypeSpec = TypeSpec {
    doc: "super() -> same as super(__class__, <first argument>)",
    natives: &[
        Native::simple("__new__($type, type=None, object=None, /)", super_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", type_init, "Initialize self."),
        Native::simple("__repr__($self, /)", super_repr, "Return repr(self)."),
        Native::simple("__get__($self, instance, owner=None, /)", super_get, "Return an attribute of instance, which is of type owner."),
    ],
    getters: &[
        Getter::read_only("__thisclass__", |_, value| Ok(super_field(|this| &this.start)(value)), "the class invoking super()"),
        Getter::read_only("__self__", |_, value| Ok(super_field(|this| &this.object)(value)), "the instance invoking super(); may be None"),
        Getter::read_only("__self_class__", |_, value| Ok(super_field(|this| &this.object_class)(value)), "the type of the instance invoking super(); may be None"),
    ],
    ..TypeSpec::new("super", Super::LAYOUT)
};

pub static WRAPPER_DESCRIPTOR: TypeSpec = TypeSpec {
    natives: super::function_types::DESCRIPTOR_METHODS,
    getters: super::function_types::NATIVE_GETTERS,
    ..TypeSpec::new("wrapper_descriptor", NativeFunction::LAYOUT)
};
pub static METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    natives: super::function_types::DESCRIPTOR_METHODS,
    getters: super::function_types::NATIVE_GETTERS,
    ..TypeSpec::new("method_descriptor", NativeFunction::LAYOUT)
};
pub static METHOD_WRAPPER: TypeSpec = TypeSpec {
    natives: super::function_types::DESCRIPTOR_METHODS,
    getters: super::function_types::NATIVE_GETTERS,
    ..TypeSpec::new("method-wrapper", NativeFunction::LAYOUT)
};
pub static CLASS_METHOD_DESCRIPTOR: TypeSpec = TypeSpec {
    natives: super::function_types::DESCRIPTOR_METHODS,
    getters: super::function_types::NATIVE_GETTERS,
    ..TypeSpec::new("classmethod_descriptor", NativeFunction::LAYOUT)
};

impl Vm {
    /// [`Vm::instantiate`] as an action, for natives.
    pub fn instantiate_action(&mut self, class: Value, arguments: Vec<Value>, names: Vec<Value>) -> Res<Action> {
        Ok(Action::Instantiate { class, arguments, names })
    }
}
