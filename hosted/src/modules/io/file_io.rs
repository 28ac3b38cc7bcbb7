//! `FileIO`: a descriptor as a raw stream.

use super::descriptor::{self, must_wait};
use super::{BUFFER_SIZE, FLAGS, Progress, RAW_IO_BASE, exact, repeat, size_argument, unsupported, warn};
use crate::modules::waiting::{Patience, os_error, wait_until_ready};
use crate::paths;
use pyvm_core::object;
use pyvm_core::object::bytes;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::construct::allocation_class;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Vm, argument};
use std::io;
use std::os::unix::ffi::OsStrExt;

/// What is known of the descriptor.
pub struct State {
    /// Negative: closed.
    pub descriptor: i32,
    created: bool,
    pub readable: bool,
    pub writable: bool,
    appending: bool,
    seekable: Option<bool>,
    close_descriptor: bool,
    /// No file of the file system: reading and writing may take for ever.
    pub waits: bool,
    pub block_size: i64,
}

/// A raw file.
#[repr(C)]
pub struct FileIo {
    pub header: Header,
    pub state: Mut<State>,
}

object!(FileIo, Kind::Other, "FileIO", |this, visit| {});

impl Drop for State {
    fn drop(&mut self) {
        if self.descriptor >= 0 && self.close_descriptor {
            // SAFETY: the object's own descriptor. It could not be closed by its finalizer.
            unsafe { libc::close(self.descriptor) };
        }
    }
}

pub static FILE_IO: TypeSpec = TypeSpec {
    module: "_io",
    base: Some(&RAW_IO_BASE),
    flags: FLAGS,
    doc: "Open a file.",
    natives: &[
        Native::simple("__new__($type, /, *args, **kwargs)", new, "Create and return a new object."),
        Native::full("__init__($self, /, file, mode='r', closefd=True, opener=None)", init, "Initialize self."),
        Native::full("read($self, size=-1, /)", read, "Read at most size bytes, returned as bytes."),
        Native::full("readall($self, /)", |vm, args| read_all(vm, args.positional), "Read all data from the file, returned as bytes."),
        Native::full("readinto($self, buffer, /)", read_into, "Same as RawIOBase.readinto()."),
        Native::full("write($self, b, /)", write, "Write buffer b to file, return number of bytes written."),
        Native::simple("seek($self, pos, whence=0, /)", seek, "Move to new file position and return the file position."),
        Native::simple("tell($self, /)", tell, "Current file position."),
        Native::simple("truncate($self, size=None, /)", truncate, "Truncate the file to at most size bytes and return the truncated size."),
        Native::simple("_close($self, /)", close, "Close the descriptor."),
        Native::simple(
            "fileno($self, /)",
            |vm, arguments| open(vm, arguments).map(|state| Value::small_int(i64::from(state.descriptor))),
            "Return the underlying file descriptor.",
        ),
        Native::simple("isatty($self, /)", is_terminal, "True if the file is connected to a TTY device."),
        Native::simple("readable($self, /)", |vm, arguments| open(vm, arguments).map(|state| Value::bool(state.readable)), "True if file was opened in a read mode."),
        Native::simple("writable($self, /)", |vm, arguments| open(vm, arguments).map(|state| Value::bool(state.writable)), "True if file was opened in a write mode."),
        Native::simple("seekable($self, /)", seekable, "True if file supports random-access."),
    ],
    getters: &[
        Getter::read_only("closed", |_, this| Ok(Value::bool(state_of(this).is_none_or(|state| state.descriptor < 0))), "True if the file is closed"),
        Getter::read_only(
            "closefd",
            |_, this| Ok(Value::bool(state_of(this).is_some_and(|state| state.close_descriptor))),
            "True if the file descriptor will be closed by close().",
        ),
        Getter::read_only("mode", mode, "String giving the file mode."),
        Getter::read_only("_blksize", |vm, this| Ok(state_of(this).map_or(Value::NONE, |state| vm.new_int(state.block_size))), "The size of the file system's blocks."),
    ],
    ..TypeSpec::new("FileIO", FileIo::LAYOUT)
};

fn state_of(this: &Value) -> Option<&mut State> {
    this.get::<FileIo>().map(|file| file.state.get_mut())
}

/// The state of a file that is not closed.
fn open<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a mut State> {
    match arguments.first().and_then(state_of) {
        Some(state) if state.descriptor >= 0 => Ok(state),
        _ => Err(vm.value_error("I/O operation on closed file")),
    }
}

/// The descriptor of a stream that is a file of ours and open.
pub fn direct(raw: &Value) -> Option<&mut State> {
    exact::<FileIo>(raw).map(|file| file.state.get_mut()).filter(|state| state.descriptor >= 0)
}

/// Is it a file of ours that was closed?
pub fn is_closed(raw: &Value) -> Option<bool> {
    exact::<FileIo>(raw).map(|file| file.state.get().descriptor < 0)
}

const CLOSED: State =
    State { descriptor: -1, created: false, readable: false, writable: false, appending: false, seekable: None, close_descriptor: true, waits: false, block_size: 0 };

pub fn new(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = allocation_class::<FileIo>(vm, arguments, "_io.FileIO")?;
    Ok(vm.heap.new_object(&class, |header| FileIo { header, state: Mut::new(CLOSED) }))
}

// ---- opening

/// The state before the file is open, and the flags to open it with.
fn parse_mode(vm: &mut Vm, text: &str) -> Res<(State, i32)> {
    const ONE: &str = "Must have exactly one of create/read/write/append mode and at most one plus";
    let mut state = CLOSED;
    let (mut flags, mut chosen, mut plus) = (0, false, false);
    for letter in text.chars() {
        match letter {
            'r' | 'w' | 'x' | 'a' if chosen => return Err(vm.value_error(ONE)),
            '+' if plus => return Err(vm.value_error(ONE)),
            'r' => state.readable = true,
            'w' => (state.writable, flags) = (true, libc::O_CREAT | libc::O_TRUNC),
            'x' => (state.writable, state.created, flags) = (true, true, libc::O_CREAT | libc::O_EXCL),
            'a' => (state.writable, state.appending, flags) = (true, true, libc::O_CREAT | libc::O_APPEND),
            '+' => plus = true,
            'b' => {}
            _ => return Err(vm.value_error(&format!("invalid mode: {text}"))),
        }
        chosen |= matches!(letter, 'r' | 'w' | 'x' | 'a');
    }
    if !chosen {
        return Err(vm.value_error(ONE));
    }
    (state.readable, state.writable) = (state.readable || plus, state.writable || plus);
    flags |= match (state.readable, state.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    Ok((state, flags | libc::O_CLOEXEC))
}

pub fn init(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [this, file, ..] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let Some(target) = this.get::<FileIo>() else { return Ok(Action::Return(Value::NONE)) };
    // Opened anew: the old descriptor goes.
    drop(target.state.replace(CLOSED));
    let mode = match args.get(1 + 1) {
        None => "r".into(),
        Some(mode) => match mode.get::<Str>() {
            Some(mode) => mode.to_string_lossy().into_owned(),
            None => {
                let given = vm.type_name(mode);
                return Err(vm.type_error(&format!("FileIO() argument 'mode' must be str, not {given}")));
            }
        },
    };
    let close_descriptor = match args.get(3) {
        Some(close) => vm.truth(close)?,
        None => true,
    };
    if file.get::<object::float::Float>().is_some() || file.as_small_float().is_some() {
        return Err(vm.type_error("integer argument expected, got float"));
    }
    if file.kind() == Kind::Bool {
        warn(vm, "bool_as_descriptor")?;
    }
    let given = match file.kind() {
        Kind::Int | Kind::Bool => match vm.index_i64(file)? {
            number if number < 0 => return Err(vm.value_error("negative file descriptor")),
            number => match i32::try_from(number) {
                Ok(number) => Some(number),
                Err(_) => return Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C int")),
            },
        },
        _ => None,
    };
    let (mut state, flags) = parse_mode(vm, &mode)?;
    state.close_descriptor = close_descriptor;
    let (this, file) = (this.clone(), file.clone());
    if let Some(descriptor) = given {
        state.close_descriptor = false;
        state.descriptor = descriptor;
        return take_over(vm, this, file, state, close_descriptor, false);
    }
    // The path first: what is wrong with it is said whatever else there is.
    let path = match paths::path(vm, &file, "FileIO") {
        Ok(path) => path,
        Err(raised) if vm.pending_is(Ex::TypeError) => {
            drop(vm.take_exception(raised));
            let given = vm.type_name(&file);
            return Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")));
        }
        Err(raised) => return Err(raised),
    };
    if !close_descriptor {
        return Err(vm.value_error("Cannot use closefd=False with file name"));
    }
    match args.get(4).filter(|opener| !opener.is_none()) {
        Some(opener) => Ok(Action::call(opener.clone(), [file.clone(), Value::small_int(i64::from(flags))], move |vm, opened| {
            let opened = opened?;
            if !matches!(opened.kind(), Kind::Int | Kind::Bool) {
                return Err(vm.type_error("expected integer from opener"));
            }
            let number = vm.index_i64(&opened)?;
            match i32::try_from(number) {
                Ok(number) if number >= 0 => state.descriptor = number,
                Ok(number) => return Err(vm.value_error(&format!("opener returned {number}"))),
                Err(_) => return Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C int")),
            }
            // SAFETY: takes numbers.
            unsafe { libc::fcntl(state.descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
            take_over(vm, this, file, state, true, true)
        })),
        None => {
            let Ok(text) = std::ffi::CString::new(path.as_bytes()) else { return Err(vm.value_error("embedded null byte")) };
            // SAFETY: the path ends with a zero byte.
            state.descriptor = crate::modules::posix::call(vm, &[&file], || crate::modules::posix::checked(unsafe { libc::open(text.as_ptr(), flags, 0o666) }))?;
            take_over(vm, this, file, state, true, true)
        }
    }
}

/// The descriptor is open: looks at what it is.
fn take_over(vm: &mut Vm, this: Value, name: Value, mut state: State, close_descriptor: bool, own: bool) -> Res<Action> {
    let about: &[&Value] = if own { &[&name] } else { &[] };
    match descriptor::status(state.descriptor) {
        Err(error) => {
            state.close_descriptor = own;
            return Err(crate::modules::posix::os_error(vm, &error, about));
        }
        Ok(status) => {
            let kind = status.st_mode & libc::S_IFMT;
            if kind == libc::S_IFDIR {
                state.close_descriptor = own;
                return Err(crate::modules::posix::os_error(vm, &io::Error::from_raw_os_error(libc::EISDIR), &[&name]));
            }
            state.waits = kind != libc::S_IFREG && kind != libc::S_IFBLK;
            // Its type differs between systems.
            #[allow(clippy::useless_conversion)]
            let block_size: i64 = status.st_blksize.into();
            state.block_size = if block_size > 1 { block_size } else { BUFFER_SIZE as i64 };
        }
    }
    state.close_descriptor = close_descriptor;
    if state.appending {
        // SAFETY: takes numbers. What has no positions stays as it is.
        unsafe { libc::lseek(state.descriptor, 0, libc::SEEK_END) };
    }
    if let Some(file) = this.get::<FileIo>() {
        drop(file.state.replace(state));
    }
    let attribute = vm.intern("name");
    let action = vm.set_attribute(&this, &attribute, Some(name));
    Action::after(action, vm, move |_, done| {
        if done.is_err()
            && !own
            && let Some(state) = state_of(&this)
        {
            // Somebody else's.
            state.descriptor = -1;
        }
        done.map(|_| Action::Return(Value::NONE))
    })
}

fn mode(vm: &mut Vm, this: &Value) -> Res<Value> {
    let text = match state_of(this) {
        Some(state) if state.created => {
            if state.readable {
                "xb+"
            } else {
                "xb"
            }
        }
        Some(state) if state.appending => {
            if state.readable {
                "ab+"
            } else {
                "ab"
            }
        }
        Some(state) if state.readable => {
            if state.writable {
                "rb+"
            } else {
                "rb"
            }
        }
        _ => "wb",
    };
    Ok(vm.new_str(text))
}

pub fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(state) = arguments.first().and_then(state_of) else { return Ok(Value::NONE) };
    let number = std::mem::replace(&mut state.descriptor, -1);
    if number >= 0 && state.close_descriptor {
        vm.platform.forget(Source(number));
        // SAFETY: the object's own descriptor. An interrupted close has closed.
        let closed = vm.blocking(|| crate::modules::posix::checked(unsafe { libc::close(number) }));
        match closed {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(os_error(vm, &error)),
            _ => {}
        }
    }
    Ok(Value::NONE)
}

// ---- reading and writing

fn readable<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a mut State> {
    let state = open(vm, arguments)?;
    if state.readable { Ok(state) } else { Err(unsupported(vm, "File not open for reading")) }
}

/// Makes a call on the descriptor when it is ready for it.
pub fn when_ready(vm: &mut Vm, state: &State, interest: Interest, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    if !state.waits || !must_wait(vm, state.descriptor, interest) {
        return then(vm);
    }
    wait_until_ready(vm, &[(Source(state.descriptor), interest)], Patience::Endless, move |vm, _| then(vm))
}

fn read(vm: &mut Vm, args: &Args) -> Res<Action> {
    let Some(size) = size_argument(vm, args.positional, 1, None)? else { return read_all(vm, args.positional) };
    let state = readable(vm, args.positional)?;
    let number = state.descriptor;
    when_ready(vm, state, Interest::READ, move |vm| {
        let mut data = Vec::new();
        let count = descriptor::read(vm, number, &mut data, size)?;
        Ok(Action::Return(if count.is_some() { vm.new_bytes(&data) } else { Value::NONE }))
    })
}

fn read_all(vm: &mut Vm, arguments: &[Value]) -> Res<Action> {
    readable(vm, arguments)?;
    let Some(this) = arguments.first() else { return Ok(Action::Return(Value::NONE)) };
    let mut data = Vec::new();
    repeat(vm, this, move |vm, this, _| {
        let state = readable(vm, std::slice::from_ref(this))?;
        let number = state.descriptor;
        if state.waits && must_wait(vm, number, Interest::READ) {
            return wait_until_ready(vm, &[(Source(number), Interest::READ)], Patience::Endless, |_, _| Ok(Action::Return(Value::NONE))).map(Progress::Wait);
        }
        let size = if state.waits { BUFFER_SIZE } else { descriptor::rest(number).map_or(BUFFER_SIZE, |rest| rest + 1) };
        match descriptor::read(vm, number, &mut data, size.min(1 << 30))? {
            None if data.is_empty() => Ok(Progress::Done(Action::Return(Value::NONE))),
            None | Some(0) => Ok(Progress::Done(Action::Return(vm.new_bytes(&data)))),
            Some(_) => Ok(Progress::Wait(Action::Return(Value::NONE))),
        }
    })
}

/// The size of a buffer to read into.
///
/// # Errors
/// TypeError.
pub fn target_size(vm: &mut Vm, target: &Value, function: &str) -> Res<usize> {
    match bytes::writable(vm, target)? {
        Some(place) => Ok(place.len()),
        None => {
            let given = vm.type_name(target);
            Err(vm.type_error(&format!("{function}() argument must be read-write bytes-like object, not {given}")))
        }
    }
}

/// Puts bytes at the beginning of a buffer.
///
/// # Errors
/// ValueError.
pub fn put(vm: &mut Vm, target: &Value, data: &[u8]) -> Res<()> {
    // Asked for again: the target may have changed while something waited.
    for (place, byte) in bytes::writable(vm, target)?.into_iter().flatten().zip(data) {
        *place = *byte;
    }
    Ok(())
}

fn read_into(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [_, target, ..] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let target = target.clone();
    let state = readable(vm, args.positional)?;
    let size = target_size(vm, &target, "readinto")?;
    let number = state.descriptor;
    when_ready(vm, state, Interest::READ, move |vm| {
        let mut data = Vec::new();
        match descriptor::read(vm, number, &mut data, size)? {
            None => Ok(Action::Return(Value::NONE)),
            Some(count) => {
                put(vm, &target, &data)?;
                Ok(Action::Return(vm.new_size(count)))
            }
        }
    })
}

fn write(vm: &mut Vm, args: &Args) -> Res<Action> {
    let [_, data, ..] = args.positional else { return Ok(Action::Return(Value::NONE)) };
    let state = open(vm, args.positional)?;
    if !state.writable {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let data = bytes::required(vm, data)?.into_owned();
    let (Some(this), mut written) = (args.get(0), 0) else { return Ok(Action::Return(Value::NONE)) };
    repeat(vm, this, move |vm, this, _| {
        let state = open(vm, std::slice::from_ref(this))?;
        let number = state.descriptor;
        if state.waits {
            // A write that a signal cut short says nothing of it.
            vm.check_interrupts()?;
        }
        if state.waits && must_wait(vm, number, Interest::WRITE) {
            return wait_until_ready(vm, &[(Source(number), Interest::WRITE)], Patience::Endless, |_, _| Ok(Action::Return(Value::NONE))).map(Progress::Wait);
        }
        let rest = data.get(written..).unwrap_or_default();
        let part = rest.get(..writable_at_once(vm, state)).unwrap_or(rest);
        let whole = part.len() == rest.len();
        let count = descriptor::write(vm, number, part)?;
        written += count.unwrap_or(0);
        if count == Some(part.len()) && !whole {
            return Ok(Progress::Wait(Action::Return(Value::NONE)));
        }
        let result = if written == 0 && count.is_none() { Value::NONE } else { vm.new_size(written) };
        // A signal may have cut it short.
        let cut = count.is_some_and(|count| count < part.len());
        Ok(Progress::Done(if cut { vm.let_handlers_run(result)? } else { Action::Return(result) }))
    })
}

/// How many bytes can be written at once where nobody is to be kept waiting: what the poller finds room for is that much at least.
pub fn writable_at_once(vm: &Vm, state: &State) -> usize {
    if state.waits && vm.sched.has_others() { libc::PIPE_BUF } else { usize::MAX }
}

// ---- positions

fn seek(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = open(vm, arguments)?.descriptor;
    let Some(offset) = argument(arguments, 1) else { return Ok(Value::NONE) };
    let offset = vm.index_i64(offset)?;
    let whence = match argument(arguments, 2) {
        Some(whence) => vm.index_i64(whence)?,
        None => 0,
    };
    let position = descriptor::seek(vm, number, offset, i32::try_from(whence).unwrap_or(-1))?;
    Ok(vm.new_int(position))
}

fn tell(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = open(vm, arguments)?.descriptor;
    let position = descriptor::seek(vm, number, 0, libc::SEEK_CUR)?;
    Ok(vm.new_int(position))
}

fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = open(vm, arguments)?;
    if !state.writable {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let number = state.descriptor;
    let size = match argument(arguments, 1).filter(|size| !size.is_none()) {
        Some(size) => vm.index_i64(size)?,
        None => descriptor::seek(vm, number, 0, libc::SEEK_CUR)?,
    };
    // SAFETY: takes numbers.
    crate::modules::posix::call(vm, &[], || crate::modules::posix::checked(unsafe { libc::ftruncate(number, size) }))?;
    Ok(vm.new_int(size))
}

/// Is it a file of ours that is known to have positions?
pub fn is_seekable(raw: &Value) -> bool {
    direct(raw).is_some_and(|state| state.seekable == Some(true))
}

fn is_terminal(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = open(vm, arguments)?.descriptor;
    // SAFETY: takes a number.
    Ok(Value::bool(unsafe { libc::isatty(number) } == 1))
}

pub fn seekable(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let state = open(vm, arguments)?;
    let number = state.descriptor;
    // SAFETY: takes numbers.
    let seekable = *state.seekable.get_or_insert_with(|| unsafe { libc::lseek(number, 0, libc::SEEK_CUR) } >= 0);
    Ok(Value::bool(seekable))
}
