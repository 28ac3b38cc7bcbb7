//! The command line.

use lexopt::prelude::{Long, Short, Value, ValueExt};
use pyvm_core::vm::host::Flags;
use std::ffi::OsString;

pub const USAGE: &str = "[option] ... [-c cmd | -m module | file | -] [arg] ...";

pub const HELP: &str = "\
  -c cmd          program passed in as string (ends the options)
  -m module       run a module of the library or from sys.path (ends the options)
  file            program read from a script, a folder or a zip file with __main__.py
  -               program read from standard input (default; interactive if that is a terminal)
  -i              interactive once the program has ended, and without a terminal too
  -q              no version and copyright messages when interactive
  -O, -OO         no asserts, __debug__ is False; no docstrings either
  -B              write no compiled modules (__pycache__)
  -u              standard output and error are not buffered
  -x              skip the first line of the source
  -E              ignore environment variables PYTHON*
  -s, -S          no user site-packages; no site-packages, and no module site
  -P              the folder of the program is not in sys.path
  -I              isolated: -E, -P and -s
  -b, -v, -d, -R  accepted as CPython's; shown in sys.flags
  -W action       which warnings are shown, and how, as CPython's
  -V, --version   print the version and exit; -VV: more of it
  -h, --help      print this help and exit
  --check FILE... parse and compile each file; print what is wrong
  --dis FILE      print the bytecode of a file
  --stats         print at the end what the threads were doing, and counts
  -X threads=N    room for N py-threads
  -X ticks=N      ticks (backward jumps and calls) in a slice
  -X memory=N     the most bytes that objects may take; K, M, G behind it count by 1024
  -X single       one OS thread only: a blocking call blocks every py-thread
  -X dev          development mode: all warnings are shown
  -X int_max_str_digits=N, -X pycache_prefix=FOLDER, and others, which are for the program (sys._xoptions)
environment:
  PYTHONPATH      folders to import from, separated by ':'
  PYTHONSTARTUP   file that is run before an interactive session
  PYTHON_HISTORY  file with the history of interactive sessions (default: ~/.python_history)
  PYTHON_COLORS   0 or 1: never or always colours; NO_COLOR: never
  PYTHON_BASIC_REPL  no line editor
  PYTHONWARNINGS  as -W, separated by ','
  PYTHONHASHSEED  seed of the hashes of str and bytes: a number, or random
  PYTHONBREAKPOINT, PYTHONDEVMODE, PYTHONDONTWRITEBYTECODE, PYTHONHOME, PYTHONINSPECT, PYTHONINTMAXSTRDIGITS, PYTHONIOENCODING,
  PYTHONNOUSERSITE, PYTHONOPTIMIZE, PYTHONPYCACHEPREFIX, PYTHONSAFEPATH, PYTHONUNBUFFERED, PYTHONUSERBASE, PYTHONVERBOSE: as CPython's
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
    /// How much of it.
    Version(u8),
    Help,
}

/// The command line, taken apart.
pub struct Options {
    pub command: Command,
    /// What follows the program.
    pub arguments: Vec<OsString>,
    pub threads: Option<usize>,
    pub ticks: Option<i32>,
    /// The most bytes that objects may take.
    pub memory: Option<usize>,
    /// One OS thread only.
    pub single: bool,
    /// No columns in tracebacks.
    pub no_debug_ranges: bool,
    /// What `-W` says, in order.
    pub warnings: Vec<String>,
    /// What the threads were doing is printed at the end.
    pub stats: bool,
    pub flags: Flags,
    pub unbuffered: bool,
    /// Hashes are random whatever the environment says.
    pub random_hashes: bool,
    /// The first line of the source is no Python.
    pub skip_first_line: bool,
    /// What `-X` says, in order.
    pub extra: Vec<(String, Option<String>)>,
    pub cache_prefix: Option<String>,
}

/// What is wrong with a command line.
pub enum Wrong {
    /// With how to use it.
    Usage(String),
    /// A value that cannot be.
    Value(String),
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

fn digits(text: &str, from: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(limit) if limit == 0 || limit >= 640 => Ok(limit),
        _ => Err(format!("{from}: invalid limit; must be >= 640 or 0 for unlimited.")),
    }
}

fn extra(options: &mut Options, text: &str) -> Result<(), String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    options.extra.push((name.into(), value.map(str::to_owned)));
    let value = value.unwrap_or_default();
    match name {
        "threads" => options.threads = Some(number::<usize>(value)?.max(1)),
        "ticks" => options.ticks = Some(number(value)?),
        "memory" => options.memory = Some(bytes(value)?),
        "single" => options.single = true,
        "dev" => options.flags.dev_mode = true,
        "warn_default_encoding" => options.flags.warn_default_encoding = true,
        "no_debug_ranges" => options.no_debug_ranges = true,
        "int_max_str_digits" => options.flags.int_max_str_digits = digits(value, "-X int_max_str_digits")?,
        "pycache_prefix" => options.cache_prefix = Some(value.into()).filter(|prefix: &String| !prefix.is_empty()),
        // As CPython: unknown ones are for the program.
        _ => {}
    }
    Ok(())
}

/// Takes the command line apart, and the environment unless it is to be ignored.
///
/// # Errors
/// What is wrong with it.
pub fn parse() -> Result<Options, Wrong> {
    let mut options = parse_from(lexopt::Parser::from_env())?;
    if !options.flags.ignore_environment {
        environment(&mut options).map_err(Wrong::Value)?;
    }
    if options.flags.dev_mode {
        options.warnings.insert(0, "default".into());
    }
    match options.flags.bytes_warning {
        0 => {}
        1 => options.warnings.push("default::BytesWarning".into()),
        _ => options.warnings.push("error::BytesWarning".into()),
    }
    Ok(options)
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

fn environment(options: &mut Options) -> Result<(), String> {
    // What is no number counts as 1.
    let level = |name: &str, given: u8| variable(name).map_or(given, |value| given.max(value.parse().unwrap_or(1)));
    let truth = |name: &str, given: bool| given || variable(name).is_some();
    let flags = &mut options.flags;
    flags.debug = level("PYTHONDEBUG", flags.debug);
    flags.optimize = level("PYTHONOPTIMIZE", flags.optimize).min(2);
    flags.verbose = level("PYTHONVERBOSE", flags.verbose);
    flags.dont_write_bytecode = truth("PYTHONDONTWRITEBYTECODE", flags.dont_write_bytecode);
    flags.hash_randomization = options.random_hashes || std::env::var("PYTHONHASHSEED").as_deref() != Ok("0");
    flags.no_user_site = truth("PYTHONNOUSERSITE", flags.no_user_site);
    flags.safe_path = truth("PYTHONSAFEPATH", flags.safe_path);
    flags.inspect = truth("PYTHONINSPECT", flags.inspect);
    flags.dev_mode = truth("PYTHONDEVMODE", flags.dev_mode);
    flags.warn_default_encoding = truth("PYTHONWARNDEFAULTENCODING", flags.warn_default_encoding);
    options.unbuffered = truth("PYTHONUNBUFFERED", options.unbuffered);
    if let Some(limit) = variable("PYTHONINTMAXSTRDIGITS").filter(|_| !options.extra.iter().any(|(name, _)| name == "int_max_str_digits")) {
        flags.int_max_str_digits = digits(&limit, "PYTHONINTMAXSTRDIGITS")?;
    }
    if options.cache_prefix.is_none() && !options.extra.iter().any(|(name, _)| name == "pycache_prefix") {
        options.cache_prefix = variable("PYTHONPYCACHEPREFIX");
    }
    let warnings = variable("PYTHONWARNINGS").unwrap_or_default();
    let warnings = warnings.split(',').filter(|option| !option.is_empty()).map(str::to_owned);
    options.warnings.splice(0..0, warnings);
    Ok(())
}

/// An argument as text, for messages.
fn unknown(error: &lexopt::Error) -> String {
    match error {
        lexopt::Error::MissingValue { option: Some(option) } => format!("Argument expected for the {option} option"),
        lexopt::Error::UnexpectedOption(option) => format!("Unknown option: {option}"),
        other => other.to_string(),
    }
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Options, Wrong> {
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
        flags: Flags::default(),
        unbuffered: false,
        random_hashes: false,
        skip_first_line: false,
        extra: Vec::new(),
        cache_prefix: None,
    };
    let usage = |error: lexopt::Error| Wrong::Usage(unknown(&error));
    let text = |parser: &mut lexopt::Parser| parser.value().and_then(ValueExt::string).map_err(usage);
    let rest = |parser: &mut lexopt::Parser| parser.raw_args().map(Iterator::collect::<Vec<OsString>>).map_err(usage);
    while let Some(argument) = parser.next().map_err(usage)? {
        let flags = &mut options.flags;
        match argument {
            Short('h' | '?') | Long("help" | "help-all" | "help-env" | "help-xoptions") => options.command = Command::Help,
            Short('V') => {
                options.command = Command::Version(if let Command::Version(level) = options.command { level + 1 } else { 1 });
            }
            Long("version") => options.command = Command::Version(1),
            Short('c') => {
                options.command = Command::Text(text(&mut parser)?);
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            Short('m') => {
                options.command = Command::Module(text(&mut parser)?);
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            Short('X') => {
                let text = text(&mut parser)?;
                extra(&mut options, &text).map_err(Wrong::Value)?;
            }
            Short('b') => flags.bytes_warning += 1,
            Short('B') => flags.dont_write_bytecode = true,
            Short('d') => flags.debug += 1,
            Short('E') => flags.ignore_environment = true,
            Short('i') => (flags.inspect, flags.interactive) = (true, true),
            Short('I') => (flags.isolated, flags.ignore_environment, flags.no_user_site, flags.safe_path) = (true, true, true, true),
            Short('O') => flags.optimize = (flags.optimize + 1).min(2),
            Short('P') => flags.safe_path = true,
            Short('q') => flags.quiet = true,
            Short('R') => options.random_hashes = true,
            Short('s') => flags.no_user_site = true,
            Short('S') => flags.no_site = true,
            Short('u') => options.unbuffered = true,
            Short('v') => flags.verbose += 1,
            Short('x') => options.skip_first_line = true,
            Short('W') => options.warnings.push(text(&mut parser)?),
            Long("check-hash-based-pycs") => {
                let how = text(&mut parser)?;
                if !["always", "default", "never"].contains(&how.as_str()) {
                    return Err(Wrong::Usage("--check-hash-based-pycs must be one of 'default', 'always', or 'never'".into()));
                }
            }
            Long("check") => {
                options.command = Command::Check(rest(&mut parser)?);
                return Ok(options);
            }
            Long("stats") => options.stats = true,
            Long("dis") => options.command = Command::Disassemble(parser.value().map_err(usage)?),
            Value(file) => {
                options.command = Command::File(Some(file).filter(|file| file != "-"));
                options.arguments = rest(&mut parser)?;
                return Ok(options);
            }
            other => return Err(usage(other.unexpected())),
        }
    }
    Ok(options)
}
