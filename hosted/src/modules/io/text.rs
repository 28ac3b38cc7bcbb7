//! `TextIOWrapper`: what it holds, and what Python code asks of that.
//!
//! Bytes are decoded a chunk at a time. The text of a chunk that was not taken stays beside what is known of its bytes ([`Segment`]), for `tell`.
//! Codecs of core decode here; for others there are a decoder and an encoder in Python.

use super::buffered_methods::{close_here, closes_here};
use super::text_decode::{Decoder, Newline, Segment};
use super::{FLAGS, TEXT_IO_BASE, buffered, file_io, text_decode, text_read, text_write};
use pyvm_core::object;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::codec::{self, Codec, Form};
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Vm, argument};

/// Bytes read at once, and characters held back.
const CHUNK: usize = 8192;

/// What a text stream holds.
pub struct State {
    pub ready: bool,
    pub detached: bool,
    /// None: the codec is Python code.
    pub codec: Option<Codec>,
    pub newline: Newline,
    pub line_buffering: bool,
    pub write_through: bool,
    pub chunk_size: usize,
    pub has_read1: bool,
    pub readable: bool,
    pub writable: bool,
    pub seekable: bool,
    /// `tell()` is possible: nobody is inside an iteration.
    pub telling: bool,
    pub decoder: Decoder,
    /// Decoded, not yet taken: WTF-8, from `start` on.
    pub decoded: Vec<u8>,
    pub start: usize,
    /// All of `decoded` is ASCII.
    pub ascii: bool,
    pub segments: Vec<Segment>,
    /// Kinds of line ends met: a set of 1 (`\r`), 2 (`\n`), 4 (`\r\n`).
    pub seen: u8,
    /// Encoded, not yet given to the buffer.
    pub pending: Vec<u8>,
    /// What is written next stands at the beginning: a mark of the byte order belongs there.
    pub at_beginning: bool,
}

/// A text stream.
#[repr(C)]
pub struct TextIo {
    pub header: Header,
    pub buffer: Mut<Value>,
    encoding: Mut<Value>,
    pub errors: Mut<Value>,
    /// The decoder and the encoder of a codec that is Python; None: there is none.
    pub python_decoder: Mut<Value>,
    pub python_encoder: Mut<Value>,
    pub state: Mut<State>,
}

object!(
    TextIo,
    Kind::Other,
    "TextIOWrapper",
    |this, visit| {
        for value in [&this.buffer, &this.encoding, &this.errors, &this.python_decoder, &this.python_encoder] {
            visit(value.get());
        }
    },
    |this| {
        for value in [&this.buffer, &this.python_decoder, &this.python_encoder] {
            drop(value.replace(Value::NONE));
        }
    }
);

macro_rules! flag {
    ($name:literal, $field:ident, $doc:literal) => {
        Getter::read_only($name, |_, this| Ok(Value::bool(this.get::<TextIo>().is_some_and(|this| this.state.get().$field))), $doc)
    };
}

macro_rules! value {
    ($name:literal, $field:ident, $doc:literal) => {
        Getter::read_only($name, |_, this| Ok(this.get::<TextIo>().map_or(Value::NONE, |this| this.$field.get().clone())), $doc)
    };
}

pub static TEXT_IO_WRAPPER: TypeSpec = TypeSpec {
    module: "_io",
    base: Some(&TEXT_IO_BASE),
    flags: FLAGS,
    doc: "Character and line based layer over a BufferedIOBase object, buffer.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", new, "Create and return a new object."),
        Native::simple("_setup($self, buffer, has_read1, /)", setup, "Take a buffer."),
        Native::simple("_settle($self, encoding, errors, newline, line_buffering, write_through, /)", settle, "Set how text is encoded: whether core has the codec."),
        Native::simple("_python_codec($self, decoder, encoder, /)", python_codec, "Set decoder and encoder of a codec that is Python."),
        Native::simple("_finish($self, readable, writable, seekable, at_beginning, /)", finish, "It can be used."),
        Native::simple("_detach($self, /)", detach, "Give the buffer up."),
        Native::simple("_telling($self, /)", telling, "Make tell() possible again."),
        Native::simple(
            "_forget($self, /)",
            |vm, arguments| {
                receiver(vm, arguments).map(|this| {
                    this.forget();
                    Value::NONE
                })
            },
            "Forget what was decoded.",
        ),
        Native::simple("_where($self, /)", text_decode::position, "What tells the position."),
        Native::simple("_restore($self, flags, /)", text_decode::restore, "Set the state of the decoder of core."),
        Native::simple("_feed($self, data, last, /)", text_decode::feed, "Decode bytes; how many characters that gives."),
        Native::simple("_take($self, decoded, flags, data, /)", text_decode::take_decoded, "Take text that a decoder in Python made."),
        Native::simple("_skip($self, count, /)", text_read::skip, "Pass over decoded characters; whether there are as many."),
        Native::simple("_begins($self, at_beginning, /)", begins, "Set whether what is written next stands at the beginning."),
        Native::full("close($self, /)", close, "Flush and close the buffer."),
        Native::full("read($self, size=-1, /)", text_read::read, "Read at most size characters from stream."),
        Native::full("readline($self, size=-1, /)", text_read::read_line, "Read until newline or EOF."),
        Native::full("__next__($self, /)", text_read::next, "Implement next(self)."),
        Native::full("write($self, text, /)", text_write::write, "Write string s to stream."),
        Native::full("_send($self, /)", text_write::send, "Give what is held back to the buffer."),
        Native::full("flush($self, /)", text_write::flush, "Send what is held back."),
    ],
    getters: &[
        value!("buffer", buffer, "The buffer below."),
        value!("encoding", encoding, "The name of the encoding."),
        value!("errors", errors, "How errors of encoding are treated."),
        value!("_decoder", python_decoder, "A decoder in Python."),
        value!("_encoder", python_encoder, "An encoder in Python."),
        Getter::read_only("_newline_argument", newline_argument, "The argument newline."),
        Getter::read_only("_fresh", |_, this| Ok(Value::bool(this.get::<TextIo>().is_some_and(TextIo::is_fresh))), "Whether nothing is decoded."),
        flag!("_ready", ready, "Whether it has a buffer."),
        flag!("_detached", detached, "Whether its buffer was given up."),
        flag!("_seekable", seekable, "Whether the buffer can seek."),
        flag!("_can_tell", telling, "Whether nobody is inside an iteration."),
        flag!("line_buffering", line_buffering, "Whether a newline flushes."),
        flag!("write_through", write_through, "Whether nothing is held back."),
        Getter::read_only("_newlines", text_decode::newlines, "Kinds of line ends met."),
        Getter { name: "_CHUNK_SIZE", get: chunk_size, set: Some(set_chunk_size), doc: "Bytes read at once." },
    ],
    next: Some(text_read::step),
    ..TypeSpec::new("TextIOWrapper", TextIo::LAYOUT)
};

pub fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<TextIo>(vm, arguments, "_io.TextIOWrapper")?;
    let state = State {
        ready: false,
        detached: false,
        codec: None,
        newline: Newline::Universal,
        line_buffering: false,
        write_through: false,
        chunk_size: CHUNK,
        has_read1: true,
        readable: false,
        writable: false,
        seekable: false,
        telling: false,
        decoder: Decoder::default(),
        decoded: Vec::new(),
        start: 0,
        ascii: true,
        segments: Vec::new(),
        seen: 0,
        pending: Vec::new(),
        at_beginning: true,
    };
    Ok(vm.heap.new_object(&class, |header| TextIo {
        header,
        buffer: Mut::new(Value::NONE),
        encoding: Mut::new(Value::NONE),
        errors: Mut::new(Value::NONE),
        python_decoder: Mut::new(Value::NONE),
        python_encoder: Mut::new(Value::NONE),
        state: Mut::new(state),
    }))
}

/// The stream that a method was called with, if it can be used.
///
/// # Errors
/// ValueError.
pub fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a TextIo> {
    match arguments.first().and_then(|this| this.get::<TextIo>()) {
        Some(this) if this.state.get().ready => Ok(this),
        Some(this) if this.state.get().detached => Err(vm.value_error("underlying buffer has been detached")),
        _ => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}

impl TextIo {
    /// Is all that it rests on known here: buffer and file are ours, the codec is core's? None: no; else whether it is open.
    pub fn direct(&self) -> Option<bool> {
        self.state.get().codec?;
        file_io::is_closed(buffered::direct(self.buffer.get())?.raw.get()).map(|closed| !closed)
    }

    /// Is nothing decoded?
    fn is_fresh(&self) -> bool {
        self.state.get().decoded.is_empty() && self.state.get().segments.is_empty()
    }

    /// Forgets what was decoded, and in which state the decoder is.
    pub fn forget(&self) {
        let state = self.state.get_mut();
        state.decoded.clear();
        state.start = 0;
        state.ascii = true;
        state.segments.clear();
        state.decoder = Decoder::default();
    }
}

/// Goes on if the stream is open.
///
/// # Errors
/// ValueError; what the buffer's `closed` raises.
pub fn when_open(vm: &mut Vm, args: &Args, then: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    let text = receiver(vm, args.positional)?;
    let Some(this) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    match text.direct() {
        Some(true) if super::exact::<TextIo>(this).is_some() => then(vm, this),
        _ => {
            let (name, this) = (vm.intern("closed"), this.clone());
            get_attribute_then(vm, &this.clone(), &name, move |vm, closed| {
                let closed = closed?;
                if vm.truth(&closed)? { Err(vm.value_error("I/O operation on closed file.")) } else { then(vm, &this) }
            })
        }
    }
}

/// A stream over a file of ours is closed here, unless something about it is not as usual.
fn close(vm: &mut Vm, args: &Args) -> Res<Action> {
    let text = receiver(vm, args.positional)?;
    let Some(this) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let buffer = text.buffer.get().clone();
    if super::exact::<TextIo>(this).is_none() || text.direct() != Some(true) || !super::is_plain(&text.header, "mode") || !closes_here(&buffer) {
        return super::call_method(vm, this, "_close_by_calls", Vec::new());
    }
    let given = text_write::give(vm, this);
    Action::after(given, vm, move |vm, given| match given {
        Ok(_) => close_here(vm, &buffer),
        Err(raised) => {
            let exception = vm.take_exception(raised);
            let closed = close_here(vm, &buffer)?;
            closed.and_then(vm, move |vm, _| Err(vm.raise_value(exception)))
        }
    })
}

// ---- for Python

pub fn setup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, buffer, has_read1, ..] = arguments else { return Ok(Value::NONE) };
    let Some(text) = this.get::<TextIo>() else { return Ok(Value::NONE) };
    let has_read1 = vm.truth(has_read1)?;
    text.forget();
    let state = text.state.get_mut();
    (state.ready, state.detached, state.seekable, state.telling, state.seen) = (false, false, false, false, 0);
    (state.has_read1, state.chunk_size, state.at_beginning) = (has_read1, CHUNK, true);
    state.pending.clear();
    drop((text.python_decoder.replace(Value::NONE), text.python_encoder.replace(Value::NONE)));
    drop(text.buffer.replace(buffer.clone()));
    Ok(Value::NONE)
}

pub fn settle(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, encoding, errors, newline, line_buffering, write_through, ..] = arguments else { return Ok(Value::NONE) };
    let Some(text) = this.get::<TextIo>() else { return Ok(Value::NONE) };
    let newline = match newline.get::<Str>().map(Str::bytes) {
        None if newline.is_none() => Newline::Universal,
        Some(b"") => Newline::Kept,
        Some(b"\n") => Newline::Only("\n"),
        Some(b"\r") => Newline::Only("\r"),
        Some(b"\r\n") => Newline::Only("\r\n"),
        Some(other) => {
            let shown = String::from_utf8_lossy(other).into_owned();
            return Err(vm.value_error(&format!("illegal newline value: {shown}")));
        }
        None => {
            let given = vm.type_name(newline);
            return Err(vm.type_error(&format!("illegal newline type: {given}")));
        }
    };
    let known = encoding.get::<Str>().and_then(|name| codec::find(&name.to_string_lossy())).filter(|codec| !matches!(codec.form, Form::Escapes { .. }));
    let (line_buffering, write_through) = (vm.truth(line_buffering)?, vm.truth(write_through)?);
    let state = text.state.get_mut();
    (state.codec, state.newline, state.line_buffering, state.write_through) = (known, newline, line_buffering, write_through);
    drop((text.encoding.replace(encoding.clone()), text.errors.replace(errors.clone())));
    Ok(Value::bool(known.is_some()))
}

fn python_codec(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let [this, decoder, encoder, ..] = arguments
        && let Some(text) = this.get::<TextIo>()
    {
        drop((text.python_decoder.replace(decoder.clone()), text.python_encoder.replace(encoder.clone())));
    }
    Ok(Value::NONE)
}

pub fn finish(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, readable, writable, seekable, at_beginning, ..] = arguments else { return Ok(Value::NONE) };
    let (readable, writable) = (vm.truth(readable)?, vm.truth(writable)?);
    let (seekable, at_beginning) = (vm.truth(seekable)?, vm.truth(at_beginning)?);
    if let Some(text) = this.get::<TextIo>() {
        let state = text.state.get_mut();
        (state.readable, state.writable) = (readable, writable);
        (state.seekable, state.telling, state.at_beginning, state.ready) = (seekable, seekable, at_beginning, true);
    }
    Ok(Value::NONE)
}

fn detach(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let state = text.state.get_mut();
    (state.ready, state.detached) = (false, true);
    Ok(text.buffer.replace(Value::NONE))
}

fn telling(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = receiver(vm, arguments)?.state.get_mut();
    state.telling = state.seekable;
    Ok(Value::NONE)
}

fn begins(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let at_beginning = match argument(arguments, 1) {
        Some(at_beginning) => vm.truth(at_beginning)?,
        None => true,
    };
    receiver(vm, arguments)?.state.get_mut().at_beginning = at_beginning;
    Ok(Value::NONE)
}

fn newline_argument(vm: &mut Vm, this: &Value) -> Res<Value> {
    Ok(match receiver(vm, std::slice::from_ref(this))?.state.get().newline {
        Newline::Universal => Value::NONE,
        Newline::Kept => vm.new_str(""),
        Newline::Only(end) => vm.new_str(end),
    })
}

fn chunk_size(vm: &mut Vm, this: &Value) -> Res<Value> {
    let size = receiver(vm, std::slice::from_ref(this))?.state.get().chunk_size;
    Ok(vm.new_size(size))
}

fn set_chunk_size(vm: &mut Vm, this: &Value, value: Option<&Value>) -> Res<()> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    let Some(value) = value else { return Err(vm.raise(Ex::AttributeError, "cannot delete attribute")) };
    match vm.index_i64(value)? {
        size if size > 0 => {
            text.state.get_mut().chunk_size = size as usize;
            Ok(())
        }
        _ => Err(vm.value_error("a strictly positive integer is required")),
    }
}
