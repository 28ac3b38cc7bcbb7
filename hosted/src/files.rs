//! Where modules are imported from: the file system.

use pyvm_core::port::MachineError;
use pyvm_core::vm::host::{FileKind, Files};
use std::io;

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
