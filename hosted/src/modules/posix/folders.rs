//! Folders: the current one, what lies in one, making and removing.

use super::{call, flag, int_argument, integers, is_bytes, no_folder_descriptor, nodes, os_error, os_text, path_argument};
use crate::paths;
use pyvm_core::object;
use pyvm_core::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::repr_then;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Step, Vm, argument};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, DirEntryExt};
use std::path::Path;

pub fn getcwd(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current(vm, false)
}

pub fn getcwdb(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current(vm, true)
}

fn current(vm: &mut Vm, as_bytes: bool) -> Res<Value> {
    match std::env::current_dir() {
        Ok(path) => os_text(vm, path.as_os_str(), as_bytes),
        Err(error) => Err(os_error(vm, &error, None)),
    }
}

pub fn chdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = path_argument(vm, arguments, 0, "chdir")?;
    call(vm, Some(&path), || std::env::set_current_dir(&path))?;
    Ok(Value::NONE)
}

/// The folder to list: the current one if none is given.
fn folder(vm: &mut Vm, arguments: &[Value], function: &str) -> Res<OsString> {
    match argument(arguments, 0).filter(|path| !path.is_none()) {
        Some(path) => match path.as_small_int() {
            Some(descriptor) => Ok(format!("/dev/fd/{descriptor}").into()),
            None => paths::path(vm, path, function),
        },
        None => Ok(".".into()),
    }
}

pub fn listdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let path = folder(vm, arguments, "listdir")?;
    let as_bytes = is_bytes(arguments, 0);
    let names = call(vm, Some(&path), || fs::read_dir(&path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<OsString>>>())?;
    let names = names.iter().map(|name| os_text(vm, name, as_bytes)).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(names))
}

pub fn mkdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 2, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "mkdir")?;
    let mode = int_argument(vm, arguments, 1, 0o777)? as u32;
    call(vm, Some(&path), || fs::DirBuilder::new().mode(mode).create(&path))?;
    Ok(Value::NONE)
}

pub fn rmdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    no_folder_descriptor(vm, arguments, 1, "dir_fd")?;
    let path = path_argument(vm, arguments, 0, "rmdir")?;
    call(vm, Some(&path), || fs::remove_dir(&path))?;
    Ok(Value::NONE)
}

// ---- scandir

/// What an entry is, as far as the folder itself says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
    Link,
    Other,
}

/// An entry of a folder.
#[repr(C)]
pub struct DirEntry {
    pub header: Header,
    name: Value,
    path: Value,
    /// The path, for asking the file system.
    place: OsString,
    kind: EntryKind,
    inode: u64,
}

object!(DirEntry, Kind::Other, "DirEntry", |this, visit| {
    visit(&this.name);
    visit(&this.path);
});

pub static DIR_ENTRY: TypeSpec = TypeSpec {
    module: "posix",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    doc: "An entry of a folder, with what is known about it without asking again.",
    natives: &[
        Native::simple("is_dir($self, *, follow_symlinks=True)", |vm, arguments| is_kind(vm, arguments, EntryKind::Folder), "Whether it is a folder."),
        Native::simple("is_file($self, *, follow_symlinks=True)", |vm, arguments| is_kind(vm, arguments, EntryKind::File), "Whether it is a file."),
        Native::simple(
            "is_symlink($self, /)",
            |_, arguments| Ok(Value::bool(entry(arguments).is_some_and(|entry| entry.kind == EntryKind::Link))),
            "Whether it is a symbolic link.",
        ),
        Native::simple("is_junction($self, /)", |_, _| Ok(Value::FALSE), "False: there are none here."),
        Native::simple("inode($self, /)", inode, "The number of its inode."),
        Native::simple("stat($self, *, follow_symlinks=True)", entry_stat, "What the file system knows about it."),
        Native::simple("__fspath__($self, /)", |_, arguments| Ok(entry(arguments).map_or(Value::NONE, |entry| entry.path.clone())), "The path."),
        Native::full("__repr__($self, /)", entry_repr, "Return repr(self)."),
        Native::full(
            "__class_getitem__($type, item, /)",
            |vm, arguments| match arguments.positional {
                [class, item, ..] => object::generic_alias::new(vm, class, item).map(Action::Return),
                _ => Ok(Action::Return(Value::NONE)),
            },
            "See PEP 585.",
        ),
    ],
    getters: &[
        Getter::read_only("name", |_, this| Ok(this.get::<DirEntry>().map_or(Value::NONE, |entry| entry.name.clone())), "Its name in the folder."),
        Getter::read_only("path", |_, this| Ok(this.get::<DirEntry>().map_or(Value::NONE, |entry| entry.path.clone())), "The folder's path and the name."),
    ],
    ..TypeSpec::new("DirEntry", DirEntry::LAYOUT)
};

/// What `scandir()` returns.
#[repr(C)]
pub struct Scan {
    pub header: Header,
    /// The entries to come, the next one last.
    entries: Mut<Vec<Value>>,
}

object!(Scan, Kind::Other, "ScandirIterator", |this, visit| this.entries.get().iter().for_each(visit), |this| drop(this.entries.take()));

pub static SCAN: TypeSpec = TypeSpec {
    module: "posix",
    flags: CLASS_FINAL | CLASS_NOT_CALLABLE,
    natives: &[
        Native::simple("__iter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Implement iter(self)."),
        Native::full("__next__($self, /)", next_entry, "Implement next(self)."),
        Native::simple("__enter__($self, /)", |_, arguments| Ok(arguments.first().cloned().unwrap_or(Value::NONE)), "Enter a with statement."),
        Native::simple("__exit__($self, /, *args)", close, "Leave a with statement: close."),
        Native::simple("close($self, /)", close, "Forget the entries to come."),
    ],
    next: Some(|_, this| {
        Ok(match this.get::<Scan>().and_then(|scan| scan.entries.get_mut().pop()) {
            Some(entry) => Step::Item(entry),
            None => Step::Done,
        })
    }),
    ..TypeSpec::new("ScandirIterator", Scan::LAYOUT)
};

pub fn scandir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let folder = folder(vm, arguments, "scandir")?;
    let as_bytes = is_bytes(arguments, 0);
    let found = call(vm, Some(&folder), || {
        fs::read_dir(&folder)?
            .map(|entry| {
                let entry = entry?;
                let kind = entry.file_type()?;
                let kind = match () {
                    () if kind.is_symlink() => EntryKind::Link,
                    () if kind.is_dir() => EntryKind::Folder,
                    () if kind.is_file() => EntryKind::File,
                    () => EntryKind::Other,
                };
                Ok((entry.file_name(), kind, entry.ino()))
            })
            .collect::<io::Result<Vec<_>>>()
    })?;
    vm.class_from_spec(&DIR_ENTRY);
    vm.class_from_spec(&SCAN);
    let mut entries = Vec::with_capacity(found.len());
    for (name, kind, inode) in found.into_iter().rev() {
        let place = Path::new(&folder).join(&name).into_os_string();
        let (name, path) = (os_text(vm, &name, as_bytes)?, os_text(vm, &place, as_bytes)?);
        entries.push(vm.new_object(|header| DirEntry { header, name, path, place, kind, inode }));
    }
    Ok(vm.new_object(|header| Scan { header, entries: Mut::new(entries) }))
}

fn next_entry(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    match arguments.get(0).and_then(|this| this.get::<Scan>()).and_then(|scan| scan.entries.get_mut().pop()) {
        Some(entry) => Ok(Action::Return(entry)),
        None => Err(vm.raise_with(object::exception::Ex::StopIteration, Vec::new())),
    }
}

fn close(_: &mut Vm, arguments: &[Value]) -> Res<Value> {
    if let Some(scan) = arguments.first().and_then(|this| this.get::<Scan>()) {
        drop(scan.entries.take());
    }
    Ok(Value::NONE)
}

fn entry(arguments: &[Value]) -> Option<&DirEntry> {
    arguments.first()?.get::<DirEntry>()
}

fn is_kind(vm: &mut Vm, arguments: &[Value], wanted: EntryKind) -> Res<Value> {
    let Some(entry) = entry(arguments) else { return Ok(Value::FALSE) };
    if entry.kind != EntryKind::Link || !flag(arguments, 1, true) {
        return Ok(Value::bool(entry.kind == wanted));
    }
    // A link that leads nowhere is neither.
    let metadata = vm.blocking(|| fs::metadata(&entry.place));
    match metadata {
        Ok(metadata) => Ok(Value::bool(if wanted == EntryKind::Folder { metadata.is_dir() } else { metadata.is_file() })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Value::FALSE),
        Err(error) => Err(os_error(vm, &error, Some(&entry.place))),
    }
}

fn inode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let inode = entry(arguments).map_or(0, |entry| entry.inode);
    Ok(integers(vm, [inode as i64]).pop().unwrap_or(Value::NONE))
}

fn entry_stat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place: &OsStr = entry(arguments).map_or(OsStr::new(""), |entry| &entry.place);
    nodes::status(vm, place, flag(arguments, 1, true))
}

fn entry_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = entry(arguments.positional).map_or(Value::NONE, |entry| entry.name.clone());
    repr_then(vm, &name, |vm, name| {
        let name = pyvm_core::vm::execute::text_of(&name);
        Ok(Action::Return(vm.format(format_args!("<DirEntry {name}>"))))
    })
}
