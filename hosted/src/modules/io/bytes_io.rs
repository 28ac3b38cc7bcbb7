//! `BytesIO`: bytes in memory as a file.

use super::file_io::{put, target_size};
use super::{BUFFERED_IO_BASE, FLAGS, exact, size_argument};
use pyvm_core::object;
use pyvm_core::object::bytearray::{self, ByteArray};
use pyvm_core::object::bytes::{self, Bytes};
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::memoryview;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Getter, Native, Res, Step, Vm, argument};
use std::cell::Cell;

/// Bytes in memory.
#[repr(C)]
pub struct BytesIo {
    pub header: Header,
    /// A bytearray, which knows of the views of it; None: closed.
    data: Mut<Value>,
    position: Cell<usize>,
}

object!(BytesIo, Kind::Other, "BytesIO", |this, visit| visit(this.data.get()), |this| drop(this.data.replace(Value::NONE)));

pub static BYTES_IO: TypeSpec = TypeSpec {
    module: "_io",
    base: Some(&BUFFERED_IO_BASE),
    flags: FLAGS,
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", new, "Create and return a new object."),
        Native::simple("__init__($self, /, initial_bytes=b'')", init, "Initialize self."),
        Native::simple("read($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."),
        Native::simple("read1($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object."),
        Native::simple("readline($self, size=-1, /)", read_line, "Next line from the file, as a bytes object."),
        Native::simple("readlines($self, size=None, /)", read_lines, "List of bytes objects, each a line from the file."),
        Native::simple("readinto($self, buffer, /)", read_into, "Read bytes into buffer."),
        Native::simple("peek($self, size=1, /)", peek, "Return bytes from the current position without advancing it."),
        Native::simple("write($self, b, /)", write, "Write bytes to file."),
        Native::simple("getvalue($self, /)", get_value, "Retrieve the entire contents of the BytesIO object."),
        Native::simple("getbuffer($self, /)", get_buffer, "Get a read-write view over the contents of the BytesIO object."),
        Native::simple("seek($self, pos, whence=0, /)", seek, "Change stream position."),
        Native::simple("tell($self, /)", |vm, arguments| open(vm, arguments).map(|this| vm.new_size(this.0.position.get())), "Current file position, an integer."),
        Native::simple("truncate($self, size=None, /)", truncate, "Truncate the file to at most size bytes."),
        Native::simple("_close($self, /)", close, "Forget the bytes."),
        Native::simple("flush($self, /)", |vm, arguments| open(vm, arguments).map(|_| Value::NONE), "Does nothing."),
        Native::simple("isatty($self, /)", |vm, arguments| open(vm, arguments).map(|_| Value::FALSE), "Always returns False."),
        Native::simple("readable($self, /)", yes, "Returns True if the IO object can be read."),
        Native::simple("writable($self, /)", yes, "Returns True if the IO object can be written."),
        Native::simple("seekable($self, /)", yes, "Returns True if the IO object can be seeked."),
        Native::simple("__next__($self, /)", next_line, "Implement next(self)."),
    ],
    getters: &[Getter::read_only("closed", |_, this| Ok(Value::bool(this.get::<BytesIo>().is_none_or(|this| this.data.get().is_none()))), "True if the file is closed")],
    next: Some(step),
    ..TypeSpec::new("BytesIO", BytesIo::LAYOUT)
};

fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<BytesIo>(vm, arguments, "_io.BytesIO")?;
    let data = bytearray::new(vm, Vec::new());
    Ok(vm.heap.new_object(&class, |header| BytesIo { header, data: Mut::new(data), position: Cell::new(0) }))
}

/// The object, and its bytes: it is open.
fn open<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<(&'a BytesIo, &'a ByteArray)> {
    let this = arguments.first().and_then(|this| this.get::<BytesIo>());
    match this.and_then(|this| Some((this, this.data.get().get::<ByteArray>()?))) {
        Some(open) => Ok(open),
        None => Err(vm.value_error("I/O operation on closed file.")),
    }
}

fn yes(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    open(vm, arguments).map(|_| Value::TRUE)
}

fn init(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(|this| this.get::<BytesIo>()) else { return Ok(Value::NONE) };
    if let Some(old) = this.data.get().get::<ByteArray>() {
        old.resizable(vm, 0)?;
    }
    let data = match argument(arguments, 1).filter(|initial| !initial.is_none()) {
        Some(initial) => bytes::required(vm, initial)?.into_owned(),
        None => Vec::new(),
    };
    vm.check_memory(Some(data.len()))?;
    let data = bytearray::new(vm, data);
    this.position.set(0);
    drop(this.data.replace(data));
    Ok(Value::NONE)
}

/// Takes the next `size` bytes.
fn take(vm: &mut Vm, this: &BytesIo, data: &ByteArray, size: usize) -> Res<Value> {
    let rest = data.data.get().get(this.position.get()..).unwrap_or_default();
    let taken = rest.get(..size).unwrap_or(rest);
    if taken.len() > 4096 {
        vm.check_memory(Some(taken.len()))?;
    }
    let result = vm.new_bytes(taken);
    this.position.set(this.position.get() + taken.len());
    Ok(result)
}

fn read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = size_argument(vm, arguments, 1, None)?;
    let (this, data) = open(vm, arguments)?;
    take(vm, this, data, size.unwrap_or(usize::MAX))
}

fn peek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match argument(arguments, 1) {
        Some(_) => size_argument(vm, arguments, 1, None)?.unwrap_or(usize::MAX),
        None => 1,
    };
    let (this, data) = open(vm, arguments)?;
    let position = this.position.get();
    let result = take(vm, this, data, size);
    this.position.set(position);
    result
}

fn line(vm: &mut Vm, this: &BytesIo, data: &ByteArray, limit: usize) -> Res<Value> {
    let rest = data.data.get().get(this.position.get()..).unwrap_or_default();
    let size = memchr::memchr(b'\n', rest).map_or(rest.len(), |index| index + 1);
    take(vm, this, data, size.min(limit))
}

fn read_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = size_argument(vm, arguments, 1, None)?;
    let (this, data) = open(vm, arguments)?;
    line(vm, this, data, limit.unwrap_or(usize::MAX))
}

fn is_empty(line: &Value) -> bool {
    line.get::<Bytes>().is_none_or(|line| line.length == 0)
}

fn read_lines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let hint = size_argument(vm, arguments, 1, None)?.filter(|&hint| hint > 0).unwrap_or(usize::MAX);
    let (this, data) = open(vm, arguments)?;
    let (mut lines, mut size) = (Vec::new(), 0);
    while size < hint {
        let line = line(vm, this, data, usize::MAX)?;
        if is_empty(&line) {
            break;
        }
        size += line.get::<Bytes>().map_or(0, |line| line.length);
        lines.push(line);
    }
    Ok(vm.new_list(lines))
}

/// The next line; a class derived in Python may read its lines otherwise.
fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    if exact::<BytesIo>(this).is_none() {
        return Ok(Step::Call);
    }
    let (this, data) = open(vm, std::slice::from_ref(this))?;
    let line = line(vm, this, data, usize::MAX)?;
    Ok(if is_empty(&line) { Step::Done } else { Step::Item(line) })
}

fn next_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (this, data) = open(vm, arguments)?;
    let line = line(vm, this, data, usize::MAX)?;
    if is_empty(&line) { Err(vm.raise_with(Ex::StopIteration, Vec::new())) } else { Ok(line) }
}

fn read_into(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [_, target, ..] = arguments else { return Ok(Value::NONE) };
    let size = target_size(vm, target, "readinto")?;
    let (this, data) = open(vm, arguments)?;
    let rest = data.data.get().get(this.position.get()..).unwrap_or_default();
    let taken = rest.get(..size).unwrap_or(rest).to_vec();
    put(vm, target, &taken)?;
    this.position.set(this.position.get() + taken.len());
    Ok(vm.new_size(taken.len()))
}

fn write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [_, given, ..] = arguments else { return Ok(Value::NONE) };
    let (this, data) = open(vm, arguments)?;
    // Copied: it may be a view of these same bytes.
    let given = match given.get::<Bytes>() {
        Some(given) => std::borrow::Cow::Borrowed(given.data()),
        None => std::borrow::Cow::Owned(bytes::required(vm, given)?.into_owned()),
    };
    let position = this.position.get();
    data.resizable(vm, 0)?;
    if given.is_empty() {
        return Ok(Value::small_int(0));
    }
    let Some(end) = position.checked_add(given.len()).filter(|&end| isize::try_from(end).is_ok()) else {
        return Err(vm.raise(Ex::OverflowError, "new buffer size too large"));
    };
    let length = data.data.get().len();
    let place = data.resizable(vm, end.saturating_sub(length))?;
    if place.len() < end {
        place.resize(end, 0);
    }
    if let Some(place) = place.get_mut(position..end) {
        place.copy_from_slice(&given);
    }
    this.position.set(end);
    Ok(vm.new_size(given.len()))
}

fn get_value(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (_, data) = open(vm, arguments)?;
    vm.check_memory(Some(data.data.get().len()))?;
    Ok(vm.new_bytes(data.data.get()))
}

fn get_buffer(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (this, _) = open(vm, arguments)?;
    let class = vm.class_from_spec(&memoryview::TYPE);
    vm.call(&class, &[this.data.get().clone()])
}

fn seek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(offset) = argument(arguments, 1) else { return Ok(Value::NONE) };
    let offset = vm.index_i64(offset)?;
    let whence = match argument(arguments, 2) {
        Some(whence) => vm.index_i64(whence)?,
        None => 0,
    };
    let (this, data) = open(vm, arguments)?;
    let from = match whence {
        0 if offset < 0 => return Err(vm.value_error(&format!("negative seek value {offset}"))),
        0 => 0,
        1 => this.position.get() as i64,
        2 => data.data.get().len() as i64,
        _ => return Err(vm.value_error(&format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let Some(position) = from.checked_add(offset) else { return Err(vm.raise(Ex::OverflowError, "new position too large")) };
    this.position.set(position.max(0) as usize);
    Ok(vm.new_size(this.position.get()))
}

fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match argument(arguments, 1).filter(|size| !size.is_none()) {
        Some(size) => Some(vm.index_i64(size)?),
        None => None,
    };
    let (this, data) = open(vm, arguments)?;
    data.resizable(vm, 0)?;
    let size = match size {
        None => this.position.get(),
        Some(size) => match usize::try_from(size) {
            Ok(size) => size,
            Err(_) => return Err(vm.value_error(&format!("negative size value {size}"))),
        },
    };
    if size < data.data.get().len() {
        data.resizable(vm, 0)?.truncate(size);
    }
    Ok(vm.new_size(size))
}

fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first().and_then(|this| this.get::<BytesIo>()) else { return Ok(Value::NONE) };
    if let Some(data) = this.data.get().get::<ByteArray>() {
        data.resizable(vm, 0)?;
    }
    drop(this.data.replace(Value::NONE));
    Ok(Value::NONE)
}
