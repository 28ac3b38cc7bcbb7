//! `pwd` and `grp`: the users and groups that the system knows.

use super::posix::{error_number, users, value_argument};
use crate::paths;
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::struct_sequence;
use pyvm_core::object::value::Value;
use pyvm_core::struct_sequence;
use pyvm_core::vm::{Native, Raised, Res, Vm};
use std::ffi::{CStr, CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;

struct_sequence!(pub PASSWD, "pwd", "struct_passwd", "A user.", 0 "pw_name", 1 "pw_passwd", 2 "pw_uid", 3 "pw_gid", 4 "pw_gecos", 5 "pw_dir", 6 "pw_shell");
struct_sequence!(pub GROUP, "grp", "struct_group", "A group.", 0 "gr_name", 1 "gr_passwd", 2 "gr_gid", 3 "gr_mem");

pub static PWD: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("getpwuid(uidobj, /)", getpwuid, "The user with a number."),
        Native::simple("getpwnam(name, /)", getpwnam, "The user with a name."),
        Native::simple("getpwall()", getpwall, "All users, in any order."),
    ],
    types: &[&PASSWD],
    ..ModuleSpec::new("pwd", "The users that the system knows.")
};

pub static GRP: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("getgrgid(id)", getgrgid, "The group with a number."),
        Native::simple("getgrnam(name)", getgrnam, "The group with a name."),
        Native::simple("getgrall()", getgrall, "All groups, in any order."),
    ],
    types: &[&GROUP],
    ..ModuleSpec::new("grp", "The groups that the system knows.")
};

/// A text of the C library's.
///
/// # Safety
/// Null, or a text that ends with a zero byte.
unsafe fn text(pointer: *const c_char) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller vouches.
    unsafe { CStr::from_ptr(pointer) }.to_bytes().to_vec()
}

/// A user, copied from what the C library has.
struct User {
    texts: [Vec<u8>; 5],
    user: u32,
    group: u32,
}

impl User {
    /// # Safety
    /// The record is one that the C library has filled.
    unsafe fn copy(found: &libc::passwd) -> User {
        // SAFETY: the caller vouches.
        let texts = unsafe { [text(found.pw_name), text(found.pw_passwd), text(found.pw_gecos), text(found.pw_dir), text(found.pw_shell)] };
        User { texts, user: found.pw_uid, group: found.pw_gid }
    }

    fn value(&self, vm: &mut Vm) -> Res<Value> {
        let mut texts = Vec::with_capacity(7);
        for text in &self.texts {
            texts.push(paths::text(vm, OsStr::from_bytes(text))?);
        }
        let numbers = [users::shown(vm, self.user), users::shown(vm, self.group)];
        texts.splice(2..2, numbers);
        Ok(struct_sequence::new(vm, &PASSWD, texts))
    }
}

/// A group, copied from what the C library has.
struct Group {
    name: Vec<u8>,
    password: Vec<u8>,
    number: u32,
    members: Vec<Vec<u8>>,
}

impl Group {
    /// # Safety
    /// The record is one that the C library has filled.
    unsafe fn copy(found: &libc::group) -> Group {
        let mut members = Vec::new();
        // SAFETY: the caller vouches: the members' array ends with a null pointer.
        unsafe {
            let mut place = found.gr_mem;
            while !place.is_null() && !(*place).is_null() {
                members.push(text(*place));
                place = place.add(1);
            }
            Group { name: text(found.gr_name), password: text(found.gr_passwd), number: found.gr_gid, members }
        }
    }

    fn value(&self, vm: &mut Vm) -> Res<Value> {
        let (name, password) = (paths::text(vm, OsStr::from_bytes(&self.name))?, paths::text(vm, OsStr::from_bytes(&self.password))?);
        let members = self.members.iter().map(|member| paths::text(vm, OsStr::from_bytes(member))).collect::<Res<Vec<Value>>>()?;
        let (number, members) = (users::shown(vm, self.number), vm.new_list(members));
        Ok(struct_sequence::new(vm, &GROUP, vec![name, password, number, members]))
    }
}

/// Looks something up with a function of the C library that wants a buffer, made larger until it is large enough.
fn look_up<T: Send>(vm: &mut Vm, mut look: impl FnMut(&mut [c_char]) -> Result<Option<T>, i32> + Send) -> Res<Option<T>> {
    let mut size = 1024;
    loop {
        let mut buffer = vec![0; size];
        match vm.blocking(|| look(&mut buffer)) {
            Ok(found) => return Ok(found),
            Err(libc::ERANGE) => size *= 2,
            Err(libc::EINTR) => vm.check_interrupts()?,
            // What some systems say when there is no such entry.
            Err(libc::ENOENT | libc::ESRCH) => return Ok(None),
            Err(number) => return Err(error_number(vm, number)),
        }
    }
}

fn user(vm: &mut Vm, look: impl Fn(*mut libc::passwd, *mut c_char, usize, *mut *mut libc::passwd) -> i32 + Sync) -> Res<Option<User>> {
    look_up(vm, |buffer| {
        // SAFETY: zero is a value of every field; what was found is copied before the buffer goes.
        unsafe {
            let (mut record, mut found) = (std::mem::zeroed(), std::ptr::null_mut());
            match look(&mut record, buffer.as_mut_ptr(), buffer.len(), &mut found) {
                0 => Ok(found.as_ref().map(|found| User::copy(found))),
                number => Err(number),
            }
        }
    })
}

fn group(vm: &mut Vm, look: impl Fn(*mut libc::group, *mut c_char, usize, *mut *mut libc::group) -> i32 + Sync) -> Res<Option<Group>> {
    look_up(vm, |buffer| {
        // SAFETY: as in `user`.
        unsafe {
            let (mut record, mut found) = (std::mem::zeroed(), std::ptr::null_mut());
            match look(&mut record, buffer.as_mut_ptr(), buffer.len(), &mut found) {
                0 => Ok(found.as_ref().map(|found| Group::copy(found))),
                number => Err(number),
            }
        }
    })
}

fn not_found(vm: &mut Vm, message: &str) -> Raised {
    vm.raise(Ex::KeyError, message)
}

/// The argument that is a name.
fn name(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<CString> {
    let value = value_argument(arguments, 0);
    if value.get::<Str>().is_none() {
        let given = vm.type_name(value);
        return Err(vm.type_error(&format!("{function}() argument must be str, not {given}")));
    }
    paths::system_text(vm, value)
}

/// The message for a name that is not there.
fn name_not_found(vm: &mut Vm, arguments: &[Value], function: &str) -> Raised {
    let shown = vm.native_repr(value_argument(arguments, 0)).ok().flatten().map(|text| pyvm_core::vm::execute::text_of(&text));
    not_found(vm, &format!("{function}(): name not found: {}", shown.unwrap_or_default()))
}

fn getpwuid(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = users::id(vm, value_argument(arguments, 0), "uid");
    let Some(number) = vm.catch(number, Ex::OverflowError)? else {
        return Err(not_found(vm, "getpwuid(): uid not found"));
    };
    // SAFETY: it writes to record and buffer, as much as fits.
    match user(vm, |record, buffer, size, found| unsafe { libc::getpwuid_r(number, record, buffer, size, found) })? {
        Some(user) => user.value(vm),
        None => Err(not_found(vm, &format!("getpwuid(): uid not found: {}", number as i32))),
    }
}

fn getpwnam(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments, "getpwnam")?;
    // SAFETY: the name ends with a zero byte; it writes to record and buffer, as much as fits.
    match user(vm, |record, buffer, size, found| unsafe { libc::getpwnam_r(name.as_ptr(), record, buffer, size, found) })? {
        Some(user) => user.value(vm),
        None => Err(name_not_found(vm, arguments, "getpwnam")),
    }
}

fn getpwall(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut found = Vec::new();
    // The C library has one place in the list for all: the VM is not let go.
    // SAFETY: what it returns is copied before the next call.
    unsafe {
        libc::setpwent();
        while let Some(record) = libc::getpwent().as_ref() {
            found.push(User::copy(record));
        }
        libc::endpwent();
    }
    let users = found.iter().map(|user| user.value(vm)).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(users))
}

fn getgrgid(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = users::id(vm, value_argument(arguments, 0), "gid")?;
    // SAFETY: it writes to record and buffer, as much as fits.
    match group(vm, |record, buffer, size, found| unsafe { libc::getgrgid_r(number, record, buffer, size, found) })? {
        Some(group) => group.value(vm),
        None => Err(not_found(vm, &format!("getgrgid(): gid not found: {}", number as i32))),
    }
}

fn getgrnam(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = name(vm, arguments, "getgrnam")?;
    // SAFETY: the name ends with a zero byte; it writes to record and buffer, as much as fits.
    match group(vm, |record, buffer, size, found| unsafe { libc::getgrnam_r(name.as_ptr(), record, buffer, size, found) })? {
        Some(group) => group.value(vm),
        None => Err(name_not_found(vm, arguments, "getgrnam")),
    }
}

fn getgrall(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let mut found = Vec::new();
    // SAFETY: as in `getpwall`.
    unsafe {
        libc::setgrent();
        while let Some(record) = libc::getgrent().as_ref() {
            found.push(Group::copy(record));
        }
        libc::endgrent();
    }
    let groups = found.iter().map(|group| group.value(vm)).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(groups))
}
