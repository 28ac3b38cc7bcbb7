//! `zlib`: deflate streams, raw or in the wrappers of zlib and gzip. The crate `miniz_oxide` does the packing itself; the wrappers,
//! dictionaries and checks are here (RFC 1950, 1952).

use super::binascii::{self, checksum_argument, crc32_of};
use super::{ModuleSpec, exception_class, raise_of};
use crate::object;
use crate::object::bytes;
use crate::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use crate::object::construct::allocation_class;
use crate::object::containers::receiver;
use crate::object::exception::Ex;
use crate::object::header::{Header, Kind, Mut, Object};
use crate::object::text_arguments::{NONE, c_int, size};
use crate::object::value::Value;
use crate::vm::{Getter, Native, Raised, Res, Vm, argument};
use alloc::boxed::Box;

use alloc::vec::Vec;
use core::cell::Cell;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress_with_limit};

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("adler32(data, value=1, /)", adler32, "Compute an Adler-32 checksum of data."),
        Native::simple("crc32(data, value=0, /)", binascii::crc32, "Compute a CRC-32 checksum of data."),
        Native::simple("compress(data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", compress, "Returns a bytes object containing compressed data."),
        Native::simple("decompress(data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", decompress, "Returns a bytes object containing the uncompressed data."),
        Native::simple(
            "compressobj(level=Z_DEFAULT_COMPRESSION, method=DEFLATED, wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL, strategy=Z_DEFAULT_STRATEGY, zdict=None)",
            compressobj,
            "Return a compressor object.",
        ),
        Native::simple("decompressobj(wbits=MAX_WBITS, zdict=b'')", decompressobj, "Return a decompressor object."),
    ],
    types: &[&READING_DECOMPRESSOR],
    constants: |vm, module| {
        let error = exception_class(vm, "zlib", "error", &[Ex::Exception]);
        module.set(vm, "error", error);
        for (name, number) in [
            ("MAX_WBITS", 15),
            ("DEFLATED", 8),
            ("DEF_MEM_LEVEL", 8),
            ("DEF_BUF_SIZE", 16384),
            ("Z_BEST_SPEED", 1),
            ("Z_BEST_COMPRESSION", 9),
            ("Z_DEFAULT_COMPRESSION", -1),
            ("Z_NO_COMPRESSION", 0),
            ("Z_FILTERED", 1),
            ("Z_HUFFMAN_ONLY", 2),
            ("Z_RLE", 3),
            ("Z_FIXED", 4),
            ("Z_DEFAULT_STRATEGY", 0),
            ("Z_FINISH", 4),
            ("Z_NO_FLUSH", 0),
            ("Z_PARTIAL_FLUSH", 1),
            ("Z_SYNC_FLUSH", 2),
            ("Z_FULL_FLUSH", 3),
            ("Z_BLOCK", 5),
            ("Z_TREES", 6),
        ] {
            module.set_int(vm, name, number);
        }
        module.set_str(vm, "ZLIB_VERSION", VERSION);
        module.set_str(vm, "ZLIB_RUNTIME_VERSION", VERSION);
        vm.class_from_spec(&COMPRESS);
        vm.class_from_spec(&DECOMPRESS);
    },
    ..ModuleSpec::new("zlib", "The functions in this module allow compression and decompression using the zlib library, which is based on GNU zip.")
};

/// The version of zlib that has the same interface.
const VERSION: &str = "1.3.1";

#[cold]
fn error(vm: &mut Vm, message: &str) -> Raised {
    raise_of(vm, "zlib", "error", message)
}

/// What is around the packed data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapper {
    Raw,
    Zlib,
    Gzip,
    /// Zlib or gzip, as the data says.
    Either,
}

impl Wrapper {
    /// What the argument `wbits` says; None: nothing.
    fn of(bits: i32) -> Option<Wrapper> {
        match bits {
            -15..=-8 => Some(Wrapper::Raw),
            0 | 8..=15 => Some(Wrapper::Zlib),
            24..=31 => Some(Wrapper::Gzip),
            32 | 40..=47 => Some(Wrapper::Either),
            _ => None,
        }
    }
}

fn adler32_of(start: u32, data: &[u8]) -> u32 {
    const MODULUS: u32 = 65521;
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    // So many bytes cannot overflow 32 bits.
    for block in data.chunks(5552) {
        for &byte in block {
            low += u32::from(byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

/// The checksum that a wrapper keeps of the unpacked data, and their length.
#[derive(Clone, Copy)]
struct Check {
    sum: u32,
    length: u32,
}

impl Check {
    fn new(wrapper: Wrapper) -> Check {
        Check { sum: u32::from(wrapper == Wrapper::Zlib), length: 0 }
    }

    fn add(&mut self, wrapper: Wrapper, data: &[u8]) {
        self.length = self.length.wrapping_add(data.len() as u32);
        self.sum = match wrapper {
            Wrapper::Zlib => adler32_of(self.sum, data),
            Wrapper::Gzip => crc32_of(self.sum, data),
            Wrapper::Raw | Wrapper::Either => self.sum,
        };
    }

    /// What stands behind the packed data.
    fn trailer(self, wrapper: Wrapper) -> Vec<u8> {
        match wrapper {
            Wrapper::Zlib => self.sum.to_be_bytes().to_vec(),
            Wrapper::Gzip => [self.sum.to_le_bytes(), self.length.to_le_bytes()].concat(),
            Wrapper::Raw | Wrapper::Either => Vec::new(),
        }
    }
}

fn adler32(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let start = checksum_argument(vm, arguments, 1, 1)?;
    let data = bytes::required(vm, arguments.first().unwrap_or(NONE))?;
    Ok(vm.new_int(adler32_of(start, &data).into()))
}

fn int_argument(vm: &mut Vm, arguments: &[Value], index: usize, default: i32) -> Res<i32> {
    match argument(arguments, index) {
        Some(value) => c_int(vm, value),
        None => Ok(default),
    }
}

// ---- packing

/// What a packer takes, for the heap's limit.
const PACKER_SIZE: usize = 400 * 1024;

#[derive(Clone)]
struct Packer {
    oxide: Box<CompressorOxide>,
    wrapper: Wrapper,
    check: Check,
    /// What goes before the data, until it is written.
    head: Vec<u8>,
    finished: bool,
}

impl Packer {
    /// None: wrong options. The window always has its full size, whatever `bits` says: so does the header.
    fn new(level: i32, bits: i32, strategy: i32, dictionary: Option<&[u8]>) -> Option<Packer> {
        let wrapper = Wrapper::of(bits).filter(|&wrapper| wrapper != Wrapper::Either && bits != 0)?;
        if !(-1..=9).contains(&level) || !(0..=4).contains(&strategy) {
            return None;
        }
        let flags = create_comp_flags_from_zip_params(level, -15, strategy);
        let mut oxide = Box::new(CompressorOxide::new(flags));
        let mut head = match wrapper {
            Wrapper::Zlib => {
                let effort = match level {
                    0 | 1 => 0u16,
                    2..=5 => 1,
                    -1 | 6 => 2,
                    _ => 3,
                };
                let first = 0x7800 | effort << 6 | if dictionary.is_some() { 0x20 } else { 0 };
                (first + 31 - first % 31).to_be_bytes().to_vec()
            }
            Wrapper::Gzip => {
                let effort = match level {
                    9 => 2,
                    1 => 4,
                    _ => 0,
                };
                // No name, no time; made on Unix.
                [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort, 3].to_vec()
            }
            Wrapper::Raw | Wrapper::Either => Vec::new(),
        };
        if let Some(dictionary) = dictionary {
            if wrapper == Wrapper::Zlib {
                head.extend_from_slice(&adler32_of(1, dictionary).to_be_bytes());
            }
            // Packed up to a byte boundary and thrown away, the dictionary stays in the window.
            let _ = compress_to_output(&mut oxide, dictionary, TDEFLFlush::Sync, |_| true);
        }
        Some(Packer { oxide, wrapper, check: Check::new(wrapper), head, finished: false })
    }

    /// Packs data; false if the stream has ended already.
    fn pack(&mut self, data: &[u8], flush: TDEFLFlush, out: &mut Vec<u8>) -> bool {
        if self.finished {
            return false;
        }
        out.append(&mut self.head);
        self.check.add(self.wrapper, data);
        let mut rest = data;
        loop {
            let (status, used) = compress_to_output(&mut self.oxide, rest, flush, |packed| {
                out.extend_from_slice(packed);
                true
            });
            rest = rest.get(used..).unwrap_or_default();
            match status {
                TDEFLStatus::Done => {
                    self.finished = true;
                    out.extend_from_slice(&self.check.trailer(self.wrapper));
                    return true;
                }
                TDEFLStatus::Okay if !rest.is_empty() => {}
                TDEFLStatus::Okay => return true,
                _ => return false,
            }
        }
    }
}

fn compress(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let level = int_argument(vm, arguments, 1, -1)?;
    let bits = int_argument(vm, arguments, 2, 15)?;
    let data = bytes::required(vm, arguments.first().unwrap_or(NONE))?;
    vm.check_memory(data.len().checked_add(PACKER_SIZE))?;
    let Some(mut packer) = Packer::new(level, bits, 0, None) else { return Err(error(vm, "Bad compression level")) };
    let mut out = Vec::new();
    if !packer.pack(&data, TDEFLFlush::Finish, &mut out) {
        return Err(error(vm, "Error -2 while compressing data: inconsistent stream state"));
    }
    Ok(vm.new_bytes(&out))
}

/// `zlib.Compress`
#[repr(C)]
struct Compress {
    header: Header,
    packer: Mut<Packer>,
}

object!(Compress, Kind::Other, "zlib.Compress", |this, visit| {});

impl Drop for Compress {
    fn drop(&mut self) {
        crate::heap::heap_of(&self.header).discharge(PACKER_SIZE);
    }
}

fn new_compress(vm: &mut Vm, packer: Packer) -> Value {
    vm.heap.charge(PACKER_SIZE);
    vm.new_object(|header| Compress { header, packer: Mut::new(packer) })
}

fn compressobj(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let level = int_argument(vm, arguments, 0, -1)?;
    let method = int_argument(vm, arguments, 1, 8)?;
    let bits = int_argument(vm, arguments, 2, 15)?;
    let memory = int_argument(vm, arguments, 3, 8)?;
    let strategy = int_argument(vm, arguments, 4, 0)?;
    let dictionary = match argument(arguments, 5).filter(|dictionary| !dictionary.is_none()) {
        Some(dictionary) => Some(bytes::required(vm, dictionary)?),
        None => None,
    };
    vm.check_memory(Some(PACKER_SIZE))?;
    let packer = if method == 8 && (1..=9).contains(&memory) { Packer::new(level, bits, strategy, dictionary.as_deref()) } else { None };
    match packer {
        Some(packer) => Ok(new_compress(vm, packer)),
        None => Err(vm.value_error("Invalid initialization option")),
    }
}

fn compress_more(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Compress>(vm, arguments)?;
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    vm.check_memory(Some(data.len()))?;
    let mut out = Vec::new();
    if !this.packer.get_mut().pack(&data, TDEFLFlush::None, &mut out) {
        return Err(error(vm, "Error -2 while compressing data: inconsistent stream state"));
    }
    Ok(vm.new_bytes(&out))
}

fn compress_flush(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Compress>(vm, arguments)?;
    let mode = match int_argument(vm, arguments, 1, 4)? {
        0 => return Ok(vm.new_bytes(&[])),
        3 => TDEFLFlush::Full,
        4 => TDEFLFlush::Finish,
        1 | 2 | 5 | 6 => TDEFLFlush::Sync,
        _ => return Err(error(vm, "Error -2 while flushing: inconsistent stream state")),
    };
    let mut out = Vec::new();
    if !this.packer.get_mut().pack(&[], mode, &mut out) {
        return Err(error(vm, "Error -2 while flushing: inconsistent stream state"));
    }
    Ok(vm.new_bytes(&out))
}

fn compress_copy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Compress>(vm, arguments)?;
    if this.packer.get().finished {
        return Err(vm.value_error("Inconsistent stream state"));
    }
    vm.check_memory(Some(PACKER_SIZE))?;
    let packer = this.packer.get().clone();
    Ok(new_compress(vm, packer))
}

static COMPRESS: TypeSpec = TypeSpec {
    module: "zlib",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("compress($self, data, /)", compress_more, "Returns a bytes object containing compressed data."),
        Native::simple("flush($self, mode=zlib.Z_FINISH, /)", compress_flush, "Return a bytes object containing any remaining compressed data."),
        Native::simple("copy($self, /)", compress_copy, "Return a copy of the compression object."),
        Native::simple("__copy__($self, /)", compress_copy, "Return a copy of the compression object."),
        Native::simple("__deepcopy__($self, memo, /)", compress_copy, "Return a copy of the compression object."),
    ],
    ..TypeSpec::new("Compress", Compress::LAYOUT)
};

// ---- unpacking

/// What an unpacker takes, for the heap's limit.
const UNPACKER_SIZE: usize = TINFL_LZ_DICT_SIZE + 16 * 1024;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Body,
    Trailer,
    Done,
}

#[derive(Clone)]
struct Unpacker {
    oxide: Box<DecompressorOxide>,
    /// The last bytes unpacked, which the data refer to.
    window: Box<[u8]>,
    place: usize,
    wrapper: Wrapper,
    stage: Stage,
    /// Bytes of the head or the trailer, until they are complete.
    pending: Vec<u8>,
    dictionary: Vec<u8>,
    check: Check,
}

const BAD_HEADER: &str = "Error -3 while decompressing data: incorrect header check";
const INCOMPLETE: &str = "Error -5 while decompressing data: incomplete or truncated stream";

impl Unpacker {
    fn new(bits: i32, dictionary: Vec<u8>) -> Option<Unpacker> {
        let wrapper = Wrapper::of(bits)?;
        let mut unpacker = Unpacker {
            oxide: Box::default(),
            window: alloc::vec![0; TINFL_LZ_DICT_SIZE].into_boxed_slice(),
            place: 0,
            wrapper,
            stage: if wrapper == Wrapper::Raw { Stage::Body } else { Stage::Head },
            pending: Vec::new(),
            dictionary,
            check: Check::new(wrapper),
        };
        if wrapper == Wrapper::Raw {
            unpacker.load_dictionary();
        }
        Some(unpacker)
    }

    fn load_dictionary(&mut self) {
        let dictionary = core::mem::take(&mut self.dictionary);
        let last = dictionary.get(dictionary.len().saturating_sub(TINFL_LZ_DICT_SIZE)..).unwrap_or_default();
        for (place, &byte) in self.window.iter_mut().zip(last) {
            *place = byte;
        }
        self.place = last.len() % TINFL_LZ_DICT_SIZE;
    }

    /// Unpacks until the data or the stream end, or `most` bytes came; gives the number of bytes used.
    fn unpack(&mut self, data: &[u8], most: usize, out: &mut Vec<u8>) -> Result<usize, &'static str> {
        let mut used = 0;
        let limit = out.len().saturating_add(most);
        loop {
            let rest = data.get(used..).unwrap_or_default();
            match self.stage {
                Stage::Done => return Ok(used),
                Stage::Head => {
                    let Some((&byte, _)) = rest.split_first() else { return Ok(used) };
                    self.pending.push(byte);
                    used += 1;
                    if self.read_head()? {
                        self.pending.clear();
                        self.stage = Stage::Body;
                    }
                }
                Stage::Body => {
                    let room = (limit - out.len()).min(self.window.len() - self.place);
                    if room == 0 {
                        return Ok(used);
                    }
                    let (status, taken, written) = decompress_with_limit(&mut self.oxide, rest, &mut self.window, self.place, room, TINFL_FLAG_HAS_MORE_INPUT);
                    used += taken;
                    let unpacked = self.window.get(self.place..self.place + written).unwrap_or_default();
                    self.check.add(self.wrapper, unpacked);
                    out.extend_from_slice(unpacked);
                    self.place = (self.place + written) % self.window.len();
                    match status {
                        TINFLStatus::Done => self.stage = if self.wrapper == Wrapper::Raw { Stage::Done } else { Stage::Trailer },
                        TINFLStatus::HasMoreOutput => {}
                        TINFLStatus::NeedsMoreInput => return Ok(used),
                        _ => return Err("Error -3 while decompressing data: invalid data"),
                    }
                }
                Stage::Trailer => {
                    let expected = self.check.trailer(self.wrapper);
                    let Some((&byte, _)) = rest.split_first() else { return Ok(used) };
                    self.pending.push(byte);
                    used += 1;
                    let given = self.pending.as_slice();
                    if given.len() >= 4 && given.get(..4) != expected.get(..4) {
                        return Err("Error -3 while decompressing data: incorrect data check");
                    }
                    if given.len() == expected.len() {
                        if given != expected {
                            return Err("Error -3 while decompressing data: incorrect length check");
                        }
                        self.stage = Stage::Done;
                    }
                }
            }
        }
    }

    /// Looks at the head as far as it is there; is it complete?
    fn read_head(&mut self) -> Result<bool, &'static str> {
        let head = self.pending.as_slice();
        if self.wrapper == Wrapper::Either {
            self.wrapper = match head {
                [0x1f] => return Ok(false),
                [0x1f, 0x8b, ..] => Wrapper::Gzip,
                _ => Wrapper::Zlib,
            };
            self.check = Check::new(self.wrapper);
        }
        if self.wrapper == Wrapper::Gzip { gzip_head(head) } else { self.zlib_head() }
    }

    fn zlib_head(&mut self) -> Result<bool, &'static str> {
        let Some((&[method, flags], rest)) = self.pending.split_first_chunk::<2>() else { return Ok(false) };
        if u16::from_be_bytes([method, flags]) % 31 != 0 {
            return Err(BAD_HEADER);
        }
        if method & 15 != 8 {
            return Err("Error -3 while decompressing data: unknown compression method");
        }
        if method >> 4 > 7 {
            return Err("Error -3 while decompressing data: invalid window size");
        }
        if flags & 0x20 == 0 {
            return Ok(true);
        }
        let Some(&wanted) = rest.first_chunk::<4>() else { return Ok(false) };
        if self.dictionary.is_empty() {
            return Err("Error 2 while decompressing data");
        }
        if adler32_of(1, &self.dictionary) != u32::from_be_bytes(wanted) {
            return Err("Error -3 while setting zdict");
        }
        self.load_dictionary();
        Ok(true)
    }
}

/// Is the head of a gzip stream complete?
fn gzip_head(head: &[u8]) -> Result<bool, &'static str> {
    const MAGIC: [u8; 2] = [0x1f, 0x8b];
    if head.iter().zip(MAGIC).any(|(&byte, wanted)| byte != wanted) {
        return Err(BAD_HEADER);
    }
    if head.get(2).is_some_and(|&method| method != 8) {
        return Err("Error -3 while decompressing data: unknown compression method");
    }
    let Some(&flags) = head.get(3) else { return Ok(false) };
    if flags & 0xe0 != 0 {
        return Err("Error -3 while decompressing data: unknown header flags set");
    }
    let mut length = 10;
    if flags & 4 != 0 {
        let Some(&[low, high]) = head.get(length..).and_then(|rest| rest.first_chunk::<2>()) else { return Ok(false) };
        length += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    // The name and the comment, each with a zero at its end.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let Some(end) = head.get(length..).and_then(|rest| memchr::memchr(0, rest)) else { return Ok(false) };
            length += end + 1;
        }
    }
    if flags & 2 != 0 {
        length += 2;
    }
    Ok(head.len() >= length)
}

/// Unpacks with regard to the heap's limit.
fn unpack(vm: &mut Vm, unpacker: &mut Unpacker, data: &[u8], most: usize) -> Res<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut used = 0;
    loop {
        vm.check_memory(out.len().checked_add(out.len()).and_then(|size| size.checked_add(BLOCK)))?;
        let (before, left) = (out.len(), most - out.len());
        match unpacker.unpack(data.get(used..).unwrap_or_default(), left.min(BLOCK), &mut out) {
            Ok(taken) => used += taken,
            Err(message) => return Err(error(vm, message)),
        }
        if out.len() - before < BLOCK || out.len() >= most {
            return Ok((out, used));
        }
    }
}

/// Bytes unpacked between looks at the heap's limit.
const BLOCK: usize = 256 * 1024;

fn decompress(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let bits = int_argument(vm, arguments, 1, 15)?;
    if size(vm, arguments, 2, 1)? < 0 {
        return Err(vm.value_error("bufsize must be non-negative"));
    }
    let data = bytes::required(vm, arguments.first().unwrap_or(NONE))?;
    vm.check_memory(Some(UNPACKER_SIZE))?;
    let Some(mut unpacker) = Unpacker::new(bits, Vec::new()) else {
        return Err(error(vm, "Error -2 while preparing to decompress data: inconsistent stream state"));
    };
    let (out, _) = unpack(vm, &mut unpacker, &data, usize::MAX)?;
    if unpacker.stage != Stage::Done {
        return Err(error(vm, INCOMPLETE));
    }
    Ok(vm.new_bytes(&out))
}

/// `zlib.Decompress` and `zlib._ZlibDecompressor`.
#[repr(C)]
struct Decompress {
    header: Header,
    unpacker: Mut<Unpacker>,
    /// What follows the stream.
    unused: Mut<Vec<u8>>,
    /// What was given but not unpacked yet, for `max_length` was reached.
    tail: Mut<Vec<u8>>,
    /// `flush` was called at the end of the stream.
    closed: Cell<bool>,
}

object!(Decompress, Kind::Other, "zlib.Decompress", |this, visit| {});

impl Drop for Decompress {
    fn drop(&mut self) {
        crate::heap::heap_of(&self.header).discharge(UNPACKER_SIZE);
    }
}

fn dictionary_argument(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<Vec<u8>> {
    match argument(arguments, index) {
        Some(dictionary) => match bytes::of(vm, dictionary)? {
            Some(dictionary) => Ok(dictionary.into_owned()),
            None => Err(vm.type_error("zdict argument must support the buffer protocol")),
        },
        None => Ok(Vec::new()),
    }
}

fn new_decompress(vm: &mut Vm, spec: &'static TypeSpec, unpacker: Unpacker, unused: Vec<u8>, tail: Vec<u8>) -> Value {
    vm.heap.charge(UNPACKER_SIZE);
    let class = vm.class_from_spec(spec);
    object::iterators_combined::new_of(vm, &class, |header| Decompress {
        header,
        unpacker: Mut::new(unpacker),
        unused: Mut::new(unused),
        tail: Mut::new(tail),
        closed: Cell::new(false),
    })
}

fn decompressobj(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let bits = int_argument(vm, arguments, 0, 15)?;
    let dictionary = dictionary_argument(vm, arguments, 1)?;
    vm.check_memory(Some(UNPACKER_SIZE))?;
    match Unpacker::new(bits, dictionary) {
        Some(unpacker) => Ok(new_decompress(vm, &DECOMPRESS, unpacker, Vec::new(), Vec::new())),
        None => Err(vm.value_error("Invalid initialization option")),
    }
}

impl Decompress {
    fn is_done(&self) -> bool {
        self.unpacker.get().stage == Stage::Done
    }

    /// Unpacks; keeps what is left over.
    fn more(&self, vm: &mut Vm, data: &[u8], most: usize) -> Res<Value> {
        let (out, used) = unpack(vm, self.unpacker.get_mut(), data, most)?;
        let rest = data.get(used..).unwrap_or_default();
        if self.is_done() {
            self.unused.get_mut().extend_from_slice(rest);
            self.tail.get_mut().clear();
        } else {
            *self.tail.get_mut() = rest.to_vec();
        }
        Ok(vm.new_bytes(&out))
    }
}

fn decompress_more(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Decompress>(vm, arguments)?;
    let most = size(vm, arguments, 2, 0)?;
    let Ok(most) = usize::try_from(most) else { return Err(vm.value_error("max_length must be non-negative")) };
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    if this.is_done() {
        this.unused.get_mut().extend_from_slice(&data);
        return Ok(vm.new_bytes(&[]));
    }
    this.more(vm, &data, if most == 0 { usize::MAX } else { most })
}

fn decompress_flush(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Decompress>(vm, arguments)?;
    if size(vm, arguments, 1, 1)? <= 0 {
        return Err(vm.value_error("length must be greater than zero"));
    }
    let tail = this.tail.take();
    let rest = if this.is_done() { vm.new_bytes(&[]) } else { this.more(vm, &tail, usize::MAX)? };
    this.closed.set(this.is_done());
    Ok(rest)
}

fn decompress_copy(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Decompress>(vm, arguments)?;
    if this.closed.get() {
        return Err(vm.value_error("Inconsistent stream state"));
    }
    vm.check_memory(Some(UNPACKER_SIZE))?;
    let (unpacker, unused, tail) = (this.unpacker.get().clone(), this.unused.get().clone(), this.tail.get().clone());
    Ok(new_decompress(vm, &DECOMPRESS, unpacker, unused, tail))
}

macro_rules! getter {
    ($name:literal, |$vm:ident, $this:ident| $value:expr, $doc:literal) => {
        Getter::read_only(
            $name,
            |$vm, this| {
                let $this = receiver::<Decompress>($vm, core::slice::from_ref(this))?;
                Ok($value)
            },
            $doc,
        )
    };
}

static DECOMPRESS: TypeSpec = TypeSpec {
    module: "zlib",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("decompress($self, data, /, max_length=0)", decompress_more, "Return a bytes object containing the decompressed version of the data."),
        Native::simple("flush($self, length=zlib.DEF_BUF_SIZE, /)", decompress_flush, "Return a bytes object containing any remaining decompressed data."),
        Native::simple("copy($self, /)", decompress_copy, "Return a copy of the decompression object."),
        Native::simple("__copy__($self, /)", decompress_copy, "Return a copy of the decompression object."),
        Native::simple("__deepcopy__($self, memo, /)", decompress_copy, "Return a copy of the decompression object."),
    ],
    getters: &[
        getter!("unused_data", |vm, this| vm.new_bytes(this.unused.get()), "Data found after the end of the compressed stream."),
        getter!("unconsumed_tail", |vm, this| vm.new_bytes(this.tail.get()), "Data not unpacked yet, for max_length was reached."),
        getter!("eof", |_vm, this| Value::bool(this.is_done()), "True if the end of the stream has been reached."),
    ],
    ..TypeSpec::new("Decompress", Decompress::LAYOUT)
};

fn new_reading(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    allocation_class::<Decompress>(vm, arguments, "_ZlibDecompressor")?;
    let bits = int_argument(vm, arguments, 1, 15)?;
    let dictionary = dictionary_argument(vm, arguments, 2)?;
    vm.check_memory(Some(UNPACKER_SIZE))?;
    match Unpacker::new(bits, dictionary) {
        Some(unpacker) => Ok(new_decompress(vm, &READING_DECOMPRESSOR, unpacker, Vec::new(), Vec::new())),
        None => Err(vm.value_error("Invalid initialization option")),
    }
}

/// Keeps input that was not used, for the next call.
fn read_more(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Decompress>(vm, arguments)?;
    let most = usize::try_from(size(vm, arguments, 2, -1)?).unwrap_or(usize::MAX);
    if this.is_done() {
        return Err(vm.raise(Ex::EOFError, "End of stream already reached"));
    }
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    let mut all = this.tail.take();
    all.extend_from_slice(&data);
    this.more(vm, &all, most)
}

static READING_DECOMPRESSOR: TypeSpec = TypeSpec {
    module: "zlib",
    flags: CLASS_FINAL,
    doc: "Create a decompressor object for decompressing data incrementally.",
    natives: &[
        Native::simple("__new__($type, /, wbits=MAX_WBITS, zdict=b'')", new_reading, "Create and return a new object."),
        Native::simple("decompress($self, /, data, max_length=-1)", read_more, "Decompress *data*, returning uncompressed data as bytes."),
    ],
    getters: &[
        getter!("unused_data", |vm, this| vm.new_bytes(this.unused.get()), "Data found after the end of the compressed stream."),
        getter!(
            "needs_input",
            |_vm, this| Value::bool(!this.is_done() && this.tail.get().is_empty()),
            "True if more input is needed before more decompressed data can be produced."
        ),
        getter!("eof", |_vm, this| Value::bool(this.is_done()), "True if the end-of-stream marker has been reached."),
    ],
    ..TypeSpec::new("_ZlibDecompressor", Decompress::LAYOUT)
};
