//! What the program that embeds the VM tells it: arguments, paths, where source lines come from.

use super::{Action, Raised, Res, Vm};
use crate::modules::{self, ModuleSpec};
use crate::object::exception::Ex;
use crate::object::value::Value;
use crate::port::MachineError;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Gives the text of a line (from 1) of a source file, without its newline.
pub type SourceLine = Box<dyn Fn(&str, u32) -> Option<String>>;

/// Writes a str to a text file of the host's own.
pub type TextWriter = fn(&mut Vm, &Value, &Value) -> Res<Action>;

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    File,
    Folder,
    Other,
}

/// Where modules are imported from.
pub trait Files: Sync {
    /// What the path leads to; None: nothing.
    fn kind(&self, path: &str) -> Option<FileKind>;

    /// The contents of a file.
    ///
    /// # Errors
    /// What the machine says.
    fn read(&self, path: &str) -> Result<Vec<u8>, MachineError>;

    /// What tells whether a file is still the one that it was; None: there is none, or nothing that is compiled is to be kept.
    fn stamp(&self, path: &str) -> Option<Stamp> {
        let _ = path;
        None
    }

    /// Keeps what the file `source` was compiled to in a file for who may read the source, if that can be done: whoever reads it finds all of this
    /// or what was there before.
    fn keep(&self, path: &str, source: &str, contents: &[u8]) {
        let _ = (path, source, contents);
    }

    /// The path of a folder from the root on; None: it is that already, or there is no such thing.
    fn absolute(&self, folder: &str) -> Option<String> {
        let _ = folder;
        None
    }
}

/// The low 32 bits of when a file was changed (seconds since 1970) and of its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub modified: u32,
    pub size: u32,
}

/// What the command line and the environment say about how to run (`sys.flags`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags {
    pub debug: u8,
    pub inspect: bool,
    pub interactive: bool,
    /// 1: no asserts; 2: no docstrings either.
    pub optimize: u8,
    pub dont_write_bytecode: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub ignore_environment: bool,
    pub verbose: u8,
    pub bytes_warning: u8,
    pub quiet: bool,
    pub hash_randomization: bool,
    pub isolated: bool,
    pub dev_mode: bool,
    pub warn_default_encoding: bool,
    pub safe_path: bool,
    pub int_max_str_digits: usize,
}

impl Default for Flags {
    fn default() -> Flags {
        Flags {
            debug: 0,
            inspect: false,
            interactive: false,
            optimize: 0,
            dont_write_bytecode: false,
            no_user_site: false,
            no_site: false,
            ignore_environment: false,
            verbose: 0,
            bytes_warning: 0,
            quiet: false,
            hash_randomization: true,
            isolated: false,
            dev_mode: false,
            warn_default_encoding: false,
            safe_path: false,
            int_max_str_digits: 4300,
        }
    }
}

/// The code of a frozen module.
#[derive(Clone, Copy)]
pub enum FrozenCode {
    /// Compiled when it is imported.
    Source(&'static str),
    /// A code image (`code::image`).
    Image(VerifiedImage),
}

/// The bytes of an image that need not be checked.
#[derive(Clone, Copy)]
pub struct VerifiedImage(&'static [u8]);

impl VerifiedImage {
    /// # Safety
    /// The bytes are what `code::image::write` of this version made of a prototype that `code::verify` had accepted.
    pub const unsafe fn new(bytes: &'static [u8]) -> VerifiedImage {
        VerifiedImage(bytes)
    }

    pub fn bytes(self) -> &'static [u8] {
        self.0
    }
}

/// A module that comes with the program instead of lying in a file.
#[derive(Clone, Copy)]
pub struct Frozen {
    pub name: &'static str,
    pub code: FrozenCode,
    /// Whether it may have submodules.
    pub package: bool,
}

/// Where frozen modules come from, besides the core's own.
pub trait FrozenModules: Sync {
    /// The module with this full name.
    fn find(&self, name: &str) -> Option<Frozen>;

    /// The source text of a module, for tracebacks and `inspect`.
    fn source(&self, name: &str) -> Option<Vec<u8>>;

    /// The full names of all modules.
    fn names(&self) -> Vec<&'static str>;
}

/// A moment as the clocks on the wall show it.
pub struct LocalTime {
    /// Year, month, day, hour, minute, second, weekday (Monday is 0), day of the year, whether it is daylight saving time.
    pub fields: [i64; 9],
    /// Seconds east of UTC.
    pub offset: i64,
    /// What the time zone is called then.
    pub zone: String,
}

/// The time zone of the place where the program runs.
pub trait TimeZone: Sync {
    /// A time in seconds since 1970-01-01 UTC; None: out of range.
    fn at(&self, seconds: i64) -> Option<LocalTime>;

    /// The seconds since 1970-01-01 UTC of a date and time, whose fields need not be in their ranges; None: out of range.
    fn seconds(&self, fields: &[i64; 9]) -> Option<i64>;

    /// Looks anew for what the zone is.
    fn reload(&self);
}

/// The host's side of a VM.
pub struct Host {
    /// `sys.argv`
    pub arguments: Vec<String>,
    /// `sys.orig_argv`
    pub original_arguments: Vec<String>,
    /// `sys.flags`
    pub flags: Flags,
    /// `sys._xoptions`: names, and values where there are any.
    pub extra_options: Vec<(String, Option<String>)>,
    /// `sys.warnoptions`
    pub warnings: Vec<String>,
    /// `sys.path`
    pub search_path: Vec<String>,
    /// `sys.executable`
    pub executable: String,
    /// `sys.prefix`, and that of the installation if this is a virtual environment (`sys.base_prefix`).
    pub prefixes: [String; 2],
    /// The folder that frozen modules say they lie in. There is none; but programs that ask for their path get one. Empty: they say nothing.
    pub library: String,
    /// `sys.pycache_prefix`, if it is set.
    pub cache_prefix: Option<String>,
    /// Marks compiled modules in files; changes with the instruction set. 0: compiled modules are not kept.
    pub cache_magic: u32,
    /// `sys.platform`
    pub platform_name: &'static str,
    /// Whether standard input, output and error are terminals.
    pub terminals: [bool; 3],
    /// Where modules are imported from.
    pub files: Option<&'static dyn Files>,
    /// The local time zone; None: UTC.
    pub time_zone: Option<&'static dyn TimeZone>,
    /// Native modules of the host's own.
    pub modules: Vec<&'static ModuleSpec>,
    /// Frozen modules of the host's own.
    pub frozen: Option<&'static dyn FrozenModules>,
    /// How to write to a file of the host's own without asking it for a method; None: it is none, or its methods may be others.
    pub text_writer: fn(&mut Vm, &Value) -> Option<TextWriter>,
    /// What the operating system calls its error numbers.
    pub error_text: fn(i32) -> String,
    /// Ends the process at once, with this exit code. Returns where there is no process.
    pub leave: fn(i32),
    /// Source lines for tracebacks.
    pub source_line: Option<SourceLine>,
    /// Source texts that lie in no file (`-c`, `<stdin>`, `compile()`), by file name.
    pub sources: Vec<(String, String)>,
}

impl Default for Host {
    fn default() -> Host {
        Host {
            arguments: Vec::new(),
            original_arguments: Vec::new(),
            flags: Flags::default(),
            extra_options: Vec::new(),
            warnings: Vec::new(),
            search_path: Vec::new(),
            executable: String::new(),
            prefixes: [String::new(), String::new()],
            library: String::new(),
            cache_prefix: None,
            cache_magic: 0,
            platform_name: "pyvm",
            terminals: [false; 3],
            files: None,
            time_zone: None,
            modules: Vec::new(),
            frozen: None,
            text_writer: |_, _| None,
            error_text: |number| alloc::format!("error {number}"),
            leave: |_| (),
            source_line: None,
            sources: Vec::new(),
        }
    }
}

impl Host {
    /// A line (from 1) of a source file, without its newline.
    pub fn line(&self, filename: &str, line: u32) -> Option<String> {
        let index = (line as usize).checked_sub(1)?;
        if let Some((_, text)) = self.sources.iter().find(|(name, _)| name == filename) {
            return text.lines().nth(index).map(String::from);
        }
        if let Some(name) = filename.strip_prefix("<frozen ").and_then(|name| name.strip_suffix('>')) {
            let source = self.frozen_source(name)?;
            return String::from_utf8_lossy(&source).lines().nth(index).map(String::from);
        }
        self.source_line.as_ref().and_then(|source_line| source_line(filename, line))
    }

    /// The frozen module with this full name: the host's, else the core's.
    pub fn find_frozen(&self, name: &str) -> Option<Frozen> {
        self.frozen.and_then(|frozen| frozen.find(name)).or_else(|| modules::find_frozen(name))
    }

    /// The source text of a frozen module.
    pub fn frozen_source(&self, name: &str) -> Option<Vec<u8>> {
        self.frozen.and_then(|frozen| frozen.source(name)).or_else(|| match modules::find_frozen(name)?.code {
            FrozenCode::Source(text) => Some(text.as_bytes().to_vec()),
            FrozenCode::Image(_) => None,
        })
    }
}

impl Vm {
    /// Raises the OSError for what the machine could not do, with the path that it was about.
    #[cold]
    pub fn machine_error(&mut self, error: MachineError, path: Option<&str>) -> Raised {
        let (number, text) = match error {
            MachineError::Os(number) => (number, (self.host.error_text)(number)),
            MachineError::Unsupported => (crate::modules::errno::number("ENOSYS").unwrap_or(0), "Function not implemented".into()),
            MachineError::Interrupted => (crate::modules::errno::number("EINTR").unwrap_or(0), "Interrupted system call".into()),
            MachineError::WouldBlock => (crate::modules::errno::number("EAGAIN").unwrap_or(0), "Resource temporarily unavailable".into()),
            MachineError::OutOfMemory => return self.memory_error(),
        };
        let text = self.new_str(&text);
        let mut arguments = Vec::from([Value::small_int(i64::from(number)), text]);
        if let Some(path) = path {
            arguments.push(self.new_str(path));
        }
        self.raise_with(Ex::OSError, arguments)
    }
}
