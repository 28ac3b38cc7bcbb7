//! `sys.monitoring`, for those who look at what events there are: nothing is monitored.

use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::simple_namespace;
use pyvm_core::object::value::Value;
use pyvm_core::vm::{Action, Args, Native, Res, Vm};

pub static MONITORING: ModuleSpec = ModuleSpec {
    natives: &[
        Native::full("use_tool_id(*args)", no_monitoring, "Monitoring is not supported."),
        Native::full("set_events(*args)", no_monitoring, "Monitoring is not supported."),
        Native::full("set_local_events(*args)", no_monitoring, "Monitoring is not supported."),
        Native::full("register_callback(*args)", no_monitoring, "Monitoring is not supported."),
    ],
    constants: |vm, module| {
        let mut events = Vec::new();
        for (number, name) in MONITORED.iter().enumerate() {
            events.push((vm.intern(name), Value::small_int(1 << number)));
        }
        events.push((vm.intern("NO_EVENTS"), Value::small_int(0)));
        let events = simple_namespace::new(vm, events);
        module.set(vm, "events", events);
        for (name, number) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
            module.set_int(vm, name, number);
        }
    },
    ..ModuleSpec::new("sys.monitoring", "Events of running programs (PEP 669), which this VM does not report.")
};

/// The events, by the bit that stands for them.
const MONITORED: [&str; 19] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

fn no_monitoring(vm: &mut Vm, _: &Args) -> Res<Action> {
    Err(vm.raise(Ex::NotImplementedError, "monitoring is not supported"))
}
