//! Where modules are imported from: the file system.

use pyvm_core::port::MachineError;
use pyvm_core::vm::host::{FileKind, Files, Stamp};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// The file system.
pub struct FileSystem;

/// An error of the standard library as the machine's.
pub fn machine_error(error: &io::Error) -> MachineError {
    match error.raw_os_error() {
        Some(number) => MachineError::Os(number),
        None if error.kind() == io::ErrorKind::Interrupted => MachineError::Interrupted,
        None if error.kind() == io::ErrorKind::OutOfMemory => MachineError::OutOfMemory,
        None => MachineError::Unsupported,
    }
}

impl Files for FileSystem {
    fn kind(&self, path: &str) -> Option<FileKind> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(if metadata.is_file() {
            FileKind::File
        } else if metadata.is_dir() {
            FileKind::Folder
        } else {
            FileKind::Other
        })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, MachineError> {
        std::fs::read(path).map_err(|error| machine_error(&error))
    }

    fn stamp(&self, path: &str) -> Option<Stamp> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: metadata.mtime() as u32, size: metadata.len() as u32 })
    }

    fn keep(&self, path: &str, source: &str, contents: &[u8]) {
        let mode = std::fs::metadata(source).map_or(0o666, |metadata| metadata.mode());
        // Where nothing can be written, nothing is kept.
        let _ = replace(Path::new(path), contents, mode | 0o200);
    }

    fn absolute(&self, folder: &str) -> Option<String> {
        let path = match folder {
            _ if folder.starts_with('/') => return None,
            "" | "." => std::env::current_dir().ok()?,
            _ => std::env::current_dir().ok()?.join(folder.trim_start_matches("./")),
        };
        path.into_os_string().into_string().ok()
    }
}

/// Puts a file in the place of another at once, whole.
fn replace(path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = format!(".{}.{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let new = folder.join(name);
    let create = || OpenOptions::new().write(true).create_new(true).mode(mode & 0o666).open(&new)?.write_all(contents);
    let written = create().and_then(|()| std::fs::rename(&new, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}

/// A line (from 1) of a source file.
pub fn source_line(path: &str, line: u32) -> Option<String> {
    let text = std::fs::read(path).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().nth((line as usize).checked_sub(1)?).map(String::from)
}

/// What the operating system calls an error number.
pub fn error_text(number: i32) -> String {
    let text = io::Error::from_raw_os_error(number).to_string();
    match text.rfind(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
