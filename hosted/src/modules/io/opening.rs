//! `open()`: the usual cases are made here; for others, and for whatever is wrong, Python code of `_io` says what happens.

use super::buffered_methods::{RANDOM, READER, WRITER};
use super::file_io::{self, FILE_IO, FileIo};
use super::text::TEXT_IO_WRAPPER;
use super::{BUFFER_SIZE, buffered_methods, descriptor, in_python, text};
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::codec::{self, Form};
use pyvm_core::object::header::Kind;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Res, Vm};

/// The largest blocks of a file system that buffers are made for.
const LARGEST_BLOCK: i64 = 8 * 1024 * 1024;

/// The mode letters of a usual mode: the mode for the raw file, whether it is text.
fn usual_mode(mode: &str) -> Option<(&'static str, bool)> {
    Some(match mode {
        "r" | "rt" => ("r", true),
        "rb" => ("r", false),
        "w" | "wt" => ("w", true),
        "wb" => ("w", false),
        "a" | "at" => ("a", true),
        "ab" => ("a", false),
        "x" => ("x", true),
        "xb" => ("x", false),
        "r+" => ("r+", true),
        "r+b" | "rb+" => ("r+", false),
        "w+" => ("w+", true),
        "w+b" | "wb+" => ("w+", false),
        "a+" => ("a+", true),
        "a+b" | "ab+" => ("a+", false),
        _ => return None,
    })
}

/// What is asked for, if it is nothing unusual: the raw file's mode, and whether it is text.
fn usual(args: &Args) -> Option<(&'static str, bool)> {
    let given = |index| args.get(index).filter(|value| !value.is_none());
    let file = args.get(0)?;
    if !(file.get::<Str>().is_some() || file.get::<Bytes>().is_some() || file.kind() == Kind::Int) {
        return None;
    }
    let (mode, text) = match args.get(1) {
        Some(mode) => usual_mode(mode.get::<Str>()?.as_str()?)?,
        None => ("r", true),
    };
    if given(2).is_some_and(|buffering| buffering.as_small_int() != Some(-1)) || given(7).is_some() {
        return None;
    }
    if given(6).is_some_and(|close| close.as_bool().is_none()) {
        return None;
    }
    if !text {
        return if (3..6).any(|index| given(index).is_some()) { None } else { Some((mode, false)) };
    }
    if let Some(encoding) = given(3) {
        let name = encoding.get::<Str>()?.as_str()?;
        codec::find(name).filter(|codec| !matches!(codec.form, Form::Escapes { .. }))?;
    }
    if let Some(errors) = given(4) {
        codec::handler(Some(errors.get::<Str>()?))?;
    }
    if let Some(newline) = given(5)
        && !matches!(newline.get::<Str>()?.bytes(), b"" | b"\n" | b"\r" | b"\r\n")
    {
        return None;
    }
    Some((mode, true))
}

pub fn open(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some((mode, as_text)) = usual(args) else { return in_python(vm, "open_in_python", args) };
    let Some(file) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let class = vm.class_from_spec(&FILE_IO);
    let raw = file_io::new(vm, &[class])?;
    let raw_mode = vm.new_str(mode);
    let close = args.get(6).cloned().unwrap_or(Value::TRUE);
    let opened = file_io::init(vm, &Args { positional: &[raw.clone(), file.clone(), raw_mode, close], names: &[], values: &[] })?;
    let shown = args.get(1).cloned();
    let (encoding, errors, newline) = (args.get(3).cloned(), args.get(4).cloned(), args.get(5).cloned());
    opened.and_then(vm, move |vm, _| {
        let buffer = wrap(vm, &raw)?;
        if !as_text {
            return Ok(Action::Return(buffer));
        }
        let encoding = encoding.filter(|encoding| !encoding.is_none()).unwrap_or_else(|| vm.new_str("utf-8"));
        let errors = errors.filter(|errors| !errors.is_none()).unwrap_or_else(|| vm.new_str("strict"));
        wrap_text(vm, &raw, buffer, shown, [encoding, errors, newline.unwrap_or(Value::NONE)])
    })
}

/// The buffered stream over a file.
fn wrap(vm: &mut Vm, raw: &Value) -> Res<Value> {
    let (readable, writable, block) = match raw.get::<FileIo>().map(|file| file.state.get()) {
        Some(state) => (state.readable, state.writable, state.block_size),
        None => (true, false, 0),
    };
    let spec = match (readable, writable) {
        (true, true) => &RANDOM,
        (true, false) => &READER,
        _ => &WRITER,
    };
    let class = vm.class_from_spec(spec);
    if std::ptr::eq(spec, &RANDOM) && !file_io::seekable(vm, std::slice::from_ref(raw))?.is(&Value::TRUE) {
        drop(file_io::close(vm, std::slice::from_ref(raw))?);
        return Err(super::unsupported(vm, "File or stream is not seekable."));
    }
    let buffer = buffered_methods::new(vm, &[class])?;
    let size = vm.new_int(block.min(LARGEST_BLOCK).max(BUFFER_SIZE as i64));
    buffered_methods::setup(vm, &[buffer.clone(), raw.clone(), size])?;
    Ok(buffer)
}

/// The text stream over a buffered one.
fn wrap_text(vm: &mut Vm, raw: &Value, buffer: Value, mode: Option<Value>, [encoding, errors, newline]: [Value; 3]) -> Res<Action> {
    let Some(state) = raw.get::<FileIo>().map(|file| file.state.get()) else { return Ok(Action::Return(Value::NONE)) };
    let (number, waits, readable, writable) = (state.descriptor, state.waits, state.readable, state.writable);
    // SAFETY: takes a number.
    let lines = waits && unsafe { libc::isatty(number) } == 1;
    let class = vm.class_from_spec(&TEXT_IO_WRAPPER);
    let text = text::new(vm, &[class])?;
    text::setup(vm, &[text.clone(), buffer, Value::TRUE])?;
    text::settle(vm, &[text.clone(), encoding, errors, newline, Value::bool(lines), Value::FALSE])?;
    let seekable = file_io::seekable(vm, std::slice::from_ref(raw))?;
    let beginning = !writable || seekable.is(&Value::FALSE) || descriptor::seek(vm, number, 0, libc::SEEK_CUR)? == 0;
    text::finish(vm, &[text.clone(), Value::bool(readable), Value::bool(writable), seekable, Value::bool(beginning)])?;
    let (name, mode) = (vm.intern("mode"), mode.unwrap_or_else(|| vm.new_str("r")));
    vm.set_attribute(&text, &name, Some(mode))?.and_then(vm, move |_, _| Ok(Action::Return(text)))
}
