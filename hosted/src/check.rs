//! `--check` and `--dis`: the front end alone.

use pyvm_core::code::CodePrototype;
use pyvm_core::compile::{self, Options};
use pyvm_core::syntax::{self, Mode, Source, SyntaxError, SyntaxErrorKind};
use pyvm_core::vm::source::parse_options;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Native stack of the checking threads: what the parser and the compiler limit themselves to, and reserve.
const STACK: usize = 1 << 20;

fn front_end(source: &[u8], filename: &str) -> Result<CodePrototype, Box<SyntaxError>> {
    let options = parse_options();
    let source = Source::from_bytes(source, &options)?;
    let parsed = syntax::parse(&source, Mode::Exec, &options)?;
    Ok(compile::compile(&parsed.module, &source, &Options::new(filename))?.code)
}

/// An error as CPython prints it.
fn report(error: &SyntaxError, filename: &str) -> String {
    let mut text = String::new();
    let kind = match error.kind {
        SyntaxErrorKind::SyntaxError => "SyntaxError",
        SyntaxErrorKind::IndentationError => "IndentationError",
        SyntaxErrorKind::TabError => "TabError",
        SyntaxErrorKind::IncompleteInput => "_IncompleteInputError",
        SyntaxErrorKind::MemoryError => "MemoryError",
        SyntaxErrorKind::RecursionError => "RecursionError",
    };
    let _ = writeln!(text, "  File \"{filename}\", line {}", error.line);
    if !error.text.is_empty() {
        let line = error.text.trim_end_matches(['\n', '\r']);
        let shown = line.trim_start_matches([' ', '\t', '\x0c']);
        let indent = line.chars().count() - shown.chars().count();
        let _ = writeln!(text, "    {shown}");
        if error.column > 0 {
            let start = (error.column as usize).saturating_sub(indent + 1);
            let end = if error.end_line == error.line && error.end_column > error.column { (error.end_column as usize).saturating_sub(indent + 1) } else { start + 1 };
            let padding: String = shown.chars().chain(std::iter::repeat(' ')).take(start).map(|character| if character == '\t' { '\t' } else { ' ' }).collect();
            let _ = writeln!(text, "    {padding}{}", "^".repeat(end.saturating_sub(start).max(1)));
        }
    }
    let _ = writeln!(text, "{kind}: {}", error.message);
    text
}

fn check_file(path: &Path) -> Option<String> {
    let filename = path.to_string_lossy();
    match std::fs::read(path) {
        Ok(source) => front_end(&source, &filename).err().map(|error| report(&error, &filename)),
        Err(error) => Some(format!("pyvm: can't open file '{filename}': {error}\n")),
    }
}

/// Parses and compiles each file, on as many OS threads as there are processors; prints what is wrong, in the order of the files. Returns the exit status.
pub fn check(paths: &[OsString]) -> u8 {
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, String)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { return };
            if let Some(problem) = check_file(Path::new(path))
                && let Ok(mut found) = found.lock()
            {
                found.push((index, problem));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(paths.len().max(1));
    thread::scope(|scope| {
        let started: Vec<_> = (0..workers).filter_map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()).collect();
        if started.is_empty() {
            work();
        }
    });
    let mut found = found.into_inner().unwrap_or_default();
    found.sort();
    let mut errors = std::io::stderr().lock();
    for (_, problem) in &found {
        let _ = errors.write_all(problem.as_bytes());
    }
    u8::from(!found.is_empty())
}

/// Prints the bytecode of a file. Returns the exit status.
pub fn disassemble(path: &OsString) -> u8 {
    let filename = path.to_string_lossy();
    let source = match std::fs::read(path) {
        Ok(source) => source,
        Err(error) => {
            eprintln!("pyvm: can't open file '{filename}': {error}");
            return 2;
        }
    };
    match front_end(&source, &filename) {
        Ok(code) => {
            let listing = pyvm_core::code::disasm::disassemble(&code);
            // A reader that has seen enough may close the pipe.
            let _ = std::io::stdout().write_all(listing.as_bytes());
            0
        }
        Err(error) => {
            eprint!("{}", report(&error, &filename));
            1
        }
    }
}
