//! Starting programs: `execv`, `posix_spawn`, `system`.

use super::place::Place;
use super::{call, checked, int_argument, text_argument, value_argument};
use crate::paths::system_text;
use pyvm_core::modules::Namespace;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::list::List;
use pyvm_core::object::str::Str;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::iterate::collect;
use pyvm_core::vm::protocol::get_attribute_then;
use pyvm_core::vm::{Action, Args, Name, Native, Res, Vm, argument};
use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::raw::c_char;
use std::sync::OnceLock;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("execv(path, argv, /)", execv, "Run another program in place of this one."),
    Native::full("execve(path, argv, env)", execve, "Run another program, with another environment, in place of this one."),
    Native::full(
        "posix_spawn(path, argv, env, /, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
        posix_spawn,
        "Run a program in a new process; returns its number.",
    ),
    Native::full(
        "posix_spawnp(path, argv, env, /, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)",
        posix_spawnp,
        "Run a program found in the search path in a new process; returns its number.",
    ),
    Native::simple("system(command)", system, "Have a shell run a command; returns its status."),
];

/// What `posix_spawn` does with descriptors.
const OPEN: i64 = 0;
const CLOSE: i64 = 1;
const DUP2: i64 = 2;

/// The names of those numbers, which are Python's own.
pub fn constants(vm: &mut Vm, module: &Namespace) {
    for (name, number) in [("POSIX_SPAWN_OPEN", OPEN), ("POSIX_SPAWN_CLOSE", CLOSE), ("POSIX_SPAWN_DUP2", DUP2)] {
        module.set_int(vm, name, number);
    }
}

// ---- the signals of children

/// The signals that the process was started with as blocked. The VM's other OS threads block all signals, and children inherit from the one
/// that makes them.
static SIGNAL_MASK: OnceLock<libc::sigset_t> = OnceLock::new();

/// Remembers what signals are blocked: to be called on the process's first OS thread.
pub fn remember_signal_mask() {
    SIGNAL_MASK.get_or_init(|| set_signal_mask(None));
}

/// The signals that children begin with as blocked.
pub fn signal_mask() -> libc::sigset_t {
    *SIGNAL_MASK.get_or_init(|| set_signal_mask(None))
}

/// Blocks these signals and no others on this OS thread; returns those blocked until now. None: only looks. May be called after `fork`.
pub fn set_signal_mask(mask: Option<&libc::sigset_t>) -> libc::sigset_t {
    let mut before = MaybeUninit::zeroed();
    // SAFETY: reads one set and writes the other.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, mask.map_or(std::ptr::null(), std::ptr::from_ref), before.as_mut_ptr());
        before.assume_init()
    }
}

/// Every signal.
pub fn all_signals() -> libc::sigset_t {
    let mut all = MaybeUninit::zeroed();
    // SAFETY: writes the set.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        all.assume_init()
    }
}

// ---- arguments

/// Texts for a C function: an array of pointers, with a null pointer at the end.
pub struct Texts {
    texts: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Texts {
    pub fn new(texts: Vec<CString>) -> Texts {
        let pointers = texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect();
        Texts { texts, pointers }
    }

    pub fn pointer(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }

    /// The same as many a C declaration has it, though nothing is written.
    fn pointer_mut(&self) -> *const *mut c_char {
        self.pointers.as_ptr().cast()
    }

    /// The pointers, without the last.
    pub fn each(&self) -> impl Iterator<Item = *const c_char> {
        self.texts.iter().map(|text| text.as_ptr())
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// The items of a list or tuple.
pub fn sequence(value: &Value) -> Option<Vec<Value>> {
    match (value.get::<List>(), value.get::<Tuple>()) {
        (Some(list), _) => Some(list.items.get().clone()),
        (_, Some(tuple)) => Some(tuple.items().to_vec()),
        _ => None,
    }
}

/// The items of a list or tuple as texts.
///
/// # Errors
/// TypeError, ValueError.
pub fn texts(vm: &mut Vm, items: &[Value]) -> Res<Texts> {
    let texts = items.iter().map(|item| system_text(vm, item)).collect::<Res<Vec<CString>>>()?;
    Ok(Texts::new(texts))
}

/// The arguments of a program. `function` is what messages begin with, `name` what they call the arguments.
fn arguments_of(vm: &mut Vm, value: &Value, function: &str, name: &str) -> Res<Texts> {
    let Some(items) = sequence(value) else {
        return Err(vm.type_error(&format!("{function} {name} must be a tuple or list")));
    };
    if items.is_empty() {
        return Err(vm.value_error(&format!("{function} {name} must not be empty")));
    }
    let texts = texts(vm, &items)?;
    if texts.texts.first().is_some_and(|first| first.is_empty()) {
        return Err(vm.value_error(&format!("{function} {name} first element cannot be empty")));
    }
    Ok(texts)
}

/// An environment made of a mapping, for `then`.
fn environment(vm: &mut Vm, mapping: &Value, then: impl FnOnce(&mut Vm, Texts) -> Res<Action> + 'static) -> Res<Action> {
    if let Some(dict) = mapping.get_exact::<Dict>() {
        let items = dict.items();
        let texts = definitions(vm, &items)?;
        return then(vm, texts);
    }
    let name = vm.intern("items");
    get_attribute_then(vm, mapping, &name, |_, method| {
        Ok(Action::call(method?, [], |vm, items| {
            let items = items?;
            collect(vm, &items, |vm, items| {
                let pairs = items.iter().filter_map(sequence).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
                let pairs: Vec<(Value, Value)> = pairs.collect();
                let texts = definitions(vm, &pairs)?;
                then(vm, texts)
            })
        }))
    })
}

/// `NAME=value` for each.
fn definitions(vm: &mut Vm, items: &[(Value, Value)]) -> Res<Texts> {
    let mut texts = Vec::with_capacity(items.len());
    for (name, value) in items {
        let (name, value) = (system_text(vm, name)?, system_text(vm, value)?);
        if name.is_empty() || name.as_bytes().contains(&b'=') {
            return Err(vm.value_error("illegal environment variable name"));
        }
        texts.push(CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).unwrap_or_default());
    }
    Ok(Texts::new(texts))
}

/// Can it be looked up by keys?
fn is_mapping(vm: &mut Vm, value: &Value) -> bool {
    vm.lookup_special(value, Name::GetItem).is_some() && value.get::<Str>().is_none() && sequence(value).is_none()
}

// ---- in place of this program

fn execv(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::path(vm, arguments, 0, "execv", "path")?;
    let texts = arguments_of(vm, value_argument(arguments, 1), "execv()", "arg 2")?;
    // SAFETY: the texts end with zero bytes, their array with a null pointer.
    replace(vm, &[], || unsafe { libc::execv(place.pointer(), texts.pointer()) })
}

fn execve(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let arguments = arguments.positional;
    #[cfg(target_os = "linux")]
    let place = Place::any(vm, arguments, "execve")?;
    #[cfg(not(target_os = "linux"))]
    let place = Place::path(vm, arguments, 0, "execve", "path")?;
    let given = value_argument(arguments, 1);
    let texts = match sequence(given) {
        Some(_) => arguments_of(vm, given, "execve:", "argv")?,
        None => return Err(vm.type_error("execve: argv must be a tuple or list")),
    };
    let mapping = value_argument(arguments, 2);
    if !is_mapping(vm, mapping) {
        return Err(vm.type_error("execve: environment must be a mapping object"));
    }
    environment(vm, mapping, move |vm, environment| {
        // SAFETY: the texts end with zero bytes, their arrays with a null pointer.
        let result = replace(vm, &[&place.given], || match place.descriptor {
            #[cfg(target_os = "linux")]
            Some(descriptor) => unsafe { libc::fexecve(descriptor, texts.pointer(), environment.pointer()) },
            _ => unsafe { libc::execve(place.pointer(), texts.pointer(), environment.pointer()) },
        });
        result.map(Action::Return)
    })
}

/// Runs another program, which returns only if it fails.
fn replace(vm: &mut Vm, about: &[&Value], mut run: impl FnMut() -> i32 + Send) -> Res<Value> {
    let mask = signal_mask();
    call(vm, about, || {
        let before = set_signal_mask(Some(&mask));
        let result = checked(run());
        set_signal_mask(Some(&before));
        result
    })?;
    Ok(Value::NONE)
}

// SAFETY: the pointers lead to the texts, which are never changed.
unsafe impl Send for Texts {}
// SAFETY: as above.
unsafe impl Sync for Texts {}

// ---- in a new process

fn posix_spawn(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    spawn(vm, arguments.positional, "posix_spawn", false)
}

fn posix_spawnp(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    spawn(vm, arguments.positional, "posix_spawnp", true)
}

/// What is done with the descriptors of a new process, for the C library.
struct FileActions {
    actions: libc::posix_spawn_file_actions_t,
    /// Paths that the actions point to.
    paths: Vec<CString>,
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: initialized when it was made.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.actions) };
    }
}

/// What else is special about a new process, for the C library.
struct Attributes(libc::posix_spawnattr_t);

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialized when it was made.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}

/// What a function of the C library returned: an error number.
fn numbered(vm: &mut Vm, result: i32) -> Res<()> {
    if result == 0 { Ok(()) } else { Err(super::error_number(vm, result)) }
}

fn file_actions(vm: &mut Vm, given: &Value) -> Res<FileActions> {
    let mut actions = MaybeUninit::uninit();
    // SAFETY: it initializes the actions, which are used only then.
    let mut made = unsafe {
        numbered(vm, libc::posix_spawn_file_actions_init(actions.as_mut_ptr()))?;
        FileActions { actions: actions.assume_init(), paths: Vec::new() }
    };
    let Some(items) = sequence(given) else {
        return Err(vm.type_error("file_actions must be a sequence or None"));
    };
    for item in &items {
        let parts = item.get::<Tuple>().map(|tuple| tuple.items().to_vec()).unwrap_or_default();
        let Some(kind) = parts.first() else {
            return Err(vm.type_error("Each file_actions element must be a non-empty tuple"));
        };
        let wrong = |vm: &mut Vm, name, count| Err(vm.type_error(&format!("A {name} file_action tuple must have {count} elements")));
        let number = |vm: &mut Vm, index| int_argument(vm, &parts, index, 0);
        // SAFETY: the actions are initialized; the path ends with a zero byte and is kept as long as they.
        let result = match kind.as_small_int() {
            Some(OPEN) if parts.len() != 5 => return wrong(vm, "open", 5),
            Some(OPEN) => {
                let (descriptor, path) = (number(vm, 1)?, text_argument(vm, &parts, 2)?);
                let (flags, mode) = (number(vm, 3)?, number(vm, 4)?);
                let result = unsafe { libc::posix_spawn_file_actions_addopen(&mut made.actions, descriptor, path.as_ptr(), flags, mode as _) };
                made.paths.push(path);
                result
            }
            Some(CLOSE) if parts.len() != 2 => return wrong(vm, "close", 2),
            Some(CLOSE) => {
                let descriptor = number(vm, 1)?;
                unsafe { libc::posix_spawn_file_actions_addclose(&mut made.actions, descriptor) }
            }
            Some(DUP2) if parts.len() != 3 => return wrong(vm, "dup2", 3),
            Some(DUP2) => {
                let (from, to) = (number(vm, 1)?, number(vm, 2)?);
                unsafe { libc::posix_spawn_file_actions_adddup2(&mut made.actions, from, to) }
            }
            _ => return Err(vm.type_error("Unknown file_actions identifier")),
        };
        numbered(vm, result)?;
    }
    Ok(made)
}

/// A set of signals from their numbers.
fn signal_set(vm: &mut Vm, items: &[Value]) -> Res<libc::sigset_t> {
    let mut set = MaybeUninit::zeroed();
    // SAFETY: initializes the set.
    let mut set: libc::sigset_t = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for item in items {
        let number = vm.index_i64(item)?;
        if !(1..=64).contains(&number) {
            return Err(vm.value_error(&format!("signal number {number} out of range [1; 64]")));
        }
        // SAFETY: the set is initialized.
        unsafe { libc::sigaddset(&mut set, number as i32) };
    }
    Ok(set)
}

/// What `posix_spawn` is told beside program, arguments and environment.
struct Wishes {
    group: Option<i32>,
    reset_ids: bool,
    session: bool,
    mask: libc::sigset_t,
    default: Option<libc::sigset_t>,
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "macOS cannot do it"))]
    scheduler: Option<(Option<i32>, i32)>,
}

fn attributes(vm: &mut Vm, wishes: &Wishes) -> Res<Attributes> {
    let mut attributes = MaybeUninit::uninit();
    let mut flags = libc::POSIX_SPAWN_SETSIGMASK;
    // SAFETY: it initializes the attributes, which are used only then.
    unsafe {
        numbered(vm, libc::posix_spawnattr_init(attributes.as_mut_ptr()))?;
        let mut made = Attributes(attributes.assume_init());
        numbered(vm, libc::posix_spawnattr_setsigmask(&mut made.0, &wishes.mask))?;
        if let Some(group) = wishes.group {
            numbered(vm, libc::posix_spawnattr_setpgroup(&mut made.0, group))?;
            flags |= libc::POSIX_SPAWN_SETPGROUP;
        }
        if wishes.reset_ids {
            flags |= libc::POSIX_SPAWN_RESETIDS;
        }
        if wishes.session {
            flags |= SETSID;
        }
        if let Some(default) = &wishes.default {
            numbered(vm, libc::posix_spawnattr_setsigdefault(&mut made.0, default))?;
            flags |= libc::POSIX_SPAWN_SETSIGDEF;
        }
        #[cfg(target_os = "linux")]
        if let Some((policy, priority)) = wishes.scheduler {
            if let Some(policy) = policy {
                numbered(vm, libc::posix_spawnattr_setschedpolicy(&mut made.0, policy))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDULER;
            }
            let mut parameters: libc::sched_param = std::mem::zeroed();
            parameters.sched_priority = priority;
            numbered(vm, libc::posix_spawnattr_setschedparam(&mut made.0, &parameters))?;
            flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
        }
        numbered(vm, libc::posix_spawnattr_setflags(&mut made.0, flags as _))?;
        Ok(made)
    }
}

/// Begin a session, in the C library's words.
#[cfg(target_os = "linux")]
const SETSID: i32 = 0x80;
#[cfg(not(target_os = "linux"))]
const SETSID: i32 = 0x400;

/// `(policy or None, sched_param)`
#[cfg(target_os = "linux")]
fn scheduler(vm: &mut Vm, value: &Value) -> Res<Option<(Option<i32>, i32)>> {
    if value.is_none() {
        return Ok(None);
    }
    let parts = sequence(value).unwrap_or_default();
    let [policy, parameters] = &parts[..] else {
        return Err(vm.type_error("A scheduler tuple must have two elements"));
    };
    let policy = if policy.is_none() { None } else { Some(int_argument(vm, std::slice::from_ref(policy), 0, 0)?) };
    Ok(Some((policy, super::linux::priority(vm, parameters)?)))
}

#[cfg(not(target_os = "linux"))]
fn scheduler(vm: &mut Vm, value: &Value) -> Res<Option<(Option<i32>, i32)>> {
    match value.is_none() {
        true => Ok(None),
        false => Err(vm.raise(Ex::NotImplementedError, "The scheduler option is not supported in this system.")),
    }
}

fn spawn(vm: &mut Vm, arguments: &[Value], function: &'static str, search: bool) -> Res<Action> {
    let place = Place::path(vm, arguments, 0, function, "path")?;
    let texts = arguments_of(vm, value_argument(arguments, 1), &format!("{function}:"), "argv")?;
    let mapping = value_argument(arguments, 2).clone();
    if !mapping.is_none() && !is_mapping(vm, &mapping) {
        return Err(vm.type_error(&format!("{function}: environment must be a mapping object or None")));
    }
    let actions = match argument(arguments, 3).filter(|given| !given.is_none()) {
        Some(given) => Some(file_actions(vm, given)?),
        None => None,
    };
    let group = match argument(arguments, 4).filter(|given| !given.is_none()) {
        Some(_) => Some(int_argument(vm, arguments, 4, 0)?),
        None => None,
    };
    let (reset_ids, session) = (super::flag(arguments, 5, false), super::flag(arguments, 6, false));
    let scheduler = scheduler(vm, value_argument(arguments, 9))?;
    let (masked, default) = (argument(arguments, 7).cloned(), argument(arguments, 8).cloned());
    let empty = vm.new_tuple(Vec::new());
    let (masked_given, default_given) = (masked.is_some(), default.is_some());
    collect(vm, &masked.unwrap_or(empty.clone()), move |vm, masked| {
        let mask = if masked_given { signal_set(vm, &masked)? } else { signal_mask() };
        collect(vm, &default.unwrap_or(empty), move |vm, default| {
            let default = if default_given { Some(signal_set(vm, &default)?) } else { None };
            let attributes = attributes(vm, &Wishes { group, reset_ids, session, mask, default, scheduler })?;
            let start = move |vm: &mut Vm, environment: Option<Texts>| {
                let mut process = 0;
                let environment = environment.as_ref().map_or_else(own_environment, Texts::pointer_mut);
                let actions = actions.as_ref().map_or(std::ptr::null(), |actions| &raw const actions.actions);
                let function = if search { libc::posix_spawnp } else { libc::posix_spawn };
                // SAFETY: the texts end with zero bytes, their arrays with a null pointer; actions and attributes are initialized.
                let result = unsafe { function(&mut process, place.pointer(), actions, &attributes.0, texts.pointer_mut(), environment) };
                if result != 0 {
                    return Err(super::os_error(vm, &io::Error::from_raw_os_error(result), &[&place.given]));
                }
                Ok(Action::Return(vm.new_int(i64::from(process))))
            };
            if mapping.is_none() { start(vm, None) } else { environment(vm, &mapping, move |vm, texts| start(vm, Some(texts))) }
        })
    })
}

/// The environment of this process, as the C library has it.
fn own_environment() -> *const *mut c_char {
    unsafe extern "C" {
        static environ: *const *mut c_char;
    }
    // SAFETY: the C library's own variable; it changes only under the GIL.
    unsafe { environ }
}

fn system(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let command = text_argument(vm, arguments, 0)?;
    let mask = signal_mask();
    let status = vm.blocking(|| {
        let before = set_signal_mask(Some(&mask));
        // SAFETY: the command ends with a zero byte.
        let status = unsafe { libc::system(command.as_ptr()) };
        set_signal_mask(Some(&before));
        status
    });
    if status == -1 {
        let error = io::Error::last_os_error();
        return Err(vm.raise(Ex::OSError, &error.to_string()));
    }
    Ok(vm.new_int(i64::from(status)))
}
