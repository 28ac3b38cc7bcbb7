//! Sending and receiving.

use super::address::{self, Address};
use super::{Socket, checked, required, transfer};
use crate::modules::posix::int_argument;
use crate::modules::waiting::Patience;
use pyvm_core::object::bytes::{self, Bytes};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Interest, Source};
use pyvm_core::vm::{Action, Args, Res, Vm, argument, iterate};
use std::io;

/// What receiving needs to know, for as long as it waits.
#[derive(Clone, Copy)]
struct Reception {
    source: Source,
    patience: Patience,
    /// The socket is a blocking one for the operating system.
    blocks: bool,
    length: usize,
    flags: i32,
}

/// How long a call with these flags waits.
fn patience(socket: &Socket, flags: i32) -> Patience {
    if flags & libc::MSG_DONTWAIT != 0 { Patience::None } else { socket.patience() }
}

impl Reception {
    fn new(vm: &mut Vm, socket: &Socket, length: usize, flags: i32) -> Res<Reception> {
        vm.check_memory(Some(length))?;
        Ok(Reception { source: socket.source(), patience: patience(socket, flags), blocks: socket.blocks(), length, flags })
    }

    /// Makes a call with these flags; a blocking one that wants all or nothing waits in the call.
    fn make<R>(&self, vm: &mut Vm, call: impl FnOnce(i32) -> R) -> R {
        if self.blocks && self.flags & libc::MSG_WAITALL != 0 { vm.blocking(|| call(self.flags)) } else { call(self.flags | libc::MSG_DONTWAIT) }
    }

    fn receive(&self, vm: &mut Vm) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; self.length];
        // SAFETY: the buffer and its length.
        let count = self.make(vm, |flags| checked(unsafe { libc::recv(self.source.0, buffer.as_mut_ptr().cast(), buffer.len(), flags) }))?;
        buffer.truncate(count as usize);
        Ok(buffer)
    }

    fn receive_from(&self, vm: &mut Vm) -> io::Result<(Vec<u8>, Address)> {
        let (mut buffer, mut address) = (vec![0; self.length], Address::empty());
        let (place, length) = address.place();
        // SAFETY: the buffer and its length, and room for any address.
        let count = self.make(vm, |flags| checked(unsafe { libc::recvfrom(self.source.0, buffer.as_mut_ptr().cast(), buffer.len(), flags, place, length) }))?;
        buffer.truncate(count as usize);
        Ok((buffer, address))
    }

    fn receive_message(&self, vm: &mut Vm, control_length: usize) -> io::Result<Message> {
        let (mut buffer, mut address) = (vec![0u8; self.length], Address::empty());
        // In words, so that it is aligned.
        let mut control = vec![0usize; control_length.div_ceil(size_of::<usize>())];
        let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        // SAFETY: zero is a value of every field.
        let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
        header.msg_name = address.place().0.cast();
        header.msg_namelen = address.length;
        header.msg_iov = &raw mut part;
        header.msg_iovlen = 1;
        if control_length != 0 {
            header.msg_control = control.as_mut_ptr().cast();
            header.msg_controllen = control_length as _;
        }
        // SAFETY: the header leads to the buffers above, with their lengths.
        let count = self.make(vm, |flags| checked(unsafe { libc::recvmsg(self.source.0, &raw mut header, flags) }))?;
        buffer.truncate(count as usize);
        address.length = header.msg_namelen;
        let mut controls = Vec::new();
        // SAFETY: the header as the operating system left it; its control messages lie in the buffer, and end where they say.
        unsafe {
            let end = header.msg_control as usize + header.msg_controllen as usize;
            let mut next = if header.msg_control.is_null() { core::ptr::null_mut() } else { libc::CMSG_FIRSTHDR(&raw const header) };
            while let Some(message) = next.as_ref() {
                let data = libc::CMSG_DATA(next);
                #[allow(clippy::unnecessary_cast, reason = "another type elsewhere")]
                let stated = (message.cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
                let length = stated.min(end.saturating_sub(data as usize));
                let bytes = core::slice::from_raw_parts(data, length).to_vec();
                controls.push((message.cmsg_level, message.cmsg_type, bytes));
                next = libc::CMSG_NXTHDR(&raw const header, next);
            }
        }
        Ok(Message { data: buffer, controls, flags: header.msg_flags, address })
    }
}

/// What `recvmsg` gives.
struct Message {
    data: Vec<u8>,
    controls: Vec<(i32, i32, Vec<u8>)>,
    flags: i32,
    address: Address,
}

impl Message {
    /// `(first, controls, flags, address)`
    fn to_python(&self, vm: &mut Vm, first: Value) -> Res<Action> {
        let controls = self
            .controls
            .iter()
            .map(|(level, kind, data)| {
                let message = vec![Value::small_int(i64::from(*level)), Value::small_int(i64::from(*kind)), vm.new_bytes(data)];
                vm.new_tuple(message)
            })
            .collect();
        let (controls, address) = (vm.new_list(controls), self.address.to_python(vm)?);
        Ok(Action::Return(vm.new_tuple(vec![first, controls, Value::small_int(i64::from(self.flags)), address])))
    }
}

/// The argument of a length of buffer.
fn length_argument(vm: &mut Vm, arguments: &[Value], index: usize, what: &str) -> Res<usize> {
    let length = match argument(arguments, index) {
        Some(length) => vm.index_i64(length)?,
        None => 0,
    };
    usize::try_from(length).map_err(|_| vm.value_error(&format!("negative {what}")))
}

fn reception(vm: &mut Vm, args: &Args, function: &str) -> Res<Reception> {
    let socket = required(vm, args.positional)?;
    let length = length_argument(vm, args.positional, 1, &format!("buffersize in {function}"))?;
    let flags = int_argument(vm, args.positional, 2, 0)?;
    Reception::new(vm, socket, length, flags)
}

pub fn receive(vm: &mut Vm, args: &Args) -> Res<Action> {
    let reception = reception(vm, args, "recv")?;
    transfer(vm, reception.source, Interest::READ, reception.patience, move |vm| reception.receive(vm), |vm, data| Ok(Action::Return(vm.new_bytes(&data))))
}

pub fn receive_from(vm: &mut Vm, args: &Args) -> Res<Action> {
    let reception = reception(vm, args, "recvfrom")?;
    transfer(
        vm,
        reception.source,
        Interest::READ,
        reception.patience,
        move |vm| reception.receive_from(vm),
        |vm, (data, address)| {
            let pair = vec![vm.new_bytes(&data), address.to_python(vm)?];
            Ok(Action::Return(vm.new_tuple(pair)))
        },
    )
}

/// The place that is received into, and how much of it is wanted.
fn place(vm: &mut Vm, args: &Args, function: &str) -> Res<(Value, Reception)> {
    let socket = required(vm, args.positional)?;
    let target = args.get(1).cloned().unwrap_or(Value::NONE);
    let Some(room) = bytes::writable(vm, &target)?.map(|place| place.len()) else {
        let given = vm.type_name(&target);
        return Err(vm.type_error(&format!("{function}() argument 1 must be read-write bytes-like object, not {given}")));
    };
    let wanted = length_argument(vm, args.positional, 2, &format!("buffersize in {function}"))?;
    if wanted > room {
        return Err(vm.value_error(if function == "recvfrom_into" { "nbytes is greater than the length of the buffer" } else { "buffer too small for requested bytes" }));
    }
    let flags = int_argument(vm, args.positional, 3, 0)?;
    Ok((target, Reception::new(vm, socket, if wanted == 0 { room } else { wanted }, flags)?))
}

/// Puts what was received where it belongs. The place may have changed meanwhile: what does not fit any more is lost.
fn fill(vm: &mut Vm, target: &Value, data: &[u8]) -> Res<()> {
    if let Some(place) = bytes::writable(vm, target)? {
        for (place, byte) in place.iter_mut().zip(data) {
            *place = *byte;
        }
    }
    Ok(())
}

pub fn receive_into(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (target, reception) = place(vm, args, "recv_into")?;
    transfer(
        vm,
        reception.source,
        Interest::READ,
        reception.patience,
        move |vm| reception.receive(vm),
        move |vm, data| {
            fill(vm, &target, &data)?;
            Ok(Action::Return(vm.new_size(data.len())))
        },
    )
}

pub fn receive_from_into(vm: &mut Vm, args: &Args) -> Res<Action> {
    let (target, reception) = place(vm, args, "recvfrom_into")?;
    transfer(
        vm,
        reception.source,
        Interest::READ,
        reception.patience,
        move |vm| reception.receive_from(vm),
        move |vm, (data, address)| {
            fill(vm, &target, &data)?;
            let pair = vec![vm.new_size(data.len()), address.to_python(vm)?];
            Ok(Action::Return(vm.new_tuple(pair)))
        },
    )
}

pub fn receive_message(vm: &mut Vm, args: &Args) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    let length = length_argument(vm, args.positional, 1, "buffer size in recvmsg()")?;
    let control = control_room(vm, args, "recvmsg")?;
    let flags = int_argument(vm, args.positional, 3, 0)?;
    let reception = Reception::new(vm, socket, length, flags)?;
    transfer(
        vm,
        reception.source,
        Interest::READ,
        reception.patience,
        move |vm| reception.receive_message(vm, control),
        |vm, message| {
            let data = vm.new_bytes(&message.data);
            message.to_python(vm, data)
        },
    )
}

/// `ancbufsize`
fn control_room(vm: &mut Vm, args: &Args, function: &str) -> Res<usize> {
    match args.get(2) {
        Some(size) => match vm.index_i64(size)? {
            size @ 0..=0x7fff_ffff => Ok(size as usize),
            _ => Err(vm.value_error(&format!("invalid ancillary data buffer length in {function}()"))),
        },
        None => Ok(0),
    }
}

pub fn receive_message_into(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = args.get(0).cloned().unwrap_or(Value::NONE);
    let (control, flags) = (control_room(vm, args, "recvmsg_into")?, int_argument(vm, args.positional, 3, 0)?);
    let buffers = args.get(1).cloned().unwrap_or(Value::NONE);
    if !iterate::is_iterable(vm, &buffers) {
        return Err(vm.type_error("recvmsg_into() argument 1 must be an iterable"));
    }
    iterate::collect(vm, &buffers, move |vm, buffers| {
        let mut lengths = Vec::with_capacity(buffers.len());
        for buffer in &buffers {
            match bytes::writable(vm, buffer)? {
                Some(place) => lengths.push(place.len()),
                None => return Err(vm.type_error("recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers")),
            }
        }
        let socket = required(vm, std::slice::from_ref(&this))?;
        let reception = Reception::new(vm, socket, lengths.iter().sum(), flags)?;
        transfer(
            vm,
            reception.source,
            Interest::READ,
            reception.patience,
            move |vm| reception.receive_message(vm, control),
            move |vm, message| {
                let mut rest = message.data.as_slice();
                for (buffer, length) in buffers.iter().zip(lengths) {
                    let (part, others) = rest.split_at(length.min(rest.len()));
                    fill(vm, buffer, part)?;
                    rest = others;
                }
                let count = vm.new_size(message.data.len());
                message.to_python(vm, count)
            },
        )
    })
}

// ---- sending

/// What is sent, kept while that waits.
enum Data {
    /// Immutable.
    Bytes(Value),
    Copy(Vec<u8>),
}

impl Data {
    fn new(vm: &mut Vm, value: Option<&Value>) -> Res<Data> {
        let Some(value) = value else { return Ok(Data::Copy(Vec::new())) };
        if value.get::<Bytes>().is_some() {
            return Ok(Data::Bytes(value.clone()));
        }
        Ok(Data::Copy(bytes::required(vm, value)?.into_owned()))
    }

    fn from(&self, start: usize) -> &[u8] {
        let all = match self {
            Data::Bytes(value) => value.get::<Bytes>().map(Bytes::data).unwrap_or_default(),
            Data::Copy(data) => data,
        };
        all.get(start..).unwrap_or_default()
    }
}

/// Sends, from `sent` on, until all is sent; says how far it came before it would wait.
fn send_rest(source: Source, data: &Data, flags: i32, sent: &mut usize) -> io::Result<()> {
    loop {
        let rest = data.from(*sent);
        // SAFETY: the bytes and their length.
        let count = checked(unsafe { libc::send(source.0, rest.as_ptr().cast(), rest.len(), flags | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) })?;
        *sent += count as usize;
        if data.from(*sent).is_empty() {
            return Ok(());
        }
    }
}

pub fn send(vm: &mut Vm, args: &Args) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    let (data, flags) = (Data::new(vm, args.get(1))?, int_argument(vm, args.positional, 2, 0)?);
    let (source, patience, blocks) = (socket.source(), patience(socket, flags), socket.blocks());
    let mut sent = 0;
    let send = move |_: &mut Vm| match send_rest(source, &data, flags, &mut sent) {
        Ok(()) => Ok(sent),
        // A blocking one sends all, as it does in the operating system; others as much as goes at once.
        Err(error) if sent == 0 || blocks && matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Err(error),
        Err(_) => Ok(sent),
    };
    transfer(vm, source, Interest::WRITE, patience, send, |vm, sent| Ok(Action::Return(vm.new_size(sent))))
}

pub fn send_all(vm: &mut Vm, args: &Args) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    let (data, flags) = (Data::new(vm, args.get(1))?, int_argument(vm, args.positional, 2, 0)?);
    let (source, patience) = (socket.source(), patience(socket, flags).begun(vm));
    let mut sent = 0;
    let send = move |_: &mut Vm| if data.from(0).is_empty() { Ok(()) } else { send_rest(source, &data, flags, &mut sent) };
    transfer(vm, source, Interest::WRITE, patience, send, |_, ()| Ok(Action::Return(Value::NONE)))
}

pub fn send_to(vm: &mut Vm, args: &Args) -> Res<Action> {
    let socket = required(vm, args.positional)?;
    if !args.names.is_empty() {
        return Err(vm.type_error("_socket.socket.sendto() takes no keyword arguments"));
    }
    let (flags, address) = match args.positional.len() - 1 {
        2 => (0, args.get(2)),
        3 => (int_argument(vm, args.positional, 2, 0)?, args.get(3)),
        count => return Err(vm.type_error(&format!("sendto() takes 2 or 3 arguments ({count} given)"))),
    };
    let data = Data::new(vm, args.get(1))?;
    let address = address.cloned().unwrap_or(Value::NONE);
    let address = address::parse(vm, socket.family.get(), &address, "sendto")?;
    let source = socket.source();
    let send = move |_: &mut Vm| {
        let all = data.from(0);
        // SAFETY: the bytes and their length, an address and its length.
        checked(unsafe { libc::sendto(source.0, all.as_ptr().cast(), all.len(), flags | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL, address.pointer(), address.length) })
    };
    transfer(vm, source, Interest::WRITE, patience(socket, flags), send, |vm, sent| Ok(Action::Return(vm.new_int(sent as i64))))
}

pub fn send_message(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = args.get(0).cloned().unwrap_or(Value::NONE);
    let controls = args.get(2).cloned().filter(|controls| !controls.is_none());
    let flags = int_argument(vm, args.positional, 3, 0)?;
    let address = args.get(4).cloned().filter(|address| !address.is_none());
    let buffers = args.get(1).cloned().unwrap_or(Value::NONE);
    if !iterate::is_iterable(vm, &buffers) {
        return Err(vm.type_error("sendmsg() argument 1 must be an iterable"));
    }
    iterate::collect(vm, &buffers, move |vm, buffers| {
        let mut data = Vec::new();
        for buffer in &buffers {
            data.extend_from_slice(&bytes::required(vm, buffer)?);
        }
        let send = move |vm: &mut Vm, controls: Vec<Value>| {
            let socket = required(vm, std::slice::from_ref(&this))?;
            let address = match &address {
                Some(address) => Some(address::parse(vm, socket.family.get(), address, "sendmsg")?),
                None => None,
            };
            let control = control_messages(vm, &controls)?;
            let source = socket.source();
            let send = move |_: &mut Vm| send_parts(source, &data, &control, flags, address.as_ref());
            transfer(vm, source, Interest::WRITE, patience(socket, flags), send, |vm, sent| Ok(Action::Return(vm.new_size(sent))))
        };
        match controls {
            Some(controls) if !iterate::is_iterable(vm, &controls) => Err(vm.type_error("sendmsg() argument 2 must be an iterable")),
            Some(controls) => iterate::collect(vm, &controls, send),
            None => send(vm, Vec::new()),
        }
    })
}

/// Control messages in the operating system's form, aligned, and how many bytes of it they are.
type Control = (Vec<usize>, usize);

fn send_parts(source: Source, data: &[u8], (control, control_length): &Control, flags: i32, address: Option<&Address>) -> io::Result<usize> {
    let mut part = libc::iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
    // SAFETY: zero is a value of every field.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if let Some(address) = address {
        header.msg_name = address.pointer().cast_mut().cast();
        header.msg_namelen = address.length;
    }
    if *control_length != 0 {
        header.msg_control = control.as_ptr().cast_mut().cast();
        header.msg_controllen = *control_length as _;
    }
    // SAFETY: the header leads to what was given, which is only read.
    let sent = checked(unsafe { libc::sendmsg(source.0, &raw const header, flags | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) })?;
    Ok(sent as usize)
}

/// `(level, type, data)` each.
fn control_messages(vm: &mut Vm, messages: &[Value]) -> Res<Control> {
    let mut parsed = Vec::new();
    for message in messages {
        let items = message.get::<Tuple>().map(|items| items.items().to_vec()).unwrap_or_default();
        let [_, _, data] = items.as_slice() else {
            return Err(vm.type_error("[sendmsg() ancillary data items] must be tuples of 3 items"));
        };
        let (level, kind) = (int_argument(vm, &items, 0, 0)?, int_argument(vm, &items, 1, 0)?);
        parsed.push((level, kind, bytes::required(vm, data)?.into_owned()));
    }
    let space = |length: usize| -> usize {
        // SAFETY: computes a size.
        unsafe { libc::CMSG_SPACE(length as u32) as usize }
    };
    let length: usize = parsed.iter().map(|(_, _, data)| space(data.len())).sum();
    let mut control = vec![0usize; length.div_ceil(size_of::<usize>())];
    let mut at = control.as_mut_ptr().cast::<u8>();
    for (level, kind, data) in &parsed {
        // SAFETY: the buffer has room for all of them; each begins aligned.
        unsafe {
            let header = at.cast::<libc::cmsghdr>();
            (*header).cmsg_level = *level;
            (*header).cmsg_type = *kind;
            (*header).cmsg_len = libc::CMSG_LEN(data.len() as u32) as _;
            core::ptr::copy_nonoverlapping(data.as_ptr(), libc::CMSG_DATA(header), data.len());
            at = at.add(space(data.len()));
        }
    }
    Ok((control, length))
}

/// The argument of `CMSG_LEN` and `CMSG_SPACE`, and what they compute from it.
fn control_size(vm: &mut Vm, arguments: &[Value], function: &str, size: fn(u32) -> u32, least: u32) -> Res<Value> {
    let length = match argument(arguments, 0) {
        Some(length) => vm.index_i64(length)?,
        None => 0,
    };
    let most = i64::from(i32::MAX) - i64::from(size(least));
    match u32::try_from(length) {
        Ok(length) if i64::from(length) <= most => Ok(vm.new_int(i64::from(size(length)))),
        _ => Err(vm.raise(Ex::OverflowError, &format!("{function}() argument out of range"))),
    }
}

pub fn control_length(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // SAFETY: computes a size.
    control_size(vm, arguments, "CMSG_LEN", |length| unsafe { libc::CMSG_LEN(length) }, 0)
}

pub fn control_space(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    // SAFETY: computes a size.
    control_size(vm, arguments, "CMSG_SPACE", |length| unsafe { libc::CMSG_SPACE(length) }, 1)
}
