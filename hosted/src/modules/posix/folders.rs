//! Folders: the current one, what lies in one, making and removing.

use super::place::{HERE, Place, folder_argument};
use super::{call, checked, descriptors, flag, int_argument, integers, nodes, os_error, os_text};
use pyvm_core::object;
use pyvm_core::object::class::{CLASS_FINAL, CLASS_NOT_CALLABLE, TypeSpec};
use pyvm_core::object::header::{Header, Kind, Mut, Object};
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::repr_then;
use pyvm_core::vm::{Action, Args, Getter, Native, Res, Step, Vm};
use std::ffi::{CStr, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// What the module has from here.
pub const NATIVES: &[Native] = &[
    Native::simple("getcwd()", getcwd, "The current folder."),
    Native::simple("getcwdb()", getcwdb, "The current folder, as bytes."),
    Native::simple("chdir(path)", chdir, "Change the current folder."),
    Native::simple("listdir(path=None)", listdir, "Names of a folder's entries, in any order."),
    Native::simple("scandir(path=None)", scandir, "An iterator of a folder's entries."),
    Native::simple("mkdir(path, mode=511, *, dir_fd=None)", mkdir, "Make a folder."),
    Native::simple("rmdir(path, *, dir_fd=None)", rmdir, "Remove an empty folder."),
    Native::simple("fchdir(fd)", fchdir, "Change the current folder to an open one."),
    Native::simple("chroot(path)", chroot, "Make a folder the root of the file system for this process."),
];

pub fn getcwd(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current(vm, false)
}

pub fn getcwdb(vm: &mut Vm, _: &[Value]) -> Res<Value> {
    current(vm, true)
}

fn current(vm: &mut Vm, as_bytes: bool) -> Res<Value> {
    match std::env::current_dir() {
        Ok(path) => os_text(vm, path.as_os_str(), as_bytes),
        Err(error) => Err(os_error(vm, &error, &[])),
    }
}

fn chdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::any(vm, arguments, "chdir")?;
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || {
        checked(match place.descriptor {
            Some(descriptor) => unsafe { libc::fchdir(descriptor) },
            None => unsafe { libc::chdir(place.pointer()) },
        })
    })?;
    Ok(Value::NONE)
}

fn fchdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let descriptor = descriptors::descriptor(vm, arguments)?;
    // SAFETY: takes a number.
    call(vm, &[], || checked(unsafe { libc::fchdir(descriptor) }))?;
    Ok(Value::NONE)
}

fn chroot(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::path(vm, arguments, 0, "chroot", "path")?;
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || checked(unsafe { libc::chroot(place.pointer()) }))?;
    Ok(Value::NONE)
}

/// An entry as the folder itself has it.
struct Listed {
    name: OsString,
    kind: EntryKind,
    inode: u64,
}

/// The entries of a folder, all but the folder itself and the one above.
fn entries(place: &Place) -> io::Result<Vec<Listed>> {
    // SAFETY: the path ends with a zero byte; a stream that was opened is closed below, and its descriptor with it.
    let stream = unsafe {
        match place.descriptor {
            Some(descriptor) => {
                let double = checked(libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0))?;
                let stream = libc::fdopendir(double);
                if stream.is_null() {
                    let error = io::Error::last_os_error();
                    libc::close(double);
                    return Err(error);
                }
                libc::rewinddir(stream);
                stream
            }
            None => {
                let stream = libc::opendir(place.pointer());
                if stream.is_null() {
                    return Err(io::Error::last_os_error());
                }
                stream
            }
        }
    };
    let mut found = Vec::new();
    let result = loop {
        // SAFETY: the stream is open; what it returns is read before the next call.
        unsafe {
            clear_errno();
            let entry = libc::readdir(stream);
            if entry.is_null() {
                let error = io::Error::last_os_error();
                break if error.raw_os_error() == Some(0) { Ok(found) } else { Err(error) };
            }
            let name = CStr::from_ptr((&raw const (*entry).d_name).cast()).to_bytes();
            if name != b"." && name != b".." {
                found.push(Listed { name: OsString::from_vec(name.to_vec()), kind: EntryKind::of((*entry).d_type), inode: (*entry).d_ino });
            }
        }
    };
    // SAFETY: the stream is open, and not used any more.
    unsafe {
        if place.descriptor.is_some() {
            // The position is the given descriptor's own too.
            libc::rewinddir(stream);
        }
        libc::closedir(stream);
    }
    result
}

/// `readdir` tells the end from an error only by the error number.
pub fn clear_errno() {
    // SAFETY: this OS thread's own variable.
    unsafe {
        #[cfg(target_os = "linux")]
        let place = libc::__errno_location();
        #[cfg(not(target_os = "linux"))]
        let place = libc::__error();
        *place = 0;
    }
}

fn listdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::folder(vm, arguments, "listdir")?;
    let found = call(vm, about(&place).as_slice(), || entries(&place))?;
    let names = found.iter().map(|entry| os_text(vm, &entry.name, place.is_bytes())).collect::<Res<Vec<Value>>>()?;
    Ok(vm.new_list(names))
}

/// What an error in listing names.
fn about(place: &Place) -> Option<&Value> {
    Some(&place.given).filter(|given| !given.is_none() && place.descriptor.is_none())
}

fn mkdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, mode) = (Place::path(vm, arguments, 0, "mkdir", "path")?, int_argument(vm, arguments, 1, 0o777)? as libc::mode_t);
    let folder = folder_argument(vm, arguments, 2)?;
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || checked(unsafe { libc::mkdirat(folder, place.pointer(), mode) }))?;
    Ok(Value::NONE)
}

fn rmdir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let (place, folder) = (Place::path(vm, arguments, 0, "rmdir", "path")?, folder_argument(vm, arguments, 1)?);
    // SAFETY: the path ends with a zero byte.
    call(vm, &[&place.given], || checked(unsafe { libc::unlinkat(folder, place.pointer(), libc::AT_REMOVEDIR) }))?;
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
    /// The folder does not say.
    Unknown,
}

impl EntryKind {
    fn of(kind: u8) -> EntryKind {
        match kind {
            libc::DT_REG => EntryKind::File,
            libc::DT_DIR => EntryKind::Folder,
            libc::DT_LNK => EntryKind::Link,
            libc::DT_UNKNOWN => EntryKind::Unknown,
            _ => EntryKind::Other,
        }
    }

    fn of_mode(mode: libc::mode_t) -> EntryKind {
        match mode & libc::S_IFMT {
            libc::S_IFREG => EntryKind::File,
            libc::S_IFDIR => EntryKind::Folder,
            libc::S_IFLNK => EntryKind::Link,
            _ => EntryKind::Other,
        }
    }
}

/// An entry of a folder.
#[repr(C)]
pub struct DirEntry {
    pub header: Header,
    name: Value,
    path: Value,
    /// The folder's descriptor, if it was given as one; then the path is only the name.
    folder: i32,
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
        Native::simple("is_symlink($self, /)", |vm, arguments| is_kind(vm, arguments, EntryKind::Link), "Whether it is a symbolic link."),
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

fn scandir(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let place = Place::folder(vm, arguments, "scandir")?;
    let found = call(vm, about(&place).as_slice(), || entries(&place))?;
    vm.class_from_spec(&DIR_ENTRY);
    vm.class_from_spec(&SCAN);
    let as_bytes = place.is_bytes();
    let mut scanned = Vec::with_capacity(found.len());
    for Listed { name, kind, inode } in found.into_iter().rev() {
        let whole = match place.descriptor {
            Some(_) => name.clone(),
            None => Path::new(OsStr::from_bytes(place.bytes())).join(&name).into_os_string(),
        };
        let (name, path) = (os_text(vm, &name, as_bytes)?, os_text(vm, &whole, as_bytes)?);
        let folder = place.descriptor.unwrap_or(HERE);
        scanned.push(vm.new_object(|header| DirEntry { header, name, path, folder, kind, inode }));
    }
    Ok(vm.new_object(|header| Scan { header, entries: Mut::new(scanned) }))
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
    let follow = wanted != EntryKind::Link && flag(arguments, 1, true);
    if entry.kind != EntryKind::Unknown && !(entry.kind == EntryKind::Link && follow) {
        return Ok(Value::bool(entry.kind == wanted));
    }
    let (place, folder) = (Place::path(vm, std::slice::from_ref(&entry.path), 0, "stat", "path")?, entry.folder);
    // What is gone, and a link that leads nowhere, is neither.
    match vm.blocking(|| nodes::look(&place, folder, follow)) {
        Ok(status) => Ok(Value::bool(EntryKind::of_mode(status.st_mode) == wanted)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Value::FALSE),
        Err(error) => Err(os_error(vm, &error, &[&place.given])),
    }
}

fn inode(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let inode = entry(arguments).map_or(0, |entry| entry.inode);
    Ok(integers(vm, [inode as i64]).pop().unwrap_or(Value::NONE))
}

fn entry_stat(vm: &mut Vm, arguments: &[Value]) -> Res<Value> {
    let Some(entry) = entry(arguments) else { return Ok(Value::NONE) };
    let place = Place::path(vm, std::slice::from_ref(&entry.path), 0, "stat", "path")?;
    nodes::status(vm, &place, entry.folder, flag(arguments, 1, true))
}

fn entry_repr(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let name = entry(arguments.positional).map_or(Value::NONE, |entry| entry.name.clone());
    repr_then(vm, &name, |vm, name| {
        let name = pyvm_core::vm::execute::text_of(&name);
        Ok(Action::Return(vm.format(format_args!("<DirEntry {name}>"))))
    })
}
