//! `binascii`: bytes as text (hexadecimal, base64, uuencode, quoted-printable) and checksums.

use super::{ModuleSpec, exception_class, raise_of};
use crate::object::byte_methods::hex_of;
use crate::object::bytes;
use crate::object::exception::Ex;
use crate::object::str::Str;
use crate::object::text_arguments::NONE;
use crate::object::value::Value;
use crate::vm::{Native, Raised, Res, Vm, argument};
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("a2b_base64(data, /, *, strict_mode=False)", a2b_base64, "Decode a line of base64 data."),
        Native::simple("b2a_base64(data, /, *, newline=True)", b2a_base64, "Base64-code line of data."),
        Native::simple("a2b_hex(hexstr, /)", a2b_hex, "Binary data of hexadecimal representation."),
        Native::simple("unhexlify(hexstr, /)", a2b_hex, "Binary data of hexadecimal representation."),
        Native::simple("b2a_hex(data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex, "Hexadecimal representation of binary data."),
        Native::simple("hexlify(data, sep=<unrepresentable>, bytes_per_sep=1)", b2a_hex, "Hexadecimal representation of binary data."),
        Native::simple("a2b_uu(data, /)", a2b_uu, "Decode a line of uuencoded data."),
        Native::simple("b2a_uu(data, /, *, backtick=False)", b2a_uu, "Uuencode line of data."),
        Native::simple("a2b_qp(data, header=False)", a2b_qp, "Decode a string of qp-encoded data."),
        Native::simple(
            "b2a_qp(data, quotetabs=False, istext=True, header=False)",
            b2a_qp,
            "Encode a string using quoted-printable encoding.\n\nOn encoding, when istext is set, newlines are not encoded, and white space at end of lines is.  When istext is not set, \\r and \\n (CR/LF) are both encoded.  When quotetabs is set, space and tabs are encoded.",
        ),
        Native::simple("crc32(data, crc=0, /)", crc32, "Compute CRC-32 incrementally."),
        Native::simple("crc_hqx(data, crc, /)", crc_hqx, "Compute CRC-CCITT incrementally."),
    ],
    constants: |vm, module| {
        let error = exception_class(vm, "binascii", "Error", &[Ex::ValueError]);
        module.set(vm, "Error", error);
        let incomplete = exception_class(vm, "binascii", "Incomplete", &[Ex::Exception]);
        module.set(vm, "Incomplete", incomplete);
    },
    ..ModuleSpec::new("binascii", "Conversion between binary data and ASCII")
};

#[cold]
fn error(vm: &mut Vm, message: &str) -> Raised {
    raise_of(vm, "binascii", "Error", message)
}

/// The bytes of an argument that may be ASCII text.
fn ascii<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<Cow<'a, [u8]>> {
    let value = arguments.first().unwrap_or(NONE);
    if let Some(text) = value.get::<Str>() {
        if text.is_ascii() {
            return Ok(Cow::Borrowed(text.bytes()));
        }
        return Err(vm.value_error("string argument should contain only ASCII characters"));
    }
    match bytes::of(vm, value)? {
        Some(data) => Ok(data),
        None => {
            let name = vm.type_name(value);
            Err(vm.type_error(&format!("argument should be bytes, buffer or ASCII string, not '{name}'")))
        }
    }
}

fn data<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<Cow<'a, [u8]>> {
    bytes::required(vm, arguments.first().unwrap_or(NONE))
}

fn flag(vm: &mut Vm, arguments: &[Value], index: usize, default: bool) -> Res<bool> {
    match argument(arguments, index) {
        Some(value) => vm.truth(value),
        None => Ok(default),
    }
}

// ---- base64

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64_value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn a2b_base64(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let strict = flag(vm, arguments, 1, false)?;
    let text = ascii(vm, arguments)?;
    if strict && text.first() == Some(&b'=') {
        return Err(error(vm, "Leading padding not allowed"));
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    // Characters of the group of four, what is left over of them, and padding seen.
    let (mut place, mut left, mut pads) = (0u8, 0u8, 0usize);
    for (index, &byte) in text.iter().enumerate() {
        if byte == b'=' {
            if strict && place == 0 {
                return Err(error(vm, "Excess padding not allowed"));
            }
            pads += 1;
            if place >= 2 && place as usize + pads >= 4 {
                // A group with its padding ends the data.
                if strict && index + 1 < text.len() {
                    return Err(error(vm, "Excess data after padding"));
                }
                return Ok(vm.new_bytes(&out));
            }
            continue;
        }
        let Some(value) = base64_value(byte) else {
            if strict {
                return Err(error(vm, "Only base64 data is allowed"));
            }
            continue;
        };
        if strict && pads > 0 {
            return Err(error(vm, "Discontinuous padding not allowed"));
        }
        pads = 0;
        match place {
            0 => left = value,
            1 => {
                out.push(left << 2 | value >> 4);
                left = value & 0x0f;
            }
            2 => {
                out.push(left << 4 | value >> 2);
                left = value & 0x03;
            }
            _ => out.push(left << 6 | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(vm.new_bytes(&out)),
        1 => {
            let count = out.len() / 3 * 4 + 1;
            let message = format!("Invalid base64-encoded string: number of data characters ({count}) cannot be 1 more than a multiple of 4");
            Err(error(vm, &message))
        }
        _ => Err(error(vm, "Incorrect padding")),
    }
}

fn b2a_base64(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let newline = flag(vm, arguments, 1, true)?;
    let data = data(vm, arguments)?;
    vm.check_memory(data.len().checked_mul(2))?;
    let mut out = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    for group in data.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = BASE64.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if place > group.len() { b'=' } else { digit });
        }
    }
    if newline {
        out.push(b'\n');
    }
    Ok(vm.new_bytes(&out))
}

// ---- hexadecimal

fn a2b_hex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = ascii(vm, arguments)?;
    if text.len() % 2 != 0 {
        return Err(error(vm, "Odd-length string"));
    }
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        let digit = |index: usize| pair.get(index).and_then(|&digit| (digit as char).to_digit(16));
        match (digit(0), digit(1)) {
            (Some(high), Some(low)) => out.push((high << 4 | low) as u8),
            _ => return Err(error(vm, "Non-hexadecimal digit found")),
        }
    }
    Ok(vm.new_bytes(&out))
}

fn b2a_hex(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = data(vm, arguments)?;
    let text = hex_of(vm, &data, arguments)?;
    let digits = text.get::<Str>().map(|text| text.bytes()).unwrap_or_default();
    Ok(vm.new_bytes(digits))
}

// ---- uuencode

fn a2b_uu(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let text = ascii(vm, arguments)?;
    // Without a length character the length is that of a zero byte.
    let (first, rest) = text.split_first().map_or((0, &[][..]), |(&first, rest)| (first, rest));
    let length = usize::from(first.wrapping_sub(b' ') & 63);
    let mut out = Vec::with_capacity(length);
    let (mut bits, mut count) = (0u32, 0);
    let mut characters = rest.iter();
    while out.len() < length {
        // Spaces at the end may have been cut off: what is missing counts as spaces.
        let value = match characters.next() {
            None | Some(b'\n' | b'\r') => 0,
            Some(&byte @ b' '..=b'`') => u32::from(byte - b' ') & 63,
            Some(_) => return Err(error(vm, "Illegal char")),
        };
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    // Nothing but padding may follow.
    if characters.any(|byte| !matches!(byte, b' ' | b'`' | b'\n' | b'\r')) {
        return Err(error(vm, "Trailing garbage"));
    }
    Ok(vm.new_bytes(&out))
}

fn b2a_uu(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let backtick = flag(vm, arguments, 1, false)?;
    let data = data(vm, arguments)?;
    if data.len() > 45 {
        return Err(error(vm, "At most 45 bytes at once"));
    }
    let digit = |value: u32| if value == 0 && backtick { b'`' } else { value as u8 + b' ' };
    let mut out = Vec::from([digit(data.len() as u32)]);
    for group in data.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend((0..4).map(|place| digit(bits >> (18 - 6 * place) & 63)));
    }
    out.push(b'\n');
    Ok(vm.new_bytes(&out))
}

// ---- quoted-printable

fn a2b_qp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let header = flag(vm, arguments, 1, false)?;
    let text = ascii(vm, arguments)?;
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let hex = |index: usize| text.get(index).and_then(|&digit| (digit as char).to_digit(16));
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'=' => match text.get(at) {
                None => break,
                Some(b'\n' | b'\r') => {
                    // A soft line break: all up to the end of the line.
                    while text.get(at).is_some_and(|&byte| byte != b'\n') {
                        at += 1;
                    }
                    at += 1;
                }
                Some(b'=') => {
                    out.push(b'=');
                    at += 1;
                }
                Some(_) => match (hex(at), hex(at + 1)) {
                    (Some(high), Some(low)) => {
                        out.push((high << 4 | low) as u8);
                        at += 2;
                    }
                    _ => out.push(b'='),
                },
            },
            b'_' if header => out.push(b' '),
            _ => out.push(byte),
        }
    }
    Ok(vm.new_bytes(&out))
}

/// Longest line of quoted-printable text.
const QP_LINE: usize = 76;

fn push_quoted(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push(b'=');
    out.extend([byte >> 4, byte & 15].iter().filter_map(|&digit| DIGITS.get(usize::from(digit))));
}

fn b2a_qp(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let quote_tabs = flag(vm, arguments, 1, false)?;
    let is_text = flag(vm, arguments, 2, true)?;
    let header = flag(vm, arguments, 3, false)?;
    let data = data(vm, arguments)?;
    vm.check_memory(data.len().checked_mul(4))?;
    // Lines end as the first one does.
    let first_end = memchr::memchr(b'\n', &data);
    let carriage = first_end.is_some_and(|end| end > 0 && data.get(end - 1) == Some(&b'\r'));
    let soft_break: &[u8] = if carriage { b"=\r\n" } else { b"=\n" };
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut line = 0;
    let mut at = 0;
    while let Some(&byte) = data.get(at) {
        let next = data.get(at + 1).copied();
        let last = at + 1 == data.len();
        let dot_line = byte == b'.' && line == 0 && (last || matches!(next, Some(b'\n' | b'\r' | 0)));
        let quoted = byte > b'~'
            || byte == b'='
            || header && byte == b'_'
            || dot_line
            || !is_text && matches!(byte, b'\r' | b'\n')
            || matches!(byte, b'\t' | b' ') && last
            || byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t')
            || quote_tabs && matches!(byte, b' ' | b'\t');
        if quoted {
            if line + 3 >= QP_LINE {
                out.extend_from_slice(soft_break);
                line = 0;
            }
            push_quoted(&mut out, byte);
            at += 1;
            line += 3;
            continue;
        }
        let line_end = byte == b'\n' || byte == b'\r' && next == Some(b'\n');
        if is_text && line_end {
            line = 0;
            // White space before the end of a line is quoted.
            if let Some(&space @ (b' ' | b'\t')) = out.last() {
                out.pop();
                push_quoted(&mut out, space);
            }
            if carriage {
                out.push(b'\r');
            }
            out.push(b'\n');
            at += if byte == b'\r' { 2 } else { 1 };
            continue;
        }
        if !last && next != Some(b'\n') && line + 1 >= QP_LINE {
            out.extend_from_slice(soft_break);
            line = 0;
        }
        line += 1;
        out.push(if header && byte == b' ' { b'_' } else { byte });
        at += 1;
    }
    Ok(vm.new_bytes(&out))
}

// ---- checksums

/// Remainders of single bytes by the polynomial of CRC-32 (bits reversed).
static CRC32: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut rest = index as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 != 0 { rest >> 1 ^ 0xedb8_8320 } else { rest >> 1 };
            bit += 1;
        }
        table[index] = rest;
        index += 1;
    }
    table
};

/// The CRC-32 of data that follows data with this CRC-32.
pub fn crc32_of(crc: u32, data: &[u8]) -> u32 {
    !data.iter().fold(!crc, |crc, &byte| crc >> 8 ^ CRC32.get(((crc ^ u32::from(byte)) & 0xff) as usize).copied().unwrap_or(0))
}

/// A checksum argument: its low 32 bits.
pub fn checksum_argument(vm: &mut Vm, arguments: &[Value], index: usize, default: u32) -> Res<u32> {
    match argument(arguments, index) {
        None => Ok(default),
        Some(value) => crate::object::scalar::integer(vm, value).map(|number| number as u32),
    }
}

pub fn crc32(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let crc = checksum_argument(vm, arguments, 1, 0)?;
    let data = data(vm, arguments)?;
    Ok(vm.new_int(crc32_of(crc, &data).into()))
}

fn crc_hqx(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let start = checksum_argument(vm, arguments, 1, 0)? as u16;
    let data = data(vm, arguments)?;
    let crc = data.iter().fold(start, |crc, &byte| (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 }));
    Ok(vm.new_int(crc.into()))
}
