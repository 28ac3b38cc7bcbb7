//! Compiled modules kept in files: `__pycache__/NAME.TAG.pyc` beside the source (PEP 3147), or below `sys.pycache_prefix`.
//!
//! The layout is that of CPython's files (PEP 552), so that `importlib`, `py_compile` and `compileall` read and write the same ones: a magic
//! number, flags, what the source was (16 bytes in all), then the code as `marshal` writes it, here a byte and a length before an image.
//! A file that is damaged, or older than its source, counts as none; what is written replaces a file at once and whole, so that readers and
//! other writers never meet half of it.

use super::Vm;
use super::host::{Files, Stamp};
use crate::code::image;
use crate::modules::sys;
use crate::object::code::Code;
use crate::object::str::Str;
use crate::object::value::Value;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// `sys.implementation.cache_tag`
pub const TAG: &str = "pyvm-314";

/// Bytes before the code.
const HEADER: usize = 16;
/// How `marshal` marks a code object.
const CODE: u8 = b'c';
/// Flag: the source is known by its hash instead of by time and size.
const HASHED: u32 = 1;
/// Flag: the hash is to be compared.
const CHECKED: u32 = 2;

/// The file for the compiled form of a source file; None: compiled modules are not kept.
pub fn path(vm: &mut Vm, source: &str) -> Option<String> {
    if vm.host.cache_magic == 0 {
        return None;
    }
    let (folder, name) = source.rsplit_once('/').unwrap_or(("", source));
    let stem = name.strip_suffix(".py")?;
    let level = match vm.host.flags.optimize {
        0 => String::new(),
        level => format!(".opt-{level}"),
    };
    let key = vm.intern("pycache_prefix");
    let prefix = sys::attribute(vm, &key).and_then(|prefix| prefix.get::<Str>().map(|prefix| prefix.to_string_lossy().into_owned()));
    let folder = match prefix {
        Some(prefix) if source.starts_with('/') => format!("{}{folder}", prefix.trim_end_matches('/')),
        Some(_) => return None,
        None if folder.is_empty() && !source.starts_with('/') => String::from("__pycache__"),
        None => format!("{folder}/__pycache__"),
    };
    Some(format!("{folder}/{stem}.{TAG}{level}.pyc"))
}

/// The image in a file, if it was made from this source.
pub fn image_of(files: &dyn Files, magic: u32, path: &str, source: Stamp) -> Option<Vec<u8>> {
    let mut contents = files.read(path).ok()?;
    image_in(magic, &contents)?;
    let current = match word(&contents, 4)? {
        0 => (word(&contents, 8)?, word(&contents, 12)?) == (source.modified, source.size),
        flags => flags & HASHED != 0 && flags & CHECKED == 0,
    };
    current.then(|| contents.split_off(HEADER + 5))
}

/// The image in the contents of a file, whatever source it was made from.
pub fn image_in(magic: u32, contents: &[u8]) -> Option<&[u8]> {
    let image = contents.get(HEADER + 5..)?;
    let is_whole = word(contents, HEADER + 1)? as usize == image.len();
    (is_whole && word(contents, 0)? == magic && contents.get(HEADER) == Some(&CODE)).then_some(image)
}

fn word(contents: &[u8], place: usize) -> Option<u32> {
    contents.get(place..)?.first_chunk::<4>().map(|word| u32::from_le_bytes(*word))
}

/// Keeps what a source file was compiled to, unless the program or the user does not want that.
pub fn keep(vm: &mut Vm, path: &str, source: &str, stamp: Stamp, code: &Value) {
    let key = vm.intern("dont_write_bytecode");
    let unwanted = sys::attribute(vm, &key).is_none_or(|unwanted| !unwanted.is(&Value::FALSE));
    let Some(files) = vm.host.files.filter(|_| !unwanted) else { return };
    let Some(prototype) = code.get::<Code>().and_then(|code| code.prototype(vm)) else { return };
    let image = image::write(&prototype);
    let Ok(length) = u32::try_from(image.len()) else { return };
    let mut contents = Vec::with_capacity(HEADER + 5 + image.len());
    for word in [vm.host.cache_magic, 0, stamp.modified, stamp.size] {
        contents.extend_from_slice(&word.to_le_bytes());
    }
    contents.push(CODE);
    contents.extend_from_slice(&length.to_le_bytes());
    contents.extend_from_slice(&image);
    vm.blocking(|| files.keep(path, source, &contents));
}
