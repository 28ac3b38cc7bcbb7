//! Python functions that C can call: on the OS thread that is inside a foreign call, or on one that the VM has never seen. Each such call is a
//! reentry of the interpreter. What the function raises goes to `sys.unraisablehook`.

use super::call::USE_ERRNO;
use super::current::{self, Call, Way};
use super::information::{self, Shape, of_type};
use super::memory::{fresh, given, memory};
use super::scalar::{self, Code};
use libffi_sys as ffi;
use pyvm_core::object;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, TypeSpec};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::sched::foreign::Gate;
use pyvm_core::vm::{Native, Raised, Res, Vm};
use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

/// A function for C.
#[repr(C)]
pub struct Thunk {
    header: Header,
    callable: Mut<Value>,
    /// Classes of the arguments.
    arguments: Vec<Value>,
    result: Value,
    flags: u32,
    gate: Option<Gate>,
    /// Number of callbacks that C knows.
    count: Rc<Cell<usize>>,
    closure: *mut c_void,
    native: Box<Interface>,
}

/// What libffi points to.
struct Interface {
    cif: ffi::ffi_cif,
    arguments: Vec<*mut ffi::ffi_type>,
    void: ffi::ffi_type,
}

object!(
    Thunk,
    Kind::Other,
    "CThunkObject",
    |this, visit| {
        visit(this.callable.get());
        this.arguments.iter().for_each(&mut *visit);
        visit(&this.result);
    },
    |this| drop(this.callable.replace(Value::NONE))
);

impl Drop for Thunk {
    fn drop(&mut self) {
        if !self.closure.is_null() {
            // SAFETY: allocated by `thunk`, and freed once.
            unsafe { ffi::ffi_closure_free(self.closure) };
            self.count.set(self.count.get().saturating_sub(1));
        }
    }
}

pub static THUNK: TypeSpec = TypeSpec { module: "_ctypes", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("CThunkObject", Thunk::LAYOUT) };

/// `thunk(callable, argument types, result type, flags)`: an object, and the address of the function.
fn thunk(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let [callable, classes, result, flags] = [0, 1, 2, 3].map(|index| given(arguments, index));
    let flags = vm.index_i64(&flags)? as u32;
    let classes = classes.get::<Tuple>().map(|classes| classes.items().to_vec()).unwrap_or_default();
    let mut natives = Vec::with_capacity(classes.len());
    for class in &classes {
        natives.push(information::required(vm, class)?.1.native());
    }
    // SAFETY: libffi's constant, read only.
    let void = unsafe { ffi::ffi_type_void };
    let mut native = Box::new(Interface { cif: ffi::ffi_cif::default(), arguments: natives, void });
    let native_result = match of_type(vm, &result) {
        Some((_, of)) if of.code().is_some() && !of.is_aggregate() => of.native(),
        None if result.is_none() => &raw mut native.void,
        _ => return Err(vm.type_error("invalid result type for callback function")),
    };
    let (count, types) = (native.arguments.len() as u32, native.arguments.as_mut_ptr());
    // SAFETY: types that the classes keep, which the thunk keeps; the interface is in a box of its own, and does not move.
    let status = unsafe { ffi::ffi_prep_cif(&raw mut native.cif, ffi::ffi_abi_FFI_DEFAULT_ABI, count, native_result, types) };
    if status != ffi::ffi_status_FFI_OK {
        return Err(vm.raise(Ex::RuntimeError, &format!("ffi_prep_cif failed with {status}")));
    }
    let mut code: *mut c_void = ptr::null_mut();
    // SAFETY: room for a closure, which `drop` frees.
    let closure = unsafe { ffi::ffi_closure_alloc(size_of::<ffi::ffi_closure>(), &raw mut code) };
    if closure.is_null() {
        return Err(vm.memory_error());
    }
    let gate = vm.gate();
    let callbacks = vm.sched.callbacks.clone();
    callbacks.set(callbacks.get() + 1);
    vm.class_from_spec(&THUNK);
    let thunk = vm.new_object(|header| Thunk { header, callable: Mut::new(callable), arguments: classes, result, flags, gate, count: callbacks, closure, native });
    let Some(object) = thunk.get::<Thunk>() else { return Ok(Value::NONE) };
    let data = ptr::from_ref(object).cast_mut().cast::<c_void>();
    let cif = ptr::from_ref(&object.native.cif).cast_mut();
    // SAFETY: the closure was just allocated, with the address of its code; objects do not move, and the thunk frees the closure before it goes.
    let status = unsafe { ffi::ffi_prep_closure_loc(closure.cast(), cif, Some(called), data, code) };
    if status != ffi::ffi_status_FFI_OK {
        return Err(vm.raise(Ex::RuntimeError, &format!("ffi_prep_closure failed with {status}")));
    }
    let address = scalar::unsigned(vm, code as u64);
    Ok(vm.new_tuple(vec![thunk, address]))
}

/// Where C enters.
///
/// # Safety
/// libffi calls it: with a place for the result, the places of the arguments, and the thunk.
unsafe extern "C" fn called(cif: *mut ffi::ffi_cif, result: *mut c_void, arguments: *mut *mut c_void, data: *mut c_void) {
    let number = current::errno();
    // SAFETY: the program keeps the thunk as long as C may call it, as `ctypes` asks it to.
    let thunk = unsafe { &*data.cast::<Thunk>() };
    // SAFETY: libffi's own.
    let size = unsafe { (*(*cif).rtype).size }.max(size_of::<ffi::ffi_arg>());
    // SAFETY: the result has room for its type, and a machine word at least, if it is not void.
    if !ptr::eq(unsafe { (*cif).rtype }, &raw const thunk.native.void) {
        // SAFETY: as above.
        unsafe { ptr::write_bytes(result.cast::<u8>(), 0, size) };
    }
    let after = current::interrupted(|call| {
        // SAFETY: as the caller says.
        let act = |vm: &mut Vm| unsafe { enter(vm, thunk, result.cast(), arguments, number, call) };
        match call.map(|call| call.way) {
            // SAFETY: this OS thread is inside the call that the door belongs to, and not in the VM: `interrupted` sees to that.
            Some(Way::Door(door)) => unsafe { door.as_ref().enter(act) },
            // SAFETY: the call keeps the GIL, and the one who made it does not touch the VM until it is over.
            Some(Way::Held(mut vm)) => Some(act(unsafe { vm.as_mut() })),
            None => thunk.gate.and_then(|gate| gate.enter(act)),
        }
    });
    current::set_errno(after.unwrap_or(number));
}

/// In the VM. Returns what `errno` is to be.
///
/// # Safety
/// As `called`.
unsafe fn enter(vm: &mut Vm, thunk: &Thunk, result: *mut u8, arguments: *mut *mut c_void, number: i32, call: Option<&Call>) -> i32 {
    // It may be given up in its own call.
    let kept = Value::from_object(thunk);
    let uses_errno = thunk.flags & USE_ERRNO != 0;
    let private = if uses_errno { current::exchange_private_errno(vm, number) } else { 0 };
    let callable = thunk.callable.get().clone();
    // SAFETY: the caller's.
    let called = unsafe { values(vm, thunk, arguments, call) }.and_then(|values| vm.call(&callable, &values));
    match called {
        Err(raised) => report(vm, raised, "calling", &callable),
        Ok(value) => {
            // SAFETY: the caller's.
            if let Err(raised) = unsafe { put_result(vm, thunk, &value, result, call) } {
                report(vm, raised, "converting result of", &callable);
            }
        }
    }
    let after = if uses_errno { current::exchange_private_errno(vm, private) } else { number };
    drop(kept);
    after
}

/// The arguments as Python values.
///
/// # Safety
/// As `called`.
unsafe fn values(vm: &mut Vm, thunk: &Thunk, arguments: *mut *mut c_void, call: Option<&Call>) -> Res<Vec<Value>> {
    let mut values = Vec::with_capacity(thunk.arguments.len());
    for (index, class) in thunk.arguments.iter().enumerate() {
        let (class, information) = information::required(vm, class)?;
        // SAFETY: as many places as there are types; each has a value of its type.
        let bytes = unsafe { std::slice::from_raw_parts((*arguments.add(index)).cast::<u8>(), information.size.get()) };
        if let Shape::Simple(code) = information.shape
            && information.plain
        {
            if code == Code::Object
                && let Some(call) = call
                && let Some(object) = bytes.try_into().ok().and_then(|bytes| call.find(vm, u64::from_ne_bytes(bytes)))
            {
                values.push(object);
                continue;
            }
            values.push(scalar::read(vm, code, information.swapped, bytes)?);
            continue;
        }
        let value = fresh(vm, class, information)?;
        if let Some(memory) = memory(&value) {
            memory.bytes_mut().copy_from_slice(bytes);
        }
        values.push(value);
    }
    Ok(values)
}

/// # Safety
/// As `called`.
unsafe fn put_result(vm: &mut Vm, thunk: &Thunk, value: &Value, result: *mut u8, call: Option<&Call>) -> Res<()> {
    let Some((_, information)) = of_type(vm, &thunk.result) else { return Ok(()) };
    let Some(code) = information.code() else { return Ok(()) };
    let mut bytes = [0; 16];
    let bytes = bytes.get_mut(..code.size()).unwrap_or_default();
    // An instance of the type stands for its value.
    let kept = match memory(value) {
        Some(memory) if memory.size() == bytes.len() => {
            bytes.copy_from_slice(memory.bytes());
            Value::NONE
        }
        _ => scalar::write(vm, code, information.swapped, value, bytes)?,
    };
    let size = bytes.len();
    // A small result is in the low bytes of a word.
    let start = if cfg!(target_endian = "big") { size_of::<ffi::ffi_arg>().saturating_sub(size) } else { 0 };
    // SAFETY: the result has room for its type, and for a word.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), result.add(start), size) };
    match (code, call) {
        // The reference goes to whoever called, if that was `ctypes`.
        (Code::Object, Some(call)) => drop(call.object.replace(Some(kept))),
        (Code::Object, None) => std::mem::forget(kept),
        // Nobody can tell when C is done with it.
        _ if !kept.is_none() => std::mem::forget(kept),
        _ => {}
    }
    Ok(())
}

/// An exception that C cannot be told of.
fn report(vm: &mut Vm, raised: Raised, what: &str, callable: &Value) {
    let exception = vm.take_exception(raised);
    pyvm_core::builtins::report::unraisable(vm, &exception, &format!("while {what} ctypes callback function"), callable);
}

/// Functions of ours whose addresses the library's Python half calls by, with the GIL.
mod addresses {
    use super::super::memory::{read_only_view, shared_cast, text_at};
    use super::current::{self, Call};
    use pyvm_core::object::value::Value;
    use pyvm_core::vm::{Res, Vm};
    use std::ffi::c_int;

    /// The word of what `action` gives; 0 if it raises.
    fn word(action: impl FnOnce(&mut Vm, &Call) -> Res<Value>) -> u64 {
        current::with_vm(|vm, call| match action(vm, call) {
            Ok(value) => {
                let word = value.bits();
                drop(call.object.replace(Some(value)));
                word
            }
            Err(raised) => {
                call.raised.set(Some(raised));
                0
            }
        })
        .unwrap_or(0)
    }

    pub extern "C" fn string_at(address: usize, size: c_int) -> u64 {
        // SAFETY: the program vouches for the address, as it does in C.
        word(|vm, _| unsafe { text_at(vm, address, size.into(), false) })
    }

    pub extern "C" fn wstring_at(address: usize, size: c_int) -> u64 {
        // SAFETY: as above.
        word(|vm, _| unsafe { text_at(vm, address, size.into(), true) })
    }

    pub extern "C" fn cast(address: usize, source: u64, class: u64) -> u64 {
        word(|vm, call| match (call.find(vm, source), call.find(vm, class)) {
            (Some(source), Some(class)) => shared_cast(vm, address, &source, &class),
            _ => Err(vm.type_error("cast() needs an object and a type")),
        })
    }

    pub extern "C" fn memoryview_at(address: usize, size: isize, read_only: c_int) -> u64 {
        // SAFETY: as above.
        word(|vm, _| unsafe { read_only_view(vm, address, size, read_only != 0) })
    }
}

/// Those addresses, and two of the C library's, by name.
pub fn function_addresses() -> [(&'static str, usize); 6] {
    [
        ("_memmove_addr", libc::memmove as *const () as usize),
        ("_memset_addr", libc::memset as *const () as usize),
        ("_string_at_addr", addresses::string_at as *const () as usize),
        ("_wstring_at_addr", addresses::wstring_at as *const () as usize),
        ("_cast_addr", addresses::cast as *const () as usize),
        ("_memoryview_at_addr", addresses::memoryview_at as *const () as usize),
    ]
}

pub static NATIVES: [Native; 1] =
    [Native::simple("thunk(callable, arguments, result, flags, /)", thunk, "A function for C that calls a Python one: an object to be kept, and its address.")];
