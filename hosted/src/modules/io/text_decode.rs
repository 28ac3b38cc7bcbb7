//! From bytes to text: chunks are decoded as they come, line ends translated; what is kept of them tells positions.

use super::text::{State, TextIo, receiver};
use pyvm_core::object::bytes;
use pyvm_core::object::codec::{self, Codec, Form, Order};
use pyvm_core::object::str::{Str, count_code_points};
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Res, Vm};

/// How line ends are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Newline {
    /// `None`: all kinds are read as `\n`.
    Universal,
    /// `""`: all kinds end a line, and stay.
    Kept,
    /// Only these end a line, and are written for `\n`.
    Only(&'static str),
}

/// The state of a decoder of core.
#[derive(Clone, Default)]
pub struct Decoder {
    /// Bytes of a character that is not complete.
    rest: Vec<u8>,
    /// A `\r` was decoded; what comes next tells what it is.
    carriage_return: bool,
    /// The order of the bytes, once their mark was met or was not there.
    order: Option<Order>,
}

impl Decoder {
    /// The state as one number, as decoders in Python tell it to `tell`.
    fn flags(&self, codec: Codec, newline: Newline) -> i64 {
        let order = match (codec.form, self.order) {
            (Form::Utf16(Order::Marked) | Form::Utf32(Order::Marked), None) => 2,
            (Form::Utf16(Order::Marked) | Form::Utf32(Order::Marked), Some(Order::Big)) => 1,
            (Form::Utf8Marked, None) => 1,
            _ => 0,
        };
        if matches!(newline, Newline::Only(_)) { order } else { order << 1 | i64::from(self.carriage_return) }
    }

    fn from_flags(flags: i64, codec: Codec, newline: Newline) -> Decoder {
        let (order, carriage_return) = if matches!(newline, Newline::Only(_)) { (flags, false) } else { (flags >> 1, flags & 1 != 0) };
        let order = match (codec.form, order) {
            (Form::Utf16(Order::Marked) | Form::Utf32(Order::Marked), 0) => Some(Order::Little),
            (Form::Utf16(Order::Marked) | Form::Utf32(Order::Marked), 1) => Some(Order::Big),
            (Form::Utf8Marked, 0) => Some(Order::Little),
            _ => None,
        };
        Decoder { rest: Vec::new(), carriage_return, order }
    }

    /// The codec for what comes next: a mark is looked for at the beginning only. None: too little is there to tell.
    fn codec(&mut self, codec: Codec, data: &[u8], last: bool) -> Option<Codec> {
        let (mark, orders): (usize, [&[u8]; 2]) = match codec.form {
            Form::Utf8Marked => (3, [b"\xef\xbb\xbf", b"\xef\xbb\xbf"]),
            Form::Utf16(Order::Marked) => (2, [b"\xff\xfe", b"\xfe\xff"]),
            Form::Utf32(Order::Marked) => (4, [b"\xff\xfe\0\0", b"\0\0\xfe\xff"]),
            _ => return Some(codec),
        };
        let known = self.order;
        if known.is_none() && data.len() < mark && !last && (codec.form != Form::Utf8Marked || orders[0].starts_with(data)) {
            return None;
        }
        let order = *self.order.get_or_insert(if codec.form != Form::Utf8Marked && data.starts_with(orders[1]) { Order::Big } else { Order::Little });
        Some(match (codec.form, known) {
            // The mark is still there, and is passed over.
            (_, None) => codec,
            (Form::Utf8Marked, _) => codec::UTF_8,
            (Form::Utf16(_), _) => Codec { name: codec.name, form: Form::Utf16(order) },
            _ => Codec { name: codec.name, form: Form::Utf32(order) },
        })
    }
}

/// A chunk whose text is among what is decoded.
pub struct Segment {
    /// Where its text begins in `decoded`.
    start: usize,
    /// Bytes read for it, without those that were left from before.
    read: usize,
    /// The bytes it was decoded from, with those; empty if its text is the same bytes.
    input: Vec<u8>,
    /// How many bytes were left from before.
    left: usize,
    /// The decoder's state before.
    flags: Value,
    /// Its text is the same bytes.
    same: bool,
    /// Characters of it that were taken and are gone.
    gone: usize,
}

/// Adds text to what is decoded, with what is known of where it is from.
fn append(state: &mut State, text: &[u8], segment: Segment) {
    if state.start > 0 {
        // What was taken goes, and the segments that it was all of.
        let gone = state.start;
        let keep = if gone == state.decoded.len() { state.segments.len() } else { state.segments.iter().rposition(|segment| segment.start <= gone).unwrap_or(0) };
        state.segments.drain(..keep);
        for segment in &mut state.segments {
            if let Some(taken) = state.decoded.get(segment.start..gone) {
                if segment.same {
                    segment.read -= taken.len()
                } else {
                    segment.gone += count_code_points(taken)
                }
                segment.start = 0;
            } else {
                segment.start -= gone;
            }
        }
        state.decoded.drain(..gone);
        state.start = 0;
    }
    state.ascii = text.is_ascii() && (state.decoded.is_empty() || state.ascii);
    state.segments.push(Segment { start: state.decoded.len(), ..segment });
    state.decoded.extend_from_slice(text);
}

/// The bytes of text with line ends translated, and what was met noted. `text` begins behind a `\r` if the decoder says so.
fn translate(state: &mut State, text: &[u8], last: bool) -> Option<Vec<u8>> {
    let translating = match state.newline {
        Newline::Only(_) => return None,
        newline => newline == Newline::Universal,
    };
    if !state.decoder.carriage_return && memchr::memchr(b'\r', text).is_none() {
        if state.seen & 2 == 0 && memchr::memchr(b'\n', text).is_some() {
            state.seen |= 2;
        }
        return None;
    }
    let mut out = Vec::with_capacity(text.len() + 1);
    let held = std::mem::take(&mut state.decoder.carriage_return);
    let mut bytes = held.then_some(b'\r').into_iter().chain(text.iter().copied()).peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => match bytes.peek() {
                None if !last => state.decoder.carriage_return = true,
                Some(b'\n') => {
                    bytes.next();
                    state.seen |= 4;
                    out.extend_from_slice(if translating { b"\n" } else { b"\r\n" });
                }
                _ => {
                    state.seen |= 1;
                    out.push(if translating { b'\n' } else { b'\r' });
                }
            },
            b'\n' => {
                state.seen |= 2;
                out.push(b'\n');
            }
            byte => out.push(byte),
        }
    }
    Some(out)
}

/// Decodes a chunk with a codec of core.
///
/// # Errors
/// UnicodeDecodeError, and what an error handler raises.
pub fn decode(vm: &mut Vm, text: &TextIo, codec: Codec, chunk: &[u8], last: bool) -> Res<()> {
    let state = text.state.get_mut();
    let left = state.decoder.rest.len();
    let flags = state.decoder.flags(codec, state.newline);
    let mut input = std::mem::take(&mut state.decoder.rest);
    let input: &[u8] = if left == 0 {
        chunk
    } else {
        input.extend_from_slice(chunk);
        &input
    };
    let segment = |same: bool, input: &[u8]| Segment {
        start: 0,
        read: chunk.len(),
        input: if same { Vec::new() } else { input.to_vec() },
        left,
        flags: Value::small_int(flags),
        same,
        gone: 0,
    };
    let Some(now) = state.decoder.codec(codec, input, last) else {
        state.decoder.rest = input.to_vec();
        append(state, b"", segment(false, input));
        return Ok(());
    };
    if input.is_empty() && !state.decoder.carriage_return {
        return Ok(());
    }
    let plain = match now.form {
        Form::Utf8 => std::str::from_utf8(input).is_ok(),
        Form::Ascii | Form::Latin1 => input.is_ascii(),
        _ => false,
    };
    if plain {
        match translate(state, input, last) {
            None => append(state, input, segment(left == 0, input)),
            Some(translated) => append(state, &translated, segment(false, input)),
        }
        return Ok(());
    }
    let (decoded, used) = match codec::decode_part(vm, now, input, text.errors.get().get::<Str>(), last) {
        Ok(decoded) => decoded,
        Err(raised) => {
            // What was decoded before is lost with the line that it belongs to.
            text.forget();
            return Err(raised);
        }
    };
    let state = text.state.get_mut();
    state.decoder.rest = input.get(used..).unwrap_or_default().to_vec();
    let Some(decoded) = decoded.get::<Str>() else { return Ok(()) };
    match translate(state, decoded.bytes(), last) {
        None => {
            // All but a character that is not complete.
            let same = left == 0 && input.get(..used) == Some(decoded.bytes());
            append(state, decoded.bytes(), segment(same, input));
        }
        Some(translated) => append(state, &translated, segment(false, input)),
    }
    Ok(())
}

/// `_feed(data, last)`
pub fn feed(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let [_, data, last, ..] = arguments else { return Ok(Value::NONE) };
    let (data, last) = (bytes::required(vm, data)?.into_owned(), vm.truth(last)?);
    if let Some(codec) = text.state.get().codec {
        decode(vm, text, codec, &data, last)?;
    }
    let state = text.state.get();
    let count = count_code_points(state.decoded.get(state.start..).unwrap_or_default());
    Ok(vm.new_size(count))
}

/// `_take(decoded, flags, data)`: text that a decoder in Python made of a chunk; `data` has what the decoder had left before, `flags` its state.
pub fn take_decoded(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let [_, decoded, flags, data, ..] = arguments else { return Ok(Value::NONE) };
    let Some(decoded) = decoded.get::<Str>() else {
        let given = vm.type_name(decoded);
        return Err(vm.type_error(&format!("decoder should return a string result, not '{given}'")));
    };
    let data = bytes::required(vm, data)?.into_owned();
    let segment = Segment { start: 0, read: data.len(), input: data, left: 0, flags: flags.clone(), same: false, gone: 0 };
    append(text.state.get_mut(), decoded.bytes(), segment);
    Ok(Value::NONE)
}

/// `_restore(flags)`
pub fn restore(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let Some(flags) = arguments.get(1) else { return Ok(Value::NONE) };
    let flags = vm.index_i64(flags)?;
    text.forget();
    let state = text.state.get_mut();
    if let Some(codec) = state.codec {
        state.decoder = Decoder::from_flags(flags, codec, state.newline);
    }
    Ok(Value::NONE)
}

/// `_where()`: how many bytes before the buffer's position the program is, and the decoder's flags there; or where the chunk begins in which it is, its
/// flags and bytes, and how many of its characters were taken.
pub fn position(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = receiver(vm, arguments)?;
    let state = text.state.get();
    if state.start == state.decoded.len()
        && let Some(codec) = state.codec
        && (!state.segments.is_empty() || state.decoded.is_empty())
        && !state.decoder.carriage_return
    {
        let items = vec![vm.new_size(state.decoder.rest.len()), Value::small_int(if state.segments.is_empty() { 0 } else { state.decoder.flags(codec, state.newline) })];
        return Ok(vm.new_tuple(items));
    }
    let Some(index) = state.segments.iter().rposition(|segment| segment.start <= state.start) else {
        return Ok(vm.new_tuple(vec![Value::small_int(0), Value::small_int(0)]));
    };
    let (Some(segment), later) = (state.segments.get(index), state.segments.get(index + 1..).unwrap_or_default()) else {
        return Ok(Value::NONE);
    };
    let taken = state.decoded.get(segment.start..state.start).unwrap_or_default();
    let back = later.iter().map(|segment| segment.read).sum::<usize>() + segment.read + segment.left;
    let items = if segment.same {
        vec![vm.new_size(back - taken.len()), segment.flags.clone()]
    } else {
        vec![vm.new_size(back), segment.flags.clone(), vm.new_bytes(&segment.input), vm.new_size(segment.gone + count_code_points(taken))]
    };
    Ok(vm.new_tuple(items))
}

/// `_newlines`
pub fn newlines(vm: &mut Vm, this: &Value) -> Res<Value> {
    let seen = receiver(vm, std::slice::from_ref(this))?.state.get().seen;
    let mut kinds: Vec<Value> = [(1, "\r"), (2, "\n"), (4, "\r\n")].into_iter().filter(|(bit, _)| seen & bit != 0).map(|(_, kind)| vm.new_str(kind)).collect();
    Ok(match kinds.len() {
        0 => Value::NONE,
        1 => kinds.pop().unwrap_or(Value::NONE),
        _ => vm.new_tuple(kinds),
    })
}
