//! Freezes the standard library: every module is compiled to a code image, and images and sources (deflated, for tracebacks and `inspect`)
//! become one file that `src/frozen.rs` looks into.
//!
//! A module comes from the first of these that has it: `hosted/lib`, ours for the desktop; the core's own frozen modules in [`OURS`]; CPython's
//! library as the crate `rustpython-pylib` has it; the rest of the core's.

use miniz_oxide::deflate::compress_to_vec;
use pyvm_core::code::{CodePrototype, image, verify};
use pyvm_core::compile::{Options, compile};
use pyvm_core::modules::FROZEN;
use pyvm_core::syntax::{self, Mode, Source};
use pyvm_core::vm::source::parse_options;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Modules of the core that are not to be replaced by CPython's, which rely on what this VM does otherwise.
const OURS: &[&str] = &["threading"];

/// Modules and packages of the library that are left out: for other systems, for graphics, for installing, and what rests on the inside of
/// another VM.
const LEFT_OUT: &[&str] = &[
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_dummy_os",
    "_dummy_thread",
    "_ios_support",
    "_opcode_metadata",
    "_osx_support",
    "_pycodecs",
    "antigravity",
    "dummy_threading",
    "ensurepip",
    "idlelib",
    "pydoc_data",
    "tkinter",
    "turtle",
    "turtledemo",
    "venv",
];

/// A module of the library with changes, under a second name where CPython has something in C.
struct SecondName {
    first: &'static str,
    second: &'static str,
    /// What is replaced: from the first text to the second, by the third.
    changes: &'static [(&'static str, &'static str, &'static str)],
    /// A file in `src/python` with what is added at the end, if anything is.
    more: &'static str,
}

const SECOND_NAMES: &[SecondName] = &[
    SecondName { first: "importlib._bootstrap", second: "_frozen_importlib", changes: &[], more: "bootstrap.py" },
    SecondName { first: "importlib._bootstrap_external", second: "_frozen_importlib_external", changes: &[], more: "" },
    // A fresh copy of it sets itself up again: what it asserts of frozen modules holds for those of CPython only.
    SecondName {
        first: "importlib._bootstrap",
        second: "importlib._bootstrap",
        changes: &[("            if loader is FrozenImporter:\n                loader._fix_up", "    # Directly load", "\n")],
        more: "",
    },
    // The debugger traces; events of `sys.monitoring` there are none.
    SecondName {
        first: "bdb",
        second: "bdb",
        changes: &[
            ("E = sys.monitoring.events", "class Bdb:", ""),
            ("_MonitoringTracer()", "\n", "None"),
            ("self.backend = backend", "\n", "self.backend = backend = 'settrace' if backend == 'monitoring' else backend"),
        ],
        more: "",
    },
    // Where a function begins, without its instructions.
    SecondName {
        first: "pdb",
        second: "pdb",
        changes: &[(
            "    prev = None\n    for instr in dis.get_instructions(code):",
            "    return code.co_firstlineno\n\ndef find_function",
            "    for _, _, line in code.co_lines():\n        if line not in (None, code.co_firstlineno):\n            return line\n",
        )],
        more: "",
    },
    SecondName {
        first: "runpy",
        second: "runpy",
        changes: &[
            ("fname = mod_spec.origin", "\n", "fname = _place(mod_spec)"),
            ("fname = script_name if mod_spec is None", "\n", "fname = script_name if mod_spec is None else _place(mod_spec)"),
            ("sys.argv[0] = mod_spec.origin", "\n", "sys.argv[0] = _place(mod_spec)"),
        ],
        more: "runpy.py",
    },
    // Frozen modules have loaders that give their source.
    SecondName {
        first: "linecache",
        second: "linecache",
        changes: &[
            ("if not filename or (filename.startswith('<') and filename.endswith('>')):", "\n", "if _source_unavailable(filename):"),
            ("        if module_globals is None:\n            return []", "    else:\n", "        fullname = filename\n"),
        ],
        more: "",
    },
    // Packages lie where those of other implementations do.
    SecondName { first: "site", second: "site", changes: &[("return 'RustPython'", "\n", "return 'Python'"), ("lib/rustpython", "{", "lib/python")], more: "" },
    SecondName { first: "sysconfig", second: "sysconfig", changes: &[("return 'RustPython'", "\n", "return 'Python'")], more: "" },
    // There is no `_pickle`, but for this.
    SecondName { first: "pickle", second: "pickle", changes: &[("from _pickle import PickleBuffer", "\n", "from _pickle_buffer import PickleBuffer")], more: "" },
    // Both halves of `datetime` are Python: programs that ask for the native one find it.
    SecondName { first: "_pydatetime", second: "_datetime", changes: &[], more: "" },
    // Methods of C in CPython, called from those of the module `abc`.
    SecondName {
        first: "_py_abc",
        second: "_py_abc",
        changes: &[
            ("from _weakrefset import WeakSet", "\n", "from _weakrefset import WeakSet\nfrom _pattern_kinds import take as _take_pattern_kind\n__name__ = 'abc'"),
            ("cls._abc_registry.add(subclass)", "\n", "cls._abc_registry.add(subclass)\n        _take_pattern_kind(cls, subclass)"),
        ],
        more: "",
    },
    SecondName { first: "genericpath", second: "genericpath", changes: &[("import os\n", "import stat", "")], more: "genericpath.py" },
];

struct Module {
    source: Vec<u8>,
    package: bool,
}

type Modules = BTreeMap<String, Module>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lib");
    println!("cargo::rerun-if-changed=src/python");
    let mut modules = Modules::new();
    let add = |modules: &mut Modules, wanted: &dyn Fn(&str) -> bool| {
        for (name, source) in FROZEN.iter().filter(|(name, _)| wanted(name)) {
            modules.insert((*name).into(), Module { source: source.as_bytes().into(), package: false });
        }
    };
    add(&mut modules, &|_| true);
    collect(Path::new(rustpython_pylib::LIB_PATH), "", &mut modules)?;
    add(&mut modules, &|name| OURS.contains(&name));
    let folder = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    for name in SECOND_NAMES {
        let module = modules.get(name.first).ok_or_else(|| format!("no module {}", name.first))?;
        let package = module.package && name.first == name.second;
        let mut source = String::from_utf8(module.source.clone())?;
        for (start, end, replacement) in name.changes {
            let place = source.find(start).and_then(|start| Some(start..start + source[start..].find(end)?));
            source.replace_range(place.ok_or_else(|| format!("{} has no {start:?}", name.first))?, replacement);
        }
        if !name.more.is_empty() {
            source.push_str(&fs::read_to_string(folder.join("src/python").join(name.more))?);
        }
        modules.insert(name.second.into(), Module { source: source.into_bytes(), package });
    }
    collect(&folder.join("lib"), "", &mut modules)?;
    freeze(&modules, Path::new(&env::var("OUT_DIR")?))
}

/// Adds the modules below a folder.
fn collect(folder: &Path, package: &str, modules: &mut Modules) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if package.is_empty() && LEFT_OUT.contains(&stem) {
            continue;
        }
        let name = if package.is_empty() { stem.to_owned() } else { format!("{package}.{stem}") };
        let initial = path.join("__init__.py");
        if initial.is_file() {
            modules.insert(name.clone(), Module { source: fs::read(initial)?, package: true });
            collect(&path, &name, modules)?;
        } else if stem != "__init__" && path.extension().is_some_and(|extension| extension == "py") {
            modules.insert(name, Module { source: fs::read(&path)?, package: false });
        }
    }
    Ok(())
}

fn freeze(modules: &Modules, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    let mut index = format!("static INDEX: [Entry; {}] = [\n", modules.len());
    for (name, module) in modules {
        let start = bytes.len();
        bytes.extend(image::write(&front_end(name, &module.source)?));
        let middle = bytes.len();
        bytes.extend(compress_to_vec(&module.source, 9));
        writeln!(index, "    Entry {{ name: {name:?}, package: {}, image: {start}, source: {middle}, end: {} }},", module.package, bytes.len())?;
    }
    index.push_str("];\n");
    writeln!(index, "\n/// Marks files with compiled modules: another compiler or another instruction set makes other images of the library.")?;
    writeln!(index, "pub const CACHE_MAGIC: u32 = {:#x};", u32::from(fingerprint(&bytes)) | 0x0a0d_0000)?;
    fs::write(folder.join("frozen.bin"), bytes)?;
    fs::write(folder.join("frozen.rs"), index)?;
    Ok(())
}

/// A hash (FNV-1a, folded).
fn fingerprint(bytes: &[u8]) -> u16 {
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) as u16 ^ hash as u16
}

fn front_end(name: &str, text: &[u8]) -> Result<CodePrototype, String> {
    let options = parse_options();
    let failed = |error: Box<syntax::SyntaxError>| format!("{name}, line {}: {}", error.line, error.message);
    let source = Source::from_bytes(text, &options).map_err(failed)?;
    let parsed = syntax::parse(&source, Mode::Exec, &options).map_err(failed)?;
    let code = compile(&parsed.module, &source, &Options::new(&format!("<frozen {name}>"))).map_err(failed)?.code;
    verify::verify(&code).map_err(|error| format!("{name}: {error:?}"))?;
    Ok(code)
}
