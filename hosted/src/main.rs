//! `pyvm`: the virtual machine as a desktop program.

mod arguments;
mod check;
mod files;
mod frozen;
mod installation;
mod modules;
mod paths;
mod program;
mod time_zone;

use arguments::{Command, Options, Wrong};
use pyvm_core::modules::sys::VERSION;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match arguments::parse() {
        Ok(options) => options,
        Err(Wrong::Usage(error)) => {
            let name = program_name();
            eprintln!("{error}\nusage: {name} {}\nTry `pyvm -h' for more information.", arguments::USAGE);
            return ExitCode::from(2);
        }
        Err(Wrong::Value(error)) => {
            eprintln!("Fatal Python error: {error}");
            return ExitCode::from(1);
        }
    };
    let status = match &options {
        Options { command: Command::Help, .. } => {
            print!("usage: {} {}\n{}", program_name(), arguments::USAGE, arguments::HELP);
            0
        }
        Options { command: Command::Version(level), .. } => {
            println!("{}", version(*level > 1));
            0
        }
        Options { command: Command::Check(paths), .. } => check::check(paths),
        Options { command: Command::Disassemble(path), .. } => check::disassemble(path),
        _ => {
            if let Err(error) = seed_hashes(options.flags.ignore_environment || options.random_hashes) {
                eprintln!("pyvm: {error}");
                return ExitCode::from(1);
            }
            program::run(options)
        }
    };
    ExitCode::from(status)
}

/// The name that this program was called by.
fn program_name() -> String {
    std::env::args_os().next().map_or_else(|| "pyvm".into(), |name| name.to_string_lossy().into_owned())
}

/// The version of the language, as programs look for it behind `-V`, and of the VM.
fn version(all: bool) -> String {
    let (major, minor, micro) = VERSION;
    let vm = env!("CARGO_PKG_VERSION");
    if all { format!("Python {major}.{minor}.{micro} (pyvm {vm}) [Rust]") } else { format!("Python {major}.{minor}.{micro} (pyvm {vm})") }
}

/// Hashes of str and bytes differ from process to process, unless `PYTHONHASHSEED` says which they are.
fn seed_hashes(ignore_environment: bool) -> Result<(), String> {
    use std::hash::{BuildHasher, Hasher};
    let given = std::env::var("PYTHONHASHSEED").ok().filter(|_| !ignore_environment).unwrap_or_default();
    let seed = match given.as_str() {
        "" | "random" => std::hash::RandomState::new().build_hasher().finish() as usize,
        number => match number.parse::<u32>() {
            Ok(number) => number as usize,
            Err(_) => return Err("PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]".into()),
        },
    };
    pyvm_core::sync::set_hash_seed(seed);
    Ok(())
}
