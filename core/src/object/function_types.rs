//! The Python types of functions, natives, methods and code: their attributes.

use super::class::{CLASS_FINAL, CLASS_HAS_DICT, CLASS_NOT_CALLABLE, CLASS_WEAKREFERABLE, TypeSpec};
use super::code::Code;
use super::dict::Dict;
use super::function::{BoundMethod, Function, NativeFunction};
use super::header::{Mut, Object};
use super::list;
use super::str::Str;
use super::tuple::Tuple;
use super::value::Value;
use crate::code::line_table::Position;
use crate::code::prototype::CodeFlags;
use crate::object::exception::Ex;
use crate::vm::execute::{class_name, text_of};
use crate::vm::load::CodeChanges;
use crate::vm::native::{Args, Binding, Getter, Native};
use crate::vm::{Action, Call, Name, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

fn call(_: &mut Vm, arguments: &Args) -> Res<Action> {
    let mut all = arguments.positional[1..].to_vec();
    all.extend(arguments.values.iter().cloned());
    Ok(Action::TailCall(Call { callee: arguments.positional[0].clone(), arguments: all, names: arguments.names.to_vec() }))
}

const CALL: Native = Native::full("__call__($self, /, *args, **kwargs)", call, "Call self as a function.");

fn get(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let object = arguments.positional[1].clone();
    let class = match arguments.get(2) {
        Some(class) if class.get::<super::class::Class>().is_some() => class.clone(),
        _ if object.is_none() => return Err(vm.type_error("__get__(None, None) is invalid")),
        _ => vm.class_of(&object).value(),
    };
    let Some(class_object) = class.get::<super::class::Class>() else { return Ok(Action::Return(arguments.positional[0].clone())) };
    vm.bind(&arguments.positional[0], if object.is_none() { None } else { Some(&object) }, class_object)
}

const GET: Native = Native::full("__get__($self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner.");

// ---- natives

fn native_of(value: &Value) -> Option<&NativeFunction> {
    value.get::<NativeFunction>()
}

fn native_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(native) = native_of(&arguments[0]) else { return Ok(Value::NONE) };
    let name = native.native.name();
    let bound = !native.receiver.is_undefined();
    let text = match native.owner.get() {
        Some(owner) if !bound => match native.native.binding {
            Binding::Method if name.starts_with("__") => format!("<slot wrapper '{name}' of '{}' objects>", class_name(owner)),
            _ => format!("<method '{name}' of '{}' objects>", class_name(owner)),
        },
        Some(_) => {
            let address = native.receiver.bits();
            let receiver = native.receiver.clone();
            let kind = vm.type_name(&receiver);
            if name.starts_with("__") && native.native.binding == Binding::Method {
                format!("<method-wrapper '{name}' of {kind} object at {address:#x}>")
            } else {
                format!("<built-in method {name} of {kind} object at {address:#x}>")
            }
        }
        None => format!("<built-in function {name}>"),
    };
    Ok(vm.new_str(&text))
}

fn native_name(vm: &mut Vm, value: &Value) -> Res<Value> {
    let name = native_of(value).map_or("", |native| native.native.name());
    Ok(vm.new_str(name))
}

fn native_qualified_name(vm: &mut Vm, value: &Value) -> Res<Value> {
    let Some(native) = native_of(value) else { return Ok(Value::NONE) };
    let name = native.native.name();
    let text = match native.owner.get() {
        Some(owner) => format!("{}.{name}", class_name(owner)),
        None => name.into(),
    };
    Ok(vm.new_str(&text))
}

/// A module's function is pickled by its name; a method by its receiver or class.
fn native_reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(native) = arguments.first().and_then(native_of) else { return Ok(Value::NONE) };
    let name = vm.new_str(native.native.name());
    let holder = match native.owner.get() {
        _ if !native.receiver.is_undefined() => native.receiver.clone(),
        Some(owner) => Value::from_object(owner),
        None => return Ok(name),
    };
    Ok(reduced_to_attribute(vm, holder, name))
}

/// What pickle makes `getattr(holder, name)` of.
fn reduced_to_attribute(vm: &mut Vm, holder: Value, name: Value) -> Value {
    let key = vm.intern("getattr");
    let getattr = vm.builtins.get::<Dict>().and_then(|builtins| builtins.get_interned(&key)).unwrap_or(Value::NONE);
    let pair = vm.new_tuple(Vec::from([holder, name]));
    vm.new_tuple(Vec::from([getattr, pair]))
}

fn native_doc(vm: &mut Vm, value: &Value) -> Res<Value> {
    let doc = native_of(value).map_or("", |native| native.native.doc);
    Ok(if doc.is_empty() { Value::NONE } else { vm.new_str(doc) })
}

fn native_self(vm: &mut Vm, value: &Value) -> Res<Value> {
    match native_of(value) {
        Some(native) if !native.receiver.is_undefined() => Ok(native.receiver.clone()),
        Some(native) if native.owner.get().is_none() => Ok(native.module.clone()),
        _ => {
            let name = vm.name(Name::SelfAttribute).clone();
            Err(vm.missing_attribute(value, &name))
        }
    }
}

fn native_module(vm: &mut Vm, value: &Value) -> Res<Value> {
    let module = native_of(value).map_or(Value::NONE, |native| native.module.clone());
    match module.get::<super::module::Module>() {
        Some(module) => Ok(module.name.get().clone()),
        None => {
            let _ = vm;
            Ok(Value::NONE)
        }
    }
}

fn native_objclass(vm: &mut Vm, value: &Value) -> Res<Value> {
    match native_of(value).and_then(|native| native.owner.get()) {
        Some(owner) => Ok(Value::from_object(owner)),
        None => {
            let name = vm.name(Name::Objclass).clone();
            Err(vm.missing_attribute(value, &name))
        }
    }
}

fn native_signature(vm: &mut Vm, value: &Value) -> Res<Value> {
    let text = native_of(value).map_or_else(Default::default, |native| match native.owner.get() {
        Some(_) => format!("({})", native.native.parameters()),
        None if native.native.parameters().is_empty() => "($module, /)".into(),
        None => format!("($module, {})", native.native.parameters()),
    });
    Ok(vm.new_str(&text))
}

fn native_eq(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (Some(a), Some(b)) = (native_of(&arguments[0]), native_of(&arguments[1])) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Value::bool(core::ptr::eq(a.native, b.native) && a.receiver.is(&b.receiver)))
}

fn native_hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let hash = native_of(&arguments[0]).map_or(0, |native| native.native as *const Native as usize as u64 ^ native.receiver.bits().rotate_left(7));
    Ok(vm.new_int((hash >> 3) as i64))
}

const REPR: Native = Native::simple("__repr__($self, /)", native_repr, "Return repr(self).");
const EQ: Native = Native::simple("__eq__($self, value, /)", native_eq, "Return self==value.");
const HASH: Native = Native::simple("__hash__($self, /)", native_hash, "Return hash(self).");
const REDUCE: Native = Native::simple("__reduce__($self, /)", native_reduce, "Helper for pickle.");

/// Of builtin functions, which are no descriptors: what a class has of them is not bound.
static NATIVE_METHODS: &[Native] = &[CALL, REPR, EQ, HASH, REDUCE];
/// Of the native methods of classes.
pub static DESCRIPTOR_METHODS: &[Native] = &[CALL, GET, REPR, EQ, HASH, REDUCE];

pub static NATIVE_GETTERS: &[Getter] = &[
    Getter::read_only("__name__", native_name, ""),
    Getter::read_only("__qualname__", native_qualified_name, ""),
    Getter::read_only("__doc__", native_doc, ""),
    Getter::read_only("__self__", native_self, ""),
    Getter::read_only("__module__", native_module, ""),
    Getter::read_only("__objclass__", native_objclass, ""),
    Getter::read_only("__text_signature__", native_signature, ""),
];

pub static NATIVE_FUNCTION: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE | CLASS_WEAKREFERABLE,
    natives: NATIVE_METHODS,
    getters: NATIVE_GETTERS,
    ..TypeSpec::new("builtin_function_or_method", NativeFunction::LAYOUT)
};

// ---- functions

fn function_of(value: &Value) -> Option<&Function> {
    value.get::<Function>()
}

fn function_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = function_of(&arguments[0]).map(|function| text_of(function.qualified_name.get())).unwrap_or_default();
    Ok(vm.format(format_args!("<function {name} at {:#x}>", arguments[0].bits())))
}

fn field(value: &Value, get: fn(&Function) -> &Mut<Value>) -> Value {
    function_of(value).map(|function| get(function).get().clone()).unwrap_or(Value::NONE)
}

fn set_field(value: &Value, new: Option<&Value>, get: fn(&Function) -> &Mut<Value>) {
    if let Some(function) = function_of(value) {
        get(function).set(new.cloned().unwrap_or(Value::NONE));
    }
}

fn set_text(vm: &mut Vm, value: &Value, new: Option<&Value>, name: &str, get: fn(&Function) -> &Mut<Value>) -> Res<()> {
    if new.is_none_or(|new| new.get::<Str>().is_none()) {
        return Err(vm.type_error(&format!("{name} must be set to a string object")));
    }
    set_field(value, new, get);
    Ok(())
}

fn get_annotations(vm: &mut Vm, value: &Value) -> Res<Value> {
    let Some(function) = function_of(value) else { return Ok(Value::NONE) };
    if function.annotations.get().is_undefined() {
        let annotate = function.annotate.get().clone();
        let annotations = if annotate.is_none() { vm.new_dict() } else { vm.call(&annotate, &[Value::small_int(1)])? };
        function.annotations.set(annotations);
    }
    Ok(function.annotations.get().clone())
}

fn set_annotations(vm: &mut Vm, value: &Value, new: Option<&Value>) -> Res<()> {
    let Some(function) = function_of(value) else { return Ok(()) };
    let new = match new {
        Some(new) if !new.is_none() => new.clone(),
        _ => vm.new_dict(),
    };
    function.annotations.set(new);
    function.annotate.set(Value::NONE);
    Ok(())
}

fn get_closure(vm: &mut Vm, value: &Value) -> Res<Value> {
    let cells: Vec<Value> = function_of(value).map(|function| function.closure.get().to_vec()).unwrap_or_default();
    Ok(if cells.is_empty() { Value::NONE } else { vm.new_tuple(cells) })
}

fn set_code(vm: &mut Vm, value: &Value, new: Option<&Value>) -> Res<()> {
    let (Some(function), Some(code)) = (function_of(value), new.and_then(|new| new.get::<Code>())) else {
        return Err(vm.type_error("__code__ must be set to a code object"));
    };
    let (own, given) = (function.closure.get().len(), code.free_names.len());
    if own != given {
        let name = text_of(function.name.get());
        return Err(vm.value_error(&format!("{name}() requires a code object with {own} free vars, not {given}")));
    }
    function.code.set(Value::from_object(code));
    Ok(())
}

fn set_type_params(vm: &mut Vm, value: &Value, new: Option<&Value>) -> Res<()> {
    match (function_of(value), new) {
        (Some(function), Some(new)) if new.get::<super::tuple::Tuple>().is_some() => {
            function.type_params.set(new.clone());
            Ok(())
        }
        _ => Err(vm.type_error("__type_params__ must be set to a tuple")),
    }
}

fn set_dict(vm: &mut Vm, value: &Value, new: Option<&Value>) -> Res<()> {
    match (function_of(value), new) {
        (Some(function), Some(new)) if new.get::<super::dict::Dict>().is_some() => {
            function.attributes.set(new.clone());
            Ok(())
        }
        (_, Some(new)) => {
            let kind = vm.type_name(new);
            Err(vm.type_error(&format!("__dict__ must be set to a dictionary, not a '{kind}'")))
        }
        (_, None) => Err(vm.type_error("cannot delete __dict__")),
    }
}

fn get_dict(vm: &mut Vm, value: &Value) -> Res<Value> {
    Ok(vm.instance_dict(value)?.unwrap_or(Value::NONE))
}

fn new_function(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (code, globals) = (&arguments[1], &arguments[2]);
    let Some(code_object) = code.get::<Code>() else {
        let kind = vm.type_name(code);
        return Err(vm.type_error(&format!("function() argument 'code' must be code, not {kind}")));
    };
    if globals.get::<super::dict::Dict>().is_none() {
        let kind = vm.type_name(globals);
        return Err(vm.type_error(&format!("function() argument 'globals' must be dict, not {kind}")));
    }
    let closure: Vec<Value> =
        crate::vm::argument(arguments, 5).and_then(|cells| cells.get::<super::tuple::Tuple>()).map(|cells| cells.items().to_vec()).unwrap_or_default();
    if closure.len() != code_object.free_names.len() {
        return Err(vm.value_error(&format!("function requires closure of length {}, not {}", code_object.free_names.len(), closure.len())));
    }
    let value = vm.new_function(code, globals, closure.into_boxed_slice());
    if let Some(function) = value.get::<Function>() {
        if let Some(name) = crate::vm::argument(arguments, 3).filter(|name| !name.is_none()) {
            function.name.set(name.clone());
        }
        if let Some(defaults) = crate::vm::argument(arguments, 4) {
            function.defaults.set(defaults.clone());
        }
        if let Some(defaults) = crate::vm::argument(arguments, 6) {
            function.keyword_defaults.set(defaults.clone());
        }
    }
    Ok(value)
}

pub static FUNCTION: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "Create a function object.",
    natives: &[
        Native::simple("__new__($type, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)", new_function, "Create and return a new object."),
        CALL,
        GET,
        Native::simple("__repr__($self, /)", function_repr, "Return repr(self)."),
    ],
    getters: &[
        Getter {
            name: "__name__",
            get: |_, value| Ok(field(value, |f| &f.name)),
            set: Some(|vm, value, new| set_text(vm, value, new, "__name__", |f| &f.name)),
            doc: "",
        },
        Getter {
            name: "__qualname__",
            get: |_, value| Ok(field(value, |f| &f.qualified_name)),
            set: Some(|vm, value, new| set_text(vm, value, new, "__qualname__", |f| &f.qualified_name)),
            doc: "",
        },
        Getter {
            name: "__module__",
            get: |_, value| Ok(field(value, |f| &f.module)),
            set: Some(|_, value, new| {
                set_field(value, new, |f| &f.module);
                Ok(())
            }),
            doc: "",
        },
        Getter {
            name: "__doc__",
            get: |_, value| Ok(field(value, |f| &f.doc)),
            set: Some(|_, value, new| {
                set_field(value, new, |f| &f.doc);
                Ok(())
            }),
            doc: "",
        },
        Getter {
            name: "__defaults__",
            get: |_, value| Ok(field(value, |f| &f.defaults)),
            set: Some(|_, value, new| {
                set_field(value, new, |f| &f.defaults);
                Ok(())
            }),
            doc: "",
        },
        Getter {
            name: "__kwdefaults__",
            get: |_, value| Ok(field(value, |f| &f.keyword_defaults)),
            set: Some(|_, value, new| {
                set_field(value, new, |f| &f.keyword_defaults);
                Ok(())
            }),
            doc: "",
        },
        Getter { name: "__code__", get: |_, value| Ok(field(value, |f| &f.code)), set: Some(set_code), doc: "" },
        Getter { name: "__annotations__", get: get_annotations, set: Some(set_annotations), doc: "" },
        Getter {
            name: "__annotate__",
            get: |_, value| Ok(field(value, |f| &f.annotate)),
            set: Some(|_, value, new| {
                set_field(value, new, |f| &f.annotate);
                Ok(())
            }),
            doc: "",
        },
        Getter { name: "__type_params__", get: |_, value| Ok(field(value, |f| &f.type_params)), set: Some(set_type_params), doc: "" },
        Getter::read_only("__globals__", |_, value| Ok(function_of(value).map_or(Value::NONE, |f| f.globals.clone())), ""),
        Getter::read_only("__builtins__", |_, value| Ok(function_of(value).map_or(Value::NONE, |f| f.builtins.clone())), ""),
        Getter::read_only("__closure__", get_closure, ""),
        Getter { name: "__dict__", get: get_dict, set: Some(set_dict), doc: "" },
    ],
    ..TypeSpec::new("function", Function::LAYOUT)
};

// ---- bound methods

fn method_of(value: &Value) -> Option<&BoundMethod> {
    value.get::<BoundMethod>()
}

fn method_new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if arguments[2].is_none() {
        return Err(vm.type_error("instance must not be None"));
    }
    let (function, receiver) = (arguments[1].clone(), arguments[2].clone());
    Ok(vm.new_object(|header| BoundMethod { header, function, receiver }))
}

fn method_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(method) = method_of(&arguments.positional[0]) else { return Ok(Action::Return(Value::NONE)) };
    let name = match function_of(&method.function) {
        Some(function) => text_of(function.qualified_name.get()),
        None if native_of(&method.function).is_some() => text_of(&native_qualified_name(vm, &method.function)?),
        None => name_of_callable(vm, &method.function.clone())?,
    };
    let receiver = method.receiver.clone();
    crate::vm::protocol::repr_then(vm, &receiver, move |vm, text| Ok(Action::Return(vm.format(format_args!("<bound method {name} of {}>", text_of(&text))))))
}

/// `__qualname__` or `__name__` of what a method calls, if one is a str.
fn name_of_callable(vm: &mut Vm, callable: &Value) -> Res<alloc::string::String> {
    for name in [Name::QualName, Name::Name] {
        let name = vm.name(name).clone();
        if let Some(action) = vm.get_attribute_if_any(callable, &name)? {
            let found = vm.run_action(action);
            if let Some(text) = vm.catch(found, Ex::AttributeError)?.filter(|text| text.get::<super::str::Str>().is_some()) {
                return Ok(text_of(&text));
            }
        }
    }
    Ok("?".into())
}

fn method_eq(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (Some(a), Some(b)) = (method_of(&arguments[0]), method_of(&arguments[1])) else { return Ok(Value::NOT_IMPLEMENTED) };
    Ok(Value::bool(a.function.is(&b.function) && a.receiver.is(&b.receiver)))
}

fn method_hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let hash = method_of(&arguments[0]).map_or(0, |method| method.function.bits() ^ method.receiver.bits().rotate_left(11));
    Ok(vm.new_int((hash >> 3) as i64))
}

fn method_reduce(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(method) = arguments.get(0).and_then(method_of) else { return Ok(Action::Return(Value::NONE)) };
    let (function, receiver) = (method.function.clone(), method.receiver.clone());
    let name = vm.name(Name::Name).clone();
    vm.get_attribute(&function, &name)?.and_then(vm, move |vm, name| Ok(Action::Return(reduced_to_attribute(vm, receiver, name))))
}

fn method_getattribute(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let method = arguments.positional[0].clone();
    let name = vm.intern_value(&arguments.positional[1]);
    let class = vm.class_of(&method);
    if let Some(action) = vm.find_attribute(&method, &class, &name)? {
        return Ok(action);
    }
    match method_of(&method) {
        Some(method) => {
            let function = method.function.clone();
            vm.get_attribute(&function, &name)
        }
        None => Err(vm.missing_attribute(&method, &name)),
    }
}

/// An attribute of a bound method that is its function's; other callables have it natively or not at all.
fn forwarded(vm: &mut Vm, value: &Value, name: Name) -> Res<Value> {
    let Some(function) = method_of(value).map(|method| method.function.clone()) else { return Ok(Value::NONE) };
    let name = vm.name(name).clone();
    match vm.get_attribute(&function, &name)? {
        Action::Return(value) => Ok(value),
        _ => Ok(Value::NONE),
    }
}

pub static BOUND_METHOD: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_WEAKREFERABLE,
    doc: "Create a bound instance method object.",
    natives: &[
        Native::simple("__new__($type, function, instance, /)", method_new, "Create and return a new object."),
        CALL,
        GET,
        Native::full("__repr__($self, /)", method_repr, "Return repr(self)."),
        Native::simple("__eq__($self, value, /)", method_eq, "Return self==value."),
        Native::simple("__hash__($self, /)", method_hash, "Return hash(self)."),
        Native::full("__reduce__($self, /)", method_reduce, "Helper for pickle."),
        Native::full("__getattr__($self, name, /)", method_getattribute, "Attributes of the function."),
    ],
    getters: &[
        Getter::read_only("__doc__", |vm, value| forwarded(vm, value, Name::Doc), "the doc string of the function"),
        Getter::read_only("__module__", |vm, value| forwarded(vm, value, Name::Module), "the module of the function"),
        Getter::read_only("__func__", |_, value| Ok(method_of(value).map_or(Value::NONE, |method| method.function.clone())), "the function"),
        Getter::read_only("__self__", |_, value| Ok(method_of(value).map_or(Value::NONE, |method| method.receiver.clone())), "the instance"),
    ],
    ..TypeSpec::new("method", BoundMethod::LAYOUT)
};

// ---- code

fn code_of(value: &Value) -> Option<&Code> {
    value.get::<Code>()
}

fn code_number(vm: &mut Vm, value: &Value, get: fn(&Code) -> i64) -> Res<Value> {
    Ok(vm.new_int(code_of(value).map_or(0, get)))
}

fn code_names(vm: &mut Vm, value: &Value, which: usize) -> Res<Value> {
    let names = code_of(value).map(Code::variable_names).unwrap_or_default();
    Ok(vm.new_tuple(match which {
        0 => names.0,
        1 => names.1,
        _ => names.2,
    }))
}

fn code_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(code) = code_of(&arguments[0]) else { return Ok(Value::NONE) };
    let (name, file, line) = (text_of(code.name.get()), text_of(&code.filename), code.first_line);
    Ok(vm.format(format_args!("<code object {name} at {:#x}, file \"{file}\", line {line}>", arguments[0].bits())))
}

/// The code's runs of instructions with one position.
fn runs<'a>(vm: &mut Vm, arguments: &'a [Value]) -> impl Iterator<Item = (u32, Position)> + use<'a> {
    arguments.first().and_then(code_of).map(|code| vm.body_of(code)).into_iter().flat_map(|body| body.lines.runs()).flatten()
}

fn code_positions(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // The function's beginning, as `LineTable::place` counts.
    let first = arguments.first().and_then(code_of).map_or(0, |code| i64::from(code.first_line));
    let column = if vm.debug_ranges { Value::small_int(0) } else { Value::NONE };
    let beginning = vm.new_tuple([Value::small_int(first), Value::small_int(first), column.clone(), column].into());
    let mut items = Vec::from([beginning]);
    for (count, position) in runs(vm, arguments) {
        let is_mark = count == 0;
        let number = |number: u32| if position.line == 0 { Value::NONE } else { Value::small_int(i64::from(number)) };
        // Of instructions that no text stands for only the line is known.
        let rest = |value: u32| if position.end_line == 0 || is_mark { Value::NONE } else { number(value) };
        let numbers = if vm.debug_ranges {
            [number(position.line), rest(position.end_line), rest(position.column), rest(position.end_column)]
        } else {
            [number(position.line), number(position.line), Value::NONE, Value::NONE]
        };
        let place = vm.new_tuple(numbers.into());
        items.extend((0..count.max(1)).map(|_| place.clone()));
    }
    let items = vm.new_list(items);
    Ok(list::iterator(vm, &items))
}

/// Offsets count two for a place (`LineTable::place`).
fn code_lines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let first = arguments.first().and_then(code_of).map_or(0, |code| code.first_line);
    let mut lines: Vec<(i64, i64, u32)> = Vec::from([(0, 2, first)]);
    for (count, position) in runs(vm, arguments) {
        let start = lines.last().map_or(0, |(_, end, _)| *end);
        let end = start + 2 * i64::from(count.max(1));
        match lines.last_mut() {
            Some(last) if last.2 == position.line => last.1 = end,
            _ => lines.push((start, end, position.line)),
        }
    }
    let mut items = Vec::new();
    for (start, end, line) in lines {
        let line = if line == 0 { Value::NONE } else { Value::small_int(i64::from(line)) };
        let numbers = [Value::small_int(start), Value::small_int(end), line];
        items.push(vm.new_tuple(numbers.into()));
    }
    let items = vm.new_list(items);
    Ok(list::iterator(vm, &items))
}

/// Are two constants the same for the compiler: equal, and of the same type all the way down?
fn same_constant(vm: &mut Vm, one: &Value, other: &Value) -> Res<bool> {
    if one.is(other) {
        return Ok(true);
    }
    if vm.class_of(one) != vm.class_of(other) {
        return Ok(false);
    }
    if let (Some(one), Some(other)) = (one.get::<Tuple>(), other.get::<Tuple>()) {
        return same_constants(vm, one.items(), other.items());
    }
    // Zeros differ in their sign, which only their text shows.
    let same_text = match (one.kind(), vm.native_repr(one)?, vm.native_repr(other)?) {
        (super::header::Kind::Float, Some(one), Some(other)) => text_of(&one) == text_of(&other),
        _ => true,
    };
    Ok(same_text && vm.equal(one, other)?)
}

fn same_constants(vm: &mut Vm, one: &[Value], other: &[Value]) -> Res<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other) {
        if !same_constant(vm, one, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn code_eq(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, other, ..] = arguments else { return Ok(Value::NOT_IMPLEMENTED) };
    let (Some(one), Some(two)) = (code_of(this), code_of(other)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let names = |code: &Code| -> Vec<u64> {
        let sites = code.body().sites.iter().map(|site| site.name.bits());
        sites.chain(code.local_names.iter().chain(&code.free_names).map(Value::bits)).collect()
    };
    let (one_body, two_body) = (vm.body_of(one), vm.body_of(two));
    let same = one.first_line == two.first_line
        && (one.argument_count, one.positional_only_count, one.keyword_only_count) == (two.argument_count, two.positional_only_count, two.keyword_only_count)
        && one.flags == two.flags
        && one_body.instructions == two_body.instructions
        && one_body.handlers == two_body.handlers
        && one_body.lines == two_body.lines
        && (&one.cell_registers, &one.captures) == (&two.cell_registers, &two.captures)
        && names(one) == names(two)
        && vm.equal(one.name.get(), two.name.get())?
        && same_constants(vm, &one_body.constants, &two_body.constants)?
        && same_constants(vm, &one_body.children, &two_body.children)?;
    Ok(Value::bool(same))
}

fn code_hash(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(code) = arguments.first().and_then(code_of) else { return Ok(Value::NONE) };
    let mut hash = vm.hash(code.name.get())?;
    let mut mix = |number: u64| hash = (hash.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for number in [u32::from(code.argument_count), u32::from(code.positional_only_count), u32::from(code.keyword_only_count), code.flags.0, code.first_line] {
        mix(u64::from(number));
    }
    for instruction in &vm.body_of(code).instructions {
        mix(instruction.op as u64 | u64::from(instruction.x) << 8 | u64::from(instruction.a) << 16 | u64::from(instruction.b) << 32 | u64::from(instruction.c) << 48);
    }
    Ok(vm.new_int((hash >> 2) as i64))
}

/// Code nested in a code object, from new `co_consts`: only that may be other code, and only code that finds its variables in the same places.
fn nested_code(vm: &mut Vm, code: &Code, constants: &[Value]) -> Res<Box<[Value]>> {
    let mut children = Vec::new();
    let body = vm.body_of(code);
    let (own, nested) = constants.split_at_checked(body.constants.len()).unwrap_or_default();
    let mut fits = constants.len() == body.constants.len() + body.children.len() && same_constants(vm, own, &body.constants)?;
    for (new, old) in nested.iter().zip(&body.children) {
        let same_layout = |new: &Code, old: &Code| {
            let layout = |code: &Code| (code.flags.0 & (LAYOUT_FLAGS | CodeFlags::NAMESPACE), code.argument_count, code.keyword_only_count);
            layout(new) == layout(old) && (&new.captures, new.free_names.len()) == (&old.captures, old.free_names.len())
        };
        fits &= code_of(new).zip(code_of(old)).is_some_and(|(new, old)| same_layout(new, old));
        children.push(new.clone());
    }
    if fits { Ok(children.into()) } else { Err(vm.raise(Ex::NotImplementedError, "code.replace(): other constants")) }
}

/// Flags that say how instructions and registers are laid out.
const LAYOUT_FLAGS: u32 = CodeFlags::VARARGS | CodeFlags::VARKEYWORDS | CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR;

fn code_replace(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(this) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let Some(code) = code_of(this) else { return Ok(Action::Return(Value::NONE)) };
    let (mut flags, mut first_line) = (code.flags, code.first_line);
    let (mut positional_only, mut children) = (code.positional_only_count, vm.body_of(code).children.clone());
    let mut texts = [code.name.get().clone(), code.qualified_name.get().clone(), code.filename.clone()];
    for (key, value) in args.names.iter().zip(args.values) {
        let key = text_of(key);
        match key.as_str() {
            "co_flags" => {
                let new = vm.index_i64(value)? as u32 & 0xfff0_ffff;
                if (new ^ flags.0) & LAYOUT_FLAGS != 0 {
                    return Err(vm.raise(Ex::NotImplementedError, "code.replace(): another kind of function"));
                }
                flags = CodeFlags(flags.0 & !0xfff0_ffff | new);
            }
            "co_posonlyargcount" => match u16::try_from(vm.index_i64(value)?) {
                Ok(count) if count <= code.argument_count => positional_only = count,
                _ => return Err(vm.value_error("code: argument count is too small")),
            },
            "co_consts" => {
                let Some(constants) = value.get::<Tuple>() else {
                    let given = vm.type_name(value);
                    return Err(vm.type_error(&format!("replace() argument 'co_consts' must be tuple, not {given}")));
                };
                children = nested_code(vm, code, constants.items())?;
            }
            "co_firstlineno" => match u32::try_from(vm.index_i64(value)?) {
                Ok(line) => first_line = line,
                Err(_) => return Err(vm.value_error("code: co_firstlineno must not be negative")),
            },
            "co_name" | "co_qualname" | "co_filename" => {
                if value.get::<Str>().is_none() {
                    let given = vm.type_name(value);
                    return Err(vm.type_error(&format!("replace() argument '{key}' must be str, not {given}")));
                }
                let [name, qualified_name, filename] = &mut texts;
                *(match key.as_str() {
                    "co_name" => name,
                    "co_qualname" => qualified_name,
                    _ => filename,
                }) = value.clone();
            }
            key if CODE.getters.iter().any(|getter| getter.name == key) => {
                return Err(vm.raise(Ex::NotImplementedError, &format!("code.replace({key}=...)")));
            }
            key => return Err(vm.type_error(&format!("replace() got an unexpected keyword argument '{key}'"))),
        }
    }
    Ok(Action::Return(vm.copy_code(code, CodeChanges { flags, first_line, positional_only, children, texts })))
}

pub static CODE: TypeSpec = TypeSpec {
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE | CLASS_WEAKREFERABLE,
    natives: &[
        Native::simple("__repr__($self, /)", code_repr, "Return repr(self)."),
        Native::simple("__eq__($self, value, /)", code_eq, "Return self==value."),
        Native::simple("__hash__($self, /)", code_hash, "Return hash(self)."),
        Native::simple("co_positions($self, /)", code_positions, "An iterator of (line, last line, column, last column), one for each instruction."),
        Native::full("replace($self, /, **changes)", code_replace, "A copy of the code object with other attributes."),
        Native::full("__replace__($self, /, **changes)", code_replace, "The same as replace()."),
        Native::simple("co_lines($self, /)", code_lines, "An iterator of (offset, offset behind, line)."),
    ],
    getters: &[
        Getter::read_only("co_name", |_, value| Ok(code_of(value).map_or(Value::NONE, |code| code.name.get().clone())), ""),
        Getter::read_only("co_qualname", |_, value| Ok(code_of(value).map_or(Value::NONE, |code| code.qualified_name.get().clone())), ""),
        Getter::read_only("co_filename", |_, value| Ok(code_of(value).map_or(Value::NONE, |code| code.filename.clone())), ""),
        Getter::read_only("co_firstlineno", |vm, value| code_number(vm, value, |code| code.first_line as i64), ""),
        Getter::read_only("co_argcount", |vm, value| code_number(vm, value, |code| code.argument_count as i64), ""),
        Getter::read_only("co_posonlyargcount", |vm, value| code_number(vm, value, |code| code.positional_only_count as i64), ""),
        Getter::read_only("co_kwonlyargcount", |vm, value| code_number(vm, value, |code| code.keyword_only_count as i64), ""),
        Getter::read_only("co_nlocals", |vm, value| code_number(vm, value, |code| code.variable_names().0.len() as i64), ""),
        Getter::read_only("co_stacksize", |vm, value| code_number(vm, value, |code| code.register_count as i64), ""),
        Getter::read_only("co_flags", |vm, value| code_number(vm, value, |code| (code.flags.0 & 0xfff0_ffff) as i64), ""),
        Getter::read_only("co_varnames", |vm, value| code_names(vm, value, 0), ""),
        Getter::read_only("co_cellvars", |vm, value| code_names(vm, value, 1), ""),
        Getter::read_only("co_freevars", |vm, value| code_names(vm, value, 2), ""),
        Getter::read_only(
            "co_consts",
            |vm, value| {
                let items =
                    code_of(value).map(|code| vm.body_of(code)).map(|body| body.constants.iter().chain(body.children.iter()).cloned().collect()).unwrap_or_default();
                Ok(vm.new_tuple(items))
            },
            "",
        ),
        Getter::read_only(
            "co_names",
            |vm, value| {
                let mut names: Vec<Value> = Vec::new();
                for site in code_of(value).map(|code| &*vm.body_of(code).sites).unwrap_or_default() {
                    if !names.iter().any(|name| name.is(&site.name)) {
                        names.push(site.name.clone());
                    }
                }
                Ok(vm.new_tuple(names))
            },
            "",
        ),
    ],
    ..TypeSpec::new("code", Code::LAYOUT)
};
