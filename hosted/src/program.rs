//! Running a program: the VM is made, the program runs as `__main__`, and the process ends as Python programs end.

use crate::arguments::{Command, Options};
use crate::files::{self, FileSystem};
use crate::frozen::{self, Library};
use crate::installation::Installation;
use crate::modules;
use crate::paths;
use crate::time_zone::SystemZone;
use pyvm_core::builtins::{io, report};
use pyvm_core::embed::{Interpreter, Progress, run_in_main};
use pyvm_core::modules::sys;
use pyvm_core::object::construct::class_name;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::list::List;
use pyvm_core::object::module;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Platform, SignalHandling};
use pyvm_core::vm::host::Host;
use pyvm_core::vm::import::{code_of_image, import_by_name};
use pyvm_core::vm::signals::QUIT;
use pyvm_core::vm::{Action, Call, Res, Vm, code_cache};
use pyvm_platform::Machine;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// The exit status when standard output could not be flushed.
const FLUSH_FAILED: u8 = 120;

/// What runs as `__main__`.
enum Program {
    /// Source text under a file name.
    Source(Vec<u8>, String),
    /// An image under a file name.
    Compiled(Vec<u8>, String),
    /// A module that is found as imports are; whether it becomes `sys.argv[0]`.
    Module(String, bool),
    /// What somebody types.
    Session,
}

/// Runs the program that the command line names; returns the exit status.
pub fn run(options: Options) -> u8 {
    let machine = if options.single { Machine::single() } else { Machine::native() };
    let machine: &'static dyn Platform = match machine {
        Ok(machine) => Box::leak(machine),
        Err(error) => {
            eprintln!("pyvm: the machine is not available: {error:?}");
            return 1;
        }
    };
    let (program, first) = match read_program(&options) {
        Ok(program) => program,
        Err(message) => {
            eprintln!("{}: {message}", crate::program_name());
            return 2;
        }
    };
    let installation = Installation::find(variable(&options, "PYTHONHOME").as_deref());
    let host = host(&options, &program, &installation);
    let interactive = matches!(program, Program::Session);
    let with_site = !options.flags.no_site && (interactive || installation.has_site(&host.search_path, !options.flags.no_user_site));
    let mut builder = Interpreter::builder(machine).host(host);
    if let Some(threads) = options.threads {
        builder = builder.thread_limit(threads);
    }
    if let Some(ticks) = options.ticks {
        builder = builder.slice(ticks);
    }
    if let Some(bytes) = options.memory {
        builder = builder.heap_limit(bytes);
    }
    let Ok(mut python) = builder.build() else {
        eprintln!("pyvm: out of memory");
        return 1;
    };
    python.with(|vm, _| {
        modules::install(vm);
        vm.debug_ranges = !options.no_debug_ranges && variable(&options, "PYTHONNODEBUGRANGES").is_none();
        exact_arguments(vm, &options);
    });
    let (unbuffered, encoding) = (options.unbuffered, variable(&options, "PYTHONIOENCODING").unwrap_or_default());
    say_what_failed(&mut python, |vm| {
        let encoding = vm.new_str(&encoding);
        import_and_call(vm, "_io", "_begin", Vec::from([Value::bool(unbuffered), encoding]))
    });
    if !options.flags.no_site {
        say_what_failed(&mut python, |vm| import_and_call(vm, "_start", "begin", Vec::from([Value::bool(with_site)])));
    }
    // A folder or an archive that is run is always there.
    if !options.flags.safe_path || matches!(program, Program::Module(_, false)) {
        python.with(|vm, _| search_first(vm, &first));
    }
    report_on_quit(machine);
    let mut progress = match program {
        Program::Source(source, filename) => {
            if let Command::File(Some(_)) = &options.command {
                python.define("__file__", |vm| vm.new_str(&filename));
                python.define("__cached__", |_| Value::NONE);
            }
            to_the_end(&mut python, |python| python.run_source(&source, &filename))
        }
        Program::Compiled(image, filename) => {
            python.define("__file__", |vm| vm.new_str(&filename));
            to_the_end(&mut python, |python| {
                python.run(|vm| match code_of_image(vm, &image, None) {
                    Some(code) => run_in_main(vm, &code),
                    None => Err(vm.raise(Ex::RuntimeError, "Bad code object in .pyc file")),
                })
            })
        }
        Program::Module(name, changes_name) => to_the_end(&mut python, |python| {
            python.run(|vm| {
                let name = vm.new_str(&name);
                import_and_call(vm, "runpy", "_run_module_as_main", Vec::from([name, Value::bool(changes_name)]))
            })
        }),
        Program::Session => Progress::Done,
    };
    // The program may have set the variable.
    let inspect = options.flags.inspect || variable(&options, "PYTHONINSPECT").is_some();
    if interactive || inspect && (std::io::stdin().is_terminal() || options.flags.interactive) {
        if progress == Progress::Raised {
            python.with(|vm, exception| report::print_exception(vm, &exception));
        }
        let startup = interactive && !options.flags.ignore_environment;
        let banner = interactive && !options.flags.quiet;
        progress = to_the_end(&mut python, |python| python.run(|vm| import_and_call(vm, "_start", "interact", Vec::from([Value::bool(banner), Value::bool(startup)]))));
    }
    let mut status = status_of(&mut python, progress);
    for last_words in [shut_down_threads, run_exit_functions] {
        let progress = to_the_end(&mut python, |python| python.run(last_words));
        // Threads in a deadlock that the program knows of will never end.
        if progress == Progress::Raised {
            python.with(|vm, exception| {
                if vm.sched.deadlocks < 2 || !is_deadlock(vm, &exception) {
                    report::print_exception(vm, &exception)
                }
            });
        }
    }
    if options.stats {
        python.with(|vm, _| print_stats(vm));
    }
    let mut flushed = flush_standard_streams(&mut python);
    python.clear_modules();
    flushed &= flush_standard_streams(&mut python);
    if !flushed && status == 0 {
        status = i32::from(FLUSH_FAILED);
    }
    if status == 130 && progress == Progress::Raised {
        die_of_interrupt();
    }
    // Everything is flushed; the operating system frees the memory faster.
    // SAFETY: ends the process; nobody needs to be told.
    unsafe { libc::_exit(status & 0xff) }
}

/// Makes a folder the first of `sys.path`.
fn search_first(vm: &mut Vm, folder: &Path) {
    let name = vm.intern("path");
    let Some(list) = sys::attribute(vm, &name) else { return };
    if let (Ok(folder), Some(list)) = (paths::text(vm, folder.as_os_str()), list.get::<List>()) {
        list.items.get_mut().insert(0, folder);
    }
}

/// `sys.argv` when there are arguments that are no UTF-8.
fn exact_arguments(vm: &mut Vm, options: &Options) {
    if options.arguments.iter().all(|argument| argument.to_str().is_some()) {
        return;
    }
    let name = vm.intern("argv");
    let Some(list) = sys::attribute(vm, &name) else { return };
    let Some(list) = list.get::<List>() else { return };
    list.items.get_mut().truncate(1);
    for argument in &options.arguments {
        match paths::text(vm, argument) {
            Ok(text) => list.items.get_mut().push(text),
            Err(raised) => drop(vm.take_exception(raised)),
        }
    }
}

/// Runs a part of the preparations; what it raises is printed.
fn say_what_failed(python: &mut Interpreter, begin: impl FnOnce(&mut Vm) -> Res<Action>) {
    if to_the_end(python, |python| python.run(begin)) == Progress::Raised {
        python.with(|vm, exception| report::print_exception(vm, &exception));
    }
}

/// Flushes `sys.stdout` and `sys.stderr`; says so when that does not work, and returns whether it did.
fn flush_standard_streams(python: &mut Interpreter) -> bool {
    python.with(|vm, _| match io::flush_standard_streams(vm) {
        Ok(()) => true,
        Err(raised) => {
            let exception = vm.take_exception(raised);
            let shown = report::format_exception_only(vm, &exception);
            report::write_error(vm, &format!("Exception ignored in: <_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'>\n{shown}"));
            false
        }
    })
}

/// Ctrl-\ shows what all py-threads are doing, unless whoever started this program ignores it.
fn report_on_quit(machine: &dyn Platform) {
    if machine.handle_signal(QUIT, SignalHandling::Notify) == Ok(SignalHandling::Ignore) {
        let _ = machine.handle_signal(QUIT, SignalHandling::Ignore);
    }
}

/// What the py-threads are doing that the program leaves behind, and counts.
fn print_stats(vm: &mut Vm) {
    let sched = &vm.sched;
    let counts = format!(
        "most threads {}, started {}, switches {}, deadlocks {}, heap peak {} bytes\n",
        sched.tasks.most(),
        sched.started,
        sched.switches,
        sched.deadlocks,
        vm.heap.peak()
    );
    let text = vm.threads_report() + &counts;
    if let Err(raised) = io::flush_standard_streams(vm) {
        drop(vm.take_exception(raised));
    }
    report::write_error(vm, &text);
}

/// The main py-thread was ended by Ctrl-C: so is the process, for the shell to see.
fn die_of_interrupt() {
    // SAFETY: resets the signal to its default and sends it to this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}

fn is_deadlock(vm: &Vm, exception: &Value) -> bool {
    class_name(&vm.class_of(exception)) == "DeadlockError"
}

/// The host that stops a VM is this program, which never does.
fn to_the_end(python: &mut Interpreter, begin: impl FnOnce(&mut Interpreter) -> Progress) -> Progress {
    let mut progress = begin(python);
    while matches!(progress, Progress::OutOfFuel | Progress::Stopped) {
        progress = python.resume(u64::MAX);
    }
    progress
}

fn status_of(python: &mut Interpreter, progress: Progress) -> i32 {
    if progress == Progress::Raised { python.with(|vm, exception| report::uncaught(vm, &exception)) } else { 0 }
}

/// A variable of the environment, unless that is to be ignored.
fn variable(options: &Options, name: &str) -> Option<String> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty() && !options.flags.ignore_environment)?;
    Some(value.to_string_lossy().into_owned())
}

/// The program, and what it has for `sys.path[0]`.
fn read_program(options: &Options) -> Result<(Program, PathBuf), String> {
    match &options.command {
        Command::Text(text) => Ok((Program::Source(text.clone().into_bytes(), "<string>".into()), PathBuf::new())),
        Command::Module(name) => Ok((Program::Module(name.clone(), true), std::env::current_dir().unwrap_or_default())),
        Command::File(Some(path)) => {
            let path = Path::new(path);
            // Tracebacks and `__file__` show the whole path, as CPython's do.
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            if path.is_dir() {
                return Ok((Program::Module("__main__".into(), false), whole));
            }
            let mut source = std::fs::read(path).map_err(|error| {
                let number = error.raw_os_error().unwrap_or(0);
                format!("can't open file '{}': [Errno {number}] {}", whole.display(), files::error_text(number))
            })?;
            if is_archive(&source) {
                return Ok((Program::Module("__main__".into(), false), whole));
            }
            let folder = std::fs::canonicalize(path).ok().and_then(|path| path.parent().map(Path::to_path_buf)).unwrap_or_default();
            if let Some(image) = code_cache::image_in(frozen::CACHE_MAGIC, &source) {
                return Ok((Program::Compiled(image.to_vec(), whole.to_string_lossy().into_owned()), folder));
            }
            if options.skip_first_line {
                // Its newline stays: lines keep their numbers.
                source.drain(..memchr::memchr(b'\n', &source).unwrap_or(source.len()));
            }
            Ok((Program::Source(source, whole.to_string_lossy().into_owned()), folder))
        }
        _ if std::io::stdin().is_terminal() || options.flags.interactive => Ok((Program::Session, PathBuf::new())),
        _ => {
            let mut source = Vec::new();
            std::io::stdin().lock().read_to_end(&mut source).map_err(|error| error.to_string())?;
            Ok((Program::Source(source, "<stdin>".into()), PathBuf::new()))
        }
    }
}

/// Is there the directory of a zip archive at the end?
fn is_archive(file: &[u8]) -> bool {
    let end = &file[file.len().saturating_sub(0xffff + 22)..];
    memchr::memmem::rfind(end, b"PK\x05\x06").is_some_and(|place| end.len() - place >= 22) && memchr::memmem::find(file, b"PK\x01\x02").is_some()
}

fn host(options: &Options, program: &Program, installation: &Installation) -> Host {
    let name = match &options.command {
        Command::File(Some(path)) => path.to_string_lossy().into_owned(),
        Command::Text(_) => "-c".into(),
        Command::Module(_) => "-m".into(),
        // As CPython: nothing when the program was not named, a dash when it was.
        _ => std::env::args_os().find(|argument| argument == "-").map(|_| "-".into()).unwrap_or_default(),
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut arguments = vec![name];
    arguments.extend(options.arguments.iter().map(|argument| argument.to_string_lossy().into_owned()));
    let mut search_path = Vec::new();
    if let Some(paths) = variable(options, "PYTHONPATH") {
        search_path.extend(std::env::split_paths(&paths).map(|path| text(&path)));
    }
    let library = text(&installation.library());
    search_path.push(library.clone());
    let sources = match (&options.command, program) {
        (Command::File(Some(_)), _) => Vec::new(),
        (_, Program::Source(source, filename)) => vec![(filename.clone(), String::from_utf8_lossy(source).into_owned())],
        _ => Vec::new(),
    };
    Host {
        arguments,
        original_arguments: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
        flags: options.flags.clone(),
        extra_options: options.extra.clone(),
        warnings: options.warnings.clone(),
        search_path,
        executable: text(&installation.executable),
        prefixes: [text(&installation.prefix), text(&installation.base)],
        library,
        cache_prefix: options.cache_prefix.clone(),
        cache_magic: frozen::CACHE_MAGIC,
        platform_name: if cfg!(target_os = "macos") { "darwin" } else { "linux" },
        terminals: [std::io::stdin().is_terminal(), std::io::stdout().is_terminal(), std::io::stderr().is_terminal()],
        files: Some(&FileSystem),
        time_zone: Some(&SystemZone),
        modules: modules::NATIVE.to_vec(),
        frozen: Some(&Library),
        text_writer: modules::io::text_writer,
        error_text: files::error_text,
        // SAFETY: takes a number.
        leave: |status| unsafe { libc::_exit(status) },
        source_line: Some(Box::new(files::source_line)),
        sources,
    }
}

/// A function of a module that was imported.
fn function(vm: &mut Vm, module: &str, name: &str) -> Option<Value> {
    let (module, name) = (vm.intern(module), vm.intern(name));
    let module = vm.modules.get::<Dict>()?.get_interned(&module)?;
    module::namespace(&module)?.get_interned(&name)
}

fn call_if_there(vm: &mut Vm, module: &str, name: &str) -> Res<Action> {
    match function(vm, module, name) {
        Some(function) => Ok(Action::TailCall(Call::new(function, []))),
        None => Ok(Action::Return(Value::NONE)),
    }
}

/// Imports a module and calls a function of it.
fn import_and_call(vm: &mut Vm, module: &'static str, name: &'static str, arguments: Vec<Value>) -> Res<Action> {
    let module_name = vm.intern(module);
    import_by_name(vm, &module_name)?.and_then(vm, move |vm, _| match function(vm, module, name) {
        Some(function) => Ok(Action::TailCall(Call::new(function, arguments))),
        None => Ok(Action::Return(Value::NONE)),
    })
}

/// Waits for threads that are no daemons.
fn shut_down_threads(vm: &mut Vm) -> Res<Action> {
    call_if_there(vm, "threading", "_shutdown")
}

fn run_exit_functions(vm: &mut Vm) -> Res<Action> {
    call_if_there(vm, "atexit", "_run_exitfuncs")
}
