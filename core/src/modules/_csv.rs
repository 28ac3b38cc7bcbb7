//! `_csv`: reading and writing rows of separated fields.

use super::{ModuleSpec, exception_class, raise_of};
use crate::object;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, Class, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::receiver;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::float_text;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::int;
use crate::object::iterators::SELF_ITER;
use crate::object::lazy::{Lazy, Progress, State, advance, next};
use crate::object::str::{Str, StrBuilder, from_code_point};
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::iterate::{Each, Flow, for_each, get_iter_then};
use crate::vm::native::ADVANCE_NEXT;
use crate::vm::protocol::{get_attribute_then, str_then};
use crate::vm::{Action, Args, Call, Getter, Name, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("reader(iterable, /, *args, **kwargs)", reader, "Return a reader object that will process lines from the given iterable.").counting(),
        Native::full("writer(fileobj, /, *args, **kwargs)", writer, "Return a writer object that will write user data on the given file object.").counting(),
        Native::simple("list_dialects()", list_dialects, "Return a list of all known dialect names."),
        Native::full("register_dialect(name, /, *args, **kwargs)", register_dialect, "Create a mapping from a string name to a CVS dialect.").counting(),
        Native::simple("unregister_dialect(name)", unregister_dialect, "Delete the name/dialect mapping associated with a string name."),
        Native::simple("get_dialect(name)", get_dialect, "Return the dialect instance associated with name."),
        Native::simple(
            "field_size_limit(new_limit=<unrepresentable>)",
            field_size_limit,
            "Sets an upper limit on parsed fields.\n\nReturns old limit. If limit is not given, no new limit is set and the old limit is returned",
        ),
    ],
    types: &[&DIALECT],
    constants: |vm, module| {
        let error = exception_class(vm, "_csv", "Error", &[Ex::Exception]);
        module.set(vm, "Error", error);
        let dialects = vm.new_dict();
        module.set(vm, DIALECTS, dialects);
        module.set_int(vm, FIELD_LIMIT, DEFAULT_LIMIT);
        for (number, name) in ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"].into_iter().enumerate() {
            module.set_int(vm, name, number as i64);
        }
        vm.class_from_spec(&READER);
        vm.class_from_spec(&WRITER);
    },
    ..ModuleSpec::new("_csv", "CSV parsing and writing.")
};

/// Where the module keeps the registered dialects, and the longest field allowed.
const DIALECTS: &str = "_dialects";
const FIELD_LIMIT: &str = "_field_limit";
const DEFAULT_LIMIT: i64 = 128 * 1024;

#[cold]
fn error(vm: &mut Vm, message: &str) -> Raised {
    raise_of(vm, "_csv", "Error", message)
}

// ---- dialects

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
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
struct Dialect {
    header: Header,
    delimiter: u32,
    quote: Option<u32>,
    escape: Option<u32>,
    double_quote: bool,
    skip_initial_space: bool,
    line_terminator: Value,
    quoting: Quoting,
    strict: bool,
}

object!(Dialect, Kind::Other, "_csv.Dialect", |this, visit| visit(&this.line_terminator));

/// The parameters of a dialect, in the order of their names.
const PARAMETERS: [&str; 8] = ["delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"];

type Given = [Option<Value>; PARAMETERS.len()];

/// Makes a dialect of the arguments `dialect` and keywords, then goes on with it.
fn dialect_then(vm: &mut Vm, class: &Class, base: Option<&Value>, args: &Args, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
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
fn dialect_class(vm: &mut Vm) -> crate::vm::ClassRef {
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

static DIALECT: TypeSpec = TypeSpec {
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
    match super::attribute(vm, "_csv", DIALECTS) {
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

fn get_dialect(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    registered(vm, arguments.first().unwrap_or(NONE))
}

fn list_dialects(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let names = with_registry(vm, |_, dialects| Ok(dialects.keys()))?;
    Ok(vm.new_list(names))
}

fn unregister_dialect(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = arguments.first().unwrap_or(NONE).clone();
    match with_registry(vm, |vm, dialects| dialects.delete(vm, &name))? {
        Some(_) => Ok(Value::NONE),
        None => Err(error(vm, "unknown dialect")),
    }
}

/// The first argument and, if given, the second: a dialect.
fn first_and_dialect<'a>(vm: &mut Vm, args: &Args<'a>) -> Res<(&'a Value, Option<&'a Value>)> {
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

fn register_dialect(vm: &mut Vm, args: &Args) -> Res<Action> {
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

fn limit(vm: &mut Vm) -> i64 {
    super::attribute(vm, "_csv", FIELD_LIMIT).and_then(|limit| int::to_i64(&limit)).unwrap_or(DEFAULT_LIMIT)
}

fn field_size_limit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let old = limit(vm);
    if let Some(new) = argument(arguments, 0) {
        if !int::is_int(new) {
            return Err(vm.type_error("limit must be an integer"));
        }
        let new = vm.index_i64(new)?;
        if let Some(module) = super::import_native(vm, "_csv")?
            && let Some(namespace) = object::module::namespace(&module)
        {
            let (name, new) = (vm.intern(FIELD_LIMIT), vm.new_int(new));
            drop(namespace.set_interned(&name, new));
        }
    }
    Ok(vm.new_int(old))
}

// ---- reading

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    StartOfRecord,
    StartOfField,
    Escaped,
    AfterEscapedLineEnd,
    InField,
    InQuotes,
    EscapedInQuotes,
    QuoteInQuotes,
    AfterRecord,
}

/// The record under way.
struct Record {
    place: Place,
    fields: Vec<Value>,
    field: StrBuilder,
    length: i64,
    /// The field was not quoted.
    plain: bool,
}

/// `_csv.reader`
struct Reader {
    lines: Value,
    dialect: Value,
    record: Mut<Record>,
    line_number: Cell<i64>,
}

/// What ends a line for the parser.
const END: Option<u32> = None;

impl Reader {
    fn save(&self, vm: &mut Vm, dialect: &Dialect) -> Res<()> {
        let record = self.record.get_mut();
        let text = core::mem::take(&mut record.field);
        record.length = 0;
        let empty = text.is_empty();
        let value = match dialect.quoting {
            Quoting::NotNull | Quoting::Strings if record.plain && empty => Value::NONE,
            Quoting::NonNumeric | Quoting::Strings if record.plain => {
                let text = text.finish(vm)?;
                match text.get::<Str>().and_then(|text| float_text::parse(&text.to_string_lossy())) {
                    Some(number) => vm.new_float(number),
                    None => {
                        let shown = vm.native_repr(&text)?.and_then(|shown| shown.get::<Str>().map(|shown| shown.to_string_lossy().into_owned()));
                        return Err(vm.value_error(&format!("could not convert string to float: {}", shown.unwrap_or_default())));
                    }
                }
            }
            _ => text.finish(vm)?,
        };
        let record = self.record.get_mut();
        if record.fields.len() == record.fields.capacity() {
            vm.check_memory(record.fields.len().checked_mul(2 * size_of::<Value>()))?;
        }
        record.fields.push(value);
        Ok(())
    }

    fn push(&self, vm: &mut Vm, limit: i64, character: u32) -> Res<()> {
        let record = self.record.get_mut();
        if record.length >= limit {
            return Err(error(vm, &format!("field larger than field limit ({limit})")));
        }
        record.field.push_code_point(character);
        record.length += 1;
        Ok(())
    }

    /// Takes one character, or the end of a line.
    fn take(&self, vm: &mut Vm, dialect: &Dialect, limit: i64, character: Option<u32>) -> Res<()> {
        let record = self.record.get_mut();
        let line_end = matches!(character, None | Some(10 | 13));
        let after = if character == END { Place::StartOfRecord } else { Place::AfterRecord };
        let quotes = dialect.quoting != Quoting::None;
        let is = |special: Option<u32>| special.is_some() && character == special;
        if record.place == Place::StartOfRecord {
            if character == END {
                return Ok(());
            }
            if line_end {
                record.place = Place::AfterRecord;
                return Ok(());
            }
            record.place = Place::StartOfField;
        }
        if record.place == Place::AfterEscapedLineEnd {
            if character == END {
                return Ok(());
            }
            record.place = Place::InField;
        }
        match record.place {
            Place::StartOfField => {
                record.plain = true;
                if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if is(dialect.quote) && quotes {
                    record.plain = false;
                    record.place = Place::InQuotes;
                } else if is(dialect.escape) {
                    record.place = Place::Escaped;
                } else if is(Some(' ' as u32)) && dialect.skip_initial_space {
                    // Skipped.
                } else if is(Some(dialect.delimiter)) {
                    self.save(vm, dialect)?;
                } else if let Some(character) = character {
                    record.place = Place::InField;
                    self.push(vm, limit, character)?;
                }
            }
            Place::Escaped => {
                record.place = if character != END && line_end { Place::AfterEscapedLineEnd } else { Place::InField };
                self.push(vm, limit, character.unwrap_or(10))?;
            }
            Place::InField => {
                if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if is(dialect.escape) {
                    record.place = Place::Escaped;
                } else if is(Some(dialect.delimiter)) {
                    record.place = Place::StartOfField;
                    self.save(vm, dialect)?;
                } else if let Some(character) = character {
                    self.push(vm, limit, character)?;
                }
            }
            Place::InQuotes => {
                if is(dialect.escape) {
                    record.place = Place::EscapedInQuotes;
                } else if is(dialect.quote) && quotes {
                    record.place = if dialect.double_quote { Place::QuoteInQuotes } else { Place::InField };
                } else if let Some(character) = character {
                    self.push(vm, limit, character)?;
                }
            }
            Place::EscapedInQuotes => {
                record.place = Place::InQuotes;
                self.push(vm, limit, character.unwrap_or(10))?;
            }
            Place::QuoteInQuotes => {
                if is(dialect.quote) && quotes {
                    record.place = Place::InQuotes;
                    self.push(vm, limit, dialect.quote.unwrap_or(0))?;
                } else if is(Some(dialect.delimiter)) {
                    record.place = Place::StartOfField;
                    self.save(vm, dialect)?;
                } else if line_end {
                    record.place = after;
                    self.save(vm, dialect)?;
                } else if !dialect.strict {
                    record.place = Place::InField;
                    self.push(vm, limit, character.unwrap_or(10))?;
                } else {
                    let shown = |code_point: u32| char::from_u32(code_point).unwrap_or('\u{fffd}');
                    let message = format!("'{}' expected after '{}'", shown(dialect.delimiter), shown(dialect.quote.unwrap_or(0)));
                    return Err(error(vm, &message));
                }
            }
            Place::AfterRecord => match character {
                None => record.place = Place::StartOfRecord,
                Some(10 | 13) => {}
                Some(_) => {
                    return Err(error(vm, "new-line character seen in unquoted field - do you need to open the file with newline=''?"));
                }
            },
            Place::StartOfRecord | Place::AfterEscapedLineEnd => {}
        }
        Ok(())
    }
}

impl State for Reader {
    fn step(&self, _: &mut Vm) -> Res<Progress> {
        drop(self.record.replace(Record { place: Place::StartOfRecord, fields: Vec::new(), field: StrBuilder::new(), length: 0, plain: true }));
        Ok(Progress::Next(self.lines.clone()))
    }

    fn item(&self, vm: &mut Vm, line: Option<Value>) -> Res<Progress> {
        let Some(dialect) = self.dialect.get::<Dialect>() else { return Ok(Progress::Done) };
        let Some(line) = line else {
            let record = self.record.get();
            if record.length == 0 && record.place != Place::InQuotes {
                return Ok(Progress::Done);
            }
            if dialect.strict {
                return Err(error(vm, "unexpected end of data"));
            }
            self.save(vm, dialect)?;
            let fields = core::mem::take(&mut self.record.get_mut().fields);
            return Ok(Progress::Item(vm.new_list(fields)));
        };
        let Some(text) = line.get::<Str>() else {
            let name = vm.type_name(&line);
            return Err(error(vm, &format!("iterator should return strings, not {name} (the file should be opened in text mode)")));
        };
        self.line_number.set(self.line_number.get() + 1);
        let limit = limit(vm);
        for character in text.code_points() {
            self.take(vm, dialect, limit, Some(character))?;
        }
        self.take(vm, dialect, limit, END)?;
        if self.record.get().place != Place::StartOfRecord {
            return Ok(Progress::Next(self.lines.clone()));
        }
        let fields = core::mem::take(&mut self.record.get_mut().fields);
        Ok(Progress::Item(vm.new_list(fields)))
    }

    fn traverse(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.lines);
        visit(&self.dialect);
        self.record.get().fields.iter().for_each(visit);
    }
}

object!(Lazy<Reader>, Kind::Other, "_csv.reader", |this, visit| this.state.traverse(visit));

fn reader(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (lines, base) = first_and_dialect(vm, args)?;
    let (lines, class) = (lines.clone(), dialect_class(vm));
    let names: Vec<Value> = args.names.to_vec();
    let (values, base) = (args.values.to_vec(), base.cloned());
    get_iter_then(vm, &lines, move |vm, lines| {
        let args = Args { positional: &[], names: &names, values: &values };
        dialect_then(vm, &class, base.as_ref(), &args, move |vm, dialect| {
            let record = Record { place: Place::StartOfRecord, fields: Vec::new(), field: StrBuilder::new(), length: 0, plain: true };
            let reader = Reader { lines, dialect, record: Mut::new(record), line_number: Cell::new(0) };
            Ok(Action::Return(vm.new_object(|header| Lazy::new(header, reader))))
        })
    })
}

static READER: TypeSpec = TypeSpec {
    module: "_csv",
    flags: CLASS_NOT_CALLABLE,
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data in CSV format.",
    natives: &[SELF_ITER, ADVANCE_NEXT],
    getters: &[
        Getter::read_only("dialect", |_, this| Ok(this.get::<Lazy<Reader>>().map_or(Value::NONE, |reader| reader.state.dialect.clone())), ""),
        Getter::read_only("line_num", |vm, this| Ok(vm.new_int(this.get::<Lazy<Reader>>().map_or(0, |reader| reader.state.line_number.get()))), ""),
    ],
    next: Some(next::<Reader>),
    advance: Some(advance::<Reader>),
    ..TypeSpec::new("reader", Lazy::<Reader>::LAYOUT)
};

// ---- writing

/// `_csv.writer`
#[repr(C)]
struct Writer {
    header: Header,
    write: Value,
    dialect: Value,
}

object!(Writer, Kind::Other, "_csv.writer", |this, visit| {
    visit(&this.write);
    visit(&this.dialect);
});

fn writer(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (file, base) = first_and_dialect(vm, args)?;
    let (file, class) = (file.clone(), dialect_class(vm));
    dialect_then(vm, &class, base, args, move |vm, dialect| {
        let name = vm.intern("write");
        get_attribute_then(vm, &file, &name, move |vm, write| {
            let write = vm.catch(write, Ex::AttributeError)?.filter(|write| vm.lookup_special(write, Name::Call).is_some() || is_plain_callable(write));
            match write {
                Some(write) => Ok(Action::Return(vm.new_object(|header| Writer { header, write, dialect }))),
                None => Err(vm.type_error("argument 1 must have a \"write\" method")),
            }
        })
    })
}

fn is_plain_callable(value: &Value) -> bool {
    matches!(value.kind(), Kind::Function | Kind::Native | Kind::BoundMethod | Kind::Class)
}

/// A row under way.
struct Row {
    dialect: Value,
    line: StrBuilder,
    fields: usize,
    /// The field last taken was None.
    null: bool,
    /// The field whose text is awaited is to be quoted.
    quoted: bool,
    write: Value,
}

impl Row {
    /// Appends a field; None: an empty one.
    fn append(&mut self, vm: &mut Vm, text: Option<&Str>, mut quoted: bool) -> Res<()> {
        let Some(dialect) = self.dialect.get::<Dialect>() else { return Ok(()) };
        let empty = text.is_none_or(|text| text.size == 0);
        if empty && dialect.delimiter == ' ' as u32 && dialect.skip_initial_space {
            if dialect.quoting == Quoting::None || text.is_none() && matches!(dialect.quoting, Quoting::Strings | Quoting::NotNull) {
                return Err(error(vm, "empty field must be quoted if delimiter is a space and skipinitialspace is true"));
            }
            quoted = true;
        }
        let terminator = dialect.line_terminator.get::<Str>();
        let mut out = StrBuilder::with_capacity(text.map_or(0, |text| text.size));
        for character in text.into_iter().flat_map(Str::code_points) {
            let is = |special: Option<u32>| special == Some(character);
            let special = character == dialect.delimiter
                || is(dialect.escape)
                || is(dialect.quote)
                || matches!(character, 10 | 13)
                || terminator.is_some_and(|terminator| terminator.code_points().any(|code_point| code_point == character));
            if special {
                let mut escaped = dialect.quoting == Quoting::None;
                if !escaped {
                    if is(dialect.quote) {
                        if dialect.double_quote {
                            out.push_code_point(character);
                        } else {
                            escaped = true;
                        }
                    } else if is(dialect.escape) {
                        escaped = true;
                    }
                    quoted |= !escaped;
                }
                if escaped {
                    match dialect.escape {
                        Some(escape) => out.push_code_point(escape),
                        None => return Err(error(vm, "need to escape, but no escapechar set")),
                    }
                }
            }
            out.push_code_point(character);
        }
        if self.fields > 0 {
            self.line.push_code_point(dialect.delimiter);
        }
        self.fields += 1;
        let quote = dialect.quote.filter(|_| quoted);
        if let Some(quote) = quote {
            self.line.push_code_point(quote);
        }
        let field = out.finish(vm)?;
        if let Some(field) = field.get::<Str>() {
            vm.check_memory(self.line.size().checked_add(field.size))?;
            self.line.push(field);
        }
        if let Some(quote) = quote {
            self.line.push_code_point(quote);
        }
        Ok(())
    }
}

impl Each for Row {
    fn item(&mut self, vm: &mut Vm, field: Value) -> Res<Flow> {
        let quoting = self.dialect.get::<Dialect>().map_or(Quoting::Minimal, |dialect| dialect.quoting);
        self.null = field.is_none();
        self.quoted = match quoting {
            Quoting::All => true,
            Quoting::NonNumeric => !is_number(vm, &field),
            Quoting::Strings => field.get::<Str>().is_some(),
            Quoting::NotNull => !self.null,
            Quoting::Minimal | Quoting::None => false,
        };
        if self.null {
            self.append(vm, None, self.quoted)?;
            return Ok(Flow::Continue);
        }
        if let Some(text) = field.get::<Str>() {
            self.append(vm, Some(text), self.quoted)?;
            return Ok(Flow::Continue);
        }
        Ok(Flow::Action(Box::new(str_then(vm, &field, |_, text| Ok(Action::Return(text)))?)))
    }

    fn called(&mut self, vm: &mut Vm, text: Value) -> Res<Flow> {
        self.append(vm, text.get::<Str>(), self.quoted)?;
        Ok(Flow::Continue)
    }

    fn finish(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        let quoting = self.dialect.get::<Dialect>().map_or(Quoting::Minimal, |dialect| dialect.quoting);
        if self.fields > 0 && self.line.is_empty() {
            if quoting == Quoting::None || self.null && matches!(quoting, Quoting::Strings | Quoting::NotNull) {
                return Err(error(vm, "single empty field record must be quoted"));
            }
            self.fields -= 1;
            self.append(vm, None, true)?;
        }
        let dialect = self.dialect.clone();
        if let Some(terminator) = dialect.get::<Dialect>().and_then(|dialect| dialect.line_terminator.get::<Str>()) {
            self.line.push(terminator);
        }
        let line = self.line.finish(vm)?;
        Ok(Action::TailCall(Call::new(self.write, [line])))
    }
}

/// Can it be made a number of?
fn is_number(vm: &mut Vm, value: &Value) -> bool {
    if object::number::Number::of(value).is_some() {
        return true;
    }
    let name = vm.intern("__int__");
    vm.lookup_special(value, Name::Index).is_some() || vm.lookup_special(value, Name::Float).is_some() || vm.class_of(value).lookup(&name).is_some()
}

fn write_row(vm: &mut Vm, this: &Value, row: &Value) -> Res<Action> {
    let writer = receiver::<Writer>(vm, core::slice::from_ref(this))?;
    if !crate::vm::iterate::is_iterable(vm, row) {
        let name = vm.type_name(row);
        return Err(error(vm, &format!("iterable expected, not {name}")));
    }
    let row_state = Row { dialect: writer.dialect.clone(), line: StrBuilder::new(), fields: 0, null: false, quoted: false, write: writer.write.clone() };
    for_each(vm, row, row_state)
}

/// Writes one row after the other.
struct Rows {
    writer: Value,
}

impl Each for Rows {
    fn item(&mut self, vm: &mut Vm, row: Value) -> Res<Flow> {
        Ok(Flow::Action(Box::new(write_row(vm, &self.writer, &row)?)))
    }

    fn finish(self: Box<Self>, _: &mut Vm) -> Res<Action> {
        Ok(Action::Return(Value::NONE))
    }
}

static WRITER: TypeSpec = TypeSpec {
    module: "_csv",
    flags: CLASS_NOT_CALLABLE | CLASS_FINAL,
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data in CSV format from sequence input.",
    natives: &[
        Native::full(
            "writerow($self, row, /)",
            |vm, args| write_row(vm, &args.positional[0], &args.positional[1]),
            "Construct and write a CSV record from an iterable of fields.",
        ),
        Native::full(
            "writerows($self, rows, /)",
            |vm, args| {
                receiver::<Writer>(vm, args.positional)?;
                for_each(vm, &args.positional[1], Rows { writer: args.positional[0].clone() })
            },
            "Construct and write a series of iterables to a csv file.",
        ),
    ],
    getters: &[Getter::read_only("dialect", |_, this| Ok(this.get::<Writer>().map_or(Value::NONE, |writer| writer.dialect.clone())), "")],
    ..TypeSpec::new("writer", Writer::LAYOUT)
};
