//! `types.MappingProxyType`: a read-only view of a mapping.

use super::class::TypeSpec;
use super::construct::allocation_class;
use super::exception::Ex;
use super::header::{Header, Kind, Object};
use super::value::Value;
use crate::builtins::pieces::{Piece, join};
use crate::object;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Name, Native, Res, Vm};
use alloc::format;
use alloc::vec::Vec;

/// A read-only view.
#[repr(C)]
pub struct MappingProxy {
    pub header: Header,
    pub mapping: Value,
}

object!(MappingProxy, Kind::Other, "mappingproxy", |this, visit| visit(&this.mapping));

/// Forwards a special method to the mapping.
macro_rules! special {
    ($signature:literal, $name:ident, $doc:literal) => {
        Native::full($signature, |vm, arguments| forward_special(vm, arguments, Name::$name), $doc)
    };
}

/// Forwards an ordinary method to the mapping.
macro_rules! method {
    ($signature:literal, $name:literal, $doc:literal) => {
        Native::full($signature, |vm, arguments| forward_method(vm, arguments, $name), $doc)
    };
}

pub static MAPPING_PROXY: TypeSpec = TypeSpec {
    flags: super::class::CLASS_FINAL | super::class::CLASS_MAPPING,
    doc: "Read-only proxy of a mapping.",
    natives: &[
        Native::simple("__new__($type, mapping, /)", proxy_new, "Create and return a new object."),
        special!("__len__($self, /)", Len, "Return len(self)."),
        special!("__getitem__($self, key, /)", GetItem, "Return self[key]."),
        special!("__contains__($self, key, /)", Contains, "Return bool(key in self)."),
        special!("__iter__($self, /)", Iter, "Implement iter(self)."),
        special!("__reversed__($self, /)", Reversed, "Reverse iterator over the keys."),
        special!("__hash__($self, /)", Hash, "Return hash(self)."),
        special!("__str__($self, /)", Str, "Return str(self)."),
        Native::full("__repr__($self, /)", proxy_repr, "Return repr(self)."),
        Native::full("__or__($self, value, /)", proxy_or, "Return self|value."),
        Native::full("__ror__($self, value, /)", proxy_ror, "Return value|self."),
        Native::full("__eq__($self, value, /)", |vm, arguments| compare(vm, arguments, Name::Eq), "Return self==value."),
        Native::full("__ne__($self, value, /)", |vm, arguments| compare(vm, arguments, Name::Ne), "Return self!=value."),
        method!("get($self, key, default=None, /)", "get", "The value for key, or default."),
        method!("keys($self, /)", "keys", "A view of the keys."),
        method!("values($self, /)", "values", "A view of the values."),
        method!("items($self, /)", "items", "A view of the items."),
        method!("copy($self, /)", "copy", "A shallow copy of the mapping."),
        Native::full(
            "__class_getitem__($type, item, /)",
            |vm, arguments| match arguments.positional {
                [class, item, ..] => super::generic_alias::new(vm, class, item).map(Action::Return),
                _ => Ok(Action::Return(Value::NONE)),
            },
            "See PEP 585.",
        ),
    ],
    ..TypeSpec::new("mappingproxy", MappingProxy::LAYOUT)
};

/// A read-only view of `mapping`.
pub fn new(vm: &mut Vm, mapping: Value) -> Value {
    vm.new_object(|header| MappingProxy { header, mapping })
}

/// The mapping behind a proxy; any other value itself.
fn unwrapped(value: &Value) -> Value {
    value.get::<MappingProxy>().map_or_else(|| value.clone(), |proxy| proxy.mapping.clone())
}

fn proxy_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<MappingProxy>(vm, arguments, "mappingproxy")?;
    let Some(mapping) = arguments.get(1).cloned() else { return Ok(Value::NONE) };
    let sequence = mapping.get::<super::list::List>().is_some() || mapping.get::<super::tuple::Tuple>().is_some();
    if sequence || vm.lookup_special(&mapping, Name::GetItem).is_none() {
        let given = vm.type_name(&mapping);
        return Err(vm.type_error(&format!("mappingproxy() argument must be a mapping, not {given}")));
    }
    Ok(vm.heap.new_object(&class, |header| MappingProxy { header, mapping }))
}

fn forward_special(vm: &mut Vm, arguments: &Args, name: Name) -> Res<Action> {
    let Some((this, rest)) = arguments.positional.split_first() else { return Ok(Action::Return(Value::NONE)) };
    let mapping = unwrapped(this);
    match vm.call_special(&mapping, name, rest) {
        Some(action) => action,
        None => {
            let given = vm.type_name(&mapping);
            Err(vm.type_error(&format!("'{given}' object does not support this operation")))
        }
    }
}

fn forward_method(vm: &mut Vm, arguments: &Args, name: &'static str) -> Res<Action> {
    let Some((this, rest)) = arguments.positional.split_first() else { return Ok(Action::Return(Value::NONE)) };
    let rest: Vec<Value> = rest.iter().filter(|argument| !argument.is_undefined()).cloned().collect();
    let name = vm.intern(name);
    get_attribute_then(vm, &unwrapped(this), &name, |_, method| Ok(Action::tail_call(method?, rest)))
}

fn proxy_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let mapping = arguments.get(0).map_or(Value::NONE, unwrapped);
    join(vm, Vec::from(["mappingproxy(".into(), Piece::Repr(mapping), ")".into()]))
}

fn compare(vm: &mut Vm, arguments: &Args, name: Name) -> Res<Action> {
    let [this, other, ..] = arguments.positional else { return Ok(Action::Return(Value::NOT_IMPLEMENTED)) };
    let other = unwrapped(other);
    vm.call_special(&unwrapped(this), name, &[other]).unwrap_or(Ok(Action::Return(Value::NOT_IMPLEMENTED)))
}

fn proxy_or(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    merge(vm, arguments.get(0), arguments.get(1))
}

fn proxy_ror(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    merge(vm, arguments.get(1), arguments.get(0))
}

fn merge(vm: &mut Vm, left: Option<&Value>, right: Option<&Value>) -> Res<Action> {
    let (Some(left), Some(right)) = (left, right) else { return Ok(Action::Return(Value::NOT_IMPLEMENTED)) };
    let (left, right) = (unwrapped(left), unwrapped(right));
    match vm.call_special(&left, Name::Or, &[right]) {
        Some(action) => action,
        None => Err(vm.raise(Ex::TypeError, "unsupported operand type(s) for |")),
    }
}
