//! The codecs of core: UTF-8, UTF-16, UTF-32, Latin-1 and ASCII, with the standard error handlers. Other encodings are Python
//! code, found through the registry of module `_codecs`.

use super::bytes;
use super::exception::Ex;
use super::str::{CodePoints, Str, StrBuilder, decode_at, from_part, is_surrogate};
use super::text_arguments::clipped_index;
use super::tuple::Tuple;
use super::value::Value;
use crate::modules::codecs;
use crate::vm::{Action, Raised, Res, Vm};
use alloc::format;
use alloc::vec::Vec;
use core::fmt::Write;

/// Order of the bytes of a code unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Little,
    Big,
    /// Told by a mark at the beginning; little without one. Encoding writes the mark.
    Marked,
}

/// What bytes mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Ascii,
    Latin1,
    Utf8,
    /// UTF-8 that begins with a mark.
    Utf8Marked,
    Utf16(Order),
    Utf32(Order),
    /// Latin-1 with the escape sequences of Python's string literals; the flag: only `\u` and `\U` (`raw_unicode_escape`).
    Escapes {
        raw: bool,
    },
}

/// A codec of core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Codec {
    /// As it stands in messages.
    pub name: &'static str,
    pub form: Form,
}

/// Names as they are after [`normalized`], with the codecs they stand for.
static CODECS: &[(&[&str], Codec)] = &[
    (&["utf_8", "utf8", "u8", "utf", "cp65001"], UTF_8),
    (&["latin_1", "latin1", "iso_8859_1", "iso8859_1", "8859", "cp819", "latin", "l1", "iso8859"], Codec { name: "latin-1", form: Form::Latin1 }),
    (&["ascii", "us_ascii", "646", "ansi_x3.4_1968"], Codec { name: "ascii", form: Form::Ascii }),
    (&["utf_8_sig"], Codec { name: "utf-8-sig", form: Form::Utf8Marked }),
    (&["utf_16", "utf16", "u16"], Codec { name: "utf-16", form: Form::Utf16(Order::Marked) }),
    (&["utf_16_le", "utf_16le"], Codec { name: "utf-16-le", form: Form::Utf16(Order::Little) }),
    (&["utf_16_be", "utf_16be"], Codec { name: "utf-16-be", form: Form::Utf16(Order::Big) }),
    (&["utf_32", "utf32", "u32"], Codec { name: "utf-32", form: Form::Utf32(Order::Marked) }),
    (&["utf_32_le", "utf_32le"], Codec { name: "utf-32-le", form: Form::Utf32(Order::Little) }),
    (&["utf_32_be", "utf_32be"], Codec { name: "utf-32-be", form: Form::Utf32(Order::Big) }),
    (&["unicode_escape"], Codec { name: "unicodeescape", form: Form::Escapes { raw: false } }),
    (&["raw_unicode_escape"], Codec { name: "rawunicodeescape", form: Form::Escapes { raw: true } }),
];

/// The default codec.
pub const UTF_8: Codec = Codec { name: "utf-8", form: Form::Utf8 };

/// Lower case, with hyphens and spaces as underscores.
pub fn normalized(name: &str) -> alloc::string::String {
    name.chars().map(|character| if matches!(character, '-' | ' ') { '_' } else { character.to_ascii_lowercase() }).collect()
}

/// The codec of core with this name.
pub fn find(name: &str) -> Option<Codec> {
    match name {
        "utf-8" | "utf8" | "UTF-8" => Some(UTF_8),
        _ => {
            let name = normalized(name);
            CODECS.iter().find(|(names, _)| names.contains(&name.as_str())).map(|&(_, codec)| codec)
        }
    }
}

/// The codec of core that `encoding` (None: UTF-8) names; Ok(None) if it is none of core.
///
/// # Errors
/// ValueError for a name with a null character.
fn named(vm: &mut Vm, encoding: Option<&Str>) -> Res<Option<Codec>> {
    let Some(name) = encoding else { return Ok(Some(UTF_8)) };
    if name.bytes().contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(find(&name.to_string_lossy()))
}

// ---- errors

/// The standard error handlers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

/// Names of the error handlers.
pub static HANDLERS: &[(&str, Handler)] = &[
    ("strict", Handler::Strict),
    ("ignore", Handler::Ignore),
    ("replace", Handler::Replace),
    ("backslashreplace", Handler::BackslashReplace),
    ("xmlcharrefreplace", Handler::XmlCharRefReplace),
    ("namereplace", Handler::NameReplace),
    ("surrogateescape", Handler::SurrogateEscape),
    ("surrogatepass", Handler::SurrogatePass),
];

/// The standard handler with this name (None: strict).
pub fn handler(name: Option<&Str>) -> Option<Handler> {
    let Some(name) = name else { return Some(Handler::Strict) };
    HANDLERS.iter().find(|(known, _)| known.as_bytes() == name.bytes()).map(|&(_, handler)| handler)
}

/// A UnicodeDecodeError for `data[start..end]`.
pub fn decode_error(vm: &mut Vm, codec: &str, data: &[u8], start: usize, end: usize, reason: &str) -> Value {
    let object = vm.new_bytes(data);
    unicode_error(vm, Ex::UnicodeDecodeError, codec, object, start, end, reason)
}

fn unicode_error(vm: &mut Vm, kind: Ex, codec: &str, object: Value, start: usize, end: usize, reason: &str) -> Value {
    let arguments = [vm.new_str(codec), object, vm.new_size(start), vm.new_size(end), vm.new_str(reason)];
    let raised = vm.raise_with(kind, arguments.into());
    vm.take_exception(raised)
}

/// A UnicodeEncodeError for the characters of `text` from `start` to `end`.
pub fn encode_error(vm: &mut Vm, codec: &str, text: &Str, start: usize, end: usize, reason: &str) -> Value {
    let object = super::str::exact(vm, text);
    unicode_error(vm, Ex::UnicodeEncodeError, codec, object, start, end, reason)
}

/// Deals with bytes that a codec outside of this room cannot decode: appends what stands for them; returns where to go on.
///
/// # Errors
/// As [`decode_with`].
#[allow(clippy::too_many_arguments)] // what an error handler needs to know
pub fn decode_failure(vm: &mut Vm, out: &mut StrBuilder, codec: &'static str, data: &[u8], errors: Option<&Str>, start: usize, end: usize, reason: &str) -> Res<usize> {
    let mut decoding = Decoding { codec, unit: 1, data, errors, out: core::mem::take(out) };
    let position = decoding.fail(vm, start, end, reason);
    *out = decoding.out;
    position
}

/// Deals with characters that a codec outside of this room cannot encode: what stands for them (str or bytes), and where to go on.
///
/// # Errors
/// As [`encode_with`].
pub fn encode_failure(vm: &mut Vm, codec: &str, text: &Str, errors: Option<&Str>, start: usize, end: usize, reason: &str) -> Res<(Value, usize)> {
    let exception = encode_error(vm, codec, text, start, end, reason);
    match handler(errors) {
        Some(handler) => {
            let object = Value::from_object(text);
            handle(vm, handler, &exception, &object, codec, start, end)
        }
        None => custom(vm, errors, &exception, text.length, "encoding"),
    }
}

/// Calls a handler registered in Python: `handler(exception) -> (replacement, position)`.
///
/// # Errors
/// LookupError if there is none with this name; what the handler raises; TypeError, IndexError for a wrong answer.
fn custom(vm: &mut Vm, errors: Option<&Str>, exception: &Value, length: usize, verb: &str) -> Res<(Value, usize)> {
    let handler = match errors {
        Some(name) => codecs::error_handler(vm, name)?,
        None => Value::NONE,
    };
    let answer = vm.call(&handler, core::slice::from_ref(exception))?;
    let parts = match answer.get::<Tuple>().map(Tuple::items) {
        Some([replacement, position]) if position.kind() == super::header::Kind::Int => Some((replacement.clone(), position.clone())),
        _ => None,
    };
    let Some((replacement, position)) = parts else {
        let wanted = if verb == "decoding" { "(str, int)" } else { "(str/bytes, int)" };
        return Err(vm.type_error(&format!("{verb} error handler must return {wanted} tuple")));
    };
    let given = clipped_index(vm, &position)?;
    let position = if given < 0 { given.saturating_add(length as i64) } else { given };
    match usize::try_from(position) {
        Ok(position) if position <= length => Ok((replacement, position)),
        _ => Err(vm.raise(Ex::IndexError, &format!("position {given} from error handler out of bounds"))),
    }
}

// ---- decoding

struct Decoding<'a> {
    codec: &'static str,
    /// Bytes of a code unit.
    unit: usize,
    data: &'a [u8],
    errors: Option<&'a Str>,
    out: StrBuilder,
}

impl Decoding<'_> {
    /// Deals with bytes that mean nothing; returns where to go on.
    #[cold]
    fn fail(&mut self, vm: &mut Vm, start: usize, end: usize, reason: &str) -> Res<usize> {
        let bytes = self.data.get(start..end).unwrap_or_default();
        match handler(self.errors) {
            Some(Handler::Ignore) => return Ok(end),
            Some(Handler::Replace) => {
                self.out.push_code_point(0xfffd);
                return Ok(end);
            }
            Some(Handler::BackslashReplace) => {
                for byte in bytes {
                    let _ = write!(self.out, "\\x{byte:02x}");
                }
                return Ok(end);
            }
            Some(Handler::SurrogateEscape) => {
                let escaped = bytes.iter().take(4).take_while(|&&byte| byte >= 0x80).count();
                if escaped > 0 {
                    for &byte in bytes.iter().take(escaped) {
                        self.out.push_code_point(0xdc00 + byte as u32);
                    }
                    return Ok(start + escaped);
                }
            }
            Some(Handler::SurrogatePass) => {
                if let Some((code_point, width)) = self.surrogate(start) {
                    self.out.push_code_point(code_point);
                    return Ok(start + width);
                }
            }
            Some(Handler::XmlCharRefReplace | Handler::NameReplace) => {
                return Err(vm.type_error("don't know how to handle UnicodeDecodeError in error callback"));
            }
            Some(Handler::Strict) => {}
            None => {
                let exception = decode_error(vm, self.codec, self.data, start, end, reason);
                let (replacement, position) = custom(vm, self.errors, &exception, self.data.len(), "decoding")?;
                match replacement.get::<Str>() {
                    Some(text) => self.out.push(text),
                    None => return Err(vm.type_error("decoding error handler must return (str, int) tuple")),
                }
                return Ok(position);
            }
        }
        let exception = decode_error(vm, self.codec, self.data, start, end, reason);
        Err(vm.raise_value(exception))
    }

    /// A surrogate encoded at `start`, with its width.
    fn surrogate(&self, start: usize) -> Option<(u32, usize)> {
        let rest = self.data.get(start..)?;
        let (code_point, width) = match (self.codec, self.unit) {
            ("utf-8", _) => match rest {
                [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] => (decode_at(rest, 0).0, 3),
                _ => return None,
            },
            (codec, 2) => (read_unit(rest.get(..2)?, codec.ends_with("be")), 2),
            (codec, 4) => (read_unit(rest.get(..4)?, codec.ends_with("be")), 4),
            _ => return None,
        };
        is_surrogate(code_point).then_some((code_point, width))
    }
}

fn read_unit(bytes: &[u8], big: bool) -> u32 {
    let join = |number: u32, &byte: &u8| number << 8 | byte as u32;
    if big { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
}

/// Decodes `data` with a codec of core.
///
/// # Errors
/// UnicodeDecodeError, or what the error handler raises; LookupError for an unknown handler; MemoryError.
pub fn decode_with(vm: &mut Vm, codec: Codec, data: &[u8], errors: Option<&Str>) -> Res<Value> {
    let (decoded, _) = decode_part(vm, codec, data, errors, true)?;
    Ok(decoded)
}

/// Decodes as much as is complete, or all of it if `last`; returns how many bytes were used too.
///
/// # Errors
/// As [`decode_with`].
pub fn decode_part(vm: &mut Vm, codec: Codec, data: &[u8], errors: Option<&Str>, last: bool) -> Res<(Value, usize)> {
    if data.len() > 4096 {
        vm.check_memory(Some(data.len()))?;
    }
    let mut decoding = Decoding { codec: codec.name, unit: 1, data, errors, out: StrBuilder::new() };
    let mut used = data.len();
    match codec.form {
        Form::Utf8 | Form::Utf8Marked => {
            let marked = codec.form == Form::Utf8Marked;
            let start = if marked && data.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            if let Ok(text) = core::str::from_utf8(data.get(start..).unwrap_or_default()) {
                return Ok((vm.new_str(text), used));
            }
            used = utf8(vm, &mut decoding, start, last)?;
        }
        Form::Ascii | Form::Latin1 if data.is_ascii() => {
            // SAFETY: ASCII, as just checked.
            return Ok((unsafe { vm.new_str_from_parts(data, data.len(), 0) }, used));
        }
        Form::Latin1 => {
            decoding.out = StrBuilder::with_capacity(data.len() + data.len() / 2);
            data.iter().for_each(|&byte| decoding.out.push_code_point(byte as u32));
        }
        Form::Ascii => {
            let mut at = 0;
            while let Some(&byte) = data.get(at) {
                if byte < 0x80 {
                    decoding.out.push_ascii(byte);
                    at += 1;
                } else {
                    at = decoding.fail(vm, at, at + 1, "ordinal not in range(128)")?;
                }
            }
        }
        Form::Utf16(order) => used = wide(vm, &mut decoding, order, 2, last)?,
        Form::Utf32(order) => used = wide(vm, &mut decoding, order, 4, last)?,
        Form::Escapes { raw } => used = escapes(vm, &mut decoding, raw, last)?,
    }
    Ok((decoding.out.finish(vm)?, used))
}

fn utf8(vm: &mut Vm, decoding: &mut Decoding, start: usize, last: bool) -> Res<usize> {
    decoding.codec = "utf-8";
    let data = decoding.data;
    let mut at = start;
    loop {
        let rest = data.get(at..).unwrap_or_default();
        let error = match core::str::from_utf8(rest) {
            Ok(text) => {
                decoding.out.push_str(text);
                return Ok(data.len());
            }
            Err(error) => error,
        };
        let valid = rest.get(..error.valid_up_to()).and_then(|valid| core::str::from_utf8(valid).ok()).unwrap_or_default();
        decoding.out.push_str(valid);
        at += valid.len();
        let (end, reason) = match (error.error_len(), data.get(at)) {
            (None, _) if !last => return Ok(at),
            (None, _) => (data.len(), "unexpected end of data"),
            (Some(length), Some(0x80..=0xc1 | 0xf5..)) => (at + length, "invalid start byte"),
            (Some(length), _) => (at + length, "invalid continuation byte"),
        };
        at = decoding.fail(vm, at, end, reason)?;
    }
}

/// Escape sequences of one character.
static SIMPLE_ESCAPES: &[(u8, u8)] = &[(b'\\', b'\\'), (b'\'', b'\''), (b'"', b'"'), (b'a', 7), (b'b', 8), (b't', 9), (b'n', 10), (b'v', 11), (b'f', 12), (b'r', 13)];

/// What a one-character escape sequence stands for.
pub fn simple_escape(kind: u8) -> Option<u8> {
    SIMPLE_ESCAPES.iter().find(|(escape, _)| *escape == kind).map(|&(_, meant)| meant)
}

fn escapes(vm: &mut Vm, decoding: &mut Decoding, raw: bool, last: bool) -> Res<usize> {
    let data = decoding.data;
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        if byte != b'\\' {
            decoding.out.push_code_point(byte as u32);
            at += 1;
            continue;
        }
        let Some(&kind) = data.get(at + 1) else {
            if !last {
                break;
            }
            if raw {
                decoding.out.push_ascii(byte);
                at += 1;
            } else {
                at = decoding.fail(vm, at, at + 1, "\\ at end of string")?;
            }
            continue;
        };
        let (digits, reason) = match kind {
            b'u' => (4, "truncated \\uXXXX escape"),
            b'U' => (8, "truncated \\UXXXXXXXX escape"),
            b'x' if !raw => (2, "truncated \\xXX escape"),
            _ => (0, ""),
        };
        if digits > 0 {
            let run = data.get(at + 2..).unwrap_or_default().iter().take(digits).take_while(|digit| digit.is_ascii_hexdigit());
            let (found, value) = run.fold((0, 0u32), |(found, value), &digit| (found + 1, value << 4 | (digit as char).to_digit(16).unwrap_or(0)));
            if found < digits && !last && at + 2 + found == data.len() {
                break;
            }
            at = if found < digits {
                decoding.fail(vm, at, at + 2 + found, reason)?
            } else if value >= 0x11_0000 {
                let reason = if raw { "\\Uxxxxxxxx out of range" } else { "illegal Unicode character" };
                decoding.fail(vm, at, at + 2 + digits, reason)?
            } else {
                decoding.out.push_code_point(value);
                at + 2 + digits
            };
            continue;
        }
        if raw {
            decoding.out.push_ascii(byte);
            at += 1;
            continue;
        }
        at += 2;
        match kind {
            b'\n' => {}
            b'0'..=b'7' => {
                let run = data.get(at - 1..).unwrap_or_default().iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
                let (length, value) = run.fold((0, 0), |(length, value), &digit| (length + 1, value << 3 | (digit - b'0') as u32));
                decoding.out.push_code_point(value);
                at += length - 1;
            }
            b'N' => at = named_escape(vm, decoding, at)?,
            _ => match simple_escape(kind) {
                Some(meant) => decoding.out.push_ascii(meant),
                None => {
                    decoding.out.push_ascii(b'\\');
                    decoding.out.push_code_point(kind as u32);
                }
            },
        }
    }
    Ok(at)
}

/// `\N{name}`; `at` is behind the N.
fn named_escape(vm: &mut Vm, decoding: &mut Decoding, at: usize) -> Res<usize> {
    let data = decoding.data;
    let start = at - 2;
    let end = data.get(at..).and_then(|rest| memchr::memchr(b'}', rest)).map(|length| at + length);
    match (data.get(at), end) {
        (Some(b'{'), Some(end)) => {
            let name = data.get(at + 1..end).and_then(|name| core::str::from_utf8(name).ok());
            match name.and_then(codecs::character_named) {
                Some(code_point) => {
                    decoding.out.push_code_point(code_point);
                    Ok(end + 1)
                }
                None => decoding.fail(vm, start, end + 1, "unknown Unicode character name"),
            }
        }
        _ => decoding.fail(vm, start, data.len().min(at + 1), "malformed \\N character escape"),
    }
}

fn wide(vm: &mut Vm, decoding: &mut Decoding, order: Order, unit: usize, last: bool) -> Res<usize> {
    let data = decoding.data;
    let mut at = 0;
    let big = match (order, data.get(..unit).map(|mark| (read_unit(mark, true), read_unit(mark, false)))) {
        (Order::Big, _) => true,
        (Order::Marked, Some((0xfeff, _))) => {
            at = unit;
            true
        }
        (Order::Marked, Some((_, 0xfeff))) => {
            at = unit;
            false
        }
        _ => false,
    };
    decoding.unit = unit;
    decoding.codec = match (unit, big) {
        (2, true) => "utf-16-be",
        (2, false) => "utf-16-le",
        (_, true) => "utf-32-be",
        (_, false) => "utf-32-le",
    };
    let read = |at: usize| data.get(at..at + unit).map(|bytes| read_unit(bytes, big));
    while at < data.len() {
        let Some(code) = read(at) else {
            if !last {
                break;
            }
            at = decoding.fail(vm, at, data.len(), "truncated data")?;
            continue;
        };
        if !is_surrogate(code) && code < 0x11_0000 {
            decoding.out.push_code_point(code);
            at += unit;
            continue;
        }
        if unit == 4 {
            let reason = if is_surrogate(code) { "code point in surrogate code point range(0xd800, 0xe000)" } else { "code point not in range(0x110000)" };
            at = decoding.fail(vm, at, at + 4, reason)?;
            continue;
        }
        at = match (code, read(at + 2)) {
            (0xdc00.., _) => decoding.fail(vm, at, at + 2, "illegal encoding")?,
            (_, Some(low @ 0xdc00..=0xdfff)) => {
                decoding.out.push_code_point(0x1_0000 + ((code & 0x3ff) << 10 | low & 0x3ff));
                at + 4
            }
            (_, Some(_)) => decoding.fail(vm, at, at + 2, "illegal UTF-16 surrogate")?,
            (_, None) if !last => break,
            (_, None) => decoding.fail(vm, at, data.len(), "unexpected end of data")?,
        };
    }
    Ok(at)
}

/// `str(data, encoding, errors)`, `data.decode(encoding, errors)` for codecs of core and of Python. `object` is what holds
/// the data.
///
/// # Errors
/// As [`decode_with`]; LookupError for an unknown encoding.
pub fn decode_action(vm: &mut Vm, object: &Value, encoding: Option<&Str>, errors: Option<&Str>) -> Res<Action> {
    match (named(vm, encoding)?, encoding) {
        (Some(codec), _) => {
            let Some(data) = bytes::of(vm, object)? else { return Err(bytes::not_bytes_like(vm, object)) };
            Ok(decode_with(vm, codec, &data, errors)?.into())
        }
        (None, Some(encoding)) => codecs::decode_text(vm, object, encoding, errors),
        (None, None) => Ok(Value::NONE.into()),
    }
}

// ---- encoding

struct Encoding<'a> {
    codec: Codec,
    string: &'a Str,
    errors: Option<&'a Str>,
    out: Vec<u8>,
}

impl Encoding<'_> {
    /// Appends a code point, if the codec has it.
    fn push(&mut self, code_point: u32) -> bool {
        let in_range = match self.codec.form {
            Form::Ascii => code_point < 0x80,
            Form::Latin1 => code_point < 0x100,
            Form::Escapes { .. } => true,
            _ => !is_surrogate(code_point),
        };
        if in_range {
            self.push_units(code_point);
        }
        in_range
    }

    /// Appends a code point, surrogates as they are.
    fn push_units(&mut self, code_point: u32) {
        let mut unit = |code: u32, width: usize, order: Order| match order {
            Order::Big => self.out.extend_from_slice(code.to_be_bytes().get(4 - width..).unwrap_or_default()),
            _ => self.out.extend_from_slice(code.to_le_bytes().get(..width).unwrap_or_default()),
        };
        match self.codec.form {
            Form::Ascii | Form::Latin1 => self.out.push(code_point as u8),
            Form::Utf8 | Form::Utf8Marked => {
                let mut buffer = [0; 4];
                self.out.extend_from_slice(super::str::encode_code_point(code_point, &mut buffer));
            }
            Form::Utf16(order) if code_point >= 0x1_0000 => {
                let offset = code_point - 0x1_0000;
                unit(0xd800 | offset >> 10, 2, order);
                unit(0xdc00 | offset & 0x3ff, 2, order);
            }
            Form::Utf16(order) => unit(code_point, 2, order),
            Form::Utf32(order) => unit(code_point, 4, order),
            Form::Escapes { raw } => {
                let mut escaped = StrBuilder::new();
                match (raw, code_point) {
                    (true, 0..=0xff) => return self.out.push(code_point as u8),
                    (false, 0x5c) => escaped.push_str("\\\\"),
                    (false, 0x20..0x7f) => escaped.push_ascii(code_point as u8),
                    (false, 9 | 10 | 13) => super::str::transform::push_escape(&mut escaped, code_point),
                    _ => push_backslashed(&mut escaped, code_point),
                }
                self.out.extend_from_slice(escaped.bytes());
            }
        }
    }

    /// A UnicodeEncodeError for the characters from `start` to `end`.
    #[cold]
    fn error(&self, vm: &mut Vm, start: usize, end: usize) -> Value {
        let reason = match self.codec.form {
            Form::Ascii => "ordinal not in range(128)",
            Form::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        };
        let name = if self.codec.form == Form::Utf8Marked { "utf-8" } else { self.codec.name };
        let object = super::str::exact(vm, self.string);
        unicode_error(vm, Ex::UnicodeEncodeError, name, object, start, end, reason)
    }

    /// Deals with the characters from index `start` to `end`, which the codec does not have; returns the index to go on from.
    #[cold]
    fn fail(&mut self, vm: &mut Vm, start: usize, end: usize) -> Res<usize> {
        let run: Vec<u32> = CodePoints::of(self.string.part(self.string.byte_offset(start), self.string.byte_offset(end))).collect();
        let mut text = StrBuilder::new();
        match handler(self.errors) {
            Some(Handler::Ignore) => {}
            Some(Handler::Replace) => run.iter().for_each(|_| text.push_ascii(b'?')),
            Some(Handler::BackslashReplace) => run.iter().for_each(|&code_point| push_backslashed(&mut text, code_point)),
            Some(Handler::XmlCharRefReplace) => run.iter().for_each(|&code_point| push_reference(&mut text, code_point)),
            Some(Handler::NameReplace) => run.iter().for_each(|&code_point| codecs::push_name(&mut text, code_point)),
            Some(Handler::SurrogateEscape) if run.iter().all(|code_point| (0xdc80..=0xdcff).contains(code_point)) => {
                self.out.extend(run.iter().map(|&code_point| code_point as u8));
            }
            Some(Handler::SurrogatePass) if !matches!(self.codec.form, Form::Ascii | Form::Latin1) => {
                run.iter().for_each(|&code_point| self.push_units(code_point));
            }
            Some(_) => {
                let exception = self.error(vm, start, end);
                return Err(vm.raise_value(exception));
            }
            None => {
                let exception = self.error(vm, start, end);
                let (replacement, position) = custom(vm, self.errors, &exception, self.string.length, "encoding")?;
                match (replacement.get::<Str>(), replacement.get::<bytes::Bytes>()) {
                    (Some(replacement), _) => text.push(replacement),
                    (_, Some(replacement)) => self.out.extend_from_slice(replacement.data()),
                    _ => return Err(vm.type_error("encoding error handler must return (str/bytes, int) tuple")),
                }
                self.push_replacement(vm, &text, start, end)?;
                return Ok(position);
            }
        }
        self.push_replacement(vm, &text, start, end)?;
        Ok(end)
    }

    fn push_replacement(&mut self, vm: &mut Vm, text: &StrBuilder, start: usize, end: usize) -> Res<()> {
        for code_point in CodePoints::of(text.bytes()) {
            if !self.push(code_point) {
                let exception = self.error(vm, start, end);
                return Err(vm.raise_value(exception));
            }
        }
        Ok(())
    }
}

/// Appends `&#N;`.
fn push_reference(out: &mut StrBuilder, code_point: u32) {
    let _ = write!(out, "&#{code_point};");
}

/// Appends `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
pub fn push_backslashed(out: &mut StrBuilder, code_point: u32) {
    let _ = match code_point {
        0..=0xff => write!(out, "\\x{code_point:02x}"),
        0x100..=0xffff => write!(out, "\\u{code_point:04x}"),
        _ => write!(out, "\\U{code_point:08x}"),
    };
}

/// Encodes a str with a codec of core, as `bytes`.
///
/// # Errors
/// UnicodeEncodeError, or what the error handler raises; LookupError for an unknown handler; MemoryError.
pub fn encode_with(vm: &mut Vm, string: &Str, codec: Codec, errors: Option<&Str>) -> Res<Value> {
    let plain = match codec.form {
        Form::Utf8 => !string.has_surrogates(),
        Form::Ascii | Form::Latin1 => string.is_ascii(),
        _ => false,
    };
    if plain {
        if string.size > 4096 {
            vm.check_memory(Some(string.size))?;
        }
        return Ok(vm.new_bytes(string.bytes()));
    }
    vm.check_memory(string.length.checked_mul(if matches!(codec.form, Form::Escapes { .. }) { 10 } else { 4 }))?;
    let mut encoding = Encoding { codec, string, errors, out: Vec::with_capacity(string.size + 4) };
    if matches!(codec.form, Form::Utf8Marked | Form::Utf16(Order::Marked) | Form::Utf32(Order::Marked)) {
        encoding.push_units(0xfeff);
    }
    let text = string.bytes();
    let (mut index, mut at) = (0, 0);
    while at < text.len() {
        let (code_point, width) = decode_at(text, at);
        if encoding.push(code_point) {
            index += 1;
            at += width;
            continue;
        }
        let start = index;
        let mut end_at = at;
        loop {
            let (code_point, width) = decode_at(text, end_at);
            let before = encoding.out.len();
            if width == 0 || encoding.push(code_point) {
                encoding.out.truncate(before);
                break;
            }
            index += 1;
            end_at += width;
        }
        let next = encoding.fail(vm, start, index)?;
        at = if next == index { end_at } else { string.byte_offset(next) };
        index = next;
    }
    let data = encoding.out;
    vm.check_memory(Some(data.len()))?;
    Ok(vm.new_bytes(&data))
}

/// `string.encode(encoding, errors)` for codecs of core and of Python.
///
/// # Errors
/// As [`encode_with`]; LookupError for an unknown encoding.
pub fn encode_action(vm: &mut Vm, string: &Str, encoding: Option<&Str>, errors: Option<&Str>) -> Res<Action> {
    match (named(vm, encoding)?, encoding) {
        (Some(codec), _) => Ok(encode_with(vm, string, codec, errors)?.into()),
        (None, Some(encoding)) => {
            let object = Value::from_object(string);
            codecs::encode_text(vm, &object, encoding, errors)
        }
        (None, None) => Ok(Value::NONE.into()),
    }
}

/// The answer of a standard handler to an exception, as `codecs.lookup_error(name)(exception)` gives it.
///
/// # Errors
/// The exception itself where the handler does not deal with it.
pub fn handle(vm: &mut Vm, handler: Handler, exception: &Value, object: &Value, codec: &str, start: usize, end: usize) -> Res<(Value, usize)> {
    let refuse = |vm: &mut Vm| -> Raised { vm.raise_value(exception.clone()) };
    let mut out = StrBuilder::new();
    if let Some(string) = object.get::<Str>() {
        let run = CodePoints::of(string.part(string.byte_offset(start), string.byte_offset(end)));
        match handler {
            Handler::Ignore => {}
            Handler::Replace => run.for_each(|_| out.push_ascii(b'?')),
            Handler::BackslashReplace => run.for_each(|code_point| push_backslashed(&mut out, code_point)),
            Handler::XmlCharRefReplace => run.for_each(|code_point| push_reference(&mut out, code_point)),
            Handler::NameReplace => run.for_each(|code_point| codecs::push_name(&mut out, code_point)),
            Handler::SurrogateEscape | Handler::SurrogatePass => {
                let text = from_part(vm, string, string.byte_offset(start), string.byte_offset(end));
                let Some(text) = text.get::<Str>() else { return Err(refuse(vm)) };
                let escape = handler == Handler::SurrogateEscape;
                let codec = match find(codec) {
                    Some(codec) if !escape => codec,
                    Some(_) | None if escape => UTF_8,
                    _ => return Err(refuse(vm)),
                };
                let mut encoding = Encoding { codec, string: text, errors: None, out: Vec::new() };
                for code_point in text.code_points() {
                    match code_point {
                        0xdc80..=0xdcff if escape => encoding.out.push(code_point as u8),
                        _ if escape || !is_surrogate(code_point) => return Err(refuse(vm)),
                        _ => encoding.push_units(code_point),
                    }
                }
                let data = encoding.out;
                return Ok((vm.new_bytes(&data), end));
            }
            Handler::Strict => return Err(refuse(vm)),
        }
        return Ok((out.finish(vm)?, end));
    }
    let Some(data) = bytes::of(vm, object)? else { return Err(refuse(vm)) };
    let name = match find(codec) {
        Some(codec) => codec.name,
        None => "",
    };
    let unit = match find(codec).map(|codec| codec.form) {
        Some(Form::Utf16(_)) => 2,
        Some(Form::Utf32(_)) => 4,
        _ => 1,
    };
    let name_of_handler = HANDLERS.iter().find(|(_, known)| *known == handler).map_or("", |(name, _)| name);
    let errors = vm.new_str(name_of_handler);
    let mut decoding = Decoding { codec: name, unit, data: &data, errors: errors.get::<Str>(), out };
    if handler == Handler::Strict {
        return Err(refuse(vm));
    }
    match decoding.fail(vm, start, end, "") {
        Ok(position) => Ok((decoding.out.finish(vm)?, position)),
        Err(raised) if handler == Handler::XmlCharRefReplace || handler == Handler::NameReplace => Err(raised),
        Err(raised) => {
            drop(vm.take_exception(raised));
            Err(refuse(vm))
        }
    }
}
