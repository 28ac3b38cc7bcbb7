//! What lies in folders: files, links, their status, permissions and times.

use super::place::{HERE, Place, folder_argument, is_integer};
use super::{Numbers, call, checked, flag, int_argument, integer_argument, integers, os_text, users, value_argument};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence_with_hidden;
use pyvm_core::vm::{Native, Res, Vm, argument};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

struct_sequence_with_hidden!(pub STAT_RESULT, "os", "stat_result", "What the file system knows about a path.", 10 items, 0 "st_mode", 1 "st_ino", 2 "st_dev", 3 "st_nlink", 4 "st_uid", 5 "st_gid",
    6 "st_size"; 0 "st_atime", 1 "st_mtime", 2 "st_ctime", 3 "st_atime_ns", 4 "st_mtime_ns", 5 "st_ctime_ns", 6 "st_blksize", 7 "st_blocks", 8 "st_rdev");
struct_sequence_with_hidden!(pub STATVFS_RESULT, "os", "statvfs_result", "What there is to know about a file system.", 10 items, 0 "f_bsize", 1 "f_frsize", 2 "f_blocks", 3 "f_bfree",
    4 "f_bavail", 5 "f_files", 6 "f_ffree", 7 "f_favail", 8 "f_flag", 9 "f_namemax"; 0 "f_fsid");

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("stat(path, *, dir_fd=None, follow_symlinks=True)", stat, "What the file system knows about a path or descriptor."),
    Native::simple("lstat(path, *, dir_fd=None)", lstat, "As stat(), without following a link."),
    Native::simple("fstat(fd)", fstat, "What the file system knows about a descriptor."),
    Native::simple("remove(path, *, dir_fd=None)", unlink, "Remove a file."),
    Native::simple("unlink(path, *, dir_fd=None)", unlink, "Remove a file."),
    Native::simple("rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", rename, "Rename or move a file or folder."),
    Native::simple("replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)", replace, "Rename, replacing what is there."),
    Native::simple("link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", link, "Make a hard link."),
    Native::simple("symlink(src, dst, target_is_directory=False, *, dir_fd=None)", symlink, "Make a symbolic link."),
    Native::simple("readlink(path, *, dir_fd=None)", readlink, "What a symbolic link leads to."),
    Native::simple("access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", access, "Whether the process may use a path in a way."),
    Native::simple("chmod(path, mode, *, dir_fd=None, follow_symlinks=True)", chmod, "Change permissions."),
    Native::simple("fchmod(fd, mode)", fchmod, "Change permissions of an open file."),
    Native::simple("chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", chown, "Change owner and group."),
    Native::simple("lchown(path, uid, gid)", lchown, "Change owner and group of a link itself."),
    Native::simple("utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)", utime, "Set the times of access and modification."),
    Native::simple("truncate(path, length)", truncate, "Cut or extend a file."),
    Native::simple("mkfifo(path, mode=438, *, dir_fd=None)", mkfifo, "Make a named pipe."),
    Native::simple("fchown(fd, uid, gid)", fchown, "Change owner and group of an open file."),
    Native::simple("mknod(path, mode=384, device=0, *, dir_fd=None)", mknod, "Make a file of any kind."),
    Native::simple("major(device, /)", major, "The driver's half of a device number."),
    Native::simple("minor(device, /)", minor, "The device's half of a device number."),
    Native::simple("makedev(major, minor, /)", makedev, "A device number from its halves."),
    Native::simple("statvfs(path)", statvfs, "What there is to know about the file system that holds a path."),
    Native::simple("fstatvfs(fd, /)", fstatvfs, "What there is to know about the file system that holds an open file."),
];

pub const NUMBERS: Numbers = numbers! { F_OK R_OK W_OK X_OK ST_RDONLY ST_NOSUID };

fn described(vm: &mut Vm, status: &libc::stat) -> Value {
    let numbers = [
        i64::from(status.st_mode),
        status.st_ino as i64,
        status.st_dev as i64,
        status.st_nlink as i64,
        i64::from(status.st_uid),
        i64::from(status.st_gid),
        status.st_size,
    ];
    let times = [(status.st_atime, status.st_atime_nsec), (status.st_mtime, status.st_mtime_nsec), (status.st_ctime, status.st_ctime_nsec)];
    let mut items = integers(vm, numbers);
    items.extend(integers(vm, times.map(|(seconds, _)| seconds)));
    let mut hidden: Vec<Value> = times.iter().map(|&(seconds, nanoseconds)| vm.new_float(seconds as f64 + nanoseconds as f64 / 1e9)).collect();
    let times = times.map(|(seconds, nanoseconds)| seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds));
    hidden.extend(integers(vm, times));
    hidden.extend(integers(vm, [i64::from(status.st_blksize as i32), status.st_blocks, status.st_rdev as i64]));
    struct_sequence::new_with_hidden(vm, &STAT_RESULT, items, hidden)
}

/// The status of a place, or of the link itself.
pub fn status(vm: &mut Vm, place: &Place, folder: i32, follow: bool) -> Res<Value> {
    let status = call(vm, &[&place.given], || look(place, folder, follow))?;
    Ok(described(vm, &status))
}

/// What the file system knows about a place.
pub fn look(place: &Place, folder: i32, follow: bool) -> std::io::Result<libc::stat> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: zero is a value of every field; the calls fill them; the path ends with a zero byte.
    unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        checked(match place.descriptor {
            Some(descriptor) => libc::fstat(descriptor, &mut status),
            None => libc::fstatat(folder, place.pointer(), &mut status, flags),
        })?;
        Ok(status)
    }
}

fn stat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder, follow) = (Place::any(vm, arguments, "stat")?, folder_argument(vm, arguments, 1)?, flag(arguments, 2, true));
    place.check(vm, "stat", folder, follow)?;
    status(vm, &place, folder, follow)
}

fn lstat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder) = (Place::path(vm, arguments, 0, "lstat", "path")?, folder_argument(vm, arguments, 1)?);
    status(vm, &place, folder, false)
}

fn fstat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, -1)?;
    // SAFETY: zero is a value of every field; the call fills them.
    let status = call(vm, &[], || unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        checked(libc::fstat(descriptor, &mut status))?;
        Ok(status)
    })?;
    Ok(described(vm, &status))
}

fn unlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder) = (Place::path(vm, arguments, 0, "unlink", "path")?, folder_argument(vm, arguments, 1)?);
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || checked(unsafe { libc::unlinkat(folder, place.pointer(), 0) }))?;
    Ok(Value::NONE)
}

/// Two paths and the folders that they begin at.
struct Pair {
    from: Place,
    to: Place,
    from_folder: i32,
    to_folder: i32,
}

impl Pair {
    fn arguments(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Pair> {
        let (from, to) = (Place::path(vm, arguments, 0, function, "src")?, Place::path(vm, arguments, 1, function, "dst")?);
        Ok(Pair { from, to, from_folder: folder_argument(vm, arguments, 2)?, to_folder: folder_argument(vm, arguments, 3)? })
    }

    fn given(&self) -> [&Value; 2] {
        [&self.from.given, &self.to.given]
    }
}

fn rename(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    rename_as(vm, arguments, "rename")
}

fn replace(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    rename_as(vm, arguments, "replace")
}

fn rename_as(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Value> {
    let pair = Pair::arguments(vm, arguments, function)?;
    // SAFETY: the paths end with zero bytes.
    call(vm, &pair.given(), || checked(unsafe { libc::renameat(pair.from_folder, pair.from.pointer(), pair.to_folder, pair.to.pointer()) }))?;
    Ok(Value::NONE)
}

fn link(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let pair = Pair::arguments(vm, arguments, "link")?;
    // Not to follow is what the system does by itself; asked for, it is refused where it is not so.
    let flags = if argument(arguments, 4).is_some() && flag(arguments, 4, true) { libc::AT_SYMLINK_FOLLOW } else { 0 };
    // SAFETY: the paths end with zero bytes.
    call(vm, &pair.given(), || checked(unsafe { libc::linkat(pair.from_folder, pair.from.pointer(), pair.to_folder, pair.to.pointer(), flags) }))?;
    Ok(Value::NONE)
}

fn symlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (target, place) = (Place::path(vm, arguments, 0, "symlink", "src")?, Place::path(vm, arguments, 1, "symlink", "dst")?);
    let folder = folder_argument(vm, arguments, 3)?;
    // SAFETY: the paths end with zero bytes.
    call(vm, &[&target.given, &place.given], || checked(unsafe { libc::symlinkat(target.pointer(), folder, place.pointer()) }))?;
    Ok(Value::NONE)
}

fn readlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder) = (Place::path(vm, arguments, 0, "readlink", "path")?, folder_argument(vm, arguments, 1)?);
    let mut buffer = vec![0u8; libc::PATH_MAX as usize];
    // SAFETY: the path ends with a zero byte; it writes to the buffer, as much as fits.
    let length = call(vm, &[&place.given], || checked(unsafe { libc::readlinkat(folder, place.pointer(), buffer.as_mut_ptr().cast(), buffer.len()) }))?;
    buffer.truncate(length.max(0) as usize);
    os_text(vm, OsStr::from_bytes(&buffer), place.is_bytes())
}

fn access(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::path(vm, arguments, 0, "access", "path")?;
    let (mode, folder) = (int_argument(vm, arguments, 1, 0)?, folder_argument(vm, arguments, 2)?);
    let effective = if flag(arguments, 3, false) { libc::AT_EACCESS } else { 0 };
    let flags = effective | if flag(arguments, 4, true) { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a zero byte.
    Ok(Value::bool(vm.blocking(|| unsafe { libc::faccessat(folder, place.pointer(), mode, flags) }) == 0))
}

fn chmod(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::any(vm, arguments, "chmod")?;
    let (mode, folder, follow) = (int_argument(vm, arguments, 1, 0)? as libc::mode_t, folder_argument(vm, arguments, 2)?, flag(arguments, 3, true));
    place.check(vm, "chmod", folder, follow)?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let unsupported = call(vm, &[&place.given], || {
        // SAFETY: the path ends with a zero byte.
        let result = checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::fchmod(descriptor, mode) },
            None => unsafe { libc::fchmodat(folder, place.pointer(), mode, flags) },
        });
        match result {
            Err(error) if !follow && error.raw_os_error() == Some(libc::EOPNOTSUPP) => Ok(true),
            result => result.map(|_| false),
        }
    })?;
    if unsupported {
        return Err(vm.raise(Ex::NotImplementedError, "chmod: follow_symlinks unavailable on this platform"));
    }
    Ok(Value::NONE)
}

fn fchmod(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, mode) = (int_argument(vm, arguments, 0, -1)?, int_argument(vm, arguments, 1, 0)? as libc::mode_t);
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::fchmod(descriptor, mode) }))?;
    Ok(Value::NONE)
}

fn chown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::any(vm, arguments, "chown")?;
    let (user, group) = users::pair(vm, arguments, 1)?;
    let (folder, follow) = (folder_argument(vm, arguments, 3)?, flag(arguments, 4, true));
    place.check(vm, "chown", folder, follow)?;
    change_owner(vm, &place, user, group, folder, follow)
}

fn lchown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::path(vm, arguments, 0, "lchown", "path")?;
    let (user, group) = users::pair(vm, arguments, 1)?;
    change_owner(vm, &place, user, group, HERE, false)
}

fn change_owner(vm: &mut Vm, place: &Place, user: u32, group: u32, folder: i32, follow: bool) -> Res<Value> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || {
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::fchown(descriptor, user, group) },
            None => unsafe { libc::fchownat(folder, place.pointer(), user, group, flags) },
        })
    })?;
    Ok(Value::NONE)
}

fn fchown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, -1)?;
    let (user, group) = users::pair(vm, arguments, 1)?;
    // SAFETY: takes numbers.
    call(vm, &[], || checked(unsafe { libc::fchown(descriptor, user, group) }))?;
    Ok(Value::NONE)
}

/// Seconds, perhaps with a fraction, as the system wants them.
fn time(vm: &mut Vm, value: &Value) -> Res<libc::timespec> {
    let (seconds, nanoseconds) = match pyvm_core::object::float::to_f64(value) {
        Some(number) => {
            let whole = number.floor();
            if !(-9.2e18..9.2e18).contains(&whole) {
                return Err(vm.raise(Ex::OverflowError, "timestamp out of range for platform time_t"));
            }
            (whole as i64, ((number - whole) * 1e9) as i64)
        }
        None => (vm.index_i64(value)?, 0),
    };
    Ok(libc::timespec { tv_sec: seconds as _, tv_nsec: nanoseconds as _ })
}

fn utime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::any(vm, arguments, "utime")?;
    let (folder, follow) = (folder_argument(vm, arguments, 3)?, flag(arguments, 4, true));
    place.check(vm, "utime", folder, follow)?;
    let given = |index| argument(arguments, index).filter(|value: &&Value| !value.is_none());
    let times = match (given(1), given(2)) {
        (Some(_), Some(_)) => return Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both")),
        (None, None) => [libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW as _ }; 2],
        (times, ns) => {
            let pair = times.or(ns).and_then(|pair| pair.get::<Tuple>()).map(|pair| pair.items().to_vec()).unwrap_or_default();
            let [accessed, modified] = &pair[..] else {
                return Err(vm.type_error(if times.is_some() {
                    "utime: 'times' must be either a tuple of two ints or None"
                } else {
                    "utime: 'ns' must be a tuple of two ints"
                }));
            };
            if times.is_some() {
                [time(vm, accessed)?, time(vm, modified)?]
            } else {
                let nanoseconds = [vm.index_i64(accessed)?, vm.index_i64(modified)?];
                nanoseconds.map(|time| libc::timespec { tv_sec: time.div_euclid(1_000_000_000) as _, tv_nsec: time.rem_euclid(1_000_000_000) as _ })
            }
        }
    };
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a zero byte, and the two times are there.
    call(vm, &[&place.given], || {
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::futimens(descriptor, times.as_ptr()) },
            None => unsafe { libc::utimensat(folder, place.pointer(), times.as_ptr(), flags) },
        })
    })?;
    Ok(Value::NONE)
}

fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, length) = (Place::any(vm, arguments, "truncate")?, integer_argument(vm, arguments, 1)?);
    let about: &[&Value] = if place.descriptor.is_some() { &[] } else { &[&place.given] };
    // SAFETY: the path ends with a zero byte.
    call(vm, about, || {
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::ftruncate(descriptor, length) },
            None => unsafe { libc::truncate(place.pointer(), length) },
        })
    })?;
    Ok(Value::NONE)
}

fn mkfifo(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, mode) = (Place::path(vm, arguments, 0, "mkfifo", "path")?, int_argument(vm, arguments, 1, 0o666)? as libc::mode_t);
    let folder = folder_argument(vm, arguments, 2)?;
    // SAFETY: the path ends with a zero byte.
    call(vm, &[], || checked(unsafe { libc::mkfifoat(folder, place.pointer(), mode) }))?;
    Ok(Value::NONE)
}

fn mknod(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, mode) = (Place::path(vm, arguments, 0, "mknod", "path")?, int_argument(vm, arguments, 1, 0o600)? as libc::mode_t);
    let (device, folder) = (device(vm, arguments, 2)?, folder_argument(vm, arguments, 3)?);
    // SAFETY: the path ends with a zero byte.
    call(vm, &[], || checked(unsafe { libc::mknodat(folder, place.pointer(), mode, device) }))?;
    Ok(Value::NONE)
}

/// A device number; -1 is no device.
fn device(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<libc::dev_t> {
    match integer_argument(vm, arguments, index)? {
        number if number < -1 => Err(vm.raise(Ex::OverflowError, "can't convert negative int to unsigned")),
        number => Ok(number as libc::dev_t),
    }
}

fn half(vm: &mut Vm, arguments: &[Value], of: fn(libc::dev_t) -> i64) -> Res<Value> {
    let device = device(vm, arguments, 0)?;
    Ok(vm.new_int(if device == NO_DEVICE { -1 } else { of(device) }))
}

/// What stands for no device.
const NO_DEVICE: libc::dev_t = -1i64 as libc::dev_t;

fn major(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    half(vm, arguments, |device| i64::from(libc::major(device)))
}

fn minor(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    half(vm, arguments, |device| i64::from(libc::minor(device)))
}

fn makedev(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let halves = [device(vm, arguments, 0)?, device(vm, arguments, 1)?];
    if halves == [NO_DEVICE; 2] {
        return Ok(vm.new_int(-1));
    }
    let [Ok(major), Ok(minor)] = halves.map(u32::try_from) else {
        return Err(vm.raise(Ex::OverflowError, "Python int too large to convert to C unsigned int"));
    };
    Ok(vm.new_int(libc::makedev(major as _, minor as _) as i64))
}

fn statvfs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::any(vm, arguments, "statvfs")?;
    file_system(vm, &place, true)
}

fn fstatvfs(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let value = value_argument(arguments, 0);
    if !is_integer(vm, value) {
        vm.index(value)?;
    }
    let place = Place::any(vm, arguments, "fstatvfs")?;
    file_system(vm, &place, false)
}

fn file_system(vm: &mut Vm, place: &Place, named: bool) -> Res<Value> {
    let about: &[&Value] = if named { &[&place.given] } else { &[] };
    // SAFETY: zero is a value of every field; the calls fill them; the path ends with a zero byte.
    let found = call(vm, about, || unsafe {
        let mut found: libc::statvfs = std::mem::zeroed();
        checked(match place.descriptor {
            Some(descriptor) => libc::fstatvfs(descriptor, &mut found),
            None => libc::statvfs(place.pointer(), &mut found),
        })?;
        Ok(found)
    })?;
    let numbers = [
        found.f_bsize as i64,
        found.f_frsize as i64,
        found.f_blocks as i64,
        found.f_bfree as i64,
        found.f_bavail as i64,
        found.f_files as i64,
        found.f_ffree as i64,
        found.f_favail as i64,
        found.f_flag as i64,
        found.f_namemax as i64,
    ];
    let items = integers(vm, numbers);
    let hidden = integers(vm, [found.f_fsid as i64]);
    Ok(struct_sequence::new_with_hidden(vm, &STATVFS_RESULT, items, hidden))
}
