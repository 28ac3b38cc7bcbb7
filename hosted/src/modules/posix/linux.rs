//! What only Linux has.

use super::descriptors::descriptor;
use super::place::{HERE, Place};
use super::{Numbers, call, checked, error_number, flag, int_argument, integer_argument, os_text, text_argument, value_argument};
use pyvm_core::object::bytes;
use pyvm_core::object::class::TypeSpec;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::int;
use pyvm_core::object::set;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::vm::iterate::collect;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Vm, argument};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("sendfile(out_fd, in_fd, offset, count)", sendfile, "Copy bytes from a file to a descriptor inside the system."),
    Native::simple("copy_file_range(src, dst, count, offset_src=None, offset_dst=None)", copy_file_range, "Copy bytes between files inside the system."),
    Native::simple("splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)", splice, "Move bytes between a pipe and a descriptor inside the system."),
    Native::simple("posix_fallocate(fd, offset, length, /)", posix_fallocate, "Make sure that there is room on the disk."),
    Native::simple("posix_fadvise(fd, offset, length, advice, /)", posix_fadvise, "Say how a file will be used."),
    Native::simple("memfd_create(name, flags=1)", memfd_create, "A file that lies in memory."),
    Native::simple("eventfd(initval, flags=524288)", eventfd, "A counter to wait for."),
    Native::simple("eventfd_read(fd)", eventfd_read, "Take the value of a counter."),
    Native::simple("eventfd_write(fd, value)", eventfd_write, "Add to a counter."),
    Native::simple("pidfd_open(pid, flags=0)", pidfd_open, "A descriptor that stands for a process."),
    Native::simple("getrandom(size, flags=0)", getrandom, "Unpredictable bytes."),
    Native::simple("sched_getaffinity(pid, /)", sched_getaffinity, "The processors that a process may run on."),
    Native::full("sched_setaffinity(pid, mask, /)", sched_setaffinity, "Set the processors that a process may run on."),
    Native::simple("sched_getscheduler(pid, /)", sched_getscheduler, "How a process is scheduled."),
    Native::simple("sched_setscheduler(pid, policy, param, /)", sched_setscheduler, "Set how a process is scheduled."),
    Native::simple("sched_getparam(pid, /)", sched_getparam, "The priority that a process is scheduled with."),
    Native::simple("sched_setparam(pid, param, /)", sched_setparam, "Set the priority that a process is scheduled with."),
    Native::simple("sched_rr_get_interval(pid, /)", sched_rr_get_interval, "The time slice of a process, in seconds."),
    Native::simple("getxattr(path, attribute, *, follow_symlinks=True)", getxattr, "An extended attribute."),
    Native::simple("setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)", setxattr, "Set an extended attribute."),
    Native::simple("removexattr(path, attribute, *, follow_symlinks=True)", removexattr, "Remove an extended attribute."),
    Native::simple("listxattr(path=None, *, follow_symlinks=True)", listxattr, "The names of extended attributes."),
];

pub const NUMBERS: Numbers = numbers! {
    O_RSYNC O_DIRECT O_LARGEFILE O_NOATIME O_PATH O_TMPFILE
    ST_MANDLOCK ST_NOATIME ST_NODEV ST_NODIRATIME ST_NOEXEC ST_RELATIME ST_SYNCHRONOUS
    POSIX_FADV_NORMAL POSIX_FADV_SEQUENTIAL POSIX_FADV_RANDOM POSIX_FADV_NOREUSE POSIX_FADV_WILLNEED POSIX_FADV_DONTNEED
    MFD_CLOEXEC MFD_ALLOW_SEALING MFD_HUGETLB EFD_CLOEXEC EFD_NONBLOCK EFD_SEMAPHORE GRND_NONBLOCK GRND_RANDOM
    SPLICE_F_MOVE SPLICE_F_NONBLOCK SPLICE_F_MORE RWF_DSYNC RWF_HIPRI RWF_SYNC RWF_NOWAIT RWF_APPEND
    SCHED_BATCH SCHED_IDLE SCHED_RESET_ON_FORK P_PIDFD XATTR_CREATE XATTR_REPLACE
    RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL RTLD_NODELETE RTLD_NOLOAD RTLD_DEEPBIND
};

/// A place in a file; None: where the descriptor stands.
fn offset(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<Option<i64>> {
    match argument(arguments, index).filter(|value| !value.is_none()) {
        Some(value) => vm.index_i64(value).map(Some),
        None => Ok(None),
    }
}

fn pointer(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(std::ptr::null_mut(), |offset| offset)
}

/// How many bytes.
fn count(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<usize> {
    match usize::try_from(integer_argument(vm, arguments, index)?) {
        Ok(count) => Ok(count),
        Err(_) => Err(vm.value_error("negative value for 'count' not allowed")),
    }
}

fn sendfile(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (to, from) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, -1)?);
    let (mut offset, count) = (offset(vm, arguments, 2)?, integer_argument(vm, arguments, 3)? as usize);
    // SAFETY: reads and writes the offset.
    let sent = call(vm, &[], || checked(unsafe { libc::sendfile(to, from, pointer(&mut offset), count) }))?;
    Ok(vm.new_int(sent as i64))
}

fn copy_file_range(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (from, to, count) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, -1)?, count(vm, arguments, 2)?);
    let (mut at_from, mut at_to) = (offset(vm, arguments, 3)?, offset(vm, arguments, 4)?);
    // SAFETY: reads and writes the offsets.
    let copied = call(vm, &[], || checked(unsafe { libc::copy_file_range(from, pointer(&mut at_from), to, pointer(&mut at_to), count, 0) }))?;
    Ok(vm.new_int(copied as i64))
}

fn splice(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (from, to, count) = (descriptor(vm, arguments)?, int_argument(vm, arguments, 1, -1)?, count(vm, arguments, 2)?);
    let (mut at_from, mut at_to, flags) = (offset(vm, arguments, 3)?, offset(vm, arguments, 4)?, int_argument(vm, arguments, 5, 0)? as u32);
    // SAFETY: reads and writes the offsets.
    let moved = call(vm, &[], || checked(unsafe { libc::splice(from, pointer(&mut at_from), to, pointer(&mut at_to), count, flags) }))?;
    Ok(vm.new_int(moved as i64))
}

/// The result of a function that returns an error number.
fn numbered(result: i32) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(result)) }
}

fn posix_fallocate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, offset, length) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?, integer_argument(vm, arguments, 2)?);
    // SAFETY: takes numbers.
    call(vm, &[], || numbered(unsafe { libc::posix_fallocate(descriptor, offset, length) }))?;
    Ok(Value::NONE)
}

fn posix_fadvise(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, offset, length) = (descriptor(vm, arguments)?, integer_argument(vm, arguments, 1)?, integer_argument(vm, arguments, 2)?);
    let advice = int_argument(vm, arguments, 3, 0)?;
    // SAFETY: takes numbers.
    call(vm, &[], || numbered(unsafe { libc::posix_fadvise(descriptor, offset, length, advice) }))?;
    Ok(Value::NONE)
}

fn memfd_create(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, flags) = (text_argument(vm, arguments, 0)?, int_argument(vm, arguments, 1, libc::MFD_CLOEXEC as i32)?);
    // SAFETY: the name ends with a zero byte.
    let descriptor = call(vm, &[], || checked(unsafe { libc::memfd_create(name.as_ptr(), flags as u32) }))?;
    Ok(vm.new_int(i64::from(descriptor)))
}

fn eventfd(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (value, flags) = (integer_argument(vm, arguments, 0)?, int_argument(vm, arguments, 1, libc::EFD_CLOEXEC)?);
    if value < 0 {
        return Err(vm.value_error("value must be positive"));
    }
    let Ok(value) = u32::try_from(value) else {
        return Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C unsigned int"));
    };
    // SAFETY: takes numbers.
    let descriptor = call(vm, &[], || checked(unsafe { libc::eventfd(value, flags) }))?;
    Ok(vm.new_int(i64::from(descriptor)))
}

fn eventfd_read(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptor(vm, arguments)?;
    let mut value = 0;
    // SAFETY: writes the value.
    call(vm, &[], || checked(unsafe { libc::eventfd_read(descriptor, &mut value) }))?;
    Ok(int::from_big(vm, value.into()))
}

fn eventfd_write(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, number) = (descriptor(vm, arguments)?, vm.index(value_argument(arguments, 1))?);
    let Some(value) = int::to_big(&number).and_then(|number| u64::try_from(number).ok()) else {
        return Err(vm.raise(Ex::OverflowError, "int too big to convert"));
    };
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::eventfd_write(descriptor, value) }))?;
    Ok(Value::NONE)
}

fn pidfd_open(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (process, flags) = (int_argument(vm, arguments, 0, 0)?, int_argument(vm, arguments, 1, 0)?);
    // SAFETY: takes numbers.
    let descriptor = call(vm, &[], || checked(unsafe { libc::syscall(libc::SYS_pidfd_open, process, flags) }))?;
    Ok(vm.new_int(descriptor))
}

fn getrandom(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (size, flags) = (integer_argument(vm, arguments, 0)?, int_argument(vm, arguments, 1, 0)?);
    let Ok(size) = usize::try_from(size) else { return Err(error_number(vm, libc::EINVAL)) };
    vm.check_memory(Some(size))?;
    let mut bytes = vec![0u8; size];
    // SAFETY: writes to the buffer, as much as fits.
    let count = call(vm, &[], || checked(unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), flags as u32) }))?;
    bytes.truncate(count.max(0) as usize);
    Ok(vm.new_bytes(&bytes))
}

// ---- processors

/// The most processors that are asked about.
const PROCESSORS: usize = libc::CPU_SETSIZE as usize;

fn sched_getaffinity(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let process = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: zero is an empty set; the call fills it, and only numbers within it are asked for.
    let numbers: Vec<i64> = call(vm, &[], || unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        checked(libc::sched_getaffinity(process, size_of::<libc::cpu_set_t>(), &mut set))?;
        Ok((0..PROCESSORS).filter(|&number| libc::CPU_ISSET(number, &set)).map(|number| number as i64).collect())
    })?;
    let numbers: Vec<Value> = numbers.into_iter().map(Value::small_int).collect();
    set::from_items(vm, None, false, &numbers)
}

fn sched_setaffinity(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let process = int_argument(vm, arguments.positional, 0, 0)?;
    collect(vm, value_argument(arguments.positional, 1), move |vm, items| {
        // SAFETY: zero is an empty set.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        for item in &items {
            let number = vm.index_i64(item)?;
            match usize::try_from(number) {
                Ok(number) if number < PROCESSORS => unsafe { libc::CPU_SET(number, &mut set) },
                Ok(_) => return Err(error_number(vm, libc::EINVAL)),
                Err(_) => return Err(vm.value_error("negative CPU number")),
            }
        }
        // SAFETY: reads the set.
        call(vm, &[], || checked(unsafe { libc::sched_setaffinity(process, size_of::<libc::cpu_set_t>(), &set) }))?;
        Ok(Action::Return(Value::NONE))
    })
}

fn sched_getscheduler(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let process = int_argument(vm, arguments, 0, 0)?;
    // SAFETY: takes a number.
    let policy = call(vm, &[], || checked(unsafe { libc::sched_getscheduler(process) }))?;
    Ok(vm.new_int(i64::from(policy)))
}

/// `sched_param`: what goes with a policy.
pub static SCHED_PARAM: TypeSpec = TypeSpec {
    module: "posix",
    natives: &[
        Native::simple("__new__($type, sched_priority)", new_param, "Create and return a new object."),
        struct_sequence::REPR,
        Native::simple("__reduce__($self, /)", reduce_param, "Helper for pickle."),
    ],
    getters: &[Getter::read_only("sched_priority", |_, this| Ok(struct_sequence::item(this, 0)), "The priority.")],
    doc: "What goes with a scheduling policy.",
    ..struct_sequence::spec("sched_param")
};

fn new_param(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    Ok(struct_sequence::new(vm, &SCHED_PARAM, vec![value_argument(arguments, 1).clone()]))
}

fn reduce_param(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (class, priority) = (vm.class_from_spec(&SCHED_PARAM), struct_sequence::item(value_argument(arguments, 0), 0));
    let parts = vm.new_tuple(vec![priority]);
    Ok(vm.new_tuple(vec![class, parts]))
}

/// The priority in a `sched_param`.
///
/// # Errors
/// TypeError, OverflowError.
pub fn priority(vm: &mut Vm, value: &Value) -> Res<i32> {
    let class = vm.class_from_spec(&SCHED_PARAM);
    if !vm.class_of(value).value().is(&class) {
        return Err(vm.type_error("must have a sched_param object"));
    }
    int_argument(vm, &[struct_sequence::item(value, 0)], 0, 0)
}

fn parameters(priority: i32) -> libc::sched_param {
    libc::sched_param { sched_priority: priority }
}

fn sched_setscheduler(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (process, policy) = (int_argument(vm, arguments, 0, 0)?, int_argument(vm, arguments, 1, 0)?);
    let parameters = parameters(priority(vm, value_argument(arguments, 2))?);
    // SAFETY: reads the parameters.
    call(vm, &[], || checked(unsafe { libc::sched_setscheduler(process, policy, &parameters) }))?;
    Ok(Value::NONE)
}

fn sched_getparam(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (process, mut parameters) = (int_argument(vm, arguments, 0, 0)?, parameters(0));
    // SAFETY: writes the parameters.
    call(vm, &[], || checked(unsafe { libc::sched_getparam(process, &mut parameters) }))?;
    let priority = vm.new_int(i64::from(parameters.sched_priority));
    Ok(struct_sequence::new(vm, &SCHED_PARAM, vec![priority]))
}

fn sched_setparam(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let process = int_argument(vm, arguments, 0, 0)?;
    let parameters = parameters(priority(vm, value_argument(arguments, 1))?);
    // SAFETY: reads the parameters.
    call(vm, &[], || checked(unsafe { libc::sched_setparam(process, &parameters) }))?;
    Ok(Value::NONE)
}

fn sched_rr_get_interval(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let process = int_argument(vm, arguments, 0, 0)?;
    let mut interval = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the time.
    call(vm, &[], || checked(unsafe { libc::sched_rr_get_interval(process, &mut interval) }))?;
    Ok(vm.new_float(interval.tv_sec as f64 + interval.tv_nsec as f64 * 1e-9))
}

// ---- extended attributes

/// Reads what a call writes to a buffer, made as large as that call, without one, says.
fn sized(vm: &mut Vm, place: &Place, mut read: impl FnMut(*mut libc::c_void, usize) -> isize + Send) -> Res<Vec<u8>> {
    call(vm, &[&place.given], || {
        loop {
            let size = checked(read(std::ptr::null_mut(), 0))?.max(0) as usize;
            let mut bytes = vec![0u8; size];
            match checked(read(bytes.as_mut_ptr().cast(), bytes.len())) {
                Ok(count) => {
                    bytes.truncate(count.max(0) as usize);
                    return Ok(bytes);
                }
                // It has grown meanwhile.
                Err(error) if error.raw_os_error() == Some(libc::ERANGE) => {}
                Err(error) => return Err(error),
            }
        }
    })
}

/// The path or descriptor, and whether links are followed.
fn attribute_place(vm: &mut Vm, arguments: &[Value], function: &str, index: usize) -> Res<(Place, bool)> {
    let (place, follow) = (Place::any(vm, arguments, function)?, flag(arguments, index, true));
    place.check(vm, function, HERE, follow)?;
    Ok((place, follow))
}

fn getxattr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, follow) = attribute_place(vm, arguments, "getxattr", 2)?;
    let name = Place::path(vm, arguments, 1, "getxattr", "attribute")?;
    // SAFETY: the texts end with zero bytes; they write to the buffer, as much as fits.
    let value = sized(vm, &place, |buffer, size| match place.descriptor {
        Some(descriptor) => unsafe { libc::fgetxattr(descriptor, name.pointer(), buffer, size) },
        None if follow => unsafe { libc::getxattr(place.pointer(), name.pointer(), buffer, size) },
        None => unsafe { libc::lgetxattr(place.pointer(), name.pointer(), buffer, size) },
    })?;
    Ok(vm.new_bytes(&value))
}

fn setxattr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, follow) = attribute_place(vm, arguments, "setxattr", 4)?;
    let (name, flags) = (Place::path(vm, arguments, 1, "setxattr", "attribute")?, int_argument(vm, arguments, 3, 0)?);
    let value = bytes::required(vm, value_argument(arguments, 2))?.into_owned();
    // SAFETY: the texts end with zero bytes; they read the value.
    call(vm, &[&place.given], || {
        let (data, size) = (value.as_ptr().cast(), value.len());
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::fsetxattr(descriptor, name.pointer(), data, size, flags) },
            None if follow => unsafe { libc::setxattr(place.pointer(), name.pointer(), data, size, flags) },
            None => unsafe { libc::lsetxattr(place.pointer(), name.pointer(), data, size, flags) },
        })
    })?;
    Ok(Value::NONE)
}

fn removexattr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, follow) = attribute_place(vm, arguments, "removexattr", 2)?;
    let name = Place::path(vm, arguments, 1, "removexattr", "attribute")?;
    // SAFETY: the texts end with zero bytes.
    call(vm, &[&place.given], || {
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::fremovexattr(descriptor, name.pointer()) },
            None if follow => unsafe { libc::removexattr(place.pointer(), name.pointer()) },
            None => unsafe { libc::lremovexattr(place.pointer(), name.pointer()) },
        })
    })?;
    Ok(Value::NONE)
}

fn listxattr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, follow) = (Place::folder(vm, arguments, "listxattr")?, flag(arguments, 1, true));
    place.check(vm, "listxattr", HERE, follow)?;
    // SAFETY: the path ends with a zero byte; they write to the buffer, as much as fits.
    let names = sized(vm, &place, |buffer, size| match place.descriptor {
        Some(descriptor) => unsafe { libc::flistxattr(descriptor, buffer.cast(), size) },
        None if follow => unsafe { libc::listxattr(place.pointer(), buffer.cast(), size) },
        None => unsafe { libc::llistxattr(place.pointer(), buffer.cast(), size) },
    })?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let names = names.map(|name| os_text(vm, OsStr::from_bytes(name), false)).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(names))
}
