//! Running a program: the VM is made, the program runs as `__main__`, and the process ends as Python programs end.

use crate::arguments::{Command, Options};
use crate::files::{self, FileSystem};
use crate::frozen::Library;
use crate::modules;
use crate::time_zone::SystemZone;
use pyvm_core::builtins::{io, report};
use pyvm_core::embed::{Interpreter, Progress};
use pyvm_core::object::construct::class_name;
use pyvm_core::object::dict::Dict;
use pyvm_core::object::module;
use pyvm_core::object::value::Value;
use pyvm_core::port::{Platform, SignalHandling};
use pyvm_core::vm::host::Host;
use pyvm_core::vm::import::import_by_name;
use pyvm_core::vm::signals::QUIT;
use pyvm_core::vm::{Action, Call, Res, Vm};
use pyvm_platform::Machine;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// The exit status when standard output could not be flushed.
const FLUSH_FAILED: u8 = 120;

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
    let (source, filename, first) = match read_program(&options.command) {
        Ok(program) => program,
        Err(message) => {
            eprintln!("pyvm: {message}");
            return 2;
        }
    };
    let mut builder = Interpreter::builder(machine).host(host(&options, first, &source, &filename));
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
        vm.debug_ranges = !options.no_debug_ranges && std::env::var_os("PYTHONNODEBUGRANGES").is_none_or(|value| value.is_empty());
    });
    if to_the_end(&mut python, |python| python.run(begin_streams)) == Progress::Raised {
        python.with(|vm, exception| report::print_exception(vm, &exception));
    }
    report_on_quit(machine);
    if let Command::File(Some(_)) = &options.command {
        python.define("__file__", |vm| vm.new_str(&filename));
    }
    let progress = to_the_end(&mut python, |python| python.run_source(&source, &filename));
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

/// Source, the name it has in tracebacks, and `sys.path[0]`.
fn read_program(command: &Command) -> Result<(Vec<u8>, String, PathBuf), String> {
    match command {
        Command::Text(text) => Ok((text.clone().into_bytes(), "<string>".into(), PathBuf::new())),
        Command::Module(name) => {
            let folder = std::env::current_dir().unwrap_or_default();
            Ok((format!("import runpy\nrunpy._run_module_as_main({name:?})\n").into_bytes(), "<frozen __main__>".into(), folder))
        }
        Command::File(Some(path)) => {
            let mut full = PathBuf::from(path);
            if full.is_dir() {
                full.push("__main__.py");
            }
            // Tracebacks and `__file__` show the whole path, as CPython's do.
            let shown = std::path::absolute(&full).unwrap_or_else(|_| full.clone()).to_string_lossy().into_owned();
            let source = std::fs::read(&full).map_err(|error| {
                let number = error.raw_os_error().unwrap_or(0);
                let absolute = std::path::absolute(path).map_or(shown.clone(), |path| path.to_string_lossy().into_owned());
                format!("can't open file '{absolute}': [Errno {number}] {}", files::error_text(number))
            })?;
            let folder = std::fs::canonicalize(&full).ok().and_then(|path| path.parent().map(Path::to_path_buf)).unwrap_or_default();
            Ok((source, shown, folder))
        }
        _ => {
            let mut source = Vec::new();
            std::io::stdin().lock().read_to_end(&mut source).map_err(|error| error.to_string())?;
            Ok((source, "<stdin>".into(), PathBuf::new()))
        }
    }
}

fn host(options: &Options, first: PathBuf, source: &[u8], filename: &str) -> Host {
    let name = match &options.command {
        Command::File(Some(path)) => path.to_string_lossy().into_owned(),
        Command::Text(_) => "-c".into(),
        Command::Module(_) => "-m".into(),
        // As CPython: nothing when the program was not named, a dash when it was.
        _ => std::env::args().find(|argument| argument == "-").unwrap_or_default(),
    };
    let mut arguments = vec![name];
    arguments.extend(options.arguments.iter().map(|argument| argument.to_string_lossy().into_owned()));
    let mut search_path = vec![first.to_string_lossy().into_owned()];
    if let Some(paths) = std::env::var_os("PYTHONPATH").filter(|paths| !paths.is_empty()) {
        search_path.extend(std::env::split_paths(&paths).map(|path| path.to_string_lossy().into_owned()));
    }
    let warnings = std::env::var("PYTHONWARNINGS").unwrap_or_default();
    let warnings = warnings.split(',').filter(|option| !option.is_empty()).map(str::to_owned).chain(options.warnings.iter().cloned()).collect();
    let sources = match &options.command {
        Command::File(Some(_)) | Command::Module(_) => Vec::new(),
        _ => vec![(filename.to_owned(), String::from_utf8_lossy(source).into_owned())],
    };
    Host {
        arguments,
        warnings,
        search_path,
        executable: std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
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

/// Makes the standard streams and `open()`.
fn begin_streams(vm: &mut Vm) -> Res<Action> {
    let name = vm.intern("_io");
    import_by_name(vm, &name)?.and_then(vm, |vm, _| call_if_there(vm, "_io", "_begin"))
}

/// Waits for threads that are no daemons.
fn shut_down_threads(vm: &mut Vm) -> Res<Action> {
    call_if_there(vm, "threading", "_shutdown")
}

fn run_exit_functions(vm: &mut Vm) -> Res<Action> {
    call_if_there(vm, "atexit", "_run_exitfuncs")
}
