//! `_codecs`: the registry of encodings and error handlers, and the codecs of core as functions. Encodings that core does not
//! have are found by search functions in Python (package `encodings`, imported when it is first needed).

use super::{ModuleSpec, Namespace, import_native};
use crate::object::bytes;
use crate::object::codec::{self, Codec, Form, Handler, Order};
use crate::object::dict::Dict;
use crate::object::exception::{Ex, Exception};
use crate::object::list::{self, List};
use crate::object::str::{Str, StrBuilder, is_surrogate};
use crate::object::text_arguments::{NONE, clipped_index, wrong_type};
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::vm::{Action, Args, Native, Raised, Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;

/// Names in the module's namespace that hold its state.
const SEARCH: &str = "__search_functions__";
const CACHE: &str = "__cache__";
const HANDLERS: &str = "__error_handlers__";

fn constants(vm: &mut Vm, module: &Namespace) {
    let functions = vm.new_list(Vec::new());
    module.set(vm, SEARCH, functions);
    for name in [CACHE, HANDLERS] {
        let dict = vm.new_dict();
        module.set(vm, name, dict);
    }
}

/// Part of the module's state.
fn state(vm: &mut Vm, name: &str) -> Res<Value> {
    let module = import_native(vm, "_codecs")?.unwrap_or(Value::NONE);
    let name = vm.intern(name);
    Ok(crate::object::module::namespace(&module).and_then(|names| names.get_interned(&name)).unwrap_or(Value::NONE))
}

fn state_get(vm: &mut Vm, name: &str, key: &Value) -> Res<Option<Value>> {
    let dict = state(vm, name)?;
    match dict.get::<Dict>() {
        Some(dict) => dict.get(vm, key),
        None => Ok(None),
    }
}

fn state_set(vm: &mut Vm, name: &str, key: Value, value: Value) -> Res<()> {
    let dict = state(vm, name)?;
    match dict.get::<Dict>() {
        Some(dict) => dict.set(vm, key, value),
        None => Ok(()),
    }
}

// ---- encodings

#[cold]
fn unknown_encoding(vm: &mut Vm, encoding: &Value) -> Raised {
    let name = encoding.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    vm.raise(Ex::LookupError, &format!("unknown encoding: {name}"))
}

/// Finds the CodecInfo of an encoding, and goes on with it.
fn lookup_then(vm: &mut Vm, encoding: &Str, then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static) -> Res<Action> {
    let name = vm.new_str(&codec::normalized(&encoding.to_string_lossy()));
    if let Some(info) = state_get(vm, CACHE, &name)? {
        return then(vm, info);
    }
    let encoding = crate::object::str::exact(vm, encoding);
    let functions = search_functions(vm)?;
    if !functions.is_empty() {
        return search(vm, functions, 0, name, encoding)?.and_then(vm, then);
    }
    let key = vm.intern("__import__");
    let Some(import) = vm.builtins.get::<Dict>().and_then(|builtins| builtins.get_interned(&key)) else {
        return Err(unknown_encoding(vm, &encoding));
    };
    let package = vm.new_str("encodings");
    let found = Action::call(import, [package], move |vm, imported| {
        if vm.catch(imported, Ex::ImportError)?.is_none() {
            return Err(unknown_encoding(vm, &encoding));
        }
        let functions = search_functions(vm)?;
        search(vm, functions, 0, name, encoding)
    });
    found.and_then(vm, then)
}

fn search_functions(vm: &mut Vm) -> Res<Vec<Value>> {
    let functions = state(vm, SEARCH)?;
    Ok(functions.get::<List>().map(|list| list.items.get().clone()).unwrap_or_default())
}

fn search(vm: &mut Vm, functions: Vec<Value>, index: usize, name: Value, encoding: Value) -> Res<Action> {
    let Some(function) = functions.get(index).cloned() else { return Err(unknown_encoding(vm, &encoding)) };
    Ok(Action::call(function, [name.clone()], move |vm, found| {
        let found = found?;
        if found.is_none() {
            return search(vm, functions, index + 1, name, encoding);
        }
        if found.get::<Tuple>().is_none_or(|info| info.length != 4) {
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        state_set(vm, CACHE, name, found.clone())?;
        Ok(found.into())
    }))
}

/// Calls encoder (0) or decoder (1) of an encoding in Python, and goes on with the first item of its answer.
fn convert(
    vm: &mut Vm,
    object: &Value,
    encoding: &Str,
    errors: Option<&Str>,
    which: usize,
    text_only: bool,
    then: impl FnOnce(&mut Vm, Value) -> Res<Action> + 'static,
) -> Res<Action> {
    let object = object.clone();
    let errors = errors.map(|errors| crate::object::str::exact(vm, errors));
    let name = crate::object::str::exact(vm, encoding);
    lookup_then(vm, encoding, move |vm, info| {
        let flag = vm.new_str("_is_text_encoding");
        crate::vm::protocol::get_attribute_then(vm, &info.clone(), &flag, move |vm, flag| {
            let is_text = match vm.catch(flag, Ex::AttributeError)? {
                Some(flag) => vm.truth(&flag)?,
                None => true,
            };
            if text_only && !is_text {
                let name = name.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let function = if which == 0 { "encode" } else { "decode" };
                return Err(vm.raise(Ex::LookupError, &format!("'{name}' is not a text encoding; use codecs.{function}() to handle arbitrary codecs")));
            }
            let function = info.get::<Tuple>().and_then(|info| info.items().get(which)).cloned().unwrap_or(Value::NONE);
            let mut arguments = Vec::from([object]);
            arguments.extend(errors);
            Ok(Action::call(function, arguments, move |vm, answer| {
                let answer = answer?;
                match answer.get::<Tuple>().map(Tuple::items) {
                    Some([converted, _]) => {
                        let converted = converted.clone();
                        then(vm, converted)
                    }
                    _ => {
                        let message = if which == 0 { "encoder must return a tuple (object, integer)" } else { "decoder must return a tuple (object,integer)" };
                        Err(vm.type_error(message))
                    }
                }
            }))
        })
    })
}

/// `data.decode(encoding, errors)` with an encoding that core does not have.
///
/// # Errors
/// LookupError; what the codec raises.
pub fn decode_text(vm: &mut Vm, object: &Value, encoding: &Str, errors: Option<&Str>) -> Res<Action> {
    let name = encoding.to_string_lossy().into_owned();
    convert(vm, object, encoding, errors, 1, true, move |vm, text| {
        if text.get::<Str>().is_some() {
            return Ok(text.into());
        }
        let given = vm.type_name(&text);
        Err(vm.type_error(&format!("'{name}' decoder returned '{given}' instead of 'str'; use codecs.decode() to decode to arbitrary types")))
    })
}

/// `string.encode(encoding, errors)` with an encoding that core does not have.
///
/// # Errors
/// LookupError; what the codec raises.
pub fn encode_text(vm: &mut Vm, object: &Value, encoding: &Str, errors: Option<&Str>) -> Res<Action> {
    let name = encoding.to_string_lossy().into_owned();
    convert(vm, object, encoding, errors, 0, true, move |vm, data| {
        if data.get::<bytes::Bytes>().is_some() {
            return Ok(data.into());
        }
        if let Some(copy) = bytes::of(vm, &data)? {
            return Ok(vm.new_bytes(&copy).into());
        }
        let given = vm.type_name(&data);
        Err(vm.type_error(&format!("'{name}' encoder returned '{given}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types")))
    })
}

/// A str argument that may be missing (or None).
fn optional_text<'a>(vm: &mut Vm, arguments: &'a [Value], index: usize, what: &str) -> Res<Option<&'a Str>> {
    match argument(arguments, index).filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => match value.get::<Str>() {
            Some(text) => Ok(Some(text)),
            None => Err(wrong_type(vm, what, "str", value)),
        },
    }
}

fn lookup(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    match arguments.get(0).and_then(|value| value.get::<Str>()) {
        Some(encoding) => lookup_then(vm, encoding, |_, info| Ok(info.into())),
        None => Err(wrong_type(vm, "lookup() argument", "str", arguments.get(0).unwrap_or(NONE))),
    }
}

fn encode_or_decode(vm: &mut Vm, arguments: &Args, which: usize) -> Res<Action> {
    let function = if which == 0 { "encode" } else { "decode" };
    let object = arguments.get(0).cloned().unwrap_or(Value::NONE);
    let encoding = optional_text(vm, arguments.positional, 1, &format!("{function}() argument 'encoding'"))?;
    let errors = optional_text(vm, arguments.positional, 2, &format!("{function}() argument 'errors'"))?;
    let core = match encoding {
        None => Some(codec::UTF_8),
        Some(name) => codec::find(&name.to_string_lossy()),
    };
    match (core, encoding) {
        (Some(_), _) if which == 0 && object.get::<Str>().is_some() => match object.get::<Str>() {
            Some(text) => codec::encode_action(vm, text, encoding, errors),
            None => Ok(Value::NONE.into()),
        },
        (Some(_), _) if which == 1 && bytes::is_bytes_like(&object) => codec::decode_action(vm, &object, encoding, errors),
        (_, Some(encoding)) => convert(vm, &object, encoding, errors, which, false, |_, converted| Ok(converted.into())),
        _ => Err(bytes::not_bytes_like(vm, &object)),
    }
}

fn encode(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    encode_or_decode(vm, arguments, 0)
}

fn decode(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    encode_or_decode(vm, arguments, 1)
}

fn register(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let function = arguments.first().cloned().unwrap_or(Value::NONE);
    if vm.lookup_special(&function, crate::vm::Name::Call).is_none() {
        return Err(vm.type_error("argument must be callable"));
    }
    let functions = state(vm, SEARCH)?;
    if let Some(list) = functions.get::<List>() {
        list::append(vm, list, function)?;
    }
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let function = arguments.first().cloned().unwrap_or(Value::NONE);
    let functions = state(vm, SEARCH)?;
    let removed = functions.get::<List>().and_then(|list| {
        let position = list.items.get().iter().position(|known| known.is(&function))?;
        Some(list.items.get_mut().remove(position))
    });
    if removed.is_some() {
        let cache = state(vm, CACHE)?;
        if let Some(cache) = cache.get::<Dict>() {
            cache.clear_items();
        }
    }
    Ok(Value::NONE)
}

// ---- error handlers

/// The error handler registered under a name; standard ones are natives.
///
/// # Errors
/// LookupError.
pub fn error_handler(vm: &mut Vm, name: &Str) -> Res<Value> {
    let key = crate::object::str::exact(vm, name);
    if let Some(handler) = state_get(vm, HANDLERS, &key)? {
        return Ok(handler);
    }
    let text = name.to_string_lossy();
    match STANDARD.iter().find(|(known, _)| *known == text) {
        Some((_, native)) => Ok(vm.native_function(native, &Value::NONE)),
        None => Err(vm.raise(Ex::LookupError, &format!("unknown error handler name '{text}'"))),
    }
}

fn register_error(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [name, handler, ..] = arguments else { return Ok(Value::NONE) };
    if name.get::<Str>().is_none() {
        return Err(wrong_type(vm, "register_error() argument 1", "str", name));
    }
    if vm.lookup_special(handler, crate::vm::Name::Call).is_none() {
        return Err(vm.type_error("handler must be callable"));
    }
    state_set(vm, HANDLERS, name.clone(), handler.clone())?;
    Ok(Value::NONE)
}

fn lookup_error(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().and_then(|name| name.get::<Str>()) {
        Some(name) => error_handler(vm, name),
        None => Err(wrong_type(vm, "lookup_error() argument", "str", arguments.first().unwrap_or(NONE))),
    }
}

/// A standard handler called from Python with an exception.
fn handle(vm: &mut Vm, arguments: &[Value], handler: Handler) -> Res<Value> {
    let exception = arguments.first().cloned().unwrap_or(Value::NONE);
    let known = [Ex::UnicodeEncodeError, Ex::UnicodeDecodeError, Ex::UnicodeTranslateError];
    let is_known = known.iter().any(|&kind| vm.is_instance(&exception, &vm.exception_class(kind)));
    let fields = exception.get::<Exception>().map(|exception| exception.fields.get().clone()).unwrap_or_default();
    let [encoding, object, start, end, _] = fields.as_slice() else {
        if handler == Handler::Strict && exception.get::<Exception>().is_some() {
            return Err(vm.raise_value(exception));
        }
        let name = vm.type_name(&exception);
        let message = if handler == Handler::Strict { "codec must pass exception instance".into() } else { format!("don't know how to handle {name} in error callback") };
        return Err(vm.type_error(&message));
    };
    if !is_known {
        let name = vm.type_name(&exception);
        return Err(vm.type_error(&format!("don't know how to handle {name} in error callback")));
    }
    let length = match object.get::<Str>() {
        Some(text) => text.length,
        None => bytes::of(vm, object)?.map_or(0, |data| data.len()),
    };
    let start = clipped_index(vm, start)?.clamp(0, length.saturating_sub(1) as i64) as usize;
    let end = (clipped_index(vm, end)?.clamp(0, length as i64) as usize).max((start + 1).min(length));
    let codec = encoding.get::<Str>().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (replacement, position) = codec::handle(vm, handler, &exception, object, &codec, start, end)?;
    let position = vm.new_size(position);
    Ok(vm.new_tuple([replacement, position].into()))
}

macro_rules! standard_handlers {
    ($($name:literal $signature:literal $handler:ident)+) => {
        static STANDARD: &[(&str, Native)] = &[
            $(($name, Native::simple($signature, |vm, arguments| handle(vm, arguments, Handler::$handler), "A standard error handler."))),+
        ];
    };
}

standard_handlers! {
    "strict" "strict_errors(exception, /)" Strict
    "ignore" "ignore_errors(exception, /)" Ignore
    "replace" "replace_errors(exception, /)" Replace
    "backslashreplace" "backslashreplace_errors(exception, /)" BackslashReplace
    "xmlcharrefreplace" "xmlcharrefreplace_errors(exception, /)" XmlCharRefReplace
    "namereplace" "namereplace_errors(exception, /)" NameReplace
    "surrogateescape" "surrogateescape(exception, /)" SurrogateEscape
    "surrogatepass" "surrogatepass(exception, /)" SurrogatePass
}

/// Appends `\N{name}` of a code point, or its escape sequence if it has no name (or names are left out of the build).
pub fn push_name(out: &mut StrBuilder, code_point: u32) {
    #[cfg(feature = "unicode-names")]
    if let Some(name) = char::from_u32(code_point).and_then(unicode_names2::name) {
        use core::fmt::Write;
        let _ = write!(out, "\\N{{{name}}}");
        return;
    }
    codec::push_backslashed(out, code_point);
}

/// The code point with a Unicode name.
pub fn character_named(name: &str) -> Option<u32> {
    #[cfg(feature = "unicode-names")]
    return unicode_names2::character(name).map(|character| character as u32);
    #[cfg(not(feature = "unicode-names"))]
    {
        let _ = name;
        None
    }
}

// ---- the codecs of core as functions

fn pair(vm: &mut Vm, converted: Value, used: usize) -> Res<Value> {
    let used = vm.new_size(used);
    Ok(vm.new_tuple([converted, used].into()))
}

fn encode_with(vm: &mut Vm, arguments: &[Value], codec: Codec, function: &str) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let Some(text) = value.get::<Str>() else { return Err(wrong_type(vm, &format!("{function}() argument 1"), "str", value)) };
    let errors = optional_text(vm, arguments, 1, &format!("{function}() argument 2"))?;
    let data = codec::encode_with(vm, text, codec, errors)?;
    pair(vm, data, text.length)
}

fn decode_with(vm: &mut Vm, arguments: &[Value], codec: Codec, function: &str, incremental: bool) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let errors = optional_text(vm, arguments, 1, &format!("{function}() argument 2"))?;
    let last = match argument(arguments, 2) {
        Some(last) => vm.truth(last)?,
        None => !incremental,
    };
    let data = match value.get::<Str>() {
        Some(text) if matches!(codec.form, Form::Escapes { .. }) => alloc::borrow::Cow::Borrowed(text.bytes()),
        _ => bytes::required(vm, value)?,
    };
    let (text, used) = codec::decode_part(vm, codec, &data, errors, last)?;
    pair(vm, text, used)
}

macro_rules! codec_functions {
    ($($encode:literal $decode:literal $codec:expr;)+) => {
        const CODEC_FUNCTIONS: &[Native] = &[
            $(
                Native::simple(concat!($encode, "(str, errors=None, /)"), |vm, arguments| encode_with(vm, arguments, $codec, $encode), "Bytes, and the number of characters."),
                Native::simple(concat!($decode, "(data, errors=None, final=False, /)"), |vm, arguments| {
                    let codec: Codec = $codec;
                    decode_with(vm, arguments, codec, $decode, !matches!(codec.form, Form::Ascii | Form::Latin1 | Form::Escapes { .. }))
                }, "Text, and the number of bytes used."),
            )+
        ];
    };
}

const fn core_codec(name: &'static str, form: Form) -> Codec {
    Codec { name, form }
}

codec_functions! {
    "utf_8_encode" "utf_8_decode" codec::UTF_8;
    "latin_1_encode" "latin_1_decode" core_codec("latin-1", Form::Latin1);
    "ascii_encode" "ascii_decode" core_codec("ascii", Form::Ascii);
    "utf_16_encode" "utf_16_decode" core_codec("utf-16", Form::Utf16(Order::Marked));
    "utf_16_le_encode" "utf_16_le_decode" core_codec("utf-16-le", Form::Utf16(Order::Little));
    "utf_16_be_encode" "utf_16_be_decode" core_codec("utf-16-be", Form::Utf16(Order::Big));
    "utf_32_encode" "utf_32_decode" core_codec("utf-32", Form::Utf32(Order::Marked));
    "utf_32_le_encode" "utf_32_le_decode" core_codec("utf-32-le", Form::Utf32(Order::Little));
    "utf_32_be_encode" "utf_32_be_decode" core_codec("utf-32-be", Form::Utf32(Order::Big));
    "unicode_escape_encode" "unicode_escape_decode" core_codec("unicodeescape", Form::Escapes { raw: false });
    "raw_unicode_escape_encode" "raw_unicode_escape_decode" core_codec("rawunicodeescape", Form::Escapes { raw: true });
}

/// `utf_16_ex_decode(data, errors, byteorder, final)`: text, bytes used, byte order found (-1 little, 1 big, 0 unknown).
fn wide_ex_decode(vm: &mut Vm, arguments: &[Value], unit: usize) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let errors = optional_text(vm, arguments, 1, "argument 2")?;
    let given = match argument(arguments, 2) {
        Some(order) => clipped_index(vm, order)?,
        None => 0,
    };
    let last = match argument(arguments, 3) {
        Some(last) => vm.truth(last)?,
        None => false,
    };
    let data = bytes::required(vm, value)?.into_owned();
    let mark: Option<i64> = match (unit, data.as_slice()) {
        (2, [0xff, 0xfe, ..]) | (4, [0xff, 0xfe, 0, 0, ..]) => Some(-1),
        (2, [0xfe, 0xff, ..]) | (4, [0, 0, 0xfe, 0xff, ..]) => Some(1),
        _ => None,
    };
    let order = if given == 0 { mark.unwrap_or(if data.len() >= unit { -1 } else { 0 }) } else { given };
    let form = match (given.signum(), unit) {
        (0, 2) => Form::Utf16(Order::Marked),
        (0, _) => Form::Utf32(Order::Marked),
        (1, 2) => Form::Utf16(Order::Big),
        (1, _) => Form::Utf32(Order::Big),
        (_, 2) => Form::Utf16(Order::Little),
        (_, _) => Form::Utf32(Order::Little),
    };
    let (text, used) = codec::decode_part(vm, core_codec(if unit == 2 { "utf-16" } else { "utf-32" }, form), &data, errors, last)?;
    let parts = [text, vm.new_size(used), vm.new_int(order)];
    Ok(vm.new_tuple(parts.into()))
}

/// `escape_decode`: the escape sequences of bytes literals.
fn escape_decode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let data = match value.get::<Str>() {
        Some(text) => alloc::borrow::Cow::Borrowed(text.bytes()),
        None => bytes::required(vm, value)?,
    };
    let errors = optional_text(vm, arguments, 1, "escape_decode() argument 2")?.map(|errors| errors.to_string_lossy().into_owned());
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&kind) = data.get(at) else { return Err(vm.value_error("Trailing \\ in string")) };
        at += 1;
        match kind {
            b'\n' => {}
            b'0'..=b'7' => {
                let run = data.get(at - 1..).unwrap_or_default().iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7'));
                let (length, value) = run.fold((0, 0u32), |(length, value), &digit| (length + 1, value << 3 | (digit - b'0') as u32));
                out.push(value as u8);
                at += length - 1;
            }
            b'x' => {
                let digit = |index: usize| data.get(index).and_then(|&digit| (digit as char).to_digit(16));
                match (digit(at), digit(at + 1), errors.as_deref()) {
                    (Some(high), Some(low), _) => {
                        out.push((high << 4 | low) as u8);
                        at += 2;
                    }
                    (high, _, Some("replace" | "ignore")) => {
                        if errors.as_deref() == Some("replace") {
                            out.push(b'?');
                        }
                        at += usize::from(high.is_some());
                    }
                    (_, _, None | Some("strict")) => return Err(vm.value_error(&format!("invalid \\x escape at position {}", at - 2))),
                    (_, _, Some(other)) => {
                        let message = format!("decoding error; unknown error handling code: {other}");
                        return Err(vm.value_error(&message));
                    }
                }
            }
            _ => match codec::simple_escape(kind) {
                Some(meant) => out.push(meant),
                None => out.extend_from_slice(&[b'\\', kind]),
            },
        }
    }
    let length = data.len();
    let converted = vm.new_bytes(&out);
    pair(vm, converted, length)
}

/// `escape_encode`: bytes as in a literal, without the quotes.
fn escape_encode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let Some(data) = value.get::<bytes::Bytes>().map(bytes::Bytes::data) else { return Err(wrong_type(vm, "escape_encode() argument 1", "bytes", value)) };
    vm.check_memory(data.len().checked_mul(8))?;
    let mut out = StrBuilder::with_capacity(data.len());
    for &byte in data {
        match byte {
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7f => out.push_ascii(byte),
            _ => crate::object::str::transform::push_escape(&mut out, byte as u32),
        }
    }
    let converted = vm.new_bytes(out.bytes());
    pair(vm, converted, data.len())
}

// ---- character maps

/// What a character map says of a key: None if nothing.
fn mapped(vm: &mut Vm, mapping: &Value, key: &Value) -> Res<Option<Value>> {
    let found = match mapping.get_exact::<Dict>() {
        Some(dict) => return dict.get(vm, key),
        None => vm.call_special(mapping, crate::vm::Name::GetItem, core::slice::from_ref(key)),
    };
    match found {
        Some(action) => {
            let result = action.and_then(|action| vm.run_action(action));
            vm.catch(result, Ex::LookupError)
        }
        None => Ok(None),
    }
}

fn charmap_decode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let data = bytes::required(vm, value)?.into_owned();
    let errors = optional_text(vm, arguments, 1, "charmap_decode() argument 2")?;
    let mapping = argument(arguments, 2).filter(|mapping| !mapping.is_none());
    let Some(mapping) = mapping else {
        let text = codec::decode_with(vm, core_codec("latin-1", Form::Latin1), &data, errors)?;
        return pair(vm, text, data.len());
    };
    // A table in a str is read once: indexing it would count characters each time.
    let table: Option<Vec<u32>> = mapping.get::<Str>().map(|table| table.code_points().collect());
    let mut out = StrBuilder::with_capacity(data.len());
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let code_point = match &table {
            Some(table) => table.get(byte as usize).copied(),
            None => match mapped(vm, mapping, &Value::small_int(byte as i64))? {
                Some(found) if !found.is_none() => match found.get::<Str>() {
                    Some(text) if !Str::is(&found, "\u{fffe}") => {
                        out.push(text);
                        at += 1;
                        continue;
                    }
                    Some(_) => None,
                    None if crate::object::int::is_int(&found) => match u32::try_from(clipped_index(vm, &found)?).ok().filter(|&code_point| code_point < 0x11_0000) {
                        Some(code_point) => Some(code_point),
                        None => return Err(vm.type_error("character mapping must be in range(0x110000)")),
                    },
                    None => return Err(vm.type_error("character mapping must return integer, None or str")),
                },
                _ => None,
            },
        };
        match code_point.filter(|&code_point| code_point != 0xfffe) {
            Some(code_point) => {
                out.push_code_point(code_point);
                at += 1;
            }
            None => at = codec::decode_failure(vm, &mut out, "charmap", &data, errors, at, at + 1, "character maps to <undefined>")?,
        }
    }
    let text = out.finish(vm)?;
    pair(vm, text, data.len())
}

/// Appends what the map says of a character; false if nothing.
fn push_mapped(vm: &mut Vm, out: &mut Vec<u8>, mapping: &Value, code_point: u32) -> Res<bool> {
    match mapped(vm, mapping, &Value::small_int(code_point as i64))? {
        Some(found) if !found.is_none() => {
            if let Some(data) = bytes::of(vm, &found)? {
                out.extend_from_slice(&data);
            } else if crate::object::int::is_int(&found) {
                match u8::try_from(clipped_index(vm, &found)?) {
                    Ok(byte) => out.push(byte),
                    Err(_) => return Err(vm.type_error("character mapping must be in range(256)")),
                }
            } else {
                let name = vm.type_name(&found);
                return Err(vm.type_error(&format!("character mapping must return integer, bytes or None, not {name}")));
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn charmap_encode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let Some(text) = value.get::<Str>() else { return Err(wrong_type(vm, "charmap_encode() argument 1", "str", value)) };
    let errors = optional_text(vm, arguments, 1, "charmap_encode() argument 2")?;
    let Some(mapping) = argument(arguments, 2).filter(|mapping| !mapping.is_none()) else {
        let data = codec::encode_with(vm, text, core_codec("latin-1", Form::Latin1), errors)?;
        return pair(vm, data, text.length);
    };
    let points: Vec<u32> = text.code_points().collect();
    let mut out = Vec::with_capacity(points.len());
    let mut index = 0;
    while let Some(&code_point) = points.get(index) {
        if push_mapped(vm, &mut out, mapping, code_point)? {
            index += 1;
            continue;
        }
        let start = index;
        while let Some(&code_point) = points.get(index) {
            let before = out.len();
            if push_mapped(vm, &mut out, mapping, code_point)? {
                out.truncate(before);
                break;
            }
            index += 1;
        }
        let (replacement, position) = codec::encode_failure(vm, "charmap", text, errors, start, index, "character maps to <undefined>")?;
        if let Some(data) = bytes::of(vm, &replacement)? {
            out.extend_from_slice(&data);
        } else if let Some(replacement) = replacement.get::<Str>() {
            for code_point in replacement.code_points() {
                if !push_mapped(vm, &mut out, mapping, code_point)? {
                    let exception = codec::encode_error(vm, "charmap", text, start, index, "character maps to <undefined>");
                    return Err(vm.raise_value(exception));
                }
            }
        }
        index = position;
    }
    let data = vm.new_bytes(&out);
    pair(vm, data, text.length)
}

/// The map for `charmap_encode` that reverses a table of characters.
fn charmap_build(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let Some(table) = value.get::<Str>() else { return Err(wrong_type(vm, "charmap_build() argument", "str", value)) };
    let map = vm.new_dict();
    if let Some(dict) = map.get::<Dict>() {
        for (byte, code_point) in table.code_points().enumerate().take(256) {
            if code_point != 0xfffe && !is_surrogate(code_point) {
                dict.set(vm, Value::small_int(code_point as i64), Value::small_int(byte as i64))?;
            }
        }
    }
    Ok(map)
}

fn readbuffer_encode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = arguments.first().unwrap_or(NONE);
    let data = match value.get::<Str>() {
        Some(text) => codec::encode_with(vm, text, codec::UTF_8, None)?,
        None => {
            let data = bytes::required(vm, value)?;
            vm.new_bytes(&data)
        }
    };
    let length = data.get::<bytes::Bytes>().map_or(0, |data| data.length);
    pair(vm, data, length)
}

const FUNCTIONS: &[Native] = &[
    Native::simple("register(search_function, /)", register, "Add a function that finds codecs by name."),
    Native::simple("unregister(search_function, /)", unregister, "Take such a function away."),
    Native::full("lookup(encoding, /)", lookup, "The codec of an encoding."),
    Native::full("encode(obj, encoding='utf-8', errors='strict')", encode, "Encode with a codec."),
    Native::full("decode(obj, encoding='utf-8', errors='strict')", decode, "Decode with a codec."),
    Native::simple("register_error(errors, handler, /)", register_error, "Set the error handler with a name."),
    Native::simple("lookup_error(name, /)", lookup_error, "The error handler with a name."),
    Native::simple("utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)", |vm, arguments| wide_ex_decode(vm, arguments, 2), "Text, bytes used, byte order."),
    Native::simple("utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)", |vm, arguments| wide_ex_decode(vm, arguments, 4), "Text, bytes used, byte order."),
    Native::simple("escape_decode(data, errors=None, /)", escape_decode, "Bytes with escape sequences resolved."),
    Native::simple("escape_encode(data, errors=None, /)", escape_encode, "Bytes with escape sequences."),
    Native::simple("charmap_decode(data, errors=None, mapping=None, /)", charmap_decode, "Text, by a map from bytes."),
    Native::simple("charmap_encode(str, errors=None, mapping=None, /)", charmap_encode, "Bytes, by a map from characters."),
    Native::simple("charmap_build(map, /)", charmap_build, "The reverse of a table of characters."),
    Native::simple("readbuffer_encode(data, errors=None, /)", readbuffer_encode, "The bytes of a buffer."),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: FUNCTIONS,
    constants: |vm, module| {
        constants(vm, module);
        module.functions(vm, CODEC_FUNCTIONS);
    },
    ..ModuleSpec::new("_codecs", "Codecs and their registry.")
};
