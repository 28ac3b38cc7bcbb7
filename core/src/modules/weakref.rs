//! `_weakref`: weak references and proxies. The containers made of them are Python code (`weakref`).

use super::ModuleSpec;
use crate::builtins::pieces::Piece;
use crate::object;
use crate::object::class::{CLASS_HEAP, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, Class, TypeSpec};
use crate::object::construct::{allocation_class, class_name};
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::{HAS_WEAK_REFERENCES, Header, Kind, Mut, Object};
use crate::object::value::Value;
use crate::object::weak_reference::WeakReference;
use crate::vm::protocol::get_attribute_then;
use crate::vm::reenter::Comparison;
use crate::vm::{Action, Args, Call, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple(
            "getweakrefcount(object, /)",
            |vm, arguments| {
                let count = references(vm, arguments).len();
                Ok(vm.new_size(count))
            },
            "How many weak references to the object there are.",
        ),
        Native::simple(
            "getweakrefs(object, /)",
            |vm, arguments| {
                let list = references(vm, arguments);
                Ok(vm.new_list(list))
            },
            "The weak references to the object.",
        ),
        Native::simple("_remove_dead_weakref(dct, key, /)", remove_dead, "Remove a weak reference from a dict if its target is dead."),
        Native::simple("proxy(object, callback=None, /)", new_proxy, "A proxy that acts like the object and does not keep it alive."),
    ],
    constants: |vm, module| {
        for (name, spec) in [("ref", &REFERENCE), ("ReferenceType", &REFERENCE), ("ProxyType", &PROXY), ("CallableProxyType", &CALLABLE_PROXY)] {
            let class = vm.class_from_spec(spec);
            module.set(vm, name, class);
        }
    },
    ..ModuleSpec::new("_weakref", "Weak references.")
};

pub static REFERENCE: TypeSpec = TypeSpec {
    module: "weakref",
    flags: CLASS_WEAKREFERABLE,
    doc: "A reference that does not keep its target alive: call it to get the target, or None.",
    natives: &[
        Native::simple("__new__($type, object, callback=None, /, *args, **kwargs)", reference_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", reference_init, "Initialize self."),
        Native::simple("__call__($self, /)", |_, arguments| Ok(arguments.first().and_then(target).unwrap_or(Value::NONE)), "The target, or None."),
        Native::simple("__eq__($self, value, /)", |vm, arguments| compare(vm, arguments, Comparison::Eq), "Return self==value."),
        Native::simple("__ne__($self, value, /)", |vm, arguments| compare(vm, arguments, Comparison::Ne), "Return self!=value."),
        Native::simple("__hash__($self, /)", hash, "Return hash(self)."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::full(
            "__class_getitem__($type, item, /)",
            |vm, arguments| match arguments.positional {
                [class, item, ..] => crate::object::generic_alias::new(vm, class, item).map(Action::Return),
                _ => Ok(Action::Return(Value::NONE)),
            },
            "See PEP 585.",
        ),
    ],
    getters: &[Getter::read_only(
        "__callback__",
        |_, this| Ok(this.get::<WeakReference>().and_then(|reference| reference.callback.get().clone()).unwrap_or(Value::NONE)),
        "What is called when the target dies.",
    )],
    ..TypeSpec::new("ReferenceType", WeakReference::LAYOUT)
};

fn reference_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    match arguments.positional.len().saturating_sub(1) {
        0 => Err(vm.type_error("__init__ expected at least 1 argument, got 0")),
        1 | 2 => Ok(Action::Return(Value::NONE)),
        count => Err(vm.type_error(&format!("__init__ expected at most 2 arguments, got {count}"))),
    }
}

/// May weak references to this object exist? Instances of classes with a `__dict__` or `__weakref__`, and what its type allows.
fn check_target(vm: &mut Vm, object: &Value) -> Res<()> {
    let kinds = matches!(
        object.kind(),
        Kind::Class | Kind::Function | Kind::Module | Kind::Generator | Kind::Set | Kind::FrozenSet | Kind::BoundMethod | Kind::Native | Kind::Code | Kind::Exception
    );
    if object.is_object() && (kinds || vm.class_of(object).has(CLASS_WEAKREFERABLE)) {
        return Ok(());
    }
    let name = vm.type_name(object);
    Err(vm.type_error(&format!("cannot create weak reference to '{name}' object")))
}

fn callback_argument(arguments: &[Value], index: usize) -> Option<Value> {
    argument(arguments, index).filter(|callback| !callback.is_none()).cloned()
}

/// The weak references to an object, proxies among them; the plain reference and the plain proxy first.
pub fn references(vm: &mut Vm, arguments: &[Value]) -> Vec<Value> {
    let mut found = inner_references(vm, arguments);
    found.sort_by_key(|value| match value.get_exact::<WeakReference>() {
        Some(reference) if reference.callback.get().is_none() => usize::from(!reference.proxy.get().is_null()),
        _ => 2,
    });
    found.into_iter().map(|value| value.get::<WeakReference>().and_then(WeakReference::proxy).unwrap_or(value)).collect()
}

/// As that, with what proxies have inside.
fn inner_references(vm: &mut Vm, arguments: &[Value]) -> Vec<Value> {
    match arguments.first().and_then(Value::header) {
        Some(header) if header.flags() & HAS_WEAK_REFERENCES != 0 => vm.heap.weak.of(header),
        _ => Vec::new(),
    }
}

fn remove_dead(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [dict, key, ..] = arguments else { return Ok(Value::NONE) };
    let Some(dict) = dict.get::<Dict>() else {
        let given = vm.type_name(dict);
        return Err(vm.type_error(&format!("_remove_dead_weakref() argument 1 must be dict, not {given}")));
    };
    if let Some(reference) = dict.get(vm, key)?
        && reference.get::<WeakReference>().is_some_and(|reference| reference.target().is_none())
    {
        dict.delete(vm, key)?;
    }
    Ok(Value::NONE)
}

fn reference_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<WeakReference>(vm, arguments, "weakref.ReferenceType")?;
    let Some(object) = argument(arguments, 1) else {
        return Err(vm.type_error("__new__ expected at least 1 argument, got 0"));
    };
    check_target(vm, object)?;
    let callback = callback_argument(arguments, 2);
    if callback.is_none() && !class.has(CLASS_HEAP) {
        // Without callback one reference serves all.
        let existing = inner_references(vm, core::slice::from_ref(object));
        let plain = existing.into_iter().find(|other| {
            other.get_exact::<WeakReference>().is_some_and(|reference| reference.callback.get().is_none() && reference.proxy.get().is_null())
                && vm.class_of(other).value().is(&class.value())
        });
        if let Some(plain) = plain {
            return Ok(plain);
        }
    }
    Ok(enter(vm, &class, object, callback))
}

fn enter(vm: &mut Vm, class: &Class, object: &Value, callback: Option<Value>) -> Value {
    let Some(header) = object.header() else { return Value::NONE };
    let target: *const Header = header;
    let value = vm.heap.new_object(class, |header| WeakReference {
        header,
        target: Cell::new(target),
        callback: Mut::new(callback),
        hash: Cell::new(None),
        proxy: Cell::new(core::ptr::null()),
    });
    if let Some(reference) = value.get::<WeakReference>() {
        vm.heap.weak.add(header, reference);
    }
    value
}

/// A plain weak reference made natively.
///
/// # Errors
/// TypeError for objects that cannot be referred to weakly.
pub fn new_reference(vm: &mut Vm, object: &Value) -> Res<Value> {
    let class = vm.class_from_spec(&REFERENCE);
    reference_new(vm, &[class, object.clone()])
}

fn target(reference: &Value) -> Option<Value> {
    reference.get::<WeakReference>()?.target()
}

fn compare(vm: &mut Vm, arguments: &[Value], how: Comparison) -> Res<Value> {
    let [left, right, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    if right.get::<WeakReference>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (target(left), target(right)) {
        (Some(left), Some(right)) => vm.compare(how, &left, &right),
        _ => Ok(Value::bool(left.is(right) == (how == Comparison::Eq))),
    }
}

fn hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let Some(reference) = this.get::<WeakReference>() else { return Ok(Value::NONE) };
    if let Some(hash) = reference.hash.get() {
        return Ok(vm.new_int(hash as i64));
    }
    match reference.target() {
        Some(target) => {
            let hash = vm.hash(&target)?;
            reference.hash.set(Some(hash));
            Ok(vm.new_int(hash as i64))
        }
        None => Err(vm.type_error("weak object has gone away")),
    }
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let address = this.bits();
    match target(this) {
        None => Ok(vm.format(format_args!("<weakref at {address:#x}; dead>"))),
        Some(target) => {
            let (name, at) = (vm.type_name(&target), target.bits());
            Ok(vm.format(format_args!("<weakref at {address:#x}; to '{name}' at {at:#x}>")))
        }
    }
}

// ---- proxies

/// A proxy: forwards everything to the target of its reference.
#[repr(C)]
pub struct Proxy {
    pub header: Header,
    /// A [`WeakReference`].
    pub reference: Value,
    /// Called with the proxy when the target dies; the reference's own callback does it.
    pub callback: Mut<Option<Value>>,
}

object!(Proxy, Kind::Other, "weakref.ProxyType", |this, visit| {
    visit(&this.reference);
    if let Some(callback) = this.callback.get() {
        visit(callback);
    }
});

/// Forwards a special method to the target; other proxies among the arguments are replaced by their targets.
macro_rules! forward {
    ($($signature:literal $name:ident),+ $(,)?) => {
        &[
            $(Native::full($signature, |vm, arguments| forward(vm, arguments, Name::$name), "As the target does it."),)+
            Native::full("__getattribute__($self, name, /)", proxy_get_attribute, "As the target does it."),
            Native::full("__str__($self, /)", proxy_str, "As the target does it."),
            Native::simple("__repr__($self, /)", proxy_repr, "Return repr(self)."),
            Native::full("__bool__($self, /)", proxy_bool, "As the target does it."),
            Native::simple("__hash__($self, /)", |vm, arguments| {
                let name = arguments.first().map(|this| vm.type_name(this)).unwrap_or_default();
                Err(vm.type_error(&format!("unhashable type: '{name}'")))
            }, "Proxies are not hashable."),
        ]
    };
}

pub static PROXY: TypeSpec = TypeSpec {
    module: "weakref",
    flags: CLASS_NOT_CALLABLE,
    doc: "A weak reference that acts like its target.",
    natives: forward![
        "__setattr__($self, name, value, /)" SetAttr, "__delattr__($self, name, /)" DelAttr, "__len__($self, /)" Len,
        "__getitem__($self, key, /)" GetItem, "__setitem__($self, key, value, /)" SetItem, "__delitem__($self, key, /)" DelItem,
        "__contains__($self, key, /)" Contains, "__iter__($self, /)" Iter, "__next__($self, /)" Next, "__reversed__($self, /)" Reversed,
        "__eq__($self, value, /)" Eq, "__ne__($self, value, /)" Ne, "__lt__($self, value, /)" Lt, "__le__($self, value, /)" Le,
        "__gt__($self, value, /)" Gt, "__ge__($self, value, /)" Ge,
        "__add__($self, value, /)" Add, "__radd__($self, value, /)" RAdd, "__sub__($self, value, /)" Sub, "__rsub__($self, value, /)" RSub,
        "__mul__($self, value, /)" Mul, "__rmul__($self, value, /)" RMul, "__truediv__($self, value, /)" TrueDiv, "__rtruediv__($self, value, /)" RTrueDiv,
        "__floordiv__($self, value, /)" FloorDiv, "__rfloordiv__($self, value, /)" RFloorDiv, "__mod__($self, value, /)" Mod, "__rmod__($self, value, /)" RMod,
        "__matmul__($self, value, /)" MatMul, "__rmatmul__($self, value, /)" RMatMul, "__and__($self, value, /)" And, "__rand__($self, value, /)" RAnd,
        "__or__($self, value, /)" Or, "__ror__($self, value, /)" ROr, "__xor__($self, value, /)" Xor, "__rxor__($self, value, /)" RXor,
        "__lshift__($self, value, /)" LShift, "__rshift__($self, value, /)" RShift, "__neg__($self, /)" Neg, "__pos__($self, /)" Pos,
        "__abs__($self, /)" Abs, "__invert__($self, /)" Invert, "__int__($self, /)" Int, "__float__($self, /)" Float, "__index__($self, /)" Index,
        "__bytes__($self, /)" Bytes, "__divmod__($self, value, /)" DivMod, "__rdivmod__($self, value, /)" RDivMod, "__pow__($self, value, /)" Pow,
        "__rpow__($self, value, /)" RPow, "__iadd__($self, value, /)" IAdd, "__isub__($self, value, /)" ISub, "__imul__($self, value, /)" IMul,
        "__imatmul__($self, value, /)" IMatMul, "__itruediv__($self, value, /)" ITrueDiv, "__ifloordiv__($self, value, /)" IFloorDiv,
        "__imod__($self, value, /)" IMod, "__ipow__($self, value, /)" IPow, "__ilshift__($self, value, /)" ILShift, "__irshift__($self, value, /)" IRShift,
        "__iand__($self, value, /)" IAnd, "__ixor__($self, value, /)" IXor, "__ior__($self, value, /)" IOr,
    ],
    ..TypeSpec::new("ProxyType", Proxy::LAYOUT)
};

pub static CALLABLE_PROXY: TypeSpec = TypeSpec {
    module: "weakref",
    base: Some(&PROXY),
    flags: CLASS_NOT_CALLABLE,
    doc: "A weak reference that acts like its target, which can be called.",
    natives: &[Native::full("__call__($self, /, *args, **kwargs)", proxy_call, "As the target does it.")],
    ..TypeSpec::new("CallableProxyType", Proxy::LAYOUT)
};

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(reference) = self.reference.get::<WeakReference>() {
            reference.proxy.set(core::ptr::null());
        }
    }
}

fn new_proxy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(object) = arguments.first() else { return Ok(Value::NONE) };
    check_target(vm, object)?;
    let callback = callback_argument(arguments, 1);
    if callback.is_none() {
        // Without callback one proxy serves all.
        let existing = inner_references(vm, core::slice::from_ref(object));
        let plain = existing.iter().filter_map(|other| other.get_exact::<WeakReference>()).find(|other| other.callback.get().is_none() && other.proxy().is_some());
        if let Some(proxy) = plain.and_then(WeakReference::proxy) {
            return Ok(proxy);
        }
    }
    let class = vm.class_from_spec(&REFERENCE);
    let Some(class) = class.get::<Class>() else { return Ok(Value::NONE) };
    let reference = enter(vm, class, object, callback.clone());
    let spec = if vm.lookup_special(object, Name::Call).is_some() { &CALLABLE_PROXY } else { &PROXY };
    let class = vm.class_from_spec(spec);
    let Some(class) = class.get::<Class>() else { return Ok(Value::NONE) };
    let value = vm.heap.new_object(class, |header| Proxy { header, reference: reference.clone(), callback: Mut::new(callback) });
    if let (Some(reference), Some(header)) = (reference.get::<WeakReference>(), value.header()) {
        reference.proxy.set(header);
    }
    Ok(value)
}

#[cold]
fn dead(vm: &mut Vm) -> Raised {
    vm.raise(Ex::ReferenceError, "weakly-referenced object no longer exists")
}

/// The target of a proxy; any other value itself.
fn unwrapped(vm: &mut Vm, value: &Value) -> Res<Value> {
    match value.get::<Proxy>() {
        None => Ok(value.clone()),
        Some(proxy) => match target(&proxy.reference) {
            Some(target) => Ok(target),
            None => Err(dead(vm)),
        },
    }
}

fn forward(vm: &mut Vm, arguments: &Args, name: Name) -> Res<Action> {
    let mut unwrapped_arguments = Vec::with_capacity(arguments.positional.len());
    for value in arguments.positional {
        unwrapped_arguments.push(unwrapped(vm, value)?);
    }
    let Some((this, rest)) = unwrapped_arguments.split_first() else { return Ok(Action::Return(Value::NONE)) };
    match vm.call_special(this, name, rest) {
        Some(action) => action,
        None if matches!(name, Name::Len | Name::GetItem | Name::SetItem | Name::DelItem | Name::Iter | Name::Next | Name::Contains | Name::Reversed) => {
            let type_name = vm.type_name(this);
            let message = match name {
                Name::Len => format!("object of type '{type_name}' has no len()"),
                Name::Iter => format!("'{type_name}' object is not iterable"),
                Name::Next => format!("Weakref proxy referenced a non-iterator '{type_name}' object"),
                _ => format!("'{type_name}' object is not subscriptable"),
            };
            Err(vm.type_error(&message))
        }
        None => Ok(Action::Return(Value::NOT_IMPLEMENTED)),
    }
}

fn proxy_get_attribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(name)) = (arguments.get(0), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    let target = unwrapped(vm, this)?;
    get_attribute_then(vm, &target, name, |_, value| value.map(Action::Return))
}

fn proxy_call(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let callee = unwrapped(vm, this)?;
    let mut given = arguments.positional.get(1..).unwrap_or_default().to_vec();
    given.extend(arguments.values.iter().cloned());
    Ok(Action::TailCall(Call { callee, arguments: given, names: arguments.names.to_vec() }))
}

fn proxy_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let target = unwrapped(vm, this)?;
    crate::builtins::pieces::join(vm, Vec::from([Piece::Str(target)]))
}

fn proxy_bool(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let target = unwrapped(vm, this)?;
    vm.truth_action(&target)
}

fn proxy_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let target = this.get::<Proxy>().and_then(|proxy| target(&proxy.reference));
    let address = this.bits();
    match target {
        None => Ok(vm.format(format_args!("<weakproxy at {address:#x} to NoneType at {:#x}>", Value::NONE.bits()))),
        Some(target) => {
            let name = class_name(&vm.class_of(&target));
            let at = target.bits();
            Ok(vm.format(format_args!("<weakproxy at {address:#x} to {name} at {at:#x}>")))
        }
    }
}
