//! Shared libraries.

use super::memory::given;
use super::scalar;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::str::Str;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Native, Raised, Res, Vm};
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;

/// What the dynamic linker says about its last failure on this OS thread.
fn last_failure() -> String {
    // SAFETY: a text that ends, or null; copied at once.
    unsafe {
        let text = libc::dlerror();
        if text.is_null() { "dlopen() error".into() } else { CStr::from_ptr(text).to_string_lossy().into_owned() }
    }
}

fn failed(vm: &mut Vm, text: &str) -> Raised {
    vm.raise(Ex::OSError, text)
}

fn name_argument(vm: &mut Vm, value: &Value) -> Res<CString> {
    let bytes = match (value.get::<Str>(), value.get::<Bytes>()) {
        (Some(text), _) => text.bytes().to_vec(),
        (_, Some(bytes)) => bytes.data().to_vec(),
        _ => {
            let name = vm.type_name(value);
            return Err(vm.type_error(&format!("expected str, bytes or os.PathLike object, not {name}")));
        }
    };
    match CString::new(bytes) {
        Ok(name) => Ok(name),
        Err(_) => Err(vm.value_error("embedded null character")),
    }
}

/// `dlopen(name, mode)`
fn open(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let name = match given(arguments, 0) {
        name if name.is_none() => None,
        name => Some(name_argument(vm, &name)?),
    };
    let mode = match arguments.get(1) {
        Some(mode) => vm.index_i64(mode)? as c_int,
        None => 0,
    } | libc::RTLD_NOW;
    // What a library does when it is loaded may take long, and may call back.
    let handle = vm.foreign(|_| {
        let name = name.as_ref().map_or(ptr::null(), |name| name.as_ptr());
        // SAFETY: a name that ends, or null. What the library does when it is loaded is the program's responsibility.
        let handle = unsafe { libc::dlopen(name, mode) } as usize;
        if handle == 0 { Err(last_failure()) } else { Ok(handle) }
    });
    match handle {
        Ok(handle) => Ok(scalar::unsigned(vm, handle as u64)),
        Err(text) => Err(failed(vm, &text)),
    }
}

fn handle(vm: &mut Vm, arguments: &[Value]) -> Res<*mut c_void> {
    Ok(scalar::low_bits(vm, &given(arguments, 0))? as usize as *mut c_void)
}

/// `dlsym(handle, name)`: an address.
fn find(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (handle, name) = (handle(vm, arguments)?, name_argument(vm, &given(arguments, 1))?);
    // SAFETY: the program says that this is a handle; the name ends.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    if address.is_null() {
        let text = last_failure();
        return Err(failed(vm, &text));
    }
    Ok(scalar::unsigned(vm, address as u64))
}

/// `dlclose(handle)`
fn close(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let handle = handle(vm, arguments)? as usize;
    // SAFETY: the program says that this is a handle.
    let status = vm.foreign(|_| if unsafe { libc::dlclose(handle as *mut c_void) } == 0 { Ok(()) } else { Err(last_failure()) });
    match status {
        Ok(()) => Ok(Value::NONE),
        Err(text) => Err(failed(vm, &text)),
    }
}

pub static NATIVES: [Native; 3] = [
    Native::simple("dlopen(name, flag=0, /)", open, "Load a shared library."),
    Native::simple("dlsym(handle, name, /)", find, "Find a symbol in a shared library."),
    Native::simple("dlclose(handle, /)", close, "Let a library go."),
];
