//! `_streams`: the classes of `_io` and what of them is native. `hosted/lib/_io.py` adds the methods that are Python and makes `_io` of it.
//!
//! What reads or writes goes by one algorithm whatever lies below: over a stream of ours it works on the descriptor, over any other it calls methods
//! and goes on with what they return ([`repeat`]).

mod buffered;
mod buffered_methods;
mod bytes_io;
mod descriptor;
mod file_io;
mod opening;
mod text;
mod text_decode;
mod text_read;
mod text_write;

pub use text_write::text_writer;

use pyvm_core::modules::{self, ModuleSpec};
use pyvm_core::object::class::{CLASS_HAS_DICT, CLASS_HEAP, CLASS_WEAKREFERABLE, Class, TypeSpec};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Object};
use pyvm_core::object::instance::Instance;
use pyvm_core::object::str::Str;
use pyvm_core::object::text_buffer;
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Args, Name, Native, Raised, Res, Vm, argument};

/// `_streams`
pub static STREAMS: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("extend(type, namespace, /)", extend, "Give a native class the methods of a namespace."),
        Native::simple("functions(module, /)", functions, "The functions of _io that are native."),
    ],
    types: &[
        &IO_BASE,
        &RAW_IO_BASE,
        &BUFFERED_IO_BASE,
        &TEXT_IO_BASE,
        &file_io::FILE_IO,
        &bytes_io::BYTES_IO,
        &buffered_methods::READER,
        &buffered_methods::WRITER,
        &buffered_methods::RANDOM,
        &text::TEXT_IO_WRAPPER,
        &text_buffer::TYPE,
    ],
    ..ModuleSpec::new("_streams", "Streams.")
};

/// What is native and no method of the classes that have it as an attribute.
static FUNCTIONS: [Native; 3] = [
    Native::full(
        "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
        opening::open,
        "Open file and return a stream.  Raise OSError upon failure.",
    ),
    Native::full("open_code(path)", |vm, args| in_python(vm, "open_code_in_python", args), "Opens the provided file with the intent to import the contents."),
    Native::full("text_encoding(encoding, stacklevel=2, /)", |vm, args| in_python(vm, "text_encoding_in_python", args), "A helper function to choose the text encoding."),
];

fn functions(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(module) = arguments.first() else { return Ok(Value::NONE) };
    let functions = FUNCTIONS.iter().map(|native| vm.native_function(native, module)).collect();
    Ok(vm.new_tuple(functions))
}

/// Bytes of a buffer, unless said otherwise.
pub const BUFFER_SIZE: usize = 128 * 1024;

/// What all classes of streams have.
const FLAGS: u32 = CLASS_HAS_DICT | CLASS_WEAKREFERABLE;

macro_rules! base_classes {
    ($($static:ident $name:literal $base:expr, $doc:literal $natives:expr;)+) => {
        $(static $static: TypeSpec = TypeSpec { module: "_io", base: $base, flags: FLAGS, doc: $doc, natives: $natives, ..TypeSpec::new($name, Instance::LAYOUT) };)+
    };
}

base_classes! {
    IO_BASE "_IOBase" None, "The abstract base class for all I/O classes." &[
        Native::full("__enter__($self, /)", itself, "Enter a with statement."),
        Native::full("__iter__($self, /)", itself, "Implement iter(self)."),
        Native::full("__exit__($self, /, *args)", |vm, args| of_first(args, |this| call_method(vm, this, "close", Vec::new())), "Leave a with statement: close."),
        Native::full("__del__($self, /)", finalize, "Close it."),
    ];
    RAW_IO_BASE "_RawIOBase" Some(&IO_BASE), "Base class for raw binary I/O." &[];
    BUFFERED_IO_BASE "_BufferedIOBase" Some(&IO_BASE), "Base class for buffered IO objects." &[];
    TEXT_IO_BASE "_TextIOBase" Some(&IO_BASE), "Base class for text I/O." &[];
}

/// Enters functions and properties in a builtin class.
fn extend(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (Some(class), Some(namespace)) = (arguments.first().and_then(|class| class.get::<Class>()), arguments.get(1).and_then(|namespace| namespace.get::<Dict>()))
    else {
        return Err(vm.type_error("extend() takes a class and a dict"));
    };
    for (name, value) in namespace.items() {
        let name = vm.intern_value(&name);
        drop(class.namespace().set_interned(&name, value));
    }
    let name = vm.intern("__del__");
    class.has_finalizer.set(class.lookup(&name).is_some());
    vm.class_changed(class);
    Ok(Value::NONE)
}

/// A function of `_io` that is Python, for a native that stands for it: what is native is no method of the classes that have it as an attribute.
fn in_python(vm: &mut Vm, name: &str, args: &Args) -> Res<Action> {
    let Some(function) = modules::attribute(vm, "_streams", name) else { return Err(vm.raise(Ex::RuntimeError, "module _io is not there")) };
    let mut arguments = Vec::with_capacity(args.positional.len());
    for (index, given) in args.positional.iter().enumerate() {
        // The defaults of `open`, for arguments left out before others.
        arguments.push(match (given.is_undefined(), index) {
            (false, _) => given.clone(),
            (true, 1) => vm.new_str("r"),
            (true, 2) => Value::small_int(-1),
            (true, 6) => Value::TRUE,
            (true, _) => Value::NONE,
        });
    }
    Ok(Action::tail_call(function, arguments))
}

/// Calls a function that `_io` left in `_streams`, as a warning.
pub fn warn(vm: &mut Vm, name: &str) -> Res<()> {
    match modules::attribute(vm, "_streams", name) {
        Some(function) => vm.call(&function, &[]).map(drop),
        None => Ok(()),
    }
}

// ---- what all streams have

fn of_first(args: &Args, then: impl FnOnce(&Value) -> Res<Action>) -> Res<Action> {
    match args.get(0) {
        Some(this) => then(this),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// Whether a stream of ours is closed, if that can be told without calling anything.
fn known_closed(this: &Value) -> Option<bool> {
    if let Some(text) = exact::<text::TextIo>(this) {
        return text.direct().map(|open| !open);
    }
    match exact::<buffered::Buffered>(this) {
        Some(_) => file_io::is_closed(buffered::direct(this)?.raw.get()),
        None => file_io::is_closed(this),
    }
}

/// The stream itself, if it is open.
fn itself(vm: &mut Vm, args: &Args) -> Res<Action> {
    of_first(args, |this| {
        if known_closed(this) == Some(false) {
            return Ok(Action::Return(this.clone()));
        }
        let (this, name) = (this.clone(), vm.intern("closed"));
        get_attribute_then(vm, &this.clone(), &name, move |vm, closed| {
            let closed = closed?;
            if vm.truth(&closed)? { Err(vm.value_error("I/O operation on closed file.")) } else { Ok(Action::Return(this)) }
        })
    })
}

/// `__del__`: what cannot be asked whether it is closed is left alone.
fn finalize(vm: &mut Vm, args: &Args) -> Res<Action> {
    of_first(args, |this| {
        match known_closed(this) {
            Some(true) => return Ok(Action::Return(Value::NONE)),
            Some(false) => return call_method(vm, this, "_finalize", Vec::new()),
            None => {}
        }
        let (this, name) = (this.clone(), vm.intern("closed"));
        get_attribute_then(vm, &this.clone(), &name, move |vm, closed| {
            let closed = closed.and_then(|closed| vm.truth(&closed));
            match vm.catch(closed, Ex::Exception)? {
                Some(false) => call_method(vm, &this, "_finalize", Vec::new()),
                _ => Ok(Action::Return(Value::NONE)),
            }
        })
    })
}

/// Has a stream no attributes of its own but this one? Others may stand for its methods.
pub fn is_plain(header: &Header, but: &str) -> bool {
    match header.class().attributes_of(header).map(|attributes| attributes.shape()) {
        Some(Some(shape)) => !shape.in_dict && shape.names().iter().all(|name| Str::is(name, but)),
        _ => false,
    }
}

// ---- what the rooms share

/// The object, if it is of a class of ours itself: what its methods do is known.
pub fn exact<T: Object>(value: &Value) -> Option<&T> {
    let object = value.get::<T>()?;
    if object.header().class().has(CLASS_HEAP) { None } else { Some(object) }
}

/// `io.UnsupportedOperation`
pub fn unsupported(vm: &mut Vm, message: &str) -> Raised {
    modules::raise_of(vm, "_io", "UnsupportedOperation", message)
}

/// `object.name(*arguments)`
pub fn call_method(vm: &mut Vm, object: &Value, name: &str, arguments: Vec<Value>) -> Res<Action> {
    let name = vm.intern(name);
    get_attribute_then(vm, object, &name, move |_, method| Ok(Action::tail_call(method?, arguments)))
}

/// What a step of [`repeat`] wants.
pub enum Progress {
    Done(Action),
    /// To go on with the value of this.
    Wait(Action),
}

/// Repeats a step, which gets the value of what it waited for, until it is done. What changes is in the object: another py-thread may run between.
pub fn repeat(vm: &mut Vm, this: &Value, step: impl FnMut(&mut Vm, &Value, Option<Value>) -> Res<Progress> + 'static) -> Res<Action> {
    go_on(vm, this.clone(), step, None)
}

fn go_on(vm: &mut Vm, this: Value, mut step: impl FnMut(&mut Vm, &Value, Option<Value>) -> Res<Progress> + 'static, mut result: Option<Value>) -> Res<Action> {
    loop {
        match step(vm, &this, result.take())? {
            Progress::Done(action) => return Ok(action),
            Progress::Wait(Action::Return(value)) => result = Some(value),
            Progress::Wait(action) => return action.and_then(vm, move |vm, value| go_on(vm, this, step, Some(value))),
        }
    }
}

/// A size to read: None and -1 stand for all.
///
/// # Errors
/// TypeError, ValueError with `message` for what is less than -1.
pub fn size_argument(vm: &mut Vm, arguments: &[Value], index: usize, message: Option<&str>) -> Res<Option<usize>> {
    let Some(size) = argument(arguments, index).filter(|size| !size.is_none()) else { return Ok(None) };
    if !matches!(size.kind(), Kind::Int | Kind::Bool) && vm.lookup_special(size, Name::Index).is_none() {
        let given = vm.type_name(size);
        return Err(vm.type_error(&format!("argument should be integer or None, not '{given}'")));
    }
    match vm.index_i64(size)? {
        size if size < -1 && message.is_some() => Err(vm.value_error(message.unwrap_or_default())),
        size => Ok(usize::try_from(size).ok()),
    }
}
