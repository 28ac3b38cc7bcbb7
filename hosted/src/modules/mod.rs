//! Modules that need an operating system.

mod posix;
mod signal;

use crate::file;
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::value::Value;
use pyvm_core::vm::Vm;

/// Native modules of the desktop.
pub static NATIVE: &[&ModuleSpec] = &[&posix::POSIX, &signal::SIGNAL, &FILES];

/// `_files`: the native files, for `io`.
static FILES: ModuleSpec = ModuleSpec {
    natives: &file::OPEN,
    constants: |vm, module| {
        for (name, spec) in file::TYPES {
            let class = vm.class_from_spec(spec);
            module.set(vm, name, class);
        }
    },
    ..ModuleSpec::new("_files", "Files.")
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
