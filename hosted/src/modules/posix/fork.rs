//! Copies of this process: `fork`, and what programs want done before and after it.

use super::{call, checked, integers};
use pyvm_core::builtins::report;
use pyvm_core::modules::attribute;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::list::{self, List};
use pyvm_core::object::value::Value;
use pyvm_core::sched::fork::Forked;
use pyvm_core::vm::import::import_by_name;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Args, Name, Native, Res, Vm};

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::full("fork()", fork, "Make a copy of this process, in which only the calling thread goes on; returns 0 there."),
    Native::full("forkpty()", forkpty, "As fork(), and the copy has a pseudo-terminal, whose near end is returned too."),
    Native::full("register_at_fork(**functions)", register_at_fork, "Have functions called when the process forks."),
];

/// Keyword arguments of `register_at_fork`, and the lists of the module that keep them.
const HOOKS: [(&str, &str); 3] = [("before", "_before_fork"), ("after_in_parent", "_after_fork_in_parent"), ("after_in_child", "_after_fork_in_child")];

fn register_at_fork(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    if !arguments.positional.is_empty() {
        return Err(vm.type_error("register_at_fork() takes no positional arguments"));
    }
    let mut given = Vec::new();
    for (name, value) in arguments.names.iter().zip(arguments.values) {
        let text = pyvm_core::vm::execute::text_of(name);
        let Some((_, list)) = HOOKS.into_iter().find(|(known, _)| *known == text) else {
            return Err(vm.type_error(&format!("register_at_fork() got an unexpected keyword argument '{text}'")));
        };
        if vm.lookup_special(value, Name::Call).is_none() {
            let type_name = vm.type_name(value);
            return Err(vm.type_error(&format!("'{text}' must be callable, not {type_name}")));
        }
        given.push((list, value));
    }
    if given.is_empty() {
        return Err(vm.type_error("At least one argument is required."));
    }
    for (name, value) in given {
        if let Some(functions) = attribute(vm, "posix", name)
            && let Some(functions) = functions.get::<List>()
        {
            list::append(vm, functions, value.clone())?;
        }
    }
    Ok(Action::Return(Value::NONE))
}

/// The lists that [`register_at_fork`] fills.
pub fn constants(vm: &mut Vm, module: &pyvm_core::modules::Namespace) {
    for (_, name) in HOOKS {
        let functions = vm.new_list(Vec::new());
        module.set(vm, name, functions);
    }
}

/// The functions of one list, the next one last.
fn hooks(vm: &mut Vm, name: &str) -> Vec<Value> {
    let functions = attribute(vm, "posix", name);
    functions.and_then(|functions| functions.get::<List>().map(|list| list.items.get().clone())).unwrap_or_default()
}

/// Calls functions, the last one first; what they raise is only reported.
fn call_all(vm: &mut Vm, mut functions: Vec<Value>, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    let Some(function) = functions.pop() else { return then(vm) };
    Ok(Action::call(function.clone(), [], move |vm, result| {
        if let Err(raised) = result {
            let exception = vm.take_exception(raised);
            report::unraisable(vm, &exception, "in fork hook", &function);
        }
        call_all(vm, functions, then)
    }))
}

/// Makes a copy of the process, with everything that programs want done before and after; `then` gets its number, 0 in the copy.
///
/// # Errors
/// OSError; RuntimeError and NotImplementedError where it cannot be.
pub fn forked(vm: &mut Vm, name: &'static str, then: impl FnOnce(&mut Vm, i32) -> Res<Action> + 'static) -> Res<Action> {
    let before = hooks(vm, "_before_fork");
    call_all(vm, before, move |vm| copied(vm, name, then))
}

/// Warns if there are other threads, whose locks the copy finds taken for ever; then goes on.
fn warn(vm: &mut Vm, name: &str, then: impl FnOnce(&mut Vm) -> Res<Action> + 'static) -> Res<Action> {
    if vm.sched.tasks.alive() < 2 {
        return then(vm);
    }
    let message = format!("This process (pid={}) is multi-threaded, use of {name}() may lead to deadlocks in the child.", std::process::id());
    let (message, module) = (vm.new_str(&message), vm.new_str("warnings"));
    import_by_name(vm, &module)?.then(vm, move |vm, module| {
        let name = vm.new_str("warn");
        get_attribute_then(vm, &module?, &name, move |vm, warn| {
            let category = vm.exception_class(Ex::DeprecationWarning).value();
            Ok(Action::call(warn?, [message, category], |vm, result| result.and_then(|_| then(vm))))
        })
    })
}

fn copied(vm: &mut Vm, name: &'static str, then: impl FnOnce(&mut Vm, i32) -> Res<Action> + 'static) -> Res<Action> {
    let (process, after) = match vm.fork()? {
        Forked::Elsewhere => {
            return Ok(Action::Yield(Box::new(move |vm: &mut Vm, result: Res<Value>| {
                result?;
                copied(vm, name, then)
            })));
        }
        Forked::Parent(process) => (process, hooks(vm, "_after_fork_in_parent")),
        Forked::Child => {
            let mut after = hooks(vm, "_after_fork_in_child");
            after.splice(0..0, attribute(vm, "threading", "_after_fork"));
            (0, after)
        }
    };
    call_all(vm, after.into_iter().rev().collect(), move |vm| if process == 0 { then(vm, 0) } else { warn(vm, name, move |vm| then(vm, process)) })
}

fn fork(vm: &mut Vm, _: &Args) -> Res<Action> {
    forked(vm, "fork", |vm, process| Ok(Action::Return(vm.new_int(i64::from(process)))))
}

fn forkpty(vm: &mut Vm, _: &Args) -> Res<Action> {
    let (near, far) = super::terminals::new_terminal(vm)?;
    forked(vm, "forkpty", move |vm, process| {
        // SAFETY: takes numbers; the descriptors are this function's own.
        unsafe {
            if process == 0 {
                libc::close(near);
                call(vm, &[], || checked(libc::login_tty(far)))?;
            } else {
                libc::close(far);
            }
        }
        let items = integers(vm, [i64::from(process), i64::from(if process == 0 { -1 } else { near })]);
        Ok(Action::Return(vm.new_tuple(items)))
    })
}
