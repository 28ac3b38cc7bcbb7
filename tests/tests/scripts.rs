//! Runs every Python script below `tests/scripts` and compares what it prints with the `.out` file beside it (and
//! with the `.err` file, where there is one): one test a script, named by its path.
//!
//! Comments at the head of a script say what is special about it:
//!
//! ```text
//! # exit: 3          the exit status it must end with (else 0)
//! # stack: 256       also run under a native stack of so many KiB
//! # limit: 120       seconds it may take (else 60)
//! # arguments: a b   its command line
//! ```
//!
//! An argument is a filter on the names, as with any test executable.

use pyvm_tests::program::Program;
use pyvm_tests::text::difference;
use pyvm_tests::{interpreter, repository};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, thread};

struct Script {
    path: PathBuf,
    name: String,
    exit: i32,
    stack: Option<u32>,
    limit: u64,
    arguments: Vec<String>,
}

impl Script {
    fn read(root: &Path, path: PathBuf) -> Result<Self, String> {
        let source = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let source = String::from_utf8_lossy(&source).into_owned();
        let name = path.strip_prefix(root).unwrap_or(&path).with_extension("").to_string_lossy().replace('\\', "/");
        let mut script = Self { path, name, exit: 0, stack: None, limit: 60, arguments: Vec::new() };
        for line in source.lines().take_while(|line| line.starts_with('#')) {
            let Some((key, value)) = line.trim_start_matches(['#', ' ']).split_once(": ") else {
                continue;
            };
            let wrong = || format!("{}: bad head comment: {line}", script.name);
            match key {
                "exit" => script.exit = value.trim().parse().map_err(|_| wrong())?,
                "stack" => script.stack = Some(value.trim().parse().map_err(|_| wrong())?),
                "limit" => script.limit = value.trim().parse().map_err(|_| wrong())?,
                "arguments" => script.arguments = value.split_whitespace().map(str::to_owned).collect(),
                _ => {}
            }
        }
        Ok(script)
    }

    /// Runs it as often as its head comments ask, and says what was wrong.
    fn failures(&self, interpreter: &Path) -> Vec<String> {
        let mut failures = self.differences("", Program::new(interpreter));
        if let Some(kib) = self.stack {
            // AddressSanitizer makes native frames several times larger.
            let kib = if std::env::var_os("ASAN_OPTIONS").is_some() { kib * 4 } else { kib };
            let program = Program::with_stack(interpreter, kib);
            failures.extend(self.differences(&format!("under a stack of {kib} KiB: "), program));
        }
        failures
    }

    fn differences(&self, how: &str, program: Program) -> Vec<String> {
        // Run in its own folder under its short name, so that tracebacks do not depend on where the repository is.
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut program = program.arg(self.path.file_name().unwrap_or_default()).folder(folder).limit(self.limit);
        for argument in &self.arguments {
            program = program.arg(argument);
        }
        let outcome = match program.run() {
            Ok(outcome) => outcome,
            Err(error) => return vec![error],
        };
        // CPython shows the script's absolute path; what is recorded has none.
        let place = format!("{}/", folder.display());
        let errors = outcome.errors().replace(&place, "");
        let mut failures = Vec::new();
        if outcome.timed_out || outcome.status.code() != Some(self.exit) {
            failures.push(format!("  {how}expected exit {}, got {}", self.exit, outcome.end()));
        }
        for (extension, actual) in [("out", outcome.output()), ("err", errors)] {
            match fs::read_to_string(self.path.with_extension(extension)) {
                Ok(expected) => {
                    if let Some(difference) = difference(&expected, &actual) {
                        failures.push(format!("  {how}.{extension} differs\n{difference}"));
                    }
                }
                Err(error) if extension == "out" => failures.push(format!("  .out: {error}")),
                Err(_) => {}
            }
        }
        if !failures.is_empty() && !self.path.with_extension("err").exists() && !outcome.stderr.is_empty() {
            let errors = outcome.errors();
            let lines: Vec<&str> = errors.lines().collect();
            let shown = lines.get(lines.len().saturating_sub(6)..).unwrap_or_default();
            failures.push(format!("  stderr ends:\n    {}", shown.join("\n    ")));
        }
        failures
    }
}

fn collect(root: &Path, folder: &Path, scripts: &mut Vec<Script>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // Folders with a leading underscore hold what scripts import.
            if !name.starts_with('_') {
                collect(root, &path, scripts)?;
            }
        } else if name.ends_with(".py") {
            scripts.push(Script::read(root, path)?);
        }
    }
    Ok(())
}

fn run() -> Result<bool, String> {
    let root = repository().join("tests/scripts");
    let mut scripts = Vec::new();
    collect(&root, &root, &mut scripts)?;
    let all = scripts.len();
    let filters: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if !filters.is_empty() {
        scripts.retain(|script| filters.iter().any(|filter| script.name.contains(filter.as_str())));
    }
    let interpreter = interpreter()?;

    let next = AtomicUsize::new(0);
    let failed: Mutex<Vec<(String, Vec<String>)>> = Mutex::new(Vec::new());
    println!("\nrunning {} scripts", scripts.len());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failures = script.failures(&interpreter);
                    if let Ok(mut failed) = failed.lock()
                        && !failures.is_empty()
                    {
                        failed.push((script.name.clone(), failures));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().map_err(|error| error.to_string())?;
    failed.sort();
    for (name, failures) in &failed {
        println!("\n{name} FAILED\n{}", failures.join("\n"));
    }
    let passed = scripts.len() - failed.len();
    let result = if failed.is_empty() { "ok" } else { "FAILED" };
    let skipped = all - scripts.len();
    println!("\ntest result: {result}. {passed} passed; {} failed; 0 ignored; 0 measured; {skipped} filtered out", failed.len());
    Ok(failed.is_empty())
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
