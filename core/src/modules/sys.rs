//! `sys`: the VM as its programs see it.

use super::{ModuleSpec, Namespace};
use crate::builtins::evaluate::items_now;
use crate::builtins::report;
use crate::builtins::suggest::STANDARD_MODULES;
use crate::object::class::{CLASS_HEAP, Class};
use crate::object::dict::Dict;
use crate::object::exception::{Ex, Exception};
use crate::object::int;
use crate::object::str::Str;
use crate::object::struct_sequence;
use crate::object::struct_sequence as sequence;
use crate::object::text_arguments;
use crate::object::text_stream;
use crate::object::traceback;
use crate::object::value::Value;
use crate::port::Stream;
use crate::struct_sequence;
use crate::vm::prelude;
use crate::vm::protocol::repr_then;
use crate::vm::trace;
use crate::vm::{Action, Args, Call, Name, Native, Res, Vm, argument};
use alloc::format;
use alloc::vec::Vec;

/// The language version that the VM implements.
pub const VERSION: (i64, i64, i64) = (3, 14, 0);
/// Its hexadecimal form: final release.
const HEX_VERSION: i64 = VERSION.0 << 24 | VERSION.1 << 16 | VERSION.2 << 8 | 0xf0;

pub static MODULE: ModuleSpec = ModuleSpec {
    natives: &[
        Native::simple("exc_info()", exc_info, "Class, instance and traceback of the exception being handled; three times None if there is none."),
        Native::simple("exception()", exception, "The exception being handled, or None."),
        Native::simple("exit(status=None, /)", exit, "Leave the program by raising SystemExit(status)."),
        Native::simple("intern(string, /)", intern, "The one string object with these contents that is kept for comparison by identity."),
        Native::simple(
            "getrefcount(object, /)",
            |vm, arguments| Ok(vm.new_int(arguments.first().and_then(Value::header).map_or(i64::from(u32::MAX), |header| i64::from(header.count())))),
            "The number of references to the object.",
        ),
        Native::simple("getsizeof(object, default=None, /)", get_size_of, "The object's size in bytes."),
        Native::simple("getrecursionlimit()", |vm, _| Ok(vm.new_size(vm.depth_limit)), "The most nested Python calls."),
        Native::simple("setrecursionlimit(limit, /)", set_recursion_limit, "Set the most nested Python calls."),
        Native::simple("getdefaultencoding()", |vm, _| Ok(vm.new_str("utf-8")), "The encoding of strings by default."),
        Native::simple("getfilesystemencoding()", |vm, _| Ok(vm.new_str("utf-8")), "The encoding of file names."),
        Native::simple("getfilesystemencodeerrors()", |vm, _| Ok(vm.new_str("surrogateescape")), "How errors in file names are treated."),
        Native::simple("getswitchinterval()", |vm, _| Ok(vm.new_float(0.005)), "The longest slice of a py-thread, in seconds."),
        Native::simple("setswitchinterval(interval, /)", |_, _| Ok(Value::NONE), "Accepted: slices are counted in ticks."),
        Native::simple("get_int_max_str_digits()", |vm, _| Ok(vm.new_size(vm.int_max_str_digits)), "The most digits converted between int and str."),
        Native::simple("set_int_max_str_digits(maxdigits)", set_int_max_str_digits, "Set the most digits converted between int and str; 0 for no limit."),
        Native::full("displayhook(object, /)", displayhook, "Print an object's repr and keep it as builtins._"),
        Native::simple("excepthook(exctype, value, traceback, /)", excepthook, "Print an exception on standard error."),
        Native::simple("unraisablehook(unraisable, /)", unraisablehook, "Report an exception that could not be raised."),
        Native::simple("_getframe(depth=0, /)", get_frame, "The frame object of a caller."),
        Native::simple("_getframemodulename(depth=0)", get_frame_module_name, "The name of the module of a caller."),
        Native::simple("_current_frames()", |vm, _| Ok(vm.new_dict()), "Frames of the py-threads."),
        Native::simple("_clear_type_cache()", |_, _| Ok(Value::NONE), "Nothing to clear."),
        Native::simple("_clear_type_descriptors(type, /)", clear_type_descriptors, "Remove the descriptors of a class that are made again for its copy with slots."),
        Native::simple("gettrace()", trace::get_trace, "The trace function of the thread, or None."),
        Native::full("settrace(function, /)", trace::set_trace, "Set the trace function of the thread."),
        Native::full("_settraceallthreads(function, /)", trace::set_trace_everywhere, "Set the trace function of all threads."),
        Native::simple("getprofile()", trace::get_profile, "The profile function of the thread, or None."),
        Native::full("setprofile(function, /)", trace::set_profile, "Set the profile function of the thread."),
        Native::full("_setprofileallthreads(function, /)", trace::set_profile_everywhere, "Set the profile function of all threads."),
        Native::full("call_tracing(func, args, /)", trace::call_tracing, "Call a function that is traced though a trace function runs."),
        Native::simple("is_finalizing()", |vm, _| Ok(Value::bool(vm.is_finalizing())), "Whether the VM is shutting down."),
        Native::simple("get_asyncgen_hooks()", get_async_generator_hooks, "What is called for new and for dying asynchronous generators of the thread."),
        Native::simple(
            "set_asyncgen_hooks(firstiter=None, finalizer=None)",
            set_async_generator_hooks,
            "Set what is called for asynchronous generators; what is not given stays.",
        ),
        Native::simple("is_stack_trampoline_active()", |_, _| Ok(Value::FALSE), "There is none."),
        Native::simple("_is_gil_enabled()", |_, _| Ok(Value::TRUE), "Whether the GIL is enabled."),
        Native::simple(
            "_is_interned(string, /)",
            |_, arguments| Ok(Value::bool(arguments.first().and_then(|text| text.get::<Str>()).is_some_and(Str::is_interned))),
            "Whether the string is interned.",
        ),
        Native::simple(
            "getallocatedblocks()",
            |vm, _| Ok(vm.new_size(vm.heap.block_count())),
            "Number of live objects, and of the blocks that their larger buffers would fill.",
        ),
        Native::simple("getunicodeinternedsize()", |_, _| Ok(Value::small_int(0)), "The number of interned strings."),
        Native::full("audit(event, /, *args)", |_, _| Ok(Action::Return(Value::NONE)), "Nobody listens."),
        Native::simple("addaudithook(hook)", |_, _| Ok(Value::NONE), "Accepted and ignored."),
        Native::full("breakpointhook(*args, **kws)", breakpoint_hook, "What breakpoint() calls: the function that $PYTHONBREAKPOINT names, else pdb.set_trace."),
        Native::simple("get_coroutine_origin_tracking_depth()", |vm, _| Ok(vm.new_size(vm.origin_depth)), "How many frames of their makers coroutines remember."),
        Native::simple("set_coroutine_origin_tracking_depth(depth)", set_origin_depth, "Set how many frames of their makers coroutines remember; 0: none."),
    ],
    constants,
    ..ModuleSpec::new("sys", "The VM as its programs see it.")
};

struct_sequence!(ASYNC_GENERATOR_HOOKS, "builtins", "asyncgen_hooks", "What is called for asynchronous generators.", 0 "firstiter", 1 "finalizer");
struct_sequence!(UNRAISABLE_ARGUMENTS, "builtins", "UnraisableHookArgs", "What sys.unraisablehook is told.", 0 "exc_type", 1 "exc_value", 2 "exc_traceback",
    3 "err_msg", 4 "object");
struct_sequence!(pub VERSION_INFO, "sys", "version_info", "Version of the language.", 0 "major", 1 "minor", 2 "micro", 3 "releaselevel", 4 "serial");
struct_sequence!(FLAGS, "sys", "flags", "Flags from the command line.", 0 "debug", 1 "inspect", 2 "interactive", 3 "optimize", 4 "dont_write_bytecode",
    5 "no_user_site", 6 "no_site", 7 "ignore_environment", 8 "verbose", 9 "bytes_warning", 10 "quiet", 11 "hash_randomization", 12 "isolated", 13 "dev_mode",
    14 "utf8_mode", 15 "warn_default_encoding", 16 "safe_path", 17 "int_max_str_digits", 18 "gil", 19 "thread_inherit_context", 20 "context_aware_warnings");
struct_sequence!(FLOAT_INFO, "sys", "float_info", "What floats can hold.", 0 "max", 1 "max_exp", 2 "max_10_exp", 3 "min", 4 "min_exp", 5 "min_10_exp", 6 "dig",
    7 "mant_dig", 8 "epsilon", 9 "radix", 10 "rounds");
struct_sequence!(INT_INFO, "sys", "int_info", "How ints are stored.", 0 "bits_per_digit", 1 "sizeof_digit", 2 "default_max_str_digits", 3 "str_digits_check_threshold");
struct_sequence!(HASH_INFO, "sys", "hash_info", "How hashes are computed.", 0 "width", 1 "modulus", 2 "inf", 3 "nan", 4 "imag", 5 "algorithm", 6 "hash_bits",
    7 "seed_bits", 8 "cutoff");
struct_sequence!(THREAD_INFO, "sys", "thread_info", "How threads are made.", 0 "name", 1 "lock", 2 "version");

fn int(number: i64) -> Value {
    Value::small_int(number)
}

fn version_info(vm: &mut Vm) -> Value {
    let level = vm.intern("final");
    sequence::new(vm, &VERSION_INFO, Vec::from([int(VERSION.0), int(VERSION.1), int(VERSION.2), level, int(0)]))
}

fn constants(vm: &mut Vm, module: &Namespace) {
    let (major, minor, micro) = VERSION;
    let version = format!("{major}.{minor}.{micro} (pyvm {}) [Rust]", env!("CARGO_PKG_VERSION"));
    module.set_str(vm, "version", &version);
    let info = version_info(vm);
    module.set(vm, "version_info", info);
    module.set_int(vm, "hexversion", HEX_VERSION);
    module.set_int(vm, "api_version", 1013);
    module.set_str(vm, "copyright", "pyvm: MIT or Apache-2.0");
    let max_size = int::from_big(vm, i64::MAX.into());
    module.set(vm, "maxsize", max_size);
    module.set_int(vm, "maxunicode", 0x10_ffff);
    module.set_str(vm, "byteorder", if cfg!(target_endian = "big") { "big" } else { "little" });
    module.set_str(vm, "float_repr_style", "short");
    let platform = vm.host.platform_name;
    module.set_str(vm, "platform", platform);
    module.set_str(vm, "platlibdir", "lib");
    let library = match vm.host.library.clone() {
        library if library.is_empty() => Value::NONE,
        library => vm.new_str(&library),
    };
    module.set(vm, "_stdlib_dir", library);
    module.set_str(vm, "abiflags", "");
    let executable = vm.host.executable.clone();
    for name in ["executable", "_base_executable"] {
        module.set_str(vm, name, &executable);
    }
    let [prefix, base] = vm.host.prefixes.clone();
    for (name, text) in [("prefix", &prefix), ("exec_prefix", &prefix), ("base_prefix", &base), ("base_exec_prefix", &base)] {
        module.set_str(vm, name, text);
    }
    for (name, texts) in [
        ("argv", vm.host.arguments.clone()),
        ("orig_argv", vm.host.original_arguments.clone()),
        ("path", vm.host.search_path.clone()),
        ("warnoptions", vm.host.warnings.clone()),
    ] {
        let texts = texts.iter().map(|text| vm.new_str(text)).collect();
        let list = vm.new_list(texts);
        module.set(vm, name, list);
    }
    for name in ["meta_path", "path_hooks"] {
        let list = vm.new_list(Vec::new());
        module.set(vm, name, list);
    }
    let importers = vm.new_dict();
    module.set(vm, "path_importer_cache", importers);
    let options = vm.new_dict();
    if let Some(dict) = options.get::<Dict>() {
        for (name, value) in vm.host.extra_options.clone() {
            let value = value.map_or(Value::TRUE, |value| vm.new_str(&value));
            let name = vm.intern(&name);
            drop(dict.set_interned(&name, value));
        }
    }
    module.set(vm, "_xoptions", options);
    let modules = vm.modules.clone();
    module.set(vm, "modules", modules);
    let dont_write = Value::bool(vm.host.flags.dont_write_bytecode || vm.host.cache_magic == 0);
    module.set(vm, "dont_write_bytecode", dont_write);
    let cache_prefix = vm.host.cache_prefix.clone().map_or(Value::NONE, |prefix| vm.new_str(&prefix));
    module.set(vm, "pycache_prefix", cache_prefix);
    let mut names: Vec<Value> = super::MODULES.iter().chain(&vm.host.modules.clone()).map(|spec| spec.name).map(|name| vm.intern(name)).collect();
    names.sort_by(|left, right| left.get::<Str>().map(Str::bytes).cmp(&right.get::<Str>().map(Str::bytes)));
    let names = vm.new_tuple(names);
    module.set(vm, "builtin_module_names", names);
    let names: Vec<Value> = STANDARD_MODULES.iter().map(|name| vm.intern(name)).collect();
    let names = vm.new_tuple(names);
    module.set(vm, "stdlib_module_names", names);
    for (name, output) in [("stdin", None), ("stdout", Some(Stream::Output)), ("stderr", Some(Stream::Error))] {
        let stream = text_stream::new(vm, output);
        module.set(vm, name, stream.clone());
        module.set(vm, &format!("__{name}__"), stream);
    }
    for name in ["displayhook", "excepthook", "unraisablehook", "breakpointhook"] {
        let key = vm.intern(name);
        if let Some(function) = module.get(&key) {
            module.set(vm, &format!("__{name}__"), function);
        }
    }
    information(vm, module);
    implementation(vm, module);
}

/// The tables of limits.
fn information(vm: &mut Vm, module: &Namespace) {
    let given = vm.host.flags.clone();
    let truth = |set: bool| int(i64::from(set));
    let level = |level: u8| int(i64::from(level));
    let flags = Vec::from([
        level(given.debug),
        truth(given.inspect),
        truth(given.interactive),
        level(given.optimize),
        truth(given.dont_write_bytecode),
        truth(given.no_user_site),
        truth(given.no_site),
        truth(given.ignore_environment),
        level(given.verbose),
        level(given.bytes_warning),
        truth(given.quiet),
        truth(given.hash_randomization),
        truth(given.isolated),
        Value::bool(given.dev_mode),
        int(1),
        truth(given.warn_default_encoding),
        Value::bool(given.safe_path),
        vm.new_size(given.int_max_str_digits),
        int(1),
        int(0),
        int(0),
    ]);
    let flags = sequence::new(vm, &FLAGS, flags);
    module.set(vm, "flags", flags);
    let (max, min, epsilon) = (vm.new_float(f64::MAX), vm.new_float(f64::MIN_POSITIVE), vm.new_float(f64::EPSILON));
    let float_info = Vec::from([max, int(1024), int(308), min, int(-1021), int(-307), int(15), int(53), epsilon, int(2), int(1)]);
    let float_info = sequence::new(vm, &FLOAT_INFO, float_info);
    module.set(vm, "float_info", float_info);
    let int_info = sequence::new(vm, &INT_INFO, Vec::from([int(30), int(4), int(4300), int(640)]));
    module.set(vm, "int_info", int_info);
    let algorithm = vm.intern("foldhash");
    let modulus = vm.new_int((1 << 61) - 1);
    let hash_info = Vec::from([int(64), modulus, int(314_159), int(0), int(1_000_003), algorithm, int(64), int(64), int(0)]);
    let hash_info = sequence::new(vm, &HASH_INFO, hash_info);
    module.set(vm, "hash_info", hash_info);
    let name = vm.intern("pyvm");
    let thread_info = sequence::new(vm, &THREAD_INFO, Vec::from([name, Value::NONE, Value::NONE]));
    module.set(vm, "thread_info", thread_info);
}

fn clear_type_descriptors(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(class) = arguments.first().and_then(|class| class.get::<Class>()).filter(|class| class.has(CLASS_HEAP)) else {
        return Err(vm.type_error("argument must be a class made by a class statement"));
    };
    for name in [Name::Dict, Name::WeakRef] {
        drop(class.namespace().delete_interned(vm.name(name)));
    }
    vm.class_changed(class);
    Ok(Value::NONE)
}

fn implementation(vm: &mut Vm, module: &Namespace) {
    let dict = vm.new_dict();
    let version = version_info(vm);
    let (name, cache_tag) = (vm.intern("pyvm"), vm.intern(crate::vm::code_cache::TAG));
    if let Some(namespace) = dict.get::<Dict>() {
        for (key, value) in [("name", name), ("cache_tag", cache_tag), ("version", version), ("hexversion", int(HEX_VERSION))] {
            let key = vm.intern(key);
            drop(namespace.set_interned(&key, value));
        }
        let value = crate::object::simple_namespace::new(vm, namespace.items());
        module.set(vm, "implementation", value);
    }
}

/// An attribute of the module, if it has been made.
pub fn attribute(vm: &mut Vm, name: &Value) -> Option<Value> {
    let key = vm.intern("sys");
    let sys = vm.modules.get::<Dict>()?.get_interned(&key)?;
    crate::object::module::namespace(&sys)?.get_interned(name)
}

// ---- exceptions

fn handled(vm: &Vm) -> Option<Value> {
    Some(vm.handled.clone()).filter(|handled| handled.get::<Exception>().is_some())
}

fn exception(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    Ok(handled(vm).unwrap_or(Value::NONE))
}

fn exc_info(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let parts = match handled(vm) {
        None => Vec::from([Value::NONE, Value::NONE, Value::NONE]),
        Some(exception) => {
            let traceback = exception.get::<Exception>().map_or(Value::NONE, |object| object.traceback(vm));
            Vec::from([vm.class_of(&exception).value(), exception, traceback])
        }
    };
    Ok(vm.new_tuple(parts))
}

fn exit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let status = match argument(arguments, 0) {
        None => Vec::new(),
        Some(status) => match status.get::<crate::object::tuple::Tuple>() {
            Some(tuple) => tuple.items().to_vec(),
            None => Vec::from([status.clone()]),
        },
    };
    Err(vm.raise_with(Ex::SystemExit, status))
}

fn excepthook(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(exception) = arguments.get(1) {
        report::print_exception(vm, exception);
    }
    Ok(Value::NONE)
}

fn unraisablehook(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let class = vm.class_from_spec(&UNRAISABLE_ARGUMENTS);
    let given = arguments.first().filter(|given| vm.class_of(given).value().is(&class)).and_then(|given| given.get::<crate::object::tuple::Tuple>());
    let Some([_, exception, _, message, object]) = given.map(|given| given.items()) else {
        return Err(vm.type_error("sys.unraisablehook argument type must be UnraisableHookArgs"));
    };
    let message = message.get::<Str>().map(|message| message.to_string_lossy().into_owned());
    report::print_unraisable(vm, exception, message.as_deref(), object);
    Ok(Value::NONE)
}

/// What `sys.unraisablehook` is called with: the exception's class, itself, its traceback, a message, an object.
pub fn unraisable_arguments(vm: &mut Vm, items: [Value; 5]) -> Value {
    sequence::new(vm, &UNRAISABLE_ARGUMENTS, Vec::from(items))
}

fn displayhook(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(object) = arguments.get(0).filter(|object| !object.is_none()).cloned() else { return Ok(Action::Return(Value::NONE)) };
    repr_then(vm, &object.clone(), move |vm, text| {
        let underscore = vm.name(Name::Underscore).clone();
        if let Some(builtins) = vm.builtins.get::<Dict>() {
            drop(builtins.set_interned(&underscore, object));
        }
        let print = vm.name(Name::Print).clone();
        let print = vm.builtins.get::<Dict>().and_then(|builtins| builtins.get_interned(&print)).unwrap_or(Value::NONE);
        Ok(Action::tail_call(print, [text]))
    })
}

fn breakpoint_hook(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let callee = prelude::function(vm, &prelude::DEBUGGING, "breakpoint_hook")?;
    let mut all = arguments.positional.to_vec();
    all.extend_from_slice(arguments.values);
    Ok(Action::TailCall(Call { callee, arguments: all, names: arguments.names.to_vec() }))
}

fn set_origin_depth(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let depth = vm.index_i64(&arguments[0])?;
    match usize::try_from(depth) {
        Ok(depth) => {
            vm.origin_depth = depth;
            Ok(Value::NONE)
        }
        Err(_) => Err(vm.value_error("depth must be >= 0")),
    }
}

// ---- objects

fn intern(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    match arguments.first() {
        Some(text) if text.get_exact::<Str>().is_some() => Ok(vm.intern_value(text)),
        Some(other) => {
            let given = vm.type_name(other);
            let message = if other.get::<Str>().is_some() { format!("can't intern {given}") } else { format!("intern() argument must be str, not {given}") };
            Err(vm.type_error(&message))
        }
        None => Ok(Value::NONE),
    }
}

fn get_size_of(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let size = match arguments.first().and_then(Value::header) {
        None => 24,
        Some(header) => header.class().layout.size.max(16),
    };
    let contents = arguments.first().map_or(0, |object| {
        if let Some(text) = object.get::<Str>() {
            text.size
        } else if let Some(tuple) = object.get::<crate::object::tuple::Tuple>() {
            tuple.length * 8
        } else if let Some(list) = object.get::<crate::object::list::List>() {
            list.items.get().capacity() * 8
        } else if let Some(dict) = object.get::<Dict>() {
            dict.length.get() * 32
        } else {
            0
        }
    });
    Ok(vm.new_size(size + contents))
}

fn set_recursion_limit(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let limit = match arguments.first() {
        Some(limit) => text_arguments::c_int(vm, limit)?,
        None => return Ok(Value::NONE),
    };
    let Some(limit) = usize::try_from(limit).ok().filter(|&limit| limit > 0) else {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    };
    let depth = vm.depth();
    if depth >= limit {
        let message = format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low");
        return Err(vm.raise(Ex::RecursionError, &message));
    }
    vm.depth_limit = limit;
    vm.frames_left = (limit - depth) as isize;
    Ok(Value::NONE)
}

fn set_int_max_str_digits(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let digits = match arguments.first() {
        Some(digits) => vm.index_i64(digits)?,
        None => return Ok(Value::NONE),
    };
    match usize::try_from(digits) {
        Ok(digits) if digits == 0 || digits >= 640 => {
            vm.int_max_str_digits = digits;
            Ok(Value::NONE)
        }
        _ => Err(vm.value_error("maxdigits must be 0 or larger than 640")),
    }
}

// ---- frames

fn get_async_generator_hooks(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    let hooks = vm.async_generator_hooks().cloned().unwrap_or([Value::NONE, Value::NONE]);
    Ok(struct_sequence::new(vm, &ASYNC_GENERATOR_HOOKS, hooks.into()))
}

fn set_async_generator_hooks(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let mut hooks = vm.async_generator_hooks().cloned().unwrap_or([Value::NONE, Value::NONE]);
    for ((hook, index), what) in hooks.iter_mut().zip(0..).zip(["firstiter", "finalizer"]) {
        let Some(new) = argument(arguments, index) else { continue };
        if !new.is_none() && vm.lookup_special(new, Name::Call).is_none() {
            let given = vm.type_name(new);
            return Err(vm.type_error(&format!("callable {what} expected, got {given}")));
        }
        *hook = new.clone();
    }
    vm.set_async_generator_hooks(hooks);
    Ok(Value::NONE)
}

fn get_frame(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let depth = match argument(arguments, 0) {
        Some(depth) => vm.index_i64(depth)?,
        None => 0,
    };
    let mut frame = vm.python_frame();
    for _ in 0..depth {
        frame = frame.and_then(|frame| traceback::visible(frame.caller()));
    }
    match frame {
        Some(frame) => Ok(traceback::of_running(vm, frame)),
        None => Err(vm.value_error("call stack is not deep enough")),
    }
}

fn get_frame_module_name(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let depth = match argument(arguments, 0) {
        Some(depth) => vm.index_i64(depth)?,
        None => 0,
    };
    let mut left = depth;
    let mut frame = vm.python_frame();
    while let Some(current) = frame {
        if let Some(function) = current.function() {
            if left <= 0 {
                let name = vm.name(Name::Name).clone();
                return Ok(function.globals.get::<Dict>().and_then(|globals| globals.get_interned(&name)).unwrap_or(Value::NONE));
            }
            left -= 1;
        }
        frame = current.caller();
    }
    Ok(Value::NONE)
}

/// The items of `sys.path`, as far as they are strs: for the importer.
pub fn search_path(vm: &mut Vm) -> Vec<alloc::string::String> {
    let name = vm.name(Name::Path_).clone();
    let Some(path) = attribute(vm, &name) else { return Vec::new() };
    let items = items_now(vm, &path);
    match items {
        Ok(items) => items.iter().filter_map(|item| item.get::<Str>().map(|item| item.to_string_lossy().into_owned())).collect(),
        Err(raised) => {
            drop(vm.take_exception(raised));
            Vec::new()
        }
    }
}
