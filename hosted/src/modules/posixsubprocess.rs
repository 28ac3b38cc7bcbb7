//! `_posixsubprocess`: what `subprocess` makes child processes with.
//!
//! Everything is prepared before `fork`. The child has one OS thread, and whatever others held locked stays locked: it does only what a signal
//! handler may do, until it becomes another program.

use super::posix::fork;
use super::posix::spawn::{self, Texts};
use super::posix::{int_argument, os_error, users, value_argument};
use crate::paths::system_text;
use pyvm_core::modules::ModuleSpec;
use pyvm_core::object::bytes::Bytes;
use pyvm_core::object::exception::Ex;
use pyvm_core::object::tuple::Tuple;
use pyvm_core::object::value::Value;
use pyvm_core::vm::protocol::native_truth;
use pyvm_core::vm::{Action, Args, Native, Res, Vm};
use std::ffi::CString;
use std::io;

pub static POSIX_SUBPROCESS: ModuleSpec = ModuleSpec {
    natives: &[Native::full(
        "fork_exec(process_args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, \
         errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
        fork_exec,
        "Run a program in a new process; returns its number.",
    )],
    ..ModuleSpec::new("_posixsubprocess", "Child processes for the module subprocess.")
};

/// Signals that programs expect to find at their defaults.
const RESTORED: [i32; 2] = [libc::SIGPIPE, libc::SIGXFSZ];

/// All that the child does.
struct Plan {
    arguments: Option<Texts>,
    /// Where the program may be, in order.
    candidates: Texts,
    /// None: this process's own.
    environment: Option<Texts>,
    folder: Option<CString>,
    /// Descriptors from 3 on are closed, except these, in ascending order.
    keep: Vec<i32>,
    close: bool,
    /// The parent's ends of pipes.
    others: [i32; 4],
    input: i32,
    output: i32,
    error: i32,
    report: i32,
    restore_signals: bool,
    session: bool,
    group: i32,
    user_group: Option<u32>,
    groups: Option<Vec<u32>>,
    user: Option<u32>,
    umask: i32,
    mask: libc::sigset_t,
    descriptor_limit: i32,
}

fn fork_exec(vm: &mut Vm, arguments: &Args) -> Res<Action> {
    let plan = plan(vm, arguments.positional)?;
    let function = value_argument(arguments.positional, 21);
    if !function.is_none() {
        if vm.is_finalizing() {
            return Err(vm.raise(Ex::PythonFinalizationError, "preexec_fn not supported at interpreter shutdown"));
        }
        return with_function(vm, plan, function.clone());
    }
    let before = spawn::set_signal_mask(Some(&spawn::all_signals()));
    // SAFETY: the child does only what a signal handler may do.
    let process = unsafe { libc::fork() };
    if process == 0 {
        plan.carry_out();
    }
    let error = io::Error::last_os_error();
    spawn::set_signal_mask(Some(&before));
    if process < 0 {
        return Err(os_error(vm, &error, &[]));
    }
    Ok(Action::Return(vm.new_int(i64::from(process))))
}

/// Has the child call a function before it becomes the program: it is a copy of the whole VM until then.
fn with_function(vm: &mut Vm, plan: Plan, function: Value) -> Res<Action> {
    fork::forked(vm, "fork", move |vm, process| {
        if process != 0 {
            return Ok(Action::Return(vm.new_int(i64::from(process))));
        }
        if let Err(failure) = plan.prepare() {
            plan.give_up(&failure);
        }
        Ok(Action::call(function, [], move |_, result| match result {
            Ok(_) => plan.become_program(),
            Err(_) => plan.give_up(&Failure { number: 0, message: b"Exception occurred in preexec_fn." }),
        }))
    })
}

/// The items of a sequence of bytes.
fn bytes_texts(vm: &mut Vm, value: &Value) -> Res<Texts> {
    let Some(items) = spawn::sequence(value) else {
        let given = vm.type_name(value);
        return Err(vm.type_error(&format!("'{given}' object is not iterable")));
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in &items {
        let Some(bytes) = item.get::<Bytes>() else {
            let given = vm.type_name(item);
            return Err(vm.type_error(&format!("expected bytes, {given} found")));
        };
        texts.push(CString::new(bytes.data()).map_err(|_| vm.value_error("embedded null byte"))?);
    }
    Ok(Texts::new(texts))
}

fn plan(vm: &mut Vm, arguments: &[Value]) -> Res<Plan> {
    let truth = |index| native_truth(value_argument(arguments, index)).unwrap_or(true);
    let close = truth(2);
    let Some(keep) = value_argument(arguments, 3).get::<Tuple>().map(|tuple| tuple.items().to_vec()) else {
        let given = vm.type_name(value_argument(arguments, 3));
        return Err(vm.type_error(&format!("fork_exec() argument 4 must be tuple, not {given}")));
    };
    let mut numbers = [0; 8];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = int_argument(vm, arguments, index + 6, -1)?;
    }
    let [input, p2c_write, c2p_read, output, error_read, error, report_read, report] = numbers;
    let keep = kept(vm, &keep)?;
    if close && report < 3 {
        return Err(vm.value_error("errpipe_write must be >= 3"));
    }
    let given = value_argument(arguments, 0);
    let arguments_given = match spawn::sequence(given) {
        Some(items) => spawn::texts(vm, &items)?,
        None => {
            let type_name = vm.type_name(given);
            return Err(vm.type_error(&format!("'{type_name}' object is not iterable")));
        }
    };
    let candidates = bytes_texts(vm, value_argument(arguments, 1))?;
    let optional = |index| Some(value_argument(arguments, index)).filter(|value| !value.is_none());
    Ok(Plan {
        arguments: Some(arguments_given).filter(|texts| !texts.is_empty()),
        candidates,
        environment: optional(5).map(|value| bytes_texts(vm, value)).transpose()?,
        folder: optional(4).map(|value| system_text(vm, value)).transpose()?,
        keep,
        close,
        others: [p2c_write, c2p_read, error_read, report_read],
        input,
        output,
        error,
        report,
        restore_signals: truth(14),
        session: truth(15),
        group: int_argument(vm, arguments, 16, -1)?,
        user_group: optional(17).map(|value| users::id(vm, value, "gid")).transpose()?,
        groups: optional(18).map(|value| groups(vm, value)).transpose()?,
        user: optional(19).map(|value| users::id(vm, value, "uid")).transpose()?,
        umask: int_argument(vm, arguments, 20, -1)?,
        mask: spawn::signal_mask(),
        descriptor_limit: descriptor_limit(),
    })
}

/// The numbers of groups.
fn groups(vm: &mut Vm, value: &Value) -> Res<Vec<u32>> {
    let found = users::groups(vm, value, "setgroups argument must be a sequence");
    match vm.catch(found, Ex::OverflowError)? {
        Some(groups) => Ok(groups),
        None => Err(vm.value_error("invalid group id")),
    }
}

/// Descriptors that stay open: in ascending order.
fn kept(vm: &mut Vm, items: &[Value]) -> Res<Vec<i32>> {
    let mut keep: Vec<i32> = Vec::with_capacity(items.len());
    for item in items {
        match item.as_small_int().and_then(|number| i32::try_from(number).ok()) {
            Some(number) if number >= 0 && keep.last().is_none_or(|last| *last < number) => keep.push(number),
            _ => return Err(vm.value_error("bad value(s) in fds_to_keep")),
        }
    }
    Ok(keep)
}

/// One more than the highest descriptor there can be.
fn descriptor_limit() -> i32 {
    // SAFETY: takes a number.
    match unsafe { libc::sysconf(libc::_SC_OPEN_MAX) } {
        limit if limit < 0 => 256,
        limit => i32::try_from(limit).unwrap_or(i32::MAX),
    }
}

/// The error of a call in the child, and what went wrong with which.
struct Failure {
    number: i32,
    message: &'static [u8],
}

/// The C library's error number.
fn errno() -> i32 {
    // `io::Error` of an error number allocates nothing.
    io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Fails, before the program was found, if a call did.
fn or_fail(result: i32, message: &'static [u8]) -> Result<i32, Failure> {
    if result == -1 { Err(Failure { number: errno(), message }) } else { Ok(result) }
}

/// A setting, not the program, is what failed.
const NO_PROGRAM: &[u8] = b"noexec";
/// It was the folder.
const NO_FOLDER: &[u8] = b"noexec:chdir";

// Everything from here on runs in the child: no memory is allocated, no lock is taken.
impl Plan {
    fn carry_out(&self) -> ! {
        match self.prepare() {
            Ok(()) => self.become_program(),
            Err(failure) => self.give_up(&failure),
        }
    }

    fn become_program(&self) -> ! {
        if self.close {
            self.close_others();
        }
        self.give_up(&self.run())
    }

    fn give_up(&self, failure: &Failure) -> ! {
        self.tell(failure);
        // SAFETY: ends the process.
        unsafe { libc::_exit(255) }
    }

    fn prepare(&self) -> Result<(), Failure> {
        // SAFETY: takes numbers, and texts that end with zero bytes.
        unsafe {
            for &descriptor in self.keep.iter().filter(|&&descriptor| descriptor != self.report) {
                // One that is closed is none of this function's business.
                inherit(descriptor)?;
            }
            for &descriptor in self.others.iter().filter(|&&descriptor| descriptor != -1) {
                libc::close(descriptor);
            }
            let (mut output, mut error) = (self.output, self.error);
            // One that is to become another of the first three must not be overwritten before.
            if output == 0 {
                output = or_fail(libc::dup(output), NO_PROGRAM)?;
            }
            while error == 0 || error == 1 {
                error = or_fail(libc::dup(error), NO_PROGRAM)?;
            }
            for (from, to) in [(self.input, 0), (output, 1), (error, 2)] {
                if from == to {
                    inherit(from)?;
                } else if from != -1 {
                    or_fail(libc::dup2(from, to), NO_PROGRAM)?;
                }
            }
            if let Some(folder) = &self.folder {
                or_fail(libc::chdir(folder.as_ptr()), NO_FOLDER)?;
            }
            if self.umask >= 0 {
                libc::umask(self.umask as libc::mode_t);
            }
            if self.restore_signals {
                for signal in RESTORED {
                    libc::signal(signal, libc::SIG_DFL);
                }
            }
            self.let_signals_in();
            if self.session {
                or_fail(libc::setsid(), NO_PROGRAM)?;
            }
            if self.group >= 0 {
                or_fail(libc::setpgid(0, self.group), NO_PROGRAM)?;
            }
            if let Some(groups) = &self.groups {
                or_fail(libc::setgroups(groups.len() as _, groups.as_ptr()), NO_PROGRAM)?;
            }
            if let Some(group) = self.user_group {
                or_fail(libc::setregid(group, group), NO_PROGRAM)?;
            }
            if let Some(user) = self.user {
                or_fail(libc::setreuid(user, user), NO_PROGRAM)?;
            }
        }
        Ok(())
    }

    /// Handlers are the parent's: none may run here. Then signals come as they do to any program.
    fn let_signals_in(&self) {
        for signal in 1..65 {
            // SAFETY: zero is a value of every field; the call fills them.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                if libc::sigaction(signal, std::ptr::null(), &mut action) == 0 && action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN {
                    libc::signal(signal, libc::SIG_DFL);
                }
            }
        }
        spawn::set_signal_mask(Some(&self.mask));
    }

    /// Closes all descriptors from 3 on that are not to be kept.
    fn close_others(&self) {
        let mut from = 3;
        for &keep in self.keep.iter().filter(|&&keep| keep >= 3) {
            self.close_range(from, keep - 1);
            from = keep + 1;
        }
        self.close_range(from, i32::MAX);
    }

    /// Closes `first` to `last`.
    fn close_range(&self, first: i32, last: i32) {
        if first > last {
            return;
        }
        #[cfg(target_os = "linux")]
        // SAFETY: takes numbers.
        if unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) } == 0 {
            return;
        }
        for descriptor in first..=last.min(self.descriptor_limit - 1) {
            // SAFETY: takes a number.
            unsafe { libc::close(descriptor) };
        }
    }

    /// Becomes the program; returns why not.
    fn run(&self) -> Failure {
        let empty = [std::ptr::null()];
        let arguments = self.arguments.as_ref().map_or(empty.as_ptr(), Texts::pointer);
        // What was there but could not be run tells more than what was not there.
        let (mut number, mut telling) = (0, false);
        for candidate in self.candidates.each() {
            // SAFETY: the texts end with zero bytes, their arrays with a null pointer.
            unsafe {
                match &self.environment {
                    Some(environment) => libc::execve(candidate, arguments, environment.pointer()),
                    None => libc::execv(candidate, arguments),
                };
            }
            if !telling {
                number = errno();
                telling = !matches!(number, libc::ENOENT | libc::ENOTDIR);
            }
        }
        Failure { number, message: b"" }
    }

    /// Tells the parent: exception, error number in hexadecimal, message.
    fn tell(&self, failure: &Failure) {
        let mut text = [0u8; 64];
        let mut length = 0;
        let mut put = |bytes: &[u8]| {
            for byte in bytes {
                if let Some(place) = text.get_mut(length) {
                    *place = *byte;
                    length += 1;
                }
            }
        };
        if failure.number == 0 {
            put(b"SubprocessError:0:");
        } else {
            put(b"OSError:");
            let digits = 8 - failure.number.leading_zeros() / 4;
            for place in (0..digits).rev() {
                let digit = (failure.number >> (4 * place) & 15) as u8;
                put(&[if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }]);
            }
            put(b":");
        }
        put(failure.message);
        // SAFETY: reads the text.
        unsafe { libc::write(self.report, text.as_ptr().cast(), length) };
    }
}

/// Lets the program inherit a descriptor.
fn inherit(descriptor: i32) -> Result<(), Failure> {
    // SAFETY: takes numbers.
    unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFD);
        if flags != -1 {
            or_fail(libc::fcntl(descriptor, libc::F_SETFD, flags & !libc::FD_CLOEXEC), NO_PROGRAM)?;
        }
    }
    Ok(())
}
