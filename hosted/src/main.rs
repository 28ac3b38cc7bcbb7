//! `pyvm`: the virtual machine as a desktop program.

mod arguments;
mod check;
mod files;
mod frozen;
mod modules;
mod paths;
mod program;
mod time_zone;

use arguments::{Command, Options};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match arguments::parse() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("pyvm: {error}\nTry `pyvm --help' for more information.");
            return ExitCode::from(2);
        }
    };
    let status = match &options {
        Options { command: Command::Help, .. } => {
            print!("{}", arguments::HELP);
            0
        }
        Options { command: Command::Version, .. } => {
            println!("pyvm {} (Python 3.14.0)", env!("CARGO_PKG_VERSION"));
            0
        }
        Options { command: Command::Check(paths), .. } => check::check(paths),
        Options { command: Command::Disassemble(path), .. } => check::disassemble(path),
        _ => {
            if let Err(error) = seed_hashes() {
                eprintln!("pyvm: {error}");
                return ExitCode::from(1);
            }
            program::run(options)
        }
    };
    ExitCode::from(status)
}

/// Hashes of str and bytes differ from process to process, unless `PYTHONHASHSEED` says which they are.
fn seed_hashes() -> Result<(), String> {
    use std::hash::{BuildHasher, Hasher};
    let given = std::env::var("PYTHONHASHSEED").unwrap_or_default();
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
