//! Users and groups of the process.

use super::{call, checked, error_number, int_argument, integers, text_argument, value_argument};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::int;
use pyvm_core::object::list::List;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Name, Native, Res, Vm};
use std::ffi::{CStr, c_char};

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("setuid(uid, /)", setuid, "Set the user."),
    Native::simple("seteuid(euid, /)", seteuid, "Set the effective user."),
    Native::simple("setreuid(ruid, euid, /)", setreuid, "Set the user and the effective user."),
    Native::simple("setgid(gid, /)", setgid, "Set the group."),
    Native::simple("setegid(egid, /)", setegid, "Set the effective group."),
    Native::simple("setregid(rgid, egid, /)", setregid, "Set the group and the effective group."),
    Native::simple("getgroups()", getgroups, "All groups of the process."),
    Native::simple("setgroups(groups, /)", setgroups, "Set the groups of the process."),
    Native::simple("initgroups(username, gid, /)", initgroups, "Make the groups of the process those of a user, and one more."),
    Native::simple("getgrouplist(user, group, /)", getgrouplist, "The groups of a user, and one more."),
    Native::simple("getlogin()", getlogin, "Who logged in on the process's terminal."),
    #[cfg(target_os = "linux")]
    Native::simple("getresuid()", getresuid, "The user, the effective and the saved one."),
    #[cfg(target_os = "linux")]
    Native::simple("getresgid()", getresgid, "The group, the effective and the saved one."),
    #[cfg(target_os = "linux")]
    Native::simple("setresuid(ruid, euid, suid, /)", setresuid, "Set the user, the effective and the saved one."),
    #[cfg(target_os = "linux")]
    Native::simple("setresgid(rgid, egid, sgid, /)", setresgid, "Set the group, the effective and the saved one."),
];

/// The number of a user or group, as the C library has it: `what` is "uid" or "gid"; -1 is "none of them".
///
/// # Errors
/// TypeError, OverflowError.
pub fn id(vm: &mut Vm, value: &Value, what: &str) -> Res<u32> {
    if value.as_small_int().is_none() && vm.lookup_special(value, Name::Index).is_none() {
        let given = vm.type_name(value);
        return Err(vm.type_error(&format!("{what} should be integer, not {given}")));
    }
    let index = vm.index(value)?;
    match int::to_i64(&index) {
        Some(-1) => Ok(u32::MAX),
        Some(number) => u32::try_from(number).map_err(|_| vm.raise(Ex::OverflowError, &format!("{what} is less than minimum"))),
        None => {
            let side = if vm.size_argument(&index)? < 0 { "less than minimum" } else { "greater than maximum" };
            Err(vm.raise(Ex::OverflowError, &format!("{what} is {side}")))
        }
    }
}

/// Two arguments: a user and a group.
///
/// # Errors
/// As [`id`].
pub fn pair(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<(u32, u32)> {
    Ok((id(vm, value_argument(arguments, index), "uid")?, id(vm, value_argument(arguments, index + 1), "gid")?))
}

/// The number of a user or group as Python sees it.
pub fn shown(vm: &mut Vm, id: u32) -> Value {
    vm.new_int(if id == u32::MAX { -1 } else { i64::from(id) })
}

/// Functions of numbers of users or groups.
macro_rules! setters {
    ($($name:ident($what:literal: $($index:literal),+))+) => {
        $(fn $name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
            let ids = [$(id(vm, value_argument(arguments, $index), $what)?),+];
            // SAFETY: takes numbers.
            call(vm, &[], || checked(unsafe { libc::$name($(ids[$index]),+) }))?;
            Ok(Value::NONE)
        })+
    };
}

setters! { setuid("uid": 0) seteuid("uid": 0) setreuid("uid": 0, 1) setgid("gid": 0) setegid("gid": 0) setregid("gid": 0, 1) }

#[cfg(target_os = "linux")]
setters! { setresuid("uid": 0, 1, 2) setresgid("gid": 0, 1, 2) }

#[cfg(target_os = "linux")]
fn three(vm: &mut Vm, get: unsafe extern "C" fn(*mut u32, *mut u32, *mut u32) -> i32) -> Res<Value> {
    let mut ids = [0; 3];
    let [real, effective, saved] = &mut ids;
    // SAFETY: writes three numbers.
    call(vm, &[], || checked(unsafe { get(real, effective, saved) }))?;
    let ids = ids.map(|id| shown(vm, id));
    Ok(vm.new_tuple(ids.into()))
}

#[cfg(target_os = "linux")]
fn getresuid(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    three(vm, libc::getresuid)
}

#[cfg(target_os = "linux")]
fn getresgid(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    three(vm, libc::getresgid)
}

fn getgroups(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let groups = call(vm, &[], || {
        // SAFETY: with no room it only counts.
        let count = checked(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
        let mut groups = vec![0; count.max(0) as usize];
        // SAFETY: writes as many numbers as there is room for.
        let count = checked(unsafe { libc::getgroups(count, groups.as_mut_ptr()) })?;
        groups.truncate(count.max(0) as usize);
        Ok(groups)
    })?;
    let groups = groups.into_iter().map(|group| shown(vm, group)).collect();
    Ok(vm.new_list(groups))
}

/// The numbers in a sequence of groups.
///
/// # Errors
/// TypeError, OverflowError, ValueError for too many.
pub fn groups(vm: &mut Vm, given: &Value, wrong: &str) -> Res<Vec<u32>> {
    let items = match (given.get::<List>(), given.get::<Tuple>()) {
        (Some(list), _) => list.items.get().clone(),
        (_, Some(tuple)) => tuple.items().to_vec(),
        _ => return Err(vm.type_error(wrong)),
    };
    if items.len() > 65536 {
        return Err(vm.value_error("too many groups"));
    }
    let mut groups = Vec::with_capacity(items.len());
    for item in &items {
        if item.as_small_int().is_none() && int::exact(vm, item).is_none() {
            return Err(vm.type_error("groups must be integers"));
        }
        groups.push(id(vm, item, "gid")?);
    }
    Ok(groups)
}

fn setgroups(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let groups = groups(vm, value_argument(arguments, 0), "setgroups argument must be a sequence")?;
    // SAFETY: reads as many numbers as there are.
    call(vm, &[], || checked(unsafe { libc::setgroups(groups.len() as _, groups.as_ptr()) }))?;
    Ok(Value::NONE)
}

fn initgroups(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, group) = (text_argument(vm, arguments, 0)?, id(vm, value_argument(arguments, 1), "gid")?);
    // SAFETY: the name ends with a zero byte.
    call(vm, &[], || checked(unsafe { libc::initgroups(name.as_ptr(), group as _) }))?;
    Ok(Value::NONE)
}

fn getgrouplist(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (name, group) = (text_argument(vm, arguments, 0)?, int_argument(vm, arguments, 1, 0)?);
    let found = vm.blocking(|| {
        let mut room = 64;
        loop {
            let (mut groups, mut count) = (vec![0; room as usize], room);
            // SAFETY: the name ends with a zero byte; writes as many numbers as there is room for.
            if unsafe { libc::getgrouplist(name.as_ptr(), group as _, groups.as_mut_ptr(), &mut count) } >= 0 {
                groups.truncate(count.max(0) as usize);
                return groups;
            }
            room = count.max(room * 2);
        }
    });
    let found = integers(vm, found.into_iter().map(i64::from));
    Ok(vm.new_list(found))
}

unsafe extern "C" {
    /// Writes the name of who logged in; returns an error number. In every C library that there is.
    fn getlogin_r(name: *mut c_char, size: usize) -> i32;
}

fn getlogin(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut name = [0u8; 256];
    // SAFETY: writes to the buffer, as much as fits.
    match unsafe { getlogin_r(name.as_mut_ptr().cast(), name.len()) } {
        0 => {
            let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
            super::os_text(vm, std::os::unix::ffi::OsStrExt::from_bytes(name.to_bytes()), false)
        }
        error => Err(error_number(vm, error)),
    }
}
