//! Running one program: its output, its end, and the CPU time and memory it took.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A program to run, with its limits.
pub struct Program {
    command: Command,
    input: Vec<u8>,
    limit: Duration,
}

/// How a program ended.
pub struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: ExitStatus,
    /// Whether the time limit ended it.
    pub timed_out: bool,
    /// Seconds of user CPU time.
    pub user: f64,
    /// Seconds from start to end.
    pub wall: f64,
    /// Peak resident memory in KiB.
    pub peak_kib: u64,
}

impl Outcome {
    /// The end in words: `exit 0`, `signal 11`, `time limit`.
    pub fn end(&self) -> String {
        match (self.timed_out, self.status.code(), self.status.signal()) {
            (true, _, _) => "time limit".into(),
            (_, Some(code), _) => format!("exit {code}"),
            (_, _, Some(signal)) => format!("signal {signal}"),
            _ => self.status.to_string(),
        }
    }

    /// Standard output as text.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Program {
    /// A program with an environment that does not depend on whose machine it runs on, and 60 seconds.
    pub fn new(path: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(path);
        let expect_signals = || {
            for signal in [libc::SIGINT, libc::SIGQUIT] {
                // SAFETY: sets what happens by default.
                unsafe { libc::signal(signal, libc::SIG_DFL) };
            }
            Ok(())
        };
        // A shell has its background jobs ignore them.
        // SAFETY: the closure does only what may be done between fork and exec.
        unsafe { command.pre_exec(expect_signals) };
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PYTHON")) {
            command.env_remove(name);
        }
        command.env("PYTHONHASHSEED", "0").env("PYTHONDONTWRITEBYTECODE", "1").env("LC_ALL", "C.UTF-8");
        Self { command, input: Vec::new(), limit: Duration::ZERO }.limit(60)
    }

    /// The same under a native stack of `kib` KiB for its main thread.
    pub fn with_stack(path: &Path, kib: u32) -> Self {
        let mut program = Self::new("sh");
        program.command.arg("-c").arg(format!("ulimit -s {kib} && exec \"$0\" \"$@\"")).arg(path);
        program
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.command.current_dir(folder.into());
        self
    }

    pub fn input(mut self, input: &str) -> Self {
        self.input = input.as_bytes().to_vec();
        self
    }

    /// At most so many seconds; four times as many under AddressSanitizer.
    pub fn limit(mut self, seconds: u64) -> Self {
        let factor = if std::env::var_os("ASAN_OPTIONS").is_some() { 4 } else { 1 };
        self.limit = Duration::from_secs(seconds * factor);
        self
    }

    /// Runs it to its end, or kills it at its time limit.
    ///
    /// # Errors
    /// When it cannot be started or waited for.
    pub fn run(mut self) -> Result<Outcome, String> {
        let name = format!("{:?}", self.command.get_program());
        let began = Instant::now();
        let mut child = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
        let stdin = child.stdin.take();
        let input = std::mem::take(&mut self.input);
        let writer = thread::spawn(move || stdin.map(|mut pipe| pipe.write_all(&input)));
        let stdout = reader(child.stdout.take());
        let stderr = reader(child.stderr.take());

        let pid = child.id() as libc::pid_t;
        let mut timed_out = false;
        let mut pause = Duration::from_micros(500);
        let (raw, usage) = loop {
            let mut raw = 0;
            // SAFETY: `rusage` is plain numbers, for which all zero bits are valid.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: `pid` is our own child, not waited for yet; both pointers are to live locals.
            match unsafe { libc::wait4(pid, &mut raw, libc::WNOHANG, &mut usage) } {
                0 => {}
                found if found == pid => break (raw, usage),
                _ => {
                    return Err(format!("{name}: wait4: {}", std::io::Error::last_os_error()));
                }
            }
            if !timed_out && began.elapsed() > self.limit {
                timed_out = true;
                child.kill().map_err(|error| format!("{name}: kill: {error}"))?;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(8));
        };
        let wall = began.elapsed().as_secs_f64();
        // A program may end without reading its input: that is not our failure.
        let _unread = writer.join();
        Ok(Outcome {
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
            status: ExitStatus::from_raw(raw),
            timed_out,
            user: usage.ru_utime.tv_sec as f64 + usage.ru_utime.tv_usec as f64 / 1e6,
            wall,
            peak_kib: u64::try_from(usage.ru_maxrss).unwrap_or(0),
        })
    }
}

fn reader<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is still worth showing.
            let _error = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}
