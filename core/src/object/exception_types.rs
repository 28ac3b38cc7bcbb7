//! What the builtin exception classes have in Python: methods, attributes, and how their arguments become fields.

use super::class::{CLASS_HAS_DICT, CLASS_WEAKREFERABLE, Class, TypeSpec};
use super::construct::{allocation_class, class_name};
use super::dict::Dict;
use super::exception::{Ex, Exception, allocate};
use super::exception_group;
use super::header::{Header, Object};
use super::list::{self, List};
use super::str::Str;
use super::traceback::Traceback;
use super::tuple::Tuple;
use super::value::Value;
use crate::builtins::pieces::{Piece, join};
use crate::modules::errno;
use crate::object::bytes;
use crate::vm::iterate::collect;
use crate::vm::protocol::{repr_then, str_then};
use crate::vm::{Action, Args, Getter, Name, Native, Res, Vm};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The declaration of what an exception class adds to its base.
const fn part(name: &'static str) -> TypeSpec {
    TypeSpec::new(name, Exception::LAYOUT)
}

// ---- BaseException

pub static BASE_EXCEPTION: TypeSpec = TypeSpec {
    flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE,
    doc: "Common base class for all exceptions.",
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", base_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", base_init, "Initialize self."),
        Native::full("__str__($self, /)", base_str, "Return str(self)."),
        Native::full("__repr__($self, /)", base_repr, "Return repr(self)."),
        Native::simple("with_traceback($self, tb, /)", with_traceback, "Set self.__traceback__ to tb and return self."),
        Native::full("add_note($self, note, /)", add_note, "Add a note, shown after the exception in tracebacks."),
        Native::simple("__reduce__($self, /)", reduce, "Helper for pickle."),
        Native::full("__setstate__($self, state, /)", set_state, "Helper for pickle."),
    ],
    getters: &[
        Getter { name: "args", get: get_args, set: Some(set_args), doc: "The arguments of the exception." },
        Getter { name: "__traceback__", get: get_traceback, set: Some(set_traceback), doc: "Where the exception passed." },
        Getter { name: "__context__", get: get_context, set: Some(set_context), doc: "The exception that was being handled." },
        Getter { name: "__cause__", get: get_cause, set: Some(set_cause), doc: "The exception given with raise from." },
        Getter { name: "__suppress_context__", get: get_suppress, set: Some(set_suppress), doc: "Whether printing hides the context." },
    ],
    ..part("BaseException")
};

fn exception(value: &Value) -> Option<&Exception> {
    value.get::<Exception>()
}

/// The exception in `self`: natives are only called with one.
fn this<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Exception> {
    match arguments.first().and_then(exception) {
        Some(exception) => Ok(exception),
        None => Err(vm.type_error("descriptor requires an exception")),
    }
}

fn base_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    new_instance(vm, arguments).map(Action::Return)
}

fn new_instance(vm: &mut Vm, arguments: &Args) -> Res<Value> {
    let class = allocation_class::<Exception>(vm, arguments.positional, "BaseException")?;
    let args = vm.new_tuple(arguments.positional.get(1..).unwrap_or_default().to_vec());
    Ok(allocate(vm, &class, args))
}

fn no_keywords(vm: &mut Vm, arguments: &Args) -> Res<()> {
    if arguments.names.is_empty() {
        return Ok(());
    }
    let name = arguments.positional.first().map(|this| vm.type_name(this)).unwrap_or_default();
    Err(vm.type_error(&format!("{name}() takes no keyword arguments")))
}

fn store_args(vm: &mut Vm, arguments: &Args) {
    if let Some(exception) = arguments.positional.first().and_then(exception) {
        let given = arguments.positional.get(1..).unwrap_or_default();
        if exception.arguments().len() != given.len() || !exception.arguments().iter().zip(given).all(|(old, new)| old.is(new)) {
            let args = vm.new_tuple(given.to_vec());
            exception.args.set(args);
        }
    }
}

fn base_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    no_keywords(vm, arguments)?;
    store_args(vm, arguments);
    Ok(Action::Return(Value::NONE))
}

fn base_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let exception = this(vm, arguments.positional)?;
    match exception.arguments() {
        [] => Ok(Action::Return(vm.new_str(""))),
        [only] => {
            let only = only.clone();
            str_then(vm, &only, |_, text| Ok(Action::Return(text)))
        }
        _ => {
            let args = exception.args.get().clone();
            repr_then(vm, &args, |_, text| Ok(Action::Return(text)))
        }
    }
}

fn base_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let exception = this(vm, arguments.positional)?;
    let name = class_name(exception.header.class());
    let pieces = match exception.arguments() {
        [only] => Vec::from([Piece::Text(format!("{name}(").into()), Piece::Repr(only.clone()), ")".into()]),
        _ => Vec::from([Piece::Text(name.into()), Piece::Repr(exception.args.get().clone())]),
    };
    join(vm, pieces)
}

fn with_traceback(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [exception, traceback, ..] = arguments else { return Ok(Value::NONE) };
    set_traceback(vm, exception, Some(traceback))?;
    Ok(exception.clone())
}

fn add_note(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [this, note, ..] = arguments.positional else { return Ok(Action::Return(Value::NONE)) };
    append_note(vm, this, note)?;
    Ok(Action::Return(Value::NONE))
}

/// `exception.add_note(note)`
///
/// # Errors
/// TypeError if the note is no str, or `__notes__` no list.
pub fn append_note(vm: &mut Vm, this: &Value, note: &Value) -> Res<()> {
    if note.get::<Str>().is_none() {
        let given = vm.type_name(note);
        return Err(vm.type_error(&format!("note must be a str, not '{given}'")));
    }
    let Some((object, attributes)) = attributes(this) else { return Ok(()) };
    let name = vm.name(Name::Notes).clone();
    match attributes.get(object, &name) {
        None => {
            let notes = vm.new_list(Vec::from([note.clone()]));
            attributes.set(object, &name, notes);
        }
        Some(notes) => match notes.get::<List>() {
            Some(list) => list::append(vm, list, note.clone())?,
            None => return Err(vm.type_error("Cannot add note: __notes__ is not a list")),
        },
    }
    Ok(())
}

/// Header and attributes of an object that has some.
pub(crate) fn attributes(object: &Value) -> Option<(&Header, &super::instance::Attributes)> {
    let header = object.header()?;
    Some((header, header.class().attributes_of(header)?))
}

fn reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let exception = this(vm, arguments)?;
    let class = Value::from_object(exception.header.class());
    let mut parts = Vec::from([class, exception.args.get().clone()]);
    let items = arguments.first().and_then(attributes).map(|(object, attributes)| attributes.items(object)).unwrap_or_default();
    if !items.is_empty() {
        parts.push(dict_of(vm, items));
    }
    Ok(vm.new_tuple(parts))
}

fn dict_of(vm: &mut Vm, items: Vec<(Value, Value)>) -> Value {
    let state = vm.new_dict();
    if let Some(dict) = state.get::<Dict>() {
        for (name, value) in items {
            drop(dict.set_interned(&name, value));
        }
    }
    state
}

fn set_state(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let [this, state, ..] = arguments.positional else { return Ok(Action::Return(Value::NONE)) };
    if state.is_none() {
        return Ok(Action::Return(Value::NONE));
    }
    let Some(items) = state.get::<Dict>().map(|dict| dict.items()) else {
        return Err(vm.type_error("state is not a dictionary"));
    };
    crate::builtins::attributes::store_all(vm, this.clone(), items.into_iter())
}

fn get_args(_: &mut Vm, this: &Value) -> Res<Value> {
    Ok(exception(this).map_or(Value::NONE, |exception| exception.args.get().clone()))
}

fn set_args(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.type_error("args may not be deleted")) };
    let items = match (value.get::<Tuple>(), value.get::<List>()) {
        (Some(tuple), _) => tuple.items().to_vec(),
        (_, Some(list)) => list.items.get().clone(),
        _ => crate::builtins::evaluate::items_now(vm, value)?,
    };
    let args = vm.new_tuple(items);
    if let Some(exception) = exception(this) {
        exception.args.set(args);
    }
    Ok(())
}

fn get_traceback(vm: &mut Vm, this: &Value) -> Res<Value> {
    Ok(exception(this).map_or(Value::NONE, |exception| exception.traceback(vm)))
}

fn set_traceback(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.type_error("__traceback__ may not be deleted")) };
    if !value.is_none() && value.get::<Traceback>().is_none() {
        return Err(vm.type_error("__traceback__ must be a traceback or None"));
    }
    if let Some(exception) = exception(this) {
        exception.set_traceback(value.clone());
    }
    Ok(())
}

fn get_context(_: &mut Vm, this: &Value) -> Res<Value> {
    Ok(exception(this).map_or(Value::NONE, |exception| exception.context.get().clone()))
}

fn get_cause(_: &mut Vm, this: &Value) -> Res<Value> {
    Ok(exception(this).map_or(Value::NONE, |exception| exception.cause.get().clone()))
}

/// Checks what is stored as a context or cause.
fn linked(vm: &mut Vm, value: Option<&Value>, what: &str) -> Res<Value> {
    match value {
        None => Err(vm.type_error(&format!("__{what}__ may not be deleted"))),
        Some(value) if value.is_none() || exception(value).is_some() => Ok(value.clone()),
        Some(_) => Err(vm.type_error(&format!("exception {what} must be None or derive from BaseException"))),
    }
}

fn set_context(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let value = linked(vm, value, "context")?;
    if let Some(exception) = exception(this) {
        exception.context.set(value);
    }
    Ok(())
}

fn set_cause(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let value = linked(vm, value, "cause")?;
    if let Some(exception) = exception(this) {
        exception.set_cause(value);
    }
    Ok(())
}

fn get_suppress(_: &mut Vm, this: &Value) -> Res<Value> {
    Ok(Value::bool(exception(this).is_some_and(|exception| exception.suppress_context.get())))
}

fn set_suppress(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    match value.and_then(Value::as_bool) {
        Some(truth) => {
            if let Some(exception) = exception(this) {
                exception.suppress_context.set(truth);
            }
            Ok(())
        }
        None if value.is_none() => Err(vm.type_error("can't delete numeric/char attribute")),
        None => Err(vm.type_error("attribute value type must be bool")),
    }
}

// ---- fields

/// A read-write attribute that is one of the exception's fields.
macro_rules! field {
    ($name:literal, $index:expr, $doc:literal) => {
        Getter {
            name: $name,
            get: |_, this| Ok(exception(this).map_or(Value::NONE, |exception| exception.field($index))),
            set: Some(|_, this, value| {
                if let Some(exception) = exception(this) {
                    exception.set_field($index, value.cloned().unwrap_or(Value::NONE));
                }
                Ok(())
            }),
            doc: $doc,
        }
    };
}

/// Indices of fields, class by class.
pub mod fields {
    pub const STOP_VALUE: usize = 0;
    pub const EXIT_CODE: usize = 0;
    pub const NAME: usize = 0;
    pub const OBJECT: usize = 1;
    pub const IMPORT_MESSAGE: usize = 0;
    pub const IMPORT_NAME: usize = 1;
    pub const IMPORT_PATH: usize = 2;
    pub const IMPORT_NAME_FROM: usize = 3;
    pub const ERRNO: usize = 0;
    pub const STRERROR: usize = 1;
    pub const FILENAME: usize = 2;
    pub const FILENAME2: usize = 3;
    pub const WRITTEN: usize = 4;
    pub const SYNTAX_MESSAGE: usize = 0;
    pub const SYNTAX_FILENAME: usize = 1;
    pub const SYNTAX_LINE: usize = 2;
    pub const SYNTAX_OFFSET: usize = 3;
    pub const SYNTAX_TEXT: usize = 4;
    pub const SYNTAX_END_LINE: usize = 5;
    pub const SYNTAX_END_OFFSET: usize = 6;
    pub const SYNTAX_PRINT: usize = 7;
    pub const SYNTAX_METADATA: usize = 8;
    pub const ENCODING: usize = 0;
    pub const UNICODE_OBJECT: usize = 1;
    pub const START: usize = 2;
    pub const END: usize = 3;
    pub const REASON: usize = 4;
    pub const GROUP_MESSAGE: usize = 0;
    pub const GROUP_EXCEPTIONS: usize = 1;
}
use fields::*;

/// Fills the fields of a new exception of a builtin class from its `args`, where no keyword can matter and nothing can fail.
pub fn set_fields(vm: &mut Vm, kind: Ex, value: &Value) {
    let Some(exception) = exception(value) else { return };
    match kind {
        Ex::StopIteration => {
            if let Some(first) = exception.arguments().first() {
                exception.set_field(STOP_VALUE, first.clone());
            }
        }
        Ex::SystemExit => set_exit_code(exception),
        Ex::ImportError | Ex::ModuleNotFoundError => {
            if let [message] = exception.arguments() {
                exception.set_field(IMPORT_MESSAGE, message.clone());
            }
        }
        Ex::UnicodeDecodeError | Ex::UnicodeEncodeError => {
            for (index, argument) in exception.arguments().iter().take(5).enumerate() {
                exception.set_field(index, argument.clone());
            }
        }
        Ex::SyntaxError | Ex::IndentationError | Ex::TabError | Ex::_IncompleteInputError => {
            let details = exception.arguments().get(1).and_then(|details| details.get::<Tuple>()).map(|details| details.items().to_vec());
            if let Some(message) = exception.arguments().first() {
                exception.set_field(SYNTAX_MESSAGE, message.clone());
            }
            for (index, detail) in details.into_iter().flatten().take(6).enumerate() {
                exception.set_field(SYNTAX_FILENAME + index, detail);
            }
        }
        _ if vm.is_instance(value, &vm.exception_class(Ex::OSError)) => set_os_fields(vm, exception),
        _ => {}
    }
}

// ---- StopIteration, SystemExit, KeyError

pub static STOP_ITERATION: TypeSpec = TypeSpec {
    natives: &[Native::full("__init__($self, /, *args, **kwargs)", stop_init, "Initialize self.")],
    getters: &[field!("value", STOP_VALUE, "The value that the generator returned.")],
    ..part("StopIteration")
};

fn stop_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let done = base_init(vm, arguments)?;
    if let Some(exception) = arguments.positional.first().and_then(exception) {
        exception.set_field(STOP_VALUE, arguments.get(1).cloned().unwrap_or(Value::NONE));
    }
    Ok(done)
}

pub static SYSTEM_EXIT: TypeSpec = TypeSpec {
    natives: &[Native::full("__init__($self, /, *args, **kwargs)", exit_init, "Initialize self.")],
    getters: &[field!("code", EXIT_CODE, "The exit status, or a message.")],
    ..part("SystemExit")
};

fn set_exit_code(exception: &Exception) {
    match exception.arguments() {
        [] => {}
        [code] => exception.set_field(EXIT_CODE, code.clone()),
        _ => exception.set_field(EXIT_CODE, exception.args.get().clone()),
    }
}

fn exit_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let done = base_init(vm, arguments)?;
    if let Some(exception) = arguments.positional.first().and_then(exception) {
        set_exit_code(exception);
    }
    Ok(done)
}

pub static KEY_ERROR: TypeSpec = TypeSpec { natives: &[Native::full("__str__($self, /)", key_error_str, "Return str(self).")], getters: &[], ..part("KeyError") };

fn key_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    // The key as written: str(KeyError('')) would say nothing.
    match this(vm, arguments.positional)?.arguments() {
        [key] => {
            let key = key.clone();
            repr_then(vm, &key, |_, text| Ok(Action::Return(text)))
        }
        _ => base_str(vm, arguments),
    }
}

// ---- NameError, AttributeError, ImportError

/// Takes keyword arguments into fields.
///
/// # Errors
/// TypeError for any other keyword.
fn keyword_fields(vm: &mut Vm, arguments: &Args, known: &[(&str, usize)]) -> Res<()> {
    store_args(vm, arguments);
    let Some(this) = arguments.positional.first() else { return Ok(()) };
    for (name, value) in arguments.names.iter().zip(arguments.values) {
        match (known.iter().find(|(text, _)| Str::is(name, text)), exception(this)) {
            (Some(&(_, index)), Some(exception)) => exception.set_field(index, value.clone()),
            _ => {
                let class = vm.type_name(this);
                let name = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let base = known_base(vm, this).unwrap_or(class);
                return Err(vm.type_error(&format!("{base}() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    Ok(())
}

/// The builtin class whose constructor's name stands in messages.
fn known_base(vm: &Vm, this: &Value) -> Option<String> {
    [Ex::AttributeError, Ex::NameError, Ex::ImportError]
        .into_iter()
        .map(|kind| vm.exception_class(kind))
        .find(|class| vm.is_instance(this, class))
        .map(|class| class_name(&class))
}

pub static NAME_ERROR: TypeSpec = TypeSpec {
    natives: &[Native::full("__init__($self, /, *args, **kwargs)", name_error_init, "Initialize self.")],
    getters: &[field!("name", NAME, "The name that was not found.")],
    ..part("NameError")
};

fn name_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    keyword_fields(vm, arguments, &[("name", NAME)])?;
    Ok(Action::Return(Value::NONE))
}

pub static ATTRIBUTE_ERROR: TypeSpec = TypeSpec {
    natives: &[Native::full("__init__($self, /, *args, **kwargs)", attribute_error_init, "Initialize self.")],
    getters: &[field!("name", NAME, "The attribute that was not found."), field!("obj", OBJECT, "The object that has no such attribute.")],
    ..part("AttributeError")
};

fn attribute_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    keyword_fields(vm, arguments, &[("name", NAME), ("obj", OBJECT)])?;
    Ok(Action::Return(Value::NONE))
}

pub static IMPORT_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__init__($self, /, *args, **kwargs)", import_error_init, "Initialize self."),
        Native::full("__str__($self, /)", import_error_str, "Return str(self)."),
        Native::simple("__reduce__($self, /)", import_error_reduce, "Helper for pickle."),
    ],
    getters: &[
        field!("msg", IMPORT_MESSAGE, "The message."),
        field!("name", IMPORT_NAME, "The module's name."),
        field!("path", IMPORT_PATH, "The module's path."),
        field!("name_from", IMPORT_NAME_FROM, "The name that was to be imported from the module."),
    ],
    ..part("ImportError")
};

fn import_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if let Some(exception) = arguments.get(0).and_then(exception) {
        for field in [IMPORT_MESSAGE, IMPORT_NAME, IMPORT_PATH, IMPORT_NAME_FROM] {
            exception.set_field(field, Value::NONE);
        }
    }
    keyword_fields(vm, arguments, &[("name", IMPORT_NAME), ("path", IMPORT_PATH), ("name_from", IMPORT_NAME_FROM)])?;
    if let ([this, message], Some(_)) = (arguments.positional, arguments.get(0))
        && let Some(exception) = exception(this)
    {
        exception.set_field(IMPORT_MESSAGE, message.clone());
    }
    Ok(Action::Return(Value::NONE))
}

fn import_error_reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let exception = this(vm, arguments)?;
    let class = Value::from_object(exception.header.class());
    let mut items = arguments.first().and_then(attributes).map(|(object, attributes)| attributes.items(object)).unwrap_or_default();
    for (name, field) in [("name", IMPORT_NAME), ("path", IMPORT_PATH), ("name_from", IMPORT_NAME_FROM)] {
        let value = exception.field(field);
        if !value.is_none() {
            items.push((vm.intern(name), value));
        }
    }
    let mut parts = Vec::from([class, exception.args.get().clone()]);
    if !items.is_empty() {
        parts.push(dict_of(vm, items));
    }
    Ok(vm.new_tuple(parts))
}

fn import_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let message = this(vm, arguments.positional)?.field(IMPORT_MESSAGE);
    if message.get_exact::<Str>().is_some() { Ok(Action::Return(message)) } else { base_str(vm, arguments) }
}

// ---- OSError

pub static OS_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__new__($type, /, *args, **kwargs)", os_error_new, "Create and return a new object."),
        Native::full("__init__($self, /, *args, **kwargs)", os_error_init, "Initialize self."),
        Native::full("__str__($self, /)", os_error_str, "Return str(self)."),
        Native::simple("__reduce__($self, /)", os_error_reduce, "Helper for pickle."),
    ],
    getters: &[
        field!("errno", ERRNO, "The operating system's number of the error."),
        field!("strerror", STRERROR, "What the number means."),
        field!("filename", FILENAME, "The file's name."),
        field!("filename2", FILENAME2, "The second file's name."),
        Getter { name: "characters_written", get: get_written, set: Some(set_written), doc: "How much was written before it would block." },
    ],
    ..part("OSError")
};

/// The subclass of OSError for an error number.
pub fn os_error_kind(number: &Value) -> Option<Ex> {
    errno::exception_kind(i32::try_from(number.as_small_int()?).ok()?)
}

fn os_error_new(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let class = allocation_class::<Exception>(vm, arguments.positional, "OSError")?;
    let given = arguments.positional.get(1..).unwrap_or_default();
    if !arguments.names.is_empty() && uses_init(vm, &class, Name::Init) {
        return Err(vm.type_error(&format!("{}() takes no keyword arguments", class_name(&class))));
    }
    // OSError itself becomes the subclass that its error number names.
    let exact = core::ptr::eq(&*class, &*vm.exception_class(Ex::OSError));
    let kind = if exact && given.len() >= 2 { given.first().and_then(os_error_kind) } else { None };
    let class = kind.map_or(class, |kind| vm.exception_class(kind));
    let args = vm.new_tuple(given.to_vec());
    let value = allocate(vm, &class, args);
    if uses_init(vm, &class, Name::Init)
        && let Some(exception) = exception(&value)
    {
        set_os_fields(vm, exception);
    }
    Ok(Action::Return(value))
}

/// Does a class have OSError's own `__init__`? Then `__new__` has stored the arguments already, else `__init__` does, if it gets called.
fn uses_init(vm: &Vm, class: &Class, name: Name) -> bool {
    let own = vm.exception_class(Ex::OSError).lookup(vm.name(name));
    matches!((class.lookup(vm.name(name)), own), (Some(found), Some(own)) if found.is(&own))
}

fn os_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(this) = arguments.positional.first() else { return Ok(Action::Return(Value::NONE)) };
    let class = vm.class_of(this);
    if uses_init(vm, &class, Name::Init) {
        return Ok(Action::Return(Value::NONE));
    }
    no_keywords(vm, arguments)?;
    store_args(vm, arguments);
    if let Some(exception) = exception(this) {
        set_os_fields(vm, exception);
    }
    Ok(Action::Return(Value::NONE))
}

fn set_os_fields(vm: &mut Vm, exception: &Exception) {
    let given = exception.arguments().to_vec();
    if given.len() < 2 || given.len() > 5 {
        return;
    }
    let mut given = given.into_iter();
    let (number, text) = (given.next(), given.next());
    let filename = given.next().filter(|filename| !filename.is_none());
    drop(given.next());
    let filename2 = given.next().filter(|filename| !filename.is_none());
    if let (Some(number), Some(text)) = (&number, &text) {
        exception.set_field(ERRNO, number.clone());
        exception.set_field(STRERROR, text.clone());
    }
    let Some(filename) = filename else { return };
    let blocking = exception.header.class().is_subclass_of(&vm.exception_class(Ex::BlockingIOError));
    if blocking && filename.as_small_int().is_some() {
        exception.set_field(WRITTEN, filename);
        return;
    }
    exception.set_field(FILENAME, filename);
    if let Some(filename2) = filename2 {
        exception.set_field(FILENAME2, filename2);
    }
    // File names are left out of args, as they always were.
    if let (Some(number), Some(text)) = (number, text) {
        let args = vm.new_tuple(Vec::from([number, text]));
        exception.args.set(args);
    }
}

fn os_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let exception = this(vm, arguments.positional)?;
    let has = |index: usize| exception.fields.get().get(index).is_some_and(|value| !value.is_undefined());
    if has(FILENAME) {
        let mut pieces = Vec::from([
            "[Errno ".into(),
            Piece::Str(exception.field(ERRNO)),
            "] ".into(),
            Piece::Str(exception.field(STRERROR)),
            ": ".into(),
            Piece::Repr(exception.field(FILENAME)),
        ]);
        if has(FILENAME2) {
            pieces.push(" -> ".into());
            pieces.push(Piece::Repr(exception.field(FILENAME2)));
        }
        return join(vm, pieces);
    }
    if has(ERRNO) && has(STRERROR) {
        let pieces = Vec::from(["[Errno ".into(), Piece::Str(exception.field(ERRNO)), "] ".into(), Piece::Str(exception.field(STRERROR))]);
        return join(vm, pieces);
    }
    base_str(vm, arguments)
}

fn os_error_reduce(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let exception = this(vm, arguments)?;
    let (filename, filename2) = (exception.field(FILENAME), exception.field(FILENAME2));
    let reduced = reduce(vm, arguments)?;
    if exception.arguments().len() != 2 || filename.is_none() {
        return Ok(reduced);
    }
    let mut args = exception.arguments().to_vec();
    args.push(filename);
    if !filename2.is_none() {
        args.push(Value::NONE);
        args.push(filename2);
    }
    let mut parts = reduced.get::<Tuple>().map(|parts| parts.items().to_vec()).unwrap_or_default();
    let args = vm.new_tuple(args);
    if let Some(place) = parts.get_mut(1) {
        *place = args;
    }
    Ok(vm.new_tuple(parts))
}

fn get_written(vm: &mut Vm, this: &Value) -> Res<Value> {
    match exception(this).map(|exception| exception.field(WRITTEN)) {
        Some(written) if !written.is_none() => Ok(written),
        _ => Err(vm.raise(Ex::AttributeError, "characters_written")),
    }
}

fn set_written(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let value = match value {
        Some(value) => vm.index(value)?,
        None => {
            get_written(vm, this)?;
            Value::UNDEFINED
        }
    };
    if let Some(exception) = exception(this) {
        exception.set_field(WRITTEN, value);
    }
    Ok(())
}

// ---- SyntaxError

pub static SYNTAX_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__init__($self, /, *args, **kwargs)", syntax_error_init, "Initialize self."),
        Native::full("__str__($self, /)", syntax_error_str, "Return str(self)."),
    ],
    getters: &[
        field!("msg", SYNTAX_MESSAGE, "The message."),
        field!("filename", SYNTAX_FILENAME, "The file's name."),
        field!("lineno", SYNTAX_LINE, "The line, from 1."),
        field!("offset", SYNTAX_OFFSET, "The column, from 1."),
        field!("text", SYNTAX_TEXT, "The source line."),
        field!("end_lineno", SYNTAX_END_LINE, "The last line."),
        field!("end_offset", SYNTAX_END_OFFSET, "The end column."),
        field!("print_file_and_line", SYNTAX_PRINT, "Whether to print file and line."),
        field!("_metadata", SYNTAX_METADATA, "Private."),
    ],
    ..part("SyntaxError")
};

fn syntax_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let done = base_init(vm, arguments)?;
    let Some(this) = arguments.get(0).cloned() else { return Ok(done) };
    if let (Some(message), Some(exception)) = (arguments.get(1), exception(&this)) {
        exception.set_field(SYNTAX_MESSAGE, message.clone());
    }
    if arguments.positional.len() != 3 {
        return Ok(done);
    }
    let Some(details) = arguments.get(2) else { return Ok(done) };
    collect(vm, details, move |vm, details| {
        let count = details.len();
        if !(4..=7).contains(&count) {
            let (bound, limit) = if count < 4 { ("at least", 4) } else { ("at most", 7) };
            return Err(vm.type_error(&format!("function takes {bound} {limit} arguments ({count} given)")));
        }
        if let Some(exception) = exception(&this) {
            for (index, detail) in details.into_iter().enumerate() {
                let place = if index < 6 { SYNTAX_FILENAME + index } else { SYNTAX_METADATA };
                exception.set_field(place, detail);
            }
        }
        if count == 5 {
            return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn syntax_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let exception = this(vm, arguments.positional)?;
    let filename = exception.field(SYNTAX_FILENAME);
    let filename = filename.get::<Str>().map(|name| {
        let name = name.to_string_lossy();
        name.rsplit('/').next().unwrap_or_default().into()
    });
    let filename: Option<String> = filename;
    let line = exception.field(SYNTAX_LINE).as_small_int();
    let place = match (filename, line) {
        (Some(filename), Some(line)) => format!(" ({filename}, line {line})"),
        (Some(filename), None) => format!(" ({filename})"),
        (None, Some(line)) => format!(" (line {line})"),
        (None, None) => String::new(),
    };
    join(vm, Vec::from([Piece::Str(exception.field(SYNTAX_MESSAGE)), Piece::Text(place.into())]))
}

// ---- UnicodeError

pub static UNICODE_ENCODE_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__init__($self, /, *args, **kwargs)", encode_error_init, "Initialize self."),
        Native::full("__str__($self, /)", encode_error_str, "Return str(self)."),
    ],
    getters: UNICODE_GETTERS,
    ..part("UnicodeEncodeError")
};

pub static UNICODE_DECODE_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__init__($self, /, *args, **kwargs)", decode_error_init, "Initialize self."),
        Native::full("__str__($self, /)", decode_error_str, "Return str(self)."),
    ],
    getters: UNICODE_GETTERS,
    ..part("UnicodeDecodeError")
};

pub static UNICODE_TRANSLATE_ERROR: TypeSpec = TypeSpec {
    natives: &[
        Native::full("__init__($self, /, *args, **kwargs)", translate_error_init, "Initialize self."),
        Native::full("__str__($self, /)", translate_error_str, "Return str(self)."),
    ],
    getters: UNICODE_GETTERS,
    ..part("UnicodeTranslateError")
};

const UNICODE_GETTERS: &[Getter] = &[
    field!("encoding", ENCODING, "The encoding."),
    field!("object", UNICODE_OBJECT, "What could not be converted."),
    Getter {
        name: "start",
        get: |vm, this| unicode_index(vm, this, START),
        set: Some(|vm, this, value| set_unicode_index(vm, this, START, value)),
        doc: "Where the trouble begins.",
    },
    Getter { name: "end", get: |vm, this| unicode_index(vm, this, END), set: Some(|vm, this, value| set_unicode_index(vm, this, END, value)), doc: "Where it ends." },
    field!("reason", REASON, "What is wrong."),
];

fn object_length(vm: &mut Vm, exception: &Exception) -> Option<i64> {
    let object = exception.field(UNICODE_OBJECT);
    match object.get::<Str>() {
        Some(text) => Some(text.length as i64),
        None => byte_contents(vm, &object).map(|bytes| bytes.len() as i64),
    }
}

/// The bytes of a bytes-like object.
fn byte_contents<'a>(vm: &mut Vm, object: &'a Value) -> Option<Cow<'a, [u8]>> {
    match bytes::of(vm, object) {
        Ok(contents) => contents,
        Err(raised) => {
            drop(vm.take_exception(raised));
            None
        }
    }
}

/// A position kept inside the object, as CPython's accessors do.
fn clamped(vm: &mut Vm, exception: &Exception, index: usize) -> i64 {
    let number = exception.field(index).as_small_int().unwrap_or(0);
    match object_length(vm, exception) {
        None => number,
        Some(length) if index == START => number.clamp(0, (length - 1).max(0)),
        Some(length) => number.max(1).min(length.max(0)),
    }
}

fn unicode_index(vm: &mut Vm, this: &Value, index: usize) -> Res<Value> {
    let number = exception(this).map_or(0, |exception| clamped(vm, exception, index));
    Ok(vm.new_int(number))
}

fn set_unicode_index(vm: &mut Vm, this: &Value, index: usize, value: Option<&Value>) -> Res<()> {
    let Some(value) = value else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    let number = vm.index(value)?;
    if let Some(exception) = exception(this) {
        exception.set_field(index, number);
    }
    Ok(())
}

/// Stores the arguments of a Unicode error. `shapes`: what each must be: `s` str, `b` bytes-like, `i` int; the fields begin at `first`.
fn unicode_init(vm: &mut Vm, arguments: &Args, shapes: &str, first: usize) -> Res<Action> {
    let done = base_init(vm, arguments)?;
    let given = arguments.positional.get(1..).unwrap_or_default();
    if given.len() != shapes.len() {
        return Err(vm.type_error(&format!("function takes exactly {} arguments ({} given)", shapes.len(), given.len())));
    }
    let Some(this) = arguments.get(0) else { return Ok(done) };
    for (index, (value, shape)) in given.iter().zip(shapes.chars()).enumerate() {
        let stored = match shape {
            's' if value.get::<Str>().is_none() => {
                let type_name = vm.type_name(value);
                return Err(vm.type_error(&format!("argument {} must be str, not {type_name}", index + 1)));
            }
            'b' if !bytes::is_bytes_like(value) => {
                let type_name = vm.type_name(value);
                return Err(vm.type_error(&format!("a bytes-like object is required, not '{type_name}'")));
            }
            'i' => vm.index(value)?,
            'b' if value.get::<bytes::Bytes>().is_none() => {
                let data = bytes::of(vm, value)?.unwrap_or_default().into_owned();
                vm.new_bytes(&data)
            }
            _ => value.clone(),
        };
        if let Some(exception) = exception(this) {
            exception.set_field(first + index, stored);
        }
    }
    Ok(done)
}

fn encode_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_init(vm, arguments, "ssiis", ENCODING)
}

fn decode_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_init(vm, arguments, "sbiis", ENCODING)
}

fn translate_error_init(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_init(vm, arguments, "siis", UNICODE_OBJECT)
}

/// The character at `start`, as an escape, if the error is about that one character.
fn single_character(exception: &Exception, start: i64, end: i64) -> Option<String> {
    if end != start + 1 {
        return None;
    }
    let object = exception.field(UNICODE_OBJECT);
    let text = object.get::<Str>()?;
    let code = code_point_at(text.bytes(), usize::try_from(start).ok()?)?;
    Some(match code {
        0..=0xff => format!("'\\x{code:02x}'"),
        0x100..=0xffff => format!("'\\u{code:04x}'"),
        _ => format!("'\\U{code:08x}'"),
    })
}

/// The code point at `index` in WTF-8 bytes.
fn code_point_at(bytes: &[u8], index: usize) -> Option<u32> {
    let start = bytes.iter().enumerate().filter(|&(_, &byte)| (byte as i8) >= -64).nth(index)?.0;
    let lead = *bytes.get(start)?;
    let (length, initial) = match lead {
        0..=0x7f => (1, lead as u32),
        0..=0xdf => (2, lead as u32 & 0x1f),
        0..=0xef => (3, lead as u32 & 0x0f),
        _ => (4, lead as u32 & 0x07),
    };
    bytes.get(start + 1..start + length)?.iter().try_fold(initial, |code, &byte| Some(code << 6 | (byte as u32 & 0x3f)))
}

fn encode_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_error_str(vm, arguments, "encode", "character")
}

fn decode_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_error_str(vm, arguments, "decode", "byte")
}

fn translate_error_str(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    unicode_error_str(vm, arguments, "translate", "character")
}

fn unicode_error_str(vm: &mut Vm, arguments: &Args, verb: &str, unit: &str) -> Res<Action> {
    let exception = this(vm, arguments.positional)?;
    if exception.field(UNICODE_OBJECT).is_none() {
        return Ok(Action::Return(vm.new_str("")));
    }
    let (start, end) = (clamped(vm, exception, START), clamped(vm, exception, END));
    let what = if unit == "byte" {
        let object = exception.field(UNICODE_OBJECT);
        let byte = byte_contents(vm, &object).and_then(|bytes| bytes.get(start as usize).copied());
        byte.filter(|_| end == start + 1).map(|byte| format!("byte {byte:#04x} in position {start}: "))
    } else {
        single_character(exception, start, end).map(|escape| format!("character {escape} in position {start}: "))
    };
    let what = what.unwrap_or_else(|| format!("{unit}s in position {start}-{}: ", end - 1));
    let mut pieces = Vec::new();
    if verb == "translate" {
        pieces.push(Piece::Text(format!("can't translate {what}").into()));
    } else {
        pieces.push("'".into());
        pieces.push(Piece::Str(exception.field(ENCODING)));
        pieces.push(Piece::Text(format!("' codec can't {verb} {what}").into()));
    }
    pieces.push(Piece::Str(exception.field(REASON)));
    join(vm, pieces)
}

// ---- exception groups

pub static GROUP: TypeSpec = TypeSpec { natives: exception_group::NATIVES, getters: exception_group::GETTERS, ..part("BaseExceptionGroup") };
