//! Foreign calls: arguments, the call, the result. What takes Python code to convert goes through the library's Python half first.

use super::current::{self, Call, Way};
use super::information::{Information, Shape, of_type, scalar_type};
use super::memory::{self, fresh, given, memory, parts_of};
use super::scalar::{self, Code};
use super::tail_hook;
use libffi_sys as ffi;
use pyvm_core::object;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, Class, TypeSpec};
use pyvm_core::object::exception::Ex;
use pyvm_core::object::function::BoundMethod;
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::str::{Str, from_code_point};
use pyvm_core::object::text_arguments::NONE;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Vm};
use std::ffi::c_void;
use std::ptr::{self, NonNull};

/// Flags of function types.
pub const CDECL: u32 = 1;
pub const PYTHON_API: u32 = 4;
pub const USE_ERRNO: u32 = 8;
pub const USE_LAST_ERROR: u32 = 16;

/// The most arguments that a call may have.
pub const MOST_ARGUMENTS: usize = 1024;

// ---- what is passed

/// A value ready to be passed: what `byref()` and `from_param()` give.
#[repr(C)]
pub struct Parameter {
    header: Header,
    /// What sort it is: a `_type_` code, or `P`.
    tag: u8,
    native: ffi::ffi_type,
    bits: [u64; 2],
    /// What it was made of, and what must live until the call.
    pub object: Mut<Value>,
}

object!(Parameter, Kind::Other, "CArgObject", |this, visit| visit(this.object.get()), |this| drop(this.object.replace(Value::NONE)));

pub static PARAMETER: TypeSpec = TypeSpec {
    module: "_ctypes",
    flags: CLASS_NOT_CALLABLE,
    natives: &[Native::simple("__repr__($self, /)", parameter_repr, "Return repr(self).")],
    getters: &[
        Getter::read_only("_obj", |_, this| Ok(this.get::<Parameter>().map_or(Value::NONE, |parameter| parameter.object.get().clone())), "the wrapped object"),
        Getter::read_only(
            "_tag",
            |vm, this| Ok(this.get::<Parameter>().map_or(Value::NONE, |parameter| from_code_point(vm, parameter.tag.into()))),
            "what sort of value it is",
        ),
    ],
    ..TypeSpec::new("CArgObject", Parameter::LAYOUT)
};

fn parameter_repr(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(this) = arguments.first() else { return Ok(Value::NONE) };
    let Some(parameter) = this.get::<Parameter>() else { return Ok(Value::NONE) };
    let tag = parameter.tag as char;
    let shown = match Code::of(parameter.tag) {
        Some(code @ (Code::Integer(_) | Code::Float | Code::Double | Code::Char)) => {
            let bytes: Vec<u8> = parameter.bits.iter().flat_map(|word| word.to_ne_bytes()).take(code.size()).collect();
            let value = scalar::read(vm, code, false, &bytes)?;
            let shown = vm.native_repr(&value)?;
            match shown.as_ref().and_then(|shown| shown.get::<Str>()) {
                Some(shown) if code == Code::Char => shown.to_string_lossy().trim_start_matches('b').to_owned(),
                Some(shown) => shown.to_string_lossy().into_owned(),
                None => String::new(),
            }
        }
        Some(Code::Text | Code::WideText | Code::Pointer) => format!("{:#x}", parameter.bits.first().copied().unwrap_or(0)),
        _ => return Ok(vm.format(format_args!("<cparam '{tag}' at {:#x}>", this.bits()))),
    };
    Ok(vm.format(format_args!("<cparam '{tag}' ({shown})>")))
}

fn new_parameter(vm: &mut Vm, tag: u8, native: ffi::ffi_type, bits: [u64; 2], object: Value) -> Value {
    vm.class_from_spec(&PARAMETER);
    vm.new_object(|header| Parameter { header, tag, native, bits, object: Mut::new(object) })
}

fn pointer_type() -> ffi::ffi_type {
    scalar_type(Code::Pointer, false)
}

/// `byref(instance, offset)`
fn byref(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let object = given(arguments, 0);
    let offset = match arguments.get(1) {
        Some(offset) => vm.index_i64(offset)?,
        None => 0,
    };
    let Some(memory) = memory(&object) else {
        let name = vm.type_name(&object);
        return Err(vm.type_error(&format!("byref() argument must be a ctypes instance, not '{name}'")));
    };
    let address = memory.address().wrapping_offset(offset as isize) as u64;
    Ok(new_parameter(vm, b'P', pointer_type(), [address, 0], object))
}

/// `parameter(code, value)`: a value as one of a simple type.
fn parameter(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let code_number = given(arguments, 0).as_small_int().and_then(|code| u8::try_from(code).ok()).unwrap_or(0);
    let value = given(arguments, 1);
    let Some(code) = Code::of(code_number) else { return Err(vm.type_error("wrong type")) };
    let mut bytes = [0; 16];
    let kept = scalar::write(vm, code, false, &value, bytes.get_mut(..code.size()).unwrap_or_default())?;
    Ok(new_parameter(vm, code_number, scalar_type(code, false), words(bytes), kept))
}

fn words(bytes: [u8; 16]) -> [u64; 2] {
    let number = u128::from_ne_bytes(bytes);
    if cfg!(target_endian = "big") { [(number >> 64) as u64, number as u64] } else { [number as u64, (number >> 64) as u64] }
}

/// What one argument of a call is passed as.
struct Argument {
    native: *mut ffi::ffi_type,
    /// libffi's type where no class has it.
    own: Box<ffi::ffi_type>,
    bits: [u64; 2],
    /// A larger value, copied: the call is made without the GIL.
    large: Vec<u64>,
    /// Keeps what the bits point to.
    kept: Value,
}

impl Argument {
    fn scalar(native: ffi::ffi_type, bits: [u64; 2], kept: Value) -> Argument {
        Argument { native: ptr::null_mut(), own: Box::new(native), bits, large: Vec::new(), kept }
    }

    fn address(address: usize, kept: Value) -> Argument {
        Argument::scalar(pointer_type(), [address as u64, 0], kept)
    }

    fn native(&mut self) -> *mut ffi::ffi_type {
        if self.native.is_null() { &raw mut *self.own } else { self.native }
    }

    fn place(&mut self) -> *mut c_void {
        if self.large.is_empty() { self.bits.as_mut_ptr().cast() } else { self.large.as_mut_ptr().cast() }
    }
}

/// An instance as an argument.
fn instance_argument(vm: &mut Vm, value: &Value) -> Option<Argument> {
    let (memory, _, information) = parts_of(vm, value)?;
    if information.shape == (Shape::Array) {
        return Some(Argument::address(memory.address() as usize, value.clone()));
    }
    let bytes = memory.bytes();
    if !information.is_aggregate() && bytes.len() <= 16 {
        let mut copy = [0; 16];
        copy.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let mut argument = Argument::scalar(pointer_type(), words(copy), value.clone());
        argument.native = information.native();
        return Some(argument);
    }
    let size = information.size.get();
    let mut large = vec![0u64; size.div_ceil(8).max(1)];
    for (word, chunk) in large.iter_mut().zip(bytes.get(..size)?.chunks(8)) {
        let mut whole = [0; 8];
        whole.get_mut(..chunk.len())?.copy_from_slice(chunk);
        *word = u64::from_ne_bytes(whole);
    }
    let mut argument = Argument::scalar(pointer_type(), [0; 2], value.clone());
    (argument.native, argument.large) = (information.native(), large);
    Some(argument)
}

/// A value without a declared type as an argument; None: Python code must say what it is.
fn plain_argument(vm: &mut Vm, value: &Value) -> Res<Option<Argument>> {
    if let Some(parameter) = value.get::<Parameter>() {
        return Ok(Some(Argument::scalar(parameter.native, parameter.bits, value.clone())));
    }
    if memory(value).is_some() {
        return Ok(instance_argument(vm, value));
    }
    Ok(Some(match value.kind() {
        Kind::None => Argument::address(0, Value::NONE),
        Kind::Int | Kind::Bool => {
            let number = scalar::c_int_argument(vm, value)?;
            let mut bytes = [0; 16];
            for (place, byte) in bytes.iter_mut().zip(number.to_ne_bytes()) {
                *place = byte;
            }
            // SAFETY: libffi's constant, read only.
            Argument::scalar(unsafe { ffi::ffi_type_sint32 }, words(bytes), Value::NONE)
        }
        Kind::Bytes => Argument::address(value.get::<Bytes>().map_or(0, |bytes| bytes.data().as_ptr() as usize), value.clone()),
        Kind::Str => match value.get::<Str>() {
            Some(text) => {
                let (kept, address) = scalar::wide_text(vm, text);
                Argument::address(address as usize, kept)
            }
            None => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// The class whose `from_param` is the library's own, and so known here.
fn known_converter<'a>(vm: &mut Vm, converter: &'a Value) -> Option<(&'a Class, &'a Information)> {
    let method = converter.get::<BoundMethod>()?;
    if !super::is_library_function(vm, &method.function) {
        return None;
    }
    of_type(vm, &method.receiver)
}

/// A value for a declared type; None: Python code must convert it, or say what is wrong with it.
fn declared_argument(vm: &mut Vm, converter: &Value, value: &Value) -> Res<Option<Argument>> {
    let Some((class, information)) = known_converter(vm, converter) else { return Ok(None) };
    if memory(value).is_some() {
        if vm.is_instance(value, class) {
            return Ok(instance_argument(vm, value));
        }
        if information.shape == Shape::Pointer
            && let Some((memory, _, of)) = parts_of(vm, value)
            && let Some(item) = information.item.get().get::<Class>()
        {
            // By reference, or an array of the same.
            if vm.is_instance(value, item) {
                return Ok(Some(Argument::address(memory.address() as usize, value.clone())));
            }
            if of.shape == Shape::Array && of.item.get().get::<Class>().is_some_and(|of| of.is_subclass_of(item)) {
                return Ok(Some(Argument::address(memory.address() as usize, value.clone())));
            }
        }
        return Ok(None);
    }
    match information.shape {
        Shape::Pointer if value.is_none() => Ok(Some(Argument::address(0, Value::NONE))),
        Shape::Pointer => Ok(match value.get::<Parameter>() {
            Some(parameter) if parameter.tag == b'P' => {
                let item = information.item.get().clone();
                let fits = item.get::<Class>().is_some_and(|item| vm.is_instance(parameter.object.get(), item));
                fits.then(|| Argument::scalar(parameter.native, parameter.bits, value.clone()))
            }
            _ => None,
        }),
        Shape::Simple(code) if value.get::<Parameter>().is_none() => {
            let fits = match code {
                Code::Integer(_) => matches!(value.kind(), Kind::Int | Kind::Bool),
                Code::Float | Code::Double | Code::LongDouble => matches!(value.kind(), Kind::Int | Kind::Float),
                Code::Text => matches!(value.kind(), Kind::Bytes | Kind::None),
                Code::WideText => matches!(value.kind(), Kind::Str | Kind::None),
                Code::Pointer => match value.kind() {
                    Kind::Int | Kind::None => true,
                    Kind::Bytes | Kind::Str => return plain_argument(vm, value),
                    _ => false,
                },
                Code::Object | Code::Bool => true,
                _ => false,
            };
            if !fits {
                return Ok(None);
            }
            let mut bytes = [0; 16];
            let Ok(kept) = quietly(vm, |vm| scalar::write(vm, code, information.swapped, value, bytes.get_mut(..code.size()).unwrap_or_default())) else {
                return Ok(None);
            };
            let mut argument = Argument::scalar(pointer_type(), words(bytes), kept);
            argument.native = information.native();
            Ok(Some(argument))
        }
        _ => Ok(None),
    }
}

/// Drops what `action` raises: the library's Python half will raise it anew, in its words.
fn quietly<R>(vm: &mut Vm, action: impl FnOnce(&mut Vm) -> Res<R>) -> Result<R, ()> {
    action(vm).map_err(|raised| drop(vm.take_exception(raised)))
}

// ---- functions

/// What is declared of a function.
#[repr(C)]
pub struct Signature {
    header: Header,
    /// A tuple, or None: nothing is declared.
    arguments: Value,
    /// Their `from_param`.
    converters: Value,
    result: Value,
    /// `errcheck`
    check: Value,
    /// `_check_retval_` of the result's type.
    checker: Value,
    flags: Value,
}

object!(Signature, Kind::Other, "Signature", |this, visit| {
    for value in [&this.arguments, &this.converters, &this.result, &this.check, &this.checker, &this.flags] {
        visit(value);
    }
});

pub static SIGNATURE: TypeSpec =
    TypeSpec { module: "_ctypes", flags: CLASS_NOT_CALLABLE, doc: "What is declared of a function.", ..TypeSpec::new("Signature", Signature::LAYOUT) };

/// `set_signature(function, arguments, converters, result, check, checker, flags)`
fn set_signature(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let memory = memory::memory_argument(vm, arguments)?;
    let [declared, converters, result, check, checker, flags] = [1, 2, 3, 4, 5, 6].map(|index| given(arguments, index));
    vm.class_from_spec(&SIGNATURE);
    let signature = vm.new_object(|header| Signature { header, arguments: declared, converters, result, check, checker, flags });
    memory.more.set(signature);
    Ok(Value::NONE)
}

/// `signature(function)`: what `set_signature` got, or None.
fn signature(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let memory = memory::memory_argument(vm, arguments)?;
    let Some(signature) = memory.more.get().get::<Signature>() else { return Ok(Value::NONE) };
    let parts = [&signature.arguments, &signature.converters, &signature.result, &signature.check, &signature.checker, &signature.flags];
    Ok(vm.new_tuple(parts.into_iter().cloned().collect()))
}

fn items(value: &Value) -> &[Value] {
    value.get::<Tuple>().map(Tuple::items).unwrap_or_default()
}

/// `function(*arguments)`
pub fn call(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = args.get(0).unwrap_or(NONE);
    let Some(memory) = memory(this) else { return Err(vm.type_error("a ctypes function is required")) };
    let more = memory.more.get().clone();
    let positional = args.positional.get(1..).unwrap_or_default();
    let with = |vm: &mut Vm, name: &str| {
        let tuple = vm.new_tuple(positional.to_vec());
        tail_hook(vm, name, &[this.clone(), tuple])
    };
    let Some(signature) = more.get::<Signature>() else { return with(vm, "_prepare_and_call") };
    if !args.names.is_empty() || !signature.flags.is_none() {
        let keywords = vm.new_dict();
        for (name, value) in args.names.iter().zip(args.values) {
            if let Some(keywords) = keywords.get::<pyvm_core::object::dict::Dict>() {
                drop(keywords.set_interned(name, value.clone()));
            }
        }
        let tuple = vm.new_tuple(positional.to_vec());
        return tail_hook(vm, "_call_with_flags", &[this.clone(), tuple, keywords]);
    }
    let converters = items(&signature.converters);
    if positional.len() < converters.len() {
        let (wanted, given) = (converters.len(), positional.len());
        let plural = if wanted == 1 { "" } else { "s" };
        return Err(vm.type_error(&format!("this function takes at least {wanted} argument{plural} ({given} given)")));
    }
    let mut ready = Vec::with_capacity(positional.len());
    for (index, value) in positional.iter().enumerate() {
        let argument = match converters.get(index) {
            Some(converter) => declared_argument(vm, converter, value)?,
            None => quietly(vm, |vm| plain_argument(vm, value)).unwrap_or_default(),
        };
        match argument {
            Some(argument) => ready.push(argument),
            None => return with(vm, "_convert_and_call"),
        }
    }
    invoke_ready(vm, this, signature, ready, Some(positional))
}

/// `invoke(function, converted)`: calls with arguments that need no Python code any more. `errcheck` is left to the caller.
fn invoke(vm: &mut Vm, args: &Args) -> Res<Action> {
    let this = args.get(0).unwrap_or(NONE);
    let Some(memory) = memory(this) else { return Err(vm.type_error("a ctypes function is required")) };
    let more = memory.more.get().clone();
    let Some(signature) = more.get::<Signature>() else { return Err(vm.type_error("a ctypes function is required")) };
    let mut ready = Vec::new();
    for (index, value) in items(args.get(1).unwrap_or(NONE)).iter().enumerate() {
        match plain_argument(vm, value)? {
            Some(argument) => ready.push(argument),
            None => return Err(vm.type_error(&format!("Don't know how to convert parameter {}", index + 1))),
        }
    }
    invoke_ready(vm, this, signature, ready, None)
}

/// Makes the call and converts the result; `errcheck`, if there is one, gets it with the arguments as they were given, if they are.
fn invoke_ready(vm: &mut Vm, this: &Value, signature: &Signature, arguments: Vec<Argument>, positional: Option<&[Value]>) -> Res<Action> {
    if arguments.len() > MOST_ARGUMENTS {
        let message = format!("too many arguments ({}), maximum is {MOST_ARGUMENTS}", arguments.len());
        return Err(super::raise_argument_error(vm, &message));
    }
    let Some((memory, _, information)) = parts_of(vm, this) else { return Ok(Action::Return(Value::NONE)) };
    let address = memory.bytes().try_into().map(usize::from_ne_bytes).unwrap_or(0);
    if address == 0 {
        return Err(vm.value_error("attempt to call a NULL function"));
    }
    let declared = items(&signature.converters).len();
    let outcome = make_call(vm, address, information.flags, arguments, declared, &signature.result)?;
    let checker = signature.checker.clone();
    let checked = if checker.is_none() { Action::Return(outcome) } else { Action::tail_call(checker, [outcome]) };
    let Some(positional) = positional.filter(|_| !signature.check.is_none()) else { return Ok(checked) };
    let (check, this, positional) = (signature.check.clone(), this.clone(), vm.new_tuple(positional.to_vec()));
    checked.and_then(vm, move |_, outcome| {
        Ok(Action::call(check, [outcome.clone(), this, positional.clone()], move |_, said| {
            // Given its arguments back, the result is what it was.
            let said = said?;
            Ok(Action::Return(if said.is(&positional) { outcome } else { said }))
        }))
    })
}

/// The foreign call itself.
fn make_call(vm: &mut Vm, address: usize, flags: u32, mut arguments: Vec<Argument>, declared: usize, result: &Value) -> Res<Value> {
    let of = of_type(vm, result);
    // SAFETY: libffi's constants, read only.
    let (mut void, mut int) = unsafe { (ffi::ffi_type_void, ffi::ffi_type_sint32) };
    let native_result = match of {
        Some((_, information)) => information.native(),
        None if result.is_none() => &raw mut void,
        None => &raw mut int,
    };
    let mut natives: Vec<*mut ffi::ffi_type> = arguments.iter_mut().map(Argument::native).collect();
    let mut places: Vec<*mut c_void> = arguments.iter_mut().map(Argument::place).collect();
    let mut cif = ffi::ffi_cif::default();
    let count = natives.len() as u32;
    // SAFETY: types that live until the call is over, as many as are said.
    let status = unsafe {
        if declared != 0 && declared < natives.len() {
            ffi::ffi_prep_cif_var(&raw mut cif, ffi::ffi_abi_FFI_DEFAULT_ABI, declared as u32, count, native_result, natives.as_mut_ptr())
        } else {
            ffi::ffi_prep_cif(&raw mut cif, ffi::ffi_abi_FFI_DEFAULT_ABI, count, native_result, natives.as_mut_ptr())
        }
    };
    if status != ffi::ffi_status_FFI_OK {
        return Err(vm.raise(Ex::RuntimeError, &format!("ffi_prep_cif failed with code {status}")));
    }
    let size = of.map_or(8, |(_, information)| information.size.get());
    let mut space = vec![0u64; size.div_ceil(8).max(2)];
    let uses_errno = flags & USE_ERRNO != 0;
    let private = if uses_errno { current::exchange_private_errno(vm, 0) } else { 0 };
    let (target, values) = (space.as_mut_ptr().cast::<c_void>(), places.as_mut_ptr());
    let mut perform = || {
        if uses_errno {
            current::set_errno(private);
        }
        // SAFETY: the interface was made for these values and this room; that the function is one, and takes them, the program says as it does in C.
        unsafe { ffi::ffi_call(&raw mut cif, Some(std::mem::transmute::<usize, unsafe extern "C" fn()>(address)), target, values) };
        if uses_errno { current::errno() } else { 0 }
    };
    let passed: Vec<Value> = arguments.iter().filter(|argument| argument.bits.first() == Some(&argument.kept.bits())).map(|argument| argument.kept.clone()).collect();
    let (number, object) = if flags & PYTHON_API != 0 {
        let vm_again = std::hint::black_box(NonNull::from(&mut *vm));
        let call = Call::new(Way::Held(vm_again), &passed);
        let number = current::during(&call, &mut perform);
        if let Some(raised) = call.raised.take() {
            return Err(raised);
        }
        (number, call.object.take())
    } else {
        vm.foreign(|door| {
            let call = Call::new(Way::Door(NonNull::from(door)), &passed);
            // The object is only moved here, without the GIL.
            (current::during(&call, &mut perform), call.object.take())
        })
    };
    if uses_errno {
        current::exchange_private_errno(vm, number);
    }
    let bytes: Vec<u8> = space.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let outcome = result_value(vm, of, result, &bytes, object);
    drop(arguments);
    outcome
}

fn result_value(vm: &mut Vm, of: Option<(&Class, &Information)>, result: &Value, bytes: &[u8], object: Option<Value>) -> Res<Value> {
    let Some((class, information)) = of else {
        if result.is_none() {
            return Ok(Value::NONE);
        }
        let number = bytes.get(..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, i32::from_ne_bytes);
        let number = vm.new_int(i64::from(number));
        // Called by `checker`.
        return Ok(number);
    };
    let bytes = bytes.get(..information.size.get()).unwrap_or_default();
    if let Shape::Simple(code) = information.shape
        && information.plain
    {
        if code == Code::Object
            && let Some(object) = object
            && bytes == object.bits().to_ne_bytes()
        {
            return Ok(object);
        }
        return scalar::read(vm, code, information.swapped, bytes);
    }
    let value = fresh(vm, class, information)?;
    if let Some(memory) = memory(&value) {
        memory.bytes_mut().copy_from_slice(bytes);
    }
    Ok(value)
}

/// `get_errno()`
fn get_errno(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let number = current::exchange_private_errno(vm, 0);
    current::exchange_private_errno(vm, number);
    Ok(vm.new_int(number.into()))
}

/// `set_errno(number)`
fn set_errno(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let number = pyvm_core::object::text_arguments::c_int(vm, &given(arguments, 0))?;
    let before = current::exchange_private_errno(vm, number);
    Ok(vm.new_int(before.into()))
}

pub static NATIVES: [Native; 7] = [
    Native::simple("byref(obj, offset=0, /)", byref, "Return a pointer lookalike to a C instance, only usable as function argument."),
    Native::simple("parameter(code, value, /)", parameter, "A value as one of a simple type, to be passed."),
    Native::simple("set_signature(function, arguments, converters, result, check, checker, flags, /)", set_signature, "Say what is declared of a function."),
    Native::simple("signature(function, /)", signature, "What is declared of a function."),
    Native::full("invoke(function, converted, /)", invoke, "Call with arguments that are ready."),
    Native::simple("get_errno()", get_errno, "The thread's copy of errno."),
    Native::simple("set_errno(value, /)", set_errno, "Set the thread's copy of errno; return the one before."),
];
