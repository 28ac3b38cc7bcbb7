//! Importing: `__import__`, and how modules are found: native ones, frozen ones, files on `sys.path`. What lies in archives, and whatever finders
//! and hooks of the program's own find, is left to `importlib`.
//!
//! The body of a module runs as an ordinary call, so an import takes no native stack however deep it nests. While a module is being
//! imported it is in `sys.modules` already; another py-thread that wants it waits for the import to end, unless that would make a
//! circle of py-threads waiting for each other's imports: then it gets the module as far as it is, as in CPython.

use super::execute::text_of;
use super::host::{FileKind, Files, Frozen, FrozenCode, Stamp, VerifiedImage};
use super::iterate::collect;
use super::ops::imports;
use super::prelude::warn_then;
use super::protocol::get_attribute_then;
use super::{Action, Args, Call, Name, Native, Res, Vm, code_cache};
use crate::builtins::attributes::store;
use crate::code::image;
use crate::code::prototype::CodeFlags;
use crate::code::verify::verify;
use crate::modules::{self, ModuleSpec};
use crate::object::class::Class;
use crate::object::code::Code;
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex, Exception};
use crate::object::exception_types::{attributes, fields};
use crate::object::function::Function;
use crate::object::header::Object;
use crate::object::instance::Instance;
use crate::object::list::List;
use crate::object::module::{self, Module};
use crate::object::simple_namespace;
use crate::object::str::Str;
use crate::object::traceback;
use crate::object::tuple::Tuple;
use crate::object::value::Value;
use crate::sched::wait::{Lock, Timeout};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// `__import__`
pub static NATIVES: &[Native] = &[Native::full(
    "__import__(name, globals=None, locals=None, fromlist=(), level=0)",
    import,
    "Import a module. What the import statement calls: with a fromlist the module itself is returned, else the package its name begins with.",
)];

/// A module whose body is running.
pub struct Importing {
    pub(super) name: String,
    /// The ident of the py-thread that imports it.
    owner: i64,
    /// Locked until the import ends; who waits for that locks it.
    lock: Value,
}

/// What goes on when a module is there.
type Then = Box<dyn FnOnce(&mut Vm, Value) -> Res<Action>>;

fn import(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let Some(name) = arguments.get(0).filter(|name| name.get::<Str>().is_some()) else {
        return Err(vm.type_error("module name must be a string"));
    };
    let name = text_of(name);
    let level = match arguments.get(4) {
        Some(level) => vm.index_i64(level)?,
        None => 0,
    };
    if level < 0 {
        return Err(vm.value_error("level must be >= 0"));
    }
    let absolute = if level > 0 {
        resolve(vm, arguments.get(1), &name, level)?
    } else if name.is_empty() {
        return Err(vm.value_error("Empty module name"));
    } else {
        name.clone()
    };
    let from_list = arguments.get(3).filter(|list| !list.is_none()).cloned();
    let full = absolute.clone();
    import_module(
        vm,
        &absolute,
        Box::new(move |vm, module| match from_list {
            Some(list) if list.get::<Tuple>().is_none_or(|list| list.length > 0) => from_names(vm, module, list),
            _ if level == 0 => top_module(vm, full.split('.').next().unwrap_or(&full)),
            _ if name.is_empty() => Ok(Action::Return(module)),
            _ => {
                let cut = name.len() - name.split('.').next().map_or(0, str::len);
                top_module(vm, full.get(..full.len().saturating_sub(cut)).unwrap_or(&full))
            }
        }),
    )
}

/// Imports a module by its absolute name and gives it back.
///
/// # Errors
/// ImportError, and whatever the module's body raises.
pub fn import_by_name(vm: &mut Vm, name: &Value) -> Res<Action> {
    import_module(vm, &text_of(name), Box::new(|_, module| Ok(Action::Return(module))))
}

fn top_module(vm: &mut Vm, name: &str) -> Res<Action> {
    match loaded(vm, name) {
        Some(module) => Ok(Action::Return(module)),
        None => Err(vm.raise(Ex::KeyError, name)),
    }
}

/// What `sys.modules` has under a name.
fn loaded(vm: &mut Vm, name: &str) -> Option<Value> {
    let key = vm.intern(name);
    vm.modules.get::<Dict>()?.get_interned(&key)
}

/// A name of a module's namespace.
fn member(vm: &Vm, module: &Value, name: Name) -> Option<Value> {
    module::namespace(module)?.get_interned(vm.name(name))
}

/// The absolute name of a relative import.
fn resolve(vm: &mut Vm, globals: Option<&Value>, name: &str, level: i64) -> Res<String> {
    let Some(globals) = globals.and_then(|globals| globals.get::<Dict>()) else {
        return Err(vm.type_error("globals must be a dict"));
    };
    let get = |vm: &Vm, name: Name| globals.get_interned(vm.name(name)).filter(|value| !value.is_none());
    let given = get(vm, Name::Package);
    if given.as_ref().is_some_and(|package| package.get::<Str>().is_none()) {
        return Err(vm.type_error("package must be a string"));
    }
    if given.is_none() && get(vm, Name::Name).is_some_and(|name| name.get::<Str>().is_none()) {
        return Err(vm.type_error("__name__ must be a string"));
    }
    let package = match given {
        Some(package) => text_of(&package),
        None => {
            let module = get(vm, Name::Name).map(|name| text_of(&name)).unwrap_or_default();
            let is_package = globals.get_interned(vm.name(Name::Path)).is_some();
            if is_package { module } else { String::from(module.rsplit_once('.').map_or("", |(package, _)| package)) }
        }
    };
    if package.is_empty() {
        return Err(vm.raise(Ex::ImportError, "attempted relative import with no known parent package"));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        base = match base.rsplit_once('.') {
            Some((outer, _)) => outer,
            None => return Err(vm.raise(Ex::ImportError, "attempted relative import beyond top-level package")),
        };
    }
    Ok(if name.is_empty() { String::from(base) } else { format!("{base}.{name}") })
}

/// ModuleNotFoundError with the module's name.
fn not_found(vm: &mut Vm, message: &str, name: &str) -> super::Raised {
    let (message, name) = (vm.new_str(message), vm.new_str(name));
    let error = exception::create(vm, Ex::ModuleNotFoundError, Vec::from([message]));
    if let Some(error) = error.get::<Exception>() {
        error.set_field(fields::IMPORT_NAME, name);
    }
    vm.raise_value(error)
}

/// Finds or imports the module, its packages first.
fn import_module(vm: &mut Vm, name: &str, then: Then) -> Res<Action> {
    // The innermost of its packages that is there, or itself.
    let mut known = name;
    let module = loop {
        match (loaded(vm, known), known.rsplit_once('.')) {
            (Some(module), _) => break module,
            (None, Some((package, _))) => known = package,
            (None, None) => return import_below(vm, name.into(), 0, Value::NONE, then),
        }
    };
    if module.is_none() {
        return Err(not_found(vm, &format!("import of {known} halted; None in sys.modules"), known));
    }
    let (full, done) = (String::from(name), known.len());
    let next: Then = if done == full.len() { then } else { Box::new(move |vm, package| import_below(vm, full, done, package, then)) };
    match lock_to_wait_for(vm, known) {
        Some(lock) => wait_for_import(vm, lock, known, module, next),
        None => next(vm, module),
    }
}

/// Imports the rest of a dotted name, from the outside in: its first `done` bytes name `package`.
fn import_below(vm: &mut Vm, full: String, mut done: usize, mut package: Value, then: Then) -> Res<Action> {
    loop {
        let dot = full.bytes().skip(done + 1).position(|byte| byte == b'.');
        let end = dot.map_or(full.len(), |dot| done + 1 + dot);
        let name = full.get(..end).unwrap_or(&full);
        match loaded(vm, name) {
            // The package's body may have imported it.
            Some(module) if end == full.len() => return then(vm, module),
            Some(module) => (package, done) = (module, end),
            None if end == full.len() => return find_module(vm, full, package, then),
            None => {
                let name = name.into();
                return find_module(vm, name, package, Box::new(move |vm, package| import_below(vm, full, end, package, then)));
            }
        }
    }
}

/// The lock of a module that another py-thread is importing, unless waiting for it would never end.
fn lock_to_wait_for(vm: &Vm, name: &str) -> Option<Value> {
    if vm.importing.is_empty() {
        return None;
    }
    let me = vm.sched.tasks.ident(vm.sched.current);
    let wanted = vm.importing.iter().find(|importing| importing.name == name)?;
    // Whoever imports it may wait, through any number of others, for a module that this py-thread imports.
    let mut owner = wanted.owner;
    for _ in 0..=vm.importing.len() {
        if owner == me {
            return None;
        }
        let index = vm.sched.tasks.find(owner)?;
        let waits_for = vm.sched.tasks.at(index).waits_for();
        match waits_for.and_then(|lock| vm.importing.iter().find(|importing| importing.lock.is(lock))) {
            Some(next) => owner = next.owner,
            None => break,
        }
    }
    Some(wanted.lock.clone())
}

fn wait_for_import(vm: &mut Vm, lock: Value, name: &str, module: Value, then: Then) -> Res<Action> {
    let name = String::from(name);
    vm.sched.block(Some(&lock), Timeout::Forever);
    Ok(Action::Park(Box::new(move |vm: &mut Vm, result: Res<Value>| {
        result?;
        // For the next one who waits.
        if let Some(lock) = lock.get::<Lock>() {
            vm.release_lock(lock)?;
        }
        match loaded(vm, &name) {
            Some(module) => then(vm, module),
            // It failed there: try it here.
            None => {
                drop(module);
                import_module(vm, &name, then)
            }
        }
    })))
}

/// While this py-thread read files, another one began to import the same module: theirs counts.
fn imported_meanwhile(vm: &mut Vm, name: &str, module: Value, then: Then) -> Res<Action> {
    match lock_to_wait_for(vm, name) {
        Some(lock) => wait_for_import(vm, lock, name, module, then),
        None => then(vm, module),
    }
}

/// Where a module's code comes from.
struct Found {
    code: FoundCode,
    frozen: bool,
    /// `__file__`, if it has one.
    file: Option<String>,
    /// What tracebacks call it.
    filename: String,
    /// Its `__path__`, if it is a package.
    package: Option<Vec<String>>,
    /// Where its compiled form is kept, and for which source.
    cache: Option<(String, Stamp)>,
}

enum FoundCode {
    Source(Vec<u8>),
    Frozen(VerifiedImage),
    Image(Vec<u8>),
}

/// What is known of a frozen module.
fn found_frozen(vm: &Vm, frozen: Frozen) -> Found {
    let code = match frozen.code {
        FrozenCode::Source(text) => FoundCode::Source(text.as_bytes().to_vec()),
        FrozenCode::Image(image) => FoundCode::Frozen(image),
    };
    let library = &vm.host.library;
    let base = format!("{library}/{}", frozen.name.replace('.', "/"));
    // What lies in a frozen package is found by its full name.
    let package = frozen.package.then(|| if library.is_empty() { Vec::new() } else { Vec::from([base.clone()]) });
    let file = match frozen.package {
        _ if library.is_empty() => None,
        true => Some(format!("{base}/__init__.py")),
        false => Some(format!("{base}.py")),
    };
    Found { code, frozen: true, file, filename: format!("<frozen {}>", frozen.name), package, cache: None }
}

/// The declaration of a native module: the host's, else the core's.
pub fn find_native(vm: &Vm, name: &str) -> Option<&'static ModuleSpec> {
    vm.host.modules.iter().find(|spec| spec.name == name).copied().or_else(|| modules::find(name))
}

/// A native module, made and entered in `sys.modules`.
///
/// # Errors
/// What its `init` raises.
pub fn import_native(vm: &mut Vm, name: &str) -> Res<Option<Value>> {
    let Some(spec) = find_native(vm, name) else { return Ok(None) };
    let module = modules::create(vm, spec)?;
    describe(vm, &module, name, Origin::Native, None, None);
    register(vm, name, &module);
    Ok(Some(module))
}

/// Where a module came from, for what it says about itself.
#[derive(Clone, Copy)]
enum Origin<'a> {
    Native,
    /// With the `__file__` that it is given.
    Frozen(Option<&'a str>),
    File(&'a str),
    /// A package of folders without a file of its own.
    Folders,
}

/// Do finders or path hooks of the program's own take part in imports? Those that `importlib` puts there do what is done here.
fn has_finders(vm: &mut Vm) -> bool {
    ["meta_path", "path_hooks"].into_iter().any(|name| {
        let name = vm.intern(name);
        let Some(finders) = modules::sys::attribute(vm, &name) else { return false };
        let Some(finders) = finders.get::<List>() else { return false };
        finders.items.get().iter().any(|finder| {
            let module = match finder.get::<Function>() {
                Some(hook) => hook.globals.get::<Dict>().and_then(|globals| globals.get_interned(vm.name(Name::Name))),
                None => finder.get::<Class>().and_then(|class| class.namespace().get_interned(vm.name(Name::Module))),
            };
            // `importlib` gives its two halves other names.
            let halves = [BOOTSTRAP, EXTERNAL, "importlib._bootstrap", "importlib._bootstrap_external"];
            !module.is_some_and(|module| halves.iter().any(|half| Str::is(&module, half)))
        })
    })
}

/// The two halves of `importlib`.
const BOOTSTRAP: &str = "_frozen_importlib";
const EXTERNAL: &str = "_frozen_importlib_external";

/// Finds a module that is not there yet; `package` is the one it lies in.
fn find_module(vm: &mut Vm, name: String, package: Value, then: Then) -> Res<Action> {
    let preparing = vm.importing.iter().any(|importing| importing.name == BOOTSTRAP);
    if !preparing && has_finders(vm) {
        return find_with_importlib(vm, name, then);
    }
    find_module_natively(vm, name, package, then)
}

/// Leaves it to `importlib` to find a module.
fn find_with_importlib(vm: &mut Vm, name: String, then: Then) -> Res<Action> {
    let bootstrap = vm.intern(BOOTSTRAP);
    import_by_name(vm, &bootstrap)?.and_then(vm, move |vm, bootstrap| {
        let entries = ["_find_and_load", "_gcd_import"].map(|name| vm.intern(name));
        let [find, import] = entries.map(|name| module::namespace(&bootstrap).and_then(|namespace| namespace.get_interned(&name)).unwrap_or(Value::NONE));
        let name = vm.new_str(&name);
        Ok(Action::call(find, [name, import], move |vm, module| match module {
            Ok(module) => then(vm, module),
            Err(raised) => {
                // Whoever writes an import statement does not want to see how it is done.
                let exception = vm.pending_exception().cloned();
                if let Some(exception) = exception.as_ref().and_then(|exception| exception.get::<Exception>()) {
                    let traceback = exception.traceback(vm);
                    exception.set_traceback(traceback::without_outer(traceback, |file| file.starts_with("<frozen _frozen_importlib")));
                }
                Err(raised)
            }
        }))
    })
}

fn find_module_natively(vm: &mut Vm, name: String, package: Value, then: Then) -> Res<Action> {
    if let Some(module) = import_native(vm, &name)? {
        return bind_in_package(vm, package, &name, module, then);
    }
    if let Some(frozen) = vm.host.find_frozen(&name) {
        let found = found_frozen(vm, frozen);
        return run_module(vm, name, found, package, then);
    }
    let places = if package.is_none() {
        let path = vm.name(Name::Path_).clone();
        modules::sys::attribute(vm, &path)
    } else {
        let key = vm.name(Name::Path).clone();
        match imports::plain_attribute(vm, &package, &key) {
            Some(path) => Some(path),
            None => {
                let outer = name.rsplit_once('.').map_or("", |(outer, _)| outer);
                let message = format!("No module named '{name}'; '{outer}' is not a package");
                return Err(not_found(vm, &message, &name));
            }
        }
    };
    let places: Vec<Value> = match &places {
        Some(places) if places.get::<List>().is_some() => places.get::<List>().map(|places| places.items.get().clone()).unwrap_or_default(),
        Some(places) if places.get::<Tuple>().is_some() => places.get::<Tuple>().map(|places| places.items().to_vec()).unwrap_or_default(),
        // What `importlib` gives packages without a file of their own.
        Some(places) => return collect(vm, places, move |vm, places| find_in(vm, name, package, &places, then)),
        None => Vec::new(),
    };
    find_in(vm, name, package, &places, then)
}

/// Finds a module below one of these folders.
fn find_in(vm: &mut Vm, name: String, package: Value, places: &[Value], then: Then) -> Res<Action> {
    let mut folders = Vec::new();
    let last = name.rsplit_once('.').map_or(name.as_str(), |(_, last)| last);
    let Some(files) = vm.host.files else { return Err(not_found(vm, &format!("No module named '{name}'"), &name)) };
    for place in places.iter().filter(|place| place.get::<Str>().is_some()) {
        // Frozen modules were looked for before.
        if Str::is(place, &vm.host.library) {
            continue;
        }
        let folder = text_of(place);
        let folder = files.absolute(&folder).unwrap_or(folder);
        match find_file(vm, files, &folder, last)? {
            Some(Place::Module(found)) => return run_module(vm, name, found, package, then),
            Some(Place::Folder(folder)) => folders.push(folder),
            Some(Place::Foreign) => return find_with_importlib(vm, name, then),
            None => {}
        }
    }
    if !folders.is_empty() {
        if let Some(module) = loaded(vm, &name) {
            return imported_meanwhile(vm, &name, module, then);
        }
        let module = module::new(vm, &name);
        describe(vm, &module, &name, Origin::Folders, Some(&folders), None);
        mark_initialized(vm, &module);
        register(vm, &name, &module);
        return bind_in_package(vm, package, &name, module, then);
    }
    let message = format!("No module named '{name}'");
    Err(not_found(vm, &message, &name))
}

/// What a folder has under a module's name.
enum Place {
    Module(Found),
    /// A folder that may be part of a package without a file of its own (PEP 420).
    Folder(String),
    /// What `importlib` has a finder or a loader for: an archive, or compiled code without its source.
    Foreign,
}

/// Looks for a module below a folder: a package, or a file.
fn find_file(vm: &mut Vm, files: &'static dyn Files, folder: &str, name: &str) -> Res<Option<Place>> {
    let base = if folder.is_empty() || folder.ends_with('/') { format!("{folder}{name}") } else { format!("{folder}/{name}") };
    let candidates = [(format!("{base}/__init__.py"), Some(Vec::from([base.clone()]))), (format!("{base}.py"), None)];
    for (path, package) in candidates {
        if vm.blocking(|| files.kind(&path) != Some(FileKind::File)) {
            continue;
        }
        let cache = code_cache::path(vm, &path);
        let magic = vm.host.cache_magic;
        let found = vm.blocking(|| {
            let cache = cache.and_then(|cache| Some((cache, files.stamp(&path)?)));
            let image = cache.as_ref().and_then(|(cache, stamp)| code_cache::image_of(files, magic, cache, *stamp));
            let code = match image {
                Some(image) => FoundCode::Image(image),
                None => FoundCode::Source(files.read(&path)?),
            };
            Ok((code, cache))
        });
        return match found {
            Ok((code, cache)) => Ok(Some(Place::Module(Found { code, frozen: false, file: Some(path.clone()), filename: path, package, cache }))),
            Err(error) => Err(vm.machine_error(error, Some(&path))),
        };
    }
    Ok(vm.blocking(|| {
        let is_file = |path: &str| files.kind(path) == Some(FileKind::File);
        if files.kind(&base) == Some(FileKind::Folder) {
            let compiled = format!("{base}/__init__.pyc");
            return Some(if is_file(&compiled) { Place::Foreign } else { Place::Folder(base) });
        }
        (is_file(&format!("{base}.pyc")) || in_archive(files, folder)).then_some(Place::Foreign)
    }))
}

/// Is this place a file, or in a file?
fn in_archive(files: &dyn Files, mut place: &str) -> bool {
    while !place.is_empty() {
        match files.kind(place) {
            Some(kind) => return kind == FileKind::File,
            None => place = place.rsplit_once('/').map_or("", |(outer, _)| outer),
        }
    }
    false
}

/// Sets what a module says about itself.
fn describe(vm: &mut Vm, module: &Value, name: &str, origin: Origin, package: Option<&[String]>, cache: Option<&str>) {
    let Some(namespace) = module::namespace(module) else { return };
    let parent = match package {
        Some(_) => name,
        None => name.rsplit_once('.').map_or("", |(outer, _)| outer),
    };
    let (full, parent) = (vm.new_str(name), vm.intern(parent));
    let place = match origin {
        Origin::Native => vm.new_str("built-in"),
        Origin::Frozen(_) => vm.new_str("frozen"),
        Origin::File(path) => vm.new_str(path),
        Origin::Folders => Value::NONE,
    };
    let loader = loader(vm, name, origin);
    let mut locations = Value::NONE;
    if let Some(folders) = package {
        let folders = folders.iter().map(|folder| vm.new_str(folder)).collect();
        locations = vm.new_list(folders);
        drop(namespace.set_interned(vm.name(Name::Path), locations.clone()));
    }
    let file_name = match origin {
        Origin::File(path) | Origin::Frozen(Some(path)) => Some(vm.new_str(path)),
        Origin::Folders => Some(Value::NONE),
        Origin::Native | Origin::Frozen(None) => None,
    };
    if let Some(file_name) = file_name {
        drop(namespace.set_interned(vm.name(Name::File), file_name));
    }
    let cached = cache.map_or(Value::NONE, |cache| vm.new_str(cache));
    if !cached.is_none() {
        let name = vm.intern("__cached__");
        drop(namespace.set_interned(&name, cached.clone()));
    }
    let has_location = Value::bool(matches!(origin, Origin::File(_)));
    let mut entries = Vec::from([
        ("name", full),
        ("loader", loader.clone()),
        ("origin", place),
        ("submodule_search_locations", locations),
        ("loader_state", Value::NONE),
        ("_initializing", Value::bool(!matches!(origin, Origin::Native))),
    ]);
    // A spec of importlib's class, if that is there, computes the rest.
    let spec = match bootstrap_class(vm, BOOTSTRAP, "ModuleSpec") {
        Some(class) => {
            entries.extend([("_set_fileattr", has_location), ("_cached", cached), ("_uninitialized_submodules", vm.new_list(Vec::new()))]);
            instance_with(vm, &class, entries)
        }
        None => {
            entries.extend([("parent", parent.clone()), ("cached", cached), ("has_location", has_location)]);
            let entries = entries.into_iter().map(|(name, value)| (vm.intern(name), value)).collect();
            simple_namespace::new(vm, entries)
        }
    };
    drop(namespace.set_interned(vm.name(Name::Spec), spec));
    drop(namespace.set_interned(vm.name(Name::Loader), loader));
    drop(namespace.set_interned(vm.name(Name::Package), parent));
}

/// A class of `importlib`, if it has been imported.
fn bootstrap_class(vm: &mut Vm, module: &str, name: &str) -> Option<Value> {
    if vm.importing.iter().any(|importing| importing.name == BOOTSTRAP) {
        return None;
    }
    let module = loaded(vm, module)?;
    let name = vm.intern(name);
    let class = module::namespace(&module)?.get_interned(&name)?;
    class.get::<Class>().is_some_and(|class| core::ptr::eq(class.layout, Instance::LAYOUT)).then_some(class)
}

/// An instance with these attributes, not initialized by its class.
fn instance_with(vm: &mut Vm, class: &Value, entries: Vec<(&str, Value)>) -> Value {
    let Some(class) = class.get::<Class>() else { return Value::NONE };
    let object = vm.heap.new_object(class, |header| Instance { header });
    if let Some((header, attributes)) = attributes(&object) {
        for (name, value) in entries {
            attributes.set(header, &vm.intern(name), value);
        }
    }
    object
}

/// A module's `__loader__`; None for what only `importlib` has loaders for, while that is not there.
fn loader(vm: &mut Vm, name: &str, origin: Origin) -> Value {
    match origin {
        Origin::Frozen(_) => modules::_frozen::loader(vm),
        Origin::Native => bootstrap_class(vm, BOOTSTRAP, "BuiltinImporter").unwrap_or(Value::NONE),
        Origin::File(path) => match bootstrap_class(vm, EXTERNAL, "SourceFileLoader") {
            Some(class) => {
                let entries = Vec::from([("name", vm.new_str(name)), ("path", vm.new_str(path))]);
                instance_with(vm, &class, entries)
            }
            None => Value::NONE,
        },
        Origin::Folders => Value::NONE,
    }
}

fn register(vm: &mut Vm, name: &str, module: &Value) {
    let key = vm.intern(name);
    if let Some(modules) = vm.modules.get::<Dict>() {
        drop(modules.set_interned(&key, module.clone()));
    }
}

/// A submodule is an attribute of its package.
fn bind_in_package(vm: &mut Vm, package: Value, name: &str, module: Value, then: Then) -> Res<Action> {
    let Some((outer, last)) = name.rsplit_once('.') else { return then(vm, module) };
    // Meanwhile there may be something else under the package's name.
    let package = loaded(vm, outer).unwrap_or(package);
    let message = format!("Cannot set an attribute on '{outer}' for child module '{last}'");
    let last = vm.intern(last);
    if let Some(namespace) = module::namespace(&package) {
        drop(namespace.set_interned(&last, module.clone()));
        return then(vm, module);
    }
    let stored = store(vm, &package, &last, Some(&module));
    Action::after(stored, vm, move |vm, result| {
        if vm.catch(result, Ex::AttributeError)?.is_some() {
            return then(vm, module);
        }
        warn_then(vm, Ex::ImportWarning, &message, move |vm| then(vm, module))
    })
}

/// The code object of a frozen module.
///
/// # Errors
/// ImportError for a bad image; what compiling raises.
pub fn load_frozen(vm: &mut Vm, frozen: Frozen) -> Res<Value> {
    let found = found_frozen(vm, frozen);
    load(vm, &found)
}

/// Runs a module's code in a namespace.
///
/// # Errors
/// None.
pub fn run_code(vm: &mut Vm, code: &Value, namespace: &Value) -> Res<Action> {
    if let Some(dict) = namespace.get::<Dict>() {
        let builtins = vm.builtins.clone();
        drop(dict.set_interned(vm.name(Name::Builtins), builtins));
    }
    Ok(Action::TailCall(body(vm, code, namespace)))
}

fn load(vm: &mut Vm, found: &Found) -> Res<Value> {
    match &found.code {
        FoundCode::Source(source) => compile_and_keep(vm, source, found),
        FoundCode::Frozen(image) => match vm.open_code(*image) {
            Some(code) => Ok(code),
            None => Err(bad_image(vm, found)),
        },
        FoundCode::Image(image) => {
            // The source may have been moved since.
            let filename = found.cache.is_some().then_some(found.filename.as_str());
            match (code_of_image(vm, image, filename), vm.host.files, &found.file, &found.cache) {
                (Some(code), ..) => Ok(code),
                // A file that is damaged counts as none.
                (None, Some(files), Some(path), Some(_)) => match vm.blocking(|| files.read(path)) {
                    Ok(source) => compile_and_keep(vm, &source, found),
                    Err(error) => Err(vm.machine_error(error, Some(path))),
                },
                _ => Err(bad_image(vm, found)),
            }
        }
    }
}

#[cold]
fn bad_image(vm: &mut Vm, found: &Found) -> super::Raised {
    vm.raise(Ex::ImportError, &format!("bad code image of {}", found.filename))
}

fn compile_and_keep(vm: &mut Vm, source: &[u8], found: &Found) -> Res<Value> {
    let code = compile(vm, source, &found.filename)?;
    if let Some((path, stamp)) = &found.cache {
        code_cache::keep(vm, path, &found.filename, *stamp, &code);
    }
    Ok(code)
}

/// The code object of an image, under another file name if one is given; None: it is none, or damaged.
pub fn code_of_image(vm: &mut Vm, bytes: &[u8], filename: Option<&str>) -> Option<Value> {
    let mut code = image::read(bytes).ok()?;
    verify(&code).ok()?;
    if let Some(filename) = filename {
        code.filename = filename.into();
    }
    Some(vm.load_code(&code))
}

#[cfg(feature = "compiler")]
fn compile(vm: &mut Vm, source: &[u8], filename: &str) -> Res<Value> {
    vm.compile_source(source, filename, crate::syntax::Mode::Exec, vm.compile_flags())
}

#[cfg(not(feature = "compiler"))]
fn compile(vm: &mut Vm, source: &[u8], filename: &str) -> Res<Value> {
    Err(vm.raise(Ex::ImportError, &format!("this VM has no compiler for {filename} ({} bytes)", source.len())))
}

/// The call that runs a module's code.
fn body(vm: &mut Vm, code: &Value, namespace: &Value) -> Call {
    let takes_namespace = code.get::<Code>().is_some_and(|code| code.flags.has(CodeFlags::NAMESPACE));
    let function = vm.new_function(code, namespace, Box::default());
    Call::new(function, if takes_namespace { Vec::from([namespace.clone()]) } else { Vec::new() })
}

/// Runs a module's body.
fn run_module(vm: &mut Vm, name: String, found: Found, package: Value, then: Then) -> Res<Action> {
    let code = load(vm, &found)?;
    if let Some(module) = loaded(vm, &name) {
        return imported_meanwhile(vm, &name, module, then);
    }
    let module = module::new(vm, &name);
    let cache = found.cache.as_ref().map(|(path, _)| path.as_str());
    let origin = match found.file.as_deref() {
        Some(file) if !found.frozen => Origin::File(file),
        file => Origin::Frozen(file),
    };
    describe(vm, &module, &name, origin, found.package.as_deref(), cache);
    let Some(namespace) = module.get::<Module>().map(|module| module.dict.clone()) else { return then(vm, module) };
    register(vm, &name, &module);
    let lock = vm.new_lock();
    if let Some(object) = lock.get::<Lock>() {
        vm.acquire_lock(&lock, object, Timeout::None)?;
    }
    let owner = vm.sched.tasks.ident(vm.sched.current);
    vm.importing.push(Importing { name: name.clone(), owner, lock });
    let running = run_code(vm, &code, &namespace)?;
    Ok(Action::Then(
        Box::new(running),
        Box::new(move |vm: &mut Vm, result: Res<Value>| {
            end_import(vm, &name)?;
            if let Err(raised) = result {
                let key = vm.intern(&name);
                if let Some(modules) = vm.modules.get::<Dict>() {
                    drop(modules.delete_interned(&key));
                }
                return Err(raised);
            }
            mark_initialized(vm, &module);
            // The body may have put something else in its place.
            let Some(module) = loaded(vm, &name) else {
                return Err(vm.raise(Ex::KeyError, &name));
            };
            bind_in_package(vm, package, &name, module, then)
        }),
    ))
}

/// Lets those go on who wait for the import. An exception that is pending stays.
fn end_import(vm: &mut Vm, name: &str) -> Res<()> {
    if let Some(index) = vm.importing.iter().rposition(|importing| importing.name == name) {
        let importing = vm.importing.swap_remove(index);
        if let Some(lock) = importing.lock.get::<Lock>() {
            vm.release_lock(lock)?;
        }
    }
    Ok(())
}

fn mark_initialized(vm: &mut Vm, module: &Value) {
    if let Some(spec) = member(vm, module, Name::Spec)
        && let Some((header, attributes)) = attributes(&spec)
    {
        attributes.set(header, vm.name(Name::Initializing), Value::FALSE);
    }
}

// ---- from module import names

/// The names of a from-import that are submodules are imported.
fn from_names(vm: &mut Vm, module: Value, list: Value) -> Res<Action> {
    let path = vm.name(Name::Path).clone();
    if imports::plain_attribute(vm, &module, &path).is_none() {
        return Ok(Action::Return(module));
    }
    collect(vm, &list, move |vm, names| next_name(vm, module, names, 0))
}

fn next_name(vm: &mut Vm, module: Value, names: Vec<Value>, index: usize) -> Res<Action> {
    let Some(name) = names.get(index).cloned() else { return Ok(Action::Return(module)) };
    if name.get::<Str>().is_none() {
        let given = vm.type_name(&name);
        return Err(vm.type_error(&format!("Item in ``from list'' must be str, not {given}")));
    }
    if Str::is(&name, "*") {
        let Some(all) = member(vm, &module, Name::All) else { return next_name(vm, module, names, index + 1) };
        return collect(vm, &all, move |vm, all| {
            // A star in `__all__` is no star.
            let mut rest: Vec<Value> = all.into_iter().filter(|name| !Str::is(name, "*")).collect();
            rest.extend(names.into_iter().skip(index + 1));
            next_name(vm, module, rest, 0)
        });
    }
    let name = vm.intern_value(&name);
    let target = module.clone();
    get_attribute_then(vm, &module, &name.clone(), move |vm, found| {
        if vm.catch(found, Ex::AttributeError)?.is_some() {
            return next_name(vm, target, names, index + 1);
        }
        let key = vm.name(Name::Name).clone();
        let package = imports::plain_attribute(vm, &target, &key).map(|name| text_of(&name)).unwrap_or_default();
        let full = format!("{package}.{}", text_of(&name));
        let imported = import_module(vm, &full, Box::new(|_, module| Ok(Action::Return(module))));
        let goes_on = move |vm: &mut Vm, result: Res<Value>| {
            if let Err(raised) = result {
                if !is_missing(vm, &full) {
                    return Err(raised);
                }
                drop(vm.take_exception(raised));
            }
            next_name(vm, target, names, index + 1)
        };
        Action::after(imported, vm, goes_on)
    })
}

/// The pending exception says that this very module does not exist: the import statement will say it better.
fn is_missing(vm: &Vm, full: &str) -> bool {
    vm.pending_is(Ex::ModuleNotFoundError)
        && vm.pending_exception().and_then(|error| error.get::<Exception>()).is_some_and(|error| Str::is(&error.field(fields::IMPORT_NAME), full))
}
