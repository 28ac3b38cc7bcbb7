//! Paths between Python and the operating system: strs in UTF-8, undecodable bytes as lone surrogates (PEP 383), bytes, `os.PathLike`.

use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::codec::{self, UTF_8};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Res, Vm};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Text from the operating system as a str.
///
/// # Errors
/// MemoryError.
pub fn text(vm: &mut Vm, path: &OsStr) -> Res<Value> {
    match path.to_str() {
        Some(path) => Ok(vm.new_str(path)),
        None => {
            let errors = vm.new_str("surrogateescape");
            codec::decode_with(vm, UTF_8, path.as_bytes(), errors.get::<Str>())
        }
    }
}

/// A str or bytes for the operating system; None for anything else.
///
/// # Errors
/// UnicodeEncodeError; ValueError for a null character.
fn plain(vm: &mut Vm, value: &Value) -> Res<Option<OsString>> {
    let bytes = if let Some(bytes) = value.get::<Bytes>() {
        bytes.data().to_vec()
    } else if let Some(text) = value.get::<Str>() {
        match text.as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => {
                let errors = vm.new_str("surrogateescape");
                let encoded = codec::encode_with(vm, text, UTF_8, errors.get::<Str>())?;
                encoded.get::<Bytes>().map(|bytes| bytes.data().to_vec()).unwrap_or_default()
            }
        }
    } else {
        return Ok(None);
    };
    if bytes.contains(&0) {
        return Err(vm.value_error("embedded null byte"));
    }
    Ok(Some(OsString::from_vec(bytes)))
}

/// A path argument of the function `function`.
///
/// # Errors
/// TypeError, and as `plain`.
pub fn path(vm: &mut Vm, value: &Value, function: &str) -> Res<OsString> {
    if let Some(path) = plain(vm, value)? {
        return Ok(path);
    }
    let name = vm.intern("__fspath__");
    let method = vm.class_of(value).lookup(&name);
    if let Some(method) = method {
        let path = vm.call(&method, std::slice::from_ref(value))?;
        if let Some(path) = plain(vm, &path)? {
            return Ok(path);
        }
    }
    let given = vm.type_name(value);
    Err(vm.raise(Ex::TypeError, &format!("{function}: path should be string, bytes or os.PathLike, not {given}")))
}
