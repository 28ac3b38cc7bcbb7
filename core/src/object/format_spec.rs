//! The format specification mini-language, as str, int, float and complex read it:
//! `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.

use super::str::case::decimal_value;
use super::str::{CodePoints, decode_at};
use super::value::Value;
use crate::vm::{Raised, Res, Vm};
use alloc::format;
use alloc::string::String;

/// A parsed specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// Code point that fills up to the width.
    pub fill: u32,
    /// `<`, `>`, `=` or `^`: as given, or the type's default.
    pub align: u8,
    /// The alignment was given.
    pub align_given: bool,
    /// `+`, `-` or space; 0: not given.
    pub sign: u8,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    pub width: Option<usize>,
    /// `,` or `_` between groups of digits; 0: none.
    pub grouping: u8,
    pub precision: Option<usize>,
    /// `,` or `_` between groups of digits after the point; 0: none.
    pub fraction_grouping: u8,
    /// The presentation type as a code point: as given, or the type's default.
    pub kind: u32,
}

struct Reader<'a> {
    text: &'a [u8],
    /// Byte offset.
    position: usize,
}

impl Reader<'_> {
    /// The next code point and the offset behind it.
    #[inline]
    fn next(&self, position: usize) -> Option<(u32, usize)> {
        if let Some(&byte) = self.text.get(position)
            && byte < 0x80
        {
            return Some((byte as u32, position + 1));
        }
        let (code_point, width) = decode_at(self.text, position);
        if width == 0 { None } else { Some((code_point, position + width)) }
    }

    fn peek(&self) -> Option<u32> {
        self.next(self.position).map(|(code_point, _)| code_point)
    }

    #[inline]
    fn take(&mut self, wanted: u8) -> bool {
        let found = self.text.get(self.position) == Some(&wanted);
        self.position += usize::from(found);
        found
    }

    /// A number; None if there are no digits, Some(None) if it is too large.
    fn number(&mut self) -> Option<Option<usize>> {
        let start = self.position;
        let mut number = Some(0usize);
        loop {
            let digit = match self.text.get(self.position) {
                Some(&byte @ b'0'..=b'9') => {
                    self.position += 1;
                    byte - b'0'
                }
                Some(0x80..) => {
                    let (code_point, width) = decode_at(self.text, self.position);
                    let Some(digit) = decimal_value(code_point) else { break };
                    self.position += width;
                    digit as u8
                }
                _ => break,
            };
            number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit as usize)).filter(|&number| number <= isize::MAX as usize);
        }
        if self.position == start { None } else { Some(number) }
    }
}

fn is_align(code_point: u32) -> bool {
    matches!(u8::try_from(code_point), Ok(b'<' | b'>' | b'=' | b'^'))
}

impl FormatSpec {
    /// Reads `spec` for formatting `value`; `kind` and `align` are the defaults of its type.
    ///
    /// # Errors
    /// ValueError.
    pub fn parse(vm: &mut Vm, spec: &[u8], value: &Value, kind: u8, align: u8) -> Res<FormatSpec> {
        let mut reader = Reader { text: spec, position: 0 };
        let mut parsed = FormatSpec {
            fill: b' ' as u32,
            align,
            align_given: false,
            sign: 0,
            no_negative_zero: false,
            alternate: false,
            width: None,
            grouping: 0,
            precision: None,
            fraction_grouping: 0,
            kind: kind as u32,
        };
        let mut fill_given = false;
        let first = reader.next(0);
        let second = first.and_then(|(_, next)| reader.next(next)).filter(|&(given, _)| is_align(given));
        if let (Some((fill, _)), Some((given, next))) = (first, second) {
            (parsed.fill, parsed.align, parsed.align_given, fill_given) = (fill, given as u8, true, true);
            reader.position = next;
        } else if let Some((given, next)) = first.filter(|&(given, _)| is_align(given)) {
            (parsed.align, parsed.align_given) = (given as u8, true);
            reader.position = next;
        }
        if let Some(&sign @ (b' ' | b'+' | b'-')) = reader.text.get(reader.position) {
            parsed.sign = sign;
            reader.position += 1;
        }
        parsed.no_negative_zero = reader.take(b'z');
        parsed.alternate = reader.take(b'#');
        if !fill_given && reader.take(b'0') {
            parsed.fill = b'0' as u32;
            if !parsed.align_given && align == b'>' {
                parsed.align = b'=';
            }
        }
        match reader.number() {
            Some(None) => return Err(too_many_digits(vm)),
            Some(width) => parsed.width = width,
            None => {}
        }
        parsed.grouping = grouping(vm, &mut reader)?;
        if reader.take(b'.') {
            match reader.number() {
                Some(None) => return Err(too_many_digits(vm)),
                Some(precision) => parsed.precision = precision,
                None => {}
            }
            parsed.fraction_grouping = grouping(vm, &mut reader)?;
            if parsed.precision.is_none() && parsed.fraction_grouping == 0 {
                return Err(vm.value_error("Format specifier missing precision"));
            }
        }
        match reader.next(reader.position) {
            None => {}
            Some((kind, end)) if end == spec.len() => parsed.kind = kind,
            Some(_) => {
                let (text, name) = (String::from_utf8_lossy(spec), vm.type_name(value));
                return Err(vm.value_error(&format!("Invalid format specifier '{text}' for object of type '{name}'")));
            }
        }
        for separator in [parsed.grouping, parsed.fraction_grouping] {
            let allowed = match u8::try_from(parsed.kind) {
                Ok(b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0) => true,
                Ok(b'b' | b'o' | b'x' | b'X') => separator == b'_',
                _ => false,
            };
            if separator != 0 && !allowed {
                let separator = separator as char;
                let kind = shown(parsed.kind);
                return Err(vm.value_error(&format!("Cannot specify '{separator}' with '{kind}'.")));
            }
        }
        Ok(parsed)
    }

    /// ValueError: the type of `value` has no such presentation type.
    #[cold]
    pub fn unknown_kind(&self, vm: &mut Vm, value: &Value) -> Raised {
        let (kind, name) = (shown(self.kind), vm.type_name(value));
        vm.value_error(&format!("Unknown format code '{kind}' for object of type '{name}'"))
    }
}

fn shown(kind: u32) -> String {
    match char::from_u32(kind) {
        Some(character @ '!'..='\u{7e}') => character.into(),
        _ => format!("\\x{kind:x}"),
    }
}

fn grouping(vm: &mut Vm, reader: &mut Reader) -> Res<u8> {
    let comma = reader.take(b',');
    let underscore = reader.take(b'_');
    if (comma && underscore) || (underscore && reader.peek() == Some(b',' as u32)) {
        return Err(vm.value_error("Cannot specify both ',' and '_'."));
    }
    Ok(if comma {
        b','
    } else if underscore {
        b'_'
    } else {
        0
    })
}

fn too_many_digits(vm: &mut Vm) -> Raised {
    vm.value_error("Too many decimal digits in format string")
}

/// A non-negative number written in decimal digits; None if the text is anything else. Some(None): too large.
pub fn decimal_number(text: &[u8]) -> Option<Option<usize>> {
    let mut number = Some(0usize);
    let mut any = false;
    for code_point in CodePoints::of(text) {
        let digit = decimal_value(code_point)? as usize;
        any = true;
        number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit)).filter(|&number| number <= isize::MAX as usize);
    }
    if any { Some(number) } else { None }
}
