//! `_operator`: operators as functions, and the callables that fetch items and attributes or call methods.

use super::ModuleSpec;
use crate::object;
use crate::object::class::{CLASS_FINAL, TypeSpec};
use crate::object::containers::{self, Display, Shown, class_argument, no_keywords, receiver};
use crate::object::header::{Header, Kind, Object};
use crate::object::iterator_state::recipe;
use crate::object::iterators_combined::new_of;
use crate::object::list::List;
use crate::object::str::Str;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::iterate::{Each, Flow, for_each};
use crate::vm::native::{Action, Args, Call, Native};
use crate::vm::ops::arithmetic::Operator;
use crate::vm::ops::subscript::{get_item_action, length, set_item_action};
use crate::vm::protocol::get_attribute_then;
use crate::vm::reenter::Comparison;
use crate::vm::{Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

macro_rules! binary {
    ($signature:literal, $operator:ident, $in_place:literal, $doc:literal) => {
        Native::full($signature, |vm, args| vm.binary(Operator::$operator, &args.positional[0], &args.positional[1], $in_place), $doc)
    };
}

macro_rules! compared {
    ($signature:literal, $comparison:ident, $doc:literal) => {
        Native::full($signature, |vm, args| vm.compare_action(Comparison::$comparison, &args.positional[0], &args.positional[1]), $doc)
    };
}

macro_rules! unary {
    ($signature:literal, $name:ident, $symbol:literal, $doc:literal) => {
        Native::full($signature, |vm, args| special(vm, &args.positional[0], Name::$name, concat!("bad operand type for ", $symbol)), $doc)
    };
}

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        binary!("add(a, b, /)", ADD, false, "Same as a + b."),
        binary!("sub(a, b, /)", SUB, false, "Same as a - b."),
        binary!("mul(a, b, /)", MUL, false, "Same as a * b."),
        binary!("truediv(a, b, /)", TRUE_DIV, false, "Same as a / b."),
        binary!("floordiv(a, b, /)", FLOOR_DIV, false, "Same as a // b."),
        binary!("mod(a, b, /)", MOD, false, "Same as a % b."),
        binary!("pow(a, b, /)", POW, false, "Same as a ** b."),
        binary!("matmul(a, b, /)", MAT_MUL, false, "Same as a @ b."),
        binary!("lshift(a, b, /)", L_SHIFT, false, "Same as a << b."),
        binary!("rshift(a, b, /)", R_SHIFT, false, "Same as a >> b."),
        binary!("and_(a, b, /)", AND, false, "Same as a & b."),
        binary!("or_(a, b, /)", OR, false, "Same as a | b."),
        binary!("xor(a, b, /)", XOR, false, "Same as a ^ b."),
        binary!("iadd(a, b, /)", ADD, true, "Same as a += b."),
        binary!("isub(a, b, /)", SUB, true, "Same as a -= b."),
        binary!("imul(a, b, /)", MUL, true, "Same as a *= b."),
        binary!("itruediv(a, b, /)", TRUE_DIV, true, "Same as a /= b."),
        binary!("ifloordiv(a, b, /)", FLOOR_DIV, true, "Same as a //= b."),
        binary!("imod(a, b, /)", MOD, true, "Same as a %= b."),
        binary!("ipow(a, b, /)", POW, true, "Same as a **= b."),
        binary!("imatmul(a, b, /)", MAT_MUL, true, "Same as a @= b."),
        binary!("ilshift(a, b, /)", L_SHIFT, true, "Same as a <<= b."),
        binary!("irshift(a, b, /)", R_SHIFT, true, "Same as a >>= b."),
        binary!("iand(a, b, /)", AND, true, "Same as a &= b."),
        binary!("ior(a, b, /)", OR, true, "Same as a |= b."),
        binary!("ixor(a, b, /)", XOR, true, "Same as a ^= b."),
        compared!("lt(a, b, /)", Lt, "Same as a < b."),
        compared!("le(a, b, /)", Le, "Same as a <= b."),
        compared!("eq(a, b, /)", Eq, "Same as a == b."),
        compared!("ne(a, b, /)", Ne, "Same as a != b."),
        compared!("gt(a, b, /)", Gt, "Same as a > b."),
        compared!("ge(a, b, /)", Ge, "Same as a >= b."),
        unary!("neg(a, /)", Neg, "unary -", "Same as -a."),
        unary!("pos(a, /)", Pos, "unary +", "Same as +a."),
        unary!("inv(a, /)", Invert, "unary ~", "Same as ~a."),
        unary!("invert(a, /)", Invert, "unary ~", "Same as ~a."),
        unary!("abs(a, /)", Abs, "abs()", "Same as abs(a)."),
        Native::simple("index(a, /)", |vm, args| vm.index(&args[0]), "Same as a.__index__()"),
        Native::simple("is_(a, b, /)", |_, args| Ok(Value::bool(args[0].is(&args[1]))), "Same as a is b."),
        Native::simple("is_not(a, b, /)", |_, args| Ok(Value::bool(!args[0].is(&args[1]))), "Same as a is not b."),
        Native::simple("is_none(a, /)", |_, args| Ok(Value::bool(args[0].is_none())), "Same as a is None."),
        Native::simple("is_not_none(a, /)", |_, args| Ok(Value::bool(!args[0].is_none())), "Same as a is not None."),
        Native::full("truth(a, /)", |vm, args| vm.truth_action(&args.positional[0]), "Return True if a is true, False otherwise."),
        Native::full(
            "not_(a, /)",
            |vm, args| vm.truth_action(&args.positional[0])?.and_then(vm, |_, truth| Ok(Action::Return(Value::bool(truth.as_bool() != Some(true))))),
            "Same as not a.",
        ),
        Native::full("contains(a, b, /)", contains, "Same as b in a (note reversed operands)."),
        Native::full("concat(a, b, /)", concat, "Same as a + b, for a and b sequences."),
        Native::full("iconcat(a, b, /)", concat_in_place, "Same as a += b, for a and b sequences."),
        Native::full("getitem(a, b, /)", |vm, args| get_item_action(vm, &args.positional[0], &args.positional[1]), "Same as a[b]."),
        Native::full(
            "setitem(a, b, c, /)",
            |vm, args| set_item_action(vm, &args.positional[0], &args.positional[1], args.positional[2].clone())?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE))),
            "Same as a[b] = c.",
        ),
        Native::full("delitem(a, b, /)", delete_item, "Same as del a[b]."),
        Native::full(
            "countOf(a, b, /)",
            |vm, args| for_each(vm, &args.positional[0], Search { wanted: args.positional[1].clone(), seen: 0, count: Some(0) }),
            "Return the number of items in a which are, or which equal, b.",
        ),
        Native::full(
            "indexOf(a, b, /)",
            |vm, args| for_each(vm, &args.positional[0], Search { wanted: args.positional[1].clone(), seen: 0, count: None }),
            "Return the first index of b in a.",
        ),
        Native::full("length_hint(obj, default=0, /)", length_hint, "Return an estimate of the number of items in obj."),
        Native::full("call(obj, /, *args, **kwargs)", call, "Same as obj(*args, **kwargs)."),
        Native::simple("_compare_digest(a, b, /)", compare_digest, "Return 'a == b' without telling by the time taken where they differ."),
    ],
    types: &[&ITEM_GETTER, &ATTRIBUTE_GETTER, &METHOD_CALLER],
    ..ModuleSpec::new("_operator", "Operator interface.")
};

/// Calls a special method without arguments.
fn special(vm: &mut Vm, value: &Value, name: Name, message: &str) -> Res<Action> {
    match vm.call_special(value, name, &[]) {
        Some(action) => action,
        None => {
            let class = vm.type_name(value);
            Err(vm.type_error(&format!("{message}: '{class}'")))
        }
    }
}

fn contains(vm: &mut Vm, args: &Args) -> Res<Action> {
    vm.contains_action(&args.positional[0], &args.positional[1])?.and_then(vm, |vm, found| vm.truth_action(&found))
}

/// TypeError unless both are sequences.
fn check_sequences(vm: &mut Vm, args: &Args) -> Res<()> {
    for value in args.positional.iter().take(1) {
        let is_sequence = vm.lookup_special(value, Name::GetItem).is_some() && value.kind() != Kind::Dict;
        if !is_sequence {
            let name = vm.type_name(value);
            return Err(vm.type_error(&format!("'{name}' object can't be concatenated")));
        }
    }
    Ok(())
}

fn concat(vm: &mut Vm, args: &Args) -> Res<Action> {
    check_sequences(vm, args)?;
    vm.binary(Operator::ADD, &args.positional[0], &args.positional[1], false)
}

fn concat_in_place(vm: &mut Vm, args: &Args) -> Res<Action> {
    check_sequences(vm, args)?;
    vm.binary(Operator::ADD, &args.positional[0], &args.positional[1], true)
}

fn delete_item(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [object, key] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    match vm.call_special(object, Name::DelItem, core::slice::from_ref(key)) {
        Some(action) => action?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE))),
        None => {
            let name = vm.type_name(object);
            Err(vm.type_error(&format!("'{name}' object doesn't support item deletion")))
        }
    }
}

struct Search {
    wanted: Value,
    seen: i64,
    /// Count them all; None: the first one's index.
    count: Option<i64>,
}

impl Each for Search {
    fn item(&mut self, vm: &mut Vm, item: Value) -> Res<Flow> {
        let equal = vm.equal(&item, &self.wanted)?;
        match &mut self.count {
            Some(count) => *count += equal as i64,
            None if equal => return Ok(Flow::Stop(Value::small_int(self.seen))),
            None => self.seen += 1,
        }
        Ok(Flow::Continue)
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        match self.count {
            Some(count) => Ok(Action::Return(Value::small_int(count))),
            None => Err(vm.value_error("sequence.index(x): x not in sequence")),
        }
    }
}

/// Asks an object how long it is, as list() does before it iterates, and goes on.
///
/// # Errors
/// What `__len__` and `__length_hint__` raise, TypeError excepted.
pub fn length_hint_then(vm: &mut Vm, object: &Value, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    hint_or(vm, object, Value::small_int(0))?.and_then(vm, move |vm, _| then(vm))
}

fn length_hint(vm: &mut Vm, args: &Args) -> Res<Action> {
    let object = &args.positional[0];
    let default = args.get(1).cloned().unwrap_or(Value::small_int(0));
    if vm.lookup_special(&default, Name::Index).is_none() {
        let name = vm.type_name(&default);
        return Err(vm.type_error(&format!("'{name}' object cannot be interpreted as an integer")));
    }
    hint_or(vm, object, default)
}

fn hint_or(vm: &mut Vm, object: &Value, default: Value) -> Res<Action> {
    if vm.lookup_special(object, Name::Len).is_some() {
        let object = object.clone();
        let length = length(vm, &object);
        return Action::after(length, vm, move |vm, result| match vm.catch(result, object::exception::Ex::TypeError)? {
            Some(length) => Ok(Action::Return(length)),
            None => hint(vm, &object, default),
        });
    }
    hint(vm, object, default)
}

fn hint(vm: &mut Vm, object: &Value, default: Value) -> Res<Action> {
    let Some(action) = vm.call_special(object, Name::LengthHint, &[]) else { return Ok(Action::Return(default)) };
    let decide = move |vm: &mut Vm, result: Res<Value>| {
        let Some(hint) = vm.catch(result, object::exception::Ex::TypeError)? else { return Ok(Action::Return(default)) };
        if hint.is_not_implemented() {
            return Ok(Action::Return(default));
        }
        match containers::clamped_int(&hint) {
            Some(number) if number < 0 => Err(vm.value_error("__length_hint__() should return >= 0")),
            Some(_) => Ok(Action::Return(hint)),
            None => {
                let name = vm.type_name(&hint);
                Err(vm.type_error(&format!("__length_hint__ must be an integer, not {name}")))
            }
        }
    };
    Action::after(action, vm, decide)
}

fn call(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [callee, arguments @ ..] = args.positional else { return Err(vm.type_error("call expected at least 1 argument, got 0")) };
    let mut arguments = arguments.to_vec();
    arguments.extend_from_slice(args.values);
    Ok(Action::TailCall(Call { callee: callee.clone(), arguments, names: args.names.to_vec() }))
}

fn compare_digest(vm: &mut Vm, args: &[Value]) -> Res<Value> {
    let bytes = |value: &Value| -> Option<Vec<u8>> {
        match value.get::<Str>() {
            Some(text) if text.is_ascii() => Some(text.bytes().to_vec()),
            Some(_) => None,
            None => value.get::<crate::object::bytes::Bytes>().map(|bytes| bytes.data().to_vec()),
        }
    };
    let same_kind = args[0].kind() == args[1].kind();
    match (bytes(&args[0]), bytes(&args[1])) {
        (Some(left), Some(right)) if same_kind => {
            let mut difference = (left.len() != right.len()) as u8;
            for (index, byte) in left.iter().enumerate() {
                difference |= byte ^ right.get(index).copied().unwrap_or(0);
            }
            Ok(Value::bool(difference == 0))
        }
        _ => {
            let (left, right) = (vm.type_name(&args[0]), vm.type_name(&args[1]));
            let message = if left == "str" && right == "str" {
                "comparing strings with non-ASCII characters is not supported".into()
            } else {
                format!("unsupported operand types(s) or combination of types: '{left}' and '{right}'")
            };
            Err(vm.type_error(&message))
        }
    }
}

// ---- itemgetter

/// `operator.itemgetter(item, ...)`
#[repr(C)]
pub struct ItemGetter {
    pub header: Header,
    keys: Vec<Value>,
}

object!(ItemGetter, Kind::Other, "itemgetter", |this, visit| this.keys.iter().for_each(&mut *visit));

/// `operator.itemgetter`.
pub static ITEM_GETTER: TypeSpec = TypeSpec {
    module: "operator",
    flags: CLASS_FINAL,
    doc: "Return a callable object that fetches the given item(s) from its operand.",
    natives: &[
        Native::full("__new__($type, item, /, *items)", new_item_getter, "Create and return a new object."),
        Native::full("__call__($self, obj, /)", call_item_getter, "Call self as a function."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &ITEM_GETTER_SHOWN), "Return repr(self)."),
        Native::simple(
            "__reduce__($self, /)",
            |vm, args| {
                let keys = receiver::<ItemGetter>(vm, args)?.keys.clone();
                reduce(vm, &args[0], keys)
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeSpec::new("itemgetter", ItemGetter::LAYOUT)
};

static ITEM_GETTER_SHOWN: Shown = Shown {
    display: |_, value| Ok(Display::new("operator.itemgetter(", value.get::<ItemGetter>().map(|this| this.keys.clone()).unwrap_or_default(), ")")),
    recursive: "operator.itemgetter(...)",
};

fn reduce(vm: &mut Vm, this: &Value, arguments: Vec<Value>) -> Res<Value> {
    let class = vm.class_of(this).value();
    let arguments = vm.new_tuple(arguments);
    Ok(vm.new_tuple(Vec::from([class, arguments])))
}

fn new_item_getter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<ItemGetter>(vm, args.positional)?.value();
    no_keywords(vm, "itemgetter", args)?;
    let keys = args.positional[1..].to_vec();
    if keys.is_empty() {
        return Err(vm.type_error("itemgetter expected 1 argument, got 0"));
    }
    Ok(Action::Return(new_of(vm, &class, |header| ItemGetter { header, keys })))
}

fn call_item_getter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<ItemGetter>(vm, args.positional)?;
    let object = &args.positional[1];
    if let [key] = this.keys.as_slice() {
        if let (Some(tuple), Some(index)) = (object.get_exact::<Tuple>(), key.as_small_int()) {
            return Ok(Action::Return(object::tuple::get_index(vm, tuple, index)?));
        }
        if let (Some(list), Some(index)) = (object.get_exact::<List>(), key.as_small_int()) {
            return Ok(Action::Return(object::list::get_index(vm, list, index)?));
        }
        return get_item_action(vm, object, key);
    }
    let keys = this.keys.clone();
    items(vm, object.clone(), keys, Vec::new())
}

/// The item under each key, as a tuple.
fn items(vm: &mut Vm, object: Value, keys: Vec<Value>, mut found: Vec<Value>) -> Res<Action> {
    while let Some(key) = keys.get(found.len()) {
        match get_item_action(vm, &object, key)? {
            Action::Return(item) => found.push(item),
            action => {
                return action.and_then(vm, move |vm, item| {
                    found.push(item);
                    items(vm, object, keys, found)
                });
            }
        }
    }
    Ok(Action::Return(vm.new_tuple(found)))
}

// ---- attrgetter

/// `operator.attrgetter(attr, ...)`
#[repr(C)]
pub struct AttributeGetter {
    pub header: Header,
    /// As given.
    names: Vec<Value>,
    /// Each cut at its dots, interned.
    paths: Vec<Vec<Value>>,
}

object!(AttributeGetter, Kind::Other, "attrgetter", |this, visit| {
    this.names.iter().for_each(&mut *visit);
    this.paths.iter().flatten().for_each(&mut *visit);
});

/// `operator.attrgetter`.
pub static ATTRIBUTE_GETTER: TypeSpec = TypeSpec {
    module: "operator",
    flags: CLASS_FINAL,
    doc: "Return a callable object that fetches the given attribute(s) from its operand.",
    natives: &[
        Native::full("__new__($type, attr, /, *attrs)", new_attribute_getter, "Create and return a new object."),
        Native::full("__call__($self, obj, /)", call_attribute_getter, "Call self as a function."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &ATTRIBUTE_GETTER_SHOWN), "Return repr(self)."),
        Native::simple(
            "__reduce__($self, /)",
            |vm, args| {
                let names = receiver::<AttributeGetter>(vm, args)?.names.clone();
                reduce(vm, &args[0], names)
            },
            "Return state information for pickling",
        ),
    ],
    ..TypeSpec::new("attrgetter", AttributeGetter::LAYOUT)
};

static ATTRIBUTE_GETTER_SHOWN: Shown = Shown {
    display: |_, value| Ok(Display::new("operator.attrgetter(", value.get::<AttributeGetter>().map(|this| this.names.clone()).unwrap_or_default(), ")")),
    recursive: "operator.attrgetter(...)",
};

fn new_attribute_getter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<AttributeGetter>(vm, args.positional)?.value();
    no_keywords(vm, "attrgetter", args)?;
    let names = args.positional[1..].to_vec();
    if names.is_empty() {
        return Err(vm.type_error("attrgetter expected 1 argument, got 0"));
    }
    let mut paths = Vec::with_capacity(names.len());
    for name in &names {
        let Some(text) = name.get::<Str>() else { return Err(vm.type_error("attribute name must be a string")) };
        let text: String = text.to_string_lossy().into_owned();
        paths.push(text.split('.').map(|part| vm.intern(part)).collect());
    }
    Ok(Action::Return(new_of(vm, &class, |header| AttributeGetter { header, names, paths })))
}

fn call_attribute_getter(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<AttributeGetter>(vm, args.positional)?;
    let object = args.positional[1].clone();
    if let [path] = this.paths.as_slice() {
        return follow(vm, object, path.clone(), 0, |_, value| Ok(Action::Return(value)));
    }
    let paths = this.paths.clone();
    attributes(vm, object, paths, Vec::new())
}

/// The attribute at the end of a path, then on.
fn follow(vm: &mut Vm, object: Value, path: Vec<Value>, index: usize, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    let Some(name) = path.get(index).cloned() else { return then(vm, object) };
    let then: Box<dyn FnOnce(&mut Vm, Value) -> Res<Action>> = Box::new(then);
    get_attribute_then(vm, &object, &name, move |vm, value| follow(vm, value?, path, index + 1, then))
}

fn attributes(vm: &mut Vm, object: Value, paths: Vec<Vec<Value>>, mut found: Vec<Value>) -> Res<Action> {
    let Some(path) = paths.get(found.len()).cloned() else { return Ok(Action::Return(vm.new_tuple(found))) };
    follow(vm, object.clone(), path, 0, move |vm, value| {
        found.push(value);
        attributes(vm, object, paths, found)
    })
}

// ---- methodcaller

/// `operator.methodcaller(name, *args, **kwargs)`
#[repr(C)]
pub struct MethodCaller {
    pub header: Header,
    name: Value,
    arguments: Vec<Value>,
    /// Names of the last arguments.
    names: Vec<Value>,
}

object!(MethodCaller, Kind::Other, "methodcaller", |this, visit| {
    visit(&this.name);
    this.arguments.iter().for_each(&mut *visit);
    this.names.iter().for_each(&mut *visit);
});

/// `operator.methodcaller`.
pub static METHOD_CALLER: TypeSpec = TypeSpec {
    module: "operator",
    flags: CLASS_FINAL,
    doc: "Return a callable object that calls the given method on its operand.",
    natives: &[
        Native::full("__new__($type, name, /, *args, **kwargs)", new_method_caller, "Create and return a new object."),
        Native::full("__call__($self, obj, /)", call_method_caller, "Call self as a function."),
        Native::full("__repr__($self, /)", |vm, args| containers::repr(vm, &args.positional[0], &METHOD_CALLER_SHOWN), "Return repr(self)."),
        Native::full("__reduce__($self, /)", reduce_method_caller, "Return state information for pickling."),
    ],
    ..TypeSpec::new("methodcaller", MethodCaller::LAYOUT)
};

static METHOD_CALLER_SHOWN: Shown = Shown { display: display_method_caller, recursive: "operator.methodcaller(...)" };

fn display_method_caller(_: &mut Vm, value: &Value) -> Res<Display> {
    let Some(this) = value.get::<MethodCaller>() else { return Ok(Display::new("", Vec::new(), "")) };
    let mut items = Vec::from([this.name.clone()]);
    items.extend_from_slice(&this.arguments);
    let first = items.len() - this.names.len();
    let labels = this.names.iter().enumerate().filter_map(|(index, name)| Some((first + index, name.get::<Str>()?.to_string_lossy().into_owned()))).collect();
    Ok(Display { labels, ..Display::new("operator.methodcaller(", items, ")") })
}

fn new_method_caller(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = class_argument::<MethodCaller>(vm, args.positional)?.value();
    let [_, name, arguments @ ..] = args.positional else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    if name.get::<Str>().is_none() {
        return Err(vm.type_error("method name must be a string"));
    }
    let name = vm.intern_value(name);
    let mut arguments = arguments.to_vec();
    arguments.extend_from_slice(args.values);
    let names = args.names.to_vec();
    Ok(Action::Return(new_of(vm, &class, |header| MethodCaller { header, name, arguments, names })))
}

/// Keyword arguments are pickled as those of a `functools.partial` that makes it.
fn reduce_method_caller(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = vm.class_of(&args.positional[0]).value();
    let this = receiver::<MethodCaller>(vm, args.positional)?;
    let count = this.arguments.len() - this.names.len();
    let mut arguments = Vec::from([this.name.clone()]);
    arguments.extend(this.arguments.iter().take(count).cloned());
    if this.names.is_empty() {
        return Ok(Action::Return(recipe(vm, class, arguments, None)));
    }
    let (values, names) = (this.arguments.iter().skip(count).cloned(), this.names.clone());
    let partial = vm.class_from_spec(&super::_functools::PARTIAL);
    let mut all = Vec::from([class, this.name.clone()]);
    all.extend(values);
    let rest = vm.new_tuple(arguments.split_off(1));
    Ok(Action::Call(
        Call { callee: partial, arguments: all, names },
        Box::new(move |vm: &mut Vm, maker: Res<Value>| {
            let parts = Vec::from([maker?, rest]);
            Ok(Action::Return(vm.new_tuple(parts)))
        }),
    ))
}

fn call_method_caller(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = receiver::<MethodCaller>(vm, args.positional)?;
    let (arguments, names) = (this.arguments.clone(), this.names.clone());
    let name = this.name.clone();
    get_attribute_then(vm, &args.positional[1], &name, move |_, method| Ok(Action::TailCall(Call { callee: method?, arguments, names })))
}
