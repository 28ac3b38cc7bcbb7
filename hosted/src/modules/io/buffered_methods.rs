//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: the methods. One layout serves all three; `BufferedRWPair` is made of two of them in Python.

use super::buffered::{Buffered, contents, fill, locked, receiver, rewind, seek_raw, send_all, tell_raw, when_open, write as write_bytes};
use super::file_io::{direct, put, target_size};
use super::{BUFFER_SIZE, BUFFERED_IO_BASE, FLAGS, Progress, call_method, descriptor, exact, file_io, repeat, size_argument};
use pyvm_core::object::bytes;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::Object;
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Step, Vm, argument};
use std::borrow::Cow;

const NEW: Native = Native::simple("__new__($type, /, *args, **kwargs)", new, "Create and return a new object.");
const SETUP: Native = Native::simple("_setup($self, raw, size, /)", setup, "Take a raw stream.");
const DETACH: Native = Native::simple("_detach($self, /)", detach, "Give the raw stream up.");
const CHECK: Native = Native::simple("_check($self, /)", |vm, arguments| receiver(vm, arguments).map(|_| Value::NONE), "ValueError if it has no raw stream.");
const WITH_LOCK: Native = Native::full("_with_lock($self, function, /)", with_lock, "Call something with the lock held.");
const CLOSE: Native = Native::full("close($self, /)", close, "Flush and close the stream.");
const SEEK: Native = Native::full("seek($self, target, whence=0, /)", seek, "Change the stream position.");
const TELL: Native = Native::full("tell($self, /)", tell, "Return current stream position.");
const READ: Native = Native::full("read($self, size=-1, /)", read, "Read and return up to size bytes.");
const READ1: Native = Native::full("read1($self, size=-1, /)", read_once, "Read and return up to size bytes, with at most one read call of the raw stream.");
const READ_INTO: Native = Native::full("readinto($self, buffer, /)", |vm, args| read_into(vm, args, false), "Read bytes into a buffer.");
const READ_INTO1: Native =
    Native::full("readinto1($self, buffer, /)", |vm, args| read_into(vm, args, true), "Read bytes into a buffer, with at most one read call of the raw stream.");
const PEEK: Native = Native::full("peek($self, size=0, /)", peek, "Return buffered bytes without advancing the position.");
const READ_LINE: Native = Native::full("readline($self, size=-1, /)", read_line, "Read and return a line.");
const WRITE: Native = Native::full("write($self, buffer, /)", write, "Write the given buffer to the IO stream.");
const FLUSH: Native = Native::full("flush($self, /)", flush, "Send what is held back.");
const REWIND: Native = Native::full("_rewind($self, /)", |vm, args| receiver_and(vm, args, |vm, this| locked(vm, this, rewind)), "Forget what was read ahead.");
const NEXT: Native = Native::full("__next__($self, /)", next, "Implement next(self).");

const GETTERS: [Getter; 2] = [
    Getter::read_only("raw", |_, this| Ok(this.get::<Buffered>().map_or(Value::NONE, |this| this.raw.get().clone())), "The raw stream."),
    Getter::read_only("_ready", |_, this| Ok(Value::bool(this.get::<Buffered>().is_some_and(|this| this.state.get().ready))), "Whether it has a raw stream."),
];

macro_rules! buffered {
    ($($static:ident $name:literal $doc:literal [$($native:ident)+];)+) => {
        $(pub static $static: TypeSpec = TypeSpec {
            module: "_io",
            base: Some(&BUFFERED_IO_BASE),
            flags: FLAGS,
            doc: $doc,
            natives: &[NEW, SETUP, DETACH, CHECK, WITH_LOCK, CLOSE, SEEK, TELL, $($native),+],
            getters: &GETTERS,
            next: Some(step),
            ..TypeSpec::new($name, Buffered::LAYOUT)
        };)+
    };
}

buffered! {
    READER "BufferedReader" "Create a new buffered reader using the given readable raw IO object." [READ READ1 READ_INTO READ_INTO1 PEEK READ_LINE NEXT];
    WRITER "BufferedWriter" "A buffer for a writeable sequential RawIO object." [WRITE FLUSH];
    RANDOM "BufferedRandom" "A buffered interface to random access streams." [READ READ1 READ_INTO READ_INTO1 PEEK READ_LINE NEXT WRITE FLUSH REWIND];
}

pub fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<Buffered>(vm, arguments, "_io._Buffered")?;
    // Its class is made with module `_thread`, or now.
    vm.class_from_spec(&pyvm_core::modules::_thread::LOCK);
    let lock = vm.new_lock();
    Ok(vm.heap.new_object(&class, |header| Buffered::empty(header, lock)))
}

pub fn setup(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [this, raw, size, ..] = arguments else { return Ok(Value::NONE) };
    let Some(buffered) = this.get::<Buffered>() else { return Ok(Value::NONE) };
    let state = buffered.state.get_mut();
    state.ready = false;
    state.detached = false;
    let size = vm.index_i64(size)?;
    let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
        return Err(vm.value_error("buffer size must be strictly positive"));
    };
    // What could never be allocated is an error now.
    vm.check_memory(Some(size))?;
    buffered.forget_input();
    let state = buffered.state.get_mut();
    state.output.clear();
    state.size = size;
    state.ready = true;
    let raw = raw.clone();
    drop(buffered.raw.replace(raw));
    Ok(Value::NONE)
}

fn detach(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let buffered = receiver(vm, arguments)?;
    let state = buffered.state.get_mut();
    (state.ready, state.detached) = (false, true);
    Ok(buffered.raw.replace(Value::NONE))
}

fn with_lock(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(function) = args.get(1).cloned() else { return Ok(Action::Return(Value::NONE)) };
    receiver_and(vm, args, move |vm, this| locked(vm, this, move |_, _| Ok(Action::tail_call(function, []))))
}

/// A file of ours is closed here, unless something about it is not as usual.
fn close(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver_and(vm, args, |vm, this| {
        if !closes_here(this) {
            return call_method(vm, this, "_close_by_calls", Vec::new());
        }
        close_here(vm, this)
    })
}

/// Is all known that closing it does?
pub fn closes_here(this: &Value) -> bool {
    super::buffered::direct(this).is_some_and(|buffered| {
        let raw = buffered.raw.get();
        direct(raw).is_some() && super::is_plain(&buffered.header, "") && raw.header().is_some_and(|header| super::is_plain(header, "name"))
    })
}

/// Sends what is held back and closes the file, whatever becomes of the former.
pub fn close_here(vm: &mut Vm, this: &Value) -> Res<Action> {
    locked(vm, this, |vm, this| {
        let this = this.clone();
        let sent = send_all(vm, &this.clone());
        Action::after(sent, vm, move |vm, sent| {
            let raw = receiver(vm, std::slice::from_ref(&this))?.raw.get().clone();
            match sent {
                Ok(_) => file_io::close(vm, std::slice::from_ref(&raw)).map(Action::Return),
                Err(raised) => {
                    let exception = vm.take_exception(raised);
                    file_io::close(vm, std::slice::from_ref(&raw))?;
                    Err(vm.raise_value(exception))
                }
            }
        })
    })
}

fn receiver_and(vm: &mut Vm, args: &Args, then: impl FnOnce(&mut Vm, &Value) -> Res<Action>) -> Res<Action> {
    receiver(vm, args.positional)?;
    match args.get(0) {
        Some(this) => then(vm, this),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// The stream is open, has sent what it held back, and the lock is held.
fn reading(vm: &mut Vm, args: &Args, message: &'static str, then: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    receiver_and(vm, args, move |vm, this| {
        when_open(vm, this, message, move |vm, this| {
            locked(vm, this, move |vm, this| {
                let this = this.clone();
                send_all(vm, &this.clone())?.and_then(vm, move |vm, _| then(vm, &this))
            })
        })
    })
}

/// The stream, if something can be taken from its buffer right now.
fn at_hand<'a>(vm: &mut Vm, args: &Args<'a>) -> Res<Option<&'a Buffered>> {
    let buffered = receiver(vm, args.positional)?;
    Ok(if buffered.is_free() && file_io::is_closed(buffered.raw.get()) == Some(false) { Some(buffered) } else { None })
}

fn read(vm: &mut Vm, args: &Args) -> Res<Action> {
    let size = size_argument(vm, args.positional, 1, Some("read length must be non-negative or -1"))?;
    if let (Some(size), Some(buffered)) = (size, at_hand(vm, args)?)
        && buffered.available().len() >= size
    {
        return Ok(Action::Return(buffered.take(vm, size)?));
    }
    reading(vm, args, "read of closed file", move |vm, this| match size {
        Some(size) => read_exactly(vm, this, size, move |vm, this, blocked| {
            let buffered = receiver(vm, std::slice::from_ref(this))?;
            if blocked && buffered.available().is_empty() && size > 0 { Ok(Value::NONE) } else { buffered.take(vm, size) }
        }),
        None => read_all(vm, this),
    })
}

/// Fills the buffer until `size` bytes are there, or the raw stream has no more; `done` is told whether it would have to wait for more.
fn read_exactly(vm: &mut Vm, this: &Value, size: usize, done: impl FnOnce(&mut Vm, &Value, bool) -> Res<Value> + 'static) -> Res<Action> {
    let mut done = Some(done);
    repeat(vm, this, move |vm, this, count| {
        let buffered = receiver(vm, std::slice::from_ref(this))?;
        let (available, block) = (buffered.available().len(), buffered.state.get().size);
        let ended = count.as_ref().is_some_and(|count| count.as_small_int().unwrap_or(0) == 0);
        if available >= size || ended {
            let blocked = count.is_some_and(|count| count.is_none());
            let value = match done.take() {
                Some(done) => done(vm, this, blocked)?,
                None => Value::NONE,
            };
            return Ok(Progress::Done(Action::Return(value)));
        }
        let missing = size - available;
        fill(vm, this, if missing >= block { missing - missing % block } else { block }).map(Progress::Wait)
    })
}

fn read_all(vm: &mut Vm, this: &Value) -> Res<Action> {
    let raw = receiver(vm, std::slice::from_ref(this))?.raw.get().clone();
    if direct(&raw).is_some() {
        return repeat(vm, this, |vm, this, count| {
            let buffered = receiver(vm, std::slice::from_ref(this))?;
            if let Some(count) = count {
                if count.is_none() && buffered.available().is_empty() {
                    return Ok(Progress::Done(Action::Return(Value::NONE)));
                }
                if count.as_small_int().unwrap_or(0) == 0 {
                    return Ok(Progress::Done(Action::Return(buffered.take(vm, usize::MAX)?)));
                }
            }
            let rest = direct(buffered.raw.get()).and_then(|file| descriptor::rest(file.descriptor));
            fill(vm, this, rest.map_or(BUFFER_SIZE, |rest| rest.min(1 << 30) + 1)).map(Progress::Wait)
        });
    }
    let name = vm.intern("readall");
    let this = this.clone();
    get_attribute_then(vm, &raw.clone(), &name, move |vm, method| match vm.catch(method, Ex::AttributeError)? {
        Some(method) if !method.is_none() => Action::tail_call(method, []).and_then(vm, move |vm, rest| {
            if !rest.is_none() && rest.get::<bytes::Bytes>().is_none() {
                return Err(vm.type_error("readall() should return bytes"));
            }
            joined(vm, &this, &[rest])
        }),
        _ => {
            let mut chunks = Vec::new();
            repeat(vm, &this, move |vm, this, chunk| {
                if let Some(chunk) = chunk {
                    if !chunk.is_none() && chunk.get::<bytes::Bytes>().is_none() {
                        return Err(vm.type_error("read() should return bytes"));
                    }
                    let ended = chunk.get::<bytes::Bytes>().is_none_or(|chunk| chunk.length == 0);
                    if !ended || chunks.is_empty() {
                        chunks.push(chunk);
                    }
                    if ended {
                        return joined(vm, this, &chunks).map(Progress::Done);
                    }
                }
                call_method(vm, &raw, "read", Vec::new()).map(Progress::Wait)
            })
        }
    })
}

/// What was read ahead, and chunks behind it; None if there is nothing but a None.
fn joined(vm: &mut Vm, this: &Value, chunks: &[Value]) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    let mut data = buffered.available().to_vec();
    buffered.forget_input();
    chunks.iter().filter_map(|chunk| chunk.get::<bytes::Bytes>()).for_each(|chunk| data.extend_from_slice(chunk.data()));
    Ok(Action::Return(if data.is_empty() && chunks.first().is_some_and(Value::is_none) { Value::NONE } else { vm.new_bytes(&data) }))
}

fn read_once(vm: &mut Vm, args: &Args) -> Res<Action> {
    let size = match argument(args.positional, 1) {
        Some(size) => vm.index_i64(size)?,
        None => -1,
    };
    receiver_and(vm, args, move |vm, this| {
        when_open(vm, this, "read of closed file", move |vm, this| {
            let block = receiver(vm, std::slice::from_ref(this))?.state.get().size;
            super::buffered::read_once(vm, this, usize::try_from(size).unwrap_or(block))
        })
    })
}

fn read_into(vm: &mut Vm, args: &Args, once: bool) -> Res<Action> {
    let Some(target) = args.get(1).cloned() else { return Ok(Action::Return(Value::NONE)) };
    receiver(vm, args.positional)?;
    let size = target_size(vm, &target, if once { "readinto1" } else { "readinto" })?;
    reading(vm, args, "readinto of closed file", move |vm, this| {
        let finish = move |vm: &mut Vm, this: &Value, blocked: bool| {
            let buffered = receiver(vm, std::slice::from_ref(this))?;
            let available = buffered.available();
            if blocked && available.is_empty() && size > 0 {
                return Ok(Value::NONE);
            }
            let taken = available.get(..size).unwrap_or(available);
            put(vm, &target, taken)?;
            let count = taken.len();
            buffered.skip(count);
            Ok(vm.new_size(count))
        };
        if !once {
            return read_exactly(vm, this, size, finish);
        }
        let buffered = receiver(vm, std::slice::from_ref(this))?;
        let (available, block) = (buffered.available().len(), buffered.state.get().size);
        let missing = size.saturating_sub(available);
        let this = this.clone();
        let filled = match missing {
            missing if missing > block => fill(vm, &this, missing)?,
            1.. if available == 0 => fill(vm, &this, block)?,
            _ => Action::Return(Value::small_int(0)),
        };
        filled.and_then(vm, move |vm, count| finish(vm, &this, count.is_none()).map(Action::Return))
    })
}

fn peek(vm: &mut Vm, args: &Args) -> Res<Action> {
    if let Some(size) = args.get(1) {
        vm.index_i64(size)?;
    }
    reading(vm, args, "peek of closed file", |vm, this| {
        read_exactly(vm, this, 1, |vm, this, _| {
            let buffered = receiver(vm, std::slice::from_ref(this))?;
            vm.check_memory(Some(buffered.available().len()))?;
            Ok(vm.new_bytes(buffered.available()))
        })
    })
}

// ---- lines

/// The line that is in the buffer, its end included.
fn line_at_hand(buffered: &Buffered, limit: usize) -> Option<usize> {
    let available = buffered.available();
    let within = available.get(..limit).unwrap_or(available);
    memchr::memchr(b'\n', within).map(|index| index + 1).or_else(|| (available.len() >= limit).then_some(limit))
}

fn read_line(vm: &mut Vm, args: &Args) -> Res<Action> {
    let limit = size_argument(vm, args.positional, 1, None)?.unwrap_or(usize::MAX);
    if let Some(buffered) = at_hand(vm, args)?
        && let Some(size) = line_at_hand(buffered, limit)
    {
        return Ok(Action::Return(buffered.take(vm, size)?));
    }
    reading(vm, args, "readline of closed file", move |vm, this| {
        repeat(vm, this, move |vm, this, count| {
            let buffered = receiver(vm, std::slice::from_ref(this))?;
            let ended = count.is_some_and(|count| count.as_small_int().unwrap_or(0) == 0);
            match line_at_hand(buffered, limit) {
                Some(size) => Ok(Progress::Done(Action::Return(buffered.take(vm, size)?))),
                None if ended => Ok(Progress::Done(Action::Return(buffered.take(vm, limit)?))),
                None => fill(vm, this, buffered.state.get().size).map(Progress::Wait),
            }
        })
    })
}

/// The next line, if it is in the buffer; a class derived in Python may read its lines otherwise.
fn step(vm: &mut Vm, this: &Value) -> Res<Step> {
    let Some(buffered) = exact::<Buffered>(this).filter(|buffered| buffered.state.get().ready && buffered.is_free()) else { return Ok(Step::Call) };
    if file_io::is_closed(buffered.raw.get()) != Some(false) {
        return Ok(Step::Call);
    }
    match line_at_hand(buffered, usize::MAX) {
        Some(size) => Ok(Step::Item(buffered.take(vm, size)?)),
        None => Ok(Step::Call),
    }
}

fn next(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(this) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let line = if exact::<Buffered>(this).is_some() { read_line(vm, args)? } else { call_method(vm, this, "readline", Vec::new())? };
    line.and_then(vm, |vm, line| {
        let size = match line.get::<bytes::Bytes>() {
            Some(line) => line.length,
            None => {
                let given = vm.type_name(&line);
                return Err(vm.type_error(&format!("readline() should have returned a bytes object, not '{given}'")));
            }
        };
        if size == 0 { Err(vm.raise_with(Ex::StopIteration, Vec::new())) } else { Ok(Action::Return(line)) }
    })
}

// ---- writing

fn write(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(data) = args.get(1) else { return Ok(Action::Return(Value::NONE)) };
    let buffered = receiver(vm, args.positional)?;
    let Some(this) = args.get(0) else { return Ok(Action::Return(Value::NONE)) };
    let contents = contents(vm, data)?;
    if file_io::is_closed(buffered.raw.get()) == Some(false) {
        return write_bytes(vm, this, contents);
    }
    let contents = contents.into_owned();
    when_open(vm, this, "write to closed file", move |vm, this| write_bytes(vm, this, Cow::Owned(contents)))
}

fn flush(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver_and(vm, args, |vm, this| {
        when_open(vm, this, "flush of closed file", |vm, this| {
            locked(vm, this, |vm, this| {
                let this = this.clone();
                send_all(vm, &this.clone())?.and_then(vm, move |vm, _| rewind(vm, &this)?.and_then(vm, |_, _| Ok(Action::Return(Value::NONE))))
            })
        })
    })
}

// ---- positions

fn tell(vm: &mut Vm, args: &Args) -> Res<Action> {
    receiver_and(vm, args, |vm, this| {
        let this = this.clone();
        tell_raw(vm, &this.clone())?.and_then(vm, move |vm, position| {
            let buffered = receiver(vm, std::slice::from_ref(&this))?;
            let ahead = buffered.available().len() as i64 - buffered.state.get().output.len() as i64;
            let position = vm.index_i64(&position)? - ahead;
            Ok(Action::Return(vm.new_int(position.max(0))))
        })
    })
}

fn seek(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(target) = args.get(1) else { return Ok(Action::Return(Value::NONE)) };
    receiver(vm, args.positional)?;
    let target = vm.index(target)?;
    let whence = match args.get(2) {
        Some(whence) => vm.index_i64(whence)?,
        None => 0,
    };
    let whence = match whence {
        0..=2 => whence as i32,
        #[cfg(target_os = "linux")]
        3 | 4 => whence as i32,
        _ => return Err(vm.value_error(&format!("whence value {whence} unsupported"))),
    };
    receiver_and(vm, args, move |vm, this| {
        when_open(vm, this, "seek of closed file", move |vm, this| {
            let this = this.clone();
            let known = file_io::is_seekable(receiver(vm, std::slice::from_ref(&this))?.raw.get());
            let checked = if known { Action::Return(Value::NONE) } else { call_method(vm, &this, "_check_seekable", Vec::new())? };
            checked.and_then(vm, move |vm, _| locked(vm, &this, move |vm, this| seek_locked(vm, this, target, whence)))
        })
    })
}

fn seek_locked(vm: &mut Vm, this: &Value, target: Value, whence: i32) -> Res<Action> {
    let this = this.clone();
    send_all(vm, &this.clone())?.and_then(vm, move |vm, _| {
        let buffered = receiver(vm, std::slice::from_ref(&this))?;
        if buffered.available().is_empty() || whence > 1 {
            return go(vm, this, target, whence);
        }
        // Within what was read ahead, the raw stream stays where it is.
        tell_raw(vm, &this.clone())?.and_then(vm, move |vm, position| {
            let buffered = receiver(vm, std::slice::from_ref(&this))?;
            let (end, ahead, wanted) = (vm.index_i64(&position)?, buffered.available().len() as i64, vm.index_i64(&target)?);
            let forward = if whence == 1 { wanted } else { wanted.saturating_sub(end - ahead) };
            if (0..=ahead).contains(&forward) {
                buffered.skip(forward as usize);
                return Ok(Action::Return(vm.new_int((end - ahead + forward).max(0))));
            }
            let target = if whence == 1 { vm.new_int(wanted - ahead) } else { target };
            go(vm, this, target, whence)
        })
    })
}

fn go(vm: &mut Vm, this: Value, target: Value, whence: i32) -> Res<Action> {
    seek_raw(vm, &this.clone(), target, whence)?.and_then(vm, move |_, position| {
        if let Some(buffered) = this.get::<Buffered>() {
            buffered.forget_input();
        }
        Ok(Action::Return(position))
    })
}
