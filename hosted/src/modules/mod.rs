//! Modules that need an operating system.

mod os;

use crate::file;
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::value::Value;
use pyvm_core::vm::Vm;

/// Native modules of the desktop.
pub static NATIVE: &[&ModuleSpec] = &[&os::POSIX, &IO];

/// `io`: no more than `open` for now.
static IO: ModuleSpec = ModuleSpec {
    natives: &file::OPEN,
    types: &[&file::TEXT_FILE],
    constants: |vm, module| {
        module.set_int(vm, "SEEK_SET", 0);
        module.set_int(vm, "SEEK_CUR", 1);
        module.set_int(vm, "SEEK_END", 2);
        module.set_int(vm, "DEFAULT_BUFFER_SIZE", 65536);
        let unsupported = vm.exception_class(pyvm_core::object::exception::Ex::OSError).value();
        module.set(vm, "UnsupportedOperation", unsupported);
    },
    ..ModuleSpec::new("io", "Files.")
};

/// Adds what the desktop has to `builtins`.
pub fn install(vm: &mut Vm) {
    for native in &file::OPEN {
        let function = vm.native_function(native, &Value::NONE);
        let name = vm.intern(native.name());
        if let Some(builtins) = vm.builtins.get::<Dict>() {
            drop(builtins.set_interned(&name, function));
        }
    }
}
