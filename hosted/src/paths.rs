//! Paths between Python and the operating system: strs in UTF-8, undecodable bytes as lone surrogates (PEP 383), bytes, `os.PathLike`.

use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::codec::{self, UTF_8};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Res, Vm};
use std::ffi::{CString, OsStr, OsString};
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

/// The bytes of a str or bytes object, null bytes included; None for anything else.
///
/// # Errors
/// UnicodeEncodeError.
fn plain(vm: &mut Vm, value: &Value) -> Res<Option<Vec<u8>>> {
    if let Some(bytes) = value.get::<Bytes>() {
        return Ok(Some(bytes.data().to_vec()));
    }
    let Some(text) = value.get::<Str>() else { return Ok(None) };
    Ok(Some(match text.as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => {
            let errors = vm.new_str("surrogateescape");
            let encoded = codec::encode_with(vm, text, UTF_8, errors.get::<Str>())?;
            encoded.get::<Bytes>().map(|bytes| bytes.data().to_vec()).unwrap_or_default()
        }
    }))
}

/// The bytes of a path, null bytes included, and the str or bytes that it is (of an `os.PathLike`: that it stands for); None for anything else.
///
/// # Errors
/// UnicodeEncodeError, what `__fspath__` raises.
pub fn encoded(vm: &mut Vm, value: &Value) -> Res<Option<(Vec<u8>, Value)>> {
    let Some(path) = file_system_path(vm, value)? else { return Ok(None) };
    Ok(plain(vm, &path)?.map(|bytes| (bytes, path)))
}

/// The str or bytes that a path is or stands for; None for anything else.
///
/// # Errors
/// TypeError, what `__fspath__` raises.
pub fn file_system_path(vm: &mut Vm, value: &Value) -> Res<Option<Value>> {
    let is_plain = |value: &Value| value.get::<Str>().is_some() || value.get::<Bytes>().is_some();
    if is_plain(value) {
        return Ok(Some(value.clone()));
    }
    let name = vm.intern("__fspath__");
    let Some(method) = vm.class_of(value).lookup(&name).filter(|method| !method.is_none()) else { return Ok(None) };
    let path = vm.call(&method, std::slice::from_ref(value))?;
    if is_plain(&path) {
        return Ok(Some(path));
    }
    let (class, given) = (vm.type_name(value), vm.type_name(&path));
    Err(vm.type_error(&format!("expected {class}.__fspath__() to return str or bytes, not {given}")))
}

/// A path argument of the function `function`.
///
/// # Errors
/// TypeError, ValueError for a null character, and as [`encoded`].
pub fn path(vm: &mut Vm, value: &Value, function: &str) -> Res<OsString> {
    match encoded(vm, value)? {
        Some((bytes, _)) if bytes.contains(&0) => Err(vm.value_error("embedded null byte")),
        Some((bytes, _)) => Ok(OsString::from_vec(bytes)),
        None => {
            let given = vm.type_name(value);
            Err(vm.raise(Ex::TypeError, &format!("{function}: path should be string, bytes or os.PathLike, not {given}")))
        }
    }
}

/// A text for the operating system, as `os.fsencode` makes it.
///
/// # Errors
/// TypeError, ValueError for a null character, and as [`encoded`].
pub fn system_text(vm: &mut Vm, value: &Value) -> Res<CString> {
    let Some((bytes, _)) = encoded(vm, value)? else {
        let given = vm.type_name(value);
        return Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {given}")));
    };
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}
