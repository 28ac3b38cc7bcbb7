//! Modules that need an operating system.

/// Names of numbers that the C library has.
macro_rules! numbers {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

mod accounts;
mod bz2;
mod ctypes;
mod fcntl;
mod fileno;
pub mod io;
mod monitoring;
mod posix;
mod posixsubprocess;
mod resource;
mod select;
mod signal;
mod socket;
mod syslog;
mod termios;
mod waiting;

use pyvm_core::modules::{self, ModuleSpec};
use pyvm_core::object::dict::Dict;
use pyvm_core::object::module;
use pyvm_core::object::value::Value;
use pyvm_core::port::SignalHandling;
use pyvm_core::vm::{Native, Vm};

/// Native modules of the desktop.
pub static NATIVE: &[&ModuleSpec] = &[
    &posix::POSIX,
    &posixsubprocess::POSIX_SUBPROCESS,
    &signal::SIGNAL,
    &socket::SOCKET,
    &select::SELECT,
    &fcntl::FCNTL,
    &termios::TERMIOS,
    &resource::RESOURCE,
    &bz2::BZ2,
    &accounts::PWD,
    &accounts::GRP,
    &syslog::SYSLOG,
    &ctypes::FOREIGN,
    &io::STREAMS,
];

/// The number of processors that the user wants programs to see; -1: as many as there are.
static CPU_COUNT: Native = Native::simple(
    "_get_cpu_count_config()",
    |vm, _| {
        let option = vm.host.extra_options.iter().rev().find(|(name, _)| name == "cpu_count").and_then(|(_, value)| value.clone());
        let variable = || std::env::var("PYTHON_CPU_COUNT").ok().filter(|_| !vm.host.flags.ignore_environment);
        let wanted = option.or_else(variable).and_then(|text| text.parse().ok());
        Ok(vm.new_int(wanted.filter(|&count| count > 0).unwrap_or(-1)))
    },
    "The number of processors that programs are to see, or -1.",
);

/// Adds what the desktop has to `builtins` and `sys`.
pub fn install(vm: &mut Vm) {
    posix::spawn::remember_signal_mask();
    // A file that grows too large is an error to be reported, not the end.
    let _ = vm.platform.handle_signal(libc::SIGXFSZ as u32, SignalHandling::Ignore);
    let (name, sys) = (vm.intern("monitoring"), vm.intern("sys"));
    let sys = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&sys));
    if let Some(namespace) = sys.as_ref().and_then(|sys| module::namespace(sys)) {
        let (name, function) = (vm.intern(CPU_COUNT.name()), vm.native_function(&CPU_COUNT, &Value::NONE));
        drop(namespace.set_interned(&name, function));
    }
    match modules::create(vm, &monitoring::MONITORING) {
        Ok(monitoring) => {
            if let Some(namespace) = sys.as_ref().and_then(|sys| module::namespace(sys)) {
                drop(namespace.set_interned(&name, monitoring));
            }
        }
        Err(raised) => drop(vm.take_exception(raised)),
    }
}
