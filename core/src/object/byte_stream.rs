//! The bytes below the console streams: `sys.stdout.buffer` and its like. They share the text stream's buffer, so text and bytes stay in order.

use super::bytes;
use super::class::{CLASS_NOT_CALLABLE, TypeSpec};
use super::exception::Ex;
use super::header::{Header, Kind, Object};
use super::text_arguments::NONE;
use super::text_stream::{self, TextStream};
use super::value::Value;
use crate::object;
use crate::vm::native::Step;
use crate::vm::{Action, Args, Getter, Native, Res, Vm, argument, iterate};

/// A console stream's bytes.
#[repr(C)]
pub struct ByteStream {
    pub header: Header,
    text: Value,
}

object!(ByteStream, Kind::Other, "BufferedWriter", |this, visit| visit(&this.text));

pub static TYPE: TypeSpec = TypeSpec {
    module: "_io",
    flags: CLASS_NOT_CALLABLE,
    doc: "The bytes of a console stream.",
    natives: &[
        Native::simple("write($self, data, /)", write, "Write bytes; return how many."),
        Native::full("writelines($self, lines, /)", write_lines, "Write bytes one after the other."),
        Native::simple("flush($self, /)", flush, "Send what was written."),
        Native::simple("read($self, size=-1, /)", read, "Read up to size bytes, or all."),
        Native::simple("read1($self, size=-1, /)", read, "Read up to size bytes, or all."),
        Native::simple("readline($self, size=-1, /)", read_line, "Read a line with its newline; empty at the end."),
        Native::simple("readlines($self, hint=-1, /)", read_lines, "Read all lines."),
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Implement iter(self)."),
        Native::simple("__next__($self, /)", next_line, "Implement next(self)."),
        Native::simple("fileno($self, /)", |_, arguments| Ok(Value::small_int(text_of(arguments).map_or(-1, text_stream::number))), "The number of the stream."),
        Native::simple(
            "isatty($self, /)",
            |vm, arguments| text_stream::is_terminal(vm, text_of(arguments).map_or(&[], core::slice::from_ref)),
            "Whether it is a terminal.",
        ),
        Native::simple("readable($self, /)", |_, arguments| Ok(Value::bool(stream(arguments).is_some_and(|stream| stream.output.is_none()))), "Whether it can be read."),
        Native::simple(
            "writable($self, /)",
            |_, arguments| Ok(Value::bool(stream(arguments).is_some_and(|stream| stream.output.is_some()))),
            "Whether it can be written.",
        ),
        Native::simple("seekable($self, /)", |_, _| Ok(Value::FALSE), "Whether it can seek."),
    ],
    getters: &[
        Getter::read_only("closed", |_, this| Ok(Value::bool(stream(core::slice::from_ref(this)).is_some_and(|stream| stream.closed.get()))), "Whether it is closed."),
        Getter::read_only(
            "mode",
            |vm, this| Ok(vm.new_str(if stream(core::slice::from_ref(this)).is_some_and(|stream| stream.output.is_some()) { "wb" } else { "rb" })),
            "The mode.",
        ),
    ],
    next: Some(step),
    ..TypeSpec::new("BufferedWriter", ByteStream::LAYOUT)
};

/// The bytes of a text stream.
pub fn new(vm: &mut Vm, text: &Value) -> Value {
    vm.class_from_spec(&TYPE);
    let text = text.clone();
    vm.new_object(|header| ByteStream { header, text })
}

fn text_of(arguments: &[Value]) -> Option<&Value> {
    arguments.first().and_then(|this| this.get::<ByteStream>()).map(|this| &this.text)
}

fn stream(arguments: &[Value]) -> Option<&TextStream> {
    text_of(arguments)?.get::<TextStream>()
}

fn write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let data = bytes::required(vm, arguments.get(1).unwrap_or(NONE))?.into_owned();
    let Some(stream) = stream(arguments) else { return Ok(Value::NONE) };
    text_stream::check_open(vm, stream)?;
    let Some(output) = stream.output else { return Err(vm.raise(Ex::OSError, "write")) };
    text_stream::write_bytes(vm, stream, output, &data)?;
    Ok(vm.new_size(data.len()))
}

fn write_lines(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (Some(this), Some(lines)) = (arguments.get(0).cloned(), arguments.get(1)) else { return Ok(Action::Return(Value::NONE)) };
    iterate::collect(vm, lines, move |vm, lines| {
        for line in lines {
            write(vm, &[this.clone(), line])?;
        }
        Ok(Action::Return(Value::NONE))
    })
}

fn flush(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(stream) = stream(arguments) {
        text_stream::check_open(vm, stream)?;
        text_stream::flush(vm, stream)?;
    }
    Ok(Value::NONE)
}

fn limit(vm: &mut Vm, arguments: &[Value]) -> Res<usize> {
    match argument(arguments, 1).filter(|size| !size.is_none()) {
        Some(size) => Ok(usize::try_from(vm.index_i64(size)?).unwrap_or(usize::MAX)),
        None => Ok(usize::MAX),
    }
}

fn read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = limit(vm, arguments)?;
    let Some(stream) = stream(arguments) else { return Ok(Value::NONE) };
    text_stream::fill(vm, stream, |buffer| buffer.len() >= limit)?;
    let data = text_stream::take_bytes(stream, limit);
    Ok(vm.new_bytes(&data))
}

fn line(vm: &mut Vm, stream: &TextStream, limit: usize) -> Res<Value> {
    text_stream::fill(vm, stream, |buffer| buffer.len() >= limit || buffer.contains(&b'\n'))?;
    let end = text_stream::line_end(stream).min(limit);
    let data = text_stream::take_bytes(stream, end);
    Ok(vm.new_bytes(&data))
}

fn read_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = limit(vm, arguments)?;
    match stream(arguments) {
        Some(stream) => line(vm, stream, limit),
        None => Ok(Value::NONE),
    }
}

fn is_empty(line: &Value) -> bool {
    line.get::<bytes::Bytes>().is_none_or(|line| line.data().is_empty())
}

fn read_lines(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(stream) = stream(arguments) else { return Ok(Value::NONE) };
    let mut lines = alloc::vec::Vec::new();
    loop {
        let line = line(vm, stream, usize::MAX)?;
        if is_empty(&line) {
            return Ok(vm.new_list(lines));
        }
        lines.push(line);
    }
}

fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    let Some(stream) = stream(core::slice::from_ref(this)) else { return Ok(Step::Call) };
    let line = line(vm, stream, usize::MAX)?;
    Ok(if is_empty(&line) { Step::Done } else { Step::Item(line) })
}

fn next_line(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first().map(|this| step(vm, this)) {
        Some(Ok(Step::Item(line))) => Ok(line),
        Some(Err(raised)) => Err(raised),
        _ => Err(vm.raise_with(Ex::StopIteration, alloc::vec::Vec::new())),
    }
}
