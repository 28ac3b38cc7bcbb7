//! Reading text: what was decoded is taken, and chunks are fetched and decoded until there is enough.

use super::text::{State, TextIo, receiver, when_open};
use super::text_decode::{Newline, decode};
use super::text_write::give;
use super::{Progress, buffered, call_method, exact, file_io, repeat, size_argument, unsupported};
use pyvm_core::object::bytes;
use pyvm_core::object::construct::str_from_wtf8;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::{Str, count_code_points, width_of_lead};
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Res, Step, Vm, argument};

// ---- fetching

/// Fetches a chunk from the buffer; bytes.
fn fetch(vm: &mut Vm, text: &TextIo, size: usize) -> Res<Action> {
    let buffer = text.buffer.get().clone();
    if text.state.get().has_read1 && buffered::direct(&buffer).is_some() {
        return buffered::read_once(vm, &buffer, size);
    }
    let (size, name) = (vm.new_size(size), if text.state.get().has_read1 { "read1" } else { "read" });
    call_method(vm, &buffer, name, vec![size])
}

/// The bytes that the buffer gave.
fn chunk(vm: &mut Vm, text: &TextIo, chunk: &Value) -> Res<Vec<u8>> {
    match bytes::of(vm, chunk)? {
        Some(chunk) => Ok(chunk.into_owned()),
        None => {
            let (given, name) = (vm.type_name(chunk), if text.state.get().has_read1 { "read1" } else { "read" });
            Err(vm.type_error(&format!("underlying {name}() should have returned a bytes-like object, not '{given}'")))
        }
    }
}

/// Fetches a chunk and decodes it: whether there was any.
fn fill(vm: &mut Vm, this: &Value, hint: usize) -> Res<Action> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    let size = text.state.get().chunk_size.max(hint);
    let Some(codec) = text.state.get().codec else { return fill_in_python(vm, this, size) };
    let fetched = fetch(vm, text, size)?;
    let this = this.clone();
    fetched.and_then(vm, move |vm, fetched| {
        let text = receiver(vm, std::slice::from_ref(&this))?;
        if let Some(plain) = fetched.get::<bytes::Bytes>() {
            decode(vm, text, codec, plain.data(), plain.length == 0)?;
            return Ok(Action::Return(Value::bool(plain.length > 0)));
        }
        let chunk = chunk(vm, text, &fetched)?;
        decode(vm, text, codec, &chunk, chunk.is_empty())?;
        Ok(Action::Return(Value::bool(!chunk.is_empty())))
    })
}

/// As [`fill`], with a decoder in Python. Its state before is kept, where positions are to be told.
fn fill_in_python(vm: &mut Vm, this: &Value, size: usize) -> Res<Action> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    let decoder = text.python_decoder.get().clone();
    let before = if text.state.get().telling { call_method(vm, &decoder, "getstate", Vec::new())? } else { Action::Return(Value::NONE) };
    let this = this.clone();
    before.and_then(vm, move |vm, before| {
        let text = receiver(vm, std::slice::from_ref(&this))?;
        let (mut left, flags) = match before.get::<Tuple>().map(Tuple::items) {
            Some([left, flags]) if bytes::of(vm, left)?.is_some() => (bytes::required(vm, left)?.into_owned(), flags.clone()),
            Some(_) => return Err(vm.type_error("illegal decoder state")),
            None if before.is_none() => (Vec::new(), Value::small_int(0)),
            None => return Err(vm.type_error("illegal decoder state")),
        };
        fetch(vm, text, size)?.and_then(vm, move |vm, fetched| {
            let text = receiver(vm, std::slice::from_ref(&this))?;
            let data = chunk(vm, text, &fetched)?;
            let any = !data.is_empty();
            left.extend_from_slice(&data);
            call_method(vm, &decoder, "decode", vec![fetched, Value::bool(!any)])?.and_then(vm, move |vm, decoded| {
                let input = vm.new_bytes(&left);
                super::text_decode::take_decoded(vm, &[this, decoded, flags, input])?;
                Ok(Action::Return(Value::bool(any)))
            })
        })
    })
}

/// The stream is open and can be read, and what was written is in the buffer.
fn reading(vm: &mut Vm, args: &Args, then: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    when_open(vm, args, move |vm, this| {
        let state = receiver(vm, std::slice::from_ref(this))?.state.get();
        if !state.readable {
            return Err(unsupported(vm, "not readable"));
        }
        if state.pending.is_empty() {
            return then(vm, this);
        }
        let this = this.clone();
        give(vm, &this.clone())?.and_then(vm, move |vm, _| then(vm, &this))
    })
}

// ---- taking

fn rest(state: &State) -> &[u8] {
    state.decoded.get(state.start..).unwrap_or_default()
}

/// Takes the next `size` bytes of text.
fn take(vm: &mut Vm, state: &mut State, size: usize) -> Res<Value> {
    let rest = rest(state);
    let taken = rest.get(..size).unwrap_or(rest);
    if taken.len() > 4096 {
        vm.check_memory(Some(taken.len()))?;
    }
    let text = if state.ascii {
        // SAFETY: ASCII, as was seen when it was decoded.
        unsafe { vm.new_str_from_parts(taken, taken.len(), 0) }
    } else {
        str_from_wtf8(vm, taken)
    };
    state.start += taken.len();
    Ok(text)
}

/// The bytes of the first `count` characters, if there are so many.
fn extent(state: &State, count: usize) -> Option<usize> {
    let rest = rest(state);
    if state.ascii {
        return (rest.len() >= count).then_some(count);
    }
    let mut at = 0;
    for _ in 0..count {
        at += width_of_lead(*rest.get(at)?);
    }
    Some(at)
}

/// `_skip(count)`
pub fn skip(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let count = match argument(arguments, 1) {
        Some(count) => vm.index_i64(count)?,
        None => 0,
    };
    let state = text.state.get_mut();
    let extent = extent(state, usize::try_from(count).unwrap_or(usize::MAX));
    state.start += extent.unwrap_or(0);
    Ok(Value::bool(extent.is_some()))
}

pub fn read(vm: &mut Vm, args: &Args) -> Res<Action> {
    let size = size_argument(vm, args.positional, 1, None)?;
    reading(vm, args, move |vm, this| match size {
        Some(size) => read_characters(vm, this, size),
        None => read_all(vm, this),
    })
}

fn read_characters(vm: &mut Vm, this: &Value, size: usize) -> Res<Action> {
    repeat(vm, this, move |vm, this, more| {
        let state = receiver(vm, std::slice::from_ref(this))?.state.get_mut();
        match extent(state, size) {
            Some(extent) => Ok(Progress::Done(Action::Return(take(vm, state, extent)?))),
            None if more.is_some_and(|more| more.is(&Value::FALSE)) => Ok(Progress::Done(Action::Return(take(vm, state, usize::MAX)?))),
            None => {
                let missing = size - count_code_points(rest(state)).min(size);
                fill(vm, this, missing.min(1 << 24)).map(Progress::Wait)
            }
        }
    })
}

fn read_all(vm: &mut Vm, this: &Value) -> Res<Action> {
    let buffer = receiver(vm, std::slice::from_ref(this))?.buffer.get().clone();
    let this = this.clone();
    call_method(vm, &buffer, "read", Vec::new())?.and_then(vm, move |vm, data| {
        let text = receiver(vm, std::slice::from_ref(&this))?;
        if data.is_none() {
            return Err(vm.raise(Ex::BlockingIOError, "Read returned None."));
        }
        let Some(codec) = text.state.get().codec else {
            let decoder = text.python_decoder.get().clone();
            return call_method(vm, &decoder, "decode", vec![data, Value::TRUE])?.and_then(vm, move |vm, decoded| {
                let nothing = vm.new_bytes(b"");
                super::text_decode::take_decoded(vm, &[this.clone(), decoded, Value::small_int(0), nothing])?;
                all(vm, &this)
            });
        };
        let data = match bytes::of(vm, &data)? {
            Some(data) => data,
            None => {
                let given = vm.type_name(&data);
                return Err(vm.type_error(&format!("underlying read() should have returned a bytes-like object, not '{given}'")));
            }
        };
        decode(vm, text, codec, &data, true)?;
        all(vm, &this)
    })
}

/// All that is decoded, to the end of the stream.
fn all(vm: &mut Vm, this: &Value) -> Res<Action> {
    let text = receiver(vm, std::slice::from_ref(this))?;
    let result = take(vm, text.state.get_mut(), usize::MAX)?;
    let state = text.state.get_mut();
    let decoder = std::mem::take(&mut state.decoder);
    text.forget();
    let state = text.state.get_mut();
    state.decoder = decoder;
    if state.decoded.capacity() > 1 << 20 {
        state.decoded = Vec::new();
    }
    Ok(Action::Return(result))
}

// ---- lines

/// The bytes of the next line, its end included, if all of it is there. `from`: so many bytes are known to have no line end.
fn line_extent(state: &State, from: usize) -> Option<usize> {
    let rest = rest(state);
    let searched = rest.get(from..).unwrap_or_default();
    match state.newline {
        Newline::Universal | Newline::Only("\n") => memchr::memchr(b'\n', searched).map(|index| from + index + 1),
        Newline::Only("\r") => memchr::memchr(b'\r', searched).map(|index| from + index + 1),
        Newline::Only(_) => {
            let from = from.saturating_sub(1);
            rest.get(from..).unwrap_or_default().windows(2).position(|pair| pair == b"\r\n").map(|index| from + index + 2)
        }
        Newline::Kept => {
            // Both characters of a pair come at once.
            let index = from + memchr::memchr2(b'\r', b'\n', searched)?;
            Some(if rest.get(index..index + 2) == Some(b"\r\n") { index + 2 } else { index + 1 })
        }
    }
}

fn line(vm: &mut Vm, this: &Value, limit: usize) -> Res<Action> {
    repeat(vm, this, move |vm, this, more| {
        let state = receiver(vm, std::slice::from_ref(this))?.state.get_mut();
        let found = line_extent(state, 0);
        let found = if limit == usize::MAX {
            found
        } else {
            match (found, extent(state, limit)) {
                (Some(line), Some(limit)) => Some(line.min(limit)),
                (line, limit) => line.or(limit),
            }
        };
        match found {
            Some(extent) => Ok(Progress::Done(Action::Return(take(vm, state, extent)?))),
            None if more.is_some_and(|more| more.is(&Value::FALSE)) => Ok(Progress::Done(Action::Return(take(vm, state, usize::MAX)?))),
            None => fill(vm, this, 0).map(Progress::Wait),
        }
    })
}

pub fn read_line(vm: &mut Vm, args: &Args) -> Res<Action> {
    if let ([_], Some(text)) = (args.positional, args.get(0).and_then(exact::<TextIo>))
        && text.state.get().ready
        && text.direct() == Some(true)
    {
        let state = text.state.get_mut();
        if state.pending.is_empty()
            && state.readable
            && let Some(extent) = line_extent(state, 0)
        {
            return Ok(Action::Return(take(vm, state, extent)?));
        }
    }
    let limit = size_argument(vm, args.positional, 1, None)?.unwrap_or(usize::MAX);
    reading(vm, args, move |vm, this| line(vm, this, limit))
}

/// The next line of a file that does not make anybody wait; a class derived in Python may read its lines otherwise.
pub fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    let Some(text) = exact::<TextIo>(this).filter(|text| text.state.get().ready && text.direct() == Some(true)) else { return Ok(Step::Call) };
    let state = text.state.get_mut();
    if !state.readable || !state.pending.is_empty() {
        return Ok(Step::Call);
    }
    if let Some(extent) = line_extent(state, 0) {
        state.telling = false;
        return Ok(Step::Item(take(vm, state, extent)?));
    }
    let Some(buffer) = buffered::direct(text.buffer.get()) else { return Ok(Step::Call) };
    if !buffer.is_free() || !state.has_read1 || file_io::direct(buffer.raw.get()).is_none_or(|file| file.waits) {
        return Ok(Step::Call);
    }
    state.telling = false;
    match line(vm, this, usize::MAX)? {
        Action::Return(line) if is_empty(&line) => {
            let state = text.state.get_mut();
            state.telling = state.seekable;
            Ok(Step::Done)
        }
        Action::Return(line) => Ok(Step::Item(line)),
        // It cannot be that anything must be waited for.
        _ => Err(vm.raise(Ex::RuntimeError, "a file had to be waited for")),
    }
}

fn is_empty(line: &Value) -> bool {
    line.get::<Str>().is_none_or(|line| line.length == 0)
}

pub fn next(vm: &mut Vm, args: &Args) -> Res<Action> {
    let text = receiver(vm, args.positional)?;
    let Some(this) = args.get(0).cloned() else { return Ok(Action::Return(Value::NONE)) };
    text.state.get_mut().telling = false;
    let line = if exact::<TextIo>(&this).is_some() { read_line(vm, args)? } else { call_method(vm, &this, "readline", Vec::new())? };
    line.and_then(vm, move |vm, line| {
        if line.get::<Str>().is_none() {
            let given = vm.type_name(&line);
            return Err(vm.raise(Ex::OSError, &format!("readline() should have returned a str object, not '{given}'")));
        }
        if !is_empty(&line) {
            return Ok(Action::Return(line));
        }
        if let Some(text) = this.get::<TextIo>() {
            let state = text.state.get_mut();
            state.telling = state.seekable;
        }
        Err(vm.raise_with(Ex::StopIteration, Vec::new()))
    })
}
