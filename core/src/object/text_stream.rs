//! The text objects behind `sys.stdin`, `sys.stdout` and `sys.stderr` of a VM without an `io` module: UTF-8 to and from the
//! console of the machine.

use super::byte_stream;
use super::class::{CLASS_NOT_CALLABLE, TypeSpec};
use super::construct::str_from_wtf8;
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::str::Str;
use super::value::Value;
use crate::config::CONSOLE_BUFFER;
use crate::object;
use crate::port::{MachineError, Stream};
use crate::vm::{Action, Args, Getter, Native, NativeNext, Raised, Res, Step, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::cell::Cell;

/// A console stream.
#[repr(C)]
pub struct TextStream {
    pub header: Header,
    /// None: standard input.
    pub output: Option<Stream>,
    /// Written, not yet sent; or read, not yet taken.
    buffer: Mut<Vec<u8>>,
    /// A newline sends the buffer.
    pub line_buffered: bool,
    pub closed: Cell<bool>,
    /// A py-thread is inside the call that sends: it sends what others write meanwhile too, so that the order stays.
    sending: Cell<bool>,
}

object!(TextStream, Kind::Other, "TextIOWrapper", |this, visit| {});

pub static TEXT_STREAM: TypeSpec = TypeSpec {
    module: "_io",
    flags: CLASS_NOT_CALLABLE,
    doc: "A console stream of text.",
    natives: &[
        Native::simple("write($self, text, /)", write_text, "Write text; return how many characters."),
        Native::full("writelines($self, lines, /)", write_lines, "Write strings one after the other."),
        Native::simple("flush($self, /)", flush_stream, "Send what was written."),
        Native::simple("read($self, size=-1, /)", read, "Read up to size characters, or all."),
        Native::simple("readline($self, size=-1, /)", read_line, "Read a line with its newline; empty at the end."),
        Native::simple("readlines($self, hint=-1, /)", read_lines, "Read all lines."),
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Implement iter(self)."),
        Native::simple("__next__($self, /)", next_line, "Implement next(self)."),
        Native::simple("isatty($self, /)", is_terminal, "Whether the stream is a terminal."),
        Native::simple("fileno($self, /)", |_, arguments| Ok(Value::small_int(arguments.first().map_or(-1, number))), "The number of the stream."),
        Native::simple(
            "readable($self, /)",
            |_, arguments| Ok(Value::bool(arguments.first().and_then(stream).is_some_and(|stream| stream.output.is_none()))),
            "Whether it can be read.",
        ),
        Native::simple(
            "writable($self, /)",
            |_, arguments| Ok(Value::bool(arguments.first().and_then(stream).is_some_and(|stream| stream.output.is_some()))),
            "Whether it can be written.",
        ),
        Native::simple("seekable($self, /)", |_, _| Ok(Value::FALSE), "Whether it can seek."),
        Native::simple("close($self, /)", close, "Flush and close."),
        Native::simple("reconfigure($self, /, *args)", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::simple("__enter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Enter a with statement."),
        Native::simple("__exit__($self, /, *args)", close, "Leave a with statement."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
    ],
    getters: &[
        Getter::read_only("buffer", |vm, this| Ok(byte_stream::new(vm, this)), "The bytes below the text."),
        Getter::read_only("encoding", |vm, _| Ok(vm.new_str("utf-8")), "The encoding."),
        Getter::read_only("errors", |vm, this| Ok(vm.new_str(if number(this) == 2 { "backslashreplace" } else { "strict" })), "How errors of encoding are treated."),
        Getter::read_only("newlines", |_, _| Ok(Value::NONE), "Kinds of newlines met."),
        Getter::read_only(
            "name",
            |vm, this| Ok(vm.new_str(["<stdin>", "<stdout>", "<stderr>"].get(number(this) as usize).copied().unwrap_or("?"))),
            "The stream's name.",
        ),
        Getter::read_only("mode", |vm, this| Ok(vm.new_str(if number(this) == 0 { "r" } else { "w" })), "The mode."),
        Getter::read_only("line_buffering", |_, this| Ok(Value::bool(stream(this).is_some_and(|stream| stream.line_buffered))), "Whether a newline flushes."),
        Getter::read_only("closed", |_, this| Ok(Value::bool(stream(this).is_some_and(|stream| stream.closed.get()))), "Whether it is closed."),
    ],
    next: Some(step as NativeNext),
    ..TypeSpec::new("TextIOWrapper", TextStream::LAYOUT)
};

fn stream(value: &Value) -> Option<&TextStream> {
    value.get::<TextStream>()
}

/// File number of the stream.
pub(super) fn number(this: &Value) -> i64 {
    match stream(this).and_then(|stream| stream.output) {
        None => 0,
        Some(Stream::Output) => 1,
        Some(Stream::Error) => 2,
    }
}

/// A console stream: an output, or standard input.
pub fn new(vm: &mut Vm, output: Option<Stream>) -> Value {
    let terminal = vm.host.terminals.get(match output {
        None => 0,
        Some(Stream::Output) => 1,
        Some(Stream::Error) => 2,
    });
    let line_buffered = output == Some(Stream::Error) || terminal == Some(&true);
    vm.new_object(|header| TextStream { header, output, buffer: Mut::default(), line_buffered, closed: Cell::new(false), sending: Cell::new(false) })
}

/// Sends bytes to the console, all of them.
///
/// # Errors
/// OSError.
pub fn send(vm: &mut Vm, output: Stream, mut bytes: &[u8]) -> Res<()> {
    while !bytes.is_empty() {
        let platform = vm.platform;
        match vm.blocking(|| platform.write(output, bytes)) {
            Ok(0) => break,
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(MachineError::Interrupted) => vm.check_interrupts()?,
            Err(error) => return Err(vm.machine_error(error, None)),
        }
    }
    Ok(())
}

pub(super) fn check_open(vm: &mut Vm, stream: &TextStream) -> Res<()> {
    if stream.closed.get() { Err(vm.value_error("I/O operation on closed file.")) } else { Ok(()) }
}

/// Writes the text of a str to an output stream's buffer, and sends the buffer when it is time.
///
/// # Errors
/// OSError, ValueError when closed, UnicodeEncodeError for lone surrogates.
pub fn write(vm: &mut Vm, this: &TextStream, text: &Str) -> Res<()> {
    check_open(vm, this)?;
    let Some(output) = this.output else { return Err(vm.raise(Ex::OSError, "not writable")) };
    if text.as_str().is_none() {
        return write_surrogates(vm, this, output, text);
    }
    write_bytes(vm, this, output, text.bytes())
}

pub(super) fn write_bytes(vm: &mut Vm, this: &TextStream, output: Stream, bytes: &[u8]) -> Res<()> {
    let buffer = this.buffer.get_mut();
    buffer.extend_from_slice(bytes);
    if buffer.len() >= CONSOLE_BUFFER || (this.line_buffered && bytes.contains(&b'\n')) {
        return send_buffer(vm, this, output);
    }
    Ok(())
}

/// Lone surrogates cannot be encoded: standard error escapes them, standard output fails.
#[cold]
fn write_surrogates(vm: &mut Vm, this: &TextStream, output: Stream, text: &Str) -> Res<()> {
    if output == Stream::Error {
        let mut escaped = alloc::string::String::new();
        for code in crate::builtins::evaluate::code_points(text.bytes()) {
            match char::from_u32(code) {
                Some(character) => escaped.push(character),
                None => escaped.push_str(&format!("\\u{code:04x}")),
            }
        }
        return write_bytes(vm, this, output, escaped.as_bytes());
    }
    Err(not_encodable(vm, text))
}

/// UnicodeEncodeError: the text has surrogates.
pub fn not_encodable(vm: &mut Vm, text: &Str) -> Raised {
    let codes = crate::builtins::evaluate::code_points(text.bytes());
    let position = codes.into_iter().position(|code| char::from_u32(code).is_none()).unwrap_or(0) as i64;
    let object = Value::from_object(text);
    let (encoding, reason) = (vm.new_str("utf-8"), vm.new_str("surrogates not allowed"));
    let details = Vec::from([encoding, object, Value::small_int(position), Value::small_int(position + 1), reason]);
    vm.raise_with(Ex::UnicodeEncodeError, details)
}

/// Sends what an output stream holds back.
///
/// # Errors
/// OSError.
pub fn flush(vm: &mut Vm, this: &TextStream) -> Res<()> {
    match this.output {
        Some(output) => send_buffer(vm, this, output),
        None => Ok(()),
    }
}

fn send_buffer(vm: &mut Vm, this: &TextStream, output: Stream) -> Res<()> {
    if this.sending.replace(true) {
        return Ok(());
    }
    let mut sent = Ok(());
    while sent.is_ok() && !this.buffer.get().is_empty() {
        let mut full = this.buffer.take();
        sent = send(vm, output, &full);
        // The memory is used again.
        full.clear();
        if this.buffer.get().is_empty() {
            *this.buffer.get_mut() = full;
        }
    }
    this.sending.set(false);
    sent
}

fn write_text(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, text, ..] = arguments else { return Ok(Value::NONE) };
    match (stream(this), text.get::<Str>()) {
        (Some(stream), Some(string)) => {
            write(vm, stream, string)?;
            Ok(vm.new_size(string.length))
        }
        _ => {
            let given = vm.type_name(text);
            Err(vm.type_error(&format!("write() argument must be str, not {given}")))
        }
    }
}

fn write_lines(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(lines)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    crate::vm::iterate::collect(vm, lines, move |vm, lines| {
        for line in lines {
            write_text(vm, &[this.clone(), line])?;
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn flush_stream(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(stream) = arguments.first().and_then(stream) {
        check_open(vm, stream)?;
        flush(vm, stream)?;
    }
    Ok(Value::NONE)
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(stream) = arguments.first().and_then(stream)
        && !stream.closed.get()
    {
        flush(vm, stream)?;
        stream.closed.set(true);
    }
    Ok(Value::NONE)
}

pub(super) fn is_terminal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let index = arguments.first().map_or(0, number) as usize;
    Ok(Value::bool(vm.host.terminals.get(index).copied().unwrap_or(false)))
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, mode) = match arguments.first().map_or(0, number) {
        0 => ("<stdin>", "r"),
        1 => ("<stdout>", "w"),
        _ => ("<stderr>", "w"),
    };
    Ok(vm.format(format_args!("<_io.TextIOWrapper name='{name}' mode='{mode}' encoding='utf-8'>")))
}

// ---- reading

/// Reads bytes from the console until there are `enough` says so, or the input ends.
pub(super) fn fill(vm: &mut Vm, this: &TextStream, enough: impl Fn(&[u8]) -> bool) -> Res<()> {
    check_open(vm, this)?;
    if this.output.is_some() {
        return Err(vm.raise(Ex::OSError, "not readable"));
    }
    let mut chunk = [0u8; 512];
    while !enough(this.buffer.get()) {
        let platform = vm.platform;
        match vm.blocking(|| platform.read_console(&mut chunk)) {
            Ok(0) => break,
            Ok(count) => this.buffer.get_mut().extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(MachineError::Interrupted) => vm.check_interrupts()?,
            Err(error) => return Err(vm.machine_error(error, None)),
        }
    }
    Ok(())
}

/// Takes the first `count` bytes of the buffer.
pub(super) fn take_bytes(this: &TextStream, count: usize) -> Vec<u8> {
    let buffer = this.buffer.get_mut();
    buffer.drain(..count.min(buffer.len())).collect()
}

/// Where the first line of the buffer ends.
pub(super) fn line_end(this: &TextStream) -> usize {
    let buffer = this.buffer.get();
    memchr::memchr(b'\n', buffer).map_or(buffer.len(), |index| index + 1)
}

/// Takes the first `count` bytes of the buffer as a str.
fn take(vm: &mut Vm, this: &TextStream, count: usize) -> Value {
    let taken = take_bytes(this, count);
    let text = alloc::string::String::from_utf8_lossy(&taken);
    if text.contains('\r') {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        return vm.new_str(&text);
    }
    str_from_wtf8(vm, text.as_bytes())
}

/// A line with its newline; empty at the end of the input.
///
/// # Errors
/// OSError, ValueError when closed.
pub fn line(vm: &mut Vm, this: &TextStream) -> Res<Value> {
    fill(vm, this, |buffer| buffer.contains(&b'\n'))?;
    Ok(take(vm, this, line_end(this)))
}

/// Bytes of the first `count` code points.
fn extent(bytes: &[u8], count: usize) -> usize {
    bytes.iter().enumerate().filter(|&(_, &byte)| (byte as i8) >= -64).nth(count).map_or(bytes.len(), |(index, _)| index)
}

fn size_of_read(vm: &mut Vm, arguments: &[Value]) -> Res<Option<usize>> {
    match crate::vm::argument(arguments, 1) {
        Some(size) if !size.is_none() => Ok(usize::try_from(vm.index_i64(size)?).ok()),
        _ => Ok(None),
    }
}

fn read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_of_read(vm, arguments)?;
    let Some(this) = arguments.first().and_then(stream) else { return Ok(Value::NONE) };
    match size {
        None => {
            fill(vm, this, |_| false)?;
            Ok(take(vm, this, usize::MAX))
        }
        Some(count) => {
            fill(vm, this, |buffer| super::str::count_code_points(buffer) > count)?;
            let end = extent(this.buffer.get(), count);
            Ok(take(vm, this, end))
        }
    }
}

fn read_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_of_read(vm, arguments)?;
    let Some(this) = arguments.first().and_then(stream) else { return Ok(Value::NONE) };
    match size {
        None => line(vm, this),
        Some(count) => {
            fill(vm, this, |buffer| buffer.contains(&b'\n') || super::str::count_code_points(buffer) > count)?;
            let newline = this.buffer.get().iter().position(|&byte| byte == b'\n').map_or(usize::MAX, |index| index + 1);
            let end = extent(this.buffer.get(), count).min(newline);
            Ok(take(vm, this, end))
        }
    }
}

fn read_lines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(stream) else { return Ok(Value::NONE) };
    let mut lines = Vec::new();
    loop {
        let line = line(vm, this)?;
        if line.get::<Str>().is_none_or(|line| line.size == 0) {
            return Ok(vm.new_list(lines));
        }
        lines.push(line);
    }
}

fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    let Some(stream) = stream(this) else { return Ok(Step::Call) };
    let line = line(vm, stream)?;
    Ok(if line.get::<Str>().is_none_or(|line| line.size == 0) { Step::Done } else { Step::Item(line) })
}

fn next_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().map(|this| step(vm, this)) {
        Some(Ok(Step::Item(line))) => Ok(line),
        Some(Err(raised)) => Err(raised),
        _ => Err(vm.raise_with(Ex::StopIteration, Vec::new())),
    }
}
