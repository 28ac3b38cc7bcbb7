//! `_foreign`: the native half of `_ctypes`. Memory, single values, the calls and callbacks are here; how classes are made, and what converts values by
//! calling Python code, is Python in `hosted/lib/_ctypes.py`: stackless for free.

mod call;
mod callback;
mod current;
mod field;
mod information;
mod library;
mod memory;
mod scalar;

use pyvm_core::modules::{ModuleSpec, Namespace};
use pyvm_core::object::class::{CLASS_NOT_CALLABLE, Class, TypeSpec};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::{self, Ex};
use pyvm_core::object::function::Function;
use pyvm_core::object::header::Object;
use pyvm_core::object::module;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Raised, Res, Vm};

pub static FOREIGN: ModuleSpec =
    ModuleSpec { types: &[&memory::MEMORY, &field::SPEC], constants, ..ModuleSpec::new("_foreign", "Memory and functions of C, for _ctypes.") };

static WIDE_TEXT: TypeSpec = TypeSpec { module: "_ctypes", flags: CLASS_NOT_CALLABLE, ..TypeSpec::new("wchar_t *", scalar::WideText::LAYOUT) };

fn constants(vm: &mut Vm, module: &Namespace) {
    let base = vm.class_from_spec(&memory::MEMORY);
    if let Some(base) = base.get::<Class>() {
        for name in memory::PARTS {
            let key = vm.intern(name);
            if let Some(part) = base.namespace().delete_interned(&key) {
                module.set(vm, name, part);
            }
        }
        vm.class_changed(base);
    }
    let parameter = vm.class_from_spec(&call::PARAMETER);
    module.set(vm, "Parameter", parameter);
    module.functions(vm, &information::NATIVES);
    module.functions(vm, &memory::NATIVES);
    module.functions(vm, &call::NATIVES);
    module.functions(vm, &callback::NATIVES);
    module.functions(vm, &library::NATIVES);
    let numbers = [
        ("RTLD_LOCAL", i64::from(libc::RTLD_LOCAL)),
        ("RTLD_GLOBAL", i64::from(libc::RTLD_GLOBAL)),
        ("SIZEOF_TIME_T", size_of::<libc::time_t>() as i64),
        ("FUNCFLAG_CDECL", call::CDECL.into()),
        ("FUNCFLAG_PYTHONAPI", call::PYTHON_API.into()),
        ("FUNCFLAG_USE_ERRNO", call::USE_ERRNO.into()),
        ("FUNCFLAG_USE_LASTERROR", call::USE_LAST_ERROR.into()),
        ("CTYPES_MAX_ARGCOUNT", call::MOST_ARGUMENTS as i64),
    ];
    for (name, number) in numbers {
        module.set_int(vm, name, number);
    }
    for (name, address) in callback::function_addresses() {
        let address = scalar::unsigned(vm, address as u64);
        module.set(vm, name, address);
    }
}

/// A name of the Python half.
fn python_half(vm: &mut Vm, name: &str) -> Option<Value> {
    let (module, name) = (vm.intern("_ctypes"), vm.intern(name));
    let module = vm.modules.get::<Dict>()?.get_interned(&module)?;
    module::namespace(&module)?.get_interned(&name)
}

/// A function of the Python half.
///
/// # Errors
/// RuntimeError if it is gone (the program is ending).
fn hook(vm: &mut Vm, name: &str) -> Res<Value> {
    match python_half(vm, name) {
        Some(function) => Ok(function),
        None => Err(vm.raise(Ex::RuntimeError, "lost _ctypes")),
    }
}

/// Goes on with a function of the Python half.
fn tail_hook(vm: &mut Vm, name: &str, arguments: &[Value]) -> Res<Action> {
    let function = hook(vm, name)?;
    Ok(Action::tail_call(function, arguments))
}

/// Is it a function of the Python half?
fn is_library_function(vm: &mut Vm, function: &Value) -> bool {
    let Some(function) = function.get::<Function>() else { return false };
    let module = vm.intern("_ctypes");
    let module = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&module));
    module.as_ref().and_then(|module| module::namespace(module)).is_some_and(|namespace| function.globals.is(&Value::from_object(namespace)))
}

/// Raises `ctypes.ArgumentError`.
#[cold]
fn raise_argument_error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    let exception = match python_half(vm, "ArgumentError") {
        Some(class) if class.get::<Class>().is_some_and(|class| std::ptr::eq(class.layout, exception::Exception::LAYOUT)) => {
            let arguments = vm.new_tuple(vec![text]);
            match class.get::<Class>() {
                Some(class) => exception::allocate(vm, class, arguments),
                None => arguments,
            }
        }
        _ => exception::create(vm, Ex::Exception, vec![text]),
    };
    vm.raise_value(exception)
}
