//! Code prototypes as bytes, the same on every machine.
//!
//! An image is [`MAGIC`], the format's version, a CRC-32 of the rest, and the rest: a table of all names, then the
//! code: its outline, which is what calls and functions need to know of it, and its body with the code inside it, behind its length.
//! Integers are LEB128 but for instructions, floats, lengths of bodies and where names end, which are fixed-width and little-endian.
//! The checksum finds damage, not malice: [`read`] refuses whatever is malformed, never panics, allocates no more than a
//! small multiple of the input's size; and what it returns still has to pass [`super::verify::verify`].
//! An image that is known to be whole and verified can be read piece by piece instead ([`open`], [`Outline`], [`Body`]).

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use hashbrown::HashMap;

use super::isa::{Instr, Op};
use super::line_table::LineTable;
use super::{Capture, CodeFlags, CodePrototype, Const, Handler};

/// The first bytes of every image.
pub const MAGIC: [u8; 4] = *b"PyVM";
/// Changes with the format and with the instruction set.
pub const VERSION: u32 = 2;

/// Bytes before the checksummed part.
const PREFIX: usize = 12;
/// Deepest nesting of functions, and of constants in tuples.
const MAX_NESTING: u32 = 256;

/// Why bytes are no image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageError {
    /// Not the beginning of an image.
    Magic,
    /// Written by another version.
    Version,
    /// Damaged.
    Checksum,
    /// Checksummed, but not what [`write()`] writes.
    Malformed,
}

type Read<T> = Result<T, ImageError>;

/// A prototype as an image.
pub fn write(code: &CodePrototype) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.code(code);
    let mut payload = Writer::default();
    payload.length(writer.names.len());
    let mut end = 0;
    for name in &writer.names {
        end += name.len() as u32;
        payload.bytes.extend(end.to_le_bytes());
    }
    for name in &writer.names {
        payload.bytes.extend(name.as_bytes());
    }
    payload.bytes.extend_from_slice(&writer.bytes);
    let mut image = Vec::with_capacity(PREFIX + payload.bytes.len());
    image.extend_from_slice(&MAGIC);
    image.extend_from_slice(&VERSION.to_le_bytes());
    image.extend_from_slice(&crc32(&payload.bytes).to_le_bytes());
    image.extend_from_slice(&payload.bytes);
    image
}

/// Puts the right checksum on changed bytes.
#[cfg(test)]
pub(super) fn seal(image: &mut [u8]) {
    let checksum = crc32(&image[PREFIX..]).to_le_bytes();
    image[8..PREFIX].copy_from_slice(&checksum);
}

/// The prototype of an image.
pub fn read(image: &[u8]) -> Read<CodePrototype> {
    let (prefix, payload) = image.split_at_checked(PREFIX).ok_or(ImageError::Magic)?;
    let (magic, rest) = prefix.split_first_chunk::<4>().ok_or(ImageError::Magic)?;
    let (version, rest) = rest.split_first_chunk::<4>().ok_or(ImageError::Magic)?;
    let checksum = rest.first_chunk::<4>().ok_or(ImageError::Magic)?;
    if *magic != MAGIC {
        return Err(ImageError::Magic);
    }
    if u32::from_le_bytes(*version) != VERSION {
        return Err(ImageError::Version);
    }
    if u32::from_le_bytes(*checksum) != crc32(payload) {
        return Err(ImageError::Checksum);
    }
    let (names, outline) = parts(payload)?;
    let names = (0..names.count()).map(|index| names.get(index).map(Rc::from)).collect::<Option<Vec<Rc<str>>>>().ok_or(ImageError::Malformed)?;
    prototype(outline, &names, MAX_NESTING)
}

/// The names of an image and the outline of its code, without a look at the checksum and the rest.
pub fn open(image: &[u8]) -> Read<(Names<'_>, Outline<'_>)> {
    parts(image.get(PREFIX..).ok_or(ImageError::Malformed)?)
}

fn parts(payload: &[u8]) -> Read<(Names<'_>, Outline<'_>)> {
    let mut reader = Reader { rest: payload };
    let count: usize = reader.narrow()?;
    let ends = reader.bytes(count.checked_mul(4).ok_or(ImageError::Malformed)?)?;
    let length = ends.last_chunk::<4>().map_or(0, |end| u32::from_le_bytes(*end));
    let names = Names { ends, texts: reader.bytes(length as usize)? };
    let outline = reader.outline()?;
    if reader.rest.is_empty() { Ok((names, outline)) } else { Err(ImageError::Malformed) }
}

fn prototype(outline: Outline<'_>, names: &[Rc<str>], nesting: u32) -> Read<CodePrototype> {
    let nesting = nesting.checked_sub(1).ok_or(ImageError::Malformed)?;
    let name = |index: usize| names.get(index).cloned().ok_or(ImageError::Malformed);
    let all = |indices: Vec<usize>| indices.into_iter().map(name).collect::<Read<Vec<Rc<str>>>>();
    let body = outline.body()?;
    Ok(CodePrototype {
        name: name(outline.name)?,
        qualified_name: name(outline.qualified_name)?,
        filename: name(outline.filename)?,
        first_line: outline.first_line,
        flags: outline.flags,
        argument_count: outline.argument_count,
        positional_only_count: outline.positional_only_count,
        keyword_only_count: outline.keyword_only_count,
        register_count: outline.register_count,
        local_names: all(outline.local_names)?,
        cell_registers: outline.cell_registers,
        free_names: all(outline.free_names)?,
        captures: outline.captures,
        docstring: outline.docstring.map(Box::from),
        constants: body.constants,
        sites: all(body.sites)?,
        children: body.children.into_iter().map(|child| prototype(child, names, nesting)).collect::<Read<_>>()?,
        instructions: body.instructions,
        handlers: body.handlers,
        lines: body.lines,
    })
}

/// The table of names.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    ends: &'a [u8],
    texts: &'a [u8],
}

impl<'a> Names<'a> {
    pub fn count(&self) -> usize {
        self.ends.len() / 4
    }

    /// A name by its index.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let end = |index: usize| self.ends.get(index * 4..)?.first_chunk::<4>().map(|end| u32::from_le_bytes(*end) as usize);
        let start = match index.checked_sub(1) {
            Some(before) => end(before)?,
            None => 0,
        };
        core::str::from_utf8(self.texts.get(start..end(index)?)?).ok()
    }
}

/// What there is to know of code before it runs. Names are indices of [`Names`].
pub struct Outline<'a> {
    pub name: usize,
    pub qualified_name: usize,
    pub filename: usize,
    pub first_line: u32,
    pub flags: CodeFlags,
    pub argument_count: u16,
    pub positional_only_count: u16,
    pub keyword_only_count: u16,
    pub register_count: u16,
    pub local_names: Vec<usize>,
    pub cell_registers: Vec<u16>,
    pub free_names: Vec<usize>,
    pub captures: Vec<Capture>,
    pub docstring: Option<&'a [u8]>,
    /// The image of the body.
    pub body: &'a [u8],
}

impl<'a> Outline<'a> {
    pub fn body(&self) -> Read<Body<'a>> {
        Body::read(self.body)
    }
}

/// What code needs to run.
pub struct Body<'a> {
    pub constants: Vec<Const>,
    pub sites: Vec<usize>,
    pub children: Vec<Outline<'a>>,
    pub instructions: Vec<Instr>,
    pub handlers: Vec<Handler>,
    pub lines: LineTable,
}

impl<'a> Body<'a> {
    pub fn read(image: &'a [u8]) -> Read<Body<'a>> {
        let mut reader = Reader { rest: image };
        let body = Body {
            constants: reader.many(|reader| reader.constant(MAX_NESTING))?,
            sites: reader.many(Reader::narrow)?,
            children: reader.many(Reader::outline)?,
            instructions: reader.instructions()?,
            handlers: reader.many(|reader| {
                Ok(Handler { start: reader.narrow()?, end: reader.narrow()?, target: reader.narrow()?, exception: reader.narrow()?, live_registers: reader.narrow()? })
            })?,
            lines: LineTable { bytes: reader.blob()?.to_vec() },
        };
        if reader.rest.is_empty() { Ok(body) } else { Err(ImageError::Malformed) }
    }
}

/// CRC-32 (ISO-HDLC), four bits at a time: the table is small, and images are read once.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < 16 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 4 {
                value = if value & 1 != 0 { value >> 1 ^ POLYNOMIAL } else { value >> 1 };
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    let mut crc = !0;
    for byte in bytes {
        crc ^= *byte as u32;
        for _ in 0..2 {
            crc = TABLE[(crc & 15) as usize] ^ crc >> 4;
        }
    }
    !crc
}

// ---------------------------------------------------------------------------------------------------------------

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    names: Vec<Rc<str>>,
    name_index: HashMap<Rc<str>, usize, foldhash::fast::FixedState>,
}

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn length(&mut self, value: usize) {
        self.number(value as u64);
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    fn name(&mut self, name: &Rc<str>) {
        let next = self.names.len();
        let index = *self.name_index.entry(name.clone()).or_insert(next);
        if index == next {
            self.names.push(name.clone());
        }
        self.length(index);
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Writer, &T)) {
        self.length(items.len());
        for item in items {
            each(self, item);
        }
    }

    fn code(&mut self, code: &CodePrototype) {
        self.name(&code.name);
        self.name(&code.qualified_name);
        self.name(&code.filename);
        for number in
            [code.first_line, code.flags.0, code.argument_count as u32, code.positional_only_count as u32, code.keyword_only_count as u32, code.register_count as u32]
        {
            self.number(number as u64);
        }
        self.list(&code.local_names, Writer::name);
        self.list(&code.cell_registers, |writer, register| writer.number(*register as u64));
        self.list(&code.free_names, Writer::name);
        self.list(&code.captures, |writer, capture| match capture {
            Capture::Register(register) => writer.number((*register as u64) << 1),
            Capture::Free(cell) => writer.number((*cell as u64) << 1 | 1),
        });
        match &code.docstring {
            Some(text) => {
                self.bytes.push(1);
                self.blob(text);
            }
            None => self.bytes.push(0),
        }
        let start = self.bytes.len();
        self.bytes.extend([0; 4]);
        self.body(code);
        let length = (self.bytes.len() - start - 4) as u32;
        if let Some(place) = self.bytes.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }

    fn body(&mut self, code: &CodePrototype) {
        self.list(&code.constants, Writer::constant);
        self.list(&code.sites, Writer::name);
        self.list(&code.children, Writer::code);
        self.list(&code.instructions, |writer, instruction| {
            let Instr { op, x, a, b, c } = *instruction;
            writer.bytes.extend([op as u8, x]);
            for field in [a, b, c] {
                writer.bytes.extend(field.to_le_bytes());
            }
        });
        self.list(&code.handlers, |writer, handler| {
            for number in [handler.start, handler.end, handler.target] {
                writer.number(number as u64);
            }
            writer.number(handler.exception as u64);
            writer.number(handler.live_registers as u64);
        });
        self.blob(&code.lines.bytes);
    }

    fn constant(&mut self, value: &Const) {
        let tag = tag::of(value);
        self.bytes.push(tag);
        match value {
            Const::None | Const::True | Const::False | Const::Ellipsis => {}
            Const::Int(value) => self.number(((*value << 1) ^ (*value >> 63)) as u64),
            Const::BigInt { magnitude, .. } => self.blob(magnitude),
            Const::Float(value) => self.bytes.extend(value.to_bits().to_le_bytes()),
            Const::Complex(real, imaginary) => {
                self.bytes.extend(real.to_bits().to_le_bytes());
                self.bytes.extend(imaginary.to_bits().to_le_bytes());
            }
            Const::Str(bytes) | Const::Bytes(bytes) => self.blob(bytes),
            Const::Tuple(items) | Const::FrozenSet(items) => self.list(items, Writer::constant),
        }
    }
}

/// What stands before a constant.
mod tag {
    use super::Const;

    pub const NONE: u8 = 0;
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const ELLIPSIS: u8 = 3;
    pub const INT: u8 = 4;
    pub const POSITIVE: u8 = 5;
    pub const NEGATIVE: u8 = 6;
    pub const FLOAT: u8 = 7;
    pub const COMPLEX: u8 = 8;
    pub const STR: u8 = 9;
    pub const BYTES: u8 = 10;
    pub const TUPLE: u8 = 11;
    pub const FROZEN_SET: u8 = 12;

    pub fn of(value: &Const) -> u8 {
        match value {
            Const::None => NONE,
            Const::True => TRUE,
            Const::False => FALSE,
            Const::Ellipsis => ELLIPSIS,
            Const::Int(_) => INT,
            Const::BigInt { negative: false, .. } => POSITIVE,
            Const::BigInt { negative: true, .. } => NEGATIVE,
            Const::Float(_) => FLOAT,
            Const::Complex(..) => COMPLEX,
            Const::Str(_) => STR,
            Const::Bytes(_) => BYTES,
            Const::Tuple(_) => TUPLE,
            Const::FrozenSet(_) => FROZEN_SET,
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Read<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(ImageError::Malformed)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(ImageError::Malformed)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = (byte & 0x7f) as u64;
            if part << shift >> shift != part {
                return Err(ImageError::Malformed);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ImageError::Malformed)
    }

    fn narrow<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(self.number()?).map_err(|_| ImageError::Malformed)
    }

    fn blob(&mut self) -> Read<&'a [u8]> {
        let length: usize = self.narrow()?;
        self.bytes(length)
    }

    fn bytes(&mut self, length: usize) -> Read<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ImageError::Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A list; every item takes at least a byte, so its length cannot be a lie by much.
    fn many<T>(&mut self, mut each: impl FnMut(&mut Reader<'a>) -> Read<T>) -> Read<Vec<T>> {
        let count: usize = self.narrow()?;
        if count > self.rest.len() {
            return Err(ImageError::Malformed);
        }
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(each(self)?);
        }
        Ok(items)
    }

    fn instructions(&mut self) -> Read<Vec<Instr>> {
        let count: usize = self.narrow()?;
        let (words, _) = self.bytes(count.checked_mul(8).ok_or(ImageError::Malformed)?)?.as_chunks::<8>();
        let field = |low: u8, high: u8| u16::from_le_bytes([low, high]);
        let instruction = |&[op, x, a, a_high, b, b_high, c, c_high]: &[u8; 8]| {
            Op::from_u8(op).map(|op| Instr::new(op, x, field(a, a_high), field(b, b_high), field(c, c_high))).ok_or(ImageError::Malformed)
        };
        let mut instructions = Vec::with_capacity(words.len());
        for word in words {
            instructions.push(instruction(word)?);
        }
        Ok(instructions)
    }

    fn outline(&mut self) -> Read<Outline<'a>> {
        let (name, qualified_name, filename) = (self.narrow()?, self.narrow()?, self.narrow()?);
        let (first_line, flags) = (self.narrow()?, CodeFlags(self.narrow()?));
        let (argument_count, positional_only_count) = (self.narrow()?, self.narrow()?);
        let (keyword_only_count, register_count) = (self.narrow()?, self.narrow()?);
        let local_names = self.many(Reader::narrow)?;
        let cell_registers = self.many(Reader::narrow)?;
        let free_names = self.many(Reader::narrow)?;
        let captures = self.many(|reader| {
            let number: u32 = reader.narrow()?;
            let index = u16::try_from(number >> 1).map_err(|_| ImageError::Malformed)?;
            Ok(if number & 1 == 0 { Capture::Register(index) } else { Capture::Free(index) })
        })?;
        let docstring = match self.byte()? {
            0 => None,
            1 => Some(self.wtf8()?),
            _ => return Err(ImageError::Malformed),
        };
        let length = u32::from_le_bytes(self.array()?);
        let body = self.bytes(length as usize)?;
        Ok(Outline {
            name,
            qualified_name,
            filename,
            first_line,
            flags,
            argument_count,
            positional_only_count,
            keyword_only_count,
            register_count,
            local_names,
            cell_registers,
            free_names,
            captures,
            docstring,
            body,
        })
    }

    /// Text in which only surrogates may deviate from UTF-8.
    fn wtf8(&mut self) -> Read<&'a [u8]> {
        let bytes = self.blob()?;
        if is_wtf8(bytes) { Ok(bytes) } else { Err(ImageError::Malformed) }
    }

    fn float(&mut self) -> Read<f64> {
        Ok(f64::from_bits(u64::from_le_bytes(self.array()?)))
    }

    fn constant(&mut self, nesting: u32) -> Read<Const> {
        let nesting = nesting.checked_sub(1).ok_or(ImageError::Malformed)?;
        let tag = self.byte()?;
        Ok(match tag {
            tag::NONE => Const::None,
            tag::TRUE => Const::True,
            tag::FALSE => Const::False,
            tag::ELLIPSIS => Const::Ellipsis,
            tag::INT => {
                let zigzag = self.number()?;
                Const::Int((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
            }
            tag::POSITIVE | tag::NEGATIVE => Const::BigInt { negative: tag == tag::NEGATIVE, magnitude: self.blob()?.into() },
            tag::FLOAT => Const::Float(self.float()?),
            tag::COMPLEX => Const::Complex(self.float()?, self.float()?),
            tag::STR => Const::Str(self.wtf8()?.into()),
            tag::BYTES => Const::Bytes(self.blob()?.into()),
            tag::TUPLE => Const::Tuple(self.many(|reader| reader.constant(nesting))?.into()),
            tag::FROZEN_SET => Const::FrozenSet(self.many(|reader| reader.constant(nesting))?.into()),
            _ => return Err(ImageError::Malformed),
        })
    }
}

/// UTF-8, or UTF-8 but for three-byte encoded surrogates.
fn is_wtf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        let Err(error) = core::str::from_utf8(rest) else { return true };
        let Some(at) = rest.get(error.valid_up_to()..) else { return false };
        match at {
            [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => rest = after,
            _ => return false,
        }
    }
}
