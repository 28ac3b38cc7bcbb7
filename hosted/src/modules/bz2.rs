//! `_bz2`: streams packed with bzip2. The crate `bzip2` (with the packer in Rust) does the work.

use bzip2::{Action, Compress, Compression, Decompress, Status};
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object;
use pyvm_core::object::bytes;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::containers::receiver;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::text_arguments::{NONE, size};
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Getter, Native, Res, Vm};
use std::cell::Cell;

pub static BZ2: ModuleSpec = ModuleSpec { types: &[&COMPRESSOR, &DECOMPRESSOR], ..ModuleSpec::new("_bz2", "Streams packed with bzip2.") };

/// Room that output grows by.
const ROOM: usize = 32 << 10;

#[repr(C)]
struct Compressor {
    header: Header,
    packer: Mut<Compress>,
    flushed: Cell<bool>,
}

object!(Compressor, Kind::Other, "BZ2Compressor", |this, visit| {});

static COMPRESSOR: TypeSpec = TypeSpec {
    module: "_bz2",
    doc: "Create a compressor object for compressing data incrementally.",
    natives: &[
        Native::simple("__new__($type, compresslevel=9, /)", new_compressor, "Create and return a new object."),
        Native::simple("compress($self, data, /)", compress, "Provide data to the compressor object; returns a chunk of packed data if there is one."),
        Native::simple("flush($self, /)", flush, "Finish the compression process; returns what is left."),
    ],
    ..TypeSpec::new("BZ2Compressor", Compressor::LAYOUT)
};

fn new_compressor(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Compressor>(vm, arguments, "BZ2Compressor")?;
    let level = match u32::try_from(size(vm, arguments, 1, 9)?) {
        Ok(level @ 1..=9) => level,
        _ => return Err(vm.value_error("compresslevel must be between 1 and 9")),
    };
    let packer = Mut::new(Compress::new(Compression::new(level), 0));
    Ok(vm.heap.new_object(&class, |header| Compressor { header, packer, flushed: Cell::new(false) }))
}

/// Packs data until all of it is taken, and until the end if it is to be finished.
fn pack(vm: &mut Vm, this: &Compressor, mut data: &[u8], action: Action) -> Res<Value> {
    let packer = this.packer.get_mut();
    let packed = vm.blocking(|| {
        let mut packed = Vec::new();
        loop {
            packed.reserve(ROOM);
            let before = packer.total_in();
            let status = packer.compress_vec(data, &mut packed, action).map_err(|error| error.to_string())?;
            data = data.get((packer.total_in() - before) as usize..).unwrap_or_default();
            let done = match action {
                Action::Run => data.is_empty() && packed.len() < packed.capacity(),
                _ => matches!(status, Status::StreamEnd),
            };
            if done {
                return Ok::<_, String>(packed);
            }
        }
    });
    match packed {
        Ok(packed) => Ok(vm.new_bytes(&packed)),
        Err(message) => Err(vm.raise(Ex::OSError, &message)),
    }
}

fn compress(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Compressor>(vm, arguments)?;
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    if this.flushed.get() {
        return Err(vm.value_error("Compressor has been flushed"));
    }
    if data.is_empty() {
        return Ok(vm.new_bytes(&[]));
    }
    pack(vm, this, &data, Action::Run)
}

fn flush(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Compressor>(vm, arguments)?;
    if this.flushed.replace(true) {
        return Err(vm.value_error("Repeated call to flush()"));
    }
    pack(vm, this, &[], Action::Finish)
}

#[repr(C)]
struct Decompressor {
    header: Header,
    unpacker: Mut<Decompress>,
    /// Input that was given but not needed yet; behind the end of the stream: `unused_data`.
    rest: Mut<Vec<u8>>,
    needs_input: Cell<bool>,
    ended: Cell<bool>,
}

object!(Decompressor, Kind::Other, "BZ2Decompressor", |this, visit| {});

static DECOMPRESSOR: TypeSpec = TypeSpec {
    module: "_bz2",
    doc: "Create a decompressor object for decompressing data incrementally.",
    natives: &[
        Native::simple("__new__($type, /)", new_decompressor, "Create and return a new object."),
        Native::simple("decompress($self, /, data, max_length=-1)", decompress, "Decompress *data*, returning uncompressed data as bytes."),
    ],
    getters: &[
        Getter::read_only(
            "eof",
            |vm, this| Ok(Value::bool(receiver::<Decompressor>(vm, std::slice::from_ref(this))?.ended.get())),
            "True if the end-of-stream marker has been reached.",
        ),
        Getter::read_only(
            "unused_data",
            |vm, this| {
                let this = receiver::<Decompressor>(vm, std::slice::from_ref(this))?;
                Ok(vm.new_bytes(if this.ended.get() { this.rest.get() } else { &[] }))
            },
            "Data found after the end of the compressed stream.",
        ),
        Getter::read_only(
            "needs_input",
            |vm, this| Ok(Value::bool(receiver::<Decompressor>(vm, std::slice::from_ref(this))?.needs_input.get())),
            "True if more input is needed before more decompressed data can be produced.",
        ),
    ],
    ..TypeSpec::new("BZ2Decompressor", Decompressor::LAYOUT)
};

fn new_decompressor(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Decompressor>(vm, arguments, "BZ2Decompressor")?;
    let unpacker = Mut::new(Decompress::new(false));
    Ok(vm.heap.new_object(&class, |header| Decompressor { header, unpacker, rest: Mut::new(Vec::new()), needs_input: Cell::new(true), ended: Cell::new(false) }))
}

fn decompress(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let this = receiver::<Decompressor>(vm, arguments)?;
    let most = usize::try_from(size(vm, arguments, 2, -1)?).unwrap_or(usize::MAX);
    if this.ended.get() {
        return Err(vm.raise(Ex::EOFError, "End of stream already reached"));
    }
    let given = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?;
    let mut input = this.rest.take();
    input.extend_from_slice(&given);
    let unpacker = this.unpacker.get_mut();
    let unpacked = vm.blocking(|| {
        let mut output: Vec<u8> = Vec::new();
        let mut taken = 0;
        loop {
            let room = ROOM.min(most - output.len());
            output.reserve_exact(room);
            // The vector may have more room than was asked for: no more than `most` is unpacked.
            let mut part = vec![0; room];
            let (before, made) = (unpacker.total_in(), unpacker.total_out());
            let status = unpacker.decompress(input.get(taken..).unwrap_or_default(), &mut part).map_err(|_| "Invalid data stream")?;
            taken += (unpacker.total_in() - before) as usize;
            let made = (unpacker.total_out() - made) as usize;
            output.extend_from_slice(part.get(..made).unwrap_or_default());
            let ended = matches!(status, Status::StreamEnd);
            let full = output.len() >= most;
            if ended || full || made < room && taken >= input.len() {
                return Ok::<_, &str>((output, taken, ended, full));
            }
        }
    });
    match unpacked {
        Ok((output, taken, ended, full)) => {
            this.ended.set(ended);
            this.needs_input.set(!ended && !(full && most > 0 && (taken < input.len() || !output.is_empty())));
            *this.rest.get_mut() = input.split_off(taken.min(input.len()));
            Ok(vm.new_bytes(&output))
        }
        Err(message) => Err(vm.raise(Ex::OSError, message)),
    }
}
