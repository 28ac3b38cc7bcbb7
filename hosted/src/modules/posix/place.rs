//! Path arguments: a path, or where that is allowed a descriptor; and the descriptor of the folder that a path begins at.

use super::{int_argument, value_argument};
use crate::paths;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Name, Res, Vm, argument};
use std::ffi::CString;
use std::os::raw::c_char;

/// Where something lies.
pub struct Place {
    path: CString,
    /// The str, bytes or descriptor, for error messages.
    pub given: Value,
    /// It was given as a descriptor, and there is no path.
    pub descriptor: Option<i32>,
}

/// The current folder, as the descriptor of a folder.
pub const HERE: i32 = libc::AT_FDCWD;

impl Place {
    /// The argument `name` of `function`: a path.
    ///
    /// # Errors
    /// TypeError, ValueError, what `__fspath__` raises.
    pub fn path(vm: &mut Vm, arguments: &[Value], index: usize, function: &str, name: &str) -> Res<Place> {
        Place::read(vm, value_argument(arguments, index), function, name, "or os.PathLike")
    }

    /// The first argument: a path or a descriptor.
    ///
    /// # Errors
    /// As [`Place::path`]; OverflowError.
    pub fn any(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Place> {
        let value = value_argument(arguments, 0);
        match descriptor(vm, arguments, value)? {
            Some(place) => Ok(place),
            None => Place::read(vm, value, function, "path", "os.PathLike or integer"),
        }
    }

    /// The first argument: a folder by its path or descriptor; missing or None, the current one.
    ///
    /// # Errors
    /// As [`Place::any`].
    pub fn folder(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<Place> {
        let Some(value) = argument(arguments, 0).filter(|value| !value.is_none()) else {
            return Ok(Place { path: CString::from(c"."), given: Value::NONE, descriptor: None });
        };
        match descriptor(vm, arguments, value)? {
            Some(place) => Ok(place),
            None => Place::read(vm, value, function, "path", "os.PathLike, integer or None"),
        }
    }

    fn read(vm: &mut Vm, value: &Value, function: &str, name: &str, others: &str) -> Res<Place> {
        let Some((bytes, given)) = paths::encoded(vm, value)? else {
            let given = vm.type_name(value);
            let comma = if others.starts_with("or ") { "" } else { "," };
            return Err(vm.type_error(&format!("{function}: {name} should be string, bytes{comma} {others}, not {given}")));
        };
        match CString::new(bytes) {
            Ok(path) => Ok(Place { path, given, descriptor: None }),
            Err(_) => Err(vm.value_error(&format!("{function}: embedded null character in {name}"))),
        }
    }

    /// The path for a C function.
    pub fn pointer(&self) -> *const c_char {
        self.path.as_ptr()
    }

    /// The path's bytes.
    pub fn bytes(&self) -> &[u8] {
        self.path.as_bytes()
    }

    /// Was it given as bytes? Then what comes back is bytes.
    pub fn is_bytes(&self) -> bool {
        self.given.get::<Bytes>().is_some()
    }

    /// Checks that what only goes with a path was not given with a descriptor.
    ///
    /// # Errors
    /// ValueError.
    pub fn check(&self, vm: &mut Vm, function: &str, folder: i32, follow: bool) -> Res<()> {
        match self.descriptor {
            Some(_) if folder != HERE => Err(vm.value_error(&format!("{function}: can't specify dir_fd without matching path"))),
            Some(_) if !follow => Err(vm.value_error(&format!("{function}: cannot use fd and follow_symlinks together"))),
            _ => Ok(()),
        }
    }
}

/// The first argument as a descriptor, if it is an integer.
fn descriptor(vm: &mut Vm, arguments: &[Value], value: &Value) -> Res<Option<Place>> {
    if !is_integer(vm, value) {
        return Ok(None);
    }
    let descriptor = int_argument(vm, arguments, 0, -1)?;
    Ok(Some(Place { path: CString::default(), given: Value::small_int(i64::from(descriptor)), descriptor: Some(descriptor) }))
}

/// Is it an integer, or does it have `__index__`?
pub fn is_integer(vm: &mut Vm, value: &Value) -> bool {
    value.as_small_int().is_some() || vm.lookup_special(value, Name::Index).is_some()
}

/// The descriptor of the folder that a path begins at; None or missing: the current one.
///
/// # Errors
/// TypeError, OverflowError.
pub fn folder_argument(vm: &mut Vm, arguments: &[Value], index: usize) -> Res<i32> {
    let Some(value) = argument(arguments, index).filter(|value| !value.is_none()) else { return Ok(HERE) };
    if !is_integer(vm, value) {
        let given = vm.type_name(value);
        return Err(vm.raise(Ex::TypeError, &format!("argument should be integer or None, not {given}")));
    }
    int_argument(vm, arguments, index, HERE)
}
