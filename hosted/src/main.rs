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
        _ => program::run(options),
    };
    ExitCode::from(status)
}
