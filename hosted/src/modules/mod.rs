//! Modules that need an operating system.

mod monitoring;
mod posix;
mod select;
mod signal;
mod socket;
mod waiting;

use crate::file;
use pyvm_core::modules::{self, ModuleSpec};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::module;
use pyvm_core::object::value::Value;
use pyvm_core::vm::Vm;

/// Native modules of the desktop.
pub static NATIVE: &[&ModuleSpec] = &[&posix::POSIX, &signal::SIGNAL, &socket::SOCKET, &select::SELECT, &FILES];

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

/// Adds what the desktop has to `builtins` and `sys`.
pub fn install(vm: &mut Vm) {
    let (name, sys) = (vm.intern("monitoring"), vm.intern("sys"));
    let sys = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&sys));
    match modules::create(vm, &monitoring::MONITORING) {
        Ok(monitoring) => {
            if let Some(namespace) = sys.as_ref().and_then(|sys| module::namespace(sys)) {
                drop(namespace.set_interned(&name, monitoring));
            }
        }
        Err(raised) => drop(vm.take_exception(raised)),
    }
    for native in &file::OPEN {
        let function = vm.native_function(native, &Value::NONE);
        let name = vm.intern(native.name());
        if let Some(builtins) = vm.builtins.get::<Dict>() {
            drop(builtins.set_interned(&name, function));
        }
    }
}
