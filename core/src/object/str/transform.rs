//! str methods that make another text: case, padding, translation, repr.

use super::case::{self, Case};
use super::methods::receiver;
use super::{Str, StrBuilder, exact, from_code_point};
use crate::object::byte_search;
use crate::object::dict::Dict;
use crate::object::exception::Ex;
use crate::object::text_arguments::{self, NONE, wrong_type};
use crate::object::value::Value;
use crate::vm::{Action, Args, Call, Continuation, Name, Res, Vm, argument};
use alloc::boxed::Box;
use alloc::format;

macro_rules! case_methods {
    ($($name:ident $case:ident)+) => {
        $(pub fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let string = receiver(vm, arguments)?;
            case::change(vm, string, Case::$case)
        })+
    };
}

case_methods! { lower Lower upper Upper title Title capitalize Capitalize swapcase Swap casefold Fold }

macro_rules! test_methods {
    ($($name:ident |$string:ident| $test:expr;)+) => {
        $(pub fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let $string = receiver(vm, arguments)?;
            Ok(Value::bool($test))
        })+
    };
}

test_methods! {
    isalnum |string| case::all(string, case::is_alphanumeric);
    isalpha |string| case::all(string, case::is_alphabetic);
    isascii |string| string.is_ascii();
    isdecimal |string| case::all(string, case::is_decimal);
    isdigit |string| case::all(string, case::is_digit);
    isidentifier |string| case::is_identifier(string);
    islower |string| case::all_lower(string);
    isnumeric |string| case::all(string, case::is_numeric);
    isprintable |string| string.size == 0 || case::all(string, case::is_printable);
    isspace |string| case::all(string, case::is_space);
    istitle |string| case::all_title(string);
    isupper |string| case::all_upper(string);
}

/// The text with `left` and `right` fill characters around it.
fn padded(vm: &mut Vm, string: &Str, left: usize, right: usize, fill: u32) -> Res<Value> {
    if left == 0 && right == 0 {
        return Ok(exact(vm, string));
    }
    vm.check_memory(left.checked_add(right).and_then(|fills| fills.checked_mul(4)).and_then(|size| size.checked_add(string.size)))?;
    let mut out = StrBuilder::with_capacity(string.size + left + right);
    out.push_repeated(vm, fill, left)?;
    out.push(string);
    out.push_repeated(vm, fill, right)?;
    out.finish(vm)
}

/// Characters missing to the width argument, and the fill character.
fn padding(vm: &mut Vm, arguments: &[Value]) -> Res<(usize, u32)> {
    let string = receiver(vm, arguments)?;
    let width = text_arguments::size(vm, arguments, 1, 0)?;
    let fill = match argument(arguments, 2) {
        None => b' ' as u32,
        Some(value) => match value.get::<Str>().map(Str::single) {
            Some(Some(fill)) => fill,
            Some(None) => return Err(vm.type_error("The fill character must be exactly one character long")),
            None => return Err(wrong_type(vm, "The fill character", "a unicode character", value)),
        },
    };
    Ok((usize::try_from(width).unwrap_or(0).saturating_sub(string.length), fill))
}

pub fn ljust(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (missing, fill) = padding(vm, arguments)?;
    let string = receiver(vm, arguments)?;
    padded(vm, string, 0, missing, fill)
}

pub fn rjust(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (missing, fill) = padding(vm, arguments)?;
    let string = receiver(vm, arguments)?;
    padded(vm, string, missing, 0, fill)
}

pub fn center(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (missing, fill) = padding(vm, arguments)?;
    let string = receiver(vm, arguments)?;
    let left = center_left(missing, string.length);
    padded(vm, string, left, missing - left, fill)
}

/// How much of the padding of a centered text goes to the left: the odd one goes there if the width is odd.
pub fn center_left(missing: usize, length: usize) -> usize {
    missing / 2 + (missing & (missing + length) & 1)
}

pub fn zfill(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let (missing, _) = padding(vm, arguments.get(..2).unwrap_or(arguments))?;
    let sign = usize::from(matches!(string.bytes().first(), Some(b'+' | b'-')));
    if missing == 0 {
        return Ok(exact(vm, string));
    }
    let mut out = StrBuilder::new();
    out.push_part(string, 0, sign);
    out.push_repeated(vm, b'0' as u32, missing)?;
    out.push_part(string, sign, string.size);
    out.finish(vm)
}

pub fn expandtabs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let string = receiver(vm, arguments)?;
    let size = usize::try_from(tab_size(vm, arguments)?).unwrap_or(0);
    let tabs = memchr::memchr_iter(b'\t', string.bytes()).count();
    if tabs == 0 {
        return Ok(exact(vm, string));
    }
    vm.check_memory(tabs.checked_mul(size).and_then(|spaces| spaces.checked_add(string.size)))?;
    let mut text = alloc::vec::Vec::with_capacity(string.size + tabs * size.min(8));
    byte_search::expand_tabs(string.bytes(), size, |part, spaces| {
        text.extend_from_slice(part);
        text.resize(text.len() + spaces, b' ');
    });
    // SAFETY: tabs, which are whole characters, were replaced by spaces.
    Ok(unsafe { super::from_text(vm, &text) })
}

/// The tab size argument: a C int in CPython.
pub fn tab_size(vm: &mut Vm, arguments: &[Value]) -> Res<i32> {
    match argument(arguments, 1) {
        None => Ok(8),
        Some(value) => text_arguments::c_int(vm, value),
    }
}

// ---- repr

/// The quote that `repr` puts around a text: the apostrophe, unless that would need escapes and the other would not.
fn quote_for(text: &[u8]) -> u8 {
    if memchr::memchr(b'\'', text).is_some() && memchr::memchr(b'"', text).is_none() { b'"' } else { b'\'' }
}

/// `repr(string)`
///
/// # Errors
/// MemoryError.
pub fn repr(vm: &mut Vm, string: &Str) -> Res<Value> {
    let text = string.bytes();
    if string.is_ascii() && text.iter().all(|&byte| (0x20..0x7f).contains(&byte) && byte != b'\'' && byte != b'\\') {
        if text.len() > super::UNCHECKED_SIZE {
            vm.check_memory(text.len().checked_add(2))?;
        }
        let class = vm.class::<Str>();
        // SAFETY: the text is ASCII, and so are the quotes around it; all bytes are written.
        unsafe {
            let (value, target) = super::allocate(vm, &class, text.len() + 2, text.len() + 2, 0, 0);
            target.write(b'\'');
            core::ptr::copy_nonoverlapping(text.as_ptr(), target.add(1), text.len());
            target.add(1 + text.len()).write(b'\'');
            return Ok(value);
        }
    }
    vm.check_memory(text.len().checked_mul(4))?;
    let mut out = StrBuilder::with_capacity(text.len() + 8);
    push_repr(&mut out, string, false);
    out.finish(vm)
}

/// Appends `repr(string)`, or `ascii(string)`.
pub fn push_repr(out: &mut StrBuilder, string: &Str, ascii: bool) {
    let quote = quote_for(string.bytes());
    out.push_ascii(quote);
    for code_point in string.code_points() {
        match code_point {
            0x20..0x7f => {
                if code_point == quote as u32 || code_point == b'\\' as u32 {
                    out.push_ascii(b'\\');
                }
                out.push_ascii(code_point as u8);
            }
            _ if code_point >= 0x80 && !ascii && case::is_printable(code_point) => out.push_code_point(code_point),
            _ => push_escape(out, code_point),
        }
    }
    out.push_ascii(quote);
}

/// Appends the escape sequence of a code point that is not shown as it is.
pub fn push_escape(out: &mut StrBuilder, code_point: u32) {
    use core::fmt::Write;
    let _ = match code_point {
        0x09 => out.write_str("\\t"),
        0x0a => out.write_str("\\n"),
        0x0d => out.write_str("\\r"),
        0..=0xff => write!(out, "\\x{code_point:02x}"),
        0x100..=0xffff => write!(out, "\\u{code_point:04x}"),
        _ => write!(out, "\\U{code_point:08x}"),
    };
}

/// A str with everything beyond ASCII escaped: what `ascii()` makes of a repr.
///
/// # Errors
/// MemoryError.
pub fn escape_non_ascii(vm: &mut Vm, string: &Str) -> Res<Value> {
    if string.is_ascii() {
        return Ok(exact(vm, string));
    }
    vm.check_memory(string.length.checked_mul(10))?;
    let mut out = StrBuilder::with_capacity(string.size * 2);
    for code_point in string.code_points() {
        match code_point {
            0..=0x7f => out.push_ascii(code_point as u8),
            _ => push_escape(&mut out, code_point),
        }
    }
    out.finish(vm)
}

// ---- translation

/// `string.translate(table)`, waiting for the table's `__getitem__` where that is not a dict's own.
struct Translation {
    /// The str.
    string: Value,
    table: Value,
    out: StrBuilder,
    /// Byte offset of the next character.
    offset: usize,
    /// The character that the table was asked for.
    asked: u32,
}

pub fn translate(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let string = receiver(vm, arguments.positional)?;
    let (text, table) = (exact(vm, string), arguments.get(1).cloned().unwrap_or(Value::NONE));
    Box::new(Translation { string: text, table, out: StrBuilder::with_capacity(string.size), offset: 0, asked: 0 }).run(vm)
}

impl Translation {
    fn run(mut self: Box<Self>, vm: &mut Vm) -> Res<Action> {
        loop {
            let (code_point, width) = match self.string.get::<Str>() {
                Some(string) => super::decode_at(string.bytes(), self.offset),
                None => (0, 0),
            };
            if width == 0 {
                return Ok(self.out.finish(vm)?.into());
            }
            self.offset += width;
            self.asked = code_point;
            let key = Value::small_int(code_point as i64);
            if let Some(dict) = self.table.get_exact::<Dict>() {
                match dict.get(vm, &key)? {
                    Some(found) => self.translated(vm, &found)?,
                    None => self.out.push_code_point(code_point),
                }
                continue;
            }
            let Some(method) = vm.lookup_special(&self.table, Name::GetItem) else {
                let name = vm.type_name(&self.table);
                return Err(vm.type_error(&format!("'{name}' object is not subscriptable")));
            };
            let call = Call::new(method, [self.table.clone(), key]);
            return Ok(Action::Call(call, self));
        }
    }

    /// Appends what the table says of the character.
    fn translated(&mut self, vm: &mut Vm, found: &Value) -> Res<()> {
        if found.is_none() {
            return Ok(());
        }
        if let Some(text) = found.get::<Str>() {
            if text.size > super::UNCHECKED_SIZE {
                vm.check_memory(text.size.checked_add(self.out.size()))?;
            }
            self.out.push(text);
            return Ok(());
        }
        if found.kind() != crate::object::header::Kind::Int && found.as_bool().is_none() {
            return Err(vm.type_error("character mapping must return integer, None or str"));
        }
        match u32::try_from(text_arguments::clipped_index(vm, found)?) {
            Ok(code_point) if code_point < 0x11_0000 => {
                self.out.push_code_point(code_point);
                Ok(())
            }
            _ => Err(vm.value_error("character mapping must be in range(0x110000)")),
        }
    }
}

impl Continuation for Translation {
    fn resume(mut self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        match vm.catch(result, Ex::LookupError)? {
            Some(found) => self.translated(vm, &found)?,
            None => {
                let asked = self.asked;
                self.out.push_code_point(asked);
            }
        }
        self.run(vm)
    }
}

pub fn maketrans(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let table = vm.new_dict();
    let set = |vm: &mut Vm, key: Value, value: Value| match table.get::<Dict>() {
        Some(dict) => dict.set(vm, key, value),
        None => Ok(()),
    };
    let first = argument(arguments, 0).unwrap_or(NONE);
    let Some(second) = argument(arguments, 1) else {
        let Some(pairs) = first.get_exact::<Dict>() else {
            return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        for (key, value) in pairs.items() {
            let key = match key.get::<Str>().map(Str::single) {
                Some(Some(code_point)) => Value::small_int(code_point as i64),
                Some(None) => return Err(vm.value_error("string keys in translate table must be of length 1")),
                None if key.kind() == crate::object::header::Kind::Int || key.as_bool().is_some() => key,
                None => return Err(vm.type_error("keys in translate table must be strings or integers")),
            };
            set(vm, key, value)?;
        }
        return Ok(table);
    };
    let Some(from) = first.get::<Str>() else {
        return Err(vm.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let Some(to) = second.get::<Str>() else {
        return Err(wrong_type(vm, "maketrans() argument 2", "str", second));
    };
    if from.length != to.length {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in from.code_points().zip(to.code_points()) {
        set(vm, Value::small_int(from as i64), Value::small_int(to as i64))?;
    }
    if let Some(third) = argument(arguments, 2) {
        let Some(deleted) = third.get::<Str>() else {
            return Err(wrong_type(vm, "maketrans() argument 3", "str", third));
        };
        for code_point in deleted.code_points() {
            set(vm, Value::small_int(code_point as i64), Value::NONE)?;
        }
    }
    Ok(table)
}

/// The str of a code point, for `chr`.
///
/// # Errors
/// ValueError unless it is below 0x110000.
pub fn character(vm: &mut Vm, code_point: i64) -> Res<Value> {
    match u32::try_from(code_point) {
        Ok(code_point) if code_point < 0x11_0000 => Ok(from_code_point(vm, code_point)),
        _ => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}
