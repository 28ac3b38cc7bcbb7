//! The command line.

use lexopt::prelude::{Long, Short, Value, ValueExt};
use std::ffi::OsString;

pub const HELP: &str = "\
usage: pyvm [option] ... [-c cmd | -m module | file | -] [arg] ...
  -c cmd          program passed in as string (ends the options)
  -m module       run a module of the library or from sys.path (ends the options)
  file            program read from script file
  -               program read from standard input (also without file)
  --check FILE... parse and compile each file; print what is wrong
  --dis FILE      print the bytecode of a file
  --stats         print at the end what the threads were doing, and counts
  -V, --version   print the version and exit
  -h, --help      print this help and exit
  -W action       which warnings are shown, and how, as CPython's
  -X threads=N    room for N py-threads
  -X ticks=N      ticks (backward jumps and calls) in a slice
  -X memory=N     the most bytes that objects may take; K, M, G behind it count by 1024
  -X single       one OS thread only: a blocking call blocks every py-thread
environment:
  PYTHONPATH      folders to import from, separated by ':'
  PYTHONWARNINGS  as -W, separated by ','
  PYTHONHASHSEED  seed of the hashes of str and bytes: a number, or random
";

/// What to do.
pub enum Command {
    /// Run a file; None: standard input.
    File(Option<OsString>),
    /// Run a module found as imports are.
    Module(String),
    /// Run a program given as text.
    Text(String),
    Check(Vec<OsString>),
    Disassemble(OsString),
    Version,
    Help,
}

/// The command line, taken apart.
pub struct Options {
    pub command: Command,
    /// The program's own arguments.
    pub arguments: Vec<OsString>,
    pub threads: Option<usize>,
    pub ticks: Option<i32>,
    pub memory: Option<usize>,
    pub single: bool,
    pub no_debug_ranges: bool,
    /// Which warnings are shown, and how.
    pub warnings: Vec<String>,
    /// What the threads were doing is printed at the end.
    pub stats: bool,
}

/// A number of bytes, perhaps with a unit.
fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize = number(digits)?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("too large: {text}"))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number in range: {text:?}"))
}

fn extra(options: &mut Options, text: &str) -> Result<(), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    match name {
        "threads" => options.threads = Some(number::<usize>(value)?.max(1)),
        "ticks" => options.ticks = Some(number(value)?),
        "memory" => options.memory = Some(bytes(value)?),
        "single" => options.single = true,
        "no_debug_ranges" => options.no_debug_ranges = true,
        // As CPython: unknown ones are for the program.
        _ => {}
    }
    Ok(())
}

/// Takes the command line apart.
///
/// # Errors
/// What is wrong with it.
pub fn parse() -> Result<Options, String> {
    parse_from(lexopt::Parser::from_env()).map_err(|error| error.to_string())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Options, lexopt::Error> {
    let mut options = Options {
        command: Command::File(None),
        arguments: Vec::new(),
        threads: None,
        ticks: None,
        memory: None,
        single: false,
        no_debug_ranges: false,
        warnings: Vec::new(),
        stats: false,
    };
    let rest = |parser: &mut lexopt::Parser| parser.raw_args().map(Iterator::collect::<Vec<OsString>>);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => options.command = Command::Help,
            Short('V') | Long("version") => options.command = Command::Version,
            Short('c') => {
                options.command = Command::Text(parser.value()?.string()?);
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            Short('m') => {
                options.command = Command::Module(parser.value()?.string()?);
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            Short('X') => {
                let text = parser.value()?.string()?;
                extra(&mut options, &text)?;
            }
            // Options of CPython that mean nothing here.
            Short('u' | 'B' | 'E' | 's' | 'S' | 'I' | 'q' | 'b' | 'O' | 'P' | 'd' | 'v') => {}
            Short('W') => options.warnings.push(parser.value()?.string()?),
            Long("check") => {
                options.command = Command::Check(rest(&mut parser)?);
                return Ok(options);
            }
            Long("stats") => options.stats = true,
            Long("dis") => options.command = Command::Disassemble(parser.value()?),
            Value(file) => {
                options.command = Command::File(Some(file).filter(|file| file != "-"));
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(options)
}
