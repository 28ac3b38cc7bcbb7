//! `template % values` for str, bytes and bytearray. `%s` and `%r` of objects with Python methods, and conversions by `__int__`,
//! `__index__`, `__float__`, wait on the heap for their results.

use super::bytearray::{self, ByteArray};
use super::bytes::{self, Bytes};
use super::exception::Ex;
use super::float;
use super::float_text::{self, Presentation};
use super::header::Kind;
use super::int;
use super::int_text;
use super::number::{Integer, Number};
use super::str::transform::escape_non_ascii;
use super::str::{Str, StrBuilder, decode_at, from_part};
use super::text_arguments;
use super::tuple::Tuple;
use super::value::Value;
use crate::vm::protocol::{repr_then, str_then};
use crate::vm::{Action, Continuation, Name, Raised, Res, Vm};
use alloc::boxed::Box;
use alloc::format;

/// One `%..` conversion as read from the template.
#[derive(Clone, Copy, Default)]
struct Conversion {
    minus: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    /// The conversion type.
    kind: u32,
}

/// The values, as they are handed out.
struct Values {
    /// A tuple, or the only value.
    source: Value,
    /// The next item of the tuple; None: `source` is one value.
    next: Option<usize>,
    /// The item of the last `%(key)`.
    item: Option<Value>,
    /// The item, or the only value, was handed out.
    used: bool,
    /// Keys `%(name)` are looked up in the values.
    is_mapping: bool,
}

struct Formatter {
    template: Value,
    is_text: bool,
    /// Byte offset in the template.
    position: usize,
    values: Values,
    /// The text so far; with `is_text` unset, each character is one byte.
    out: StrBuilder,
    /// What is done with the result waited for.
    waiting: Waiting,
    conversion: Conversion,
}

#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    Nothing,
    /// The value of a key.
    Item,
    /// The text of `%s`, `%r`.
    Text,
    /// The repr that `%a` escapes.
    Ascii,
    /// `__bytes__` of `%b`.
    Bytes,
    /// `__int__`, `__index__`, `__float__`.
    Number,
}

/// `template % values`
///
/// # Errors
/// TypeError, ValueError, OverflowError as Python defines them; what methods of the values raise.
pub fn format(vm: &mut Vm, template: &Value, values: &Value) -> Res<Action> {
    let is_text = template.get::<Str>().is_some();
    let is_tuple = values.get::<Tuple>().is_some();
    let is_string = match values.kind() {
        Kind::Str => true,
        Kind::Bytes | Kind::ByteArray => !is_text,
        _ => false,
    };
    let is_mapping = !is_tuple && !is_string && vm.lookup_special(values, Name::GetItem).is_some();
    let formatter = Formatter {
        template: template.clone(),
        is_text,
        position: 0,
        values: Values { source: values.clone(), next: if is_tuple { Some(0) } else { None }, item: None, used: false, is_mapping },
        out: StrBuilder::in_buffer(vm),
        waiting: Waiting::Nothing,
        conversion: Conversion::default(),
    };
    formatter.run(vm)
}

fn template_bytes(template: &Value) -> &[u8] {
    if let Some(text) = template.get::<Str>() {
        return text.bytes();
    }
    match (template.get::<Bytes>(), template.get::<ByteArray>()) {
        (Some(data), _) => data.data(),
        (_, Some(data)) => data.data.get(),
        _ => &[],
    }
}

impl Formatter {
    fn run(mut self, vm: &mut Vm) -> Res<Action> {
        loop {
            let template = self.template.clone();
            let text = template_bytes(&template);
            let start = self.position.min(text.len());
            let rest = text.get(start..).unwrap_or_default();
            let length = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.push_part(&template, start, start + length);
            self.position = start + length + 1;
            if length == rest.len() {
                return self.finish(vm);
            }
            if text.get(self.position) == Some(&b'%') {
                self.position += 1;
                self.out.push_ascii(b'%');
                continue;
            }
            let action = if text.get(self.position) == Some(&b'(') { self.key(vm, text)? } else { None };
            let action = match action {
                Some(action) => Some(action),
                None => self.convert(vm, text)?,
            };
            if let Some(action) = action {
                return Ok(Action::Then(Box::new(action), Box::new(self)));
            }
        }
    }

    fn push_part(&mut self, template: &Value, start: usize, end: usize) {
        match template.get::<Str>() {
            Some(text) => self.out.push_part(text, start, end),
            None => {
                let part = template_bytes(template).get(start..end).unwrap_or_default();
                part.iter().for_each(|&byte| self.out.push_code_point(byte as u32));
            }
        }
    }

    fn finish(self, vm: &mut Vm) -> Res<Action> {
        let left = match (self.values.next, self.values.source.get::<Tuple>()) {
            (Some(next), Some(tuple)) => next < tuple.length,
            _ => !self.values.used,
        };
        if left && !self.values.is_mapping {
            let what = if self.is_text { "string" } else { "bytes" };
            return Err(vm.type_error(&format!("not all arguments converted during {what} formatting")));
        }
        if self.is_text {
            return Ok(self.out.finish(vm)?.into());
        }
        vm.check_memory(Some(self.out.size()))?;
        let data: alloc::vec::Vec<u8> = super::str::CodePoints::of(self.out.bytes()).map(|code_point| code_point as u8).collect();
        let result = if self.template.kind() == Kind::ByteArray { bytearray::new(vm, data) } else { vm.new_bytes(&data) };
        Ok(result.into())
    }

    /// Reads `(key)` and looks it up; an action if Python code must run for it.
    fn key(&mut self, vm: &mut Vm, text: &[u8]) -> Res<Option<Action>> {
        if !self.values.is_mapping {
            return Err(vm.type_error("format requires a mapping"));
        }
        let start = self.position + 1;
        let mut end = start;
        let mut depth = 1;
        while let Some(byte) = text.get(end) {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            end += 1;
        }
        if depth > 0 {
            return Err(vm.value_error("incomplete format key"));
        }
        self.position = end + 1;
        let key = match self.template.get::<Str>() {
            Some(text) => from_part(vm, text, start, end),
            None => vm.new_bytes(text.get(start..end).unwrap_or_default()),
        };
        let mapping = self.values.source.clone();
        let Some(action) = vm.call_special(&mapping, Name::GetItem, &[key]) else {
            return Err(vm.type_error("format requires a mapping"));
        };
        match action? {
            Action::Return(item) => {
                self.use_item(item);
                Ok(None)
            }
            action => {
                self.waiting = Waiting::Item;
                Ok(Some(action))
            }
        }
    }

    fn use_item(&mut self, item: Value) {
        self.values.item = Some(item);
        self.values.used = false;
    }

    /// The next value.
    fn value(&mut self, vm: &mut Vm) -> Res<Value> {
        let values = &mut self.values;
        let found = match (&values.item, values.next, values.source.get::<Tuple>()) {
            (None, Some(next), Some(tuple)) => {
                values.next = Some(next + 1);
                tuple.items().get(next).cloned()
            }
            _ if values.used => None,
            (Some(item), ..) => {
                values.used = true;
                Some(item.clone())
            }
            _ => {
                values.used = true;
                Some(values.source.clone())
            }
        };
        found.ok_or_else(|| vm.type_error("not enough arguments for format string"))
    }

    /// Goes past this byte, if it is the next one.
    fn take(&mut self, text: &[u8], wanted: u8) -> bool {
        let found = text.get(self.position) == Some(&wanted);
        self.position += usize::from(found);
        found
    }

    /// Reads a conversion after its key, and does it; an action if Python code must run for it.
    fn convert(&mut self, vm: &mut Vm, text: &[u8]) -> Res<Option<Action>> {
        let mut conversion = Conversion::default();
        loop {
            match text.get(self.position) {
                Some(b'-') => conversion.minus = true,
                Some(b'+') => conversion.plus = true,
                Some(b' ') => conversion.space = true,
                Some(b'#') => conversion.alternate = true,
                Some(b'0') => conversion.zero = true,
                _ => break,
            }
            self.position += 1;
        }
        if self.take(text, b'*') {
            let width = self.star(vm, "ssize_t", isize::MIN as i64, isize::MAX as i64)?;
            conversion.minus |= width < 0;
            conversion.width = width.unsigned_abs() as usize;
        } else {
            conversion.width = match self.number(text) {
                Some(width) => width,
                None => return Err(vm.value_error("width too big")),
            };
        }
        if self.take(text, b'.') {
            if self.take(text, b'*') {
                let precision = self.star(vm, "int", i32::MIN as i64, i32::MAX as i64)?;
                conversion.precision = Some(precision.max(0) as usize);
            } else {
                conversion.precision = match self.number(text).filter(|&precision| precision <= i32::MAX as usize) {
                    Some(precision) => Some(precision),
                    None => return Err(vm.value_error(if self.is_text { "precision too big" } else { "prec too big" })),
                };
            }
        }
        if matches!(text.get(self.position), Some(b'h' | b'l' | b'L')) {
            self.position += 1;
        }
        let at = self.position;
        let (kind, width) = if self.is_text { decode_at(text, at) } else { text.get(at).map_or((0, 0), |&byte| (byte as u32, 1)) };
        if width == 0 {
            return Err(vm.value_error("incomplete format"));
        }
        self.position += width;
        conversion.kind = kind;
        self.conversion = conversion;
        let value = self.value(vm)?;
        let known = u8::try_from(kind).ok().filter(|kind| b"srabcdiuoxXeEfFgG".contains(kind) && (*kind != b'b' || !self.is_text));
        match known {
            Some(b's' | b'b') if !self.is_text => self.bytes(vm, &value),
            Some(b's' | b'r' | b'a') => self.text(vm, &value),
            Some(b'c') => self.character(vm, &value).map(|()| None),
            Some(_) => self.number_value(vm, &value),
            None => {
                let shown = char::from_u32(kind).unwrap_or('?');
                let index = match self.template.get::<Str>() {
                    Some(text) => text.index_at(at),
                    None => at,
                };
                Err(vm.value_error(&format!("unsupported format character '{shown}' ({kind:#x}) at index {index}")))
            }
        }
    }

    /// The integer that `*` stands for.
    fn star(&mut self, vm: &mut Vm, c_type: &str, least: i64, most: i64) -> Res<i64> {
        let value = self.value(vm)?;
        let Some(integer) = Integer::of(&value) else { return Err(vm.type_error("* wants int")) };
        match integer.to_i64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(number),
            None => Err(vm.raise(Ex::OverflowError, &format!("Python int too large to convert to C {c_type}"))),
        }
    }

    /// Decimal digits, 0 if there are none; None if too large.
    fn number(&mut self, text: &[u8]) -> Option<usize> {
        let mut number = Some(0usize);
        while let Some(&digit @ b'0'..=b'9') = text.get(self.position) {
            self.position += 1;
            number = number.and_then(|number| number.checked_mul(10)?.checked_add((digit - b'0') as usize)).filter(|&number| number <= isize::MAX as usize);
        }
        number
    }

    // ---- conversions

    /// `%s`, `%r`, `%a`
    fn text(&mut self, vm: &mut Vm, value: &Value) -> Res<Option<Action>> {
        let is_str = self.conversion.kind == b's' as u32;
        if is_str && let Some(text) = value.get_exact::<Str>() {
            self.push_text(vm, text)?;
            return Ok(None);
        }
        self.waiting = if self.conversion.kind == b'a' as u32 || !self.is_text { Waiting::Ascii } else { Waiting::Text };
        let action = if is_str { str_then(vm, value, |_, text| Ok(text.into())) } else { repr_then(vm, value, |_, text| Ok(text.into())) };
        self.settle(vm, action?)
    }

    /// Goes on with an action's result if it is there.
    fn settle(&mut self, vm: &mut Vm, action: Action) -> Res<Option<Action>> {
        match action {
            Action::Return(value) => self.arrived(vm, value),
            action => Ok(Some(action)),
        }
    }

    /// Deals with what was waited for.
    fn arrived(&mut self, vm: &mut Vm, value: Value) -> Res<Option<Action>> {
        match core::mem::replace(&mut self.waiting, Waiting::Nothing) {
            Waiting::Item => {
                self.use_item(value);
                let template = self.template.clone();
                return self.convert(vm, template_bytes(&template));
            }
            Waiting::Text | Waiting::Nothing => {
                if let Some(text) = value.get::<Str>() {
                    self.push_text(vm, text)?;
                }
            }
            Waiting::Ascii => {
                if let Some(text) = value.get::<Str>() {
                    let escaped = escape_non_ascii(vm, text)?;
                    if let Some(text) = escaped.get::<Str>() {
                        self.push_text(vm, text)?;
                    }
                }
            }
            Waiting::Bytes => match value.get::<Bytes>() {
                Some(data) => self.push_bytes(vm, data.data())?,
                None => {
                    let name = vm.type_name(&value);
                    return Err(vm.type_error(&format!("__bytes__ returned non-bytes (type {name})")));
                }
            },
            Waiting::Number => {
                if Number::of(&value).is_none() {
                    return Err(self.wrong_number(vm, &value));
                }
                return self.number_value(vm, &value);
            }
        }
        Ok(None)
    }

    /// Spaces to the left, and to the right, of something so long.
    fn margins(&self, length: usize) -> (usize, usize) {
        let missing = self.conversion.width.saturating_sub(length);
        if self.conversion.minus { (0, missing) } else { (missing, 0) }
    }

    fn push_text(&mut self, vm: &mut Vm, text: &Str) -> Res<()> {
        if text.size > 4096 {
            vm.check_memory(text.size.checked_add(self.out.size()))?;
        }
        if self.conversion.width == 0 && self.conversion.precision.is_none() {
            self.out.push(text);
            return Ok(());
        }
        let length = self.conversion.precision.map_or(text.length, |precision| precision.min(text.length));
        let (left, right) = self.margins(length);
        self.out.push_repeated(vm, b' ' as u32, left)?;
        self.out.push_part(text, 0, text.byte_offset(length));
        self.out.push_repeated(vm, b' ' as u32, right)
    }

    /// `%b` and `%s` of bytes
    fn bytes(&mut self, vm: &mut Vm, value: &Value) -> Res<Option<Action>> {
        if let Some(data) = bytes::of(vm, value)? {
            self.push_bytes(vm, &data)?;
            return Ok(None);
        }
        match vm.call_special(value, Name::Bytes, &[]) {
            Some(action) => {
                self.waiting = Waiting::Bytes;
                let action = action?;
                self.settle(vm, action)
            }
            None => {
                let name = vm.type_name(value);
                Err(vm.type_error(&format!("%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'")))
            }
        }
    }

    fn push_bytes(&mut self, vm: &mut Vm, data: &[u8]) -> Res<()> {
        if data.len() > 4096 {
            vm.check_memory(data.len().checked_mul(2))?;
        }
        let length = self.conversion.precision.map_or(data.len(), |precision| precision.min(data.len()));
        let (left, right) = self.margins(length);
        self.out.push_repeated(vm, b' ' as u32, left)?;
        data.iter().take(length).for_each(|&byte| self.out.push_code_point(byte as u32));
        self.out.push_repeated(vm, b' ' as u32, right)
    }

    /// `%c`
    fn character(&mut self, vm: &mut Vm, value: &Value) -> Res<()> {
        let (limit, shown) = if self.is_text { (0x11_0000, "0x110000") } else { (256, "256") };
        let single = if self.is_text {
            value.get::<Str>().and_then(Str::single)
        } else {
            match (value.get::<Bytes>().map(Bytes::data), value.get::<ByteArray>().map(|array| array.data.get().as_slice())) {
                (Some([byte]), _) | (_, Some([byte])) => Some(*byte as u32),
                _ => None,
            }
        };
        let code_point = match single {
            Some(code_point) => code_point,
            None => {
                let is_integer = int::is_int(value) || vm.lookup_special(value, Name::Index).is_some();
                if !is_integer {
                    return Err(vm.type_error(if self.is_text { "%c requires int or char" } else { "%c requires an integer in range(256) or a single byte" }));
                }
                match u32::try_from(text_arguments::clipped_index(vm, value)?).ok().filter(|&code_point| code_point < limit) {
                    Some(code_point) => code_point,
                    None => return Err(vm.raise(Ex::OverflowError, &format!("%c arg not in range({shown})"))),
                }
            }
        };
        let (left, right) = self.margins(1);
        self.out.push_repeated(vm, b' ' as u32, left)?;
        self.out.push_code_point(code_point);
        self.out.push_repeated(vm, b' ' as u32, right)
    }

    fn kind(&self) -> u8 {
        self.conversion.kind as u8
    }

    /// Conversions of numbers.
    fn number_value(&mut self, vm: &mut Vm, value: &Value) -> Res<Option<Action>> {
        let (is_float, only_index) = match self.kind() {
            b'd' | b'i' | b'u' => (false, false),
            b'o' | b'x' | b'X' => (false, true),
            _ => (true, false),
        };
        match Number::of(value) {
            Some(Number::Int(integer)) if !is_float => {
                self.integer(vm, integer)?;
                return Ok(None);
            }
            Some(Number::Float(number)) if !is_float && !only_index => {
                let truncated = float::truncate(vm, number)?;
                if let Some(integer) = Integer::of(&truncated) {
                    self.integer(vm, integer)?;
                }
                return Ok(None);
            }
            Some(Number::Float(number)) if is_float => {
                self.double(vm, number)?;
                return Ok(None);
            }
            Some(Number::Int(integer)) if is_float => match integer.to_f64() {
                Some(number) => {
                    self.double(vm, number)?;
                    return Ok(None);
                }
                None => return Err(int::too_large_for_float(vm)),
            },
            Some(_) => return Err(self.wrong_number(vm, value)),
            None => {}
        }
        let methods: &[Name] = if is_float {
            &[Name::Float, Name::Index]
        } else if only_index {
            &[Name::Index]
        } else {
            &[Name::Int, Name::Index]
        };
        for &method in methods {
            if let Some(action) = vm.call_special(value, method, &[]) {
                self.waiting = Waiting::Number;
                let action = action?;
                return self.settle(vm, action);
            }
        }
        Err(self.wrong_number(vm, value))
    }

    #[cold]
    fn wrong_number(&self, vm: &mut Vm, value: &Value) -> Raised {
        let name = vm.type_name(value);
        let kind = self.kind() as char;
        let message = match kind {
            'd' | 'i' | 'u' => format!("%{kind} format: a real number is required, not {name}"),
            'o' | 'x' | 'X' => format!("%{kind} format: an integer is required, not {name}"),
            _ if self.is_text => format!("must be real number, not {name}"),
            _ => format!("float argument required, not {name}"),
        };
        vm.type_error(&message)
    }

    fn integer(&mut self, vm: &mut Vm, integer: Integer) -> Res<()> {
        let conversion = self.conversion;
        if let Integer::Small(number) = integer
            && conversion.width == 0
            && conversion.precision.is_none()
            && !conversion.plus
            && !conversion.space
            && matches!(self.kind(), b'd' | b'i' | b'u')
        {
            int_text::with_decimal(number, |text| self.out.push_str(text));
            return Ok(());
        }
        let (radix, prefix) = match self.kind() {
            b'o' => (8, "0o"),
            b'x' => (16, "0x"),
            b'X' => (16, "0X"),
            _ => (10, ""),
        };
        let prefix = if conversion.alternate { prefix } else { "" };
        let mut push = |vm: &mut Vm, digits: &str| {
            let zeros = conversion.precision.unwrap_or(0).saturating_sub(digits.len());
            self.push_number(vm, integer.is_negative(), prefix, zeros, digits)
        };
        match integer {
            Integer::Small(number) if conversion.kind != b'X' as u32 => int_text::with_digits(number.unsigned_abs(), radix, |digits| push(vm, digits)),
            _ if radix == 10 => {
                let text = int::to_decimal(vm, integer)?;
                push(vm, text.strip_prefix('-').unwrap_or(&text))
            }
            _ => {
                let text = int_text::to_power_of_two(integer, radix);
                push(vm, &if conversion.kind == b'X' as u32 { text.to_ascii_uppercase() } else { text })
            }
        }
    }

    fn double(&mut self, vm: &mut Vm, number: f64) -> Res<()> {
        let precision = self.conversion.precision.unwrap_or(6);
        vm.check_memory(precision.checked_mul(2))?;
        let kind = self.kind();
        let presentation = match kind.to_ascii_lowercase() {
            b'e' => Presentation::Scientific,
            b'f' => Presentation::Fixed,
            _ => Presentation::General,
        };
        float_text::with_present(number, presentation, precision, self.conversion.alternate, kind.is_ascii_uppercase(), |text| {
            self.push_number(vm, float_text::shows_minus(number), "", 0, text)
        })
    }

    /// Sign, prefix, zeros and digits, to the width.
    fn push_number(&mut self, vm: &mut Vm, negative: bool, prefix: &str, zeros: usize, digits: &str) -> Res<()> {
        let sign = match (negative, self.conversion.plus, self.conversion.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let length = zeros.saturating_add(sign.len() + prefix.len() + digits.len());
        let (mut left, right) = self.margins(length);
        let mut zeros = zeros;
        if self.conversion.zero {
            zeros += core::mem::take(&mut left);
        }
        self.out.push_repeated(vm, b' ' as u32, left)?;
        self.out.push_str(sign);
        self.out.push_str(prefix);
        self.out.push_repeated(vm, b'0' as u32, zeros)?;
        self.out.push_str(digits);
        self.out.push_repeated(vm, b' ' as u32, right)
    }
}

impl Continuation for Formatter {
    fn resume(mut self: Box<Self>, vm: &mut Vm, result: Res<Value>) -> Res<Action> {
        let value = result?;
        match self.arrived(vm, value)? {
            Some(action) => Ok(Action::Then(Box::new(action), self)),
            None => self.run(vm),
        }
    }
}
