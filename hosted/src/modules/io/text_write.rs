//! Writing text: it is encoded at once, and given to the buffer when there is enough of it, or a line ends that is to be seen.

use super::text::{TextIo, receiver, when_open};
use super::text_decode::Newline;
use super::{buffered, call_method, exact, unsupported};
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::codec::{self, Codec, Form, Order};
use pyvm_core::object::construct::str_from_wtf8;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::host::TextWriter;
use pyvm_core::vm::{Action, Args, Res, Vm};
use std::borrow::Cow;

pub fn write(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(string) = args.get(1) else { return Ok(Action::Return(Value::NONE)) };
    if string.get::<Str>().is_none() {
        receiver(vm, args.positional)?;
        let given = vm.type_name(string);
        return Err(vm.type_error(&format!("write() argument must be str, not {given}")));
    }
    if let (Some(this), Some(text)) = (args.get(0), args.get(0).and_then(exact::<TextIo>))
        && text.state.get().ready
        && text.state.get().writable
        && text.direct() == Some(true)
    {
        return put(vm, this, string);
    }
    let string = string.clone();
    when_open(vm, args, move |vm, this| {
        if !receiver(vm, std::slice::from_ref(this))?.state.get().writable {
            return Err(unsupported(vm, "not writable"));
        }
        put(vm, this, &string)
    })
}

/// The text with line ends as they are written.
fn translated(newline: Newline, text: &[u8]) -> Cow<'_, [u8]> {
    match newline {
        Newline::Only(end) if end != "\n" && memchr::memchr(b'\n', text).is_some() => {
            let mut out = Vec::with_capacity(text.len() + 16);
            for &byte in text {
                if byte == b'\n' { out.extend_from_slice(end.as_bytes()) } else { out.push(byte) }
            }
            Cow::Owned(out)
        }
        _ => Cow::Borrowed(text),
    }
}

/// Writes a str to an open stream; how many characters.
fn put(vm: &mut Vm, this: &Value, string: &Value) -> Res<Action> {
    let (Some(text), Some(given)) = (this.get::<TextIo>(), string.get::<Str>()) else { return Ok(Action::Return(Value::NONE)) };
    let state = text.state.get_mut();
    let Some(codec) = state.codec else { return put_in_python(vm, this, string) };
    let plain = match codec.form {
        Form::Utf8 => !given.has_surrogates(),
        Form::Ascii | Form::Latin1 => given.is_ascii(),
        _ => false,
    };
    if plain {
        let held = state.pending.len() + given.size;
        if held < state.chunk_size
            && !state.line_buffering
            && !state.write_through
            && state.decoded.is_empty()
            && matches!(state.newline, Newline::Universal | Newline::Only("\n"))
        {
            state.pending.extend_from_slice(given.bytes());
            return Ok(Action::Return(vm.new_size(given.length)));
        }
        let encoded = translated(state.newline, given.bytes());
        return hold(vm, this, string, &encoded);
    }
    let changed;
    let source = match translated(state.newline, given.bytes()) {
        Cow::Borrowed(_) => given,
        Cow::Owned(bytes) => {
            changed = str_from_wtf8(vm, &bytes);
            changed.get::<Str>().unwrap_or(given)
        }
    };
    let now = if state.at_beginning { codec } else { unmarked(codec) };
    let encoded = codec::encode_with(vm, source, now, text.errors.get().get::<Str>())?;
    text.state.get_mut().at_beginning = false;
    hold(vm, this, string, encoded.get::<Bytes>().map(Bytes::data).unwrap_or_default())
}

/// Holds back what was encoded; what would be too much with it is given to the buffer before.
fn hold(vm: &mut Vm, this: &Value, string: &Value, encoded: &[u8]) -> Res<Action> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    let state = text.state.get_mut();
    if encoded.len() > 4096 {
        vm.check_memory(Some(encoded.len()))?;
    }
    if state.pending.is_empty() || state.pending.len() + encoded.len() <= state.chunk_size {
        state.pending.extend_from_slice(encoded);
        return written(vm, this, string);
    }
    let (this, string, encoded) = (this.clone(), string.clone(), encoded.to_vec());
    // Looked at again: what gets it may have written too.
    give(vm, &this.clone())?.and_then(vm, move |vm, _| hold(vm, &this, &string, &encoded))
}

/// The codec for what does not stand at the beginning.
fn unmarked(codec: Codec) -> Codec {
    let native = if cfg!(target_endian = "big") { Order::Big } else { Order::Little };
    match codec.form {
        Form::Utf8Marked => codec::UTF_8,
        Form::Utf16(Order::Marked) => Codec { name: codec.name, form: Form::Utf16(native) },
        Form::Utf32(Order::Marked) => Codec { name: codec.name, form: Form::Utf32(native) },
        _ => codec,
    }
}

fn put_in_python(vm: &mut Vm, this: &Value, string: &Value) -> Res<Action> {
    let (text, Some(given)) = (receiver(vm, std::slice::from_ref(this))?, string.get::<Str>()) else { return Ok(Action::Return(Value::NONE)) };
    let source = match translated(text.state.get().newline, given.bytes()) {
        Cow::Borrowed(_) => string.clone(),
        Cow::Owned(bytes) => str_from_wtf8(vm, &bytes),
    };
    let encoder = text.python_encoder.get().clone();
    let (this, string) = (this.clone(), string.clone());
    call_method(vm, &encoder, "encode", vec![source])?.and_then(vm, move |vm, encoded| {
        let Some(encoded) = encoded.get::<Bytes>() else {
            let type_name = vm.type_name(&encoded);
            return Err(vm.type_error(&format!("encoder should return a bytes object, not '{type_name}'")));
        };
        hold(vm, &this, &string, encoded.data())
    })
}

/// Text is among what is held back: sends it if it is time, and forgets what was read ahead.
fn written(vm: &mut Vm, this: &Value, string: &Value) -> Res<Action> {
    let (text, Some(given)) = (receiver(vm, std::slice::from_ref(this))?, string.get::<Str>()) else { return Ok(Action::Return(Value::NONE)) };
    let state = text.state.get_mut();
    let length = given.length;
    let seen = state.line_buffering && memchr::memchr2(b'\n', b'\r', given.bytes()).is_some();
    let send = seen || state.write_through || state.pending.len() >= state.chunk_size;
    // What cannot seek reads on where it was.
    let stale = state.seekable && (!state.decoded.is_empty() || !state.segments.is_empty());
    if stale {
        text.forget();
    }
    let decoder = text.python_decoder.get().clone();
    let sent = if send { give(vm, this)? } else { Action::Return(Value::NONE) };
    if !seen && !(stale && !decoder.is_none()) {
        return sent.and_then(vm, move |vm, _| Ok(Action::Return(vm.new_size(length))));
    }
    let this = this.clone();
    sent.and_then(vm, move |vm, _| {
        let flushed = if seen { flush_buffer(vm, &this)? } else { Action::Return(Value::NONE) };
        flushed.and_then(vm, move |vm, _| {
            let reset = if stale && !decoder.is_none() { call_method(vm, &decoder, "reset", Vec::new())? } else { Action::Return(Value::NONE) };
            reset.and_then(vm, move |vm, _| Ok(Action::Return(vm.new_size(length))))
        })
    })
}

/// Gives what is held back to the buffer.
pub fn give(vm: &mut Vm, this: &Value) -> Res<Action> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    if text.state.get().pending.is_empty() {
        return Ok(Action::Return(Value::NONE));
    }
    let buffer = text.buffer.get().clone();
    let mut pending = std::mem::take(&mut text.state.get_mut().pending);
    if let Some(below) = buffered::direct(&buffer)
        && below.is_free()
    {
        let given = buffered::write(vm, &buffer, Cow::Borrowed(&pending))?;
        // The memory is used again.
        pending.clear();
        if text.state.get().pending.is_empty() {
            text.state.get_mut().pending = pending;
        }
        return Ok(given);
    }
    let data = vm.new_bytes(&pending);
    call_method(vm, &buffer, "write", vec![data])
}

fn flush_buffer(vm: &mut Vm, this: &Value) -> Res<Action> {
    let buffer = receiver(vm, std::slice::from_ref(this))?.buffer.get().clone();
    call_method(vm, &buffer, "flush", Vec::new())
}

/// `_send()`
pub fn send(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver(vm, args.positional)?;
    match args.get(0) {
        Some(this) => give(vm, this),
        None => Ok(Action::Return(Value::NONE)),
    }
}

pub fn flush(vm: &mut Vm, args: &Args) -> Res<Action> {
    when_open(vm, args, |vm, this| {
        let state = receiver(vm, std::slice::from_ref(this))?.state.get_mut();
        state.telling = state.seekable;
        let this = this.clone();
        give(vm, &this.clone())?.and_then(vm, move |vm, _| flush_buffer(vm, &this))
    })
}

/// How `print` writes to a stream of which all is known.
pub fn text_writer(vm: &mut Vm, file: &Value) -> Option<TextWriter> {
    let text = exact::<TextIo>(file).filter(|text| text.state.get().ready && text.state.get().writable && text.direct() == Some(true))?;
    let header = &text.header;
    let name = vm.name(pyvm_core::vm::Name::Write);
    let replaced = header.class().attributes_of(header).and_then(|attributes| attributes.get(header, name));
    if replaced.is_some() { None } else { Some(put) }
}
