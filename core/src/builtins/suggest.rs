//! "Did you mean": the nearest name to one that was not found.

use super::attributes::own_items;
use crate::object::class::Class;
use crate::object::dict::Dict;
use crate::object::exception::{Ex, Exception};
use crate::object::exception_types::fields::{IMPORT_NAME, IMPORT_NAME_FROM, NAME, OBJECT};
use crate::object::str::Str;
use crate::object::traceback::{Traceback, code_of, globals_of};
use crate::object::value::Value;
use crate::vm::Vm;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const MOST_CANDIDATES: usize = 750;
const LONGEST_NAME: usize = 40;
const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;

/// What to add to the message of a NameError, AttributeError or ImportError; empty if nothing comes near.
pub fn suggestion(vm: &mut Vm, exception: &Value) -> String {
    let Some(fields) = exception.get::<Exception>() else { return String::new() };
    if vm.is_instance(exception, &vm.exception_class(Ex::ImportError)) {
        let (module, wrong) = (fields.field(IMPORT_NAME), name_of(&fields.field(IMPORT_NAME_FROM)));
        let Some(wrong) = wrong else { return String::new() };
        let module = module.get::<Str>().and_then(|name| name.as_str().map(String::from));
        let module = module.and_then(|name| {
            let key = vm.intern(&name);
            vm.modules.get::<Dict>()?.get_interned(&key)
        });
        let names = module.map(|module| texts(own_items(&module))).unwrap_or_default();
        return did_you_mean(&visible(names, &wrong), &wrong);
    }
    let is_name_error = vm.is_instance(exception, &vm.exception_class(Ex::NameError));
    if !is_name_error && !vm.is_instance(exception, &vm.exception_class(Ex::AttributeError)) {
        return String::new();
    }
    let Some(wrong) = name_of(&fields.field(NAME)) else { return String::new() };
    if is_name_error {
        let traceback = fields.traceback(vm);
        let mut message = did_you_mean(&names_in_scope(vm, traceback), &wrong);
        if STANDARD_MODULES.contains(&wrong.as_str()) {
            let start = if message.is_empty() { ". Did" } else { " Or did" };
            message.push_str(&format!("{start} you forget to import '{wrong}'?"));
        }
        return message;
    }
    let object = fields.field(OBJECT);
    if object.is_none() && fields.fields.get().len() <= OBJECT {
        return String::new();
    }
    let mut names = texts(own_items(&object));
    let own_class = vm.class_of(&object);
    for class in object.get::<Class>().into_iter().chain([&*own_class]).flat_map(Class::mro) {
        names.extend(texts(class.namespace().items()));
    }
    did_you_mean(&visible(names, &wrong), &wrong)
}

fn name_of(value: &Value) -> Option<String> {
    value.get::<Str>()?.as_str().map(String::from)
}

fn texts(items: Vec<(Value, Value)>) -> Vec<String> {
    items.iter().filter_map(|(name, _)| name_of(name)).collect()
}

/// Names with an underscore are only meant by those that begin with one.
fn visible(mut names: Vec<String>, wrong: &str) -> Vec<String> {
    if !wrong.starts_with('_') {
        names.retain(|name| !name.starts_with('_'));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The names that the innermost frame of a traceback could see.
fn names_in_scope(vm: &Vm, traceback: Value) -> Vec<String> {
    let mut innermost = traceback;
    while let Some(next) = innermost.get::<Traceback>().map(|traceback| traceback.next.get().clone()) {
        if next.is_none() {
            break;
        }
        innermost = next;
    }
    let Some(traceback) = innermost.get::<Traceback>() else { return Vec::new() };
    let mut names = Vec::new();
    if let Some(code) = code_of(&traceback.function) {
        names.extend(code.local_names.iter().chain(&code.free_names).filter_map(name_of));
    }
    let globals = globals_of(&traceback.function);
    for namespace in globals.iter().chain([&vm.builtins]).filter_map(|namespace| namespace.get::<Dict>()) {
        names.extend(texts(namespace.items()));
    }
    names
}

fn did_you_mean(candidates: &[String], wrong: &str) -> String {
    nearest(candidates, wrong).map(|name| format!(". Did you mean: '{name}'?")).unwrap_or_default()
}

/// The candidate with the smallest distance, if any is near enough.
fn nearest<'a>(candidates: &'a [String], wrong: &str) -> Option<&'a str> {
    let wrong_length = wrong.chars().count();
    if candidates.len() > MOST_CANDIDATES || wrong_length > LONGEST_NAME {
        return None;
    }
    let wrong_characters: Vec<char> = wrong.chars().collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.iter().filter(|candidate| *candidate != wrong) {
        let characters: Vec<char> = candidate.chars().collect();
        let most = (characters.len() + wrong_length + 3) * MOVE_COST / 6;
        let most = most.min(best.map_or(wrong_length, |(distance, _)| distance).saturating_sub(1));
        let distance = distance(&wrong_characters, &characters, most);
        if distance <= most {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

fn substitution_cost(left: char, right: char) -> usize {
    if left == right {
        0
    } else if left.to_lowercase().eq(right.to_lowercase()) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

/// The Levenshtein distance with cheap changes of case; anything above `most` when it is more than that.
fn distance(left: &[char], right: &[char], most: usize) -> usize {
    let prefix = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[prefix..], &right[prefix..]);
    let suffix = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[..left.len() - suffix], &right[..right.len() - suffix]);
    if left.is_empty() || right.is_empty() {
        return MOVE_COST * (left.len() + right.len());
    }
    if left.len() > LONGEST_NAME || right.len() > LONGEST_NAME {
        return most + 1;
    }
    let (short, long) = if right.len() < left.len() { (right, left) } else { (left, right) };
    if (long.len() - short.len()) * MOVE_COST > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (1..=short.len()).map(|index| index * MOVE_COST).collect();
    let mut result = 0;
    for (long_index, &long_character) in long.iter().enumerate() {
        let mut diagonal = long_index * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (&short_character, above) in short.iter().zip(row.iter_mut()) {
            let substitute = diagonal + substitution_cost(long_character, short_character);
            diagonal = *above;
            let insert_or_delete = result.min(diagonal) + MOVE_COST;
            result = insert_or_delete.min(substitute);
            *above = result;
            minimum = minimum.min(result);
        }
        if minimum > most {
            return most + 1;
        }
    }
    result
}

/// Modules of the standard library, for "Did you forget to import".
pub const STANDARD_MODULES: &[&str] = &[
    "__future__",
    "_thread",
    "abc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "pyexpat",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtplib",
    "socket",
    "socketserver",
    "sqlite3",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "tempfile",
    "termios",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];
