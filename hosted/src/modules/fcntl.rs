//! `fcntl`: what else can be done with descriptors: flags, locks, requests to drivers.

use super::fileno::descriptor;
use super::posix::{Numbers, call, checked, flag, int_argument, integer_argument, value_argument};
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::bytes;
use pyvm_core::object::int;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Native, Res, Vm};

pub static FCNTL: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("fcntl(fd, cmd, arg=0, /)", fcntl, "Do something with a descriptor; the argument is an integer or bytes for a structure."),
        Native::full("ioctl(fd, request, arg=0, mutate_flag=True, /)", ioctl, "Ask something of a driver; the argument is an integer or a buffer for a structure."),
        Native::full("flock(fd, operation, /)", flock, "Lock or unlock a file as a whole."),
        Native::full("lockf(fd, cmd, len=0, start=0, whence=0, /)", lockf, "Lock or unlock a part of a file."),
    ],
    constants: |vm, module| {
        for (name, number) in NUMBERS.iter().chain(LINUX) {
            module.set_int(vm, name, *number);
        }
    },
    ..ModuleSpec::new("fcntl", "Flags and locks of files, and requests to drivers.")
};

const NUMBERS: Numbers = numbers! {
    FD_CLOEXEC F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW F_GETOWN F_SETOWN F_RDLCK F_WRLCK F_UNLCK
    LOCK_SH LOCK_EX LOCK_NB LOCK_UN
};

#[cfg(not(target_os = "linux"))]
const LINUX: Numbers = numbers! { F_FULLFSYNC F_NOCACHE F_GETPATH };

/// What only Linux has; what follows the first ones is in the kernel's headers alone.
#[cfg(target_os = "linux")]
const LINUX: Numbers = &[
    ("F_OFD_GETLK", libc::F_OFD_GETLK as i64),
    ("F_OFD_SETLK", libc::F_OFD_SETLK as i64),
    ("F_OFD_SETLKW", libc::F_OFD_SETLKW as i64),
    ("F_GETLEASE", libc::F_GETLEASE as i64),
    ("F_SETLEASE", libc::F_SETLEASE as i64),
    ("F_NOTIFY", libc::F_NOTIFY as i64),
    ("F_GETPIPE_SZ", libc::F_GETPIPE_SZ as i64),
    ("F_SETPIPE_SZ", libc::F_SETPIPE_SZ as i64),
    ("F_ADD_SEALS", libc::F_ADD_SEALS as i64),
    ("F_GET_SEALS", libc::F_GET_SEALS as i64),
    ("F_SEAL_SEAL", libc::F_SEAL_SEAL as i64),
    ("F_SEAL_SHRINK", libc::F_SEAL_SHRINK as i64),
    ("F_SEAL_GROW", libc::F_SEAL_GROW as i64),
    ("F_SEAL_WRITE", libc::F_SEAL_WRITE as i64),
    ("F_SEAL_FUTURE_WRITE", libc::F_SEAL_FUTURE_WRITE as i64),
    ("FICLONE", 0x4004_9409),
    ("FICLONERANGE", 0x4020_940d),
    ("FASYNC", 0x2000),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("F_SETSIG", 10),
    ("F_GETSIG", 11),
    ("F_SETOWN_EX", 15),
    ("F_GETOWN_EX", 16),
    ("F_OWNER_TID", 0),
    ("F_OWNER_PID", 1),
    ("F_OWNER_PGRP", 2),
    ("F_GET_RW_HINT", 1035),
    ("F_SET_RW_HINT", 1036),
    ("F_GET_FILE_RW_HINT", 1037),
    ("F_SET_FILE_RW_HINT", 1038),
    ("RWH_WRITE_LIFE_NOT_SET", 0),
    ("RWH_WRITE_LIFE_NONE", 1),
    ("RWH_WRITE_LIFE_SHORT", 2),
    ("RWH_WRITE_LIFE_MEDIUM", 3),
    ("RWH_WRITE_LIFE_LONG", 4),
    ("RWH_WRITE_LIFE_EXTREME", 5),
    ("DN_ACCESS", 1),
    ("DN_MODIFY", 2),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_RENAME", 16),
    ("DN_ATTRIB", 32),
    ("DN_MULTISHOT", 0x8000_0000),
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_WRITE", 128),
    ("LOCK_RW", 192),
];

/// The longest structure that is given as bytes.
const LONGEST: usize = 1024;

/// The third argument.
enum Given {
    Number(i64),
    /// The bytes of a structure.
    Bytes(Vec<u8>),
}

fn given(vm: &mut Vm, value: Option<&Value>) -> Res<Given> {
    let Some(value) = value else { return Ok(Given::Number(0)) };
    if let Some(text) = value.get::<Str>() {
        return Ok(Given::Bytes(text.bytes().to_vec()));
    }
    if let Some(data) = bytes::of(vm, value)? {
        return Ok(Given::Bytes(data.into_owned()));
    }
    let number = vm.index(value)?;
    // As a C function takes it: the lowest bits.
    Ok(Given::Number(int::to_i64(&number).unwrap_or(-1)))
}

/// The bytes of a structure with room behind them, for calls that write more than they were given.
fn roomy(data: &[u8]) -> Vec<u8> {
    let mut buffer = data.to_vec();
    buffer.resize(data.len().max(LONGEST), 0);
    buffer
}

fn fcntl(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let (command, third) = (int_argument(vm, arguments.positional, 1, 0)?, arguments.get(2).cloned());
    descriptor(vm, value_argument(arguments.positional, 0), move |vm, descriptor| match given(vm, third.as_ref())? {
        Given::Number(number) => {
            // SAFETY: takes numbers.
            let result = call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, command, number) }))?;
            Ok(Action::Return(vm.new_int(i64::from(result))))
        }
        Given::Bytes(data) if data.len() > LONGEST => Err(vm.value_error("fcntl string arg too long")),
        Given::Bytes(data) => {
            let mut buffer = roomy(&data);
            // SAFETY: the program says that the command takes such a structure.
            call(vm, &[], || checked(unsafe { libc::fcntl(descriptor, command, buffer.as_mut_ptr()) }))?;
            Ok(Action::Return(vm.new_bytes(buffer.get(..data.len()).unwrap_or_default())))
        }
    })
}

fn ioctl(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let request = match arguments.get(1) {
        Some(request) => vm.index(request)?,
        None => Value::NONE,
    };
    // As a C function takes it: the lowest bits.
    let request = int::to_i64(&request).unwrap_or(-1) as u32;
    let (third, mutate) = (arguments.get(2).cloned(), flag(arguments.positional, 3, true));
    descriptor(vm, value_argument(arguments.positional, 0), move |vm, descriptor| match given(vm, third.as_ref())? {
        Given::Number(number) => {
            // SAFETY: takes numbers.
            let result = call(vm, &[], || checked(unsafe { libc::ioctl(descriptor, request as _, number) }))?;
            Ok(Action::Return(vm.new_int(i64::from(result))))
        }
        Given::Bytes(data) => {
            let target = third.filter(|_| mutate).filter(|target| target.get::<Str>().is_none());
            let is_writable = match &target {
                Some(target) => bytes::writable(vm, target)?.is_some(),
                None => false,
            };
            if !is_writable && data.len() > LONGEST {
                return Err(vm.value_error("ioctl string arg too long"));
            }
            let mut buffer = roomy(&data);
            // SAFETY: the program says that the request takes such a structure.
            let result = call(vm, &[], || checked(unsafe { libc::ioctl(descriptor, request as _, buffer.as_mut_ptr()) }))?;
            let Some(target) = target.filter(|_| is_writable) else {
                return Ok(Action::Return(vm.new_bytes(buffer.get(..data.len()).unwrap_or_default())));
            };
            // Asked for again: the target may have changed while the call ran.
            for (place, byte) in bytes::writable(vm, &target)?.into_iter().flatten().zip(&buffer) {
                *place = *byte;
            }
            Ok(Action::Return(vm.new_int(i64::from(result))))
        }
    })
}

fn flock(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let operation = int_argument(vm, arguments.positional, 1, 0)?;
    descriptor(vm, value_argument(arguments.positional, 0), move |vm, descriptor| {
        // SAFETY: takes numbers.
        call(vm, &[], || checked(unsafe { libc::flock(descriptor, operation) }))?;
        Ok(Action::Return(Value::NONE))
    })
}

fn lockf(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let positional = arguments.positional;
    let operation = int_argument(vm, positional, 1, 0)?;
    let (length, start) = (integer_argument(vm, positional, 2)?, integer_argument(vm, positional, 3)?);
    let whence = int_argument(vm, positional, 4, 0)?;
    descriptor(vm, value_argument(arguments.positional, 0), move |vm, descriptor| {
        let kind = match operation {
            libc::LOCK_UN => libc::F_UNLCK,
            _ if operation & libc::LOCK_SH != 0 => libc::F_RDLCK,
            _ if operation & libc::LOCK_EX != 0 => libc::F_WRLCK,
            _ => return Err(vm.value_error("unrecognized lockf argument")),
        };
        let command = if operation & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
        // SAFETY: zero is a value of every field; the call reads them.
        call(vm, &[], || unsafe {
            let mut lock: libc::flock = std::mem::zeroed();
            lock.l_type = kind as _;
            lock.l_whence = whence as _;
            lock.l_start = start;
            lock.l_len = length;
            checked(libc::fcntl(descriptor, command, &lock))
        })?;
        Ok(Action::Return(Value::NONE))
    })
}
