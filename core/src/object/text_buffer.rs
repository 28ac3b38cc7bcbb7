//! Text in memory, read and written as a file: what `io.StringIO` is made of. The methods that all files share come from Python base classes.

use super::class::TypeSpec;
use super::construct::{allocation_class, str_from_wtf8};
use super::exception::Ex;
use super::header::{Header, Kind, Mut, Object};
use super::str::{Str, count_code_points, width_of_lead};
use super::text_arguments::NONE;
use super::value::Value;
use crate::object;
use crate::vm::{Getter, Native, Res, Vm, argument};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

/// How line ends are treated, after the argument `newline`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newline {
    /// None: all kinds are kept as `\n`.
    Universal,
    /// The empty string: all kinds end a line, and stay.
    Kept,
    Lf,
    Cr,
    CrLf,
}

struct State {
    /// WTF-8.
    text: Vec<u8>,
    /// Characters in `text`.
    length: usize,
    /// In characters; may lie behind the end.
    position: usize,
    /// The byte at `position`, if that is not behind the end.
    offset: usize,
    newline: Newline,
    /// Kinds of line ends that were translated: a set of 1 (`\r`), 2 (`\n`), 4 (`\r\n`).
    seen: u8,
    closed: bool,
}

/// The buffer.
#[repr(C)]
pub struct TextBuffer {
    pub header: Header,
    state: Mut<State>,
}

object!(TextBuffer, Kind::Other, "TextBuffer", |this, visit| {});

pub static TYPE: TypeSpec = TypeSpec {
    module: "_text_buffer",
    doc: "Text in memory that is read and written as a file.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", new, "Create and return a new object."),
        Native::simple("__init__($self, /, initial_value='', newline='\\n')", init, "Begin with a text."),
        Native::simple("write($self, text, /)", write, "Write text; return how many characters."),
        Native::simple("read($self, size=-1, /)", read, "Read up to size characters, or all."),
        Native::simple("readline($self, size=-1, /)", read_line, "Read a line with its end; empty at the end."),
        Native::simple("__next__($self, /)", next_line, "Implement next(self)."),
        Native::simple("getvalue($self, /)", get_value, "The whole text."),
        Native::simple("seek($self, position, whence=0, /)", seek, "Go to a position; return it."),
        Native::simple("tell($self, /)", tell, "The position."),
        Native::simple("truncate($self, size=None, /)", truncate, "Cut at a position; return it."),
        Native::simple("close($self, /)", close, "Forget the text."),
        Native::simple("readable($self, /)", yes, "True."),
        Native::simple("writable($self, /)", yes, "True."),
        Native::simple("seekable($self, /)", yes, "True."),
    ],
    getters: &[
        Getter::read_only("closed", |vm, this| Ok(Value::bool(receiver(vm, core::slice::from_ref(this))?.state.get().closed)), "Whether it is closed."),
        Getter::read_only("line_buffering", |vm, this| open(vm, core::slice::from_ref(this)).map(|_| Value::FALSE), "False."),
        Getter::read_only("newlines", newlines, "Kinds of line ends met."),
    ],
    ..TypeSpec::new("TextBuffer", TextBuffer::LAYOUT)
};

fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a TextBuffer> {
    match arguments.first().and_then(|this| this.get::<TextBuffer>()) {
        Some(buffer) => Ok(buffer),
        None => Err(vm.type_error("a text buffer is required")),
    }
}

fn open<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a mut State> {
    let state = receiver(vm, arguments)?.state.get_mut();
    if state.closed { Err(vm.value_error("I/O operation on closed file")) } else { Ok(state) }
}

fn yes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    open(vm, arguments).map(|_| Value::TRUE)
}

fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<TextBuffer>(vm, arguments, "_text_buffer.TextBuffer")?;
    let state = State { text: Vec::new(), length: 0, position: 0, offset: 0, newline: Newline::Lf, seen: 0, closed: false };
    Ok(vm.heap.new_object(&class, |header| TextBuffer { header, state: Mut::new(state) }))
}

fn init(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let newline = match argument(arguments, 2) {
        None => Newline::Lf,
        Some(newline) if newline.is_none() => Newline::Universal,
        Some(newline) => match newline.get::<Str>().map(|newline| newline.bytes()) {
            Some(b"") => Newline::Kept,
            Some(b"\n") => Newline::Lf,
            Some(b"\r") => Newline::Cr,
            Some(b"\r\n") => Newline::CrLf,
            Some(_) => {
                let shown = vm.native_repr(newline)?.unwrap_or_else(|| newline.clone());
                return Err(vm.value_error(&format!("illegal newline value: {}", crate::vm::execute::text_of(&shown))));
            }
            None => {
                let given = vm.type_name(newline);
                return Err(vm.type_error(&format!("newline must be str or None, not {given}")));
            }
        },
    };
    let buffer = receiver(vm, arguments)?;
    *buffer.state.get_mut() = State { text: Vec::new(), length: 0, position: 0, offset: 0, newline, seen: 0, closed: false };
    if let Some(initial) = argument(arguments, 1).filter(|initial| !initial.is_none()) {
        let Some(text) = initial.get::<Str>() else {
            let given = vm.type_name(initial);
            return Err(vm.type_error(&format!("initial_value must be str or None, not {given}")));
        };
        put(vm, buffer.state.get_mut(), text.bytes())?;
        let state = buffer.state.get_mut();
        (state.position, state.offset) = (0, 0);
    }
    Ok(Value::NONE)
}

/// The text as it is stored: line ends translated.
fn translated<'t>(state: &mut State, text: &'t [u8]) -> Cow<'t, [u8]> {
    let replacement: &[u8] = match state.newline {
        Newline::Kept | Newline::Lf => return Cow::Borrowed(text),
        Newline::Cr => b"\r",
        Newline::CrLf => b"\r\n",
        Newline::Universal => b"\n",
    };
    let universal = state.newline == Newline::Universal;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' if universal => {
                let pair = rest.first() == Some(&b'\n');
                rest = rest.get(usize::from(pair)..).unwrap_or_default();
                state.seen |= if pair { 4 } else { 1 };
                out.extend_from_slice(replacement);
            }
            b'\n' => {
                state.seen |= 2;
                out.extend_from_slice(replacement);
            }
            byte => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// Writes at the position.
fn put(vm: &mut Vm, state: &mut State, text: &[u8]) -> Res<()> {
    let text = translated(state, text);
    if text.is_empty() {
        return Ok(());
    }
    let padding = state.position.saturating_sub(state.length);
    vm.check_memory(state.text.len().checked_add(text.len()).and_then(|size| size.checked_add(padding)))?;
    if padding > 0 {
        state.text.resize(state.text.len() + padding, 0);
        state.length += padding;
        state.offset = state.text.len();
    }
    let count = count_code_points(&text);
    let end = offset_after(&state.text, state.offset, count);
    let replaced = count.min(state.length - state.position);
    if end == state.text.len() {
        state.text.truncate(state.offset);
        state.text.extend_from_slice(&text);
    } else {
        state.text.splice(state.offset..end, text.iter().copied());
    }
    state.length += count - replaced;
    state.position += count;
    state.offset += text.len();
    Ok(())
}

/// Where the text is `count` characters after `offset`, or its end.
fn offset_after(text: &[u8], offset: usize, count: usize) -> usize {
    if count >= text.len() - offset.min(text.len()) {
        return text.len();
    }
    let mut offset = offset;
    for _ in 0..count {
        match text.get(offset) {
            Some(&lead) => offset += width_of_lead(lead),
            None => break,
        }
    }
    offset.min(text.len())
}

fn write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = arguments.get(1).unwrap_or(NONE);
    let Some(string) = text.get::<Str>() else {
        open(vm, arguments)?;
        let given = vm.type_name(text);
        return Err(vm.type_error(&format!("string argument expected, got '{given}'")));
    };
    let state = open(vm, arguments)?;
    put(vm, state, string.bytes())?;
    Ok(vm.new_size(string.length))
}

/// How many characters to read; None: all.
fn size_argument(vm: &mut Vm, arguments: &[Value]) -> Res<Option<usize>> {
    match argument(arguments, 1).filter(|size| !size.is_none()) {
        Some(size) => vm.index_i64(size).map(|size| usize::try_from(size).ok()),
        None => Ok(None),
    }
}

/// Takes the text up to `end`.
fn take(vm: &mut Vm, state: &mut State, end: usize) -> Value {
    let taken = state.text.get(state.offset..end).unwrap_or_default();
    let text = str_from_wtf8(vm, taken);
    state.position += text.get::<Str>().map_or(0, |text| text.length);
    state.offset = end;
    text
}

/// The offset of the position; None if that is behind the end.
fn is_behind(state: &State) -> bool {
    state.position > state.length
}

fn read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_argument(vm, arguments)?;
    let state = open(vm, arguments)?;
    if is_behind(state) {
        return Ok(vm.new_str(""));
    }
    let end = size.map_or(state.text.len(), |size| offset_after(&state.text, state.offset, size));
    Ok(take(vm, state, end))
}

/// The end of the line at the position, its line end included.
fn line_end(state: &State) -> usize {
    let rest = state.text.get(state.offset..).unwrap_or_default();
    let end = match state.newline {
        Newline::Universal | Newline::Lf => memchr::memchr(b'\n', rest).map(|index| index + 1),
        Newline::Cr => memchr::memchr(b'\r', rest).map(|index| index + 1),
        Newline::CrLf => rest.windows(2).position(|pair| pair == b"\r\n").map(|index| index + 2),
        Newline::Kept => memchr::memchr2(b'\r', b'\n', rest).map(|index| if rest.get(index..index + 2) == Some(b"\r\n") { index + 2 } else { index + 1 }),
    };
    end.map_or(state.text.len(), |end| state.offset + end)
}

fn line(vm: &mut Vm, state: &mut State, limit: Option<usize>) -> Value {
    if is_behind(state) {
        return vm.new_str("");
    }
    let mut end = line_end(state);
    if let Some(limit) = limit {
        end = end.min(offset_after(&state.text, state.offset, limit));
    }
    take(vm, state, end)
}

fn read_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = size_argument(vm, arguments)?;
    let state = open(vm, arguments)?;
    Ok(line(vm, state, limit))
}

fn next_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = open(vm, arguments)?;
    let line = line(vm, state, None);
    if line.get::<Str>().is_some_and(|line| line.length == 0) { Err(vm.raise_with(Ex::StopIteration, Vec::new())) } else { Ok(line) }
}

fn get_value(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = open(vm, arguments)?;
    Ok(str_from_wtf8(vm, &state.text))
}

fn move_to(state: &mut State, position: usize) {
    state.offset = offset_after(&state.text, 0, position);
    state.position = position;
}

fn seek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let position = vm.index_i64(arguments.get(1).unwrap_or(NONE))?;
    let whence = match argument(arguments, 2) {
        Some(whence) => vm.index_i64(whence)?,
        None => 0,
    };
    let state = open(vm, arguments)?;
    let position = match (whence, position) {
        (0, position) => match usize::try_from(position) {
            Ok(position) => position,
            Err(_) => return Err(vm.value_error(&format!("Negative seek position {position}"))),
        },
        (1, 0) => state.position,
        (2, 0) => state.length,
        (1 | 2, _) => return Err(vm.raise(Ex::OSError, "Can't do nonzero cur-relative seeks")),
        _ => return Err(vm.value_error(&format!("Invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    move_to(state, position);
    Ok(vm.new_size(position))
}

fn tell(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let position = open(vm, arguments)?.position;
    Ok(vm.new_size(position))
}

fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match argument(arguments, 1).filter(|size| !size.is_none()) {
        Some(size) => Some(vm.index_i64(size)?),
        None => None,
    };
    let state = open(vm, arguments)?;
    let size = match size {
        None => state.position,
        Some(size) => match usize::try_from(size) {
            Ok(size) => size,
            Err(_) => return Err(vm.value_error(&format!("Negative size value {size}"))),
        },
    };
    if size < state.length {
        let end = offset_after(&state.text, 0, size);
        state.text.truncate(end);
        state.length = size;
        state.offset = state.offset.min(end);
    }
    Ok(vm.new_size(size))
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = receiver(vm, arguments)?.state.get_mut();
    state.closed = true;
    state.text = Vec::new();
    Ok(Value::NONE)
}

fn newlines(vm: &mut Vm, this: &Value) -> Res<Value> {
    let state = open(vm, core::slice::from_ref(this))?;
    if state.newline != Newline::Universal {
        return Ok(Value::NONE);
    }
    let seen = state.seen;
    let mut kinds: Vec<Value> = [(1, "\r"), (2, "\n"), (4, "\r\n")].into_iter().filter(|(bit, _)| seen & bit != 0).map(|(_, kind)| vm.new_str(kind)).collect();
    Ok(match kinds.len() {
        0 => Value::NONE,
        1 => kinds.pop().unwrap_or(Value::NONE),
        _ => vm.new_tuple(kinds),
    })
}
