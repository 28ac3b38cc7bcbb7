//! Dialects: how fields are separated, quoted and escaped; and the registry of named ones.

use super::{DEFAULT_LIMIT, DIALECTS, FIELD_LIMIT, error};
use crate::object;
use crate::object::class::{Class, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::receiver;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Object};
use crate::object::int;
use crate::object::str::{Str, from_code_point};
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::protocol::get_attribute_then;
use crate::vm::{Action, Args, Getter, Native, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
    Strings,
    NotNull,
}

static QUOTINGS: [Quoting; 6] = [Quoting::Minimal, Quoting::All, Quoting::NonNumeric, Quoting::None, Quoting::Strings, Quoting::NotNull];

/// `_csv.Dialect`
#[repr(C)]
pub(super) struct Dialect {
    header: Header,
    pub(super) delimiter: u32,
    pub(super) quote: Option<u32>,
    pub(super) escape: Option<u32>,
    pub(super) double_quote: bool,
    pub(super) skip_initial_space: bool,
    pub(super) line_terminator: Value,
    pub(super) quoting: Quoting,
    pub(super) strict: bool,
}

object!(Dialect, Kind::Other, "_csv.Dialect", |this, visit| visit(&this.line_terminator));

/// The parameters of a dialect, in the order of their names.
const PARAMETERS: [&str; 8] = ["delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"];

type Given = [Option<Value>; PARAMETERS.len()];

/// Makes a dialect of the arguments `dialect` and keywords, then goes on with it.
pub(super) fn dialect_then(vm: &mut Vm, class: &Class, base: Option<&Value>, args: &Args, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    let mut given: Given = [const { None }; PARAMETERS.len()];
    let mut base = base.cloned();
    for (name, value) in args.names.iter().zip(args.values) {
        if Str::is(name, "dialect") {
            base = Some(value.clone());
            continue;
        }
        match PARAMETERS.iter().position(|parameter| Str::is(name, parameter)).and_then(|index| given.get_mut(index)) {
            Some(slot) => *slot = Some(value.clone()),
            None => {
                let name = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                return Err(vm.type_error(&format!("this function got an unexpected keyword argument '{name}'")));
            }
        }
    }
    let class = Value::from_object(class);
    let Some(mut base) = base.filter(|base| !base.is_none()) else {
        let made = make_dialect(vm, &class, given)?;
        return then(vm, made);
    };
    if base.get::<Str>().is_some() {
        base = registered(vm, &base)?;
    }
    if base.get::<Dialect>().is_some() && given.iter().all(Option::is_none) {
        return then(vm, base);
    }
    attributes_then(vm, base, given, 0, move |vm, given| {
        let made = make_dialect(vm, &class, given)?;
        then(vm, made)
    })
}

/// Takes what is not given from the attributes of `base`, from parameter `index` on.
fn attributes_then(vm: &mut Vm, base: Value, mut given: Given, index: usize, then: impl FnOnce(&mut Vm, Given) -> Res<Action> + 'static) -> Res<Action> {
    let wanted = (index..PARAMETERS.len()).find(|&index| given.get(index).is_some_and(Option::is_none));
    let Some((index, name)) = wanted.and_then(|index| Some((index, *PARAMETERS.get(index)?))) else { return then(vm, given) };
    let name = vm.intern(name);
    // One level for each parameter at most.
    let then: Box<dyn FnOnce(&mut Vm, Given) -> Res<Action>> = Box::new(then);
    get_attribute_then(vm, &base.clone(), &name, move |vm, value| {
        let value = vm.catch(value, Ex::AttributeError)?;
        if let Some(slot) = given.get_mut(index) {
            *slot = value;
        }
        attributes_then(vm, base, given, index + 1, then)
    })
}

/// A parameter that is one character; None for None.
fn character(vm: &mut Vm, name: &str, value: &Value, or_none: bool) -> Res<Option<u32>> {
    if value.is_none() && or_none {
        return Ok(None);
    }
    let kinds = if or_none { "string or None" } else { "string" };
    match value.get::<Str>() {
        Some(text) if text.length == 1 => Ok(text.single()),
        Some(_) => Err(vm.type_error(&format!("\"{name}\" must be a 1-character string"))),
        None => {
            let given = vm.type_name(value);
            Err(vm.type_error(&format!("\"{name}\" must be {kinds}, not {given}")))
        }
    }
}

fn make_dialect(vm: &mut Vm, class: &Value, given: Given) -> Res<Value> {
    let [delimiter, double_quote, escape, line_terminator, quote, quoting, skip_initial_space, strict] = given;
    let truth = |vm: &mut Vm, value: &Option<Value>, default: bool| match value {
        Some(value) => vm.truth(value),
        None => Ok(default),
    };
    let delimiter = match &delimiter {
        Some(delimiter) => character(vm, "delimiter", delimiter, false)?.unwrap_or(0),
        None => ',' as u32,
    };
    let double_quote = truth(vm, &double_quote, true)?;
    let escape = match &escape {
        Some(escape) => character(vm, "escapechar", escape, true)?,
        None => None,
    };
    let line_terminator = match line_terminator {
        Some(text) if text.is_none() => None,
        Some(text) if text.get::<Str>().is_some() => Some(text),
        Some(_) => return Err(vm.type_error("\"lineterminator\" must be a string")),
        None => Some(vm.new_str("\r\n")),
    };
    let quote_is_none = quote.as_ref().is_some_and(Value::is_none);
    let quote = match &quote {
        Some(quote) => character(vm, "quotechar", quote, true)?,
        None => Some('"' as u32),
    };
    let mode = match &quoting {
        Some(quoting) if int::is_int(quoting) && quoting.as_bool().is_none() => {
            let index = int::to_i64(quoting).and_then(|index| usize::try_from(index).ok());
            Some(index.and_then(|index| QUOTINGS.get(index)).copied())
        }
        Some(_) => return Err(vm.type_error("\"quoting\" must be an integer")),
        None => None,
    };
    let skip_initial_space = truth(vm, &skip_initial_space, false)?;
    let strict = truth(vm, &strict, false)?;
    let quoting = match mode {
        Some(Some(mode)) => mode,
        Some(None) => return Err(vm.type_error("bad \"quoting\" value")),
        None if quote_is_none => Quoting::None,
        None => Quoting::Minimal,
    };
    if quoting != Quoting::None && quote.is_none() {
        return Err(vm.type_error("quotechar must be set if quoting enabled"));
    }
    let Some(line_terminator) = line_terminator else { return Err(vm.type_error("lineterminator must be set")) };
    let special = [("delimiter", Some(delimiter), true), ("escapechar", escape, !skip_initial_space), ("quotechar", quote, !skip_initial_space)];
    for (name, character, space_allowed) in special {
        let Some(character) = character else { continue };
        if matches!(character, 10 | 13) || character == ' ' as u32 && !space_allowed {
            return Err(vm.value_error(&format!("bad {name} value")));
        }
        if line_terminator.get::<Str>().is_some_and(|text| text.code_points().any(|code_point| code_point == character)) {
            return Err(vm.value_error(&format!("bad {name} or lineterminator value")));
        }
    }
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        if let (Some((name, Some(one), _)), Some((other, Some(two), _))) = (special.get(first), special.get(second))
            && one == two
        {
            return Err(vm.value_error(&format!("bad {name} or {other} value")));
        }
    }
    let Some(class) = class.get::<Class>() else { return Ok(Value::NONE) };
    Ok(vm.heap.new_object(class, |header| Dialect { header, delimiter, quote, escape, double_quote, skip_initial_space, line_terminator, quoting, strict }))
}

fn new_dialect(vm: &mut Vm, args: &Args) -> Res<Action> {
    let class = allocation_class::<Dialect>(vm, args.positional, "Dialect")?;
    dialect_then(vm, &class, args.positional.get(1), args, |_, dialect| Ok(Action::Return(dialect)))
}

/// The class of dialects.
pub(super) fn dialect_class(vm: &mut Vm) -> crate::vm::ClassRef {
    vm.class_from_spec(&DIALECT);
    vm.class::<Dialect>()
}

macro_rules! field {
    ($name:literal, |$vm:ident, $this:ident| $value:expr) => {
        Getter::read_only(
            $name,
            |$vm, this| {
                let $this = receiver::<Dialect>($vm, core::slice::from_ref(this))?;
                Ok($value)
            },
            "",
        )
    };
}

fn optional_character(vm: &mut Vm, character: Option<u32>) -> Value {
    character.map_or(Value::NONE, |character| from_code_point(vm, character))
}

pub(super) static DIALECT: TypeSpec = TypeSpec {
    module: "_csv",
    doc: "CSV dialect\n\nThe Dialect type records CSV dialect options.",
    natives: &[Native::full("__new__($type, dialect=None, **kwargs)", new_dialect, "Create and return a new object.")],
    getters: &[
        field!("delimiter", |vm, this| from_code_point(vm, this.delimiter)),
        field!("doublequote", |_vm, this| Value::bool(this.double_quote)),
        field!("escapechar", |vm, this| optional_character(vm, this.escape)),
        field!("lineterminator", |_vm, this| this.line_terminator.clone()),
        field!("quotechar", |vm, this| optional_character(vm, this.quote)),
        field!("quoting", |vm, this| vm.new_int(this.quoting as i64)),
        field!("skipinitialspace", |_vm, this| Value::bool(this.skip_initial_space)),
        field!("strict", |_vm, this| Value::bool(this.strict)),
    ],
    ..TypeSpec::new("Dialect", Dialect::LAYOUT)
};

// ---- the registry

fn with_registry<T>(vm: &mut Vm, action: impl FnOnce(&mut Vm, &Dict) -> Res<T>) -> Res<T> {
    match super::super::attribute(vm, "_csv", DIALECTS) {
        Some(dialects) if dialects.get::<Dict>().is_some() => match dialects.get::<Dict>() {
            Some(dict) => action(vm, dict),
            None => Err(error(vm, "unknown dialect")),
        },
        _ => Err(error(vm, "the registry of dialects is gone")),
    }
}

fn registered(vm: &mut Vm, name: &Value) -> Res<Value> {
    let found = with_registry(vm, |vm, dialects| dialects.get(vm, name))?;
    match found {
        Some(dialect) => Ok(dialect),
        None => Err(error(vm, "unknown dialect")),
    }
}

pub(super) fn get_dialect(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    registered(vm, arguments.first().unwrap_or(NONE))
}

pub(super) fn list_dialects(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let names = with_registry(vm, |_, dialects| Ok(dialects.keys()))?;
    Ok(vm.new_list(names))
}

pub(super) fn unregister_dialect(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = arguments.first().unwrap_or(NONE).clone();
    match with_registry(vm, |vm, dialects| dialects.delete(vm, &name))? {
        Some(_) => Ok(Value::NONE),
        None => Err(error(vm, "unknown dialect")),
    }
}

/// The first argument and, if given, the second: a dialect.
pub(super) fn first_and_dialect<'a>(vm: &mut Vm, args: &Args<'a>) -> Res<(&'a Value, Option<&'a Value>)> {
    match args.positional {
        [first] => Ok((first, None)),
        [first, dialect] => Ok((first, Some(dialect))),
        [] => Err(vm.type_error(" expected at least 1 argument, got 0")),
        more => {
            let given = more.len();
            Err(vm.type_error(&format!(" expected at most 2 arguments, got {given}")))
        }
    }
}

pub(super) fn register_dialect(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (name, base) = first_and_dialect(vm, args)?;
    if name.get::<Str>().is_none() {
        return Err(vm.type_error("dialect name must be a string"));
    }
    let (name, class) = (name.clone(), dialect_class(vm));
    dialect_then(vm, &class, base, args, move |vm, dialect| {
        with_registry(vm, |vm, dialects| dialects.set(vm, name, dialect))?;
        Ok(Action::Return(Value::NONE))
    })
}

pub(super) fn limit(vm: &mut Vm) -> i64 {
    super::super::attribute(vm, "_csv", FIELD_LIMIT).and_then(|limit| int::to_i64(&limit)).unwrap_or(DEFAULT_LIMIT)
}

pub(super) fn field_size_limit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let old = limit(vm);
    if let Some(new) = argument(arguments, 0) {
        if !int::is_int(new) {
            return Err(vm.type_error("limit must be an integer"));
        }
        let new = vm.index_i64(new)?;
        if let Some(module) = super::super::import_native(vm, "_csv")?
            && let Some(namespace) = object::module::namespace(&module)
        {
            let (name, new) = (vm.intern(FIELD_LIMIT), vm.new_int(new));
            drop(namespace.set_interned(&name, new));
        }
    }
    Ok(vm.new_int(old))
}
