//! The class statement: `__build_class__` and `type.__new__`.

use super::classes::{ClassParts, common_layout, merge_ancestors, slots_conflict};
use super::execute::{class_name, text_of};
use super::ops::attribute::call_method_action;
use super::{Action, Args, Call, ClassRef, Name, Res, Vm};
use crate::object::class::{CLASS_FINAL, CLASS_HAS_DICT, CLASS_HEAP, CLASS_MAPPING, CLASS_OWN_ORDER, CLASS_SEQUENCE, CLASS_WEAKREFERABLE, Class};
use crate::object::descriptor::{ClassMethod, StaticMethod};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::function::{CellObject, Function};
use crate::object::header::{Kind, Mut};
use crate::object::instance::Instance;
use crate::object::list::List;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

/// `__build_class__(function, name, /, *bases, metaclass=.., **keywords)`
pub fn build_class(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [function, name, bases @ ..] = arguments.positional else {
        return Err(vm.type_error("__build_class__: not enough arguments"));
    };
    if function.get::<Function>().is_none() {
        return Err(vm.type_error("__build_class__: func must be a function"));
    }
    let mut metaclass = None;
    let mut keywords: Vec<(Value, Value)> = Vec::new();
    for (key, value) in arguments.names.iter().zip(arguments.values) {
        if Str::is(key, "metaclass") { metaclass = Some(value.clone()) } else { keywords.push((key.clone(), value.clone())) }
    }
    let statement = Statement { function: function.clone(), name: name.clone(), original_bases: bases.to_vec(), metaclass, keywords };
    resolve_bases(vm, statement, 0, Vec::new())
}

struct Statement {
    function: Value,
    name: Value,
    original_bases: Vec<Value>,
    metaclass: Option<Value>,
    keywords: Vec<(Value, Value)>,
}

impl Statement {
    fn keyword_call(&self, callee: Value, mut arguments: Vec<Value>) -> Call {
        let names = self.keywords.iter().map(|(name, _)| name.clone()).collect();
        arguments.extend(self.keywords.iter().map(|(_, value)| value.clone()));
        Call { callee, arguments, names }
    }
}

/// `__mro_entries__` of bases that are no classes.
fn resolve_bases(vm: &mut Vm, statement: Statement, mut index: usize, mut bases: Vec<Value>) -> Res<Action> {
    while let Some(base) = statement.original_bases.get(index).cloned() {
        index += 1;
        if base.get::<Class>().is_some() {
            bases.push(base);
            continue;
        }
        let name = vm.name(Name::MroEntries).clone();
        let Some(found) = vm.get_attribute_if_any(&base, &name)? else {
            bases.push(base);
            continue;
        };
        return found.then(vm, move |vm, method| {
            let Some(method) = vm.catch(method, Ex::AttributeError)? else {
                bases.push(base);
                return resolve_bases(vm, statement, index, bases);
            };
            let original = vm.new_tuple(statement.original_bases.clone());
            Ok(Action::call(method, [original], move |vm, entries| {
                let entries = entries?;
                let Some(entries) = entries.get::<Tuple>() else { return Err(vm.type_error("__mro_entries__ must return a tuple")) };
                bases.extend(entries.items().iter().cloned());
                resolve_bases(vm, statement, index, bases)
            }))
        });
    }
    prepare(vm, statement, bases)
}

/// The most derived metaclass.
fn winner(vm: &mut Vm, metaclass: ClassRef, bases: &[Value]) -> Res<ClassRef> {
    let mut winner = metaclass;
    for base in bases {
        let candidate = vm.class_of(base);
        if winner.is_subclass_of(&candidate) {
            continue;
        }
        if candidate.is_subclass_of(&winner) {
            winner = candidate;
            continue;
        }
        return Err(vm.type_error("metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"));
    }
    Ok(winner)
}

fn prepare(vm: &mut Vm, statement: Statement, bases: Vec<Value>) -> Res<Action> {
    let metaclass = match &statement.metaclass {
        Some(metaclass) => metaclass.clone(),
        None => match bases.first() {
            Some(base) => vm.class_of(base).value(),
            None => vm.class::<Class>().value(),
        },
    };
    let metaclass = match metaclass.get::<Class>() {
        Some(class) => winner(vm, ClassRef::of(class), &bases)?.value(),
        None => metaclass,
    };
    let bases_tuple = vm.new_tuple(bases);
    let prepare_name = vm.name(Name::Prepare).clone();
    let plain_type = metaclass.is(&vm.class::<Class>().value());
    if plain_type {
        let namespace = vm.new_dict();
        return run_body(vm, statement, metaclass, bases_tuple, namespace);
    }
    let found = match vm.get_attribute(&metaclass, &prepare_name) {
        Ok(action) => Some(action),
        Err(raised) => {
            vm.catch::<()>(Err(raised), Ex::AttributeError)?;
            None
        }
    };
    let Some(found) = found else {
        let namespace = vm.new_dict();
        return run_body(vm, statement, metaclass, bases_tuple, namespace);
    };
    found.and_then(vm, move |_, prepare| {
        let call = statement.keyword_call(prepare, Vec::from([statement.name.clone(), bases_tuple.clone()]));
        Ok(Action::Call(
            call,
            Box::new(move |vm: &mut Vm, result: Res<Value>| {
                let namespace = result?;
                if namespace.get::<Dict>().is_none() && vm.lookup_special(&namespace, Name::GetItem).is_none() {
                    let (name, kind) = (metaclass.get::<Class>().map(class_name).unwrap_or_else(|| "<metaclass>".into()), vm.type_name(&namespace));
                    return Err(vm.type_error(&format!("{name}.__prepare__() must return a mapping, not {kind}")));
                }
                run_body(vm, statement, metaclass, bases_tuple, namespace)
            }),
        ))
    })
}

fn run_body(_: &mut Vm, statement: Statement, metaclass: Value, bases: Value, namespace: Value) -> Res<Action> {
    // Class bodies take their namespace as the one argument.
    let call = Call::new(statement.function.clone(), [namespace.clone()]);
    Ok(Action::Call(
        call,
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            let cell = result?;
            let changed = {
                let items = bases.get::<Tuple>().map(Tuple::items).unwrap_or_default();
                items.len() != statement.original_bases.len() || items.iter().zip(&statement.original_bases).any(|(a, b)| !a.is(b))
            };
            if changed && let Some(dict) = namespace.get::<Dict>() {
                let (key, original) = (vm.intern("__orig_bases__"), vm.new_tuple(statement.original_bases.clone()));
                drop(dict.set_interned(&key, original));
            }
            let call = statement.keyword_call(metaclass, Vec::from([statement.name.clone(), bases, namespace]));
            Ok(Action::Call(
                call,
                Box::new(move |vm: &mut Vm, result: Res<Value>| {
                    let class = result?;
                    let held = cell.get::<CellObject>().filter(|_| class.get::<Class>().is_some()).map(|cell| cell.content.get().clone());
                    if let Some(held) = held.as_ref().filter(|held| !held.is_undefined() && !held.is(&class)) {
                        let shown = |vm: &mut Vm, value: &Value| vm.native_repr(value).map(|text| text.map(|text| text_of(&text)).unwrap_or_default());
                        let (held, name, class) = (shown(vm, held)?, shown(vm, &statement.name)?, shown(vm, &class)?);
                        return Err(vm.type_error(&format!("__class__ set to {held} defining {name} as {class}")));
                    }
                    if held.is_some_and(|held| held.is_undefined()) {
                        let name = text_of(&statement.name);
                        return Err(vm.raise(Ex::RuntimeError, &format!("__class__ not set defining '{name}' as {name}. Was __classcell__ propagated to type.__new__?")));
                    }
                    Ok(Action::Return(class))
                }),
            ))
        }),
    ))
}

/// ValueError for zeros in the name of a class, UnicodeEncodeError for surrogates.
pub fn check_class_name(vm: &mut Vm, name: &Value) -> Res<()> {
    let Some(text) = name.get::<Str>() else { return Ok(()) };
    if core::str::from_utf8(text.bytes()).is_err() {
        return Err(crate::object::text_stream::not_encodable(vm, text));
    }
    if text.bytes().contains(&0) { Err(vm.value_error("type name must not contain null characters")) } else { Ok(()) }
}

/// `type.__new__(metaclass, name, bases, namespace, **keywords)`
pub fn type_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [metaclass, name, bases, namespace] = arguments.positional else {
        let is_type = arguments.get(0).is_some_and(|metaclass| metaclass.is(&vm.class::<Class>().value()));
        if is_type && arguments.positional.len() == 2 && arguments.names.is_empty() {
            return Ok(Action::Return(vm.class_of(&arguments.positional[1]).value()));
        }
        let given = arguments.positional.len().saturating_sub(1);
        let message = if is_type { "type() takes 1 or 3 arguments".into() } else { format!("type.__new__() takes exactly 3 arguments ({given} given)") };
        return Err(vm.type_error(&message));
    };
    let Some(metaclass) = metaclass.get::<Class>() else { return Err(vm.type_error("type.__new__(X): X is not a type object")) };
    if name.get::<Str>().is_none() {
        let kind = vm.type_name(name);
        return Err(vm.type_error(&format!("type.__new__() argument 1 must be str, not {kind}")));
    }
    let Some(bases) = bases.get::<Tuple>() else {
        let kind = vm.type_name(bases);
        return Err(vm.type_error(&format!("type.__new__() argument 2 must be tuple, not {kind}")));
    };
    let Some(source) = namespace.get::<Dict>() else {
        let kind = vm.type_name(namespace);
        return Err(vm.type_error(&format!("type.__new__() argument 3 must be dict, not {kind}")));
    };
    let bases: Vec<Value> = if bases.length == 0 { Vec::from([vm.class::<Instance>().value()]) } else { bases.items().to_vec() };
    check_class_name(vm, name)?;
    if let Some(doc) = source.get_interned(vm.name(Name::Doc))
        && let Some(text) = doc.get::<Str>().filter(|text| core::str::from_utf8(text.bytes()).is_err())
    {
        return Err(crate::object::text_stream::not_encodable(vm, text));
    }
    let best = winner(vm, ClassRef::of(metaclass), &bases)?;
    for base in &bases {
        let Some(class) = base.get::<Class>() else { return Err(vm.type_error("bases must be types")) };
        if class.is_unordered() {
            let name = class_name(class);
            return Err(vm.type_error(&format!("Cannot extend an incomplete type '{name}'")));
        }
        if class.has(CLASS_FINAL) {
            let name = class_name(class);
            return Err(vm.type_error(&format!("type '{name}' is not an acceptable base type")));
        }
    }
    for (index, base) in bases.iter().enumerate() {
        if bases.iter().take(index).any(|earlier| earlier.is(base)) {
            let name = base.get::<Class>().map(class_name).unwrap_or_default();
            return Err(vm.type_error(&format!("duplicate base class {name}")));
        }
    }
    if best != ClassRef::of(metaclass)
        && let Some(new) = vm.class_special(&best, Name::New)
        && !new.get::<crate::object::function::NativeFunction>().is_some_and(|native| native.owner.is(&vm.class::<Class>()))
    {
        let mut all = Vec::from([best.value()]);
        all.extend(arguments.positional.iter().skip(1).cloned());
        all.extend(arguments.values.iter().cloned());
        let callee = super::ops::attribute::unwrap_static(&new);
        return Ok(Action::TailCall(Call { callee, arguments: all, names: arguments.names.to_vec() }));
    }
    let Some((layout, _)) = common_layout(&bases).filter(|_| !slots_conflict(&bases)) else {
        return Err(vm.type_error("multiple bases have instance lay-out conflict"));
    };
    let own_order = vm.order_method(metaclass);
    let ancestors = match &own_order {
        Some(_) => Vec::new(),
        None => match merge_ancestors(&bases) {
            Some(ancestors) => ancestors,
            None => return Err(vm.inconsistent_order(&bases)),
        },
    };
    let dict_value = vm.new_dict();
    let Some(dict) = dict_value.get::<Dict>() else { return Err(vm.memory_error()) };
    let mut odd_names = false;
    for (key, value) in source.items() {
        let key = vm.intern_value(&key);
        odd_names |= key.get::<Str>().is_none();
        dict.set(vm, key, value)?;
    }
    let take = |vm: &mut Vm, name: Name| dict.delete_interned(vm.name(name));
    let qualified_name = take(vm, Name::QualName);
    if let Some(qualified) = &qualified_name
        && qualified.get::<Str>().is_none()
    {
        let kind = vm.type_name(qualified);
        return Err(vm.type_error(&format!("type __qualname__ must be a str, not {kind}")));
    }
    // Scopes of annotations have the cell; the class does not need it.
    let dict_cell = vm.intern("__classdictcell__");
    drop(dict.delete_interned(&dict_cell));
    let take = |vm: &mut Vm, name: Name| dict.delete_interned(vm.name(name));
    let cell = take(vm, Name::ClassCell);
    if let Some(cell) = cell.as_ref().filter(|cell| cell.get::<CellObject>().is_none()) {
        let kind = vm.class_of(cell).value();
        let kind = vm.native_repr(&kind)?.map(|text| text_of(&text)).unwrap_or_default();
        return Err(vm.type_error(&format!("type.__new__(): __classcell__ must be a nonlocal cell, not {kind}")));
    }
    // Annotation scopes of the body see what the class has from now on.
    let class_dict = vm.intern("__classdictcell__");
    if let Some(cell) = dict.delete_interned(&class_dict) {
        match cell.get::<CellObject>() {
            Some(cell) => cell.content.set(dict_value.clone()),
            None => {
                let kind = vm.class_of(&cell).value();
                let kind = vm.native_repr(&kind)?.map(|text| text_of(&text)).unwrap_or_default();
                return Err(vm.type_error(&format!("type.__new__(): __classdictcell__ must be a nonlocal cell, not {kind}")));
            }
        }
    }
    // What instances are for patterns, in the bits of CPython.
    let kind_name = vm.intern("__abc_tpflags__");
    let pattern_kind = match dict.get_interned(&kind_name).and_then(|kind| kind.as_small_int()) {
        Some(bits) => {
            drop(dict.delete_interned(&kind_name));
            (if bits & 1 << 5 != 0 { CLASS_SEQUENCE } else { 0 }) | (if bits & 1 << 6 != 0 { CLASS_MAPPING } else { 0 })
        }
        None => 0,
    };
    // `__slots__`
    let inherits_dict = bases.iter().filter_map(|base| base.get::<Class>()).any(|base| base.has(CLASS_HAS_DICT));
    let inherits_weak_references = bases.iter().filter_map(|base| base.get::<Class>()).any(|base| base.has(CLASS_HEAP) && base.has(CLASS_WEAKREFERABLE));
    let mut flags = CLASS_HAS_DICT | CLASS_WEAKREFERABLE;
    let mut slots: Vec<Value> = Vec::new();
    if let Some(declared) = dict.get_interned(vm.name(Name::Slots)) {
        flags = if inherits_dict { CLASS_HAS_DICT } else { 0 };
        let names = match declared.get::<Str>() {
            Some(_) => Vec::from([declared.clone()]),
            None => match super::iterate::native_items(vm, &declared)? {
                Some(names) => names,
                None => {
                    // Asked in the middle of it all; classes whose slots an iterator written in Python names are rare.
                    let class = vm.class::<List>().value();
                    let names = vm.call(&class, core::slice::from_ref(&declared))?;
                    super::iterate::native_items(vm, &names)?.unwrap_or_default()
                }
            },
        };
        for slot in names {
            let Some(text) = slot.get::<Str>() else {
                let kind = vm.type_name(&slot);
                return Err(vm.type_error(&format!("__slots__ items must be strings, not '{kind}'")));
            };
            let identifier = crate::object::str::case::is_identifier(text);
            let text = text.to_string_lossy().into_owned();
            match text.as_str() {
                "__dict__" if flags & CLASS_HAS_DICT != 0 => return Err(vm.type_error("__dict__ slot disallowed: we already got one")),
                "__dict__" => flags |= CLASS_HAS_DICT,
                "__weakref__" if inherits_weak_references || flags & CLASS_WEAKREFERABLE != 0 => {
                    return Err(vm.type_error("__weakref__ slot disallowed: we already got one"));
                }
                "__weakref__" => flags |= CLASS_WEAKREFERABLE,
                _ => {
                    if !identifier {
                        return Err(vm.type_error("__slots__ must be identifiers"));
                    }
                    let class_text = text_of(name);
                    let stripped = class_text.trim_start_matches('_');
                    let mangled = if text.starts_with("__") && !text.ends_with("__") && !stripped.is_empty() { format!("_{stripped}{text}") } else { text };
                    let slot = vm.intern(&mangled);
                    if dict.get_interned(&slot).is_some() {
                        return Err(vm.value_error(&format!("'{mangled}' in __slots__ conflicts with class variable")));
                    }
                    if !slots.iter().any(|known| known.is(&slot)) {
                        slots.push(slot);
                    }
                }
            }
        }
        if !slots.is_empty() && matches!(layout.kind, Kind::Int | Kind::Bytes | Kind::Tuple) {
            let base = layout.name;
            return Err(vm.type_error(&format!("nonempty __slots__ not supported for subtype of '{base}'")));
        }
        slots.sort_by_key(text_of);
    }
    let defaults = |vm: &mut Vm, name: Name, value: Value| {
        if dict.get_interned(vm.name(name)).is_none() {
            let name = vm.name(name).clone();
            drop(dict.set_interned(&name, value));
        }
    };
    if dict.get_interned(vm.name(Name::Module)).is_none()
        && let Some(frame) = vm.python_frame()
        && let Some(module) = frame.function().and_then(|function| function.globals.get::<Dict>()).and_then(|globals| globals.get_interned(vm.name(Name::Name)))
    {
        defaults(vm, Name::Module, module);
    }
    if dict.get_interned(vm.name(Name::Eq)).is_some() {
        defaults(vm, Name::Hash, Value::NONE);
    }
    for (special, is_static) in [(Name::New, true), (Name::InitSubclass, false), (Name::ClassGetItem, false)] {
        let key = vm.name(special).clone();
        if let Some(function) = dict.get_interned(&key)
            && function.kind() == Kind::Function
        {
            let wrapped = if is_static {
                vm.new_object(|header| StaticMethod { header, function: Mut::new(function), attributes: Mut::new(Value::UNDEFINED) })
            } else {
                vm.new_object(|header| ClassMethod { header, function: Mut::new(function), attributes: Mut::new(Value::UNDEFINED) })
            };
            drop(dict.set_interned(&key, wrapped));
        }
    }
    let parts = ClassParts {
        metaclass: ClassRef::of(metaclass),
        name: name.clone(),
        bases,
        namespace: dict_value.clone(),
        layout,
        flags: flags | pattern_kind | if own_order.is_some() { CLASS_OWN_ORDER } else { 0 },
        slots,
        qualified_name: qualified_name.as_ref(),
    };
    let class = vm.make_class(parts, ancestors);
    defaults(vm, Name::Doc, Value::NONE);
    if let Some(cell) = cell.as_ref().and_then(|cell| cell.get::<CellObject>()) {
        cell.content.set(class.clone());
    }
    let keywords: Vec<(Value, Value)> = arguments.names.iter().cloned().zip(arguments.values.iter().cloned()).collect();
    let members = source_members(&dict_value);
    if odd_names {
        let text = format!("non-string key in the __dict__ of class {}", text_of(name));
        return super::prelude::warn_then(vm, Ex::RuntimeWarning, &text, move |vm| order_class(vm, class, own_order, members, keywords));
    }
    order_class(vm, class, own_order, members, keywords)
}

/// The order of resolution, if the metaclass has an `mro()` of its own, then what members and parents do with a new class.
fn order_class(vm: &mut Vm, class: Value, own_order: Option<Value>, members: Vec<(Value, Value)>, keywords: Vec<(Value, Value)>) -> Res<Action> {
    match own_order {
        None => set_names(vm, class, members, 0, keywords),
        Some(method) => {
            let this = class.clone();
            call_method_action(vm, method, &this, &[], move |vm, order| {
                if let Some(class) = class.get::<Class>() {
                    vm.settle_order(class, &order)?;
                }
                set_names(vm, class, members, 0, keywords)
            })
        }
    }
}

fn source_members(dict: &Value) -> Vec<(Value, Value)> {
    dict.get::<Dict>().map(|dict| dict.items()).unwrap_or_default()
}

/// `__set_name__` of every member that has it, then `__init_subclass__` of the parent.
fn set_names(vm: &mut Vm, class: Value, members: Vec<(Value, Value)>, mut index: usize, keywords: Vec<(Value, Value)>) -> Res<Action> {
    while let Some((name, value)) = members.get(index).cloned() {
        index += 1;
        if !value.is_object() || matches!(value.kind(), Kind::Function | Kind::Str | Kind::Int | Kind::Class) {
            continue;
        }
        if let Some(method) = vm.lookup_special(&value, Name::SetName) {
            let arguments = [class.clone(), name.clone()];
            let owner = class.clone();
            let kind = vm.type_name(&value);
            let called = call_method_action(vm, method, &value, &arguments, |_, value| Ok(Action::Return(value)));
            let go_on = move |vm: &mut Vm, result: Res<Value>| match result {
                Ok(_) => set_names(vm, class, members, index, keywords),
                Err(raised) => {
                    let exception = vm.take_exception(raised);
                    let note =
                        format!("Error calling __set_name__ on '{kind}' instance '{}' in '{}'", text_of(&name), owner.get::<Class>().map(class_name).unwrap_or_default());
                    let note = vm.new_str(&note);
                    crate::object::exception_types::append_note(vm, &exception, &note)?;
                    Err(vm.raise_value(exception))
                }
            };
            return Action::after(called, vm, go_on);
        }
    }
    let Some(object) = class.get::<Class>() else { return Ok(Action::Return(class)) };
    let name = vm.name(Name::InitSubclass).clone();
    if !object.is_subclass_of(object) {
        let name = class_name(object);
        return Err(vm.type_error(&format!("super(type, obj): obj (type {name}) is not an instance or subtype of type ({name}).")));
    }
    let rest = object.mro().skip_while(|ancestor| !core::ptr::eq(*ancestor, object)).skip(1);
    let found = rest.map(Class::namespace).find_map(|namespace| namespace.get_interned(&name));
    let Some(method) = found else { return Ok(Action::Return(class)) };
    let object_class = ClassRef::of(object);
    vm.bind(&method, None, &object_class)?.and_then(vm, move |_, method| {
        let names = keywords.iter().map(|(name, _)| name.clone()).collect();
        let arguments = keywords.into_iter().map(|(_, value)| value).collect();
        Ok(Action::Call(
            Call { callee: method, arguments, names },
            Box::new(move |_: &mut Vm, result: Res<Value>| {
                result?;
                Ok(Action::Return(class))
            }),
        ))
    })
}
