//! `print` and `input`.

use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::str::Str;
use crate::object::text_stream::{self, TextStream};
use crate::object::value::Value;
use crate::vm::host::TextWriter;
use crate::vm::native::{Continuation, Raised};
use crate::vm::protocol::{get_attribute_then, str_then};
use crate::vm::{Action, Args, Call, Name, Native, Res, Vm};
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

pub static NATIVES: &[Native] = &[
    Native::full(
        "print(*args, sep=' ', end='\\n', file=None, flush=False)",
        print,
        "Write the values to a stream, sys.stdout by default, separated by sep and followed by end.",
    ),
    Native::full("input(prompt='', /)", input, "Read a line from standard input, without its newline."),
];

/// An attribute of module `sys`.
pub fn sys_attribute(vm: &mut Vm, name: Name) -> Option<Value> {
    let key = vm.intern("sys");
    let sys = vm.modules.get::<Dict>()?.get_interned(&key)?;
    crate::object::module::namespace(&sys)?.get_interned(vm.name(name))
}

/// What `print` was told.
struct Options {
    separator: Value,
    end: Value,
    file: Value,
    flush: Value,
}

/// `sep` or `end`: a str, or None for the usual.
fn text_option(vm: &mut Vm, value: Option<&Value>, name: &str, usual: &str) -> Res<Value> {
    match value {
        None => Ok(vm.new_str(usual)),
        Some(value) if value.is_none() => Ok(vm.new_str(usual)),
        Some(value) if value.get::<Str>().is_some() => Ok(value.clone()),
        Some(value) => {
            let given = vm.type_name(value);
            Err(vm.type_error(&format!("{name} must be None or a string, not {given}")))
        }
    }
}

fn options(vm: &mut Vm, arguments: &Args) -> Res<Options> {
    for name in arguments.names {
        if !["sep", "end", "file", "flush"].iter().any(|known| Str::is(name, known)) {
            let name = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Err(vm.type_error(&format!("print() got an unexpected keyword argument '{name}'")));
        }
    }
    let separator = text_option(vm, arguments.keyword("sep"), "sep", " ")?;
    let end = text_option(vm, arguments.keyword("end"), "end", "\n")?;
    let file = match arguments.keyword("file") {
        Some(file) if !file.is_none() => file.clone(),
        _ => match sys_attribute(vm, Name::StdOut) {
            Some(file) => file,
            None => return Err(vm.raise(Ex::RuntimeError, "lost sys.stdout")),
        },
    };
    Ok(Options { separator, end, file, flush: arguments.keyword("flush").cloned().unwrap_or(Value::FALSE) })
}

fn print(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let options = options(vm, arguments)?;
    if options.file.is_none() {
        return Ok(Action::Return(Value::NONE));
    }
    let writer = Writer::of(vm, &options.file);
    Box::new(Print { values: arguments.positional.to_vec(), index: 0, options, writer, stage: Stage::Value }).begin(vm)
}

enum Writer {
    /// The file is a console stream.
    Stream,
    /// The file is one of the host's.
    Host(TextWriter),
    /// The bound `write` of any other file.
    Method(Value),
}

impl Writer {
    fn of(vm: &mut Vm, file: &Value) -> Writer {
        if file.get_exact::<TextStream>().is_some() {
            return Writer::Stream;
        }
        match (vm.host.text_writer)(vm, file) {
            Some(writer) => Writer::Host(writer),
            None => Writer::Method(Value::UNDEFINED),
        }
    }
}

/// What comes next.
#[derive(Clone, Copy)]
enum Stage {
    /// The value at `index`.
    Value,
    /// The separator after it, or the end.
    After,
    Flush,
}

/// `print` on its way through the values: whatever waits (a `__str__`, a `write`) resumes it.
struct Print {
    values: Vec<Value>,
    index: usize,
    options: Options,
    writer: Writer,
    stage: Stage,
}

impl Print {
    fn begin(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        if !matches!(self.writer, Writer::Method(_)) {
            return self.run(vm);
        }
        let name = vm.name(Name::Write).clone();
        let file = self.options.file.clone();
        get_attribute_then(vm, &file, &name, move |vm, method| {
            self.writer = Writer::Method(method?);
            self.run(vm)
        })
    }

    fn run(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        loop {
            let text = match self.stage {
                Stage::Value => match self.values.get(self.index) {
                    None => {
                        self.stage = Stage::Flush;
                        self.options.end.clone()
                    }
                    Some(value) => {
                        let value = value.clone();
                        self.stage = Stage::After;
                        match vm.native_str(&value)? {
                            Some(text) => text,
                            None => {
                                return str_then(vm, &value, move |vm, text| match self.write(vm, &text)? {
                                    Action::Return(_) => self.run(vm),
                                    action => Ok(self.after(action)),
                                });
                            }
                        }
                    }
                },
                Stage::After => {
                    self.index += 1;
                    if self.index < self.values.len() {
                        self.stage = Stage::Value;
                        self.options.separator.clone()
                    } else {
                        self.stage = Stage::Flush;
                        self.options.end.clone()
                    }
                }
                Stage::Flush => return self.finish(vm),
            };
            match self.write(vm, &text)? {
                Action::Return(_) => {}
                action => return Ok(self.after(action)),
            }
        }
    }

    /// Goes on when what writes has done so.
    fn after(self: Box<Self>, action: Action) -> Action {
        match action {
            Action::TailCall(call) => Action::Call(call, self),
            action => Action::Then(Box::new(action), self),
        }
    }

    /// Writes, or says what writes.
    fn write(&self, vm: &mut Vm, text: &Value) -> Res<Action> {
        match (&self.writer, self.options.file.get::<TextStream>(), text.get::<Str>()) {
            (Writer::Stream, Some(stream), Some(text)) => {
                text_stream::write(vm, stream, text)?;
                Ok(Action::Return(Value::NONE))
            }
            (Writer::Host(writer), ..) => writer(vm, &self.options.file, text),
            (Writer::Method(method), ..) => Ok(Action::TailCall(Call::new(method.clone(), [text.clone()]))),
            _ => Ok(Action::Return(Value::NONE)),
        }
    }

    fn finish(self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        let flush = match self.options.flush.as_bool() {
            Some(flush) => flush,
            None => vm.truth(&self.options.flush)?,
        };
        if !flush {
            return Ok(Action::Return(Value::NONE));
        }
        if let (Writer::Stream, Some(stream)) = (&self.writer, self.options.file.get::<TextStream>()) {
            text_stream::flush(vm, stream)?;
            return Ok(Action::Return(Value::NONE));
        }
        call_method(vm, &self.options.file, Name::Flush)
    }
}

impl Continuation for Print {
    fn resume(self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        result?;
        self.run(vm)
    }
}

/// `object.name()`, its result dropped.
fn call_method(vm: &mut Vm, object: &Value, name: Name) -> Res<Action> {
    let name = vm.name(name).clone();
    get_attribute_then(vm, object, &name, |_, method| Ok(Action::call(method?, [], |_, result| result.map(|_| Action::Return(Value::NONE)))))
}

/// Sends what `sys.stdout` and `sys.stderr` hold back. The host calls it when the program ends.
///
/// # Errors
/// OSError, or what else their method `flush` raises.
pub fn flush_standard_streams(vm: &mut Vm) -> Res<()> {
    for name in [Name::StdOut, Name::StdErr] {
        let Some(stream) = sys_attribute(vm, name).filter(|stream| !stream.is_none()) else { continue };
        if let Some(stream) = stream.get::<TextStream>() {
            text_stream::flush(vm, stream)?;
            continue;
        }
        if is_closed(vm, &stream) {
            continue;
        }
        let name = vm.name(Name::Flush).clone();
        if let Some(method) = vm.class_of(&stream).lookup(&name) {
            vm.call(&method, &[stream])?;
        }
    }
    Ok(())
}

/// Is a stream of the program's closed? There is nothing to flush then.
fn is_closed(vm: &mut Vm, stream: &Value) -> bool {
    let name = vm.intern("closed");
    let class = vm.class_of(stream);
    let closed = match vm.find_attribute(stream, &class, &name) {
        Ok(Some(action)) => vm.run_action(action).map(|closed| closed.as_bool() == Some(true)),
        Ok(None) => Ok(false),
        Err(raised) => Err(raised),
    };
    closed.unwrap_or_else(|raised| {
        drop(vm.take_exception(raised));
        false
    })
}

fn lost(vm: &mut Vm, name: &str) -> Raised {
    vm.raise(Ex::RuntimeError, &format!("input(): lost sys.{name}"))
}

fn input(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(source) = sys_attribute(vm, Name::StdIn).filter(|source| !source.is_none()) else { return Err(lost(vm, "stdin")) };
    let Some(target) = sys_attribute(vm, Name::StdOut).filter(|target| !target.is_none()) else { return Err(lost(vm, "stdout")) };
    let mut values = Vec::new();
    values.extend(arguments.get(0).cloned());
    let (end, separator) = (vm.name(Name::Empty).clone(), vm.name(Name::Empty).clone());
    let writer = Writer::of(vm, &target);
    let is_stream = matches!(writer, Writer::Stream);
    let options = Options { separator, end, file: target.clone(), flush: Value::bool(is_stream) };
    let prompted = Box::new(Print { values, index: 0, options, writer, stage: Stage::Value }).begin(vm)?;
    prompted.and_then(vm, move |vm, _| if is_stream { read_line(vm, source) } else { flush_then_read(vm, &target, source) })
}

/// Whether the other stream can be flushed does not matter.
fn flush_then_read(vm: &mut Vm, target: &Value, source: Value) -> Res<Action> {
    let name = vm.name(Name::Flush).clone();
    get_attribute_then(vm, target, &name, move |vm, method| match method {
        Ok(method) => Ok(Action::call(method, [], move |vm, result| {
            if let Err(raised) = result {
                drop(vm.take_exception(raised));
            }
            read_line(vm, source)
        })),
        Err(raised) => {
            drop(vm.take_exception(raised));
            read_line(vm, source)
        }
    })
}

fn read_line(vm: &mut Vm, source: Value) -> Res<Action> {
    if let Some(stream) = source.get_exact::<TextStream>() {
        let line = text_stream::line(vm, stream)?;
        return without_newline(vm, line);
    }
    let name = vm.name(Name::ReadLine).clone();
    get_attribute_then(vm, &source, &name, |_, method| Ok(Action::call(method?, [], |vm, line| without_newline(vm, line?))))
}

fn without_newline(vm: &mut Vm, line: Value) -> Res<Action> {
    let Some(text) = line.get::<Str>() else {
        return Err(vm.type_error("object.readline() returned non-string"));
    };
    match text.bytes() {
        [] => Err(vm.raise(Ex::EOFError, "EOF when reading a line")),
        [rest @ .., b'\n'] => {
            let line = crate::object::construct::str_from_wtf8(vm, rest);
            Ok(Action::Return(line))
        }
        _ => Ok(Action::Return(line)),
    }
}
