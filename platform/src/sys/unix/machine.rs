//! The machine: the parts of this folder behind the VM's `Platform` trait.

use alloc::boxed::Box;

use pyvm_core::port::{CpuTimeOf, Duty, Interest, MachineError, OsThreads, Parker, Platform, Ready, SignalHandling, Source, Stream, Watch};

use super::super::os;
use super::mutex::Mutex;
use super::poller::Poller;
use super::pool::{Pool, Settings};
use super::signals::{self, Connection};
use super::{cpu_time, machine_error, monotonic_clock, parking, wall_clock};

/// A desktop or server, for one VM. Dropping it ends the OS threads that are not inside a blocking call.
pub struct Machine {
    /// None: forced to one context.
    pool: Option<Pool>,
    /// Before the poller: it is dropped first, and uses it.
    signals: Mutex<Option<Connection>>,
    /// Boxed, because signal handlers know its address.
    poller: Box<Poller>,
}

impl Machine {
    /// The machine with its OS threads, as [`Settings::DEFAULT`] says. None is started before it is needed.
    ///
    /// # Errors
    /// When the operating system refuses a file descriptor or a thread-specific slot.
    pub fn native() -> Result<Box<Machine>, MachineError> {
        Machine::with_settings(Settings::DEFAULT)
    }

    /// The same with other settings of the pool.
    ///
    /// # Errors
    /// As [`Machine::native`].
    pub fn with_settings(settings: Settings) -> Result<Box<Machine>, MachineError> {
        Machine::new(Some(settings))
    }

    /// The machine forced to one context: no OS thread is ever started, and a blocking call blocks the VM. Clocks, poller,
    /// signals and console are as in [`Machine::native`].
    ///
    /// # Errors
    /// As [`Machine::native`].
    pub fn single() -> Result<Box<Machine>, MachineError> {
        Machine::new(None)
    }

    fn new(settings: Option<Settings>) -> Result<Box<Machine>, MachineError> {
        parking::prepare()?;
        // Writing to a closed pipe is an error to be reported, not the end.
        let _ = signals::handle(libc::SIGPIPE as u32, SignalHandling::Ignore);
        Ok(Box::new(Machine { pool: settings.map(Pool::new).transpose()?, signals: Mutex::new(None), poller: Box::new(Poller::new()?) }))
    }
}

/// The number of bytes that a system call took or gave.
fn transferred(count: isize) -> Result<usize, MachineError> {
    usize::try_from(count).map_err(|_| machine_error())
}

impl Platform for Machine {
    fn now(&self) -> u64 {
        monotonic_clock()
    }

    fn has_clock(&self) -> bool {
        true
    }

    fn wall_clock(&self) -> Option<i64> {
        Some(wall_clock())
    }

    fn cpu_time(&self, of: CpuTimeOf) -> Option<u64> {
        Some(cpu_time(of))
    }

    fn random(&self, bytes: &mut [u8]) -> bool {
        os::random(bytes)
    }

    fn write(&self, stream: Stream, bytes: &[u8]) -> Result<usize, MachineError> {
        let descriptor = match stream {
            Stream::Output => libc::STDOUT_FILENO,
            Stream::Error => libc::STDERR_FILENO,
        };
        // SAFETY: the pointer and the length are the slice's.
        transferred(unsafe { libc::write(descriptor, bytes.as_ptr().cast(), bytes.len()) })
    }

    fn read_console(&self, buffer: &mut [u8]) -> Result<usize, MachineError> {
        // SAFETY: the pointer and the length are the slice's.
        transferred(unsafe { libc::read(libc::STDIN_FILENO, buffer.as_mut_ptr().cast(), buffer.len()) })
    }

    fn wait(&self, timeout_ns: Option<u64>, ready: &mut dyn FnMut(Ready)) {
        self.poller.wait(timeout_ns, ready);
    }

    fn wake(&self) {
        self.poller.wake();
    }

    fn watch(&self, source: Source, interest: Interest, token: u64) -> Result<Watch, MachineError> {
        self.poller.watch(source.0, interest, token)
    }

    fn unwatch(&self, source: Source, token: u64) {
        self.poller.unwatch(source.0, token);
    }

    fn forget(&self, source: Source) {
        self.poller.forget(source.0);
    }

    fn os_thread(&self) -> Parker {
        parking::mine()
    }

    fn park(&self, timeout_ns: Option<u64>) {
        parking::park(timeout_ns);
    }

    fn unpark(&self, parker: Parker) {
        parking::unpark(parker);
    }

    fn enlist(&self, duty: Duty) -> bool {
        match &self.pool {
            Some(pool) => {
                pool.enlist(duty);
                true
            }
            None => false,
        }
    }

    fn offer(&self) {
        if let Some(pool) = &self.pool {
            pool.offer();
        }
    }

    fn withdraw(&self) {
        if let Some(pool) = &self.pool {
            pool.withdraw();
        }
    }

    fn call_for_main(&self, begins: bool) {
        signals::call_for_main(begins);
    }

    fn cut_call(&self) {
        signals::cut_call();
    }

    fn summon(&self) -> bool {
        self.pool.as_ref().is_some_and(Pool::summon)
    }

    fn dismiss(&self, grace_ns: u64) -> usize {
        self.pool.as_ref().map_or(0, |pool| pool.dismiss(grace_ns))
    }

    fn os_threads(&self) -> OsThreads {
        self.pool.as_ref().map_or_else(OsThreads::default, Pool::os_threads)
    }

    fn fork(&self) -> Result<i32, MachineError> {
        if !os::CAN_FORK {
            return Err(MachineError::Unsupported);
        }
        // Every lock of this folder is taken, so that nothing is half done in the copy.
        let process = parking::across_fork(|| {
            self.poller.across_fork(|| {
                // SAFETY: takes nothing; the copy has what it needs of this OS thread.
                let fork = || unsafe { libc::fork() };
                match &self.pool {
                    Some(pool) => pool.across_fork(fork),
                    None => fork(),
                }
            })
        });
        match process {
            0 => {
                signals::forget_all();
                Ok(0)
            }
            process if process < 0 => Err(machine_error()),
            process => Ok(process),
        }
    }

    fn stack_limit(&self) -> usize {
        os::stack_limit()
    }

    fn connect_signals(&self, notify: Duty) {
        // SAFETY: the poller outlives the connection: it is dropped after it, and does not move.
        let connection = unsafe { Connection::new(notify, &raw const *self.poller) };
        let before = self.signals.with(|signals| signals.replace(connection));
        drop(before);
    }

    fn take_signal(&self) -> Option<u32> {
        signals::take()
    }

    fn handle_signal(&self, signal: u32, handling: SignalHandling) -> Result<SignalHandling, MachineError> {
        signals::handle(signal, handling)
    }
}
