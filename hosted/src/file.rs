//! `open()` and its file objects: text and binary files of the file system, as far as programs need them before there is the real `io` module.
//!
//! A file has one buffer: what was read and not yet taken, or what was written and not yet sent. Text is decoded as it is taken, so
//! `tell()` is exact: it is a number of bytes also in text files.

use crate::files::machine_error;
use crate::paths;
use pyvm_core::object;
use pyvm_core::object::bytes;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use pyvm_core::object::codec::{self, Codec, Form, UTF_8};
use pyvm_core::object::construct::class_name;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::str::{Str, count_code_points};
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Step, Vm, argument, iterate};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd};

/// Bytes read at once, and held back when writing.
const BUFFER: usize = 64 * 1024;

/// How line ends are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newline {
    /// `None`: all kinds are read as `\n`.
    Universal,
    /// `""`: all kinds end a line, and stay.
    Kept,
    /// Only these end a line, and are written for `\n`.
    Only(&'static str),
}

/// What makes a file a text file.
struct Text {
    codec: Codec,
    /// As the program named it.
    encoding: Value,
    errors: Value,
    newline: Newline,
}

struct State {
    /// None: closed.
    file: Option<File>,
    close_descriptor: bool,
    readable: bool,
    writable: bool,
    line_buffered: bool,
    unbuffered: bool,
    /// The most bytes that are held back when writing.
    held_back: usize,
    append: bool,
    /// Read, not yet taken: from `start` on.
    input: Vec<u8>,
    start: usize,
    at_end: bool,
    output: Vec<u8>,
    /// A py-thread is inside the call that sends: it sends what others write meanwhile too.
    sending: bool,
}

/// An open file.
#[repr(C)]
pub struct FileObject {
    pub header: Header,
    name: Value,
    mode: Value,
    text: Option<Text>,
    state: Mut<State>,
}

object!(FileObject, Kind::Other, "file", |this, visit| {
    visit(&this.name);
    if let Some(text) = &this.text {
        visit(&text.encoding);
        visit(&text.errors);
    }
});

impl Drop for State {
    fn drop(&mut self) {
        if let Some(mut file) = self.file.take() {
            let _ = file.write_all(&self.output);
            if !self.close_descriptor {
                std::mem::forget(file);
            }
        }
    }
}

const fn methods() -> [Native; 26] {
    [
        Native::simple("read($self, size=-1, /)", read, "Read up to size characters (or bytes), or all."),
        Native::simple("readline($self, size=-1, /)", read_line, "Read a line with its end; empty at the end of the file."),
        Native::simple("readlines($self, hint=-1, /)", read_lines, "Read all lines."),
        Native::simple("readinto($self, buffer, /)", |vm, arguments| read_into(vm, arguments, false), "Read bytes into a buffer."),
        Native::simple("readall($self, /)", |vm, arguments| read(vm, arguments.get(..1).unwrap_or_default()), "Read all."),
        Native::simple("write($self, data, /)", write, "Write; return how many characters (or bytes)."),
        Native::full("writelines($self, lines, /)", write_lines, "Write one after the other."),
        Native::simple("seek($self, offset, whence=0, /)", seek, "Go to a position."),
        Native::simple("tell($self, /)", tell, "The position."),
        Native::simple("truncate($self, size=None, /)", truncate, "Cut or extend the file."),
        Native::simple("flush($self, /)", |vm, arguments| with_open(vm, arguments, |vm, file| flush(vm, file).map(|()| Value::NONE)), "Send what was written."),
        Native::simple("close($self, /)", close, "Flush and close."),
        Native::simple(
            "fileno($self, /)",
            |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::small_int(file.state.get().file.as_ref().map_or(-1, |file| i64::from(file.as_raw_fd()))))),
            "The descriptor.",
        ),
        Native::simple(
            "isatty($self, /)",
            |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::bool(file.state.get().file.as_ref().is_some_and(io::IsTerminal::is_terminal)))),
            "Whether it is a terminal.",
        ),
        Native::simple("readable($self, /)", |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::bool(file.state.get().readable))), "Whether it can be read."),
        Native::simple(
            "writable($self, /)",
            |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::bool(file.state.get().writable))),
            "Whether it can be written.",
        ),
        Native::simple("seekable($self, /)", |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::bool(position(file).is_ok()))), "Whether it has positions."),
        Native::simple("__enter__($self, /)", |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::from_object(file))), "Enter a with statement."),
        Native::simple("__exit__($self, /, *args)", close, "Leave a with statement: close."),
        Native::simple("__iter__($self, /)", |vm, arguments| with_open(vm, arguments, |_, file| Ok(Value::from_object(file))), "Implement iter(self)."),
        Native::simple("__next__($self, /)", next_line, "Implement next(self)."),
        Native::simple("__repr__($self, /)", repr, "Return repr(self)."),
        Native::simple("reconfigure($self, /, *args)", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::simple("read1($self, size=-1, /)", read_once, "Read up to size bytes, with one system call at most."),
        Native::simple("readinto1($self, buffer, /)", |vm, arguments| read_into(vm, arguments, true), "Read bytes into a buffer, with one system call at most."),
        Native::simple("peek($self, size=0, /)", peek, "Bytes that come next, without taking them."),
    ]
}

static METHODS: [Native; 26] = methods();

static GETTERS: [Getter; 6] = [
    Getter::read_only("name", |_, this| Ok(file_of(this).map_or(Value::NONE, |file| file.name.clone())), "The file's name."),
    Getter::read_only("mode", |_, this| Ok(file_of(this).map_or(Value::NONE, |file| file.mode.clone())), "The mode."),
    Getter::read_only("closed", |_, this| Ok(Value::bool(file_of(this).is_some_and(|file| file.state.get().file.is_none()))), "Whether it is closed."),
    Getter::read_only("encoding", |_, this| Ok(file_of(this).and_then(|file| file.text.as_ref()).map_or(Value::NONE, |text| text.encoding.clone())), "The encoding."),
    Getter::read_only(
        "errors",
        |_, this| Ok(file_of(this).and_then(|file| file.text.as_ref()).map_or(Value::NONE, |text| text.errors.clone())),
        "How errors of encoding are treated.",
    ),
    Getter::read_only("newlines", |_, _| Ok(Value::NONE), "Kinds of line ends met."),
];

/// The types of files, with the names that tell them apart. The layout belongs to the first type made of it.
pub static TYPES: [(&str, &TypeSpec); 5] = [("TextFile", &TEXT_FILE), ("Reader", &READER), ("Writer", &WRITER), ("Random", &RANDOM), ("Raw", &RAW)];

pub static TEXT_FILE: TypeSpec = TypeSpec {
    module: "_io",
    flags: CLASS_NOT_CALLABLE,
    doc: "A text file.",
    natives: &METHODS,
    getters: &GETTERS,
    next: Some(step),
    ..TypeSpec::new("TextIOWrapper", FileObject::LAYOUT)
};

macro_rules! binary_file {
    ($($static:ident $name:literal;)+) => {
        $(static $static: TypeSpec = TypeSpec {
            module: "_io",
            flags: CLASS_NOT_CALLABLE,
            doc: "A binary file.",
            natives: &METHODS,
            getters: &GETTERS,
            next: Some(step),
            ..TypeSpec::new($name, FileObject::LAYOUT)
        };)+
    };
}

binary_file! {
    READER "BufferedReader";
    WRITER "BufferedWriter";
    RANDOM "BufferedRandom";
    RAW "FileIO";
}

fn file_of(value: &Value) -> Option<&FileObject> {
    value.get::<FileObject>()
}

/// Runs `action` with the file that is the first argument, if it is open.
fn with_open(vm: &mut Vm, arguments: &[Value], action: impl FnOnce(&mut Vm, &FileObject) -> Res<Value>) -> Res<Value> {
    match arguments.first().and_then(file_of) {
        Some(file) if file.state.get().file.is_some() => action(vm, file),
        _ => Err(vm.value_error("I/O operation on closed file.")),
    }
}

fn unsupported(vm: &mut Vm, message: &str) -> pyvm_core::vm::Raised {
    // io.UnsupportedOperation is an OSError.
    vm.raise(Ex::OSError, message)
}

fn readable<'f>(vm: &mut Vm, file: &'f FileObject) -> Res<&'f Mut<State>> {
    if !file.state.get().readable {
        return Err(unsupported(vm, "not readable"));
    }
    flush(vm, file)?;
    Ok(&file.state)
}

// ---- opening

pub static OPEN: [Native; 1] = [Native::simple(
    "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
    open,
    "Open a file and return it as a stream.",
)];

/// Mode letters.
#[derive(Default)]
struct Mode {
    read: bool,
    write: bool,
    append: bool,
    create: bool,
    update: bool,
    binary: bool,
    text: bool,
}

fn parse_mode(vm: &mut Vm, text: &str) -> Res<Mode> {
    let mut mode = Mode::default();
    for letter in text.chars() {
        let flag = match letter {
            'r' => &mut mode.read,
            'w' => &mut mode.write,
            'a' => &mut mode.append,
            'x' => &mut mode.create,
            '+' => &mut mode.update,
            'b' => &mut mode.binary,
            't' => &mut mode.text,
            _ => return Err(vm.value_error(&format!("invalid mode: '{text}'"))),
        };
        if std::mem::replace(flag, true) {
            return Err(vm.value_error(&format!("invalid mode: '{text}'")));
        }
    }
    if mode.text && mode.binary {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    if [mode.read, mode.write, mode.append, mode.create].into_iter().filter(|&chosen| chosen).count() != 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(mode)
}

fn optional_text(vm: &mut Vm, arguments: &[Value], index: usize, name: &str) -> Res<Option<String>> {
    match argument(arguments, index) {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(text) => Ok(Some(text.to_string_lossy().into_owned())),
            None => {
                let given = vm.type_name(value);
                Err(vm.type_error(&format!("open() argument '{name}' must be str or None, not {given}")))
            }
        },
    }
}

fn open(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [name, ..] = arguments else { return Ok(Value::NONE) };
    let mode_text = optional_text(vm, arguments, 1, "mode")?.unwrap_or_else(|| "r".into());
    let mode = parse_mode(vm, &mode_text)?;
    let buffering = match argument(arguments, 2) {
        Some(buffering) => vm.index_i64(buffering)?,
        None => -1,
    };
    let encoding = optional_text(vm, arguments, 3, "encoding")?;
    let errors = optional_text(vm, arguments, 4, "errors")?;
    let newline = optional_text(vm, arguments, 5, "newline")?;
    let close_descriptor = match argument(arguments, 6) {
        Some(close) => vm.truth(close)?,
        None => true,
    };
    for (given, what) in [(&encoding, "encoding"), (&errors, "errors"), (&newline, "newline")] {
        if mode.binary && given.is_some() {
            return Err(vm.value_error(&format!("binary mode doesn't take {} {what} argument", if what == "newline" { "a" } else { "an" })));
        }
    }
    if buffering == 0 && !mode.binary {
        return Err(vm.value_error("can't have unbuffered text I/O"));
    }
    let text = if mode.binary { None } else { Some(text_part(vm, encoding, errors, newline)?) };
    let file = open_file(vm, name, &mode, close_descriptor)?;
    let by_lines = text.is_some() && (buffering == 1 || (buffering < 0 && io::IsTerminal::is_terminal(&file)));
    let state = State {
        file: Some(file),
        close_descriptor,
        readable: mode.read || mode.update,
        writable: !mode.read || mode.update,
        line_buffered: by_lines,
        unbuffered: buffering == 0,
        held_back: usize::try_from(buffering).ok().filter(|&size| size > 1).unwrap_or(BUFFER),
        append: mode.append,
        input: Vec::new(),
        start: 0,
        at_end: false,
        output: Vec::new(),
        sending: false,
    };
    let spec = match (&text, buffering, state.readable, state.writable) {
        (Some(_), ..) => &TEXT_FILE,
        (None, 0, ..) => &RAW,
        (None, _, true, true) => &RANDOM,
        (None, _, true, false) => &READER,
        _ => &WRITER,
    };
    // The layout belongs to the first type made of it.
    vm.class_from_spec(&TEXT_FILE);
    let class = vm.class_from_spec(spec);
    let shown = if mode.binary { binary_mode(&mode) } else { mode_text };
    let (name, mode) = (name.clone(), vm.new_str(&shown));
    let Some(class) = class.get::<object::class::Class>() else { return Ok(Value::NONE) };
    Ok(vm.heap.new_object(class, |header| FileObject { header, name, mode, text, state: Mut::new(state) }))
}

/// The mode that a binary file shows.
fn binary_mode(mode: &Mode) -> String {
    let letter = if mode.read || mode.write && mode.update {
        "rb"
    } else if mode.append {
        "ab"
    } else if mode.create {
        "xb"
    } else {
        "wb"
    };
    format!("{letter}{}", if mode.update { "+" } else { "" })
}

fn text_part(vm: &mut Vm, encoding: Option<String>, errors: Option<String>, newline: Option<String>) -> Res<Text> {
    let encoding = encoding.filter(|encoding| encoding != "locale").unwrap_or_else(|| "utf-8".into());
    let Some(codec) = codec::find(&encoding) else {
        return Err(vm.raise(Ex::LookupError, &format!("unknown encoding: {encoding}")));
    };
    let newline = match newline.as_deref() {
        None => Newline::Universal,
        Some("") => Newline::Kept,
        Some("\n") => Newline::Only("\n"),
        Some("\r") => Newline::Only("\r"),
        Some("\r\n") => Newline::Only("\r\n"),
        Some(other) => return Err(vm.value_error(&format!("illegal newline value: {other}"))),
    };
    let (encoding, errors) = (vm.new_str(&encoding), vm.new_str(errors.as_deref().unwrap_or("strict")));
    Ok(Text { codec, encoding, errors, newline })
}

fn open_file(vm: &mut Vm, name: &Value, mode: &Mode, close_descriptor: bool) -> Res<File> {
    if let Some(descriptor) = name.as_small_int().or_else(|| name.as_bool().map(i64::from)) {
        let Some(descriptor) = i32::try_from(descriptor).ok().filter(|&descriptor| descriptor >= 0) else {
            return Err(vm.value_error("negative file descriptor"));
        };
        // SAFETY: looks at a descriptor by number; a wrong one is reported.
        if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
            return Err(vm.machine_error(machine_error(&io::Error::last_os_error()), None));
        }
        // SAFETY: the program says that the descriptor is its own.
        return Ok(unsafe { File::from_raw_fd(descriptor) });
    }
    if !close_descriptor {
        return Err(vm.value_error("Cannot use closefd=False with file name"));
    }
    let path = paths::path(vm, name, "open")?;
    let mut options = OpenOptions::new();
    options.read(mode.read || mode.update);
    if mode.append {
        options.append(true).create(true);
    } else if mode.create {
        options.write(true).create_new(true);
    } else if mode.write {
        options.write(true).create(true).truncate(true);
    } else {
        options.write(mode.update);
    }
    let opened = vm.blocking(|| {
        let file = options.open(&path)?;
        match file.metadata() {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::from_raw_os_error(libc::EISDIR)),
            _ => Ok(file),
        }
    });
    opened.map_err(|error| vm.machine_error(machine_error(&error), Some(&path.to_string_lossy())))
}

// ---- bytes to and from the file

/// The descriptor for a call that blocks: the object may be closed meanwhile by another py-thread, the number then is another's at worst.
fn descriptor(file: &FileObject) -> Option<ManuallyDrop<File>> {
    // SAFETY: borrowed: never closed through this.
    file.state.get().file.as_ref().map(|file| ManuallyDrop::new(unsafe { File::from_raw_fd(file.as_raw_fd()) }))
}

/// Repeats a system call that signals interrupt, unless their handlers raise.
fn retried<R: Send>(vm: &mut Vm, mut call: impl FnMut() -> io::Result<R>) -> Res<R> {
    loop {
        match vm.blocking(&mut call) {
            Ok(result) => return Ok(result),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => vm.check_interrupts()?,
            Err(error) => return Err(vm.machine_error(machine_error(&error), None)),
        }
    }
}

/// Reads more into the buffer; false at the end of the file.
fn fill(vm: &mut Vm, file: &FileObject, least: usize) -> Res<bool> {
    let Some(mut descriptor) = descriptor(file) else { return Ok(false) };
    let smallest = if file.state.get().unbuffered { 1 } else { BUFFER };
    let size = least.clamp(smallest, 1 << 30);
    vm.check_memory(Some(size))?;
    let chunk = retried(vm, || {
        let mut chunk = vec![0; size];
        let count = descriptor.read(&mut chunk)?;
        chunk.truncate(count);
        Ok(chunk)
    })?;
    let state = file.state.get_mut();
    if state.start > 0 {
        state.input.drain(..state.start);
        state.start = 0;
    }
    state.at_end = chunk.is_empty();
    if state.input.is_empty() {
        state.input = chunk;
    } else {
        state.input.extend_from_slice(&chunk);
    }
    Ok(!state.at_end)
}

/// Reads all the rest into the buffer.
fn fill_all(vm: &mut Vm, file: &FileObject) -> Res<()> {
    let rest = descriptor(file).and_then(|mut file| Some(file.metadata().ok()?.len().saturating_sub(file.stream_position().ok()?))).unwrap_or(0);
    let mut least = usize::try_from(rest).unwrap_or(usize::MAX).saturating_add(1);
    while fill(vm, file, least)? {
        least = BUFFER;
    }
    Ok(())
}

fn available(file: &FileObject) -> &[u8] {
    let state = file.state.get();
    state.input.get(state.start..).unwrap_or_default()
}

/// Takes bytes from the buffer.
fn take(file: &FileObject, count: usize) -> Vec<u8> {
    let state = file.state.get_mut();
    let count = count.min(state.input.len() - state.start);
    if state.start == 0 && count == state.input.len() {
        return std::mem::take(&mut state.input);
    }
    let taken = state.input[state.start..state.start + count].to_vec();
    state.start += count;
    taken
}

/// Sends what was written.
fn flush(vm: &mut Vm, file: &FileObject) -> Res<()> {
    if file.state.get().output.is_empty() || std::mem::replace(&mut file.state.get_mut().sending, true) {
        return Ok(());
    }
    let sent = send(vm, file);
    file.state.get_mut().sending = false;
    sent
}

fn send(vm: &mut Vm, file: &FileObject) -> Res<()> {
    while !file.state.get().output.is_empty() {
        let output = std::mem::take(&mut file.state.get_mut().output);
        let Some(mut descriptor) = descriptor(file) else { return Ok(()) };
        let mut sent = 0;
        while let Some(rest) = output.get(sent..).filter(|rest| !rest.is_empty()) {
            sent += retried(vm, || descriptor.write(rest))?;
        }
    }
    Ok(())
}

/// The file's own position, beyond what is buffered.
fn position(file: &FileObject) -> io::Result<u64> {
    match descriptor(file) {
        Some(mut file) => file.stream_position(),
        None => Ok(0),
    }
}

// ---- reading

/// The text of bytes from the file.
fn decode(vm: &mut Vm, text: &Text, data: &[u8]) -> Res<Value> {
    let translated;
    let data = if text.newline == Newline::Universal && data.contains(&b'\r') && is_bytewise(text.codec) {
        translated = translate(data);
        &translated
    } else {
        data
    };
    codec::decode_with(vm, text.codec, data, text.errors.get::<Str>())
}

/// A line feed is the byte of its number, in whatever stands around it.
fn is_bytewise(codec: Codec) -> bool {
    matches!(codec.form, Form::Utf8 | Form::Utf8Marked | Form::Latin1 | Form::Ascii)
}

fn translate(data: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(data.len());
    let mut bytes = data.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            output.push(b'\n');
        } else {
            output.push(byte);
        }
    }
    output
}

/// Other codecs: the file's rest becomes UTF-8 in the buffer, and the file is read as such from then on.
fn bytewise(vm: &mut Vm, file: &FileObject) -> Res<Option<Text>> {
    let Some(text) = &file.text else { return Ok(None) };
    let codec = if is_bytewise(text.codec) {
        text.codec
    } else {
        fill_all(vm, file)?;
        if !file.state.get().at_end || !file.state.get().input.is_empty() {
            let data = take(file, usize::MAX);
            let decoded = codec::decode_with(vm, text.codec, &data, text.errors.get::<Str>())?;
            if let Some(decoded) = decoded.get::<Str>() {
                file.state.get_mut().input = decoded.bytes().to_vec();
                file.state.get_mut().start = 0;
            }
        }
        UTF_8
    };
    Ok(Some(Text { codec, encoding: text.encoding.clone(), errors: text.errors.clone(), newline: text.newline }))
}

fn result(vm: &mut Vm, text: Option<&Text>, data: &[u8]) -> Res<Value> {
    match text {
        Some(text) => decode(vm, text, data),
        None => {
            vm.check_memory(Some(data.len()))?;
            Ok(vm.new_bytes(data))
        }
    }
}

fn size_argument(vm: &mut Vm, arguments: &[Value]) -> Res<Option<usize>> {
    match argument(arguments, 1) {
        Some(size) if !size.is_none() => Ok(usize::try_from(vm.index_i64(size)?).ok()),
        _ => Ok(None),
    }
}

fn read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_argument(vm, arguments)?;
    with_open(vm, arguments, |vm, file| {
        readable(vm, file)?;
        let text = match size {
            Some(_) => bytewise(vm, file)?,
            None => file.text.as_ref().map(|text| Text { codec: text.codec, encoding: text.encoding.clone(), errors: text.errors.clone(), newline: text.newline }),
        };
        let Some(size) = size else {
            fill_all(vm, file)?;
            let data = take(file, usize::MAX);
            return result(vm, text.as_ref(), &data);
        };
        let enough = |file: &FileObject, text: &Option<Text>| match text {
            Some(text) if matches!(text.codec.form, Form::Utf8 | Form::Utf8Marked) => count_code_points(available(file)) > size,
            Some(_) => available(file).len() > size,
            None => available(file).len() >= size,
        };
        if file.state.get().unbuffered {
            // One system call, whatever it gives.
            if available(file).is_empty() && size > 0 {
                fill(vm, file, size)?;
            }
        } else {
            while !enough(file, &text) && fill(vm, file, size)? {}
        }
        let end = match &text {
            Some(text) if matches!(text.codec.form, Form::Utf8 | Form::Utf8Marked) => {
                let data = available(file);
                data.iter().enumerate().filter(|&(_, &byte)| (byte as i8) >= -64).nth(size).map_or(data.len(), |(index, _)| index)
            }
            _ => size,
        };
        let data = take(file, end);
        result(vm, text.as_ref(), &data)
    })
}

/// Bytes of the line at the beginning of `data`; None: its end is not there yet.
fn line_extent(data: &[u8], newline: Option<Newline>, at_end: bool) -> Option<usize> {
    let found = match newline {
        None | Some(Newline::Only("\n")) => data.iter().position(|&byte| byte == b'\n').map(|index| index + 1),
        Some(Newline::Only(end)) => data.windows(end.len()).position(|window| window == end.as_bytes()).map(|index| index + end.len()),
        Some(Newline::Universal | Newline::Kept) => match data.iter().position(|&byte| matches!(byte, b'\n' | b'\r')) {
            Some(index) if data.get(index) == Some(&b'\r') => match data.get(index + 1) {
                Some(b'\n') => Some(index + 2),
                Some(_) => Some(index + 1),
                None if at_end => Some(index + 1),
                None => None,
            },
            found => found.map(|index| index + 1),
        },
    };
    found.or(at_end.then_some(data.len()))
}

/// The next line; empty at the end.
fn line(vm: &mut Vm, file: &FileObject, limit: Option<usize>) -> Res<Value> {
    readable(vm, file)?;
    let text = bytewise(vm, file)?;
    let newline = text.as_ref().map(|text| text.newline);
    let mut at_end = false;
    loop {
        if let Some(mut extent) = line_extent(available(file), newline, at_end) {
            if let Some(limit) = limit {
                extent = match &text {
                    Some(text) if matches!(text.codec.form, Form::Utf8 | Form::Utf8Marked) => {
                        let data = available(file);
                        data.iter().take(extent).enumerate().filter(|&(_, &byte)| (byte as i8) >= -64).nth(limit).map_or(extent, |(index, _)| index)
                    }
                    _ => extent.min(limit),
                };
            }
            let state = file.state.get_mut();
            let (start, end) = (state.start, state.start + extent);
            state.start = end;
            // Copied: decoding errors may run Python code.
            let data = state.input.get(start..end).map(<[u8]>::to_vec).unwrap_or_default();
            return result(vm, text.as_ref(), &data);
        }
        let least = if file.state.get().unbuffered { 1 } else { BUFFER };
        at_end = !fill(vm, file, least)?;
    }
}

fn is_empty(line: &Value) -> bool {
    line.get::<Str>().map_or_else(|| line.get::<bytes::Bytes>().is_none_or(|bytes| bytes.length == 0), |text| text.size == 0)
}

fn read_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = size_argument(vm, arguments)?;
    with_open(vm, arguments, |vm, file| line(vm, file, limit))
}

fn read_lines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let hint = size_argument(vm, arguments)?.filter(|&hint| hint > 0);
    with_open(vm, arguments, |vm, file| {
        let (mut lines, mut size) = (Vec::new(), 0);
        loop {
            let line = line(vm, file, None)?;
            if is_empty(&line) {
                break;
            }
            size += line.get::<Str>().map_or_else(|| line.get::<bytes::Bytes>().map_or(0, |bytes| bytes.length), |text| text.length);
            lines.push(line);
            if hint.is_some_and(|hint| size >= hint) {
                break;
            }
        }
        Ok(vm.new_list(lines))
    })
}

fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    let line = with_open(vm, std::slice::from_ref(this), |vm, file| line(vm, file, None))?;
    Ok(if is_empty(&line) { Step::Done } else { Step::Item(line) })
}

fn next_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().map(|this| step(vm, this)) {
        Some(Ok(Step::Item(line))) => Ok(line),
        Some(Err(raised)) => Err(raised),
        _ => Err(vm.raise_with(Ex::StopIteration, Vec::new())),
    }
}

fn read_into(vm: &mut Vm, arguments: &[Value], once: bool) -> Res<Value> {
    let Some(target) = argument(arguments, 1) else { return Ok(Value::NONE) };
    let Some(size) = bytes::writable(vm, target)?.map(|place| place.len()) else {
        let given = vm.type_name(target);
        return Err(vm.type_error(&format!("readinto() argument must be read-write bytes-like object, not {given}")));
    };
    with_open(vm, arguments, |vm, file| {
        readable(vm, file)?;
        if once || file.state.get().unbuffered {
            if available(file).is_empty() && size > 0 {
                fill(vm, file, size)?;
            }
        } else {
            while available(file).len() < size && fill(vm, file, size)? {}
        }
        let data = take(file, size);
        // Asked for again: the target may have changed while the call ran.
        for (target, byte) in bytes::writable(vm, target)?.into_iter().flatten().zip(&data) {
            *target = *byte;
        }
        Ok(vm.new_size(data.len()))
    })
}

fn read_once(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_argument(vm, arguments)?.unwrap_or(BUFFER);
    with_open(vm, arguments, |vm, file| {
        readable(vm, file)?;
        if available(file).is_empty() && size > 0 {
            fill(vm, file, 1)?;
        }
        let data = take(file, size);
        Ok(vm.new_bytes(&data))
    })
}

fn peek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    with_open(vm, arguments, |vm, file| {
        readable(vm, file)?;
        if available(file).is_empty() {
            fill(vm, file, BUFFER)?;
        }
        let data = available(file).to_vec();
        Ok(vm.new_bytes(&data))
    })
}

// ---- writing

/// Before writing or seeking: the file's own position is where the program thinks it is.
fn forget_input(vm: &mut Vm, file: &FileObject) -> Res<()> {
    let ahead = available(file).len() as i64;
    let state = file.state.get_mut();
    state.input.clear();
    state.start = 0;
    if ahead > 0
        && let Some(mut descriptor) = descriptor(file)
        && let Err(error) = descriptor.seek(SeekFrom::Current(-ahead))
    {
        return Err(vm.machine_error(machine_error(&error), None));
    }
    Ok(())
}

fn write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [_, data, ..] = arguments else { return Ok(Value::NONE) };
    with_open(vm, arguments, |vm, file| {
        if !file.state.get().writable {
            return Err(unsupported(vm, "not writable"));
        }
        forget_input(vm, file)?;
        let (bytes, count) = match &file.text {
            Some(text) => {
                let Some(string) = data.get::<Str>() else {
                    let given = vm.type_name(data);
                    return Err(vm.type_error(&format!("write() argument must be str, not {given}")));
                };
                (encoded(vm, text, string)?, string.length)
            }
            None => {
                let data = bytes::required(vm, data)?.into_owned();
                let count = data.len();
                (data, count)
            }
        };
        let state = file.state.get_mut();
        let send = state.unbuffered || state.output.len() + bytes.len() > state.held_back || (state.line_buffered && bytes.contains(&b'\n'));
        state.output.extend_from_slice(&bytes);
        if send {
            flush(vm, file)?;
        }
        Ok(vm.new_size(count))
    })
}

fn encoded(vm: &mut Vm, text: &Text, string: &Str) -> Res<Vec<u8>> {
    let translated;
    let string = match text.newline {
        Newline::Only(end) if end != "\n" => {
            translated = vm.new_str(&string.to_string_lossy().replace('\n', end));
            translated.get::<Str>().unwrap_or(string)
        }
        _ => string,
    };
    if matches!(text.codec.form, Form::Utf8)
        && let Some(plain) = string.as_str()
    {
        return Ok(plain.as_bytes().to_vec());
    }
    let encoded = codec::encode_with(vm, string, text.codec, text.errors.get::<Str>())?;
    Ok(encoded.get::<bytes::Bytes>().map(|bytes| bytes.data().to_vec()).unwrap_or_default())
}

fn write_lines(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(lines)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    iterate::collect(vm, lines, move |vm, lines| {
        for line in lines {
            write(vm, &[this.clone(), line])?;
        }
        Ok(Action::Return(Value::NONE))
    })
}

// ---- positions and the end

fn seek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let offset = match argument(arguments, 1) {
        Some(offset) => vm.index_i64(offset)?,
        None => 0,
    };
    let whence = match argument(arguments, 2) {
        Some(whence) => vm.index_i64(whence)?,
        None => 0,
    };
    with_open(vm, arguments, |vm, file| {
        flush(vm, file)?;
        let to = match whence {
            0 => match u64::try_from(offset) {
                Ok(offset) => SeekFrom::Start(offset),
                Err(_) => return Err(vm.value_error(&format!("negative seek position {offset}"))),
            },
            1 | 2 if file.text.is_some() && offset != 0 => {
                let what = if whence == 1 { "cur" } else { "end" };
                return Err(unsupported(vm, &format!("can't do nonzero {what}-relative seeks")));
            }
            1 => SeekFrom::Current(offset),
            2 => SeekFrom::End(offset),
            _ => return Err(vm.value_error(&format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        };
        forget_input(vm, file)?;
        file.state.get_mut().at_end = false;
        let Some(mut descriptor) = descriptor(file) else { return Ok(Value::NONE) };
        match descriptor.seek(to) {
            Ok(position) => Ok(vm.new_int(position as i64)),
            Err(error) => Err(vm.machine_error(machine_error(&error), None)),
        }
    })
}

fn tell(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    with_open(vm, arguments, |vm, file| match position(file) {
        Ok(position) => {
            let state = file.state.get();
            let here = position as i64 - available(file).len() as i64 + state.output.len() as i64;
            Ok(vm.new_int(if state.append && !state.output.is_empty() { here.max(0) } else { here }))
        }
        Err(error) => Err(vm.machine_error(machine_error(&error), None)),
    })
}

fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match argument(arguments, 1) {
        Some(size) if !size.is_none() => Some(vm.index_i64(size)?),
        _ => None,
    };
    with_open(vm, arguments, |vm, file| {
        flush(vm, file)?;
        let size = match size {
            Some(size) => u64::try_from(size).unwrap_or(0),
            None => position(file).unwrap_or(0).saturating_sub(available(file).len() as u64),
        };
        let Some(descriptor) = descriptor(file) else { return Ok(Value::NONE) };
        match descriptor.set_len(size) {
            Ok(()) => Ok(vm.new_int(size as i64)),
            Err(error) => Err(vm.machine_error(machine_error(&error), None)),
        }
    })
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(file) = arguments.first().and_then(file_of) else { return Ok(Value::NONE) };
    let flushed = flush(vm, file);
    let state = file.state.get_mut();
    state.input = Vec::new();
    state.start = 0;
    state.output = Vec::new();
    if let Some(open) = state.file.take() {
        if state.close_descriptor {
            vm.blocking(|| drop(open));
        } else {
            std::mem::forget(open);
        }
    }
    flushed.map(|()| Value::NONE)
}

fn repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(file) = arguments.first().and_then(file_of) else { return Ok(Value::NONE) };
    let class = class_name(&vm.class_of(&arguments[0]));
    let name = vm.native_repr(&file.name)?;
    let name = name.as_ref().and_then(|name| name.get::<Str>()).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = |value: &Value| value.get::<Str>().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
    let mode = text(&file.mode);
    match &file.text {
        Some(part) => Ok(vm.format(format_args!("<_io.{class} name={name} mode='{mode}' encoding='{}'>", text(&part.encoding)))),
        None if class == "FileIO" => Ok(vm.format(format_args!("<_io.FileIO name={name} mode='{mode}' closefd=True>"))),
        None => Ok(vm.format(format_args!("<_io.{class} name={name}>"))),
    }
}
