//! Buffered streams: what they hold, and what they ask of the raw stream below.
//!
//! Bytes read ahead and bytes held back are never both there: before it reads, a stream sends what it holds back, and before it writes, it puts the raw
//! stream where the program thinks it is. A lock keeps one py-thread out while another is inside a call that asks the raw stream for something;
//! what only takes from the buffer or adds to it needs no lock, as long as nobody holds it.

use super::file_io::{self, when_ready};
use super::{BUFFER_SIZE, Progress, call_method, descriptor, exact, repeat};
use pyvm_core::object;
use pyvm_core::object::bytearray::{self, ByteArray};
use pyvm_core::object::bytes::{self, Bytes};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut};
use pyvm_core::object::memoryview;
use pyvm_core::object::value::Value;
use pyvm_core::port::Interest;
use pyvm_core::sched::wait::{Lock, Timeout};
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Raised, Res, Vm};
use std::borrow::Cow;

/// What a buffered stream holds.
#[derive(Default)]
pub struct State {
    /// It has a raw stream.
    pub ready: bool,
    pub detached: bool,
    pub size: usize,
    /// Read, not yet taken: from `start` on.
    input: Vec<u8>,
    start: usize,
    /// Written, not yet sent.
    pub output: Vec<u8>,
    /// The py-thread that has the lock; 0: none.
    owner: i64,
}

/// A buffered stream.
#[repr(C)]
pub struct Buffered {
    pub header: Header,
    pub raw: Mut<Value>,
    lock: Mut<Value>,
    pub state: Mut<State>,
}

object!(
    Buffered,
    Kind::Other,
    "Buffered",
    |this, visit| {
        visit(this.raw.get());
        visit(this.lock.get());
    },
    |this| drop(this.raw.replace(Value::NONE))
);

impl Buffered {
    /// Not ready for anything yet.
    pub fn empty(header: Header, lock: Value) -> Buffered {
        Buffered { header, raw: Mut::new(Value::NONE), lock: Mut::new(lock), state: Mut::new(State { size: BUFFER_SIZE, ..State::default() }) }
    }

    /// What was read and not yet taken.
    pub fn available(&self) -> &[u8] {
        let state = self.state.get();
        state.input.get(state.start..).unwrap_or_default()
    }

    /// May the buffer be used without the lock?
    pub fn is_free(&self) -> bool {
        self.state.get().owner == 0
    }

    /// Passes over bytes that were read.
    pub fn skip(&self, count: usize) {
        let state = self.state.get_mut();
        state.start += count;
        if state.start >= state.input.len() {
            state.input.clear();
            state.start = 0;
        }
    }

    /// Forgets what was read.
    pub fn forget_input(&self) {
        let state = self.state.get_mut();
        state.input.clear();
        state.start = 0;
    }

    /// Takes up to `count` bytes that were read, as bytes.
    pub fn take(&self, vm: &mut Vm, count: usize) -> Res<Value> {
        let available = self.available();
        let taken = available.get(..count).unwrap_or(available);
        if taken.len() > 4096 {
            vm.check_memory(Some(taken.len()))?;
        }
        let (result, count) = (vm.new_bytes(taken), taken.len());
        self.skip(count);
        Ok(result)
    }
}

/// The stream that a method was called with, if it can be used.
///
/// # Errors
/// ValueError.
pub fn receiver<'a>(vm: &mut Vm, arguments: &'a [Value]) -> Res<&'a Buffered> {
    match arguments.first().and_then(|this| this.get::<Buffered>()) {
        Some(this) if this.state.get().ready => Ok(this),
        Some(this) if this.state.get().detached => Err(vm.value_error("raw stream has been detached")),
        _ => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}

/// Goes on if the raw stream is open.
///
/// # Errors
/// ValueError with `message`; what the raw stream's `closed` raises.
pub fn when_open(vm: &mut Vm, this: &Value, message: &'static str, then: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    let raw = receiver(vm, std::slice::from_ref(this))?.raw.get();
    match file_io::is_closed(raw) {
        Some(false) => then(vm, this),
        Some(true) => Err(vm.value_error(message)),
        None => {
            let (name, this) = (vm.intern("closed"), this.clone());
            get_attribute_then(vm, raw, &name, move |vm, closed| {
                let closed = closed?;
                if vm.truth(&closed)? { Err(vm.value_error(message)) } else { then(vm, &this) }
            })
        }
    }
}

// ---- the lock

fn ident(vm: &Vm) -> i64 {
    vm.sched.tasks.ident(vm.sched.identity())
}

/// Does something with the lock held.
///
/// # Errors
/// RuntimeError if this py-thread has it already; what `body` raises.
pub fn locked(vm: &mut Vm, this: &Value, body: impl FnOnce(&mut Vm, &Value) -> Res<Action> + 'static) -> Res<Action> {
    let Some(buffered) = this.get::<Buffered>() else { return Ok(Action::Return(Value::NONE)) };
    let me = ident(vm);
    if buffered.state.get().owner == me {
        return Err(reentrant(vm, this));
    }
    let lock_value = buffered.lock.get().clone();
    let Some(lock) = lock_value.get::<Lock>() else { return Ok(Action::Return(Value::NONE)) };
    if vm.acquire_lock(&lock_value, lock, Timeout::None)?.is(&Value::TRUE) {
        return guarded(vm, this.clone(), me, body);
    }
    let this = this.clone();
    call_method(vm, &lock_value, "acquire", Vec::new())?.and_then(vm, move |vm, _| guarded(vm, this, me, body))
}

fn guarded(vm: &mut Vm, this: Value, me: i64, body: impl FnOnce(&mut Vm, &Value) -> Res<Action>) -> Res<Action> {
    if let Some(buffered) = this.get::<Buffered>() {
        buffered.state.get_mut().owner = me;
    }
    let action = body(vm, &this);
    Action::after(action, vm, move |vm, result| {
        if let Some(buffered) = this.get::<Buffered>() {
            buffered.state.get_mut().owner = 0;
            if let Some(lock) = buffered.lock.get().get::<Lock>() {
                vm.release_lock(lock)?;
            }
        }
        result.map(Action::Return)
    })
}

fn reentrant(vm: &mut Vm, this: &Value) -> Raised {
    match vm.class_of(this).lookup(&vm.name(pyvm_core::vm::Name::Repr).clone()).map(|method| vm.call(&method, std::slice::from_ref(this))) {
        Some(Ok(shown)) => {
            let shown = pyvm_core::vm::execute::text_of(&shown);
            vm.raise(Ex::RuntimeError, &format!("reentrant call inside {shown}"))
        }
        Some(Err(raised)) => raised,
        None => vm.raise(Ex::RuntimeError, "reentrant call"),
    }
}

// ---- what is asked of the raw stream, with the lock held

/// How many bytes a raw stream says it read or wrote; None: it would have to wait.
fn transferred(vm: &mut Vm, count: &Value, most: usize, what: &str) -> Res<Option<usize>> {
    if count.is_none() {
        return Ok(None);
    }
    let given = vm.index_i64(count);
    let number = match given {
        Ok(number) => number,
        Err(raised) => {
            let cause = vm.take_exception(raised);
            let raised = vm.raise(Ex::OSError, &format!("raw {what} failed"));
            let error = vm.take_exception(raised);
            if let Some(error) = error.get::<object::exception::Exception>() {
                error.set_cause(cause);
            }
            return Err(vm.raise_value(error));
        }
    };
    match usize::try_from(number).ok().filter(|&number| number <= most) {
        Some(number) => Ok(Some(number)),
        None => Err(vm.raise(Ex::OSError, &format!("raw {what} returned invalid length {number} (should have been between 0 and {most})"))),
    }
}

/// Reads up to `size` bytes into the buffer, with one call of the raw stream: how many (0: the end), or None if it would have to wait.
pub fn fill(vm: &mut Vm, this: &Value, size: usize) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    let raw = buffered.raw.get().clone();
    if let Some(file) = file_io::direct(&raw) {
        let (number, this) = (file.descriptor, this.clone());
        return when_ready(vm, file, Interest::READ, move |vm| {
            let Some(buffered) = this.get::<Buffered>() else { return Ok(Action::Return(Value::NONE)) };
            let mut input = take_input(buffered);
            let count = descriptor::read(vm, number, &mut input, size);
            buffered.state.get_mut().input = input;
            Ok(Action::Return(count?.map_or(Value::NONE, |count| vm.new_size(count))))
        });
    }
    vm.check_memory(Some(size))?;
    let target = bytearray::new(vm, vec![0; size]);
    let class = vm.class_from_spec(&memoryview::TYPE);
    let view = vm.call(&class, std::slice::from_ref(&target))?;
    let this = this.clone();
    call_method(vm, &raw, "readinto", vec![view])?.and_then(vm, move |vm, count| {
        let count = transferred(vm, &count, size, "readinto()")?;
        if let (Some(count), Some(buffered), Some(target)) = (count, this.get::<Buffered>(), target.get::<ByteArray>()) {
            let mut input = take_input(buffered);
            input.extend_from_slice(target.data.get().get(..count).unwrap_or_default());
            buffered.state.get_mut().input = input;
        }
        Ok(Action::Return(count.map_or(Value::NONE, |count| vm.new_size(count))))
    })
}

/// The buffer without what was taken, to add to.
fn take_input(buffered: &Buffered) -> Vec<u8> {
    let state = buffered.state.get_mut();
    let mut input = std::mem::take(&mut state.input);
    input.drain(..state.start.min(input.len()));
    state.start = 0;
    input
}

/// Sends bytes with one call of the raw stream: how many, or None if it would have to wait.
fn send(vm: &mut Vm, this: &Value) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    let raw = buffered.raw.get().clone();
    if let Some(file) = file_io::direct(&raw) {
        let (number, this) = (file.descriptor, this.clone());
        if file.waits {
            // A write that a signal cut short says nothing of it.
            vm.check_interrupts()?;
        }
        let at_once = file_io::writable_at_once(vm, file);
        return when_ready(vm, file, Interest::WRITE, move |vm| {
            let Some(buffered) = this.get::<Buffered>() else { return Ok(Action::Return(Value::NONE)) };
            // Taken out while the call runs; whoever has the lock is the only one to add to it.
            let output = std::mem::take(&mut buffered.state.get_mut().output);
            let count = descriptor::write(vm, number, output.get(..at_once).unwrap_or(&output));
            buffered.state.get_mut().output = output;
            Ok(Action::Return(count?.map_or(Value::NONE, |count| vm.new_size(count))))
        });
    }
    let data = vm.new_bytes(&buffered.state.get().output);
    let most = buffered.state.get().output.len();
    call_method(vm, &raw, "write", vec![data])?
        .and_then(vm, move |vm, count| Ok(Action::Return(transferred(vm, &count, most, "write()")?.map_or(Value::NONE, |count| vm.new_size(count)))))
}

/// Sends all that is held back.
///
/// # Errors
/// BlockingIOError where the raw stream would have to wait and does not.
pub fn send_all(vm: &mut Vm, this: &Value) -> Res<Action> {
    repeat(vm, this, |vm, this, sent| {
        let buffered = receiver(vm, std::slice::from_ref(this))?;
        if let Some(sent) = sent {
            let Some(sent) = sent.as_small_int() else {
                let text = vm.new_str("write could not complete without blocking");
                return Err(vm.raise_with(Ex::BlockingIOError, vec![Value::small_int(i64::from(libc::EAGAIN)), text, Value::small_int(0)]));
            };
            let output = &mut buffered.state.get_mut().output;
            if sent as usize == output.len() { output.clear() } else { drop(output.drain(..(sent as usize).min(output.len()))) }
        }
        if buffered.state.get().output.is_empty() {
            return Ok(Progress::Done(Action::Return(Value::NONE)));
        }
        send(vm, this).map(Progress::Wait)
    })
}

/// The raw stream's position after a call of its `seek` or `tell`.
fn position(vm: &mut Vm, position: Value) -> Res<Action> {
    match vm.index_i64(&position)? {
        number if number < 0 => Err(vm.raise(Ex::OSError, &format!("Raw stream returned invalid position {number}"))),
        _ => Ok(Action::Return(position)),
    }
}

/// Sets the raw stream's position; returns it.
pub fn seek_raw(vm: &mut Vm, this: &Value, offset: Value, whence: i32) -> Res<Action> {
    let raw = receiver(vm, std::slice::from_ref(this))?.raw.get().clone();
    if let Some(file) = file_io::direct(&raw) {
        let number = file.descriptor;
        let offset = vm.index_i64(&offset)?;
        let position = descriptor::seek(vm, number, offset, whence)?;
        return Ok(Action::Return(vm.new_int(position)));
    }
    call_method(vm, &raw, "seek", vec![offset, Value::small_int(i64::from(whence))])?.and_then(vm, position)
}

/// The raw stream's position.
pub fn tell_raw(vm: &mut Vm, this: &Value) -> Res<Action> {
    let raw = receiver(vm, std::slice::from_ref(this))?.raw.get().clone();
    if let Some(file) = file_io::direct(&raw) {
        let number = file.descriptor;
        let position = descriptor::seek(vm, number, 0, libc::SEEK_CUR)?;
        return Ok(Action::Return(vm.new_int(position)));
    }
    call_method(vm, &raw, "tell", Vec::new())?.and_then(vm, position)
}

/// Before writing: what was read ahead goes, and the raw stream goes back to where the program is.
pub fn rewind(vm: &mut Vm, this: &Value) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    let ahead = buffered.available().len();
    if ahead == 0 {
        return Ok(Action::Return(Value::NONE));
    }
    let (this, back) = (this.clone(), vm.new_int(-(ahead as i64)));
    seek_raw(vm, &this.clone(), back, libc::SEEK_CUR)?.and_then(vm, move |_, _| {
        if let Some(buffered) = this.get::<Buffered>() {
            buffered.forget_input();
        }
        Ok(Action::Return(Value::NONE))
    })
}

// ---- for what lies above

/// Reads with one call of the raw stream at most: bytes, or None.
pub fn read_once(vm: &mut Vm, this: &Value, size: usize) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    if buffered.is_free() && !buffered.available().is_empty() {
        return Ok(Action::Return(buffered.take(vm, size)?));
    }
    locked(vm, this, move |vm, this| {
        send_all(vm, this)?.and_then(vm, {
            let this = this.clone();
            move |vm, _| {
                let buffered = receiver(vm, std::slice::from_ref(&this))?;
                if size == 0 || !buffered.available().is_empty() {
                    return Ok(Action::Return(buffered.take(vm, size)?));
                }
                fill(vm, &this, size)?.and_then(vm, move |vm, _| Ok(Action::Return(receiver(vm, std::slice::from_ref(&this))?.take(vm, size)?)))
            }
        })
    })
}

/// Writes bytes; returns how many.
pub fn write(vm: &mut Vm, this: &Value, data: Cow<[u8]>) -> Res<Action> {
    let buffered = receiver(vm, std::slice::from_ref(this))?;
    let state = buffered.state.get_mut();
    if buffered.is_free() && buffered.available().is_empty() && state.output.len() + data.len() <= state.size {
        if data.len() > 4096 {
            vm.check_memory(Some(data.len()))?;
        }
        state.output.extend_from_slice(&data);
        return Ok(Action::Return(vm.new_size(data.len())));
    }
    vm.check_memory(Some(data.len()))?;
    let data = data.into_owned();
    locked(vm, this, move |vm, this| {
        // It may have been closed while the lock was waited for.
        let open = when_open(vm, this, "write to closed file", rewind)?;
        let this = this.clone();
        open.and_then(vm, move |vm, _| {
            let buffered = receiver(vm, std::slice::from_ref(&this))?;
            let full = buffered.state.get().output.len() > buffered.state.get().size;
            let ready = if full { send_all(vm, &this)? } else { Action::Return(Value::NONE) };
            ready.and_then(vm, move |vm, _| {
                let state = receiver(vm, std::slice::from_ref(&this))?.state.get_mut();
                state.output.extend_from_slice(&data);
                let sent = if state.output.len() > state.size { send_all(vm, &this) } else { Ok(Action::Return(Value::NONE)) };
                Action::after(sent, vm, move |vm, sent| match sent {
                    Ok(_) => Ok(Action::Return(vm.new_size(data.len()))),
                    Err(raised) if vm.pending_is(Ex::BlockingIOError) => would_block(vm, &this, data.len(), raised),
                    Err(raised) => Err(raised),
                })
            })
        })
    })
}

/// The raw stream takes no more: what fits the buffer stays there, and the error says how much was taken.
fn would_block(vm: &mut Vm, this: &Value, written: usize, raised: Raised) -> Res<Action> {
    let state = receiver(vm, std::slice::from_ref(this))?.state.get_mut();
    let over = state.output.len().saturating_sub(state.size);
    if over == 0 {
        drop(vm.take_exception(raised));
        return Ok(Action::Return(vm.new_size(written)));
    }
    state.output.truncate(state.size);
    drop(vm.take_exception(raised));
    let (text, taken) = (vm.new_str("write could not complete without blocking"), vm.new_size(written.saturating_sub(over)));
    Err(vm.raise_with(Ex::BlockingIOError, vec![Value::small_int(i64::from(libc::EAGAIN)), text, taken]))
}

/// The contents of an argument that is to be written.
///
/// # Errors
/// TypeError.
pub fn contents<'a>(vm: &mut Vm, data: &'a Value) -> Res<Cow<'a, [u8]>> {
    match data.get::<Bytes>() {
        Some(data) => Ok(Cow::Borrowed(data.data())),
        None => bytes::required(vm, data),
    }
}

/// The stream, if all that it does is known here: ours itself, over a file of ours.
pub fn direct(buffer: &Value) -> Option<&Buffered> {
    exact::<Buffered>(buffer).filter(|buffered| buffered.state.get().ready && exact::<file_io::FileIo>(buffered.raw.get()).is_some())
}
