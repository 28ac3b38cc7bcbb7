//! Modules that come with the VM: native ones and small ones frozen as Python source. Here is how they are declared and
//! come to life; what they do is in one file each.

pub mod _bisect;
pub mod _collections;
pub mod _contextvars;
pub mod _csv;
pub mod _frozen;
pub mod _functools;
pub mod _heapq;
pub mod _json;
pub mod _locale;
pub mod _operator;
pub mod _pattern_kinds;
pub mod _random;
#[cfg(feature = "regex")]
pub mod _sre;
pub mod _statistics;
pub mod _string;
pub mod _struct;
#[cfg(feature = "compiler")]
mod _symbols;
pub mod _thread;
mod _types;
pub mod array;
pub mod atexit;
pub mod binascii;
pub mod builtins;
pub mod channel;
pub mod cmath;
pub mod codecs;
pub mod errno;
pub mod far_yield;
pub mod gc;
#[cfg(feature = "hashes")]
pub mod hashes;
pub mod itertools;
pub mod itertools_combine;
pub mod itertools_split;
pub mod math;
pub mod sys;
pub mod thread;
pub mod thread_object;
pub mod time;
#[cfg(feature = "unicode-data")]
pub mod unicodedata;
pub mod weakref;
#[cfg(feature = "compression")]
pub mod zlib;

use crate::object::class::{CLASS_HAS_DICT, CLASS_WEAKREFERABLE, Class, TypeSpec};
use crate::object::dict::Dict;
use crate::object::exception::{self, Ex, Exception};
use crate::object::header::Object;
use crate::object::module;
use crate::object::text_buffer;
use crate::object::value::Value;
use crate::vm::classes::{ClassParts, merge_ancestors};
use crate::vm::host::{Frozen, FrozenCode};
use crate::vm::{Native, Raised, Res, Vm};
use alloc::vec::Vec;

/// A native module, declared once; [`create`] makes the module object.
pub struct ModuleSpec {
    pub name: &'static str,
    pub doc: &'static str,
    pub natives: &'static [Native],
    /// Types the module exports, under their own names.
    pub types: &'static [&'static TypeSpec],
    /// Adds the other names.
    pub constants: fn(&mut Vm, &Namespace),
    /// Runs last, for what may fail.
    pub init: Option<fn(&mut Vm, &Value) -> Res<()>>,
}

impl ModuleSpec {
    /// A module with nothing in it yet; for struct update syntax.
    pub const fn new(name: &'static str, doc: &'static str) -> ModuleSpec {
        ModuleSpec { name, doc, natives: &[], types: &[], constants: |_, _| (), init: None }
    }
}

/// The names of a module under construction.
pub struct Namespace<'a> {
    dict: &'a Dict,
    module: &'a Value,
}

impl Namespace<'_> {
    /// Defines `name`.
    pub fn set(&self, vm: &mut Vm, name: &str, value: Value) {
        let name = vm.intern(name);
        drop(self.dict.set_interned(&name, value));
    }

    /// Defines functions.
    pub fn functions(&self, vm: &mut Vm, natives: &'static [Native]) {
        for native in natives {
            let function = vm.native_function(native, self.module);
            self.set(vm, native.name(), function);
        }
    }

    /// What `name` (interned) is defined as.
    pub fn get(&self, name: &Value) -> Option<Value> {
        self.dict.get_interned(name)
    }

    /// Defines an integer.
    pub fn set_int(&self, vm: &mut Vm, name: &str, number: i64) {
        let value = vm.new_int(number);
        self.set(vm, name, value);
    }

    /// Defines a float.
    pub fn set_float(&self, vm: &mut Vm, name: &str, number: f64) {
        let value = vm.new_float(number);
        self.set(vm, name, value);
    }

    /// Defines a str.
    pub fn set_str(&self, vm: &mut Vm, name: &str, text: &str) {
        let value = vm.new_str(text);
        self.set(vm, name, value);
    }
}

/// `_text_buffer`: what `io.StringIO` is made of.
static TEXT_BUFFER: ModuleSpec = ModuleSpec { types: &[&text_buffer::TYPE], ..ModuleSpec::new("_text_buffer", "Text in memory.") };

/// Every native module.
pub static MODULES: &[&ModuleSpec] = &[
    &_bisect::MODULE,
    &_collections::MODULE,
    &_contextvars::MODULE,
    &_csv::MODULE,
    &_frozen::MODULE,
    &_functools::MODULE,
    &_heapq::MODULE,
    &_json::MODULE,
    &_locale::MODULE,
    &_operator::MODULE,
    &_pattern_kinds::MODULE,
    &_random::MODULE,
    #[cfg(feature = "regex")]
    &_sre::MODULE,
    &_statistics::MODULE,
    #[cfg(feature = "compiler")]
    &_symbols::MODULE,
    &_string::MODULE,
    &_struct::MODULE,
    &TEXT_BUFFER,
    &_thread::MODULE,
    &_types::MODULE,
    &array::MODULE,
    &atexit::MODULE,
    &binascii::MODULE,
    &builtins::MODULE,
    &codecs::MODULE,
    &cmath::MODULE,
    &errno::MODULE,
    &gc::MODULE,
    #[cfg(feature = "hashes")]
    &hashes::MD5_MODULE,
    #[cfg(feature = "hashes")]
    &hashes::SHA1_MODULE,
    #[cfg(feature = "hashes")]
    &hashes::SHA2_MODULE,
    #[cfg(feature = "hashes")]
    &hashes::SHA3_MODULE,
    #[cfg(feature = "hashes")]
    &hashes::BLAKE2_MODULE,
    &itertools::MODULE,
    &math::MODULE,
    &sys::MODULE,
    &thread::MODULE,
    &time::MODULE,
    #[cfg(feature = "unicode-data")]
    &unicodedata::MODULE,
    &weakref::MODULE,
    #[cfg(feature = "compression")]
    &zlib::MODULE,
];

/// The core's own modules in Python: full name and source.
pub static FROZEN: &[(&str, &str)] = &[
    ("__future__", include_str!("frozen/__future__.py")),
    ("_ast", include_str!("frozen/_ast.py")),
    ("_template", include_str!("frozen/_template.py")),
    ("_typing", include_str!("frozen/_typing.py")),
    ("bisect", include_str!("frozen/bisect.py")),
    ("collections", include_str!("frozen/collections.py")),
    ("functools", include_str!("frozen/functools.py")),
    ("heapq", include_str!("frozen/heapq.py")),
    ("operator", include_str!("frozen/operator.py")),
    ("queue", include_str!("frozen/queue.py")),
    ("threading", include_str!("frozen/threading.py")),
    ("types", include_str!("frozen/types.py")),
    ("weakref", include_str!("frozen/weakref.py")),
];

/// The declaration of a native module.
pub fn find(name: &str) -> Option<&'static ModuleSpec> {
    MODULES.iter().find(|spec| spec.name == name).copied()
}

/// A module of [`FROZEN`].
pub fn find_frozen(name: &str) -> Option<Frozen> {
    let (name, source) = FROZEN.iter().find(|(known, _)| *known == name)?;
    Some(Frozen { name, code: FrozenCode::Source(source), package: false })
}

/// A new module object with everything its declaration says. It is not entered in `sys.modules`.
///
/// # Errors
/// What the module's `init` raises.
pub fn create(vm: &mut Vm, spec: &'static ModuleSpec) -> Res<Value> {
    let module = module::new(vm, spec.name);
    fill(vm, spec, &module)?;
    Ok(module)
}

/// Adds what `spec` declares to a module object.
///
/// # Errors
/// What the module's `init` raises.
pub fn fill(vm: &mut Vm, spec: &'static ModuleSpec, module: &Value) -> Res<()> {
    let Some(dict) = module::namespace(module) else { return Ok(()) };
    dict.reserve(vm, spec.natives.len() + spec.types.len())?;
    let namespace = Namespace { dict, module };
    if !spec.doc.is_empty() {
        namespace.set_str(vm, "__doc__", spec.doc);
    }
    namespace.functions(vm, spec.natives);
    for declaration in spec.types {
        let class = vm.class_from_spec(declaration);
        namespace.set(vm, declaration.name, class);
    }
    (spec.constants)(vm, &namespace);
    match spec.init {
        Some(init) => init(vm, module),
        None => Ok(()),
    }
}

/// A native module, from `sys.modules` or made and entered there now; None if there is no such native module.
///
/// # Errors
/// What the module's `init` raises.
pub fn import_native(vm: &mut Vm, name: &str) -> Res<Option<Value>> {
    let key = vm.intern(name);
    if let Some(module) = vm.modules.get::<Dict>().and_then(|modules| modules.get_interned(&key)) {
        return Ok(Some(module));
    }
    let Some(spec) = find(name) else { return Ok(None) };
    let module = create(vm, spec)?;
    if let Some(modules) = vm.modules.get::<Dict>() {
        drop(modules.set_interned(&key, module.clone()));
    }
    Ok(Some(module))
}

/// A new exception class, with this `__module__`.
pub fn exception_class(vm: &mut Vm, module: &str, name: &str, bases: &[Ex]) -> Value {
    let namespace = vm.new_dict();
    if let Some(namespace) = namespace.get::<Dict>() {
        let (key, module) = (vm.intern("__module__"), vm.intern(module));
        drop(namespace.set_interned(&key, module));
    }
    let bases: Vec<Value> = bases.iter().map(|&base| vm.exception_class(base).value()).collect();
    let ancestors = merge_ancestors(&bases).unwrap_or_default();
    let name = vm.intern(name);
    let metaclass = vm.class::<Class>();
    let parts =
        ClassParts { metaclass, name, qualified_name: None, bases, namespace, layout: Exception::LAYOUT, flags: CLASS_HAS_DICT | CLASS_WEAKREFERABLE, slots: Vec::new() };
    vm.make_class(parts, ancestors)
}

/// A name of a native module; None if there is no such name.
pub fn attribute(vm: &mut Vm, module: &str, name: &str) -> Option<Value> {
    let module = match import_native(vm, module) {
        Ok(module) => module?,
        Err(raised) => {
            drop(vm.take_exception(raised));
            return None;
        }
    };
    let name = vm.intern(name);
    module::namespace(&module)?.get_interned(&name)
}

/// An exception of the class that a native module has under `name`; of `otherwise` if somebody put another thing there.
pub fn exception_of(vm: &mut Vm, module: &str, name: &str, otherwise: Ex, message: &str) -> Value {
    let text = vm.new_str(message);
    match attribute(vm, module, name) {
        Some(class) if class.get::<Class>().is_some_and(|class| core::ptr::eq(class.layout, Exception::LAYOUT)) => {
            let arguments = vm.new_tuple(Vec::from([text]));
            // SAFETY: just checked.
            let class = unsafe { class.get_unchecked::<Class>() };
            exception::allocate(vm, class, arguments)
        }
        _ => exception::create(vm, otherwise, Vec::from([text])),
    }
}

/// Raises the exception that a native module has under `name`.
#[cold]
pub fn raise_of(vm: &mut Vm, module: &str, name: &str, message: &str) -> Raised {
    let exception = exception_of(vm, module, name, Ex::Exception, message);
    vm.raise_value(exception)
}
