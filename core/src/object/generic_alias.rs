//! `types.GenericAlias`: a class with type arguments, `list[int]`.

use super::class::{Class, TypeSpec};
use super::construct::allocation_class;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::str::Str;
use super::tuple::Tuple;
use super::union_type;
use super::value::Value;
use crate::builtins::pieces::{Piece, join_then};
use crate::object;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Call, Getter, Name, Native, Res, Vm, prelude};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A parametrized class.
#[repr(C)]
pub struct GenericAlias {
    pub header: Header,
    pub origin: Value,
    /// A tuple.
    pub arguments: Value,
    /// `*tuple[int, str]`
    pub starred: bool,
    /// The type parameters among the arguments, a tuple; undefined until asked for.
    parameters: Mut<Value>,
}

object!(GenericAlias, Kind::Other, "types.GenericAlias", |this, visit| for value in [&this.origin, &this.arguments, this.parameters.get()] {
    visit(value);
});

pub static GENERIC_ALIAS: TypeSpec = TypeSpec {
    module: "types",
    doc: "A class with type arguments.",
    natives: &[
        Native::simple("__new__($type, origin, args, /)", alias_new, "Create and return a new object."),
        Native::full("__repr__($self, /)", repr, "Return repr(self)."),
        Native::full("__call__($self, /, *args, **kwargs)", call, "Call self as a function."),
        Native::simple("__eq__($self, value, /)", equal, "Return self==value."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::full("__getitem__($self, item, /)", get_item, "Return self[item]."),
        Native::full("__getattribute__($self, name, /)", get_attribute, "Return getattr(self, name)."),
        Native::simple(
            "__mro_entries__($self, bases, /)",
            |vm, arguments| {
                let origin = arguments.first().and_then(alias).map_or(Value::NONE, |alias| alias.origin.clone());
                Ok(vm.new_tuple(Vec::from([origin])))
            },
            "The classes that stand for it among bases.",
        ),
        Native::simple(
            "__instancecheck__($self, instance, /)",
            |vm, _| Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic")),
            "Raises TypeError.",
        ),
        Native::simple("__subclasscheck__($self, cls, /)", |vm, _| Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic")), "Raises TypeError."),
        Native::simple("__reduce__($self, /)", reduce, "Helper for pickle."),
        Native::simple("__or__($self, value, /)", union_type::or, "Return self|value."),
        Native::simple("__ror__($self, value, /)", union_type::ror, "Return value|self."),
        Native::simple("__iter__($self, /)", iterate, "Implement iter(self)."),
        Native::simple("__dir__($self, /)", directory, "The names of the attributes."),
    ],
    getters: &[
        Getter::read_only("__origin__", |_, this| Ok(alias(this).map_or(Value::NONE, |alias| alias.origin.clone())), "The class."),
        Getter::read_only("__args__", |_, this| Ok(alias(this).map_or(Value::NONE, |alias| alias.arguments.clone())), "The type arguments."),
        Getter::read_only("__parameters__", parameters, "The type parameters among the arguments."),
        Getter::read_only("__unpacked__", |_, this| Ok(Value::bool(alias(this).is_some_and(|alias| alias.starred))), "Whether it was made with a star."),
        Getter::read_only(
            "__typing_unpacked_tuple_args__",
            |_, this| Ok(alias(this).filter(|alias| alias.starred).map_or(Value::NONE, |alias| alias.arguments.clone())),
            "The arguments, if it was made with a star.",
        ),
    ],
    ..TypeSpec::new("GenericAlias", GenericAlias::LAYOUT)
};

fn alias(value: &Value) -> Option<&GenericAlias> {
    value.get::<GenericAlias>()
}

/// `origin[item]`: what `__class_getitem__` of a builtin class returns.
///
/// # Errors
/// None at present; natives return it as it is.
pub fn new(vm: &mut Vm, origin: &Value, item: &Value) -> Res<Value> {
    let arguments = if item.get_exact::<Tuple>().is_some() { item.clone() } else { vm.new_tuple(Vec::from([item.clone()])) };
    Ok(make(vm, origin.clone(), arguments, false))
}

fn make(vm: &mut Vm, origin: Value, arguments: Value, starred: bool) -> Value {
    vm.new_object(|header| GenericAlias { header, origin, arguments, starred, parameters: Mut::new(Value::UNDEFINED) })
}

fn alias_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<GenericAlias>(vm, arguments, "types.GenericAlias")?;
    let [_, origin, item, ..] = arguments else { return Ok(Value::NONE) };
    let origin = origin.clone();
    let arguments = if item.get_exact::<Tuple>().is_some() { item.clone() } else { vm.new_tuple(Vec::from([item.clone()])) };
    Ok(vm.heap.new_object(&class, |header| GenericAlias { header, origin, arguments, starred: false, parameters: Mut::new(Value::UNDEFINED) }))
}

/// How a type argument is shown: classes by their qualified name, everything else by its repr.
pub(super) fn argument_pieces(vm: &mut Vm, argument: &Value, pieces: &mut Vec<Piece>) {
    if argument.bits() == Value::ELLIPSIS.bits() {
        pieces.push("...".into());
        return;
    }
    if argument.is_none() {
        pieces.push("None".into());
        return;
    }
    if let Some(list) = argument.get::<super::list::List>() {
        pieces.push("[".into());
        let items = list.items.get().clone();
        if vm.enter_native(" while getting the repr of an object").is_ok() {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    pieces.push(", ".into());
                }
                argument_pieces(vm, item, pieces);
            }
            vm.leave_native();
        }
        pieces.push("]".into());
        return;
    }
    let Some(class) = argument.get::<Class>() else {
        pieces.push(Piece::Repr(argument.clone()));
        return;
    };
    let text = |value: &Value| value.get::<Str>().map(|text| text.to_string_lossy().into_owned());
    let name = text(class.qualified_name.get()).unwrap_or_default();
    let module = class.namespace().get_interned(vm.name(Name::Module)).as_ref().and_then(text);
    pieces.push(Piece::Text(match module.as_deref() {
        None | Some("builtins") => name.into(),
        Some(module) => format!("{module}.{name}").into(),
    }));
}

fn repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(alias) = arguments.get(0).and_then(alias) else { return Ok(Action::Return(Value::NONE)) };
    let (origin, items, starred) = (alias.origin.clone(), alias.arguments.clone(), alias.starred);
    let mut pieces = Vec::new();
    if starred {
        pieces.push("*".into());
    }
    argument_pieces(vm, &origin, &mut pieces);
    pieces.push("[".into());
    let items = items.get::<Tuple>().map(|items| items.items().to_vec()).unwrap_or_default();
    if items.is_empty() {
        pieces.push("()".into());
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            pieces.push(", ".into());
        }
        argument_pieces(vm, item, &mut pieces);
    }
    pieces.push("]".into());
    join_then(vm, pieces, |_, text| Ok(Action::Return(text)))
}

fn call(_: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0).cloned() else { return Ok(Action::Return(Value::NONE)) };
    let Some(origin) = alias(&this).map(|alias| alias.origin.clone()) else { return Ok(Action::Return(Value::NONE)) };
    let mut given = arguments.positional.get(1..).unwrap_or_default().to_vec();
    given.extend(arguments.values.iter().cloned());
    let call = Call { callee: origin, arguments: given, names: arguments.names.to_vec() };
    Ok(Action::Call(
        call,
        alloc::boxed::Box::new(move |vm: &mut Vm, object: Res<Value>| {
            let object = object?;
            // The instance remembers its alias, if it can.
            let name = vm.intern("__orig_class__");
            if let Some((header, attributes)) = super::exception_types::attributes(&object) {
                attributes.set(header, &name, this);
            }
            Ok(Action::Return(object))
        }),
    ))
}

fn equal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let (Some(left), Some(right)) = (alias(left), alias(right)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (origins, items) = ((left.origin.clone(), right.origin.clone()), (left.arguments.clone(), right.arguments.clone()));
    let same = left.starred == right.starred && vm.equal(&origins.0, &origins.1)? && vm.equal(&items.0, &items.1)?;
    Ok(Value::bool(same))
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(alias) = arguments.first().and_then(alias) else { return Ok(Value::NONE) };
    let (origin, items) = (alias.origin.clone(), alias.arguments.clone());
    let hash = vm.hash(&origin)? ^ vm.hash(&items)?;
    Ok(vm.new_int(hash as i64 >> 1))
}

/// Attributes that are the alias's own; all others are the class's.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__parameters__",
    "__unpacked__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
    "__repr__",
    "__eq__",
    "__hash__",
    "__call__",
    "__getitem__",
    "__or__",
    "__ror__",
    "__iter__",
    "__dir__",
];

fn get_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(name)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let Some(alias) = alias(this) else { return Ok(Action::Return(Value::NONE)) };
    let own = name.get::<Str>().and_then(Str::as_str).is_some_and(|name| OWN.contains(&name));
    if !own {
        return get_attribute_then(vm, &alias.origin.clone(), name, |_, value| value.map(Action::Return));
    }
    // The plain lookup of `object`.
    let generic = vm.class_of(&Value::NONE).lookup(vm.name(Name::GetAttribute));
    match generic {
        Some(generic) => Ok(Action::tail_call(generic, [this.clone(), name.clone()])),
        None => Err(vm.raise(Ex::AttributeError, "no such attribute")),
    }
}

/// The type parameters in a tuple of arguments, each once: objects with `__typing_subst__` (type variables), and those of nested aliases.
fn find_parameters(vm: &mut Vm, arguments: &Value) -> Vec<Value> {
    let marker = vm.intern("__typing_subst__");
    let mut found: Vec<Value> = Vec::new();
    for argument in arguments.get::<Tuple>().map(|items| items.items().to_vec()).unwrap_or_default() {
        if argument.get::<Class>().is_some() {
            continue;
        }
        let mut add = |value: Value| {
            if !found.iter().any(|known| known.is(&value)) {
                found.push(value);
            }
        };
        if vm.class_of(&argument).lookup(&marker).is_some() {
            add(argument);
            continue;
        }
        if let Some(foreign) = foreign_parameters(vm, &argument) {
            foreign.get::<Tuple>().map(|foreign| foreign.items().to_vec()).unwrap_or_default().into_iter().for_each(add);
            continue;
        }
        let nested = alias(&argument).map(|nested| nested.arguments.clone()).or_else(|| union_type::members(&argument));
        if let Some(nested) = nested
            && vm.enter_native("").is_ok()
        {
            find_parameters(vm, &nested).into_iter().for_each(add);
            vm.leave_native();
        }
    }
    found
}

/// The type parameters of an alias that is no native one: those of `typing` are Python objects.
fn foreign_parameters(vm: &mut Vm, value: &Value) -> Option<Value> {
    if value.get::<Class>().is_some() || alias(value).is_some() || union_type::members(value).is_some() {
        return None;
    }
    let name = vm.intern("__parameters__");
    let class = vm.class_of(value);
    match vm.find_attribute(value, &class, &name) {
        Ok(Some(Action::Return(found))) => Some(found).filter(|found| found.get::<Tuple>().is_some_and(|found| found.length > 0)),
        Ok(_) => None,
        Err(raised) => {
            drop(vm.take_exception(raised));
            None
        }
    }
}

/// Are there aliases with type parameters that are no native ones, on any level?
fn has_foreign(vm: &mut Vm, arguments: &Value) -> bool {
    arguments.get::<Tuple>().map(|items| items.items().to_vec()).unwrap_or_default().into_iter().any(|argument| {
        let nested = alias(&argument).map(|nested| nested.arguments.clone()).or_else(|| union_type::members(&argument));
        match nested {
            Some(nested) if vm.enter_native("").is_ok() => {
                let found = has_foreign(vm, &nested);
                vm.leave_native();
                found
            }
            Some(_) => false,
            None => foreign_parameters(vm, &argument).is_some(),
        }
    })
}

fn parameters(vm: &mut Vm, this: &Value) -> Res<Value> {
    let Some(alias) = alias(this) else {
        let members = union_type::members(this).unwrap_or(Value::NONE);
        return Ok(parameters_of(vm, &members));
    };
    if alias.parameters.get().is_undefined() {
        let found = find_parameters(vm, &alias.arguments.clone());
        let found = vm.new_tuple(found);
        alias.parameters.set(found);
    }
    Ok(alias.parameters.get().clone())
}

/// Type parameters of any value: aliases and unions have some.
pub(super) fn parameters_of(vm: &mut Vm, arguments: &Value) -> Value {
    let found = find_parameters(vm, arguments);
    vm.new_tuple(found)
}

/// `alias[item]`: the parameters replaced.
pub(super) fn get_item(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(item)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let expected = parameters(vm, this)?;
    let expected = expected.get::<Tuple>().map(|expected| expected.items().to_vec()).unwrap_or_default();
    let given = item.get_exact::<Tuple>().map_or_else(|| Vec::from([item.clone()]), |items| items.items().to_vec());
    if expected.is_empty() {
        let shown = vm.native_repr(this)?.and_then(|text| text.get::<Str>().map(|text| text.to_string_lossy().into_owned())).unwrap_or_default();
        return Err(vm.type_error(&format!("{shown} is not a generic class")));
    }
    if expected.len() != given.len() {
        let shown = vm.native_repr(this)?.and_then(|text| text.get::<Str>().map(|text| text.to_string_lossy().into_owned())).unwrap_or_default();
        let few: String = if given.len() < expected.len() { "few".into() } else { "many".into() };
        return Err(vm.type_error(&format!("Too {few} arguments for {shown}; actual {}, expected {}", given.len(), expected.len())));
    }
    let items = alias(this).map(|alias| alias.arguments.clone()).or_else(|| union_type::members(this)).unwrap_or(Value::NONE);
    if has_foreign(vm, &items) {
        let (given, expected) = (vm.new_tuple(given), vm.new_tuple(expected));
        return prelude::call(vm, &prelude::ALIASES, "subscript", &[this.clone(), given, expected]);
    }
    let replacements: Vec<(Value, Value)> = expected.into_iter().zip(given).collect();
    substitute(vm, this, &replacements).map(Action::Return)
}

fn substitute(vm: &mut Vm, value: &Value, replacements: &[(Value, Value)]) -> Res<Value> {
    if let Some((_, replacement)) = replacements.iter().find(|(parameter, _)| parameter.is(value)) {
        return Ok(replacement.clone());
    }
    let items = alias(value).map(|alias| alias.arguments.clone()).or_else(|| union_type::members(value));
    let Some(items) = items else { return Ok(value.clone()) };
    vm.enter_native("")?;
    let mut replaced = Vec::new();
    let mut failed = None;
    for item in items.get::<Tuple>().map(|items| items.items().to_vec()).unwrap_or_default() {
        match substitute(vm, &item, replacements) {
            Ok(item) => replaced.push(item),
            Err(raised) => {
                failed = Some(raised);
                break;
            }
        }
    }
    vm.leave_native();
    if let Some(raised) = failed {
        return Err(raised);
    }
    match alias(value) {
        Some(alias) => {
            let (origin, starred) = (alias.origin.clone(), alias.starred);
            let items = vm.new_tuple(replaced);
            Ok(make(vm, origin, items, starred))
        }
        None => union_type::of(vm, replaced),
    }
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(alias) = arguments.first().and_then(alias) else { return Ok(Value::NONE) };
    let (origin, items) = (alias.origin.clone(), alias.arguments.clone());
    let class = vm.class::<GenericAlias>().value();
    let arguments = vm.new_tuple(Vec::from([origin, items]));
    Ok(vm.new_tuple(Vec::from([class, arguments])))
}

/// `*tuple[int, str]`: an iterator over the one starred alias.
fn iterate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(alias) = arguments.first().and_then(alias) else { return Ok(Value::NONE) };
    let (origin, items) = (alias.origin.clone(), alias.arguments.clone());
    let starred = make(vm, origin, items, true);
    let list = vm.new_list(Vec::from([starred]));
    match vm.lookup_special(&list, Name::Iter) {
        Some(method) => vm.call(&method, &[list]),
        None => Ok(list),
    }
}

fn directory(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let origin = arguments.first().and_then(alias).map_or(Value::NONE, |alias| alias.origin.clone());
    let listed = crate::builtins::attributes::type_dir(vm, &[origin])?;
    let mut names = listed.get::<super::list::List>().map(|list| list.items.get().clone()).unwrap_or_default();
    for own in OWN {
        let name = vm.intern(own);
        if !names.iter().any(|known| known.is(&name)) {
            names.push(name);
        }
    }
    Ok(vm.new_list(names))
}
