//! What lies in folders: files, links, their status, permissions and times.

use super::{c_path, call, checked, flag, int_argument, integer_argument, integers, is_bytes, no_folder_descriptor, os_text, path_argument};
use pyvm_core::builtins::evaluate::items_now;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Res, Vm, argument};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::MetadataExt;

struct_sequence!(pub STAT_RESULT, "os", "stat_result", "What the file system knows about a path.", 0 "st_mode", 1 "st_ino", 2 "st_dev", 3 "st_nlink", 4 "st_uid", 5 "st_gid",
    6 "st_size", 7 "st_atime", 8 "st_mtime", 9 "st_ctime", 10 "st_atime_ns", 11 "st_mtime_ns", 12 "st_ctime_ns", 13 "st_blocks", 14 "st_blksize", 15 "st_rdev");

fn described(vm: &mut Vm, metadata: &Metadata) -> Value {
    let numbers = [
        i64::from(metadata.mode()),
        metadata.ino() as i64,
        metadata.dev() as i64,
        metadata.nlink() as i64,
        i64::from(metadata.uid()),
        i64::from(metadata.gid()),
        metadata.size() as i64,
    ];
    let times = [(metadata.atime(), metadata.atime_nsec()), (metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec())];
    let mut items = integers(vm, numbers);
    for (seconds, nanoseconds) in times {
        items.push(vm.new_float(seconds as f64 + nanoseconds as f64 / 1e9));
    }
    let times = times.map(|(seconds, nanoseconds)| seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds));
    items.extend(integers(vm, times));
    items.extend(integers(vm, [metadata.blocks() as i64, metadata.blksize() as i64, metadata.rdev() as i64]));
    struct_sequence::new(vm, &STAT_RESULT, items)
}

/// The status of a path, or of the link itself.
pub fn status(vm: &mut Vm, path: &OsStr, follow: bool) -> Res<Value> {
    let metadata = call(vm, Some(path), || if follow { fs::metadata(path) } else { fs::symlink_metadata(path) })?;
    Ok(described(vm, &metadata))
}

pub fn stat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 1, "dir_fd")?;
    if argument(arguments, 0).is_some_and(|path| path.as_small_int().is_some()) {
        return fstat(vm, arguments);
    }
    let path = path_argument(vm, arguments, 0, "stat")?;
    status(vm, &path, flag(arguments, 2, true))
}

pub fn lstat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 1, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "lstat")?;
    status(vm, &path, false)
}

pub fn fstat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = int_argument(vm, arguments, 0, -1)?;
    let metadata = call(vm, None, || {
        if descriptor < 0 {
            return Err(io::Error::from_raw_os_error(libc::EBADF));
        }
        // SAFETY: looks at a descriptor by number, and does not close it.
        ManuallyDrop::new(unsafe { fs::File::from_raw_fd(descriptor) }).metadata()
    })?;
    Ok(described(vm, &metadata))
}

pub fn unlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 1, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "remove")?;
    call(vm, Some(&path), || fs::remove_file(&path))?;
    Ok(Value::NONE)
}

fn two_paths(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<(OsString, OsString)> {
    Ok((path_argument(vm, arguments, 0, function)?, path_argument(vm, arguments, 1, function)?))
}

pub fn rename(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "src_dir_fd")?;
    no_folder_descriptor(vm, arguments, 3, "dst_dir_fd")?;
    let (from, to) = two_paths(vm, arguments, "rename")?;
    call(vm, Some(&from), || fs::rename(&from, &to))?;
    Ok(Value::NONE)
}

pub fn link(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "src_dir_fd")?;
    no_folder_descriptor(vm, arguments, 3, "dst_dir_fd")?;
    let (from, to) = two_paths(vm, arguments, "link")?;
    call(vm, Some(&from), || fs::hard_link(&from, &to))?;
    Ok(Value::NONE)
}

pub fn symlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 3, "dir_fd")?;
    let (from, to) = two_paths(vm, arguments, "symlink")?;
    call(vm, Some(&from), || std::os::unix::fs::symlink(&from, &to))?;
    Ok(Value::NONE)
}

pub fn readlink(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 1, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "readlink")?;
    let target = call(vm, Some(&path), || fs::read_link(&path))?;
    os_text(vm, target.as_os_str(), is_bytes(arguments, 0))
}

pub fn access(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "access")?;
    let (path, mode) = (c_path(&path), int_argument(vm, arguments, 1, 0)?);
    // SAFETY: the path ends with a zero byte.
    Ok(Value::bool(vm.blocking(|| unsafe { libc::access(path.as_ptr(), mode) }) == 0))
}

pub fn chmod(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "dir_fd")?;
    if !flag(arguments, 3, true) {
        return Err(vm.raise(Ex::NotImplementedError, "chmod: follow_symlinks unavailable on this platform"));
    }
    if argument(arguments, 0).is_some_and(|path| path.as_small_int().is_some()) {
        return fchmod(vm, arguments);
    }
    let path = path_argument(vm, arguments, 0, "chmod")?;
    let (place, mode) = (c_path(&path), int_argument(vm, arguments, 1, 0)? as libc::mode_t);
    // SAFETY: the path ends with a zero byte.
    call(vm, Some(&path), || checked(unsafe { libc::chmod(place.as_ptr(), mode) }))?;
    Ok(Value::NONE)
}

pub fn fchmod(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (descriptor, mode) = (int_argument(vm, arguments, 0, -1)?, int_argument(vm, arguments, 1, 0)? as libc::mode_t);
    // SAFETY: takes numbers.
    call(vm, None, || checked(unsafe { libc::fchmod(descriptor, mode) }))?;
    Ok(Value::NONE)
}

pub fn chown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 3, "dir_fd")?;
    change_owner(vm, arguments, flag(arguments, 4, true))
}

pub fn lchown(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    change_owner(vm, arguments, false)
}

fn change_owner(vm: &mut Vm, arguments: &[Value], follow: bool) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "chown")?;
    let id = |number: i64| u32::try_from(number).ok();
    let (user, group) = (integer_argument(vm, arguments, 1)?, integer_argument(vm, arguments, 2)?);
    let change = if follow { std::os::unix::fs::chown::<&OsStr> } else { std::os::unix::fs::lchown::<&OsStr> };
    call(vm, Some(&path), || change(&path, id(user), id(group)))?;
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

pub fn utime(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 3, "dir_fd")?;
    let given = |index| argument(arguments, index).filter(|value: &&Value| !value.is_none());
    let times = match (given(1), given(2)) {
        (Some(_), Some(_)) => return Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both")),
        (None, None) => [libc::timespec { tv_sec: 0, tv_nsec: libc::UTIME_NOW as _ }; 2],
        (times, ns) => {
            let pair = times.or(ns).map(|pair| items_now(vm, pair)).transpose()?.unwrap_or_default();
            let [accessed, modified] = &pair[..] else {
                return Err(vm.type_error("utime: 'times' must be either a tuple of two ints or None"));
            };
            if times.is_some() {
                [time(vm, accessed)?, time(vm, modified)?]
            } else {
                let nanoseconds = [vm.index_i64(accessed)?, vm.index_i64(modified)?];
                nanoseconds.map(|time| libc::timespec { tv_sec: time.div_euclid(1_000_000_000) as _, tv_nsec: time.rem_euclid(1_000_000_000) as _ })
            }
        }
    };
    if let Some(descriptor) = argument(arguments, 0).and_then(Value::as_small_int) {
        // SAFETY: the two times are there.
        call(vm, None, || checked(unsafe { libc::futimens(descriptor as i32, times.as_ptr()) }))?;
        return Ok(Value::NONE);
    }
    let path = path_argument(vm, arguments, 0, "utime")?;
    let (place, flags) = (c_path(&path), if flag(arguments, 4, true) { 0 } else { libc::AT_SYMLINK_NOFOLLOW });
    // SAFETY: the path ends with a zero byte, and the two times are there.
    call(vm, Some(&path), || checked(unsafe { libc::utimensat(libc::AT_FDCWD, place.as_ptr(), times.as_ptr(), flags) }))?;
    Ok(Value::NONE)
}

pub fn truncate(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if argument(arguments, 0).is_some_and(|path| path.as_small_int().is_some()) {
        return super::descriptors::ftruncate(vm, arguments);
    }
    let path = path_argument(vm, arguments, 0, "truncate")?;
    let (place, length) = (c_path(&path), integer_argument(vm, arguments, 1)?);
    // SAFETY: the path ends with a zero byte.
    call(vm, Some(&path), || checked(unsafe { libc::truncate(place.as_ptr(), length) }))?;
    Ok(Value::NONE)
}

pub fn mkfifo(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "mkfifo")?;
    let (place, mode) = (c_path(&path), int_argument(vm, arguments, 1, 0o666)? as libc::mode_t);
    // SAFETY: the path ends with a zero byte.
    call(vm, Some(&path), || checked(unsafe { libc::mkfifo(place.as_ptr(), mode) }))?;
    Ok(Value::NONE)
}
